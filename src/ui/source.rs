//! Where events come from: a recording. Reading happens on a thread, so that the window never waits for a disk.

use crate::client::protocol::GateView;
use crate::spec::visible;
use crate::spool::Spool;
use crate::trace::{Base, Code, Event, Problem, Trace, log};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

/// What a source says, in order.
#[derive(Debug)]
pub enum News {
    /// A recording was read.
    Loaded(Box<Recording>),
    /// The engine answers; events follow, from the first.
    Connected {
        /// Where it listens.
        socket: PathBuf,
    },
    /// The engine does not answer. It is asked again until it does.
    Lost(Problem),
    /// The same engine answers again.
    Back,
    /// The engine dropped events before the window had them: its trace begins with this.
    Dropped(Arc<Base>),
    /// Events, in order.
    Events(Vec<Arc<Event>>),
    /// The gate: whether it is open, and which steps wait at it.
    Gate(Box<GateView>),
    /// It cannot go on.
    Failed(Problem),
}

/// A recording.
#[derive(Debug)]
pub struct Recording {
    /// The file.
    pub path: PathBuf,
    /// What it holds.
    pub trace: Trace,
    /// Its last line, when it was cut off.
    pub torn: Option<log::Torn>,
}

/// Reads a recording on a thread and calls `wake` when it is there.
pub fn read(path: PathBuf, wake: impl Fn() + Send + 'static) -> Receiver<News> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let news = match load(&path) {
            Ok(recording) => News::Loaded(Box::new(recording)),
            Err(problem) => News::Failed(problem),
        };
        // The window may have gone on to something else: then nobody listens, and that is right.
        sender.send(news).ok();
        wake();
    });
    receiver
}

/// The same with a recording that is part of the program.
pub fn read_embedded(name: String, bytes: &'static [u8], wake: impl Fn() + Send + 'static) -> Receiver<News> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let path = PathBuf::from(&name);
        let news = match log::read(bytes) {
            Ok(loaded) => News::Loaded(Box::new(Recording { path, trace: loaded.trace, torn: loaded.torn })),
            Err(error) => News::Failed(error.problem(name)),
        };
        sender.send(news).ok();
        wake();
    });
    receiver
}

/// Reads a recording.
pub fn load(path: &Path) -> Result<Recording, Problem> {
    let shown = &visible::path(path);
    let file = std::fs::File::open(path).map_err(|error| log::LogError::from(error).problem(shown))?;
    let loaded = log::read_to(std::io::BufReader::new(file), Spool::default()).map_err(|error| error.problem(shown))?;
    Ok(Recording { path: path.to_owned(), trace: loaded.trace, torn: loaded.torn })
}

/// Writes a trace as a recording.
pub fn save(trace: &Trace, path: &Path) -> Result<(), Problem> {
    crate::client::trust::write_own_file(path, |error| error, |file| log::write(trace, file)).map_err(|error| {
        Problem::new(Code::RecordingUnwritable).with("path", visible::path(path)).with("reason", error)
    })
}
