//! Between the engine and a process that is being set up: go bytes one way, records the other.
//!
//! Records come over a socket that the kernel puts the sender's process id on (`SO_PASSCRED`, unix(7)): so the engine knows
//! whose a record is. A process that forks sends a pidfd of its child along (`SCM_RIGHTS`).

use super::{Fault, Result};
use crate::engine::sys::{self, Record};
use crate::trace::Code;
use nix::cmsg_space;
use nix::fcntl::OFlag;
use nix::sys::socket::{
    AddressFamily, ControlMessageOwned, MsgFlags, SockFlag, SockType, UnixCredentials, recvmsg, setsockopt, socketpair,
    sockopt::PassCred,
};
use std::fs::File;
use std::io::{IoSliceMut, Write};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

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

/// A record as it came.
#[derive(Debug)]
pub struct Told {
    /// What came of the call.
    pub record: Record,
    /// The process id of who sent it, by the kernel's word.
    pub sender: u32,
    /// With the record of a fork: the child.
    pub child: Option<OwnedFd>,
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

    /// The next record; none when the child has become its program, or has ended.
    pub fn next(&mut self) -> Result<Option<Told>> {
        let failed = |e: std::io::Error| Fault::io("read from", "the container's init", &e);
        let mut bytes = [0; size_of::<Record>()];
        let mut space = cmsg_space!(UnixCredentials, [RawFd; 1]);
        loop {
            let mut slices = [IoSliceMut::new(&mut bytes)];
            let flags = MsgFlags::MSG_CMSG_CLOEXEC;
            let got = match recvmsg::<()>(self.records.as_raw_fd(), &mut slices, Some(&mut space), flags) {
                Err(nix::errno::Errno::EINTR) => continue,
                got => got.map_err(|e| failed(e.into()))?,
            };
            let (mut sender, mut fds) = (0, Vec::new());
            for message in got.cmsgs().map_err(|e| failed(e.into()))? {
                match message {
                    ControlMessageOwned::ScmCredentials(who) => sender = u32::try_from(who.pid()).unwrap_or(0),
                    ControlMessageOwned::ScmRights(got) => fds.extend(sys::received(got)),
                    _ => {}
                }
            }
            return match got.bytes {
                0 => Ok(None),
                n if n == size_of::<Record>() => {
                    Ok(Some(Told { record: sys::record(&bytes), sender, child: fds.pop() }))
                }
                // Nothing that the helper wrote.
                _ => Err(Fault::failed(Code::InitDied)),
            };
        }
    }
}
