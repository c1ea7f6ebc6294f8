//! What the window says when something fails: the whole message, in both languages, where a screen reader finds it, and
//! the ways on.

use crate::common::{Window, app, app_mut, open as open_window, tell};
use dockwalk::client::GateView;
use dockwalk::i18n::{Lang, Words};
use dockwalk::lesson::{Lesson, embedded};
use dockwalk::trace::{Body, Code, Event, Op, OpKind, Outcome, Plan, Problem, Step, StepKind, Trace, log};
use dockwalk::ui::app::App;
use dockwalk::ui::command::{PlaybackCommand, ViewCommand};
use dockwalk::ui::source::{News, Recording};
use dockwalk::ui::state::Notice;
use dockwalk::ui::state::Origin;
use dockwalk::ui::{Open, Options};
use egui_kittest::kittest::Queryable;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn window(lang: Lang, open: Open) -> Window {
    // Where no engine can be, so that none is found and none is started.
    let nowhere = Some(PathBuf::from("/proc/no-such-place"));
    let options = Options { open, lang: Some(lang), socket: None, root: nowhere, ..Options::default() };
    open_window(options, (1440.0, 900.0))
}

fn receive(window: &mut Window, news: News) {
    app_mut(window).state.receive(news);
    window.run_steps(2);
}

/// Shows frames until it is so.
fn until(window: &mut Window, so: impl Fn(&App) -> bool) {
    for _ in 0..500 {
        window.run_steps(1);
        if so(app(window)) {
            window.run_steps(2);
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("it did not come to be: {:?}", app(window).state.origin);
}

const DIGEST: &str = "sha256:8d4e5b1c0f2a3948576a0b1c2d3e4f5061728394a5b6c7d8e9f0a1b2c3d4e5f6";
const OTHER: &str = "sha256:0011223344556677889900aabbccddeeff00112233445566778899aabbccddee";

/// Each with the operation and the step that it ends.
fn problems() -> Vec<(OpKind, StepKind, Problem)> {
    let about = |code: Code| Problem::new(code).with("registry", "127.0.0.1:5000");
    vec![
        (OpKind::ImagePull, StepKind::FetchTag, about(Code::ImageNotFound).with("image", "lab/shall:1")),
        (
            OpKind::ImagePull,
            StepKind::FetchBlob,
            about(Code::DigestMismatch).with("by", "manifest").with("expected", DIGEST).with("computed", OTHER),
        ),
        (
            OpKind::ImagePull,
            StepKind::FetchBlob,
            about(Code::BlobTruncated)
                .with("digest", DIGEST)
                .with("expected", 2_000_000)
                .with("received", 600_000)
                .with("reason", "the connection was closed"),
        ),
        (
            OpKind::ImagePull,
            StepKind::ProbeRegistry,
            about(Code::RegistryUnreachable).with("reason", "io: Connection refused"),
        ),
        (
            OpKind::ImagePull,
            StepKind::UnpackLayer,
            Problem::new(Code::DiskFull)
                .with("what", "write")
                .with("subject", "/var/lib/dockwalk/layers/sha256/8d4e/fs/bin/busybox")
                .with("reason", "No space left on device (os error 28)"),
        ),
        (
            OpKind::ContainerStart,
            StepKind::StartProcess,
            Problem::new(Code::CommandNotFound).with("command", "bsah").with("image", "lab/shell:1"),
        ),
    ]
}

/// An operation whose one step failed.
fn failed(op: OpKind, kind: StepKind, problem: &Problem) -> Vec<Arc<Event>> {
    let outcome = Outcome::Failed(problem.clone());
    let step = Step { id: 1, op: 1, parent: None, plan: Plan::new(kind, "lab/shell:1") };
    let op = Op { id: 1, kind: op, subject: "lab/shell:1".into(), request: "POST /…".into() };
    let bodies = [
        Body::OpBegan { op },
        Body::StepAnnounced { step },
        Body::StepEnded { step: 1, outcome: outcome.clone(), took: 1_000_000 },
        Body::OpEnded { op: 1, outcome },
    ];
    bodies.into_iter().zip(1..).map(|(body, seq)| Arc::new(Event { seq, at: seq * 1000, body })).collect()
}

#[test]
fn a_step_that_failed_says_why_in_the_recording() {
    for (op, kind, problem) in problems() {
        for lang in Lang::ALL {
            let events = failed(op, kind, &problem).into_iter().map(|event| (*event).clone());
            let trace = Trace::from_events(events).unwrap();
            let mut window = window(lang, Open::Start);
            receive(&mut window, News::Loaded(Box::new(Recording { path: "failed.ndjson".into(), trace, torn: None })));
            // Under the picture it is a sentence, not Markdown.
            let text = Words::new(lang).problem(&problem).replace('`', "");
            assert!(window.query_by_label(&text).is_none(), "it has not happened yet: {text}");
            tell(&mut window, PlaybackCommand::End);
            window.get_by_label(&text);
            tell(&mut window, PlaybackCommand::Home);
            assert!(window.query_by_label(&text).is_none(), "back, it has not happened yet: {text}");
        }
    }
}

fn nobody_waits() -> GateView {
    serde_json::from_str(r#"{"held":true,"level":"stage","breakpoints":[],"waiting":[]}"#).unwrap()
}

#[test]
fn a_step_that_fails_now_says_why_over_the_window() {
    for (op, kind, problem) in problems() {
        for lang in Lang::ALL {
            let mut window = window(lang, Open::Start);
            receive(&mut window, News::Connected { socket: "/run/e.sock".into() });
            receive(&mut window, News::Gate(Box::new(nobody_waits())));
            receive(&mut window, News::Events(failed(op, kind, &problem)));
            let words = Words::new(lang);
            // In the message, where it may be shorter, and in the line below the timeline.
            let both = |words: &Words| [words.problem(&problem), Notice::text(words, &problem)];
            both(&words).iter().for_each(|text| assert!(window.get_all_by_label(text).next().is_some(), "{text}"));
            let notice = app_mut(&mut window).state.notice.clone().unwrap();
            assert_eq!((notice.text, notice.bad), (Notice::text(&words, &problem), true));
            // In the other language it is said at once.
            let (other, name) = match lang {
                Lang::Ko => (Lang::En, "English"),
                Lang::En => (Lang::Ko, "한국어"),
            };
            window.get_by_label(name).click();
            window.run_steps(2);
            let said = both(&Words::new(other));
            said.iter().for_each(|text| assert!(window.get_all_by_label(text).next().is_some(), "{text}"));
            tell(&mut window, ViewCommand::Escape);
            assert_eq!(app_mut(&mut window).state.notice, None);
        }
    }
}

fn userns_refused() -> Problem {
    Problem::new(Code::UsernsRefused)
        .with("switch", "kernel-apparmor_restrict_unprivileged_userns")
        .with("mend", "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0")
        .with("reason", "Operation not permitted")
}

/// What a screen reader is told: the marks of code are drawn, not read.
fn read_aloud(text: &str) -> String {
    text.replace('`', "").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn where_no_engine_can_start_a_lesson_is_played_from_its_recording() {
    for source in embedded() {
        for lang in Lang::ALL {
            let words = Words::new(lang);
            let mut window = window(lang, Open::Lesson(source.folder.to_string()));
            until(&mut window, |app| matches!(app.state.origin, Origin::Failed(_)));
            receive(&mut window, News::Failed(userns_refused()));
            window.get_by_label(&words.say("failed-engine"));
            window.get_by_label(&read_aloud(&words.problem(&userns_refused())));
            // One way: with privileges. The command can be read and copied.
            window.get_by_label(&words.say("failed-privileged"));
            window.get_by_label(&words.say("failed-privileged-start"));
            assert!(window.query_by_label_contains("sudo /").is_some(), "the command is there");
            // The other: the recording.
            window.get_by_label(&words.say("failed-play"));
            window.get_by_label(&words.say("failed-play-start")).click();
            until(&mut window, |app| app.state.has_trace());
            let lesson = Lesson::parse(&source).unwrap();
            let shell = &app_mut(&mut window).state;
            assert!(
                matches!(&shell.origin, Origin::Recorded { path, .. } if *path == Path::new(&lesson.script.recording))
            );
            assert_eq!(shell.course.as_ref().unwrap().lesson().folder, lesson.folder);
            let (before, world) = (shell.cursor.position(), shell.world().clone());
            assert!(shell.trace.len() > 100, "a whole lesson was recorded");
            for _ in 0..3 {
                window.key_press(egui::Key::Space);
                window.run_steps(2);
            }
            let shell = &app_mut(&mut window).state;
            assert!(shell.cursor.position() > before && *shell.world() != world);
        }
    }
}

#[test]
fn without_a_lesson_a_recording_can_be_chosen() {
    for lang in Lang::ALL {
        let words = Words::new(lang);
        let mut window = window(lang, Open::Start);
        receive(&mut window, News::Failed(userns_refused()));
        window.get_by_label(&words.say("failed-privileged-start"));
        assert!(window.query_by_label(&words.say("failed-play-start")).is_none(), "no lesson, no recording of it");
        window.get_by_label(&words.say("start-open"));
        window.get_by_label(&words.say("failed-back")).click();
        window.run_steps(2);
        assert_eq!(app_mut(&mut window).state.origin, Origin::Nothing);
    }
}

/// What the window shows when it was opened with a file that is no recording.
fn refuses(path: &Path, problem: &Problem) {
    for lang in Lang::ALL {
        let words = Words::new(lang);
        let mut window = window(lang, Open::Recording(path.to_owned()));
        until(&mut window, |app| matches!(app.state.origin, Origin::Failed(_)));
        assert_eq!(app_mut(&mut window).state.origin, Origin::Failed(problem.clone()));
        window.get_by_label(&words.say("failed-recording"));
        window.get_by_label(&read_aloud(&words.problem(problem)));
        assert!(
            window.query_by_label(&words.say("failed-privileged-start")).is_none(),
            "privileges are no way on here"
        );
        window.get_by_label(&words.say("failed-back"));
    }
}

#[test]
fn files_that_are_no_recordings() {
    let dir = tempfile::tempdir().unwrap();
    let about = |code: Code, path: &Path| Problem::new(code).with("path", path.display());
    let none = dir.path().join("none.ndjson");
    refuses(&none, &about(Code::RecordingUnreadable, &none).with("reason", std::fs::File::open(&none).unwrap_err()));
    let later = dir.path().join("later.ndjson");
    std::fs::write(&later, "{\"dockwalk_trace\":7,\"made_by\":\"dockwalk 9\"}\n").unwrap();
    refuses(&later, &about(Code::RecordingLater, &later).with("found", 7).with("known", log::VERSION));
    let picture = dir.path().join("picture.png");
    std::fs::write(&picture, "PNG").unwrap();
    refuses(&picture, &about(Code::RecordingNoTrace, &picture));
}

#[test]
fn a_lesson_that_is_not_there() {
    for lang in Lang::ALL {
        let words = Words::new(lang);
        let mut window = window(lang, Open::Lesson("99-none".into()));
        let problem = Problem::new(Code::LessonUnknown).with("name", "99-none");
        assert_eq!(app_mut(&mut window).state.origin, Origin::Failed(problem.clone()));
        window.get_by_label(&words.say("failed-lesson"));
        window.get_by_label(&read_aloud(&words.problem(&problem)));
        assert!(window.query_by_label(&words.say("failed-privileged-start")).is_none());
        window.get_by_label(&words.say("failed-back")).click();
        window.run_steps(2);
        assert_eq!(app_mut(&mut window).state.origin, Origin::Nothing);
    }
}

#[test]
fn a_lesson_opens_by_all_that_it_is_called_on_the_command_line() {
    for name in ["01-pull-and-run", "01", "1", "pull-and-run"] {
        let window = window(Lang::En, Open::Lesson(name.into()));
        let course = app(&window).state.course.as_ref().map(|course| course.lesson().folder.clone());
        assert_eq!(course.as_deref(), Some("01-pull-and-run"), "--lesson {name}");
    }
    let window = window(Lang::En, Open::Lesson("99".into()));
    assert!(app(&window).state.course.is_none());
}
