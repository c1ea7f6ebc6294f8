//! A routing netlink socket (rtnetlink(7)) of one network namespace: a request goes out, its acknowledgement, its error or a
//! dump comes back. A socket stays in the namespace in which it was made, whichever thread uses it.

use super::legible;
use super::*;
use crate::engine::evidence;
use crate::trace::Evidence;
use netlink_packet_core::{
    NLM_F_ACK, NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload,
};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_ROUTE};
use nix::errno::Errno;
use parking_lot::Mutex;
use std::io;

#[derive(Debug)]
pub(super) struct Netlink {
    /// The socket and the number of its last request.
    state: Mutex<(Socket, u32)>,
    netns: Netns,
}

/// What came back.
enum Answer {
    All(Vec<RouteNetlinkMessage>),
    /// So many, and there are more.
    More(Vec<RouteNetlinkMessage>),
    /// The kernel changed its tables meanwhile.
    Torn,
}

/// Bytes of an answer: the kernel writes 32 KiB of a dump at a time where there is room, else 4.
const DATAGRAM: usize = 64 << 10;
/// How often a dump is asked for again that the kernel changed while it wrote it.
const RETRIES: usize = 8;

impl Netlink {
    pub(super) fn open(netns: &Netns) -> Result<Self> {
        let refused = |e: io::Error| Fault::io("open", "socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)", &e);
        Ok(Self { state: Mutex::new((Self::socket(netns)?.map_err(refused)?, 0)), netns: netns.clone() })
    }

    /// In that namespace, by a thread that enters it.
    fn socket(netns: &Netns) -> Result<io::Result<Socket>> {
        let open = || {
            let mut socket = Socket::new(NETLINK_ROUTE)?;
            socket.bind_auto()?;
            socket.connect(&SocketAddr::new(0, 0))?;
            // Lets a dump be filtered by the kernel; before 4.20 it is filtered here alone.
            if let Err(error) = socket.set_netlink_get_strict_chk(true) {
                tracing::debug!(%error, "no strict netlink dumps");
            }
            Ok(socket)
        };
        netns.run(|| Ok(open()))
    }

    /// Has something done.
    pub(super) fn act(&self, message: RouteNetlinkMessage, flags: u16) -> io::Result<Evidence> {
        self.exchange(message.clone(), NLM_F_REQUEST | NLM_F_ACK | flags, usize::MAX)?;
        Ok(evidence::netlink::acknowledged(&message))
    }

    /// Asks for one object; none where there is no such.
    pub(super) fn ask(&self, message: &RouteNetlinkMessage) -> io::Result<Option<RouteNetlinkMessage>> {
        // With an acknowledgement, as an answer alone has no end.
        match self.exchange(message.clone(), NLM_F_REQUEST | NLM_F_ACK, usize::MAX) {
            Ok(Answer::All(found)) => Ok(found.into_iter().next()),
            Ok(_) => Ok(None),
            Err(error) if error.raw_os_error() == Some(Errno::ENODEV as i32) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Asks for the objects of a kind, so many `at_most`; and whether there are more.
    pub(super) fn dump(
        &self,
        message: &RouteNetlinkMessage,
        at_most: usize,
    ) -> io::Result<(Vec<RouteNetlinkMessage>, bool)> {
        for _ in 0..RETRIES {
            match self.exchange(message.clone(), NLM_F_REQUEST | NLM_F_DUMP, at_most)? {
                Answer::All(found) => return Ok((found, false)),
                Answer::More(found) => return Ok((found, true)),
                Answer::Torn => {}
            }
        }
        Err(io::Error::other("the kernel's tables changed during each of several dumps"))
    }

    fn exchange(&self, message: RouteNetlinkMessage, flags: u16, at_most: usize) -> io::Result<Answer> {
        let mut state = self.state.lock();
        state.1 = state.1.wrapping_add(1);
        let (socket, number) = (&state.0, state.1);
        let mut header = NetlinkHeader::default();
        (header.flags, header.sequence_number) = (flags, number);
        let mut packet = NetlinkMessage::new(header, NetlinkPayload::from(message));
        packet.finalize();
        let mut bytes = vec![0; packet.buffer_len()];
        packet.serialize(&mut bytes);
        socket.send(&bytes, 0)?;
        let (mut found, mut torn) = (Vec::new(), false);
        let mut datagram = Vec::with_capacity(DATAGRAM);
        loop {
            datagram.clear();
            if socket.recv(&mut datagram, libc::MSG_TRUNC)? > datagram.len() {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "a longer netlink message than any that is known",
                ));
            }
            let mut rest = datagram.as_slice();
            while !rest.is_empty() {
                let (message, after) = legible::first(rest);
                let reply = NetlinkMessage::<RouteNetlinkMessage>::deserialize(&message)
                    .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
                rest = after;
                if reply.header.sequence_number != number {
                    continue; // of an earlier request that failed half way
                }
                torn |= reply.header.flags & NLM_F_DUMP_INTR != 0;
                match reply.payload {
                    NetlinkPayload::InnerMessage(_) if found.len() == at_most => {
                        // A dump that was begun cannot be called off, but on a socket that is closed.
                        let socket =
                            Self::socket(&self.netns).map_err(|fault| io::Error::other(fault.to_string()))??;
                        *state = (socket, 0);
                        return Ok(Answer::More(found));
                    }
                    NetlinkPayload::InnerMessage(object) => found.push(object),
                    NetlinkPayload::Done(_) if torn => return Ok(Answer::Torn),
                    NetlinkPayload::Done(_) => return Ok(Answer::All(found)),
                    NetlinkPayload::Error(error) if error.code.is_none() => return Ok(Answer::All(found)),
                    NetlinkPayload::Error(error) => return Err(error.to_io()),
                    _ => {}
                }
            }
        }
    }
}
