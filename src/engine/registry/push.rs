//! A push: blobs that the registry lacks, then the manifest, which is fetched again.
//!
//! ```text
//! HEAD blobs/<digest> ─▶ 200                                                       it is there
//!                     └▶ 404 ─▶ POST blobs/uploads/?mount=<digest>&from=<other>    ─▶ 201: taken over, nothing is sent
//!                                                                                  └▶ 202 Location ─▶ PUT … the bytes
//! PUT manifests/<tag> ─▶ GET manifests/<tag> ─▶ sha256 is what was sent?
//! ```

use super::document::{MANIFEST_LIMIT, sha256};
use super::fetch::{Call, Target};
use super::http::Load;
use super::session::RegistrySession;
use super::{Credentials, Progress, RegistryOptions};
use crate::engine::documents::is_foreign;
use crate::engine::registry::endpoint::Endpoint;
use crate::engine::store::{Record, Store};
use crate::engine::{Cx, Fault, FaultKind, Result, evidence};
use crate::spec::{Digest, Reference};
use crate::trace::{Change, Descriptor, Manifest, Plan, Pushed, PushedHow, StepKind};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What one push works with.
pub struct Push<'a> {
    pub store: &'a Arc<Store>,
    pub session: RegistrySession<'a>,
    pub reference: &'a Reference,
    /// Repositories of the same registry that have what this image is made of.
    pub others: Vec<String>,
    id: Digest,
    record: Record,
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// So many repositories a token is asked for beside the one that is pushed to.
const OTHERS: usize = 3;

impl<'a> Push<'a> {
    pub fn new(
        store: &'a Arc<Store>,
        options: &RegistryOptions,
        reference: &'a Reference,
        auth: Option<&Credentials>,
        progress: &'a (dyn Fn(Progress) + Sync),
    ) -> Result<Self> {
        if reference.digest.is_some() {
            return Err(Fault::new(FaultKind::BadRequest, "push-by-digest").with("image", reference.familiar()));
        }
        let missing = || Fault::new(FaultKind::NotFound, "no-such-image").with("image", reference.familiar());
        let id = store.find(&reference.to_string())?.id;
        let record = store.record(&id).ok_or_else(missing)?;
        let endpoint = Endpoint::of(reference, options);
        let mut session = RegistrySession::new(endpoint, reference, "pull,push", options, auth, progress)?;
        let others = others(&record, reference);
        others.iter().for_each(|other| session.also_from(other));
        Ok(Self { store, session, reference, others, id, record, progress })
    }

    pub fn run(&self, cx: &Cx) -> Result<()> {
        self.session.guarded(cx, || self.push(cx))
    }

    fn push(&self, cx: &Cx) -> Result<()> {
        let name = self.reference.familiar();
        self.say(None, format!("The push refers to repository [{}]", self.reference.name()));
        let digests = self.record.layers.iter().chain([&self.record.config, &self.record.manifest]);
        let _pin = self.store.pin(digests.map(|blob| blob.digest.clone()).collect());
        cx.step(Plan::new(StepKind::PushBlobs, &name), |cx| {
            self.session.open(cx)?;
            let mut sent = BTreeSet::new();
            let layers = self.record.layers.iter().filter(|layer| !is_foreign(&layer.media_type));
            let all: Vec<_> = layers.filter(|layer| sent.insert(&layer.digest)).collect();
            all.iter().for_each(|layer| self.say(Some(&layer.digest), "Preparing".into()));
            for layer in all {
                let text = said(&self.push_blob(cx, layer)?);
                self.say(Some(&layer.digest), text);
            }
            self.push_blob(cx, &self.record.config).map(drop)
        })?;
        let plan = Plan::new(StepKind::PushManifest, &name).call(format!("PUT {}", self.manifest_path()));
        let size = cx.step(plan, |cx| self.push_manifest(cx))?;
        self.store.learn_digest(&self.id, format!("{}@{}", self.reference.name(), self.record.manifest.digest))?;
        let (tag, digest) = (self.reference.manifest_key(), self.record.manifest.digest.clone());
        (self.progress)(Progress::Pushed { tag, digest, size });
        Ok(())
    }

    fn push_blob(&self, cx: &Cx, blob: &Descriptor) -> Result<PushedHow> {
        let call = format!("HEAD /v2/{}/blobs/{}", self.reference.repository, blob.digest);
        cx.step(Plan::new(StepKind::PushBlob, &blob.digest).call(call), |cx| {
            let (how, evidence) = match self.is_there(cx, blob)? {
                Some(evidence) => (PushedHow::Existing, evidence),
                None => self.bring(cx, blob)?,
            };
            let (registry, repository) = (self.session.endpoint.host.clone(), self.reference.repository.clone());
            let (digest, size) = (blob.digest.clone(), blob.size);
            cx.observe(Change::Pushed(Pushed { registry, repository, digest, size, how: how.clone() }), evidence);
            Ok(how)
        })
    }

    fn push_manifest(&self, cx: &Cx) -> Result<u64> {
        let this = &self.record.manifest;
        let bytes = self.store.read_blob(&this.digest)?;
        let headers = [("Content-Type", this.media_type.clone())];
        let target = Target::Path(self.manifest_path());
        let call = Call {
            method: "PUT",
            target: target.clone(),
            headers: &headers,
            body: Load::Bytes(bytes.clone()),
            stream: None,
            good: &[200, 201, 204],
        };
        self.session.ask(cx, &call, |_, answer, trail| {
            trail.push(answer.evidence(0, ""));
            Ok(())
        })?;
        // It is there when it can be fetched, not when the registry says so.
        let headers = [("Accept", this.media_type.clone())];
        let (computed, evidence) = self.session.ask(cx, &Call::get(target, &headers), |_, answer, trail| {
            let bytes = answer.read(MANIFEST_LIMIT).map_err(|e| self.session.unreachable(&e.to_string()))?;
            trail.push(answer.evidence(bytes.len() as u64, &String::from_utf8_lossy(&bytes)));
            let computed = sha256(&bytes);
            trail.push(evidence::hash_of("manifest", &this.digest, &bytes));
            Ok(computed)
        })?;
        if computed != this.digest {
            let fault = Fault::failed("push-not-kept")
                .with("registry", &self.session.endpoint.host)
                .with("image", self.reference.familiar())
                .with("expected", &this.digest)
                .with("computed", computed);
            self.session.failed(cx, &fault, evidence);
            return Err(fault);
        }
        let (config, layers) = (self.record.config.clone(), self.record.layers.clone());
        cx.observe(Change::ManifestRead(Manifest { this: this.clone(), config, layers }), evidence.clone());
        let (reference, registry) = (self.reference.to_string(), self.session.endpoint.host.clone());
        cx.observe(Change::TagResolved { reference, registry, target: this.clone() }, evidence);
        Ok(bytes.len() as u64)
    }

    fn manifest_path(&self) -> String {
        format!("manifests/{}", self.reference.manifest_key())
    }

    pub fn say(&self, digest: Option<&Digest>, text: String) {
        (self.progress)(Progress::Status { id: digest.map(|digest| digest.short().to_owned()), text });
    }
}

/// As Docker says it.
fn said(how: &PushedHow) -> String {
    match how {
        PushedHow::Uploaded => "Pushed".into(),
        PushedHow::Existing => "Layer already exists".into(),
        PushedHow::Mounted { from } => format!("Mounted from {from}"),
    }
}

/// Where the image was pulled from or pushed to before, in the same registry.
fn others(record: &Record, to: &Reference) -> Vec<String> {
    let known = record.repo_digests.iter().filter_map(|name| name.parse::<Reference>().ok());
    let same = known.filter(|it| it.registry == to.registry && it.repository != to.repository);
    same.map(|it| it.repository).collect::<BTreeSet<_>>().into_iter().take(OTHERS).collect()
}
