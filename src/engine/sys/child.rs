//! `clone3`, and what runs in the child until `execve`.
//!
//! The child is a copy of a process that has other threads, any of which may have held any lock. So between `clone3` and
//! `execve` nothing allocates, locks or unwinds: the interpreter walks over memory that was prepared before, and calls the
//! kernel.

use super::program::{Program, Raw, Word};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

/// How a child is to be made.
#[derive(Debug)]
pub struct Clone3<'a> {
    /// `CLONE_NEW…` flags; `CLONE_PIDFD` and `CLONE_CLEAR_SIGHAND` are added.
    pub flags: u64,
    /// The version 2 control group it is born in (`CLONE_INTO_CGROUP`).
    pub cgroup: Option<BorrowedFd<'a>>,
    /// What it runs.
    pub program: &'a Program,
    /// Wait for a go byte before every call, not only before those that hold.
    pub every: bool,
    /// Where go bytes come from. The child ends when this is closed.
    pub go: BorrowedFd<'a>,
    /// Descriptors the child keeps beside the standard ones and those two, in ascending order. All others are closed first
    /// of all, so that nothing of the engine's is held open by a child that waits.
    pub keep: &'a [RawFd],
    /// Where [`Record`]s go. Must be close-on-exec: its end says that `execve` succeeded.
    pub records: BorrowedFd<'a>,
}

/// A child that was made.
#[derive(Debug)]
pub struct Cloned {
    /// Its process id, in the caller's pid namespace.
    pub pid: u32,
    /// Refers to it whatever becomes of the number.
    pub pidfd: OwnedFd,
}

/// What came of one call.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Which call of the program.
    pub index: u32,
    /// The error number; 0 when it went well.
    pub errno: i32,
    /// What it returned.
    pub value: i64,
    /// Nanoseconds in the kernel.
    pub nanos: u64,
}

impl Record {
    /// Bytes of one record on the pipe: less than PIPE_BUF, so they are never torn.
    pub const SIZE: usize = size_of::<Self>();

    /// Reads a record as it came over the pipe.
    pub fn parse(bytes: &[u8; Self::SIZE]) -> Self {
        let [a, b, c, d, e, f, g, h, v @ .., _, _, _, _, _, _, _, _] = bytes;
        let word = |at: &[u8]| at.try_into().map_or(0, u64::from_ne_bytes);
        Self {
            index: u32::from_ne_bytes([*a, *b, *c, *d]),
            errno: i32::from_ne_bytes([*e, *f, *g, *h]),
            value: word(v).cast_signed(),
            nanos: word(bytes.get(16..).unwrap_or_default()),
        }
    }
}

impl Clone3<'_> {
    /// Clones. The child shares nothing with the caller but what is inherited by `fork`.
    pub fn make(&self) -> io::Result<Cloned> {
        const CLONE_CLEAR_SIGHAND: u64 = 1 << 32;
        const CLONE_INTO_CGROUP: u64 = 1 << 33;
        let mut results = vec![0_i64; self.program.len()];
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
        // the child returns here on a copy of this stack, like after fork; it then only runs `interpret`, which never
        // returns and is async-signal-safe.
        let pid = unsafe { libc::syscall(libc::SYS_clone3, std::ptr::from_mut(&mut args), size_of_val(&args)) };
        match pid {
            0 => {
                let (go, records) = (self.go.as_raw_fd(), self.records.as_raw_fd());
                close_others(self.keep, go, records);
                interpret(&self.program.calls, &mut results, self.every, go, records)
            }
            1.. => {
                // SAFETY: clone3 succeeded with CLONE_PIDFD, so the kernel stored a new descriptor that nobody else owns.
                let pidfd = unsafe { OwnedFd::from_raw_fd(pidfd) };
                Ok(Cloned { pid: u32::try_from(pid).unwrap_or(0), pidfd })
            }
            _ => Err(io::Error::last_os_error()),
        }
    }
}

/// Closes every descriptor above 2 that is not to be kept.
fn close_others(keep: &[RawFd], go: RawFd, records: RawFd) {
    let mut from: RawFd = 3;
    loop {
        let kept = keep.iter().copied().chain([go, records]).filter(|fd| *fd >= from).min();
        let to = kept.map_or(u32::MAX, |fd| (fd - 1).cast_unsigned());
        if kept != Some(from) {
            // SAFETY: descriptors of the child alone are closed; nothing in it uses them any more.
            unsafe { libc::syscall(libc::SYS_close_range, from, to, 0) };
        }
        match kept {
            Some(fd) => from = fd + 1,
            None => return,
        }
    }
}

fn interpret(calls: &[Raw], results: &mut [i64], every: bool, go: RawFd, records: RawFd) -> ! {
    for (index, raw) in calls.iter().enumerate() {
        if (every || raw.hold) && !may_go(go) {
            exit();
        }
        let arg = |n: usize| match raw.args[n] {
            Word::Value(value) => value,
            Word::ResultOf(call) => results.get(call).map_or(usize::MAX, |result| *result as usize),
        };
        let args = [arg(0), arg(1), arg(2), arg(3), arg(4), arg(5)];
        let begun = now();
        // SAFETY: a `Program` owns what its addresses point at and outlives this child's copy of it. Whatever the call
        // does, it does to the child alone, whose memory is its own.
        let value = unsafe { libc::syscall(raw.number, args[0], args[1], args[2], args[3], args[4], args[5]) };
        let errno = if value == -1 { errno() } else { 0 };
        let nanos = now().wrapping_sub(begun);
        if let Some(result) = results.get_mut(index) {
            *result = value;
        }
        let record = Record { index: index as u32, errno, value, nanos };
        // SAFETY: `record` is plain memory of that size. A reader that is gone means that the engine is: SIGPIPE or the
        // end of the go pipe ends this child.
        unsafe { libc::write(records, std::ptr::from_ref(&record).cast(), Record::SIZE) };
        let tolerated = (1..64).contains(&errno) && raw.tolerated & (1 << errno) != 0;
        if errno != 0 && !tolerated {
            exit();
        }
    }
    exit()
}

fn may_go(go: RawFd) -> bool {
    let mut byte = 0_u8;
    loop {
        // SAFETY: one byte is read into a byte.
        let got = unsafe { libc::read(go, std::ptr::from_mut(&mut byte).cast(), 1) };
        if got == 1 {
            return true;
        }
        if got == 0 || errno() != libc::EINTR {
            return false;
        }
    }
}

fn now() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid timespec; clock_gettime is async-signal-safe.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    (time.tv_sec.cast_unsigned()).wrapping_mul(1_000_000_000).wrapping_add(time.tv_nsec.cast_unsigned())
}

fn errno() -> i32 {
    // SAFETY: the address of this thread's errno is always valid; the child has its own copy of it.
    unsafe { *libc::__errno_location() }
}

/// Ends the child without running what the engine registered for its own exit.
fn exit() -> ! {
    // SAFETY: `_exit` has no preconditions.
    unsafe { libc::_exit(125) }
}
