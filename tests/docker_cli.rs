//! The real docker CLI, and ours, against a real engine: as root and as an ordinary user.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[path = "common/clients.rs"]
mod clients;
#[path = "docker_cli/disk.rs"]
mod disk;
#[path = "common/engine.rs"]
mod engine;
#[path = "docker_cli/full_disk.rs"]
mod full_disk;
#[path = "docker_cli/gate.rs"]
mod gate;
#[path = "docker_cli/isolation.rs"]
mod isolation;
#[path = "common/postgres.rs"]
mod mirror;
#[path = "docker_cli/moves.rs"]
mod moves;
#[path = "docker_cli/postgres.rs"]
mod postgres;
#[path = "docker_cli/reach.rs"]
mod reach;
#[path = "docker_cli/reach6.rs"]
mod reach6;
#[path = "docker_cli/speed.rs"]
mod speed;
#[path = "docker_cli/survival.rs"]
mod survival;
#[path = "docker_cli/templates.rs"]
mod templates;
#[path = "docker_cli/terminal.rs"]
mod terminal;
#[path = "docker_cli/walk.rs"]
mod walk;
#[path = "docker_cli/walk6.rs"]
mod walk6;

use clients::{Bench, check};
use dockwalk::trace::Code;
use engine::{Engine, everyone, fails, good, output};
use std::io::Read;
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::time::Duration;
use terminal::Terminal;

#[test]
fn an_image_is_pulled_listed_and_removed() {
    check(|bench| {
        let said = good(bench.run("pull lab/shell:1"));
        assert!(said.contains("Status: Downloaded newer image") && said.contains("docker.io/lab/shell:1"), "{said}");
        assert!(good(bench.run("pull lab/shell:1")).contains("Image is up to date"));
        let images = good(bench.run("images"));
        assert!(images.starts_with("REPOSITORY") && images.contains("lab/shell"), "{images}");
        assert!(good(bench.run("image inspect lab/shell:1")).contains("sha256:"));
        assert!(good(bench.run("history lab/shell:1")).contains("CREATED BY"));
        let removed = good(bench.run("rmi lab/shell:1"));
        assert!(removed.contains("Untagged: lab/shell:1") && removed.contains("Deleted: sha256:"), "{removed}");
        assert_eq!(good(bench.run("images -q")), "");
        assert!(fails(bench.run("image inspect lab/shell:1"), 1).to_lowercase().contains("no such"));
        fails(bench.run("pull lab/nothing:1"), 1);
    });
}

#[test]
fn on_a_terminal_each_layer_has_its_line_and_what_is_said_of_the_whole_stands_below() {
    // What a terminal shows in the end, with either command line.
    let shown = Mutex::new(None);
    check(|bench| {
        let wide = on_terminal(bench, "pull lab/shell:1", 120);
        let kinds: Vec<_> = wide.iter().map(|line| line.split(": ").last().unwrap_or_default()).collect();
        let layers = kinds.iter().filter(|kind| **kind == "Pull complete").count();
        assert!(layers > 1, "{wide:#?}");
        assert!(wide[0].ends_with("Pulling from lab/shell"), "{wide:#?}");
        assert!(kinds[1..=layers].iter().all(|kind| *kind == "Pull complete"), "{wide:#?}");
        assert!(wide[layers + 1].starts_with("Digest: sha256:"), "{wide:#?}");
        assert_eq!(wide[layers + 2..], ["Status: Downloaded newer image for lab/shell:1", "docker.io/lab/shell:1"]);

        // Where whoever runs it may write.
        let archive = bench.engine.socket().with_file_name("shell.tar");
        good(bench.args(&["save", "-o", archive.to_str().unwrap(), "lab/shell:1"]));
        good(bench.run("rmi lab/shell:1"));
        let loaded = on_terminal(bench, &format!("load -i {}", archive.display()), 120);
        let (last, bars) = loaded.split_last().unwrap();
        assert_eq!(last, "Loaded image: lab/shell:1");
        assert!(bars.len() > 1 && bars.iter().all(|line| line.contains(": Loading layer [")), "{loaded:#?}");

        // Where there is no room for a bar. The other client's turn comes next.
        good(bench.run("rmi lab/shell:1"));
        let narrow = on_terminal(bench, "pull lab/shell:1", 80);
        assert_eq!(narrow, wide);
        good(bench.run("rmi lab/shell:1"));
        std::fs::remove_file(&archive).unwrap();
        let all = [wide, loaded].concat();
        assert_eq!(shown.lock().unwrap().get_or_insert(all.clone()), &all);
    });
}

/// What a terminal of so many columns shows at the end of a command.
fn on_terminal(bench: &Bench<'_>, line: &str, columns: u16) -> Vec<String> {
    let mut terminal = Terminal::open(bench.run(line), 40, columns);
    let last = if line.starts_with("pull") { "\ndocker.io/lab/shell:1" } else { "Loaded image: lab/shell:1" };
    terminal.wait_for(last);
    let lines = terminal.lines(40, columns);
    assert_eq!(terminal.end(), 0);
    lines
}

#[test]
fn a_command_runs_and_its_status_is_the_clients() {
    check(|bench| {
        assert_eq!(good(bench.run("run --rm lab/shell:1 echo hello")), "hello");
        fails(bench.args(&["run", "--rm", "lab/shell:1", "sh", "-c", "exit 7"]), 7);
        fails(bench.run("run --rm lab/shell:1 no-such-program"), 127);
        fails(bench.run("run --rm lab/shell:1 /etc"), 126);
        fails(bench.args(&["run", "--rm", "lab/shell:1", "sh", "-c", "sleep 9 & kill -9 $!; wait $!"]), 137);
        let both = output(bench.args(&["run", "--rm", "lab/shell:1", "sh", "-c", "echo out; echo err >&2"]));
        assert_eq!((both.stdout.as_slice(), both.stderr.as_slice()), (&b"out\n"[..], &b"err\n"[..]));
        assert_eq!(good(bench.run("ps -aq")), "");
        let refused = fails(bench.run("run --rm --pid host lab/shell:1 true"), 125);
        assert!(refused.contains("PidMode"), "{refused}");
    });
}

#[test]
fn a_container_is_started_watched_stopped_and_removed() {
    check(|bench| {
        let id =
            good(bench.args(&["run", "-d", "--name", "box", "lab/shell:1", "sh", "-c", "echo one; exec sleep 600"]));
        assert_eq!(id.len(), 64);
        let listed = good(bench.run("ps"));
        assert!(listed.contains("box") && listed.contains(&id[..12]) && listed.contains("Up "), "{listed}");
        let said = || good(bench.run("logs box"));
        let soon = (0..100).any(|_| {
            said() == "one" || {
                std::thread::sleep(Duration::from_millis(20));
                false
            }
        });
        assert!(soon, "{}", said());
        assert_eq!(good(bench.run("exec box echo beside")), "beside");
        fails(bench.args(&["exec", "box", "sh", "-c", "exit 3"]), 3);
        fails(bench.run("exec box no-such-program"), 127);
        let inspected = good(bench.run("inspect box"));
        assert!(inspected.contains("\"172.17.0.2\"") && inspected.contains("\"Running\": true"), "{inspected}");
        assert!(fails(bench.run("run --name box lab/shell:1 true"), 125).contains("already in use"));
        fails(bench.run("rm box"), 1);
        good(bench.run("stop -t 1 box"));
        assert_eq!(good(bench.run("ps -q")), "");
        assert!(good(bench.run("ps -a")).contains("Exited (137)"));
        good(bench.run("start box"));
        good(bench.run("kill box"));
        assert_eq!(good(bench.run("wait box")), "137");
        good(bench.run("rm box"));
        assert!(fails(bench.run("rm box"), 1).contains("No such container"));
    });
}

#[test]
fn what_a_container_keeps_and_what_goes_with_it() {
    check(|bench| {
        let run = |args: &[&str], script: &str| {
            good(bench.args(&[&["run", "--rm"], args, &["lab/shell:1", "sh", "-c", script]].concat()))
        };
        assert_eq!(good(bench.run("volume create data")), "data");
        run(&["-v", "data:/d"], "echo kept > /d/file");
        assert_eq!(
            run(&["--mount", "type=volume,source=data,target=/d,readonly"], "cat /d/file; touch /d/x || true"),
            "kept"
        );
        assert!(good(bench.run("volume ls")).contains("data"));
        assert!(good(bench.run("volume inspect data")).contains("_data"));
        good(bench.run("volume rm data"));

        let host = tempfile::tempdir().unwrap();
        std::fs::write(host.path().join("greeting"), "from the host").unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(host.path(), mode).unwrap();
        let bind = format!("{}:/h:ro", host.path().display());
        assert_eq!(run(&["-v", &bind], "cat /h/greeting"), "from the host");
        assert!(run(&["--tmpfs", "/t:size=1m"], "mount | grep ' /t '").contains("tmpfs"));
        let relative = bench.run("run --rm --mount type=bind,source=/no/such,target=/h lab/shell:1 true");
        assert!(fails(relative, 125).contains("/no/such"));
        assert_eq!(good(bench.run("volume ls -q")), "");
    });
}

#[test]
fn containers_and_the_host_reach_one_another() {
    check(|bench| {
        good(bench.run("run -d --name one lab/shell:1 sleep 600"));
        let ping = |to: &str| bench.run(&format!("run --rm lab/shell:1 ping -c 1 -W 3 {to}"));
        assert!(good(ping("172.17.0.2")).contains("1 packets received"));
        assert!(good(ping("172.17.0.1")).contains("1 packets received"));
        let from_host = good(bench.engine.dockwalk(&["host", "ping", "-c", "1", "-W", "3", "172.17.0.2"]));
        assert!(from_host.contains("0% packet loss"), "{from_host}");
        assert!(good(bench.engine.dockwalk(&["host", "ip", "address"])).contains("docker0"));
        assert!(good(bench.run("network ls")).contains("bridge"));
        assert!(good(bench.run("network inspect bridge")).contains("172.17.0.0/16"));
        let none = good(bench.args(&["run", "--rm", "--network", "none", "lab/shell:1", "ip", "-o", "link"]));
        assert_eq!(none.lines().count(), 1, "{none}");
        good(bench.run("rm -f one"));
        let links = good(bench.engine.dockwalk(&["host", "ip", "-o", "link"]));
        assert!(!links.contains("veth"), "{links}");
    });
}

#[test]
fn a_terminal_works_as_in_docker() {
    check(|bench| {
        let mut terminal = Terminal::open(bench.run("run -it --rm --name term lab/shell:1"), 30, 100);
        terminal.wait_for("# ");
        terminal.type_line("stty size; echo $((6 * 7)); hostname");
        terminal.wait_for("30 100");
        terminal.wait_for("42");
        terminal.resize(40, 120);
        std::thread::sleep(Duration::from_millis(300));
        terminal.type_line("stty size");
        terminal.wait_for("40 120");
        terminal.type_line("exit 5");
        assert_eq!(terminal.end(), 5);
        assert_eq!(good(bench.run("ps -aq")), "");
    });
}

#[test]
fn a_terminal_can_be_left_and_taken_up_again() {
    check(|bench| {
        let mut terminal = Terminal::open(bench.run("run -it --name left lab/shell:1"), 24, 80);
        terminal.wait_for("# ");
        terminal.type_bytes(b"\x10\x11");
        assert_eq!(terminal.end(), 0);
        assert!(good(bench.run("ps")).contains("left"));
        let mut terminal = Terminal::open(bench.run("attach left"), 24, 80);
        terminal.type_line("echo $((100 + 1))");
        terminal.wait_for("101");
        terminal.type_line("exit");
        assert_eq!(terminal.end(), 0);
        good(bench.run("rm left"));
    });
}

#[test]
fn limits_are_set_or_said_to_be_out_of_reach() {
    check(|bench| {
        let limited = |expected: bool| {
            let info = good(bench.args(&["info", "--format", "json"]));
            let info: serde_json::Value = serde_json::from_str(&info).unwrap();
            info["MemoryLimit"] == expected && info["PidsLimit"] == expected
        };
        let said = good(bench.args(&[
            "run",
            "--rm",
            "-m",
            "64m",
            "--pids-limit",
            "32",
            "lab/shell:1",
            "sh",
            "-c",
            "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null || true",
        ]));
        if !said.contains("67108864") {
            let dir = tempfile::tempdir().unwrap();
            let file = dir.path().join("trace.ndjson");
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o777);
            std::fs::set_permissions(dir.path(), mode).unwrap();
            good(bench.engine.dockwalk(&["trace", "export", file.to_str().unwrap()]));
            let trace = std::fs::read_to_string(&file).unwrap();
            assert!(
                trace.contains(Code::CgroupNotHere.name()) || trace.contains("67108864"),
                "neither set nor remarked: {said}"
            );
            let made = output(bench.args(&["create", "-m", "64m", "--pids-limit", "32", "lab/shell:1"]));
            let warned = String::from_utf8_lossy(&made.stderr).into_owned();
            assert!(warned.contains("pids=32, memory=67108864"), "{warned}");
            good(bench.run(&format!("rm {}", String::from_utf8_lossy(&made.stdout).trim())));
            assert!(limited(false));
        } else {
            assert!(limited(true));
        }
    });
}

/// More than a socket and a pipe hold, so that the client is still writing when the process ends.
const UNREAD: usize = 5_000_000;

/// Runs it with that much of standard input, which nobody has to take.
fn fed(mut command: Command, byte: u8, bytes: usize) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut to = child.stdin.take().unwrap();
    // A client that ends without having read everything breaks the pipe.
    let feeding =
        std::thread::spawn(move || std::io::copy(&mut std::io::repeat(byte).take(bytes as u64), &mut to).ok());
    let output = child.wait_with_output().unwrap();
    feeding.join().unwrap();
    output
}

#[test]
fn input_that_nobody_reads_is_no_fault() {
    check(|bench| {
        good(bench.run("pull -q lab/shell:1"));
        let silent = |output: &Output, said: &str| {
            let err = String::from_utf8_lossy(&output.stderr);
            assert_eq!((output.status.code(), &*err), (Some(0), ""), "{:?}", bench.cli);
            assert_eq!(String::from_utf8_lossy(&output.stdout), said);
        };
        for _ in 0..25 {
            silent(&fed(bench.run("run --rm -i lab/shell:1 true"), 0, UNREAD), "");
        }
        good(bench.run("run -d --name box lab/shell:1 sleep 600"));
        for _ in 0..25 {
            silent(&fed(bench.run("exec -i box true"), 0, UNREAD), "");
        }
        // What is printed last arrives, a status too.
        silent(&fed(bench.args(&["exec", "-i", "box", "sh", "-c", "head -c 3; echo end"]), 0, UNREAD), "\0\0\0end\n");
        let left = fed(bench.args(&["run", "--rm", "-i", "lab/shell:1", "sh", "-c", "exec <&-; exit 7"]), 0, UNREAD);
        assert_eq!((left.status.code(), left.stderr.as_slice()), (Some(7), &b""[..]));
        // And what is read is read to its end.
        let counted = fed(bench.args(&["run", "--rm", "-i", "lab/shell:1", "wc", "-c"]), 0, UNREAD);
        silent(&counted, &format!("{UNREAD}\n"));
        good(bench.run("rm -f box"));
    });
}

#[test]
fn a_body_that_is_refused_before_it_was_read_has_its_reason() {
    check(|bench| {
        // Not an archive: refused at its first block.
        for args in [&["load", "-q"][..], &["import", "-"], &["import", "--change", "NONSENSE", "-"]] {
            for _ in 0..10 {
                let refused = fed(bench.args(args), b'x', 20_000_000);
                let err = String::from_utf8_lossy(&refused.stderr).into_owned();
                let lost = ["broken pipe", "connection reset", "EOF"].iter().any(|words| err.contains(words));
                assert!(refused.status.code() == Some(1) && !lost && !err.is_empty(), "{args:?}: {err}");
            }
        }
    });
}

#[test]
fn a_space_in_mount_is_explained() {
    for who in everyone().into_iter().take(1) {
        let engine = Engine::start(who);
        let args = ["docker", "run", "--rm", "--mount", "type=bind, source=/a,target=/b", "lab/shell:1"];
        let said = fails(engine.dockwalk(&args), 125);
        assert!(said.contains("space"), "{said}");
    }
}

#[test]
fn an_engine_ends_cleanly_and_a_second_one_is_refused() {
    for who in everyone() {
        let mut engine = Engine::start(who);
        good(engine.dockwalk(&["docker", "run", "-d", "--stop-timeout", "0", "lab/shell:1", "sleep", "600"]));
        let (root, socket) = (engine.root(), engine.socket());
        let second = engine.dockwalk(&["engine", "--root", root.to_str().unwrap(), "--socket", "/tmp/dw-second.sock"]);
        assert!(fails(second, 1).contains("Another engine works in"));
        engine.end();
        assert!(!socket.exists());
        assert_eq!(std::fs::read_dir(root.join("containers")).unwrap().count(), 1, "{who:?}: it is kept");
        assert_eq!(std::fs::metadata(root.join("journal.ndjson")).unwrap().len(), 0, "{who:?}");
    }
}

#[test]
fn what_a_container_wrote_is_told_while_it_runs_and_afterwards() {
    check(|bench| {
        let script = "echo x >> /etc/passwd; mkdir /new; echo y > /new/file; rm /etc/motd; echo ready; exec sleep 600";
        good(bench.args(&["run", "-d", "--name", "writes", "lab/shell:1", "sh", "-c", script]));
        let ready = || good(bench.run("logs writes")) == "ready";
        assert!((0..500).any(|_| ready() || {
            std::thread::sleep(Duration::from_millis(20));
            false
        }));
        let told = || {
            let mut lines: Vec<_> = good(bench.run("diff writes")).lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        let while_it_runs = told();
        for line in ["A /new", "A /new/file", "C /etc", "C /etc/passwd"] {
            assert!(while_it_runs.iter().any(|said| said == line), "{line} in {while_it_runs:?}");
        }
        assert!(
            !while_it_runs.iter().any(|said| said.contains("hosts") || said.ends_with("/proc")),
            "{while_it_runs:?}"
        );
        good(bench.run("stop -t 0 writes"));
        assert_eq!(told(), while_it_runs);
        good(bench.run("rm writes"));
        fails(bench.run("diff writes"), 1);
    });
}
