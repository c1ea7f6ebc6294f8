//! The window.
//!
//! ```text
//! Source ──events──▶ Shell (trace, cursor, World at the cursor) ──read──▶ panels, diagrams ──▶ pixels
//!                      ▲                                                        │
//!                      └───────────────── Command, applied after painting ◀─────┘
//! ```
//!
//! Panels read the [`state::WindowState`] and push [`command::Command`]s; nothing is changed while painting. It does not know
//! the engine: a live engine is a [`crate::client`], a recording is a file, and both feed the same trace.

pub mod app;
pub mod breaking;
pub mod command;
pub mod course;
pub mod diagrams;
pub mod effects;
pub mod engines;
pub mod evidence;
pub mod export;
pub mod facts;
mod fence;
pub mod files;
pub mod find;
pub mod fonts;
pub mod icons;
pub mod isolation;
pub mod keys;
pub mod lines;
pub mod live;
pub mod marks;
mod news;
pub mod panels;
pub mod progress;
pub mod prose;
pub mod reach;
pub mod room;
pub mod settings;
mod short;
pub mod source;
pub mod state;
pub mod style;
pub mod terminal;
pub mod theme;
pub mod traffic;
pub mod widgets;

use crate::i18n::Lang;
use crate::lesson::Lesson;
use crate::trace::{Code, Problem};
use std::path::PathBuf;
use std::sync::Arc;

/// How the window opens.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What it shows first.
    pub open: Open,
    /// The language; none for the one used last, else the system's.
    pub lang: Option<Lang>,
    /// The engine's socket; none for the default.
    pub socket: Option<PathBuf>,
    /// The engine's root directory; none for the default.
    pub root: Option<PathBuf>,
    /// A second window shows the picture to a class.
    pub present: bool,
    /// The lessons; none for those that are part of the program.
    pub lessons: Option<Vec<Arc<Lesson>>>,
    /// Where it is kept how far lessons were taken; none keeps it nowhere.
    pub progress: Option<PathBuf>,
    /// Makes the grammar of the program's commands in a language, for the command field; without it the field completes nothing
    /// and runs any line.
    pub grammar: Option<fn(Lang) -> clap::Command>,
}

/// What the window shows first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Open {
    /// The page on which a lesson or a recording is chosen.
    #[default]
    Start,
    /// A live engine: the running one, else one is started.
    Engine,
    /// A recording.
    Recording(PathBuf),
    /// A lesson by its folder's name or its number: live where this machine can, else from its recording.
    Lesson(String),
    /// A lesson on that recording.
    LessonOn(String, PathBuf),
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No display to open it on.
    #[error("there is no display: neither WAYLAND_DISPLAY nor DISPLAY is set")]
    NoDisplay,
    /// The window system or OpenGL refused.
    #[error("the window cannot be opened: {0}")]
    Window(String),
}

impl StartError {
    /// The same in words that the user reads.
    pub fn problem(&self) -> Problem {
        match self {
            Self::NoDisplay => Problem::new(Code::NoDisplay),
            Self::Window(reason) => Problem::new(Code::NoWindow).with("reason", reason),
        }
    }
}

/// Opens the window and runs until it is closed.
pub fn run(options: Options) -> Result<(), StartError> {
    app::run(options)
}
