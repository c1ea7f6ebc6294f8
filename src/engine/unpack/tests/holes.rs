//! Files with holes as GNU tar writes them, beside what GNU tar makes of them.

use super::*;
use crate::trace::Code;
use crate::tree::Kind;
use std::os::unix::fs::FileExt;
use std::process::Command;

fn run(command: &mut Command) {
    let ran = command.output().expect("GNU tar");
    assert!(ran.status.success(), "{command:?}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// Bytes at offsets, and where the file ends.
type Shape = (&'static str, &'static [(u64, &'static str)], u64);

const SHAPES: [Shape; 5] = [
    ("middle", &[(1 << 20, "in the middle")], 3 << 20),
    ("ends", &[(0, "first"), ((2 << 20) - 4, "last")], 2 << 20),
    ("many", &[(0, "0"), (100_000, "1"), (200_000, "2"), (300_000, "3"), (400_000, "4"), (500_000, "5")], 600_000),
    ("hole", &[], 1 << 20),
    ("five-gigabytes", &[(5 << 30, "behind four gigabytes")], (5 << 30) + 21),
];

/// A name that needs an extended header, beside the map.
const LONG: &str =
    "a-name-that-is-longer-than-the-hundred-bytes-of-a-header-and-so-needs-one-more-header-in-front-of-its-own-one";

fn extents(path: &Path, shape: &Shape) {
    let (name, pieces, size) = shape;
    let meta = fs::metadata(path).expect("there");
    assert_eq!(meta.len(), *size, "{name}");
    assert!(meta.blocks() * 512 < 1 << 20, "{name}: holes stay holes, and {} blocks are used", meta.blocks());
    let file = fs::File::open(path).expect("readable");
    for (offset, text) in *pieces {
        let mut bytes = vec![0; text.len()];
        file.read_exact_at(&mut bytes, *offset).expect("readable");
        assert_eq!(bytes, text.as_bytes(), "{name}");
    }
}

#[test]
fn every_kind_of_sparse_file_is_made_as_gnu_tar_makes_it() {
    let from = tempfile::tempdir().expect("a directory");
    for (name, pieces, size) in SHAPES {
        let file = fs::File::create(from.path().join(name)).expect("a file");
        file.set_len(size).expect("a size");
        pieces.iter().for_each(|(offset, text)| file.write_all_at(text.as_bytes(), *offset).expect("written"));
    }
    fs::File::create(from.path().join(LONG)).and_then(|file| file.set_len(1 << 20)).expect("a file");
    for format in [
        &["--format=gnu"][..],
        &["--format=posix", "--sparse-version=0.0"],
        &["--format=posix", "--sparse-version=0.1"],
        &["--format=posix", "--sparse-version=1.0"],
    ] {
        let work = tempfile::tempdir().expect("a directory");
        let (archive, theirs, ours) = (work.path().join("a.tar"), work.path().join("theirs"), work.path().join("ours"));
        [&theirs, &ours].into_iter().for_each(|dir| fs::create_dir(dir).expect("a directory"));
        run(Command::new("tar")
            .args(["--sparse", "-C"])
            .arg(from.path())
            .args(format)
            .arg("-cf")
            .arg(&archive)
            .arg("."));
        run(Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(&theirs));
        let bytes = fs::read(&archive).expect("readable");
        assert!(bytes.len() < 1 << 20, "{format:?}: the archive is sparse itself");
        unpack_into(&ours, &bytes, root()).expect("unpacked");
        for shape in &SHAPES {
            extents(&theirs.join(shape.0), shape);
            extents(&ours.join(shape.0), shape);
        }
        assert_eq!(fs::metadata(ours.join(LONG)).expect("there").len(), 1 << 20, "{format:?}");
        let mut listed = Vec::new();
        list(bytes.as_slice(), &mut |entry| {
            if let Kind::File { size } = entry.kind {
                listed.push((entry.path.to_string(), size));
            }
            Ok(())
        })
        .expect("listed");
        listed.sort();
        let mut expected: Vec<_> = SHAPES.iter().map(|(name, _, size)| ((*name).to_owned(), *size)).collect();
        expected.push((LONG.to_owned(), 1 << 20));
        expected.sort();
        assert_eq!(listed, expected, "{format:?}");
    }
}

#[test]
fn a_size_beyond_four_gigabytes_is_read_in_both_of_its_forms() {
    let wide = |header: build::Header| build::tar(&[header.and("")]);
    let base_256 = wide(build::Header::new(build::FILE, "f", "", 0).with(124, b"\x80\0\0\0\0\0\0\x01\x40\0\0\0"));
    let by_pax = [build::pax(&[("size", b"5368709120")]), base_256.clone()].concat();
    for bytes in [base_256, by_pax] {
        let mut sizes = Vec::new();
        let fault = list(bytes.as_slice(), &mut |entry| {
            sizes.push(entry.kind);
            Ok(())
        });
        assert_eq!(sizes, [Kind::File { size: 5 << 30 }]);
        // Its content is not there.
        assert_eq!(fault.expect_err("cut off").problem.code, Code::LayerDamaged);
    }
}
