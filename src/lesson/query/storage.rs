use crate::lesson::Term;
use crate::trace::{Container, Dir, DirRole, Mount, MountKind, World};
use std::sync::Arc;

/// Of a container alone: made for it, deleted with it.
pub(super) fn is_own(dir: &Dir) -> bool {
    matches!(dir.role, DirRole::Upper | DirRole::Work | DirRole::Merged)
}

fn running<'a>(world: &'a World, container: &str) -> Option<&'a Arc<Container>> {
    world.container(container).filter(|c| c.state.lives())
}

/// The mount of the container that a path falls into: the one with the longest target above it. Paths inside count from
/// the container's root, which is the overlay, whatever its target is called in the mount namespace that was read.
fn mount_over<'a>(world: &'a World, container: &'a Container, path: &str) -> Option<&'a Arc<Mount>> {
    let above = |mount: &Mount| match mount.kind {
        MountKind::Overlay { .. } => Some(0),
        _ => {
            let rest = path.strip_prefix(mount.target.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then_some(mount.target.len())
        }
    };
    world
        .mounts_of(&container.id)
        .filter_map(|mount| Some((above(mount)?, mount)))
        .max_by_key(|(n, _)| *n)
        .map(|(_, m)| m)
}

pub(super) fn path_lives_in(world: &World, container: &str, path: &str) -> Option<Term> {
    match mount_over(world, running(world, container)?, path)?.kind {
        MountKind::Overlay { .. } => Some(Term::Upper),
        MountKind::Volume { .. } => Some(Term::Volume),
        MountKind::Bind { .. } => Some(Term::Bind),
        MountKind::Tmpfs => Some(Term::Tmpfs),
        MountKind::System => None,
    }
}

pub(super) fn mount_source(world: &World, container: &str, target: &str) -> Option<String> {
    let container = world.container(container)?;
    let mount = world.mounts_of(&container.id).find(|mount| mount.target == target)?;
    match &mount.kind {
        MountKind::Volume { name } => world.volumes.get(name).map(|volume| volume.path.clone()),
        MountKind::Bind { from } => Some(from.clone()),
        MountKind::Overlay { upper, .. } => Some(upper.clone()),
        MountKind::Tmpfs | MountKind::System => Some(mount.fstype.clone()),
    }
}

pub(super) fn upper(world: &World, container: &str) -> Option<String> {
    let id = &world.container(container)?.id;
    let dir = world.dirs.values().find(|d| d.role == DirRole::Upper && d.container.as_ref() == Some(id))?;
    Some(dir.path.clone())
}

fn bind_is_there(world: &World) -> bool {
    world.dirs.values().any(|dir| dir.role == DirRole::BindSource)
}

/// In the order of [`Query::choices`](super::Query::choices).
fn kept(bind: bool, volume: bool, upper: bool, tmpfs: bool) -> Vec<Term> {
    let all = [(bind, Term::Bind), (volume, Term::Volume), (upper, Term::Upper), (tmpfs, Term::Tmpfs)];
    all.into_iter().filter_map(|(there, term)| there.then_some(term)).collect()
}

pub(super) fn left_after_stop(world: &World, container: &str, volume: &str) -> Vec<Term> {
    let tmpfs = world
        .container(container)
        .is_some_and(|c| world.mounts_of(&c.id).any(|mount| matches!(mount.kind, MountKind::Tmpfs)));
    let volume = world.volumes.contains_key(volume);
    kept(bind_is_there(world), volume, upper(world, container).is_some(), tmpfs)
}

/// After [`super::is_removed`]: nothing that is left has an owner that is gone.
pub(super) fn left_after_remove(world: &World, volume: &str) -> Vec<Term> {
    kept(bind_is_there(world), world.volumes.contains_key(volume), false, false)
}
