//! What the isolation picture asks of the engine while it is looked at.

use super::diagrams::{Tab, isolated};
use super::state::WindowState;
use crate::spec::ContainerId;
use crate::trace::{Entity, World};
use std::time::Duration;

/// Asks the kernel of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IsolationCommand {
    /// What it answers to this system call.
    Try {
        /// Where.
        container: ContainerId,
        /// One of `TRIED_CALLS`.
        call: &'static str,
    },
}

/// Between two looks at what a container uses.
pub const PAUSE: Duration = Duration::from_secs(1);

/// The container whose plots are to be seen and go on: in a live engine, at the end of what has happened, while it runs.
pub fn measured(state: &WindowState) -> Option<ContainerId> {
    if !state.steps_the_engine() || state.tab != Tab::Isolation || state.files.shown {
        return None;
    }
    let world = state.world();
    let id = isolated(world, state.selection.as_ref(), &state.lit())?;
    world.containers.get(&id).filter(|container| container.state.lives()).map(|_| id)
}

/// The running container in which a call can be tried that this thing is about.
pub fn tried_in(entity: &Entity, world: &World) -> Option<ContainerId> {
    let id = match entity {
        Entity::Container(id) | Entity::TriedCall(id, _) | Entity::Usage(id) => id.clone(),
        Entity::Process(pid) => world.processes.get(pid)?.process.container.clone()?,
        _ => return None,
    };
    world.containers.get(&id).filter(|container| container.state.lives()).map(|_| id)
}
