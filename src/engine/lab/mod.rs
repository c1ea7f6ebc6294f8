//! The namespaces that the engine works in: what plays the host.
//!
//! ```text
//! real host ─enter─▶ [user namespace, unless root] ─▶ mount namespace: the engine and its threads
//!                                                  └▶ network namespace "lab": threads that put themselves into it
//! ```
//!
//! The engine's own threads stay in the real network namespace, so that registries are reached as any program reaches them.
//! Does not know what is done in the lab.

mod facts;
pub mod grant;
mod netns;
mod subids;
mod userns;

pub use facts::{cgroup_version, observe, os_name};
pub use netns::Netns;
pub use subids::{SubordinateIds, subordinate_ids};
pub use userns::{Refusal, refusal};

use super::evidence;
use super::fault::{Fault, FaultKind, Result};
use super::ids::{self, IdRange};
use crate::trace::{Code, Evidence, Mode, Problem};
use nix::mount::MsFlags;
use nix::sched::CloneFlags;
use std::path::Path;
use std::time::{Duration, Instant};

/// The namespaces that the engine works in.
#[derive(Debug)]
pub struct Lab {
    /// Private namespaces, or the real host's.
    pub mode: Mode,
    /// The engine works in a user namespace that is not the real host's.
    pub rootless: bool,
    /// Ids that can be given to files.
    pub ids: IdRange,
    /// The network namespace that plays the host.
    pub host: Netns,
    /// Inode of the mount namespace.
    pub mntns: u64,
    /// Who started the engine, as they were known before.
    pub real_uid: u32,
    /// Their group.
    pub real_gid: u32,
    /// The way in, for the trace that does not exist yet.
    entry: LabEntry,
}

/// How the namespaces were entered.
#[derive(Debug, Default)]
struct LabEntry {
    calls: Vec<Evidence>,
    remarks: Vec<Problem>,
    took: Duration,
}

/// Fails where this user may not work in that mode.
pub fn check(mode: Mode) -> Result<()> {
    if mode == Mode::Host && !nix::unistd::geteuid().is_root() {
        return Err(Fault::new(FaultKind::Denied, Code::HostModeNeedsRoot));
    }
    Ok(())
}

/// Enters the namespaces. Must be called while the process has one thread.
///
/// On an error the process may be half way in: it is for ending with the message, not for going on.
pub fn enter(mode: Mode) -> Result<Lab> {
    let began = Instant::now();
    let (real_uid, real_gid) = (nix::unistd::getuid().as_raw(), nix::unistd::getgid().as_raw());
    let root = nix::unistd::geteuid().is_root();
    let mut entry = LabEntry::default();
    if !root {
        userns::enter(&mut entry)?;
    }
    private_mounts(&mut entry).map_err(|e| refused(root, e))?;
    let host = match mode {
        Mode::Host => Netns::current()?,
        Mode::Lab => {
            let host = Netns::create()?;
            entry.calls.extend(host.evidence());
            host
        }
    };
    let (ids, rootless) = ids::mapped()?;
    let mntns = inode_of("/proc/self/ns/mnt")?;
    entry.took = began.elapsed();
    Ok(Lab { mode, rootless, ids, host, mntns, real_uid, real_gid, entry })
}

/// A mount namespace whose mounts stay in it; what the host mounts later still comes in.
fn private_mounts(entry: &mut LabEntry) -> nix::Result<()> {
    entry.calls.push(evidence::unshare(CloneFlags::CLONE_NEWNS)?);
    let slave = MsFlags::MS_REC | MsFlags::MS_SLAVE;
    entry.calls.push(evidence::mount(None, Path::new("/"), None, slave, None)?);
    Ok(())
}

/// The first call that needs a capability failed: root is not all of root here, or AppArmor took away what the user
/// namespace had given.
fn refused(root: bool, errno: nix::Error) -> Fault {
    if root {
        return Fault::new(FaultKind::Denied, Code::RootIsLimited).with("reason", errno.desc());
    }
    userns::refused(errno)
}

fn inode_of(path: &str) -> Result<u64> {
    use std::os::unix::fs::MetadataExt;
    Ok(std::fs::metadata(path).map_err(|e| Fault::io("look at", path, &e))?.ino())
}
