//! From an index to this host's manifest, through indexes in indexes when need be.

use super::document::Wanted;
use super::task::Pull;
use crate::engine::documents::{self, Document};
use crate::engine::{Cx, Fault, FaultKind, Result, evidence};
use crate::spec::Platform;
use crate::trace::{Book, Change, Code, Content, Descriptor, Index, Manifest, Plan, Promise, StepKind};

/// How many indexes may be inside one another. Nobody publishes more than two.
const DEPTH: usize = 4;

impl Pull<'_> {
    /// This platform's manifest, with its bytes.
    pub fn descend(&self, cx: &Cx, index: &Index) -> Result<(Manifest, Vec<u8>)> {
        let wanted = self.platform.cloned().unwrap_or_else(Platform::host);
        let mut seen = Vec::new();
        self.look_in(cx, index, &wanted, 1, &mut seen)?.ok_or_else(|| {
            if seen.is_empty() {
                return Fault::new(FaultKind::NotFound, Code::IndexWithoutImages)
                    .with("image", self.reference.familiar())
                    .with("count", index.manifests.len());
            }
            let there: Vec<_> = seen.iter().map(ToString::to_string).collect();
            Fault::new(FaultKind::NotFound, Code::PlatformNotAvailable)
                .with("image", self.reference.familiar())
                .with("wanted", &wanted)
                .with("available", there.join(", "))
        })
    }

    /// None when it is not in there. `seen` gathers what is.
    fn look_in(
        &self,
        cx: &Cx,
        index: &Index,
        wanted: &Platform,
        depth: usize,
        seen: &mut Vec<Platform>,
    ) -> Result<Option<(Manifest, Vec<u8>)>> {
        let listed = index.manifests.iter().filter(|entry| !is_attestation(entry));
        seen.extend(listed.filter_map(|entry| entry.platform.clone()).filter(|p| !p.is_unknown()));
        let candidates = candidates(index, wanted);
        if candidates.is_empty() {
            // A step that fails shows where it was looked.
            return cx.step(Plan::new(StepKind::ChoosePlatform, wanted), |_| Ok(None));
        }
        for entry in candidates {
            self.take(cx, index, entry, wanted)?;
            match self.fetch_manifest(cx, index, entry)? {
                (Document::Manifest(manifest), bytes) => return Ok(Some((manifest, bytes))),
                (Document::Index(_), _) if depth == DEPTH => {
                    return Err(Fault::failed(Code::IndexTooDeep).with("digest", &entry.digest).with("depth", DEPTH));
                }
                (Document::Index(inner), _) => {
                    if let Some(found) = self.look_in(cx, &inner, wanted, depth + 1, seen)? {
                        return Ok(Some(found));
                    }
                }
            }
        }
        Ok(None)
    }

    fn take(&self, cx: &Cx, index: &Index, entry: &Descriptor, wanted: &Platform) -> Result<()> {
        cx.step(Plan::new(StepKind::ChoosePlatform, wanted), |cx| {
            let change = Change::PlatformChosen { index: index.this.digest.clone(), manifest: entry.digest.clone() };
            let read = evidence::file(&self.store.blob_path(&index.this.digest));
            let taken = [format!("{wanted}: {}", entry.digest)];
            cx.observe(change, vec![read, evidence::own(Book::Decision, taken)]);
            Ok(())
        })
    }

    fn fetch_manifest(&self, cx: &Cx, index: &Index, entry: &Descriptor) -> Result<(Document, Vec<u8>)> {
        let path = format!("manifests/{}", entry.digest);
        cx.step(self.plan(StepKind::FetchManifest, &entry.digest, &path), |cx| {
            let promised = Some((Promise::Index(index.this.digest.clone()), &entry.digest));
            let content = if is_index(entry) { Content::Index } else { Content::Manifest };
            let wanted = Wanted { path: &path, content, promised, size: Some(entry.size) };
            let (bytes, trail) = self.obtain(cx, entry, &wanted)?;
            let document = documents::document(&bytes, entry).map_err(|unfit| self.unusable(cx, unfit, &trail))?;
            self.read_change(cx, &document, trail);
            Ok((document, bytes))
        })
    }
}

/// What this host may find its manifest by, the best first: its own variant, what merely runs, then what says no platform:
/// indexes to look into, and an image for whoever takes it.
fn candidates<'a>(index: &'a Index, wanted: &Platform) -> Vec<&'a Descriptor> {
    let rank = |entry: &Descriptor| match &entry.platform {
        Some(platform) if platform == wanted => Some(0),
        Some(platform) if wanted.runs(platform) => Some(1),
        Some(_) => None,
        None if is_index(entry) => Some(2),
        None => Some(3),
    };
    let usable = index.manifests.iter().filter(|entry| !is_attestation(entry));
    let mut ranked: Vec<_> = usable.filter_map(|entry| Some((rank(entry)?, entry))).collect();
    // Stable: of two that are alike the first one listed is taken, as everybody does.
    ranked.sort_by_key(|(rank, _)| *rank);
    // An image of this platform is the answer; of those that run, only the first is.
    let exact = ranked.iter().position(|(rank, entry)| *rank < 2 && !is_index(entry));
    ranked.into_iter().take(exact.map_or(usize::MAX, |at| at + 1)).map(|(_, entry)| entry).collect()
}

/// BuildKit's provenance and SBOMs: listed among the images, and none.
fn is_attestation(entry: &Descriptor) -> bool {
    entry.platform.as_ref().is_some_and(Platform::is_unknown)
        || entry.annotations.get("vnd.docker.reference.type").is_some_and(|kind| kind == "attestation-manifest")
}

fn is_index(entry: &Descriptor) -> bool {
    Content::of(&entry.media_type) == Content::Index
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::documents::ACCEPTED;
    use std::collections::BTreeMap;

    fn entry(platform: &str, digest: char) -> Descriptor {
        Descriptor {
            media_type: ACCEPTED[1].into(),
            digest: format!("sha256:{}", digest.to_string().repeat(64)).parse().expect("valid"),
            size: 1,
            platform: Platform::parse(platform),
            annotations: BTreeMap::new(),
        }
    }

    fn chosen(entries: Vec<Descriptor>, wanted: &str) -> String {
        let index = Index { this: entry("linux/amd64", 'f'), manifests: entries };
        let found = candidates(&index, &Platform::parse(wanted).expect("valid"));
        found.into_iter().filter_map(|entry| entry.digest.hex().chars().next()).collect()
    }

    #[test]
    fn the_exact_variant_is_chosen_before_one_that_merely_runs() {
        let entries = || {
            vec![
                entry("unknown/unknown", '0'),
                entry("linux/arm/v6", '6'),
                entry("linux/arm/v7", '7'),
                entry("linux/arm64", '8'),
            ]
        };
        assert_eq!(chosen(entries(), "linux/arm/v7"), "7");
        assert_eq!(chosen(entries(), "linux/arm64/v8"), "8");
        assert_eq!(chosen(entries(), "linux/amd64"), "");
    }

    #[test]
    fn what_says_no_platform_is_looked_at_last_and_attestations_never() {
        let nested = Descriptor { media_type: ACCEPTED[0].into(), platform: None, ..entry("", 'a') };
        let bare = Descriptor { platform: None, ..entry("", 'b') };
        let kind = ("vnd.docker.reference.type".to_owned(), "attestation-manifest".to_owned());
        let sbom = Descriptor { annotations: BTreeMap::from([kind]), ..entry("linux/amd64", 'c') };
        let all = |more: Vec<Descriptor>| [vec![bare.clone(), nested.clone(), sbom.clone()], more].concat();
        assert_eq!(chosen(all(vec![]), "linux/amd64"), "ab");
        assert_eq!(chosen(all(vec![entry("linux/amd64", 'd')]), "linux/amd64"), "d");
    }
}
