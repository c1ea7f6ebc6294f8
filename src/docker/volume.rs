//! Volumes.

use super::container::Rest;
use super::shape::{nullable, or_default};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// `GET /volumes/{name}`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Volume {
    pub name: String,
    pub driver: String,
    pub mountpoint: PathBuf,
    pub created_at: String,
    pub scope: String,
    #[serde(with = "nullable")]
    pub labels: BTreeMap<String, String>,
    #[serde(with = "nullable")]
    pub options: BTreeMap<String, String>,
    /// None unless it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage_data: Option<VolumeUsage>,
}

/// Of a volume, where its size is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct VolumeUsage {
    /// Bytes; -1 is not counted.
    pub size: i64,
    /// How many containers have it; -1 is not counted.
    #[serde(deserialize_with = "or_default::deserialize")]
    pub ref_count: i64,
}

/// `GET /volumes`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct VolumeList {
    #[serde(deserialize_with = "or_default::deserialize")]
    pub volumes: Vec<Volume>,
    #[serde(with = "nullable")]
    pub warnings: Vec<String>,
}

/// `POST /volumes/create`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct VolumeCreate {
    /// Empty: a random one.
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub driver: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "or_default::deserialize")]
    pub driver_opts: BTreeMap<String, String>,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub labels: BTreeMap<String, String>,
    #[serde(flatten)]
    pub rest: Rest,
}

/// `POST /volumes/prune`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct VolumesPruned {
    #[serde(deserialize_with = "or_default::deserialize")]
    pub volumes_deleted: Vec<String>,
    pub space_reclaimed: u64,
}
