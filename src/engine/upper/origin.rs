//! What a copy in an upper directory is a copy of, when it no longer lies where the lower file does.

use super::below::{Below, Found};
use super::copied;
use super::model::Model;
use crate::trace::Effect;
use nix::sys::stat::FileStat;
use std::collections::HashMap;
use std::fs::File;
use std::io;

/// A lower file that was met: its path, and which layer serves it.
pub type Met = (Vec<u8>, Found);

/// How many files are compared with one whose mark names none.
const COMPARED: usize = 32;

/// The inode number in overlay's mark of where a copy comes from: `struct ovl_fb` (linux/fs/overlayfs/overlayfs.h), with a
/// file handle of ext4's kind or of XFS's. None in a user namespace: there the mark says only that it is a copy.
pub fn inode(mark: &[u8]) -> Option<u64> {
    const UUID: usize = 16;
    let (kind, id) = (mark.get(4)?, mark.get(5 + UUID..)?);
    match kind {
        1 => id.first_chunk().map(|bytes| u32::from_ne_bytes(*bytes).into()),
        0x81 => id.first_chunk().map(|bytes| u64::from_ne_bytes(*bytes)),
        _ => None,
    }
}

/// The one lower file, gone from its own place, that a copy is like: of the same size and time, else of the same content.
/// None when several are.
pub fn alike(
    met: &HashMap<u64, Met>,
    below: &Below,
    model: &Model,
    stat: &FileStat,
    upper: &File,
) -> io::Result<Option<Met>> {
    let moved = |path: &[u8]| model.get(path).is_some_and(|known| known.file.effect == Effect::Deleted);
    let regular = |stat: &FileStat| stat.st_mode & libc::S_IFMT == libc::S_IFREG;
    let candidates: Vec<&Met> =
        met.values().filter(|(path, found)| regular(&found.stat) && moved(path)).take(COMPARED).collect();
    let face = |stat: &FileStat| (stat.st_size, stat.st_mtime, stat.st_mtime_nsec);
    let same: Vec<&Met> = candidates.iter().filter(|(_, found)| face(&found.stat) == face(stat)).copied().collect();
    // Files that one program wrote at once may have one size and one time: then their content tells.
    let left = match same.len() {
        0 => candidates,
        1 => return Ok(Some(same[0].clone())),
        _ => same,
    };
    let mut like = Vec::new();
    for met in left {
        let measured = copied::measure(upper, &below.file(met.1.layer, &met.0)?)?;
        if measured.compared > 0 && measured.alike == measured.compared {
            like.push(met);
        }
    }
    Ok(if let [one] = like.as_slice() { Some((*one).clone()) } else { None })
}
