//! How fast the places of a container are: measured for real, told with the calls that were made, and nothing of it is left, whatever ends
//! it. Nothing here says how fast.

use crate::engine::{Engine, everyone, fails, good};
use dockwalk::client::protocol::SpeedReport;
use dockwalk::trace::{Body, Book, Change, Code, Evidence, HomeKind, SpeedPattern};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

/// So little that nobody waits.
const LITTLE: [&str; 6] = ["--size", "64k", "--files", "20", "--runs", "2"];
/// So much that it is under way for a while.
const MUCH: [&str; 6] = ["--size", "16m", "--files", "20000", "--runs", "16"];

/// A container with a place of every kind, and one that is read-only.
fn with_all(engine: &Engine, bind: &Path) {
    std::fs::create_dir_all(bind).unwrap();
    std::fs::set_permissions(bind, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let mounts = [format!("{}:/host", bind.display()), format!("{}:/only:ro", bind.display())];
    let run = ["docker", "run", "-d", "--name", "box", "-v", "memo:/data", "-v", &mounts[0], "-v", &mounts[1]];
    let rest = ["--tmpfs", "/ram", "--tmpfs", "/little:size=64k", "lab/shell:1", "sleep", "600"];
    good(engine.dockwalk(&[&run[..], &rest[..]].concat()));
}

/// Directories in which it was measured.
fn left(dirs: &[&Path]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut todo: Vec<PathBuf> = dirs.iter().map(|dir| dir.to_path_buf()).collect();
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(&dir).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(".dockwalk-speed-") {
                found.push(entry.path());
            } else if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                todo.push(entry.path());
            }
        }
    }
    found
}

fn measuring(engine: &Engine, container: &str) -> Child {
    let mut command = engine.dockwalk(&[&["speed", container][..], &MUCH[..]].concat());
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap()
}

fn until(what: &str, is: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn each_place_is_measured_by_calls_that_were_made_and_nothing_is_left() {
    for who in everyone() {
        let engine = Engine::start(who);
        let bind = engine.root().join("bind");
        with_all(&engine, &bind);
        let said = good(engine.dockwalk(&[&["speed", "box", "--json"][..], &LITTLE[..]].concat()));
        let report: SpeedReport = serde_json::from_str(&said).unwrap();
        let places =
            [("/", HomeKind::Upper), ("/data", HomeKind::Volume), ("/host", HomeKind::Bind), ("/ram", HomeKind::Tmpfs)];
        for (target, kind) in places {
            for pattern in SpeedPattern::ALL {
                let is_there = report.measured.iter().find(|it| it.target == target && it.pattern == pattern);
                let is_copy = matches!(pattern, SpeedPattern::CopyUp | SpeedPattern::CopiedUp);
                assert_eq!(is_there.is_some(), !is_copy || kind == HomeKind::Upper, "{who:?} {target} {pattern:?}");
                let Some(speed) = is_there else { continue };
                assert!(speed.place == kind && speed.runs.len() == 2 && speed.runs.iter().all(|nanos| *nanos > 0));
                assert!(speed.bytes > 0 && speed.files > 0 && speed.calls > 0, "{speed:?}");
            }
        }
        let refused: Vec<_> = report.refused.iter().map(|it| (it.target.as_str(), it.problem.code.clone())).collect();
        assert_eq!(refused, [("/little", Code::SpeedNoRoom), ("/only", Code::SpeedReadOnly)], "{who:?}");
        assert!(report.memory.iter().all(|seen| seen.device.0 == 0) && report.memory_targets == ["/little", "/ram"]);
        told(&engine, &report);
        assert_eq!(left(&[&engine.root()]), [] as [PathBuf; 0], "{who:?}");
        let diff = good(engine.dockwalk(&["docker", "diff", "box"]));
        assert!(!diff.contains("dockwalk-speed"), "{diff}");
        let table = good(engine.dockwalk(&[&["--lang", "en", "speed", "box"][..], &LITTLE[..]].concat()));
        assert!(table.contains("/ram (tmpfs)") && table.contains("Not measured, /little"), "{table}");
        let nobody = fails(engine.dockwalk(&["speed", "nobody"]), 1);
        assert!(nobody.contains("nobody"), "{nobody}");
        fails(engine.dockwalk(&["speed", "box", "--runs", "99"]), 1);
    }
}

/// Each measurement is in the trace with its calls: as many as it says.
fn told(engine: &Engine, report: &SpeedReport) {
    let client = engine.client();
    let (length, mut seen) = (client.info().unwrap().trace_length, Vec::new());
    for incoming in client.events(0, false) {
        let dockwalk::client::Incoming::Event(event) = incoming else { panic!("{incoming:?}") };
        let last = event.seq >= length;
        if let Body::Observed { change, evidence, step } = &event.body
            && let Change::SpeedMeasured(speed) = &**change
        {
            assert!(step.is_some());
            let counted = evidence.iter().find_map(|it| match it {
                Evidence::Own { book: Book::Measurement, facts } => Some(facts.clone()),
                _ => None,
            });
            let counted = counted.unwrap_or_else(|| panic!("{evidence:?}"));
            let runs = speed.runs.len() as u64;
            for (call, of) in [
                ("write", SpeedPattern::Write),
                ("read", SpeedPattern::Read),
                ("pwrite64", SpeedPattern::Random),
                ("fsync", SpeedPattern::FilesSynced),
            ] {
                if of == speed.pattern {
                    let times = format!("{call} × {}", speed.calls * runs);
                    let is_it = |line: &str| line.split(',').next() == Some(&times);
                    assert!(counted.lines().any(is_it), "{speed:?}: {counted}");
                }
            }
            assert!(
                evidence.iter().any(|it| matches!(it, Evidence::Syscall { call, .. } if call.starts_with("openat(")))
            );
            seen.push(speed.clone());
        }
        if last {
            break;
        }
    }
    assert_eq!(seen, report.measured);
}

#[test]
fn a_measurement_that_is_given_up_leaves_nothing_and_a_second_one_waits_its_turn() {
    for who in everyone() {
        let mut engine = Engine::start(who);
        let bind = engine.root().join("bind");
        with_all(&engine, &bind);
        let mut child = measuring(&engine, "box");
        until("it begins", || !left(&[&engine.root()]).is_empty());
        let busy = fails(engine.dockwalk(&[&["--lang", "en", "speed", "box"][..], &LITTLE[..]].concat()), 1);
        assert!(busy.contains("Another measurement"), "{busy}");
        child.kill().unwrap();
        child.wait().unwrap();
        until("it is cleared away", || left(&[&engine.root()]).is_empty());
        // Its container may end at any moment.
        let mut child = measuring(&engine, "box");
        until("it begins again", || !left(&[&engine.root()]).is_empty());
        let was = left(&[&engine.root()]);
        good(engine.dockwalk(&["docker", "kill", "box"]));
        assert!(!child.wait().unwrap().success());
        until("it is cleared away again", || left(&[&engine.root()]).is_empty());
        // What has that name from now on is somebody's.
        std::fs::DirBuilder::new().mode(0o700).create(&was[0]).unwrap();
        engine.kill();
        engine.start_again();
        assert_eq!(left(&[&engine.root()]), was, "{who:?}");
        std::fs::remove_dir(&was[0]).unwrap();
        good(engine.dockwalk(&["docker", "rm", "box"]));
    }
}

#[test]
fn an_engine_that_is_killed_meanwhile_clears_it_away_when_it_starts_again() {
    for who in everyone() {
        let mut engine = Engine::start(who);
        for name in ["bind", "device"] {
            let dir = engine.root().join(name);
            std::fs::create_dir_all(&dir).unwrap();
            std::fs::set_permissions(&dir, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
        }
        // What is empty would be filled from the image, and be given to whom it belongs there.
        std::fs::write(engine.root().join("device/kept"), "").unwrap();
        let bind = format!("{}:/place", engine.root().join("bind").display());
        let device = format!("device={}", engine.root().join("device").display());
        let linked = ["docker", "volume", "create", "-o", "type=none", "-o", "o=bind", "-o", &device, "linked"];
        good(engine.dockwalk(&linked));
        // Each the first place of its container that can be written to, and so much that nobody gets through with it.
        for (place, flags) in [
            ("upper", &[][..]),
            ("_data", &["--read-only", "-v", "memo:/place"]),
            ("bind", &["--read-only", "-v", &bind]),
            ("device", &["--read-only", "-v", "linked:/place"]),
        ] {
            let name = format!("in{place}");
            let run = [&["docker", "run", "-d", "--name", &name][..], flags, &["lab/shell:1", "sleep", "600"]].concat();
            good(engine.dockwalk(&run));
            let mut child = measuring(&engine, &name);
            let is_in = |engine: &Engine| {
                left(&[&engine.root()]).iter().any(|path| path.parent().is_some_and(|it| it.ends_with(place)))
            };
            until(place, || is_in(&engine));
            engine.kill();
            child.wait().unwrap();
            assert!(is_in(&engine), "{who:?} {place}: it was killed in the midst of it");
            engine.start_again();
            assert_eq!(left(&[&engine.root()]), [] as [PathBuf; 0], "{who:?} {place}");
        }
    }
}
