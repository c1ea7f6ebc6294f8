//! The lesson: what to read, what to run, what to predict, what must become true, and the notes' claim beside it.

use super::PanelContext;
use crate::lesson::{ClaimView, GoalView, QuestionState, QuestionView, StepView, bind_directory};
use crate::trace::Family;
use crate::ui::command::{Command, LessonCommand, SourceCommand, ViewCommand};
use crate::ui::course::Course;
use crate::ui::icons::Icon;
use crate::ui::prose::{self, Ink};
use crate::ui::widgets::{self, Loudness};
use crate::ui::{evidence, fonts};
use egui::{
    Color32, CornerRadius, Frame, Label, Layout, Margin, RichText, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo,
    vec2,
};

const TEXT: f32 = 14.5;

/// Shows it in all the room there is.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>, course: &Course) {
    let mut view = course.view(cx.state.lang);
    if let Some(host) = &cx.state.world().host {
        view = view.with_bind(&bind_directory(&host.root, course.lesson()));
    }
    let foot = 44.0;
    let room = ui.available_height() - foot;
    ScrollArea::vertical().id_salt(&view.id).max_height(room).auto_shrink([false, false]).show(ui, |ui| {
        ui.add_space(2.0);
        let number = format!("{} / {}", view.number, view.of);
        widgets::caption(ui, &number);
        ui.add(Label::new(RichText::new(fonts::shown(&view.title)).font(fonts::bold(18.5))).wrap());
        ui.add_space(2.0);
        prose::show(ui, &view.text, Ink { size: TEXT, color: soft(cx) });
        action(ui, cx, &view, course.rest());
        view.questions.iter().for_each(|question| ask(ui, cx, question));
        goals(ui, cx, &view.goals);
        view.claims.iter().for_each(|claim| note(ui, cx, claim));
        ui.add_space(10.0);
    });
    walk(ui, cx, &view, course);
}

/// Reading text: between full and weak.
fn soft(cx: &PanelContext<'_>) -> Color32 {
    cx.theme.text.lerp_to_gamma(cx.theme.weak, 0.35)
}

/// The command of the step, or what is typed, or how far to go.
fn action(ui: &mut Ui, cx: &mut PanelContext<'_>, view: &StepView, rest: Option<u64>) {
    let recorded = rest.is_some();
    if let Some(line) = &view.command {
        let key = if recorded { "lesson-play" } else { "lesson-run" };
        act(ui, cx, line, key, LessonCommand::Run);
    }
    if let Some((_, text)) = &view.input {
        let key = if recorded { "lesson-play" } else { "lesson-type" };
        act(ui, cx, text.trim_end(), key, LessonCommand::Type);
    }
    let alone = view.command.is_none() && view.input.is_none();
    if alone && (view.stop_at.is_some() || rest.is_some_and(|rest| rest > cx.state.cursor.position())) {
        ui.add_space(8.0);
        let there = cx.say("lesson-go-on");
        if widgets::text_button(ui, &there, Loudness::Plain).clicked() {
            cx.want(LessonCommand::GoOn);
        }
    }
}

fn act(ui: &mut Ui, cx: &mut PanelContext<'_>, line: &str, key: &str, command: LessonCommand) {
    let theme = cx.theme;
    ui.add_space(8.0);
    widgets::well(&theme).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let width = ui.available_width();
        ui.add(Label::new(evidence::command(line, &theme, width, 13.5)).wrap());
        ui.add_space(4.0);
        ui.horizontal(|ui| {
            let label = cx.say(key);
            let enabled = cx.state.has_trace();
            if ui.add_enabled_ui(enabled, |ui| widgets::text_button(ui, &label, Loudness::Primary)).inner.clicked() {
                cx.want(command);
            }
            let label = cx.say("copy-command");
            if widgets::icon_button(ui, Icon::Copy, &label, "", Loudness::Quiet, 28.0).clicked() {
                cx.want(ViewCommand::Copy(line.to_owned()));
            }
        });
    });
}

fn ask(ui: &mut Ui, cx: &mut PanelContext<'_>, question: &QuestionView) {
    let theme = cx.theme;
    let color = theme.family(Family::Image);
    ui.add_space(10.0);
    let frame = widgets::card(&theme).stroke(Stroke::new(1.2, color)).corner_radius(CornerRadius::same(10));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.add(
            Label::new(RichText::new(cx.say("question-first")).font(fonts::bold(12.5)).color(color)).selectable(false),
        );
        prose::show(ui, &question.ask, Ink { size: 15.0, color: theme.text });
        ui.add_space(2.0);
        if question.choices.is_empty() {
            ui.label(RichText::new(cx.say("question-later")).color(theme.weak).size(13.0));
        }
        for (number, choice) in question.choices.iter().enumerate() {
            if self::choice(ui, cx, question, number, choice) {
                cx.want(LessonCommand::Predict(question.id.clone(), number));
            }
        }
        outcome(ui, cx, question);
    });
}

/// A choice; true when it was clicked.
fn choice(ui: &mut Ui, cx: &PanelContext<'_>, question: &QuestionView, number: usize, text: &str) -> bool {
    let theme = &cx.theme;
    let color = theme.family(Family::Image);
    let shown = fonts::shown(text);
    let (predicted, open) = match &question.state {
        QuestionState::Unanswered => (false, true),
        QuestionState::Predicted(choice) => (*choice == number, true),
        QuestionState::Revealed { predicted, .. } => (*predicted == Some(number), false),
    };
    let truth = question.answer.as_deref() == Some(text);
    let width = ui.available_width();
    let font = fonts::mono(13.5);
    let galley = ui.painter().layout(shown.clone(), font, theme.text, width - 46.0);
    let sense = if open { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(width, galley.size().y.max(18.0) + 14.0), sense);
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, open, predicted, &shown));
    let (line, fill) = match (truth, predicted) {
        (true, _) => (theme.good, theme.card.lerp_to_gamma(theme.good, 0.15)),
        (false, true) if !open => (theme.bad, theme.card.lerp_to_gamma(theme.bad, 0.12)),
        (false, true) => (color, theme.card.lerp_to_gamma(color, 0.2)),
        (false, false) => (theme.line, theme.panel),
    };
    let line = if response.hovered() && open { color } else { line };
    ui.painter().rect(rect, CornerRadius::same(7), fill, Stroke::new(1.2, line), egui::StrokeKind::Inside);
    ui.painter().galley(rect.left_top() + vec2(16.0, 7.0), galley, theme.text);
    let mark = egui::Rect::from_center_size(rect.right_center() - vec2(18.0, 0.0), vec2(16.0, 16.0));
    match (truth, predicted && !open) {
        (true, _) => Icon::Check.paint(ui.painter(), mark, theme.good),
        (false, true) => Icon::Cross.paint(ui.painter(), mark, theme.bad),
        (false, false) => {}
    }
    response.clicked()
}

fn outcome(ui: &mut Ui, cx: &mut PanelContext<'_>, question: &QuestionView) {
    let theme = cx.theme;
    match &question.state {
        QuestionState::Unanswered => {
            let course = cx.state.course.as_ref();
            if course.is_some_and(|course| course.can_tell(&question.id, cx.state.world())) {
                let label = cx.say("question-tell");
                if widgets::text_button(ui, &label, Loudness::Quiet).clicked() {
                    cx.want(LessonCommand::Tell(question.id.clone()));
                }
            }
        }
        QuestionState::Predicted(_) => {
            ui.label(RichText::new(cx.say("question-predicted")).color(theme.weak).size(13.0));
        }
        QuestionState::Revealed { right, predicted, .. } => {
            let (key, color) = match (right, predicted) {
                (true, _) => ("question-right", theme.good),
                (false, Some(_)) => ("question-wrong", theme.bad),
                (false, None) => ("question-told", theme.weak),
            };
            ui.label(RichText::new(cx.say(key)).font(fonts::bold(13.5)).color(color));
            if let Some(answer) = question.answer.as_ref().filter(|answer| !question.choices.contains(answer)) {
                ui.label(RichText::new(fonts::shown(answer)).font(fonts::mono(13.5)));
            }
            if let Some(because) = &question.because {
                prose::show(ui, because, Ink { size: 13.5, color: soft(cx) });
            }
        }
    }
}

fn goals(ui: &mut Ui, cx: &PanelContext<'_>, goals: &[GoalView]) {
    if goals.is_empty() {
        return;
    }
    let theme = &cx.theme;
    ui.add_space(14.0);
    widgets::caption(ui, &cx.say("lesson-goals"));
    ui.add_space(2.0);
    for goal in goals {
        let response = ui.horizontal_top(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(18.0, 22.0), Sense::hover());
            if goal.reached {
                ui.painter().circle_filled(rect.center(), 7.5, theme.good);
                Icon::Check.paint(
                    ui.painter(),
                    egui::Rect::from_center_size(rect.center(), vec2(12.0, 12.0)),
                    theme.panel,
                );
            } else {
                ui.painter().circle_stroke(rect.center(), 6.5, Stroke::new(1.5, theme.weak));
            }
            ui.vertical(|ui| {
                let color = if goal.reached { theme.text } else { theme.weak };
                prose::show(ui, &goal.text, Ink { size: 14.0, color });
                if let Some(value) = &goal.value {
                    ui.label(RichText::new(fonts::shown(value)).font(fonts::mono(13.0)).color(theme.good));
                }
            });
        });
        let state = cx.say(if goal.reached { "goal-reached" } else { "goal-open" });
        response.response.widget_info(|| {
            WidgetInfo::labeled(Role::ListItem, true, format!("{} · {state}", fonts::shown_lines(&goal.text)))
        });
    }
}

fn note(ui: &mut Ui, cx: &PanelContext<'_>, claim: &ClaimView) {
    let theme = &cx.theme;
    ui.add_space(14.0);
    widgets::caption(ui, &format!("{} · {}", cx.say("lesson-note"), claim.id));
    ui.add_space(2.0);
    let frame = Frame::new()
        .fill(theme.well)
        .stroke(Stroke::new(1.0, theme.line))
        .corner_radius(CornerRadius::same(8))
        .inner_margin(Margin::symmetric(12, 10));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        prose::show(ui, &format!("“{}”", claim.said.trim()), Ink { size: 13.5, color: theme.weak });
        if !claim.open {
            ui.label(RichText::new(cx.say("lesson-note-later")).size(12.5).color(theme.weak));
            return;
        }
        ui.horizontal_wrapped(|ui| {
            for verdict in claim.verdicts {
                let color = match verdict.key() {
                    "verdict-confirmed" => theme.good,
                    "verdict-corrected" => theme.bad,
                    _ => theme.warn,
                };
                ui.label(RichText::new(cx.say(verdict.key())).font(fonts::bold(13.0)).color(color));
            }
        });
        prose::show(ui, &claim.shown, Ink { size: 13.5, color: theme.text });
    });
}

/// Back, the steps as dots, on.
fn walk(ui: &mut Ui, cx: &mut PanelContext<'_>, view: &StepView, course: &Course) {
    let theme = cx.theme;
    ui.separator();
    ui.horizontal(|ui| {
        let back = cx.say("lesson-back");
        let first = view.number == 1;
        let response = ui.add_enabled_ui(!first, |ui| widgets::text_button(ui, &back, Loudness::Quiet)).inner;
        if response.clicked() {
            cx.want(LessonCommand::Go(view.number - 2));
        }
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            let done = course.runner().step_is_done();
            let next = cx.say(if view.number == view.of { "lesson-finish" } else { "lesson-next" });
            let loudness = if done { Loudness::Primary } else { Loudness::Plain };
            if widgets::text_button(ui, &next, loudness).clicked() {
                let on = Command::from(LessonCommand::Go(view.number));
                let command = if view.number == view.of { SourceCommand::StartPage.into() } else { on };
                cx.want(command);
            }
            let room = ui.available_rect_before_wrap();
            let gap = (room.width() / view.of as f32).min(12.0);
            for step in 0..view.of {
                let x = room.center().x + (step as f32 - (view.of as f32 - 1.0) / 2.0) * gap;
                let color = match step + 1 {
                    now if now == view.number => theme.accent,
                    before if before < view.number => theme.weak,
                    _ => theme.line,
                };
                let radius: f32 = if step + 1 == view.number { 4.0 } else { 3.0 };
                ui.painter().circle_filled(egui::pos2(x, room.center().y), radius.min(gap / 2.0), color);
            }
        });
    });
}
