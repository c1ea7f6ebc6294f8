//! Calls in strace's form.

use super::{Argument, Call, Fd, Node};
use crate::engine::evidence::hex;
use crate::engine::process::caps;
use crate::engine::process::ulimit::Ulimit;
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
    (libc::MS_SHARED, "MS_SHARED"),
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
const ATTR: &[(u64, &str)] = &[
    (1, "MOUNT_ATTR_RDONLY"),
    (2, "MOUNT_ATTR_NOSUID"),
    (4, "MOUNT_ATTR_NODEV"),
    (8, "MOUNT_ATTR_NOEXEC"),
    (0x10, "MOUNT_ATTR_NOATIME"),
    (0x20, "MOUNT_ATTR_STRICTATIME"),
    (0x80, "MOUNT_ATTR_NODIRATIME"),
];

const OPEN: &[(u64, &str)] = &[
    (libc::O_WRONLY as u64, "O_WRONLY"),
    (libc::O_RDWR as u64, "O_RDWR"),
    (libc::O_NOCTTY as u64, "O_NOCTTY"),
    (libc::O_NONBLOCK as u64, "O_NONBLOCK"),
    (libc::O_NOFOLLOW as u64, "O_NOFOLLOW"),
    (libc::O_PATH as u64, "O_PATH"),
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
            Fd::Cwd => "AT_FDCWD".to_owned(),
            Fd::Number(number) => number.to_string(),
            Fd::From(call) => fd(*call).map_or_else(|| "fd".to_owned(), |number| number.to_string()),
        };
        match self {
            Self::Capset { effective } => format!(
                "capset({{version=_LINUX_CAPABILITY_VERSION_3, pid=0}}, {{effective={set}, permitted={set}, inheritable=0}})",
                set = capabilities(*effective)
            ),
            Self::Chdir { path } => format!("chdir({})", quoted(path)),
            Self::Clone => "clone(child_stack=NULL, flags=CLONE_PIDFD|CLONE_PARENT|SIGCHLD, parent_tid=…)".to_owned(),
            Self::CloseRange { first, on_exec } => {
                format!("close_range({first}, ~0U, {})", if *on_exec { "CLOSE_RANGE_CLOEXEC" } else { "0" })
            }
            Self::Dup3 { from, to } => format!("dup3({}, {to}, 0)", fd(from)),
            Self::Execve { path, argv, env } => {
                let argv: Vec<_> = argv.iter().map(|arg| quoted(&arg.to_string_lossy())).collect();
                format!("execve({}, [{}], [/* {} vars */])", quoted(path), argv.join(", "), env.len())
            }
            Self::Fchdir { fd: dir } => format!("fchdir({})", fd(dir)),
            Self::Fchown { fd: file, uid, gid } => format!("fchown({}, {uid}, {gid})", fd(file)),
            Self::Fsconfig { fd: context, key, value } => match value {
                Some(value) => {
                    format!("fsconfig({}, FSCONFIG_SET_STRING, {}, {}, 0)", fd(context), quoted(key), quoted(value))
                }
                None => format!("fsconfig({}, FSCONFIG_SET_FLAG, {}, NULL, 0)", fd(context), quoted(key)),
            },
            Self::FsconfigCreate { fd: context } => {
                format!("fsconfig({}, FSCONFIG_CMD_CREATE, NULL, NULL, 0)", fd(context))
            }
            Self::Fsmount { fd: context, attributes } => {
                format!("fsmount({}, FSMOUNT_CLOEXEC, {})", fd(context), names(*attributes, ATTR))
            }
            Self::Fsopen { fstype } => format!("fsopen({}, FSOPEN_CLOEXEC)", quoted(fstype)),
            Self::Fstatfs { fd: file, .. } => format!("fstatfs({}, …)", fd(file)),
            Self::Getcwd => "getcwd(…, 4096)".to_owned(),
            Self::Ioctl { fd: file, request, argument } => match argument {
                Argument::Int(number) => format!("ioctl({}, {}, {number})", fd(file), request.1),
                Argument::Pointer(number) => format!("ioctl({}, {}, [{number}])", fd(file), request.1),
            },
            Self::JoinSessionKeyring => "keyctl(KEYCTL_JOIN_SESSION_KEYRING, NULL)".to_owned(),
            Self::Mkdirat { dir, path, mode } => format!("mkdirat({}, {}, 0{mode:o})", fd(dir), quoted(path)),
            Self::Mknodat { dir, path, node: Node::File } => {
                format!("mknodat({}, {}, S_IFREG|0644)", fd(dir), quoted(path))
            }
            Self::Mknodat { dir, path, node: Node::Device(major, minor) } => {
                format!(
                    "mknodat({}, {}, S_IFCHR|0666, makedev({}, {}))",
                    fd(dir),
                    quoted(path),
                    hex((*major).into()),
                    hex((*minor).into())
                )
            }
            Self::Mount { source, target, fstype, flags, data } => format!(
                "mount({}, {}, {}, {}, {})",
                maybe(source.as_deref()),
                quoted(target),
                maybe(fstype.as_deref()),
                names(*flags, MS),
                maybe(data.as_deref())
            ),
            Self::MountSetattr { fd: mount, set, propagation, recursive } => {
                let flags = if *recursive { "AT_EMPTY_PATH|AT_RECURSIVE" } else { "AT_EMPTY_PATH" };
                format!(
                    "mount_setattr({}, \"\", {flags}, {{attr_set={}, attr_clr=0, propagation={}, userns_fd=0}}, 32)",
                    fd(mount),
                    names(*set, ATTR),
                    names(*propagation, MS)
                )
            }
            Self::MoveMount { from, to, path } => {
                let empty = if path.is_empty() { "|MOVE_MOUNT_T_EMPTY_PATH" } else { "" };
                let flags = format!("MOVE_MOUNT_F_EMPTY_PATH{empty}");
                format!("move_mount({}, \"\", {}, {}, {flags})", fd(from), fd(to), quoted(path))
            }
            Self::Open { path, flags } => format!("openat(AT_FDCWD, {}, {})", quoted(path), open_flags(*flags)),
            Self::Openat2 { dir, path, flags, links } => {
                let no_links = if *links { "" } else { "RESOLVE_NO_SYMLINKS|" };
                let resolve = format!("RESOLVE_NO_MAGICLINKS|{no_links}RESOLVE_IN_ROOT");
                let flags = open_flags(*flags);
                format!("openat2({}, {}, {{flags={flags}, resolve={resolve}}}, 24)", fd(dir), quoted(path))
            }
            Self::OpenTree { dir, path, recursive } => {
                let empty = if path.is_empty() { "|AT_EMPTY_PATH" } else { "" };
                let recursive = if *recursive { "|AT_RECURSIVE" } else { "" };
                let flags = format!("OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC{empty}{recursive}");
                format!("open_tree({}, {}, {flags})", fd(dir), quoted(path))
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
            Self::Setdomainname { name } => format!("setdomainname({}, {})", quoted(name), name.len()),
            Self::Sethostname { name } => format!("sethostname({}, {})", quoted(name), name.len()),
            Self::Setns { fd: file, flags } => format!("setns({}, {})", fd(file), names(*flags, CLONE)),
            Self::Setrlimit { limit: Ulimit { resource, soft, hard } } => {
                let shown = |limit: u64| if limit == u64::MAX { "RLIM64_INFINITY".to_owned() } else { amount(limit) };
                let limits = format!("{{rlim_cur={}, rlim_max={}}}", shown(*soft), shown(*hard));
                format!("prlimit64(0, {}, {limits}, NULL)", resource.0)
            }
            Self::Setresgid { gid } => format!("setresgid({gid}, {gid}, {gid})"),
            Self::Setresuid { uid } => format!("setresuid({uid}, {uid}, {uid})"),
            Self::Setsid => "setsid()".to_owned(),
            Self::SigDefault { signal } => {
                format!("rt_sigaction({}, {{sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}}, NULL, 8)", signal.1)
            }
            Self::SigIgnoreChildren => {
                "rt_sigaction(SIGCHLD, {sa_handler=SIG_IGN, sa_mask=[], sa_flags=0}, NULL, 8)".to_owned()
            }
            Self::SigUnblockAll => "rt_sigprocmask(SIG_SETMASK, [], NULL, 8)".to_owned(),
            Self::Sleep => "ppoll(NULL, 0, NULL, NULL, 0)".to_owned(),
            Self::Statx { fd: file, .. } => {
                format!("statx({}, \"\", AT_STATX_SYNC_AS_STAT|AT_EMPTY_PATH, STATX_BASIC_STATS, …)", fd(file))
            }
            Self::Symlinkat { target, dir, link } => {
                format!("symlinkat({}, {}, {})", quoted(target), fd(dir), quoted(link))
            }
            Self::Trial(trial) => format!("{}({})", trial.name, trial.shown),
            Self::Umask { mask } => format!("umask(0{mask:02o})"),
            Self::Umount2 { target, flags } => {
                let flags = if *flags == libc::MNT_DETACH { "MNT_DETACH" } else { "0" };
                format!("umount2({}, {flags})", quoted(target))
            }
            Self::Unlinkat { dir, path } => format!("unlinkat({}, {}, 0)", fd(dir), quoted(path)),
            Self::Unshare { flags } => format!("unshare({})", names(*flags, CLONE)),
            Self::Write { fd: file, text } => format!("write({}, {}, {})", fd(file), quoted(text), text.len()),
        }
    }

    /// What it returned: a number, and of a mask the one before, which is written as masks are.
    pub fn returned(&self, value: i64) -> String {
        match self {
            Self::Umask { .. } if value > 0 => format!("0{value:o}"),
            _ => value.to_string(),
        }
    }

    /// What the kernel's answer was, where the call is made for it: `f_type=0x9fa0`.
    pub fn answer(&self, found: u64) -> Option<String> {
        match self {
            Self::Fstatfs { .. } => Some(format!("f_type={found:#x}")),
            Self::Statx { .. } => {
                let (major, minor) = (found & 0xffff_ffff, found >> 32);
                Some(format!("stx_rdev_major={major:#x}, stx_rdev_minor={minor:#x}"))
            }
            _ => None,
        }
    }
}

/// `1<<CAP_CHOWN|1<<CAP_KILL`
fn capabilities(set: u64) -> String {
    let names: Vec<_> = caps::names(set).iter().map(|name| format!("1<<{name}")).collect();
    if names.is_empty() { "0".to_owned() } else { names.join("|") }
}

/// A limit as strace has it: a multiple of 1024 above that as a product.
fn amount(limit: u64) -> String {
    if limit > 1024 && limit.is_multiple_of(1024) { format!("{}*1024", limit / 1024) } else { limit.to_string() }
}

/// `O_RDONLY|O_CLOEXEC`
fn open_flags(flags: i32) -> String {
    let read = flags & (libc::O_WRONLY | libc::O_RDWR) == 0;
    let flags = names(flags.cast_unsigned().into(), OPEN);
    format!("{}{flags}", if read { "O_RDONLY|" } else { "" })
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

    #[test]
    fn a_mask_comes_back_in_octal_and_all_else_as_a_number() {
        let umask = Call::Umask { mask: 0 };
        for (value, shown) in [(0o022, "022"), (0o077, "077"), (0o777, "0777"), (0o002, "02"), (0, "0"), (-1, "-1")] {
            assert_eq!(umask.returned(value), shown);
        }
        assert_eq!(Call::Getcwd.returned(18), "18");
        assert_eq!(Call::Setsid.returned(1234), "1234");
    }

    fn check(call: &Call, text: &str) {
        assert_eq!(call.text(|call| Some(call as i64 + 40)), text);
    }

    #[test]
    fn calls_read_as_in_strace() {
        check(
            &Call::Mount {
                source: None,
                target: "/".into(),
                fstype: None,
                flags: libc::MS_REC | libc::MS_PRIVATE,
                data: None,
            },
            r#"mount(NULL, "/", NULL, MS_REC|MS_PRIVATE, NULL)"#,
        );
        check(&Call::Mkdirat { dir: Fd::From(1), path: "a".into(), mode: 0o755 }, r#"mkdirat(41, "a", 0755)"#);
        check(&Call::Setns { fd: Fd::From(3), flags: libc::CLONE_NEWNET as u64 }, "setns(43, CLONE_NEWNET)");
        check(&Call::Umask { mask: 0o22 }, "umask(022)");
        check(&Call::Umask { mask: 0 }, "umask(000)");
        check(
            &Call::Open { path: "/".into(), flags: libc::O_DIRECTORY },
            r#"openat(AT_FDCWD, "/", O_RDONLY|O_DIRECTORY)"#,
        );
        check(
            &Call::Openat2 { dir: Fd::Number(7), path: "etc".into(), flags: libc::O_PATH, links: true },
            r#"openat2(7, "etc", {flags=O_RDONLY|O_PATH, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)"#,
        );
        check(
            &Call::MoveMount { from: Fd::From(1), to: Fd::From(2), path: String::new() },
            r#"move_mount(41, "", 42, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)"#,
        );
    }
}
