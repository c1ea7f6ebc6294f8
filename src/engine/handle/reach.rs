//! Paths that somebody else wrote, in a tree that somebody else may change: resolved by the kernel, and nothing leads out of the
//! tree (openat2(2), `RESOLVE_IN_ROOT`). What is the root of the tree is `/` to every link in it.

use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat, openat2, readlink, readlinkat};
use nix::sys::stat::{Mode, mkdirat};
use std::ffi::OsStr;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// How often the kernel is asked again when something was renamed while it followed `..`.
const AGAIN: usize = 128;

/// A handle of whatever is at a path, links followed.
pub fn find(root: BorrowedFd<'_>, path: &[u8]) -> nix::Result<OwnedFd> {
    opened(root, path, OFlag::O_PATH)
}

/// A directory at a path, links followed.
pub fn directory(root: BorrowedFd<'_>, path: &[u8]) -> nix::Result<OwnedFd> {
    opened(root, path, OFlag::O_RDONLY | OFlag::O_DIRECTORY)
}

fn opened(root: BorrowedFd<'_>, path: &[u8], flags: OFlag) -> nix::Result<OwnedFd> {
    let resolve = ResolveFlag::RESOLVE_IN_ROOT | ResolveFlag::RESOLVE_NO_MAGICLINKS;
    let path = if path.is_empty() { OsStr::new(".") } else { OsStr::from_bytes(path) };
    for _ in 0..AGAIN {
        match openat2(root, path, OpenHow::new().flags(flags | OFlag::O_CLOEXEC).resolve(resolve)) {
            Err(Errno::EAGAIN | Errno::EINTR) => {}
            other => return other,
        }
    }
    Err(Errno::EAGAIN)
}

/// What is at a path, made when it is missing with the directories above it: a directory, or an empty file.
pub fn make(root: BorrowedFd<'_>, path: &[u8], is_dir: bool) -> nix::Result<OwnedFd> {
    match find(root, path) {
        Err(Errno::ENOENT) => {}
        other => return other,
    }
    let (above, name) = split(path);
    let above = make(root, above, true)?;
    let name = OsStr::from_bytes(name);
    let made = if is_dir {
        mkdirat(&above, name, Mode::from_bits_truncate(0o755))
    } else {
        let flags = OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_WRONLY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        openat(&above, name, flags, Mode::from_bits_truncate(0o644)).map(drop)
    };
    match made {
        Ok(()) | Err(Errno::EEXIST) => find(root, path),
        Err(errno) => Err(errno),
    }
}

/// The path, from the root, of where a path leads: links followed as far as there is something.
pub fn place(root: BorrowedFd<'_>, path: &[u8]) -> nix::Result<Vec<u8>> {
    let of = |fd: BorrowedFd<'_>| readlink(format!("/proc/self/fd/{}", fd.as_raw_fd()).as_str());
    match find(root, path) {
        Ok(found) => {
            let (found, root) = (of(std::os::fd::AsFd::as_fd(&found))?.into_vec(), of(root)?.into_vec());
            let root = root.strip_suffix(b"/").unwrap_or(&root);
            let below = found.strip_prefix(root).unwrap_or(&found);
            Ok(if below.is_empty() { b"/".to_vec() } else { below.to_vec() })
        }
        // A link that leads nowhere: where it would lead.
        Err(Errno::ENOENT) => {
            let (above, name) = split(path);
            let dir = directory(root, above)?;
            let target = readlinkat(&dir, OsStr::from_bytes(name)).map(OsStringExt::into_vec);
            let (from, rest) = match target {
                Ok(target) if target.starts_with(b"/") => (Vec::new(), target),
                Ok(target) => (place(root, above)?, target),
                Err(_) => (place(root, above)?, name.to_vec()),
            };
            Ok([from.as_slice(), b"/", &rest].concat())
        }
        Err(errno) => Err(errno),
    }
}

/// The directory's path and the name in it.
pub fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (b"", path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::fd::AsFd;
    use std::os::unix::fs::symlink;

    #[test]
    fn nothing_leads_out_of_the_tree() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("canary"), "outside").unwrap();
        let root = dir.path().join("root");
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::write(root.join("canary"), "inside").unwrap();
        for (name, target) in
            [("up", "../canary"), ("far", "../../../../canary"), ("abs", "/canary"), ("a/b/up", "../../../canary")]
        {
            symlink(target, root.join(name)).unwrap();
        }
        symlink("/a", root.join("dir")).unwrap();
        symlink("/a/none", root.join("dangling")).unwrap();
        symlink("loop", root.join("loop")).unwrap();
        symlink("/proc/self/root", root.join("magic")).unwrap();
        let root = super::super::open(&root).unwrap();
        let read = |path: &str| {
            let found = find(root.as_fd(), path.as_bytes())?;
            Ok::<_, Errno>(fs::read_to_string(super::super::itself(&found)).unwrap())
        };
        for path in ["up", "far", "abs", "a/b/up", "/a/../canary", "../../canary", "dir/../canary"] {
            assert_eq!(read(path).as_deref(), Ok("inside"), "{path}");
        }
        assert_eq!(read("dangling"), Err(Errno::ENOENT));
        assert_eq!(read("loop"), Err(Errno::ELOOP));
        assert!(read("magic").is_err());
        let place = |path: &str| place(root.as_fd(), path.as_bytes()).map(|path| String::from_utf8(path).unwrap());
        assert_eq!(place("dir/b").as_deref(), Ok("/a/b"));
        assert_eq!(place("/").as_deref(), Ok("/"));
        assert_eq!(place("dangling").as_deref(), Ok("//a/none"));
        make(root.as_fd(), b"dir/new/deep", true).unwrap();
        assert!(dir.path().join("root/a/new/deep").is_dir());
        make(root.as_fd(), b"x/file", false).unwrap();
        assert!(dir.path().join("root/x/file").is_file());
        assert!(make(root.as_fd(), b"canary/x", true).is_err());
    }
}
