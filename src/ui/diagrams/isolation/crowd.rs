//! The other containers: a name each, as many as there is room for.

use super::super::scene::{Font, Ink, Node, Style, Text, Tint};
use super::super::stage::Stage;
use super::super::{Glyph, NodeId};
use super::TINT;
use crate::trace::{Container, ContainerState, Entity};
use egui::{Rect, Vec2, pos2, vec2};
use std::sync::Arc;

const CARD: Vec2 = vec2(112.0, 21.0);
const GAP: f32 = 5.0;

/// How high their lines are: as few as hold all, and no more than are free.
pub(super) fn lines(containers: usize, wide: f32, free: Option<f32>) -> f32 {
    let wanted = containers.div_ceil(columns(wide));
    let most = free.map_or(usize::MAX, |free| ((free + GAP) / (CARD.y + GAP)).max(1.0) as usize);
    let lines = wanted.min(most) as f32;
    lines * (CARD.y + GAP) - GAP
}

fn columns(wide: f32) -> usize {
    (((wide + GAP) / (CARD.x + GAP)) as usize).max(1)
}

/// Draws them; the one that is drawn in full stands out.
pub(super) fn draw(stage: &mut Stage<'_>, place: Rect, all: &[&Arc<Container>], chosen: &Container) {
    let columns = columns(place.width());
    let room = columns * (((place.height() + GAP) / (CARD.y + GAP)).round() as usize).max(1);
    let shown = if all.len() <= room { all.len() } else { room - 1 };
    let at = |i: usize| {
        let step = vec2((i % columns) as f32, (i / columns) as f32) * (CARD + Vec2::splat(GAP));
        Rect::from_min_size(place.min + step, CARD)
    };
    for (i, container) in all[..shown].iter().enumerate() {
        let (tint, mark) = match container.state {
            ContainerState::Created => (Tint::Plain, Some(Glyph::Wait)),
            ContainerState::Restarting { .. } => (Tint::Plain, Some(Glyph::Reuse)),
            ContainerState::Running { .. } => (TINT, None),
            ContainerState::Paused { .. } => (TINT, Some(Glyph::Wait)),
            ContainerState::Exited { .. } => (Tint::Plain, Some(Glyph::Cross)),
        };
        let style = if container.id == chosen.id { Style::Strong } else { Style::Solid };
        let sign = if mark.is_some() { Font::Small.size() + 4.0 } else { 0.0 };
        let name = stage.fit_middle(&container.name, Font::Small, CARD.x - 14.0 - sign);
        let id = NodeId::part(Entity::Container(container.id.clone()), "card");
        let text = Text::new(pos2(7.0, CARD.y / 2.0), Font::Small, Ink::Strong, name).marked(mark);
        let said = format!("{}, {}", stage.say("scene-container"), super::super::state_of(stage, container));
        stage.add(Node::new(id, at(i), tint, style).text(text).called(&said));
    }
    if shown < all.len() {
        let more = stage.say_with("scene-more", &[("n", &(all.len() - shown).to_string())]);
        let more = stage.fit(&more, Font::Small, CARD.x - 14.0);
        let text = Text::new(pos2(7.0, CARD.y / 2.0), Font::Small, Ink::Weak, more);
        stage.add(
            Node::new(NodeId::named("more containers"), at(shown), Tint::Plain, Style::Ghost).text(text).called(""),
        );
    }
}
