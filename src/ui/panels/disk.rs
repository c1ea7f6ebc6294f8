//! Above the picture of the disk: to have it measured, and which prune's consequences are seen.

use super::PanelContext;
use crate::survival::prune::Prune;
use crate::ui::command::ViewCommand;
use crate::ui::widgets::{self, Loudness};
use egui::{RichText, Role, Ui, WidgetInfo};

/// Has the engine count what is there now.
pub fn measure(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    if !cx.state.is_live() {
        return;
    }
    ui.separator();
    let measuring = cx.state.is_measuring_disk();
    let label = cx.say(if measuring { "disk-bar-measuring" } else { "disk-bar-measure" });
    let can = !measuring && cx.state.answers();
    let button = ui.add_enabled_ui(can, |ui| widgets::text_button(ui, &label, Loudness::Plain)).inner;
    let why = cx.say("disk-bar-measure-why");
    if button.on_hover_text(&why).on_disabled_hover_text(&why).clicked() {
        cx.want(ViewCommand::MeasureDisk);
    }
}

/// Once it was measured: each prune that there is.
pub fn prunes(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    if cx.state.world().disk.is_none() {
        return;
    }
    let now = cx.state.pruning().map(|ordered| ordered.prune);
    // One of an older version of the API is none of the list.
    let other = now.filter(|now| !Prune::ALL.contains(now));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(2.0, 2.0);
        ui.label(RichText::new(cx.say("disk-bar-prune")).size(12.0).color(cx.theme.weak));
        for prune in Prune::ALL.into_iter().chain(other) {
            let chosen = now == Some(prune);
            // All of them prune.
            let short = prune.command().replacen(" prune", "", 1);
            let label = ui.selectable_label(chosen, RichText::new(short).monospace().size(11.5));
            let whole = format!("docker {}", prune.command());
            label.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, &whole));
            let why = cx.words.say_with("disk-bar-prune-why", &[("command", prune.command())]);
            if label.on_hover_text(why).clicked() {
                cx.want(ViewCommand::Prune((!chosen).then_some(prune)));
            }
        }
    });
}
