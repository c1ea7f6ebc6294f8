//! A container's writable layer: its paths with what each does to the layers below, and what was copied up from where.

use super::{LANE, PAD, Sizes};
use crate::i18n::size as bytes;
use crate::spec::ContainerId;
use crate::trace::{CopyUp, Effect, Entity, Family, Upper, UpperFile};
use crate::ui::diagrams::scene::{Anchor, Edge, End, Font, Ink, Line, Node, Style, Text, Tint};
use crate::ui::diagrams::stage::{Stage, rect};
use crate::ui::diagrams::{Glyph, NodeId};
use egui::{Rect, pos2};
use std::collections::BTreeMap;

const ROW: f32 = 20.0;

/// Where the paths begin.
fn head(sizes: Sizes) -> f32 {
    sizes.upper - 4.0
}

/// The paths that tell most: what was copied, the dearest first, then what hides something, then what is new.
fn telling(sizes: Sizes, upper: &Upper) -> Vec<&UpperFile> {
    let mut files: Vec<&UpperFile> = upper.files.values().filter(|file| !file.mount_point).collect();
    let rank = |file: &UpperFile| match (&file.copied, file.effect) {
        (Some(copy), _) => (0, u64::MAX - copy.bytes),
        (None, Effect::Added) => (2, 0),
        (None, _) => (1, 0),
    };
    files.sort_by_key(|file| rank(file));
    files.truncate(sizes.upper_rows);
    files
}

/// How many lines it needs: of paths, and the one that counts the rest.
fn lines(sizes: Sizes, upper: &Upper) -> usize {
    let shown = telling(sizes, upper).len();
    let points = upper.files.values().any(|file| file.mount_point);
    shown + usize::from(upper.totals.paths > shown as u64 || points)
}

/// How high the box of the fullest of them is.
pub(super) fn height<'a>(sizes: Sizes, uppers: impl Iterator<Item = &'a Upper>) -> f32 {
    match uppers.map(|upper| lines(sizes, upper)).max().unwrap_or(0) {
        0 => sizes.upper,
        lines => head(sizes) + ROW * lines as f32 + 6.0,
    }
}

/// What stands below the title once something was written.
pub(in crate::ui::diagrams) fn summary(stage: &Stage<'_>, upper: &Upper) -> Option<String> {
    let (paths, size) = (upper.totals.paths.to_string(), bytes(upper.totals.bytes));
    let copied = bytes(upper.totals.copied);
    match (upper.totals.paths, upper.totals.copied) {
        (0, 0) => None,
        (_, 0) => Some(stage.say_with("scene-upper-totals", &[("n", &paths), ("bytes", &size)])),
        _ => Some(stage.say_with("scene-upper-copied", &[("n", &paths), ("bytes", &size), ("copied", &copied)])),
    }
}

/// The paths, as shapes of their own in the box.
pub(super) fn files(stage: &mut Stage<'_>, sizes: Sizes, id: &ContainerId, upper: &Upper, parent: &NodeId, at: Rect) {
    let shown = telling(sizes, upper);
    let width = at.width() - 16.0;
    for (row, file) in shown.iter().enumerate() {
        let place = rect(at.left() + 8.0, at.top() + head(sizes) + ROW * row as f32, width, ROW - 1.0);
        path(stage, id, file, parent, place);
    }
    let mut rest = Vec::new();
    let more = upper.totals.paths.saturating_sub(shown.len() as u64);
    if more > 0 {
        rest.push(stage.say_with("scene-more", &[("n", &more.to_string())]));
    }
    let points = upper.files.values().filter(|file| file.mount_point).count();
    if points > 0 {
        rest.push(stage.say_with("scene-mount-points", &[("n", &points.to_string())]));
    }
    if !rest.is_empty() {
        let text = stage.fit(&rest.join(" · "), Font::Small, width - 8.0);
        let y = head(sizes) + ROW * shown.len() as f32 + ROW / 2.0;
        let text = Text::new(pos2(12.0, y), Font::Small, Ink::Weak, text);
        if let Some(node) = stage.scene.node_mut(parent) {
            node.label = format!("{}, {}", node.label, text.text);
            node.texts.push(text);
        }
    }
}

fn path(stage: &mut Stage<'_>, id: &ContainerId, file: &UpperFile, parent: &NodeId, place: Rect) {
    let (mark, tint, key) = match &file.copied {
        Some(_) => (Glyph::Up, Tint::Warn, "scene-effect-copied"),
        None => super::lowers::effect(file.effect),
    };
    let word = match (&file.copied, file.effect) {
        (Some(copy), _) => copied(stage, copy, file.size),
        (None, Effect::Added) if file.dir => stage.say(key),
        (None, Effect::Added) => bytes(file.size),
        (None, _) => stage.say(key),
    };
    let gone = file.effect == Effect::Deleted;
    let word = stage.fit(&word, Font::Small, place.width() * 0.55);
    let word_width = stage.width(&word, Font::Small);
    let name = if file.dir { format!("/{}/", file.path) } else { format!("/{}", file.path) };
    let room = place.width() - word_width - Font::Mono.size() - 4.0 - 16.0;
    let name = stage.fit_middle(&name, Font::Mono, room);
    let y = place.height() / 2.0;
    let texts = [
        Text::new(pos2(4.0, y), Font::Mono, Ink::Tint(tint), name).marked(mark).struck(gone),
        Text::new(pos2(place.width() - 4.0, y), Font::Small, Ink::Tint(tint), word).anchored(Anchor::Right),
    ];
    let kind = stage.say(key);
    let shape = NodeId::of(Entity::UpperFile(id.clone(), file.path.clone()));
    stage.add(Node::new(shape, place, Tint::Plain, Style::Bare).within(parent).texts(texts).called(&kind));
}

/// What was copied, and how little was written for it where that is known: a file can only be longer by what was added.
fn copied(stage: &Stage<'_>, copy: &CopyUp, now: u64) -> String {
    match (copy.bytes, copy.size, now.saturating_sub(copy.size)) {
        (0, 1.., _) => stage.say("scene-copied-none"),
        (copied, _, 1..) if copied == copy.size => {
            let more = bytes(now - copy.size);
            stage.say_with("scene-copied-grown", &[("bytes", &bytes(copied)), ("more", &more)])
        }
        (copied, ..) => stage.say_with("scene-copied-up", &[("bytes", &bytes(copied))]),
    }
}

/// From each layer that something was copied up from: out at its right side, up beside the stack, and into the box.
pub(super) fn copies(stage: &mut Stage<'_>, upper: &Upper, frame: &NodeId, to: &NodeId, gap: f32) {
    let mut layers: BTreeMap<_, u64> = BTreeMap::new();
    for copy in upper.files.values().filter_map(|file| file.copied.as_ref()) {
        *layers.entry(&copy.layer).or_default() += copy.bytes;
    }
    let layers = layers.into_iter().filter(|(_, bytes)| *bytes > 0);
    for (number, (layer, sum)) in layers.enumerate() {
        let from = NodeId::of(Entity::Layer(layer.clone()));
        let places = (stage.scene.node(&from), stage.scene.node(frame), stage.scene.node(to));
        let (Some(slab), Some(frame), Some(upper)) = places else { continue };
        let lane = frame.rect.right() - PAD / 2.0;
        let (start, end) = (slab.rect.right_center(), upper.rect);
        let x = end.right() - LANE - 14.0 * number as f32;
        let y = end.bottom() + gap * 0.62;
        let route = vec![start, pos2(lane, start.y), pos2(lane, y), pos2(x, y), pos2(x, end.bottom())];
        let mut edge = Edge::new(route, Tint::Family(Family::Storage), Line::Solid)
            .ends(End::Open, End::Arrow)
            .part("copied up")
            .flowing(true);
        // Where the storeys are close there is no room for a word between them; the path in the box says the same.
        if number == 0 && gap > 18.0 {
            let word = stage.say_with("scene-copied-up", &[("bytes", &bytes(sum))]);
            let at = pos2(x - 8.0, end.bottom() + gap * 0.32);
            let text = Text::new(at, Font::Small, Ink::Tint(Tint::Warn), word).anchored(Anchor::Right);
            edge = edge.labelled(stage.captioned(text));
        }
        stage.wire(&from, to, edge);
    }
}
