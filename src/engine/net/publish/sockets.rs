//! The sockets behind a published port, on the host and on this machine, and how they are known to be there.

use super::*;
use crate::engine::evidence;
use crate::trace::{self, Evidence, Problem};
use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, Backlog, SockFlag, SockType, listen, setsockopt, socket, sockopt};
use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

/// Connections that wait to be taken, as Go's `net.Listen` asks for.
const BACKLOG: i32 = 4096;

/// Something that listens for a container, to be handed to the carrier.
#[derive(Debug)]
pub(super) struct Listening {
    pub(super) listener: Listener,
    /// Where what comes is brought.
    pub(super) to: SocketAddrV4,
}

/// A socket that blocks nobody.
#[derive(Debug)]
pub(super) enum Listener {
    Tcp(TcpListener),
    Udp(UdpSocket),
}

/// By what a socket is known in the kernel's tables.
#[derive(Debug, Clone)]
pub(super) struct Socket {
    transport: Transport,
    at: SocketAddr,
    inode: u64,
    side: Side,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Host,
    Machine,
}

/// What was opened for one port of a container.
#[derive(Debug)]
pub(super) struct Opened {
    claim: Claim,
    transport: Transport,
    to: SocketAddrV4,
    listening: Vec<Listening>,
    pub(super) sockets: Vec<Socket>,
    /// What could not be had, and need not.
    pub(super) lacks: Option<(Problem, Evidence)>,
}

/// A socket that could not be had.
pub(super) struct Refused {
    pub(super) errno: Errno,
    /// What has it is this process: for a container.
    pub(super) by_us: bool,
    pub(super) fault: Fault,
    pub(super) evidence: Evidence,
}

impl Opened {
    pub(super) fn new(claim: Claim, transport: Transport, to: SocketAddrV4) -> Self {
        Self { claim, transport, to, listening: Vec::new(), sockets: Vec::new(), lacks: None }
    }

    pub(super) fn listen_on_host(&mut self, netns: &Netns, at: SocketAddr) -> std::result::Result<(), Box<Refused>> {
        let transport = &self.transport;
        let made = netns.run(|| Ok(open(transport, at)));
        let made = made.unwrap_or_else(|fault| {
            let evidence = evidence::own(trace::Book::Decision, [&fault]);
            Err(Box::new(Refused { errno: Errno::EIO, by_us: false, fault, evidence }))
        });
        self.add(made?, at, Side::Host);
        Ok(())
    }

    pub(super) fn listen_on_machine(&mut self, at: SocketAddr) -> std::result::Result<(), Box<Refused>> {
        self.add(open(&self.transport, at)?, at, Side::Machine);
        Ok(())
    }

    fn add(&mut self, (listener, inode): (Listener, u64), at: SocketAddr, side: Side) {
        self.sockets.push(Socket { transport: self.transport.clone(), at, inode, side });
        self.listening.push(Listening { listener, to: self.to });
    }

    pub(super) fn publication(&self, whose: &Whose<'_>) -> Publication {
        let on = |side| self.sockets.iter().filter(move |it| it.side == side).map(|it| it.at).collect::<Vec<_>>();
        let (host, machine) = (on(Side::Host), on(Side::Machine));
        let first = host.first().map(ToString::to_string).unwrap_or_default();
        Publication {
            key: format!("{}/{first}", self.transport),
            container: whose.container.clone(),
            network: whose.endpoint.network.clone(),
            transport: self.transport.clone(),
            host,
            to: self.to.into(),
            machine,
        }
    }

    /// The rule that turns packets to it: of IPv4 alone, which containers have. None of the host's loopback: a packet of a neighbour's
    /// that says it goes there would be turned before the kernel drops it.
    pub(super) fn rule(&self, whose: &Whose<'_>) -> Option<PortRule> {
        let on_host = self.sockets.iter().filter(|socket| socket.side == Side::Host);
        let (at, port) = on_host.map(|socket| socket.at).find_map(|at| match at {
            SocketAddr::V4(at) if !at.ip().is_loopback() => Some((*at.ip(), at.port())),
            _ => None,
        })?;
        Some(PortRule {
            container: whose.container.clone(),
            network: whose.endpoint.network.clone(),
            transport: self.transport.clone(),
            at: Some(at).filter(|at| !at.is_unspecified()),
            port,
            to: self.to,
        })
    }

    pub(super) fn parts(self) -> (Claim, Vec<Listening>) {
        (self.claim, self.listening)
    }
}

/// This machine's addresses for what is asked of the host's: its loopback, so that no neighbour reaches it.
pub(super) fn of_machine(at: Option<IpAddr>) -> Vec<IpAddr> {
    let (four, six) = (IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST));
    match at {
        None => vec![four, six],
        Some(IpAddr::V4(at)) if at.is_unspecified() || at.is_loopback() => vec![four],
        Some(IpAddr::V6(at)) if at.is_unspecified() || at.is_loopback() => vec![six],
        // An address that the lab's host has.
        Some(_) => Vec::new(),
    }
}

/// Opens a socket in the caller's network namespace, and its inode.
fn open(transport: &Transport, at: SocketAddr) -> std::result::Result<(Listener, u64), Box<Refused>> {
    let (made, evidence) = bound(transport, at);
    made.map_err(|errno| {
        let reason = errno.desc().to_lowercase();
        let code = match errno {
            Errno::EADDRINUSE => Code::PortTaken,
            Errno::EACCES | Errno::EPERM => Code::PortDenied,
            _ => Code::PortRefused,
        };
        let family = if at.is_ipv6() { 6 } else { 4 };
        let fault = Fault::failed(code).with("transport", format!("{transport}{family}")).with("address", at);
        let fault = fault.with("reason", reason).with("port", at.port());
        let by = if errno == Errno::EADDRINUSE { holder(transport, at) } else { None };
        let by_us = by.as_ref().is_some_and(|(_, pid)| *pid == std::process::id());
        Box::new(Refused { errno, by_us, fault: held(fault, by), evidence })
    })
}

fn bound(transport: &Transport, at: SocketAddr) -> (nix::Result<(Listener, u64)>, Evidence) {
    let tcp = *transport == Transport::Tcp;
    let family = if at.is_ipv6() { AddressFamily::Inet6 } else { AddressFamily::Inet };
    let kind = if tcp { SockType::Stream } else { SockType::Datagram };
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let made = socket(family, kind, flags, None).and_then(|fd| {
        if tcp {
            setsockopt(&fd, sockopt::ReuseAddr, &true)?;
        }
        if at.is_ipv6() {
            setsockopt(&fd, sockopt::Ipv6V6Only, &true)?;
        }
        Ok(fd)
    });
    let fd = match made {
        Ok(fd) => fd,
        Err(errno) => {
            return (Err(errno), evidence::own(trace::Book::Decision, [format!("socket({family:?}): {errno}")]));
        }
    };
    let (done, evidence) = evidence::bind(&fd, at);
    let listening = done.and_then(|()| if tcp { listen(&fd, Backlog::new(BACKLOG)?) } else { Ok(()) });
    let made = listening.and_then(|()| {
        let inode = inode(&fd)?;
        Ok((if tcp { Listener::Tcp(fd.into()) } else { Listener::Udp(fd.into()) }, inode))
    });
    (made, evidence)
}

fn inode(fd: &OwnedFd) -> nix::Result<u64> {
    nix::sys::stat::fstat(fd.as_fd()).map(|stat| stat.st_ino)
}

/// That these sockets are there, as the kernel lists them.
pub(super) fn shown(netns: &Netns, sockets: &[Socket]) -> Result<Vec<Evidence>> {
    tables(netns, sockets, |text, of| {
        let inodes: Vec<_> = of.iter().map(|socket| socket.inode.to_string()).collect();
        text.lines(|line| column(line, INODE).is_some_and(|inode| inodes.iter().any(|it| it == inode)))
    })
}

/// That they are there no more.
pub(super) fn gone(netns: &Netns, sockets: &[Socket]) -> Result<Vec<Evidence>> {
    tables(netns, sockets, |text, of| {
        let rows: Vec<_> = text.content().lines().skip(1).collect();
        let there = |socket: &&&Socket| {
            let inode = socket.inode.to_string();
            rows.iter().any(|row| column(row, INODE) == Some(&inode))
        };
        let left: Vec<_> = of.iter().filter(there).map(|socket| socket.at.to_string()).collect();
        let asked: Vec<_> = of.iter().map(|socket| format!("{} (inode {})", socket.at, socket.inode)).collect();
        let found = if left.is_empty() { "none".to_owned() } else { left.join(", ") };
        evidence::own(trace::Book::Search, [format!("{} of {} sockets is {}", found, rows.len(), asked.join(", "))])
    })
}

/// Where the inode stands in a row of `/proc/net/tcp` and its kin (`proc(5)`), from 0; and the local address.
const INODE: usize = 9;
const LOCAL: usize = 1;

fn column(row: &str, at: usize) -> Option<&str> {
    row.split_whitespace().nth(at)
}

/// Reads each table that lists some of the sockets.
fn tables(
    netns: &Netns,
    sockets: &[Socket],
    show: impl Fn(&evidence::Text, &[&Socket]) -> Evidence + Sync,
) -> Result<Vec<Evidence>> {
    let mut all: BTreeMap<(bool, &'static str), Vec<&Socket>> = BTreeMap::new();
    for socket in sockets {
        all.entry((socket.side == Side::Machine, table(&socket.transport, socket.at))).or_default().push(socket);
    }
    let read = |(machine, name): &(bool, &str), of: &Vec<&Socket>| {
        let path = Path::new("/proc/thread-self/net").join(name);
        let look = || {
            let text = evidence::read(&path).map_err(|e| Fault::io("read", path.display(), &e.error))?;
            Ok(show(&text, of))
        };
        if *machine { look() } else { netns.run(look) }
    };
    all.iter().map(|(key, of)| read(key, of)).collect()
}

fn table(transport: &Transport, at: SocketAddr) -> &'static str {
    match (transport == &Transport::Tcp, at.is_ipv6()) {
        (true, false) => "tcp",
        (true, true) => "tcp6",
        (false, false) => "udp",
        (false, true) => "udp6",
    }
}

fn held(fault: Fault, by: Option<(String, u32)>) -> Fault {
    match by {
        Some((name, pid)) => fault.with("known", "process").with("holder", name).with("pid", pid),
        None => fault.with("known", "nobody").with("holder", "").with("pid", ""),
    }
}

/// Who has the port, as far as that can be seen: a process of another user cannot be looked into.
fn holder(transport: &Transport, at: SocketAddr) -> Option<(String, u32)> {
    let names = if *transport == Transport::Tcp { ["tcp", "tcp6"] } else { ["udp", "udp6"] };
    let port = format!(":{:04X}", at.port());
    let rows = |text: String| {
        let rows = text.lines().filter(|row| column(row, LOCAL).is_some_and(|local| local.ends_with(&port)));
        rows.filter_map(|row| column(row, INODE).map(|inode| format!("socket:[{inode}]"))).collect::<Vec<_>>()
    };
    let tables = names.iter().filter_map(|name| fs::read_to_string(Path::new("/proc/thread-self/net").join(name)).ok());
    process_of(&tables.flat_map(rows).collect::<Vec<_>>())
}

fn process_of(sockets: &[String]) -> Option<(String, u32)> {
    let has = |pid: &u32| {
        let fds = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten();
        fds.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
            .any(|target| target.to_str().is_some_and(|target| sockets.iter().any(|socket| socket == target)))
    };
    let pids = fs::read_dir("/proc").into_iter().flatten();
    let mut pids = pids.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let pid = pids.find(has)?;
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    Some((name.trim().to_owned(), pid))
}
