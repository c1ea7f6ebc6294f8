//! The layer inspector in the diagram's place: layers, files, and what is known of one of them.
//!
//! ```text
//! ┌ head: whose files, which page, search ───────────────────────┐
//! │ layers, top first │ files, or waste, or differences │ details │
//! └───────────────────┴─────────────────────────────────┴─────────┘
//! ```

mod beneath;
mod compare;
mod content;
mod details;
mod empty;
mod faults;
mod head;
mod layers;
mod mark;
mod search;
mod table;
mod waste;
mod words;

use super::PanelContext;
use crate::ui::files::{Load, Opened, Page};
use egui::{CornerRadius, Frame, Margin, Panel, Rect, Stroke, Ui, pos2};
use std::sync::Arc;

/// The list of files has the focus: letters, arrows and their kin are its own.
pub fn has_keys(ctx: &egui::Context) -> bool {
    ctx.memory(|memory| memory.focused()) == Some(egui::Id::unique(table::ID))
}

/// Shows it in all the room there is.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let theme = cx.theme;
    let head_frame = Frame::new().fill(theme.canvas).inner_margin(Margin::symmetric(16, 0));
    Panel::top("files-head").exact_size(head::HEIGHT).frame(head_frame).show(ui, |ui| head::show(ui, cx));
    let image = match &cx.state.files.opened {
        Load::Ready(image) => Arc::clone(image),
        _ => return empty::show(ui, cx),
    };
    body(ui, cx, &image);
}

fn body(ui: &mut Ui, cx: &mut PanelContext<'_>, image: &Arc<Opened>) {
    let theme = cx.theme;
    let width = ui.available_width();
    let frame = |margin| Frame::new().fill(theme.canvas).inner_margin(margin);
    let side = (width * 0.22).clamp(214.0, 290.0);
    let margin = Margin { left: 16, right: 8, top: 10, bottom: 0 };
    Panel::left("files-layers").exact_size(side).frame(frame(margin)).show(ui, |ui| layers::show(ui, cx, image));
    let large = cx.state.files.large && cx.state.files.page != Page::Waste;
    let side = if large { width * 0.55 } else { (width * 0.30).clamp(230.0, 400.0) };
    let margin = Margin { left: 14, right: 14, top: 10, bottom: 0 };
    let panel = Frame::new().fill(theme.panel).inner_margin(margin);
    let name = if large { "files-details-large" } else { "files-details" };
    Panel::right(name).exact_size(side).frame(panel).show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        details::show(ui, cx, image);
    });
    let room = ui.available_rect_before_wrap();
    let middle = Rect::from_min_max(room.min + egui::vec2(6.0, 10.0), pos2(room.right() - 8.0, room.bottom()));
    ui.scope_builder(egui::UiBuilder::new().max_rect(middle), |ui| match cx.state.files.page {
        Page::Tree => {
            search::show(ui, cx);
            faults::show(ui, cx, image);
            table::show(ui, cx, image);
        }
        Page::Waste => waste::show(ui, cx, image),
        Page::Compare => {
            compare::show(ui, cx, image);
            table::show(ui, cx, image);
        }
    });
}

/// The box in which rows are.
fn boxed(ui: &Ui, rect: Rect, theme: &crate::ui::theme::Theme) {
    let radius = CornerRadius { nw: 8, ne: 8, sw: 0, se: 0 };
    ui.painter().rect(rect, radius, theme.panel, Stroke::new(1.0, theme.line), egui::StrokeKind::Inside);
}
