//! Connections to published ports, carried by a few threads: each waits for all of its own at once (epoll(7)).
//!
//! ```text
//! outside ─▶ read, or splice into a pipe ─▶ write ─▶ inside        one way, and the same the other way
//! ```
//!
//! One that is idle has two descriptors and nothing else. What one end does not take is kept until it does, and no more is read.

use super::places::{Place, Share, descriptors};
use super::*;
use nix::fcntl::{FcntlArg, OFlag, SpliceFFlags, fcntl};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::eventfd::{EfdFlags, EventFd};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, SockaddrIn, connect, setsockopt, socket, sockopt};
use std::collections::{BTreeSet, HashMap};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a container has to take a connection.
const PATIENCE: Duration = Duration::from_secs(10);
/// When a connection is asked whether its other end is still there: after so many seconds of silence, so often, so many times.
const IDLE: u32 = 60;
const EVERY: u32 = 10;
const TIMES: u32 = 6;
/// Bytes that are copied at a time.
const PIECE: usize = 32 << 10;
/// Who has said this many bytes has more to say: the next go by a pipe within the kernel (splice(2)) and are not copied here.
const MUCH: usize = 1 << 20;
/// Bytes that a pipe may hold: a user has 64 MiB of pipes in all, the shells' among them (`pipe-user-pages-soft`).
const PIPE: i32 = 256 << 10;
/// Pipes of all carriers; who gets none is copied for.
const PIPES: usize = 128;
/// Bytes that go one way before others have their turn.
const TURN: usize = 1 << 20;
/// Pipes that a thread keeps for who has more to say.
const SPARE: usize = 2;
/// How soon a thread looks again for what took too long, and gives up the pipes that it keeps.
const AGAIN: Duration = Duration::from_secs(1);
/// Who is told by the eventfd; connections count from there.
const WAKE: u64 = 0;

/// Pipes that all carriers have.
static PIPES_TAKEN: AtomicUsize = AtomicUsize::new(0);

/// A thread that carries connections until it is dropped.
#[derive(Debug)]
pub(super) struct Worker {
    inbox: Arc<Inbox>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Inbox {
    wake: EventFd,
    ended: AtomicBool,
    new: Mutex<Vec<Connection>>,
}

/// Two streams that are one.
#[derive(Debug)]
pub(super) struct Connection {
    outside: TcpStream,
    inside: TcpStream,
    /// The container has taken it.
    taken: bool,
    until: Instant,
    out: Way,
    back: Way,
    _place: Place,
}

/// What goes one way.
#[derive(Debug, Default)]
struct Way {
    /// Bytes that went.
    said: usize,
    /// What was read, and how much of it has gone on.
    read: Vec<u8>,
    gone: usize,
    pipe: Option<Pipe>,
    /// Bytes in the pipe.
    held: usize,
    /// There is no more to read.
    all: bool,
    /// Nothing goes this way any more.
    over: bool,
}

/// What a thread has for all of its connections.
struct Hands {
    piece: Vec<u8>,
    spare: Vec<Pipe>,
}

/// What a connection is after its turn.
enum Turn {
    Waits,
    Again,
    Over,
}

/// Who of the two failed.
enum Cut {
    From(io::Error),
    To(io::Error),
}

/// Brings bytes from one socket to another within the kernel.
#[derive(Debug)]
struct Pipe {
    out: OwnedFd,
    into: OwnedFd,
    _share: Share,
}

impl Worker {
    /// Starts it where the caller is.
    pub(super) fn start() -> io::Result<Self> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        let wake = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?;
        epoll.add(&wake, EpollEvent::new(EpollFlags::EPOLLIN, WAKE))?;
        let inbox = Arc::new(Inbox { wake, ended: AtomicBool::new(false), new: Mutex::default() });
        let its = Arc::clone(&inbox);
        let thread = std::thread::Builder::new().name("port".into()).spawn(move || its.carry(&epoll))?;
        Ok(Self { inbox, thread: Some(thread) })
    }

    /// Carries that, too.
    pub(super) fn take(&self, connection: Connection) {
        self.inbox.new.lock().push(connection);
        self.inbox.wake();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.inbox.ended.store(true, Ordering::Release);
        self.inbox.wake();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("who carries connections to published ports has ended by a fault");
        }
    }
}

impl Inbox {
    fn wake(&self) {
        self.wake.write(1).map_or_else(|error| tracing::debug!(%error, "who carries connections is woken"), drop);
    }

    fn carry(&self, epoll: &Epoll) {
        let mut hands = Hands { piece: vec![0; PIECE], spare: Vec::new() };
        let (mut all, mut last) = (HashMap::new(), WAKE);
        let (mut ready, mut asked) = (BTreeSet::new(), BTreeSet::new());
        let mut events = [EpollEvent::empty(); 256];
        while !self.ended.load(Ordering::Acquire) {
            let again = EpollTimeout::try_from(AGAIN).unwrap_or(EpollTimeout::ZERO);
            let looks = !asked.is_empty() || !hands.spare.is_empty();
            let patience = if looks { again } else { EpollTimeout::NONE };
            let told = match epoll.wait(&mut events, if ready.is_empty() { patience } else { EpollTimeout::ZERO }) {
                Ok(told) => told,
                Err(Errno::EINTR) => 0,
                Err(error) => return tracing::error!(%error, "connections to published ports are not carried any more"),
            };
            if told == 0 && ready.is_empty() {
                hands.spare.clear();
            }
            ready.extend(events[..told].iter().map(EpollEvent::data));
            if ready.remove(&WAKE) {
                self.wake.read().map_or_else(|error| tracing::debug!(%error, "who carries connections"), drop);
                for connection in std::mem::take(&mut *self.new.lock()) {
                    last += 1;
                    if let Err(error) = connection.watched(epoll, last) {
                        tracing::warn!(%error, "a connection to a published port is not carried");
                        continue;
                    }
                    all.insert(last, connection);
                    ready.insert(last);
                    asked.insert(last);
                }
            }
            for id in std::mem::take(&mut ready) {
                let Some(connection) = all.get_mut(&id) else { continue };
                match connection.turn(&mut hands) {
                    Turn::Waits => {}
                    Turn::Again => drop(ready.insert(id)),
                    Turn::Over => drop(all.remove(&id)),
                }
            }
            let now = Instant::now();
            asked.retain(|id| {
                let until = all.get(id).filter(|connection| !connection.taken).map(|connection| connection.until);
                let late = until.is_some_and(|until| until < now);
                if late {
                    tracing::debug!("a container takes no connection to its port");
                    all.remove(id);
                }
                until.is_some() && !late
            });
        }
    }
}

impl Connection {
    /// Asks the container to take it. A blocking one is waited for by nobody.
    pub(super) fn begin(outside: TcpStream, to: SocketAddrV4, place: Place) -> io::Result<Self> {
        let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
        let inside = TcpStream::from(socket(AddressFamily::Inet, SockType::Stream, flags, None)?);
        outside.set_nonblocking(true)?;
        for stream in [&outside, &inside] {
            stream.set_nodelay(true)?;
            // Else one whose other end is gone without a word is never over.
            setsockopt(stream, sockopt::KeepAlive, &true)?;
            setsockopt(stream, sockopt::TcpKeepIdle, &IDLE)?;
            setsockopt(stream, sockopt::TcpKeepInterval, &EVERY)?;
            setsockopt(stream, sockopt::TcpKeepCount, &TIMES)?;
        }
        match connect(inside.as_raw_fd(), &SockaddrIn::from(to)) {
            Ok(()) | Err(Errno::EINPROGRESS | Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        let until = Instant::now() + PATIENCE;
        let (out, back) = (Way::default(), Way::default());
        Ok(Self { outside, inside, taken: false, until, out, back, _place: place })
    }

    /// Told of from now on, by each change of what can be done.
    fn watched(&self, epoll: &Epoll, id: u64) -> nix::Result<()> {
        let flags = EpollFlags::EPOLLIN | EpollFlags::EPOLLOUT | EpollFlags::EPOLLRDHUP | EpollFlags::EPOLLET;
        epoll.add(&self.outside, EpollEvent::new(flags, id))?;
        epoll.add(&self.inside, EpollEvent::new(flags, id))
    }

    /// Carries what can be carried now.
    fn turn(&mut self, hands: &mut Hands) -> Turn {
        if !self.taken {
            if let Err(error) = self.inside.take_error().and_then(|error| error.map_or(Ok(()), Err)) {
                tracing::debug!(%error, "a connection to a published port");
                return Turn::Over;
            }
            if self.inside.peer_addr().is_err() {
                return Turn::Waits;
            }
            self.taken = true;
        }
        loop {
            let before = (self.out.over, self.back.over);
            let out = self.out.carry(&self.outside, &self.inside, hands);
            let back = self.back.carry(&self.inside, &self.outside, hands);
            match (self.out.over, self.back.over) {
                (true, true) => return Turn::Over,
                // The end of one may be heard by the other.
                now if now != before => {}
                _ if out || back => return Turn::Again,
                _ => return Turn::Waits,
            }
        }
    }
}

impl Way {
    /// Until one has no more to say, or the other does not listen: then both know. Whether there is more to do now.
    fn carry(&mut self, from: &TcpStream, to: &TcpStream, hands: &mut Hands) -> bool {
        if self.over {
            return false;
        }
        let ended = match self.go(from, to, hands) {
            Ok(Turn::Waits) => return false,
            Ok(Turn::Again) => return true,
            Ok(Turn::Over) => to.shutdown(Shutdown::Write),
            Err(Cut::From(error)) => to.shutdown(Shutdown::Both).and(Err(error)),
            Err(Cut::To(error)) => from.shutdown(Shutdown::Read).and(Err(error)),
        };
        ended.unwrap_or_else(|error| tracing::debug!(%error, "a connection to a published port"));
        *self = Self { over: true, ..Self::default() };
        false
    }

    fn go(&mut self, from: &TcpStream, to: &TcpStream, hands: &mut Hands) -> std::result::Result<Turn, Cut> {
        let until = self.said.saturating_add(TURN);
        while self.said < until {
            if !self.give(to)? {
                return Ok(Turn::Waits);
            }
            if self.all {
                return Ok(Turn::Over);
            }
            if !self.take(from, hands)? {
                self.read = Vec::new();
                return Ok(Turn::Waits);
            }
        }
        Ok(Turn::Again)
    }

    /// Whether all that was taken has gone on.
    fn give(&mut self, mut to: &TcpStream) -> std::result::Result<bool, Cut> {
        while self.gone < self.read.len() {
            match to.write(&self.read[self.gone..]) {
                Ok(0) => return Err(Cut::To(ErrorKind::WriteZero.into())),
                Ok(length) => self.gone += length,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Cut::To(error)),
            }
        }
        self.read.clear();
        self.gone = 0;
        while let Some(pipe) = self.pipe.as_ref().filter(|_| self.held > 0) {
            match splice(pipe.out.as_fd(), to.as_fd(), self.held) {
                Ok(0) => return Err(Cut::To(ErrorKind::WriteZero.into())),
                Ok(length) => self.held -= length,
                Err(Errno::EAGAIN) => return Ok(false),
                Err(error) => return Err(Cut::To(error.into())),
            }
        }
        Ok(true)
    }

    /// Takes what is said. Not when there is nothing now.
    fn take(&mut self, mut from: &TcpStream, hands: &mut Hands) -> std::result::Result<bool, Cut> {
        if self.said >= MUCH && self.pipe.is_none() {
            self.pipe = hands.spare.pop().or_else(Pipe::new);
        }
        if let Some(pipe) = &self.pipe {
            match splice(from.as_fd(), pipe.into.as_fd(), PIPE as usize) {
                // It is the end, or something urgent that the kernel does not splice.
                Ok(0) => {}
                Ok(length) => {
                    self.held = length;
                    self.said = self.said.saturating_add(length);
                    return Ok(true);
                }
                Err(Errno::EAGAIN) => {
                    // It is empty: whoever speaks next may have it.
                    hands.spare.extend(self.pipe.take().filter(|_| hands.spare.len() < SPARE));
                    return Ok(false);
                }
                Err(error) => return Err(Cut::From(error.into())),
            }
        }
        loop {
            match from.read(&mut hands.piece) {
                Ok(0) => self.all = true,
                Ok(length) => {
                    self.read.extend_from_slice(&hands.piece[..length]);
                    self.said = self.said.saturating_add(length);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(Cut::From(error)),
            }
            return Ok(true);
        }
    }
}

impl Pipe {
    /// None when there are many, or no descriptor is left.
    fn new() -> Option<Self> {
        let share = Share::take(&PIPES_TAKEN, PIPES.min(descriptors() / 32))?;
        let (out, into) = nix::unistd::pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK).ok()?;
        // More than an ordinary user's pipes may hold together (pipe(7)) is refused; a small one carries, too.
        if let Err(error) = fcntl(&into, FcntlArg::F_SETPIPE_SZ(PIPE)) {
            tracing::debug!(%error, "a pipe stays small");
        }
        Some(Self { out, into, _share: share })
    }
}

fn splice(from: BorrowedFd<'_>, to: BorrowedFd<'_>, length: usize) -> nix::Result<usize> {
    let flags = SpliceFFlags::SPLICE_F_MOVE | SpliceFFlags::SPLICE_F_NONBLOCK;
    loop {
        match nix::fcntl::splice(from, None, to, None, length, flags) {
            Err(Errno::EINTR) => {}
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::places::Places;
    use super::*;
    use nix::sys::socket::getsockopt;
    use std::net::TcpListener;

    #[test]
    fn both_ends_of_a_connection_are_asked_whether_they_are_still_there() {
        let [inside, outside] = [(); 2].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
        let SocketAddr::V4(to) = inside.local_addr().unwrap() else { panic!("no address of IPv4") };
        let _client = TcpStream::connect(outside.local_addr().unwrap()).unwrap();
        let (accepted, from) = outside.accept().unwrap();
        let places = Arc::new(Places::new(1, Arc::new(EventFd::new().unwrap())));
        let connection = Connection::begin(accepted, to, places.take(from.ip()).unwrap()).unwrap();
        for stream in [&connection.outside, &connection.inside] {
            assert!(getsockopt(stream, sockopt::KeepAlive).unwrap());
            let asked = getsockopt(stream, sockopt::TcpKeepIdle).unwrap();
            let every = getsockopt(stream, sockopt::TcpKeepInterval).unwrap();
            assert_eq!((asked, every, getsockopt(stream, sockopt::TcpKeepCount).unwrap()), (60, 10, 6));
        }
        assert!(places.full() && places.take(from.ip()).is_none());
        drop(connection);
        assert!(!places.full());
    }
}
