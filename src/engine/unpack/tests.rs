//! Hostile and odd archives, as a table of tars.

pub(in crate::engine) mod build;
mod holes;
mod hostile;

use super::*;
use crate::engine::{Cancel, Result};
use crate::trace::{Code, Effect};
use std::fs;
use std::io::Write;
use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
use std::path::{Path, PathBuf};
use tar::{EntryType, Header};

fn root() -> Options {
    Options::new(IdRange::ALL, false)
}

/// One entry: type, path, link target or content.
struct Item(EntryType, &'static str, &'static str);

const DIR: EntryType = EntryType::Directory;
const FILE: EntryType = EntryType::Regular;
const SYMLINK: EntryType = EntryType::Symlink;
const HARDLINK: EntryType = EntryType::Link;

fn tar(items: &[Item]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for Item(kind, path, rest) in items {
        let mut header = header(*kind, path);
        if matches!(*kind, SYMLINK | HARDLINK) {
            // As hostile as it comes: the builder's own checks are passed by.
            header.as_mut_bytes()[157..157 + rest.len()].copy_from_slice(rest.as_bytes());
            header.set_cksum();
            tar.append(&header, std::io::empty()).expect("in memory");
        } else {
            header.set_size(rest.len() as u64);
            header.set_cksum();
            tar.append(&header, rest.as_bytes()).expect("in memory");
        }
    }
    tar.into_inner().expect("in memory")
}

fn header(kind: EntryType, path: &str) -> Header {
    let mut header = Header::new_gnu();
    header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(if kind == DIR { 0o755 } else { 0o640 });
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(1_000_000_000);
    header.set_size(0);
    header.set_cksum();
    header
}

fn unpack_into(dir: &Path, bytes: &[u8], options: Options) -> Result<Applied> {
    let listing = tempfile::NamedTempFile::new().expect("a file");
    let unpack = Unpack::start(dir.to_owned(), listing.path().to_owned(), options, &Cancel::new())?;
    // In small pieces, as a network brings them.
    for piece in bytes.chunks(1000) {
        if !unpack.push(piece.to_vec()) {
            break;
        }
    }
    let applied = unpack.finish()?;
    // What was written down is what reading alone finds.
    let mut listed = Vec::new();
    list(bytes, &mut |entry| {
        listed.push(entry);
        Ok(())
    })?;
    let written = ListReader::open(listing.path())?.expect("a list");
    assert!(written.map(|entry| entry.expect("an entry")).eq(listed));
    Ok(applied)
}

/// Unpacks into `…/layer`, beside which nothing else may change.
fn unpack(items: &[Item]) -> (tempfile::TempDir, PathBuf, Result<Applied>) {
    let outer = tempfile::tempdir().expect("a directory");
    let dir = outer.path().join("layer");
    fs::create_dir(&dir).expect("a directory");
    fs::write(outer.path().join("outside"), "untouched").expect("a file");
    let result = unpack_into(&dir, &tar(items), root());
    let mut beside: Vec<_> =
        fs::read_dir(outer.path()).expect("there").map(|e| e.expect("an entry").file_name()).collect();
    beside.sort();
    assert_eq!(beside, ["layer", "outside"]);
    assert_eq!(fs::read_to_string(outer.path().join("outside")).expect("there"), "untouched");
    (outer, dir, result)
}

#[test]
fn hostile_archives_change_nothing_outside() {
    let refused: &[&[Item]] = &[
        &[Item(FILE, "../outside", "evil")],
        &[Item(FILE, "a/../../outside", "evil")],
        &[Item(HARDLINK, "a", "../outside")],
        &[Item(HARDLINK, "a", "nothing/there")],
        &[Item(FILE, "a", "x"), Item(FILE, "a/b", "below a file")],
        &[Item(FILE, ".wh.", "")],
        &[Item(FILE, ".wh...", "")],
        &[Item(EntryType::new(b'Z'), "a", "")],
        &[Item(FILE, "./", "the root as a file"), Item(SYMLINK, "./", "/tmp")],
    ];
    for items in refused {
        let (_outer, _dir, result) = unpack(items);
        let fault = result.expect_err(items[0].1);
        assert_eq!(fault.problem.code, Code::LayerDamaged, "{}: {fault}", items[0].1);
    }
}

#[test]
fn links_in_the_way_are_followed_inside_the_layer_only() {
    let (_outer, dir, result) = unpack(&[
        Item(DIR, "real", ""),
        Item(SYMLINK, "absolute", "/real"),
        Item(FILE, "absolute/a", "1"),
        Item(SYMLINK, "climbing", "../../../../real"),
        Item(FILE, "climbing/b", "2"),
        Item(HARDLINK, "hard", "absolute/a"),
    ]);
    result.expect("unpacked");
    assert_eq!(fs::read_to_string(dir.join("real/a")).expect("there"), "1");
    assert_eq!(fs::read_to_string(dir.join("real/b")).expect("there"), "2");
    assert_eq!(fs::metadata(dir.join("hard")).expect("there").nlink(), 2);
}

#[test]
fn an_absolute_link_to_this_hosts_files_gives_nothing_away() {
    let outer = tempfile::tempdir().expect("a directory");
    let target = outer.path().join("outside").display().to_string().leak() as &'static str;
    let (_outer, _dir, result) = unpack(&[Item(SYMLINK, "a", target), Item(FILE, "a/b", "evil")]);
    result.expect_err("there is no such directory inside");
    assert!(!outer.path().join("outside").exists());
}

#[test]
fn a_later_entry_takes_the_place_of_an_earlier_one() {
    let (_outer, dir, result) = unpack(&[
        Item(DIR, "d", ""),
        Item(FILE, "d/f", "1"),
        Item(FILE, "d", "a file now"),
        Item(FILE, "f", "1"),
        Item(DIR, "f", ""),
        Item(FILE, "f/inside", "2"),
        Item(SYMLINK, "l", "nowhere"),
        Item(FILE, "l", "not through the link"),
        Item(FILE, "twice", "longer than the second"),
        Item(FILE, "twice", "second"),
    ]);
    result.expect("unpacked");
    assert_eq!(fs::read_to_string(dir.join("d")).expect("there"), "a file now");
    assert_eq!(fs::read_to_string(dir.join("f/inside")).expect("there"), "2");
    assert_eq!(fs::read_to_string(dir.join("l")).expect("there"), "not through the link");
    assert_eq!(fs::read_to_string(dir.join("twice")).expect("there"), "second");
    assert!(!dir.join("nowhere").exists());
}

#[test]
fn directories_that_the_tar_leaves_out_are_made_and_times_are_kept() {
    let (_outer, dir, result) =
        unpack(&[Item(DIR, "dated/", ""), Item(FILE, "dated/f", "1"), Item(FILE, "a/b/c", "2")]);
    let applied = result.expect("unpacked");
    assert_eq!((applied.entries, applied.size), (3, 2));
    assert_eq!(fs::metadata(dir.join("a/b")).expect("there").mode() & 0o7777, 0o755);
    assert_eq!(fs::metadata(dir.join("dated")).expect("there").mtime(), 1_000_000_000);
    assert_eq!(fs::metadata(dir.join("dated/f")).expect("there").mode() & 0o7777, 0o640);
}

#[test]
fn a_directory_keeps_its_time_though_the_link_that_led_to_it_is_replaced() {
    let items = [Item(SYMLINK, "c", "b"), Item(DIR, "b/", ""), Item(DIR, "c/a/", ""), Item(FILE, "c", "a file now")];
    let (_outer, dir, result) = unpack(&items);
    result.expect("unpacked");
    assert_eq!(fs::metadata(dir.join("b/a")).expect("there").mtime(), 1_000_000_000);
}

#[test]
fn whiteouts_hide_what_is_below_and_never_what_is_beside() {
    if !nix::unistd::geteuid().is_root() {
        assert!(std::env::var_os("DOCKWALK_TEST_REQUIRE").is_none(), "needs root");
        return;
    }
    let below = tempfile::tempdir().expect("a directory");
    for path in ["gone", "kept", "again/old", "opaque/old"] {
        fs::create_dir_all(below.path().join(path).parent().expect("a parent")).expect("a directory");
        fs::write(below.path().join(path), "below").expect("a file");
    }
    symlink("gone", below.path().join("link")).expect("a link");
    let (_outer, dir, result) = unpack(&[
        Item(FILE, ".wh.gone", ""),
        Item(FILE, ".wh.never-was", ""),
        Item(FILE, "kept", "this layer's"),
        Item(FILE, ".wh.kept", ""),
        Item(FILE, ".wh.again", ""),
        Item(DIR, "again", ""),
        Item(FILE, "again/new", "1"),
        Item(DIR, "opaque", ""),
        Item(FILE, "opaque/.wh..wh..opq", ""),
        Item(FILE, "opaque/.wh..wh.plnk", ""),
        Item(FILE, ".wh.link", ""),
    ]);
    let applied = result.expect("unpacked");
    let meta = fs::symlink_metadata(dir.join("gone")).expect("a whiteout");
    assert!(meta.file_type().is_char_device() && meta.rdev() == 0);
    assert_eq!(fs::read_to_string(dir.join("kept")).expect("there"), "this layer's");
    for opaque in ["again", "opaque"] {
        assert_eq!(
            xattr::get(dir.join(opaque), "trusted.overlay.opaque").expect("readable").as_deref(),
            Some(&b"y"[..])
        );
    }
    let effects = effects(&applied.marks, &[below.path().to_owned()], false).expect("compared");
    let effects: Vec<_> = effects.iter().map(|f| (f.path.as_str(), f.effect)).collect();
    assert_eq!(
        effects,
        [
            ("again", Effect::Opaque),
            ("again/new", Effect::Added),
            ("gone", Effect::Deleted),
            ("kept", Effect::Replaced),
            ("link", Effect::Deleted),
            ("opaque", Effect::Opaque),
        ]
    );
}

#[test]
fn every_compression_unpacks_to_the_same_and_damage_is_found() {
    let plain = tar(&[Item(FILE, "a", "content")]);
    let (first, second) = plain.split_at(700);
    let gzip = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).expect("in memory");
        encoder.finish().expect("in memory")
    };
    let members = [gzip(first), gzip(second)].concat();
    let frames = [zstd::encode_all(first, 1).expect("zstd"), zstd::encode_all(second, 1).expect("zstd")].concat();
    let mut ids = Vec::new();
    for bytes in [&plain, &gzip(&plain), &members, &frames] {
        let dir = tempfile::tempdir().expect("a directory");
        let applied = unpack_into(dir.path(), bytes, root()).expect("unpacked");
        assert_eq!(fs::read_to_string(dir.path().join("a")).expect("there"), "content");
        ids.push((applied.diff_id, applied.tar_size));
    }
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "the padding at the end counts too: {ids:?}");
    let whole = gzip(&plain);
    let mut flipped = whole.clone();
    let end = flipped.len() - 6;
    flipped[end] ^= 1;
    for damaged in [&whole[..whole.len() - 3], &flipped, &plain[..515], b"\x1f\x8bnot gzip at all"] {
        let dir = tempfile::tempdir().expect("a directory");
        let fault = unpack_into(dir.path(), damaged, root()).expect_err("damaged");
        assert_eq!(fault.problem.code, Code::LayerDamaged, "{fault}");
    }
}

#[test]
fn owners_beyond_the_range_are_told_or_squashed() {
    let mut header = header(FILE, "a");
    header.set_uid(70_000);
    header.set_cksum();
    let mut builder = tar::Builder::new(Vec::new());
    builder.append(&header, std::io::empty()).expect("in memory");
    let bytes = builder.into_inner().expect("in memory");
    let with = |uids| Options::new(IdRange { uids, gids: uids }, true);
    let dir = tempfile::tempdir().expect("a directory");
    let fault = unpack_into(dir.path(), &bytes, with(65_536)).expect_err("out of range");
    assert_eq!((&fault.problem.code, fault.problem.args["id"].as_str()), (&Code::IdOutOfRange, "70000"));
    if nix::unistd::geteuid().is_root() {
        let dir = tempfile::tempdir().expect("a directory");
        let applied = unpack_into(dir.path(), &bytes, with(1)).expect("squashed");
        assert_eq!(applied.remarks.len(), 1);
        assert_eq!(fs::metadata(dir.path().join("a")).expect("there").uid(), 0);
    }
}

#[test]
fn what_would_speak_to_overlayfs_is_left_out() {
    let with = |records: &[(&str, &[u8])]| {
        let mut tar = tar::Builder::new(Vec::new());
        tar.append_pax_extensions(records.iter().copied()).expect("in memory");
        tar.append(&header(DIR, "d"), std::io::empty()).expect("in memory");
        tar.into_inner().expect("in memory")
    };
    let dir = tempfile::tempdir().expect("a directory");
    let hostile = with(&[("SCHILY.xattr.trusted.overlay.redirect", b"/etc"), ("SCHILY.xattr.user.mine", b"kept")]);
    unpack_into(dir.path(), &hostile, root()).expect("unpacked");
    assert_eq!(xattr::get(dir.path().join("d"), "user.mine").expect("readable").as_deref(), Some(&b"kept"[..]));
    assert_eq!(xattr::get(dir.path().join("d"), "trusted.overlay.redirect").ok().flatten(), None);
}

#[test]
fn paths_outside_unicode_are_shown_with_escapes() {
    assert_eq!(shown(b"a\xff/\xea\xb0\x80"), "a\\xff/가");
}
