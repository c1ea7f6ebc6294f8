//! Reads a tar as Go's archive/tar does, which is what Docker and umoci see in it: ustar, PAX, GNU, and files with holes.
//!
//! ```text
//! [x: records] [L: long name] [K: long target] header [map of holes] content, filled up to 512 │ … │ 512 zeros, twice
//! └─────────────────────── one Item ───────────────────────────────────────────────────────────┘
//! ```
//!
//! Everything in it was written by a stranger. What is asked for before it is checked is bounded by [`Limits`].

mod header;
mod names;
mod pax;
mod sparse;

pub use sparse::{Holed, Piece};

use super::fault::{damaged, input_failed};
use super::limits::Limits;
use super::shown;
use crate::engine::{Fault, Result};
use crate::tree::{Kind, LayerEntry, Sum, Time};
use blake3::Hasher;
use header::{BLOCK, Header, Wrong, until_zero};
use names::{Named, clean, named};
use pax::Records;
use std::io::{self, BufRead, Read};

/// One entry, with what its content needs to be read.
#[derive(Debug)]
pub struct Item {
    /// What it says.
    pub entry: LayerEntry,
    /// For a file with holes, which pieces of it follow.
    pub holes: Option<Holed>,
}

/// Reads the entries of a tar one by one.
pub struct Reader<R> {
    input: R,
    limits: Limits,
    entries: u64,
    /// Bytes of content that were not read yet.
    left: u64,
    /// Bytes between it and the next header.
    padding: u64,
    /// So many bytes of holes are still counted through for the sums of files.
    holes_left: u64,
    /// It is no layer: names mean what they say.
    plain: bool,
}

/// Bytes of holes of one layer that are counted through: a second's work.
const HOLES: u64 = 1 << 30;
static ZEROS: [u8; 4096] = [0; 4096];

/// Why the tar cannot be read further.
enum Bad {
    Wrong(Wrong),
    Text(String),
    Input(io::Error),
    Fault(Fault),
}

/// What stood before a header and belongs to its entry.
#[derive(Default)]
struct Before {
    records: Records,
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
}

impl<R: BufRead> Reader<R> {
    /// Of a layer.
    pub fn new(input: R, limits: Limits) -> Self {
        Self { input, limits, entries: 0, left: 0, padding: 0, holes_left: HOLES, plain: false }
    }

    /// Of files that are no layer.
    pub fn of_files(input: R, limits: Limits) -> Self {
        Self { plain: true, ..Self::new(input, limits) }
    }

    /// The next entry; none at the end. What was not read of the last one's content is passed over.
    pub fn next(&mut self) -> Result<Option<Item>> {
        self.skip().map_err(|bad| bad.fault(b""))?;
        let mut before = Before::default();
        loop {
            let Some(header) = self.header().map_err(|bad| bad.fault(b""))? else { return Ok(None) };
            let special = |reader: &mut Self| reader.special(&header).map_err(|bad| bad.fault(b""));
            let records = |text: &[u8]| Records::parse(text).map_err(damaged);
            match header.flag() {
                b'x' => before.records = records(&special(self)?)?,
                // It is about all entries behind it. Nobody who reads layers heeds it, but it must be in order.
                b'g' => drop(records(&special(self)?)?),
                b'L' => before.name = Some(until_zero(&special(self)?).to_vec()),
                b'K' => before.link = Some(until_zero(&special(self)?).to_vec()),
                _ => {
                    self.entries += 1;
                    if self.entries > self.limits.entries {
                        return Err(self.limits.too_many_entries());
                    }
                    let path = before.name.take().or(before.records.path.take()).unwrap_or_else(|| header.path());
                    let sparse = &mut before.records.sparse;
                    let path = sparse.name.take().filter(|_| sparse.is_said()).unwrap_or(path);
                    if let Some(item) = self.item(&header, before, &path).map_err(|bad| bad.fault(&path))? {
                        return Ok(Some(item));
                    }
                    self.skip().map_err(|bad| bad.fault(&path))?;
                    before = Before::default();
                }
            }
        }
    }

    /// Where the last entry ends: what is read from there on belongs to the next. What was not read of its content is passed over.
    pub fn boundary(&mut self) -> Result<&mut R> {
        self.skip().map_err(|bad| bad.fault(b""))?;
        Ok(&mut self.input)
    }

    /// Hands on the content of the last entry, piece by piece, each with its place in the file. Returns what it is told by,
    /// unless there are too many holes to count through.
    pub fn content<E: From<Fault>>(
        &mut self,
        item: &Item,
        mut take: impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<Option<Sum>, E> {
        let path = item.entry.path.as_bytes();
        let whole = [Piece { offset: 0, length: self.left }];
        let (mut sum, mut at, mut counted) = (Hasher::new(), 0, true);
        for piece in item.holes.as_ref().map_or(&whole[..], |holed| &holed.pieces) {
            counted = counted && self.zeros(&mut sum, piece.offset - at);
            let (mut offset, end) = (piece.offset, piece.offset + piece.length);
            while offset < end {
                let here = self.input.fill_buf().map_err(|e| Bad::Input(e).fault(path))?;
                if here.is_empty() {
                    return Err(Bad::from("its content ends too early").fault(path).into());
                }
                let n = here.len().min(usize::try_from(end - offset).unwrap_or(usize::MAX));
                take(offset, &here[..n])?;
                sum.update(&here[..n]);
                self.input.consume(n);
                self.left -= n as u64;
                offset += n as u64;
            }
            at = end;
        }
        let size = item.holes.as_ref().map_or(at, |holed| holed.size);
        counted = counted && self.zeros(&mut sum, size - at);
        Ok(counted.then(|| Sum::of_blake3(sum.finalize().as_bytes())))
    }

    /// A hole. False when there were too many bytes of them: a tar of a kilobyte can claim more than can ever be counted.
    fn zeros(&mut self, sum: &mut Hasher, mut hole: u64) -> bool {
        if hole > self.holes_left {
            return false;
        }
        self.holes_left -= hole;
        while hole > 0 {
            let n = usize::try_from(hole).unwrap_or(usize::MAX).min(ZEROS.len());
            sum.update(&ZEROS[..n]);
            hole -= n as u64;
        }
        true
    }

    /// Reads what stands behind the end of the tar: it belongs to what was hashed.
    pub fn finish(mut self) -> Result<()> {
        io::copy(&mut self.input, &mut io::sink()).map(drop).map_err(|e| Bad::Input(e).fault(b""))
    }

    fn item(&mut self, header: &Header, before: Before, raw: &[u8]) -> Result<Option<Item>, Bad> {
        let Before { records, link, .. } = before;
        let flag = header.flag();
        let size = records.size.map_or_else(|| header.size(), Ok)?;
        let size = u64::try_from(size).or(Err("a negative size"))?;
        // Types that are all header have no content, whatever size they claim.
        self.content_is(if matches!(flag, b'1'..=b'6') { 0 } else { size })?;
        let path = clean(raw)?;
        self.limits.check_path(&path).map_err(Bad::Fault)?;
        let target = || {
            let target = link.or(records.link.clone()).unwrap_or_else(|| header.link().to_vec());
            if target.is_empty() { Err("a link without a target") } else { Ok(target) }
        };
        let mut holes = None;
        let kind = match flag {
            // Before POSIX a directory was a file whose name ends in a slash.
            0 if raw.ends_with(b"/") => Kind::Directory,
            0 | b'0' | b'7' | b'S' => {
                holes = self.holes(header, &records)?;
                Kind::File { size: holes.as_ref().map_or(size, |holed| holed.size) }
            }
            _ if records.sparse.is_said() => return Err(Bad::from("a map of holes for what is no file")),
            b'5' => Kind::Directory,
            b'2' => {
                let target = target()?;
                self.limits.check_length(&target).map_err(Bad::Fault)?;
                Kind::Symlink { target: target.into() }
            }
            b'1' => {
                let target = clean(&target()?)?;
                self.limits.check_path(&target).map_err(Bad::Fault)?;
                Kind::Hardlink { target: target.into() }
            }
            b'6' => Kind::Fifo,
            b'3' => header.device().map(|(major, minor)| Kind::Char { major, minor })?,
            b'4' => header.device().map(|(major, minor)| Kind::Block { major, minor })?,
            other => return Err(Bad::Text(format!("entries of type {:?} are unknown", char::from(other)))),
        };
        let (path, kind) = match if self.plain { Named::Plain } else { named(&path)? } {
            Named::Nothing => return Ok(None),
            Named::Plain => (path, kind),
            Named::Mark(path, kind) => (path, kind),
        };
        let time = || header.mtime().map(|seconds| Time { seconds, nanos: 0 });
        let entry = LayerEntry {
            path: path.into(),
            kind,
            mode: (header.mode()? & 0o7777) as u32,
            uid: id(records.uid.map_or_else(|| header.uid(), Ok)?)?,
            gid: id(records.gid.map_or_else(|| header.gid(), Ok)?)?,
            mtime: records.mtime.map_or_else(time, Ok)?,
            xattrs: records.xattrs.into_iter().collect(),
            sum: None,
        };
        Ok(Some(Item { entry, holes }))
    }

    /// The next header; none at the end: two blocks of zeros, or where the bytes end.
    fn header(&mut self) -> Result<Option<Header>, Bad> {
        let Some(block) = self.block()? else { return Ok(None) };
        if block.iter().any(|b| *b != 0) {
            return Ok(Some(Header::new(block)?));
        }
        match self.block()? {
            Some(block) if block.iter().any(|b| *b != 0) => Err(Bad::from("a block of zeros between entries")),
            _ => Ok(None),
        }
    }

    /// 512 bytes; none where the bytes end before the first of them.
    fn block(&mut self) -> Result<Option<Box<[u8; BLOCK]>>, Bad> {
        let mut block = Box::new([0; BLOCK]);
        let mut filled = 0;
        while filled < BLOCK {
            match self.input.read(&mut block[filled..]).map_err(Bad::Input)? {
                0 if filled == 0 => return Ok(None),
                0 => return Err(Bad::from("the tar ends in the middle of a header")),
                n => filled += n,
            }
        }
        Ok(Some(block))
    }

    /// The content of an extended header or a long name.
    fn special(&mut self, header: &Header) -> Result<Vec<u8>, Bad> {
        let size = u64::try_from(header.size()?).or(Err("a negative size"))?;
        if size > self.limits.header {
            return Err(Bad::Fault(self.limits.header_too_large(size)));
        }
        self.content_is(size)?;
        let mut text = Vec::new();
        (&mut self.input).take(size).read_to_end(&mut text).map_err(Bad::Input)?;
        if text.len() as u64 != size {
            return Err(Bad::from("the tar ends in the middle of an extended header"));
        }
        self.left = 0;
        self.skip()?;
        Ok(text)
    }

    fn content_is(&mut self, size: u64) -> Result<(), Wrong> {
        // The last content of a tar that ends nowhere near.
        let whole = size.checked_next_multiple_of(BLOCK as u64).ok_or("a size that is too large")?;
        (self.left, self.padding) = (size, whole - size);
        Ok(())
    }

    /// Passes over what was not read of a content, and what fills it up.
    fn skip(&mut self) -> Result<(), Bad> {
        let content = io::copy(&mut (&mut self.input).take(self.left), &mut io::sink()).map_err(Bad::Input)?;
        if content != self.left {
            return Err(Bad::from("its content ends too early"));
        }
        // Some programs leave the filling of the last content out.
        io::copy(&mut (&mut self.input).take(self.padding), &mut io::sink()).map_err(Bad::Input)?;
        (self.left, self.padding) = (0, 0);
        Ok(())
    }
}

/// An owner. Some programs write "nobody" as -2, which the kernel takes for 4,294,967,294.
fn id(value: i64) -> Result<u64, Wrong> {
    match i32::try_from(value) {
        Ok(value) => Ok(value.cast_unsigned().into()),
        Err(_) => u64::try_from(value).or(Err("a negative owner")),
    }
}

impl From<Wrong> for Bad {
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(wrong)
    }
}

impl Bad {
    fn fault(self, path: &[u8]) -> Fault {
        let at = if path.is_empty() { String::new() } else { format!("{}: ", shown(path)) };
        match self {
            Self::Wrong(wrong) => damaged(format!("{at}{wrong}")),
            Self::Text(text) => damaged(format!("{at}{text}")),
            Self::Input(error) => input_failed(&error),
            Self::Fault(fault) => fault,
        }
    }
}
