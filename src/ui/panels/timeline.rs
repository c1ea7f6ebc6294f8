//! The timeline: transport, how far one is, a lane for each command, and the whole trace as a thin line.

mod lanes;

use super::PanelContext;
use crate::ui::command::PlaybackCommand;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::widgets::{self, Loudness};
use egui::{CornerRadius, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

/// How high it is.
pub const HEIGHT: f32 = 92.0;
const SIDE: f32 = 20.0;
const BUTTON: f32 = 32.0;
/// How thick the line of the whole trace is.
const LINE: f32 = 5.0;

/// Shows it in all the room there is.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let all = ui.max_rect();
    let buttons = 6.0 * BUTTON + 5.0 * 5.0;
    let left = Rect::from_min_size(all.min + vec2(SIDE, 12.0), vec2(buttons, all.height() - 12.0));
    let right = Rect::from_min_max(pos2(left.right() + 26.0, all.top()), all.max - vec2(SIDE, 0.0));
    ui.scope_builder(egui::UiBuilder::new().max_rect(left), |ui| transport(ui, cx));
    let line = Rect::from_min_size(pos2(right.left(), right.bottom() - 16.0), vec2(right.width(), LINE));
    lanes::show(ui, cx, Rect::from_min_max(right.min + vec2(0.0, 6.0), pos2(right.right(), line.top() - 6.0)));
    whole(ui, cx, line);
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
    let alone = state.course.is_none() && state.mover().acts();
    let step = if alone { Loudness::Primary } else { Loudness::Plain };
    // Where the lesson's step rests, all that moves on does its next action.
    let held = state.is_held_by_lesson().then(|| cx.key_of_next()).flatten();
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
        ui.spacing_mut().item_spacing.x = 5.0;
        for (icon, key, hint, command, loudness) in buttons {
            let label = cx.say(key);
            let response =
                ui.add_enabled_ui(enabled, |ui| widgets::icon_button(ui, icon, &label, hint, loudness, BUTTON)).inner;
            let onward = matches!(command, PlaybackCommand::Step | PlaybackCommand::Over | PlaybackCommand::PlayPause);
            if response.clicked() {
                cx.want(command);
            }
            if let Some(held) = held.as_ref().filter(|_| onward && !playing) {
                response.on_hover_text(cx.words.say_with("timeline-held", &[("action", held)]));
            }
        }
    });
    ui.add_space(4.0);
    ui.horizontal(|ui| position(ui, cx));
}

/// How far one is, when that was, how fast it plays, and whether that is now.
fn position(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let (state, theme) = (cx.state, cx.theme);
    let (reached, all) = (state.marks.reached(state.cursor.position()), state.marks.stops().len());
    ui.spacing_mut().item_spacing.x = 9.0;
    let label = |text: String, font, color| {
        egui::Label::new(egui::RichText::new(text).font(font).color(color)).selectable(false)
    };
    ui.add(label(format!("{reached} / {all}"), fonts::bold(14.0), theme.text));
    ui.add(label(seconds(state.time()), fonts::regular(12.5), theme.weak));
    let name = cx.words.say_with("timeline-speed", &[("speed", &state.speed.to_string())]);
    let speed = format!("×{}", state.speed);
    let button = ui.add(label(speed, fonts::regular(12.5), theme.accent).sense(Sense::click()));
    button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &name));
    if button.clicked() {
        cx.want(PlaybackCommand::Speed(true));
    }
    if button.secondary_clicked() {
        cx.want(PlaybackCommand::Speed(false));
    }
    button.on_hover_text(format!("{name}  ·  {}  + −", cx.say("timeline-speed-how")));
    // That it is live stands in the top bar; here only that one looks at what was before.
    if state.answers() && !state.cursor.is_live() {
        let wide = |text: &str| ui.painter().layout_no_wrap(text.to_owned(), fonts::regular(12.5), theme.warn).size().x;
        let whole = cx.say("timeline-behind");
        let fits = wide(&whole) <= ui.available_width();
        let said = if fits { whole.clone() } else { cx.say("timeline-behind-short") };
        let shown = ui.add(label(said, fonts::regular(12.5), theme.warn).truncate());
        shown.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, &whole));
        shown.on_hover_text(cx.say("timeline-behind-why"));
    }
}

/// The whole trace as a line: where one is in it, and a drag leads anywhere.
fn whole(ui: &Ui, cx: &mut PanelContext<'_>, line: Rect) {
    let grab = line.expand2(vec2(6.0, 7.0));
    let response = ui.interact(grab, ui.scope_id().with("track"), Sense::click_and_drag());
    let (state, theme) = (cx.state, cx.theme);
    let (reached, all) = (state.marks.reached(state.cursor.position()), state.marks.stops().len());
    let spoken = format!("{}: {reached} / {all}", cx.say("timeline-track"));
    response.widget_info(|| WidgetInfo::slider(true, reached as f64, &spoken));
    if let Some(pointer) = response.interact_pointer_pos()
        && (response.dragged() || response.clicked() || response.is_pointer_button_down_on())
    {
        let position = state.marks.position_at((pointer.x - line.left()) / line.width(), &state.trace);
        if position != state.cursor.position() {
            cx.want(PlaybackCommand::Seek(position));
        }
    }
    let painter = ui.painter();
    let round = CornerRadius::same(3);
    painter.rect_filled(line, round, theme.card);
    let head = line.left() + line.width() * state.marks.fraction_of(state.cursor.position(), &state.trace);
    let last = state.last().map_or(theme.accent, |record| theme.family(record.step.family()));
    let done = Rect::from_min_max(line.min, pos2(head, line.bottom()));
    if done.width() > 1.0 {
        painter.rect_filled(done, round, theme.card.lerp_to_gamma(last, 0.5));
    }
    if state.trace.start() > 0 {
        // It is torn off here.
        for (step, strength) in [(0.0, 0.9), (5.0, 0.6), (10.0, 0.3)] {
            let x = line.left() - 4.0 - step;
            painter.vline(x, line.y_range().expand(3.0), Stroke::new(2.0, theme.warn.gamma_multiply(strength)));
        }
    }
    if state.has_trace() {
        let lit = response.hovered() || response.dragged() || response.has_focus();
        painter.circle_filled(pos2(head, line.center().y), if lit { 7.0 } else { 5.5 }, theme.text);
    }
}

/// `0.018 s`, `2.41 s`
pub fn seconds(nanoseconds: u64) -> String {
    let seconds = nanoseconds as f64 / 1e9;
    if seconds < 1.0 { format!("{seconds:.3} s") } else { format!("{seconds:.2} s") }
}
