//! Where the bytes of each mount live.
//!
//! ```text
//!   ┌ shell ────┐
//!   │ /         ├──────▶ ┌ own layer   …/upper            gone after rm ┐   a row for each mount, so that a wire
//!   │ /data     ├──────▶ ┌ volume      notes  …/_data      kept after rm ┐   meets no box but its own
//!   │ /srv  ro  ├──────▶ ┌ bind        /home/…             kept after rm ┐
//!   └───────────┘                      │ memo  5 B │ note  2 KB │ +3       │   in each the files that were written last
//! ```
//!
//! A home that two containers share stands in the row of the first; the others reach it by the gutter. Where there is no room for
//! all, containers to which the eye is not led are a line each.

mod ask;
mod folded;
mod held;

use super::scene::{Anchor, Edge, End, Font, Ink, Line, Node, Scene, Style, Text, Tint};
use super::stage::{Detail, Stage, rect};
use super::{Glyph, NodeId};
use crate::lesson::AskedPlace;
use crate::trace::{Container, ContainerState, Dir, DirRole, Entity, Family, Home, Mount, MountKind, World};
use egui::pos2;
use std::collections::BTreeSet;
use std::sync::Arc;

const TINT: Tint = Tint::Family(Family::Storage);
const GUTTER: f32 = 56.0;
const PAD: f32 = 12.0;
/// Between two lanes of the gutter.
const LANE: f32 = 8.0;
/// No home is wider: its ends belong together.
const WIDEST: f32 = 560.0;
/// The whole picture where its room has no end.
const WIDE: f32 = 760.0;

/// How high things are.
#[derive(Clone, Copy)]
struct Heights {
    /// A container's name.
    head: f32,
    row: f32,
    home: f32,
    target: f32,
    /// Below a container.
    gap: f32,
    /// Files, within a home; none where no home has any.
    files: f32,
}

impl Heights {
    fn of(detail: Detail, has_files: bool) -> Self {
        let plain = match detail {
            Detail::Full => Self { head: 50.0, row: 74.0, home: 62.0, target: 46.0, gap: 22.0, files: 30.0 },
            Detail::Less => Self { head: 34.0, row: 50.0, home: 44.0, target: 42.0, gap: 12.0, files: 24.0 },
            Detail::Least | Detail::Bare | Detail::Thin => {
                Self { head: 30.0, row: 32.0, home: 28.0, target: 28.0, gap: 8.0, files: 0.0 }
            }
        };
        let files = if has_files { plain.files } else { 0.0 };
        Self { row: plain.row + files, home: plain.home + files, files, ..plain }
    }
}

/// Where things stand.
#[derive(Clone, Copy)]
struct Plan {
    high: Heights,
    margin: f32,
    frame: f32,
    /// The left edge of the homes, and how wide they are.
    homes: f32,
    home: f32,
}

impl Plan {
    fn of(world: &World, stage: &Stage<'_>) -> Self {
        let margin = stage.margin();
        let wide = stage.wide(WIDE);
        let frame = if stage.is_full() { 214.0 } else { (wide * 0.29).clamp(170.0, 240.0) };
        let homes = margin + frame + GUTTER;
        let home = (wide - homes - margin).clamp(240.0, WIDEST);
        let has_files = world.contents.values().any(|held| held.files > 0)
            || world.uppers.values().any(|upper| upper.totals.paths > 0);
        Self { high: Heights::of(stage.detail, has_files), margin, frame, homes, home }
    }
}

/// A kind of home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Upper,
    Volume,
    Bind,
    Tmpfs,
}

impl Kind {
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
}

/// The picture of all mounts.
pub(super) fn scene(world: &World, mut stage: Stage<'_>) -> Scene {
    let containers = super::in_order(world);
    let kept = world.volumes.len() + world.dirs.values().filter(|d| d.role == DirRole::BindSource).count();
    if containers.is_empty() && kept == 0 && ask::gone(&stage).is_empty() {
        return stage.nothing(match super::was_done(world, &super::STORED) {
            true => ["scene-storage-none-now", "scene-storage-none-now-hint"],
            false => ["scene-storage-empty", "scene-storage-empty-hint"],
        });
    }
    let plan = Plan::of(world, &stage);
    let mut y = plan.margin + ask::title(&mut stage, plan.homes, plan.margin);
    let mut homes = Homes::default();
    let (open, folded): (Vec<&Arc<Container>>, Vec<&Arc<Container>>) = match stage.detail {
        Detail::Least | Detail::Bare | Detail::Thin => folded::parted(world, &stage, &containers),
        _ => (containers.clone(), Vec::new()),
    };
    for container in &open {
        y = draw(world, &mut stage, plan, container, y, &mut homes) + plan.high.gap;
    }
    y = left_over(world, &mut stage, plan, y, &homes);
    if !folded.is_empty() {
        folded::draw(world, &mut stage, plan, &folded, y);
    }
    let spoken = spoken(world, &stage, &containers);
    stage.done(spoken)
}

/// No more containers than this fit when all are open: each has its name and its root at least.
pub(super) fn most(stage: &Stage<'_>) -> usize {
    let high = Heights::of(stage.detail, false);
    stage.look.room.map_or(usize::MAX, |room| (room.y / (high.head + high.row)) as usize)
}

/// It is the container, or one of its mounts or of the homes of these.
pub(super) fn is_of(world: &World, container: &Container, entity: &Entity) -> bool {
    let lives = |mount: &Arc<Mount>| match (&mount.kind, entity) {
        (_, Entity::Mount(key)) => mount.key == *key,
        (MountKind::Volume { name }, Entity::Volume(other)) => name == other,
        (MountKind::Bind { from }, Entity::Dir(path)) => from == path,
        (MountKind::Overlay { upper, .. }, Entity::Dir(path)) => upper == path,
        _ => false,
    };
    match entity {
        Entity::Container(id) | Entity::UpperFile(id, _) | Entity::Speed(id, ..) => *id == container.id,
        _ => world.mounts_of(&container.id).any(lives),
    }
}

/// The homes that are drawn already, and how many wires run down the gutter.
#[derive(Default)]
struct Homes {
    all: BTreeSet<NodeId>,
    lanes: usize,
}

/// What a container has mounted, or will have again: each target once, by its name.
pub(super) fn mounts<'w>(world: &'w World, container: &'w Container) -> Vec<(&'w Arc<Mount>, bool)> {
    let mounted = world.mounts_of(&container.id).map(|mount| (mount, false));
    // What a stopped container will mount again. A tmpfs of it is nowhere now, and its bytes are gone.
    let held = world.held_mounts().filter(|(id, _)| **id == container.id).map(|(_, mount)| (mount, true));
    let mut all: Vec<(&Arc<Mount>, bool)> = mounted.chain(held).collect();
    all.retain(|(m, _)| !matches!(m.kind, MountKind::System | MountKind::Overlay { .. }));
    all.sort_by(|(a, _), (b, _)| a.target.cmp(&b.target).then(a.key.cmp(&b.key)));
    all.dedup_by(|(a, _), (b, _)| a.target == b.target && a.kind == b.kind);
    all
}

/// A container's box, its mounts in rows, their homes at the right. Returns its lower edge.
fn draw(world: &World, stage: &mut Stage<'_>, plan: Plan, container: &Container, top: f32, homes: &mut Homes) -> f32 {
    let high = plan.high;
    let system = world.mounts_of(&container.id).filter(|m| m.kind == MountKind::System).count();
    let root = world.mounts_of(&container.id).find(|m| matches!(m.kind, MountKind::Overlay { .. }));
    let mounts = mounts(world, container);
    let id = NodeId::of(Entity::Container(container.id.clone()));
    let running = container.state.lives();
    let tint = if running { Tint::Family(Family::Process) } else { Tint::Plain };
    let foot = if system > 0 && stage.detail < Detail::Least { 24.0 } else { 4.0 };
    let place = rect(plan.margin, top, plan.frame, high.head + high.row * (mounts.len() + 1) as f32 + foot);
    let state = super::state_of(stage, container);
    let room = plan.frame - 38.0 - stage.width(&state, Font::Small);
    let name = stage.fit(&container.name, Font::Heading, room);
    let mut frame = Node::new(id.clone(), place, tint, Style::Frame)
        .text(Text::new(pos2(16.0, high.head / 2.0), Font::Heading, Ink::Strong, name))
        .text(
            Text::new(pos2(plan.frame - 14.0, high.head / 2.0), Font::Small, Ink::Weak, state).anchored(Anchor::Right),
        );
    if system > 0 && foot > 4.0 {
        let text = stage.say_with("scene-system-mounts", &[("n", &system.to_string())]);
        let text = stage.fit(&text, Font::Small, plan.frame - 28.0);
        frame = frame.text(Text::new(pos2(16.0, place.height() - 14.0), Font::Small, Ink::Weak, text));
    }
    stage.add(frame.called(&stage.say("scene-container")));
    let mut middle = top + high.head + high.row / 2.0 - 2.0;
    own_layer(world, stage, plan, container, root, &id, middle, homes);
    for (mount, is_held) in mounts {
        middle += high.row;
        let (own, why) = if is_held {
            let part = format!("mount {}", mount.target);
            (NodeId::part(Entity::Container(container.id.clone()), part), Some(Unmounted::Now))
        } else {
            (NodeId::of(Entity::Mount(mount.key)), None)
        };
        let at = target(stage, plan, own, &id, &mount.target, middle, (mount.read_only, &mount.fstype), why);
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
            home_of(world, stage, plan, mount, kind, home.clone(), middle);
        }
        reach(stage, plan, &at, &home, middle, mount.read_only || is_held, homes);
    }
    place.bottom()
}

/// The container's root and the upper directory that its writes go to.
#[expect(clippy::too_many_arguments, reason = "a layout's inputs")]
fn own_layer(
    world: &World,
    stage: &mut Stage<'_>,
    plan: Plan,
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
        (None, ContainerState::Exited { .. } | ContainerState::Restarting { .. }) => Some(Unmounted::Now),
        (None, _) => Some(Unmounted::Yet),
    };
    let of = root.map_or((false, ""), |root| (root.read_only, root.fstype.as_str()));
    let at = target(stage, plan, id, frame, "/", middle, of, why);
    let made = world.dirs.values().find(|d| d.role == DirRole::Upper && d.container.as_ref() == Some(&container.id));
    let path = match root.map(|m| &m.kind) {
        Some(MountKind::Overlay { upper, .. }) => Some(upper.clone()),
        _ => made.map(|d| d.path.clone()),
    };
    let Some(path) = path else { return };
    let home = if world.dirs.contains_key(&path) { NodeId::of(Entity::Dir(path.clone())) } else { part("upper") };
    homes.all.insert(home.clone());
    let written = world.uppers.get(&container.id).and_then(|upper| super::layers::written(stage, upper));
    let held = held::upper(world, container);
    let (title, note) = (tail(&path, 2), written.map(|n| (n, None)));
    let (owner, home_is) = (&*container.name, None);
    let (kind, title) = (Kind::Upper, &*title);
    let card = Card { kind, nameless: false, owner, title, path: &path, home: home_is, note, held };
    home_card(stage, plan, home.clone(), middle, card);
    reach(stage, plan, &at, &home, middle, root.is_none(), homes);
}

fn home_of(world: &World, stage: &mut Stage<'_>, plan: Plan, mount: &Mount, kind: Kind, id: NodeId, middle: f32) {
    let used = || only_held(world, mount).then(|| stage.say("scene-used-stopped"));
    let (title, path, note, home) = match &mount.kind {
        MountKind::Volume { name } => {
            let volume = world.volumes.get(name);
            let path = volume.map(|v| v.path.clone()).unwrap_or_default();
            let anonymous = volume.filter(|it| it.anonymous).map(|_| stage.say("scene-anonymous"));
            (name.clone(), path, anonymous.or_else(used), Home::Volume { name: name.clone() })
        }
        MountKind::Bind { from } => (tail(from, 1), from.clone(), used(), Home::Bind { from: from.clone() }),
        _ => (String::new(), stage.say("scene-memory"), None, Home::Tmpfs { mount: mount.key }),
    };
    let held = held::of(world, &home);
    let owner = mount.container.as_ref().and_then(|id| world.containers.get(id)).map_or("", |it| it.name.as_str());
    let note = note.map(|n| (n, None));
    let nameless = matches!(&home, Home::Volume { name } if world.volumes.get(name).is_some_and(|it| it.anonymous));
    let card = Card { kind, nameless, owner, title: &title, path: &path, home: Some(home), note, held };
    home_card(stage, plan, id, middle, card);
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

/// What is written on a home.
struct Card<'a> {
    kind: Kind,
    /// A volume to which nobody gave a name.
    nameless: bool,
    /// The container's name, of whose it is drawn.
    owner: &'a str,
    title: &'a str,
    path: &'a str,
    /// Which home it is; none of a writable layer.
    home: Option<Home>,
    /// What else is to be said of it.
    note: Option<(String, Option<Glyph>)>,
    held: held::Held,
}

/// What kind of home, its name and path; whether it is kept, and what it holds.
fn home_card(stage: &mut Stage<'_>, plan: Plan, id: NodeId, middle: f32, card: Card<'_>) {
    let Card { kind, nameless, owner, title, path, home, note, held } = card;
    let place = rect(plan.homes, middle - plan.high.home / 2.0, plan.home, plan.high.home);
    let style = if kind == Kind::Tmpfs { Style::Dashed } else { Style::Solid };
    let right = plan.home - PAD;
    let one_line = stage.detail >= Detail::Least;
    let (up, down) = match stage.detail {
        Detail::Full => (19.0, 43.0),
        Detail::Less => (13.0, 31.0),
        Detail::Least | Detail::Bare | Detail::Thin => (14.0, 14.0),
    };
    // What is being predicted is told by no sign and no colour either.
    // A volume without a name goes with its container where that is asked for.
    let key = if nameless { "scene-home-anonymous-fate".to_owned() } else { format!("{}-fate", kind.key()) };
    let (ink, mark) = match (nameless || stage.words.is_veiled(&key), kind.survives()) {
        (true, _) => (Ink::Weak, None),
        (false, true) => (Ink::Tint(Tint::Good), Some(Glyph::Check)),
        (false, false) => (Ink::Tint(Tint::Bad), Some(Glyph::Cross)),
    };
    let fate = stage.say(&key);
    // What is asked of it, or was, stands where its fate would.
    let asked = ask::of(stage, kind, home.as_ref(), owner, title);
    let fate_room = match &asked {
        Some(asked) => ask::wide(stage, asked),
        None => stage.width(&fate, Font::Small) + Font::Small.size() + 4.0,
    };
    // What came of an earlier question is said beside one that is open.
    let note = match asked.as_ref().filter(|asked| asked.open).and_then(|asked| ask::before(stage, asked)) {
        Some((said, mark)) => Some((said, Some(mark))),
        None => note,
    };
    let word = stage.fit(&stage.say(kind.key()), Font::Title, 130.0);
    let name = word.clone();
    let named = PAD + stage.width(&word, Font::Title) + if title.is_empty() { 0.0 } else { 10.0 };
    let title = stage.fit_middle(title, Font::MonoTitle, (right - fate_room - 12.0 - named).max(30.0));
    let named_end = named + stage.width(&title, Font::MonoTitle);
    // What is not asked of is not said to be veiled either: there is nothing to choose.
    let is_silent = asked.is_none() && stage.words.is_veiled(&key) && ask::is_open(stage);
    let mut texts = vec![
        Text::new(pos2(PAD, up), Font::Title, Ink::Tint(TINT), word),
        Text::new(pos2(named, up), Font::MonoTitle, Ink::Strong, title),
    ];
    if asked.is_none() && !is_silent {
        texts.push(Text::new(pos2(right, up), Font::Small, ink, fate).anchored(Anchor::Right).marked(mark));
    }
    let font = if kind == Kind::Tmpfs { Font::Small } else { Font::MonoSmall };
    if one_line {
        let room = right - fate_room - 12.0 - named_end - 10.0;
        if room > 60.0 {
            let said = note.map(|(note, _)| note).or_else(|| held.in_a_line(stage)).unwrap_or_else(|| path.to_owned());
            let said = stage.fit_middle(&said, font, room);
            texts.push(Text::new(pos2(named_end + 10.0, down), font, Ink::Weak, said));
        }
    } else {
        let note = note.map(|(note, mark)| {
            let room = (plan.home - 2.0 * PAD) * 0.55;
            (stage.state(&note, Font::Small, room), mark)
        });
        let taken = note.as_ref().map_or(0.0, |(note, _)| stage.width(note, Font::Small) + 30.0);
        let path = stage.fit_middle(path, font, plan.home - 2.0 * PAD - taken);
        texts.push(Text::new(pos2(PAD, down), font, Ink::Weak, path));
        if let Some((note, mark)) = note {
            let ink = match mark {
                Some(Glyph::Cross) => Ink::Tint(Tint::Bad),
                Some(_) => Ink::Tint(Tint::Good),
                None => Ink::Tint(TINT),
            };
            texts.push(Text::new(pos2(right, down), Font::Small, ink, note).anchored(Anchor::Right).marked(mark));
        }
    }
    stage.add(Node::new(id.clone(), place, TINT, style).texts(texts).called(""));
    if let Some(asked) = asked {
        ask::draw(stage, &asked, &id, &name, up);
    }
    if plan.high.files > 0.0 {
        held::draw(stage, &held, &id, plan.high.files);
    }
}

/// A path in the container that something is mounted on.
#[expect(clippy::too_many_arguments, reason = "what is written on a card")]
fn target(
    stage: &mut Stage<'_>,
    plan: Plan,
    id: NodeId,
    frame: &NodeId,
    path: &str,
    middle: f32,
    (read_only, fstype): (bool, &str),
    unmounted: Option<Unmounted>,
) -> NodeId {
    let planned = unmounted.is_some();
    let high = plan.high.target;
    let place = rect(plan.margin + 14.0, middle - high / 2.0, plan.frame - 28.0, high);
    let style = if planned { Style::Ghost } else { Style::Solid };
    let tinted = if planned { Tint::Plain } else { TINT };
    // Which file system it is may be what is asked.
    let fstype = if stage.words.is_veiled("fact-fstype") { "" } else { fstype };
    let second = match (read_only, unmounted) {
        (_, Some(Unmounted::Yet)) => Some((stage.say("scene-not-mounted"), Some(Glyph::Wait))),
        (_, Some(Unmounted::Now)) => Some((stage.say("scene-not-mounted-now"), Some(Glyph::Wait))),
        (true, None) if fstype.is_empty() => Some((stage.say("scene-read-only"), Some(Glyph::Lock))),
        (true, None) => Some((format!("{} · {fstype}", stage.say("scene-read-only")), Some(Glyph::Lock))),
        (false, None) => Some((fstype.to_owned(), None)).filter(|(word, _)| !word.is_empty()),
    };
    let room = place.width() - 2.0 * PAD;
    let mut lines = Vec::new();
    if stage.detail >= Detail::Least {
        let sign = second.and_then(|(_, mark)| mark);
        let shown = stage.fit_middle(path, Font::MonoTitle, room - if sign.is_some() { 18.0 } else { 0.0 });
        lines.push(Text::new(pos2(PAD, high / 2.0), Font::MonoTitle, Ink::Strong, shown).marked(sign));
    } else {
        let shown = stage.fit_middle(path, Font::MonoTitle, room);
        let y = if second.is_some() { high * 0.34 } else { high / 2.0 };
        lines.push(Text::new(pos2(PAD, y), Font::MonoTitle, Ink::Strong, shown));
        if let Some((word, mark)) = second {
            let word = stage.state(&word, Font::Small, room - 16.0);
            lines.push(Text::new(pos2(PAD, high * 0.73), Font::Small, Ink::Weak, word).marked(mark));
        }
    }
    stage.add(Node::new(id, place, tinted, style).within(frame).texts(lines).called(""))
}

/// Straight along its row; to a home in another row by a lane of the gutter.
fn reach(stage: &mut Stage<'_>, plan: Plan, from: &NodeId, home: &NodeId, middle: f32, weak: bool, homes: &mut Homes) {
    let (Some(start), Some(end)) = (stage.scene.node(from).map(|n| n.rect), stage.scene.node(home).map(|n| n.rect))
    else {
        return;
    };
    let start = pos2(start.right(), middle);
    let route = if (end.center().y - middle).abs() < 0.5 {
        vec![start, end.left_center()]
    } else {
        let lanes = ((GUTTER - 26.0) / LANE) as usize;
        let x = plan.homes - 14.0 - LANE * (homes.lanes % lanes.max(1)) as f32;
        homes.lanes += 1;
        vec![start, pos2(x, middle), pos2(x, end.center().y), end.left_center()]
    };
    let line = if weak { Line::Dashed } else { Line::Solid };
    stage.wire(from, home, Edge::new(route, TINT, line).ends(End::Open, End::Arrow).part("lives in"));
}

/// Volumes and host paths that no container uses. Returns the lower end.
fn left_over(world: &World, stage: &mut Stage<'_>, plan: Plan, top: f32, homes: &Homes) -> f32 {
    let free = |id: NodeId| (!homes.all.contains(&id)).then_some(id);
    let volumes = world.volumes.values().filter_map(|v| Some((free(NodeId::of(Entity::Volume(v.name.clone())))?, v)));
    let sources = world.dirs.values().filter(|d| d.role == DirRole::BindSource);
    let binds = sources.filter_map(|d| Some((free(NodeId::of(Entity::Dir(d.path.clone())))?, d)));
    let (volumes, binds): (Vec<_>, Vec<(NodeId, &Arc<Dir>)>) = (volumes.collect(), binds.collect());
    // Of very many the first are drawn and the rest is counted.
    let most = if stage.look.room.is_some() && stage.detail >= Detail::Least { 6 } else { usize::MAX };
    let all = volumes.len() + binds.len();
    let mut middle = top + plan.high.row / 2.0;
    // That it is kept is not said while it is being predicted. A container whose picture is folded has it all the same.
    let note = |kind: &MountKind| {
        let held = world.held_mounts().any(|(_, mount)| mount.kind == *kind);
        match world.mounts.values().any(|mount| mount.kind == *kind) {
            _ if stage.words.is_veiled("scene-kept") => None,
            true => None,
            false if held => Some((stage.say("scene-used-stopped"), None)),
            false => Some((stage.say("scene-kept"), Some(Glyph::Check))),
        }
    };
    let of_volumes = volumes.iter().map(|(_, v)| note(&MountKind::Volume { name: v.name.clone() }));
    let of_binds = binds.iter().map(|(_, d)| note(&MountKind::Bind { from: d.path.clone() }));
    let notes: Vec<_> = of_volumes.chain(of_binds).collect();
    let volumes = volumes
        .into_iter()
        .map(|(id, v)| (id, Kind::Volume, v.name.clone(), v.path.clone(), Home::Volume { name: v.name.clone() }));
    let binds = binds
        .into_iter()
        .map(|(id, d)| (id, Kind::Bind, tail(&d.path, 1), d.path.clone(), Home::Bind { from: d.path.clone() }));
    for ((id, kind, title, path, home), note) in volumes.chain(binds).zip(notes).take(most) {
        let held = held::of(world, &home);
        let home = Some(home);
        let card = Card { kind, nameless: false, owner: "", title: &title, path: &path, home, note, held };
        home_card(stage, plan, id, middle, card);
        middle += plan.high.row;
    }
    for asked in ask::gone(stage) {
        middle = shade(stage, plan, &asked, middle);
    }
    if all > most {
        let text = stage.say_with("scene-more", &[("n", &(all - most).to_string())]);
        let at = pos2(plan.homes + PAD, middle - plan.high.row / 2.0 + 10.0);
        stage.caption(Text::new(at, Font::Small, Ink::Weak, text));
        middle += 20.0;
    }
    middle - plan.high.row / 2.0
}

/// A place that is gone, with what was predicted of it. Returns where the next one is.
fn shade(stage: &mut Stage<'_>, plan: Plan, asked: &AskedPlace, middle: f32) -> f32 {
    let id = NodeId::named(format!("gone {}", asked.question));
    let high = plan.high.home - plan.high.files;
    let place = rect(plan.homes, middle - high / 2.0, plan.home, high);
    let word = stage.say(ask::kind(asked).key());
    let from = PAD + stage.width(&word, Font::Title) + 10.0;
    let room = plan.home - from - ask::wide(stage, asked) - 2.0 * PAD;
    let title = stage.fit_middle(&asked.title, Font::MonoTitle, room.max(30.0));
    let texts = vec![
        Text::new(pos2(PAD, high / 2.0), Font::Title, Ink::Weak, word.clone()),
        Text::new(pos2(from, high / 2.0), Font::MonoTitle, Ink::Weak, title),
    ];
    stage.add(
        Node::new(id.clone(), place, Tint::Plain, Style::Ghost).texts(texts).called(&stage.say("scene-home-gone")),
    );
    ask::draw(stage, asked, &id, &word, high / 2.0);
    middle + high + plan.high.gap
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
    // Shades are no shapes that can be reached.
    parts.extend(
        ask::gone(stage).iter().map(|asked| {
            format!("{} {}: {}.", stage.say(ask::kind(asked).key()), asked.title, ask::told(stage, asked).0)
        }),
    );
    parts.join(" ")
}
