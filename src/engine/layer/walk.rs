use crate::engine::unpack::{Limits, marks_of, shown};
use crate::engine::{Fault, Result};
use crate::tree::{Kind, LayerEntry, PathBytes, Sum, Time};
use blake3::Hasher;
use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, open, openat, readlinkat};
use nix::sys::stat::{FileStat, Mode, fstat, fstatat, major, minor};
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::rc::Rc;

const FLAGS: OFlag = OFlag::O_RDONLY.union(OFlag::O_DIRECTORY).union(OFlag::O_NOFOLLOW).union(OFlag::O_CLOEXEC);

/// Gives every entry of a directory that plays a layer – a lower directory, or a container's upper one – to `note`, parents
/// first, names in order. Marks of overlayfs, of either namespace of attributes, become whiteouts and opaque marks again.
///
/// By handles that follow no link. What disappears meanwhile, because a container runs, is left out.
pub fn walk(root: &Path, note: &mut dyn FnMut(LayerEntry) -> Result<()>) -> Result<()> {
    let failed = |errno: Errno| Fault::io("read", root.display(), &errno.into());
    let dir = Rc::new(open(root, FLAGS, Mode::empty()).map_err(failed)?);
    let stat = fstatat(&*dir, ".", AtFlags::AT_SYMLINK_NOFOLLOW).map_err(failed)?;
    let mut walk = Walk { note, first_names: HashMap::new(), todo: Vec::new(), summed: 0 };
    walk.directory(&dir, OsStr::new("."), Vec::new(), &stat)?;
    walk.list(&dir, &[]).map_err(failed)?;
    while let Some((dir, name, path)) = walk.todo.pop() {
        walk.visit(&dir, &name, path)?;
    }
    Ok(())
}

struct Walk<'a> {
    note: &'a mut dyn FnMut(LayerEntry) -> Result<()>,
    /// Of files that have several names, the one that came first.
    first_names: HashMap<(u64, u64), PathBytes>,
    /// The next comes last.
    todo: Vec<(Rc<OwnedFd>, OsString, Vec<u8>)>,
    /// Bytes that were read for the sums of files.
    summed: u64,
}

/// What is read for sums at most: no more than a container's database, or what it fills its disk with, may cost whoever
/// looks. What is larger is told by its size and time alone.
const SUMMED: u64 = 512 << 20;

impl Walk<'_> {
    fn visit(&mut self, dir: &Rc<OwnedFd>, name: &OsStr, path: Vec<u8>) -> Result<()> {
        // A container can nest directories without end, and each costs a handle, and its path.
        Limits::default().check_upper(&path)?;
        let said = shown(&path);
        let failed = |errno: Errno| Fault::io("read", &said, &errno.into());
        let stat = match fstatat(&**dir, name, AtFlags::AT_SYMLINK_NOFOLLOW) {
            Err(Errno::ENOENT) => return Ok(()),
            other => other.map_err(failed)?,
        };
        if stat.st_mode & libc::S_IFMT == libc::S_IFDIR {
            self.directory(dir, name, path.clone(), &stat)?;
            return match openat(&**dir, name, FLAGS, Mode::empty()) {
                Ok(inside) => self.list(&Rc::new(inside), &path).map_err(failed),
                Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => Ok(()),
                Err(errno) => Err(failed(errno)),
            };
        }
        let kind = match self.kind(dir, name, &stat) {
            Err(Errno::ENOENT) => return Ok(()),
            other => other.map_err(failed)?,
        };
        let path = PathBytes::from(path);
        let kind = if stat.st_nlink > 1 && !matches!(kind, Some(Kind::Whiteout)) {
            match self.first_names.get(&(stat.st_dev, stat.st_ino)) {
                Some(target) => Some(Kind::Hardlink { target: target.clone() }),
                None => {
                    self.first_names.insert((stat.st_dev, stat.st_ino), path.clone());
                    kind
                }
            }
        } else {
            kind
        };
        // A socket: no tar has one.
        let Some(kind) = kind else { return Ok(()) };
        let sum = if matches!(kind, Kind::File { .. }) { self.sum(dir, name, &stat) } else { None };
        (self.note)(LayerEntry { sum, ..entry(path, kind, &stat, attributes(dir, name)) })
    }

    /// None where it cannot be read, or changes meanwhile.
    fn sum(&mut self, dir: &OwnedFd, name: &OsStr, stat: &FileStat) -> Option<Sum> {
        let size = u64::try_from(stat.st_size).ok().filter(|size| self.summed.saturating_add(*size) <= SUMMED)?;
        self.summed += size;
        // A container may put a pipe or a device in its place at any moment: looked at before it is opened.
        let handle = openat(dir, name, OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC, Mode::empty()).ok()?;
        let found = fstat(&handle).ok()?;
        if found.st_mode & libc::S_IFMT != libc::S_IFREG || (found.st_dev, found.st_ino) != (stat.st_dev, stat.st_ino) {
            return None;
        }
        let file = std::fs::File::open(format!("/proc/self/fd/{}", handle.as_raw_fd())).ok()?;
        let (mut sum, mut buffer, mut read) = (Hasher::new(), vec![0; 64 * 1024], 0);
        let mut content = file.take(size + 1);
        loop {
            match content.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => {
                    sum.update(&buffer[..n]);
                    read += n as u64;
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
        (read == size).then(|| Sum::of_blake3(sum.finalize().as_bytes()))
    }

    fn kind(&self, dir: &Rc<OwnedFd>, name: &OsStr, stat: &FileStat) -> nix::Result<Option<Kind>> {
        let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let (major, minor) = (number(major(stat.st_rdev)), number(minor(stat.st_rdev)));
        Ok(Some(match stat.st_mode & libc::S_IFMT {
            _ if marks_of(&**dir, name, stat).0 => Kind::Whiteout,
            libc::S_IFREG => Kind::File { size: u64::try_from(stat.st_size).unwrap_or(0) },
            libc::S_IFLNK => Kind::Symlink { target: readlinkat(&**dir, name)?.into_vec().into() },
            libc::S_IFIFO => Kind::Fifo,
            libc::S_IFCHR => Kind::Char { major, minor },
            libc::S_IFBLK => Kind::Block { major, minor },
            _ => return Ok(None),
        }))
    }

    fn directory(&mut self, dir: &Rc<OwnedFd>, name: &OsStr, path: Vec<u8>, stat: &FileStat) -> Result<()> {
        let path = PathBytes::from(path);
        (self.note)(entry(path.clone(), Kind::Directory, stat, attributes(dir, name)))?;
        if marks_of(&**dir, name, stat).1 {
            (self.note)(LayerEntry { path, ..entry(PathBytes::default(), Kind::Opaque, stat, Vec::new()) })?;
        }
        Ok(())
    }

    fn list(&mut self, dir: &Rc<OwnedFd>, path: &[u8]) -> nix::Result<()> {
        let mut names = Vec::new();
        for entry in Dir::from_fd(openat(&**dir, ".", FLAGS, Mode::empty())?)?.iter() {
            let name = entry?.file_name().to_bytes().to_vec();
            if !matches!(&name[..], b"." | b"..") {
                names.push(name);
            }
        }
        names.sort_unstable();
        for name in names.into_iter().rev() {
            let whole = if path.is_empty() { name.clone() } else { [path, b"/", &name].concat() };
            self.todo.push((Rc::clone(dir), OsString::from_vec(name), whole));
        }
        Ok(())
    }
}

fn entry(path: PathBytes, kind: Kind, stat: &FileStat, xattrs: Vec<(PathBytes, PathBytes)>) -> LayerEntry {
    LayerEntry {
        path,
        kind,
        mode: stat.st_mode & 0o7777,
        uid: stat.st_uid.into(),
        gid: stat.st_gid.into(),
        mtime: Time { seconds: stat.st_mtime, nanos: u32::try_from(stat.st_mtime_nsec).unwrap_or(0) },
        xattrs,
        sum: None,
    }
}

/// But for those that are overlayfs's own.
fn attributes(dir: &OwnedFd, name: &OsStr) -> Vec<(PathBytes, PathBytes)> {
    let path: PathBuf = Path::new("/proc/self/fd").join(dir.as_raw_fd().to_string()).join(name);
    let Ok(names) = xattr::list(&path) else { return Vec::new() };
    let own = |name: &OsStr| {
        let name = name.as_bytes();
        name.starts_with(b"trusted.overlay.") || name.starts_with(b"user.overlay.")
    };
    let mut found: Vec<_> = names
        .filter(|name| !own(name))
        .filter_map(|name| {
            let value = xattr::get(&path, &name).ok().flatten()?;
            Some((PathBytes::from(name.into_vec()), PathBytes::from(value)))
        })
        .collect();
    found.sort();
    found
}
