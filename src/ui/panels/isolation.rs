//! A system call, tried for real, in the window: which, and what the kernel answered.

use super::PanelContext;
use crate::client::protocol::TRIED_CALLS;
use crate::trace::Entity;
use crate::ui::command::IsolationCommand;
use crate::ui::diagrams::Tab;
use crate::ui::isolation;
use crate::ui::widgets::{self, Loudness};
use egui::{RichText, Ui};

/// In the inspector, about the selected thing, while the isolation picture is seen.
pub fn section(ui: &mut Ui, cx: &mut PanelContext<'_>, entity: &Entity) {
    let state = cx.state;
    if !state.is_live() || state.tab != Tab::Isolation {
        return;
    }
    let Some(container) = isolation::tried_in(entity, state.world()) else { return };
    ui.add_space(16.0);
    widgets::caption(ui, &cx.say("isolation-try-title"));
    ui.add_space(4.0);
    ui.label(RichText::new(cx.say("isolation-try-hint")).size(13.0).color(cx.theme.weak));
    ui.add_space(6.0);
    let label = cx.say("isolation-try");
    let button = widgets::text_button(ui, &label, Loudness::Plain);
    egui::Popup::menu(&button).show(|ui| {
        egui::ScrollArea::vertical().max_height(260.0).show(ui, |ui| {
            for call in TRIED_CALLS {
                if ui.button(RichText::new(call).monospace()).clicked() {
                    cx.want(IsolationCommand::Try { container: container.clone(), call });
                    ui.close();
                }
            }
        });
    });
}
