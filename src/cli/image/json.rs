//! What `dockwalk image … --json` prints: the program's own documents.

use crate::client::{ImageLayer, Instruction};
use crate::spec::Digest;
use crate::tree::{Aspect, Hidden, LayerEntry, PathBytes, PathChange, Scope};
use serde::Serialize;

/// The head of `tree`: its nodes follow, a line each.
#[derive(Serialize)]
pub(super) struct TreeHead<'a> {
    pub format: &'static str,
    pub version: u32,
    pub image: &'a str,
    pub id: &'a Digest,
    pub view: Scope,
    pub layers: &'a [ImageLayer],
    pub instructions: &'a [Instruction],
}

/// `waste`
#[derive(Serialize)]
pub(super) struct WasteReport {
    pub seen: u64,
    pub hidden: u64,
    /// Between 0 and 1.
    pub efficiency: f64,
    pub paths: Vec<PathWaste>,
}

#[derive(Serialize)]
pub(super) struct PathWaste {
    pub path: PathBytes,
    pub bytes: u64,
    pub metadata_only: bool,
    pub versions: Vec<VersionWaste>,
}

#[derive(Serialize)]
pub(super) struct VersionWaste {
    pub layer: u16,
    pub bytes: u64,
    pub hidden: Hidden,
}

/// `compare`
#[derive(Serialize)]
pub(super) struct CompareReport<'a> {
    pub left: &'a str,
    pub right: &'a str,
    pub differences: Vec<Difference<'a>>,
}

#[derive(Serialize)]
pub(super) struct Difference<'a> {
    pub path: &'a PathBytes,
    pub left: Option<LayerEntry>,
    pub right: Option<LayerEntry>,
    pub differs: Vec<Aspect>,
}

/// `which`
#[derive(Serialize)]
pub(super) struct WhichReport<'a> {
    pub path: &'a PathBytes,
    pub links: Vec<FollowedLink>,
    /// The layer that serves it.
    pub serving: Option<u16>,
    pub versions: Vec<PathVersion<'a>>,
}

#[derive(Serialize)]
pub(super) struct FollowedLink {
    pub path: PathBytes,
    pub target: PathBytes,
}

#[derive(Serialize)]
pub(super) struct PathVersion<'a> {
    pub layer: u16,
    pub created_by: &'a str,
    pub entry: LayerEntry,
    pub mark: PathChange,
    pub hidden: Option<Hidden>,
}
