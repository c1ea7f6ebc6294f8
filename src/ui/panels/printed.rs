//! Before a class: the lines of a terminal that the page speaks of, as large as the sentence is.

use super::PanelContext;
use crate::ui::fonts;
use crate::ui::state::Place;
use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Rect, Role, Sense, Ui, WidgetInfo, vec2};

/// How large its letters are, and how high a line is with what is around it, where the window is as high as 720 points.
const SIZE: f32 = 22.0;
const LINE: f32 = 30.0;
/// No more lines have room.
const MOST: usize = 2;

/// The lines, each with the words that the page waits for; none where it speaks of none, or nothing was done for it yet.
pub fn lines(cx: &PanelContext<'_>) -> Vec<(String, Vec<String>)> {
    let course = cx.state.course.as_ref().filter(|course| !course.is_ended());
    let here = course.filter(|_| cx.state.place() == Some(Place::Here));
    let mut lines = here.map(|course| course.spoken_of()).unwrap_or_default();
    lines.truncate(MOST);
    lines
}

/// How high these lines are.
pub fn height(lines: &[(String, Vec<String>)], scale: f32) -> f32 {
    lines.len() as f32 * LINE * scale
}

/// Shows them in that room.
pub fn show(ui: &Ui, cx: &PanelContext<'_>, lines: &[(String, Vec<String>)], room: Rect, scale: f32) {
    if lines.is_empty() {
        return;
    }
    let theme = &cx.theme;
    ui.painter().rect_filled(room, 0.0, theme.well);
    for (at, (line, words)) in lines.iter().enumerate() {
        let row = Rect::from_min_size(
            room.min + vec2(40.0 * scale, LINE * scale * at as f32),
            vec2(room.width() - 80.0 * scale, LINE * scale),
        );
        let plain = TextFormat::simple(fonts::mono(SIZE * scale), theme.text);
        let marked = TextFormat { background: theme.accent.gamma_multiply(0.3), ..plain.clone() };
        let mut job = LayoutJob { wrap: TextWrapping::truncate_at_width(row.width()), ..LayoutJob::default() };
        let mut from = 0;
        for (start, end) in places(line, words) {
            job.append(&fonts::shown(&line[from..start]), 0.0, plain.clone());
            job.append(&fonts::shown(&line[start..end]), 0.0, marked.clone());
            from = end;
        }
        job.append(&fonts::shown(&line[from..]), 0.0, plain);
        let galley = ui.painter().layout_job(job);
        let response = ui.interact(row, ui.scope_id().with(("printed", at)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, fonts::shown(line)));
        ui.painter().galley(row.left_center() - vec2(0.0, galley.size().y / 2.0), galley, theme.text);
    }
}

/// Where the words stand in the line, one after the other.
fn places(line: &str, words: &[String]) -> Vec<(usize, usize)> {
    let found = words.iter().flat_map(|word| crate::lesson::words(line, word).map(|at| (at, at + word.len())));
    let mut found: Vec<_> = found.collect();
    found.sort_unstable();
    let mut end = 0;
    found.retain(|(from, to)| {
        *from >= end && {
            end = *to;
            true
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::places;

    #[test]
    fn words_stand_one_after_the_other() {
        let words = ["eth0".to_owned(), "172.17.0.2".to_owned(), "dev eth0".to_owned()];
        assert_eq!(places("172.17.0.2 dev eth0", &words), [(0, 10), (11, 19)]);
        assert_eq!(places("172.17.0.20", &words), []);
    }
}
