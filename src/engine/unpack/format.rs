//! What a stream of bytes is, by its beginning.

use crate::engine::{Fault, Result};
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// How a tar is compressed: the ways that Docker knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// It is not.
    None,
    /// `gzip`
    Gzip,
    /// `zstd`
    Zstd,
    /// `xz`
    Xz,
    /// `bzip2`
    Bzip2,
}

impl Compression {
    /// By the first bytes.
    pub fn of(start: &[u8]) -> Self {
        match start {
            [0x1f, 0x8b, ..] => Self::Gzip,
            // A frame, or one that is to be skipped.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            // The level, and the beginning of a block or the end: a tar may begin with a file whose name is `BZh`.
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..]
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Self::Bzip2,
            _ => Self::None,
        }
    }

    /// By the first bytes of a file.
    pub fn of_file(path: &Path) -> Result<Self> {
        let mut start = Vec::new();
        let read = File::open(path).and_then(|file| file.take(16).read_to_end(&mut start));
        read.map_err(|e| Fault::io("read", path.display(), &e))?;
        Ok(Self::of(&start))
    }

    /// The media type of such a layer; none where OCI has none. Registries and other tools take no other.
    pub fn media_type(self) -> Option<&'static str> {
        match self {
            Self::None => Some("application/vnd.oci.image.layer.v1.tar"),
            Self::Gzip => Some("application/vnd.oci.image.layer.v1.tar+gzip"),
            Self::Zstd => Some("application/vnd.oci.image.layer.v1.tar+zstd"),
            Self::Xz | Self::Bzip2 => None,
        }
    }
}

/// What is known, and is no tar that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Foreign {
    /// What people call it.
    pub name: &'static str,
    /// What makes a tar of it, where one command does.
    pub command: Option<&'static str>,
}

/// By how they begin: compressions, archives of other kinds, and what people give by mistake.
const FOREIGN: [(&[u8], &str, Option<&str>); 17] = [
    (b"\x04\x22\x4d\x18", "lz4", Some("lz4 -d")),
    (b"LZIP\x01", "lzip", Some("lzip -d")),
    (b"\x5d\0\0", "lzma", Some("xz --format=lzma -d")),
    (b"\x89LZO\0\r\n\x1a\n", "lzop", Some("lzop -d")),
    (b"\x1f\x9d", "compress", Some("uncompress")),
    (b"\xff\x06\0\0sNaPpY", "snappy", Some("snzip -d")),
    (b"PK\x03\x04", "zip", None),
    (b"PK\x05\x06", "zip", None),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip", None),
    (b"Rar!\x1a\x07", "RAR", None),
    (b"xar!\0", "xar", None),
    (b"hsqs", "squashfs", None),
    (b"QFI\xfb", "qcow2", None),
    (b"\x7fELF", "ELF", None),
    (b"!<arch>\n", "ar", None),
    (b"070701", "cpio", None),
    (b"070707", "cpio", None),
];

impl Foreign {
    /// By the first 512 bytes, or as many as there are.
    pub fn of(start: &[u8]) -> Option<Self> {
        // The first bytes of a tar are the name of a file, and may be anything.
        if start.get(257..262) == Some(b"ustar") {
            return None;
        }
        let known = FOREIGN.iter().find(|(magic, ..)| start.starts_with(magic));
        known.map(|&(_, name, command)| Self { name, command }).or_else(|| text(start))
    }
}

/// A header of a tar has NULs in it, text has none.
fn text(start: &[u8]) -> Option<Foreign> {
    let shown = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0x80..);
    // A character may be cut in two at the end.
    let readable = start.utf8_chunks().next().is_some_and(|chunk| chunk.valid().len() + 4 > start.len());
    if !readable || !start.iter().all(shown) {
        return None;
    }
    let name = match start.trim_ascii_start().first() {
        Some(b'{' | b'[') => "JSON",
        Some(b'<') => "HTML",
        _ => "text",
    };
    Some(Foreign { name, command: None })
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ≠ tar", self.name)
    }
}

impl std::error::Error for Foreign {}

impl From<Foreign> for io::Error {
    fn from(foreign: Foreign) -> Self {
        Self::new(io::ErrorKind::InvalidData, foreign)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_bytes_are_is_told_by_their_beginning() {
        let of = |start: &[u8]| (Compression::of(start), Foreign::of(start).map(|foreign| foreign.name));
        assert_eq!(of(b"BZh91AY&SY\0"), (Compression::Bzip2, None));
        assert_eq!(of(b"\xfd7zXZ\0"), (Compression::Xz, None));
        for (start, name) in [
            (&b"PK\x03\x04"[..], "zip"),
            (b"\x04\x22\x4d\x18\0", "lz4"),
            (b"{\"a\":1}", "JSON"),
            (b"\n<html>", "HTML"),
            ("그냥 글".as_bytes(), "text"),
            (&"그냥 글".as_bytes()[..5], "text"),
        ] {
            assert_eq!(of(start), (Compression::None, Some(name)));
        }
        let mut tar = [0; 512];
        assert_eq!(of(&tar), (Compression::None, None), "the end of a tar");
        tar[..6].copy_from_slice(b"070701");
        tar[257..262].copy_from_slice(b"ustar");
        assert_eq!(of(&tar), (Compression::None, None), "a file of that name");
        tar[..6].copy_from_slice(b"BZh9.c");
        assert_eq!(of(&tar), (Compression::None, None), "a file of that name");
        assert_eq!(of(b""), (Compression::None, None));
    }
}
