//! The engine's own directory: what is made in it, by which mode, and whether what is found in it may be believed.
//!
//! ```text
//! root 0700 ─┬ journal.ndjson, lock, images.json, engine.log 0600      run/ containers/ ingest/ blobs/ builtin/ 0700
//!            ├ layers/sha256/<hex> 0700 ─ fs            the image's own modes: the lowest directories of an overlay
//!            ├ volumes/<name>      0700 ─ _data         the user's
//!            └ containers/<id>     0700 ─ upper, etc/*  what a container sees of it: 0755, 0644
//! ```
//!
//! A setuid file of an image would run for any local user who could walk to it, and a trace holds what was given to
//! containers as environment. Containers walk from their own root, never through these directories.
//!
//! What is made says its mode and does not lean on the umask, which is the one of whoever started the engine.

use super::{Fault, FaultKind, Result};
use crate::client::trust::{Kind, Who, look};
use crate::trace::Problem;
use nix::fcntl::{OFlag, open};
use nix::sys::stat::{Mode, umask};
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// What the engine makes and believes. Other things in the directory are none of its business: a lesson's bind source, what
/// the window keeps, the `lost+found` of a disk.
const OURS: [&str; 17] = [
    "journal.ndjson",
    "journal.new",
    "lock",
    "images.json",
    "images.json.new",
    "engine.log",
    "reserve",
    "run",
    "containers",
    "networks",
    "ingest",
    "blobs",
    "blobs/sha256",
    "layers",
    "layers/sha256",
    "volumes",
    "builtin",
];
/// Directories in it whose directories hold what containers see.
const SHELVES: [&str; 2] = ["layers/sha256", "volumes"];

/// Takes the engine's directory into use: see [`crate::client::trust::claim`]. Then everything in it that the engine will
/// read or write must be this user's alone. What an older dockwalk made for all to read is closed.
///
/// Comes before anything in it is opened, and while the process is in the user namespace that it was started in.
pub fn claim(root: &Path) -> Result<PathBuf> {
    // Programs that the engine runs, and what it makes for containers, are the same whoever starts it.
    umask(Mode::from_bits_truncate(0o022));
    let root = crate::client::trust::claim(root).map_err(distrusted)?;
    let who = Who::am_i();
    OURS.iter().try_for_each(|name| close(who, &root.join(name)))?;
    for shelf in SHELVES.map(|name| root.join(name)).iter().filter(|shelf| shelf.is_dir()) {
        let failed = |e: io::Error| Fault::io("read", shelf.display(), &e);
        for entry in fs::read_dir(shelf).map_err(failed)? {
            close(who, &entry.map_err(failed)?.path())?;
        }
    }
    Ok(root)
}

/// A place that is not ours alone is a refusal to work there.
fn distrusted(problem: Problem) -> Fault {
    Fault::of(FaultKind::Denied, problem)
}

/// What is there must be ours alone, and is made so that nobody else reads it either.
fn close(who: Who, path: &Path) -> Result<()> {
    let Ok(found) = fs::symlink_metadata(path) else { return Ok(()) };
    who.owns(path, &found, Kind::Any).map_err(distrusted)?;
    if found.mode() & 0o077 == 0 {
        return Ok(());
    }
    let mode = if found.is_dir() { 0o700 } else { 0o600 };
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(|e| Fault::io("open", path.display(), &e))
}

/// Lets the user who called sudo walk to a socket that lies in root's directory. What else lies there stays closed to them.
pub fn let_through(root: &Path, gid: u32) -> Result<()> {
    let opened = std::os::unix::fs::chown(root, None, Some(gid));
    let opened = opened.and_then(|()| fs::set_permissions(root, Permissions::from_mode(0o710)));
    opened.map_err(|e| Fault::io("open", root.display(), &e))
}

/// A directory for the engine alone, with what lacks above it.
pub fn dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// A directory whose files the engine is going to believe is ours alone, if it is there.
pub fn believe_dir(path: &Path) -> Result<()> {
    let Ok(found) = fs::symlink_metadata(path) else { return Ok(()) };
    Who::am_i().owns(path, &found, Kind::Directory).map_err(distrusted)
}

/// The same, which must not have been there.
pub fn new_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// An empty file for the engine alone.
pub fn file(path: &Path) -> io::Result<File> {
    options().write(true).create(true).truncate(true).open(path)
}

/// The same, to be read again, too.
pub fn file_for_both(path: &Path) -> io::Result<File> {
    options().read(true).write(true).create(true).truncate(true).open(path)
}

/// How files for the engine alone are opened: never through a link.
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600).custom_flags(libc::O_NOFOLLOW);
    options
}

/// A file for the engine alone, with that in it.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    file(path)?.write_all(bytes)
}

/// A directory that containers see, in one for the engine alone.
pub fn shown_dir(path: &Path) -> io::Result<()> {
    dir(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o755))
}

/// A file that containers see. Written in place: it may be mounted in one already.
pub fn write_shown(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = options().write(true).create(true).truncate(true).open(path)?;
    file.set_permissions(Permissions::from_mode(0o644))?;
    file.write_all(bytes)
}

/// The same of a program that a container executes.
pub fn write_program(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = options().write(true).create(true).truncate(true).open(path)?;
    file.set_permissions(Permissions::from_mode(0o755))?;
    file.write_all(bytes)
}

/// A file that containers see, to be read: its path is the engine's, what stands in it may be a container's.
pub fn shown(path: &Path) -> io::Result<File> {
    options().read(true).open(path)
}

/// Opens a file that the engine is going to believe: ours alone, with one name, and no link or pipe in its place. None when
/// it is not there.
pub fn believed(path: &Path, flags: OFlag) -> Result<Option<File>> {
    let flags = flags | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    let opened = match open(path, flags, Mode::from_bits_truncate(0o600)) {
        Ok(fd) => File::from(fd),
        Err(nix::Error::ENOENT) => return Ok(None),
        Err(errno) => {
            // What is in its place says more than ELOOP or ENXIO.
            let found = look(path).and_then(|found| Who::am_i().owns(path, &found, Kind::File));
            return Err(found.err().map_or_else(|| Fault::io("open", path.display(), &errno.into()), distrusted));
        }
    };
    let found = opened.metadata().map_err(|e| Fault::io("look at", path.display(), &e))?;
    Who::am_i().owns(path, &found, Kind::File).map_err(distrusted)?;
    Ok(Some(opened))
}
