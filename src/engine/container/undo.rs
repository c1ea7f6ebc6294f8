//! How a container is undone that is none yet, or none any more.

use super::whole;
use crate::engine::conductor::{Undo, Undone, below};
use crate::engine::{Fault, Result, handle};
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind::NotFound;
use std::path::{Path, PathBuf};

/// How what is made for a container, or is still there of one, is undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "undo")]
pub enum ContainerInverse {
    /// It is being created: its directory goes, unless it is a whole container by now.
    RemoveUnfinished {
        /// `ROOT/containers/<id>`
        path: PathBuf,
    },
    /// The same of a volume that was made for it alone.
    RemoveUnfinishedVolume {
        /// `ROOT/volumes/<64 digits>`
        path: PathBuf,
        /// The container's directory.
        container: PathBuf,
    },
    /// It is being removed: its directory goes, and volumes of its own.
    RemoveContainer {
        /// `ROOT/containers/<id>`
        path: PathBuf,
        /// `ROOT/volumes/<64 digits>`
        volumes: Vec<PathBuf>,
    },
}

impl ContainerInverse {
    fn paths(&self) -> Vec<&Path> {
        match self {
            Self::RemoveUnfinished { path } | Self::RemoveUnfinishedVolume { path, .. } => vec![path],
            Self::RemoveContainer { path, volumes } => volumes.iter().chain([path]).map(PathBuf::as_path).collect(),
        }
    }
}

impl Undo for ContainerInverse {
    fn allowed(&self, root: &Path) -> bool {
        // A volume with a name that somebody has given it is nobody's to delete.
        let made = |path: &Path, shelf: &str| matches!(below(root, path).as_deref(), Some([first, id]) if *first == shelf && is_id(id));
        match self {
            Self::RemoveUnfinished { path } => made(path, "containers"),
            Self::RemoveUnfinishedVolume { path, container } => made(path, "volumes") && made(container, "containers"),
            Self::RemoveContainer { path, volumes } => {
                made(path, "containers") && volumes.iter().all(|volume| made(volume, "volumes"))
            }
        }
    }

    fn is_gone(&self) -> bool {
        let gone = |path: &&Path| fs::symlink_metadata(path).is_err_and(|e| e.kind() == NotFound);
        self.paths().iter().all(gone)
    }

    fn words(&self) -> (String, String) {
        let all: Vec<_> = self.paths().iter().map(|path| path.display().to_string()).collect();
        (all.last().cloned().unwrap_or_default(), format!("rm -r {}", all.join(" ")))
    }
}

fn is_id(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.len() == 64 && name.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Undoes it.
pub fn undo(inverse: &ContainerInverse) -> Result<Undone> {
    let is_whole = |dir: &Path| whole::file(dir).exists();
    match inverse {
        ContainerInverse::RemoveUnfinished { path: dir }
        | ContainerInverse::RemoveUnfinishedVolume { container: dir, .. }
            if is_whole(dir) =>
        {
            return Ok(Undone::Gone);
        }
        ContainerInverse::RemoveContainer { path, .. } if path.exists() => whole::forget(path)?,
        _ => {}
    }
    let mut undone = Undone::Gone;
    for path in inverse.paths() {
        match handle::remove(path) {
            Ok(()) => undone = Undone::Done,
            Err(e) if e.kind() == NotFound => {}
            Err(e) => return Err(Fault::io("remove", path.display(), &e)),
        }
    }
    Ok(undone)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn place(root: &Path, shelf: &str) -> PathBuf {
        root.join(shelf).join(ID)
    }

    #[test]
    fn nothing_goes_but_containers_and_volumes_of_theirs() {
        let root = Path::new("/e/root");
        let removal =
            |path: PathBuf, volume: PathBuf| ContainerInverse::RemoveContainer { path, volumes: vec![volume] };
        let (dir, volume) = (place(root, "containers"), place(root, "volumes"));
        assert!(removal(dir.clone(), volume.clone()).allowed(root));
        assert!(ContainerInverse::RemoveUnfinished { path: dir.clone() }.allowed(root));
        let unfinished =
            |path: &Path| ContainerInverse::RemoveUnfinishedVolume { path: path.to_owned(), container: dir.clone() };
        assert!(unfinished(&volume).allowed(root));
        for bad in ["/", "/e/root", "/e/root/volumes", "/e/root/volumes/data", "/e/root/containers/../volumes/x", ""] {
            let bad = Path::new(bad);
            assert!(!removal(dir.clone(), bad.to_owned()).allowed(root), "{bad:?}");
            assert!(!removal(bad.to_owned(), volume.clone()).allowed(root), "{bad:?}");
            assert!(!unfinished(bad).allowed(root), "{bad:?}");
            assert!(!ContainerInverse::RemoveUnfinished { path: bad.to_owned() }.allowed(root), "{bad:?}");
        }
        // Each of its own kind.
        assert!(!removal(volume, dir).allowed(root));
    }

    #[test]
    fn what_is_whole_stays_and_what_is_being_removed_goes() {
        let root = tempfile::tempdir().unwrap();
        let (dir, volume) = (place(root.path(), "containers"), place(root.path(), "volumes"));
        let make = || {
            fs::create_dir_all(dir.join("upper")).unwrap();
            fs::create_dir_all(volume.join("_data")).unwrap();
        };
        let unfinished = ContainerInverse::RemoveUnfinished { path: dir.clone() };
        let its_volume = ContainerInverse::RemoveUnfinishedVolume { path: volume.clone(), container: dir.clone() };
        make();
        assert_eq!(undo(&unfinished).unwrap(), Undone::Done);
        assert_eq!(undo(&its_volume).unwrap(), Undone::Done);
        assert!(!dir.exists() && !volume.exists());
        assert_eq!(undo(&unfinished).unwrap(), Undone::Gone);

        make();
        fs::write(whole::file(&dir), "{}").unwrap();
        assert_eq!(undo(&unfinished).unwrap(), Undone::Gone);
        assert_eq!(undo(&its_volume).unwrap(), Undone::Gone);
        assert!(dir.exists() && volume.exists());

        let removal = ContainerInverse::RemoveContainer { path: dir.clone(), volumes: vec![volume.clone()] };
        assert!(!removal.is_gone());
        assert_eq!(undo(&removal).unwrap(), Undone::Done);
        assert!(!dir.exists() && !volume.exists() && removal.is_gone());
    }
}
