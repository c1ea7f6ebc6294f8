//! What is broken in the registry is cracked; the descriptor that found it out is told, and its wire with it.

use super::*;
use crate::trace::{Promise, Rejected};
use egui::{Rect, Vec2, vec2};

/// StopMarks them in a picture that is finished but for this.
pub(super) fn mark(world: &World, stage: &mut Stage<'_>) {
    for damage in world.damaged.values() {
        if !world.rejected.contains_key(&damage.digest) {
            stamp(stage, &damage.content.entity(&damage.digest), Tint::Warn, "scene-damaged", None);
        }
    }
    for rejected in world.rejected.values() {
        let entity = rejected.content.entity(&rejected.digest);
        let by = stage.say(&format!("promise-{}", rejected.by.name()));
        let by = stage.say_with("break-caught", &[("by", &by)]);
        stamp(stage, &entity, Tint::Bad, "scene-caught", Some(by));
        promised(stage, rejected, &entity);
    }
}

/// Cracks every shape of a thing, and writes on it what is the matter.
fn stamp(stage: &mut Stage<'_>, entity: &Entity, tint: Tint, key: &str, more: Option<String>) {
    let word = stage.say(key);
    let of = |node: &Node| node.id.entity.as_ref() == Some(entity) && !node.id.part.contains("group");
    let ids: Vec<NodeId> = stage.scene.nodes().filter(|node| of(node)).map(|node| node.id.clone()).collect();
    for id in ids {
        let Some(node) = stage.scene.node(&id) else { continue };
        let text = written(stage, node, &word, tint);
        let place = crack(stage, node, text.as_ref());
        let replaced = node.texts.last().is_some_and(|last| last.anchor == Anchor::Right);
        let Some(node) = stage.scene.node_mut(&id) else { continue };
        node.crack = Some(place);
        if tint == Tint::Bad {
            (node.style, node.progress) = (Style::Dashed, None);
        }
        if replaced {
            node.texts.pop();
        }
        node.texts.extend(text);
        for part in std::iter::once(&word).chain(&more) {
            node.label = format!("{}, {part}", node.label);
        }
    }
}

/// Where a crack runs: as deep as it can without touching what is written, as near to the middle as that allows.
fn crack(stage: &Stage<'_>, node: &Node, added: Option<&Text>) -> Vec2 {
    const SIDE: f32 = 13.0;
    let last = node.texts.last().filter(|last| added.is_some() && last.anchor == Anchor::Right);
    let kept = node.texts.len() - usize::from(last.is_some());
    let texts = node.texts[..kept].iter().chain(added);
    let written: Vec<Rect> = texts.map(|text| stage.captioned(text.clone()).rect).collect();
    let deepest = node.rect.height() * 0.66;
    let depth = |x: f32| {
        let below = written.iter().filter(|text| text.left() - SIDE < x && x < text.right() + SIDE);
        below.map(|text| text.top() - 1.0).fold(deepest, f32::min)
    };
    let middle = node.rect.width() * 0.56;
    let places = (3..).map(|i| 6.0 * i as f32).take_while(|x| *x < node.rect.width() - 18.0);
    let best =
        places.max_by(|a, b| depth(*a).total_cmp(&depth(*b)).then((b - middle).abs().total_cmp(&(a - middle).abs())));
    let x = best.unwrap_or(middle);
    vec2(x, depth(x).max(9.0))
}

/// Where the last thing is said at the right, in its place; else at the right of the line that has the most room.
fn written(stage: &Stage<'_>, node: &Node, word: &str, tint: Tint) -> Option<Text> {
    let right = node.rect.width() - 14.0;
    let last = node.texts.last()?;
    let used = |y: f32| {
        // What is said last gives its place.
        let kept = node.texts.len() - usize::from(last.anchor == Anchor::Right);
        let same = node.texts[..kept].iter().filter(|t| (t.at.y - y).abs() < 10.0);
        same.map(|t| stage.captioned((*t).clone()).rect.right()).fold(0.0, f32::max)
    };
    let free = |y: f32| node.texts.iter().all(|t| (t.at.y - y).abs() >= 10.0 || t.anchor == Anchor::Left);
    let y = if last.anchor == Anchor::Right {
        last.at.y
    } else {
        let lines = node.texts.iter().map(|t| t.at.y).filter(|y| free(*y));
        lines.min_by(|a, b| used(*a).total_cmp(&used(*b)))?
    };
    let room = right - used(y) - 10.0 - (Font::Small.size() + 4.0);
    let word = stage.state(word, Font::Small, room);
    let text = Text::new(pos2(right, y), Font::Small, Ink::Tint(tint), word).anchored(Anchor::Right);
    Some(text.marked(if tint == Tint::Bad { Glyph::Cross } else { Glyph::Crack }))
}

/// The wire along which the promise was made.
fn promised(stage: &mut Stage<'_>, rejected: &Rejected, entity: &Entity) {
    let by = |from: &Entity| match &rejected.by {
        Promise::Index(digest) => *from == Entity::Index(digest.clone()),
        Promise::Manifest(digest) => *from == Entity::Manifest(digest.clone()),
        Promise::Config(digest) => *from == Entity::Config(digest.clone()),
        Promise::Reference | Promise::Header => matches!(from, Entity::RemoteTag(_)),
    };
    let graph = &mut stage.scene.graph;
    for at in graph.edge_indices().collect::<Vec<_>>() {
        let Some((from, to)) = graph.edge_endpoints(at) else { continue };
        let holds = graph[from].id.entity.as_ref().is_some_and(by) && graph[to].id.entity.as_ref() == Some(entity);
        if holds {
            (graph[at].tint, graph[at].line, graph[at].flows) = (Tint::Bad, Line::Dashed, false);
            if graph[from].style == Style::Solid {
                graph[from].style = Style::Strong;
            }
        }
    }
}
