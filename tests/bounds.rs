//! What a client, a container or an image may want of an engine, and what stays of it: measured from outside, as root and as
//! an ordinary user.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![cfg(feature = "engine")]

#[path = "common/engine.rs"]
mod engine;

use dockwalk::trace::Code;
use engine::{Engine, everyone, fails, good, output};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Does it with an engine of everyone who can start one here, that has an image.
fn check(test: impl Fn(&Engine)) {
    for who in everyone() {
        println!("{who:?}");
        let engine = Engine::start(who);
        good(docker(&engine, &["pull", "-q", "lab/shell:1"]));
        test(&engine);
    }
}

fn docker(engine: &Engine, args: &[&str]) -> Command {
    engine.dockwalk(&[&["docker"], args].concat())
}

/// One request on a connection of its own: status and body.
fn ask(engine: &Engine, method: &str, path: &str, body: &str) -> (u16, Value) {
    let mut stream = UnixStream::connect(engine.socket()).unwrap();
    let length = body.len();
    let head =
        format!("{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n");
    write!(stream, "{head}Content-Length: {length}\r\n\r\n{body}").unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), serde_json::from_str(body).unwrap_or(Value::Null))
}

/// A number of `/proc/PID/status`.
fn status(engine: &Engine, field: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{}/status", engine.pid())).unwrap();
    let line = text.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// KiB by which the engine's memory grew at most while that was done.
fn grows(engine: &Engine, act: impl FnOnce()) -> u64 {
    // The peak is counted anew (proc_pid_clear_refs(5)).
    fs::write(format!("/proc/{}/clear_refs", engine.pid()), "5").unwrap();
    let before = status(engine, "VmRSS");
    act();
    status(engine, "VmHWM").saturating_sub(before)
}

/// Prints that many lines of a thousand bytes, each with its number at the end.
fn prints(lines: u32) -> String {
    format!("l=$(printf %01000d 0); i=0; while [ $i -lt {lines} ]; do echo $l$i; i=$((i+1)); done")
}

#[test]
fn a_log_is_bounded_and_its_end_is_read_from_the_end() {
    check(|engine| {
        let id = good(docker(engine, &["run", "-d", "lab/shell:1", "sh", "-c", &prints(60_000)]));
        good(docker(engine, &["wait", &id]));
        let dir = engine.root().join("containers").join(&id);
        let logs = fs::read_dir(dir).unwrap().map(Result::unwrap);
        let logs = logs.filter(|entry| entry.file_name().to_string_lossy().starts_with("log.json"));
        let bytes: u64 = logs.map(|log| log.metadata().unwrap().len()).sum();
        assert!((20 << 20..=30 << 20).contains(&bytes), "{bytes} bytes of log");
        let grown = grows(engine, || {
            let end = good(docker(engine, &["logs", "--tail", "5", &id]));
            assert_eq!(end.lines().count(), 5);
            assert!(end.ends_with("059999"), "{}", &end[end.len() - 20..]);
        });
        assert!(grown < 16 << 10, "{grown} KiB for five lines");
        let grown = grows(engine, || {
            let all = good(docker(engine, &["logs", &id]));
            assert!(all.lines().count() > 20_000 && all.ends_with("059999"));
        });
        assert!(grown < 16 << 10, "{grown} KiB for all lines");
    });
}

#[test]
fn a_log_has_the_size_that_was_asked_for() {
    check(|engine| {
        let options = ["run", "-d", "--log-opt", "max-size=20k", "--log-opt", "max-file=2", "lab/shell:1", "sh", "-c"];
        let id = good(docker(engine, &[&options[..], &[&prints(200)]].concat()));
        good(docker(engine, &["wait", &id]));
        let dir = engine.root().join("containers").join(&id);
        for (name, there) in [("log.json", true), ("log.json.1", true), ("log.json.2", false)] {
            let meta = fs::metadata(dir.join(name));
            assert_eq!(meta.as_ref().is_ok_and(|meta| meta.len() <= 20 << 10), there, "{name} {meta:?}");
        }
        assert!(good(docker(engine, &["logs", &id])).ends_with("0199"));
        let refused = fails(docker(engine, &["run", "--log-opt", "max-size=x", "lab/shell:1", "true"]), 125);
        assert!(refused.contains("max-size=x"), "{refused}");
        let refused = fails(docker(engine, &["run", "--log-driver", "syslog", "lab/shell:1", "true"]), 125);
        assert!(refused.contains("syslog"), "{refused}");
    });
}

#[test]
fn a_line_is_one_line_however_long_it_is() {
    check(|engine| {
        let script = "printf '%016384d\\ntwo\\nthree\\n' 0";
        let id = good(docker(engine, &["run", "-d", "lab/shell:1", "sh", "-c", script]));
        good(docker(engine, &["wait", &id]));
        assert_eq!(good(docker(engine, &["logs", "--tail", "1", &id])), "three");
        assert_eq!(good(docker(engine, &["logs", "--tail", "2", &id])), "two\nthree");
        let stamped = good(docker(engine, &["logs", "-t", &id]));
        let stamp = |line: &str| line.len() > 31 && line.as_bytes()[4] == b'-' && line.as_bytes()[30] == b' ';
        assert_eq!(stamped.lines().count(), 3);
        assert!(stamped.lines().all(stamp), "{}", &stamped[stamped.len() - 100..]);
        assert_eq!(good(docker(engine, &["logs", "--since", "1h", "--tail", "1", &id])), "three");
        assert_eq!(good(docker(engine, &["logs", "--until", "1h", &id])), "");
    });
}

#[test]
fn readers_that_do_not_read_cost_little_and_lose_nothing() {
    check(|engine| {
        for _ in 0..24 {
            good(docker(engine, &["run", "--rm", "lab/shell:1", "sh", "-c", &prints(300)]));
        }
        let length = ask(engine, "GET", "/dockwalk/v1/info", "").1["trace_length"].as_u64().unwrap();
        let mut readers = Vec::new();
        let grown = grows(engine, || {
            for _ in 0..60 {
                let mut reader = UnixStream::connect(engine.socket()).unwrap();
                reader.write_all(b"GET /dockwalk/v1/trace?from=0 HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
                reader.read_exact(&mut [0; 12]).unwrap();
                readers.push(reader);
            }
            // What is written ahead is written soon.
            std::thread::sleep(Duration::from_secs(2));
        });
        assert!(grown < 60 << 10, "{grown} KiB for sixty that do not read {length} events");
        let reader = readers.pop().unwrap();
        reader.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let events = BufReader::new(reader).lines().map_while(Result::ok).filter(|line| line.starts_with('{'));
        let seqs = events.map(|line| serde_json::from_str::<Value>(&line).unwrap()["seq"].as_u64().unwrap());
        assert!(seqs.take(usize::try_from(length).unwrap()).eq(1..=length));
    });
}

/// What an engine holds: its descriptors by what they lead to, its threads by name.
fn held(engine: &Engine) -> (BTreeMap<String, usize>, BTreeMap<String, usize>) {
    let (mut descriptors, mut threads) = (BTreeMap::new(), BTreeMap::new());
    let proc = format!("/proc/{}", engine.pid());
    for entry in fs::read_dir(format!("{proc}/fd")).unwrap() {
        let Ok(to) = fs::read_link(entry.unwrap().path()) else { continue };
        // Sockets and pipes are as good as one another, and so are the trace's files of one kind; a device is the host's
        // affair.
        let mut to = to.display().to_string().split(':').next().unwrap().to_owned();
        if to.starts_with("/dev/") {
            continue;
        }
        if let Some((_, file)) = to.split_once("/run/trace/") {
            to = format!("trace.{}", file.split('.').nth(1).unwrap());
        }
        *descriptors.entry(to).or_default() += 1;
    }
    for entry in fs::read_dir(format!("{proc}/task")).unwrap() {
        let Ok(name) = fs::read_to_string(entry.unwrap().path().join("comm")) else { continue };
        // The runtime keeps as many for blocking work as were needed lately.
        if name.trim() != "api" {
            *threads.entry(name.trim().to_owned()).or_default() += 1;
        }
    }
    (descriptors, threads)
}

#[test]
fn nothing_stays_of_what_is_gone() {
    check(|engine| {
        let round = || {
            good(docker(engine, &["run", "--rm", "lab/shell:1", "true"]));
            let id =
                good(docker(engine, &["run", "-d", "-v", "/data", "lab/shell:1", "sh", "-c", "echo x; sleep 600"]));
            assert_eq!(good(docker(engine, &["exec", &id, "echo", "beside"])), "beside");
            good(docker(engine, &["exec", "-d", &id, "sleep", "600"]));
            fails(docker(engine, &["exec", &id, "no-such-program"]), 127);
            // Prepared and never started.
            assert_eq!(ask(engine, "POST", &format!("/containers/{id}/exec"), r#"{"Cmd":["true"]}"#).0, 201);
            let mut follower = UnixStream::connect(engine.socket()).unwrap();
            write!(follower, "GET /containers/{id}/logs?stdout=1&follow=1 HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
            follower.read_exact(&mut [0; 12]).unwrap();
            good(docker(engine, &["rm", "-f", "-v", &id]));
            fails(docker(engine, &["run", "--rm", "lab/shell:1", "no-such-program"]), 127);
        };
        round();
        let before = held(engine);
        (0..30).for_each(|_| round());
        // A connection of the first round may still have been closing when it was counted.
        let no_more = |after: &BTreeMap<String, usize>, before: &BTreeMap<String, usize>| {
            after.iter().all(|(what, count)| before.get(what).is_some_and(|before| count <= before))
        };
        let same = (0..100).any(|_| {
            let after = held(engine);
            (no_more(&after.0, &before.0) && no_more(&after.1, &before.1)) || {
                std::thread::sleep(Duration::from_millis(100));
                false
            }
        });
        assert!(same, "before: {before:#?}\nafter: {:#?}", held(engine));
        // A container that has ended has nothing open either.
        let ids: Vec<_> = (0..5).map(|_| good(docker(engine, &["run", "-d", "lab/shell:1", "echo", "x"]))).collect();
        ids.iter().for_each(|id| drop(good(docker(engine, &["wait", id]))));
        let logs = |(descriptors, _): &(BTreeMap<String, usize>, _)| {
            descriptors.keys().filter(|to| to.contains("log.json")).count()
        };
        assert_eq!(logs(&held(engine)), 0);
    });
}

#[test]
fn what_is_too_much_is_refused_by_name_and_leaves_nothing() {
    check(|engine| {
        let long = "/a".repeat(50_000);
        let with = |field: &str, value: Value| json!({"Image": "lab/shell:1", "Cmd": ["true"], field: value});
        for (body, code) in [
            (with("WorkingDir", json!(long)), Code::ValueTooLong),
            (with("WorkingDir", json!("no/slash")), Code::WorkingDirRelative),
            (with("Hostname", json!("a\nb")), Code::InvalidHostname),
            (with("Hostname", json!("x".repeat(65))), Code::InvalidHostname),
            (with("Env", json!(["A=b\0c"])), Code::ValueWithNul),
            (with("Cmd", json!(["a\0b"])), Code::ValueWithNul),
            (with("User", json!("a\nb")), Code::InvalidUser),
            (with("Volumes", json!({(long.clone()): {}})), Code::ValueTooLong),
            (with("Volumes", json!({"/v\0": {}})), Code::ValueWithNul),
            (with("HostConfig", json!({"Binds": ["/tmp:/t\0"]})), Code::ValueWithNul),
            (with("HostConfig", json!({"Dns": ["1.1.1.1\nx"]})), Code::InvalidDns),
            (
                with("HostConfig", json!({"LogConfig": {"Type": "", "Config": {"max-file": "0"}}})),
                Code::InvalidLogOption,
            ),
        ] {
            let (status, said) = ask(engine, "POST", "/containers/create", &body.to_string());
            assert_eq!((status, said["dockwalk"]["code"].as_str()), (400, Some(code.name())), "{said}");
        }
        let deep = "[".repeat(200_000);
        let (status, said) = ask(engine, "POST", "/containers/create", &deep);
        assert_eq!((status, said["dockwalk"]["code"].as_str()), (400, Some(Code::JsonTooDeep.name())), "{said}");
        let id = good(docker(engine, &["run", "-d", "lab/shell:1", "sleep", "600"]));
        for (body, code) in [
            (json!({"Cmd": ["true"], "WorkingDir": long}), Code::ValueTooLong),
            (json!({"Cmd": ["true"], "Env": ["A=\0"]}), Code::ValueWithNul),
            (json!({"Cmd": ["true\0"]}), Code::ValueWithNul),
        ] {
            let (status, said) = ask(engine, "POST", &format!("/containers/{id}/exec"), &body.to_string());
            assert_eq!((status, said["dockwalk"]["code"].as_str()), (400, Some(code.name())), "{said}");
        }
        good(docker(engine, &["rm", "-f", &id]));
        assert_eq!(good(docker(engine, &["ps", "-aq"])), "");
        assert_eq!(good(docker(engine, &["volume", "ls", "-q"])), "");
        assert_eq!(fs::read_dir(engine.root().join("containers")).unwrap().count(), 0);
    });
}

/// An archive for `docker load` of an image with that config and one empty layer.
fn archive(dir: &Path, config: &Value) -> std::path::PathBuf {
    let sh = |script: &str| {
        let output = Command::new("sh").current_dir(dir).args(["-c", script]).output().unwrap();
        assert!(output.status.success(), "{script}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let sum = sh("mkdir empty && tar -cf layer.tar -C empty . && sha256sum layer.tar");
    let diff_id = format!("sha256:{}", &sum[..64]);
    let architecture = dockwalk::spec::Platform::host().architecture;
    let document = json!({
        "architecture": architecture, "os": "linux", "config": config,
        "rootfs": {"type": "layers", "diff_ids": [diff_id]}
    });
    fs::write(dir.join("config.json"), document.to_string()).unwrap();
    let manifest = json!([{"Config": "config.json", "RepoTags": ["hostile:1"], "Layers": ["layer.tar"]}]);
    fs::write(dir.join("manifest.json"), manifest.to_string()).unwrap();
    sh("tar -cf image.tar manifest.json config.json layer.tar");
    dir.join("image.tar")
}

#[test]
fn an_image_is_held_to_the_same_bounds() {
    check(|engine| {
        for (config, field) in [
            (json!({"Cmd": ["true"], "WorkingDir": "/a".repeat(50_000)}), "WorkingDir (image hostile:1)"),
            (json!({"Cmd": ["true"], "Env": ["A=\0"]}), "Env (image hostile:1)"),
            (json!({"Cmd": ["true\0"]}), "Cmd (image hostile:1)"),
            (json!({"Cmd": ["true"], "Volumes": {(format!("/{}", "v".repeat(5000))): {}}}), "Target"),
        ] {
            let dir = tempfile::tempdir().unwrap();
            fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
            let path = archive(dir.path(), &config);
            let load = || docker(engine, &["load", "-q", "-i", path.to_str().unwrap()]);
            // Most of it is refused before there is an image.
            let loaded = output(load());
            if !loaded.status.success() {
                let grown = grows(engine, || {
                    let (said, field) = (fails(load(), 1), field.split(' ').next().unwrap());
                    assert!(said.contains(field) || said.contains("Volumes"), "{said}");
                    assert!(said.len() < 1000, "{} bytes of complaint", said.len());
                });
                assert!(grown < 16 << 10, "{grown} KiB to refuse it");
                continue;
            }
            let grown = grows(engine, || {
                let said = fails(docker(engine, &["run", "--rm", "hostile:1"]), 125);
                assert!(said.contains(field), "{said}");
                assert!(said.len() < 1000, "{} bytes of complaint", said.len());
            });
            assert!(grown < 16 << 10, "{grown} KiB to refuse it");
            assert_eq!(good(docker(engine, &["ps", "-aq"])), "");
            good(docker(engine, &["rmi", "hostile:1"]));
        }
    });
}

#[test]
fn a_container_that_cannot_be_deleted_holds_nobody_who_waits_for_that() {
    let engine = Engine::start(everyone()[0]);
    good(docker(&engine, &["pull", "-q", "lab/shell:1"]));
    let run = || docker(&engine, &["run", "--rm", "lab/shell:1", "sleep", "600"]);
    std::thread::scope(|scope| {
        let running = scope.spawn(|| output(run()));
        let id = (0..600).find_map(|_| {
            std::thread::sleep(Duration::from_millis(20));
            Some(good(docker(&engine, &["ps", "-q", "--no-trunc"]))).filter(|id| !id.is_empty())
        });
        let id = id.unwrap();
        let stays = engine.root().join("containers").join(&id).join("etc/stays");
        fs::write(&stays, "").unwrap();
        let immutable = |flag| Command::new("chattr").arg(flag).arg(&stays).status().is_ok_and(|done| done.success());
        let can = immutable("+i");
        assert_eq!(ask(&engine, "POST", &format!("/containers/{id}/kill"), "").0, 204);
        let ended = running.join().unwrap();
        if !can {
            engine::lack("no file can be made immutable here");
            return;
        }
        assert!(immutable("-i"));
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(ended.status.code() == Some(125) && said.contains(&id), "{ended:?}");
        // By hand it goes.
        good(docker(&engine, &["rm", &id]));
    });
    assert_eq!(good(docker(&engine, &["ps", "-aq"])), "");
}

#[test]
fn what_is_asked_by_a_parameter_that_is_not_known_here_is_not_done_to_something_else() {
    check(|engine| {
        let id = good(docker(engine, &["create", "lab/shell:1", "true"]));
        // `rm --link` takes a link away, and a container's own name is none.
        let (status, said) = ask(engine, "DELETE", &format!("/containers/{id}?link=1"), "");
        assert_eq!((status, said["dockwalk"]["code"].as_str()), (500, Some(Code::LinkIsDefault.name())), "{said}");
        good(docker(engine, &["start", &id]));
        for query in ["force=0&force=1", "force=FALSE", "force=%20no%20"] {
            good(docker(engine, &["wait", &id]));
            let status = ask(engine, "DELETE", &format!("/images/lab/shell:1?{query}"), "").0;
            assert_eq!(status, 409, "{query}");
        }
        good(docker(engine, &["rm", &id]));
    });
}

#[test]
fn a_recording_is_there_whole_or_as_it_was() {
    for who in everyone() {
        let engine = Engine::start_in(who, |_| vec!["env".to_owned(), "DOCKWALK_TRACE_LIMIT=8m".to_owned()]);
        good(docker(&engine, &["pull", "-q", "lab/shell:1"]));
        (0..6).for_each(|_| drop(good(docker(&engine, &["run", "--rm", "lab/shell:1", "true"]))));
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
        let file = dir.path().join("good.ndjson");
        let export = || engine.dockwalk(&["trace", "export", file.to_str().unwrap()]);
        good(export());
        let before = fs::read(&file).unwrap();
        assert!(before.len() > 100_000);
        let files = fs::read_dir(engine.root().join("run/trace")).unwrap().map(|entry| entry.unwrap().path());
        let first = files.filter(|path| path.extension().is_some_and(|kind| kind == "ndjson")).min().unwrap();
        fs::remove_file(first).unwrap();
        let said = fails(export(), 1);
        assert!(said.contains("run/trace"), "{said}");
        assert_eq!(fs::read(&file).unwrap(), before);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
        // The engine goes on.
        good(docker(&engine, &["run", "--rm", "lab/shell:1", "true"]));
    }
}

#[test]
fn a_volume_that_somebody_else_removed_is_drawn_no_longer() {
    check(|engine| {
        for (name, status) in [("one", 404), ("two?force=1", 204)] {
            let bare = name.split('?').next().unwrap();
            good(docker(engine, &["volume", "create", bare]));
            fs::remove_dir_all(engine.root().join("volumes").join(bare)).unwrap();
            assert_eq!(ask(engine, "DELETE", &format!("/volumes/{name}"), "").0, status);
            let dir = tempfile::tempdir().unwrap();
            fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
            let file = dir.path().join("trace.ndjson");
            good(engine.dockwalk(&["trace", "export", file.to_str().unwrap()]));
            let trace = dockwalk::trace::log::read(BufReader::new(fs::File::open(file).unwrap())).unwrap().trace;
            assert!(!trace.head().volumes.contains_key(bare), "{bare}");
        }
    });
}

#[test]
fn a_health_check_with_a_long_command_fills_no_trace() {
    check(|engine| {
        let long = format!(": {}; true", "x".repeat(100_000));
        let flags = ["run", "-d", "--name", "box", "--health-interval", "50ms", "--health-cmd", &long];
        good(docker(engine, &[&flags[..], &["lab/shell:1", "sleep", "600"]].concat()));
        let probes = || {
            let (_, shown) = ask(engine, "GET", "/containers/box/json", "");
            shown["State"]["Health"]["Log"].as_array().map_or(0, Vec::len)
        };
        while probes() < 5 {
            std::thread::sleep(Duration::from_millis(20));
        }
        good(docker(engine, &["rm", "-f", "box"]));
        let trace = engine.root().join("run/trace");
        let bytes: u64 = fs::read_dir(trace).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
        assert!(bytes < 2 << 20, "{bytes} bytes of trace");
        // What the kernel takes for no argument is refused by its name.
        let test = json!({"Image": "lab/shell:1", "Healthcheck": {"Test": ["CMD", "x".repeat(200_000)]}});
        let (status, said) = ask(engine, "POST", "/containers/create", &test.to_string());
        assert!(status == 400 && said["message"].as_str().unwrap().contains("Healthcheck.Test"), "{status} {said}");
    });
}
