//! `/dockwalk/v1/`: trace, gate, evidence, doctor, lab host, rewind.

use super::Shared;
use super::answer::{Answer, blocking, json, nothing, stream};
use super::query;
use crate::client::protocol::{GateCommand, HostCommand, Rewind, TraceEnd, TraceQuery};
use crate::docker::Id;
use crate::engine::conductor::Recorder;
use crate::engine::container::Phase;
use crate::engine::{Cancel, Fault, FaultKind, probe};
use crate::trace::{Code, Problem};
use axum::extract::{Path, Request};
use axum::http::HeaderValue;
use axum::response::Response;
use hyper::body::Bytes;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::error::SendTimeoutError;
use tokio::sync::{mpsc, watch};

/// About how many bytes go out in one piece.
const PIECE: usize = 64 * 1024;
/// For taking one piece. Whoever needs longer is told to come again: until then it would hold the gate for nobody.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) async fn info(engine: Shared) -> Response {
    json(&engine.info())
}

/// The events from a number on, then each as it comes. A client that was connected to another engine starts anew. Where events
/// were dropped before the client had them, a header line says how many, and what was true after them.
pub(super) async fn trace(engine: Shared, request: Request) -> Answer {
    let query: TraceQuery = query::read(&request)?;
    let before = query.engine.filter(|&pid| pid != 0);
    let this = std::process::id();
    let from = query.from.filter(|_| before.is_none_or(|pid| pid == this)).unwrap_or(0);
    // Closed before the answer goes out: whoever has read its head knows that the next step waits.
    let hold = query.hold.then(|| engine.conductor.hold());
    // One piece waits here and one in the connection. Nothing else is kept for a reader: the recorder has the events.
    let (sender, receiver) = mpsc::channel(1);
    let engine = Arc::clone(&engine);
    tokio::spawn(async move {
        let ended = follow(engine.conductor.recorder(), engine.ending.subscribe(), from, &sender, PATIENCE).await;
        // The gate opens before the reader is told, which may take for ever.
        drop(hold);
        if let Some(problem) = ended {
            let mut line = serde_json::to_vec(&TraceEnd { dockwalk_end: problem }).unwrap_or_default();
            line.push(b'\n');
            // It may have gone.
            sender.send(line.into()).await.ok();
        }
    });
    let mut response = stream("application/x-ndjson", receiver);
    response.headers_mut().insert("dockwalk-engine", HeaderValue::from(this));
    Ok(response)
}

/// Sends until the engine or the reader ends; what it returns is to be said to the reader.
async fn follow(
    recorder: &Recorder,
    mut ending: watch::Receiver<bool>,
    mut position: u64,
    out: &mpsc::Sender<Bytes>,
    patience: Duration,
) -> Option<Problem> {
    let mut length = recorder.length();
    loop {
        length.borrow_and_update();
        let piece = match recorder.lines(position, PIECE) {
            Ok(piece) => piece,
            Err(error) => {
                tracing::error!(%error, position, "the trace cannot be read");
                return Some(Problem::new(Code::TraceNotRead).with("reason", error));
            }
        };
        if piece.text.is_empty() {
            tokio::select! {
                changed = length.changed() => if changed.is_err() { return None },
                _ = ending.wait_for(|ending| *ending) => return None,
                () = out.closed() => return None,
            }
            continue;
        }
        position = piece.position;
        match out.send_timeout(piece.text.into(), patience).await {
            Ok(()) => {}
            Err(SendTimeoutError::Closed(_)) => return None,
            Err(SendTimeoutError::Timeout(_)) => {
                return Some(Problem::new(Code::TraceReaderSlow).with("seconds", patience.as_secs()));
            }
        }
    }
}

pub(super) async fn gate(engine: Shared) -> Response {
    json(&engine.conductor.gate().view())
}

pub(super) async fn command(engine: Shared, request: Request) -> Answer {
    let command: GateCommand = super::json::read(request).await?;
    engine.conductor.gate().command(&command);
    Ok(json(&engine.conductor.gate().view()))
}

pub(super) async fn evidence(engine: Shared, Path(seq): Path<u64>) -> Answer {
    let evidence = engine.conductor.recorder().evidence(seq);
    let missing = || Fault::new(FaultKind::NotFound, Code::NoSuchEvidence).with("seq", seq);
    Ok(json(&evidence.ok_or_else(missing)?))
}

pub(super) async fn doctor() -> Answer {
    Ok(json(&blocking(|| Ok(probe::examine())).await?))
}

/// Prepares a command on the lab host; it is started and talked to as any `exec`.
pub(super) async fn host(engine: Shared, request: Request) -> Answer {
    let command: HostCommand = super::json::read(request).await?;
    Ok(json(&Id { id: engine.prepare_host(command)?.id.clone() }))
}

pub(super) async fn rewind(engine: Shared, request: Request) -> Answer {
    let line = super::line(&request);
    let scope: Rewind = super::json::read(request).await?;
    let engine = Arc::clone(&engine);
    blocking(move || {
        let containers = match &scope.container {
            Some(name) => vec![engine.containers.find(name)?],
            None => engine.containers.all(),
        };
        for container in containers {
            let result = engine.remove(&container, &line, (true, true), &Cancel::new());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::conductor::{Conductor, Journal};
    use crate::trace::Event;

    /// Reads `pieces` pieces from event `from` on and no more, and returns the last event of them and how it ended.
    fn read(recorder: &Recorder, from: u64, pieces: usize) -> (Vec<u64>, Option<Problem>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (out, mut receiver) = mpsc::channel(1);
            let (_end, ending) = watch::channel(false);
            let follow = follow(recorder, ending, from, &out, Duration::from_millis(50));
            let mut seen = Vec::new();
            let reader = async {
                for _ in 0..pieces {
                    let piece: Bytes = receiver.recv().await.unwrap();
                    assert!(piece.len() <= PIECE + 8 * 1024);
                    let lines = piece.split(|&b| b == b'\n').filter(|line| !line.is_empty());
                    seen.extend(lines.map(|line| serde_json::from_slice::<Event>(line).unwrap().seq));
                }
                std::future::pending::<()>().await;
            };
            let ended = tokio::select! { ended = follow => ended, () = reader => None };
            (seen, ended)
        })
    }

    #[test]
    fn a_reader_that_has_read_all_may_wait_as_long_as_it_likes() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(&dir.path().join("journal"), crate::engine::undoers(None)).unwrap();
        let conductor = Conductor::new(Recorder::in_memory(), journal);
        conductor.console(None, "x".into());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (out, mut receiver) = mpsc::channel(1);
            let (_end, ending) = watch::channel(false);
            let patience = Duration::from_millis(10);
            tokio::select! {
                ended = follow(conductor.recorder(), ending, 0, &out, patience) => panic!("ended: {ended:?}"),
                () = tokio::time::sleep(patience * 20) => assert!(receiver.try_recv().is_ok()),
            }
        });
    }

    #[test]
    fn a_reader_that_is_too_slow_is_told_so_and_goes_on_where_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(&dir.path().join("journal"), crate::engine::undoers(None)).unwrap();
        let conductor = Conductor::new(Recorder::in_memory(), journal);
        (0..500).for_each(|_| conductor.console(None, "x".repeat(4000)));
        let (first, ended) = read(conductor.recorder(), 0, 2);
        assert_eq!(ended.unwrap().code, Code::TraceReaderSlow);
        let (second, _) = read(conductor.recorder(), *first.last().unwrap(), 2);
        let all: Vec<u64> = first.into_iter().chain(second).collect();
        assert_eq!(all, (1..=all.len() as u64).collect::<Vec<_>>());
        assert!(all.len() < 100, "{} events were in the way", all.len());
    }
}
