use super::super::build::*;
use super::{Case, damaged, makes};

/// Whiteouts and opaque marks that aim elsewhere or contradict themselves.
pub fn cases(outside: &str) -> Vec<Case> {
    const MADE: &str = "umoci finds nothing to hide there and goes on; Docker refuses, as here";
    let mark = |name: &str| tar(&[entry(FILE, name)]);
    vec![
        damaged("a whiteout that climbs", mark("../.wh.outside"))
            .differs("umoci takes `..` at the root for the root; Docker refuses it"),
        damaged("a whiteout of nothing", mark(".wh.")),
        damaged("a whiteout of `.`", mark(".wh..")),
        damaged("a whiteout of `..`", mark(".wh...")),
        damaged("a whiteout of `..` further down", mark("a/b/.wh..."))
            .differs("umoci does not look at a mark whose directory is not there"),
        damaged("a whiteout through a link to the host", tar(&[symlink("l", outside), entry(FILE, "l/.wh.outside")]))
            .differs(MADE),
        damaged(
            "an opaque mark through a link to the host",
            tar(&[symlink("l", outside), entry(FILE, "l/.wh..wh..opq")]),
        )
        .differs(MADE),
        makes("a whiteout", &["gone whiteout"], mark(".wh.gone")),
        makes("a whiteout whose directory is not there", &["a/", "a/gone whiteout"], mark("a/.wh.gone"))
            .differs("umoci hides nothing below a directory that is not there; here it is made, as Docker does"),
        makes("what aufs kept for itself", &[], mark(".wh..wh.plnk")),
        makes("what aufs kept, as a directory", &[], tar(&[dir(".wh..wh.aufs"), dir(".wh..wh.orph/")])),
        makes(
            "a whiteout through a link inside",
            &["d/", "d/x whiteout", "l -> /d"],
            tar(&[dir("d"), symlink("l", "/d"), entry(FILE, "l/.wh.x")]),
        ),
        makes(
            "an opaque mark through a link inside",
            &["d/ opaque", "l -> /d"],
            tar(&[dir("d"), symlink("l", "/d"), entry(FILE, "l/.wh..wh..opq")]),
        ),
        makes("a file after its whiteout", &["f=1"], tar(&[entry(FILE, ".wh.f"), file("f", "1")])),
        makes("a whiteout after its file", &["f=1"], tar(&[file("f", "1"), entry(FILE, ".wh.f")])),
        makes("a directory after its whiteout", &["d/ opaque"], tar(&[entry(FILE, ".wh.d"), dir("d")])),
        makes(
            "a whiteout after its directory",
            &["d/ opaque", "d/f=1"],
            tar(&[dir("d"), file("d/f", "1"), entry(FILE, ".wh.d")]),
        ),
        makes("a whiteout twice", &["f whiteout"], tar(&[entry(FILE, ".wh.f"), entry(FILE, ".wh.f")])),
        makes("a whiteout with content", &["f whiteout", "g=1"], tar(&[file(".wh.f", "content"), file("g", "1")])),
        makes("a whiteout that is a directory", &["f whiteout"], tar(&[dir(".wh.f")])),
        makes("a whiteout that is a link to the host", &["f whiteout"], tar(&[symlink(".wh.f", outside)])),
        makes("a file below a whiteout", &["d/ opaque", "d/f=1"], tar(&[entry(FILE, ".wh.d"), file("d/f", "1")])),
        makes(
            "a hard link in place of a whiteout",
            &["f=1", "h=1"],
            tar(&[file("f", "1"), entry(FILE, ".wh.h"), hard("h", "f")]),
        ),
        makes("an opaque mark at the root", &[], mark(".wh..wh..opq")),
        makes("an opaque mark before its directory", &["d/ opaque"], tar(&[entry(FILE, "d/.wh..wh..opq"), dir("d")])),
    ]
}
