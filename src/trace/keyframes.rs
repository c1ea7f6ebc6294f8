use super::{Seq, World};
use std::collections::VecDeque;

/// Worlds along a trace, so that any moment is not far from one.
///
/// There are never more than [`Keyframes::MOST`]: when there would be, every other one goes, and from then on they stand twice
/// as far apart. Neighbours share what did not change between them, so one costs what changed.
#[derive(Debug, Clone)]
pub struct Keyframes {
    /// Position and World, ascending.
    frames: VecDeque<(Seq, World)>,
    spacing: u64,
}

impl Default for Keyframes {
    fn default() -> Self {
        Self { frames: VecDeque::new(), spacing: Self::NEAREST }
    }
}

impl Keyframes {
    /// How many events lie between two at first.
    pub const NEAREST: u64 = 256;
    /// How many there are at most.
    pub const MOST: usize = 2048;

    /// The World after `position` events; kept when it is time for one.
    pub fn offer(&mut self, position: Seq, world: &World) {
        if !position.is_multiple_of(self.spacing) {
            return;
        }
        self.frames.push_back((position, world.clone()));
        if self.frames.len() > Self::MOST {
            self.spacing *= 2;
            self.frames.retain(|(position, _)| position.is_multiple_of(self.spacing));
        }
    }

    /// The last one at or before `position`.
    pub fn before(&self, position: Seq) -> Option<&(Seq, World)> {
        self.frames.get(self.frames.partition_point(|(at, _)| *at <= position).checked_sub(1)?)
    }

    /// Those at `through` and before it are not wanted any more.
    pub fn forget(&mut self, through: Seq) {
        while self.frames.front().is_some_and(|(at, _)| *at <= through) {
            self.frames.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_stand_farther_apart_rather_than_becoming_too_many() {
        let mut frames = Keyframes::default();
        let world = World::default();
        let end = Keyframes::NEAREST * (3 * Keyframes::MOST as u64);
        for position in 1..=end {
            frames.offer(position, &world);
            assert!(frames.frames.len() <= Keyframes::MOST);
        }
        assert_eq!(frames.spacing, 4 * Keyframes::NEAREST);
        for position in [frames.spacing, end / 3, end - 1, end] {
            let (found, _) = frames.before(position).unwrap();
            assert!(position - found < frames.spacing);
        }
        assert!(frames.before(frames.spacing - 1).is_none());
        frames.forget(end / 2);
        assert!(frames.before(end / 2).is_none() && frames.before(end).is_some());
    }
}
