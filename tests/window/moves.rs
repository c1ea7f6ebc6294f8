//! A volume leaves by the window and comes back by it, driven by what a screen reader sees, on a live engine.

use crate::common::{Window, app, app_mut, click, open, tell};
use crate::engine::{Engine, everyone, good};
use dockwalk::i18n::Lang;
use dockwalk::trace::Entity;
use dockwalk::ui::command::ViewCommand;
use dockwalk::ui::diagrams::Tab;
use dockwalk::ui::files::{Carried, Transfer};
use dockwalk::ui::{Open, Options};
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable;
use std::path::Path;
use std::time::{Duration, Instant};

/// Frames until it is so. The limit is for what hangs.
fn until(window: &mut Window, what: &str, so: impl Fn(&Window) -> bool) {
    let begun = Instant::now();
    while !so(window) {
        assert!(begun.elapsed() < Duration::from_secs(30), "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
        window.step();
    }
    window.run_steps(2);
}

fn says(window: &Window, text: &str) -> bool {
    window.query_all_by_label_contains(text).next().is_some()
}

/// Types a path where one is asked for.
fn answer(window: &mut Window, path: &Path) {
    window.run_steps(3);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run_steps(1);
    window.event(Event::Text(path.display().to_string()));
    window.run_steps(1);
    window.key_press(Key::Enter);
    window.run_steps(2);
}

#[test]
fn a_volume_is_exported_and_imported_where_it_is_shown() {
    for who in everyone() {
        let engine = Engine::start(who);
        if nix::unistd::getuid().is_root() && engine.client().info().unwrap().rootless {
            continue;
        }
        good(engine.dockwalk(&["docker", "volume", "create", "notes"]));
        std::fs::write(engine.root().join("volumes/notes/_data/memo"), "remember").unwrap();
        let (socket, root) = (Some(engine.socket()), Some(engine.root()));
        let options = Options { lang: Some(Lang::Ko), open: Open::Engine, socket, root, ..Options::default() };
        let mut window = open(options, (1440.0, 900.0));
        until(&mut window, "closed", |window| says(window, "게이트 닫힘"));
        window.get_all_by_label_contains("게이트 닫힘").next().unwrap().click();
        until(&mut window, "open", |window| says(window, "게이트 열림"));
        let notes = Entity::Volume("notes".to_owned());
        until(&mut window, "the volume", |window| app(window).state.world().volumes.contains_key("notes"));
        tell(&mut window, ViewCommand::Select(Some(notes.clone())));
        click(&mut window, "볼륨 내보내기…");
        let file = engine.root().parent().unwrap().join("notes.tar.gz");
        answer(&mut window, &file);
        until(&mut window, "it is there", |window| says(window, "볼륨을 내보냈습니다"));
        assert!(
            std::fs::read(&file).unwrap().starts_with(&[0x1f, 0x8b]) && app(&window).state.files.transfer.is_none()
        );
        until(&mut window, "it is in the trace", |window| says(window, "마지막으로 내보냄"));
        // One that is on its way says how far it is, and can be called off.
        let bytes = (1_000_000, Some(4_000_000));
        let transfer = Transfer { what: Carried::ExportVolume, name: "notes".to_owned(), bytes };
        app_mut(&mut window).state.files.transfer = Some(transfer);
        window.run_steps(2);
        assert!(says(&window, "내보내는 중: notes · 1.00 MB / 4.00 MB"));
        click(&mut window, "취소");
        assert_eq!(app(&window).state.files.transfer, None);
        // What is there stays as it is.
        click(&mut window, "볼륨 가져오기…");
        answer(&mut window, &file);
        until(&mut window, "it is refused", |window| says(window, "이미 있습니다"));
        good(engine.dockwalk(&["docker", "volume", "rm", "notes"]));
        until(&mut window, "it is gone", |window| !app(window).state.world().volumes.contains_key("notes"));
        tell(&mut window, ViewCommand::Select(None));
        let storage = Tab::ALL.iter().position(|tab| *tab == Tab::Storage).unwrap();
        tell(&mut window, ViewCommand::Tab(storage));
        click(&mut window, "볼륨 가져오기…");
        answer(&mut window, &file);
        until(&mut window, "it is back", |window| app(window).state.world().volumes.contains_key("notes"));
        tell(&mut window, ViewCommand::Select(Some(notes)));
        assert!(says(&window, "가져옴"));
        assert_eq!(std::fs::read(engine.root().join("volumes/notes/_data/memo")).unwrap(), b"remember");
    }
}
