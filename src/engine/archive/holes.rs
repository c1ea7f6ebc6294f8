//! Files with holes in a tar: PAX 1.0, which GNU tar writes and Go reads.
//!
//! ```text
//! x: GNU.sparse.major=1 … name, realsize │ header │ map: "count\noffset\nlength\n…", filled up to 512 │ pieces
//! ```

use nix::errno::Errno;
use nix::unistd::{Whence, lseek};
use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::os::unix::fs::FileExt;

/// Bytes of a map; a file in more pieces is written whole. Who reads it takes a MiB.
const MAP: usize = 512 << 10;

/// Which pieces of a file hold data.
pub struct Holed {
    size: u64,
    pieces: Vec<(u64, u64)>,
    map: Vec<u8>,
}

impl Holed {
    /// As the file system tells it; none where there is no hole. The file is at its beginning then.
    pub fn of(file: &mut File, size: u64) -> io::Result<Option<Self>> {
        let holed = Self::asked(file, size)?;
        // To ask is to move.
        file.rewind()?;
        Ok(holed)
    }

    fn asked(file: &File, size: u64) -> io::Result<Option<Self>> {
        let (mut pieces, mut at) = (Vec::new(), 0);
        while at < size {
            let from = match seek(file, at, Whence::SeekData) {
                Ok(from) if from < size => from,
                Ok(_) | Err(Errno::ENXIO) => break,
                // This file system tells nothing of holes.
                Err(Errno::EINVAL | Errno::EOPNOTSUPP) => return Ok(None),
                Err(errno) => return Err(errno.into()),
            };
            let to = match seek(file, from, Whence::SeekHole) {
                Err(Errno::ENXIO) => size,
                to => to?.min(size),
            };
            if to <= from {
                break;
            }
            pieces.push((from, to - from));
            at = to;
        }
        if size == 0 || pieces == [(0, size)] {
            return Ok(None);
        }
        // As GNU tar ends a file whose end is a hole.
        pieces.push((size, 0));
        let mut map = format!("{}\n", pieces.len()).into_bytes();
        pieces.iter().for_each(|(from, length)| map.extend(format!("{from}\n{length}\n").into_bytes()));
        map.resize(map.len().next_multiple_of(512), 0);
        Ok((map.len() <= MAP).then_some(Self { size, pieces, map }))
    }

    /// Its records of the extended header.
    pub fn records(&self, path: &[u8]) -> [(String, Vec<u8>); 4] {
        let record = |name: &str, value: &[u8]| (format!("GNU.sparse.{name}"), value.to_vec());
        let size = self.size.to_string();
        [record("major", b"1"), record("minor", b"0"), record("name", path), record("realsize", size.as_bytes())]
    }

    /// Bytes that it takes in the tar.
    pub fn stored(&self) -> u64 {
        self.map.len() as u64 + self.pieces.iter().map(|(_, length)| length).sum::<u64>()
    }

    /// These bytes.
    pub fn content(&self, file: File) -> impl Read {
        let pieces = self.pieces.clone().into_iter();
        Exactly {
            inner: Cursor::new(self.map.clone()).chain(Pieces { file, pieces, now: (0, 0) }),
            left: self.stored(),
        }
    }
}

fn seek(file: &File, from: u64, to: Whence) -> nix::Result<u64> {
    let from = i64::try_from(from).map_err(|_too_far| Errno::EOVERFLOW)?;
    lseek(file, from, to).map(i64::unsigned_abs)
}

/// The pieces one after the other. One that went meanwhile is zeros.
struct Pieces<I> {
    file: File,
    pieces: I,
    now: (u64, u64),
}

impl<I: Iterator<Item = (u64, u64)>> Read for Pieces<I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.now.1 == 0 {
            match self.pieces.next() {
                Some(piece) => self.now = piece,
                None => return Ok(0),
            }
        }
        let (at, left) = self.now;
        let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let mut read = self.file.read_at(&mut buffer[..most], at)?;
        if read == 0 {
            buffer[..most].fill(0);
            read = most;
        }
        self.now = (at + read as u64, left - read as u64);
        Ok(read)
    }
}

/// As many bytes as were promised: a file that shrinks meanwhile ends in zeros, one that grows is cut.
pub struct Exactly<R> {
    /// The file.
    pub inner: R,
    /// How many are left.
    pub left: u64,
}

impl<R: Read> Read for Exactly<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if most == 0 {
            return Ok(0);
        }
        let mut n = self.inner.read(&mut buffer[..most])?;
        if n == 0 {
            buffer[..most].fill(0);
            n = most;
        }
        self.left -= n as u64;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_its_pieces_and_what_lies_between_them_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let mut file = File::options().read(true).write(true).create_new(true).open(dir.path().join("f")).unwrap();
        assert!(Holed::of(&mut file, 0).unwrap().is_none());
        file.write_all_at(&[7; 4096], 0).unwrap();
        assert!(Holed::of(&mut file, 4096).unwrap().is_none(), "there is no hole");
        file.set_len(1 << 30).unwrap();
        file.write_all_at(&[8; 10], 1 << 29).unwrap();
        let holed = Holed::of(&mut file, 1 << 30).unwrap().unwrap();
        assert!(holed.stored() < 1 << 20, "{}", holed.stored());
        let mut content = Vec::new();
        holed.content(file).read_to_end(&mut content).unwrap();
        assert_eq!(content.len() as u64, holed.stored());
        assert!(content.starts_with(b"3\n0\n4096\n") && content[512..4608].iter().all(|byte| *byte == 7));
    }
}
