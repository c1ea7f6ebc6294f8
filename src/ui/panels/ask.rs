//! Asks for a path – a field, and the system's file dialog where there is one – and before a recording is lost.

use super::PanelContext;
use crate::ui::command::{Ask, Command, PathCommand, SourceCommand, ViewCommand};
use crate::ui::fonts;
use crate::ui::state::Leave;
use crate::ui::widgets::{self, Loudness};
use egui::{RichText, TextEdit};
use std::path::PathBuf;

/// Something would be lost: what, what stays, and whether it is to be saved first.
pub fn leave(ctx: &egui::Context, cx: &mut PanelContext<'_>) {
    let again = cx.state.leaving() == Some(&Leave::Again);
    let live = cx.state.would_lose();
    let (title, text) = match (again, live) {
        (true, true) => ("again-title", "again-live"),
        (true, false) => ("again-title", "again-recorded"),
        (false, _) => ("leave-title", "leave-text"),
    };
    let (save, lose) = if again { ("again-save", "again-now") } else { ("leave-save", "leave-lose") };
    let lose_loudness = if live { Loudness::Plain } else { Loudness::Primary };
    let ways = [
        live.then(|| (save, Loudness::Primary, Command::from(PathCommand::Ask(Ask::Save)))),
        Some((lose, lose_loudness, SourceCommand::LeaveNow.into())),
        Some(("cancel", Loudness::Quiet, ViewCommand::Escape.into())),
    ];
    let frame = widgets::card(&cx.theme).inner_margin(22.0);
    let modal = egui::Modal::new(egui::Id::unique("leave")).frame(frame).show(ctx, |ui| {
        ui.set_width(480.0);
        ui.label(RichText::new(cx.say(title)).font(fonts::bold(17.0)));
        ui.add_space(4.0);
        ui.label(RichText::new(cx.say(text)).color(cx.theme.weak));
        ui.add_space(10.0);
        ui.horizontal(|ui| {
            for (key, loudness, command) in ways.into_iter().flatten() {
                let label = cx.say(key);
                if widgets::text_button(ui, &label, loudness).clicked() {
                    cx.want(command);
                }
            }
        });
    });
    if modal.should_close() {
        cx.want(ViewCommand::Escape);
    }
}

/// Shows the question; `path` is what is typed.
pub fn show(ctx: &egui::Context, cx: &mut PanelContext<'_>, ask: Ask, path: &mut String) {
    let frame = widgets::card(&cx.theme).inner_margin(22.0);
    let modal = egui::Modal::new(egui::Id::unique("ask")).frame(frame).show(ctx, |ui| {
        ui.set_width(520.0);
        ui.label(RichText::new(cx.say(ask.key())).font(fonts::bold(17.0)));
        ui.add_space(6.0);
        let field = TextEdit::singleline(path).desired_width(f32::INFINITY).margin(egui::Margin::symmetric(10, 7));
        let response = ui.add(field).accessible_name(cx.say("start-path"));
        // Before the focus is given back to it: then it would not have been lost.
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        if !entered && ui.memory(|memory| memory.focused().is_none()) {
            response.request_focus();
        }
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let accept = cx.say(if ask.opens() { "open" } else { "save" });
            let accepted = widgets::text_button(ui, &accept, Loudness::Primary).clicked();
            if (accepted || entered) && !path.trim().is_empty() {
                cx.want(PathCommand::Chosen(ask, PathBuf::from(path.trim())));
            }
            let browse = cx.say("browse");
            if widgets::text_button(ui, &browse, Loudness::Plain).clicked() {
                cx.want(PathCommand::Browse(ask));
            }
            let cancel = cx.say("cancel");
            if widgets::text_button(ui, &cancel, Loudness::Quiet).clicked() {
                cx.want(ViewCommand::Escape);
            }
        });
    });
    if modal.should_close() {
        cx.want(ViewCommand::Escape);
    }
}
