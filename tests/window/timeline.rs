//! The timeline: names are whole or not there, and the cursor is in view whatever is laid out anew.

use crate::common::{Window, app, tell};
use crate::lesson::{LESSONS, lesson_in};
use dockwalk::i18n::{Lang, Words};
use dockwalk::ui::command::{PlaybackCommand, ViewCommand};
use egui::{Rect, Shape, Vec2};
use egui_kittest::kittest::Queryable;

fn area(window: &Window) -> Rect {
    let words = Words::new(app(window).state.lang);
    window.get_by_label(&words.say("timeline-lanes")).rect()
}

/// What is written in the lanes, and where the cursor is drawn.
fn drawn(window: &Window) -> (Vec<(String, Rect)>, Option<f32>) {
    let area = area(window);
    let (mut texts, mut head) = (vec![], None);
    for clipped in &window.output().shapes {
        match &clipped.shape {
            Shape::Text(text) => {
                let rect = Rect::from_min_size(text.pos, text.galley.size());
                if area.y_range().contains(rect.center().y)
                    && clipped.clip_rect.intersects(area)
                    && rect.left() > area.left() - 900.0
                {
                    let beside = rect.right() < area.left() - 10.0;
                    if !beside {
                        texts.push((text.galley.text().to_owned(), rect));
                    }
                }
            }
            Shape::Circle(circle) if circle.radius == 5.0 && area.y_range().contains(circle.center.y) => {
                head = Some(circle.center.x);
            }
            _ => {}
        }
    }
    (texts, head)
}

fn check(window: &Window, what: &str) {
    let area = area(window);
    let (texts, head) = drawn(window);
    assert!(!texts.is_empty(), "{what}: nothing is named");
    for (text, rect) in &texts {
        assert!(
            rect.left() >= area.left() - 0.6 && rect.right() <= area.right() + 0.6,
            "{what}: `{text}` is cut: {rect:?} in {area:?}"
        );
        let over = texts.iter().find(|(_, other)| other != rect && other.shrink(1.0).intersects(rect.shrink(1.0)));
        assert!(over.is_none(), "{what}: `{text}` lies over {over:?}");
    }
    let head = head.unwrap_or_else(|| panic!("{what}: there is no cursor"));
    assert!(area.x_range().contains(head), "{what}: the cursor is at {head}, out of {area:?}");
}

fn walk(size: (f32, f32)) {
    for (name, lang) in LESSONS.into_iter().zip(Lang::ALL.into_iter().cycle()) {
        let mut window = lesson_in(name, lang, size);
        tell(&mut window, PlaybackCommand::Home);
        for _ in 0..400 {
            if app(&window).state.at_end() {
                break;
            }
            let before = app(&window).state.cursor.position();
            tell(&mut window, PlaybackCommand::Seek(before + 61));
            check(&window, &format!("{name} {size:?} at {before}"));
        }
    }
}

#[test]
fn names_are_whole_or_not_there_at_every_stop_in_a_small_window() {
    walk((1280.0, 720.0));
}

#[test]
fn names_are_whole_or_not_there_at_every_stop_in_the_least_window() {
    walk((960.0, 640.0));
}

#[test]
fn the_cursor_stays_in_view_when_all_is_laid_out_anew() {
    let mut window = lesson_in(LESSONS[0], Lang::Ko, (1440.0, 900.0));
    let end = app(&window).state.trace.len();
    for part in [3, 5, 7, 8] {
        tell(&mut window, PlaybackCommand::Seek(end * part / 8));
        for lang in [Lang::En, Lang::Ko] {
            tell(&mut window, ViewCommand::Language(lang));
            check(&window, &format!("{part}/8 {lang:?}"));
            for size in [(960.0, 640.0), (1920.0, 1080.0), (1280.0, 720.0)] {
                window.set_size(Vec2::from(size));
                window.run_steps(3);
                check(&window, &format!("{part}/8 {lang:?} {size:?}"));
            }
        }
    }
}
