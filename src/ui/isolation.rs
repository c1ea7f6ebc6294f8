//! What the isolation picture asks of the engine while it is looked at.

use crate::spec::ContainerId;
use crate::trace::{Entity, World};

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

/// The running container in which a call can be tried that this thing is about.
pub fn tried_in(entity: &Entity, world: &World) -> Option<ContainerId> {
    let id = match entity {
        Entity::Container(id) | Entity::TriedCall(id, _) | Entity::Usage(id) => id.clone(),
        Entity::Process(pid) => world.processes.get(pid)?.process.container.clone()?,
        _ => return None,
    };
    world.containers.get(&id).filter(|container| container.state.lives()).map(|_| id)
}
