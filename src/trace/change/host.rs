//! What is true of the host.

use crate::spec::Platform;
use serde::{Deserialize, Serialize};

/// The host that the engine runs on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// `6.18.44`, from uname(2).
    pub kernel: String,
    /// Its hostname.
    pub hostname: String,
    /// `PRETTY_NAME` of os-release(5).
    pub os: String,
    /// Where the containers' links live.
    pub mode: Mode,
    /// The engine was started without root and works in a user namespace.
    pub rootless: bool,
    /// Which cgroup hierarchy is mounted.
    pub cgroup: CgroupVersion,
    /// The engine's own directory.
    pub root: String,
    /// The network namespace that plays the host (its inode number).
    pub netns: u64,
    /// The engine's process id.
    pub engine_pid: u32,
    /// What its images have to be made for; recordings of before this was told have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
}

/// Where the engine works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Private mount and network namespaces: the real host is untouched.
    Lab,
    /// The real network namespace.
    Host,
}

/// Which control group hierarchy a host has (cgroups(7)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CgroupVersion {
    /// Version 1 controllers, no version 2 mount.
    V1,
    /// Version 1 controllers beside a version 2 mount without controllers.
    Hybrid,
    /// Pure version 2.
    V2,
    /// None is mounted.
    None,
}
