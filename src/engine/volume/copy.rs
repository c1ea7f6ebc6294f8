//! Copies a tree as it is: owners, modes, times, extended attributes, links and special files.

use nix::sys::stat::{Mode, SFlag, makedev, mknod};
use nix::sys::time::TimeSpec;
use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, lchown, symlink};
use std::path::{Path, PathBuf};

/// What could not be copied, and why.
pub type Failed = (PathBuf, io::Error);

/// A path to what a handle refers to, whatever is renamed meanwhile.
pub fn path_of(handle: &pathrs::Handle) -> PathBuf {
    let path = PathBuf::from(format!("/proc/self/fd/{}", handle.as_fd().as_raw_fd()));
    fs::read_link(&path).unwrap_or(path)
}

/// Copies what is in `from` into `to`, which is there, and gives `to` the owner and mode of `from`. The paths copied, at
/// most a thousand of them, relative to both.
pub fn tree(from: &Path, to: &Path) -> Result<Vec<PathBuf>, Failed> {
    let mut copy = Copy { from, to, links: HashMap::new(), copied: Vec::new() };
    copy.directory(Path::new(""))?;
    Ok(copy.copied)
}

struct Copy<'a> {
    from: &'a Path,
    to: &'a Path,
    /// Files with several names: device and inode → the first of them.
    links: HashMap<(u64, u64), PathBuf>,
    copied: Vec<PathBuf>,
}

impl Copy<'_> {
    fn directory(&mut self, path: &Path) -> Result<(), Failed> {
        let at = |error| (path.to_owned(), error);
        for entry in fs::read_dir(self.from.join(path)).map_err(at)? {
            let entry = entry.map_err(at)?;
            self.entry(&path.join(entry.file_name()))?;
        }
        // Its own attributes last: what is made in it would change its times.
        let meta = fs::symlink_metadata(self.from.join(path)).map_err(at)?;
        self.attributes(path, &meta).map_err(at)
    }

    fn entry(&mut self, path: &Path) -> Result<(), Failed> {
        const SHOWN: usize = 1000;
        let at = |error| (path.to_owned(), error);
        let meta = fs::symlink_metadata(self.from.join(path)).map_err(at)?;
        if self.copied.len() < SHOWN {
            self.copied.push(path.to_owned());
        }
        if meta.is_dir() {
            fs::create_dir(self.to.join(path)).map_err(at)?;
            return self.directory(path);
        }
        if meta.nlink() > 1 {
            let first = self.links.entry((meta.dev(), meta.ino())).or_insert_with(|| path.to_owned());
            if first != path {
                return fs::hard_link(self.to.join(first), self.to.join(path)).map_err(at);
            }
        }
        self.leaf(path, &meta).and_then(|()| self.attributes(path, &meta)).map_err(at)
    }

    fn leaf(&self, path: &Path, meta: &Metadata) -> io::Result<()> {
        let (from, to) = (self.from.join(path), self.to.join(path));
        let kind = meta.file_type();
        if kind.is_symlink() {
            return symlink(fs::read_link(from)?, to);
        }
        if kind.is_file() {
            return fs::copy(from, to).map(drop);
        }
        let special = if kind.is_fifo() {
            SFlag::S_IFIFO
        } else if kind.is_socket() {
            SFlag::S_IFSOCK
        } else if kind.is_block_device() {
            SFlag::S_IFBLK
        } else {
            SFlag::S_IFCHR
        };
        let (major, minor) = (nix::sys::stat::major(meta.rdev()), nix::sys::stat::minor(meta.rdev()));
        match mknod(&to, special, Mode::from_bits_truncate(meta.mode() & 0o7777), makedev(major, minor)) {
            // Without root there are no device nodes, in the image's unpacked layers neither.
            Err(nix::errno::Errno::EPERM) => fs::write(&to, ""),
            made => made.map_err(Into::into),
        }
    }

    fn attributes(&self, path: &Path, meta: &Metadata) -> io::Result<()> {
        let (from, to) = (self.from.join(path), self.to.join(path));
        lchown(&to, Some(meta.uid()), Some(meta.gid()))?;
        if !meta.file_type().is_symlink() {
            fs::set_permissions(&to, fs::Permissions::from_mode(meta.mode() & 0o7777))?;
        }
        for name in xattr::list(&from)? {
            // Overlay's own marks are no part of the file.
            let overlays = name.to_string_lossy().contains(".overlay.");
            if let (false, Some(value)) = (overlays, xattr::get(&from, &name)?) {
                match xattr::set(&to, &name, &value) {
                    Err(e) if !matches!(e.raw_os_error(), Some(libc::EOPNOTSUPP | libc::EPERM)) => return Err(e),
                    _ => {}
                }
            }
        }
        let time = |seconds, nanos| TimeSpec::new(seconds, nanos);
        let (accessed, modified) = (time(meta.atime(), meta.atime_nsec()), time(meta.mtime(), meta.mtime_nsec()));
        let flag = nix::sys::stat::UtimensatFlags::NoFollowSymlink;
        nix::sys::stat::utimensat(nix::fcntl::AT_FDCWD, &to, &accessed, &modified, flag).map_err(Into::into)
    }
}
