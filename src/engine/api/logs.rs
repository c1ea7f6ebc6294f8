//! `logs`: from a container's log files, then as they grow.

use super::Shared;
use super::answer::{Answer, stream};
use super::frames::{content_type, frame};
use super::query;
use crate::docker::LogsQuery;
use crate::engine::container::{Ask, Container, Phase, Piece, Reader};
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
    // One batch waits here and one in the connection; a reader that takes its time costs no more.
    let (sender, receiver) = mpsc::channel(1);
    let (tty, timestamps) = (container.request.tty, query.timestamps);
    tokio::spawn(async move {
        if let Err(fault) = send(&container, ask, timestamps, &sender).await {
            tracing::debug!(%fault, container = %container.id, "a log cannot be read any more");
        }
    });
    Ok(stream(content_type(tty), receiver))
}

async fn send(container: &Arc<Container>, ask: Ask, timestamps: bool, out: &mpsc::Sender<Bytes>) -> Result<()> {
    let mut length = container.streams.log.length();
    let mut revision = container.revision();
    let (follow, of) = (ask.follow, Arc::clone(container));
    let mut reader = super::answer::blocking(move || of.streams.log.reader(ask)).await?;
    loop {
        length.borrow_and_update();
        revision.borrow_and_update();
        let ended = !matches!(container.state().phase, Phase::Running | Phase::Starting | Phase::Created);
        let pieces;
        (reader, pieces) = batch(container, reader).await?;
        if !pieces.is_empty() {
            if out.send(framed(container, &pieces, timestamps)).await.is_err() {
                return Ok(());
            }
            continue;
        }
        if !follow || ended || reader.is_over() {
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
fn framed(container: &Container, pieces: &[Piece], timestamps: bool) -> Bytes {
    let mut out = Vec::new();
    for piece in pieces {
        let stamp = if timestamps && piece.begins { format!("{} ", piece.time) } else { String::new() };
        let text = Bytes::from(stamp + &piece.text);
        out.extend_from_slice(&frame(container.request.tty, piece.channel, &text));
    }
    out.into()
}
