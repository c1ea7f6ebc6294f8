//! One place of a container.

use crate::survival::{self, Survival};
use crate::trace::{
    Container, DirRole, Entity, Home, HomeKind, Mount, MountKind, Op, OpKind, Speed, SpeedPattern, TmpfsMemory,
    Unmeasured, World,
};
use crate::ui::diagrams::NodeId;
use std::borrow::Cow;
use std::sync::Arc;

/// What is known of it.
pub(super) struct Column<'w> {
    pub kind: HomeKind,
    /// Where in the container.
    pub target: String,
    /// On the host; none in memory.
    pub path: Option<String>,
    /// It is stopped: this is what it will mount again.
    pub is_held: bool,
    mount: Option<&'w Arc<Mount>>,
    /// What its cells are about that are about nothing else: where it is mounted.
    entity: Entity,
    speeds: Vec<&'w Arc<Speed>>,
    pub refused: Option<&'w Arc<Unmeasured>>,
}

/// Its own layer, then what it has mounted, by target.
pub(super) fn of<'w>(world: &'w World, container: &'w Container) -> Vec<Column<'w>> {
    let speeds = |target: &str| world.speeds_of(&container.id).filter(|it| it.target == target).collect();
    let refused = |target: &str| world.unmeasured.get(&(container.id.clone(), target.to_owned()));
    let own = world.dirs.values().find(|it| it.role == DirRole::Upper && it.container.as_ref() == Some(&container.id));
    let root = world.mounts_of(&container.id).find(|mount| matches!(mount.kind, MountKind::Overlay { .. }));
    let own = own.map(|dir| Column {
        kind: HomeKind::Upper,
        target: "/".to_owned(),
        path: Some(dir.path.clone()),
        is_held: false,
        mount: root,
        entity: root.map_or_else(|| Entity::Dir(dir.path.clone()), |mount| Entity::Mount(mount.key)),
        speeds: speeds("/"),
        refused: refused("/"),
    });
    let mounts = crate::ui::diagrams::storage::mounts(world, container).into_iter().filter_map(|(mount, is_held)| {
        let (kind, path) = match &mount.kind {
            MountKind::Volume { name } => (HomeKind::Volume, world.volumes.get(name).map(|it| it.path.clone())),
            MountKind::Bind { from } => (HomeKind::Bind, Some(from.clone())),
            MountKind::Tmpfs => (HomeKind::Tmpfs, None),
            MountKind::Overlay { .. } | MountKind::System => return None,
        };
        let entity = if is_held { Entity::Container(container.id.clone()) } else { Entity::Mount(mount.key) };
        let (speeds, refused) = (speeds(&mount.target), refused(&mount.target));
        Some(Column { kind, target: mount.target.clone(), path, is_held, mount: Some(mount), entity, speeds, refused })
    });
    own.into_iter().chain(mounts).collect()
}

/// As the kernel writes it, since and before 6.19.
fn is_volatile(option: &str) -> bool {
    matches!(option, "volatile" | "fsync=volatile")
}

impl Column<'_> {
    /// A shape of the place.
    pub fn id(&self, part: impl Into<Cow<'static, str>>) -> NodeId {
        NodeId::part(self.entity.clone(), format!("{} {}", part.into(), self.target))
    }

    /// The place itself, whoever has it mounted: the volume, the directory of the host or of the engine; none in memory.
    pub fn home(&self, world: &World) -> Option<Entity> {
        let dir = || self.path.clone().filter(|path| world.dirs.contains_key(path)).map(Entity::Dir);
        match self.mount.map(|mount| &mount.kind) {
            Some(MountKind::Volume { name }) => Some(Entity::Volume(name.clone())),
            _ => dir(),
        }
    }

    pub fn speed(&self, pattern: SpeedPattern) -> Option<&Speed> {
        self.speeds.iter().find(|speed| speed.pattern == pattern).map(|speed| &***speed)
    }

    /// The options of `docker run` by which it comes; none of the layer that each container has.
    pub fn how(&self) -> Option<String> {
        let ro = if self.is_read_only() { ":ro" } else { "" };
        Some(match &self.mount?.kind {
            // A volume without a name of its own is named by a digest that nobody typed.
            MountKind::Volume { name } if name.len() == 64 => format!("-v {}{ro}", self.target),
            MountKind::Volume { name } => format!("-v {name}:{}{ro}", self.target),
            MountKind::Bind { from } => format!("-v {from}:{}{ro}", self.target),
            MountKind::Tmpfs => format!("--tmpfs {}", self.target),
            MountKind::Overlay { .. } | MountKind::System => return None,
        })
    }

    pub fn is_read_only(&self) -> bool {
        self.mount.is_some_and(|mount| mount.read_only)
    }

    /// fsync(2) waits for nothing there.
    pub fn is_volatile(&self) -> bool {
        self.mount.is_some_and(|mount| mount.options.split([',', ' ']).any(is_volatile))
    }

    pub fn memory<'w>(&self, world: &'w World) -> Option<&'w TmpfsMemory> {
        let mount = self.mount.filter(|_| self.kind == HomeKind::Tmpfs)?;
        world.in_memory.get(&mount.key).map(|seen| &**seen)
    }

    /// Whether it is there once the container is stopped, or removed after that: by the rules that `survival` has.
    pub fn stays(&self, world: &World, container: &Container, removed: bool) -> Option<bool> {
        if self.is_held && self.kind == HomeKind::Tmpfs {
            return Some(false);
        }
        let (kind, request) = match removed {
            true => (OpKind::ContainerRemove, format!("DELETE /containers/{}", container.name)),
            // It was stopped, and is there.
            false if !container.state.lives() => return Some(true),
            false => (OpKind::ContainerStop, format!("POST /containers/{}/stop", container.name)),
        };
        let op = Op { id: 0, kind, subject: container.name.clone(), request };
        let place = match (&self.mount.map(|mount| &mount.kind), self.kind) {
            (_, HomeKind::Upper) => survival::Place::Upper(container.id.clone()),
            (Some(MountKind::Volume { name }), _) => survival::Place::Home(Home::Volume { name: name.clone() }),
            (Some(MountKind::Bind { from }), _) => survival::Place::Home(Home::Bind { from: from.clone() }),
            _ => survival::Place::Home(Home::Tmpfs { mount: self.mount?.key }),
        };
        let fates = Survival::of(&op, || world.clone())?.places;
        fates.into_iter().find(|fate| fate.place == place).map(|fate| fate.stays)
    }
}
