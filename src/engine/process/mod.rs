//! Processes: a container's init as a list of prepared system calls, run step by step in a cloned child.
//!
//! ```text
//! ProcessSpec ──plan──▶ [Stage{calls}] ──clone3──▶ child: call, call, call, … execve
//!                              ▲                      │ (index, result, nanoseconds) over a pipe
//!                              └── go byte, observed ◀┘
//! ```

mod running;
mod spec;

pub use running::{Io, Running};
pub use spec::{ExecSpec, MountSource, MountSpec, ProcessSpec, Seccomp};

use super::cgroup::{Cgroups, Limits};
use super::conductor::Cx;
use super::fault::{Fault, Result};
use super::lab::{Lab, Netns};
use super::rootfs::Rootfs;
use crate::spec::ContainerId;
use std::path::PathBuf;

/// Starts processes, all from one thread, so that they end when the engine does.
#[derive(Debug)]
pub struct Spawner {
    cgroups: Cgroups,
}

impl Spawner {
    /// Starts the thread and finds out about control groups.
    pub fn new() -> Result<Self> {
        Ok(Self { cgroups: Cgroups::detect() })
    }

    /// The control groups that containers are put in.
    pub fn cgroups(&self) -> &Cgroups {
        &self.cgroups
    }

    /// Starts a container's main process: the story step `StartProcess` with its cgroup, clone, mounts, pivot_root,
    /// protected paths, hostname, privileges and exec. When it fails nothing of it is left.
    pub fn start(&self, _cx: &Cx, _spec: &ProcessSpec) -> Result<Running> {
        Err(Fault::failed("not-built-yet"))
    }

    /// Starts a process beside a container's main process: the story step `ExecProcess`.
    pub fn exec(&self, _cx: &Cx, _target: &Running, _spec: &ExecSpec) -> Result<Running> {
        Err(Fault::failed("not-built-yet"))
    }

    /// Starts a process on the lab host: the engine's mounts, the lab's network.
    pub fn on_host(&self, _cx: &Cx, _lab: &Lab, _argv: &[String], _env: &[String], _tty: bool) -> Result<Running> {
        Err(Fault::failed("not-built-yet"))
    }
}
