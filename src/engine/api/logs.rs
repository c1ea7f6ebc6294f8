//! `logs`: from a container's log files, then as they grow.

use super::Shared;
use super::answer::{Answer, stream};
use super::frames::{content_type, frame};
use super::query::Query;
use crate::engine::container::{Ask, Container, Phase, Piece, Reader};
use crate::engine::moment::Moment;
use crate::engine::{Fault, FaultKind, Result};
use crate::trace::Code;
use axum::extract::{Path, Request};
use hyper::body::Bytes;
use std::sync::Arc;
use tokio::sync::mpsc;

pub(super) async fn logs(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let query = Query::of(&request);
    let container = engine.containers.find(&id)?;
    let ask = Ask {
        channels: [query.flag("stdout"), query.flag("stderr")],
        tail: match query.get("tail") {
            None | Some("all") => None,
            // Docker shows all for what is less than none.
            Some(text) if text.starts_with('-') => query.number::<i64>("tail")?.and(None),
            Some(_) => query.number("tail")?,
        },
        since: moment(&query, "since")?,
        until: moment(&query, "until")?,
        follow: query.flag("follow"),
    };
    if ask.channels == [false; 2] {
        return Err(Fault::new(FaultKind::BadRequest, Code::NoStreamChosen).into());
    }
    // One batch waits here and one in the connection; a reader that takes its time costs no more.
    let (sender, receiver) = mpsc::channel(1);
    let (tty, timestamps) = (container.request.tty, query.flag("timestamps"));
    tokio::spawn(async move {
        if let Err(fault) = send(&container, ask, timestamps, &sender).await {
            tracing::debug!(%fault, container = %container.id, "a log cannot be read any more");
        }
    });
    Ok(stream(content_type(tty), receiver))
}

/// `1700000000.123456789`, seconds after 1970; 0 is none.
fn moment(query: &Query, name: &str) -> Result<Option<String>> {
    let Some(text) = query.get(name).filter(|text| *text != "0") else { return Ok(None) };
    let bad = || Fault::new(FaultKind::BadRequest, Code::BadNumber).with("name", name).with("value", text);
    Moment::parse_unix(text).map(|moment| Some(moment.rfc3339())).ok_or_else(bad)
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
