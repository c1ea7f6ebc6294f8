//! What a container has of its own, and what it shares with its host.

use super::image;
use crate::lesson::{Answer, Term};
use crate::spec::Reference;
use crate::trace::{ContainerState, NamespaceKind, OpKind, Outcome, ProcessState, Property, World};
use std::sync::Arc;

fn main<'a>(world: &'a World, container: &str) -> Option<&'a Arc<ProcessState>> {
    world.main_process(&world.container_named(container)?.id)
}

/// The host's kernel.
pub(super) fn of_host(world: &World) -> Option<String> {
    world.host.as_ref().map(|host| host.kernel.clone())
}

/// The kernel that answers the container's main process.
pub(super) fn of_container(world: &World, container: &str) -> Option<String> {
    main(world, container)?.properties.iter().find_map(|property| match property {
        Property::Kernel(release) => Some(release.clone()),
        _ => None,
    })
}

/// The same kernel answers the container and its host.
pub(super) fn is_same(world: &World, container: &str) -> Option<bool> {
    Some(of_container(world, container)? == of_host(world)?)
}

/// The number of the container's namespace of that kind, once its main process lives.
pub(super) fn namespace(world: &World, container: &str, kind: NamespaceKind) -> Option<u64> {
    main(world, container)?.process.namespaces.get(&kind).copied()
}

/// The container is in the namespace of that kind that the lab host is in.
pub(super) fn shares(world: &World, container: &str, kind: NamespaceKind) -> Option<bool> {
    let own = namespace(world, container, kind)?;
    let mut hosts = world.namespaces.values().filter(|one| one.kind == kind && one.container.is_none());
    hosts.next().map(|host| host.inode == own)
}

/// How many namespaces were made for the container.
pub(super) fn own_namespaces(world: &World, container: &str) -> Option<u64> {
    let id = &main(world, container)?.process.container;
    Some(world.namespaces.values().filter(|one| one.container == *id).count() as u64)
}

/// The main process's number on the host: in the namespace of the engine.
pub(super) fn pid_outside(world: &World, container: &str) -> Option<u64> {
    main(world, container).map(|state| state.process.pid.into())
}

/// The main process's number in the container.
pub(super) fn pid_inside(world: &World, container: &str) -> Option<u64> {
    main(world, container).map(|state| state.process.inner_pid.into())
}

/// What memory is limited by: version 2, version 1 (cgroups(7)).
const MEMORY: [&str; 2] = ["memory.max", "memory.limit_in_bytes"];

/// How much memory the container may have, or that it has no limit, once its main process lives.
pub(super) fn memory_limit(world: &World, container: &str) -> Option<Answer> {
    let id = main(world, container)?.process.container.clone()?;
    let mut limits = world.cgroups.values().filter(|group| group.container == id).flat_map(|group| &group.limits);
    let found = limits.find(|(name, _)| MEMORY.contains(&name.as_str()));
    // As `-m 32m` has it: in powers of two.
    let bytes = found.and_then(|(_, value)| value.trim().parse::<u64>().ok());
    Some(bytes.map_or(Answer::Term(Term::Unlimited), |bytes| Answer::Text(format!("{} MiB", bytes >> 20))))
}

/// Bytes of content of all layers of an image.
fn image_bytes(world: &World, image: &Reference) -> Option<u64> {
    let layers = world.layers_of(&image::config(world, image)?.this.digest);
    (!layers.is_empty()).then(|| layers.iter().map(|layer| layer.size).sum())
}

/// Bytes that are in the writable layer of a container that runs and has written nothing yet.
pub(super) fn added_bytes(world: &World, container: &str) -> Option<u64> {
    let id = &world.container_named(container).filter(|one| matches!(one.state, ContainerState::Running { .. }))?.id;
    Some(world.uppers.get(id).map_or(0, |upper| upper.totals.bytes))
}

/// What one more container could be thought to add: nothing, half of its image, all of it.
pub(super) fn byte_candidates(world: &World, image: &Reference) -> Option<Vec<Answer>> {
    let all = image_bytes(world, image)?;
    Some(vec![size(0), size(all / 2), size(all)])
}

/// Bytes in words that are the same in every language.
pub(super) fn size(bytes: u64) -> Answer {
    Answer::Text(crate::i18n::size(bytes))
}

/// How long the steps of the container's last start took, in milliseconds, without the waits at the gate.
pub(super) fn start_took(world: &World, container: &str) -> Option<u64> {
    let started = |kind, subject: &str| kind == OpKind::ContainerStart && subject == container;
    let last = world.ops.values().rfind(|state| started(state.op.kind, &state.op.subject))?;
    (last.outcome == Some(Outcome::Done)).then(|| last.took.div_ceil(1_000_000))
}
