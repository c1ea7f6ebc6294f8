//! The thread that answers, and those that ask others: as many as there may be, each for a while.

use super::message::{self, Failure, PLAIN};
use super::*;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Bytes of a message over TCP.
const LONGEST: usize = 65_535;
/// How long a name server has, as Docker has it; and a client for a question over TCP.
const PATIENCE: Duration = Duration::from_secs(4);
/// Name servers that are asked, one after the other.
const SERVERS: usize = 3;
/// Questions of a container that others are asked at a time, and connections that it has.
const AT_ONCE: usize = 64;

/// What answers.
pub(super) struct Server {
    udp: UdpSocket,
    tcp: TcpListener,
    others: Arc<Others>,
}

/// What threads need that ask others.
struct Others {
    netns: Netns,
    servers: Vec<IpAddr>,
    names: Names,
    busy: AtomicUsize,
}

/// Over which a question came, and goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Udp,
    Tcp,
}

impl Server {
    pub(super) fn new(udp: UdpSocket, tcp: TcpListener, netns: Netns, servers: Vec<IpAddr>, names: Names) -> Self {
        Self { udp, tcp, others: Arc::new(Others { netns, servers, names, busy: AtomicUsize::new(0) }) }
    }

    /// Answers until it is told to end.
    pub(super) fn serve(self, stop: &EventFd) {
        loop {
            let wanted = |fd| PollFd::new(fd, PollFlags::POLLIN);
            let mut all = [wanted(stop.as_fd()), wanted(self.udp.as_fd()), wanted(self.tcp.as_fd())];
            match poll(&mut all, PollTimeout::NONE) {
                Err(nix::errno::Errno::EINTR) => continue,
                Err(error) => return tracing::error!(%error, "names are not answered for any more"),
                Ok(_) => {}
            }
            let ready = all.map(|fd| fd.any().unwrap_or(true));
            if ready[0] {
                return;
            }
            if ready[1] {
                self.datagrams();
            }
            if ready[2] {
                self.connections();
            }
        }
    }

    fn datagrams(&self) {
        let mut buffer = [0; 4096];
        while let Ok((length, from)) = self.udp.recv_from(&mut buffer) {
            let query = &buffer[..length];
            match self.others.known(query, PLAIN) {
                Known::Answer(answer) => self.send(&answer, from),
                Known::Nothing => {}
                Known::Elsewhere => match self.udp.try_clone() {
                    Ok(udp) => {
                        let (query, others) = (query.to_vec(), Arc::clone(&self.others));
                        let ask = move || send(&udp, &others.ask(&query, Way::Udp), from);
                        if !self.aside(ask) {
                            self.fail(&buffer[..length], from);
                        }
                    }
                    Err(_) => self.fail(query, from),
                },
            }
        }
    }

    fn connections(&self) {
        while let Ok((stream, _)) = self.tcp.accept() {
            let others = Arc::clone(&self.others);
            let talk = move || {
                if let Err(error) = others.talk(stream) {
                    tracing::debug!(%error, "a question over TCP");
                }
            };
            // Who asks too much at once finds the connection closed.
            self.aside(talk);
        }
    }

    /// On a thread of its own. False when there are too many.
    fn aside(&self, act: impl FnOnce() + Send + 'static) -> bool {
        if self.others.busy.fetch_add(1, Ordering::Relaxed) >= AT_ONCE {
            self.others.busy.fetch_sub(1, Ordering::Relaxed);
            return false;
        }
        let others = Arc::clone(&self.others);
        let body = move || {
            act();
            others.busy.fetch_sub(1, Ordering::Relaxed);
        };
        let spawned = std::thread::Builder::new().name("names".into()).spawn(body).is_ok();
        if !spawned {
            self.others.busy.fetch_sub(1, Ordering::Relaxed);
        }
        spawned
    }

    fn fail(&self, query: &[u8], to: SocketAddr) {
        if let Some(answer) = message::failure(query, Failure::Server) {
            self.send(&answer, to);
        }
    }

    fn send(&self, answer: &[u8], to: SocketAddr) {
        send(&self.udp, answer, to);
    }
}

fn send(udp: &UdpSocket, answer: &[u8], to: SocketAddr) {
    if let Err(error) = udp.send_to(answer, to) {
        tracing::debug!(%error, "an answer was not sent");
    }
}

/// What is to become of a question.
enum Known {
    Answer(Vec<u8>),
    Elsewhere,
    Nothing,
}

impl Others {
    fn known(&self, query: &[u8], most: usize) -> Known {
        let failed = |why| message::failure(query, why).map_or(Known::Nothing, Known::Answer);
        let Some(question) = message::question(query) else { return failed(Failure::Format) };
        match (self.names)(&question) {
            Reply::Known(records) => Known::Answer(message::answer(query, &question, &records, most)),
            // Who does not want others to be asked (RD) hears that nobody here knows it.
            Reply::Elsewhere if !message::wants_others(query) => failed(Failure::Server),
            Reply::Elsewhere => Known::Elsewhere,
            Reply::Nobody => failed(Failure::Server),
        }
    }

    /// What the first name server says that says anything.
    fn ask(&self, query: &[u8], way: Way) -> Vec<u8> {
        for server in self.servers.iter().take(SERVERS) {
            let asked = self.netns.run(|| {
                let answer = match way {
                    Way::Udp => by_datagram(*server, query),
                    Way::Tcp => by_stream(*server, query),
                };
                answer.map_err(|e| Fault::io("ask", server, &e))
            });
            match asked {
                Ok(answer) => return answer,
                Err(fault) => tracing::debug!(%fault, "a name server does not answer"),
            }
        }
        message::failure(query, Failure::Server).unwrap_or_default()
    }

    /// Questions over a connection, as long as they come.
    fn talk(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        loop {
            let query = match read(&mut stream) {
                Err(e) if e.kind() == ErrorKind::UnexpectedEof => return Ok(()),
                query => query?,
            };
            let answer = match self.known(&query, LONGEST) {
                Known::Answer(answer) => answer,
                Known::Elsewhere => self.ask(&query, Way::Tcp),
                Known::Nothing => return Ok(()),
            };
            write(&mut stream, &answer)?;
        }
    }
}

fn by_datagram(server: IpAddr, query: &[u8]) -> io::Result<Vec<u8>> {
    let from: IpAddr = if server.is_ipv6() { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((from, 0))?;
    // Only what comes from there is taken.
    socket.connect((server, 53))?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.send(query)?;
    let mut buffer = vec![0; 4096];
    for _ in 0..8 {
        let length = socket.recv(&mut buffer)?;
        if length >= 12 && buffer[..2] == query[..2] {
            buffer.truncate(length);
            return Ok(buffer);
        }
    }
    Err(ErrorKind::InvalidData.into())
}

fn by_stream(server: IpAddr, query: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&(server, 53).into(), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write(&mut stream, query)?;
    read(&mut stream)
}

/// A message over TCP: its length stands before it.
fn read(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut message)?;
    Ok(message)
}

fn write(stream: &mut TcpStream, message: &[u8]) -> io::Result<()> {
    let length = u16::try_from(message.len()).map_err(|_too_long| ErrorKind::InvalidData)?;
    stream.write_all(&[&length.to_be_bytes()[..], message].concat())
}
