//! How it is known: the notification, and what lay there when it was looked at.

use super::copied::Copied;
use crate::engine::unpack::shown;
use crate::trace::Evidence;
use nix::sys::inotify::AddWatchFlags as Mask;
use nix::sys::stat::FileStat;
use std::path::Path;

/// What inotify told of a path; none when it was found without.
pub fn notified(path: &[u8], mask: Mask) -> Option<Evidence> {
    let names = [
        (Mask::IN_CREATE, "IN_CREATE"),
        (Mask::IN_MOVED_TO, "IN_MOVED_TO"),
        (Mask::IN_MOVED_FROM, "IN_MOVED_FROM"),
        (Mask::IN_DELETE, "IN_DELETE"),
        (Mask::IN_MODIFY, "IN_MODIFY"),
        (Mask::IN_CLOSE_WRITE, "IN_CLOSE_WRITE"),
        (Mask::IN_ATTRIB, "IN_ATTRIB"),
        (Mask::IN_ISDIR, "IN_ISDIR"),
    ];
    let told: Vec<_> = names.iter().filter(|(bit, _)| mask.contains(*bit)).map(|(_, name)| *name).collect();
    let event = format!("{{mask={}, name={:?}}}", told.join("|"), shown(path));
    (!told.is_empty()).then(|| Evidence::syscall("read(inotify)", event))
}

/// What lies at a path.
pub fn stat(path: &Path, stat: &FileStat) -> Evidence {
    let device = if stat.st_mode & libc::S_IFMT == libc::S_IFCHR {
        format!(", st_rdev=makedev({}, {})", nix::sys::stat::major(stat.st_rdev), nix::sys::stat::minor(stat.st_rdev))
    } else {
        String::new()
    };
    let shown = format!(
        "{{st_mode={:#o}, st_size={}, st_blocks={}, st_nlink={}, st_ino={}{device}}}",
        stat.st_mode, stat.st_size, stat.st_blocks, stat.st_nlink, stat.st_ino
    );
    Evidence::syscall(format!("lstat({:?}, {shown})", path.display().to_string()), 0)
}

/// Nothing lies there.
pub fn absent(path: &Path) -> Evidence {
    Evidence::syscall(format!("lstat({:?})", path.display().to_string()), "-1 ENOENT (No such file or directory)")
}

/// An attribute of overlay's.
pub fn attribute(path: &Path, name: &str, bytes: usize) -> Evidence {
    Evidence::syscall(format!("lgetxattr({:?}, {name:?})", path.display().to_string()), bytes)
}

/// Upper and lower file, side by side.
pub fn compared(upper: &Path, lower: &Path, found: &Copied) -> Evidence {
    let (upper, lower) = (upper.display().to_string(), lower.display().to_string());
    let said = format!("{} of {} blocks alike, {} bytes copied up", found.alike, found.compared, found.bytes);
    Evidence::syscall(format!("pread64({upper:?}) = pread64({lower:?})"), said)
}
