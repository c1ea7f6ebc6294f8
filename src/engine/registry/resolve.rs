use super::pull::Pull;
use crate::engine::Cx;
pub use crate::engine::documents::sha256;
use crate::engine::documents::{self, ACCEPTED, Document, chain_ids};
use crate::engine::{Fault, FaultKind, Result};
use crate::spec::{Digest, Platform};
use crate::trace::{Change, Config, Descriptor, Evidence, Index, Manifest, Plan, StepKind};
use std::collections::BTreeMap;

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

/// No document of an image is larger (distribution-spec: 4 MiB for manifests; configs hold long histories).
const LIMIT: u64 = 8 * 1024 * 1024;

impl Pull<'_> {
    /// Tag → index → manifest → config.
    pub fn resolve(&self, cx: &Cx) -> Result<Resolved> {
        self.session.open(cx)?;
        let (target, bytes, document) = self.fetch_tag(cx)?;
        let (index, manifest, bytes) = match document {
            Document::Index(index) => {
                let entry = self.choose(cx, &index)?;
                let (manifest, bytes) = self.fetch_manifest(cx, &entry)?;
                (Some(index.this), manifest, bytes)
            }
            Document::Manifest(manifest) => (None, manifest, bytes),
        };
        let manifest_text = String::from_utf8_lossy(&bytes).into_owned();
        let config = self.fetch_config(cx, &manifest)?;
        if config.diff_ids.len() != manifest.layers.len() {
            let reason = format!("{} layers, {} diff ids", manifest.layers.len(), config.diff_ids.len());
            return Err(Fault::failed("manifest-unsupported")
                .with("digest", &manifest.this.digest)
                .with("reason", reason));
        }
        let chain_ids = chain_ids(&config.diff_ids);
        Ok(Resolved { target, index, manifest, manifest_text, config, chain_ids })
    }

    fn fetch_tag(&self, cx: &Cx) -> Result<(Descriptor, Vec<u8>, Document)> {
        let key = self.reference.manifest_key();
        let path = format!("manifests/{key}");
        let plan = self.plan(StepKind::FetchTag, self.reference.familiar(), &path);
        cx.step(plan, |cx| {
            let promised = self.reference.digest.clone();
            let (descriptor, bytes, trail) = self.fetch_document(cx, &path, promised.as_ref(), None)?;
            let document = documents::document(&bytes, &descriptor)?;
            let this = match &document {
                Document::Index(index) => index.this.clone(),
                Document::Manifest(manifest) => manifest.this.clone(),
            };
            let change = Change::TagResolved {
                reference: self.reference.to_string(),
                registry: self.session.endpoint.host.clone(),
                target: this.clone(),
            };
            cx.observe(change, trail.clone());
            self.read_change(cx, &document, trail);
            self.store.put_blob(&this.digest, &bytes)?;
            Ok((this, bytes, document))
        })
    }

    fn read_change(&self, cx: &Cx, document: &Document, evidence: Vec<Evidence>) {
        let change = match document {
            Document::Index(index) => Change::IndexRead(index.clone()),
            Document::Manifest(manifest) => Change::ManifestRead(manifest.clone()),
        };
        cx.observe(change, evidence);
    }

    fn choose(&self, cx: &Cx, index: &Index) -> Result<Descriptor> {
        let wanted = self.platform.cloned().unwrap_or_else(Platform::host);
        cx.step(Plan::new(StepKind::ChoosePlatform, &wanted), |cx| {
            let entry = choose(index, &wanted).ok_or_else(|| {
                let listed: Vec<_> = index.manifests.iter().filter_map(|entry| entry.platform.as_ref()).collect();
                let there: Vec<_> = listed.iter().filter(|p| !p.is_unknown()).map(ToString::to_string).collect();
                Fault::new(FaultKind::NotFound, "platform-not-available")
                    .with("image", self.reference.familiar())
                    .with("wanted", &wanted)
                    .with("available", there.join(", "))
            })?;
            let change = Change::PlatformChosen { index: index.this.digest.clone(), manifest: entry.digest.clone() };
            let listed = serde_json::to_string(entry).unwrap_or_default();
            let path = self.store.blob_path(&index.this.digest);
            cx.observe(change, vec![Evidence::file(path.display().to_string(), listed)]);
            Ok(entry.clone())
        })
    }

    fn fetch_manifest(&self, cx: &Cx, entry: &Descriptor) -> Result<(Manifest, Vec<u8>)> {
        let path = format!("manifests/{}", entry.digest);
        cx.step(self.plan(StepKind::FetchManifest, &entry.digest, &path), |cx| {
            let (bytes, trail) = self.obtain(cx, entry, &path)?;
            match documents::document(&bytes, entry)? {
                Document::Manifest(manifest) => {
                    cx.observe(Change::ManifestRead(manifest.clone()), trail);
                    Ok((manifest, bytes))
                }
                Document::Index(_) => Err(Fault::failed("manifest-unsupported")
                    .with("digest", &entry.digest)
                    .with("reason", "an index inside an index")),
            }
        })
    }

    fn fetch_config(&self, cx: &Cx, manifest: &Manifest) -> Result<Config> {
        let this = &manifest.config;
        let path = format!("blobs/{}", this.digest);
        cx.step(self.plan(StepKind::FetchConfig, &this.digest, &path), |cx| {
            let (bytes, trail) = self.obtain(cx, this, &path)?;
            let (config, _) = documents::config(&bytes, this)?;
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
            return Err(Fault::new(FaultKind::NotFound, "platform-not-available")
                .with("image", self.reference.familiar())
                .with("wanted", wanted)
                .with("available", &config.platform));
        }
        let problem = Fault::failed("platform-differs")
            .with("image", self.reference.familiar())
            .with("platform", &config.platform)
            .with("host", wanted)
            .problem;
        cx.observe(Change::Remark(problem), trail.to_vec());
        Ok(())
    }

    /// A document that is known by its descriptor: from the store when it is there.
    fn obtain(&self, cx: &Cx, this: &Descriptor, path: &str) -> Result<(Vec<u8>, Vec<Evidence>)> {
        if self.store.has_blob(&this.digest, this.size).is_some() {
            let bytes = self.store.read_blob(&this.digest)?;
            if sha256(&bytes) == this.digest {
                let file = self.store.blob_path(&this.digest).display().to_string();
                let evidence = vec![Evidence::file(file, String::from_utf8_lossy(&bytes)), hashed(this, &bytes)];
                return Ok((bytes, evidence));
            }
        }
        let (_, bytes, trail) = self.fetch_document(cx, path, Some(&this.digest), Some(this.size))?;
        self.store.put_blob(&this.digest, &bytes)?;
        Ok((bytes, trail))
    }

    /// Fetches a document and verifies it: against the digest that was asked for, else the one that the registry promises.
    fn fetch_document(
        &self,
        cx: &Cx,
        path: &str,
        digest: Option<&Digest>,
        size: Option<u64>,
    ) -> Result<(Descriptor, Vec<u8>, Vec<Evidence>)> {
        let accept = if path.starts_with("manifests/") { ACCEPTED.join(", ") } else { "*/*".to_owned() };
        let ((descriptor, bytes), trail) =
            self.session.fetch(cx, path, &[("Accept", accept)], |_, answer, trail| {
                let bytes = answer.read(LIMIT).map_err(|e| self.session.unreachable(&e.to_string()))?;
                trail.push(answer.evidence(bytes.len() as u64, &String::from_utf8_lossy(&bytes)));
                let computed = sha256(&bytes);
                let promised = match digest {
                    Some(digest) => Some(digest.clone()),
                    None => answer.header("docker-content-digest").and_then(|text| text.parse().ok()),
                };
                let length = bytes.len() as u64;
                let media_type = answer.header("content-type").unwrap_or_default();
                let media_type = media_type.split(';').next().unwrap_or_default().trim().to_owned();
                let promised = promised.unwrap_or_else(|| computed.clone());
                let this = Descriptor {
                    media_type,
                    digest: promised,
                    size: size.unwrap_or(length),
                    platform: None,
                    annotations: BTreeMap::new(),
                };
                trail.push(hashed(&this, &bytes));
                if computed != this.digest {
                    return Err(digest_mismatch(&this.digest, &computed, &self.session.endpoint.host));
                }
                if length != this.size {
                    return Err(size_mismatch(&this.digest, this.size, length, &self.session.endpoint.host));
                }
                Ok((this, bytes))
            })?;
        Ok((descriptor, bytes, trail))
    }

    fn plan(&self, kind: StepKind, subject: impl ToString, path: &str) -> Plan {
        Plan::new(kind, subject).call(format!("GET /v2/{}/{path}", self.reference.repository))
    }
}

/// The entry that this host runs: of the same variant if there is one, else the first that runs.
fn choose<'a>(index: &'a Index, wanted: &Platform) -> Option<&'a Descriptor> {
    let of = |fits: &dyn Fn(&Platform) -> bool| {
        index.manifests.iter().find(|entry| entry.platform.as_ref().is_some_and(fits))
    };
    of(&|platform| platform == wanted).or_else(|| of(&|platform| wanted.runs(platform)))
}

fn hashed(this: &Descriptor, bytes: &[u8]) -> Evidence {
    Evidence::Hash {
        of: "document".into(),
        expected: this.digest.to_string(),
        computed: sha256(bytes).to_string(),
        bytes: bytes.len() as u64,
    }
}

pub fn digest_mismatch(expected: &Digest, computed: &Digest, registry: &str) -> Fault {
    Fault::failed("digest-mismatch").with("registry", registry).with("expected", expected).with("computed", computed)
}

pub fn size_mismatch(digest: &Digest, expected: u64, received: u64, registry: &str) -> Fault {
    Fault::failed("size-mismatch")
        .with("registry", registry)
        .with("digest", digest)
        .with("expected", expected)
        .with("received", received)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(platform: &str, digest: char) -> Descriptor {
        Descriptor {
            media_type: ACCEPTED[1].into(),
            digest: format!("sha256:{}", digest.to_string().repeat(64)).parse().expect("valid"),
            size: 1,
            platform: Platform::parse(platform),
            annotations: BTreeMap::new(),
        }
    }

    #[test]
    fn the_exact_variant_is_chosen_before_one_that_merely_runs() {
        let index = Index {
            this: entry("linux/amd64", 'f'),
            manifests: vec![
                entry("unknown/unknown", '0'),
                entry("linux/arm/v6", '6'),
                entry("linux/arm/v7", '7'),
                entry("linux/arm64", '8'),
            ],
        };
        let chosen =
            |text: &str| choose(&index, &Platform::parse(text).expect("valid")).map(|e| e.digest.hex().chars().next());
        assert_eq!(chosen("linux/arm/v7"), Some(Some('7')));
        assert_eq!(chosen("linux/arm64/v8"), Some(Some('8')));
        assert_eq!(chosen("linux/amd64"), None);
    }
}
