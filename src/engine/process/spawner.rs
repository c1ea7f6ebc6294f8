//! The thread that clones, and the keeper that everything cloned ends with.

use super::channel::{ChildEnds, channel};
use super::init::{self, Init};
use super::{Fault, Result, reap, stdio};
use crate::engine::evidence;
use crate::engine::sys::{self, Clone3, Cloned, Program};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sched::{CloneFlags, setns};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, mpsc};

/// A thread that clones. A child's parent-death signal fires when the *thread* that made it ends, so this one lives as long
/// as its value does.
#[derive(Debug)]
pub struct Thread {
    jobs: mpsc::Sender<Job>,
}

#[derive(Debug)]
enum Job {
    Clone(Request, mpsc::Sender<io::Result<Cloned>>),
    Enter(OwnedFd, mpsc::Sender<io::Result<()>>),
}

/// One clone.
#[derive(Debug)]
pub struct Request {
    /// `CLONE_NEW…`
    pub flags: u64,
    /// What the child runs.
    pub program: Arc<Program>,
    /// It waits before every call.
    pub every: bool,
    /// Its ends of the channel.
    pub ends: ChildEnds,
    /// Its standard input, output and error.
    pub stdio: [OwnedFd; 3],
    /// What its calls name by number.
    pub extra: Option<OwnedFd>,
    /// The version 2 control group it is born in.
    pub born_in: Option<File>,
}

impl Thread {
    /// Starts it.
    pub fn start() -> Result<Self> {
        let (jobs, todo) = mpsc::channel::<Job>();
        let thread = std::thread::Builder::new().name("spawner".into()).stack_size(256 * 1024);
        thread.spawn(move || serve(&todo)).map_err(|e| Fault::io("start", "a thread", &e))?;
        Ok(Self { jobs })
    }

    /// Clones.
    pub fn clone_child(&self, request: Request) -> Result<Cloned> {
        self.ask(|answer| Job::Clone(request, answer)).map_err(|e| Fault::io("clone", "a process", &e))
    }

    /// Children are born in this process's pid namespace from now on.
    fn enter(&self, pidfd: OwnedFd) -> Result<()> {
        self.ask(|answer| Job::Enter(pidfd, answer)).map_err(|e| Fault::io("enter", "a pid namespace", &e))
    }

    fn ask<T>(&self, job: impl FnOnce(mpsc::Sender<io::Result<T>>) -> Job) -> io::Result<T> {
        let (answer, answered) = mpsc::channel();
        let lost = || io::Error::other("the spawner thread has ended");
        self.jobs.send(job(answer)).map_err(|_gone| lost())?;
        answered.recv().map_err(|_gone| lost())?
    }
}

/// The thread that clones containers' processes, and the [keeper](init::keeper) below which they are born.
#[derive(Debug)]
pub struct Nest {
    /// Where clones are asked for.
    pub thread: Thread,
    keeper: OwnedFd,
}

impl Nest {
    /// Starts both.
    pub fn start() -> Result<Self> {
        let thread = Thread::start()?;
        let init = init::keeper();
        let (mut channel, ends) = channel()?;
        let keeper = thread.clone_child(Request {
            flags: libc::CLONE_NEWPID.cast_unsigned().into(),
            program: Arc::new(init.program()),
            every: false,
            ends,
            stdio: stdio::nothing()?,
            extra: None,
            born_in: None,
        })?;
        // The last call sleeps, and tells nothing.
        let ready = settle(&init, &mut channel);
        let entered = ready.and_then(|()| thread.enter(keeper.pidfd.try_clone().map_err(|e| copy(&e))?));
        match entered {
            Ok(()) => Ok(Self { thread, keeper: keeper.pidfd }),
            Err(fault) => {
                reap::kill(keeper.pidfd.as_fd());
                Err(fault)
            }
        }
    }

    /// False once the keeper has been killed: with it all that it kept.
    pub fn holds(&self) -> bool {
        let mut ended = [PollFd::new(self.keeper.as_fd(), PollFlags::POLLIN)];
        matches!(poll(&mut ended, PollTimeout::ZERO), Ok(0))
    }
}

/// The kernel ends all that is below the keeper before it itself has ended, and whoever drops this has no time for that.
impl Drop for Nest {
    fn drop(&mut self) {
        if let Err(error) = sys::send_signal(self.keeper.as_fd(), libc::SIGKILL) {
            tracing::debug!(%error, "the keeper has ended already");
        }
        let Ok(keeper) = self.keeper.try_clone() else { return };
        let collect = std::thread::Builder::new().name("keeper-end".into()).stack_size(128 * 1024);
        if let Err(error) = collect.spawn(move || evidence::wait(keeper.as_fd())) {
            tracing::debug!(%error, "the keeper is not collected");
        }
    }
}

fn copy(error: &io::Error) -> Fault {
    Fault::io("copy", "a pidfd", error)
}

fn settle(init: &Init, channel: &mut super::channel::Channel) -> Result<()> {
    channel.go();
    for expected in 0..init.calls.len() - 1 {
        if expected == init.look_at {
            channel.go();
        }
        match channel.next()? {
            Some(told) if told.record.index == sys::NO_HELPER => {
                return Err(super::fault::no_helper(told.record.errno));
            }
            Some(told) if told.record.errno == 0 => {}
            _ => return Err(Fault::failed("init-died")),
        }
    }
    Ok(())
}

fn serve(jobs: &mpsc::Receiver<Job>) {
    // A child inherits the mask; it lets signals in again just before execve.
    if let Err(error) = nix::sys::signal::SigSet::all().thread_block() {
        tracing::warn!(%error, "signals not blocked");
    }
    for job in jobs {
        let answered = match job {
            Job::Clone(request, answer) => {
                let cloned = clone(&request);
                // The child has its own copies now; ours must be closed before its records are read.
                drop(request);
                answer.send(cloned).is_ok()
            }
            Job::Enter(pidfd, answer) => {
                answer.send(setns(pidfd, CloneFlags::CLONE_NEWPID).map_err(io::Error::from)).is_ok()
            }
        };
        if !answered {
            tracing::debug!("nobody waits for a clone");
        }
    }
}

fn clone(request: &Request) -> io::Result<Cloned> {
    let Request { flags, program, every, ends, stdio, extra, born_in } = request;
    let extra: Vec<_> = extra.iter().map(AsFd::as_fd).collect();
    Clone3 {
        flags: *flags,
        cgroup: born_in.as_ref().map(AsFd::as_fd),
        program,
        every: *every,
        stdio: stdio.each_ref().map(AsFd::as_fd),
        go: ends.go.as_fd(),
        records: ends.records.as_fd(),
        extra: &extra,
    }
    .make()
}
