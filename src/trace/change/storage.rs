//! What is true of mounts, volumes and directories.

use crate::spec::{ContainerId, Digest};
use serde::{Deserialize, Serialize};

/// Names a mount: mount namespace inode and mount id (mountinfo field 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MountKey {
    /// Inode number of the mount namespace.
    pub mntns: u64,
    /// Mount id, unique in this boot while the mount lives.
    pub id: u64,
}

/// A mount as mountinfo shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// Its name.
    pub key: MountKey,
    /// For which container; none for the engine's own.
    pub container: Option<ContainerId>,
    /// Where, as seen in its own mount namespace.
    pub target: String,
    /// What in the learner's words.
    pub kind: MountKind,
    /// `overlay`, `ext4`, `tmpfs`, `proc`, …
    pub fstype: String,
    /// Mount source of mountinfo.
    pub source: String,
    /// Root of the mount within its file system (mountinfo field 4).
    pub root: String,
    /// Mount and super block options.
    pub options: String,
    /// Read-only.
    pub read_only: bool,
}

/// What a mount is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "as")]
pub enum MountKind {
    /// The container's root.
    Overlay {
        /// Lower directories, uppermost first, as in `lowerdir=`.
        lower: Vec<String>,
        /// `upperdir=`
        upper: String,
        /// `workdir=`
        work: String,
    },
    /// A named or anonymous volume.
    Volume {
        /// Its name.
        name: String,
    },
    /// A host path.
    Bind {
        /// The path on the host.
        from: String,
    },
    /// Memory.
    Tmpfs,
    /// `/proc`, `/sys`, `/dev/…`, `/etc/hosts`, masks.
    System,
}

/// A volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// Its name; the key.
    pub name: String,
    /// Where its bytes are on the host.
    pub path: String,
    /// Made for one container and named by a random digest.
    pub anonymous: bool,
}

/// Where to a volume was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveWay {
    /// Out of the engine, into an archive.
    Export,
    /// Out of an archive, into the engine.
    Import,
}

/// What was moved of a volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Its name.
    pub volume: String,
    /// Where to.
    pub way: MoveWay,
    /// Files, directories and links.
    pub entries: u64,
    /// Bytes of the archive that were read or written, as a tar.
    pub bytes: u64,
    /// sha256 of the archive's list of digests: the same list is the same content.
    pub digest: Digest,
}

/// A directory of the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dir {
    /// Its path; the key.
    pub path: String,
    /// What it is for.
    pub role: DirRole,
    /// For which container.
    pub container: Option<ContainerId>,
}

/// What a directory is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirRole {
    /// The container's writable layer.
    Upper,
    /// Overlay's work directory.
    Work,
    /// Where the overlay is mounted.
    Merged,
    /// The host's side of a bind mount.
    BindSource,
}

/// Where bytes live that a container writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HomeKind {
    /// A directory of the host.
    Bind,
    /// A volume.
    Volume,
    /// Its writable layer.
    Upper,
    /// Memory.
    Tmpfs,
}

impl HomeKind {
    /// What it is called in messages.
    pub fn key(self) -> &'static str {
        match self {
            Self::Bind => "bind",
            Self::Volume => "volume",
            Self::Upper => "upper",
            Self::Tmpfs => "tmpfs",
        }
    }
}

/// A place outside of the writable layers in which what containers write lives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "in")]
pub enum Home {
    /// A volume.
    Volume {
        /// Its name.
        name: String,
    },
    /// A file or directory of the host.
    Bind {
        /// Its path on the host.
        from: String,
    },
    /// Memory.
    Tmpfs {
        /// The mount; its bytes go with it.
        mount: MountKey,
    },
}

/// What a home holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// Of which home.
    pub home: Home,
    /// Its path on the host; none where it lies in memory alone.
    #[serde(default)]
    pub at: Option<String>,
    /// The files that were changed last, the latest first: at most [`Contents::SHOWN`].
    pub newest: Vec<HomeFile>,
    /// Paths of those of them that were not so at the look before. Of the first look none.
    pub fresh: Vec<String>,
    /// How many files there are, links and the like among them, but no directories.
    pub files: u64,
    /// Directories below the home's own.
    pub dirs: u64,
    /// Sizes of the regular files together, in bytes.
    pub bytes: u64,
    /// Of its file system: bytes in all, and of these how many are free for whoever has no privilege (statfs(2)).
    #[serde(default)]
    pub room: (u64, u64),
    /// Whether what containers have mounted is still what lies there.
    #[serde(default)]
    pub still: Still,
    /// All of it was looked at. A home may be a whole disk: then only so much of it was.
    pub whole: bool,
}

impl Contents {
    /// Files that are named.
    pub const SHOWN: usize = 8;

    /// That a home holds nothing.
    pub fn none(home: Home) -> Self {
        Self {
            home,
            at: None,
            newest: Vec::new(),
            fresh: Vec::new(),
            files: 0,
            dirs: 0,
            bytes: 0,
            room: (0, 0),
            still: Still::Same,
            whole: true,
        }
    }

    /// Nothing was found there, and all of it was looked at.
    pub fn is_empty(&self) -> bool {
        self.files == 0 && self.whole && self.still == Still::Same
    }
}

/// Whether a home is what it was when it was mounted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Still {
    /// It is.
    #[default]
    Same,
    /// Nothing lies there any more. Containers keep what they have mounted.
    Gone,
    /// Another file or directory lies there: many editors save so. Containers keep the one before.
    Replaced,
}

/// A file in a home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomeFile {
    /// Its path below the home; empty where the home is this file.
    pub path: String,
    /// Inode number: the same from inside a container and from the host.
    pub inode: u64,
    /// Bytes.
    pub size: u64,
    /// When it or its inode was changed last (`st_ctime`, which nobody can set), in nanoseconds since 1970 by the host's clock.
    pub changed: i64,
}
