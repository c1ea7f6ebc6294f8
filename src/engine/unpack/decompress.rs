use super::format::{Compression, Foreign};
use super::limits::Limits;
use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::rc::Rc;

/// Bytes that are inflated at once.
const BUFFER: usize = 128 * 1024;
/// So much tells what it is: a header of a tar.
const START: usize = 512;
/// As much as zstd's decoder takes by itself: of a window, here of a dictionary. `xz -9` asks for 64 MiB.
const WINDOW: u32 = 128 << 20;
/// What xz needs beside the dictionary, in KiB.
const BESIDE: u32 = 4096;

/// The bytes of a tar out of a layer blob: plain, or compressed as [`Compression`] has it (also of several members, as
/// `pigz`, `pbzip2` and estargz make).
///
/// What it is, is told by its first bytes: media types of real images are not always right, and Docker goes by the bytes too.
/// What is known to be no tar ends in a [`Foreign`] error, and what inflates beyond the limits in one, too.
pub fn decoder<'a>(mut compressed: impl BufRead + 'a, limits: Limits) -> io::Result<Box<dyn BufRead + 'a>> {
    let mut start = Vec::with_capacity(START);
    (&mut compressed).take(START as u64).read_to_end(&mut start)?;
    if let Some(kind) = Foreign::of(&start) {
        return Err(kind.into());
    }
    let compression = Compression::of(&start);
    let compressed = Cursor::new(start).chain(compressed);
    let taken = Rc::new(Cell::new(0));
    let counted = Counted { compressed, taken: Rc::clone(&taken) };
    let inner: Box<dyn Read + 'a> = match compression {
        Compression::None => return Ok(Box::new(counted.compressed)),
        Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(counted)),
        Compression::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(counted)?),
        Compression::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(counted)),
        Compression::Xz => Box::new(Xz(lzma_rust2::XzReader::new_mem_limit(counted, true, (WINDOW >> 10) + BESIDE))),
    };
    Ok(Box::new(BufReader::with_capacity(BUFFER, Bounded { inner, limits, taken, given: 0 })))
}

/// Says of what needs too much memory how much it may need.
struct Xz<R: Read>(lzma_rust2::XzReader<R>);

impl<R: Read> Read for Xz<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::OutOfMemory => {
                io::Error::new(error.kind(), format!("xz with a dictionary of more than {} MiB", WINDOW >> 20))
            }
            _ => error,
        })
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf 'one tar' | xz`
    const XZ: &[u8] = &[
        0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x04, 0xe6, 0xd6, 0xb4, 0x46, 0x02, 0x00, 0x21, 0x01, 0x16, 0x00,
        0x00, 0x00, 0x74, 0x2f, 0xe5, 0xa3, 0x01, 0x00, 0x06, 0x6f, 0x6e, 0x65, 0x20, 0x74, 0x61, 0x72, 0x00, 0x00,
        0x2e, 0x86, 0xa6, 0x8d, 0x1a, 0x30, 0x0c, 0x76, 0x00, 0x01, 0x1f, 0x07, 0x16, 0x2e, 0xb8, 0x73, 0x1f, 0xb6,
        0xf3, 0x7d, 0x01, 0x00, 0x00, 0x00, 0x00, 0x04, 0x59, 0x5a,
    ];
    /// `printf 'one tar' | xz --lzma2=dict=192MiB`
    const WIDE: &[u8] = &[
        0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x04, 0xe6, 0xd6, 0xb4, 0x46, 0x02, 0x00, 0x21, 0x01, 0x1f, 0x00,
        0x00, 0x00, 0xfe, 0x60, 0xed, 0xde, 0x01, 0x00, 0x06, 0x6f, 0x6e, 0x65, 0x20, 0x74, 0x61, 0x72, 0x00, 0x00,
        0x2e, 0x86, 0xa6, 0x8d, 0x1a, 0x30, 0x0c, 0x76, 0x00, 0x01, 0x1f, 0x07, 0x16, 0x2e, 0xb8, 0x73, 0x1f, 0xb6,
        0xf3, 0x7d, 0x01, 0x00, 0x00, 0x00, 0x00, 0x04, 0x59, 0x5a,
    ];
    /// `printf 'one tar' | bzip2`
    const BZIP2: &[u8] = &[
        0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0x09, 0xdf, 0x4b, 0x9f, 0x00, 0x00, 0x02, 0x11,
        0x80, 0x40, 0x00, 0x22, 0x01, 0x94, 0x00, 0x20, 0x00, 0x31, 0x0c, 0x01, 0x0d, 0x31, 0xa9, 0xc4, 0xa0, 0x78,
        0xbb, 0x92, 0x29, 0xc2, 0x84, 0x80, 0x4e, 0xfa, 0x5c, 0xf8,
    ];

    fn read(bytes: &[u8], limits: Limits) -> io::Result<Vec<u8>> {
        // As they may come over a connection: one by one.
        let slow = BufReader::with_capacity(1, bytes);
        let mut out = Vec::new();
        decoder(slow, limits)?.read_to_end(&mut out)?;
        Ok(out)
    }

    fn reason(bytes: &[u8], limits: Limits) -> String {
        read(bytes, limits).unwrap_err().to_string()
    }

    #[test]
    fn what_docker_decompresses_is_decompressed_also_in_several_members() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        io::Write::write_all(&mut gzip, b"one tar").unwrap();
        let (gzip, zstd) = (gzip.finish().unwrap(), zstd::encode_all(&b"one tar"[..], 1).unwrap());
        for packed in [XZ, BZIP2, &gzip, &zstd] {
            assert_eq!(read(packed, Limits::default()).unwrap(), b"one tar");
            assert_eq!(read(&[packed, packed].concat(), Limits::default()).unwrap(), b"one tarone tar");
            let cut = &packed[..packed.len() - 5];
            assert!(read(cut, Limits::default()).is_err(), "cut off: {cut:x?}");
        }
        assert_eq!(reason(b"PK\x03\x04", Limits::default()), "zip ≠ tar");
    }

    #[test]
    fn what_inflates_beyond_the_limits_ends() {
        let limits = Limits { unquestioned: 10_000, ratio: 2, ..Limits::default() };
        let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
        io::Write::write_all(&mut bzip2, &vec![0; 1 << 20]).unwrap();
        let bzip2 = bzip2.finish().unwrap();
        assert!(reason(&bzip2, limits).contains("layer-bomb"), "{}", reason(&bzip2, limits));
        assert_eq!(read(&bzip2, Limits::default()).unwrap().len(), 1 << 20);
        assert_eq!(reason(WIDE, Limits::default()), "xz with a dictionary of more than 128 MiB");
    }
}
