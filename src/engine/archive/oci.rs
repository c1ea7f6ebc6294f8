//! `index.json` and `blobs/`: the layout of OCI, as skopeo, umoci, podman, buildah and newer Dockers write it.

use super::compose::NewImage;
use super::found::{Found, IMAGES, Listed, about, unreadable};
use super::spool::{Spool, Stored};
use crate::engine::documents::{self, Document, chain_ids};
use crate::engine::store::Record;
use crate::engine::{Fault, FaultKind, Result};
use crate::spec::{Platform, Reference};
use crate::trace::{Code, Descriptor, Index, Manifest};
use std::collections::BTreeMap;

/// The names of the documents.
pub const LAYOUT: &str = "oci-layout";
/// The list of what is in it.
pub const INDEX: &str = "index.json";

const INDEX_TYPE: &str = "application/vnd.oci.image.index.v1+json";
/// An index in an index in an index …
const DEPTH: usize = 4;

/// The images that `index.json` lists: of an index of several platforms the one for `wanted`.
pub fn images(spool: &Spool, wanted: Option<&Platform>) -> Result<Listed> {
    let index = list(spool)?;
    if index.manifests.len() > IMAGES {
        return Err(unreadable(INDEX, &format!("manifests: {} > {IMAGES}", index.manifests.len())));
    }
    let groups = groups(&index);
    let chosen = groups.iter().filter_map(|group| choose(group, wanted));
    let Listed { found, then } = Listed::of(chosen.map(|entry| read(spool, entry, wanted, None, 0)))?;
    // One image under several names is listed once for each.
    let mut merged: Vec<Found> = Vec::new();
    for one in found {
        match merged.iter_mut().find(|other| other.image.manifest.this.digest == one.image.manifest.this.digest) {
            Some(same) => same.tags.extend(one.tags),
            None => merged.push(one),
        }
    }
    Ok(Listed { found: merged, then })
}

fn list(spool: &Spool) -> Result<Index> {
    let (stored, bytes) = spool.document(INDEX, INDEX)?;
    let this = Descriptor {
        media_type: INDEX_TYPE.to_owned(),
        digest: stored.digest.clone(),
        size: stored.size,
        platform: None,
        annotations: BTreeMap::new(),
    };
    match documents::document(&bytes, &this).map_err(|unfit| about(unfit, INDEX))? {
        Document::Index(index) => Ok(index),
        Document::Manifest(_) => Err(unreadable(INDEX, &"it is a manifest")),
    }
}

/// Why `index.json` has no image to load.
pub fn nothing(spool: &Spool, wanted: Option<&Platform>) -> Result<Fault> {
    Ok(none(&list(spool)?, INDEX, INDEX, wanted))
}

/// Why nothing was chosen out of an index, that of the file `name`: it lists nothing, or no images, or none for this platform.
fn none(index: &Index, name: &str, image: &str, wanted: Option<&Platform>) -> Fault {
    let images: Vec<_> = index.manifests.iter().filter(|entry| !is_attestation(entry)).collect();
    let refused = |code| Fault::new(FaultKind::BadRequest, code).with("name", name);
    if index.manifests.is_empty() {
        return refused(Code::ArchiveListEmpty);
    }
    if images.is_empty() {
        return refused(Code::ArchiveAttestations).with("count", index.manifests.len());
    }
    let platform = |entry: &&Descriptor| entry.platform.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string);
    let mut there: Vec<_> = images.iter().map(platform).collect();
    there.dedup();
    Fault::new(FaultKind::NotFound, Code::ArchivePlatform)
        .with("image", image)
        .with("wanted", wanted.cloned().unwrap_or_else(Platform::host))
        .with("available", there.join(", "))
}

/// Entries of one name and several platforms are one image.
fn groups(index: &Index) -> Vec<Vec<&Descriptor>> {
    let mut groups: Vec<(Option<String>, Vec<&Descriptor>)> = Vec::new();
    for entry in index.manifests.iter().filter(|entry| !is_attestation(entry)) {
        let name = name_of(entry);
        let same = groups.iter_mut().find(|(other, entries)| {
            *other == name && entry.platform.is_some() && entries.iter().all(|entry| entry.platform.is_some())
        });
        match same {
            Some((_, entries)) => entries.push(entry),
            None => groups.push((name, vec![entry])),
        }
    }
    groups.into_iter().map(|(_, entries)| entries).collect()
}

fn is_attestation(entry: &Descriptor) -> bool {
    entry.annotations.contains_key("vnd.docker.reference.type")
        || entry.platform.as_ref().is_some_and(Platform::is_unknown)
}

/// The entry for a platform; for this host's when none is asked for, and the only one there is when nobody asked.
fn choose<'a>(entries: &[&'a Descriptor], wanted: Option<&Platform>) -> Option<&'a Descriptor> {
    let host = Platform::host();
    let platform = wanted.unwrap_or(&host);
    let of = |fits: &dyn Fn(&Platform) -> bool| {
        entries.iter().find(|entry| entry.platform.as_ref().is_some_and(fits)).copied()
    };
    let alone = || if entries.len() == 1 { entries.first().copied() } else { None };
    of(&|p| p == platform).or_else(|| of(&|p| platform.runs(p))).or_else(alone)
}

fn read(
    spool: &Spool,
    entry: &Descriptor,
    wanted: Option<&Platform>,
    within: Option<(Index, Vec<u8>)>,
    depth: usize,
) -> Result<Found> {
    let (stored, bytes) = spool.document(&path(entry), INDEX)?;
    check(entry, stored)?;
    match documents::document(&bytes, entry).map_err(|unfit| about(unfit, &path(entry)))? {
        Document::Manifest(manifest) => image(spool, entry, manifest, bytes, within),
        Document::Index(_) if depth == DEPTH => Err(unreadable(&path(entry), &"indexes in indexes without end")),
        Document::Index(index) => {
            let entries: Vec<_> = index.manifests.iter().filter(|entry| !is_attestation(entry)).collect();
            let chosen = choose(&entries, wanted).ok_or_else(|| {
                let image = name_of(entry).unwrap_or_else(|| entry.digest.to_string());
                none(&index, &path(entry), &image, wanted)
            })?;
            // The name stands where the image is listed first.
            let mut chosen = chosen.clone();
            for (key, value) in &entry.annotations {
                chosen.annotations.entry(key.clone()).or_insert_with(|| value.clone());
            }
            read(spool, &chosen, wanted, Some((index, bytes)), depth + 1)
        }
    }
}

fn image(
    spool: &Spool,
    entry: &Descriptor,
    manifest: Manifest,
    manifest_bytes: Vec<u8>,
    index: Option<(Index, Vec<u8>)>,
) -> Result<Found> {
    let name = path(entry);
    let (stored, config_bytes) = spool.document(&path(&manifest.config), &name)?;
    check(&manifest.config, stored)?;
    let config = documents::config(&config_bytes, &manifest.config);
    let (config, _) = config.map_err(|unfit| about(unfit, &path(&manifest.config)))?;
    if config.diff_ids.len() != manifest.layers.len() {
        let reason = format!("{} layers, {} diff ids", manifest.layers.len(), config.diff_ids.len());
        return Err(unreadable(&name, &reason));
    }
    let mut blobs = BTreeMap::new();
    for layer in &manifest.layers {
        let stored = spool.find(&path(layer), &name)?;
        check(layer, stored)?;
        blobs.insert(layer.digest.clone(), stored.clone());
    }
    // What is listed by an entry has that entry's annotations; the record is about the manifest itself.
    let record = Record {
        manifest: Descriptor { annotations: BTreeMap::new(), platform: None, ..manifest.this.clone() },
        index: index.as_ref().map(|(index, _)| Descriptor { annotations: BTreeMap::new(), ..index.this.clone() }),
        config: manifest.config.clone(),
        layers: manifest.layers.clone(),
        chain_ids: chain_ids(&config.diff_ids),
        repo_digests: std::collections::BTreeSet::new(),
        parent: None,
    };
    let document = String::from_utf8_lossy(&manifest_bytes).into_owned();
    let tags = name_of(entry).and_then(|name| name.parse::<Reference>().ok()).filter(|name| name.digest.is_none());
    let image = NewImage { config, config_bytes, manifest, manifest_bytes, record };
    let tags = tags.into_iter().collect();
    Ok(Found { image, index, blobs, tags, misnamed: None, listed_in: name, document })
}

fn path(of: &Descriptor) -> String {
    format!("blobs/sha256/{}", of.digest.hex())
}

fn check(listed: &Descriptor, stored: &Stored) -> Result<()> {
    let refused = |code| Fault::new(FaultKind::BadRequest, code).with("name", path(listed));
    if stored.size != listed.size {
        return Err(refused(Code::ArchiveSize).with("size", stored.size).with("expected", listed.size));
    }
    if stored.digest != listed.digest {
        return Err(refused(Code::ArchiveDigest).with("expected", &listed.digest).with("computed", &stored.digest));
    }
    Ok(())
}

/// What an entry is called: containerd's whole name, else OCI's, which may be a whole name or a tag alone. A tag alone is
/// no name.
fn name_of(entry: &Descriptor) -> Option<String> {
    let whole = entry.annotations.get("io.containerd.image.name").cloned();
    let oci = entry.annotations.get("org.opencontainers.image.ref.name");
    whole.or_else(|| oci.filter(|name| name.contains([':', '/'])).cloned())
}
