//! What is true of mounts, volumes and directories.

use crate::spec::ContainerId;
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
