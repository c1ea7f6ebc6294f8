//! An archive's files on the disk, hashed, under numbers instead of their names.

use super::layer;
use super::padded::Padded;
use crate::engine::store::Store;
use crate::engine::unpack::{Compression, Limits, decoder};
use crate::engine::{Cancel, Cx, Fault, FaultKind, Result, private};
use crate::spec::Digest;
use crate::trace::{Code, Descriptor, Problem};
use sha2::{Digest as _, Sha256};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use tar::EntryType;

/// The largest document of an image (distribution-spec).
pub const LIMIT: u64 = 4 << 20;
/// All documents of an archive together.
const ALL: u64 = 256 << 20;
/// An image has at most some hundred layers, and an archive few images.
const MOST: usize = 100_000;
/// A chain of links that is longer leads nowhere.
const LINKS: usize = 8;

/// A file of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Where its bytes are.
    pub path: PathBuf,
    /// Their sha256.
    pub digest: Digest,
    /// How many.
    pub size: u64,
}

#[derive(Debug)]
enum SpoolEntry {
    File(Stored),
    /// The name it points at, from the archive's root.
    Link(String),
}

/// All files of an archive. Dropped, they are deleted.
#[derive(Debug)]
pub struct Spool {
    dir: PathBuf,
    entries: BTreeMap<String, SpoolEntry>,
    /// Bytes of the documents that were read so far.
    documents: Cell<u64>,
    /// Layers that had to be decompressed, by the digest that they came with.
    plain: RefCell<BTreeMap<Digest, Stored>>,
    cancel: Cancel,
}

impl Spool {
    /// Reads a whole archive, plain or compressed.
    pub fn read(store: &Store, cx: &Cx, archive: impl Read, tell: &dyn Fn(u64)) -> Result<Self> {
        let dir = store.scratch("load")?;
        let mut spool = Self {
            dir,
            entries: BTreeMap::new(),
            documents: Cell::new(0),
            plain: RefCell::default(),
            cancel: cx.cancel().clone(),
        };
        let bytes = BufReader::with_capacity(128 * 1024, Counted { inner: archive, cx, read: 0, tell });
        let mut tar = decoder(bytes, Limits::default()).map_err(|e| damaged(cx, &e))?;
        if Compression::of(tar.fill_buf().map_err(|e| damaged(cx, &e))?) != Compression::None {
            return Err(damaged(cx, &io::Error::other("packed twice")));
        }
        let end = Cell::new(0);
        let mut tar = tar::Archive::new(Padded::new(tar, &end));
        let mut buffer = vec![0; 128 * 1024];
        for entry in tar.entries().map_err(|e| damaged(cx, &e))? {
            let mut entry = entry.map_err(|e| damaged(cx, &e))?;
            if spool.entries.len() == MOST {
                return Err(refused(Code::ArchiveManyFiles).with("limit", MOST));
            }
            end.set(entry.raw_file_position() + entry.size());
            spool.take(cx, &mut entry, &mut buffer)?;
        }
        // What is behind the end mark belongs to nobody, but a compressed stream ends with its checksum.
        io::copy(&mut tar.into_inner(), &mut io::sink()).map_err(|e| damaged(cx, &e))?;
        Ok(spool)
    }

    fn take(&mut self, cx: &Cx, entry: &mut tar::Entry<'_, impl Read>, buffer: &mut [u8]) -> Result<()> {
        let name = clean(&entry.path_bytes())?;
        let found = match entry.header().entry_type() {
            EntryType::Directory => return Ok(()),
            // The archive itself is a directory already, whatever else it is called: Docker leaves it at that.
            _ if name.is_empty() => return Ok(()),
            EntryType::Regular | EntryType::Continuous => SpoolEntry::File(self.keep(cx, entry, buffer)?),
            EntryType::Symlink => {
                let target = entry.link_name_bytes().unwrap_or_default();
                SpoolEntry::Link(beside(&name, &target)?)
            }
            EntryType::Link => SpoolEntry::Link(clean(&entry.link_name_bytes().unwrap_or_default())?),
            other => return Err(hostile(&name, &format!("an entry of type {:?}", char::from(other.as_byte())))),
        };
        let again = match (self.entries.get(&name), &found) {
            (None, _) => false,
            (Some(SpoolEntry::File(a)), SpoolEntry::File(b)) => a.digest != b.digest || is_document(&name),
            (Some(SpoolEntry::Link(a)), SpoolEntry::Link(b)) => a != b,
            _ => true,
        };
        if again {
            return Err(refused(Code::ArchiveDuplicate).with("name", name));
        }
        self.entries.insert(name, found);
        Ok(())
    }

    fn keep(&self, cx: &Cx, entry: &mut impl Read, buffer: &mut [u8]) -> Result<Stored> {
        let path = self.dir.join(self.entries.len().to_string());
        let failed = |e: io::Error| Fault::io("write", path.display(), &e);
        let mut file = private::file(&path).map_err(failed)?;
        let (mut sha, mut size) = (Sha256::new(), 0);
        loop {
            let n = entry.read(buffer).map_err(|e| damaged(cx, &e))?;
            if n == 0 {
                break;
            }
            sha.update(&buffer[..n]);
            file.write_all(&buffer[..n]).map_err(failed)?;
            size += n as u64;
        }
        Ok(Stored { path, digest: Digest::from_sha256(&sha.finalize().into()), size })
    }

    /// The archive has that file.
    pub fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// A file by its name, links followed inside the archive. `by` is the document that names it.
    pub fn find(&self, name: &str, by: &str) -> Result<&Stored> {
        let outside =
            |found: Fault| Fault { problem: Problem { code: Code::ArchiveNameOutside, ..found.problem }, ..found };
        let mut at = clean(name.as_bytes()).map_err(|hostile| outside(hostile).with("by", by))?;
        for _ in 0..LINKS {
            match self.entries.get(&at) {
                Some(SpoolEntry::File(stored)) => return Ok(stored),
                Some(SpoolEntry::Link(target)) => at.clone_from(target),
                None => break,
            }
        }
        Err(refused(Code::ArchiveMissing).with("name", name).with("by", by))
    }

    /// A file that a document names as a layer, as the image will have it.
    pub fn layer(&self, stored: &Stored) -> Result<(Descriptor, Stored)> {
        if let Some(listed) = layer::listed(&stored.path, &stored.digest, stored.size)? {
            return Ok((listed, stored.clone()));
        }
        let known = self.plain.borrow().get(&stored.digest).cloned();
        let plain = match known {
            Some(plain) => plain,
            None => {
                let path = stored.path.with_extension("plain");
                let expanded = layer::expand(&stored.path, &stored.digest, Some(&path), &self.cancel);
                let (digest, size) = expanded.map_err(|fault| of_layer(fault, &stored.digest))?;
                let plain = Stored { path, digest, size };
                self.plain.borrow_mut().insert(stored.digest.clone(), plain.clone());
                plain
            }
        };
        let listed = layer::listed(&plain.path, &plain.digest, plain.size)?;
        let twice = || of_layer(layer::damaged(&self.cancel, &io::Error::other("packed twice")), &stored.digest);
        Ok((listed.ok_or_else(twice)?, plain))
    }

    /// The bytes of a document.
    pub fn document(&self, name: &str, by: &str) -> Result<(&Stored, Vec<u8>)> {
        let stored = self.find(name, by)?;
        if stored.size > LIMIT {
            let fault = refused(Code::ArchiveDocumentLarge).with("name", name).with("size", stored.size);
            return Err(fault.with("limit", LIMIT));
        }
        // A thousand images may name one document: it is read, parsed and kept for each.
        let all = self.documents.get() + stored.size;
        if all > ALL {
            let fault = refused(Code::ArchiveDocumentLarge).with("name", name).with("size", all);
            return Err(fault.with("limit", ALL));
        }
        self.documents.set(all);
        let bytes = fs::read(&stored.path).map_err(|e| Fault::io("read", stored.path.display(), &e))?;
        Ok((stored, bytes))
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.dir) {
            tracing::warn!(%error, dir = %self.dir.display(), "not removed");
        }
    }
}

/// Documents that all tools look for by name: there is one of each.
fn is_document(name: &str) -> bool {
    matches!(name, "manifest.json" | "index.json" | "oci-layout" | "repositories")
}

/// A name without `.` and `..`, as Docker cleans it: by the text alone. One that leaves the archive is refused.
fn clean(name: &[u8]) -> Result<String> {
    let text = String::from_utf8_lossy(name).into_owned();
    if text.starts_with('/') {
        return Err(hostile(&text, "an absolute name"));
    }
    let mut parts = Vec::new();
    match walk(&mut parts, &text) {
        true => Ok(parts.join("/")),
        false => Err(hostile(&text, "a name that leaves the archive")),
    }
}

/// Goes on from where `at` is. False where that leads out of the archive.
fn walk<'a>(at: &mut Vec<&'a str>, path: &'a str) -> bool {
    path.split('/').filter(|part| !matches!(*part, "" | ".")).all(|part| match part {
        ".." => at.pop().is_some(),
        part => {
            at.push(part);
            true
        }
    })
}

/// Where a symbolic link in the archive points.
fn beside(link: &str, target: &[u8]) -> Result<String> {
    let text = String::from_utf8_lossy(target).into_owned();
    if text.starts_with('/') {
        return Err(hostile(link, "a link to an absolute name"));
    }
    let mut at: Vec<&str> = link.split('/').collect();
    at.pop();
    match walk(&mut at, &text) {
        true => Ok(at.join("/")),
        false => Err(hostile(link, "a link that leaves the archive")),
    }
}

fn refused(code: Code) -> Fault {
    Fault::new(FaultKind::BadRequest, code)
}

fn hostile(name: &str, reason: &str) -> Fault {
    refused(Code::ArchiveHostile).with("name", name).with("reason", reason)
}

fn damaged(cx: &Cx, error: &io::Error) -> Fault {
    layer::damaged(cx.cancel(), error)
}

/// It is one layer that cannot be read: images that do not have it are as good as before.
fn of_layer(fault: Fault, digest: &Digest) -> Fault {
    match fault.problem.code {
        Code::ArchiveDamaged => {
            let problem = Problem { code: Code::LayerDamaged, ..fault.problem };
            Fault { problem, ..fault }.with("digest", digest)
        }
        _ => fault,
    }
}

/// Counts what is read, and ends when the operation was cancelled.
struct Counted<'a, R> {
    inner: R,
    cx: &'a Cx,
    read: u64,
    tell: &'a dyn Fn(u64),
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.cx.cancel().is_cancelled() {
            return Err(io::Error::other("cancelled"));
        }
        let n = self.inner.read(buffer)?;
        self.read += n as u64;
        (self.tell)(self.read);
        Ok(n)
    }
}
