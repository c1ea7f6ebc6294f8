//! Bodies of requests: a small JSON document is read whole, within bounds; any body may keep the engine waiting only so long.

use crate::docker;
use crate::engine::container::bounds;
use crate::engine::{Fault, FaultKind, Result};
use crate::trace::Code;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Bytes, Frame, Incoming, SizeHint};
use serde::de::DeserializeOwned;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Sleep, sleep, timeout};

/// Bytes of a JSON document. A command line and an environment of Linux's greatest size fit.
pub(super) const LARGEST: usize = 4 << 20;
/// For a whole JSON document.
const WITHIN: Duration = Duration::from_secs(30);

/// The body as JSON; a body that is not there is `null`.
pub(super) async fn read<T: DeserializeOwned>(request: Request) -> Result<T> {
    parse(&bytes(request.into_body(), WITHIN).await?)
}

/// The same of a body that is Docker's, by the rules of its decoder.
pub(super) async fn asked<T: DeserializeOwned + Default + docker::Request>(request: Request) -> Result<T> {
    Ok(docker::from_json(&first(request).await?)?)
}

/// The same where Docker does not ask what kind of body it is.
pub(super) async fn asked_of_any_kind<T: DeserializeOwned + Default + docker::Request>(request: Request) -> Result<T> {
    Ok(docker::from_json(&ordered(&bytes(request.into_body(), WITHIN).await?)?)?)
}

/// What it reads first in a body: as Docker, what is behind that is not looked at.
pub(super) async fn first(request: Request) -> Result<docker::Json> {
    is_json(&request)?;
    ordered(&bytes(request.into_body(), WITHIN).await?)
}

/// A body that may lack, and then is `null`.
pub(super) async fn first_if_any(request: Request) -> Result<docker::Json> {
    is_json(&request)?;
    let bytes = bytes(request.into_body(), WITHIN).await?;
    if bytes.trim_ascii().is_empty() { Ok(docker::Json::Null) } else { ordered(&bytes) }
}

/// As Docker: a body says that it is JSON (moby `httputils.CheckForJSON`).
fn is_json(request: &Request) -> Result<()> {
    let said = request.headers().get(CONTENT_TYPE).map_or("", |said| said.to_str().unwrap_or("?"));
    let nothing = said.is_empty() && request.body().size_hint().exact() == Some(0);
    let fault = || Fault::new(FaultKind::BadRequest, Code::BodyKind).with("kind", bounds::short(said));
    if nothing || is_json_type(said) { Ok(()) } else { Err(fault()) }
}

/// `application/json`, and parameters behind a `;`.
fn is_json_type(said: &str) -> bool {
    let mut parts = said.split(';').map(str::trim);
    let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    let whole = |(name, value): (&str, &str)| !name.is_empty() && !value.is_empty();
    named && parts.all(|part| part.is_empty() || part.split_once('=').is_some_and(whole))
}

/// The same of bytes.
pub fn ordered(bytes: &[u8]) -> Result<docker::Json> {
    bounds::document(bytes)?;
    let read = docker::Json::first(bytes);
    let read = read.map_err(|e| Fault::new(FaultKind::BadRequest, Code::BadRequest).with("reason", e))?;
    read.ok_or_else(|| Fault::new(FaultKind::BadRequest, Code::BodyEmpty))
}

/// A document, within the bounds of depth and count.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    bounds::document(bytes)?;
    let bytes = if bytes.is_empty() { b"null" } else { bytes };
    serde_json::from_slice(bytes).map_err(|e| Fault::new(FaultKind::BadRequest, Code::BadRequest).with("reason", e))
}

async fn bytes(mut body: Body, within: Duration) -> Result<Vec<u8>> {
    let large = || Fault::new(FaultKind::TooLarge, Code::BodyTooLarge).with("limit", LARGEST);
    if body.size_hint().lower() > LARGEST as u64 {
        return Err(large());
    }
    let collect = async {
        let mut all = Vec::new();
        while let Some(frame) = body.frame().await {
            let cut = |e| Fault::new(FaultKind::BadRequest, Code::BadRequest).with("reason", e);
            if let Ok(data) = frame.map_err(cut)?.into_data() {
                if all.len() + data.len() > LARGEST {
                    return Err(large());
                }
                all.extend_from_slice(&data);
            }
        }
        Ok(all)
    };
    let late = |_| Fault::new(FaultKind::TimedOut, Code::BodyTimeout).with("seconds", within.as_secs());
    timeout(within, collect).await.map_err(late)?
}

/// A body that breaks off when its client sends nothing for too long. Only waiting for the client counts.
pub(super) struct Patient {
    body: Incoming,
    patience: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    pub(super) fn new(body: Incoming, patience: Duration) -> Self {
        Self { body, patience, waiting: None }
    }
}

impl HttpBody for Patient {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, axum::BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            self.waiting = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let patience = self.patience;
        ready!(self.waiting.get_or_insert_with(|| Box::pin(sleep(patience))).as_mut().poll(cx));
        let said = format!("the client sent nothing for {} seconds", patience.as_secs());
        Poll::Ready(Some(Err(said.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_whole(body: Body) -> Result<Vec<u8>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(bytes(body, Duration::from_millis(20)))
    }

    struct Never;

    impl HttpBody for Never {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<std::io::Result<Frame<Bytes>>>> {
            Poll::Pending
        }
    }

    #[test]
    fn a_document_is_refused_when_it_is_too_large_or_does_not_come() {
        let code = |body| read_whole(body).unwrap_err().problem.code;
        assert_eq!(code(Body::from(vec![b' '; LARGEST + 1])), Code::BodyTooLarge);
        assert_eq!(code(Body::new(Never)), Code::BodyTimeout);
        assert_eq!(read_whole(Body::from(vec![b' '; LARGEST])).unwrap().len(), LARGEST);
    }

    #[test]
    fn what_is_said_to_be_json_is() {
        for json in ["application/json", "APPLICATION/json", "application/json; charset=utf-8", "application/json ;"] {
            assert!(is_json_type(json), "{json}");
        }
        for other in [
            "",
            "text/json",
            "json",
            ";",
            "application/json, text/plain",
            "application/json; a",
            "application/vnd.json",
        ] {
            assert!(!is_json_type(other), "{other}");
        }
    }

    #[test]
    fn a_document_is_refused_when_it_is_too_deep() {
        let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        let read = parse::<serde_json::Value>(deep.as_bytes());
        assert_eq!(read.unwrap_err().problem.code, Code::JsonTooDeep);
        assert_eq!(parse::<serde_json::Value>(b"").unwrap(), serde_json::Value::Null);
    }
}
