//! Copies a tree as it is: owners, modes, times, extended attributes, links and special files.
//!
//! ```text
//! source  ── hold(name) ─▶ fstat: what is it? ──┐          (O_PATH: a pipe, a device, a socket is never opened)
//! target  ── mkdirat, openat(O_EXCL), symlinkat, mknodat ─▶ handle ─▶ fstat: still that? ─▶ chown, xattrs, chmod, times
//! ```
//!
//! The volume may be mounted in a container that runs, which exchanges directories for links meanwhile: each name is used in
//! an open directory and never followed, and what is given an owner is the handle of what was made. What that container put
//! there first stays.

use crate::engine::handle::{self, hold, itself};
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat, readlinkat};
use nix::sys::stat::{FileStat, Mode, SFlag, UtimensatFlags, fstat, makedev, mkdirat, mknodat, utimensat};
use nix::sys::time::TimeSpec;
use nix::unistd::{Gid, Uid, Whence, fchownat, linkat, lseek, symlinkat};
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What could not be copied, and why.
pub type Failed = (PathBuf, io::Error);

/// Paths that are told of a copy.
const SHOWN: usize = 1000;

/// Copies what is in `from` into `to`, and gives `to` the owner, the mode and the times of `from`. The paths copied, at most a
/// thousand of them, relative to both.
pub fn tree(from: OwnedFd, to: OwnedFd) -> Result<Vec<PathBuf>, Failed> {
    let mut copy =
        Copy { root: to.try_clone().map_err(|e| (PathBuf::new(), e))?, links: HashMap::new(), copied: Vec::new() };
    let mut way = vec![Level::new(PathBuf::new(), from, to)?];
    while let Some(level) = way.last_mut() {
        let Some(name) = level.left.pop() else {
            // Its own attributes last: what is made in it would change its times.
            level.finish().map_err(|e| (level.path.clone(), e))?;
            way.pop();
            continue;
        };
        let path = level.path.join(&name);
        let at = |error: io::Error| (path.clone(), error);
        if let Some((from, to)) = copy.entry(level, &name, &path).map_err(at)? {
            if way.len() == handle::DEPTH {
                return Err(at(Errno::ENAMETOOLONG.into()));
            }
            way.push(Level::new(path, from, to)?);
        }
    }
    Ok(copy.copied)
}

/// Gives a directory the owner, the mode, the attributes and the times of another.
pub fn attributes_of(from: &OwnedFd, to: &OwnedFd) -> io::Result<()> {
    attributes(from, to, &fstat(from)?)
}

/// A directory that is being copied.
struct Level {
    path: PathBuf,
    from: OwnedFd,
    to: OwnedFd,
    left: Vec<OsString>,
}

impl Level {
    fn new(path: PathBuf, from: OwnedFd, to: OwnedFd) -> Result<Self, Failed> {
        match handle::names(&from) {
            Ok(left) => Ok(Self { path, from, to, left }),
            Err(errno) => Err((path, errno.into())),
        }
    }

    fn finish(&self) -> io::Result<()> {
        attributes_of(&self.from, &self.to)
    }
}

struct Copy {
    root: OwnedFd,
    /// Files with several names: device and inode → the first copy's path, device and inode.
    links: HashMap<(u64, u64), (PathBuf, (u64, u64))>,
    copied: Vec<PathBuf>,
}

impl Copy {
    /// The two sides of a directory, which is to be gone into.
    fn entry(&mut self, level: &Level, name: &OsStr, path: &Path) -> io::Result<Option<(OwnedFd, OwnedFd)>> {
        let from = match hold(&level.from, name) {
            Err(Errno::ENOENT) => return Ok(None),
            other => other?,
        };
        let stat = fstat(&from)?;
        let kind = stat.st_mode & libc::S_IFMT;
        let made = match kind {
            libc::S_IFDIR => {
                let made = mkdirat(&level.to, name, Mode::S_IRWXU).map_err(io::Error::from);
                let Some(()) = new(made)? else { return Ok(None) };
                self.tell(path);
                let to = ours(handle::enter(&level.to, name).map_err(Into::into))?;
                let from = ours(handle::enter(&from, OsStr::new(".")).map_err(Into::into))?;
                return Ok(from.zip(to));
            }
            _ if self.link(level, name, &stat)? => {
                self.tell(path);
                return Ok(None);
            }
            libc::S_IFREG => new(content(&from, &stat, &level.to, name))?,
            _ => match new(special(&from, &stat, &level.to, name))? {
                // By what is there now; another thing, made meanwhile by somebody else, is theirs.
                Some(()) => ours(hold(&level.to, name).map_err(Into::into))?,
                None => None,
            },
        };
        let Some(to) = made else { return Ok(None) };
        self.tell(path);
        let there = fstat(&to)?;
        if stat.st_nlink > 1 {
            self.links.insert((stat.st_dev, stat.st_ino), (path.to_owned(), (there.st_dev, there.st_ino)));
        }
        let same = there.st_mode & libc::S_IFMT == kind;
        let stand_in = there.st_mode & libc::S_IFMT == libc::S_IFREG && there.st_size == 0;
        // What only stands in for a device gets nobody's rights.
        let mode = if same { 0o7777 } else { 0o777 };
        if same || stand_in {
            let mut as_there = stat;
            as_there.st_mode &= libc::S_IFMT | mode;
            attributes(&from, &to, &as_there)?;
        }
        Ok(None)
    }

    /// True when it is one more name of a file that was copied already, and got it. The first copy may have been taken away
    /// or exchanged: then the file is copied once more.
    fn link(&self, level: &Level, name: &OsStr, stat: &FileStat) -> io::Result<bool> {
        let known = self.links.get(&(stat.st_dev, stat.st_ino)).filter(|_| stat.st_nlink > 1);
        let Some((first, inode)) = known else { return Ok(false) };
        let Some(held) = find(&self.root, first)? else { return Ok(false) };
        let there = fstat(&held)?;
        if (there.st_dev, there.st_ino) != *inode {
            return Ok(false);
        }
        match linkat(nix::fcntl::AT_FDCWD, itself(&held).as_path(), &level.to, name, AtFlags::AT_SYMLINK_FOLLOW) {
            Ok(()) | Err(Errno::EEXIST) => Ok(true),
            // Deleted a moment ago, or this kind of file takes no second name here.
            Err(Errno::ENOENT | Errno::EPERM | Errno::EXDEV | Errno::EMLINK) => Ok(false),
            Err(errno) => Err(errno.into()),
        }
    }

    fn tell(&mut self, path: &Path) {
        if self.copied.len() < SHOWN {
            self.copied.push(path.to_owned());
        }
    }
}

/// None when somebody else was there first: what is there stays.
fn new<T>(made: io::Result<T>) -> io::Result<Option<T>> {
    match made {
        Err(error) if error.raw_os_error() == Some(libc::EEXIST) => Ok(None),
        other => other.map(Some),
    }
}

/// None when it is gone, or no longer what was made: somebody else is at work there.
fn ours<T>(opened: io::Result<T>) -> io::Result<Option<T>> {
    match opened {
        Err(error) if matches!(error.raw_os_error(), Some(libc::ENOENT | libc::ENOTDIR | libc::ELOOP)) => Ok(None),
        other => other.map(Some),
    }
}

/// A handle to what is at a path below `root`, gone to without following any link.
fn find(root: &OwnedFd, path: &Path) -> io::Result<Option<OwnedFd>> {
    let Some(name) = path.file_name() else { return Ok(None) };
    let mut dir = root.try_clone()?;
    for part in path.parent().into_iter().flat_map(Path::iter) {
        match ours(handle::enter(&dir, part).map_err(Into::into))? {
            Some(inner) => dir = inner,
            None => return Ok(None),
        }
    }
    ours(hold(&dir, name).map_err(Into::into))
}

/// A file with the same bytes and the same holes.
fn content(from: &OwnedFd, stat: &FileStat, dir: &OwnedFd, name: &OsStr) -> io::Result<OwnedFd> {
    let flags = OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_WRONLY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let to = File::from(openat(dir, name, flags, Mode::S_IRUSR | Mode::S_IWUSR)?);
    // The handle is a regular file's, and stays it.
    let from = File::from(nix::fcntl::open(
        &itself(from),
        OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC,
        Mode::empty(),
    )?);
    let size = u64::try_from(stat.st_size).unwrap_or(0);
    let mut at = 0;
    while at < size {
        let (begin, end) = match data(&from, at, size)? {
            Some(part) => part,
            None => break,
        };
        for file in [&from, &to] {
            lseek(file, i64::try_from(begin).unwrap_or(i64::MAX), Whence::SeekSet)?;
        }
        // The kernel copies, where it can (copy_file_range).
        if io::copy(&mut (&from).take(end - begin), &mut &to)? == 0 {
            break;
        }
        at = end;
    }
    to.set_len(size)?;
    Ok(to.into())
}

/// Where the next bytes are that are no hole, at or behind `at`.
fn data(file: &File, at: u64, size: u64) -> io::Result<Option<(u64, u64)>> {
    let seek = |at: u64, whence| lseek(file, i64::try_from(at).unwrap_or(i64::MAX), whence);
    let place = |at: i64| u64::try_from(at).unwrap_or(0);
    match seek(at, Whence::SeekData) {
        Ok(begin) => {
            let end = seek(place(begin), Whence::SeekHole).map_or(size, place);
            Ok((place(begin) < size).then_some((place(begin), end.min(size))))
        }
        Err(Errno::ENXIO) => Ok(None),
        // A file system that knows of no holes.
        Err(Errno::EINVAL | Errno::EOPNOTSUPP) => Ok(Some((at, size))),
        Err(errno) => Err(errno.into()),
    }
}

/// A link, a pipe, a socket, a device.
fn special(from: &OwnedFd, stat: &FileStat, dir: &OwnedFd, name: &OsStr) -> io::Result<()> {
    let kind = stat.st_mode & libc::S_IFMT;
    if kind == libc::S_IFLNK {
        return Ok(symlinkat(readlinkat(from, "")?.as_os_str(), dir, name)?);
    }
    let device = makedev(nix::sys::stat::major(stat.st_rdev), nix::sys::stat::minor(stat.st_rdev));
    match mknodat(dir, name, SFlag::from_bits_truncate(kind), Mode::empty(), device) {
        // Without root there are no device nodes, in the image's unpacked layers neither.
        Err(Errno::EPERM) => Ok(mknodat(dir, name, SFlag::S_IFREG, Mode::empty(), 0)?),
        other => Ok(other?),
    }
}

fn attributes(from: impl AsFd, to: impl AsFd, stat: &FileStat) -> io::Result<()> {
    let (uid, gid) = (Uid::from_raw(stat.st_uid), Gid::from_raw(stat.st_gid));
    fchownat(&to, "", Some(uid), Some(gid), AtFlags::AT_EMPTY_PATH)?;
    let (from, path) = (itself(from), itself(&to));
    if stat.st_mode & libc::S_IFMT != libc::S_IFLNK {
        fs::set_permissions(&path, fs::Permissions::from_mode(stat.st_mode & 0o7777))?;
    }
    let names = match xattr::list_deref(&from) {
        Err(error) if error.raw_os_error() == Some(libc::EOPNOTSUPP) => None,
        other => Some(other?),
    };
    for name in names.into_iter().flatten() {
        // Overlay's own marks are no part of the file.
        let overlays = name.to_string_lossy().contains(".overlay.");
        if let (false, Some(value)) = (overlays, xattr::get_deref(&from, &name)?) {
            match xattr::set_deref(&path, &name, &value) {
                Err(e) if !matches!(e.raw_os_error(), Some(libc::EOPNOTSUPP | libc::EPERM)) => return Err(e),
                _ => {}
            }
        }
    }
    let (accessed, modified) =
        (TimeSpec::new(stat.st_atime, stat.st_atime_nsec), TimeSpec::new(stat.st_mtime, stat.st_mtime_nsec));
    // Followed is the handle's own path alone: it leads to the inode, be that a link.
    Ok(utimensat(nix::fcntl::AT_FDCWD, &path, &accessed, &modified, UtimensatFlags::FollowSymlink)?)
}
