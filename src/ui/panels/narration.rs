//! What happened last, in a sentence under the picture: read by eye and by screen readers.

use super::PanelContext;
use crate::ui::state::dropped;
use crate::ui::{fonts, short};
use egui::accesskit::Live;
use egui::{Color32, Response, Role, Sense, Ui, WidgetInfo, vec2};

/// How high its row is.
pub const HEIGHT: f32 = 32.0;

/// Shows it in all the room there is.
pub fn show(ui: &mut Ui, cx: &PanelContext<'_>) {
    let area = ui.max_rect();
    let Some((whole, color)) = sentence(cx) else { return };
    let row = area.shrink2(vec2(18.0, 0.0));
    let response = ui.interact(row, ui.scope_id().with("happened"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &whole));
    live(ui, &response);
    let text = short::paths(&whole);
    // A sentence that is too long for the row is set smaller before it is cut.
    let wide = |size: f32| ui.painter().layout_no_wrap(text.clone(), fonts::regular(size), color).size();
    let sizes = [14.5, 13.5, 12.5].into_iter();
    let Some(size) = sizes.into_iter().find(|size| wide(*size).x <= row.width()) else {
        return in_two_lines(ui, row, &text, &whole, color, response);
    };
    let at = egui::pos2(row.left(), row.center().y - wide(size).y / 2.0);
    let end = crate::ui::widgets::line(ui.painter(), at, row.width(), &text, fonts::regular(size), color);
    if end.width() > row.width() - 4.0 || text != whole {
        response.on_hover_text(whole);
    }
}

/// What is still too long has two lines of the row, and all of it as a tooltip.
fn in_two_lines(ui: &Ui, row: egui::Rect, text: &str, whole: &str, color: Color32, response: Response) {
    let font = fonts::regular(12.0);
    let galley = crate::ui::widgets::lines_of(ui.painter(), row.width(), 2, text, font, color);
    let (cut, high) = (galley.elided, galley.size().y);
    ui.painter().galley(egui::pos2(row.left(), row.center().y - high / 2.0), galley, color);
    if cut || text != whole {
        response.on_hover_text(whole);
    }
}

/// A screen reader says it when it is another, once it has said what it is saying.
pub fn live(ui: &Ui, response: &Response) {
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_live(Live::Polite));
}

/// The sentence, and its colour.
pub fn sentence(cx: &PanelContext<'_>) -> Option<(String, Color32)> {
    let state = cx.state;
    // One line in one font: the marks around what is to be typed would be seen as letters.
    let failed = state.failed().map(|problem| cx.words.problem(problem).replace('`', ""));
    match (failed, state.happened(cx.words)) {
        (Some(failed), _) => Some((failed, cx.theme.bad)),
        (None, Some(said)) => Some((said, cx.theme.text)),
        // Where nothing has happened yet something may have been dropped.
        (None, None) if state.trace.start() > 0 => Some((dropped(cx.words, state.trace.base()), cx.theme.warn)),
        (None, None) => None,
    }
}
