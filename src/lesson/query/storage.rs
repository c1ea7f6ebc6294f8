use crate::lesson::Term;
use crate::trace::{Container, Dir, DirRole, Effect, Home, HomeKind, Mount, MountKind, World};
use serde::Deserialize;
use std::sync::Arc;

/// Of a container alone: made for it, deleted with it.
pub(super) fn is_own(dir: &Dir) -> bool {
    matches!(dir.role, DirRole::Upper | DirRole::Work | DirRole::Merged)
}

fn running<'a>(world: &'a World, container: &str) -> Option<&'a Arc<Container>> {
    world.container_named(container).filter(|c| c.state.lives())
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
    let container = world.container_named(container)?;
    let mount = world.mounts_of(&container.id).find(|mount| mount.target == target)?;
    match &mount.kind {
        MountKind::Volume { name } => world.volumes.get(name).map(|volume| volume.path.clone()),
        MountKind::Bind { from } => Some(from.clone()),
        MountKind::Overlay { upper, .. } => Some(upper.clone()),
        MountKind::Tmpfs | MountKind::System => Some(mount.fstype.clone()),
    }
}

pub(super) fn upper(world: &World, container: &str) -> Option<String> {
    let id = &world.container_named(container)?.id;
    let dir = world.dirs.values().find(|d| d.role == DirRole::Upper && d.container.as_ref() == Some(id))?;
    Some(dir.path.clone())
}

/// Of the files in that directory of the volume the one that was changed last, where it is among those that are named.
pub(super) fn newest_inode(world: &World, volume: &str, within: &str) -> Option<u64> {
    let held = world.contents.get(&Home::Volume { name: volume.to_owned() })?;
    let lies_there = |path: &str| path.strip_prefix(within).is_some_and(|rest| rest.starts_with('/'));
    held.newest.iter().find(|file| lies_there(&file.path)).map(|file| file.inode)
}

/// What comes to a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It has stopped.
    Stop,
    /// It was deleted.
    Remove,
}

/// Whether that file was seen there when the place was looked at last; none where not all of it was seen.
pub(super) fn is_in(world: &World, place: HomeKind, container: &str, volume: &str, file: &str) -> Option<bool> {
    let container = world.container_named(container);
    let own = |is: &dyn Fn(&Mount) -> Option<Home>| {
        let mounted = container.into_iter().flat_map(|it| world.mounts_of(&it.id));
        let held =
            world.held_mounts().filter(|(id, _)| container.is_some_and(|it| it.id == **id)).map(|(_, mount)| mount);
        mounted.chain(held).filter_map(|mount| is(mount)).collect::<Vec<_>>()
    };
    let homes = match place {
        HomeKind::Upper => {
            let upper = container.and_then(|it| world.uppers.get(&it.id)?.files.get(file));
            return Some(upper.is_some_and(|file| file.effect != Effect::Deleted));
        }
        HomeKind::Volume => vec![Home::Volume { name: volume.to_owned() }],
        HomeKind::Tmpfs => own(&|mount| (mount.kind == MountKind::Tmpfs).then_some(Home::Tmpfs { mount: mount.key })),
        // Of a container that was deleted nothing tells which were its own.
        HomeKind::Bind if container.is_none() => {
            world.contents.keys().filter(|home| matches!(home, Home::Bind { .. })).cloned().collect()
        }
        HomeKind::Bind => own(&|mount| match &mount.kind {
            MountKind::Bind { from } => Some(Home::Bind { from: from.clone() }),
            _ => None,
        }),
    };
    let held = || homes.iter().filter_map(|home| world.contents.get(home));
    let is_there = held().any(|held| held.newest.iter().any(|seen| seen.path == file));
    let all_seen = held().all(|held| held.whole && held.files == held.newest.len() as u64);
    (is_there || all_seen).then_some(is_there)
}

/// Where that file was seen, in the order of [`Query::choices`](super::Query::choices).
pub(super) fn holding(world: &World, container: &str, volume: &str, file: &str) -> Vec<Term> {
    let all = [
        (HomeKind::Bind, Term::Bind),
        (HomeKind::Volume, Term::Volume),
        (HomeKind::Upper, Term::Upper),
        (HomeKind::Tmpfs, Term::Tmpfs),
    ];
    let holds = |place| is_in(world, place, container, volume, file) == Some(true);
    all.into_iter().filter_map(|(place, term)| holds(place).then_some(term)).collect()
}
