//! The terminals: as high as what they show, below the picture or beside it, and gone when nobody needs them any more.

use crate::common::{Window, app, app_mut, click, open, press, tell};
use crate::lesson::{LESSONS, lesson_in};
use crate::sample;
use crate::walk::each_stop;
use dockwalk::i18n::Lang;
use dockwalk::lesson::Terminal;
use dockwalk::ui::Options;
use dockwalk::ui::command::{LessonCommand, TerminalCommand, ViewCommand};
use dockwalk::ui::source::News;
use dockwalk::ui::state::{Mover, Place};
use egui::{Key, Rect};
use egui_kittest::kittest::Queryable;
use std::path::Path;
use std::sync::Arc;

fn window(size: (f32, f32)) -> Window {
    let mut window = open(Options { lang: Some(Lang::Ko), ..Options::default() }, size);
    let app = app_mut(&mut window);
    app.state.receive(News::Connected { socket: "/nowhere/dockwalk.sock".into() });
    app.state.receive(News::Events(sample::shell_run().events.into_iter().map(Arc::new).collect()));
    window.run_steps(3);
    window
}

/// Runs a shell's script in a terminal of the window.
fn run(window: &mut Window, title: &str, script: &str) {
    let argv = ["/bin/sh", "-c", script].map(str::to_owned);
    app_mut(window).terminals.run(title, &argv, Path::new("/nowhere"), Lang::Ko, || ()).unwrap();
}

/// Frames until it is so.
fn until(window: &mut Window, what: &str, so: impl Fn(&Window) -> bool) {
    for _ in 0..1000 {
        if so(window) {
            return window.run_steps(2);
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
        window.step();
    }
    panic!("never: {what}");
}

fn ended(window: &Window, number: usize) -> bool {
    app(window).terminals.list().get(number).is_none_or(|terminal| terminal.ended.is_some())
}

fn screen(window: &Window, title: &str) -> Rect {
    window.get_by_label(&format!("터미널 {title}")).rect()
}

fn titles(window: &Window) -> Vec<String> {
    app(window).terminals.list().iter().map(|terminal| terminal.title.clone()).collect()
}

#[test]
fn a_terminal_is_three_lines_high_until_it_has_more() {
    for size in [(1440.0, 900.0), (1920.0, 1080.0)] {
        let mut window = window(size);
        run(&mut window, "few", "echo one; echo two; read x");
        until(&mut window, "two lines", |window| app(window).terminals.rows() >= 2);
        let few = screen(&window, "few");
        run(&mut window, "many", "seq 1 6; read x");
        until(&mut window, "six lines", |window| app(window).terminals.rows() >= 6);
        let six = screen(&window, "many");
        run(&mut window, "very", "seq 1 400; read x");
        until(&mut window, "all lines", |window| {
            app(window).terminals.rows() >= app(window).terminals.list()[2].screen.size().0
        });
        let all = screen(&window, "very");
        assert!(few.height() < six.height() && six.height() < all.height(), "{size:?}: {few:?} {six:?} {all:?}");
        let line = (six.height() - few.height()) / 3.0;
        assert!((few.height() - 16.0 - 3.0 * line).abs() < 1.0, "three lines: {few:?}, a line is {line}");
        // It grows upwards, and no further than the user wants.
        assert_eq!((few.bottom(), six.bottom()), (all.bottom(), all.bottom()));
        let picture = all.top() - 34.0 - window.get_by_label("네트워크").rect().bottom();
        assert!(
            all.height() <= 230.0 && picture > 1.2 * all.height(),
            "the picture has the larger part: {all:?} {picture}"
        );
        // A terminal that grows was never told another size.
        let sizes: Vec<_> = app(&window).terminals.list().iter().map(|one| one.screen.size().0).collect();
        assert!(sizes.iter().all(|rows| *rows == sizes[0]), "{sizes:?}");
    } // In a low window the picture comes first.
    let mut window = window((1280.0, 720.0));
    run(&mut window, "few", "echo one; read x");
    until(&mut window, "a line", |window| app(window).terminals.rows() >= 1);
    let few = screen(&window, "few");
    run(&mut window, "very", "seq 1 400; read x");
    until(&mut window, "all lines", |window| app(window).terminals.rows() >= 3);
    assert_eq!(few.height(), screen(&window, "very").height());
}

#[test]
fn a_program_that_takes_the_whole_screen_gets_all_there_is() {
    let mut window = window((1440.0, 900.0));
    run(&mut window, "vi", r"printf '\033[?1049hx'; read x");
    let rows = |window: &Window| app(window).terminals.list()[0].screen.size().0;
    until(&mut window, "all rows", |window| app(window).terminals.rows() > 3);
    assert!(app(&window).terminals.rows() >= rows(&window));
}

#[test]
fn its_edge_is_the_users() {
    let mut window = window((1440.0, 900.0));
    run(&mut window, "few", "echo one; read x");
    until(&mut window, "a line", |window| app(window).terminals.rows() >= 1);
    let before = screen(&window, "few");
    let edge = window.get_by_label("터미널 높이").rect().center();
    window.drag_at(edge);
    window.run_steps(2);
    window.hover_at(edge - egui::vec2(0.0, 160.0));
    window.run_steps(2);
    window.drop_at(edge - egui::vec2(0.0, 160.0));
    window.run_steps(2);
    let after = screen(&window, "few");
    assert!(after.height() > before.height() + 100.0, "{before:?} {after:?}");
    assert_eq!(after.bottom(), before.bottom());
}

#[test]
fn it_can_stand_beside_the_picture() {
    let mut window = window((1440.0, 900.0));
    run(&mut window, "few", "echo one; read x");
    until(&mut window, "a line", |window| app(window).terminals.rows() >= 1);
    let below = screen(&window, "few");
    click(&mut window, "터미널을 옆에 두기");
    window.run_steps(2);
    let beside = screen(&window, "few");
    assert!(beside.width() < below.width() && beside.height() > 2.0 * below.height(), "{below:?} {beside:?}");
    click(&mut window, "터미널을 아래에 두기");
    window.run_steps(2);
    assert_eq!(screen(&window, "few"), below);
    // Where there is no room for both, it stays below.
    tell(&mut window, TerminalCommand::Place);
    let mut narrow = self::window((960.0, 640.0));
    tell(&mut narrow, TerminalCommand::Place);
    run(&mut narrow, "few", "echo one; read x");
    until(&mut narrow, "a line", |window| app(window).terminals.rows() >= 1);
    assert!(screen(&narrow, "few").height() < 120.0);
}

#[test]
fn tabs_of_commands_that_went_well_close_by_themselves_but_the_one_that_is_read() {
    let mut window = window((1440.0, 900.0));
    run(&mut window, "good", "echo fine");
    until(&mut window, "its end", |window| ended(window, 0));
    // A frame is a quarter of a second.
    window.run_steps(60);
    assert_eq!(titles(&window), ["good"], "its output is read");
    run(&mut window, "bad", "echo no; exit 3");
    until(&mut window, "the first is gone", |window| titles(window) == ["bad"]);
    until(&mut window, "its end", |window| ended(window, 0));
    run(&mut window, "later", "read x");
    window.run_steps(60);
    assert_eq!(titles(&window), ["bad", "later"], "what failed stays");
    window.get_by_label("bad · 오류");
    assert_eq!(app(&window).terminals.current, 1, "the one that is shown is shown still");
}

#[test]
fn a_window_whose_tabs_have_ended_asks_for_no_frames() {
    let mut window = window((1440.0, 900.0));
    run(&mut window, "good", "echo fine");
    until(&mut window, "its end", |window| ended(window, 0));
    run(&mut window, "other", "echo fine; exit 1");
    until(&mut window, "its end", |window| titles(window) == ["other"] && ended(window, 0));
    window.run_steps(120);
    let delay = window.output().viewport_output.values().map(|viewport| viewport.repaint_delay).min();
    assert!(delay.is_some_and(|delay| delay.as_secs() > 60), "asks for a frame after {delay:?}");
}

/// One whose program ends when a line was typed, with the keys; it has just ended.
fn ended_while_typing() -> Window {
    let mut window = window((1440.0, 900.0));
    run(&mut window, "shell", "echo ready; read x; exit 3");
    until(&mut window, "a line", |window| app(window).terminals.rows() >= 1);
    window.get_by_label("터미널 shell").click();
    window.run_steps(2);
    let dark = app(&window).state.dark;
    type_text(&mut window, Key::T, "t");
    assert!(app(&window).terminals.has_keys && app(&window).state.dark == dark, "T is typed");
    press(&mut window, Key::Enter);
    for _ in 0..1000 {
        if ended(&window, 0) {
            return window;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
        window.step();
    }
    panic!("it does not end");
}

/// A key with the text that it types, as a keyboard sends it; one frame.
fn type_text(window: &mut Window, key: Key, text: &str) {
    window.key_press(key);
    window.event(egui::Event::Text(text.to_owned()));
    window.step();
}

/// What the keys of the window would do.
fn drives(window: &Window) -> (bool, u64, dockwalk::trace::Level, bool) {
    let state = &app(window).state;
    (state.dark, state.cursor.position(), state.cursor.level(), state.overlay.is_some())
}

#[test]
fn a_terminal_whose_program_has_ended_gives_the_keys_back_at_the_first_pause() {
    let mut window = ended_while_typing();
    let before = drives(&window);
    // A frame is a quarter of a second: nobody stops in the middle of a word to look whether anybody reads it.
    for (key, text) in [
        (Key::T, "t"),
        (Key::Space, " "),
        (Key::Num3, "3"),
        (Key::S, "s"),
        (Key::ArrowLeft, ""),
        (Key::Questionmark, "?"),
    ] {
        type_text(&mut window, key, text);
        assert_eq!(drives(&window), before, "{key:?} is typed at nobody, and drives nothing");
    }
    assert!(window.get_by_label("터미널 shell").is_focused());
    window.run_steps(6);
    assert!(!window.get_by_label("터미널 shell").is_focused());
    press(&mut window, Key::T);
    assert_ne!(drives(&window), before, "T is the window's");
}

#[test]
fn escape_tab_and_a_click_elsewhere_give_the_keys_back_at_once() {
    for way in 0..3 {
        let mut window = ended_while_typing();
        let before = drives(&window);
        match way {
            0 => press(&mut window, Key::Escape),
            1 => press(&mut window, Key::Tab),
            _ => click(&mut window, "네트워크"),
        }
        assert!(!window.get_by_label("터미널 shell").is_focused(), "{way}");
        assert_eq!(drives(&window).1, before.1, "{way}");
        if way == 1 {
            // Wherever Tab leads to has its own keys.
            tell(&mut window, ViewCommand::Unfocus);
        }
        press(&mut window, Key::T);
        assert_ne!(drives(&window).0, before.0, "{way}: T is the window's");
    }
}

#[test]
fn a_dead_terminal_looks_dead_and_swallows_what_is_typed_at_it() {
    for (lang, said, how) in [
        (Lang::Ko, "오류로 끝났습니다 (종료 코드 3)", "Esc를 누르거나"),
        (Lang::En, "Ended with an error (exit code 3)", "Press Esc or"),
    ] {
        let mut window = ended_while_typing();
        tell(&mut window, ViewCommand::Language(lang));
        window.run_steps(6);
        window.get_by_label(said);
        // Clicked, it has the keys until one leaves it, however long one thinks.
        window.get_by_label(&terminal_name(lang)).click();
        window.run_steps(12);
        assert!(window.query_by_label_contains(how).is_some(), "{lang:?}: how one goes on is said");
        let before = drives(&window);
        for (key, text) in [(Key::L, "l"), (Key::S, "s"), (Key::Space, " "), (Key::Slash, "/"), (Key::Num1, "1")] {
            type_text(&mut window, key, text);
            window.run_steps(5);
            assert_eq!(drives(&window), before, "{lang:?} {key:?}");
        }
        press(&mut window, Key::Escape);
        assert!(window.query_by_label_contains(how).is_none(), "{lang:?}");
        press(&mut window, Key::T);
        assert_ne!(drives(&window), before, "{lang:?}");
    }
}

fn terminal_name(lang: Lang) -> String {
    format!("{} shell", dockwalk::i18n::Words::new(lang).say("dock-terminal"))
}

#[test]
fn what_the_lesson_types_does_not_take_the_keys() {
    let mut window = lesson_in("02-storage", Lang::Ko, (1440.0, 900.0));
    app_mut(&mut window).state.receive(News::Connected { socket: "/nowhere/dockwalk.sock".into() });
    let types = |window: &Window| {
        let steps = &app(window).state.course.as_ref().unwrap().lesson().script.steps;
        steps.iter().position(|step| matches!(&step.terminal, Some(Terminal::Container(_)))).unwrap()
    };
    let number = types(&window);
    tell(&mut window, LessonCommand::Go(number));
    run(&mut window, "docker run -it --name box", "echo ready; while read x; do echo got:$x; done");
    until(&mut window, "a line", |window| app(window).terminals.rows() >= 1);
    let mover = app(&window).state.mover();
    assert!(matches!(mover, Mover::Type(_)), "{mover:?}");
    press(&mut window, Key::Space);
    until(&mut window, "it is typed", |window| app(window).terminals.list()[0].screen.text().contains("got:"));
    assert!(!app(&window).terminals.has_keys, "the next key is the lesson's");
    let text = app(&window).terminals.list()[0].screen.text();
    type_text(&mut window, Key::Space, " ");
    window.run_steps(4);
    assert_eq!(app(&window).terminals.list()[0].screen.text(), text);
    // Who clicks it types there.
    window.get_by_label("터미널 docker run -it --name box").click();
    window.run_steps(2);
    assert!(app(&window).terminals.has_keys);
}

#[test]
fn a_shell_takes_the_keys_when_it_says_something_and_not_before() {
    let mut window = window((1440.0, 900.0));
    let dir = tempfile::tempdir().unwrap();
    let go = dir.path().join("go");
    let script = format!("while ! [ -e {} ]; do sleep 0.01; done; printf ready; read x", go.display());
    run(&mut window, "host", &script);
    app_mut(&mut window).terminals.keys_when_ready();
    window.run_steps(20);
    assert!(!app(&window).terminals.has_keys, "it waits at the gate: Space is the debugger's");
    std::fs::write(go, "").unwrap();
    until(&mut window, "the keys", |window| app(window).terminals.has_keys);
    assert!(window.get_by_label("터미널 host").is_focused());
}

#[test]
fn a_message_covers_neither_prompt_nor_field() {
    let mut window = window((1280.0, 720.0));
    run(&mut window, "few", "echo one; read x");
    until(&mut window, "a line", |window| app(window).terminals.rows() >= 1);
    app_mut(&mut window).state.receive(News::Lost(dockwalk::trace::Problem::new(dockwalk::trace::Code::InitDied)));
    window.run_steps(3);
    let close = window.get_by_label("닫기").rect();
    let field = window.get_by_label("실행할 명령").rect();
    let terminal = screen(&window, "few");
    assert!(close.bottom() + 30.0 < terminal.top() && close.bottom() + 30.0 < field.top(), "{close:?} {terminal:?}");
}

#[test]
fn rows_of_a_terminal_are_whole() {
    for size in [(1440.0, 900.0), (1280.0, 720.0), (1333.0, 777.0)] {
        let mut window = window(size);
        run(&mut window, "very", "seq 1 40; read x");
        until(&mut window, "all lines", |window| app(window).terminals.rows() >= 3);
        window.run_steps(3);
        let screen = screen(&window, "very");
        let inner = screen.shrink2(egui::vec2(0.0, 8.0));
        let mut rows = 0;
        for clipped in &window.output().shapes {
            let egui::Shape::Text(text) = &clipped.shape else { continue };
            let rect = Rect::from_min_size(text.pos, text.galley.size());
            let seen = rect.intersect(clipped.clip_rect);
            if !inner.x_range().contains(rect.center().x) || seen.height() <= 0.5 || !screen.contains(rect.center()) {
                continue;
            }
            assert!(seen.height() >= rect.height() - 3.0, "{size:?}: half a row: {rect:?} seen {seen:?}");
            rows += 1;
        }
        assert!(rows >= 3, "{size:?}: {rows}");
    }
}

/// A page that types into a terminal, waits for what is printed there, or runs a command in a container has that terminal in front.
#[test]
fn a_page_of_a_lesson_has_the_terminal_in_front_that_it_is_about() {
    let mut seen = 0;
    for name in LESSONS {
        let mut window = lesson_in(name, Lang::Ko, (1280.0, 720.0));
        each_stop(&mut window, |window| {
            let app = app(window);
            let course = app.state.course.as_ref().unwrap();
            if course.is_ended() || app.state.place() != Some(Place::Here) {
                return;
            }
            let (step, world) = (course.runner().step(), app.state.world());
            let of = |name: &str| world.container_named(name).map(|it| it.id.clone());
            let runs = ["docker run ", "docker exec ", "docker start "];
            let line = step.run.as_deref().filter(|line| runs.iter().any(|begin| line.starts_with(begin)));
            let about = match step.watches() {
                Some(Terminal::Host) => Some(None),
                Some(Terminal::Container(name)) => of(name).map(Some),
                None => line.and_then(|line| line.split(' ').find_map(of)).map(Some),
            };
            let Some(about) = about.filter(|about| app.terminals.past.terminals().any(|one| one == about)) else {
                return;
            };
            assert_eq!(app.terminals.past_current, about, "{name} {}: {:?}", step.id, step.run);
            seen += 1;
        });
    }
    assert!(seen > 60, "{seen}");
}
