//! The control group: its path, its limits, and what is used of them.

use super::super::NodeId;
use super::super::scene::{Anchor, Bar, Fill, Font, Ink, Node, Style, Text, Tint};
use super::super::stage::{Stage, rect};
use super::{PAD, Subject, TINT};
use crate::i18n::size;
use crate::trace::{Cgroup, Entity, Property, Used, World};
use egui::{Rect, pos2};
use std::sync::Arc;

/// What is plotted.
#[derive(Debug, Clone, Copy)]
enum Plot {
    Processor,
    Memory,
    Tasks,
}

/// A value at a moment, in microseconds.
#[derive(Debug, Clone, Copy)]
struct Point {
    at: u64,
    value: u64,
}

impl Plot {
    const ALL: [Self; 3] = [Self::Processor, Self::Memory, Self::Tasks];

    fn part(self) -> &'static str {
        match self {
            Self::Processor => "processor",
            Self::Memory => "memory",
            Self::Tasks => "tasks",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Processor => "scene-isolation-processor",
            Self::Memory => "scene-isolation-memory",
            Self::Tasks => "scene-isolation-tasks",
        }
    }

    /// How much of the width it has, by how long its numbers are.
    fn share(self) -> f32 {
        match self {
            Self::Processor => 0.36,
            Self::Memory => 0.41,
            Self::Tasks => 0.23,
        }
    }

    /// What was used at each moment: thousandths of a processor since the moment before, bytes, tasks.
    fn values(self, moments: &[Used]) -> Vec<Point> {
        let point = |used: &Used, value| Point { at: used.at, value };
        match self {
            Self::Processor => {
                let share = |pair: &[Used]| Some(point(&pair[1], pair[1].processor_since(&pair[0])?));
                moments.windows(2).filter_map(share).collect()
            }
            Self::Memory => moments.iter().map(|used| point(used, used.memory)).collect(),
            Self::Tasks => moments.iter().map(|used| point(used, used.tasks)).collect(),
        }
    }

    fn shown(self, value: u64) -> String {
        match self {
            Self::Processor => format!("{}.{} %", value / 10, value % 10),
            Self::Memory => size(value),
            Self::Tasks => value.to_string(),
        }
    }

    /// Its limit in the same unit; none where there is none, or none that this version reads.
    fn limit(self, groups: &[&Arc<Cgroup>]) -> Option<u64> {
        let file = |names: &[&str]| {
            let found = groups.iter().flat_map(|group| &group.limits).find(|(name, _)| names.contains(&name.as_str()));
            found.map(|(_, content)| content.trim())
        };
        match self {
            Self::Processor => {
                if let Some(both) = file(&["cpu.max"]) {
                    let (quota, period) = both.split_once(' ')?;
                    return share(quota, period);
                }
                share(file(&["cpu.cfs_quota_us"])?, file(&["cpu.cfs_period_us"]).unwrap_or("100000"))
            }
            Self::Memory => file(&["memory.max", "memory.limit_in_bytes"])?.parse().ok(),
            Self::Tasks => file(&["pids.max"])?.parse().ok(),
        }
    }
}

/// Thousandths of a processor.
fn share(quota: &str, period: &str) -> Option<u64> {
    let (quota, period): (u64, u64) = (quota.parse().ok()?, period.trim().parse().ok()?);
    quota.checked_mul(1000)?.checked_div(period)
}

fn groups<'w>(world: &'w World, subject: &Subject<'_>) -> Vec<&'w Arc<Cgroup>> {
    world.cgroups.values().filter(|group| group.container == subject.container.id).collect()
}

/// Draws the card with its three plots.
pub(super) fn draw(stage: &mut Stage<'_>, place: Rect, subject: &Subject<'_>) {
    let groups = groups(subject.world, subject);
    let path = subject.properties().find_map(|property| match property {
        Property::Cgroup(path) => Some(path.clone()),
        _ => None,
    });
    let path = groups.first().map(|group| group.path.clone()).or(path);
    let id = match groups.first() {
        Some(group) => NodeId::of(Entity::Cgroup(group.path.clone())),
        None => subject.id("control group"),
    };
    let head = if stage.is_full() { 20.0 } else { 15.0 };
    let room = place.width() - 2.0 * PAD;
    let title = stage.say("scene-isolation-cgroup");
    let title = stage.fit(&title, Font::Small, room * 0.6);
    let left = room - stage.width(&title, Font::Small) - 10.0;
    let (what, font) = match (&path, subject.process) {
        (Some(path), _) => (stage.fit_middle(path, Font::MonoSmall, left), Font::MonoSmall),
        (None, Some(_)) => (stage.fit(&stage.say("scene-isolation-no-cgroup"), Font::Small, left), Font::Small),
        (None, None) => (stage.fit(&subject.unknown(stage), Font::Small, left), Font::Small),
    };
    let frame = Node::new(id.clone(), place, if groups.is_empty() { Tint::Plain } else { TINT }, Style::Frame)
        .text(Text::new(pos2(PAD, head / 2.0 + 1.0), Font::Small, Ink::Strong, title))
        .text(Text::new(pos2(place.width() - PAD, head / 2.0 + 1.0), font, Ink::Weak, what).anchored(Anchor::Right));
    stage.add(frame.called(""));
    let moments: Vec<Used> = subject.world.usage.get(&subject.container.id).into_iter().flatten().copied().collect();
    let mut left = place.left() + 2.0;
    for which in Plot::ALL {
        let wide = (place.width() - 4.0) * which.share();
        let cell = rect(left, place.top() + head, wide, place.height() - head - 2.0);
        left += wide;
        plot(stage, subject, which, &moments, which.limit(&groups), cell, &id);
    }
}

fn plot(
    stage: &mut Stage<'_>,
    subject: &Subject<'_>,
    which: Plot,
    moments: &[Used],
    limit: Option<u64>,
    cell: Rect,
    parent: &NodeId,
) {
    let values = which.values(moments);
    let room = cell.width() - PAD;
    let id = match values.is_empty() {
        true => subject.id(which.part()),
        false => NodeId::part(Entity::Usage(subject.container.id.clone()), which.part()),
    };
    let name = stage.say(which.key());
    let now = values.last().map(|point| which.shown(point.value));
    let limit_text = limit.map(|limit| which.shown(limit));
    let value = match (&now, &limit_text) {
        (Some(now), Some(limit)) => format!("{now} / {limit}"),
        (Some(now), None) => now.clone(),
        (None, Some(limit)) => stage.say_with("scene-isolation-at-most", &[("limit", limit)]),
        // What limits it had, and will have, is its group's to say.
        (None, None) if subject.process.is_none() => "–".to_owned(),
        (None, None) => stage.say("scene-isolation-no-limit"),
    };
    let line = 13.0;
    // The limit is the plot's upper edge, where there is no room for its number.
    let shown = [format!("{name} {value}"), value.clone(), now.unwrap_or_default()];
    let label = shown.iter().find(|text| stage.width(text, Font::Small) <= room).map_or("", String::as_str);
    let label = label.to_owned();
    let low = cell.height() - 2.0;
    let top = line + 2.0;
    let scale = values.iter().map(|point| point.value).chain(limit).max().unwrap_or(0);
    let mut node = Node::new(id, cell, TINT, Style::Bare).within(parent).text(Text::new(
        pos2(PAD / 2.0, line / 2.0 + 1.0),
        Font::Small,
        Ink::Weak,
        label,
    ));
    if scale > 0 && low - top > 3.0 {
        node = node.bars(bars(&values, scale, limit, rect(PAD / 2.0, top, room, low - top)));
    }
    let mut said = vec![name, value];
    if values.is_empty() {
        said.push(stage.say("scene-isolation-not-measured"));
    }
    node = node.called(&said.join(" "));
    stage.add(node);
}

/// The latest at the right, the others as long before it as they were seen; the limit, where there is one, as high as the plot.
/// Between them is nothing: nobody looked, or nothing was different.
fn bars(values: &[Point], scale: u64, limit: Option<u64>, place: Rect) -> Vec<Bar> {
    let step = place.width() / World::MOMENTS as f32;
    let last = values.last().map_or(0, |point| point.at);
    let over = |value: u64| limit.is_some_and(|limit| value.saturating_mul(10) >= limit.saturating_mul(9));
    let bar = |point: &Point| {
        let ago = last.saturating_sub(point.at) as f32 / 1e6;
        let left = place.right() - step * (ago + 1.0);
        let high = (place.height() * (point.value as f32 / scale as f32)).max(1.0);
        let rect = rect(left, place.bottom() - high, (step - 0.4).max(0.6), high);
        let tint = if over(point.value) { Tint::Bad } else { TINT };
        (left >= place.left() - 0.1).then_some(Bar { rect, tint, fill: Fill::Full })
    };
    values.iter().filter_map(bar).collect()
}

/// Memory that is used now, as far as it was looked at.
pub(super) fn memory(subject: &Subject<'_>) -> Option<u64> {
    subject.world.usage.get(&subject.container.id)?.back().map(|used| used.memory)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_limit_is_read_from_either_version_of_control_groups() {
        let group = |limits: &[(&str, &str)]| {
            let limits: BTreeMap<_, _> = limits.iter().map(|(file, text)| ((*file).into(), (*text).into())).collect();
            Arc::new(Cgroup { path: "/g".into(), container: "c".into(), limits })
        };
        let of = |which: Plot, limits| which.limit(&[&group(limits)]);
        assert_eq!(of(Plot::Processor, &[("cpu.max", "50000 100000\n")]), Some(500));
        assert_eq!(of(Plot::Processor, &[("cpu.cfs_quota_us", "25000"), ("cpu.cfs_period_us", "50000")]), Some(500));
        assert_eq!(of(Plot::Processor, &[("cpu.max", "max 100000")]), None);
        assert_eq!(of(Plot::Memory, &[("memory.max", "67108864\n")]), Some(64 << 20));
        assert_eq!(of(Plot::Tasks, &[("pids.max", "max")]), None);
    }
}
