//! Operations, steps and breakpoints, over the window; and short messages.

use super::{Look, outline};
use crate::trace::StepKind;
use crate::ui::command::Command;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::widgets::{self, Loudness};
use egui::{RichText, ScrollArea};

/// Shows operations and steps at the left, all kinds with their breakpoints at the right.
pub fn show(ctx: &egui::Context, look: &mut Look<'_>) {
    let size = ctx.content_rect().size();
    let frame = widgets::card(&look.theme).inner_margin(22.0);
    let modal = egui::Modal::new(egui::Id::unique("steps")).frame(frame).show(ctx, |ui| {
        let height = (size.y - 160.0).clamp(280.0, 620.0);
        ui.set_width((size.x - 120.0).clamp(560.0, 920.0));
        ui.set_height(height);
        ui.columns(2, |columns| {
            outline::show(&mut columns[0], look);
            breakpoints(&mut columns[1], look);
        });
    });
    if modal.should_close() {
        look.want(Command::Steps);
    }
}

fn breakpoints(ui: &mut egui::Ui, look: &mut Look<'_>) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(look.say("breakpoints")).font(fonts::bold(16.0)));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let label = look.say("close");
            if widgets::icon_button(ui, Icon::Close, &label, "Esc", Loudness::Quiet, 26.0).clicked() {
                look.want(Command::Steps);
            }
        });
    });
    ui.label(RichText::new(look.say("breakpoints-hint")).size(12.5).color(look.theme.weak));
    ui.add_space(6.0);
    ScrollArea::vertical().id_salt("kinds").auto_shrink([false, false]).show(ui, |ui| {
        for &kind in StepKind::ALL {
            let mut set = look.shell.cursor.breakpoints().contains(&kind);
            let color = look.theme.family(kind.family());
            ui.horizontal(|ui| {
                if ui.checkbox(&mut set, RichText::new(look.words.step(kind)).color(color)).changed() {
                    look.want(Command::Breakpoint(kind));
                }
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    ui.add_space(8.0);
                    let label = look.say("run-to");
                    if ui.small_button(&label).clicked() {
                        look.want(Command::RunTo(kind));
                    }
                });
            });
        }
    });
}

/// Shows the short message, if there is one.
pub fn notice(ctx: &egui::Context, look: &mut Look<'_>) {
    let Some(notice) = &look.shell.notice else { return };
    let theme = look.theme;
    let color = if notice.bad { theme.bad } else { theme.good };
    let area = egui::Area::new(egui::Id::unique("notice")).order(egui::Order::Foreground);
    area.anchor(egui::Align2::CENTER_BOTTOM, [0.0, -140.0]).show(ctx, |ui| {
        widgets::card(&theme).stroke(egui::Stroke::new(1.2, color)).show(ui, |ui| {
            ui.set_max_width(560.0);
            ui.horizontal_top(|ui| {
                ui.add(egui::Label::new(RichText::new(&notice.text).color(theme.text)).wrap());
                let label = look.say("close");
                if widgets::icon_button(ui, Icon::Close, &label, "Esc", Loudness::Quiet, 24.0).clicked() {
                    look.want(Command::Escape);
                }
            });
        });
    });
}
