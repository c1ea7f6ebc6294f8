//! Sockets.

use super::call;
use crate::trace::Evidence;
use nix::sys::socket::{SockaddrStorage, bind as bind_to};
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd};

/// Gives a socket its address (bind(2)).
pub fn bind(socket: &impl AsFd, at: SocketAddr) -> (nix::Result<()>, Evidence) {
    let fd = socket.as_fd().as_raw_fd();
    let bound = bind_to(fd, &SockaddrStorage::from(at));
    let (address, port) = (at.ip(), at.port());
    let (address, length) = if at.is_ipv6() {
        let inside = format!("inet_pton(AF_INET6, \"{address}\", &sin6_addr)");
        let family = format!("sa_family=AF_INET6, sin6_port=htons({port}), sin6_flowinfo=htonl(0)");
        (format!("{{{family}, {inside}, sin6_scope_id=0}}"), "28")
    } else {
        (format!("{{sa_family=AF_INET, sin_port=htons({port}), sin_addr=inet_addr(\"{address}\")}}"), "16")
    };
    let evidence = call::done("bind", &[fd.to_string(), address, length.to_owned()], &bound);
    (bound, evidence)
}
