use super::flow::identity;
use super::*;
use crate::trace::*;
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const WEB: Ipv4Addr = Ipv4Addr::new(172, 17, 0, 2);
const DB: Ipv4Addr = Ipv4Addr::new(172, 18, 0, 2);
const HOST: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 100);

fn ethernet(source: u8, destination: u8, kind: u16, inner: &[u8]) -> Vec<u8> {
    let mut bytes = vec![2, 0x42, 0, 0, 0, destination, 2, 0x42, 0, 0, 0, source];
    bytes.extend(kind.to_be_bytes());
    bytes.extend(inner);
    bytes
}

fn ip(protocol: u8, ttl: u8, id: u16, (from, to): (Ipv4Addr, Ipv4Addr), inner: &[u8]) -> Vec<u8> {
    let length = u16::try_from(20 + inner.len()).unwrap();
    let mut bytes = vec![0x45, 0];
    bytes.extend(length.to_be_bytes());
    bytes.extend(id.to_be_bytes());
    bytes.extend([0, 0, ttl, protocol, 0, 0]);
    bytes.extend(from.octets());
    bytes.extend(to.octets());
    bytes.extend(inner);
    bytes
}

fn tcp(from: u16, to: u16, sequence: u32, acknowledges: u32, flags: u8) -> Vec<u8> {
    let mut bytes = [from.to_be_bytes(), to.to_be_bytes()].concat();
    bytes.extend(sequence.to_be_bytes());
    bytes.extend(acknowledges.to_be_bytes());
    bytes.extend([0x50, flags, 0, 0, 0, 0, 0, 0]);
    bytes
}

fn echo(kind: u8) -> Vec<u8> {
    vec![kind, 0, 0, 0, 0, 7, 0, 1, b'x']
}

fn arp(answers: u16, sender: Ipv4Addr, target: Ipv4Addr) -> Vec<u8> {
    let mut bytes = vec![0, 1, 8, 0, 6, 4];
    bytes.extend(answers.to_be_bytes());
    bytes.extend([2, 0x42, 0, 0, 0, 9]);
    bytes.extend(sender.octets());
    bytes.extend([0; 6]);
    bytes.extend(target.octets());
    bytes
}

fn at(netns: u64, ifindex: u32) -> WatchedLink {
    WatchedLink { netns, ifindex, name: format!("l{ifindex}"), link: format!("{netns}/l{ifindex}").as_str().into() }
}

fn captured(time: u64, (netns, ifindex): (u64, u32), passing: Passing, bytes: Vec<u8>) -> Captured {
    let frame = Frame { time, length: u32::try_from(bytes.len()).unwrap(), bytes };
    Captured { at: at(netns, ifindex), passing, frame, evidence: Evidence::syscall("recvmsg", 1) }
}

fn met(chain: &str, text: &str, came_by: Option<u32>, packet: &[u8]) -> Met {
    let verdict = if text.ends_with("drop") { RuleVerdict::Drop } else { RuleVerdict::Accept };
    let place = Place::Rule {
        netns: 1,
        family: "ip".into(),
        table: "dockwalk".into(),
        chain: chain.into(),
        handle: Some(3),
        verdict: verdict.clone(),
        key: None,
        text: text.into(),
    };
    Met {
        place,
        verdict,
        text: text.into(),
        netns: 1,
        came_by,
        packet: decode_ip(packet),
        began: (came_by, decode_ip(packet)),
        evidence: Evidence::syscall("recvmsg", 1),
    }
}

fn flow(mark: Mark, addresses: &[Ipv4Addr]) -> Flow {
    Flow { marks: vec![mark], addresses: addresses.iter().copied().map(IpAddr::from).collect(), ..Flow::default() }
}

fn followed(flow: &Flow, captured: Vec<Captured>, met: Vec<Met>, most: usize) -> Vec<Hop> {
    hops(flow, captured, met, most).0.into_iter().map(|(hop, _)| hop).collect()
}

fn said(hop: &Hop) -> String {
    let place = match &hop.place {
        Place::Link { netns, ifindex, passing, .. } => format!("{netns}/{ifindex} {passing:?}"),
        Place::Rule { chain, .. } => chain.clone(),
    };
    let by = |one: &Difference| {
        let by = match &one.by {
            None => "?",
            Some(ChangedBy::Rule { .. }) => "rule",
            Some(ChangedBy::Forwarding { .. }) => "forwarding",
            Some(ChangedBy::Tracking { .. }) => "tracking",
        };
        format!("{} {}→{} {by}", one.field, one.before, one.now)
    };
    let differs: Vec<_> = hop.differs.iter().filter(|one| !one.field.as_str().ends_with("mac")).map(by).collect();
    format!("{:?} {place} [{}]", hop.heading, differs.join(", "))
}

#[test]
fn frames_are_read_layer_by_layer() {
    let line = |bytes: &[u8]| decode(bytes).line();
    let syn = ethernet(1, 2, 0x0800, &ip(6, 64, 9, (WEB, DB), &tcp(40_000, 80, 5, 0, 2)));
    assert_eq!(line(&syn), "172.17.0.2:40000 > 172.18.0.2:80: TCP SYN, ttl 64");
    let request = ip(1, 63, 9, (WEB, DB), &echo(8));
    let read = line(&ethernet(1, 2, 0x0800, &request));
    assert_eq!(read, "172.17.0.2 > 172.18.0.2: ICMP echo request, id 7, seq 1, ttl 63");
    assert_eq!(line(&ethernet(1, 0xff, 0x0806, &arp(1, WEB, DB))), "ARP who-has 172.18.0.2 tell 172.17.0.2");
    assert_eq!(line(&ethernet(1, 2, 0x0806, &arp(2, DB, WEB))), "ARP 172.18.0.2 is-at 02:42:00:00:00:09");
    let error = ip(1, 64, 1, (DB, WEB), &[&[3, 3, 0, 0, 0, 0, 0, 0], &request[..28]].concat());
    let error = decode(&ethernet(2, 1, 0x0800, &error));
    assert_eq!(error.line(), "172.18.0.2 > 172.17.0.2: ICMP port unreachable, ttl 64");
    assert_eq!(error.quoted.unwrap().line(), "172.17.0.2 > 172.18.0.2: ICMP echo request, id 7, seq 1, ttl 63");
    assert_eq!(line(&ethernet(1, 2, 0x88cc, &[0x60; 40])), "ethertype 0x88cc");
}

#[test]
fn a_name_and_its_address_are_read() {
    let question = b"\x00\x07\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x03web\x00\x00\x01\x00\x01";
    let answer = [&question[..], b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xac\x12\x00\x02"].concat();
    let mut udp = vec![0, 53, 0x9c, 0x40];
    udp.extend(u16::try_from(8 + answer.len()).unwrap().to_be_bytes());
    udp.extend([0, 0]);
    udp.extend(answer);
    let packet = ip(17, 64, 9, (Ipv4Addr::new(127, 0, 0, 11), Ipv4Addr::LOCALHOST), &udp);
    let dns = decode_ip(&packet).dns.unwrap();
    assert_eq!((dns.question.as_str(), dns.addresses.as_slice(), dns.answers), ("web.", &[IpAddr::from(DB)][..], true));
    for end in 0..packet.len() {
        assert_ne!(decode_ip(&packet[..end]).dns, Some(dns.clone()), "{end}");
    }
}

#[test]
fn a_question_for_a_name_is_one_at_whatever_port() {
    let question = b"\x00\x07\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03web\x00\x00\x01\x00\x01";
    let length = u8::try_from(8 + question.len()).unwrap();
    let udp = [&[0x9c, 0x40, 0xc0, 0, 0, length, 0, 0][..], question].concat();
    let bytes = ethernet(0, 0, 0x0800, &ip(17, 64, 9, (WEB, DB), &udp));
    let frames = || vec![captured(1, (7, 1), Passing::Out, bytes.clone())];
    let line = |mark| followed(&flow(mark, &[WEB, DB]), frames(), Vec::new(), 1)[0].packet.line();
    assert_eq!(line(Mark::Name { from: 40_000 }), "172.17.0.2:40000 > 172.18.0.2:49152: DNS A? web., ttl 64");
    assert_eq!(line(Mark::Udp { from: 40_000 }), "172.17.0.2:40000 > 172.18.0.2:49152: UDP, ttl 64");
}

#[test]
fn a_packet_to_outside_is_forwarded_and_masqueraded_and_its_answer_put_back() {
    let there = |ttl, from| ip(1, ttl, 9, (from, DB), &echo(8));
    let back = |ttl, to| ip(1, ttl, 4, (DB, to), &echo(0));
    let frame = |bytes: &[u8]| ethernet(1, 2, 0x0800, bytes);
    use Passing::{In, Out};
    let frames = vec![
        captured(100, (7, 2), Out, frame(&there(64, WEB))),
        captured(700, (7, 2), In, frame(&back(62, WEB))),
        captured(150, (1, 5), In, frame(&there(64, WEB))),
        captured(150, (1, 4), In, frame(&there(64, WEB))),
        captured(300, (1, 2), Out, ethernet(3, 4, 0x0800, &there(63, HOST))),
        captured(500, (1, 2), In, ethernet(4, 3, 0x0800, &back(63, HOST))),
        captured(600, (1, 5), Out, frame(&back(62, WEB))),
        captured(620, (1, 5), Out, frame(&ip(1, 64, 3, (DB, WEB), &[0, 0, 0, 0, 0, 8, 0, 1]))),
    ];
    let rules = vec![
        met("forward", "iifname \"docker0\" accept", Some(4), &there(63, WEB)),
        met("postrouting", "ip saddr 172.17.0.0/16 oifname != \"docker0\" masquerade", Some(4), &there(63, WEB)),
    ];
    let flow = flow(Mark::Echo { id: 7, sequence: 1 }, &[WEB, DB, HOST]);
    let found = followed(&flow, frames, rules, 128);
    let expected = [
        "There 7/2 Out []",
        "There 1/5 In []",
        "There 1/4 In []",
        "There forward []",
        "There postrouting []",
        "There 1/2 Out [ttl 64→63 forwarding, source 172.17.0.2→10.0.2.100 rule]",
        "Back 1/2 In []",
        "Back 1/5 Out [ttl 63→62 forwarding, destination 10.0.2.100→172.17.0.2 tracking]",
        "Back 7/2 In []",
    ];
    assert_eq!(found.iter().map(said).collect::<Vec<_>>(), expected);
    assert_eq!(found.iter().map(|hop| hop.after).collect::<Vec<_>>()[..4], [Some(0), Some(50), Some(50), None]);
    assert!(found.iter().zip(1..).all(|(hop, number)| hop.number == number));
}

#[test]
fn what_a_rule_drops_ends_at_it() {
    let packet = |ttl| ip(6, ttl, 9, (WEB, DB), &tcp(40_000, 5432, 5, 0, 2));
    let frames = vec![
        captured(1, (7, 2), Passing::Out, ethernet(1, 2, 0x0800, &packet(64))),
        captured(2, (1, 4), Passing::In, ethernet(1, 2, 0x0800, &packet(64))),
    ];
    let rules = vec![
        met("forward", "iifname \"docker0\" oifname != \"docker0\" jump between", Some(4), &packet(63)),
        met("between", "oifname \"br-1\" drop", Some(4), &packet(63)),
    ];
    let found = followed(&flow(Mark::Tcp { from: 40_000 }, &[WEB, DB]), frames, rules, 128);
    let expected = ["There 7/2 Out []", "There 1/4 In []", "There forward []", "There between []"];
    assert_eq!(found.iter().map(said).collect::<Vec<_>>(), expected);
}

#[test]
fn what_its_sender_never_sent_is_not_followed() {
    let packet = |id| ip(6, 64, id, (WEB, DB), &tcp(40_000, 5432, 5, 0, 2));
    let frame = |time, at, passing, id| captured(time, at, passing, ethernet(1, 2, 0x0800, &packet(id)));
    let flow = Flow { from: Some(7), ports: [((1, 4), 3)].into(), ..flow(Mark::Tcp { from: 40_000 }, &[WEB, DB]) };
    let frames = || {
        vec![
            frame(1, (7, 2), Passing::Out, 9),
            frame(2, (1, 4), Passing::In, 9),
            frame(3, (1, 6), Passing::In, 10),
            frame(4, (7, 2), Passing::In, 11),
        ]
    };
    let found = |met| followed(&flow, frames(), met, 128).iter().map(said).collect::<Vec<_>>();
    assert_eq!(found(Vec::new()), ["There 7/2 Out []", "There 1/4 In []"]);
    // By another bridge, with other ports, made there, or never captured: it was another packet that was dropped.
    let other = ip(6, 64, 9, (WEB, DB), &tcp(40_000, 80, 5, 0, 2));
    let rules = vec![
        met("forward", "drop", Some(6), &packet(9)),
        met("forward", "drop", Some(4), &other),
        met("output", "drop", None, &packet(9)),
        met("forward", "drop", Some(4), &packet(12)),
    ];
    assert_eq!(found(rules).len(), 2);
    // The kernel names the bridge where the packet came in by a port.
    assert_eq!(found(vec![met("forward", "drop", Some(3), &packet(9))]).len(), 3);
    assert_eq!(hops(&flow, frames(), Vec::new(), 1).1, 1, "places cut");
}

#[test]
fn a_file_says_that_not_everything_is_in_it() {
    let mut state = a_walk();
    let said = |state: &WalkState| String::from_utf8_lossy(&pcapng::write(state)).contains("3 frames lost");
    assert!(!said(&state));
    let (reply, outcome, missed) = (ProbeReply::Answered, WalkOutcome::Unclear, Missed { frames: 3, hops: 0 });
    state.end = Some(WalkEnd { walk: 1, reply, outcome, fix: None, missed });
    assert!(said(&state));
}

#[test]
fn a_port_that_was_rewritten_is_known_by_the_rest() {
    let packet = |from, port| ip(6, 64, 9, (from, DB), &tcp(port, 80, 5, 0, 2));
    let frames = vec![
        captured(1, (7, 2), Passing::Out, ethernet(1, 2, 0x0800, &packet(WEB, 40_000))),
        captured(2, (1, 2), Passing::Out, ethernet(1, 2, 0x0800, &packet(HOST, 1024))),
        captured(3, (1, 2), Passing::Out, ethernet(1, 2, 0x0800, &packet(HOST, 1025)[..30])),
    ];
    let found = followed(&flow(Mark::Tcp { from: 40_000 }, &[WEB, DB, HOST]), frames, Vec::new(), 128);
    assert_eq!(said(&found[1]), "There 1/2 Out [source 172.17.0.2→10.0.2.100 ?, source_port 40000→1024 ?]");
    assert_eq!(found.len(), 2);
}

#[test]
fn arp_counts_between_those_that_are_on_the_way() {
    let flow = flow(Mark::Udp { from: 9 }, &[WEB, DB]);
    let heading = |sender, target| flow.heading(&decode(&ethernet(1, 2, 0x0806, &arp(1, sender, target))));
    assert_eq!(heading(WEB, DB), Some(Heading::Neighbour));
    assert_eq!(heading(WEB, HOST), None);
}

fn a_walk() -> WalkState {
    let packet = ip(1, 64, 9, (WEB, DB), &echo(8));
    let frames = vec![
        captured(1_700_000_000_000_000_001, (7, 2), Passing::Out, ethernet(1, 2, 0x0800, &packet)),
        captured(1_700_000_000_000_000_501, (1, 4), Passing::In, ethernet(1, 2, 0x0800, &packet)),
    ];
    let rules = vec![met("forward", "drop", Some(4), &packet)];
    let hops = followed(&flow(Mark::Echo { id: 7, sequence: 1 }, &[WEB, DB]), frames, rules, 128);
    let walk = Walk {
        id: 1,
        from: WalkEndpoint::Host,
        to: WalkEndpoint::Outside,
        from_netns: 7,
        to_netns: None,
        packet: WalkPacket::Echo,
        version: IpVersion::V4,
        address: Some(DB.into()),
        watched: vec![at(7, 2), at(1, 4)],
        rules: RuleTrace::On,
    };
    WalkState { walk, hops: hops.into_iter().map(std::sync::Arc::new).collect(), end: None }
}

/// Kind and body of each block.
fn blocks(mut file: &[u8]) -> Vec<(u32, &[u8])> {
    let word = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let mut found = Vec::new();
    while !file.is_empty() {
        let length = usize::try_from(word(file, 4)).unwrap();
        assert_eq!(word(file, length - 4), word(file, 4));
        assert_eq!(length % 4, 0);
        found.push((word(file, 0), &file[8..length - 4]));
        file = &file[length..];
    }
    found
}

#[test]
fn a_walk_is_a_file_of_pcapng() {
    let state = a_walk();
    let file = pcapng::write(&state);
    let found = blocks(&file);
    assert_eq!(found.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), [0x0a0d_0d0a, 1, 1, 6, 6]);
    let text = |body: &[u8]| String::from_utf8_lossy(body).into_owned();
    assert!(text(found[1].1).contains("l2") && text(found[1].1).contains("net:[7] 7/l2"));
    let (first, frame) = (found[3].1, state.hops[0].frame.as_ref().unwrap());
    let time = 1_700_000_000_000_000_001_u64;
    assert_eq!(first[..4], [0; 4], "the first interface");
    assert_eq!(first[4..8], u32::try_from(time >> 32).unwrap().to_le_bytes());
    assert_eq!(first[8..12], u32::try_from(time & 0xffff_ffff).unwrap().to_le_bytes());
    assert_eq!(first[12..20], [frame.length.to_le_bytes(), frame.length.to_le_bytes()].concat());
    assert_eq!(first[20..20 + frame.bytes.len()], frame.bytes);
    assert!(text(first).contains("hop 1") && text(found[4].1).contains("hop 2"));
    assert!(text(found[4].1).contains("then: hop 3, nft forward: drop (drop)"));
}

/// An interface and a packet, byte by byte.
#[test]
fn the_bytes_of_a_file_are_those_of_the_draft() {
    let file = pcapng::write(&a_walk());
    let found = blocks(&file);
    let interface = [
        &[1, 0, 0, 0, 0, 1, 0, 0][..],
        &[2, 0, 2, 0, b'l', b'2', 0, 0],
        &[3, 0, 12, 0],
        b"net:[7] 7/l2",
        &[9, 0, 1, 0, 9, 0, 0, 0],
        &[0; 4],
    ]
    .concat();
    assert_eq!(found[1].1, interface);
    let tail = [&[1, 0, 5, 0][..], b"hop 1\0\0\0", &[2, 0, 4, 0, 2, 0, 0, 0], &[0; 4]].concat();
    assert_eq!(found[3].1[found[3].1.len() - tail.len()..], tail);
}

proptest! {
    #[test]
    fn nothing_that_is_captured_stops_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let packet = decode(&bytes);
        prop_assert!(packet.line().len() < 4096);
        decode_ip(&bytes);
        let _ = identity(&packet);
        for kind in [0x0800, 0x0806] {
            let framed = ethernet(1, 2, kind, &bytes);
            prop_assert!(decode(&framed).ethernet.is_some());
        }
        let udp = [&[0, 53, 0, 9, 0, 0, 0, 0][..], &bytes].concat();
        decode_ip(&ip(17, 64, 1, (WEB, DB), &udp));
    }

    #[test]
    fn hops_stand_in_the_order_of_time(times in proptest::collection::vec((0_u64..9, 0_u32..3, any::<bool>()), 0..20)) {
        let packet = ip(1, 64, 9, (WEB, DB), &echo(8));
        let frames = times.iter().map(|(time, link, out)| {
            let passing = if *out { Passing::Out } else { Passing::In };
            captured(*time, (1, *link), passing, ethernet(1, 2, 0x0800, &packet))
        });
        let rules = vec![met("forward", "drop", Some(1), &packet), met("output", "accept", None, &packet)];
        let found = followed(&flow(Mark::Echo { id: 7, sequence: 1 }, &[WEB, DB]), frames.collect(), rules, 15);
        let after: Vec<_> = found.iter().filter_map(|hop| hop.after).collect();
        prop_assert!(after.is_sorted());
        let came = times.iter().any(|(_, link, out)| *link == 1 && !out);
        prop_assert_eq!(found.len(), (times.len() + 1 + usize::from(came)).min(15));
    }
}

const SIX: [Ipv6Addr; 2] = [Ipv6Addr::new(0xfd00, 1, 0, 0, 0, 0, 0, 2), Ipv6Addr::new(0xfd00, 1, 0, 0, 0, 0, 0, 3)];

fn ip6(next: u8, hops: u8, (from, to): (Ipv6Addr, Ipv6Addr), inner: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x60, 0, 0x12, 0x34];
    bytes.extend(u16::try_from(inner.len()).unwrap().to_be_bytes());
    bytes.extend([next, hops]);
    bytes.extend(from.octets());
    bytes.extend(to.octets());
    bytes.extend(inner);
    bytes
}

fn ndp(kind: u8, target: Ipv6Addr, option: u8) -> Vec<u8> {
    let mut bytes = vec![kind, 0, 0, 0, 0, 0, 0, 0];
    bytes.extend(target.octets());
    bytes.extend([option, 1, 2, 0x42, 0, 0, 0, 9]);
    bytes
}

#[test]
fn frames_of_ipv6_are_read_layer_by_layer() {
    let [a, b] = SIX;
    let line = |bytes: &[u8]| decode(&ethernet(1, 2, 0x86dd, bytes)).line();
    let syn = tcp(40_000, 80, 5, 0, 2);
    assert_eq!(line(&ip6(6, 64, (a, b), &syn)), "[fd00:1::2]:40000 > [fd00:1::3]:80: TCP SYN, hlim 64");
    let request = ip6(58, 63, (a, b), &echo(128));
    assert_eq!(line(&request), "fd00:1::2 > fd00:1::3: ICMPv6 echo request, id 7, seq 1, hlim 63");
    let group = "ff02::1:ff00:3".parse().unwrap();
    let asks = ip6(58, 255, (a, group), &ndp(135, b, 1));
    assert_eq!(line(&asks), "fd00:1::2 > ff02::1:ff00:3: NDP neighbor solicitation, who has fd00:1::3, hlim 255");
    let answers = ip6(58, 255, (b, a), &ndp(136, b, 2));
    let said = "fd00:1::3 > fd00:1::2: NDP neighbor advertisement, fd00:1::3 is-at 02:42:00:00:00:09, hlim 255";
    assert_eq!(line(&answers), said);
    let extended = [vec![60, 0, 1, 4, 0, 0, 0, 0], vec![6, 0, 1, 4, 0, 0, 0, 0], syn.clone()].concat();
    assert!(line(&ip6(0, 64, (a, b), &extended)).contains("TCP SYN"), "behind headers of extensions");
    let fragment = |at: u16| [vec![6, 0], at.to_be_bytes().to_vec(), vec![0, 0, 0, 1], syn.clone()].concat();
    assert!(line(&ip6(44, 64, (a, b), &fragment(1))).contains("TCP SYN"));
    assert!(line(&ip6(44, 64, (a, b), &fragment(8 << 3 | 1))).ends_with("protocol 44, hlim 64"));
    let error = [vec![1, 4, 0, 0, 0, 0, 0, 0], request].concat();
    let error = decode(&ethernet(2, 1, 0x86dd, &ip6(58, 64, (b, a), &error)));
    assert!(error.line().contains("ICMPv6 port unreachable"), "{}", error.line());
    assert!(error.quoted.unwrap().icmpv6.is_some());
}

#[test]
fn a_packet_of_ipv6_is_followed_with_the_questions_for_neighbours() {
    let ([a, b], mark) = (SIX, Mark::Echo { id: 7, sequence: 1 });
    let (group, own) = ("ff02::1:ff00:3".parse().unwrap(), "fe80::1".parse().unwrap());
    let frame = |bytes: Vec<u8>| ethernet(1, 2, 0x86dd, &bytes);
    let captured = vec![
        captured(1, (7, 2), Passing::Out, frame(ip6(58, 64, (a, b), &echo(128)))),
        captured(2, (1, 4), Passing::In, frame(ip6(58, 64, (a, b), &echo(128)))),
        captured(3, (1, 5), Passing::Out, frame(ip6(58, 255, (own, group), &ndp(135, b, 1)))),
        captured(4, (1, 5), Passing::In, frame(ip6(58, 255, (b, own), &ndp(136, b, 2)))),
        captured(5, (1, 5), Passing::Out, frame(ip6(58, 63, (a, b), &echo(128)))),
        captured(6, (1, 5), Passing::In, frame(ip6(58, 64, (b, a), &echo(129)))),
        captured(7, (1, 5), Passing::In, frame(ip6(58, 255, (own, group), &ndp(135, own, 1)))),
    ];
    let addresses = SIX.iter().copied().map(IpAddr::from).collect();
    let hops = followed(&Flow { marks: vec![mark], addresses, ..Flow::default() }, captured, Vec::new(), 99);
    let said: Vec<_> = hops.iter().map(said).collect();
    assert_eq!(
        said,
        [
            "There 7/2 Out []",
            "There 1/4 In []",
            "Neighbour 1/5 Out []",
            "Neighbour 1/5 In []",
            "There 1/5 Out [hop_limit 64→63 forwarding]",
            "Back 1/5 In []",
        ]
    );
}
