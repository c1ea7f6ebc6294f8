//! What is asked of a container while it is committed: the commit waits at the gate, before it packs the layer.

use crate::engine::{Engine, everyone, fails, good, output};
use dockwalk::client::{Client, GateCommand};
use dockwalk::trace::StepKind;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

struct Bench<'a> {
    engine: &'a Engine,
    client: Client,
}

impl Bench<'_> {
    fn docker(&self, line: &str) -> std::process::Command {
        self.engine.dockwalk(&[&["docker"][..], &line.split(' ').collect::<Vec<_>>()].concat())
    }

    fn good(&self, line: &str) -> String {
        good(self.docker(line))
    }

    fn begin(&self, line: &str) -> Child {
        self.docker(line).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Until so many commits wait.
    fn waiting(&self, wanted: usize) {
        let begun = Instant::now();
        while self.client.gate().unwrap().waiting.len() != wanted {
            assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", self.client.gate());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn go_on(&self) {
        self.client.command(&GateCommand::Continue).unwrap();
    }

    fn state(&self, name: &str) -> String {
        self.good(&format!("inspect -f {{{{.State.Status}}}} {name}"))
    }
}

fn check(test: impl Fn(&Bench<'_>, bool)) {
    for who in everyone() {
        let engine = Engine::start(who);
        let bench = Bench { engine: &engine, client: engine.client() };
        bench.good("run -d --name one lab/shell:1 sleep 600");
        // Where no control group can be made nothing can be held.
        let holds = output(bench.docker("pause one")).status.success();
        if holds {
            bench.good("unpause one");
        }
        let events = bench.client.events(0, true);
        assert!(events.next_within(Duration::from_secs(10)).is_some());
        let kinds = [StepKind::PackLayer].into();
        bench.client.command(&GateCommand::Breakpoints { kinds }).unwrap();
        bench.go_on();
        test(&bench, holds);
        drop(events);
    }
}

#[test]
fn who_is_committed_counts_as_paused_until_that_is_over() {
    check(|bench, holds| {
        let mut commit = bench.begin("commit one lab/held:1");
        bench.waiting(1);
        assert_eq!(bench.state("one"), if holds { "paused" } else { "running" });
        if holds {
            let said = fails(bench.docker("pause one"), 1);
            assert!(said.contains("already paused"), "{said}");
            assert!(fails(bench.docker("exec one true"), 1).contains("paused"));
        }
        bench.good("cp one:/bin/busybox -");
        assert!(fails(bench.docker("rm one"), 1).contains("running"), "not one that waits for the commit");
        bench.go_on();
        assert!(commit.wait().unwrap().success());
        assert_eq!(bench.state("one"), "running");
        bench.good("exec one true");
        if !holds {
            return;
        }
        // Who stood still before stands still behind it, and whoever lets it go on meanwhile and stops it again is obeyed.
        bench.good("pause one");
        let mut commit = bench.begin("commit one lab/held:1");
        bench.waiting(1);
        bench.go_on();
        assert!(commit.wait().unwrap().success());
        assert_eq!(bench.state("one"), "paused");
        bench.good("unpause one");
        let mut commit = bench.begin("commit one lab/held:1");
        bench.waiting(1);
        bench.good("unpause one");
        assert_eq!(bench.state("one"), "running");
        bench.good("pause one");
        bench.go_on();
        assert!(commit.wait().unwrap().success());
        assert_eq!(bench.state("one"), "paused", "it is not the commit's pause");
    });
}

#[test]
fn who_is_committed_can_be_ended_and_goes_when_the_commit_is_over() {
    check(|bench, _| {
        let mut commit = bench.begin("commit one lab/held:1");
        bench.waiting(1);
        bench.good("kill one");
        assert_eq!(bench.state("one"), "exited");
        // It is started, and goes, when nobody reads its files any more.
        let mut start = bench.begin("start one");
        bench.go_on();
        assert!(commit.wait().unwrap().success() && start.wait().unwrap().success());
        assert_eq!(bench.state("one"), "running");
        let mut commit = bench.begin("commit one lab/held:2");
        bench.waiting(1);
        bench.good("stop -t 0 one");
        let mut remove = bench.begin("rm -f one");
        bench.go_on();
        assert!(commit.wait().unwrap().success() && remove.wait().unwrap().success());
        assert!(fails(bench.docker("inspect one"), 1).contains("one"));
        assert_eq!(bench.good("run --rm lab/held:2 echo here"), "here");
    });
}

#[test]
fn two_commits_come_one_after_the_other() {
    check(|bench, _| {
        let mut first = bench.begin("commit one lab/held:1");
        bench.waiting(1);
        let mut second = bench.begin("commit one lab/held:2");
        bench.go_on();
        assert!(first.wait().unwrap().success());
        bench.waiting(1);
        bench.go_on();
        assert!(second.wait().unwrap().success());
        assert_eq!(bench.state("one"), "running");
        assert_eq!(bench.good("images -q lab/held").lines().count(), 2);
    });
}
