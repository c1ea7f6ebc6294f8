use crate::engine::store::{Pin, Record, Store};
use crate::engine::{Cx, Fault, FaultKind, Result};
use crate::spec::{Digest, Platform, Reference};
use crate::trace::{Code, Descriptor, Plan, StepKind};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read, Write};
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
            self.fill(cx, &mut tar)?;
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

    fn fill(&self, cx: &Cx, tar: &mut tar::Builder<impl Write>) -> Result<()> {
        for dir in ["blobs/", "blobs/sha256/"] {
            let mut header = header(0, 0o755);
            header.set_entry_type(tar::EntryType::Directory);
            tar.append_data(&mut header, dir, io::empty()).map_err(|e| unwritten(cx, &e))?;
        }
        // In the order of their names: the same images are the same archive, byte by byte.
        let mut blobs: BTreeMap<&Digest, u64> = BTreeMap::new();
        for (record, _) in &self.images {
            let documents = [&record.config, &record.manifest];
            blobs.extend(documents.into_iter().chain(&record.layers).map(|blob| (&blob.digest, blob.size)));
        }
        for (digest, size) in blobs {
            self.blob(cx, tar, digest, size)?;
        }
        for (name, document) in [
            ("index.json", self.index()),
            ("manifest.json", self.manifest()),
            ("oci-layout", json!({"imageLayoutVersion": "1.0.0"})),
            ("repositories", self.repositories()),
        ] {
            let bytes = document.to_string();
            let mut header = header(bytes.len() as u64, 0o644);
            tar.append_data(&mut header, name, bytes.as_bytes()).map_err(|e| unwritten(cx, &e))?;
        }
        Ok(())
    }

    fn blob(&self, cx: &Cx, tar: &mut tar::Builder<impl Write>, digest: &Digest, size: u64) -> Result<()> {
        let path = self.store.blob_path(digest);
        let file = File::open(&path).map_err(|e| Fault::io("read", path.display(), &e))?;
        let mut hashed = Hashed { inner: file, sha: Sha256::new(), cx };
        let mut header = header(size, 0o644);
        let name = format!("blobs/sha256/{}", digest.hex());
        tar.append_data(&mut header, name, (&mut hashed).take(size)).map_err(|e| unwritten(cx, &e))?;
        let computed = Digest::from_sha256(&hashed.sha.finalize().into());
        if computed != *digest {
            return Err(Fault::failed(Code::StoreBlobDamaged).with("digest", digest).with("computed", computed));
        }
        Ok(())
    }

    /// OCI's list: an entry a name, as Docker writes it.
    fn index(&self) -> Value {
        let mut manifests = Vec::new();
        for (record, tags) in &self.images {
            let entry = |tag: Option<&Reference>| {
                let mut entry = listed(&record.manifest);
                if let Some(tag) = tag {
                    entry["annotations"] = json!({
                        "io.containerd.image.name": tag.to_string(),
                        "org.opencontainers.image.ref.name": tag.tag
                    });
                }
                entry
            };
            if tags.is_empty() {
                manifests.push(entry(None));
            }
            manifests.extend(tags.iter().map(|tag| entry(Some(tag))));
        }
        json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": manifests
        })
    }

    /// Docker's list. The layers are the blobs as they are: Docker, podman and skopeo decompress what is compressed.
    fn manifest(&self) -> Value {
        let path = |blob: &Descriptor| format!("blobs/sha256/{}", blob.digest.hex());
        let image = |(record, tags): &(Record, Vec<Reference>)| {
            let names: Vec<_> = tags.iter().map(Reference::familiar).collect();
            json!({
                "Config": path(&record.config), "RepoTags": if names.is_empty() { Value::Null } else { json!(names) },
                "Layers": record.layers.iter().map(path).collect::<Vec<_>>()
            })
        };
        self.images.iter().map(image).collect()
    }

    /// What readers before Docker 1.10 looked for, and some still do.
    fn repositories(&self) -> Value {
        let mut all = Map::new();
        for (record, tags) in &self.images {
            let Some(top) = record.layers.last() else { continue };
            for tag in tags {
                let of = all.entry(tag.familiar_name()).or_insert_with(|| json!({}));
                of[tag.tag.clone().unwrap_or_default()] = top.digest.hex().into();
            }
        }
        all.into()
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

fn listed(of: &Descriptor) -> Value {
    json!({"mediaType": of.media_type, "digest": of.digest, "size": of.size})
}

fn header(size: u64, mode: u32) -> tar::Header {
    let mut header = tar::Header::new_ustar();
    header.set_size(size);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header
}

fn unwritten(cx: &Cx, error: &io::Error) -> Fault {
    cx.check().err().unwrap_or_else(|| Fault::io("write", "the archive", error))
}

/// Hashes what goes through, and ends when the operation was cancelled.
struct Hashed<'a> {
    inner: File,
    sha: Sha256,
    cx: &'a Cx,
}

impl Read for Hashed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.cx.cancel().is_cancelled() {
            return Err(io::Error::other("cancelled"));
        }
        let n = self.inner.read(buffer)?;
        self.sha.update(&buffer[..n]);
        Ok(n)
    }
}
