//! The same process as the host sees it and as it sees itself: its number, its user, its kernel, its namespaces.

use super::super::scene::{Anchor, Edge, End, Font, Ink, Line, Node, Style, Text, Tint};
use super::super::stage::{Detail, Stage, rect};
use super::super::{Glyph, NodeId};
use super::{PAD, Plan, Subject, TINT};
use crate::trace::{Entity, IdSpan, Mode, NamespaceKind, Property, World};
use egui::{Rect, pos2};

/// A line of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    Pid,
    User,
    Kernel,
    Namespace(NamespaceKind),
}

/// The one that tells least is the last.
const ROWS: [Row; 10] = [
    Row::Pid,
    Row::User,
    Row::Namespace(NamespaceKind::Pid),
    Row::Namespace(NamespaceKind::Mnt),
    Row::Namespace(NamespaceKind::Net),
    Row::Namespace(NamespaceKind::Uts),
    Row::Namespace(NamespaceKind::Ipc),
    Row::Namespace(NamespaceKind::User),
    Row::Kernel,
    Row::Namespace(NamespaceKind::Cgroup),
];

/// Which lines there is room for.
pub(super) fn rows(detail: Detail) -> &'static [Row] {
    if detail < Detail::Least { &ROWS } else { &ROWS[..ROWS.len() - 1] }
}

/// Whose a namespace is that a container's process is in.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Whose {
    /// Its own, and nobody else's.
    Own,
    /// The host's.
    Host,
    /// It is in it with another container, of this name.
    With(String),
    /// That was not asked.
    Unknown,
}

/// The inode of the host's namespace of a kind, as far as it was asked.
fn of_host(world: &World, kind: NamespaceKind) -> Option<u64> {
    if kind == NamespaceKind::Net {
        return world.host.as_ref().map(|host| host.netns);
    }
    let known = world.namespaces.values().find(|known| known.kind == kind && known.container.is_none());
    known.map(|known| known.inode)
}

fn whose(subject: &Subject<'_>, kind: NamespaceKind, inode: u64) -> Whose {
    let Subject { world, container, .. } = subject;
    if of_host(world, kind) == Some(inode) {
        return Whose::Host;
    }
    let named = |id| world.containers.get(id).map(|other| other.name.clone());
    let owner = world.namespaces.get(&inode).map(|known| &known.container);
    let beside = world.processes.values().find_map(|state| {
        let of = state.process.container.as_ref().filter(|id| state.process.main && **id != container.id)?;
        (state.process.namespaces.get(&kind) == Some(&inode)).then_some(of)
    });
    match (owner, beside) {
        (Some(Some(id)), _) if *id != container.id => named(id).map_or(Whose::Unknown, Whose::With),
        // Which is nobody's but is not the one of the host that is known: the engine's, which all of its containers are in.
        (Some(None), _) => Whose::Host,
        (_, Some(id)) => named(id).map_or(Whose::Unknown, Whose::With),
        (Some(Some(_)), None) => Whose::Own,
        (None, None) => Whose::Unknown,
    }
}

/// What stands in a line: what it is about, what the host sees, what the process sees, and what follows.
struct Cells {
    label: String,
    outside: String,
    inside: String,
    sign: Option<(String, Option<Glyph>)>,
    /// What the two cells are about.
    entities: [Option<Entity>; 2],
}

fn cells(stage: &Stage<'_>, subject: &Subject<'_>, row: Row) -> Cells {
    let unknown = || subject.unknown(stage);
    let same = |equal: bool| {
        let key = if equal { "scene-isolation-same" } else { "scene-isolation-other" };
        Some((stage.say(key), None))
    };
    match row {
        Row::Pid => {
            let process = subject.process.map(|state| &state.process);
            let entity = process.map(|process| Entity::Process(process.pid));
            Cells {
                label: "PID".into(),
                outside: process.map_or_else(|| "–".into(), |process| process.pid.to_string()),
                inside: process.map_or_else(unknown, |process| process.inner_pid.to_string()),
                sign: process.and_then(|process| same(process.pid == process.inner_pid)),
                entities: [entity.clone(), entity],
            }
        }
        Row::User => user(stage, subject),
        Row::Kernel => {
            let outside = subject.world.host.as_ref().map(|host| host.kernel.clone());
            let inside = subject.properties().find_map(|property| match property {
                Property::Kernel(release) => Some(release.clone()),
                _ => None,
            });
            let sign = outside.as_ref().zip(inside.as_ref()).and_then(|(outside, inside)| same(outside == inside));
            Cells {
                label: stage.say("scene-isolation-kernel"),
                outside: outside.unwrap_or_else(|| "–".into()),
                inside: inside.unwrap_or_else(unknown),
                sign,
                entities: [Some(Entity::Host), subject.process.map(|state| Entity::Process(state.process.pid))],
            }
        }
        Row::Namespace(kind) => {
            let outside = of_host(subject.world, kind);
            let inside = subject.process.and_then(|state| state.process.namespaces.get(&kind).copied());
            let sign = inside.and_then(|inode| match whose(subject, kind, inode) {
                Whose::Own => Some((stage.say("scene-isolation-own"), Some(Glyph::Check))),
                Whose::Host => Some((stage.say("scene-isolation-of-host"), Some(Glyph::Reuse))),
                Whose::With(name) => {
                    let text = stage.say_with("scene-isolation-with", &[("name", &name)]);
                    Some((text, Some(Glyph::Reuse)))
                }
                Whose::Unknown => None,
            });
            Cells {
                label: kind.name().into(),
                outside: outside.map_or_else(|| stage.say("scene-isolation-not-asked"), |inode| inode.to_string()),
                inside: inside.map_or_else(unknown, |inode| inode.to_string()),
                sign,
                entities: [outside.map(Entity::Namespace), inside.map(Entity::Namespace)],
            }
        }
    }
}

/// Its user as it is called inside and outside, as far as either was asked.
fn users(subject: &Subject<'_>) -> (Option<u32>, Option<u32>) {
    let inside = subject.properties().find_map(|property| match property {
        Property::Credentials(ids) => ids.split(':').next()?.parse::<u32>().ok(),
        _ => None,
    });
    let spans = subject.properties().find_map(|property| match property {
        Property::Users(spans) => Some(spans.as_slice()),
        _ => None,
    });
    (inside, inside.zip(spans).and_then(|(uid, spans)| outside_of(spans, uid)))
}

fn user(stage: &Stage<'_>, subject: &Subject<'_>) -> Cells {
    let (inside, outside) = users(subject);
    let sign = inside.zip(outside).map(|(inside, outside)| {
        let uid = outside.to_string();
        let text = match inside == outside {
            true => stage.say("scene-isolation-same"),
            false => stage.say_with("scene-isolation-real", &[("uid", &uid)]),
        };
        (text, None)
    });
    // The lab's host is in the same user namespace, and calls it the same; the real one does not.
    let kind = NamespaceKind::User;
    let of_lab = subject.process.and_then(|state| state.process.namespaces.get(&kind)).copied();
    let shares = of_lab.is_some() && of_lab == of_host(subject.world, kind);
    let seen = if shares { inside } else { outside };
    let shown = |uid: u32| if uid == 0 { "uid 0 (root)".to_owned() } else { format!("uid {uid}") };
    let entity = subject.process.map(|state| Entity::Process(state.process.pid));
    Cells {
        label: stage.say("scene-isolation-user"),
        outside: seen.map_or_else(|| "–".into(), |uid| format!("uid {uid}")),
        inside: inside.map_or_else(|| subject.unknown(stage), shown),
        sign,
        entities: [entity.clone(), entity],
    }
}

fn outside_of(spans: &[IdSpan], uid: u32) -> Option<u32> {
    let span = spans.iter().find(|span| uid.checked_sub(span.inside).is_some_and(|above| above < span.count))?;
    span.outside.checked_add(uid - span.inside)
}

/// Draws the host's frame with the container's in it.
pub(super) fn draw(stage: &mut Stage<'_>, plan: Plan, subject: &Subject<'_>) {
    let Plan { views, row, head, .. } = plan;
    let host = host_frame(stage, views, head, subject);
    let left = (views.width() * 0.41).round();
    let container = NodeId::of(Entity::Container(subject.container.id.clone()));
    let inner = rect(views.left() + left, views.top() + head, views.width() - left - 6.0, views.height() - head - 5.0);
    let lives = subject.container.state.lives();
    let state = super::super::state_of(stage, subject.container);
    let room = inner.width() - 2.0 * PAD;
    let name = stage.fit_middle(&subject.container.name, Font::Title, room * 0.55);
    let left_for = room - stage.width(&name, Font::Title) - 10.0;
    let state = stage.state(&state, Font::Small, left_for);
    let tint = if lives { TINT } else { Tint::Plain };
    let frame = Node::new(container.clone(), inner, tint, Style::Frame)
        .within(&host)
        .text(Text::new(pos2(PAD, head / 2.0), Font::Title, Ink::Tint(tint), name))
        .text(Text::new(pos2(inner.width() - PAD, head / 2.0), Font::Small, Ink::Weak, state).anchored(Anchor::Right));
    stage.add(frame.called(&stage.say("scene-container")));
    let seen = stage.fit(&stage.say("scene-isolation-outside"), Font::Small, left - 2.0 * PAD);
    let place = rect(views.left() + 2.0, views.top() + head, left - 26.0, head);
    let text = Text::new(pos2(PAD - 2.0, head / 2.0), Font::Small, Ink::Weak, seen);
    stage.add(
        Node::new(NodeId::named("as the host sees it"), place, Tint::Plain, Style::Bare)
            .within(&host)
            .text(text)
            .called(""),
    );

    for (i, which) in rows(stage.detail).iter().enumerate() {
        let top = views.top() + 2.0 * head + row * i as f32;
        let cells = cells(stage, subject, *which);
        let places =
            [rect(views.left() + 2.0, top, left - 26.0, row), rect(inner.left() + 2.0, top, inner.width() - 4.0, row)];
        line(stage, subject, *which, cells, places, [&host, &container]);
    }
}

fn host_frame(stage: &mut Stage<'_>, place: Rect, head: f32, subject: &Subject<'_>) -> NodeId {
    let id = NodeId::of(Entity::Host);
    let host = subject.world.host.as_ref();
    let title = stage.say(match host.map(|host| host.mode) {
        Some(Mode::Host) => "scene-host-real",
        _ => "scene-host-lab",
    });
    let kernel = host.map(|host| format!("Linux {}", host.kernel)).unwrap_or_default();
    let room = place.width() - 2.0 * PAD - stage.width(&title, Font::Title) - 12.0;
    let kernel = stage.fit_middle(&kernel, Font::MonoSmall, room);
    let frame = Node::new(id.clone(), place, Tint::Plain, Style::Frame)
        .text(Text::new(pos2(PAD, head / 2.0), Font::Title, Ink::Strong, title))
        .text(
            Text::new(pos2(place.width() - PAD, head / 2.0), Font::MonoSmall, Ink::Weak, kernel)
                .anchored(Anchor::Right),
        );
    stage.add(frame.called(""))
}

fn line(
    stage: &mut Stage<'_>,
    subject: &Subject<'_>,
    row: Row,
    cells: Cells,
    places: [Rect; 2],
    parents: [&NodeId; 2],
) {
    let [outside, inside] = places;
    let middle = outside.height() / 2.0;
    let part = |side: &str| format!("{side} {row:?} {}", subject.container.id);
    let id = |entity: Option<Entity>, side: &str| match entity {
        Some(entity) => NodeId::part(entity, part(side)),
        None => NodeId::named(part(side)),
    };
    let [seen, own] = cells.entities;
    let (seen, own) = (id(seen, "seen"), id(own, "own"));
    let room = outside.width() - 2.0 * PAD;
    let label = stage.fit(&cells.label, Font::Small, room * 0.4);
    let value = stage.fit_middle(&cells.outside, Font::MonoSmall, room - stage.width(&label, Font::Small) - 6.0);
    let node = Node::new(seen.clone(), outside, Tint::Plain, Style::Bare)
        .within(parents[0])
        .text(Text::new(pos2(PAD - 2.0, middle), Font::Small, Ink::Weak, label))
        .text(
            Text::new(pos2(outside.width() - PAD, middle), Font::MonoSmall, Ink::Strong, value).anchored(Anchor::Right),
        );
    stage.add(node.called(&stage.say("scene-isolation-outside")));

    let room = inside.width() - 2.0 * PAD;
    let (sign, mark) = cells.sign.unwrap_or_default();
    let value = stage.fit_middle(&cells.inside, Font::MonoSmall, room);
    let taken = stage.width(&value, Font::MonoSmall) + 8.0;
    let glyph = if mark.is_some() { Font::Small.size() + 4.0 } else { 0.0 };
    let sign = stage.fit(&sign, Font::Small, (room - taken - glyph).max(0.0));
    let tint = if mark == Some(Glyph::Reuse) { Tint::Warn } else { TINT };
    let mut node = Node::new(own.clone(), inside, TINT, Style::Bare).within(parents[1]).text(Text::new(
        pos2(PAD - 2.0, middle),
        Font::MonoSmall,
        Ink::Strong,
        value,
    ));
    if sign.chars().count() > 1 {
        let text = Text::new(pos2(inside.width() - PAD, middle), Font::Small, Ink::Tint(tint), sign);
        node = node.text(text.anchored(Anchor::Right).marked(mark));
    }
    stage.add(node.called(&format!("{} {}", stage.say("scene-isolation-inside"), cells.label)));
    if row == Row::Pid && subject.process.is_some() {
        let (from, to) = (outside.right_center(), inside.left_center());
        let wire = Edge::new(vec![from, to], TINT, Line::Solid).ends(End::Dot, End::Arrow);
        stage.wire(&seen, &own, wire.part("is the same process"));
    }
}

/// The comparison in sentences.
pub(super) fn spoken(stage: &Stage<'_>, subject: &Subject<'_>) -> Vec<String> {
    let Some(state) = subject.process else { return vec![subject.unknown(stage)] };
    let process = &state.process;
    let (outer, inner) = (process.pid.to_string(), process.inner_pid.to_string());
    let mut parts = vec![stage.say_with("scene-isolation-spoken-pid", &[("outer", &outer), ("inner", &inner)])];
    if let (Some(inside), Some(outside)) = users(subject) {
        let (inside, outside) = (inside.to_string(), outside.to_string());
        parts.push(stage.say_with("scene-isolation-spoken-user", &[("inside", &inside), ("outside", &outside)]));
    }
    let kinds = ROWS.iter().filter_map(|row| if let Row::Namespace(kind) = row { Some(*kind) } else { None });
    let (mut own, mut shared) = (Vec::new(), Vec::new());
    for (kind, inode) in kinds.filter_map(|kind| Some((kind, *process.namespaces.get(&kind)?))) {
        match whose(subject, kind, inode) {
            Whose::Own => own.push(kind.name()),
            Whose::Host | Whose::With(_) => shared.push(kind.name()),
            Whose::Unknown => {}
        }
    }
    for (key, list) in [("scene-isolation-spoken-own", own), ("scene-isolation-spoken-shared", shared)] {
        if !list.is_empty() {
            parts.push(stage.say_with(key, &[("list", &list.join(", "))]));
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_somebody_else_outside_by_the_line_of_the_map_that_has_it() {
        let span = |inside, outside, count| IdSpan { inside, outside, count };
        let map = [span(0, 1000, 1), span(1, 100_000, 65_536)];
        assert_eq!((outside_of(&map, 0), outside_of(&map, 33)), (Some(1000), Some(100_032)));
        assert_eq!(outside_of(&map, 70_000), None);
        assert_eq!(outside_of(&[span(0, 0, u32::MAX)], 5), Some(5));
    }
}
