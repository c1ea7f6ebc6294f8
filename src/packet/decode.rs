use crate::trace::{Arp, Decoded, Dns, Ethernet, Icmp, Ipv4, Ipv6, Ndp, Tcp, Udp};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const IPV4: u16 = 0x0800;
const ARP: u16 = 0x0806;
const IPV6: u16 = 0x86dd;
/// The length of a header of IPv6, and how many headers of extensions are looked at behind it.
const HEADER6: usize = 40;
const EXTENSIONS: usize = 8;
/// The port of name servers.
const NAMES: u16 = 53;
/// How many records of an answer are looked at.
const RECORDS: u16 = 32;
/// Bytes of a name, written out (RFC 1035, 2.3.4).
const NAME: usize = 255;

/// What an Ethernet frame says, as far as its bytes are there.
pub fn decode(bytes: &[u8]) -> Decoded {
    let mut decoded = Decoded::default();
    let (Some(header), Some(kind)) = (bytes.get(..14), u16_at(bytes, 12)) else { return decoded };
    decoded.ethernet = Some(Ethernet { source: mac(&header[6..12]), destination: mac(&header[..6]), kind });
    match kind {
        ARP => decoded.arp = arp(&bytes[14..]),
        IPV4 => ipv4(&bytes[14..], true, &mut decoded),
        IPV6 => ipv6(&bytes[14..], true, &mut decoded),
        _ => {}
    }
    decoded
}

/// The same, where it is known that its datagram is one of DNS, at whatever port.
pub(super) fn decode_names(bytes: &[u8]) -> Decoded {
    let mut decoded = decode(bytes);
    let packet = bytes.get(14..).unwrap_or_default();
    let header = match (&decoded.ipv4, &decoded.ipv6) {
        (Some(_), _) => packet.first().map(|first| usize::from(first & 0x0f) * 4),
        (None, Some(_)) => upper6(packet).map(|(_, at)| at),
        (None, None) => None,
    };
    if let (Some(_), Some(header)) = (&decoded.udp, header) {
        decoded.dns = packet.get(header + 8..).and_then(dns);
    }
    decoded
}

/// What a packet of IP says, without a frame around it.
pub fn decode_ip(bytes: &[u8]) -> Decoded {
    let mut decoded = Decoded::default();
    ip(bytes, true, &mut decoded);
    decoded
}

fn ip(bytes: &[u8], quotes: bool, decoded: &mut Decoded) {
    match bytes.first().map(|first| first >> 4) {
        Some(4) => ipv4(bytes, quotes, decoded),
        Some(6) => ipv6(bytes, quotes, decoded),
        _ => {}
    }
}

/// RFC 826, of IPv4 on Ethernet.
fn arp(bytes: &[u8]) -> Option<Arp> {
    if bytes.get(..6)? != [0, 1, 8, 0, 6, 4] {
        return None;
    }
    let answers = match u16_at(bytes, 6)? {
        1 => false,
        2 => true,
        _ => return None,
    };
    let (sender_mac, target_mac) = (mac(bytes.get(8..14)?), mac(bytes.get(18..24)?));
    Some(Arp { answers, sender: address(bytes, 14)?, sender_mac, target: address(bytes, 24)?, target_mac })
}

fn ipv4(bytes: &[u8], quotes: bool, decoded: &mut Decoded) {
    let Some((ip, header, fragment)) = ipv4_header(bytes) else { return };
    let protocol = ip.protocol;
    // What the frame was filled up with is no part of the packet. A trace of rules has the headers alone.
    let end = usize::from(ip.length).clamp(header, bytes.len().max(header));
    decoded.ipv4 = Some(ip);
    let Some(inner) = bytes.get(header..end).filter(|_| fragment == 0) else { return };
    match protocol {
        1 => icmp(inner, quotes, decoded),
        other => ports(other, inner, decoded),
    }
}

fn ports(protocol: u8, inner: &[u8], decoded: &mut Decoded) {
    match protocol {
        6 => decoded.tcp = tcp(inner),
        17 => {
            decoded.udp = udp(inner);
            let names = decoded.udp.as_ref().is_some_and(|udp| udp.source == NAMES || udp.destination == NAMES);
            decoded.dns = inner.get(8..).filter(|_| names).and_then(dns);
        }
        _ => {}
    }
}

/// RFC 8200.
fn ipv6(bytes: &[u8], quotes: bool, decoded: &mut Decoded) {
    let Some(header) = bytes.get(..HEADER6).filter(|header| header[0] >> 4 == 6) else { return };
    let (Some(source), Some(destination)) = (address6(header, 8), address6(header, 24)) else { return };
    let (Some(first), Some(length)) = (u32_at(header, 0), u16_at(header, 4)) else { return };
    let upper = upper6(bytes);
    let protocol = upper.map_or(header[6], |(protocol, _)| protocol);
    let (hop_limit, flow_label) = (header[7], first & 0x000f_ffff);
    decoded.ipv6 = Some(Ipv6 { source, destination, hop_limit, flow_label, protocol, length });
    let end = (HEADER6 + usize::from(length)).clamp(HEADER6, bytes.len().max(HEADER6));
    let Some(inner) = upper.and_then(|(_, at)| bytes.get(at..end)) else { return };
    match protocol {
        58 => icmpv6(inner, quotes, decoded),
        other => ports(other, inner, decoded),
    }
}

/// What a packet of IPv6 carries behind the headers of extensions, and where that begins; none in a fragment that is not the first.
fn upper6(bytes: &[u8]) -> Option<(u8, usize)> {
    let (mut next, mut at) = (*bytes.get(6)?, HEADER6);
    for _ in 0..EXTENSIONS {
        let length = match next {
            // Hop-by-hop, routing, destination: in units of eight bytes beside the first.
            0 | 43 | 60 => 8 + 8 * usize::from(*bytes.get(at + 1)?),
            44 if u16_at(bytes, at + 2)? >> 3 == 0 => 8,
            44 => return None,
            upper => return Some((upper, at)),
        };
        next = *bytes.get(at)?;
        at += length;
    }
    None
}

/// RFC 4443, and of RFC 4861 what asks for neighbours and answers that.
fn icmpv6(bytes: &[u8], quotes: bool, decoded: &mut Decoded) {
    let Some([kind, code]) = bytes.get(..2).and_then(|head| <[u8; 2]>::try_from(head).ok()) else { return };
    if let Some(ndp) = ndp(kind, bytes) {
        decoded.ndp = Some(ndp);
        return;
    }
    let echo = matches!(kind, 128 | 129);
    let (id, sequence) = (u16_at(bytes, 4).filter(|_| echo), u16_at(bytes, 6).filter(|_| echo));
    decoded.icmpv6 = Some(Icmp { kind, code, id, sequence });
    if let Some(quoted) = bytes.get(8..).filter(|_| quotes && matches!(kind, 1..=4)) {
        let mut inner = Decoded::default();
        ipv6(quoted, false, &mut inner);
        decoded.quoted = inner.ipv6.is_some().then(|| Box::new(inner));
    }
}

fn ndp(kind: u8, bytes: &[u8]) -> Option<Ndp> {
    let (answers, option) = match kind {
        135 => (false, 1),
        136 => (true, 2),
        _ => return None,
    };
    let target = address6(bytes, 8)?;
    let (mut at, mut mac_found) = (24, None);
    // Each with its length in units of eight bytes.
    while let (Some(kind), Some(length)) = (bytes.get(at), bytes.get(at + 1)) {
        if (*kind, *length) == (option, 1) {
            mac_found = bytes.get(at + 2..at + 8).map(mac);
        }
        if *length == 0 {
            break;
        }
        at += 8 * usize::from(*length);
    }
    Some(Ndp { answers, target, mac: mac_found })
}

/// The header, how long it is, and where in the whole packet this fragment begins.
fn ipv4_header(bytes: &[u8]) -> Option<(Ipv4, usize, u16)> {
    let first = *bytes.first()?;
    let header = usize::from(first & 0x0f) * 4;
    if first >> 4 != 4 || header < 20 || bytes.len() < header {
        return None;
    }
    let ip = Ipv4 {
        source: address(bytes, 12)?,
        destination: address(bytes, 16)?,
        ttl: bytes[8],
        id: u16_at(bytes, 4)?,
        protocol: bytes[9],
        length: u16_at(bytes, 2)?,
    };
    Some((ip, header, u16_at(bytes, 6)? & 0x1fff))
}

fn icmp(bytes: &[u8], quotes: bool, decoded: &mut Decoded) {
    let Some([kind, code]) = bytes.get(..2).and_then(|head| <[u8; 2]>::try_from(head).ok()) else { return };
    let echo = matches!(kind, 0 | 8);
    let (id, sequence) = (u16_at(bytes, 4).filter(|_| echo), u16_at(bytes, 6).filter(|_| echo));
    decoded.icmp = Some(Icmp { kind, code, id, sequence });
    // Errors quote what they are about (RFC 792); what a quoted error quotes is not looked at.
    if let Some(quoted) = bytes.get(8..).filter(|_| quotes && matches!(kind, 3 | 4 | 5 | 11 | 12)) {
        let mut inner = Decoded::default();
        ipv4(quoted, false, &mut inner);
        decoded.quoted = inner.ipv4.is_some().then(|| Box::new(inner));
    }
}

/// A quoted one may end after its first eight bytes: then there are no flags.
fn tcp(bytes: &[u8]) -> Option<Tcp> {
    const FLAGS: [(u8, &str); 8] = [
        (0x02, "SYN"),
        (0x01, "FIN"),
        (0x04, "RST"),
        (0x08, "PSH"),
        (0x10, "ACK"),
        (0x20, "URG"),
        (0x40, "ECE"),
        (0x80, "CWR"),
    ];
    let bits = bytes.get(13).copied().unwrap_or(0);
    let flags: Vec<_> = FLAGS.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, name)| *name).collect();
    Some(Tcp {
        source: u16_at(bytes, 0)?,
        destination: u16_at(bytes, 2)?,
        flags: flags.join(","),
        sequence: u32_at(bytes, 4)?,
        acknowledges: u32_at(bytes, 8).unwrap_or(0),
    })
}

fn udp(bytes: &[u8]) -> Option<Udp> {
    Some(Udp { source: u16_at(bytes, 0)?, destination: u16_at(bytes, 2)?, length: u16_at(bytes, 4)? })
}

/// RFC 1035: the first question, and the addresses of the answer.
fn dns(bytes: &[u8]) -> Option<Dns> {
    let flags = u16_at(bytes, 2)?;
    if u16_at(bytes, 4)? == 0 {
        return None;
    }
    let (question, end) = name(bytes, 12)?;
    let mut dns = Dns {
        id: u16_at(bytes, 0)?,
        answers: flags & 0x8000 != 0,
        question,
        kind: u16_at(bytes, end)?,
        code: u8::try_from(flags & 0x0f).unwrap_or(0),
        addresses: Vec::new(),
    };
    let (count, mut at) = (u16_at(bytes, 6)?.min(RECORDS), end + 4);
    for _ in 0..count {
        let Some((found, next)) = record(bytes, at) else { break };
        dns.addresses.extend(found);
        at = next;
    }
    Some(dns)
}

/// The address in a record, if it holds one, and where the next begins.
fn record(bytes: &[u8], at: usize) -> Option<(Option<IpAddr>, usize)> {
    let at = after_name(bytes, at)?;
    let (kind, class, length) = (u16_at(bytes, at)?, u16_at(bytes, at + 2)?, usize::from(u16_at(bytes, at + 8)?));
    let found = match (kind, class, length) {
        (1, 1, 4) => Some(address(bytes, at + 10)?.into()),
        (28, 1, 16) => Some(address6(bytes, at + 10)?.into()),
        _ => None,
    };
    Some((found, at + 10 + length))
}

/// A name as it is written out in a question, and where it ends.
fn name(bytes: &[u8], mut at: usize) -> Option<(String, usize)> {
    let mut text = String::new();
    loop {
        let length = usize::from(*bytes.get(at)?);
        at += 1;
        if length == 0 {
            return Some((if text.is_empty() { ".".to_owned() } else { text }, at));
        }
        let label = bytes.get(at..at + length).filter(|_| length < 64)?;
        text.extend(label.iter().flat_map(|byte| std::ascii::escape_default(*byte)).map(char::from));
        text.push('.');
        at += length;
        if at > 12 + NAME {
            return None;
        }
    }
}

fn after_name(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *bytes.get(at)? {
            0 => return Some(at + 1),
            length if length & 0xc0 == 0xc0 => return Some(at + 2),
            length => at += usize::from(length) + 1,
        }
    }
}

fn mac(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}

fn address(bytes: &[u8], at: usize) -> Option<Ipv4Addr> {
    u32_at(bytes, at).map(Ipv4Addr::from)
}

fn address6(bytes: &[u8], at: usize) -> Option<Ipv6Addr> {
    bytes.get(at..at + 16)?.try_into().ok().map(|octets: [u8; 16]| octets.into())
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}
