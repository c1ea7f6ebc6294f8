//! What is in a directory, in words, and whether what lies around it stayed as it was.

use crate::engine::unpack::overlay;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
use std::path::{Path, PathBuf};

/// Every path below `dir` in one line: `d/`, `f=content`, `l -> target`, `c char 1:3`, `w whiteout`; with the mode behind
/// where it is not 755 or 644, ` opaque`, attributes as ` @user.x=y`, an owner other than root as ` 1:2`.
pub fn tree(dir: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    walk(dir, "", &mut lines);
    lines.sort();
    lines
}

fn walk(dir: &Path, prefix: &str, lines: &mut Vec<String>) {
    for entry in fs::read_dir(dir).expect("readable") {
        let entry = entry.expect("an entry");
        let name = format!("{prefix}{}", crate::engine::unpack::shown(entry.file_name().as_bytes()));
        let (line, inside) = line(&entry.path(), &name);
        lines.push(line);
        if inside {
            walk(&entry.path(), &format!("{name}/"), lines);
        }
    }
}

fn line(path: &Path, name: &str) -> (String, bool) {
    let meta = fs::symlink_metadata(path).expect("there");
    let kind = meta.file_type();
    let mut line = name.to_owned();
    let device = || (nix::sys::stat::major(meta.rdev()), nix::sys::stat::minor(meta.rdev()));
    if kind.is_char_device() && meta.rdev() == 0 {
        return (format!("{name} whiteout"), false);
    } else if kind.is_symlink() {
        return (format!("{name} -> {}", fs::read_link(path).expect("a link").display()), false);
    } else if kind.is_dir() {
        line.push('/');
    } else if kind.is_char_device() {
        line += &format!(" char {}:{}", device().0, device().1);
    } else if kind.is_block_device() {
        line += &format!(" block {}:{}", device().0, device().1);
    } else if kind.is_fifo() {
        line += " fifo";
    } else if meta.len() > 64 {
        line += &format!(" {} bytes", meta.len());
    } else {
        line += &format!("={}", fs::read_to_string(path).expect("text").escape_debug());
    }
    let usual = if kind.is_dir() { 0o755 } else { 0o644 };
    if meta.mode() & 0o7777 != usual {
        line += &format!(" {:o}", meta.mode() & 0o7777);
    }
    if (meta.uid(), meta.gid()) != (0, 0) {
        line += &format!(" {}:{}", meta.uid(), meta.gid());
    }
    for attribute in xattr::list(path).into_iter().flatten() {
        let value = xattr::get(path, &attribute).ok().flatten().unwrap_or_default();
        if [overlay::opaque_attribute(true), overlay::opaque_attribute(false)].map(OsStr::new).contains(&&*attribute) {
            line += " opaque";
        } else {
            line += &format!(" @{}={}", attribute.display(), crate::engine::unpack::shown(&value).escape_debug());
        }
    }
    (line, kind.is_dir())
}

/// Files around a layer, which are not its business.
pub struct Outside {
    dir: PathBuf,
    before: Vec<String>,
}

impl Outside {
    pub fn put(dir: &Path) -> Self {
        fs::write(dir.join("outside"), "untouched").expect("a file");
        fs::create_dir_all(dir.join("real")).expect("a directory");
        fs::write(dir.join("real/secret"), "untouched").expect("a file");
        symlink("real/secret", dir.join("link")).expect("a link");
        Self { dir: dir.to_owned(), before: listing(dir) }
    }

    /// Nothing came, went or changed, not even a time.
    pub fn check(&self, case: &str) {
        assert_eq!(listing(&self.dir), self.before, "{case}");
    }
}

fn listing(dir: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    for dir in [dir.to_owned(), dir.join("real")] {
        for entry in fs::read_dir(&dir).expect("readable") {
            let path = entry.expect("an entry").path();
            // The one that may change.
            if path.ends_with("layer") {
                continue;
            }
            let meta = fs::symlink_metadata(&path).expect("there");
            let content = if meta.is_file() { fs::read_to_string(&path).expect("text") } else { String::new() };
            let said = (meta.mode(), meta.uid(), meta.nlink(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec());
            lines.push(format!("{} {said:?} {content}", path.display()));
        }
    }
    lines.sort();
    lines
}
