use super::layer::{damaged, expand, listed};
use super::{NewImage, apply_changes, compose};
use crate::engine::moment::Moment;
use crate::engine::store::{Image, Store};
use crate::engine::{Cx, Fault, FaultKind, Result, Why, evidence, private};
use crate::spec::{Digest, Platform, Reference};
use crate::trace::{Book, Change, Descriptor, Plan, StepKind};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What to make of a tar of files.
#[derive(Debug, Default)]
pub struct Import {
    /// Its name, if it is to have one.
    pub tag: Option<Reference>,
    /// Words for its history.
    pub message: String,
    /// Instructions as in a Dockerfile.
    pub changes: Vec<String>,
    /// What it runs on; this host without.
    pub platform: Option<Platform>,
}

/// Makes an image of one layer of a tar, plain or compressed.
pub fn import(store: &Arc<Store>, cx: &Cx, tar: impl Read, how: &Import) -> Result<Image> {
    let mut config = json!({});
    apply_changes(&mut config, &how.changes)?;
    let scratch = Scratch(store.scratch("import")?);
    let plan = Plan::new(StepKind::ReadArchive, how.subject()).call("read(…) → sha256");
    let Received { layer, path, diff_id } = cx.step(plan, |cx| receive(cx, tar, &scratch.0)).map_err(as_docker)?;
    let image = cx.step(Plan::new(StepKind::WriteDocuments, how.subject()), |cx| {
        let created = Moment::now().rfc3339();
        let platform = how.platform.clone().unwrap_or_else(Platform::host);
        let comment = if how.message.is_empty() { "Imported from -" } else { &how.message };
        let mut document = json!({
            "architecture": platform.architecture, "os": platform.os, "created": created, "comment": how.message,
            "config": config, "rootfs": {"type": "layers", "diff_ids": [diff_id]},
            "history": [{"created": created, "comment": comment}]
        });
        if let Some(variant) = platform.variant {
            document["variant"] = Value::from(variant);
        }
        compose(document.to_string().into_bytes(), vec![layer.clone()])
            .inspect(|image| tell_documents(cx, image))
            .map_err(Into::into)
    })?;
    bring_in(store, cx, &image, Some((&layer, &path)), how.tag.as_slice())
}

impl Import {
    /// What it is called in a trace.
    pub fn subject(&self) -> String {
        self.tag.as_ref().map_or_else(|| "-".to_owned(), Reference::familiar)
    }
}

/// The new documents, told as what they are: the engine's own, which are in no file yet.
pub fn tell_documents(cx: &Cx, image: &NewImage) {
    let written = |of: &Descriptor, bytes: &[u8]| {
        let text = evidence::own(Book::Document, [String::from_utf8_lossy(bytes)]);
        vec![text, evidence::hash_of("document", &of.digest, bytes)]
    };
    let manifest = written(&image.record.manifest, &image.manifest_bytes);
    cx.observe(Change::ManifestRead(image.manifest.clone()), manifest);
    let config = written(&image.record.config, &image.config_bytes);
    cx.observe(Change::ConfigRead(image.config.clone()), config);
}

/// The file of a new layer, if there is one, and the documents above it become the store's, and the image gets its names.
/// When that fails nothing of it stays.
pub fn bring_in(
    store: &Arc<Store>,
    cx: &Cx,
    image: &NewImage,
    layer: Option<(&Descriptor, &Path)>,
    tags: &[Reference],
) -> Result<Image> {
    let record = &image.record;
    let pin = store.pin(record.blobs().chain(&record.chain_ids).cloned().collect());
    let entry = store.bringing(cx, record)?;
    let bring_in = || {
        if let Some((layer, file)) = layer {
            take(store, cx, layer, file)?;
        }
        store.put_blob(&record.manifest.digest, &image.manifest_bytes)?;
        store.put_blob(&record.config.digest, &image.config_bytes)?;
        let parts = store.parts(&record.layers, &image.config.diff_ids, &record.chain_ids);
        let name = tags.first().map_or_else(|| record.config.digest.to_string(), Reference::familiar);
        cx.step(Plan::new(StepKind::UnpackLayers, name), |cx| {
            store.unpack_layers(cx, &parts, BTreeMap::new(), &|_, _| {})
        })?;
        store.adopt(cx, record, tags)
    };
    let result = bring_in();
    drop(pin);
    let image = match result {
        Ok(adopted) => Ok(adopted.image),
        Err(fault) => store.discard(cx, record).and(Err(fault)),
    };
    cx.undone(entry)?;
    image
}

fn take(store: &Arc<Store>, cx: &Cx, layer: &Descriptor, file: &Path) -> Result<()> {
    let to = store.blob_path(&layer.digest);
    let _claim = store.claim(cx, &layer.digest)?;
    let call = format!("rename(…, \"{}\")", to.display());
    cx.step(Plan::new(StepKind::TakeBlob, &layer.digest).call(&call), |cx| {
        let (digest, size) = (layer.digest.clone(), layer.size);
        let hash = evidence::hashed("blob", &digest, &layer.digest, size);
        cx.observe(Change::BlobWanted(layer.clone()), vec![hash.clone()]);
        let there = store.has_blob(&digest, size);
        let reused = there.is_some();
        match there {
            Some(evidence) => cx.not_made(&call, Why::There, vec![evidence]),
            None => store.admit_file(&digest, file)?,
        }
        cx.observe(Change::BlobVerified { digest, size, reused }, vec![hash]);
        Ok(())
    })
}

/// To Docker a tar that cannot be read is a failure of its own, unlike an instruction that makes no sense.
fn as_docker(fault: Fault) -> Fault {
    let kind = if fault.kind == FaultKind::BadRequest { FaultKind::Failed } else { fault.kind };
    Fault { kind, ..fault }
}

/// A layer's file, and the digest of the tar in it.
struct Received {
    layer: Descriptor,
    path: PathBuf,
    diff_id: Digest,
}

/// Keeps the bytes as they come; then hashes what is in them.
fn receive(cx: &Cx, mut tar: impl Read, dir: &Path) -> Result<Received> {
    let path = dir.join("layer");
    let failed = |e: io::Error| Fault::io("write", path.display(), &e);
    let mut file = private::file(&path).map_err(failed)?;
    let (mut sha, mut size, mut buffer) = (Sha256::new(), 0, vec![0; 128 * 1024]);
    loop {
        cx.check()?;
        let n = tar.read(&mut buffer).map_err(|e| damaged(cx.cancel(), &e))?;
        if n == 0 {
            break;
        }
        sha.update(&buffer[..n]);
        file.write_all(&buffer[..n]).map_err(failed)?;
        size += n as u64;
    }
    let digest = Digest::from_sha256(&sha.finalize().into());
    if let Some(layer) = listed(&path, &digest, size)? {
        let (diff_id, _) = expand(&path, &digest, None, cx.cancel())?;
        return Ok(Received { layer, path, diff_id });
    }
    let plain = dir.join("plain");
    let (diff_id, size) = expand(&path, &digest, Some(&plain), cx.cancel())?;
    match listed(&plain, &diff_id, size)? {
        Some(layer) => Ok(Received { layer, path: plain, diff_id }),
        None => Err(damaged(cx.cancel(), &io::Error::other("packed twice"))),
    }
}

/// A directory that goes when it is dropped.
pub struct Scratch(pub PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, dir = %self.0.display(), "not removed");
        }
    }
}
