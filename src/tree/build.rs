//! Folding a layer's entries, as the applier of the engine (`engine/unpack/apply.rs`) folds them into a directory.

use super::layer::{FaultReason, Inode, Layer, LayerFault, Node};
use super::{Kind, LayerEntry, PathBytes, Time, parts};
use std::collections::BTreeMap;

/// As many symbolic links Linux follows on one way (path_resolution(7)).
const MOST_LINKS: u32 = 40;

impl Layer {
    /// Folds entries, in the order of the tar.
    pub fn build(entries: impl IntoIterator<Item = LayerEntry>) -> Self {
        let mut builder = Builder::default();
        entries.into_iter().for_each(|entry| builder.take(entry));
        builder.finish()
    }
}

#[derive(Debug)]
struct Builder {
    drafts: Vec<Draft>,
    inodes: Vec<Inode>,
    faults: Vec<LayerFault>,
}

#[derive(Debug)]
struct Draft {
    parent: u32,
    inode: u32,
    children: BTreeMap<Box<[u8]>, u32>,
}

impl Default for Builder {
    fn default() -> Self {
        let root = Draft { parent: 0, inode: 0, children: BTreeMap::new() };
        Self { drafts: vec![root], inodes: vec![implied()], faults: Vec::new() }
    }
}

/// A directory that a tar leaves out.
fn implied() -> Inode {
    Inode {
        kind: Kind::Directory,
        mode: 0o755,
        uid: 0,
        gid: 0,
        mtime: Time::default(),
        links: 0,
        opaque: false,
        implied: true,
        xattrs: Box::default(),
        sum: None,
    }
}

impl Builder {
    pub fn take(&mut self, entry: LayerEntry) {
        let path = entry.path.clone();
        let taken = match &entry.kind {
            Kind::Opaque => self.opaque(&entry),
            Kind::Whiteout => self.whiteout(entry),
            Kind::Directory => self.directory(entry),
            _ => self.other(entry),
        };
        if let Err(reason) = taken {
            self.faults.push(LayerFault { path, reason });
        }
    }

    fn opaque(&mut self, entry: &LayerEntry) -> Result<(), FaultReason> {
        let dir = self.made(entry.path.as_bytes())?;
        self.inode(dir).opaque = true;
        Ok(())
    }

    fn whiteout(&mut self, entry: LayerEntry) -> Result<(), FaultReason> {
        let (dir, name) = self.place(&entry)?;
        match self.child(dir, &name) {
            Some(there) if self.is_directory(there) => self.inode(there).opaque = true,
            Some(_) => {}
            // Nothing is known of a mark but that it is there.
            None => {
                let mark = Inode { kind: Kind::Whiteout, mode: 0, implied: false, ..implied() };
                self.add(dir, name, mark);
            }
        }
        Ok(())
    }

    fn directory(&mut self, entry: LayerEntry) -> Result<(), FaultReason> {
        let id = if entry.path.as_bytes().is_empty() {
            0
        } else {
            let (dir, name) = self.place(&entry)?;
            match self.child(dir, &name) {
                Some(there) if self.is_directory(there) => there,
                Some(there) => {
                    let opaque = self.inode(there).is_whiteout();
                    self.drafts[dir as usize].children.remove(&name);
                    self.add(dir, name, Inode { opaque, ..implied() })
                }
                None => self.add(dir, name, implied()),
            }
        };
        let inode = self.inode(id);
        (inode.mode, inode.uid, inode.gid, inode.mtime) = (entry.mode, entry.uid, entry.gid, entry.mtime);
        inode.implied = false;
        // Setting an attribute takes none away.
        let known = inode.xattrs.iter().cloned();
        inode.xattrs = known.chain(entry.xattrs).collect::<BTreeMap<_, _>>().into_iter().collect();
        Ok(())
    }

    fn other(&mut self, entry: LayerEntry) -> Result<(), FaultReason> {
        let (dir, name) = self.place(&entry)?;
        if let Kind::Hardlink { target } = &entry.kind {
            return self.link(dir, name, target);
        }
        self.drafts[dir as usize].children.remove(&name);
        let xattrs: BTreeMap<_, _> = entry.xattrs.into_iter().collect();
        let inode = Inode {
            kind: entry.kind,
            mode: entry.mode,
            uid: entry.uid,
            gid: entry.gid,
            mtime: entry.mtime,
            links: 0,
            opaque: false,
            implied: false,
            xattrs: xattrs.into_iter().collect(),
            sum: entry.sum,
        };
        self.add(dir, name, inode);
        Ok(())
    }

    fn link(&mut self, dir: u32, name: Box<[u8]>, target: &PathBytes) -> Result<(), FaultReason> {
        self.linked(target)?;
        // What is there already goes first, and may take the link's target with it.
        self.drafts[dir as usize].children.remove(&name);
        let inode = self.linked(target)?;
        self.insert(dir, name, inode);
        Ok(())
    }

    /// The inode of a hard link's target: links on the way are followed, a last one is not.
    fn linked(&self, target: &PathBytes) -> Result<u32, FaultReason> {
        let (dir, name) = split(target.as_bytes());
        let dir = self.resolve(dir)?.ok_or(FaultReason::LinkToNothing)?;
        let found = self.child(dir, name).ok_or(FaultReason::LinkToNothing)?;
        let inode = self.drafts[found as usize].inode;
        match &self.inodes[inode as usize] {
            at if at.is_directory() => Err(FaultReason::LinkToDirectory),
            at if at.is_whiteout() => Err(FaultReason::LinkToNothing),
            _ => Ok(inode),
        }
    }

    /// Where an entry goes; directories on the way are made when they are missing.
    fn place(&mut self, entry: &LayerEntry) -> Result<(u32, Box<[u8]>), FaultReason> {
        let (dir, name) = split(entry.path.as_bytes());
        if name.is_empty() {
            return Err(FaultReason::Root);
        }
        Ok((self.made(dir)?, name.into()))
    }

    /// The directory of that path, made when it is missing.
    fn made(&mut self, path: &[u8]) -> Result<u32, FaultReason> {
        if let Some(dir) = self.resolve(path)? {
            return Ok(dir);
        }
        let mut dir = 0;
        for name in parts(path) {
            dir = match self.child(dir, name) {
                None => self.add(dir, name.into(), implied()),
                // It hides what is below, and so does the directory that takes its place.
                Some(there) if self.inodes[self.drafts[there as usize].inode as usize].is_whiteout() => {
                    self.drafts[dir as usize].children.remove(name);
                    self.add(dir, name.into(), Inode { opaque: true, ..implied() })
                }
                Some(_) => self.walk(dir, name)?.ok_or(FaultReason::NotADirectory)?,
            };
        }
        Ok(dir)
    }

    /// The directory of that path; none when it is not there or is none.
    fn resolve(&self, path: &[u8]) -> Result<Option<u32>, FaultReason> {
        self.walk(0, path)
    }

    /// As `openat2(RESOLVE_IN_ROOT)`: neither `..` nor an absolute link leads out of the layer.
    fn walk(&self, from: u32, path: &[u8]) -> Result<Option<u32>, FaultReason> {
        let mut dir = from;
        let mut links = 0;
        let mut todo: Vec<&[u8]> = parts(path).rev().collect();
        while let Some(name) = todo.pop() {
            if name == b".." {
                dir = self.drafts[dir as usize].parent;
                continue;
            }
            let Some(next) = self.child(dir, name) else { return Ok(None) };
            match &self.inodes[self.drafts[next as usize].inode as usize].kind {
                Kind::Directory => dir = next,
                Kind::Symlink { target } => {
                    links += 1;
                    if links > MOST_LINKS {
                        return Err(FaultReason::TooManyLinks);
                    }
                    let target = target.as_bytes();
                    if target.starts_with(b"/") {
                        dir = 0;
                    }
                    todo.extend(parts(target).rev());
                }
                _ => return Ok(None),
            }
        }
        Ok(Some(dir))
    }

    fn child(&self, dir: u32, name: &[u8]) -> Option<u32> {
        self.drafts[dir as usize].children.get(name).copied()
    }

    fn inode(&mut self, id: u32) -> &mut Inode {
        &mut self.inodes[self.drafts[id as usize].inode as usize]
    }

    fn is_directory(&self, id: u32) -> bool {
        self.inodes[self.drafts[id as usize].inode as usize].is_directory()
    }

    fn add(&mut self, dir: u32, name: Box<[u8]>, inode: Inode) -> u32 {
        self.inodes.push(inode);
        self.insert(dir, name, count(self.inodes.len()) - 1)
    }

    fn insert(&mut self, dir: u32, name: Box<[u8]>, inode: u32) -> u32 {
        let id = count(self.drafts.len());
        self.drafts.push(Draft { parent: dir, inode, children: BTreeMap::new() });
        self.drafts[dir as usize].children.insert(name, id);
        id
    }

    /// Lays the tree out breadth first, without what was replaced.
    pub fn finish(mut self) -> Layer {
        let mut nodes = Vec::with_capacity(self.drafts.len());
        let mut names = Vec::new();
        let mut inodes: Vec<Inode> = Vec::with_capacity(self.inodes.len());
        let mut renumbered = vec![u32::MAX; self.inodes.len()];
        nodes.push(Node { parent: 0, first: 0, children: 0, inode: self.drafts[0].inode, name_at: 0, name_length: 0 });
        let mut drafts = vec![0u32];
        let mut at = 0;
        while at < nodes.len() {
            let children = std::mem::take(&mut self.drafts[drafts[at] as usize].children);
            nodes[at].first = count(nodes.len());
            nodes[at].children = count(children.len());
            let old = nodes[at].inode as usize;
            if renumbered[old] == u32::MAX {
                renumbered[old] = count(inodes.len());
                inodes.push(std::mem::replace(&mut self.inodes[old], implied()));
            }
            nodes[at].inode = renumbered[old];
            inodes[renumbered[old] as usize].links += 1;
            for (name, child) in children {
                let name_at = count(names.len());
                names.extend_from_slice(&name);
                let inode = self.drafts[child as usize].inode;
                let node =
                    Node { parent: count(at), first: 0, children: 0, inode, name_at, name_length: count(name.len()) };
                nodes.push(node);
                drafts.push(child);
            }
            at += 1;
        }
        Layer { nodes: nodes.into(), names: names.into(), inodes: inodes.into(), faults: self.faults }
    }
}

/// A layer of more than four thousand million names, or bytes of names, is refused long before this.
fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A path's directory, and its last name.
fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|b| *b == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (b"", path),
    }
}
