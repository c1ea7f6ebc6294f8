//! The end of a lesson: what was predicted, which claims of the notes hold, each with the way to its evidence, and what comes next.

use super::{PanelContext, lesson};
use crate::lesson::{ClaimView, QuestionState, QuestionView, Summary, Verdict};
use crate::ui::command::{LessonCommand, SourceCommand};
use crate::ui::course::Course;
use crate::ui::icons::Icon;
use crate::ui::widgets::{self, Loudness};
use crate::ui::{fonts, prose};
use egui::{Color32, Label, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};

/// How high a row is.
const ROW: f32 = 20.0;
/// And its second line.
const MORE: f32 = 17.0;
/// Once more, and the one next action.
const FOOT: f32 = 96.0;

/// Shows it in all the room there is.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>, course: &Course) {
    let summary = course.runner().summary(cx.state.lang);
    let room = ui.available_height() - FOOT;
    ScrollArea::vertical().id_salt("ending").max_height(room).auto_shrink([false, false]).show(ui, |ui| {
        ui.add(Label::new(RichText::new(cx.say("ending-title")).font(fonts::bold(18.5))).wrap());
        ui.add_space(4.0);
        ui.label(RichText::new(counted(cx, &summary)).size(14.0));
        ui.add_space(2.0);
        let predictions = which(ui, cx);
        ui.add_space(4.0);
        ui.spacing_mut().item_spacing.y = 0.0;
        if predictions {
            summary.questions.iter().for_each(|(step, question)| predicted(ui, cx, *step, question));
        } else {
            summary.claims.iter().for_each(|(step, claim)| row(ui, cx, *step, claim));
        }
        lesson::note_height(ui, room);
    });
    foot(ui, cx);
}

/// How many predictions were right.
fn counted(cx: &PanelContext<'_>, summary: &Summary) -> String {
    let (right, of) = (summary.right().to_string(), summary.questions.len().to_string());
    cx.words.say_with("ending-right", &[("right", right.as_str()), ("of", of.as_str())])
}

/// What came of the lesson, in a sentence.
pub(super) fn result(cx: &PanelContext<'_>, course: &Course) -> String {
    format!("{}. {}", cx.say("ending-title"), counted(cx, &course.runner().summary(cx.state.lang)))
}

/// What the notes claim, or what was predicted; true: what was predicted.
fn which(ui: &mut Ui, cx: &PanelContext<'_>) -> bool {
    let id = egui::Id::unique("predictions on the end page");
    let mut predictions = ui.data(|data| data.get_temp(id).unwrap_or(false));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(4.0, 2.0);
        for (key, is) in [("ending-claims", false), ("ending-predictions", true)] {
            if lesson::side(ui, &cx.theme, &cx.say(key), predictions == is) {
                predictions = is;
            }
        }
    });
    ui.data_mut(|data| data.insert_temp(id, predictions));
    predictions
}

/// A prediction with what came of it; it leads to where the machine answered.
fn predicted(ui: &mut Ui, cx: &mut PanelContext<'_>, step: usize, question: &QuestionView) {
    let theme = cx.theme;
    let (key, color) = match &question.state {
        QuestionState::Revealed { predicted: Some(_), right: true, .. } => ("ending-as-predicted", theme.good),
        QuestionState::Revealed { predicted: Some(_), .. } => ("ending-otherwise", theme.bad),
        QuestionState::Revealed { predicted: None, .. } => ("question-told", theme.weak),
        QuestionState::Predicted(_) => ("ending-not-told", theme.weak),
        QuestionState::Unanswered => ("ending-not-predicted", theme.weak),
    };
    let (ask, said) = (prose::plain(&question.ask), cx.say(key));
    let chosen = match &question.state {
        QuestionState::Revealed { predicted: Some(chosen), right: false, .. } => question.choices.get(*chosen),
        _ => None,
    };
    let answer = question.answer.as_deref().unwrap_or_default();
    // What was predicted otherwise has a line of its own.
    let (about, more) = match (chosen, &question.answer) {
        (Some(chosen), _) => {
            let with = [("choice", chosen.as_str()), ("answer", answer)];
            (question.name.clone(), Some(fonts::shown(&cx.words.say_with("ending-chosen", &with))))
        }
        (None, Some(answer)) => (format!("{} → {answer}", question.name), None),
        (None, None) => (question.name.clone(), None),
    };
    let all = [Some(about.as_str()), more.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let (name, tip) = (format!("{said} · {ask} · {all}"), format!("{ask}\n{said}\n{all}"));
    let line = Line { said, color, about: fonts::shown(&about), more, ..Line::default() };
    if line.show(ui, cx, &name, &tip) {
        cx.want(LessonCommand::Show(step));
    }
}

/// A claim of the notes with its verdict; it leads to the evidence.
fn row(ui: &mut Ui, cx: &mut PanelContext<'_>, step: usize, claim: &ClaimView) {
    let verdict = claim.verdicts.last().copied().filter(|_| claim.open);
    let all = lesson::verdicts(cx, claim).unwrap_or_else(|| cx.say("ending-not-seen"));
    let said = cx.say(verdict.map_or("ending-not-seen", Verdict::key));
    let quote = prose::plain(&claim.said);
    let color = lesson::verdict_color(&cx.theme, verdict);
    // Of two verdicts, that it is so has a sign, and the other has the words.
    let holds = verdict.is_some() && claim.verdicts.len() > 1;
    let line = Line { first: claim.id.clone(), holds, said, color, about: fonts::shown(&claim.name), more: None };
    let name = format!("{} · {all} · {quote}", claim.id);
    let tip = format!("“{quote}”\n{all}  ·  {}", cx.say("ending-evidence"));
    if line.show(ui, cx, &name, &tip) {
        cx.want(LessonCommand::Show(step));
    }
}

/// A line that can be clicked: what came of something, and what it is about.
#[derive(Default)]
struct Line {
    first: String,
    /// It is so, and there is more to say.
    holds: bool,
    said: String,
    color: Color32,
    about: String,
    /// In a second line.
    more: Option<String>,
}

impl Line {
    /// True when it was clicked.
    fn show(&self, ui: &mut Ui, cx: &PanelContext<'_>, name: &str, tip: &str) -> bool {
        let theme = &cx.theme;
        let high = if self.more.is_some() { ROW + MORE } else { ROW };
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), high), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, 5.0, theme.card);
        }
        let mut at = rect.left_top() + vec2(4.0, 1.0);
        if !self.first.is_empty() {
            let first = widgets::line(ui.painter(), at, 40.0, &self.first, fonts::mono(12.5), theme.weak);
            at.x = rect.left() + 38.0_f32.max(first.width() + 10.0);
        }
        if self.holds {
            let mark = egui::Rect::from_min_size(at + vec2(0.0, 2.0), vec2(13.0, 13.0));
            Icon::Check.paint(ui.painter(), mark, theme.good);
            at.x = mark.right() + 3.0;
        }
        let end = widgets::line(ui.painter(), at, 110.0, &self.said, fonts::bold(12.5), self.color);
        at.x = end.right() + 8.0;
        widgets::line(ui.painter(), at, rect.right() - at.x - 4.0, &self.about, fonts::regular(12.5), theme.text);
        if let Some(more) = &self.more {
            let at = rect.left_top() + vec2(16.0, ROW - 1.0);
            widgets::line(ui.painter(), at, rect.right() - at.x - 4.0, more, fonts::regular(12.0), theme.weak);
        }
        response.on_hover_text(tip).clicked()
    }
}

/// Once more, and the one next action.
fn foot(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    ui.separator();
    ui.horizontal(|ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let again = cx.say("lesson-again");
            let text = RichText::new(&again).size(12.5).color(cx.theme.weak);
            let label = ui.add(Label::new(text).selectable(false).sense(Sense::click()));
            label.widget_info(|| WidgetInfo::labeled(Role::Button, true, &again));
            if label.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
                cx.want(SourceCommand::Again);
            }
        });
    });
    let mover = cx.state.mover();
    let label = lesson::mover_label(cx, &mover);
    let width = ui.available_width();
    let button = widgets::wide_button(ui, &label, Loudness::Primary, width);
    if button.on_hover_text(format!("{label}  ·  Space")).clicked() {
        cx.want(LessonCommand::Onward);
    }
}
