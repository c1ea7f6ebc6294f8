use super::channel::ChildEnds;
use super::{Fault, Result};
use crate::engine::sys::{Clone3, Cloned, Program};
use nix::sched::{CloneFlags, setns};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::{Arc, mpsc};

/// A thread that clones. A child's parent-death signal fires when the *thread* that made it ends: that of containers lives
/// as long as the engine, and each `exec` has one that lives as long as its process. Ends when this is dropped.
#[derive(Debug)]
pub struct Thread {
    jobs: mpsc::Sender<Job>,
}

/// One clone.
#[derive(Debug)]
pub struct Job {
    /// `CLONE_NEW…`
    pub flags: u64,
    /// What the child runs.
    pub program: Arc<Program>,
    /// It waits before every call.
    pub every: bool,
    /// Its ends of the pipes.
    pub ends: ChildEnds,
    /// Descriptors it keeps, in ascending order. Whoever asks for the clone holds them open until it is answered.
    pub keep: Vec<RawFd>,
    /// The version 2 control group it is born in.
    pub born_in: Option<File>,
    /// The process in whose pid namespace it is born.
    pub pid_namespace_of: Option<OwnedFd>,
    /// Where the answer goes.
    pub answer: mpsc::Sender<io::Result<Cloned>>,
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
    pub fn clone_child(&self, job: impl FnOnce(mpsc::Sender<io::Result<Cloned>>) -> Job) -> Result<Cloned> {
        let (answer, answered) = mpsc::channel();
        let lost = || io::Error::other("the spawner thread has ended");
        let sent = self.jobs.send(job(answer)).map_err(|_gone| lost());
        let cloned = sent.and_then(|()| answered.recv().map_err(|_gone| lost())?);
        cloned.map_err(|e| Fault::io("clone", "a process", &e))
    }
}

fn serve(jobs: &mpsc::Receiver<Job>) {
    // A child inherits the mask; it lets signals in again just before execve.
    if let Err(error) = nix::sys::signal::SigSet::all().thread_block() {
        tracing::warn!(%error, "signals not blocked");
    }
    for job in jobs {
        let cloned = match &job.pid_namespace_of {
            None => clone(&job),
            Some(target) => clone_in(&job, target.as_fd()),
        };
        // The child has its own copies now; ours must be closed before the pipes are read.
        let answer = job.answer.clone();
        drop(job);
        if answer.send(cloned).is_err() {
            tracing::debug!("nobody waits for a clone");
        }
    }
}

fn clone(job: &Job) -> io::Result<Cloned> {
    let (go, records) = (job.ends.go.as_fd(), job.ends.records.as_fd());
    let cgroup = job.born_in.as_ref().map(File::as_fd);
    let (flags, program, every, keep) = (job.flags, &*job.program, job.every, job.keep.as_slice());
    Clone3 { flags, cgroup, program, every, go, keep, records }.make()
}

/// A process cannot change its own pid namespace, only that of the children it makes from then on. Without root there is no
/// way back, so the thread that does this makes no other children.
fn clone_in(job: &Job, target: BorrowedFd<'_>) -> io::Result<Cloned> {
    setns(target, CloneFlags::CLONE_NEWPID)?;
    clone(job)
}
