//! A tar whose last file is not filled up to a whole block, as some programs write it and as Docker reads it.

use std::cell::Cell;
use std::io::{self, Read};

const BLOCK: u64 = 512;

/// Gives the zeros that lack behind the content of the last file. Content that is cut stays cut.
pub struct Padded<'a, R> {
    inner: R,
    /// Bytes that were given.
    given: u64,
    /// Where the content of the file at hand ends.
    end: &'a Cell<u64>,
}

impl<'a, R: Read> Padded<'a, R> {
    pub fn new(inner: R, end: &'a Cell<u64>) -> Self {
        Self { inner, given: 0, end }
    }
}

impl<R: Read> Read for Padded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut n = self.inner.read(buffer)?;
        let lacking = (BLOCK - self.given % BLOCK) % BLOCK;
        if n == 0 && self.given >= self.end.get() && self.given - self.end.get() + lacking < BLOCK {
            n = usize::try_from(lacking).unwrap_or(0).min(buffer.len());
            buffer[..n].fill(0);
        }
        self.given += n as u64;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: usize, end: u64) -> usize {
        let (bytes, end) = (vec![b'x'; bytes], Cell::new(end));
        let mut all = Vec::new();
        Padded::new(&bytes[..], &end).read_to_end(&mut all).unwrap();
        assert!(all.starts_with(&bytes) && all[bytes.len()..].iter().all(|byte| *byte == 0));
        all.len()
    }

    #[test]
    fn a_block_is_filled_behind_the_end_of_a_file_and_nowhere_else() {
        for (bytes, end, expected) in [
            (512 + 7, 512 + 7, 1024),
            (512 + 9, 512 + 7, 1024),
            (1024, 512 + 7, 1024),
            // Its content is cut.
            (512 + 6, 512 + 7, 512 + 6),
            // What begins behind the file is another header.
            (1024 + 1, 512 + 7, 1024 + 1),
            (512 + 1, 512, 512 + 1),
            (0, 0, 0),
        ] {
            assert_eq!(read(bytes, end), expected, "{bytes} {end}");
        }
    }
}
