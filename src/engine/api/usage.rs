//! `GET /system/df`: how much room images, containers and volumes take on the disk. It is an operation: what was counted is in the trace.

use super::answer::{Answer, cancellable, json};
use super::filter::refuse_unknown;
use super::{Shared, images, inspect, query, volumes};
use crate::docker::{BuildsPruned, DiskUsage, FilterQuery};
use crate::engine::disk::Measured;
use crate::engine::news::Subject;
use crate::engine::{Engine, Result};
use axum::extract::Request;
use std::sync::Arc;

/// All of it is counted on the disk, which takes its time.
pub(super) async fn usage(engine: Shared, request: Request) -> Answer {
    let (engine, line) = (Arc::clone(&engine), super::line(&request));
    let usage = cancellable(move |cancel| answer(&engine, &engine.measure_disk(&line, cancel)?));
    Ok(json(&usage.await?))
}

fn answer(engine: &Engine, measured: &Measured) -> Result<DiskUsage> {
    let containers = measured.containers.iter().map(|(container, written)| {
        let mut line = inspect::summary(container, engine);
        (line.size_rw, line.size_root_fs) = (Some(*written), Some(written + container.image.size));
        line
    });
    let containers = containers.collect();
    let (images, layers_size) = images::used(engine);
    let volumes = volumes::used(engine, &measured.volumes)?;
    Ok(DiskUsage { layers_size, images, containers, volumes, ..DiskUsage::default() })
}

/// Nothing is built here, so nothing is kept of it.
pub(super) async fn prune_builds(engine: Shared, request: Request) -> Answer {
    let FilterQuery { filters } = query::read(&request)?;
    refuse_unknown(
        &filters,
        &[
            "until",
            "label",
            "label!",
            "id",
            "parent",
            "type",
            "description",
            "inuse",
            "shared",
            "private",
            "unused-for",
        ],
    )?;
    engine.tell_pruned(Subject::Builder, 0);
    Ok(json(&BuildsPruned::default()))
}
