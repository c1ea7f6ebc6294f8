use super::{Fault, Result};
use crate::engine::private;
use crate::spec::Digest;
use crate::trace::{Code, Descriptor};
use nix::fcntl::OFlag;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

/// What `images.json` holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Records {
    /// Of this format. A later one is refused rather than misread.
    pub version: u32,
    /// By image id, the digest of the config.
    pub images: BTreeMap<Digest, Record>,
    /// By whole reference, `docker.io/lab/shell:1`.
    pub tags: BTreeMap<String, TagRecord>,
}

/// One image: which blobs and layers it is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The manifest it was pulled by.
    pub manifest: Descriptor,
    /// The index that listed the manifest.
    pub index: Option<Descriptor>,
    /// The config; its digest is the image id.
    pub config: Descriptor,
    /// The layers' blobs, lowest first.
    pub layers: Vec<Descriptor>,
    /// The layers' chain ids, lowest first.
    pub chain_ids: Vec<Digest>,
    /// `localhost:5000/x@sha256:…`, with the whole name.
    pub repo_digests: BTreeSet<String>,
    /// The image whose container was committed to make it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Digest>,
}

/// Where a tag points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagRecord {
    /// The image it is.
    pub image: Digest,
    /// The manifest it was given with.
    pub manifest: Digest,
    /// When, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

const VERSION: u32 = 1;

impl Default for Records {
    fn default() -> Self {
        Self { version: VERSION, images: BTreeMap::new(), tags: BTreeMap::new() }
    }
}

impl Records {
    pub fn load(path: &Path) -> Result<Self> {
        let Some(mut file) = private::believed(path, OFlag::O_RDONLY)? else { return Ok(Self::default()) };
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(|e| Fault::io("read", path.display(), &e))?;
        let unreadable =
            |reason: String| Fault::failed(Code::StoreUnreadable).with("path", path.display()).with("reason", reason);
        let records: Self = serde_json::from_str(&text).map_err(|e| unreadable(e.to_string()))?;
        if records.version > VERSION {
            return Err(unreadable(format!("version {}, this program reads up to {VERSION}", records.version)));
        }
        Ok(records)
    }

    /// All or nothing: a new file takes the place of the old one.
    pub fn save(&self, path: &Path) -> Result<()> {
        let json = serde_json::to_vec_pretty(self).map_err(|e| Fault::io("write", path.display(), &e.into()))?;
        let new = path.with_extension("json.new");
        let write = || -> io::Result<()> {
            let mut file = private::file(&new)?;
            file.write_all(&json)?;
            file.sync_data()?;
            fs::rename(&new, path)
        };
        write().map_err(|e| {
            // The old list still stands; half a new one would only take room that is lacking.
            if let Err(error) = fs::remove_file(&new) {
                tracing::debug!(%error, path = %new.display(), "not removed");
            }
            Fault::io("write", path.display(), &e)
        })
    }

    /// Every blob that some image is made of, or some tag was given with.
    pub fn blobs(&self) -> BTreeSet<&Digest> {
        self.images.values().flat_map(Record::blobs).chain(self.tags.values().map(|tag| &tag.manifest)).collect()
    }

    /// The images that were committed from containers of this one.
    pub fn children<'a>(&'a self, id: &'a Digest) -> impl Iterator<Item = &'a Digest> {
        self.images.iter().filter(move |(_, record)| record.parent.as_ref() == Some(id)).map(|(child, _)| child)
    }

    /// The whole references of an image's tags.
    pub fn tags_of<'a>(&'a self, id: &'a Digest) -> impl Iterator<Item = &'a String> {
        self.tags.iter().filter(move |(_, tag)| tag.image == *id).map(|(reference, _)| reference)
    }

    /// Every layer that some image is made of.
    pub fn chains(&self) -> BTreeSet<&Digest> {
        self.images.values().flat_map(|record| &record.chain_ids).collect()
    }
}

impl Record {
    /// Every blob it is made of.
    pub fn blobs(&self) -> impl Iterator<Item = &Digest> {
        let documents = [Some(&self.config), Some(&self.manifest), self.index.as_ref()].into_iter().flatten();
        documents.chain(&self.layers).map(|descriptor| &descriptor.digest)
    }
}
