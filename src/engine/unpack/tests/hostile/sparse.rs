use super::super::build::*;
use super::{Case, damaged, makes, refused};
use crate::trace::Code;

/// GNU's first way: the size with holes, and up to four pieces in the header.
fn old(size: &str, pieces: &[(&str, &str)], content: &str) -> Vec<u8> {
    let mut header = Header::new(b'S', "f", "", content.len()).gnu().with(483, format!("{size:0>11}\0"));
    for (i, (offset, length)) in pieces.iter().enumerate() {
        header = header.with(386 + i * 24, format!("{offset:0>11}\0{length:0>11}\0"));
    }
    tar(&[header.and(content), file("last", "1")])
}

/// Versions 0.0 and 0.1, and anything else that is said by records.
fn by_records(records: &[(&str, &[u8])], content: &str) -> Vec<u8> {
    tar(&[pax(records), file("GNUSparseFile.0/f", content), file("last", "1")])
}

/// Version 1.0: the map is in front of the content.
fn new(size: &[u8], map: &str, content: &str) -> Vec<u8> {
    let records: [(&str, &[u8]); 4] = [
        ("GNU.sparse.major", b"1"),
        ("GNU.sparse.minor", b"0"),
        ("GNU.sparse.name", b"f"),
        ("GNU.sparse.realsize", size),
    ];
    let map = filled(map.as_bytes());
    tar(&[pax(&records), file("GNUSparseFile.0/f", [&map, content.as_bytes()].concat()), file("last", "1")])
}

/// Files with holes, whose maps lie.
pub fn cases() -> Vec<Case> {
    const UNKNOWN: &str = "umoci does not know GNU's first kind of sparse file; GNU tar does, and so it is read here";
    let map = |map: &'static [u8]| -> Vec<u8> {
        by_records(
            &[
                ("GNU.sparse.name", b"f"),
                ("GNU.sparse.size", b"8"),
                ("GNU.sparse.numblocks", b"1"),
                ("GNU.sparse.map", map),
            ],
            "ab",
        )
    };
    let whole = &["f=\\0\\0\\0\\0ab\\0\\0", "last=1"];
    vec![
        makes("an old sparse file", whole, old("10", &[("4", "2")], "ab")).differs(UNKNOWN),
        damaged("an old map that overlaps", old("10", &[("4", "1"), ("4", "1")], "ab")),
        damaged("an old map beyond the end", old("10", &[("7", "2")], "ab")),
        damaged("an old map that goes backwards", old("10", &[("6", "1"), ("2", "1")], "ab")),
        damaged("an old map with less than the content", old("10", &[("4", "1")], "ab")),
        damaged("an old map with more than the content", old("10", &[("2", "4")], "ab")),
        damaged(
            "an old map that goes on in nothing",
            Header::new(b'S', "f", "", 0).gnu().with(482, b"\x01").with(483, "00000000010\0").and(""),
        ),
        damaged("an old sparse file that is not GNU's", tar(&[Header::new(b'S', "f", "", 2).and("ab")])),
        makes("version 0.1", whole, map(b"4,2")),
        refused(
            "a file of holes of 2⁶³-1 bytes",
            Code::LayerFileTooLarge,
            new(b"9223372036854775807", "1\n0\n2\n", "ab"),
        )
        .without_umoci(),
        damaged("version 0.1 with half a pair", map(b"4")),
        damaged("version 0.1 with a negative offset", map(b"-4,2")),
        damaged("version 0.1 with no number", map(b"4,x")),
        damaged("version 0.1 that overflows", map(b"9223372036854775807,2")),
        makes(
            "version 0.0",
            whole,
            by_records(
                &[
                    ("GNU.sparse.size", b"8"),
                    ("GNU.sparse.numblocks", b"1"),
                    ("GNU.sparse.offset", b"4"),
                    ("GNU.sparse.numbytes", b"2"),
                    ("path", b"f"),
                ],
                "ab",
            ),
        ),
        damaged(
            "version 0.0 out of order",
            by_records(&[("GNU.sparse.numbytes", b"2"), ("GNU.sparse.offset", b"4"), ("GNU.sparse.size", b"8")], "ab"),
        ),
        makes("version 1.0", whole, new(b"8", "1\n4\n2\n", "ab")),
        makes("version 1.0 of nothing but a hole", &["f=\\0\\0\\0\\0", "last=1"], new(b"4", "1\n4\n0\n", "")),
        damaged("version 1.0 with a map that never ends", new(b"8", "999999999\n4\n2\n", "ab")),
        damaged("version 1.0 with a negative count", new(b"8", "-1\n", "ab")),
        damaged("version 1.0 with a map of words", new(b"8", "one\n", "ab")),
        damaged("version 1.0 whose map lies about the content", new(b"8", "1\n4\n1\n", "ab")),
        damaged("version 2.0", by_records(&[("GNU.sparse.major", b"2"), ("GNU.sparse.minor", b"0")], "ab"))
            .differs("umoci takes it for a file without holes"),
        refused("a hole of 2⁶² bytes", Code::LayerFileTooLarge, new(b"4611686018427387904", "0\n", "")).without_umoci(),
        damaged(
            "a directory with a map",
            tar(&[pax(&[("GNU.sparse.map", b"0,0"), ("GNU.sparse.size", b"8")]), dir("d")]),
        ),
        refused(
            "a map of 2 MB",
            Code::LayerHeaderTooLarge,
            new(b"8", &format!("500000\n{}", "1\n0\n".repeat(500_000)), ""),
        )
        .differs("this umoci was built before Go set the same limit"),
    ]
}
