//! Containers that have no room of their own: which these are, and their names.

use super::{Plan, is_of, mounts};
use crate::trace::{Container, Entity, Family, World};
use crate::ui::diagrams::scene::{Font, Ink, Node, Style, Text, Tint};
use crate::ui::diagrams::stage::Stage;
use crate::ui::diagrams::{NodeId, state_of};
use egui::{Rect, pos2};
use std::sync::Arc;

/// The containers to which the eye is led, at least the one made last, and the others.
pub(super) fn parted<'w>(
    world: &World,
    stage: &Stage<'_>,
    all: &[&'w Arc<Container>],
) -> (Vec<&'w Arc<Container>>, Vec<&'w Arc<Container>>) {
    // While something is asked of a container, that one.
    let is_asked =
        |container: &Container| stage.look.places.iter().any(|one| one.open && one.container == container.name);
    let asks = all.iter().any(|container| is_asked(container));
    let is_open = |container: &Container| match asks {
        true => is_asked(container),
        false => stage.any_open(|entity| is_of(world, container, entity)),
    };
    let any = all.iter().any(|container| is_open(container));
    let last = all.len().saturating_sub(1);
    let (mut open, mut folded) = (Vec::new(), Vec::new());
    for (i, container) in all.iter().enumerate() {
        // A few at most: a whole store that starts lights everything at once.
        let opens = (is_open(container) || (!any && i == last)) && open.len() < 3;
        if opens { open.push(*container) } else { folded.push(*container) }
    }
    (open, folded)
}

/// Containers that are not open: their names side by side, as many as there is room for.
pub(super) fn draw(world: &World, stage: &mut Stage<'_>, plan: Plan, all: &[&Arc<Container>], top: f32) {
    const CHIP: egui::Vec2 = egui::vec2(150.0, 40.0);
    let wide = plan.homes + plan.home - plan.margin;
    let columns = (((wide + 8.0) / (CHIP.x + 8.0)) as usize).max(1);
    let room = stage.look.room.map_or(f32::INFINITY, |room| room.y - top - plan.margin);
    let rows = (((room + 6.0) / (CHIP.y + 6.0)).min(1e4) as usize).max(2);
    let fits = columns * rows;
    let (shown, left) = if all.len() <= fits { (all.len(), 0) } else { (fits - 1, all.len() - fits + 1) };
    let at = |i: usize| {
        let (row, column) = (i / columns, i % columns);
        let corner = pos2(plan.margin + column as f32 * (CHIP.x + 8.0), top + row as f32 * (CHIP.y + 6.0));
        Rect::from_min_size(corner, CHIP)
    };
    for (i, container) in all[..shown].iter().enumerate() {
        let running = container.state.lives();
        let tint = if running { Tint::Family(Family::Process) } else { Tint::Plain };
        let name = stage.fit_middle(&container.name, Font::Title, CHIP.x - 20.0);
        let count = mounts(world, container).len().to_string();
        let what = format!("{} · {}", state_of(stage, container), stage.say_with("scene-mounts", &[("n", &count)]));
        let what = stage.fit(&what, Font::Small, CHIP.x - 20.0);
        let node = Node::new(NodeId::of(Entity::Container(container.id.clone())), at(i), tint, Style::Solid)
            .text(Text::new(pos2(10.0, 13.0), Font::Title, Ink::Strong, name))
            .text(Text::new(pos2(10.0, 29.0), Font::Small, Ink::Weak, what));
        stage.add(node.called(&stage.say("scene-container")));
    }
    if left > 0 {
        let place = at(shown);
        let text = stage.say_with("scene-more", &[("n", &left.to_string())]);
        let text = Text::new(pos2(10.0, CHIP.y / 2.0), Font::Small, Ink::Weak, text);
        stage.add(Node::new(NodeId::named("more containers"), place, Tint::Plain, Style::Ghost).text(text).called(""));
    }
}
