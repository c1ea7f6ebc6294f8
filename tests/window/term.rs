//! A window on a trace whose beginning is kept no longer: it says so, forgets the same, and all that is left can be looked at.

use crate::common::{Window, app, app_mut, open, tell};
use crate::sample;
use dockwalk::i18n::{Lang, Words};
use dockwalk::trace::{Base, Body, Event, Trace};
use dockwalk::ui::command::{PlaybackCommand, ViewCommand};
use dockwalk::ui::source::{News, Recording, load, save};
use dockwalk::ui::{Open, Options};
use egui_kittest::kittest::Queryable;
use std::path::PathBuf;
use std::sync::Arc;

fn window(lang: Lang) -> Window {
    // Where no engine can be, so that none is found and none is started.
    let nowhere = Some(PathBuf::from("/proc/no-such-place"));
    let options = Options { open: Open::Start, lang: Some(lang), socket: None, root: nowhere, ..Options::default() };
    open(options, (1440.0, 900.0))
}

fn receive(window: &mut Window, news: News) {
    app_mut(window).state.receive(news);
    window.run_steps(2);
}

fn said(lang: Lang, base: &Base) -> String {
    let (events, operations) = (base.events.to_string(), base.operations().to_string());
    Words::new(lang).say_with("trace-dropped", &[("events", &events), ("operations", &operations)])
}

fn events(trace: &Trace, from: u64) -> Vec<Arc<Event>> {
    trace.events_in(from, trace.len()).collect()
}

#[test]
fn who_comes_late_is_told_how_much_is_kept_no_longer() {
    let whole = sample::shell_run().trace();
    let base = Base { events: 60, world: whole.seek(60) };
    for lang in Lang::ALL {
        let mut window = window(lang);
        receive(&mut window, News::Connected { socket: "/nowhere/dockwalk.sock".into() });
        receive(&mut window, News::Dropped(Arc::new(base.clone())));
        let text = said(lang, &base);
        assert!(text.contains("60"), "{text}");
        assert!(window.query_all_by_label_contains(&text).next().is_some(), "the notice: {text}");
        receive(&mut window, News::Events(events(&whole, 60)));
        assert_eq!(app(&window).state.world(), whole.head());
        tell(&mut window, ViewCommand::Escape);
        tell(&mut window, ViewCommand::Steps);
        assert!(window.query_all_by_label_contains(&text).next().is_some(), "the list of what happened: {text}");
        tell(&mut window, PlaybackCommand::Home);
        assert_eq!(app(&window).state.cursor.position(), 60);
        assert_eq!(*app(&window).state.world(), whole.seek(60));
    }
}

#[test]
fn what_the_engine_drops_the_window_drops_too_and_stays_where_it_can() {
    let whole = sample::shell_run().trace();
    let mut window = window(Lang::Ko);
    receive(&mut window, News::Connected { socket: "/nowhere/dockwalk.sock".into() });
    receive(&mut window, News::Events(events(&whole, 0)));
    tell(&mut window, PlaybackCommand::Seek(30));
    let body = Body::Dropped { events: 90, operations: whole.seek(90).begun };
    receive(&mut window, News::Events(vec![Arc::new(Event { seq: whole.len() + 1, at: 0, body })]));
    let state = &app(&window).state;
    assert_eq!((state.trace.start(), state.cursor.position()), (90, 90));
    assert_eq!(*state.world(), whole.seek(90));
    assert!(state.marks.stops().iter().all(|mark| mark.seq > 90));
    let base = state.trace.base().clone();
    tell(&mut window, ViewCommand::Steps);
    assert!(window.query_all_by_label_contains(&said(Lang::Ko, &base)).next().is_some());
}

#[test]
fn what_is_saved_of_it_opens_again() {
    let mut trace = sample::shell_run().trace();
    trace.forget(60);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("short.ndjson");
    save(&trace, &path).unwrap();
    let again = load(&path).unwrap();
    assert_eq!(again.trace.base(), trace.base());
    let mut window = window(Lang::En);
    receive(&mut window, News::Loaded(Box::new(Recording { path, trace: again.trace, torn: None })));
    tell(&mut window, PlaybackCommand::End);
    assert_eq!(app(&window).state.world(), trace.head());
    tell(&mut window, ViewCommand::Steps);
    assert!(window.query_all_by_label_contains(&said(Lang::En, trace.base())).next().is_some());
}
