//! What a probe prints, to its end or until it has taken too long.

use crate::engine::process::{Io, Running};
use crate::engine::{Fault, Result};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

/// Bytes that are kept (moby `daemon/health.go`, `maxOutputLen`).
const KEPT: usize = 4096;
/// What stands for the rest.
const MORE: &str = "...";
/// How often it is asked whether anybody still wants to know, in milliseconds.
const PACE: u16 = 100;

/// How a probe came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    /// By itself, with that status.
    Ended(i32),
    /// It took too long and was killed.
    Late,
    /// Nobody wanted to know any more; it was killed.
    Stopped,
}

/// The first bytes, and whether there were more.
#[derive(Debug, Default)]
struct Kept {
    bytes: Vec<u8>,
    more: bool,
}

impl Kept {
    fn take(&mut self, bytes: &[u8]) {
        let room = KEPT - self.bytes.len();
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.more |= bytes.len() > room;
    }

    fn text(&self) -> String {
        let mut text = String::from_utf8_lossy(&self.bytes).into_owned();
        if self.more {
            text.push_str(MORE);
        }
        text
    }
}

/// Reads what a probe prints until it ends. What its own children print later nobody waits for.
pub fn read(
    probe: &Running,
    io: Option<Io>,
    timeout: Duration,
    stopped: &dyn Fn() -> bool,
) -> Result<(Finished, String)> {
    let mut open = match io {
        Some(Io::Pipes { stdout, stderr, .. }) => vec![stdout, stderr],
        _ => Vec::new(),
    };
    let unread = |e: io::Error| Fault::io("read", "the output of a health check", &e);
    open.iter().try_for_each(without_waiting).map_err(unread)?;
    let (begun, mut kept) = (Instant::now(), Kept::default());
    loop {
        let ended = wait(probe, &open).map_err(unread)?;
        open.retain_mut(|file| drain(file, &mut kept));
        if ended {
            return Ok((Finished::Ended(probe.wait()), kept.text()));
        }
        let finished = if stopped() {
            Finished::Stopped
        } else if begun.elapsed() >= timeout {
            Finished::Late
        } else {
            continue;
        };
        probe.signal(9)?;
        probe.wait();
        return Ok((finished, kept.text()));
    }
}

/// Until something was printed or the process has ended, for a moment at most. True when it has ended.
fn wait(probe: &Running, open: &[File]) -> io::Result<bool> {
    let mut all: Vec<PollFd<'_>> = open.iter().map(|file| PollFd::new(file.as_fd(), PollFlags::POLLIN)).collect();
    all.push(PollFd::new(probe.end_fd(), PollFlags::POLLIN));
    match poll(&mut all, PollTimeout::from(PACE)) {
        Ok(_) | Err(Errno::EINTR) => {}
        Err(errno) => return Err(errno.into()),
    }
    Ok(all.last().and_then(|fd| fd.any()).unwrap_or(false))
}

/// Takes what is there. False when there will be no more.
fn drain(file: &mut File, kept: &mut Kept) -> bool {
    let mut buffer = [0; 16 * 1024];
    // Whoever prints without end keeps nobody here.
    for _ in 0..16 {
        match file.read(&mut buffer) {
            Ok(0) => return false,
            Ok(n) => kept.take(&buffer[..n]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
    true
}

fn without_waiting(file: &File) -> io::Result<()> {
    let flags = OFlag::from_bits_truncate(fcntl(file, FcntlArg::F_GETFL)?);
    fcntl(file, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK)).map(drop).map_err(io::Error::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_are_kept_and_that_there_were_more() {
        let mut kept = Kept::default();
        kept.take(&[b'a'; KEPT - 1]);
        kept.take(b"b");
        assert!(kept.text().ends_with("ab"));
        kept.take(b"");
        assert!(!kept.more);
        kept.take(b"c");
        assert_eq!((kept.text().len(), kept.text().ends_with("ab...")), (KEPT + MORE.len(), true));
    }
}
