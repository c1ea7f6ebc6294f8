//! An engine that runs for a term: many `run --rm`, and a container that prints a gigabyte. Says what the engine takes of
//! memory and descriptors meanwhile, and how long steps and jumps take in the trace that came of it.
//!
//! ```sh
//! cargo bench --no-default-features --features engine --bench term -- [RUNS]        # as root or not; 10000
//! ```
//!
//! `DOCKWALK_TRACE_LIMIT` is the engine's, as ever. Ends with an error when the engine took more than 60 MB or more and
//! more, or a 99th percentile is above the 16 ms of a frame.
#![allow(clippy::unwrap_used, reason = "a measurement ends where something is not as it should be")]

mod walk;

use dockwalk::client::{Client, Incoming};
use dockwalk::docker::{ContainerWaitQuery, ImageCreateQuery, WaitCondition, with_query};
use dockwalk::spool::Spool;
use dockwalk::trace::{Base, Trace};
use hyper::Method;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const IMAGE: &str = "lab/busybox:1";
/// A program that is not optimized maps 60 MB of itself; nobody runs that.
const MOST_KB: u64 = if cfg!(debug_assertions) { 120_000 } else { 60_000 };
/// Clients that run containers side by side.
const CLIENTS: usize = 4;
const PRINTED: u64 = 1 << 30;

struct Engine {
    child: Child,
    client: Client,
    root: tempfile::TempDir,
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.client.shut_down().ok();
        self.child.wait().ok();
    }
}

fn main() {
    let runs = std::env::args().filter_map(|arg| arg.parse().ok()).next().unwrap_or(10_000);
    let engine = start();
    let query = ImageCreateQuery { from_image: Some(IMAGE.to_owned()), ..ImageCreateQuery::default() };
    let pull = with_query("/images/create", &query);
    engine.client.call(Method::POST, &pull, None::<&()>).unwrap();
    (0..50).for_each(|_| run(&engine.client, &["true"]));
    let (first, few) = engine.say("50 runs");
    let most = many(&engine, runs);
    let (_, descriptors) = engine.say("none runs any more");
    assert!(descriptors <= few + 2, "{few} descriptors have become {descriptors}");
    assert!(most <= MOST_KB, "the engine takes {most} kB");
    assert!(most <= first + first / 4, "the engine takes more and more: {first} kB, {most} kB");
    let begun = Instant::now();
    let printing = format!("yes {} | head -c {PRINTED}", "x".repeat(79));
    run(&engine.client, &["sh", "-c", &printing]);
    let (after, left) = engine.say(&format!("1 GiB printed in {:.1?}", begun.elapsed()));
    assert!(after <= MOST_KB && left <= few + 2, "the engine takes {after} kB, {left} descriptors");
    moments(&engine);
}

fn start() -> Engine {
    let root = tempfile::tempdir().unwrap();
    let socket = root.path().join("engine.sock");
    let mut command = Command::new(env!("CARGO_BIN_EXE_dockwalk"));
    command.args(["engine", "--root"]).arg(root.path()).arg("--socket").arg(&socket);
    let child = command.stdout(Stdio::null()).spawn().unwrap();
    let client = loop {
        match Client::connect(&socket) {
            Ok(client) => break client,
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    Engine { child, client, root }
}

/// `docker run --rm`, as far as the engine is asked for it.
fn run(client: &Client, argv: &[&str]) {
    let body = json!({"Image": IMAGE, "Cmd": argv, "HostConfig": {"AutoRemove": true}});
    let made: Value = client.post("/containers/create", &body).unwrap();
    let id = made["Id"].as_str().unwrap();
    client.call(Method::POST, &format!("/containers/{id}/start"), None::<&()>).unwrap();
    // One that is gone already has nothing to be waited for.
    let query = ContainerWaitQuery { condition: Some(WaitCondition::Removed) };
    client.call(Method::POST, &with_query(&format!("/containers/{id}/wait"), &query), None::<&()>).ok();
}

/// The most that the engine took of memory meanwhile, in kB.
fn many(engine: &Engine, runs: usize) -> u64 {
    let done = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                while done.fetch_add(1, Ordering::Relaxed) < runs {
                    run(&engine.client, &["true"]);
                }
            });
        }
        let (mut most, mut said) = (0, 0);
        let begun = Instant::now();
        while done.load(Ordering::Relaxed) < runs {
            std::thread::sleep(Duration::from_millis(200));
            let now = done.load(Ordering::Relaxed).min(runs);
            most = most.max(engine.memory());
            if now / 1000 > said || now == runs {
                said = now / 1000;
                engine.say(&format!("{now} runs in {:.0?}", begun.elapsed()));
            }
        }
        most
    })
}

impl Engine {
    fn say(&self, when: &str) -> (u64, usize) {
        let (memory, descriptors) = (self.memory(), self.descriptors());
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap().count();
        let (disk, length) = (size(&self.root.path().join("run")), self.client.info().unwrap().trace_length);
        println!(
            "{when:<28} RSS {memory:>7} kB   {descriptors:>4} descriptors   {threads:>3} threads   \
             {length:>8} events   {:>6.1} MB on disk",
            disk as f64 / 1e6
        );
        (memory, descriptors)
    }

    fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count()
    }
}

fn size(path: &Path) -> u64 {
    let entries = fs::read_dir(path).unwrap().filter_map(Result::ok);
    entries
        .map(|entry| if entry.path().is_dir() { size(&entry.path()) } else { entry.metadata().map_or(0, |m| m.len()) })
        .sum()
}

/// Reads the trace as a window does, and walks in it.
fn moments(engine: &Engine) {
    let (begun, length) = (Instant::now(), engine.client.info().unwrap().trace_length);
    let mut trace = Trace::new(Spool::default(), Base::default());
    for incoming in engine.client.events(0, false) {
        match incoming {
            Incoming::Event(event) => trace.push(event).unwrap(),
            Incoming::Dropped(base) => trace = Trace::new(Spool::default(), (*base).clone()),
            other => panic!("{other:?}"),
        }
        if trace.len() >= length {
            break;
        }
    }
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap().trim();
    println!(
        "trace of {} events, {} dropped, {} operations dropped, read in {:.1?}; the reader takes {memory}",
        trace.len(),
        trace.start(),
        trace.base().operations(),
        begun.elapsed()
    );
    walk::walk(&trace);
}
