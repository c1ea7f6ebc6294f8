//! Reads the documents of an image: index, manifest, config, of OCI's and Docker's media types alike.

use super::{Fault, Result};
use crate::spec::{Digest, DigestError, Platform};
use crate::trace::{Config, Descriptor, History, Index, Manifest};
use oci_spec::OciSpecError;
use oci_spec::image::{ImageConfiguration, ImageIndex, ImageManifest};
use serde::Deserialize;
use serde::de::IgnoredAny;
use sha2::{Digest as _, Sha256};
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

/// Which of the two a document is, before it is read as that.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shape {
    schema_version: u32,
    media_type: Option<String>,
    artifact_type: Option<String>,
    manifests: Option<IgnoredAny>,
    config: Option<IgnoredAny>,
    layers: Option<IgnoredAny>,
}

/// Reads an index or a manifest. `this` is what the bytes were fetched as; its media type gives way to the document's own.
pub fn document(bytes: &[u8], this: &Descriptor) -> Result<Document> {
    let fail = |reason: &str| unsupported(this, reason);
    let shape: Shape = serde_json::from_slice(bytes).map_err(|e| {
        let old = serde_json::from_slice::<serde_json::Value>(bytes).is_ok_and(|json| json["schemaVersion"] == 1);
        if old { schema1(this) } else { fail(&e.to_string()) }
    })?;
    if shape.schema_version == 1 {
        return Err(schema1(this));
    }
    if shape.schema_version != 2 {
        return Err(fail(&format!("schema version {}", shape.schema_version)));
    }
    let media_type = shape.media_type.unwrap_or_else(|| this.media_type.clone());
    if !ACCEPTED.contains(&media_type.as_str()) {
        return Err(fail(&format!("media type {media_type:?}")));
    }
    let this = Descriptor { media_type, ..this.clone() };
    let wrong = |e: OciSpecError| unsupported(&this, &e.to_string());
    match (shape.manifests, shape.config, shape.layers) {
        (Some(_), None, None) => {
            let read = ImageIndex::from_reader(bytes).map_err(wrong)?;
            let manifests = read.manifests().iter().map(|entry| descriptor(entry, &this)).collect::<Result<_>>()?;
            Ok(Document::Index(Index { this, manifests }))
        }
        (None, Some(_), Some(_)) => {
            let read = ImageManifest::from_reader(bytes).map_err(wrong)?;
            let config = descriptor(read.config(), &this)?;
            let layers: Vec<_> = read.layers().iter().map(|layer| descriptor(layer, &this)).collect::<Result<_>>()?;
            if let Some(kind) = artifact(shape.artifact_type, &config, &layers) {
                return Err(Fault::failed("artifact-not-image").with("digest", &this.digest).with("kind", kind));
            }
            if layers.iter().any(|layer| layer.media_type.ends_with("+encrypted")) {
                return Err(unsupported(&this, "its layers are encrypted"));
            }
            Ok(Document::Manifest(Manifest { this, config, layers }))
        }
        // One document that is both could mean one image to one program and another to the next (CVE-2021-41190).
        (Some(_), ..) => Err(fail("it is an index and a manifest at once")),
        _ => Err(fail("it is neither an index nor a manifest")),
    }
}

/// Reads a config, with the document as it is.
pub fn config(bytes: &[u8], this: &Descriptor) -> Result<(Config, serde_json::Value)> {
    let whole: serde_json::Value = serde_json::from_slice(bytes).map_err(|e| unsupported(this, &e.to_string()))?;
    let read = ImageConfiguration::from_reader(bytes).map_err(|e| unsupported(this, &e.to_string()))?;
    let run = read.config().clone().unwrap_or_default();
    let diff_id = |text: &String| text.parse().map_err(|e: DigestError| unsupported(this, &e.to_string()));
    // Docker writes these as the keys of a map, which have no order.
    let sorted = |keys: &Option<Vec<String>>| {
        let mut keys = keys.clone().unwrap_or_default();
        keys.sort();
        keys
    };
    let config = Config {
        this: this.clone(),
        platform: Platform {
            os: read.os().to_string(),
            architecture: read.architecture().to_string(),
            variant: said(read.variant()),
        },
        created: said(read.created()),
        env: run.env().clone().unwrap_or_default(),
        cmd: run.cmd().clone().unwrap_or_default(),
        entrypoint: run.entrypoint().clone().unwrap_or_default(),
        working_dir: run.working_dir().clone().unwrap_or_default(),
        user: run.user().clone().unwrap_or_default(),
        volumes: sorted(run.volumes()),
        exposed_ports: sorted(run.exposed_ports()),
        stop_signal: said(run.stop_signal()),
        labels: run.labels().clone().unwrap_or_default().into_iter().collect(),
        diff_ids: read.rootfs().diff_ids().iter().map(diff_id).collect::<Result<_>>()?,
        history: read
            .history()
            .iter()
            .flatten()
            .map(|entry| History {
                created_by: entry.created_by().clone().unwrap_or_default(),
                empty_layer: entry.empty_layer().unwrap_or_default(),
            })
            .collect(),
    };
    Ok((config, whole))
}

/// Media types of image configs. The last ones were written by early tools, and Docker still takes them.
const CONFIGS: [&str; 6] = [
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
    "application/octet-stream",
    "application/json",
    "text/html",
    "",
];

/// What a manifest is about when it is about no image: a chart, a signature, an SBOM, … (image-spec, "Guidelines for
/// Artifact Usage").
fn artifact(said: Option<String>, config: &Descriptor, layers: &[Descriptor]) -> Option<String> {
    if !CONFIGS.contains(&config.media_type.as_str()) {
        return Some(said.unwrap_or_else(|| config.media_type.clone()));
    }
    // Signatures and attestations have a config like an image's.
    let tar = |layer: &Descriptor| {
        matches!(layer.media_type.as_str(), "" | "application/octet-stream") || layer.media_type.contains("tar")
    };
    layers.iter().find(|layer| !tar(layer)).map(|layer| layer.media_type.clone())
}

/// True for layers that their owner does not want in other registries: Windows' base layers, mostly.
pub fn is_foreign(media_type: &str) -> bool {
    media_type.contains(".nondistributable.") || media_type.contains(".foreign.")
}

/// Where else a manifest's layers are to be had, by their digests.
pub fn urls(manifest: &[u8]) -> BTreeMap<Digest, Vec<String>> {
    let Ok(read) = ImageManifest::from_reader(manifest) else { return BTreeMap::new() };
    let of = |layer: &oci_spec::image::Descriptor| {
        let urls = layer.urls().clone().filter(|urls| !urls.is_empty())?;
        Some((layer.digest().to_string().parse().ok()?, urls))
    };
    read.layers().iter().filter_map(of).collect()
}

fn schema1(this: &Descriptor) -> Fault {
    Fault::failed("schema1-unsupported").with("digest", &this.digest)
}

fn unsupported(this: &Descriptor, reason: &str) -> Fault {
    Fault::failed("manifest-unsupported").with("digest", &this.digest).with("reason", reason)
}

/// A descriptor of the document `within`. Only sha256 can be verified here.
fn descriptor(read: &oci_spec::image::Descriptor, within: &Descriptor) -> Result<Descriptor> {
    let digest = read.digest().to_string();
    let digest = digest.parse().map_err(|e: DigestError| unsupported(within, &e.to_string()))?;
    let platform = read.platform().as_ref().map(|platform| Platform {
        os: platform.os().to_string(),
        architecture: platform.architecture().to_string(),
        variant: said(platform.variant()),
    });
    let annotations = read.annotations().clone().unwrap_or_default().into_iter().collect();
    Ok(Descriptor { media_type: read.media_type().to_string(), digest, size: read.size(), platform, annotations })
}

/// An empty text says as little as none.
fn said(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.is_empty())
}

/// ChainID(L₀) = DiffID(L₀);  ChainID(L₀|…|Lₙ) = sha256(ChainID(L₀|…|Lₙ₋₁) + " " + DiffID(Lₙ))   (image-spec, config.md)
pub fn chain_ids(diff_ids: &[Digest]) -> Vec<Digest> {
    let mut chain: Vec<Digest> = Vec::with_capacity(diff_ids.len());
    for diff_id in diff_ids {
        chain.push(match chain.last() {
            Some(below) => sha256(format!("{below} {diff_id}").as_bytes()),
            None => diff_id.clone(),
        });
    }
    chain
}

/// The digest of these bytes.
pub fn sha256(bytes: &[u8]) -> Digest {
    Digest::from_sha256(&Sha256::digest(bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chain_ids_are_those_of_the_image_spec() {
        let diff: Vec<Digest> = ["a", "b"].map(|c| format!("sha256:{}", c.repeat(64)).parse().expect("valid")).to_vec();
        let chain = chain_ids(&diff);
        assert_eq!(chain[0], diff[0]);
        // printf 'sha256:aaa… sha256:bbb…' | sha256sum
        assert_eq!(chain[1], sha256(format!("{} {}", diff[0], diff[1]).as_bytes()));
    }
}
