use super::super::build::*;
use super::{Case, Limits, damaged, makes, refused};
use crate::trace::Code;

/// Streams that end early, late or never, sizes that lie, and what is small on the wire alone.
pub fn cases() -> Vec<Case> {
    // umoci is not asked about zstd: this one does not know it.
    let good = tar(&[file("a", "1"), file("b", "2")]);
    let noise: Vec<u8> = (0..4000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let large = tar(&[file("a", noise)]);
    let (gzipped, zstded) = (gzip(&large), zstd(&large));
    let both = &["a=1", "b=2"];
    let sized = |size: [u8; 12]| tar(&[Header::new(FILE, "f", "", 0).with(124, size).and("1")]);
    let with = |records: &[(&str, &[u8])]| tar(&[pax(records), file("f", "1")]);
    let mut flipped = good.clone();
    flipped[0] = b'z';
    let zeros = tar(&[file("z", vec![0; 8 << 20])]);
    let small = Limits { unquestioned: 1 << 20, ..Limits::default() };
    let many = |count: usize| tar(&(0..count).map(|i| file(format!("f{i}"), "")).collect::<Vec<_>>());
    vec![
        damaged("gzip that ends early", gzipped[..gzipped.len() / 2].to_vec()),
        damaged("gzip without its check", gzipped[..gzipped.len() - 8].to_vec()),
        damaged("zstd that ends early", zstded[..zstded.len() / 2].to_vec()).without_umoci(),
        damaged("a tar that ends in a header", good[..1024 + 7].to_vec()),
        damaged("a tar that ends in a content", large[..1000].to_vec()),
        makes("a tar that ends behind an entry", &["a=1"], good[..1024].to_vec()),
        makes("a tar whose last content is not filled up", &["a=1"], good[..513].to_vec()),
        makes("a tar with half of its end", both, good[..good.len() - 512].to_vec()),
        makes("nothing at all", &[], Vec::new()),
        makes("gzip of nothing", &[], gzip(b"")),
        makes("nothing but zeros", &[], vec![0; 4096]),
        damaged("no tar", b"#!/bin/sh\nexit 1\n".repeat(100)),
        damaged("a wrong checksum", flipped),
        damaged("zeros between entries", [file("a", "1"), vec![0; 512], file("b", "2")].concat()),
        makes("entries behind the end", &["a=1"], [tar(&[file("a", "1")]), tar(&[file("b", "2")])].concat()),
        makes("garbage behind the end", both, [&good[..], b"garbage"].concat()),
        damaged("garbage behind gzip", [&gzip(&good)[..], b"garbage"].concat()),
        damaged("garbage behind zstd", [&zstd(&good)[..], b"garbage"].concat()).without_umoci(),
        makes("gzip in two members", both, [gzip(&good[..700]), gzip(&good[700..])].concat()),
        makes("zstd in two frames", both, [zstd(&good[..700]), zstd(&good[700..])].concat()).without_umoci(),
        damaged("a size beyond the content", tar(&[Header::new(FILE, "f", "", 100_000).and("1")])),
        damaged("a negative size", sized([0xff; 12])),
        damaged("a size beyond 64 bits", sized([0xbf; 12])),
        damaged("a record of a size of 2⁶³-1", tar(&[pax(&[("size", b"9223372036854775807")]), file("f", "x")])),
        damaged("a record of a size of 2⁶⁰", tar(&[pax(&[("size", b"1152921504606846976")]), file("f", "")])),
        damaged("a size of 2⁶³-1", sized(*b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff")),
        damaged("a negative size by PAX", with(&[("size", b"-1")])),
        damaged("a size by PAX that is no number", with(&[("size", b"0x10")])),
        makes(
            "a size by PAX, which counts",
            &["f=1"],
            tar(&[pax(&[("size", b"1")]), Header::new(FILE, "f", "", 9999).and("1")]),
        ),
        damaged(
            "a PAX record longer than its header",
            tar(&[Header::new(b'x', "PaxHeader", "", 12).and("99 path=abc\n"), file("f", "1")]),
        ),
        damaged(
            "a PAX record without a length",
            tar(&[Header::new(b'x', "PaxHeader", "", 9).and("path=abc\n"), file("f", "1")]),
        ),
        makes("a PAX header behind which nothing comes", &["a=1"], tar(&[file("a", "1"), pax(&[("path", b"b")])])),
        makes(
            "two PAX headers, of which the later counts",
            &["f=1"],
            tar(&[pax(&[("path", b"a")]), pax(&[("mtime", b"1")]), file("f", "1")]),
        ),
        makes(
            "a PAX header about all entries",
            &["f=1"],
            tar(&[extended(b'g', &[("path", b"../outside")]), file("f", "1")]),
        )
        .differs("umoci refuses the type; Docker passes it over, as here"),
        refused("a bomb of gzip", Code::LayerBomb, gzip(&zeros)).within(small),
        refused("a bomb of zstd", Code::LayerBomb, zstd(&zeros)).within(small),
        makes("zeros that are no bomb yet", &["z 8388608 bytes"], gzip(&zeros)),
        refused("more entries than may be", Code::LayerTooManyEntries, many(11))
            .within(Limits { entries: 10, ..Limits::default() }),
        refused("more names of directories than may be", Code::LayerTooManyDirectories, {
            tar(&(0..20).map(|i| dir(&format!("{i:090}"))).collect::<Vec<_>>())
        })
        .within(Limits { directories: 1000, ..Limits::default() }),
    ]
}
