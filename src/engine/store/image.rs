use super::records::Records;
use super::{Store, no_such_image};
use crate::engine::documents;
use crate::engine::{Fault, Result};
use crate::spec::{Digest, Reference};
use crate::trace::{Code, Config, Descriptor};
use std::collections::BTreeMap;
use std::io;
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
    /// Bytes of file content of each layer, lowest first.
    pub layer_sizes: Vec<u64>,
    /// The image whose container was committed to make it.
    pub parent: Option<Digest>,
    /// Another image was committed from a container of this one.
    pub has_children: bool,
    /// When it was last given a tag, RFC 3339.
    pub tagged: Option<String>,
}

impl Image {
    /// It has that name: a tag, or a digest that it was pulled by.
    pub fn is_called(&self, name: &str) -> bool {
        let digests = self.repo_digests.iter().filter_map(|text| text.parse::<Reference>().ok());
        self.tags.iter().cloned().chain(digests).any(|known| known.familiar() == name)
    }
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
        let (config, raw_config) = documents::kept(&bytes, &record.config).ok()?;
        let layers: Vec<_> = record.chain_ids.iter().filter_map(|chain| self.layer(chain)).collect();
        if layers.len() != record.chain_ids.len() {
            return None;
        }
        Some(Image {
            id: id.clone(),
            tags: records.tags_of(id).filter_map(|reference| reference.parse().ok()).collect(),
            repo_digests: record.repo_digests.iter().map(|name| familiar(name)).collect(),
            size: layers.iter().map(|(layer, _)| layer.size).sum(),
            created: config.created.clone(),
            config: Arc::new(config),
            raw_config: Arc::new(raw_config),
            layers: record.chain_ids.iter().map(|chain| self.layer_fs(chain)).collect(),
            chain_ids: record.chain_ids.clone(),
            layer_sizes: layers.iter().map(|(layer, _)| layer.size).collect(),
            parent: record.parent.clone(),
            has_children: records.children(id).next().is_some(),
            tagged: records.tags.values().filter(|tag| tag.image == *id).filter_map(|tag| tag.since.clone()).max(),
        })
    }
}

impl Store {
    /// A document of an image as it stands there.
    pub fn document(&self, digest: &Digest) -> Result<String> {
        let text = String::from_utf8(self.read_blob(digest)?);
        text.map_err(|e| Fault::io("read", self.blob_path(digest).display(), &io::Error::other(e)))
    }

    /// The image that a container was made of, also when it has been removed since: from its config, as long as its layers are here.
    pub fn of_container(&self, id: &Digest, config: &str) -> Result<Image> {
        let records = self.lock().records.clone();
        if let Some(image) = self.image(&records, id) {
            return Ok(image);
        }
        let computed = documents::sha256(config.as_bytes());
        if computed != *id {
            return Err(Fault::failed(Code::StoreBlobDamaged).with("digest", id).with("computed", computed));
        }
        let media_type = documents::CONFIG.to_owned();
        let (size, platform, annotations) = (config.len() as u64, None, BTreeMap::new());
        let this = Descriptor { media_type, digest: id.clone(), size, platform, annotations };
        let (config, raw_config) = documents::kept(config.as_bytes(), &this)?;
        let chain_ids = documents::chain_ids(&config.diff_ids);
        let found: Vec<_> = chain_ids.iter().filter_map(|chain| self.layer(chain)).collect();
        if found.len() != chain_ids.len() {
            return Err(no_such_image(id.as_str()));
        }
        Ok(Image {
            id: id.clone(),
            tags: Vec::new(),
            repo_digests: Vec::new(),
            created: config.created.clone(),
            config: Arc::new(config),
            raw_config: Arc::new(raw_config),
            size: found.iter().map(|(layer, _)| layer.size).sum(),
            layers: chain_ids.iter().map(|chain| self.layer_fs(chain)).collect(),
            layer_sizes: found.iter().map(|(layer, _)| layer.size).collect(),
            chain_ids,
            parent: None,
            has_children: false,
            tagged: None,
        })
    }

    /// The blobs of an image's layers, lowest first.
    pub fn layer_blobs(&self, image: &Digest) -> Vec<Descriptor> {
        self.lock().records.images.get(image).map(|record| record.layers.clone()).unwrap_or_default()
    }
}

/// `docker.io/lab/shell@sha256:…` as people write it.
pub fn familiar(name: &str) -> String {
    name.parse::<Reference>().map_or_else(|_| name.to_owned(), |reference| reference.familiar())
}
