//! The timeline: transport, track, and what comes next.

use super::PanelContext;
use crate::trace::StepRecord;
use crate::ui::command::PlaybackCommand;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::state::dropped;
use crate::ui::widgets::{self, Loudness};
use egui::{Align2, Color32, CornerRadius, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

/// How high it is.
pub const HEIGHT: f32 = 124.0;
const SIDE: f32 = 20.0;
const BUTTON: f32 = 34.0;

/// Shows it in all the room there is.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let all = ui.max_rect();
    let buttons = 6.0 * BUTTON + 5.0 * 6.0;
    let next_width = (all.width() * 0.23).clamp(230.0, 330.0);
    let left = Rect::from_min_size(all.min + vec2(SIDE, 22.0), vec2(buttons, all.height() - 22.0));
    let right = Rect::from_min_max(pos2(all.right() - SIDE - next_width, all.top() + 13.0), all.max - vec2(SIDE, 13.0));
    let middle =
        Rect::from_min_max(pos2(left.right() + 28.0, all.top() + 22.0), pos2(right.left() - 28.0, all.bottom()));
    ui.scope_builder(egui::UiBuilder::new().max_rect(left), |ui| transport(ui, cx));
    track(ui, cx, middle);
    next(ui, cx, right);
}

fn transport(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let state = cx.state;
    let playing = state.is_playing();
    let play = if playing { ("timeline-pause", Icon::Pause) } else { ("timeline-play", Icon::Play) };
    let live_or_end = if state.is_live() {
        ("key-live", "L", PlaybackCommand::Live)
    } else {
        ("key-end", "End", PlaybackCommand::End)
    };
    let last_icon = if state.is_live() { Icon::Live } else { Icon::Last };
    // In a lesson its one next action is the primary button.
    let step = if state.course.is_some() { Loudness::Plain } else { Loudness::Primary };
    let buttons = [
        (Icon::First, "key-home", "Home", PlaybackCommand::Home, Loudness::Plain),
        (Icon::Back, "key-back", "←", PlaybackCommand::Back, Loudness::Plain),
        (Icon::Step, "key-step", "→", PlaybackCommand::Step, step),
        (Icon::Over, "key-over", "Shift+→", PlaybackCommand::Over, Loudness::Plain),
        (play.1, play.0, "P", PlaybackCommand::PlayPause, Loudness::Plain),
        (last_icon, live_or_end.0, live_or_end.1, live_or_end.2, Loudness::Plain),
    ];
    let enabled = state.has_trace();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        for (icon, key, hint, command, loudness) in buttons {
            let label = cx.say(key);
            let response =
                ui.add_enabled_ui(enabled, |ui| widgets::icon_button(ui, icon, &label, hint, loudness, BUTTON)).inner;
            if response.clicked() {
                cx.want(command);
            }
        }
    });
    ui.add_space(6.0);
    let hint = cx.say("timeline-hint");
    ui.add(egui::Label::new(egui::RichText::new(hint).size(12.0).color(cx.theme.weak)).truncate().selectable(false));
}

fn track(ui: &mut Ui, cx: &mut PanelContext<'_>, area: Rect) {
    let bar = Rect::from_min_size(area.min, vec2(area.width(), 16.0));
    let grab = bar.expand2(vec2(8.0, 9.0));
    let response = ui.interact(grab, ui.scope_id().with("track"), Sense::click_and_drag());
    let state = cx.state;
    let (reached, all) = (state.marks.reached(state.cursor.position()), state.marks.stops().len());
    let spoken = format!("{}: {reached} / {all}", cx.say("timeline-track"));
    response.widget_info(|| WidgetInfo::slider(true, reached as f64, &spoken));
    if let Some(pointer) = response.interact_pointer_pos()
        && (response.dragged() || response.clicked() || response.is_pointer_button_down_on())
    {
        let position = state.marks.position_at((pointer.x - bar.left()) / bar.width(), &state.trace);
        if position != state.cursor.position() {
            cx.want(PlaybackCommand::Seek(position));
        }
    }
    paint_track(ui, cx, bar, response.hovered() || response.dragged() || response.has_focus());
    paint_stretches(ui, cx, bar);
    paint_position(ui, cx, area, reached, all);
    happened(ui, cx, area);
}

/// What the last step did, in a sentence: read by eye and by screen readers.
fn happened(ui: &Ui, cx: &PanelContext<'_>, area: Rect) {
    let state = cx.state;
    let (failed, said) = (state.failed().map(|problem| cx.words.problem(problem)), state.happened(cx.words));
    let (sentence, color) = match (failed, said) {
        (Some(failed), _) => (failed, cx.theme.bad),
        (None, Some(said)) => (said, cx.theme.text),
        // Where nothing has happened yet something may have been dropped.
        (None, None) if state.trace.start() > 0 => (dropped(cx.words, state.trace.base()), cx.theme.warn),
        (None, None) => return,
    };
    let row = Rect::from_min_size(area.min + vec2(0.0, 76.0), vec2(area.width(), 20.0));
    let response = ui.interact(row, ui.scope_id().with("happened"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &sentence));
    let end = widgets::line(ui.painter(), row.min, row.width(), &sentence, fonts::regular(13.0), color);
    if end.width() > row.width() - 4.0 {
        response.on_hover_text(sentence);
    }
}

fn paint_track(ui: &Ui, cx: &PanelContext<'_>, bar: Rect, lit: bool) {
    let (state, theme) = (cx.state, &cx.theme);
    let painter = ui.painter();
    let round = CornerRadius::same(8);
    painter.rect_filled(bar, round, theme.card);
    let head = bar.left() + bar.width() * state.marks.fraction_of(state.cursor.position(), &state.trace);
    let done = Rect::from_min_max(bar.min, pos2(head, bar.bottom()));
    let last = state.last().map_or(theme.accent, |record| theme.family(record.step.family()));
    if done.width() > 1.0 {
        painter.rect_filled(done, round, theme.card.lerp_to_gamma(last, 0.35));
    }
    if state.trace.start() > 0 {
        // It is torn off here.
        for (step, strength) in [(0.0, 0.9), (5.0, 0.6), (10.0, 0.3)] {
            let x = bar.left() - 4.0 - step;
            painter.vline(x, bar.y_range(), Stroke::new(2.0, theme.warn.gamma_multiply(strength)));
        }
    }
    let width = 4.0;
    let mut free = f32::MIN;
    for (i, mark) in state.marks.stops().iter().enumerate() {
        let x = bar.left() + bar.width() * state.marks.tick_of(i);
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
        if state.cursor.breakpoints().contains(&mark.kind) {
            painter.circle_filled(pos2(x, bar.top() - 4.0), 3.0, theme.bad);
        }
    }
    if state.has_trace() {
        let center = pos2(head, bar.center().y);
        painter.circle_filled(center, if lit { 11.0 } else { 9.5 }, theme.text);
        painter.circle_stroke(center, if lit { 11.0 } else { 9.5 }, Stroke::new(2.0, theme.panel));
    }
}

fn paint_stretches(ui: &Ui, cx: &PanelContext<'_>, bar: Rect) {
    let state = cx.state;
    let mut free = f32::MIN;
    for (from, to, kind) in state.marks.stretches() {
        let left = bar.left() + bar.width() * state.marks.tick_of(from) - 2.0;
        let right = if to >= state.marks.stops().len() {
            bar.right()
        } else {
            bar.left() + bar.width() * state.marks.tick_of(to)
        };
        if left < free || right - left < 30.0 {
            continue;
        }
        let at = pos2(left, bar.bottom() + 8.0);
        let name = cx.words.step(kind);
        let color = cx.theme.family(kind.family());
        let rect = widgets::line(ui.painter(), at, right - left - 8.0, &name, fonts::regular(12.0), color);
        free = rect.right() + 6.0;
    }
}

fn paint_position(ui: &Ui, cx: &PanelContext<'_>, area: Rect, reached: usize, all: usize) {
    let (state, theme) = (cx.state, &cx.theme);
    if !state.has_trace() {
        return;
    }
    let painter = ui.painter();
    let at = pos2(area.left(), area.top() + 46.0);
    let count = widgets::line(painter, at, 200.0, &format!("{reached} / {all}"), fonts::bold(16.0), theme.text);
    let time = pos2(count.right() + 14.0, at.y + 3.0);
    let text = format!("{}    ×{}", seconds(state.time()), state.speed);
    let time = widgets::line(painter, time, 200.0, &text, fonts::regular(13.0), theme.weak);
    if state.answers() {
        let key = if state.cursor.is_live() { "timeline-live" } else { "timeline-behind" };
        let color = if state.cursor.is_live() { theme.good } else { theme.warn };
        let at = pos2(time.right() + 16.0, time.top());
        painter.circle_filled(pos2(at.x + 4.0, time.center().y), 4.0, color);
        widgets::line(
            painter,
            at + vec2(14.0, 0.0),
            area.right() - at.x - 14.0,
            &cx.say(key),
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

fn next(ui: &mut Ui, cx: &mut PanelContext<'_>, area: Rect) {
    let (state, theme) = (cx.state, cx.theme);
    let record = state.next();
    let record = record.as_ref();
    let color = record.map_or(theme.line, |record| theme.family(record.step.family()));
    let waits = state.steps_the_engine() && !state.waiting.is_empty();
    // It says what comes next; in a lesson it is no second way to bring that about.
    let taught = state.course.is_some();
    let sense = if taught { Sense::hover() } else { Sense::click() };
    let response = ui.interact(area, ui.scope_id().with("next"), sense);
    let title = record.map_or_else(|| cx.say(nothing_next(cx)), |record| cx.words.step(record.step.plan.kind));
    let caption = cx.say(if waits { "next-waiting" } else { "next-title" });
    let role = if taught { Role::Label } else { Role::Button };
    response.widget_info(|| WidgetInfo::labeled(role, true, format!("{caption}: {title}")));
    let fill = if record.is_some() { theme.panel.lerp_to_gamma(color, 0.08) } else { theme.card };
    let width = if response.hovered() || response.has_focus() { 2.0 } else { 1.0 };
    ui.painter().rect(area, CornerRadius::same(10), fill, Stroke::new(width, color), StrokeKind::Inside);
    let inner = area.shrink2(vec2(16.0, 10.0));
    paint_next(ui, cx, inner, record, &caption, &title, if record.is_some() { color } else { theme.weak });
    if let Some(record) = record.filter(|_| !state.is_predicting()) {
        let why = cx.words.step_why(record.step.plan.kind);
        let (call, has) = (record.step.plan.call.clone(), response.clicked());
        response.on_hover_ui(|ui| {
            ui.set_max_width(380.0);
            ui.label(&why);
            ui.monospace(&call);
        });
        if has {
            cx.want(PlaybackCommand::Step);
        }
    }
}

fn nothing_next(cx: &PanelContext<'_>) -> &'static str {
    match cx.state {
        state if !state.has_trace() => "next-nothing",
        state if state.is_live() => "next-idle",
        _ => "next-end",
    }
}

fn paint_next(
    ui: &Ui,
    cx: &PanelContext<'_>,
    inner: Rect,
    record: Option<&StepRecord>,
    caption: &str,
    title: &str,
    color: Color32,
) {
    let (painter, theme, width) = (ui.painter(), &cx.theme, inner.width());
    let masked = cx.state.is_predicting();
    let rect = widgets::line(painter, inner.min, width, caption, fonts::bold(12.0), color);
    let rect = widgets::line(painter, rect.left_bottom() + vec2(0.0, 3.0), width, title, fonts::bold(15.0), theme.text);
    let Some(record) = record else { return };
    let why = if masked { cx.say("next-masked") } else { cx.words.step_why(record.step.plan.kind) };
    let at = rect.left_bottom() + vec2(0.0, 3.0);
    widgets::lines(painter, at, width, 1, &why, fonts::regular(12.0), theme.weak);
    if masked {
        return;
    }
    let call = if record.step.plan.call.is_empty() { &record.step.plan.subject } else { &record.step.plan.call };
    let font = fonts::mono(12.0);
    let job = painter.layout_no_wrap("x".to_owned(), font.clone(), theme.weak);
    let at = Align2::LEFT_BOTTOM.anchor_size(inner.left_bottom(), vec2(width, job.size().y)).min;
    widgets::line(painter, at, width, call, font, theme.family(record.step.family()));
}
