//! What overlay makes of the layers: the paths that are seen, and those that an upper layer took away.

use super::Stage;
use crate::trace::{Effect, Layer, Upper};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A path of the merged view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub path: String,
    /// The layer that it comes from, or that took it away; the lowest is 1.
    pub layer: usize,
    pub fate: Fate,
}

/// What became of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    /// A whiteout took it away.
    Deleted,
    /// It was in a directory that an upper layer made opaque.
    Hidden,
    /// It was there below; an upper layer's is seen.
    Replaced,
    /// It is seen as its layer has it.
    Plain,
}

/// All paths that the layers' events carry, by path; a writable layer is the one above them.
pub(super) fn merged(layers: &[&Arc<Layer>], upper: Option<&Upper>) -> Vec<Seen> {
    let mut paths: BTreeMap<String, (usize, Fate)> = BTreeMap::new();
    let lower = layers.iter().map(|layer| layer.files.iter().map(|f| (f.path.as_str(), f.effect)).collect::<Vec<_>>());
    let own = upper.map(|upper| {
        let files = upper.files.values().filter(|file| !file.mount_point);
        files.map(|file| (file.path.as_str(), file.effect)).collect::<Vec<_>>()
    });
    for (number, files) in lower.chain(own).enumerate().map(|(i, files)| (i + 1, files)) {
        for (path, _) in files.iter().filter(|(_, effect)| *effect == Effect::Opaque) {
            take(&mut paths, path, number, Fate::Hidden, false);
        }
        for (path, effect) in files {
            match effect {
                Effect::Deleted => take(&mut paths, path, number, Fate::Deleted, true),
                Effect::Replaced => {
                    paths.insert(path.to_owned(), (number, Fate::Replaced));
                }
                Effect::Added | Effect::Opaque => {
                    paths.insert(path.to_owned(), (number, Fate::Plain));
                }
            }
        }
    }
    paths.into_iter().map(|(path, (layer, fate))| Seen { path, layer, fate }).collect()
}

fn take(paths: &mut BTreeMap<String, (usize, Fate)>, gone: &str, layer: usize, fate: Fate, itself: bool) {
    let below = format!("{gone}/");
    for (path, state) in paths.iter_mut() {
        let there = matches!(state.1, Fate::Plain | Fate::Replaced);
        if there && (path.starts_with(&below) || (itself && path == gone)) {
            *state = (layer, fate);
        }
    }
    // The event of a whiteout may come without that of what it hides: only so many paths of a layer are carried.
    if itself {
        paths.entry(gone.to_owned()).or_insert((layer, fate));
    }
}

/// What a box shows of a merged view, and what it does not.
pub(super) struct Listed<'a> {
    pub shown: Vec<&'a Seen>,
    /// How many paths are known besides.
    pub left: usize,
    /// There are more: an event carries only so many of a layer's paths.
    pub more: bool,
}

impl Listed<'_> {
    /// `and 7 more`; none when all is shown.
    pub fn rest(&self, stage: &Stage<'_>) -> Option<String> {
        let key = if self.more { "scene-more-least" } else { "scene-more" };
        (self.left > 0).then(|| stage.say_with(key, &[("n", &self.left.to_string())]))
    }

    /// How many lines it needs.
    pub fn lines(&self) -> usize {
        self.shown.len() + usize::from(self.left > 0)
    }
}

/// The most telling `count` of them, and how many are left out.
pub(super) fn listed<'a>(all: &'a [Seen], layers: &[&Arc<Layer>], own: usize, count: usize) -> Listed<'a> {
    let shown = telling(all, own, count);
    let more = layers.iter().any(|layer| layer.entries > layer.files.len() as u64);
    Listed { left: all.len() - shown.len(), shown, more }
}

/// The most telling of them, by path: what the layer `own` did, if it is among them, then what is gone, then what was
/// replaced, then the newest.
fn telling(all: &[Seen], own: usize, count: usize) -> Vec<&Seen> {
    let mut ranked: Vec<&Seen> = all.iter().collect();
    ranked.sort_by_key(|seen| (seen.layer != own, seen.fate, std::cmp::Reverse(seen.layer), seen.path.clone()));
    ranked.truncate(count);
    ranked.sort_by(|a, b| a.path.cmp(&b.path));
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::LayerFile;

    fn layer(files: &[(&str, Effect)]) -> Arc<Layer> {
        let digest: crate::spec::Digest = format!("sha256:{}", "a".repeat(64)).parse().expect("valid");
        let file = |(path, effect): &(&str, Effect)| LayerFile { path: (*path).into(), effect: *effect, size: 1 };
        Arc::new(Layer {
            chain_id: digest.clone(),
            parent: None,
            diff_id: digest,
            blob: None,
            path: String::new(),
            size: 0,
            entries: 0,
            files: files.iter().map(file).collect(),
        })
    }

    #[test]
    fn a_whiteout_and_an_opaque_directory_take_away_what_is_below_and_not_what_is_beside() {
        use Effect::{Added, Deleted, Opaque};
        let lower = layer(&[("etc/motd", Added), ("etc/motd.d/a", Added), ("srv/old", Added), ("srv2/old", Added)]);
        let upper = layer(&[("etc/motd", Deleted), ("srv", Opaque), ("srv/new", Added)]);
        let all = merged(&[&lower, &upper], None);
        let fate = |path: &str| all.iter().find(|s| s.path == path).map(|s| (s.layer, s.fate));
        assert_eq!(fate("etc/motd"), Some((2, Fate::Deleted)));
        assert_eq!(fate("etc/motd.d/a"), Some((1, Fate::Plain)));
        assert_eq!(fate("srv/old"), Some((2, Fate::Hidden)));
        assert_eq!(fate("srv/new"), Some((2, Fate::Plain)));
        assert_eq!(fate("srv2/old"), Some((1, Fate::Plain)));
    }

    #[test]
    fn what_the_container_wrote_comes_before_what_its_image_is() {
        use Effect::{Added, Deleted};
        let (a, b, c) = (layer(&[("old", Added)]), layer(&[("old", Deleted)]), layer(&[("new", Added)]));
        let all = merged(&[&a, &b, &c], None);
        let first = |own| telling(&all, own, 1)[0].path.clone();
        assert_eq!((first(3).as_str(), first(usize::MAX).as_str()), ("new", "old"));
    }

    #[test]
    fn what_was_deleted_and_made_again_is_there() {
        use Effect::{Added, Deleted};
        let (a, b, c) = (layer(&[("x", Added)]), layer(&[("x", Deleted)]), layer(&[("x", Added)]));
        assert_eq!(merged(&[&a, &b, &c], None)[0].fate, Fate::Plain);
    }
}
