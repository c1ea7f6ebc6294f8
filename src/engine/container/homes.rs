//! What a container's volumes, binds and tmpfs hold is looked at while it runs; a volume and a bind also after that.

use super::seen::With;
use super::{Container, Phase};
use crate::engine::contents::Place;
use crate::engine::handle::reach;
use crate::engine::{Engine, Result};
use crate::trace::{Home, Mount, MountKind};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::PathBuf;

impl Engine {
    /// Its first process lives, and what it has mounted is in the World.
    pub(super) fn watch_homes(&self, container: &Container) {
        let homes = self.homes_of(container);
        for (home, mount) in &homes {
            let place = match home {
                Home::Volume { name } => Some(self.volumes.bytes_of(name)),
                Home::Bind { from } => Some(Place::Path(PathBuf::from(from))),
                Home::Tmpfs { .. } => self.place_within(container, mount),
            };
            if let Some(place) = place {
                self.contents.keep_used(home.clone(), place);
            }
        }
        // It may have ended before they were kept, and was left already.
        if container.state().phase != Phase::Running {
            self.leave(&homes);
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
        let homes = self.homes_of(container);
        homes.iter().for_each(|(home, _)| self.contents.settle(home));
        self.leave(&homes);
    }

    fn leave(&self, homes: &[(Home, Mount)]) {
        for (home, _) in homes {
            match home {
                Home::Tmpfs { .. } => self.contents.forget(home),
                _ => self.contents.leave(home),
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
        // A device is mounted by its path, too, and holds nothing.
        let is_drawn = |home: &Home| world.has(&home.entity());
        let with_mount = |mount: &Mount| Some((home(mount).filter(is_drawn)?, mount.clone()));
        world.mounts_of(&container.id).filter_map(|mount| with_mount(mount)).collect()
    }

    /// That mount as the container sees it. Of what lies in memory alone there is no other way.
    fn place_within(&self, container: &Container, mount: &Mount) -> Option<Place> {
        let pid = container.main_process().ok()?.pid;
        let root = self.root_of_running(container, With::Volumes).ok()??;
        let below = mount.target.trim_start_matches('/');
        let found = reach::find(root.as_fd(), below.as_bytes()).ok()?;
        // Something else may be at that path by now: the container runs.
        let is_it = mount_of(&found) == Some(mount.key.id);
        is_it.then(|| Place::Handle(found, PathBuf::from(format!("/proc/{pid}/root/{below}"))))
    }
}

/// The number of the mount that a handle is of (proc_pid_fdinfo(5)).
pub(super) fn mount_of(handle: &OwnedFd) -> Option<u64> {
    let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{}", handle.as_raw_fd())).ok()?;
    info.lines().find_map(|line| line.strip_prefix("mnt_id:")?.trim().parse().ok())
}
