//! What a lesson asks of the table's cells: two halves to choose from, what was predicted, and whether that was right.

use super::super::scene::{Anchor, Font, Ink, Node, Style, Text, Tint};
use super::super::stage::{Stage, rect};
use super::super::{Glyph, NodeId, Pick};
use crate::lesson::AskedPair;
use crate::reach::End;
use crate::trace::Family;
use egui::{Rect, pos2};

/// As questions are on the page.
const TINT: Tint = Tint::Family(Family::Image);
/// Around the halves.
const EDGE: f32 = 2.0;

/// What is asked of that pair.
pub(super) fn of<'s>(stage: &'s Stage<'_>, from: &End, to: &End) -> Option<&'s AskedPair> {
    stage.look.reach.asked.iter().find(|one| one.from == *from && one.to == *to)
}

/// A cell whose answer the machine has not told.
pub(super) fn cell(stage: &mut Stage<'_>, asked: &AskedPair, id: NodeId, pair: &str, place: Rect) {
    let is_shown = stage.look.reach.pair.as_ref().is_some_and(|(from, to)| *from == asked.from && *to == asked.to);
    // The eye is led to the one that is asked just now.
    let style = if is_shown { Style::Strong } else { Style::Dim };
    let said = match asked.predicted {
        Some(yes) => stage.say_with("scene-reach-guessed", &[("guess", &word(stage, yes))]),
        None => stage.say("scene-reach-guess-open"),
    };
    let frame = Node::new(id.clone(), place, TINT, style).said(format!("{pair}: {said}"));
    if !asked.open || (!is_shown && asked.predicted.is_some()) {
        // Whoever chooses it can predict otherwise.
        let frame = if asked.open { frame.picks(Pick::Pair(asked.from.clone(), asked.to.clone())) } else { frame };
        stage.add(frame.texts(predicted(stage, asked.predicted == Some(true), place)));
        return;
    }
    stage.add(frame);
    let half = place.width() / 2.0;
    for (yes, left) in [(true, place.left()), (false, place.left() + half)] {
        let place = rect(left, place.top(), half, place.height()).shrink(EDGE);
        let (style, tint) = match asked.predicted {
            Some(guess) if guess == yes => (Style::Strong, TINT),
            Some(_) => (Style::Bare, Tint::Plain),
            None => (Style::Dim, Tint::Plain),
        };
        let word = word(stage, yes);
        let sign = Font::Small.size() + 4.0;
        let fits = stage.width(&word, Font::Small) + sign + 6.0 <= place.width();
        let written = if fits { word.clone() } else { String::new() };
        // A mark is drawn before its words, and they stand in the middle together.
        let wide = stage.width(&written, Font::Small) + if fits { sign } else { sign - 4.0 };
        let at = pos2((place.width() - wide) / 2.0, place.height() / 2.0);
        let ink = if asked.predicted == Some(yes) { Ink::Strong } else { Ink::Weak };
        let text = Text::new(at, Font::Small, ink, written).marked(mark(yes));
        let id = NodeId::named(format!("guess {yes} {}", asked.question));
        let node = Node::new(id, place, tint, style).within(&frame_of(asked)).text(text);
        let said = stage.say_with("scene-reach-guess-as", &[("guess", &word)]);
        stage.add(node.picks(Pick::Predict(asked.question.clone(), yes)).said(format!("{pair}: {said}")));
    }
}

/// `guess ✓ reaches`: what was predicted, in the middle of a cell of which nothing else is known. Of what has no room the mark is left.
fn predicted(stage: &Stage<'_>, yes: bool, place: Rect) -> Vec<Text> {
    let (before, word) = (stage.say("scene-reach-guess"), word(stage, yes));
    let (sign, gap) = (Font::Small.size() + 4.0, 5.0);
    let room = place.width() - 8.0;
    let wide = |text: &str| stage.width(text, Font::Small);
    let mut shown = [before, word];
    for least in [0, 1] {
        if shown.iter().map(|text| wide(text)).sum::<f32>() + sign + gap > room {
            shown[least].clear();
        }
    }
    let [before, word] = shown;
    let first = if before.is_empty() { 0.0 } else { wide(&before) + gap };
    let left = (place.width() - first - sign - wide(&word)) / 2.0;
    let text = |x: f32, text: String| Text::new(pos2(x, place.height() / 2.0), Font::Small, Ink::Tint(TINT), text);
    let guess = text(left + first, word).marked(mark(yes));
    if before.is_empty() { vec![guess] } else { vec![text(left, before), guess] }
}

/// The name of the cell of a pair.
pub(super) fn frame(from: &End, to: &End) -> NodeId {
    NodeId::named(format!("cell {} {}", key(from), key(to)))
}

fn frame_of(asked: &AskedPair) -> NodeId {
    frame(&asked.from, &asked.to)
}

fn key(end: &End) -> &str {
    match end {
        End::Container(id) => id.as_str(),
        End::Host => End::HOST,
        End::Outside => End::OUTSIDE,
    }
}

/// What was predicted, at the left of a cell whose answer is known: how wide it is, and the text. The mark alone where the word would
/// take the room of the reason.
pub(super) fn guess(stage: &Stage<'_>, asked: &AskedPair, place: Rect, in_words: bool) -> Option<(f32, Text)> {
    let (yes, right) = (asked.predicted.filter(|_| asked.told)?, asked.right?);
    let said = stage.say("scene-reach-guess");
    let sign = Font::Small.size() + 4.0;
    let fits = in_words && stage.width(&said, Font::Small) + sign <= place.width() * 0.4;
    let said = if fits { said } else { String::new() };
    let wide = stage.width(&said, Font::Small) + sign;
    let ink = Ink::Tint(if right { Tint::Good } else { Tint::Bad });
    // At its right the mark stands behind the words.
    let text = Text::new(pos2(6.0 + wide, place.height() / 2.0), Font::Small, ink, said);
    Some((wide + 4.0, text.anchored(Anchor::Right).marked(mark(yes))))
}

/// What came of the prediction, as a sentence.
pub(super) fn verdict(stage: &Stage<'_>, asked: &AskedPair) -> Option<(bool, String)> {
    let (yes, right) = (asked.predicted.filter(|_| asked.told)?, asked.right?);
    let key = if right { "scene-reach-guess-right" } else { "scene-reach-guess-wrong" };
    Some((right, stage.say_with(key, &[("guess", &word(stage, yes))])))
}

fn word(stage: &Stage<'_>, yes: bool) -> String {
    stage.say(if yes { "scene-reach-yes" } else { "scene-reach-no" })
}

fn mark(yes: bool) -> Glyph {
    if yes { Glyph::Check } else { Glyph::Cross }
}
