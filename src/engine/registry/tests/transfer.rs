use super::*;

/// Serves the image, but its first layer only after `script` had its say.
fn serve_layer(
    image: &TestImage,
    script: impl Fn(&server::Asked, usize, &[u8]) -> Option<Reply> + Send + Sync + 'static,
) -> Server {
    let image = image.clone();
    let blob = document::sha256(&image.layers[0]);
    Server::start(move |asked, before| {
        let special = asked.path.ends_with(blob.as_str()).then(|| script(asked, before, &image.layers[0])).flatten();
        special.unwrap_or_else(|| image.answer(asked))
    })
}

fn cut(mut reply: Reply, at: usize) -> Reply {
    reply.cut = Some(at);
    reply
}

#[test]
fn a_blob_that_was_cut_goes_on_where_it_stopped() {
    let content = noise(900_000);
    let image = TestImage::new(vec![layer("a", &content)]);
    let server = serve_layer(&image, |asked, before, blob| (before < 2).then(|| cut(ranged(asked, blob), 300_000)));
    let bench = Bench::new();
    let pulled = bench.pull(&name(&server)).expect("a pull");
    assert_eq!(std::fs::read(pulled.layers[0].join("a")).expect("the file"), content);
    let asked = server.asked_for(document::sha256(&image.layers[0]).as_str());
    let ranges: Vec<_> = asked.iter().map(|a| a.headers.get("range").cloned()).collect();
    assert_eq!(ranges, [None, Some("bytes=300000-".to_owned()), Some("bytes=600000-".to_owned())]);
    assert!(bench.trace().contains("bytes=600000-"), "the request for the rest is evidence");
    assert_eq!(names(&bench.root().join("ingest")), Vec::<String>::new());
}

#[test]
fn what_a_pull_that_failed_has_received_serves_the_next_one() {
    let content = noise(500_000);
    let image = TestImage::new(vec![layer("a", &content)]);
    let bench = Bench::new();
    let broken = serve_layer(&image, |asked, _, blob| {
        let begun = asked.headers.contains_key("range");
        Some(cut(ranged(asked, blob), if begun { 0 } else { 200_000 }))
    });
    bench.fails(&name(&broken), "blob-truncated");
    let partial = bench.root().join("ingest").join(format!("{}.partial", document::sha256(&image.layers[0]).hex()));
    assert_eq!(std::fs::metadata(&partial).expect("kept").len(), 200_000);

    let whole = serve_layer(&image, |_, _, _| None);
    let pulled = bench.pull(&name(&whole)).expect("a pull");
    assert_eq!(std::fs::read(pulled.layers[0].join("a")).expect("the file"), content);
    let asked = whole.asked_for(document::sha256(&image.layers[0]).as_str());
    assert_eq!(asked[0].headers["range"], "bytes=200000-");
}

#[test]
fn a_server_without_ranges_is_asked_for_the_whole_blob() {
    let content = noise(500_000);
    let image = TestImage::new(vec![layer("a", &content)]);
    let server = serve_layer(&image, |_, before, blob| {
        Some(if before == 0 { cut(Reply::new(200, blob), 200_000) } else { Reply::new(200, blob) })
    });
    let bench = Bench::new();
    let pulled = bench.pull(&name(&server)).expect("a pull");
    assert_eq!(std::fs::read(pulled.layers[0].join("a")).expect("the file"), content);
}

#[test]
fn a_damaged_partial_file_is_found_out_and_not_used_again() {
    let image = TestImage::new(vec![layer("a", &noise(500_000))]);
    let server = serve_layer(&image, |_, _, _| None);
    let bench = Bench::new();
    let partial = bench.root().join("ingest").join(format!("{}.partial", document::sha256(&image.layers[0]).hex()));
    std::fs::create_dir_all(partial.parent().expect("a parent")).expect("a directory");
    std::fs::write(&partial, [0; 1000]).expect("a file");
    bench.fails(&name(&server), "digest-mismatch");
    bench.pull(&name(&server)).expect("the second time it is fetched whole");
}

#[test]
fn a_registry_that_stumbles_is_asked_again() {
    let image = TestImage::new(vec![layer("a", b"a")]);
    let server = serve_layer(&image, |_, before, _| (before < 2).then(|| Reply::new(503, "one moment")));
    Bench::new().pull(&name(&server)).expect("a pull");
    assert_eq!(server.asked_for(document::sha256(&image.layers[0]).as_str()).len(), 3);
}

#[test]
fn another_host_gets_no_credentials() {
    let image = TestImage::new(vec![layer("a", b"a")]);
    let elsewhere = {
        let image = image.clone();
        Server::start(move |asked, _| Reply { headers: Vec::new(), ..ranged(asked, &image.layers[0]) })
    };
    let to = format!("http://{}/signed?X-Signature=abc", elsewhere.addr);
    let wanted = "Basic bWU6Z2VoZWlt";
    let blob = document::sha256(&image.layers[0]);
    let server = Server::start(move |asked, _| match asked.path.as_str() {
        _ if asked.headers.get("authorization").map(String::as_str) != Some(wanted) => {
            Reply::new(401, "").with("WWW-Authenticate", "Basic realm=\"x\"")
        }
        path if path.ends_with(blob.as_str()) => Reply::new(307, "").with("Location", &to),
        _ => image.answer(asked),
    });
    let bench = Bench::new();
    assert_eq!(bench.pull(&name(&server)).expect_err("no password").problem.code, "registry-refused");
    let me = Credentials::Basic { username: "me".into(), password: "geheim".into() };
    bench.pull_as(&name(&server), Some(&me)).expect("a pull");
    assert_eq!(elsewhere.asked().len(), 1);
    assert!(!elsewhere.asked()[0].headers.contains_key("authorization"));
    let trace = bench.trace();
    assert!(!trace.contains("bWU6Z2VoZWlt") && !trace.contains("X-Signature=abc") && trace.contains("X-Signature=•••"));
}

#[test]
fn a_token_is_fetched_shown_and_fetched_again_when_it_has_run_out() {
    let image = TestImage::new(vec![layer("a", b"a")]);
    let tokens = Server::start(|_, before| Reply::new(200, format!(r#"{{"token":"secret-{before}"}}"#)));
    let challenge = format!(r#"Bearer realm="http://{}/token",service="test",scope="x""#, tokens.addr);
    let blob = document::sha256(&image.layers[0]);
    let server = Server::start(move |asked, _| {
        let shown = asked.headers.get("authorization").map(String::as_str);
        let good = if asked.path.ends_with(blob.as_str()) { "Bearer secret-1" } else { "Bearer secret-0" };
        if shown == Some(good) { image.answer(asked) } else { Reply::new(401, "").with("WWW-Authenticate", &challenge) }
    });
    let bench = Bench::new();
    bench.pull(&name(&server)).expect("a pull");
    let asked = tokens.asked();
    assert_eq!(asked.len(), 2);
    assert!(asked[0].path.contains("scope=repository:a/b:pull") && asked[0].path.contains("service=test"), "{asked:?}");
    assert!(!bench.trace().contains("secret-"));
    assert_eq!(bench.conductor.world().registries[&server.addr.to_string()].auth, "bearer");
}

#[test]
fn a_pull_that_is_cancelled_ends_although_no_byte_comes() {
    let image = TestImage::new(vec![layer("a", &noise(500_000))]);
    let server = serve_layer(&image, |asked, _, blob| Some(Reply { stall: true, ..cut(ranged(asked, blob), 200_000) }));
    let bench = Bench::new();
    let cancel = bench.cancel.clone();
    let digest = document::sha256(&image.layers[0]);
    let conductor = Arc::clone(&bench.conductor);
    let canceller = std::thread::spawn(move || {
        while !conductor.world().blobs.get(&digest).is_some_and(|b| matches!(b.state, BlobState::Receiving(_))) {
            std::thread::sleep(Duration::from_millis(5));
        }
        cancel.cancel();
        Instant::now()
    });
    let fault = bench.pull(&name(&server)).expect_err("cancelled");
    let took = canceller.join().expect("no panic").elapsed();
    assert_eq!(fault.kind, FaultKind::Cancelled);
    assert!(took < Duration::from_secs(3), "{took:?}");
    bench.is_clean();
    assert_eq!(names(&bench.root().join("ingest")).len(), 1, "what has come is kept");
}

#[test]
fn what_is_there_is_not_fetched_again() {
    let (a, b, c) = (layer("a", b"a"), layer("b", b"b"), layer("c", b"c"));
    let first = TestImage::new(vec![a.clone(), b]);
    let second = TestImage::new(vec![a.clone(), c, a.clone()]);
    let bench = Bench::new();
    let server = Server::start(move |asked, _| first.answer(asked));
    bench.pull(&name(&server)).expect("a pull");
    bench.pull(&name(&server)).expect("the same again");
    assert_eq!(server.asked_for("/blobs/").len(), 3, "a config and two layers, once");
    let other = Server::start(move |asked, _| second.answer(asked));
    let image = bench.pull(&name(&other)).expect("another");
    assert_eq!(other.asked_for(document::sha256(&a).as_str()).len(), 0, "not even for the layer it has twice");
    assert_eq!(image.layers.len(), 3);
    let world = bench.conductor.world();
    assert!(matches!(world.blobs[&document::sha256(&a)].state, BlobState::Verified { reused: true }));
}

#[test]
fn two_pulls_at_once_fetch_each_blob_once() {
    let image = TestImage::new(vec![layer("a", &noise(300_000)), layer("b", &noise(200_000))]);
    let server = Server::start(move |asked, _| image.answer(asked));
    let bench = Bench::new();
    let store = Store::open(&bench.root(), IdRange::ALL, false).expect("a store");
    let reference = name(&server).parse().expect("a reference");
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let puller = Puller::new(Arc::clone(&store), RegistryOptions::default());
                bench
                    .conductor
                    .operate(OpKind::ImagePull, "", "", &Cancel::new(), |cx| {
                        puller.pull(cx, &reference, None, None, &|_| {})
                    })
                    .expect("a pull");
            });
        }
    });
    let layers: Vec<_> = server.asked_for("/blobs/");
    assert!(layers.len() <= 2 + 3, "two layers once, the config at most once a pull: {}", layers.len());
    assert_eq!(names(&bench.root().join("layers/sha256")).len(), 2);
    assert!(bench.conductor.journal().pending(None).is_empty());
}

#[test]
fn a_learner_sees_all_downloads_before_the_first_unpacking() {
    let image = TestImage::new(vec![layer("a", b"a"), layer("b", b"b")]);
    let server = Server::start(move |asked, _| image.answer(asked));
    let (free, watched) = (Bench::new(), Bench::new());
    free.pull(&name(&server)).expect("a pull");
    let hold = watched.conductor.hold();
    let over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(std::sync::atomic::Ordering::Acquire) {
                let level = crate::trace::Level::Kernel;
                if !watched.conductor.gate().view().waiting.is_empty() {
                    watched.conductor.gate().command(&crate::client::protocol::GateCommand::Step { level });
                }
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        let result = watched.pull(&name(&server));
        over.store(true, std::sync::atomic::Ordering::Release);
        result.expect("a pull");
    });
    drop(hold);
    for bench in [&free, &watched] {
        let kinds = stages(bench);
        let at = |kind| kinds.iter().position(|k| *k == kind).unwrap_or_else(|| panic!("{kind:?} in {kinds:?}"));
        let last_fetch = kinds.iter().rposition(|k| *k == StepKind::FetchBlob).expect("fetched");
        assert!(at(StepKind::ResolveImage) < at(StepKind::DownloadLayers));
        assert!(last_fetch < at(StepKind::UnpackLayers) && at(StepKind::UnpackLayers) < at(StepKind::UnpackLayer));
        assert_eq!(kinds.last(), Some(&StepKind::TagImage));
    }
    let (a, b) = (free.conductor.world(), watched.conductor.world());
    assert_eq!((a.tags, a.configs, a.blobs), (b.tags, b.configs, b.blobs), "both ways end in the same World");
}

fn stages(bench: &Bench) -> Vec<StepKind> {
    bench.conductor.recorder().with(|trace| {
        let announced = trace.events().filter_map(|event| match &event.body {
            Body::StepAnnounced { step } => Some(step.plan.kind),
            _ => None,
        });
        announced.filter(|kind| *kind != StepKind::HttpExchange).collect()
    })
}

#[test]
fn who_is_only_redirected_to_cannot_ask_for_our_credentials() {
    let image = TestImage::new(vec![layer("a", b"a")]);
    let thief = Server::start(|_, _| Reply::new(200, r#"{"token":"x"}"#));
    let challenges = [
        format!(r#"Bearer realm="http://{}/token",service="x""#, thief.addr),
        r#"Basic realm="give it to me""#.to_owned(),
    ];
    for challenge in challenges {
        let elsewhere = Server::start(move |_, _| Reply::new(401, "").with("WWW-Authenticate", &challenge));
        let to = format!("http://{}/blob", elsewhere.addr);
        let (image, blob) = (image.clone(), document::sha256(&image.layers[0]));
        let server = Server::start(move |asked, _| match asked.path.as_str() {
            _ if !asked.headers.contains_key("authorization") => {
                Reply::new(401, "").with("WWW-Authenticate", "Basic realm=\"x\"")
            }
            path if path.ends_with(blob.as_str()) => Reply::new(307, "").with("Location", &to),
            _ => image.answer(asked),
        });
        let me = Credentials::Basic { username: "me".into(), password: "geheim".into() };
        let fault = Bench::new().pull_as(&name(&server), Some(&me)).expect_err("refused there");
        assert_eq!(fault.problem.code, "registry-refused");
        assert!(elsewhere.asked().iter().all(|asked| !asked.headers.contains_key("authorization")));
        assert_eq!(thief.asked().len(), 0);
    }
}

#[test]
fn a_token_that_runs_out_in_the_middle_of_a_blob_is_replaced_and_the_blob_goes_on() {
    let content = noise(600_000);
    let image = TestImage::new(vec![layer("a", &content)]);
    let tokens = Server::start(|_, before| Reply::new(200, format!(r#"{{"token":"secret-{before}"}}"#)));
    let challenge = format!(r#"Bearer realm="http://{}/token",service="test""#, tokens.addr);
    let blob = document::sha256(&image.layers[0]);
    let asked_for = blob.clone();
    let server = Server::start(move |asked, before| {
        let shown = asked.headers.get("authorization").map(String::as_str);
        // The first part comes with the first token; what is asked for after the cut wants another.
        let is_blob = asked.path.ends_with(asked_for.as_str());
        let good = if is_blob && before > 0 { "Bearer secret-1" } else { "Bearer secret-0" };
        if shown != Some(good) {
            return Reply::new(401, "").with("WWW-Authenticate", &challenge);
        }
        let reply = image.answer(asked);
        if is_blob && before == 0 { reply.cut(200_000) } else { reply }
    });
    let bench = Bench::new();
    let pulled = bench.pull(&name(&server)).expect("a pull");
    assert_eq!(std::fs::read(pulled.layers[0].join("a")).expect("the file"), content);
    assert_eq!(tokens.asked().len(), 2);
    let of = |header: &'static str| {
        server.asked_for(blob.as_str()).into_iter().map(move |asked| asked.headers.get(header).cloned())
    };
    let ranges: Vec<_> = of("range").collect();
    let from = || Some("bytes=200000-".to_owned());
    assert_eq!(ranges, [None, from(), from()], "cut, refused, and gone on with");
    assert_eq!(of("authorization").next_back().flatten().as_deref(), Some("Bearer secret-1"));
    assert!(!bench.trace().contains("secret-"));
}
