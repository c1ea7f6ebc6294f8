//! A client whose command waits at the gate.

use crate::engine::{Engine, everyone, good, output};
use crate::terminal::Terminal;
use dockwalk::client::GateCommand;
use dockwalk::client::protocol::GateView;
use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

const TOLD: &str = "stopped at the gate";

/// What the gate looks like when somebody waits at it.
pub fn waiting(client: &dockwalk::client::Client) -> GateView {
    let begun = Instant::now();
    loop {
        let view = client.gate().unwrap();
        if !view.waiting.is_empty() {
            return view;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "nobody waits");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_command_that_waits_at_the_gate_says_so_on_its_terminal_once() {
    for who in everyone() {
        let engine = Engine::start(who);
        let client = engine.client();
        let events = client.events(0, true);
        assert!(events.next_within(Duration::from_secs(10)).is_some());
        let mut terminal = Terminal::open(engine.dockwalk(&["docker", "volume", "create", "notes"]), 24, 100);
        terminal.wait_for(TOLD);
        client.command(&GateCommand::Continue).unwrap();
        terminal.wait_for("notes");
        let lines = terminal.lines(24, 100);
        assert_eq!(terminal.end(), 0);
        assert_eq!(lines.len(), 2, "once, each from the beginning of its line: {lines:#?}");
        assert_eq!(lines[1], "notes");
        client.command(&GateCommand::Close).unwrap();
        // In the window the window says it.
        let mut quiet = engine.dockwalk(&["docker", "volume", "create", "more"]);
        quiet.env("DOCKWALK_IN_WINDOW", "1");
        let terminal = Terminal::open(quiet, 24, 100);
        waiting(&client);
        std::thread::sleep(Duration::from_secs(2));
        client.command(&GateCommand::Continue).unwrap();
        let mut terminal = terminal;
        terminal.wait_for("more");
        assert_eq!(terminal.lines(24, 100), ["more"]);
        drop(events);
    }
}

#[test]
fn what_a_script_reads_of_a_command_that_waits_is_what_it_prints() {
    let Some(who) = everyone().into_iter().next() else { return };
    let engine = Engine::start(who);
    let client = engine.client();
    let events = client.events(0, true);
    assert!(events.next_within(Duration::from_secs(10)).is_some());
    let mut command = engine.dockwalk(&["docker", "volume", "create", "notes"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    waiting(&client);
    std::thread::sleep(Duration::from_secs(2));
    client.command(&GateCommand::Continue).unwrap();
    assert!(child.wait().unwrap().success());
    let read = |from: &mut dyn Read| {
        let mut text = String::new();
        from.read_to_string(&mut text).unwrap();
        text
    };
    assert_eq!(read(child.stdout.as_mut().unwrap()), "notes\n");
    assert_eq!(read(child.stderr.as_mut().unwrap()), "");
}

#[test]
fn the_gate_knows_dockers_client_by_the_kernels_word() {
    for who in everyone() {
        let engine = Engine::start(who);
        let client = engine.client();
        let events = client.events(0, true);
        assert!(events.next_within(Duration::from_secs(10)).is_some());
        for (command, program) in [
            (engine.docker(&["volume", "create", "one"]), "docker"),
            (engine.dockwalk(&["docker", "volume", "create", "two"]), "dockwalk"),
        ] {
            if program == "docker" && output(engine.docker(&["--version"])).status.code() != Some(0) {
                continue;
            }
            let mut command = command;
            let mut child = command.stdout(Stdio::null()).spawn().unwrap();
            let view = waiting(&client);
            let callers: Vec<_> = view.callers.values().collect();
            assert_eq!(callers.len(), 1, "{view:?}");
            assert_eq!((callers[0].program.as_str(), callers[0].pid), (program, child.id()), "{who:?}");
            client.command(&GateCommand::Open).unwrap();
            assert!(child.wait().unwrap().success());
            client.command(&GateCommand::Close).unwrap();
        }
        // Open: nothing stops, for any client.
        client.command(&GateCommand::Open).unwrap();
        good(engine.dockwalk(&["docker", "volume", "create", "three"]));
        drop(events);
    }
}

#[test]
fn who_comes_during_a_start_that_stands_at_the_gate_waits_and_who_ends_it_does_not() {
    for who in everyone() {
        let engine = Engine::start(who);
        let docker = |line: &str| engine.dockwalk(&[&["docker"], &*line.split(' ').collect::<Vec<_>>()].concat());
        good(docker("pull -q lab/shell:1"));
        good(docker("create --name box lab/shell:1 sleep 600"));
        let client = engine.client();
        let events = client.events(0, true);
        assert!(events.next_within(Duration::from_secs(10)).is_some());
        let begin = |line: &str| docker(line).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut start = begin("start box");
        waiting(&client);
        let mut waits: Vec<_> =
            ["exec box true", "update --restart always box", "rm box", "cp box:/bin -"].map(begin).into();
        std::thread::sleep(Duration::from_millis(500));
        for child in waits.iter_mut().chain([&mut start]) {
            assert!(child.try_wait().unwrap().is_none(), "{who:?}");
        }
        // One of them loses patience.
        waits[0].kill().unwrap();
        let mut ended = begin("kill box");
        assert!(!start.wait().unwrap().success(), "{who:?}: a start that was given up");
        client.command(&GateCommand::Open).unwrap();
        assert!(ended.wait().is_ok());
        for child in &mut waits[1..] {
            child.wait().unwrap();
        }
        drop(events);
        // It was removed by who waited for that, and nobody has it any more.
        crate::engine::fails(docker("inspect box"), 1);
    }
}
