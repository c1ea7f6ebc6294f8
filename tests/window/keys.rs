//! The window by keys alone: where Tab leads, what digits do while a question is open, what has the keys is seen; and what a screen
//! reader is told of the picture and of what happened.

use crate::common::{Window, app, press, press_alt, tell};
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
    for (name, lang) in LESSONS.into_iter().zip(Lang::ALL.into_iter().cycle()) {
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

/// What a digit may change.
fn place(window: &Window) -> (Level, u64, Tab, Face) {
    let state = &app(window).state;
    (state.cursor.level(), state.cursor.position(), state.tab, state.face())
}

/// A digit that comes late, or where nothing is asked, does nothing; the levels have keys of their own.
#[test]
fn where_no_question_is_seen_digits_do_nothing() {
    const DIGITS: [Key; 4] = [Key::Num1, Key::Num2, Key::Num3, Key::Num9];
    let slips = |window: &mut Window, place_is: &str| {
        let before = place(window);
        for digit in DIGITS {
            press(window, digit);
            assert_eq!(place(window), before, "{place_is}: {digit:?}");
        }
    };
    for lang in Lang::ALL {
        let mut window = lesson_in(LESSONS[0], lang, SIZE);
        slips(&mut window, "before anything is asked");
        for (key, level) in [(Key::Num3, Level::Kernel), (Key::Num2, Level::Stage), (Key::Num1, Level::Story)] {
            press_alt(&mut window, key);
            assert_eq!(app(&window).state.cursor.level(), level);
        }
        let id = to_question(&mut window);
        tell(&mut window, LessonCommand::Face(Face::Text));
        slips(&mut window, "the page's text");
        tell(&mut window, LessonCommand::Face(Face::Ask(id.clone())));
        // Before a class the question is the sentence under the picture, with its choices.
        press(&mut window, Key::F);
        assert!(window.root().children_recursive().any(|node| {
            node.accesskit_node().label().is_some_and(|text| text.contains("1)") && text.contains("2)"))
        }));
        press(&mut window, Key::Num1);
        assert_eq!(predicted(&window, &id), Some(0));
        slips(&mut window, "before a class, answered");
        press(&mut window, Key::F);
        assert_eq!(predicted(&window, &id), Some(0));
        press_alt(&mut window, Key::Num2);
        assert_eq!(
            (app(&window).state.cursor.level(), predicted(&window, &id)),
            (Level::Stage, Some(0)),
            "not a choice"
        );
        press(&mut window, Key::Num2);
        assert_eq!(predicted(&window, &id), Some(1));
        // The student who presses it once more when the machine has told already.
        while app(&window).state.open_question().is_some() {
            press(&mut window, Key::Space);
            window.run_steps(4);
            if app(&window).state.open_question().is_some_and(|(open, _)| open != id) {
                break;
            }
        }
        if app(&window).state.open_question().is_none() {
            slips(&mut window, "it is answered");
        }
    }
    let mut free = crate::controls::korean();
    slips(&mut free, "free play");
    press_alt(&mut free, Key::Num3);
    assert_eq!(app(&free).state.cursor.level(), Level::Kernel);
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
            // What is below the rows, so that none of them is cut.
            let foot = window.get_by_label(&words.say("help-terminal")).rect();
            assert!(view.shrink(8.0).contains_rect(foot), "{lang:?} {size:?}: {foot:?}");
            let more = ["help-clicker", "help-answers", "help-tab"].map(str::to_owned);
            let keys = command::bindings().into_iter().map(|binding| format!("key-{}", binding.name));
            for key in keys.chain(more) {
                let label = words.say(&key);
                // The same words may be a button's, below.
                let rects: Vec<Rect> = window.query_all_by_label(&label).map(|node| node.rect()).collect();
                let whole = |rect: &Rect| {
                    view.shrink(8.0).contains_rect(*rect)
                        && rect.top() > picture.bottom()
                        && rect.bottom() <= foot.top()
                };
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

/// Roles of what is pressed, switched or chosen.
const PRESSED: [Role; 8] = [
    Role::Button,
    Role::CheckBox,
    Role::RadioButton,
    Role::Switch,
    Role::Tab,
    Role::Slider,
    Role::Link,
    Role::ComboBox,
];
/// An icon is not wider or higher.
const ICON: f32 = 36.0;

/// What is wrong with the controls that the window shows.
fn nameless(window: &Window, lang: Lang) -> Vec<String> {
    let app = app(window);
    // Shapes of a picture have the names of things.
    let picture = app.seen(app.state.tab).map_or(Rect::NOTHING, |seen| seen.view);
    let (english, own) = (Words::new(Lang::En), Words::new(lang));
    let keys = messages();
    let mut wrong = vec![];
    for node in window.root().children_recursive() {
        let inner = node.accesskit_node();
        if !PRESSED.contains(&inner.role()) {
            continue;
        }
        let rect = node.rect();
        let label = inner.label().unwrap_or_default();
        if label.trim().is_empty() {
            wrong.push(format!("{:?} at {rect:?} has no name", inner.role()));
        }
        let hangul = label.chars().any(|c| ('가'..='힣').contains(&c));
        let foreign = match lang {
            Lang::Ko => !hangul && keys.iter().any(|key| english.say(key) == label && own.say(key) != label),
            Lang::En => hangul && label != Lang::Ko.name(),
        };
        if foreign {
            wrong.push(format!("`{label}` is not {lang:?}"));
        }
        let shape = picture.contains_rect(rect);
        if !shape && rect.width() <= ICON && rect.height() <= ICON && inner.description().is_none() {
            wrong.push(format!("{:?} `{label}` at {rect:?} has no tooltip", inner.role()));
        }
    }
    wrong
}

/// The messages that name controls.
fn messages() -> Vec<String> {
    let text = include_str!("../../src/i18n/en/ui.ftl");
    text.lines()
        .filter(|line| !line.contains('{'))
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, _)| key.to_owned())
        .collect()
}

#[test]
fn every_control_has_a_name_in_the_language_and_every_icon_a_tooltip() {
    use dockwalk::ui::Options;
    use dockwalk::ui::command::{PlaybackCommand, TerminalCommand};
    let mut faults = vec![];
    let mut seen = 0;
    for lang in Lang::ALL {
        let mut note = |window: &Window, place: &str| {
            seen += window.root().children_recursive().filter(|n| PRESSED.contains(&n.accesskit_node().role())).count();
            faults.extend(nameless(window, lang).into_iter().map(|fault| format!("{lang:?} {place}: {fault}")));
        };
        let start = crate::common::open(Options { lang: Some(lang), ..Options::default() }, SIZE);
        note(&start, "start");
        let mut window = lesson_in(LESSONS[0], lang, SIZE);
        note(&window, "lesson");
        let _ = to_question(&mut window);
        note(&window, "question");
        tell(&mut window, PlaybackCommand::End);
        for number in 0..Tab::ALL.len() {
            tell(&mut window, ViewCommand::Tab(number));
            note(&window, "picture");
        }
        tell(&mut window, ViewCommand::Select(Some(dockwalk::trace::Entity::Link("docker0".into()))));
        tell(&mut window, TerminalCommand::Dock);
        note(&window, "terminal and inspector");
        for key in [Key::Questionmark, Key::S] {
            press(&mut window, key);
            note(&window, "over it");
            press(&mut window, Key::Escape);
        }
        press(&mut window, Key::F);
        note(&window, "before a class");
        press(&mut window, Key::Escape);
        press(&mut window, Key::I);
        note(&window, "files");
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/traces/02-storage.ndjson");
        let options = Options { lang: Some(lang), open: dockwalk::ui::Open::Recording(path), ..Options::default() };
        let mut free = crate::common::open(options, SIZE);
        for _ in 0..500 {
            free.run_steps(1);
            if app(&free).state.has_trace() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        tell(&mut free, PlaybackCommand::End);
        note(&free, "workspace");
    }
    assert!(seen > 400, "{seen}");
    faults.sort();
    faults.dedup();
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

/// Who types on, not knowing that a letter opened something, does nothing behind it; the letter that opened it closes it.
#[test]
fn behind_what_lies_over_the_window_no_key_acts() {
    let mut window = lesson_in(LESSONS[1], Lang::Ko, SIZE);
    let id = to_question(&mut window);
    for opener in [Key::S, Key::Questionmark] {
        let before = |window: &Window| {
            let state = &app(window).state;
            (state.cursor.position(), state.tab, state.dark, state.lang, state.presenter, state.speed.to_bits())
        };
        let was = before(&window);
        press(&mut window, opener);
        let over = app(&window).state.overlay;
        assert!(over.is_some(), "{opener:?}");
        let letters = [Key::C, Key::R, Key::L, Key::P, Key::I, Key::F, Key::T, Key::G, Key::Minus, Key::Home, Key::End];
        for key in letters.into_iter().chain([Key::Space, Key::Num1, Key::ArrowRight]) {
            press(&mut window, key);
            assert_eq!((before(&window), app(&window).state.overlay), (was, over), "{opener:?}, then {key:?}");
            assert_eq!(predicted(&window, &id), None, "{opener:?}, then {key:?}");
        }
        press(&mut window, opener);
        assert_eq!(app(&window).state.overlay, None, "{opener:?} closes it");
    }
    press(&mut window, Key::Num1);
    assert_eq!(predicted(&window, &id), Some(0), "the test could have failed");
}

/// What has a key says so where it can be pressed with the mouse.
#[test]
fn a_control_with_a_key_names_it() {
    for lang in Lang::ALL {
        let words = Words::new(lang);
        let mut window = lesson_in(LESSONS[0], lang, SIZE);
        let said = |window: &Window, label: &str| {
            let nodes = window.query_all_by_label(label).filter_map(|node| node.accesskit_node().description());
            nodes.collect::<Vec<_>>().join("\n")
        };
        // Where a question is shown no button stands for the next action.
        let onward = said(&window, &words.say("mover-play"));
        assert!(onward.ends_with(&dockwalk::ui::panels::help::key_of("onward")), "{lang:?}: {onward:?}");
        let id = to_question(&mut window);
        let mut pairs: Vec<(String, String)> = [
            ("key-steps", "steps"),
            ("key-open", "open"),
            ("key-save", "save"),
            ("key-export", "export"),
            ("key-home", "home"),
            ("key-end", "end"),
            ("key-step", "step"),
            ("key-back", "back"),
            ("key-over", "over"),
            ("timeline-play", "play"),
            ("key-help", "help"),
            ("key-presenter", "presenter"),
            ("top-light", "theme"),
            ("dock-open", "terminal"),
            ("scene-tab-image", "tab-1"),
            ("scene-tab-storage", "tab-4"),
            ("files-tab", "files"),
            ("level-story", "level-story"),
            ("level-kernel", "level-kernel"),
        ]
        .map(|(label, name)| (words.say(label), dockwalk::ui::panels::help::key_of(name)))
        .into();
        pairs.push((Lang::En.name().to_owned(), dockwalk::ui::panels::help::key_of("language")));
        let view = page(&window);
        let question = view.questions.iter().find(|one| one.id == id).unwrap();
        pairs.extend(question.choices.iter().zip(1..).map(|(choice, digit)| (choice.clone(), digit.to_string())));
        for (label, key) in pairs {
            let tip = said(&window, &label);
            assert!(tip.ends_with(&format!("·  {key}")) && !key.is_empty(), "{lang:?} `{label}` ({key}): {tip:?}");
        }
        press(&mut window, Key::Escape);
    }
}

/// A shortcut matches additional Shift: with it, a key is asked for before it is asked for alone.
#[test]
fn a_key_with_shift_is_not_taken_for_the_key_alone() {
    let mut alone = vec![];
    for binding in command::bindings() {
        for keys in binding.keys {
            let taken = keys.modifiers.shift && !keys.modifiers.command && alone.contains(&keys.logical_key);
            assert!(!taken, "{}: {:?} is taken by the key alone", binding.name, keys.logical_key);
            if keys.modifiers.is_none() {
                alone.push(keys.logical_key);
            }
        }
    }
}
