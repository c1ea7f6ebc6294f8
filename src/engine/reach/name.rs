//! A name, asked as a container's programs ask: of whom its `/etc/resolv.conf` names; then its address is asked for an echo.

use super::{Told, ask};
use crate::engine::evidence::{self, SocketKind};
use crate::engine::handle::reach;
use crate::engine::lab::Netns;
use crate::engine::{Cancel, Result, random};
use crate::reach::{IpVersion, Protocol};
use crate::trace::{Book, Evidence, ProbeReply};
use nix::fcntl::OFlag;
use nix::sys::stat::Mode;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::fd::AsFd;
use std::path::Path;
use std::time::Duration;

/// Who answers for the names of networks that somebody made. Nobody else is asked: a question would go out to the Internet.
const NAMES_AT: Ipv4Addr = crate::engine::net::NAMES_AT;
/// Bytes of a resolv.conf that are read.
const RESOLV_CONF: u64 = 64 * 1024;

/// Looks a name up, and asks who has the address.
pub(super) fn ask(
    netns: &Netns,
    pid: Option<u32>,
    name: &str,
    version: IpVersion,
    patience: Duration,
    cancel: &Cancel,
) -> Result<Told> {
    let (servers, mut evidence) = pid.map_or_else(|| (Vec::new(), Vec::new()), name_servers);
    if !servers.contains(&NAMES_AT) {
        evidence.push(evidence::own(
            Book::Decision,
            [format!("{NAMES_AT} is none of the name servers; no other is asked")],
        ));
        return Ok(Told { reply: ProbeReply::NoSuchName, evidence });
    }
    let id = random::bytes::<2>()?;
    let query = query(name, version, id);
    let mut answer = Vec::new();
    let looked = netns.run(|| {
        Ok(ask::on_socket(SocketKind::Udp, false, |socket| {
            answer = ask::datagram(socket, SocketAddr::new(NAMES_AT.into(), 53), &query, patience, cancel)?;
            Ok(ProbeReply::Answered)
        }))
    })?;
    evidence.extend(looked.evidence);
    let Some(address) = address_in(&answer, &query, id) else {
        let reply = if looked.reply == ProbeReply::Silent { ProbeReply::Silent } else { ProbeReply::NoSuchName };
        return Ok(Told { reply, evidence });
    };
    let told = ask::ask(netns, Protocol::Icmp, address, patience, cancel)?;
    evidence.extend(told.evidence);
    Ok(Told { reply: told.reply, evidence })
}

/// The name servers that a process finds in its `/etc/resolv.conf`, whatever it made of that path.
pub(super) fn name_servers(pid: u32) -> (Vec<Ipv4Addr>, Vec<Evidence>) {
    let root = format!("/proc/{pid}/root");
    // A link of the kernel's own: to be followed.
    let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
    let opened = nix::fcntl::open(Path::new(&root), flags, Mode::empty());
    let found = opened.and_then(|root| reach::find(root.as_fd(), b"/etc/resolv.conf"));
    let Ok(found) = found else {
        return (Vec::new(), vec![evidence::own(Book::Search, [format!("{root}/etc/resolv.conf: none")])]);
    };
    let Ok(text) = evidence::read_at(&found, Path::new(&format!("{root}/etc/resolv.conf")), RESOLV_CONF) else {
        return (Vec::new(), vec![evidence::own(Book::Search, [format!("{root}/etc/resolv.conf: not read")])]);
    };
    let servers = text.content().lines().filter_map(|line| line.trim().strip_prefix("nameserver"));
    (servers.filter_map(|server| server.trim().parse().ok()).collect(), vec![text.evidence()])
}

/// Types of records: an address of IPv4 (RFC 1035), one of IPv6 (RFC 3596).
const A: [u8; 2] = [0, 1];
const AAAA: [u8; 2] = [0, 28];

/// A query for an address of that version that wants nobody else to be asked: RD is not set.
pub(super) fn query(name: &str, version: IpVersion, id: [u8; 2]) -> Vec<u8> {
    let mut bytes = [&id[..], &[0, 0, 0, 1, 0, 0, 0, 0, 0, 0]].concat();
    for label in name.split('.').filter(|label| !label.is_empty()) {
        let label = &label.as_bytes()[..label.len().min(63)];
        bytes.push(u8::try_from(label.len()).unwrap_or(63));
        bytes.extend(label);
    }
    bytes.push(0);
    bytes.extend(match version {
        IpVersion::V4 => A,
        IpVersion::V6 => AAAA,
    });
    bytes.extend([0, 1]);
    bytes
}

/// The first address of an answer to that query, of the version that was asked for. Who answers may be anybody: nothing is read beyond its end.
pub(super) fn address_in(answer: &[u8], query: &[u8], id: [u8; 2]) -> Option<IpAddr> {
    let head = answer.get(..12)?;
    let is_answer = head[..2] == id && head[2] & 0x80 != 0 && head[3] & 0x0f == 0;
    let count = u16::from_be_bytes([head[6], head[7]]);
    if !is_answer || answer.get(12..query.len())? != &query[12..] {
        return None;
    }
    let mut at = query.len();
    let wanted = query.get(at.checked_sub(4)?..)?;
    for _ in 0..count.min(64) {
        at = after_name(answer, at)?;
        let row = answer.get(at..at + 10)?;
        let length = usize::from(u16::from_be_bytes([row[8], row[9]]));
        let data = answer.get(at + 10..at + 10 + length)?;
        if row[..4] == *wanted {
            let six = || data.try_into().map(|octets: [u8; 16]| octets.into());
            return data.try_into().map(|octets: [u8; 4]| octets.into()).or_else(|_| six()).ok();
        }
        at += 10 + length;
    }
    None
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_from_an_answer_and_nothing_beyond_its_end() {
        let id = [1, 2];
        let query = query("web.front", IpVersion::V4, id);
        assert_eq!(query[2..4], [0, 0], "nobody else is to be asked");
        let mut answer = query.clone();
        answer[2] = 0x80;
        answer[7] = 1;
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 2, 88, 0, 4, 10, 0, 0, 2]);
        assert_eq!(address_in(&answer, &query, id), Some([10, 0, 0, 2].into()));
        for end in 0..answer.len() {
            assert_eq!(address_in(&answer[..end], &query, id), None, "{end}");
        }
        assert_eq!(address_in(&answer, &query, [9, 9]), None);
        let mut failed = answer.clone();
        failed[3] = 2;
        assert_eq!(address_in(&failed, &query, id), None);
        let mut none = answer;
        none[7] = 0;
        assert_eq!(address_in(&none, &query, id), None);
    }
}
