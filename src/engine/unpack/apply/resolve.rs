//! From a path to an open directory, never leaving the layer: the layer's directory is the root of absolute links, and above
//! it there is nothing.

use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat, openat2, readlink, readlinkat};
use nix::sys::stat::{Mode, fstat};
use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// Who goes the way. Both arrive at the same: the tables of the tests are run with each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolver {
    /// The kernel, with `openat2(2)`: Linux 5.6 and newer.
    Kernel,
    /// We, one handle after the other.
    Walk,
}

/// What the kernel follows as well.
const LINKS: usize = 40;

const DIRECTORY: OFlag = OFlag::O_PATH.union(OFlag::O_DIRECTORY).union(OFlag::O_CLOEXEC);

impl Resolver {
    /// The kernel when it can: old ones cannot, and some sandboxes forbid it.
    pub fn detect() -> Self {
        let how = OpenHow::new().flags(DIRECTORY).resolve(ResolveFlag::RESOLVE_IN_ROOT);
        if openat2(nix::fcntl::AT_FDCWD, ".", how).is_ok() { Self::Kernel } else { Self::Walk }
    }

    /// The directory at that path within `root`; none when it is not there or is none. Fails with `ENAMETOOLONG` when it lies
    /// deeper than `depth`, which links can bring about in spite of short paths.
    pub fn directory(self, root: BorrowedFd<'_>, path: &[u8], depth: usize) -> nix::Result<Option<OwnedFd>> {
        let found = match self {
            Self::Kernel => by_kernel(root, path, depth),
            Self::Walk => walk(root, path, depth),
        };
        match found {
            Err(Errno::ENOENT | Errno::ENOTDIR) => Ok(None),
            other => other.map(Some),
        }
    }
}

fn by_kernel(root: BorrowedFd<'_>, path: &[u8], depth: usize) -> nix::Result<OwnedFd> {
    let inside = ResolveFlag::RESOLVE_IN_ROOT | ResolveFlag::RESOLVE_NO_MAGICLINKS;
    let open = |resolve| openat2(root, OsStr::from_bytes(path), OpenHow::new().flags(DIRECTORY).resolve(resolve));
    // Nearly always there is no link on the way, and the depth is the path's own.
    match open(inside | ResolveFlag::RESOLVE_NO_SYMLINKS) {
        Err(Errno::ELOOP) => {}
        other => return other,
    }
    let dir = match open(inside) {
        // Something was renamed on this host while `..` was followed: the kernel cannot be sure.
        Err(Errno::EAGAIN) => return walk(root, path, depth),
        other => other?,
    };
    let place = |fd: BorrowedFd<'_>| readlink(format!("/proc/self/fd/{}", fd.as_raw_fd()).as_str());
    let parts = |path: OsString| path.as_bytes().split(|b| *b == b'/').filter(|part| !part.is_empty()).count();
    if parts(place(dir.as_fd())?) > parts(place(root)?) + depth { Err(Errno::ENAMETOOLONG) } else { Ok(dir) }
}

fn walk(root: BorrowedFd<'_>, path: &[u8], depth: usize) -> nix::Result<OwnedFd> {
    let parts = |path: &[u8]| path.split(|b| *b == b'/').rev().map(<[u8]>::to_vec).collect::<Vec<_>>();
    let (mut todo, mut links) = (parts(path), 0);
    // The directories that were gone through, below the root: to go up is to forget the last one.
    let mut way: Vec<OwnedFd> = Vec::new();
    while let Some(part) = todo.pop() {
        match part.as_slice() {
            b"" | b"." => continue,
            b".." => {
                way.pop();
                continue;
            }
            _ => {}
        }
        let here = way.last().map_or(root, AsFd::as_fd);
        let flags = OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let next = openat(here, OsStr::from_bytes(&part), flags, Mode::empty())?;
        match fstat(&next)?.st_mode & libc::S_IFMT {
            libc::S_IFDIR => way.push(next),
            libc::S_IFLNK => {
                links += 1;
                if links > LINKS {
                    return Err(Errno::ELOOP);
                }
                let target = readlinkat(&next, "")?.into_vec();
                if target.first() == Some(&b'/') {
                    way.clear();
                }
                todo.extend(parts(&target));
            }
            _ => return Err(Errno::ENOTDIR),
        }
        if way.len() > depth {
            return Err(Errno::ENAMETOOLONG);
        }
    }
    match way.pop() {
        Some(dir) => Ok(dir),
        None => openat(root, ".", DIRECTORY, Mode::empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{MetadataExt, symlink};
    use std::path::Path;

    /// Which directory both find: its path within the root.
    fn both(root: &Path, path: &str) -> nix::Result<Option<u64>> {
        let handle = fs::File::open(root).expect("a root");
        let find = |resolver: Resolver| {
            let found = resolver.directory(handle.as_fd(), path.as_bytes(), 16)?;
            Ok(found.map(|dir| fstat(&dir).expect("a handle").st_ino))
        };
        let (kernel, walk) = (find(Resolver::Kernel), find(Resolver::Walk));
        assert_eq!(kernel, walk, "{path}");
        kernel
    }

    #[test]
    fn the_kernel_and_we_arrive_at_the_same() {
        assert_eq!(Resolver::detect(), Resolver::Kernel, "this machine has openat2");
        let outer = tempfile::tempdir().expect("a directory");
        let root = outer.path().join("root");
        fs::create_dir_all(root.join("a/b/c")).expect("directories");
        fs::create_dir(outer.path().join("outside")).expect("a directory");
        fs::write(root.join("file"), "").expect("a file");
        let outside = outer.path().join("outside").display().to_string();
        let deep = (0..17).fold(root.join("deep"), |path, _| path.join("d"));
        fs::create_dir_all(&deep).expect("directories");
        for (name, target) in [
            ("absolute", "/a/b"),
            ("relative", "a/./b/../b"),
            ("climbing", "../../../../a"),
            ("chain", "absolute/c"),
            ("root", "/"),
            ("up", ".."),
            ("loop", "loop"),
            ("ping", "pong"),
            ("pong", "ping"),
            ("dangling", "nowhere"),
            ("magic", "/proc/self/root"),
            ("to-file", "file"),
            ("outside", outside.as_str()),
            ("far", "deep/d/d/d/d/d/d/d/d"),
        ] {
            symlink(target, root.join(name)).expect("a link");
        }
        let ino = |path: &str| fs::metadata(root.join(path)).expect(path).ino();
        for (path, found) in [
            ("", "."),
            ("a/b", "a/b"),
            ("absolute/c", "a/b/c"),
            ("relative/c", "a/b/c"),
            ("climbing/b", "a/b"),
            ("chain", "a/b/c"),
            ("root/a", "a"),
            ("up/up/up/a/b", "a/b"),
            ("a/b/../../../../a", "a"),
            ("far/d", "deep/d/d/d/d/d/d/d/d/d"),
        ] {
            if !path.is_empty() {
                assert_eq!(both(&root, path), Ok(Some(ino(found))), "{path}");
            }
        }
        for path in ["nowhere", "dangling", "dangling/x", "file", "file/x", "to-file", "to-file/x", "magic", "outside"]
        {
            assert_eq!(both(&root, path), Ok(None), "{path}");
        }
        for path in ["loop", "ping/x"] {
            assert_eq!(both(&root, path), Err(Errno::ELOOP), "{path}");
        }
        assert_eq!(both(&root, "far/d/d/d/d/d/d/d/d/d"), Err(Errno::ENAMETOOLONG));
    }
}
