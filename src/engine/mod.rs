//! Does what the API asks, on this host, step by step.

pub mod conductor;
mod fault;

pub use conductor::{Cancel, Conductor, Cx, Inverse};
pub use fault::{Fault, FaultKind, Result};
