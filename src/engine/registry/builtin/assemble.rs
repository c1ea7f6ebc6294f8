use super::busybox::Busybox;
use super::layer::layer;
use super::recipe::{Recipe, invalid, recipes};
use super::shelf::{Shelf, Stored};
use crate::engine::Result;
use crate::engine::registry::document::sha256;
use crate::spec::{Digest, Platform};
use serde_json::{Value, json};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const STATEMENT: &str = "application/vnd.in-toto+json";
const CREATED: &str = "2026-01-01T00:00:00Z";

/// Makes every image of the recipes.
pub fn assemble(busybox: &Busybox) -> Result<Shelf> {
    let all = recipes()?;
    let mut shelf = Shelf::default();
    for recipe in &all {
        let recipe = recipe.whole(&all)?;
        let index = index(&mut shelf, &recipe, busybox)?;
        let tags = shelf.tags.entry(recipe.name.clone()).or_default();
        tags.extend(recipe.tags.iter().map(|tag| (tag.clone(), index.clone())));
    }
    Ok(shelf)
}

fn index(shelf: &mut Shelf, recipe: &Recipe, busybox: &Busybox) -> Result<Digest> {
    let amd64 = Platform { os: "linux".into(), architecture: "amd64".into(), variant: None };
    let arm64 = Platform { os: "linux".into(), architecture: "arm64".into(), variant: Some("v8".into()) };
    let mut entries = Vec::new();
    for platform in [amd64, arm64] {
        let mut entry = image(shelf, recipe, busybox, &platform)?;
        entry["platform"] = json!(platform);
        entries.push(entry);
    }
    let statements: Vec<Value> = entries.iter().map(|entry| attestation(shelf, recipe, busybox, entry)).collect();
    entries.extend(statements);
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries });
    Ok(put_json(shelf, INDEX, &index).1)
}

/// One platform's config and manifest. Returns the manifest's descriptor.
fn image(shelf: &mut Shelf, recipe: &Recipe, busybox: &Busybox, platform: &Platform) -> Result<Value> {
    let (mut layers, mut diff_ids, mut history) = (Vec::new(), Vec::new(), Vec::new());
    for step in &recipe.step {
        let mut entry = json!({ "created": CREATED, "created_by": step.instruction, "comment": "dockwalk recipe" });
        if step.is_empty() {
            entry["empty_layer"] = json!(true);
        } else {
            let made = layer(step, busybox, platform).map_err(|e| invalid(&recipe.name, e))?;
            diff_ids.push(made.diff_id);
            layers.push(put(shelf, made.media_type, made.bytes).0);
        }
        history.push(entry);
    }
    let mut run = json!({ "Env": recipe.run.env, "Cmd": recipe.run.cmd });
    if !recipe.run.working_dir.is_empty() {
        run["WorkingDir"] = json!(recipe.run.working_dir);
    }
    let mut config = json!({
        "created": CREATED,
        "architecture": platform.architecture,
        "os": platform.os,
        "config": run,
        "rootfs": { "type": "layers", "diff_ids": diff_ids },
        "history": history,
    });
    if let Some(variant) = &platform.variant {
        config["variant"] = json!(variant);
    }
    let (config, _) = put_json(shelf, CONFIG, &config);
    let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers });
    Ok(put_json(shelf, MANIFEST, &manifest).0)
}

/// Says of a manifest how it was made, as BuildKit stores it in an index: under a platform that nothing runs.
fn attestation(shelf: &mut Shelf, recipe: &Recipe, busybox: &Busybox, of: &Value) -> Value {
    let digest = of["digest"].as_str().unwrap_or_default();
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v0.1",
        "predicateType": "https://slsa.dev/provenance/v0.2",
        "subject": [{ "name": recipe.name, "digest": { "sha256": digest.trim_start_matches("sha256:") } }],
        "predicate": {
            "builder": { "id": concat!("dockwalk ", env!("CARGO_PKG_VERSION")) },
            "buildType": "dockwalk recipe",
            "materials": [{ "uri": "pkg:deb/busybox-static", "digest": { "sha256": sha256(&busybox.bytes).hex() } }],
        },
    });
    let (mut layer, statement_digest) = put_json(shelf, STATEMENT, &statement);
    layer["annotations"] = json!({ "in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2" });
    let config = json!({
        "architecture": "unknown",
        "os": "unknown",
        "config": {},
        "rootfs": { "type": "layers", "diff_ids": [statement_digest] },
    });
    let (config, _) = put_json(shelf, CONFIG, &config);
    let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer] });
    let (mut entry, _) = put_json(shelf, MANIFEST, &manifest);
    entry["platform"] = json!({ "architecture": "unknown", "os": "unknown" });
    entry["annotations"] =
        json!({ "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": digest });
    entry
}

fn put_json(shelf: &mut Shelf, media_type: &str, value: &Value) -> (Value, Digest) {
    put(shelf, media_type, value.to_string().into_bytes())
}

/// Puts a blob on the shelf. Returns its descriptor and its digest.
fn put(shelf: &mut Shelf, media_type: &str, bytes: Vec<u8>) -> (Value, Digest) {
    let digest = sha256(&bytes);
    let descriptor = json!({ "mediaType": media_type, "digest": digest, "size": bytes.len() });
    shelf.blobs.insert(digest.clone(), Stored { media_type: media_type.to_owned(), bytes: bytes.into() });
    (descriptor, digest)
}
