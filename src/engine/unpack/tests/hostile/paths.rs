use super::super::build::*;
use super::{Case, damaged, makes, refused};
use crate::trace::Code;

/// Names that climb, are absolute, too long, too deep, or no names.
pub fn cases() -> Vec<Case> {
    const CLIMBS: &str =
        "umoci takes `..` at the root for the root; Docker refuses it, and no honest builder writes it";
    let long = |length: usize| "n".repeat(length);
    let named = |name: &[u8]| tar(&[pax(&[("path", name)]), file("short", "1")]);
    let deep = vec!["d"; 300].join("/");
    let far = vec!["d".repeat(200); 30].join("/");
    vec![
        damaged("`..` first", tar(&[file("../outside", "evil")])).differs(CLIMBS),
        damaged("`..` in the middle", tar(&[file("a/../../outside", "evil")])).differs(CLIMBS),
        makes("`..` that stays inside", &["b=1"], tar(&[file("a/../b", "1")])),
        makes("`..` behind a link", &["b=1", "d/", "l -> d"], tar(&[dir("d"), symlink("l", "d"), file("l/../b", "1")])),
        makes("`..` that leads to the root", &[], tar(&[dir("a/..")])),
        damaged("`..` behind the root", tar(&[file("/../outside", "evil")])).differs(CLIMBS),
        damaged("`..` by PAX", named(b"../outside")).differs(CLIMBS),
        damaged("`..` by a GNU long name", tar(&[long_name("../outside"), file("short", "1")])).differs(CLIMBS),
        makes("an absolute name", &["outside=1"], tar(&[file("/outside", "1")])),
        makes("slashes and dots in plenty", &["a/", "a/b=1"], tar(&[file("//a/.//./b", "1")])),
        makes("the root as a directory", &[], tar(&[dir("./")])),
        damaged("the root as a file", tar(&[file(".", "1")])),
        damaged("the root as a symbolic link", tar(&[symlink("./", "/tmp")])),
        damaged("the root as a hard link", tar(&[file("f", "1"), hard("/", "f")])),
        damaged("an empty name", tar(&[file("", "1")])),
        makes("a name with a line end", &["a\nb=1"], tar(&[file("a\nb", "1")])),
        makes("a name that is no UTF-8", &["\\xff\\xfe=1"], tar(&[file(b"\xff\xfe", "1")])),
        makes("a name with backslashes", &["..\\..\\outside=1"], tar(&[file("..\\..\\outside", "1")])),
        makes("a name that a zero byte cuts", &["a=1"], tar(&[file(b"a\0/../../outside", "1")])),
        damaged("a zero byte in a name by PAX", named(b"a\0b")),
        makes("a name of 255 bytes", &[&format!("{}=1", long(255))], named(long(255).as_bytes())),
        refused("a name of 256 bytes", Code::LayerNameTooLong, named(long(256).as_bytes())),
        refused("a path of 6,000 bytes", Code::LayerNameTooLong, named(far.as_bytes())),
        refused("300 directories within each other", Code::LayerTooDeep, named(deep.as_bytes()))
            .differs("umoci goes as deep as the tar does; what lies so deep can hardly be deleted again"),
        refused("a path of 2 MB by PAX", Code::LayerHeaderTooLarge, named(&vec![b'a'; 2_000_000])),
        refused(
            "a path of 2 MB by a GNU long name",
            Code::LayerHeaderTooLarge,
            tar(&[long_name(&long(2_000_000)), file("short", "1")]),
        ),
        refused(
            "a PAX header that says it has 8 GiB",
            Code::LayerHeaderTooLarge,
            tar(&[Header::new(b'x', "PaxHeader", "", 8 << 30).and("")]),
        ),
        makes("a file whose name ends in a slash", &["f=1"], tar(&[file("f/", "1")])),
        makes("a directory as before POSIX", &["d/ 644"], tar(&[entry(0, "d/")])),
        makes(
            "a long name by GNU and PAX at once",
            &["gnu=1"],
            tar(&[pax(&[("path", b"pax")]), long_name("gnu"), file("short", "1")]),
        ),
        makes(
            "a name in two parts, as ustar has it",
            &["p/", "p/f=1"],
            tar(&[Header::new(FILE, "f", "", 1).with(345, "p").and("1")]),
        ),
        damaged("`..` in the first of two parts", tar(&[Header::new(FILE, "f", "", 1).with(345, "../..").and("1")]))
            .differs(CLIMBS),
    ]
}

fn long_name(name: &str) -> Vec<u8> {
    long(b'L', name)
}
