//! Reads unpacked layers: what they say, and what is in their files.
//!
//! ```text
//! entries   layers/<chain>/summed.ndjson.zst, as the tar said it ─┐ else the tar itself ─┐ else the directory, walked
//! content   layers/<chain>/fs, opened by handle: no link leads out of it
//! ```
//!
//! Does not change anything. Does not know what layers are stacked on which: that is `tree`'s.

mod content;
#[cfg(test)]
mod tests;
mod walk;

pub use content::{Content, open};
pub use walk::walk;

use super::store::Store;
use super::unpack::{self, ListReader};
use super::{Fault, FaultKind, Result};
use crate::spec::Digest;
use crate::trace::Code;
use crate::tree::LayerEntry;
use std::fs::File;
use std::io::{BufReader, ErrorKind};
use std::path::{Path, PathBuf};

/// Where the entries of a layer come from.
pub enum Source {
    /// The list that was kept when it was unpacked.
    Kept(ListReader),
    /// Its blob, which is there, with the list lost or never made.
    Blob(PathBuf, File),
    /// Its directory: owners may be squashed, devices left out.
    Directory(PathBuf),
}

/// Finds the best source of a layer's entries.
pub fn source(store: &Store, chain_id: &Digest) -> Result<Source> {
    let (layer, _) = store
        .layer(chain_id)
        .ok_or_else(|| Fault::new(FaultKind::NotFound, Code::NoSuchLayer).with("chain", chain_id))?;
    if let Some(list) = store.layer_entries(chain_id)? {
        return Ok(Source::Kept(list));
    }
    if let Some(path) = layer.blob.map(|digest| store.blob_path(&digest)) {
        match File::open(&path) {
            Ok(file) => return Ok(Source::Blob(path, file)),
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) => return Err(Fault::io("read", path.display(), &e)),
        }
    }
    Ok(Source::Directory(store.layer_fs(chain_id)))
}

impl Source {
    /// Gives every entry to `note`, in order.
    pub fn read(self, note: &mut dyn FnMut(LayerEntry) -> Result<()>) -> Result<()> {
        match self {
            Self::Kept(mut list) => list.try_for_each(|entry| note(entry?)),
            Self::Blob(_, file) => unpack::list(BufReader::with_capacity(128 * 1024, file), note),
            Self::Directory(dir) => walk(&dir, note),
        }
    }
}

/// What is not in a layer, or no regular file.
fn no_file(code: Code, dir: &Path, path: &[u8]) -> Fault {
    Fault::new(FaultKind::NotFound, code).with("path", unpack::shown(path)).with("layer", dir.display())
}
