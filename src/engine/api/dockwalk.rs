//! `/dockwalk/v1/`: trace, gate, evidence, doctor, lab host, rewind.

use super::Shared;
use super::answer::{Answer, blocking, json, nothing, stream};
use super::query::Query;
use crate::client::protocol::{GateCommand, HostCommand, Rewind};
use crate::engine::container::Phase;
use crate::engine::{Engine, Fault, FaultKind, probe};
use axum::Json;
use axum::extract::{Path, Request};
use axum::http::HeaderValue;
use axum::response::Response;
use hyper::body::Bytes;
use serde_json::json as value;
use std::sync::Arc;
use tokio::sync::mpsc;

/// How many events go out in one piece.
const BATCH: usize = 512;

pub(super) async fn info(engine: Shared) -> Response {
    json(&engine.info())
}

/// The events from a number on, then each as it comes. A client that was connected to another engine starts anew.
pub(super) async fn trace(engine: Shared, request: Request) -> Answer {
    let query = Query::of(&request);
    let before = query.number::<u32>("engine")?.filter(|&pid| pid != 0);
    let this = std::process::id();
    let from = query.number("from")?.filter(|_| before.is_none_or(|pid| pid == this)).unwrap_or(0);
    // Closed before the answer goes out: whoever has read its head knows that the next step waits.
    let hold = query.flag("hold").then(|| engine.conductor.hold());
    let (sender, receiver) = mpsc::channel(8);
    let engine = Arc::clone(&engine);
    tokio::spawn(async move {
        follow(&engine, from, &sender).await;
        drop(hold);
    });
    let mut response = stream("application/x-ndjson", receiver);
    response.headers_mut().insert("dockwalk-engine", HeaderValue::from(this));
    Ok(response)
}

async fn follow(engine: &Engine, mut position: u64, out: &mpsc::Sender<Bytes>) {
    let mut length = engine.conductor.recorder().length();
    let mut ending = engine.ending.subscribe();
    loop {
        length.borrow_and_update();
        let events = engine.conductor.recorder().after(position, BATCH);
        let Some(last) = events.last() else {
            tokio::select! {
                changed = length.changed() => if changed.is_err() { return },
                _ = ending.wait_for(|ending| *ending) => return,
                () = out.closed() => return,
            }
            continue;
        };
        position = last.seq;
        let mut lines = Vec::with_capacity(events.len() * 256);
        for event in &events {
            if let Err(error) = serde_json::to_writer(&mut lines, event) {
                tracing::error!(%error, seq = event.seq, "an event cannot be written");
                return;
            }
            lines.push(b'\n');
        }
        if out.send(lines.into()).await.is_err() {
            return;
        }
    }
}

pub(super) async fn gate(engine: Shared) -> Response {
    json(&engine.conductor.gate().view())
}

pub(super) async fn command(engine: Shared, Json(command): Json<GateCommand>) -> Response {
    engine.conductor.gate().command(&command);
    json(&engine.conductor.gate().view())
}

pub(super) async fn evidence(engine: Shared, Path(seq): Path<u64>) -> Answer {
    let evidence = engine.conductor.recorder().evidence(seq);
    let missing = || Fault::new(FaultKind::NotFound, "no-such-evidence").with("seq", seq);
    Ok(json(&evidence.ok_or_else(missing)?))
}

pub(super) async fn doctor() -> Answer {
    Ok(json(&blocking(|| Ok(probe::examine())).await?))
}

/// Prepares a command on the lab host; it is started and talked to as any `exec`.
pub(super) async fn host(engine: Shared, Json(command): Json<HostCommand>) -> Answer {
    Ok(json(&value!({"Id": engine.prepare_host(command)?.id})))
}

pub(super) async fn rewind(engine: Shared, request: Request) -> Answer {
    let line = super::line(&request);
    let Json(scope) = axum::RequestExt::extract::<Json<Rewind>, _>(request)
        .await
        .map_err(|e| Fault::new(FaultKind::BadRequest, "bad-request").with("reason", e))?;
    let engine = Arc::clone(&engine);
    blocking(move || {
        let containers = match &scope.container {
            Some(name) => vec![engine.containers.find(name)?],
            None => engine.containers.all(),
        };
        for container in containers {
            let result = engine.remove(&container, &line, true, true);
            if container.state().phase != Phase::Removed {
                result?;
            }
        }
        Ok(nothing())
    })
    .await
    .map_err(Into::into)
}

pub(super) async fn stop(engine: Shared) -> Response {
    engine.end();
    nothing()
}
