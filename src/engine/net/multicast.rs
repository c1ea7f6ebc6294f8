//! What the kernel tells by itself of one network namespace: links, IPv4 addresses and IPv4 routes that came, changed or went,
//! whoever changed them (the groups of rtnetlink(7) that `ip monitor` listens to).
//!
//! A namespace belongs to its container, whose root may tell what it likes there, and as fast as it likes: a message counts when
//! it is the kernel's, the first few of many are kept, and what overran the socket's buffer (`ENOBUFS`) is a reason to look, too.

use super::monitor::Watch;
use super::table;
use super::*;
use crate::engine::evidence;
use crate::trace::Evidence;
use netlink_packet_core::{NetlinkMessage, NetlinkPayload};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_ROUTE};
use nix::errno::Errno;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

/// Their numbers in linux/rtnetlink.h, and their names.
const GROUPS: [(u32, &str); 3] = [(1, "RTNLGRP_LINK"), (5, "RTNLGRP_IPV4_IFADDR"), (7, "RTNLGRP_IPV4_ROUTE")];
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
    /// By which it wakes the monitor, once that watches it.
    pub(super) watch: Option<Watch>,
}

/// What was told since the last time.
#[derive(Debug, Default)]
pub(super) struct Told {
    messages: Vec<RouteNetlinkMessage>,
    /// The descriptor on which messages were lost.
    lost: Option<RawFd>,
}

/// What a change is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum About<'a> {
    /// The link of that index.
    Link(u32),
    /// An address, `172.17.0.2/16`, of the link of that index.
    Address(u32, &'a str),
    /// A route to there.
    Route(&'a str),
}

impl Multicast {
    pub(super) fn open(netns: &Netns) -> Result<Self> {
        netns.run(|| {
            let refused = |e: io::Error| Fault::io("open", "socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)", &e);
            let mut socket = Socket::new(NETLINK_ROUTE).map_err(refused)?;
            socket.bind(&SocketAddr::new(0, 0)).map_err(refused)?;
            for (group, name) in GROUPS {
                socket.add_membership(group).map_err(|e| Fault::io("join", name, &e))?;
            }
            socket.set_non_blocking(true).map_err(refused)?;
            Ok(Self { socket, watch: None })
        })
    }

    /// Takes what has been told; none when nothing was. It never waits.
    pub(super) fn drain(&self) -> Option<Told> {
        let (mut told, mut any) = (Told::default(), false);
        let mut bytes = Vec::with_capacity(BUFFER);
        for _ in 0..AT_ONCE {
            bytes.clear();
            match self.socket.recv_from(&mut bytes, 0) {
                Ok((_, sender)) => {
                    any = true;
                    // Who owns the namespace can send to its groups, too.
                    if sender.port_number() == 0 {
                        told.take(&bytes);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.raw_os_error() == Some(Errno::ENOBUFS as i32) => {
                    (told.lost, any) = (Some(self.socket.as_raw_fd()), true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    tracing::warn!(%error, "what the kernel tells of links cannot be read");
                    break;
                }
            }
        }
        any.then_some(told)
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
    /// The messages of a datagram, as many as are kept.
    fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && self.messages.len() < KEPT {
            let Ok(message) = NetlinkMessage::<RouteNetlinkMessage>::deserialize(bytes) else { return };
            let length = (message.header.length as usize).next_multiple_of(4);
            bytes = bytes.get(length.max(4)..).unwrap_or_default();
            if let NetlinkPayload::InnerMessage(object) = message.payload {
                self.messages.push(object);
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
        let groups = GROUPS.map(|(_, name)| name).join("|");
        lost.into_iter().chain((!rows.is_empty()).then(|| evidence::netlink::told(&groups, rows))).collect()
    }
}

/// What a message is about, as [`About`] has it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Of {
    Link(u32),
    Address(u32, String),
    Route(String),
}

impl Of {
    fn is(&self, about: About<'_>) -> bool {
        match (self, about) {
            (Self::Link(one), About::Link(other)) => *one == other,
            (Self::Address(index, cidr), About::Address(other, address)) => *index == other && cidr == address,
            (Self::Route(one), About::Route(other)) => one == other,
            _ => false,
        }
    }
}
