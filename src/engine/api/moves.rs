//! `/dockwalk/v1/volumes/`: volumes out of the engine as archives, and into it.

use super::Shared;
use super::answer::{Answer, blocking, cancellable, json, with_status};
use super::archive::Breaking;
use super::body::{incoming, outgoing_until};
use super::query;
use crate::client::protocol::{VolumeImportQuery, VolumeImported, VolumeOutline};
use crate::engine::container::{Phase, bounds};
use crate::engine::unpack::Options;
use crate::engine::volume::Import;
use crate::engine::{Cancel, Engine};
use crate::trace::{Code, OpKind, Problem};
use axum::extract::{Path, Request};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use std::sync::Arc;

pub(super) async fn outline(engine: Shared, Path(name): Path<String>) -> Answer {
    let engine = Arc::clone(&engine);
    let outline = blocking(move || {
        let volume = engine.volumes.get(&name)?;
        let outline = engine.volumes.outline(&volume)?;
        let (users, sockets) = (running(&engine, &name), outline.sockets);
        let busy = Problem::new(Code::VolumeInUseNow).with("name", &name).with("containers", users.join(", "));
        let left_out = Problem::new(Code::VolumeSockets).with("name", &name).with("count", sockets);
        let remarks = [(!users.is_empty()).then_some(busy), (sockets > 0).then_some(left_out)];
        let remarks = remarks.into_iter().flatten().collect();
        Ok(VolumeOutline { bytes: outline.bytes, entries: outline.entries, remarks })
    });
    Ok(json(&outline.await?))
}

/// Names of containers that run with that volume.
fn running(engine: &Engine, name: &str) -> Vec<String> {
    let runs = |phase| matches!(phase, Phase::Running | Phase::Starting);
    let users = engine.containers.all().into_iter().filter(|it| it.has_volume(name) && runs(it.state().phase));
    users.map(|container| container.name.get()).collect()
}

pub(super) async fn export(engine: Shared, Path(name): Path<String>, request: Request) -> Answer {
    let line = super::line(&request);
    let cancel = Cancel::new();
    let (out, body) = outgoing_until(&cancel);
    let engine = Arc::clone(&engine);
    let (volume, engine) = blocking(move || Ok((engine.volumes.get(&name)?, engine))).await?;
    tokio::task::spawn_blocking(move || {
        let mut out = Breaking::new(out, cancel.clone());
        let written = engine.conductor.operate(OpKind::VolumeExport, &volume.name, line, &cancel, |cx| {
            engine.volumes.export(cx, &volume, &|| running(&engine, &volume.name), &mut out)
        });
        match written {
            Ok(_) => out.finish(),
            Err(fault) => out.fail(&fault),
        }
    });
    Ok(([(header::CONTENT_TYPE, "application/x-tar")], body).into_response())
}

pub(super) async fn import(engine: Shared, request: Request) -> Answer {
    let line = super::line(&request);
    let VolumeImportQuery { name } = query::read(&request)?;
    let tar = incoming(request);
    let engine = Arc::clone(&engine);
    let imported = cancellable(move |cancel| {
        let subject = name.clone().unwrap_or_else(|| "archive".to_owned());
        let options = Options::new(engine.lab.ids, engine.lab.rootless);
        let check = |labels: &_| bounds::labels("Labels", labels);
        let how = Import { name: name.as_deref(), scratch: engine.store.scratch("volume")?, options, check: &check };
        let import = |cx: &crate::engine::Cx| engine.volumes.import(cx, how, tar);
        let (volume, moved, remarks) = engine.conductor.operate(OpKind::VolumeImport, subject, line, cancel, import)?;
        engine.tell_volume(&volume.name, "create", &[]);
        Ok(VolumeImported { moved, remarks })
    });
    Ok(with_status(StatusCode::CREATED, &imported.await?))
}
