//! Images on this disk: blobs by digest, unpacked layers by chain id, and the tags that point at them.
//!
//! ```text
//! ROOT/ingest/<hex>.partial ──(size and sha256 right)──▶ ROOT/blobs/sha256/<hex>
//! ROOT/layers/sha256/.<hex>.<n>/ ──(diff id right)─────▶ ROOT/layers/sha256/<hex>/{fs,meta.json,summed.ndjson.zst}
//! ROOT/images.json     image id → manifest, layers, digests it was pulled by;   tag → image id
//! ```
//!
//! Each arrow is one rename(2): what has its final name is whole and verified. Does not know registries.
//!
//! An engine that is killed, a disk that is full or a cable that is pulled leaves nothing else. For a machine that loses its
//! power documents and `images.json` are synced (fdatasync) before they are named. Layers and their blobs are not: of a pull
//! of 8 blobs (the image of `benches/pull.sh`, ext4) the waits for the blobs alone added up to 0.2 to 0.6 s, a tenth of it
//! and more, and a layer has thousands of files. What a machine lost [`Store::check`] finds; repaired, it is fetched again.

mod adopt;
mod announce;
mod blobs;
mod fsck;
mod image;
mod layers;
mod prune;
mod records;
mod remove;
#[cfg(test)]
mod tests;
mod undo;
mod unpacked;

pub use adopt::Adopted;
pub use blobs::Pin;
pub use image::{Image, Removed};
pub(super) use layers::NewLayer;
pub use prune::Pruned;
pub(super) use records::Record;
pub use remove::{InUse, Removal, User};
pub use undo::{StoreInverse, undo};
pub(super) use unpacked::{Ahead, Part, Unpacking};

use super::unpack::Options;
use super::{Cx, Fault, FaultKind, IdRange, Result, evidence, handle, private};
use crate::spec::{Digest, Reference};
use crate::trace::{Code, Evidence, KeptImage};
use parking_lot::{Mutex, MutexGuard};
use records::{Records, TagRecord};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::{fs, io};

/// The images, layers and blobs under an engine's root.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    options: Options,
    state: Mutex<State>,
    /// Numbers directories that are being filled.
    next: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    records: Records,
    /// What pulls under way and containers count on, and how many of them: it must not be deleted.
    pinned: BTreeMap<Digest, usize>,
    /// Blobs that a pull is fetching.
    claimed: BTreeSet<Digest>,
}

impl Store {
    /// Opens the store under `root`, making it when it is not there. What an earlier engine began and did not finish is
    /// removed, but for partial downloads, which go on where they stopped.
    pub fn open(root: &Path, ids: IdRange, rootless: bool) -> Result<Arc<Self>> {
        for dir in ["blobs/sha256", "ingest", "layers/sha256"] {
            let dir = root.join(dir);
            private::dir(&dir).map_err(|e| Fault::io("make", dir.display(), &e))?;
        }
        let records = Records::load(&root.join("images.json"))?;
        let state = Mutex::new(State { records, ..State::default() });
        let options = Options::new(ids, rootless);
        let store = Self { root: root.to_owned(), options, state, next: AtomicU64::new(1) };
        store.sweep()?;
        Ok(Arc::new(store))
    }

    /// How layers are written here.
    pub(super) fn options(&self) -> Options {
        self.options
    }

    /// Every image, newest first.
    pub fn images(&self) -> Vec<Image> {
        let records = self.lock().records.clone();
        let mut images: Vec<_> = records.images.keys().filter_map(|id| self.image(&records, id)).collect();
        images.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| a.id.cmp(&b.id)));
        images
    }

    /// The image of that tag, digest, id, or beginning of an id. An id wins over a tag of the same letters, as with Docker.
    pub fn find(&self, name_or_id: &str) -> Result<Image> {
        let records = self.lock().records.clone();
        let id = find_id(&records, name_or_id)?;
        self.image(&records, &id).ok_or_else(|| no_such_image(name_or_id))
    }

    /// The id of the image of that name. Whether it is whole is not looked at.
    pub fn id(&self, name_or_id: &str) -> Result<Digest> {
        find_id(&self.lock().records, name_or_id)
    }

    /// Which blobs and layers an image is made of.
    pub(super) fn record(&self, id: &Digest) -> Option<Record> {
        self.lock().records.images.get(id).cloned()
    }

    /// Every image, as far as that decides whether it goes, and how it is known.
    pub fn kept_images(&self) -> Result<(Vec<KeptImage>, Evidence)> {
        // What is read is what is known, as long as nobody changes either.
        let state = self.lock();
        let (read, records) = (self.records_read()?, state.records.clone());
        drop(state);
        let kept = |(id, record): (Digest, Record)| KeptImage {
            id,
            parent: record.parent,
            digests: record.repo_digests.into_iter().collect(),
        };
        Ok((records.images.into_iter().map(kept).collect(), read))
    }

    /// The file that holds tags and images.
    pub(super) fn records_path(&self) -> PathBuf {
        self.root.join("images.json")
    }

    /// The same as it is read now. A store without an image has no such file, and that says as much.
    fn records_read(&self) -> Result<Evidence> {
        let path = self.records_path();
        match evidence::read(&path) {
            Ok(read) => Ok(read.evidence()),
            Err(unread) if unread.error.kind() == io::ErrorKind::NotFound => Ok(unread.evidence),
            Err(unread) => Err(Fault::io("read", path.display(), &unread.error)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

fn no_such_image(name: &str) -> Fault {
    Fault::new(FaultKind::NotFound, Code::NoSuchImage).with("image", name)
}

/// As Docker: a whole id, then a name, then the beginning of an id. A name may be made of nothing but hexadecimal digits.
fn find_id(records: &Records, text: &str) -> Result<Digest> {
    let hex = text.strip_prefix("sha256:").unwrap_or(text);
    let digits = !hex.is_empty() && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if let Some(id) = records.images.keys().find(|id| digits && id.hex() == hex) {
        return Ok(id.clone());
    }
    let reference = text.parse::<Reference>();
    if let Some(id) = reference.as_ref().ok().and_then(|reference| named(records, reference)) {
        return Ok(id);
    }
    let mut found = records.images.keys().filter(|id| digits && id.hex().starts_with(hex));
    match (found.next(), found.next()) {
        (Some(_), Some(_)) => Err(Fault::new(FaultKind::BadRequest, Code::ImageIdAmbiguous).with("id", text)),
        (Some(id), None) => Ok(id.clone()),
        (None, _) => Err(reference.map_or_else(Fault::from, |_| no_such_image(text))),
    }
}

fn named(records: &Records, reference: &Reference) -> Option<Digest> {
    match &reference.digest {
        Some(digest) => {
            let wanted = format!("{}@{digest}", reference.name());
            records.images.iter().find(|(_, r)| r.repo_digests.contains(&wanted)).map(|(id, _)| id.clone())
        }
        None => records.tags.get(&reference.to_string()).map(|tag| tag.image.clone()),
    }
}
