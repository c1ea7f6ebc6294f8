use super::assemble::assemble;
use super::busybox::Busybox;
use super::recipe::RECIPES;
use super::shelf::{Shelf, Stored};
use crate::engine::registry::document::sha256;
use crate::engine::{Result, private};
use crate::spec::Digest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

#[derive(Serialize, Deserialize)]
struct Catalog {
    tags: BTreeMap<String, BTreeMap<String, Digest>>,
    media_types: BTreeMap<Digest, String>,
}

/// The images, from `assets` when they were assembled there before from the same recipes and the same busybox.
pub fn shelf(assets: &Path) -> Result<Shelf> {
    let busybox = Busybox::of_host()?;
    // What is served from it is run as it is.
    private::believe_dir(assets)?;
    let dir = assets.join(key(&busybox).hex());
    if let Some(shelf) = load(&dir) {
        return Ok(shelf);
    }
    let shelf = assemble(&busybox)?;
    let new = assets.join(format!(".new-{}", std::process::id()));
    if let Err(error) = save(&shelf, &new, &dir) {
        // What is served is served from memory: it only has to be assembled again next time. On a full disk the half of
        // it would keep the engine from writing anything else.
        tracing::warn!(%error, assets = %assets.display(), "the built-in images are not kept");
        fs::remove_dir_all(&new).ok();
    }
    Ok(shelf)
}

/// What the images depend on.
fn key(busybox: &Busybox) -> Digest {
    let mut all = env!("CARGO_PKG_VERSION").as_bytes().to_vec();
    RECIPES.iter().for_each(|(_, text)| all.extend(text.as_bytes()));
    all.extend(busybox.applets.join(" ").as_bytes());
    all.extend(&busybox.bytes);
    sha256(&all)
}

/// None when it is not there, or not whole: then it is made again.
fn load(dir: &Path) -> Option<Shelf> {
    let catalog: Catalog = serde_json::from_slice(&fs::read(dir.join("catalog.json")).ok()?).ok()?;
    let mut blobs = BTreeMap::new();
    for (digest, media_type) in catalog.media_types {
        let bytes = fs::read(dir.join("blobs").join(digest.hex())).ok().filter(|bytes| sha256(bytes) == digest)?;
        blobs.insert(digest, Stored { media_type, bytes: bytes.into() });
    }
    Some(Shelf { blobs, tags: catalog.tags })
}

fn save(shelf: &Shelf, new: &Path, dir: &Path) -> io::Result<()> {
    if new.exists() {
        fs::remove_dir_all(new)?;
    }
    private::dir(&new.join("blobs"))?;
    for (digest, stored) in &shelf.blobs {
        private::write(&new.join("blobs").join(digest.hex()), &stored.bytes)?;
    }
    let media_types = shelf.blobs.iter().map(|(digest, stored)| (digest.clone(), stored.media_type.clone())).collect();
    let catalog = Catalog { tags: shelf.tags.clone(), media_types };
    private::write(&new.join("catalog.json"), &serde_json::to_vec_pretty(&catalog)?)?;
    // What is there and could not be loaded is of no use.
    if dir.exists() {
        fs::remove_dir_all(dir)?;
    }
    fs::rename(new, dir)
}
