//! Short messages: the same twice is counted, a failure stays until it was read, and can be read again.

use crate::common::{Window, app, app_mut, click, open, press, tell};
use crate::sample;
use dockwalk::i18n::Lang;
use dockwalk::trace::{Code, Problem};
use dockwalk::ui::Options;
use dockwalk::ui::command::ViewCommand;
use dockwalk::ui::source::News;
use dockwalk::ui::state::Notice;
use egui::Key;
use egui_kittest::kittest::Queryable;
use std::sync::Arc;

fn window(lang: Lang) -> Window {
    let mut window = open(Options { lang: Some(lang), ..Options::default() }, (1440.0, 900.0));
    let app = app_mut(&mut window);
    app.state.receive(News::Connected { socket: "/nowhere/dockwalk.sock".into() });
    app.state.receive(News::Events(sample::shell_run().events.into_iter().map(Arc::new).collect()));
    window.run_steps(3);
    window
}

fn fails(window: &mut Window, code: Code) -> String {
    let state = &mut app_mut(window).state;
    let notice = Notice::failure(&state.words(), &Problem::new(code));
    state.notify(notice.clone());
    window.run_steps(2);
    notice.text
}

#[test]
fn the_same_message_is_counted_and_another_takes_its_place() {
    for lang in Lang::ALL {
        let mut window = window(lang);
        let text = fails(&mut window, Code::TerminalNoEngine);
        window.get_by_label(&text);
        fails(&mut window, Code::TerminalNoEngine);
        fails(&mut window, Code::TerminalNoEngine);
        window.get_by_label(&format!("{text} (×3)"));
        assert!(window.query_by_label(&text).is_none(), "{lang:?}: once");
        let other = fails(&mut window, Code::TerminalNone);
        window.get_by_label(&other);
        assert!(window.query_by_label_contains(&text).is_none(), "{lang:?}: one at a time");
    }
}

#[test]
fn a_failure_goes_when_it_was_read_and_not_under_the_pointer() {
    let mut window = window(Lang::Ko);
    let text = fails(&mut window, Code::TerminalNone);
    // A frame is a quarter of a second.
    window.run_steps(40);
    let at = window.get_by_label(&text).rect().center();
    window.hover_at(at);
    window.run_steps(80);
    window.get_by_label(&text);
    window.hover_at(egui::pos2(700.0, 500.0));
    window.run_steps(40);
    window.get_by_label(&text);
    window.run_steps(16);
    assert!(window.query_by_label(&text).is_none(), "nobody has to close it");
    // That the engine does not answer stays as long as it is so.
    let lost = Problem::new(Code::EngineUnreachable).with("socket", "x").with("reason", "y");
    app_mut(&mut window).state.receive(News::Lost(lost));
    window.run_steps(100);
    assert!(app(&window).state.notice.is_some());
    app_mut(&mut window).state.receive(News::Back);
    assert!(app(&window).state.notice.is_none());
}

#[test]
fn what_failed_can_be_read_again_with_how_often_in_either_language() {
    let mut window = window(Lang::Ko);
    for _ in 0..2 {
        fails(&mut window, Code::TerminalNoEngine);
        press(&mut window, Key::Escape);
    }
    let ko = fails(&mut window, Code::TerminalNone);
    click(&mut window, "닫기");
    assert!(app(&window).state.notice.is_none());
    press(&mut window, Key::S);
    window.get_by_label(&ko);
    let first = dockwalk::i18n::Words::new(Lang::Ko).problem(&Problem::new(Code::TerminalNoEngine));
    window.get_by_label(&format!("{first} (×2)"));
    tell(&mut window, ViewCommand::Language(Lang::En));
    let en = dockwalk::i18n::Words::new(Lang::En).problem(&Problem::new(Code::TerminalNone));
    window.get_by_label(&en);
    // Good news is not kept.
    app_mut(&mut window).state.notify(Notice::good("fine".into()));
    assert_eq!(app(&window).state.failures.len(), 2);
    for _ in 0..100 {
        fails(&mut window, Code::TerminalNone);
        fails(&mut window, Code::TerminalNoEngine);
    }
    assert!(app(&window).state.failures.len() <= 30, "what grows is bounded");
}

/// A port that somebody has: two lines at most, and Docker's own words where they are wanted.
#[test]
fn a_long_failure_is_two_lines_until_more_is_wanted() {
    for lang in Lang::ALL {
        let words = dockwalk::i18n::Words::new(lang);
        let mut window = window(lang);
        let about = |code: Code| {
            let problem =
                Problem::new(code).with("name", "web").with("endpoint", "0123456789ab").with("known", "process");
            let problem = problem.with("address", "0.0.0.0:8080").with("reason", "address already in use");
            problem.with("transport", "tcp4").with("port", 8080).with("holder", "python3").with("pid", 12345)
        };
        for code in [Code::PortTaken, Code::PortAllocated, Code::PortDenied] {
            let problem = about(code.clone());
            let state = &mut app_mut(&mut window).state;
            state.notify(Notice::failure(&state.words(), &problem));
            window.run_steps(3);
            let text = Notice::text(&words, &problem);
            let high = window.get_by_label(&text).rect().height();
            assert!(high < 45.0 && text.contains("web"), "{lang:?} {code:?}: {high} {text}");
            let whole = words.problem(&problem);
            assert!(window.query_by_label(&whole).is_none() && whole.contains("driver failed"), "{whole}");
            click(&mut window, &words.say("notice-more"));
            // It lies where it belongs once its size is known.
            window.run_steps(4);
            window.get_by_label(&whole);
            click(&mut window, &words.say("notice-less"));
            window.run_steps(4);
            assert!(window.query_by_label(&whole).is_none());
            tell(&mut window, ViewCommand::Escape);
        }
    }
}
