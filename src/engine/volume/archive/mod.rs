//! A volume as a file, and a file as a volume.
//!
//! ```text
//! volume.json     what it is                                              Description
//! data/…          its files, by the packer of `docker cp`, holes as holes
//! digests.jsonl   for each entry above: sha256 of the bytes it takes in the tar, its header with them
//! ```
//!
//! ```text
//! volume ─▶ pack ─▶ Tap (sha256, entry by entry) ─▶ tar ─▶ client
//! client ─▶ tar ─▶ Tap ─▶ unpack into a directory beside the volumes ─▶ digests compared ─▶ rename: it is a volume
//! ```
//!
//! Does not know HTTP, nor how the tar is compressed on its way.

mod digests;
mod export;
mod import;
#[cfg(test)]
mod tests;

pub use export::Outline;
pub use import::Import;

use super::{Labels, Options};
use serde::{Deserialize, Serialize};

/// The version of the format that is written, and the newest that is read.
const FORMAT: u32 = 1;
/// What the entries are called.
const DESCRIPTION: &str = "volume.json";
const DATA: &str = "data";
const DIGESTS: &str = "digests.jsonl";

/// What a volume is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Description {
    format: u32,
    name: String,
    driver: String,
    #[serde(default)]
    labels: Labels,
    /// What it was made of. It is told, and nothing is made of it: a path of one host means something else on another.
    #[serde(default)]
    options: Options,
    created: String,
    /// The version that wrote it.
    dockwalk: String,
}
