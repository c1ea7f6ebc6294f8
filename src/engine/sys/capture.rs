use super::task::done;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

/// How many frames a packet socket got, those that it lost among them, and how many it lost, since this was asked last: `getsockopt(fd,
/// SOL_PACKET, PACKET_STATISTICS)`.
pub fn packet_statistics(fd: BorrowedFd<'_>) -> io::Result<(u32, u32)> {
    let mut told = libc::tpacket_stats { tp_packets: 0, tp_drops: 0 };
    let mut length = libc::socklen_t::try_from(size_of_val(&told)).map_err(io::Error::other)?;
    let (fd, at) = (fd.as_raw_fd(), (&raw mut told).cast());
    // SAFETY: the descriptor is open, `told` has room for `length` bytes for the call.
    let asked = unsafe { libc::getsockopt(fd, libc::SOL_PACKET, libc::PACKET_STATISTICS, at, &raw mut length) };
    done(asked.into()).map(|_| (told.tp_packets, told.tp_drops))
}
