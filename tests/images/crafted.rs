//! Images layer by layer and entry by entry, as an archive that is loaded.

use crate::engine::{Engine, good};
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// An entry of a layer.
pub struct Entry {
    pub name: String,
    pub what: What,
    pub mode: u32,
    pub mtime: u64,
}

pub enum What {
    File(Vec<u8>),
    Dir,
    Link(String),
}

pub fn file(name: &str, content: impl AsRef<[u8]>) -> Entry {
    Entry { name: name.into(), what: What::File(content.as_ref().to_vec()), mode: 0o755, mtime: 1_700_000_000 }
}

pub fn dir(name: &str) -> Entry {
    Entry { what: What::Dir, ..file(name, "") }
}

pub fn link(name: &str, target: &str) -> Entry {
    Entry { what: What::Link(target.into()), ..file(name, "") }
}

/// Loads an image of these layers, the lowest first.
pub fn load(engine: &Engine, name: &str, layers: &[Vec<Entry>]) {
    let layers: Vec<_> = layers.iter().map(|entries| tar(entries)).collect();
    let platform = dockwalk::spec::Platform::host();
    let sum = |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let diff_ids: Vec<_> = layers.iter().map(|layer| format!("sha256:{}", sum(layer))).collect();
    let config = json!({
        "os": platform.os, "architecture": platform.architecture, "rootfs": {"type": "layers", "diff_ids": diff_ids}
    });
    let names: Vec<_> = (0..layers.len()).map(|number| format!("{number}.tar")).collect();
    let listed = json!([{"Config": "c.json", "RepoTags": [name], "Layers": names}]);
    let mut all: Vec<_> = names.iter().zip(&layers).map(|(name, layer)| file(name, layer)).collect();
    all.push(file("c.json", config.to_string()));
    all.push(file("manifest.json", listed.to_string()));
    let place = tempfile::tempdir().unwrap();
    std::fs::set_permissions(place.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let path = place.path().join("archive.tar");
    std::fs::write(&path, tar(&all)).unwrap();
    good(engine.dockwalk(&["docker", "load", "-q", "-i", path.to_str().unwrap()]));
}

fn tar(entries: &[Entry]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for entry in entries {
        let mut header = tar::Header::new_gnu();
        header.set_mode(entry.mode);
        header.set_mtime(entry.mtime);
        header.set_size(0);
        match &entry.what {
            What::File(content) => {
                header.set_size(content.len() as u64);
                tar.append_data(&mut header, &entry.name, content.as_slice()).unwrap();
            }
            What::Dir => {
                header.set_entry_type(tar::EntryType::Directory);
                tar.append_data(&mut header, &entry.name, std::io::empty()).unwrap();
            }
            What::Link(target) => {
                header.set_entry_type(tar::EntryType::Symlink);
                tar.append_link(&mut header, &entry.name, target).unwrap();
            }
        }
    }
    tar.into_inner().unwrap()
}
