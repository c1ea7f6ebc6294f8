//! `/dockwalk/v1/speed`: how fast the places of a container are, measured.

use super::Shared;
use super::answer::{Answer, line, stream};
use crate::client::protocol::{SpeedCommand, SpeedLine};
use crate::engine::Cancel;
use axum::extract::Request;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Line by line: how far it is, and the end. A client that goes away ends it.
pub(super) async fn speed(engine: Shared, request: Request) -> Answer {
    let asked = super::line(&request);
    let command: SpeedCommand = super::json::read(request).await?;
    let (engine, cancel) = (Arc::clone(&engine), Cancel::new());
    let (out, lines) = mpsc::channel(64);
    let (work_out, work_cancel) = (out.clone(), cancel.clone());
    let work = tokio::task::spawn_blocking(move || {
        let say = |told: &SpeedLine| {
            if work_out.blocking_send(line(told, "\n")).is_err() {
                work_cancel.cancel();
            }
        };
        let tell = |at: &_| say(&SpeedLine::At(Clone::clone(at)));
        say(&match engine.measure_speed(&command, &asked, &work_cancel, &tell) {
            Ok(report) => SpeedLine::Report(Box::new(report)),
            Err(fault) => SpeedLine::Failed(Box::new(fault.problem)),
        });
    });
    tokio::spawn(async move {
        tokio::select! {
            ended = work => if let Err(error) = ended {
                tracing::error!(%error, "a measurement failed");
            },
            // Nobody reads any more: the user pressed Ctrl-C.
            () = out.closed() => cancel.cancel(),
        }
    });
    Ok(stream("application/json", lines))
}
