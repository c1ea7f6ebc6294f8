//! Controls of the window's own: each is sized, allocated, made accessible, painted.

use super::icons::Icon;
use super::style::{RADIUS, RADIUS_SMALL};
use super::{fonts, theme::Theme};
use crate::trace::StepFate;
use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Align2, Color32, CornerRadius, FontId, Frame, Margin, Rect, Response, RichText, Role, Sense, Stroke, StrokeKind,
    Ui, WidgetInfo, vec2,
};

/// How loud a button is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loudness {
    /// The one thing to do next.
    Primary,
    /// A button.
    Plain,
    /// Only its icon or words, until hovered.
    Quiet,
}

/// A square button with an icon; `label` is its accessible name, and with `hint` (its key) its tooltip.
pub fn icon_button(ui: &mut Ui, icon: Icon, label: &str, hint: &str, loudness: Loudness, size: f32) -> Response {
    let label = &*fonts::shown(label);
    let (rect, response) = ui.allocate_exact_size(vec2(size, size), Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, label));
    if ui.is_rect_visible(rect) {
        let theme = Theme::of(ui.ctx());
        let color = plate(ui, rect, &response, loudness, &theme);
        icon.paint(ui.painter(), rect, color);
    }
    response.on_hover_text(tip(label, hint))
}

/// What a control does, and its key where it has one.
pub fn tip(label: &str, key: &str) -> String {
    if key.is_empty() { label.to_owned() } else { format!("{label}  ·  {key}") }
}

/// A button with words.
pub fn text_button(ui: &mut Ui, text: &str, loudness: Loudness) -> Response {
    let text = &*fonts::shown(text);
    let theme = Theme::of(ui.ctx());
    let font = if loudness == Loudness::Primary { fonts::bold(13.5) } else { fonts::regular(13.5) };
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER);
    let size = vec2(galley.size().x + 24.0, 30.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, text));
    if ui.is_rect_visible(rect) {
        let color = plate(ui, rect, &response, loudness, &theme);
        let at = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect).min;
        ui.painter().galley(at, galley, color);
    }
    response
}

/// Words that lead somewhere.
pub fn link(ui: &mut Ui, text: &str) -> Response {
    let text = &*fonts::shown(text);
    let theme = Theme::of(ui.ctx());
    let galley = ui.painter().layout_no_wrap(text.to_owned(), fonts::regular(12.5), Color32::PLACEHOLDER);
    let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(0.0, 4.0), Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, text));
    let lit = response.hovered() || response.has_focus();
    ui.painter().galley(rect.min + vec2(0.0, 2.0), galley, if lit { theme.text } else { theme.accent });
    response
}

/// A button with words, of that width; what does not fit is left out at the end.
pub fn wide_button(ui: &mut Ui, text: &str, loudness: Loudness, width: f32) -> Response {
    let text = &*fonts::shown(text);
    let theme = Theme::of(ui.ctx());
    // What is too long is set smaller before it is cut.
    let wide = |size: &f32| ui.painter().layout_no_wrap(text.to_owned(), fonts::bold(*size), theme.text).size().x;
    let size = [14.0, 13.0, 12.0].into_iter().find(|size| wide(size) <= width - 24.0);
    let font = fonts::bold(size.unwrap_or(12.0));
    let (rect, response) = ui.allocate_exact_size(vec2(width, 36.0), Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, text));
    if ui.is_rect_visible(rect) {
        let color = plate(ui, rect, &response, loudness, &theme);
        let whole = ui.painter().layout_no_wrap(text.to_owned(), font.clone(), color);
        // One line, or two small ones.
        let high = if size.is_some() { whole.size().y } else { 2.0 * whole.size().y };
        let room = vec2(width - if size.is_some() { 24.0 } else { 12.0 }, high);
        let at = Align2::CENTER_CENTER.align_size_within_rect(room.min(vec2(whole.size().x, high)), rect).min;
        match size {
            Some(_) => drop(line(ui.painter(), at, room.x, text, font, color)),
            None => drop(lines(ui.painter(), at, room.x, 2, text, font, color)),
        }
    }
    response
}

/// Paints what is behind a button's content, and says the content's colour.
fn plate(ui: &Ui, rect: Rect, response: &Response, loudness: Loudness, theme: &Theme) -> Color32 {
    let lit = response.hovered() || response.has_focus();
    let pressed = response.is_pointer_button_down_on();
    // What does nothing, or lies behind a question, is not the one thing to do next.
    let acts = ui.is_enabled() && ui.memory(|memory| memory.allows_interaction(ui.layer_id()));
    let loudness = if loudness == Loudness::Primary && !acts { Loudness::Plain } else { loudness };
    let (fill, line, color) = match loudness {
        Loudness::Primary => (theme.accent, theme.accent, theme.on_accent),
        Loudness::Plain => (theme.card, theme.line, theme.text),
        Loudness::Quiet => (Color32::TRANSPARENT, Color32::TRANSPARENT, if lit { theme.text } else { theme.weak }),
    };
    let fill = match (lit, pressed) {
        (_, true) => fill.lerp_to_gamma(theme.text, 0.18),
        (true, false) if loudness == Loudness::Quiet => theme.card,
        (true, false) => fill.lerp_to_gamma(theme.text, 0.09),
        _ => fill,
    };
    let line = if response.has_focus() { theme.text } else { line };
    let fade = if ui.is_enabled() { 1.0 } else { 0.4 };
    let radius = CornerRadius::same(RADIUS_SMALL);
    ui.painter().rect(rect, radius, fill.gamma_multiply(fade), Stroke::new(1.0, line), StrokeKind::Inside);
    color.gamma_multiply(fade)
}

/// A pill that says how things are.
pub fn chip(ui: &mut Ui, text: &str, color: Color32, tip: &str) -> Response {
    let (text, tip) = (&*fonts::shown(text), &*fonts::shown(tip));
    let theme = Theme::of(ui.ctx());
    let galley = ui.painter().layout_no_wrap(text.to_owned(), fonts::regular(12.5), color);
    let size = vec2(galley.size().x + 22.0, 24.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    let fill = theme.panel.lerp_to_gamma(color, if theme.dark { 0.12 } else { 0.07 });
    let line = Stroke::new(1.0, theme.panel.lerp_to_gamma(color, 0.35));
    ui.painter().rect(rect, CornerRadius::same(12), fill, line, StrokeKind::Inside);
    ui.painter().galley(Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect).min, galley, color);
    if tip.is_empty() { response } else { response.on_hover_text(tip) }
}

/// One of a few, side by side. Says which was clicked.
pub fn segmented<T: Copy + PartialEq>(ui: &mut Ui, name: &str, choices: &[(T, String)], now: T) -> Option<T> {
    segmented_with(ui, name, choices, now, &[])
}

/// The same with their keys; where one is for all of them, it is that of each.
pub fn segmented_with<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    choices: &[(T, String)],
    now: T,
    keys: &[&str],
) -> Option<T> {
    let theme = Theme::of(ui.ctx());
    let galleys: Vec<_> = choices
        .iter()
        .map(|(value, text)| {
            let font = if *value == now { fonts::bold(13.0) } else { fonts::regular(13.0) };
            ui.painter().layout_no_wrap(text.clone(), font, Color32::PLACEHOLDER)
        })
        .collect();
    // Bold and regular differ in width: each segment has room for either, so that nothing moves when another is chosen.
    let widths: Vec<f32> = choices
        .iter()
        .map(|(_, text)| {
            ui.painter().layout_no_wrap(text.clone(), fonts::bold(13.0), Color32::PLACEHOLDER).size().x + 22.0
        })
        .collect();
    let height = 26.0;
    let (rect, _) = ui.allocate_exact_size(vec2(widths.iter().sum::<f32>() + 4.0, height), Sense::hover());
    let round = CornerRadius::same(13);
    ui.painter().rect(rect, round, theme.card, Stroke::new(1.0, theme.line), StrokeKind::Inside);
    let mut left = rect.left() + 2.0;
    let mut clicked = None;
    for (number, (((value, text), galley), width)) in choices.iter().zip(galleys).zip(widths).enumerate() {
        let part = Rect::from_min_size(egui::pos2(left, rect.top() + 2.0), vec2(width, height - 4.0));
        let response = ui.interact(part, ui.scope_id().with((name, text)), Sense::click());
        let chosen = *value == now;
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, chosen, text));
        let color = match (chosen, response.hovered() || response.has_focus()) {
            (true, _) => theme.on_accent,
            (false, true) => theme.text,
            (false, false) => theme.weak,
        };
        if chosen {
            ui.painter().rect_filled(part, CornerRadius::same(11), theme.accent);
        }
        if response.has_focus() {
            ui.painter().rect_stroke(part, CornerRadius::same(11), Stroke::new(1.5, theme.text), StrokeKind::Inside);
        }
        ui.painter().galley(Align2::CENTER_CENTER.align_size_within_rect(galley.size(), part).min, galley, color);
        clicked = if response.clicked() { Some(*value) } else { clicked };
        if let Some(key) = keys.get(number).or(keys.last()) {
            response.on_hover_text(tip(text, key));
        }
        left += width;
    }
    clicked
}

/// A key of a keyboard with what is printed on it.
pub fn key_cap(painter: &egui::Painter, at: Rect, text: &str, size: f32, color: Color32, theme: &Theme) {
    let round = CornerRadius::same(if at.height() > 24.0 { 6 } else { 4 });
    painter.rect(at, round, theme.panel.lerp_to_gamma(color, 0.14), Stroke::new(1.0, color), StrokeKind::Inside);
    painter.text(at.center(), Align2::CENTER_CENTER, text, fonts::bold(size), color);
}

/// The box of a card.
pub fn card(theme: &Theme) -> Frame {
    Frame::new()
        .fill(theme.card)
        .stroke(Stroke::new(1.0, theme.line))
        .corner_radius(CornerRadius::same(RADIUS))
        .inner_margin(Margin::symmetric(14, 12))
}

/// The box around what a machine said.
pub fn well(theme: &Theme) -> Frame {
    Frame::new()
        .fill(theme.well)
        .stroke(Stroke::new(1.0, theme.line))
        .corner_radius(CornerRadius::same(RADIUS))
        .inner_margin(Margin::symmetric(12, 10))
}

/// A small heading over a group.
pub fn caption(ui: &mut Ui, text: &str) -> Response {
    let theme = Theme::of(ui.ctx());
    ui.add(egui::Label::new(RichText::new(fonts::shown(text)).size(12.5).color(theme.weak)).selectable(false))
}

/// One line of text, cut with `…` where it does not fit. Says where it ended.
pub fn line(painter: &egui::Painter, at: egui::Pos2, width: f32, text: &str, font: FontId, color: Color32) -> Rect {
    let mut job = LayoutJob::single_section(fonts::shown(text), TextFormat::simple(font, color));
    job.wrap = TextWrapping::truncate_at_width(width.max(1.0));
    let galley = painter.layout_job(job);
    let rect = Rect::from_min_size(at, galley.size());
    painter.galley(at, galley, color);
    rect
}

/// At most `rows` lines of text, wrapped. Says where they ended.
pub fn lines(
    painter: &egui::Painter,
    at: egui::Pos2,
    width: f32,
    rows: usize,
    text: &str,
    font: FontId,
    color: Color32,
) -> Rect {
    let galley = lines_of(painter, width, rows, text, font, color);
    let rect = Rect::from_min_size(at, galley.size());
    painter.galley(at, galley, color);
    rect
}

/// A step of a trace: filled, red when it failed, hollow when its call was not needed.
pub fn tick(painter: &egui::Painter, at: Rect, color: Color32, fate: StepFate) {
    match fate {
        StepFate::Done => painter.rect_filled(at, 2.5, color),
        StepFate::Failed => painter.rect_filled(at, 2.5, Theme::of(painter.ctx()).bad),
        StepFate::NotMade => painter.rect_stroke(at, 2.5, Stroke::new(1.5, color), StrokeKind::Inside),
    };
}

/// The same, laid out only.
pub fn lines_of(
    painter: &egui::Painter,
    width: f32,
    rows: usize,
    text: &str,
    font: FontId,
    color: Color32,
) -> std::sync::Arc<egui::Galley> {
    let mut job = LayoutJob::single_section(fonts::shown(text), TextFormat::simple(font, color));
    job.wrap = TextWrapping { max_width: width.max(1.0), max_rows: rows, ..Default::default() };
    painter.layout_job(job)
}
