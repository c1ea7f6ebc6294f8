use super::*;
use crate::trace::Code;

#[test]
fn a_blob_with_a_wrong_digest_is_thrown_away() {
    let image = TestImage::new(vec![layer("a", b"right")]);
    let served = image.clone();
    let server = Server::start(move |asked, _| {
        let mut reply = served.answer(asked);
        if asked.path.ends_with(document::sha256(&served.layers[0]).as_str()) {
            reply.body[600] ^= 1;
        }
        reply
    });
    let bench = Bench::new();
    let fault = bench.fails(&name(&server), Code::DigestMismatch);
    let digest = document::sha256(&image.layers[0]);
    assert_eq!(fault.problem.args["expected"], digest.to_string());
    assert!(matches!(bench.conductor.world().blobs[&digest].state, BlobState::Rejected(_)));
    assert_eq!(names(&bench.root().join("ingest")), Vec::<String>::new());
}

#[test]
fn a_manifest_with_a_wrong_digest_is_refused() {
    let image = TestImage::new(vec![layer("a", b"a")]);
    let server = Server::start(move |asked, _| {
        let mut reply = image.answer(asked);
        if asked.path.contains("/manifests/") {
            reply.body.push(b' ');
        }
        reply
    });
    Bench::new().fails(&name(&server), Code::DigestMismatch);
}

#[test]
fn a_layer_that_is_not_what_the_config_promises_is_thrown_away() {
    let other = document::sha256(b"something else");
    let image = TestImage::with_diff_ids(vec![layer("a", b"a")], &[other]);
    let server = Server::start(move |asked, _| image.answer(asked));
    Bench::new().fails(&name(&server), Code::DiffIdMismatch);
}

#[test]
fn a_blob_longer_than_promised_is_thrown_away() {
    let image = TestImage::new(vec![layer("a", b"a")]);
    let blob = document::sha256(&image.layers[0]);
    let server = Server::start(move |asked, _| {
        let mut reply = image.answer(asked);
        if asked.path.ends_with(blob.as_str()) {
            reply.body.extend(b"more");
        }
        reply
    });
    Bench::new().fails(&name(&server), Code::SizeMismatch);
}

#[test]
fn an_unknown_tag_is_said_to_be_unknown() {
    let image = TestImage::new(vec![layer("a", b"a")]);
    let server = Server::start(move |asked, _| image.answer(asked));
    let fault = Bench::new().fails(&format!("{}/a/b:nope", server.addr), Code::ImageNotFound);
    assert_eq!(fault.kind, FaultKind::NotFound);
    assert!(fault.problem.args["image"].ends_with("a/b:nope"));
}

#[test]
fn a_registry_that_nobody_runs_is_said_to_be_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let addr = listener.local_addr().expect("an address");
    drop(listener);
    let bench = Bench::new();
    let fault = bench.fails(&format!("{addr}/a:1"), Code::RegistryUnreachable);
    assert_eq!(fault.problem.args["registry"], addr.to_string());
    assert!(bench.trace().contains(r#""status":0"#), "the exchange that got no answer is in the trace");
}

#[test]
fn a_limit_is_told_with_what_is_left_of_it() {
    let image = TestImage::new(vec![layer("a", b"a")]);
    let server = Server::start(move |asked, _| match asked.path.as_str() {
        path if path.contains("/manifests/") => Reply::new(429, "")
            .with("RateLimit-Limit", "100;w=21600")
            .with("RateLimit-Remaining", "0;w=21600")
            .with("Retry-After", "3600"),
        _ => image.answer(asked),
    });
    let fault = Bench::new().fails(&name(&server), Code::RateLimited);
    assert_eq!(fault.problem.args["remaining"], "0;w=21600");
}

#[test]
fn a_manifest_of_schema_1_and_one_of_two_meanings_are_refused() {
    for (document, reason) in [
        (r#"{"schemaVersion":1,"name":"a"}"#, ""),
        (r#"{"schemaVersion":3,"config":{},"layers":[]}"#, "schema version 3"),
        (r#"{"schemaVersion":2,"mediaType":"application/x"}"#, "media type"),
        (r#"{"schemaVersion":2,"manifests":[],"layers":[]}"#, "at once"),
    ] {
        let server = Server::start(move |asked, _| match asked.path.as_str() {
            "/v2/" => Reply::new(200, ""),
            _ => Reply::new(200, document).with("Content-Type", "application/vnd.oci.image.index.v1+json"),
        });
        if reason.is_empty() {
            Bench::new().fails(&name(&server), Code::Schema1Unsupported);
            continue;
        }
        let fault = Bench::new().fails(&name(&server), Code::ManifestUnsupported);
        assert!(fault.problem.args["reason"].contains(reason), "{fault}");
    }
}

#[test]
fn plain_http_beyond_this_host_is_refused_before_anything_is_sent() {
    let image = TestImage::new(vec![layer("a", b"a")]);
    let server = Server::start(move |asked, _| match asked.path.as_str() {
        path if path.contains("/blobs/") => Reply::new(307, "").with("Location", "http://registry.example/blob"),
        _ => image.answer(asked),
    });
    let fault = Bench::new().fails(&name(&server), Code::PlainHttpRefused);
    assert_eq!(fault.problem.args["registry"], "registry.example");
}
