use super::super::scene::{Edge, End, Line};
use super::size::ContainerSizes;
use super::*;
use crate::trace::{ContainerState, Host, NetworkMode};
use egui::{Pos2, pos2};

/// Where a container goes.
pub(super) struct Cell {
    /// Left upper corner: the bridge's lower edge, or that of the row above.
    pub at: Pos2,
    /// The bridge's lower edge.
    pub bus: f32,
    /// Where its cable runs down past the rows above; none in the first row.
    pub lane: Option<f32>,
    pub sizes: ContainerSizes,
}

/// Draws the box, what is in it, and its cable. Returns its lower edge.
pub(super) fn draw(
    world: &World,
    host: &Host,
    stage: &mut Stage<'_>,
    frame: &NodeId,
    bridge: Option<&Arc<Link>>,
    container: &Container,
    cell: Cell,
) -> f32 {
    let sizes = cell.sizes;
    let place = rect(cell.at.x, cell.at.y + sizes.box_top, sizes.width, sizes.boxed);
    let id = NodeId::of(Entity::Container(container.id.clone()));
    boxed(world, host, stage, frame, container, place, sizes);
    let own: Vec<&Arc<Link>> = world
        .links
        .values()
        .filter(|l| l.kind == LinkKind::Veth && l.container.as_ref() == Some(&container.id))
        .collect();
    let outer = own.iter().find(|l| !world.is_inner(l));
    let inner = own.iter().find(|l| world.is_inner(l));
    let middle = place.center().x;
    let plug = outer.map(|link| {
        let at = centred(middle, cell.at.y + sizes.plug_top, sizes.plug);
        let plug = link_card(stage, link, at, frame, TINT, None);
        if let Some(bridge) = bridge.filter(|b| link.master == Some(b.ifindex) && link.netns == b.netns) {
            port(stage, bridge, link, &plug, at, &cell);
        }
        (plug, at, link)
    });
    let peer = match inner {
        Some(link) if link.netns == host.netns => {
            reserved(world, stage, &id, container, place, sizes);
            let at = centred(middle, cell.at.y + sizes.peer_top, sizes.peer);
            Some((link_card(stage, link, at, frame, TINT, None), at, link))
        }
        Some(link) => {
            let at = centred(middle, place.top() + sizes.own_top, sizes.own);
            let set = world.addresses_of(&link.key).next().map(|address| (Ink::Tint(TINT), address.to_owned()));
            let address = set.unwrap_or_else(|| (Ink::Weak, unset(world, stage, container)));
            Some((link_card(stage, link, at, &id, TINT, Some(address)), at, link))
        }
        None => {
            reserved(world, stage, &id, container, place, sizes);
            None
        }
    };
    if let (Some((plug, from, outer)), Some((peer, to, inner))) = (plug, peer) {
        let up = may_carry(outer) && may_carry(inner);
        let word = stage.say("scene-veth-pair");
        let gap = f32::midpoint(from.bottom(), to.top().min(place.top()));
        let beside = pos2(middle + 12.0, gap);
        let caption = stage.captioned(Text::new(beside, Font::Small, Ink::Tint(TINT), word));
        let fits =
            to.top().min(place.top()) - from.bottom() > caption.rect.height() && caption.rect.right() <= place.right();
        let edge = Edge::new(
            vec![from.center_bottom(), to.center_top()],
            TINT,
            if up { Line::Cable } else { Line::CableDown },
        );
        // A plug would cover what is written on a low card.
        let edge = if stage.is_full() { edge.ends(End::Dot, End::Dot) } else { edge }.part("veth");
        stage.wire(&plug, &peer, if fits { edge.labelled(caption) } else { edge });
    }
    place.bottom()
}

fn centred(x: f32, top: f32, size: egui::Vec2) -> Rect {
    rect(x - size.x / 2.0, top, size.x, size.y)
}

/// The wire from the bridge to a port of it: straight down, or down the gutter past the rows above.
fn port(stage: &mut Stage<'_>, bridge: &Link, link: &Link, plug: &NodeId, at: Rect, cell: &Cell) {
    let route = match cell.lane {
        None => vec![pos2(at.center().x, cell.bus), at.center_top()],
        Some(x) => vec![pos2(x, cell.bus), pos2(x, at.center().y), at.left_center()],
    };
    let line = match (may_carry(bridge) && may_carry(link), cell.lane) {
        (true, None) => Line::Cable,
        (true, Some(_)) => Line::Solid,
        (false, _) => Line::CableDown,
    };
    let id = NodeId::of(Entity::Link(bridge.key.clone()));
    stage.wire(&id, plug, Edge::new(route, TINT, line).part("port"));
}

fn boxed(
    world: &World,
    host: &Host,
    stage: &mut Stage<'_>,
    frame: &NodeId,
    container: &Container,
    place: Rect,
    sizes: ContainerSizes,
) {
    let id = NodeId::of(Entity::Container(container.id.clone()));
    let netns = world.netns_of(&container.id);
    let shares = container.network_mode == NetworkMode::Host;
    let running = container.state.lives();
    let tint = if running { Tint::Family(Family::Process) } else { Tint::Plain };
    let style = if netns.is_none() || shares { Style::DashedFrame } else { Style::Frame };
    let full = stage.is_full();
    let state = super::super::state_of(stage, container);
    let process = world.main_process(&container.id).map(|process| process.process.pid);
    // Where room is dear the cable comes in between: the name stands left of it, the process or the state right of it.
    let half = sizes.width / 2.0;
    let name = stage.fit(&container.name, Font::Heading, half - 30.0);
    let (name_at, state_at) = if full { (22.0, 43.0) } else { (15.0, 15.0) };
    let mut boxed = Node::new(id.clone(), place, tint, style).within(frame).text(Text::new(
        pos2(16.0, name_at),
        Font::Heading,
        Ink::Strong,
        name,
    ));
    if full || process.is_none() {
        let room = if full { sizes.width - 160.0 } else { half - 26.0 };
        let state = stage.fit(&state, Font::Small, room);
        let at = pos2(sizes.width - 16.0, state_at);
        boxed = boxed.text(Text::new(at, Font::Small, Ink::Weak, state).anchored(Anchor::Right));
    }
    let kind = stage.say("scene-container");
    stage.add(if full { boxed.called(&kind) } else { boxed.called(&format!("{kind}, {state}")) });
    if let Some(pid) = process {
        let at = if full {
            rect(place.left() + 16.0, place.top() + 34.0, 112.0, 18.0)
        } else {
            rect(place.right() - half + 12.0, place.top() + 6.0, half - 24.0, 18.0)
        };
        let side = if full { Anchor::Left } else { Anchor::Right };
        let font = if full { Font::Mono } else { Font::MonoSmall };
        bare(stage, NodeId::of(Entity::Process(pid)), at, &id, side, font, &format!("PID {pid}"));
    }
    match netns {
        Some(inode) if inode != host.netns => {
            if full {
                let at = rect(place.right() - 132.0, place.top() + 13.0, 116.0, 18.0);
                let text = format!("netns {inode}");
                bare(stage, NodeId::of(Entity::Namespace(inode)), at, &id, Anchor::Right, Font::MonoSmall, &text);
                inside(world, stage, &id, inode, place, sizes);
            } else {
                let noted = container.network_mode == NetworkMode::None;
                let has_room = !noted && world.reserved_for(&container.id).is_none();
                inside_in_a_line(world, stage, &id, (inode, has_room), place, sizes);
            }
            if container.network_mode == NetworkMode::None {
                note(stage, &id, place, sizes, "scene-net-none");
            }
        }
        Some(_) => note(stage, &id, place, sizes, "scene-net-host"),
        None => note(
            stage,
            &id,
            place,
            sizes,
            match container.state {
                ContainerState::Running { .. } | ContainerState::Paused { .. } => "scene-net-unknown",
                ContainerState::Created => "scene-net-not-yet",
                ContainerState::Exited { .. } | ContainerState::Restarting { .. } => "scene-net-none-now",
            },
        ),
    }
}

/// Namespace, loopback and the way out, in two short lines: of the routes the one that changed, else the default one.
fn inside_in_a_line(
    world: &World,
    stage: &mut Stage<'_>,
    id: &NodeId,
    (netns, has_room): (u64, bool),
    place: Rect,
    sizes: ContainerSizes,
) {
    let (left, width) = (place.left() + 14.0, sizes.width - 28.0);
    let links = world.links_in(netns);
    let lo = links.iter().find(|l| l.kind == LinkKind::Loopback);
    let mut loopback = |at: Rect, side: Anchor| {
        let Some(lo) = lo else { return };
        let address = world.addresses_of(&lo.key).next().map_or_else(|| lo.state_word().to_owned(), str::to_owned);
        let text = format!("lo {address}");
        bare(stage, NodeId::of(Entity::Link(lo.key.clone())), at, id, side, Font::MonoSmall, &text);
    };
    let Some(lower) = sizes.lower else {
        // As long as it is alone, it has the room of the end of the cable.
        if links.len() == 1 && has_room {
            let middle = place.top() + sizes.own_top + (sizes.own.y - 15.0) / 2.0;
            loopback(rect(left, middle, width, 15.0), Anchor::Center);
        }
        return;
    };
    let mut y = place.top() + lower;
    let half = width / 2.0;
    loopback(rect(left, y, half, 15.0), Anchor::Left);
    let at = rect(left + half, y, half, 15.0);
    let text = format!("ns {netns}");
    bare(stage, NodeId::of(Entity::Namespace(netns)), at, id, Anchor::Right, Font::MonoSmall, &text);
    y += 15.0;
    let routes: Vec<_> = world.routes.iter().filter(|r| r.netns == netns).collect();
    let routes = distinct(&routes);
    let open = routes.iter().find(|r| stage.is_open(&Entity::Route(r.netns, r.destination.clone())));
    let Some(route) = open.or_else(|| routes.iter().find(|r| r.via.is_some())).or(routes.first()) else { return };
    let left_out = routes.len() - 1;
    let more = if left_out > 0 { 54.0 } else { 0.0 };
    let entity = NodeId::of(Entity::Route(route.netns, route.destination.clone()));
    if stage.scene.node(&entity).is_none() {
        let at = rect(left, y, width - more, 15.0);
        bare(stage, entity, at, id, Anchor::Left, Font::MonoSmall, &route_text(route));
    }
    if left_out > 0 {
        let part = NodeId::part(id.entity.clone().unwrap_or(Entity::Host), "routes left out");
        rest(stage, part, rect(left + width - more, y, more, 15.0), id, Anchor::Right, left_out);
    }
}

/// Loopback and routes.
fn inside(world: &World, stage: &mut Stage<'_>, id: &NodeId, netns: u64, place: Rect, sizes: ContainerSizes) {
    let Some(lower) = sizes.lower else { return };
    let top = place.top() + lower;
    let part = |what: &'static str| NodeId::part(id.entity.clone().unwrap_or(Entity::Host), what);
    let links = world.links_in(netns);
    if let Some(lo) = links.iter().find(|l| l.kind == LinkKind::Loopback) {
        let at = rect(place.left() + 16.0, top, 96.0, 46.0);
        let address = world.addresses_of(&lo.key).next().map_or_else(|| lo.state_word().to_owned(), str::to_owned);
        small_card(stage, lo, at, id, Tint::Plain, &[(Ink::Weak, address)]);
    }
    let mut y = top;
    let routes: Vec<_> = world.routes.iter().filter(|r| r.netns == netns).collect();
    let routes = distinct(&routes);
    let (shown, left) = cut(&routes, if routes.len() > 2 { 1 } else { 2 });
    for route in shown {
        let at = rect(place.left() + 126.0, y, sizes.width - 140.0, 18.0);
        let entity = NodeId::of(Entity::Route(route.netns, route.destination.clone()));
        if stage.scene.node(&entity).is_none() {
            bare(stage, entity, at, id, Anchor::Left, Font::MonoSmall, &route_text(route));
            y += 18.0;
        }
    }
    if left > 0 {
        let at = rect(place.left() + 126.0, y, sizes.width - 140.0, 18.0);
        rest(stage, part("routes left out"), at, id, Anchor::Left, left);
    }
    // The first cable has a card of its own; those to other networks are named with their addresses.
    let first = links.iter().filter(|l| l.kind == LinkKind::Veth).map(|l| &l.key).min();
    let others: Vec<_> = links.iter().filter(|l| l.kind != LinkKind::Loopback && Some(&l.key) != first).collect();
    let (shown, left) = cut(&others, if others.len() > 2 { 1 } else { 2 });
    if left > 0 {
        let at = rect(place.left() + 126.0 + 80.0, top + 40.0, 76.0, 18.0);
        rest(stage, part("links left out"), at, id, Anchor::Left, left);
    }
    let width = if others.len() == 1 { sizes.width - 140.0 } else { 76.0 };
    for (i, other) in shown.iter().enumerate() {
        let at = rect(place.left() + 126.0 + 80.0 * i as f32, top + 40.0, width, 18.0);
        let address = world.addresses_of(&other.key).next();
        let text = format!("{} {}", other.name, address.unwrap_or(other.state_word()));
        bare(stage, NodeId::of(Entity::Link(other.key.clone())), at, id, Anchor::Left, Font::MonoSmall, &text);
    }
}

/// What an `eth0` without an address says of it.
fn unset(world: &World, stage: &Stage<'_>, container: &Container) -> String {
    match world.reserved_for(&container.id) {
        Some((_, address)) => stage.say_with("scene-address-reserved", &[("address", address)]),
        None => stage.say("scene-no-address"),
    }
}

/// The address that the engine keeps for a container whose `eth0` is not there yet.
fn reserved(
    world: &World,
    stage: &mut Stage<'_>,
    id: &NodeId,
    container: &Container,
    place: Rect,
    sizes: ContainerSizes,
) {
    let Some((network, address)) = world.reserved_for(&container.id) else { return };
    let at = centred(place.center().x, place.top() + sizes.own_top, sizes.own);
    let (word, middle) = (stage.say("scene-reserved"), sizes.own.x / 2.0);
    let (up, down) = if stage.is_full() { (18.0, 36.0) } else { (13.0, 28.0) };
    let entity = Entity::Network(network.clone());
    let mut node = Node::new(NodeId::part(entity, format!("lease {address}")), at, TINT, Style::Ghost)
        .within(id)
        .text(Text::new(pos2(middle, up), Font::MonoTitle, Ink::Weak, address).anchored(Anchor::Center))
        .text(Text::new(pos2(middle, down), Font::Small, Ink::Weak, word).anchored(Anchor::Center));
    if stage.is_full() {
        let word = stage.say("scene-reserved-not-set");
        node = node.text(Text::new(pos2(middle, 53.0), Font::Small, Ink::Weak, word).anchored(Anchor::Center));
    }
    stage.add(node.called(""));
}

/// What there is instead of an `eth0`.
fn note(stage: &mut Stage<'_>, id: &NodeId, place: Rect, sizes: ContainerSizes, key: &str) {
    let text = stage.say(key);
    let room = sizes.width - 40.0;
    let top = if stage.is_full() { 64.0 } else { 28.0 };
    let most = (((sizes.boxed - top) / 16.0) as usize).clamp(1, 4);
    let mut lines = stage.wrap(&text, Font::Small, room);
    if lines.len() > most {
        let rest = lines.split_off(most - 1).join(" ");
        lines.push(stage.fit(&rest, Font::Small, room));
    }
    let height = 16.0 * lines.len() as f32;
    let at = rect(place.left() + 16.0, place.top() + top, sizes.width - 32.0, height);
    let part = format!("note {}", id.entity.as_ref().map(|e| format!("{e:?}")).unwrap_or_default());
    let texts = lines.into_iter().enumerate().map(|(row, line)| {
        Text::new(pos2(at.width() / 2.0, 8.0 + 16.0 * row as f32), Font::Small, Ink::Weak, line)
            .anchored(Anchor::Center)
    });
    stage.add(Node::new(NodeId::named(part), at, Tint::Plain, Style::Bare).within(id).texts(texts).called(""));
}
