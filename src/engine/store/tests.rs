use super::*;
use crate::engine::Cancel;
use crate::engine::conductor::{Conductor, Journal, Recorder};
use crate::engine::registry::{Builtin, Puller, RegistryOptions};
use crate::trace::{Change, Code, OpKind, World};

/// The built-in images, pulled into a store.
struct Shop {
    dir: tempfile::TempDir,
    store: Arc<Store>,
    conductor: Arc<Conductor>,
}

fn conductor(dir: &Path) -> Arc<Conductor> {
    // Beside what it is a journal of.
    let root = dir.join("root");
    fs::create_dir_all(&root).expect("a directory");
    Conductor::new(
        Recorder::in_memory(),
        Journal::open(&root.join("journal"), crate::engine::undoers(None)).expect("a journal"),
    )
}

impl Shop {
    fn with(images: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let builtin = Builtin::serve(([127, 0, 0, 1], 0).into(), &dir.path().join("assets")).expect("busybox-static");
        let store = Store::open(&dir.path().join("root"), IdRange::ALL, false).expect("a store");
        let conductor = conductor(dir.path());
        let options = RegistryOptions { builtin: Some(builtin.addr()), ..RegistryOptions::default() };
        let puller = Puller::new(Arc::clone(&store), options);
        for image in images {
            let reference = image.parse().expect("a reference");
            conductor
                .operate(OpKind::ImagePull, image, "", &Cancel::new(), |cx| {
                    puller.pull(cx, &reference, None, None, &|_| {})
                })
                .expect("a pull");
        }
        Self { dir, store, conductor }
    }

    fn remove(&self, name: &str, force: bool, user: Option<bool>) -> Result<Vec<Removed>> {
        let in_use = |_: &Digest| user.map(|running| User { container: "web".to_owned(), running });
        self.conductor.operate(OpKind::ImageRemove, name, "", &Cancel::new(), |cx| {
            self.store.remove(cx, name, &Removal { force, ..Removal::default() }, &in_use)
        })
    }

    fn announced(&self) -> World {
        let store = Store::open(&self.dir.path().join("root"), IdRange::ALL, false).expect("a store");
        let fresh = conductor(&self.dir.path().join("assets"));
        fresh.operate(OpKind::EngineStart, "", "", &Cancel::new(), |cx| store.announce(cx)).expect("announced");
        fresh.world()
    }

    fn count(&self, dir: &str) -> usize {
        fs::read_dir(self.dir.path().join("root").join(dir)).expect("a directory").count()
    }
}

#[test]
fn an_image_is_found_by_tag_id_beginning_of_id_and_digest() {
    let shop = Shop::with(&["lab/shell:1", "lab/busybox:1"]);
    let image = shop.store.find("lab/shell:1").expect("by tag");
    for name in [
        "docker.io/lab/shell:1".to_owned(),
        image.id.to_string(),
        image.id.hex().to_owned(),
        image.id.short().to_owned(),
        image.repo_digests[0].clone(),
    ] {
        assert_eq!(shop.store.find(&name).map(|i| i.id).as_ref(), Ok(&image.id), "{name}");
    }
    for name in ["lab/shell", "lab/shell:2", "ffffffffffffffff"] {
        assert_eq!(shop.store.find(name).expect_err(name).problem.code, Code::NoSuchImage);
    }
    assert_eq!(shop.store.find("Lab/X").expect_err("upper case").problem.code, Code::InvalidReference);
    assert_eq!(shop.store.images().len(), 2);
}

#[test]
fn a_new_engine_shows_what_is_there() {
    let shop = Shop::with(&["lab/base:1", "lab/shell:1"]);
    let (before, after) = (shop.conductor.world(), shop.announced());
    assert_eq!(after.tags, before.tags);
    assert_eq!(after.layers, before.layers);
    assert_eq!(after.configs, before.configs);
    assert_eq!(after.manifests, before.manifests);
    assert_eq!(after.indexes, before.indexes);
    assert_eq!(after.chosen, before.chosen);
    assert_eq!(after.blobs.keys().collect::<Vec<_>>(), before.blobs.keys().collect::<Vec<_>>());
}

#[test]
fn layers_that_another_image_shares_stay() {
    let shop = Shop::with(&["lab/base:1", "lab/shell:1"]);
    let (base, shell) = (shop.store.find("lab/base:1").expect("base"), shop.store.find("lab/shell:1").expect("shell"));
    let removed = shop.remove("lab/shell:1", false, None).expect("removed");
    assert_eq!(removed[0], Removed::Untagged("lab/shell:1".into()));
    assert!(removed.contains(&Removed::Untagged(shell.repo_digests[0].clone())));
    assert!(removed.contains(&Removed::Deleted(shell.id.to_string())));
    assert_eq!(
        removed.iter().filter(|r| matches!(r, Removed::Deleted(_))).count(),
        1 + 3,
        "the image and its own layers"
    );
    assert_eq!(shop.count("layers/sha256"), 1);
    assert!(base.layers[0].join("bin/busybox").is_file());
    let world = shop.conductor.world();
    assert_eq!(world.layers.keys().collect::<Vec<_>>(), [&base.chain_ids[0]]);
    assert!(!world.configs.contains_key(&shell.id) && world.configs.contains_key(&base.id));
    shop.remove(base.id.short(), false, None).expect("removed");
    assert_eq!((shop.count("layers/sha256"), shop.count("blobs/sha256")), (0, 0), "nothing is left");
    assert!(shop.conductor.world().blobs.is_empty() && shop.conductor.world().layers.is_empty());
    assert!(shop.conductor.journal().pending(None).is_empty());
}

#[test]
fn of_two_tags_one_goes_and_the_image_stays() {
    let shop = Shop::with(&["lab/busybox:1", "lab/busybox:latest"]);
    let id = shop.store.find("lab/busybox:1").expect("there").id;
    assert_eq!(shop.remove("lab/busybox:1", false, None), Ok(vec![Removed::Untagged("lab/busybox:1".into())]));
    assert_eq!(shop.store.find("lab/busybox").map(|i| i.id), Ok(id));
}

#[test]
fn an_image_in_use_of_a_container_that_runs_stays_even_by_force() {
    let shop = Shop::with(&["lab/busybox:1"]);
    let fault = shop.remove("lab/busybox:1", false, Some(true)).expect_err("in use");
    assert_eq!((fault.kind, fault.problem.args["container"].as_str()), (FaultKind::Conflict, "web"));
    let id = shop.store.find("lab/busybox:1").expect("still there").id;
    let removed = shop.remove("lab/busybox:1", true, Some(true)).expect("untagged");
    assert_eq!(removed[0], Removed::Untagged("lab/busybox:1".into()));
    assert!(
        removed.len() == 2 && matches!(&removed[1], Removed::Untagged(digest) if digest.contains('@')),
        "{removed:?}"
    );
    let image = shop.store.find(id.short()).expect("dangling, but there");
    assert!(image.tags.is_empty() && image.layers[0].is_dir());
    assert_eq!(shop.remove(id.hex(), true, Some(true)).expect_err("in use").problem.code, Code::ImageInUseRunning);
    assert_eq!(shop.remove(id.hex(), false, Some(false)).expect_err("in use").problem.code, Code::ImageInUseStopped);
    shop.remove(id.hex(), false, None).expect("removed");
}

#[test]
fn an_image_in_use_of_a_container_that_stopped_goes_by_force_and_its_layers_with_the_container() {
    for by_id in [false, true] {
        let shop = Shop::with(&["lab/busybox:1"]);
        let image = shop.store.find("lab/busybox:1").expect("there");
        let hold = shop.store.hold(&image);
        let name = if by_id { image.id.hex() } else { "lab/busybox:1" };
        shop.remove(name, false, Some(false)).expect_err("in use");
        let removed = shop.remove(name, true, Some(false)).expect("removed");
        assert!(removed.contains(&Removed::Deleted(image.id.to_string())), "{removed:?}");
        assert!(!removed.contains(&Removed::Deleted(image.chain_ids[0].to_string())), "{removed:?}");
        shop.store.find("lab/busybox:1").expect_err("gone");
        assert!(image.layers[0].is_dir() && shop.conductor.world().layers.contains_key(&image.chain_ids[0]));
        drop(hold);
        let let_go = |cx: &Cx| shop.store.let_go(cx, &image);
        shop.conductor.operate(OpKind::ContainerRemove, "web", "", &Cancel::new(), let_go).expect("let go");
        assert_eq!((shop.count("layers/sha256"), shop.count("blobs/sha256")), (0, 0), "nothing is left");
        assert!(shop.conductor.world().layers.is_empty());
    }
}

#[test]
fn what_a_container_lets_go_of_stays_for_an_image_that_has_come_back() {
    let shop = Shop::with(&["lab/busybox:1"]);
    let image = shop.store.find("lab/busybox:1").expect("there");
    let hold = shop.store.hold(&image);
    drop(hold);
    let let_go = |cx: &Cx| shop.store.let_go(cx, &image);
    shop.conductor.operate(OpKind::ContainerRemove, "web", "", &Cancel::new(), let_go).expect("let go");
    assert!(image.layers[0].is_dir());
}

#[test]
fn two_tags_of_one_repository_go_by_id_with_force_alone() {
    let shop = Shop::with(&["lab/busybox:1", "lab/busybox:latest"]);
    let id = shop.store.find("lab/busybox:1").expect("there").id;
    let fault = shop.remove(id.hex(), false, None).expect_err("which of the two");
    assert_eq!(fault.problem.code, Code::ImageManyRepositories);
    let removed = shop.remove(id.hex(), true, None).expect("removed");
    assert!(removed.contains(&Removed::Untagged("lab/busybox:latest".into())), "{removed:?}");
}

#[test]
fn what_a_crash_left_is_swept_and_a_partial_download_is_not() {
    let dir = tempfile::tempdir().expect("a directory");
    Store::open(dir.path(), IdRange::ALL, false).expect("a store");
    let half = dir.path().join("layers/sha256/.abc.1/fs/etc");
    fs::create_dir_all(&half).expect("a directory");
    let (partial, document) = (dir.path().join("ingest/abc.partial"), dir.path().join("ingest/abc.7"));
    fs::write(&partial, "half").expect("a file");
    fs::write(&document, "half").expect("a file");
    Store::open(dir.path(), IdRange::ALL, false).expect("a store");
    assert!(!dir.path().join("layers/sha256/.abc.1").exists() && !document.exists() && partial.exists());
}

#[test]
fn a_list_of_images_that_a_later_version_wrote_is_left_alone() {
    let dir = tempfile::tempdir().expect("a directory");
    fs::write(dir.path().join("images.json"), r#"{"version":99,"images":{},"tags":{}}"#).expect("a file");
    let fault = Store::open(dir.path(), IdRange::ALL, false).expect_err("unreadable");
    assert_eq!(fault.problem.code, Code::StoreUnreadable);
}

#[test]
fn what_a_pull_counts_on_is_not_deleted() {
    let shop = Shop::with(&["lab/busybox:1"]);
    let image = shop.store.find("lab/busybox:1").expect("there");
    let pin = shop.store.pin(image.chain_ids.clone());
    shop.remove("lab/busybox:1", false, None).expect("removed");
    assert!(image.layers[0].is_dir());
    drop(pin);
    let gone = |change: &Change| matches!(change, Change::LayerGone { .. });
    let said = shop.conductor.recorder().with(|trace| {
        trace.events().any(|e| matches!(&e.body, crate::trace::Body::Observed { change, .. } if gone(change)))
    });
    assert!(!said);
}

fn check(shop: &Shop, repair: bool) -> crate::client::protocol::StoreReport {
    let act = |cx: &Cx| shop.store.check(cx, repair, &|_| false);
    shop.conductor.operate(OpKind::StoreCheck, "store", "", &Cancel::new(), act).expect("checked")
}

fn codes(report: &crate::client::protocol::StoreReport) -> Vec<Code> {
    report.findings.iter().map(|finding| finding.problem.code.clone()).collect()
}

#[test]
fn a_sound_store_is_found_sound_and_each_damage_is_named_and_mended() {
    let shop = Shop::with(&["lab/shell:1"]);
    let sound = check(&shop, false);
    assert!(sound.findings.is_empty() && sound.is_sound(), "{sound:?}");
    assert_eq!((sound.images, sound.layers), (1, 4));
    let image = shop.store.find("lab/shell:1").expect("there");
    let record = shop.store.record(&image.id).expect("written down");
    let root = shop.dir.path().join("root");

    let blob = shop.store.blob_path(&record.layers[0].digest);
    let mut bytes = fs::read(&blob).expect("a blob");
    bytes[100] ^= 1;
    fs::write(&blob, bytes).expect("written");
    fs::remove_file(image.layers[0].join("bin/busybox")).expect("a file");
    fs::write(root.join("blobs/sha256").join("0".repeat(64)), "nobody's").expect("a file");
    fs::write(root.join("blobs/sha256/readme"), "nobody's").expect("a file");
    let found = check(&shop, false);
    assert!(!found.is_sound());
    assert_eq!(
        codes(&found),
        [Code::StoreBlobDamaged, Code::StoreBlobDamaged, Code::StoreStray, Code::StoreLayerDamaged],
        "{found:?}"
    );
    assert!(found.findings.iter().all(|finding| !finding.repaired));
    let mended = check(&shop, true);
    assert!(mended.findings.iter().all(|finding| finding.repaired), "{mended:?}");
    // What the image lacks now is named, until a pull has fetched it again.
    let after = check(&shop, false);
    assert_eq!(codes(&after), [Code::StoreImageBlob, Code::StoreImageLayer]);
    for lang in crate::i18n::Lang::ALL {
        let words = crate::i18n::Words::new(lang);
        assert!(found.findings.iter().chain(&after.findings).all(|f| !words.problem(&f.problem).contains("{ $")));
    }
}

#[test]
fn a_pull_after_a_repair_brings_back_what_was_missing() {
    let shop = Shop::with(&["lab/shell:1"]);
    let image = shop.store.find("lab/shell:1").expect("there");
    fs::remove_file(image.layers[0].join("bin/busybox")).expect("a file");
    check(&shop, true);
    assert_eq!(codes(&check(&shop, false)), [Code::StoreImageLayer]);
    let builtin = Builtin::serve(([127, 0, 0, 1], 0).into(), &shop.dir.path().join("again")).expect("busybox-static");
    let options = RegistryOptions { builtin: Some(builtin.addr()), ..RegistryOptions::default() };
    let puller = Puller::new(Arc::clone(&shop.store), options);
    let reference = "lab/shell:1".parse().expect("a reference");
    let pull = |cx: &Cx| puller.pull(cx, &reference, None, None, &|_| {});
    shop.conductor.operate(OpKind::ImagePull, "again", "", &Cancel::new(), pull).expect("a pull");
    assert!(check(&shop, false).findings.is_empty());
    assert!(image.layers[0].join("bin/busybox").is_file());
}
