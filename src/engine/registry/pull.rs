//! A pull: resolve, download, unpack, tag.
//!
//! Watched by a learner it goes in the order in which it is told: all blobs, then all layers. With nobody watching, a layer
//! is unpacked while its bytes come in, and what was done is told in the same order afterwards.

use super::Progress;
use super::blob::Listed;
use super::document::caught;
use super::resolve::Resolved;
use super::task::Pull;
use crate::engine::store::{Ahead, Image, Part, Record, Unpacking};
use crate::engine::{Cx, Fault, Mismatch, Result, Why, documents, evidence};
use crate::spec::{Digest, Reference};
use crate::trace::{Change, Content, Plan, Promise, StepKind};
use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Docker's default, `max-concurrent-downloads`.
const SIDE_BY_SIDE: usize = 3;

/// What the user is told of layers.
struct Told {
    /// Those that are lacking, by chain id.
    coming: BTreeSet<Digest>,
    /// The image is here already.
    known: bool,
}

impl Pull<'_> {
    /// The image, and whether it is another than was here under that name.
    pub fn run(&self, cx: &Cx) -> Result<(Image, bool)> {
        self.session.guarded(cx, || self.pull(cx))
    }

    fn pull(&self, cx: &Cx) -> Result<(Image, bool)> {
        let name = self.reference.familiar();
        // By digest it goes under its whole name, as Docker has it.
        let id = self.reference.digest.as_ref().map(|_| name.clone()).or_else(|| self.reference.tag.clone());
        self.say(id, format!("Pulling from {}", familiar_path(self.reference)));
        // By hand it is the requests that it is made of: `docker manifest inspect` would ask Docker Hub for a name of ours.
        let resolved = cx.step(Plan::new(StepKind::ResolveImage, &name), |cx| self.resolve(cx))?;
        let pinned = [&resolved.target.digest, &resolved.manifest.this.digest, &resolved.config.this.digest];
        let blobs = resolved.manifest.layers.iter().map(|layer| &layer.digest);
        let pins = pinned.into_iter().chain(blobs).chain(&resolved.chain_ids).cloned().collect();
        let _pin = self.store.pin(pins);
        let parts = self.store.parts(&resolved.manifest.layers, &resolved.config.diff_ids, &resolved.chain_ids);
        let watched = cx.watched();
        let told = self.told(&resolved, &parts);
        let ahead = cx.step(Plan::new(StepKind::DownloadLayers, &name), |cx| {
            self.download(cx, &resolved, &parts, &told, !watched)
        })?;
        cx.step(Plan::new(StepKind::UnpackLayers, &name), |cx| {
            let tell = |part: &Part, how| self.tell_unpacking(part, &told, how);
            let unpacked = self.store.unpack_layers(cx, &parts, ahead, &tell);
            unpacked.map_err(|fault| self.caught_by_config(cx, &resolved, fault))
        })?;
        let before = self.store.find(&self.reference.to_string()).ok().map(|image| image.id);
        let image = self.tag(cx, &resolved)?;
        self.say(None, format!("Digest: {}", resolved.target.digest));
        let new = before.as_ref() != Some(&image.id);
        Ok((image, new))
    }

    /// What is to be told of an image's layers, by Docker's rules: nothing of an image that is here; else of those below the
    /// first that is lacking that they are here, and of all others how they come.
    fn told(&self, resolved: &Resolved, parts: &[Part]) -> Told {
        let whole = |part: &Part| part.unpacked && self.store.has_blob(&part.blob.digest, part.blob.size).is_some();
        let here = parts.iter().take_while(|part| whole(part)).count();
        let known = here == parts.len() && self.store.find(resolved.config.this.digest.as_str()).is_ok();
        let coming = parts.iter().skip(here).map(|part| part.chain_id.clone()).collect();
        Told { coming, known }
    }

    /// Every blob that is needed and not there. Returns the layers that were unpacked on the way, by chain id.
    fn download(
        &self,
        cx: &Cx,
        resolved: &Resolved,
        parts: &[Part],
        told: &Told,
        at_once: bool,
    ) -> Result<BTreeMap<Digest, Ahead>> {
        let evidence = evidence::file(&self.store.blob_path(&resolved.manifest.this.digest));
        let urls = documents::urls(resolved.manifest_text.as_bytes());
        let listed = Listed { manifest: resolved.manifest.this.digest.clone(), evidence, urls };
        let mut wanted: Vec<&Part> = Vec::new();
        for part in parts {
            let (id, blob) = (Some(part.blob.digest.short().to_owned()), &part.blob);
            let stored = self.store.has_blob(&blob.digest, blob.size);
            if let Some(evidence) = stored {
                cx.observe(Change::BlobWanted(blob.clone()), vec![listed.evidence.clone()]);
                let (digest, size) = (blob.digest.clone(), blob.size);
                cx.observe(Change::BlobVerified { digest, size, reused: true }, vec![evidence]);
                if told.coming.contains(&part.chain_id) {
                    // It has only to be unpacked.
                    self.say(id.clone(), "Pulling fs layer".into());
                    self.say(id, "Download complete".into());
                } else if !told.known {
                    self.say(id, "Already exists".into());
                }
            } else if !wanted.iter().any(|other| other.blob.digest == blob.digest) {
                self.say(id, "Pulling fs layer".into());
                wanted.push(part);
            }
        }
        let (next, ahead) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
        let failed = Mutex::new(None);
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..SIDE_BY_SIDE.min(wanted.len()) {
                scope.spawn(|| {
                    while !stop.load(Ordering::Acquire) {
                        let Some(part) = wanted.get(next.fetch_add(1, Ordering::AcqRel)) else { return };
                        match self.download_one(cx, part, &listed, at_once) {
                            Ok(Some(done)) => drop(ahead.lock().insert(part.chain_id.clone(), done)),
                            Ok(None) => {}
                            Err(fault) => {
                                stop.store(true, Ordering::Release);
                                failed.lock().get_or_insert(fault);
                            }
                        }
                    }
                });
            }
        });
        match failed.into_inner() {
            Some(fault) => Err(fault),
            None => Ok(ahead.into_inner()),
        }
    }

    fn download_one(&self, cx: &Cx, part: &Part, listed: &Listed, at_once: bool) -> Result<Option<Ahead>> {
        let digest = &part.blob.digest;
        let _claim = self.store.claim(cx, digest)?;
        let call = format!("GET /v2/{}/blobs/{digest}", self.reference.repository);
        cx.step(Plan::new(StepKind::FetchBlob, digest).call(&call), |cx| {
            // Another pull may have fetched it meanwhile.
            if let Some(evidence) = self.store.has_blob(digest, part.blob.size) {
                cx.observe(Change::BlobWanted(part.blob.clone()), vec![listed.evidence.clone()]);
                let change = Change::BlobVerified { digest: digest.clone(), size: part.blob.size, reused: true };
                cx.not_made(&call, Why::There, vec![evidence.clone()]);
                cx.observe(change, vec![evidence]);
                return Ok(None);
            }
            let ahead = if at_once && !part.unpacked { Some(self.store.begin_unpack(cx, part)?) } else { None };
            let ahead = self.fetch_blob(cx, &part.blob, listed, ahead)?;
            self.say(Some(digest.short().to_owned()), "Download complete".into());
            Ok(ahead)
        })
    }

    /// A layer that is not what the config promises was caught by the config.
    fn caught_by_config(&self, cx: &Cx, resolved: &Resolved, fault: Fault) -> Fault {
        let Some(Mismatch { blob, expected, computed, bytes }) = fault.mismatch.as_deref().cloned() else {
            return fault;
        };
        let hash = evidence::hashed("tar", &expected, &computed, bytes);
        self.session.note_failure(std::slice::from_ref(&hash));
        caught(cx, Content::Blob, &blob, Promise::Config(resolved.config.this.digest.clone()), fault, &[hash])
    }

    /// What the user is told of a layer that is unpacked.
    fn tell_unpacking(&self, part: &Part, told: &Told, how: Unpacking) {
        if !told.coming.contains(&part.chain_id) {
            return;
        }
        let id = part.blob.digest.short().to_owned();
        match how {
            Unpacking::At(current) => {
                (self.progress)(Progress::Bytes { id, phase: "Extracting", current, total: part.blob.size });
            }
            Unpacking::Done => self.say(Some(id), "Pull complete".into()),
        }
    }

    fn tag(&self, cx: &Cx, resolved: &Resolved) -> Result<Image> {
        let record = Record {
            manifest: resolved.manifest.this.clone(),
            index: resolved.index.clone(),
            config: resolved.config.this.clone(),
            layers: resolved.manifest.layers.clone(),
            chain_ids: resolved.chain_ids.clone(),
            repo_digests: [format!("{}@{}", self.reference.name(), resolved.target.digest)].into(),
            parent: None,
        };
        let tags = if self.reference.digest.is_none() { std::slice::from_ref(self.reference) } else { &[] };
        self.store.adopt(cx, &record, tags).map(|adopted| adopted.image)
    }

    fn say(&self, id: Option<String>, text: String) {
        (self.progress)(Progress::Status { id, text });
    }
}

/// `library/ubuntu`, `lab/shell`: what Docker prints behind "Pulling from".
fn familiar_path(reference: &Reference) -> &str {
    &reference.repository
}
