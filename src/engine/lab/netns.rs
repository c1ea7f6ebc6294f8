use super::*;
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;

use nix::sched::{CloneFlags, setns, unshare};

/// A network namespace, kept alive for as long as the handle is.
#[derive(Debug, Clone)]
pub struct Netns {
    fd: Arc<OwnedFd>,
    inode: u64,
}

const THIS_THREADS: &str = "/proc/thread-self/ns/net";

impl Netns {
    /// Makes a new one. The calling thread stays where it is.
    pub fn create() -> Result<Self> {
        on_a_thread(|| {
            unshare(CloneFlags::CLONE_NEWNET).map_err(|e| Fault::io("make", "a network namespace", &e.into()))?;
            Self::current()
        })
    }

    /// The one that the calling thread is in.
    pub fn current() -> Result<Self> {
        let file = File::open(THIS_THREADS).map_err(|e| Fault::io("open", THIS_THREADS, &e))?;
        let inode = file.metadata().map_err(|e| Fault::io("look at", THIS_THREADS, &e))?.ino();
        Ok(Self { fd: Arc::new(file.into()), inode })
    }

    /// Its inode number, as `readlink /proc/<pid>/ns/net` shows it.
    pub fn inode(&self) -> u64 {
        self.inode
    }

    /// Its descriptor.
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    /// Does something on a thread that is inside. The calling thread stays where it is.
    pub fn run<T: Send>(&self, act: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        on_a_thread(|| {
            setns(self.as_fd(), CloneFlags::CLONE_NEWNET)
                .map_err(|e| Fault::io("enter", format!("net:[{}]", self.inode), &e.into()))?;
            act()
        })
    }
}

/// A thread that has changed its namespace cannot always come back (without root it may not enter the real one again),
/// so what needs another namespace gets a thread of its own.
fn on_a_thread<T: Send>(act: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("netns".into());
        let handle = thread.spawn_scoped(scope, act).map_err(|e| Fault::io("start", "a thread", &e))?;
        handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
