//! What the inspector can be opened on, and which of the World's things lead there.

use crate::spec::{ContainerId, Digest};
use crate::trace::{Entity, MountKind, World};
use crate::ui::fonts;

/// An image, or a container with its writable layer on top of one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// By a tag, or by its id where it has none.
    Image(String),
    /// By id.
    Container(ContainerId),
}

impl Subject {
    /// Its name for people, as one visible line.
    pub fn title(&self, world: &World) -> String {
        match self {
            Self::Image(name) => fonts::shown(short(name)),
            Self::Container(id) => {
                let name = world.containers.get(id).map(|container| container.name.as_str());
                fonts::shown(&name.map_or_else(|| id.as_str().chars().take(12).collect(), ToOwned::to_owned))
            }
        }
    }
}

/// A name without what every name of Docker Hub begins with; of an id the beginning.
fn short(name: &str) -> &str {
    if name.starts_with("sha256:") {
        return name.get(..19).unwrap_or(name);
    }
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    name.strip_prefix("library/").unwrap_or(name)
}

/// Everything that can be opened: images by tag, images without one, containers.
pub fn known(world: &World) -> Vec<Subject> {
    let mut all: Vec<Subject> = world.tags.keys().map(|tag| Subject::Image(tag.clone())).collect();
    let tagged = |image: &Digest| world.tags.values().any(|tag| tag.image == *image);
    let complete = |image: &Digest| {
        world.configs.get(image).is_some_and(|config| {
            let top = config.diff_ids.last();
            top.is_some_and(|top| world.layers.values().any(|layer| layer.diff_id == *top))
        })
    };
    let bare = world.configs.keys().filter(|image| !tagged(image) && complete(image));
    all.extend(bare.map(|image| Subject::Image(image.to_string())));
    all.extend(world.containers.keys().map(|id| Subject::Container(id.clone())));
    all
}

/// What is opened from a thing of the picture, and which of its layers is chosen then (from 0 at the bottom).
pub fn of_entity(entity: &Entity, world: &World) -> Option<(Subject, Option<usize>)> {
    match entity {
        Entity::Container(id) => world.containers.get(id).map(|_| (Subject::Container(id.clone()), None)),
        // What a container has of its own, and what it sees, is in its files.
        Entity::UpperFile(id, _) => of_entity(&Entity::Container(id.clone()), world),
        Entity::Dir(path) => of_entity(&Entity::Container(world.dirs.get(path)?.container.clone()?), world),
        Entity::Mount(key) => {
            let mount = world.mounts.get(key)?;
            let overlay = matches!(mount.kind, MountKind::Overlay { .. });
            of_entity(&Entity::Container(mount.container.clone().filter(|_| overlay)?), world)
        }
        Entity::Tag(tag) => world.tags.get(tag).map(|_| (Subject::Image(tag.clone()), None)),
        Entity::RemoteTag(tag) => world.tags.get(tag).map(|_| (Subject::Image(tag.clone()), None)),
        Entity::Config(image) => named(world, image).map(|subject| (subject, None)),
        Entity::Manifest(digest) => {
            let manifest = world.manifests.get(digest)?;
            named(world, &manifest.config.digest).map(|subject| (subject, None))
        }
        Entity::Index(digest) => of_entity(&Entity::Manifest(world.chosen.get(digest)?.clone()), world),
        Entity::Layer(chain) => {
            let diff = &world.layers.get(chain)?.diff_id;
            with_layer(world, |_, of| of == diff)
        }
        Entity::Blob(digest) => {
            let layer = world.layers.values().find(|layer| layer.blob.as_ref() == Some(digest))?;
            with_layer(world, |_, of| *of == layer.diff_id)
        }
        _ => None,
    }
}

fn named(world: &World, image: &Digest) -> Option<Subject> {
    let tag = world.tags.iter().find(|(_, tag)| tag.image == *image).map(|(name, _)| name.clone());
    known(world).into_iter().find(|subject| *subject == Subject::Image(tag.clone().unwrap_or(image.to_string())))
}

fn with_layer(world: &World, is: impl Fn(usize, &Digest) -> bool) -> Option<(Subject, Option<usize>)> {
    world.configs.iter().find_map(|(image, config)| {
        let at = config.diff_ids.iter().enumerate().position(|(i, diff)| is(i, diff))?;
        Some((named(world, image)?, Some(at)))
    })
}
