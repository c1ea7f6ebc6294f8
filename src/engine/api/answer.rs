//! Answers: JSON, refusals, streams.

use crate::docker::ErrorMessage;
use crate::engine::{Cancel, Fault, FaultKind, Result};
use crate::i18n::{Lang, Words};
use crate::trace::Code;
use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::{Body as HttpBody, Bytes, Frame};
use serde::Serialize;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// What a handler returns.
pub(super) type Answer = std::result::Result<Response, Refused>;

/// A fault on its way to the client.
#[derive(Debug)]
pub(super) struct Refused(pub Fault);

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = status(&self.0);
        let body = ErrorMessage { message: english(&self.0), dockwalk: Some(self.0.problem) };
        with_status(status, &body)
    }
}

/// What went wrong, in English: for clients that know no other way.
///
/// The docker CLI takes its exit status (126, 127) from the words of the message, so Go's own are added where they lack.
pub(super) fn english(fault: &Fault) -> String {
    let text = Words::new(Lang::En).problem(&fault.problem);
    let wanted = match fault.problem.code.not_executed() {
        Some(127) => ["executable file not found", "no such file or directory"].as_slice(),
        Some(126) => &["permission denied"],
        _ => return text,
    };
    // As words of another matter, for it is not said that this was the reason.
    let add = || format!("{text} (The exit status is that of “{}”.)", wanted[0]);
    if wanted.iter().any(|words| text.contains(words)) { text } else { add() }
}

fn status(fault: &Fault) -> StatusCode {
    match fault.kind {
        FaultKind::BadRequest => StatusCode::BAD_REQUEST,
        FaultKind::Denied => StatusCode::FORBIDDEN,
        FaultKind::NotFound => StatusCode::NOT_FOUND,
        FaultKind::Conflict => StatusCode::CONFLICT,
        FaultKind::TimedOut => StatusCode::REQUEST_TIMEOUT,
        FaultKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        FaultKind::NotBuilt => StatusCode::NOT_IMPLEMENTED,
        FaultKind::Busy | FaultKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        // nginx's number for a client that went away; nobody is there to read it.
        FaultKind::Cancelled => StatusCode::from_u16(499).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        FaultKind::Failed => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// 200 with JSON.
pub(super) fn json(value: &impl Serialize) -> Response {
    with_status(StatusCode::OK, value)
}

/// JSON with another status.
pub(super) fn with_status(status: StatusCode, value: &impl Serialize) -> Response {
    let mut text = serde_json::to_vec(value).unwrap_or_default();
    text.push(b'\n');
    (status, [(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// A line of a stream of JSON, with its end.
pub(super) fn line(value: &impl Serialize, end: &str) -> Bytes {
    let mut text = serde_json::to_string(value).unwrap_or_default();
    text.push_str(end);
    text.into()
}

/// 204
pub(super) fn nothing() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// A stream: what is sent into the channel goes out at once.
pub(super) fn stream(content_type: &'static str, chunks: mpsc::Receiver<Bytes>) -> Response {
    ([(header::CONTENT_TYPE, content_type)], Body::new(Chunks(chunks))).into_response()
}

struct Chunks(mpsc::Receiver<Bytes>);

impl HttpBody for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|chunk| chunk.map(|bytes| Ok(Frame::data(bytes))))
    }
}

/// Does something that may wait, at the gate or on the host, on a thread where waiting is fine.
pub(super) async fn blocking<T: Send + 'static>(act: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(act).await {
        Ok(result) => result,
        Err(error) => Err(Fault::failed(Code::EngineFault).with("reason", error)),
    }
}

/// The same, cancelled when the client goes away: then the handler, and this future with it, is dropped.
pub(super) async fn cancellable<T: Send + 'static>(
    act: impl FnOnce(&Cancel) -> Result<T> + Send + 'static,
) -> Result<T> {
    let mut guard = CancelOnDrop { cancel: Cancel::new(), armed: true };
    let cancel = guard.cancel.clone();
    let result = blocking(move || act(&cancel)).await;
    guard.armed = false;
    result
}

struct CancelOnDrop {
    cancel: Cancel,
    armed: bool,
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        if self.armed {
            self.cancel.cancel();
        }
    }
}
