//! The keys, over everything.

use super::PanelContext;
use crate::ui::command::{self, ViewCommand};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::widgets::{self, Loudness};
use egui::{KeyboardShortcut, ModifierNames, RichText};

/// Shows the keys.
pub fn show(ctx: &egui::Context, cx: &mut PanelContext<'_>) {
    let bindings = command::bindings();
    let frame = widgets::card(&cx.theme).inner_margin(22.0);
    let modal = egui::Modal::new(egui::Id::unique("help")).frame(frame).show(ctx, |ui| {
        ui.set_width(640.0);
        ui.horizontal(|ui| {
            ui.label(RichText::new(cx.say("help-title")).font(fonts::bold(19.0)));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let label = cx.say("close");
                if widgets::icon_button(ui, Icon::Close, &label, "Esc", Loudness::Quiet, 28.0).clicked() {
                    cx.want(ViewCommand::Help);
                }
            });
        });
        ui.add_space(8.0);
        let half = bindings.len().div_ceil(2);
        ui.columns(2, |columns| {
            for (number, (column, part)) in columns.iter_mut().zip(bindings.chunks(half)).enumerate() {
                egui::Grid::new(("keys", number)).num_columns(2).spacing([16.0, 7.0]).show(column, |ui| {
                    for binding in part {
                        let keys: Vec<_> = binding.keys.iter().take(2).map(name).collect();
                        ui.label(RichText::new(keys.join("   ")).font(fonts::mono(13.0)).color(cx.theme.accent));
                        ui.label(cx.say(&format!("key-{}", binding.name)));
                        ui.end_row();
                    }
                });
            }
        });
        ui.add_space(8.0);
        ui.label(RichText::new(cx.say("help-terminal")).color(cx.theme.weak).size(13.0));
    });
    if modal.should_close() {
        cx.want(ViewCommand::Help);
    }
}

/// `Ctrl+O`, `Shift+→`, `?`
pub fn name(shortcut: &KeyboardShortcut) -> String {
    let key = match shortcut.logical_key {
        egui::Key::Backtick => "`",
        egui::Key::Space => "Space",
        egui::Key::Escape => "Esc",
        egui::Key::Slash => "/",
        egui::Key::ArrowLeft => "←",
        egui::Key::ArrowRight => "→",
        egui::Key::ArrowUp => "↑",
        egui::Key::ArrowDown => "↓",
        key => key.symbol_or_name(),
    };
    let names = ModifierNames::NAMES.format(&shortcut.modifiers, false);
    if names.is_empty() { key.to_owned() } else { format!("{names}+{key}") }
}
