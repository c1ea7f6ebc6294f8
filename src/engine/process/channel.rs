//! Between the engine and a process that is being set up: go bytes one way, records the other.
//!
//! Records come over a socket that the kernel puts the sender's process id on (`SO_PASSCRED`, unix(7)): so the engine knows
//! whose a record is, and the id of a process that another one forked.

use super::{Fault, Result};
use crate::engine::sys::{self, Record};
use nix::cmsg_space;
use nix::fcntl::OFlag;
use nix::sys::socket::{
    AddressFamily, ControlMessageOwned, MsgFlags, SockFlag, SockType, UnixCredentials, recvmsg, setsockopt, socketpair,
    sockopt::PassCred,
};
use std::fs::File;
use std::io::{IoSliceMut, Write};
use std::os::fd::{AsRawFd, OwnedFd};

/// The engine's ends.
#[derive(Debug)]
pub struct Channel {
    go: File,
    records: OwnedFd,
}

/// The child's ends. The engine closes its copies after the clone.
#[derive(Debug)]
pub struct ChildEnds {
    /// Where go bytes come from.
    pub go: OwnedFd,
    /// Where records go.
    pub records: OwnedFd,
}

/// Makes both.
pub fn channel() -> Result<(Channel, ChildEnds)> {
    let failed = |e: nix::errno::Errno| Fault::io("make", "a socket", &e.into());
    let (go_read, go_write) = pipe()?;
    let pair = socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC);
    let (ours, theirs) = pair.map_err(failed)?;
    setsockopt(&ours, PassCred, &true).map_err(failed)?;
    let ends = ChildEnds { go: go_read, records: theirs };
    Ok((Channel { go: go_write.into(), records: ours }, ends))
}

/// A pipe whose ends are not inherited over `execve`: read end, write end.
pub fn pipe() -> Result<(OwnedFd, OwnedFd)> {
    nix::unistd::pipe2(OFlag::O_CLOEXEC).map_err(|e| Fault::io("make", "a pipe", &e.into()))
}

impl Channel {
    /// Lets the child go on. One that is gone is found out when its record is read.
    pub fn go(&mut self) {
        if let Err(error) = self.go.write_all(&[1]) {
            tracing::debug!(%error, "the child is gone");
        }
    }

    /// The next record, and the process id of who sent it; none when the child has become its program, or has ended.
    pub fn next(&mut self) -> Result<Option<(Record, u32)>> {
        let failed = |e: std::io::Error| Fault::io("read from", "the container's init", &e);
        let mut bytes = [0; size_of::<Record>()];
        let mut space = cmsg_space!(UnixCredentials);
        loop {
            let mut slices = [IoSliceMut::new(&mut bytes)];
            let flags = MsgFlags::MSG_CMSG_CLOEXEC;
            let got = match recvmsg::<()>(self.records.as_raw_fd(), &mut slices, Some(&mut space), flags) {
                Err(nix::errno::Errno::EINTR) => continue,
                got => got.map_err(|e| failed(e.into()))?,
            };
            let sender = got.cmsgs().map_err(|e| failed(e.into()))?.find_map(|message| match message {
                ControlMessageOwned::ScmCredentials(who) => u32::try_from(who.pid()).ok(),
                _ => None,
            });
            return match got.bytes {
                0 => Ok(None),
                n if n == size_of::<Record>() => Ok(Some((sys::record(&bytes), sender.unwrap_or(0)))),
                // Nothing that the helper wrote.
                _ => Err(Fault::failed("init-died")),
            };
        }
    }
}
