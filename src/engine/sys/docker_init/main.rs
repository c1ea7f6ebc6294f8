//! `docker-init`: the first process of a container that is started with `--init`, in front of the command. It hands signals on,
//! collects whoever ends without a parent, and ends as the command does. What tini, which Docker has for this, does without
//! options; a program of its own of some kilobytes, because an engine must not lie within a container.
//!
//! ```text
//! docker-init -- program argument…
//!   ├─ all signals held ─ fork ─▶ a process group of its own, in front at the terminal ─▶ exec program
//!   └─ a signal comes ─▶ to the program;  SIGCHLD ─▶ collect all;  the program has ended ─▶ exit as it did
//! ```
#![no_std]
#![no_main]
#![no_builtins]
#![deny(unsafe_op_in_unsafe_fn)]

#[path = "../helper/bare.rs"]
mod bare;

use bare::{call, exit};

/// System call numbers.
#[cfg(target_arch = "x86_64")]
mod number {
    pub const WRITE: i64 = 1;
    pub const RT_SIGPROCMASK: i64 = 14;
    pub const IOCTL: i64 = 16;
    pub const GETPID: i64 = 39;
    pub const CLONE: i64 = 56;
    pub const EXECVE: i64 = 59;
    pub const WAIT4: i64 = 61;
    pub const KILL: i64 = 62;
    pub const SETPGID: i64 = 109;
    pub const RT_SIGTIMEDWAIT: i64 = 128;
}
#[cfg(target_arch = "aarch64")]
mod number {
    pub const WRITE: i64 = 64;
    pub const RT_SIGPROCMASK: i64 = 135;
    pub const IOCTL: i64 = 29;
    pub const GETPID: i64 = 172;
    pub const CLONE: i64 = 220;
    pub const EXECVE: i64 = 221;
    pub const WAIT4: i64 = 260;
    pub const KILL: i64 = 129;
    pub const SETPGID: i64 = 154;
    pub const RT_SIGTIMEDWAIT: i64 = 137;
}

const SIGCHLD: u64 = 17;
const SIGTTIN: i64 = 21;
const SIGTTOU: i64 = 22;
const SIG_SETMASK: u64 = 2;
/// Those that say that this program itself went wrong: ILL, TRAP, ABRT, BUS, FPE, SEGV, SYS.
const OWN_FAULTS: u64 = 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 10 | 1 << 30;
const HELD: u64 = !OWN_FAULTS;

const ENOENT: i64 = 2;
const E2BIG: i64 = 7;
const ENOEXEC: i64 = 8;
const ENOMEM: i64 = 12;
const EACCES: i64 = 13;
const ENOTDIR: i64 = 20;
const ENAMETOOLONG: i64 = 36;
const ELOOP: i64 = 40;

/// Where programs are looked for when there is no `PATH`.
const DIRECTORIES: &[u8] = b"/bin:/usr/bin\0";
/// Bytes of a path (`PATH_MAX`).
const PATH: usize = 4096;

/// A text that ends with a NUL.
type Text = *const u8;
/// Texts, and a null pointer.
type Texts = *mut Text;

extern "C" fn run(stack: *const usize) -> ! {
    // SAFETY: the kernel leaves the number of arguments, the arguments, null, the environment and null there (execve(2)).
    unsafe {
        let (count, argv) = (*stack, stack.add(1) as Texts);
        let env = argv.add(count + 1);
        if count < 3 || !same(*argv.add(1), b"--\0") {
            say(b"usage: docker-init -- PROGRAM [ARGUMENT...]\n");
            exit(1);
        }
        let mut before = 0_u64;
        let mask = [SIG_SETMASK, &raw const HELD_NOW as u64, &raw mut before as u64, 8, 0, 0];
        call(number::RT_SIGPROCMASK, mask);
        match call(number::CLONE, [SIGCHLD, 0, 0, 0, 0, 0]) {
            0 => become_program(argv, env, before),
            child if child > 0 => look_after(child),
            _ => {
                say(b"[FATAL docker-init] fork failed\n");
                exit(1)
            }
        }
    }
}

static HELD_NOW: u64 = HELD;

/// In the child.
///
/// # Safety
/// `argv` and `env` are the kernel's; what is executed stands in `argv` behind two words.
unsafe fn become_program(argv: Texts, env: Texts, mask: u64) -> ! {
    const TIOCSPGRP: u64 = 0x5410;
    // SAFETY: what the calls point at lives as long as they run.
    unsafe {
        call(number::SETPGID, [0; 6]);
        let own = call(number::GETPID, [0; 6]) as i32;
        // SIGTTOU is held. Without a terminal there is no front, and that is as well.
        call(number::IOCTL, [0, TIOCSPGRP, &raw const own as u64, 0, 0, 0]);
        call(number::RT_SIGPROCMASK, [SIG_SETMASK, &raw const mask as u64, 0, 8, 0, 0]);
        let errno = execute(argv, env);
        fatal(own, *argv.add(2), errno);
        exit(match errno {
            ENOENT => 127,
            EACCES => 126,
            _ => 1,
        })
    }
}

/// The parent, until its child has ended. With it the kernel ends all others.
fn look_after(child: i64) -> ! {
    loop {
        // SAFETY: the set lives for ever; nothing else is pointed at.
        let signal = unsafe { call(number::RT_SIGTIMEDWAIT, [&raw const HELD_NOW as u64, 0, 0, 8, 0, 0]) };
        // Those that stop a background process that uses the terminal are no word to the program.
        if signal > 0 && !matches!(signal, SIGTTIN | SIGTTOU) && signal != SIGCHLD as i64 {
            // SAFETY: it points at nothing.
            unsafe { call(number::KILL, [child as u64, signal as u64, 0, 0, 0, 0]) };
        }
        if let Some(status) = collect(child) {
            exit(status);
        }
    }
}

/// Collects all that have ended. The status that a shell would give the child, if it is among them.
fn collect(child: i64) -> Option<u64> {
    const WNOHANG: u64 = 1;
    let mut found = None;
    loop {
        let mut status = 0_i32;
        // SAFETY: the kernel stores an int there.
        let ended = unsafe { call(number::WAIT4, [u64::MAX, &raw mut status as u64, WNOHANG, 0, 0, 0]) };
        if ended <= 0 {
            return found;
        }
        if ended == child {
            let signal = status & 0x7f;
            found = Some(if signal == 0 { (status >> 8 & 0xff) as u64 } else { 128 + signal as u64 });
        }
    }
}

/// As `execvp`: returns why it was not executed.
///
/// # Safety
/// As for [`become_program`].
unsafe fn execute(argv: Texts, env: Texts) -> i64 {
    // SAFETY: texts end with a NUL, lists with null; the buffer is as long as what is put into it.
    unsafe {
        let program = *argv.add(2);
        let length = length(program);
        if length == 0 {
            return ENOENT;
        }
        if find(program, b'/').is_some() {
            return execute_at(program, argv, env);
        }
        let mut directory = search_path(env);
        let (mut refused, mut room) = (false, [0_u8; PATH]);
        // An index that is checked would bring the library's words for one that is none.
        let path = room.as_mut_ptr();
        loop {
            let end = find(directory, b':').unwrap_or_else(|| self::length(directory));
            if end + length + 2 > PATH {
                return ENAMETOOLONG;
            }
            let mut at = 0;
            while at < end {
                *path.add(at) = *directory.add(at);
                at += 1;
            }
            if end > 0 {
                *path.add(at) = b'/';
                at += 1;
            }
            let mut n = 0;
            while n <= length {
                *path.add(at + n) = *program.add(n);
                n += 1;
            }
            match execute_at(path, argv, env) {
                EACCES => refused = true,
                ENOENT | ENOTDIR => {}
                other => return other,
            }
            if *directory.add(end) == 0 {
                return if refused { EACCES } else { ENOENT };
            }
            directory = directory.add(end + 1);
        }
    }
}

/// Executes what is there; a file that is no program, and may be a script without a first line that says so, by a shell.
///
/// # Safety
/// As for [`become_program`].
unsafe fn execute_at(path: Text, argv: Texts, env: Texts) -> i64 {
    // SAFETY: the two words before the program's name are this program's own.
    unsafe {
        let errno = -call(number::EXECVE, [path as u64, argv.add(2) as u64, env as u64, 0, 0, 0]);
        if errno != ENOEXEC {
            return errno;
        }
        let name = *argv.add(2);
        *argv.add(1) = b"/bin/sh\0".as_ptr();
        *argv.add(2) = path;
        call(number::EXECVE, [*argv.add(1) as u64, argv.add(1) as u64, env as u64, 0, 0, 0]);
        *argv.add(2) = name;
        ENOEXEC
    }
}

/// # Safety
/// `env` ends with null.
unsafe fn search_path(mut env: Texts) -> Text {
    // SAFETY: texts end with a NUL.
    unsafe {
        while !(*env).is_null() {
            let entry = *env;
            if *entry == b'P' && *entry.add(1) == b'A' && *entry.add(2) == b'T' && *entry.add(3) == b'H' {
                if *entry.add(4) == b'=' {
                    return entry.add(5);
                }
            }
            env = env.add(1);
        }
    }
    DIRECTORIES.as_ptr()
}

/// `[FATAL docker-init (7)] exec nope failed: No such file or directory`
///
/// # Safety
/// `program` ends with a NUL.
unsafe fn fatal(pid: i32, program: Text, errno: i64) {
    say(b"[FATAL docker-init (");
    say_number(pid.unsigned_abs());
    say(b")] exec ");
    // SAFETY: it is as long as that.
    unsafe { say(core::slice::from_raw_parts(program, length(program))) };
    say(b" failed: ");
    match errno {
        ENOENT => say(b"No such file or directory"),
        E2BIG => say(b"Argument list too long"),
        ENOEXEC => say(b"Exec format error"),
        ENOMEM => say(b"Cannot allocate memory"),
        EACCES => say(b"Permission denied"),
        ENOTDIR => say(b"Not a directory"),
        ENAMETOOLONG => say(b"File name too long"),
        ELOOP => say(b"Too many levels of symbolic links"),
        other => {
            say(b"error ");
            say_number(other as u32);
        }
    }
    say(b"\n");
}

fn say(text: &[u8]) {
    // SAFETY: it is as long as that.
    unsafe { call(number::WRITE, [2, text.as_ptr() as u64, text.len() as u64, 0, 0, 0]) };
}

fn say_number(number: u32) {
    if number >= 10 {
        say_number(number / 10);
    }
    say(&[b'0' + (number % 10) as u8]);
}

/// # Safety
/// `text` ends with a NUL.
unsafe fn length(text: Text) -> usize {
    let mut n = 0;
    // SAFETY: it is not beyond the NUL.
    while unsafe { *text.add(n) } != 0 {
        n += 1;
    }
    n
}

/// Where a byte stands in a text.
///
/// # Safety
/// `text` ends with a NUL.
unsafe fn find(text: Text, byte: u8) -> Option<usize> {
    let mut n = 0;
    // SAFETY: it is not beyond the NUL.
    unsafe {
        while *text.add(n) != 0 {
            if *text.add(n) == byte {
                return Some(n);
            }
            n += 1;
        }
    }
    None
}

/// # Safety
/// `text` ends with a NUL, and so does `other`.
unsafe fn same(text: Text, other: &[u8]) -> bool {
    let mut n = 0;
    for byte in other {
        // SAFETY: all before it was the same, and no NUL.
        if unsafe { *text.add(n) } != *byte {
            return false;
        }
        n += 1;
    }
    true
}
