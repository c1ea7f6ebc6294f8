use super::*;
use std::{collections::HashMap, sync::Arc};

/// Every this many events a whole World is kept, so that any moment is at most this many events away from one.
const KEYFRAME: usize = 256;

/// The events so far, and quick ways to any moment of them.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    events: Vec<Arc<Event>>,
    /// `keyframes[i]` is the World after `(i + 1) * KEYFRAME` events.
    keyframes: Vec<World>,
    head: World,
    steps: HashMap<StepId, StepRecord>,
    /// Steps in the order they were announced.
    announced: Vec<StepId>,
    touched: HashMap<Entity, Vec<Seq>>,
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
}

impl Trace {
    /// A trace of these events.
    pub fn from_events(events: impl IntoIterator<Item = Event>) -> Result<Self, TraceError> {
        let mut trace = Self::default();
        events.into_iter().try_for_each(|event| trace.push(Arc::new(event)))?;
        Ok(trace)
    }

    /// Appends an event. On an error the trace is as before.
    pub fn push(&mut self, event: Arc<Event>) -> Result<(), TraceError> {
        let expected = self.len() + 1;
        if event.seq != expected {
            return Err(TraceError::Gap { expected, found: event.seq });
        }
        if matches!(&event.body, Body::Observed { evidence, .. } if evidence.is_empty()) {
            return Err(TraceError::NoEvidence(event.seq));
        }
        // The World forgets a step that is over; its number must not come again all the same.
        if let Body::StepAnnounced { step } = &event.body
            && self.steps.contains_key(&step.id)
        {
            return Err(TraceError::Illegal { seq: event.seq, illegal: Illegal::Reused(step.id) });
        }
        self.head.apply_event(&event).map_err(|illegal| TraceError::Illegal { seq: event.seq, illegal })?;
        self.index(&event);
        self.events.push(event);
        if self.events.len().is_multiple_of(KEYFRAME) {
            self.keyframes.push(self.head.clone());
        }
        Ok(())
    }

    fn index(&mut self, event: &Event) {
        match &event.body {
            Body::StepAnnounced { step } => {
                let record =
                    StepRecord { step: step.clone(), announced: event.seq, ended: None, outcome: None, took: 0 };
                self.steps.insert(step.id, record);
                self.announced.push(step.id);
            }
            Body::StepEnded { step, outcome, took } => {
                if let Some(record) = self.steps.get_mut(step) {
                    (record.ended, record.outcome, record.took) = (Some(event.seq), Some(outcome.clone()), *took);
                }
            }
            Body::Observed { change, .. } => {
                for entity in change.touches() {
                    self.touched.entry(entity).or_default().push(event.seq);
                }
            }
            Body::OpBegan { .. } | Body::OpEnded { .. } | Body::Console { .. } => {}
        }
    }

    /// How many events there are.
    pub fn len(&self) -> u64 {
        self.events.len() as u64
    }

    /// True before the first event.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// All events.
    pub fn events(&self) -> &[Arc<Event>] {
        &self.events
    }

    /// The event of that number; the first is 1.
    pub fn event(&self, seq: Seq) -> Option<&Arc<Event>> {
        self.events.get(usize::try_from(seq.checked_sub(1)?).ok()?)
    }

    /// The World after all events.
    pub fn head(&self) -> &World {
        &self.head
    }

    /// The World after the first `position` events; beyond the end it is the last.
    pub fn seek(&self, position: u64) -> World {
        let position = usize::try_from(position).unwrap_or(usize::MAX).min(self.events.len());
        if position == self.events.len() {
            return self.head.clone();
        }
        let frames = position / KEYFRAME;
        let mut world = frames.checked_sub(1).map(|i| self.keyframes[i].clone()).unwrap_or_default();
        for event in &self.events[frames * KEYFRAME..position] {
            world.apply_event(event).expect("it was applied once when it was pushed");
        }
        world
    }

    /// A step by its number.
    pub fn step(&self, id: StepId) -> Option<&StepRecord> {
        self.steps.get(&id)
    }

    /// The steps in the order they were announced.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = &StepRecord> {
        self.announced.iter().filter_map(|id| self.steps.get(id))
    }

    /// How many steps were announced by the first `position` events.
    pub(super) fn steps_before(&self, position: u64) -> usize {
        self.announced.partition_point(|id| self.steps[id].announced <= position)
    }

    /// The steps from the `from`th on, and the ones before it, in order of announcement.
    pub(super) fn steps_around(&self, at: usize) -> (&[StepId], &[StepId]) {
        self.announced.split_at(at)
    }

    /// The step that is announced by the event at `position`: what comes next for a cursor that stands there.
    pub fn next_step(&self, position: u64) -> Option<&StepRecord> {
        match &self.event(position)?.body {
            Body::StepAnnounced { step } => self.step(step.id),
            _ => None,
        }
    }

    /// The innermost step that is under way at `position`.
    pub fn current_step(&self, position: u64) -> Option<&StepRecord> {
        let (before, _) = self.announced.split_at(self.steps_before(position));
        before.iter().rev().filter_map(|id| self.steps.get(id)).find(|r| r.ended.is_none_or(|end| end > position))
    }

    /// The events up to `position` that changed this thing, oldest first.
    pub fn touching(&self, entity: &Entity, position: u64) -> impl DoubleEndedIterator<Item = &Arc<Event>> {
        let seqs = self.touched.get(entity).map_or(&[][..], |all| {
            let upto = all.partition_point(|seq| *seq <= position);
            &all[..upto]
        });
        seqs.iter().filter_map(|seq| self.event(*seq))
    }
}
