//! The program that a container's process is until it becomes the user's: it makes the calls that the engine prepared, one by
//! one, and reports each.
//!
//! It is a program of its own, some kilobytes without a library, so that nothing of the engine – its memory, its
//! descriptors, its file on the disk – is within reach of whoever looks at this process from inside the container. The
//! engine starts it from a sealed memfd (`sys/sealed.rs`), one for each process. `build.rs` compiles it.
//!
//! ```text
//! 3 go bytes ──▶ ┌────────┐
//! 5 program  ──▶ │ helper │ ── call, call, [fork] call, … execve
//! 4 records  ◀── └────────┘
//! ```
//!
//! Anybody in a container may execute it as `/proc/self/exe` in the moment before it is replaced: without a program as
//! descriptor 5 it ends at once, and with one of theirs it does what they could do without it.
#![no_std]
#![no_main]
#![no_builtins]
#![deny(unsafe_op_in_unsafe_fn)]

mod bare;
#[allow(dead_code, reason = "some of it is for the engine alone")]
mod format;

use bare::{call, exit};
use format::{
    Call, DATA, DIFFERENT, EITHER, EQUAL, FORK, GO, HOLD, Header, MAGIC, NOT_MADE, PROGRAM, RECORDS, REFUSED, RESULT,
    Record,
};

/// System call numbers.
#[cfg(target_arch = "x86_64")]
mod number {
    pub const READ: i64 = 0;
    pub const WRITE: i64 = 1;
    pub const CLOSE: i64 = 3;
    pub const LSEEK: i64 = 8;
    pub const MMAP: i64 = 9;
    pub const SENDMSG: i64 = 46;
    pub const FCNTL: i64 = 72;
    pub const CLOCK_GETTIME: i64 = 228;
}
#[cfg(target_arch = "aarch64")]
mod number {
    pub const READ: i64 = 63;
    pub const WRITE: i64 = 64;
    pub const CLOSE: i64 = 57;
    pub const LSEEK: i64 = 62;
    pub const MMAP: i64 = 222;
    pub const SENDMSG: i64 = 211;
    pub const FCNTL: i64 = 25;
    pub const CLOCK_GETTIME: i64 = 113;
}

const EINTR: i64 = 4;

/// The program in memory.
struct Program {
    calls: *mut Call,
    count: usize,
    data: *mut u8,
    every: bool,
}

extern "C" fn run(_stack: *const usize) -> ! {
    // SAFETY: nothing but plain system calls on descriptors; what they point at lives as long as they run.
    unsafe {
        // Whatever becomes of the program that is executed at the end, it does not inherit these.
        const F_SETFD: u64 = 2;
        const FD_CLOEXEC: u64 = 1;
        for fd in [GO, RECORDS] {
            call(number::FCNTL, [fd as u64, F_SETFD, FD_CLOEXEC, 0, 0, 0]);
        }
        match load() {
            Some(program) => interpret(&program),
            None => exit(127),
        }
    }
}

/// Maps the program and makes its offsets addresses. None when it is not one of the engine's.
///
/// # Safety
/// What is in the file is trusted to be as `format.rs` says, once its first word is right.
unsafe fn load() -> Option<Program> {
    const SEEK_END: u64 = 2;
    const READ_WRITE: u64 = 3;
    const PRIVATE: u64 = 2;
    // SAFETY: the mapping is new, and as long as the file; everything is within it if the file is as it should be.
    unsafe {
        let length = call(number::LSEEK, [PROGRAM as u64, 0, SEEK_END, 0, 0, 0]);
        if length < size_of::<Header>() as i64 {
            return None;
        }
        let base = call(number::MMAP, [0, length as u64, READ_WRITE, PRIVATE, PROGRAM as u64, 0]);
        call(number::CLOSE, [PROGRAM as u64, 0, 0, 0, 0, 0]);
        if base <= 0 {
            return None;
        }
        let header = base as usize as *const Header;
        if (*header).magic != MAGIC {
            return None;
        }
        let count = (*header).calls as usize;
        let calls = header.add(1) as *mut Call;
        let places = calls.add(count) as *const u64;
        let data = places.add((*header).places as usize) as *mut u8;
        let mut n = 0;
        while n < (*header).places as usize {
            let word = data.add(*places.add(n) as usize) as *mut u64;
            word.write_unaligned(word.read_unaligned() + data as u64);
            n += 1;
        }
        Some(Program { calls, count, data, every: (*header).every != 0 })
    }
}

/// Makes the calls. The last is an `execve`, or sleeps for ever; to come to the end is a failure.
///
/// # Safety
/// The calls are the engine's. What they do, they do to this process.
unsafe fn interpret(program: &Program) -> ! {
    let mut index = 0;
    // SAFETY: `index` is below the number of calls.
    while index < program.count {
        let this = unsafe { &mut *program.calls.add(index) };
        if (program.every || this.flags & HOLD != 0) && !may_go() {
            exit(125);
        }
        let mut record = Record { index: index as u32, errno: NOT_MADE, value: 0, nanos: 0, found: 0 };
        if let Some(args) = unsafe { arguments(program, this) } {
            let begun = now();
            let value = unsafe { call(this.number, args) };
            record.nanos = now().wrapping_sub(begun);
            let failed = (-4095..0).contains(&value);
            if this.flags & FORK != 0 && !failed {
                this.result = value;
                this.well = 1;
                if value != 0 {
                    record.value = value;
                    record.errno = 0;
                    // SAFETY: the kernel stored a descriptor there.
                    let pidfd = unsafe { (program.data.add(this.at as usize) as *const i32).read_unaligned() };
                    send(&record, pidfd);
                    exit(0);
                }
                index += 1;
                continue;
            }
            record.value = if failed { -1 } else { value };
            record.errno = if failed { -value as i32 } else { 0 };
            if !failed && this.flags & (EQUAL | DIFFERENT) != 0 {
                let word = unsafe { program.data.add(this.at as usize) as *const u64 };
                record.found = unsafe { word.read_unaligned() } & this.mask;
                if (record.found == this.wanted) != (this.flags & EQUAL != 0) {
                    record.errno = REFUSED;
                }
            }
            this.result = value;
            this.well = u64::from(record.errno == 0);
        }
        let bytes = [RECORDS as u64, &raw const record as u64, size_of::<Record>() as u64, 0, 0, 0];
        // A reader that is gone means that the engine is.
        if unsafe { call(number::WRITE, bytes) } < 0 {
            exit(125);
        }
        let tolerated = match record.errno {
            0 | NOT_MADE => true,
            REFUSED => this.flags & EITHER != 0,
            errno => errno < 64 && this.tolerated & (1 << errno) != 0,
        };
        if !tolerated {
            exit(125);
        }
        index += 1;
    }
    exit(125)
}

/// Sends the record of a fork, with a descriptor of the child (SCM_RIGHTS, unix(7)).
fn send(record: &Record, pidfd: i32) {
    const SOL_SOCKET: u64 = 1;
    const SCM_RIGHTS: u64 = 1;
    let iov = [record as *const Record as u64, size_of::<Record>() as u64];
    // struct cmsghdr: length, level and type, then the descriptor, padded.
    let control = [20_u64, SOL_SOCKET | SCM_RIGHTS << 32, pidfd as u32 as u64];
    // struct msghdr: name and its length, iov and its length, control and its length, flags.
    let message = [0, 0, &raw const iov as u64, 1, &raw const control as u64, 24, 0];
    // SAFETY: the structures live as long as the call.
    unsafe { call(number::SENDMSG, [RECORDS as u64, &raw const message as u64, 0, 0, 0, 0]) };
}

/// The arguments of a call; none when one of them, or what it requires, did not succeed.
///
/// # Safety
/// As for [`interpret`].
unsafe fn arguments(program: &Program, this: &Call) -> Option<[u64; 6]> {
    let well = |number: u64| {
        // SAFETY: numbers of calls are those of earlier ones.
        let earlier = unsafe { &*program.calls.add(number as usize) };
        if earlier.well != 0 { Some(earlier.result as u64) } else { None }
    };
    if this.requires != 0 {
        well(this.requires - 1)?;
    }
    let mut args = this.args;
    let mut n = 0;
    for arg in &mut args {
        match this.kinds >> (2 * n) & 3 {
            DATA => *arg += program.data as u64,
            RESULT => *arg = well(*arg)?,
            _ => {}
        }
        n += 1;
    }
    Some(args)
}

/// Waits for a go byte. False when whoever gives them is gone.
fn may_go() -> bool {
    let mut byte = 0_u8;
    loop {
        // SAFETY: one byte is read into a byte.
        match unsafe { call(number::READ, [GO as u64, &raw mut byte as u64, 1, 0, 0, 0]) } {
            1 => return true,
            got if got == -EINTR => {}
            _ => return false,
        }
    }
}

/// Nanoseconds of the monotonic clock.
fn now() -> u64 {
    let mut time = [0_u64; 2];
    // SAFETY: `time` is a timespec.
    unsafe { call(number::CLOCK_GETTIME, [1, &raw mut time as u64, 0, 0, 0, 0]) };
    time[0].wrapping_mul(1_000_000_000).wrapping_add(time[1])
}
