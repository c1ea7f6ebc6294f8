//! `kill -9` of the engine at each step of a container's life, then a new start: nothing is left that was not there before.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[path = "common/engine.rs"]
mod engine;

use dockwalk::client::{Client, GateCommand};
use dockwalk::trace::Level;
use engine::{Engine, Who, everyone, good, output};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What the lesson does, an operation each.
const PLAN: &[(&str, &[&str])] = &[
    ("pull", &["docker", "pull", "lab/shell:1"]),
    ("create", &["docker", "create", "--name", "kill-me", "-v", "kept:/d", "lab/shell:1", "sleep", "600"]),
    ("start", &["docker", "start", "kill-me"]),
    ("stop", &["docker", "stop", "-t", "0", "kill-me"]),
    ("rm", &["docker", "rm", "kill-me"]),
];

/// Every how many steps the engine is killed; `DOCKWALK_TEST_ALL=1` kills it at each.
const STRIDE: usize = 3;

/// What an engine could leave on the real host.
#[derive(Debug, PartialEq, Eq)]
struct Host {
    mounts: BTreeSet<String>,
    links: BTreeSet<String>,
    tables: BTreeSet<String>,
    processes: BTreeSet<String>,
    containers: BTreeSet<String>,
}

impl Host {
    fn look(root: &Path) -> Self {
        let ours = root.display().to_string();
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
        let run = |program: &str, args: &[&str]| {
            let output = Command::new(program).args(args).output();
            lines(&output.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default())
        };
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
        Self {
            mounts: lines(&mounts).into_iter().filter(|line| line.contains(&ours)).collect(),
            links: run("ip", &["-o", "link"]).iter().filter_map(|l| l.split(':').nth(1)).map(str::to_owned).collect(),
            tables: run("nft", &["list", "tables"]),
            processes: processes_of(root),
            containers: containers(root),
        }
    }
}

/// Processes that see a mount of this engine's directory: those of its containers.
fn processes_of(root: &Path) -> BTreeSet<String> {
    let below = format!("{}/", root.display());
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(mountinfo) = std::fs::read_to_string(entry.path().join("mountinfo")) else { continue };
        let argv = std::fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default().replace('\0', " ");
        if mountinfo.contains(&below) {
            found.insert(format!("{} {argv}", entry.file_name().to_string_lossy()));
        }
    }
    found
}

/// The containers' directories, by id.
fn containers(root: &Path) -> BTreeSet<String> {
    let all = std::fs::read_dir(root.join("containers")).into_iter().flatten().flatten();
    all.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Control groups of these containers.
fn cgroups(ids: &BTreeSet<String>) -> Vec<String> {
    let found = Command::new("find").args(["/sys/fs/cgroup", "-type", "d"]).output().unwrap();
    let text = String::from_utf8_lossy(&found.stdout).into_owned();
    text.lines().filter(|path| ids.iter().any(|id| path.contains(id))).map(str::to_owned).collect()
}

#[test]
fn a_killed_engine_leaves_nothing_whatever_it_was_doing() {
    let threads: Vec<_> = everyone().into_iter().map(|who| std::thread::spawn(move || everything(who))).collect();
    let failed = threads.into_iter().filter_map(|thread| thread.join().err()).count();
    assert_eq!(failed, 0, "see above");
}

fn everything(who: Who) {
    let stride = if std::env::var("DOCKWALK_TEST_ALL").as_deref() == Ok("1") { 1 } else { STRIDE };
    let mut engine = Engine::start(who);
    let before = Host::look(&engine.root());
    for (operation, (name, _)) in PLAN.iter().enumerate() {
        let mut at = 0;
        while kill_at(&mut engine, operation, at) {
            let ids = containers(&engine.root());
            engine.start_again();
            assert_eq!(Host::look(&engine.root()), before, "{who:?}: killed before step {at} of {name}");
            assert_eq!(cgroups(&ids), Vec::<String>::new(), "{who:?}: killed before step {at} of {name}");
            at += stride;
        }
        println!("{who:?}: {name}: killed every {stride} steps up to step {at}");
        assert!(at > 0, "{who:?}: {name} has no step");
    }
}

/// Brings the engine to that operation and kills it before the `at`th step of it. False when it has no such step; then it
/// is as before the whole plan.
fn kill_at(engine: &mut Engine, operation: usize, at: usize) -> bool {
    prepare(engine, operation);
    let client = Client::connect(&engine.socket()).unwrap();
    let hold = client.events(client.info().unwrap().trace_length, true);
    soon("the gate is held", || client.gate().unwrap().held);
    let mut asking = engine.dockwalk(PLAN[operation].1);
    let mut asking = asking.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut last = None;
    for step in 0..=at {
        let Some(waiting) = next_stop(&client, last, &mut asking) else {
            drop(hold);
            asking.wait().unwrap();
            // It may be gone already: by its own `rm`.
            output(engine.dockwalk(&["docker", "rm", "-f", "kill-me"]));
            return false;
        };
        last = Some(waiting);
        if step < at {
            client.command(&GateCommand::Step { level: Level::Stage }).unwrap();
        }
    }
    engine.kill();
    drop(hold);
    asking.wait().unwrap();
    let root = engine.root();
    soon("its containers are dead", || processes_of(&root).is_empty());
    true
}

/// All that comes before the operation. The image stays when the engine is killed, containers do not.
fn prepare(engine: &Engine, operation: usize) {
    let there = !good(engine.dockwalk(&["docker", "images", "-q"])).is_empty();
    if operation == 0 && there {
        good(engine.dockwalk(&["docker", "rmi", "-f", "lab/shell:1"]));
    }
    for (name, line) in &PLAN[..operation] {
        if *name != "pull" || !there {
            good(engine.dockwalk(line));
        }
    }
}

/// The next step that waits; none when the operation is over.
fn next_stop(client: &Client, last: Option<u64>, asking: &mut Child) -> Option<u64> {
    let begun = Instant::now();
    loop {
        let ended = asking.try_wait().unwrap().is_some();
        let waiting = client.gate().unwrap().waiting.iter().map(|step| step.id).find(|id| Some(*id) != last);
        if waiting.is_some() || ended {
            return waiting;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "neither a step nor an end after {last:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn soon(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(10), "{what}: not so");
        std::thread::sleep(Duration::from_millis(5));
    }
}
