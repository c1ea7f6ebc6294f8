//! `/dockwalk/v1/reach` and `/dockwalk/v1/walk`: who can talk to whom, and a packet that is followed; `/counters`: how much they did.

use super::Shared;
use super::answer::{Answer, blocking, cancellable, json};
use crate::client::protocol::{ReachCommand, WalkCommand};
use axum::extract::Request;
use std::sync::Arc;

/// Computes it, and asks where that is wanted; a client that goes away ends that.
pub(super) async fn reach(engine: Shared, request: Request) -> Answer {
    let line = super::line(&request);
    let command: ReachCommand = super::json::read(request).await?;
    let engine = Arc::clone(&engine);
    Ok(json(&cancellable(move |cancel| engine.reach(&command, &line, cancel)).await?))
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
