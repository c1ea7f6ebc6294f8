//! The trace as a file: a header line, then one JSON line for each event.
//!
//! ```text
//! {"dockwalk_trace":2,"made_by":"dockwalk 0.1.0"}
//! {"seq":1,"at":0,"event":"op_began","op":{…}}
//! ```
//!
//! The header of a trace whose beginning was dropped holds what it begins with: `"base":{"events":…,"world":{…}}`; its first event has the number after `events`. A header may come again between two events – files of an engine one after the
//! other are a trace, too – if its base ends where the events before it do.
//!
//! Version 2 is read by dockwalk 0.1 and later, which also reads version 1: the same without bases and with fewer kinds of
//! events. A line is written at once, so a file whose writer was killed lacks at most the end of its last line: [`read`]
//! reports that line and loads the rest. A reader may follow a file that still grows.

use super::{Base, Event, EventStore, InMemory, Problem, Trace, TraceError};
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, Write};
use std::sync::Arc;

/// The version that [`Writer`] writes; [`read`] reads it and those before it.
pub const VERSION: u32 = 2;

#[derive(Deserialize)]
struct Header {
    dockwalk_trace: u32,
    #[serde(default)]
    base: Option<Base>,
}

#[derive(Serialize)]
struct NewHeader<'a> {
    dockwalk_trace: u32,
    made_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<&'a Base>,
}

/// The header line of a trace that begins so, with its line feed.
pub fn header(base: &Base) -> io::Result<Vec<u8>> {
    let made_by = format!("dockwalk {}", env!("CARGO_PKG_VERSION"));
    let base = (base.events > 0).then_some(base);
    line(&NewHeader { dockwalk_trace: VERSION, made_by, base })
}

/// The line of an event, with its line feed.
pub fn line<T: Serialize>(value: &T) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

/// Appends events to a file or a socket.
#[derive(Debug)]
pub struct Writer<W: Write> {
    out: W,
}

impl<W: Write> Writer<W> {
    /// Writes the header of a trace that begins with nothing.
    pub fn new(out: W) -> io::Result<Self> {
        Self::after(out, &Base::default())
    }

    /// Writes the header of a trace that begins so.
    pub fn after(mut out: W, base: &Base) -> io::Result<Self> {
        out.write_all(&header(base)?)?;
        out.flush()?;
        Ok(Self { out })
    }

    /// What it writes to.
    pub fn into_inner(self) -> W {
        self.out
    }

    /// Writes one event as one line, in one `write`.
    pub fn append(&mut self, event: &Event) -> io::Result<()> {
        self.out.write_all(&line(event)?)?;
        self.out.flush()
    }
}

/// Writes a whole trace.
pub fn write(trace: &Trace, out: impl Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    out.write_all(&header(trace.base())?)?;
    for seq in trace.start() + 1..=trace.len() {
        let missing = || io::Error::other(format!("event {seq} cannot be read again"));
        out.write_all(&line(&*trace.event(seq).ok_or_else(missing)?)?)?;
    }
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
    #[error("the trace has format version {found}; this dockwalk reads up to version {VERSION}: update dockwalk")]
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
        let about = |code: &str| Problem::new(code).with("path", path.to_string());
        match self {
            Self::Io(error) => about("recording-unreadable").with("reason", error),
            Self::NoHeader => about("recording-no-trace"),
            Self::Version { found } => about("recording-later").with("found", found).with("known", VERSION),
            Self::Damaged { line, reason } => about("recording-damaged").with("line", line).with("reason", reason),
            Self::Event { line, source } => about("recording-damaged").with("line", line).with("reason", source),
        }
    }
}

/// Reads a whole file, up to a torn last line, into memory.
pub fn read(input: impl BufRead) -> Result<Loaded, LogError> {
    read_to(input, InMemory::default())
}

/// The same with the events kept there.
pub fn read_to(mut input: impl BufRead, store: impl EventStore + 'static) -> Result<Loaded, LogError> {
    let mut buffer = Vec::new();
    input.read_until(b'\n', &mut buffer)?;
    let header: Header = serde_json::from_slice(&buffer).map_err(|_not_json| LogError::NoHeader)?;
    if !(1..=VERSION).contains(&header.dockwalk_trace) {
        return Err(LogError::Version { found: header.dockwalk_trace });
    }
    let mut trace = Trace::new(store, header.base.unwrap_or_default());
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
            Err(_) if goes_on(&buffer, &trace) => {}
            Err(error) => return Err(LogError::Damaged { line, reason: error.to_string() }),
        }
    }
}

/// What a header line says that a trace begins with; none when it is no header.
pub fn base_of(line: &[u8]) -> Option<Base> {
    let header = serde_json::from_slice::<Header>(line).ok().filter(|header| header.dockwalk_trace <= VERSION)?;
    Some(header.base.unwrap_or_default())
}

/// True for the header of a file that goes on where the trace ends.
fn goes_on(line: &[u8], trace: &Trace) -> bool {
    base_of(line).is_some_and(|base| base.events == trace.len())
}
