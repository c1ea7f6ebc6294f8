//! Everything that happened, as data: events, the World they add up to, and the cursor that walks over them.
//!
//! ```text
//! engine ──Event──▶ Trace (append) ──fold──▶ World ──▶ lessons, scenes, words
//!                      │
//!                      └─ log file (one JSON line an event), cursor (play, step, back, seek)
//! ```
//!
//! Pure: no file is opened here but the one that [`log`] is handed, no clock is read, no thread started. It does not know
//! that a window, a kernel or a registry exists. A live run, a replayed file and a test feed the same [`Trace`].

mod base;
mod change;
mod code;
pub mod command;
mod cursor;
mod entity;
mod event;
mod events;
mod evidence;
mod index;
mod keyframes;
pub mod log;
mod problem;
mod step;
mod store;
mod world;

pub use base::Base;
pub use change::*;
pub use code::{Code, UnknownCode};
pub use cursor::{Cursor, Direction, Playback};
pub use entity::Entity;
pub use event::{Body, Event, Op, OpKind, Outcome, Seq};
pub use events::{EventStore, InMemory};
pub use evidence::{Book, Evidence};
pub use index::{StepFate, StepMark};
pub use keyframes::Keyframes;
pub use problem::Problem;
pub use step::{Family, Level, OpId, Plan, Step, StepId, StepKind};
pub use store::{StepRecord, Trace, TraceError};
pub use world::{
    Blob, BlobState, Earlier, Ended, Illegal, OpState, ProcessState, RemoteTag, Tag, Upper, WalkState, World,
};
