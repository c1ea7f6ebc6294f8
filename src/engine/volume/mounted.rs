//! Volumes that are made of more than a directory: mounted in the engine's mount namespace for the first container that uses one,
//! unmounted after the last. Content in memory goes with that, as in Docker.

use super::driver::{self, Backing};
use super::{Volume, Volumes};
use crate::engine::conductor::Cx;
use crate::engine::evidence;
use crate::engine::fault::{Fault, Result};
use crate::engine::rootfs::{RootfsInverse, find_mount, mount_namespace};
use crate::spec::ContainerId;
use crate::trace::{Change, Code, MountKey, MountKind, Plan, StepKind};
use nix::mount::MntFlags;
use parking_lot::{Mutex, MutexGuard};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// Which containers use a volume: it is made, mounted, unmounted and removed by one at a time.
pub type Using = Arc<Mutex<BTreeSet<ContainerId>>>;

/// The same of each that is used now.
pub type Users = Mutex<BTreeMap<String, Using>>;

/// What of a volume is to be undone belongs to no container.
fn scope(name: &str) -> String {
    format!("volume/{name}")
}

impl Volumes {
    pub(super) fn users_of(&self, name: &str) -> Using {
        Arc::clone(self.users.lock().entry(name.to_owned()).or_default())
    }

    /// Mounts what a volume is made of for a container, unless another one has it already: the step `MountVolume`. Of a volume that
    /// is a directory alone nothing is mounted.
    pub fn mount(&self, cx: &Cx, volume: &Volume, user: &ContainerId) -> Result<()> {
        let Some(backing) = driver::backing(&super::options(&self.dir(&volume.name))?)? else { return Ok(()) };
        let users = self.users_of(&volume.name);
        let mounted = self.mount_alone(cx, volume, &backing, user, &users);
        self.done_with(&volume.name, &users);
        mounted
    }

    fn mount_alone(
        &self,
        cx: &Cx,
        volume: &Volume,
        backing: &Backing,
        user: &ContainerId,
        users: &Using,
    ) -> Result<()> {
        let mut users = alone(cx, users)?;
        // Somebody may have deleted it meanwhile, or unmounted it by hand.
        self.get(&volume.name)?;
        if find_mount(&volume.path)?.is_none() {
            mount(cx, volume, backing)?;
        }
        users.insert(user.clone());
        Ok(())
    }

    /// A container has ended: the last that used it unmounts it, the step `Unmount`.
    pub fn unmount(&self, cx: &Cx, name: &str, user: &ContainerId) -> Result<()> {
        let Some(users) = self.users.lock().get(name).cloned() else { return Ok(()) };
        {
            // Who undoes something is not called off.
            let mut users = users.lock();
            if !users.remove(user) || !users.is_empty() {
                return Ok(());
            }
            self.unmount_now(cx, name)?;
        }
        self.done_with(name, &users);
        Ok(())
    }

    /// What is kept of a volume that nobody uses is let go.
    pub(super) fn done_with(&self, name: &str, users: &Using) {
        let mut all = self.users.lock();
        // Nobody else has it, and nobody gets it meanwhile.
        if Arc::strong_count(users) == 2 && users.try_lock().is_some_and(|users| users.is_empty()) {
            all.remove(name);
        }
    }

    /// Unmounts it, whoever used it. What is not mounted is no error.
    pub(super) fn unmount_now(&self, cx: &Cx, name: &str) -> Result<()> {
        let path = self.place(name);
        let pending = cx.conductor().journal().pending_of::<RootfsInverse>(&scope(name));
        // One may lie upon the other.
        while let Some((found, _)) = find_mount(&path)? {
            let call = format!("umount2({path:?}, MNT_DETACH)");
            let plan = Plan::new(StepKind::Unmount, path.display()).call(&call);
            cx.step(plan.by_hand(format!("umount {}", path.display())), |cx| {
                let unmounted = evidence::umount(&path, MntFlags::MNT_DETACH);
                let unmounted = unmounted.map_err(|e| Fault::io("unmount", path.display(), &e.into()))?;
                let key = MountKey { mntns: mount_namespace()?, id: found.id };
                if cx.world().mounts.contains_key(&key) {
                    cx.observe(Change::MountGone { key }, vec![unmounted]);
                }
                Ok(())
            })?;
        }
        pending.iter().try_for_each(|(entry, _)| cx.undone(*entry))
    }
}

/// Whoever has it may wait at a step; who waits for it can be called off.
pub(super) fn alone<'a>(cx: &Cx, users: &'a Using) -> Result<MutexGuard<'a, BTreeSet<ContainerId>>> {
    loop {
        if let Some(users) = users.try_lock_for(Duration::from_millis(50)) {
            return Ok(users);
        }
        cx.check()?;
    }
}

fn mount(cx: &Cx, volume: &Volume, backing: &Backing) -> Result<()> {
    let path = &volume.path;
    let by_hand = backing.by_hand(path);
    cx.step(Plan::new(StepKind::MountVolume, &volume.name).call(&by_hand).by_hand(&by_hand), |cx| {
        let mntns = mount_namespace()?;
        let entry = cx.journal(&scope(&volume.name), &RootfsInverse::Unmount { path: path.clone(), mntns })?;
        let mut evidence = match backing.mount(path) {
            Ok(calls) => calls,
            Err(errno) => {
                cx.undone(entry)?;
                let fault = Fault::failed(Code::VolumeMount).with("name", &volume.name).with("path", path.display());
                return Err(fault.with("device", &backing.device).with("reason", errno.desc()));
            }
        };
        let missing = || Fault::failed(Code::MountNotThere).with("path", path.display());
        let (found, line) = match find_mount(path).and_then(|found| found.ok_or_else(missing)) {
            Ok(found) => found,
            Err(fault) => {
                // Where it stays mounted it stays in the journal, too.
                if evidence::umount(path, MntFlags::MNT_DETACH).is_ok() {
                    cx.undone(entry)?;
                }
                return Err(fault);
            }
        };
        evidence.push(line);
        let kind = MountKind::Volume { name: volume.name.clone() };
        cx.observe(Change::MountSeen(found.mount(mntns, None, kind)), evidence);
        Ok(())
    })
}
