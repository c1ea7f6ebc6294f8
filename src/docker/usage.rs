//! `GET /system/df`, `POST /build/prune`: how much room things take.

use super::image::ImageSummary;
use super::inspect::ContainerSummary;
use super::shape::nullable;
use super::volume::Volume;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Bytes, as are all sizes in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DiskUsage {
    /// Of all layers, each once.
    pub layers_size: u64,
    #[serde(with = "nullable")]
    pub images: Vec<ImageSummary>,
    #[serde(with = "nullable")]
    pub containers: Vec<ContainerSummary>,
    #[serde(with = "nullable")]
    pub volumes: Vec<Volume>,
    /// Of builds, of which there are none here.
    #[serde(with = "nullable")]
    pub build_cache: Vec<Value>,
    pub builder_size: u64,
}

/// `POST /build/prune`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BuildsPruned {
    #[serde(with = "nullable")]
    pub caches_deleted: Vec<String>,
    pub space_reclaimed: u64,
}
