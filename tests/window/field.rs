//! The command field: always there, its history, what Tab offers, and what it says of a line that it does not run.

use crate::common::{Window, app, app_mut, open, press, tell};
use crate::sample;
use dockwalk::i18n::Lang;
use dockwalk::line::{self, Names};
use dockwalk::trace::{Body, Event, World};
use dockwalk::ui::command::{TerminalCommand, ViewCommand};
use dockwalk::ui::diagrams::Tab;
use dockwalk::ui::source::News;
use dockwalk::ui::{Options, settings};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use std::sync::Arc;

/// A window that believes in an engine which did all that the sample says.
fn window(lang: Lang) -> Window {
    let options = Options { lang: Some(lang), grammar: Some(dockwalk::cli::grammar), ..Options::default() };
    let mut window = open(options, (1440.0, 900.0));
    let app = app_mut(&mut window);
    app.state.receive(News::Connected { socket: "/nowhere/dockwalk.sock".into() });
    let events: Vec<Arc<Event>> = sample::shell_run().events.into_iter().map(Arc::new).collect();
    app.state.receive(News::Events(events));
    window.run_steps(3);
    window
}

fn korean() -> Window {
    window(Lang::Ko)
}

const LINE: &str = "실행할 명령";

fn typed(window: &mut Window, text: &str) {
    window.get_by_label(LINE).focus();
    window.run_steps(2);
    window.get_by_label(LINE).type_text(text);
    window.run_steps(2);
}

fn line(window: &Window) -> String {
    app(window).terminals.field.text.clone()
}

fn offered(window: &Window) -> Vec<String> {
    let list = app(window).terminals.field.list();
    list.map(|list| list.all().iter().map(|fit| fit.text.clone()).collect()).unwrap_or_default()
}

#[test]
fn the_field_has_a_row_of_its_own_whether_the_terminals_are_open_or_not() {
    for lang in Lang::ALL {
        let mut window = window(lang);
        let label = if lang == Lang::Ko { LINE } else { "Command to run" };
        let closed = window.get_by_label(label).rect();
        tell(&mut window, TerminalCommand::Dock);
        let open = window.get_by_label(label).rect();
        assert_eq!(closed, open, "it stays where it is");
        tell(&mut window, TerminalCommand::Place);
        assert_eq!(window.get_by_label(label).rect(), open, "also below terminals at the side");
    }
}

#[test]
fn slash_goes_there_and_escape_leaves() {
    let mut window = korean();
    press(&mut window, Key::Slash);
    assert!(window.get_by_label(LINE).is_focused());
    press(&mut window, Key::Escape);
    assert!(!window.get_by_label(LINE).is_focused());
}

#[test]
fn the_arrow_goes_back_through_what_was_run_and_forward_to_what_was_typed() {
    let mut window = korean();
    let ran = ["docker ps", "images", "docker ps"];
    ran.iter().for_each(|line| app_mut(&mut window).terminals.field.ran(line));
    typed(&mut window, "docker run");
    press(&mut window, Key::ArrowUp);
    assert_eq!(line(&window), "docker ps");
    press(&mut window, Key::ArrowUp);
    assert_eq!(line(&window), "images");
    press(&mut window, Key::ArrowUp);
    assert_eq!(line(&window), "images", "a line that was run twice is there once, and before the first is nothing");
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::ArrowDown);
    assert_eq!(line(&window), "docker run");
}

#[derive(Default)]
struct Stored(std::collections::HashMap<String, String>);

impl eframe::Storage for Stored {
    fn get_string(&self, key: &str) -> Option<String> {
        self.0.get(key).cloned()
    }
    fn set_string(&mut self, key: &str, value: String) {
        self.0.insert(key.to_owned(), value);
    }
    fn remove_string(&mut self, key: &str) {
        self.0.remove(key);
    }
    fn flush(&mut self) {}
}

#[test]
fn history_place_and_height_outlive_the_window() {
    let mut window = korean();
    tell(&mut window, TerminalCommand::Place);
    let app = app_mut(&mut window);
    app.terminals.field.ran("docker volume ls");
    app.terminals.height = Some(311.0);
    let mut stored = Stored::default();
    settings::save(&mut stored, &app.state, &app.terminals);
    let mut next = korean();
    let app = app_mut(&mut next);
    settings::load(&stored, &mut app.state, &mut app.terminals);
    assert_eq!(app.terminals.field.history(), ["docker volume ls"]);
    assert!(app.terminals.side);
    assert_eq!(app.terminals.height, Some(311.0));
    // As it was stored before there were terminals in it.
    let before = r#"{"lang":"en","dark":false,"level":"kernel","speed":2.0}"#;
    let mut old = Stored::default();
    eframe::Storage::set_string(&mut old, "settings", before.to_owned());
    settings::load(&old, &mut app.state, &mut app.terminals);
    assert_eq!((app.state.lang, app.state.dark), (Lang::En, false));
}

#[test]
fn tab_completes_commands_flags_and_names() {
    for (begun, whole) in [
        ("im", "im"),
        ("docker ima", "docker image"),
        ("docker vol", "docker volume "),
        ("vol", "volume "),
        ("volume cr", "volume create "),
        ("run --net", "run --network"),
        ("run --network-", "run --network-alias "),
        ("run --network br", "run --network bridge "),
        ("run --network=br", "run --network=bridge "),
        ("run -it lab/sh", "run -it lab/shell:1 "),
        ("run -v no", "run -v notes:"),
        ("run --pull al", "run --pull always "),
        ("logs we", "logs web "),
        ("volume rm no", "volume rm notes "),
        ("rm -f we", "rm -f web "),
        ("rmi lab", "rmi lab/shell:1 "),
        ("inspect no", "inspect notes "),
    ] {
        let mut window = korean();
        typed(&mut window, begun);
        press(&mut window, Key::Tab);
        assert_eq!(line(&window), whole, "{begun}: {:?}", offered(&window));
        assert!(window.get_by_label(LINE).is_focused(), "{begun}: Tab is the field's");
    }
}

/// A window whose engine has only started, and has spoken to no registry.
fn fresh() -> Window {
    let mut window = korean();
    let app = app_mut(&mut window);
    app.state.receive(News::Connected { socket: "/nowhere/dockwalk.sock".into() });
    let events = sample::shell_run().events;
    let is_host = |event: &Event| {
        matches!(&event.body, Body::Observed { change, .. }
            if matches!(&**change, dockwalk::trace::Change::HostSeen(_)))
    };
    let at = events.iter().position(is_host).expect("the sample has a host");
    app.state.receive(News::Events(events.into_iter().take(at + 1).map(Arc::new).collect()));
    window.run_steps(3);
    window
}

#[test]
fn before_anything_was_pulled_the_images_of_the_lab_are_offered_where_one_may_be_pulled() {
    assert!(app(&fresh()).state.world().tags.is_empty());
    for (begun, whole) in [
        ("docker pull lab/sh", "docker pull lab/shell:1 "),
        ("run -it lab/sh", "run -it lab/shell:1 "),
        ("image pull lab/ba", "image pull lab/base:1 "),
        ("create lab/busybox:l", "create lab/busybox:latest "),
        // What is not here cannot be removed or saved.
        ("rmi lab/sh", "rmi lab/sh"),
        ("save lab/sh", "save lab/sh"),
    ] {
        let mut window = fresh();
        typed(&mut window, begun);
        press(&mut window, Key::Tab);
        assert_eq!(line(&window), whole, "{begun}: {:?}", offered(&window));
    }
    let mut window = fresh();
    typed(&mut window, "im");
    press(&mut window, Key::Tab);
    assert_eq!(offered(&window), ["image", "images", "import"]);
    window.get_by_label("import");
    // Without an engine nobody knows what there is.
    let mut grammar = dockwalk::cli::grammar(Lang::En);
    grammar.build();
    assert!(line::fits(&grammar, "docker pull lab/", &World::default()).all.is_empty());
}

#[test]
fn what_fits_is_seen_and_tab_goes_through_it() {
    let mut window = korean();
    typed(&mut window, "docker ima");
    press(&mut window, Key::Tab);
    assert_eq!(offered(&window), ["image", "images"]);
    assert_eq!(line(&window), "docker image");
    window.get_by_label("image");
    window.get_by_label("images");
    press(&mut window, Key::Tab);
    assert_eq!(line(&window), "docker image");
    press(&mut window, Key::Tab);
    assert_eq!(line(&window), "docker images");
    window.key_press_modifiers(Modifiers::SHIFT, Key::Tab);
    window.run_steps(2);
    assert_eq!(line(&window), "docker image");
    press(&mut window, Key::Escape);
    assert!(offered(&window).is_empty());
    assert!(window.query_by_label("images").is_none());
    assert!(window.get_by_label(LINE).is_focused(), "Escape closes the list and no more");
}

#[test]
fn with_ctrl_a_digit_is_the_pictures_while_one_types() {
    let mut window = korean();
    typed(&mut window, "docker ps");
    for (key, tab) in [(Key::Num3, Tab::Network), (Key::Num4, Tab::Storage)] {
        window.key_press_modifiers(Modifiers::COMMAND, key);
        window.run_steps(2);
        assert_eq!((app(&window).state.tab, line(&window)), (tab, "docker ps".to_owned()));
        assert!(window.get_by_label(LINE).is_focused(), "and one goes on typing");
    }
}

#[test]
fn what_is_clicked_in_the_list_stands_in_the_field() {
    let mut window = korean();
    typed(&mut window, "volume ");
    press(&mut window, Key::Tab);
    assert_eq!(offered(&window), ["create", "inspect", "ls", "prune", "rm"]);
    window.get_by_label("inspect").click();
    window.run_steps(3);
    assert_eq!(line(&window), "volume inspect ");
    assert!(window.get_by_label(LINE).is_focused());
}

/// What a command does is said in the window's language, also when another one is chosen.
#[test]
fn what_fits_is_explained_in_the_language_of_the_window() {
    let about = |window: &Window| {
        let list = app(window).terminals.field.list();
        list.map(|list| list.all().iter().map(|fit| fit.about.clone()).collect::<Vec<_>>()).unwrap_or_default()
    };
    let mut window = korean();
    typed(&mut window, "volume ");
    press(&mut window, Key::Tab);
    assert_eq!(about(&window)[0], "볼륨을 만듭니다");
    tell(&mut window, ViewCommand::OtherLanguage);
    assert!(about(&window).is_empty(), "what was said in the other language is gone");
    press(&mut window, Key::Tab);
    assert_eq!(about(&window)[0], "Create a volume");
}

#[test]
fn enter_takes_what_was_chosen_and_does_not_run_it() {
    let mut window = korean();
    typed(&mut window, "docker ima");
    press(&mut window, Key::Tab);
    press(&mut window, Key::Tab);
    press(&mut window, Key::Enter);
    assert_eq!(line(&window), "docker image ");
    assert!(app(&window).terminals.list().is_empty());
    assert!(window.get_by_label(LINE).is_focused());
}

#[test]
fn a_line_that_is_no_docker_command_is_not_run_and_says_why() {
    for (line, ko, en) in [
        ("ls -l", "docker 명령이 아닙니다", "not a docker command"),
        ("dokcer run x", "혹시 docker", "Did you mean docker"),
        ("rnu lab/shell:1", "혹시 run", "Did you mean run"),
        ("docker pss", "혹시 ps", "Did you mean ps"),
        ("docker run --nmae x lab/shell:1", "혹시 --name", "Did you mean --name"),
        ("docker run", "값이 없습니다", "is missing"),
        ("docker ps extra", "받지 않는 값", "takes no such argument"),
        ("docker run --pull sometimes x", "always", "always"),
        ("docker run --name", "값이 필요합니다", "a value is needed"),
        ("docker run --name a --name b x", "한 번만", "can be given once"),
        ("docker run 'x", "따옴표", "quotation"),
    ] {
        for (lang, label, says) in [(Lang::Ko, LINE, ko), (Lang::En, "Command to run", en)] {
            let mut window = window(lang);
            window.get_by_label(label).focus();
            window.run_steps(2);
            window.get_by_label(label).type_text(line);
            window.run_steps(2);
            press(&mut window, Key::Enter);
            assert_eq!(app(&window).terminals.field.text, line, "it stays to be mended");
            assert!(window.query_all_by_label_contains(says).next().is_some(), "{line} in {lang:?}: {says}");
            assert!(window.get_by_label(label).is_focused());
            assert!(app(&window).terminals.list().is_empty());
            press(&mut window, Key::Escape);
            assert!(window.query_all_by_label_contains(says).next().is_none(), "Escape takes it away");
        }
    }
}

#[test]
fn docker_may_be_left_out_and_host_is_the_lab_hosts() {
    let mut grammar = dockwalk::cli::grammar(Lang::En);
    grammar.build();
    let words = |text: &str| line::command(Some(&grammar), text).map(|words| words.join(" "));
    assert_eq!(words("ps -a").unwrap(), "docker ps -a");
    assert_eq!(words("docker ps -a").unwrap(), "docker ps -a");
    assert_eq!(words("dockwalk docker ps -a").unwrap(), "docker ps -a");
    assert_eq!(words("host ip addr").unwrap(), "host ip addr");
    assert_eq!(words("docker run --help").unwrap(), "docker run --help");
    // Docker has it: whoever runs it says that dockwalk has not.
    assert_eq!(words("docker build .").unwrap(), "docker build .");
}

/// Arguments that are new names, files, or somebody else's.
const NO_NAMES: &[&str] = &[
    "reference",
    "target",
    "command",
    "file",
    "server",
    "commit container",
    "create name",
    "image",
    "detach",
    "new_name",
    "private_port",
    "ps_options",
];

#[test]
fn every_argument_of_every_command_names_something_or_is_known_not_to() {
    fn look(command: &clap::Command, path: &[&str], unknown: &mut Vec<String>) {
        for argument in command.get_positionals() {
            let id = argument.get_id().as_str();
            let new = NO_NAMES.contains(&id) || matches!(path, ["volume" | "network", "create"]);
            if Names::of(path, id).is_none() && !new {
                unknown.push(format!("{} {id}", path.join(" ")));
            }
        }
        for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
            look(below, &[path, &[below.get_name()]].concat(), unknown);
        }
    }
    let mut grammar = dockwalk::cli::grammar(Lang::En);
    grammar.build();
    let mut unknown = Vec::new();
    look(grammar.find_subcommand("docker").unwrap(), &[], &mut unknown);
    assert!(unknown.is_empty(), "what do these name? {unknown:?}");
}

#[test]
fn in_the_command_of_a_container_nothing_is_offered() {
    let mut grammar = dockwalk::cli::grammar(Lang::En);
    grammar.build();
    let world = World::default();
    for text in ["docker run lab/shell:1 -", "docker run lab/shell:1 s", "docker exec web -", "nonsense ", "docker 'a "]
    {
        let fits = line::fits(&grammar, text, &world);
        assert!(fits.all.is_empty(), "{text}: {:?}", fits.all);
    }
    let flags = line::fits(&grammar, "docker run -it --", &world).all;
    assert!(
        flags.iter().any(|fit| fit.text == "--name") && !flags.iter().any(|fit| fit.text == "--tty"),
        "given already"
    );
}

#[test]
fn a_recording_has_no_field_as_nothing_runs_there() {
    let options = Options { lang: Some(Lang::Ko), ..Options::default() };
    let mut window = open(options, (1280.0, 720.0));
    let trace = sample::shell_run().trace();
    let recording = dockwalk::ui::source::Recording { path: "a.ndjson".into(), trace, torn: None };
    app_mut(&mut window).state.receive(News::Loaded(Box::new(recording)));
    window.run_steps(3);
    assert!(window.query_by_label(LINE).is_none());
    assert!(!matches!(sample::shell_run().events[0].body, Body::Dropped { .. }));
}

#[test]
fn what_was_left_in_the_field_does_not_outlive_what_was_looked_at() {
    use dockwalk::ui::command::SourceCommand;
    for leave in [SourceCommand::StartPage, SourceCommand::Lesson("01-pull-and-run".into())] {
        let mut window = korean();
        app_mut(&mut window).terminals.field.ran("docker ps");
        typed(&mut window, "docker run --no");
        press(&mut window, Key::Tab);
        tell(&mut window, leave.clone());
        assert_eq!(line(&window), "", "{leave:?}");
        assert!(offered(&window).is_empty());
        assert_eq!(app(&window).terminals.field.history(), ["docker ps"], "what was run is remembered");
    }
}
