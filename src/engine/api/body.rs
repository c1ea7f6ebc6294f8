//! Bodies for threads that block: a request's to be read, an answer's to be written.

use crate::engine::{Cancel, Fault};
use axum::body::Body;
use axum::extract::Request;
use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Bytes, Frame};
use std::io::{self, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// How many pieces may lie between the connection and the thread.
const AHEAD: usize = 4;
/// What is written is sent in pieces of this size.
const PIECE: usize = 128 * 1024;

/// The body of a request. When it is dropped early the rest is taken off the connection all the same: a client that is
/// still sending would not read the answer.
pub(super) struct Incoming {
    pieces: mpsc::Receiver<Result<Bytes, String>>,
    current: Bytes,
}

pub(super) fn incoming(request: Request) -> Incoming {
    let (sender, pieces) = mpsc::channel(AHEAD);
    let mut body = request.into_body();
    tokio::spawn(async move {
        let mut wanted = true;
        while let Some(frame) = body.frame().await {
            let piece = match frame {
                Ok(frame) => frame.into_data().map_err(|_trailers| String::new()),
                Err(error) => Err(error.to_string()),
            };
            let failed = piece.is_err();
            if wanted && !matches!(&piece, Err(text) if text.is_empty()) {
                wanted = sender.send(piece).await.is_ok();
            }
            if failed {
                return;
            }
        }
    });
    Incoming { pieces, current: Bytes::new() }
}

impl Read for Incoming {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            match self.pieces.blocking_recv() {
                None => return Ok(0),
                Some(Ok(piece)) => self.current = piece,
                Some(Err(reason)) => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, reason)),
            }
        }
        let n = self.current.len().min(buffer.len());
        buffer[..n].copy_from_slice(&self.current.split_to(n));
        Ok(n)
    }
}

/// What a thread writes, sent as it comes. Unless it is [`Outgoing::finish`]ed the connection breaks off, so that nobody
/// takes a part for the whole.
pub(super) struct Outgoing {
    out: mpsc::Sender<Result<Bytes, io::Error>>,
    buffer: Vec<u8>,
}

pub(super) fn outgoing() -> (Outgoing, Body) {
    sent(None)
}

/// The same; when nobody reads it any more that is called off, which waits at the gate, say, and writes nothing.
pub(super) fn outgoing_until(gone: &Cancel) -> (Outgoing, Body) {
    sent(Some(gone.clone()))
}

fn sent(gone: Option<Cancel>) -> (Outgoing, Body) {
    let (out, pieces) = mpsc::channel(AHEAD);
    (Outgoing { out, buffer: Vec::with_capacity(PIECE) }, Body::new(Pieces { pieces, gone }))
}

impl Outgoing {
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.flush()
    }

    pub(super) fn fail(self, fault: &Fault) {
        let error = io::Error::other(fault.to_string());
        if self.out.blocking_send(Err(error)).is_err() {
            tracing::debug!(%fault, "nobody listens");
        }
    }
}

impl Write for Outgoing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.buffer, Vec::with_capacity(PIECE));
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.out.blocking_send(Ok(piece.into())).map_err(gone)
    }
}

struct Pieces {
    pieces: mpsc::Receiver<Result<Bytes, io::Error>>,
    gone: Option<Cancel>,
}

impl Drop for Pieces {
    fn drop(&mut self) {
        // What has been written whole is over before its last piece is sent: nothing is called off then.
        if let Some(gone) = &self.gone {
            gone.cancel();
        }
    }
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.pieces.poll_recv(cx).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}
