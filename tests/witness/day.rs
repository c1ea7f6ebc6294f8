//! A day's work of an engine, under the eyes of strace.

use super::claims::{self, Claim};
use super::engine::{Engine, Who, fails, good};
use super::lab;
use super::matcher::Witness;
use super::strace::Log;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// Has an engine work, and returns what others saw of it and what it claims.
pub fn work(who: Who, dir: &Path, port: u16) -> (Witness, Vec<Claim>) {
    let home = dir.join(format!("day-{port}"));
    std::fs::create_dir(&home).unwrap();
    // Its user saves an archive here.
    std::fs::set_permissions(&home, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let (log, registry) = (home.join("strace.log"), lab::registry(&home, port, ""));
    let mut engine = Engine::start_in(who, |_| {
        let strace = ["strace", "-f", "-ttt", "-v", "-s", "4000000", "-o"].map(str::to_owned);
        strace.into_iter().chain([log.display().to_string(), "--".to_owned()]).collect()
    });
    // strace that is told to end leaves the engine running: should an errand fail, the engine is told so itself.
    let _end = EndsEngine(engine.client());
    errands(&engine, &home, &format!("127.0.0.1:{port}"));
    let client = engine.client();
    let (mut events, length) = (Vec::new(), client.info().unwrap().trace_length);
    for incoming in client.events(0, false) {
        let dockwalk::client::Incoming::Event(event) = incoming else { panic!("{incoming:?}") };
        let last = event.seq >= length;
        events.push(event);
        if last {
            break;
        }
    }
    let claims = claims::of(&events, &|seq| client.evidence(seq).unwrap());
    client.shut_down().unwrap();
    // strace ends with what it traces; told to end itself it would leave off before.
    let begun = Instant::now();
    while !ended(engine.pid()) {
        assert!(begun.elapsed() < Duration::from_secs(60), "the engine does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
    engine.end();
    drop(registry);
    let log = String::from_utf8_lossy(&std::fs::read(&log).unwrap()).into_owned();
    let log = Log::parse(&log, |args| args.contains("\"engine\", \"--root\""));
    let access = std::fs::read_to_string(home.join(format!("registry-{port}/log"))).unwrap();
    let access = BTreeMap::from([(format!("127.0.0.1:{port}"), accesses(&access))]);
    (Witness::new(log, &events, access), claims)
}

struct EndsEngine(dockwalk::client::Client);

impl Drop for EndsEngine {
    fn drop(&mut self) {
        self.0.shut_down().ok();
    }
}

fn ended(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_none_or(|(_, rest)| rest.trim_start().starts_with('Z'))
}

fn errands(engine: &Engine, home: &Path, registry: &str) {
    let run =
        |line: &str| good(engine.dockwalk(&[&["docker"], line.split(' ').collect::<Vec<_>>().as_slice()].concat()));
    let shell =
        |options: &str, script: &str| {
            let options: Vec<_> = options.split(' ').filter(|word| !word.is_empty()).collect();
            good(engine.dockwalk(
                &[&["docker", "run", "--rm"], options.as_slice(), &["lab/shell:1", "sh", "-c", script]].concat(),
            ))
        };
    // What was looked at when something was made is long past when it is removed.
    let later = || std::thread::sleep(Duration::from_millis(1200));
    run("pull lab/shell:1");
    run("volume create things");
    shell(
        "-v things:/data --tmpfs /ram",
        "echo one | tee /data/one > /ram/one; sleep 0.3; echo x >> /etc/passwd; rm /etc/group; mkdir /new; echo y > /new/file",
    );
    shell("--network none --user 1000 --read-only", "id; cat /proc/mounts");
    shell("--privileged --network host", "true");
    // Where this user may make no groups the engine says so.
    shell("--memory 64m --pids-limit 50", "cat /proc/self/cgroup");
    fails(engine.dockwalk(&["docker", "run", "--rm", "lab/shell:1", "no-such-program"]), 127);
    fails(engine.dockwalk(&["docker", "pull", "lab/no-such-image:1"]), 1);
    run("run -d --name busy -v /opt lab/shell:1 sleep 1000");
    run("exec busy sh -c true");
    run("exec --user 1000 busy id");
    run("run -d --name fast -v things:/data --tmpfs /ram lab/shell:1 sleep 1000");
    good(engine.dockwalk(&["speed", "fast", "--size", "64k", "--files", "20", "--runs", "2"]));
    run("rm -f fast");
    run("commit busy lab/mine:1");
    run("run -d --name other lab/mine:1 sh -c exit");
    run(&format!("tag lab/mine:1 {registry}/mine:1"));
    run(&format!("push {registry}/mine:1"));
    later();
    run("stop -t 1 busy");
    run("start busy");
    run("kill busy");
    run("wait busy");
    later();
    run("rm -v busy");
    run("rm -f other");
    run("volume rm things");
    let archive = home.join("mine.tar").display().to_string();
    run(&format!("save -o {archive} lab/mine:1"));
    run("rmi lab/mine:1");
    run(&format!("rmi {registry}/mine:1"));
    later();
    run(&format!("pull {registry}/mine:1"));
    run(&format!("rmi {registry}/mine:1"));
    run(&format!("load -i {archive}"));
    later();
    run("rmi -f lab/mine:1");
    run("volume prune -f");
    run("image prune -f");
    run("rmi lab/shell:1");
}

/// `GET /v2/ 200` of `127.0.0.1 - - [28/Nov/2026:09:00:00 +0000] "GET /v2/ HTTP/1.1" 200 2 "" "dockwalk/0.1.0"`.
fn accesses(log: &str) -> Vec<String> {
    let line = |line: &str| {
        let (_, rest) = line.split_once("] \"")?;
        let (request, rest) = rest.split_once(" HTTP/1.1\" ")?;
        Some(format!("{request} {}", rest.split(' ').next()?))
    };
    log.lines().filter_map(line).collect()
}
