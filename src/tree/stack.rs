use super::{Inode, Layer, NodeId, PathBytes, parts};
use std::ops::Range;
use std::sync::Arc;

/// A path's number in its [`Stack`]. Every parent has a lower one than its children; the root is 0.
pub type PathId = u32;

/// The layers of an image, lowest first, and every path that any of them speaks of, with all its versions.
///
/// What is seen of a path is what the overlay filesystem shows of these layers' directories
/// (Documentation/filesystems/overlayfs.rst): directories merge and the uppermost gives the metadata; anything else hides
/// all that is below it; a whiteout hides and shows nothing; an opaque directory hides what the layers below have in it.
/// The root merges always: a mark that it is opaque is without effect there.
///
/// ```
/// use dockwalk::tree::{LayerEntry, Kind, Layer, Scope, Stack};
/// use std::sync::Arc;
/// let motd = LayerEntry { kind: Kind::File { size: 7 }, ..LayerEntry::directory("etc/motd") };
/// let below = Layer::build([LayerEntry::directory("etc"), motd]);
/// let above = Layer::build([LayerEntry { kind: Kind::Whiteout, ..LayerEntry::directory("etc/motd") }]);
/// let stack = Stack::new(vec![Arc::new(below), Arc::new(above)]);
/// let motd = stack.find(b"etc/motd").unwrap();
/// assert_eq!(stack.seen(motd, 0).map(|version| version.layer), Some(0));
/// assert_eq!(stack.seen(motd, 1), None);
/// ```
#[derive(Debug)]
pub struct Stack {
    layers: Vec<Arc<Layer>>,
    paths: Box<[Path]>,
    versions: Box<[Version]>,
    /// Sets of layers, ascending. The first is empty.
    hiders: Vec<Box<[u16]>>,
}

/// What one layer says of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Version {
    /// The layer's number; the lowest is 0.
    pub layer: u16,
    /// The node in that layer.
    pub node: NodeId,
}

#[derive(Debug, Clone, Copy)]
struct Path {
    parent: PathId,
    first: PathId,
    children: u32,
    versions: u32,
    count: u16,
    /// Which layers hide something of those below in here: a number in `hiders`.
    hiders: u32,
}

impl Stack {
    /// Stacks layers, the lowest first. At most 65,535 of them; Linux mounts 500.
    pub fn new(layers: Vec<Arc<Layer>>) -> Self {
        let mut building =
            Building { layers: &layers, paths: Vec::new(), versions: Vec::new(), hiders: vec![Box::default()] };
        building.run();
        let Building { paths, versions, hiders, .. } = building;
        Self { paths: paths.into(), versions: versions.into(), hiders, layers }
    }

    /// The layers, lowest first.
    pub fn layers(&self) -> &[Arc<Layer>] {
        &self.layers
    }

    /// How many paths its layers speak of, the root among them.
    pub fn len(&self) -> usize {
        self.paths.len()
    }

    /// True when no layer says anything.
    pub fn is_empty(&self) -> bool {
        self.paths.len() == 1
    }

    /// The last part of a path.
    pub fn name(&self, id: PathId) -> &[u8] {
        match self.versions(id).first() {
            Some(version) if id != 0 => self.layers[usize::from(version.layer)].name(version.node),
            _ => b"",
        }
    }

    /// The whole path.
    pub fn path(&self, id: PathId) -> PathBytes {
        super::path_of(id, |id| (self.name(id), self.parent(id)))
    }

    /// The directory it is in; the root's is the root.
    pub fn parent(&self, id: PathId) -> PathId {
        self.paths[id as usize].parent
    }

    /// Every path that some layer speaks of in there, sorted by the names' bytes.
    pub fn children(&self, id: PathId) -> Range<PathId> {
        let path = &self.paths[id as usize];
        path.first..path.first + path.children
    }

    /// What the layers say of it, the uppermost first.
    pub fn versions(&self, id: PathId) -> &[Version] {
        let path = &self.paths[id as usize];
        &self.versions[path.versions as usize..][..usize::from(path.count)]
    }

    /// What a version is.
    pub fn inode(&self, version: Version) -> &Inode {
        self.layers[usize::from(version.layer)].inode(version.node)
    }

    /// A path that some layer speaks of, no link followed.
    pub fn find(&self, path: &[u8]) -> Option<PathId> {
        parts(path).try_fold(0, |dir, name| self.child(dir, name))
    }

    /// One name in a directory.
    pub fn child(&self, id: PathId, name: &[u8]) -> Option<PathId> {
        let range = self.children(id);
        let (mut low, mut high) = (range.start, range.end);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.name(middle).cmp(name) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// What an overlay mount of the layers up to that one shows there; none when nothing.
    pub fn seen(&self, id: PathId, up_to: u16) -> Option<Version> {
        let cut = self.cut(id, up_to);
        let top = self.versions(id).iter().copied().find(|version| version.layer <= up_to);
        top.filter(|version| version.layer >= cut && !self.inode(*version).is_whiteout())
    }

    /// What was seen there before that version came.
    pub fn before(&self, id: PathId, version: Version) -> Option<Version> {
        version.layer.checked_sub(1).and_then(|below| self.seen(id, below))
    }

    /// Nothing that a layer below this one has at the path is seen in a mount of the layers up to that one, because of what
    /// is on the way to it.
    pub(super) fn cut(&self, id: PathId, up_to: u16) -> u16 {
        self.hiders_above(id).iter().copied().rev().find(|layer| *layer <= up_to).unwrap_or(0)
    }

    /// Layers in which something on the way to a path hides what those below them have there, ascending.
    pub(super) fn hiders_above(&self, id: PathId) -> &[u16] {
        if id == 0 { &[] } else { &self.hiders[self.paths[self.parent(id) as usize].hiders as usize] }
    }

    /// The uppermost layer's number; 0 without layers.
    pub fn top(&self) -> u16 {
        u16::try_from(self.layers.len().saturating_sub(1)).unwrap_or(u16::MAX)
    }

    /// Bytes of memory that it occupies beside its layers.
    pub fn memory(&self) -> usize {
        size_of_val(&*self.paths) + size_of_val(&*self.versions)
    }
}

struct Building<'a> {
    layers: &'a [Arc<Layer>],
    paths: Vec<Path>,
    versions: Vec<Version>,
    hiders: Vec<Box<[u16]>>,
}

impl Building<'_> {
    fn run(&mut self) {
        let roots: Vec<_> =
            (0..self.layers.len()).rev().map(|layer| Version { layer: number(layer), node: 0 }).collect();
        self.add(0, &roots);
        let mut at = 0;
        while at < self.paths.len() {
            self.open(at);
            at += 1;
        }
    }

    fn add(&mut self, parent: PathId, versions: &[Version]) {
        let path = Path {
            parent,
            first: 0,
            children: 0,
            versions: long(self.versions.len()),
            count: number(versions.len()),
            hiders: 0,
        };
        self.paths.push(path);
        self.versions.extend_from_slice(versions);
    }

    /// Adds what is in a directory, of whichever layer.
    fn open(&mut self, at: usize) {
        let path = self.paths[at];
        let own: Vec<Version> = self.versions[path.versions as usize..][..usize::from(path.count)].to_vec();
        let first = self.paths.len();
        let layers = self.layers;
        let layer = |version: Version| &layers[usize::from(version.layer)];
        let mut inside: Vec<Version> = Vec::new();
        let mut dirs = 0;
        for version in &own {
            let before = inside.len();
            inside.extend(layer(*version).children(version.node).map(|node| Version { layer: version.layer, node }));
            dirs += usize::from(inside.len() > before);
        }
        if inside.is_empty() {
            return;
        }
        if dirs > 1 {
            // Stable: of one name the uppermost layer stays first.
            inside.sort_by(|a, b| layer(*a).name(a.node).cmp(layer(*b).name(b.node)));
        }
        for same in inside.chunk_by(|a, b| layer(*a).name(a.node) == layer(*b).name(b.node)) {
            self.add(long(at), same);
        }
        let hides = |version: &&Version| {
            let inode = layer(**version).inode(version.node);
            !inode.is_directory() || (inode.opaque && at != 0)
        };
        let own: Vec<u16> = own.iter().filter(hides).map(|version| version.layer).collect();
        let hiders = self.with(self.paths[path.parent as usize].hiders, own);
        let children = long(self.paths.len() - first);
        let path = &mut self.paths[at];
        (path.first, path.children, path.hiders) = (long(first), children, hiders);
    }

    /// A set of hiders and more of them.
    fn with(&mut self, set: u32, mut more: Vec<u16>) -> u32 {
        more.retain(|layer| !self.hiders[set as usize].contains(layer));
        if more.is_empty() {
            return set;
        }
        more.extend_from_slice(&self.hiders[set as usize]);
        more.sort_unstable();
        self.hiders.push(more.into());
        long(self.hiders.len() - 1)
    }
}

fn number(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

fn long(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
