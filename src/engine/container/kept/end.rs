//! What becomes of containers when their engine ends in order: what runs is asked to end and then killed, as by Docker's daemon, and
//! what is kept of all of them stays.

use super::super::{Container, Phase};
use crate::engine::{Asked, Engine};
use std::sync::Arc;
use std::time::Duration;

/// How long the end of a container may take once its process has ended.
const GONE: Duration = Duration::from_secs(10);
/// Seconds that are given to containers of an engine that ends with the program that started it: somebody may want to start another.
const SHORT: i64 = 1;

impl Engine {
    /// Ends all that runs, side by side. `short`: sooner than they were promised.
    pub(in crate::engine) fn end_containers(self: &Arc<Self>, short: bool) {
        std::thread::scope(|scope| {
            for container in self.containers.all() {
                scope.spawn(move || self.end_with_engine(&container, short));
            }
        });
    }

    fn end_with_engine(&self, container: &Container, short: bool) {
        let patience = short.then_some(if container.request.stop_timeout == Some(0) { 0 } else { SHORT });
        if let Err(fault) = self.stop(container, &Asked::default(), None, patience) {
            tracing::warn!(%fault, container = %container.id, "a container was not ended with its engine");
        }
        let removed = container.request.host_config.auto_remove && container.state().started.is_some();
        container.wait_until(Some(GONE), |state| match state.phase {
            Phase::Created | Phase::Removed => true,
            Phase::Exited => !removed || state.left.is_some(),
            _ => false,
        });
    }

    /// They are not waited for any longer.
    pub(in crate::engine) fn kill_containers(&self) {
        for container in self.containers.all() {
            if let Some(start) = container.state().starting {
                start.cancel();
            }
            if let Some(running) = container.state().running
                && let Err(fault) = running.signal(9)
            {
                tracing::debug!(%fault, container = %container.id, "not killed");
            }
        }
    }
}
