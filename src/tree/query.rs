use super::{Kind, PathChange, PathId, Stack, VisibleTree};
use std::collections::BTreeSet;

/// What is searched for. All that is given must fit; what is left empty fits all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// A part of the name, or with a `/` in it of the whole path; with `*` or `?` a pattern of all of it. ASCII letters fit
    /// in either case.
    pub text: String,
    /// Any of these.
    pub marks: BTreeSet<PathChange>,
    /// Any of these.
    pub kinds: BTreeSet<KindFilter>,
    /// Regular files of at least so many bytes; with 0 everything.
    pub min_size: u64,
    /// Served by this layer.
    pub layer: Option<u16>,
    /// Only what is there: neither deleted nor a whiteout.
    pub there: bool,
}

/// A coarse kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KindFilter {
    /// Regular files.
    File,
    /// Directories.
    Directory,
    /// Symbolic links.
    Symlink,
    /// Pipes and devices.
    Special,
    /// Whiteouts.
    Whiteout,
}

/// What a [`Query`] found, with the directories on the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matches {
    /// What fits, directory by directory.
    pub hits: Vec<PathId>,
    shown: Bits,
    hit: Bits,
    /// Directories that have something shown in them.
    open: Bits,
}

impl Matches {
    /// True for what fits and for the directories on the way to it.
    pub fn shows(&self, id: PathId) -> bool {
        self.shown.get(id)
    }

    /// True for what fits.
    pub fn is_hit(&self, id: PathId) -> bool {
        self.hit.get(id)
    }

    /// True for a directory in which something fits.
    pub fn is_on_the_way(&self, id: PathId) -> bool {
        self.open.get(id)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Bits(Box<[u64]>);

impl Bits {
    fn new(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)].into())
    }

    fn get(&self, id: PathId) -> bool {
        self.0.get(id as usize / 64).is_some_and(|word| word >> (id % 64) & 1 == 1)
    }

    fn set(&mut self, id: PathId) {
        self.0[id as usize / 64] |= 1 << (id % 64);
    }
}

impl Stack {
    /// Searches what a visible tree has. Takes a time that grows with the number of paths: beside the thread that paints.
    pub fn search(&self, visible: &VisibleTree, query: &Query) -> Matches {
        let count = self.len();
        let mut found =
            Matches { hits: Vec::new(), shown: Bits::new(count), hit: Bits::new(count), open: Bits::new(count) };
        let pattern = Pattern::new(&query.text);
        let mut path = Vec::new();
        for id in visible.paths() {
            if !self.fits(visible, query, id) {
                continue;
            }
            let fits = match &pattern {
                None => true,
                Some(pattern) if pattern.whole_path => {
                    self.write_path(id, &mut path);
                    pattern.fits(&path)
                }
                Some(pattern) => pattern.fits(self.name(id)),
            };
            if fits {
                found.note(self, id);
            }
        }
        found
    }

    fn fits(&self, visible: &VisibleTree, query: &Query, id: PathId) -> bool {
        let Some(version) = visible.version(self, id) else { return false };
        let inode = self.inode(version);
        let kind = match inode.kind {
            Kind::File { .. } => KindFilter::File,
            Kind::Directory => KindFilter::Directory,
            Kind::Symlink { .. } => KindFilter::Symlink,
            _ if inode.is_whiteout() => KindFilter::Whiteout,
            _ => KindFilter::Special,
        };
        (query.marks.is_empty() || query.marks.contains(&visible.mark(id)))
            && (query.kinds.is_empty() || query.kinds.contains(&kind))
            && (query.min_size == 0 || inode.size() >= query.min_size)
            && query.layer.is_none_or(|layer| layer == version.layer)
            && (!query.there || visible.is_there(id))
    }

    /// The whole path with a slash before each name, into a buffer that is used again.
    fn write_path(&self, id: PathId, out: &mut Vec<u8>) {
        out.clear();
        let mut at = id;
        while at != 0 {
            out.extend(self.name(at).iter().rev());
            out.push(b'/');
            at = self.parent(at);
        }
        out.reverse();
    }
}

impl Matches {
    fn note(&mut self, stack: &Stack, id: PathId) {
        self.hits.push(id);
        self.hit.set(id);
        let mut at = id;
        while !self.shown.get(at) {
            self.shown.set(at);
            if at == 0 {
                break;
            }
            at = stack.parent(at);
            self.open.set(at);
        }
        // The walk ends where an earlier hit was: that one may have had nothing in it until now.
        if id != 0 {
            self.open.set(stack.parent(id));
        }
    }
}

struct Pattern {
    text: Vec<u8>,
    glob: bool,
    whole_path: bool,
}

impl Pattern {
    fn new(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase().into_bytes();
        let has = |wanted: &[u8]| text.iter().any(|byte| wanted.contains(byte));
        let (glob, whole_path) = (has(b"*?"), has(b"/"));
        (!text.is_empty()).then_some(Self { text, glob, whole_path })
    }

    fn fits(&self, name: &[u8]) -> bool {
        if self.glob {
            return glob(&self.text, name) || (self.whole_path && glob(&self.text, name.get(1..).unwrap_or_default()));
        }
        name.windows(self.text.len()).any(|part| part.eq_ignore_ascii_case(&self.text))
    }
}

/// `*` is any bytes, `?` any one byte. Never slower than the product of the lengths.
fn glob(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p + 1, n));
                p += 1;
            }
            Some(&byte) if byte == b'?' || byte == name[n].to_ascii_lowercase() => {
                p += 1;
                n += 1;
            }
            _ => match &mut retry {
                Some((star, from)) => {
                    *from += 1;
                    (p, n) = (*star, *from);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_as_a_shell_has_them() {
        let fits = |text: &str, name: &str| Pattern::new(text).unwrap().fits(name.as_bytes());
        assert!(fits("*.SO", "libc.so") && fits("lib?.so*", "libc.so.6") && fits("*a*b*", "xxaxxbxx"));
        assert!(!fits("*.so", "libc.so.6") && !fits("lib?.so", "lib.so") && !fits("?", ""));
        assert!(fits("IBC", "libc.so") && !fits("libd", "libc.so"));
        assert!(fits("etc/pass", "/etc/passwd") && fits("/etc/*", "/etc/passwd") && fits("etc/*", "/etc/passwd"));
    }
}
