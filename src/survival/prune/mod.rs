//! What a `prune` takes away, and how many bytes, before it does: by Docker's rules, from the World and from what was counted in it.
//!
//! ```text
//! container prune   containers that do not run: what they have written
//! volume prune      volumes that no container has, running or not; without `-a` the anonymous ones (all of them before API 1.42)
//! image prune       images that no container has and no tag names, with `-a` those with tags, too: layers that no other image has
//! system prune      containers, then volumes where that is said, then images: what went first needs nothing any more
//! ```
//!
//! **Where this and other figures differ.** `bytes` is what Docker says afterwards ("Total reclaimed space"). Docker counts the content of
//! unpacked layers, and so does this; the packed layers that are kept beside them go, too, and are `beside`: the disk has that much more,
//! and more again for blocks are larger than what is in them. `docker system df` counts as RECLAIMABLE of images all but what images in use
//! have for themselves: what two images in use share is in it, and `image prune -a` does not take it. RECLAIMABLE of volumes is what
//! `volume prune -a` takes. A container that runs writes on: what it had written is of when it was counted. Layers that are there for a
//! container's sake alone, because its image was deleted by force, go with that container and are counted by nobody.

mod asked;
mod images;
#[cfg(test)]
mod tests;

pub use asked::Ordered;

use super::is_used;
use crate::spec::{ContainerId, Digest};
use crate::trace::{BlobState, ContainerState, DiskPlace, World};
use std::collections::BTreeSet;

/// Which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Prune {
    /// `docker container prune`
    Containers,
    /// `docker image prune`
    Images(Images),
    /// `docker volume prune`
    Volumes(Volumes),
    /// `docker system prune`
    System {
        /// Of images.
        images: Images,
        /// Of volumes, if any.
        volumes: Option<Volumes>,
    },
}

/// Which images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Images {
    /// Without a tag.
    Dangling,
    /// All.
    All,
}

/// Which volumes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Volumes {
    /// That were made without a name.
    Anonymous,
    /// All.
    All,
}

impl Prune {
    /// All that can be asked for, as long as it is not asked by an older version of the API.
    pub const ALL: [Self; 7] = [
        Self::Containers,
        Self::Images(Images::Dangling),
        Self::Images(Images::All),
        Self::Volumes(Volumes::Anonymous),
        Self::Volumes(Volumes::All),
        Self::System { images: Images::Dangling, volumes: None },
        Self::System { images: Images::All, volumes: Some(Volumes::Anonymous) },
    ];

    /// What is typed behind `docker`.
    pub fn command(self) -> &'static str {
        match self {
            Self::Containers => "container prune",
            Self::Images(Images::Dangling) => "image prune",
            Self::Images(Images::All) => "image prune -a",
            Self::Volumes(Volumes::Anonymous) => "volume prune",
            Self::Volumes(Volumes::All) => "volume prune -a",
            Self::System { images: Images::Dangling, volumes: None } => "system prune",
            Self::System { images: Images::Dangling, volumes: Some(_) } => "system prune --volumes",
            Self::System { images: Images::All, volumes: None } => "system prune -a",
            Self::System { images: Images::All, volumes: Some(_) } => "system prune -a --volumes",
        }
    }

    fn containers(self) -> bool {
        matches!(self, Self::Containers | Self::System { .. })
    }

    fn images(self) -> Option<Images> {
        match self {
            Self::Images(images) | Self::System { images, .. } => Some(images),
            Self::Containers | Self::Volumes(_) => None,
        }
    }

    fn volumes(self) -> Option<Volumes> {
        match self {
            Self::Volumes(volumes) => Some(volumes),
            Self::System { volumes, .. } => volumes,
            Self::Containers | Self::Images(_) => None,
        }
    }
}

/// What goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Foretold {
    /// Containers.
    pub containers: BTreeSet<ContainerId>,
    /// Volumes, by their names.
    pub volumes: BTreeSet<String>,
    /// Images.
    pub images: BTreeSet<Digest>,
    /// Unpacked layers, by their chain ids.
    pub layers: BTreeSet<Digest>,
    /// Layers as they were packed.
    pub blobs: BTreeSet<Digest>,
    /// What no image is made of goes, too.
    pub left: bool,
    /// Bytes that Docker says afterwards.
    pub bytes: u64,
    /// Bytes of the packed layers, which it does not count.
    pub beside: u64,
    /// Containers and volumes among them whose bytes were not counted.
    pub uncounted: usize,
}

impl Foretold {
    /// By rule; none where it was never looked at the disk.
    pub fn of(prune: Prune, world: &World) -> Option<Self> {
        let disk = world.disk.as_ref()?;
        let mut gone = Self::default();
        if prune.containers() {
            let ended = |state| matches!(state, ContainerState::Created | ContainerState::Exited { .. });
            let all = world.containers.values().filter(|it| ended(it.state));
            gone.containers = all.map(|it| it.id.clone()).collect();
        }
        if let Some(which) = prune.volumes() {
            let goes = |anonymous, name: &str| {
                (which == Volumes::All || anonymous)
                    && users_of(world, name).iter().all(|id| gone.containers.contains(id))
            };
            let all = world.volumes.values().filter(|it| goes(it.anonymous, &it.name));
            gone.volumes = all.map(|it| it.name.clone()).collect();
        }
        let uppers = gone.containers.iter().map(|id| DiskPlace::Upper { container: id.clone() });
        let volumes = gone.volumes.iter().map(|name| DiskPlace::Volume { name: name.clone() });
        let counted: Vec<_> = uppers.chain(volumes).map(|place| world.bytes_of(&place)).collect();
        gone.bytes = sum(counted.iter().flatten().copied());
        gone.uncounted = counted.iter().filter(|bytes| bytes.is_none()).count();
        if let Some(which) = prune.images() {
            images::go(which, world, disk, &mut gone);
        }
        Some(gone)
    }

    /// Nothing goes.
    pub fn is_empty(&self) -> bool {
        *self == Self { left: self.left, ..Self::default() }
    }
}

/// The containers that have a volume, whether they run or not: as they were found when it was counted, and as far as it was seen since.
pub fn users_of(world: &World, name: &str) -> BTreeSet<ContainerId> {
    let place = DiskPlace::Volume { name: name.to_owned() };
    let known = world.counted.get(&place).into_iter().flat_map(|counted| counted.users.iter().cloned());
    let seen = world.containers.keys().filter(|id| has(world, name, id)).cloned();
    known.filter(|id| world.containers.contains_key(id)).chain(seen).collect()
}

fn has(world: &World, name: &str, id: &ContainerId) -> bool {
    is_used(world, name, |of| of == id)
}

/// The images of the store, and those that have come since it was looked at.
pub fn images_of(world: &World) -> BTreeSet<Digest> {
    let known = world.disk.iter().flat_map(|disk| disk.images.iter().map(|image| &image.id));
    let tagged = world.tags.values().map(|tag| &tag.image);
    known.chain(tagged).filter(|id| world.configs.contains_key(*id)).cloned().collect()
}

/// Of bytes, as far as there are numbers: a file of holes may be as long as numbers go, and a recording says what it likes.
pub fn sum(all: impl IntoIterator<Item = u64>) -> u64 {
    all.into_iter().fold(0, u64::saturating_add)
}

/// The bytes of a packed layer that is in the store.
pub fn packed(world: &World, blob: &Digest) -> Option<u64> {
    let blob = world.blobs.get(blob)?;
    matches!(blob.state, BlobState::Verified { .. }).then_some(blob.descriptor.size)
}
