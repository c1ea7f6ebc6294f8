//! A lesson as a whole: how far it was taken is kept and shown, it is taken up there, its end page leads to the evidence, and nothing is
//! lost unasked.

use crate::common::{Window, app, app_mut, click, open, press, tell};
use dockwalk::client::protocol::{GateCommand, GateView};
use dockwalk::i18n::Lang;
use dockwalk::lesson::{Lesson, QuestionState, embedded, recording, rests};
use dockwalk::trace::{Level, Step, Trace, log};
use dockwalk::ui::command::{Ask, Command, LessonCommand, PathCommand, SourceCommand, ViewCommand};
use dockwalk::ui::course::Course;
use dockwalk::ui::progress::{Prediction, Progress, Taken};
use dockwalk::ui::source::News;
use dockwalk::ui::state::{Effect, Mover, Origin, Overlay, Place, WindowState};
use dockwalk::ui::{Open, Options};
use egui::Key;
use egui_kittest::kittest::{NodeT, Queryable};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const FIRST: &str = "01-pull-and-run";

fn window(open_with: Open, progress: Option<PathBuf>) -> Window {
    let nowhere = Some(PathBuf::from("/proc/no-such-place"));
    let options = Options { lang: Some(Lang::Ko), open: open_with, progress, root: nowhere, ..Options::default() };
    open(options, (1440.0, 900.0))
}

fn on_recording(name: &str, progress: Option<PathBuf>) -> Window {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/traces/{name}.ndjson"));
    let mut window = window(Open::LessonOn(name.to_owned(), path), progress);
    for _ in 0..500 {
        window.run_steps(1);
        if app(&window).state.has_trace() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(app(&window).state.has_trace(), "{:?}", app(&window).state.origin);
    app_mut(&mut window).state.speed = 16.0;
    window
}

/// The next action, and what plays comes to its end. Questions get that choice.
fn onward(window: &mut Window, choice: usize) {
    match app(window).state.mover() {
        Mover::Predict(id) => tell(window, LessonCommand::Predict(id, choice)),
        _ => tell(window, LessonCommand::Onward),
    }
    for _ in 0..20_000 {
        if app(window).state.mover() != Mover::Wait {
            return;
        }
        window.run_steps(4);
    }
    panic!("it plays for ever");
}

fn number(window: &Window) -> usize {
    app(window).state.course.as_ref().unwrap().runner().progress().step
}

/// Onward until that page rests.
fn walk_to(window: &mut Window, page: usize) {
    while number(window) < page || app(window).state.place() != Some(Place::Here) {
        onward(window, 0);
    }
}

#[test]
fn how_far_a_lesson_was_taken_is_kept_shown_and_taken_up() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("progress.json");
    let mut first = on_recording(FIRST, Some(file.clone()));
    walk_to(&mut first, 4);
    let before = app(&first).state.course.as_ref().unwrap().runner().predictions().count();
    assert!(before > 3, "{before}");
    drop(first);

    let start = window(Open::Start, Some(file.clone()));
    let names: Vec<_> = start.root().children_recursive().filter_map(|node| node.accesskit_node().label()).collect();
    let of = embedded_lesson(FIRST).script.steps.len();
    let said = |name: &str, text: &str| names.iter().any(|label| label.starts_with(name) && label.contains(text));
    assert!(said("01 · ", &format!("5/{of} · 이어서")), "{names:?}");
    assert!(said("02 · ", "0/") && said("02 · ", "분"), "{names:?}");

    let mut again = on_recording(FIRST, Some(file.clone()));
    assert_eq!((number(&again), app(&again).state.place()), (4, Some(Place::Here)));
    let runner = app(&again).state.course.as_ref().unwrap().runner();
    let kept: Vec<_> = runner.predictions().collect();
    assert_eq!(kept.len(), before, "what was predicted is not asked again: {kept:?}");
    assert!(runner.predictions().filter(|one| one.3.is_some()).count() > 0, "and is answered where it was");

    // From the beginning: what was predicted is lost, so that is asked.
    click(&mut again, "처음부터 다시");
    again.run_steps(2);
    again.get_by_label("레슨을 처음부터 다시 시작할까요?");
    assert_eq!(number(&again), 4);
    click(&mut again, "취소");
    assert!(app(&again).state.course.as_ref().unwrap().runner().predictions().count() > 0, "not after all");
    click(&mut again, "처음부터 다시");
    again.run_steps(2);
    click(&mut again, "처음부터 시작");
    assert_eq!((number(&again), app(&again).state.cursor.position()), (0, 0));
    assert_eq!(app(&again).state.course.as_ref().unwrap().runner().predictions().count(), 0);
    assert_eq!(Progress::load(&file).of(FIRST).unwrap().page, 0);
}

fn embedded_lesson(folder: &str) -> Arc<Lesson> {
    let source = embedded().into_iter().find(|source| source.folder == folder).unwrap();
    Arc::new(Lesson::parse(&source).unwrap())
}

#[test]
fn the_end_page_says_what_was_predicted_and_leads_to_the_evidence_of_every_claim() {
    let mut window = on_recording(FIRST, None);
    for _ in 0..200 {
        if app(&window).state.course.as_ref().unwrap().is_ended() {
            break;
        }
        onward(&mut window, 1);
    }
    let course = app(&window).state.course.as_ref().unwrap();
    assert!(course.is_ended());
    let summary = course.runner().summary(Lang::Ko);
    let states: Vec<_> = summary.questions.iter().map(|(_, question)| &question.state).collect();
    assert!(states.iter().all(|state| matches!(state, QuestionState::Revealed { .. })), "{states:?}");
    let (right, of) = (summary.right(), summary.questions.len());
    assert!(0 < right && right < of, "the second choice is sometimes right: {right}/{of}");
    window.get_by_label(&format!("예상 {of}개 가운데 {right}개가 맞았습니다."));
    let claims = summary.claims.clone();
    assert!(claims.len() >= 12);
    for (step, claim) in claims {
        assert!(claim.open, "{}", claim.id);
        let row = format!("{} · ", claim.id);
        let button = window
            .query_all_by_label_contains(&row)
            .find(|node| node.accesskit_node().label().is_some_and(|label| label.starts_with(&row)));
        button.unwrap_or_else(|| panic!("{} is on the page", claim.id)).click();
        window.run_steps(2);
        let state = &app(&window).state;
        let course = state.course.as_ref().unwrap();
        assert_eq!(Some(state.cursor.position()), course.rest_of(step), "{}", claim.id);
        let focus = course.lesson().script.steps[step].focus.clone();
        if let Some(wanted) = focus.first().and_then(|focus| focus.entity(state.world())) {
            assert_eq!(state.selection, Some(wanted), "{}", claim.id);
        }
        assert!(state.selection.is_some() && course.is_ended(), "{}: the page stays", claim.id);
    }
    // The next lesson is the one next action, played as this one was.
    let next = app(&window).state.mover();
    assert_eq!(next, Mover::NextLesson("02-storage".to_owned()));
    assert!(window.query_by_label("다음 레슨: 네 곳에 쓴 메모").is_some());
    press(&mut window, Key::Space);
    for _ in 0..500 {
        window.run_steps(1);
        if app(&window).state.has_trace() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(app(&window).state.course.as_ref().unwrap().lesson().folder, "02-storage");
    assert!(app(&window).state.progress.of(FIRST).unwrap().done);
}

fn trace_of(lesson: &Lesson) -> Trace {
    log::read(recording(&lesson.script.recording).unwrap()).unwrap().trace
}

fn events(trace: &Trace, from: u64, to: u64) -> News {
    News::Events(trace.events_in(from, to).collect())
}

fn waiting(waiting: Vec<Step>) -> News {
    let (breakpoints, callers) = (Default::default(), Default::default());
    News::Gate(Box::new(GateView {
        held: true,
        open: false,
        level: Level::Stage,
        breakpoints,
        waiting,
        callers,
        passing: false,
    }))
}

/// A window that believes that an engine did what was recorded.
fn as_live(progress: Option<Taken>) -> (WindowState, Arc<Lesson>, Trace) {
    let lesson = embedded_lesson(FIRST);
    let trace = trace_of(&lesson);
    let mut state = WindowState::new(Lang::Ko);
    if let Some(taken) = progress {
        state.progress.note(FIRST, taken);
    }
    state.course = Some(Course::new(Arc::clone(&lesson)));
    state.receive(News::Connected { socket: "/nowhere".into() });
    (state, lesson, trace)
}

#[test]
fn a_live_recording_is_not_lost_unasked() {
    let leaves: [Command; 3] =
        [SourceCommand::StartPage.into(), SourceCommand::Again.into(), SourceCommand::StartPage.into()];
    for (number, leave) in leaves.into_iter().enumerate() {
        let (mut state, lesson, trace) = as_live(None);
        let started = rests(&lesson, &trace)[0].position;
        // An engine that only started has nothing to lose.
        let ended = (1..started).find(|at| trace.seek(*at).ops.values().any(|op| op.outcome.is_some())).unwrap();
        state.receive(events(&trace, 0, ended));
        assert!(!state.would_lose());
        state.receive(events(&trace, ended, trace.len()));
        state.receive(waiting(vec![]));
        assert!(state.would_lose());
        assert!(state.apply(leave.clone()).is_none(), "{leave:?}");
        assert_eq!((state.overlay, &state.origin), (Some(Overlay::Leave), &Origin::Live), "{leave:?}");
        match number {
            // Not after all.
            0 => {
                state.apply(ViewCommand::Escape.into());
                assert_eq!((state.overlay, state.trace.len()), (None, trace.len()));
                assert!(state.apply(SourceCommand::LeaveNow.into()).is_none(), "nothing is asked any more");
            }
            // Though it is lost.
            1 => {
                let effect = state.apply(SourceCommand::LeaveNow.into());
                assert!(matches!(effect, Some(Effect::OpenLesson { .. })), "{effect:?}");
            }
            // Once it is saved.
            _ => {
                state.apply(PathCommand::Ask(Ask::Save).into());
                let effect = state.apply(PathCommand::Chosen(Ask::Save, "/x".into()).into());
                assert!(matches!(effect, Some(Effect::WriteTrace(_))), "{effect:?}");
                assert!(state.would_lose(), "as long as it is not written");
                let effect = state.was_saved();
                assert!(matches!(effect, Some(Effect::Disconnect)), "{effect:?}");
                assert_eq!(state.origin, Origin::Nothing);
            }
        }
    }
}

#[test]
fn the_question_before_a_lesson_begins_anew_says_what_is_lost_and_what_stays() {
    for (lang, again, lost, stays, leave) in [
        (
            Lang::Ko,
            "레슨을 처음부터 다시",
            "만든 컨테이너, 받은 이미지",
            "다른 레슨의 진도는 그대로",
            "녹화를 저장할까요?",
        ),
        (Lang::En, "Start this lesson over?", "the pulled images", "other lessons stay", "Save the recording?"),
    ] {
        let (state, _, trace) = as_live(None);
        let mut window = window(Open::Start, None);
        let size = trace.len();
        app_mut(&mut window).state = state;
        let state = &mut app_mut(&mut window).state;
        state.lang = lang;
        state.receive(events(&trace, 0, size));
        state.receive(waiting(vec![]));
        tell(&mut window, SourceCommand::Again);
        window.run_steps(2);
        window.get_by_label_contains(again);
        window.get_by_label_contains(lost);
        window.get_by_label_contains(stays);
        tell(&mut window, ViewCommand::Escape);
        tell(&mut window, SourceCommand::StartPage);
        window.run_steps(2);
        assert!(window.query_by_label_contains(lost).is_none(), "{lang:?}");
        assert!(window.query_by_label_contains(leave).is_some(), "{lang:?}");
    }
}

#[test]
fn on_an_engine_the_pages_before_are_done_again_by_the_same_next_action() {
    let question = |step: &str, question: &str, choice| Prediction {
        step: step.to_owned(),
        question: question.to_owned(),
        choice: Some(choice),
        right: None,
    };
    let predictions = vec![question("tag", "tag-target", 0), question("config", "image-id", 2)];
    let target = 9;
    let taken = Taken { page: target, of: 14, done: false, predictions };
    let (mut state, lesson, trace) = as_live(Some(taken));
    assert!(state.is_taking_up());
    let rests: Vec<_> = rests(&lesson, &trace).iter().map(|rest| rest.position).collect();
    let start = (1..rests[0]).find(|at| trace.seek(*at).ops.values().all(|op| op.outcome.is_some())).unwrap();
    assert!(state.tick(Duration::from_millis(16)).is_none(), "nothing is run before the engine's past is known");
    state.receive(events(&trace, 0, start));
    state.receive(waiting(vec![]));
    let (mut at, mut run, mut let_go) = (start, Vec::new(), 0);
    for _ in 0..2000 {
        if !state.is_taking_up() {
            break;
        }
        let page = state.course.as_ref().unwrap().runner().progress().step;
        match state.tick(Duration::from_millis(16)) {
            None => continue,
            Some(Effect::RunFor { line, .. }) => run.push(line),
            Some(Effect::Gate(GateCommand::RunTo { .. } | GateCommand::Continue)) => let_go += 1,
            other => panic!("{other:?}"),
        }
        // The engine does what was recorded, as far as this page's stop.
        let page = page.max(state.course.as_ref().unwrap().runner().progress().step);
        state.receive(events(&trace, at, rests[page]));
        at = rests[page].max(at);
        let step = trace.next_step(at).map(|record| record.step);
        let waits = lesson.script.steps[page].stop_at.is_some();
        state.receive(waiting(step.into_iter().filter(|_| waits).collect()));
    }
    assert_eq!(state.course.as_ref().unwrap().runner().progress().step, target);
    assert_eq!(run.len(), 2, "each command once: {run:?}");
    assert!(let_go > 3, "{let_go}");
    let found: Vec<_> =
        state.course.as_ref().unwrap().runner().predictions().map(|one| (one.1, one.2, one.3)).collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.contains(&("tag-target", Some(0), Some(true))), "{found:?}");
    assert!(found.contains(&("image-id", Some(2), Some(true))), "{found:?}");
}

#[test]
fn who_does_not_want_to_wait_for_the_pages_before_stops_that() {
    let (mut state, _, _) = as_live(Some(Taken { page: 5, of: 14, ..Taken::default() }));
    assert!(state.is_taking_up());
    state.apply(ViewCommand::Escape.into());
    assert!(!state.is_taking_up() && state.course.is_some());
}

/// What a lesson lets be run is understood by the window's field, as what a learner types is.
#[test]
fn every_command_of_a_lesson_is_one_that_the_window_runs() {
    let grammar = dockwalk::cli::grammar(Lang::En);
    let mut lines = 0;
    for source in embedded() {
        let lesson = Lesson::parse(&source).unwrap();
        for (line, refused) in lesson.script.steps.iter().filter_map(|step| Some((step.run.as_ref()?, step.refused))) {
            if refused {
                assert!(dockwalk::line::command(Some(&grammar), line).is_err(), "{line}");
                continue;
            }
            let line = line
                .replace("{{bind}}", "/bind")
                .replace("{{outside}}", "192.0.2.1")
                .replace("{{top}}", &format!("sha256:{}", "0".repeat(64)));
            let words =
                dockwalk::line::command(Some(&grammar), &line).unwrap_or_else(|problem| panic!("{line}: {problem:?}"));
            assert!(words[0] == "docker" || dockwalk::line::OWN.contains(&&*words[0]), "{words:?}");
            lines += 1;
        }
    }
    assert!(lines > 15, "{lines}");
    for wrong in ["dockwalk registry mvoe a b", "registry move lab/app:1 lab/app:2", "dockwalk registry damage"] {
        assert!(dockwalk::line::command(Some(&grammar), wrong).is_err(), "{wrong}");
    }
}

/// What the command line refuses, and keys that only take a terminal off, leave nothing in a trace: on an engine such a page is done when
/// it was done, in a recording at once.
#[test]
fn a_step_that_leaves_no_trace_is_done_once_somebody_did_it() {
    let lesson = embedded_lesson("04-life");
    let trace = trace_of(&lesson);
    let rests: Vec<_> = rests(&lesson, &trace).iter().map(|rest| rest.position).collect();
    let unseen = lesson.script.steps.iter().position(|step| step.refused).unwrap();
    assert_eq!(rests[unseen], rests[unseen - 1]);

    let mut state = WindowState::new(Lang::Ko);
    state.course = Some(Course::new(Arc::clone(&lesson)));
    state.receive(News::Connected { socket: "/nowhere".into() });
    state.receive(events(&trace, 0, rests[unseen]));
    state.receive(waiting(vec![]));
    state.apply(LessonCommand::Go(unseen).into());
    assert_eq!(state.place(), Some(Place::Before));
    let line = lesson.script.steps[unseen].run.clone().unwrap();
    assert_eq!(state.mover(), Mover::Run(line));
    let effect = state.apply(LessonCommand::Run.into());
    assert!(matches!(effect, Some(Effect::RunFor { .. })), "{effect:?}");
    assert_eq!(state.place(), Some(Place::Here));
    // It stays done when somebody comes back to it.
    state.apply(LessonCommand::Go(unseen - 1).into());
    state.apply(LessonCommand::Go(unseen).into());
    assert_eq!(state.place(), Some(Place::Here));
}
