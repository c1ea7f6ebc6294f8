//! `--network container:NAME`: a container that shares another's network, with its names and addresses.

use super::request::Request;
use super::{Container, Phase};
use crate::engine::lab::Netns;
use crate::engine::{Engine, Fault, FaultKind, Result};
use crate::trace::{Code, NetworkMode};
use std::sync::Arc;

impl Engine {
    /// The other is meant by its id from now on, whatever it is called later.
    pub(super) fn name_joined(&self, request: &mut Request) -> Result<()> {
        if let Some(name) = request.host_config.network_mode.strip_prefix("container:") {
            // Docker's CLI takes a 404 for an image that is to be pulled.
            let other = self.containers.find(name).map_err(|it| Fault::of(FaultKind::BadRequest, it.problem))?;
            request.host_config.network_mode = format!("container:{}", other.id);
        }
        Ok(())
    }

    /// The container whose network it shares, which must run, and that network. None where it has one of its own, or the host's.
    pub(super) fn joined(&self, container: &Container) -> Result<Option<(Arc<Container>, Netns)>> {
        let NetworkMode::Container(id) = &container.merged.network else { return Ok(None) };
        let other = self.containers.find(id)?;
        let stopped = || {
            let fault = Fault::new(FaultKind::Conflict, Code::JoinedNotRunning).with("container", &other.name);
            fault.with("id", &other.id)
        };
        let state = other.state();
        let network = state.network.filter(|_| state.phase == Phase::Running).ok_or_else(stopped)?;
        Ok(Some((other, network)))
    }
}
