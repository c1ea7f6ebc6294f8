//! What stays when a container is stopped or deleted, or a volume: what is said by rule before, what was seen afterwards, and what lies
//! on the disk are the same.

use crate::clients::{Bench, check};
use crate::engine::{good, output};
use crate::isolation::trace;
use dockwalk::client::Client;
use dockwalk::survival::{Place, Survival};
use dockwalk::trace::{Body, Home, Op, Trace};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// All that the trace holds once nothing is under way any more.
fn settled(client: &Client) -> Trace {
    let begun = Instant::now();
    loop {
        let trace = trace(client);
        if trace.head().ops.values().all(|state| state.outcome.is_some()) {
            return trace;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", trace.head().ops);
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Where each place is on the host; none of a tmpfs.
fn on_disk(trace: &Trace, seq: u64, place: &Place) -> Option<String> {
    let world = trace.seek(seq);
    match place {
        Place::Upper(id) => {
            world.dirs.values().find(|dir| dir.container.as_ref() == Some(id)).map(|dir| dir.path.clone())
        }
        Place::Home(Home::Volume { name }) => Some(world.volumes[name].path.clone()),
        Place::Home(Home::Bind { from }) => Some(from.clone()),
        Place::Home(Home::Tmpfs { .. }) => None,
    }
}

/// What the operations since that event end, each with what came of it: how many places stayed, and how many went.
fn compared(trace: &Trace, since: u64) -> (usize, usize) {
    let (mut stayed, mut went) = (0, 0);
    let began: Vec<(Op, u64)> = trace
        .events_in(since, trace.len())
        .filter_map(|event| if let Body::OpBegan { op } = &event.body { Some((op.clone(), event.seq)) } else { None })
        .collect();
    let mut done = Vec::new();
    for (op, seq) in began {
        // `prune` is one operation for each: the first is asked of.
        if done.contains(&(op.kind, op.request.clone())) && op.request.contains("prune") {
            continue;
        }
        done.push((op.kind, op.request.clone()));
        let Some(survival) = Survival::of(&op, || trace.seek(seq - 1)) else { continue };
        let prunes = op.request.contains("prune");
        let mut ended = trace.events_in(seq, trace.len());
        let is_over = |seq| survival.outcome(&trace.seek(seq)).is_some();
        let end = ended.find(|event| matches!(event.body, Body::OpEnded { .. }) && is_over(event.seq)).unwrap().seq;
        let after = if prunes { trace.head().clone() } else { trace.seek(end) };
        for fate in &survival.places {
            assert_eq!(fate.place.is_there(&after), Some(fate.stays), "{op:?}: {fate:?}");
            // The disk is of now, after all of them.
            if let Some(path) =
                on_disk(trace, seq - 1, &fate.place).filter(|_| fate.place.is_there(trace.head()) == Some(fate.stays))
            {
                assert_eq!(Path::new(&path).exists(), fate.stays, "{op:?}: {path}");
            }
            if fate.stays { stayed += 1 } else { went += 1 }
        }
    }
    (stayed, went)
}

/// A container with a place of every kind.
fn with_all(bench: &Bench<'_>, name: &str, flags: &[&str], bind: &Path) {
    let mounts = [format!("named-{name}:/data"), format!("{}:/host", bind.display())];
    let run = ["run", "-d", "--name", name, "-v", &mounts[0], "-v", "/anon", "-v", &mounts[1], "--tmpfs", "/ram"];
    let command =
        ["lab/shell:1", "sh", "-c", "for at in / /data /anon /host /ram; do echo x > $at/memo; done; sleep 1000"];
    good(bench.args(&[&run[..], flags, &command[..]].concat()));
}

#[test]
fn what_stays_by_rule_stays_and_what_goes_goes() {
    check(|bench| {
        let client = bench.engine.client();
        let bind = bench.engine.root().with_file_name("bind");
        std::fs::create_dir_all(&bind).unwrap();
        let owner = std::fs::metadata(bench.engine.root()).unwrap();
        std::os::unix::fs::chown(&bind, Some(owner.uid()), Some(owner.gid())).unwrap();
        let act = |line: &str| -> (usize, usize) {
            let since = client.info().unwrap().trace_length;
            good(bench.run(line));
            compared(&settled(&client), since)
        };
        with_all(bench, "one", &[], &bind);
        assert_eq!(act("stop -t 0 one"), (4, 1));
        assert_eq!(act("rm one"), (3, 1), "its anonymous volume stays");
        with_all(bench, "two", &[], &bind);
        good(bench.run("stop -t 0 two"));
        assert_eq!(act("rm -v two"), (2, 2));
        with_all(bench, "three", &[], &bind);
        assert_eq!(
            act("rm -f -v three"),
            (4, 5),
            "it is stopped, and deleted: both are asked of what comes in the end"
        );
        // What another has stays.
        with_all(bench, "four", &[], &bind);
        good(bench.run("run -d --name other --volumes-from four lab/shell:1 sleep 1000"));
        assert_eq!(act("rm -f -v four"), (6, 3));
        assert_eq!(act("rm -f -v other").1, 4);
        with_all(bench, "five", &["--rm"], &bind);
        let since = client.info().unwrap().trace_length;
        good(bench.run("kill five"));
        // It deletes itself.
        while output(bench.run("inspect five")).status.success() {
            std::thread::sleep(Duration::from_millis(20));
        }
        // It is asked of the end, and of the deletion that comes with it.
        assert_eq!(compared(&settled(&client), since), (4, 5));
        assert_eq!(act("volume rm named-one"), (0, 1));
        with_all(bench, "six", &[], &bind);
        good(bench.run("stop -t 0 six"));
        let since = client.info().unwrap().trace_length;
        assert!(!output(bench.run("volume rm named-six")).status.success(), "it is used");
        assert_eq!(compared(&settled(&client), since), (1, 0), "it is refused");
        assert_eq!(act("container prune -f"), (3, 1));
        let (stayed, went) = act("volume prune -f");
        assert!(went >= 2, "{stayed} {went}");
        assert_eq!(std::fs::read(bind.join("memo")).unwrap(), b"x\n");
    });
}

#[test]
fn nothing_of_a_container_that_could_not_be_created_is_in_the_picture() {
    check(|bench| {
        good(bench.args(&["pull", "-q", "lab/shell:1"]));
        let missing = ["-o", "type=none", "-o", "o=bind", "-o", "device=/nonexistent/dockwalk"];
        good(bench.args(&[&["volume", "create"][..], &missing, &["broken"]].concat()));
        let failed = output(bench.args(&["create", "--name", "box", "-v", "broken:/notes", "lab/shell:1"]));
        assert!(!failed.status.success());
        let trace = settled(&bench.engine.client());
        let world = trace.head();
        assert!(
            world.containers.is_empty() && world.dirs.values().all(|dir| dir.container.is_none()),
            "{:?}",
            world.dirs
        );
        assert_eq!(good(bench.args(&["ps", "-aq"])), "");
        good(bench.args(&["volume", "rm", "broken"]));
    });
}
