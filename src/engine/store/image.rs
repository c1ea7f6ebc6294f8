use super::Store;
use super::records::Records;
use crate::engine::documents;
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

impl Store {
    /// The image of that id, read from its blobs; none when they are damaged.
    pub(super) fn image(&self, records: &Records, id: &Digest) -> Option<Image> {
        let record = records.images.get(id)?;
        let bytes = self.read_blob(id).ok()?;
        let (config, raw_config) = documents::config(&bytes, &record.config).ok()?;
        let layers: Vec<_> = record.chain_ids.iter().filter_map(|chain| self.layer(chain)).collect();
        if layers.len() != record.chain_ids.len() {
            return None;
        }
        let tags = records.tags.iter().filter(|(_, tag)| tag.image == *id);
        Some(Image {
            id: id.clone(),
            tags: tags.filter_map(|(reference, _)| reference.parse().ok()).collect(),
            repo_digests: record.repo_digests.iter().map(|name| familiar(name)).collect(),
            size: layers.iter().map(|(layer, _)| layer.size).sum(),
            created: config.created.clone(),
            config: Arc::new(config),
            raw_config: Arc::new(raw_config),
            layers: record.chain_ids.iter().map(|chain| self.layer_fs(chain)).collect(),
            chain_ids: record.chain_ids.clone(),
        })
    }
}

/// `docker.io/lab/shell@sha256:…` as people write it.
pub fn familiar(name: &str) -> String {
    name.parse::<Reference>().map_or_else(|_| name.to_owned(), |reference| reference.familiar())
}
