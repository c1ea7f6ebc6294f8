//! What takes how much of the disk, by kind: from the World, with what was counted in it.

use crate::i18n::{Words, size};
use crate::spec::{Digest, Reference};
use crate::survival::prune::{Foretold, images_of, packed, sum, users_of};
use crate::trace::{Container, DiskPlace, Entity, Layer, World};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// So many parts of a bar can be told apart; what is less is one.
const PARTS: usize = 40;

/// What is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Images,
    Containers,
    Volumes,
    Caches,
}

impl Kind {
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Images => "scene-disk-images",
            Self::Containers => "scene-disk-containers",
            Self::Volumes => "scene-disk-volumes",
            Self::Caches => "scene-disk-caches",
        }
    }
}

/// A bar, and the lines below it.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) kind: Kind,
    pub(super) parts: Vec<Part>,
    pub(super) lines: Vec<Line>,
}

/// A part of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) bytes: u64,
    /// Several have it; it is there once.
    pub(super) is_shared: bool,
    pub(super) goes: bool,
}

/// A thing, and which parts of the bar are its.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) entity: Option<Entity>,
    pub(super) name: String,
    /// None where it was not counted.
    pub(super) bytes: Option<u64>,
    /// What else is said of it, what tells most first.
    pub(super) said: Vec<String>,
    pub(super) parts: Vec<usize>,
    pub(super) goes: bool,
}

impl Group {
    pub(super) fn bytes(&self) -> u64 {
        sum(self.parts.iter().map(|part| part.bytes))
    }

    pub(super) fn goes(&self) -> u64 {
        sum(self.parts.iter().filter(|part| part.goes).map(|part| part.bytes))
    }

    /// One thing, one part.
    fn add(&mut self, line: Line) {
        let bytes = line.bytes.unwrap_or(0);
        self.parts.push(Part { bytes, is_shared: false, goes: line.goes });
        self.lines.push(Line { parts: vec![self.parts.len() - 1], ..line });
    }

    /// The largest first. Beyond so many parts the rest is one, which goes where all of it does.
    fn ordered(mut self) -> Self {
        self.lines.sort_by_key(|line| std::cmp::Reverse(line.bytes));
        let order: Vec<usize> = self.lines.iter().flat_map(|line| line.parts.clone()).collect();
        let rest = order.get(PARTS..).unwrap_or_default().iter().map(|at| self.parts[*at]);
        let rest = rest.reduce(|a, b| Part {
            bytes: a.bytes.saturating_add(b.bytes),
            is_shared: false,
            goes: a.goes && b.goes,
        });
        self.parts = order.iter().take(PARTS).map(|at| self.parts[*at]).chain(rest).collect();
        self.lines.iter_mut().enumerate().for_each(|(nth, line)| line.parts = vec![nth.min(PARTS)]);
        self
    }
}

/// All of them.
pub(super) fn groups(
    world: &World,
    gone: &Foretold,
    words: &Words,
    state_of: &dyn Fn(&Container) -> String,
) -> [Group; 4] {
    let images = Images::of(world);
    [
        images.group(gone, words),
        containers(world, gone, words, state_of),
        volumes(world, gone, words),
        images.caches(gone, words),
    ]
}

/// Layers that the same images have.
struct Stack<'w> {
    users: BTreeSet<Digest>,
    layers: Vec<&'w Arc<Layer>>,
}

struct Images<'w> {
    world: &'w World,
    all: Vec<Digest>,
    /// Shared ones first, those of the most images before others.
    stacks: Vec<Stack<'w>>,
}

impl<'w> Images<'w> {
    fn of(world: &'w World) -> Self {
        let all = images_of(world);
        let mut layers: BTreeMap<&Digest, (&Arc<Layer>, BTreeSet<Digest>)> = BTreeMap::new();
        for id in &all {
            for layer in world.layers_of(id) {
                layers.entry(&layer.chain_id).or_insert_with(|| (layer, BTreeSet::new())).1.insert(id.clone());
            }
        }
        let mut stacks: BTreeMap<BTreeSet<Digest>, Vec<&Arc<Layer>>> = BTreeMap::new();
        for (layer, users) in layers.into_values() {
            stacks.entry(users).or_default().push(layer);
        }
        let bytes = |layers: &[&Arc<Layer>]| sum(layers.iter().map(|layer| layer.size));
        let mut stacks: Vec<_> = stacks.into_iter().map(|(users, layers)| Stack { users, layers }).collect();
        stacks.sort_by_key(|stack| {
            let shared = if stack.users.len() > 1 { stack.users.len() } else { 0 };
            std::cmp::Reverse((shared, bytes(&stack.layers)))
        });
        let mut all: Vec<_> = all.into_iter().collect();
        let of = |id: &Digest| bytes(&world.layers_of(id));
        all.sort_by_cached_key(|id| std::cmp::Reverse(of(id)));
        Self { world, all, stacks }
    }

    fn group(&self, gone: &Foretold, words: &Words) -> Group {
        let mut group = Group { kind: Kind::Images, parts: Vec::new(), lines: Vec::new() };
        for stack in self.stacks.iter().take(PARTS) {
            let bytes = sum(stack.layers.iter().map(|layer| layer.size));
            let goes = stack.layers.iter().all(|layer| gone.layers.contains(&layer.chain_id));
            group.parts.push(Part { bytes, is_shared: stack.users.len() > 1, goes });
        }
        let rest = self.stacks.iter().skip(PARTS).flat_map(|stack| &stack.layers);
        let (bytes, goes) = rest.fold((0, true), |(bytes, goes), layer| {
            (layer.size.saturating_add(bytes), goes && gone.layers.contains(&layer.chain_id))
        });
        group.parts.extend((bytes > 0).then_some(Part { bytes, is_shared: false, goes }));
        for id in &self.all {
            let mine = self.stacks.iter().enumerate().filter(|(_, stack)| stack.users.contains(id));
            let all: Vec<_> = self.world.layers_of(id);
            let own = self.stacks.iter().filter(|stack| stack.users.len() == 1 && stack.users.contains(id));
            let own = sum(own.flat_map(|stack| &stack.layers).map(|layer| layer.size));
            let users = self.world.containers.values().filter(|it| it.image == *id).count();
            let mut said = vec![words.say_with("scene-disk-own", &[("size", &size(own))])];
            said.extend((users > 0).then(|| words.say_with("scene-disk-users", &[("n", &users.to_string())])));
            let mut parts: Vec<_> = mine.map(|(nth, _)| nth.min(PARTS)).collect();
            parts.dedup();
            group.lines.push(Line {
                entity: Some(Entity::Config(id.clone())),
                name: self.name(id, words),
                bytes: Some(sum(all.iter().map(|layer| layer.size))),
                said,
                parts,
                goes: gone.images.contains(id),
            });
        }
        let held = self.world.disk.as_ref().map_or(0, |disk| disk.left.held);
        if held > 0 {
            let name = words.say("scene-disk-held");
            let holders = self.world.disk.iter().flat_map(|disk| &disk.holders);
            let mut stays = holders.filter(|it| self.world.containers.contains_key(&it.container));
            let goes = !gone.containers.is_empty() && stays.all(|it| gone.containers.contains(&it.container));
            let line = Line { entity: None, name, bytes: Some(held), said: Vec::new(), parts: Vec::new(), goes };
            group.add(line);
        }
        group
    }

    /// Its tags, else that it has none.
    fn name(&self, id: &Digest, words: &Words) -> String {
        let tags = self.world.tags.iter().filter(|(_, tag)| tag.image == *id).map(|(name, _)| name);
        let tags: Vec<_> =
            tags.map(|name| name.parse::<Reference>().map_or_else(|_| name.clone(), |it| it.familiar())).collect();
        match tags.is_empty() {
            true => format!("{} {}", words.say("scene-disk-untagged"), &id.hex()[..12]),
            false => tags.join(", "),
        }
    }

    /// Packed layers by who has them, documents, and what no image is made of.
    fn caches(&self, gone: &Foretold, words: &Words) -> Group {
        let mut group = Group { kind: Kind::Caches, parts: Vec::new(), lines: Vec::new() };
        let mut met = BTreeSet::new();
        for stack in &self.stacks {
            let blobs = stack.layers.iter().filter_map(|layer| layer.blob.as_ref());
            let blobs: Vec<_> = blobs.filter(|blob| met.insert((*blob).clone())).collect();
            let bytes = sum(blobs.iter().filter_map(|blob| packed(self.world, blob)));
            if bytes == 0 {
                continue;
            }
            let names: Vec<_> = stack.users.iter().map(|id| self.name(id, words)).collect();
            group.add(Line {
                entity: blobs.first().map(|blob| Entity::Blob((*blob).clone())),
                name: names.join(" + "),
                bytes: Some(bytes),
                said: vec![words.say("scene-disk-packed")],
                parts: Vec::new(),
                goes: blobs.iter().all(|blob| gone.blobs.contains(*blob)),
            });
        }
        if let Some(disk) = &self.world.disk {
            let layers = sum(met.iter().filter_map(|blob| packed(self.world, blob)));
            let documents = disk.blobs.saturating_sub(layers.saturating_add(disk.left.blobs));
            let rows =
                [("scene-disk-documents", documents, false), ("scene-disk-left", disk.left.unneeded(), gone.left)];
            for (key, bytes, goes) in rows.into_iter().filter(|(_, bytes, _)| *bytes > 0) {
                let (entity, name) = (Some(Entity::Disk), words.say(key));
                group.add(Line { entity, name, bytes: Some(bytes), said: Vec::new(), parts: Vec::new(), goes });
            }
        }
        group.ordered()
    }
}

fn containers(world: &World, gone: &Foretold, words: &Words, state_of: &dyn Fn(&Container) -> String) -> Group {
    let mut group = Group { kind: Kind::Containers, parts: Vec::new(), lines: Vec::new() };
    for container in world.containers.values() {
        let bytes = world.bytes_of(&DiskPlace::Upper { container: container.id.clone() });
        let mut said = vec![state_of(container)];
        if bytes.is_none() {
            said.insert(0, words.say("scene-disk-uncounted-yet"));
        }
        let goes = gone.containers.contains(&container.id);
        let (entity, name) = (Some(Entity::Container(container.id.clone())), container.name.clone());
        group.add(Line { entity, name, bytes, said, parts: Vec::new(), goes });
    }
    group.ordered()
}

fn volumes(world: &World, gone: &Foretold, words: &Words) -> Group {
    let mut group = Group { kind: Kind::Volumes, parts: Vec::new(), lines: Vec::new() };
    for volume in world.volumes.values() {
        let bytes = world.bytes_of(&DiskPlace::Volume { name: volume.name.clone() });
        let users = users_of(world, &volume.name);
        let users: Vec<_> = users.iter().filter_map(|id| Some(world.containers.get(id)?.name.clone())).collect();
        let mut said = match users.is_empty() {
            true => vec![words.say("scene-disk-unused")],
            false => vec![words.say_with("scene-disk-used", &[("names", &users.join(", "))])],
        };
        if bytes.is_none() {
            said.insert(0, words.say("scene-disk-uncounted-yet"));
        }
        said.extend(volume.anonymous.then(|| words.say("scene-disk-anonymous")));
        // Of a digest the first twelve digits are what every other tool prints.
        let short = volume.name.get(..12).filter(|_| volume.anonymous && volume.name.len() == 64);
        group.add(Line {
            entity: Some(Entity::Volume(volume.name.clone())),
            name: short.unwrap_or(&volume.name).to_owned(),
            bytes,
            said,
            parts: Vec::new(),
            goes: gone.volumes.contains(&volume.name),
        });
    }
    group.ordered()
}
