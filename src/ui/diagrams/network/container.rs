use super::cable::{self, Cable, Cell};
use super::size::ContainerSizes;
use super::*;
use crate::trace::{ContainerState, Host, LinkKey, NetworkMode};
use egui::pos2;

/// What of a container's cables and addresses is drawn: cables, addresses that are kept and no link has yet, and how many links are left
/// out.
pub(super) struct Ends<'a> {
    cables: Vec<Cable<'a>>,
    kept: Vec<(&'a crate::spec::NetworkId, &'a str)>,
    others: Vec<&'a Arc<Link>>,
}

impl<'a> Ends<'a> {
    pub fn of(world: &'a World, cables: &Cables<'a>, container: &Container, sizes: ContainerSizes) -> Self {
        let all = cables.of_container(&container.id);
        let cables: Vec<_> = all.iter().take(sizes.cables).copied().collect();
        let netns = world.netns_of(&container.id).filter(|_| container.network_mode != NetworkMode::Host);
        let inside = netns.map(|netns| world.links_in(netns)).unwrap_or_default();
        let is_set = |address: &str| {
            inside.iter().any(|link| {
                world.addresses_of(&link.key).any(|cidr| cidr.split('/').next().is_some_and(|it| it == address))
            })
        };
        let leases = world.leases.iter().filter(|(_, holder)| **holder == container.id);
        let kept = leases.map(|((network, address), _)| (network, address.as_str()));
        let kept = kept.filter(|(_, address)| !is_set(address)).collect();
        let drawn = |link: &Arc<Link>| cables.iter().any(|it| it.inner.is_some_and(|inner| inner.key == link.key));
        let others = inside.into_iter().filter(|link| link.kind != LinkKind::Loopback && !drawn(link)).collect();
        Self { cables, kept, others }
    }

    /// The bridges that its cables are ports of.
    pub fn bridges(&self) -> impl Iterator<Item = &LinkKey> {
        self.cables.iter().filter_map(|cable| cable.bridge).map(|bridge| &bridge.key)
    }

    /// Places side by side: of cables, and of addresses that wait for one.
    pub fn places(&self) -> usize {
        let ready = self.cables.iter().filter(|cable| cable.inner.is_some()).count();
        let waiting = self.cables.len() - ready;
        // An address that was taken off a link by hand waits for no cable.
        let kept = if ready == self.cables.len() && ready > 0 { 0 } else { self.kept.len() };
        (ready + waiting.max(kept)).max(1)
    }
}

/// Draws the box, what is in it, and its cables. Returns its lower edge.
pub(super) fn draw(
    world: &World,
    host: &Host,
    stage: &mut Stage<'_>,
    frame: &NodeId,
    container: &Container,
    ends: &Ends<'_>,
    cell: &Cell<'_>,
) -> f32 {
    let sizes = cell.sizes;
    let places = ends.places();
    let place = rect(cell.at.x, cell.at.y + sizes.box_top, sizes.width_of(places), sizes.boxed);
    let id = NodeId::of(Entity::Container(container.id.clone()));
    boxed(world, host, stage, frame, container, (ends, places), place, sizes);
    let mut kept = ends.kept.iter().copied();
    for nth in 0..places {
        let middle = place.left() + sizes.cable(nth, places);
        let Some(Cable { outer, inner, bridge }) = ends.cables.get(nth).copied() else {
            if let Some(lease) = kept.next() {
                reserved(stage, &id, lease, middle, place, sizes);
            }
            continue;
        };
        let plug = outer.map(|link| {
            let at = centred(middle, cell.at.y + sizes.plug_top, sizes.plug);
            let plug = link_card(stage, link, at, frame, TINT, None);
            if let Some(bridge) = bridge {
                cable::port(stage, bridge, link, (&plug, at), nth, cell);
            }
            (plug, at, &**link)
        });
        let peer = match inner {
            Some(link) if link.netns == host.netns => {
                if let Some(lease) = kept.next() {
                    reserved(stage, &id, lease, middle, place, sizes);
                }
                let at = centred(middle, cell.at.y + sizes.peer_top, sizes.peer);
                Some((link_card(stage, link, at, frame, TINT, None), at, &**link))
            }
            Some(link) => {
                let at = centred(middle, place.top() + sizes.own_top, sizes.own);
                let set = world.addresses_of(&link.key).next().map(|address| (Ink::Tint(TINT), address.to_owned()));
                let address = set.unwrap_or_else(|| (Ink::Weak, unset(stage, kept.next())));
                Some((link_card(stage, link, at, &id, TINT, Some(address)), at, &**link))
            }
            None => {
                if let Some(lease) = kept.next() {
                    reserved(stage, &id, lease, middle, place, sizes);
                }
                None
            }
        };
        if let (Some(plug), Some(peer)) = (plug, peer) {
            cable::pair(stage, plug, peer, place);
        }
    }
    place.bottom()
}

fn centred(x: f32, top: f32, size: egui::Vec2) -> Rect {
    rect(x - size.x / 2.0, top, size.x, size.y)
}

#[expect(clippy::too_many_arguments, reason = "a layout's inputs")]
fn boxed(
    world: &World,
    host: &Host,
    stage: &mut Stage<'_>,
    frame: &NodeId,
    container: &Container,
    (ends, places): (&Ends<'_>, usize),
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
    let head = Head::of(full, places, sizes);
    let name = match ends.others.len() {
        more if more > 0 && !full => {
            let more = format!(" +{more}");
            let name = stage.fit(&container.name, Font::Heading, head.name.1 - stage.width(&more, Font::Heading));
            format!("{name}{more}")
        }
        _ => stage.fit(&container.name, Font::Heading, head.name.1),
    };
    let mut boxed = Node::new(id.clone(), place, tint, style).within(frame).text(Text::new(
        pos2(head.name.0, head.name_y),
        Font::Heading,
        Ink::Strong,
        name,
    ));
    if full || process.is_none() {
        let state = stage.fit(&state, Font::Small, head.state.1);
        let at = pos2(head.state.0, head.state_y);
        boxed = boxed.text(Text::new(at, Font::Small, Ink::Weak, state).anchored(Anchor::Right));
    }
    let kind = stage.say("scene-container");
    stage.add(if full { boxed.called(&kind) } else { boxed.called(&format!("{kind}, {state}")) });
    if let Some(pid) = process {
        let side = if full { Anchor::Left } else { Anchor::Right };
        let font = if full { Font::Mono } else { Font::MonoSmall };
        let at = head.process.translate(place.min.to_vec2());
        bare(stage, NodeId::of(Entity::Process(pid)), at, &id, side, font, &format!("PID {pid}"));
    }
    match netns {
        Some(inode) if inode != host.netns => {
            if full {
                let at = head.netns.translate(place.min.to_vec2());
                let text = format!("{} {inode}", if places > 1 { "ns" } else { "netns" });
                bare(stage, NodeId::of(Entity::Namespace(inode)), at, &id, Anchor::Right, Font::MonoSmall, &text);
                inside(world, stage, &id, inode, &ends.others, place, sizes);
            } else {
                let noted = container.network_mode == NetworkMode::None;
                let has_room = !noted && ends.kept.is_empty();
                inside_in_a_line(world, stage, &id, (inode, has_room), place, sizes);
            }
            if container.network_mode == NetworkMode::None {
                let text = stage.say("scene-net-none");
                note(stage, &id, place, sizes, &text);
            }
        }
        Some(_) if running => {
            let text = stage.say("scene-net-host");
            note(stage, &id, place, sizes, &text);
        }
        _ => {
            let text = without(world, stage, container);
            note(stage, &id, place, sizes, &text);
        }
    }
}

/// Why no network namespace of its own is known of a container.
fn without(world: &World, stage: &Stage<'_>, container: &Container) -> String {
    let runs = matches!(container.state, ContainerState::Running { .. } | ContainerState::Paused { .. });
    let key = match (&container.network_mode, &container.state) {
        (NetworkMode::Container(other), state) => {
            let named = |it: &&Arc<Container>| it.name == *other || it.id.as_str().starts_with(other.as_str());
            let named = world.containers.values().find(named).map(|it| it.name.as_str());
            // Of one that is gone there is its id.
            let name = named.unwrap_or_else(|| other.get(..12).unwrap_or(other));
            let key = if state.lives() { "scene-net-shared" } else { "scene-net-container" };
            return unless_asked(stage, key, &[("name", name)]);
        }
        (NetworkMode::Host, _) if !runs => return unless_asked(stage, "scene-net-of-host", &[]),
        _ if runs => "scene-net-unknown",
        (_, ContainerState::Created) => "scene-net-not-yet",
        _ => "scene-net-none-now",
    };
    stage.say(key)
}

/// Whose it will be may be what is asked just now.
fn unless_asked(stage: &Stage<'_>, key: &str, vars: &[(&str, &str)]) -> String {
    match stage.words.veil_of(key) {
        Some(veil) => stage.say_with("scene-net-veiled", &[("until", &stage.say(veil.key()))]),
        None => stage.say_with(key, vars),
    }
}

/// Where name, state, process and namespace stand in a box: left and right of its cable; of several, between the first two and right of
/// the last. Relative to the box.
struct Head {
    /// Where it begins, and its room.
    name: (f32, f32),
    name_y: f32,
    /// Where it ends, and its room.
    state: (f32, f32),
    state_y: f32,
    process: Rect,
    netns: Rect,
}

impl Head {
    fn of(full: bool, places: usize, sizes: ContainerSizes) -> Self {
        let width = sizes.width_of(places);
        let (half, right) = (width / 2.0, width - 16.0);
        let (name_y, line) = if full { (22.0, 34.0) } else { (15.0, 6.0) };
        if places < 2 {
            // Where room is dear the name stands left of the cable, the process or the state right of it.
            let (process, state) = match full {
                true => (rect(16.0, line, 112.0, 18.0), (right, width - 160.0)),
                false => (rect(half + 12.0, line, half - 24.0, 18.0), (right, half - 26.0)),
            };
            let netns = rect(width - 132.0, 13.0, 116.0, 18.0);
            return Self {
                name: (16.0, half - 30.0),
                name_y,
                state,
                state_y: if full { 43.0 } else { 15.0 },
                process,
                netns,
            };
        }
        let (first, last) = (sizes.cable(0, places), sizes.cable(places - 1, places));
        let between = sizes.pitch - 24.0;
        let after = width - last - 20.0;
        let process = match full {
            true => rect(first + 12.0, line, between, 18.0),
            false => rect(last + 10.0, line, after, 18.0),
        };
        let netns = rect(last + 10.0, line, after, 18.0);
        Self { name: (first + 12.0, between), name_y, state: (width - 10.0, after), state_y: name_y, process, netns }
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
    let (left, width) = (place.left() + 14.0, place.width() - 28.0);
    let links = world.links_in(netns);
    let lo = links.iter().find(|l| l.kind == LinkKind::Loopback);
    let mut loopback = |at: Rect, side: Anchor| {
        let Some(lo) = lo else { return };
        let text = format!("lo {}", address_or_state(world, lo));
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
        bare(stage, entity, at, id, Anchor::Left, Font::MonoSmall, &route.words());
    }
    if left_out > 0 {
        let part = NodeId::part(id.entity.clone().unwrap_or(Entity::Host), "routes left out");
        rest(stage, part, rect(left + width - more, y, more, 15.0), id, Anchor::Right, left_out);
    }
}

/// Loopback and routes.
fn inside(
    world: &World,
    stage: &mut Stage<'_>,
    id: &NodeId,
    netns: u64,
    others: &[&Arc<Link>],
    place: Rect,
    sizes: ContainerSizes,
) {
    let Some(lower) = sizes.lower else { return };
    let top = place.top() + lower;
    let part = |what: &'static str| NodeId::part(id.entity.clone().unwrap_or(Entity::Host), what);
    let links = world.links_in(netns);
    if let Some(lo) = links.iter().find(|l| l.kind == LinkKind::Loopback) {
        let at = rect(place.left() + 16.0, top, 96.0, 46.0);
        small_card(stage, lo, at, id, Tint::Plain, &[(Ink::Weak, address_or_state(world, lo))]);
    }
    let mut y = top;
    let routes: Vec<_> = world.routes.iter().filter(|r| r.netns == netns).collect();
    let routes = distinct(&routes);
    let (shown, left) = cut(&routes, if routes.len() > 2 { 1 } else { 2 });
    for route in shown {
        let at = rect(place.left() + 126.0, y, place.width() - 140.0, 18.0);
        let entity = NodeId::of(Entity::Route(route.netns, route.destination.clone()));
        if stage.scene.node(&entity).is_none() {
            bare(stage, entity, at, id, Anchor::Left, Font::MonoSmall, &route.words());
            y += 18.0;
        }
    }
    if left > 0 {
        let at = rect(place.left() + 126.0, y, place.width() - 140.0, 18.0);
        rest(stage, part("routes left out"), at, id, Anchor::Left, left);
    }
    // Cables have cards of their own; what else there is is named with its address.
    let (shown, left) = cut(others, if others.len() > 2 { 1 } else { 2 });
    if left > 0 {
        let at = rect(place.left() + 126.0 + 80.0, top + 40.0, 76.0, 18.0);
        rest(stage, part("links left out"), at, id, Anchor::Left, left);
    }
    let width = if others.len() == 1 { place.width() - 140.0 } else { 76.0 };
    for (i, other) in shown.iter().enumerate() {
        let at = rect(place.left() + 126.0 + 80.0 * i as f32, top + 40.0, width, 18.0);
        let text = format!("{} {}", other.name, address_or_state(world, other));
        bare(stage, NodeId::of(Entity::Link(other.key.clone())), at, id, Anchor::Left, Font::MonoSmall, &text);
    }
}

/// What an end without an address says of it.
fn unset(stage: &Stage<'_>, kept: Option<(&crate::spec::NetworkId, &str)>) -> String {
    match kept {
        Some((_, address)) => stage.say_with("scene-address-reserved", &[("address", address)]),
        None => stage.say("scene-no-address"),
    }
}

/// The address that the engine keeps for a container whose end of a cable is not there yet.
fn reserved(
    stage: &mut Stage<'_>,
    id: &NodeId,
    (network, address): (&crate::spec::NetworkId, &str),
    middle: f32,
    place: Rect,
    sizes: ContainerSizes,
) {
    let at = centred(middle, place.top() + sizes.own_top, sizes.own);
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
fn note(stage: &mut Stage<'_>, id: &NodeId, place: Rect, sizes: ContainerSizes, text: &str) {
    let room = place.width() - 40.0;
    let top = if stage.is_full() { 64.0 } else { 28.0 };
    let most = (((sizes.boxed - top) / 16.0) as usize).clamp(1, 4);
    let mut lines = stage.wrap(text, Font::Small, room);
    if lines.len() > most {
        let rest = lines.split_off(most - 1).join(" ");
        lines.push(stage.fit(&rest, Font::Small, room));
    }
    let height = 16.0 * lines.len() as f32;
    let at = rect(place.left() + 16.0, place.top() + top, place.width() - 32.0, height);
    let part = format!("note {}", id.entity.as_ref().map(|e| format!("{e:?}")).unwrap_or_default());
    let texts = lines.into_iter().enumerate().map(|(row, line)| {
        Text::new(pos2(at.width() / 2.0, 8.0 + 16.0 * row as f32), Font::Small, Ink::Weak, line)
            .anchored(Anchor::Center)
    });
    stage.add(Node::new(NodeId::named(part), at, Tint::Plain, Style::Bare).within(id).texts(texts).called(""));
}
