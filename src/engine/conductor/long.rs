//! Evidence that is too long for events: in a file beside those of a segment, or in memory where the disk takes no more.

use crate::engine::private;
use crate::trace::{Evidence, Seq};
use nix::sys::memfd::{MFdFlags, memfd_create};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// While the disk is full so much of the trace is kept in memory, in parts of a quarter of that.
pub const IN_MEMORY: u64 = 4 << 20;
/// The longest that is kept in memory: one must not push out all others.
const LONGEST: usize = (IN_MEMORY / 4) as usize;

/// Evidence of the events of one segment that is too long for them.
#[derive(Debug)]
pub struct Long {
    /// None: the segment is in memory.
    path: Option<PathBuf>,
    disk: Option<Disk>,
    memory: Option<Memory>,
    /// Which event, where, how many bytes; ascending.
    places: Vec<(Seq, Place, usize)>,
}

/// The evidence of an event.
#[derive(Debug, PartialEq, Eq)]
pub enum Whole {
    /// All of it.
    Kept(Vec<Evidence>),
    /// So many bytes of it were not kept, or cannot be read any more: no more is known than the event holds.
    Lost(usize),
}

#[derive(Debug, Clone, Copy)]
enum Place {
    Disk(u64),
    Memory(u64),
    Nowhere,
}

#[derive(Debug)]
struct Disk {
    /// Open for as long as more may come.
    file: Option<File>,
    end: u64,
}

#[derive(Debug)]
struct Memory {
    file: File,
    end: u64,
}

impl Long {
    /// For the segment of that file; in memory without one.
    pub fn beside(segment: Option<&Path>) -> Self {
        let path = segment.map(|segment| segment.with_extension("evidence"));
        Self { path, disk: None, memory: None, places: Vec::new() }
    }

    /// Keeps an event's evidence, or how much of it is lost.
    pub fn keep(&mut self, seq: Seq, evidence: &[Evidence]) {
        let Ok(text) = serde_json::to_vec(evidence) else { return };
        let on_disk = self.write(&text);
        let place = on_disk.or_else(|error| {
            if self.path.is_some() {
                tracing::warn!(%error, seq, "evidence goes to memory");
            }
            self.remember(&text)
        });
        let place = place.unwrap_or_else(|error| {
            tracing::warn!(%error, seq, "evidence not kept whole");
            Place::Nowhere
        });
        self.places.push((seq, place, text.len()));
    }

    fn write(&mut self, text: &[u8]) -> io::Result<Place> {
        let path = self.path.as_ref().ok_or(io::ErrorKind::NotFound)?;
        let disk = match &mut self.disk {
            Some(disk) => disk,
            None => self.disk.insert(Disk { file: Some(private::file_for_both(path)?), end: 0 }),
        };
        let at = disk.end;
        // What was written of it before the disk was full is written over by the next.
        disk.file.as_ref().ok_or(io::ErrorKind::ReadOnlyFilesystem)?.write_all_at(text, at)?;
        disk.end += text.len() as u64;
        Ok(Place::Disk(at))
    }

    fn remember(&mut self, text: &[u8]) -> io::Result<Place> {
        if text.len() > LONGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let memory = match &mut self.memory {
            Some(memory) => memory,
            None => {
                let file = File::from(memfd_create(c"evidence", MFdFlags::MFD_CLOEXEC)?);
                self.memory.insert(Memory { file, end: 0 })
            }
        };
        let at = memory.end;
        memory.file.write_all_at(text, at)?;
        memory.end += text.len() as u64;
        Ok(Place::Memory(at))
    }

    /// The evidence of an event; none when it was not too long.
    pub fn of(&self, seq: Seq) -> Option<Whole> {
        let at = self.places.binary_search_by_key(&seq, |(of, ..)| *of).ok()?;
        let (_, place, length) = *self.places.get(at)?;
        let read = || -> io::Result<Vec<Evidence>> {
            let mut text = vec![0; length];
            match (place, &self.path, &self.memory) {
                (Place::Disk(offset), Some(path), _) => File::open(path)?.read_exact_at(&mut text, offset)?,
                (Place::Memory(offset), _, Some(memory)) => memory.file.read_exact_at(&mut text, offset)?,
                _ => return Err(io::ErrorKind::NotFound.into()),
            }
            Ok(serde_json::from_slice(&text)?)
        };
        Some(read().map_or(Whole::Lost(length), Whole::Kept))
    }

    /// Bytes of it.
    pub fn size(&self) -> u64 {
        self.disk.as_ref().map_or(0, |disk| disk.end) + self.in_memory()
    }

    /// Bytes of it in memory.
    pub fn in_memory(&self) -> u64 {
        self.memory.as_ref().map_or(0, |memory| memory.end)
    }

    /// Its file, if there is one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref().filter(|_| self.disk.is_some())
    }

    /// Nothing more comes.
    pub fn close(&mut self) {
        if let Some(disk) = &mut self.disk {
            disk.file = None;
        }
    }
}
