//! Break the digest: what of the built-in registry can be damaged, what is, and which promise found it out. Nothing here
//! paints.

use crate::spec::{Digest, Reference};
use crate::trace::{Content, Damage, Entity, Rejected, World};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Damages what a pull will get, or puts it right again.
#[derive(Debug, Clone, PartialEq)]
pub enum BreakingCommand {
    /// Flips a bit of what the built-in registry serves for that digest.
    Damage(Digest),
    /// Puts it right again.
    Mend(Digest),
}

/// Something that the built-in registry serves under a digest.
#[derive(Debug, Clone, PartialEq)]
pub struct Breakable {
    /// What it is.
    pub content: Content,
    /// What it is served as.
    pub digest: Digest,
    /// What is wrong with it there; none when nothing is.
    pub damage: Option<Arc<Damage>>,
    /// Who caught it when it was fetched last; none when nobody had to.
    pub rejected: Option<Arc<Rejected>>,
    /// References whose pull fetches it.
    pub references: Vec<String>,
    /// Local references of the images that have it: while they are here, nothing is fetched.
    pub local: Vec<String>,
    /// Containers that keep these images from being removed.
    pub containers: Vec<String>,
}

/// What that thing is in the built-in registry; none when it is not from there.
pub fn of(entity: &Entity, world: &World) -> Option<Breakable> {
    let (content, digest) = match entity {
        Entity::Index(digest) => (Content::Index, digest.clone()),
        Entity::Manifest(digest) => (Content::Manifest, digest.clone()),
        Entity::Config(digest) => (Content::Config, digest.clone()),
        Entity::Blob(digest) => (Content::Blob, digest.clone()),
        Entity::Layer(chain) => (Content::Blob, world.layers.get(chain)?.blob.clone()?),
        _ => return None,
    };
    let builtin = |host: &str| world.registries.get(host).is_some_and(|registry| registry.builtin);
    let leads = |root: &Digest| reaches(world, root, &digest, &mut BTreeSet::new());
    let tags = world.remote_tags.iter().filter(|(_, tag)| builtin(&tag.registry) && leads(&tag.target.digest));
    let references: Vec<String> = tags.map(|(reference, _)| familiar(reference)).collect();
    let (damage, rejected) = (world.damaged.get(&digest).cloned(), world.rejected.get(&digest).cloned());
    if references.is_empty() && damage.is_none() && rejected.is_none() {
        return None;
    }
    let mut images = BTreeSet::new();
    let mut local = Vec::new();
    for (reference, tag) in &world.tags {
        let of_image = tag.image == digest
            || tag.manifest.as_ref().is_some_and(|manifest| leads(manifest) || leads(&world.named_by_tag(manifest)));
        if of_image {
            images.insert(&tag.image);
            local.push(familiar(reference));
        }
    }
    let uses = world.containers.values().filter(|container| images.contains(&container.image));
    let containers = uses.map(|container| container.name.clone()).collect();
    Some(Breakable { content, digest, damage, rejected, references, local, containers })
}

/// Does fetching `from`, and what it names, fetch `wanted`?
fn reaches(world: &World, from: &Digest, wanted: &Digest, met: &mut BTreeSet<Digest>) -> bool {
    if from == wanted {
        return true;
    }
    if !met.insert(from.clone()) {
        return false;
    }
    if let Some(manifest) = world.manifests.get(from) {
        let named = std::iter::once(&manifest.config).chain(&manifest.layers);
        return named.into_iter().any(|descriptor| descriptor.digest == *wanted);
    }
    // Of an index only what was chosen is fetched; what it lists is served nevertheless.
    let entries = world.indexes.get(from).into_iter().flat_map(|index| &index.manifests);
    entries.into_iter().any(|entry| reaches(world, &entry.digest, wanted, met))
}

impl Breakable {
    /// The thing of the World that has this digest.
    pub fn entity(&self) -> Entity {
        self.content.entity(&self.digest)
    }

    /// The command lines that fetch it again, in order: what is here already would not be fetched.
    pub fn again(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.containers.is_empty() {
            lines.push(format!("docker rm -f {}", self.containers.join(" ")));
        }
        if !self.local.is_empty() {
            lines.push(format!("docker rmi {}", self.local.join(" ")));
        }
        // Of several the one that is here: it is what somebody looks at.
        let mine = self.references.iter().find(|reference| self.local.contains(reference));
        lines.extend(mine.or(self.references.first()).map(|reference| format!("docker pull {reference}")));
        lines
    }

    /// What was promised and what came, when the bytes' digest gave it away.
    pub fn digests(&self) -> Option<(String, String)> {
        let args = &self.rejected.as_ref()?.problem.args;
        Some((args.get("expected")?.clone(), args.get("computed")?.clone()))
    }
}

fn familiar(reference: &str) -> String {
    reference.parse::<Reference>().map_or_else(|_| reference.to_owned(), |reference| reference.familiar())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Change, Code, Descriptor, Index, Manifest, Problem, Promise, Registry};
    use std::collections::BTreeMap;

    fn digest(n: u8) -> Digest {
        Digest::from_sha256(&[n; 32])
    }

    fn descriptor(n: u8) -> Descriptor {
        let annotations = BTreeMap::new();
        Descriptor { media_type: "m".into(), digest: digest(n), size: 9, platform: None, annotations }
    }

    /// Index 1 → manifest 2 → config 3, layer 4; another registry's manifest 12 → config 13, layer 14.
    fn world() -> World {
        let mut world = World::default();
        let registry = |host: &str, builtin| {
            let (scheme, auth) = ("http".to_owned(), "none".to_owned());
            Change::RegistrySeen(Registry { host: host.into(), scheme, auth, builtin })
        };
        let tag = |reference: &str, registry: &str, n| {
            let (reference, registry) = (reference.to_owned(), registry.to_owned());
            Change::TagResolved { reference, registry, target: descriptor(n) }
        };
        let manifest = |n| {
            let layers = vec![descriptor(n + 2)];
            Change::ManifestRead(Manifest { this: descriptor(n), config: descriptor(n + 1), layers })
        };
        for change in [
            registry("here:1", true),
            registry("there:1", false),
            tag("docker.io/lab/a:1", "here:1", 1),
            tag("there:1/b:1", "there:1", 12),
            Change::IndexRead(Index { this: descriptor(1), manifests: vec![descriptor(2), descriptor(1)] }),
            manifest(2),
            manifest(12),
        ] {
            world.apply(&change).expect("legal");
        }
        world
    }

    #[test]
    fn all_that_the_built_in_registry_serves_can_be_broken_and_nothing_else() {
        let world = world();
        for entity in
            [Entity::Index(digest(1)), Entity::Manifest(digest(2)), Entity::Config(digest(3)), Entity::Blob(digest(4))]
        {
            let found = of(&entity, &world).expect("served there");
            assert_eq!(found.again(), ["docker pull lab/a:1"], "{entity:?}");
            assert_eq!(found.entity(), entity);
        }
        for entity in [Entity::Manifest(digest(12)), Entity::Blob(digest(14)), Entity::Host] {
            assert_eq!(of(&entity, &world), None, "{entity:?}");
        }
    }

    #[test]
    fn who_caught_it_is_told_with_what_was_promised_and_what_came() {
        let mut world = world();
        let (expected, computed) = (digest(4), digest(5));
        let problem = Problem::new(Code::DigestMismatch).with("expected", &expected).with("computed", &computed);
        let by = Promise::Manifest(digest(2));
        let change = Change::Rejected(Rejected { content: Content::Blob, digest: digest(4), by: by.clone(), problem });
        world.apply(&change).expect("legal");
        let found = of(&Entity::Blob(digest(4)), &world).expect("served there");
        assert_eq!(found.rejected.as_ref().map(|rejected| &rejected.by), Some(&by));
        assert_eq!(found.digests(), Some((expected.to_string(), computed.to_string())));
    }
}
