//! The window by keys alone: where Tab leads, what digits do while a question is open, what has the keys is seen; and what a screen
//! reader is told of the picture and of what happened.

use crate::common::{Window, app, press, tell};
use crate::lesson::{LESSONS, lesson_in, page};
use dockwalk::i18n::{Lang, Words};
use dockwalk::lesson::QuestionState;
use dockwalk::trace::Level;
use dockwalk::ui::command::{self, LessonCommand, ViewCommand};
use dockwalk::ui::diagrams::Tab;
use dockwalk::ui::state::{Face, Mover};
use egui::accesskit::{Live, Role};
use egui::{Event, Key, Modifiers, Rect};
use egui_kittest::kittest::{NodeT, Queryable};

const SIZE: (f32, f32) = (1440.0, 900.0);

/// By Space to the first question that has to be answered.
fn to_question(window: &mut Window) -> String {
    for _ in 0..400 {
        if let Some((id, _)) = app(window).state.open_question() {
            return id;
        }
        press(window, Key::Space);
        for _ in 0..20_000 {
            if app(window).state.mover() != Mover::Wait {
                break;
            }
            window.run_steps(4);
        }
    }
    panic!("no question was asked");
}

fn predicted(window: &Window, id: &str) -> Option<usize> {
    let view = page(window);
    let question = view.questions.iter().find(|one| one.id == id)?;
    match question.state {
        QuestionState::Predicted(choice) => Some(choice),
        _ => None,
    }
}

#[test]
fn a_question_is_answered_by_digits_and_the_level_stays() {
    for (name, lang) in LESSONS.into_iter().zip([Lang::Ko, Lang::En, Lang::Ko]) {
        let mut window = lesson_in(name, lang, SIZE);
        let id = to_question(&mut window);
        let level = app(&window).state.cursor.level();
        // A digit that stands for no choice is a slip.
        press(&mut window, Key::Num9);
        assert_eq!((predicted(&window, &id), app(&window).state.cursor.level()), (None, level), "{name}");
        press(&mut window, Key::Num2);
        assert_eq!(predicted(&window, &id), Some(1), "{name}");
        assert_eq!(app(&window).state.cursor.level(), level);
        assert_eq!(app(&window).state.face(), Face::Ask(id.clone()));
        press(&mut window, Key::Num1);
        assert_eq!(predicted(&window, &id), Some(0), "{name}: it may be thought over");
        // With Ctrl it is still the picture's.
        window.key_press_modifiers(Modifiers::COMMAND, Key::Num4);
        window.run_steps(2);
        assert_eq!((app(&window).state.tab, predicted(&window, &id)), (Tab::Storage, Some(0)));
    }
}

#[test]
fn where_no_question_is_seen_digits_are_the_levels() {
    let mut window = lesson_in(LESSONS[0], Lang::Ko, SIZE);
    press(&mut window, Key::Num3);
    assert_eq!(app(&window).state.cursor.level(), Level::Kernel);
    press(&mut window, Key::Num2);
    assert_eq!(app(&window).state.cursor.level(), Level::Stage);
    let id = to_question(&mut window);
    tell(&mut window, LessonCommand::Face(Face::Text));
    press(&mut window, Key::Num3);
    assert_eq!((app(&window).state.cursor.level(), predicted(&window, &id)), (Level::Kernel, None));
    tell(&mut window, LessonCommand::Face(Face::Ask(id.clone())));
    // Before a class the choices are not seen: no key chooses among them.
    press(&mut window, Key::F);
    press(&mut window, Key::Num1);
    assert_eq!((app(&window).state.cursor.level(), predicted(&window, &id)), (Level::Story, None));
}

/// Where the control is that has the keys.
fn focused(window: &Window) -> Option<(Rect, String)> {
    let id = window.ctx.memory(egui::Memory::focused)?;
    let rect = window.ctx.read_response(id)?.rect;
    let mut nodes = window.root().children_recursive().filter(|node| node.is_focused());
    let name = nodes.next().and_then(|node| node.accesskit_node().label()).unwrap_or_default();
    Some((rect, name))
}

#[test]
fn tab_leads_from_the_lesson_over_the_picture_to_the_timeline_and_the_settings() {
    for lang in Lang::ALL {
        let words = Words::new(lang);
        let mut window = lesson_in(LESSONS[0], lang, SIZE);
        tell(&mut window, ViewCommand::Tab(2));
        let onward = app(&window).state.mover();
        assert_eq!(onward, Mover::Play);
        let mut names: Vec<String> = vec![];
        for _ in 0..120 {
            press(&mut window, Key::Tab);
            let (_, name) = focused(&window).expect("something has the keys");
            if names.first() == Some(&name) && names.len() > 20 {
                break;
            }
            names.push(name);
        }
        let at = |key: &str| {
            let label = words.say(key);
            names.iter().position(|name| *name == label).unwrap_or_else(|| panic!("no {label} in {names:#?}"))
        };
        let places = ["mover-play", "scene-tab-image", "key-tab-3", "dock-open", "key-step", "key-help"].map(at);
        assert!(places.is_sorted(), "{places:?} in {names:#?}");
        press(&mut window, Key::Escape);
        assert_eq!(focused(&window).map(|(_, name)| name), None);
    }
}

#[test]
fn what_has_the_keys_is_pressed_by_enter_and_by_space() {
    for key in [Key::Enter, Key::Space] {
        let mut window = lesson_in(LESSONS[0], Lang::Ko, SIZE);
        let before = app(&window).state.cursor.position();
        window.get_by_label("레이어").focus();
        window.run_steps(2);
        press(&mut window, key);
        assert_eq!(app(&window).state.tab, Tab::Layers, "{key:?}");
        assert_eq!(app(&window).state.cursor.position(), before, "{key:?} is the control's");
    }
}

/// The frames painted in the accent, two points thick.
fn rings(window: &Window) -> Vec<Rect> {
    let accent = dockwalk::ui::theme::Theme::of(&window.ctx).accent;
    let shapes = window.output().shapes.iter().filter_map(|clipped| match &clipped.shape {
        egui::Shape::Rect(shape) if shape.stroke.width == 2.0 && shape.stroke.color == accent => Some(shape.rect),
        _ => None,
    });
    shapes.collect()
}

#[test]
fn the_control_that_has_the_keys_has_a_ring() {
    let mut window = lesson_in(LESSONS[0], Lang::Ko, SIZE);
    assert_eq!(rings(&window), []);
    for _ in 0..25 {
        press(&mut window, Key::Tab);
        let (at, name) = focused(&window).unwrap();
        let rings = rings(&window);
        assert_eq!(rings.len(), 1, "{name}");
        assert!(at.expand(1.0).contains_rect(rings[0]), "{name}: {at:?} {rings:?}");
    }
    press(&mut window, Key::Escape);
    assert_eq!(rings(&window), []);
}

#[test]
fn a_picture_is_named_and_described_and_what_happened_is_said() {
    for lang in Lang::ALL {
        let words = Words::new(lang);
        let mut window = lesson_in(LESSONS[0], lang, SIZE);
        let _ = to_question(&mut window);
        for (number, tab) in Tab::ALL.into_iter().enumerate() {
            tell(&mut window, ViewCommand::Tab(number));
            let spoken = app(&window).seen(tab).unwrap().scene.spoken.clone();
            assert!(!spoken.is_empty());
            let figure = window.get_by_role(Role::Figure);
            assert_eq!(figure.accesskit_node().label(), Some(words.say(tab.figure())));
            assert_eq!(figure.accesskit_node().description(), Some(spoken), "{tab:?}");
        }
        let said = window.get_by_role(Role::Status);
        assert_eq!(said.accesskit_node().live(), Live::Polite);
        press(&mut window, Key::F);
        assert_eq!(window.get_by_role(Role::Status).accesskit_node().live(), Live::Polite);
        assert!(window.get_by_role(Role::Figure).accesskit_node().description().is_some());
    }
}

#[test]
fn the_keys_are_a_picture_that_is_whole_at_1280_by_720() {
    for lang in Lang::ALL {
        for size in [(1280.0, 720.0), (1440.0, 900.0)] {
            let words = Words::new(lang);
            let mut window = lesson_in(LESSONS[0], lang, size);
            press(&mut window, Key::Questionmark);
            window.run_steps(6);
            let view = Rect::from_min_size(egui::Pos2::ZERO, size.into());
            let picture = window.get_by_label(&words.say("help-picture")).rect();
            assert!(view.contains_rect(picture), "{lang:?} {size:?}: {picture:?}");
            let more = ["help-clicker", "help-answers", "help-tab", "help-terminal"].map(str::to_owned);
            let keys = command::bindings().into_iter().map(|binding| format!("key-{}", binding.name));
            for key in keys.chain(more) {
                let label = words.say(&key);
                // The same words may be a button's, below.
                let rects: Vec<Rect> = window.query_all_by_label(&label).map(|node| node.rect()).collect();
                let whole = |rect: &Rect| view.shrink(8.0).contains_rect(*rect) && rect.top() > picture.bottom();
                assert!(rects.iter().any(whole), "{lang:?} {size:?}: {label} at {rects:?}");
            }
        }
    }
}

#[test]
fn the_keys_are_closed_in_three_ways() {
    let mut window = lesson_in(LESSONS[0], Lang::Ko, SIZE);
    for way in 0..3 {
        press(&mut window, Key::Questionmark);
        assert!(app(&window).state.overlay.is_some());
        match way {
            0 => press(&mut window, Key::Escape),
            1 => press(&mut window, Key::Questionmark),
            _ => {
                let pos = egui::pos2(4.0, 4.0);
                for pressed in [true, false] {
                    let button = egui::PointerButton::Primary;
                    window.event(Event::PointerMoved(pos));
                    window.event(Event::PointerButton { pos, button, pressed, modifiers: Modifiers::NONE });
                    window.run_steps(1);
                }
                window.run_steps(2);
            }
        }
        assert_eq!(app(&window).state.overlay, None, "way {way}");
    }
}
