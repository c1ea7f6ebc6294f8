//! The pull half of the OCI distribution-spec: manifests, blobs with ranges, tags, the catalog.

use super::damage::Damages;
use super::moved::Moved;
use super::shelf::{Shelf, Stored};
use crate::engine::{Fault, Result};
use crate::spec::Digest;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tower::ServiceExt;

/// What is served: the shelf, but for what is damaged, and for tags that were moved.
#[derive(Debug, Clone)]
pub struct Shop {
    pub shelf: Arc<Shelf>,
    pub damages: Arc<Damages>,
    pub moved: Arc<Moved>,
}

impl Shop {
    fn get(&self, digest: &Digest) -> Option<Stored> {
        let stored = self.shelf.blobs.get(digest)?.clone();
        Some(match self.damages.bytes(digest) {
            Some(bytes) => Stored { bytes, ..stored },
            None => stored,
        })
    }
}

/// Serves on a thread of its own.
pub fn start(listener: TcpListener, shop: Shop) -> Result<()> {
    let failed = |e: std::io::Error| Fault::io("start", "the built-in registry", &e);
    listener.set_nonblocking(true).map_err(failed)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let serve = async move {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        accept(listener, Router::new().fallback(answer).with_state(shop), HEAD).await;
        Ok::<(), std::io::Error>(())
    };
    let run = move || {
        if let Err(error) = runtime.block_on(serve) {
            tracing::error!(%error, "the built-in registry ended");
        }
    };
    std::thread::Builder::new().name("registry".into()).spawn(run).map_err(failed)?;
    Ok(())
}

/// Connections at once; more wait in the kernel. Any process of this machine may come, and none may take the engine's
/// descriptors.
const CONNECTIONS: usize = 64;
/// For the head of a request, and between two. Our own puller keeps an idle connection for 15 seconds.
const HEAD: Duration = Duration::from_secs(60);
/// For a connection as a whole. A pull may stand at the gate in the midst of a blob for as long as a lesson takes.
const WHOLE: Duration = Duration::from_secs(3600);

async fn accept(listener: tokio::net::TcpListener, app: Router, head: Duration) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head).max_buf_size(128 * 1024);
    loop {
        // Not closed, so there is always one at last.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "the built-in registry did not accept a connection");
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        let app = app.clone();
        let handle = service_fn(move |request: hyper::Request<Incoming>| app.clone().oneshot(request.map(Body::new)));
        let served = http.serve_connection(TokioIo::new(stream), handle);
        tokio::spawn(async move {
            let ended = tokio::time::timeout(WHOLE, served).await;
            tracing::trace!(?ended, "a connection to the built-in registry");
            drop(place);
        });
    }
}

async fn answer(State(shop): State<Shop>, method: Method, uri: Uri, headers: HeaderMap) -> Response<Body> {
    if method != Method::GET && method != Method::HEAD {
        return error(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", "this registry is read-only");
    }
    let shelf = &shop.shelf;
    let Some(path) = uri.path().strip_prefix("/v2") else {
        return error(StatusCode::NOT_FOUND, "UNSUPPORTED", "only /v2/ is served here");
    };
    let path = path.trim_matches('/');
    if path.is_empty() {
        return json_answer(&json!({}));
    }
    if path == "_catalog" {
        return json_answer(&json!({ "repositories": shelf.tags.keys().collect::<Vec<_>>() }));
    }
    if let Some(name) = path.strip_suffix("/tags/list") {
        return match shelf.tags.get(name) {
            Some(tags) => json_answer(&json!({ "name": name, "tags": tags.keys().collect::<Vec<_>>() })),
            None => error(StatusCode::NOT_FOUND, "NAME_UNKNOWN", name),
        };
    }
    if let Some((name, key)) = path.rsplit_once("/manifests/") {
        return manifest(&shop, name, key);
    }
    if let Some((name, key)) = path.rsplit_once("/blobs/") {
        return blob(&shop, name, key, &headers);
    }
    error(StatusCode::NOT_FOUND, "UNSUPPORTED", path)
}

fn manifest(shop: &Shop, name: &str, key: &str) -> Response<Body> {
    let Some(tags) = shop.shelf.tags.get(name) else { return error(StatusCode::NOT_FOUND, "NAME_UNKNOWN", name) };
    let digest = key.parse::<Digest>().ok().or_else(|| shop.moved.target(name, key)).or_else(|| tags.get(key).cloned());
    let found = digest.and_then(|digest| shop.get(&digest).map(|stored| (digest, stored)));
    match found.filter(|(_, stored)| stored.media_type.contains(".manifest.") || stored.media_type.contains(".index."))
    {
        Some((digest, stored)) => whole(&digest, &stored),
        None => error(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN", key),
    }
}

fn blob(shop: &Shop, name: &str, key: &str, headers: &HeaderMap) -> Response<Body> {
    if !shop.shelf.tags.contains_key(name) {
        return error(StatusCode::NOT_FOUND, "NAME_UNKNOWN", name);
    }
    let found = key.parse::<Digest>().ok().and_then(|digest| shop.get(&digest).map(|stored| (digest, stored)));
    let Some((digest, stored)) = found else { return error(StatusCode::NOT_FOUND, "BLOB_UNKNOWN", key) };
    let size = stored.bytes.len();
    let range = headers.get(header::RANGE).and_then(|value| value.to_str().ok()).and_then(|text| range(text, size));
    match range {
        None => whole(&digest, &stored),
        Some(Err(())) => Response::builder()
            .status(StatusCode::RANGE_NOT_SATISFIABLE)
            .header(header::CONTENT_RANGE, format!("bytes */{size}"))
            .body(Body::empty())
            .unwrap_or_default(),
        Some(Ok((from, to))) => Response::builder()
            .status(StatusCode::PARTIAL_CONTENT)
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header(header::CONTENT_RANGE, format!("bytes {from}-{to}/{size}"))
            .header("Docker-Content-Digest", digest.as_str())
            .body(Body::from(stored.bytes.slice(from..=to)))
            .unwrap_or_default(),
    }
}

/// `bytes=100-` or `bytes=100-199`: first and last byte. None for what need not be understood (RFC 9110, 14.2).
fn range(text: &str, size: usize) -> Option<Result<(usize, usize), ()>> {
    let (from, to) = text.strip_prefix("bytes=")?.split_once('-')?;
    let from: usize = from.parse().ok()?;
    let to = if to.is_empty() { size.saturating_sub(1) } else { to.parse::<usize>().ok()?.min(size.saturating_sub(1)) };
    Some(if from < size && from <= to { Ok((from, to)) } else { Err(()) })
}

/// The answer to HEAD has the same headers; hyper leaves the body out.
fn whole(digest: &Digest, stored: &Stored) -> Response<Body> {
    let document = stored.media_type.ends_with("json");
    let media_type = if document { stored.media_type.as_str() } else { "application/octet-stream" };
    Response::builder()
        .header(header::CONTENT_TYPE, media_type)
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::ETAG, format!("\"{digest}\""))
        .header("Docker-Content-Digest", digest.as_str())
        .header("Docker-Distribution-Api-Version", "registry/2.0")
        .body(Body::from(stored.bytes.clone()))
        .unwrap_or_default()
}

fn json_answer(value: &Value) -> Response<Body> {
    Response::builder()
        .header(header::CONTENT_TYPE, "application/json")
        .header("Docker-Distribution-Api-Version", "registry/2.0")
        .body(Body::from(value.to_string()))
        .unwrap_or_default()
}

fn error(status: StatusCode, code: &str, detail: &str) -> Response<Body> {
    let body =
        json!({ "errors": [{ "code": code, "message": code.replace('_', " ").to_lowercase(), "detail": detail }] });
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpStream;

    #[test]
    fn whoever_connects_and_says_nothing_keeps_no_place() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let app = Router::new().fallback(|| async { "here" });
        let address = runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            tokio::spawn(accept(listener, app, Duration::from_millis(100)));
            address
        });
        let silent: Vec<_> = (0..CONNECTIONS + 8).map(|_| TcpStream::connect(address).unwrap()).collect();
        let mut client = TcpStream::connect(address).unwrap();
        client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut said = String::new();
        client.read_to_string(&mut said).unwrap();
        assert!(said.ends_with("here"), "{said}");
        drop(silent);
    }
}
