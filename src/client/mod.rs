//! client

mod finding;

pub use finding::{Condition, Finding};
