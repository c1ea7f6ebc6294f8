//! What a lesson asks of a place: two halves to choose from, what was predicted, and whether that was right.

use super::{Kind, PAD};
use crate::lesson::{AskedPlace, HomeKind};
use crate::trace::{Family, Home};
use crate::ui::diagrams::scene::{Anchor, Font, Ink, Node, Pick, Style, Text, Tint};
use crate::ui::diagrams::stage::{Detail, Stage, rect};
use crate::ui::diagrams::{Glyph, NodeId};
use egui::{Rect, pos2};

/// As questions are on the page.
const TINT: Tint = Tint::Family(Family::Image);
const SIGN: f32 = 17.0;
const BETWEEN: f32 = 6.0;

/// What is asked of that place: it waits, or it was told just now.
pub(super) fn of(
    stage: &Stage<'_>,
    kind: Kind,
    home: Option<&Home>,
    container: &str,
    volume: &str,
) -> Option<AskedPlace> {
    let is = |one: &&AskedPlace| match (one.kind, kind) {
        _ if one.home.is_some() => one.home.as_ref() == home,
        (HomeKind::Upper, Kind::Upper) => one.container == container,
        (HomeKind::Volume, Kind::Volume) => one.volume == volume,
        // What nobody uses any more may have been its own.
        (HomeKind::Bind, Kind::Bind) => one.container == container || (container.is_empty() && !one.open),
        (HomeKind::Tmpfs, Kind::Tmpfs) => one.container == container,
        _ => false,
    };
    // Of two that ask of the same place the later one counts, and of two places of a kind the first.
    let asked = stage.look.places.iter().rev().find(is)?;
    let is_drawn = stage.scene.node(&half_of(asked, true)).is_some();
    (!is_drawn).then(|| asked.clone())
}

/// What came of what was asked of it before.
pub(super) fn before(stage: &Stage<'_>, asked: &AskedPlace) -> Option<(String, Glyph)> {
    let told = stage.look.places.iter().filter(|one| one.kind == asked.kind && one.container == asked.container);
    let told =
        told.filter(|one| one.question != asked.question && one.home == asked.home).find(|one| one.right.is_some())?;
    Some((self::told(stage, told).0, if told.right? { Glyph::Check } else { Glyph::Cross }))
}

/// It is asked of some place, and no page of a lesson asks it.
pub(super) fn is_open(stage: &Stage<'_>) -> bool {
    stage.look.places.iter().any(|one| one.open && !one.title.is_empty())
}

/// Where no page of a lesson says what is asked, the picture does. Returns how high that is.
pub(super) fn title(stage: &mut Stage<'_>, left: f32, top: f32) -> f32 {
    const HIGH: f32 = 26.0;
    if !is_open(stage) {
        return 0.0;
    }
    let text = stage.say("scene-survives-asked");
    stage.caption(Text::new(pos2(left, top + HIGH / 2.0 - 4.0), Font::Title, Ink::Tint(TINT), text));
    HIGH
}

/// Places that are gone, of which a prediction is marked: as there is nothing else of them in the picture, a shade each.
pub(super) fn gone(stage: &Stage<'_>) -> Vec<AskedPlace> {
    let marked = |one: &&AskedPlace| one.right.is_some() && !one.title.is_empty();
    // It was predicted to be gone, rightly; or to stay, wrongly.
    let gone = |one: &&AskedPlace| one.predicted.is_some_and(|stays| Some(!stays) == one.right);
    stage.look.places.iter().filter(marked).filter(gone).cloned().collect()
}

/// What it is drawn as.
pub(super) fn kind(asked: &AskedPlace) -> Kind {
    match asked.kind {
        HomeKind::Upper => Kind::Upper,
        HomeKind::Volume => Kind::Volume,
        HomeKind::Bind => Kind::Bind,
        HomeKind::Tmpfs => Kind::Tmpfs,
    }
}

fn half_of(asked: &AskedPlace, yes: bool) -> NodeId {
    NodeId::named(format!("stays {yes} {}", asked.question))
}

/// How wide what is drawn of it is.
pub(super) fn wide(stage: &Stage<'_>, asked: &AskedPlace) -> f32 {
    if asked.open {
        return 2.0 * half(stage) + BETWEEN;
    }
    let (word, _) = told(stage, asked);
    stage.width(&word, Font::Small) + SIGN
}

fn half(stage: &Stage<'_>) -> f32 {
    let wide = |yes| stage.width(&word(stage, yes), Font::Small);
    wide(true).max(wide(false)) + SIGN + 2.0 * PAD
}

fn word(stage: &Stage<'_>, yes: bool) -> String {
    stage.say(if yes { "scene-home-stays" } else { "scene-home-goes" })
}

/// What was predicted and, once it is known, whether that was right.
pub(super) fn told(stage: &Stage<'_>, asked: &AskedPlace) -> (String, Ink) {
    let Some(yes) = asked.predicted else { return (stage.say("scene-home-unpredicted"), Ink::Weak) };
    let ink = match asked.right {
        None => Ink::Tint(TINT),
        Some(right) => Ink::Tint(if right { Tint::Good } else { Tint::Bad }),
    };
    let key = match asked.right {
        None => "scene-home-guess",
        Some(true) => "scene-home-guess-right",
        Some(false) => "scene-home-guess-wrong",
    };
    (stage.say_with(key, &[("guess", &word(stage, yes))]), ink)
}

/// In one line with the home's name, at its right.
pub(super) fn draw(stage: &mut Stage<'_>, asked: &AskedPlace, home: &NodeId, named: &str, middle: f32) {
    let Some(at) = stage.scene.node(home).map(|node| node.rect) else { return };
    let right = at.width() - PAD;
    if !asked.open {
        let (word, ink) = told(stage, asked);
        let mark = asked.right.map(|right| if right { Glyph::Check } else { Glyph::Cross });
        let text = Text::new(pos2(right, middle), Font::Small, ink, word).anchored(Anchor::Right).marked(mark);
        if let Some(node) = stage.scene.node_mut(home) {
            node.label = format!("{}, {}", node.label, text.text);
            node.texts.push(text);
        }
        return;
    }
    let half = half(stage);
    let high = if stage.detail == Detail::Full { 24.0 } else { 19.0 };
    for (yes, left) in [(true, right - 2.0 * half - BETWEEN), (false, right - half)] {
        let place: Rect = rect(at.left() + left, at.top() + middle - high / 2.0, half, high);
        let (style, tint) = match asked.predicted {
            Some(guess) if guess == yes => (Style::Strong, TINT),
            Some(_) => (Style::Bare, Tint::Plain),
            None => (Style::Dim, TINT),
        };
        let word = word(stage, yes);
        let at = pos2((half - stage.width(&word, Font::Small) - SIGN) / 2.0, high / 2.0);
        let ink = if asked.predicted == Some(yes) { Ink::Strong } else { Ink::Weak };
        let mark = if yes { Glyph::Check } else { Glyph::Cross };
        let text = Text::new(at, Font::Small, ink, word.clone()).marked(Some(mark));
        let node = Node::new(half_of(asked, yes), place, tint, style);
        let key = if asked.predicted == Some(yes) { "scene-home-guess" } else { "scene-home-choice" };
        let said = format!("{named}: {}", stage.say_with(key, &[("guess", &word)]));
        stage.add(node.within(home).text(text).picks(Pick::Predict(asked.question.clone(), yes)).said(said));
    }
}
