//! The system calls of an init, as data: what the child executes, the log line and the picture are made from the same value.

use super::ulimit::Ulimit;
use crate::engine::sys::{Expect, How, Operand, Program};
use std::ffi::CString;
use std::sync::Arc;

mod text;
mod trial;
pub(super) use text::clone_flags;
pub use trial::Trial;

/// A descriptor of the child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fd {
    /// No descriptor: a path is meant as it stands, or from the working directory (`AT_FDCWD`).
    Cwd,
    /// Inherited from the engine, or standard.
    Number(i32),
    /// What an earlier call of the same program returned.
    From(usize),
}

/// A prepared system call.
#[derive(Debug, Clone)]
pub enum Call {
    Capset {
        effective: u64,
    },
    Chdir {
        path: String,
    },
    /// Forks: the child goes on with the calls, the parent ends. The child has the same parent (`CLONE_PARENT`).
    Clone,
    /// Closes all from `first` on; with `on_exec` when a program is executed.
    CloseRange {
        first: u32,
        on_exec: bool,
    },
    Dup3 {
        from: Fd,
        to: i32,
    },
    Execve {
        path: String,
        argv: Arc<Vec<CString>>,
        env: Arc<Vec<CString>>,
    },
    Fchdir {
        fd: Fd,
    },
    Fchown {
        fd: Fd,
        uid: u32,
        gid: u32,
    },
    /// Sets an option of a file system that is being made: a flag, or a key with its value.
    Fsconfig {
        fd: Fd,
        key: String,
        value: Option<String>,
    },
    FsconfigCreate {
        fd: Fd,
    },
    Fsmount {
        fd: Fd,
        attributes: u64,
    },
    Fsopen {
        fstype: &'static str,
    },
    /// The file system must be of this type, or of any other.
    Fstatfs {
        fd: Fd,
        magic: (u64, &'static str),
        equal: bool,
    },
    /// The working directory must have a path from the root.
    Getcwd,
    Ioctl {
        fd: Fd,
        request: (u64, &'static str),
        argument: Argument,
    },
    /// A session keyring of its own.
    JoinSessionKeyring,
    Mkdirat {
        dir: Fd,
        path: String,
        mode: u32,
    },
    Mknodat {
        dir: Fd,
        path: String,
        node: Node,
    },
    Mount {
        source: Option<String>,
        target: String,
        fstype: Option<String>,
        flags: u64,
        data: Option<String>,
    },
    /// Of the mount that `fd` is the root of.
    MountSetattr {
        fd: Fd,
        set: u64,
        /// `MS_SHARED`, `MS_SLAVE`; 0 leaves it.
        propagation: u64,
        recursive: bool,
    },
    /// To what `to` is open on, or, when there is one, to `path` from there.
    MoveMount {
        from: Fd,
        to: Fd,
        path: String,
    },
    Open {
        path: String,
        flags: i32,
    },
    /// `path` from `dir`, which is the root for it; neither `..` nor a link leads out, and no magic link is followed. With
    /// `links` false no link at all.
    Openat2 {
        dir: Fd,
        path: String,
        flags: i32,
        links: bool,
    },
    /// A copy of the mount that `path` leads to, attached nowhere. Without a path: of what `dir` is open on.
    OpenTree {
        dir: Fd,
        path: String,
        recursive: bool,
    },
    PivotRoot {
        new: String,
        old: String,
    },
    Prctl {
        option: (i32, &'static str),
        argument: (u64, String),
    },
    Seccomp {
        filter: Arc<Vec<libc::sock_filter>>,
    },
    Setgroups {
        groups: Vec<u32>,
    },
    Setdomainname {
        name: String,
    },
    Sethostname {
        name: String,
    },
    /// Of this process (prlimit64 with a pid of 0).
    Setrlimit {
        limit: Ulimit,
    },
    Setns {
        fd: Fd,
        flags: u64,
    },
    Setresgid {
        gid: u32,
    },
    Setresuid {
        uid: u32,
    },
    Setsid,
    SigDefault {
        signal: (i32, String),
    },
    /// Children are collected by the kernel.
    SigIgnoreChildren,
    SigUnblockAll,
    /// For ever.
    Sleep,
    /// Must be the character device with these numbers.
    Statx {
        fd: Fd,
        device: (u32, u32),
    },
    Symlinkat {
        target: String,
        dir: Fd,
        link: String,
    },
    /// One that is made to see what the kernel answers.
    Trial(Trial),
    Umask {
        mask: u32,
    },
    Umount2 {
        target: String,
        flags: i32,
    },
    Unlinkat {
        dir: Fd,
        path: String,
    },
    Unshare {
        flags: u64,
    },
    Write {
        fd: Fd,
        text: String,
    },
}

/// What `mknodat` makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Node {
    /// An empty file: something to mount on.
    File,
    /// A character device that everybody may read and write.
    Device(u32, u32),
}

/// The third argument of an ioctl.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argument {
    /// A number.
    Int(i64),
    /// The address of one int.
    Pointer(i32),
}

impl From<Fd> for Operand {
    fn from(fd: Fd) -> Self {
        match fd {
            Fd::Cwd => Self::Int(AT_FDCWD),
            Fd::Number(number) => Self::Int(number.into()),
            Fd::From(call) => Self::ResultOf(call),
        }
    }
}

const AT_FDCWD: i64 = libc::AT_FDCWD as i64;
const AT_EMPTY_PATH: i64 = libc::AT_EMPTY_PATH as i64;

impl Call {
    /// Appends it to a program and returns its index. See [`Program::push`].
    pub fn lower(&self, program: &mut Program, how: How) -> usize {
        let (number, operands) = self.raw();
        let how = How { fork: matches!(self, Self::Clone), expect: self.expect(), ..how };
        program.push(number, operands, &how)
    }

    /// What its answer must be.
    fn expect(&self) -> Option<Expect> {
        match self {
            Self::Fstatfs { magic, equal, .. } => Some(Expect { at: 0, mask: u64::MAX, word: magic.0, equal: *equal }),
            // "(unreachable)/…" is what the kernel says of a directory outside the root.
            Self::Getcwd => Some(Expect { at: 0, mask: 0xff, word: b'/'.into(), equal: true }),
            // struct statx: stx_rdev_major and stx_rdev_minor.
            Self::Statx { device: (major, minor), .. } => {
                let word = u64::from(*major) | u64::from(*minor) << 32;
                Some(Expect { at: 0x80, mask: u64::MAX, word, equal: true })
            }
            _ => None,
        }
    }

    fn raw(&self) -> (libc::c_long, Vec<Operand>) {
        let int = |n: i64| Operand::Int(n);
        let bits = |n: u64| Operand::Int(n.cast_signed());
        let text = |t: &String| Operand::from(t.as_str());
        let maybe = |t: &Option<String>| t.as_ref().map_or(Operand::Int(0), text);
        match self {
            Self::Capset { effective } => (libc::SYS_capset, capset(*effective)),
            Self::Chdir { path } => (libc::SYS_chdir, vec![text(path)]),
            // The third argument is where the pidfd goes, on both architectures.
            Self::Clone => {
                let flags = libc::CLONE_PARENT | libc::CLONE_PIDFD | libc::SIGCHLD;
                (libc::SYS_clone, vec![int(flags.into()), int(0), Operand::Answer(8)])
            }
            Self::CloseRange { first, on_exec } => {
                let flags = if *on_exec { libc::CLOSE_RANGE_CLOEXEC } else { 0 };
                (libc::SYS_close_range, vec![int((*first).into()), int(u32::MAX.into()), int(flags.into())])
            }
            Self::Dup3 { from, to } => (libc::SYS_dup3, vec![(*from).into(), int((*to).into()), int(0)]),
            Self::Execve { path, argv, env } => {
                let texts = |list: &Arc<Vec<CString>>| Operand::Texts(Arc::clone(list));
                (libc::SYS_execve, vec![text(path), texts(argv), texts(env)])
            }
            Self::Fchdir { fd } => (libc::SYS_fchdir, vec![(*fd).into()]),
            Self::Fchown { fd, uid, gid } => {
                (libc::SYS_fchown, vec![(*fd).into(), int((*uid).into()), int((*gid).into())])
            }
            Self::Fsconfig { fd, key, value } => {
                let command = if value.is_some() { FSCONFIG_SET_STRING } else { FSCONFIG_SET_FLAG };
                (libc::SYS_fsconfig, vec![(*fd).into(), int(command), text(key), maybe(value), int(0)])
            }
            Self::FsconfigCreate { fd } => {
                (libc::SYS_fsconfig, vec![(*fd).into(), int(FSCONFIG_CMD_CREATE), int(0), int(0), int(0)])
            }
            Self::Fsmount { fd, attributes } => {
                (libc::SYS_fsmount, vec![(*fd).into(), int(FSMOUNT_CLOEXEC), bits(*attributes)])
            }
            Self::Fsopen { fstype } => (libc::SYS_fsopen, vec![Operand::from(*fstype), int(FSOPEN_CLOEXEC)]),
            // struct statfs: f_type is its first word.
            Self::Fstatfs { fd, .. } => (libc::SYS_fstatfs, vec![(*fd).into(), Operand::Answer(128)]),
            Self::Getcwd => (libc::SYS_getcwd, vec![Operand::Answer(PATH_MAX), int(PATH_MAX as i64)]),
            Self::Ioctl { fd, request, argument } => {
                let argument = match argument {
                    Argument::Int(number) => int(*number),
                    Argument::Pointer(number) => Operand::Words(vec![number.cast_unsigned()]),
                };
                (libc::SYS_ioctl, vec![(*fd).into(), bits(request.0), argument])
            }
            Self::JoinSessionKeyring => (libc::SYS_keyctl, vec![int(KEYCTL_JOIN_SESSION_KEYRING), int(0)]),
            Self::Mkdirat { dir, path, mode } => {
                (libc::SYS_mkdirat, vec![(*dir).into(), text(path), int((*mode).into())])
            }
            Self::Mknodat { dir, path, node } => {
                let (mode, device) = match node {
                    Node::File => (libc::S_IFREG | 0o644, 0),
                    Node::Device(major, minor) => (libc::S_IFCHR | 0o666, libc::makedev(*major, *minor)),
                };
                (libc::SYS_mknodat, vec![(*dir).into(), text(path), int(mode.into()), bits(device)])
            }
            Self::Mount { source, target, fstype, flags, data } => {
                (libc::SYS_mount, vec![maybe(source), text(target), maybe(fstype), bits(*flags), maybe(data)])
            }
            Self::MountSetattr { fd, set, propagation, recursive } => {
                let flags = AT_EMPTY_PATH | if *recursive { i64::from(libc::AT_RECURSIVE) } else { 0 };
                // struct mount_attr: attr_set, attr_clr, propagation, userns_fd.
                let attr = [*set, 0, *propagation, 0].iter().flat_map(|word| halves(*word)).collect();
                let (empty, size) = (Operand::from(""), int(32));
                (libc::SYS_mount_setattr, vec![(*fd).into(), empty, int(flags), Operand::Words(attr), size])
            }
            Self::MoveMount { from, to, path } => {
                let flags = MOVE_MOUNT_F_EMPTY_PATH | if path.is_empty() { MOVE_MOUNT_T_EMPTY_PATH } else { 0 };
                (libc::SYS_move_mount, vec![(*from).into(), Operand::from(""), (*to).into(), text(path), int(flags)])
            }
            Self::Open { path, flags } => {
                (libc::SYS_openat, vec![int(AT_FDCWD), text(path), int((*flags).into()), int(0)])
            }
            Self::Openat2 { dir, path, flags, links } => {
                let resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | if *links { 0 } else { RESOLVE_NO_SYMLINKS };
                // struct open_how: flags, mode, resolve.
                let flags = u64::from(flags.cast_unsigned());
                let how = [flags, 0, resolve].iter().flat_map(|word| halves(*word)).collect();
                (libc::SYS_openat2, vec![(*dir).into(), text(path), Operand::Words(how), int(24)])
            }
            Self::OpenTree { dir, path, recursive } => {
                let recursive = if *recursive { i64::from(libc::AT_RECURSIVE) } else { 0 };
                let empty = if path.is_empty() { AT_EMPTY_PATH } else { 0 };
                let flags = OPEN_TREE_CLONE | i64::from(libc::O_CLOEXEC) | recursive | empty;
                (libc::SYS_open_tree, vec![(*dir).into(), text(path), int(flags)])
            }
            Self::PivotRoot { new, old } => (libc::SYS_pivot_root, vec![text(new), text(old)]),
            Self::Prctl { option, argument } => {
                (libc::SYS_prctl, vec![int(option.0.into()), bits(argument.0), int(0), int(0), int(0)])
            }
            Self::Seccomp { filter } => {
                let mode = i64::from(libc::SECCOMP_SET_MODE_FILTER);
                (libc::SYS_seccomp, vec![int(mode), int(0), Operand::Filter(Arc::clone(filter))])
            }
            Self::Setgroups { groups } => {
                let count = i64::try_from(groups.len()).unwrap_or(i64::MAX);
                (libc::SYS_setgroups, vec![int(count), Operand::Words(groups.clone())])
            }
            Self::Setdomainname { name } => {
                let length = i64::try_from(name.len()).unwrap_or(i64::MAX);
                (libc::SYS_setdomainname, vec![text(name), int(length)])
            }
            Self::Sethostname { name } => {
                let length = i64::try_from(name.len()).unwrap_or(i64::MAX);
                (libc::SYS_sethostname, vec![text(name), int(length)])
            }
            Self::Setns { fd, flags } => (libc::SYS_setns, vec![(*fd).into(), bits(*flags)]),
            Self::Setrlimit { limit: Ulimit { resource: (_, number), soft, hard } } => {
                // struct rlimit64: rlim_cur, rlim_max.
                let words = [*soft, *hard].iter().flat_map(|word| halves(*word)).collect();
                (libc::SYS_prlimit64, vec![int(0), int((*number).into()), Operand::Words(words), int(0)])
            }
            Self::Setresgid { gid } => (libc::SYS_setresgid, vec![int((*gid).into()); 3]),
            Self::Setresuid { uid } => (libc::SYS_setresuid, vec![int((*uid).into()); 3]),
            Self::Setsid => (libc::SYS_setsid, vec![]),
            Self::SigDefault { signal } => (libc::SYS_rt_sigaction, sigaction(signal.0, 0)),
            Self::SigIgnoreChildren => (libc::SYS_rt_sigaction, sigaction(libc::SIGCHLD, 1)),
            Self::SigUnblockAll => {
                let how = i64::from(libc::SIG_SETMASK);
                (libc::SYS_rt_sigprocmask, vec![int(how), Operand::Words(vec![0, 0]), int(0), int(8)])
            }
            Self::Sleep => (libc::SYS_ppoll, vec![int(0); 5]),
            Self::Statx { fd, .. } => {
                let (flags, basic) = (AT_EMPTY_PATH, i64::from(libc::STATX_BASIC_STATS));
                (libc::SYS_statx, vec![(*fd).into(), Operand::from(""), int(flags), int(basic), Operand::Answer(256)])
            }
            Self::Symlinkat { target, dir, link } => {
                (libc::SYS_symlinkat, vec![text(target), (*dir).into(), text(link)])
            }
            Self::Trial(trial) => trial.raw(),
            Self::Umask { mask } => (libc::SYS_umask, vec![int((*mask).into())]),
            Self::Umount2 { target, flags } => (libc::SYS_umount2, vec![text(target), int((*flags).into())]),
            Self::Unlinkat { dir, path } => (libc::SYS_unlinkat, vec![(*dir).into(), text(path), int(0)]),
            Self::Unshare { flags } => (libc::SYS_unshare, vec![bits(*flags)]),
            Self::Write { fd, text: what } => {
                let length = i64::try_from(what.len()).unwrap_or(i64::MAX);
                (libc::SYS_write, vec![(*fd).into(), text(what), int(length)])
            }
        }
    }
}

const PATH_MAX: usize = libc::PATH_MAX as usize;
const MOVE_MOUNT_F_EMPTY_PATH: i64 = 0x04;
const MOVE_MOUNT_T_EMPTY_PATH: i64 = 0x40;
const OPEN_TREE_CLONE: i64 = 1;
const FSOPEN_CLOEXEC: i64 = 1;
const FSMOUNT_CLOEXEC: i64 = 1;
const FSCONFIG_SET_FLAG: i64 = 0;
const FSCONFIG_SET_STRING: i64 = 1;
const FSCONFIG_CMD_CREATE: i64 = 6;
const KEYCTL_JOIN_SESSION_KEYRING: i64 = 1;
const RESOLVE_NO_MAGICLINKS: u64 = 0x02;
const RESOLVE_NO_SYMLINKS: u64 = 0x04;
const RESOLVE_IN_ROOT: u64 = 0x10;

/// The kernel's struct sigaction: `SIG_DFL` (0) or `SIG_IGN` (1), no flags, empty mask.
fn sigaction(signal: i32, handler: u32) -> Vec<Operand> {
    let action = Operand::Words(vec![handler, 0, 0, 0, 0, 0, 0, 0]);
    vec![Operand::Int(signal.into()), action, Operand::Int(0), Operand::Int(8)]
}

/// `struct __user_cap_header_struct` (version 3, this thread) and its two data structures: inheritable stays empty.
fn capset(effective: u64) -> Vec<Operand> {
    const VERSION_3: u32 = 0x2008_0522;
    let [low, high] = halves(effective);
    vec![Operand::Words(vec![VERSION_3, 0]), Operand::Words(vec![low, low, 0, high, high, 0])]
}

/// The two words of a 64-bit number in memory order (both architectures that this runs on are little-endian).
fn halves(word: u64) -> [u32; 2] {
    [(word & 0xffff_ffff) as u32, (word >> 32) as u32]
}
