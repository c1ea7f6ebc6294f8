//! What is true of containers, processes and what confines them.

use super::NetworkMode;
use crate::spec::{ContainerId, Digest};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// The key.
    pub id: ContainerId,
    /// Without the slash that the API puts before it.
    pub name: String,
    /// The image's id.
    pub image: Digest,
    /// The image as the user named it.
    pub image_name: String,
    /// What will run: entry point and arguments.
    pub argv: Vec<String>,
    /// Its environment.
    pub env: Vec<String>,
    /// Its working directory.
    pub working_dir: String,
    /// Its user.
    pub user: String,
    /// Its hostname.
    pub hostname: String,
    /// Which network it is in.
    pub network_mode: NetworkMode,
    /// Has a terminal.
    pub tty: bool,
    /// The image's labels and the request's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Created, running, exited.
    pub state: ContainerState,
    /// How it does, while it runs and somebody looks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
    /// It deletes itself when it has ended (`--rm`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub auto_remove: bool,
}

/// What a container's health check says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Nothing is known yet.
    Starting,
    /// The last probe went well.
    Healthy,
    /// Too many probes in a row have failed.
    Unhealthy,
}

impl Health {
    /// Docker's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
        }
    }
}

/// A container's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum ContainerState {
    /// Made, never started.
    Created,
    /// Its main process lives.
    Running {
        /// In the engine's pid namespace.
        pid: u32,
    },
    /// Its processes live, and stand still.
    Paused {
        /// In the engine's pid namespace.
        pid: u32,
    },
    /// Its main process ended.
    Exited {
        /// 0–255, or 128 + signal.
        status: i32,
    },
    /// The same, and its restart policy wants that it is started again.
    Restarting {
        /// 0–255, or 128 + signal.
        status: i32,
    },
}

impl ContainerState {
    /// Its main process lives, be it that it stands still.
    pub fn lives(self) -> bool {
        self.pid().is_some()
    }

    /// Its main process, in the engine's pid namespace, while it lives.
    pub fn pid(self) -> Option<u32> {
        match self {
            Self::Running { pid } | Self::Paused { pid } => Some(pid),
            Self::Created | Self::Exited { .. } | Self::Restarting { .. } => None,
        }
    }
}

/// A kind of namespace (namespaces(7)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the kernel's own")]
pub enum NamespaceKind {
    Cgroup,
    Ipc,
    Mnt,
    Net,
    Pid,
    User,
    Uts,
}

impl NamespaceKind {
    /// Its name under `/proc/<pid>/ns`: `net`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cgroup => "cgroup",
            Self::Ipc => "ipc",
            Self::Mnt => "mnt",
            Self::Net => "net",
            Self::Pid => "pid",
            Self::User => "user",
            Self::Uts => "uts",
        }
    }
}

/// A namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namespace {
    /// Inode number on nsfs, as `readlink /proc/<pid>/ns/<kind>` shows it; the key.
    pub inode: u64,
    /// What it isolates.
    pub kind: NamespaceKind,
    /// Whose it is; none for the lab host's.
    pub container: Option<ContainerId>,
}

/// A process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// In the engine's pid namespace; the key.
    pub pid: u32,
    /// In its own pid namespace.
    pub inner_pid: u32,
    /// Its container; none for one on the lab host.
    pub container: Option<ContainerId>,
    /// Its command line.
    pub argv: Vec<String>,
    /// The namespaces it is in, by inode.
    pub namespaces: BTreeMap<NamespaceKind, u64>,
    /// The container's first process; false for `exec`.
    pub main: bool,
}

/// Something that is so of a process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "property", content = "value")]
pub enum Property {
    /// What it was started with: the `execve` that was seen. What it has become since is told by its command line.
    Executes(Vec<String>),
    /// Its UTS namespace's hostname.
    Hostname(String),
    /// Its root directory is the container's.
    Root(String),
    /// User and group: `uid:gid`, as seen inside.
    Credentials(String),
    /// Effective capabilities, by name.
    Capabilities(Vec<String>),
    /// Capabilities that it can ever have, by name: the bounding set.
    Bounding(Vec<String>),
    /// Its number in each pid namespace that it is in, the engine's first and its own last (`NSpid`).
    Pids(Vec<u32>),
    /// Who its users are outside of its user namespace (`/proc/<pid>/uid_map`).
    Users(Vec<IdSpan>),
    /// The kernel that answers it: `6.18.44`, from uname(2) in its UTS namespace.
    Kernel(String),
    /// Seccomp mode of `/proc/<pid>/status`, with the number of rules when known.
    Seccomp(String),
    /// `no_new_privs`
    NoNewPrivs(bool),
    /// Its working directory.
    WorkingDir(String),
    /// Its control group.
    Cgroup(String),
    /// Paths that are masked or read-only.
    Protected(Vec<String>),
    /// Any other call of its set-up, for the log.
    Did(String),
}

/// A line of a user namespace's map (user_namespaces(7)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdSpan {
    /// The first id inside.
    pub inside: u32,
    /// What that is outside: in the parent user namespace of the one that reads, or in that of the one that reads.
    pub outside: u32,
    /// How many.
    pub count: u32,
}

impl IdSpan {
    /// The line that maps every id to itself: no user namespace of its own.
    pub fn is_all(self) -> bool {
        self.inside == 0 && self.outside == 0 && self.count == u32::MAX
    }
}

/// A control group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cgroup {
    /// Its path below /sys/fs/cgroup (v1: the first controller's); the key.
    pub path: String,
    /// Whose.
    pub container: ContainerId,
    /// Limits in force, file name → content: `pids.max` → `64`.
    pub limits: BTreeMap<String, String>,
}
