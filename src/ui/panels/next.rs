//! What comes next, at the foot of the right panel. What a question asks is not told before it is answered.

use super::PanelContext;
use crate::trace::StepRecord;
use crate::ui::command::PlaybackCommand;
use crate::ui::fonts;
use crate::ui::state::Mover;
use crate::ui::widgets;
use egui::{Align2, Color32, CornerRadius, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

/// How high its card is at least: two lines of why. It grows with what there is to say, by so many lines at most.
const HEIGHT: f32 = 110.0;
const ROWS: usize = 8;
/// Around what is in it.
const MARGIN: egui::Vec2 = vec2(16.0, 10.0);

/// How high its card is where it may be that wide.
pub fn height(ui: &Ui, cx: &PanelContext<'_>, width: f32) -> f32 {
    let Some(record) = coming(cx) else { return HEIGHT };
    let why = why(cx, &record);
    let rows = |rows| {
        widgets::lines_of(ui.painter(), width - 2.0 * MARGIN.x, rows, &why, fonts::regular(12.0), Color32::PLACEHOLDER)
    };
    let (all, two) = (rows(ROWS).size().y, rows(2).size().y);
    // No more than a third: what is known of the last step is above it.
    (HEIGHT + all - two).min((ui.available_height() / 3.0).max(HEIGHT))
}

/// The step that comes next; none where the lesson's page goes on by what is typed.
fn coming(cx: &PanelContext<'_>) -> Option<StepRecord> {
    cx.state.next().filter(|_| typed(cx).is_none())
}

/// What the lesson's page types, where no step of the engine comes of that.
fn typed(cx: &PanelContext<'_>) -> Option<String> {
    let course = cx.state.course.as_ref()?;
    let here = course.runner().progress().step;
    let number = match cx.state.mover() {
        Mover::Type(text) => return Some(text),
        Mover::Play => here,
        // The page that comes next could tell what is predicted.
        Mover::Turn(number) if !cx.state.has_pending() => number,
        _ => return None,
    };
    let text = course.runner().filled(course.lesson().script.steps.get(number)?.types.as_deref()?);
    let rest = course.rest_of(number)?;
    cx.state.next().is_none_or(|record| record.announced >= rest).then_some(text)
}

/// What is typed is no step. A shell of the host is one, where there is none yet.
fn why_typed(cx: &PanelContext<'_>) -> &'static str {
    let steps = cx.state.course.as_ref().map(|course| (course, course.lesson().script.steps.as_slice()));
    let number = steps.map(|(course, _)| match cx.state.mover() {
        Mover::Turn(number) => number,
        _ => course.runner().progress().step,
    });
    let step = steps.zip(number).and_then(|((_, steps), number)| steps.get(number));
    let host = step.is_some_and(|step| step.terminal == Some(crate::lesson::Terminal::Host));
    if host && cx.state.is_live() { "next-typed-host-why" } else { "next-typed-why" }
}

/// Why the next step is made, or that it is not told yet.
fn why(cx: &PanelContext<'_>, record: &StepRecord) -> String {
    let veil = cx.state.veil_of_next();
    veil.map_or_else(|| plain(&cx.words.step_why(record.step.plan.kind)), |veil| cx.say(veil.next_key()))
}

/// Shows it in `area`.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>, area: Rect) {
    let (state, theme) = (cx.state, cx.theme);
    let record = coming(cx);
    let record = record.as_ref();
    let color = record.map_or(theme.line, |record| theme.family(record.step.family()));
    let waits = state.steps_the_engine() && !state.waiting.is_empty();
    // It says what comes next; in a lesson it is no second way to bring that about.
    let taught = state.course.is_some();
    let sense = if taught { Sense::hover() } else { Sense::click() };
    let response = ui.interact(area, ui.scope_id().with("next"), sense);
    let name = |record: &StepRecord| state.step_name(cx.words, record.step.plan.kind, record.announced);
    let typed = typed(cx).map(|text| super::lesson::mover_label(cx, &Mover::Type(text)));
    let title = record.map_or_else(|| typed.unwrap_or_else(|| cx.say(nothing_next(cx))), name);
    let caption = cx.say(if waits { "next-waiting" } else { "next-title" });
    let role = if taught { Role::Label } else { Role::Button };
    response.widget_info(|| WidgetInfo::labeled(role, true, format!("{caption}: {title}")));
    let fill = if record.is_some() { theme.panel.lerp_to_gamma(color, 0.08) } else { theme.card };
    let width = if response.hovered() || response.has_focus() { 2.0 } else { 1.0 };
    ui.painter().rect(area, CornerRadius::same(10), fill, Stroke::new(width, color), StrokeKind::Inside);
    let inner = area.shrink2(MARGIN);
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
    let rect = widgets::line(painter, inner.min, width, caption, fonts::bold(12.0), color);
    let rect = widgets::line(painter, rect.left_bottom() + vec2(0.0, 3.0), width, title, fonts::bold(15.0), theme.text);
    let Some(record) = record else {
        if typed(cx).is_some() {
            let at = rect.left_bottom() + vec2(0.0, 3.0);
            widgets::lines(painter, at, width, 3, &cx.say(why_typed(cx)), fonts::regular(12.0), theme.weak);
        }
        return;
    };
    let at = rect.left_bottom() + vec2(0.0, 3.0);
    let font = fonts::regular(12.0);
    let line = ui.painter().layout_no_wrap("x".to_owned(), font.clone(), theme.weak).size().y;
    // The last line is the call's.
    let rows = ((inner.bottom() - at.y) / line).floor().max(3.0) as usize - 1;
    widgets::lines(painter, at, width, rows, &why(cx, record), font, theme.weak);
    if cx.state.veil_of_next().is_some() {
        return;
    }
    let call = if record.step.plan.call.is_empty() { &record.step.plan.subject } else { &record.step.plan.call };
    let font = fonts::mono(12.0);
    let job = painter.layout_no_wrap("x".to_owned(), font.clone(), theme.weak);
    let at = Align2::LEFT_BOTTOM.anchor_size(inner.left_bottom(), vec2(width, job.size().y)).min;
    widgets::line(painter, at, width, call, font, theme.family(record.step.family()));
}
