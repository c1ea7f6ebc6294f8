//! A call in strace's form, from its arguments and its result.

use crate::trace::Evidence;
use nix::errno::Errno;
use nix::sys::stat::FileStat;
use std::fmt::Write;
use std::path::Path;

/// The evidence of a call: `args` as they were passed, `result` as it came back.
pub(super) fn made<T>(name: &str, args: &[String], result: &nix::Result<T>, value: impl Fn(&T) -> String) -> Evidence {
    let call = format!("{name}({})", args.join(", "));
    let result = match result {
        Ok(returned) => value(returned),
        Err(errno) => refused(*errno),
    };
    Evidence::Syscall { call, result }
}

/// The same of a call that returns nothing but success.
pub(super) fn done<T>(name: &str, args: &[String], result: &nix::Result<T>) -> Evidence {
    made(name, args, result, |_| "0".to_owned())
}

/// `-1 ENOENT (No such file or directory)`
pub(super) fn refused(errno: Errno) -> String {
    format!("-1 {errno:?} ({})", errno.desc())
}

/// A path as an argument.
pub(super) fn path(path: &Path) -> String {
    quoted(&path.display().to_string())
}

pub(super) fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// `17</tmp/upper/etc>`: a descriptor, and where it leads.
pub(super) fn handle(fd: &impl std::os::fd::AsRawFd, leads: &Path) -> String {
    format!("{}<{}>", fd.as_raw_fd(), leads.display())
}

/// `{st_ino=…, st_mode=S_IFDIR|0755, …}`
pub(super) fn stat(stat: &FileStat) -> String {
    let kind = match stat.st_mode & libc::S_IFMT {
        libc::S_IFREG => "S_IFREG",
        libc::S_IFDIR => "S_IFDIR",
        libc::S_IFLNK => "S_IFLNK",
        libc::S_IFCHR => "S_IFCHR",
        libc::S_IFBLK => "S_IFBLK",
        libc::S_IFIFO => "S_IFIFO",
        libc::S_IFSOCK => "S_IFSOCK",
        _ => "0",
    };
    let (mode, device) = (stat.st_mode & 0o7777, matches!(stat.st_mode & libc::S_IFMT, libc::S_IFCHR | libc::S_IFBLK));
    let mut shown = format!("{{st_ino={}, st_mode={kind}|0{mode:03o}, st_nlink={}", stat.st_ino, stat.st_nlink);
    let last = if device {
        let (major, minor) = (nix::sys::stat::major(stat.st_rdev), nix::sys::stat::minor(stat.st_rdev));
        format!("st_rdev=makedev({}, {})", hex(major), hex(minor))
    } else {
        format!("st_size={}", stat.st_size)
    };
    let (uid, gid, blocks) = (stat.st_uid, stat.st_gid, stat.st_blocks);
    // Writing to a String cannot fail.
    write!(shown, ", st_uid={uid}, st_gid={gid}, st_blocks={blocks}, {last}, …}}").unwrap_or_default();
    shown
}

/// As C prints it: `0x5`, `0`.
pub(in crate::engine) fn hex(number: u64) -> String {
    if number == 0 { "0".to_owned() } else { format!("{number:#x}") }
}

/// `MS_NOSUID|MS_NODEV`: the names of a set of flags.
pub(super) fn names(set: impl std::fmt::Debug) -> String {
    // `MsFlags(MS_REC | MS_SLAVE)`, as the bitflags crate writes it.
    let text = format!("{set:?}");
    let inner = text.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(&text);
    match inner {
        "0x0" | "" => "0".to_owned(),
        inner => inner.replace(" | ", "|"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::mount::MsFlags;

    #[test]
    fn calls_read_as_strace_prints_them() {
        let said = done::<()>("rmdir", &[path(Path::new("/a \"b\""))], &Err(Errno::ENOENT));
        let expected = Evidence::Syscall {
            call: r#"rmdir("/a \"b\"")"#.to_owned(),
            result: "-1 ENOENT (No such file or directory)".to_owned(),
        };
        assert_eq!(said, expected);
        assert_eq!(names(MsFlags::MS_REC | MsFlags::MS_SLAVE), "MS_REC|MS_SLAVE");
        assert_eq!(names(MsFlags::empty()), "0");
    }
}
