//! The timeline: transport, track, and what comes next.

use super::Look;
use crate::trace::StepRecord;
use crate::ui::command::Command;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::widgets::{self, Loudness};
use egui::{Align2, Color32, CornerRadius, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

/// How high it is.
pub const HEIGHT: f32 = 124.0;
const SIDE: f32 = 20.0;
const BUTTON: f32 = 34.0;

/// Shows it in all the room there is.
pub fn show(ui: &mut Ui, look: &mut Look<'_>) {
    let all = ui.max_rect();
    let buttons = 6.0 * BUTTON + 5.0 * 6.0;
    let next_width = (all.width() * 0.23).clamp(230.0, 330.0);
    let left = Rect::from_min_size(all.min + vec2(SIDE, 22.0), vec2(buttons, all.height() - 22.0));
    let right = Rect::from_min_max(pos2(all.right() - SIDE - next_width, all.top() + 13.0), all.max - vec2(SIDE, 13.0));
    let middle =
        Rect::from_min_max(pos2(left.right() + 28.0, all.top() + 22.0), pos2(right.left() - 28.0, all.bottom()));
    ui.scope_builder(egui::UiBuilder::new().max_rect(left), |ui| transport(ui, look));
    track(ui, look, middle);
    next(ui, look, right);
}

fn transport(ui: &mut Ui, look: &mut Look<'_>) {
    let shell = look.shell;
    let playing = shell.is_playing();
    let play = if playing { ("timeline-pause", Icon::Pause) } else { ("timeline-play", Icon::Play) };
    let live_or_end = if shell.is_live() { ("key-live", "L", Command::Live) } else { ("key-end", "End", Command::End) };
    let last_icon = if shell.is_live() { Icon::Live } else { Icon::Last };
    let buttons = [
        (Icon::First, "key-home", "Home", Command::Home, Loudness::Plain),
        (Icon::Back, "key-back", "←", Command::Back, Loudness::Plain),
        (Icon::Step, "key-step", "Space  →", Command::Step, Loudness::Primary),
        (Icon::Over, "key-over", "Shift+→", Command::Over, Loudness::Plain),
        (play.1, play.0, "P", Command::PlayPause, Loudness::Plain),
        (last_icon, live_or_end.0, live_or_end.1, live_or_end.2, Loudness::Plain),
    ];
    let enabled = shell.has_trace();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        for (icon, key, hint, command, loudness) in buttons {
            let label = look.say(key);
            let response =
                ui.add_enabled_ui(enabled, |ui| widgets::icon_button(ui, icon, &label, hint, loudness, BUTTON)).inner;
            if response.clicked() {
                look.want(command);
            }
        }
    });
    ui.add_space(6.0);
    let hint = look.say("timeline-hint");
    ui.add(egui::Label::new(egui::RichText::new(hint).size(12.0).color(look.theme.weak)).truncate().selectable(false));
}

fn track(ui: &mut Ui, look: &mut Look<'_>, area: Rect) {
    let bar = Rect::from_min_size(area.min, vec2(area.width(), 16.0));
    let grab = bar.expand2(vec2(8.0, 9.0));
    let response = ui.interact(grab, ui.scope_id().with("track"), Sense::click_and_drag());
    let shell = look.shell;
    let (reached, all) = (shell.marks.reached(shell.cursor.position()), shell.marks.stops().len());
    let spoken = format!("{}: {reached} / {all}", look.say("timeline-track"));
    response.widget_info(|| WidgetInfo::slider(true, reached as f64, &spoken));
    if let Some(pointer) = response.interact_pointer_pos()
        && (response.dragged() || response.clicked() || response.is_pointer_button_down_on())
    {
        let position = shell.marks.position_at((pointer.x - bar.left()) / bar.width(), &shell.trace);
        if position != shell.cursor.position() {
            look.want(Command::Seek(position));
        }
    }
    paint_track(ui, look, bar, response.hovered() || response.dragged() || response.has_focus());
    paint_stretches(ui, look, bar);
    paint_position(ui, look, area, reached, all);
    happened(ui, look, area);
}

/// What the last step did, in a sentence: read by eye and by screen readers.
fn happened(ui: &Ui, look: &Look<'_>, area: Rect) {
    let failed = look.shell.failed().map(|problem| look.words.problem(problem));
    let color = if failed.is_some() { look.theme.bad } else { look.theme.text };
    let Some(sentence) = failed.or_else(|| look.shell.happened(look.words)) else { return };
    let row = Rect::from_min_size(area.min + vec2(0.0, 76.0), vec2(area.width(), 20.0));
    let response = ui.interact(row, ui.scope_id().with("happened"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &sentence));
    let end = widgets::line(ui.painter(), row.min, row.width(), &sentence, fonts::regular(13.0), color);
    if end.width() > row.width() - 4.0 {
        response.on_hover_text(sentence);
    }
}

fn paint_track(ui: &Ui, look: &Look<'_>, bar: Rect, lit: bool) {
    let (shell, theme) = (look.shell, &look.theme);
    let painter = ui.painter();
    let round = CornerRadius::same(8);
    painter.rect_filled(bar, round, theme.card);
    let head = bar.left() + bar.width() * shell.marks.fraction_of(shell.cursor.position(), &shell.trace);
    let done = Rect::from_min_max(bar.min, pos2(head, bar.bottom()));
    let last = shell.last().map_or(theme.accent, |record| theme.family(record.step.family()));
    if done.width() > 1.0 {
        painter.rect_filled(done, round, theme.card.lerp_to_gamma(last, 0.35));
    }
    let width = 4.0;
    let mut free = f32::MIN;
    for (i, mark) in shell.marks.stops().iter().enumerate() {
        let x = bar.left() + bar.width() * shell.marks.tick_of(i);
        // Ticks closer than they are wide are one: a trace may have thousands.
        if x < free {
            continue;
        }
        free = x + width + 1.0;
        let color = theme.family(mark.family());
        let color = if x <= head { color } else { color.gamma_multiply(0.75) };
        let tall = if mark.kind.level() == crate::trace::Level::Story { 10.0 } else { 7.0 };
        let tick = Rect::from_center_size(pos2(x, bar.center().y), vec2(width, tall));
        painter.rect_filled(tick, CornerRadius::same(2), color);
        if shell.cursor.breakpoints().contains(&mark.kind) {
            painter.circle_filled(pos2(x, bar.top() - 4.0), 3.0, theme.bad);
        }
    }
    if shell.has_trace() {
        let center = pos2(head, bar.center().y);
        painter.circle_filled(center, if lit { 11.0 } else { 9.5 }, theme.text);
        painter.circle_stroke(center, if lit { 11.0 } else { 9.5 }, Stroke::new(2.0, theme.panel));
    }
}

fn paint_stretches(ui: &Ui, look: &Look<'_>, bar: Rect) {
    let shell = look.shell;
    let mut free = f32::MIN;
    for (from, to, kind) in shell.marks.stretches() {
        let left = bar.left() + bar.width() * shell.marks.tick_of(from) - 2.0;
        let right = if to >= shell.marks.stops().len() {
            bar.right()
        } else {
            bar.left() + bar.width() * shell.marks.tick_of(to)
        };
        if left < free || right - left < 30.0 {
            continue;
        }
        let at = pos2(left, bar.bottom() + 8.0);
        let name = look.words.step(kind);
        let color = look.theme.family(kind.family());
        let rect = widgets::line(ui.painter(), at, right - left - 8.0, &name, fonts::regular(12.0), color);
        free = rect.right() + 6.0;
    }
}

fn paint_position(ui: &Ui, look: &Look<'_>, area: Rect, reached: usize, all: usize) {
    let (shell, theme) = (look.shell, &look.theme);
    if !shell.has_trace() {
        return;
    }
    let painter = ui.painter();
    let at = pos2(area.left(), area.top() + 46.0);
    let count = widgets::line(painter, at, 200.0, &format!("{reached} / {all}"), fonts::bold(16.0), theme.text);
    let time = pos2(count.right() + 14.0, at.y + 3.0);
    let text = format!("{}    ×{}", seconds(shell.time()), shell.speed);
    let time = widgets::line(painter, time, 200.0, &text, fonts::regular(13.0), theme.weak);
    if shell.is_live() {
        let key = if shell.cursor.is_live() { "timeline-live" } else { "timeline-behind" };
        let color = if shell.cursor.is_live() { theme.good } else { theme.warn };
        let at = pos2(time.right() + 16.0, time.top());
        painter.circle_filled(pos2(at.x + 4.0, time.center().y), 4.0, color);
        widgets::line(
            painter,
            at + vec2(14.0, 0.0),
            area.right() - at.x - 14.0,
            &look.say(key),
            fonts::regular(13.0),
            color,
        );
    }
}

/// `0.018 s`, `2.41 s`
pub fn seconds(nanoseconds: u64) -> String {
    let seconds = nanoseconds as f64 / 1e9;
    if seconds < 1.0 { format!("{seconds:.3} s") } else { format!("{seconds:.2} s") }
}

fn next(ui: &mut Ui, look: &mut Look<'_>, area: Rect) {
    let (shell, theme) = (look.shell, look.theme);
    let record = shell.next();
    let record = record.as_ref();
    let color = record.map_or(theme.line, |record| theme.family(record.step.family()));
    let waits = shell.steps_the_engine() && !shell.waiting.is_empty();
    let response = ui.interact(area, ui.scope_id().with("next"), Sense::click());
    let title = record.map_or_else(|| look.say(nothing_next(look)), |record| look.words.step(record.step.plan.kind));
    let caption = look.say(if waits { "next-waiting" } else { "next-title" });
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{caption}: {title}")));
    let fill = if record.is_some() { theme.panel.lerp_to_gamma(color, 0.08) } else { theme.card };
    let width = if response.hovered() || response.has_focus() { 2.0 } else { 1.0 };
    ui.painter().rect(area, CornerRadius::same(10), fill, Stroke::new(width, color), StrokeKind::Inside);
    let inner = area.shrink2(vec2(16.0, 10.0));
    paint_next(ui, look, inner, record, &caption, &title, if record.is_some() { color } else { theme.weak });
    if let Some(record) = record {
        let why = look.words.step_why(record.step.plan.kind);
        let (call, has) = (record.step.plan.call.clone(), response.clicked());
        response.on_hover_ui(|ui| {
            ui.set_max_width(380.0);
            ui.label(&why);
            ui.monospace(&call);
        });
        if has {
            look.want(Command::Step);
        }
    }
}

fn nothing_next(look: &Look<'_>) -> &'static str {
    match look.shell {
        shell if !shell.has_trace() => "next-nothing",
        shell if shell.is_live() => "next-idle",
        _ => "next-end",
    }
}

fn paint_next(
    ui: &Ui,
    look: &Look<'_>,
    inner: Rect,
    record: Option<&StepRecord>,
    caption: &str,
    title: &str,
    color: Color32,
) {
    let (painter, theme, width) = (ui.painter(), &look.theme, inner.width());
    let rect = widgets::line(painter, inner.min, width, caption, fonts::bold(12.0), color);
    let rect = widgets::line(painter, rect.left_bottom() + vec2(0.0, 3.0), width, title, fonts::bold(15.0), theme.text);
    let Some(record) = record else { return };
    let why = look.words.step_why(record.step.plan.kind);
    let at = rect.left_bottom() + vec2(0.0, 3.0);
    widgets::lines(painter, at, width, 1, &why, fonts::regular(12.0), theme.weak);
    let call = if record.step.plan.call.is_empty() { &record.step.plan.subject } else { &record.step.plan.call };
    let font = fonts::mono(12.0);
    let job = painter.layout_no_wrap("x".to_owned(), font.clone(), theme.weak);
    let at = Align2::LEFT_BOTTOM.anchor_size(inner.left_bottom(), vec2(width, job.size().y)).min;
    widgets::line(painter, at, width, call, font, theme.family(record.step.family()));
}
