//! Room that is kept on the disk for what makes room.
//!
//! Before something is deleted its inverse is written down, and a new list of images takes the old one's place: on a disk that
//! is full neither would have a place. So a file takes up a little of the disk while there is enough, and is let go for as
//! long as something is deleted.

use super::private;
use nix::fcntl::{FallocateFlags, fallocate};
use nix::sys::statvfs::statvfs;
use parking_lot::Mutex;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Enough for some lists of images and the journal of many containers.
const SIZE: i64 = 1 << 20;
const NAME: &str = "reserve";

/// The room, in the engine's directory.
#[derive(Debug)]
pub struct Reserve {
    path: PathBuf,
    /// How many delete something now.
    users: Mutex<usize>,
}

/// As long as it lives, the room is there for everyone.
#[derive(Debug)]
#[must_use]
pub struct Given<'a>(&'a Reserve);

/// An engine starts: where the disk is full what was kept is let go, or nothing could be written down and nothing be deleted. What it
/// leaves free is taken again by [`Reserve::in_dir`] if it is still there; else deletions find it free.
pub fn let_go_where_full(root: &Path) {
    let reserve = Reserve { path: root.join(NAME), users: Mutex::default() };
    if reserve.is_short() {
        reserve.remove();
    }
}

impl Reserve {
    /// Takes the room, if it is there.
    pub fn in_dir(root: &Path) -> Self {
        let reserve = Self { path: root.join(NAME), users: Mutex::default() };
        reserve.take();
        reserve
    }

    /// Lets it go where the disk is short, until what this returns is dropped.
    pub fn give(&self) -> Given<'_> {
        let mut users = self.users.lock();
        *users += 1;
        if self.is_short() {
            self.remove();
        }
        Given(self)
    }

    fn is_short(&self) -> bool {
        let left = self.path.parent().and_then(|dir| statvfs(dir).ok());
        left.is_none_or(|left| left.blocks_available().saturating_mul(left.fragment_size()) < SIZE.unsigned_abs())
    }

    fn take(&self) {
        let there = fs::metadata(&self.path).is_ok_and(|meta| meta.len() == SIZE.unsigned_abs());
        if there {
            return;
        }
        let taken = private::file(&self.path).and_then(|file| {
            // A file system that cannot do this keeps none; half of it would only take room that is lacking.
            fallocate(&file, FallocateFlags::empty(), 0, SIZE).map_err(io::Error::from)
        });
        if let Err(error) = taken {
            tracing::debug!(%error, path = %self.path.display(), "no room is kept");
            self.remove();
        }
    }

    fn remove(&self) {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                tracing::warn!(%error, path = %self.path.display(), "room that is kept was not given");
            }
            _ => {}
        }
    }
}

impl Drop for Given<'_> {
    fn drop(&mut self) {
        let mut users = self.0.users.lock();
        *users -= 1;
        if *users == 0 {
            self.0.take();
        }
    }
}
