//! Volumes.

use super::Shared;
use super::answer::{Answer, blocking, cancellable, json, nothing, with_status};
use super::filter::{Wanted, flag, labels, refuse_unknown};
use super::{query, version};
use crate::docker::{FilterQuery, Volume, VolumeCreate, VolumeList, VolumeRemoveQuery, VolumeUsage, VolumesPruned};
use crate::engine::container::bounds;
use crate::engine::container::request::refuse_volume;
use crate::engine::news::Subject;
use crate::engine::{Asked, Cancel, Engine, FaultKind, Result};
use crate::engine::{upper, volume};
use crate::trace::OpKind;
use axum::extract::{Path, Request};
use axum::http::StatusCode;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) async fn list(engine: Shared, request: Request) -> Answer {
    let FilterQuery { filters } = query::read(&request)?;
    refuse_unknown(&filters, &["name", "dangling", "driver", "label"])?;
    let dangling = flag(&filters, "dangling")?;
    let engine = Arc::clone(&engine);
    let volumes = blocking(move || {
        let names = Wanted::of(&filters, "name")?;
        let mut all = engine.volumes.list()?;
        all.retain(|v| {
            names.allow(&v.name)
                && filters.allow("driver", |driver| driver == DRIVER)
                && labels(&filters, &shown_labels(v))
                && dangling.is_none_or(|asked| engine.volume_users(&v.name, None).is_empty() == asked)
        });
        Ok(all)
    });
    let volumes: Vec<_> = volumes.await?.iter().map(describe).collect();
    Ok(json(&VolumeList { volumes, warnings: Vec::new() }))
}

/// All volumes with what each takes, as it was counted, and how many containers have it.
pub(super) fn used(engine: &Engine, counted: &BTreeMap<String, u64>) -> Result<Vec<Volume>> {
    let containers = engine.containers.all();
    let used = |of: &volume::Volume| {
        let users = containers.iter().filter(|container| container.has_volume(&of.name)).count();
        let size = counted.get(&of.name).and_then(|bytes| i64::try_from(*bytes).ok());
        let usage = VolumeUsage { size: size.unwrap_or(-1), ref_count: i64::try_from(users).unwrap_or(i64::MAX) };
        Volume { usage_data: Some(usage), ..describe(of) }
    };
    Ok(engine.volumes.list()?.iter().map(used).collect())
}

pub(super) async fn one(engine: Shared, Path(name): Path<String>) -> Answer {
    let engine = Arc::clone(&engine);
    Ok(json(&describe(&blocking(move || engine.volumes.get(&name)).await?)))
}

pub(super) async fn create(engine: Shared, request: Request) -> Answer {
    let line = super::line(&request);
    let asked: VolumeCreate = super::json::asked(request).await?;
    refuse_volume(&asked)?;
    bounds::labels("Labels", &asked.labels)?;
    bounds::labels("DriverOpts", &asked.driver_opts)?;
    let wanted = volume::Wanted { labels: asked.labels, options: asked.driver_opts };
    let name = Some(asked.name).filter(|name| !name.is_empty());
    let engine = Arc::clone(&engine);
    let volume = cancellable(move |cancel| {
        let subject = name.clone().unwrap_or_default();
        let create = |cx: &crate::engine::Cx| engine.volumes.create_as(cx, name.as_deref(), &wanted);
        let volume = engine.conductor.operate(OpKind::VolumeCreate, subject, line, cancel, create)?;
        engine.tell_volume(&volume.name, "create", &[]);
        Ok(volume)
    });
    Ok(with_status(StatusCode::CREATED, &describe(&volume.await?)))
}

pub(super) async fn remove(engine: Shared, Path(name): Path<String>, request: Request) -> Answer {
    let line = super::line(&request);
    let VolumeRemoveQuery { force } = query::read(&request)?;
    let engine = Arc::clone(&engine);
    let removed = blocking(move || delete(&engine, &name, &line)).await;
    match removed {
        Err(fault) if !(force && fault.kind == FaultKind::NotFound) => Err(fault.into()),
        _ => Ok(nothing()),
    }
}

/// Deletes the volumes that no container uses: the anonymous ones, or all with the filter `all`. Whoever speaks a version before 1.42,
/// as Docker 20.10 does, knows no such filter, and means all.
pub(super) async fn prune(engine: Shared, request: Request) -> Answer {
    let line = super::line(&request);
    let FilterQuery { filters } = query::read(&request)?;
    refuse_unknown(&filters, &["all", "label", "label!"])?;
    let every = flag(&filters, "all")? == Some(true) || version::minor(&request).is_some_and(|minor| minor < 42);
    let engine = Arc::clone(&engine);
    let pruned = blocking(move || {
        let mut pruned = VolumesPruned::default();
        for volume in engine.volumes.list()? {
            let wanted = (every || volume.anonymous) && labels(&filters, &shown_labels(&volume));
            if wanted && engine.volume_users(&volume.name, None).is_empty() {
                let bytes = bytes_of(&volume);
                match delete(&engine, &volume.name, &line) {
                    Ok(()) => {
                        pruned.space_reclaimed += bytes;
                        pruned.volumes_deleted.push(volume.name);
                    }
                    // As with networks: somebody may have taken it meanwhile.
                    Err(fault) => tracing::warn!(%fault, volume = volume.name, "not pruned"),
                }
            }
        }
        engine.tell_pruned(Subject::Volume, pruned.space_reclaimed);
        Ok(pruned)
    });
    Ok(json(&pruned.await?))
}

/// Counted as Docker counts them. One that cannot be counted is deleted all the same.
fn bytes_of(volume: &volume::Volume) -> u64 {
    upper::size(&volume.path).unwrap_or_else(|error| {
        tracing::warn!(%error, volume = volume.name, "the bytes of a volume cannot be counted");
        0
    })
}

fn delete(engine: &Engine, name: &str, line: &Asked) -> Result<()> {
    let _room = engine.reserve.give();
    engine.conductor.operate(OpKind::VolumeRemove, name, line, &Cancel::new(), |cx| {
        engine.volumes.remove(cx, name, &|name| engine.volume_users(name, None))
    })?;
    engine.tell_volume(name, "destroy", &[]);
    Ok(())
}

fn describe(volume: &volume::Volume) -> Volume {
    Volume {
        name: volume.name.clone(),
        driver: DRIVER.to_owned(),
        mountpoint: volume.path.clone(),
        created_at: volume.created.clone(),
        scope: "local".to_owned(),
        labels: shown_labels(volume),
        options: volume.options.clone(),
        usage_data: None,
    }
}

/// The one that there is.
const DRIVER: &str = "local";

/// As Docker: one that was made without a name has a label that says so.
fn shown_labels(volume: &volume::Volume) -> volume::Labels {
    let anonymous = ("com.docker.volume.anonymous".to_owned(), String::new());
    volume.labels.clone().into_iter().chain(Some(anonymous).filter(|_| volume.anonymous)).collect()
}
