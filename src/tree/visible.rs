use super::difference::{Aspect, Aspects};
use super::{Inode, Kind, PathId, Stack, Version};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Which layers are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "scope", content = "layer")]
pub enum Scope {
    /// This one alone.
    Layer(u16),
    /// What a mount of the layers up to this one shows, and what it no longer shows.
    UpTo(u16),
}

/// What a layer did to a path, compared with what a mount of the layers below it showed there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathChange {
    /// The same was there already.
    #[default]
    Same,
    /// Nothing was there.
    Added,
    /// Something else was there: other content, or a file of the same size and another time, of whose content nothing more is
    /// known.
    Changed,
    /// The same was there with another mode, owner, attributes or time.
    Metadata,
    /// It hid everything that was in this directory.
    Opaque,
    /// It was deleted.
    Deleted,
    /// A whiteout where nothing was.
    NoEffect,
}

/// What is seen of a [`Stack`] in one [`Scope`], with the sizes of its directories.
///
/// Made in a time that grows with the number of paths (see `benches/tree.rs`): make it when the scope changes, beside the
/// thread that paints.
#[derive(Debug, Clone)]
pub struct VisibleTree {
    scope: Scope,
    states: Box<[State]>,
}

#[derive(Debug, Clone, Copy, Default)]
struct State {
    /// Bytes of content here and below; each inode counts once, as with du(1).
    total: u64,
    /// Files and other things that are no directories, here and below.
    files: u32,
    /// Plus one; 0: nothing to show.
    version: u16,
    mark: PathChange,
    open: bool,
}

impl Stack {
    /// Looks at some of its layers.
    pub fn visible(&self, scope: Scope) -> VisibleTree {
        let mut states = vec![State::default(); self.len()];
        let mut counted = HashSet::new();
        for (id, state) in (0..).zip(&mut states) {
            let Some((index, mark)) = self.state(id, scope) else { continue };
            (state.version, state.mark) = (index + 1, mark);
            let version = self.versions(id)[usize::from(index)];
            let inode = self.inode(version);
            if matches!(mark, PathChange::Deleted | PathChange::NoEffect) || inode.is_directory() {
                continue;
            }
            state.files = 1;
            let number = self.layers()[usize::from(version.layer)].inode_number(version.node);
            if inode.links == 1 || counted.insert((version.layer, number)) {
                state.total = inode.size();
            }
        }
        for id in (1..states.len()).rev() {
            let State { total, files, version, .. } = states[id];
            let parent = &mut states[self.parent(id as PathId) as usize];
            parent.total += total;
            parent.files += files;
            parent.open |= version != 0;
        }
        VisibleTree { scope, states: states.into() }
    }

    fn state(&self, id: PathId, scope: Scope) -> Option<(u16, PathChange)> {
        let versions = self.versions(id);
        let at = |wanted: &dyn Fn(&Version) -> bool| versions.iter().position(wanted);
        match scope {
            Scope::Layer(layer) => {
                let index = at(&|version| version.layer == layer)?;
                Some((index as u16, self.mark(id, versions[index])))
            }
            Scope::UpTo(layer) => match self.seen(id, layer) {
                Some(seen) => Some((at(&|version| *version == seen)? as u16, self.mark(id, seen))),
                // What was there last; else a whiteout that hides nothing.
                None => {
                    let known = |version: &Version| version.layer <= layer;
                    let last = at(&|version| known(version) && !self.inode(*version).is_whiteout());
                    match last {
                        Some(last) => Some((last as u16, PathChange::Deleted)),
                        None => Some((at(&known)? as u16, PathChange::NoEffect)),
                    }
                }
            },
        }
    }

    /// What that version did to the path.
    pub fn mark(&self, id: PathId, version: Version) -> PathChange {
        let inode = self.inode(version);
        let before = self.before(id, version).map(|before| self.inode(before));
        match before {
            None if inode.is_whiteout() => PathChange::NoEffect,
            Some(_) if inode.is_whiteout() => PathChange::Deleted,
            None => PathChange::Added,
            Some(before) if id != 0 && inode.opaque && before.is_directory() => PathChange::Opaque,
            Some(before) => changed(before, inode),
        }
    }
}

fn changed(before: &Inode, inode: &Inode) -> PathChange {
    let aspects = Aspects::between(before, inode);
    let unknown = matches!(inode.kind, Kind::File { .. }) && before.same_content(inode).is_none();
    let rewritten = aspects.has(Aspect::Time) && unknown;
    match () {
        () if aspects.content() || rewritten => PathChange::Changed,
        () if aspects.is_empty() => PathChange::Same,
        () => PathChange::Metadata,
    }
}

impl VisibleTree {
    /// Which layers it looks at.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// What stands there, or, for what is deleted, stood there last; none when the scope has nothing of the path.
    pub fn version(&self, stack: &Stack, id: PathId) -> Option<Version> {
        let index = self.states[id as usize].version.checked_sub(1)?;
        stack.versions(id).get(usize::from(index)).copied()
    }

    /// True when it is there: neither deleted nor a whiteout.
    pub fn is_there(&self, id: PathId) -> bool {
        let state = &self.states[id as usize];
        state.version != 0 && !matches!(state.mark, PathChange::Deleted | PathChange::NoEffect)
    }

    /// What the layer that serves it did to it.
    pub fn mark(&self, id: PathId) -> PathChange {
        self.states[id as usize].mark
    }

    /// Bytes of content here and below; each inode counts once, as with du(1).
    pub fn total(&self, id: PathId) -> u64 {
        self.states[id as usize].total
    }

    /// How many names here and below are no directories.
    pub fn files(&self, id: PathId) -> u32 {
        self.states[id as usize].files
    }

    /// True when the scope has something in there.
    pub fn has_children(&self, id: PathId) -> bool {
        self.states[id as usize].open
    }

    /// Paths of which the scope has something: all, in order.
    pub fn paths(&self) -> impl Iterator<Item = PathId> {
        (0..).zip(&self.states).filter(|(_, state)| state.version != 0).map(|(id, _)| id)
    }

    /// Bytes of memory that it occupies.
    pub fn memory(&self) -> usize {
        size_of_val(&*self.states)
    }
}
