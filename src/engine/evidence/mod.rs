//! Where evidence is made: how each change of the trace is known.
//!
//! ```text
//! look(path) ─▶ system call ─▶ Evidence { call, result }      one value is what was asked, what was answered and what is shown
//! ```
//!
//! **Evidence is what was asked.** Each function here either makes the call that it reports and hands back its result with
//! the evidence, or takes the typed result of the call that was made (a child's record, an exit status, a netlink message).
//! Nothing else in the engine writes an `Evidence::…`: `tests/architecture.rs` checks that, and `tests/witness.rs` holds
//! what a day's work claims against strace's log. What the engine keeps, computes or decides by itself is [`own`]: it is
//! never dressed as a call.
//!
//! Calls read as strace prints them, descriptors that have a path as with `strace -y`. Does not know what the changes are.

mod call;
mod capture;
mod child;
mod exchange;
mod files;
mod handles;
mod hash;
mod inotify;
mod namespaces;
pub mod netlink;
mod own;
mod packets;
mod program;
mod sockets;
mod tally;

pub(super) use call::hex;
pub use capture::Capture;
pub use child::{Ended, by_helper, cloned, configured, executed, wait};
pub use exchange::{Exchange, http, request};
pub use files::{
    Text, Unread, absent, access, append, file, lstat, open, read, read_at, readlink, rename, rmdir, stat, unlink,
    write,
};
pub use handles::{fstatfs, lgetxattr, lstat_at};
pub use hash::{hash_of, hashed};
pub use inotify::{Inotify, Notice, Refused};
pub use namespaces::{mount, setns, umount, uname, unshare};
pub use own::own;
pub use packets::{Socket, SocketKind};
pub use program::{bytes, command, printed};
pub use sockets::bind;
pub use tally::{Spot, Tally, mkdir_at};

use crate::trace::Evidence;

/// What came back from the call that an evidence reports, if it does.
pub fn result_of(evidence: &Evidence) -> Option<&str> {
    match evidence {
        Evidence::Syscall { result, .. } => Some(result),
        _ => None,
    }
}

/// The call that an evidence reports, if it does.
pub fn call_of(evidence: &Evidence) -> Option<&str> {
    match evidence {
        Evidence::Syscall { call, .. } => Some(call),
        _ => None,
    }
}
