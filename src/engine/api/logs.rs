//! `logs`: from a container's log file, then as it grows.

use super::Shared;
use super::answer::{Answer, stream};
use super::frames::{content_type, frame};
use super::query::Query;
use crate::engine::container::streams::Channel;
use crate::engine::container::{Container, Entry, Phase};
use crate::engine::{Fault, FaultKind};
use axum::extract::{Path, Request};
use hyper::body::Bytes;
use std::sync::Arc;
use tokio::sync::mpsc;

#[derive(Debug)]
struct Wanted {
    out: bool,
    err: bool,
    follow: bool,
    timestamps: bool,
    tail: Option<usize>,
}

pub(super) async fn logs(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let query = Query::of(&request);
    let container = engine.containers.find(&id)?;
    let tail = match query.get("tail") {
        None | Some("all") => None,
        Some(_) => query.number("tail")?,
    };
    let wanted = Wanted {
        out: query.flag("stdout"),
        err: query.flag("stderr"),
        follow: query.flag("follow"),
        timestamps: query.flag("timestamps"),
        tail,
    };
    if !wanted.out && !wanted.err {
        return Err(Fault::new(FaultKind::BadRequest, "no-stream-chosen").into());
    }
    for unsupported in ["since", "until"] {
        if let Some(value) = query.get(unsupported).filter(|value| *value != "0") {
            let fault = Fault::new(FaultKind::BadRequest, "unsupported-option");
            return Err(fault.with("option", unsupported).with("value", value).into());
        }
    }
    let (sender, receiver) = mpsc::channel(64);
    let tty = container.request.tty;
    tokio::spawn(async move { send(&container, &wanted, &sender).await });
    Ok(stream(content_type(tty), receiver))
}

async fn send(container: &Arc<Container>, wanted: &Wanted, out: &mpsc::Sender<Bytes>) {
    let mut length = container.streams.log.length();
    let mut revision = container.revision();
    let mut sent = None;
    loop {
        length.borrow_and_update();
        revision.borrow_and_update();
        let over = !matches!(container.state().phase, Phase::Running | Phase::Starting | Phase::Created);
        let log = Arc::clone(container);
        let entries = match tokio::task::spawn_blocking(move || log.streams.log.read()).await {
            Ok(Ok(entries)) => entries,
            failed => return tracing::debug!(?failed, "a log cannot be read any more"),
        };
        let mine: Vec<_> = entries.iter().filter(|e| is_wanted(e, wanted)).collect();
        let from = sent.unwrap_or_else(|| mine.len().saturating_sub(wanted.tail.unwrap_or(mine.len())));
        for entry in mine.iter().skip(from) {
            let line = if wanted.timestamps { format!("{} {}", entry.time, entry.log) } else { entry.log.clone() };
            if out.send(frame(container.request.tty, entry.channel(), &line.into())).await.is_err() {
                return;
            }
        }
        sent = Some(mine.len().max(from));
        if !wanted.follow || over {
            return;
        }
        tokio::select! {
            changed = length.changed() => if changed.is_err() { return },
            changed = revision.changed() => if changed.is_err() { return },
            () = out.closed() => return,
        }
    }
}

fn is_wanted(entry: &Entry, wanted: &Wanted) -> bool {
    match entry.channel() {
        Channel::Out => wanted.out,
        Channel::Err => wanted.err,
    }
}
