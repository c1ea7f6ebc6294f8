//! Operations, steps and breakpoints, over the window; and short messages.

use super::{PanelContext, outline};
use crate::trace::StepKind;
use crate::ui::command::{PlaybackCommand, ViewCommand};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::room;
use crate::ui::state::Notice;
use crate::ui::widgets::{self, Loudness};
use egui::{RichText, ScrollArea};

/// How high the list of failures may become.
const TOLD: f32 = 120.0;

/// Shows operations and steps at the left, all kinds with their breakpoints at the right.
pub fn show(ctx: &egui::Context, cx: &mut PanelContext<'_>) {
    let size = ctx.content_rect().size();
    let frame = widgets::card(&cx.theme).inner_margin(22.0);
    let modal = egui::Modal::new(egui::Id::unique("steps")).frame(frame).show(ctx, |ui| {
        let height = (size.y - 160.0).clamp(280.0, 620.0);
        ui.set_width((size.x - 120.0).clamp(560.0, 920.0));
        ui.set_height(height);
        ui.columns(2, |columns| {
            outline::show(&mut columns[0], cx);
            told(&mut columns[1], cx);
            breakpoints(&mut columns[1], cx);
        });
    });
    if modal.should_close() {
        cx.want(ViewCommand::Steps);
    }
}

fn breakpoints(ui: &mut egui::Ui, cx: &mut PanelContext<'_>) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(cx.say("breakpoints")).font(fonts::bold(16.0)));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let label = cx.say("close");
            if widgets::icon_button(ui, Icon::Close, &label, "Esc", Loudness::Quiet, 26.0).clicked() {
                cx.want(ViewCommand::Steps);
            }
        });
    });
    ui.label(RichText::new(cx.say("breakpoints-hint")).size(12.5).color(cx.theme.weak));
    ui.add_space(6.0);
    ScrollArea::vertical().id_salt("kinds").auto_shrink([false, false]).show(ui, |ui| {
        for &kind in StepKind::ALL {
            let mut set = cx.state.cursor.breakpoints().contains(&kind);
            let color = cx.theme.family(kind.family());
            ui.horizontal(|ui| {
                if ui.checkbox(&mut set, RichText::new(cx.words.step(kind)).color(color)).changed() {
                    cx.want(PlaybackCommand::Breakpoint(kind));
                }
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    ui.add_space(8.0);
                    let label = cx.say("run-to");
                    if ui.small_button(&label).clicked() {
                        cx.want(PlaybackCommand::RunTo(kind));
                    }
                });
            });
        }
        room::follow_focus(ui);
    });
}

/// Shows the short message, if there is one.
pub fn notice(ctx: &egui::Context, cx: &mut PanelContext<'_>) {
    let Some(notice) = &cx.state.notice else { return };
    let theme = cx.theme;
    let color = if notice.bad { theme.bad } else { theme.good };
    let area = egui::Area::new(egui::Id::unique("notice")).order(egui::Order::Foreground);
    // Above, so that neither a prompt nor the command field is under it.
    let shown = area.anchor(egui::Align2::CENTER_TOP, [0.0, 100.0]).show(ctx, |ui| {
        widgets::card(&theme).stroke(egui::Stroke::new(1.2, color)).show(ui, |ui| {
            ui.set_max_width(WIDE);
            ui.horizontal_top(|ui| {
                ui.vertical(|ui| {
                    ui.set_max_width(WIDE - 40.0);
                    said(ui, cx, notice);
                });
                let label = cx.say("close");
                if widgets::icon_button(ui, Icon::Close, &label, "Esc", Loudness::Quiet, 24.0).clicked() {
                    cx.want(ViewCommand::Escape);
                }
            });
        });
    });
    let read = shown.response.contains_pointer();
    ctx.data_mut(|data| data.insert_temp(egui::Id::unique(READ), read));
}

/// How wide the short message becomes, and how many of its lines are shown until more is wanted.
const WIDE: f32 = 560.0;
const ROWS: usize = 2;

/// What it says in two lines; all of it where that is wanted.
fn said(ui: &mut egui::Ui, cx: &PanelContext<'_>, notice: &Notice) {
    let id = egui::Id::unique("notice unfolded");
    let unfolded = ui.data(|data| data.get_temp::<String>(id)).as_ref() == Some(&notice.text);
    let short = text(notice);
    let width = ui.available_width();
    let lay = |text: &str| {
        let font = egui::TextStyle::Body.resolve(ui.style());
        widgets::lines_of(ui.painter(), width, usize::MAX, text, font, cx.theme.text).rows.len()
    };
    let has_more = notice.whole.is_some() || lay(&short) > ROWS;
    let shown = if unfolded { notice.whole.clone().unwrap_or_else(|| short.clone()) } else { short };
    let font = egui::TextStyle::Body.resolve(ui.style());
    let rows = if has_more && !unfolded { ROWS } else { usize::MAX };
    let galley = widgets::lines_of(ui.painter(), width, rows, &shown, font, cx.theme.text);
    ui.add(egui::Label::new(galley));
    if has_more {
        let label = cx.say(if unfolded { "notice-less" } else { "notice-more" });
        if widgets::link(ui, &label).clicked() {
            let shown = if unfolded { String::new() } else { notice.text.clone() };
            ui.data_mut(|data| data.insert_temp(id, shown));
        }
    }
}

const READ: &str = "notice under the pointer";

/// The pointer rests on the short message.
pub fn is_read(ctx: &egui::Context) -> bool {
    ctx.data(|data| data.get_temp(egui::Id::unique(READ))).unwrap_or(false)
}

/// What it says, and how many times it came.
fn text(notice: &Notice) -> String {
    if notice.times > 1 { format!("{} (×{})", notice.text, notice.times) } else { notice.text.clone() }
}

/// The failures that were told, to be read again.
fn told(ui: &mut egui::Ui, cx: &PanelContext<'_>) {
    if cx.state.failures.is_empty() {
        return;
    }
    ui.label(RichText::new(cx.say("told-title")).font(fonts::bold(16.0)));
    ui.add_space(4.0);
    ScrollArea::vertical().id_salt("told").max_height(TOLD).auto_shrink([false, true]).show(ui, |ui| {
        for notice in &cx.state.failures {
            ui.add(egui::Label::new(RichText::new(text(notice)).size(13.0).color(cx.theme.bad)).wrap());
        }
    });
    ui.add_space(10.0);
}
