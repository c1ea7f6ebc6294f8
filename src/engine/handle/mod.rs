//! Directories that somebody else may change at any moment – a container its volume and its writable layer –, worked in by
//! handle: one name at a time, and no link is followed.
//!
//! ```text
//! open(path) ─▶ directory ── enter(name) ─▶ directory …      openat(O_DIRECTORY|O_NOFOLLOW): a link that took its place is refused
//!                         ── hold(name) ──▶ O_PATH handle    whatever it is, and nothing is opened by it
//!                                           itself(handle)   its path for calls that take none: /proc/self/fd/<n>
//! ```
//!
//! What was looked at and what is then changed is the same inode, because it is the same handle. Does not know what the
//! directories are for.

pub mod reach;
mod remove;

pub use remove::{clear, remove};

use nix::dir::Dir;
use nix::fcntl::{OFlag, openat};
use nix::sys::stat::Mode;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Directories within each other that are gone into: as many as a layer may have (see `unpack`). A container can make more;
/// what lies deeper is not read, only removed.
pub const DEPTH: usize = 256;

const DIRECTORY: OFlag = OFlag::O_RDONLY.union(OFlag::O_DIRECTORY).union(OFlag::O_NOFOLLOW).union(OFlag::O_CLOEXEC);
const HELD: OFlag = OFlag::O_PATH.union(OFlag::O_NOFOLLOW).union(OFlag::O_CLOEXEC);

/// Opens a directory of the engine's own. The path's last name must be no link.
pub fn open(path: &Path) -> nix::Result<OwnedFd> {
    nix::fcntl::open(path, DIRECTORY, Mode::empty())
}

/// Opens a directory in a directory. Fails with `ENOTDIR` or `ELOOP` when it is none, or a link.
pub fn enter(dir: impl AsFd, name: &OsStr) -> nix::Result<OwnedFd> {
    openat(dir, name, DIRECTORY, Mode::empty())
}

/// A handle to whatever has that name, a link itself included. Neither a pipe nor a device notices.
pub fn hold(dir: impl AsFd, name: &OsStr) -> nix::Result<OwnedFd> {
    openat(dir, name, HELD, Mode::empty())
}

/// What names the inode of a handle and no other, for calls that take a path: it is to be followed.
pub fn itself(handle: impl AsFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", handle.as_fd().as_raw_fd()))
}

/// The names in a directory, in no order.
pub fn names(dir: impl AsFd) -> nix::Result<Vec<OsString>> {
    // Through a description of its own: the position of `dir` stays.
    let mut found = Vec::new();
    for entry in Dir::from_fd(enter(dir, OsStr::new("."))?)?.iter() {
        let name = OsStr::from_bytes(entry?.file_name().to_bytes()).to_owned();
        if name != "." && name != ".." {
            found.push(name);
        }
    }
    Ok(found)
}

/// True when nothing is in a directory.
pub fn is_empty(dir: impl AsFd) -> io::Result<bool> {
    let mut opened = Dir::from_fd(enter(dir, OsStr::new("."))?)?;
    let mut other = opened
        .iter()
        .filter(|entry| entry.as_ref().map_or(true, |entry| !matches!(entry.file_name().to_bytes(), b"." | b"..")));
    match other.next() {
        None => Ok(true),
        Some(entry) => Ok(entry.map(|_| false)?),
    }
}

#[cfg(test)]
mod tests;
