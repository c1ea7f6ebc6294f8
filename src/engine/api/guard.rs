use nix::sys::socket::{Shutdown, shutdown};
use std::future::Future;
use std::io::{self, ErrorKind, IoSlice};
use std::os::fd::AsRawFd;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::UnixStream;
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Sleep, sleep};

/// A connection's bytes. When nobody takes what is written for too long, writing fails – unless the connection was handed
/// over: a terminal whose user has pressed Ctrl-S is not slow.
#[derive(Debug)]
pub(super) struct Guarded {
    link: Arc<Link>,
    connection: Connection,
    patience: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

/// A client's socket and its place, one of so many. When nobody holds it any more, it is closed in a way that loses nothing.
///
/// A socket that is closed while bytes lie in it unread resets its peer (`unix_release_sock` in the kernel): a client that is
/// still sending its body, or standard input that nobody wants, would see that in place of the answer. So the writing half is
/// closed first, and what comes is read and thrown away until the client closes, too, or [`LINGER`] is over.
#[derive(Debug)]
pub(super) struct Link {
    /// There until it is dropped.
    open: Option<(UnixStream, OwnedSemaphorePermit)>,
}

/// How long a client may go on sending after the last word has been said.
const LINGER: Duration = Duration::from_secs(5);

impl Link {
    pub(super) fn new(stream: UnixStream, place: OwnedSemaphorePermit) -> Arc<Self> {
        Arc::new(Self { open: Some((stream, place)) })
    }

    fn stream(&self) -> io::Result<&UnixStream> {
        let closed = || io::Error::from(ErrorKind::NotConnected);
        self.open.as_ref().map(|(stream, _)| stream).ok_or_else(closed)
    }

    /// Writes what fits at once.
    pub(super) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.stream()?.try_write(bytes)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Without a runtime the engine is ending, and with it every conversation.
        let (Some((stream, place)), Ok(runtime)) = (self.open.take(), Handle::try_current()) else { return };
        runtime.spawn(async move {
            close_write(&stream).ok();
            tokio::time::timeout(LINGER, read_off(&stream)).await.ok();
            drop(place);
        });
    }
}

/// Reads until the client closes.
async fn read_off(stream: &UnixStream) {
    let mut nothing = vec![0; 64 * 1024];
    while stream.readable().await.is_ok() {
        match stream.try_read(&mut nothing) {
            Ok(0) => return,
            Err(error) if error.kind() != ErrorKind::WouldBlock => return,
            Ok(_) | Err(_) => {}
        }
    }
}

fn close_write(stream: &UnixStream) -> io::Result<()> {
    match shutdown(stream.as_raw_fd(), Shutdown::Write) {
        Err(nix::errno::Errno::ENOTCONN) | Ok(()) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}

/// What is known of a connection beside its bytes; an extension of its requests.
#[derive(Debug, Clone, Default)]
pub(super) struct Connection(Arc<State>);

#[derive(Debug)]
struct State {
    handed_over: AtomicBool,
    /// The last bytes were the client's; or there were none yet.
    asking: AtomicBool,
}

impl Default for State {
    fn default() -> Self {
        Self { handed_over: AtomicBool::new(false), asking: AtomicBool::new(true) }
    }
}

impl Connection {
    /// From here on it belongs to what runs in a container.
    pub(super) fn hand_over(&self) {
        self.0.handed_over.store(true, Ordering::Relaxed);
    }

    /// The client owes the rest of a request, rather than resting after an answer.
    pub(super) fn is_asking(&self) -> bool {
        self.0.asking.load(Ordering::Relaxed)
    }
}

impl Guarded {
    pub(super) fn new(link: Arc<Link>, patience: Duration) -> Self {
        Self { link, connection: Connection::default(), patience, waiting: None }
    }

    pub(super) fn connection(&self) -> Connection {
        self.connection.clone()
    }

    fn write_with(
        &mut self,
        cx: &mut Context<'_>,
        write: impl Fn(&UnixStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            let stream = self.link.stream()?;
            match stream.poll_write_ready(cx) {
                Poll::Ready(ready) => ready?,
                Poll::Pending => return self.wait(cx),
            }
            match write(stream) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                done => {
                    self.waiting = None;
                    self.connection.0.asking.store(false, Ordering::Relaxed);
                    return Poll::Ready(done);
                }
            }
        }
    }

    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.connection.0.handed_over.load(Ordering::Relaxed) {
            return Poll::Pending;
        }
        let patience = self.patience;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(waiting.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(ErrorKind::TimedOut, "nobody takes the answer")))
    }
}

impl AsyncRead for Guarded {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let stream = self.link.stream()?;
        loop {
            ready!(stream.poll_read_ready(cx))?;
            match stream.try_read(buffer.initialize_unfilled()) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(n) => {
                    if n > 0 {
                        self.connection.0.asking.store(true, Ordering::Relaxed);
                    }
                    buffer.advance(n);
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.write_with(cx, |stream| stream.try_write(bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.write_with(cx, |stream| stream.try_write_vectored(pieces))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(close_write(self.link.stream()?))
    }
}
