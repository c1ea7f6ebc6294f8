//! System calls that no crate wraps safely. The only module with `unsafe` code.
#![expect(unsafe_code, reason = "raw system calls")]

/// This process's id, asked of the kernel.
pub fn getpid() -> i32 {
    // SAFETY: getpid has no preconditions.
    unsafe { libc::getpid() }
}
