use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

/// Takes hold of a process (`pidfd_open`): what is done by the result is done to that one, not to a later one of its number.
pub fn open_process(pid: u32) -> io::Result<OwnedFd> {
    // SAFETY: a call with numbers alone.
    let fd = done(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0_u32) })?;
    // SAFETY: the kernel has just made it; nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as RawFd) })
}

/// Descriptors that came over a socket (`SCM_RIGHTS`), as they were just received.
pub fn received(fds: Vec<RawFd>) -> impl Iterator<Item = OwnedFd> {
    // SAFETY: recvmsg has just made them for this process; nobody else owns them.
    fds.into_iter().map(|fd| unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Sends a signal to the process of a pidfd (`pidfd_send_signal`).
pub fn send_signal(pidfd: BorrowedFd<'_>, signal: i32) -> io::Result<()> {
    // SAFETY: the descriptor is open for the call; no siginfo is given.
    done(unsafe { libc::syscall(libc::SYS_pidfd_send_signal, pidfd.as_raw_fd(), signal, 0_usize, 0_u32) }).map(drop)
}

/// Gets a copy of another process's descriptor (`pidfd_getfd`). It is close-on-exec.
pub fn get_fd(pidfd: BorrowedFd<'_>, their_fd: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: the descriptor is open for the call.
    let fd = done(unsafe { libc::syscall(libc::SYS_pidfd_getfd, pidfd.as_raw_fd(), their_fd, 0_u32) })?;
    // SAFETY: the kernel has just made it; nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as RawFd) })
}

/// Keeps all descriptors but the three streams from whatever is executed later (`close_range` with
/// `CLOSE_RANGE_CLOEXEC`, Linux 5.11): what whoever started us has left open is not for others.
pub fn keep_from_children() -> io::Result<()> {
    const FROM: u32 = 3;
    // SAFETY: only a flag of descriptors is set, none is closed.
    done(unsafe { libc::syscall(libc::SYS_close_range, FROM, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) }).map(drop)
}

/// Sets a terminal's size (`TIOCSWINSZ`).
pub fn set_window_size(terminal: BorrowedFd<'_>, rows: u16, cols: u16) -> io::Result<()> {
    let size = libc::winsize { ws_row: rows, ws_col: cols, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: the descriptor is open, `size` is a valid winsize for the call.
    done(unsafe { libc::ioctl(terminal.as_raw_fd(), libc::TIOCSWINSZ, &raw const size) }.into()).map(drop)
}

pub(super) fn done(value: libc::c_long) -> io::Result<libc::c_long> {
    if value < 0 { Err(io::Error::last_os_error()) } else { Ok(value) }
}
