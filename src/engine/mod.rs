//! Does what the API asks, on this host, step by step.

pub mod conductor;
mod fault;
mod ids;
pub mod lab;
pub mod net;
pub mod probe;
pub mod registry;
pub mod store;
pub mod unpack;

pub use conductor::{Cancel, Conductor, Cx, Inverse};
pub use fault::{Fault, FaultKind, Result};
pub use ids::IdRange;
