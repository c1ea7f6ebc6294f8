//! Moves a tag of what the built-in registry serves, as somebody's push of a new version does: the name stays, and points at
//! something else. Nothing that has a digest changes.

use super::Builtin;
use super::damage::LIMIT;
use crate::engine::registry::document::sha256;
use crate::engine::registry::exchange::exchange;
use crate::engine::registry::http::{Ask, Http};
use crate::engine::{Cx, Fault, FaultKind, Result, evidence};
use crate::spec::{Digest, Reference};
use crate::trace::{Change, Code, Descriptor, Plan, StepKind};
use parking_lot::Mutex;
use std::collections::BTreeMap;

/// Where tags point that were moved, by repository and tag.
#[derive(Debug, Default)]
pub struct Moved(Mutex<BTreeMap<(String, String), Digest>>);

impl Moved {
    /// Where that tag points, when it was moved.
    pub fn target(&self, repository: &str, tag: &str) -> Option<Digest> {
        self.0.lock().get(&(repository.to_owned(), tag.to_owned())).cloned()
    }
}

impl Builtin {
    /// Lets `tag` point at what `to`, a tag of the same repository, points at; then asks the registry for it, in order to see that
    /// it is so. Returns the digest.
    pub fn move_tag(&self, cx: &Cx, tag: &Reference, to: &Reference) -> Result<Digest> {
        // Either must be there: no name is made.
        self.points_at(tag)?;
        let wanted = self.points_at(to).and_then(|digest| match tag.repository == to.repository {
            true => Ok(digest),
            false => Err(self.unknown(to)),
        })?;
        let path = format!("/v2/{}/manifests/{}", tag.repository, tag.manifest_key());
        let plan = Plan::new(StepKind::MoveTag, tag.familiar()).call(format!("{path} → {wanted}"));
        cx.step(plan, |cx| {
            self.be_seen(cx)?;
            let key = (tag.repository.clone(), tag.manifest_key());
            self.moved.0.lock().insert(key, wanted.clone());
            let ask = Ask::get(format!("http://{}{path}", self.addr), true);
            exchange(cx, &ask, |cx| {
                let gone = |reason: String| {
                    Fault::failed(Code::RegistryUnreachable).with("registry", self.addr).with("reason", reason)
                };
                let mut answer = Http::default().send(&ask).map_err(|none| gone(none.reason.clone()))?;
                let bytes = answer.read(LIMIT).map_err(|e| gone(e.to_string()))?;
                let media_type = answer.header("content-type").unwrap_or_default().to_owned();
                let (digest, size) = (sha256(&bytes), bytes.len() as u64);
                let target = Descriptor {
                    media_type,
                    digest: digest.clone(),
                    size,
                    platform: None,
                    annotations: BTreeMap::new(),
                };
                let hash = evidence::hash_of("index", &wanted, &bytes);
                let evidence = vec![answer.evidence(size, &String::from_utf8_lossy(&bytes)), hash];
                let (reference, registry) = (tag.to_string(), self.addr.to_string());
                cx.observe(Change::TagResolved { reference, registry, target }, evidence);
                Ok(digest)
            })
        })
    }

    fn points_at(&self, tag: &Reference) -> Result<Digest> {
        let key = tag.manifest_key();
        let moved = self.moved.target(&tag.repository, &key);
        let tags = self.shelf.tags.get(&tag.repository);
        moved.or_else(|| tags?.get(&key).cloned()).ok_or_else(|| self.unknown(tag))
    }

    fn unknown(&self, tag: &Reference) -> Fault {
        let fault = Fault::new(FaultKind::NotFound, Code::ImageNotFound).with("registry", self.addr);
        fault.with("image", tag.familiar())
    }
}
