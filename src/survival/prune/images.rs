//! Which images go, by Docker's rules for `docker image prune` as the store of the engine has them: one after the other, the newest first.

use super::{Foretold, Images, images_of, sum};
use crate::spec::{Digest, Reference};
use crate::trace::{Disk, World};
use std::collections::{BTreeMap, BTreeSet};

/// The images that are left so far.
struct Left<'w> {
    world: &'w World,
    /// By what they were committed from, and the names with a digest that they have.
    images: BTreeMap<Digest, Image>,
    tags: BTreeMap<String, Digest>,
    /// A container has it that stays.
    used: BTreeSet<Digest>,
}

#[derive(Clone, Default)]
struct Image {
    parent: Option<Digest>,
    digests: Vec<String>,
}

/// What goes of images, besides what has gone already.
pub(super) fn go(which: Images, world: &World, disk: &Disk, gone: &mut Foretold) {
    let known = |id: &Digest| {
        let kept = disk.images.iter().find(|image| image.id == *id);
        kept.map(|image| Image { parent: image.parent.clone(), digests: image.digests.clone() }).unwrap_or_default()
    };
    let stays = world.containers.values().filter(|it| !gone.containers.contains(&it.id));
    let mut left = Left {
        world,
        images: images_of(world).into_iter().map(|id| (id.clone(), known(&id))).collect(),
        tags: world.tags.iter().map(|(name, tag)| (name.clone(), tag.image.clone())).collect(),
        used: stays.map(|it| it.image.clone()).collect(),
    };
    let all: BTreeSet<Digest> = left.images.keys().cloned().collect();
    left.prune(which);
    gone.images = all.iter().filter(|id| !left.images.contains_key(id)).cloned().collect();
    let of = |ids: &mut dyn Iterator<Item = &Digest>| {
        let layers = ids.flat_map(|id| world.layers_of(id)).map(|layer| (layer.chain_id.clone(), layer));
        layers.collect::<BTreeMap<_, _>>()
    };
    let (kept, goes) = (of(&mut left.images.keys()), of(&mut gone.images.iter()));
    let blobs: BTreeSet<_> = kept.values().filter_map(|layer| layer.blob.as_ref()).collect();
    // What a container has that stays is there for its sake, too.
    let holders = disk.holders.iter().filter(|it| world.containers.contains_key(&it.container));
    let held: BTreeSet<_> =
        holders.filter(|it| !gone.containers.contains(&it.container)).flat_map(|it| &it.layers).collect();
    let goes: Vec<_> =
        goes.into_iter().filter(|(chain, _)| !kept.contains_key(chain) && !held.contains(chain)).collect();
    let is_kept = |blob: &&Digest| !blobs.contains(blob) && super::packed(world, blob).is_some();
    gone.blobs = goes.iter().filter_map(|(_, layer)| layer.blob.as_ref()).filter(is_kept).cloned().collect();
    gone.layers = goes.iter().map(|(chain, _)| chain.clone()).collect();
    gone.left = true;
    let sizes = goes.iter().map(|(_, layer)| layer.size);
    gone.bytes = sum(sizes.chain([gone.bytes, disk.left.unneeded()]));
    gone.beside = sum(gone.blobs.iter().filter_map(|blob| super::packed(world, blob)));
}

impl Left<'_> {
    fn prune(&mut self, which: Images) {
        let created = |id: &Digest| self.world.configs.get(id).and_then(|config| config.created.clone());
        let mut order: Vec<Digest> = self.images.keys().cloned().collect();
        order.sort_by(|a, b| created(b).cmp(&created(a)).then_with(|| a.cmp(b)));
        // Which have children is asked of how it was before.
        let parents: BTreeSet<Digest> = self.images.values().filter_map(|image| image.parent.clone()).collect();
        for id in order {
            let Some(image) = self.images.get(&id) else { continue };
            let tags: Vec<String> = self.tags_of(&id).cloned().collect();
            let is_unnamed = tags.is_empty();
            let is_between = is_unnamed && image.digests.is_empty() && parents.contains(&id);
            if is_between || !(which == Images::All || is_unnamed) || self.used.contains(&id) {
                continue;
            }
            if is_unnamed {
                self.delete_unless_needed(&id);
            }
            tags.iter().for_each(|tag| self.untag(&id, tag));
        }
    }

    /// With its last tag goes the image, but for one that another was committed from.
    fn untag(&mut self, id: &Digest, tag: &str) {
        let repository = |name: &str| name.rsplit_once(':').map(|(name, _)| name.to_owned());
        let of_mine = |other: &&String| repository(other) == repository(tag);
        let (all, same) = (self.tags_of(id).count(), self.tags_of(id).filter(of_mine).count());
        self.tags.remove(tag);
        if all == 1 && !self.has_children(id) {
            return self.delete(id);
        }
        if let Some(image) = self.images.get_mut(id).filter(|_| same == 1) {
            let mine = repository(tag);
            image.digests.retain(|name| name.split_once('@').map(|(name, _)| name) != mine.as_deref());
        }
    }

    fn delete_unless_needed(&mut self, id: &Digest) {
        if !self.has_children(id) {
            self.delete(id);
        }
    }

    /// With it go the images that it was committed from, as far as nothing else needs them.
    fn delete(&mut self, id: &Digest) {
        let parent = self.images.remove(id).and_then(|image| image.parent);
        let Some(parent) = parent else { return };
        let is_needed = |image: &Image| !image.digests.is_empty();
        let is_kept = self.images.get(&parent).is_none_or(is_needed);
        if !is_kept && self.tags_of(&parent).next().is_none() && !self.used.contains(&parent) {
            self.delete_unless_needed(&parent);
        }
    }

    fn has_children(&self, id: &Digest) -> bool {
        self.images.values().any(|image| image.parent.as_ref() == Some(id))
    }

    fn tags_of<'a>(&'a self, id: &'a Digest) -> impl Iterator<Item = &'a String> {
        self.tags
            .iter()
            .filter(move |(name, image)| *image == id && name.parse::<Reference>().is_ok())
            .map(|(name, _)| name)
    }
}
