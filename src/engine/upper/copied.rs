//! How many bytes the kernel copied up, from what lies there.
//!
//! overlayfs copies a lower file's data before it lets anybody write, change the mode, rename or link – unless the file is
//! opened with `O_TRUNC`: then there is nothing to copy. Neither notifications nor marks tell these two apart afterwards;
//! the content does. What is counted is the data that is in the upper file where the lower one has the same: holes are
//! none.

use nix::errno::Errno;
use nix::unistd::{Whence, lseek};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// What a comparison found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// Bytes that were copied up.
    pub bytes: u64,
    /// Blocks that were compared.
    pub compared: usize,
    /// How many of them are alike.
    pub alike: usize,
}

const BLOCK: u64 = 4096;
/// Files of up to this many blocks are compared whole, larger ones at as many places.
const PLACES: u64 = 64;

/// Compares an upper file with the lower one that it hides, when it is seen for the first time.
pub fn measure(upper: &File, lower: &File) -> io::Result<Copied> {
    let (above, below) = (upper.metadata()?.len(), lower.metadata()?.len());
    let common = above.min(below);
    let (mut compared, mut alike) = (0, 0);
    for at in places(common) {
        let length = BLOCK.min(common - at);
        compared += 1;
        alike += usize::from(block(upper, at, length)? == block(lower, at, length)?);
    }
    // One who writes into the middle leaves most as it was; one who begins anew leaves nothing.
    let bytes = match compared > 0 && 2 * alike >= compared {
        false => 0,
        true if above >= below => data(upper, below)?,
        // It was copied whole, and cut then.
        true => data(lower, below)?,
    };
    Ok(Copied { bytes, compared, alike })
}

/// Where to compare: everywhere, or at the beginning, the end and evenly between.
fn places(common: u64) -> impl Iterator<Item = u64> {
    let blocks = common.div_ceil(BLOCK);
    let count = blocks.min(PLACES);
    (0..count)
        .map(move |i| if count == blocks { i } else { i * (blocks - 1) / (PLACES - 1) })
        .map(|block| block * BLOCK)
}

fn block(file: &File, at: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
    let mut got = 0;
    while got < bytes.len() {
        match file.read_at(&mut bytes[got..], at + got as u64)? {
            // Cut meanwhile.
            0 => break,
            more => got += more,
        }
    }
    bytes.truncate(got);
    Ok(bytes)
}

/// Bytes of data in the first `end` bytes of a file, holes left out.
fn data(file: &File, end: u64) -> io::Result<u64> {
    let seek = |at: u64, whence| match lseek(file, i64::try_from(at).unwrap_or(i64::MAX), whence) {
        Ok(found) => Ok(Some(u64::try_from(found).unwrap_or(0))),
        Err(Errno::ENXIO) => Ok(None),
        Err(error) => Err(io::Error::from(error)),
    };
    let (mut at, mut sum) = (0, 0);
    while at < end {
        let begin = match seek(at, Whence::SeekData) {
            Ok(Some(begin)) if begin < end => begin,
            Ok(_) => break,
            // A file system that knows of no holes.
            Err(error) if error.raw_os_error() == Some(libc::EINVAL) => return Ok(end),
            Err(error) => return Err(error),
        };
        at = seek(begin, Whence::SeekHole)?.unwrap_or(end).min(end);
        sum += at - begin;
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(content: &[u8]) -> File {
        let file = tempfile::tempfile().expect("a file");
        file.write_all_at(content, 0).expect("written");
        file
    }

    fn check(upper: &[u8], lower: &[u8], bytes: u64) {
        assert_eq!(measure(&file(upper), &file(lower)).expect("measured").bytes, bytes);
    }

    #[test]
    fn what_was_copied_is_told_from_what_was_begun_anew() {
        let big: Vec<u8> = (0..3_000_000_u32).flat_map(|n| n.to_le_bytes()).collect();
        let mut changed = big.clone();
        changed[70_000] ^= 1;
        let mut longer = big.clone();
        longer.push(b'x');
        check(&longer, &big, big.len() as u64);
        check(&changed, &big, big.len() as u64);
        check(&big[..6], &big, big.len() as u64);
        check(b"", &big, 0);
        check(b"short and new", &big, 0);
        check(&vec![b'x'; big.len() + 9], &big, 0);
        check(b"new", b"", 0);
        check(b"hello, and more", b"hello", 5);
        check(b"another text", b"hello", 0);
    }

    #[test]
    fn holes_are_not_copied() {
        let sparse = || {
            let file = tempfile::tempfile().expect("a file");
            file.set_len(50 << 20).expect("room");
            file.write_all_at(&[7; 4096], 8 << 20).expect("written");
            file
        };
        assert_eq!(measure(&sparse(), &sparse()).expect("measured").bytes, 4096);
    }
}
