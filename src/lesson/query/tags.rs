//! Tags that move, layers that are shared, bytes that are not what was promised.

use super::{image, was_done};
use crate::spec::{Digest, Reference};
use crate::trace::{OpKind, Outcome, World};

fn local<'a>(world: &'a World, image: &Reference) -> Option<&'a Digest> {
    world.tags.get(&image.to_string()).map(|tag| &tag.image)
}

/// Both tags are here and name the same image.
pub(super) fn same_image(world: &World, image: &Reference, other: &Reference) -> Option<bool> {
    Some(local(world, image)? == local(world, other)?)
}

/// How many layers the image has that the other has not, once it is pulled.
pub(super) fn own_layers(world: &World, image: &Reference, other: &Reference) -> Option<u64> {
    let chains = |image: &Reference| {
        let layers = world.layers_of(local(world, image)?);
        let all = image::is_pulled(world, image);
        all.then(|| layers.iter().map(|layer| layer.chain_id.clone()).collect::<Vec<_>>())
    };
    let others = chains(other)?;
    Some(chains(image)?.iter().filter(|chain| !others.contains(chain)).count() as u64)
}

/// After a tag was moved in the registry: the image of that name here is the one that the registry means now.
pub(super) fn follows(world: &World, image: &Reference) -> Option<bool> {
    let here = world.tags.get(&image.to_string())?;
    let there = &world.remote_tags.get(&image.to_string())?.target.digest;
    let manifest = world.chosen.get(there).unwrap_or(there);
    was_done(world, OpKind::RegistryTag).then(|| here.manifest.as_ref() == Some(manifest))
}

/// Somebody tried to delete an image, and its name is gone; no: it was refused.
pub(super) fn removed_in_use(world: &World, image: &Reference) -> Option<bool> {
    let ended = |done: bool| {
        let mut ops = world.ops.values().filter(|state| state.op.kind == OpKind::ImageRemove);
        ops.any(|state| state.outcome.as_ref().is_some_and(|outcome| (*outcome == Outcome::Done) == done))
    };
    match (world.tags.contains_key(&image.to_string()), ended(false), ended(true)) {
        (true, true, _) => Some(false),
        (false, _, true) => Some(true),
        _ => None,
    }
}

/// How many of the image's layers are on the disk no more, once its name is gone.
pub(super) fn layers_gone(world: &World, image: &Reference) -> Option<u64> {
    let gone = !world.tags.contains_key(&image.to_string()) && was_done(world, OpKind::ImageRemove);
    let running = world.ops.values().any(|state| state.outcome.is_none());
    let manifest = image::manifest(world, image).filter(|_| gone && !running)?;
    let here = |blob: &Digest| world.layers.values().any(|layer| layer.blob.as_ref() == Some(blob));
    Some(manifest.layers.iter().filter(|layer| !here(&layer.digest)).count() as u64)
}

/// The digest of the uppermost layer's blob.
pub(super) fn top_layer(world: &World, image: &Reference) -> Option<String> {
    image::manifest(world, image)?.layers.last().map(|layer| layer.digest.to_string())
}

/// What the registry says the tag points at.
pub(super) fn remote(world: &World, image: &Reference) -> Option<String> {
    world.remote_tags.get(&image.to_string()).map(|tag| tag.target.digest.to_string())
}

/// Bytes of the image came that were not what was promised, and the image was not taken; yes: it was, for all that.
pub(super) fn taken_though_damaged(world: &World, image: &Reference) -> Option<bool> {
    let manifest = image::manifest(world, image)?;
    let of_it = |digest: &Digest| manifest.layers.iter().any(|layer| layer.digest == *digest);
    let here = world.tags.contains_key(&image.to_string());
    if !here && world.rejected.keys().any(of_it) {
        return Some(false);
    }
    (here && world.damaged.keys().any(of_it)).then_some(true)
}

/// The registry serves one of the image's layers damaged.
pub(super) fn is_damaged(world: &World, image: &Reference) -> Option<bool> {
    let manifest = image::manifest(world, image)?;
    Some(manifest.layers.iter().any(|layer| world.damaged.contains_key(&layer.digest)))
}
