//! One look at a home.

use super::Place;
use crate::engine::evidence::{self, Refused};
use crate::engine::handle;
use crate::engine::unpack::shown;
use crate::trace::{Contents, Evidence, Home, HomeFile};
use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag};
use nix::sys::stat::{FileStat, Mode, fstat, fstatat};
use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Names of a home that are looked at, and directories that are entered and watched.
const NAMES: usize = 4096;
const DIRS: usize = 256;
/// How deep they are.
const DEPTH: usize = 32;
/// Bytes of a path; a file below more is counted, and not named.
const NAMED: usize = 512;
/// Files of one change that bring evidence of their own.
const PROVEN: usize = 4;

pub(super) struct Found {
    pub(super) contents: Contents,
    pub(super) evidence: Vec<Evidence>,
    /// To be watched: the home's own, and those below it that were looked into.
    pub(super) dirs: Vec<OwnedFd>,
}

/// Device and number of an inode.
pub(super) type Inode = (u64, u64);

/// A directory that is to be looked into.
struct Todo {
    path: PathBuf,
    depth: usize,
    dir: OwnedFd,
}

/// What a home holds now. Where it cannot be looked at: why, and the call that was made.
/// `is`: which file or directory it was when it was first looked at. What took its place meanwhile is another.
pub(super) fn at(home: &Home, place: &Place, is: &mut Option<Inode>) -> Result<Found, Refused> {
    let (root, leads) = match place {
        Place::Path(path) => (nix::fcntl::open(path, OFlag::O_PATH | OFlag::O_CLOEXEC, Mode::empty()), path),
        Place::Handle(handle, path) => (handle::hold(handle, OsStr::new(".")), path),
    };
    let look_at = || match place {
        Place::Path(path) => evidence::stat(path).1,
        Place::Handle(handle, path) => evidence::lstat_at(handle, path, OsStr::new(".")).1,
    };
    let refused = |errno| (errno, Box::new(look_at()));
    let root = root.map_err(refused)?;
    let stat = fstat(&root).map_err(refused)?;
    if *is.get_or_insert((stat.st_dev, stat.st_ino)) != (stat.st_dev, stat.st_ino) {
        return Err(refused(Errno::ENOENT));
    }
    let contents = Contents::none(home.clone());
    let mut look = Look { contents, newest: Vec::new(), names: 0, device: stat.st_dev, todo: VecDeque::new() };
    let mut dirs = Vec::new();
    if stat.st_mode & libc::S_IFMT == libc::S_IFDIR {
        look.todo.push_back(Todo { path: PathBuf::new(), depth: 0, dir: root });
    } else {
        look.file(&stat, Path::new(""));
        dirs.push(root);
    }
    while let Some(todo) = look.todo.pop_front() {
        // What is deleted while it is looked at is there no more.
        if let Err(error) = look.within(&todo) {
            tracing::debug!(%error, path = %todo.path.display(), "not looked into");
        }
        dirs.push(todo.dir);
    }
    let Look { mut contents, mut newest, device, .. } = look;
    latest(&mut newest);
    let proof = |(file, path): &(HomeFile, PathBuf)| {
        let (stat, call) = evidence::lstat_at(dirs.first()?, leads, path.as_os_str());
        // Somebody may have put a link on the way.
        stat.is_ok_and(|stat| (stat.st_dev, stat.st_ino) == (device, file.inode)).then_some(call)
    };
    let mut evidence: Vec<_> =
        newest.iter().filter(|(file, _)| !file.path.is_empty()).take(PROVEN).filter_map(proof).collect();
    if evidence.is_empty() {
        evidence.push(look_at());
    }
    if let Some((Ok(fs), call)) = dirs.first().map(|root| evidence::fstatfs(root, leads)) {
        let of = |blocks: u64| blocks.saturating_mul(u64::try_from(fs.block_size()).unwrap_or(0));
        contents.room = (of(fs.blocks()), of(fs.blocks_available()));
        evidence.push(call);
    }
    contents.newest = newest.into_iter().map(|(file, _)| file).collect();
    Ok(Found { contents, evidence, dirs })
}

/// The files that were changed last, the latest first.
fn latest(files: &mut Vec<(HomeFile, PathBuf)>) {
    files.sort_by(|(a, _), (b, _)| b.changed.cmp(&a.changed).then_with(|| a.path.cmp(&b.path)));
    files.truncate(Contents::SHOWN);
}

struct Look {
    contents: Contents,
    newest: Vec<(HomeFile, PathBuf)>,
    names: usize,
    device: u64,
    todo: VecDeque<Todo>,
}

impl Look {
    fn within(&mut self, todo: &Todo) -> io::Result<()> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC | OFlag::O_NOATIME;
        let opened = Dir::openat(&todo.dir, ".", flags, Mode::empty());
        // Another's directory is read all the same, and says so.
        let mut dir = opened.or_else(|_| Dir::openat(&todo.dir, ".", flags - OFlag::O_NOATIME, Mode::empty()))?;
        for entry in dir.iter() {
            let name = OsString::from(OsStr::from_bytes(entry?.file_name().to_bytes()));
            if name == "." || name == ".." {
                continue;
            }
            if self.names >= NAMES {
                self.contents.whole = false;
                return Ok(());
            }
            self.names += 1;
            if let Ok(stat) = fstatat(&todo.dir, name.as_os_str(), AtFlags::AT_SYMLINK_NOFOLLOW) {
                self.name(todo, &name, &stat);
            }
        }
        Ok(())
    }

    fn name(&mut self, at: &Todo, name: &OsStr, stat: &FileStat) {
        let path = at.path.join(name);
        if stat.st_mode & libc::S_IFMT != libc::S_IFDIR {
            return self.file(stat, &path);
        }
        self.contents.dirs += 1;
        let room = self.todo.len() < DIRS && at.depth < DEPTH && self.contents.dirs <= DIRS as u64;
        // Another file system is another home.
        if stat.st_dev != self.device {
            return;
        }
        match room.then(|| handle::enter(&at.dir, name)) {
            Some(Ok(dir)) => self.todo.push_back(Todo { path, depth: at.depth + 1, dir }),
            _ => self.contents.whole = false,
        }
    }

    fn file(&mut self, stat: &FileStat, path: &Path) {
        self.contents.files += 1;
        let size =
            if stat.st_mode & libc::S_IFMT == libc::S_IFREG { u64::try_from(stat.st_size).unwrap_or(0) } else { 0 };
        self.contents.bytes = self.contents.bytes.saturating_add(size);
        let changed = stat.st_ctime.saturating_mul(1_000_000_000).saturating_add(stat.st_ctime_nsec);
        if path.as_os_str().len() > NAMED {
            return;
        }
        let shown = shown(path.as_os_str().as_bytes());
        self.newest.push((HomeFile { path: shown, inode: stat.st_ino, size, changed }, path.to_owned()));
        // The newest alone are kept, so that many need no more room than few.
        if self.newest.len() > 16 * Contents::SHOWN {
            latest(&mut self.newest);
        }
    }
}
