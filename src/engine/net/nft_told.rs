//! What the kernel tells of changed rules (linux/netfilter/nf_tables.h), in words as `nft monitor` has them.
//!
//! ```text
//! nlmsghdr type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_…  │ nfgenmsg family, version, res_id │ attributes: table, chain, handle
//! ```

use super::multicast::{Lost, Multicast};
use crate::engine::evidence;
use crate::trace::Evidence;
use std::collections::VecDeque;

/// NFNL_SUBSYS_NFTABLES.
pub(super) const NFTABLES: u16 = 10;
/// Lengths of `struct nlmsghdr` and `struct nfgenmsg`.
pub(super) const HEAD: usize = 16;
pub(super) const GENERAL: usize = 4;
/// How many messages are kept to be shown.
const KEPT: usize = 16;

/// What was told since the last time.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The latest of them.
    rows: VecDeque<String>,
    lost: Lost,
}

/// Takes it; none when nothing was told.
pub(super) fn drain(socket: &Multicast) -> Option<Told> {
    let mut told = Told::default();
    let lost = socket.datagrams(|bytes| told.take(bytes))?;
    told.lost = lost;
    Some(told)
}

impl Told {
    fn take(&mut self, mut bytes: &[u8]) {
        while let Some(length) = word(bytes, 0, u32::from_ne_bytes).map(|length| length as usize) {
            let Some(message) = bytes.get(..length).filter(|_| length >= HEAD + GENERAL) else { return };
            self.rows.extend(said(message));
            if self.rows.len() > KEPT {
                self.rows.pop_front();
            }
            bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        }
    }

    /// What was told after it.
    pub(super) fn append(&mut self, later: Self) {
        self.rows.extend(later.rows);
        let over = self.rows.len().saturating_sub(KEPT);
        self.rows.drain(..over);
        if later.lost.0.is_some() {
            self.lost = later.lost;
        }
    }

    /// How it is known.
    pub(super) fn evidence(&self) -> Vec<Evidence> {
        let rows: Vec<_> = self.rows.iter().cloned().collect();
        let lost = self.lost.0.map(evidence::netlink::overrun);
        lost.into_iter().chain([evidence::netlink::told("NFNLGRP_NFTABLES", rows)]).collect()
    }
}

/// `NFT_MSG_DELRULE ip dockwalk forward handle 12`, `NFT_MSG_NEWGEN 17 nft (PID 4711)`
fn said(message: &[u8]) -> Option<String> {
    let kind = word(message, 4, u16::from_ne_bytes)?;
    if kind >> 8 != NFTABLES {
        return None;
    }
    let attributes = attributes(message.get(HEAD + GENERAL..)?);
    let get = |kind: u16| attributes.iter().find(|(of, _)| *of == kind).map(|(_, content)| *content);
    let text = |kind: u16| get(kind).map(text_of);
    let handle = |kind: u16| get(kind).and_then(|content| word(content, 0, u64::from_be_bytes));
    let number = |kind: u16| get(kind).and_then(|content| word(content, 0, u32::from_be_bytes));
    let family = family(*message.get(HEAD)?);
    let numbered = |row: String, handle: Option<u64>| match handle {
        Some(handle) => format!("{row} handle {handle}"),
        None => row,
    };
    let table = text(1).unwrap_or_default();
    Some(match kind & 0xff {
        0 => format!("NFT_MSG_NEWTABLE {family} {table}"),
        2 => format!("NFT_MSG_DELTABLE {family} {table}"),
        3 => format!("NFT_MSG_NEWCHAIN {family} {table} {}", text(3).unwrap_or_default()),
        5 => format!("NFT_MSG_DELCHAIN {family} {table} {}", text(3).unwrap_or_default()),
        6 => numbered(format!("NFT_MSG_NEWRULE {family} {table} {}", text(2).unwrap_or_default()), handle(3)),
        8 => numbered(format!("NFT_MSG_DELRULE {family} {table} {}", text(2).unwrap_or_default()), handle(3)),
        15 => {
            let by = text(3).zip(number(2)).map_or_else(String::new, |(name, pid)| format!(" {name} (PID {pid})"));
            format!("NFT_MSG_NEWGEN {}{by}", number(1)?)
        }
        other => format!("NFT_MSG_{other} {family} {table}"),
    })
}

/// NFPROTO_…, as nft calls it.
pub(super) fn family(number: u8) -> &'static str {
    match number {
        1 => "inet",
        2 => "ip",
        3 => "arp",
        5 => "netdev",
        7 => "bridge",
        10 => "ip6",
        _ => "?",
    }
}

pub(super) fn word<const N: usize, T>(bytes: &[u8], at: usize, read: fn([u8; N]) -> T) -> Option<T> {
    bytes.get(at..at + N)?.try_into().ok().map(read)
}

/// Type and content of each (`struct nlattr`); the two upper bits of a type say how it is written.
pub(super) fn attributes(mut bytes: &[u8]) -> Vec<(u16, &[u8])> {
    let mut found = Vec::new();
    while let (Some(length), Some(kind)) = (word(bytes, 0, u16::from_ne_bytes), word(bytes, 2, u16::from_ne_bytes)) {
        let length = usize::from(length);
        let Some(content) = bytes.get(4..length) else { break };
        found.push((kind & 0x3fff, content));
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    found
}

pub(super) fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn attribute(kind: u16, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len() + 4).unwrap();
        let mut bytes = [length.to_ne_bytes(), kind.to_ne_bytes()].concat();
        bytes.extend(content);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn message(kind: u16, family: u8, attributes: &[Vec<u8>]) -> Vec<u8> {
        let body: Vec<u8> = attributes.concat();
        let length = u32::try_from(HEAD + GENERAL + body.len()).unwrap();
        let mut bytes = length.to_ne_bytes().to_vec();
        bytes.extend((NFTABLES << 8 | kind).to_ne_bytes());
        bytes.extend([0; 10]);
        bytes.extend([family, 0, 0, 0]);
        bytes.extend(body);
        bytes
    }

    #[test]
    fn messages_are_said_as_nft_monitor_says_them() {
        let rule = [attribute(1, b"dockwalk\0"), attribute(2, b"forward\0"), attribute(3, &12_u64.to_be_bytes())];
        let generation =
            [attribute(1, &17_u32.to_be_bytes()), attribute(2, &4711_u32.to_be_bytes()), attribute(3, b"nft\0")];
        let mut told = Told::default();
        told.take(&[message(8, 2, &rule), message(15, 0, &generation)].concat());
        assert_eq!(told.rows, ["NFT_MSG_DELRULE ip dockwalk forward handle 12", "NFT_MSG_NEWGEN 17 nft (PID 4711)"]);
        (0..40).for_each(|_| told.take(&message(6, 2, &rule)));
        assert_eq!((told.rows.len(), told.rows[0].as_str()), (KEPT, "NFT_MSG_NEWRULE ip dockwalk forward handle 12"));
    }

    #[test]
    fn what_is_cut_off_is_no_message() {
        let whole = message(6, 2, &[attribute(1, b"t\0")]);
        for length in 0..whole.len() {
            let mut told = Told::default();
            told.take(&whole[..length]);
            assert!(told.rows.is_empty(), "{length}");
        }
        let mut told = Told::default();
        told.take(&[0; 64]);
        assert!(told.rows.is_empty());
    }
}
