use super::compose::NewImage;
use super::found::{Found, Listed};
use super::spool::{Spool, Stored};
use super::{Told, docker, oci};
use crate::engine::store::{Image, Record, Store, Unpacking};
use crate::engine::{Cx, Fault, FaultKind, Result, Why, evidence};
use crate::spec::{Digest, Platform, Reference};
use crate::trace::{Book, Change, Code, Descriptor, Evidence, Plan, StepKind};
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

/// An image that was loaded.
#[derive(Debug)]
pub struct Loaded {
    /// It, as the store has it now.
    pub image: Image,
    /// The names it was given.
    pub tags: Vec<Reference>,
}

/// Loads every image of an archive, which may hold none. When it fails nothing of the image at hand stays; images before it are
/// there. A name that is none is a failure, too, and the image stays.
pub fn load(
    store: &Arc<Store>,
    cx: &Cx,
    archive: impl Read,
    platform: Option<&Platform>,
    tell: &dyn Fn(Told),
) -> Result<Vec<Loaded>> {
    let plan = Plan::new(StepKind::ReadArchive, "archive").call("read(…) → sha256").by_hand("tar -tf archive.tar");
    let (spool, listed) = cx.step(plan, |cx| {
        let spool = Spool::read(store, cx, archive, &|read| tell(Told::Read(read)))?;
        let listed = images(&spool, platform)?;
        Ok((spool, listed))
    })?;
    let Listed { found, then } = listed;
    let loaded = found.into_iter().map(|found| one(store, cx, found, tell)).collect::<Result<_>>();
    drop(spool);
    loaded.and_then(|loaded| then.map_or(Ok(loaded), Err))
}

fn images(spool: &Spool, platform: Option<&Platform>) -> Result<Listed> {
    let (layout, list) = (spool.has(oci::LAYOUT) && spool.has(oci::INDEX), spool.has(docker::MANIFEST));
    let of_layout = || if layout { oci::images(spool, platform) } else { Ok(Listed::default()) };
    let listed = match platform {
        // Which platforms there are is known to the layout alone.
        Some(_) if layout => match of_layout() {
            Ok(listed) if list && listed.found.is_empty() => docker::images(spool)?,
            Err(fault) if list && fault.kind == FaultKind::BadRequest => {
                docker::images(spool).map_err(|_as_bad| fault)?
            }
            of_layout => of_layout?,
        },
        _ if list => match docker::images(spool)? {
            // It says nothing: there is nothing that the layout could contradict.
            listed if listed.found.is_empty() => of_layout()?,
            listed => with_manifests(listed, of_layout().unwrap_or_default()),
        },
        _ => of_layout()?,
    };
    let of_linux = |one: &Found| {
        if one.image.config.platform.os == "linux" {
            return Ok(());
        }
        let name = one.tags.first().map_or_else(|| one.image.record.config.digest.to_string(), Reference::familiar);
        let fault = Fault::new(FaultKind::NotFound, Code::ArchivePlatform).with("image", name);
        let wanted = platform.cloned().unwrap_or_else(Platform::host);
        Err(fault.with("wanted", wanted).with("available", &one.image.config.platform))
    };
    // A list of none is one: Docker loads nothing, and that is well.
    if list || !listed.found.is_empty() {
        return listed.checked(of_linux);
    }
    let refused = |code| Fault::new(FaultKind::BadRequest, code);
    Err(match () {
        () if layout => oci::nothing(spool, platform)?,
        () if spool.has("repositories") => refused(Code::ArchiveTooOld),
        () => refused(Code::ArchiveNoImages),
    })
}

/// Docker goes by its own list. Of an image that the layout has of the very same files it is known, beside that, which manifest a
/// registry has of it.
fn with_manifests(listed: Listed, of_layout: Listed) -> Listed {
    let mut of_layout: Vec<_> = of_layout.found.into_iter().map(Some).collect();
    let same = |a: &Found, b: &Found| {
        let files = |of: &Found| of.image.record.layers.iter().map(|layer| layer.digest.clone()).collect::<Vec<_>>();
        a.image.record.config.digest == b.image.record.config.digest && files(a) == files(b)
    };
    let one = |listed: Found| {
        let known = of_layout.iter_mut().find(|known| known.as_ref().is_some_and(|known| same(known, &listed)));
        match known.and_then(Option::take) {
            Some(known) => Found { tags: listed.tags, misnamed: listed.misnamed, ..known },
            None => listed,
        }
    };
    let Listed { found, then } = listed;
    Listed { found: found.into_iter().map(one).collect(), then }
}

fn one(store: &Arc<Store>, cx: &Cx, found: Found, tell: &dyn Fn(Told)) -> Result<Loaded> {
    let record = found.image.record.clone();
    let pin = store.pin(record.blobs().chain(&record.chain_ids).cloned().collect());
    let entry = store.bringing(cx, &record)?;
    let result = bring_in(store, cx, &found, tell);
    drop(pin);
    let loaded = loaded(store, cx, found, &record, result, tell);
    cx.undone(entry)?;
    loaded
}

/// What came of it is told; of what did not come to be nothing stays.
fn loaded(
    store: &Arc<Store>,
    cx: &Cx,
    found: Found,
    record: &Record,
    result: Result<Adopted>,
    tell: &dyn Fn(Told),
) -> Result<Loaded> {
    match result {
        Ok((image, moved)) => {
            for (reference, before) in moved {
                let before = before.hex();
                let name = reference.familiar();
                tell(Told::Line(format!(
                    "The image {name} already exists, renaming the old one with ID {before} to empty string"
                )));
            }
            // An image that was here keeps the blobs it was pulled with: these are then of no use.
            record.blobs().try_for_each(|digest| store.drop_blob(cx, digest).map(drop))?;
            for tag in &found.tags {
                tell(Told::Line(format!("Loaded image: {}", tag.familiar())));
            }
            if let Some(fault) = found.misnamed {
                return Err(fault);
            }
            if found.tags.is_empty() {
                tell(Told::Line(format!("Loaded image ID: {}", image.id)));
            }
            tell(Told::Image(image.id.clone()));
            Ok(Loaded { image, tags: found.tags })
        }
        Err(fault) => {
            store.discard(cx, record)?;
            Err(fault)
        }
    }
}

type Adopted = (Image, Vec<(Reference, Digest)>);

fn bring_in(store: &Arc<Store>, cx: &Cx, found: &Found, tell: &dyn Fn(Told)) -> Result<Adopted> {
    let NewImage { config, config_bytes, manifest, manifest_bytes, record } = &found.image;
    let listed = evidence::own(Book::Archive, [&found.listed_in, &found.document]);
    let hashed = |of: &Descriptor, bytes: &[u8]| evidence::hash_of("document", &of.digest, bytes);
    if let (Some((index, bytes)), Some(this)) = (&found.index, &record.index) {
        store.put_blob(&this.digest, bytes)?;
        let said = evidence::file(&store.blob_path(&this.digest));
        cx.observe(Change::IndexRead(index.clone()), vec![said.clone(), hashed(this, bytes)]);
        let (index, manifest) = (this.digest.clone(), record.manifest.digest.clone());
        cx.observe(Change::PlatformChosen { index, manifest }, vec![said]);
    }
    store.put_blob(&record.manifest.digest, manifest_bytes)?;
    cx.observe(Change::ManifestRead(manifest.clone()), vec![listed.clone(), hashed(&record.manifest, manifest_bytes)]);
    store.put_blob(&record.config.digest, config_bytes)?;
    let said = evidence::file(&store.blob_path(&record.config.digest));
    cx.observe(Change::ConfigRead(config.clone()), vec![said, hashed(&record.config, config_bytes)]);
    for layer in &record.layers {
        take(store, cx, layer, found.blobs.get(&layer.digest), &listed)?;
    }
    let parts = store.parts(&record.layers, &config.diff_ids, &record.chain_ids);
    let name = found.tags.first().map_or_else(|| record.config.digest.to_string(), Reference::familiar);
    cx.step(Plan::new(StepKind::UnpackLayers, name), |cx| {
        store.unpack_layers(cx, &parts, BTreeMap::new(), &|part, how| {
            let current = match how {
                Unpacking::At(bytes) => bytes,
                Unpacking::Done => part.blob.size,
            };
            tell(Told::Layer { id: part.diff_id.short().to_owned(), current, total: part.blob.size });
        })
    })?;
    let adopted = store.adopt(cx, record, &found.tags)?;
    Ok((adopted.image, adopted.moved))
}

/// One file of the archive becomes a blob: the step `TakeBlob`.
fn take(store: &Arc<Store>, cx: &Cx, layer: &Descriptor, file: Option<&Stored>, listed: &Evidence) -> Result<()> {
    let to = store.blob_path(&layer.digest);
    let _claim = store.claim(cx, &layer.digest)?;
    let call = format!("rename(…, \"{}\")", to.display());
    cx.step(Plan::new(StepKind::TakeBlob, &layer.digest).call(&call), |cx| {
        cx.observe(Change::BlobWanted(layer.clone()), vec![listed.clone()]);
        let (digest, size) = (layer.digest.clone(), layer.size);
        if let Some(evidence) = store.has_blob(&digest, size) {
            cx.not_made(&call, Why::There, vec![evidence.clone()]);
            cx.observe(Change::BlobVerified { digest, size, reused: true }, vec![evidence]);
            return Ok(());
        }
        let file =
            file.ok_or_else(|| Fault::failed(Code::ArchiveMissing).with("name", &digest).with("by", "manifest"))?;
        store.admit_file(&digest, &file.path)?;
        let hash = evidence::hashed("blob", &digest, &file.digest, file.size);
        cx.observe(Change::BlobVerified { digest, size, reused: false }, vec![hash]);
        Ok(())
    })
}
