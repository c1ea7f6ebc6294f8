//! Volumes.

use super::Shared;
use super::answer::{Answer, blocking, cancellable, json, nothing, with_status};
use super::query::{self, refuse_unknown};
use crate::docker::{FilterQuery, Volume, VolumeCreate, VolumeList, VolumeRemoveQuery, VolumesPruned};
use crate::engine::container::request::refuse_volume;
use crate::engine::volume;
use crate::engine::{Cancel, FaultKind, Result};
use crate::trace::OpKind;
use axum::extract::{Path, Request};
use axum::http::StatusCode;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) async fn list(engine: Shared, request: Request) -> Answer {
    let FilterQuery { filters } = query::read(&request)?;
    refuse_unknown(&filters, &["name", "dangling"])?;
    let engine = Arc::clone(&engine);
    let volumes = blocking(move || {
        let mut all = engine.volumes.list()?;
        all.retain(|v| filters.allow("name", |name| v.name.contains(name)));
        let wanted = |v: &volume::Volume| {
            let dangling = engine.volume_user(&v.name, None).is_none();
            filters.allow("dangling", |asked| dangling == matches!(asked, "true" | "1"))
        };
        all.retain(wanted);
        Ok(all)
    });
    let volumes: Vec<_> = volumes.await?.iter().map(describe).collect();
    Ok(json(&VolumeList { volumes, warnings: Vec::new() }))
}

pub(super) async fn one(engine: Shared, Path(name): Path<String>) -> Answer {
    let engine = Arc::clone(&engine);
    Ok(json(&describe(&blocking(move || engine.volumes.get(&name)).await?)))
}

pub(super) async fn create(engine: Shared, request: Request) -> Answer {
    let line = super::line(&request);
    let asked: VolumeCreate = super::json::asked(request).await?;
    refuse_volume(&asked)?;
    let name = Some(asked.name).filter(|name| !name.is_empty());
    let engine = Arc::clone(&engine);
    let volume = cancellable(move |cancel| {
        let subject = name.clone().unwrap_or_default();
        let create = |cx: &crate::engine::Cx| engine.volumes.create(cx, name.as_deref());
        engine.conductor.operate(OpKind::VolumeCreate, subject, line, cancel, create)
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

/// Deletes the volumes that no container uses: the anonymous ones, or all with the filter `all`.
pub(super) async fn prune(engine: Shared, request: Request) -> Answer {
    let line = super::line(&request);
    let FilterQuery { filters } = query::read(&request)?;
    refuse_unknown(&filters, &["all"])?;
    let every = filters.has("all") && filters.allow("all", |value| matches!(value, "true" | "1"));
    let engine = Arc::clone(&engine);
    let deleted = blocking(move || {
        let mut deleted = Vec::new();
        for volume in engine.volumes.list()? {
            if (every || volume.anonymous) && engine.volume_user(&volume.name, None).is_none() {
                delete(&engine, &volume.name, &line)?;
                deleted.push(volume.name);
            }
        }
        Ok(deleted)
    });
    Ok(json(&VolumesPruned { volumes_deleted: deleted.await?, space_reclaimed: 0 }))
}

fn delete(engine: &crate::engine::Engine, name: &str, line: &str) -> Result<()> {
    engine.conductor.operate(OpKind::VolumeRemove, name, line, &Cancel::new(), |cx| {
        engine.volumes.remove(cx, name, &|name| engine.volume_user(name, None))
    })
}

fn describe(volume: &volume::Volume) -> Volume {
    let anonymous = ("com.docker.volume.anonymous".to_owned(), String::new());
    Volume {
        name: volume.name.clone(),
        driver: "local".to_owned(),
        mountpoint: volume.path.clone(),
        created_at: volume.created.clone(),
        scope: "local".to_owned(),
        labels: Some(anonymous).filter(|_| volume.anonymous).into_iter().collect(),
        options: BTreeMap::new(),
    }
}
