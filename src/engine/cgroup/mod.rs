//! Control groups: which hierarchy this host has, a group for each container, and its limits read back from the kernel.
//!
//! Does not know what runs in a group.

use super::conductor::Cx;
use super::fault::{Fault, Result};
use crate::spec::ContainerId;
use crate::trace::CgroupVersion;
use std::path::PathBuf;

/// What a container may use at most.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    /// Bytes of memory.
    pub memory: Option<u64>,
    /// Processes and threads.
    pub pids: Option<u64>,
    /// Processors, 1.5 for one and a half.
    pub cpus: Option<f64>,
}

/// The control groups of this host.
#[derive(Debug)]
pub struct Cgroups {
    version: CgroupVersion,
}

/// A container's control group: one directory in version 2, one for each controller in version 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The directories.
    pub dirs: Vec<PathBuf>,
}

impl Cgroups {
    /// Finds out what is mounted and what this user may do there.
    pub fn detect() -> Self {
        Self { version: CgroupVersion::None }
    }

    /// Which hierarchy there is.
    pub fn version(&self) -> CgroupVersion {
        self.version
    }

    /// Makes a container's group and sets its limits. None where this user may make no groups; then what was asked for
    /// and cannot be is remarked.
    pub fn create(&self, _cx: &Cx, _container: &ContainerId, _limits: Limits) -> Result<Option<Group>> {
        Err(Fault::failed("not-built-yet"))
    }

    /// Removes a container's group, killing what is left in it. One that is not there is no error.
    pub fn remove(&self, _cx: &Cx, _container: &ContainerId) -> Result<()> {
        Err(Fault::failed("not-built-yet"))
    }
}
