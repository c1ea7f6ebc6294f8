//! Of sixty containers the one that is looked for is found by anything that is known of it, and opened in its picture.

use crate::common::{Window, app, app_mut, open, press, tell};
use crate::sample;
use dockwalk::i18n::{Lang, Veil, Words};
use dockwalk::trace::Entity;
use dockwalk::ui::Options;
use dockwalk::ui::command::PlaybackCommand;
use dockwalk::ui::diagrams::Tab;
use dockwalk::ui::find::{SHOWN, hits};
use dockwalk::ui::source::{News, Recording};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;

const FIELD: &str = "그림에서 찾기";

fn crowd() -> Window {
    let mut window = open(Options { lang: Some(Lang::Ko), ..Options::default() }, (1440.0, 900.0));
    let recording = Recording { path: "crowd.ndjson".into(), trace: sample::crowd(60).trace(), torn: None };
    app_mut(&mut window).state.receive(News::Loaded(Box::new(recording)));
    tell(&mut window, PlaybackCommand::End);
    window
}

fn look_for(window: &mut Window, text: &str) {
    window.key_press_modifiers(Modifiers::COMMAND, Key::F);
    window.run_steps(3);
    window.get_by_label(FIELD).type_text(text);
    window.run_steps(3);
}

#[test]
fn a_container_of_sixty_is_opened_by_its_name() {
    let mut window = crowd();
    assert_eq!(app(&window).state.selection, None);
    look_for(&mut window, "box07");
    press(&mut window, Key::Enter);
    window.run_steps(3);
    let state = &app(&window).state;
    assert_eq!(state.selection, Some(Entity::Container(sample::id("box07"))));
    assert_eq!((state.tab, state.overlay), (Tab::Network, None));
    // It is open in the picture: its name stands in a box of its own, not in the field of the others.
    let seen = app(&window).seen(Tab::Network).unwrap();
    let shape = seen.scene.shape_of(&Entity::Container(sample::id("box07"))).unwrap();
    let other = seen.scene.shape_of(&Entity::Container(sample::id("box08")));
    assert!(other.is_none_or(|other| shape.rect.height() > 1.5 * other.rect.height()), "{shape:?} {other:?}");
}

#[test]
fn it_is_found_by_what_is_known_of_it_and_a_click_opens_it() {
    let mut window = crowd();
    let id = sample::id("box11");
    look_for(&mut window, &id.as_str()[..20]);
    window.get_by_label("컨테이너 box11").click();
    window.run_steps(3);
    assert_eq!(app(&window).state.selection, Some(Entity::Container(id)));
}

#[test]
fn what_is_not_there_is_said_and_escape_leaves_everything_as_it_was() {
    let mut window = crowd();
    let before = (app(&window).state.tab, app(&window).state.selection.clone());
    look_for(&mut window, "nobody");
    assert!(window.query_by_label_contains("‘nobody’ 없음").is_some());
    press(&mut window, Key::Enter);
    assert!(window.query_by_label(FIELD).is_some(), "it waits for another word");
    press(&mut window, Key::Escape);
    window.run_steps(2);
    assert!(window.query_by_label(FIELD).is_none());
    assert_eq!((app(&window).state.tab, app(&window).state.selection.clone()), before);
    look_for(&mut window, "");
    assert_eq!(app(&window).state.finding, "", "it begins anew");
}

#[test]
fn what_begins_with_it_comes_first_and_of_very_many_all_are_counted() {
    let world = sample::crowd(60).world;
    let words = Words::new(Lang::En);
    let (offered, all) = hits("BOX1", &world, &words);
    assert!(all >= 10 && offered.len() == SHOWN.min(all), "{all}");
    assert!(offered.iter().take(8).all(|hit| hit.facts.title.starts_with("box1") && hit.by.is_none()), "{offered:?}");
    let (by_value, known) = hits("172.17.", &world, &words);
    assert!(by_value.iter().all(|hit| hit.by.as_ref().is_some_and(|by| by.contains("172.17."))), "{by_value:?}");
    assert!(!by_value.is_empty() && hits(" ", &world, &words).1 == 0);
    // What a lesson asks is not found by its value.
    let veiled: Vec<(&'static str, Veil)> =
        by_value.iter().flat_map(|hit| hit.facts.rows.iter().map(|row| (row.label, Veil::Asked))).collect();
    assert!(hits("172.17.", &world, &words.veiling(veiled)).1 < known);
}

/// Each path has the engine's directory in it: what only that says is found in none.
#[test]
fn the_engines_directory_is_no_hit_and_what_is_below_it_is() {
    let mut world = sample::crowd(3).world;
    let words = Words::new(Lang::Ko);
    let root = world.host.as_ref().unwrap().root.clone();
    assert!(root.len() > 4, "{root}");
    let paths = |world: &dockwalk::trace::World| {
        let all = world.entities().filter_map(|entity| dockwalk::ui::facts::of(&entity, world, &words));
        let within = |value: &str| value.starts_with(&format!("{root}/"));
        all.filter(|facts| facts.rows.iter().any(|row| within(&row.value))).count()
    };
    assert!(paths(&world) > 3, "there are paths below {root}");
    let last = root.rsplit('/').next().unwrap().to_owned();
    for text in [&root, &last, &root[1..root.len() - 1]] {
        let (found, _) = hits(text, &world, &words);
        let noise = found.iter().filter(|hit| hit.by.as_ref().is_some_and(|by| by.starts_with(&format!("{root}/"))));
        assert_eq!(noise.count(), 0, "{text}: {found:?}");
    }
    for text in [format!("{root}/"), format!("{last}/con")] {
        assert!(hits(&text, &world, &words).1 > 3, "{text} goes on below it");
    }
    // An engine that said nothing of its directory.
    world.host = None;
    assert!(hits(&last, &world, &words).1 > 0);
}
