//! What the World knows of each image, from whichever side it was learned: a manifest read from a registry, or a config in
//! the store.

use crate::spec::Digest;
use crate::trace::{Blob, Config, Descriptor, Entity, Layer, Manifest, OpKind, World};
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
        let pulling = world.ops.values().any(|op| op.op.kind == OpKind::ImagePull && op.outcome.is_none());
        let flawed = |digest: &Digest| world.damaged.contains_key(digest) || world.rejected.contains_key(digest);
        let named = std::iter::once(&manifest.config).chain(&manifest.layers);
        let here = named.into_iter().any(|d| flawed(&d.digest))
            || world.configs.contains_key(id)
            || manifest.layers.iter().any(|l| world.blobs.contains_key(&l.digest));
        if chosen && (here || pulling || world.ops.is_empty()) && !found.iter().any(|p| p.id == *id) {
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
            }
        })
        .collect();
    let tags = world.tags.iter().filter(|(_, tag)| tag.image == *id).map(|(name, _)| name).collect();
    Picture { id: id.clone(), config_descriptor: manifest.map(|m| &m.config), config, manifest, layers, tags }
}
