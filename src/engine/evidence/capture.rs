//! Frames as they pass through the links of a network namespace (packet(7)).

use super::call;
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

/// A frame.
#[derive(Debug)]
pub struct Caught {
    /// The link's index in its namespace.
    pub ifindex: u32,
    /// It goes out; else it came in.
    pub outgoing: bool,
    /// Its bytes, if they are those of an Ethernet frame.
    pub frame: Option<Frame>,
    /// The call that got it.
    pub evidence: Evidence,
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
        (set.map(|()| Self { fd }), calls)
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
        let evidence = evidence(fd, &from, &frame);
        Ok(Some(Caught { ifindex, outgoing, frame: framed.then_some(frame), evidence }))
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
