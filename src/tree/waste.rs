use super::{Hidden, PathId, Stack, Version};
use std::collections::HashSet;

/// Bytes that an image carries and nobody can see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waste {
    /// Bytes of content that are seen.
    pub seen: u64,
    /// Bytes of content that something hides.
    pub hidden: u64,
    /// By path, the most first.
    pub paths: Vec<WastedPath>,
}

/// What is hidden at one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WastedPath {
    /// The path.
    pub id: PathId,
    /// Bytes of all its hidden versions.
    pub bytes: u64,
    /// Each of them, the uppermost first.
    pub versions: Vec<WastedVersion>,
    /// What is seen there has the same content: it was copied only to change its mode, owner, attributes or time, or for
    /// nothing at all. False where that is not known.
    pub metadata_only: bool,
}

/// One hidden version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WastedVersion {
    /// Which.
    pub version: Version,
    /// Its bytes.
    pub bytes: u64,
    /// Why it is not seen.
    pub hidden: Hidden,
}

impl Waste {
    /// The share of all bytes that are seen, between 0 and 1.
    ///
    /// dive's score is the same where a path's versions are of one size; it takes the smallest version of each path for the
    /// useful one, counts every name of a hard link, and does not know what an opaque directory hides.
    #[expect(clippy::cast_precision_loss, reason = "a share, shown with few digits")]
    pub fn efficiency(&self) -> f64 {
        let all = self.seen + self.hidden;
        if all == 0 { 1.0 } else { self.seen as f64 / all as f64 }
    }
}

impl Stack {
    /// What the layers carry and a mount of all of them does not show. A file of several names counts once, and is hidden
    /// when all of them are.
    pub fn waste(&self) -> Waste {
        let top = self.top();
        let inode_of =
            |version: Version| (version.layer, self.layers()[usize::from(version.layer)].inode_number(version.node));
        let (mut alive, mut seen) = (HashSet::new(), 0);
        for id in 0..self.len() as PathId {
            let Some(version) = self.seen(id, top) else { continue };
            let inode = self.inode(version);
            if inode.links == 1 || alive.insert(inode_of(version)) {
                seen += inode.size();
            }
        }
        let (mut counted, mut hidden, mut paths) = (HashSet::new(), 0, Vec::new());
        for id in 0..self.len() as PathId {
            let serving = self.seen(id, top);
            let mut versions = Vec::new();
            for &version in self.versions(id).iter().filter(|version| serving != Some(**version)) {
                let inode = self.inode(version);
                let mut once = || !alive.contains(&inode_of(version)) && counted.insert(inode_of(version));
                if inode.size() == 0 || (inode.links > 1 && !once()) {
                    continue;
                }
                let Some(why) = self.hidden(id, version, top) else { continue };
                versions.push(WastedVersion { version, bytes: inode.size(), hidden: why });
            }
            if versions.is_empty() {
                continue;
            }
            let bytes = versions.iter().map(|version| version.bytes).sum();
            hidden += bytes;
            let copied = |wasted: &WastedVersion| {
                serving.is_some_and(|s| self.inode(wasted.version).same_content(self.inode(s)) == Some(true))
            };
            paths.push(WastedPath { id, bytes, metadata_only: versions.iter().all(copied), versions });
        }
        paths.sort_by_key(|path| std::cmp::Reverse(path.bytes));
        Waste { seen, hidden, paths }
    }
}
