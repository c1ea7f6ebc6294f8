//! A container from its creation to its end, and who works in it meanwhile.

use crate::trace::{ContainerState, Op, OpKind, OpState, Outcome, Process, ProcessState, Property, World};
use std::sync::Arc;

/// What was done to the container, oldest first, and is over.
fn done<'a>(world: &'a World, container: &'a str) -> impl Iterator<Item = &'a Op> {
    let of_it = move |state: &&Arc<OpState>| state.op.subject == container && state.outcome == Some(Outcome::Done);
    world.ops.values().filter(of_it).map(|state| &state.op)
}

fn was(world: &World, container: &str, kind: OpKind) -> bool {
    done(world, container).any(|op| op.kind == kind)
}

/// The container was created, and nobody has started it: a process of it lives.
pub(super) fn runs_once_created(world: &World, container: &str) -> Option<bool> {
    let state = world.container_named(container)?.state;
    let asked = world.ops.values().any(|one| one.op.subject == container && one.op.kind == OpKind::ContainerStart);
    (was(world, container, OpKind::ContainerCreate) && !asked).then(|| state.lives())
}

/// How many operations it took from nothing to a process that lives.
pub(super) fn operations(world: &World, container: &str) -> Option<u64> {
    let begun = |op: &&Op| matches!(op.kind, OpKind::ContainerCreate | OpKind::ContainerStart);
    let lives = world.container_named(container)?.state.lives() && was(world, container, OpKind::ContainerStart);
    lives.then(|| done(world, container).filter(begun).count() as u64)
}

/// A path that is in the writable layer of one: it is in that of the other, too.
pub(super) fn in_other(world: &World, container: &str, other: &str, path: &str) -> Option<bool> {
    let other = &world.container_named(other)?.id;
    let holds = |id| world.uppers.get(id).is_some_and(|upper| upper.files.contains_key(path.trim_start_matches('/')));
    holds(&world.container_named(container)?.id).then(|| holds(other))
}

fn processes<'a>(world: &'a World, container: &str) -> Option<impl Iterator<Item = &'a ProcessState>> {
    let id = &world.container_named(container)?.id;
    Some(world.processes.values().map(|state| &**state).filter(move |one| one.process.container.as_ref() == Some(id)))
}

/// The process that was added to the container, once it is where it was to be and executes its program.
fn added<'a>(world: &'a World, container: &str) -> Option<&'a Process> {
    let executes = |state: &&ProcessState| state.properties.iter().any(|one| matches!(one, Property::Executes(_)));
    processes(world, container)?.filter(executes).map(|state| &state.process).find(|process| !process.main)
}

/// A process that was added to the container is in the namespaces of its main one.
pub(super) fn exec_shares(world: &World, container: &str) -> Option<bool> {
    let main = &world.main_process(&world.container_named(container)?.id)?.process;
    Some(!main.namespaces.is_empty() && added(world, container)?.namespaces == main.namespaces)
}

/// A process that was added to the container has this number inside.
pub(super) fn exec_pid(world: &World, container: &str) -> Option<u64> {
    added(world, container).map(|process| process.inner_pid.into())
}

/// A command was run in the container and has ended: the container lives.
pub(super) fn runs_after_exec(world: &World, container: &str) -> Option<bool> {
    let added = processes(world, container)?.any(|state| !state.process.main);
    (was(world, container, OpKind::Exec) && !added).then_some(world.container_named(container)?.state.lives())
}

/// With what its main process ended.
pub(super) fn status(world: &World, container: &str) -> Option<u64> {
    match world.container_named(container)?.state {
        ContainerState::Exited { status } => u64::try_from(status).ok(),
        _ => None,
    }
}

/// With what the latest command whose line has these words ended, of those that were run beside the container's main process.
pub(super) fn command_status(world: &World, container: &str, says: &str) -> Option<i32> {
    let id = &world.container_named(container)?.id;
    let mut own = world.commands.iter().rev().filter(|ended| ended.container == *id);
    own.find(|ended| ended.argv.join(" ").contains(says)).map(|ended| ended.status)
}
