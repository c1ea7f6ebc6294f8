//! Above the storage picture: as a picture, as the table of one container's places, or as the disk.

use super::{PanelContext, disk};
use crate::ui::command::ViewCommand;
use crate::ui::diagrams::StorageView;
use egui::{Frame, Margin, RichText, Ui};

/// Shows the choice.
pub fn bar(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    Frame::new().inner_margin(Margin::symmetric(12, 4)).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let views = [
                ("speed-bar-picture", "speed-bar-picture-why", StorageView::Picture),
                ("speed-bar-table", "speed-bar-table-why", StorageView::Table),
                ("disk-bar-disk", "disk-bar-disk-why", StorageView::Disk),
            ];
            for (key, why, view) in views {
                let chosen = cx.state.storage == view;
                let label = ui.selectable_label(chosen, RichText::new(cx.say(key)).size(13.0));
                if label.on_hover_text(cx.say(why)).clicked() && !chosen {
                    cx.want(ViewCommand::Storage(view));
                }
            }
            if cx.state.storage == StorageView::Disk {
                disk::measure(ui, cx);
            }
        });
        if cx.state.storage == StorageView::Disk {
            disk::prunes(ui, cx);
        }
    });
}
