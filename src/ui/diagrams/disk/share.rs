//! One scale for all bars of a picture.

use crate::survival::prune::sum;

/// Nothing that is there is drawn shorter.
pub(super) const LEAST: f32 = 3.0;
/// Between two parts of a bar.
pub(super) const GAP: f32 = 1.0;

/// A part of a bar, and where it lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub(super) left: f32,
    pub(super) wide: f32,
    /// It is drawn wider than it is.
    pub(super) is_wider: bool,
}

/// Points for a byte with which the longest of these bars is as wide as there is room; each has its parts side by side.
pub(super) fn points_for_byte(bars: &[Vec<u64>], room: f32) -> f64 {
    let longest = |scale: f64| bars.iter().map(|parts| width(parts, scale)).fold(0.0, f32::max);
    let most = bars.iter().map(|parts| sum(parts.iter().copied())).max().unwrap_or(0);
    if most == 0 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, f64::from(room) / most as f64);
    if longest(high) <= room {
        return high;
    }
    // Small parts take more than is theirs: the others have less.
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if longest(middle) <= room { low = middle } else { high = middle }
    }
    low
}

/// Where the parts of a bar lie.
pub(super) fn spans(parts: &[u64], scale: f64) -> Vec<Span> {
    let mut left = 0.0;
    parts
        .iter()
        .map(|bytes| {
            let own = (*bytes as f64 * scale) as f32;
            let wide = if *bytes == 0 { 0.0 } else { own.max(LEAST) };
            let span = Span { left, wide, is_wider: *bytes > 0 && own < LEAST };
            left += if wide > 0.0 { wide + GAP } else { 0.0 };
            span
        })
        .collect()
}

fn width(parts: &[u64], scale: f64) -> f32 {
    spans(parts, scale).last().map_or(0.0, |last| last.left + last.wide)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_as_many_bytes_are_twice_as_long_in_whatever_bar() {
        let bars = [vec![40_000_000, 20_000_000], vec![10_000_000], vec![]];
        let scale = points_for_byte(&bars, 300.0);
        let (of, other) = (spans(&bars[0], scale), spans(&bars[1], scale));
        assert!((of[0].wide - 2.0 * of[1].wide).abs() < 0.1 && (of[1].wide - 2.0 * other[0].wide).abs() < 0.1);
        assert!((of[1].left + of[1].wide - 300.0).abs() < 2.0, "the longest has all the room: {of:?}");
        assert_eq!(of[1].left, of[0].wide + GAP);
    }

    #[test]
    fn many_small_parts_leave_the_others_less_room() {
        let mut parts = vec![1_000_000_000];
        parts.extend([7; 50]);
        let scale = points_for_byte(&[parts.clone()], 300.0);
        let spans = spans(&parts, scale);
        let last = spans[50];
        assert!(last.left + last.wide <= 300.5 && !spans[0].is_wider, "{last:?}");
        assert!(spans[1..].iter().all(|span| span.is_wider && span.wide == LEAST));
        assert!(spans[0].wide > 90.0, "{:?}", spans[0]);
    }

    #[test]
    fn what_has_no_bytes_takes_no_room() {
        assert_eq!(points_for_byte(&[vec![0, 0], vec![]], 300.0), 0.0);
        let spans = spans(&[0, 5], 1.0);
        assert_eq!((spans[0].wide, spans[1].left, spans[1].wide), (0.0, 0.0, 5.0));
    }
}
