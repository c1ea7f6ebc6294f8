//! Where no engine is asked: no display, recordings that cannot be read, lessons and places that are not there.

use super::engine::{DOCKWALK, fails, output};
use super::*;
use dockwalk::trace::Code;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn dockwalk(lang: Lang, args: &[&str]) -> Command {
    let mut command = Command::new(DOCKWALK);
    command.args(args).env("DOCKWALK_LANG", code(lang)).env_remove("DOCKER_HOST");
    command
}

/// Runs that in both languages: the problem is all that is said.
fn says(args: &[&str], problem: &Problem) {
    for lang in Lang::ALL {
        assert_eq!(fails(dockwalk(lang, args), 1), format!("dockwalk: {}\n", Words::new(lang).problem(problem)));
    }
}

#[test]
fn without_a_display_it_says_what_works_without() {
    for args in [&[][..], &["--lesson", "01"], &["--trace", "none.ndjson"]] {
        for lang in Lang::ALL {
            let mut command = dockwalk(lang, args);
            for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
                command.env_remove(name);
            }
            let words = Words::new(lang);
            let (problem, instead) = (words.problem(&Problem::new(Code::NoDisplay)), words.say("cli-without-window"));
            assert_eq!(fails(command, 2), format!("dockwalk: {problem}\n{instead}\n"));
            assert!(instead.contains("--headless") && instead.contains("dockwalk docker run -it lab/shell:1"));
        }
    }
}

fn written(dir: &Path, name: &str, text: &str) -> PathBuf {
    let path = dir.join(name);
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn recordings_that_cannot_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let header = "{\"dockwalk_trace\":1,\"made_by\":\"dockwalk 0.1.0\"}\n";
    let about = |code: Code, path: &Path| Problem::new(code).with("path", path.display());
    let show = |path: &Path, problem: &Problem| says(&["trace", "show", path.to_str().unwrap()], problem);

    let none = dir.path().join("none.ndjson");
    show(&none, &about(Code::RecordingUnreadable, &none).with("reason", fs::File::open(&none).unwrap_err()));

    let picture = written(dir.path(), "picture.png", "\u{89}PNG");
    show(&picture, &about(Code::RecordingNoTrace, &picture));

    let later = written(dir.path(), "later.ndjson", "{\"dockwalk_trace\":7,\"made_by\":\"dockwalk 9.0.0\"}\n");
    show(&later, &about(Code::RecordingLater, &later).with("found", 7).with("known", log::VERSION));

    let damaged = written(dir.path(), "damaged.ndjson", &format!("{header}not an event\n"));
    let reason = serde_json::from_str::<serde_json::Value>("not an event\n").unwrap_err();
    show(&damaged, &about(Code::RecordingDamaged, &damaged).with("line", 2).with("reason", reason));
}

#[test]
fn a_recording_whose_last_line_is_cut_off_is_shown_up_to_there() {
    let dir = tempfile::tempdir().unwrap();
    let whole = fs::read_to_string("fixtures/traces/01-pull-and-run.ndjson").unwrap();
    let lines: Vec<&str> = whole.lines().take(40).collect();
    let torn = written(dir.path(), "torn.ndjson", &format!("{}\n{{\"seq\":", lines.join("\n")));
    for lang in Lang::ALL {
        let out = output(dockwalk(lang, &["trace", "show", torn.to_str().unwrap()]));
        let said = Words::new(lang).say_with("cli-trace-torn", &[("line", "41"), ("bytes", "7")]);
        assert_eq!(String::from_utf8(out.stderr).unwrap(), format!("{said}\n"));
        assert!(out.status.success() && !out.stdout.is_empty());
    }
}

#[test]
fn lessons_that_are_not_there() {
    let unknown = Problem::new(Code::LessonUnknown).with("name", "99-none");
    says(&["lesson", "run", "99-none", "--headless"], &unknown);
    says(&["lesson", "check", "99-none"], &unknown);
    let reason = fs::read_dir("/no/such/dir").unwrap_err();
    let dir = Problem::new(Code::LessonUnreadable).with("file", "/no/such/dir").with("reason", reason);
    says(&["lesson", "list", "--lessons", "/no/such/dir"], &dir);
}

#[test]
fn an_engine_that_is_asked_for_where_none_can_be() {
    for lang in Lang::ALL {
        let mut command = dockwalk(lang, &["docker", "ps"]);
        command.env("DOCKER_HOST", "tcp://127.0.0.1:2375");
        let problem = Problem::new(Code::DockerHostNotUnix).with("host", "tcp://127.0.0.1:2375");
        assert_eq!(fails(command, 1), line(lang, &problem));

        let mut command = dockwalk(lang, &["docker", "ps"]);
        command.env("DOCKER_HOST", "unix:///no/such.sock");
        let reason = std::os::unix::net::UnixStream::connect("/no/such.sock").unwrap_err();
        let problem = Problem::new(Code::EngineUnreachable).with("socket", "/no/such.sock").with("reason", reason);
        assert_eq!(fails(command, 1), line(lang, &problem));
    }
}
