//! Names that are no UTF-8: the kernel lets a link be called by any bytes but `/`, `:` and white space, and whoever owns a namespace makes
//! use of that. The types of messages take text alone, and refuse a whole dump for one such name; so it is written out before (`\xff`).
//!
//! ```text
//! nlmsghdr │ ifinfomsg or ifaddrmsg │ attributes: length, type, content, filled up to four bytes
//! ```

use std::borrow::Cow;

/// `struct nlmsghdr`.
const HEAD: usize = 16;
/// RTM_NEWLINK, RTM_DELLINK: behind 16 bytes IFLA_IFNAME, IFLA_QDISC, IFLA_IFALIAS, IFLA_PHYS_PORT_NAME, and IFLA_ALT_IFNAME in
/// IFLA_PROP_LIST.
const LINKS: [u16; 2] = [16, 17];
const LINK_NAMES: [u16; 4] = [3, 6, 20, 38];
const ALTERNATIVE: u16 = 53;
const PROPERTIES: u16 = 52;
/// RTM_NEWADDR, RTM_DELADDR: behind 8 bytes IFA_LABEL.
const ADDRESSES: [u16; 2] = [20, 21];
const ADDRESS_NAMES: [u16; 1] = [3];
/// The two upper bits of an attribute's type say how it is written.
const TYPE: u16 = 0x3fff;

/// The first message, in which all names are text, and what is behind it.
pub(super) fn first(bytes: &[u8]) -> (Cow<'_, [u8]>, &[u8]) {
    let length = bytes.get(..4).and_then(|it| it.try_into().ok()).map_or(0, u32::from_ne_bytes) as usize;
    let rest = bytes.get(length.next_multiple_of(4).max(4)..).unwrap_or_default();
    // What says that it is shorter than its own header, or longer than what came, is no message: who reads it refuses it.
    let Some(message) = bytes.get(..length).filter(|_| length >= HEAD) else { return (Cow::Borrowed(bytes), rest) };
    (rewritten(message).map_or(Cow::Borrowed(message), Cow::Owned), rest)
}

/// None where all names are text already.
fn rewritten(message: &[u8]) -> Option<Vec<u8>> {
    let kind = u16::from_ne_bytes(message.get(4..6)?.try_into().ok()?);
    let (fixed, names): (usize, &[u16]) = match kind {
        kind if LINKS.contains(&kind) => (HEAD + 16, &LINK_NAMES),
        kind if ADDRESSES.contains(&kind) => (HEAD + 8, &ADDRESS_NAMES),
        _ => return None,
    };
    let attributes = message.get(fixed..)?;
    if is_legible(attributes, names) {
        return None;
    }
    let attributes = legible(attributes, names)?;
    let mut whole = message.get(..fixed)?.to_vec();
    whole.extend(attributes);
    let length = u32::try_from(whole.len()).ok()?;
    whole.get_mut(..4)?.copy_from_slice(&length.to_ne_bytes());
    Some(whole)
}

/// Nearly all messages are so, and are not copied.
fn is_legible(mut bytes: &[u8], names: &[u16]) -> bool {
    while let (Some(length), Some(kind)) = (number(bytes, 0), number(bytes, 2)) {
        let length = usize::from(length);
        let Some(content) = bytes.get(4..length) else { break };
        let of = kind & TYPE;
        let is = match of {
            PROPERTIES => is_legible(content, &[ALTERNATIVE]),
            of if names.contains(&of) => is_text(name(content)),
            _ => true,
        };
        if !is {
            return false;
        }
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    true
}

/// Attributes of which some had names that are no text; none where all were.
fn legible(mut bytes: &[u8], names: &[u16]) -> Option<Vec<u8>> {
    let (mut all, mut changed) = (Vec::with_capacity(bytes.len()), false);
    while let (Some(length), Some(kind)) = (number(bytes, 0), number(bytes, 2)) {
        let length = usize::from(length);
        let Some(content) = bytes.get(4..length) else { break };
        let of = kind & TYPE;
        let new = if names.contains(&of) {
            text(content)
        } else if of == PROPERTIES {
            legible(content, &[ALTERNATIVE])
        } else {
            None
        };
        changed |= new.is_some();
        let content = new.as_deref().unwrap_or(content);
        all.extend(u16::try_from(4 + content.len()).ok()?.to_ne_bytes());
        all.extend(kind.to_ne_bytes());
        all.extend(content);
        all.resize(all.len().next_multiple_of(4), 0);
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    changed.then_some(all)
}

/// With its NUL; none where it is text already.
fn text(content: &[u8]) -> Option<Vec<u8>> {
    let name = name(content);
    if is_text(name) {
        return None;
    }
    let mut text = Vec::new();
    for chunk in name.utf8_chunks() {
        text.extend(chunk.valid().replace('\\', "\\x5c").bytes());
        text.extend(chunk.invalid().iter().flat_map(|byte| std::ascii::escape_default(*byte)));
    }
    text.push(0);
    Some(text)
}

/// It is shown as it is. One with a backslash could be taken for another that has none.
fn is_text(name: &[u8]) -> bool {
    !name.contains(&b'\\') && std::str::from_utf8(name).is_ok()
}

fn name(content: &[u8]) -> &[u8] {
    content.split(|byte| *byte == 0).next().unwrap_or_default()
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_ne_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use netlink_packet_core::{NetlinkMessage, NetlinkPayload};
    use netlink_packet_route::RouteNetlinkMessage;
    use netlink_packet_route::link::LinkAttribute;

    fn attribute(kind: u16, content: &[u8]) -> Vec<u8> {
        let mut bytes = u16::try_from(4 + content.len()).unwrap().to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(content);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn link(attributes: &[Vec<u8>]) -> Vec<u8> {
        let body = attributes.concat();
        let mut bytes = u32::try_from(HEAD + 16 + body.len()).unwrap().to_ne_bytes().to_vec();
        bytes.extend(16_u16.to_ne_bytes());
        bytes.extend([0; 10]);
        bytes.extend([0; 16]);
        bytes.extend(body);
        bytes
    }

    fn names(bytes: &[u8]) -> Vec<LinkAttribute> {
        match NetlinkMessage::<RouteNetlinkMessage>::deserialize(bytes).unwrap().payload {
            NetlinkPayload::InnerMessage(RouteNetlinkMessage::NewLink(link)) => link.attributes,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_name_that_is_no_text_is_written_out_and_all_else_is_as_it_was() {
        let plain = link(&[attribute(3, b"eth0\0"), attribute(4, &1500_u32.to_ne_bytes())]);
        assert!(matches!(first(&plain).0, Cow::Borrowed(_)));
        let strange = link(&[
            attribute(3, b"a\xffb\0"),
            attribute(4, &1500_u32.to_ne_bytes()),
            attribute(20, b"\xc3\0"),
            attribute(0x8000 | 52, &attribute(53, b"\xfe\0")),
        ]);
        assert!(NetlinkMessage::<RouteNetlinkMessage>::deserialize(&strange).is_err(), "that is why it is written out");
        let both = [strange.clone(), plain.clone()].concat();
        let (message, rest) = first(&both);
        let found = names(&message);
        assert_eq!(found[0], LinkAttribute::IfName(r"a\xffb".into()));
        assert_eq!(found[1], LinkAttribute::Mtu(1500));
        assert_eq!(found[2], LinkAttribute::IfAlias(r"\xc3".into()));
        assert_eq!((rest, found.len()), (&plain[..], 4));
    }

    #[test]
    fn nothing_is_read_beyond_the_end() {
        let strange = link(&[attribute(3, b"\xff\0"), attribute(20, b"\xff\0")]);
        for end in 0..strange.len() {
            let (message, rest) = first(&strange[..end]);
            assert!(message.len() <= strange.len() + 8 && rest.is_empty(), "{end}");
        }
        let mut short = strange;
        short[..4].copy_from_slice(&7_u32.to_ne_bytes());
        assert_eq!(first(&short).0.len(), short.len(), "who reads it refuses it");
    }
}
