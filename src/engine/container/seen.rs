//! A container's files as it sees them, for who is outside of it: `docker cp`, `docker export`.
//!
//! ```text
//! runs        /proc/<pid>/root: its own mount namespace
//! does not    a thread with a mount namespace of its own ─▶ overlay ─▶ volumes and binds over it ─▶ the thread ends, and all is gone
//! ```
//!
//! Nothing is mounted where anybody else sees it, so nothing has to be undone, whatever ends the engine.

use super::{Container, Phase, State};
use crate::engine::handle::reach;
use crate::engine::process::MountSource;
use crate::engine::rootfs::{self, Rootfs};
use crate::engine::{Cx, Engine, Fault, Result, evidence};
use crate::trace::Code;
use nix::fcntl::{OFlag, open};
use nix::mount::MsFlags;
use nix::sched::CloneFlags;
use nix::sys::stat::Mode;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

/// What is to be mounted over the layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum With {
    /// Volumes and binds, as Docker has them for `cp`.
    Volumes,
    /// Nothing, as for `export`.
    Nothing,
}

impl Engine {
    /// Does something with a handle of the container's root directory, as it is seen there.
    pub(super) fn within<T: Send>(
        &self,
        cx: &Cx,
        container: &Container,
        with: With,
        act: impl FnOnce(&OwnedFd) -> Result<T> + Send,
    ) -> Result<T> {
        loop {
            // Whoever starts or ends is waited for; whoever does not run is held as it is.
            container.wait_for(cx.cancel(), |state| match state.phase {
                Phase::Starting | Phase::Ending => false,
                // Whoever reads its files then goes by its own root.
                Phase::Running | Phase::Removing | Phase::Removed => true,
                Phase::Created | Phase::Exited | Phase::Restarting => !state.borrowed,
            })?;
            let rests = container.update(|state| match state.phase {
                Phase::Removing | Phase::Removed => Err(super::refused(container, Code::ContainerBeingRemoved)),
                Phase::Created | Phase::Exited | Phase::Restarting if !state.borrowed => {
                    state.borrowed = true;
                    Ok(true)
                }
                _ => Ok(false),
            })?;
            if rests {
                let result = self.apart(cx, container, with, act);
                container.update(|state| state.borrowed = false);
                return result;
            }
            if let Some(root) = self.root_of_running(container, with)? {
                return act(&root);
            }
            // It has ended since.
            let over = |state: &State| state.running.as_ref().is_none_or(|running| running.ended().is_none());
            container.wait_for(cx.cancel(), over)?;
        }
    }

    /// The root directory of a container that runs; none when it does not, or has just ended.
    pub(super) fn root_of_running(&self, container: &Container, with: With) -> Result<Option<OwnedFd>> {
        let Ok(running) = container.main_process() else { return Ok(None) };
        let root = match with {
            With::Volumes => PathBuf::from(format!("/proc/{}/root", running.pid)),
            With::Nothing => Rootfs::below(&container.dir).merged,
        };
        let root = directory(&root);
        // The number may be another process's by now.
        let over = if root.is_err() { running.is_ending() } else { running.has_exited() };
        if over { Ok(None) } else { root.map(Some) }
    }

    /// In a mount namespace of its own, which goes with the thread.
    fn apart<T: Send>(
        &self,
        cx: &Cx,
        container: &Container,
        with: With,
        act: impl FnOnce(&OwnedFd) -> Result<T> + Send,
    ) -> Result<T> {
        let spec = self.rootfs_spec_at_rest(container);
        let rootfs = rootfs::upper(cx, &spec)?;
        let thread = || {
            let failed = |what: &'static str, path: &Path| {
                let path = path.display().to_string();
                move |e: nix::errno::Errno| Fault::io(what, path, &e.into())
            };
            evidence::unshare(CloneFlags::CLONE_FS | CloneFlags::CLONE_NEWNS)
                .map_err(failed("leave", Path::new("/")))?;
            evidence::mount(None, Path::new("/"), None, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None)
                .map_err(failed("change", Path::new("/")))?;
            rootfs::overlay_now(&spec, &rootfs)?;
            let root = directory(&rootfs.merged)?;
            if with == With::Volumes {
                if container.request.host_config.readonly_rootfs {
                    read_only(&rootfs.merged)?;
                }
                self.mount_over(container, &root)?;
            }
            act(&root)
        };
        std::thread::scope(|scope| {
            let joined = std::thread::Builder::new().name("apart".into()).spawn_scoped(scope, thread);
            let joined = joined.map_err(|e| Fault::io("start", "a thread", &e))?.join();
            joined.unwrap_or_else(|_panic| Err(Fault::failed(Code::EngineFault).with("reason", "a thread failed")))
        })
    }

    /// Volumes and binds, each at its place; what is in memory while a container runs is not there.
    fn mount_over(&self, container: &Container, root: &OwnedFd) -> Result<()> {
        for mount in &container.mounts {
            let (MountSource::Volume { path, .. } | MountSource::Bind { path, .. }) = &mount.source else { continue };
            let failed = |e: nix::errno::Errno| Fault::io("mount", &mount.target, &e.into());
            if let MountSource::Volume { name, .. } = &mount.source
                && let Ok(volume) = self.volumes.get(name)
                && let Some(backing) = volume.backing()?
                && rootfs::find_mount(path)?.is_none()
            {
                // For this thread alone: in memory it begins with nothing, and ends with the thread.
                backing.mount(path).map_err(failed)?;
            }
            let Some(source) = open(path, OFlag::O_PATH | OFlag::O_CLOEXEC, Mode::empty()).ok() else { continue };
            let target = reach::make(root.as_fd(), mount.target.as_bytes(), path.is_dir()).map_err(failed)?;
            let at = |fd: &OwnedFd| crate::engine::handle::itself(fd);
            let (from, to) = (at(&source), at(&target));
            let from = from.display().to_string();
            evidence::mount(Some(&from), &to, None, MsFlags::MS_BIND | MsFlags::MS_REC, None).map_err(failed)?;
            if mount.read_only {
                // The handle leads to what lies below the mount now.
                let over = reach::find(root.as_fd(), mount.target.as_bytes()).map_err(failed)?;
                read_only(&at(&over))?;
            }
        }
        Ok(())
    }
}

fn read_only(path: &Path) -> Result<()> {
    let flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY;
    let mounted = evidence::mount(None, path, None, flags, None);
    mounted.map(drop).map_err(|e| Fault::io("mount read-only", path.display(), &e.into()))
}

fn directory(path: &Path) -> Result<OwnedFd> {
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
    open(path, flags, Mode::empty()).map_err(|e| Fault::io("open", path.display(), &e.into()))
}
