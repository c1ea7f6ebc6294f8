//! Does what the API asks, on this host, step by step.

pub mod api;
pub mod archive;
pub mod cgroup;
pub mod conductor;
pub mod container;
mod daemon;
mod documents;
mod evidence;
mod fault;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod handle;
mod ids;
pub mod lab;
pub mod layer;
pub mod net;
mod private;
pub mod probe;
pub mod process;
mod program;
mod random;
pub mod registry;
pub mod rootfs;
pub mod run;
pub mod store;
pub mod sys;
mod undo;
pub mod unpack;
pub mod upper;
pub mod volume;

pub use conductor::{Cancel, Conductor, Cx, Inverse};
pub use daemon::Engine;
pub use fault::{Fault, FaultKind, Result};
pub use ids::IdRange;
pub use undo::undoers;
