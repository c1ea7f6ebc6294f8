//! The window on a recording and an image whose every name is hostile: what is painted, what a screen reader is told, what
//! goes to the clipboard, and the pictures as SVG.

use crate::common::{Window, app_mut, open, tell};
use crate::fixture::{HOSTILE, INJECTED, SIGN, shown, wrong};
use crate::recording;
use dockwalk::i18n::{Lang, Words};
use dockwalk::trace::{Body, Code, Entity, Event, Level, Problem, Trace};
use dockwalk::tree::{Kind, Layer, LayerEntry, PathBytes, Stack};
use dockwalk::ui::app::App;
use dockwalk::ui::command::{Command, FilesCommand, PlaybackCommand, TerminalCommand, ViewCommand};
use dockwalk::ui::diagrams::{self, Tab};
use dockwalk::ui::files::content;
use dockwalk::ui::files::{Act, Done, LayerInfo, Made, Opened, Page, Slot, Subject, work};
use dockwalk::ui::source::{News, Recording};
use dockwalk::ui::theme::Theme;
use dockwalk::ui::{Options, facts};
use egui::Shape;
use egui_kittest::kittest::NodeT;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The sample, with the hostile text behind every string that a stranger may choose: all that the trace's types and rules
/// let through. The same string becomes the same string everywhere, so that names still point at what they name.
fn hostile_trace() -> Trace {
    let events: Vec<Value> =
        recording::recording().events().map(|event| serde_json::to_value(&*event).unwrap()).collect();
    let mut strings = BTreeSet::new();
    for event in &events {
        each_string(&mut event.clone(), &mut |text| {
            strings.insert(text.clone());
        });
    }
    let free: BTreeSet<String> = strings.into_iter().filter(|text| is_free(text, &events)).collect();
    assert!(free.len() > 100, "{free:?}");
    let mut blocks = BTreeSet::new();
    for event in &events {
        each_block(event, &mut |text| {
            blocks.insert(text.to_owned());
        });
    }
    // A block may have lines and tabs.
    let flat = HOSTILE.replace(['\n', '\t'], "");
    let mutated = events.into_iter().map(|mut event| {
        each_string(&mut event, &mut |text| {
            if free.contains(text) {
                let hostile = if blocks.contains(text) { &flat } else { HOSTILE };
                text.push_str(hostile);
            }
        });
        serde_json::from_value::<Event>(event).unwrap()
    });
    Trace::from_events(mutated.collect::<Vec<_>>()).expect("it is as legal as the sample")
}

fn is_free(text: &str, events: &[Value]) -> bool {
    let mut all_read = true;
    for event in events {
        let mut mutated = event.clone();
        let mut found = false;
        each_string(&mut mutated, &mut |other| {
            if other == text {
                found = true;
                other.push_str(HOSTILE);
            }
        });
        all_read &= !found || serde_json::from_value::<Event>(mutated).is_ok();
    }
    all_read
}

fn each_string(value: &mut Value, act: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => act(text),
        Value::Array(list) => list.iter_mut().for_each(|value| each_string(value, act)),
        Value::Object(fields) => fields.values_mut().for_each(|value| each_string(value, act)),
        _ => {}
    }
}

/// What is shown over several lines: bodies, files, what commands read and printed, how a thing is done by hand.
fn each_block(value: &Value, act: &mut dyn FnMut(&str)) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| each_block(value, act)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| match value {
            Value::String(text) if ["body", "content", "output", "stdin", "by_hand"].contains(&name.as_str()) => {
                act(text)
            }
            value => each_block(value, act),
        }),
        _ => {}
    }
}

fn bare(lang: Lang) -> Window {
    open(Options { lang: Some(lang), ..Options::default() }, (1440.0, 900.0))
}

/// Everything that the last frame showed and said.
fn texts(window: &Window) -> Vec<String> {
    let mut all = Vec::new();
    window.output().shapes.iter().for_each(|clipped| collect(&clipped.shape, &mut all));
    for node in window.root().children_recursive() {
        let node = node.accesskit_node();
        all.extend([node.label(), node.value()].into_iter().flatten());
    }
    all
}

fn collect(shape: &Shape, into: &mut Vec<String>) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, into)),
        Shape::Text(text) => into.push(text.galley.text().to_owned()),
        _ => {}
    }
}

/// Counts the texts in which the fixture was seen.
fn check(window: &Window, what: &str) -> usize {
    let all = texts(window);
    for text in &all {
        // A screen reader reads rows, and a row may begin anywhere.
        let is_row = !text.contains(&format!("\n{INJECTED}"));
        let wrong: Vec<_> = wrong(text).into_iter().filter(|what| !is_row || what != "a line of its own").collect();
        assert!(wrong.is_empty(), "{what}: {wrong:?} in {}", shown(text.as_bytes()));
    }
    all.iter().filter(|text| text.contains(r"\x1b") || text.contains(SIGN)).count()
}

fn entities(trace: &Trace) -> BTreeSet<Entity> {
    let of = |event: Arc<Event>| match &event.body {
        Body::Observed { change, .. } => Some(change.entity()),
        _ => None,
    };
    trace.events().filter_map(of).collect()
}

#[test]
fn every_panel_of_a_recording_shows_hostile_names_and_none_acts() {
    let trace = hostile_trace();
    let entities = entities(&trace);
    let mut window = bare(Lang::Ko);
    let path = "/tmp/evil\u{1b}[31m\n\u{202e}.ndjson".into();
    app_mut(&mut window).state.receive(News::Loaded(Box::new(Recording { path, trace, torn: None })));
    window.run_steps(3);
    tell(&mut window, PlaybackCommand::Level(Level::Kernel));
    tell(&mut window, PlaybackCommand::End);
    for tab in 0..Tab::ALL.len() {
        tell(&mut window, ViewCommand::Tab(tab));
        assert!(check(&window, &format!("tab {tab}")) > 0, "tab {tab} shows none of it");
    }
    for entity in &entities {
        tell(&mut window, ViewCommand::Select(Some(entity.clone())));
        check(&window, &format!("{entity:?}"));
    }
    // What is not there yet, too; and every place to stop at.
    tell(&mut window, PlaybackCommand::Home);
    for entity in entities.iter().take(40) {
        tell(&mut window, ViewCommand::Select(Some(entity.clone())));
        check(&window, &format!("not yet: {entity:?}"));
    }
    tell(&mut window, ViewCommand::Select(None));
    for command in [
        Command::from(ViewCommand::Steps),
        Command::from(ViewCommand::Steps),
        Command::from(ViewCommand::Help),
        Command::from(ViewCommand::Help),
        Command::from(ViewCommand::Presenter),
        Command::from(ViewCommand::Presenter),
        Command::from(TerminalCommand::Dock),
    ] {
        tell(&mut window, command.clone());
        check(&window, &format!("{command:?}"));
    }
    let length = app_mut(&mut window).state.trace.len();
    let mut seen = 0;
    for position in (0..=length).step_by(7) {
        tell(&mut window, PlaybackCommand::Seek(position));
        seen += check(&window, &format!("position {position}"));
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn failures_are_told_as_text() {
    let mut window = bare(Lang::En);
    let problem = Problem::new(Code::RecordingUnreadable).with("path", HOSTILE).with("reason", HOSTILE);
    app_mut(&mut window).state.receive(News::Failed(problem));
    window.run_steps(2);
    assert!(check(&window, "a recording that cannot be read") > 0);
    tell(&mut window, ViewCommand::Copy(format!("echo {HOSTILE}")));
    check(&window, "after copying");
}

#[test]
fn what_is_copied_cannot_act_where_it_is_pasted() {
    let mut window = bare(Lang::En);
    let ctx = window.ctx.clone();
    app_mut(&mut window).command(&ctx, ViewCommand::Copy(HOSTILE.to_owned()));
    window.step();
    let copied: Vec<String> = window
        .output()
        .platform_output
        .commands
        .iter()
        .filter_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(copied.len(), 1, "{copied:?}");
    let found: Vec<_> = wrong(&copied[0])
        .into_iter()
        .filter(|what| !what.contains("line of its own") && !what.contains("'\\t'"))
        .collect();
    assert!(found.is_empty() && copied[0].contains(r"\x1b[31m"), "{found:?} in {}", shown(copied[0].as_bytes()));
}

#[test]
fn pictures_in_files_hold_no_character_that_acts() {
    let trace = hostile_trace();
    let world = trace.seek(trace.len());
    for lang in Lang::ALL {
        let words = Words::new(lang);
        for tab in Tab::ALL {
            let svg = diagrams::svg(tab, &world, diagrams::Look::default(), &words, &Theme::DARK);
            let found = wrong(&svg);
            assert!(found.is_empty(), "{tab:?}: {found:?}");
            assert!(svg.contains(r"\x1b[31m") || svg.contains('…'), "{tab:?}");
            for node in diagrams::scene(tab, &world, None, &words, &diagrams::Approximate).nodes() {
                let texts = node.texts.iter().map(|text| &text.text).chain([&node.label]);
                texts.for_each(|text| assert!(wrong(text).is_empty() && !text.contains('\n'), "{text:?}"));
            }
        }
        for entity in entities(&trace) {
            let Some(facts) = facts::of(&entity, &world, &words) else { continue };
            let texts = facts.rows.iter().map(|row| &row.value).chain([&facts.title]);
            texts.for_each(|text| assert!(wrong(text).is_empty() && !text.contains('\n'), "{text:?}"));
        }
        for (event, at) in trace.events().zip(0..) {
            let said = words.narrate(&event, &trace.seek(at));
            assert!(wrong(&said).is_empty() && !said.contains(INJECTED.to_lowercase().as_str()), "{said:?}");
        }
    }
}

fn image() -> Opened {
    let entry = |path: &[u8], kind| LayerEntry { path: PathBytes::from(path), kind, ..LayerEntry::directory("x") };
    let file = || Kind::File { size: 5 };
    let target = PathBytes::from(HOSTILE);
    let mut odd = entry(b"evil\xff\xe2\x80\xae", file());
    odd.xattrs = vec![(PathBytes::from("user.evil\x1b[31m"), PathBytes::from("\u{202e}x"))];
    let below = vec![
        entry(HOSTILE.as_bytes(), file()),
        odd.clone(),
        entry(b"link", Kind::Symlink { target }),
        entry(b"sh", file()),
        entry(&[b"sh/", HOSTILE.as_bytes()].concat(), file()),
    ];
    let above = vec![entry(HOSTILE.as_bytes(), file()), entry(b"sh", Kind::Whiteout)];
    let trees: Vec<_> = [below, above].into_iter().map(|entries| Arc::new(Layer::build(entries))).collect();
    let layer = |n: usize| LayerInfo {
        chain: Some(format!("sha256:{:064x}", n + 1).parse().unwrap()),
        size: 1_000,
        entries: trees[n].len() - 1,
        made_by: HOSTILE.into(),
        ..LayerInfo::default()
    };
    let layers = vec![layer(0), layer(1)];
    let history = vec![
        Made { text: HOSTILE.into(), layer: Some(0) },
        Made { text: HOSTILE.into(), layer: None },
        Made { text: HOSTILE.into(), layer: Some(1) },
    ];
    Opened { subject: Subject::Image(format!("lab/{HOSTILE}:1")), layers, history, stack: Arc::new(Stack::new(trees)) }
}

fn until(window: &mut Window, bench: &mut work::Bench, done: impl Fn(&App) -> bool) {
    for _ in 0..1000 {
        for (ticket, result) in bench.done() {
            app_mut(window).state.files.receive(ticket, result);
        }
        if done(app_mut(window)) {
            window.run_steps(2);
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
        window.run_steps(1);
    }
    panic!("it never came");
}

#[test]
fn every_page_of_the_layer_inspector_shows_hostile_names_and_none_acts() {
    let mut window = bare(Lang::En);
    app_mut(&mut window).state.receive(News::Connected { socket: "/nowhere/evil\u{1b}.sock".into() });
    let orders = app_mut(&mut window).state.files.apply(Act::Open(Subject::Image(format!("lab/{HOSTILE}:1")), None));
    window.run_steps(5);
    check(&window, "reading");
    let (ticket, _) = orders.into_iter().next().unwrap();
    let orders = app_mut(&mut window).state.files.receive(ticket, Done::Opened(Arc::new(image())));
    let mut bench = work::Bench::default();
    bench.begin(orders, None, || ());
    until(&mut window, &mut bench, |app| app.state.files.tree.view.is_some());
    tell(&mut window, FilesCommand::Do(Act::All(true)));
    assert!(check(&window, "tree") > 5);
    for path in [HOSTILE.as_bytes(), b"evil\xff\xe2\x80\xae", b"link", b"sh"] {
        tell(&mut window, FilesCommand::Do(Act::GoTo(PathBytes::from(path))));
        assert!(check(&window, "details") > 5);
    }
    tell(&mut window, FilesCommand::Do(Act::GoTo(PathBytes::from(HOSTILE))));
    let files = &mut app_mut(&mut window).state.files;
    let (ticket, _) = files.apply(Act::Part(0)).into_iter().find(|(ticket, _)| ticket.slot == Slot::Content).unwrap();
    let text = format!("evil\x1b[31m\u{202e}\u{200b}\tx\r\n{SIGN}\u{2028}한글\n");
    files.receive(ticket, Done::Content(content::Body::new(text.len() as u64, 0, text.into_bytes())));
    window.run_steps(2);
    let said = texts(&window);
    assert!(said.iter().any(|text| text.starts_with(r"evil\x1b[31m\u{202e}\u{200b}    x")), "the file's text is shown");
    check(&window, "content");
    for page in [Page::Waste, Page::Compare, Page::Tree] {
        tell(&mut window, FilesCommand::Do(Act::Page(page)));
        window.run_steps(20);
        check(&window, &format!("{page:?}"));
    }
    let files = &mut app_mut(&mut window).state.files;
    let orders = files.apply(Act::Again);
    let (ticket, _) = orders.into_iter().next().unwrap();
    files.receive(ticket, Done::Failed(Problem::new(Code::EngineSaid).with("message", HOSTILE)));
    window.run_steps(3);
    assert!(check(&window, "failed") > 0);
}
