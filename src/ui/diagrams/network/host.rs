use super::super::scene::{Edge, End, Line};
use super::*;
use crate::trace::{Host, LinkKey, Rule, RuleAction};
use egui::{Pos2, pos2};

/// What the first row needs.
pub(super) fn width(stage: &Stage<'_>, sizes: Sizes, groups: &Groups<'_>) -> f32 {
    let columns = if folds_rules(stage) { 1.0 } else { groups.all.len() as f32 };
    2.0 * sizes.link.x + 64.0 + columns * (rule_width(stage) + 24.0)
}

/// Rules and routes are a card each that opens when one of them is chosen; a file shows all.
fn folds_rules(stage: &Stage<'_>) -> bool {
    stage.look.room.is_some() && !matches!(stage.look.chosen, Some(Entity::Rule(_)))
}

fn rule_width(stage: &Stage<'_>) -> f32 {
    if folds_rules(stage) && !stage.is_full() {
        if stage.detail >= Detail::Least { 176.0 } else { 200.0 }
    } else {
        RULE_WIDTH
    }
}

const RULE_WIDTH: f32 = 236.0;
/// Lines of a rule, and routes, that are drawn.
const RULE_LINES: usize = 3;
const ROUTES: usize = 5;

/// Uplink, rules, loopback, routes. Returns where the next row begins.
#[expect(clippy::too_many_arguments, reason = "a layout's inputs")]
pub(super) fn first_row(
    world: &World,
    host: &Host,
    stage: &mut Stage<'_>,
    sizes: Sizes,
    frame: &NodeId,
    origin: Pos2,
    width: f32,
    groups: &Groups<'_>,
) -> f32 {
    let top = origin.y + sizes.head;
    let left = origin.x + sizes.pad;
    let links = world.links_in(host.netns);
    let uplink = links.iter().find(|l| l.kind == LinkKind::Uplink);
    let place = Rect::from_min_size(pos2(left, top), sizes.link);
    let uplink = match uplink {
        Some(link) => way_out(world, host, stage, sizes, frame, link, place),
        None => no_way_out(stage, frame, place),
    };
    let at = pos2(place.right() + 44.0, top);
    let bottom = match folds_rules(stage) {
        true => rules_card(world, host, stage, frame, &uplink, rect(at.x, at.y, rule_width(stage), sizes.link.y)),
        false => rules(world, host, stage, frame, &uplink, at, groups),
    };
    let right = rect(origin.x + width - sizes.pad - sizes.link.x, top, sizes.link.x, sizes.loopback);
    bottom.max(right_column(world, host, stage, frame, right)).max(place.bottom()) + sizes.below
}

/// Of the host's name.
fn name_width(stage: &Stage<'_>, host: &Host) -> f32 {
    stage.width(&stage.say(name(host)), Font::Heading)
}

/// The message that names it.
pub(super) fn name(host: &Host) -> &'static str {
    match host.mode {
        crate::trace::Mode::Lab => "scene-host-lab",
        crate::trace::Mode::Host => "scene-host-real",
    }
}

/// The link to the world outside, with the wire that leaves the host's box.
fn way_out(
    world: &World,
    host: &Host,
    stage: &mut Stage<'_>,
    sizes: Sizes,
    frame: &NodeId,
    link: &Link,
    at: Rect,
) -> NodeId {
    let address = world.addresses_of(&link.key).next().unwrap_or("—").to_owned();
    let id = link_card(stage, link, at, frame, Tint::Plain, Some((Ink::Strong, address)));
    let next =
        world.routes.iter().find(|route| route.netns == link.netns && route.dev == link.name && route.via.is_some());
    let word = match next.and_then(|route| route.via.as_deref()) {
        Some(next) => stage.say_with("scene-outside-at", &[("address", next)]),
        None => stage.say("scene-outside"),
    };
    let outside_id = NodeId::named("outside");
    let outside = if sizes.outside > 0.0 {
        let width = stage.width(&word, Font::Small) + 26.0;
        let top = stage.margin() - if stage.is_full() { 8.0 } else { 6.0 };
        let outside = rect(at.right() - 24.0 - width / 2.0, top, width, 24.0);
        let text = Text::new(pos2(width / 2.0, 12.0), Font::Small, Ink::Weak, word).anchored(Anchor::Center);
        stage.add(Node::new(outside_id.clone(), outside, Tint::Plain, Style::Dim).text(text).called(""));
        outside
    } else {
        // Where room is dear it is said in the row of the host's name where the link leads.
        let word = format!("→ {word}");
        let (width, left) = (stage.width(&word, Font::Small) + 4.0, at.left() + name_width(stage, host) + 12.0);
        let outside = rect(left.max(at.right() - 24.0 - width / 2.0), at.top() - sizes.head + 2.0, width, 18.0);
        let text = Text::new(pos2(2.0, 9.0), Font::Small, Ink::Weak, word);
        stage.add(Node::new(outside_id.clone(), outside, Tint::Plain, Style::Bare).within(frame).text(text).called(""));
        outside
    };
    let x = outside.center().x.min(at.right() - 12.0).max(outside.left() + 8.0);
    let route = vec![pos2(x, outside.bottom()), pos2(x, at.top())];
    stage.wire(&outside_id, &id, Edge::new(route, Tint::Plain, Line::Dim));
    id
}

fn no_way_out(stage: &mut Stage<'_>, frame: &NodeId, at: Rect) -> NodeId {
    let (title, hint) = (stage.say("scene-no-uplink"), stage.say("scene-no-uplink-hint"));
    let hint = stage.fit(&hint, Font::Small, at.width() - 16.0);
    let middle = at.width() / 2.0;
    let id = NodeId::named("no-uplink");
    let up = at.height() / 2.0 - if stage.is_full() { 12.0 } else { 8.0 };
    let node = Node::new(id.clone(), at, Tint::Plain, Style::Ghost)
        .within(frame)
        .text(Text::new(pos2(middle, up), Font::Word, Ink::Weak, title).anchored(Anchor::Center))
        .text(Text::new(pos2(middle, at.height() - up), Font::Small, Ink::Weak, hint).anchored(Anchor::Center));
    stage.add(node.called(""));
    id
}

/// All rules of the host as one card: how many, and the one that changed, else what is masqueraded. Returns its lower edge.
fn rules_card(world: &World, host: &Host, stage: &mut Stage<'_>, frame: &NodeId, uplink: &NodeId, place: Rect) -> f32 {
    let mut all: Vec<&Arc<Rule>> = world.rules.values().filter(|rule| rule.netns == host.netns).collect();
    all.sort_by_key(|rule| (rule.action != RuleAction::Masquerade, rule.key.clone()));
    let Some(first) = all.iter().find(|rule| stage.is_open(&Entity::Rule(rule.key.clone()))).or(all.first()) else {
        return place.top();
    };
    let id = NodeId::of(Entity::Rule(first.key.clone()));
    let title = stage.say_with("scene-rules", &[("n", &all.len().to_string())]);
    let title = stage.fit(&title, Font::Title, place.width() - 16.0);
    let text = stage.fit(&first.text, Font::MonoSmall, place.width() - 16.0);
    let (up, middle) = (place.height() / 2.0 - 8.0, place.width() / 2.0);
    let node = Node::new(id.clone(), place, Tint::Warn, Style::Dashed)
        .within(frame)
        .text(Text::new(pos2(middle, up), Font::Title, Ink::Tint(Tint::Warn), title).anchored(Anchor::Center))
        .text(Text::new(pos2(middle, up + 17.0), Font::MonoSmall, Ink::Weak, text).anchored(Anchor::Center));
    stage.add(node.called(""));
    if let Some(masquerade) = all.iter().find(|rule| rule.action == RuleAction::Masquerade) {
        to_uplink(stage, &id, place, uplink, masquerade);
    }
    place.bottom()
}

/// A column of rules for each network: what leaves a bridge passes `forward`, then is masqueraded, then goes out.
fn rules(
    world: &World,
    host: &Host,
    stage: &mut Stage<'_>,
    frame: &NodeId,
    uplink: &NodeId,
    at: Pos2,
    groups: &Groups<'_>,
) -> f32 {
    let mut bottom = at.y;
    for (column, group) in groups.all.iter().enumerate() {
        let bridge = group.bridge.map(|b| &b.key);
        let network = world.networks.values().find(|n| bridge.is_some() && n.bridge.as_ref() == bridge);
        let of = |rule: &&Arc<Rule>| {
            rule.netns == host.netns
                && (rule.network.as_ref() == network.map(|n| &n.id) || (rule.network.is_none() && column == 0))
        };
        let mut column_rules: Vec<&Arc<Rule>> = world.rules.values().filter(of).collect();
        column_rules.sort_by_key(|rule| (rule.action != RuleAction::Masquerade, rule.key.clone()));
        let x = at.x + column as f32 * (RULE_WIDTH + 24.0);
        let mut above: Option<(NodeId, Rect)> = None;
        for rule in column_rules {
            let top = above.as_ref().map_or(at.y, |(_, rect)| rect.bottom() + 10.0);
            let (id, place) = rule_card(stage, frame, rule, pos2(x, top));
            match &above {
                Some((upper, rect)) => {
                    let route = vec![rect.center_bottom(), place.center_top()];
                    stage.wire(&id, upper, Edge::new(route.into_iter().rev().collect(), Tint::Warn, Line::Dashed));
                }
                None => to_uplink(stage, &id, place, uplink, rule),
            }
            above = Some((id, place));
        }
        if let Some((_, place)) = &above {
            bottom = bottom.max(place.bottom());
        }
    }
    bottom
}

fn to_uplink(stage: &mut Stage<'_>, rule: &NodeId, place: Rect, uplink: &NodeId, of: &Rule) {
    let Some(end) = stage.scene.node(uplink).map(|n| n.rect) else { return };
    if of.action != RuleAction::Masquerade || uplink.entity.is_none() {
        return;
    }
    let route = if (place.left() - end.right()) < 60.0 {
        let y = end.center().y.min(place.bottom() - 12.0);
        vec![pos2(place.left(), y), pos2(end.right(), y)]
    } else {
        let y = place.top() - 10.0;
        let x = end.right() - 24.0;
        vec![place.center_top(), pos2(place.center().x, y), pos2(x, y), pos2(x, end.top())]
    };
    stage.wire(rule, uplink, Edge::new(route, Tint::Warn, Line::Dashed).ends(End::Open, End::Arrow));
}

/// Masquerade is what a learner asks about, so it has a card; what lets packets pass is a line below it.
fn rule_card(stage: &mut Stage<'_>, frame: &NodeId, rule: &Rule, at: Pos2) -> (NodeId, Rect) {
    let masquerade = rule.action == RuleAction::Masquerade;
    let title = stage.say(match rule.action {
        RuleAction::Masquerade => "scene-rule-masquerade",
        RuleAction::Forward => "scene-rule-forward",
        RuleAction::Drop => "scene-rule-drop",
        RuleAction::Publish => "scene-rule-publish",
        RuleAction::Other(_) => "scene-rule-other",
    });
    let wrapped = stage.wrap(&rule.text, Font::MonoSmall, RULE_WIDTH - 24.0);
    let lines = if masquerade { lines_of(&wrapped) } else { vec![rule.text.clone()] };
    let head = if masquerade { 36.0 } else { 13.0 };
    let place = rect(at.x, at.y, RULE_WIDTH, if masquerade { 36.0 + 14.0 * lines.len() as f32 } else { 26.0 });
    let middle = RULE_WIDTH / 2.0;
    let id = NodeId::of(Entity::Rule(rule.key.clone()));
    let mut node = Node::new(id.clone(), place, Tint::Warn, Style::Dashed).within(frame);
    if masquerade {
        let title = Text::new(pos2(middle, 17.0), Font::Title, Ink::Tint(Tint::Warn), title.clone());
        node = node.text(title.anchored(Anchor::Center));
    }
    for (row, line) in lines.iter().enumerate() {
        let line = stage.fit(line, Font::MonoSmall, RULE_WIDTH - 20.0);
        let y = head + 14.0 * row as f32;
        node = node.text(Text::new(pos2(middle, y), Font::MonoSmall, Ink::Weak, line).anchored(Anchor::Center));
    }
    stage.add(node.called(if masquerade { "" } else { &title }));
    (id, place)
}

/// A rule's first lines; the last says that there are more.
fn lines_of(wrapped: &[String]) -> Vec<String> {
    let (shown, left) = cut(wrapped, RULE_LINES);
    let mut lines = shown.to_vec();
    if let Some(last) = lines.last_mut().filter(|_| left > 0) {
        last.push('…');
    }
    lines
}

/// Loopback, whatever else is in the namespace, and the routing table.
fn right_column(world: &World, host: &Host, stage: &mut Stage<'_>, frame: &NodeId, at: Rect) -> f32 {
    let links = world.links_in(host.netns);
    let mut place = at;
    let known = |l: &&&Arc<Link>| {
        l.kind == LinkKind::Loopback
            || (!l.container.as_ref().is_some_and(|id| world.containers.contains_key(id))
                && !matches!(l.kind, LinkKind::Bridge | LinkKind::Uplink))
    };
    for link in links.iter().filter(known) {
        let line = [(Ink::Weak, address_or_state(world, link))];
        // A line has room for its name.
        let lines = if at.height() < 30.0 { &[] } else { &line[..] };
        small_card(stage, link, place, frame, Tint::Plain, lines);
        place = place.translate(vec2(0.0, at.height() + 10.0));
    }
    let routes: Vec<_> = world.routes.iter().filter(|r| r.netns == host.netns).collect();
    if routes.is_empty() {
        return place.top() - 10.0;
    }
    let mut y = place.top() + if stage.is_full() { 2.0 } else { -6.0 };
    let routes = distinct(&routes);
    let open = |route: &&&crate::trace::Route| stage.is_open(&Entity::Route(route.netns, route.destination.clone()));
    // Where room is dear the one that changed is said, and how many there are.
    let led: Vec<_> = routes.iter().filter(open).copied().take(1).collect();
    let (shown, left) = match stage.is_full() {
        true => cut(&routes, ROUTES),
        false => (&led[..], routes.len() - led.len()),
    };
    for route in shown {
        let id = NodeId::of(Entity::Route(route.netns, route.destination.clone()));
        if stage.scene.node(&id).is_some() {
            continue;
        }
        let place = rect(at.left() - 8.0, y, at.width() + 8.0, 18.0);
        bare(stage, id, place, frame, Anchor::Right, Font::MonoSmall, &route.words());
        y += 18.0;
    }
    if left > 0 {
        let place = rect(at.left() - 8.0, y, at.width() + 8.0, 18.0);
        let id = NodeId::part(Entity::Host, "routes left out");
        match shown.is_empty() {
            true => {
                let text = stage.say_with("scene-routes", &[("n", &left.to_string())]);
                bare(stage, id, place, frame, Anchor::Right, Font::Small, &text);
            }
            false => rest(stage, id, place, frame, Anchor::Right, left),
        }
        y += 18.0;
    }
    y
}

/// `NO-CARRIER · DOWN`: a switch that is on without a port that runs, in both words of `ip link`.
fn state_line(link: &Link) -> String {
    match (link.state_word(), &link.state) {
        ("NO-CARRIER", Some(state)) => format!("NO-CARRIER · {state}"),
        (word, _) => word.to_owned(),
    }
}

/// The switch that the cables are plugged into.
pub(super) fn bridge(world: &World, stage: &mut Stage<'_>, frame: &NodeId, link: &Link, at: Rect) {
    let network = closed_bridge(world, stage, frame, link, at);
    let id = NodeId::of(Entity::Link(link.key.clone()));
    let folded = folds_rules(stage);
    let of = |r: &&Arc<Rule>| r.netns == link.netns && (folded || r.network == network || r.network.is_none());
    let rules = world.rules.values().filter(of);
    // The lowest card of the rules' column is the last that was drawn: the wire starts there.
    let lowest = rules
        .filter_map(|rule| stage.scene.node(&NodeId::of(Entity::Rule(rule.key.clone()))))
        .max_by(|a, b| a.rect.bottom().total_cmp(&b.rect.bottom()))
        .map(|node| (node.id.clone(), node.rect));
    if let Some((rule, place)) = lowest {
        let x = place.center().x.clamp(at.left() + 12.0, at.right() - 12.0);
        let middle = f32::midpoint(place.bottom(), at.top());
        let route = if (x - place.center().x).abs() < 1.0 {
            vec![pos2(x, at.top()), pos2(x, place.bottom())]
        } else {
            vec![pos2(x, at.top()), pos2(x, middle), pos2(place.center().x, middle), place.center_bottom()]
        };
        stage.wire(&id, &rule, Edge::new(route, Tint::Warn, Line::Dashed).part("nat"));
    }
}

/// The same without what leads from it to the rules. Returns its network.
pub(super) fn closed_bridge(
    world: &World,
    stage: &mut Stage<'_>,
    frame: &NodeId,
    link: &Link,
    at: Rect,
) -> Option<crate::spec::NetworkId> {
    let ports = world.links.values().filter(|l| l.netns == link.netns && l.master == Some(link.ifindex)).count();
    let address = world.addresses_of(&link.key).next().map_or_else(|| stage.say("scene-no-address"), str::to_owned);
    let mut word = format!("{} · {address}", stage.say("scene-bridge"));
    let ports = stage.say_with("scene-ports", &[("n", &ports.to_string())]);
    let known = world.macs_of(&link.key).count();
    let macs = stage.say_with("scene-macs", &[("n", &known.to_string())]);
    let both = format!("{macs} · {ports}");
    let has_room = at.width() > stage.width(&both, Font::Small) + 160.0;
    let ports = if known > 0 && has_room { both } else { ports };
    let (mark, ink) = state_mark(link);
    let id = NodeId::of(Entity::Link(link.key.clone()));
    let right = at.width() - 20.0;
    let style = if may_carry(link) { Style::Strong } else { Style::Dashed };
    let network = world.networks.values().find(|n| n.bridge.as_ref() == Some(&link.key));
    // By the name that somebody gave its network, where that is not the default one.
    let name = match network.filter(|network| network.name != "bridge") {
        Some(network) => format!("{} · {}", network.name, link.name),
        None => link.name.clone(),
    };
    let (left, up, down) = if stage.is_full() { (20.0, 23.0, 44.0) } else { (14.0, 13.0, 28.0) };
    let (font, room) = if stage.is_full() { (Font::MonoHeading, right) } else { (Font::MonoTitle, right) };
    // The address is told before the number.
    let states = [format!("{} · ifindex {}", state_line(link), link.ifindex), state_line(link)];
    let beside = |state: &String| stage.width(state, Font::MonoSmall) + 20.0;
    if stage.width(&word, Font::Word) + beside(&states[1]) > right - left {
        word = address;
    }
    let state = states.iter().find(|state| stage.width(&word, Font::Word) + beside(state) <= right - left);
    let state = state.unwrap_or(&states[1]).clone();
    let state_room = beside(&state);
    let name = stage.fit_middle(&name, font, room - stage.width(&ports, Font::Small) - 40.0);
    let word = stage.fit(&word, Font::Word, right - left - state_room);
    let beside = stage.width(&name, font).max(stage.width(&word, Font::Word));
    let taken = state_room.max(stage.width(&ports, Font::Small) + 20.0);
    let table = mac_table(world, stage, link, (left + beside + 24.0, right - taken), [up, down]);
    let node = table
        .into_iter()
        .fold(Node::new(id.clone(), at, TINT, style).within(frame), Node::text)
        .text(Text::new(pos2(left, up), font, Ink::Strong, name))
        .text(Text::new(pos2(left, down), Font::Word, Ink::Tint(TINT), word))
        .text(Text::new(pos2(right, up), Font::Small, Ink::Weak, ports).anchored(Anchor::Right))
        .text(Text::new(pos2(right, down), Font::MonoSmall, ink, state).anchored(Anchor::Right).marked(mark));
    stage.add(node.called(""));
    network.map(|n| n.id.clone())
}

/// The bridge's MAC table in the middle of its box, as much of it as there is room for: an address, and whose it is or the port behind
/// which it was heard. In full alone; else its number stands with the ports', and all of it in what is told of the bridge.
fn mac_table(world: &World, stage: &Stage<'_>, bridge: &Link, (left, right): (f32, f32), rows: [f32; 2]) -> Vec<Text> {
    if !stage.is_full() {
        return Vec::new();
    }
    let row = |(mac, port): (&str, &LinkKey)| {
        let whose = world.has_mac(mac).and_then(|link| world.containers.get(link.container.as_ref()?));
        let port = world.links.get(port).map_or(&*port.0, |link| link.name.as_str());
        format!("{mac} ← {}", whose.map_or(port, |container| container.name.as_str()))
    };
    let all: Vec<_> = world.macs_of(&bridge.key).collect();
    let columns = (((right - left + MAC_GAP) / (MAC_ROW + MAC_GAP)) as usize).min(all.len().div_ceil(rows.len()));
    let mut shown: Vec<String> = all.iter().take(columns * rows.len()).copied().map(row).collect();
    let left_out = all.len() - shown.len();
    if let Some(last) = shown.last_mut().filter(|_| left_out > 0) {
        *last = stage.say_with("scene-more", &[("n", &(left_out + 1).to_string())]);
    }
    let place = |nth: usize| pos2(left + (nth / rows.len()) as f32 * (MAC_ROW + MAC_GAP), rows[nth % rows.len()]);
    let text = |(nth, row): (usize, String)| {
        Text::new(place(nth), Font::MonoSmall, Ink::Weak, stage.fit(&row, Font::MonoSmall, MAC_ROW))
    };
    shown.into_iter().enumerate().map(text).collect()
}

/// How wide a row of a MAC table is, and what is between two of them.
const MAC_ROW: f32 = 206.0;
const MAC_GAP: f32 = 16.0;
