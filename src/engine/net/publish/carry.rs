//! The carrier: brings what comes to a published port to its container, and back what that answers.
//!
//! One thread a container waits for what comes; each connection has two, one for each direction. A datagram's sender has a socket of
//! its own towards the container, so that what comes back finds it. All of them are in the network namespace of the host, and end with
//! the carrier.

use super::sockets::{Listener, Listening};
use super::*;
use nix::fcntl::{FcntlArg, OFlag, SpliceFFlags, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::eventfd::{EfdFlags, EventFd};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Weak;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Connections that a container has at a time by its ports; who comes then waits in the kernel's queue.
const CONNECTIONS: usize = 128;
/// Senders of datagrams that are remembered at a time for each port.
const SENDERS: usize = 128;
/// How long one is remembered that is silent (`docker-proxy`: 90 seconds).
const SILENT: Duration = Duration::from_secs(90);
/// How long a container has to take a connection.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes that are carried at a time.
const PIECE: usize = 64 << 10;
/// Who has said this many bytes has more to say: the next go by a pipe within the kernel (splice(2)) and are not copied here.
const MUCH: usize = 1 << 20;
/// Bytes that a pipe may hold: a user has 64 MiB of pipes in all, the shells' among them (`pipe-user-pages-soft`).
const PIPE: i32 = 256 << 10;
/// Bytes of a datagram.
const DATAGRAM: usize = 65_536;

/// What carries for a container. It ends when it is dropped.
#[derive(Debug)]
pub(super) struct Carrier {
    wake: Arc<EventFd>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// What the threads of a container know.
#[derive(Debug, Default)]
struct Shared {
    connections: Mutex<Connections>,
}

#[derive(Debug, Default)]
struct Connections {
    ended: bool,
    count: usize,
    all: Vec<Weak<Connection>>,
}

/// Two streams that are one.
#[derive(Debug)]
struct Connection {
    outside: TcpStream,
    inside: TcpStream,
}

impl Connection {
    fn end(&self) {
        for stream in [&self.outside, &self.inside] {
            stream.shutdown(Shutdown::Both).unwrap_or_else(|error| tracing::debug!(%error, "ended already"));
        }
    }
}

impl Carrier {
    /// Begins to carry, from sockets of wherever they were made, in the host's network namespace.
    pub(super) fn start(host: &Netns, listening: Vec<Listening>) -> Result<Self> {
        let made = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK);
        let wake = Arc::new(made.map_err(|e| Fault::io("make", "eventfd", &e.into()))?);
        let shared = Arc::new(Shared::default());
        let waiting = Waiting { wake: Arc::clone(&wake), shared: Arc::clone(&shared) };
        let serve = move || waiting.serve(listening);
        // A thread begins where the one is that starts it.
        let thread = host.run(|| {
            let thread = std::thread::Builder::new().name("ports".into());
            thread.spawn(serve).map_err(|e| Fault::io("start", "a thread", &e))
        })?;
        Ok(Self { wake, shared, thread: Some(thread) })
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        let all = {
            let mut connections = self.shared.connections.lock();
            connections.ended = true;
            std::mem::take(&mut connections.all)
        };
        let told = self.wake.write(1).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| told)
            && thread.join().is_err()
        {
            tracing::error!("who carries for published ports has ended by a fault");
        }
        all.iter().filter_map(Weak::upgrade).for_each(|connection| connection.end());
    }
}

struct Waiting {
    wake: Arc<EventFd>,
    shared: Arc<Shared>,
}

/// A port of datagrams, and who sends to it.
struct Datagrams {
    socket: Arc<UdpSocket>,
    to: SocketAddrV4,
    senders: BTreeMap<SocketAddr, Sender>,
}

struct Sender {
    inside: UdpSocket,
    last: Instant,
}

impl Waiting {
    fn serve(&self, listening: Vec<Listening>) {
        let (mut streams, mut ports) = (Vec::new(), Vec::new());
        for Listening { listener, to } in listening {
            match listener {
                Listener::Tcp(listener) => streams.push((listener, to)),
                Listener::Udp(socket) => {
                    ports.push(Datagrams { socket: Arc::new(socket), to, senders: BTreeMap::new() })
                }
            }
        }
        loop {
            let full = {
                let connections = self.shared.connections.lock();
                if connections.ended {
                    return;
                }
                connections.count >= CONNECTIONS
            };
            match wait(&self.wake, if full { &[] } else { &streams }, &ports) {
                Err(Errno::EINTR) => {}
                Err(error) => return tracing::error!(%error, "nothing is carried to a container any more"),
                Ok(()) => {}
            }
            match self.wake.read() {
                Ok(_) | Err(Errno::EAGAIN) => {}
                Err(error) => tracing::debug!(%error, "who carries for published ports was woken"),
            }
            for (listener, to) in &streams {
                self.connections(listener, *to);
            }
            for port in &mut ports {
                port.carry();
            }
        }
    }

    fn connections(&self, listener: &TcpListener, to: SocketAddrV4) {
        while self.shared.connections.lock().count < CONNECTIONS {
            let outside = match listener.accept() {
                Ok((outside, _)) => outside,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) => {
                    // No descriptor is left, for one: others may end.
                    tracing::debug!(%error, "a connection to a published port");
                    return std::thread::sleep(Duration::from_millis(10));
                }
            };
            self.shared.connections.lock().count += 1;
            let (shared, wake) = (Arc::clone(&self.shared), Arc::clone(&self.wake));
            let carry = move || {
                if let Err(error) = carried(&shared, outside, to) {
                    tracing::debug!(%error, %to, "a connection to a published port");
                }
                shared.connections.lock().count -= 1;
                wake.write(1).map_or_else(|error| tracing::debug!(%error, "a place is free"), drop);
            };
            if let Err(error) = std::thread::Builder::new().name("port".into()).spawn(carry) {
                tracing::warn!(%error, "a connection to a published port is not carried");
                self.shared.connections.lock().count -= 1;
            }
        }
    }
}

/// Waits until something comes, or a sender of datagrams may be forgotten.
fn wait(wake: &EventFd, streams: &[(TcpListener, SocketAddrV4)], ports: &[Datagrams]) -> nix::Result<()> {
    let wanted = |fd| PollFd::new(fd, PollFlags::POLLIN);
    let mut all = vec![wanted(wake.as_fd())];
    all.extend(streams.iter().map(|(listener, _)| wanted(listener.as_fd())));
    for port in ports {
        all.push(wanted(port.socket.as_fd()));
        all.extend(port.senders.values().map(|sender| wanted(sender.inside.as_fd())));
    }
    let senders = ports.iter().any(|port| !port.senders.is_empty());
    let patience = if senders { PollTimeout::try_from(SILENT).unwrap_or(PollTimeout::MAX) } else { PollTimeout::NONE };
    poll(&mut all, patience).map(drop)
}

/// Carries a connection both ways until both have ended.
fn carried(shared: &Shared, outside: TcpStream, to: SocketAddrV4) -> io::Result<()> {
    outside.set_nonblocking(false)?;
    let inside = TcpStream::connect_timeout(&to.into(), PATIENCE)?;
    outside.set_nodelay(true)?;
    inside.set_nodelay(true)?;
    let connection = Arc::new(Connection { outside, inside });
    {
        let mut connections = shared.connections.lock();
        if connections.ended {
            return Ok(());
        }
        connections.all.retain(|other| other.strong_count() > 0);
        connections.all.push(Arc::downgrade(&connection));
    }
    std::thread::scope(|scope| {
        let back = std::thread::Builder::new().name("port".into());
        let back = back.spawn_scoped(scope, || one_way(&connection.inside, &connection.outside));
        if back.is_err() {
            connection.end();
        }
        one_way(&connection.outside, &connection.inside);
        back.map(drop)
    })
}

/// Until one has no more to say, or the other does not listen: then both know.
fn one_way(from: &TcpStream, to: &TcpStream) {
    let over = match copy(from, to, MUCH) {
        Ok(Said::Much) => match Pipe::new() {
            Ok(mut pipe) => pipe.carry(from, to),
            // No descriptor is left, for one.
            Err(_) => copy(from, to, usize::MAX).map(drop),
        },
        other => other.map(drop),
    };
    let over = match over {
        Ok(()) => to.shutdown(Shutdown::Write),
        Err(Cut::From(error)) => to.shutdown(Shutdown::Both).and(Err(error)),
        Err(Cut::To(error)) => from.shutdown(Shutdown::Read).and(Err(error)),
    };
    over.unwrap_or_else(|error| tracing::debug!(%error, "a connection to a published port"));
}

/// Who of the two failed.
enum Cut {
    From(io::Error),
    To(io::Error),
}

enum Said {
    All,
    Much,
}

/// Until all is said, or at least so many bytes.
fn copy(mut from: &TcpStream, mut to: &TcpStream, much: usize) -> std::result::Result<Said, Cut> {
    let (mut piece, mut carried) = (vec![0; PIECE], 0_usize);
    while carried < much {
        match from.read(&mut piece) {
            Ok(0) => return Ok(Said::All),
            Ok(length) => {
                to.write_all(&piece[..length]).map_err(Cut::To)?;
                carried = carried.saturating_add(length);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(Cut::From(error)),
        }
    }
    Ok(Said::Much)
}

/// Brings bytes from one socket to another within the kernel.
struct Pipe {
    out: OwnedFd,
    into: OwnedFd,
}

impl Pipe {
    fn new() -> nix::Result<Self> {
        let (out, into) = nix::unistd::pipe2(OFlag::O_CLOEXEC)?;
        // More than an ordinary user's pipes may hold together (pipe(7)) is refused; a small one carries, too.
        if let Err(error) = fcntl(&into, FcntlArg::F_SETPIPE_SZ(PIPE)) {
            tracing::debug!(%error, "a pipe stays small");
        }
        Ok(Self { out, into })
    }

    fn carry(&mut self, from: &TcpStream, to: &TcpStream) -> std::result::Result<(), Cut> {
        let splice = |from: BorrowedFd<'_>, to: BorrowedFd<'_>, length| loop {
            match nix::fcntl::splice(from, None, to, None, length, SpliceFFlags::SPLICE_F_MOVE) {
                Err(Errno::EINTR) => {}
                other => return other.map_err(io::Error::from),
            }
        };
        loop {
            let mut held = splice(from.as_fd(), self.into.as_fd(), PIPE as usize).map_err(Cut::From)?;
            if held == 0 {
                // It is the end, or something urgent that the kernel does not splice.
                match copy(from, to, 1)? {
                    Said::All => return Ok(()),
                    Said::Much => continue,
                }
            }
            while held > 0 {
                match splice(self.out.as_fd(), to.as_fd(), held).map_err(Cut::To)? {
                    0 => return Err(Cut::To(ErrorKind::WriteZero.into())),
                    taken => held -= taken,
                }
            }
        }
    }
}

impl Datagrams {
    fn carry(&mut self) {
        let mut datagram = vec![0; DATAGRAM];
        let now = Instant::now();
        while let Ok((length, from)) = self.socket.recv_from(&mut datagram) {
            if let Some(inside) = self.towards(from, now) {
                inside.send(&datagram[..length]).map_or_else(|error| tracing::debug!(%error, "a datagram"), drop);
            }
        }
        for (from, sender) in &mut self.senders {
            // One that nobody takes comes back as an error, which is of one datagram.
            while let Ok(length) = sender.inside.recv(&mut datagram) {
                sender.last = now;
                self.socket
                    .send_to(&datagram[..length], from)
                    .map_or_else(|error| tracing::debug!(%error, "a datagram"), drop);
            }
        }
        self.senders.retain(|_, sender| now.duration_since(sender.last) < SILENT);
    }

    /// The sender's socket towards the container.
    fn towards(&mut self, from: SocketAddr, now: Instant) -> Option<&UdpSocket> {
        if !self.senders.contains_key(&from) {
            if self.senders.len() >= SENDERS {
                let silent = self.senders.iter().min_by_key(|(_, sender)| sender.last).map(|(from, _)| *from)?;
                self.senders.remove(&silent);
            }
            let inside = inside(self.to).inspect_err(|error| tracing::debug!(%error, "a datagram")).ok()?;
            self.senders.insert(from, Sender { inside, last: now });
        }
        let sender = self.senders.get_mut(&from)?;
        sender.last = now;
        Some(&sender.inside)
    }
}

fn inside(to: SocketAddrV4) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket.connect(to)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A container that answers each line that it is told, and what it was told once it was told all.
    fn container() -> SocketAddrV4 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let at = v4(listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                std::thread::spawn(move || {
                    let (mut stream, mut all) = (stream.unwrap(), Vec::new());
                    stream.write_all(b"hello\n").unwrap();
                    // It may be cut off.
                    if stream.read_to_end(&mut all).is_ok() {
                        stream.write_all(&all).unwrap_or_default();
                    }
                });
            }
        });
        at
    }

    fn v4(at: SocketAddr) -> SocketAddrV4 {
        match at {
            SocketAddr::V4(at) => at,
            SocketAddr::V6(at) => panic!("{at}"),
        }
    }

    fn streams(to: SocketAddrV4) -> (Carrier, SocketAddr) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let at = listener.local_addr().unwrap();
        let listening = vec![Listening { listener: Listener::Tcp(listener), to }];
        (Carrier::start(&Netns::current().unwrap(), listening).unwrap(), at)
    }

    /// More than goes by copying.
    #[test]
    fn a_connection_is_carried_both_ways_until_each_has_said_all() {
        let (_carrier, at) = streams(container());
        let all: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
        let mut stream = TcpStream::connect(at).unwrap();
        let mut hello = [0; 6];
        stream.read_exact(&mut hello).unwrap();
        assert_eq!(&hello, b"hello\n", "who is silent is spoken to");
        stream.write_all(&all).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut back = Vec::new();
        stream.read_to_end(&mut back).unwrap();
        assert!(back == all);
    }

    #[test]
    fn who_comes_when_there_are_many_waits_for_one_to_end() {
        let (_carrier, at) = streams(container());
        let connect = || {
            let mut stream = TcpStream::connect(at).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            stream.read_exact(&mut [0; 6]).map(|()| stream)
        };
        let mut held: Vec<_> = (0..CONNECTIONS).map(|_| connect().unwrap()).collect();
        let mut next = TcpStream::connect(at).unwrap();
        next.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        let error = next.read(&mut [0; 6]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        held.pop();
        next.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        next.read_exact(&mut [0; 6]).unwrap();
    }

    #[test]
    fn all_ends_with_the_carrier() {
        let (carrier, at) = streams(container());
        let mut stream = TcpStream::connect(at).unwrap();
        stream.read_exact(&mut [0; 6]).unwrap();
        drop(carrier);
        assert_eq!(stream.read(&mut [0; 6]).unwrap_or(0), 0);
        TcpStream::connect(at).unwrap_err();
    }

    #[test]
    fn of_a_container_that_nobody_listens_in_the_connection_ends() {
        let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        let (_carrier, at) = streams(v4(closed));
        let mut stream = TcpStream::connect(at).unwrap();
        assert_eq!(stream.read(&mut [0; 6]).unwrap_or(0), 0);
    }

    #[test]
    fn what_answers_a_datagram_comes_back_to_who_sent_it() {
        let inside = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let to = v4(inside.local_addr().unwrap());
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket.set_nonblocking(true).unwrap();
        let at = socket.local_addr().unwrap();
        let listening = vec![Listening { listener: Listener::Udp(socket), to }];
        let _carrier = Carrier::start(&Netns::current().unwrap(), listening).unwrap();
        let senders: Vec<_> = (0..3).map(|_| UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()).collect();
        let mut buffer = vec![0; DATAGRAM];
        let long = vec![7; 40_000];
        for (nth, sender) in senders.iter().enumerate() {
            sender.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            sender.send_to(&long, at).unwrap();
            let (length, from) = inside.recv_from(&mut buffer).unwrap();
            assert_eq!(length, long.len());
            inside.send_to(&[nth as u8], from).unwrap();
        }
        for (nth, sender) in senders.iter().enumerate() {
            let (length, from) = sender.recv_from(&mut buffer).unwrap();
            assert_eq!(
                (length, usize::from(buffer[0]), from),
                (1, nth, at),
                "each its own answer, from where it asked"
            );
        }
    }
}
