//! `manifest.json`: the archive of Docker since 1.10, of podman and of skopeo's `docker-archive:`.

use super::compose::compose;
use super::found::{Found, IMAGES, Listed, about, unfit_field, unreadable};
use super::spool::Spool;
use crate::docker::{self, ARCHIVE, Json};
use crate::engine::documents::LAYERS;
use crate::engine::typed;
use crate::engine::{Fault, FaultKind, Result};
use crate::spec::{Digest, Reference};
use crate::trace::Code;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The name of the document.
pub const MANIFEST: &str = "manifest.json";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    config: String,
    repo_tags: Option<Vec<String>>,
    layers: Option<Vec<String>>,
}

/// The images that `manifest.json` lists. As Docker, what is behind its value is not looked at.
pub fn images(spool: &Spool) -> Result<Listed> {
    let (_, bytes) = spool.document(MANIFEST, MANIFEST)?;
    let json = Json::first(&bytes).map_err(|e| unreadable(MANIFEST, &e))?;
    let json = json.ok_or_else(|| unreadable(MANIFEST, &"EOF"))?;
    let unfit = |misfit| unfit_field(MANIFEST, misfit);
    let named = docker::by_kind(&ARCHIVE, &json).map_err(unfit)?;
    let listed: Vec<Entry> = typed::of::<Option<_>>(&named).map_err(unfit)?.unwrap_or_default();
    few("images", listed.len(), IMAGES)?;
    Listed::of(listed.iter().map(|image| read(spool, image)))
}

fn few(what: &str, many: usize, most: usize) -> Result<()> {
    if many > most { Err(unreadable(MANIFEST, &format!("{what}: {many} > {most}"))) } else { Ok(()) }
}

fn read(spool: &Spool, listed: &Entry) -> Result<Found> {
    few("Layers", listed.layers.as_ref().map_or(0, Vec::len), LAYERS)?;
    few("RepoTags", listed.repo_tags.as_ref().map_or(0, Vec::len), IMAGES)?;
    let (config, config_bytes) = spool.document(&listed.config, MANIFEST)?;
    promised(&listed.config, &config.digest)?;
    let mut layers = Vec::new();
    let mut blobs = BTreeMap::new();
    for name in listed.layers.iter().flatten() {
        let stored = spool.find(name, MANIFEST)?;
        if name.starts_with("blobs/") {
            promised(name, &stored.digest)?;
        }
        let (layer, stored) = spool.layer(stored)?;
        layers.push(layer);
        blobs.insert(stored.digest.clone(), stored);
    }
    let image = compose(config_bytes, layers).map_err(|unfit| about(unfit, &listed.config))?;
    // As Docker: it is loaded with the names before one that is none.
    let (mut tags, mut misnamed) = (Vec::new(), None);
    for text in listed.repo_tags.iter().flatten() {
        match tag(text) {
            Ok(reference) => tags.push(reference),
            Err(reason) => {
                let fault = Fault::new(FaultKind::BadRequest, Code::ArchiveTag).with("name", MANIFEST);
                misnamed = Some(fault.with("image", &config.digest).with("reason", reason));
                break;
            }
        }
    }
    Ok(Found { image, index: None, blobs, tags, misnamed, listed_in: MANIFEST.to_owned(), document: bytes_of(listed) })
}

fn tag(text: &str) -> Result<Reference, String> {
    let reference = text.parse::<Reference>().map_err(|e| e.to_string())?;
    match &reference.digest {
        Some(_) => Err(format!("`{text}` names a digest")),
        // Docker takes no `latest` for granted here.
        None if !text.rsplit('/').next().is_some_and(|name| name.contains(':')) => {
            Err(format!("`{text}` names no tag"))
        }
        None => Ok(reference),
    }
}

/// The name of a file that is called by its digest is a promise.
fn promised(name: &str, computed: &Digest) -> Result<()> {
    let stem = name.rsplit('/').next().unwrap_or(name).trim_end_matches(".json");
    match format!("sha256:{stem}").parse::<Digest>() {
        Ok(expected) if expected != *computed => {
            let fault = Fault::new(FaultKind::BadRequest, Code::ArchiveDigest).with("name", name);
            Err(fault.with("expected", expected).with("computed", computed))
        }
        _ => Ok(()),
    }
}

/// The entry of `manifest.json`, as evidence.
fn bytes_of(listed: &Entry) -> String {
    serde_json::json!({"Config": listed.config, "RepoTags": listed.repo_tags, "Layers": listed.layers}).to_string()
}
