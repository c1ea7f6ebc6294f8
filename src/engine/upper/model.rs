use crate::trace::{CopyUp, Effect, UpperFile, UpperTotals};
use std::collections::{BTreeMap, HashMap};
use std::time::SystemTime;

/// A file by number and birth: a number alone is given again.
pub type Inode = (u64, Option<SystemTime>);

/// What is known of one path that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub file: UpperFile,
    /// Its inode number when it is a regular file.
    pub content: Option<u64>,
}

/// The paths of an upper directory that add, replace or delete something, and what they come to.
#[derive(Debug, Default)]
pub struct Model {
    files: BTreeMap<Vec<u8>, Known>,
    /// Regular files by inode: how many names, how many bytes.
    contents: HashMap<u64, (u32, u64)>,
    /// What was copied up, by what became of it: it is found again under another name.
    copies: HashMap<Inode, CopyUp>,
    totals: UpperTotals,
}

impl Model {
    pub fn get(&self, path: &[u8]) -> Option<&Known> {
        self.files.get(path)
    }

    /// Every path, with what is known of it.
    pub fn iter(&self) -> impl Iterator<Item = (&Vec<u8>, &Known)> {
        self.files.iter()
    }

    pub fn totals(&self) -> UpperTotals {
        self.totals
    }

    /// Every path at or below one.
    pub fn below(&self, path: &[u8]) -> Vec<Vec<u8>> {
        let inside = self.files.range(beginning(path)..).map(|(path, _)| path);
        let inside = inside.take_while(|found| is_below(found, path)).cloned();
        let itself = self.files.contains_key(path).then(|| path.to_vec());
        itself.into_iter().chain(inside).collect()
    }

    /// True when that is new.
    pub fn put(&mut self, path: &[u8], known: Known) -> bool {
        let old = self.files.get(path);
        if old == Some(&known) {
            return false;
        }
        self.take(path);
        self.totals.paths += u64::from(!known.file.mount_point);
        self.totals.deleted += u64::from(deletes(&known));
        if let Some(inode) = known.content {
            let (names, bytes) = self.contents.entry(inode).or_default();
            self.totals.bytes = self.totals.bytes - *bytes + known.file.size;
            (*names, *bytes) = (*names + 1, known.file.size);
        }
        self.files.insert(path.to_vec(), known);
        true
    }

    /// True when it was there.
    pub fn take(&mut self, path: &[u8]) -> bool {
        let Some(old) = self.files.remove(path) else { return false };
        self.totals.paths -= u64::from(!old.file.mount_point);
        self.totals.deleted -= u64::from(deletes(&old));
        if let Some((inode, (names, bytes))) = old.content.and_then(|i| self.contents.get(&i).map(|c| (i, *c))) {
            if names <= 1 {
                self.contents.remove(&inode);
                self.totals.bytes -= bytes;
            } else {
                self.contents.insert(inode, (names - 1, bytes));
            }
        }
        true
    }

    pub fn copy(&self, inode: &Inode) -> Option<&CopyUp> {
        self.copies.get(inode)
    }

    pub fn copied(&mut self, inode: Inode, copy: CopyUp) {
        self.totals.copied += copy.bytes;
        self.copies.insert(inode, copy);
    }
}

fn deletes(known: &Known) -> bool {
    matches!(known.file.effect, Effect::Deleted | Effect::Opaque)
}

/// Where the paths inside of a directory begin.
pub fn beginning(dir: &[u8]) -> Vec<u8> {
    if dir.is_empty() { Vec::new() } else { [dir, b"/"].concat() }
}

/// `path` lies in the directory `dir`, however deep.
pub fn is_below(path: &[u8], dir: &[u8]) -> bool {
    dir.is_empty() || path.strip_prefix(dir).is_some_and(|rest| rest.first() == Some(&b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(path: &str, effect: Effect, size: u64, inode: u64) -> Known {
        let file = UpperFile { path: path.into(), effect, dir: false, mount_point: false, size, copied: None };
        Known { file, content: (effect == Effect::Added).then_some(inode) }
    }

    #[test]
    fn what_has_two_names_counts_once() {
        let mut model = Model::default();
        assert!(model.put(b"a", known("a", Effect::Added, 10, 1)));
        assert!(!model.put(b"a", known("a", Effect::Added, 10, 1)));
        model.put(b"b", known("b", Effect::Added, 10, 1));
        model.put(b"c", known("c", Effect::Deleted, 0, 0));
        assert_eq!(model.totals(), UpperTotals { paths: 3, deleted: 1, bytes: 10, copied: 0 });
        model.put(b"a", known("a", Effect::Added, 25, 1));
        assert_eq!(model.totals().bytes, 25);
        assert!(model.take(b"a") && !model.take(b"a"));
        assert_eq!(model.totals().bytes, 25);
        model.take(b"b");
        model.take(b"c");
        assert_eq!(model.totals(), UpperTotals::default());
    }

    #[test]
    fn what_lies_below_a_directory_is_not_what_only_begins_like_it() {
        let mut model = Model::default();
        for path in ["a", "a/b", "a/b/c", "a-b", "ab"] {
            model.put(path.as_bytes(), known(path, Effect::Added, 1, 0));
        }
        assert_eq!(model.below(b"a"), [b"a".to_vec(), b"a/b".to_vec(), b"a/b/c".to_vec()]);
        assert_eq!(model.below(b"").len(), 5);
    }
}
