//! Exit statuses, signals, terminals, `exec`, and that nothing is left.

use crate::cases::Case;
use crate::fixture::{Fixture, read_all, write_line};
use dockwalk::engine::process::Io;
use dockwalk::trace::Code;
use std::io::Read;

pub const CASES: &[Case] = &[
    ("the_exit_status_is_the_programs", status),
    ("a_signal_ends_it_with_128_and_its_number", signal),
    ("what_is_written_to_it_is_read_by_it", stdin),
    ("a_terminal_is_the_controlling_one_and_has_a_size", terminal),
    ("a_command_that_is_not_there_is_named", not_found),
    ("a_file_that_cannot_be_executed_is_named", not_executable),
    ("exec_joins_a_running_container", exec),
    ("exec_can_have_a_terminal_and_another_user", exec_terminal),
    ("a_command_runs_on_the_lab_host", on_host),
    ("a_container_can_be_stacked_and_started_again", again),
    ("nothing_is_left_when_it_has_ended", nothing_left),
];

fn status() {
    let fixture = Fixture::new();
    assert_eq!(fixture.run("exit 0").1, 0);
    assert_eq!(fixture.run("exit 37").1, 37);
}

fn signal() {
    let fixture = Fixture::new();
    let started = fixture.start(fixture.prepare(&["sleep", "1000"])).unwrap();
    started.running.signal(libc::SIGKILL).unwrap();
    assert_eq!(fixture.end(started), 137);
    let mut started = fixture
        .start(fixture.prepare(&["sh", "-c", "trap 'exit 9' TERM; echo ready; while :; do sleep 0.01; done"]))
        .unwrap();
    let Some(Io::Pipes { stdout, .. }) = &mut started.running.io else { panic!("pipes") };
    let mut ready = [0; 6];
    stdout.read_exact(&mut ready).unwrap();
    started.running.signal(libc::SIGTERM).unwrap();
    assert_eq!(fixture.end(started), 9);
}

fn stdin() {
    let fixture = Fixture::new();
    let mut started = fixture.start(fixture.prepare(&["cat"])).unwrap();
    let mut io = started.running.io.take().unwrap();
    write_line(&mut io, "hello");
    started.running.io = Some(io);
    assert_eq!(started.output(), "hello\n");
    assert_eq!(fixture.end(started), 0);
}

fn terminal() {
    let fixture = Fixture::new();
    let script =
        "tty; echo $TERM; stty size; ls -l /dev/console | cut -c1; echo ok > /dev/tty; read x; stty size; exit 3";
    let (mut spec, dir) = fixture.prepare(&["sh", "-c", script]);
    (spec.tty, spec.console_size) = (true, Some((30, 100)));
    let mut started = fixture.start((spec, dir)).unwrap();
    let Some(Io::Tty(master)) = &started.running.io else { panic!("a terminal") };
    let mut ours = master.try_clone().unwrap();
    let mut text = String::new();
    let mut block = [0; 256];
    while !text.contains("ok\r\n") {
        let got = ours.read(&mut block).unwrap();
        text.push_str(&String::from_utf8_lossy(&block[..got]));
    }
    started.running.resize(40, 120).unwrap();
    write_line(started.running.io.as_mut().unwrap(), "");
    text.push_str(&started.output());
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(&lines[..2], ["/dev/pts/0", "xterm"], "{text:?}");
    assert_eq!(lines[2], "30 100", "{text:?}");
    assert_eq!(lines[3], "c");
    assert!(text.contains("40 120\r\n"), "{text:?}");
    assert_eq!(fixture.end(started), 3);
}

fn not_found() {
    let fixture = Fixture::new();
    let fault = fixture.start(fixture.prepare(&["no-such-command"])).err().expect("a fault");
    assert_eq!(fault.problem.code, Code::CommandNotFound);
    assert_eq!(
        (fault.problem.args["command"].as_str(), fault.problem.args["image"].as_str()),
        ("no-such-command", "busybox")
    );
    assert_no_process(&fixture);
}

fn not_executable() {
    let fixture = Fixture::new();
    for command in ["data-file", "/etc/passwd", "/etc"] {
        let fault = fixture.start(fixture.prepare(&[command])).err().expect("a fault");
        assert_eq!(fault.problem.code, Code::CommandNotExecutable, "{command}: {fault}");
    }
    assert_no_process(&fixture);
}

fn exec() {
    let fixture = Fixture::new();
    let started = fixture.start(fixture.prepare(&["sleep", "1000"])).unwrap();
    let script = "hostname; echo $EXTRA; cat /proc/1/comm; grep -E '^(CapEff|Seccomp:)' /proc/self/status; ls /proc/self/fd | wc -l; exit 5";
    let mut beside = fixture.exec(&started, &["sh", "-c", script], "", false).unwrap();
    let text = read_all(&mut beside);
    assert_eq!(text, "box\n1\nsleep\nCapEff:\t00000000a80425fb\nSeccomp:\t2\n4\n");
    assert_eq!(beside.wait(), 5);
    let fault = fixture.exec(&started, &["nothing"], "", false).expect_err("a fault");
    assert_eq!(fault.problem.code, Code::CommandNotFound);
    // One that still runs dies with the container, and is collected.
    let long = fixture.exec(&started, &["sleep", "1000"], "", false).unwrap();
    started.running.signal(libc::SIGKILL).unwrap();
    assert_eq!(fixture.end(started), 137);
    assert_eq!(long.wait(), 137);
    assert_no_process(&fixture);
}

fn exec_terminal() {
    let fixture = Fixture::new();
    let started = fixture.start(fixture.prepare(&["sleep", "1000"])).unwrap();
    let mut beside = fixture.exec(&started, &["sh", "-c", "tty; id -u; echo x > /dev/tty"], "web", true).unwrap();
    assert_eq!(read_all(&mut beside), "/dev/pts/0\r\n1000\r\nx\r\n");
    started.running.signal(libc::SIGKILL).unwrap();
    fixture.end(started);
}

fn on_host() {
    let fixture = Fixture::new();
    let argv = ["sh", "-c", "readlink /proc/self/ns/net; id -u; exit 4"].map(str::to_owned);
    let mut running = fixture.operate(|cx| fixture.spawner.on_host(cx, &fixture.lab, &argv, &[], false)).unwrap();
    let text = read_all(&mut running);
    assert_eq!(text, format!("net:[{}]\n0\n", fixture.lab.host.inode()));
    assert_eq!(running.wait(), 4);
    let argv = ["sh", "-c", "tty; exit 0"].map(str::to_owned);
    for (command, code) in [("wgte", Code::HostCommandNotFound), ("/etc/passwd", Code::HostCommandNotExecutable)] {
        let argv = [command.to_owned()];
        let fault = fixture.operate(|cx| fixture.spawner.on_host(cx, &fixture.lab, &argv, &[], false)).unwrap_err();
        assert_eq!((fault.problem.code, fault.problem.args["command"].as_str()), (code, command));
    }
    let mut running = fixture.operate(|cx| fixture.spawner.on_host(cx, &fixture.lab, &argv, &[], true)).unwrap();
    assert!(read_all(&mut running).starts_with("/dev/pts/"));
}

fn again() {
    let fixture = Fixture::new();
    let (spec, dir) = fixture.prepare(&["sh", "-c", "cat /kept; echo kept >> /kept"]);
    for (round, wanted) in ["cat: can't open '/kept': No such file or directory\n", "kept\n"].iter().enumerate() {
        // The first time it is stacked already.
        if round > 0 {
            fixture.stack(&spec.container, &dir).unwrap();
        }
        let mut started = fixture.start((spec.clone(), dir.clone())).unwrap();
        assert_eq!(started.output(), *wanted);
        started.running.wait();
        fixture
            .operate(|cx| {
                started.running.reaped(cx)?;
                fixture.spawner.cgroups().remove(cx, &started.id)?;
                dockwalk::engine::rootfs::unstack(cx, &started.id, &dir)
            })
            .unwrap();
    }
}

fn nothing_left() {
    let fixture = Fixture::new();
    let before = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    let (mut spec, dir) = fixture.prepare(&["sh", "-c", "sleep 1000 & echo started"]);
    spec.limits.pids = Some(32);
    let (text, status) = fixture.run_spec((spec, dir));
    assert_eq!((text.as_str(), status), ("started\n", 0));
    assert_eq!(std::fs::read_to_string("/proc/self/mountinfo").unwrap(), before);
    let left: Vec<_> = std::fs::read_dir(fixture.dir.path().join("containers")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    assert_no_process(&fixture);
    let world = fixture.conductor.world();
    assert!(
        world.mounts.is_empty() && world.dirs.is_empty() && world.cgroups.is_empty() && world.namespaces.is_empty()
    );
    let pending = fixture.conductor.journal().pending(Some(&format!("{:064x}", 1)));
    assert!(pending.is_empty(), "{pending:?}");
}

fn assert_no_process(fixture: &Fixture) {
    assert!(fixture.conductor.world().processes.is_empty(), "{:?}", fixture.conductor.world().processes);
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap().path().join("children"));
    let children: String = tasks.map(|path| std::fs::read_to_string(path).unwrap_or_default()).collect();
    // The keeper stays as long as the engine does.
    assert_eq!(children.split_whitespace().count(), 1, "{children}");
}
