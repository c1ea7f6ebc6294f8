//! Host, bridge, cables, containers.
//!
//! ```text
//! ┌ host (netns) ───────────────────────────────┐
//! │ eth0 ┄┄ NAT             lo, routes          │
//! │          ┊                                  │
//! │ ┌ docker0 ────────────────────────────────┐ │
//! │ └──┬──────────────┬───────────────────────┘ │
//! │  veth…@ifN      veth…@ifN                   │   a peer that was not moved yet hangs here,
//! │ ┌──┼──────┐    ┌──┼──────┐                  │   on the cable's way into its container
//! │ │ eth0@ifN│    │ eth0@ifN│                  │
//! │ └─────────┘    └─────────┘                  │
//! └─────────────────────────────────────────────┘
//! ```
//!
//! Containers are laid out in rows. The cable of a later row runs down the gutter left of its column, later rows farther
//! left, so that no wire crosses a box that it does not belong to.

mod container;
mod host;

use super::scene::{Anchor, Font, Ink, Scene, Style, Text, Tint};
use super::stage::{MARGIN, Stage, rect};
use super::{Glyph, NodeId, scene::Node};
use crate::spec::ContainerId;
use crate::trace::{Container, Entity, Family, Link, LinkKind, World};
use egui::{Rect, vec2};
use std::sync::Arc;

const TINT: Tint = Tint::Family(Family::Network);
const PAD: f32 = 24.0;

/// The picture of all links.
pub(super) fn scene(world: &World, mut stage: Stage<'_>) -> Scene {
    let Some(host) = &world.host else {
        return stage.nothing(["scene-network-empty", "scene-network-empty-hint"]);
    };
    let groups = Groups::of(world);
    let frame_id = NodeId::of(Entity::Host);
    let outside = if world.links.values().any(|l| l.kind == LinkKind::Uplink) { 46.0 } else { 0.0 };
    let origin = egui::pos2(MARGIN, MARGIN + outside);
    let width = groups.width().max(host::width(&groups)) + 2.0 * PAD;
    let namespace = format!("{} {}", stage.say("scene-netns"), host.netns);
    let title = stage.say(match host.mode {
        crate::trace::Mode::Lab => "scene-host-lab",
        crate::trace::Mode::Host => "scene-host-real",
    });
    let frame = Node::new(frame_id.clone(), Rect::from_min_size(origin, vec2(width, 0.0)), Tint::Plain, Style::Frame)
        .text(Text::new(egui::pos2(PAD, 24.0), Font::Heading, Ink::Strong, title))
        .called("");
    stage.add(frame);
    let ns = rect(origin.x + width - PAD - 214.0, origin.y + 13.0, 214.0, 22.0);
    bare(&mut stage, NodeId::of(Entity::Namespace(host.netns)), ns, &frame_id, Anchor::Right, Font::Mono, &namespace);

    let below = host::first_row(world, host, &mut stage, &frame_id, origin, width, &groups);
    let bottom = groups.draw(world, host, &mut stage, &frame_id, origin.x + PAD, below, width - 2.0 * PAD);
    if let Some(frame) = stage.scene.node_mut(&frame_id) {
        frame.rect.max.y = bottom + PAD;
    }
    let spoken = spoken(world, &stage);
    stage.done(spoken)
}

/// Containers by the bridge that they hang on, each group with its place.
struct Groups<'a> {
    all: Vec<Group<'a>>,
}

struct Group<'a> {
    bridge: Option<&'a Arc<Link>>,
    containers: Vec<&'a Arc<Container>>,
}

impl<'a> Groups<'a> {
    fn of(world: &'a World) -> Self {
        let bridges = world.links.values().filter(|l| l.kind == LinkKind::Bridge);
        let mut all: Vec<Group<'a>> =
            bridges.map(|bridge| Group { bridge: Some(bridge), containers: Vec::new() }).collect();
        if all.is_empty() {
            all.push(Group { bridge: None, containers: Vec::new() });
        }
        for container in super::in_order(world) {
            let home = bridge_of(world, &container.id);
            let at = all.iter().position(|g| home.is_some() && g.bridge.map(|b| &b.key) == home).unwrap_or(0);
            all[at].containers.push(container);
        }
        Self { all }
    }

    fn width(&self) -> f32 {
        let groups: f32 = self.all.iter().map(Group::width).sum();
        groups + GROUP_GAP * (self.all.len() - 1) as f32
    }

    #[expect(clippy::too_many_arguments, reason = "a layout's inputs")]
    fn draw(
        &self,
        world: &World,
        host: &crate::trace::Host,
        stage: &mut Stage<'_>,
        frame: &NodeId,
        left: f32,
        top: f32,
        width: f32,
    ) -> f32 {
        let spare = (width - self.width()) / self.all.len() as f32;
        let (mut x, mut bottom) = (left, top);
        for group in &self.all {
            let room = group.width() + spare;
            bottom = bottom.max(group.draw(world, host, stage, frame, rect(x, top, room, 0.0)));
            x += room + GROUP_GAP;
        }
        bottom
    }
}

const GROUP_GAP: f32 = 40.0;
const BRIDGE_HEIGHT: f32 = 66.0;
const LANE: f32 = 12.0;

impl Group<'_> {
    fn columns(&self) -> usize {
        match self.containers.len() {
            n @ 0..=3 => n.max(1),
            4 => 2,
            5..=9 => 3,
            10..=16 => 4,
            _ => 6,
        }
    }

    fn rows(&self) -> usize {
        self.containers.len().div_ceil(self.columns())
    }

    fn gutter(&self) -> f32 {
        22.0 + LANE * self.rows().saturating_sub(1) as f32
    }

    fn width(&self) -> f32 {
        let columns = self.columns() as f32;
        columns * container::WIDTH + (columns - 1.0) * self.gutter() + if self.rows() > 1 { self.gutter() } else { 0.0 }
    }

    fn draw(&self, world: &World, host: &crate::trace::Host, stage: &mut Stage<'_>, frame: &NodeId, room: Rect) -> f32 {
        let mut top = room.top();
        if let Some(bridge) = self.bridge {
            let at = rect(room.left(), top, room.width(), BRIDGE_HEIGHT);
            host::bridge(world, stage, frame, bridge, at);
            top = at.bottom();
        }
        let gutter = self.gutter();
        let first = room.left() + (room.width() - self.width()) / 2.0 + if self.rows() > 1 { gutter } else { 0.0 };
        let mut bottom = top;
        for (i, container) in self.containers.iter().enumerate() {
            let (row, column) = (i / self.columns(), i % self.columns());
            let x = first + column as f32 * (container::WIDTH + gutter);
            let y = top + row as f32 * (container::HEIGHT + 26.0);
            // The lane in the gutter: the first row needs none, each later one is farther left.
            let lane = (row > 0).then(|| x - 10.0 - LANE * (row - 1) as f32);
            let cell = container::Cell { at: egui::pos2(x, y), bus: top, lane };
            bottom = bottom.max(container::draw(world, host, stage, frame, self.bridge, container, cell));
        }
        bottom
    }
}

/// The bridge that a container's cable, its lease or its wish leads to.
fn bridge_of<'a>(world: &'a World, id: &ContainerId) -> Option<&'a crate::trace::LinkKey> {
    let port = world.links.values().find(|l| l.container.as_ref() == Some(id) && l.master.is_some());
    let by_port = port.and_then(|port| {
        world.links.values().find(|l| l.netns == port.netns && Some(l.ifindex) == port.master).map(|l| &l.key)
    });
    by_port.or_else(|| {
        let lease = world.leases.iter().find(|(_, holder)| *holder == id);
        lease.and_then(|((network, _), _)| world.networks.get(network)?.bridge.as_ref())
    })
}

/// `eth0@if8` as `ip link` writes it.
fn link_name(link: &Link) -> String {
    match link.peer_ifindex {
        Some(peer) => format!("{}@if{peer}", link.name),
        None => link.name.clone(),
    }
}

/// Its state, and whether packets get through: no sign where a recording does not say.
fn state_mark(link: &Link) -> (Option<Glyph>, Ink) {
    match link.carries() {
        Some(true) => (Some(Glyph::Check), Ink::Tint(Tint::Good)),
        Some(false) => (Some(Glyph::Cross), Ink::Weak),
        None => (None, Ink::Weak),
    }
}

/// False when it is known that nothing gets through.
fn may_carry(link: &Link) -> bool {
    link.carries() != Some(false)
}

/// A card of a link: its name, what it is known by, its state. Dashed when nothing gets through.
fn link_card(
    stage: &mut Stage<'_>,
    link: &Link,
    at: Rect,
    parent: &NodeId,
    tint: Tint,
    lines: &[(Ink, String)],
) -> NodeId {
    let center = at.width() / 2.0;
    let rows = lines.len() as f32 + 1.0;
    let top = at.height() / 2.0 - (rows - 1.0) * 9.0 + 1.0;
    let name = stage.fit_middle(&link_name(link), Font::MonoTitle, at.width() - 16.0);
    let mut node = Node::new(
        NodeId::of(Entity::Link(link.key.clone())),
        at,
        tint,
        if may_carry(link) { Style::Solid } else { Style::Dashed },
    )
    .within(parent)
    .text(Text::new(egui::pos2(center, top), Font::MonoTitle, Ink::Strong, name).anchored(Anchor::Center));
    for (row, (ink, line)) in lines.iter().enumerate() {
        let font = if row == 0 { Font::Mono } else { Font::MonoSmall };
        let line = stage.fit(line, font, at.width() - 12.0);
        let y = top + 18.0 * (row + 1) as f32 - 0.5;
        node = node.text(Text::new(egui::pos2(center, y), font, *ink, line).anchored(Anchor::Center));
    }
    let kind = stage.say(match link.kind {
        LinkKind::Loopback => "scene-link-loopback",
        LinkKind::Bridge => "scene-link-bridge",
        LinkKind::Veth => "scene-link-veth",
        LinkKind::Uplink => "scene-link-uplink",
        LinkKind::Other => "scene-link-other",
    });
    stage.add(node.called(&kind))
}

/// Words that can be pointed at.
fn bare(stage: &mut Stage<'_>, id: NodeId, at: Rect, parent: &NodeId, side: Anchor, font: Font, text: &str) -> NodeId {
    let x = match side {
        Anchor::Left => 0.0,
        Anchor::Center => at.width() / 2.0,
        Anchor::Right => at.width(),
    };
    let text = stage.fit(text, font, at.width());
    let text = Text::new(egui::pos2(x, at.height() / 2.0), font, Ink::Weak, text).anchored(side);
    stage.add(Node::new(id, at, Tint::Plain, Style::Bare).within(parent).text(text).called(""))
}

/// The first of a list, and how many are left out.
fn cut<T>(all: &[T], shown: usize) -> (&[T], usize) {
    (&all[..all.len().min(shown)], all.len().saturating_sub(shown))
}

/// Of routes to the same destination one is drawn.
fn distinct<'a>(routes: &[&'a crate::trace::Route]) -> Vec<&'a crate::trace::Route> {
    let mut found: Vec<&crate::trace::Route> = Vec::new();
    for route in routes {
        if found.iter().all(|other| other.destination != route.destination) {
            found.push(route);
        }
    }
    found
}

/// `and 3 more`
fn rest(stage: &mut Stage<'_>, id: NodeId, at: Rect, parent: &NodeId, side: Anchor, left: usize) {
    let text = stage.say_with("scene-more", &[("n", &left.to_string())]);
    bare(stage, id, at, parent, side, Font::Small, &text);
}

fn spoken(world: &World, stage: &Stage<'_>) -> String {
    let mut parts = vec![stage.say_with(
        "scene-network-spoken",
        &[("links", &world.links.len().to_string()), ("containers", &world.containers.len().to_string())],
    )];
    for container in super::in_order(world) {
        let end = world.links.values().find(|l| {
            l.container.as_ref() == Some(&container.id) && l.kind == LinkKind::Veth && container::is_inner(world, l)
        });
        let address = end.and_then(|link| world.addresses_of(&link.key).next());
        if let Some(address) = address {
            let vars = [("name", container.name.as_str()), ("address", address)];
            parts.push(stage.say_with("scene-network-spoken-container", &vars));
        }
    }
    parts.join(" ")
}

/// `default via 172.17.0.1`, as `ip route` writes it.
fn route_text(route: &crate::trace::Route) -> String {
    match &route.via {
        Some(via) => format!("{} via {via}", route.destination),
        None => format!("{} dev {}", route.destination, route.dev),
    }
}
