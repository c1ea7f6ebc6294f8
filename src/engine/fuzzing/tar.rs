use crate::engine::unpack::{Limits, ListReader, Options, Resolver, Unpack, list_within};
use crate::engine::{Cancel, IdRange, Result};
use crate::tree::LayerEntry;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// A layer's blob: it is listed and applied, in both ways of resolving paths. Nothing outside the layer's directory changes,
/// and what was written down while it was applied is what listing it says.
pub fn tar(bytes: &[u8]) {
    let limits = Limits {
        entries: 500,
        header: 1 << 16,
        depth: 16,
        directories: 1 << 14,
        unquestioned: 1 << 20,
        ..Limits::default()
    };
    let mut listed = Vec::new();
    let result = list_within(bytes, limits, &mut |entry| {
        listed.push(entry);
        Ok(())
    });
    // A file of many gigabytes of holes costs nothing; to write its content would.
    for resolver in [Resolver::Kernel, Resolver::Walk] {
        let options = Options { ids: IdRange { uids: 1, gids: 1 }, rootless: true, limits, resolver };
        let applied = apply_in_a_cage(bytes, options);
        match (&result, applied) {
            (Ok(()), Ok(written)) => assert_eq!(written, listed),
            (Err(fault), Ok(_)) => panic!("listed: {fault}; applied without one"),
            // What is a tar may still not be a layer: a file below a file, say.
            (_, Err(_)) => {}
        }
    }
}

fn apply_in_a_cage(bytes: &[u8], options: Options) -> Result<Vec<LayerEntry>> {
    let shared = Path::new("/dev/shm");
    let cage = if shared.is_dir() { tempfile::tempdir_in(shared) } else { tempfile::tempdir() }.expect("a directory");
    let inside = cage.path().join("layer");
    fs::create_dir(&inside).expect("a directory");
    fs::create_dir(cage.path().join("beside")).expect("a directory");
    fs::write(cage.path().join("beside/file"), "untouched").expect("a file");
    symlink("beside/file", cage.path().join("link")).expect("a link");
    let listing = cage.path().join("listing");
    fs::write(&listing, "").expect("a file");
    let before = outside(cage.path());
    let unpack = Unpack::start(inside, listing.clone(), options, &Cancel::new()).expect("threads");
    unpack.push(bytes.to_vec());
    let applied = unpack.finish();
    assert_eq!(outside(cage.path()), before);
    assert_eq!(fs::read(cage.path().join("beside/file")).expect("readable"), b"untouched");
    applied?;
    let written = ListReader::open(&listing).expect("readable").expect("a list");
    Ok(written.map(|entry| entry.expect("an entry")).collect())
}

/// Everything but the layer's own directory, and what is said of it that must not change.
fn outside(cage: &Path) -> Vec<String> {
    use std::os::unix::fs::MetadataExt;
    let mut found = Vec::new();
    for dir in [cage.to_owned(), cage.join("beside")] {
        for entry in fs::read_dir(dir).expect("readable") {
            let path = entry.expect("an entry").path();
            let meta = fs::symlink_metadata(&path).expect("there");
            let changes = path.ends_with("listing") || path.ends_with("layer");
            let said = (!changes).then(|| (meta.len(), meta.mode(), meta.uid(), meta.mtime_nsec(), meta.nlink()));
            found.push(format!("{} {said:?}", path.display()));
        }
    }
    found.sort();
    found
}
