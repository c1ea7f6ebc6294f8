//! Before a class: the picture alone, a large sentence, what comes next, a thin line of time. What did not change is dimmed.

use super::{PanelContext, ending, lesson, narration, next, printed};
use crate::lesson::{ClaimView, QuestionState, QuestionView};
use crate::ui::diagrams::{Diagrams, Pick, Tab};
use crate::ui::state::{Face, Mover, Place};
use crate::ui::{fonts, short};
use egui::{Align2, Color32, FontId, Galley, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use std::sync::Arc;

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
    let side = 40.0 * scale;
    let row = Rect::from_min_max(
        pos2(all.left() + side, below + 78.0 * scale),
        pos2(all.right() - side, all.bottom() - (LINE + 6.0) * scale),
    );
    let (said, printed) = (sentence(cx), printed::line(cx));
    let room = Rect::from_min_max(all.min, pos2(all.right(), below));
    let mut top = below + 4.0 * scale;
    if let Some(printed) = &printed {
        let line = Rect::from_min_max(room.left_bottom(), pos2(all.right(), below + printed::LINE * scale));
        printed::show(ui, cx, printed, line, scale);
        // What it takes it has from the sentence: a picture is laid out for its room.
        top = line.bottom() + 2.0 * scale;
    }
    let mut selection = state.selection.clone();
    let lit = state.lit();
    ui.scope_builder(egui::UiBuilder::new().max_rect(room), |ui| {
        // The class sees the table that it is asked about.
        let tab = if state.asks_of_table() { Tab::Reach } else { state.tab };
        let of = state.isolated();
        let (theme, live, reach) = (&cx.theme, super::stage::live(state), &state.looked_at());
        let (scale, of) = (2.0 * scale, of.as_ref());
        let (places, spotlight) = (&state.asked_places(), tab != Tab::Reach);
        let (storage, prune) = (state.storage, state.pruning());
        let how = crate::ui::diagrams::How { theme, scale, spotlight, of, reach, places, storage, prune, live };
        if let Some(Pick::Predict(question, yes)) =
            diagrams.show(ui, tab, state.world(), &lit, &mut selection, cx.words, how)
        {
            cx.want(state.predicts(question, yes));
        }
    });
    if selection != state.selection {
        cx.want(crate::ui::command::ViewCommand::Select(selection));
    }
    let at = Rect::from_min_max(pos2(row.left(), top), pos2(row.right(), row.top() - 2.0 * scale));
    // A question that has no room beneath that line has that of what comes next, too, which is nothing but its choices.
    let asks = matches!(state.mover(), Mover::Predict(_)) || matches!(state.face(), Face::Ask(_));
    let is_cut = |said: &Sentence| printed.is_some() && asks && !lay(ui, said, at, scale).1;
    match said {
        Some(said) if is_cut(&said) => tell(ui, &said, at.union(row), scale),
        said => {
            said.into_iter().for_each(|said| tell(ui, &said, at, scale));
            coming(ui, cx, row, scale);
        }
    }
    time(ui, cx, Rect::from_min_max(pos2(all.left(), all.bottom() - LINE * scale), all.max));
}

/// What is to be said: from the longest way to say it to the shortest, and in which colour.
struct Sentence {
    ways: Vec<String>,
    color: Color32,
}

impl Sentence {
    /// None where there is nothing to be said.
    fn of(ways: Vec<String>, color: Color32) -> Option<Self> {
        (!ways.is_empty()).then_some(Self { ways, color })
    }
}

fn sentence(cx: &PanelContext<'_>) -> Option<Sentence> {
    let told = || narration::sentence(cx).and_then(|(text, color)| Sentence::of(vec![text], color));
    said(cx).or_else(told)
}

/// As it is set there, with the way that was chosen, and whether all of it has room. In two lines at most; in one where a line of a
/// terminal stands above it.
fn lay(ui: &Ui, said: &Sentence, at: Rect, scale: f32) -> (Option<(String, Arc<Galley>)>, bool) {
    // What is to be chosen from has a line of its own, where it has room in one.
    let flowing = |text: &String| text.replace('\n', "   ");
    let ways: Vec<String> =
        said.ways.iter().map(|text| short::paths(text)).flat_map(|text| [text.clone(), flowing(&text)]).collect();
    let lay = |text: &str, size: f32| {
        let mut job = egui::text::LayoutJob::simple(text.to_owned(), fonts::regular(size), said.color, at.width());
        job.wrap.max_rows = if at.height() < 2.4 * NEXT * scale { 1 } else { 2 };
        ui.painter().layout_job(job)
    };
    // What is too long for two lines is set smaller before it is cut; no smaller than the smallest text.
    let sizes = [SENTENCE, SENTENCE * 0.8, NEXT];
    let mut laid = ways.iter().flat_map(|text| sizes.iter().map(move |size| (text, size)));
    let fits = laid.find_map(|(text, size)| {
        let galley = lay(text, size * scale);
        (!galley.elided && galley.size().y <= at.height()).then(|| (text.clone(), galley))
    });
    let is_whole = fits.is_some();
    (fits.or_else(|| ways.last().map(|text| (text.clone(), lay(text, NEXT * scale)))), is_whole)
}

fn tell(ui: &Ui, said: &Sentence, at: Rect, scale: f32) {
    let Some((whole, galley)) = lay(ui, said, at, scale).0 else { return };
    let response = ui.interact(at, ui.scope_id().with("sentence"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &whole));
    narration::live(ui, &response);
    ui.painter().galley(pos2(at.left(), at.center().y - galley.size().y / 2.0), galley, said.color);
}

/// What the lesson's page says where it rests, as the side of it that is turned to: its text, what is asked, what was predicted, what
/// came of an earlier prediction, what becomes of what the notes claim. None where what the machine did is the sentence.
fn said(cx: &PanelContext<'_>) -> Option<Sentence> {
    let (state, theme) = (cx.state, &cx.theme);
    let course = state.course.as_ref()?;
    if course.is_ended() {
        return Sentence::of(vec![ending::result(cx, course)], theme.text);
    }
    let view = lesson::page(cx, course);
    match state.place()? {
        Place::Before => Sentence::of(beginnings(&view.before), theme.text),
        Place::Moving | Place::Passed => None,
        Place::Here => {
            // Before a class the question that is to be answered next comes at once.
            let face = match state.mover() {
                Mover::Predict(id) => Face::Ask(id),
                _ => state.face(),
            };
            let named = |all: &[QuestionView], id: &str| all.iter().find(|one| one.id == *id).cloned();
            match face {
                Face::Text => Sentence::of(beginnings(&view.text), theme.text),
                Face::Ask(id) => {
                    let question = named(&view.questions, &id)?;
                    Sentence::of(vec![asked(cx, &question)], theme.text)
                }
                Face::Answer(id) => {
                    let question = named(&view.answered, &id)?;
                    let (answer, color) = answered(cx, &question);
                    let because = beginnings(question.because.as_deref().unwrap_or_default());
                    let with = because.iter().map(|because| format!("{answer}. {because}"));
                    Sentence::of(with.chain([answer.clone()]).collect(), color)
                }
                Face::Note(id) => {
                    let claim = view.claims.iter().find(|claim| claim.id == id)?;
                    Sentence::of(noted(cx, claim), theme.text)
                }
            }
        }
    }
}

/// A claim of the notes with what becomes of it: a class that copies the claim copies the correction, too.
fn noted(cx: &PanelContext<'_>, claim: &ClaimView) -> Vec<String> {
    let name = cx.words.say_with("face-note", &[("name", &claim.id)]);
    let quoted = format!("{name}: “{}”", crate::ui::prose::plain(&claim.said));
    let Some(verdict) = lesson::verdicts(cx, claim) else { return vec![quoted] };
    let shown = beginnings(&claim.shown);
    let whole = shown.iter().map(|shown| format!("{quoted} → {verdict}: {shown}"));
    let without = shown.iter().map(|shown| format!("{name} → {verdict}: {shown}"));
    whole.chain(without).chain([format!("{quoted} → {verdict}")]).collect()
}

/// A text by its first sentences, from all of them to the first alone.
fn beginnings(markdown: &str) -> Vec<String> {
    let text = crate::ui::prose::plain(markdown);
    let ends: Vec<usize> = text.match_indices(". ").map(|(at, _)| at + 1).collect();
    let all = [text.len()].into_iter().chain(ends.into_iter().rev());
    all.map(|end| text[..end].to_owned()).filter(|text| !text.is_empty()).collect()
}

/// The question with its choices; once one was chosen, with that.
fn asked(cx: &PanelContext<'_>, question: &QuestionView) -> String {
    let ask = question.ask.replace(['`', '*'], "");
    let choice = |choice: usize| question.choices.get(choice).cloned().unwrap_or_default();
    match &question.state {
        QuestionState::Unanswered => {
            let choices = question.choices.iter().zip(1..).map(|(choice, n)| format!("{n})\u{a0}{choice}"));
            format!("{ask}\n{}", choices.collect::<Vec<_>>().join("   "))
        }
        QuestionState::Predicted(chosen) => {
            format!("{ask}  {}", cx.words.say_with("presenter-predicted", &[("choice", &choice(*chosen))]))
        }
        QuestionState::Revealed { .. } => format!("{ask}  {}", answered(cx, question).0),
    }
}

/// What the machine answered, and what was predicted.
fn answered(cx: &PanelContext<'_>, question: &QuestionView) -> (String, Color32) {
    let theme = &cx.theme;
    let answer = question.answer.clone().unwrap_or_default();
    let QuestionState::Revealed { predicted, right, .. } = &question.state else { return (answer, theme.text) };
    let choice = predicted.and_then(|chosen| question.choices.get(chosen)).cloned().unwrap_or_default();
    let (key, color) = match (right, predicted) {
        (true, _) => ("presenter-right", theme.good),
        (false, Some(_)) => ("presenter-wrong", theme.bad),
        (false, None) => ("presenter-told", theme.text),
    };
    let with = [("name", question.name.as_str()), ("answer", answer.as_str()), ("choice", choice.as_str())];
    (cx.words.say_with(key, &with), color)
}

/// What comes next, at the left; where one is, at the right.
fn coming(ui: &Ui, cx: &PanelContext<'_>, row: Rect, scale: f32) {
    let (state, theme) = (cx.state, &cx.theme);
    // In a lesson what the one key does: a choice, another side of the page, the next page.
    let taught = state.course.is_some().then(|| match cx.key_of_next() {
        Some(key) => key,
        None => lesson::mover_label(cx, &state.mover()),
    });
    let (caption, title) = match (taught, state.next()) {
        (Some(taught), _) => (String::new(), taught),
        (None, Some(record)) => (format!("{} · ", cx.say("next-title")), cx.words.step(record.step.plan.kind)),
        (None, None) => (format!("{} · ", cx.say("next-title")), cx.say(next::nothing_next(cx))),
    };
    let font = FontId { size: NEXT * scale, ..fonts::regular(NEXT) };
    let (reached, of) = (state.marks.reached(state.cursor.position()), state.marks.stops().len());
    let mut places = vec![format!("{reached} / {of}")];
    if let Some(course) = &state.course {
        let view = course.view(state.lang);
        let page = format!("{} / {}    {reached} / {of}", view.number, view.of);
        places = vec![format!("{}  {page}", view.title), page];
    }
    let painter = ui.painter();
    let wide = |text: &str| painter.layout_no_wrap(text.to_owned(), font.clone(), theme.text).size();
    // What is to be done comes before what the page is called.
    let (needed, high) = (wide(&caption).x + wide(&title).x + 24.0, wide(&title).y);
    let fits = places.iter().find(|place| wide(place).x + needed <= row.width());
    let place = fits.or(places.last()).cloned().unwrap_or_default();
    let right = painter.text(row.right_center(), Align2::RIGHT_CENTER, &place, font.clone(), theme.weak);
    let left = painter.text(row.left_center(), Align2::LEFT_CENTER, &caption, font.clone(), theme.weak);
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
