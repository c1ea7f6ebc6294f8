//! Images and tags are written down, each in one replacement of `images.json`.

use super::*;
use crate::engine::conductor::EntryId;
use crate::engine::moment::Moment;
use crate::trace::{Change, Plan, StepKind};

/// An image that was added, or was there.
#[derive(Debug)]
pub struct Adopted {
    /// It, as the store has it now.
    pub image: Image,
    /// Tags that pointed at another image before, and that image.
    pub moved: Vec<(Reference, Digest)>,
}

impl Store {
    /// Adds an image whose blobs and layers are in the store, with these tags: the step `TagImage`.
    pub fn adopt(&self, cx: &Cx, record: &Record, tags: &[Reference]) -> Result<Adopted> {
        let id = record.config.digest.clone();
        let name = tags.first().map_or_else(|| id.to_string(), Reference::to_string);
        let shown = tags.first().map_or_else(|| id.short().to_owned(), Reference::familiar);
        let path = self.records_path();
        let plan = Plan::new(StepKind::TagImage, &name).call(format!("{shown} → {}", path.display()));
        cx.step(plan, |cx| {
            let adopted = self.write(cx, &id, Some(record), tags)?;
            self.tell_tags(cx, &id, tags)?;
            Ok(adopted)
        })
    }

    /// Writes down what will be brought in for an image: an engine that is killed before it is adopted leaves nothing of it. What is
    /// here already, be it of a pull that will go on, is not brought in.
    pub fn bringing(&self, cx: &Cx, record: &Record) -> Result<EntryId> {
        cx.journal("image-bring", &StoreInverse::of(&self.root, record, |_, path| !path.exists()))
    }

    /// Gives an image of the store one more name, as `docker tag` does: the step `TagImage`.
    pub fn name(&self, cx: &Cx, source: &str, reference: &Reference) -> Result<Adopted> {
        let path = self.records_path();
        let plan = Plan::new(StepKind::TagImage, reference)
            .call(format!("{} → {}", reference.familiar(), path.display()))
            .by_hand(format!("docker tag {source} {}", reference.familiar()));
        cx.step(plan, |cx| {
            let id = self.find(source)?.id;
            let tags = std::slice::from_ref(reference);
            let adopted = self.write(cx, &id, None, tags)?;
            self.tell_tags(cx, &id, tags)?;
            Ok(adopted)
        })
    }

    fn write(&self, cx: &Cx, id: &Digest, record: Option<&Record>, tags: &[Reference]) -> Result<Adopted> {
        let mut state = self.lock();
        let mut records = state.records.clone();
        if let Some(record) = record {
            self.merge(&mut records, id, record);
        }
        let known = state.records.images.get(id).cloned();
        let manifest = records.images.get(id).ok_or_else(|| no_such_image(id.as_str()))?.manifest.digest.clone();
        let mut moved = Vec::new();
        for reference in tags {
            let tag = TagRecord { image: id.clone(), manifest: manifest.clone(), since: Some(Moment::now().rfc3339()) };
            match records.tags.insert(reference.to_string(), tag) {
                Some(before) if before.image != *id => moved.push((reference.clone(), before.image)),
                _ => {}
            }
        }
        records.save(&self.records_path())?;
        state.records = records.clone();
        drop(state);
        // Blobs that took the place of others leave those without a user.
        for digest in known.iter().flat_map(Record::blobs) {
            self.drop_blob(cx, digest)?;
        }
        let name = tags.first().map_or_else(|| id.to_string(), Reference::familiar);
        let image = self.image(&records, id).ok_or_else(|| no_such_image(&name))?;
        Ok(Adopted { image, moved })
    }

    /// One more name that the image has in a registry: it was pushed.
    pub fn learn_digest(&self, id: &Digest, repo_digest: String) -> Result<()> {
        let mut state = self.lock();
        let mut records = state.records.clone();
        let record = records.images.get_mut(id).ok_or_else(|| no_such_image(id.as_str()))?;
        if record.repo_digests.insert(repo_digest) {
            records.save(&self.records_path())?;
            state.records = records;
        }
        Ok(())
    }

    /// An image that is known by other blobs: those of a registry win over those of an archive, and what is whole over
    /// what is not.
    fn merge(&self, records: &mut Records, id: &Digest, new: &Record) {
        let whole = |record: &Record| record.layers.iter().all(|blob| self.has_blob(&blob.digest, blob.size).is_some());
        let Some(known) = records.images.get_mut(id) else {
            records.images.insert(id.clone(), new.clone());
            return;
        };
        if whole(new) && (!new.repo_digests.is_empty() || !whole(known)) {
            let before = std::mem::replace(known, new.clone());
            known.repo_digests.extend(before.repo_digests);
            known.index = known.index.take().or(before.index);
            known.parent = known.parent.take().or(before.parent);
        } else {
            known.repo_digests.extend(new.repo_digests.iter().cloned());
            known.index = known.index.take().or_else(|| new.index.clone());
            known.parent = known.parent.take().or_else(|| new.parent.clone());
        }
        let manifest = known.manifest.digest.clone();
        let tags = records.tags.values_mut().filter(|tag| tag.image == *id);
        tags.for_each(|tag| tag.manifest = manifest.clone());
    }

    fn tell_tags(&self, cx: &Cx, id: &Digest, tags: &[Reference]) -> Result<()> {
        let manifest = self.record(id).ok_or_else(|| no_such_image(id.as_str()))?.manifest.digest;
        let written = self.records_read()?;
        for reference in tags {
            let (reference, image, manifest) = (reference.to_string(), id.clone(), Some(manifest.clone()));
            let change = Change::ImageTagged { reference, image, manifest };
            cx.observe(change, vec![written.clone()]);
        }
        Ok(())
    }
}
