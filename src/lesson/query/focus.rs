use super::{image, network};
use crate::spec::Reference;
use crate::trace::{Entity, World};
use serde::Deserialize;

/// A thing to select in the diagram.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", tag = "the", deny_unknown_fields)]
pub enum Focus {
    /// What the registry says the tag points at.
    RemoteTag {
        /// The image.
        image: Reference,
    },
    /// The tag on this host.
    LocalTag {
        /// The image.
        image: Reference,
    },
    /// The index.
    Index {
        /// The image.
        image: Reference,
    },
    /// The manifest for this host.
    Manifest {
        /// The image.
        image: Reference,
    },
    /// The config.
    Config {
        /// The image.
        image: Reference,
    },
    /// The uppermost unpacked layer.
    TopLayer {
        /// The image.
        image: Reference,
    },
    /// The blob of the uppermost layer.
    TopBlob {
        /// The image.
        image: Reference,
    },
    /// The blobs of all its layers, each by itself.
    Blobs {
        /// The image.
        image: Reference,
    },
    /// The bridge.
    Bridge,
    /// The cable's end on the host.
    HostEnd {
        /// The container's name.
        container: String,
    },
    /// The cable's end inside.
    InsideEnd {
        /// The container's name.
        container: String,
    },
    /// The container.
    Container {
        /// Its name.
        container: String,
    },
    /// A mount of the container.
    Mount {
        /// The container's name.
        container: String,
        /// Where it is mounted.
        target: String,
    },
    /// The volume.
    Volume {
        /// Its name.
        volume: String,
    },
}

impl Focus {
    /// The things, those of them that the World has.
    pub fn entities(&self, world: &World) -> Vec<Entity> {
        match self {
            Self::Blobs { image } => blobs(world, image),
            one => one.entity(world).into_iter().collect(),
        }
    }

    /// The thing, once the World has it; of several the first.
    pub fn entity(&self, world: &World) -> Option<Entity> {
        match self {
            Self::TopBlob { image } => blobs(world, image).pop(),
            Self::Blobs { image } => blobs(world, image).into_iter().next(),
            Self::RemoteTag { image } => {
                let key = image.to_string();
                world.remote_tags.contains_key(&key).then_some(Entity::RemoteTag(key))
            }
            Self::LocalTag { image } => {
                let key = image.to_string();
                world.tags.contains_key(&key).then_some(Entity::Tag(key))
            }
            Self::Index { image } => image::index(world, image).map(|i| Entity::Index(i.this.digest.clone())),
            Self::Manifest { image } => image::manifest(world, image).map(|m| Entity::Manifest(m.this.digest.clone())),
            Self::Config { image } => image::config(world, image).map(|c| Entity::Config(c.this.digest.clone())),
            Self::TopLayer { image } => {
                let config = image::config(world, image)?;
                world.layers_of(&config.this.digest).last().map(|layer| Entity::Layer(layer.chain_id.clone()))
            }
            Self::Bridge => network::bridge(world).map(|link| Entity::Link(link.key.clone())),
            Self::HostEnd { container } => {
                network::host_end(world, container).map(|link| Entity::Link(link.key.clone()))
            }
            Self::InsideEnd { container } => {
                network::inside_end(world, container).map(|link| Entity::Link(link.key.clone()))
            }
            Self::Container { container } => world.container_named(container).map(|c| Entity::Container(c.id.clone())),
            Self::Mount { container, target } => {
                let id = &world.container_named(container)?.id;
                world.mounts_of(id).find(|mount| mount.target == *target).map(|mount| Entity::Mount(mount.key))
            }
            Self::Volume { volume } => world.volumes.contains_key(volume).then(|| Entity::Volume(volume.clone())),
        }
    }
}

/// From the lowest on.
fn blobs(world: &World, image: &Reference) -> Vec<Entity> {
    let layers = image::manifest(world, image).map(|manifest| manifest.layers.iter());
    layers.into_iter().flatten().map(|layer| Entity::Blob(layer.digest.clone())).collect()
}
