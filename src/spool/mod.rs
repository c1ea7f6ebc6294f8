//! Events on the disk, a line each, found by their number.
//!
//! ```text
//! Spool ─▶ Segment ─▶ a file (of the engine's directory, or one without a name) + the offset of each 64th line
//! ```
//!
//! A trace that has grown long does not belong in memory. The engine keeps its own in files of its directory, for all its
//! readers; a window keeps what it was told in files without a name, which go with it. Does not know what events mean.

mod events;
mod segment;

pub use events::Spool;
pub use segment::{CHUNK, Lines, Segment};

use crate::trace::Seq;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// A file without a name, on a disk rather than in memory where there is a choice.
pub fn anonymous() -> io::Result<File> {
    let chosen = std::env::var_os("TMPDIR").map(PathBuf::from).filter(|dir| dir.is_absolute());
    // A machine's /tmp may be memory.
    let places = chosen.into_iter().chain([PathBuf::from("/var/tmp"), std::env::temp_dir()]);
    let mut failed = io::Error::from(io::ErrorKind::NotFound);
    for dir in places {
        match unnamed(&dir) {
            Ok(file) => return Ok(file),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

/// Made under a name that nobody could foresee, which it loses at once.
fn unnamed(dir: &std::path::Path) -> io::Result<File> {
    let number = getrandom::u64()?;
    let path = dir.join(format!("dockwalk-{number:016x}"));
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}
