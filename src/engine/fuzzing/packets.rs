use crate::engine::evidence;
use crate::packet::{Captured, Flow, Mark, decode, decode_ip, hops, pcapng};
use crate::trace::{
    Book, Frame, IpVersion, Passing, RuleTrace, Walk, WalkEndpoint, WalkPacket, WalkState, WatchedLink, World,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

/// Frames that anybody sent: the bytes are taken apart at each 0xff. They are read, ordered and written, and none stops that.
pub fn packets(bytes: &[u8]) {
    let at = WatchedLink { netns: 1, ifindex: 2, name: "eth0".into(), link: "lab/eth0".into() };
    let mut frames = Vec::new();
    for (number, part) in bytes.split(|byte| *byte == 0xff).take(64).enumerate() {
        let packet = decode(part);
        assert!(packet.line().len() < 8192, "a line that long says nothing");
        decode_ip(part);
        let kept = &part[..part.len().min(Frame::KEPT)];
        let time = u64::from(part.first().copied().unwrap_or(0));
        let frame = Frame { time, length: u32::try_from(part.len()).unwrap_or(u32::MAX), bytes: kept.to_vec() };
        let passing = if number % 2 == 0 { Passing::Out } else { Passing::In };
        frames.push(Captured { at: at.clone(), passing, frame, evidence: evidence::own(Book::Decision, ["any"]) });
    }
    let four = [Ipv4Addr::new(172, 17, 0, 2), Ipv4Addr::new(172, 18, 0, 2), Ipv4Addr::LOCALHOST].map(IpAddr::from);
    let six = [2, 3].map(|last| IpAddr::from(Ipv6Addr::new(0xfd00, 1, 0, 0, 0, 0, 0, last)));
    let addresses = four.into_iter().chain(six);
    let marks = vec![Mark::Echo { id: 7, sequence: 1 }, Mark::Tcp { from: 40_000 }, Mark::Name { from: 40_000 }];
    let flow = Flow { marks, addresses: addresses.collect(), ..Flow::default() };
    let (found, _) = hops(&flow, frames, Vec::new(), World::HOPS);
    let times: Vec<_> = found.iter().map(|(hop, _)| hop.after).collect();
    assert!(times.is_sorted() && found.len() <= World::HOPS);
    let walk = Walk {
        id: 1,
        from: WalkEndpoint::Host,
        to: WalkEndpoint::Outside,
        from_netns: 1,
        to_netns: None,
        packet: WalkPacket::Echo,
        version: IpVersion::V4,
        address: None,
        watched: vec![at],
        rules: RuleTrace::On,
    };
    let state = WalkState { walk, hops: found.into_iter().map(|(hop, _)| Arc::new(hop)).collect(), end: None };
    assert_eq!(pcapng::write(&state).len() % 4, 0);
}
