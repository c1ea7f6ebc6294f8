//! The trace as a file: a header line, then one JSON line for each event.
//!
//! ```text
//! {"dockwalk_trace":1,"made_by":"dockwalk 0.1.0"}
//! {"seq":1,"at":0,"event":"op_began","op":{…}}
//! ```
//!
//! Version 1 is read by dockwalk 0.1 and later. A line is written at once, so a file whose writer was killed lacks at most
//! the end of its last line: [`read`] reports that line and loads the rest. A reader may follow a file that still grows.

use super::{Event, Problem, Trace, TraceError};
use crate::trace::Code;
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, Write};
use std::sync::Arc;

/// The version that [`Writer`] writes and [`read`] reads.
pub const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Header {
    dockwalk_trace: u32,
    #[serde(default)]
    made_by: String,
}

/// Appends events to a file or a socket.
#[derive(Debug)]
pub struct Writer<W: Write> {
    out: W,
}

impl<W: Write> Writer<W> {
    /// Writes the header.
    pub fn new(mut out: W) -> io::Result<Self> {
        let made_by = format!("dockwalk {}", env!("CARGO_PKG_VERSION"));
        write_line(&mut out, &Header { dockwalk_trace: VERSION, made_by })?;
        Ok(Self { out })
    }

    /// What it writes to.
    pub fn into_inner(self) -> W {
        self.out
    }

    /// Writes one event as one line, in one `write`.
    pub fn append(&mut self, event: &Event) -> io::Result<()> {
        write_line(&mut self.out, event)
    }
}

fn write_line<T: Serialize>(out: &mut impl Write, value: &T) -> io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    out.write_all(&line)?;
    out.flush()
}

/// What a file held.
#[derive(Debug)]
pub struct Loaded {
    /// All whole events.
    pub trace: Trace,
    /// The last line, when it was cut off.
    pub torn: Option<Torn>,
}

/// A last line that was cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// Its number; the header is line 1.
    pub line: u64,
    /// How many bytes of it there are.
    pub bytes: usize,
}

/// Why a file is no trace.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// It could not be read.
    #[error("the trace cannot be read: {0}")]
    Io(#[from] io::Error),
    /// Its first line is no header.
    #[error("this is no dockwalk trace: its first line is not {{\"dockwalk_trace\":…}}")]
    NoHeader,
    /// A later format.
    #[error("the trace has format version {found}; this dockwalk reads version {VERSION}: update dockwalk")]
    Version {
        /// What the file says.
        found: u32,
    },
    /// A line inside the file is no event.
    #[error("line {line} of the trace is damaged: {reason}")]
    Damaged {
        /// Which line.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// An event that cannot follow what was before.
    #[error("line {line} of the trace: {source}")]
    Event {
        /// Which line.
        line: u64,
        /// Why.
        source: TraceError,
    },
}

impl LogError {
    /// The same about the file at `path`, for the user.
    pub fn problem(&self, path: impl ToString) -> Problem {
        let about = |code: Code| Problem::new(code).with("path", path.to_string());
        match self {
            Self::Io(error) => about(Code::RecordingUnreadable).with("reason", error),
            Self::NoHeader => about(Code::RecordingNoTrace),
            Self::Version { found } => about(Code::RecordingLater).with("found", found).with("known", VERSION),
            Self::Damaged { line, reason } => about(Code::RecordingDamaged).with("line", line).with("reason", reason),
            Self::Event { line, source } => about(Code::RecordingDamaged).with("line", line).with("reason", source),
        }
    }
}

/// Reads a whole file, up to a torn last line.
pub fn read(mut input: impl BufRead) -> Result<Loaded, LogError> {
    let mut buffer = Vec::new();
    input.read_until(b'\n', &mut buffer)?;
    let header: Header = serde_json::from_slice(&buffer).map_err(|_not_json| LogError::NoHeader)?;
    if header.dockwalk_trace != VERSION {
        return Err(LogError::Version { found: header.dockwalk_trace });
    }
    let mut trace = Trace::default();
    let mut line = 1;
    loop {
        buffer.clear();
        line += 1;
        if input.read_until(b'\n', &mut buffer)? == 0 {
            return Ok(Loaded { trace, torn: None });
        }
        match serde_json::from_slice::<Event>(&buffer) {
            Ok(event) => {
                trace.push(Arc::new(event)).map_err(|source| LogError::Event { line, source })?;
            }
            Err(_) if buffer.last() != Some(&b'\n') => {
                return Ok(Loaded { trace, torn: Some(Torn { line, bytes: buffer.len() }) });
            }
            Err(error) => return Err(LogError::Damaged { line, reason: error.to_string() }),
        }
    }
}
