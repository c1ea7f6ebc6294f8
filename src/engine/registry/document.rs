//! Fetches the documents of an image, and believes none before it was compared with what promised it.

use super::task::Pull;
pub use crate::engine::documents::sha256;
use crate::engine::documents::{ACCEPTED, Unfit};
use crate::engine::{Cx, Fault, Result, Why, evidence};
use crate::spec::Digest;
use crate::trace::{Change, Code, Content, Descriptor, Evidence, Promise, Rejected};
use std::collections::BTreeMap;

/// A document that is to be fetched.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Below `/v2/<repository>/`.
    pub path: &'a str,
    pub content: Content,
    /// Its digest, and who says so; none for a tag.
    pub promised: Option<(Promise, &'a Digest)>,
    pub size: Option<u64>,
}

/// A document as it came.
#[derive(Debug)]
pub struct Fetched {
    pub this: Descriptor,
    pub bytes: Vec<u8>,
    pub trail: Vec<Evidence>,
}

/// "Implementations SHOULD enforce some limit … at least 4 MiB" (distribution-spec, "Pushing Manifests"). Everybody does
/// enforce it, so no larger one is of use to anybody. Configs hold long histories.
pub const MANIFEST_LIMIT: u64 = 4 * 1024 * 1024;
const CONFIG_LIMIT: u64 = 8 * 1024 * 1024;

impl Pull<'_> {
    /// A document that is known by its descriptor: from the store when it is there.
    pub fn obtain(&self, cx: &Cx, this: &Descriptor, wanted: &Wanted<'_>) -> Result<(Vec<u8>, Vec<Evidence>)> {
        self.pin.add(&this.digest);
        if self.store.has_blob(&this.digest, this.size).is_some() {
            let path = self.store.blob_path(&this.digest);
            let text = evidence::read(&path).map_err(|e| Fault::io("read", path.display(), &e.error))?;
            let read = text.evidence();
            let bytes = text.into_bytes();
            if sha256(&bytes) == this.digest {
                let known = vec![read, hashed(this, &bytes)];
                cx.not_made(
                    &format!("GET /v2/{}/{}", self.reference.repository, wanted.path),
                    Why::There,
                    known.clone(),
                );
                return Ok((bytes, known));
            }
        }
        let fetched = self.fetch_document(cx, wanted)?;
        self.store.put_blob(&this.digest, &fetched.bytes)?;
        Ok((fetched.bytes, fetched.trail))
    }

    /// Fetches a document and verifies it: against the digest that was promised, else the one that the registry's own
    /// header promises. Whether that header is right is looked at in any case.
    pub fn fetch_document(&self, cx: &Cx, wanted: &Wanted<'_>) -> Result<Fetched> {
        let manifest = wanted.path.starts_with("manifests/");
        let limit = if manifest { MANIFEST_LIMIT } else { CONFIG_LIMIT };
        let host = &self.session.endpoint.host;
        let too_large = |size: String| {
            let fault = Fault::failed(Code::DocumentTooLarge).with("registry", host).with("document", wanted.path);
            fault.with("size", size).with("limit", limit)
        };
        if let Some(size) = wanted.size.filter(|&size| size > limit) {
            return Err(too_large(size.to_string()));
        }
        let accept = if manifest { ACCEPTED.join(", ") } else { "*/*".to_owned() };
        let (fetched, trail) = self.session.fetch(cx, wanted.path, &[("Accept", accept)], |cx, answer, trail| {
            let bytes = match answer.read(limit) {
                Ok(bytes) => bytes,
                Err(e) => {
                    trail.push(answer.evidence(0, ""));
                    let large = e.kind() == std::io::ErrorKind::FileTooLarge;
                    let said = answer.header("content-length").map_or_else(|| format!("> {limit}"), str::to_owned);
                    return Err(if large { too_large(said) } else { self.session.unreachable(&e.to_string()) });
                }
            };
            trail.push(answer.evidence(bytes.len() as u64, &String::from_utf8_lossy(&bytes)));
            let computed = sha256(&bytes);
            let header: Option<Digest> = answer.header("docker-content-digest").and_then(|text| text.parse().ok());
            let header = header.map(|digest| (Promise::Header, digest));
            let promised = wanted.promised.clone().map(|(by, digest)| (by, digest.clone())).or(header.clone());
            let media_type = answer.header("content-type").unwrap_or_default();
            let media_type = media_type.split(';').next().unwrap_or_default().trim().to_owned();
            let content = if wanted.promised.is_some() { wanted.content } else { Content::of(&media_type) };
            let this = Descriptor {
                media_type,
                digest: promised.as_ref().map_or(&computed, |(_, digest)| digest).clone(),
                size: wanted.size.unwrap_or(bytes.len() as u64),
                platform: None,
                annotations: BTreeMap::new(),
            };
            trail.push(hashed(&this, &bytes));
            // First what a descriptor says, then the header: whoever changed the body could change that, too.
            for (by, digest) in promised.into_iter().chain(header) {
                if digest != computed {
                    let fault = digest_mismatch(&digest, &computed, host);
                    return Err(caught(cx, content, &digest, by, fault, trail));
                }
            }
            if bytes.len() as u64 != this.size {
                let fault = size_mismatch(&this.digest, this.size, bytes.len() as u64, host);
                let by = wanted.promised.clone().map_or(Promise::Header, |(by, _)| by);
                return Err(caught(cx, content, &this.digest, by, fault, trail));
            }
            Ok((this, bytes))
        })?;
        let (this, bytes) = fetched;
        Ok(Fetched { this, bytes, trail })
    }

    /// A document that came as promised, and is not what can be used here.
    pub fn unusable(&self, cx: &Cx, unfit: Unfit, trail: &[Evidence]) -> Fault {
        let fault = Fault::from(unfit);
        self.session.failed(cx, &fault, trail.to_vec());
        fault
    }
}

/// Says which promise found out that these are other bytes; the fault knows it from now on, too.
pub fn caught(cx: &Cx, content: Content, digest: &Digest, by: Promise, fault: Fault, trail: &[Evidence]) -> Fault {
    let mut fault = fault.with("what", content.name()).with("by", by.name());
    if let Some(document) = by.document() {
        fault = fault.with("promised-in", document);
    }
    let rejected = Rejected { content, digest: digest.clone(), by, problem: fault.problem.clone() };
    cx.observe(Change::Rejected(rejected), trail.to_vec());
    fault
}

fn hashed(this: &Descriptor, bytes: &[u8]) -> Evidence {
    evidence::hash_of("document", &this.digest, bytes)
}

pub fn digest_mismatch(expected: &Digest, computed: &Digest, registry: &str) -> Fault {
    Fault::failed(Code::DigestMismatch).with("registry", registry).with("expected", expected).with("computed", computed)
}

pub fn size_mismatch(digest: &Digest, expected: u64, received: u64, registry: &str) -> Fault {
    Fault::failed(Code::SizeMismatch)
        .with("registry", registry)
        .with("digest", digest)
        .with("expected", expected)
        .with("received", received)
}
