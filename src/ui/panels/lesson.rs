//! The lesson: what to read, what to run, what to predict, what must become true, and the notes' claim beside it.

use super::PanelContext;
use crate::lesson::{ClaimView, GoalView, QuestionState, QuestionView, StepView, bind_directory};
use crate::trace::Family;
use crate::ui::command::{LessonCommand, SourceCommand, ViewCommand};
use crate::ui::course::Course;
use crate::ui::icons::Icon;
use crate::ui::prose::{self, Ink};
use crate::ui::state::{Face, Mover, Place};
use crate::ui::widgets::{self, Loudness};
use crate::ui::{evidence, fonts, room, short};
use egui::text::LayoutJob;
use egui::{
    Color32, CornerRadius, Frame, Galley, Label, Margin, RichText, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo,
    vec2,
};
use std::sync::Arc;

const TEXT: f32 = 14.0;
/// How high the foot of the panel is.
pub(super) const FOOT: f32 = 74.0;

/// Shows it in all the room there is.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>, course: &Course) {
    let view = page(cx, course);
    let place = cx.state.place().unwrap_or(Place::Before);
    let (face, faces) = (cx.state.face(), cx.state.faces());
    let room = ui.available_height() - FOOT;
    let salt = (&view.id, place == Place::Before, format!("{face:?}"));
    ScrollArea::vertical().id_salt(salt).max_height(room).auto_shrink([false, false]).show(ui, |ui| {
        ui.add_space(2.0);
        head(ui, cx, &view);
        ui.add(Label::new(RichText::new(fonts::shown(&view.title)).font(fonts::bold(18.5))).wrap());
        if faces.len() > 1 {
            sides(ui, cx, &faces, &face, &view);
        }
        ui.add_space(2.0);
        if place == Place::Passed {
            passed(ui, cx, course, view.number);
        }
        match &face {
            Face::Answer(id) => view.answered.iter().filter(|one| one.id == *id).for_each(|one| ask(ui, cx, one, true)),
            Face::Ask(id) => view.questions.iter().filter(|one| one.id == *id).for_each(|one| ask(ui, cx, one, false)),
            Face::Note(id) => {
                let first = course.lesson().script.steps.iter().find_map(|step| step.claims.first());
                let is_first = first == Some(id);
                view.claims.iter().filter(|one| one.id == *id).for_each(|one| note(ui, cx, one, is_first));
            }
            Face::Text => {
                let there = matches!(place, Place::Here | Place::Passed);
                let before = if view.before.is_empty() { cx.say("lesson-before") } else { view.before.clone() };
                let text = if there { &view.text } else { &before };
                prose::show(ui, text, Ink { size: TEXT, color: soft(cx) });
                commands(ui, cx, &view, there);
                goals(ui, cx, &view.goals, place != Place::Before);
            }
        }
        note_height(ui, room);
        room::follow_focus(ui);
    });
    foot(ui, cx, &view);
}

/// The page in words, with the directory that the lesson mounts.
pub(super) fn page(cx: &PanelContext<'_>, course: &Course) -> StepView {
    let view = course.view(cx.state.lang);
    match &cx.state.world().host {
        Some(host) => view.with_bind(&bind_directory(&host.root, course.lesson())),
        None => view,
    }
}

/// The sides of the page, each to be turned to.
fn sides(ui: &mut Ui, cx: &mut PanelContext<'_>, faces: &[Face], shown: &Face, view: &StepView) {
    let theme = cx.theme;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(4.0, 2.0);
        for face in faces {
            if side(ui, &theme, &face_name(cx, view, face), face == shown) {
                cx.want(LessonCommand::Face(face.clone()));
            }
        }
    });
}

/// The tab of a side; true when it was clicked.
pub(super) fn side(ui: &mut Ui, theme: &crate::ui::theme::Theme, name: &str, chosen: bool) -> bool {
    let font = if chosen { fonts::bold(12.5) } else { fonts::regular(12.5) };
    let galley = ui.painter().layout_no_wrap(name.to_owned(), font, Color32::PLACEHOLDER);
    let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(14.0, 5.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, chosen, name));
    if chosen || response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, CornerRadius::same(9), theme.card);
    }
    let color = if chosen { theme.text } else { theme.weak };
    ui.painter().galley(rect.min + vec2(7.0, 2.5), galley, color);
    response.on_hover_text(name).clicked()
}

/// A side's name says what it is about: there may be several answers, notes and questions.
fn face_name(cx: &PanelContext<'_>, view: &StepView, face: &Face) -> String {
    let named = |key: &str, name: &str| cx.words.say_with(key, &[("name", name)]);
    let question = |all: &[QuestionView], id: &str| {
        all.iter().find(|one| one.id == *id).map(|one| fonts::shown(&one.name)).unwrap_or_default()
    };
    match face {
        Face::Answer(id) => named("face-answer", &question(&view.answered, id)),
        Face::Text => cx.say("face-text"),
        Face::Note(id) => named("face-note", id),
        Face::Ask(id) => named("face-ask", &question(&view.questions, id)),
    }
}

/// Where in the lesson, and the way back to its beginning.
fn head(ui: &mut Ui, cx: &mut PanelContext<'_>, view: &StepView) {
    ui.horizontal(|ui| {
        widgets::caption(ui, &format!("{} / {}", view.number, view.of));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let text = RichText::new(cx.say("lesson-again")).size(12.5).color(cx.theme.weak);
            let label = ui.add(Label::new(text).selectable(false).sense(Sense::click()));
            label.widget_info(|| WidgetInfo::labeled(Role::Button, true, cx.say("lesson-again")));
            if label.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
                cx.want(SourceCommand::Again);
            }
        });
    });
}

/// Where a test finds how high the page is, and the room there is: it has to fit without being scrolled.
pub(super) fn note_height(ui: &mut Ui, room: f32) {
    let height = ui.min_rect().height();
    ui.data_mut(|data| data.insert_temp(egui::Id::unique(HEIGHT), (height, room)));
}

/// The name of what `note_height` notes.
pub const HEIGHT: &str = "height of the lesson's page";

/// Somebody went on by themselves: the text is about what lies behind.
fn passed(ui: &mut Ui, cx: &mut PanelContext<'_>, course: &Course, number: usize) {
    let theme = cx.theme;
    let frame = widgets::card(&theme).stroke(Stroke::new(1.0, theme.warn));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.add(Label::new(RichText::new(cx.say("lesson-passed")).size(13.5)).wrap());
        ui.horizontal_wrapped(|ui| {
            let label = cx.say("lesson-rewind");
            if widgets::text_button(ui, &label, Loudness::Plain).clicked() {
                cx.want(LessonCommand::Rewind);
            }
            let farther = course.reached_by(cx.state.cursor.position()).is_some_and(|reached| reached >= number);
            let label = cx.say("lesson-catch-up");
            if farther && widgets::text_button(ui, &label, Loudness::Plain).clicked() {
                cx.want(LessonCommand::CatchUp);
            }
        });
    });
    ui.add_space(6.0);
}

/// What becomes of a claim, in words; none before it was seen.
pub(super) fn verdicts(cx: &PanelContext<'_>, claim: &ClaimView) -> Option<String> {
    let said = claim.verdicts.iter().map(|verdict| cx.say(verdict.key())).collect::<Vec<_>>();
    claim.open.then(|| said.join(" · "))
}

/// The colour of a verdict.
pub(super) fn verdict_color(theme: &crate::ui::theme::Theme, verdict: Option<crate::lesson::Verdict>) -> Color32 {
    match verdict {
        None => theme.weak,
        Some(crate::lesson::Verdict::Confirmed | crate::lesson::Verdict::Answered) => theme.good,
        Some(crate::lesson::Verdict::Corrected) => theme.bad,
        Some(crate::lesson::Verdict::Refined | crate::lesson::Verdict::Measured) => theme.warn,
    }
}

/// Reading text: between full and weak.
fn soft(cx: &PanelContext<'_>) -> Color32 {
    cx.theme.text.lerp_to_gamma(cx.theme.weak, 0.35)
}

/// The command of the step, or what is typed. The next action runs it.
fn commands(ui: &mut Ui, cx: &mut PanelContext<'_>, view: &StepView, done: bool) {
    let typed = view.input.as_ref().map(|(_, text)| crate::lesson::keys(text));
    let Some(line) = view.command.as_deref().or(typed.as_deref()) else { return };
    let theme = cx.theme;
    ui.add_space(6.0);
    if done {
        // It was run: a reminder of it is enough.
        let text = RichText::new(fonts::shown(&format!("$ {line}"))).font(fonts::mono(12.5)).color(theme.weak);
        ui.add(Label::new(text).wrap());
        return;
    }
    widgets::well(&theme).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let label = cx.say("copy-command");
        let width = ui.available_width() - 32.0;
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| {
                ui.set_width(width);
                ui.add(Label::new(evidence::command(line, &theme, width, 13.5)).wrap());
            });
            if widgets::icon_button(ui, Icon::Copy, &label, "", Loudness::Quiet, 26.0).clicked() {
                cx.want(ViewCommand::Copy(line.to_owned()));
            }
        });
    });
}

/// `told`: it is looked at afterwards. Then of the choices only the truth and what was predicted are left; where it was asked they all
/// stay where they are.
fn ask(ui: &mut Ui, cx: &mut PanelContext<'_>, question: &QuestionView, told: bool) {
    let theme = cx.theme;
    let color = theme.family(Family::Image);
    ui.add_space(4.0);
    let wanted = cx.state.asks.as_ref() == Some(&question.id);
    let line = if wanted { color } else { color.gamma_multiply(0.55) };
    // Of one width: what is in it does not move.
    let frame = widgets::card(&theme).stroke(Stroke::new(2.0, line)).corner_radius(CornerRadius::same(10));
    let card = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.add(
            Label::new(RichText::new(cx.say("question-first")).font(fonts::bold(12.5)).color(color)).selectable(false),
        );
        prose::show(ui, &question.ask, Ink { size: 14.0, color: theme.text });
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.add_space(2.0);
        if question.choices.is_empty() {
            ui.label(RichText::new(cx.say("question-later")).color(theme.weak).size(13.0));
        }
        let left = |(at, choice): &(usize, &String)| !told || counts(question, *at, choice);
        for (number, choice) in question.choices.iter().enumerate().filter(left) {
            if self::choice(ui, cx, question, number, choice) {
                cx.want(LessonCommand::Predict(question.id.clone(), number));
            }
        }
        outcome(ui, cx, question);
    });
    // Once: afterwards the page is the reader's to scroll.
    let id = egui::Id::unique("lesson question wanted");
    let shown = ui.data(|data| data.get_temp::<String>(id));
    if wanted && shown.as_ref() != Some(&question.id) {
        card.response.scroll_to_me(None);
        ui.data_mut(|data| data.insert_temp(id, question.id.clone()));
    } else if cx.state.asks.is_none() && shown.is_some() {
        ui.data_mut(|data| data.remove::<String>(id));
    }
}

/// Once the machine has told, the truth and what was predicted are left of the choices.
fn counts(question: &QuestionView, number: usize, choice: &str) -> bool {
    match &question.state {
        QuestionState::Revealed { predicted, .. } => {
            *predicted == Some(number) || question.answer.as_deref() == Some(choice)
        }
        _ => true,
    }
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
    let font = fonts::regular(13.5);
    // The digit that chooses it stands before it, as on a key.
    let cap = (open && number < 9).then(|| (number + 1).to_string());
    let left = if cap.is_some() { 36.0 } else { 16.0 };
    let galley = ui.painter().layout(shown.clone(), font, theme.text, width - 30.0 - left);
    let sense = if open { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(width, galley.size().y.max(18.0) + 10.0), sense);
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, open, predicted, &shown));
    let (line, fill) = match (truth, predicted) {
        (true, _) => (theme.good, theme.card.lerp_to_gamma(theme.good, 0.15)),
        (false, true) if !open => (theme.bad, theme.card.lerp_to_gamma(theme.bad, 0.12)),
        (false, true) => (color, theme.card.lerp_to_gamma(color, 0.2)),
        (false, false) => (theme.line, theme.panel),
    };
    let line = if response.hovered() && open { color } else { line };
    ui.painter().rect(rect, CornerRadius::same(7), fill, Stroke::new(1.2, line), egui::StrokeKind::Inside);
    ui.painter().galley(rect.left_top() + vec2(left, 5.0), galley, theme.text);
    if let Some(cap) = &cap {
        let at = egui::Rect::from_min_size(rect.left_top() + vec2(10.0, 5.0), vec2(18.0, 18.0));
        widgets::key_cap(ui.painter(), at, cap, 12.0, theme.weak, theme);
    }
    let mark = egui::Rect::from_center_size(rect.right_center() - vec2(18.0, 0.0), vec2(16.0, 16.0));
    match (truth, predicted && !open) {
        (true, _) => Icon::Check.paint(ui.painter(), mark, theme.good),
        (false, true) => Icon::Cross.paint(ui.painter(), mark, theme.bad),
        (false, false) => {}
    }
    let Some(cap) = cap else { return false };
    response.on_hover_text(format!("{shown}  ·  {cap}")).clicked()
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
                ui.label(RichText::new(fonts::shown(answer)).font(fonts::regular(13.5)));
            }
            if let Some(because) = &question.because {
                prose::show(ui, because, Ink { size: 13.5, color: soft(cx) });
            }
        }
    }
}

/// Lines of what a goal was reached with: a rule of nft says at its end what it does.
const VALUE: usize = 2;

/// `begun`: before anything was done for the page nothing of it is reached, even where it is true already.
fn goals(ui: &mut Ui, cx: &PanelContext<'_>, goals: &[GoalView], begun: bool) {
    if goals.is_empty() {
        return;
    }
    let theme = &cx.theme;
    ui.add_space(2.0);
    widgets::caption(ui, &cx.say("lesson-goals"));
    for goal in goals {
        let reached = goal.reached && begun;
        let said = if reached { &goal.text } else { &goal.aim };
        ui.spacing_mut().item_spacing.y = 2.0;
        let response = ui.horizontal_top(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(18.0, 22.0), Sense::hover());
            if reached {
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
                let color = if reached { theme.text } else { theme.weak };
                prose::show(ui, said, Ink { size: 13.0, color });
                ui.spacing_mut().item_spacing.y = 0.0;
                if let Some(value) = goal.value.as_ref().filter(|_| reached) {
                    ui.add(Label::new(reached_with(ui, value, theme.good))).on_hover_text(fonts::shown(value));
                }
            });
        });
        let state = cx.say(if reached { "goal-reached" } else { "goal-open" });
        response.response.widget_info(|| {
            WidgetInfo::labeled(Role::ListItem, true, format!("{} · {state}", fonts::shown_lines(said)))
        });
    }
}

/// What a goal was reached with; all of it is a tooltip. Of a path that is too long for a line the end is shown, which tells it apart, of
/// a digest the beginning.
fn reached_with(ui: &Ui, value: &str, color: Color32) -> Arc<Galley> {
    let lay = |text: &str, rows: usize| {
        let mut job = LayoutJob::simple(fonts::shown(text), fonts::mono(12.5), color, ui.available_width());
        job.wrap.max_rows = rows;
        ui.painter().layout_job(job)
    };
    if value.contains(' ') {
        return lay(value, VALUE);
    }
    let whole = lay(value, 1);
    if whole.elided && value.starts_with('/') { lay(&short::paths(value), VALUE) } else { whole }
}

/// `first`: it is the first that is met, and what the notes are is said.
fn note(ui: &mut Ui, cx: &PanelContext<'_>, claim: &ClaimView, first: bool) {
    let theme = &cx.theme;
    ui.add_space(4.0);
    widgets::caption(ui, &format!("{} {} · {}", cx.say("lesson-note"), claim.id, fonts::shown(&claim.name)));
    if first {
        ui.add(Label::new(RichText::new(cx.say("lesson-note-what")).size(12.5).color(theme.weak)).wrap());
    }
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
                let color = verdict_color(theme, Some(*verdict));
                ui.label(RichText::new(cx.say(verdict.key())).font(fonts::bold(13.0)).color(color));
            }
        });
        prose::show(ui, &claim.shown, Ink { size: 13.5, color: theme.text });
    });
}

/// The steps as dots; back, and the one next action.
fn foot(ui: &mut Ui, cx: &mut PanelContext<'_>, view: &StepView) {
    ui.separator();
    dots(ui, cx, view);
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        let back = cx.say("lesson-back");
        let first = !cx.state.can_go_back();
        let response = ui.add_enabled_ui(!first, |ui| widgets::text_button(ui, &back, Loudness::Quiet)).inner;
        if response.clicked() {
            cx.want(LessonCommand::Before);
        }
        let mover = cx.state.mover();
        if cx.state.is_taking_up() {
            let label = cx.say("lesson-taking-up");
            let width = ui.available_width();
            if widgets::wide_button(ui, &label, Loudness::Plain, width).clicked() {
                cx.want(ViewCommand::Escape);
            }
            return;
        }
        if cx.state.choices_of(&mover).is_some() {
            // No button: nothing but a choice leads on.
            let text = RichText::new(cx.key_of_next().unwrap_or_default()).font(fonts::bold(14.0));
            ui.allocate_ui(vec2(ui.available_width(), 36.0), |ui| {
                ui.centered_and_justified(|ui| ui.add(Label::new(text).truncate().selectable(false)));
            });
            return;
        }
        let label = mover_label(cx, &mover);
        let enabled = mover.acts();
        let width = ui.available_width();
        let button = ui.add_enabled_ui(enabled, |ui| widgets::wide_button(ui, &label, Loudness::Primary, width)).inner;
        if button.on_hover_text(format!("{label}  ·  Space")).clicked() {
            cx.want(LessonCommand::Onward);
        }
    });
}

/// What the next action will do, in words.
pub(super) fn mover_label(cx: &PanelContext<'_>, mover: &Mover) -> String {
    let filled = |line: &str| {
        let (course, host) = (cx.state.course.as_ref(), cx.state.world().host.as_ref());
        let bind = course.zip(host).map(|(course, host)| bind_directory(&host.root, course.lesson()));
        bind.map_or_else(|| line.to_owned(), |bind| line.replace("{{bind}}", &bind))
    };
    let step = |key: &str, kind| cx.words.say_with(key, &[("step", cx.words.step(kind).as_str())]);
    match mover {
        Mover::Idle => cx.say("mover-idle"),
        Mover::Wait => cx.say("mover-wait"),
        Mover::Step(kind) => step("mover-step", *kind),
        // One was answered, and there is another.
        Mover::Predict(_) if matches!(cx.state.face(), Face::Ask(_)) => cx.say("mover-next-question"),
        Mover::Predict(_) => cx.say("mover-predict"),
        Mover::Run(line) => cx.words.say_with("mover-run", &[("command", filled(line).as_str())]),
        Mover::Type(text) => {
            cx.words.say_with("mover-type", &[("command", filled(&crate::lesson::keys(text)).as_str())])
        }
        // The name of a step, or of a page, that comes next may be the answer.
        Mover::GoOn(_) | Mover::Turn(_) if cx.state.has_pending() => cx.say("mover-next"),
        Mover::GoOn(Some(kind)) => step("mover-go-to", *kind),
        Mover::GoOn(None) => cx.say("mover-go-on"),
        Mover::Play => cx.say("mover-play"),
        Mover::Face(Face::Note(id)) => cx.words.say_with("mover-note", &[("id", id.as_str())]),
        Mover::Face(Face::Answer(_)) => cx.say("mover-answer"),
        Mover::Face(_) => cx.say("mover-read"),
        Mover::Turn(number) => {
            let lesson = cx.state.course.as_ref().map(|course| course.lesson());
            let step = lesson.and_then(|lesson| Some((lesson, lesson.script.steps.get(*number)?)));
            let section = step.and_then(|(lesson, step)| lesson.section(cx.state.lang, &step.id));
            cx.words.say_with("mover-turn", &[("title", section.map_or("", |section| &section.title))])
        }
        Mover::Finish => cx.say("mover-finish"),
        Mover::NextLesson(_) => {
            let next = cx.state.course.as_ref().and_then(Course::next_lesson);
            let title = next.map_or("", |next| next.title(cx.state.lang));
            cx.words.say_with("mover-next-lesson", &[("title", title)])
        }
        Mover::Close => cx.say("mover-close"),
    }
}

fn dots(ui: &mut Ui, cx: &PanelContext<'_>, view: &StepView) {
    let theme = &cx.theme;
    let (room, _) = ui.allocate_exact_size(vec2(ui.available_width(), 12.0), Sense::hover());
    let gap = (room.width() / view.of as f32).min(14.0);
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
}
