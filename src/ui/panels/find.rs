//! Looks for a thing over the window, and opens it in its picture.

use super::PanelContext;
use crate::trace::Family;
use crate::ui::command::ViewCommand;
use crate::ui::diagrams::Tab;
use crate::ui::find::{Hit, hits};
use crate::ui::{fonts, widgets};
use egui::{Align2, Key, Label, RichText, Role, Sense, TextEdit, Ui, WidgetInfo, vec2};

const WIDTH: f32 = 520.0;
const ROW: f32 = 40.0;

/// Shows the field and what was found; Enter opens the first.
pub fn show(ctx: &egui::Context, cx: &mut PanelContext<'_>) {
    let frame = widgets::card(&cx.theme).inner_margin(18.0);
    let modal = egui::Modal::new(egui::Id::unique("find")).frame(frame).show(ctx, |ui| {
        ui.set_width(WIDTH);
        let mut text = cx.state.finding.clone();
        let field = TextEdit::singleline(&mut text)
            .desired_width(f32::INFINITY)
            .margin(egui::Margin::symmetric(10, 7))
            .hint_text(cx.say("find-hint"));
        let response = ui.add(field).accessible_name(cx.say("key-find"));
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if !entered && ui.memory(|memory| memory.focused().is_none()) {
            response.request_focus();
        }
        let (found, all) = hits(&text, cx.state.world(), cx.words);
        if response.changed() {
            cx.want(ViewCommand::Finding(text.clone()));
        }
        if let Some(first) = found.first().filter(|_| entered) {
            open(cx, first);
        }
        ui.add_space(6.0);
        for hit in &found {
            row(ui, cx, hit);
        }
        let rest = all - found.len();
        let below = match (all, rest) {
            (0, _) if text.trim().is_empty() => cx.say("find-what"),
            (0, _) => cx.words.say_with("find-nothing", &[("text", text.trim())]),
            (_, 0) => cx.say("find-enter"),
            (_, rest) => cx.words.say_with("find-more", &[("n", &rest.to_string())]),
        };
        ui.add(Label::new(RichText::new(below).size(12.5).color(cx.theme.weak)).wrap());
    });
    if modal.should_close() {
        cx.want(ViewCommand::Escape);
    }
}

/// A thing: its name and what it is, and below that by which it was found.
fn row(ui: &mut Ui, cx: &mut PanelContext<'_>, hit: &Hit) {
    let theme = cx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(WIDTH, ROW), Sense::click());
    let kind = cx.say(hit.facts.kind);
    let name = format!("{kind} {}", hit.facts.title);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let painter = ui.painter();
    if response.hovered() || response.has_focus() {
        painter.rect_filled(rect, 6.0, theme.text.gamma_multiply(0.08));
    }
    let color = theme.family(hit.facts.family);
    let top = if hit.by.is_some() { 3.0 } else { 11.0 };
    let at = rect.left_top() + vec2(10.0, top);
    widgets::line(painter, at, WIDTH - 170.0, &hit.facts.title, fonts::mono(13.5), theme.text);
    let right = rect.right_top() + vec2(-10.0, top + 9.0);
    painter.text(right, Align2::RIGHT_CENTER, kind, fonts::regular(12.5), color);
    if let Some(by) = &hit.by {
        widgets::line(painter, at + vec2(0.0, 18.0), WIDTH - 20.0, by, fonts::mono(12.0), theme.weak);
    }
    if response.clicked() {
        open(cx, hit);
    }
}

/// Closes the field, and shows the thing in the picture where it is seen.
fn open(cx: &mut PanelContext<'_>, hit: &Hit) {
    let tab = match hit.facts.family {
        Family::Image => Tab::Image,
        Family::Layer => Tab::Layers,
        Family::Network | Family::Process => Tab::Network,
        Family::Storage => Tab::Storage,
    };
    cx.want(ViewCommand::Escape);
    if let Some(number) = Tab::ALL.iter().position(|one| *one == tab) {
        cx.want(ViewCommand::Tab(number));
    }
    cx.want(ViewCommand::Select(Some(hit.entity.clone())));
}
