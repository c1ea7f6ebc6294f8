use super::{Inode, Kind, PathBytes};
use serde::{Deserialize, Serialize};

/// One respect in which two versions of a path differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// A file, a directory, a link, …
    Kind,
    /// Bytes of content.
    Size,
    /// The content of files of one size.
    Content,
    /// When it was changed. Of two files of one size whose sums are not known it is all that tells of their content.
    Time,
    /// What a symbolic link holds.
    Target,
    /// A device's numbers.
    Device,
    /// Permission bits.
    Mode,
    /// User or group.
    Owner,
    /// Extended attributes.
    Xattrs,
}

/// All respects in which two versions of a path differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Aspects(u16);

const ALL: [Aspect; 9] = [
    Aspect::Kind,
    Aspect::Size,
    Aspect::Content,
    Aspect::Time,
    Aspect::Target,
    Aspect::Device,
    Aspect::Mode,
    Aspect::Owner,
    Aspect::Xattrs,
];

impl Aspects {
    /// How two versions differ. Of an implied directory no time is known, so none is compared.
    pub fn between(a: &Inode, b: &Inode) -> Self {
        let mut found = Self::default();
        match (&a.kind, &b.kind) {
            (Kind::File { size }, Kind::File { size: other }) => {
                found.set(Aspect::Size, size != other);
                found.set(Aspect::Content, size == other && a.same_content(b) == Some(false));
            }
            (Kind::Symlink { target: a }, Kind::Symlink { target: b }) => found.set(Aspect::Target, a != b),
            (Kind::Char { .. }, Kind::Char { .. }) | (Kind::Block { .. }, Kind::Block { .. }) => {
                found.set(Aspect::Device, a.kind != b.kind);
            }
            (a, b) => found.set(Aspect::Kind, std::mem::discriminant(a) != std::mem::discriminant(b)),
        }
        found.set(Aspect::Time, a.mtime != b.mtime && !a.implied && !b.implied);
        // The mode of a symbolic link means nothing to Linux.
        found.set(Aspect::Mode, a.mode != b.mode && !matches!(a.kind, Kind::Symlink { .. }));
        found.set(Aspect::Owner, (a.uid, a.gid) != (b.uid, b.gid));
        found.set(Aspect::Xattrs, !a.shown_xattrs().eq(b.shown_xattrs()));
        found
    }

    fn set(&mut self, aspect: Aspect, differs: bool) {
        self.0 |= u16::from(differs) << aspect as u8;
    }

    /// True when they differ in that.
    pub fn has(self, aspect: Aspect) -> bool {
        self.0 & 1 << aspect as u8 != 0
    }

    /// True when they do not differ.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// True when something else stands there.
    pub fn content(self) -> bool {
        [Aspect::Kind, Aspect::Size, Aspect::Content, Aspect::Target, Aspect::Device]
            .into_iter()
            .any(|aspect| self.has(aspect))
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Aspect> {
        ALL.into_iter().filter(move |aspect| self.has(*aspect))
    }
}

impl Inode {
    /// Its attributes but for those that speak to overlayfs: the applier leaves them out, and no mount shows them.
    pub fn shown_xattrs(&self) -> impl Iterator<Item = &(PathBytes, PathBytes)> {
        let private = |name: &[u8]| name.starts_with(b"trusted.overlay.") || name.starts_with(b"user.overlay.");
        self.xattrs.iter().filter(move |(name, _)| !private(name.as_bytes()))
    }
}
