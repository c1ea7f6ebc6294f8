//! What is true of registries, images and layers.

use crate::spec::{Digest, Platform};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A registry that answered `GET /v2/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registry {
    /// `127.0.0.1:5000`, `registry-1.docker.io`; the key.
    pub host: String,
    /// `http` or `https`.
    pub scheme: String,
    /// `none`, `basic`, `bearer`.
    pub auth: String,
    /// True for the engine's own.
    pub builtin: bool,
}

/// A content descriptor (OCI image-spec, descriptor.md).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Descriptor {
    /// What the bytes are.
    pub media_type: String,
    /// Their sha256.
    pub digest: Digest,
    /// How many bytes.
    pub size: u64,
    /// In an index: what it runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// Annotations, e.g. `vnd.docker.reference.type: attestation-manifest`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// An image index (OCI image-spec, image-index.md) or Docker manifest list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// The document itself.
    pub this: Descriptor,
    /// Its entries, in order.
    pub manifests: Vec<Descriptor>,
}

/// An image manifest (OCI image-spec, manifest.md).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The document itself.
    pub this: Descriptor,
    /// The config's descriptor.
    pub config: Descriptor,
    /// The layers' descriptors; the first is the lowest.
    pub layers: Vec<Descriptor>,
}

/// An image config (OCI image-spec, config.md). Its digest is the image ID.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// The document itself.
    pub this: Descriptor,
    /// What it runs on.
    pub platform: Platform,
    /// RFC 3339, as the document says.
    pub created: Option<String>,
    /// `NAME=value`
    pub env: Vec<String>,
    /// The arguments that come after the entry point, or the command when there is none.
    pub cmd: Vec<String>,
    /// What is always run.
    pub entrypoint: Vec<String>,
    /// The directory it starts in.
    pub working_dir: String,
    /// `user[:group]`
    pub user: String,
    /// Paths that want a volume.
    pub volumes: Vec<String>,
    /// `80/tcp`
    pub exposed_ports: Vec<String>,
    /// `SIGTERM` when the image says none.
    pub stop_signal: Option<String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Digests of the layers' uncompressed tars; the first is the lowest.
    pub diff_ids: Vec<Digest>,
    /// What made each layer.
    pub history: Vec<History>,
}

/// One entry of a config's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The instruction, e.g. `RUN rm /etc/motd`.
    pub created_by: String,
    /// True when the instruction made no layer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub empty_layer: bool,
}

/// An unpacked layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// The key: the digest of this layer on all below it (OCI image-spec, config.md, "Layer ChainID").
    pub chain_id: Digest,
    /// The chain below; none for the lowest.
    pub parent: Option<Digest>,
    /// sha256 of the uncompressed tar.
    pub diff_id: Digest,
    /// The blob it was unpacked from; none when it was committed here.
    pub blob: Option<Digest>,
    /// Its directory, a lower directory of overlay mounts.
    pub path: String,
    /// Bytes of file content.
    pub size: u64,
    /// Entries of the tar.
    pub entries: u64,
    /// What it does to the layers below; at most [`Layer::SHOWN`] of them, by path.
    pub files: Vec<LayerFile>,
}

impl Layer {
    /// How many paths of a layer an event carries. The layer's directory holds the rest.
    pub const SHOWN: usize = 200;
}

/// What a layer does to one path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerFile {
    /// `etc/motd`, without a leading slash; bytes outside UTF-8 as `\xNN`.
    pub path: String,
    /// What it does.
    pub effect: Effect,
    /// Bytes of content.
    pub size: u64,
}

/// What a layer does to a path of the layers below (OCI image-spec, layer.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Not there below.
    Added,
    /// There below, hidden by this one.
    Replaced,
    /// A whiteout: there below, gone above.
    Deleted,
    /// An opaque directory: all that was in it below is hidden.
    Opaque,
}
