//! Connections: how many there may be, and how long one may keep the engine waiting.
//!
//! ```text
//! accept ─▶ a place is free ─▶ head, within a time and a size ─▶ router ─▶ answer: somebody must take it ─▶ next head
//!             └─ none: 503, closed     └─ 408, 431                   └─ 101: handed over, no time counts from here on
//! ```
//!
//! The last places are for requests that are answered at once, one each: however many streams are open, who wants to see what runs
//! here, or to end it, can.
//!
//! A request that waits – for a container's end, at the gate, for the next event – is no slow client: nothing counts while
//! there is nothing to read and nothing to write.

use super::answer::Refused;
use super::guard::{Guarded, Link};
use super::json::Patient;
use super::peers::{self, Peer, Peers};
use super::stays::stays;
use crate::engine::{Fault, FaultKind};
use crate::trace::Code;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::{Service, ServiceExt};

/// What clients may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Connections at once. A window has a handful, a terminal three.
    pub connections: usize,
    /// How many of them are for requests that do not stay.
    pub spare: usize,
    /// For the head of a request, and for a connection between two requests.
    pub head: Duration,
    /// Bytes of a head.
    pub head_bytes: usize,
    /// For the next bytes of a body. What is loaded may be made while it is sent, so this is long.
    pub body: Duration,
    /// For taking the next bytes of an answer. Somebody may read one in a pager, so this is long, too.
    pub answer: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            spare: 32,
            head: Duration::from_secs(30),
            head_bytes: 64 * 1024,
            body: Duration::from_secs(300),
            answer: Duration::from_secs(600),
        }
    }
}

/// Clients that are told at once that there is no place for them; more wait in the kernel's queue.
const REFUSED: usize = 16;
/// How long such a client may take to ask and to be answered.
const REFUSING: Duration = Duration::from_secs(2);
/// What hyper keeps of one connection's input and output.
const BUFFER: usize = 128 * 1024;

/// Answers whoever connects, and tells those whom the socket is not for that it is not. Does not end.
pub(super) async fn serve<S>(listener: UnixListener, peers: Peers, service: S, limits: Limits)
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let places = Arc::new(Semaphore::new(limits.connections - limits.spare));
    let spare = Arc::new(Semaphore::new(limits.spare));
    let refusals = Arc::new(Semaphore::new(REFUSED));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of descriptors, most likely: one becomes free.
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        if let Some(fault) = peers.refusal(&stream) {
            if let Ok(place) = Arc::clone(&refusals).acquire_owned().await {
                tokio::spawn(async move {
                    peers::refuse(stream, fault).await;
                    drop(place);
                });
            }
        } else if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
            tokio::spawn(answer(stream, (place, false), service.clone(), limits));
        } else if let Ok(place) = Arc::clone(&spare).try_acquire_owned() {
            tokio::spawn(answer(stream, (place, true), service.clone(), limits));
        } else if let Ok(place) = Arc::clone(&refusals).acquire_owned().await {
            tokio::spawn(refuse(stream, place, limits));
        }
    }
}

/// Answers what comes over a connection; over a `spare` one a request that does not stay.
async fn answer<S>(stream: UnixStream, (place, spare): (OwnedSemaphorePermit, bool), service: S, limits: Limits)
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let peer = Peer::of(&stream);
    let link = Link::new(stream, place);
    let guarded = Guarded::new(Arc::clone(&link), limits.answer);
    let connection = guarded.connection();
    let handle = {
        let connection = connection.clone();
        service_fn(move |request: hyper::Request<Incoming>| {
            let mut request = request.map(|body| Body::new(Patient::new(body, limits.body)));
            request.extensions_mut().insert(connection.clone());
            if let Some(peer) = peer {
                request.extensions_mut().insert(peer);
            }
            let service = service.clone();
            async move {
                if !spare {
                    return service.oneshot(request).await;
                }
                let full = stays(&request);
                let mut response = if full { too_many(limits) } else { service.oneshot(request).await? };
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                Ok(response)
            }
        })
    };
    let served = http(limits.head, limits.head_bytes).serve_connection(TokioIo::new(guarded), handle).with_upgrades();
    if let Err(error) = served.await {
        tracing::debug!(%error, "a connection ended early");
        // One that was idle after an answer is closed without a word, as servers do.
        if error.is_timeout() && connection.is_asking() {
            let fault = Fault::new(FaultKind::TimedOut, Code::HeadTimeout).with("seconds", limits.head.as_secs());
            last_words(&link, fault).await;
        }
    }
}

fn http(head: Duration, head_bytes: usize) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head).max_header_size(head_bytes).max_buf_size(BUFFER);
    http
}

/// There is no place: the client is told so, and may come again.
async fn refuse(stream: UnixStream, place: OwnedSemaphorePermit, limits: Limits) {
    let handle = service_fn(move |_request: hyper::Request<Incoming>| async move {
        let mut response = too_many(limits);
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        Ok::<_, Infallible>(response)
    });
    let io = TokioIo::new(Guarded::new(Link::new(stream, place), REFUSING));
    if let Err(error) = http(REFUSING, limits.head_bytes).serve_connection(io, handle).await {
        tracing::debug!(%error, "a client that was refused went early");
    }
}

fn too_many(limits: Limits) -> Response {
    let fault = Fault::new(FaultKind::Busy, Code::TooManyConnections).with("limit", limits.connections - limits.spare);
    Refused(fault).into_response()
}

/// What is still said when hyper has given the connection up. A client that takes nothing gets nothing.
async fn last_words(link: &Link, fault: Fault) {
    let (head, body) = Refused(fault).into_response().into_parts();
    let Ok(body) = to_bytes(body, BUFFER).await else { return };
    let text = format!(
        "HTTP/1.1 {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        head.status,
        body.len()
    );
    let said = link.try_write(&[text.as_bytes(), &body].concat());
    tracing::debug!(?said, "a client that was too slow was told so");
}

#[cfg(test)]
#[path = "serve_tests.rs"]
mod tests;
