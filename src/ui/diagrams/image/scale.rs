//! Bytes as lengths, to one scale in the whole picture.

use super::super::scene::{Bar, Fill};
use super::*;
use crate::i18n::size as bytes;
use egui::{Rect, vec2};

/// Nothing that is there is drawn shorter.
const LEAST: f32 = 4.0;

/// Points for a byte.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    largest: u64,
    /// How long the largest amount is drawn.
    track: f32,
}

impl Scale {
    /// The largest of these fills its track.
    pub fn of(track: f32, amounts: impl IntoIterator<Item = u64>) -> Self {
        Self { largest: amounts.into_iter().max().unwrap_or(0), track }
    }

    /// What fills its track.
    pub fn largest(self) -> u64 {
        self.largest
    }

    fn length(self, amount: u64) -> f32 {
        if self.largest == 0 { 0.0 } else { (amount as f64 / self.largest as f64) as f32 * self.track }
    }

    /// An amount as a bar that begins at `at`; none when there is nothing.
    pub fn bar(self, amount: u64, at: Pos2, height: f32, tint: Tint) -> Option<Bar> {
        if amount == 0 || self.largest == 0 {
            return None;
        }
        let length = self.length(amount);
        let rect = Rect::from_min_size(at, vec2(length.max(LEAST), height));
        Some(Bar { rect, tint, fill: if length < LEAST { Fill::Hollow } else { Fill::Full } })
    }

    /// A round number of bytes whose bar is of a length that is easily compared.
    fn round(self) -> Option<u64> {
        let fits = |amount: &u64| self.length(*amount) <= self.track * 0.55;
        let steps = (0..15_u32).flat_map(|power| [1, 2, 5].map(|n| n * 10_u64.pow(power)));
        steps.take_while(fits).last().filter(|amount| self.length(*amount) >= LEAST)
    }

    /// What the bars mean. Returns its lower end.
    pub fn legend(self, stage: &mut Stage<'_>, at: Pos2, width: f32) -> f32 {
        let Some(round) = self.round() else { return at.y };
        let place = rect(at.x, at.y, width, 30.0);
        let tint = Tint::Family(Family::Layer);
        let shown = self.bar(round, pos2(4.0, 12.0), 6.0, tint);
        let after = shown.as_ref().map_or(0.0, |bar| bar.rect.right()) + 10.0;
        let mut words = stage.say_with("scene-scale", &[("size", &bytes(round))]);
        words = stage.fit(&words, Font::Small, (width * 0.5 - after).max(60.0));
        let hollow_at = pos2((after + stage.width(&words, Font::Small) + 24.0).max(width * 0.44), 12.0);
        let hollow = Bar { rect: Rect::from_min_size(hollow_at, vec2(LEAST, 6.0)), tint, fill: Fill::Hollow };
        let less = (f64::from(LEAST / self.track) * self.largest as f64) as u64;
        let clamped = stage.say_with("scene-scale-clamped", &[("size", &bytes(less.max(1)))]);
        let clamped = stage.fit(&clamped, Font::Small, width - hollow_at.x - 14.0);
        stage.add(
            Node::new(NodeId::named("scale"), place, Tint::Plain, Style::Bare)
                .bars(shown.into_iter().chain([hollow]))
                .text(Text::new(pos2(after, 15.0), Font::Small, Ink::Weak, words))
                .text(Text::new(hollow_at + vec2(12.0, 3.0), Font::Small, Ink::Weak, clamped))
                .called(""),
        );
        place.bottom()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACK: f32 = 204.0;

    fn bar(scale: Scale, amount: u64) -> Option<Bar> {
        scale.bar(amount, pos2(0.0, 0.0), 6.0, Tint::Plain)
    }

    #[test]
    fn twice_as_many_bytes_are_twice_as_long() {
        let scale = Scale::of(TRACK, [1_000_000, 400_000, 12]);
        let width = |amount| bar(scale, amount).expect("drawn").rect.width();
        assert_eq!(width(1_000_000), TRACK);
        assert!((width(400_000) * 2.5 - TRACK).abs() < 0.01);
    }

    #[test]
    fn what_is_too_small_is_said_to_be_larger_than_it_is() {
        let scale = Scale::of(TRACK, [1_000_000]);
        assert!(
            bar(scale, 12).expect("drawn").fill == Fill::Hollow
                && bar(scale, 900_000).expect("drawn").fill == Fill::Full
        );
        assert_eq!(bar(scale, 0), None);
        assert_eq!(bar(Scale::of(TRACK, []), 7), None);
    }

    #[test]
    fn the_legend_is_a_round_number_that_fits() {
        for largest in [10_u64, 999, 1_000, 1_234_567, 77_000_000_000] {
            let scale = Scale::of(TRACK, [largest]);
            let round = scale.round().expect("one fits");
            let leading = round.to_string();
            assert!(leading.trim_end_matches('0').len() == 1 && "125".contains(&leading[..1]), "{round}");
            assert!((LEAST..=TRACK * 0.55).contains(&scale.length(round)), "{round} of {largest}");
        }
    }
}
