//! The same images in a real Docker: what its overlay2 driver unpacked, mounted by us.

use super::look::{self, Tree};
use super::oci::digest;
use crate::lab::{Docker, with_overlay};
use serde_json::json;
use std::fs;
use std::path::Path;

/// `docker load`; what a mount of Docker's layers shows, or what Docker says.
pub fn docker(docker: &Docker, dir: &Path, number: usize, layers: &[Vec<u8>], begun: i64) -> Result<Tree, String> {
    let name = format!("truth:{number}");
    let archive = dir.join(format!("{number}.tar"));
    let mut tar = tar::Builder::new(fs::File::create(&archive).expect("a file"));
    let mut add = |path: &str, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, path, bytes).expect("written");
    };
    let diff_ids: Vec<_> = layers.iter().map(|layer| format!("sha256:{}", digest(layer))).collect();
    let config = json!({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": diff_ids}
    });
    let paths: Vec<_> = (0..layers.len()).map(|at| format!("{at}/layer.tar")).collect();
    let manifest = json!([{"Config": "config.json", "RepoTags": [name], "Layers": paths}]);
    add("config.json", config.to_string().as_bytes());
    add("manifest.json", manifest.to_string().as_bytes());
    paths.iter().zip(layers).for_each(|(path, layer)| add(path, layer));
    tar.finish().expect("written");
    let loaded = docker.command(&["load", "-q", "-i", &archive.display().to_string()]).output().expect("docker");
    fs::remove_file(&archive).expect("removed");
    if !loaded.status.success() {
        return Err(String::from_utf8_lossy(&loaded.stderr).trim().to_owned());
    }
    let at = dir.join("docker-merged").join(number.to_string());
    let mut dirs = docker.layer_dirs(&name);
    // Of an image of one layer Docker names no lower directory.
    dirs.retain(|dir| dir.is_absolute());
    Ok(with_overlay(&at, &dirs, "", |at| look::directory(at, begun).0))
}
