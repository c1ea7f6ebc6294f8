//! `GET /system/df`: how much room images, containers and volumes take on the disk.

use super::answer::{Answer, blocking, json};
use super::filter::refuse_unknown;
use super::{Shared, containers, images, inspect, query, volumes};
use crate::docker::{BuildsPruned, DiskUsage, FilterQuery};
use crate::engine::news::Subject;
use crate::engine::{Engine, Result};
use axum::extract::Request;
use std::sync::Arc;

pub(super) async fn usage(engine: Shared) -> Answer {
    let engine = Arc::clone(&engine);
    Ok(json(&blocking(move || count(&engine)).await?))
}

/// All of it is counted on the disk, which takes its time.
fn count(engine: &Engine) -> Result<DiskUsage> {
    let all = engine.containers.all();
    let containers = all.iter().map(|container| {
        let mut line = inspect::summary(container, engine);
        let (written, all) = containers::sizes(engine, container)?;
        (line.size_rw, line.size_root_fs) = (Some(written), Some(all));
        Ok(line)
    });
    let containers = containers.collect::<Result<Vec<_>>>()?;
    let (images, layers_size) = images::used(engine);
    Ok(DiskUsage { layers_size, images, containers, volumes: volumes::used(engine)?, ..DiskUsage::default() })
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
