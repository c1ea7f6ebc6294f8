use super::{PathBytes, Sum};
use serde::{Deserialize, Serialize};

/// What a layer says about one path: an entry of its tar, or of a directory that plays the layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerEntry {
    /// Without leading `/` or `./` and without `..`; empty for the root. For a whiteout the path that it hides, for an
    /// opaque mark the directory.
    pub path: PathBytes,
    /// What is there.
    #[serde(flatten)]
    pub kind: Kind,
    /// Permission bits, with setuid, setgid and sticky: at most `0o7777`.
    pub mode: u32,
    /// The owner's number, as the layer says: not as this host may have to write it.
    pub uid: u64,
    /// The group's number.
    pub gid: u64,
    /// When it was changed.
    pub mtime: Time,
    /// Extended attributes: name and value, as the layer says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub xattrs: Vec<(PathBytes, PathBytes)>,
    /// Of a file: what its content is told by, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<Sum>,
}

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Kind {
    /// A regular file of that many bytes (of a sparse one: with its holes).
    File {
        /// Bytes.
        size: u64,
    },
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink {
        /// What it holds, as it is.
        target: PathBytes,
    },
    /// One more name of a file of this same layer.
    Hardlink {
        /// That file's path, cleaned like [`LayerEntry::path`].
        target: PathBytes,
    },
    /// A named pipe.
    Fifo,
    /// A character device.
    Char {
        /// Major number.
        major: u32,
        /// Minor number.
        minor: u32,
    },
    /// A block device.
    Block {
        /// Major number.
        major: u32,
        /// Minor number.
        minor: u32,
    },
    /// `.wh.<name>`: what the layers below have there is hidden (OCI image-spec, layer.md).
    Whiteout,
    /// `.wh..wh..opq`: all that the layers below have in this directory is hidden.
    Opaque,
}

/// Seconds since 1970, which may be before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Time {
    /// Whole seconds, rounded down.
    pub seconds: i64,
    /// Nanoseconds since then: fewer than 1,000,000,000.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub nanos: u32,
}

fn is_zero(nanos: &u32) -> bool {
    *nanos == 0
}
