use super::{Body, Change, Code, Entity, Event, Level, Op, OpId, OpKind, Outcome, Plan, Seq, Step, StepId, StepKind};
use crate::spec::ContainerId;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Where the steps, operations and things of a trace are in it. Holds numbers; what they say is read from the events.
#[derive(Debug, Clone, Default)]
pub struct Index {
    /// In the order they were announced.
    steps: VecDeque<StepMark>,
    /// How many steps were forgotten from the front of `steps`.
    forgotten: usize,
    /// Step → its place among all that were announced.
    places: HashMap<StepId, usize>,
    /// Operations in the order they began, and where.
    ops: VecDeque<(OpId, Seq)>,
    /// Those among them that only look how a container does.
    probes: HashSet<OpId>,
    /// Operation → where it ended.
    ended: HashMap<OpId, Seq>,
    /// Terminals in the order in which they printed something for the first time.
    terminals: VecDeque<(Seq, Option<ContainerId>)>,
    /// Terminal → the events in which it printed something.
    printed: HashMap<Option<ContainerId>, VecDeque<Seq>>,
    /// Hash of a thing → the events that changed it, ascending. Two things may share one: whoever reads looks again.
    touched: HashMap<u64, VecDeque<Seq>>,
}

/// A step, and where its events are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepMark {
    /// The step.
    pub id: StepId,
    /// The step it is part of.
    pub parent: Option<StepId>,
    /// What it does.
    pub kind: StepKind,
    /// The event that announced it.
    pub announced: Seq,
    /// The event that ended it; none while it is under way.
    pub ended: Option<Seq>,
    /// What came of it, as far as it is known.
    pub fate: StepFate,
    level: Level,
}

/// What came of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StepFate {
    /// It was done, or is being done.
    #[default]
    Done,
    /// Its call was not needed, and not made.
    NotMade,
    /// It failed.
    Failed,
}

impl StepMark {
    /// The level at which it is seen, see [`OpKind::level_of`].
    pub fn level(&self) -> Level {
        self.level
    }
}

impl Index {
    /// Takes in the event that comes next.
    pub fn push(&mut self, event: &Event) {
        match &event.body {
            Body::OpBegan { op: Op { id, kind, .. } } => {
                self.ops.push_back((*id, event.seq));
                if *kind == OpKind::HealthProbe {
                    self.probes.insert(*id);
                }
            }
            Body::OpEnded { op, .. } => drop(self.ended.insert(*op, event.seq)),
            Body::StepAnnounced { step } => {
                let Step { id, parent, plan: Plan { kind, .. }, .. } = step;
                self.places.insert(*id, self.forgotten + self.steps.len());
                let (announced, ended, fate) = (event.seq, None, StepFate::Done);
                let probes = self.probes.contains(&step.op);
                let level = if probes { OpKind::HealthProbe.level_of(*kind) } else { kind.level() };
                self.steps.push_back(StepMark { id: *id, parent: *parent, kind: *kind, announced, ended, fate, level });
            }
            Body::StepEnded { step, outcome, .. } => {
                if let Some(mark) = self.step_mut(*step) {
                    mark.ended = Some(event.seq);
                    if matches!(outcome, Outcome::Failed(_)) {
                        mark.fate = StepFate::Failed;
                    }
                }
            }
            Body::Observed { step, change, .. } => {
                let not_made = match &**change {
                    Change::Remark(problem) => matches!(problem.code, Code::CallNotMade),
                    _ => false,
                };
                if let Some(mark) = step.filter(|_| not_made).and_then(|step| self.step_mut(step)) {
                    mark.fate = StepFate::NotMade;
                }
                self.touch(change, event.seq);
            }
            Body::Console { container, .. } => {
                let printed = self.printed.entry(container.clone()).or_default();
                if printed.is_empty() {
                    self.terminals.push_back((event.seq, container.clone()));
                }
                printed.push_back(event.seq);
            }
            Body::Dropped { .. } => {}
        }
    }

    fn step_mut(&mut self, id: StepId) -> Option<&mut StepMark> {
        self.steps.get_mut(self.places.get(&id)?.checked_sub(self.forgotten)?)
    }

    fn touch(&mut self, change: &Change, seq: Seq) {
        for entity in change.touches() {
            let seqs = self.touched.entry(hash(&entity)).or_default();
            if seqs.back() != Some(&seq) {
                seqs.push_back(seq);
            }
        }
    }

    /// The steps in the order they were announced.
    pub fn steps(&self) -> &VecDeque<StepMark> {
        &self.steps
    }

    /// How many steps were announced by the first `position` events.
    pub fn steps_before(&self, position: u64) -> usize {
        self.steps.partition_point(|mark| mark.announced <= position)
    }

    /// The step of that number.
    pub fn step(&self, id: StepId) -> Option<&StepMark> {
        self.steps.get(self.places.get(&id)?.checked_sub(self.forgotten)?)
    }

    /// Operations in the order they began, and where.
    pub fn ops(&self) -> &VecDeque<(OpId, Seq)> {
        &self.ops
    }

    /// That operation only looks how a container does.
    pub fn is_probe(&self, op: OpId) -> bool {
        self.probes.contains(&op)
    }

    /// Where that operation ended.
    pub fn ended(&self, op: OpId) -> Option<Seq> {
        self.ended.get(&op).copied()
    }

    /// Terminals in the order in which they printed something for the first time, and when that was.
    pub fn terminals(&self) -> &VecDeque<(Seq, Option<ContainerId>)> {
        &self.terminals
    }

    /// The events in which that terminal printed something.
    pub fn printed(&self, of: &Option<ContainerId>) -> Option<&VecDeque<Seq>> {
        self.printed.get(of)
    }

    /// The numbers of the events that changed this thing, ascending, with perhaps some of another's among them.
    pub fn touching(&self, entity: &Entity) -> Option<&VecDeque<Seq>> {
        self.touched.get(&hash(entity))
    }

    /// The events up to that number are not there any more.
    pub fn forget(&mut self, through: Seq) {
        while let Some(mark) = self.steps.front().filter(|mark| mark.announced <= through) {
            self.places.remove(&mark.id);
            self.steps.pop_front();
            self.forgotten += 1;
        }
        while let Some((op, _)) = self.ops.front().filter(|(_, began)| *began <= through) {
            self.probes.remove(op);
            self.ops.pop_front();
        }
        self.ended.retain(|_, ended| *ended > through);
        self.touched.retain(|_, seqs| later(seqs, through));
        self.printed.retain(|_, seqs| later(seqs, through));
        for (first, terminal) in &mut self.terminals {
            *first = self.printed.get(terminal).and_then(|seqs| seqs.front()).copied().unwrap_or(0);
        }
        self.terminals.retain(|(first, _)| *first > 0);
        self.terminals.make_contiguous().sort_unstable_by_key(|(first, _)| *first);
    }
}

/// Leaves away what is not later. False when nothing is left.
fn later(seqs: &mut VecDeque<Seq>, through: Seq) -> bool {
    while seqs.front().is_some_and(|seq| *seq <= through) {
        seqs.pop_front();
    }
    !seqs.is_empty()
}

/// The same in every run, so that what is found does not depend on chance.
fn hash(entity: &Entity) -> u64 {
    let mut hasher = DefaultHasher::new();
    entity.hash(&mut hasher);
    hasher.finish()
}
