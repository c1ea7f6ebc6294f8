//! The carrier: brings what comes to a published port to its container, and back what that answers.
//!
//! One thread a container waits for what comes and carries datagrams: their sender has a socket of its own towards the container, so that
//! what comes back finds it. Connections are handed to a few others (see [`streams`](super::streams)), so that one that is idle costs no
//! more than two descriptors. All threads are in the network namespace of the host, and end with the carrier.

use super::places::{Places, Share, descriptors};
use super::sockets::{Listener, Listening};
use super::streams::{Connection, Worker};
use super::*;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::eventfd::{EfdFlags, EventFd};
use std::io::{self, ErrorKind};
use std::net::{TcpListener, UdpSocket};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Threads that carry a container's connections, at most.
const WORKERS: usize = 4;
/// Senders of datagrams that are remembered at a time for each port.
const SENDERS: usize = 2048;
/// How long one is remembered that is silent (`docker-proxy`: 90 seconds).
const SILENT: Duration = Duration::from_secs(90);
/// How soon a carrier looks again whose place others have taken.
const AGAIN: Duration = Duration::from_millis(100);
/// Bytes of a datagram.
const DATAGRAM: usize = 65_536;
/// Datagrams that are taken from a port before answers are looked for.
const TURN: usize = 256;

/// Sockets that all carriers have for senders of datagrams.
static DATAGRAMS: AtomicUsize = AtomicUsize::new(0);

/// What carries for a container. It ends when it is dropped.
#[derive(Debug)]
pub(super) struct Carrier {
    wake: Arc<EventFd>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Carrier {
    /// Begins to carry, from sockets of wherever they were made, in the host's network namespace.
    pub(super) fn start(host: &Netns, listening: Vec<Listening>) -> Result<Self> {
        Self::of(host, listening, Places::most())
    }

    /// Of so many connections at a time.
    fn of(host: &Netns, listening: Vec<Listening>, most: usize) -> Result<Self> {
        let made = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK);
        let wake = Arc::new(made.map_err(|e| Fault::io("make", "eventfd", &e.into()))?);
        let ended = Arc::new(AtomicBool::new(false));
        let places = Arc::new(Places::new(most, Arc::clone(&wake)));
        let waiting = Waiting { wake: Arc::clone(&wake), ended: Arc::clone(&ended), places };
        let serve = move || waiting.serve(listening);
        // A thread begins where the one is that starts it.
        let thread = host.run(|| {
            let thread = std::thread::Builder::new().name("ports".into());
            thread.spawn(serve).map_err(|e| Fault::io("start", "a thread", &e))
        })?;
        Ok(Self { wake, ended, thread: Some(thread) })
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        let told = self.wake.write(1).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| told)
            && thread.join().is_err()
        {
            tracing::error!("who carries for published ports has ended by a fault");
        }
    }
}

struct Waiting {
    wake: Arc<EventFd>,
    ended: Arc<AtomicBool>,
    places: Arc<Places>,
}

/// Who carries connections, and whose turn it is to get one.
#[derive(Default)]
struct Workers {
    all: Vec<Worker>,
    next: usize,
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
    _share: Share,
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
        let (mut workers, mut datagram) = (Workers::default(), vec![0; DATAGRAM]);
        while !self.ended.load(Ordering::Acquire) {
            let full = self.places.full();
            let ready = match self.wait(if full { &[] } else { &streams }, &ports, full) {
                Err(Errno::EINTR) => Vec::new(),
                Err(error) => return tracing::error!(%error, "nothing is carried to a container any more"),
                Ok(ready) => ready,
            };
            match self.wake.read() {
                Ok(_) | Err(Errno::EAGAIN) => {}
                Err(error) => tracing::debug!(%error, "who carries for published ports was woken"),
            }
            for (listener, to) in &streams {
                self.connections(listener, *to, &mut workers);
            }
            let mut ready = ready.into_iter();
            for port in &mut ports {
                port.carry(&mut ready, &mut datagram);
            }
        }
    }

    fn connections(&self, listener: &TcpListener, to: SocketAddrV4, workers: &mut Workers) {
        while !self.places.full() {
            let (outside, from) = match listener.accept() {
                Ok(accepted) => accepted,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) => {
                    // No descriptor is left, for one: others may end.
                    tracing::debug!(%error, "a connection to a published port");
                    return std::thread::sleep(Duration::from_millis(10));
                }
            };
            // Of one address that has too many it is closed at once.
            let Some(place) = self.places.take(from.ip()) else { continue };
            let handed = Connection::begin(outside, to, place).and_then(|connection| workers.hand(connection));
            if let Err(error) = handed {
                tracing::warn!(%error, %to, "a connection to a published port is not carried");
            }
        }
    }

    /// Waits until something comes, or a sender of datagrams may be forgotten. Of each port of datagrams: whether it has one, and then
    /// whether each of its senders has.
    fn wait(&self, streams: &[(TcpListener, SocketAddrV4)], ports: &[Datagrams], full: bool) -> nix::Result<Vec<bool>> {
        let wanted = |fd| PollFd::new(fd, PollFlags::POLLIN);
        let mut all = vec![wanted(self.wake.as_fd())];
        all.extend(streams.iter().map(|(listener, _)| wanted(listener.as_fd())));
        let before = all.len();
        for port in ports {
            all.push(wanted(port.socket.as_fd()));
            all.extend(port.senders.values().map(|sender| wanted(sender.inside.as_fd())));
        }
        let senders = ports.iter().any(|port| !port.senders.is_empty());
        let patience = if full { Some(AGAIN) } else { senders.then_some(SILENT) };
        let patience =
            patience.map_or(PollTimeout::NONE, |time| PollTimeout::try_from(time).unwrap_or(PollTimeout::MAX));
        poll(&mut all, patience)?;
        Ok(all[before..].iter().map(|fd| fd.any().unwrap_or(true)).collect())
    }
}

impl Workers {
    fn hand(&mut self, connection: Connection) -> io::Result<()> {
        let most = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(WORKERS));
        if self.all.len() < most {
            self.all.push(Worker::start()?);
        }
        self.next = (self.next + 1) % self.all.len();
        self.all[self.next].take(connection);
        Ok(())
    }
}

impl Datagrams {
    fn carry(&mut self, ready: &mut impl Iterator<Item = bool>, datagram: &mut [u8]) {
        let now = Instant::now();
        let comes = ready.next().unwrap_or(true);
        for (from, sender) in &mut self.senders {
            if !ready.next().unwrap_or(true) {
                continue;
            }
            // One that nobody takes comes back as an error, which is of one datagram.
            while let Ok(length) = sender.inside.recv(datagram) {
                sender.last = now;
                self.socket
                    .send_to(&datagram[..length], from)
                    .map_or_else(|error| tracing::debug!(%error, "a datagram"), drop);
            }
        }
        for _ in 0..if comes { TURN } else { 0 } {
            let Ok((length, from)) = self.socket.recv_from(datagram) else { break };
            if let Some(inside) = self.towards(from, now) {
                inside.send(&datagram[..length]).map_or_else(|error| tracing::debug!(%error, "a datagram"), drop);
            }
        }
        self.senders.retain(|_, sender| now.duration_since(sender.last) < SILENT);
    }

    /// The sender's socket towards the container.
    fn towards(&mut self, from: SocketAddr, now: Instant) -> Option<&UdpSocket> {
        if !self.senders.contains_key(&from) {
            let share = if self.senders.len() < SENDERS { Share::take(&DATAGRAMS, descriptors() / 8) } else { None };
            let share = match share {
                Some(share) => share,
                None => {
                    let silent = self.senders.iter().min_by_key(|(_, sender)| sender.last).map(|(from, _)| *from)?;
                    self.senders.remove(&silent);
                    Share::take(&DATAGRAMS, descriptors() / 8)?
                }
            };
            let inside = inside(self.to).inspect_err(|error| tracing::debug!(%error, "a datagram")).ok()?;
            self.senders.insert(from, Sender { inside, last: now, _share: share });
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
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    use nix::sys::socket::{AddressFamily, SockFlag, SockType, SockaddrIn, bind, connect, socket};
    use std::io::{Read, Write};
    use std::net::{Shutdown, TcpStream};
    use std::os::fd::AsRawFd;

    /// As many descriptors as this process may have: both ends of each connection are its own.
    fn many_descriptors() {
        let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard).unwrap();
    }

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
        streams_of(to, Places::most())
    }

    fn streams_of(to: SocketAddrV4, most: usize) -> (Carrier, SocketAddr) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let at = listener.local_addr().unwrap();
        let listening = vec![Listening { listener: Listener::Tcp(listener), to }];
        (Carrier::of(&Netns::current().unwrap(), listening, most).unwrap(), at)
    }

    /// A connection from one of this machine's addresses.
    fn connect_from(last: u8, at: SocketAddr) -> TcpStream {
        let stream = socket(AddressFamily::Inet, SockType::Stream, SockFlag::SOCK_CLOEXEC, None).unwrap();
        bind(stream.as_raw_fd(), &SockaddrIn::new(127, 0, 0, last, 0)).unwrap();
        connect(stream.as_raw_fd(), &SockaddrIn::from(v4(at))).unwrap();
        let stream = TcpStream::from(stream);
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
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
        let (_carrier, at) = streams_of(container(), 8);
        let hello = |stream: &mut TcpStream| stream.read_exact(&mut [0; 6]);
        let mut held: Vec<_> = (0..8).map(|nth| connect_from(1 + nth % 2, at)).collect();
        held.iter_mut().for_each(|stream| hello(stream).unwrap());
        let mut next = connect_from(3, at);
        next.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        assert_eq!(hello(&mut next).unwrap_err().kind(), ErrorKind::WouldBlock, "no place is free");
        drop(held.pop());
        next.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        hello(&mut next).unwrap();
    }

    #[test]
    fn who_has_half_of_the_places_gets_no_more() {
        let (_carrier, at) = streams_of(container(), 8);
        let hello = |stream: &mut TcpStream| stream.read_exact(&mut [0; 6]);
        let mut held: Vec<_> = (0..4).map(|_| connect_from(1, at)).collect();
        held.iter_mut().for_each(|stream| hello(stream).unwrap());
        assert_eq!(connect_from(1, at).read(&mut [0; 6]).unwrap_or(0), 0, "it is closed");
        hello(&mut connect_from(2, at)).unwrap();
    }

    #[test]
    fn many_that_are_idle_keep_nobody_away() {
        many_descriptors();
        let (_carrier, at) = streams(container());
        let connect = || {
            let mut stream = TcpStream::connect(at).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            stream.read_exact(&mut [0; 6]).unwrap();
            stream
        };
        let held: Vec<_> = (0..600).map(|_| connect()).collect();
        let mut next = connect();
        next.write_all(b"well").unwrap();
        next.shutdown(Shutdown::Write).unwrap();
        let mut back = Vec::new();
        next.read_to_end(&mut back).unwrap();
        assert_eq!((held.len(), back.as_slice()), (600, b"well".as_slice()));
    }

    #[test]
    fn many_that_send_datagrams_at_once_are_answered() {
        many_descriptors();
        let inside = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        inside.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let to = v4(inside.local_addr().unwrap());
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket.set_nonblocking(true).unwrap();
        let at = socket.local_addr().unwrap();
        let listening = vec![Listening { listener: Listener::Udp(socket), to }];
        let _carrier = Carrier::start(&Netns::current().unwrap(), listening).unwrap();
        let ask = |nth: u16| {
            let sender = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            sender.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            sender.send_to(&nth.to_be_bytes(), at).unwrap();
            (sender, inside.recv_from(&mut [0; 8]).unwrap().1)
        };
        let flows: Vec<_> = (0..900).map(ask).collect();
        for (nth, (sender, from)) in flows.iter().enumerate() {
            inside.send_to(&nth.to_be_bytes(), from).unwrap();
            let mut answer = [0; 8];
            sender.recv_from(&mut answer).unwrap();
            assert_eq!(usize::from_be_bytes(answer), nth);
        }
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
