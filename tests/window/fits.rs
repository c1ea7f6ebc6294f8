//! Every picture of every lesson in windows of the usual sizes, the terminal open: it is all in view, so what changed is;
//! it can be read, and nothing lies over anything else.

use crate::common::{Window, app, app_mut};
use crate::laws;
use crate::lesson::{LESSONS, lesson_in, onward, page};
use dockwalk::i18n::Lang;
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
        let mut pictures = 0;
        while app(&window).state.course.as_ref().is_some_and(|course| !course.is_ended()) {
            window.run_steps(4);
            if let Some(fault) = wrong(&window) {
                faults.push(format!("{name} {size:?} {} {:?}: {fault}", page(&window).id, app(&window).state.tab));
            }
            pictures += 1;
            onward(&mut window, true);
        }
        assert!(pictures >= page(&window).of, "{name}: {pictures} pictures were looked at");
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
