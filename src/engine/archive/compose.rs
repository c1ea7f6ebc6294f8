//! A manifest for an image that has none yet: of a Docker archive, an import, a commit.

use crate::engine::Result;
use crate::engine::documents::{self, Unfit, chain_ids, sha256};
use crate::engine::store::Record;
use crate::trace::{Config, Descriptor, Manifest};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";

/// An image whose documents are known and whose layers are blobs, or about to be.
#[derive(Debug, Clone)]
pub struct NewImage {
    /// Its config.
    pub config: Config,
    /// The same as bytes.
    pub config_bytes: Vec<u8>,
    /// Its manifest.
    pub manifest: Manifest,
    /// The same as bytes.
    pub manifest_bytes: Vec<u8>,
    /// What the store will know of it.
    pub record: Record,
}

/// Makes the manifest that lists these layers under this config.
pub fn compose(config_bytes: Vec<u8>, layers: Vec<Descriptor>) -> Result<NewImage, Unfit> {
    let this = descriptor(CONFIG, &config_bytes);
    let (config, _) = documents::config(&config_bytes, &this)?;
    if config.diff_ids.len() != layers.len() {
        let reason = format!("{} layers, {} diff ids", layers.len(), config.diff_ids.len());
        return Err(documents::unsupported(&this, &reason));
    }
    let listed = |of: &Descriptor| json!({"mediaType": of.media_type, "digest": of.digest, "size": of.size});
    let manifest: Value = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "config": listed(&this),
        "layers": layers.iter().map(listed).collect::<Vec<_>>()
    });
    let manifest_bytes = manifest.to_string().into_bytes();
    let manifest = Manifest { this: descriptor(MANIFEST, &manifest_bytes), config: this.clone(), layers };
    let record = Record {
        manifest: manifest.this.clone(),
        index: None,
        config: this,
        layers: manifest.layers.clone(),
        chain_ids: chain_ids(&config.diff_ids),
        repo_digests: std::collections::BTreeSet::new(),
        parent: None,
    };
    Ok(NewImage { config, config_bytes, manifest, manifest_bytes, record })
}

fn descriptor(media_type: &str, bytes: &[u8]) -> Descriptor {
    Descriptor {
        media_type: media_type.to_owned(),
        digest: sha256(bytes),
        size: bytes.len() as u64,
        platform: None,
        annotations: BTreeMap::new(),
    }
}
