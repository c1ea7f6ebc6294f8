//! The command line where no container is needed: help, refusals, recordings, an engine that is started by a command.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[path = "common/engine.rs"]
mod engine;

use engine::{DOCKWALK, everyone, fails, good, output};
use std::process::Command;

fn dockwalk(args: &[&str]) -> Command {
    let mut command = Command::new(DOCKWALK);
    command.args(args).env("DOCKWALK_LANG", "en").env_remove("DOCKER_HOST");
    command
}

#[test]
fn every_command_has_a_help() {
    for words in ["", "engine", "docker", "docker run", "docker ps", "host", "lesson", "trace", "doctor", "registry"] {
        let args: Vec<&str> = words.split(' ').filter(|word| !word.is_empty()).chain(["--help"]).collect();
        assert!(good(dockwalk(&args)).contains("Usage:"), "{words}");
    }
    assert!(good(dockwalk(&["--version"])).starts_with("dockwalk "));
}

#[test]
fn a_variable_that_is_empty_is_not_set() {
    for name in ["DOCKWALK_LANG", "DOCKWALK_ROOT", "DOCKWALK_SOCKET", "DOCKWALK_LESSONS", "DOCKWALK_TRACE_LIMIT"] {
        let mut command = dockwalk(&["lesson", "list"]);
        command.env(name, "");
        assert!(good(command).contains("01"), "{name}");
    }
}

#[test]
fn help_is_in_the_users_language() {
    for (line, status, says) in [
        ("--help", 0, "명령 없이 실행하면 창이 열립니다."),
        ("-h", 0, "사용법: dockwalk"),
        ("docker run --help", 0, "컨테이너를 백그라운드에서 실행하고"),
        ("docker help ps", 0, "컨테이너를 나열합니다"),
        ("docker", 0, "컨테이너를 관리합니다"),
        ("docker volume", 0, "볼륨을 만듭니다"),
        ("help lesson", 0, "레슨 목록을 보거나"),
        ("lesson", 2, "명령이 빠져 있습니다. list, check, run"),
        ("lesson --root /nowhere", 2, "명령이 빠져 있습니다. list, check, run"),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let mut command = dockwalk(&words);
        let out = output_of(command.env("DOCKWALK_LANG", "ko"));
        assert!(out.0 == Some(status) && out.1.contains(says), "{line}: {out:?}");
        assert!(
            !["Usage:", "Options:", "Print ", "\u{1b}"].iter().any(|english| out.1.contains(english)),
            "{line}: {out:?}"
        );
        let english = output_of(&mut dockwalk(&words)).1;
        assert!(!english.chars().any(|c| ('가'..='힣').contains(&c) && !"한국어".contains(c)), "{line}: {english}");
    }
    // What was said on the command line counts more than the environment, wherever it stands.
    for (line, says) in [("--lang ko --help", "사용법:"), ("docker --lang=ko run --help", "사용법:")] {
        assert!(good(dockwalk(&line.split(' ').collect::<Vec<_>>())).contains(says), "{line}");
    }
    // What is shown of a variable acts on no terminal.
    let mut command = dockwalk(&["--help"]);
    command.env("DOCKWALK_LANG", "ko").env("DOCKWALK_ROOT", "/tmp/\u{1b}[31mred");
    let said = good(command);
    assert!(said.contains(r"DOCKWALK_ROOT=/tmp/\x1b[31mred") && !said.contains('\u{1b}'), "{said}");
}

/// The exit status, and what it printed on both streams.
fn output_of(command: &mut Command) -> (Option<i32>, String) {
    let out = command.output().unwrap();
    let said = [out.stdout, out.stderr].concat();
    (out.status.code(), String::from_utf8(said).unwrap())
}

#[test]
fn without_a_display_the_headless_commands_are_named() {
    let mut command = dockwalk(&[]);
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
    assert!(fails(command, 2).contains("--headless"));
}

#[test]
fn only_a_unix_socket_is_spoken_to() {
    let mut command = dockwalk(&["docker", "ps"]);
    command.env("DOCKER_HOST", "tcp://127.0.0.1:2375");
    assert!(fails(command, 1).contains("unix:///"));
    let mut command = dockwalk(&["docker", "ps"]);
    command.env("DOCKER_HOST", "unix:///no/such.sock").env("DOCKWALK_LANG", "ko");
    assert!(fails(command, 1).contains("엔진이 없습니다"));
}

#[test]
fn who_names_a_socket_means_an_engine_that_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("none.sock");
    for (line, status) in [("docker ps", 1), ("docker run lab/shell:1 true", 125), ("reach", 1), ("walk a host", 1)] {
        let mut command = dockwalk(&line.split(' ').collect::<Vec<_>>());
        command
            .env("HOME", dir.path())
            .env_remove("DOCKER_HOST")
            .env_remove("DOCKWALK_ROOT")
            .env_remove("XDG_DATA_HOME");
        command.env("DOCKWALK_SOCKET", &socket);
        let said = fails(command, status);
        assert!(said.contains("none.sock") && said.contains("dockwalk engine"), "{line}: {said}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing was begun");
}

#[test]
fn a_slip_of_the_finger_is_answered_in_the_users_language() {
    for (line, status, says) in [
        ("docker rnu x", 1, "혹시 run"),
        ("docker image lss", 1, "혹시 ls"),
        ("docker run --nmae x y", 125, "혹시 --name"),
        ("docker run --nonsense y", 125, "그런 옵션은 없습니다"),
        ("docker run", 1, "값이 없습니다"),
        ("docker run --pull sometimes x", 125, "always"),
        ("docker ps extra", 1, "받지 않는 값"),
        ("doctro", 2, "혹시 doctor"),
        ("lesson chekc", 2, "혹시 check"),
        ("--lang ko doctro", 2, "혹시 doctor"),
    ] {
        let mut command = dockwalk(&line.split(' ').collect::<Vec<_>>());
        if !line.starts_with("--lang") {
            command.env("DOCKWALK_LANG", "ko");
        }
        let said = fails(command, status);
        assert!(said.contains(says) && !said.contains("error:"), "{line}: {said}");
    }
    // As before where English is spoken.
    assert!(fails(dockwalk(&["docker", "rnu"]), 1).contains("unrecognized subcommand"));
}

#[test]
fn a_recording_is_shown_and_a_wrong_file_is_said_to_be_one() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("wrong");
    std::fs::write(&file, "no trace").unwrap();
    assert!(fails(dockwalk(&["trace", "show", file.to_str().unwrap()]), 1).contains("no dockwalk trace"));
}

#[test]
fn a_command_starts_an_engine_and_says_so() {
    if !everyone().contains(&engine::Who::Root) {
        return;
    }
    let dir = tempfile::tempdir_in("/tmp").unwrap();
    let with_root = |args: &[&str]| {
        let mut command = dockwalk(args);
        command.env("DOCKWALK_ROOT", dir.path());
        command
    };
    let out = output(with_root(&["docker", "version"]));
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(out.status.success() && said.contains("started an engine"), "{said}");
    assert!(output(with_root(&["docker", "version"])).stderr.is_empty(), "the second finds it running");

    let exported = dir.path().join("trace.ndjson");
    good(with_root(&["trace", "export", exported.to_str().unwrap()]));
    assert!(good(dockwalk(&["trace", "show", exported.to_str().unwrap()])).contains("docker0"));

    let pid = said.split("process ").nth(1).and_then(|rest| rest.split(',').next()).unwrap().parse().unwrap();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGTERM).unwrap();
    for _ in 0..500 {
        if !dir.path().join("engine.sock").exists() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("the engine did not end");
}

#[test]
fn an_engine_ends_with_the_program_that_started_it_when_that_is_asked_for() {
    if !everyone().contains(&engine::Who::Root) {
        return;
    }
    let dir = tempfile::tempdir_in("/tmp").unwrap();
    let socket = dir.path().join("engine.sock");
    let mut command = dockwalk(&["engine", "--while-stdin", "--root"]);
    command.arg(dir.path()).arg("--socket").arg(&socket);
    command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::null());
    let mut child = command.spawn().unwrap();
    while !socket.exists() {
        assert!(child.try_wait().unwrap().is_none(), "it has not ended by itself");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    assert!(!socket.exists());
    assert!(["containers", "run"].iter().all(|name| !dir.path().join(name).exists()), "what was for it alone is gone");
}

#[test]
fn a_reader_that_goes_away_is_no_crash() {
    let shell = format!("{} lesson list | head -n 0; echo ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_dockwalk"));
    for _ in 0..20 {
        let out = Command::new("bash").args(["-c", &shell]).output().unwrap();
        assert!(!String::from_utf8_lossy(&out.stderr).contains("panicked"));
    }
}

#[test]
fn a_limit_of_the_trace_that_is_none_is_refused_before_anything_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("never");
    for value in ["1m", "many", "0"] {
        for (lang, word) in [("en", "at least 8m"), ("ko", "8m 이상")] {
            let mut command = dockwalk(&["--lang", lang, "engine", "--trace-limit", value, "--root"]);
            let out = command.arg(&root).output().unwrap();
            let said = String::from_utf8_lossy(&out.stderr).into_owned();
            assert!(!out.status.success() && said.contains(word) && said.contains(value), "{said}");
        }
    }
    assert!(!root.exists());
}
