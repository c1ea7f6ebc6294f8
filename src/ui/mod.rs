//! The window.

pub mod diagrams;
pub mod theme;
