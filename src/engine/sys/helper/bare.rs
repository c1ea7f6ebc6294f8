//! What a program without a library begins with: its first instruction, system calls, and the functions that a compiler calls by
//! itself. Used by the helper and by `docker-init`; each has a `run`, which is given where the kernel put the arguments.

use core::arch::{asm, global_asm};

#[cfg(target_arch = "x86_64")]
global_asm!(
    ".globl _start", "_start:", "xor ebp, ebp", "mov rdi, rsp", "and rsp, -16", "call {run}", "ud2",
    run = sym super::run
);
#[cfg(target_arch = "aarch64")]
global_asm!(
    ".globl _start", "_start:", "mov x29, #0", "mov x30, #0", "mov x0, sp", "bl {run}", "brk #1",
    run = sym super::run
);

#[cfg(target_arch = "x86_64")]
const EXIT_GROUP: i64 = 231;
#[cfg(target_arch = "aarch64")]
const EXIT_GROUP: i64 = 94;

/// Ends the process, by a fault where a filter does not even let it end (seccomp(2)): that kills whatever is blocked or ignored, and
/// the first process of a pid namespace, too (`force_sig_info_to_task`, kernel/signal.c).
pub fn exit(status: u64) -> ! {
    // SAFETY: it has no preconditions; it returns only where it was refused.
    unsafe { call(EXIT_GROUP, [status, 0, 0, 0, 0, 0]) };
    // SAFETY: it faults, and nothing comes after it.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        asm!("ud2", options(noreturn, nomem, nostack))
    }
    // SAFETY: the same.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        asm!("udf #0", options(noreturn, nomem, nostack))
    }
}

/// A system call: what the kernel returned, negative for an error.
///
/// # Safety
/// That of the call.
#[cfg(target_arch = "x86_64")]
pub unsafe fn call(number: i64, args: [u64; 6]) -> i64 {
    let result;
    // SAFETY: the kernel's convention for this architecture: rcx and r11 are lost, all else is kept.
    unsafe {
        asm!("syscall", inlateout("rax") number => result, in("rdi") args[0], in("rsi") args[1], in("rdx") args[2],
             in("r10") args[3], in("r8") args[4], in("r9") args[5], lateout("rcx") _, lateout("r11") _);
    }
    result
}

/// A system call: what the kernel returned, negative for an error.
///
/// # Safety
/// That of the call.
#[cfg(target_arch = "aarch64")]
pub unsafe fn call(number: i64, args: [u64; 6]) -> i64 {
    let result;
    // SAFETY: the kernel's convention for this architecture.
    unsafe {
        asm!("svc 0", in("x8") number, inlateout("x0") args[0] => result, in("x1") args[1], in("x2") args[2],
             in("x3") args[3], in("x4") args[4], in("x5") args[5]);
    }
    result
}

/// A compiler may call these for plain copies, and there is no library. `no_builtins` keeps it from calling them in themselves.
///
/// # Safety
/// That of `memcpy`.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    let mut n = 0;
    while n < count {
        // SAFETY: both areas are that long.
        unsafe { *to.add(n) = *from.add(n) };
        n += 1;
    }
    to
}

/// # Safety
/// That of `memset`.
#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut u8, byte: i32, count: usize) -> *mut u8 {
    let mut n = 0;
    while n < count {
        // SAFETY: the area is that long.
        unsafe { *to.add(n) = byte as u8 };
        n += 1;
    }
    to
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    exit(125)
}
