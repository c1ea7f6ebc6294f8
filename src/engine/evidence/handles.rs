//! Looks by handle, where a container may put a link on the way at any moment.

use super::call;
use crate::trace::Evidence;
use nix::fcntl::AtFlags;
use nix::sys::stat::FileStat;
use nix::sys::statfs::Statfs;
use std::ffi::OsStr;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;

/// What lies at a name in a directory; a link is not followed. `leads` is where the directory is.
pub fn lstat_at(dir: &impl AsFd, leads: &Path, name: &OsStr) -> (nix::Result<FileStat>, Evidence) {
    let found = nix::sys::stat::fstatat(dir, name, AtFlags::AT_SYMLINK_NOFOLLOW);
    let shown = found.as_ref().map_or_else(|_| "…".to_owned(), call::stat);
    let (dir, flags) = (call::handle(&dir.as_fd(), leads), "AT_SYMLINK_NOFOLLOW".to_owned());
    let evidence = call::done("newfstatat", &[dir, call::path(Path::new(name)), shown, flags], &found);
    (found, evidence)
}

/// The file system of what a handle is of. `leads` is where that is.
pub fn fstatfs(handle: &impl AsFd, leads: &Path) -> (nix::Result<Statfs>, Evidence) {
    let found = nix::sys::statfs::fstatfs(handle);
    let answer = |fs: &Statfs| {
        let (block, all, free) = (fs.block_size(), fs.blocks(), fs.blocks_available());
        format!("0 (f_type={:#x}, f_bsize={block}, f_blocks={all}, f_bavail={free})", fs.filesystem_type().0)
    };
    let evidence = call::made("fstatfs", &[call::handle(&handle.as_fd(), leads), "…".to_owned()], &found, answer);
    (found, evidence)
}

/// An attribute of what a path names; none when it has none of that name.
pub fn lgetxattr(path: &Path, name: &str) -> (io::Result<Option<Vec<u8>>>, Evidence) {
    let value = xattr::get(path, name);
    let answer = match &value {
        Ok(Some(value)) => Ok(value.len()),
        Ok(None) => Err(nix::errno::Errno::ENODATA),
        Err(error) => Err(nix::errno::Errno::from_raw(error.raw_os_error().unwrap_or_default())),
    };
    let args = [call::path(path), call::quoted(name), "…".to_owned()];
    (value, call::made("lgetxattr", &args, &answer, usize::to_string))
}
