//! Does what the API asks, on this host, step by step.

pub mod cgroup;
pub mod conductor;
mod documents;
mod fault;
mod ids;
pub mod lab;
pub mod net;
pub mod probe;
pub mod process;
pub mod registry;
pub mod rootfs;
pub mod store;
pub mod sys;
pub mod unpack;
pub mod volume;

pub use conductor::{Cancel, Conductor, Cx, Inverse};
pub use fault::{Fault, FaultKind, Result};
pub use ids::IdRange;
