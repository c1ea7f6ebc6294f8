//! Processes: a container's init as a list of prepared system calls, run step by step in a cloned child.
//!
//! ```text
//! ProcessSpec ──plan──▶ [Stage{calls}] ──clone3──▶ child: call, call, call, … execve
//!                              ▲                      │ (index, result, nanoseconds) over a pipe
//!                              └── go byte, observed ◀┘
//! ```

mod call;
mod caps;
mod channel;
mod environment;
mod fault;
mod init;
mod interpreter;
mod launch;
mod members;
mod observe;
mod reap;
mod running;
mod seccomp;
mod spawner;
mod spec;
mod start;
mod stdio;
mod ulimit;
mod undo;
mod used;
mod user;

pub use call::Trial;
pub use caps::check as check_capabilities;
#[cfg(any(test, fuzzing))]
pub(super) use init::oracle;
pub use init::{MASKED, READ_ONLY, check_tmpfs};
pub use members::members;
pub use running::Running;
pub use spec::{ExecSpec, MountSource, MountSpec, ProcessSpec, Propagation, Seccomp, SharedMemory};
pub use start::Spawner;
pub use stdio::Io;
pub use ulimit::{Ulimit, resource};
pub use undo::{ProcessInverse, undo};
pub use used::Used;
pub use user::look_up;

use super::cgroup::{Cgroups, Group, Limits, Shortages};
use super::conductor::Cx;
use super::fault::{Fault, FaultKind, Result};
use super::lab::{Lab, Netns};
use super::rootfs::Rootfs;
use crate::spec::ContainerId;
use crate::trace::{Change, Plan, StepKind};
use std::path::PathBuf;
