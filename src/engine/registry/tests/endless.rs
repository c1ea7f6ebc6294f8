//! Registries and manifests that would be asked for ever.

use super::*;
use crate::trace::Code;
use serde_json::{Value, json};

/// The image, whose manifest lies about its first layer's size.
fn lying(difference: i64) -> (TestImage, u64) {
    let mut image = TestImage::new(vec![layer("a", &noise(70_000))]);
    let mut manifest: Value = serde_json::from_slice(&image.manifest).expect("json");
    let said = image.layers[0].len() as u64;
    let said = said.checked_add_signed(difference).expect("a size");
    manifest["layers"][0]["size"] = json!(said);
    image.manifest = manifest.to_string().into_bytes();
    (image, said)
}

/// What there is to be sent, from a byte on.
type Rest = fn(&[u8], usize) -> Reply;

/// Says itself how to answer somebody who asks for bytes that are not there.
fn serve(image: &TestImage, beyond: Rest) -> (Server, Digest) {
    let (image, blob) = (image.clone(), document::sha256(&image.layers[0]));
    let of = blob.clone();
    let server = Server::start(move |asked, _| {
        let from = asked.headers.get("range").and_then(|r| r.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
        match from {
            Some(from) if asked.path.ends_with(of.as_str()) => beyond(&image.layers[0], from),
            _ => image.answer(asked),
        }
    });
    (server, blob)
}

#[test]
fn a_size_that_no_blob_has_ends_the_pull_and_both_sizes_are_said() {
    let no_such_bytes: Rest = |blob, _| Reply::new(416, "").with("Content-Range", format!("bytes */{}", blob.len()));
    let nothing: Rest =
        |blob, from| Reply::new(206, "").with("Content-Range", format!("bytes {from}-{from}/{}", blob.len() + 1));
    let all_again: Rest = |blob, _| Reply::new(200, blob);
    for beyond in [no_such_bytes, nothing, all_again] {
        for difference in [1, 5, 1_000_000, i64::MAX / 2, -1, -69_000] {
            let (image, said) = lying(difference);
            let (server, blob) = serve(&image, beyond);
            let bench = Bench::new();
            let fault = bench.fails(&name(&server), Code::SizeMismatch);
            assert_eq!(fault.problem.args["digest"], blob.to_string());
            assert_eq!(fault.problem.args["expected"], said.to_string());
            if difference > 0 {
                assert_eq!(fault.problem.args["received"], image.layers[0].len().to_string());
            }
            assert_eq!(server.asked_for(blob.as_str()).len(), 1, "{difference}: it is not even asked again");
            assert_eq!(names(&bench.root().join("ingest")), Vec::<String>::new(), "nobody can go on from there");
        }
    }
}

#[test]
fn a_whole_blob_that_an_earlier_pull_left_under_a_size_too_large_is_found_out() {
    let (image, _) = lying(7);
    let (server, blob) = serve(&image, |_, _| Reply::new(416, ""));
    let bench = Bench::new();
    std::fs::create_dir_all(bench.root().join("ingest")).expect("a directory");
    let partial = bench.root().join("ingest").join(format!("{}.partial", blob.hex()));
    std::fs::write(&partial, &image.layers[0]).expect("a file");
    bench.fails(&name(&server), Code::SizeMismatch);
    assert_eq!(server.asked_for(blob.as_str()).len(), 0);
}

#[test]
fn other_bytes_that_always_end_too_early_are_asked_for_a_few_times() {
    let (image, said) = lying(5);
    let blob = document::sha256(&image.layers[0]);
    let beyond: [Rest; 3] = [
        |_, _| Reply::new(416, ""),
        |_, from| Reply::new(206, "").with("Content-Range", format!("bytes {from}-{from}/999999")),
        |blob, _| Reply::new(200, vec![0; blob.len()]),
    ];
    for beyond in beyond {
        let (image, of) = (image.clone(), blob.clone());
        let server = Server::start(move |asked, _| match asked.path.ends_with(of.as_str()) {
            true if asked.headers.contains_key("range") => beyond(&image.layers[0], image.layers[0].len()),
            true => Reply::new(200, vec![0; image.layers[0].len()]),
            false => image.answer(asked),
        });
        let fault = Bench::new().fails(&name(&server), Code::BlobTruncated);
        assert_eq!(fault.problem.args["expected"], said.to_string());
        assert_eq!(fault.problem.args["received"], (said - 5).to_string(), "as much as there ever was");
        let asked = server.asked_for(blob.as_str()).len();
        assert!(asked <= 6, "{asked} times");
    }
}

#[test]
fn a_byte_for_each_connection_is_no_progress() {
    let image = TestImage::new(vec![layer("a", &noise(500_000))]);
    let blob = document::sha256(&image.layers[0]);
    let of = blob.clone();
    let server = Server::start(move |asked, _| match asked.path.ends_with(of.as_str()) {
        true => ranged(asked, &image.layers[0]).cut(1),
        false => image.answer(asked),
    });
    Bench::new().fails(&name(&server), Code::BlobTruncated);
    let asked = server.asked_for(blob.as_str()).len();
    assert!(asked <= 17, "{asked} times");
}

#[test]
fn a_part_that_nobody_asked_for_is_not_taken_for_the_beginning() {
    let image = TestImage::new(vec![layer("a", &noise(50_000))]);
    let blob = document::sha256(&image.layers[0]);
    let of = blob.clone();
    let server = Server::start(move |asked, before| match asked.path.ends_with(of.as_str()) {
        true if before == 0 => {
            let range = format!("bytes 100-{}/{}", image.layers[0].len() - 1, image.layers[0].len());
            Reply::new(206, &image.layers[0][100..]).with("Content-Range", range)
        }
        _ => image.answer(asked),
    });
    Bench::new().pull(&name(&server)).expect("the second time it gets the whole");
    assert_eq!(server.asked_for(blob.as_str()).len(), 2);
}

#[test]
fn redirects_and_challenges_without_end_end() {
    let image = TestImage::new(vec![layer("a", b"a")]);
    let blob = document::sha256(&image.layers[0]);
    let (around, of) = (image.clone(), blob.clone());
    let server = Server::start(move |asked, before| match asked.path.contains(of.as_str()) {
        true => Reply::new(307, "").with("Location", format!("/again/{before}/{of}")),
        false => around.answer(asked),
    });
    Bench::new().fails(&name(&server), Code::RegistryOddAnswer);
    assert!(server.asked_for(blob.as_str()).len() <= 6);

    let tokens = Server::start(|_, _| Reply::new(200, r#"{"token":"never good enough"}"#));
    let challenge = format!(r#"Bearer realm="http://{}/token",service="x""#, tokens.addr);
    let server = Server::start(move |_, _| Reply::new(401, "").with("WWW-Authenticate", &challenge));
    Bench::new().fails(&name(&server), Code::RegistryRefused);
    assert!(server.asked().len() <= 4 && tokens.asked().len() <= 2);
}

#[test]
fn a_time_beyond_all_calendars_is_said_and_not_waited_for() {
    for (header, value) in [
        ("Retry-After", "18446744073709551615"),
        ("X-Retry-After", "18446744073709551615"),
        ("X-Retry-After", "9223372036854775000"),
        ("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"),
    ] {
        let image = TestImage::new(vec![layer("a", b"a")]);
        let server = Server::start(move |asked, before| match asked.path.contains("/manifests/") {
            // After a wait there is something to add it to.
            true if before == 0 => Reply::new(429, "").with("Retry-After", "0"),
            true => Reply::new(429, "").with(header, value),
            false => image.answer(asked),
        });
        Bench::new().fails(&name(&server), Code::RateLimited);
        assert_eq!(server.asked_for("/manifests/").len(), 2);
    }
}

#[test]
fn a_document_that_comes_in_drops_is_given_up() {
    let image = TestImage::new(vec![layer("a", b"a")]);
    let server = Server::start(move |asked, _| {
        let mut reply = image.answer(asked);
        if asked.path.contains("/manifests/") {
            // At this pace it would take more than a minute.
            reply.body.resize(4000, b' ');
            reply.drip = Some(Duration::from_millis(20));
        }
        reply
    });
    let mut bench = Bench::new();
    bench.options.patience = Some(Duration::from_millis(200));
    let fault = bench.fails(&name(&server), Code::RegistryUnreachable);
    let dead = fault.problem.args["reason"].contains("not whole") || fault.problem.args["reason"].contains("timeout");
    assert!(dead, "{fault}");
}
