//! What comes next, at the foot of the right panel. What a question asks is not told before it is answered.

use super::PanelContext;
use crate::trace::StepRecord;
use crate::ui::command::PlaybackCommand;
use crate::ui::fonts;
use crate::ui::widgets;
use egui::{Align2, Color32, CornerRadius, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

/// How high its card is.
pub const HEIGHT: f32 = 110.0;

/// Shows it in `area`.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>, area: Rect) {
    let (state, theme) = (cx.state, cx.theme);
    let record = state.next();
    let record = record.as_ref();
    let color = record.map_or(theme.line, |record| theme.family(record.step.family()));
    let waits = state.steps_the_engine() && !state.waiting.is_empty();
    // It says what comes next; in a lesson it is no second way to bring that about.
    let taught = state.course.is_some();
    let sense = if taught { Sense::hover() } else { Sense::click() };
    let response = ui.interact(area, ui.scope_id().with("next"), sense);
    let name = |record: &StepRecord| state.step_name(cx.words, record.step.plan.kind, record.announced);
    let title = record.map_or_else(|| cx.say(nothing_next(cx)), name);
    let caption = cx.say(if waits { "next-waiting" } else { "next-title" });
    let role = if taught { Role::Label } else { Role::Button };
    response.widget_info(|| WidgetInfo::labeled(role, true, format!("{caption}: {title}")));
    let fill = if record.is_some() { theme.panel.lerp_to_gamma(color, 0.08) } else { theme.card };
    let width = if response.hovered() || response.has_focus() { 2.0 } else { 1.0 };
    ui.painter().rect(area, CornerRadius::same(10), fill, Stroke::new(width, color), StrokeKind::Inside);
    let inner = area.shrink2(vec2(16.0, 10.0));
    paint_next(ui, cx, inner, record, &caption, &title, if record.is_some() { color } else { theme.weak });
    if let Some(record) = record.filter(|_| !state.is_predicting()) {
        let why = plain(&cx.words.step_why(record.step.plan.kind));
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

/// What is code in it has no face of its own here.
fn plain(text: &str) -> String {
    text.replace('`', "")
}

/// The message that says why nothing comes next.
pub fn nothing_next(cx: &PanelContext<'_>) -> &'static str {
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
    let veil = cx.state.veil_of_next();
    let rect = widgets::line(painter, inner.min, width, caption, fonts::bold(12.0), color);
    let rect = widgets::line(painter, rect.left_bottom() + vec2(0.0, 3.0), width, title, fonts::bold(15.0), theme.text);
    let Some(record) = record else { return };
    let why = veil.map_or_else(|| plain(&cx.words.step_why(record.step.plan.kind)), |veil| cx.say(veil.next_key()));
    let at = rect.left_bottom() + vec2(0.0, 3.0);
    widgets::lines(painter, at, width, 2, &why, fonts::regular(12.0), theme.weak);
    if veil.is_some() {
        return;
    }
    let call = if record.step.plan.call.is_empty() { &record.step.plan.subject } else { &record.step.plan.call };
    let font = fonts::mono(12.0);
    let job = painter.layout_no_wrap("x".to_owned(), font.clone(), theme.weak);
    let at = Align2::LEFT_BOTTOM.anchor_size(inner.left_bottom(), vec2(width, job.size().y)).min;
    widgets::line(painter, at, width, call, font, theme.family(record.step.family()));
}
