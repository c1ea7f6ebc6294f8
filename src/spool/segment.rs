use super::Seq;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

/// A file of numbered lines, one an event, and where to find them in it.
///
/// ```text
/// header line │ line of event `first` │ … │ line of event `first + count - 1`
///               ▲ offset of each 64th line is in memory
/// ```
#[derive(Debug)]
pub struct Segment {
    file: Held,
    first: Seq,
    /// Bytes before its first line.
    header: u64,
    count: u64,
    /// Bytes written.
    end: u64,
    /// Where each [`CHUNK`]th line begins.
    offsets: Vec<u64>,
}

/// A file that is written, or one that whoever reads it opens.
#[derive(Debug)]
enum Held {
    Open(Arc<File>),
    At(PathBuf),
}

/// Every this many lines the offset of one is remembered.
pub const CHUNK: u64 = 64;

/// Lines that can be read without the segment: it may be dropped meanwhile.
#[derive(Debug, Clone)]
pub struct Lines {
    file: Arc<File>,
    from: u64,
    to: u64,
    /// Lines before the wanted one.
    skip: u64,
}

impl Segment {
    /// A new segment in this empty file; `header` is a line that belongs to no event.
    pub fn new(file: File, first: Seq, header: &[u8]) -> io::Result<Self> {
        file.write_all_at(header, 0)?;
        let end = header.len() as u64;
        Ok(Self { file: Held::Open(Arc::new(file)), first, header: end, count: 0, end, offsets: Vec::new() })
    }

    /// Appends the line of the next event, its line feed with it. When that fails, a part of it is taken back.
    pub fn append(&mut self, line: &[u8]) -> io::Result<()> {
        let file = self.file()?;
        if let Err(error) = file.write_all_at(line, self.end) {
            // What cannot be cut off is written over by the next line.
            file.set_len(self.end).ok();
            return Err(error);
        }
        if self.count.is_multiple_of(CHUNK) {
            self.offsets.push(self.end);
        }
        self.count += 1;
        self.end += line.len() as u64;
        Ok(())
    }

    /// Holds its file open no longer, which has this path. Nothing can be appended any more; who reads opens it again.
    pub fn close(&mut self, path: PathBuf) {
        self.file = Held::At(path);
    }

    fn file(&self) -> io::Result<Arc<File>> {
        match &self.file {
            Held::Open(file) => Ok(Arc::clone(file)),
            Held::At(path) => File::open(path).map(Arc::new),
        }
    }

    /// The number of its first event.
    pub fn first(&self) -> Seq {
        self.first
    }

    /// The number that its next event will have.
    pub fn next(&self) -> Seq {
        self.first + self.count
    }

    /// Bytes in it.
    pub fn size(&self) -> u64 {
        self.end
    }

    /// True when the event of that number is in it.
    pub fn holds(&self, seq: Seq) -> bool {
        (self.first..self.next()).contains(&seq)
    }

    /// Its header line.
    pub fn header(&self) -> io::Result<Lines> {
        Ok(Lines { file: self.file()?, from: 0, to: self.header, skip: 0 })
    }

    /// The lines of all its events.
    pub fn all(&self) -> io::Result<Lines> {
        Ok(Lines { file: self.file()?, from: self.header, to: self.end, skip: 0 })
    }

    /// The lines from that event on, when it is in here.
    pub fn lines(&self, from: Seq) -> io::Result<Option<Lines>> {
        let Some((chunk, skip)) = self.place(from) else { return Ok(None) };
        Ok(Some(Lines { file: self.file()?, from: self.offsets[chunk], to: self.end, skip }))
    }

    /// The lines of the chunk that the event is in, and the number of the first of them.
    pub fn chunk(&self, seq: Seq) -> io::Result<Option<(Seq, Lines)>> {
        let Some((chunk, skip)) = self.place(seq) else { return Ok(None) };
        let to = self.offsets.get(chunk + 1).copied().unwrap_or(self.end);
        let lines = Lines { file: self.file()?, from: self.offsets[chunk], to, skip: 0 };
        Ok(Some((seq - skip, lines)))
    }

    fn place(&self, seq: Seq) -> Option<(usize, u64)> {
        let index = seq.checked_sub(self.first).filter(|index| *index < self.count)?;
        Some((usize::try_from(index / CHUNK).ok()?, index % CHUNK))
    }
}

impl Lines {
    /// About so many bytes of them: whole lines, at least one.
    pub fn read(&self, bytes: usize) -> io::Result<Vec<u8>> {
        let mut at = self.from;
        let (mut found, mut skip) = (Vec::new(), self.skip);
        while at < self.to {
            let room = usize::try_from(self.to - at).unwrap_or(usize::MAX).min(bytes.max(4096));
            let old = found.len();
            found.resize(old + room, 0);
            self.file.read_exact_at(&mut found[old..], at)?;
            at += room as u64;
            while skip > 0 {
                let Some(end) = found.iter().position(|&b| b == b'\n') else { break };
                found.drain(..=end);
                skip -= 1;
            }
            if skip > 0 {
                continue;
            }
            if let Some(end) = found.iter().rposition(|&b| b == b'\n')
                && (found.len() >= bytes || at >= self.to)
            {
                found.truncate(end + 1);
                return Ok(found);
            }
        }
        Ok(found)
    }

    /// All of them.
    pub fn read_all(&self) -> io::Result<Vec<u8>> {
        self.read(usize::try_from(self.to - self.from).unwrap_or(usize::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::super::anonymous;
    use super::*;

    fn segment(lines: &[String]) -> Segment {
        let mut segment = Segment::new(anonymous().unwrap(), 11, b"header\n").unwrap();
        lines.iter().for_each(|line| segment.append(line.as_bytes()).unwrap());
        segment
    }

    #[test]
    fn from_any_number_and_in_pieces_of_any_size_the_lines_are_the_same() {
        let lines: Vec<String> = (0..300).map(|n| format!("{n} {}\n", "x".repeat(n * 7 % 90))).collect();
        let segment = segment(&lines);
        for from in [11, 12, 74, 75, 76, 200, 310] {
            for bytes in [1, 100, 5000, 1 << 20] {
                let (mut next, mut read) = (from, String::new());
                while let Some(rest) = segment.lines(next).unwrap() {
                    let piece = String::from_utf8(rest.read(bytes).unwrap()).unwrap();
                    assert!(piece.ends_with('\n'));
                    next += piece.lines().count() as u64;
                    read += &piece;
                }
                assert_eq!(read, lines[from as usize - 11..].concat(), "from {from} by {bytes}");
            }
        }
        assert!(segment.lines(10).unwrap().is_none() && segment.lines(311).unwrap().is_none());
    }

    #[test]
    fn a_chunk_begins_where_it_says() {
        let lines: Vec<String> = (0..150).map(|n| format!("{n}\n")).collect();
        let segment = segment(&lines);
        let (first, chunk) = segment.chunk(11 + 100).unwrap().unwrap();
        assert_eq!(first, 11 + 64);
        assert_eq!(chunk.read_all().unwrap(), lines[64..128].concat().as_bytes());
        assert!(segment.holds(160) && !segment.holds(161));
    }

    #[test]
    fn one_that_is_closed_is_read_and_not_written_and_lines_outlive_its_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        let mut segment = Segment::new(File::create_new(&path).unwrap(), 1, b"header\n").unwrap();
        segment.append(b"one\n").unwrap();
        segment.close(path.clone());
        assert!(segment.append(b"two\n").is_err());
        assert_eq!((segment.next(), segment.header().unwrap().read_all().unwrap()), (2, b"header\n".to_vec()));
        let lines = segment.lines(1).unwrap().unwrap();
        std::fs::remove_file(path).unwrap();
        assert_eq!(lines.read_all().unwrap(), b"one\n");
        assert!(segment.lines(1).is_err());
    }
}
