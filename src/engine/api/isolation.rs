//! `/dockwalk/v1/containers/{id}/usage` and `/try`: what the isolation picture asks for.

use super::Shared;
use super::answer::{Answer, blocking, json, nothing};
use crate::client::protocol::TryCommand;
use axum::extract::{Path, Request};
use std::sync::Arc;

/// Looks what a container uses now; the answer is in the trace.
pub(super) async fn usage(engine: Shared, Path(id): Path<String>) -> Answer {
    let container = engine.containers.find(&id)?;
    let engine = Arc::clone(&engine);
    blocking(move || engine.look_at_usage(&container)).await?;
    Ok(nothing())
}

/// Tries a system call in a container.
pub(super) async fn try_call(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let line = super::line(&request);
    let TryCommand { call } = super::json::read(request).await?;
    let container = engine.containers.find(&id)?;
    let engine = Arc::clone(&engine);
    Ok(json(&blocking(move || engine.try_call(&container, &line, &call)).await?))
}
