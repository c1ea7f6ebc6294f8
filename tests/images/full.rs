//! A disk that is full at any point of a pull: that is said, nothing is damaged, and with more room the pull goes on.

use crate::engine::{Engine, Who, everyone, good, output};
use crate::lab;
use crate::registry::{Layer, Registry, sha256};
use dockwalk::client::protocol::StoreReport;
use dockwalk::trace::Code;
use nix::mount::{MsFlags, mount, umount};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const ROOMY: u64 = 64 << 20;
const PAGE: u64 = 4096;

// Each says its whole name: it is started by that once more.
#[test]
fn a_pull_that_the_disk_had_no_room_for_goes_on_when_there_is_room() {
    let name = "full::a_pull_that_the_disk_had_no_room_for_goes_on_when_there_is_room";
    lab::inside(name, &["unshare", "setpriv"], |_| everyone().into_iter().for_each(every_room));
}

/// The journal cannot be written: what was cloned already is collected, or the container's first process could never end.
#[test]
fn a_command_that_the_disk_had_no_room_for_holds_nothing_up() {
    let name = "full::a_command_that_the_disk_had_no_room_for_holds_nothing_up";
    lab::inside(name, &["unshare", "setpriv"], |_| everyone().into_iter().for_each(no_room_for_a_command));
}

/// What makes room needs some itself: it has been kept.
#[test]
fn what_makes_room_has_room_itself() {
    let name = "full::what_makes_room_has_room_itself";
    lab::inside(name, &["unshare", "setpriv"], |_| everyone().into_iter().for_each(room_is_made));
}

fn room_is_made(who: Who) {
    let mut engine = Engine::start_in(who, |root| {
        disk(root, who);
        Vec::new()
    });
    let root = engine.root();
    let docker = |engine: &Engine, line: &str| {
        let words: Vec<_> = std::iter::once("docker").chain(line.split(' ')).collect();
        engine.dockwalk(&words)
    };
    // A container took all there is, and what comes free again, and prints on.
    let script = "dd if=/dev/zero of=/big bs=64k 2>/dev/null; dd if=/dev/zero of=/rest bs=1 2>/dev/null; \
        while :; do echo lost; dd if=/dev/zero bs=512 2>/dev/null >>/rest; sleep 0.02; done";
    good(docker(&engine, "pull lab/shell:1"));
    good(docker(&engine, "create --name other lab/shell:1"));
    good(engine.dockwalk(&["docker", "run", "-d", "--name", "one", "lab/shell:1", "sh", "-c", script]));
    let full = || nix::sys::statvfs::statvfs(&root).unwrap().blocks_available() == 0;
    until(full, "the disk is full");
    // What is not in its log is in the trace.
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let lost = || {
        let file = dir.path().join("trace.ndjson");
        fs::remove_file(&file).ok();
        good(engine.dockwalk(&["trace", "export", file.to_str().unwrap()]));
        fs::read_to_string(&file).unwrap().contains(Code::LogLost.name())
    };
    until(lost, "lost output is told");
    // And said to who reads the log, where it is missing.
    let logs = || output(docker(&engine, "logs one"));
    let missing = |said: &std::process::Output| {
        String::from_utf8_lossy(&said.stderr).contains("bytes of output are missing here")
    };
    let said = logs();
    assert!(said.status.success() && missing(&said), "{who:?}: {}", String::from_utf8_lossy(&said.stderr));
    for line in ["rm other", "rm -f one", "volume prune -f", "image prune -a -f"] {
        good(docker(&engine, line));
    }
    assert_eq!(good(docker(&engine, "images -q")), "");
    let there = There::below(&root);
    assert!(there.blobs.is_empty() && there.layers.is_empty(), "{who:?}: {there:?}");

    // Others took it: nothing of what is deleted makes room for its own list.
    for line in ["rmi lab/shell:1", "image prune -a -f"] {
        resize(&root, ROOMY);
        good(docker(&engine, "pull lab/shell:1"));
        good(docker(&engine, "create --name one lab/shell:1"));
        good(docker(&engine, "volume create data"));
        resize(&root, used(&root));
        for line in ["rm one", "volume rm data", line] {
            good(docker(&engine, line));
        }
    }
    assert!(root.join("reserve").exists(), "{who:?}: it is kept again");
    engine.kill();
    engine.start_again();
    assert_eq!(good(docker(&engine, "ps -aq")), "");

    // An engine that finds the disk full starts, and makes room.
    resize(&root, ROOMY);
    good(docker(&engine, "pull lab/shell:1"));
    good(docker(&engine, "create --name one lab/shell:1"));
    engine.kill();
    resize(&root, used(&root));
    engine.start_again();
    for line in ["rm one", "rmi lab/shell:1"] {
        good(docker(&engine, line));
    }
    assert_eq!(good(docker(&engine, "ps -aq")), "");
    engine.end();
    umount(&root).unwrap();
}

fn until(reached: impl Fn() -> bool, what: &str) {
    for _ in 0..600 {
        if reached() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("{what}: not reached");
}

fn no_room_for_a_command(who: Who) {
    let mut engine = Engine::start_in(who, |root| {
        disk(root, who);
        Vec::new()
    });
    let root = engine.root();
    let run = ["docker", "run", "-d", "--name", "one", "lab/shell:1", "sleep", "600"];
    good(engine.dockwalk(&run));
    // Some pages are free by chance; what is written fills them.
    for round in 0..40 {
        resize(&root, used(&root));
        let ended = output(engine.dockwalk(&["docker", "exec", "one", "true"]));
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        if !ended.status.success() {
            assert!(said.contains("no space left"), "{who:?}: {said}");
            break;
        }
        assert!(round < 39, "{who:?}: the disk was never full");
    }
    good(engine.dockwalk(&["docker", "ps"]));
    let ended = output(engine.dockwalk(&["docker", "rm", "-f", "one"]));
    assert!(ended.status.code().is_some(), "{who:?}: rm hangs");
    engine.end();
    resize(&root, ROOMY);
    umount(&root).unwrap();
}

fn every_room(who: Who) {
    let registry = Registry::of(&[900_000, 300_000, 60_000]);
    let image = registry.image();
    let mut engine = Engine::start_in(who, |root| {
        disk(root, who);
        Vec::new()
    });
    let root = engine.root();
    // What it takes.
    let before = used(&root);
    good(engine.dockwalk(&["docker", "pull", &image]));
    let whole = used(&root) - before;
    good(engine.dockwalk(&["docker", "rmi", &image]));
    let almost = [0, 1, 2, 3, 5].map(|pages| pages * PAGE);
    let rooms: Vec<u64> =
        almost.into_iter().chain((1..16).map(|part| whole * part / 16)).chain([whole - 64 * PAGE]).collect();
    let mut seen = BTreeMap::new();
    for (at, room) in rooms.iter().enumerate() {
        resize(&root, used(&root) + room);
        let ended = output(engine.dockwalk(&["docker", "pull", &image]));
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        let when = format!("{who:?}: room for {room} bytes of {whole}: {said}");
        assert!(!ended.status.success(), "{when}");
        assert!(said.contains("no space left") && said.contains("Free some space"), "{when}");
        if at % 4 == 3 {
            engine.kill();
            resize(&root, ROOMY);
            engine.start_again();
        }
        let found = check(&engine);
        let orphan = |code: &Code| matches!(code, Code::StoreBlobOrphan | Code::StoreLayerOrphan);
        assert!(found.findings.iter().all(|f| !f.harmful && orphan(&f.problem.code)), "{when}: {found:?}");
        let there = There::below(&root);
        there.is_orderly(&when);
        *seen.entry(there.how_far(&registry)).or_insert(0) += 1;

        resize(&root, ROOMY);
        registry.mend();
        good(engine.dockwalk(&["docker", "pull", &image]));
        for layer in &registry.layers {
            assert_eq!(registry.asked_from(&layer.digest), there.lacks(layer), "{when}: {there:?}");
        }
        assert_eq!(check(&engine).findings, [], "{when}");
        let now = There::below(&root);
        assert!(now.partial.is_empty() && now.layers.len() == registry.layers.len(), "{when}: {now:?}");
        let contents = now.layers.iter().flat_map(|layer| fs::read_dir(layer.join("fs")).unwrap());
        let contents = contents.map(|file| file.unwrap());
        let contents: BTreeMap<_, _> = contents
            .map(|file| (file.file_name().into_string().unwrap(), sha256(&fs::read(file.path()).unwrap())))
            .collect();
        let right = registry.layers.iter().map(|layer| (layer.file.clone(), layer.content.clone()));
        assert_eq!(contents, right.collect(), "{when}");
        good(engine.dockwalk(&["docker", "rmi", &image]));
        let now = There::below(&root);
        assert!(now.blobs.is_empty() && now.layers.is_empty(), "{when}: {now:?}");
    }
    println!("{who:?}: {} sizes of disk; verified blobs and partial ones when it was full: {seen:?}", rooms.len());
    assert!(seen.len() > 4, "the disk was full at different points: {seen:?}");
    engine.end();
    umount(&root).unwrap();
}

/// A disk of its own for the engine's directory.
fn disk(root: &Path, who: Who) {
    fs::create_dir(root).unwrap();
    let owner = match who {
        Who::Root => String::new(),
        Who::User => {
            let owner = fs::metadata(root.parent().unwrap()).unwrap();
            let (uid, gid) = (std::os::unix::fs::MetadataExt::uid(&owner), std::os::unix::fs::MetadataExt::gid(&owner));
            format!(",uid={uid},gid={gid}")
        }
    };
    let options = format!("size={ROOMY},mode=711{owner}");
    mount(Some("small"), root, Some("tmpfs"), MsFlags::empty(), Some(options.as_str())).unwrap();
}

fn resize(root: &Path, bytes: u64) {
    let size = format!("size={bytes}");
    mount(None::<&str>, root, None::<&str>, MsFlags::MS_REMOUNT, Some(size.as_str())).unwrap();
}

fn used(root: &Path) -> u64 {
    let stat = nix::sys::statvfs::statvfs(root).unwrap();
    (stat.blocks() - stat.blocks_free()) * stat.fragment_size()
}

fn check(engine: &Engine) -> StoreReport {
    engine.client().check_store(false).unwrap()
}

/// What lies in a store.
#[derive(Debug)]
struct There {
    blobs: Vec<String>,
    /// Name and length.
    partial: BTreeMap<String, u64>,
    layers: Vec<PathBuf>,
    journal: String,
}

impl There {
    fn below(root: &Path) -> Self {
        let all = |place: &str| fs::read_dir(root.join(place)).unwrap().map(|entry| entry.unwrap());
        let name = |entry: &fs::DirEntry| entry.file_name().into_string().unwrap();
        let partial = all("ingest").map(|entry| (name(&entry), entry.metadata().unwrap().len()));
        Self {
            blobs: all("blobs/sha256").map(|entry| name(&entry)).collect(),
            partial: partial.collect(),
            layers: all("layers/sha256").map(|entry| entry.path()).collect(),
            journal: fs::read_to_string(root.join("journal.ndjson")).unwrap(),
        }
    }

    /// Nothing half made but parts of blobs, and a journal whose lines are whole.
    fn is_orderly(&self, when: &str) {
        assert!(self.partial.keys().all(|name| name.ends_with(".partial")), "{when}: {self:?}");
        let hidden = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with('.');
        assert!(!self.layers.iter().any(hidden), "{when}: {self:?}");
        for line in self.journal.lines() {
            assert!(
                serde_json::from_str::<serde_json::Value>(line).is_ok(),
                "{when}: a torn line in the journal: {line}"
            );
        }
    }

    fn part(&self, layer: &Layer) -> usize {
        let length = self.partial.get(&format!("{}.partial", layer.digest.hex())).copied().unwrap_or(0);
        usize::try_from(length).unwrap()
    }

    fn has(&self, layer: &Layer) -> bool {
        self.blobs.iter().any(|blob| blob == layer.digest.hex())
    }

    /// Whole blobs of layers, and begun ones.
    fn how_far(&self, registry: &Registry) -> (usize, usize) {
        let layers = &registry.layers;
        (layers.iter().filter(|l| self.has(l)).count(), layers.iter().filter(|l| self.part(l) > 0).count())
    }

    /// From which bytes on a pull has to ask for a layer.
    fn lacks(&self, layer: &Layer) -> Vec<usize> {
        let part = self.part(layer);
        if self.has(layer) || part == layer.size { Vec::new() } else { vec![part] }
    }
}
