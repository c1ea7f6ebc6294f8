//! Containers that are not open: a name and an address each, in one field below their bridge; very many alike are one card with
//! their number.

use super::super::scene::{Edge, End, Line};
use super::*;
use crate::trace::ContainerState;
use egui::{Vec2, pos2};
use std::collections::BTreeMap;

/// No field is narrower.
pub(super) const LEAST: f32 = 300.0;
/// The least width of a field of so many.
pub(super) fn least(folded: usize) -> f32 {
    match folded {
        0 => 0.0,
        1 => 190.0,
        _ => LEAST,
    }
}

const CARD: Vec2 = vec2(126.0, 38.0);
const GAP: f32 = 6.0;
const PAD: f32 = 10.0;
const HEAD: f32 = 26.0;

/// One of its cards.
enum Card<'a> {
    One(&'a Container),
    /// So many of one image in one state.
    Alike(Vec<&'a Container>),
}

/// Draws it at `place`, with its wire from the bridge along `route`; without a bridge there is none. Returns its lower edge.
pub(super) fn draw(
    world: &World,
    stage: &mut Stage<'_>,
    host: &NodeId,
    bridge: Option<&Arc<Link>>,
    folded: &[&Arc<Container>],
    place: Rect,
    route: Vec<egui::Pos2>,
) -> f32 {
    let columns = (((place.width() - 2.0 * PAD + GAP) / (CARD.x + GAP)) as usize).max(1);
    let room = stage.look.room.map_or(f32::INFINITY, |room| room.y - place.top() - HEAD - PAD - stage.margin() - 8.0);
    let rows = (((room + GAP) / (CARD.y + GAP)).min(1e4) as usize).max(2);
    let cards = cards(folded, columns * rows);
    let lines = cards.len().div_ceil(columns);
    let height = HEAD + lines as f32 * (CARD.y + GAP) - GAP + PAD;
    let at = rect(place.left(), place.top(), place.width(), height);
    let name = bridge.map_or_else(String::new, |bridge| bridge.name.clone());
    let id = NodeId::named(format!("field of {name}"));
    let title = stage.say_with("scene-field", &[("n", &folded.len().to_string())]);
    let title = stage.fit(&title, Font::Small, at.width() - 2.0 * PAD - 4.0);
    let frame = Node::new(id.clone(), at, Tint::Plain, Style::Frame).within(host);
    stage.add(frame.text(Text::new(pos2(PAD + 4.0, 14.0), Font::Small, Ink::Weak, title)).called(""));
    for (i, card) in cards.iter().enumerate() {
        let corner = pos2(
            at.left() + PAD + (i % columns) as f32 * (CARD.x + GAP),
            at.top() + HEAD + (i / columns) as f32 * (CARD.y + GAP),
        );
        one(world, stage, &id, card, Rect::from_min_size(corner, CARD));
    }
    if let Some(bridge) = bridge {
        let line = if may_carry(bridge) { Line::Solid } else { Line::CableDown };
        let edge = Edge::new(route, TINT, line).ends(End::Dot, End::Dot).part("ports");
        stage.wire(&NodeId::of(Entity::Link(bridge.key.clone())), &id, edge);
    }
    at.bottom()
}

/// A card each while they fit, else a card for those of one image in one state.
fn cards<'a>(folded: &[&'a Arc<Container>], most: usize) -> Vec<Card<'a>> {
    if folded.len() <= most {
        return folded.iter().map(|container| Card::One(container)).collect();
    }
    let mut alike: BTreeMap<(&str, &str), Vec<&Container>> = BTreeMap::new();
    for container in folded {
        alike.entry((container.image.as_str(), state_key(container))).or_default().push(container);
    }
    let one_or_more = |all: Vec<&'a Container>| if all.len() == 1 { Card::One(all[0]) } else { Card::Alike(all) };
    alike.into_values().map(one_or_more).collect()
}

fn state_key(container: &Container) -> &'static str {
    match container.state {
        ContainerState::Created => "created",
        ContainerState::Running { .. } => "running",
        ContainerState::Paused { .. } => "paused",
        ContainerState::Exited { .. } => "exited",
        ContainerState::Restarting { .. } => "restarting",
    }
}

fn one(world: &World, stage: &mut Stage<'_>, field: &NodeId, card: &Card<'_>, at: Rect) {
    let room = CARD.x - 16.0;
    let (container, id, title, under) = match card {
        Card::One(container) => {
            let id = NodeId::of(Entity::Container(container.id.clone()));
            let under = address(world, &container.id).unwrap_or_else(|| super::super::state_of(stage, container));
            (*container, id, container.name.clone(), under)
        }
        Card::Alike(all) => {
            let first = all[0];
            let id = NodeId::part(Entity::Container(first.id.clone()), "alike");
            let under = format!("{} · {}", super::super::state_of(stage, first), image_name(world, first));
            (first, id, stage.say_with("scene-alike", &[("n", &all.len().to_string()), ("name", &first.name)]), under)
        }
    };
    let running = container.state.lives();
    let tint = if running { Tint::Family(Family::Process) } else { Tint::Plain };
    let title = stage.fit_middle(&title, Font::Title, room);
    let under = stage.fit(&under, Font::MonoSmall, room);
    let style = if running { Style::Solid } else { Style::Dashed };
    let node = Node::new(id, at, tint, style)
        .within(field)
        .text(Text::new(pos2(8.0, 12.0), Font::Title, Ink::Strong, title))
        .text(Text::new(pos2(8.0, 27.0), Font::MonoSmall, Ink::Weak, under));
    stage.add(node.called(&stage.say("scene-container")));
}

/// The address of its own end of a cable, and how many more it has: it may be on several networks.
fn address(world: &World, id: &ContainerId) -> Option<String> {
    let own =
        |link: &&Arc<Link>| link.container.as_ref() == Some(id) && link.kind == LinkKind::Veth && world.is_inner(link);
    let mut all = world.links.values().filter(own).flat_map(|link| world.addresses_of(&link.key));
    let first = all.next()?.to_owned();
    Some(match all.count() {
        0 => first,
        more => format!("{first} +{more}"),
    })
}

fn image_name(world: &World, container: &Container) -> String {
    let tag = world.tags.iter().find(|(_, tag)| tag.image == container.image).map(|(tag, _)| tag.as_str());
    tag.map_or_else(|| super::super::stage::short(&container.image), super::super::image::familiar)
}
