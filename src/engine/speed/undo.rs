//! How what was measured in is removed by the next engine, where this one was killed.

use super::name::is_scratch_path;
use crate::engine::conductor::{Undo, Undone};
use crate::engine::fault::{Fault, Result};
use crate::engine::handle;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::ErrorKind::NotFound;
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

/// Undoes it.
pub fn undo(inverse: &SpeedInverse) -> Result<Undone> {
    let SpeedInverse::RemoveScratch { path } = inverse;
    match handle::remove(path) {
        Ok(()) => Ok(Undone::Done),
        Err(e) if e.kind() == NotFound => Ok(Undone::Gone),
        Err(e) => Err(Fault::io("remove", path.display(), &e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        fs::write(dir.path().join("kept"), "").unwrap();
        std::os::unix::fs::symlink(dir.path(), path.join("link")).unwrap();
        let inverse = SpeedInverse::RemoveScratch { path };
        assert_eq!(undo(&inverse).unwrap(), Undone::Done);
        assert_eq!(undo(&inverse).unwrap(), Undone::Gone);
        assert!(inverse.is_gone() && dir.path().join("kept").exists());
    }
}
