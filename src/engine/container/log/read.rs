use super::missing::Missing;
use super::records::{Backward, Forward};
use super::{Channel, Log, LogEntry};
use crate::engine::{Fault, Result};
use std::fs::File;
use std::io::{self, ErrorKind};

/// How many bytes of text are handed over at once.
const BATCH: usize = 64 * 1024;

/// What is wanted of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// Standard output, standard error.
    pub channels: [bool; 2],
    /// At most so many lines from the end of what is there, counted before `since` and `until` are looked at, as Docker does.
    pub tail: Option<usize>,
    /// Lines that began then or later, RFC 3339 with nine digits after the point.
    pub since: Option<String>,
    /// Nothing from the first line on that began later.
    pub until: Option<String>,
    /// What is written later, too.
    pub follow: bool,
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Where it was printed.
    pub channel: Channel,
    /// When its line began.
    pub time: String,
    /// The text, with the line's end if that is in it.
    pub text: String,
    /// It is the first part of its line.
    pub begins: bool,
}

impl Piece {
    fn of(entry: LogEntry) -> Self {
        Self { channel: entry.channel(), time: entry.time, text: entry.log, begins: !entry.continued }
    }
}

/// A record's place in a log: which file, which byte.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    generation: u64,
    offset: u64,
}

/// Reads a log while it is written and its files move on. It holds one file open and a part of it in memory. A file that it
/// has open it reads to the end, though it be deleted meanwhile; one that was deleted before is lost to it.
#[derive(Debug)]
pub struct Reader {
    ask: Ask,
    generation: u64,
    file: Option<Forward>,
    /// Nothing more is written to that file.
    closed: bool,
    /// By channel: what is before that place is not wanted.
    from: [Place; 2],
    /// The end of what was there when it was asked for.
    end: Place,
    over: bool,
    /// Who reads to the end hears once what is missing behind it.
    heard: bool,
}

impl Log {
    /// A reader of what is asked for.
    pub fn reader(&self, ask: Ask) -> Result<Reader> {
        let end = self.end().map_err(|e| self.unreadable(&e))?;
        let oldest = Place { generation: self.oldest(end.generation), offset: 0 };
        let from = match ask.tail {
            None => [oldest; 2],
            Some(lines) => self.tail(lines, ask.channels, end).map_err(|e| self.unreadable(&e))?,
        };
        let [first, second] = from;
        let begin = first.min(second);
        let file = self.open(begin.generation).map_err(|e| self.unreadable(&e))?;
        let file = file.map(|file| Forward::new(file, begin.offset));
        Ok(Reader { ask, generation: begin.generation, file, closed: false, from, end, over: false, heard: false })
    }

    /// Where the last `lines` lines begin, by channel. A line is counted where it ends.
    fn tail(&self, lines: usize, channels: [bool; 2], end: Place) -> io::Result<[Place; 2]> {
        let (mut counted, mut within, mut from) = (0, [false; 2], [end; 2]);
        for generation in (self.oldest(end.generation)..=end.generation).rev() {
            let Some(file) = self.open(generation)? else { break };
            let length = if generation == end.generation { end.offset } else { file.metadata()?.len() };
            let mut records = Backward::new(file, length);
            loop {
                if counted == lines && within == [false; 2] {
                    return Ok(from);
                }
                let Some((offset, line)) = records.next()? else { break };
                let Ok(entry) = serde_json::from_slice::<LogEntry>(&line) else { continue };
                let channel = entry.channel() as usize - 1;
                if !channels[channel] || (!within[channel] && counted == lines) {
                    continue;
                }
                counted += usize::from(!within[channel]);
                within[channel] = entry.continued;
                from[channel] = Place { generation, offset };
            }
        }
        Ok(from)
    }

    /// The end of what is written. Never within a record.
    fn end(&self) -> io::Result<Place> {
        let state = self.lock();
        let offset = match std::fs::metadata(&self.path) {
            Ok(meta) => meta.len(),
            Err(error) if error.kind() == ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
        Ok(Place { generation: state.generation, offset })
    }

    fn oldest(&self, newest: u64) -> u64 {
        newest.saturating_sub(u64::from(self.options.files) - 1)
    }

    /// A file of that generation; none when it is not there any more. The files cannot move meanwhile.
    fn open(&self, generation: u64) -> io::Result<Option<File>> {
        let state = self.lock();
        let Some(age) = state.generation.checked_sub(generation) else { return Ok(None) };
        if age >= u64::from(self.options.files) {
            return Ok(None);
        }
        match File::open(self.aged(age)) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn unreadable(&self, error: &io::Error) -> Fault {
        Fault::io("read", self.path.display(), error)
    }
}

impl Reader {
    /// The next pieces, some tens of kilobytes. None when there are no more for now, or, when it does not follow, at all.
    pub fn batch(&mut self, log: &Log) -> Result<Vec<Piece>> {
        let (mut pieces, mut bytes) = (Vec::new(), 0);
        while bytes < BATCH {
            let Some(piece) = self.next(log).map_err(|e| log.unreadable(&e))? else { break };
            // An empty text takes room, too.
            bytes += piece.text.len() + 64;
            pieces.push(piece);
        }
        if pieces.is_empty() && !self.ask.follow {
            pieces.extend(self.missing(log));
        }
        Ok(pieces)
    }

    /// What is missing behind the end: for who does not wait for more.
    pub fn missing(&mut self, log: &Log) -> Option<Piece> {
        let piece = Piece::of(log.lock().missing.as_ref().map(Missing::entry)?);
        let in_time = self.ask.since.as_ref().is_none_or(|since| piece.time >= *since)
            && self.ask.until.as_ref().is_none_or(|until| piece.time <= *until);
        let wanted = in_time && self.ask.channels[piece.channel as usize - 1];
        (wanted && !std::mem::replace(&mut self.heard, true)).then_some(piece)
    }

    /// True when nothing more will come, whatever is written.
    pub fn is_over(&self) -> bool {
        self.over
    }

    fn next(&mut self, log: &Log) -> io::Result<Option<Piece>> {
        while !self.over {
            let Some((offset, line)) = self.file.as_mut().map_or(Ok(None), Forward::next)? else {
                if self.advance(log)? {
                    continue;
                } else {
                    break;
                };
            };
            let place = Place { generation: self.generation, offset };
            if !self.ask.follow && place >= self.end {
                self.over = true;
                break;
            }
            let Ok(entry) = serde_json::from_slice::<LogEntry>(line) else { continue };
            let channel = entry.channel();
            let wanted = self.ask.channels[channel as usize - 1] && place >= self.from[channel as usize - 1];
            if !wanted || self.ask.since.as_ref().is_some_and(|since| entry.time < *since) {
                continue;
            }
            if self.ask.until.as_ref().is_some_and(|until| entry.time > *until) {
                self.over = true;
                break;
            }
            return Ok(Some(Piece::of(entry)));
        }
        Ok(None)
    }

    /// At the end of a file: false when that is the end for now. Whether it is the last is asked before its end is read, so
    /// that nothing is written in between.
    fn advance(&mut self, log: &Log) -> io::Result<bool> {
        let newest = log.end()?.generation;
        if newest == self.generation {
            return Ok(false);
        }
        if self.file.is_some() && !std::mem::replace(&mut self.closed, true) {
            return Ok(true);
        }
        self.generation = (self.generation + 1).max(log.oldest(newest));
        if !self.ask.follow && self.generation > self.end.generation {
            self.over = true;
            return Ok(false);
        }
        self.closed = false;
        self.file = log.open(self.generation)?.map(|file| Forward::new(file, 0));
        Ok(true)
    }
}
