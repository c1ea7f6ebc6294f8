//! Containers, their streams aside.

use super::Shared;
use super::answer::{Answer, blocking, cancellable, json, nothing, with_status};
use super::inspect;
use super::picked::Picked;
use super::query;
use crate::docker::{
    ContainerChange, ContainerCreateQuery, ContainerCreated, ContainerEnded, ContainerInspectQuery, ContainerKillQuery,
    ContainerListQuery, ContainerRemoveQuery, ContainerRenameQuery, ContainerStopQuery, ContainerTopQuery,
    ContainerUpdate, ContainerUpdated, ContainerWaitQuery, Json, ResizeQuery, WaitCondition, WaitError,
};
use crate::engine::container::{Container, Order, Phase, State, signal};
use crate::engine::{Engine, Fault, FaultKind, Result};
use crate::i18n::{Lang, Words};
use crate::trace::Code;
use axum::extract::{Path, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::{Body, Bytes};
use std::sync::Arc;
use tokio::sync::mpsc;

pub(super) async fn list(engine: Shared, request: Request) -> Answer {
    let ContainerListQuery { all, limit, size, filters } = query::read(&request)?;
    let picked = Picked::of(&engine, &filters)?;
    let limit = limit.and_then(|n| usize::try_from(n).ok()).filter(|&n| n > 0);
    let all = all || limit.is_some() || picked.all();
    let mut containers = engine.containers.all();
    containers.retain(|c| (all || matches!(c.state().phase, Phase::Running | Phase::Restarting)) && picked.fits(c));
    containers.truncate(limit.unwrap_or(usize::MAX));
    let mut lines: Vec<_> = containers.iter().map(|c| inspect::summary(c, &engine)).collect();
    if size {
        let engine = Arc::clone(&engine);
        let written = move || containers.iter().map(|c| sizes(&engine, c)).collect::<Result<Vec<_>>>();
        for (line, (written, all)) in lines.iter_mut().zip(blocking(written).await?) {
            (line.size_rw, line.size_root_fs) = (Some(written), Some(all));
        }
    }
    Ok(json(&lines))
}

/// What a container has written, and that with its image. It is counted on the disk, which takes its time: only who asks for it
/// waits for it.
pub(super) fn sizes(engine: &Engine, container: &Container) -> Result<(u64, u64)> {
    let written = engine.written(container)?;
    Ok((written, written + container.image.size))
}

pub(super) async fn create(engine: Shared, request: Request) -> Answer {
    let line = super::line(&request);
    let ContainerCreateQuery { name, platform } = query::read(&request)?;
    let platform = super::names::platform(platform.as_deref())?;
    let body = super::json::first(request).await?;
    // As Docker: something must be said.
    if matches!(&body, Json::Null) || matches!(&body, Json::Object(fields) if fields.is_empty()) {
        return Err(Fault::new(FaultKind::BadRequest, Code::BodyEmpty).into());
    }
    let made_by = Arc::clone(&engine);
    let container = cancellable(move |cancel| engine.create(&Order { name, line, body, platform }, cancel)).await?;
    let dockwalk = made_by.warnings(&container);
    let words = Words::new(Lang::En);
    let warnings = dockwalk.iter().map(|warning| words.problem(warning)).collect();
    Ok(with_status(StatusCode::CREATED, &ContainerCreated { id: container.id.to_string(), warnings, dockwalk }))
}

pub(super) async fn one(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let ContainerInspectQuery { size } = query::read(&request)?;
    let container = engine.containers.find(&id)?;
    let mut shown = inspect::inspect(&container, &engine);
    if size {
        let engine = Arc::clone(&engine);
        let (written, all) = blocking(move || sizes(&engine, &container)).await?;
        (shown.size_rw, shown.size_root_fs) = (Some(written), Some(all));
    }
    Ok(json(&shown))
}

/// `docker diff`
pub(super) async fn changes(engine: Shared, Path(id): Path<String>) -> Answer {
    let container = engine.containers.find(&id)?;
    let engine = Arc::clone(&engine);
    let changes = blocking(move || engine.changes(&container)).await?;
    let line = |(path, kind)| ContainerChange { path, kind: kind as u8 };
    Ok(json(&changes.into_iter().map(line).collect::<Vec<_>>()))
}

pub(super) async fn start(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    // As Docker: a few bytes say nothing.
    if request.body().size_hint().exact().is_none_or(|length| length > 7) {
        return Err(Fault::new(FaultKind::BadRequest, Code::StartWithBody).into());
    }
    let (line, container) = (super::line(&request), engine.containers.find(&id)?);
    let engine = Arc::clone(&engine);
    let started = cancellable(move |cancel| engine.start(&container, &line, cancel)).await?;
    Ok(if started { nothing() } else { StatusCode::NOT_MODIFIED.into_response() })
}

pub(super) async fn stop(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let line = super::line(&request);
    let container = engine.containers.find(&id)?;
    let ContainerStopQuery { signal, seconds } = query::read(&request)?;
    let number = signal.as_deref().map(signal::parse_kept).transpose()?;
    let engine = Arc::clone(&engine);
    let stopped = blocking(move || engine.stop(&container, &line, number, seconds)).await?;
    Ok(if stopped { nothing() } else { StatusCode::NOT_MODIFIED.into_response() })
}

pub(super) async fn restart(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let line = super::line(&request);
    let container = engine.containers.find(&id)?;
    let ContainerStopQuery { signal, seconds } = query::read(&request)?;
    let number = signal.as_deref().map(signal::parse_kept).transpose()?;
    let engine = Arc::clone(&engine);
    cancellable(move |cancel| engine.restart(&container, &line, (number, seconds), cancel)).await?;
    Ok(nothing())
}

pub(super) async fn kill(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let line = super::line(&request);
    let ContainerKillQuery { signal } = query::read(&request)?;
    let number = signal::parse_to_send(signal.as_deref().unwrap_or("SIGKILL"))?;
    let container = engine.containers.find(&id)?;
    let engine = Arc::clone(&engine);
    cancellable(move |cancel| engine.kill(&container, &line, number, cancel)).await?;
    Ok(nothing())
}

pub(super) async fn pause(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let (line, container) = (super::line(&request), engine.containers.find(&id)?);
    let engine = Arc::clone(&engine);
    cancellable(move |cancel| engine.pause(&container, &line, cancel)).await?;
    Ok(nothing())
}

pub(super) async fn unpause(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let (line, container) = (super::line(&request), engine.containers.find(&id)?);
    let engine = Arc::clone(&engine);
    cancellable(move |cancel| engine.resume(&container, &line, cancel)).await?;
    Ok(nothing())
}

pub(super) async fn rename(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let line = super::line(&request);
    let ContainerRenameQuery { name } = query::read(&request)?;
    let container = engine.containers.find(&id)?;
    let engine = Arc::clone(&engine);
    cancellable(move |cancel| engine.rename(&container, &name, &line, cancel)).await?;
    Ok(nothing())
}

pub(super) async fn update(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let line = super::line(&request);
    let asked: ContainerUpdate = super::json::asked(request).await?;
    let container = engine.containers.find(&id)?;
    let engine = Arc::clone(&engine);
    let unable = cancellable(move |cancel| engine.change(&container, &asked, &line, cancel)).await?;
    let words = Words::new(Lang::En);
    Ok(json(&ContainerUpdated { warnings: unable.iter().map(|problem| words.problem(problem)).collect() }))
}

pub(super) async fn top(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let ContainerTopQuery { ps_args } = query::read(&request)?;
    let container = engine.containers.find(&id)?;
    let engine = Arc::clone(&engine);
    Ok(json(&cancellable(move |cancel| engine.top(&container, ps_args.as_deref(), cancel)).await?))
}

pub(super) async fn remove(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let line = super::line(&request);
    let container = engine.containers.find(&id)?;
    let ContainerRemoveQuery { force, volumes, link } = query::read(&request)?;
    let engine = Arc::clone(&engine);
    if link {
        blocking(move || engine.unlink(&id, &line)).await?;
        return Ok(nothing());
    }
    cancellable(move |cancel| engine.remove(&container, &line, (force, volumes), cancel)).await?;
    Ok(nothing())
}

pub(super) async fn resize(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let container = engine.containers.find(&id)?;
    let (rows, cols) = query::read::<ResizeQuery>(&request)?.size().map_err(Fault::from)?;
    let waits = Arc::clone(&container);
    cancellable(move |cancel| {
        waits.settled(cancel)?;
        waits.main_process()?.resize(rows, cols)
    })
    .await?;
    engine.tell(&container, "resize", &[("height", rows.to_string()), ("width", cols.to_string())]);
    Ok(StatusCode::OK.into_response())
}

/// Sends its head at once and its body when the container has ended: the CLI waits before it starts.
pub(super) async fn wait(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let container = engine.containers.find(&id)?;
    let runs = container.state().settled;
    let ContainerWaitQuery { condition } = query::read(&request)?;
    let reached: Box<dyn Fn(&State) -> bool + Send + Sync> = match condition {
        // Docker takes what it does not know for the first.
        None | Some(WaitCondition::NotRunning | WaitCondition::Other(_)) => {
            // Who waits to be started again counts as one that runs: it is the next end that is waited for.
            let lives = |phase| matches!(phase, Phase::Running | Phase::Starting | Phase::Ending | Phase::Restarting);
            Box::new(move |state| state.settled > runs || !lives(state.phase))
        }
        Some(WaitCondition::NextExit) => Box::new(move |state| state.settled > runs || state.phase == Phase::Removed),
        Some(WaitCondition::Removed) => Box::new(|state| state.phase == Phase::Removed || state.left.is_some()),
    };
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let wait = until(&container, &*reached);
        tokio::select! {
            state = wait => {
                let error = state.left.map(|problem| WaitError {
                    message: Words::new(Lang::En).problem(&problem),
                    dockwalk: Some(problem),
                });
                let ended = ContainerEnded { status_code: state.status.into(), error };
                // Nobody may be left to hear it.
                sender.send(super::answer::line(&ended, "\n")).await.ok();
            }
            () = sender.closed() => {}
        }
    });
    Ok(streamed(receiver))
}

async fn until(container: &Container, reached: &(dyn Fn(&State) -> bool + Send + Sync)) -> State {
    let mut revision = container.revision();
    loop {
        revision.borrow_and_update();
        let state = container.state();
        if reached(&state) || revision.changed().await.is_err() {
            return state;
        }
    }
}

fn streamed(receiver: mpsc::Receiver<Bytes>) -> Response {
    let mut response = super::answer::stream("application/json", receiver);
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response
}
