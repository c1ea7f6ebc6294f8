//! Sockets of IPv4 and IPv6, as far as a probe needs them.

use super::call;
use crate::trace::Evidence;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout};
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrStorage, sockopt};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::Duration;

/// A socket, and the calls that were made on it.
#[derive(Debug)]
pub struct Socket {
    fd: OwnedFd,
    six: bool,
    calls: Vec<Evidence>,
}

/// What a socket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SocketKind {
    /// ICMP messages: of IPv4 header and all, of IPv6 without; needs CAP_NET_RAW in the network namespace's user namespace.
    Icmp,
    /// A connection.
    Tcp,
    /// Datagrams.
    Udp,
}

/// Bytes of a message that are shown.
const SHOWN: usize = 64;

impl Socket {
    /// socket(2), in the calling thread's network namespace; nothing on it waits. `six`: of IPv6.
    pub fn open(kind: SocketKind, six: bool) -> Result<Self, (Errno, Box<Evidence>)> {
        let (socket_type, protocol, names) = match kind {
            SocketKind::Icmp if six => (SockType::Raw, Some(SockProtocol::IcmpV6), ["SOCK_RAW", "IPPROTO_ICMPV6"]),
            SocketKind::Icmp => (SockType::Raw, Some(SockProtocol::Icmp), ["SOCK_RAW", "IPPROTO_ICMP"]),
            SocketKind::Tcp => (SockType::Stream, Some(SockProtocol::Tcp), ["SOCK_STREAM", "IPPROTO_TCP"]),
            SocketKind::Udp => (SockType::Datagram, Some(SockProtocol::Udp), ["SOCK_DGRAM", "IPPROTO_UDP"]),
        };
        let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
        let (family, name) = if six { (AddressFamily::Inet6, "AF_INET6") } else { (AddressFamily::Inet, "AF_INET") };
        let made = nix::sys::socket::socket(family, socket_type, flags, protocol);
        let args = [name.to_owned(), format!("{}|SOCK_CLOEXEC|SOCK_NONBLOCK", names[0]), names[1].to_owned()];
        let evidence = call::made("socket", &args, &made, |fd| fd.as_raw_fd().to_string());
        match made {
            Ok(fd) => Ok(Self { fd, six, calls: vec![evidence] }),
            Err(errno) => Err((errno, Box::new(evidence))),
        }
    }

    /// bind(2) to a port that the kernel chooses, and getsockname(2): which one.
    pub fn bind_any(&mut self) -> nix::Result<u16> {
        let any: SocketAddr =
            if self.six { (Ipv6Addr::UNSPECIFIED, 0).into() } else { (Ipv4Addr::UNSPECIFIED, 0).into() };
        let bound = nix::sys::socket::bind(self.fd.as_raw_fd(), &SockaddrStorage::from(any));
        self.note("bind", vec![address(any), length(any)], &bound, |()| "0".to_owned());
        bound?;
        let name = nix::sys::socket::getsockname::<SockaddrStorage>(self.fd.as_raw_fd());
        let port = |name: &SockaddrStorage| {
            let of_six = name.as_sockaddr_in6().map(|name| name.port());
            of_six.or_else(|| name.as_sockaddr_in().map(|name| name.port())).unwrap_or(0)
        };
        let at = name.as_ref().map(|name| SocketAddr::new(any.ip(), port(name)));
        let shown = at.as_ref().map_or_else(|_| "…".to_owned(), |at| address(*at));
        self.note("getsockname", vec![shown, format!("[{}]", length(any))], &name, |_| "0".to_owned());
        name.map(|name| port(&name))
    }

    /// connect(2)
    pub fn connect(&mut self, to: SocketAddr) -> nix::Result<()> {
        let result = nix::sys::socket::connect(self.fd.as_raw_fd(), &SockaddrStorage::from(to));
        self.note("connect", vec![address(to), length(to)], &result, |()| "0".to_owned());
        result
    }

    /// send(2)
    pub fn send(&mut self, bytes: &[u8]) -> nix::Result<()> {
        let result = nix::sys::socket::send(self.fd.as_raw_fd(), bytes, MsgFlags::MSG_NOSIGNAL);
        let args = vec![shown(bytes), bytes.len().to_string(), "MSG_NOSIGNAL".to_owned()];
        self.note("sendto", args, &result, ToString::to_string);
        result.map(drop)
    }

    /// poll(2) for something to read, or to be connected. False when the time is over.
    pub fn wait(&mut self, writable: bool, patience: Duration) -> nix::Result<bool> {
        let (flag, name) = if writable { (PollFlags::POLLOUT, "POLLOUT") } else { (PollFlags::POLLIN, "POLLIN") };
        // A part of a millisecond is a whole one: else it would be asked over and over.
        let millis = u16::try_from(patience.as_micros().div_ceil(1000)).unwrap_or(u16::MAX);
        let mut fds = [PollFd::new(self.fd.as_fd(), flag)];
        let result = nix::poll::poll(&mut fds, PollTimeout::from(millis));
        let fd = self.fd.as_raw_fd();
        let args = [format!("[{{fd={fd}, events={name}}}]"), "1".to_owned(), millis.to_string()];
        let said = |ready: &i32| if *ready == 0 { "0 (Timeout)".to_owned() } else { ready.to_string() };
        self.calls.push(call::made("poll", &args, &result, said));
        result.map(|ready| ready > 0)
    }

    /// recv(2)
    pub fn receive(&mut self, buffer: &mut [u8]) -> nix::Result<usize> {
        let (fd, length) = (self.fd.as_raw_fd(), buffer.len());
        let result = nix::sys::socket::recv(fd, buffer, MsgFlags::empty());
        let content = result.map_or_else(|_| "…".to_owned(), |read| shown(&buffer[..read.min(length)]));
        self.note("recvfrom", vec![content, length.to_string(), "0".to_owned()], &result, ToString::to_string);
        result
    }

    /// getsockopt(2) of SO_ERROR: what became of a connection.
    pub fn error(&mut self) -> nix::Result<()> {
        let result = nix::sys::socket::getsockopt(&self.fd, sockopt::SocketError);
        let said = result.as_ref().map_or(0, |errno| *errno);
        let value = if said == 0 { "[0]".to_owned() } else { format!("[{:?}]", Errno::from_raw(said)) };
        let args = vec!["SOL_SOCKET".to_owned(), "SO_ERROR".to_owned(), value, "[4]".to_owned()];
        self.note("getsockopt", args, &result, |_| "0".to_owned());
        match result? {
            0 => Ok(()),
            errno => Err(Errno::from_raw(errno)),
        }
    }

    /// The calls that were made.
    pub fn into_calls(self) -> Vec<Evidence> {
        self.calls
    }

    fn note<T>(&mut self, name: &str, args: Vec<String>, result: &nix::Result<T>, value: impl Fn(&T) -> String) {
        let args: Vec<String> = std::iter::once(self.fd.as_raw_fd().to_string()).chain(args).collect();
        self.calls.push(call::made(name, &args, result, value));
    }
}

/// As strace prints it.
fn address(of: SocketAddr) -> String {
    let (ip, port) = (of.ip(), of.port());
    match of {
        SocketAddr::V4(_) => format!("{{sa_family=AF_INET, sin_port=htons({port}), sin_addr=inet_addr(\"{ip}\")}}"),
        SocketAddr::V6(_) => format!(
            "{{sa_family=AF_INET6, sin6_port=htons({port}), sin6_flowinfo=htonl(0), \
             inet_pton(AF_INET6, \"{ip}\", &sin6_addr), sin6_scope_id=0}}"
        ),
    }
}

/// Of `struct sockaddr_in`, `struct sockaddr_in6`, in bytes.
fn length(of: SocketAddr) -> String {
    if of.is_ipv6() { "28".to_owned() } else { "16".to_owned() }
}

/// Bytes as strace prints them.
pub(super) fn shown(bytes: &[u8]) -> String {
    let text: String = bytes.iter().take(SHOWN).map(|byte| std::ascii::escape_default(*byte).to_string()).collect();
    let more = if bytes.len() > SHOWN { "..." } else { "" };
    format!("\"{text}\"{more}")
}
