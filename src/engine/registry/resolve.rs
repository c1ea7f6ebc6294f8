use super::document::Wanted;
use super::task::Pull;
use crate::engine::Cx;
use crate::engine::documents::{self, Document, chain_ids};
use crate::engine::{Fault, FaultKind, Result};
use crate::spec::{Digest, Platform};
use crate::trace::{Change, Code, Config, Content, Descriptor, Evidence, Manifest, Plan, Promise, StepKind};

/// What a reference stands for on this platform.
#[derive(Debug)]
pub struct Resolved {
    /// What the tag points at: its digest is what Docker shows as the image's repository digest.
    pub target: Descriptor,
    pub index: Option<Descriptor>,
    pub manifest: Manifest,
    pub manifest_text: String,
    pub config: Config,
    pub chain_ids: Vec<Digest>,
}

impl Pull<'_> {
    /// Tag → index (→ index …) → manifest → config.
    pub fn resolve(&self, cx: &Cx) -> Result<Resolved> {
        self.session.open(cx)?;
        let (target, bytes, document) = self.fetch_tag(cx)?;
        let (index, manifest, bytes) = match document {
            Document::Index(index) => {
                let (manifest, bytes) = self.descend(cx, &index)?;
                (Some(index.this), manifest, bytes)
            }
            Document::Manifest(manifest) => (None, manifest, bytes),
        };
        let manifest_text = String::from_utf8_lossy(&bytes).into_owned();
        let config = self.fetch_config(cx, &manifest)?;
        if config.diff_ids.len() != manifest.layers.len() {
            let reason = format!("{} layers, {} diff ids", manifest.layers.len(), config.diff_ids.len());
            return Err(documents::unsupported(&manifest.this, &reason).into());
        }
        let chain_ids = chain_ids(&config.diff_ids);
        Ok(Resolved { target, index, manifest, manifest_text, config, chain_ids })
    }

    fn fetch_tag(&self, cx: &Cx) -> Result<(Descriptor, Vec<u8>, Document)> {
        let key = self.reference.manifest_key();
        let path = format!("manifests/{key}");
        let plan = self.plan(StepKind::FetchTag, self.reference.familiar(), &path);
        cx.step(plan, |cx| {
            let promised = self.reference.digest.as_ref().map(|digest| (Promise::Reference, digest));
            let wanted = Wanted { path: &path, content: Content::Manifest, promised, size: None };
            let fetched = self.fetch_document(cx, &wanted)?;
            let document = documents::document(&fetched.bytes, &fetched.this)
                .map_err(|unfit| self.unusable(cx, unfit, &fetched.trail))?;
            let this = match &document {
                Document::Index(index) => index.this.clone(),
                Document::Manifest(manifest) => manifest.this.clone(),
            };
            let change = Change::TagResolved {
                reference: self.reference.to_string(),
                registry: self.session.endpoint.host.clone(),
                target: this.clone(),
            };
            cx.observe(change, fetched.trail.clone());
            self.read_change(cx, &document, fetched.trail);
            self.pin.add(&this.digest);
            self.store.put_blob(&this.digest, &fetched.bytes)?;
            Ok((this, fetched.bytes, document))
        })
    }

    /// A document was read.
    pub fn read_change(&self, cx: &Cx, document: &Document, evidence: Vec<Evidence>) {
        let change = match document {
            Document::Index(index) => Change::IndexRead(index.clone()),
            Document::Manifest(manifest) => Change::ManifestRead(manifest.clone()),
        };
        cx.observe(change, evidence);
    }

    fn fetch_config(&self, cx: &Cx, manifest: &Manifest) -> Result<Config> {
        let this = &manifest.config;
        let path = format!("blobs/{}", this.digest);
        cx.step(self.plan(StepKind::FetchConfig, &this.digest, &path), |cx| {
            let promised = Some((Promise::Manifest(manifest.this.digest.clone()), &this.digest));
            let wanted = Wanted { path: &path, content: Content::Config, promised, size: Some(this.size) };
            let (bytes, trail) = self.obtain(cx, this, &wanted)?;
            let (config, _) = documents::config(&bytes, this).map_err(|unfit| self.unusable(cx, unfit, &trail))?;
            self.check_platform(cx, &config, &trail)?;
            cx.observe(Change::ConfigRead(config.clone()), trail);
            Ok(config)
        })
    }

    /// An image that is for one platform alone is taken as it is unless the user asked for another, as Docker does.
    fn check_platform(&self, cx: &Cx, config: &Config, trail: &[Evidence]) -> Result<()> {
        let wanted = self.platform.cloned().unwrap_or_else(Platform::host);
        if wanted.runs(&config.platform) {
            return Ok(());
        }
        if self.platform.is_some() {
            return Err(Fault::new(FaultKind::NotFound, Code::PlatformNotAvailable)
                .with("image", self.reference.familiar())
                .with("wanted", wanted)
                .with("available", &config.platform));
        }
        let problem = Fault::failed(Code::PlatformDiffers)
            .with("image", self.reference.familiar())
            .with("platform", &config.platform)
            .with("host", wanted)
            .problem;
        cx.observe(Change::Remark(problem), trail.to_vec());
        Ok(())
    }

    pub fn plan(&self, kind: StepKind, subject: impl ToString, path: &str) -> Plan {
        Plan::new(kind, subject).call(format!("GET /v2/{}/{path}", self.reference.repository))
    }
}
