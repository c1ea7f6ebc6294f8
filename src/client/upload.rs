//! A request whose body is read while it is sent: an archive is larger than memory.

use super::http::{self, Ask};
use super::{Answer, Client, ClientError};
use hyper::Method;
use hyper::body::{Body, Bytes, Frame};
use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// How many bytes are read at once.
const PIECE: usize = 64 * 1024;

impl Client {
    /// `POST`s what `body` reads, and returns as soon as the head of the answer is there. Where reading fails the request is
    /// cut, so that half an archive is never taken for a whole one.
    pub fn upload(&self, path: &str, body: impl Read + Send + 'static) -> Result<Answer, ClientError> {
        self.upload_by(Method::POST, path, body)
    }

    /// The same by another method.
    pub fn upload_by(
        &self,
        method: Method,
        path: &str,
        body: impl Read + Send + 'static,
    ) -> Result<Answer, ClientError> {
        let (sender, pieces) = mpsc::channel(4);
        std::thread::spawn(move || pump(body, &sender));
        let headers = vec![("Content-Type", "application/x-tar".to_owned())];
        let ask = Ask { method, path: path.to_owned(), body: None, headers };
        let answer = self.runtime.block_on(http::send_with(&self.socket, ask, Pieces(pieces)))?;
        Ok(Answer::of(answer, self))
    }
}

fn pump(mut body: impl Read, pieces: &mpsc::Sender<io::Result<Bytes>>) {
    loop {
        let mut piece = vec![0; PIECE];
        let read = body.read(&mut piece);
        let last = !matches!(read, Ok(1..));
        let sent = match read {
            Ok(0) => Ok(()),
            Ok(length) => {
                piece.truncate(length);
                pieces.blocking_send(Ok(piece.into()))
            }
            Err(error) => pieces.blocking_send(Err(error)),
        };
        // The engine answered before it had read all, or is gone: its answer says why.
        if last || sent.is_err() {
            return;
        }
    }
}

/// A body of what is sent into the channel; an error cuts the connection.
pub(crate) struct Pieces(pub mpsc::Receiver<io::Result<Bytes>>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}
