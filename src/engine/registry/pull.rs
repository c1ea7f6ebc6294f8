//! A pull: resolve, download, unpack, tag.
//!
//! Watched by a learner it goes in the order in which it is told: all blobs, then all layers. With nobody watching, a layer
//! is unpacked while its bytes come in, and what was done is told in the same order afterwards.

use super::blob::Ahead;
use super::resolve::Resolved;
use super::session::Session;
use super::{Credentials, Progress, RegistryOptions};
use crate::engine::store::{Image, NewLayer, Record, Store};
use crate::engine::unpack::{self, Applied, Unpack};
use crate::engine::{Cancel, Cx, Fault, Result};
use crate::spec::{Digest, Platform, Reference};
use crate::trace::{Change, Descriptor, Evidence, Layer, Outcome, Plan, Problem, StepKind};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What one pull works with.
pub struct Pull<'a> {
    pub store: &'a Arc<Store>,
    pub session: Session,
    pub reference: &'a Reference,
    pub platform: Option<&'a Platform>,
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// One layer of the image that is pulled.
#[derive(Debug, Clone)]
struct Part {
    blob: Descriptor,
    diff_id: Digest,
    chain_id: Digest,
    /// Its directory is there already.
    unpacked: bool,
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
    ) -> Self {
        Self { store, session: Session::new(reference, options, auth), reference, platform, progress }
    }

    pub fn run(&self, cx: &Cx) -> Result<Image> {
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let watcher = scope.spawn(|| self.break_when_cancelled(cx.cancel(), &over));
            let result = self.pull(cx);
            over.store(true, Ordering::Release);
            watcher.thread().unpark();
            // Whatever a cancelled pull failed of, it failed of being cancelled.
            cx.check().and(result)
        })
    }

    /// A read that waits for bytes does not see the cancellation: it is broken off from here.
    fn break_when_cancelled(&self, cancel: &Cancel, over: &AtomicBool) {
        while !over.load(Ordering::Acquire) {
            if cancel.is_cancelled() {
                self.session.http.shutdown();
                return;
            }
            std::thread::park_timeout(Duration::from_millis(50));
        }
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
        let parts = self.parts(&resolved);
        let watched = cx.watched();
        let ahead =
            cx.step(Plan::new(StepKind::DownloadLayers, &name), |cx| self.download(cx, &resolved, &parts, !watched))?;
        cx.step(Plan::new(StepKind::UnpackLayers, &name), |cx| self.unpack(cx, &parts, ahead))?;
        let before = self.store.find(&self.reference.to_string()).ok().map(|image| image.id);
        let image = self.tag(cx, &resolved)?;
        self.say(None, format!("Digest: {}", resolved.target.digest));
        let news =
            if before.as_ref() == Some(&image.id) { "Image is up to date for" } else { "Downloaded newer image for" };
        self.say(None, format!("Status: {news} {name}"));
        Ok(image)
    }

    fn parts(&self, resolved: &Resolved) -> Vec<Part> {
        let layers = resolved.manifest.layers.iter().zip(&resolved.config.diff_ids).zip(&resolved.chain_ids);
        let part = |((blob, diff_id), chain_id): ((&Descriptor, &Digest), &Digest)| Part {
            blob: blob.clone(),
            diff_id: diff_id.clone(),
            chain_id: chain_id.clone(),
            unpacked: self.store.layer(chain_id).is_some(),
        };
        layers.map(part).collect()
    }

    /// Every blob that is needed and not there. Returns the layers that were unpacked on the way, by chain id.
    fn download(&self, cx: &Cx, resolved: &Resolved, parts: &[Part], at_once: bool) -> Result<BTreeMap<Digest, Ahead>> {
        let path = self.store.blob_path(&resolved.manifest.this.digest).display().to_string();
        let listed = Evidence::file(path, resolved.manifest_text.clone());
        let mut wanted: Vec<&Part> = Vec::new();
        for part in parts {
            let (id, blob) = (Some(part.blob.digest.short().to_owned()), &part.blob);
            let stored = self.store.has_blob(&blob.digest, blob.size);
            if let Some(evidence) = stored {
                cx.observe(Change::BlobWanted(blob.clone()), vec![listed.clone()]);
                let (digest, size) = (blob.digest.clone(), blob.size);
                cx.observe(Change::BlobVerified { digest, size, reused: true }, vec![evidence]);
                self.say(id, "Already exists".into());
            } else if part.unpacked {
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
                            Ok(Some(done)) => drop(locked(&ahead).insert(part.chain_id.clone(), done)),
                            Ok(None) => {}
                            Err(fault) => {
                                stop.store(true, Ordering::Release);
                                locked(&failed).get_or_insert(fault);
                            }
                        }
                    }
                });
            }
        });
        match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(fault) => Err(fault),
            None => Ok(ahead.into_inner().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    fn download_one(&self, cx: &Cx, part: &Part, listed: &Evidence, at_once: bool) -> Result<Option<Ahead>> {
        let digest = &part.blob.digest;
        let _claim = self.store.claim(cx, digest)?;
        let call = format!("GET /v2/{}/blobs/{digest}", self.reference.repository);
        cx.step(Plan::new(StepKind::FetchBlob, digest).call(call), |cx| {
            // Another pull may have fetched it meanwhile.
            if let Some(evidence) = self.store.has_blob(digest, part.blob.size) {
                cx.observe(Change::BlobWanted(part.blob.clone()), vec![listed.clone()]);
                let change = Change::BlobVerified { digest: digest.clone(), size: part.blob.size, reused: true };
                cx.observe(change, vec![evidence]);
                return Ok(None);
            }
            let ahead = if at_once { Some(self.begin_unpack(cx, part)?) } else { None };
            let ahead = self.fetch_blob(cx, &part.blob, listed, ahead)?;
            self.say(Some(digest.short().to_owned()), "Download complete".into());
            Ok(ahead)
        })
    }

    fn begin_unpack(&self, cx: &Cx, part: &Part) -> Result<Ahead> {
        let layer = self.store.new_layer(cx, &part.chain_id)?;
        let unpack = Unpack::start(layer.fs(), self.store.options(), cx.cancel())?;
        Ok(Ahead { unpack, layer })
    }

    fn unpack(&self, cx: &Cx, parts: &[Part], mut ahead: BTreeMap<Digest, Ahead>) -> Result<()> {
        let mut below: Vec<PathBuf> = Vec::new();
        let mut parent = None;
        for part in parts {
            let plan = self.unpack_plan(part);
            if let Some((layer, evidence)) = self.store.layer(&part.chain_id) {
                cx.past_step(plan, Duration::ZERO, Outcome::Done, |cx| {
                    cx.observe(Change::LayerUnpacked(layer), vec![evidence]);
                });
            } else if let Some(ahead) = ahead.remove(&part.chain_id) {
                let (new, applied) = ahead.finish();
                cx.check()?;
                let applied = applied.map_err(|fault| about(fault, part));
                let took = applied.as_ref().map_or(Duration::ZERO, |applied| applied.took);
                let made = applied.and_then(|applied| self.keep(cx, part, parent.as_ref(), &below, new, applied));
                let outcome =
                    made.as_ref().map_or_else(|fault| Outcome::Failed(fault.problem.clone()), |_| Outcome::Done);
                cx.past_step(plan, took, outcome, |cx| {
                    if let Ok(made) = &made {
                        made.observe(cx);
                    }
                });
                made?;
            } else {
                cx.step(plan, |cx| {
                    let (new, applied) = self.unpack_stored(cx, part)?;
                    self.keep(cx, part, parent.as_ref(), &below, new, applied)?.observe(cx);
                    Ok(())
                })?;
            }
            self.say(Some(part.blob.digest.short().to_owned()), "Pull complete".into());
            below.insert(0, self.store.layer_fs(&part.chain_id));
            parent = Some(part.chain_id.clone());
        }
        Ok(())
    }

    fn unpack_plan(&self, part: &Part) -> Plan {
        let (blob, dir) = (self.store.blob_path(&part.blob.digest), self.store.layer_fs(&part.chain_id));
        Plan::new(StepKind::UnpackLayer, &part.chain_id)
            .call(format!("{} → {}", blob.display(), dir.display()))
            .by_hand(format!("tar --numeric-owner --xattrs -xf {} -C {}", blob.display(), dir.display()))
    }

    fn unpack_stored(&self, cx: &Cx, part: &Part) -> Result<(NewLayer, Applied)> {
        let path = self.store.blob_path(&part.blob.digest);
        let failed = |e: std::io::Error| Fault::io("read", path.display(), &e);
        let mut file = std::fs::File::open(&path).map_err(failed)?;
        let ahead = self.begin_unpack(cx, part)?;
        let (mut done, total) = (0, part.blob.size);
        loop {
            let mut block = vec![0; 128 * 1024];
            cx.check()?;
            let n = file.read(&mut block).map_err(failed)?;
            block.truncate(n);
            if n == 0 || !ahead.unpack.push(block) {
                break;
            }
            done += n as u64;
            let id = part.blob.digest.short().to_owned();
            (self.progress)(Progress::Bytes { id, phase: "Extracting", current: done, total });
        }
        let (new, applied) = ahead.finish();
        Ok((new, applied.map_err(|fault| about(fault, part))?))
    }

    /// The tar was what the config promises: the layer gets its place.
    fn keep(
        &self,
        cx: &Cx,
        part: &Part,
        parent: Option<&Digest>,
        below: &[PathBuf],
        new: NewLayer,
        applied: Applied,
    ) -> Result<Made> {
        if applied.diff_id != part.diff_id {
            return Err(Fault::failed("diff-id-mismatch")
                .with("digest", &part.blob.digest)
                .with("expected", &part.diff_id)
                .with("computed", &applied.diff_id));
        }
        let layer = Layer {
            chain_id: part.chain_id.clone(),
            parent: parent.cloned(),
            diff_id: part.diff_id.clone(),
            blob: Some(part.blob.digest.clone()),
            path: self.store.layer_fs(&part.chain_id).display().to_string(),
            size: applied.size,
            entries: applied.entries,
            files: unpack::effects(&applied.marks, below, self.store.options().rootless)?,
        };
        let hash = Evidence::Hash {
            of: "tar".into(),
            expected: part.diff_id.to_string(),
            computed: applied.diff_id.to_string(),
            bytes: applied.tar_size,
        };
        cx.check()?;
        let renamed = self.store.keep_layer(new, &layer)?;
        Ok(Made { layer, evidence: vec![hash, renamed], remarks: applied.remarks })
    }

    fn tag(&self, cx: &Cx, resolved: &Resolved) -> Result<Image> {
        let name = self.reference.to_string();
        let path = self.store.records_path();
        let plan =
            Plan::new(StepKind::TagImage, &name).call(format!("{} → {}", self.reference.familiar(), path.display()));
        cx.step(plan, |cx| {
            let record = Record {
                manifest: resolved.manifest.this.clone(),
                index: resolved.index.clone(),
                config: resolved.config.this.clone(),
                layers: resolved.manifest.layers.clone(),
                chain_ids: resolved.chain_ids.clone(),
                repo_digests: [format!("{}@{}", self.reference.name(), resolved.target.digest)].into(),
            };
            let id = &resolved.config.this.digest;
            let image = self.store.tag(id, record, self.reference)?;
            if self.reference.digest.is_none() {
                let text = std::fs::read_to_string(&path).map_err(|e| Fault::io("read", path.display(), &e))?;
                let manifest = Some(resolved.manifest.this.digest.clone());
                let change = Change::ImageTagged { reference: name.clone(), image: id.clone(), manifest };
                cx.observe(change, vec![Evidence::file(path.display().to_string(), text)]);
            }
            Ok(image)
        })
    }

    fn say(&self, id: Option<String>, text: String) {
        (self.progress)(Progress::Status { id, text });
    }
}

/// A layer that has its place, to be told.
struct Made {
    layer: Layer,
    evidence: Vec<Evidence>,
    remarks: Vec<Problem>,
}

impl Made {
    fn observe(&self, cx: &Cx) {
        for problem in &self.remarks {
            cx.observe(Change::Remark(problem.clone()), self.evidence.clone());
        }
        cx.observe(Change::LayerUnpacked(self.layer.clone()), self.evidence.clone());
    }
}

/// Which layer it was that could not be unpacked.
fn about(fault: Fault, part: &Part) -> Fault {
    fault.with("digest", &part.blob.digest)
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `library/ubuntu`, `lab/shell`: what Docker prints behind "Pulling from".
fn familiar_path(reference: &Reference) -> &str {
    &reference.repository
}
