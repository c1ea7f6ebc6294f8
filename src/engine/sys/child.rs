//! `clone3`, and what runs in the child until it is the helper.
//!
//! The child is a copy of a process that has other threads, any of which may have held any lock. So between `clone3` and
//! `execveat` nothing allocates, locks or unwinds: descriptors are put in their places, all others are closed, and the helper
//! is executed, which has nothing of the engine in its memory.

use super::helper::{self, NO_HELPER, Record};
use super::program::Program;
use super::sealed;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

/// How a child is to be made.
#[derive(Debug)]
pub struct Clone3<'a> {
    /// `CLONE_NEW…` flags; `CLONE_PIDFD` and `CLONE_CLEAR_SIGHAND` are added.
    pub flags: u64,
    /// The version 2 control group it is born in (`CLONE_INTO_CGROUP`).
    pub cgroup: Option<BorrowedFd<'a>>,
    /// What the helper does.
    pub program: &'a Program,
    /// Wait for a go byte before every call, not only before those that hold.
    pub every: bool,
    /// What becomes standard input, output and error.
    pub stdio: [BorrowedFd<'a>; 3],
    /// Where go bytes come from. The child ends when this is closed.
    pub go: BorrowedFd<'a>,
    /// Where [`Record`]s go. Its end says that `execve` succeeded.
    pub records: BorrowedFd<'a>,
    /// Descriptors for the calls to name: they become [`FIRST`](super::FIRST) and those that follow.
    pub extra: &'a [BorrowedFd<'a>],
}

/// A child that was made.
#[derive(Debug)]
pub struct Cloned {
    /// Its process id, in the caller's pid namespace.
    pub pid: u32,
    /// Refers to it whatever becomes of the number.
    pub pidfd: OwnedFd,
    /// All the flags that it was cloned with.
    pub flags: u64,
}

/// What the calls of a program can come to beside an error number.
pub mod outcome {
    pub use super::helper::{NOT_MADE, REFUSED};
}

/// Reads a record as it came from the helper.
pub fn record(bytes: &[u8; size_of::<Record>()]) -> Record {
    let word = |at: usize| {
        let bytes = bytes.get(at..at + 8).and_then(|word| word.try_into().ok());
        bytes.map_or(0, u64::from_ne_bytes)
    };
    let [a, b, c, d, e, f, g, h, ..] = *bytes;
    Record {
        index: u32::from_ne_bytes([a, b, c, d]),
        errno: i32::from_ne_bytes([e, f, g, h]),
        value: word(8).cast_signed(),
        nanos: word(16),
        found: word(24),
    }
}

impl Clone3<'_> {
    /// Clones. The child shares nothing with the caller but what is put in its places.
    pub fn make(&self) -> io::Result<Cloned> {
        const CLONE_CLEAR_SIGHAND: u64 = 1 << 32;
        const CLONE_INTO_CGROUP: u64 = 1 << 33;
        let places = Places::of(self)?;
        let mut pidfd: RawFd = -1;
        let into = if self.cgroup.is_some() { CLONE_INTO_CGROUP } else { 0 };
        let flags = self.flags | libc::CLONE_PIDFD.cast_unsigned() as u64 | CLONE_CLEAR_SIGHAND | into;
        let mut args = libc::clone_args {
            flags,
            pidfd: std::ptr::from_mut(&mut pidfd) as u64,
            child_tid: 0,
            parent_tid: 0,
            exit_signal: libc::SIGCHLD.cast_unsigned().into(),
            stack: 0,
            stack_size: 0,
            tls: 0,
            set_tid: 0,
            set_tid_size: 0,
            cgroup: self.cgroup.map_or(0, |fd| fd.as_raw_fd().cast_unsigned().into()),
        };
        // SAFETY: `args` is a valid clone_args of the given size, and outlives the call. Without CLONE_VM and with no stack
        // the child returns here on a copy of this stack, like after fork; it then only runs `become_helper`, which never
        // returns and is async-signal-safe.
        let pid = unsafe { libc::syscall(libc::SYS_clone3, std::ptr::from_mut(&mut args), size_of_val(&args)) };
        match pid {
            0 => become_helper(&places.fds),
            1.. => {
                // SAFETY: clone3 succeeded with CLONE_PIDFD, so the kernel stored a new descriptor that nobody else owns.
                let pidfd = unsafe { OwnedFd::from_raw_fd(pidfd) };
                Ok(Cloned { pid: u32::try_from(pid).unwrap_or(0), pidfd, flags })
            }
            _ => Err(io::Error::last_os_error()),
        }
    }
}

/// Copies of the descriptors, numbered above all places, so that none is overwritten while they are put there.
struct Places {
    fds: Vec<RawFd>,
    #[expect(dead_code, reason = "owns what `fds` names")]
    owned: Vec<OwnedFd>,
}

impl Places {
    fn of(clone: &Clone3<'_>) -> io::Result<Self> {
        let (program, helper) = (sealed::sealed(&clone.program.bytes(clone.every))?, sealed::helper()?);
        let fixed = [clone.go, clone.records, std::os::fd::AsFd::as_fd(&program)];
        let all = clone.stdio.iter().chain(&fixed).chain(clone.extra);
        let mut owned = all.map(|fd| above(*fd)).collect::<io::Result<Vec<_>>>()?;
        owned.push(above(std::os::fd::AsFd::as_fd(&helper))?);
        Ok(Self { fds: owned.iter().map(AsRawFd::as_raw_fd).collect(), owned })
    }
}

fn above(fd: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    const PLACES: i32 = 64;
    // SAFETY: the descriptor is open for the call.
    let copy = unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_DUPFD_CLOEXEC, PLACES) };
    if copy < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just made it; nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(copy) })
}

/// Puts descriptor `fds[n]` in place `n`, closes all others, and executes the last, which is the helper.
fn become_helper(fds: &[RawFd]) -> ! {
    let last = fds.len().wrapping_sub(1);
    for (place, fd) in fds.iter().enumerate() {
        let flags = if place == last { libc::O_CLOEXEC } else { 0 };
        // SAFETY: descriptors of the child alone are changed.
        if unsafe { libc::dup3(*fd, place as RawFd, flags) } < 0 {
            failed(helper::RECORDS, errno());
        }
    }
    let argv: [*const libc::c_char; 2] = [c"dockwalk-init".as_ptr(), std::ptr::null()];
    let env: [*const libc::c_char; 1] = [std::ptr::null()];
    // SAFETY: descriptors of the child alone are closed. Path, arguments and environment are C strings and arrays that end
    // with a null pointer; when execveat returns, it has failed.
    unsafe {
        libc::syscall(libc::SYS_close_range, fds.len() as u32, u32::MAX, 0);
        let (path, nothing) = (c"".as_ptr(), libc::AT_EMPTY_PATH);
        libc::syscall(libc::SYS_execveat, last as RawFd, path, argv.as_ptr(), env.as_ptr(), nothing);
    }
    failed(helper::RECORDS, errno())
}

/// Tells the engine why the helper was not executed.
fn failed(records: RawFd, errno: i32) -> ! {
    let record = Record { index: NO_HELPER, errno, value: -1, nanos: 0, found: 0 };
    // SAFETY: `record` is plain memory of that size; `_exit` has no preconditions, and does not run what the engine
    // registered for its own exit.
    unsafe {
        libc::write(records, std::ptr::from_ref(&record).cast(), size_of::<Record>());
        libc::_exit(125)
    }
}

fn errno() -> i32 {
    // SAFETY: the address of this thread's errno is always valid; the child has its own copy of it.
    unsafe { *libc::__errno_location() }
}
