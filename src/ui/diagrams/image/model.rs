//! What the World knows of each image, from whichever side it was learned: a manifest read from a registry, or a config in
//! the store.

use super::Stage;
use crate::spec::Digest;
use crate::trace::{Blob, Config, Descriptor, Entity, Index, Layer, Manifest, OpKind, World};
use std::ops::Range;
use std::sync::Arc;

/// An image, however much is known of it.
pub(in crate::ui::diagrams) struct Picture<'a> {
    /// The config's digest: the image ID.
    pub id: Digest,
    /// Its descriptor, when a manifest says it.
    pub config_descriptor: Option<&'a Descriptor>,
    /// The config, once it was read.
    pub config: Option<&'a Arc<Config>>,
    /// The manifest, once it was read.
    pub manifest: Option<&'a Arc<Manifest>>,
    /// Lowest first.
    pub layers: Vec<Slab<'a>>,
    /// Local names.
    pub tags: Vec<&'a String>,
    /// Nothing of it is on this host, but what other images have of it as well.
    pub absent: bool,
}

impl Picture<'_> {
    /// The layers from the lowest up; while that is being asked, by their digests, which say nothing of it.
    pub fn upwards(&self, stage: &Stage<'_>) -> Vec<usize> {
        let mut levels: Vec<usize> = (0..self.layers.len()).collect();
        if stage.hides_order() {
            // The same before and after the config is read.
            let digest = |slab: &Slab<'_>| slab.descriptor.map_or_else(|| slab.key(), |d| d.digest.to_string());
            levels.sort_by_cached_key(|level| digest(&self.layers[*level]));
        }
        levels
    }

    /// What those layers are called: by their numbers from below.
    pub fn title_of(&self, stage: &Stage<'_>, levels: &Range<usize>) -> String {
        let n = match levels.len() {
            _ if stage.hides_order() => return stage.say("kind-layer"),
            1 => (levels.start + 1).to_string(),
            _ => format!("{}–{}", levels.start + 1, levels.end),
        };
        stage.say_with("scene-layer", &[("n", &n)])
    }
}

/// A layer of an image.
#[derive(Clone)]
pub(in crate::ui::diagrams) struct Slab<'a> {
    /// Compressed, as a manifest lists it.
    pub descriptor: Option<&'a Descriptor>,
    /// How far its blob is.
    pub blob: Option<&'a Arc<Blob>>,
    /// The digest of the uncompressed tar, as the config lists it.
    pub diff_id: Option<&'a Digest>,
    /// Its directory, once it was unpacked.
    pub layer: Option<&'a Arc<Layer>>,
    /// The instruction that made it.
    pub created_by: Option<&'a str>,
    /// The image is not on this host: this is, if at all, as another's.
    pub absent: bool,
}

impl Slab<'_> {
    /// What this layer is at this height: two images share it when this and all below it are equal.
    pub fn key(&self) -> String {
        let blob = self.descriptor.map(|d| &d.digest).or(self.layer.and_then(|l| l.blob.as_ref()));
        self.diff_id.or(blob).map(ToString::to_string).unwrap_or_default()
    }

    /// What a click on it chooses.
    pub fn entity(&self) -> Option<Entity> {
        let blob = self.descriptor.map(|d| Entity::Blob(d.digest.clone()));
        blob.or_else(|| self.layer.map(|l| Entity::Layer(l.chain_id.clone())))
    }
}

/// All images, in an order that changes little: by manifest and config as they stand in the World.
pub(in crate::ui::diagrams) fn pictures(world: &World) -> Vec<Picture<'_>> {
    let mut found: Vec<Picture<'_>> = Vec::new();
    for manifest in world.manifests.values() {
        let id = &manifest.config.digest;
        // An attestation's manifest has a config as well, but nobody chose it.
        let listed = world.indexes.iter().find(|(_, i)| i.manifests.iter().any(|m| m.digest == manifest.this.digest));
        let chosen = listed.is_none_or(|(index, _)| world.chosen.get(index).is_none_or(|c| *c == manifest.this.digest));
        // What was read for an image that was removed since, or never pulled to its end, is none of this host's images.
        if chosen && is_here(world, manifest) && !found.iter().any(|p| p.id == *id) {
            found.push(picture(world, id, Some(manifest)));
        }
    }
    for id in world.configs.keys() {
        if !found.iter().any(|p| p.id == *id) {
            found.push(picture(world, id, None));
        }
    }
    found
}

/// Something of that image is on this host, or may come at any moment. Layers that an image has that is here say nothing of
/// another that has them too.
pub(in crate::ui::diagrams) fn is_here(world: &World, manifest: &Manifest) -> bool {
    let pulling = world.ops.values().any(|op| op.op.kind == OpKind::ImagePull && op.outcome.is_none());
    let flawed = |digest: &Digest| world.damaged.contains_key(digest) || world.rejected.contains_key(digest);
    let mut named = std::iter::once(&manifest.config).chain(&manifest.layers);
    let of_another = |blob: &Digest| {
        let others = world.manifests.values().filter(|other| other.config.digest != manifest.config.digest);
        let mut kept = others.filter(|other| world.configs.contains_key(&other.config.digest));
        kept.any(|other| other.layers.iter().any(|layer| layer.digest == *blob))
    };
    let brought = |l: &Descriptor| world.blobs.contains_key(&l.digest) && !of_another(&l.digest);
    pulling
        || world.ops.is_empty()
        || world.configs.contains_key(&manifest.config.digest)
        || named.any(|d| flawed(&d.digest))
        || manifest.layers.iter().any(brought)
}

/// Of an index that was read: an image that it leads to is on this host, or none of them was ever read.
pub(in crate::ui::diagrams) fn is_index_here(world: &World, index: &Index) -> bool {
    let mut read = images_of(world, index, 3).into_iter().peekable();
    read.peek().is_none() || read.any(|manifest| is_here(world, manifest))
}

/// The manifests that were read of those that an index lists, or an index in it, so many deep.
fn images_of<'a>(world: &'a World, index: &'a Index, depth: usize) -> Vec<&'a Arc<Manifest>> {
    let mut found: Vec<_> = index.manifests.iter().filter_map(|entry| world.manifests.get(&entry.digest)).collect();
    if depth > 0 {
        let inner = index.manifests.iter().filter_map(|entry| world.indexes.get(&entry.digest));
        found.extend(inner.flat_map(|inner| images_of(world, inner, depth - 1)));
    }
    found
}

/// An image that is not on this host, as far as its manifest tells of it.
pub(in crate::ui::diagrams) fn ghost<'a>(world: &'a World, id: &Digest) -> Option<Picture<'a>> {
    let manifest = world.manifests.values().find(|manifest| manifest.config.digest == *id)?;
    let mut picture = picture(world, id, Some(manifest));
    picture.absent = true;
    picture.layers.iter_mut().for_each(|slab| slab.absent = true);
    Some(picture)
}

/// One image.
pub(in crate::ui::diagrams) fn picture<'a>(
    world: &'a World,
    id: &Digest,
    manifest: Option<&'a Arc<Manifest>>,
) -> Picture<'a> {
    let manifest = manifest.or_else(|| world.manifests.values().find(|m| m.config.digest == *id));
    let config = world.configs.get(id);
    let unpacked = world.layers_of(id);
    let count = manifest.map(|m| m.layers.len()).or(config.map(|c| c.diff_ids.len())).unwrap_or(0);
    let instructions: Vec<&str> = config
        .map(|c| c.history.iter().filter(|h| !h.empty_layer).map(|h| h.created_by.as_str()).collect())
        .unwrap_or_default();
    let layers = (0..count)
        .map(|i| {
            let descriptor = manifest.and_then(|m| m.layers.get(i));
            let layer = unpacked.get(i).copied();
            let blob = descriptor.map(|d| &d.digest).or(layer.and_then(|l| l.blob.as_ref()));
            Slab {
                descriptor: descriptor.or_else(|| blob.and_then(|b| world.blobs.get(b)).map(|b| &b.descriptor)),
                blob: blob.and_then(|b| world.blobs.get(b)),
                diff_id: config.and_then(|c| c.diff_ids.get(i)),
                layer,
                created_by: instructions.get(i).copied(),
                absent: false,
            }
        })
        .collect();
    let tags = world.tags.iter().filter(|(_, tag)| tag.image == *id).map(|(name, _)| name).collect();
    Picture {
        id: id.clone(),
        config_descriptor: manifest.map(|m| &m.config),
        config,
        manifest,
        layers,
        tags,
        absent: false,
    }
}
