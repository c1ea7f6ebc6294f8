//! Extended headers: `<length> <name>=<value>\n`, again and again (POSIX pax, "pax Extended Header").

use super::header::Wrong;
use crate::tree::{PathBytes, Time};
use std::collections::BTreeMap;

/// What an extended header says of the entry behind it. A record with an empty value says nothing.
#[derive(Debug, Default)]
pub struct Records {
    pub path: Option<Vec<u8>>,
    pub link: Option<Vec<u8>>,
    pub size: Option<i64>,
    pub uid: Option<i64>,
    pub gid: Option<i64>,
    pub mtime: Option<Time>,
    pub xattrs: BTreeMap<PathBytes, PathBytes>,
    pub sparse: Sparse,
}

/// What it says of holes (GNU tar, "Storing Sparse Files").
#[derive(Debug, Default)]
pub struct Sparse {
    pub major: Option<Vec<u8>>,
    pub minor: Option<Vec<u8>>,
    pub name: Option<Vec<u8>>,
    /// The size with holes, by either of its names.
    pub size: Option<i64>,
    /// Offsets and lengths by turns, of versions 0.0 and 0.1.
    pub map: Vec<i64>,
}

impl Sparse {
    /// True when the entry is a file with holes.
    pub fn is_said(&self) -> bool {
        self.major.is_some() || self.minor.is_some() || !self.map.is_empty()
    }
}

const XATTR: &[u8] = b"SCHILY.xattr.";

impl Records {
    pub fn parse(mut text: &[u8]) -> Result<Self, Wrong> {
        let mut records = Self::default();
        while !text.is_empty() {
            let (record, rest) = record(text).ok_or("a record of an extended header that is none")?;
            let equals = record.iter().position(|b| *b == b'=').ok_or("a record of an extended header without `=`")?;
            records.take(&record[..equals], &record[equals + 1..])?;
            text = rest;
        }
        if records.sparse.map.len() % 2 != 0 {
            return Err("a map of holes that ends in the middle");
        }
        Ok(records)
    }

    fn take(&mut self, name: &[u8], value: &[u8]) -> Result<(), Wrong> {
        if name.is_empty() || name.contains(&0) {
            return Err("a record of an extended header without a name");
        }
        if matches!(name, b"path" | b"linkpath" | b"GNU.sparse.name") && value.contains(&0) {
            return Err("a zero byte in a path");
        }
        if value.is_empty() {
            return Ok(());
        }
        let number = || decimal(value).ok_or("a number of an extended header that is none");
        match name {
            b"path" => self.path = Some(value.to_vec()),
            b"linkpath" => self.link = Some(value.to_vec()),
            b"size" => self.size = Some(number()?),
            b"uid" => self.uid = Some(number()?),
            b"gid" => self.gid = Some(number()?),
            b"mtime" => self.mtime = Some(time(value).ok_or("a time that is none")?),
            b"GNU.sparse.major" => self.sparse.major = Some(value.to_vec()),
            b"GNU.sparse.minor" => self.sparse.minor = Some(value.to_vec()),
            b"GNU.sparse.name" => self.sparse.name = Some(value.to_vec()),
            b"GNU.sparse.size" | b"GNU.sparse.realsize" => self.sparse.size = Some(number()?),
            b"GNU.sparse.offset" if self.sparse.map.len().is_multiple_of(2) => self.sparse.map.push(number()?),
            b"GNU.sparse.numbytes" if !self.sparse.map.len().is_multiple_of(2) => self.sparse.map.push(number()?),
            b"GNU.sparse.offset" | b"GNU.sparse.numbytes" => return Err("a map of holes out of order"),
            b"GNU.sparse.map" => {
                let numbers = value.split(|b| *b == b',').map(decimal).collect::<Option<_>>();
                self.sparse.map = numbers.ok_or("a number of a map of holes that is none")?;
            }
            _ => {
                if let Some(name) = name.strip_prefix(XATTR) {
                    self.xattrs.insert(name.to_vec().into(), value.to_vec().into());
                }
            }
        }
        Ok(())
    }
}

/// The first record, without its length and its line end, and what is behind it.
fn record(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = text.iter().take(20).position(|b| *b == b' ')?;
    let length = usize::try_from(decimal(&text[..space])?).ok()?;
    let whole = text.get(..length)?;
    let record = whole.get(space + 1..)?.strip_suffix(b"\n")?;
    Some((record, &text[length..]))
}

/// A decimal number, which may be negative.
pub fn decimal(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// `1700000000.123456789`, in any precision.
fn time(text: &[u8]) -> Option<Time> {
    let mut parts = text.splitn(2, |b| *b == b'.');
    let (whole, fraction) = (parts.next()?, parts.next().unwrap_or_default());
    if !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let seconds = decimal(whole)?;
    let nanos =
        fraction.iter().chain(b"000000000").take(9).fold(0, |nanos, digit| nanos * 10 + u32::from(digit - b'0'));
    // Before 1970 the fraction counts downwards from the whole second.
    Some(if whole.starts_with(b"-") && nanos > 0 {
        Time { seconds: seconds.checked_sub(1)?, nanos: 1_000_000_000 - nanos }
    } else {
        Time { seconds, nanos }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_fractions_and_may_be_before_1970() {
        let at = |seconds, nanos| Some(Time { seconds, nanos });
        assert_eq!(time(b"12.5"), at(12, 500_000_000));
        assert_eq!(time(b"12."), at(12, 0));
        assert_eq!(time(b"12"), at(12, 0));
        assert_eq!(time(b"1.0000000019"), at(1, 1));
        assert_eq!(time(b"-1.25"), at(-2, 750_000_000));
        assert_eq!(time(b"-0.5"), at(-1, 500_000_000));
        for wrong in [&b"soon"[..], b"1.x", b"", b".5", b"--1", b"9223372036854775808", b"-9223372036854775808.5"] {
            assert_eq!(time(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn records_are_as_long_as_they_say() {
        let records = Records::parse(b"9 path=a\n21 SCHILY.xattr.u=\n\0\n11 uid=123\n").expect("records");
        assert_eq!((records.path, records.uid), (Some(b"a".to_vec()), Some(123)));
        assert_eq!(records.xattrs[&b"u".to_vec().into()].as_bytes(), b"\n\0");
        for wrong in [
            &b"9 path=ab\n"[..],
            b"8 path=a\n",
            b"99 path=a\n",
            b"path=a\n",
            b"6 path\n",
            b"4 =\n",
            b"11 path=a\0b\n",
            b"99999999999999999999 path=a\n",
        ] {
            assert!(Records::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
