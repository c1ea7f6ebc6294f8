//! Memory that containers share (`--ipc shareable`): a tmpfs of the engine's beside the root of the one that lends it, which each of them
//! has as its `/dev/shm`. In Docker it is in the same place.

use super::RootfsInverse;
use super::overlay::{find, mount_namespace};
use crate::engine::conductor::Cx;
use crate::engine::fault::{Fault, Result};
use crate::engine::{evidence, private};
use crate::spec::ContainerId;
use crate::trace::{Change, Code, MountKind, Plan, StepKind};
use nix::mount::MsFlags;
use std::path::{Path, PathBuf};

/// Where it is.
pub fn place(dir: &Path) -> PathBuf {
    dir.join("shm")
}

/// Mounts it, with so many bytes: the step `MountShared`.
pub fn share(cx: &Cx, container: &ContainerId, dir: &Path, size: u64) -> Result<()> {
    let path = place(dir);
    let options = format!("mode=1777,size={size}");
    let plan = Plan::new(StepKind::MountShared, path.display())
        .call(format!("mount(\"shm\", {path:?}, \"tmpfs\", MS_NOSUID|MS_NODEV|MS_NOEXEC, {options:?})"));
    cx.step(plan.by_hand(format!("mount -t tmpfs -o nosuid,nodev,noexec,{options} shm {}", path.display())), |cx| {
        private::dir(&path).map_err(|e| Fault::io("make", path.display(), &e))?;
        let mntns = mount_namespace()?;
        let entry = cx.journal(container.as_str(), &RootfsInverse::Unmount { path: path.clone(), mntns })?;
        let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
        let mounted = match evidence::mount(Some("shm"), &path, Some("tmpfs"), flags, Some(&options)) {
            Ok(mounted) => mounted,
            Err(errno) => {
                cx.undone(entry)?;
                return Err(Fault::io("mount", path.display(), &errno.into()));
            }
        };
        let missing = || Fault::failed(Code::MountNotThere).with("path", path.display());
        let (found, line) = find(&path)?.ok_or_else(missing)?;
        let mount = found.mount(mntns, Some(container.clone()), MountKind::System);
        cx.observe(Change::MountSeen(mount), vec![mounted, line]);
        Ok(())
    })
}
