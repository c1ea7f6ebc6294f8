//! umoci, the tool of the OCI's own, is given the same layers.

use super::see::{Outside, tree};
use super::{Case, Ends, Umoci, cases, end_of};
use crate::engine::IdRange;
use crate::engine::documents::sha256;
use crate::engine::unpack::decompress::decoder;
use crate::engine::unpack::{Limits, Options};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;

/// An image of one layer, as a directory.
fn layout(dir: &Path, layer: &[u8]) {
    let mut tar = Vec::new();
    let whole = decoder(layer, Limits::default()).is_ok_and(|mut input| input.read_to_end(&mut tar).is_ok());
    let diff_id = sha256(if whole { &tar } else { layer });
    let blobs = dir.join("blobs/sha256");
    fs::create_dir_all(&blobs).expect("a directory");
    let put = |bytes: &[u8], media_type: &str| {
        let digest = sha256(bytes);
        fs::write(blobs.join(digest.hex()), bytes).expect("a blob");
        format!(r#"{{"mediaType":"{media_type}","digest":"{digest}","size":{}}}"#, bytes.len())
    };
    let compression = match layer {
        [0x1f, 0x8b, ..] => "+gzip",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "+zstd",
        _ => "",
    };
    let layer = put(layer, &format!("application/vnd.oci.image.layer.v1.tar{compression}"));
    let config = format!(
        r#"{{"architecture":"amd64","os":"linux","config":{{}},"rootfs":{{"type":"layers","diff_ids":["{diff_id}"]}}}}"#
    );
    let config = put(config.as_bytes(), "application/vnd.oci.image.config.v1+json");
    let manifest = "application/vnd.oci.image.manifest.v1+json";
    let text = format!(r#"{{"schemaVersion":2,"mediaType":"{manifest}","config":{config},"layers":[{layer}]}}"#);
    let entry = put(text.as_bytes(), manifest);
    let entry = entry.replace("}", r#","annotations":{"org.opencontainers.image.ref.name":"case"}}"#);
    fs::write(dir.join("index.json"), format!(r#"{{"schemaVersion":2,"manifests":[{entry}]}}"#)).expect("an index");
    fs::write(dir.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).expect("a file");
}

/// What umoci makes of it; or what it says.
fn umoci(outer: &Path, case: &Case) -> Result<Vec<String>, String> {
    layout(&outer.join("image"), &case.blob);
    let root = outer.join("layer");
    let image = format!("{}:case", outer.join("image").display());
    let ran = Command::new("umoci").args(["raw", "unpack", "--image", &image]).arg(&root).output().expect("umoci");
    if ran.status.success() { Ok(tree(&root)) } else { Err(String::from_utf8_lossy(&ran.stderr).into_owned()) }
}

/// What the layer alone shows when it is mounted: nothing is below that marks could hide.
fn mounted(tree: &[String]) -> Vec<String> {
    let seen = tree.iter().filter(|line| !line.ends_with(" whiteout"));
    seen.map(|line| line.strip_suffix(" opaque").unwrap_or(line).to_owned()).collect()
}

#[test]
fn umoci_ends_the_same_or_the_table_says_why_not() {
    let there = Command::new("umoci").arg("--version").output().is_ok();
    if !nix::unistd::geteuid().is_root() || !there {
        assert!(std::env::var_os("DOCKWALK_TEST_REQUIRE").is_none(), "needs root and umoci");
        return;
    }
    let common = tempfile::tempdir().expect("a directory");
    let _sentinel = Outside::put(common.path());
    let mut wrong = Vec::new();
    for case in cases(&common.path().display().to_string()) {
        let outer = tempfile::tempdir().expect("a directory");
        let ours = outer.path().join("ours");
        fs::create_dir(&ours).expect("a directory");
        let ours = end_of(&case, &ours, Options::new(IdRange::ALL, false));
        let theirs = match case.umoci {
            Umoci::NotAsked => continue,
            Umoci::Agrees | Umoci::Differs(_) => umoci(outer.path(), &case),
        };
        let same = match (&ours, &theirs) {
            (Ends::Refused(_), Err(_)) => true,
            (Ends::Makes(ours), Ok(theirs)) => mounted(ours) == mounted(theirs),
            _ => false,
        };
        // A difference that is told and is none is an error in the table.
        match case.umoci {
            Umoci::Differs(why) if same => wrong.push(format!("{}: both {ours:?}, but {why}", case.name)),
            Umoci::Agrees if !same => wrong.push(format!("{}:\n  ours   {ours:?}\n  umoci  {theirs:?}", case.name)),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
