//! Tags that were moved: what they pointed at before stays known for as long as its image is there.

use super::kept::only;
use super::*;

/// What a reference pointed at before.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Earlier {
    /// The image: its config's digest.
    pub image: Digest,
    /// The manifest it was pulled by.
    pub manifest: Option<Digest>,
    /// What the registry's tag named: the index that lists the manifest, or the manifest itself.
    pub digest: Option<Digest>,
}

impl World {
    /// A local tag is set. What it named before, if that was another image, becomes an earlier target.
    pub(super) fn tag(&mut self, reference: &str, now: Tag) {
        let mut earlier = self.moved_tags.get(reference).cloned().unwrap_or_default();
        if let Some(before) = self.tags.get(reference).filter(|before| before.image != now.image) {
            let digest = before.manifest.as_ref().map(|manifest| self.named_by_tag(manifest));
            let (image, manifest) = (before.image.clone(), before.manifest.clone());
            earlier = only(&earlier, |e| e.image != image);
            earlier.push_back(Earlier { image, manifest, digest });
        }
        // A tag that moved back is where it is now, and not where it was.
        earlier = only(&earlier, |e| e.image != now.image);
        keep(&mut self.moved_tags, reference, earlier);
        self.tags.insert(reference.to_owned(), Arc::new(now));
    }

    /// A registry says what a reference points at. What it said before, if that was something else, stays known.
    pub(super) fn resolve(&mut self, reference: &str, now: RemoteTag) {
        let mut earlier = self.moved_remote_tags.get(reference).cloned().unwrap_or_default();
        let before = self.remote_tags.get(reference);
        if let Some(before) = before.filter(|b| b.registry == now.registry && b.target.digest != now.target.digest) {
            earlier = only(&earlier, |e| e.digest != before.target.digest);
            earlier.push_back(before.target.clone());
        }
        earlier = only(&earlier, |e| e.digest != now.target.digest);
        keep(&mut self.moved_remote_tags, reference, earlier);
        self.remote_tags.insert(reference.to_owned(), Arc::new(now));
    }

    /// An image is gone, and with it what tags remember of it.
    pub(super) fn forget_earlier(&mut self, image: &Digest) {
        for (reference, earlier) in self.moved_tags.clone() {
            let left: Vector<Earlier> = earlier.into_iter().filter(|e| e.image != *image).collect();
            keep(&mut self.moved_tags, &reference, left);
        }
        let of_image: Vec<Digest> = self
            .manifests
            .values()
            .filter(|manifest| manifest.config.digest == *image)
            .flat_map(|manifest| [manifest.this.digest.clone(), self.named_by_tag(&manifest.this.digest)])
            .collect();
        for (reference, earlier) in self.moved_remote_tags.clone() {
            let left: Vector<Descriptor> = earlier.into_iter().filter(|e| !of_image.contains(&e.digest)).collect();
            keep(&mut self.moved_remote_tags, &reference, left);
        }
    }

    /// What a tag names to name this manifest: the outermost index above it that was read, or the manifest itself.
    /// Indexes may be in indexes.
    pub fn named_by_tag(&self, manifest: &Digest) -> Digest {
        let mut top = manifest.clone();
        let mut met = vec![top.clone()];
        while let Some((above, _)) = self.indexes.iter().find(|(_, i)| i.manifests.iter().any(|m| m.digest == top)) {
            if met.contains(above) {
                break;
            }
            top = above.clone();
            met.push(top.clone());
        }
        top
    }
}

fn keep<T: Clone>(map: &mut OrdMap<String, Vector<T>>, reference: &str, earlier: Vector<T>) {
    if earlier.is_empty() {
        map.remove(reference);
    } else {
        map.insert(reference.to_owned(), earlier);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Platform;

    fn digest(n: u8) -> Digest {
        Digest::from_sha256(&[n; 32])
    }

    fn descriptor(n: u8) -> Descriptor {
        let annotations = std::collections::BTreeMap::new();
        Descriptor { media_type: "m".into(), digest: digest(n), size: 9, platform: None, annotations }
    }

    fn resolved(n: u8) -> Change {
        Change::TagResolved { reference: "lab/a:1".into(), registry: "r".into(), target: descriptor(n) }
    }

    fn tagged(n: u8) -> Change {
        Change::ImageTagged { reference: "lab/a:1".into(), image: digest(n), manifest: Some(digest(n + 1)) }
    }

    /// An image of three documents: config `n`, manifest `n + 1`, index `n + 2`.
    fn pull(world: &mut World, n: u8) {
        let config = Config {
            this: descriptor(n),
            platform: Platform::host(),
            created: None,
            env: Vec::new(),
            cmd: Vec::new(),
            entrypoint: Vec::new(),
            working_dir: String::new(),
            user: String::new(),
            volumes: Vec::new(),
            exposed_ports: Vec::new(),
            stop_signal: None,
            labels: std::collections::BTreeMap::new(),
            diff_ids: Vec::new(),
            history: Vec::new(),
        };
        let host = "r".to_owned();
        for change in [
            Change::RegistrySeen(Registry { host, scheme: "http".into(), auth: "none".into(), builtin: true }),
            resolved(n + 2),
            Change::IndexRead(Index { this: descriptor(n + 2), manifests: vec![descriptor(n + 1)] }),
            Change::ManifestRead(Manifest { this: descriptor(n + 1), config: descriptor(n), layers: Vec::new() }),
            Change::ConfigRead(config),
            tagged(n),
        ] {
            world.apply(&change).expect("legal");
        }
    }

    fn earlier(world: &World) -> Vec<Digest> {
        world.moved_tags.get("lab/a:1").into_iter().flatten().map(|e| e.image.clone()).collect()
    }

    fn said_before(world: &World) -> Vec<Digest> {
        world.moved_remote_tags.get("lab/a:1").into_iter().flatten().map(|d| d.digest.clone()).collect()
    }

    #[test]
    fn what_a_tag_pointed_at_stays_known_until_its_image_is_gone() {
        let mut world = World::default();
        pull(&mut world, 10);
        pull(&mut world, 10);
        assert!(world.moved_tags.is_empty() && world.moved_remote_tags.is_empty(), "the same again is no move");
        pull(&mut world, 20);
        pull(&mut world, 30);
        assert_eq!(
            (earlier(&world), said_before(&world)),
            (vec![digest(10), digest(20)], vec![digest(12), digest(22)])
        );
        let first = &world.moved_tags["lab/a:1"][0];
        assert_eq!((&first.manifest, &first.digest), (&Some(digest(11)), &Some(digest(12))));
        world.apply(&Change::ImageGone { image: digest(10) }).expect("no tag names it any more");
        assert_eq!((earlier(&world), said_before(&world)), (vec![digest(20)], vec![digest(22)]));
        world.apply(&Change::ImageGone { image: digest(20) }).expect("no tag names it any more");
        assert!(world.moved_tags.is_empty() && world.moved_remote_tags.is_empty());
    }

    #[test]
    fn a_tag_that_moves_back_is_not_where_it_was() {
        let mut world = World::default();
        [10, 20, 10].into_iter().for_each(|n| pull(&mut world, n));
        assert_eq!((earlier(&world), said_before(&world)), (vec![digest(20)], vec![digest(22)]));
    }

    #[test]
    fn indexes_that_list_each_other_end() {
        let mut world = World::default();
        for (this, other) in [(1, 2), (2, 1)] {
            let index = Index { this: descriptor(this), manifests: vec![descriptor(other), descriptor(9)] };
            world.apply(&Change::IndexRead(index)).expect("legal");
        }
        assert!([digest(1), digest(2)].contains(&world.named_by_tag(&digest(9))));
    }
}
