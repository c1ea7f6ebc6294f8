//! Lessons are code: the reference run must pass, and a run that leaves something out must fail.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use assert_cmd::Command;
use dockwalk::lesson::{Lesson, LessonStep, embedded, play, recording, rests};
use dockwalk::trace::{Trace, log};
use std::fs;
use std::path::Path;
use std::sync::Arc;

fn lessons() -> impl Iterator<Item = Arc<Lesson>> {
    embedded().into_iter().map(|source| Arc::new(Lesson::parse(&source).expect("lessons are well formed")))
}

fn recorded(lesson: &Lesson) -> Trace {
    let name = &lesson.script.recording;
    let bytes = recording(name).unwrap_or_else(|| panic!("{name} is not part of the program"));
    let loaded = log::read(bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(loaded.torn, None, "{name}");
    loaded.trace
}

fn dockwalk(root: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dockwalk"));
    command.env_remove("DOCKER_HOST").env_remove("DOCKWALK_SOCKET").env_remove("DOCKWALK_ROOT").arg("--root").arg(root);
    command
}

#[test]
fn every_lesson_plays_on_its_recording() {
    for lesson in lessons() {
        assert_eq!(play(&lesson, &recorded(&lesson)), [], "{}", lesson.folder);
    }
}

#[test]
fn steps_rest_one_after_the_other() {
    for lesson in lessons() {
        let trace = recorded(&lesson);
        let rests = rests(&lesson, &trace);
        assert_eq!(rests.len(), lesson.script.steps.len());
        assert!(rests.windows(2).all(|pair| pair[0].position <= pair[1].position), "{rests:?}");
        for (rest, step) in rests.iter().zip(&lesson.script.steps) {
            if let Some(kind) = step.stop_at {
                let next = trace.next_step(rest.position).map(|record| record.step.plan.kind);
                assert_eq!(next, Some(kind), "{}, {}", lesson.folder, step.id);
            }
        }
    }
}

#[test]
fn a_recording_that_breaks_off_misses_what_comes_after() {
    for lesson in lessons() {
        let whole = recorded(&lesson);
        let rests = rests(&lesson, &whole);
        // Steps that do something: what the others look at was there before.
        let acts = |step: &LessonStep| step.run.is_some() || step.types.is_some() || step.stop_at.is_some();
        let acting = lesson.script.steps.iter().zip(&rests).filter(|(step, _)| acts(step) && !step.goals.is_empty());
        for (step, rest) in acting {
            let before = rests.iter().map(|r| r.position).filter(|at| *at < rest.position).max().unwrap_or(0);
            let events = whole.events_in(0, before).map(|event| (*event).clone());
            let cut = Trace::from_events(events).expect("a beginning of a trace is a trace");
            let missed: Vec<_> = play(&lesson, &cut)
                .into_iter()
                .filter(|problem| problem.code == "lesson-goal-missed" && problem.args["step"] == step.id)
                .collect();
            assert!(!missed.is_empty(), "{}: {} is reached without its events", lesson.folder, step.id);
        }
    }
}

#[test]
fn a_recording_says_nothing_of_the_computer_it_was_made_on() {
    for lesson in lessons() {
        let trace = recorded(&lesson);
        let host = trace.head().host.clone().expect("a recording begins with the host");
        assert_eq!(host.hostname, "dockwalk", "{}", lesson.folder);
        for event in trace.events() {
            let text = serde_json::to_string(&*event).expect("events are JSON");
            let of_somebody = text.replace("home/student", "").contains("home/");
            assert!(!of_somebody, "{}: {text}", lesson.folder);
        }
    }
}

#[test]
fn the_lessons_pass_their_own_check() {
    let root = tempfile::tempdir().expect("a directory");
    dockwalk(root.path()).args(["lesson", "check"]).assert().success();
}

#[test]
fn a_lesson_that_nobody_wrote_is_named_with_the_way_to_find_one() {
    let root = tempfile::tempdir().expect("a directory");
    let run = dockwalk(root.path()).args(["--lang", "en", "lesson", "check", "99"]).assert().failure();
    let said = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(said.contains("99") && said.contains("dockwalk lesson list"), "{said}");
}

/// Needs what containers need. `dockwalk doctor` says what that is; there is no pretending here.
#[test]
fn the_first_lesson_runs_live_from_end_to_end() {
    let root = tempfile::tempdir().expect("a directory");
    dockwalk(root.path()).args(["lesson", "run", "1", "--headless"]).assert().success();
}

#[test]
fn the_second_lesson_runs_live_from_end_to_end() {
    let root = tempfile::tempdir().expect("a directory");
    dockwalk(root.path()).args(["lesson", "run", "2", "--headless"]).assert().success();
}

/// The same lesson with one command left out: the container never runs, so its goals cannot be reached.
#[test]
fn a_lesson_left_unsolved_fails() {
    let root = tempfile::tempdir().expect("a directory");
    let folder = root.path().join("lessons/02-storage");
    fs::create_dir_all(&folder).expect("a directory");
    let source = embedded().into_iter().find(|source| source.folder == "02-storage").expect("it is there");
    let solved = "run = \"docker volume create memo\"";
    assert!(source.script.contains(solved));
    let script = source.script.replace(solved, "run = \"docker volume ls\"");
    for (name, text) in [("lesson.toml", &*script), ("ko.md", &source.ko), ("en.md", &source.en)] {
        fs::write(folder.join(name), text).expect("it can be written");
    }
    let lessons = root.path().join("lessons");
    let run = dockwalk(&root.path().join("engine"))
        .args(["--lang", "en", "--lessons"])
        .arg(lessons)
        .args(["lesson", "run", "2", "--headless"])
        .assert()
        .failure();
    let said = String::from_utf8_lossy(&run.get_output().stdout).into_owned();
    assert!(said.contains("✘ The volume is there"), "{said}");
}
