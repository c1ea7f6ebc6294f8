//! The cards of documents: index, manifest, and what was not read yet.

use super::model::is_index_here;
use super::roots::Root;
use super::*;
use crate::trace::{Descriptor, Index};
use egui::Rect;

/// A card that is as low as this has two lines.
const TWO_LINES: f32 = 52.0;

pub(super) fn index_card(world: &World, stage: &mut Stage<'_>, index: &Index, place: Rect, root: &Root<'_>) -> NodeId {
    let id = NodeId::of(Entity::Index(index.this.digest.clone()));
    let real = index.manifests.iter().filter(|m| !is_attestation(m)).count().to_string();
    let (title, count) = (stage.say("scene-index"), stage.say_with("scene-platforms", &[("n", &real)]));
    let past = root.is_past();
    let left = !is_index_here(world, index);
    let style = match (left, past) {
        (true, _) => Style::Ghost,
        (false, true) => Style::Dashed,
        (false, false) => Style::Solid,
    };
    let count = if left { stage.say("scene-absent") } else { count };
    let digest = short(&index.this.digest);
    let node = Node::new(id.clone(), place, TINT, style);
    let narrow = !stage.is_full();
    let node = if place.height() < TWO_LINES {
        let under = if past { stage.say("scene-tag-before") } else { count };
        let right = place.width() - 12.0;
        let low = place.height() - if place.height() < 42.0 { 10.0 } else { 13.0 };
        let digest = if narrow { digest.trim_start_matches("sha256:").to_owned() } else { digest };
        // Where the title needs its line, the count stands beside the digest.
        let (y, taken) = match narrow {
            true => (low, stage.width(&digest, Font::Mono)),
            false => (14.0, stage.width(&title, Font::Title)),
        };
        let under = stage.state(&under, Font::Small, right - taken - if left { 39.0 } else { 24.0 });
        let title = stage.fit(&title, Font::Title, place.width() - 28.0);
        // Two lines of a card that is lower than two of them want stand as far apart as it lets them.
        let up = (low - 16.0).min(14.0);
        node.text(Text::new(pos2(14.0, up), Font::Title, Ink::Strong, title))
            .text(
                Text::new(pos2(right, y), Font::Small, ink(past), under)
                    .anchored(Anchor::Right)
                    .marked(left.then_some(Glyph::Minus)),
            )
            .text(Text::new(pos2(14.0, low), Font::Mono, Ink::Weak, digest))
    } else {
        let size = bytes(index.this.size);
        let word = if past { stage.say("scene-tag-before") } else { count };
        node.text(Text::new(pos2(16.0, 21.0), Font::Title, Ink::Strong, title))
            .text(Text::new(pos2(16.0, 42.0), Font::Mono, Ink::Weak, digest))
            .text(Text::new(pos2(16.0, 64.0), Font::Word, ink(past), word))
            .text(Text::new(pos2(place.width() - 14.0, 64.0), Font::MonoSmall, Ink::Weak, size).anchored(Anchor::Right))
    };
    stage.add(node.called(""));
    id
}

fn ink(past: bool) -> Ink {
    if past { Ink::Weak } else { Ink::Tint(TINT) }
}

/// An index that was named and not read.
pub(super) fn pending(stage: &mut Stage<'_>, root: &Root<'_>, place: Rect) -> NodeId {
    let id = NodeId::of(Entity::Index(root.digest.clone()));
    let title = stage.say("scene-index");
    let past = root.is_past();
    let word = stage.say(if past { "scene-tag-before" } else { "scene-not-read" });
    let low = place.height() < TWO_LINES;
    let (up, middle, down) = if low { (14.0, 31.0, 14.0) } else { (21.0, 42.0, 64.0) };
    let word = stage.state(&word, Font::Small, place.width() - stage.width(&title, Font::Title) - 46.0);
    let state = if low {
        Text::new(pos2(place.width() - 12.0, down), Font::Small, Ink::Weak, word).anchored(Anchor::Right)
    } else {
        Text::new(pos2(16.0, down), Font::Small, Ink::Weak, word)
    };
    stage.add(
        Node::new(id.clone(), place, TINT, Style::Ghost)
            .text(Text::new(pos2(16.0, up), Font::Title, Ink::Weak, title))
            .text(Text::new(pos2(16.0, middle), Font::Mono, Ink::Weak, short(&root.digest)))
            .text(state.marked((!past).then_some(Glyph::Wait)))
            .called(""),
    );
    id
}

pub(super) fn is_attestation(entry: &Descriptor) -> bool {
    entry.annotations.get("vnd.docker.reference.type").is_some_and(|t| t == "attestation-manifest")
        || entry.platform.as_ref().is_some_and(crate::spec::Platform::is_unknown)
}

/// `past` is told when a tag named this manifest itself and names it no more.
pub(super) fn manifest_card(
    stage: &mut Stage<'_>,
    entry: &Descriptor,
    place: Rect,
    style: Style,
    chosen: bool,
    past: Option<&Root<'_>>,
) -> NodeId {
    let id = NodeId::of(Entity::Manifest(entry.digest.clone()));
    let attestation = is_attestation(entry);
    let kind = stage.say("scene-manifest");
    let what = match &entry.platform {
        _ if attestation => stage.say("scene-attestation"),
        Some(platform) => format!("{kind} · {platform}"),
        None => kind,
    };
    let width = place.width();
    let ink = if style == Style::Dim { Ink::Weak } else { Ink::Strong };
    let under = if attestation { stage.say("scene-attestation-why") } else { short(&entry.digest) };
    let (font, room) = if attestation { (Font::Small, width - 28.0) } else { (Font::Mono, 136.0) };
    let under = stage.fit(&under, font, room);
    let what = stage.fit(&what, Font::Title, width - 30.0);
    let (up, down) = if place.height() < 50.0 { (12.0, 28.0) } else { (17.0, 35.0) };
    let mut node = Node::new(id.clone(), place, TINT, style)
        .text(Text::new(pos2(15.0, up), Font::Title, ink, what))
        .text(Text::new(pos2(15.0, down), font, Ink::Weak, under));
    let right = pos2(width - 14.0, down);
    let room = width - 15.0 - 136.0 - 14.0;
    if style == Style::Ghost && !attestation && past.is_none() {
        let word = stage.state(&stage.say("scene-absent"), Font::Small, room - 15.0);
        let word = Text::new(right, Font::Small, Ink::Weak, word).anchored(Anchor::Right);
        node = node.text(word.marked(Glyph::Minus));
    } else if chosen {
        let word = stage.state(&stage.say("scene-chosen"), Font::Small, room - 15.0);
        let word = Text::new(right, Font::Small, Ink::Tint(TINT), word).anchored(Anchor::Right);
        node = node.text(word.marked(Glyph::Check));
    } else if past.is_some() {
        let word = stage.fit(&stage.say("scene-tag-before"), Font::Small, room);
        node = node.text(Text::new(right, Font::Small, Ink::Weak, word).anchored(Anchor::Right));
    } else if !attestation {
        let size = stage.fit(&bytes(entry.size), Font::MonoSmall, room);
        node = node.text(Text::new(right, Font::MonoSmall, Ink::Weak, size).anchored(Anchor::Right));
    }
    stage.add(node.called(""));
    id
}
