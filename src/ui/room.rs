//! Where a panel is, and what is in it later: panels are laid out from the outside in, and read, by Tab and by screen readers, in
//! the order in which they are painted.

use super::theme::Theme;
use egui::{Align, Context, Id, Layout, Panel, Rect, Stroke, StrokeKind, Ui, UiBuilder};

/// The room of a panel.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    id: Id,
    /// What of it is filled.
    pub inner: Rect,
    clip: Rect,
}

impl Room {
    /// Takes it from what is left. It is filled later.
    pub fn of(ui: &mut Ui, panel: Panel) -> Self {
        let taken = panel.show(ui, |ui| {
            // A panel shrinks to what is in it; these stay as they are, so that nothing moves when something else is shown.
            ui.set_min_size(ui.available_size());
            Self { id: ui.scope_id(), inner: ui.max_rect(), clip: ui.clip_rect() }
        });
        taken.inner
    }

    /// All that is left.
    pub fn rest(ui: &Ui) -> Self {
        let inner = ui.available_rect_before_wrap();
        Self { id: ui.scope_id().with("rest"), inner, clip: inner }
    }

    /// Fills it.
    pub fn show<R>(&self, ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> R {
        let builder = UiBuilder::new().id_salt(self.id).max_rect(self.inner).layout(Layout::top_down(Align::Min));
        let mut inner = ui.new_child(builder);
        inner.set_clip_rect(self.clip);
        add(&mut inner)
    }
}

/// At the end of what scrolls: the control that got the keys is brought into view, once. What is read afterwards is the reader's to
/// scroll.
pub fn follow_focus(ui: &Ui) {
    let id = ui.scope_id().with("focus seen");
    let focused = ui.memory(egui::Memory::focused);
    if ui.data(|data| data.get_temp::<Option<Id>>(id)) == Some(focused) {
        return;
    }
    ui.data_mut(|data| data.insert_temp(id, focused));
    let Some(response) = focused.and_then(|id| ui.ctx().read_response(id)) else { return };
    if response.layer_id == ui.layer_id() && ui.min_rect().contains(response.rect.center()) {
        ui.scroll_to_rect(response.rect.expand(8.0), None);
    }
}

/// Around the control that has the keys, whatever it is: the same everywhere.
pub fn ring(ctx: &Context, theme: &Theme) {
    let Some(response) = ctx.memory(egui::Memory::focused).and_then(|id| ctx.read_response(id)) else { return };
    // What is scrolled away has none.
    let at = response.interact_rect.intersect(ctx.content_rect().shrink(1.0));
    if at.is_positive() {
        let painter = ctx.layer_painter(response.layer_id);
        painter.rect_stroke(at, 5.0, Stroke::new(2.0, theme.accent), StrokeKind::Inside);
    }
}
