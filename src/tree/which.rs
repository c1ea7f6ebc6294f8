use super::{Kind, PathBytes, PathId, Stack, Version, parts};
use serde::{Deserialize, Serialize};

/// Which layer serves a path, and what hides beneath.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Which {
    /// What is seen; none when nothing is.
    pub serving: Option<Version>,
    /// What each layer says of the path, the uppermost first, whiteouts among them.
    pub versions: Vec<WhichVersion>,
}

/// One version, and why it is not what is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhichVersion {
    /// Which.
    pub version: Version,
    /// None for what is seen, and for the whiteout because of which nothing is.
    pub hidden: Option<Hidden>,
}

/// Why a version of a path is not what is seen there: the first layer above it that hides it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Hidden {
    /// That layer has something else at this very path.
    Replaced {
        /// The layer.
        layer: u16,
    },
    /// A directory below a directory: what is in it is seen, its metadata are not.
    Merged {
        /// The layer whose metadata are seen.
        layer: u16,
    },
    /// That layer has a whiteout of this path, or of a directory on the way to it.
    Deleted {
        /// The layer.
        layer: u16,
        /// What it deletes.
        at: PathBytes,
    },
    /// That layer made this directory, or one on the way, opaque.
    Opaque {
        /// The layer.
        layer: u16,
        /// The directory.
        at: PathBytes,
    },
    /// In that layer something on the way is no directory.
    NotADirectory {
        /// The layer.
        layer: u16,
        /// What is none.
        at: PathBytes,
    },
}

/// A path as it is found in a mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// Where it leads; none when no layer speaks of it.
    pub id: Option<PathId>,
    /// The path without symbolic links on the way; when it leads nowhere, of what is not gone into any more with all that
    /// comes behind.
    pub path: PathBytes,
    /// When it leads nowhere: what is not there, or is no directory.
    pub stopped: Option<PathBytes>,
    /// Links that were followed: where each is, and what it holds.
    pub links: Vec<(PathId, PathBytes)>,
}

impl Stack {
    /// Who serves a path in a mount of the layers up to that one, and what hides beneath.
    pub fn which(&self, id: PathId, up_to: u16) -> Which {
        let serving = self.seen(id, up_to);
        let known: Vec<_> = self.versions(id).iter().copied().filter(|version| version.layer <= up_to).collect();
        let versions = known.iter().map(|version| WhichVersion {
            version: *version,
            hidden: if serving == Some(*version) { None } else { self.hidden(id, *version, up_to) },
        });
        Which { serving, versions: versions.collect() }
    }

    /// Why a version is not seen in a mount of the layers up to that one; none when it is, or nothing above speaks of it.
    pub fn hidden(&self, id: PathId, version: Version, up_to: u16) -> Option<Hidden> {
        let between = |layer: u16| layer > version.layer && layer <= up_to;
        let mut own = self.versions(id).iter().rev().filter(|above| between(above.layer));
        let here = own.clone().find_map(|above| self.hides_here(id, version, *above));
        let on_the_way = self.hiders_above(id).iter().copied().find(|layer| between(*layer));
        let first = |hidden: &Hidden| on_the_way.is_none_or(|layer| hidden.layer() < layer);
        match (here.filter(first), on_the_way) {
            (Some(hidden), _) => Some(hidden),
            (None, Some(layer)) => self.hides_on_the_way(id, layer),
            (None, None) => own.next_back().map(|above| Hidden::Merged { layer: above.layer }),
        }
    }

    fn hides_here(&self, id: PathId, version: Version, above: Version) -> Option<Hidden> {
        let (below, inode, layer) = (self.inode(version), self.inode(above), above.layer);
        match () {
            () if inode.is_whiteout() => Some(Hidden::Deleted { layer, at: self.path(id) }),
            () if !inode.is_directory() || !below.is_directory() => Some(Hidden::Replaced { layer }),
            () if inode.opaque && id != 0 => Some(Hidden::Opaque { layer, at: self.path(id) }),
            () => None,
        }
    }

    fn hides_on_the_way(&self, id: PathId, layer: u16) -> Option<Hidden> {
        let mut at = id;
        while at != 0 {
            at = self.parent(at);
            let Some(version) = self.versions(at).iter().find(|version| version.layer == layer) else { continue };
            let (inode, path) = (self.inode(*version), self.path(at));
            match () {
                () if inode.is_whiteout() => return Some(Hidden::Deleted { layer, at: path }),
                () if !inode.is_directory() => return Some(Hidden::NotADirectory { layer, at: path }),
                () if inode.opaque && at != 0 => return Some(Hidden::Opaque { layer, at: path }),
                () => {}
            }
        }
        None
    }

    /// Follows a path as a process in the container does: symbolic links on the way lead on inside, at most 40 of them; the
    /// last one only when asked for. What is not seen any more is gone on with by name, but there is no way back out of it,
    /// nor out of what is no directory.
    pub fn resolve(&self, path: &[u8], up_to: u16, follow_last: bool) -> Resolved {
        let mut todo: Vec<Vec<u8>> = parts(path).rev().map(<[u8]>::to_vec).collect();
        let mut links: Vec<(PathId, PathBytes)> = Vec::new();
        let mut at = 0;
        while let Some(name) = todo.pop() {
            let directory = || self.seen(at, up_to).is_some_and(|version| self.inode(version).is_directory());
            if name == b".." && (at == 0 || directory()) {
                at = self.parent(at);
                continue;
            }
            let found = if name == b".." { None } else { self.child(at, &name) };
            let Some(next) = found else {
                let here = self.path(at);
                let below = |names: &[Vec<u8>]| -> PathBytes {
                    let before = (at != 0).then(|| here.as_bytes().to_vec());
                    before.into_iter().chain(names.iter().cloned()).collect::<Vec<_>>().join(&b'/').into()
                };
                let stopped = if at == 0 || directory() { below(std::slice::from_ref(&name)) } else { here.clone() };
                let rest: Vec<_> = std::iter::once(name).chain(todo.into_iter().rev()).collect();
                return Resolved { id: None, path: below(&rest), stopped: Some(stopped), links };
            };
            let target = self.seen(next, up_to).and_then(|version| match &self.inode(version).kind {
                Kind::Symlink { target } if !todo.is_empty() || follow_last => Some(target.clone()),
                _ => None,
            });
            match target {
                Some(target) if links.len() < 40 => {
                    if target.as_bytes().starts_with(b"/") {
                        at = 0;
                    }
                    todo.extend(parts(target.as_bytes()).rev().map(<[u8]>::to_vec));
                    links.push((next, target));
                }
                _ => at = next,
            }
        }
        Resolved { id: Some(at), path: self.path(at), stopped: None, links }
    }
}

impl Hidden {
    /// The layer that hides.
    pub fn layer(&self) -> u16 {
        match self {
            Self::Replaced { layer }
            | Self::Merged { layer }
            | Self::Deleted { layer, .. }
            | Self::Opaque { layer, .. }
            | Self::NotADirectory { layer, .. } => *layer,
        }
    }
}
