//! Before a class: the lines of a terminal that the page speaks of, in one line above the sentence.

use super::PanelContext;
use crate::ui::fonts;
use crate::ui::state::{Face, Place};
use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Rect, Role, Sense, Ui, WidgetInfo, vec2};

/// How large its letters are, and how high its line is, where the window is as high as 720 points.
const SIZE: f32 = 22.0;
pub const LINE: f32 = 28.0;

/// What stands between two lines of the terminal that have become one.
const BETWEEN: &str = "   ·   ";

/// The lines in one, with the words that the page waits for; none where it speaks of none, or nothing was done for it yet,
/// and beside a claim of the notes.
pub fn line(cx: &PanelContext<'_>) -> Option<(String, Vec<String>)> {
    let course = cx.state.course.as_ref().filter(|course| !course.is_ended())?;
    // What the notes claim and what is true of it need the sentence's whole room.
    let is_note = matches!(cx.state.face(), Face::Note(_));
    let lines = if cx.state.place() == Some(Place::Here) && !is_note { course.spoken_of() } else { Vec::new() };
    let (lines, words): (Vec<_>, Vec<_>) = lines.into_iter().unzip();
    (!lines.is_empty()).then(|| (lines.join(BETWEEN), words.concat()))
}

/// Shows it in that room.
pub fn show(ui: &Ui, cx: &PanelContext<'_>, (line, words): &(String, Vec<String>), room: Rect, scale: f32) {
    let theme = &cx.theme;
    ui.painter().rect_filled(room, 0.0, theme.well);
    let row = room.shrink2(vec2(40.0 * scale, 0.0));
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
    let response = ui.interact(row, ui.scope_id().with("printed"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, fonts::shown(line)));
    ui.painter().galley(row.left_center() - vec2(0.0, galley.size().y / 2.0), galley, theme.text);
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
