use super::{Segment, anonymous};
use crate::trace::{Event, EventStore, Seq};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, OnceLock};

/// A file grows to so many bytes; then the next is begun, so that what is forgotten gives its room back.
const FILE: u64 = 16 << 20;
/// Bytes of lines that are kept in memory because they were read lately.
const CACHE: usize = 8 << 20;

/// The events of a trace in files without a name.
#[derive(Debug, Default)]
pub struct Spool {
    segments: VecDeque<Segment>,
    cache: Mutex<Cache>,
}

/// Chunks that were read, the latest last.
#[derive(Debug, Default)]
struct Cache {
    chunks: VecDeque<Arc<Chunk>>,
    bytes: usize,
}

#[derive(Debug)]
struct Chunk {
    first: Seq,
    text: Vec<u8>,
    /// Where each line ends, and the event in it once somebody wanted it.
    lines: Vec<(usize, OnceLock<Option<Arc<Event>>>)>,
}

impl EventStore for Spool {
    fn push(&mut self, event: Arc<Event>) -> io::Result<()> {
        let mut line = serde_json::to_vec(&*event)?;
        line.push(b'\n');
        let segment = match self.segments.back_mut().filter(|segment| segment.size() < FILE) {
            Some(segment) => segment,
            None => {
                self.segments.push_back(Segment::new(anonymous()?, event.seq, b"")?);
                self.segments.back_mut().ok_or(io::ErrorKind::NotFound)?
            }
        };
        segment.append(&line)?;
        // The last chunk has grown.
        self.cache.get_mut().forget(|chunk| chunk.first + chunk.lines.len() as u64 == event.seq);
        Ok(())
    }

    fn get(&self, seq: Seq) -> Option<Arc<Event>> {
        let mut cache = self.cache.lock();
        let chunk = match cache.find(seq) {
            Some(chunk) => chunk,
            None => cache.insert(self.read(seq)?),
        };
        drop(cache);
        chunk.event(seq)
    }

    fn forget(&mut self, through: Seq) {
        while self.segments.len() > 1 && self.segments.front().is_some_and(|segment| segment.next() <= through + 1) {
            self.segments.pop_front();
        }
        self.cache.get_mut().forget(|chunk| chunk.first <= through);
    }
}

impl Spool {
    fn read(&self, seq: Seq) -> Option<Chunk> {
        let at = self.segments.partition_point(|segment| segment.next() <= seq);
        let chunk = self.segments.get(at)?.chunk(seq).transpose()?;
        match chunk.and_then(|(first, lines)| Ok(Chunk::new(first, lines.read_all()?))) {
            Ok(chunk) => Some(chunk),
            Err(error) => {
                tracing::error!(%error, seq, "an event cannot be read again");
                None
            }
        }
    }
}

impl Chunk {
    fn new(first: Seq, text: Vec<u8>) -> Self {
        let ends = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| (at, OnceLock::new()));
        let lines = ends.collect();
        Self { first, text, lines }
    }

    fn event(&self, seq: Seq) -> Option<Arc<Event>> {
        let index = usize::try_from(seq.checked_sub(self.first)?).ok()?;
        let (end, decoded) = self.lines.get(index)?;
        let begin = index.checked_sub(1).and_then(|before| self.lines.get(before)).map_or(0, |(end, _)| end + 1);
        decoded.get_or_init(|| serde_json::from_slice(&self.text[begin..*end]).ok().map(Arc::new)).clone()
    }

    /// Bytes that it takes: the text, and about twice that when all is decoded.
    fn weight(&self) -> usize {
        self.text.len() * 3
    }
}

impl Cache {
    fn find(&mut self, seq: Seq) -> Option<Arc<Chunk>> {
        let holds = |chunk: &Arc<Chunk>| (chunk.first..chunk.first + chunk.lines.len() as u64).contains(&seq);
        let at = self.chunks.iter().rposition(holds)?;
        let chunk = self.chunks.remove(at)?;
        self.chunks.push_back(Arc::clone(&chunk));
        Some(chunk)
    }

    fn insert(&mut self, chunk: Chunk) -> Arc<Chunk> {
        let chunk = Arc::new(chunk);
        self.bytes += chunk.weight();
        self.chunks.push_back(Arc::clone(&chunk));
        while self.bytes > CACHE && self.chunks.len() > 1 {
            self.bytes -= self.chunks.pop_front().map_or(0, |chunk| chunk.weight());
        }
        chunk
    }

    fn forget(&mut self, which: impl Fn(&Chunk) -> bool) {
        self.chunks.retain(|chunk| !which(chunk));
        self.bytes = self.chunks.iter().map(|chunk| chunk.weight()).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Body;

    fn event(seq: Seq) -> Event {
        let text = format!("한글 {seq} {}", "x".repeat(usize::try_from(seq % 50).unwrap_or(0)));
        Event { seq, at: seq, body: Body::Console { container: None, text } }
    }

    #[test]
    fn every_event_is_read_as_it_was_written_while_more_come() {
        let mut spool = Spool::default();
        for seq in 1..=400 {
            spool.push(Arc::new(event(seq))).unwrap();
            for back in [0, 1, 63, 64, 200] {
                let wanted = seq.saturating_sub(back);
                let found = spool.get(wanted).map(|found| (*found).clone());
                assert_eq!(found, (wanted > 0).then(|| event(wanted)));
            }
        }
        assert_eq!(spool.get(401), None);
    }

    #[test]
    fn what_is_forgotten_gives_its_file_back() {
        let mut spool = Spool::default();
        let long = "x".repeat(1 << 20);
        for seq in 1..=40 {
            let body = Body::Console { container: None, text: long.clone() };
            spool.push(Arc::new(Event { seq, at: 0, body })).unwrap();
        }
        assert_eq!(spool.segments.len(), 3);
        spool.forget(20);
        assert_eq!(spool.segments.len(), 2);
        assert!(spool.get(21).is_some() && spool.get(40).is_some());
    }
}
