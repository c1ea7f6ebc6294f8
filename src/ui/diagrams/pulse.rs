//! Packets that pass a cable are seen: a light runs along it in their direction, and how many there were stands beside it.

use super::draw::{Draw, Stroke};
use super::scene::{Anchor, Edge, Font};
use super::shown::{Shown, along, length};
use super::{NodeId, Scene};
use crate::trace::{Entity, Link, LinkKind, World};
use crate::ui::theme::Theme;
use crate::ui::traffic::{Passed, Traffic, short};
use egui::{Color32, Pos2, vec2};
use std::sync::Arc;

/// Seconds that a light takes along a wire.
pub(super) const RUN: f64 = 0.48;
/// So many lights at most follow each other, at such a part of the way.
const MOST: u64 = 3;
const APART: f32 = 0.16;
/// Shorter wires have no number beside them.
const LONG: f32 = 14.0;

/// Does anything pass a wire that is drawn?
pub(super) fn any(scene: &Scene, world: &World, traffic: &Traffic) -> bool {
    scene.edges().any(|(from, to, edge)| {
        along_and_back(scene, world, traffic, &from.id, &to.id, edge).is_some_and(|passed| passed != [0, 0])
    })
}

/// The lights, `part` of their way, 0–1, none where nothing moves; and the numbers.
pub(super) fn draw(
    (shown, scene): (&Shown, &Scene),
    world: &World,
    traffic: &Traffic,
    part: Option<f32>,
    theme: &Theme,
) -> Vec<Draw> {
    let mut out = Vec::new();
    for ((from, to, _), edge, alpha) in &shown.edges {
        if let (Some(part), Some(passed)) = (part, along_and_back(scene, world, traffic, from, to, edge)) {
            let back: Vec<Pos2> = edge.route.iter().rev().copied().collect();
            lights(&mut out, &edge.route, passed[0], part, theme.text.gamma_multiply(*alpha));
            lights(&mut out, &back, passed[1], part, theme.text.gamma_multiply(*alpha));
        }
        if edge.part == "veth" && edge.label.as_ref().is_none_or(|label| label.rect.left() > middle(edge).x) {
            number(&mut out, scene, world, traffic, [from, to], edge, theme.weak.gamma_multiply(*alpha));
        }
    }
    out
}

fn link<'w>(world: &'w World, id: &NodeId) -> Option<&'w Arc<Link>> {
    match id.entity.as_ref().filter(|_| id.part.is_empty()) {
        Some(Entity::Link(key)) => world.links.get(key),
        _ => None,
    }
}

/// Packets that passed a wire from its beginning to its end, and back.
fn along_and_back(
    scene: &Scene,
    world: &World,
    traffic: &Traffic,
    from: &NodeId,
    to: &NodeId,
    edge: &Edge,
) -> Option<[u64; 2]> {
    let out_of = |Passed { rx, tx }: Passed| [tx, rx];
    match (edge.part, link(world, from), link(world, to)) {
        // From the end on the host into the container.
        ("veth", Some(outer), Some(_)) => Some(out_of(traffic.passed(outer))),
        // From the bridge to its port.
        ("port", Some(_), Some(port)) => Some(out_of(traffic.passed(port))),
        // From the bridge to all whose own cables are not drawn.
        ("ports", Some(bridge), None) => {
            let is_folded = |port: &Link| scene.node(&NodeId::of(Entity::Link(port.key.clone()))).is_none();
            Some(out_of(traffic.passed_ports(world, bridge, is_folded)))
        }
        // From outside to the way out.
        ("", None, Some(uplink)) if uplink.kind == LinkKind::Uplink && from.part == "outside" => {
            let Passed { rx, tx } = traffic.passed(uplink);
            Some([rx, tx])
        }
        _ => None,
    }
}

/// A light for each packet, a few at most, one behind the other.
fn lights(out: &mut Vec<Draw>, route: &[Pos2], packets: u64, part: f32, color: Color32) {
    let count = packets.min(MOST) as u8;
    let last = f32::from(count.saturating_sub(1)) * APART;
    for nth in 0..count {
        let at = part * (1.0 + last) - f32::from(nth) * APART;
        if (0.0..=1.0).contains(&at) {
            let center = along(route, at);
            let glow = Stroke { width: 3.0, color: color.gamma_multiply(0.35), dashed: false };
            out.push(Draw::Dot { center, radius: 4.4, fill: color, stroke: glow });
        }
    }
}

/// `↓12 ↑10`: what came into the container and what went out, as `ifconfig` counts in it. Left of the wire, where no shape is.
fn number(
    out: &mut Vec<Draw>,
    scene: &Scene,
    world: &World,
    traffic: &Traffic,
    [outer, inner]: [&NodeId; 2],
    edge: &Edge,
    color: Color32,
) {
    let (Some(outer), Some(inner)) = (link(world, outer), link(world, inner)) else { return };
    let (rx, tx) = match (traffic.of(inner), traffic.of(outer)) {
        (Some(inside), _) => (inside.rx_packets, inside.tx_packets),
        (None, Some(host)) => (host.tx_packets, host.rx_packets),
        (None, None) => return,
    };
    let holder = scene.node(&NodeId::of(Entity::Link(inner.key.clone()))).and_then(|node| node.parent.as_ref());
    let top = holder.and_then(|id| scene.node(id)).map_or(f32::INFINITY, |node| node.rect.top());
    let (begin, end) =
        (edge.route.first().copied().unwrap_or_default(), edge.route.last().copied().unwrap_or_default());
    // Above the container's box, where it is in one.
    let bottom = if top > begin.y { end.y.min(top) } else { end.y };
    if length(&edge.route) < LONG || bottom - begin.y < LONG {
        return;
    }
    let at = Pos2::new(begin.x, f32::midpoint(begin.y, bottom)) - vec2(10.0, 0.0);
    let text = format!("↓{} ↑{}", short(rx), short(tx));
    out.push(Draw::Text { at, anchor: Anchor::Right, font: Font::MonoSmall, color, text, struck: false });
}

fn middle(edge: &Edge) -> Pos2 {
    along(&edge.route, 0.5)
}
