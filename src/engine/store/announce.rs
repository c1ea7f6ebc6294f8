use super::*;
use crate::engine::documents::{self, Document};
use crate::engine::evidence;
use crate::trace::{Change, Evidence};

impl Store {
    /// Records what is in the store already, so that a new engine's World shows it.
    pub fn announce(&self, cx: &Cx) -> Result<()> {
        let records = self.lock().records.clone();
        let Ok(said) = self.records_read() else { return Ok(()) };
        for (id, record) in &records.images {
            if self.image(&records, id).is_none() {
                tracing::warn!(%id, "an image whose blobs or layers are missing is not shown");
                continue;
            }
            self.announce_documents(cx, record)?;
            for blob in &record.layers {
                if let Some(evidence) = self.has_blob(&blob.digest, blob.size) {
                    cx.observe(Change::BlobWanted(blob.clone()), vec![said.clone()]);
                    let (digest, size) = (blob.digest.clone(), blob.size);
                    cx.observe(Change::BlobVerified { digest, size, reused: true }, vec![evidence]);
                }
            }
            for (layer, evidence) in record.chain_ids.iter().filter_map(|chain| self.layer(chain)) {
                cx.observe(Change::LayerUnpacked(layer), vec![evidence]);
            }
            for (reference, tag) in records.tags.iter().filter(|(_, tag)| tag.image == *id) {
                let change = Change::ImageTagged {
                    reference: reference.clone(),
                    image: id.clone(),
                    manifest: Some(tag.manifest.clone()),
                };
                cx.observe(change, vec![said.clone()]);
            }
        }
        Ok(())
    }

    fn announce_documents(&self, cx: &Cx, record: &Record) -> Result<()> {
        let read = |digest: &Digest| -> Result<(Vec<u8>, Evidence)> {
            let path = self.blob_path(digest);
            let text = evidence::read(&path).map_err(|e| Fault::io("read", path.display(), &e.error))?;
            let evidence = text.evidence();
            Ok((text.into_bytes(), evidence))
        };
        // An index may have been deleted with an image that shared it: it is not needed to run this one.
        let index = record.index.as_ref().and_then(|index| Some((index, read(&index.digest).ok()?)));
        if let Some((descriptor, (bytes, evidence))) = index
            && let Document::Index(index) = documents::document(&bytes, descriptor)?
        {
            let listed = index.manifests.iter().any(|entry| entry.digest == record.manifest.digest);
            cx.observe(Change::IndexRead(index), vec![evidence.clone()]);
            if listed {
                let (index, manifest) = (descriptor.digest.clone(), record.manifest.digest.clone());
                cx.observe(Change::PlatformChosen { index, manifest }, vec![evidence]);
            }
        }
        let (bytes, evidence) = read(&record.manifest.digest)?;
        if let Document::Manifest(manifest) = documents::document(&bytes, &record.manifest)? {
            cx.observe(Change::ManifestRead(manifest), vec![evidence]);
        }
        let (bytes, evidence) = read(&record.config.digest)?;
        cx.observe(Change::ConfigRead(documents::kept(&bytes, &record.config)?.0), vec![evidence]);
        Ok(())
    }
}
