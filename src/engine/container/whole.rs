//! By which file a directory is known to be a whole container's.

use crate::engine::{Fault, Result};
use std::fs;
use std::io::ErrorKind::NotFound;
use std::path::{Path, PathBuf};

/// Its name in the container's directory.
pub(super) const FILE: &str = "container.json";

/// Where it is.
pub(super) fn file(dir: &Path) -> PathBuf {
    dir.join(FILE)
}

/// The container is no whole one from here on. That there is no such file is no error.
pub(super) fn forget(dir: &Path) -> Result<()> {
    let file = file(dir);
    match fs::remove_file(&file) {
        Err(e) if e.kind() != NotFound => Err(Fault::io("remove", file.display(), &e)),
        _ => Ok(()),
    }
}
