//! Where the bytes of each mount live.
//!
//! ```text
//!                    │ own layer │  volume  │   bind   │  tmpfs   │   a column for each kind of home
//!   ┌ shell ────┐    │           │          │          │          │
//!   │ /         ├────┼▶[upper]   │          │          │          │   a row for each mount, so that a wire
//!   │ /data     ├────┼───────────┼▶[notes]  │          │          │   meets no box but its own
//!   │ /srv  ro  ├────┼───────────┼──────────┼▶[/home…] │          │
//!   └───────────┘    │           │          │          │          │
//! ```
//!
//! A home that two containers share stands in the row of the first; the others reach it by the gutter left of its column.

use super::scene::{Anchor, Band, Edge, End, Font, Ink, Line, Node, Scene, Style, Text, Tint};
use super::stage::{MARGIN, Stage, rect};
use super::{Glyph, NodeId};
use crate::trace::{Container, ContainerState, Dir, DirRole, Entity, Family, Mount, MountKind, World};
use egui::pos2;
use std::collections::BTreeSet;
use std::sync::Arc;

const TINT: Tint = Tint::Family(Family::Storage);
const FRAME: f32 = 214.0;
const COLUMN: f32 = 152.0;
const GUTTER: f32 = 24.0;
const FIRST: f32 = MARGIN + FRAME + 44.0;
const HEAD: f32 = 84.0;
const FRAME_HEAD: f32 = 50.0;
const ROW: f32 = 74.0;
const HOME: f32 = 62.0;
const TARGET: f32 = 46.0;
const PAD: f32 = 12.0;

/// A kind of home, in the order of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Upper,
    Volume,
    Bind,
    Tmpfs,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Upper, Self::Volume, Self::Bind, Self::Tmpfs];

    fn key(self) -> &'static str {
        match self {
            Self::Upper => "scene-home-upper",
            Self::Volume => "scene-home-volume",
            Self::Bind => "scene-home-bind",
            Self::Tmpfs => "scene-home-tmpfs",
        }
    }

    fn survives(self) -> bool {
        matches!(self, Self::Volume | Self::Bind)
    }

    fn left(self) -> f32 {
        FIRST + (self as usize) as f32 * (COLUMN + GUTTER)
    }
}

/// The picture of all mounts.
pub(super) fn scene(world: &World, mut stage: Stage<'_>) -> Scene {
    let containers = super::in_order(world);
    let kept = world.volumes.len() + world.dirs.values().filter(|d| d.role == DirRole::BindSource).count();
    if containers.is_empty() && kept == 0 {
        return stage.nothing(match super::was_done(world, &super::STORED) {
            true => ["scene-storage-none-now", "scene-storage-none-now-hint"],
            false => ["scene-storage-empty", "scene-storage-empty-hint"],
        });
    }
    let mut y = MARGIN + HEAD + 14.0;
    let mut homes = Homes::default();
    for container in &containers {
        y = draw(world, &mut stage, container, y, &mut homes) + 22.0;
    }
    y = left_over(world, &mut stage, y, &homes);
    for kind in Kind::ALL {
        let band = band(&stage, kind, y);
        stage.scene.bands.push(band);
    }
    let spoken = spoken(world, &stage, &containers);
    stage.done(spoken)
}

/// The homes that are drawn already.
#[derive(Default)]
struct Homes {
    all: BTreeSet<NodeId>,
}

fn band(stage: &Stage<'_>, kind: Kind, bottom: f32) -> Band {
    let place = rect(kind.left() - 7.0, MARGIN, COLUMN + 14.0, (bottom - MARGIN).max(HEAD));
    let text = |y: f32, font, ink, suffix: &str| {
        let text = stage.say(&format!("{}{suffix}", kind.key()));
        let text = stage.fit(&text, font, COLUMN - 2.0);
        Text::new(pos2(place.center().x, place.top() + y), font, ink, text).anchored(Anchor::Center)
    };
    let (tint, mark) = if kind.survives() { (Tint::Good, Glyph::Check) } else { (Tint::Bad, Glyph::Cross) };
    let fate = text(62.0, Font::Small, Ink::Tint(tint), "-fate").marked(mark);
    // A centred text and its sign are centred together.
    let shift = (Font::Small.size() + 4.0) / 2.0;
    let width = stage.width(&fate.text, Font::Small);
    let fate = Text { at: pos2(fate.at.x - width / 2.0 - shift, fate.at.y), anchor: Anchor::Left, ..fate };
    Band {
        key: kind.key(),
        rect: place,
        tint: TINT,
        texts: vec![text(22.0, Font::Title, Ink::Strong, ""), text(41.0, Font::Small, Ink::Weak, "-where"), fate],
    }
}

/// A container's box, its mounts in rows, their homes at the right. Returns its lower edge.
fn draw(world: &World, stage: &mut Stage<'_>, container: &Container, top: f32, homes: &mut Homes) -> f32 {
    let mut mounts: Vec<&Arc<Mount>> = world.mounts_of(&container.id).collect();
    let system = mounts.iter().filter(|m| m.kind == MountKind::System).count();
    let root = mounts.iter().copied().find(|m| matches!(m.kind, MountKind::Overlay { .. }));
    mounts.retain(|m| !matches!(m.kind, MountKind::System | MountKind::Overlay { .. }));
    // What a stopped container will mount again. A tmpfs of it is nowhere now, and its bytes are gone.
    let held: Vec<&Arc<Mount>> = world.held_mounts().filter(|(id, _)| **id == container.id).map(|(_, m)| m).collect();
    mounts.extend(&held);
    mounts.sort_by(|a, b| a.target.cmp(&b.target).then(a.key.cmp(&b.key)));
    mounts.dedup_by(|a, b| a.target == b.target && a.kind == b.kind);
    let id = NodeId::of(Entity::Container(container.id.clone()));
    let running = matches!(container.state, ContainerState::Running { .. });
    let tint = if running { Tint::Family(Family::Process) } else { Tint::Plain };
    let foot = if system > 0 { 24.0 } else { 0.0 };
    let place = rect(MARGIN, top, FRAME, FRAME_HEAD + ROW * (mounts.len() + 1) as f32 + foot);
    let name = stage.fit(&container.name, Font::Heading, FRAME - 110.0);
    let state = super::state_of(stage, container);
    let mut frame = Node::new(id.clone(), place, tint, Style::Frame)
        .text(Text::new(pos2(16.0, 25.0), Font::Heading, Ink::Strong, name))
        .text(Text::new(pos2(FRAME - 14.0, 25.0), Font::Small, Ink::Weak, state).anchored(Anchor::Right));
    if system > 0 {
        let text = stage.say_with("scene-system-mounts", &[("n", &system.to_string())]);
        let text = stage.fit(&text, Font::Small, FRAME - 28.0);
        frame = frame.text(Text::new(pos2(16.0, place.height() - 16.0), Font::Small, Ink::Weak, text));
    }
    stage.add(frame.called(&stage.say("scene-container")));
    let mut middle = top + FRAME_HEAD + ROW / 2.0;
    own_layer(world, stage, container, root, &id, middle, homes);
    for mount in mounts {
        middle += ROW;
        let is_held = held.iter().any(|held| held.key == mount.key);
        let (own, why) = if is_held {
            (
                NodeId::part(Entity::Container(container.id.clone()), format!("mount {}", mount.target)),
                Some(Unmounted::Now),
            )
        } else {
            (NodeId::of(Entity::Mount(mount.key)), None)
        };
        let at = target(stage, own, &id, &mount.target, middle, mount.read_only, why);
        if is_held && mount.kind == MountKind::Tmpfs {
            continue;
        }
        let (kind, home) = match &mount.kind {
            MountKind::Volume { name } => (Kind::Volume, NodeId::of(Entity::Volume(name.clone()))),
            MountKind::Bind { from } if world.dirs.contains_key(from) => {
                (Kind::Bind, NodeId::of(Entity::Dir(from.clone())))
            }
            MountKind::Bind { from } => (Kind::Bind, NodeId::named(format!("bind {from}"))),
            _ => (Kind::Tmpfs, NodeId::part(Entity::Mount(mount.key), "ram")),
        };
        if homes.all.insert(home.clone()) {
            home_of(world, stage, mount, kind, home.clone(), middle);
        }
        reach(stage, &at, &home, kind, middle, mount.read_only || is_held);
    }
    place.bottom()
}

/// The container's root and the upper directory that its writes go to.
fn own_layer(
    world: &World,
    stage: &mut Stage<'_>,
    container: &Container,
    root: Option<&Arc<Mount>>,
    frame: &NodeId,
    middle: f32,
    homes: &mut Homes,
) {
    let part = |what: &'static str| NodeId::part(Entity::Container(container.id.clone()), what);
    let id = root.map_or_else(|| part("root"), |m| NodeId::of(Entity::Mount(m.key)));
    let why = match (root, &container.state) {
        (Some(_), _) => None,
        (None, ContainerState::Exited { .. }) => Some(Unmounted::Now),
        (None, _) => Some(Unmounted::Yet),
    };
    let at = target(stage, id, frame, "/", middle, root.is_some_and(|m| m.read_only), why);
    let made = world.dirs.values().find(|d| d.role == DirRole::Upper && d.container.as_ref() == Some(&container.id));
    let path = match root.map(|m| &m.kind) {
        Some(MountKind::Overlay { upper, .. }) => Some(upper.clone()),
        _ => made.map(|d| d.path.clone()),
    };
    let Some(path) = path else { return };
    let home = if world.dirs.contains_key(&path) { NodeId::of(Entity::Dir(path.clone())) } else { part("upper") };
    homes.all.insert(home.clone());
    let title = tail(&path, 2);
    home_card(stage, home.clone(), Kind::Upper, middle, &title, &path, None);
    reach(stage, &at, &home, Kind::Upper, middle, root.is_none());
}

fn home_of(world: &World, stage: &mut Stage<'_>, mount: &Mount, kind: Kind, id: NodeId, middle: f32) {
    match &mount.kind {
        MountKind::Volume { name } => {
            let volume = world.volumes.get(name);
            let path = volume.map(|v| v.path.clone()).unwrap_or_default();
            let anonymous = volume.filter(|v| v.anonymous).map(|_| stage.say("scene-anonymous"));
            let note = only_held(world, mount).then(|| stage.say("scene-used-stopped")).or(anonymous);
            home_card(stage, id, kind, middle, name, &path, note.map(|n| (n, None)));
        }
        MountKind::Bind { from } => {
            let note = only_held(world, mount).then(|| (stage.say("scene-used-stopped"), None));
            home_card(stage, id, kind, middle, &tail(from, 1), from, note);
        }
        _ => {
            let (size, where_) = (mount.fstype.clone(), stage.say("scene-memory"));
            home_card(stage, id, kind, middle, &size, &where_, None);
        }
    }
}

/// No container that runs has it mounted: those that use it are stopped.
fn only_held(world: &World, mount: &Mount) -> bool {
    world.mounts.values().all(|other| other.kind != mount.kind)
}

/// Why nothing is mounted at a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unmounted {
    /// The container was never started.
    Yet,
    /// It is stopped.
    Now,
}

fn home_card(
    stage: &mut Stage<'_>,
    id: NodeId,
    kind: Kind,
    middle: f32,
    title: &str,
    path: &str,
    note: Option<(String, Option<Glyph>)>,
) {
    let place = rect(kind.left(), middle - HOME / 2.0, COLUMN, HOME);
    let room = COLUMN - 2.0 * PAD;
    let lift = if note.is_some() { 0.0 } else { 6.0 };
    let title = stage.fit_middle(title, Font::MonoTitle, room);
    let path_font = if kind == Kind::Tmpfs { Font::Small } else { Font::MonoSmall };
    let path = stage.fit_middle(path, path_font, room);
    let style = if kind == Kind::Tmpfs { Style::Dashed } else { Style::Solid };
    let mut node = Node::new(id, place, TINT, style)
        .text(Text::new(pos2(PAD, 17.0 + lift), Font::MonoTitle, Ink::Strong, title))
        .text(Text::new(pos2(PAD, 34.5 + lift), path_font, Ink::Weak, path));
    if let Some((note, mark)) = note {
        let ink = if mark.is_some() { Ink::Tint(Tint::Good) } else { Ink::Tint(TINT) };
        let note = stage.fit(&note, Font::Small, if mark.is_some() { room - 14.0 } else { room });
        node = node.text(Text::new(pos2(PAD, 50.0), Font::Small, ink, note).marked(mark));
    }
    stage.add(node.called(&stage.say(kind.key())));
}

/// A path in the container that something is mounted on.
fn target(
    stage: &mut Stage<'_>,
    id: NodeId,
    frame: &NodeId,
    path: &str,
    middle: f32,
    read_only: bool,
    unmounted: Option<Unmounted>,
) -> NodeId {
    let planned = unmounted.is_some();
    let place = rect(MARGIN + 14.0, middle - TARGET / 2.0, FRAME - 28.0, TARGET);
    let style = if planned { Style::Ghost } else { Style::Solid };
    let tinted = if planned { Tint::Plain } else { TINT };
    let mut lines = Vec::new();
    let shown = stage.fit_middle(path, Font::MonoTitle, place.width() - 24.0);
    let second = match (read_only, unmounted) {
        (_, Some(Unmounted::Yet)) => Some((stage.say("scene-not-mounted"), Glyph::Wait)),
        (_, Some(Unmounted::Now)) => Some((stage.say("scene-not-mounted-now"), Glyph::Wait)),
        (true, None) => Some((stage.say("scene-read-only"), Glyph::Lock)),
        (false, None) => None,
    };
    let room = place.width() - 2.0 * PAD - 16.0;
    let second = second.map(|(word, mark)| (stage.fit(&word, Font::Small, room), mark));
    let y = if second.is_some() { 16.0 } else { TARGET / 2.0 };
    lines.push(Text::new(pos2(PAD, y), Font::MonoTitle, Ink::Strong, shown));
    if let Some((word, mark)) = second {
        lines.push(Text::new(pos2(PAD, 33.0), Font::Small, Ink::Weak, word).marked(mark));
    }
    stage.add(Node::new(id, place, tinted, style).within(frame).texts(lines).called(""))
}

/// Straight along its row; to a home in another row by the gutter left of the home's column.
fn reach(stage: &mut Stage<'_>, from: &NodeId, home: &NodeId, kind: Kind, middle: f32, weak: bool) {
    let (Some(start), Some(end)) = (stage.scene.node(from).map(|n| n.rect), stage.scene.node(home).map(|n| n.rect))
    else {
        return;
    };
    let target = end.left_center();
    let route = if (end.center().y - middle).abs() < 0.5 {
        vec![pos2(start.right(), middle), target]
    } else {
        let x = kind.left() - GUTTER / 2.0 - 4.0;
        vec![pos2(start.right(), middle), pos2(x, middle), pos2(x, target.y), target]
    };
    let line = if weak { Line::Dashed } else { Line::Solid };
    stage.wire(from, home, Edge::new(route, TINT, line).ends(End::Open, End::Arrow).part("lives in"));
}

/// Volumes and host paths that no container uses. Returns the lower end.
fn left_over(world: &World, stage: &mut Stage<'_>, top: f32, homes: &Homes) -> f32 {
    let free = |id: NodeId| (!homes.all.contains(&id)).then_some(id);
    let volumes: Vec<_> =
        world.volumes.values().filter_map(|v| Some((free(NodeId::of(Entity::Volume(v.name.clone())))?, v))).collect();
    let sources = world.dirs.values().filter(|d| d.role == DirRole::BindSource);
    let binds: Vec<(NodeId, &Arc<Dir>)> =
        sources.filter_map(|d| Some((free(NodeId::of(Entity::Dir(d.path.clone())))?, d))).collect();
    let rows = volumes.len().max(binds.len());
    let middle = |row: usize| top + ROW * row as f32 + ROW / 2.0;
    let note = || Some((stage.say("scene-kept"), Some(Glyph::Check)));
    let (volume_note, bind_note) = (note(), note());
    for (row, (id, volume)) in volumes.into_iter().enumerate() {
        home_card(stage, id, Kind::Volume, middle(row), &volume.name, &volume.path, volume_note.clone());
    }
    for (row, (id, dir)) in binds.into_iter().enumerate() {
        home_card(stage, id, Kind::Bind, middle(row), &tail(&dir.path, 1), &dir.path, bind_note.clone());
    }
    top + ROW * rows as f32
}

/// The last parts of a path.
fn tail(path: &str, parts: usize) -> String {
    let all: Vec<&str> = path.split('/').filter(|p| !p.is_empty()).collect();
    let last = &all[all.len().saturating_sub(parts)..];
    // Of an id the first twelve digits are what every other tool prints.
    let short = |part: &&str| if part.len() == 64 { part[..12].to_owned() } else { (*part).to_owned() };
    let joined = last.iter().map(short).collect::<Vec<_>>().join("/");
    if joined.is_empty() { "/".to_owned() } else { joined }
}

fn spoken(world: &World, stage: &Stage<'_>, containers: &[&Arc<Container>]) -> String {
    let count = [containers.len().to_string(), world.volumes.len().to_string()];
    let mut parts = vec![stage.say_with("scene-storage-spoken", &[("containers", &count[0]), ("volumes", &count[1])])];
    for container in containers {
        for mount in world.mounts_of(&container.id) {
            let place = match &mount.kind {
                MountKind::Volume { name } => format!("{} {name}", stage.say("scene-home-volume")),
                MountKind::Bind { from } => format!("{} {from}", stage.say("scene-home-bind")),
                MountKind::Tmpfs => stage.say("scene-home-tmpfs"),
                MountKind::Overlay { .. } | MountKind::System => continue,
            };
            let vars = [("name", container.name.as_str()), ("target", &mount.target), ("place", &place)];
            parts.push(stage.say_with("scene-storage-spoken-mount", &vars));
        }
    }
    parts.join(" ")
}
