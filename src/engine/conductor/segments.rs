use super::long::{IN_MEMORY, Long, Whole};
use crate::client::units::bytes;
use crate::engine::{Fault, FaultKind, private};
use crate::spool::{Lines, Segment};
use crate::trace::{Base, Body, Code, Event, Evidence, OpId, Seq, World, log};
use nix::sys::memfd::{MFdFlags, memfd_create};
use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// How much of a trace is kept, in bytes of its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u64);

impl Limit {
    /// What is kept when nobody says otherwise.
    pub const DEFAULT: Self = Self(512 << 20);
    /// Less would not hold the trace of one `docker run` of a large image beside what it begins with.
    pub const LEAST: Self = Self(8 << 20);
    /// As many segments are within it: with each that is full, about that part of the oldest goes.
    const PARTS: u64 = 32;

    /// That many bytes; none when they are too few.
    pub fn new(bytes: u64) -> Option<Self> {
        (bytes >= Self::LEAST.0).then_some(Self(bytes))
    }

    /// That size: `512m`, `2g`. Nothing is the default.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.is_empty() {
            return Ok(Self::DEFAULT);
        }
        let bytes = bytes(text).and_then(|bytes| u64::try_from(bytes).ok());
        bytes.and_then(Self::new).ok_or_else(|| {
            let least = format!("{}m", Self::LEAST.0 >> 20);
            Fault::new(FaultKind::BadRequest, Code::TraceLimit).with("value", text).with("least", least)
        })
    }

    fn of_segment(self) -> u64 {
        (self.0 / Self::PARTS).min(16 << 20)
    }
}

/// The files of a running engine's trace.
///
/// ```text
/// run/trace/00000000000000000001.ndjson     header │ event │ event │ …      each is a recording that can be opened
///           00000000000000000001.evidence   evidence too long for an event
///           00000000000000031407.ndjson     header with the World at its beginning │ event │ …
/// ```
///
/// The oldest go when there are too many bytes, but none in which an operation began that still runs. A segment ends where
/// no operation runs, unless it has become twice as long as it should, so that what goes are whole operations.
#[derive(Debug)]
pub struct Segments {
    /// None: files without a name, in memory.
    dir: Option<PathBuf>,
    limit: Limit,
    parts: VecDeque<Part>,
    /// Operations that run, and the events in which they began.
    running: BTreeMap<OpId, Seq>,
    /// Events and operations that were dropped.
    dropped: (u64, u64),
    /// The disk took no more, and that was said.
    full: bool,
}

#[derive(Debug)]
struct Part {
    events: Segment,
    /// None: it is in memory, because the disk is full or there is none.
    path: Option<PathBuf>,
    /// Bytes of its header.
    header: u64,
    /// Operations that began before it.
    operations: u64,
    long: Long,
}

/// What came of appending an event.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// Segments were dropped: so many events, and operations that began in them, are gone since the trace began.
    pub dropped: Option<(u64, u64)>,
    /// The disk took it no more; it goes on in memory. Said once.
    pub full: Option<String>,
}

impl Segments {
    /// In memory alone, without a limit: for tests.
    pub fn in_memory() -> Self {
        Self::new(None, Limit(u64::MAX))
    }

    /// In this directory, which is made.
    pub fn in_dir(dir: &Path, limit: Limit) -> io::Result<Self> {
        private::dir(dir)?;
        Ok(Self::new(Some(dir.to_owned()), limit))
    }

    fn new(dir: Option<PathBuf>, limit: Limit) -> Self {
        let (parts, running) = Default::default();
        Self { dir, limit, parts, running, dropped: (0, 0), full: false }
    }

    /// Appends the event that comes next, and its evidence when that is too long for it. `head` is the World after it.
    pub fn append(&mut self, event: &Event, long: Option<&[Evidence]>, head: &World) -> Appended {
        let mut appended = Appended::default();
        if let Err(error) = self.write(event) {
            appended.full = self.fills(&error);
            self.go_on_in_memory(event);
        }
        if let (Some(long), Some(part)) = (long, self.parts.back_mut()) {
            part.long.keep(event.seq, long);
        }
        match &event.body {
            Body::OpBegan { op } => drop(self.running.insert(op.id, event.seq)),
            Body::OpEnded { op, .. } => drop(self.running.remove(op)),
            _ => {}
        }
        if let Some(error) = self.turn_over(event.seq, head) {
            appended.full = self.fills(&error).or(appended.full);
        }
        appended.dropped = self.shrink();
        appended
    }

    fn write(&mut self, event: &Event) -> io::Result<()> {
        let line = log::line(event)?;
        loop {
            let part = match self.parts.back_mut() {
                Some(part) => part,
                None => {
                    let base = Base { events: event.seq - 1, world: World::default() };
                    self.parts.push_back(Part::new(self.dir.as_deref(), &base)?);
                    continue;
                }
            };
            match part.events.append(&line) {
                // What is oldest makes room, if that helps.
                Err(error) if is_full(&error) && self.drop_oldest() => {}
                written => return written,
            }
        }
    }

    /// The disk does not take this event: a segment in memory begins with it.
    fn go_on_in_memory(&mut self, event: &Event) {
        let base = Base { events: event.seq - 1, world: self.world_at_end() };
        let begun = Part::new(None, &base).and_then(|mut part| {
            part.events.append(&log::line(event)?)?;
            Ok(part)
        });
        match begun {
            Ok(part) => self.go_on_in(part),
            Err(error) => tracing::error!(%error, seq = event.seq, "an event was lost"),
        }
    }

    /// What was true after the last event that was written. Read again: it is wanted when a disk has filled up, and never else.
    fn world_at_end(&self) -> World {
        let Some(part) = self.parts.back() else { return World::default() };
        let text = [part.events.header(), part.events.all()];
        let text = text.map(|lines| lines.and_then(|lines| lines.read_all()).unwrap_or_default()).concat();
        let read = log::read(text.as_slice()).map(|loaded| loaded.trace.head().clone());
        read.unwrap_or_else(|error| {
            tracing::error!(%error, "the trace cannot be read again");
            World::default()
        })
    }

    /// What is to be said of that: nothing when the disk was full before.
    fn fills(&mut self, error: &io::Error) -> Option<String> {
        let said = std::mem::replace(&mut self.full, true);
        (!said).then(|| error.to_string())
    }

    /// Begins the next segment when the last is long enough, in memory if the disk does not take it: that is returned.
    fn turn_over(&mut self, seq: Seq, head: &World) -> Option<io::Error> {
        let last = self.parts.back()?;
        let in_memory = last.path.is_none() && self.dir.is_some();
        let enough = if in_memory { IN_MEMORY / 4 } else { self.limit.of_segment() };
        let long = if in_memory { last.long.in_memory() } else { 0 };
        let size = last.events.size() - last.header + long;
        if size < enough || (size < enough.saturating_mul(2) && !self.running.is_empty()) {
            return None;
        }
        let base = Base { events: seq, world: head.clone() };
        let failed = match Part::new(self.dir.as_deref(), &base) {
            Ok(part) => {
                self.full = false;
                self.go_on_in(part);
                return None;
            }
            Err(error) => error,
        };
        match Part::new(None, &base) {
            Ok(part) => self.go_on_in(part),
            // The last one goes on.
            Err(error) => tracing::error!(%error, "no new file for the trace"),
        }
        Some(failed)
    }

    /// One file is open for writing, however many there are.
    fn go_on_in(&mut self, part: Part) {
        self.parts.back_mut().into_iter().for_each(Part::close);
        self.parts.push_back(part);
    }

    fn shrink(&mut self) -> Option<(u64, u64)> {
        let before = self.dropped;
        while self.size() > self.limit.0 && self.drop_oldest() {}
        // Memory is scarcer than any operation is dear.
        while self.dir.is_some() && self.size_in_memory() > IN_MEMORY && self.parts.len() > 1 {
            self.drop_front();
        }
        (self.dropped != before).then_some(self.dropped)
    }

    /// True when there was something that may be dropped.
    fn drop_oldest(&mut self) -> bool {
        let Some(second) = self.parts.get(1) else { return false };
        let oldest = self.running.values().min();
        let may = oldest.is_none_or(|began| *began >= second.events.first());
        if may {
            self.drop_front();
        }
        may
    }

    fn drop_front(&mut self) {
        let Some(part) = self.parts.pop_front() else { return };
        part.remove();
        let next = self.parts.front().map(|next| (next.events.first() - 1, next.operations));
        self.dropped = next.unwrap_or(self.dropped);
    }

    fn size(&self) -> u64 {
        self.parts.iter().map(Part::size).sum()
    }

    fn size_in_memory(&self) -> u64 {
        let in_memory = |part: &Part| part.events.size() * u64::from(part.path.is_none()) + part.long.in_memory();
        self.parts.iter().map(in_memory).sum()
    }

    /// How many events were dropped: the first position that can be read from.
    pub fn start(&self) -> u64 {
        self.dropped.0
    }

    /// The header line with what is true at [`Segments::start`].
    pub fn header(&self) -> io::Result<Option<Lines>> {
        self.parts.front().map(|part| part.events.header()).transpose()
    }

    /// The lines of the events after `position`, of one file; none when there are no more, or they were dropped.
    pub fn lines(&self, position: u64) -> io::Result<Option<Lines>> {
        self.holding(position + 1).map_or(Ok(None), |part| part.events.lines(position + 1))
    }

    /// The whole evidence of an event, when it was too long for it; none for another's.
    pub fn long(&self, seq: Seq) -> Option<Whole> {
        self.holding(seq)?.long.of(seq)
    }

    fn holding(&self, seq: Seq) -> Option<&Part> {
        self.parts.get(self.parts.partition_point(|part| part.events.next() <= seq))
    }
}

impl Part {
    fn new(dir: Option<&Path>, base: &Base) -> io::Result<Self> {
        let header = log::header(base)?;
        let path = dir.map(|dir| dir.join(format!("{:020}.ndjson", base.events + 1)));
        let file = match &path {
            Some(path) => private::file_for_both(path)?,
            None => File::from(memfd_create(c"trace", MFdFlags::MFD_CLOEXEC)?),
        };
        let events = Segment::new(file, base.events + 1, &header).inspect_err(|_full| {
            path.iter().for_each(|path| gone(path));
        })?;
        let (header, operations) = (header.len() as u64, base.world.begun);
        let long = Long::beside(path.as_deref());
        Ok(Self { events, path, header, operations, long })
    }

    fn size(&self) -> u64 {
        self.events.size() + self.long.size()
    }

    /// Nothing more comes. What is in memory has no path to be opened by.
    fn close(&mut self) {
        if let Some(path) = &self.path {
            self.events.close(path.clone());
        }
        self.long.close();
    }

    fn remove(&self) {
        self.path.iter().map(PathBuf::as_path).chain(self.long.path()).for_each(gone);
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

fn gone(path: &Path) {
    fs::remove_file(path).unwrap_or_else(|error| tracing::warn!(%error, path = %path.display(), "not removed"));
}

#[cfg(test)]
#[path = "segments_tests.rs"]
mod tests;
