//! Breaks what the built-in registry serves, as a rotten disk does: one bit of the bytes, and nothing of the headers.

use super::Builtin;
use super::shelf::Shelf;
use crate::engine::registry::document::sha256;
use crate::engine::registry::exchange::{exchange, small_text};
use crate::engine::registry::http::{Ask, Http};
use crate::engine::{Cx, Fault, FaultKind, Result, evidence};
use crate::spec::Digest;
use crate::trace::{Change, Code, Content, Damage, Evidence, Plan, Registry, StepKind};
use axum::body::Bytes;
use parking_lot::{Mutex, MutexGuard};
use std::collections::BTreeMap;

/// What is damaged, with the bytes that are served in its place.
#[derive(Debug, Default)]
pub struct Damages(Mutex<BTreeMap<Digest, (Damage, Bytes)>>);

impl Damages {
    /// The bytes to serve for that digest, when they are not the right ones.
    pub fn bytes(&self, digest: &Digest) -> Option<Bytes> {
        self.lock().get(digest).map(|(_, bytes)| bytes.clone())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Digest, (Damage, Bytes)>> {
        self.0.lock()
    }
}

/// Nothing a registry serves here is larger.
pub(super) const LIMIT: u64 = 64 * 1024 * 1024;

impl Builtin {
    /// What is damaged.
    pub fn damaged(&self) -> Vec<Damage> {
        self.damages.lock().values().map(|(damage, _)| damage.clone()).collect()
    }

    /// Flips the lowest bit of the byte at `offset` (of the middle one without) of what is served for that digest; then
    /// asks the registry for it, in order to see that it is so.
    pub fn damage(&self, cx: &Cx, digest: &Digest, offset: Option<u64>) -> Result<Damage> {
        let mut damage = self.plan_damage(digest, offset)?;
        let plan = Plan::new(StepKind::DamageContent, digest).call(format!(
            "{}[{}] ^= {:#04x}",
            self.path(&damage),
            damage.offset,
            1u8 << damage.bit
        ));
        cx.step(plan, |cx| {
            self.be_seen(cx)?;
            // Damaging it again elsewhere: first it is mended, so that one bit is wrong and not two.
            if self.damages.lock().contains_key(digest) {
                self.mend_one(cx, &damage)?;
            }
            let bytes = self.flipped(&mut damage)?;
            self.damages.lock().insert(digest.clone(), (damage.clone(), bytes));
            let (computed, evidence) = self.read_back(cx, &damage)?;
            if computed == *digest {
                return Err(Fault::failed(Code::DamageNotSeen).with("digest", digest));
            }
            cx.observe(Change::RegistryDamaged(damage.clone()), evidence);
            Ok(damage)
        })
    }

    /// Serves the right bytes again: for that digest, or for all that are damaged.
    pub fn mend(&self, cx: &Cx, digest: Option<&Digest>) -> Result<Vec<Damage>> {
        let damaged: Vec<_> = self.damaged().into_iter().filter(|it| digest.is_none_or(|d| *d == it.digest)).collect();
        if let (Some(digest), true) = (digest, damaged.is_empty()) {
            return Err(Fault::new(FaultKind::NotFound, Code::NotDamaged).with("digest", digest));
        }
        for damage in &damaged {
            let plan = Plan::new(StepKind::MendContent, &damage.digest).call(format!(
                "{}[{}] ^= {:#04x}",
                self.path(damage),
                damage.offset,
                1u8 << damage.bit
            ));
            cx.step(plan, |cx| self.mend_one(cx, damage))?;
        }
        Ok(damaged)
    }

    fn mend_one(&self, cx: &Cx, damage: &Damage) -> Result<()> {
        self.damages.lock().remove(&damage.digest);
        let (computed, evidence) = self.read_back(cx, damage)?;
        if computed != damage.digest {
            return Err(Fault::failed(Code::DamageNotMended).with("digest", &damage.digest));
        }
        let (registry, content, digest) = (damage.registry.clone(), damage.content, damage.digest.clone());
        cx.observe(Change::RegistryMended { registry, content, digest }, evidence);
        Ok(())
    }

    fn plan_damage(&self, digest: &Digest, offset: Option<u64>) -> Result<Damage> {
        let stored = self.shelf.blobs.get(digest);
        let unknown = || Fault::new(FaultKind::NotFound, Code::RegistryLacksDigest).with("digest", digest);
        let stored = stored.ok_or_else(unknown)?;
        let size = stored.bytes.len() as u64;
        let offset = offset.unwrap_or(size / 2);
        if offset >= size {
            let fault = Fault::new(FaultKind::BadRequest, Code::OffsetBeyondEnd).with("digest", digest);
            return Err(fault.with("offset", offset).with("size", size));
        }
        let (registry, content) = (self.addr.to_string(), Content::of(&stored.media_type));
        Ok(Damage { registry, content, digest: digest.clone(), offset, bit: 0 })
    }

    fn flipped(&self, damage: &mut Damage) -> Result<Bytes> {
        let lost = || Fault::new(FaultKind::NotFound, Code::RegistryLacksDigest).with("digest", &damage.digest);
        let mut bytes = self.shelf.blobs.get(&damage.digest).ok_or_else(lost)?.bytes.to_vec();
        let at = usize::try_from(damage.offset).ok().and_then(|at| bytes.get_mut(at));
        *at.ok_or_else(lost)? ^= 1 << damage.bit;
        Ok(bytes.into())
    }

    /// `manifests/sha256:…` below a repository that has it.
    fn path(&self, damage: &Damage) -> String {
        let kind = if matches!(damage.content, Content::Index | Content::Manifest) { "manifests" } else { "blobs" };
        format!("/v2/{}/{kind}/{}", repository(&self.shelf), damage.digest)
    }

    /// What the registry really sends now.
    fn read_back(&self, cx: &Cx, damage: &Damage) -> Result<(Digest, Vec<Evidence>)> {
        let ask = Ask::get(format!("http://{}{}", self.addr, self.path(damage)), true);
        exchange(cx, &ask, |_| {
            let gone = |reason: String| {
                Fault::failed(Code::RegistryUnreachable).with("registry", self.addr).with("reason", reason)
            };
            let mut answer = Http::default().send(&ask).map_err(|none| gone(none.reason.clone()))?;
            let bytes = answer.read(LIMIT).map_err(|e| gone(e.to_string()))?;
            let text = if damage.content == Content::Blob { "".into() } else { String::from_utf8_lossy(&bytes) };
            let computed = sha256(&bytes);
            let hash = evidence::hash_of(damage.content.name(), &damage.digest, &bytes);
            Ok((computed, vec![answer.evidence(bytes.len() as u64, &text), hash]))
        })
    }

    /// Somebody may damage it before anything was pulled.
    pub(super) fn be_seen(&self, cx: &Cx) -> Result<()> {
        let host = self.addr.to_string();
        if cx.world().registries.contains_key(&host) {
            return Ok(());
        }
        let ask = Ask::get(format!("http://{host}/v2/"), true);
        exchange(cx, &ask, |cx| {
            let gone =
                |reason: &str| Fault::failed(Code::RegistryUnreachable).with("registry", &host).with("reason", reason);
            let mut answer = Http::default().send(&ask).map_err(|none| gone(&none.reason))?;
            let text = small_text(&mut answer);
            let evidence = vec![answer.evidence(text.len() as u64, &text)];
            let registry = Registry { host: host.clone(), scheme: "http".into(), auth: "none".into(), builtin: true };
            cx.observe(Change::RegistrySeen(registry), evidence);
            Ok(())
        })
    }
}

/// Any repository will do: what the shelf has, it has for all of them.
fn repository(shelf: &Shelf) -> &str {
    shelf.tags.keys().next().map_or("lab", String::as_str)
}
