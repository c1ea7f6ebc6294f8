//! What stays when a container is stopped or deleted, or a volume: which places in which bytes live a request is about, and what becomes
//! of each by Docker's rules (docs.docker.com/engine/storage).
//!
//! ```text
//! Op + the World before ── Survival::of ─▶ places, each with its fate by rule
//!                                            └─ Place::is_there(the World after) ─▶ its fate as it was seen
//! ```
//!
//! |               | stop | rm  | rm -v, --rm | volume rm | volume prune         |
//! |---------------|------|-----|-------------|-----------|----------------------|
//! | own layer     | ✓    | ✗   | ✗           |           |                      |
//! | volume        | ✓    | ✓   | ✓           | ✗         | ✗ with `--all`       |
//! | anonymous one | ✓    | ✓   | ✗           | ✗         | ✗                    |
//! | bind mount    | ✓    | ✓   | ✓           |           |                      |
//! | tmpfs         | ✗    | ✗   | ✗           |           |                      |
//!
//! A volume that another container has stays, whatever is asked for.

pub mod prune;
#[cfg(test)]
mod tests;

use crate::docker::{ContainerKillQuery, ContainerRemoveQuery, FilterQuery, from_query};
use crate::spec::ContainerId;
use crate::trace::{Container, ContainerState, DirRole, Home, Mount, MountKind, Op, OpKind, Outcome, World};
use serde::de::DeserializeOwned;

/// Since this version of the API `volume prune` deletes anonymous volumes alone, unless it is asked for all.
const PRUNES_ANONYMOUS: u32 = 42;

/// What an operation is about, as far as bytes live there.
#[derive(Debug, Clone, PartialEq)]
pub struct Survival {
    /// The operation.
    pub op: Op,
    /// What is stopped is deleted then: by itself (`--rm`), or because that was asked for (`rm -f`).
    pub removes: bool,
    /// The places: a container's own layer first, its mounts by their targets, volumes by name.
    pub places: Vec<Fate>,
}

/// A place, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// Which.
    pub place: Place,
    /// What it is called: the container whose layer it is, the volume, the path on the host, the target of a tmpfs.
    pub name: String,
    /// By rule it is there afterwards.
    pub stays: bool,
}

/// Where bytes live.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A container's writable layer.
    Upper(ContainerId),
    /// What is mounted, or could be.
    Home(Home),
}

impl Place {
    /// Whether it is there, by what was seen; none where nobody has looked.
    pub fn is_there(&self, world: &World) -> Option<bool> {
        let upper = |id: &ContainerId| {
            world.dirs.values().any(|dir| dir.role == DirRole::Upper && dir.container.as_ref() == Some(id))
        };
        Some(match self {
            Self::Upper(id) => upper(id),
            Self::Home(Home::Volume { name }) => world.volumes.contains_key(name),
            Self::Home(Home::Tmpfs { mount }) => world.mounts.contains_key(mount),
            Self::Home(home @ Home::Bind { from }) => match world.contents.get(home) {
                Some(held) => held.still != crate::trace::Still::Gone,
                None => world.dirs.contains_key(from).then_some(true)?,
            },
        })
    }
}

impl Survival {
    /// What an operation that begins is about; none where it ends nothing, and where it is not known what it ends.
    pub fn of(op: &Op, before: impl FnOnce() -> World) -> Option<Self> {
        if !matches!(op.kind, OpKind::ContainerStop | OpKind::ContainerRemove | OpKind::VolumeRemove) {
            return None;
        }
        let (asked, before) = (Asked::of(&op.request), &before());
        let places = match op.kind {
            OpKind::ContainerStop => stopped(before.container_named(&op.subject)?, &asked, before)?,
            OpKind::ContainerRemove => removed(before.container_named(&op.subject)?, &asked, before)?,
            OpKind::VolumeRemove => volumes(&op.subject, &asked, before)?,
            _ => return None,
        };
        let stops = (op.kind == OpKind::ContainerStop).then(|| before.container_named(&op.subject)).flatten();
        let removes = stops.is_some_and(|container| container.auto_remove || asked.deletes());
        (!places.is_empty()).then(|| Self { op: op.clone(), removes, places })
    }

    /// How it ended; none while it is under way. What is stopped has ended when its process has, and what it had mounted is gone: that
    /// is an operation of its own.
    pub fn outcome<'w>(&self, world: &'w World) -> Option<&'w Outcome> {
        let outcome = world.ops.get(&self.op.id)?.outcome.as_ref()?;
        if self.op.kind != OpKind::ContainerStop || *outcome != Outcome::Done {
            return Some(outcome);
        }
        let last = if self.removes { OpKind::ContainerRemove } else { OpKind::ContainerExit };
        let later = world.ops.values().filter(|it| it.op.id > self.op.id && it.op.kind == last);
        later.filter(|it| it.op.subject == self.op.subject).find_map(|it| it.outcome.as_ref())
    }
}

/// `DELETE /v1.43/containers/shell?v=1`; nothing where nobody asked.
struct Asked<'a> {
    method: &'a str,
    /// Without the version before it.
    path: &'a str,
    /// The minor number of that version.
    minor: Option<u32>,
    query: &'a str,
}

impl<'a> Asked<'a> {
    fn of(request: &'a str) -> Self {
        let (method, target) = request.split_once(' ').unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let versioned = path.strip_prefix("/v1.").and_then(|rest| rest.split_once('/'));
        match versioned.and_then(|(minor, rest)| Some((minor.parse().ok()?, &path[path.len() - rest.len() - 1..]))) {
            Some((minor, path)) => Self { method, path, minor: Some(minor), query },
            None => Self { method, path, minor: None, query },
        }
    }

    /// `DELETE /containers/{id}`, which stops it first where it runs.
    fn deletes(&self) -> bool {
        self.method == "DELETE"
    }

    fn query<Q: DeserializeOwned>(&self) -> Option<Q> {
        from_query(self.query).ok()
    }
}

/// The container's own layer, and its mounts, of which that says what becomes of them.
fn of_container(container: &Container, world: &World, upper: bool, stays: impl Fn(&Mount) -> bool) -> Vec<Fate> {
    let own = Fate { place: Place::Upper(container.id.clone()), name: container.name.clone(), stays: upper };
    let mounted = world.mounts_of(&container.id);
    // A tmpfs of one that does not run is nowhere.
    let held = world.held_mounts().filter(|(id, _)| **id == container.id).map(|(_, mount)| mount);
    let mut mounts: Vec<_> = mounted.chain(held.filter(|mount| mount.kind != MountKind::Tmpfs)).collect();
    mounts.sort_by(|a, b| a.target.cmp(&b.target));
    let mut all = vec![own];
    for mount in mounts {
        let (home, name) = match &mount.kind {
            MountKind::Volume { name } => (Home::Volume { name: name.clone() }, name),
            MountKind::Bind { from } => (Home::Bind { from: from.clone() }, from),
            MountKind::Tmpfs => (Home::Tmpfs { mount: mount.key }, &mount.target),
            MountKind::Overlay { .. } | MountKind::System => continue,
        };
        let fate = Fate { place: Place::Home(home), name: name.clone(), stays: stays(mount) };
        if all.iter().all(|other| other.place != fate.place) {
            all.push(fate);
        }
    }
    all.retain(|fate| fate.place.is_there(world) == Some(true));
    all
}

/// None where the signal may leave it running.
fn stopped(container: &Container, asked: &Asked<'_>, world: &World) -> Option<Vec<Fate>> {
    let signal = asked.query::<ContainerKillQuery>()?.signal.filter(|_| asked.path.ends_with("/kill"));
    let ends = |signal: &str| matches!(signal.trim_start_matches("SIG"), "" | "KILL" | "9");
    if !container.state.lives() || !signal.as_deref().is_none_or(ends) {
        return None;
    }
    if container.auto_remove || asked.deletes() {
        let and_deleted = if asked.deletes() { asked } else { &Asked::of("") };
        return removed(container, and_deleted, world);
    }
    Some(of_container(container, world, true, |mount| mount.kind != MountKind::Tmpfs))
}

fn removed(container: &Container, asked: &Asked<'_>, world: &World) -> Option<Vec<Fate>> {
    // By `--rm` it goes without anybody asking then, and takes its anonymous volumes along; `container prune` leaves these.
    let anonymous = match asked.path {
        "" => true,
        "/containers/prune" => false,
        _ => asked.query::<ContainerRemoveQuery>()?.volumes,
    };
    let stays = |mount: &Mount| match &mount.kind {
        MountKind::Volume { name } => {
            let goes = anonymous && world.volumes.get(name).is_some_and(|volume| volume.anonymous);
            !goes || is_used(world, name, |id| *id != container.id)
        }
        kind => *kind != MountKind::Tmpfs,
    };
    Some(of_container(container, world, false, stays))
}

/// None where labels decide, which the World does not know; and where a container that was never started may have one.
fn volumes(subject: &str, asked: &Asked<'_>, world: &World) -> Option<Vec<Fate>> {
    let fate = |name: &str, stays| {
        let place = Place::Home(Home::Volume { name: name.to_owned() });
        Fate { place, name: name.to_owned(), stays }
    };
    if world.containers.values().any(|it| it.state == ContainerState::Created) {
        return None;
    }
    if asked.path != "/volumes/prune" {
        return world.volumes.contains_key(subject).then(|| vec![fate(subject, is_used(world, subject, |_| true))]);
    }
    let filters = asked.query::<FilterQuery>()?.filters;
    if filters.names().any(|name| name != "all") {
        return None;
    }
    let every = filters.values("all").any(|value| matches!(value, "1" | "true" | "t" | "T" | "TRUE" | "True"))
        || asked.minor.is_some_and(|minor| minor < PRUNES_ANONYMOUS);
    let stays = |name: &str, anonymous: bool| !(every || anonymous) || is_used(world, name, |_| true);
    Some(world.volumes.values().map(|it| fate(&it.name, stays(&it.name, it.anonymous))).collect())
}

/// A container of those has the volume mounted, or will mount it when it starts again.
fn is_used(world: &World, name: &str, by: impl Fn(&ContainerId) -> bool) -> bool {
    let held = world.held_mounts().map(|(_, mount)| mount);
    let mut all = world.mounts.values().chain(held);
    all.any(|mount| {
        matches!(&mount.kind, MountKind::Volume { name: of } if of == name) && mount.container.as_ref().is_some_and(&by)
    })
}
