use super::{Kind, LayerEntry, PathBytes, Sum, Time};
use std::ops::Range;

/// A node's number in its [`Layer`]. Every parent has a lower one than its children; the root is 0.
pub type NodeId = u32;

/// One layer as a tree: its entries folded as they are when its tar is applied to a directory of its own, which is then a
/// lower directory of an overlay mount.
///
/// - A later entry takes the place of an earlier one; a directory on a directory changes its metadata.
/// - A whiteout is about the layers below, never about this one (OCI image-spec, layer.md): where this layer has a
///   directory it becomes opaque, and where it has a file the whiteout is without effect. A directory in the place of a
///   whiteout is opaque.
/// - Directories that the tar leaves out are *implied*: mode 0755, owner 0:0, dated when they are made.
/// - Symbolic links on the way to an entry are followed inside the layer, as `openat2(RESOLVE_IN_ROOT)` does.
/// - Hard links share an [`Inode`].
///
/// ```
/// use dockwalk::tree::{LayerEntry, Kind, Layer};
/// let file = LayerEntry { kind: Kind::File { size: 3 }, ..LayerEntry::directory("a/b") };
/// let layer = Layer::build([file]);
/// let a = layer.find(b"a").unwrap();
/// assert!(layer.inode(a).implied);
/// assert_eq!(layer.children(a).map(|id| layer.name(id)).collect::<Vec<_>>(), [b"b"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Breadth first, so that a directory's children stand side by side.
    pub(super) nodes: Box<[Node]>,
    /// All names, one after the other.
    pub(super) names: Box<[u8]>,
    pub(super) inodes: Box<[Inode]>,
    pub(super) faults: Vec<LayerFault>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    pub parent: NodeId,
    pub first: NodeId,
    pub children: u32,
    pub inode: u32,
    pub name_at: u32,
    pub name_length: u32,
}

/// What one or more names of a layer stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inode {
    /// Never [`Kind::Hardlink`] and never [`Kind::Opaque`].
    pub kind: Kind,
    /// Permission bits.
    pub mode: u32,
    /// The owner.
    pub uid: u64,
    /// The group.
    pub gid: u64,
    /// When it was changed; nothing is known of an implied directory's.
    pub mtime: Time,
    /// How many names it has in this layer.
    pub links: u32,
    /// A directory that hides what the layers below have in it.
    pub opaque: bool,
    /// A directory that the tar leaves out.
    pub implied: bool,
    /// Sorted by name.
    pub xattrs: Box<[(PathBytes, PathBytes)]>,
    /// What its content is told by.
    pub sum: Option<Sum>,
}

/// An entry that the applier refuses: an image with it is not unpacked at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerFault {
    /// The entry's path.
    pub path: PathBytes,
    /// Why.
    pub reason: FaultReason,
}

/// Why an entry is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultReason {
    /// Something on the way to it is no directory in this layer.
    NotADirectory,
    /// A hard link to what this layer does not have.
    LinkToNothing,
    /// A hard link to a directory.
    LinkToDirectory,
    /// The root of a layer must be a directory.
    Root,
    /// More than 40 symbolic links on the way.
    TooManyLinks,
}

impl Layer {
    /// How many names it has, whiteouts and the root among them.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// True when it says nothing but that there is a root.
    pub fn is_empty(&self) -> bool {
        self.nodes.len() == 1
    }

    /// The last part of a node's path.
    pub fn name(&self, id: NodeId) -> &[u8] {
        let node = &self.nodes[id as usize];
        &self.names[node.name_at as usize..][..node.name_length as usize]
    }

    /// What stands there.
    pub fn inode(&self, id: NodeId) -> &Inode {
        &self.inodes[self.nodes[id as usize].inode as usize]
    }

    /// The number of its inode: hard links of each other have the same.
    pub fn inode_number(&self, id: NodeId) -> u32 {
        self.nodes[id as usize].inode
    }

    /// What is in a directory, sorted by the names' bytes.
    pub fn children(&self, id: NodeId) -> Range<NodeId> {
        let node = &self.nodes[id as usize];
        node.first..node.first + node.children
    }

    /// The directory it is in; the root's is the root.
    pub fn parent(&self, id: NodeId) -> NodeId {
        self.nodes[id as usize].parent
    }

    /// One name in a directory.
    pub fn child(&self, id: NodeId, name: &[u8]) -> Option<NodeId> {
        let node = self.nodes[id as usize];
        let range = node.first..node.first + node.children;
        let at = self.nodes[range.start as usize..range.end as usize]
            .binary_search_by(|child| self.names[child.name_at as usize..][..child.name_length as usize].cmp(name));
        at.ok().map(|at| node.first + u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// The node of a path (`a/b`), no link followed.
    pub fn find(&self, path: &[u8]) -> Option<NodeId> {
        super::parts(path).try_fold(0, |dir, name| self.child(dir, name))
    }

    /// A node's path.
    pub fn path(&self, id: NodeId) -> PathBytes {
        super::path_of(id, |id| (self.name(id), self.parent(id)))
    }

    /// What it says of a path, as an entry again. Hard links stand for themselves.
    pub fn entry(&self, id: NodeId) -> LayerEntry {
        let inode = self.inode(id);
        LayerEntry {
            path: self.path(id),
            kind: inode.kind.clone(),
            mode: inode.mode,
            uid: inode.uid,
            gid: inode.gid,
            mtime: inode.mtime,
            xattrs: inode.xattrs.to_vec(),
            sum: inode.sum,
        }
    }

    /// Entries that the applier refuses; here they are left out.
    pub fn faults(&self) -> &[LayerFault] {
        &self.faults
    }

    /// Bytes of memory that it occupies, but for what extended attributes and link targets add.
    pub fn memory(&self) -> usize {
        size_of_val(&*self.nodes) + size_of_val(&*self.names) + size_of_val(&*self.inodes)
    }
}

impl Inode {
    /// Bytes of content; none for what is no regular file.
    pub fn size(&self) -> u64 {
        if let Kind::File { size } = self.kind { size } else { 0 }
    }

    /// Two files have the same content; none where that is not known.
    pub fn same_content(&self, other: &Self) -> Option<bool> {
        match (&self.kind, &other.kind) {
            (Kind::File { size: a }, Kind::File { size: b }) if a == b => Some(self.sum? == other.sum?),
            _ => Some(false),
        }
    }

    /// True for a directory.
    pub fn is_directory(&self) -> bool {
        matches!(self.kind, Kind::Directory)
    }

    /// True for what hides the same name of the layers below and shows nothing: a whiteout, or a character device 0:0 that
    /// the tar carries as such, which to overlayfs is the same (Documentation/filesystems/overlayfs.rst).
    pub fn is_whiteout(&self) -> bool {
        matches!(self.kind, Kind::Whiteout | Kind::Char { major: 0, minor: 0 })
    }
}

impl LayerEntry {
    /// A directory of mode 0755 and owner 0:0 at 1970: for tests, and to fill in from.
    pub fn directory(path: &str) -> Self {
        Self {
            path: path.into(),
            kind: Kind::Directory,
            mode: 0o755,
            uid: 0,
            gid: 0,
            mtime: Time::default(),
            xattrs: Vec::new(),
            sum: None,
        }
    }
}
