//! The places of one container in a table: where, made by, how long, who, and how fast as it was measured.
//!
//! ```text
//!                own layer /   volume /data   bind /host   tmpfs /ram
//!   where        …/upper       …/_data        /home/me     memory (device 0:57)     a column for each place
//!   after rm     ✗ gone        ✓ kept         ✓ kept       ✗ gone                   by `crate::survival`
//!   write+fsync  ·:|. 2.4 GB/s    .|: 629 MB/s  …                                   a dot for each run, a line for the median
//! ```
//!
//! A cell is chosen as the thing that it is about: the volume, the directory, the mount, the container with what was asked for, the
//! measurement with its calls. What was not measured says by what command it is, and no number. Where there is no room for all rows,
//! those stay that tell most, and how many are left out is said.

mod column;
mod plot;

use super::scene::{Anchor, Font, Ink, Node, Scene, Style, Text, Tint};
use super::stage::{Detail, Stage, rect};
use super::{Glyph, NodeId};
use crate::trace::{Container, ContainerState, Entity, Family, HomeKind, MountKind, SpeedPattern, World};
use column::Column;
use egui::{Rect, pos2};
use std::sync::Arc;

const TINT: Tint = Tint::Family(Family::Storage);
/// The whole picture where its room has no end.
const WIDE: f32 = 860.0;
/// No column is narrower, and none wider.
const NARROWEST: f32 = 118.0;
const WIDEST: f32 = 240.0;
/// Between two cells.
const GAP: f32 = 4.0;
/// A row where room is dearest, and a line below the table.
const DENSE: f32 = 16.5;
const LINE: f32 = 15.0;
/// No fewer rows are drawn, however little room there is.
const FEWEST: usize = 7;

/// What a row says of each place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    Where,
    How,
    Stop,
    Remove,
    Who,
    Exposed,
    Moves,
    Compose,
    Speed(SpeedPattern),
}

impl Row {
    /// From above.
    fn all() -> impl Iterator<Item = Self> {
        let said =
            [Self::Where, Self::How, Self::Stop, Self::Remove, Self::Who, Self::Exposed, Self::Moves, Self::Compose];
        said.into_iter().chain(SpeedPattern::ALL.map(Self::Speed))
    }

    /// So many of them, from above. What tells least goes first; before that what was not measured, but for some rows that say so.
    fn most(count: usize, measured: bool) -> Vec<Self> {
        let mut kept: Vec<_> = Self::all().collect();
        kept.sort_by_key(|row| (!measured && matches!(row, Self::Speed(_)) && row.rank() > 1, row.rank()));
        kept.truncate(count);
        Self::all().filter(|row| kept.contains(row)).collect()
    }

    /// What tells most has the lowest.
    fn rank(self) -> u8 {
        match self {
            Self::Where | Self::Stop | Self::Remove => 0,
            Self::Speed(SpeedPattern::RandomSynced | SpeedPattern::WriteSynced | SpeedPattern::FilesSynced) => 1,
            Self::How | Self::Who | Self::Exposed => 2,
            Self::Speed(SpeedPattern::CopyUp | SpeedPattern::Read) => 3,
            Self::Moves => 4,
            Self::Speed(SpeedPattern::Write | SpeedPattern::Random | SpeedPattern::Files) => 5,
            Self::Speed(SpeedPattern::CopiedUp) | Self::Compose => 6,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Where => "scene-table-where",
            Self::How => "scene-table-how",
            Self::Stop => "scene-table-stop",
            Self::Remove => "scene-table-rm",
            Self::Who => "scene-table-who",
            Self::Exposed => "scene-table-exposed",
            Self::Moves => "scene-table-moves",
            Self::Compose => "scene-table-compose",
            Self::Speed(pattern) => plot::short(pattern),
        }
    }

    /// What tells its cells of one place apart.
    fn part(self) -> String {
        match self {
            Self::Speed(pattern) => format!("table {}", pattern.key()),
            row => row.key().to_owned(),
        }
    }
}

/// Where things stand.
#[derive(Clone, Copy)]
struct Plan {
    left: f32,
    top: f32,
    label: f32,
    column: f32,
    head: f32,
    row: f32,
    font: Font,
}

impl Plan {
    fn of(stage: &Stage<'_>, columns: usize) -> Self {
        let (head, row, label) = match stage.detail {
            Detail::Full => (40.0, 27.0, 124.0),
            Detail::Less => (36.0, 23.0, 116.0),
            Detail::Least => (20.0, 19.0, 112.0),
            Detail::Bare | Detail::Thin => (20.0, DENSE, 104.0),
        };
        let wide = stage.wide(WIDE) - 2.0 * stage.margin() - label;
        let column = (wide / columns.max(1) as f32).clamp(NARROWEST, WIDEST);
        Self { left: stage.margin(), top: stage.margin(), label, column, head, row, font: Font::Small }
    }

    fn cell(self, row: usize, column: usize) -> Rect {
        let left = self.left + self.label + self.column * column as f32;
        let top = self.top + self.head + self.row * row as f32;
        rect(left, top, self.column - GAP, self.high())
    }

    /// How high a cell is.
    fn high(self) -> f32 {
        self.row - if self.row > DENSE { 3.0 } else { 1.5 }
    }

    /// The rows that there is room for above so many lines. Only at the least detail are any left out.
    fn rows(self, stage: &Stage<'_>, lines: usize, measured: bool) -> Vec<Row> {
        let all = Row::all().count();
        let Some(room) = stage.look.room.filter(|_| stage.detail >= Detail::Bare) else {
            return Row::all().collect();
        };
        let fit = |lines: usize| {
            let free = room.y - self.top - self.head - LINE * lines as f32 - stage.margin();
            (free / self.row).max(0.0) as usize
        };
        // That some are left out takes a line, too.
        let count = if fit(lines) < all { fit(lines + 1).max(FEWEST) } else { all };
        Row::most(count, measured)
    }
}

/// The table of one container.
pub(super) fn scene(world: &World, mut stage: Stage<'_>) -> Scene {
    let containers = super::in_order(world);
    let Some(container) = shown(world, &stage, &containers) else {
        return stage.nothing(["scene-table-empty", "scene-table-empty-hint"]);
    };
    let all = column::of(world, container);
    let fit = ((stage.wide(WIDE) - 2.0 * stage.margin() - 104.0) / NARROWEST) as usize;
    let shown = all.len().min(fit.max(2));
    let (columns, more) = (&all[..shown], all.len() - shown);
    let plan = Plan::of(&stage, columns.len());
    let measured = world.speeds_of(&container.id).next().is_some();
    let mut below = if measured { legend(&stage, plan, columns) } else { Vec::new() };
    let say_more = |stage: &Stage<'_>, key, n: usize| (n > 0).then(|| stage.say_with(key, &[("n", &n.to_string())]));
    below.extend(say_more(&stage, "scene-table-more", more));
    let rows = plan.rows(&stage, below.len(), measured);
    below.extend(say_more(&stage, "scene-table-rows-more", Row::all().count() - rows.len()));
    named(&mut stage, plan, container);
    for (at, column) in columns.iter().enumerate() {
        head(&mut stage, plan, at, column);
    }
    let first_speed = rows.iter().position(|row| matches!(row, Row::Speed(_))).unwrap_or(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let place = rect(plan.left, plan.cell(at, 0).top(), plan.label - 6.0, plan.high());
        let name = stage.fit(&stage.say(row.key()), plan.font, place.width());
        let text = Text::new(pos2(place.width(), place.height() / 2.0), plan.font, Ink::Weak, name);
        let id = NodeId::named(format!("row {}", row.part()));
        stage.add(Node::new(id, place, Tint::Plain, Style::Bare).text(text.anchored(Anchor::Right)).called(""));
        match row {
            Row::Speed(_) if !measured => {}
            Row::Speed(pattern) => {
                let scale = plot::Scale::of(columns, *pattern);
                for (nth, column) in columns.iter().enumerate() {
                    plot::cell(&mut stage, world, column, *pattern, scale, plan.cell(at, nth));
                }
            }
            row => {
                for (nth, column) in columns.iter().enumerate() {
                    cell(&mut stage, world, (container, &containers), column, *row, plan.cell(at, nth));
                }
            }
        }
    }
    if !measured {
        unmeasured(&mut stage, plan, container, (first_speed, rows.len()), columns.len());
    }
    let mut top = plan.cell(rows.len(), 0).top();
    for line in below {
        stage.caption(Text::new(pos2(plan.left, top + 7.0), plan.font, Ink::Weak, line));
        top += LINE;
    }
    let places = all.len().to_string();
    let spoken = stage.say_with("scene-table-spoken", &[("container", &container.name), ("places", &places)]);
    stage.done(spoken)
}

/// The container that the eye is led to; else the latest that runs, or that there is.
fn shown<'w>(world: &World, stage: &Stage<'_>, all: &[&'w Arc<Container>]) -> Option<&'w Container> {
    let led: Vec<&Entity> = stage.look.chosen.into_iter().chain(stage.look.lit).collect();
    let led = led.into_iter().find_map(|entity| led_to(world, all, entity));
    led.or_else(|| all.iter().rev().find(|it| it.state.lives()).or_else(|| all.last()).map(|it| &***it))
}

/// The container that a thing leads to: of several that have it the latest that runs.
fn led_to<'w>(world: &World, all: &[&'w Arc<Container>], entity: &Entity) -> Option<&'w Container> {
    // One that is stopped has its layer, and what it will mount again.
    let is_of = |it: &&&Arc<Container>| super::storage::is_of(world, it, entity) || is_kept(world, it, entity);
    let mut those = all.iter().rev().filter(is_of);
    those.clone().find(|it| it.state.lives()).or_else(|| those.next()).map(|it| &***it)
}

fn is_kept(world: &World, container: &Container, entity: &Entity) -> bool {
    let held = || world.held_mounts().filter(|(id, _)| **id == container.id).map(|(_, mount)| &mount.kind);
    match entity {
        Entity::Volume(name) => held().any(|kind| *kind == MountKind::Volume { name: name.clone() }),
        Entity::Dir(path) => {
            let is_own = world.dirs.get(path).is_some_and(|dir| dir.container.as_ref() == Some(&container.id));
            is_own || held().any(|kind| *kind == MountKind::Bind { from: path.clone() })
        }
        _ => false,
    }
}

/// Whose places they are, in the corner.
fn named(stage: &mut Stage<'_>, plan: Plan, container: &Container) {
    let place = rect(plan.left, plan.top, plan.label - 6.0, plan.head - 4.0);
    let font = if plan.head > 30.0 { Font::Title } else { Font::Word };
    let name = stage.fit_middle(&container.name, font, place.width() - 10.0);
    let text = Text::new(place.size().to_pos2() / 2.0, font, Ink::Strong, name).anchored(Anchor::Center);
    let id = NodeId::part(Entity::Container(container.id.clone()), "table name");
    let called = stage.say("scene-container");
    stage.add(Node::new(id, place, Tint::Family(Family::Process), Style::Solid).text(text).called(&called));
}

/// What kind of place, and where in the container.
fn head(stage: &mut Stage<'_>, plan: Plan, at: usize, column: &Column<'_>) {
    let place = rect(plan.cell(0, at).left(), plan.top, plan.column - GAP, plan.head - 4.0);
    let kind = stage.say(&format!("scene-home-{}", column.kind.key()));
    let id = column.id("table head");
    let middle = place.width() / 2.0;
    let node = Node::new(id, place, TINT, Style::Strong);
    let node = if plan.head > 30.0 {
        let path = stage.fit_middle(&column.target, Font::Mono, place.width() - 10.0);
        node.text(
            Text::new(pos2(middle, place.height() * 0.3), Font::Title, Ink::Strong, kind).anchored(Anchor::Center),
        )
        .text(Text::new(pos2(middle, place.height() * 0.73), Font::Mono, Ink::Weak, path).anchored(Anchor::Center))
    } else {
        let text = stage.fit_middle(&format!("{kind} {}", column.target), Font::Word, place.width() - 8.0);
        node.text(Text::new(place.size().to_pos2() / 2.0, Font::Word, Ink::Strong, text).anchored(Anchor::Center))
    };
    stage.add(node.called(""));
}

/// One fact of one place.
fn cell(
    stage: &mut Stage<'_>,
    world: &World,
    (container, all): (&Container, &[&Arc<Container>]),
    column: &Column<'_>,
    row: Row,
    place: Rect,
) {
    let Said { text, mono, fate } = said(stage, world, container, column, row);
    let (tint, mark) = match fate {
        Some(true) => (Tint::Good, Some(Glyph::Check)),
        Some(false) => (Tint::Bad, Some(Glyph::Cross)),
        None => (Tint::Plain, None),
    };
    let font = if mono { Font::MonoSmall } else { Font::Small };
    let room = place.width() - 10.0 - mark.map_or(0.0, |_| 15.0);
    let shown = if mono { stage.fit_middle(&text, font, room) } else { stage.fit(&text, font, room) };
    let ink = if fate.is_some() { Ink::Tint(tint) } else { Ink::Strong };
    let line = Text::new(pos2(5.0, place.height() / 2.0), font, ink, shown).marked(mark);
    // What leads to another container's table is no cell of this one.
    let about = about(world, container, column, row);
    let is_here = |entity: &Entity| led_to(world, all, entity).is_some_and(|other| other.id == container.id);
    let id = match about.filter(is_here) {
        Some(entity) => NodeId::part(entity, format!("{} {}", row.part(), column.target)),
        None => column.id(row.part()),
    };
    let kind = stage.say(&format!("scene-home-{}", column.kind.key()));
    let mut label = format!("{kind} {}, {}: {text}", column.target, stage.say(row.key()));
    if row == Row::Compose {
        label = format!("{label}. {}", stage.say("scene-table-compose-why"));
    }
    let style = if column.is_held && row == Row::Where { Style::Dashed } else { Style::Dim };
    stage.add(Node::new(id, place, tint, style).text(line).said(label));
}

/// The thing in which what the cell says is to be seen; none: the place as the container has it mounted.
fn about(world: &World, container: &Container, column: &Column<'_>, row: Row) -> Option<Entity> {
    match row {
        // What was asked for, and what comes of it.
        Row::How | Row::Compose => Some(Entity::Container(container.id.clone())),
        Row::Moves if column.kind == HomeKind::Upper => Some(Entity::Container(container.id.clone())),
        // At its end all is unmounted.
        Row::Stop | Row::Speed(_) => None,
        Row::Exposed if column.kind == HomeKind::Bind => None,
        Row::Where | Row::Remove | Row::Who | Row::Exposed | Row::Moves => column.home(world),
    }
}

/// What stands in a cell.
struct Said {
    text: String,
    /// A name that a machine gave.
    mono: bool,
    /// It is there afterwards, or not.
    fate: Option<bool>,
}

fn said(stage: &Stage<'_>, world: &World, container: &Container, column: &Column<'_>, row: Row) -> Said {
    let kind = column.kind.key();
    let word = |text: String| Said { text, mono: false, fate: None };
    let fate = |removed: bool| {
        let key = match (removed, column.stays(world, container, removed)) {
            (false, Some(true)) => "scene-table-stop-stays",
            (false, Some(false)) => "scene-table-stop-goes",
            (true, Some(true)) => "scene-table-rm-stays",
            (true, Some(false)) => "scene-table-rm-goes",
            (_, None) => return word("–".to_owned()),
        };
        // What is asked is told by no mark either.
        let known = column.stays(world, container, removed).filter(|_| !stage.words.is_veiled(key));
        Said { fate: known, ..word(stage.say(key)) }
    };
    match row {
        Row::Where => match &column.path {
            Some(path) => Said { mono: true, ..word(path.clone()) },
            None => word(match column.memory(world) {
                Some(seen) => {
                    let device = format!("{}:{}", seen.device.0, seen.device.1);
                    stage.say_with("scene-table-where-memory", &[("device", &device)])
                }
                None => stage.say("scene-table-where-memory-unseen"),
            }),
        },
        Row::How => match column.how() {
            Some(flag) => Said { mono: true, ..word(flag) },
            None => word(stage.say("scene-table-how-upper")),
        },
        Row::Stop => fate(false),
        Row::Remove => fate(true),
        Row::Who => word(stage.say(&format!("scene-table-who-{kind}"))),
        Row::Exposed => word(stage.say(match (column.kind, column.memory(world)) {
            (HomeKind::Upper, _) => "scene-table-exposed-upper",
            (HomeKind::Volume, _) => "scene-table-exposed-volume",
            (HomeKind::Bind, _) if column.is_read_only() => "scene-table-exposed-bind-ro",
            (HomeKind::Bind, _) => "scene-table-exposed-bind",
            (HomeKind::Tmpfs, None) => "scene-table-exposed-tmpfs-unseen",
            (HomeKind::Tmpfs, Some(seen)) if seen.swaps.is_empty() => "scene-table-exposed-tmpfs",
            (HomeKind::Tmpfs, Some(_)) => "scene-table-exposed-tmpfs-swap",
        })),
        Row::Moves => word(stage.say(&format!("scene-table-moves-{kind}"))),
        Row::Compose => word(stage.say(&format!("scene-table-compose-{kind}"))),
        Row::Speed(_) => word(String::new()),
    }
}

/// Nothing was measured: by what it is.
fn unmeasured(stage: &mut Stage<'_>, plan: Plan, container: &Container, (from, to): (usize, usize), columns: usize) {
    let place = plan.cell(from, 0).union(plan.cell(to.saturating_sub(1), columns.saturating_sub(1)));
    let runs = matches!(container.state, ContainerState::Running { .. });
    let command = format!("dockwalk speed {} --quick", container.name);
    let said = match runs {
        true => stage.say_with("scene-table-unmeasured", &[("command", &command)]),
        false => stage.say("scene-table-stopped"),
    };
    let ink = if runs { Ink::Strong } else { Ink::Weak };
    let said = stage.fit(&said, Font::Word, place.width() - 16.0);
    let text = Text::new(pos2(place.width() / 2.0, place.height() / 2.0), Font::Word, ink, said);
    let node = Node::new(NodeId::named("unmeasured"), place, Tint::Plain, Style::Ghost);
    stage.add(node.text(text.anchored(Anchor::Center)).called(""));
}

/// What dots and lines mean, and where fsync does nothing.
fn legend(stage: &Stage<'_>, plan: Plan, columns: &[Column<'_>]) -> Vec<String> {
    let wide = stage.wide(WIDE) - 2.0 * plan.left;
    let volatile = columns.iter().find(|column| column.is_volatile());
    let volatile = volatile.map(|column| {
        let kind = stage.say(&format!("scene-home-{}", column.kind.key()));
        format!("{kind}: {}", stage.say("scene-table-volatile"))
    });
    let lines = std::iter::once(stage.say("scene-table-axis")).chain(volatile);
    lines.flat_map(|line| stage.wrap(&line, plan.font, wide)).collect()
}
