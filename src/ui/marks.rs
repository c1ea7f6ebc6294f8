//! The timeline's index: where the cursor can stop at a level, and the story steps that give stretches of it their names.

use crate::trace::{Family, Level, Seq, StepId, StepKind, Trace};

/// A place on the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StopMark {
    /// The position of the cursor there.
    pub seq: Seq,
    /// The step that comes next there.
    pub step: StepId,
    /// Its kind.
    pub kind: StepKind,
}

impl StopMark {
    /// What it is about.
    pub fn family(&self) -> Family {
        self.kind.family()
    }
}

/// The marks of a trace at one level, brought up to date as the trace grows.
#[derive(Debug, Clone)]
pub struct StopMarks {
    level: Level,
    /// Steps that were looked at, of those that the trace keeps.
    scanned: usize,
    /// Where the trace began then.
    start: u64,
    stops: Vec<StopMark>,
    /// Indexes into `stops` of the story steps.
    stories: Vec<usize>,
}

impl Default for StopMarks {
    fn default() -> Self {
        Self { level: Level::Stage, scanned: 0, start: 0, stops: Vec::new(), stories: Vec::new() }
    }
}

impl StopMarks {
    /// Reads what is new in the trace; another level, or another trace, is read from its beginning.
    pub fn update(&mut self, trace: &Trace, level: Level) {
        if level != self.level || trace.start() != self.start || trace.steps(0).len() < self.scanned {
            *self = Self { level, start: trace.start(), ..Self::default() };
        }
        for step in trace.steps(self.scanned).filter(|step| step.level() <= level) {
            if step.level() == Level::Story {
                self.stories.push(self.stops.len());
            }
            self.stops.push(StopMark { seq: step.announced, step: step.id, kind: step.kind });
        }
        self.scanned = trace.steps(0).len();
    }

    /// All stops.
    pub fn stops(&self) -> &[StopMark] {
        &self.stops
    }

    /// How many stops were reached at `position`.
    pub fn reached(&self, position: Seq) -> usize {
        self.stops.partition_point(|mark| mark.seq <= position)
    }

    /// Named stretches: the first stop of each story step, and where the next stretch begins.
    pub fn stretches(&self) -> impl Iterator<Item = (usize, usize, StepKind)> + '_ {
        self.stories.iter().enumerate().map(|(i, &from)| {
            let to = self.stories.get(i + 1).copied().unwrap_or(self.stops.len());
            (from, to, self.stops[from].kind)
        })
    }

    /// The position that stands at `fraction` (0 the beginning, 1 the end) of the track: the nearest stop's.
    pub fn position_at(&self, fraction: f32, trace: &Trace) -> Seq {
        let slot = (fraction * self.slots()).round().max(0.0) as usize;
        match slot {
            0 => trace.start(),
            slot => self.stops.get(slot - 1).map_or(trace.len(), |mark| mark.seq),
        }
    }

    /// Where `position` stands on the track, 0 to 1.
    pub fn fraction_of(&self, position: Seq, trace: &Trace) -> f32 {
        let over = position >= trace.len() && self.stops.last().is_some_and(|mark| mark.seq < position);
        if over { 1.0 } else { self.reached(position) as f32 / self.slots() }
    }

    /// Where the tick of a stop stands on the track, 0 to 1.
    pub fn tick_of(&self, stop: usize) -> f32 {
        (stop as f32 + 1.0) / self.slots()
    }

    fn slots(&self) -> f32 {
        self.stops.len() as f32 + 1.0
    }
}
