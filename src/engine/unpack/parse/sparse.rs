//! Files with holes: which pieces of them the tar holds.

use super::header::{BLOCK, Header, Wrong, number};
use super::pax::{Records, decimal};
use super::{Bad, Reader};
use std::io::BufRead;

/// A piece of a file that the tar holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    pub offset: u64,
    pub length: u64,
}

/// A file with holes: its size with them, and its pieces in order.
#[derive(Debug)]
pub struct Holed {
    pub size: u64,
    pub pieces: Vec<Piece>,
}

/// Of an old GNU map: offset and length, twelve bytes each.
const PAIR: usize = 24;

impl<R: BufRead> Reader<R> {
    /// The map of a file that has one. Versions: GNU's own (before there were extended headers), and 0.0, 0.1 and 1.0 by
    /// extended headers. Behind it nothing but the pieces is left of the content.
    pub(super) fn holes(&mut self, header: &Header, records: &Records) -> Result<Option<Holed>, Bad> {
        let sparse = &records.sparse;
        let (size, map) = match (sparse.major.as_deref(), sparse.minor.as_deref()) {
            _ if header.flag() == b'S' => self.gnu_map(header)?,
            (Some(b"1"), Some(b"0")) => (sparse.size, self.map_in_content()?),
            (Some(b"0"), Some(b"0" | b"1")) => (sparse.size, sparse.map.clone()),
            _ if !sparse.is_said() => return Ok(None),
            (None, None) => (sparse.size, sparse.map.clone()),
            _ => return Err(Bad::from("a sparse file of an unknown version")),
        };
        let size = size.ok_or("a sparse file that does not say its size")?;
        let holed = check(size, &map)?;
        if holed.pieces.iter().map(|piece| piece.length).sum::<u64>() != self.left {
            return Err(Bad::from("a map of holes that does not fit the content"));
        }
        Ok(Some(holed))
    }

    fn gnu_map(&mut self, header: &Header) -> Result<(Option<i64>, Vec<i64>), Bad> {
        let (size, pairs, mut more) = header.gnu_sparse()?;
        let mut map = Vec::new();
        let mut whole = take_pairs(pairs, &mut map)?;
        let mut bytes = 0;
        while more {
            bytes += BLOCK as u64;
            if bytes > self.limits.header {
                return Err(Bad::Fault(self.limits.header_too_large(bytes)));
            }
            let block = self.block()?.ok_or("it ends in the middle of a map of holes")?;
            whole = whole && take_pairs(&block[..504], &mut map)?;
            more = block[504] != 0;
        }
        Ok((Some(size), map))
    }

    /// Version 1.0: the count of pairs and the pairs, a decimal number a line, before the content, filled up to a block.
    fn map_in_content(&mut self) -> Result<Vec<i64>, Bad> {
        let (mut map, mut line, mut wanted, mut bytes) = (Vec::new(), Vec::new(), None, 0);
        while wanted != Some(map.len()) {
            bytes += BLOCK as u64;
            if bytes > self.limits.header {
                return Err(Bad::Fault(self.limits.header_too_large(bytes)));
            }
            if self.left < BLOCK as u64 {
                return Err(Bad::from("a map of holes that ends in the middle"));
            }
            let block = self.block()?.ok_or("it ends in the middle of a map of holes")?;
            self.left -= BLOCK as u64;
            for byte in block.iter() {
                if *byte != b'\n' {
                    line.push(*byte);
                    continue;
                }
                let value = decimal(&line).ok_or("a number of a map of holes that is none")?;
                line.clear();
                match wanted {
                    None => {
                        wanted =
                            Some(usize::try_from(value).ok().and_then(|n| n.checked_mul(2)).ok_or("a negative map")?)
                    }
                    Some(_) => map.push(value),
                }
                if wanted == Some(map.len()) {
                    break;
                }
            }
        }
        Ok(map)
    }
}

/// Adds the pairs of an old map. False where the first unused one was found.
fn take_pairs(pairs: &[u8], map: &mut Vec<i64>) -> Result<bool, Wrong> {
    for pair in pairs.chunks_exact(PAIR) {
        if pair[0] == 0 {
            return Ok(false);
        }
        map.push(number(&pair[..12])?);
        map.push(number(&pair[12..])?);
    }
    Ok(true)
}

/// Pieces in order, without overlap, inside the file.
fn check(size: i64, map: &[i64]) -> Result<Holed, Wrong> {
    let unsigned = |value: i64| u64::try_from(value).or(Err("a negative number in a map of holes"));
    let size = unsigned(size)?;
    let (mut pieces, mut end) = (Vec::with_capacity(map.len() / 2), 0);
    for pair in map.chunks_exact(2) {
        let piece = Piece { offset: unsigned(pair[0])?, length: unsigned(pair[1])? };
        // Both are below 2⁶³.
        if piece.offset < end || piece.offset + piece.length > size {
            return Err("a map of holes whose pieces overlap or lie outside");
        }
        end = piece.offset + piece.length;
        if piece.length > 0 {
            pieces.push(piece);
        }
    }
    Ok(Holed { size, pieces })
}
