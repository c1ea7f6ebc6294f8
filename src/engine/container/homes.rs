//! What a container's volumes, binds and tmpfs hold is looked at while it runs; a volume and a bind also after that.

use super::Container;
use super::seen::With;
use crate::engine::contents::Place;
use crate::engine::handle::reach;
use crate::engine::{Engine, Result};
use crate::trace::{Home, Mount, MountKind};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

impl Engine {
    /// Its first process lives, and what it has mounted is in the World.
    pub(super) fn watch_homes(&self, container: &Container) {
        for (home, mount) in self.homes_of(container) {
            let place = match &home {
                Home::Volume { name } => Some(Place::Path(self.volumes.bytes_of(name))),
                Home::Bind { from } => Some(Place::Path(PathBuf::from(from))),
                Home::Tmpfs { .. } => self.place_within(container, &mount.target),
            };
            if let Some(place) = place {
                self.contents.keep(home, place);
            }
        }
    }

    /// Volumes that were there before the engine was. Those that are mounted when they are used are looked at then.
    pub(in crate::engine) fn watch_volumes(&self) -> Result<()> {
        for volume in self.volumes.list()?.into_iter().filter(|volume| volume.options.is_empty()) {
            self.contents.keep(Home::Volume { name: volume.name }, Place::Path(volume.path));
        }
        Ok(())
    }

    /// Says what was written last, and lets go of what is about to go with it.
    pub(super) fn leave_homes(&self, container: &Container) {
        for (home, _) in self.homes_of(container) {
            self.contents.settle(&home);
            if matches!(home, Home::Tmpfs { .. }) {
                self.contents.forget(&home);
            }
        }
    }

    fn homes_of(&self, container: &Container) -> Vec<(Home, Mount)> {
        let world = self.conductor.world();
        let home = |mount: &Mount| match &mount.kind {
            MountKind::Volume { name } => Some(Home::Volume { name: name.clone() }),
            MountKind::Bind { from } => Some(Home::Bind { from: from.clone() }),
            MountKind::Tmpfs => Some(Home::Tmpfs { mount: mount.key }),
            _ => None,
        };
        world.mounts_of(&container.id).filter_map(|mount| Some((home(mount)?, (**mount).clone()))).collect()
    }

    /// That path as the container sees it. Of what lies in memory alone there is no other.
    fn place_within(&self, container: &Container, target: &str) -> Option<Place> {
        let root = self.root_of_running(container, With::Volumes).ok()??;
        let found = reach::find(root.as_fd(), target.as_bytes()).ok()?;
        Some(Place::Handle(found, Path::new(target).to_owned()))
    }
}
