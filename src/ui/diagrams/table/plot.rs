//! What a pattern took in one place: a dot for each run, a line for the one in the middle, and that as a number.

use super::column::Column;
use crate::i18n::{figure, size};
use crate::trace::{Entity, Speed, SpeedPattern, World};
use crate::ui::diagrams::scene::{Anchor, Bar, Fill, Font, Ink, Node, Style, Text, Tint};
use crate::ui::diagrams::stage::{Stage, rect};
use egui::{Rect, pos2};

/// How large a dot is, and how wide the line.
const DOT: f32 = 4.0;
const LINE: f32 = 2.0;
/// Room for the number.
const NUMBER: f32 = 62.0;
/// Runs that lie no farther apart than that are drawn in the middle of their row.
const LEAST: f64 = 1.5;

/// Where times lie in a row: logarithmic, the same for all its places.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// From the fastest run of all places to the slowest; none where nothing was measured.
    pub fn of(columns: &[Column<'_>], pattern: SpeedPattern) -> Option<Self> {
        let speeds = columns.iter().filter_map(|column| column.speed(pattern));
        Self::over(speeds.flat_map(|speed| speed.runs.iter().map(|nanos| speed.cost(*nanos))))
    }

    #[expect(clippy::cast_precision_loss, reason = "a dot is four points wide")]
    fn over(costs: impl Iterator<Item = u64>) -> Option<Self> {
        let ends = costs.fold(None, |ends: Option<(u64, u64)>, cost| {
            let cost = cost.max(1);
            Some(ends.map_or((cost, cost), |(low, high)| (low.min(cost), high.max(cost))))
        });
        let (low, high) = ends?;
        let (low, high) = ((low as f64).ln(), (high as f64).ln());
        let apart = (LEAST.ln() - (high - low)).max(0.0) / 2.0;
        Some(Self { low: low - apart, high: high + apart })
    }

    /// 0 at the left, 1 at the right.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a dot is four points wide")]
    fn place(self, cost: u64) -> f32 {
        (((cost.max(1) as f64).ln() - self.low) / (self.high - self.low)).clamp(0.0, 1.0) as f32
    }
}

/// The name of its row.
pub(super) fn short(pattern: SpeedPattern) -> &'static str {
    match pattern {
        SpeedPattern::Write => "scene-table-write",
        SpeedPattern::WriteSynced => "scene-table-write-synced",
        SpeedPattern::Read => "scene-table-read",
        SpeedPattern::Random => "scene-table-random",
        SpeedPattern::RandomSynced => "scene-table-random-synced",
        SpeedPattern::Files => "scene-table-files",
        SpeedPattern::FilesSynced => "scene-table-files-synced",
        SpeedPattern::CopyUp => "scene-table-copy-up",
        SpeedPattern::CopiedUp => "scene-table-copied-up",
    }
}

pub(super) fn cell(
    stage: &mut Stage<'_>,
    world: &World,
    column: &Column<'_>,
    pattern: SpeedPattern,
    scale: Option<Scale>,
    place: Rect,
) {
    let kind = stage.say(&format!("scene-home-{}", column.kind.key()));
    let called = format!("{kind} {}", column.target);
    let (Some(speed), Some(scale)) = (column.speed(pattern), scale) else {
        let (text, label) = match column.refused {
            Some(refused) => (stage.say("scene-table-refused"), stage.words.problem(&refused.problem)),
            None => ("·".to_owned(), "–".to_owned()),
        };
        let middle = pos2(place.width() / 2.0, place.height() / 2.0);
        let text = Text::new(middle, Font::Small, Ink::Weak, text).anchored(Anchor::Center);
        let label = format!("{called}, {}: {label}", stage.say(short(pattern)));
        let id = column.id(format!("table {}", pattern.key()));
        stage.add(Node::new(id, place, Tint::Plain, Style::Dim).text(text).said(label));
        return;
    };
    let entity = Entity::Speed(speed.container.clone(), speed.target.clone(), pattern);
    debug_assert!(world.has(&entity), "what is drawn was measured");
    let mut node = Node::new(super::NodeId::of(entity), place, super::TINT, Style::Dim);
    let (room, middle) = (place.width() - NUMBER - 12.0, place.height() / 2.0);
    let at = |nanos: u64, wide: f32| 6.0 + scale.place(speed.cost(nanos)) * (room - wide);
    let dot = |nanos: &u64| Bar {
        rect: rect(at(*nanos, DOT), middle - DOT / 2.0, DOT, DOT),
        tint: super::TINT,
        fill: Fill::Full,
    };
    node = node.bars(speed.runs.iter().map(dot));
    if let Some(spread) = speed.spread() {
        let line = rect(at(spread.median, LINE), 3.0, LINE, place.height() - 6.0);
        node = node.bars([Bar { rect: line, tint: Tint::Plain, fill: Fill::Full }]);
        let right = pos2(place.width() - 5.0, middle);
        let number = Text::new(right, Font::MonoSmall, Ink::Strong, figure(speed, spread.median));
        node = node.text(number.anchored(Anchor::Right));
    }
    let label = said(stage, speed, &called);
    stage.add(node.said(label));
}

fn said(stage: &Stage<'_>, speed: &Speed, place: &str) -> String {
    let key = speed.pattern.key();
    let (bytes, files, calls) = (size(speed.bytes), speed.files.to_string(), speed.calls.to_string());
    let vars = [("bytes", &*bytes), ("files", &*files), ("calls", &*calls)];
    let amount = stage.say_with(&format!("speed-{key}-amount"), &vars);
    let pattern = stage.say(&format!("speed-{key}"));
    let spread = speed.spread();
    let of = |nanos: Option<u64>| nanos.map_or_else(|| "–".to_owned(), |nanos| figure(speed, nanos));
    let (median, fastest) = (of(spread.map(|it| it.median)), of(spread.map(|it| it.fastest)));
    let (slowest, runs) = (of(spread.map(|it| it.slowest)), speed.runs.len().to_string());
    let vars = [
        ("place", place),
        ("pattern", &pattern),
        ("amount", &amount),
        ("median", &median),
        ("fastest", &fastest),
        ("slowest", &slowest),
        ("runs", &runs),
    ];
    stage.say_with("scene-table-speed-said", &vars)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_as_wide_as_its_runs_lie_apart() {
        let scale = Scale::over([100, 10_000].into_iter()).unwrap();
        assert_eq!((scale.place(100), scale.place(10_000)), (0.0, 1.0));
        assert!((scale.place(1_000) - 0.5).abs() < 0.001, "logarithmic");
        let alike = Scale::over([1_000, 1_010].into_iter()).unwrap();
        assert!(alike.place(1_000) > 0.4 && alike.place(1_010) < 0.6, "they are not torn apart");
        assert_eq!(Scale::over(std::iter::empty()), None);
        assert!(Scale::over([0].into_iter()).is_some_and(|scale| scale.place(0).is_finite()));
    }
}
