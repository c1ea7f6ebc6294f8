//! The namespaces that the engine works in: what plays the host.
//!
//! ```text
//! real host ──enter──▶ [user namespace, when not root] ─▶ mount namespace ─▶ the engine's threads
//!                                                       └▶ network namespace "lab" (only threads that set themselves into it)
//! ```
//!
//! Does not know what is done in them.

mod netns;

pub use netns::Netns;

use super::fault::{Fault, Result};
use crate::trace::Mode;

/// The namespaces that the engine works in.
#[derive(Debug)]
pub struct Lab {
    /// Private namespaces, or the real host's.
    pub mode: Mode,
    /// The engine was started without root and works in a user namespace.
    pub rootless: bool,
    /// Ids that can be given to files.
    pub ids: IdRange,
    /// The network namespace that plays the host.
    pub host: Netns,
    /// Inode of the mount namespace.
    pub mntns: u64,
    /// Who started the engine, as the real host knows it.
    pub real_uid: u32,
    /// Their group.
    pub real_gid: u32,
}

/// How many ids, from 0 on, are mapped in the engine's user namespace: `u32::MAX` for root, 1 without subordinate ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdRange {
    /// Users.
    pub uids: u32,
    /// Groups.
    pub gids: u32,
}

/// Enters the namespaces. Must be called while the process has one thread.
pub fn enter(mode: Mode) -> Result<Lab> {
    Err(Fault::failed("lab-not-built").with("mode", format!("{mode:?}")))
}
