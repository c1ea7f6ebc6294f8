//! A command line as a person types it: its words, what may follow, and what is wrong with it.
//!
//! ```text
//! text ─▶ split ─▶ words ─▶ fits    (grammar, World)  what Tab offers
//!                    └────▶ command (grammar)         argv, or the problem with a better word beside it
//! ```
//!
//! The grammar is handed in as clap's own value, so that the window's field and `dockwalk docker` cannot differ. Runs nothing.

mod complete;
mod names;
mod near;
mod refused;
mod switches;
mod words;

pub use complete::{Fit, Fits, fits};
pub use names::Names;
pub use refused::{OWN, command, refused};
pub use switches::with_values;
pub use words::split;
