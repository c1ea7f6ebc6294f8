//! What was asked and answered, what that changed, and how a person would do it: cards of the right panel.

use super::{PanelContext, timeline::seconds};
use crate::trace::{Entity, Event, Evidence};
use crate::ui::command::ViewCommand;
use crate::ui::icons::Icon;
use crate::ui::widgets::{self, Loudness};
use crate::ui::{evidence, facts, fonts, news};
use egui::{Label, Layout, RichText, Sense, Ui, vec2};

/// How many things that a step changed are listed.
const CHANGES: usize = 12;

/// What the last step changed, to be chosen from.
pub fn changes(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let state = cx.state;
    let known = |entity: &Entity| Some((entity.clone(), facts::of(entity, state.world(), cx.words)?));
    let news = news::of(state.world(), state.changed());
    let mut there: Vec<_> = news.iter().filter_map(known).collect();
    if there.is_empty() {
        return;
    }
    let left = there.len().saturating_sub(CHANGES);
    there.truncate(CHANGES);
    ui.add_space(16.0);
    widgets::caption(ui, &cx.say("inspector-changed"));
    ui.add_space(4.0);
    for (entity, facts) in there {
        let theme = cx.theme;
        let text = format!("{} · {}", cx.say(facts.kind), facts.title);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 30.0), Sense::click());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &text));
        let fill = if response.hovered() || response.has_focus() { theme.line } else { theme.card };
        ui.painter().rect_filled(rect, 6.0, fill);
        ui.painter().circle_filled(rect.left_center() + vec2(14.0, 0.0), 4.0, theme.family(facts.family));
        let at = rect.left_top() + vec2(26.0, 7.0);
        widgets::line(ui.painter(), at, rect.width() - 34.0, &text, fonts::regular(13.0), theme.text);
        if response.clicked() {
            cx.want(ViewCommand::Select(Some(entity)));
        }
    }
    if left > 0 {
        ui.add_space(4.0);
        widgets::caption(ui, &cx.words.say_with("scene-more", &[("n", &left.to_string())]));
    }
}

/// What was asked and answered, as a card.
pub fn card(ui: &mut Ui, cx: &mut PanelContext<'_>, event: &Event, number: usize, evidence: &Evidence) {
    let theme = cx.theme;
    let veil = evidence::says(evidence).and_then(|key| cx.words.veil_of(key));
    widgets::well(&theme).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let root = cx.state.world().host.as_ref().map(|host| host.root.as_str());
        let who = evidence::title(evidence, root, cx.words);
        let text = format!("{who}  ·  #{}  ·  +{}", event.seq, seconds(event.at));
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
                let label = cx.say("copy");
                if veil.is_none() && widgets::icon_button(ui, Icon::Copy, &label, "", Loudness::Quiet, 22.0).clicked() {
                    cx.want(ViewCommand::Copy(evidence::plain(evidence)));
                }
                // What is left of the button is the heading's.
                ui.with_layout(Layout::left_to_right(egui::Align::Center), |ui| {
                    ui.add(Label::new(RichText::new(text).font(fonts::mono(11.5)).color(theme.weak)).truncate());
                });
            });
        });
        match veil {
            Some(veil) => drop(widgets::caption(ui, &cx.say(veil.key()))),
            None => drop(ui.push_id((event.seq, number), |ui| folded(ui, cx, evidence))),
        }
    });
    ui.add_space(2.0);
}

/// So many lines of an answer are shown at first.
const LINES: usize = 6;

/// What was asked and answered; of a long answer its beginning, and the rest when it is wanted.
fn folded(ui: &mut Ui, cx: &PanelContext<'_>, evidence: &Evidence) {
    let width = ui.available_width();
    let mut job = evidence::job(evidence, &cx.theme, width);
    let rows = ui.painter().layout_job(job.clone()).rows.len();
    let id = ui.scope_id().with("unfolded");
    let unfolded = ui.data(|data| data.get_temp(id)).unwrap_or(false);
    // One line more is no longer than the words that would stand for it.
    let long = rows > LINES + 1;
    if long && !unfolded {
        job.wrap.max_rows = LINES;
    }
    ui.add(Label::new(job).wrap());
    if !long {
        return;
    }
    let left = (rows - LINES).to_string();
    let label = if unfolded { cx.say("answer-fold") } else { cx.words.say_with("answer-rest", &[("count", &left)]) };
    if widgets::link(ui, &label).clicked() {
        ui.data_mut(|data| data.insert_temp(id, !unfolded));
    }
}

/// How a person would do it, to be copied.
pub fn command(ui: &mut Ui, cx: &mut PanelContext<'_>, line: &str) {
    ui.add_space(12.0);
    widgets::caption(ui, &cx.say("inspector-by-hand"));
    ui.add_space(4.0);
    let theme = cx.theme;
    widgets::well(&theme).show(ui, |ui| {
        ui.horizontal_top(|ui| {
            let width = ui.available_width() - 28.0;
            ui.allocate_ui(vec2(width, 0.0), |ui| {
                ui.set_width(width);
                ui.add(Label::new(evidence::command(line, &theme, width, 12.5)).wrap());
            });
            let label = cx.say("copy-command");
            if widgets::icon_button(ui, Icon::Copy, &label, "", Loudness::Quiet, 22.0).clicked() {
                cx.want(ViewCommand::Copy(line.to_owned()));
            }
        });
    });
}
