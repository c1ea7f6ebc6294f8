//! What the kernel tells by itself of one network namespace: links, addresses and routes that came, changed or went,
//! whoever changed them (the groups of rtnetlink(7) that `ip monitor` listens to), or rules (`nft monitor`).
//!
//! A namespace belongs to its container, whose root may tell what it likes there, and as fast as it likes: a message counts when
//! it is the kernel's, the latest few of many are kept, and what overran the socket's buffer (`ENOBUFS`) is a reason to look, too.

use super::monitor::Watch;
use super::table::{self, About, Differs};
use super::*;
use crate::engine::evidence;
use crate::trace::Evidence;
use netlink_packet_core::{NetlinkMessage, NetlinkPayload};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use netlink_sys::{
    Socket, SocketAddr,
    protocols::{NETLINK_NETFILTER, NETLINK_ROUTE},
};
use nix::errno::Errno;
use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};

/// Their numbers in linux/rtnetlink.h, and their names.
const GROUPS: [(u32, &str); 5] = [
    (1, "RTNLGRP_LINK"),
    (5, "RTNLGRP_IPV4_IFADDR"),
    (7, "RTNLGRP_IPV4_ROUTE"),
    (9, "RTNLGRP_IPV6_IFADDR"),
    (11, "RTNLGRP_IPV6_ROUTE"),
];
/// That of neighbours, rows of MAC tables among them.
const NEIGHBOURS: [(u32, &str); 1] = [(3, "RTNLGRP_NEIGH")];
/// The group of changed rules in linux/netfilter/nfnetlink.h.
const RULES: [(u32, &str); 1] = [(7, "NFNLGRP_NFTABLES")];
/// The group of rules that packets meet.
pub(super) const TRACES: [(u32, &str); 1] = [(9, "NFNLGRP_NFTRACE")];
/// How many datagrams are taken at once, and how many bytes of one.
const AT_ONCE: usize = 512;
const BUFFER: usize = 16 * 1024;
/// How many messages are kept to be shown as evidence.
const KEPT: usize = 64;
/// How many are shown where none is known to be about the change.
const SHOWN: usize = 8;

/// A socket in the groups.
#[derive(Debug)]
pub(super) struct Multicast {
    socket: Socket,
    groups: &'static [(u32, &'static str)],
    /// By which it wakes the monitor, once that watches it.
    pub(super) watch: Option<Watch>,
    /// What was told last has not been looked at.
    unseen: AtomicBool,
}

/// The descriptor on which messages were lost, if any were.
#[derive(Debug, Default)]
pub(super) struct Lost(pub(super) Option<RawFd>);

/// What was told since the last time.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The latest of them.
    messages: VecDeque<RouteNetlinkMessage>,
    lost: Option<RawFd>,
    /// What of links, addresses and routes may be other than it was.
    pub(super) differs: Differs,
    /// By which groups.
    groups: &'static [(u32, &'static str)],
}

impl Multicast {
    /// Of links, addresses and routes.
    pub(super) fn open(netns: &Netns) -> Result<Self> {
        Self::join(netns, NETLINK_ROUTE, &GROUPS)
    }

    /// Of what bridges learn and forget.
    pub(super) fn of_macs(netns: &Netns) -> Result<Self> {
        Self::join(netns, NETLINK_ROUTE, &NEIGHBOURS)
    }

    /// Of rules (nft(8)).
    pub(super) fn of_rules(netns: &Netns) -> Result<Self> {
        Self::join(netns, NETLINK_NETFILTER, &RULES)
    }

    /// Of rules that packets meet (`nft monitor trace`).
    pub(super) fn of_traces(netns: &Netns) -> Result<Self> {
        Self::join(netns, NETLINK_NETFILTER, &TRACES)
    }

    fn join(netns: &Netns, protocol: isize, groups: &'static [(u32, &'static str)]) -> Result<Self> {
        netns.run(|| {
            let refused = |e: io::Error| Fault::io("open", "socket(AF_NETLINK, SOCK_RAW, …)", &e);
            let mut socket = Socket::new(protocol).map_err(refused)?;
            socket.bind(&SocketAddr::new(0, 0)).map_err(refused)?;
            for (group, name) in groups {
                socket.add_membership(*group).map_err(|e| Fault::io("join", name, &e))?;
            }
            socket.set_non_blocking(true).map_err(refused)?;
            Ok(Self { socket, groups, watch: None, unseen: AtomicBool::new(false) })
        })
    }

    /// Takes what has been told of links, addresses and routes; none when nothing was. It never waits.
    pub(super) fn drain(&self) -> Option<Told> {
        let mut told = Told { groups: self.groups, ..Told::default() };
        let again = self.unseen.load(Ordering::Acquire);
        told.lost = self.datagrams(|bytes| told.take(bytes))?.0;
        told.differs.all |= again || told.lost.is_some();
        Some(told)
    }

    /// The same of MAC tables; of other neighbours nothing is told.
    pub(super) fn drain_macs(&self) -> Option<Told> {
        let again = self.unseen.load(Ordering::Acquire);
        self.drain().filter(|told| again || told.lost.is_some() || !told.messages.is_empty())
    }

    /// Takes what is there, and gives what is the kernel's; none when nothing is. It never waits.
    pub(super) fn datagrams(&self, mut take: impl FnMut(&[u8])) -> Option<Lost> {
        let (mut lost, mut any) = (Lost(None), self.unseen.swap(false, Ordering::AcqRel));
        let mut bytes = Vec::with_capacity(BUFFER);
        for _ in 0..AT_ONCE {
            bytes.clear();
            match self.socket.recv_from(&mut bytes, 0) {
                Ok((_, sender)) => {
                    any = true;
                    // Who owns the namespace can send to its groups, too.
                    if sender.port_number() == 0 {
                        take(&bytes);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return any.then_some(lost),
                Err(error) if error.raw_os_error() == Some(Errno::ENOBUFS as i32) => {
                    (lost, any) = (Lost(Some(self.socket.as_raw_fd())), true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    tracing::warn!(%error, "what the kernel tells of networks cannot be read");
                    break;
                }
            }
        }
        // There may be more, and of what does not fit any more the kernel says nothing.
        self.unseen.store(any, Ordering::Release);
        any.then_some(lost)
    }

    /// Has it looked at once more, though what was told is taken.
    pub(super) fn again(&self) {
        self.unseen.store(true, Ordering::Release);
        if let Some(watch) = &self.watch {
            watch.soon();
        }
    }

    /// Watches again after it was said that there is something.
    pub(super) fn rearm(&self) {
        if let Some(watch) = &self.watch {
            watch.rearm(self.socket.as_fd());
        }
    }
}

impl AsFd for Multicast {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Drop for Multicast {
    fn drop(&mut self) {
        if let Some(watch) = self.watch.take() {
            watch.end(self.socket.as_fd());
        }
    }
}

impl Told {
    /// What was told after it.
    pub(super) fn append(&mut self, later: Self) {
        self.messages.extend(later.messages);
        let over = self.messages.len().saturating_sub(KEPT);
        self.messages.drain(..over);
        self.lost = later.lost.or(self.lost);
        self.differs.links.extend(later.differs.links);
        self.differs.addresses |= later.differs.addresses;
        self.differs.all |= later.differs.all;
        self.groups = later.groups;
    }

    /// The messages of a datagram.
    fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (message, after) = legible::first(bytes);
            let Ok(message) = NetlinkMessage::<RouteNetlinkMessage>::deserialize(&message) else {
                self.differs.all = true;
                return;
            };
            bytes = after;
            if let NetlinkPayload::InnerMessage(object) = message.payload {
                if is_of_no_bridge(&object) {
                    continue;
                }
                self.differs.told(&object);
                self.messages.push_back(object);
                if self.messages.len() > KEPT {
                    self.messages.pop_front();
                }
            }
        }
    }

    /// What was told of it; where nothing was, what was told meanwhile: of routes that go with their link, the kernel says nothing.
    pub(super) fn about(&self, about: About<'_>, names: &BTreeMap<u32, String>) -> Vec<Evidence> {
        let said = |message: &RouteNetlinkMessage| table::told(message, names);
        let mut rows: Vec<_> =
            self.messages.iter().filter_map(said).filter(|(of, _)| of.is(about)).map(|(_, row)| row).collect();
        if rows.is_empty() {
            rows = self.messages.iter().filter_map(said).map(|(_, row)| row).take(SHOWN).collect();
        }
        rows.truncate(SHOWN);
        let lost = self.lost.map(evidence::netlink::overrun);
        let groups = self.groups.iter().map(|(_, name)| *name).collect::<Vec<_>>().join("|");
        lost.into_iter().chain((!rows.is_empty()).then(|| evidence::netlink::told(&groups, rows))).collect()
    }
}

/// Whom a host knows by its own address, not a row of a bridge's table.
fn is_of_no_bridge(message: &RouteNetlinkMessage) -> bool {
    use RouteNetlinkMessage::{DelNeighbour, NewNeighbour};
    let (NewNeighbour(it) | DelNeighbour(it)) = message else { return false };
    it.header.family != AddressFamily::Bridge
}
