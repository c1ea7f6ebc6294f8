//! `/dockwalk/v1/reach` and `/dockwalk/v1/walk`: who can talk to whom, and a packet that is followed; `/counters`: how much they did.

use super::Shared;
use super::answer::{Answer, blocking, cancellable, json, line, stream};
use crate::client::protocol::{ReachCommand, ReachLine, WalkCommand};
use crate::engine::Cancel;
use axum::extract::Request;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Computes it, and asks where that is wanted; a client that goes away ends that.
pub(super) async fn reach(engine: Shared, request: Request) -> Answer {
    let asked = super::line(&request);
    let command: ReachCommand = super::json::read(request).await?;
    let engine = Arc::clone(&engine);
    Ok(json(&cancellable(move |cancel| engine.reach(&command, &asked, cancel, &|_, _| ())).await?))
}

/// The same, line by line: how far it is, and the end.
pub(super) async fn lines(engine: Shared, request: Request) -> Answer {
    let asked = super::line(&request);
    let command: ReachCommand = super::json::read(request).await?;
    let (engine, cancel) = (Arc::clone(&engine), Cancel::new());
    let (out, lines) = mpsc::channel(64);
    let (work_out, work_cancel) = (out.clone(), cancel.clone());
    let work = tokio::task::spawn_blocking(move || {
        let say = |told: &ReachLine| {
            if work_out.blocking_send(line(told, "\n")).is_err() {
                work_cancel.cancel();
            }
        };
        let tell = |done, of| say(&ReachLine::Probed { done, of });
        say(&match engine.reach(&command, &asked, &work_cancel, &tell) {
            Ok(report) => ReachLine::Report(Box::new(report)),
            Err(fault) => ReachLine::Failed(Box::new(fault.problem)),
        });
    });
    tokio::spawn(async move {
        tokio::select! {
            ended = work => if let Err(error) = ended {
                tracing::error!(%error, "who reaches whom was not computed");
            },
            // Nobody reads any more: the user pressed Ctrl-C.
            () = out.closed() => cancel.cancel(),
        }
    });
    Ok(stream("application/json", lines))
}

/// Sends a packet and follows it; a client that goes away ends that.
pub(super) async fn walk(engine: Shared, request: Request) -> Answer {
    let line = super::line(&request);
    let command: WalkCommand = super::json::read(request).await?;
    let engine = Arc::clone(&engine);
    Ok(json(&cancellable(move |cancel| engine.walk(&command, &line, cancel)).await?))
}

/// What has passed each link until now.
pub(super) async fn counters(engine: Shared) -> Answer {
    let engine = Arc::clone(&engine);
    Ok(json(&blocking(move || engine.net.counters()).await?))
}
