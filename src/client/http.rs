//! One HTTP exchange over a unix socket.

use super::ClientError;
use super::endpoint::Endpoint;
use crate::docker::ErrorMessage;
use crate::spec::visible;
use crate::trace::Problem;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::{Method, Request, Response, client::conn::http1};
use hyper_util::rt::TokioIo;
use std::path::Path;

/// What is asked.
#[derive(Debug, Clone, Default)]
pub(super) struct Ask {
    pub method: Method,
    pub path: String,
    pub body: Option<Vec<u8>>,
    pub headers: Vec<(&'static str, String)>,
}

/// Sends it on a connection of its own, and returns a good answer's head; a refusal is an error.
pub(super) async fn send(socket: &Endpoint, ask: Ask) -> Result<Response<Incoming>, ClientError> {
    let body = Full::new(Bytes::from(ask.body.clone().unwrap_or_default()));
    send_with(socket, ask, body).await
}

/// The same with a body that comes while it is sent; that of `ask` is not looked at.
pub(super) async fn send_with<B>(socket: &Endpoint, ask: Ask, body: B) -> Result<Response<Incoming>, ClientError>
where
    B: Body<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    let answer = send_any(socket, ask, body).await?;
    if answer.status().is_success() || answer.status().is_informational() || answer.status().is_redirection() {
        return Ok(answer);
    }
    Err(refusal(socket, answer).await)
}

async fn send_any<B>(socket: &Endpoint, ask: Ask, body: B) -> Result<Response<Incoming>, ClientError>
where
    B: Body<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    let stream = socket.connect().await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|e| cut(socket, &e))?;
    // Ends with the exchange, or when the connection is upgraded.
    tokio::spawn(async move { connection.with_upgrades().await });
    let mut request = Request::builder().method(ask.method).uri(&ask.path).header("Host", "dockwalk");
    if ask.body.is_some() {
        request = request.header("Content-Type", "application/json");
    }
    for (name, value) in &ask.headers {
        request = request.header(*name, value);
    }
    let request = request.body(body).map_err(|e| ClientError::new("bad-request").with("reason", e))?;
    sender.send_request(request).await.map_err(|e| cut(socket, &e))
}

async fn refusal(socket: &Path, answer: Response<Incoming>) -> ClientError {
    let status = answer.status();
    let body = match answer.into_body().collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return cut(socket, &error),
    };
    let problem = match serde_json::from_slice::<ErrorMessage>(&body) {
        Ok(ErrorMessage { dockwalk: Some(problem), .. }) => problem,
        Ok(ErrorMessage { message, dockwalk: None }) => Problem::new("engine-said").with("message", message),
        // hyper's own refusals have no body: a head that is too large.
        Err(_) if body.is_empty() => Problem::new("engine-said").with("message", status),
        Err(_) => Problem::new("engine-said").with("message", String::from_utf8_lossy(&body)),
    };
    ClientError { status: Some(status.as_u16()), problem }
}

pub(super) fn unreachable(socket: &Path, error: &std::io::Error) -> ClientError {
    let code = match error.kind() {
        std::io::ErrorKind::PermissionDenied => "engine-denied",
        _ => "engine-unreachable",
    };
    ClientError::new(code).with("socket", visible::path(socket)).with("reason", error)
}

pub(super) fn cut(socket: &Path, error: &hyper::Error) -> ClientError {
    ClientError::new("engine-cut").with("socket", visible::path(socket)).with("reason", error)
}
