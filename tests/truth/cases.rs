//! Images, crafted to be hard to get right. Layers are lowest first.

use super::tar::{self, Item, item, pack};

/// An image.
pub struct Case {
    pub name: &'static str,
    pub layers: Vec<Vec<u8>>,
    pub umoci: Umoci,
    /// The applier refuses a layer of it, and so no image of it is ever in a store.
    pub refused: bool,
}

/// How `umoci unpack` sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Umoci {
    /// As the kernel shows our layers.
    Same,
    /// At these paths, and nowhere else, another way: `path: the kernel's ≠ umoci's`. The reason is in
    /// docs/umoci-and-the-kernel.md, under this heading.
    Differs(&'static str, &'static [&'static str]),
    /// It refuses the image. The reason is in the same place.
    Refuses(&'static str),
    /// Not asked, for this reason.
    NotAsked(&'static str),
}

use Umoci::{Differs, Refuses, Same};

const LEFT_OUT: &str = "Directories that the tar leaves out";
const OPAQUE_ROOT: &str = "An opaque root";
const TWICE: &str = "One name twice in one layer";
const LINK_ACROSS: &str = "A hard link across layers";
const LINK_BELOW: &str = "A link of a layer below on the way";
const LINK_NOWHERE: &str = "A link on the way that leads nowhere";
const ROOT: &str = "The root's owner and mode";
const NULL_DEVICE: &str = "A character device 0:0";
const SPARSE: &str = "Sparse files of GNU's old form";

fn case(name: &'static str, layers: &[&str], umoci: Umoci) -> Case {
    Case { name, layers: layers.iter().map(|text| tar::tar(text)).collect(), umoci, refused: false }
}

fn refused(name: &'static str, layers: &[&str], umoci: Umoci) -> Case {
    Case { refused: true, ..case(name, layers, umoci) }
}

pub fn all() -> Vec<Case> {
    [marks(), kinds(), links(), names(), meta(), large()].into_iter().flatten().collect()
}

/// A capability set as the kernel keeps it: version 2, effective, cap_net_raw permitted.
const CAP: &str =
    r"x=security.capability:\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00";

/// How a mount of Docker's own layers shows an image otherwise than one of ours: `path: ours ≠ Docker's`. Why stands in
/// docs/umoci-and-the-kernel.md, "Where Docker's layers differ from ours".
pub fn docker(name: &str) -> &'static [&'static str] {
    match name {
        "a whiteout, then the directory anew, in one layer" => &[
            "a/d: – ≠ dir 755 0:0 1000000000",
            "a/d/z: – ≠ file 644 0:0 1000000000 same-as=a/d/z nlink=1 size=1",
            "a/x: – ≠ file 644 0:0 1000000000 same-as=a/x nlink=1 size=1",
            "a/y: – ≠ file 644 0:0 1000000000 same-as=a/y nlink=1 size=1",
        ],
        "a directory, then its whiteout, in one layer"
        | "a file, then its whiteout, in one layer"
        | "a whiteout, then a file below it, in one layer"
        | "one name six times in a layer"
        | "a file, then a directory over a directory below"
        | "hard links and one of their names twice"
        | "one path twice and thrice"
        | "a sparse file of GNU's old form"
        | "more than 4 GiB" => &["Docker refuses it"],
        "a group of hard links written again" => &[
            "a: file 600 0:0 1000000000 same-as=a nlink=2 size=1 ≠ file 644 0:0 1000000000 same-as=a nlink=2 size=1",
            "b: file 600 0:0 1000000000 same-as=a nlink=2 size=1 ≠ file 644 0:0 1000000000 same-as=a nlink=2 size=1",
        ],
        "a hard link to a whiteout" => &[".: – ≠ dir 755 0:0 now"],
        "the root has an entry" => &[".: dir 711 3:4 77 ≠ dir 755 0:0 now"],
        "attributes that speak to overlayfs" => &["d/in: file 644 0:0 1000000000 same-as=d/in nlink=1 size=1 ≠ –"],
        "before 1970, and parts of seconds" => &[
            "base256: file 644 0:0 -1 same-as=base256 nlink=1 size=1 ≠ file 644 0:0 0 same-as=base256 nlink=1 size=1",
            "d: dir 755 0:0 -1000001+500000000ns ≠ dir 755 0:0 0",
            "pax: file 644 0:0 -2+750000000ns same-as=pax nlink=1 size=1 ≠ file 644 0:0 0 same-as=pax nlink=1 size=1",
        ],
        _ => &[],
    }
}

fn marks() -> Vec<Case> {
    let below = "dir a\nfile a/x c=1\nfile a/y c=2\ndir a/d\nfile a/d/z c=3\nfile f c=4";
    vec![
        case("a whiteout hides a file", &[below, "wh f\ndir a\nwh a/x"], Same),
        case("a whiteout hides a directory", &[below, "wh a"], Same),
        case("an opaque directory hides what is in it", &[below, "dir a m=700\nopq a\nfile a/new c=5"], Same),
        case(
            "an opaque mark behind the files it does not hide",
            &[below, "dir a\nfile a/x c=55\nfile a/new c=6\nopq a"],
            Same,
        ),
        case("an opaque mark before its directory", &[below, "opq a\ndir a m=711\nfile a/new c=6"], Same),
        case("a whiteout, then the directory anew, in one layer", &[below, "wh a\ndir a\nfile a/new c=5"], Same),
        case("a directory, then its whiteout, in one layer", &[below, "dir a\nfile a/new c=5\nwh a"], Same),
        case("a file, then its whiteout, in one layer", &[below, "file f c=55\nwh f"], Same),
        case("a whiteout, then the file, in one layer", &[below, "wh f\nfile f c=55"], Same),
        case("a whiteout, then a file below it, in one layer", &[below, "wh a\nfile a/new c=5"], Same),
        case("a whiteout of what never was", &[below, "wh never\ndir a\nwh a/never"], Same),
        case(
            "a whiteout where there is no directory",
            &[below, "wh never/was/this"],
            Differs(LEFT_OUT, &["never: dir 755 0:0 ≠ –", "never/was: dir 755 0:0 ≠ –"]),
        ),
        case("a whiteout of a whiteout's parent", &[below, "dir a\ndir a/d\nwh a/d/z", "wh a"], Same),
        case(
            "a whiteout of a whiteout's parent, then anew",
            &[below, "dir a\nwh a/x", "wh a", "dir a\nfile a/y c=9"],
            Same,
        ),
        case(
            "opaque, then whiteout, then added again",
            &[below, "dir a\nopq a\nfile a/n c=5", "wh a", "dir a\nfile a/m c=6"],
            Same,
        ),
        case("whiteout, added, whiteout, added", &[below, "wh f", "file f c=7", "wh f", "file f c=88 m=600"], Same),
        case(
            "opaque upon opaque",
            &[below, "dir a\nopq a\nfile a/1 c=1", "dir a\nopq a\nfile a/2 c=2", "dir a\nfile a/3 c=3"],
            Same,
        ),
        case("an opaque mark on a file below", &[below, "dir f\nopq f\nfile f/in c=1"], Same),
        case("an opaque mark on nothing", &[below, "dir n\nopq n\nfile n/in c=1"], Same),
        case("an opaque mark without an entry of its directory", &[below, "opq a\nfile a/n c=1"], Same),
        case(
            "an opaque root",
            &[below, "opq .\nfile only c=1"],
            Differs(
                OPAQUE_ROOT,
                &[
                    "a: dir 755 0:0 1000000000 ≠ –",
                    "a/d: dir 755 0:0 1000000000 ≠ –",
                    "a/d/z: file 644 0:0 1000000000 same-as=a/d/z size=1 ≠ –",
                    "a/x: file 644 0:0 1000000000 same-as=a/x size=1 ≠ –",
                    "a/y: file 644 0:0 1000000000 same-as=a/y size=1 ≠ –",
                    "f: file 644 0:0 1000000000 same-as=f size=1 ≠ –",
                ],
            ),
        ),
        case(
            "a whiteout below a directory that a whiteout hides",
            &[below, "wh a", "dir a\nwh a/x\nfile a/k c=1"],
            Same,
        ),
        case(
            "marks of aufs",
            &[below, "dir .wh..wh.plnk m=700\nfile .wh..wh.aufs\ndir a\nfile a/.wh..wh..tmp c=1"],
            Same,
        ),
    ]
}

fn kinds() -> Vec<Case> {
    vec![
        case("a file becomes a directory", &["file p c=1", "dir p\nfile p/in c=2"], Same),
        case("a file becomes a link", &["file p c=1\ndir d", "link p to=d"], Same),
        case("a directory becomes a file", &["dir p\nfile p/in c=1", "file p c=2"], Same),
        case("a directory becomes a link", &["dir p\nfile p/in c=1\ndir d", "link p to=d"], Same),
        case("a link becomes a file", &["link p to=d\ndir d", "file p c=1"], Same),
        case("a link becomes a directory", &["link p to=d\ndir d\nfile d/in c=1", "dir p\nfile p/new c=2"], Same),
        case(
            "a file over a directory, then a directory over the file",
            &["dir p\nfile p/old c=1", "file p c=2", "dir p\nfile p/new c=3"],
            Same,
        ),
        case("a pipe in place of a directory", &["dir p\nfile p/in c=1", "fifo p m=622"], Same),
        case(
            "one name six times in a layer",
            &["file p c=1\ndir p\nfile p/in c=2\nlink p to=q\nfile p c=3\nlink p to=r\ndir p m=700"],
            Same,
        ),
        case(
            "a file, then a directory over a directory below",
            &["dir p\nfile p/old c=1", "file p c=2\ndir p\nfile p/new c=3"],
            Differs(TWICE, &["p/old: file 644 0:0 1000000000 same-as=p/old size=1 ≠ –"]),
        ),
        refused("a file below a file", &["file p c=1\nfile p/in c=2"], Same),
    ]
}

fn links() -> Vec<Case> {
    let group = "file a c=1\nhard b to=a\ndir d\nhard d/c to=b";
    vec![
        case("a group of hard links", &[group], Same),
        case("half a group of hard links replaced", &[group, "file b c=22"], Same),
        case("a hard link to a file that is deleted above", &[group, "wh a\ndir d\nwh d/c"], Same),
        case("a group of hard links written again", &[group, "file a c=1 m=600\nhard b to=a"], Same),
        case("a hard link to a symbolic link", &["link l to=nowhere\nhard m to=l"], Same),
        case("a hard link through a link", &["dir d\nfile d/f c=1\nlink l to=d\nhard h to=l/f"], Same),
        case("hard links and one of their names twice", &["file a c=1\nhard b to=a\nfile a c=22"], Same),
        refused(
            "a hard link across layers",
            &["file a c=1", "hard b to=a"],
            Differs(
                LINK_ACROSS,
                &[
                    ".: – ≠ dir 755 0:0 0",
                    "a: – ≠ file 644 0:0 1000000000 same-as=a size=1",
                    "b: – ≠ file 644 0:0 1000000000 same-as=a size=1",
                ],
            ),
        ),
        refused("a hard link before its target", &["hard b to=a\nfile a c=1"], Same),
        refused("a hard link to a whiteout", &["file a c=1", "wh a\nhard b to=a"], Same),
        case(
            "a link on the way, in one layer",
            &["dir usr\ndir usr/lib\nlink lib to=usr/lib\nfile lib/x c=1\nlink abs to=/usr\nfile abs/y c=2"],
            Same,
        ),
        case("a link on the way that climbs", &["dir d\nlink up to=../../d\nfile up/x c=1"], Same),
        case(
            "a link on the way, from a layer below",
            &["dir usr\ndir usr/lib\nlink lib to=usr/lib", "file lib/x c=1"],
            Differs(
                LINK_BELOW,
                &[
                    "lib: dir 755 0:0 now ≠ link 0:0 1000000000 same-as=lib -> usr/lib",
                    "lib/x: file 644 0:0 1000000000 same-as=lib/x size=1 ≠ –",
                    "usr/lib/x: – ≠ file 644 0:0 1000000000 same-as=usr/lib/x size=1",
                ],
            ),
        ),
        case(
            "a whiteout through a link of the same layer",
            &["dir d\nfile d/x c=1", "dir d\nlink l to=d\nwh l/x"],
            Same,
        ),
        refused(
            "a link on the way that leads nowhere",
            &["link l to=nowhere\nfile l/x c=1"],
            Differs(
                LINK_NOWHERE,
                &[
                    ".: – ≠ dir 755 0:0",
                    "l: – ≠ link 0:0 1000000000 same-as=l -> nowhere",
                    "nowhere: – ≠ dir 755 0:0",
                    "nowhere/x: – ≠ file 644 0:0 1000000000 same-as=nowhere/x size=1",
                ],
            ),
        ),
    ]
}

fn names() -> Vec<Case> {
    let long = format!("{}/{}", "d".repeat(150), "f".repeat(200));
    let target = "t".repeat(300);
    let pax = format!("dir {}\nfile {long} c=1\nlink l to={target}", "d".repeat(150));
    let gnu = format!("dir {} gnu\nfile {long} c=1 gnu\nlink l to={target} gnu", "d".repeat(150));
    vec![
        case(
            "names with ./ and from the root",
            &["dir ./\ndir ./a/\nfile /a/abs c=1\nfile .//a/./dots c=2", "wh ./a/abs\nfile /b c=3"],
            Same,
        ),
        case("long names in PAX records", &[&pax], Same),
        case("long names as GNU writes them", &[&gnu], Same),
        case(
            "names that are no UTF-8",
            &[
                r"dir caf\xe9
file caf\xe9/\xff\xfe c=1
link l\x80 to=\xc0\xaf",
                r"dir caf\xe9
wh caf\xe9/\xff\xfe
file \xed\xa0\x80 c=2",
            ],
            Same,
        ),
        case(
            "names of three scripts",
            &["dir 안녕\nfile 안녕/세상 c=1\nfile ñandú c=2\nfile n\\xcc\\x83andu c=3"],
            Same,
        ),
        case(
            "a backslash and a newline in a name",
            &[r"file back\\slash c=1
file new\x0aline c=2"],
            Same,
        ),
        case("one name in upper and lower case", &["file A c=1\nfile a c=2", "wh A"], Same),
    ]
}

fn meta() -> Vec<Case> {
    vec![
        case(
            "one path twice and thrice",
            &["file f c=1\nfile f c=22 m=600\nfile f c=333 m=640\ndir d m=700\ndir d m=711 u=5"],
            Same,
        ),
        case(
            "a directory upon a directory",
            &["dir d m=700 u=1 g=2\nfile d/x c=1", "dir d m=1777 u=3 g=4 t=5\nfile d/y c=2"],
            Same,
        ),
        case("directories that the tar leaves out", &["file a/b/c c=1"], Same),
        case(
            "directories left out, over some with an owner",
            &["dir a m=700 u=7 g=8\ndir a/b m=711 u=9", "file a/b/new c=1"],
            Differs(LEFT_OUT, &["a: dir 755 0:0 ≠ dir 700 7:8", "a/b: dir 755 0:0 ≠ dir 711 9:0"]),
        ),
        case("the root has an entry", &["dir ./ m=711 u=3 g=4 t=77\nfile x c=1"], Same),
        case(
            "the root has an entry in the layer below",
            &["dir ./ m=711 u=3 g=4 t=77\nfile x c=1", "file y c=2"],
            Differs(ROOT, &[".: dir 755 0:0 ≠ dir 711 3:4"]),
        ),
        case("an empty layer between", &["file x c=1", "", "file x c=22", ""], Same),
        case("one layer twice", &["file x c=1\ndir d", "wh x", "file x c=1\ndir d"], Same),
        case(
            "setuid, setgid and sticky",
            &["file s m=4755 c=1\nfile g m=2755 u=6 c=2\ndir t m=1777\ndir sg m=2775 g=50\nfile all m=7777 u=1 c=3"],
            Same,
        ),
        case("no rights at all", &["dir shut m=0\nfile shut/in m=0 c=1"], Same),
        case(
            "pipes and devices",
            &[
                "fifo p m=600\nchar null dev=1,3 m=666\nblock disk dev=8,17 m=660 g=6\nfile f c=1",
                "wh null\nchar f dev=5,1",
            ],
            Same,
        ),
        case(
            "a character device 0:0",
            &["file f c=1\nfile g c=2", "char f dev=0,0\nchar new dev=0,0"],
            Differs(
                NULL_DEVICE,
                &[
                    "f: – ≠ char 644 0:0 1000000000 same-as=f dev=0,0",
                    "new: – ≠ char 644 0:0 1000000000 same-as=new dev=0,0",
                ],
            ),
        ),
        case(
            "extended attributes",
            &["file f c=1 x=user.one:1 x=user.two:2\ndir d x=user.dir:d", "file f c=1 x=user.two:3\ndir d"],
            Same,
        ),
        case("extended attributes outside user", &["file f c=1 x=trusted.some:1\nlink l to=f x=trusted.link:2"], Same),
        case(
            "a capability, and the file copied without it",
            &[&format!("file one m=755 c=1 {CAP}\nfile two m=755 c=2 {CAP}"), "file two m=755 u=5 c=2"],
            Same,
        ),
        case(
            "attributes that speak to overlayfs",
            &[
                "dir d x=trusted.overlay.opaque:y x=user.overlay.opaque:y\nfile d/in c=1 x=trusted.overlay.redirect:/etc",
                "dir d x=trusted.overlay.opaque:y\nfile d/more c=2",
            ],
            Same,
        ),
        case("time zero", &["file zero t=0 c=1\ndir d t=0\nlink l to=zero t=0"], Same),
        case(
            "before 1970, and parts of seconds",
            &[
                "file base256 t=-1 c=1\nfile pax pax:mtime=-1.25 c=2\ndir d pax:mtime=-1000000.5\nfile fine pax:mtime=1700000000.123456789 c=3\nlink l to=pax pax:mtime=-2",
            ],
            Same,
        ),
        case("after 2038", &["file f t=4102444800 c=1\ndir d t=4102444800"], Same),
        case(
            "owners up to 65535",
            &[
                "file nobody u=65534 g=65534 c=1\nfile most u=65535 g=65535 c=2\nfile pax c=3 pax:uid=60000 pax:gid=60001",
            ],
            Same,
        ),
    ]
}

fn large() -> Vec<Case> {
    let gnu = |map: &[(u64, u64)], size: u64, content: Vec<u8>| Item {
        flag: b'S',
        content,
        gnu_sparse: Some((map.to_vec(), size)),
        ..item("file sparse")
    };
    let pax10 = |size: u64| {
        let mut content = b"2\n0\n5\n1000000\n5\n".to_vec();
        content.resize(512, 0);
        content.extend_from_slice(b"beginmiddl");
        let size = size.to_string();
        let records = [
            ("GNU.sparse.major", "1"),
            ("GNU.sparse.minor", "0"),
            ("GNU.sparse.name", "real"),
            ("GNU.sparse.realsize", &size),
        ];
        let pax = records.map(|(key, value)| (key.to_owned(), value.as_bytes().to_vec())).to_vec();
        Item { content, pax, ..item("file GNUSparseFile.0/real") }
    };
    let raw = |name, item: Item, umoci| Case { name, layers: vec![pack(&[item])], umoci, refused: false };
    let hundred: Vec<String> = (0..120)
        .map(|n| format!("file only-{n} c={n}\nfile all c={n}\ndir d\nfile d/{} c=x\nwh d/{}", n % 7, (n + 3) % 7))
        .collect();
    vec![
        raw(
            "a sparse file of GNU's old form",
            gnu(&[(0, 512), (100_000, 5)], 100_005, [&[7; 512][..], b"atend"].concat()),
            Refuses(SPARSE),
        ),
        raw("a sparse file in PAX form 1.0", pax10(3_000_000), Same),
        raw(
            "more than 4 GiB",
            gnu(&[(0, 5), (4_500_000_000, 5)], 4_500_000_005, b"beginatend".to_vec()),
            Umoci::NotAsked("it writes the holes out: 4.5 GB of zeros"),
        ),
        case("a hundred and twenty layers", &hundred.iter().map(String::as_str).collect::<Vec<_>>(), Same),
    ]
}
