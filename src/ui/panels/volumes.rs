//! Volumes out of the engine and into it: where one is shown, and below the picture of storage.

use super::PanelContext;
use crate::trace::Entity;
use crate::ui::command::{Ask, Command, FilesCommand, PathCommand};
use crate::ui::diagrams::Tab;
use crate::ui::files::{Act, Carried, Slot, Transfer};
use crate::ui::icons::Icon;
use crate::ui::widgets::{self, Loudness};
use egui::{Align, Label, Layout, RichText, Ui};

/// What can be done with the volume that is shown.
pub fn section(ui: &mut Ui, cx: &mut PanelContext<'_>, entity: &Entity) {
    if matches!(entity, Entity::Volume(_)) {
        actions(ui, cx, &[("volume-export", Ask::ExportVolume), ("volume-import", Ask::ImportVolume)]);
    }
}

/// The same where nothing is selected.
pub fn anywhere(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    if cx.state.tab == Tab::Storage {
        actions(ui, cx, &[("volume-import", Ask::ImportVolume)]);
    }
}

fn actions(ui: &mut Ui, cx: &mut PanelContext<'_>, all: &[(&str, Ask)]) {
    if !cx.state.is_live() {
        return;
    }
    ui.add_space(10.0);
    let moving = cx.state.files.transfer.clone();
    ui.horizontal(|ui| {
        for (key, ask) in all {
            let (label, tip) = (cx.say(key), cx.say(&format!("{key}-tip")));
            // One at a time is on its way.
            let button = |ui: &mut Ui| widgets::text_button(ui, &label, Loudness::Plain).on_hover_text(tip);
            if ui.add_enabled_ui(moving.is_none(), button).inner.clicked() {
                cx.want(PathCommand::Ask(*ask));
            }
        }
    });
    if let Some(transfer) = moving.filter(|transfer| transfer.what.is_volume()) {
        ui.add_space(6.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| under_way(ui, cx, &transfer));
    }
}

/// How far an archive is, and how to call it off; from right to left.
pub fn under_way(ui: &mut Ui, cx: &mut PanelContext<'_>, transfer: &Transfer) {
    let cancel = cx.say("cancel");
    if widgets::icon_button(ui, Icon::Close, &cancel, "", Loudness::Quiet, 22.0).clicked() {
        cx.want(Command::from(FilesCommand::Do(Act::Cancel(Slot::Transfer))));
    }
    let (now, of) = transfer.bytes;
    let so_far = match of {
        Some(of) => format!("{} / {}", crate::i18n::size(now), crate::i18n::size(of)),
        None => crate::i18n::size(now),
    };
    let key = Carried::key(transfer.what);
    let text = cx.words.say_with(key, &[("name", transfer.name.as_str()), ("bytes", so_far.as_str())]);
    ui.add(Label::new(RichText::new(text).size(12.5).color(cx.theme.weak)).truncate());
    ui.add(egui::Spinner::new().size(16.0).color(cx.theme.accent));
}
