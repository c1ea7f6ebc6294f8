use crate::spec::{Digest, Reference};
use crate::trace::Config;
use std::path::PathBuf;
use std::sync::Arc;

/// An image of the store.
#[derive(Debug, Clone)]
pub struct Image {
    /// Its config's digest.
    pub id: Digest,
    /// Local tags that point at it.
    pub tags: Vec<Reference>,
    /// `localhost:5000/x@sha256:…`: the digests it was pulled by.
    pub repo_digests: Vec<String>,
    /// Its config.
    pub config: Arc<Config>,
    /// The config document as it is.
    pub raw_config: Arc<serde_json::Value>,
    /// Bytes of file content of all its layers.
    pub size: u64,
    /// RFC 3339.
    pub created: Option<String>,
    /// Each layer's directory, lowest first. `lowerdir=` of an overlay mount names them the other way round.
    pub layers: Vec<PathBuf>,
    /// Each layer's chain id, lowest first.
    pub chain_ids: Vec<Digest>,
}

/// One line of what `docker rmi` prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removed {
    /// `Untagged: lab/shell:1`
    Untagged(String),
    /// `Deleted: sha256:…`: an image or a layer.
    Deleted(String),
}
