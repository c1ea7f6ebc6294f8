//! What tags name: the documents at the top of each chain, with everything that points at them or did.

use super::focus::image_of;
use super::*;
use crate::spec::Digest;
use crate::trace::Descriptor;

/// A document at the top of a chain.
pub(super) struct Root<'a> {
    pub digest: Digest,
    /// How whoever names it describes it; none when only the store knows it.
    pub descriptor: Option<&'a Descriptor>,
    /// The registries' tags that point at it, with their registries.
    pub tags: Vec<(&'a String, &'a str)>,
    /// The registries' tags that pointed at it before.
    pub before: Vec<&'a String>,
    /// It is the one that is drawn in full.
    pub full: bool,
}

/// More of them are counted, not drawn.
const SHOWN: usize = 9;
/// The same where room is dear.
const SHOWN_LESS: usize = 5;
/// The same where it is dearest.
const SHOWN_THIN: usize = 2;

/// Those that are drawn, each registry's together, and how many are left out.
/// Where the upper half is a row, one at most is drawn.
pub(super) fn roots<'a>(
    world: &'a World,
    pictures: &[Picture<'a>],
    focus: &Focus,
    part: Part,
    stage: &Stage<'_>,
) -> (Vec<Root<'a>>, usize) {
    let mut found: Vec<Root<'a>> = Vec::new();
    let mut tags: Vec<_> = world.remote_tags.iter().collect();
    tags.sort_by_key(|(reference, tag)| (&tag.registry, *reference));
    for (reference, tag) in tags {
        let target = &tag.target;
        let same = |root: &&mut Root<'a>| root.digest == target.digest && root.is_at(&tag.registry);
        match found.iter_mut().find(same) {
            Some(root) => root.tags.push((reference, &tag.registry)),
            None => found.push(root(&target.digest, Some(target), vec![(reference, &tag.registry)])),
        }
        for earlier in world.moved_remote_tags.get(reference).into_iter().flatten().rev() {
            found.push(Root { before: vec![reference], ..root(&earlier.digest, Some(earlier), Vec::new()) });
        }
    }
    // Where two tags were, or one is and another was, one document stands.
    let mut merged: Vec<Root<'a>> = Vec::new();
    for mut one in found {
        let host = one.tags.first().map(|(_, host)| *host);
        let same = |root: &&mut Root<'a>| root.digest == one.digest && host.is_none_or(|host| root.is_at(host));
        match merged.iter_mut().find(same) {
            Some(root) => {
                root.tags.append(&mut one.tags);
                root.before.append(&mut one.before);
            }
            None => merged.push(one),
        }
    }
    for picture in pictures {
        let Some(manifest) = picture.manifest else { continue };
        let top = world.named_by_tag(&manifest.this.digest);
        if merged.iter().all(|root| root.digest != top) {
            let this = world.indexes.get(&top).map_or(&manifest.this, |index| &index.this);
            merged.push(root(&top, Some(this), Vec::new()));
        }
    }
    for root in &mut merged {
        root.full = focus.root.as_ref() == Some(&root.digest);
    }
    let most = match part {
        Part::Whole => SHOWN,
        Part::Plain if stage.detail == Detail::Thin => SHOWN_THIN,
        Part::Plain => SHOWN_LESS,
        Part::Row => 1,
    };
    let left = merged.len().saturating_sub(most);
    // The one in full, then those to which the eye is led, then the others as they stand.
    let led = |root: &Root<'_>| {
        let named = root.tags.iter().map(|(name, _)| *name).chain(root.before.iter().copied());
        named.map(|name| Entity::RemoteTag(name.clone())).any(|tag| stage.is_open(&tag))
    };
    let mut ranked: Vec<usize> = (0..merged.len()).collect();
    ranked.sort_by_key(|at| (!merged[*at].full, most == SHOWN_THIN && !led(&merged[*at])));
    ranked.truncate(most);
    let mut at = 0..merged.len();
    merged.retain(|_| at.next().is_some_and(|at| ranked.contains(&at)));
    if part == Part::Row {
        merged.iter_mut().for_each(|root| root.full = false);
    }
    (merged, left)
}

fn root<'a>(digest: &Digest, descriptor: Option<&'a Descriptor>, tags: Vec<(&'a String, &'a str)>) -> Root<'a> {
    Root { digest: digest.clone(), descriptor, tags, before: Vec::new(), full: false }
}

impl Root<'_> {
    /// The image it leads to, when that is one of these.
    pub fn picture<'p, 'w>(&self, world: &World, pictures: &'p [Picture<'w>]) -> Option<&'p Picture<'w>> {
        let image = image_of(world, &self.digest)?;
        pictures.iter().find(|p| p.id == image)
    }

    /// It stands in that registry's rows, or in nobody's yet.
    fn is_at(&self, host: &str) -> bool {
        self.tags.first().is_none_or(|(_, at)| *at == host)
    }

    /// No tag points at it any more.
    pub fn is_past(&self) -> bool {
        self.tags.is_empty() && !self.before.is_empty()
    }
}
