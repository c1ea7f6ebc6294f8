//! Reads the documents of an image: index, manifest, config, of OCI's and Docker's media types alike.

use super::{Fault, Result};
use crate::spec::{Digest, Platform};
use crate::trace::{Config, Descriptor, History, Index, Manifest};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// Media types of what a tag may point at.
pub const ACCEPTED: [&str; 4] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// What a tag or digest points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document {
    /// A list of manifests, one for each platform.
    Index(Index),
    /// One image.
    Manifest(Manifest),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawDocument {
    schema_version: u32,
    media_type: Option<String>,
    manifests: Option<Vec<RawDescriptor>>,
    config: Option<RawDescriptor>,
    layers: Option<Vec<RawDescriptor>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawDescriptor {
    #[serde(default)]
    media_type: String,
    digest: Digest,
    size: u64,
    platform: Option<Platform>,
    #[serde(default, deserialize_with = "nullable")]
    annotations: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct RawConfig {
    #[serde(default)]
    os: String,
    #[serde(default)]
    architecture: String,
    variant: Option<String>,
    created: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    config: RawRun,
    rootfs: RawRootfs,
    #[serde(default, deserialize_with = "nullable")]
    history: Vec<RawHistory>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct RawRun {
    #[serde(deserialize_with = "nullable")]
    env: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    cmd: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    entrypoint: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    working_dir: String,
    #[serde(deserialize_with = "nullable")]
    user: String,
    #[serde(deserialize_with = "nullable")]
    volumes: BTreeMap<String, serde_json::Value>,
    #[serde(deserialize_with = "nullable")]
    exposed_ports: BTreeMap<String, serde_json::Value>,
    stop_signal: Option<String>,
    #[serde(deserialize_with = "nullable")]
    labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct RawRootfs {
    #[serde(default, deserialize_with = "nullable")]
    diff_ids: Vec<Digest>,
}

#[derive(Deserialize)]
struct RawHistory {
    #[serde(default)]
    created_by: String,
    #[serde(default)]
    empty_layer: bool,
}

/// Reads an index or a manifest. `this` is what the bytes were fetched as; its media type gives way to the document's own.
pub fn document(bytes: &[u8], this: &Descriptor) -> Result<Document> {
    let fail = |reason: &str| unsupported(this, reason);
    let raw: RawDocument = serde_json::from_slice(bytes).map_err(|e| {
        let old = serde_json::from_slice::<serde_json::Value>(bytes).is_ok_and(|json| json["schemaVersion"] == 1);
        if old { fail("schema version 1") } else { fail(&e.to_string()) }
    })?;
    if raw.schema_version != 2 {
        return Err(fail(&format!("schema version {}", raw.schema_version)));
    }
    let media_type = raw.media_type.unwrap_or_else(|| this.media_type.clone());
    if !ACCEPTED.contains(&media_type.as_str()) {
        return Err(fail(&format!("media type {media_type:?}")));
    }
    let this = Descriptor { media_type, ..this.clone() };
    match (raw.manifests, raw.config, raw.layers) {
        (Some(manifests), None, None) => {
            Ok(Document::Index(Index { this, manifests: manifests.into_iter().map(Into::into).collect() }))
        }
        (None, Some(config), Some(layers)) => Ok(Document::Manifest(Manifest {
            this,
            config: config.into(),
            layers: layers.into_iter().map(Into::into).collect(),
        })),
        // One document that is both could mean one image to one program and another to the next (CVE-2021-41190).
        (Some(_), ..) => Err(fail("it is an index and a manifest at once")),
        _ => Err(fail("it is neither an index nor a manifest")),
    }
}

/// Reads a config, with the document as it is.
pub fn config(bytes: &[u8], this: &Descriptor) -> Result<(Config, serde_json::Value)> {
    let fail = |e: serde_json::Error| unsupported(this, &e.to_string());
    let whole: serde_json::Value = serde_json::from_slice(bytes).map_err(fail)?;
    let raw = RawConfig::deserialize(&whole).map_err(fail)?;
    let platform =
        Platform { os: raw.os, architecture: raw.architecture, variant: raw.variant.filter(|v| !v.is_empty()) };
    let run = raw.config;
    let config = Config {
        this: this.clone(),
        platform,
        created: raw.created,
        env: run.env,
        cmd: run.cmd,
        entrypoint: run.entrypoint,
        working_dir: run.working_dir,
        user: run.user,
        volumes: run.volumes.into_keys().collect(),
        exposed_ports: run.exposed_ports.into_keys().collect(),
        stop_signal: run.stop_signal.filter(|signal| !signal.is_empty()),
        labels: run.labels,
        diff_ids: raw.rootfs.diff_ids,
        history: raw
            .history
            .into_iter()
            .map(|entry| History { created_by: entry.created_by, empty_layer: entry.empty_layer })
            .collect(),
    };
    Ok((config, whole))
}

fn unsupported(this: &Descriptor, reason: &str) -> Fault {
    Fault::failed("manifest-unsupported").with("digest", &this.digest).with("reason", reason)
}

impl From<RawDescriptor> for Descriptor {
    fn from(raw: RawDescriptor) -> Self {
        let RawDescriptor { media_type, digest, size, platform, annotations } = raw;
        let platform = platform.map(|p| Platform { variant: p.variant.filter(|v| !v.is_empty()), ..p });
        Self { media_type, digest, size, platform, annotations }
    }
}

/// Docker writes `null` where there is nothing.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
