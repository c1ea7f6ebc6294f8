//! What a pull that failed has brought, and no image is made of.

use super::*;
use crate::engine::store::{Pruned, Removal, Removed};
use crate::trace::Code;
use std::sync::atomic::{AtomicBool, Ordering};

fn prune(bench: &Bench, store: &Arc<Store>) -> Pruned {
    let act = |cx: &Cx| store.prune(cx, true, &|_| true, &|_| None);
    bench.conductor.operate(OpKind::ImagePrune, "images", "", &Cancel::new(), act).expect("pruned")
}

fn findings(bench: &Bench, store: &Arc<Store>) -> Vec<Code> {
    let act = |cx: &Cx| store.check(cx, false, &|_| false);
    let report = bench.conductor.operate(OpKind::StoreCheck, "store", "", &Cancel::new(), act).expect("checked");
    report.findings.into_iter().map(|finding| finding.problem.code).collect()
}

fn on_disk(bench: &Bench) -> [usize; 3] {
    ["layers/sha256", "blobs/sha256", "ingest"].map(|dir| names(&bench.root().join(dir)).len())
}

/// Three layers, of which the uppermost is not what its config says; and an image of the lowest alone.
fn broken_and_base() -> (Server, Server) {
    let layers = [layer("a", &noise(1000)), layer("b", &noise(2000)), layer("c", b"c")].to_vec();
    let mut diff_ids: Vec<_> = layers.iter().map(|layer| document::sha256(layer)).collect();
    diff_ids[2] = document::sha256(b"another");
    let (broken, base) = (TestImage::with_diff_ids(layers.clone(), &diff_ids), TestImage::new(layers[..1].to_vec()));
    (Server::start(move |asked, _| broken.answer(asked)), Server::start(move |asked, _| base.answer(asked)))
}

fn pull(bench: &Bench, store: &Arc<Store>, server: &Server) -> Result<Image> {
    bench.pull_into(store, &name(server), None, None)
}

#[test]
fn what_a_pull_that_failed_has_left_is_pruned_and_counted() {
    let (broken, _) = broken_and_base();
    let bench = Bench::new();
    let store = bench.store();
    assert_eq!(pull(&bench, &store, &broken).expect_err("damaged").problem.code, Code::DiffIdMismatch);
    // Two layers; their blobs, that of the third, a manifest and a config.
    assert_eq!(on_disk(&bench), [2, 5, 0]);
    // Half a blob of another pull.
    let half = bench.root().join("ingest").join(format!("{}.partial", document::sha256(b"x").hex()));
    std::fs::write(half, [0; 500]).expect("a file");
    let blobs = names(&bench.root().join("blobs/sha256"));
    let blobs = blobs.iter().map(|name| std::fs::metadata(bench.root().join("blobs/sha256").join(name)));
    let blobs: u64 = blobs.map(|meta| meta.expect("there").len()).sum();
    let pruned = prune(&bench, &store);
    assert_eq!(pruned.freed, 1000 + 2000 + blobs + 500);
    assert_eq!(pruned.removed.iter().filter(|line| matches!(line, Removed::Deleted(_))).count(), 2 + 5);
    assert_eq!(on_disk(&bench), [0, 0, 0]);
    assert_eq!(findings(&bench, &store), []);
    let world = bench.conductor.world();
    assert!(world.layers.is_empty(), "{:?}", world.layers);
    assert!(world.blobs.values().all(|blob| !matches!(blob.state, BlobState::Verified { .. })), "{:?}", world.blobs);
    let again = prune(&bench, &store);
    assert!(again.removed.is_empty() && again.freed == 0, "{again:?}");
}

#[test]
fn an_image_below_an_orphan_is_pulled_and_removed_and_the_trace_agrees() {
    let (broken, base) = broken_and_base();
    let bench = Bench::new();
    let store = bench.store();
    pull(&bench, &store, &broken).expect_err("damaged");
    for _ in 0..2 {
        pull(&bench, &store, &base).expect("a pull");
        assert_eq!(bench.conductor.world().layers.len(), on_disk(&bench)[0]);
        let remove = |cx: &Cx| store.remove(cx, &name(&base), &Removal::default(), &|_| None);
        bench.conductor.operate(OpKind::ImageRemove, "base", "", &Cancel::new(), remove).expect("removed");
        assert_eq!((bench.conductor.world().layers.len(), on_disk(&bench)[0]), (0, 0), "the disk and the trace say so");
    }
}

#[test]
fn an_engine_that_starts_again_prunes_what_the_one_before_has_left() {
    let (broken, base) = broken_and_base();
    let bench = Bench::new();
    pull(&bench, &bench.store(), &broken).expect_err("damaged");
    // Another engine: its trace knows nothing of that.
    let later = Bench::within(bench.dir);
    let store = later.store();
    let image = pull(&later, &store, &base).expect("a pull that takes the lowest layer up");
    assert_eq!(findings(&later, &store).len(), 1 + 4, "a layer, two of its blobs and two documents");
    let act = |cx: &Cx| store.prune(cx, false, &|_| true, &|_| None);
    later.conductor.operate(OpKind::ImagePrune, "images", "", &Cancel::new(), act).expect("pruned");
    assert_eq!(findings(&later, &store), []);
    assert!(image.layers[0].join("a").is_file(), "what an image is made of stays");
    assert_eq!(later.conductor.world().layers.len(), 1);
}

#[test]
fn what_a_pull_that_runs_counts_on_is_not_pruned() {
    let image = TestImage::new(vec![layer("a", &noise(1000)), layer("b", &noise(90_000))]);
    let (asked_for, go) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (said, wait) = (Arc::clone(&asked_for), Arc::clone(&go));
    let (last, served) = (document::sha256(&image.layers[1]), image.clone());
    let server = Server::start(move |asked, before| {
        if asked.path.ends_with(last.as_str()) {
            if before == 0 {
                return served.answer(asked).cut(50_000);
            }
            said.store(true, Ordering::Release);
            while !wait.load(Ordering::Acquire) {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
        served.answer(asked)
    });
    let bench = Bench::new();
    let store = bench.store();
    std::thread::scope(|scope| {
        let pulling = scope.spawn(|| pull(&bench, &store, &server).expect("a pull"));
        while !asked_for.load(Ordering::Acquire) && !pulling.is_finished() {
            std::thread::sleep(Duration::from_millis(2));
        }
        let pruned = prune(&bench, &store);
        go.store(true, Ordering::Release);
        assert!(pruned.removed.is_empty() && pruned.freed == 0, "{pruned:?}");
        let pulled = pulling.join().expect("no panic");
        assert!(pulled.layers[1].join("b").is_file());
    });
    assert_eq!(findings(&bench, &store), []);
    let last = document::sha256(&image.layers[1]);
    assert_eq!(server.asked_for(last.as_str())[1].headers["range"], "bytes=50000-", "half of it was there still");
}
