//! The recorded trace, and stepping.

use crate::cases::Case;
use crate::fixture::Fixture;
use dockwalk::client::protocol::GateCommand;
use dockwalk::trace::{Body, Change, Evidence, Level, Outcome, Property, Step, StepKind};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

pub const CASES: &[Case] = &[
    ("every_call_is_a_step_with_its_result", recorded),
    ("a_watched_child_waits_before_every_call", watched),
    ("only_streams_and_pipes_are_open_when_the_working_directory_is_checked", descriptors),
];

fn steps(fixture: &Fixture) -> Vec<Step> {
    let announced = |body: &Body| match body {
        Body::StepAnnounced { step } => Some(step.clone()),
        _ => None,
    };
    fixture.events().iter().filter_map(|event| announced(&event.body)).collect()
}

/// Step → call and result, as observed in it.
fn results(fixture: &Fixture) -> BTreeMap<u64, (String, String)> {
    let mut found = BTreeMap::new();
    for event in fixture.events() {
        if let Body::Observed { step: Some(step), change, evidence } = &event.body
            && let (Change::ProcessChanged { property: Property::Did(_), .. }, [Evidence::Syscall { call, result }]) =
                (&**change, evidence.as_slice())
        {
            found.insert(*step, (call.clone(), result.clone()));
        }
    }
    found
}

fn check(fixture: &Fixture) -> usize {
    let steps = steps(fixture);
    let syscalls: Vec<&Step> = steps.iter().filter(|step| step.plan.kind == StepKind::Syscall).collect();
    let results = results(fixture);
    for step in &syscalls {
        let (call, result) = results.get(&step.id).unwrap_or_else(|| panic!("{} has no result", step.plan.call));
        let begin = |text: &str| text.split('(').next().unwrap().to_owned();
        assert_eq!(begin(call), begin(&step.plan.call));
        assert!(!result.is_empty());
        let stage = steps.iter().find(|other| Some(other.id) == step.parent).expect("in a stage");
        assert_eq!(stage.plan.kind.level(), Level::Stage, "{step:?}");
    }
    let made = |text: &str| results.values().any(|(call, result)| call.starts_with(text) && result == "0");
    let opened = |(call, _): &(String, String)| call == r#"fsopen("proc", FSOPEN_CLOEXEC)"#;
    assert!(results.values().any(opened) && made("move_mount("), "{results:#?}");
    assert!(made(r#"pivot_root(".", ".")"#) && made(r#"execve("/bin/true", ["true"], "#));
    let not_there =
        |(call, result): &(String, String)| call.contains("/usr/bin/true") && result.starts_with("-1 ENOENT");
    assert!(results.values().any(not_there), "the places in PATH before /bin are tried");
    syscalls.len()
}

fn recorded() {
    let fixture = Fixture::new();
    let started = fixture.start(fixture.prepare(&["true"])).unwrap();
    let kinds = |fixture: &Fixture| {
        let stages = steps(fixture).into_iter().filter(|step| step.plan.kind.level() == Level::Stage);
        let mut kinds: Vec<_> = stages.map(|step| step.plan.kind).collect();
        kinds.dedup();
        kinds
    };
    let made = kinds(&fixture);
    let wanted = [
        StepKind::CloneProcess,
        StepKind::PivotRoot,
        StepKind::MountInside,
        StepKind::ProtectPaths,
        StepKind::SetHostname,
        StepKind::DropPrivileges,
        StepKind::Exec,
    ];
    assert!(made.ends_with(&wanted), "{made:?}");
    let count = check(&fixture);
    assert!(count > 90, "{count}");
    let world = fixture.conductor.world();
    let process = world.main_process(&started.id).expect("a process");
    assert_eq!((process.process.inner_pid, process.process.namespaces.len()), (1, 7));
    let has = |wanted: &Property| process.properties.contains(wanted);
    assert!(has(&Property::Hostname("box".into())) && has(&Property::Credentials("0:0".into())), "{process:#?}");
    assert!(has(&Property::NoNewPrivs(false)) && has(&Property::WorkingDir("/".into())), "{process:#?}");
    let caps =
        process.properties.iter().find_map(|p| if let Property::Capabilities(c) = p { Some(c.len()) } else { None });
    assert_eq!(caps, Some(14));
    fixture.end(started);
}

fn watched() {
    let fixture = Fixture::new();
    let free = {
        let started = fixture.start(fixture.prepare(&["true"])).unwrap();
        fixture.end(started);
        steps(&fixture).iter().filter(|step| step.plan.kind == StepKind::Syscall).count()
    };
    let spec = fixture.prepare(&["true"]);
    let hold = fixture.conductor.hold();
    fixture.conductor.gate().command(&GateCommand::Pause { level: Level::Kernel });
    let conductor = fixture.conductor.clone();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    // Lets one step go at a time, and looks that no call was made before it was let go.
    let driver = std::thread::spawn(move || {
        let (mut released, mut last) = (0, 0);
        let begun = Instant::now();
        while stopped.try_recv().is_err() && begun.elapsed() < Duration::from_secs(60) {
            let Some(waiting) = conductor.gate().view().waiting.first().cloned() else {
                std::thread::yield_now();
                continue;
            };
            if waiting.id == last {
                continue;
            }
            if waiting.plan.kind == StepKind::Syscall && waiting.plan.call.starts_with("sethostname") {
                // Long enough for a child that does not wait to have done it.
                std::thread::sleep(Duration::from_millis(100));
                let pid = conductor.world().processes.values().next().expect("a child").process.pid;
                let name = |file: &str| std::fs::read_link(format!("/proc/{pid}/{file}")).unwrap();
                assert!(name("root").exists());
                let host =
                    std::process::Command::new("nsenter").args(["-t", &pid.to_string(), "-u", "hostname"]).output();
                assert_ne!(
                    String::from_utf8(host.unwrap().stdout).unwrap().trim(),
                    "box",
                    "not set before it was let go"
                );
            }
            if waiting.plan.kind == StepKind::Syscall {
                released += 1;
            }
            last = waiting.id;
            conductor.gate().command(&GateCommand::Step { level: Level::Kernel });
        }
        released
    });
    let started = fixture.start(spec).unwrap();
    stop.send(()).unwrap();
    drop(hold);
    assert_eq!(driver.join().unwrap(), free, "as many waits as calls");
    assert_eq!(check(&fixture), 2 * free);
    let ended = fixture
        .events()
        .iter()
        .filter(|e| matches!(&e.body, Body::StepEnded { outcome: Outcome::Failed(_), .. }))
        .count();
    assert_eq!(ended, 0);
    fixture.end(started);
}

/// At each call: what the process has open. From `close_range` on nothing but its streams, the pipe of go bytes and the socket
/// of records, in a container's first process and in one beside it, in each process that makes calls.
fn descriptors() {
    let fixture = Fixture::new();
    let running = fixture.start(fixture.prepare(&["sleep", "600"])).unwrap();
    for what in ["run", "run with a terminal", "exec", "exec with a terminal"] {
        let seen = stepped(&fixture, || match what {
            "exec" | "exec with a terminal" => {
                let beside = fixture.exec(&running, &["true"], "web", what != "exec").unwrap();
                assert_eq!(beside.wait(), 0);
            }
            _ => {
                let (mut spec, dir) = fixture.prepare(&["true"]);
                (spec.tty, spec.cwd) = (what != "run", "/data".into());
                let started = fixture.start((spec, dir)).unwrap();
                fixture.end(started);
            }
        });
        let closed =
            seen.iter().position(|(call, _)| call.starts_with("close_range(5, ~0U, 0)")).expect("a close_range");
        let before: Vec<_> = seen[..=closed].iter().filter(|(_, open)| open.len() > 5).collect();
        assert!(before.len() > 3, "{what}: more is open before: {seen:#?}");
        let mut after = seen[closed + 1..].iter().filter(|(_, open)| !open.is_empty()).peekable();
        assert!(after.peek().is_some());
        for (call, open) in after {
            let numbers: Vec<_> = open.iter().map(|(number, _)| *number).collect();
            assert_eq!(numbers, [0, 1, 2, 3, 4], "{what}: {call}: {open:?}");
            let allowed = |to: &str| {
                to.starts_with("pipe:")
                    || to.starts_with("socket:")
                    || to.starts_with("/dev/pts/")
                    || to == "/dev/null"
                    || to == "/null"
            };
            assert!(open.iter().all(|(_, to)| allowed(to)), "{what}: {call}: {open:?}");
        }
    }
    running.running.signal(libc::SIGKILL).unwrap();
    fixture.end(running);
}

type Open = Vec<(u32, String)>;

/// Does something call by call: each call, and what was open before it in the process that makes it.
fn stepped(fixture: &Fixture, act: impl FnOnce()) -> Vec<(String, Open)> {
    let hold = fixture.conductor.hold();
    fixture.conductor.gate().command(&GateCommand::Pause { level: Level::Kernel });
    let conductor = fixture.conductor.clone();
    let known: Vec<u32> = conductor.world().processes.keys().copied().collect();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let driver = std::thread::spawn(move || {
        let (mut seen, mut last) = (Vec::new(), 0);
        while stopped.try_recv().is_err() {
            let waiting = conductor.gate().view().waiting.first().cloned();
            let Some(waiting) = waiting.filter(|waiting| waiting.id != last) else {
                std::thread::yield_now();
                continue;
            };
            if waiting.plan.kind == StepKind::Syscall {
                let world = conductor.world();
                let mut of = world.processes.keys().copied().filter(|pid| !known.contains(pid));
                seen.push((waiting.plan.call.clone(), of.next().map(open).unwrap_or_default()));
            }
            last = waiting.id;
            conductor.gate().command(&GateCommand::Step { level: Level::Kernel });
        }
        seen
    });
    act();
    stop.send(()).unwrap();
    drop(hold);
    driver.join().unwrap()
}

fn open(pid: u32) -> Open {
    let entries = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    let mut open: Open = entries
        .filter_map(|entry| {
            let to = std::fs::read_link(entry.path()).ok()?.display().to_string();
            Some((entry.file_name().to_string_lossy().parse().ok()?, to))
        })
        .collect();
    open.sort();
    open
}
