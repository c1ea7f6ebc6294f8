//! An echo request, the beginning of a connection, a datagram: sent from a network namespace, and what comes back.

use super::Told;
use crate::engine::evidence::{Socket, SocketKind};
use crate::engine::lab::Netns;
use crate::engine::{Cancel, Result, random};
use crate::reach::Protocol;
use crate::trace::ProbeReply;
use nix::errno::Errno;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

/// How long it is waited before it is looked whether the operation was cancelled.
const SLICE: Duration = Duration::from_millis(100);
/// What a datagram carries.
pub(super) const PAYLOAD: &[u8] = b"dockwalk\n";
/// An echo request and its answer: of ICMP (RFC 792), of ICMPv6 (RFC 4443).
const ECHO: [u8; 2] = [8, 0];
const ECHO6: [u8; 2] = [128, 129];

/// Asks whoever has that address.
pub(super) fn ask(
    netns: &Netns,
    protocol: Protocol,
    address: IpAddr,
    patience: Duration,
    cancel: &Cancel,
) -> Result<Told> {
    let six = address.is_ipv6();
    netns.run(|| {
        Ok(match protocol {
            Protocol::Icmp => on_socket(SocketKind::Icmp, six, |socket| {
                let id = random::bytes::<4>().map_err(|_no_random| Errno::EIO)?;
                echo(socket, address, id, patience, cancel)
            }),
            Protocol::Tcp(port) => on_socket(SocketKind::Tcp, six, |socket| {
                connect(socket, SocketAddr::new(address, port), patience, cancel)
            }),
            Protocol::Udp(port) => on_socket(SocketKind::Udp, six, |socket| {
                datagram(socket, SocketAddr::new(address, port), PAYLOAD, patience, cancel)
                    .map(|_| ProbeReply::Answered)
            }),
        })
    })
}

/// Opens a socket in the calling thread's network namespace, and says what came of it with all calls.
pub(super) fn on_socket(kind: SocketKind, six: bool, act: impl FnOnce(&mut Socket) -> nix::Result<ProbeReply>) -> Told {
    match Socket::open(kind, six) {
        Ok(mut socket) => {
            let reply = act(&mut socket).unwrap_or_else(reply_of);
            Told { reply, evidence: socket.into_calls() }
        }
        Err((errno, evidence)) => Told { reply: reply_of(errno), evidence: vec![*evidence] },
    }
}

/// What an error of a socket says of whoever was asked.
pub(super) fn reply_of(errno: Errno) -> ProbeReply {
    match errno {
        // An RST, or ICMP's "port unreachable", by whoever has the address.
        Errno::ECONNREFUSED => ProbeReply::Refused,
        Errno::ETIMEDOUT => ProbeReply::Silent,
        Errno::ENOBUFS | Errno::ENOMEM | Errno::EMFILE | Errno::ENFILE => ProbeReply::NotSent,
        _ => ProbeReply::Unreachable,
    }
}

/// Waits in slices. An error that says that time is over when it is, or when the operation was cancelled.
fn wait(socket: &mut Socket, writable: bool, until: Instant, cancel: &Cancel) -> nix::Result<()> {
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() || cancel.is_cancelled() {
            return Err(Errno::ETIMEDOUT);
        }
        match socket.wait(writable, left.min(SLICE)) {
            Ok(true) => return Ok(()),
            Ok(false) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

/// `id`: its id and its number.
pub(super) fn echo(
    socket: &mut Socket,
    address: IpAddr,
    id: [u8; 4],
    patience: Duration,
    cancel: &Cancel,
) -> nix::Result<ProbeReply> {
    let until = Instant::now() + patience;
    let [request, wanted] = if address.is_ipv6() { ECHO6 } else { ECHO };
    socket.connect(SocketAddr::new(address, 0))?;
    // Of IPv6 the kernel writes the sum: addresses are part of it, and which is one's own is its choice.
    socket.send(&message(request, id))?;
    loop {
        wait(socket, false, until, cancel)?;
        let mut buffer = [0; 256];
        let read = match socket.receive(&mut buffer) {
            Err(Errno::EAGAIN | Errno::EINTR) => continue,
            read => read?,
        };
        // The header of IPv4 stands before it; to oneself one's own request comes, too.
        let header = if address.is_ipv6() { 0 } else { usize::from(buffer[0] & 0x0f) * 4 };
        let answer = buffer[..read].get(header..header + 8).is_some_and(|icmp| icmp[0] == wanted && icmp[4..8] == id);
        if answer {
            return Ok(ProbeReply::Answered);
        }
    }
}

/// An ICMP message of that kind: id and sequence number are `id`.
fn message(kind: u8, id: [u8; 4]) -> Vec<u8> {
    let mut bytes = vec![kind, 0, 0, 0];
    bytes.extend(id);
    bytes.extend(PAYLOAD);
    bytes.push(0);
    // RFC 1071: the ones' complement of the ones' complement sum.
    let sum: u32 = bytes.chunks(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    let folded = u16::try_from((folded & 0xffff) + (folded >> 16)).unwrap_or(u16::MAX);
    bytes[2..4].copy_from_slice(&(!folded).to_be_bytes());
    bytes
}

pub(super) fn connect(
    socket: &mut Socket,
    to: SocketAddr,
    patience: Duration,
    cancel: &Cancel,
) -> nix::Result<ProbeReply> {
    let until = Instant::now() + patience;
    match socket.connect(to) {
        Ok(()) => return Ok(ProbeReply::Answered),
        Err(Errno::EINPROGRESS) => {}
        Err(errno) => return Err(errno),
    }
    wait(socket, true, until, cancel)?;
    socket.error().map(|()| ProbeReply::Answered)
}

/// Sends a datagram, and returns the first that comes back.
pub(super) fn datagram(
    socket: &mut Socket,
    to: SocketAddr,
    bytes: &[u8],
    patience: Duration,
    cancel: &Cancel,
) -> nix::Result<Vec<u8>> {
    let until = Instant::now() + patience;
    socket.connect(to)?;
    socket.send(bytes)?;
    loop {
        wait(socket, false, until, cancel)?;
        let mut buffer = vec![0; 2048];
        match socket.receive(&mut buffer) {
            Err(Errno::EAGAIN | Errno::EINTR) => {}
            Err(errno) => return Err(errno),
            Ok(read) => {
                buffer.truncate(read);
                return Ok(buffer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_the_sum_that_makes_all_of_it_nothing() {
        let bytes = message(ECHO[0], [0x12, 0x34, 0xff, 0xff]);
        let sum: u32 = bytes.chunks(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum();
        assert_eq!((sum & 0xffff) + (sum >> 16), 0xffff);
        assert_eq!(reply_of(Errno::ENOBUFS), ProbeReply::NotSent);
        assert_eq!((bytes[0], &bytes[4..8]), (ECHO[0], &[0x12, 0x34, 0xff, 0xff][..]));
    }
}
