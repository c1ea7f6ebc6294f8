//! Calls in strace's form.

use super::{Argument, Call, Fd};
use crate::engine::process::caps;
use std::fmt::Write;

/// Mount flags by name (mount(2)).
const MS: &[(u64, &str)] = &[
    (libc::MS_RDONLY, "MS_RDONLY"),
    (libc::MS_NOSUID, "MS_NOSUID"),
    (libc::MS_NODEV, "MS_NODEV"),
    (libc::MS_NOEXEC, "MS_NOEXEC"),
    (libc::MS_REMOUNT, "MS_REMOUNT"),
    (libc::MS_BIND, "MS_BIND"),
    (libc::MS_REC, "MS_REC"),
    (libc::MS_PRIVATE, "MS_PRIVATE"),
    (libc::MS_SLAVE, "MS_SLAVE"),
    (libc::MS_RELATIME, "MS_RELATIME"),
    (libc::MS_STRICTATIME, "MS_STRICTATIME"),
];

/// Namespace flags by name (clone(2)).
const CLONE: &[(u64, &str)] = &[
    (libc::CLONE_NEWNS as u64, "CLONE_NEWNS"),
    (libc::CLONE_NEWCGROUP as u64, "CLONE_NEWCGROUP"),
    (libc::CLONE_NEWUTS as u64, "CLONE_NEWUTS"),
    (libc::CLONE_NEWIPC as u64, "CLONE_NEWIPC"),
    (libc::CLONE_NEWUSER as u64, "CLONE_NEWUSER"),
    (libc::CLONE_NEWPID as u64, "CLONE_NEWPID"),
    (libc::CLONE_NEWNET as u64, "CLONE_NEWNET"),
    (libc::CLONE_PIDFD as u64, "CLONE_PIDFD"),
    (1 << 32, "CLONE_CLEAR_SIGHAND"),
    (1 << 33, "CLONE_INTO_CGROUP"),
];

/// Mount attributes by name (mount_setattr(2)).
const ATTR: &[(u64, &str)] =
    &[(1, "MOUNT_ATTR_RDONLY"), (2, "MOUNT_ATTR_NOSUID"), (4, "MOUNT_ATTR_NODEV"), (8, "MOUNT_ATTR_NOEXEC")];

const OPEN: &[(u64, &str)] = &[
    (libc::O_WRONLY as u64, "O_WRONLY"),
    (libc::O_RDWR as u64, "O_RDWR"),
    (libc::O_NOCTTY as u64, "O_NOCTTY"),
    (libc::O_DIRECTORY as u64, "O_DIRECTORY"),
    (libc::O_CLOEXEC as u64, "O_CLOEXEC"),
];

/// `CLONE_NEWNS|CLONE_NEWPID`
pub(in crate::engine::process) fn clone_flags(flags: u64) -> String {
    names(flags, CLONE)
}

impl Call {
    /// The call in strace's form. `fd` gives the number that an earlier call returned.
    pub fn text(&self, fd: impl Fn(usize) -> Option<i64>) -> String {
        let fd = |which: &Fd| match which {
            Fd::Number(number) => number.to_string(),
            Fd::From(call) => fd(*call).map_or_else(|| "fd".to_owned(), |number| number.to_string()),
        };
        match self {
            Self::Capset { effective } => format!(
                "capset({{version=_LINUX_CAPABILITY_VERSION_3, pid=0}}, {{effective={set}, permitted={set}, inheritable=0}})",
                set = if *effective == 0 { "0".to_owned() } else { caps::names(*effective).join("|") }
            ),
            Self::Chdir { path } => format!("chdir({})", quoted(path)),
            Self::CloseRange { first } => format!("close_range({first}, ~0U, CLOSE_RANGE_CLOEXEC)"),
            Self::Dup3 { from, to } => format!("dup3({}, {to}, 0)", fd(from)),
            Self::Execve { path, argv, env } => {
                let argv: Vec<_> = argv.iter().map(|arg| quoted(&arg.to_string_lossy())).collect();
                format!("execve({}, [{}], [/* {} vars */])", quoted(path), argv.join(", "), env.len())
            }
            Self::Fchdir { fd: dir } => format!("fchdir({})", fd(dir)),
            Self::Fchown { fd: file, uid, gid } => format!("fchown({}, {uid}, {gid})", fd(file)),
            Self::Ioctl { fd: file, request, argument } => match argument {
                Argument::Int(number) => format!("ioctl({}, {}, {number})", fd(file), request.1),
                Argument::Pointer(number) => format!("ioctl({}, {}, [{number}])", fd(file), request.1),
            },
            Self::Mkdir { path, mode } => format!("mkdir({}, {mode:#05o})", quoted(path)).replace("0o", "0"),
            Self::MknodFile { path } => format!("mknod({}, S_IFREG|0644)", quoted(path)),
            Self::Mount { source, target, fstype, flags, data } => format!(
                "mount({}, {}, {}, {}, {})",
                maybe(source.as_deref()),
                quoted(target),
                maybe(fstype.as_deref()),
                names(*flags, MS),
                maybe(data.as_deref())
            ),
            Self::MountSetattr { target, set, recursive } => {
                let flags = if *recursive { "AT_RECURSIVE" } else { "0" };
                let set = names(*set, ATTR);
                format!("mount_setattr(AT_FDCWD, {}, {flags}, {{attr_set={set}}}, 32)", quoted(target))
            }
            Self::MoveMount { from, target } => {
                let flags = "MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_SYMLINKS";
                format!("move_mount({}, \"\", AT_FDCWD, {}, {flags})", fd(from), quoted(target))
            }
            Self::Open { path, flags } => {
                let read = flags & (libc::O_WRONLY | libc::O_RDWR) == 0;
                let flags = names(flags.cast_unsigned().into(), OPEN);
                format!("openat(AT_FDCWD, {}, {}{flags})", quoted(path), if read { "O_RDONLY|" } else { "" })
            }
            Self::OpenTree { path, recursive } => {
                let recursive = if *recursive { "|AT_RECURSIVE" } else { "" };
                format!("open_tree(AT_FDCWD, {}, OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC{recursive})", quoted(path))
            }
            Self::PivotRoot { new, old } => format!("pivot_root({}, {})", quoted(new), quoted(old)),
            Self::Prctl { option, argument } => format!("prctl({}, {})", option.1, argument.1),
            Self::Seccomp { filter } => {
                format!("seccomp(SECCOMP_SET_MODE_FILTER, 0, {{len={}, filter=…}})", filter.len())
            }
            Self::Setgroups { groups } => {
                let list: Vec<_> = groups.iter().map(u32::to_string).collect();
                format!("setgroups({}, [{}])", groups.len(), list.join(", "))
            }
            Self::Sethostname { name } => format!("sethostname({}, {})", quoted(name), name.len()),
            Self::Setns { fd: file, flags } => format!("setns({}, {})", fd(file), names(*flags, CLONE)),
            Self::Setresgid { gid } => format!("setresgid({gid}, {gid}, {gid})"),
            Self::Setresuid { uid } => format!("setresuid({uid}, {uid}, {uid})"),
            Self::Setsid => "setsid()".to_owned(),
            Self::SigDefault { signal } => {
                format!("rt_sigaction({}, {{sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}}, NULL, 8)", signal.1)
            }
            Self::SigUnblockAll => "rt_sigprocmask(SIG_SETMASK, [], NULL, 8)".to_owned(),
            Self::Symlink { target, link } => format!("symlink({}, {})", quoted(target), quoted(link)),
            Self::Umask { mask } => format!("umask(0{mask:o})"),
            Self::Umount2 { target, flags } => {
                let flags = if *flags == libc::MNT_DETACH { "MNT_DETACH" } else { "0" };
                format!("umount2({}, {flags})", quoted(target))
            }
            Self::Unshare { flags } => format!("unshare({})", names(*flags, CLONE)),
            Self::Write { fd: file, text } => format!("write({}, {}, {})", fd(file), quoted(text), text.len()),
        }
    }
}

/// `MS_NOSUID|MS_NODEV`; what has no name as a number.
fn names(bits: u64, table: &[(u64, &str)]) -> String {
    let mut left = bits;
    let mut text = String::new();
    for (bit, name) in table.iter().filter(|(bit, _)| bits & bit == *bit) {
        left &= !bit;
        let bar = if text.is_empty() { "" } else { "|" };
        text.push_str(bar);
        text.push_str(name);
    }
    if left != 0 || text.is_empty() {
        let bar = if text.is_empty() { "" } else { "|" };
        // Writing to a String cannot fail.
        write!(text, "{bar}{}", if left == 0 { "0".to_owned() } else { format!("{left:#x}") }).unwrap_or_default();
    }
    text
}

fn maybe(text: Option<&str>) -> String {
    text.map_or_else(|| "NULL".to_owned(), quoted)
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(call: &Call, text: &str) {
        assert_eq!(call.text(|call| Some(call as i64 + 40)), text);
    }

    #[test]
    fn calls_read_as_in_strace() {
        let flags = libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC;
        let (proc, target) = (Some("proc".to_owned()), "/proc".to_owned());
        let mount = Call::Mount { source: proc.clone(), target, fstype: proc, flags, data: None };
        check(&mount, r#"mount("proc", "/proc", "proc", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)"#);
        check(&Call::Mkdir { path: "/a".into(), mode: 0o755 }, r#"mkdir("/a", 0755)"#);
        check(&Call::Setns { fd: Fd::From(3), flags: libc::CLONE_NEWNET as u64 }, "setns(43, CLONE_NEWNET)");
        check(&Call::Umask { mask: 0o22 }, "umask(022)");
        check(
            &Call::Open { path: "/".into(), flags: libc::O_DIRECTORY },
            r#"openat(AT_FDCWD, "/", O_RDONLY|O_DIRECTORY)"#,
        );
    }
}
