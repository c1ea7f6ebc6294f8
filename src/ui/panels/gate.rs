//! The engine's gate in the top bar: open or closed, who waits at it, and the switch.

use super::PanelContext;
use crate::trace::{Body, Op, Step};
use crate::ui::command::PlaybackCommand;
use crate::ui::fonts;
use crate::ui::theme::Theme;
use egui::{Align2, Color32, CornerRadius, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

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
    let said = said(cx, theirs);
    let fits = |text: &str| measure(ui, text) + AROUND <= width;
    let text = if fits(&said.long) { said.long.clone() } else { said.short.clone() };
    if !fits(&text) {
        return;
    }
    let open = cx.state.gate.open || cx.state.gate.passing;
    if chip(ui, &text, &said, open).clicked() {
        cx.want(PlaybackCommand::Gate);
    }
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

/// By the kernel's word: a terminal of this window, a program outside, or the engine itself.
fn who(cx: &PanelContext<'_>, step: &Step, ours: &[u32]) -> String {
    match cx.state.gate.callers.get(&step.op) {
        None => cx.say("gate-who-engine"),
        Some(caller) if ours.contains(&caller.pid) => cx.say("gate-who-window"),
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
