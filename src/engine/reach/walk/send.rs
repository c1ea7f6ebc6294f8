//! What is sent, from a socket that is known before it is: by its port or its number the packet is told from all others.

use super::super::{ask, name};
use crate::engine::evidence::{self, Socket, SocketKind};
use crate::engine::lab::Netns;
use crate::engine::net::NAMES_AT;
use crate::engine::{Cancel, Fault, Result, random};
use crate::packet::Mark;
use crate::reach::{IpVersion, Protocol, Question};
use crate::trace::{Book, Evidence, ProbeReply};
use nix::errno::Errno;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Sockets that are about to send.
pub(super) struct Sender {
    /// Asks for a name first, and whether the container's own programs would ask there.
    names: Option<Names>,
    socket: Socket,
    protocol: Protocol,
    echo: [u8; 4],
    /// What they send is known by these.
    pub marks: Vec<Mark>,
}

struct Names {
    socket: Socket,
    id: [u8; 2],
    query: Vec<u8>,
    asked_at: bool,
    evidence: Vec<Evidence>,
}

/// What came of sending.
pub(super) struct Sent {
    pub reply: ProbeReply,
    /// What the socket was told, where that was an error.
    pub errno: Option<Errno>,
    /// Where to, in the end.
    pub address: Option<IpAddr>,
    pub evidence: Vec<Evidence>,
}

impl Sender {
    /// Opens them in a namespace. `pid`: a process whose `/etc/resolv.conf` says who is asked for names.
    pub fn open(netns: &Netns, question: Question, version: IpVersion, name: &str, pid: Option<u32>) -> Result<Self> {
        let id = random::bytes::<4>()?;
        let protocol = question.protocol();
        let (names, socket, mark) = netns.run(|| {
            let names = if question == Question::Name { Some(Names::open(name, version, pid)?) } else { None };
            let (socket, port) = match protocol {
                Protocol::Icmp => (open(SocketKind::Icmp, version)?, 0),
                Protocol::Tcp(_) => bound(SocketKind::Tcp, version)?,
                Protocol::Udp(_) => bound(SocketKind::Udp, version)?,
            };
            let mark = match protocol {
                Protocol::Icmp => {
                    let (id, sequence) = (u16::from_be_bytes([id[0], id[1]]), u16::from_be_bytes([id[2], id[3]]));
                    Mark::Echo { id, sequence }
                }
                Protocol::Tcp(_) => Mark::Tcp { from: port },
                Protocol::Udp(_) => Mark::Udp { from: port },
            };
            Ok((names, socket, mark))
        })?;
        let marks = names.iter().map(|(_, port)| Mark::Name { from: *port }).chain([mark]).collect();
        Ok(Self { names: names.map(|(names, _)| names), socket, protocol, echo: id, marks })
    }

    /// The call that sends it.
    pub fn call(&self) -> &'static str {
        match (&self.names, self.protocol) {
            (None, Protocol::Tcp(_)) => "connect",
            _ => "send",
        }
    }

    /// Sends, and waits for what comes back.
    pub fn send(mut self, address: Option<IpAddr>, patience: Duration, cancel: &Cancel) -> Sent {
        let mut calls = Vec::new();
        let address = match (self.names.take(), address) {
            (Some(names), _) => match names.ask(patience, cancel) {
                (Ok(address), evidence) => {
                    calls = evidence;
                    address
                }
                (Err(sent), _) => return sent,
            },
            (None, Some(address)) => address,
            (None, None) => {
                return Sent {
                    reply: ProbeReply::Unreachable,
                    errno: None,
                    address,
                    evidence: self.socket.into_calls(),
                };
            }
        };
        let to = |port| SocketAddr::new(address, port);
        let came = match self.protocol {
            Protocol::Icmp => ask::echo(&mut self.socket, address, self.echo, patience, cancel),
            Protocol::Tcp(port) => ask::connect(&mut self.socket, to(port), patience, cancel),
            Protocol::Udp(port) => {
                ask::datagram(&mut self.socket, to(port), ask::PAYLOAD, patience, cancel).map(|_| ProbeReply::Answered)
            }
        };
        calls.extend(self.socket.into_calls());
        let (errno, reply) = (came.as_ref().err().copied(), came.unwrap_or_else(ask::reply_of));
        Sent { reply, errno, address: Some(address), evidence: calls }
    }
}

impl Names {
    /// And from which port it asks.
    fn open(name: &str, version: IpVersion, pid: Option<u32>) -> Result<(Self, u16)> {
        let id = random::bytes::<2>()?;
        let (servers, evidence) = pid.map_or_else(Default::default, name::name_servers);
        // Who answers for names is asked by IPv4, whatever the question.
        let (socket, port) = bound(SocketKind::Udp, IpVersion::V4)?;
        let asked_at = servers.contains(&NAMES_AT);
        Ok((Self { socket, id, query: name::query(name, version, id), asked_at, evidence }, port))
    }

    /// The name's address, or how that ended.
    fn ask(mut self, patience: Duration, cancel: &Cancel) -> (std::result::Result<IpAddr, Sent>, Vec<Evidence>) {
        let mut calls = self.evidence;
        let ended = |reply, errno, evidence| Sent { reply, errno, address: None, evidence };
        if !self.asked_at {
            calls.push(evidence::own(Book::Search, [format!("resolv.conf: no {NAMES_AT}")]));
            return (Err(ended(ProbeReply::NoSuchName, None, calls)), Vec::new());
        }
        let at = SocketAddr::new(NAMES_AT.into(), 53);
        let answer = ask::datagram(&mut self.socket, at, &self.query, patience, cancel);
        calls.extend(self.socket.into_calls());
        match answer {
            Err(errno) => {
                let silent = errno == Errno::ETIMEDOUT;
                let reply = if silent { ProbeReply::Silent } else { ProbeReply::NoSuchName };
                (Err(ended(reply, Some(errno), calls)), Vec::new())
            }
            Ok(answer) => match name::address_in(&answer, &self.query, self.id) {
                Some(address) => (Ok(address), calls),
                None => (Err(ended(ProbeReply::NoSuchName, None, calls)), Vec::new()),
            },
        }
    }
}

fn open(kind: SocketKind, version: IpVersion) -> Result<Socket> {
    let refused = |(errno, _): (Errno, Box<Evidence>)| Fault::io("open", named(kind, version), &errno.into());
    Socket::open(kind, version == IpVersion::V6).map_err(refused)
}

fn bound(kind: SocketKind, version: IpVersion) -> Result<(Socket, u16)> {
    let mut socket = open(kind, version)?;
    let port = socket.bind_any().map_err(|errno| Fault::io("bind", named(kind, version), &errno.into()))?;
    Ok((socket, port))
}

fn named(kind: SocketKind, version: IpVersion) -> String {
    let family = match version {
        IpVersion::V4 => "AF_INET",
        IpVersion::V6 => "AF_INET6",
    };
    format!("socket({family}, …): {kind:?}")
}
