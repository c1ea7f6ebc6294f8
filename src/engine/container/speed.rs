//! How fast the places of a container are that runs: its own layer, and what it has mounted.

use super::seen::With;
use super::{Container, homes};
use crate::client::protocol::{SpeedAt, SpeedCommand, SpeedReport};
use crate::engine::contents;
use crate::engine::evidence::Spot;
use crate::engine::handle::reach;
use crate::engine::speed::{self, Effort, Place, Task};
use crate::engine::{Asked, Cancel, Engine, Fault, FaultKind, Result};
use crate::trace::{Code, HomeKind, Mount, MountKind, OpKind, Plan, Problem, StepKind};
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;

impl Engine {
    /// Measures it. Two measurements would be of each other: there is one at a time.
    pub fn measure_speed(
        &self,
        command: &SpeedCommand,
        line: &Asked,
        cancel: &Cancel,
        tell: &(dyn Fn(&SpeedAt) + Sync),
    ) -> Result<SpeedReport> {
        let effort = Effort::of(command)?;
        let container = self.containers.find(&command.container)?;
        let _alone = self.measuring.try_lock().ok_or_else(|| Fault::new(FaultKind::Conflict, Code::SpeedBusy))?;
        let (running, _beside) = container.beside(cancel)?;
        let root = self.root_of_running(&container, With::Volumes)?.ok_or_else(|| container.not_running())?;
        let places = self.places_of(&container, &root, running.pid);
        let name = container.name.get();
        self.conductor.operate(OpKind::SpeedMeasure, &name, line.clone(), cancel, |cx| {
            // Its end waits for whoever is beside it.
            let check = || if running.has_exited() { Err(container.not_running()) } else { cx.check() };
            let quick = if command.quick { " --quick" } else { "" };
            let plan = Plan::new(StepKind::MeasureSpeed, &name).by_hand(format!("dockwalk speed {name}{quick}"));
            let (dir, rootless) = (container.dir.clone(), self.lab.rootless);
            let (container, pid, check) = (&container.id, running.pid, &check);
            let task = Task { container, places, dir, pid, rootless, effort, check, tell };
            cx.step(plan, |cx| speed::measure(cx, &task))
        })
    }

    /// Its own layer, then what it has mounted, by target.
    fn places_of(&self, container: &Container, root: &OwnedFd, pid: u32) -> Vec<Place> {
        let world = self.conductor.world();
        let place = |mount: &Mount| {
            let (target, kind, path) = match &mount.kind {
                MountKind::Overlay { upper, .. } => ("/", HomeKind::Upper, Some(PathBuf::from(upper))),
                MountKind::Volume { name } => (mount.target.as_str(), HomeKind::Volume, self.lasting(name)),
                MountKind::Bind { from } => (mount.target.as_str(), HomeKind::Bind, Some(PathBuf::from(from))),
                MountKind::Tmpfs => (mount.target.as_str(), HomeKind::Tmpfs, None),
                MountKind::System => return None,
            };
            let spot = spot(root, pid, target, mount);
            Some(Place { target: target.to_owned(), kind, spot, path, mount: mount.clone() })
        };
        let mut places: Vec<_> = world.mounts_of(&container.id).filter_map(|mount| place(mount)).collect();
        places.sort_by(|a, b| a.target.cmp(&b.target));
        // The overlay is in two mount tables.
        places.dedup_by(|a, b| a.target == b.target);
        places
    }
}

impl Engine {
    /// Where the bytes of a volume are when what the engine has mounted is there no more.
    fn lasting(&self, volume: &str) -> Option<PathBuf> {
        match self.volumes.bytes_of(volume) {
            contents::Place::Path(path) => Some(path.canonicalize().unwrap_or(path)),
            contents::Place::Memory(_) | contents::Place::Handle(..) => None,
        }
    }
}

/// The directory as the container sees it, or why there is none.
fn spot(root: &OwnedFd, pid: u32, target: &str, mount: &Mount) -> Result<Spot, Problem> {
    let refused = |code| Problem::new(code).with("place", target);
    let below = target.trim_start_matches('/');
    let leads = match below {
        "" => PathBuf::from(format!("/proc/{pid}/root")),
        below => PathBuf::from(format!("/proc/{pid}/root/{below}")),
    };
    let dir = match below {
        "" => root.try_clone().map_err(|e| Fault::io("open", target, &e).problem)?,
        below => reach::directory(root.as_fd(), below.as_bytes()).map_err(|errno| match errno {
            nix::errno::Errno::ENOTDIR => refused(Code::SpeedNoDirectory),
            errno => Fault::io("open", target, &errno.into()).problem,
        })?,
    };
    // Something else may be at that path by now: the container runs.
    match !below.is_empty() && homes::mount_of(&dir) != Some(mount.key.id) {
        true => Err(Fault::failed(Code::MountNotThere).with("path", target).problem),
        false => Ok(Spot { dir, leads }),
    }
}
