//! How a volume that was made for one container is undone: removed with all that is in it. Others outlive the engine.

use super::is_anonymous;
use crate::engine::conductor::{Undo, Undone, below};
use crate::engine::fault::{Fault, Result};
use crate::engine::handle;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::ErrorKind::NotFound;
use std::path::{Path, PathBuf};

/// How a volume is undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "undo")]
pub enum VolumeInverse {
    /// Remove a volume that nobody gave a name.
    RemoveVolume {
        /// Its directory.
        path: PathBuf,
    },
}

impl Undo for VolumeInverse {
    fn allowed(&self, root: &Path) -> bool {
        let Self::RemoveVolume { path } = self;
        match below(root, path).as_deref() {
            Some([volumes, name]) => *volumes == "volumes" && name.to_str().is_some_and(is_anonymous),
            _ => false,
        }
    }

    fn is_gone(&self) -> bool {
        let Self::RemoveVolume { path } = self;
        fs::symlink_metadata(path).is_err_and(|e| e.kind() == NotFound)
    }

    fn words(&self) -> (String, String) {
        let Self::RemoveVolume { path } = self;
        (path.display().to_string(), format!("rm -r {}", path.display()))
    }
}

/// Undoes it.
pub fn undo(VolumeInverse::RemoveVolume { path }: &VolumeInverse) -> Result<Undone> {
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
    fn volumes_that_somebody_named_are_never_removed() {
        let nameless = "0123456789abcdef".repeat(4);
        for (path, expected) in [
            (format!("/e/root/volumes/{nameless}"), true),
            ("/e/root/volumes/notes".to_owned(), false),
            ("/e/root/volumes".to_owned(), false),
            (format!("/e/root/volumes/../volumes/{nameless}"), false),
            (format!("/e/root/volumes/{nameless}/_data"), false),
            (format!("/e/root/containers/{nameless}"), false),
            (format!("/e/other/volumes/{nameless}"), false),
        ] {
            let inverse = VolumeInverse::RemoveVolume { path: path.clone().into() };
            assert_eq!(inverse.allowed(Path::new("/e/root")), expected, "{path}");
        }
    }
}
