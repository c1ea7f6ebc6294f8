use super::super::answer::stream;
use super::super::attach::{switching, upgrade_of};
use super::super::json;
use super::*;
use crate::trace::Code;
use axum::Router;
use axum::routing::{get, post};
use hyper::body::Bytes;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream as Client;
use tokio::io::AsyncWriteExt;

const SHORT: Duration = Duration::from_millis(100);

/// A server with impatient limits, and its directory.
struct Bench {
    dir: tempfile::TempDir,
    _runtime: tokio::runtime::Runtime,
}

impl Bench {
    fn new(connections: usize) -> Self {
        Self::with_spare(connections, 0)
    }

    fn with_spare(connections: usize, spare: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let limits = Limits { connections, spare, head: SHORT, head_bytes: 8 * 1024, body: SHORT, answer: SHORT };
        let path = dir.path().join("s");
        runtime.spawn(async move {
            serve(UnixListener::bind(&path).unwrap(), Peers::new(None, false, path), service(), limits).await
        });
        Self { dir, _runtime: runtime }
    }

    fn connect(&self) -> Client {
        let path = self.dir.path().join("s");
        let client = (0..500).find_map(|_| {
            Client::connect(&path).ok().or_else(|| {
                std::thread::sleep(Duration::from_millis(5));
                None
            })
        });
        let client = client.expect("it listens");
        client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        client
    }

    /// Sends that, and returns all that comes until the end.
    fn say(&self, text: &str) -> String {
        let mut client = self.connect();
        client.write_all(text.as_bytes()).unwrap();
        all(client)
    }
}

fn all(mut client: Client) -> String {
    let mut said = Vec::new();
    client.read_to_end(&mut said).unwrap();
    String::from_utf8_lossy(&said).into_owned()
}

fn service() -> Router {
    Router::new()
        .route("/now", get(|| async { "now" }))
        .route(
            "/wait",
            get(|| async {
                tokio::time::sleep(SHORT * 5).await;
                "waited"
            }),
        )
        .route("/json", post(read))
        .route("/endless", get(endless))
        .route("/events", get(endless))
        .route("/hijack", post(hijack))
}

async fn read(request: Request) -> Result<&'static str, Refused> {
    json::read::<serde_json::Value>(request).await?;
    Ok("read")
}

/// As much as anybody takes.
async fn endless() -> Response {
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    tokio::spawn(async move { while sender.send(Bytes::from_static(&[b'x'; 65536])).await.is_ok() {} });
    stream("text/plain", receiver)
}

/// Hands the connection over, and writes more into it than the kernel holds.
async fn hijack(mut request: Request) -> Response {
    let upgrade = upgrade_of(&mut request).unwrap();
    tokio::spawn(async move {
        let mut io = TokioIo::new(upgrade.await.unwrap());
        io.write_all(&[b'x'; 4 << 20]).await.unwrap();
        io.shutdown().await.unwrap();
    });
    switching(true)
}

const NOW: &str = "GET /now HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

#[test]
fn whoever_does_not_finish_the_head_is_told_so() {
    let bench = Bench::new(4);
    for begun in ["", "GET /now HTTP/1.1\r\nHost:"] {
        let said = bench.say(begun);
        assert!(said.starts_with("HTTP/1.1 408") && said.contains(Code::HeadTimeout.name()), "{begun:?}: {said}");
    }
    assert!(bench.say(NOW).ends_with("now"));
}

#[test]
fn a_connection_that_rests_after_an_answer_is_closed_without_a_word() {
    let said = Bench::new(4).say("GET /now HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(said.starts_with("HTTP/1.1 200") && said.ends_with("now"), "{said}");
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    let said = Bench::new(4).say(&format!("GET /now HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(9000)));
    assert!(said.starts_with("HTTP/1.1 431"), "{said}");
}

#[test]
fn a_body_that_does_not_come_is_refused() {
    let said = Bench::new(4).say("POST /json HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{");
    assert!(said.starts_with("HTTP/1.1 400") && said.contains("sent nothing"), "{said}");
}

#[test]
fn a_body_that_says_it_is_too_large_is_refused_before_it_comes() {
    let said = Bench::new(4).say("POST /json HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n{");
    assert!(said.starts_with("HTTP/1.1 413") && said.contains(Code::BodyTooLarge.name()), "{said}");
}

#[test]
fn a_request_may_wait_longer_than_a_client_may() {
    assert!(Bench::new(4).say("GET /wait HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").ends_with("waited"));
}

#[test]
fn there_are_only_so_many_connections_and_the_next_is_told_why() {
    let bench = Bench::new(2);
    let mut waiting = [bench.connect(), bench.connect()];
    for client in &mut waiting {
        client.write_all(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        // It is served: this one is not among those that are refused.
        client.read_exact(&mut [0; 12]).unwrap();
    }
    let said = bench.say(NOW);
    assert!(said.starts_with("HTTP/1.1 503") && said.contains(Code::TooManyConnections.name()), "{said}");
    // Nobody reads the two: their places become free.
    let free = (0..1000).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        bench.say(NOW).starts_with("HTTP/1.1 200")
    });
    assert!(free, "places of clients that take nothing stay taken");
}

#[test]
fn the_last_places_are_for_requests_that_do_not_stay() {
    let bench = Bench::with_spare(3, 1);
    let mut streams = [bench.connect(), bench.connect()];
    for client in &mut streams {
        client.write_all(b"POST /hijack HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n").unwrap();
        client.read_exact(&mut [0; 12]).unwrap();
    }
    for _ in 0..3 {
        let said = bench.say("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(said.starts_with("HTTP/1.1 503") && said.contains(Code::TooManyConnections.name()), "{said}");
        // A place is free once its last client has closed.
        let answered = (0..1000).any(|_| {
            let said = bench.say("GET /now HTTP/1.1\r\nHost: x\r\n\r\n");
            std::thread::sleep(Duration::from_millis(5));
            said.starts_with("HTTP/1.1 200") && said.ends_with("now")
        });
        assert!(answered, "one request, and its place is free");
    }
}

#[test]
fn a_connection_that_was_handed_over_may_rest() {
    let bench = Bench::new(4);
    let mut talk = bench.connect();
    talk.write_all(b"POST /hijack HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n").unwrap();
    std::thread::sleep(SHORT * 5);
    let said = all(talk);
    assert!(said.starts_with("HTTP/1.1 101"));
    assert_eq!(said.bytes().filter(|&b| b == b'x').count(), 4 << 20);
}
