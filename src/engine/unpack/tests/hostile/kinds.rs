use super::super::build::*;
use super::{Case, Umoci, damaged, makes, refused};
use crate::trace::Code;

/// Devices, modes, owners, attributes, times, and types that are none.
pub fn cases() -> Vec<Case> {
    const LAST: &str = "4,294,967,295 means \"leave it\" to chown(2): umoci does, here it is said";
    let mode = |flag, name, mode: &str| Header::new(flag, name, "", 0).with(100, mode).and("");
    let with = |records: &[(&str, &[u8])]| tar(&[pax(records), dir("d")]);
    let owned = |field: [u8; 8]| tar(&[Header::new(FILE, "f", "", 0).with(108, field).and("")]);
    let dated = |field: [u8; 12]| tar(&[Header::new(FILE, "f", "", 0).with(136, field).and("")]);
    let capability = b"\x01\0\0\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    vec![
        makes("a character device", &["c char 1:3"], tar(&[device(b'3', "c", 1, 3)])).rootless(&[]),
        makes("a block device", &["b block 8:0"], tar(&[device(b'4', "b", 8, 0)])).rootless(&[]),
        makes("the device that overlayfs takes for a whiteout", &["w whiteout"], tar(&[device(b'3', "w", 0, 0)])),
        makes("a named pipe", &["p fifo"], tar(&[entry(b'6', "p")])),
        damaged(
            "a device number that no device has",
            tar(&[Header::new(b'3', "c", "", 0).with(329, b"\x80\0\0\x01\0\0\0\0").and("")]),
        )
        .differs("umoci cuts the number to 32 bits"),
        makes("setuid", &["f= 4755"], tar(&[mode(FILE, "f", "0004755\0")])),
        makes("setgid and sticky", &["d/ 3777"], tar(&[mode(DIR, "d", "0003777\0")])),
        makes(
            "a file in a setgid directory",
            &["d/ 2755 0:5", "d/f="],
            tar(&[Header::new(DIR, "d", "", 0).with(100, "0002755\0").with(116, "0000005\0").and(""), file("d/f", "")]),
        )
        .rootless(&["d/ 2755", "d/f="]),
        makes("mode bits that are none", &["f= 7777"], tar(&[mode(FILE, "f", "7777777\0")])),
        makes(
            "no permission at all",
            &["d/ 0", "d/f= 0"],
            tar(&[mode(DIR, "d", "0000000\0"), mode(FILE, "d/f", "0000000\0")]),
        ),
        damaged("a mode that is no number", tar(&[mode(FILE, "f", "0009999\0")])),
        makes("words to overlayfs", &["d/"], with(&[("SCHILY.xattr.trusted.overlay.redirect", b"/etc")])),
        makes("words to overlayfs of a user", &["d/"], with(&[("SCHILY.xattr.user.overlay.opaque", b"y")])),
        makes("an attribute", &["d/ @user.x=y"], with(&[("SCHILY.xattr.user.x", b"y")])),
        makes(
            "capabilities of a file",
            &["f= @security.capability=\\u{1}\\0\\0\\u{2}\\0\\u{4}\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0"],
            tar(&[pax(&[("SCHILY.xattr.security.capability", capability)]), file("f", "")]),
        ),
        makes("an attribute of a link", &["l -> t"], tar(&[pax(&[("SCHILY.xattr.user.x", b"y")]), symlink("l", "t")]))
            .differs("Linux keeps none of users there: umoci refuses it, Docker leaves it out, as here"),
        refused(
            "an attribute with a name of 300 bytes",
            Code::LayerAttributeInvalid,
            with(&[(&format!("SCHILY.xattr.user.{}", "n".repeat(300)), b"y")]),
        ),
        refused(
            "an attribute of 100,000 bytes",
            Code::LayerAttributeInvalid,
            with(&[("SCHILY.xattr.user.x", &[b'y'; 100_000])]),
        ),
        refused(
            "an attribute of 65,537 bytes",
            Code::LayerAttributeInvalid,
            with(&[("SCHILY.xattr.user.x", &[b'y'; 65_537])]),
        ),
        refused(
            "capabilities that are none",
            Code::LayerAttributeInvalid,
            tar(&[pax(&[("SCHILY.xattr.security.capability", b"nonsense")]), file("f", "")]),
        ),
        makes("an attribute of a name space that is none", &["d/"], with(&[("SCHILY.xattr.nonsense", b"y")])),
        damaged("an unknown type", tar(&[entry(b'Z', "z")])),
        damaged("a volume label", tar(&[entry(b'V', "z")])),
        makes("a contiguous file", &["f=1"], tar(&[Header::new(b'7', "f", "", 1).and("1")]))
            .differs("umoci does not know the type; POSIX says to read it as a file"),
        makes("the largest owner", &["f= 4294967294:0"], owned(*b"\x80\0\0\0\xff\xff\xff\xfe")).rootless(&["f="]),
        makes("an owner of -2", &["f= 4294967294:0"], owned([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]))
            .rootless(&["f="]),
        refused("an owner of 2³²-1", Code::IdOutOfRange, owned(*b"\x80\0\0\0\xff\xff\xff\xff"))
            .differs(LAST)
            .rootless(&["f="]),
        refused("an owner of 2⁴⁰", Code::IdOutOfRange, owned(*b"\x80\0\x01\0\0\0\0\0"))
            .differs("umoci cuts the number to 32 bits")
            .rootless(&["f="]),
        damaged("an owner of -2⁴⁰", owned([0xff, 0xff, 0xff, 0, 0, 0, 0, 0]))
            .differs("umoci cuts the number to 32 bits"),
        makes("a time before 1970", &["f="], tar(&[pax(&[("mtime", b"-86400.5")]), file("f", "")])),
        makes("a time of 2⁶³-1", &["f="], dated(*b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff")),
        makes("a time of -2⁶³", &["f="], dated([0xff, 0xff, 0xff, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0])),
        damaged("a time beyond 64 bits", dated([0xbf; 12])),
        damaged("a time by PAX beyond 64 bits", tar(&[pax(&[("mtime", b"99999999999999999999")]), file("f", "")])),
        damaged("a time that is none", tar(&[pax(&[("mtime", b"soon")]), file("f", "")])),
        Case {
            umoci: Umoci::Agrees,
            ..makes(
                "an owner by PAX",
                &["f= 70000:80000"],
                tar(&[pax(&[("uid", b"70000"), ("gid", b"80000")]), file("f", "")]),
            )
        }
        .rootless(&["f="]),
    ]
}
