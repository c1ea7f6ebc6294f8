//! Break the digest, in the window: one click damages what the built-in registry serves; what was caught, and by which
//! descriptor, is shown beside it.

use super::PanelContext;
use crate::trace::{Entity, Promise};
use crate::ui::breaking::{self, Breakable};
use crate::ui::command::{BreakingCommand, TerminalCommand, ViewCommand};
use crate::ui::icons::Icon;
use crate::ui::widgets::{self, Loudness};
use crate::ui::{facts, fonts};
use egui::{Label, Rect, RichText, Ui, pos2, vec2};

/// In the inspector, about the selected thing.
pub fn section(ui: &mut Ui, cx: &mut PanelContext<'_>, entity: &Entity) {
    let state = cx.state;
    let Some(found) = breaking::of(entity, state.world()) else { return };
    let told = found.damage.is_some() || found.rejected.is_some();
    if !told && !state.is_live() {
        return;
    }
    ui.add_space(16.0);
    widgets::caption(ui, &cx.say("break-title"));
    ui.add_space(4.0);
    caught(ui, cx, &found);
    if let Some(damage) = &found.damage {
        let (offset, bit) = (damage.offset.to_string(), damage.bit.to_string());
        let text = cx.words.say_with("break-damaged", &[("offset", offset.as_str()), ("bit", bit.as_str())]);
        ui.label(RichText::new(text).size(13.0).color(cx.theme.warn));
    } else if found.rejected.is_none() {
        ui.label(RichText::new(cx.say("break-hint")).size(13.0).color(cx.theme.weak));
    }
    if !state.is_live() {
        return;
    }
    ui.add_space(6.0);
    let (key, command) = match found.damage {
        Some(_) => ("break-mend", BreakingCommand::Mend(found.digest.clone())),
        None => ("break-flip", BreakingCommand::Damage(found.digest.clone())),
    };
    let label = cx.say(key);
    if widgets::text_button(ui, &label, Loudness::Plain).clicked() {
        cx.want(command);
    }
    if told {
        again(ui, cx, &found);
    }
}

/// The promise and what came, one above the other, so that the digits can be compared.
fn caught(ui: &mut Ui, cx: &mut PanelContext<'_>, found: &Breakable) {
    let Some(rejected) = &found.rejected else { return };
    let theme = cx.theme;
    let by = cx.say(&format!("promise-{}", rejected.by.name()));
    let text = cx.words.say_with("break-caught", &[("by", by.as_str())]);
    ui.label(RichText::new(text).font(fonts::bold(14.0)).color(theme.bad));
    ui.add_space(4.0);
    let Some((promised, computed)) = found.digests() else {
        let reason = cx.words.problem(&rejected.problem);
        ui.label(RichText::new(reason).size(13.0));
        return;
    };
    widgets::well(&theme).show(ui, |ui| {
        ui.set_width(ui.available_width());
        for (key, value, color) in [("break-promised", promised, theme.good), ("break-computed", computed, theme.bad)] {
            widgets::caption(ui, &cx.say(key));
            ui.add(Label::new(RichText::new(value).font(fonts::mono(12.5)).color(color)).wrap());
            ui.add_space(2.0);
        }
    });
    if let Some(document) = document(&rejected.by) {
        let label = cx.say("break-show-promise");
        if widgets::text_button(ui, &label, Loudness::Plain).clicked() {
            cx.want(ViewCommand::Select(Some(document)));
        }
    }
    ui.label(RichText::new(cx.say("break-not-kept")).size(13.0).color(theme.weak));
}

/// The document in which the promise stands.
fn document(by: &Promise) -> Option<Entity> {
    match by {
        Promise::Index(digest) => Some(Entity::Index(digest.clone())),
        Promise::Manifest(digest) => Some(Entity::Manifest(digest.clone())),
        Promise::Config(digest) => Some(Entity::Config(digest.clone())),
        Promise::Reference | Promise::Header => None,
    }
}

/// The commands that fetch it again, each to be seen before it is run.
fn again(ui: &mut Ui, cx: &mut PanelContext<'_>, found: &Breakable) {
    let lines = found.again();
    ui.add_space(12.0);
    widgets::caption(ui, &cx.say("break-again"));
    if lines.len() > 1 {
        ui.label(RichText::new(cx.say("break-again-why")).size(13.0).color(cx.theme.weak));
    }
    let theme = cx.theme;
    for line in lines {
        ui.add_space(4.0);
        widgets::well(&theme).show(ui, |ui| {
            ui.horizontal(|ui| {
                let width = ui.available_width() - 34.0;
                ui.allocate_ui(vec2(width, 0.0), |ui| {
                    ui.set_width(width);
                    let color = theme.family(crate::trace::Family::Network);
                    ui.add(Label::new(RichText::new(format!("$ {line}")).font(fonts::mono(12.5)).color(color)).wrap());
                });
                let label = cx.words.say_with("break-run", &[("command", line.as_str())]);
                if widgets::icon_button(ui, Icon::Play, &label, "", Loudness::Plain, 26.0).clicked() {
                    cx.want(TerminalCommand::Run(line.clone()));
                }
            });
        });
    }
}

/// In the picture's lower corner: breaks or mends what is selected, with one click.
pub fn corner(ui: &mut Ui, cx: &mut PanelContext<'_>, room: Rect) {
    let state = cx.state;
    if !state.is_live() || state.tab != crate::ui::diagrams::Tab::Image {
        return;
    }
    let Some(found) = state.selection.as_ref().and_then(|entity| breaking::of(entity, state.world())) else { return };
    let what = format!("{} {}", cx.say(&format!("content-{}", found.content.name())), facts::short(&found.digest));
    let (key, command) = match found.damage {
        Some(_) => ("break-mend-this", BreakingCommand::Mend(found.digest.clone())),
        None => ("break-flip-this", BreakingCommand::Damage(found.digest.clone())),
    };
    let label = cx.words.say_with(key, &[("what", what.as_str())]);
    let place = Rect::from_min_max(pos2(room.left() + 14.0, room.bottom() - 40.0), room.max - vec2(14.0, 8.0));
    ui.scope_builder(egui::UiBuilder::new().max_rect(place), |ui| {
        if widgets::text_button(ui, &label, Loudness::Plain).clicked() {
            cx.want(command);
        }
    });
}
