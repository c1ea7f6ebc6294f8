//! What a tag may point at, beside one plain image.

use super::*;
use crate::engine::documents::ACCEPTED;
use crate::spec::Digest;
use crate::trace::Code;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a registry has, by digest; the first document added is what the tag points at.
#[derive(Clone, Default)]
struct Shelf {
    tag: Option<Digest>,
    blobs: BTreeMap<Digest, (String, Vec<u8>)>,
}

const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

impl Shelf {
    fn put(&mut self, media_type: &str, bytes: impl Into<Vec<u8>>) -> Value {
        let bytes = bytes.into();
        let (digest, size) = (document::sha256(&bytes), bytes.len());
        self.blobs.insert(digest.clone(), (media_type.to_owned(), bytes));
        json!({ "mediaType": media_type, "digest": digest, "size": size })
    }

    fn document(&mut self, media_type: &str, mut value: Value) -> Value {
        value["schemaVersion"] = json!(2);
        value["mediaType"] = json!(media_type);
        self.put(media_type, value.to_string())
    }

    /// A manifest of these layers, each with its uncompressed tar.
    fn image(&mut self, platform: &str, layers: &[(&str, Vec<u8>, Vec<u8>)]) -> Value {
        let platform = Platform::parse(platform).expect("a platform");
        let diff_ids: Vec<_> = layers.iter().map(|(_, _, tar)| document::sha256(tar)).collect();
        let config = json!({ "os": platform.os, "architecture": platform.architecture, "config": {},
            "rootfs": { "type": "layers", "diff_ids": diff_ids } });
        let config = self.put(OCI_CONFIG, config.to_string());
        let layers: Vec<_> = layers.iter().map(|(kind, blob, _)| self.put(kind, blob.clone())).collect();
        self.document(ACCEPTED[1], json!({ "config": config, "layers": layers }))
    }

    fn index(&mut self, entries: &[Value]) -> Value {
        self.document(ACCEPTED[0], json!({ "manifests": entries }))
    }

    fn serve(mut self, tag: &Value) -> Server {
        self.tag = Some(tag["digest"].as_str().expect("a digest").parse().expect("a digest"));
        Server::start(move |asked, _| self.answer(asked))
    }

    fn answer(&self, asked: &server::Asked) -> Reply {
        if asked.path == "/v2/" {
            return Reply::new(200, "{}");
        }
        let key = asked.path.rsplit('/').next().unwrap_or_default();
        let digest = key.parse().ok().or_else(|| self.tag.clone().filter(|_| key == "1"));
        match digest.and_then(|digest| self.blobs.get(&digest)) {
            Some((_, bytes)) if asked.path.contains("/blobs/") => ranged(asked, bytes),
            Some((kind, bytes)) => Reply::new(200, bytes.clone()).with("Content-Type", kind),
            None => Reply::new(404, "{}"),
        }
    }
}

fn on(platform: &str, mut entry: Value) -> Value {
    let platform = Platform::parse(platform).expect("a platform");
    entry["platform"] = json!({ "os": platform.os, "architecture": platform.architecture });
    entry
}

fn plain(path: &str) -> (&'static str, Vec<u8>, Vec<u8>) {
    let tar = layer(path, path.as_bytes());
    (OCI_LAYER, tar.clone(), tar)
}

fn host() -> String {
    Platform::host().to_string()
}

fn file_of(image: &Image, path: &str) -> bool {
    image.layers.iter().any(|layer| layer.join(path).is_file())
}

#[test]
fn an_index_in_an_index_is_followed() {
    let mut shelf = Shelf::default();
    let other = shelf.image("linux/s390x", &[plain("other")]);
    let ours = shelf.image(&host(), &[plain("ours")]);
    let wrong = shelf.index(&[on("linux/s390x", other.clone())]);
    let right = shelf.index(&[on("linux/s390x", other), on(&host(), ours)]);
    let between = shelf.index(&[right]);
    let tag = shelf.index(&[wrong, between]);
    let server = shelf.serve(&tag);
    let bench = Bench::new();
    let image = bench.pull(&name(&server)).expect("a pull");
    assert!(file_of(&image, "ours"));
    assert_eq!(bench.conductor.world().indexes.len(), 4, "all that were looked into are in the picture");
    let other = bench.pull_for(&name(&server), Some("linux/s390x"), None).expect("the other one");
    assert!(file_of(&other, "other"));
    let fault = bench.pull_for(&name(&server), Some("linux/riscv64"), None).expect_err("nowhere");
    assert_eq!(fault.problem.code, Code::PlatformNotAvailable);
    assert!(fault.problem.args["available"].contains("linux/s390x"), "{fault}");
}

#[test]
fn indexes_without_end_are_not_followed_to_it() {
    let mut shelf = Shelf::default();
    let mut entry = shelf.image(&host(), &[plain("deep")]);
    for _ in 0..6 {
        entry = shelf.index(&[entry]);
    }
    let server = shelf.serve(&entry);
    Bench::new().fails(&name(&server), Code::IndexTooDeep);
    assert_eq!(server.asked_for("/manifests/").len(), 5);
}

#[test]
fn an_attestation_is_never_taken_for_an_image() {
    let mut shelf = Shelf::default();
    let bad = shelf.image(&host(), &[plain("attestation")]);
    let ours = shelf.image(&host(), &[plain("ours")]);
    let mut unknown = bad.clone();
    unknown["platform"] = json!({ "os": "unknown", "architecture": "unknown" });
    let mut marked = on(&host(), bad);
    marked["annotations"] = json!({ "vnd.docker.reference.type": "attestation-manifest" });
    let alone = shelf.index(&[unknown.clone(), marked.clone()]);
    let tag = shelf.index(&[unknown, marked, on(&host(), ours)]);
    let server = shelf.clone().serve(&tag);
    assert!(file_of(&Bench::new().pull(&name(&server)).expect("a pull"), "ours"));
    Bench::new().fails(&name(&shelf.clone().serve(&alone)), Code::IndexWithoutImages);
    let empty = shelf.index(&[]);
    Bench::new().fails(&name(&shelf.serve(&empty)), Code::IndexWithoutImages);
}

#[test]
fn what_is_no_image_is_said_to_be_what_it_is() {
    let mut shelf = Shelf::default();
    let helm = shelf.put("application/vnd.cncf.helm.config.v1+json", "{}");
    let chart = shelf.put("application/vnd.cncf.helm.chart.content.v1.tar+gzip", "x");
    let helm = shelf.document(ACCEPTED[1], json!({ "config": helm, "layers": [chart] }));
    let empty = shelf.put("application/vnd.oci.empty.v1+json", "{}");
    let artifact = json!({ "artifactType": "application/vnd.example.sbom", "config": empty, "layers": [empty] });
    let sbom = shelf.document(ACCEPTED[1], artifact);
    let config = shelf.put(OCI_CONFIG, "{}");
    let signature = shelf.put("application/vnd.dev.cosign.simplesigning.v1+json", "{}");
    let cosign = shelf.document(ACCEPTED[1], json!({ "config": config, "layers": [signature] }));
    for (tag, kind) in [
        (helm, "application/vnd.cncf.helm.config.v1+json"),
        (sbom, "application/vnd.example.sbom"),
        (cosign, "application/vnd.dev.cosign.simplesigning.v1+json"),
    ] {
        let server = shelf.clone().serve(&tag);
        let fault = Bench::new().fails(&name(&server), Code::ArtifactNotImage);
        assert_eq!(fault.problem.args["kind"], kind);
        assert_eq!(server.asked_for("/blobs/").len(), 0, "nothing of it was fetched");
    }
}

#[test]
fn a_manifest_beyond_four_mebibytes_is_refused_before_it_is_read() {
    let image = TestImage::new(vec![layer("a", b"a")]);
    let long = [image.manifest.clone(), vec![b' '; 4 * 1024 * 1024]].concat();
    let honest = long.clone();
    let server = Server::start(move |asked, _| match asked.path.as_str() {
        "/v2/" => Reply::new(200, "{}"),
        // A stalled body: who reads it waits for a minute.
        _ => Reply { stall: true, ..Reply::new(200, honest.clone()).with("Content-Type", ACCEPTED[1]).cut(0) },
    });
    let fault = Bench::new().fails(&name(&server), Code::DocumentTooLarge);
    assert_eq!(fault.problem.args["size"], long.len().to_string());

    let server = Server::start(move |asked, _| match asked.path.as_str() {
        "/v2/" => Reply::new(200, "{}"),
        // Who does not say how long it is is read up to the limit.
        _ => Reply { endless: true, ..Reply::new(200, long.clone()).with("Content-Type", ACCEPTED[1]) },
    });
    Bench::new().fails(&name(&server), Code::DocumentTooLarge);
}

#[test]
fn a_descriptor_of_a_manifest_that_is_too_large_is_not_even_followed() {
    let mut shelf = Shelf::default();
    let mut entry = shelf.image(&host(), &[plain("a")]);
    entry["size"] = json!(5_000_000);
    let tag = shelf.index(&[on(&host(), entry)]);
    let server = shelf.serve(&tag);
    Bench::new().fails(&name(&server), Code::DocumentTooLarge);
    assert_eq!(server.asked_for("/manifests/").len(), 1);
}

#[test]
fn a_hundred_and_twenty_seven_layers_are_pulled() {
    let layers: Vec<_> = (0..127).map(|n| plain(&format!("file-{n}"))).collect();
    let mut shelf = Shelf::default();
    let tag = shelf.image(&host(), &layers);
    let server = shelf.serve(&tag);
    let bench = Bench::new();
    let image = bench.pull(&name(&server)).expect("a pull");
    assert_eq!(image.layers.len(), 127);
    assert!(image.layers.iter().enumerate().all(|(n, layer)| layer.join(format!("file-{n}")).is_file()));
}

#[test]
fn a_layer_that_comes_twice_and_one_that_is_empty_are_layers_like_others() {
    let nothing = tar::Builder::new(Vec::new()).into_inner().expect("in memory");
    let layers = vec![plain("a"), (OCI_LAYER, nothing.clone(), nothing), plain("a"), plain("b")];
    let mut shelf = Shelf::default();
    let tag = shelf.image(&host(), &layers);
    let twice = document::sha256(&layers[0].1);
    let server = shelf.serve(&tag);
    let bench = Bench::new();
    let image = bench.pull(&name(&server)).expect("a pull");
    assert_eq!(image.layers.len(), 4);
    assert_eq!(server.asked_for(twice.as_str()).len(), 1, "fetched once");
    assert!(image.layers[2].join("a").is_file() && std::fs::read_dir(&image.layers[1]).expect("there").count() == 0);
}

#[test]
fn zstd_and_gzip_are_unpacked_whatever_the_media_type_says() {
    let tar = layer("a", b"a");
    let zstd = zstd::encode_all(tar.as_slice(), 3).expect("in memory");
    let other = layer("b", b"b");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, &other).expect("in memory");
    let gzip = gzip.finish().expect("in memory");
    let layers = [
        ("application/vnd.oci.image.layer.v1.tar+zstd", zstd, tar),
        ("application/vnd.docker.image.rootfs.diff.tar.gzip", gzip, other),
    ];
    let mut shelf = Shelf::default();
    let tag = shelf.image(&host(), &layers);
    let bench = Bench::new();
    let image = bench.pull(&name(&shelf.serve(&tag))).expect("a pull");
    assert!(file_of(&image, "a") && file_of(&image, "b"));
}

const FOREIGN: &str = "application/vnd.docker.image.rootfs.foreign.diff.tar";

/// An image with a foreign layer that the registry does or does not have, to be had at `urls`.
fn foreign(kept: bool, urls: &[String]) -> (Server, Digest) {
    let tar = layer("foreign", b"not to be passed on");
    let mut shelf = Shelf::default();
    shelf.image(&host(), &[(FOREIGN, tar.clone(), tar.clone())]);
    let digest = document::sha256(&tar);
    let manifest = shelf.blobs.iter().find(|(_, (kind, _))| kind == ACCEPTED[1]).expect("it was put").1.1.clone();
    let mut manifest: Value = serde_json::from_slice(&manifest).expect("json");
    manifest["layers"][0]["urls"] = json!(urls);
    let tag = shelf.put(ACCEPTED[1], manifest.to_string());
    if !kept {
        shelf.blobs.remove(&digest);
    }
    (shelf.serve(&tag), digest)
}

#[test]
fn a_foreign_layer_comes_from_the_registry_else_from_where_the_manifest_says_without_credentials() {
    let (server, _) = foreign(true, &[]);
    assert!(file_of(&Bench::new().pull(&name(&server)).expect("the registry has it"), "foreign"));

    let tar = layer("foreign", b"not to be passed on");
    let broken = Server::start(|_, _| Reply::new(404, ""));
    let owner = Server::start(move |asked, _| ranged(asked, &tar));
    let url = |server: &Server| format!("http://{}/layer", server.addr);
    let (server, digest) = foreign(false, &[url(&broken), url(&owner)]);
    let bench = Bench::new();
    let secret = Credentials::Registry("geheim".into());
    assert!(file_of(&bench.pull_as(&name(&server), Some(&secret)).expect("its owner has it"), "foreign"));
    assert_eq!(server.asked_for(digest.as_str()).len(), 1, "the registry was asked first");
    assert_eq!((broken.asked().len(), owner.asked().len()), (1, 1));
    assert!(!owner.asked()[0].headers.contains_key("authorization"));
}

#[test]
fn a_foreign_layer_that_nobody_gives_is_named() {
    let gone = Server::start(|_, _| Reply::new(404, ""));
    for urls in [vec![], vec![format!("http://{}/layer", gone.addr)], vec!["http://elsewhere.example/x".into()]] {
        let (server, digest) = foreign(false, &urls);
        let fault = Bench::new().fails(&name(&server), Code::ForeignLayer);
        assert_eq!(fault.problem.args["digest"], digest.to_string());
    }
}

#[test]
fn what_a_manifest_names_and_the_registry_lacks_is_named() {
    let image = TestImage::new(vec![layer("a", b"a")]);
    for missing in [document::sha256(&image.config), document::sha256(&image.layers[0])] {
        let (image, lost) = (image.clone(), missing.clone());
        let server = Server::start(move |asked, _| match asked.path.ends_with(lost.as_str()) {
            true => Reply::new(404, "{}"),
            false => image.answer(asked),
        });
        let fault = Bench::new().fails(&name(&server), Code::BlobMissing);
        assert_eq!(fault.problem.args["digest"], missing.to_string());
    }
}

#[test]
fn layers_and_diff_ids_must_be_as_many() {
    let mut shelf = Shelf::default();
    let (kind, blob, tar) = plain("a");
    let config = json!({ "os": "linux", "architecture": Platform::host().architecture,
        "rootfs": { "type": "layers", "diff_ids": [document::sha256(&tar), document::sha256(&tar)] } });
    let config = shelf.put(OCI_CONFIG, config.to_string());
    let blob = shelf.put(kind, blob);
    let tag = shelf.document(ACCEPTED[1], json!({ "config": config, "layers": [blob] }));
    let fault = Bench::new().fails(&name(&shelf.serve(&tag)), Code::ManifestUnsupported);
    assert_eq!(fault.problem.args["reason"], "1 layers, 2 diff ids");
}

#[test]
fn a_document_of_another_size_than_its_descriptor_says_is_refused() {
    let mut shelf = Shelf::default();
    let mut entry = shelf.image(&host(), &[plain("a")]);
    entry["size"] = json!(entry["size"].as_u64().expect("a size") + 1);
    let tag = shelf.index(&[on(&host(), entry)]);
    let fault = Bench::new().fails(&name(&shelf.serve(&tag)), Code::SizeMismatch);
    assert_eq!(fault.problem.args["by"], "index");
}

#[test]
fn a_platform_that_this_host_cannot_run_is_pulled_when_it_is_asked_for() {
    let mut shelf = Shelf::default();
    let foreign = shelf.image("linux/s390x", &[plain("elsewhere")]);
    let server = shelf.clone().serve(&foreign);
    let bench = Bench::new();
    let image = bench.pull(&name(&server)).expect("the only one there is, as Docker does");
    assert!(file_of(&image, "elsewhere"));
    assert!(bench.conductor.world().remarks.iter().any(|remark| remark.code == Code::PlatformDiffers));
    let tag = shelf.index(&[on("linux/s390x", foreign)]);
    let server = shelf.serve(&tag);
    Bench::new().pull_for(&name(&server), Some("linux/s390x"), None).expect("by name");
    Bench::new().fails(&name(&server), Code::PlatformNotAvailable);
}
