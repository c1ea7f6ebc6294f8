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
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Sleep, sleep};

/// A connection's bytes. When nobody takes what is written for too long, writing fails – unless the connection was handed
/// over: a terminal whose user has pressed Ctrl-S is not slow.
#[derive(Debug)]
pub(super) struct Guarded {
    stream: Arc<UnixStream>,
    connection: Connection,
    patience: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
    /// One of so many; free again when this is dropped, wherever it was handed to.
    _place: OwnedSemaphorePermit,
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
    pub(super) fn new(stream: Arc<UnixStream>, patience: Duration, place: OwnedSemaphorePermit) -> Self {
        Self { stream, connection: Connection::default(), patience, waiting: None, _place: place }
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
            match self.stream.poll_write_ready(cx) {
                Poll::Ready(ready) => ready?,
                Poll::Pending => return self.wait(cx),
            }
            match write(&self.stream) {
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
        loop {
            ready!(self.stream.poll_read_ready(cx))?;
            match self.stream.try_read(buffer.initialize_unfilled()) {
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
        match shutdown(self.stream.as_raw_fd(), Shutdown::Write) {
            Err(nix::errno::Errno::ENOTCONN) | Ok(()) => Poll::Ready(Ok(())),
            Err(errno) => Poll::Ready(Err(errno.into())),
        }
    }
}
