//! Above the storage picture: as a picture, or as the table of one container's places.

use super::PanelContext;
use crate::ui::command::ViewCommand;
use egui::{Frame, Margin, RichText, Ui};

/// Shows the choice.
pub fn bar(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    Frame::new().inner_margin(Margin::symmetric(12, 4)).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let views = [
                ("speed-bar-picture", "speed-bar-picture-why", false),
                ("speed-bar-table", "speed-bar-table-why", true),
            ];
            for (key, why, table) in views {
                let chosen = cx.state.table == table;
                let label = ui.selectable_label(chosen, RichText::new(cx.say(key)).size(13.0));
                if label.on_hover_text(cx.say(why)).clicked() && !chosen {
                    cx.want(ViewCommand::Table(table));
                }
            }
        });
    });
}
