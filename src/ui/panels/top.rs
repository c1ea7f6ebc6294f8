//! The bar at the top: where one is, how closely one looks, and the window's own settings.

use super::{PanelContext, gate};
use crate::i18n::Lang;
use crate::spec::visible;
use crate::trace::{Level, Mode};
use crate::ui::command::{PlaybackCommand, SourceCommand, ViewCommand};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::state::Origin;
use crate::ui::widgets::{self, Loudness};
use egui::{Layout, RichText, Ui};

/// How high it is.
pub const HEIGHT: f32 = 48.0;

/// Shows it in all the room there is. `title` is the lesson's, `ours` are the processes in the window's own terminals.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>, title: &str, ours: &[u32]) {
    ui.horizontal_centered(|ui| {
        ui.add_space(20.0);
        let name = egui::Label::new(RichText::new("dockwalk").font(fonts::bold(18.0))).selectable(false);
        let home = ui.add(name.sense(egui::Sense::click()));
        home.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "dockwalk"));
        if home.on_hover_text(cx.say("top-start-page")).clicked() {
            cx.want(SourceCommand::StartPage);
        }
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add_space(14.0);
            settings(ui, cx);
            ui.add_space(12.0);
            if cx.state.has_trace() {
                level(ui, cx);
            }
            ui.with_layout(Layout::left_to_right(egui::Align::Center), |ui| {
                ui.add_space(12.0);
                let chips = chips(cx);
                // The chips are fixed in width, the title gets what is left.
                let wide = |text: &str| text.chars().count() as f32 * 8.5 + 30.0;
                let gate = gate::least(ui, cx) + 8.0;
                let room: f32 = chips.iter().map(|(text, ..)| wide(text)).sum::<f32>() + gate;
                let width = (ui.available_width() - room - 12.0).max(0.0);
                if width > 60.0 {
                    let text = RichText::new(fonts::shown(title)).size(14.5).color(cx.theme.weak);
                    let label = egui::Label::new(text).truncate().selectable(false);
                    ui.allocate_ui(egui::vec2(width, 24.0), |ui| ui.add(label));
                }
                for (number, (text, color, tip)) in chips.into_iter().enumerate() {
                    // The gate is worth more than what one knows of the host and its registry, less than whether anybody answers.
                    let kept = if number == 0 { 0.0 } else { gate };
                    if ui.available_width() > text.chars().count() as f32 * 8.0 + 24.0 + kept {
                        widgets::chip(ui, &text, color, &tip);
                    }
                }
                let width = ui.available_width();
                gate::show(ui, cx, width, ours);
            });
        });
    });
}

/// What is true of the source, as (text, colour, tooltip).
fn chips(cx: &PanelContext<'_>) -> Vec<(String, egui::Color32, String)> {
    let (state, theme) = (cx.state, &cx.theme);
    let mut chips = Vec::new();
    match &state.origin {
        Origin::Live if state.lost => chips.push((cx.say("chip-lost"), theme.bad, cx.say("chip-lost-tip"))),
        Origin::Live => chips.push((cx.say("chip-live"), theme.good, cx.say("chip-live-tip"))),
        Origin::Recorded { path, torn } => {
            let tip = visible::path(path);
            match torn {
                None => chips.push((cx.say("chip-recording"), theme.weak, tip)),
                Some(torn) => {
                    let line = torn.line.to_string();
                    let why = cx.words.say_with("chip-torn-tip", &[("path", tip.as_str()), ("line", line.as_str())]);
                    chips.push((cx.say("chip-torn"), theme.warn, why));
                }
            }
        }
        _ => return chips,
    }
    if let Some(host) = &state.world().host {
        let mode = cx.say(if host.mode == Mode::Lab { "chip-lab" } else { "chip-host" });
        let user = cx.say(if host.rootless { "chip-rootless" } else { "chip-root" });
        let tip = format!("{} · Linux {} · {}", host.os, host.kernel, host.hostname);
        chips.push((format!("{mode} · {user}"), theme.weak, tip));
    }
    let registries = &state.world().registries;
    if let Some(builtin) = registries.values().find(|registry| registry.builtin) {
        chips.push((cx.say("chip-builtin"), theme.weak, builtin.host.clone()));
    } else if let Some(registry) = registries.values().next() {
        chips.push((registry.host.clone(), theme.weak, cx.say("chip-registry-tip")));
    }
    chips
}

fn level(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let choices = [
        (Level::Story, cx.say("level-story")),
        (Level::Stage, cx.say("level-stage")),
        (Level::Kernel, cx.say("level-kernel")),
    ];
    let keys = ["level-story", "level-stage", "level-kernel"].map(super::help::key_of);
    let keys = keys.each_ref().map(String::as_str);
    if let Some(level) = widgets::segmented_with(ui, "level", &choices, cx.state.cursor.level(), &keys) {
        cx.want(PlaybackCommand::Level(level));
    }
    if ui.ctx().content_rect().width() > 1150.0 {
        ui.add(egui::Label::new(RichText::new(cx.say("level")).size(13.0).color(cx.theme.weak)).selectable(false));
    }
}

/// From right to left.
fn settings(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    ui.spacing_mut().item_spacing.x = 4.0;
    let help = cx.say("key-help");
    let response = ui.add(egui::Button::new(RichText::new("?").font(fonts::bold(15.0))).frame(false));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &help));
    let response = response.on_hover_text(widgets::tip(&help, "?"));
    if response.clicked() {
        cx.want(ViewCommand::Help);
    }
    let dark = cx.state.dark;
    let label = cx.say(if dark { "top-light" } else { "top-dark" });
    let icon = if dark { Icon::Moon } else { Icon::Sun };
    if widgets::icon_button(ui, icon, &label, "T", Loudness::Quiet, 30.0).clicked() {
        cx.want(ViewCommand::OtherTheme);
    }
    let label = cx.say("key-presenter");
    if widgets::icon_button(ui, Icon::Screen, &label, "F", Loudness::Quiet, 30.0).clicked() {
        cx.want(ViewCommand::Presenter);
    }
    ui.add_space(6.0);
    let languages = [(Lang::Ko, Lang::Ko.name().to_owned()), (Lang::En, Lang::En.name().to_owned())];
    if let Some(lang) = widgets::segmented_with(ui, "language", &languages, cx.state.lang, &["G"]) {
        cx.want(ViewCommand::Language(lang));
    }
}
