use super::saved::{Saved, fill, unwritten};
use crate::engine::store::{Pin, Record, Store};
use crate::engine::{Cx, Fault, FaultKind, Result};
use crate::spec::{Digest, Platform, Reference};
use crate::trace::{Code, Plan, StepKind};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Arc;

/// Images that are going to be written as one archive. Their blobs stay until it is dropped.
#[derive(Debug)]
pub struct Save {
    store: Arc<Store>,
    images: Vec<(Record, Vec<Reference>)>,
    _pin: Pin,
}

impl Save {
    /// What these names mean: a tag, an id, or all tags of a repository. Fails when something of an image is not there.
    pub fn new(store: &Arc<Store>, names: &[String], platform: Option<&Platform>) -> Result<Self> {
        let mut images: BTreeMap<Digest, BTreeSet<Reference>> = BTreeMap::new();
        let mut order = Vec::new();
        for name in names {
            for (id, tag) in meant(store, name)? {
                let image = store.find(id.as_str())?;
                if let Some(wanted) = platform.filter(|wanted| !wanted.runs(&image.config.platform)) {
                    let fault = Fault::new(FaultKind::NotFound, Code::NoSuchImageForPlatform);
                    return Err(fault.with("image", name).with("platform", wanted));
                }
                if !order.contains(&id) {
                    order.push(id.clone());
                }
                images.entry(id).or_default().extend(tag);
            }
        }
        if order.is_empty() {
            return Err(Fault::new(FaultKind::BadRequest, Code::NothingToSave));
        }
        let missing = |id: &Digest| Fault::new(FaultKind::NotFound, Code::NoSuchImage).with("image", id);
        let records: Vec<(Record, Vec<Reference>)> = order
            .iter()
            .map(|id| {
                let tags = images.remove(id).unwrap_or_default();
                store.record(id).map(|record| (record, tags.into_iter().collect())).ok_or_else(|| missing(id))
            })
            .collect::<Result<_>>()?;
        let pin = store.pin(records.iter().flat_map(|(record, _)| record.blobs()).cloned().collect());
        for (record, _) in &records {
            let documents = [&record.config, &record.manifest];
            for blob in documents.into_iter().chain(&record.layers) {
                if store.has_blob(&blob.digest, blob.size).is_none() {
                    return Err(Fault::failed(Code::StoreBlobMissing).with("digest", &blob.digest));
                }
            }
        }
        Ok(Self { store: Arc::clone(store), images: records, _pin: pin })
    }

    /// Writes the archive: the step `WriteArchive`. Every blob is hashed again on its way out.
    pub fn write(&self, cx: &Cx, out: impl Write) -> Result<()> {
        let plan = Plan::new(StepKind::WriteArchive, self.subject());
        cx.step(plan.by_hand(format!("docker save {}", self.subject())), |cx| {
            let mut tar = tar::Builder::new(out);
            let images = self.images.iter().map(|(record, tags)| Saved::of(&self.store, cx, record, tags));
            fill(&self.store, cx, &mut tar, &images.collect::<Result<Vec<_>>>()?)?;
            tar.finish().map_err(|e| unwritten(cx, &e))
        })
    }

    /// What it is called in a trace.
    pub fn subject(&self) -> String {
        let name = |(record, tags): &(Record, Vec<Reference>)| {
            tags.first().map_or_else(|| record.config.digest.short().to_owned(), Reference::familiar)
        };
        self.images.iter().map(name).collect::<Vec<_>>().join(" ")
    }
}

/// What a name stands for: images, each with the tag that was meant.
fn meant(store: &Store, name: &str) -> Result<Vec<(Digest, Option<Reference>)>> {
    if let Ok(reference) = name.parse::<Reference>()
        && reference.digest.is_none()
    {
        let last = name.rsplit('/').next().unwrap_or(name);
        let whole = last.contains(':');
        let fits = |tag: &Reference| if whole { *tag == reference } else { tag.name() == reference.name() };
        let images = store.images();
        let named = images.iter().flat_map(|image| image.tags.iter().map(move |tag| (image, tag)));
        let found: Vec<_> = named.filter(|(_, tag)| fits(tag)).map(|(i, t)| (i.id.clone(), Some(t.clone()))).collect();
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(vec![(store.find(name)?.id, None)])
}
