//! The lines of a log file, from the front and from the back, in bounded memory. What is longer than any record that was
//! written here is none, and is passed over.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// How much is read at once.
const CHUNK: usize = 64 * 1024;
/// No record is longer: a piece of 16 KiB, each byte of it `\u0000`, and what is around it.
pub(super) const LONGEST_RECORD: usize = 128 * 1024;

/// From a place to the end of what is there.
#[derive(Debug)]
pub(super) struct Forward {
    file: File,
    /// Where in the file the buffer begins.
    at: u64,
    buffer: Vec<u8>,
    used: usize,
    /// Within a line that is too long.
    skipping: bool,
}

impl Forward {
    pub(super) fn new(file: File, at: u64) -> Self {
        Self { file, at, buffer: Vec::new(), used: 0, skipping: false }
    }

    /// Where the next line begins.
    fn place(&self) -> u64 {
        self.at + self.used as u64
    }

    /// The next whole line and where it begins; none at the end, which may move on.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, &[u8])>> {
        loop {
            if let Some(length) = self.buffer[self.used..].iter().position(|&b| b == b'\n') {
                let (begin, place) = (self.used, self.place());
                self.used += length + 1;
                if std::mem::take(&mut self.skipping) || length > LONGEST_RECORD {
                    continue;
                }
                return Ok(Some((place, &self.buffer[begin..begin + length])));
            }
            if self.buffer.len() - self.used > LONGEST_RECORD {
                (self.skipping, self.used) = (true, self.buffer.len());
            }
            self.at = self.place();
            self.buffer.drain(..self.used);
            self.used = 0;
            let kept = self.buffer.len();
            self.buffer.resize(kept + CHUNK, 0);
            let read = self.file.read_at(&mut self.buffer[kept..], self.at + kept as u64);
            self.buffer.truncate(kept + read.as_ref().map_or(0, |n| *n));
            if read? == 0 {
                // Half a line is read again: a disk that was full may have taken it back.
                self.buffer = Vec::new();
                return Ok(None);
            }
        }
    }
}

/// From a place back to the beginning.
#[derive(Debug)]
pub(super) struct Backward {
    file: File,
    /// Where in the file the buffer begins.
    at: u64,
    buffer: Vec<u8>,
    skipping: bool,
}

impl Backward {
    /// Half a line before `end` counts for nothing.
    pub(super) fn new(file: File, end: u64) -> Self {
        Self { file, at: end, buffer: Vec::new(), skipping: true }
    }

    /// The line before, without its end, and where it begins.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, Vec<u8>)>> {
        loop {
            if let Some(end) = self.buffer.iter().rposition(|&b| b == b'\n') {
                let line = self.buffer.split_off(end + 1);
                let place = self.at + end as u64 + 1;
                self.buffer.pop();
                if std::mem::take(&mut self.skipping) || line.len() > LONGEST_RECORD {
                    continue;
                }
                return Ok(Some((place, line)));
            }
            if self.at == 0 {
                let line = std::mem::take(&mut self.buffer);
                let good = !std::mem::replace(&mut self.skipping, true) && line.len() <= LONGEST_RECORD;
                return Ok(good.then_some((0, line)));
            }
            if self.buffer.len() > LONGEST_RECORD {
                self.skipping = true;
            }
            if self.skipping {
                self.buffer.clear();
            }
            let length = CHUNK.min(usize::try_from(self.at).unwrap_or(CHUNK));
            let mut buffer = vec![0; length];
            self.file.read_exact_at(&mut buffer, self.at - length as u64)?;
            self.at -= length as u64;
            buffer.append(&mut self.buffer);
            self.buffer = buffer;
        }
    }
}
