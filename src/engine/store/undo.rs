//! How a layer that has no name yet, or none any more, is undone.

use super::{Fault, Result, handle};
use crate::engine::conductor::{Undo, Undone, below};
use serde::{Deserialize, Serialize};
use std::io::ErrorKind::NotFound;
use std::path::{Path, PathBuf};

/// How what the store has under way is undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "undo")]
pub enum StoreInverse {
    /// Remove the directory of a layer under way.
    RemoveDir {
        /// Its path: `ROOT/layers/sha256/.<hex>.<n>`.
        path: PathBuf,
    },
}

impl Undo for StoreInverse {
    fn allowed(&self, root: &Path) -> bool {
        let Self::RemoveDir { path } = self;
        // A layer that has its name is nobody's to undo.
        matches!(below(root, path).as_deref(), Some([layers, sha256, name])
            if *layers == "layers" && *sha256 == "sha256" && name.as_encoded_bytes().starts_with(b"."))
    }

    fn is_gone(&self) -> bool {
        let Self::RemoveDir { path } = self;
        std::fs::symlink_metadata(path).is_err_and(|e| e.kind() == NotFound)
    }

    fn words(&self) -> (String, String) {
        let Self::RemoveDir { path } = self;
        (path.display().to_string(), format!("rm -r {}", path.display()))
    }
}

/// Undoes it.
pub fn undo(inverse: &StoreInverse) -> Result<Undone> {
    let StoreInverse::RemoveDir { path } = inverse;
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
    fn only_a_layer_without_a_name_is_removed() {
        let allowed = |path: &str| StoreInverse::RemoveDir { path: path.into() }.allowed(Path::new("/e/root"));
        assert!(allowed("/e/root/layers/sha256/.abc.1"));
        for path in [
            "/e/root/layers/sha256/abc",
            "/e/root/layers/sha256",
            "/e/root/layers/sha256/..",
            "/e/root/layers/sha256/.abc.1/fs",
            "/e/root/blobs/sha256/.abc",
            "/e/root/containers/abc",
            "/e/root",
            "/",
            "layers/sha256/.a",
        ] {
            assert!(!allowed(path), "{path}");
        }
    }

    #[test]
    fn what_is_gone_already_is_no_error() {
        let dir = tempfile::tempdir().unwrap();
        let inverse = StoreInverse::RemoveDir { path: dir.path().join(".layer") };
        std::fs::create_dir_all(dir.path().join(".layer/fs/etc")).unwrap();
        assert_eq!(undo(&inverse).unwrap(), Undone::Done);
        assert!(inverse.is_gone());
        assert_eq!(undo(&inverse).unwrap(), Undone::Gone);
    }
}
