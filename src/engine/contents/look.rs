//! One look at a home.
//!
//! Each directory is watched before it is read: what is written in between is notified. No mount below is entered, nor asked anything.

use super::Place;
use crate::engine::evidence::{self, Inotify, Refused};
use crate::engine::speed::is_scratch;
use crate::engine::unpack::{overlay, shown};
use crate::trace::{Book, Contents, Evidence, Home, HomeFile, Still};
use nix::dir::{Dir, Type};
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, OpenHow, ResolveFlag, openat2};
use nix::sys::inotify::{AddWatchFlags as Mask, WatchDescriptor};
use nix::sys::stat::{FileStat, Mode, fstat, fstatat};
use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Names of a home that are looked at, and directories that are entered and watched.
const NAMES: usize = 4096;
const DIRS: usize = 256;
/// How deep they are.
const DEPTH: usize = 32;
/// Bytes of a path as it is shown; a file with more is counted, and not named.
const NAMED: usize = 512;

/// What a look brings.
pub(super) struct Found {
    pub(super) contents: Contents,
    pub(super) evidence: Vec<Evidence>,
    /// What is watched: the home's own directory, and those below it that were looked into.
    pub(super) watches: Vec<Watch>,
    /// The call by which the kernel refused to watch one more.
    pub(super) refused: Option<Evidence>,
}

impl Found {
    /// That what the home was is there no more, and the call that says so.
    pub(super) fn gone(home: &Home, still: Still, call: Evidence) -> Self {
        let contents = Contents { still, ..Contents::none(home.clone()) };
        Self { contents, evidence: vec![call], watches: Vec::new(), refused: None }
    }
}

/// Device and number of an inode.
pub(super) type Inode = (u64, u64);

/// How a home is looked at.
pub(super) struct Way<'a> {
    pub(super) home: &'a Home,
    pub(super) place: &'a Place,
    /// Which file or directory it was when it was first looked at. What took its place meanwhile is another.
    pub(super) is: Option<Inode>,
    /// A directory that is never entered: what is said would be seen there, and said.
    pub(super) but: Option<Inode>,
    pub(super) inotify: Option<&'a Tellers>,
}

/// Who tells that something is different.
#[derive(Debug)]
pub(super) struct Tellers {
    /// That something was made, moved, deleted, or written and closed.
    pub(super) changes: Inotify,
    /// That something is being written: once for each look. Who writes on without an end would pay for each of its writes
    /// (a tenth of those of 4 KiB into memory). Where a user may have no second one, the first tells that as well.
    pub(super) writes: Option<Inotify>,
}

impl Tellers {
    pub(super) fn open() -> Result<Self, Refused> {
        Ok(Self { changes: Inotify::open()?, writes: Inotify::open().ok() })
    }
}

/// What of the two watches one directory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watch {
    pub(super) changes: WatchDescriptor,
    /// None where the kernel refused.
    pub(super) writes: Option<WatchDescriptor>,
}

impl Way<'_> {
    /// What it holds now, and which inode it is. Where it cannot be looked at: why, and the call that was made.
    pub(super) fn look(&self) -> Result<(Found, Inode), Refused> {
        let (root, leads) = match self.place {
            Place::Path(path) | Place::Memory(path) => {
                (nix::fcntl::open(path, OFlag::O_PATH | OFlag::O_CLOEXEC, Mode::empty()), path)
            }
            Place::Handle(handle, path) => {
                let copied = handle.try_clone();
                (copied.map_err(|e| Errno::from_raw(e.raw_os_error().unwrap_or(0))), path)
            }
        };
        let look_at = || match self.place {
            Place::Path(path) | Place::Memory(path) => evidence::stat(path).1,
            Place::Handle(handle, path) => evidence::lstat_at(handle, path, OsStr::new(".")).1,
        };
        let refused = |errno| (errno, Box::new(look_at()));
        let root = match root {
            Err(Errno::ENOENT) => {
                return Ok((Found::gone(self.home, Still::Gone, look_at()), self.is.unwrap_or_default()));
            }
            root => root.map_err(refused)?,
        };
        let stat = fstat(&root).map_err(refused)?;
        let inode = (stat.st_dev, stat.st_ino);
        if self.is.is_some_and(|is| is != inode) {
            return Ok((Found::gone(self.home, Still::Replaced, look_at()), self.is.unwrap_or(inode)));
        }
        let mut look = Look::new(self);
        if stat.st_mode & libc::S_IFMT == libc::S_IFDIR {
            look.all(&root).map_err(refused)?;
        } else {
            look.watch(&root);
            look.file(&stat, Path::new(""));
        }
        Ok((look.found(&root, leads, look_at), inode))
    }
}

/// A directory that is to be looked into.
struct Todo {
    path: PathBuf,
    depth: usize,
    dir: OwnedFd,
}

struct Look<'a> {
    way: &'a Way<'a>,
    contents: Contents,
    newest: Vec<(HomeFile, PathBuf)>,
    names: usize,
    todo: VecDeque<Todo>,
    watches: Vec<Watch>,
    refused: Option<Evidence>,
}

impl<'a> Look<'a> {
    fn new(way: &'a Way<'a>) -> Self {
        let at = if let Place::Path(path) = way.place { Some(shown(path.as_os_str().as_bytes())) } else { None };
        let (contents, newest) = (Contents { at, ..Contents::none(way.home.clone()) }, Vec::new());
        Self { way, contents, newest, names: 0, todo: VecDeque::new(), watches: Vec::new(), refused: None }
    }

    fn all(&mut self, root: &OwnedFd) -> nix::Result<()> {
        let top = Todo { path: PathBuf::new(), depth: 0, dir: enter(root, OsStr::new("."))? };
        self.within(top)?;
        while let Some(todo) = self.todo.pop_front() {
            // What is deleted while it is looked at is there no more.
            match self.within(todo) {
                Ok(()) | Err(Errno::ENOENT) => {}
                Err(errno) => {
                    tracing::debug!(%errno, "not looked into");
                    self.contents.whole = false;
                }
            }
        }
        Ok(())
    }

    fn within(&mut self, todo: Todo) -> nix::Result<()> {
        self.watch(&todo.dir);
        let mut dir = Dir::from_fd(todo.dir)?;
        let mut names = Vec::new();
        for entry in dir.iter() {
            let entry = entry?;
            let name = OsString::from(OsStr::from_bytes(entry.file_name().to_bytes()));
            let is_ours = todo.path.as_os_str().is_empty() && is_scratch(&name);
            if name == "." || name == ".." || is_ours {
                continue;
            }
            if self.names >= NAMES {
                self.contents.whole = false;
                break;
            }
            self.names += 1;
            names.push((name, entry.file_type()));
        }
        for (name, kind) in names {
            let path = todo.path.join(&name);
            // A directory may be a mount, of a server that does not answer: only what is none of those is asked.
            let stat = match kind {
                Some(Type::Directory) => None,
                _ => match fstatat(&dir, name.as_os_str(), AtFlags::AT_SYMLINK_NOFOLLOW | AtFlags::AT_NO_AUTOMOUNT) {
                    Ok(stat) => Some(stat),
                    Err(Errno::ENOENT) => continue,
                    Err(_) => {
                        self.contents.whole = false;
                        continue;
                    }
                },
            };
            match stat {
                Some(stat) if stat.st_mode & libc::S_IFMT != libc::S_IFDIR => self.file(&stat, &path),
                _ => self.directory(&dir, &name, path, todo.depth + 1),
            }
        }
        Ok(())
    }

    fn directory(&mut self, above: &Dir, name: &OsStr, path: PathBuf, depth: usize) {
        self.contents.dirs += 1;
        if depth > DEPTH || self.contents.dirs > DIRS as u64 {
            self.contents.whole = false;
            return;
        }
        match enter(above, name) {
            Ok(dir) if fstat(&dir).is_ok_and(|stat| Some((stat.st_dev, stat.st_ino)) == self.way.but) => {
                self.contents.whole = false;
            }
            Ok(dir) => self.todo.push_back(Todo { path, depth, dir }),
            Err(Errno::ENOENT) => self.contents.dirs -= 1,
            // Another file system (`EXDEV`) is another home; what is in it is not looked at.
            Err(_) => self.contents.whole = false,
        }
    }

    fn file(&mut self, stat: &FileStat, path: &Path) {
        self.contents.files += 1;
        self.contents.bytes = self.contents.bytes.saturating_add(size(stat));
        let path = path.to_owned();
        let shown = shown(path.as_os_str().as_bytes());
        if shown.len() > NAMED {
            return;
        }
        self.newest.push((seen(stat, shown), path));
        // The newest alone are kept, so that many need no more room than few.
        if self.newest.len() > 16 * Contents::SHOWN {
            latest(&mut self.newest);
        }
    }

    fn watch(&mut self, dir: &impl AsFd) {
        let Some(tellers) = self.way.inotify else { return };
        // By the handle: names on the way may have become links. A file has no name within itself.
        let within = overlay::path_of(dir, OsStr::new("."));
        let watched = match watch(tellers, &within) {
            Err((Errno::ENOTDIR, _)) => watch(tellers, &crate::engine::handle::itself(dir)),
            watched => watched,
        };
        match watched {
            Ok((watch, refused)) => {
                self.watches.push(watch);
                self.refused = refused.or(self.refused.take());
            }
            Err((Errno::ENOENT, _)) => {}
            Err((_, call)) => self.refused = Some(*call),
        }
    }

    fn found(self, root: &OwnedFd, leads: &Path, look_at: impl Fn() -> Evidence) -> Found {
        let Self { mut contents, mut newest, watches, refused, .. } = self;
        latest(&mut newest);
        let mut calls = Vec::new();
        for (file, path) in newest {
            if file.path.is_empty() {
                contents.newest.push(file);
                continue;
            }
            // What is said of a file is what this call tells. Somebody may have put a link on the way meanwhile.
            if let (Ok(stat), call) = evidence::lstat_at(root, leads, path.as_os_str())
                && stat.st_ino == file.inode
            {
                contents.newest.push(seen(&stat, file.path));
                calls.push(call);
            }
        }
        if calls.is_empty() {
            calls.push(look_at());
        }
        let counted =
            format!("{} files in {} directories, {} bytes", contents.files, contents.dirs + 1, contents.bytes);
        calls.push(evidence::own(Book::Search, [counted]));
        if let (Ok(fs), call) = evidence::fstatfs(root, leads) {
            let of = |blocks: u64| blocks.saturating_mul(u64::try_from(fs.block_size()).unwrap_or(0));
            contents.room = (of(fs.blocks()), of(fs.blocks_available()));
            calls.push(call);
        }
        Found { contents, evidence: calls, watches, refused }
    }
}

/// Watches it, and the call by which the kernel refused to tell of writes.
fn watch(tellers: &Tellers, at: &Path) -> Result<(Watch, Option<Evidence>), Refused> {
    let made = Mask::IN_CREATE | Mask::IN_MOVED_TO | Mask::IN_MOVED_FROM | Mask::IN_DELETE | Mask::IN_ATTRIB;
    let mask = made | Mask::IN_CLOSE_WRITE | Mask::IN_DELETE_SELF | Mask::IN_MOVE_SELF;
    let Some(writes) = &tellers.writes else {
        return Ok((Watch { changes: tellers.changes.watch(at, mask | Mask::IN_MODIFY)?, writes: None }, None));
    };
    let changes = tellers.changes.watch(at, mask)?;
    Ok(match writes.watch(at, Mask::IN_MODIFY | Mask::IN_ONESHOT) {
        Ok(writes) => (Watch { changes, writes: Some(writes) }, None),
        // Gone meanwhile: that is told.
        Err((Errno::ENOENT, _)) => (Watch { changes, writes: None }, None),
        Err((_, call)) => (Watch { changes, writes: None }, Some(*call)),
    })
}

/// A directory in that one; no link, and on the same mount.
fn enter(above: &impl AsFd, name: &OsStr) -> nix::Result<OwnedFd> {
    let resolve = ResolveFlag::RESOLVE_NO_XDEV | ResolveFlag::RESOLVE_NO_SYMLINKS | ResolveFlag::RESOLVE_BENEATH;
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
    let open = |flags| openat2(above, name, OpenHow::new().flags(flags).resolve(resolve));
    match open(flags | OFlag::O_NOATIME) {
        // Another's directory is read all the same, and says so.
        Err(Errno::EPERM) => open(flags),
        opened => opened,
    }
}

fn size(stat: &FileStat) -> u64 {
    if stat.st_mode & libc::S_IFMT == libc::S_IFREG { u64::try_from(stat.st_size).unwrap_or(0) } else { 0 }
}

fn seen(stat: &FileStat, path: String) -> HomeFile {
    let changed = stat.st_ctime.saturating_mul(1_000_000_000).saturating_add(stat.st_ctime_nsec);
    HomeFile { path, inode: stat.st_ino, size: size(stat), changed }
}

/// The files that were changed last, the latest first.
fn latest(files: &mut Vec<(HomeFile, PathBuf)>) {
    files.sort_by(|(a, _), (b, _)| b.changed.cmp(&a.changed).then_with(|| a.path.cmp(&b.path)));
    files.truncate(Contents::SHOWN);
}
