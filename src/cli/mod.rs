//! The command line: docker's grammar and dockwalk's own, turned into requests to an engine.
//!
//! ```text
//! argv ─clap─▶ Args ─▶ docker/… ─▶ Client ─▶ tables, bars, terminals on stdout; problems on stderr in the user's language
//! ```
//!
//! Used by `dockwalk docker …`, by lessons and by the window's command bar. Does not know how an engine does anything.

pub mod args;
pub mod docker_args;

pub use args::{AppOptions, Args};
