//! A container's log, in the form of Docker's json-file driver: one JSON object a line, in files of a bounded size.
//!
//! ```text
//! append ─▶ log.json ──it is full──▶ log.json.1 ──▶ log.json.2 ──▶ gone          (generation n, n-1, n-2)
//!              │  Reader: a generation and an offset; takes what it has open to its end, then the next generation
//! ```
//!
//! A line of any length is written in pieces of 16 KiB, as Docker's copier cuts it. All pieces of a line bear the moment at
//! which it began, and all but the first say that they continue it (`"continued":true`), so that a line is one line to
//! whoever counts, stamps or filters lines, from either end, without a whole one ever being in memory.
//!
//! What could not be written is missed where it was printed: a line on standard error says so there, in the file as soon as that
//! takes something again, and until then to who reads to its end.

mod details;
mod missing;
mod options;
mod read;
mod records;
#[cfg(test)]
mod tests;

pub use details::details;
pub use options::LogOptions;
pub use read::{Ask, Piece, Reader};

use super::channel::Channel;
use crate::engine::evidence::{self, Unread};
use crate::engine::moment::Moment;
use crate::engine::{Fault, Result as Outcome};
use crate::trace::{Code, Evidence, Problem};
use missing::Missing;
use parking_lot::{Mutex, MutexGuard};
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use tokio::sync::watch;

/// A longer line is cut into pieces of so many bytes.
pub(super) const LONGEST: usize = 16 * 1024;

/// Output that is not in the log, and how that is known.
#[derive(Debug)]
pub struct Lost {
    /// Which log, how many records, and why.
    pub problem: Problem,
    /// The call that was refused, or what was looked at.
    pub evidence: Evidence,
}

/// A log that is written.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    options: LogOptions,
    state: Mutex<State>,
    /// How many records were written.
    length: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    /// Open while something is written; nothing stays open for a container that does not run.
    file: Option<File>,
    /// Which file is written; those before it have lower numbers.
    generation: u64,
    /// Bytes in it.
    size: u64,
    /// Records that could not be written.
    lost: u64,
    /// What was printed since the last record that was written, and is not in the log.
    missing: Option<Missing>,
    /// Beginnings of lines, by channel.
    begun: [Begun; 2],
}

#[derive(Debug, Default)]
struct Begun {
    bytes: Vec<u8>,
    /// When the line began of which a piece is written already.
    since: Option<String>,
}

/// A piece of a line, as it is in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// What was printed, with its line end.
    pub log: String,
    /// `stdout` or `stderr`.
    pub stream: String,
    /// When the line began, RFC 3339.
    pub time: String,
    /// It goes on with the line before it of the same stream.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub continued: bool,
}

impl LogEntry {
    /// Where it was printed.
    pub fn channel(&self) -> Channel {
        if self.stream == "stderr" { Channel::Err } else { Channel::Out }
    }
}

impl Log {
    /// A log, new, or as an earlier engine has left it.
    pub fn at(path: &Path, options: LogOptions) -> Outcome<Self> {
        let log = Self { path: path.to_owned(), options, state: Mutex::default(), length: watch::Sender::new(0) };
        let file = log.open_new(path).and_then(|file| end_line(&file).map(|()| file));
        let file = file.map_err(|e| Fault::io("write", path.display(), &e))?;
        let mut state = log.lock();
        state.size = file.metadata().map_err(|e| Fault::io("look at", path.display(), &e))?.len();
        let there = |age: &u64| log.aged(*age).exists();
        state.generation = (1..u64::from(options.files)).take_while(there).count() as u64;
        drop(state);
        Ok(log)
    }

    /// A log whose files are there already; the newest is `path`, `older` ones bear numbers.
    #[cfg(any(test, fuzzing))]
    pub fn of_files(path: &Path, older: u32) -> Self {
        let options = LogOptions { files: older + 1, ..LogOptions::default() };
        let state = State { generation: older.into(), ..State::default() };
        Self { path: path.to_owned(), options, state: Mutex::new(state), length: watch::Sender::new(0) }
    }

    /// Appends what was printed. Whole lines are written at once, the beginning of one when it is whole or long. What was lost
    /// is told once, and again when it is twice as much.
    pub fn append(&self, channel: Channel, bytes: &[u8]) -> Option<Lost> {
        if self.options.nothing {
            return None;
        }
        let (mut state, mut lost) = (self.lock(), None);
        let mut begun = std::mem::take(&mut state.begun[channel as usize - 1]);
        begun.bytes.extend_from_slice(bytes);
        let mut rest = begun.bytes.as_slice();
        loop {
            // The line end itself may be one byte more: a line of exactly that length is no longer one.
            let whole = rest.iter().take(LONGEST + 1).position(|&b| b == b'\n').map(|i| i + 1);
            let end = match whole {
                Some(end) => end,
                None if rest.len() > LONGEST => cut(&rest[..LONGEST]),
                None => break,
            };
            lost = self.write(&mut state, channel, &rest[..end], &mut begun.since).or(lost);
            rest = &rest[end..];
        }
        begun.bytes = rest.to_vec();
        state.begun[channel as usize - 1] = begun;
        lost
    }

    /// Writes the beginning of a line that will not be ended.
    pub fn finish(&self, channel: Channel) -> Option<Lost> {
        let mut state = self.lock();
        let mut begun = std::mem::take(&mut state.begun[channel as usize - 1]);
        if begun.bytes.is_empty() {
            // What is missing last can be said of there being room again.
            self.put_missing(&mut state)
                .unwrap_or_else(|unwritten| tracing::debug!(error = %unwritten.error, "still no room"));
            return None;
        }
        self.write(&mut state, channel, &begun.bytes, &mut begun.since)
    }

    /// Lets go of the file.
    pub fn close(&self) {
        self.lock().file = None;
    }

    /// False where nothing is kept, so that nothing can be read.
    pub fn is_kept(&self) -> bool {
        !self.options.nothing
    }

    /// Tells when there is more.
    pub fn length(&self) -> watch::Receiver<u64> {
        self.length.subscribe()
    }

    /// Writes one piece. What cannot be written is said once and lost; half of it never stays.
    fn write(&self, state: &mut State, channel: Channel, piece: &[u8], since: &mut Option<String>) -> Option<Lost> {
        let continued = since.is_some();
        let time = since.take().unwrap_or_else(|| Moment::now().rfc3339());
        let entry = LogEntry {
            log: String::from_utf8_lossy(piece).into_owned(),
            stream: if channel == Channel::Err { "stderr" } else { "stdout" }.to_owned(),
            time: time.clone(),
            continued,
        };
        if !piece.ends_with(b"\n") {
            *since = Some(time);
        }
        let written = self.put_missing(state).and_then(|()| self.put_entry(state, &entry));
        match written {
            Ok(()) => None,
            // It was removed while its last words came.
            Err(unwritten) if unwritten.error.kind() == ErrorKind::NotFound => {
                tracing::debug!(error = %unwritten.error, "a log is gone");
                None
            }
            // A full disk is said once, and again when there are twice as many.
            Err(unwritten) => {
                state.lost += 1;
                let (Unread { error, evidence }, path, lost) = (*unwritten, self.path.display(), state.lost);
                let missing = state.missing.get_or_insert_with(|| Missing::since(&entry.time, &error));
                missing.bytes += piece.len() as u64;
                lost.is_power_of_two().then(|| {
                    tracing::warn!(%error, %path, lost, "output is not in the log");
                    let problem = Problem::new(Code::LogLost).with("path", path).with("lost", lost);
                    Lost { problem: problem.with("reason", error), evidence }
                })
            }
        }
    }

    /// Says in its place what is missing.
    fn put_missing(&self, state: &mut State) -> Result<(), Box<Unread>> {
        let Some(entry) = state.missing.as_ref().map(Missing::entry) else { return Ok(()) };
        self.put_entry(state, &entry)?;
        state.missing = None;
        Ok(())
    }

    fn put_entry(&self, state: &mut State, entry: &LogEntry) -> Result<(), Box<Unread>> {
        let mut json = serde_json::to_vec(entry).unwrap_or_default();
        json.push(b'\n');
        self.put(state, &json)?;
        self.length.send_modify(|n| *n += 1);
        Ok(())
    }

    fn put(&self, state: &mut State, json: &[u8]) -> Result<(), Box<Unread>> {
        let looked = |error: io::Error| Box::new(Unread { error, evidence: evidence::absent(&self.path) });
        if state.size > 0 && state.size + json.len() as u64 > self.options.size {
            self.rotate(state).map_err(looked)?;
        }
        if state.file.is_none() {
            let file = File::options().append(true).open(&self.path).map_err(looked)?;
            state.size = file.metadata().map_err(looked)?.len();
            state.file = Some(file);
        }
        let Some(file) = state.file.as_ref() else { return Ok(()) };
        if let Err(unwritten) = evidence::append(file, &self.path, json) {
            // A disk that is full took a part of it: the next record must not be glued to that.
            file.set_len(state.size).unwrap_or_else(|error| tracing::debug!(%error, "a torn line stays in a log"));
            return Err(unwritten);
        }
        state.size += json.len() as u64;
        Ok(())
    }

    /// Begins a new file. It is made before the others move, so that a full disk leaves all as it was.
    fn rotate(&self, state: &mut State) -> io::Result<()> {
        let next = numbered(&self.path, "new");
        let file = self.open_new(&next)?;
        for number in (0..self.options.files - 1).rev() {
            let moved = fs::rename(self.aged(number.into()), self.aged(u64::from(number) + 1));
            match moved {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        fs::rename(&next, &self.path)?;
        (state.file, state.size) = (Some(file), 0);
        state.generation += 1;
        Ok(())
    }

    fn open_new(&self, path: &Path) -> io::Result<File> {
        File::options().create(true).truncate(false).read(true).append(true).mode(0o600).open(path)
    }

    /// Where the file is that was written `age` files before the one that is written.
    fn aged(&self, age: u64) -> PathBuf {
        if age == 0 { self.path.clone() } else { numbered(&self.path, &age.to_string()) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

/// A record that a machine's end has torn is no record, and the next one begins behind it.
fn end_line(mut file: &File) -> io::Result<()> {
    let length = file.metadata()?.len();
    let mut last = [b'\n'];
    if let Some(before) = length.checked_sub(1) {
        file.read_exact_at(&mut last, before)?;
    }
    if last == *b"\n" { Ok(()) } else { file.write_all(b"\n") }
}

fn numbered(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".");
    name.push(suffix);
    name.into()
}

/// Where to cut: not within a character.
fn cut(bytes: &[u8]) -> usize {
    let end = super::channel::whole_characters(bytes);
    if end == 0 { bytes.len() } else { end }
}
