//! A container's log file, in the form of Docker's json-file driver: one JSON object a line.

use super::streams::Channel;
use super::time::Moment;
use crate::engine::{Fault, Result, private};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// A line that never ends is cut here, as Docker does.
const LONGEST: usize = 16 * 1024;

/// A log that is written.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    state: Mutex<State>,
    /// How many entries there are.
    length: watch::Sender<u64>,
}

#[derive(Debug)]
struct State {
    file: File,
    /// Beginnings of lines, by channel.
    begun: [Vec<u8>; 2],
}

/// One line of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What was printed, with its line end.
    pub log: String,
    /// `stdout` or `stderr`.
    pub stream: String,
    /// When, RFC 3339.
    pub time: String,
}

impl Entry {
    /// Where it was printed.
    pub fn channel(&self) -> Channel {
        if self.stream == "stderr" { Channel::Err } else { Channel::Out }
    }
}

impl Log {
    /// A new log.
    pub fn create(path: &Path) -> Result<Self> {
        let file = private::file(path).map_err(|e| Fault::io("write", path.display(), &e))?;
        let state = Mutex::new(State { file, begun: Default::default() });
        Ok(Self { path: path.to_owned(), state, length: watch::Sender::new(0) })
    }

    /// Appends what was printed. Whole lines are written at once, the beginning of one when it is whole.
    pub fn append(&self, channel: Channel, bytes: &[u8]) {
        let mut state = self.lock();
        let mut begun = std::mem::take(&mut state.begun[channel as usize - 1]);
        begun.extend_from_slice(bytes);
        let mut rest = begun.as_slice();
        while let Some(end) = rest.iter().take(LONGEST).position(|&b| b == b'\n').map(|i| i + 1) {
            self.write(&mut state, channel, &rest[..end]);
            rest = &rest[end..];
        }
        while rest.len() >= LONGEST {
            self.write(&mut state, channel, &rest[..LONGEST]);
            rest = &rest[LONGEST..];
        }
        state.begun[channel as usize - 1] = rest.to_vec();
    }

    /// Writes the beginnings of lines that will not be ended.
    pub fn flush(&self) {
        let mut state = self.lock();
        for channel in [Channel::Out, Channel::Err] {
            let begun = std::mem::take(&mut state.begun[channel as usize - 1]);
            if !begun.is_empty() {
                self.write(&mut state, channel, &begun);
            }
        }
    }

    /// What is there so far.
    pub fn read(&self) -> Result<Vec<Entry>> {
        let file = File::open(&self.path).map_err(|e| Fault::io("read", self.path.display(), &e))?;
        let lines = BufReader::new(file).split(b'\n').map_while(std::result::Result::ok);
        Ok(lines.filter_map(|line| serde_json::from_slice(&line).ok()).collect())
    }

    /// Tells when there is more.
    pub fn length(&self) -> watch::Receiver<u64> {
        self.length.subscribe()
    }

    fn write(&self, state: &mut State, channel: Channel, line: &[u8]) {
        let entry = Entry {
            log: String::from_utf8_lossy(line).into_owned(),
            stream: if channel == Channel::Err { "stderr" } else { "stdout" }.to_owned(),
            time: Moment::now().rfc3339(),
        };
        let mut json = serde_json::to_vec(&entry).unwrap_or_default();
        json.push(b'\n');
        match state.file.write_all(&json) {
            Ok(()) => self.length.send_modify(|n| *n += 1),
            Err(error) => tracing::warn!(%error, path = %self.path.display(), "a line of output is not in the log"),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_kept_whole_whatever_the_chunks() {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::create(&dir.path().join("log.json")).unwrap();
        log.append(Channel::Out, b"one\ntw");
        log.append(Channel::Err, b"oops\n");
        log.append(Channel::Out, b"o\nthree");
        log.flush();
        let said: Vec<_> = log.read().unwrap().into_iter().map(|e| (e.stream, e.log)).collect();
        let expected = [("stdout", "one\n"), ("stderr", "oops\n"), ("stdout", "two\n"), ("stdout", "three")];
        assert_eq!(said, expected.map(|(stream, log)| (stream.to_owned(), log.to_owned())));
    }
}
