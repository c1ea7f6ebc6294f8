//! What takes how much of the disk, to one scale, and what a prune would take away of it.
//!
//! ```text
//!  docker system prune -a: 21.4 MB                    containers 1 · images 2
//!  disk          ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▯▯▯▯▯▯▯▯    free 12.1 GB of 40.0 GB      this bar has a scale of its own
//!  Images        ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇ ▇▇▇▇▇▇▇ ////////    31.2 MB, −8.1 MB             each layer once
//!    lab/web:1   ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂ ▇▇▇▇▇▇▇             23.1 MB · 7.9 MB its own     low: shared with others
//!  ✗ lab/shell:1 ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂         ////////    23.3 MB · 8.1 MB its own     hatched: would go
//! ```
//!
//! Each line is chosen as the thing that it is about, and its evidence is what counted it. Figures are of when they were counted: that
//! something has changed since is said above all. What does not fit is folded to a line with its number, the smallest first.

mod model;
mod share;

use super::scene::{Bar, Fill, Font, Ink, Node, Scene, Style, Text, Tint};
use super::stage::{Detail, Stage, rect};
use super::{Glyph, NodeId};
use crate::i18n::size;
use crate::survival::prune::{Foretold, Ordered, sum};
use crate::trace::{Disk, Entity, Family, World};
use egui::{Rect, pos2};
use model::{Group, Kind, Line};
use share::{LEAST, Span, points_for_byte, spans};

/// The whole picture where its room has no end.
const WIDE: f32 = 860.0;

/// Where things stand.
#[derive(Clone, Copy)]
struct Plan {
    left: f32,
    /// Names, bars, figures.
    name: f32,
    bar: f32,
    figure: f32,
    row: f32,
    head: f32,
}

impl Plan {
    fn of(stage: &Stage<'_>) -> Self {
        let (row, head, name, figure) = match stage.detail {
            Detail::Full => (19.0, 23.0, 190.0, 226.0),
            Detail::Less => (17.0, 20.0, 180.0, 216.0),
            Detail::Least => (15.5, 17.5, 170.0, 206.0),
            Detail::Bare | Detail::Thin => (15.0, 16.5, 158.0, 196.0),
        };
        let wide = stage.wide(WIDE) - 2.0 * stage.margin();
        Self { left: stage.margin(), name, bar: (wide - name - figure).max(120.0), figure, row, head }
    }

    fn wide(self) -> f32 {
        self.name + self.bar + self.figure
    }

    fn line(self, top: f32, high: f32) -> Rect {
        rect(self.left, top, self.wide(), high)
    }
}

/// The disk.
pub(super) fn scene(world: &World, mut stage: Stage<'_>) -> Scene {
    let Some(disk) = &world.disk else {
        return stage.nothing(["scene-disk-empty", "scene-disk-empty-hint"]);
    };
    let plan = Plan::of(&stage);
    let foretold = stage.look.prune.and_then(|ordered| Some((ordered, Foretold::of(ordered.prune, world)?)));
    let nothing = Foretold::default();
    let gone = foretold.as_ref().map_or(&nothing, |(_, gone)| gone);
    let groups = model::groups(world, gone, stage.words, &|container| super::state_of(&stage, container));
    let total = sum(groups.iter().map(Group::bytes));
    let mut top = stage.margin();
    let summary = summarize(&stage, foretold.as_ref(), total);
    top = said(&mut stage, plan, &summary, top);
    top = warn(&mut stage, plan, world, foretold.as_ref(), top);
    top = room(&mut stage, plan, disk, top + 2.0);
    let legend = if stage.detail == Detail::Thin { 0.0 } else { plan.row };
    let left = stage.look.room.map_or(f32::INFINITY, |room| room.y - top - legend - stage.margin());
    let shown = allot(&groups, &stage, plan, left);
    let bars: Vec<Vec<u64>> = groups.iter().map(|group| group.parts.iter().map(|part| part.bytes).collect()).collect();
    let scale = points_for_byte(&bars, plan.bar - 8.0);
    for ((group, bar), most) in groups.iter().zip(&bars).zip(shown) {
        top = draw(&mut stage, plan, group, &spans(bar, scale), most, top + 3.0);
    }
    if legend > 0.0 {
        explain(&mut stage, plan, scale, foretold.is_some(), top + 2.0);
    }
    let sums = groups.iter().map(|group| format!("{} {}", stage.say(group.kind.key()), size(group.bytes())));
    let sums = sums.collect::<Vec<_>>().join(", ");
    let spoken = stage.say_with("scene-disk-spoken", &[("sums", &sums), ("total", &size(total))]);
    let spoken = [spoken, summary.0, summary.1].join(" ");
    stage.done(spoken)
}

/// What stands above all, and more of it.
fn summarize(stage: &Stage<'_>, foretold: Option<&(Ordered, Foretold)>, total: u64) -> (String, String) {
    let all = stage.say_with("scene-disk-total", &[("size", &size(total))]);
    let Some((ordered, gone)) = foretold else { return (all, stage.say("scene-disk-choose")) };
    let command = ordered.prune.command();
    if gone.is_empty() && gone.bytes == 0 {
        return (stage.say_with("scene-disk-prune-nothing", &[("command", command)]), all);
    }
    let heading = stage.say_with("scene-disk-prune", &[("command", command), ("size", &size(gone.bytes))]);
    let numbers = [
        ("scene-disk-gone-containers", gone.containers.len()),
        ("scene-disk-gone-volumes", gone.volumes.len()),
        ("scene-disk-gone-images", gone.images.len()),
    ];
    let numbers = numbers.into_iter().filter(|(_, n)| *n > 0);
    let mut parts: Vec<_> = numbers.map(|(key, n)| stage.say_with(key, &[("n", &n.to_string())])).collect();
    if gone.beside > 0 {
        parts.push(stage.say_with("scene-disk-beside", &[("size", &size(gone.beside))]));
    }
    (heading, parts.join(" · "))
}

fn said(stage: &mut Stage<'_>, plan: Plan, (heading, more): &(String, String), top: f32) -> f32 {
    let high = Font::Heading.size() * 1.4;
    let place = plan.line(top, high);
    let shown = stage.fit(heading, Font::Heading, place.width() - 8.0);
    let taken = stage.width(&shown, Font::Heading) + 20.0;
    let beside = place.width() - taken - 8.0;
    let mut texts = vec![Text::new(pos2(4.0, high / 2.0), Font::Heading, Ink::Strong, shown)];
    let fits = stage.width(more, Font::Small) <= beside;
    if fits {
        let at = pos2(taken, high / 2.0 + 1.0);
        texts.push(Text::new(at, Font::Small, Ink::Weak, more));
    }
    let node = Node::new(NodeId::named("disk summary"), place, Tint::Plain, Style::Bare).texts(texts);
    stage.add(node.said(format!("{heading}. {more}")));
    if fits {
        return place.bottom();
    }
    lines(stage, plan, &[(more.clone(), None)], place.bottom())
}

/// Words below each other, as many lines as they need.
fn lines(stage: &mut Stage<'_>, plan: Plan, all: &[(String, Option<Tint>)], mut top: f32) -> f32 {
    for (said, tint) in all {
        for (nth, line) in stage.wrap(said, Font::Small, plan.wide() - 30.0).into_iter().enumerate() {
            let at = pos2(plan.left + 4.0, top + 8.0);
            let ink = tint.map_or(Ink::Weak, Ink::Tint);
            let mark = tint.filter(|_| nth == 0).map(|_| Glyph::Wait);
            stage.caption(Text::new(at, Font::Small, ink, line).marked(mark));
            top += 15.0;
        }
    }
    top
}

/// What makes the figures other than they would be now.
fn warn(stage: &mut Stage<'_>, plan: Plan, world: &World, foretold: Option<&(Ordered, Foretold)>, top: f32) -> f32 {
    let mut all = Vec::new();
    let since = world.stored_since().unwrap_or(0);
    if since > 0 {
        all.push((stage.say_with("scene-disk-stale", &[("n", &since.to_string())]), Some(Tint::Warn)));
    }
    if let Some((ordered, gone)) = foretold {
        if ordered.filtered {
            all.push((stage.say("scene-disk-filtered"), Some(Tint::Warn)));
        }
        if gone.uncounted > 0 {
            let n = gone.uncounted.to_string();
            all.push((stage.say_with("scene-disk-uncounted", &[("n", &n)]), Some(Tint::Warn)));
        }
    }
    lines(stage, plan, &all, top)
}

/// The whole disk: what is taken of it and what is free. How much of what is taken lies below is another count: of lengths, holes and all.
fn room(stage: &mut Stage<'_>, plan: Plan, disk: &Disk, top: f32) -> f32 {
    let (all, free) = disk.room;
    let place = plan.line(top, plan.head);
    let taken = all.saturating_sub(free);
    let parts = [taken, free];
    let scale = points_for_byte(&[parts.to_vec()], plan.bar - 8.0);
    let fills = [(Tint::Plain, Fill::Full), (Tint::Plain, Fill::Hollow)];
    let bars = spans(&parts, scale).into_iter().zip(fills).filter(|(span, _)| span.wide > 0.0);
    let bars: Vec<_> = bars.map(|(span, (tint, fill))| bar(plan, span, (plan.head, 7.0), tint, fill)).collect();
    let name = stage.say("scene-disk-disk");
    let figure = stage.say_with("scene-disk-free", &[("free", &size(free)), ("all", &size(all))]);
    let sums = [("taken", size(taken)), ("free", size(free)), ("all", size(all))];
    let sums: Vec<_> = sums.iter().map(|(name, said)| (*name, said.as_str())).collect();
    let label = stage.say_with("scene-disk-disk-said", &sums);
    let texts = row(stage, plan, plan.head, (&name, Font::Title, Ink::Strong, None), &[figure], Ink::Weak);
    let node = Node::new(NodeId::of(Entity::Disk), place, Tint::Plain, Style::Bare);
    stage.add(node.bars(bars).texts(texts).said(label));
    place.bottom()
}

/// How many lines each has: all where there is room for them; else as many as each of the others, and one that tells the rest.
fn allot(groups: &[Group], stage: &Stage<'_>, plan: Plan, left: f32) -> Vec<usize> {
    let heads = groups.len() as f32 * (plan.head + 3.0);
    let mut rows = ((left - heads) / plan.row).clamp(0.0, 1e4) as usize;
    if stage.detail != Detail::Thin {
        rows = usize::MAX;
    }
    let wanted: Vec<usize> = groups.iter().map(|group| group.lines.len()).collect();
    let mut shown = vec![0; wanted.len()];
    while rows > 0 {
        let Some(at) = (0..wanted.len()).filter(|at| shown[*at] < wanted[*at]).min_by_key(|at| shown[*at]) else {
            break;
        };
        shown[at] += 1;
        rows -= 1;
    }
    shown
}

/// One kind: its bar, and a line for each.
fn draw(stage: &mut Stage<'_>, plan: Plan, group: &Group, spans: &[Span], most: usize, top: f32) -> f32 {
    let place = plan.line(top, plan.head);
    let high = plan.head - 9.0;
    let bars = group.parts.iter().zip(spans).filter(|(_, span)| span.wide > 0.0);
    let bars: Vec<_> = bars.map(|(part, span)| part_of(plan, group.kind, *part, *span, (plan.head, high))).collect();
    let name = stage.say(group.kind.key());
    let mut figures = vec![size(group.bytes())];
    let goes = group.goes();
    figures.extend((goes > 0).then(|| format!("−{}", size(goes))));
    figures.extend((group.kind == Kind::Caches).then(|| stage.say("scene-disk-build")));
    let label = format!("{name}: {}", figures.join(" · "));
    let texts = row(stage, plan, plan.head, (&name, Font::Title, Ink::Strong, None), &figures, Ink::Strong);
    let id = NodeId::named(group.kind.key());
    stage.add(Node::new(id, place, Tint::Plain, Style::Bare).bars(bars).texts(texts).said(label));
    let (shown, rest) = picked(stage, group, most);
    let mut top = place.bottom();
    for line in shown {
        self::line(stage, plan, group, line, spans, top);
        top += plan.row;
    }
    if !rest.is_empty() {
        let bytes: u64 = if group.kind == Kind::Images { 0 } else { sum(rest.iter().filter_map(|line| line.bytes)) };
        let mut said = vec![stage.say_with("scene-disk-more", &[("n", &rest.len().to_string())])];
        let goes = rest.iter().filter(|line| line.goes).count();
        said.extend((bytes > 0).then(|| size(bytes)));
        said.extend((goes > 0).then(|| stage.say_with("scene-disk-more-gone", &[("n", &goes.to_string())])));
        let text = Text::new(pos2(20.0, plan.row / 2.0), Font::Small, Ink::Weak, said.join(" · "));
        let id = NodeId::named(format!("{} more", group.kind.key()));
        stage.add(Node::new(id, plan.line(top, plan.row), Tint::Plain, Style::Bare).text(text).called(""));
        top += plan.row;
    }
    top
}

/// Those that are shown, in their order, and the rest: what the eye is led to before what goes, and that before what is large.
fn picked<'g>(stage: &Stage<'_>, group: &'g Group, most: usize) -> (Vec<&'g Line>, Vec<&'g Line>) {
    if group.lines.len() <= most {
        return (group.lines.iter().collect(), Vec::new());
    }
    let mut order: Vec<usize> = (0..group.lines.len()).collect();
    let is_open = |line: &Line| line.entity.as_ref().is_some_and(|entity| stage.is_open(entity));
    order.sort_by_key(|at| (!is_open(&group.lines[*at]), !group.lines[*at].goes, *at));
    let (shown, _) = order.split_at(most.saturating_sub(1));
    let is_shown = |at: usize| shown.contains(&at);
    let all = || group.lines.iter().enumerate();
    let of = |wanted: bool| all().filter(|(at, _)| is_shown(*at) == wanted).map(|(_, line)| line).collect();
    // Where there is room for no line at all the bar tells what there is.
    if most == 0 { (Vec::new(), Vec::new()) } else { (of(true), of(false)) }
}

fn line(stage: &mut Stage<'_>, plan: Plan, group: &Group, line: &Line, spans: &[Span], top: f32) {
    let parts = line.parts.iter().filter_map(|at| Some((group.parts.get(*at)?, spans.get(*at)?)));
    let high = if plan.row > 16.0 { 8.0 } else { 7.0 };
    let parts = parts.filter(|(_, span)| span.wide > 0.0);
    let bars: Vec<_> = parts.map(|(part, span)| part_of(plan, group.kind, *part, *span, (plan.row, high))).collect();
    let (ink, mark) = if line.goes { (Ink::Tint(Tint::Bad), Some(Glyph::Cross)) } else { (Ink::Strong, None) };
    let mut figures: Vec<String> = line.bytes.map(size).into_iter().chain(line.said.iter().cloned()).collect();
    let texts = row(stage, plan, plan.row, (&line.name, Font::MonoSmall, ink, mark), &figures, Ink::Weak);
    figures.extend(line.goes.then(|| stage.say("scene-disk-goes")));
    let kind = stage.say(group.kind.key());
    let label = format!("{kind}, {}: {}", line.name, figures.join(" · "));
    let id = match &line.entity {
        // Documents, and what belongs to no image, are of the disk as a whole.
        Some(entity @ (Entity::Disk | Entity::Blob(_))) => NodeId::part(entity.clone(), format!("disk {}", line.name)),
        Some(entity) => NodeId::of(entity.clone()),
        None => NodeId::named(line.name.clone()),
    };
    let node = Node::new(id, plan.line(top, plan.row), Tint::Plain, Style::Bare);
    stage.add(node.bars(bars).texts(texts).said(label));
}

/// A name at the left, figures behind the bar: as many of them as have room.
fn row(
    stage: &Stage<'_>,
    plan: Plan,
    high: f32,
    (name, font, ink, mark): (&str, Font, Ink, Option<Glyph>),
    figures: &[String],
    weight: Ink,
) -> Vec<Text> {
    let indent = if font == Font::Title { 4.0 } else { 20.0 };
    // A sign stands where the words are indented.
    let (at, room) = match mark {
        Some(_) => (indent - font.size() - 4.0, plan.name - indent - 8.0),
        None => (indent, plan.name - indent - 8.0),
    };
    let name = stage.fit_middle(name, font, room);
    let middle = high / 2.0;
    let mut shown = figures.to_vec();
    while shown.len() > 1 && stage.width(&shown.join(" · "), Font::Small) > plan.figure - 14.0 {
        shown.pop();
    }
    let shown = stage.fit(&shown.join(" · "), Font::Small, plan.figure - 14.0);
    vec![
        Text::new(pos2(at.max(0.0), middle), font, ink, name).marked(mark),
        Text::new(pos2(plan.name + plan.bar + 8.0, middle), Font::Small, weight, shown),
    ]
}

/// A part of a bar: what several have is lower, what would go is hatched, what is too small to be seen is hollow.
fn part_of(plan: Plan, kind: Kind, part: model::Part, span: Span, (row, high): (f32, f32)) -> Bar {
    let tint = match kind {
        Kind::Images if part.is_shared => Tint::Family(Family::Layer),
        Kind::Images => Tint::Family(Family::Image),
        Kind::Containers => Tint::Family(Family::Process),
        Kind::Volumes => Tint::Family(Family::Storage),
        Kind::Caches => Tint::Plain,
    };
    let fill = match (part.goes, span.is_wider) {
        (true, _) => Fill::Hatched,
        (false, true) => Fill::Hollow,
        (false, false) => Fill::Full,
    };
    let high = if part.is_shared { high * 0.6 } else { high };
    bar(plan, span, (row, high), tint, fill)
}

fn bar(plan: Plan, span: Span, (row, high): (f32, f32), tint: Tint, fill: Fill) -> Bar {
    Bar { rect: rect(plan.name + span.left, (row - high) / 2.0, span.wide, high), tint, fill }
}

/// What lengths and fillings mean.
fn explain(stage: &mut Stage<'_>, plan: Plan, scale: f64, foretells: bool, top: f32) {
    if scale <= 0.0 {
        return;
    }
    let place = plan.line(top, plan.row);
    let less = (f64::from(LEAST) / scale) as u64;
    let (layer, image) = (Tint::Family(Family::Layer), Tint::Family(Family::Image));
    let mut keys = vec![
        (stage.say("scene-disk-legend-shared"), layer, Fill::Full, 4.8),
        (stage.say("scene-disk-legend-goes"), image, Fill::Hatched, 8.0),
        (stage.say_with("scene-scale-clamped", &[("size", &size(less.max(1)))]), image, Fill::Hollow, 8.0),
    ];
    keys.retain(|(.., fill, _)| foretells || *fill != Fill::Hatched);
    let wide = |stage: &Stage<'_>, keys: &[(String, Tint, Fill, f32)]| {
        keys.iter().map(|(said, ..)| stage.width(said, Font::Small) + 44.0).sum::<f32>()
    };
    while !keys.is_empty() && wide(stage, &keys) > place.width() {
        keys.pop();
    }
    let (mut left, mut node) = (4.0, Node::new(NodeId::named("disk legend"), place, Tint::Plain, Style::Bare));
    for (said, tint, fill, high) in keys {
        let mark = if fill == Fill::Hollow { LEAST } else { 18.0 };
        let rect = rect(left, (plan.row - high) / 2.0, mark, high);
        node = node.bars([Bar { rect, tint, fill }]);
        let wide = stage.width(&said, Font::Small);
        node = node.text(Text::new(pos2(left + mark + 6.0, plan.row / 2.0), Font::Small, Ink::Weak, said));
        left += mark + 6.0 + wide + 20.0;
    }
    stage.add(node.called(""));
}
