//! The system calls of an init, as data: what the child executes, the log line and the picture are made from the same value.

use crate::engine::sys::{Operand, Program};
use std::ffi::CString;
use std::sync::Arc;

mod text;
pub(super) use text::clone_flags;

/// A descriptor of the child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fd {
    /// Inherited from the engine, or standard.
    Number(i32),
    /// What an earlier call of the same program returned.
    From(usize),
}

/// A prepared system call.
#[derive(Debug, Clone)]
pub enum Call {
    Capset { effective: u64 },
    Chdir { path: String },
    CloseRange { first: u32 },
    Dup3 { from: Fd, to: i32 },
    Execve { path: String, argv: Arc<Vec<CString>>, env: Arc<Vec<CString>> },
    Fchdir { fd: Fd },
    Fchown { fd: Fd, uid: u32, gid: u32 },
    Ioctl { fd: Fd, request: (u64, &'static str), argument: Argument },
    Mkdir { path: String, mode: u32 },
    MknodFile { path: String },
    Mount { source: Option<String>, target: String, fstype: Option<String>, flags: u64, data: Option<String> },
    MountSetattr { target: String, set: u64, recursive: bool },
    MoveMount { from: Fd, target: String },
    Open { path: String, flags: i32 },
    OpenTree { path: String, recursive: bool },
    PivotRoot { new: String, old: String },
    Prctl { option: (i32, &'static str), argument: (u64, String) },
    Seccomp { filter: Arc<Vec<libc::sock_filter>> },
    Setgroups { groups: Vec<u32> },
    Sethostname { name: String },
    Setns { fd: Fd, flags: u64 },
    Setresgid { gid: u32 },
    Setresuid { uid: u32 },
    Setsid,
    SigDefault { signal: (i32, &'static str) },
    SigUnblockAll,
    Symlink { target: String, link: String },
    Umask { mask: u32 },
    Umount2 { target: String, flags: i32 },
    Unshare { flags: u64 },
    Write { fd: Fd, text: String },
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
            Fd::Number(number) => Self::Int(number.into()),
            Fd::From(call) => Self::ResultOf(call),
        }
    }
}

const AT_FDCWD: i64 = libc::AT_FDCWD as i64;

impl Call {
    /// Appends it to a program and returns its index. See [`Program::push`].
    pub fn lower(&self, program: &mut Program, tolerated: &[i32], hold: bool) -> usize {
        let (number, operands) = self.raw();
        program.push(number, operands, tolerated, hold)
    }

    fn raw(&self) -> (libc::c_long, Vec<Operand>) {
        let int = |n: i64| Operand::Int(n);
        let bits = |n: u64| Operand::Int(n.cast_signed());
        let text = |t: &String| Operand::from(t.as_str());
        let maybe = |t: &Option<String>| t.as_ref().map_or(Operand::Int(0), text);
        match self {
            Self::Capset { effective } => (libc::SYS_capset, capset(*effective)),
            Self::Chdir { path } => (libc::SYS_chdir, vec![text(path)]),
            Self::CloseRange { first } => {
                let cloexec = libc::CLOSE_RANGE_CLOEXEC;
                (libc::SYS_close_range, vec![int((*first).into()), int(u32::MAX.into()), int(cloexec.into())])
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
            Self::Ioctl { fd, request, argument } => {
                let argument = match argument {
                    Argument::Int(number) => int(*number),
                    Argument::Pointer(number) => Operand::Words(vec![number.cast_unsigned()]),
                };
                (libc::SYS_ioctl, vec![(*fd).into(), bits(request.0), argument])
            }
            Self::Mkdir { path, mode } => (libc::SYS_mkdirat, vec![int(AT_FDCWD), text(path), int((*mode).into())]),
            Self::MknodFile { path } => {
                let mode = libc::S_IFREG | 0o644;
                (libc::SYS_mknodat, vec![int(AT_FDCWD), text(path), int(mode.into()), int(0)])
            }
            Self::Mount { source, target, fstype, flags, data } => {
                (libc::SYS_mount, vec![maybe(source), text(target), maybe(fstype), bits(*flags), maybe(data)])
            }
            Self::MountSetattr { target, set, recursive } => {
                let flags = if *recursive { i64::from(libc::AT_RECURSIVE) } else { 0 };
                // struct mount_attr: attr_set, attr_clr, propagation, userns_fd.
                let attr = [*set, 0, 0, 0].iter().flat_map(|word| halves(*word)).collect();
                let size = int(32);
                (SYS_MOUNT_SETATTR, vec![int(AT_FDCWD), text(target), int(flags), Operand::Words(attr), size])
            }
            Self::MoveMount { from, target } => {
                let flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS;
                let empty = Operand::from("");
                (libc::SYS_move_mount, vec![(*from).into(), empty, int(AT_FDCWD), text(target), int(flags)])
            }
            Self::Open { path, flags } => {
                (libc::SYS_openat, vec![int(AT_FDCWD), text(path), int((*flags).into()), int(0)])
            }
            Self::OpenTree { path, recursive } => {
                let recursive = if *recursive { i64::from(libc::AT_RECURSIVE) } else { 0 };
                let flags = OPEN_TREE_CLONE | i64::from(libc::O_CLOEXEC) | recursive;
                (libc::SYS_open_tree, vec![int(AT_FDCWD), text(path), int(flags)])
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
            Self::Sethostname { name } => {
                let length = i64::try_from(name.len()).unwrap_or(i64::MAX);
                (libc::SYS_sethostname, vec![text(name), int(length)])
            }
            Self::Setns { fd, flags } => (libc::SYS_setns, vec![(*fd).into(), bits(*flags)]),
            Self::Setresgid { gid } => (libc::SYS_setresgid, vec![int((*gid).into()); 3]),
            Self::Setresuid { uid } => (libc::SYS_setresuid, vec![int((*uid).into()); 3]),
            Self::Setsid => (libc::SYS_setsid, vec![]),
            Self::SigDefault { signal } => {
                // The kernel's struct sigaction, all zero: SIG_DFL, no flags, empty mask.
                let action = Operand::Words(vec![0; 8]);
                (libc::SYS_rt_sigaction, vec![int(signal.0.into()), action, int(0), int(8)])
            }
            Self::SigUnblockAll => {
                let how = i64::from(libc::SIG_SETMASK);
                (libc::SYS_rt_sigprocmask, vec![int(how), Operand::Words(vec![0, 0]), int(0), int(8)])
            }
            Self::Symlink { target, link } => (libc::SYS_symlinkat, vec![text(target), int(AT_FDCWD), text(link)]),
            Self::Umask { mask } => (libc::SYS_umask, vec![int((*mask).into())]),
            Self::Umount2 { target, flags } => (libc::SYS_umount2, vec![text(target), int((*flags).into())]),
            Self::Unshare { flags } => (libc::SYS_unshare, vec![bits(*flags)]),
            Self::Write { fd, text: what } => {
                let length = i64::try_from(what.len()).unwrap_or(i64::MAX);
                (libc::SYS_write, vec![(*fd).into(), text(what), int(length)])
            }
        }
    }
}

const SYS_MOUNT_SETATTR: libc::c_long = libc::SYS_mount_setattr;
const MOVE_MOUNT_F_EMPTY_PATH: i64 = 0x04;
const MOVE_MOUNT_T_SYMLINKS: i64 = 0x10;
const OPEN_TREE_CLONE: i64 = 1;

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
