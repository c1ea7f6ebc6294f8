use super::*;
use crate::engine::conductor::EntryId;
use crate::engine::evidence;
use crate::engine::unpack::ListReader;
use crate::trace::{Evidence, Layer};

/// A layer's directory that is being filled. Dropped before it is kept, it is removed.
#[derive(Debug)]
pub struct NewLayer {
    dir: PathBuf,
    cx: Cx,
    entry: EntryId,
    kept: bool,
}

const LISTING: &str = "summed.ndjson.zst";
/// What earlier engines kept has no sums. Where there is only that, the tar itself is read for them.
const EARLIER: &str = "entries.ndjson.zst";

impl Store {
    /// The directory of a layer: `fs`, `meta.json` and `summed.ndjson.zst` are in it.
    pub fn layer_dir(&self, chain_id: &Digest) -> PathBuf {
        self.root.join("layers/sha256").join(chain_id.hex())
    }

    /// The lower directory of a layer.
    pub fn layer_fs(&self, chain_id: &Digest) -> PathBuf {
        self.layer_dir(chain_id).join("fs")
    }

    /// What is known of an unpacked layer, with the file it was read from; none when it is not unpacked.
    pub fn layer(&self, chain_id: &Digest) -> Option<(Layer, Evidence)> {
        let text = evidence::read(&self.layer_dir(chain_id).join("meta.json")).ok()?;
        let mut layer: Layer = serde_json::from_str(text.content()).ok()?;
        // The root may have been moved since.
        layer.path = self.layer_fs(chain_id).display().to_string();
        Some((layer, text.evidence()))
    }

    /// What the layer's tar says, entry by entry; none when it is not unpacked, or was before such lists were kept.
    pub fn layer_entries(&self, chain_id: &Digest) -> Result<Option<ListReader>> {
        ListReader::open(&self.layer_dir(chain_id).join(LISTING))
    }

    /// The same of a layer that an earlier engine unpacked, without sums.
    pub(super) fn earlier_entries(&self, chain_id: &Digest) -> Result<Option<ListReader>> {
        ListReader::open(&self.layer_dir(chain_id).join(EARLIER))
    }

    /// Makes an empty directory to unpack a layer into, beside its final place.
    pub fn new_layer(&self, cx: &Cx, chain_id: &Digest) -> Result<NewLayer> {
        let dir = self.unnamed_layer(chain_id);
        let entry = cx.journal("pull", &StoreInverse::RemoveDir { path: dir.clone() })?;
        let new = NewLayer { dir, cx: cx.clone(), entry, kept: false };
        let fs_dir = new.fs();
        let made = private::new_dir(&new.dir).and_then(|()| private::shown_dir(&fs_dir));
        made.map_err(|e| Fault::io("make", fs_dir.display(), &e))?;
        Ok(new)
    }

    /// Gives a filled directory its final name. When somebody else was faster, theirs stays.
    pub fn keep_layer(&self, mut new: NewLayer, layer: &Layer) -> Result<Evidence> {
        let to = self.layer_dir(&layer.chain_id);
        let meta = new.dir.join("meta.json");
        let json = serde_json::to_vec_pretty(layer).map_err(|e| Fault::io("write", meta.display(), &e.into()))?;
        private::write(&meta, &json).map_err(|e| Fault::io("write", meta.display(), &e))?;
        match evidence::rename(&new.dir, &to) {
            (Ok(()), renamed) => {
                new.kept = true;
                new.cx.undone(new.entry)?;
                Ok(renamed)
            }
            (Err(_), refused) if to.join("meta.json").is_file() => Ok(refused),
            (Err(e), _) => Err(Fault::io("rename", to.display(), &e.into())),
        }
    }

    /// A name beside a layer's own: what has it is being filled or deleted, and is swept at the next start.
    pub(super) fn unnamed_layer(&self, chain_id: &Digest) -> PathBuf {
        self.root.join("layers/sha256").join(format!(".{}.{}", chain_id.hex(), self.number()))
    }
}

impl NewLayer {
    /// Where the layer's files go.
    pub fn fs(&self) -> PathBuf {
        self.dir.join("fs")
    }

    /// Where it is written down what its tar says.
    pub fn listing(&self) -> PathBuf {
        self.dir.join(LISTING)
    }
}

impl Drop for NewLayer {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        let removed = match handle::remove(&self.dir) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        };
        // What could not be removed stays in the journal, and is removed at the next start.
        match removed {
            Ok(()) => self.cx.undone(self.entry).unwrap_or_else(|fault| tracing::warn!(%fault, "journal")),
            Err(error) => tracing::warn!(%error, dir = %self.dir.display(), "not removed"),
        }
    }
}
