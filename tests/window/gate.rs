//! The gate in the top bar: what it is, who waits at it, and its switch; and what is said while no engine answers.

use crate::common::{Window, app, app_mut, open};
use crate::sample;
use dockwalk::client::GateView;
use dockwalk::client::protocol::Caller;
use dockwalk::i18n::Lang;
use dockwalk::trace::{Code, Level, Plan, Problem, Step, StepKind};
use dockwalk::ui::Options;
use dockwalk::ui::command::PlaybackCommand;
use dockwalk::ui::source::News;
use dockwalk::ui::state::{By, Effect, Mode};
use egui_kittest::kittest::Queryable;
use std::sync::Arc;

fn window(lang: Lang, size: (f32, f32)) -> Window {
    let mut window = open(Options { lang: Some(lang), ..Options::default() }, size);
    receive(&mut window, News::Connected { socket: "/nowhere/dockwalk.sock".into() });
    receive(&mut window, News::Events(sample::shell_run().events.into_iter().map(Arc::new).collect()));
    window
}

fn receive(window: &mut Window, news: News) {
    app_mut(window).state.receive(news);
    window.run_steps(2);
}

fn gate(open: bool, waits: &[(&str, u32)]) -> News {
    let step = |(number, _): (usize, &(&str, u32))| {
        let (id, op) = (1000 + number as u64, 3 + number as u64);
        Step { id, op, parent: None, plan: Plan::new(StepKind::CreateVeth, "veth") }
    };
    let waiting: Vec<Step> = waits.iter().enumerate().map(step).collect();
    let callers = waiting.iter().zip(waits).filter(|(_, (program, _))| !program.is_empty());
    let callers = callers
        .map(|(step, (program, pid))| {
            (step.op, Caller { pid: *pid, program: (*program).to_owned(), words: Vec::new() })
        })
        .collect();
    let breakpoints = Default::default();
    News::Gate(Box::new(GateView {
        held: true,
        open,
        passing: false,
        level: Level::Stage,
        breakpoints,
        waiting,
        callers,
    }))
}

#[test]
fn it_says_whether_it_is_open_and_who_waits() {
    for (lang, closed, outside, engine, opened) in [
        (
            Lang::Ko,
            "게이트 닫힘 · 밖에서 온 명령도 여기서 멈춤",
            "게이트 닫힘 · 밖의 docker(PID 4711) 대기 중",
            "게이트 닫힘 · 엔진 대기 중",
            "게이트 열림",
        ),
        (
            Lang::En,
            "gate closed · stops commands from outside, too",
            "gate closed · docker from outside (PID 4711) waits",
            "gate closed · the engine waits",
            "gate open",
        ),
    ] {
        let mut window = window(lang, (1600.0, 900.0));
        receive(&mut window, gate(false, &[]));
        window.get_by_label(closed);
        receive(&mut window, gate(false, &[("docker", 4711)]));
        window.get_by_label(outside);
        receive(&mut window, gate(false, &[("", 0)]));
        window.get_by_label(engine);
        receive(&mut window, gate(true, &[]));
        window.get_by_label(opened);
    }
}

#[test]
fn a_gate_that_was_told_to_go_on_is_no_closed_one() {
    let mut window = window(Lang::Ko, (1600.0, 900.0));
    let News::Gate(view) = gate(false, &[]) else { unreachable!() };
    receive(&mut window, News::Gate(Box::new(GateView { passing: true, ..*view })));
    window.get_by_label("게이트 열림 · 중단점까지 계속하는 중");
    let order = app_mut(&mut window).state.apply(PlaybackCommand::Gate.into());
    assert!(matches!(order, Some(Effect::Gate(dockwalk::client::GateCommand::Close))), "{order:?}");
}

#[test]
fn in_a_narrow_window_it_is_shorter_and_still_there() {
    for size in [(960.0, 640.0), (1024.0, 700.0), (1280.0, 720.0)] {
        for lang in Lang::ALL {
            let mut window = window(lang, size);
            receive(&mut window, gate(false, &[("docker", 4711)]));
            let label = if lang == Lang::Ko { "게이트 닫힘" } else { "gate closed" };
            let chip =
                window.get_all_by_label_contains(label).next().unwrap_or_else(|| panic!("{size:?} {lang:?}")).rect();
            let level = window.get_by_label(if lang == Lang::Ko { "이야기" } else { "Story" }).rect();
            assert!(chip.max.x <= level.min.x, "{size:?} {lang:?}: {chip:?} reaches into {level:?}");
        }
    }
}

#[test]
fn the_switch_opens_what_is_closed_and_closes_what_is_open() {
    let mut window = window(Lang::Ko, (1440.0, 900.0));
    receive(&mut window, gate(false, &[]));
    let order = |window: &mut Window| match app_mut(window).state.apply(PlaybackCommand::Gate.into()) {
        Some(Effect::Gate(order)) => format!("{order:?}"),
        other => format!("{other:?}"),
    };
    assert_eq!(order(&mut window), "Open");
    receive(&mut window, gate(true, &[]));
    assert_eq!(order(&mut window), "Close");
    receive(&mut window, News::Lost(Problem::new(Code::EngineUnreachable).with("socket", "x").with("reason", "y")));
    assert_eq!(order(&mut window), "None", "there is nobody to be told");
}

#[test]
fn live_is_said_only_while_the_engine_answers() {
    let mut window = window(Lang::Ko, (1440.0, 900.0));
    receive(&mut window, gate(false, &[]));
    window.get_by_label("실시간");
    let lost = || Problem::new(Code::EngineUnreachable).with("socket", "/run/e.sock").with("reason", "refused");
    for back in [News::Back, gate(false, &[]), News::Events(Vec::new())] {
        receive(&mut window, News::Lost(lost()));
        assert!(window.query_by_label("실시간").is_none());
        window.get_by_label("엔진이 응답하지 않음 · 기다리는 중");
        assert!(window.query_all_by_label_contains("게이트").next().is_none(), "nothing is known of its gate");
        assert!(app(&window).state.notice.is_some());
        receive(&mut window, back);
        window.get_by_label("실시간");
        assert!(app(&window).state.notice.is_none());
    }
}

#[test]
fn a_window_that_waits_for_its_engine_asks_for_no_frames() {
    let mut window = window(Lang::Ko, (1440.0, 900.0));
    receive(&mut window, gate(false, &[("docker", 1)]));
    receive(&mut window, News::Lost(Problem::new(Code::EngineUnreachable).with("socket", "x").with("reason", "y")));
    window.run_steps(120);
    let delay = window.output().viewport_output.values().map(|viewport| viewport.repaint_delay).min();
    assert!(delay.is_some_and(|delay| delay.as_secs() > 60), "asks for a frame after {delay:?}");
}

/// What the gate is, as the engine says it.
fn mode(open: bool, passing: bool) -> News {
    let News::Gate(view) = gate(open, &[]) else { unreachable!() };
    News::Gate(Box::new(GateView { passing, ..*view }))
}

#[test]
fn a_change_that_nobody_clicked_is_told_with_who_did_it() {
    for (lang, other, ours, arrived) in [
        (
            Lang::Ko,
            "다른 창이나 프로그램: 게이트를 열었습니다",
            "이 창의 진행 명령: 다음에 멈출 단계까지 게이트를 열었습니다",
            "멈출 단계에 이르러 게이트를 다시 닫았습니다",
        ),
        (
            Lang::En,
            "another window or program: opened the gate",
            "this window's command: opened the gate up to the next stop",
            "the stop was reached, and the gate is closed again",
        ),
    ] {
        let mut window = window(lang, (1440.0, 900.0));
        // How it is found is no change.
        receive(&mut window, mode(true, false));
        assert_eq!(app(&window).state.gate.note, None, "{lang:?}");
        receive(&mut window, mode(false, false));
        receive(&mut window, mode(true, false));
        window.get_by_label(other);
        // The user's own click needs not be told.
        let order = app_mut(&mut window).state.apply(PlaybackCommand::Gate.into());
        assert!(matches!(order, Some(Effect::Gate(_))));
        receive(&mut window, mode(false, false));
        assert_eq!(app(&window).state.gate.note, None, "{lang:?}");
        assert!(window.query_by_label(other).is_none(), "{lang:?}");
        // A command of the window's, and what comes of it.
        receive(&mut window, gate(false, &[("docker", 4711)]));
        let order = app_mut(&mut window).state.apply(PlaybackCommand::Continue.into());
        assert!(matches!(order, Some(Effect::Gate(dockwalk::client::GateCommand::Continue))), "{order:?}");
        receive(&mut window, mode(false, true));
        window.get_by_label(ours);
        receive(&mut window, gate(false, &[("docker", 4711)]));
        window.get_by_label(arrived);
        assert!(window.query_by_label(ours).is_none(), "{lang:?}: the latest");
        // After a while it is not in the way.
        window.run_steps(60);
        assert!(window.query_by_label(arrived).is_none(), "{lang:?}");
    }
}

#[test]
fn what_the_lesson_does_to_the_gate_is_its_own_and_its_end_restores_what_the_user_had() {
    for user_opens in [false, true] {
        let mut window = crate::lesson::lesson_in(crate::lesson::LESSONS[0], Lang::Ko, (1440.0, 900.0));
        receive(&mut window, News::Connected { socket: "/nowhere/dockwalk.sock".into() });
        receive(&mut window, mode(false, false));
        let state = &mut app_mut(&mut window).state;
        if user_opens {
            let order = state.apply(PlaybackCommand::Gate.into());
            assert!(matches!(order, Some(Effect::Gate(dockwalk::client::GateCommand::Open))));
            state.receive(mode(true, false));
        }
        let run = state.apply(dockwalk::ui::command::LessonCommand::Onward.into());
        assert!(matches!(run, Some(Effect::RunFor { until: Some(_), .. })), "{run:?}");
        receive(&mut window, mode(false, true));
        // To who pressed the lesson's button it is no news.
        let note = app(&window).state.gate.note.expect("it is noted");
        assert_eq!((note.by, note.mode), (By::Lesson, Mode::Passing));
        assert!(window.query_by_label_contains("게이트를 열었습니다").is_none());
        // It did not come to its stop, and the lesson is over.
        let state = &mut app_mut(&mut window).state;
        let order = state.restore_gate();
        match (user_opens, order) {
            (false, Some(Effect::Gate(dockwalk::client::GateCommand::Close))) => {}
            (true, Some(Effect::Gate(dockwalk::client::GateCommand::Open))) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// A command that failed before the lesson's stop, or never began, leaves no gate that lets the next one through.
#[test]
fn a_lessons_command_that_fails_gives_the_gate_back_and_can_be_run_again() {
    use dockwalk::client::GateCommand;
    use dockwalk::ui::command::LessonCommand;
    use dockwalk::ui::state::Mover;
    for lang in Lang::ALL {
        for (user_opens, status) in [(false, Some(1)), (true, Some(125)), (false, None), (false, Some(0))] {
            let mut window = crate::lesson::lesson_in(crate::lesson::LESSONS[0], lang, (1440.0, 900.0));
            receive(&mut window, News::Connected { socket: "/nowhere/dockwalk.sock".into() });
            receive(&mut window, mode(false, false));
            let state = &mut app_mut(&mut window).state;
            if user_opens {
                state.apply(PlaybackCommand::Gate.into());
                state.receive(mode(true, false));
            }
            let Some(Effect::RunFor { line, .. }) = state.apply(LessonCommand::Onward.into()) else { panic!() };
            assert_eq!(state.mover(), Mover::Wait);
            match status {
                Some(status) => state.lesson_command_ended(&line, status),
                None => state.nothing_came_of_it(),
            }
            // The engine's word that it was opened comes after the end.
            let early = state.give_gate_back();
            assert!(early.is_none(), "{early:?}");
            state.receive(mode(false, true));
            let back = state.give_gate_back();
            let said = state.notice.as_ref().and_then(|notice| notice.problem.clone()).map(|problem| problem.code);
            match (user_opens, status, back) {
                (_, Some(0), None) => assert_eq!(said, None),
                (false, _, Some(Effect::Gate(GateCommand::Close)))
                | (true, _, Some(Effect::Gate(GateCommand::Open))) => {
                    assert_eq!(state.mover(), Mover::Run(line), "{status:?}: the next action is the same again");
                    assert_eq!(said, status.map(|_| Code::LessonRunFailed));
                    let twice = state.give_gate_back();
                    assert!(twice.is_none(), "{twice:?}");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Who goes on by himself after such a failure has the gate that he asked for.
#[test]
fn what_the_user_wants_of_the_gate_since_is_not_taken_back() {
    let mut window = crate::lesson::lesson_in(crate::lesson::LESSONS[0], Lang::Ko, (1440.0, 900.0));
    receive(&mut window, News::Connected { socket: "/nowhere/dockwalk.sock".into() });
    receive(&mut window, mode(false, false));
    let state = &mut app_mut(&mut window).state;
    state.apply(dockwalk::ui::command::LessonCommand::Onward.into());
    state.lesson_command_ended("docker image pull lab/shell:1", 1);
    state.apply(dockwalk::ui::command::LessonCommand::Onward.into());
    state.receive(mode(false, true));
    let back = state.give_gate_back();
    assert!(back.is_none(), "it was run again: {back:?}");
}
