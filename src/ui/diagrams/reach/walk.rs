//! A packet that was followed: the places at which it was seen, in the order of time, what came of it, and its bytes at one of them.
//!
//! ```text
//! web → db: TCP SYN, port 5432
//! ┌1 web eth0 →┐─┌2 veth5e1 ←┐─┌3 br-front ←┐─┌4 forward ✗┐      a box a place; dashed: a rule of nft
//! │  +0.000 ms │ │ +0.021 ms │ │ +0.042 ms  │ │  drop     │
//! └────────────┘ └───────────┘ └────────────┘ └───────────┘
//! a rule drops it: iifname "br-front" oifname …
//! ┌ 4 · 172.18.0.2:41234 > 172.19.0.2:5432: TCP SYN, ttl 63 ──┐
//! │ ttl 64 → 63 (forwarded)                                   │   the place that was chosen, else the latest
//! │ 0000  45 00 00 3c …                                       │
//! └───────────────────────────────────────────────────────────┘
//! ```

use super::super::scene::{Edge, End, Font, Ink, Line, Node, Scene, Style, Text, Tint};
use super::super::stage::{Detail, Stage, rect};
use super::super::{Glyph, NodeId, Pick};
use super::WIDE;
use crate::trace::{
    Entity, Field, Frame, Heading, Hop, OpKind, Passing, Place, RuleVerdict, WalkEndpoint, WalkOutcome, WalkState,
    World,
};
use egui::{Rect, pos2};
use std::ops::Range;
use std::sync::Arc;

const PAD: f32 = 8.0;
/// The header of Ethernet, before that of IP.
const ETHERNET: usize = 14;
/// Bytes in a line of them.
const ROW: usize = 16;

/// How large things are.
#[derive(Clone, Copy)]
struct Sizes {
    line: f32,
    /// A box, and how far apart two are.
    wide: f32,
    high: f32,
    apart: f32,
    /// Lines of bytes at most.
    bytes: usize,
}

impl Sizes {
    fn of(detail: Detail) -> Self {
        match detail {
            Detail::Full => Self { line: 20.0, wide: 126.0, high: 42.0, apart: 18.0, bytes: 6 },
            Detail::Less => Self { line: 17.0, wide: 108.0, high: 36.0, apart: 12.0, bytes: 4 },
            Detail::Least => Self { line: 15.5, wide: 104.0, high: 32.0, apart: 8.0, bytes: 3 },
            Detail::Bare | Detail::Thin => Self { line: 15.0, wide: 94.0, high: 31.0, apart: 6.0, bytes: 3 },
        }
    }
}

pub(super) fn scene(world: &World, walk: &WalkState, mut stage: Stage<'_>) -> Scene {
    let sizes = Sizes::of(stage.detail);
    let (left, room) = (stage.margin(), stage.wide(WIDE) - 2.0 * stage.margin());
    let title = title(&stage, walk);
    let fitted = stage.fit(&title, Font::Title, room);
    stage.caption(Text::new(pos2(left, left + sizes.line / 2.0), Font::Title, Ink::Strong, fitted));
    let mut top = left + sizes.line + 6.0;
    let count = told(walk, &stage);
    let at = chosen_hop(walk, &stage).unwrap_or(count.saturating_sub(1));
    top = hops(&mut stage, world, (walk, count), at, top, sizes);
    let outcome = outcome(&stage, world, walk);
    let lines = outcome.lines(&stage, room);
    let count = lines.len();
    for (row, (line, ink, font)) in lines.into_iter().enumerate() {
        let middle = top + sizes.line * (row as f32 + 0.5);
        stage.caption(Text::new(pos2(left, middle), font, ink, line));
    }
    top += sizes.line * count as f32 + 4.0;
    if let Some(hop) = walk.hops.get(at) {
        chosen(&mut stage, world, walk, hop, top, sizes);
    }
    let spoken = format!("{title}. {}", outcome.said);
    stage.done(spoken)
}

/// Do the boxes of all places, what came of it and one of them have room?
pub(super) fn may_fit(walk: &WalkState, stage: &Stage<'_>) -> bool {
    let sizes = Sizes::of(stage.detail);
    let Some(room) = stage.look.room else { return true };
    let rows = told(walk, stage).div_ceil(columns(stage, sizes));
    let lines = 1 + 3 + 3 + sizes.bytes;
    rows as f32 * (sizes.high + 6.0) + lines as f32 * sizes.line + 2.0 * stage.margin() + 20.0 <= room.y
}

fn chosen_hop(walk: &WalkState, stage: &Stage<'_>) -> Option<usize> {
    let number = stage.look.reach.hop?;
    walk.hops.iter().position(|hop| hop.number == number)
}

/// How many places tell what came of the packet: where room is dear, those by which a connection that was answered is closed again do not,
/// unless one of them was chosen.
fn told(walk: &WalkState, stage: &Stage<'_>) -> usize {
    let all = walk.hops.len();
    if stage.is_full() || walk.end.is_none() {
        return all;
    }
    let answer = |hop: &Arc<Hop>| {
        let arrives =
            matches!(hop.place, Place::Link { netns, passing: Passing::In, .. } if netns == walk.walk.from_netns);
        hop.heading == Heading::Back && arrives && hop.packet.dns.is_none()
    };
    let until = walk.hops.iter().position(answer).map_or(all, |at| at + 1);
    chosen_hop(walk, stage).map_or(until, |chosen| until.max(chosen + 1))
}

fn columns(stage: &Stage<'_>, sizes: Sizes) -> usize {
    let room = stage.wide(WIDE) - 2.0 * stage.margin();
    (((room + sizes.apart) / (sizes.wide + sizes.apart)) as usize).max(1)
}

fn title(stage: &Stage<'_>, state: &WalkState) -> String {
    let walk = &state.walk;
    let address = walk.address.map_or_else(String::new, |address| format!(" ({address})"));
    let (from, to) = (called(stage, &walk.from), format!("{}{address}", called(stage, &walk.to)));
    stage.say_with("walk-title", &[("from", &from), ("to", &to), ("packet", &walk.line())])
}

fn called(stage: &Stage<'_>, end: &WalkEndpoint) -> String {
    match end {
        WalkEndpoint::Container { name, .. } => name.clone(),
        WalkEndpoint::Host => stage.say("reach-host"),
        WalkEndpoint::Outside => stage.say("reach-outside"),
    }
}

/// Draws the boxes, as many as there is room for around the chosen one. Returns where they end.
fn hops(
    stage: &mut Stage<'_>,
    world: &World,
    (walk, count): (&WalkState, usize),
    at: usize,
    top: f32,
    sizes: Sizes,
) -> f32 {
    let left = stage.margin();
    let columns = columns(stage, sizes);
    let rows = stage.look.room.filter(|_| stage.detail == Detail::Thin).map_or(usize::MAX, |room| {
        let below = (3.0 + 3.0 + sizes.bytes as f32) * sizes.line + left + 14.0;
        (((room.y - top - below) / (sizes.high + 6.0)) as usize).max(1)
    });
    let most = columns.saturating_mul(rows);
    let range = around(count, at, most);
    let mut before: Option<(NodeId, Rect)> = None;
    for (place, number) in range.clone().enumerate() {
        let hop = &walk.hops[number];
        let x = left + (sizes.wide + sizes.apart) * (place % columns) as f32;
        let y = top + (sizes.high + 6.0) * (place / columns) as f32;
        let box_ = rect(x, y, sizes.wide, sizes.high);
        let id = hop_box(stage, world, walk, hop, box_, number == at);
        if let Some((from, was)) = before.filter(|(_, was)| was.top() == box_.top()) {
            let route = vec![pos2(was.right(), was.center().y), pos2(box_.left(), box_.center().y)];
            stage.wire(&from, &id, Edge::new(route, tint_of(hop), Line::Solid).ends(End::Open, End::Arrow));
        }
        before = Some((id, box_));
    }
    let used = range.len().div_ceil(columns);
    let below = top + (sizes.high + 6.0) * used as f32;
    let hidden = walk.hops.len() - range.len();
    if hidden == 0 {
        return below + 2.0;
    }
    let more = stage.say_with("scene-walk-more", &[("n", &hidden.to_string())]);
    let more = stage.fit(&more, Font::Small, stage.wide(WIDE) - 2.0 * left);
    stage.caption(Text::new(pos2(left, below + sizes.line / 2.0), Font::Small, Ink::Weak, more));
    below + sizes.line
}

/// So many of them, with that one among them.
fn around(count: usize, at: usize, most: usize) -> Range<usize> {
    let end = count.min((at + 1).max(most));
    end.saturating_sub(most)..end
}

fn tint_of(hop: &Hop) -> Tint {
    match (&hop.place, hop.heading) {
        (Place::Rule { verdict: RuleVerdict::Drop, .. }, _) => Tint::Bad,
        (Place::Rule { .. }, _) => Tint::Warn,
        (_, Heading::There) => super::super::network::TINT,
        (_, Heading::Back) => Tint::Good,
        (_, Heading::Neighbour) => Tint::Plain,
    }
}

fn hop_box(
    stage: &mut Stage<'_>,
    world: &World,
    walk: &WalkState,
    hop: &Arc<Hop>,
    place: Rect,
    is_chosen: bool,
) -> NodeId {
    let tint = tint_of(hop);
    let is_rule = matches!(hop.place, Place::Rule { .. });
    let style = match (is_chosen, is_rule) {
        (true, _) => Style::Strong,
        (false, true) => Style::Dashed,
        (false, false) => Style::Solid,
    };
    let room = place.width() - 2.0 * PAD;
    let font = if stage.is_full() { Font::Word } else { Font::Small };
    let (name, below, mark) = match &hop.place {
        Place::Link { netns, name, passing, link, .. } => {
            let arrow = if *passing == Passing::In { "←" } else { "→" };
            let whole = format!("{} {arrow}", whose(stage, walk, *netns, name));
            let fits = stage.width(&format!("{} {whole}", hop.number), font) <= room;
            // The host's end of a container's cable has a name that a random number is part of: whose it is says more.
            let cable = world.links.get(link).and_then(|link| world.containers.get(link.container.as_ref()?));
            let name = match cable.filter(|_| !fits && name.starts_with("veth")) {
                Some(container) => format!("veth·{} {arrow}", container.name),
                None => whole,
            };
            (name, hop.time().unwrap_or_default(), None)
        }
        Place::Rule { chain, verdict, .. } => {
            let mark = match verdict {
                RuleVerdict::Drop => Some(Glyph::Cross),
                RuleVerdict::Accept => Some(Glyph::Check),
                _ => None,
            };
            (format!("nft {chain}"), verdict.to_string(), mark)
        }
    };
    let name = stage.fit_middle(&format!("{} {name}", hop.number), font, room);
    let sign = if mark.is_some() { Font::MonoSmall.size() + 4.0 } else { 0.0 };
    let kind = kind(hop);
    let below = if kind.is_empty() { below } else { format!("{below} {kind}") };
    let below = stage.fit(&below, Font::MonoSmall, room - sign);
    let (upper, lower) = (place.height() * 0.32, place.height() * 0.70);
    let texts = [
        Text::new(pos2(PAD, upper), font, Ink::Strong, name),
        Text::new(pos2(PAD, lower), Font::MonoSmall, Ink::Tint(tint), below).marked(mark),
    ];
    let heading = stage.say(match hop.heading {
        Heading::There => "scene-walk-there",
        Heading::Back => "scene-walk-back",
        Heading::Neighbour => "scene-walk-neighbour",
    });
    let id = NodeId::named(format!("hop {}", hop.number));
    let node = Node::new(id, place, tint, style).texts(texts).picks(Pick::Hop(hop.number)).called(&heading);
    stage.add(node)
}

/// In a word: what the frame is.
fn kind(hop: &Hop) -> &'static str {
    let packet = &hop.packet;
    match &hop.place {
        Place::Rule { .. } => "",
        Place::Link { .. } if packet.arp.is_some() => "ARP",
        Place::Link { .. } if packet.icmp.is_some() => "ICMP",
        Place::Link { .. } if packet.icmpv6.is_some() => "ICMPv6",
        Place::Link { .. } if packet.ndp.is_some() => "NDP",
        Place::Link { .. } if packet.tcp.is_some() => "TCP",
        Place::Link { .. } if packet.dns.is_some() => "DNS",
        Place::Link { .. } if packet.udp.is_some() => "UDP",
        Place::Link { .. } => "",
    }
}

/// `web eth0`, `docker0`
fn whose(stage: &Stage<'_>, state: &WalkState, netns: u64, name: &str) -> String {
    let walk = &state.walk;
    let ends = [(&walk.from, Some(walk.from_netns)), (&walk.to, walk.to_netns)];
    let whose = ends.into_iter().find(|(_, of)| *of == Some(netns)).map(|(end, _)| end);
    match whose {
        Some(end @ WalkEndpoint::Container { .. }) => format!("{} {name}", called(stage, end)),
        _ => name.to_owned(),
    }
}

/// What came of it, in lines.
struct Came {
    said: String,
    tint: Tint,
    fix: Option<String>,
}

impl Came {
    fn lines(&self, stage: &Stage<'_>, room: f32) -> Vec<(String, Ink, Font)> {
        let said = stage.wrap(&self.said, Font::Word, room).into_iter().take(2);
        let said = said.map(|line| (stage.fit(&line, Font::Word, room), Ink::Tint(self.tint), Font::Word));
        let fix = self.fix.iter().map(|fix| {
            let text = stage.say_with("reach-fix", &[("command", fix)]);
            (stage.fit(&text, Font::Mono, room), Ink::Strong, Font::Mono)
        });
        said.chain(fix).collect()
    }
}

fn outcome(stage: &Stage<'_>, world: &World, state: &WalkState) -> Came {
    let Some(end) = &state.end else {
        let follows = |op: &crate::trace::OpState| op.op.kind == OpKind::PacketWalk && op.outcome.is_none();
        let key = match world.ops.values().any(|op| follows(op)) {
            true => "scene-walk-under-way",
            // Who asked for it went away, or ended it.
            false => "scene-walk-broken-off",
        };
        return Came { said: stage.say(key), tint: Tint::Plain, fix: None };
    };
    let said = stage.words.walk_outcome(&state.walk, end);
    let tint = match end.outcome {
        WalkOutcome::Answered => Tint::Good,
        WalkOutcome::AnsweredByHost
        | WalkOutcome::Refused
        | WalkOutcome::Arrived
        | WalkOutcome::AnsweredElsewhere
        | WalkOutcome::Unclear => Tint::Warn,
        WalkOutcome::Dropped { .. } | WalkOutcome::NoSuchName | WalkOutcome::Silent => Tint::Bad,
    };
    Came { said, tint, fix: end.fix.clone() }
}

/// One place: what the packet says there, what differs, its bytes.
fn chosen(stage: &mut Stage<'_>, world: &World, walk: &WalkState, hop: &Hop, top: f32, sizes: Sizes) {
    let left = stage.margin();
    let wide = stage.wide(WIDE) - 2.0 * left;
    let room = wide - 2.0 * PAD;
    let mut rows: Vec<(Font, Ink, String)> = Vec::new();
    let (head, rule) = match &hop.place {
        Place::Link { netns, name, .. } => (format!("{} · {}", hop.number, whose(stage, walk, *netns, name)), None),
        Place::Rule { table, chain, text, key, .. } => {
            let at = format!("{} · nft: table {table} · chain {chain}", hop.number);
            (at, Some((text.clone(), key.clone().map(Entity::Rule).filter(|rule| world.has(rule)))))
        }
    };
    rows.push((Font::MonoTitle, Ink::Tint(tint_of(hop)), stage.fit(&head, Font::MonoTitle, room)));
    let line = hop.packet.line();
    rows.push((Font::Mono, Ink::Strong, stage.fit(&line, Font::Mono, room)));
    let changes = hop.told().map(|one| stage.words.walk_change(one));
    let changes = changes.collect::<Vec<_>>().join(" · ");
    if !changes.is_empty() {
        rows.push((Font::Small, Ink::Tint(Tint::Warn), stage.fit(&changes, Font::Small, room)));
    }
    let bytes = hop.frame.as_ref().map_or(0, |frame| frame.bytes.len().div_ceil(ROW).min(sizes.bytes));
    let lines = rows.len() + usize::from(rule.is_some()) + bytes;
    let frame = NodeId::named("place");
    let place = rect(left, top, wide, sizes.line * lines as f32 + 8.0);
    let mut node = Node::new(frame.clone(), place, tint_of(hop), Style::Dim);
    let middle = |row: usize| 4.0 + sizes.line * (row as f32 + 0.5);
    let first = rows.len() + usize::from(rule.is_some());
    node = node.texts(rows.iter().enumerate().map(|(row, (font, ink, text))| {
        // The rule stands behind the head.
        let row = if row > 0 && rule.is_some() { row + 1 } else { row };
        Text::new(pos2(PAD, middle(row)), *font, *ink, text.clone())
    }));
    if let Some(captured) = &hop.frame {
        for row in 0..bytes {
            node = node.texts(hex(stage, hop, captured, row, pos2(PAD, middle(first + row)), room));
        }
    }
    let said = rows.iter().map(|(.., text)| text.as_str()).collect::<Vec<_>>().join(". ");
    stage.add(node.said(said));
    let Some((text, entity)) = rule else { return };
    let text = stage.fit(&text, Font::Mono, room - 4.0);
    let width = stage.width(&text, Font::Mono) + 2.0;
    let place = rect(left + PAD, top + 4.0 + sizes.line, width.min(room), sizes.line);
    let id = entity.map_or_else(|| NodeId::named("rule"), |rule| NodeId::part(rule, "met"));
    let text = Text::new(pos2(0.0, sizes.line / 2.0), Font::Mono, Ink::Strong, text);
    stage.add(Node::new(id, place, tint_of(hop), Style::Bare).within(&frame).text(text).called(""));
}

/// A line of bytes: where it begins, then sixteen of them.
fn hex(stage: &Stage<'_>, hop: &Hop, frame: &Frame, row: usize, at: egui::Pos2, room: f32) -> Vec<Text> {
    let begins = row * ROW;
    let line = &frame.bytes[begins..frame.bytes.len().min(begins + ROW)];
    let offset = format!("{begins:04x}");
    let digit = stage.width("0", Font::MonoSmall);
    let mut texts = vec![Text::new(at, Font::MonoSmall, Ink::Weak, offset)];
    let mut from = 0;
    while from < line.len() {
        let ink = ink_of(hop, frame, begins + from);
        let to = (from..line.len()).find(|at| ink_of(hop, frame, begins + at) != ink).unwrap_or(line.len());
        let said = line[from..to].iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
        let x = at.x + digit * (6 + 3 * from) as f32;
        if x + stage.width(&said, Font::MonoSmall) > at.x + room {
            break;
        }
        texts.push(Text::new(pos2(x, at.y), Font::MonoSmall, ink, said));
        from = to;
    }
    texts
}

/// The bytes of what is another than at the place before stand out.
fn ink_of(hop: &Hop, frame: &Frame, at: usize) -> Ink {
    let kind = frame.bytes.get(ETHERNET - 2..ETHERNET);
    let (is_ip, is_six) = (kind == Some(&[8, 0]), kind == Some(&[0x86, 0xdd]));
    let differs = |field: Field| hop.differs.iter().any(|one| one.field == field);
    let (field, weak) = match at.checked_sub(ETHERNET) {
        None if at < 6 => (Field::DestinationMac, true),
        None if at < 12 => (Field::SourceMac, true),
        None => return Ink::Weak,
        Some(8) if is_ip => (Field::Ttl, false),
        Some(12..=15) if is_ip => (Field::Source, false),
        Some(16..=19) if is_ip => (Field::Destination, false),
        Some(7) if is_six => (Field::HopLimit, false),
        Some(8..=23) if is_six => (Field::Source, false),
        Some(24..=39) if is_six => (Field::Destination, false),
        Some(_) => return Ink::Strong,
    };
    match (differs(field), weak) {
        (true, _) => Ink::Tint(Tint::Warn),
        (false, true) => Ink::Weak,
        (false, false) => Ink::Strong,
    }
}

#[cfg(test)]
mod tests {
    use super::around;

    #[test]
    fn as_many_places_as_there_is_room_for_with_the_chosen_one_among_them() {
        assert_eq!(around(5, 4, 10), 0..5);
        assert_eq!(around(20, 19, 8), 12..20);
        assert_eq!(around(20, 3, 8), 0..8);
        assert_eq!(around(20, 10, 8), 3..11);
        assert_eq!(around(0, 0, 8), 0..0);
    }
}
