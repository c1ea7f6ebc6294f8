//! Images: listed, inspected, their history, removed.

use super::shape::{nullable, or_default};
use crate::spec::Digest;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A line of `GET /images/json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ImageSummary {
    pub id: String,
    pub parent_id: String,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub repo_tags: Vec<String>,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub repo_digests: Vec<String>,
    pub created: i64,
    pub size: u64,
    pub virtual_size: u64,
    /// Bytes of layers that other images have, too; -1 is not counted.
    pub shared_size: i64,
    /// -1 is not counted.
    pub containers: i64,
    #[serde(with = "nullable")]
    pub labels: BTreeMap<String, String>,
}

/// `GET /images/{name}/json`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ImageInspect {
    pub id: String,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub repo_tags: Vec<String>,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub repo_digests: Vec<String>,
    pub parent: String,
    pub comment: String,
    pub created: Option<String>,
    pub docker_version: String,
    pub author: String,
    /// As the image has it: a stranger's JSON, passed on as it is.
    pub config: Value,
    pub architecture: String,
    pub variant: String,
    pub os: String,
    pub size: u64,
    pub virtual_size: u64,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub graph_driver: GraphDriver,
    #[serde(rename = "RootFS")]
    pub root_fs: RootFs,
    pub metadata: ImageMetadata,
}

/// Where its files are, as arguments of the mount.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GraphDriver {
    pub name: String,
    #[serde(with = "nullable")]
    pub data: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RootFs {
    #[serde(rename = "Type")]
    pub kind: String,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub layers: Vec<Digest>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ImageMetadata {
    pub last_tag_time: String,
}

/// A line of `GET /images/{name}/history`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ImageHistoryLine {
    /// `<missing>` where it is not known.
    pub id: String,
    pub created: i64,
    pub created_by: String,
    #[serde(with = "nullable")]
    pub tags: Vec<String>,
    pub size: u64,
    pub comment: String,
}

/// A line of `DELETE /images/{name}`: one of the two.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ImageRemoved {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub untagged: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<String>,
}

impl ImageRemoved {
    pub fn untagged(name: String) -> Self {
        Self { untagged: Some(name), deleted: None }
    }

    pub fn deleted(name: String) -> Self {
        Self { untagged: None, deleted: Some(name) }
    }

    /// Docker's word for what was done, and what it was done to.
    pub fn said(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let both = [("Untagged", &self.untagged), ("Deleted", &self.deleted)];
        both.into_iter().filter_map(|(word, name)| Some((word, name.as_deref()?)))
    }
}

/// `POST /images/prune`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ImagesPruned {
    #[serde(with = "nullable")]
    pub images_deleted: Vec<ImageRemoved>,
    pub space_reclaimed: u64,
}
