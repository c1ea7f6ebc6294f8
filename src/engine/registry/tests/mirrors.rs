//! Mirrors of docker.io: asked first, believed no more than the registry, told no secret.

use super::*;
use crate::trace::Code;

/// A mirror; and an origin, which can only be the built-in registry's stand-in: docker.io itself is not to be had here.
fn mirrored(mirror: &Server, more: &[&Server]) -> Bench {
    let mut bench = Bench::new();
    let all = std::iter::once(&mirror).chain(more).map(|server| format!("http://{}", server.addr)).collect();
    bench.options.mirrors = all;
    bench
}

#[test]
fn a_mirror_is_asked_for_images_of_docker_io_and_gets_no_credentials() {
    let image = TestImage::new(vec![layer("a", b"a")]);
    let content = image.clone();
    let mirror = Server::start(move |asked, _| content.answer(asked));
    let bench = mirrored(&mirror, &[]);
    let me = Credentials::Basic { username: "me".into(), password: "geheim".into() };
    let pulled = bench.pull_as("a/b:1", Some(&me)).expect("a pull");
    assert_eq!(pulled.tags[0].to_string(), "docker.io/a/b:1", "it is docker.io's image, whoever gave it");
    assert_eq!(mirror.lines()[..2], ["GET /v2/", "GET /v2/a/b/manifests/1"]);
    assert!(mirror.asked().iter().all(|asked| !asked.headers.contains_key("authorization")));
    assert_eq!(bench.conductor.world().remote_tags["docker.io/a/b:1"].registry, mirror.addr.to_string());
}

#[test]
fn a_mirror_that_wants_a_login_is_told_nothing() {
    let mirror = Server::start(|_, _| Reply::new(401, "").with("WWW-Authenticate", "Basic realm=\"x\""));
    let image = TestImage::new(vec![layer("a", b"a")]);
    let second = Server::start(move |asked, _| image.answer(asked));
    let bench = mirrored(&mirror, &[&second]);
    let me = Credentials::Basic { username: "me".into(), password: "geheim".into() };
    bench.pull_as("a/b:1", Some(&me)).expect("the next one gives it");
    assert!(mirror.asked().iter().all(|asked| !asked.headers.contains_key("authorization")));
}

#[test]
fn whatever_a_mirror_does_wrong_the_next_is_asked_and_it_is_said() {
    let image = TestImage::new(vec![layer("a", &noise(300_000))]);
    let blob = document::sha256(&image.layers[0]);
    let good = image.clone();
    type Wrong = Box<dyn Fn(&server::Asked) -> Option<Reply> + Send + Sync>;
    let broken = {
        let (image, blob) = (image.clone(), blob.clone());
        move |asked: &server::Asked| {
            asked.path.ends_with(blob.as_str()).then(|| {
                let mut reply = image.answer(asked);
                reply.body[200] ^= 1;
                reply
            })
        }
    };
    let short = {
        let (image, blob) = (image.clone(), blob.clone());
        move |asked: &server::Asked| asked.path.ends_with(blob.as_str()).then(|| image.answer(asked).cut(0))
    };
    let table: Vec<(Code, Wrong)> = vec![
        (Code::ImageNotFound, Box::new(|asked| asked.path.contains("/manifests/").then(|| Reply::new(404, "{}")))),
        (Code::RegistryOddAnswer, Box::new(|_| Some(Reply::new(418, "a teapot")))),
        (Code::DigestMismatch, Box::new(broken)),
        (Code::BlobTruncated, Box::new(short)),
        (Code::BlobMissing, {
            let blob = blob.clone();
            Box::new(move |asked| asked.path.ends_with(blob.as_str()).then(|| Reply::new(404, "{}")))
        }),
    ];
    for (code, wrong) in table {
        let image = image.clone();
        let mirror = Server::start(move |asked, _| wrong(asked).unwrap_or_else(|| image.answer(asked)));
        let good = good.clone();
        let origin = Server::start(move |asked, _| good.answer(asked));
        let bench = mirrored(&mirror, &[&origin]);
        bench.pull("a/b:1").unwrap_or_else(|fault| panic!("{code}: {fault}"));
        let remarks = bench.conductor.world().remarks;
        let said = remarks.iter().find(|remark| remark.code == Code::MirrorFailed).unwrap_or_else(|| panic!("{code}"));
        assert_eq!(
            (said.args["mirror"].as_str(), said.args["reason"].as_str()),
            (&*mirror.addr.to_string(), code.name())
        );
        assert!(bench.conductor.world().registries.contains_key(&origin.addr.to_string()));
    }
}

#[test]
fn a_cancelled_pull_asks_nobody_else() {
    let image = TestImage::new(vec![layer("a", &noise(500_000))]);
    let blob = document::sha256(&image.layers[0]);
    let mirror = Server::start(move |asked, _| {
        let reply = image.answer(asked);
        if asked.path.ends_with(blob.as_str()) { Reply { stall: true, ..reply.cut(200_000) } } else { reply }
    });
    let origin = Server::start(|_, _| Reply::new(200, "{}"));
    let bench = mirrored(&mirror, &[&origin]);
    let (cancel, conductor) = (bench.cancel.clone(), Arc::clone(&bench.conductor));
    let canceller = std::thread::spawn(move || {
        while conductor.world().blobs.is_empty() {
            std::thread::sleep(Duration::from_millis(5));
        }
        cancel.cancel();
    });
    assert_eq!(bench.pull("a/b:1").expect_err("cancelled").kind, FaultKind::Cancelled);
    canceller.join().expect("no panic");
    assert_eq!(origin.asked().len(), 0);
}

#[test]
fn other_registries_have_no_mirrors() {
    let image = TestImage::new(vec![layer("a", b"a")]);
    let server = Server::start(move |asked, _| image.answer(asked));
    let mirror = Server::start(|_, _| Reply::new(500, ""));
    let bench = mirrored(&mirror, &[]);
    bench.pull(&name(&server)).expect("a pull");
    assert_eq!(mirror.asked().len(), 0);
}

#[test]
fn an_address_that_is_none_is_refused_at_the_start() {
    for url in ["mirror.example", "ftp://mirror.example", "https://", "https://me:geheim@mirror.example"] {
        let options = RegistryOptions { mirrors: vec![url.into()], ..RegistryOptions::default() };
        assert_eq!(options.check().expect_err(url).problem.code, Code::MirrorInvalid);
    }
}
