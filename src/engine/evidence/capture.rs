//! Frames as they pass through the links of a network namespace (packet(7)).

use super::call;
use crate::engine::sys::packet_statistics;
use crate::trace::{Evidence, Frame};
use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, ControlMessageOwned, LinkAddr, MsgFlags, SockFlag, SockProtocol, SockType, recvmsg, setsockopt,
    socket, sockopt,
};
use nix::sys::time::TimeSpec;
use std::io::IoSliceMut;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

/// A socket that gets a copy of each frame at each link of a network namespace.
#[derive(Debug)]
pub struct Capture {
    fd: OwnedFd,
}

/// Bytes that a socket's buffer is asked to hold: a burst that comes while another namespace's socket is read.
const ROOM: usize = 8 << 20;

/// A frame.
#[derive(Debug)]
pub struct Caught {
    /// The link's index in its namespace.
    pub ifindex: u32,
    /// It goes out; else it came in.
    pub outgoing: bool,
    /// It is an Ethernet frame.
    pub framed: bool,
    /// Its bytes.
    pub frame: Frame,
    fd: i32,
    from: LinkAddr,
}

impl Caught {
    /// The call that got it.
    pub fn evidence(&self) -> Evidence {
        evidence(self.fd, &self.from, &self.frame)
    }
}

impl Capture {
    /// socket(2), in the calling thread's network namespace, with the kernel's time of each frame; nothing on it waits.
    pub fn open() -> (nix::Result<Self>, Vec<Evidence>) {
        let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
        let made = socket(AddressFamily::Packet, SockType::Raw, flags, SockProtocol::EthAll);
        let args = ["AF_PACKET", "SOCK_RAW|SOCK_CLOEXEC|SOCK_NONBLOCK", "htons(ETH_P_ALL)"].map(str::to_owned);
        let mut calls = vec![call::made("socket", &args, &made, |fd| fd.as_raw_fd().to_string())];
        let fd = match made {
            Ok(fd) => fd,
            Err(errno) => return (Err(errno), calls),
        };
        let set = setsockopt(&fd, sockopt::ReceiveTimestampns, &true);
        let args = [&fd.as_raw_fd().to_string(), "SOL_SOCKET", "SO_TIMESTAMPNS_OLD", "[1]", "4"].map(str::to_owned);
        calls.push(call::done("setsockopt", &args, &set));
        // More than `net.core.rmem_max` is for whoever may do anything in the host's network.
        let forced = setsockopt(&fd, sockopt::RcvBufForce, &ROOM);
        let name = if forced.is_ok() { "SO_RCVBUFFORCE" } else { "SO_RCVBUF" };
        let room = forced.or_else(|_| setsockopt(&fd, sockopt::RcvBuf, &ROOM));
        let args = [&fd.as_raw_fd().to_string(), "SOL_SOCKET", name, &format!("[{ROOM}]"), "4"].map(str::to_owned);
        calls.push(call::done("setsockopt", &args, &room));
        (set.map(|()| Self { fd }), calls)
    }

    /// getsockopt(2) of how many frames were lost since it was asked last, for the buffer was full.
    pub fn lost(&self) -> (nix::Result<u32>, Evidence) {
        let asked = packet_statistics(self.fd.as_fd());
        let asked = asked.map_err(|e| e.raw_os_error().map_or(Errno::UnknownErrno, Errno::from_raw));
        let told = asked.as_ref().map_or((0, 0), |told| *told);
        let told = format!("{{packets={}, drops={}}}", told.0, told.1);
        let args = [&self.fd.as_raw_fd().to_string(), "SOL_PACKET", "PACKET_STATISTICS", &told, "[8]"];
        let evidence = call::done("getsockopt", &args.map(str::to_owned), &asked);
        (asked.map(|(_, lost)| lost), evidence)
    }

    /// recvmsg(2) of the next frame; none when there is none yet.
    pub fn next(&self) -> nix::Result<Option<Caught>> {
        let (mut bytes, mut control) = ([0_u8; Frame::KEPT], nix::cmsg_space!(TimeSpec));
        let (fd, mut parts) = (self.fd.as_raw_fd(), [IoSliceMut::new(&mut bytes)]);
        let received = match recvmsg::<LinkAddr>(fd, &mut parts, Some(&mut control), MsgFlags::MSG_TRUNC) {
            Err(Errno::EAGAIN | Errno::EINTR) => return Ok(None),
            received => received?,
        };
        let Some(from) = received.address else { return Ok(None) };
        let stamps = received.cmsgs()?.find_map(|message| match message {
            ControlMessageOwned::ScmTimestampns(time) => Some(time),
            _ => None,
        });
        let length = received.bytes;
        let time = stamps.map_or(0, |time| nanoseconds(&time));
        let kept = &bytes[..length.min(Frame::KEPT)];
        let framed = matches!(from.hatype(), libc::ARPHRD_ETHER | libc::ARPHRD_LOOPBACK) && stamps.is_some();
        let frame = Frame { time, length: u32::try_from(length).unwrap_or(u32::MAX), bytes: kept.to_vec() };
        let outgoing = from.pkttype() == libc::PACKET_OUTGOING;
        let ifindex = u32::try_from(from.ifindex()).unwrap_or(0);
        Ok(Some(Caught { ifindex, outgoing, framed, frame, fd, from }))
    }
}

impl AsFd for Capture {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

fn nanoseconds(time: &TimeSpec) -> u64 {
    let (seconds, rest) = (u64::try_from(time.tv_sec()).unwrap_or(0), u64::try_from(time.tv_nsec()).unwrap_or(0));
    seconds.saturating_mul(1_000_000_000).saturating_add(rest)
}

fn evidence(fd: i32, from: &LinkAddr, frame: &Frame) -> Evidence {
    let kind = match from.pkttype() {
        libc::PACKET_HOST => "PACKET_HOST".to_owned(),
        libc::PACKET_BROADCAST => "PACKET_BROADCAST".to_owned(),
        libc::PACKET_MULTICAST => "PACKET_MULTICAST".to_owned(),
        libc::PACKET_OTHERHOST => "PACKET_OTHERHOST".to_owned(),
        libc::PACKET_OUTGOING => "PACKET_OUTGOING".to_owned(),
        other => other.to_string(),
    };
    let name = format!("{{sa_family=AF_PACKET, sll_ifindex={}, sll_pkttype={kind}, …}}", from.ifindex());
    let content = super::packets::shown(&frame.bytes);
    let (seconds, rest) = (frame.time / 1_000_000_000, frame.time % 1_000_000_000);
    let control = format!("{{cmsg_type=SO_TIMESTAMPNS_OLD, cmsg_data={{tv_sec={seconds}, tv_nsec={rest}}}}}");
    let message = format!(
        "{{msg_name={name}, msg_iov=[{{iov_base={content}, iov_len={}}}], msg_control=[{control}], …}}",
        Frame::KEPT
    );
    let args = [fd.to_string(), message, "MSG_TRUNC".to_owned()];
    call::made("recvmsg", &args, &Ok(frame.length), u32::to_string)
}
