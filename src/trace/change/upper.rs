//! What is true of a container's writable layer: overlay's upper directory.

use super::Effect;
use crate::spec::{ContainerId, Digest};
use serde::{Deserialize, Serialize};

/// A container wrote: what is different in its upper directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpperChange {
    /// Whose.
    pub container: ContainerId,
    /// Its upper directory.
    pub upper: String,
    /// What is there now that was not, or was otherwise: at most [`UpperChange::SHOWN`] of them, the most telling first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<UpperFile>,
    /// Paths that are in the upper directory no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<String>,
    /// What all of it comes to, shown or not.
    pub totals: UpperTotals,
}

impl UpperChange {
    /// How many paths an event carries, and a World keeps. The directory itself holds the rest; the totals count all.
    pub const SHOWN: usize = 200;
}

/// One path of an upper directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpperFile {
    /// `etc/motd`, without a leading slash; bytes outside UTF-8 as `\xNN`.
    pub path: String,
    /// What it does to the layers below.
    pub effect: Effect,
    /// It is a directory.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dir: bool,
    /// An empty place that the engine made, to mount something on or to mark a container: the container's own doing it is not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mount_point: bool,
    /// Bytes of content now.
    pub size: u64,
    /// How it came up from a layer below; none when the container made it anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copied: Option<CopyUp>,
}

/// What the kernel did before it let a container change a file of a layer below.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyUp {
    /// The path that it had below: another one when it was renamed since.
    pub path: String,
    /// The chain id of the layer that it came from.
    pub layer: Digest,
    /// Its size there.
    pub size: u64,
    /// Bytes that were copied: none when it was opened to be emptied, fewer than its size when it has holes.
    pub bytes: u64,
}

/// What a writable layer comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpperTotals {
    /// Paths that add, replace or delete something. Directories that only lead to them, and mount points, are not counted.
    pub paths: u64,
    /// How many of them delete: whiteouts and opaque directories.
    pub deleted: u64,
    /// Bytes of content; what has several names counts once.
    pub bytes: u64,
    /// Bytes that were copied up since the container was made, those of files that are gone again among them.
    pub copied: u64,
}
