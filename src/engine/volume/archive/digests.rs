//! The digest of each entry of a tar, as it goes by.

use crate::engine::unpack::shown;
use crate::engine::{Fault, FaultKind, Result};
use crate::spec::Digest;
use crate::trace::Code;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write};
use std::mem;

/// What goes through it is counted and hashed, piece by piece.
#[derive(Debug)]
pub struct Tap<T> {
    inner: T,
    sha: Sha256,
    /// Bytes since the last cut.
    piece: u64,
    /// Bytes in all.
    pub bytes: u64,
}

impl<T> Tap<T> {
    pub fn new(inner: T) -> Self {
        Self { inner, sha: Sha256::new(), piece: 0, bytes: 0 }
    }

    /// What went through since the last time.
    pub fn cut(&mut self) -> (Digest, u64) {
        let digest = Digest::from_sha256(&mem::take(&mut self.sha).finalize().into());
        (digest, mem::take(&mut self.piece))
    }

    fn take(&mut self, bytes: u64) {
        self.piece += bytes;
        self.bytes += bytes;
    }
}

impl<W: Write> Write for Tap<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.sha.update(&bytes[..n]);
        self.take(n as u64);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: BufRead> BufRead for Tap<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        // Filled before, or nothing is consumed.
        if let Ok(here) = self.inner.fill_buf() {
            self.sha.update(&here[..n]);
        }
        self.inner.consume(n);
        self.take(n as u64);
    }
}

impl<R: BufRead> Read for Tap<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let here = self.fill_buf()?;
        let n = here.len().min(buffer.len());
        buffer[..n].copy_from_slice(&here[..n]);
        self.consume(n);
        Ok(n)
    }
}

/// A line of the list.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    entry: String,
    bytes: u64,
    sha256: String,
}

/// The list, on the disk: an archive has as many entries as its volume has files.
#[derive(Debug)]
pub struct Digests {
    file: BufWriter<Tap<File>>,
    /// Entries in it.
    pub entries: u64,
}

impl Digests {
    /// `file`: empty, for this alone.
    pub fn new(file: File) -> Self {
        Self { file: BufWriter::new(Tap::new(file)), entries: 0 }
    }

    pub fn note(&mut self, path: &[u8], (digest, bytes): (Digest, u64)) -> Result<()> {
        // A directory's name ends in a slash in a tar, and nowhere else.
        let path = path.strip_suffix(b"/").unwrap_or(path);
        let line = Line { entry: shown(path), bytes, sha256: digest.hex().to_owned() };
        let mut text = serde_json::to_vec(&line).map_err(|e| unkept(&e.into()))?;
        text.push(b'\n');
        self.entries += 1;
        self.file.write_all(&text).map_err(|e| unkept(&e))
    }

    /// The list from its beginning, its bytes, and its own digest.
    pub fn finish(self) -> Result<(BufReader<File>, u64, Digest)> {
        let mut tap = self.file.into_inner().map_err(|e| unkept(e.error()))?;
        let (digest, bytes) = tap.cut();
        let mut file = tap.inner;
        file.rewind().map_err(|e| unkept(&e))?;
        Ok((BufReader::new(file), bytes, digest))
    }
}

/// Holds the list of an archive against what was read of it.
#[derive(Debug)]
pub struct Comparison {
    ours: BufReader<File>,
    line: Vec<u8>,
    at: usize,
}

impl Comparison {
    pub fn new(ours: BufReader<File>) -> Self {
        Self { ours, line: Vec::new(), at: 0 }
    }

    /// The next bytes of the archive's list.
    pub fn take(&mut self, mut theirs: &[u8]) -> Result<()> {
        while !theirs.is_empty() {
            if self.at == self.line.len() {
                self.next()?;
            }
            let ours = &self.line[self.at..];
            let n = ours.len().min(theirs.len());
            if n == 0 || ours[..n] != theirs[..n] {
                return Err(self.differs());
            }
            self.at += n;
            theirs = &theirs[n..];
        }
        Ok(())
    }

    /// That was all of it.
    pub fn finish(mut self) -> Result<()> {
        if self.at == self.line.len() {
            self.next()?;
        }
        if self.line.is_empty() { Ok(()) } else { Err(self.differs()) }
    }

    fn next(&mut self) -> Result<()> {
        self.line.clear();
        self.at = 0;
        self.ours.read_until(b'\n', &mut self.line).map(drop).map_err(|e| unkept(&e))
    }

    fn differs(&self) -> Fault {
        let entry =
            serde_json::from_slice::<Line>(&self.line).map_or_else(|_beyond| super::DIGESTS.into(), |it| it.entry);
        Fault::new(FaultKind::BadRequest, Code::VolumeArchiveDigest).with("entry", entry)
    }
}

fn unkept(error: &io::Error) -> Fault {
    Fault::io("write", super::DIGESTS, error)
}
