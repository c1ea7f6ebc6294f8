use super::{Aspect, Aspects, Hidden, LayerEntry, PathChange, PathId, Stack, VisibleTree};
use serde::{Deserialize, Serialize};

/// The version of the format of [`ExportedNode`]. A new field does not change it; another meaning of one does.
pub const EXPORT_VERSION: u32 = 1;

/// One path of a tree as JSON.
///
/// ```json
/// {"path":"etc/motd","kind":"file","size":7,"mode":420,"uid":0,"gid":0,"mtime":{"seconds":1700000000},
///  "layer":2,"mark":"changed","differs":["size","time"],"total":7,
///  "links":1,"beneath":[{"layer":0,"size":5,"hidden":{"why":"replaced","layer":2}}]}
/// ```
///
/// Paths, link targets and attributes are text with `\xNN` for what is not UTF-8 and `\\` for a backslash. The root's path
/// is empty. Layers are numbered from the lowest, 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedNode {
    /// What stands there; of what is deleted, what stood there last.
    #[serde(flatten)]
    pub entry: LayerEntry,
    /// The layer that serves it.
    pub layer: u16,
    /// What that layer did to it.
    pub mark: PathChange,
    /// How it differs from what the layers below that one show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<Aspect>,
    /// A directory that hides what the layers below have in it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub opaque: bool,
    /// A directory that its layer's tar leaves out.
    #[serde(default, skip_serializing_if = "is_false")]
    pub implied: bool,
    /// How many names it has in its layer.
    pub links: u32,
    /// Bytes of content here and below.
    pub total: u64,
    /// What hides beneath, the uppermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beneath: Vec<ExportedVersion>,
}

/// A version that is not what is seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedVersion {
    /// The layer that has it.
    pub layer: u16,
    /// Bytes of its content.
    pub size: u64,
    /// Why it is not seen.
    pub hidden: Hidden,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Stack {
    /// Every path that a visible tree has, directory by directory.
    pub fn export(&self, visible: &VisibleTree) -> impl Iterator<Item = ExportedNode> {
        visible.paths().filter_map(|id| self.exported(visible, id))
    }

    /// One path of it.
    pub fn exported(&self, visible: &VisibleTree, id: PathId) -> Option<ExportedNode> {
        let version = visible.version(self, id)?;
        let layer = &self.layers()[usize::from(version.layer)];
        let inode = self.inode(version);
        let before = self.before(id, version);
        let differs = before.map_or_else(Aspects::default, |b| Aspects::between(self.inode(b), inode));
        let others =
            self.which(id, self.top()).versions.into_iter().filter(|other| other.version.layer < version.layer);
        let beneath = others.filter_map(|other| {
            let size = self.inode(other.version).size();
            Some(ExportedVersion { layer: other.version.layer, size, hidden: other.hidden? })
        });
        Some(ExportedNode {
            entry: LayerEntry { path: self.path(id), ..layer.entry(version.node) },
            layer: version.layer,
            mark: visible.mark(id),
            differs: differs.iter().collect(),
            opaque: inode.opaque,
            implied: inode.implied,
            links: inode.links,
            total: visible.total(id),
            beneath: beneath.collect(),
        })
    }
}
