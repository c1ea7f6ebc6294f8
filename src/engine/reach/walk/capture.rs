//! Frames of several network namespaces, and the rules that were met meanwhile.

use crate::engine::evidence::Capture;
use crate::engine::lab::Netns;
use crate::engine::net::RuleTrace;
use crate::engine::{Fault, Result};
use crate::packet::{Captured, Flow, decode};
use crate::trace::{Evidence, Passing, WatchedLink};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};

/// How many frames are kept that are of the packet, and that may be of it after somebody has rewritten it.
const KEPT: usize = 512;
const PERHAPS: usize = 4096;
/// How many are taken of one socket at a time, and how many that came before are thrown away.
const AT_ONCE: usize = 4096;
const FORGOTTEN: usize = 1 << 16;
/// Milliseconds without a frame after which no more are on their way, and how often that is waited for at most.
const QUIET: u16 = 30;
const ROUNDS: usize = 10;

/// Listens at links.
pub(super) struct Listener {
    sockets: Vec<(u64, Capture)>,
    watched: Vec<WatchedLink>,
}

/// What was heard.
#[derive(Default)]
pub(super) struct Heard {
    /// Of each namespace in the order of its socket; which of them are of the packet is known when all are there.
    pub captured: Vec<Captured>,
    sure: usize,
    perhaps: usize,
    /// Frames that the kernel lost, or that were too many to be kept.
    pub missed: u64,
    /// How that is known.
    pub evidence: Vec<Evidence>,
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
            for _ in 0..FORGOTTEN {
                if !matches!(socket.next(), Ok(Some(_)) | Err(Errno::ENOBUFS)) {
                    break;
                }
            }
            // Lost ones are counted from here on.
            drop(socket.lost());
        }
    }

    /// Takes frames of these packets, until it is told to stop and no more come.
    pub fn listen(&self, flow: &Flow, rules: Option<&mut RuleTrace>, stop: &AtomicBool) -> nix::Result<Heard> {
        let (mut heard, mut rounds, mut rules) = (Heard::default(), 0, rules);
        loop {
            let stopping = stop.load(Ordering::Acquire);
            self.wait(rules.as_deref())?;
            let before = heard.captured.len();
            let mut empty = true;
            for (netns, socket) in &self.sockets {
                empty &= self.take(&mut heard, flow, *netns, socket)?;
            }
            if let Some(rules) = rules.as_deref_mut() {
                rules.drain();
            }
            rounds += usize::from(stopping);
            let nothing = empty && heard.captured.len() == before;
            if stopping && (nothing || rounds > ROUNDS) {
                // What nobody has looked at yet is at least one.
                heard.missed += u64::from(!empty);
                break;
            }
        }
        for (_, socket) in &self.sockets {
            let (lost, evidence) = socket.lost();
            heard.missed += u64::from(lost?);
            heard.evidence.push(evidence);
        }
        Ok(heard)
    }

    /// Takes what is there, at most so many; whether that was all.
    fn take(&self, heard: &mut Heard, flow: &Flow, netns: u64, socket: &Capture) -> nix::Result<bool> {
        for _ in 0..AT_ONCE {
            let Some(caught) = socket.next()? else { return Ok(true) };
            let meant = |at: &&WatchedLink| (at.netns, at.ifindex) == (netns, caught.ifindex);
            let Some(at) = self.watched.iter().find(meant).filter(|_| caught.framed) else { continue };
            let packet = decode(&caught.frame.bytes);
            let count = if flow.heading(&packet).is_some() {
                (&mut heard.sure, KEPT)
            } else if flow.may_be(&packet) {
                (&mut heard.perhaps, PERHAPS)
            } else {
                continue;
            };
            if *count.0 >= count.1 {
                heard.missed += 1;
                continue;
            }
            *count.0 += 1;
            let passing = if caught.outgoing { Passing::Out } else { Passing::In };
            let evidence = caught.evidence();
            heard.captured.push(Captured { at: at.clone(), passing, frame: caught.frame, evidence });
        }
        Ok(false)
    }

    fn wait(&self, rules: Option<&RuleTrace>) -> nix::Result<()> {
        let fds = self.sockets.iter().map(|(_, socket)| socket.as_fd()).chain(rules.map(AsFd::as_fd));
        let mut fds: Vec<_> = fds.map(|fd| PollFd::new(fd, PollFlags::POLLIN)).collect();
        match nix::poll::poll(&mut fds, PollTimeout::from(QUIET)) {
            Ok(_) | Err(Errno::EINTR) => Ok(()),
            Err(errno) => Err(errno),
        }
    }
}
