use super::index::{Index, StepMark};
use super::keyframes::Keyframes;
use super::*;
use crate::spec::ContainerId;
use std::sync::Arc;

/// The events of a trace, and quick ways to any moment of them.
///
/// ```text
/// dropped │ event │ event │ …                     events lie in an EventStore: memory, or files without a name
///        base          keyframe   keyframe   head   Worlds; any moment is the last one before it and the events since
/// ```
#[derive(Debug, Default)]
pub struct Trace {
    base: Base,
    events: Events,
    /// The number of the last event.
    len: u64,
    head: World,
    keyframes: Keyframes,
    index: Index,
}

#[derive(Debug)]
struct Events(Box<dyn EventStore>);

impl Default for Events {
    fn default() -> Self {
        Self(Box::<InMemory>::default())
    }
}

/// A step and where its events are.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRecord {
    /// The step.
    pub step: Step,
    /// The event that announced it.
    pub announced: Seq,
    /// The event that ended it; none while it is under way.
    pub ended: Option<Seq>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Nanoseconds it took, without the wait at the gate.
    pub took: u64,
}

/// Why an event cannot be the next of a trace.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TraceError {
    /// An event is missing, or comes twice.
    #[error("event {found} where event {expected} belongs")]
    Gap {
        /// What should come.
        expected: Seq,
        /// What came.
        found: Seq,
    },
    /// An observation without evidence.
    #[error("event {0} shows no evidence")]
    NoEvidence(Seq),
    /// What it says does not follow from what was before.
    #[error("event {seq}: {illegal}")]
    Illegal {
        /// Which event.
        seq: Seq,
        /// Why.
        illegal: Illegal,
    },
    /// It could not be kept.
    #[error("event {seq} cannot be kept: {reason}")]
    NotKept {
        /// Which event.
        seq: Seq,
        /// What the disk said.
        reason: String,
    },
}

impl Trace {
    /// An empty trace that keeps its events there, and begins with that World.
    pub fn new(events: impl EventStore + 'static, base: Base) -> Self {
        let (len, head) = (base.events, base.world.clone());
        Self { base, events: Events(Box::new(events)), len, head, ..Self::default() }
    }

    /// A trace of these events, in memory.
    pub fn from_events(events: impl IntoIterator<Item = Event>) -> Result<Self, TraceError> {
        let mut trace = Self::default();
        events.into_iter().try_for_each(|event| trace.push(Arc::new(event)))?;
        Ok(trace)
    }

    /// Appends an event. On an error the trace is as before.
    pub fn push(&mut self, event: Arc<Event>) -> Result<(), TraceError> {
        let expected = self.len + 1;
        if event.seq != expected {
            return Err(TraceError::Gap { expected, found: event.seq });
        }
        // The World forgets a step that is over; its number must not come again all the same.
        if let Body::StepAnnounced { step } = &event.body
            && self.index.step(step.id).is_some()
        {
            return Err(TraceError::Illegal { seq: event.seq, illegal: Illegal::Reused(step.id) });
        }
        self.head.follow(&event)?;
        if let Err(error) = self.events.0.push(Arc::clone(&event)) {
            self.head = self.fold(self.len);
            return Err(TraceError::NotKept { seq: event.seq, reason: error.to_string() });
        }
        self.len = event.seq;
        self.index.push(&event);
        self.keyframes.offer(self.len, &self.head);
        Ok(())
    }

    /// The number of the last event: how many there have been, dropped ones with them.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// How many events were dropped from the beginning: the first position that can be looked at.
    pub fn start(&self) -> u64 {
        self.base.events
    }

    /// What the trace begins with.
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// True when there is nothing to look at.
    pub fn is_empty(&self) -> bool {
        self.len == self.base.events
    }

    /// All events that are kept.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = Arc<Event>> + '_ {
        self.events_in(self.start(), self.len)
    }

    /// The events that lie between two positions.
    pub fn events_in(&self, from: u64, to: u64) -> impl DoubleEndedIterator<Item = Arc<Event>> + '_ {
        let (from, to) = (from.max(self.start()), to.min(self.len));
        (from + 1..to + 1).filter_map(|seq| self.event(seq))
    }

    /// The event of that number; none when there is none, or it was dropped.
    pub fn event(&self, seq: Seq) -> Option<Arc<Event>> {
        if seq <= self.start() || seq > self.len { None } else { self.events.0.get(seq) }
    }

    /// The World after all events.
    pub fn head(&self) -> &World {
        &self.head
    }

    /// The World after the first `position` events; beyond the end it is the last, before the beginning the first.
    pub fn seek(&self, position: u64) -> World {
        if position >= self.len { self.head.clone() } else { self.fold(position) }
    }

    fn fold(&self, position: u64) -> World {
        let (mut at, mut world) = match self.keyframes.before(position) {
            Some((at, world)) => (*at, world.clone()),
            None => (self.start(), self.base.world.clone()),
        };
        while at < position {
            at += 1;
            // It was applied once when it was pushed. One that cannot be read any more has been reported by its store.
            match self.event(at).map(|event| world.apply_event(&event)) {
                Some(Ok(())) => {}
                Some(Err(_)) | None => break,
            }
        }
        world
    }

    /// Drops what lies before `position`, when it is told that nobody keeps it.
    pub fn forget(&mut self, position: u64) {
        let position = position.min(self.len);
        if position <= self.start() {
            return;
        }
        self.base = Base { events: position, world: self.seek(position) };
        self.events.0.forget(position);
        self.keyframes.forget(position);
        self.index.forget(position);
    }

    /// A step by its number, as far as it is kept.
    pub fn step(&self, id: StepId) -> Option<StepRecord> {
        self.index.step(id).and_then(|mark| self.record(mark))
    }

    /// All that its events say of a step.
    pub fn record(&self, mark: &StepMark) -> Option<StepRecord> {
        let event = self.event(mark.announced)?;
        let Body::StepAnnounced { step } = &event.body else { return None };
        let record =
            StepRecord { step: step.clone(), announced: mark.announced, ended: mark.ended, outcome: None, took: 0 };
        let end = mark.ended.and_then(|seq| self.event(seq));
        Some(match end.as_ref().map(|event| &event.body) {
            Some(Body::StepEnded { outcome, took, .. }) => {
                StepRecord { outcome: Some(outcome.clone()), took: *took, ..record }
            }
            _ => record,
        })
    }

    /// Where a step is, without what its events say.
    pub fn mark(&self, id: StepId) -> Option<&StepMark> {
        self.index.step(id)
    }

    /// How that operation ended; none while it runs, or when it was dropped.
    pub fn outcome(&self, id: OpId) -> Option<Outcome> {
        match &self.event(self.index.ended(id)?)?.body {
            Body::OpEnded { outcome, .. } => Some(outcome.clone()),
            _ => None,
        }
    }

    /// Operations in the order they began, and the events in which they did.
    pub fn ops(&self) -> impl ExactSizeIterator<Item = (OpId, Seq)> + '_ {
        self.index.ops().iter().copied()
    }

    /// An operation that only looked how a container does, and found what was known: nothing of the story.
    pub fn is_quiet(&self, op: OpId, began: Seq) -> bool {
        let over = self.index.ended(op).unwrap_or(Seq::MAX);
        let judged = |mark: &StepMark| mark.kind == StepKind::JudgeHealth;
        let mut within = self.steps(self.steps_before(began)).take_while(|mark| mark.announced < over);
        self.index.is_probe(op) && !within.any(judged)
    }

    /// The terminals that have printed something by `position`, the latest to begin last; none is the lab host's.
    pub fn terminals(&self, position: u64) -> impl DoubleEndedIterator<Item = &Option<ContainerId>> {
        let all = self.index.terminals();
        all.range(..all.partition_point(|(first, _)| *first <= position)).map(|(_, terminal)| terminal)
    }

    /// The events up to `position` in which that terminal printed something.
    pub fn printed(&self, of: &Option<ContainerId>, position: u64) -> impl DoubleEndedIterator<Item = Seq> + '_ {
        let seqs = self.index.printed(of);
        let seqs = seqs.map(|seqs| seqs.range(..seqs.partition_point(|seq| *seq <= position)).copied());
        seqs.into_iter().flatten()
    }

    /// The steps in the order they were announced, from the `from`th that is kept on.
    pub fn steps(&self, from: usize) -> impl DoubleEndedIterator<Item = &StepMark> + ExactSizeIterator {
        let all = self.index.steps();
        all.range(from.min(all.len())..)
    }

    /// How many steps were announced by the first `position` events, of those that are kept.
    pub fn steps_before(&self, position: u64) -> usize {
        self.index.steps_before(position)
    }

    /// The step that is announced by the event at `position`: what comes next for a cursor that stands there.
    pub fn next_mark(&self, position: u64) -> Option<&StepMark> {
        let before = self.steps_before(position).checked_sub(1)?;
        self.index.steps().get(before).filter(|mark| mark.announced == position)
    }

    /// The same with all that its events say.
    pub fn next_step(&self, position: u64) -> Option<StepRecord> {
        self.next_mark(position).and_then(|mark| self.record(mark))
    }

    /// The innermost step that is under way at `position`.
    pub fn current_step(&self, position: u64) -> Option<&StepMark> {
        let before = self.index.steps().range(..self.steps_before(position));
        before.rev().find(|mark| mark.ended.is_none_or(|end| end > position))
    }

    /// The events up to `position` that changed this thing, oldest first. They are read one by one, as they are asked for.
    pub fn touching<'a>(
        &'a self,
        entity: &'a Entity,
        position: u64,
    ) -> impl DoubleEndedIterator<Item = Arc<Event>> + 'a {
        let seqs = self.index.touching(entity).map(|seqs| seqs.range(..seqs.partition_point(|seq| *seq <= position)));
        seqs.into_iter().flatten().filter_map(|seq| self.event(*seq)).filter(move |event| touches(event, entity))
    }

    /// How many there are, without reading them.
    pub fn touches(&self, entity: &Entity, position: u64) -> usize {
        self.index.touching(entity).map_or(0, |seqs| seqs.partition_point(|seq| *seq <= position))
    }
}

fn touches(event: &Event, entity: &Entity) -> bool {
    matches!(&event.body, Body::Observed { change, .. } if change.touches().contains(entity))
}

impl World {
    /// The World after an event that came next in a trace.
    pub fn follow(&mut self, event: &Event) -> Result<(), TraceError> {
        if matches!(&event.body, Body::Observed { evidence, .. } if evidence.is_empty()) {
            return Err(TraceError::NoEvidence(event.seq));
        }
        self.apply_event(event).map_err(|illegal| TraceError::Illegal { seq: event.seq, illegal })
    }
}
