//! The terminals: as high as what they show, below the picture or beside it, and gone when nobody needs them any more.

use crate::common::{Window, app, app_mut, click, open, press, tell};
use crate::sample;
use dockwalk::i18n::Lang;
use dockwalk::ui::Options;
use dockwalk::ui::command::TerminalCommand;
use dockwalk::ui::source::News;
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
    window.get_by_label("bad (3)");
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

#[test]
fn a_terminal_whose_program_has_ended_gives_the_keys_back() {
    let mut window = window((1440.0, 900.0));
    run(&mut window, "shell", "echo ready; read x");
    until(&mut window, "a line", |window| app(window).terminals.rows() >= 1);
    window.get_by_label("터미널 shell").click();
    window.run_steps(2);
    let speed = |window: &Window| app(window).state.dark;
    press(&mut window, Key::T);
    assert!(app(&window).terminals.has_keys && speed(&window), "T is typed");
    press(&mut window, Key::Enter);
    until(&mut window, "its end", |window| ended(window, 0));
    assert!(!window.get_by_label("터미널 shell").is_focused());
    press(&mut window, Key::T);
    assert!(!speed(&window), "T is the window's");
    // Nor does a click give them to what reads nothing.
    window.get_by_label("터미널 shell").click();
    window.run_steps(2);
    press(&mut window, Key::T);
    assert!(speed(&window));
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
