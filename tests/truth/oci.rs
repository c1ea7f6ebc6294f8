//! An OCI layout of crafted layers, and what umoci makes of it.

use super::lab;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// sha256 in hex.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn put(layout: &Path, media_type: &str, bytes: &[u8]) -> serde_json::Value {
    let hex = digest(bytes);
    fs::write(layout.join("blobs/sha256").join(&hex), bytes).expect("a blob");
    json!({"mediaType": media_type, "digest": format!("sha256:{hex}"), "size": bytes.len()})
}

/// `umoci unpack`; the root file system, or what umoci says.
pub fn umoci(dir: &Path, layers: &[Vec<u8>]) -> Result<PathBuf, String> {
    let (layout, bundle) = (dir.join("layout"), dir.join("bundle"));
    fs::create_dir_all(layout.join("blobs/sha256")).expect("a directory");
    let kind = |name: &str| format!("application/vnd.oci.image.{name}");
    let blobs: Vec<_> = layers.iter().map(|tar| put(&layout, &kind("layer.v1.tar"), tar)).collect();
    let diff_ids: Vec<_> = layers.iter().map(|tar| format!("sha256:{}", digest(tar))).collect();
    let config = json!({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": diff_ids}
    });
    let config = put(&layout, &kind("config.v1+json"), config.to_string().as_bytes());
    let manifest =
        json!({"schemaVersion": 2, "mediaType": kind("manifest.v1+json"), "config": config, "layers": blobs});
    let mut manifest = put(&layout, &kind("manifest.v1+json"), manifest.to_string().as_bytes());
    manifest["annotations"] = json!({"org.opencontainers.image.ref.name": "1"});
    let index = json!({"schemaVersion": 2, "mediaType": kind("index.v1+json"), "manifests": [manifest]});
    fs::write(layout.join("index.json"), index.to_string()).expect("a file");
    fs::write(layout.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).expect("a file");
    let image = format!("{}:1", layout.display());
    let output = Command::new("umoci").args(["unpack", "--image", &image]).arg(&bundle).output().expect("umoci");
    if output.status.success() {
        return Ok(bundle.join("rootfs"));
    }
    // Nothing is asked of it that the machine lacks.
    assert!(lab::exists("umoci"), "no umoci");
    Err(String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().to_owned())
}
