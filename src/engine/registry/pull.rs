//! A pull: resolve, download, unpack, tag.
//!
//! Watched by a learner it goes in the order in which it is told: all blobs, then all layers. With nobody watching, a layer
//! is unpacked while its bytes come in, and what was done is told in the same order afterwards.

use super::blob::Listed;
use super::document::caught;
use super::endpoint::Endpoint;
use super::resolve::Resolved;
use super::session::RegistrySession;
use super::{Credentials, Progress, RegistryOptions};
use crate::engine::store::{Ahead, Image, Part, Pin, Record, Store, Unpacking};
use crate::engine::{Cx, Fault, Result, documents, evidence};
use crate::spec::{Digest, Platform, Reference};
use crate::trace::{Change, Content, Plan, Promise, StepKind};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What one pull from one endpoint works with.
pub struct Pull<'a> {
    pub store: &'a Arc<Store>,
    pub session: RegistrySession<'a>,
    pub reference: &'a Reference,
    pub platform: Option<&'a Platform>,
    pub progress: &'a (dyn Fn(Progress) + Sync),
    /// The documents that it has put into the store: until the image is written down nobody else needs them.
    pub pin: Pin,
}

/// Docker's default, `max-concurrent-downloads`.
const SIDE_BY_SIDE: usize = 3;

impl<'a> Pull<'a> {
    pub fn new(
        store: &'a Arc<Store>,
        options: &RegistryOptions,
        reference: &'a Reference,
        platform: Option<&'a Platform>,
        auth: Option<&Credentials>,
        progress: &'a (dyn Fn(Progress) + Sync),
        endpoint: Endpoint,
    ) -> Result<Self> {
        let session = RegistrySession::new(endpoint, reference, "pull", options, auth, progress)?;
        Ok(Self { store, session, reference, platform, progress, pin: store.pin(Vec::new()) })
    }

    pub fn run(&self, cx: &Cx) -> Result<Image> {
        self.session.guarded(cx, || self.pull(cx))
    }

    fn pull(&self, cx: &Cx) -> Result<Image> {
        let name = self.reference.familiar();
        self.say(self.reference.tag.clone(), format!("Pulling from {}", familiar_path(self.reference)));
        let plan = Plan::new(StepKind::ResolveImage, &name).by_hand(format!("docker manifest inspect {name}"));
        let resolved = cx.step(plan, |cx| self.resolve(cx))?;
        let pinned = [&resolved.target.digest, &resolved.manifest.this.digest, &resolved.config.this.digest];
        let blobs = resolved.manifest.layers.iter().map(|layer| &layer.digest);
        let pins = pinned.into_iter().chain(blobs).chain(&resolved.chain_ids).cloned().collect();
        let _pin = self.store.pin(pins);
        let parts = self.store.parts(&resolved.manifest.layers, &resolved.config.diff_ids, &resolved.chain_ids);
        let watched = cx.watched();
        let ahead =
            cx.step(Plan::new(StepKind::DownloadLayers, &name), |cx| self.download(cx, &resolved, &parts, !watched))?;
        cx.step(Plan::new(StepKind::UnpackLayers, &name), |cx| {
            let unpacked = self.store.unpack_layers(cx, &parts, ahead, &|part, how| self.tell_unpacking(part, how));
            unpacked.map_err(|fault| self.caught_by_config(cx, &resolved, fault))
        })?;
        let before = self.store.find(&self.reference.to_string()).ok().map(|image| image.id);
        let image = self.tag(cx, &resolved)?;
        self.say(None, format!("Digest: {}", resolved.target.digest));
        let news =
            if before.as_ref() == Some(&image.id) { "Image is up to date for" } else { "Downloaded newer image for" };
        self.say(None, format!("Status: {news} {name}"));
        Ok(image)
    }

    /// Every blob that is needed and not there. Returns the layers that were unpacked on the way, by chain id.
    fn download(&self, cx: &Cx, resolved: &Resolved, parts: &[Part], at_once: bool) -> Result<BTreeMap<Digest, Ahead>> {
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
                self.say(id, "Already exists".into());
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
        cx.step(Plan::new(StepKind::FetchBlob, digest).call(call), |cx| {
            // Another pull may have fetched it meanwhile.
            if let Some(evidence) = self.store.has_blob(digest, part.blob.size) {
                cx.observe(Change::BlobWanted(part.blob.clone()), vec![listed.evidence.clone()]);
                let change = Change::BlobVerified { digest: digest.clone(), size: part.blob.size, reused: true };
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
        let arg = |name: &str| fault.problem.args.get(name).cloned().unwrap_or_default();
        let digest = |name: &str| arg(name).parse::<Digest>();
        let (Ok(blob), Ok(expected), Ok(computed)) = (digest("digest"), digest("expected"), digest("computed")) else {
            return fault;
        };
        if fault.problem.code != "diff-id-mismatch" {
            return fault;
        }
        let hash = evidence::hashed("tar", &expected, &computed, arg("bytes").parse().unwrap_or(0));
        self.session.note_failure(std::slice::from_ref(&hash));
        caught(cx, Content::Blob, &blob, Promise::Config(resolved.config.this.digest.clone()), fault, &[hash])
    }

    /// What the user is told of a layer that is unpacked.
    fn tell_unpacking(&self, part: &Part, how: Unpacking) {
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
