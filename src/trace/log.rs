//! The trace as a file: a header line, then one JSON line for each event.
//!
//! ```text
//! {"dockwalk_trace":2,"made_by":"dockwalk 0.1.0"}
//! {"seq":1,"at":0,"event":"op_began","op":{…}}
//! ```
//!
//! The header of a trace whose beginning was dropped holds what it begins with: `"base":{"events":…,"world":{…}}`; its first event has the number after `events`. A header may come again between two events – files of an engine one after the
//! other are a trace, too – if its base ends where the events before it do. Else another recording begins there ([`Recordings`]).
//!
//! Version 2 is read by dockwalk 0.1 and later, which also reads version 1: the same without bases and with fewer kinds of
//! events. A line is written at once, so a file whose writer was killed lacks at most the end of its last line: [`read`]
//! reports that line and loads the rest. A reader may follow a file that still grows.

use super::{Base, Event, EventStore, InMemory, Problem, Trace, TraceError};
use crate::trace::Code;
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, Write};
use std::sync::Arc;

/// The version that [`Writer`] writes; [`read`] reads it and those before it.
pub const VERSION: u32 = 2;

#[derive(Debug, Deserialize)]
struct Header {
    dockwalk_trace: u32,
    #[serde(default)]
    base: Option<Base>,
}

/// The last line of an engine's stream, when it has a reason.
#[derive(Deserialize)]
struct End {
    dockwalk_end: Problem,
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
    /// Why the engine whose stream it is ended it.
    pub ended: Option<Problem>,
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
    /// A line speaks of something that is not known here: a later dockwalk wrote it.
    #[error("line {line} of the trace speaks of `{what}`, which this dockwalk does not know: update dockwalk")]
    Unknown {
        /// Which line.
        line: u64,
        /// What is not known.
        what: String,
    },
    /// Another recording begins in it.
    #[error("line {line} of the trace begins another recording")]
    Several {
        /// Which line.
        line: u64,
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
    /// A line that is no event: damaged, unless it is whole and speaks of a kind that is not known here.
    fn of(line: u64, text: &[u8], reason: &str) -> Self {
        let what = reason.strip_prefix("unknown variant `").and_then(|rest| rest.split('`').next());
        match what.filter(|_| serde_json::from_slice::<serde_json::Value>(text).is_ok()) {
            Some(what) => Self::Unknown { line, what: what.to_owned() },
            None => Self::Damaged { line, reason: reason.to_owned() },
        }
    }

    /// The same about the file at `path`, for the user.
    pub fn problem(&self, path: impl ToString) -> Problem {
        let about = |code: Code| Problem::new(code).with("path", path.to_string());
        match self {
            Self::Io(error) => about(Code::RecordingUnreadable).with("reason", error),
            Self::NoHeader => about(Code::RecordingNoTrace),
            Self::Version { found } => about(Code::RecordingLater).with("found", found).with("known", VERSION),
            Self::Damaged { line, reason } => about(Code::RecordingDamaged).with("line", line).with("reason", reason),
            Self::Unknown { line, what } => about(Code::RecordingUnknown).with("line", line).with("what", what),
            Self::Several { line } => about(Code::RecordingSeveral).with("line", line).with("before", line - 1),
            Self::Event { line, source } => about(Code::RecordingDamaged).with("line", line).with("reason", source),
        }
    }
}

/// Reads a whole file, up to a torn last line, into memory.
pub fn read(input: impl BufRead) -> Result<Loaded, LogError> {
    read_to(input, InMemory::default())
}

/// The same with the events kept there. What holds more than one recording is refused as that.
pub fn read_to(input: impl BufRead, store: impl EventStore + 'static) -> Result<Loaded, LogError> {
    let mut recordings = Recordings::new(input);
    let loaded = recordings.read_to(store)?.ok_or(LogError::NoHeader)?;
    recordings.next.map_or(Ok(loaded), |(line, _)| Err(LogError::Several { line }))
}

/// Recordings one after the other: files put together, or the stream of an engine that was started anew meanwhile. Such a stream
/// begins with no header where nothing was dropped, and may end with a line that says why.
#[derive(Debug)]
pub struct Recordings<R> {
    input: R,
    /// The line that was read last, and its number.
    buffer: Vec<u8>,
    line: u64,
    /// A header that was read: of the recording that comes next, and its line.
    next: Option<(u64, Header)>,
}

impl<R: BufRead> Recordings<R> {
    /// Those in `input`.
    pub fn new(input: R) -> Self {
        Self { input, buffer: Vec::new(), line: 0, next: None }
    }

    /// The next one, with its events kept there; none behind the last.
    pub fn read_to(&mut self, store: impl EventStore + 'static) -> Result<Option<Loaded>, LogError> {
        let (header, mut unread) = if self.line == 0 { self.beginning()? } else { (self.next.take(), false) };
        let Some((_, header)) = header else { return Ok(None) };
        let mut loaded = Loaded { trace: Trace::new(store, header.base.unwrap_or_default()), torn: None, ended: None };
        while std::mem::take(&mut unread) || self.read_line()? {
            let line = self.line;
            let error = match serde_json::from_slice::<Event>(&self.buffer) {
                Ok(event) => {
                    loaded.trace.push(Arc::new(event)).map_err(|source| LogError::Event { line, source })?;
                    continue;
                }
                Err(error) => error,
            };
            if let Ok(End { dockwalk_end }) = serde_json::from_slice(&self.buffer) {
                loaded.ended = Some(dockwalk_end);
                continue;
            }
            // The writer of one may have been killed in the middle of a line before another was put behind it.
            let (bytes, header) = match header_in(&self.buffer) {
                Some((at, header)) => (at, Some(header?)),
                None if self.buffer.last() != Some(&b'\n') => (self.buffer.len(), None),
                None => return Err(LogError::of(line, &self.buffer, &error.to_string())),
            };
            let goes_on = |header: &Header| header.base.as_ref().map_or(0, |base| base.events) == loaded.trace.len();
            if bytes == 0 && header.as_ref().is_some_and(goes_on) {
                continue;
            }
            self.next = header.map(|header| (line, header));
            loaded.torn = (bytes > 0).then_some(Torn { line, bytes });
            break;
        }
        Ok(Some(loaded))
    }

    /// On which line the next one begins, once it is known that there is one.
    pub fn next_line(&self) -> Option<u64> {
        self.next.as_ref().map(|(line, _)| *line)
    }

    /// The first line: a header, or the first event of all, which is still to be read then.
    fn beginning(&mut self) -> Result<(Option<(u64, Header)>, bool), LogError> {
        self.read_line()?;
        if serde_json::from_slice::<Event>(&self.buffer).is_ok_and(|event| event.seq == 1) {
            return Ok((Some((1, Header { dockwalk_trace: VERSION, base: None })), true));
        }
        let header: Header = serde_json::from_slice(&self.buffer).map_err(|_not_json| LogError::NoHeader)?;
        Ok((Some((1, header.known()?)), false))
    }

    /// False at the end.
    fn read_line(&mut self) -> io::Result<bool> {
        self.buffer.clear();
        let more = self.input.read_until(b'\n', &mut self.buffer)? > 0;
        self.line += u64::from(more);
        Ok(more)
    }
}

impl Header {
    fn known(self) -> Result<Self, LogError> {
        let found = self.dockwalk_trace;
        if (1..=VERSION).contains(&found) { Ok(self) } else { Err(LogError::Version { found }) }
    }
}

/// A header, and where in the line it begins: behind half an event, or with the line.
fn header_in(line: &[u8]) -> Option<(usize, Result<Header, LogError>)> {
    const BEGIN: &[u8] = br#"{"dockwalk_trace":"#;
    let at = line.windows(BEGIN.len()).rposition(|bytes| bytes == BEGIN)?;
    let header = serde_json::from_slice::<Header>(line.get(at..)?).ok()?;
    Some((at, header.known()))
}

/// What a header line says that a trace begins with; none when it is no header.
pub fn base_of(line: &[u8]) -> Option<Base> {
    let header = serde_json::from_slice::<Header>(line).ok().filter(|header| header.dockwalk_trace <= VERSION)?;
    Some(header.base.unwrap_or_default())
}
