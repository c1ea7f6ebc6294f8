//! The entries of a layer in a file beside it: one JSON object a line, compressed, so that 200,000 of them are some
//! megabytes on disk and need never be in memory all at once.

use crate::engine::{Fault, Result, private};
use crate::tree::LayerEntry;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The file that is being written.
pub struct ListWriter {
    path: PathBuf,
    out: zstd::Encoder<'static, BufWriter<File>>,
    line: Vec<u8>,
}

impl ListWriter {
    /// Makes the file anew.
    pub fn create(path: &Path) -> Result<Self> {
        let open = || zstd::Encoder::new(BufWriter::new(private::file(path)?), 1);
        let out = open().map_err(|e| Fault::io("write", path.display(), &e))?;
        Ok(Self { path: path.to_owned(), out, line: Vec::new() })
    }

    /// Adds one entry.
    pub fn write(&mut self, entry: &LayerEntry) -> Result<()> {
        self.line.clear();
        let written = serde_json::to_writer(&mut self.line, entry).map_err(io::Error::from).and_then(|()| {
            self.line.push(b'\n');
            self.out.write_all(&self.line)
        });
        written.map_err(|e| Fault::io("write", self.path.display(), &e))
    }

    /// Writes what is left. Without it the file ends in the middle, and reading it says so.
    pub fn finish(self) -> Result<()> {
        let Self { path, out, .. } = self;
        out.finish().and_then(|mut file| file.flush()).map_err(|e| Fault::io("write", path.display(), &e))
    }
}

/// The entries of such a file, in order.
pub struct ListReader {
    path: PathBuf,
    lines: BufReader<zstd::Decoder<'static, BufReader<File>>>,
    line: Vec<u8>,
}

impl ListReader {
    /// Opens it; none when there is no such file.
    pub fn open(path: &Path) -> Result<Option<Self>> {
        let failed = |e: io::Error| Fault::io("read", path.display(), &e);
        let file = match File::open(path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(failed)?,
        };
        let lines = BufReader::new(zstd::Decoder::new(file).map_err(failed)?);
        Ok(Some(Self { path: path.to_owned(), lines, line: Vec::new() }))
    }

    fn read(&mut self) -> io::Result<Option<LayerEntry>> {
        self.line.clear();
        if self.lines.read_until(b'\n', &mut self.line)? == 0 {
            return Ok(None);
        }
        Ok(Some(serde_json::from_slice(&self.line)?))
    }
}

impl Iterator for ListReader {
    type Item = Result<LayerEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().map_err(|e| Fault::io("read", self.path.display(), &e)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Kind, Time};

    #[test]
    fn entries_come_back_in_order_and_a_torn_file_says_so() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("entries.ndjson.zst");
        assert!(ListReader::open(&path).expect("no error").is_none());
        let entry = |n: u64| LayerEntry {
            path: format!("a/{n}").into_bytes().into(),
            kind: Kind::File { size: n },
            mode: 0o4755,
            uid: u64::MAX,
            gid: n,
            mtime: Time { seconds: -1, nanos: 5 },
            xattrs: vec![(b"user.x".to_vec().into(), b"\xff\0\n\\".to_vec().into())],
            sum: n.is_multiple_of(2).then(|| crate::tree::Sum::of_blake3(&[n as u8; 32])),
        };
        let mut writer = ListWriter::create(&path).expect("a file");
        (0..3000).for_each(|n| writer.write(&entry(n)).expect("written"));
        writer.finish().expect("finished");
        let read = ListReader::open(&path).expect("readable").expect("there");
        assert!(read.map(|entry| entry.expect("an entry")).eq((0..3000).map(entry)));
        let bytes = std::fs::read(&path).expect("readable");
        std::fs::write(&path, &bytes[..bytes.len() / 2]).expect("written");
        let mut read = ListReader::open(&path).expect("readable").expect("there");
        assert!(read.any(|entry| entry.is_err()));
    }
}
