//! `logs`: from a container's log files, then as they grow.

use super::Shared;
use super::answer::{Answer, stream};
use super::frames::{content_type, frame};
use super::query;
use crate::docker::LogsQuery;
use crate::engine::container::{Ask, Container, Phase, Piece, Reader, log_details};
use crate::engine::moment::Moment;
use crate::engine::{Fault, FaultKind, Result};
use crate::trace::Code;
use axum::extract::{Path, Request};
use hyper::body::Bytes;
use std::sync::Arc;
use tokio::sync::mpsc;

pub(super) async fn logs(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let container = engine.containers.find(&id)?;
    let query: LogsQuery = query::read(&request)?;
    let ask = Ask {
        channels: [query.stdout, query.stderr],
        tail: query.tail.0,
        since: query.since.map(|since| Moment::from(since).rfc3339()),
        until: query.until.map(|until| Moment::from(until).rfc3339()),
        follow: query.follow,
    };
    if ask.channels == [false; 2] {
        return Err(Fault::new(FaultKind::BadRequest, Code::NoStreamChosen).into());
    }
    if !container.streams.log.is_kept() {
        let fault = Fault::new(FaultKind::NotBuilt, Code::LogsNotKept).with("container", &container.name);
        return Err(fault.into());
    }
    // One batch waits here and one in the connection; a reader that takes its time costs no more.
    let (sender, receiver) = mpsc::channel(1);
    let details = query.details.then(|| {
        let config = &container.request.host_config.log_config.config;
        log_details(config, &container.merged.labels, &container.merged.env) + " "
    });
    let before = Before { stamp: query.timestamps, details: details.unwrap_or_default() };
    let tty = container.request.tty;
    tokio::spawn(async move {
        if let Err(fault) = send(&container, ask, &before, &sender).await {
            tracing::debug!(%fault, container = %container.id, "a log cannot be read any more");
        }
    });
    Ok(stream(content_type(tty), receiver))
}

/// What stands before each line.
#[derive(Debug, Clone)]
struct Before {
    stamp: bool,
    /// What log options say of the container, with a space behind it; empty where nobody asks for that.
    details: String,
}

/// As Docker, who follows a container that does not run has what there is, and the end.
async fn send(container: &Arc<Container>, ask: Ask, before: &Before, out: &mpsc::Sender<Bytes>) -> Result<()> {
    let mut length = container.streams.log.length();
    let mut revision = container.revision();
    let (follow, of) = (ask.follow, Arc::clone(container));
    let mut reader = super::answer::blocking(move || of.streams.log.reader(ask)).await?;
    loop {
        length.borrow_and_update();
        revision.borrow_and_update();
        let ended = !matches!(container.state().phase, Phase::Running | Phase::Starting);
        let pieces;
        (reader, pieces) = batch(container, reader).await?;
        if !pieces.is_empty() {
            if out.send(framed(container, &pieces, before)).await.is_err() {
                return Ok(());
            }
            continue;
        }
        if !follow || ended || reader.is_over() {
            if let Some(missing) = reader.missing(&container.streams.log) {
                out.send(framed(container, &[missing], before))
                    .await
                    .unwrap_or_else(|_gone| tracing::debug!("nobody reads"));
            }
            return Ok(());
        }
        tokio::select! {
            changed = length.changed() => if changed.is_err() { return Ok(()) },
            changed = revision.changed() => if changed.is_err() { return Ok(()) },
            () = out.closed() => return Ok(()),
        }
    }
}

async fn batch(container: &Arc<Container>, mut reader: Reader) -> Result<(Reader, Vec<Piece>)> {
    let container = Arc::clone(container);
    super::answer::blocking(move || {
        let pieces = reader.batch(&container.streams.log)?;
        Ok((reader, pieces))
    })
    .await
}

/// One frame a piece; a stamp stands where a line begins.
fn framed(container: &Container, pieces: &[Piece], before: &Before) -> Bytes {
    let mut out = Vec::new();
    for piece in pieces {
        let mut text = String::new();
        if piece.begins && before.stamp {
            text = format!("{} ", piece.time);
        }
        if piece.begins {
            text.push_str(&before.details);
        }
        let text = Bytes::from(text + &piece.text);
        out.extend_from_slice(&frame(container.request.tty, piece.channel, &text));
    }
    out.into()
}
