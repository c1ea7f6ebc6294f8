use super::limits::Limits;
use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

/// Bytes that are inflated at once.
const BUFFER: usize = 128 * 1024;

/// The bytes of a tar out of a layer blob: gzip (also of several members, as `pigz` and estargz make), zstd, or plain.
///
/// What it is, is told by its first bytes: media types of real images are not always right, and Docker goes by the bytes too.
/// What inflates beyond the limits ends in an error.
pub fn decoder<'a>(mut compressed: impl BufRead + 'a, limits: Limits) -> io::Result<Box<dyn BufRead + 'a>> {
    let start = compressed.fill_buf()?;
    let gzip = matches!(start, [0x1f, 0x8b, ..]);
    if !gzip && !matches!(start, [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]) {
        return Ok(Box::new(compressed));
    }
    let taken = Rc::new(Cell::new(0));
    let counted = Counted { compressed, taken: Rc::clone(&taken) };
    let inner: Box<dyn Read + 'a> = if gzip {
        Box::new(flate2::bufread::MultiGzDecoder::new(counted))
    } else {
        Box::new(zstd::stream::read::Decoder::with_buffer(counted)?)
    };
    Ok(Box::new(BufReader::with_capacity(BUFFER, Bounded { inner, limits, taken, given: 0 })))
}

/// Counts what is taken of the compressed bytes.
struct Counted<R> {
    compressed: R,
    taken: Rc<Cell<u64>>,
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.compressed.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.taken.set(self.taken.get() + bytes as u64);
        self.compressed.consume(bytes);
    }
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.compressed.read(buffer)?;
        self.taken.set(self.taken.get() + n as u64);
        Ok(n)
    }
}

/// Ends a stream that gives out of all proportion.
struct Bounded<R> {
    inner: R,
    limits: Limits,
    taken: Rc<Cell<u64>>,
    given: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.given += n as u64;
        match self.limits.bomb(self.taken.get(), self.given) {
            Some(fault) => Err(io::Error::other(fault)),
            None => Ok(n),
        }
    }
}
