//! Every picture of every lesson in windows of the usual sizes, the terminal open: it is all in view, so what changed is;
//! it can be read, and nothing lies over anything else.

use crate::common::{Window, app, app_mut};
use crate::laws;
use crate::lesson::{LESSONS, lesson_in, page};
use crate::walk::{each_rest, each_stop};
use dockwalk::i18n::{Lang, Words};
use dockwalk::trace::Entity;
use dockwalk::ui::diagrams::{Approximate, Look, Tab, scene_in};
use egui::Rect;

/// The smallest text that is read without effort, in points.
const READABLE: f32 = 11.0;

/// What is wrong with the picture that the window shows.
fn wrong(window: &Window) -> Option<String> {
    let app = app(window);
    let seen = app.seen(app.state.tab)?;
    if seen.scene.empty {
        return None;
    }
    laws::nothing_overlaps(seen.scene, "in the window");
    laws::no_wire_crosses(seen.scene, "in the window");
    let texts = seen.scene.nodes().flat_map(|node| &node.texts).chain(seen.scene.captions.iter().map(|c| &c.text));
    let least = texts.map(|text| text.font.size() * seen.transform.scaling).fold(f32::INFINITY, f32::min);
    if least < READABLE - 0.01 {
        return Some(format!("text of {least} points"));
    }
    let all = seen.transform * Rect::from_min_size(egui::Pos2::ZERO, seen.scene.size);
    let view = seen.view.expand(1.5);
    if view.contains_rect(all) {
        return None;
    }
    Some(format!("{:?} in {:?}: not all of it is in view", seen.scene.size, seen.view.size()))
}

/// Walks through every lesson in a window of that size.
fn fits(size: (f32, f32)) {
    let mut faults = Vec::new();
    for name in LESSONS {
        let mut window = lesson_in(name, Lang::Ko, size);
        app_mut(&mut window).terminals.open = true;
        let of = page(&window).of;
        let pictures = each_stop(&mut window, |window| {
            if let Some(fault) = wrong(window) {
                faults.push(format!("{name} {size:?} {} {:?}: {fault}", page(window).id, app(window).state.tab));
            }
        });
        assert!(pictures >= of, "{name}: {pictures} pictures were looked at");
    }
    faults.dedup();
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_picture_of_every_lesson_fits_a_small_window() {
    fits((1280.0, 720.0));
}

#[test]
fn every_picture_of_every_lesson_fits_the_usual_window() {
    fits((1440.0, 900.0));
}

#[test]
fn every_picture_of_every_lesson_fits_a_projectors_window() {
    fits((1920.0, 1080.0));
}

/// The smallest text before a class, where the window is as high as 720 points.
const FROM_THE_BACK: f32 = 22.0;

/// What is wrong with the picture that stands before the class.
fn unseen(window: &Window, high: f32) -> Option<String> {
    let app = app(window);
    let seen = app.seen(app.state.tab)?;
    if seen.scene.empty {
        return None;
    }
    laws::nothing_overlaps(seen.scene, "before a class");
    laws::no_wire_crosses(seen.scene, "before a class");
    let texts = seen.scene.nodes().flat_map(|node| &node.texts).chain(seen.scene.captions.iter().map(|c| &c.text));
    let least = texts.map(|text| text.font.size() * seen.transform.scaling).fold(f32::INFINITY, f32::min);
    if least < FROM_THE_BACK * (high - 16.0) / 720.0 - 0.01 {
        return Some(format!("text of {least} points"));
    }
    let all = seen.transform * Rect::from_min_size(egui::Pos2::ZERO, seen.scene.size);
    let view = seen.view.expand(1.5);
    let focus = seen.focus.map(|focus| seen.transform * focus);
    if focus.is_some_and(|focus| !view.contains_rect(focus)) {
        return Some(format!(
            "{:?} in {:?}: what changed is not in view: {focus:?}",
            seen.scene.size,
            seen.view.size()
        ));
    }
    (!view.contains_rect(all)).then(|| format!("{:?} in {:?}: not all in view", seen.scene.size, seen.view.size()))
}

/// The same before a class.
fn fits_a_class(size: (f32, f32)) {
    let mut faults = Vec::new();
    for name in LESSONS {
        for lang in Lang::ALL {
            let mut window = lesson_in(name, lang, size);
            app_mut(&mut window).state.presenter = true;
            let of = page(&window).of;
            let pictures = each_stop(&mut window, |window| {
                if let Some(fault) = unseen(window, size.1) {
                    let at = app(window).state.cursor.position();
                    faults.push(format!(
                        "{name} {lang:?} {} {at} {:?}: {fault}",
                        page(window).id,
                        app(window).state.tab
                    ));
                }
            });
            assert!(pictures >= of, "{name}: {pictures} pictures were looked at");
        }
    }
    faults.dedup();
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_picture_of_every_lesson_fits_before_a_class() {
    fits_a_class((1280.0, 720.0));
}

#[test]
fn every_picture_of_every_lesson_fits_before_a_class_on_a_large_screen() {
    fits_a_class((1920.0, 1080.0));
}

/// What says in what state a thing is.
const STATES: [&str; 20] = [
    "scene-absent",
    "scene-blob-checking",
    "scene-blob-here",
    "scene-blob-rejected",
    "scene-blob-reused",
    "scene-blob-verified",
    "scene-blob-waiting",
    "scene-chosen",
    "scene-not-mounted",
    "scene-not-mounted-now",
    "scene-not-read",
    "scene-not-unpacked",
    "scene-other-platform",
    "scene-overlay-none",
    "scene-overlay-not-mounted",
    "scene-overlay-unmounted",
    "scene-reserved",
    "scene-state-created",
    "scene-state-running",
    "scene-tag-before",
];

/// In every room a picture has, at every stop of every lesson, on every tab.
#[test]
fn no_word_that_says_a_state_is_cut() {
    let mut cut = std::collections::BTreeSet::new();
    let mut whole = 0;
    for name in LESSONS {
        for lang in Lang::ALL {
            let words = Words::new(lang);
            let states = STATES.map(|key| words.say(key));
            let is_cut = |text: &str| {
                let kept = text.strip_suffix('…').map(str::trim_end).filter(|kept| !kept.is_empty());
                kept.is_some_and(|kept| {
                    states.iter().any(|state| state.starts_with(kept) || kept.starts_with(state.as_str()))
                })
            };
            let mut window = lesson_in(name, lang, (1280.0, 720.0));
            each_rest(&mut app_mut(&mut window).state, |state| {
                let lit = state.lit();
                for (tab, room) in Tab::ALL.into_iter().flat_map(|tab| laws::ROOMS.map(|room| (tab, room))) {
                    let look =
                        Look { chosen: state.selection.as_ref(), lit: &lit, room: Some(room), ..Look::default() };
                    let scene = scene_in(tab, state.world(), look, &words, &Approximate);
                    for text in scene.nodes().flat_map(|node| &node.texts) {
                        whole += usize::from(states.contains(&text.text));
                        if is_cut(&text.text) {
                            cut.insert(format!("{name} {lang:?} {tab:?} {room:?}: {}", text.text));
                        }
                    }
                }
            });
        }
    }
    assert!(whole > 500, "{whole} states were said");
    assert!(cut.is_empty(), "{}\n{}", cut.len(), cut.into_iter().collect::<Vec<_>>().join("\n"));
}

/// The isolation picture is of the container that its page speaks of, also while a question is open and nothing is lit.
#[test]
fn the_isolation_picture_is_of_the_container_that_the_page_speaks_of() {
    let mut asked = 0;
    for name in LESSONS {
        let mut window = lesson_in(name, Lang::Ko, (1280.0, 720.0));
        each_rest(&mut app_mut(&mut window).state, |state| {
            let step = state.course.as_ref().unwrap().runner().step();
            let entities = step.focus.iter().flat_map(|focus| focus.entities(state.world()));
            let spoken_of = entities.filter_map(|entity| match entity {
                Entity::Container(id) => Some(id),
                _ => None,
            });
            let Some(spoken_of) = spoken_of.last().filter(|_| state.tab == Tab::Isolation) else { return };
            if state.selection.is_none() && !state.course.as_ref().unwrap().is_ended() {
                asked += usize::from(state.open_question().is_some());
                assert_eq!(state.isolated(), Some(spoken_of), "{name} {}", step.id);
            }
        });
    }
    assert!(asked > 2, "{asked} questions");
}
