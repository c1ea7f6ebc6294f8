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
//! Containers are laid out in rows, each below the bridge of its first cable; a cable to another network has its own two ends, and runs
//! along a line below all bridges (`cable`). The cable of a later row runs down the gutter left of its column, later rows farther
//! left, so that no wire crosses a box that it does not belong to. Published ports stand on the host's lower edge (`ports`). Where there is no room for all, those to which the eye is led
//! keep their boxes, and the others are cards of a name and an address in one field below their bridge.

mod cable;
mod container;
mod field;
mod host;
mod ports;
mod size;

use super::scene::{Anchor, Font, Ink, Scene, Style, Text, Tint};
use super::stage::{Detail, Stage, rect};
use super::{Glyph, NodeId, scene::Node};
use crate::spec::ContainerId;
use crate::trace::{Container, Entity, Family, Link, LinkKind, World};
use cable::{Cables, Trunks};
use container::Ends;
use egui::{Rect, vec2};
use size::Sizes;
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) const TINT: Tint = Tint::Family(Family::Network);

/// The picture of all links.
pub(super) fn scene(world: &World, mut stage: Stage<'_>) -> Scene {
    let Some(host) = &world.host else {
        return stage.nothing(["scene-network-empty", "scene-network-empty-hint"]);
    };
    let mut sizes = Sizes::of(&stage);
    let hangs = world.links.values().any(|link| link.netns == host.netns && world.is_inner(link));
    if stage.detail == Detail::Thin && !hangs {
        sizes.container = sizes.container.moved_up();
    }
    if !world.publications.is_empty() {
        sizes.gutter += ports::BESIDE;
    }
    let cables = Cables::of(world);
    let groups = Groups::of(world, &stage, sizes, &cables);
    let frame_id = NodeId::of(Entity::Host);
    let outside = if world.links.values().any(|l| l.kind == LinkKind::Uplink) { sizes.outside } else { 0.0 };
    let origin = egui::pos2(stage.margin(), stage.margin() + outside);
    let inner = groups.width().max(host::width(&stage, sizes, &groups));
    // A picture is as wide as its room, when it may be.
    let room = stage.wide(0.0) - 2.0 * stage.margin() - 2.0 * sizes.pad;
    let width = inner.max(room.min(sizes.widest)) + 2.0 * sizes.pad;
    let namespace = format!("{} {}", stage.say("scene-netns"), host.netns);
    let title = stage.say(host::name(host));
    let head = sizes.head / 2.0 + if stage.is_full() { -3.0 } else { 0.0 };
    let frame = Node::new(frame_id.clone(), Rect::from_min_size(origin, vec2(width, 0.0)), Tint::Plain, Style::Frame)
        .text(Text::new(egui::pos2(sizes.pad, head), Font::Heading, Ink::Strong, title))
        .called("");
    stage.add(frame);
    let ns = rect(origin.x + width - sizes.pad - 214.0, origin.y + head - 11.0, 214.0, 22.0);
    bare(&mut stage, NodeId::of(Entity::Namespace(host.netns)), ns, &frame_id, Anchor::Right, Font::Mono, &namespace);

    let below = host::first_row(world, host, &mut stage, sizes, &frame_id, origin, width, &groups);
    let left = origin.x + sizes.pad;
    let bottom = groups.draw(world, host, &mut stage, &frame_id, left, below, width - 2.0 * sizes.pad);
    let bottom = ports::draw(world, &mut stage, &frame_id, rect(left, bottom, width - 2.0 * sizes.pad, 0.0), sizes);
    if let Some(frame) = stage.scene.node_mut(&frame_id) {
        frame.rect.max.y = bottom;
    }
    let spoken = spoken(world, &stage);
    stage.done(spoken)
}

/// No more containers than this fit when all are open: their boxes have no smaller area.
pub(super) fn most(stage: &Stage<'_>) -> usize {
    let sizes = Sizes::of(stage).container;
    stage.look.room.map_or(usize::MAX, |room| (room.x * room.y / (sizes.width * sizes.height())) as usize)
}

/// Containers by the bridge that they hang on, each group with its place.
struct Groups<'a> {
    all: Vec<Group<'a>>,
    /// Where there are many, those of which no container is open: bridges alone, with the number of their ports.
    closed: Vec<Group<'a>>,
    /// Drawn as a name, and on no bridge: that have ended or not begun, or have no network of their own.
    loose: Vec<&'a Arc<Container>>,
}

/// No more bridges stand side by side where room is dear.
const SIDE_BY_SIDE: usize = 2;
/// Of more containers some are folded where room is dear.
const FEW: usize = 6;
/// A bridge of which no container is open.
const CLOSED: egui::Vec2 = vec2(196.0, 38.0);
const CLOSED_GAP: f32 = 8.0;

struct Group<'a> {
    bridge: Option<&'a Arc<Link>>,
    /// Drawn with all that is in them.
    containers: Vec<(&'a Arc<Container>, Ends<'a>)>,
    /// Drawn as a name and an address.
    folded: Vec<&'a Arc<Container>>,
    /// Those hang on the bridge.
    wired: bool,
    columns: usize,
    sizes: Sizes,
}

impl<'a> Groups<'a> {
    fn of(world: &'a World, stage: &Stage<'_>, sizes: Sizes, cables: &Cables<'a>) -> Self {
        let containers = super::in_order(world);
        let opened = opened(world, stage, &containers);
        if opened.is_some() && containers.len() <= FEW {
            // Where all have room beside each other none is folded.
            let all = Self::with(world, stage, sizes, cables, None);
            if all.is_a_row(stage, sizes) {
                return all;
            }
        }
        Self::with(world, stage, sizes, cables, opened.as_ref())
    }

    /// Each below its bridge, all in one row.
    fn is_a_row(&self, stage: &Stage<'_>, sizes: Sizes) -> bool {
        let room = stage.wide(f32::INFINITY) - 2.0 * stage.margin() - 2.0 * sizes.pad;
        self.all.iter().all(|group| group.rows() < 2) && self.width() <= room
    }

    /// Those that are not `opened` are folded.
    fn with(
        world: &'a World,
        stage: &Stage<'_>,
        sizes: Sizes,
        cables: &Cables<'a>,
        opened: Option<&BTreeSet<ContainerId>>,
    ) -> Self {
        let bridges = world.links.values().filter(|l| l.kind == LinkKind::Bridge);
        let group = |bridge| {
            let (containers, folded) = (Vec::new(), Vec::new());
            Group { bridge, containers, folded, wired: true, columns: 1, sizes }
        };
        let mut all: Vec<Group<'a>> = bridges.map(|bridge| group(Some(bridge))).collect();
        if all.is_empty() {
            all.push(group(None));
        }
        let mut loose = Vec::new();
        for container in super::in_order(world) {
            let home = cables.home(world, &container.id);
            let at = all.iter().position(|g| home.is_some() && g.bridge.map(|b| &b.key) == home);
            let opens = opened.is_none_or(|opened| opened.contains(&container.id));
            if opens {
                let ends = Ends::of(world, cables, container, sizes.container);
                all[at.unwrap_or(0)].containers.push((container, ends));
            } else if let Some(at) = at {
                all[at].folded.push(container);
            } else {
                loose.push(container);
            }
        }
        let mut closed = Vec::new();
        if stage.detail >= Detail::Least && all.len() > SIDE_BY_SIDE {
            let is_chosen = |bridge: &Arc<Link>| stage.look.chosen == Some(&Entity::Link(bridge.key.clone()));
            let is_open = |group: &Group<'_>| !group.containers.is_empty() || group.bridge.is_some_and(is_chosen);
            (all, closed) = all.into_iter().partition(is_open);
            // One is open at least.
            if all.is_empty() {
                all.extend(closed.pop());
            }
        }
        // A group that has no field of its own has room for theirs.
        if let Some(group) = all.iter_mut().find(|group| group.folded.is_empty()).filter(|_| !loose.is_empty()) {
            (group.folded, group.wired) = (std::mem::take(&mut loose), false);
        }
        let groups = all.len() as f32;
        let room = stage.wide(f32::INFINITY) - 2.0 * stage.margin() - 2.0 * sizes.pad - GROUP_GAP * (groups - 1.0);
        for group in &mut all {
            let most = (((room / groups + sizes.gutter) / (group.cell() + sizes.gutter)).min(1e3) as usize).max(1);
            group.columns = wanted_columns(group.containers.len()).min(most);
        }
        Self { all, closed, loose }
    }

    fn width(&self) -> f32 {
        let groups: f32 = self.all.iter().map(Group::width).sum();
        let least = if self.loose.is_empty() { 0.0 } else { field::LEAST };
        (groups + GROUP_GAP * (self.all.len() - 1) as f32).max(least)
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
        let mut x = left;
        let mut places = Vec::new();
        // All bridges before any cable, that may lead from one to what is below another.
        for group in &self.all {
            let room = group.width() + spare;
            let at = rect(x, top, room, if group.bridge.is_some() { group.sizes.bridge } else { 0.0 });
            if let Some(bridge) = group.bridge {
                host::bridge(world, stage, frame, bridge, at);
            }
            places.push(at);
            x += room + GROUP_GAP;
        }
        let bus = places.iter().map(Rect::bottom).fold(top, f32::max);
        let trunks = Trunks::below(bus, left, self.all.iter().flat_map(Group::leads_here).collect());
        let mut bottom = top;
        for (group, place) in self.all.iter().zip(places) {
            let below = rect(place.left(), place.bottom(), place.width(), 0.0);
            bottom = bottom.max(group.draw(world, host, stage, frame, below, &trunks));
        }
        let columns = (((width + CLOSED_GAP) / (CLOSED.x + CLOSED_GAP)) as usize).max(1);
        let first = bottom + CLOSED_GAP + 4.0;
        for (nth, group) in self.closed.iter().enumerate() {
            let Some(bridge) = group.bridge else { continue };
            let x = left + (nth % columns) as f32 * (CLOSED.x + CLOSED_GAP);
            let y = first + (nth / columns) as f32 * (CLOSED.y + CLOSED_GAP);
            let at = rect(x, y, CLOSED.x, CLOSED.y);
            host::closed_bridge(world, stage, frame, bridge, at);
            bottom = at.bottom();
        }
        trunks.finish(stage);
        if self.loose.is_empty() {
            return bottom;
        }
        let place = rect(left, bottom + 2.0 * CLOSED_GAP, width, 0.0);
        field::draw(world, stage, frame, None, &self.loose, place, Vec::new())
    }
}

/// The containers to which the eye is led, at least the one made last of those that run; none where all are drawn in full.
fn opened(world: &World, stage: &Stage<'_>, all: &[&Arc<Container>]) -> Option<BTreeSet<ContainerId>> {
    if stage.detail < Detail::Least {
        return None;
    }
    let of = |entity: &Entity| match entity {
        Entity::Container(id) => Some(id.clone()),
        Entity::Link(key) => world.links.get(key).and_then(|link| link.container.clone()),
        Entity::Process(pid) => world.processes.get(pid).and_then(|state| state.process.container.clone()),
        Entity::Route(netns, _) | Entity::Namespace(netns) => {
            all.iter().find(|c| world.netns_of(&c.id) == Some(*netns)).map(|c| c.id.clone())
        }
        _ => None,
    };
    // What was chosen before what changed, and no more than leave the others their field: an engine that starts lights everything at once.
    let led = stage.look.chosen.into_iter().chain(stage.look.lit).filter_map(of);
    let sizes = Sizes::of(stage);
    let room = stage.wide(f32::INFINITY) - 2.0 * stage.margin() - 2.0 * sizes.pad - field::LEAST;
    let most = ((room / (sizes.container.width + sizes.gutter)).min(3.0) as usize).max(1);
    let mut opened: BTreeSet<ContainerId> = BTreeSet::new();
    for id in led {
        if opened.len() < most {
            opened.insert(id);
        }
    }
    if opened.is_empty() {
        let latest = all.iter().rev().find(|container| container.state.lives()).or(all.last());
        opened.extend(latest.map(|container| container.id.clone()));
    }
    Some(opened)
}

fn wanted_columns(containers: usize) -> usize {
    match containers {
        n @ 0..=3 => n.max(1),
        4 => 2,
        5..=9 => 3,
        10..=16 => 4,
        _ => 6,
    }
}

const GROUP_GAP: f32 = 32.0;
const LANE: f32 = 12.0;

impl Group<'_> {
    fn rows(&self) -> usize {
        self.containers.len().div_ceil(self.columns)
    }

    /// How wide the widest box is.
    fn cell(&self) -> f32 {
        let widths = self.containers.iter().map(|(_, ends)| self.sizes.container.width_of(ends.places()));
        widths.fold(self.sizes.container.width, f32::max)
    }

    /// Cables that run down the gutter to containers of the rows up to that one.
    fn lanes_to(&self, row: usize) -> usize {
        let most = |row: usize| {
            let all = self.containers.iter().skip(row * self.columns).take(self.columns);
            all.map(|(_, ends)| ends.places()).max().unwrap_or(0)
        };
        (1..=row).map(most).sum()
    }

    /// The bridges of others that lead to containers of this one.
    fn leads_here(&self) -> impl Iterator<Item = &crate::trace::LinkKey> {
        let cables = self.containers.iter().flat_map(|(_, ends)| ends.bridges());
        cables.filter(|key| self.bridge.is_none_or(|home| home.key != **key))
    }

    fn gutter(&self) -> f32 {
        self.sizes.gutter + LANE * self.lanes_to(self.rows().saturating_sub(1)).saturating_sub(1) as f32
    }

    /// Room at the left for the wires of later rows, and of the field.
    fn lanes(&self) -> f32 {
        let wires = self.rows() > 1 || !self.folded.is_empty() && !self.containers.is_empty();
        if wires { self.gutter() } else { 0.0 }
    }

    fn width(&self) -> f32 {
        let columns = self.columns as f32;
        let boxes = columns * self.cell() + (columns - 1.0) * self.gutter();
        let field = field::least(self.folded.len());
        if self.containers.is_empty() && !self.folded.is_empty() { field } else { boxes.max(field) + self.lanes() }
    }

    /// The field stands beside the boxes where that leaves it its width.
    fn is_beside(&self, room: Rect) -> bool {
        let boxes = self.columns as f32 * (self.cell() + self.sizes.gutter);
        self.rows() == 1 && !self.folded.is_empty() && room.width() - boxes >= field::LEAST
    }

    fn draw(
        &self,
        world: &World,
        host: &crate::trace::Host,
        stage: &mut Stage<'_>,
        frame: &NodeId,
        room: Rect,
        trunks: &Trunks,
    ) -> f32 {
        let (bus, top) = (room.top(), room.top() + trunks.height());
        let (gutter, wide) = (self.gutter(), self.cell());
        let boxes = self.columns as f32 * wide + (self.columns as f32 - 1.0) * gutter;
        let beside = self.is_beside(room);
        let middle = room.left() + self.lanes() + (room.width() - self.lanes() - boxes) / 2.0;
        let first = if beside { room.left() } else { middle };
        let mut bottom = top;
        for (i, (container, ends)) in self.containers.iter().enumerate() {
            let (row, column) = (i / self.columns, i % self.columns);
            let x = first + column as f32 * (wide + gutter);
            let y = top + row as f32 * (self.sizes.container.height() + self.sizes.between);
            // The lane in the gutter: the first row needs none, those of later ones are farther left.
            let lane = (row > 0).then(|| x - 10.0 - LANE * self.lanes_to(row - 1) as f32);
            let home = self.bridge.map(|bridge| &bridge.key);
            let at = egui::pos2(x + (wide - self.sizes.container.width_of(ends.places())) / 2.0, y);
            let cell = cable::Cell { at, bus, lane, sizes: self.sizes.container, home, trunks };
            bottom = bottom.max(container::draw(world, host, stage, frame, container, ends, &cell));
        }
        if self.folded.is_empty() {
            return bottom;
        }
        if beside {
            let left = room.left() + boxes + gutter;
            let place = Rect::from_min_max(egui::pos2(left, top + 20.0), egui::pos2(room.right(), top + 20.0));
            let route = vec![egui::pos2(place.center().x, bus), place.center_top()];
            return bottom.max(field::draw(
                world,
                stage,
                frame,
                self.bridge.filter(|_| self.wired),
                &self.folded,
                place,
                route,
            ));
        }
        let below = bottom + if self.containers.is_empty() { 26.0 } else { self.sizes.between };
        let place = rect(room.left() + self.lanes(), below, room.width() - self.lanes(), 0.0);
        let (lane, y) = (room.left() + 8.0, below + 14.0);
        let route = if self.containers.is_empty() {
            vec![egui::pos2(place.center().x, bus), egui::pos2(place.center().x, below)]
        } else {
            vec![egui::pos2(lane, bus), egui::pos2(lane, y), egui::pos2(place.left(), y)]
        };
        field::draw(world, stage, frame, self.bridge.filter(|_| self.wired), &self.folded, place, route)
    }
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

/// False when it is known that nothing gets through: the link carries nothing, or its bridge lets nothing in and out there.
fn may_carry(link: &Link) -> bool {
    link.carries() != Some(false) && !link.is_blocked()
}

/// Its state, or, where it carries packets and its bridge lets none through, that of the bridge's port.
fn state_words(link: &Link) -> String {
    match &link.port {
        Some(port) if link.carries() == Some(true) && !may_carry(link) => format!("port {port}"),
        _ => link.state_word().to_owned(),
    }
}

/// The address of a link; that it is down is told before that, and where it has none, what it is instead.
fn address_or_state(world: &World, link: &Link) -> String {
    match world.addresses_of(&link.key).next() {
        Some(address) if may_carry(link) => address.to_owned(),
        Some(address) => format!("{} · {address}", link.state_word()),
        None => link.state_word().to_owned(),
    }
}

/// A card of a link with what it is known by: its address where it has one, its ifindex, its state. Dashed when nothing gets
/// through. A low card says the same in fewer lines.
fn link_card(
    stage: &mut Stage<'_>,
    link: &Link,
    at: Rect,
    parent: &NodeId,
    tint: Tint,
    address: Option<(Ink, String)>,
) -> NodeId {
    // The state is told before the number.
    let both = format!("ifindex {} · {}", link.ifindex, state_words(link));
    let fits = stage.width(&both, Font::Mono) <= at.width() - 12.0;
    let detail = (Ink::Weak, if fits { both } else { state_words(link) });
    if stage.is_full() {
        let lines: Vec<(Ink, String)> = address.into_iter().chain([detail]).collect();
        return small_card(stage, link, at, parent, tint, &lines);
    }
    small_card(stage, link, at, parent, tint, address.as_slice())
}

/// A card of a link with its name and these lines; where room is dear its ifindex stands behind its name.
fn small_card(
    stage: &mut Stage<'_>,
    link: &Link,
    at: Rect,
    parent: &NodeId,
    tint: Tint,
    lines: &[(Ink, String)],
) -> NodeId {
    let center = at.width() / 2.0;
    let rows = lines.len() as f32 + 1.0;
    let step = if stage.is_full() { 18.0 } else { 16.0 };
    let top = at.height() / 2.0 - (rows - 1.0) * step / 2.0 + if stage.is_full() { 1.0 } else { 0.0 };
    let font = if stage.is_full() { Font::MonoTitle } else { Font::Mono };
    let name = match (stage.is_full(), may_carry(link)) {
        (true, _) => stage.fit_middle(&link_name(link), font, at.width() - 16.0),
        (false, true) => stage.fit_middle(&format!("{} · {}", link_name(link), link.ifindex), font, at.width() - 16.0),
        // That nothing gets through is told before the number.
        (false, false) => {
            let state = format!(" · {}", state_words(link));
            let name = stage.fit_middle(&link_name(link), font, at.width() - 16.0 - stage.width(&state, font));
            format!("{name}{state}")
        }
    };
    let style = if may_carry(link) { Style::Solid } else { Style::Dashed };
    let mut node = Node::new(NodeId::of(Entity::Link(link.key.clone())), at, tint, style)
        .within(parent)
        .text(Text::new(egui::pos2(center, top), font, Ink::Strong, name).anchored(Anchor::Center));
    for (row, (ink, line)) in lines.iter().enumerate() {
        let font = if row == 0 { Font::Mono } else { Font::MonoSmall };
        let line = stage.fit(line, font, at.width() - 12.0);
        let y = top + step * (row + 1) as f32 - 0.5;
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
    let text = stage.fit(text, font, at.width());
    let at = side.place(at, stage.width(&text, font));
    let x = match side {
        Anchor::Left => 0.0,
        Anchor::Center => at.width() / 2.0,
        Anchor::Right => at.width(),
    };
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
        let end = world
            .links
            .values()
            .find(|l| l.container.as_ref() == Some(&container.id) && l.kind == LinkKind::Veth && world.is_inner(l));
        let address = end.and_then(|link| world.addresses_of(&link.key).next());
        let reserved = || world.reserved_for(&container.id).map(|(_, address)| ("reserved", address));
        if let Some((is, address)) = address.map(|address| ("container", address)).or_else(reserved) {
            let vars = [("name", container.name.as_str()), ("address", address)];
            parts.push(stage.say_with(&format!("scene-network-spoken-{is}"), &vars));
        }
        if let Some(link) = end.filter(|link| !may_carry(link)) {
            let vars = [("name", container.name.as_str()), ("link", link.name.as_str()), ("state", link.state_word())];
            parts.push(stage.say_with("scene-network-spoken-down", &vars));
        }
        for port in world.publications.values().filter(|port| port.container == container.id) {
            let vars = [("name", container.name.as_str()), ("port", &ports::text(port))];
            parts.push(stage.say_with("scene-network-spoken-port", &vars));
        }
    }
    parts.join(" ")
}
