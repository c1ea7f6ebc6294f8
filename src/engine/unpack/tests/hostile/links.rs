use super::super::build::*;
use super::{Case, damaged, makes, refused};
use crate::trace::Code;

/// Links that lead outside, in circles or nowhere, and what is replaced by a link on the way.
pub fn cases(outside: &str) -> Vec<Case> {
    const MADE: &str = "umoci makes the directories that a link names, inside the root; Docker refuses, as here";
    let climbing = format!("../../../../../../../..{outside}");
    let secret = format!("{outside}/real/secret");
    let through = |target: &str| tar(&[symlink("l", target), file("l/evil", "1")]);
    vec![
        damaged("through an absolute link to the host", through(outside)).differs(MADE),
        damaged("through a relative link to the host", through(&climbing)).differs(MADE),
        damaged("through /proc/self/root", through("/proc/self/root/tmp")).differs(MADE),
        damaged("through /proc/self/cwd", through("/proc/self/cwd")).differs(MADE),
        damaged("through a link to a file", tar(&[file("f", "1"), symlink("l", "f"), file("l/evil", "1")])),
        damaged("through a link to itself", through("l")),
        damaged("through links in a circle", tar(&[symlink("a", "b"), symlink("b", "a"), file("a/evil", "1")])),
        damaged("through a link whose end is missing", through("nowhere")).differs(MADE),
        makes(
            "through an absolute link inside",
            &["l -> /real", "real/", "real/f=1"],
            tar(&[dir("real"), symlink("l", "/real"), file("l/f", "1")]),
        ),
        makes(
            "through a link that climbs too far",
            &["l -> ../../../../real", "real/", "real/f=1"],
            tar(&[dir("real"), symlink("l", "../../../../real"), file("l/f", "1")]),
        ),
        makes(
            "through a chain of links",
            &["a -> b", "b -> /c/..", "c/", "f=1"],
            tar(&[dir("c"), symlink("b", "/c/.."), symlink("a", "b"), file("a/f", "1")]),
        ),
        makes("onto a link", &["l=1"], tar(&[symlink("l", &secret), file("l", "1")])),
        makes("a directory onto a link", &["l/", "l/f=1"], tar(&[symlink("l", outside), dir("l"), file("l/f", "1")])),
        damaged(
            "a directory becomes a link to the host",
            tar(&[dir("d"), file("d/a", "1"), symlink("d", outside), file("d/evil", "1")]),
        )
        .differs(MADE),
        makes(
            "a directory becomes a link inside",
            &["d -> real", "real/", "real/b=2"],
            tar(&[dir("real"), dir("d"), file("d/a", "1"), symlink("d", "real"), file("d/b", "2")]),
        ),
        makes(
            "a directory above becomes a link inside",
            &["d -> real", "real/", "real/e/", "real/e/b=2"],
            tar(&[dir("real"), dir("d"), dir("d/e"), file("d/e/a", "1"), symlink("d", "real"), file("d/e/b", "2")]),
        ),
        makes(
            "a file becomes a link, and a file again",
            &["f=2"],
            tar(&[file("f", "1"), symlink("f", &secret), file("f", "2")]),
        ),
        damaged("a link without a target", tar(&[symlink("l", "")])),
        refused(
            "a link's target of 5,000 bytes",
            Code::LayerNameTooLong,
            tar(&[pax(&[("linkpath", &[b't'; 5000])]), symlink("l", "short")]),
        ),
        damaged("a link's target with a zero byte", tar(&[pax(&[("linkpath", b"a\0b")]), symlink("l", "short")])),
        makes("a link that nobody follows", &[&format!("l -> {secret}")], tar(&[symlink("l", &secret)])),
        damaged("a hard link that climbs", tar(&[hard("h", "../outside")])),
        damaged("a hard link to the host", tar(&[hard("h", &secret)])),
        damaged("a hard link through a link to the host", tar(&[symlink("l", outside), hard("h", "l/real/secret")])),
        damaged(
            "a hard link through /proc/self/root",
            tar(&[symlink("l", "/proc/self/root"), hard("h", "l/etc/passwd")]),
        ),
        damaged("a hard link to nothing", tar(&[hard("h", "nothing")])),
        damaged("a hard link to itself", tar(&[file("f", "1"), hard("f", "f")])),
        damaged("a hard link to a directory", tar(&[dir("d"), hard("h", "d")])),
        damaged("a hard link to the root", tar(&[hard("h", "/")])),
        damaged("a hard link to what was deleted", tar(&[entry(FILE, ".wh.f"), hard("h", "f")])),
        damaged("a hard link without a target", tar(&[hard("h", "")])),
        makes(
            "a hard link to a link",
            &[&format!("h -> {secret}"), &format!("l -> {secret}")],
            tar(&[symlink("l", &secret), hard("h", "l")]),
        ),
        makes(
            "a hard link to a link, written to",
            &["h=1", &format!("l -> {secret}")],
            tar(&[symlink("l", &secret), hard("h", "l"), file("h", "1")]),
        ),
        makes("one name of two is replaced", &["f=1", "h=2"], tar(&[file("f", "1"), hard("h", "f"), file("h", "2")])),
        makes("a hard link in place of a directory", &["d=1", "f=1"], tar(&[file("f", "1"), dir("d"), hard("d", "f")])),
        makes(
            "a hard link that claims content",
            &["f=1", "h=1", "last=2"],
            tar(&[file("f", "1"), Header::new(LINK, "h", "f", 1000).and(""), file("last", "2")]),
        ),
        makes(
            "a hard link through a link inside",
            &["d/", "d/f=1", "h=1", "l -> /d"],
            tar(&[dir("d"), file("d/f", "1"), symlink("l", "/d"), hard("h", "l/f")]),
        ),
    ]
}
