//! `GET /containers/{id}/stats`: a line at once, one after a second, or one each second.

use super::Shared;
use super::answer::{Answer, blocking, json, line, stream};
use super::query;
use crate::docker::{ContainerStats, ContainerStatsQuery};
use crate::engine::container::{Container, Phase};
use crate::engine::{Engine, Result};
use axum::extract::{Path, Request};
use hyper::body::Bytes;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// As Docker's collector.
const PACE: Duration = Duration::from_secs(1);

pub(super) async fn stats(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let container = engine.containers.find(&id)?;
    let ContainerStatsQuery { stream: endless, one_shot } = query::read(&request)?;
    let (engine, runs) = (Arc::clone(&engine), container.state().phase == Phase::Running);
    if one_shot || (!endless && !runs) {
        return Ok(json(&look(&engine, &container).await?));
    }
    if !endless {
        // What it does is seen between two looks.
        let before = look(&engine, &container).await?;
        tokio::time::sleep(PACE).await;
        return Ok(json(&after(&before, look(&engine, &container).await?)));
    }
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        if let Err(fault) = tell(&engine, &container, &sender).await {
            tracing::debug!(%fault, container = %container.id, "what it uses is not told any more");
        }
    });
    Ok(stream("application/json", receiver))
}

async fn look(engine: &Arc<Engine>, container: &Arc<Container>) -> Result<ContainerStats> {
    let (engine, container) = (Arc::clone(engine), Arc::clone(container));
    blocking(move || Ok(engine.stats(&container))).await
}

fn after(before: &ContainerStats, now: ContainerStats) -> ContainerStats {
    ContainerStats { preread: before.read.clone(), precpu_stats: before.cpu_stats.clone(), ..now }
}

/// Until nobody listens, the container is gone or the engine ends. One that does not run is told as such.
async fn tell(engine: &Arc<Engine>, container: &Arc<Container>, out: &mpsc::Sender<Bytes>) -> Result<()> {
    let mut ending = engine.ending.subscribe();
    let mut revision = container.revision();
    let mut before = ContainerStats::default();
    while container.state().phase != Phase::Removed {
        let now = after(&before, look(engine, container).await?);
        if out.send(line(&now, "\n")).await.is_err() {
            return Ok(());
        }
        before = now;
        let gone = async {
            while container.state().phase != Phase::Removed {
                if revision.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            () = tokio::time::sleep(PACE) => {}
            () = gone => {}
            _ = ending.changed() => return Ok(()),
            () = out.closed() => return Ok(()),
        }
    }
    Ok(())
}
