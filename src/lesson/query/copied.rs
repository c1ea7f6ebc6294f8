//! Files that were put into containers and taken out of them.

use super::{network, storage};
use crate::lesson::Term;
use crate::trace::{Code, Op, OpKind, OpState, Outcome, World};

/// Which way files went: `PUT` brings them in, `GET` takes them out (Engine API, `/containers/{id}/archive`).
#[derive(Clone, Copy)]
enum Way {
    In,
    Out,
}

fn went(op: &Op, way: Way) -> bool {
    op.request.starts_with(match way {
        Way::In => "PUT ",
        Way::Out => "GET ",
    })
}

/// The copies of that way which are over, oldest first.
fn copies<'a>(world: &'a World, container: &'a str, way: Way) -> impl Iterator<Item = &'a OpState> {
    let of = move |op: &Op| op.kind == OpKind::ContainerCopy && op.subject == container && went(op, way);
    world.ops.values().map(|state| &**state).filter(move |state| of(&state.op) && state.outcome.is_some())
}

fn done(state: &OpState) -> bool {
    state.outcome == Some(Outcome::Done)
}

/// Somebody put files into the container, and that path is in its writable layer; no: it was refused.
pub(super) fn copied_in(world: &World, container: &str, path: &str) -> Option<bool> {
    let arrived = || {
        let upper = world.uppers.get(&world.container_named(container)?.id)?;
        Some(upper.files.contains_key(path.trim_start_matches('/')))
    };
    match copies(world, container, Way::In).last() {
        Some(last) if done(last) => arrived().filter(|arrived| *arrived),
        Some(_) => Some(false),
        None => None,
    }
}

/// Where that path of the container is kept, once files were put into it.
pub(super) fn lands_in(world: &World, container: &str, path: &str) -> Option<Term> {
    copied_in(world, container, path)?.then(|| storage::path_lives_in(world, container, path)).flatten()
}

/// Somebody took files out of the container; no: it was refused.
pub(super) fn copied_out(world: &World, container: &str) -> Option<bool> {
    copies(world, container, Way::Out).last().map(done)
}

/// What was asked of the engine so that files went out of the container.
pub(super) fn request(world: &World, container: &str) -> Option<String> {
    copies(world, container, Way::Out).filter(|state| done(state)).last().map(|state| state.op.request.clone())
}

/// A process of the container executes that program; no: a command was not found there.
pub(super) fn has_program(world: &World, container: &str, program: &str) -> Option<bool> {
    let id = &world.container_named(container)?.id;
    let of_it = |argv: &[String]| argv.first().is_some_and(|first| first == program);
    let runs = world.processes.values().map(|state| &state.process);
    if runs.filter(|process| process.container.as_ref() == Some(id)).any(|process| of_it(&process.argv)) {
        return Some(true);
    }
    let missing = |state: &OpState| match &state.outcome {
        Some(Outcome::Failed(problem)) => matches!(problem.code, Code::CommandNotFound),
        _ => false,
    };
    let mut commands =
        world.ops.values().filter(|state| state.op.kind == OpKind::Exec && state.op.subject == container);
    commands.any(|state| missing(state)).then_some(false)
}

/// The names of the links in the container's network namespace.
pub(super) fn links(world: &World, container: &str) -> Option<Vec<String>> {
    let links = world.links_in(world.netns_of(&world.container_named(container)?.id)?);
    (!links.is_empty()).then(|| links.into_iter().map(|link| link.name.clone()).collect())
}

/// The number of the network namespace that the container, or the lab host, is in.
pub(super) fn network_namespace(world: &World, container: Option<&str>) -> Option<u64> {
    match container {
        Some(name) => world.netns_of(&world.container_named(name)?.id),
        None => network::host_netns(world),
    }
}
