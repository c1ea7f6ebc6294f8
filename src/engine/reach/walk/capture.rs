//! Frames of several network namespaces, and the rules that were met meanwhile.

use crate::engine::evidence::{Capture, Caught};
use crate::engine::lab::Netns;
use crate::engine::net::RuleTrace;
use crate::engine::{Fault, Result};
use crate::packet::{Captured, Flow, decode};
use crate::trace::{Evidence, Passing, WatchedLink};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};

/// How many frames are kept, and how many are looked at.
const KEPT: usize = 512;
const LOOKED_AT: usize = 1 << 16;
/// Milliseconds without a frame after which no more are on their way, and how often that is waited for at most.
const QUIET: u16 = 30;
const ROUNDS: usize = 10;

/// Listens at links.
pub(super) struct Listener {
    sockets: Vec<(u64, Capture)>,
    watched: Vec<WatchedLink>,
}

impl Listener {
    /// Opens a socket in each namespace; the evidence is of all.
    pub fn open(namespaces: &[Netns], watched: Vec<WatchedLink>) -> Result<(Self, Vec<Evidence>)> {
        let (mut sockets, mut evidence) = (Vec::new(), Vec::new());
        for netns in namespaces {
            let opened = netns.run(|| {
                let (opened, calls) = Capture::open();
                opened
                    .map(|capture| (capture, calls))
                    .map_err(|e| Fault::io("open", "socket(AF_PACKET, SOCK_RAW)", &e.into()))
            })?;
            sockets.push((netns.inode(), opened.0));
            evidence.extend(opened.1);
        }
        Ok((Self { sockets, watched }, evidence))
    }

    /// What came before is nobody's.
    pub fn forget(&self) {
        for (_, socket) in &self.sockets {
            for _ in 0..LOOKED_AT {
                if !matches!(socket.next(), Ok(Some(_)) | Err(Errno::ENOBUFS)) {
                    break;
                }
            }
        }
    }

    /// Takes frames of these packets, until it is told to stop and no more come.
    pub fn listen(&self, flow: &Flow, rules: Option<&mut RuleTrace>, stop: &AtomicBool) -> nix::Result<Vec<Captured>> {
        let (mut kept, mut looked_at, mut rounds, mut rules) = (Vec::new(), 0, 0, rules);
        loop {
            let stopping = stop.load(Ordering::Acquire);
            self.wait(rules.as_deref())?;
            let before = kept.len();
            for (netns, socket) in &self.sockets {
                while let Some(caught) = socket.next()? {
                    looked_at += 1;
                    if looked_at > LOOKED_AT || kept.len() >= KEPT {
                        return Ok(kept);
                    }
                    kept.extend(self.of(flow, *netns, caught));
                }
            }
            if let Some(rules) = rules.as_deref_mut() {
                rules.drain();
            }
            rounds += usize::from(stopping);
            if stopping && (kept.len() == before || rounds > ROUNDS) {
                return Ok(kept);
            }
        }
    }

    fn wait(&self, rules: Option<&RuleTrace>) -> nix::Result<()> {
        let fds = self.sockets.iter().map(|(_, socket)| socket.as_fd()).chain(rules.map(AsFd::as_fd));
        let mut fds: Vec<_> = fds.map(|fd| PollFd::new(fd, PollFlags::POLLIN)).collect();
        match nix::poll::poll(&mut fds, PollTimeout::from(QUIET)) {
            Ok(_) | Err(Errno::EINTR) => Ok(()),
            Err(errno) => Err(errno),
        }
    }

    /// A frame at a watched link that may be of these packets.
    fn of(&self, flow: &Flow, netns: u64, caught: Caught) -> Option<Captured> {
        let Caught { ifindex, outgoing, frame, evidence } = caught;
        let at = self.watched.iter().find(|at| (at.netns, at.ifindex) == (netns, ifindex))?.clone();
        let (frame, passing) = (frame?, if outgoing { Passing::Out } else { Passing::In });
        flow.concerns(&decode(&frame.bytes)).then_some(Captured { at, passing, frame, evidence })
    }
}
