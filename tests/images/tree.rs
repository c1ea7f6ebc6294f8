//! A tree as text, a line a path, so that two trees are compared as two texts.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Path → type, mode, owner, time, link group, content, attributes.
pub type Tree = BTreeMap<String, String>;

/// Everything under `root` as this process sees it.
pub fn tree(root: &Path) -> Tree {
    let mut found = Vec::new();
    collect(root, root, &mut found);
    let mut groups: BTreeMap<(u64, u64), String> = BTreeMap::new();
    found.sort();
    let mut lines = Tree::new();
    for path in found {
        let whole = root.join(&path);
        let meta = fs::symlink_metadata(&whole).unwrap_or_else(|e| panic!("{}: {e}", whole.display()));
        let name = path.to_string_lossy().into_owned();
        let kind = meta.file_type();
        let (mode, owner) = (meta.mode() & 0o7777, format!("{}:{}", meta.uid(), meta.gid()));
        let time = format!("{}.{:09}", meta.mtime(), meta.mtime_nsec());
        let what = if kind.is_dir() {
            format!("dir {mode:o} {owner} {time}")
        } else if kind.is_symlink() {
            format!("link {owner} {time} -> {}", fs::read_link(&whole).expect("a link").display())
        } else if kind.is_file() {
            let first = groups.entry((meta.dev(), meta.ino())).or_insert_with(|| name.clone());
            let sum = Sha256::digest(fs::read(&whole).expect("a file"));
            let sum: String = sum.iter().map(|b| format!("{b:02x}")).collect();
            format!("file {mode:o} {owner} {time} same-as={first} {} {sum}", meta.len())
        } else {
            format!("node {:o} {mode:o} {owner} {time} dev={:x}", meta.mode() & 0o170_000, meta.rdev())
        };
        lines.insert(name, format!("{what}{}", attributes(&whole)));
    }
    lines
}

fn attributes(path: &Path) -> String {
    let names = xattr::list(path).map(|names| names.collect::<Vec<_>>()).unwrap_or_default();
    let kept = names.into_iter().filter(|name| {
        let name = name.as_bytes();
        name.starts_with(b"security.capability") || (name.starts_with(b"user.") && !name.starts_with(b"user.overlay."))
    });
    kept.map(|name| format!(" {}={:?}", name.display(), xattr::get(path, &name).ok().flatten())).collect()
}

fn collect(root: &Path, dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display())) {
        let path = entry.expect("an entry").path();
        found.push(path.strip_prefix(root).expect("inside").to_owned());
        if fs::symlink_metadata(&path).expect("there").is_dir() {
            collect(root, &path, found);
        }
    }
}

/// Panics with what is different.
#[track_caller]
pub fn assert_same(what: &str, ours: &Tree, theirs: &Tree) {
    let paths: std::collections::BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
    let different: Vec<_> = paths
        .into_iter()
        .filter(|path| ours.get(*path) != theirs.get(*path))
        .map(|path| format!("{path}\n  ours:   {:?}\n  theirs: {:?}", ours.get(path), theirs.get(path)))
        .collect();
    assert!(!theirs.is_empty(), "{what}: nothing to compare with");
    assert!(
        different.is_empty(),
        "{what}: {} of {} paths differ\n{}",
        different.len(),
        theirs.len(),
        different.join("\n")
    );
}
