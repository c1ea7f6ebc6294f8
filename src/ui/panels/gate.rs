//! The engine's gate in the top bar: open or closed, who waits at it, and the switch.

use super::PanelContext;
use crate::trace::{Body, Op, Step};
use crate::ui::command::PlaybackCommand;
use crate::ui::fonts;
use crate::ui::state::{By, GateNote, Mode};
use crate::ui::theme::Theme;
use egui::{
    Align2, Area, Color32, CornerRadius, Frame, Id, Label, Margin, Order, Rect, Response, RichText, Role, Sense,
    Stroke, StrokeKind, Ui, WidgetInfo, vec2,
};

const HEIGHT: f32 = 24.0;
const AROUND: f32 = 22.0;

/// What it says, and how loudly.
struct Said {
    /// As long as there is room for it.
    long: String,
    short: String,
    color: Color32,
    tip: String,
}

/// Shows it in that width at most; a click opens or closes it.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>, width: f32, theirs: &[u32]) {
    if !cx.state.answers() {
        return;
    }
    let mut said = said(cx, theirs);
    if let Some(note) = &cx.state.gate.note {
        said.tip = format!("{} ({})", said.tip, sentence(cx, note));
    }
    let fits = |text: &str| measure(ui, text) + AROUND <= width;
    let text = if fits(&said.long) { said.long.clone() } else { said.short.clone() };
    if !fits(&text) {
        return;
    }
    let open = cx.state.gate.open || cx.state.gate.passing;
    let response = chip(ui, &text, &said, open);
    if response.clicked() {
        cx.want(PlaybackCommand::Gate);
    }
    // What the lesson's own button does to it is no news to who pressed it.
    let is_news = |note: &&GateNote| cx.state.course.is_none() || !matches!(note.by, By::Lesson | By::Arrival);
    if let Some(note) = cx.state.gate.note.as_ref().filter(is_news) {
        told(ui, cx, note, response.rect, width);
    }
}

/// So many seconds a change is told that nobody clicked.
const TOLD: f64 = 8.0;

/// Who changed it, in a line beside it, or below where there is no room, for a while; later it is in what is said when the pointer rests on it.
fn told(ui: &Ui, cx: &PanelContext<'_>, note: &GateNote, chip: Rect, room: f32) {
    let id = Id::unique("gate-note");
    let now = ui.input(|input| input.time);
    let since = ui.data_mut(|data| {
        let entry = data.get_temp_mut_or_insert_with(id, || (note.number, now));
        if entry.0 != note.number {
            *entry = (note.number, now);
        }
        entry.1
    });
    if now - since > TOLD {
        return;
    }
    ui.ctx().request_repaint_after_secs((TOLD + 0.1 - (now - since)) as f32);
    let (theme, text) = (&cx.theme, sentence(cx, note));
    let beside = chip.width() + measure(ui, &text) + AROUND + 12.0 <= room;
    let at = if beside { chip.right_top() + vec2(8.0, -2.0) } else { chip.left_bottom() + vec2(0.0, 6.0) };
    let area = Area::new(id).order(Order::Foreground).interactable(false).fixed_pos(at);
    area.show(ui.ctx(), |ui| {
        let frame =
            Frame::new().fill(theme.card).stroke(Stroke::new(1.0, theme.line)).corner_radius(CornerRadius::same(6));
        frame.inner_margin(Margin::symmetric(10, 5)).show(ui, |ui| {
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
            ui.add(Label::new(RichText::new(text).size(12.5).color(theme.text)).selectable(false));
        });
    });
}

fn sentence(cx: &PanelContext<'_>, note: &GateNote) -> String {
    let who = match note.by {
        By::Arrival => return cx.say("gate-arrived"),
        By::Window | By::Click => "gate-by-window",
        By::Lesson => "gate-by-lesson",
        By::Other => "gate-by-other",
    };
    let what = match note.mode {
        Mode::Closed => "gate-became-closed",
        Mode::Passing => "gate-became-passing",
        Mode::Open => "gate-became-open",
    };
    let (who, what) = (cx.say(who), cx.say(what));
    cx.words.say_with("gate-note", &[("who", who.as_str()), ("what", what.as_str())])
}

fn measure(ui: &Ui, text: &str) -> f32 {
    ui.painter().layout_no_wrap(text.to_owned(), fonts::regular(12.5), Color32::PLACEHOLDER).size().x
}

/// How wide it is at least.
pub fn least(ui: &Ui, cx: &PanelContext<'_>) -> f32 {
    if cx.state.answers() { measure(ui, &said(cx, &[]).short) + AROUND } else { 0.0 }
}

fn said(cx: &PanelContext<'_>, ours: &[u32]) -> Said {
    let (gate, theme) = (&cx.state.gate, &cx.theme);
    if gate.open {
        let text = cx.say("gate-open");
        return Said { long: text.clone(), short: text, color: theme.good, tip: cx.say("gate-open-tip") };
    }
    if gate.passing && cx.state.waiting.is_empty() {
        let short = cx.say("gate-open");
        let long = format!("{short} · {}", cx.say("gate-passing"));
        return Said { long, short, color: theme.good, tip: cx.say("gate-passing-tip") };
    }
    let short = cx.say("gate-closed");
    match cx.state.waiting.first() {
        None => {
            let long = format!("{short} · {}", cx.say("gate-closed-all"));
            Said { long, short, color: theme.warn, tip: cx.say("gate-closed-tip") }
        }
        Some(step) => {
            let who = who(cx, step, ours);
            let waits = cx.words.say_with("gate-waits", &[("who", who.as_str())]);
            let op = operation(cx, step).map(|op| op.request).unwrap_or_default();
            let step = cx.words.step(step.plan.kind);
            let vars = [("step", step.as_str()), ("who", who.as_str()), ("request", op.as_str())];
            let mut tip = cx.words.say_with("gate-waits-tip", &vars);
            if let Some(key) = cx.key_of_next() {
                tip = format!("{tip} {key}");
            }
            if let Some(more) = cx.state.waiting.len().checked_sub(1).filter(|more| *more > 0) {
                tip =
                    format!("{tip} {}", cx.words.say_with("gate-waits-more", &[("count", more.to_string().as_str())]));
            }
            Said { long: format!("{short} · {waits}"), short, color: theme.warn, tip }
        }
    }
}

/// By the kernel's word: this window or a terminal of it, a program outside, or the engine itself.
fn who(cx: &PanelContext<'_>, step: &Step, ours: &[u32]) -> String {
    match cx.state.gate.callers.get(&step.op) {
        None => cx.say("gate-who-engine"),
        Some(caller) if caller.pid == std::process::id() || ours.contains(&caller.pid) => cx.say("gate-who-window"),
        Some(caller) => {
            let pid = caller.pid.to_string();
            let program = if caller.program.is_empty() { "?" } else { caller.program.as_str() };
            cx.words.say_with("gate-who-outside", &[("program", program), ("pid", pid.as_str())])
        }
    }
}

fn operation(cx: &PanelContext<'_>, step: &Step) -> Option<Op> {
    let (_, began) = cx.state.trace.ops().find(|(op, _)| *op == step.op)?;
    match &cx.state.trace.event(began)?.body {
        Body::OpBegan { op } => Some(op.clone()),
        _ => None,
    }
}

fn chip(ui: &mut Ui, text: &str, said: &Said, open: bool) -> Response {
    let text = &*fonts::shown(text);
    let theme = Theme::of(ui.ctx());
    let galley = ui.painter().layout_no_wrap(text.to_owned(), fonts::regular(12.5), said.color);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + AROUND, HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Switch, true, open, text));
    let lit = response.hovered() || response.has_focus();
    let depth = if theme.dark { 0.12 } else { 0.07 } + if lit { 0.08 } else { 0.0 };
    let line = Stroke::new(1.0, theme.panel.lerp_to_gamma(said.color, if lit { 0.8 } else { 0.5 }));
    ui.painter().rect(
        rect,
        CornerRadius::same(12),
        theme.panel.lerp_to_gamma(said.color, depth),
        line,
        StrokeKind::Inside,
    );
    ui.painter().galley(Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect).min, galley, said.color);
    response.on_hover_text(fonts::shown(&said.tip))
}
