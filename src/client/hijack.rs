use super::{ClientError, http};
use crate::spec::visible;
use crate::trace::Code;
use hyper::{Response, body::Incoming};
use hyper_util::rt::TokioIo;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;

/// A connection that the engine handed over to what runs in a container: bytes both ways.
///
/// Clones share the connection, so that one thread can read while another writes.
#[derive(Debug, Clone)]
pub struct Hijacked {
    stream: Arc<UnixStream>,
    /// What came with the answer's head.
    early: Vec<u8>,
    /// Output is in frames that tell stdout from stderr; else it is a terminal's.
    pub multiplexed: bool,
}

impl Hijacked {
    pub(super) async fn of(socket: &Path, mut answer: Response<Incoming>) -> Result<Self, ClientError> {
        let kind = answer.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
        let multiplexed = kind.contains("multiplexed");
        let upgraded = hyper::upgrade::on(&mut answer).await.map_err(|e| http::cut(socket, &e))?;
        let other =
            || ClientError::new(Code::EngineCut).with("socket", visible::path(socket)).with("reason", "no upgrade");
        let parts = upgraded.downcast::<TokioIo<tokio::net::UnixStream>>().map_err(|_not_ours| other())?;
        let io =
            |e: io::Error| ClientError::new(Code::EngineCut).with("socket", visible::path(socket)).with("reason", e);
        let stream = parts.io.into_inner().into_std().map_err(io)?;
        stream.set_nonblocking(false).map_err(io)?;
        Ok(Self { stream: Arc::new(stream), early: parts.read_buf.to_vec(), multiplexed })
    }

    /// Says that nothing more will be written; what is still to come can be read.
    pub fn close_write(&self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }

    /// Ends it: whoever waits in `read` gets the end.
    pub fn close(&self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Both)
    }
}

impl Read for Hijacked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.early.is_empty() {
            return (&*self.stream).read(buffer);
        }
        let n = self.early.len().min(buffer.len());
        buffer[..n].copy_from_slice(&self.early[..n]);
        self.early.drain(..n);
        Ok(n)
    }
}

impl Write for Hijacked {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        (&*self.stream).write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
