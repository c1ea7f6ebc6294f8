//! `--ipc`: an IPC namespace of its own, which it may lend, another container's, or the host's; and `/dev/shm` with it (moby
//! `daemon/container_operations_unix.go`, `getIpcContainer`).

use super::request::Request;
use super::{Container, Phase, limits};
use crate::engine::process::{Running, SharedMemory};
use crate::engine::{Cx, Engine, Fault, FaultKind, Result, rootfs};
use crate::trace::Code;
use std::path::Path;
use std::sync::Arc;

const HOSTS_MEMORY: &str = "/dev/shm";
/// Containers that have it from each other.
const LENDERS: usize = 16;

/// What a container has of others.
#[derive(Debug)]
pub(super) struct Ipc {
    /// The main process of whose namespace it is.
    pub of: Option<Arc<Running>>,
    /// `/dev/shm`
    pub memory: SharedMemory,
}

impl Engine {
    /// The other is meant by its id from now on.
    pub(super) fn name_ipc(&self, request: &mut Request) -> Result<()> {
        if let Some(name) = request.host_config.ipc_mode.strip_prefix("container:") {
            // Docker's CLI takes a 404 for an image that is to be pulled.
            let other = self.containers.find(name).map_err(|it| Fault::of(FaultKind::BadRequest, it.problem))?;
            request.host_config.ipc_mode = format!("container:{}", other.id);
        }
        Ok(())
    }

    /// What it has when it is started. Memory that it lends is mounted.
    pub(super) fn ipc(&self, cx: &Cx, container: &Container) -> Result<Ipc> {
        let host = &container.request.host_config;
        let own = |memory| Ipc { of: None, memory };
        Ok(match host.ipc_mode.as_str() {
            "none" => own(SharedMemory::Nothing),
            "host" => own(memory_of_host(container)),
            "shareable" => {
                rootfs::share_memory(cx, &container.id, &container.dir, limits::shm(host))?;
                own(SharedMemory::At(rootfs::shared_memory(&container.dir)))
            }
            mode => match mode.strip_prefix("container:") {
                Some(id) => self.ipc_of(id)?,
                None => own(SharedMemory::Own(limits::shm(host))),
            },
        })
    }

    fn ipc_of(&self, id: &str) -> Result<Ipc> {
        let other = self.containers.find(id)?;
        let not_running = || Fault::new(FaultKind::Conflict, Code::IpcNotRunning).with("id", &other.id);
        let of = other.main_process().map_err(|_not_running| not_running())?;
        Ok(Ipc { of: Some(of), memory: self.memory_of(&other)? })
    }

    /// The memory of a container, if it lends it: its own, the host's, or that which it has from another.
    fn memory_of(&self, container: &Arc<Container>) -> Result<SharedMemory> {
        let private = || Fault::new(FaultKind::Conflict, Code::IpcNotShareable).with("id", &container.id);
        let mut lender = Arc::clone(container);
        for _ in 0..LENDERS {
            let mode = lender.request.host_config.ipc_mode.clone();
            match mode.as_str() {
                "host" => return Ok(memory_of_host(&lender)),
                // One that has ended has its memory no longer, whoever still has that.
                "shareable" if lender.state().phase == Phase::Running => {
                    return Ok(SharedMemory::At(rootfs::shared_memory(&lender.dir)));
                }
                _ => lender = self.containers.find(mode.strip_prefix("container:").ok_or_else(private)?)?,
            }
        }
        Err(private())
    }

    /// Whether who lends it has lived as long as the start took: else its process may have been another one's number.
    pub(super) fn still_lends(&self, ipc: &Ipc, container: &Container) -> Result<()> {
        let ended = ipc.of.as_ref().is_some_and(|running| running.has_exited());
        let id = container.request.host_config.ipc_mode.trim_start_matches("container:");
        let fault = || Fault::new(FaultKind::Conflict, Code::IpcNotRunning).with("id", id);
        if ended { Err(fault()) } else { Ok(()) }
    }
}

/// The host's, where it has any.
fn memory_of_host(container: &Container) -> SharedMemory {
    let path = Path::new(HOSTS_MEMORY);
    match path.is_dir() {
        true => SharedMemory::At(path.to_owned()),
        false => SharedMemory::Own(limits::shm(&container.request.host_config)),
    }
}
