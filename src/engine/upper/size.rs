//! `docker ps --size`, `docker volume prune`: how many bytes a container has written, or a volume has; counted as Docker counts them (moby `pkg/directory`): by the
//! length of what is no directory, holes and all, and each inode once. A whiteout has none.

use crate::engine::handle::{self, DEPTH};
use crate::engine::unpack::overlay;
use nix::errno::Errno;
use std::collections::HashSet;
use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

/// What was gone through, and what came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    /// Bytes.
    pub bytes: u64,
    /// Names that were looked at.
    pub names: u64,
    /// Directories that were read.
    pub dirs: u64,
}

/// Bytes in an upper directory; none where a container was never started and has no such directory. What the container changes
/// meanwhile is no fault, and links lead nowhere. What lies deeper than a layer may be is not counted.
pub fn size(upper: &Path) -> io::Result<u64> {
    count(upper).map(|size| size.bytes)
}

/// The same, and how much was looked at for it.
pub fn count(upper: &Path) -> io::Result<Size> {
    let root = match handle::open(upper) {
        Err(Errno::ENOENT) => return Ok(Size::default()),
        other => other?,
    };
    let (mut size, mut seen) = (Size { dirs: 1, ..Size::default() }, HashSet::new());
    let mut way = vec![Level::new(root)?];
    while let Some(Level { dir, left }) = way.last_mut() {
        let Some(name) = left.pop() else {
            way.pop();
            continue;
        };
        let Some(stat) = overlay::look(&*dir, &name)? else { continue };
        size.names += 1;
        if stat.st_mode & libc::S_IFMT != libc::S_IFDIR {
            if stat.st_size > 0 && (stat.st_nlink == 1 || seen.insert((stat.st_dev, stat.st_ino))) {
                size.bytes = size.bytes.saturating_add(stat.st_size.unsigned_abs());
            }
        } else if way.len() < DEPTH {
            let inside = way.last().map(|level| handle::enter(&level.dir, &name));
            match inside {
                Some(Ok(inside)) => {
                    size.dirs += 1;
                    way.push(Level::new(inside)?);
                }
                // It went, or something else took its name.
                Some(Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP)) | None => {}
                Some(Err(errno)) => return Err(errno.into()),
            }
        }
    }
    Ok(size)
}

/// A directory that is being counted, and what of it is left.
struct Level {
    dir: OwnedFd,
    left: Vec<OsString>,
}

impl Level {
    fn new(dir: OwnedFd) -> io::Result<Self> {
        let left = handle::names(&dir)?;
        Ok(Self { dir, left })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, File};
    use std::os::unix::fs::symlink;

    #[test]
    fn bytes_are_counted_as_docker_counts_them() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        assert_eq!(size(&at("never-made")).unwrap(), 0);
        assert_eq!(size(dir.path()).unwrap(), 0, "directories have no bytes");
        fs::create_dir_all(at("a/b")).unwrap();
        fs::write(at("a/b/file"), vec![7; 5000]).unwrap();
        assert_eq!(size(dir.path()).unwrap(), 5000);
        fs::hard_link(at("a/b/file"), at("again")).unwrap();
        assert_eq!(size(dir.path()).unwrap(), 5000, "one inode, two names");
        File::create(at("sparse")).unwrap().set_len(1 << 30).unwrap();
        assert_eq!(size(dir.path()).unwrap(), 5000 + (1 << 30), "holes count");
        fs::remove_file(at("sparse")).unwrap();
        symlink("/etc", at("link")).unwrap();
        assert_eq!(size(dir.path()).unwrap(), 5000 + 4, "a link is as long as what it says, and not followed");
        symlink(dir.path(), at("a/round")).unwrap();
        assert_eq!(size(dir.path()).unwrap(), 5004 + dir.path().as_os_str().len() as u64);
    }

    #[test]
    fn a_directory_is_counted_however_deep() {
        let dir = tempfile::tempdir().unwrap();
        let mut deep = dir.path().to_owned();
        (0..DEPTH + 20).for_each(|_| deep.push("d"));
        fs::create_dir_all(&deep).unwrap();
        fs::write(dir.path().join("file"), "12345").unwrap();
        assert_eq!(size(dir.path()).unwrap(), 5);
    }
}
