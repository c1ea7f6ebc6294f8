//! Tars, byte by byte: no library writes what a hostile one holds.

use std::io::Write;

pub const FILE: u8 = b'0';
pub const LINK: u8 = b'1';
pub const SYMLINK: u8 = b'2';
pub const DIR: u8 = b'5';

/// A ustar header, to be changed before it is summed.
pub struct Header(pub [u8; 512]);

impl Header {
    pub fn new(flag: u8, name: impl AsRef<[u8]>, link: impl AsRef<[u8]>, size: usize) -> Self {
        let header = Self([0; 512])
            .with(0, name)
            .with(100, if flag == DIR { "0000755\0" } else { "0000644\0" })
            .with(108, "0000000\0")
            .with(116, "0000000\0")
            .with(124, format!("{size:011o}\0"))
            .with(136, "07346545000\0");
        header.with(156, [flag]).with(157, link).with(257, "ustar\x0000")
    }

    /// Puts bytes at a place.
    pub fn with(mut self, at: usize, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    /// Magic of GNU's.
    pub fn gnu(self) -> Self {
        self.with(257, "ustar  \0")
    }

    /// The header with its sum, and the content filled up to a block.
    pub fn and(mut self, content: impl AsRef<[u8]>) -> Vec<u8> {
        self.0[148..156].fill(b' ');
        let sum: u32 = self.0.iter().map(|b| u32::from(*b)).sum();
        [&self.with(148, format!("{sum:06o}\0 ")).0[..], &filled(content.as_ref())].concat()
    }
}

/// With zeros up to a block.
pub fn filled(content: &[u8]) -> Vec<u8> {
    let mut bytes = content.to_vec();
    bytes.resize(content.len().next_multiple_of(512), 0);
    bytes
}

pub fn entry(flag: u8, name: impl AsRef<[u8]>) -> Vec<u8> {
    Header::new(flag, name, "", 0).and("")
}

pub fn file(name: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Vec<u8> {
    Header::new(FILE, name, "", content.as_ref().len()).and(content)
}

pub fn dir(name: &str) -> Vec<u8> {
    entry(DIR, name)
}

pub fn symlink(name: &str, target: &str) -> Vec<u8> {
    Header::new(SYMLINK, name, target, 0).and("")
}

pub fn hard(name: &str, target: &str) -> Vec<u8> {
    Header::new(LINK, name, target, 0).and("")
}

pub fn device(flag: u8, name: &str, major: u32, minor: u32) -> Vec<u8> {
    Header::new(flag, name, "", 0).with(329, format!("{major:07o}\0")).with(337, format!("{minor:07o}\0")).and("")
}

/// An extended header.
pub fn pax(records: &[(&str, &[u8])]) -> Vec<u8> {
    extended(b'x', records)
}

/// The same, of a type: `g` is about all entries behind it.
pub fn extended(flag: u8, records: &[(&str, &[u8])]) -> Vec<u8> {
    let mut text = Vec::new();
    for (name, value) in records {
        let rest = name.len() + value.len() + 3;
        let length = (rest + 1..).find(|length| length.to_string().len() + rest == *length).expect("a length");
        text.extend([format!("{length} {name}=").as_bytes(), value, b"\n"].concat());
    }
    Header::new(flag, "PaxHeader", "", text.len()).and(text)
}

/// GNU's way to write a long name (`L`) or link target (`K`).
pub fn long(flag: u8, name: &str) -> Vec<u8> {
    Header::new(flag, "././@LongLink", "", name.len() + 1).gnu().and([name.as_bytes(), b"\0"].concat())
}

/// What closes a tar.
pub fn tar(entries: &[Vec<u8>]) -> Vec<u8> {
    [entries.concat(), vec![0; 1024]].concat()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("in memory")
}
