//! The two pipes between the engine and a child that is being set up.

use super::{Fault, Result};
use crate::engine::sys::Record;
use nix::fcntl::OFlag;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;

/// The engine's ends.
#[derive(Debug)]
pub struct Channel {
    go: File,
    records: File,
}

/// The child's ends. The engine closes its copies after the clone.
#[derive(Debug)]
pub struct ChildEnds {
    /// Where go bytes come from.
    pub go: OwnedFd,
    /// Where records go.
    pub records: OwnedFd,
}

/// Makes both pipes.
pub fn channel() -> Result<(Channel, ChildEnds)> {
    let (go_read, go_write) = pipe()?;
    let (records_read, records_write) = pipe()?;
    let ours = Channel { go: go_write.into(), records: records_read.into() };
    Ok((ours, ChildEnds { go: go_read, records: records_write }))
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
    pub fn next(&mut self) -> Result<Option<Record>> {
        let mut bytes = [0; Record::SIZE];
        let mut got = 0;
        while got < bytes.len() {
            let rest = bytes.get_mut(got..).unwrap_or_default();
            match self.records.read(rest) {
                Ok(0) => return Ok(None),
                Ok(more) => got += more,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Fault::io("read from", "the container's init", &e)),
            }
        }
        Ok(Some(Record::parse(&bytes)))
    }
}
