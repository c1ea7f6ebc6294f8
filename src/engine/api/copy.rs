//! Files out of containers and into them, as tars: `containers/{id}/archive`, `containers/{id}/export`.

use super::Shared;
use super::answer::{Answer, Refused, cancellable, english};
use super::body::{incoming, outgoing};
use super::query;
use crate::docker::{ContainerArchiveQuery, PathStat};
use crate::engine::container::CopyIn;
use crate::engine::{Cancel, Engine, Fault, Result};
use crate::trace::Code;
use axum::extract::{Path, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::ext::ReasonPhrase;
use std::sync::Arc;

pub(super) async fn stat(engine: Shared, Path(id): Path<String>, request: Request) -> Response {
    let query = query::read(&request);
    match told(&engine, &id, query).await {
        Ok(told) => [header_of(&told)].into_response(),
        // An answer to HEAD has no body; the docker CLI shows the status line, which may say anything behind the number.
        Err(fault) => {
            let said = english(&fault);
            let mut response = Refused(fault).into_response();
            if let Ok(reason) = ReasonPhrase::try_from(said) {
                response.extensions_mut().insert(reason);
            }
            response
        }
    }
}

async fn told(engine: &Arc<Engine>, id: &str, query: Result<ContainerArchiveQuery>) -> Result<PathStat> {
    let ContainerArchiveQuery { path, .. } = query?;
    let container = engine.containers.find(id)?;
    let engine = Arc::clone(engine);
    cancellable(move |cancel| engine.stat_path(&container, &path, cancel)).await
}

fn header_of(told: &PathStat) -> (HeaderName, HeaderValue) {
    let json = serde_json::to_string(told).unwrap_or_default();
    let value = HeaderValue::from_str(&STANDARD.encode(json));
    (HeaderName::from_static("x-docker-container-path-stat"), value.unwrap_or(HeaderValue::from_static("")))
}

pub(super) async fn out(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let line = super::line(&request);
    let ContainerArchiveQuery { path, .. } = query::read(&request)?;
    let container = engine.containers.find(&id)?;
    let (out, body) = outgoing();
    let (begin, begun) = tokio::sync::oneshot::channel::<Result<PathStat>>();
    let engine = Arc::clone(&engine);
    tokio::task::spawn_blocking(move || {
        let (cancel, mut begin) = (Cancel::new(), Some(begin));
        let started = |told| {
            // Whoever asked has gone, perhaps: then the first write says so.
            begin.take().map(|begin| begin.send(Ok(told)));
            super::archive::Breaking::new(out, cancel.clone())
        };
        match engine.copy_out(&container, &path, &line, &cancel, started) {
            Ok(out) => out.finish(),
            Err(fault) => match begin.take() {
                Some(begin) => drop(begin.send(Err(fault))),
                // The head has gone out: that the body ends without its end is all that can be said.
                None => tracing::info!(%fault, "a copy was not finished"),
            },
        }
    });
    let told = begun.await.map_err(|e| Fault::failed(Code::EngineFault).with("reason", e))??;
    let tar = (header::CONTENT_TYPE, HeaderValue::from_static("application/x-tar"));
    Ok(([tar, header_of(&told)], body).into_response())
}

pub(super) async fn put(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let line = super::line(&request);
    let ContainerArchiveQuery { path, keep_kinds, owned } = query::read(&request)?;
    let container = engine.containers.find(&id)?;
    let tar = incoming(request);
    let engine = Arc::clone(&engine);
    cancellable(move |cancel| engine.copy_in(&container, &path, CopyIn { keep_kinds, owned }, (&line, cancel), tar))
        .await?;
    Ok(StatusCode::OK.into_response())
}

pub(super) async fn export(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let (line, container) = (super::line(&request), engine.containers.find(&id)?);
    let (out, body) = outgoing();
    let engine = Arc::clone(&engine);
    tokio::task::spawn_blocking(move || {
        let cancel = Cancel::new();
        let mut out = super::archive::Breaking::new(out, cancel.clone());
        match engine.export(&container, &line, &cancel, &mut out) {
            Ok(()) => out.finish(),
            Err(fault) => out.fail(&fault),
        }
    });
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], body).into_response())
}
