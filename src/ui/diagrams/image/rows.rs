//! The layers of the image that is drawn in full: one row each, the lowest at the bottom, from blob to directory.
//!
//! ```text
//! blob, compressed ──▶ DiffID, the tar ──▶ its place in the overlay
//! ```
//!
//! Instructions that made no layer stand between the rows, thin. Very many layers are drawn ten in a row, but for those about
//! which something was asked or went wrong.

use super::super::scene::{Bar, Fill};
use super::scale::Scale;
use super::*;
use crate::spec::Digest;
use crate::trace::{BlobState, History, MountKind};
use egui::Rect;
use std::ops::Range;

/// With more layers than this, some are drawn together.
pub(in crate::ui::diagrams) const GROUPED: usize = 24;
/// How many are drawn together.
const TOGETHER: usize = 10;
/// With more than this, each has two lines less.
const ROOMY: usize = 6;

/// One row of the picture.
pub(super) enum Row<'a> {
    /// A layer.
    Layer(usize),
    /// Several layers.
    Group(Range<usize>),
    /// An instruction that made none: its number in the history.
    Empty(usize, &'a History),
}

/// The rows from the top down. `chosen` is drawn alone wherever it is.
/// Where there is no room for them, all are one row.
pub(super) fn rows<'a>(
    world: &World,
    stage: &Stage<'_>,
    picture: &Picture<'a>,
    chosen: Option<&Entity>,
    sizes: Sizes,
) -> Vec<Row<'a>> {
    let (count, part) = (picture.layers.len(), sizes.layers);
    if (part == Part::Row && count > 1) || (count > GROUPED.min(sizes.rows) && stage.hides_order()) {
        return vec![Row::Group(0..count)];
    }
    // What made no layer stands between those that were made: that is an order, too.
    if stage.hides_order() {
        return picture.upwards(stage).into_iter().rev().map(Row::Layer).collect();
    }
    if count > GROUPED {
        return grouped(world, picture, chosen);
    }
    if count > sizes.rows {
        return gathered(stage, picture, sizes.rows);
    }
    let history = picture.config.map(|config| config.history.as_slice()).unwrap_or_default();
    let made = history.iter().filter(|entry| !entry.empty_layer).count();
    let mut rows = Vec::new();
    if made == count && part == Part::Whole {
        let mut level = 0;
        for (number, entry) in history.iter().enumerate() {
            if entry.empty_layer {
                rows.push(Row::Empty(number, entry));
            } else {
                rows.push(Row::Layer(level));
                level += 1;
            }
        }
    } else {
        rows.extend((0..count).map(Row::Layer));
    }
    rows.reverse();
    rows
}

/// In so many rows: those to which the eye is led alone, else the highest, and the others together.
fn gathered<'a>(stage: &Stage<'_>, picture: &Picture<'_>, most: usize) -> Vec<Row<'a>> {
    let count = picture.layers.len();
    let led = |level: usize| {
        let slab = &picture.layers[level];
        let layer = slab.layer.map(|layer| Entity::Layer(layer.chain_id.clone()));
        slab.entity().into_iter().chain(layer).any(|entity| stage.is_open(&entity))
    };
    let led = in_runs(count, led);
    let rows = if led.len() <= most && led.iter().any(|run| run.len() == 1) {
        led
    } else {
        in_runs(count, |level| level + most > count)
    };
    let row = |run: Range<usize>| if run.len() == 1 { Row::Layer(run.start) } else { Row::Group(run) };
    rows.into_iter().rev().map(row).collect()
}

/// Each that stands alone, and the runs between them.
fn in_runs(count: usize, alone: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for level in 0..count {
        match runs.last_mut().filter(|run| !alone(level) && !alone(run.start)) {
            Some(run) => run.end = level + 1,
            None => runs.push(level..level + 1),
        }
    }
    runs
}

fn grouped<'a>(world: &World, picture: &Picture<'a>, chosen: Option<&Entity>) -> Vec<Row<'a>> {
    let count = picture.layers.len();
    let is_chosen = |slab: &Slab<'_>| match chosen {
        Some(Entity::Blob(blob)) => slab.descriptor.is_some_and(|d| d.digest == *blob),
        Some(Entity::Layer(layer)) => slab.layer.is_some_and(|l| l.chain_id == *layer),
        _ => false,
    };
    let flawed = |digest: &Digest| world.damaged.contains_key(digest) || world.rejected.contains_key(digest);
    let rejected = |slab: &Slab<'_>| {
        let blob = slab.blob.is_some_and(|b| matches!(b.state, BlobState::Rejected(_)));
        blob || slab.descriptor.is_some_and(|d| flawed(&d.digest))
    };
    let alone =
        |group: &Range<usize>| picture.layers[group.clone()].iter().any(|slab| is_chosen(slab) || rejected(slab));
    let groups: Vec<Range<usize>> =
        (0..count).step_by(TOGETHER).map(|from| from..(from + TOGETHER).min(count)).collect();
    let any = groups.iter().any(alone);
    let top = groups.len() - 1;
    let mut rows = Vec::new();
    for (number, group) in groups.into_iter().enumerate().rev() {
        if alone(&group) || (!any && number == top) || group.len() == 1 {
            rows.extend(group.rev().map(Row::Layer));
        } else {
            rows.push(Row::Group(group));
        }
    }
    rows
}

/// What amounts the rows will show.
pub(super) fn amounts(picture: &Picture<'_>, rows: &[Row<'_>]) -> Vec<u64> {
    let of = |range: Range<usize>| {
        let layers = &picture.layers[range];
        let packed = layers.iter().filter_map(|slab| slab.descriptor).map(|d| d.size).sum::<u64>();
        let content = layers.iter().filter_map(|slab| slab.layer).map(|l| l.size).sum::<u64>();
        [packed, content]
    };
    let amounts = rows.iter().flat_map(|row| match row {
        Row::Layer(level) => of(*level..*level + 1),
        Row::Group(range) => of(range.clone()),
        Row::Empty(..) => [0, 0],
    });
    amounts.collect()
}

/// Where a layer's blob was drawn, for wires from manifests.
pub(super) struct Port {
    pub levels: Range<usize>,
    pub id: NodeId,
    pub rect: Rect,
}

/// Draws the rows with their columns' headings. Returns the blobs' places and the lower end.
pub(super) fn draw(
    world: &World,
    stage: &mut Stage<'_>,
    sizes: Sizes,
    picture: &Picture<'_>,
    rows: &[Row<'_>],
    scale: Scale,
    at: Pos2,
) -> (Vec<Port>, f32) {
    let high = if picture.layers.len() <= ROOMY { sizes.high } else { sizes.low };
    let mut y = at.y + sizes.head;
    let mut ports = Vec::new();
    let mut places: Vec<(Range<usize>, Rect)> = Vec::new();
    for row in rows {
        let (levels, height) = match row {
            Row::Layer(level) => (*level..*level + 1, high),
            Row::Group(range) => (range.clone(), sizes.low),
            Row::Empty(number, entry) => {
                let place = rect(at.x + sizes.diff_x, y, sizes.diff, sizes.thin);
                empty(stage, picture, *number, &entry.created_by, place);
                y += sizes.thin + sizes.gap;
                continue;
            }
        };
        let blob = rect(at.x, y, sizes.blob, height);
        let id = blob_card(stage, picture, &levels, blob, scale, &ports);
        let diff = rect(at.x + sizes.diff_x, y, sizes.diff, height);
        let unpacked = picture.layers[levels.clone()].iter().all(|slab| slab.layer.is_some());
        let known = picture.layers[levels.clone()].iter().all(|slab| slab.diff_id.is_some());
        if known && let Some(diff_id) = diff_card(stage, picture, &levels, diff, scale, unpacked) {
            let line = if unpacked { Line::Solid } else { Line::Dashed };
            let route = vec![blob.right_center(), diff.left_center()];
            let edge = Edge::new(route, Tint::Family(Family::Layer), line).part("unpacks to");
            stage.wire(&id, &diff_id, edge.ends(End::Open, End::Arrow));
            if unpacked && !stage.hides_order() {
                places.push((levels.clone(), diff));
            }
        }
        ports.push(Port { levels, id, rect: blob });
        y += height + sizes.gap;
    }
    let bottom = y - sizes.gap;
    headings(stage, sizes, picture, at, !places.is_empty());
    overlay(world, stage, sizes, picture, &places, at.x + sizes.slot_x);
    (ports, bottom)
}

fn headings(stage: &mut Stage<'_>, sizes: Sizes, picture: &Picture<'_>, at: Pos2, unpacked: bool) {
    let full = stage.is_full();
    let mut column = |x: f32, width: f32, title: &str, why: &str| {
        let (title, why) = (stage.say(title), stage.say(why));
        let (title, why) = (stage.fit(&title, Font::Title, width), stage.fit(&why, Font::Small, width));
        stage.caption(Text::new(pos2(x, at.y + 8.0), Font::Title, Ink::Strong, title));
        if full {
            stage.caption(Text::new(pos2(x, at.y + 25.0), Font::Small, Ink::Weak, why));
        }
    };
    column(at.x, sizes.blob, "scene-column-blob", "scene-column-blob-why");
    if picture.config.is_some() {
        column(at.x + sizes.diff_x, sizes.diff, "scene-column-diff", "scene-column-diff-why");
    }
    if unpacked {
        column(at.x + sizes.slot_x, sizes.slot + sizes.slot_pad, "scene-column-overlay", "scene-column-overlay-why");
    }
}

fn entity_of(picture: &Picture<'_>, level: usize) -> Option<Entity> {
    picture.layers[level].entity()
}

/// Where things stand on the card of a layer: three lines and a bar; on a low one two, and a thin bar; on a line its name, its size
/// and the sign of its state.
#[derive(Debug, Clone, Copy)]
struct Lines {
    low: bool,
    line: bool,
    right: f32,
    /// Where a size ends.
    size: f32,
    up: f32,
    middle: f32,
    down: f32,
}

impl Lines {
    fn of(place: Rect) -> Self {
        let low = place.height() < 60.0;
        let line = place.height() < 34.0;
        let (up, middle, down) = match (line, low) {
            (true, _) => (12.0, 12.0, 12.0),
            (false, true) => (14.0, 32.0, 32.0),
            (false, false) => (17.0, 36.0, 66.0),
        };
        let right = place.width() - if line { 8.0 } else { 14.0 };
        Self { low, line, right, size: if line { right - 18.0 } else { right }, up, middle, down }
    }

    /// What the last line has room for; on a low card `middle` stands in the same.
    fn room(self, stage: &Stage<'_>, middle: &str) -> f32 {
        if self.line {
            0.0
        } else if self.low {
            (self.right - 14.0 - stage.width(middle, Font::MonoSmall) - 30.0).max(0.0)
        } else {
            self.right - 34.0
        }
    }

    fn bar(self, scale: Scale, bytes: u64) -> Option<Bar> {
        let (at, height) = match (self.line, self.low) {
            (true, _) => (pos2(14.0, 21.5), 2.5),
            (false, true) => (pos2(14.0, 40.5), 3.0),
            (false, false) => (pos2(14.0, 47.0), 7.0),
        };
        scale.bar(bytes, at, height, Tint::Family(Family::Layer))
    }

    /// The same of what is on its way: an outline as long as it will be, filled as far as it has come.
    fn bars(self, scale: Scale, bytes: u64, part: Option<f32>) -> Vec<Bar> {
        let part = part.unwrap_or(0.0);
        match self.bar(scale, bytes) {
            Some(whole) if part < 1.0 && whole.fill == Fill::Full => {
                let mut here = whole.clone();
                here.rect.set_width(whole.rect.width() * part);
                let outline = Bar { tint: Tint::Plain, fill: Fill::Hollow, ..whole };
                std::iter::once(outline).chain((part > 0.0).then_some(here)).collect()
            }
            whole => whole.into_iter().collect(),
        }
    }
}

fn blob_card(
    stage: &mut Stage<'_>,
    picture: &Picture<'_>,
    levels: &Range<usize>,
    place: Rect,
    scale: Scale,
    known: &[Port],
) -> NodeId {
    let slabs = &picture.layers[levels.clone()];
    let first = levels.start;
    let entity = entity_of(picture, first);
    let group = levels.len() > 1;
    let mut id = match entity {
        Some(entity) if group => NodeId::part(entity, "group"),
        Some(entity) => NodeId::of(entity),
        None => NodeId::named(format!("layer {first}")),
    };
    if known.iter().any(|port| port.id == id) || stage.scene.node(&id).is_some() {
        // The same bytes, again, on other layers.
        id.part = format!("{} again at {first}", id.part).into();
    }
    let title = picture.title_of(stage, levels);
    let size: u64 = slabs.iter().filter_map(|slab| slab.descriptor).map(|d| d.size).sum();
    let state = progress::state(stage, slabs);
    let lines = Lines::of(place);
    let Lines { low, line, right, up, middle, down, .. } = lines;
    let mut node = Node::new(id, place, Tint::Family(Family::Layer), state.style).filled(state.part).text(Text::new(
        pos2(14.0, up),
        Font::Title,
        Ink::Strong,
        title,
    ));
    if size > 0 {
        node = node.text(Text::new(pos2(lines.size, up), Font::Mono, Ink::Strong, bytes(size)).anchored(Anchor::Right));
    }
    let about = match slabs {
        _ if line => String::new(),
        [one] => one.descriptor.map(|d| digest(stage, &d.digest)).unwrap_or_default(),
        several => {
            // How many they are stands in the title, too: what has come of them is said first.
            let count = stage.say_with("scene-group", &[("n", &several.len().to_string())]);
            let fits = stage.width(&state.word, Font::Small) <= lines.room(stage, &count);
            if fits { count } else { String::new() }
        }
    };
    node = node.text(Text::new(pos2(14.0, middle), Font::MonoSmall, Ink::Weak, about.clone()));
    if let ([one], false) = (slabs, low) {
        let media = one.descriptor.map(|d| media(&d.media_type)).unwrap_or_default();
        let media = stage.fit(&media, Font::MonoSmall, 90.0);
        let text = Text::new(pos2(right, middle), Font::MonoSmall, Ink::Tint(Tint::Family(Family::Layer)), media);
        node = node.text(text.anchored(Anchor::Right));
    }
    let room = lines.room(stage, &about);
    let word = stage.state(&state.word, Font::Small, room);
    let word = Text::new(pos2(right, down), Font::Small, state.ink, word).anchored(Anchor::Right);
    node = node.text(word.marked(state.mark));
    stage.add(node.bars(lines.bars(scale, size, state.part)).called(""))
}

/// Its first and last digits; where room is dear without the algorithm.
fn digest(stage: &Stage<'_>, digest: &Digest) -> String {
    let all = short(digest);
    if stage.is_full() { all } else { all.trim_start_matches("sha256:").to_owned() }
}

fn diff_card(
    stage: &mut Stage<'_>,
    picture: &Picture<'_>,
    levels: &Range<usize>,
    place: Rect,
    scale: Scale,
    unpacked: bool,
) -> Option<NodeId> {
    let slabs = &picture.layers[levels.clone()];
    let first = &slabs[0];
    let diff_id = first.diff_id?;
    let id = match first.layer {
        Some(layer) if slabs.len() == 1 => NodeId::of(Entity::Layer(layer.chain_id.clone())),
        _ => NodeId::part(Entity::Config(picture.id.clone()), format!("diff {}", levels.start)),
    };
    let lines = Lines::of(place);
    let Lines { right, up, middle, down, .. } = lines;
    let content: u64 = slabs.iter().filter_map(|slab| slab.layer).map(|l| l.size).sum();
    let entries: u64 = slabs.iter().filter_map(|slab| slab.layer).map(|l| l.entries).sum();
    let size = if unpacked { bytes(content) } else { String::new() };
    let room = lines.size - 14.0 - if size.is_empty() { 0.0 } else { stage.width(&size, Font::Mono) + 8.0 };
    let made = instruction(first.created_by.unwrap_or_default());
    let made = match slabs {
        [_] => stage.fit(&made, Font::Mono, room),
        // The first of several: one ellipsis says both that it goes on and that others follow.
        _ => format!("{} …", stage.fit(&made, Font::Mono, room - 20.0).trim_end_matches('…').trim_end()),
    };
    let named = match slabs {
        _ if lines.line => String::new(),
        [_] if stage.is_full() => format!("DiffID {}", short(diff_id)),
        [_] => digest(stage, diff_id),
        several => stage.say_with("scene-group-diff", &[("n", &several.len().to_string())]),
    };
    let style = if unpacked { Style::Solid } else { Style::Ghost };
    let mut node = Node::new(id, place, Tint::Family(Family::Layer), style)
        .text(Text::new(pos2(14.0, up), Font::Mono, Ink::Strong, made))
        .text(Text::new(pos2(14.0, middle), Font::MonoSmall, Ink::Weak, named.clone()));
    let room = lines.room(stage, &named);
    if unpacked {
        let text = stage.say_with("scene-unpacked", &[("n", &entries.to_string())]);
        let text = stage.state(&text, Font::Small, room);
        let done = Text::new(pos2(right, down), Font::Small, Ink::Weak, text).anchored(Anchor::Right);
        node = node
            .text(Text::new(pos2(lines.size, up), Font::Mono, Ink::Strong, size).anchored(Anchor::Right))
            .text(done.marked(Glyph::Check));
        node = node.bars(lines.bar(scale, content));
    } else {
        let text = stage.state(&stage.say("scene-not-unpacked"), Font::Small, room);
        let waits = Text::new(pos2(right, down), Font::Small, Ink::Weak, text).anchored(Anchor::Right);
        node = node.text(waits.marked(Glyph::Wait));
    }
    Some(stage.add(node.called("")))
}

/// An instruction of the config's history that made no layer.
fn empty(stage: &mut Stage<'_>, picture: &Picture<'_>, number: usize, made_by: &str, place: Rect) {
    let id = NodeId::part(Entity::Config(picture.id.clone()), format!("history {number}"));
    let (wide, middle) = (place.width(), place.height() / 2.0);
    let none = stage.say("scene-no-layer");
    let room = wide - 28.0 - stage.width(&none, Font::Small) - 12.0;
    let made = stage.fit(&instruction(made_by), Font::MonoSmall, room);
    let node = Node::new(id, place, Tint::Plain, Style::Dim)
        .text(Text::new(pos2(14.0, middle), Font::MonoSmall, Ink::Weak, made))
        .text(Text::new(pos2(wide - 14.0, middle), Font::Small, Ink::Weak, none).anchored(Anchor::Right));
    stage.add(node.called(""));
}

/// The lower directories as overlay gets them: one stack without gaps.
fn overlay(
    world: &World,
    stage: &mut Stage<'_>,
    sizes: Sizes,
    picture: &Picture<'_>,
    places: &[(Range<usize>, Rect)],
    x: f32,
) {
    let (Some((_, top)), Some((_, low))) = (places.first(), places.last()) else { return };
    let frame = NodeId::part(Entity::Config(picture.id.clone()), "overlay");
    let pad = if stage.is_full() { 6.0 } else { 4.0 };
    let place = Rect::from_min_max(
        pos2(x - sizes.slot_pad, top.top() - pad),
        pos2(x + sizes.slot + sizes.slot_pad, low.bottom() + pad),
    );
    stage.add(
        Node::new(frame.clone(), place, Tint::Family(Family::Layer), Style::Frame)
            .called(&stage.say("scene-column-overlay")),
    );
    let count = picture.layers.len();
    for (i, (levels, diff)) in places.iter().enumerate() {
        // Up to the one above: what lies in the stack has no gaps.
        let up = if i == 0 { diff.top() } else { places[i - 1].1.bottom() + 1.0 };
        let slot = Rect::from_min_max(pos2(x, up), pos2(x + sizes.slot, diff.bottom()));
        let slabs = &picture.layers[levels.clone()];
        let id = match slabs[0].layer {
            Some(layer) => NodeId::part(Entity::Layer(layer.chain_id.clone()), "place"),
            None => NodeId::named(format!("place {}", levels.start)),
        };
        let nth = match levels.len() {
            1 => (count - levels.start).to_string(),
            _ => format!("{}–{}", count - levels.end + 1, count - levels.start),
        };
        let middle = diff.center().y - slot.top();
        let name = stage.fit(&format!("lowerdir {nth}"), Font::Mono, sizes.slot - 12.0);
        let end = if levels.len() == count {
            String::new()
        } else if levels.end == count && count > 1 {
            stage.say("scene-lower-top")
        } else if levels.start == 0 && count > 1 {
            stage.say("scene-lower-bottom")
        } else {
            String::new()
        };
        let used = users(world, slabs);
        let under = if used > 0 { stage.say_with("scene-lower-used", &[("n", &used.to_string())]) } else { end };
        let under =
            if slot.height() < 34.0 { String::new() } else { stage.fit(&under, Font::Small, sizes.slot - 12.0) };
        let shift = if under.is_empty() { 0.0 } else { 9.0 };
        let mut node = Node::new(id, slot, Tint::Family(Family::Layer), Style::Solid).within(&frame).text(
            Text::new(pos2(sizes.slot / 2.0, middle - shift), Font::Mono, Ink::Strong, name).anchored(Anchor::Center),
        );
        if !under.is_empty() {
            let text = Text::new(pos2(sizes.slot / 2.0, middle + 9.0), Font::Small, Ink::Weak, under);
            node = node.text(text.anchored(Anchor::Center));
        }
        let id = stage.add(node.called(""));
        let route = vec![diff.right_center(), pos2(x, diff.center().y)];
        let from = match slabs[0].layer {
            Some(layer) if slabs.len() == 1 => NodeId::of(Entity::Layer(layer.chain_id.clone())),
            _ => NodeId::part(Entity::Config(picture.id.clone()), format!("diff {}", levels.start)),
        };
        let edge = Edge::new(route, Tint::Family(Family::Layer), Line::Solid).part("lies in");
        stage.wire(&from, &id, edge.ends(End::Open, End::Arrow));
    }
}

/// How many mounted overlays have the first of these layers below them. One that several mount namespaces show – the engine's,
/// in which it was mounted, and its container's – is one.
fn users(world: &World, slabs: &[Slab<'_>]) -> usize {
    let Some(layer) = slabs.first().and_then(|slab| slab.layer) else { return 0 };
    let lies = |kind: &MountKind| matches!(kind, MountKind::Overlay { lower, .. } if lower.contains(&layer.path));
    world.distinct_mounts().filter(|mount| lies(&mount.kind)).count()
}

/// `tar+gzip` of `application/vnd.oci.image.layer.v1.tar+gzip`, and in the same words for Docker's.
pub(super) fn media(media_type: &str) -> String {
    let last = media_type.rsplit('.').next().unwrap_or_default();
    match last {
        "gzip" => "tar+gzip".to_owned(),
        "zstd" => "tar+zstd".to_owned(),
        other => other.to_owned(),
    }
}
