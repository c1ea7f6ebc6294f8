use super::no_file;
use crate::engine::{Fault, Result};
use crate::trace::Code;
use pathrs::Root;
use pathrs::error::ErrorKind;
use pathrs::flags::OpenFlags;
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// A file of a layer, open for reading.
#[derive(Debug)]
pub struct Content {
    /// At its beginning.
    pub file: File,
    /// Bytes.
    pub size: u64,
}

/// Opens a regular file below `dir`. Links on the way are followed inside only; a last one is not followed.
pub fn open(dir: &Path, path: &[u8]) -> Result<Content> {
    let failed = |e: pathrs::error::Error| match e.kind() {
        ErrorKind::OsError(Some(libc::ENOENT | libc::ENOTDIR | libc::ELOOP)) => no_file(Code::NoSuchPath, dir, path),
        ErrorKind::OsError(Some(errno)) => {
            Fault::io("read", crate::engine::unpack::shown(path), &io::Error::from_raw_os_error(errno))
        }
        _ => Fault::io("read", crate::engine::unpack::shown(path), &io::Error::other(e)),
    };
    let root = Root::open(dir).map_err(failed)?;
    let handle = root.resolve_nofollow(Path::new(OsStr::from_bytes(path))).map_err(failed)?;
    let stat = nix::sys::stat::fstat(handle.as_fd()).map_err(|e| Fault::io("read", dir.display(), &e.into()))?;
    // Opening a pipe would wait, and a device would act.
    if stat.st_mode & libc::S_IFMT != libc::S_IFREG {
        return Err(no_file(Code::NotARegularFile, dir, path));
    }
    let file = handle.reopen(OpenFlags::O_RDONLY | OpenFlags::O_NONBLOCK).map_err(failed)?;
    Ok(Content { file, size: u64::try_from(stat.st_size).unwrap_or(0) })
}
