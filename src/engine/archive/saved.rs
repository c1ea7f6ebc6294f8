//! An archive that is written: a layout of OCI, with the lists of Docker beside it.
//!
//! A layer is its blob, as registries have it: Docker, podman and skopeo decompress gzip themselves. zstd Docker reads only
//! since 23, and Docker itself saves no layer packed: such a layer is the tar that is in it, and the manifest lists that.

use super::compose::compose;
use super::layer::expand;
use crate::engine::store::{Record, Store};
use crate::engine::unpack::{Compression, Limits, decoder};
use crate::engine::{Cx, Fault, Result};
use crate::spec::{Digest, Reference};
use crate::trace::{Code, Descriptor};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};

/// An image as it stands in an archive.
pub struct Saved<'a> {
    /// What its documents and layers are called there.
    record: Record,
    tags: &'a [Reference],
    files: BTreeMap<Digest, Source>,
}

/// Where a file of the archive comes from.
enum Source {
    /// A blob of the store, of that size.
    Blob(u64),
    /// What is in that blob, of that size.
    Inside(Digest, u64),
    /// A document that was made for it.
    Document(Vec<u8>),
}

impl<'a> Saved<'a> {
    /// Finds out what has to be decompressed, and to how much: a tar says the size of a file before the file.
    pub fn of(store: &Store, cx: &Cx, record: &Record, tags: &'a [Reference]) -> Result<Self> {
        let mut files = BTreeMap::from([(record.config.digest.clone(), Source::Blob(record.config.size))]);
        let mut layers = Vec::new();
        for layer in &record.layers {
            let path = store.blob_path(&layer.digest);
            if matches!(Compression::of_file(&path)?, Compression::None | Compression::Gzip) {
                files.insert(layer.digest.clone(), Source::Blob(layer.size));
                layers.push(layer.clone());
                continue;
            }
            let (digest, size) = expand(&path, &layer.digest, None, cx.cancel())?;
            files.insert(digest.clone(), Source::Inside(layer.digest.clone(), size));
            let media_type = Compression::None.media_type().unwrap_or_default().to_owned();
            layers.push(Descriptor { media_type, digest, size, platform: None, annotations: BTreeMap::new() });
        }
        if layers == record.layers {
            files.insert(record.manifest.digest.clone(), Source::Blob(record.manifest.size));
            return Ok(Self { record: record.clone(), tags, files });
        }
        let path = store.blob_path(&record.config.digest);
        let config = fs::read(&path).map_err(|e| Fault::io("read", path.display(), &e))?;
        let image = compose(config, layers)?;
        files.insert(image.record.manifest.digest.clone(), Source::Document(image.manifest_bytes));
        Ok(Self { record: image.record, tags, files })
    }
}

/// Writes all files of the archive.
pub fn fill(store: &Store, cx: &Cx, tar: &mut tar::Builder<impl Write>, images: &[Saved<'_>]) -> Result<()> {
    for dir in ["blobs/", "blobs/sha256/"] {
        let mut header = header(0, 0o755);
        header.set_entry_type(tar::EntryType::Directory);
        tar.append_data(&mut header, dir, io::empty()).map_err(|e| unwritten(cx, &e))?;
    }
    // In the order of their names: the same images are the same archive, byte by byte.
    let files: BTreeMap<_, _> = images.iter().flat_map(|image| &image.files).collect();
    for (digest, source) in files {
        let name = format!("blobs/sha256/{}", digest.hex());
        let (blob, size) = match source {
            Source::Document(bytes) => {
                let mut header = header(bytes.len() as u64, 0o644);
                tar.append_data(&mut header, name, bytes.as_slice()).map_err(|e| unwritten(cx, &e))?;
                continue;
            }
            Source::Blob(size) => (digest, *size),
            Source::Inside(blob, size) => (blob, *size),
        };
        let path = store.blob_path(blob);
        let failed = |e: io::Error| Fault::io("read", path.display(), &e);
        let file = BufReader::with_capacity(128 * 1024, File::open(&path).map_err(failed)?);
        let inner: Box<dyn Read> = match source {
            Source::Inside(..) => Box::new(decoder(file, Limits::default()).map_err(failed)?),
            _ => Box::new(file),
        };
        let mut hashed = Hashed { inner, sha: Sha256::new(), cx };
        let mut header = header(size, 0o644);
        tar.append_data(&mut header, name, (&mut hashed).take(size)).map_err(|e| unwritten(cx, &e))?;
        let computed = Digest::from_sha256(&hashed.sha.finalize().into());
        if computed != *digest {
            return Err(Fault::failed(Code::StoreBlobDamaged).with("digest", blob).with("computed", computed));
        }
    }
    for (name, document) in [
        ("index.json", index(images)),
        ("manifest.json", manifest(images)),
        ("oci-layout", json!({"imageLayoutVersion": "1.0.0"})),
        ("repositories", repositories(images)),
    ] {
        let bytes = document.to_string();
        let mut header = header(bytes.len() as u64, 0o644);
        tar.append_data(&mut header, name, bytes.as_bytes()).map_err(|e| unwritten(cx, &e))?;
    }
    Ok(())
}

/// OCI's list: an entry a name, as Docker writes it.
fn index(images: &[Saved<'_>]) -> Value {
    let mut manifests = Vec::new();
    for Saved { record, tags, .. } in images {
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

/// Docker's list.
fn manifest(images: &[Saved<'_>]) -> Value {
    let path = |blob: &Descriptor| format!("blobs/sha256/{}", blob.digest.hex());
    let image = |Saved { record, tags, .. }: &Saved<'_>| {
        let names: Vec<_> = tags.iter().map(Reference::familiar).collect();
        json!({
            "Config": path(&record.config), "RepoTags": if names.is_empty() { Value::Null } else { json!(names) },
            "Layers": record.layers.iter().map(path).collect::<Vec<_>>()
        })
    };
    images.iter().map(image).collect()
}

/// What readers before Docker 1.10 looked for, and some still do.
fn repositories(images: &[Saved<'_>]) -> Value {
    let mut all = Map::new();
    for Saved { record, tags, .. } in images {
        let Some(top) = record.layers.last() else { continue };
        for tag in *tags {
            let of = all.entry(tag.familiar_name()).or_insert_with(|| json!({}));
            of[tag.tag.clone().unwrap_or_default()] = top.digest.hex().into();
        }
    }
    all.into()
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

/// The archive cannot be written, or was not to be any more.
pub fn unwritten(cx: &Cx, error: &io::Error) -> Fault {
    cx.check().err().unwrap_or_else(|| Fault::io("write", "the archive", error))
}

/// Hashes what goes through, and ends when the operation was cancelled.
struct Hashed<'a, R> {
    inner: R,
    sha: Sha256,
    cx: &'a Cx,
}

impl<R: Read> Read for Hashed<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.cx.cancel().is_cancelled() {
            return Err(io::Error::other("cancelled"));
        }
        let n = self.inner.read(buffer)?;
        self.sha.update(&buffer[..n]);
        Ok(n)
    }
}
