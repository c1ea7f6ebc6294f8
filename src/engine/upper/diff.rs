//! `docker diff`: what a writable layer makes of the image, as Docker says it.
//!
//! A path is added, changed or deleted; the directories that lead to one are changed. Of a directory that was deleted only
//! its own path is said, of one that was made anew what it held.

use super::UpperSpec;
use super::inotify::Watches;
use super::tree::Tree;
use crate::trace::Effect;
use std::collections::BTreeMap;
use std::io;

/// What became of a path of the image. The numbers are the Docker API's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Something about it is different, or about what is in it.
    Changed = 0,
    /// It was not there.
    Added = 1,
    /// It is there no more.
    Deleted = 2,
}

/// Every path that is different, with its leading slash.
pub fn diff(spec: &UpperSpec) -> io::Result<BTreeMap<String, Kind>> {
    if !spec.upper.exists() {
        return Ok(BTreeMap::new());
    }
    let mut tree = Tree::new(spec)?;
    tree.scan(&mut Watches::none());
    let mut all = BTreeMap::new();
    let mut anew = Vec::new();
    for (path, known) in tree.model().iter().filter(|(_, known)| !known.file.mount_point) {
        let kind = match known.file.effect {
            Effect::Added => Kind::Added,
            Effect::Deleted => Kind::Deleted,
            // Copied up for a second name, and otherwise as it was: Docker does not speak of it.
            Effect::Replaced if known.file.copied.is_some() && tree.is_as_below(path)? => continue,
            Effect::Replaced => Kind::Changed,
            Effect::Opaque => {
                anew.push(path.clone());
                Kind::Changed
            }
        };
        all.insert(path.clone(), kind);
    }
    while let Some(dir) = anew.pop() {
        for name in tree.hidden(&dir)? {
            let path = [dir.as_slice(), b"/", &name].concat();
            let still = tree.model().get(&path);
            if still.is_some_and(|known| known.file.dir) {
                anew.push(path.clone());
            }
            all.insert(path, if still.is_some() { Kind::Changed } else { Kind::Deleted });
        }
    }
    let paths: Vec<Vec<u8>> = all.keys().cloned().collect();
    for path in paths {
        let mut rest = path.as_slice();
        while let Some(at) = rest.iter().rposition(|byte| *byte == b'/') {
            rest = &rest[..at];
            all.entry(rest.to_vec()).or_insert(Kind::Changed);
        }
    }
    Ok(all.into_iter().map(|(path, kind)| (format!("/{}", String::from_utf8_lossy(&path)), kind)).collect())
}
