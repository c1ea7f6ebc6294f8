use super::*;
use crate::client::protocol::StoreReport;
use crate::trace::Code;
use std::sync::atomic::{AtomicBool, Ordering};

/// Where the cable is pulled.
#[derive(Debug, Clone, Copy)]
struct Cut {
    /// What is being received: the end of its path.
    what: usize,
    /// After so many bytes of it.
    at: usize,
    /// The other end does not even hang up.
    silent: bool,
}

/// An image, the ends of its paths, and its bytes.
struct Far {
    image: TestImage,
    paths: Vec<(String, usize)>,
}

impl Far {
    fn new() -> Self {
        let image = TestImage::new(vec![layer("a", &noise(300_000)), layer("b", &noise(200_001))]);
        let blobs = [&image.config].into_iter().chain(&image.layers);
        let blobs = blobs.map(|blob| (document::sha256(blob).to_string(), blob.len()));
        let manifest = ("/manifests/1".to_owned(), image.manifest.len());
        let paths = [manifest].into_iter().chain(blobs).collect();
        Self { image, paths }
    }

    /// At the ends of each document and blob, at the edges of a tar's blocks and of those that are read at once, and between.
    fn cuts(&self) -> Vec<Cut> {
        let mut cuts = Vec::new();
        for (what, (_, length)) in self.paths.iter().enumerate() {
            let places =
                [0, 1, 511, 512, 1024, 65_536, 131_071, 131_072, length / 2, length.saturating_sub(513), length - 1];
            let places: std::collections::BTreeSet<_> = places.into_iter().filter(|at| at < length).collect();
            cuts.extend(places.into_iter().map(|at| Cut { what, at, silent: false }));
            cuts.extend([0, length / 2].map(|at| Cut { what, at, silent: true }));
        }
        cuts
    }
}

/// Once the cable was pulled nothing comes through until it is plugged in again.
fn serve(far: &Far, cut: Cut) -> (Server, Arc<AtomicBool>) {
    let (image, path) = (far.image.clone(), far.paths[cut.what].0.clone());
    let (dead, plugged) = (AtomicBool::new(false), Arc::new(AtomicBool::new(false)));
    let again = Arc::clone(&plugged);
    let server = Server::start(move |asked, _| {
        let reply = image.answer(asked);
        if again.load(Ordering::Acquire) {
            reply
        } else if dead.load(Ordering::Acquire) {
            reply.cut(0)
        } else if asked.path.ends_with(&path) {
            dead.store(true, Ordering::Release);
            Reply { stall: cut.silent, ..reply.cut(cut.at) }
        } else {
            reply
        }
    });
    (server, plugged)
}

fn check(bench: &Bench, store: &Arc<Store>) -> StoreReport {
    let checked = bench
        .conductor
        .operate(OpKind::StoreCheck, "store", "", &Cancel::new(), |cx| store.check(cx, false, &|_| false));
    checked.expect("checked")
}

#[test]
fn wherever_the_cable_is_pulled_the_store_is_sound_and_the_next_pull_goes_on() {
    let far = Far::new();
    let cuts = far.cuts();
    assert!(cuts.len() > 30, "{}", cuts.len());
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while let Some(cut) = cuts.get(next.fetch_add(1, Ordering::AcqRel)) {
                    pulled_out(&far, *cut);
                }
            });
        }
    });
}

fn pulled_out(far: &Far, cut: Cut) {
    let (server, plugged) = serve(far, cut);
    let mut bench = Bench::new();
    bench.options.patience = Some(Duration::from_millis(500));
    // One store for all of it: nothing is swept by a new start.
    let store = bench.store();
    let fault = bench.pull_into(&store, &name(&server), None, None).expect_err("the cable is out");
    assert!(matches!(fault.problem.code, Code::BlobTruncated | Code::RegistryUnreachable), "{cut:?}: {fault}");
    let found = check(&bench, &store);
    let whole = |code: &Code| matches!(code, Code::StoreBlobOrphan | Code::StoreLayerOrphan);
    assert!(found.findings.iter().all(|f| !f.harmful && whole(&f.problem.code)), "{cut:?}: {found:?}");
    bench.is_clean();
    let partial = names(&bench.root().join("ingest"));
    assert!(partial.iter().all(|name| name.ends_with(".partial")), "{cut:?}: {partial:?}");
    let (path, length) = &far.paths[cut.what];
    let received = |digest: &str| {
        let file = bench.root().join("ingest").join(format!("{}.partial", digest.trim_start_matches("sha256:")));
        std::fs::metadata(file).map_or(0, |meta| usize::try_from(meta.len()).expect("small"))
    };
    if cut.what >= 2 {
        assert_eq!(received(path), cut.at, "{cut:?}: of {length} bytes all that came are kept");
    }
    let expected: Vec<_> = far.paths[2..]
        .iter()
        .map(|(digest, _)| {
            let there = names(&bench.root().join("blobs/sha256")).iter().any(|blob| digest.ends_with(blob.as_str()));
            let from = Some(received(digest)).filter(|&received| received > 0).map(|n| format!("bytes={n}-"));
            if there { Vec::new() } else { vec![from] }
        })
        .collect();

    plugged.store(true, Ordering::Release);
    let before = server.asked().len();
    let image = bench.pull_into(&store, &name(&server), None, None).unwrap_or_else(|e| panic!("{cut:?}: {e}"));
    let asked = server.asked().split_off(before);
    for ((digest, _), expected) in far.paths[2..].iter().zip(expected) {
        let ranges = asked.iter().filter(|asked| asked.path.ends_with(digest.as_str()));
        let ranges: Vec<_> = ranges.map(|asked| asked.headers.get("range").cloned()).collect();
        assert_eq!(ranges, expected, "{cut:?}: {digest}");
    }
    for (layer, (file, length)) in image.layers.iter().zip([("a", 300_000), ("b", 200_001)]) {
        assert!(std::fs::read(layer.join(file)).expect("the file") == noise(length), "{cut:?}: {file}");
    }
    assert_eq!(check(&bench, &store).findings, [], "{cut:?}");
    assert_eq!(names(&bench.root().join("ingest")), Vec::<String>::new(), "{cut:?}");
    assert!(bench.conductor.journal().pending(None).is_empty(), "{cut:?}");
}
