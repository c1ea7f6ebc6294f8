//! Published ports: on the lower edge of the host, each with an arrow to the container that it leads to.

use super::super::scene::{Edge, End, Line};
use super::*;
use crate::trace::Publication;
use egui::{Pos2, pos2};

/// Between what is above and the ports; the wires turn there. Where room is dear it is less.
const ABOVE: [f32; 2] = [18.0, 8.0];
const GAP: f32 = 8.0;
/// Wires of ports that run up beside boxes take so much of a gutter.
pub(super) const BESIDE: f32 = 10.0;

/// `:8080 → 80/tcp`, or with the one address of the host's where it listens.
pub(super) fn text(port: &Publication) -> String {
    let at = match port.host.first() {
        Some(host) if host.ip().is_unspecified() => format!(":{}", host.port()),
        Some(host) => host.to_string(),
        None => String::from("—"),
    };
    format!("{at} → {}/{}", port.to.port(), port.transport)
}

/// Draws them below all that is there, in `line`, as many as fit. Returns the host's lower edge.
pub(super) fn draw(world: &World, stage: &mut Stage<'_>, frame: &NodeId, line: Rect, sizes: Sizes) -> f32 {
    let mut all: Vec<_> = world.publications.values().collect();
    if all.is_empty() {
        return line.bottom() + sizes.foot;
    }
    // What the eye is led to is not left out; else from left to right as their containers stand.
    let led = |port: &Publication| {
        stage.is_open(&Entity::Port(port.key.clone())) || stage.is_open(&Entity::Container(port.container.clone()))
    };
    let place_of = |port: &Publication| {
        let id = NodeId::of(Entity::Container(port.container.clone()));
        stage.scene.node(&id).map_or(f32::MAX, |node| node.rect.left())
    };
    all.sort_by(|a, b| (!led(a)).cmp(&!led(b)).then(place_of(a).total_cmp(&place_of(b))));
    let dear = stage.detail >= Detail::Least;
    let (height, font) = match (stage.is_full(), dear) {
        (true, _) => (30.0, Font::Mono),
        (false, false) => (22.0, Font::MonoSmall),
        (false, true) => (20.0, Font::MonoSmall),
    };
    let top = line.bottom() + ABOVE[usize::from(dear)];
    let more = stage.width(&stage.say_with("scene-more", &[("n", "99")]), Font::Small) + GAP;
    let (mut fits, mut used) = (0, 0.0);
    for port in &all {
        used += stage.width(&text(port), font) + 20.0 + GAP;
        if used > line.width() - more {
            break;
        }
        fits += 1;
    }
    let left_out = all.len() - fits;
    all.truncate(fits);
    all.sort_by(|a, b| place_of(a).total_cmp(&place_of(b)));
    let owns: Vec<f32> = all.iter().map(|port| place_of(port)).collect();
    let widths: Vec<f32> = all.iter().map(|port| stage.width(&text(port), font) + 20.0).collect();
    let mut x = line.left();
    for (nth, port) in all.iter().enumerate() {
        // Below its container, where those that come after it leave room for that.
        let rest: f32 = widths[nth..].iter().map(|width| width + GAP).sum();
        let latest = line.right() - more * f32::from(u8::from(left_out > 0)) - rest + GAP;
        let own = owns[nth];
        x = if own == f32::MAX { x } else { own.max(x).min(latest).max(x) };
        let at = rect(x, top, widths[nth], height);
        let turn = if dear { 2.0 + 2.0 * (nth % 3) as f32 } else { 4.0 + 3.5 * (nth % 4) as f32 };
        one(world, stage, frame, port, at, font, (line.bottom() + turn, nth));
        x = at.right() + GAP;
    }
    if left_out > 0 {
        let at = rect(x, top, (line.right() - x).max(1.0), height);
        rest(stage, NodeId::part(Entity::Host, "ports left out"), at, frame, Anchor::Left, left_out);
    }
    top + height
}

fn one(
    world: &World,
    stage: &mut Stage<'_>,
    frame: &NodeId,
    port: &Publication,
    at: Rect,
    font: Font,
    (turn, nth): (f32, usize),
) {
    let id = NodeId::of(Entity::Port(port.key.clone()));
    let node = Node::new(id.clone(), at, TINT, Style::Solid).within(frame);
    let kind = stage.say("kind-port");
    let container = NodeId::of(Entity::Container(port.container.clone()));
    // A card in a field is reached past no other: the field is.
    let field = stage.scene.node(&container).and_then(|node| node.parent.clone());
    let to = field.filter(|parent| parent.part.starts_with("field of")).unwrap_or(container);
    let way = stage.scene.node(&to).and_then(|target| way(&stage.scene, at, turn, nth, [&id, &target.id]));
    let said = match (&way, world.containers.get(&port.container)) {
        (None, Some(container)) => text(port).replacen("→ ", &format!("→ {}:", container.name), 1),
        _ => text(port),
    };
    let said = stage.fit_middle(&said, font, at.width() - 12.0);
    let middle = Text::new(pos2(at.width() / 2.0, at.height() / 2.0), font, Ink::Strong, said);
    stage.add(node.text(middle.anchored(Anchor::Center)).called(&kind));
    if let Some(route) = way {
        let edge = Edge::new(route, TINT, Line::Solid).ends(End::Open, End::Arrow).part("publishes");
        stage.wire(&id, &to, edge);
    }
}

/// From a port to a box: straight up, or up beside it. None where other shapes are in all these ways.
fn way(scene: &Scene, at: Rect, turn: f32, nth: usize, [id, to]: [&NodeId; 2]) -> Option<Vec<Pos2>> {
    let place = scene.node(to)?.rect;
    let x = at.center().x;
    // Those that turn do so at heights (`turn`), and run beside boxes at distances, of their own.
    let aside = 4.0 + 4.0 * (nth % 2) as f32;
    let straight = x.clamp(place.left() + 12.0, place.right() - 12.0);
    let up = |to: Pos2, by: f32| {
        let mut route = vec![pos2(x, at.top())];
        if (by - x).abs() > 0.5 {
            route.extend([pos2(x, turn), pos2(by, turn)]);
        }
        if (to.x - by).abs() > 0.5 {
            route.push(pos2(by, to.y));
        }
        route.push(to);
        route
    };
    let ways = [
        up(pos2(straight, place.bottom()), straight),
        up(pos2(place.right(), place.center().y), place.right() + aside),
        up(pos2(place.left(), place.center().y), place.left() - aside),
    ];
    ways.into_iter().find(|route| is_clear(scene, route, [id, to]))
}

/// No shape is in the way but what holds an end of it.
fn is_clear(scene: &Scene, route: &[Pos2], ends: [&NodeId; 2]) -> bool {
    let holds = |node: &Node| {
        ends.iter().any(|id| **id == node.id || scene.node(id).is_some_and(|end| scene.is_within(end, &node.id)))
    };
    scene.nodes().filter(|node| !holds(node)).all(|node| {
        route.windows(2).all(|pair| !Rect::from_two_pos(pair[0], pair[1]).expand(1.0).intersects(node.rect))
    })
}
