//! The table: from the left who asks, from above who is asked.

use super::super::scene::{Anchor, Font, Ink, Node, Style, Text, Tint};
use super::super::stage::{Detail, Stage, rect};
use super::super::{Glyph, NodeId, Pick};
use super::{Heights, WIDE, ask, called, is_led_to, short};
use crate::reach::{self, Answer, Cell, End, Matrix, Question, Verdict};
use crate::trace::{Entity, ProbeReply, World};
use egui::pos2;
use std::collections::BTreeSet;

/// No cell is narrower: its mark and a few letters of its column's name.
const NARROWEST: f32 = 58.0;
/// No cell is wider: its ends belong together.
const WIDEST: f32 = 160.0;
/// Between two cells, from side to side.
const GAP: f32 = 5.0;
/// How many lines the reason and what the marks mean take at most, for which room is left.
pub(super) const LINES: f32 = 7.0;

/// Who is in the table, and how wide its columns are.
pub(super) struct Plan {
    pub ends: Vec<End>,
    /// How many there was no room for.
    more: usize,
    label: f32,
    column: f32,
}

impl Plan {
    pub fn of(stage: &Stage<'_>, world: &World, high: Heights) -> Self {
        let ends = ends(stage, world);
        let wide = stage.wide(WIDE) - 2.0 * stage.margin();
        let label = label(stage, world, &ends);
        let all = ends.len();
        // With more detail all are drawn, and there is room or not.
        let ends = if stage.detail == Detail::Thin { kept(stage, ends, most(stage, label, high)) } else { ends };
        let column = ((wide - label) / ends.len() as f32).min(WIDEST);
        Self { more: all - ends.len(), ends, label, column }
    }
}

/// Is there room for all there are?
pub(super) fn may_fit(stage: &Stage<'_>, world: &World, high: Heights) -> bool {
    let ends = ends(stage, world);
    ends.len() <= most(stage, label(stage, world, &ends), high)
}

fn ends(stage: &Stage<'_>, world: &World) -> Vec<End> {
    let mut ends = End::all(world);
    if stage.look.reach.question == Question::Name {
        ends.retain(|end| *end != End::Outside);
    }
    ends
}

/// How wide the names at the left are.
fn label(stage: &Stage<'_>, world: &World, ends: &[End]) -> f32 {
    let wide = stage.wide(WIDE) - 2.0 * stage.margin();
    let names = ends.iter().map(|end| stage.width(&called(stage, world, end), Font::Word));
    names.fold(0.0_f32, f32::max).clamp(36.0, (wide * 0.2).min(140.0)) + 8.0
}

/// For how many there is room.
fn most(stage: &Stage<'_>, label: f32, high: Heights) -> usize {
    let wide = stage.wide(WIDE) - 2.0 * stage.margin();
    let columns = (((wide - label) / NARROWEST) as usize).max(3);
    let rows = stage.look.room.map_or(usize::MAX, |room| {
        let free = room.y - 2.0 * stage.margin() - high.title - high.head - LINES * high.line - 2.0 * high.gap;
        ((free / high.row) as usize).max(3)
    });
    columns.min(rows)
}

/// As many as there is room for, in their order: host and outside, the pair that was chosen, whom the eye is led to, then the others.
fn kept(stage: &Stage<'_>, ends: Vec<End>, most: usize) -> Vec<End> {
    if ends.len() <= most {
        return ends;
    }
    let pair = stage.look.reach.pair.as_ref();
    let weight = |end: &End| match end {
        End::Host | End::Outside => 0,
        _ if pair.is_some_and(|(from, to)| from == end || to == end) => 1,
        _ if is_led_to(stage, end) => 2,
        End::Container(_) => 3,
    };
    let mut order: Vec<usize> = (0..ends.len()).collect();
    order.sort_by_key(|at| (weight(&ends[*at]), *at));
    // The last row says how many there are besides.
    order.truncate(most.saturating_sub(1).max(2));
    order.sort_unstable();
    order.into_iter().map(|at| ends[at].clone()).collect()
}

/// Draws it. Returns where it ends.
pub(super) fn draw(
    stage: &mut Stage<'_>,
    world: &World,
    plan: &Plan,
    matrix: &Matrix,
    chosen: Option<&Cell>,
    high: Heights,
) -> f32 {
    let (left, top) = (stage.margin(), stage.margin() + high.title);
    let at = |row: usize, column: usize| {
        let x = left + plan.label + plan.column * column as f32;
        rect(x, top + high.head + high.row * row as f32, plan.column - GAP, high.row - 3.0)
    };
    for (column, to) in matrix.to.iter().enumerate() {
        let name = stage.fit_middle(&format!("→ {}", called(stage, world, to)), Font::Word, plan.column - GAP - 2.0);
        let place = at(0, column);
        name_of(stage, to, "column", rect(place.left(), top, place.width(), high.head - 4.0), &name, Anchor::Center);
    }
    let mut seen = Seen::default();
    for (row, from) in matrix.from.iter().enumerate() {
        let name = stage.fit_middle(&called(stage, world, from), Font::Word, plan.label - 8.0);
        let place = at(row, 0);
        let place = rect(left, place.top(), plan.label - 6.0, place.height());
        name_of(stage, from, "row", place, &name, Anchor::Right);
        for (column, to) in matrix.to.iter().enumerate() {
            cell(stage, world, matrix, (from, to), chosen, at(row, column), &mut seen);
        }
    }
    let below = top + high.head + high.row * matrix.from.len() as f32;
    let below = legend(stage, &seen, below, high);
    if plan.more == 0 {
        return below;
    }
    let more = stage.say_with("scene-reach-more", &[("n", &plan.more.to_string())]);
    let more = stage.fit(&more, Font::Small, stage.wide(WIDE) - 2.0 * left);
    stage.caption(Text::new(pos2(left, below + high.row / 2.0 - 2.0), Font::Small, Ink::Weak, more));
    below + high.row - 3.0
}

/// What stands in some cell, and has to be said what it is.
#[derive(Default)]
struct Seen {
    /// What a probe found.
    proof: bool,
    /// Signs of what it found that say more than yes or no.
    signs: BTreeSet<&'static str>,
    /// What was predicted, beside what is so.
    guess: bool,
    /// What is to be predicted.
    asked: bool,
}

/// What the marks at the left, in the middle and at the right mean, or what is to be done. Returns where it ends.
fn legend(stage: &mut Stage<'_>, seen: &Seen, below: f32, high: Heights) -> f32 {
    let marks = match (seen.guess, seen.proof) {
        (true, true) => Some("scene-reach-legend-all"),
        (true, false) => Some("scene-reach-legend-guess"),
        (false, true) => Some("scene-reach-legend"),
        (false, false) => None,
    };
    let asked = seen.asked.then_some("scene-reach-ask");
    let mut said: Vec<_> = asked.into_iter().chain(marks).map(|key| stage.say(key)).collect();
    if said.is_empty() {
        return below;
    }
    let signs = [("○", "scene-reach-sign-refused"), ("≠", "scene-reach-sign-differs"), ("?", "scene-reach-sign-open")];
    said.extend(signs.into_iter().filter(|(sign, _)| seen.signs.contains(sign)).map(|(_, key)| stage.say(key)));
    let left = stage.margin();
    let said = stage.fit(&said.join(" "), Font::Small, stage.wide(WIDE) - 2.0 * left);
    stage.caption(Text::new(pos2(left, below + high.line / 2.0), Font::Small, Ink::Weak, said));
    below + high.line
}

/// A name at the table's edge: the container, to be chosen.
fn name_of(stage: &mut Stage<'_>, end: &End, part: &'static str, place: egui::Rect, name: &str, anchor: Anchor) {
    let x = match anchor {
        Anchor::Left => 0.0,
        Anchor::Center => place.width() / 2.0,
        Anchor::Right => place.width(),
    };
    let ink = if is_led_to(stage, end) { Ink::Tint(super::super::network::TINT) } else { Ink::Strong };
    let text = Text::new(pos2(x, place.height() / 2.0), Font::Word, ink, name).anchored(anchor);
    let id = match end {
        End::Container(id) => NodeId::part(Entity::Container(id.clone()), part),
        End::Host => NodeId::part(Entity::Host, part),
        End::Outside => NodeId::named(format!("outside {part}")),
    };
    let kind = match end {
        End::Container(_) => stage.say("scene-container"),
        End::Host | End::Outside => String::new(),
    };
    stage.add(Node::new(id, place, Tint::Plain, Style::Bare).text(text).called(&kind));
}

fn cell(
    stage: &mut Stage<'_>,
    world: &World,
    matrix: &Matrix,
    (from, to): (&End, &End),
    chosen: Option<&Cell>,
    place: egui::Rect,
    seen: &mut Seen,
) {
    let id = ask::frame(from, to);
    let middle = pos2(place.width() / 2.0, place.height() / 2.0);
    let Some(cell) = matrix.cell(from, to) else {
        let dot = Text::new(middle, Font::Small, Ink::Weak, "·").anchored(Anchor::Center);
        stage.add(Node::new(id, place, Tint::Plain, Style::Dim).text(dot));
        return;
    };
    let pair = format!("{} → {}", called(stage, world, from), called(stage, world, to));
    let asked = ask::of(stage, from, to).cloned();
    if let Some(veil) = stage.look.reach.veil(stage.words) {
        if let Some(asked) = asked.filter(|asked| asked.open || asked.predicted.is_some()) {
            seen.asked |= asked.open;
            return ask::cell(stage, &asked, id, &pair, place);
        }
        let mark = Text::new(middle, Font::Small, Ink::Weak, "?").anchored(Anchor::Center);
        let said = format!("{pair}, {}", stage.say(veil.key()));
        stage.add(Node::new(id, place, Tint::Plain, Style::Ghost).text(mark).called(&said));
        return;
    }
    let proven = reach::proven(world, matrix.question, cell);
    let (tint, mark) = match cell.answer {
        Answer::Reaches => (Tint::Good, Some(Glyph::Check)),
        Answer::DoesNot => (Tint::Bad, Some(Glyph::Cross)),
        Answer::Unknown => (Tint::Warn, None),
    };
    let is_chosen = chosen.is_some_and(|chosen| std::ptr::eq(chosen, cell));
    let is_proven = proven.is_some();
    let style = match (is_chosen, cell.answer) {
        (true, _) => Style::Strong,
        (false, Answer::Unknown) => Style::Dashed,
        (false, _) => Style::Solid,
    };
    let reason = short(stage, cell);
    let word = if cell.answer == Answer::Unknown { format!("? {reason}") } else { reason };
    // What a probe found stands at the right.
    let proof = proven.as_ref().map(|(reply, verdict)| proof_of(reply, *verdict));
    seen.signs.extend(proof.map(|(_, sign, _)| sign).filter(|sign| !sign.is_empty()));
    let aside = if proof.is_some() { 22.0 } else { 0.0 };
    let sign = if mark.is_some() { Font::Small.size() + 4.0 } else { 0.0 };
    let room = |before: f32| place.width() - 12.0 - sign - aside - before;
    let mut guess = asked.as_ref().and_then(|asked| ask::guess(stage, asked, place, true));
    if guess.as_ref().is_some_and(|(wide, _)| stage.width(&word, Font::Small) > room(*wide)) {
        guess = asked.as_ref().and_then(|asked| ask::guess(stage, asked, place, false));
    }
    let before = guess.as_ref().map_or(0.0, |(wide, _)| *wide);
    let word = match stage.width(&word, Font::Small) <= room(before) {
        true => word,
        false if cell.answer == Answer::Unknown => "?".to_owned(),
        false => String::new(),
    };
    let left = before + (place.width() - before - aside - sign - stage.width(&word, Font::Small)) / 2.0;
    let text = Text::new(pos2(left, middle.y), Font::Small, Ink::Tint(tint), word).marked(mark);
    let mut node = Node::new(id, place, tint, style).text(text).picks(Pick::Pair(from.clone(), to.clone()));
    if let Some((glyph, sign, ink)) = proof {
        let at = pos2(place.width() - 6.0, middle.y);
        node = node.text(Text::new(at, Font::Small, Ink::Tint(ink), sign).anchored(Anchor::Right).marked(glyph));
    }
    if let Some((_, text)) = guess {
        node = node.text(text);
        seen.guess = true;
    }
    let guessed = asked.as_ref().and_then(|asked| ask::verdict(stage, asked));
    let guessed = guessed.map_or_else(String::new, |(_, said)| format!(" {said}"));
    let said = proven.map_or_else(String::new, |(_, verdict)| format!(" {}", stage.say(verdict.key())));
    let answer = stage.say(match cell.answer {
        Answer::Reaches => "scene-reach-yes",
        Answer::DoesNot => "scene-reach-no",
        Answer::Unknown => "scene-reach-unknown",
    });
    let said = format!("{pair}: {answer}. {}{said}{guessed}", super::sentence(stage, cell));
    stage.add(node.said(said));
    seen.proof |= is_proven;
}

/// What came back; that it is otherwise than computed comes before that.
fn proof_of(reply: &ProbeReply, verdict: Verdict) -> (Option<Glyph>, &'static str, Tint) {
    match (verdict, reply) {
        (Verdict::Disagrees, _) => (None, "≠", Tint::Warn),
        (Verdict::Open, _) => (None, "?", Tint::Plain),
        (_, ProbeReply::Answered) => (Some(Glyph::Check), "", Tint::Good),
        (_, ProbeReply::Refused) => (None, "○", Tint::Warn),
        _ => (Some(Glyph::Cross), "", Tint::Bad),
    }
}
