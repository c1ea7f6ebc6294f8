//! pcapng (draft-ietf-opsawg-pcapng), which Wireshark and tshark read: one interface a link, nanoseconds, and what was seen in comments.

use crate::trace::{Difference, Frame, Hop, Missed, Passing, Place, Walk, WalkEndpoint, WalkState, WatchedLink};

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const ENHANCED_PACKET: u32 = 6;
/// LINKTYPE_ETHERNET.
const ETHERNET: u16 = 1;
/// Option codes: of each block; of a section; of an interface; of a packet.
const COMMENT: u16 = 1;
const APPLICATION: u16 = 4;
const NAME: u16 = 2;
const DESCRIPTION: u16 = 3;
const RESOLUTION: u16 = 9;
const FLAGS: u16 = 2;

/// A walk as a file.
pub fn write(state: &WalkState) -> Vec<u8> {
    let mut file = Vec::new();
    let walk = &state.walk;
    let mut options = option(COMMENT, format!("dockwalk walk {}: {}", walk.id, walk.line()).as_bytes());
    if let Some(Missed { frames, hops }) = state.end.as_ref().map(|end| end.missed).filter(|it| !it.is_nothing()) {
        let text = format!("not everything was seen: {frames} frames lost, {hops} places cut");
        options.extend(option(COMMENT, text.as_bytes()));
    }
    options.extend(option(APPLICATION, concat!("dockwalk ", env!("CARGO_PKG_VERSION")).as_bytes()));
    // The order of bytes, version 1.0, and that it is not said how long the section is.
    let mut section = 0x1a2b_3c4d_u32.to_le_bytes().to_vec();
    section.extend([1, 0, 0, 0]);
    section.extend([0xff; 8]);
    section.extend(options);
    section.extend(END);
    block(&mut file, SECTION, &section);
    for at in &walk.watched {
        block(&mut file, INTERFACE, &interface(walk, at));
    }
    let hops: Vec<_> = state.hops.iter().map(|hop| &**hop).collect();
    for (number, hop) in hops.iter().enumerate() {
        let (Place::Link { netns, ifindex, passing, .. }, Some(frame)) = (&hop.place, &hop.frame) else { continue };
        let at = walk.watched.iter().position(|at| (at.netns, at.ifindex) == (*netns, *ifindex));
        let Some(at) = at.and_then(|at| u32::try_from(at).ok()) else { continue };
        // Rules that it met before it was captured at all stand at the first frame, all others at the frame before them.
        let first = hops[..number].iter().all(|hop| hop.frame.is_none());
        let before = hops[..number].iter().filter(|_| first).filter_map(|hop| rule("before", hop));
        let after = hops[number + 1..].iter().take_while(|hop| hop.frame.is_none()).filter_map(|hop| rule("then", hop));
        let mut comments = vec![format!("hop {}", hop.number)];
        comments.extend(before);
        comments.extend(hop.differs.iter().map(Difference::line));
        comments.extend(after);
        block(&mut file, ENHANCED_PACKET, &packet(at, *passing, frame, &comments));
    }
    file
}

/// opt_endofopt.
const END: [u8; 4] = [0; 4];

/// A container's link has the container's name before it: each has an `eth0`.
fn interface(walk: &Walk, at: &WatchedLink) -> Vec<u8> {
    let ends = [(&walk.from, Some(walk.from_netns)), (&walk.to, walk.to_netns)];
    let name = ends.into_iter().find_map(|(end, netns)| match end {
        WalkEndpoint::Container { name, .. } if netns == Some(at.netns) => Some(format!("{name}/{}", at.name)),
        _ => None,
    });
    let name = name.unwrap_or_else(|| at.name.clone());
    let kept = u32::try_from(Frame::KEPT).unwrap_or(u32::MAX);
    let mut body = [ETHERNET.to_le_bytes(), [0, 0]].concat();
    body.extend(kept.to_le_bytes());
    body.extend(option(NAME, name.as_bytes()));
    body.extend(option(DESCRIPTION, format!("net:[{}] {}", at.netns, at.link.0).as_bytes()));
    // A unit is 10⁻⁹ s.
    body.extend(option(RESOLUTION, &[9]));
    body.extend(END);
    body
}

fn packet(at: u32, passing: Passing, frame: &Frame, comments: &[String]) -> Vec<u8> {
    let (high, low) = (frame.time >> 32, frame.time & 0xffff_ffff);
    let kept = u32::try_from(frame.bytes.len()).unwrap_or(u32::MAX);
    let words = [at, u32::try_from(high).unwrap_or(0), u32::try_from(low).unwrap_or(0), kept, frame.length.max(kept)];
    let mut body: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    body.extend(&frame.bytes);
    pad(&mut body);
    for comment in comments {
        body.extend(option(COMMENT, comment.as_bytes()));
    }
    let direction: u32 = match passing {
        Passing::In => 1,
        Passing::Out => 2,
    };
    body.extend(option(FLAGS, &direction.to_le_bytes()));
    body.extend(END);
    body
}

/// `then: hop 6, nft between: oifname "br-1" drop (drop)`
fn rule(when: &str, hop: &Hop) -> Option<String> {
    match &hop.place {
        Place::Rule { chain, text, verdict, .. } => {
            Some(format!("{when}: hop {}, nft {chain}: {text} ({verdict})", hop.number))
        }
        Place::Link { .. } => None,
    }
}

fn option(code: u16, value: &[u8]) -> Vec<u8> {
    // What is longer than an option can be is cut.
    let value = &value[..value.len().min(usize::from(u16::MAX))];
    let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
    let mut bytes = [code.to_le_bytes(), length.to_le_bytes()].concat();
    bytes.extend(value);
    pad(&mut bytes);
    bytes
}

fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

/// A block has its length before and behind it.
fn block(file: &mut Vec<u8>, kind: u32, body: &[u8]) {
    let length = u32::try_from(body.len() + 12).unwrap_or(u32::MAX).to_le_bytes();
    file.extend(kind.to_le_bytes());
    file.extend(length);
    file.extend(body);
    file.extend(length);
}
