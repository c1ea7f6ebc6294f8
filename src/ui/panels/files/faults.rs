//! Entries of layers that no engine can unpack: they are in no tree, so they are named above it, with the reason.

use super::super::PanelContext;
use super::{layers, words};
use crate::tree::{FaultReason, LayerFault};
use crate::ui::files::Opened;
use crate::ui::icons::Icon;
use crate::ui::{fonts, widgets};
use egui::{CornerRadius, Id, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

const ROW: f32 = 26.0;
/// Rows that are seen at once.
const SEEN: f32 = 4.0;

/// Shows those of the layers that the tree is of: a line, and by a click what they are.
pub fn show(ui: &mut Ui, cx: &PanelContext<'_>, image: &Opened) {
    let part = cx.state.files.part;
    let all = image.stack.layers().iter().enumerate();
    let shown = all.filter(|(number, _)| if part.only { *number == part.layer } else { *number <= part.layer });
    let faults: Vec<(usize, &LayerFault)> =
        shown.flat_map(|(number, layer)| layer.faults().iter().map(move |fault| (number, fault))).collect();
    if faults.is_empty() {
        return;
    }
    let id = Id::unique("files-faults");
    let open = ui.ctx().data(|data| data.get_temp::<bool>(id)).unwrap_or(false);
    if head(ui, cx, faults.len(), open) {
        ui.ctx().data_mut(|data| data.insert_temp(id, !open));
    }
    if open {
        ui.spacing_mut().item_spacing.y = 0.0;
        let area = ScrollArea::vertical().id_salt("files-faults").max_height(ROW * SEEN).auto_shrink([false, true]);
        area.show_rows(ui, ROW, faults.len(), |ui, rows| {
            faults[rows].iter().for_each(|(number, fault)| row(ui, cx, image, *number, fault));
        });
    }
    ui.add_space(4.0);
}

/// True when it was clicked.
fn head(ui: &mut Ui, cx: &PanelContext<'_>, count: usize, open: bool) -> bool {
    let theme = cx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let count = super::search::grouped(count);
    let text = cx.words.say_with("files-faults", &[("count", count.as_str())]);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, open, &text));
    let lit = response.hovered() || response.has_focus();
    let fill = theme.canvas.lerp_to_gamma(theme.warn, if lit { 0.18 } else { 0.11 });
    let line = Stroke::new(1.0, theme.canvas.lerp_to_gamma(theme.warn, 0.45));
    let painter = ui.painter();
    painter.rect(rect, CornerRadius::same(6), fill, line, StrokeKind::Inside);
    let icon = |x: f32| Rect::from_center_size(pos2(x, rect.center().y), vec2(16.0, 16.0));
    Icon::Cross.paint(painter, icon(rect.left() + 16.0), theme.warn);
    let arrow = if open { Icon::Up } else { Icon::Down };
    arrow.paint(painter, icon(rect.right() - 16.0), theme.weak);
    let at = pos2(rect.left() + 30.0, rect.top() + 5.0);
    widgets::line(painter, at, rect.width() - 64.0, &text, fonts::bold(12.5), theme.text);
    response.clicked()
}

fn row(ui: &mut Ui, cx: &PanelContext<'_>, image: &Opened, number: usize, fault: &LayerFault) {
    let theme = cx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let path = format!("/{}", words::name(fault.path.as_bytes()));
    let reason = cx.say(reason(fault.reason));
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{path}: {reason}")));
    let painter = ui.painter();
    layers::badge(painter, pos2(rect.left() + 24.0, rect.center().y), image.layers.get(number), number, &theme);
    let at = pos2(rect.left() + 42.0, rect.top() + 5.0);
    let room = rect.right() - at.x - 8.0;
    let end = widgets::line(painter, at, room * 0.5, &path, fonts::mono(12.0), theme.text);
    let at = pos2(end.right() + 12.0, at.y);
    widgets::line(painter, at, rect.right() - at.x - 8.0, &reason, fonts::regular(12.0), theme.warn);
    response.on_hover_text(format!("{path}\n{reason}"));
}

/// The message that says why.
fn reason(reason: FaultReason) -> &'static str {
    match reason {
        FaultReason::NotADirectory => "files-fault-not-a-directory",
        FaultReason::LinkToNothing => "files-fault-link-to-nothing",
        FaultReason::LinkToDirectory => "files-fault-link-to-directory",
        FaultReason::Root => "files-fault-root",
        FaultReason::TooManyLinks => "files-fault-too-many-links",
    }
}
