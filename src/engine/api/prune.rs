//! What nothing needs any more goes at once: containers that do not run. Images, volumes and networks have theirs beside what else is
//! done with them.

use super::Shared;
use super::answer::{Answer, blocking, json};
use super::filter::{labels, refuse_unknown};
use super::images::before;
use super::query;
use crate::docker::{ContainersPruned, FilterQuery, Filters};
use crate::engine::container::Phase;
use crate::engine::moment::Moment;
use crate::engine::news::Subject;
use crate::engine::{Cancel, Result};
use axum::extract::Request;
use std::sync::Arc;

pub(super) async fn containers(engine: Shared, request: Request) -> Answer {
    let line = super::line(&request);
    let FilterQuery { filters } = query::read(&request)?;
    let before = moment(&filters)?;
    let engine = Arc::clone(&engine);
    let pruned = blocking(move || {
        let mut pruned = ContainersPruned::default();
        for container in engine.containers.all() {
            let wanted = before.is_none_or(|before| container.created.unix() <= before)
                && labels(&filters, &container.merged.labels)
                && matches!(container.state().phase, Phase::Created | Phase::Exited);
            if !wanted {
                continue;
            }
            let bytes = engine.written(&container).unwrap_or_default();
            match engine.remove(&container, &line, (false, false), &Cancel::new()) {
                Ok(()) => {
                    pruned.space_reclaimed += bytes;
                    pruned.containers_deleted.push(container.id.to_string());
                }
                // As Docker: one that has been started or deleted meanwhile keeps none of the others.
                Err(fault) => tracing::warn!(%fault, container = %container.id, "not pruned"),
            }
        }
        engine.tell_pruned(Subject::Container, pruned.space_reclaimed);
        Ok(pruned)
    });
    Ok(json(&pruned.await?))
}

/// Until when what goes was made, in seconds since 1970.
pub(super) fn moment(filters: &Filters) -> Result<Option<i64>> {
    refuse_unknown(filters, &["until", "label", "label!"])?;
    let now = Moment::now().unix();
    before(filters, now)
}
