//! The end of a lesson: what was predicted, which claims of the notes hold, each with the way to its evidence, and what comes next.

use super::{PanelContext, lesson};
use crate::lesson::{ClaimView, QuestionState, QuestionView, Verdict};
use crate::ui::command::{LessonCommand, SourceCommand};
use crate::ui::course::Course;
use crate::ui::icons::Icon;
use crate::ui::widgets::{self, Loudness};
use crate::ui::{fonts, prose};
use egui::{Align2, CornerRadius, Label, Rect, RichText, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, vec2};

/// How high the row of a claim is.
const ROW: f32 = 20.0;
/// The side of a question's mark.
const MARK: f32 = 20.0;

/// Shows it in all the room there is.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>, course: &Course) {
    let summary = course.runner().summary(cx.state.lang);
    let room = ui.available_height() - lesson::FOOT;
    ScrollArea::vertical().id_salt("ending").max_height(room).auto_shrink([false, false]).show(ui, |ui| {
        ui.add(Label::new(RichText::new(cx.say("ending-title")).font(fonts::bold(18.5))).wrap());
        ui.add_space(4.0);
        let (right, of) = (summary.right().to_string(), summary.questions.len().to_string());
        let said = cx.words.say_with("ending-right", &[("right", right.as_str()), ("of", of.as_str())]);
        ui.label(RichText::new(said).size(14.0));
        ui.add_space(2.0);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
            for (at, (step, question)) in summary.questions.iter().enumerate() {
                mark(ui, cx, at + 1, *step, question);
            }
        });
        ui.add_space(6.0);
        widgets::caption(ui, &cx.say("ending-claims"));
        ui.spacing_mut().item_spacing.y = 0.0;
        for (step, claim) in &summary.claims {
            row(ui, cx, *step, claim);
        }
        lesson::note_height(ui, room);
    });
    foot(ui, cx);
}

/// A prediction as a mark that can be chosen: it leads to where the machine answered.
fn mark(ui: &mut Ui, cx: &mut PanelContext<'_>, number: usize, step: usize, question: &QuestionView) {
    let theme = cx.theme;
    let (key, color, icon) = match &question.state {
        QuestionState::Revealed { predicted: Some(_), right: true, .. } => {
            ("question-right", theme.good, Some(Icon::Check))
        }
        QuestionState::Revealed { predicted: Some(_), .. } => ("question-wrong", theme.bad, Some(Icon::Cross)),
        QuestionState::Revealed { predicted: None, .. } => ("question-told", theme.weak, None),
        _ => ("ending-not-predicted", theme.line, None),
    };
    let (rect, response) = ui.allocate_exact_size(vec2(MARK, MARK), Sense::click());
    let (ask, said) = (prose::plain(&question.ask), cx.say(key));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{ask} · {said}")));
    let lit = response.hovered() || response.has_focus();
    let line = if lit { theme.text } else { color };
    let fill = theme.panel.lerp_to_gamma(color, 0.15);
    ui.painter().rect(rect, CornerRadius::same(6), fill, Stroke::new(1.2, line), egui::StrokeKind::Inside);
    match icon {
        Some(icon) => icon.paint(ui.painter(), Rect::from_center_size(rect.center(), vec2(13.0, 13.0)), color),
        None => {
            let (at, font) = (rect.center(), fonts::regular(12.0));
            ui.painter().text(at, Align2::CENTER_CENTER, number.to_string(), font, theme.weak);
        }
    }
    let answer = question.answer.as_deref().map(|answer| format!("\n{answer}")).unwrap_or_default();
    if response.on_hover_text(format!("{ask}\n{said}{answer}")).clicked() {
        cx.want(LessonCommand::Show(step));
    }
}

/// A claim of the notes with its verdict; it leads to the evidence.
fn row(ui: &mut Ui, cx: &mut PanelContext<'_>, step: usize, claim: &ClaimView) {
    let theme = cx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let verdict = claim.verdicts.last().copied().filter(|_| claim.open);
    let said = cx.say(verdict.map_or("ending-not-seen", Verdict::key));
    let quote = prose::plain(&claim.said);
    let name = format!("{} · {said} · {quote}", claim.id);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 5.0, theme.card);
    }
    let at = rect.left_top() + vec2(4.0, 1.0);
    let id = widgets::line(ui.painter(), at, 40.0, &claim.id, fonts::mono(12.5), theme.weak);
    let at = egui::pos2(rect.left() + 38.0_f32.max(id.width() + 10.0), at.y);
    let end = widgets::line(ui.painter(), at, 90.0, &said, fonts::bold(12.5), lesson::verdict_color(&theme, verdict));
    let at = egui::pos2(end.right() + 8.0, at.y);
    widgets::line(ui.painter(), at, rect.right() - at.x - 4.0, &quote, fonts::regular(12.5), theme.text);
    let tip = format!("“{quote}”\n{said}  ·  {}", cx.say("ending-evidence"));
    if response.on_hover_text(tip).clicked() {
        cx.want(LessonCommand::Show(step));
    }
}

/// Once more, and the one next action.
fn foot(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    ui.separator();
    ui.add_space(16.0);
    ui.horizontal(|ui| {
        let again = cx.say("lesson-again");
        if widgets::text_button(ui, &again, Loudness::Quiet).clicked() {
            cx.want(SourceCommand::Again);
        }
        let mover = cx.state.mover();
        let label = lesson::mover_label(cx, &mover);
        let width = ui.available_width();
        let button = widgets::wide_button(ui, &label, Loudness::Primary, width);
        if button.on_hover_text(format!("{label}  ·  Space")).clicked() {
            cx.want(LessonCommand::Onward);
        }
    });
}
