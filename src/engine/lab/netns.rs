use super::*;
use crate::engine::evidence;
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use nix::sched::setns;

/// A network namespace, kept alive for as long as the handle is.
#[derive(Debug, Clone)]
pub struct Netns {
    fd: Arc<OwnedFd>,
    inode: u64,
    /// How it was made, and what new links do about IPv6, as read back; nothing where it was only found.
    made: Vec<Evidence>,
}

const THIS_THREADS: &str = "/proc/thread-self/ns/net";
const IPV6: &str = "/proc/sys/net/ipv6/conf/default/disable_ipv6";

impl Netns {
    /// Makes a new one, in which links that come get no IPv6 address: Docker's bridge has none unless asked for. The
    /// calling thread stays where it is.
    pub fn create() -> Result<Self> {
        on_a_thread(|| {
            let unshared = evidence::unshare(CloneFlags::CLONE_NEWNET);
            let unshared = unshared.map_err(|e| Fault::io("make", "a network namespace", &e.into()))?;
            // Where /proc/sys is read-only or IPv6 is not built in there is nothing to switch off, or no way to.
            let read = std::fs::write(IPV6, "1").ok().and_then(|()| evidence::read(Path::new(IPV6)).ok());
            let made = std::iter::once(unshared).chain(read.map(|read| read.evidence())).collect();
            Ok(Self { made, ..Self::current()? })
        })
    }

    /// The one that the calling thread is in.
    pub fn current() -> Result<Self> {
        let file = File::open(THIS_THREADS).map_err(|e| Fault::io("open", THIS_THREADS, &e))?;
        let inode = file.metadata().map_err(|e| Fault::io("look at", THIS_THREADS, &e))?.ino();
        Ok(Self { fd: Arc::new(file.into()), inode, made: Vec::new() })
    }

    /// Its inode number, as `readlink /proc/<pid>/ns/net` shows it.
    pub fn inode(&self) -> u64 {
        self.inode
    }

    /// Its descriptor.
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    /// A path that other processes can enter it by (`nsenter --net=…`) while the engine holds it.
    pub fn path(&self) -> String {
        format!("/proc/{}/fd/{}", std::process::id(), self.fd.as_raw_fd())
    }

    /// How it is known to be there.
    pub fn evidence(&self) -> Vec<Evidence> {
        let link = evidence::readlink(Path::new(&self.path())).1;
        self.made.iter().cloned().chain([link]).collect()
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
/// so what needs another namespace gets a thread of its own. That costs less than a tenth of a millisecond.
fn on_a_thread<T: Send>(act: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("netns".into());
        let handle = thread.spawn_scoped(scope, act).map_err(|e| Fault::io("start", "a thread", &e))?;
        handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
