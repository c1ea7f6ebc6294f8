//! Before a class: the picture alone, a large sentence, what comes next, a thin line of time. What did not change is dimmed.

use super::{PanelContext, narration, next};
use crate::ui::diagrams::Diagrams;
use crate::ui::{fonts, short};
use egui::{Align2, FontId, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

/// At this size everything has the sizes below: a class room's projector.
const OF: egui::Vec2 = vec2(1280.0, 720.0);
/// The sentence and what comes next, and how thick the line of time is.
const SENTENCE: f32 = 34.0;
const NEXT: f32 = 22.0;
const LINE: f32 = 12.0;
/// All below the picture.
const BELOW: f32 = 126.0;

/// Shows it in all the room there is. The smallest text is as large as 22 points are on a screen of 720.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>, diagrams: &mut Diagrams) {
    let all = ui.max_rect();
    let scale = (all.width() / OF.x).min(all.height() / OF.y).max(0.5);
    let state = cx.state;
    ui.painter().rect_filled(all, 0.0, cx.theme.canvas);
    let below = all.bottom() - BELOW * scale;
    let room = Rect::from_min_max(all.min, pos2(all.right(), below));
    let mut selection = state.selection.clone();
    let lit = state.lit();
    ui.scope_builder(egui::UiBuilder::new().max_rect(room), |ui| {
        let how = crate::ui::diagrams::How { theme: &cx.theme, scale: 2.0 * scale, spotlight: true };
        diagrams.show(ui, state.tab, state.world(), &lit, &mut selection, cx.words, how);
    });
    if selection != state.selection {
        cx.want(crate::ui::command::ViewCommand::Select(selection));
    }
    let side = 40.0 * scale;
    sentence(
        ui,
        cx,
        Rect::from_min_max(
            pos2(all.left() + side, below + 4.0 * scale),
            pos2(all.right() - side, below + 76.0 * scale),
        ),
        scale,
    );
    let row = Rect::from_min_max(
        pos2(all.left() + side, below + 78.0 * scale),
        pos2(all.right() - side, all.bottom() - (LINE + 6.0) * scale),
    );
    coming(ui, cx, row, scale);
    time(ui, cx, Rect::from_min_max(pos2(all.left(), all.bottom() - LINE * scale), all.max));
}

/// In two lines at most.
fn sentence(ui: &Ui, cx: &PanelContext<'_>, at: Rect, scale: f32) {
    // While the class predicts, what it predicts is the sentence.
    let asked = asked(cx).map(|question| (question, cx.theme.text));
    let Some((whole, color)) = asked.or_else(|| narration::sentence(cx)) else { return };
    let text = short::paths(&whole);
    let lay = |size: f32| {
        let mut job = egui::text::LayoutJob::simple(text.clone(), fonts::regular(size), color, at.width());
        job.wrap.max_rows = 2;
        ui.painter().layout_job(job)
    };
    let one = lay(SENTENCE * scale);
    let galley = if one.rows.len() > 1 { lay(SENTENCE * 0.8 * scale) } else { one };
    let response = ui.interact(at, ui.scope_id().with("sentence"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &whole));
    narration::live(ui, &response);
    ui.painter().galley(pos2(at.left(), at.center().y - galley.size().y / 2.0), galley, color);
}

/// The question that is open, with its choices.
fn asked(cx: &PanelContext<'_>) -> Option<String> {
    let state = cx.state;
    let crate::ui::state::Mover::Predict(id) = state.mover() else { return None };
    let view = state.course.as_ref()?.view(state.lang);
    let question = view.questions.into_iter().find(|question| question.id == id)?;
    let choices: Vec<String> =
        question.choices.iter().zip(1..).map(|(choice, n)| format!("{n})\u{a0}{choice}")).collect();
    Some(format!("{}  {}", question.ask.replace(['`', '*'], ""), choices.join("   ")))
}

/// What comes next, at the left; where one is, at the right.
fn coming(ui: &Ui, cx: &PanelContext<'_>, row: Rect, scale: f32) {
    let (state, theme) = (cx.state, &cx.theme);
    let record = state.next();
    let title = match (&record, state.veil_of_next()) {
        (Some(_), Some(veil)) => cx.say(veil.next_key()),
        (Some(record), None) => cx.words.step(record.step.plan.kind),
        (None, _) => cx.say(next::nothing_next(cx)),
    };
    let font = FontId { size: NEXT * scale, ..fonts::regular(NEXT) };
    let (reached, of) = (state.marks.reached(state.cursor.position()), state.marks.stops().len());
    let mut place = format!("{reached} / {of}");
    if let Some(course) = &state.course {
        let view = course.view(state.lang);
        place = format!("{}  {} / {}    {place}", view.title, view.number, view.of);
    }
    let painter = ui.painter();
    let right = painter.text(row.right_center(), Align2::RIGHT_CENTER, &place, font.clone(), theme.weak);
    let caption = format!("{} · ", cx.say("next-title"));
    let left = painter.text(row.left_center(), Align2::LEFT_CENTER, &caption, font.clone(), theme.weak);
    let high = painter.layout_no_wrap(title.clone(), font.clone(), theme.text).size().y;
    let at = pos2(left.right(), row.center().y - high / 2.0);
    crate::ui::widgets::line(painter, at, (right.left() - left.right() - 24.0).max(20.0), &title, font, theme.text);
    let response = ui.interact(row, ui.scope_id().with("coming"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{caption}{title}")));
}

/// The steps that are done, in the colours of what they were about.
fn time(ui: &Ui, cx: &PanelContext<'_>, line: Rect) {
    let (state, theme) = (cx.state, &cx.theme);
    let painter = ui.painter();
    painter.rect_filled(line, 0.0, theme.card);
    let reached = state.marks.reached(state.cursor.position());
    let mut from = line.left();
    let stretches: Vec<_> = state.marks.stretches().collect();
    for (first, to, kind) in stretches {
        if first >= reached {
            break;
        }
        let to = to.min(reached);
        let x = line.left() + line.width() * state.marks.tick_of(to.saturating_sub(1));
        let part = Rect::from_min_max(pos2(from, line.top()), pos2(x.max(from), line.bottom()));
        painter.rect_filled(part, 0.0, theme.family(kind.family()));
        from = x;
    }
}
