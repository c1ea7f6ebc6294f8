//! `kill -9` of the engine at each step of an image's and a container's life, then a new start: nothing half is left, no container
//! that was whole is forgotten, the store is sound, and what was begun can be done.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[path = "common/engine.rs"]
mod engine;

use dockwalk::client::protocol::{StoreFinding, StoreReport};
use dockwalk::client::{Client, GateCommand};
use dockwalk::trace::{Code, Level};
use engine::{Engine, Who, everyone, good, processes_of};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What is killed. `ARCHIVE` and `TAR` stand for files.
struct Operation {
    name: &'static str,
    /// What comes before it.
    before: &'static [&'static [&'static str]],
    line: &'static [&'static str],
    /// It fills the store: it begins with an empty one.
    fills: bool,
    /// It takes containers away: those that it begins with may be gone.
    removes: bool,
    /// So many times as far apart as others: most of it is done by others, too.
    apart: usize,
}

const PULL: &[&str] = &["docker", "pull", "lab/shell:1"];
const CREATE: &[&str] = &[
    "docker",
    "create",
    "--name",
    "kill-me",
    "-p",
    "80",
    "-v",
    "kept:/d",
    "-v",
    "/own",
    "lab/shell:1",
    "sleep",
    "600",
];
const START: &[&str] = &["docker", "start", "kill-me"];
const STOP: &[&str] = &["docker", "stop", "-t", "0", "kill-me"];
const NETWORK: &[&str] = &["docker", "network", "create", "--subnet", "10.199.0.0/24", "kill-net"];
const NO_NETWORK: &[&str] = &["docker", "network", "rm", "-f", "kill-net"];
const CONNECT: &[&str] = &["docker", "network", "connect", "kill-net", "kill-me"];
const WRITE: &[&str] =
    &["docker", "run", "--name", "kill-me", "lab/shell:1", "sh", "-c", "echo x > /x; rm /etc/passwd"];

const fn of(
    name: &'static str,
    before: &'static [&'static [&'static str]],
    line: &'static [&'static str],
    fills: bool,
) -> Operation {
    Operation { name, before, line, fills, removes: false, apart: 1 }
}

const fn removes(operation: Operation) -> Operation {
    Operation { removes: true, ..operation }
}

/// What the lesson does, and what else fills a store.
const PLAN: &[Operation] = &[
    of("pull", &[], PULL, true),
    of("load", &[], &["docker", "load", "-i", "ARCHIVE"], true),
    of("import", &[], &["docker", "import", "TAR", "imported:1"], true),
    of("commit", &[PULL, WRITE], &["docker", "commit", "kill-me", "committed:1"], true),
    of("rmi", &[], &["docker", "rmi", "lab/shell:1"], false),
    of("image prune", &[], &["docker", "image", "prune", "-a", "-f"], false),
    of("create", &[], CREATE, false),
    of("start", &[CREATE], START, false),
    of("stop", &[CREATE, START], STOP, false),
    of("exec", &[CREATE, START], &["docker", "exec", "kill-me", "touch", "/x"], false),
    of("cp", &[CREATE], &["docker", "cp", "TAR", "kill-me:/"], false),
    of("rename", &[CREATE], &["docker", "rename", "kill-me", "kill-me-too"], false),
    of("network create", &[NO_NETWORK], NETWORK, false),
    of("network connect", &[NO_NETWORK, NETWORK, CREATE, START], CONNECT, false),
    of(
        "network disconnect",
        &[NO_NETWORK, NETWORK, CREATE, START, CONNECT],
        &["docker", "network", "disconnect", "kill-net", "kill-me"],
        false,
    ),
    of("walk", &[CREATE, START], &["walk", "host", "kill-me"], false),
    of("network rm", &[NO_NETWORK, NETWORK], NO_NETWORK, false),
    of("rmi -f", &[WRITE], &["docker", "rmi", "-f", "lab/shell:1"], false),
    removes(of("rm", &[CREATE, START, STOP], &["docker", "rm", "-v", "kill-me"], false)),
    Operation {
        apart: 4,
        ..removes(of("run --rm", &[], &["docker", "run", "--rm", "-v", "/own", "lab/shell:1", "true"], false))
    },
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
    /// Volumes that nobody gave a name.
    volumes: BTreeSet<String>,
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
            containers: names_in(&root.join("containers")),
            volumes: names_in(&root.join("volumes")).into_iter().filter(|name| name.len() == 64).collect(),
        }
    }
}

/// Directories of containers, by id, or of volumes.
fn names_in(dir: &Path) -> BTreeSet<String> {
    let all = std::fs::read_dir(dir).into_iter().flatten().flatten();
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
    let (files, whole) = (tempfile::tempdir().unwrap(), BTreeSet::new());
    let mut bench = Bench { engine: Engine::start(who), files, whole };
    bench.make_files();
    let before = Host::look(&bench.engine.root());
    for operation in PLAN {
        let (name, mut at) = (operation.name, 0);
        while bench.kill_at(operation, at) {
            let ids = names_in(&bench.engine.root().join("containers"));
            bench.engine.start_again();
            bench.containers_are_whole(operation, &format!("{who:?}: killed before step {at} of {name}"));
            assert_eq!(Host::look(&bench.engine.root()), before, "{who:?}: killed before step {at} of {name}");
            assert_eq!(cgroups(&ids), Vec::<String>::new(), "{who:?}: killed before step {at} of {name}");
            bench.store_is_sound(operation, &format!("{who:?}: killed before step {at} of {name}"));
            at += if stride == 1 { 1 } else { stride * operation.apart };
        }
        println!("{who:?}: {name}: killed every {stride} steps up to step {at}");
        assert!(at > 0, "{who:?}: {name} has no step");
    }
}

struct Bench {
    engine: Engine,
    files: tempfile::TempDir,
    /// The containers that were there before the operation.
    whole: BTreeSet<String>,
}

impl Bench {
    /// An archive to load, and a tar to import.
    fn make_files(&self) {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o777);
        std::fs::set_permissions(self.files.path(), mode).unwrap();
        good(self.engine.dockwalk(PULL));
        self.good(&["docker", "save", "-o", "ARCHIVE", "lab/shell:1"]);
        let mut tar = tar::Builder::new(std::fs::File::create(self.files.path().join("files.tar")).unwrap());
        for name in ["one", "two"] {
            let mut header = tar::Header::new_gnu();
            header.set_size(4);
            header.set_mode(0o644);
            tar.append_data(&mut header, name, &b"text"[..]).unwrap();
        }
        tar.finish().unwrap();
    }

    fn line(&self, line: &[&str]) -> Command {
        let file = |name: &str| self.files.path().join(name).display().to_string();
        let words = line.iter().map(|word| match *word {
            "ARCHIVE" => file("archive.tar"),
            "TAR" => file("files.tar"),
            word => word.to_owned(),
        });
        let words: Vec<_> = words.collect();
        self.engine.dockwalk(&words.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn good(&self, line: &[&str]) -> String {
        good(self.line(line))
    }

    /// Brings the engine to that operation and kills it before the `at`th step of it. False when it has no such step; then
    /// it is as before the whole plan.
    fn kill_at(&mut self, operation: &Operation, at: usize) -> bool {
        self.prepare(operation);
        let client = self.engine.client();
        let hold = client.events(client.info().unwrap().trace_length, true);
        soon("the gate is held", || client.gate().unwrap().held);
        let mut asking = self.line(operation.line);
        let mut asking = asking.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut last = None;
        for step in 0..=at {
            let Some(waiting) = next_stop(&client, last, &mut asking) else {
                drop(hold);
                asking.wait().unwrap();
                self.no_container();
                return false;
            };
            last = Some(waiting);
            if step < at {
                client.command(&GateCommand::Step { level: Level::Stage }).unwrap();
            }
        }
        self.engine.kill();
        drop(hold);
        asking.wait().unwrap();
        let root = self.engine.root();
        soon("its containers are dead", || processes_of(&root).is_empty());
        true
    }

    /// There may be none: it was removed by the operation.
    fn no_container(&self) {
        for id in self.listed("ps -aq --no-trunc") {
            self.good(&["docker", "rm", "-f", "-v", &id]);
        }
    }

    fn listed(&self, line: &str) -> BTreeSet<String> {
        let line: Vec<_> = ["docker"].into_iter().chain(line.split(' ')).collect();
        self.good(&line).lines().map(str::to_owned).collect()
    }

    /// After a new start: what was whole is there and can be used, of what was not there is nothing. Then all of it goes.
    fn containers_are_whole(&self, operation: &Operation, when: &str) {
        let now = self.listed("ps -aq --no-trunc");
        assert_eq!(names_in(&self.engine.root().join("containers")), now, "{when}: directories are of containers");
        assert!(operation.removes || self.whole.is_subset(&now), "{when}: {:?} were there, {now:?} are", self.whole);
        let own = |name: &String| name.len() == 64;
        let volumes: BTreeSet<_> = self.listed("volume ls -q").into_iter().filter(own).collect();
        let mut mounted = BTreeSet::new();
        for id in &now {
            let named = self.good(&["docker", "inspect", "-f", "{{range .Mounts}}{{println .Name}}{{end}}", id]);
            mounted.extend(named.lines().map(str::to_owned).filter(own));
            let state = self.good(&["docker", "inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", id]);
            assert!(["created 0", "exited 0", "exited 137"].contains(&state.as_str()), "{when}: {state}");
            // What it wrote is there, and it can run.
            if operation.before.contains(&WRITE) {
                self.good(&["docker", "cp", &format!("{id}:/x"), "-"]);
            }
            self.good(&["docker", "start", id]);
        }
        assert_eq!(volumes, mounted, "{when}: volumes without a name are of containers");
        self.no_container();
        assert!(!self.listed("volume ls -q").iter().any(own), "{when}: they went with their containers");
    }

    /// All that comes before the operation.
    fn prepare(&mut self, operation: &Operation) {
        if operation.fills {
            self.good(&["docker", "image", "prune", "-a", "-f"]);
            assert!(self.check(true).is_sound());
        } else if self.good(&["docker", "images", "-q"]).is_empty() {
            self.good(PULL);
        }
        operation.before.iter().for_each(|line| drop(self.good(line)));
        self.whole = self.listed("ps -aq --no-trunc");
    }

    fn check(&self, repair: bool) -> StoreReport {
        self.engine.client().check_store(repair).unwrap()
    }

    /// After a new start: nothing is damaged, nothing half made is left, and what was begun can be done.
    fn store_is_sound(&self, operation: &Operation, when: &str) {
        let found = self.check(false);
        let verified = |code: &Code| matches!(code, Code::StoreBlobOrphan | Code::StoreLayerOrphan);
        // Whole blobs and layers that no image is made of yet: the next pull takes them up. Nobody else would.
        let pull = operation.name == "pull";
        let others = found.findings.iter().filter(|finding| !verified(&finding.problem.code) || !pull);
        assert_eq!(others.collect::<Vec<_>>(), Vec::<&StoreFinding>::new(), "{when}");
        for place in ["layers/sha256", "ingest"] {
            let all = std::fs::read_dir(self.engine.root().join(place)).unwrap();
            let names = all.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
            let half: Vec<_> =
                names.filter(|n| n.starts_with('.') || place == "ingest" && !n.ends_with(".partial")).collect();
            assert_eq!(half, Vec::<String>::new(), "{when}");
        }
        if operation.fills {
            operation.before.iter().for_each(|line| drop(self.good(line)));
            self.good(operation.line);
            self.no_container();
            let found = self.check(!pull);
            assert!(found.images > 0 && found.is_sound(), "{when}: {found:?}");
            assert_eq!(self.check(false).findings, [], "{when}");
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
