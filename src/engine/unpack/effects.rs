use super::{TarMark, TarMarks, overlay, shown};
use crate::engine::{Fault, Result};
use crate::trace::{Effect, Layer, LayerFile};
use nix::fcntl::{OFlag, open, openat};
use nix::sys::stat::{Mode, SFlag};
use std::ffi::OsStr;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// What a layer does to the layers `below` it (newest first): at most [`Layer::SHOWN`] paths, sorted by path.
///
/// Directories that merely are in both are left out: merging is no change.
pub fn effects(marks: &TarMarks, below: &[PathBuf], rootless: bool) -> Result<Vec<LayerFile>> {
    let mut files = Vec::new();
    for (path, mark) in marks.iter() {
        let there = exists(below, path, rootless).map_err(|e| Fault::io("read", shown(path), &e))?;
        let (effect, size) = match (mark, there) {
            (TarMark::Whiteout, true) => (Effect::Deleted, 0),
            (TarMark::Opaque, true) => (Effect::Opaque, 0),
            (TarMark::Whiteout, false) | (TarMark::Dir, true) => continue,
            (TarMark::Dir | TarMark::Opaque, false) => (Effect::Added, 0),
            (TarMark::File(size), true) => (Effect::Replaced, size),
            (TarMark::File(size), false) => (Effect::Added, size),
        };
        files.push(LayerFile { path: shown(path), effect, size });
        if files.len() == Layer::SHOWN {
            break;
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// What one layer says about a path.
enum Says {
    There,
    Gone,
    Nothing,
}

fn exists(layers: &[PathBuf], path: &[u8], rootless: bool) -> io::Result<bool> {
    for layer in layers {
        match ask(layer, path, rootless)? {
            Says::There => return Ok(true),
            Says::Gone => return Ok(false),
            Says::Nothing => {}
        }
    }
    Ok(false)
}

/// Goes down by handles that never follow a link, as overlayfs looks names up in each of its layers.
fn ask(layer: &Path, path: &[u8], rootless: bool) -> io::Result<Says> {
    let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let mut dir: OwnedFd = open(layer, flags, Mode::empty())?;
    let mut hidden = false;
    let mut names = path.split(|b| *b == b'/').peekable();
    while let Some(name) = names.next() {
        let name = OsStr::from_bytes(name);
        let Some(stat) = overlay::look(&dir, name)? else {
            return Ok(if hidden { Says::Gone } else { Says::Nothing });
        };
        if overlay::is_whiteout(&dir, name, &stat) {
            return Ok(Says::Gone);
        }
        if names.peek().is_none() {
            return Ok(Says::There);
        }
        if stat.st_mode & libc::S_IFMT != SFlag::S_IFDIR.bits() {
            return Ok(Says::Gone);
        }
        hidden |= overlay::is_opaque(&dir, name, rootless);
        dir = openat(&dir, name, flags, Mode::empty())?;
    }
    Ok(Says::Nothing)
}
