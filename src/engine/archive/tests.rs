mod accepted;

use super::*;
use crate::engine::conductor::{Conductor, Journal, Recorder};
use crate::engine::documents::sha256;
use crate::engine::store::Store;
use crate::engine::{Cancel, IdRange, Result};
use crate::trace::{Code, OpKind};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use tar::{Builder, EntryType, Header};

/// A store of its own.
struct Bench {
    dir: tempfile::TempDir,
    conductor: Arc<Conductor>,
    store: Arc<Store>,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let root = dir.path().join("root");
        let store = Store::open(&root, IdRange::ALL, false).expect("a store");
        let journal = Journal::open(&root.join("journal"), crate::engine::undoers(None)).expect("a journal");
        let conductor = Conductor::new(Recorder::in_memory(), journal);
        Self { dir, conductor, store }
    }

    fn load(&self, archive: &[u8]) -> Result<Vec<Loaded>> {
        let act = |cx: &crate::engine::Cx| load(&self.store, cx, archive, None, &|_| {});
        self.conductor.operate(OpKind::ImageLoad, "archive", "", &Cancel::new(), act)
    }

    fn count(&self, place: &str) -> usize {
        std::fs::read_dir(self.dir.path().join("root").join(place)).expect("a directory").count()
    }

    /// The load fails with that code, and nothing is left.
    #[track_caller]
    fn refuses(&self, archive: &[u8], code: Code) {
        let fault = self.load(archive).expect_err(code.name());
        assert_eq!(fault.problem.code, code, "{fault}");
        for place in ["blobs/sha256", "layers/sha256", "ingest"] {
            assert_eq!(self.count(place), 0, "{code}: {place}");
        }
        assert!(self.store.images().is_empty() && self.conductor.journal().pending(None).is_empty());
        assert!(self.conductor.world().blobs.is_empty() && self.conductor.world().configs.is_empty(), "{code}");
        for lang in crate::i18n::Lang::ALL {
            let text = crate::i18n::Words::new(lang).problem(&fault.problem);
            assert!(!text.contains("{ $") && !text.starts_with(code.name()), "{lang:?}: {text}");
        }
    }
}

fn layer(text: &str) -> Vec<u8> {
    files(&[("etc/motd", text.as_bytes())])
}

fn files(all: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = Builder::new(Vec::new());
    all.iter().for_each(|(name, bytes)| add(&mut tar, name, bytes));
    tar.into_inner().expect("in memory")
}

/// The name as it is, also one that the tar crate refuses to write.
fn add(tar: &mut Builder<Vec<u8>>, name: &str, bytes: &[u8]) {
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    tar.append(&header, bytes).expect("in memory");
}

fn link(tar: &mut Builder<Vec<u8>>, name: &str, target: &str) {
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
    header.set_entry_type(EntryType::Symlink);
    header.set_size(0);
    header.set_cksum();
    tar.append(&header, std::io::empty()).expect("in memory");
}

fn config(layers: &[&[u8]]) -> Vec<u8> {
    let host = crate::spec::Platform::host();
    let diff_ids: Vec<_> = layers.iter().map(|layer| sha256(layer)).collect();
    json!({"os": host.os, "architecture": host.architecture, "rootfs": {"type": "layers", "diff_ids": diff_ids}})
        .to_string()
        .into_bytes()
}

fn manifest(config: &str, layers: &[&str]) -> Vec<u8> {
    json!([{"Config": config, "RepoTags": ["a/b:1"], "Layers": layers}]).to_string().into_bytes()
}

#[test]
fn an_archive_of_old_docker_with_linked_layers_is_loaded() {
    let bench = Bench::new();
    let (one, config) = (layer("one"), config(&[&layer("one"), &layer("one")]));
    let mut tar = Builder::new(Vec::new());
    // The list may come last, and a layer that is there twice is a link.
    add(&mut tar, "./aaa/layer.tar", &one);
    link(&mut tar, "bbb/layer.tar", "../aaa/layer.tar");
    add(&mut tar, "config.json", &config);
    add(&mut tar, "manifest.json", &manifest("config.json", &["aaa/layer.tar", "bbb/layer.tar"]));
    let loaded = bench.load(&tar.into_inner().expect("in memory")).expect("loaded");
    assert_eq!(loaded[0].tags[0].familiar(), "a/b:1");
    let image = bench.store.find("a/b:1").expect("there");
    assert_eq!(image.id, sha256(&config));
    assert_eq!((image.layers.len(), bench.count("layers/sha256"), bench.count("ingest")), (2, 2, 0));
    assert_eq!(std::fs::read_to_string(image.layers[1].join("etc/motd")).expect("a file"), "one");
}

#[test]
fn hostile_and_damaged_archives_end_in_a_named_error_and_leave_nothing() {
    let bench = Bench::new();
    let (one, good) = (layer("one"), config(&[&layer("one")]));
    let listed = manifest("config.json", &["layer.tar"]);
    let whole: &[(&str, &[u8])] = &[("layer.tar", &one), ("config.json", &good), ("manifest.json", &listed)];
    for name in ["../up", "a/../../up", "/etc/passwd", ".."] {
        bench.refuses(&files(&[whole, &[(name, b"x")]].concat()), Code::ArchiveHostile);
    }
    for target in ["/etc/shadow", "../../etc/shadow"] {
        let mut tar = Builder::new(Vec::new());
        link(&mut tar, "layer.tar", target);
        bench.refuses(&tar.into_inner().expect("in memory"), Code::ArchiveHostile);
    }
    let mut tar = Builder::new(Vec::new());
    link(&mut tar, "layer.tar", "other.tar");
    link(&mut tar, "other.tar", "layer.tar");
    add(&mut tar, "config.json", &good);
    add(&mut tar, "manifest.json", &listed);
    bench.refuses(&tar.into_inner().expect("in memory"), Code::ArchiveMissing);
    let mut device = Header::new_gnu();
    device.set_path("null").expect("a name");
    device.set_entry_type(EntryType::Char);
    device.set_size(0);
    device.set_cksum();
    bench.refuses(&[device.as_bytes().as_slice(), &[0; 1024]].concat(), Code::ArchiveHostile);

    bench.refuses(&files(&whole[1..]), Code::ArchiveMissing);
    bench.refuses(&files(&[whole[0], whole[2]]), Code::ArchiveMissing);
    bench.refuses(&files(&whole[..2]), Code::ArchiveNoImages);
    bench.refuses(&files(&[("repositories", b"{}")]), Code::ArchiveTooOld);
    bench.refuses(&files(&[whole, &[("manifest.json", listed.as_slice())]].concat()), Code::ArchiveDuplicate);
    bench.refuses(&files(&[whole, &[("layer.tar", b"other")]].concat()), Code::ArchiveDuplicate);
    bench.refuses(&files(&[("manifest.json", &vec![b' '; 5 << 20])]), Code::ArchiveDocumentLarge);
    bench.refuses(&files(&[("manifest.json", b"{not json")]), Code::ArchiveDocument);
    bench.refuses(&files(&[whole[0], ("config.json", b"[]"), whole[2]]), Code::ArchiveField);
    let other = layer("two");
    bench.refuses(&files(&[("layer.tar", &other), whole[1], whole[2]]), Code::DiffIdMismatch);
    let wrong = format!("{}.json", "0".repeat(64));
    let listed = manifest(&wrong, &["layer.tar"]);
    bench.refuses(&files(&[whole[0], (&wrong, &good), ("manifest.json", &listed)]), Code::ArchiveDigest);
    bench.refuses(&files(whole)[..1500], Code::ArchiveDamaged);
    bench.refuses(b"no tar at all, only words", Code::ArchiveFormat);
    bench.refuses(b"PK\x03\x04", Code::ArchiveFormat);
    bench.refuses(&[0xfd, b'7', b'z', b'X', b'Z', 0, 0, 0], Code::ArchiveDamaged);
    bench.refuses(b"LZIP\x01", Code::ArchiveCompression);
}

/// A layout of OCI, with one thing about it changed.
fn layout(change: impl Fn(&mut serde_json::Value, &mut serde_json::Value)) -> Vec<u8> {
    let (one, config) = (layer("one"), config(&[&layer("one")]));
    let listed = |kind: &str, bytes: &[u8]| json!({"mediaType": kind, "digest": sha256(bytes), "size": bytes.len()});
    let mut manifest = json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": listed("application/vnd.oci.image.config.v1+json", &config),
        "layers": [listed("application/vnd.oci.image.layer.v1.tar", &one)],
    });
    let mut entry = json!({"annotations": {"org.opencontainers.image.ref.name": "a/b:2"}});
    change(&mut manifest, &mut entry);
    let manifest = manifest.to_string().into_bytes();
    for (name, value) in listed("application/vnd.oci.image.manifest.v1+json", &manifest).as_object().expect("one") {
        entry.as_object_mut().expect("one").entry(name).or_insert(value.clone());
    }
    let index = json!({"schemaVersion": 2, "manifests": [entry]}).to_string();
    let blob = |bytes: &[u8]| format!("blobs/sha256/{}", sha256(bytes).hex());
    files(&[
        ("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#),
        ("index.json", index.as_bytes()),
        (&blob(&one), &one),
        (&blob(&config), &config),
        (&blob(&manifest), &manifest),
    ])
}

#[test]
fn a_layout_is_loaded_and_one_that_lies_is_not() {
    let bench = Bench::new();
    bench.refuses(&layout(|manifest, _| manifest["layers"][0]["size"] = json!(7)), Code::ArchiveSize);
    bench.refuses(&layout(|_, entry| entry["size"] = json!(7)), Code::ArchiveSize);
    let zeros = format!("sha256:{}", "0".repeat(64));
    bench.refuses(&layout(|manifest, _| manifest["layers"][0]["digest"] = json!(zeros)), Code::ArchiveMissing);
    bench.refuses(&layout(|manifest, _| manifest["layers"] = json!([])), Code::ArchiveDocument);
    bench.load(&layout(|_, _| {})).expect("loaded");
    assert!(Path::new(&bench.store.find("a/b:2").expect("there").layers[0]).is_dir());
    // Loaded once more, it is there already: nothing is there twice.
    bench.load(&layout(|_, _| {})).expect("loaded again");
    assert_eq!((bench.count("layers/sha256"), bench.count("blobs/sha256"), bench.count("ingest")), (1, 3, 0));
}

#[test]
fn documents_that_would_be_read_for_ever_are_refused() {
    let bench = Bench::new();
    let config = br#"{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}"#;
    let list = |n: usize| format!("[{}]", vec![r#"{"Config":"c.json","Layers":[]}"#; n].join(","));
    bench.refuses(&files(&[("manifest.json", list(1001).as_bytes()), ("c.json", config)]), Code::ArchiveDocument);
    // Few images, and each of the same large document.
    let mut large = config.to_vec();
    large.resize(4 << 20, b' ');
    bench.refuses(&files(&[("manifest.json", list(65).as_bytes()), ("c.json", &large)]), Code::ArchiveDocumentLarge);
    let names =
        |what: &str, n: usize| format!(r#"[{{"Config":"c.json","{what}":["{}"]}}]"#, vec!["a"; n].join(r#"",""#));
    for (what, n) in [("Layers", 501), ("RepoTags", 1001)] {
        let manifest = names(what, n);
        bench.refuses(&files(&[("manifest.json", manifest.as_bytes()), ("c.json", config)]), Code::ArchiveDocument);
    }
}

#[test]
fn a_writable_layer_with_all_that_a_container_can_put_there_is_packed_or_refused() {
    use crate::engine::handle;
    use nix::sys::stat::{Mode, mkdirat};
    let bench = Bench::new();
    let upper = bench.dir.path().join("upper");
    std::fs::create_dir(&upper).expect("a directory");
    nix::unistd::mkfifo(&upper.join("pipe"), Mode::S_IRWXU).expect("a pipe");
    let _listens = std::os::unix::net::UnixListener::bind(upper.join("socket")).expect("a socket");
    std::os::unix::fs::symlink("/proc/self/root", upper.join("link")).expect("a link");
    let packs = || {
        let act = |cx: &crate::engine::Cx| pack(cx, &upper, &|_, _| false, std::io::sink());
        bench.conductor.operate(OpKind::ContainerCommit, "c", "", &Cancel::new(), act)
    };
    let packed = packs().expect("neither is opened");
    assert_eq!((packed.entries, packed.remarks.len()), (2, 1), "a socket is in no tar");
    let mut at = handle::open(&upper).expect("a directory");
    for _ in 0..5000 {
        mkdirat(&at, "d", Mode::S_IRWXU).expect("made");
        at = handle::enter(&at, "d".as_ref()).expect("entered");
    }
    // A recursion that deep has neither the handles nor the stack.
    assert_eq!(packs().expect_err("too deep").problem.code, Code::UpperTooDeep);
    handle::remove(&upper).expect("removed");
}
