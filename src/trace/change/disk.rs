//! How much of the disk is taken by what is kept, as it was counted.

use crate::spec::{ContainerId, Digest};
use serde::{Deserialize, Serialize};

/// What is written and counted where it lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "in")]
pub enum DiskPlace {
    /// A container's writable layer.
    Upper {
        /// Which container's.
        container: ContainerId,
    },
    /// A volume.
    Volume {
        /// Its name.
        name: String,
    },
}

/// A place that was counted, all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Which.
    pub place: DiskPlace,
    /// Bytes as Docker counts them: the length of what is no directory, holes and all, each inode once.
    /// None where it could not be counted.
    pub bytes: Option<u64>,
    /// Containers that have the volume, running or not, by their ids; none of a writable layer.
    #[serde(default)]
    pub users: Vec<ContainerId>,
}

/// The disk that all lies on, and what the store says of its images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disk {
    /// The engine's directory.
    pub path: String,
    /// Of its file system: bytes in all, and of these how many are free for whoever has no privilege (statfs(2)).
    pub room: (u64, u64),
    /// Bytes of all blobs: layers as they were packed, and documents.
    pub blobs: u64,
    /// Every image of the store.
    pub images: Vec<KeptImage>,
    /// What no image is made of.
    pub left: LeftOver,
    /// Containers whose image was deleted by force.
    #[serde(default)]
    pub holders: Vec<Holder>,
    /// [`World::stored`](crate::trace::World::stored) when it began to be counted.
    pub stored: u64,
}

/// What decides whether an image goes, beside its tags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptImage {
    /// Its config's digest.
    pub id: Digest,
    /// The image whose container was committed to make it.
    #[serde(default)]
    pub parent: Option<Digest>,
    /// Names with a digest by which it was pulled.
    #[serde(default)]
    pub digests: Vec<String>,
}

/// A container that keeps layers which its image, deleted by force, does not any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Which.
    pub container: ContainerId,
    /// What it is made of, by chain ids.
    pub layers: Vec<Digest>,
}

/// Bytes that belong to no image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LeftOver {
    /// Of unpacked layers that nothing needs.
    pub layers: u64,
    /// Of unpacked layers that a container, or a pull under way, keeps.
    pub held: u64,
    /// Of blobs that nothing needs.
    pub blobs: u64,
    /// Of the beginnings of blobs that nobody fetches any more.
    pub parts: u64,
}

impl LeftOver {
    /// What `image prune` takes away of it.
    pub fn unneeded(self) -> u64 {
        self.layers.saturating_add(self.blobs).saturating_add(self.parts)
    }
}
