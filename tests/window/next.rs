//! The one next action: no second button looks like it, what does nothing does not, and a hint that names its key says what it does.

use crate::common::{Window, app, app_mut, open, press, tell};
use crate::lesson::{LESSONS, lesson_in, onward};
use crate::sample;
use dockwalk::client::GateView;
use dockwalk::i18n::Lang;
use dockwalk::trace::{Level, Plan, Step, StepKind};
use dockwalk::ui::Options;
use dockwalk::ui::command::{PathCommand, PlaybackCommand, ViewCommand};
use dockwalk::ui::source::News;
use dockwalk::ui::state::{Ask, Mover};
use egui::{CornerRadius, Key, Rect};
use egui_kittest::kittest::Queryable;
use std::path::Path;
use std::sync::Arc;

/// The plates in the accent's colour: what looks like the one thing to do next.
fn primaries(window: &Window) -> Vec<Rect> {
    let accent = dockwalk::ui::theme::Theme::of(&window.ctx).accent;
    let like = |color: egui::Color32| {
        let near = |a: u8, b: u8| a.abs_diff(b) < 40;
        near(color.r(), accent.r()) && near(color.g(), accent.g()) && near(color.b(), accent.b()) && color.a() > 200
    };
    let shapes = window.output().shapes.iter().filter_map(|clipped| match &clipped.shape {
        egui::Shape::Rect(shape)
            if shape.corner_radius == CornerRadius::same(6) && shape.rect.height() >= 24.0 && like(shape.fill) =>
        {
            Some(shape.rect)
        }
        _ => None,
    });
    shapes.collect()
}

fn shows_a_question(window: &Window) -> bool {
    app(window).state.open_question().is_some_and(|(id, _)| app(window).state.mover() == Mover::Predict(id))
}

/// Through the whole lesson; at each stop as many as act.
fn walk(name: &str, lang: Lang) {
    let mut window = lesson_in(name, lang, (1440.0, 900.0));
    let mut seen = 0;
    for _ in 0..400 {
        if app(&window).state.course.is_none() || app(&window).state.course.as_ref().unwrap().is_ended() {
            break;
        }
        if matches!(app(&window).state.mover(), Mover::Predict(_)) {
            press(&mut window, Key::Space);
            window.run_steps(3);
            assert!(shows_a_question(&window));
            assert_eq!(primaries(&window), [], "{name}: a question is shown, and nothing but a choice leads on");
            press(&mut window, Key::Num1);
            window.run_steps(3);
        } else {
            onward(&mut window, true);
        }
        window.run_steps(3);
        let mover = app(&window).state.mover();
        let wanted = usize::from(mover.acts() && !shows_a_question(&window));
        assert_eq!(primaries(&window).len(), wanted, "{name} {:?} {mover:?}", app(&window).state.face());
        seen += 1;
    }
    assert!(seen > 10, "{name}: {seen}");
    // The page at its end.
    assert_eq!(primaries(&window).len(), 1, "{name}");
}

#[test]
fn at_every_stop_of_the_first_lesson_one_button_looks_like_the_next_action() {
    walk(LESSONS[0], Lang::Ko);
}

#[test]
fn at_every_stop_of_the_second_lesson_one_button_looks_like_the_next_action() {
    walk(LESSONS[1], Lang::En);
}

#[test]
fn at_every_stop_of_the_third_lesson_one_button_looks_like_the_next_action() {
    walk(LESSONS[2], Lang::Ko);
}

fn live(lang: Lang) -> Window {
    let mut window = open(Options { lang: Some(lang), ..Options::default() }, (1440.0, 900.0));
    app_mut(&mut window).state.receive(News::Connected { socket: "/nowhere/dockwalk.sock".into() });
    window.run_steps(3);
    window
}

fn waits(window: &mut Window) {
    let step = Step { id: 1000, op: 3, parent: None, plan: Plan::new(StepKind::CreateVeth, "veth") };
    let (breakpoints, callers) = (Default::default(), Default::default());
    let (level, waiting) = (Level::Stage, vec![step]);
    let view = GateView { held: true, open: false, passing: false, level, breakpoints, waiting, callers };
    app_mut(window).state.receive(News::Gate(Box::new(view)));
    window.run_steps(2);
}

#[test]
fn outside_a_lesson_and_under_a_question_there_is_one_as_well() {
    for lang in Lang::ALL {
        let mut window = live(lang);
        // Nothing is there to be stepped: the command that is offered is the one thing to do.
        assert_eq!(primaries(&window).len(), 1, "{lang:?}: idle");
        let events = sample::shell_run().events.into_iter().map(Arc::new).collect();
        app_mut(&mut window).state.receive(News::Events(events));
        waits(&mut window);
        tell(&mut window, PlaybackCommand::Home);
        assert_eq!(primaries(&window).len(), 1, "{lang:?}: a step");
        tell(&mut window, PathCommand::Ask(Ask::Save));
        window.run_steps(3);
        assert_eq!(primaries(&window).len(), 1, "{lang:?}: the dialog's");
        tell(&mut window, ViewCommand::Escape);
        // What can be broken is offered, and not the next thing to do.
        let world = app(&window).state.trace.head();
        let digest = world.manifests.keys().next().unwrap().clone();
        tell(&mut window, PlaybackCommand::End);
        tell(&mut window, ViewCommand::Select(Some(dockwalk::trace::Entity::Manifest(digest))));
        window.run_steps(3);
        assert!(primaries(&window).len() <= 1, "{lang:?}: {:?}", primaries(&window));
    }
}

/// Runs what prints nothing in a terminal.
fn silent(window: &mut Window, title: &str) {
    let argv = ["/bin/sh", "-c", "read x"].map(str::to_owned);
    app_mut(window).terminals.run(title, &argv, Path::new("/nowhere"), Lang::Ko, || ()).unwrap();
    window.run_steps(3);
}

#[test]
fn the_hint_of_what_waits_at_the_gate_says_what_the_key_does_now() {
    let events = || News::Events(sample::shell_run().events.into_iter().map(Arc::new).collect());
    // In free play it lets the step go.
    let mut window = live(Lang::Ko);
    app_mut(&mut window).state.receive(events());
    silent(&mut window, "docker run");
    waits(&mut window);
    // What waits has to be in the trace to have a name.
    let mover = app(&window).state.mover();
    let hint = |window: &Window| {
        let nodes = window.query_all_by_label_contains("게이트에서 멈춰 있습니다.");
        nodes.filter_map(|node| egui_kittest::kittest::NodeT::accesskit_node(&node).label()).next().unwrap()
    };
    assert_eq!(hint(&window).contains("[Space]"), mover.acts(), "{mover:?}: {}", hint(&window));
    // While the terminal has the keys, it is no key of the window.
    window.get_by_label("터미널 docker run").click();
    window.run_steps(2);
    assert!(!hint(&window).contains("[Space]") && hint(&window).contains("Ctrl+`"), "{}", hint(&window));
    // In a lesson it is the lesson's.
    let mut window = lesson_in(LESSONS[0], Lang::Ko, (1440.0, 900.0));
    app_mut(&mut window).state.receive(News::Connected { socket: "/nowhere/dockwalk.sock".into() });
    silent(&mut window, "docker run");
    waits(&mut window);
    let primary = window.get_all_by_role(egui::accesskit::Role::Button);
    let names: Vec<String> =
        primary.filter_map(|node| egui_kittest::kittest::NodeT::accesskit_node(&node).label()).collect();
    let said = hint(&window);
    let action = said.split("[Space] ").nth(1).unwrap_or_else(|| panic!("it names the key: {said}"));
    assert!(names.iter().any(|name| name == action), "{said}: {names:?}");
    let before = app(&window).state.mover();
    assert!(matches!(before, Mover::GoOn(_)), "{before:?}");
}

#[test]
fn no_message_names_the_key_of_the_next_action_without_saying_what_it_does_now() {
    for lang in ["ko", "en"] {
        for entry in std::fs::read_dir(format!("{}/src/i18n/{lang}", env!("CARGO_MANIFEST_DIR"))).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for line in text.lines().filter(|line| line.contains("Space")) {
                // A program outside the window knows no more than which button it is.
                let (key, said) = line.split_once(" = ").unwrap();
                let named =
                    said.contains("{ $action }") || said.contains("단추(Space)") || said.contains("button (Space)");
                assert!(named, "{lang} {key}: {said}");
            }
        }
    }
}

#[test]
fn before_a_choice_the_page_says_that_one_has_to_choose() {
    for (lang, says) in [(Lang::Ko, "먼저 고르세요"), (Lang::En, "Choose first")] {
        let mut window = lesson_in(LESSONS[0], lang, (1440.0, 900.0));
        while !matches!(app(&window).state.mover(), Mover::Predict(_)) {
            onward(&mut window, true);
        }
        press(&mut window, Key::Space);
        window.run_steps(3);
        window.get_by_label_contains(says);
        assert!(window.query_by_label(if lang == Lang::Ko { "예상 고르기" } else { "Predict" }).is_none());
        press(&mut window, Key::Num1);
        window.run_steps(3);
        assert!(window.query_by_label_contains(says).is_none());
    }
}
