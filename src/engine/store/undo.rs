//! How a layer that has no name yet, or none any more, is undone; and what was brought in for an image that did not come to be, or
//! was of one that is none any more.

use super::records::Records;
use super::{Fault, Record, Result, handle};
use crate::engine::conductor::{Undo, Undone, below};
use crate::spec::Digest;
use serde::{Deserialize, Serialize};
use std::io::ErrorKind::NotFound;
use std::path::{Path, PathBuf};

/// How what the store has under way is undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "undo")]
pub enum StoreInverse {
    /// Remove the directory of a layer under way.
    RemoveDir {
        /// Its path: `ROOT/layers/sha256/.<hex>.<n>`.
        path: PathBuf,
    },
    /// Delete blobs and layers, as far as no image is made of them.
    DropUnused {
        /// The engine's own directory.
        root: PathBuf,
        /// Blobs.
        blobs: Vec<Digest>,
        /// Layers by their chain ids, the uppermost first.
        layers: Vec<Digest>,
    },
}

impl StoreInverse {
    /// What an image is made of, as far as that is `wanted`.
    pub(super) fn of(root: &Path, record: &Record, wanted: impl Fn(&Digest, &Path) -> bool) -> Self {
        let pick = |digests: &mut dyn Iterator<Item = &Digest>, place: fn(&Path, &Digest) -> PathBuf| {
            digests.filter(|digest| wanted(digest, &place(root, digest))).cloned().collect()
        };
        Self::DropUnused {
            root: root.to_owned(),
            blobs: pick(&mut record.blobs(), blob),
            layers: pick(&mut record.chain_ids.iter().rev(), layer),
        }
    }
}

fn blob(root: &Path, digest: &Digest) -> PathBuf {
    root.join("blobs/sha256").join(digest.hex())
}

fn layer(root: &Path, chain: &Digest) -> PathBuf {
    root.join("layers/sha256").join(chain.hex())
}

impl Undo for StoreInverse {
    fn allowed(&self, root: &Path) -> bool {
        let path = match self {
            Self::RemoveDir { path } => path,
            // What is deleted is named by digests, and is needed by no image.
            Self::DropUnused { root: of, .. } => return of == root,
        };
        // A layer that has its name is nobody's to undo.
        matches!(below(root, path).as_deref(), Some([layers, sha256, name])
            if *layers == "layers" && *sha256 == "sha256" && name.as_encoded_bytes().starts_with(b"."))
    }

    fn is_gone(&self) -> bool {
        let (Self::RemoveDir { path } | Self::DropUnused { root: path, .. }) = self;
        std::fs::symlink_metadata(path).is_err_and(|e| e.kind() == NotFound)
    }

    fn words(&self) -> (String, String) {
        let path = match self {
            Self::RemoveDir { path } => path,
            Self::DropUnused { root, blobs, layers } => {
                let all =
                    blobs.iter().map(|digest| blob(root, digest)).chain(layers.iter().map(|chain| layer(root, chain)));
                let all: Vec<_> = all.map(|path| path.display().to_string()).collect();
                return (root.join("images.json").display().to_string(), format!("rm -r {}", all.join(" ")));
            }
        };
        (path.display().to_string(), format!("rm -r {}", path.display()))
    }
}

/// Undoes it.
pub fn undo(inverse: &StoreInverse) -> Result<Undone> {
    match inverse {
        StoreInverse::RemoveDir { path } => remove(path),
        StoreInverse::DropUnused { root, blobs, layers } => {
            let records = Records::load(&root.join("images.json"))?;
            let (used_blobs, used_layers) = (records.blobs(), records.chains());
            let mut undone = Undone::Gone;
            for chain in layers.iter().filter(|chain| !used_layers.contains(chain)) {
                // A pull may have put others on it.
                if !is_below_others(root, chain)? && drop_layer(root, chain)? == Undone::Done {
                    undone = Undone::Done;
                }
            }
            for digest in blobs.iter().filter(|digest| !used_blobs.contains(digest)) {
                let path = blob(root, digest);
                match std::fs::remove_file(&path) {
                    Ok(()) => undone = Undone::Done,
                    Err(e) if e.kind() == NotFound => {}
                    Err(e) => return Err(Fault::io("delete", path.display(), &e)),
                }
            }
            Ok(undone)
        }
    }
}

/// Takes its name away first: half a layer is never taken for a whole one.
fn drop_layer(root: &Path, chain: &Digest) -> Result<Undone> {
    let (from, to) = (layer(root, chain), root.join("layers/sha256").join(format!(".{}.undone", chain.hex())));
    match std::fs::rename(&from, &to) {
        Err(e) if e.kind() == NotFound => Ok(Undone::Gone),
        Err(e) => Err(Fault::io("delete", from.display(), &e)),
        Ok(()) => remove(&to),
    }
}

fn remove(path: &Path) -> Result<Undone> {
    match handle::remove(path) {
        Ok(()) => Ok(Undone::Done),
        Err(e) if e.kind() == NotFound => Ok(Undone::Gone),
        Err(e) => Err(Fault::io("remove", path.display(), &e)),
    }
}

/// Some layer that is here says that it lies on this one.
fn is_below_others(root: &Path, chain: &Digest) -> Result<bool> {
    let dir = root.join("layers/sha256");
    let failed = |e: std::io::Error| Fault::io("read", dir.display(), &e);
    for entry in std::fs::read_dir(&dir).map_err(failed)? {
        let meta = entry.map_err(failed)?.path().join("meta.json");
        // What has no such file is no whole layer.
        let Ok(text) = std::fs::read(&meta) else { continue };
        if serde_json::from_slice::<Lies>(&text).is_ok_and(|lies| lies.parent.as_ref() == Some(chain)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Of what a layer says.
#[derive(Deserialize)]
struct Lies {
    parent: Option<Digest>,
}

#[cfg(test)]
mod tests {
    use super::super::records::TagRecord;
    use super::*;
    use crate::engine::conductor::Inverse;

    #[test]
    fn only_a_layer_without_a_name_is_removed() {
        let allowed = |path: &str| StoreInverse::RemoveDir { path: path.into() }.allowed(Path::new("/e/root"));
        assert!(allowed("/e/root/layers/sha256/.abc.1"));
        for path in [
            "/e/root/layers/sha256/abc",
            "/e/root/layers/sha256",
            "/e/root/layers/sha256/..",
            "/e/root/layers/sha256/.abc.1/fs",
            "/e/root/blobs/sha256/.abc",
            "/e/root/containers/abc",
            "/e/root",
            "/",
            "layers/sha256/.a",
        ] {
            assert!(!allowed(path), "{path}");
        }
    }

    #[test]
    fn what_is_unused_goes_and_what_an_image_or_a_layer_needs_stays() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let digest = |n: u8| format!("sha256:{}", format!("{n:x}").repeat(64)).parse::<Digest>().unwrap();
        for place in ["blobs/sha256", "layers/sha256"] {
            std::fs::create_dir_all(root.join(place)).unwrap();
        }
        for n in 1..=3 {
            std::fs::write(blob(root, &digest(n)), "x").unwrap();
        }
        let put = |n: u8, parent: Option<u8>| {
            std::fs::create_dir_all(layer(root, &digest(n)).join("fs/etc")).unwrap();
            let meta = serde_json::json!({"parent": parent.map(digest)}).to_string();
            std::fs::write(layer(root, &digest(n)).join("meta.json"), meta).unwrap();
        };
        put(4, None);
        put(5, Some(4));
        put(6, None);
        put(7, Some(6));
        let inverse = StoreInverse::DropUnused {
            root: root.to_owned(),
            blobs: vec![digest(1), digest(2), digest(9)],
            layers: vec![digest(5), digest(4), digest(6), digest(8)],
        };
        assert!(inverse.allowed(root) && !inverse.allowed(Path::new("/e/root")));
        let kept = Inverse::of(&inverse).unwrap();
        assert_eq!(kept.read::<StoreInverse>(), Some(inverse.clone()));
        let mut records = Records::default();
        let tag = TagRecord { image: digest(9), manifest: digest(2), since: None };
        records.tags.insert("a".to_owned(), tag);
        records.save(&root.join("images.json")).unwrap();
        assert_eq!(undo(&inverse).unwrap(), Undone::Done);
        let left = |n: u8, place: fn(&Path, &Digest) -> PathBuf| place(root, &digest(n)).exists();
        assert_eq!([1, 2, 3].map(|n| left(n, blob)), [false, true, true], "a tag was given with the second");
        assert_eq!([4, 5, 6, 7].map(|n| left(n, layer)), [false, false, true, true], "the last lies on that before it");
        assert_eq!(undo(&inverse).unwrap(), Undone::Gone);
    }

    #[test]
    fn what_is_gone_already_is_no_error() {
        let dir = tempfile::tempdir().unwrap();
        let inverse = StoreInverse::RemoveDir { path: dir.path().join(".layer") };
        std::fs::create_dir_all(dir.path().join(".layer/fs/etc")).unwrap();
        assert_eq!(undo(&inverse).unwrap(), Undone::Done);
        assert!(inverse.is_gone());
        assert_eq!(undo(&inverse).unwrap(), Undone::Gone);
    }
}
