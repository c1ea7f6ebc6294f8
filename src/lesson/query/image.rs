use crate::lesson::Term;
use crate::spec::{Digest, Reference};
use crate::trace::{BlobState, Config, Effect, Index, Manifest, World};
use std::sync::Arc;

/// What the registry says the tag points at.
fn target<'a>(world: &'a World, image: &Reference) -> Option<&'a Digest> {
    world.remote_tags.get(&image.to_string()).map(|tag| &tag.target.digest)
}

pub(super) fn tag_target_kind(world: &World, image: &Reference) -> Option<Term> {
    let target = target(world, image)?;
    let is_index = world.indexes.contains_key(target).then_some(Term::Index);
    is_index.or_else(|| world.manifests.contains_key(target).then_some(Term::Manifest))
}

pub(super) fn index<'a>(world: &'a World, image: &Reference) -> Option<&'a Arc<Index>> {
    world.indexes.get(target(world, image)?)
}

pub(super) fn manifest<'a>(world: &'a World, image: &Reference) -> Option<&'a Arc<Manifest>> {
    let remote = target(world, image).and_then(|target| {
        let digest = world.chosen.get(target).unwrap_or(target);
        world.manifests.get(digest)
    });
    remote.or_else(|| world.manifests.get(world.tags.get(&image.to_string())?.manifest.as_ref()?))
}

pub(super) fn config<'a>(world: &'a World, image: &Reference) -> Option<&'a Arc<Config>> {
    world.configs.get(&manifest(world, image)?.config.digest)
}

pub(super) fn platforms(world: &World, image: &Reference) -> Option<Vec<String>> {
    let entries = &index(world, image)?.manifests;
    Some(entries.iter().filter_map(|entry| Some(entry.platform.as_ref()?.to_string())).collect())
}

pub(super) fn chosen_platform(world: &World, image: &Reference) -> Option<String> {
    let index = index(world, image)?;
    let chosen = world.chosen.get(&index.this.digest)?;
    let entry = index.manifests.iter().find(|entry| entry.digest == *chosen)?;
    entry.platform.as_ref().map(ToString::to_string)
}

pub(super) fn config_is_separate(world: &World, image: &Reference) -> Option<bool> {
    let config = config(world, image)?;
    Some(config.this.digest != manifest(world, image)?.this.digest)
}

pub(super) fn image_id_is_digest_of(world: &World, image: &Reference) -> Option<Term> {
    let id = &world.tags.get(&image.to_string())?.image;
    let manifest = manifest(world, image)?;
    if *id == manifest.config.digest {
        return Some(Term::Config);
    }
    if *id == manifest.this.digest {
        return Some(Term::Manifest);
    }
    if manifest.layers.iter().any(|layer| layer.digest == *id) {
        return Some(Term::Layer);
    }
    index(world, image).filter(|index| index.this.digest == *id).map(|_| Term::Index)
}

/// True when the manifest and the config give every layer the same digest: that of the blob, and that of what is in it.
pub(super) fn blob_digest_is_diff_id(world: &World, image: &Reference) -> Option<bool> {
    let (manifest, config) = (manifest(world, image)?, config(world, image)?);
    let all = !config.diff_ids.is_empty() && manifest.layers.len() == config.diff_ids.len();
    all.then(|| manifest.layers.iter().zip(&config.diff_ids).all(|(layer, diff_id)| layer.digest == *diff_id))
}

pub(super) fn lowest_layer(world: &World, image: &Reference) -> Option<Term> {
    let manifest = manifest(world, image)?;
    let layers = world.layers_of(&manifest.config.digest);
    let lowest = layers.first()?.blob.as_ref()?;
    if layers.len() < manifest.layers.len() {
        return None;
    }
    let position = manifest.layers.iter().position(|descriptor| descriptor.digest == *lowest)?;
    match position {
        0 => Some(Term::First),
        last if last + 1 == manifest.layers.len() => Some(Term::Last),
        _ => None,
    }
}

/// The first path that a layer deletes, and whether a layer below still holds it.
pub(super) fn deleted(world: &World, image: &Reference) -> Option<(String, bool)> {
    let config = config(world, image)?;
    let layers = world.layers_of(&config.this.digest);
    if layers.len() < config.diff_ids.len() {
        return None;
    }
    layers.iter().enumerate().find_map(|(at, layer)| {
        let file = layer.files.iter().find(|file| file.effect == Effect::Deleted)?;
        let below = layers[..at].iter().flat_map(|lower| &lower.files);
        let still = below.into_iter().any(|lower| lower.path == file.path && lower.effect != Effect::Deleted);
        Some((file.path.clone(), still))
    })
}

pub(super) fn blobs_verified(world: &World, image: &Reference) -> Option<bool> {
    let verified =
        |digest: &Digest| world.blobs.get(digest).is_some_and(|blob| matches!(blob.state, BlobState::Verified { .. }));
    manifest(world, image).map(|manifest| manifest.layers.iter().all(|layer| verified(&layer.digest)))
}

pub(super) fn is_pulled(world: &World, image: &Reference) -> bool {
    let (Some(tag), Some(manifest)) = (world.tags.get(&image.to_string()), manifest(world, image)) else {
        return false;
    };
    tag.image == manifest.config.digest
        && blobs_verified(world, image) == Some(true)
        && world.layers_of(&tag.image).len() == manifest.layers.len()
}
