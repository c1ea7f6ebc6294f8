//! How what was measured in is removed by the next engine, where this one was killed.

use super::name::is_scratch_path;
use crate::engine::conductor::{Undo, Undone};
use crate::engine::fault::{Fault, Result};
use crate::engine::handle;
use crate::trace::Code;
use nix::errno::Errno;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::ErrorKind::NotFound;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// How a measurement is undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "undo")]
pub enum SpeedInverse {
    /// Remove the directory in which it was measured.
    RemoveScratch {
        /// `…/.dockwalk-speed-<16 digits>`: in a writable layer, a volume, or the source of a bind mount, which may be anywhere.
        path: PathBuf,
    },
}

impl Undo for SpeedInverse {
    fn allowed(&self, _root: &Path) -> bool {
        let Self::RemoveScratch { path } = self;
        is_scratch_path(path)
    }

    fn is_gone(&self) -> bool {
        let Self::RemoveScratch { path } = self;
        fs::symlink_metadata(path).is_err_and(|e| e.kind() == NotFound)
    }

    fn words(&self) -> (String, String) {
        let Self::RemoveScratch { path } = self;
        (path.display().to_string(), format!("rm -r {}", path.display()))
    }
}

/// Undoes it. Whoever may write beside it may have put something else there: that is left alone, and told.
pub fn undo(inverse: &SpeedInverse) -> Result<Undone> {
    let SpeedInverse::RemoveScratch { path } = inverse;
    let refused = |e: std::io::Error| Fault::io("remove", path.display(), &e);
    let dir = match handle::open(path) {
        Err(Errno::ENOENT) => return Ok(Undone::Gone),
        Err(Errno::ENOTDIR | Errno::ELOOP) => return Err(not_ours(path)),
        opened => opened.map_err(|errno| refused(errno.into()))?,
    };
    if !is_ours(&dir).map_err(|errno| refused(errno.into()))? {
        return Err(not_ours(path));
    }
    handle::clear(dir).map_err(refused)?;
    // An empty one, or none.
    fs::remove_dir(path).map_err(refused)?;
    Ok(Undone::Done)
}

/// Whether a directory is as the engine makes it: its own, and for itself alone.
pub(super) fn is_ours(dir: &OwnedFd) -> nix::Result<bool> {
    let found = nix::sys::stat::fstat(dir)?;
    Ok(found.st_uid == nix::unistd::geteuid().as_raw() && found.st_mode & 0o777 == 0o700)
}

fn not_ours(path: &Path) -> Fault {
    Fault::failed(Code::SpeedNotOurs).with("path", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn nothing_is_removed_but_what_was_measured_in() {
        let check = |expected: bool, path: &str| {
            let inverse = SpeedInverse::RemoveScratch { path: path.into() };
            assert_eq!(inverse.allowed(Path::new("/e/root")), expected, "{path}");
        };
        check(true, "/home/me/src/.dockwalk-speed-0123456789abcdef");
        for path in [
            "/",
            "/home/me/src",
            "/home/me/.dockwalk-speed-",
            "/home/me/.dockwalk-speed-0123456789abcdeg",
            "/home/me/.dockwalk-speed-0123456789abcdef/x",
            "/home/me/../.dockwalk-speed-0123456789abcdef",
            ".dockwalk-speed-0123456789abcdef",
            "",
        ] {
            check(false, path);
        }
    }

    #[test]
    fn it_goes_with_what_is_in_it_and_no_link_is_followed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(".dockwalk-speed-0123456789abcdef");
        fs::create_dir_all(path.join("files")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        fs::write(dir.path().join("kept"), "").unwrap();
        std::os::unix::fs::symlink(dir.path(), path.join("link")).unwrap();
        let inverse = SpeedInverse::RemoveScratch { path };
        assert_eq!(undo(&inverse).unwrap(), Undone::Done);
        assert_eq!(undo(&inverse).unwrap(), Undone::Gone);
        assert!(inverse.is_gone() && dir.path().join("kept").exists());
    }

    #[test]
    fn what_somebody_else_put_there_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(".dockwalk-speed-0123456789abcdef");
        let inverse = SpeedInverse::RemoveScratch { path: path.clone() };
        let stays = || {
            assert_eq!(undo(&inverse).unwrap_err().problem.code, Code::SpeedNotOurs);
            assert!(!inverse.is_gone());
        };
        fs::create_dir(&path).unwrap();
        fs::write(path.join("kept"), "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        stays();
        assert!(path.join("kept").exists());
        fs::rename(&path, dir.path().join("other")).unwrap();
        std::os::unix::fs::symlink("other", &path).unwrap();
        stays();
        fs::remove_file(&path).unwrap();
        fs::write(&path, "").unwrap();
        stays();
    }
}
