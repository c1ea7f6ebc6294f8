//! How a container's root file system is undone: unmounted, and its directory removed.

use crate::engine::conductor::{Undo, Undone, below};
use crate::engine::fault::{Fault, Result};
use crate::engine::handle;
use nix::errno::Errno;
use nix::mount::{MntFlags, umount2};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::ErrorKind::NotFound;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// How what a container has on the disk is undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "undo")]
pub enum RootfsInverse {
    /// Unmount a path in the engine's mount namespace.
    Unmount {
        /// Where.
        path: PathBuf,
        /// The mount namespace's inode: another one means it is gone.
        mntns: u64,
    },
    /// Remove a container's directory with all that is in it.
    RemoveDir {
        /// Its path.
        path: PathBuf,
    },
}

impl RootfsInverse {
    fn path(&self) -> &Path {
        match self {
            Self::Unmount { path, .. } | Self::RemoveDir { path } => path,
        }
    }
}

impl Undo for RootfsInverse {
    fn allowed(&self, root: &Path) -> bool {
        match (self, below(root, self.path()).as_deref()) {
            (Self::Unmount { .. }, Some([containers, _, place])) => {
                (*containers == "containers" && (*place == "merged" || *place == "shm"))
                    || (*containers == "volumes" && *place == "_data")
            }
            (Self::RemoveDir { .. }, Some([containers, _])) => *containers == "containers",
            _ => false,
        }
    }

    fn is_gone(&self) -> bool {
        fs::symlink_metadata(self.path()).is_err_and(|e| e.kind() == NotFound)
    }

    fn words(&self) -> (String, String) {
        let path = self.path();
        let call = match self {
            Self::Unmount { .. } => format!("umount2({path:?}, MNT_DETACH|UMOUNT_NOFOLLOW)"),
            Self::RemoveDir { .. } => format!("rm -r {}", path.display()),
        };
        (path.display().to_string(), call)
    }
}

/// Undoes it.
pub fn undo(inverse: &RootfsInverse) -> Result<Undone> {
    match inverse {
        RootfsInverse::Unmount { path, mntns } => unmount(path, *mntns),
        // Never through a symbolic link and however deep. Directories that may not be searched (a container's files,
        // overlay's `work/work`) are opened up first.
        RootfsInverse::RemoveDir { path } => match handle::remove(path) {
            Ok(()) => Ok(Undone::Done),
            Err(e) if e.kind() == NotFound => Ok(Undone::Gone),
            Err(e) => Err(Fault::io("remove", path.display(), &e)),
        },
    }
}

/// A mount of another mount namespace went with it.
fn unmount(path: &Path, mntns: u64) -> Result<Undone> {
    let ours =
        fs::metadata("/proc/thread-self/ns/mnt").map_err(|e| Fault::io("look at", "/proc/thread-self/ns/mnt", &e))?;
    if ours.ino() != mntns {
        return Ok(Undone::Gone);
    }
    match umount2(path, MntFlags::MNT_DETACH | MntFlags::UMOUNT_NOFOLLOW) {
        Ok(()) => Ok(Undone::Done),
        // Nothing is mounted there, or there is no there any more.
        Err(Errno::EINVAL | Errno::ENOENT) => Ok(Undone::Gone),
        Err(errno) => Err(Fault::io("unmount", path.display(), &errno.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn check(expected: bool, inverse: RootfsInverse) {
        assert_eq!(inverse.allowed(Path::new("/e/root")), expected, "{inverse:?}");
    }

    #[test]
    fn directories_are_those_of_containers() {
        let dir = |path: &str| RootfsInverse::RemoveDir { path: path.into() };
        check(true, dir("/e/root/containers/abc"));
        for path in [
            "/",
            "/home",
            "/e/root",
            "/e/root/",
            "/e/rooted/containers/a",
            "/e/root/containers",
            "/e/root/containers/..",
            "/e/root/containers/../../home",
            "/e/root/containers/a/upper",
            "/e/root/volumes/a",
            "/e/root/layers/sha256/abc",
            "/e/root/layers/sha256/.abc.1",
            "containers/a",
            "",
        ] {
            check(false, dir(path));
        }
    }

    #[test]
    fn mounts_are_those_of_containers_and_volumes() {
        let mount = |path: &str| RootfsInverse::Unmount { path: path.into(), mntns: 1 };
        check(true, mount("/e/root/containers/abc/merged"));
        check(true, mount("/e/root/containers/abc/shm"));
        check(true, mount("/e/root/volumes/data/_data"));
        ["/", "/e/root", "/e/root/containers/abc", "/e/root/containers/abc/../merged", "/e/root/volumes/data", "/proc"]
            .into_iter()
            .for_each(|path| check(false, mount(path)));
    }

    #[test]
    fn a_directory_goes_with_all_that_is_in_it_but_not_what_links_point_at() {
        let dir = tempfile::tempdir().unwrap();
        let (kept, gone) = (dir.path().join("kept"), dir.path().join("gone"));
        fs::create_dir_all(gone.join("work/work")).unwrap();
        fs::create_dir(&kept).unwrap();
        fs::write(kept.join("file"), "kept").unwrap();
        std::os::unix::fs::symlink(&kept, gone.join("link")).unwrap();
        fs::write(gone.join("work/work/file"), "gone").unwrap();
        fs::set_permissions(gone.join("work/work"), fs::Permissions::from_mode(0o000)).unwrap();
        let inverse = RootfsInverse::RemoveDir { path: gone.clone() };
        assert_eq!(undo(&inverse).unwrap(), Undone::Done);
        assert_eq!(undo(&inverse).unwrap(), Undone::Gone);
        assert!(!gone.exists());
        assert_eq!(fs::read_to_string(kept.join("file")).unwrap(), "kept");
        assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o755);
    }

    #[test]
    fn a_link_in_the_place_of_a_directory_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (kept, link) = (dir.path().join("kept"), dir.path().join("link"));
        fs::create_dir(&kept).unwrap();
        std::os::unix::fs::symlink(&kept, &link).unwrap();
        undo(&RootfsInverse::RemoveDir { path: link }).unwrap_err();
        assert!(kept.exists());
    }

    #[test]
    fn what_is_gone_already_is_no_error() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("never/made");
        let mntns = fs::metadata("/proc/thread-self/ns/mnt").unwrap().ino();
        let gone = |inverse| assert_eq!(undo(&inverse).unwrap(), Undone::Gone, "{inverse:?}");
        gone(RootfsInverse::RemoveDir { path: path.clone() });
        gone(RootfsInverse::Unmount { path: path.clone(), mntns });
        gone(RootfsInverse::Unmount { path, mntns: 1 });
    }
}
