//! Which image is drawn in full: the one being pulled, else the one that was chosen, else the one pulled last.

use super::{Picture, familiar};
use crate::spec::Digest;
use crate::trace::{Entity, OpKind, World};

/// What the picture is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Focus {
    /// The document that its tag names: the top of its chain.
    pub root: Option<Digest>,
    /// The image, once a manifest was read that names its config.
    pub image: Option<Digest>,
}

impl Focus {
    pub fn of(world: &World, pictures: &[Picture<'_>], chosen: Option<&Entity>) -> Self {
        let mut pulls: Vec<_> = world.ops.values().filter(|op| op.op.kind == OpKind::ImagePull).collect();
        pulls.sort_by_key(|op| std::cmp::Reverse(op.op.id));
        let pulled = |running: bool| {
            let of = pulls.iter().filter(|op| op.outcome.is_none() == running);
            of.filter_map(|op| Self::of_reference(world, &op.op.subject)).find(|f| f.is_drawn(world, pictures))
        };
        let picked = chosen.and_then(|entity| Self::of_entity(world, pictures, entity));
        let deepest = || pictures.iter().max_by_key(|p| (!p.tags.is_empty(), p.layers.len()));
        pulled(true)
            .or(picked)
            .or_else(|| pulled(false))
            .or_else(|| deepest().map(|p| Self::of_picture(world, p)))
            .or_else(|| world.remote_tags.values().next().map(|tag| Self::of_root(world, &tag.target.digest)))
            .unwrap_or_default()
    }

    fn is_drawn(&self, world: &World, pictures: &[Picture<'_>]) -> bool {
        match &self.image {
            Some(image) => pictures.iter().any(|p| p.id == *image),
            None => world.remote_tags.values().any(|tag| Some(&tag.target.digest) == self.root.as_ref()),
        }
    }

    fn of_reference(world: &World, reference: &str) -> Option<Self> {
        let wanted = familiar(reference);
        let remote = world.remote_tags.iter().find(|(name, _)| familiar(name) == wanted);
        remote.map(|(_, tag)| Self::of_root(world, &tag.target.digest))
    }

    fn of_root(world: &World, root: &Digest) -> Self {
        Self { root: Some(root.clone()), image: image_of(world, root) }
    }

    fn of_picture(world: &World, picture: &Picture<'_>) -> Self {
        let root = picture.manifest.map(|manifest| world.named_by_tag(&manifest.this.digest));
        Self { root, image: Some(picture.id.clone()) }
    }

    fn of_entity(world: &World, pictures: &[Picture<'_>], entity: &Entity) -> Option<Self> {
        let picture = |holds: &dyn Fn(&Picture<'_>) -> bool| {
            // Of several images that share a layer the last is the one that was drawn over the others.
            pictures.iter().rev().find(|p| holds(p)).map(|p| Self::of_picture(world, p))
        };
        match entity {
            Entity::RemoteTag(name) => world.remote_tags.get(name).map(|tag| Self::of_root(world, &tag.target.digest)),
            Entity::Index(root) => Some(Self::of_root(world, &world.named_by_tag(root))),
            Entity::Manifest(manifest) => {
                let here = picture(&|p| p.manifest.is_some_and(|m| m.this.digest == *manifest));
                here.or_else(|| Some(Self::of_root(world, &world.named_by_tag(manifest))))
            }
            Entity::Config(image) => picture(&|p| p.id == *image),
            Entity::Tag(name) => {
                let tag = world.tags.get(name)?;
                picture(&|p| p.id == tag.image)
            }
            Entity::Blob(_) | Entity::Layer(_) => picture(&|p| holds(p, entity)),
            _ => None,
        }
    }
}

/// Is that blob or layer one of the image's?
pub(super) fn holds(picture: &Picture<'_>, entity: &Entity) -> bool {
    picture.layers.iter().any(|slab| match entity {
        Entity::Blob(blob) => slab.descriptor.is_some_and(|d| d.digest == *blob),
        Entity::Layer(layer) => slab.layer.is_some_and(|l| l.chain_id == *layer),
        _ => false,
    })
}

/// The image that a document leads to, through the entries that were chosen.
pub(super) fn image_of(world: &World, root: &Digest) -> Option<Digest> {
    let mut at = root;
    // No index is deeper than this without going round in a circle.
    for _ in 0..8 {
        if let Some(manifest) = world.manifests.get(at) {
            return Some(manifest.config.digest.clone());
        }
        at = match world.chosen.get(at) {
            Some(chosen) => chosen,
            // Nothing is chosen from the outer of two indexes but the inner one that was read.
            None => {
                let read = |digest: &Digest| world.indexes.contains_key(digest) || world.manifests.contains_key(digest);
                &world.indexes.get(at)?.manifests.iter().find(|entry| read(&entry.digest))?.digest
            }
        };
    }
    None
}

/// What stands for the choice when the picture is laid out: a layer of the image that is drawn in full changes nothing about
/// which image that is, so that it stays where it is when one of its layers is clicked.
pub(in crate::ui::diagrams) fn subject(
    world: &World,
    selection: Option<&Entity>,
    before: Option<&Entity>,
) -> Option<Entity> {
    let Some(selection) = selection else { return before.cloned() };
    if !matches!(selection, Entity::Blob(_) | Entity::Layer(_)) {
        let about_image = matches!(
            selection,
            Entity::RemoteTag(_) | Entity::Index(_) | Entity::Manifest(_) | Entity::Config(_) | Entity::Tag(_)
        );
        return if about_image { Some(selection.clone()) } else { before.cloned() };
    }
    let pictures = super::pictures(world);
    let now = Focus::of(world, &pictures, before);
    let stays = pictures.iter().find(|p| Some(&p.id) == now.image.as_ref() && holds(p, selection));
    match stays {
        // Which of very many layers was chosen says which of them are drawn one by one.
        Some(picture) if picture.layers.len() <= super::rows::GROUPED => Some(Entity::Config(picture.id.clone())),
        _ => Some(selection.clone()),
    }
}
