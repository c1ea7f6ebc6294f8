//! dockwalk: a debugger for `docker run`.
//!
//! The rule between the modules, which `tests/architecture.rs` checks:
//!
//! ```text
//! spec ◀── trace, tree, docker ◀── reach, packet, survival, i18n, spool, line, lesson ◀── client, cli ◀── ui (ui never names engine)
//!             ▲────────────────────── engine                     (engine never names ui, cli, lesson)
//! ```

pub mod cli;
pub mod client;
pub mod docker;
#[cfg(feature = "engine")]
pub mod engine;
pub mod i18n;
pub mod lesson;
pub mod line;
pub mod packet;
pub mod reach;
pub mod spec;
pub mod spool;
pub mod survival;
pub mod trace;
pub mod tree;
#[cfg(feature = "gui")]
pub mod ui;
