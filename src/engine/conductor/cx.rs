use super::*;
use crate::trace::{OpId, OpKind, Plan, Problem, Step, StepId};
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::time::{Duration, Instant};

/// What an operation's code works with: the way to take steps, to record what is true, and to learn that it was cancelled.
///
/// Cheap to clone; clones may go to other threads and take steps side by side.
#[derive(Debug, Clone)]
pub struct Cx {
    conductor: Arc<Conductor>,
    op: OpId,
    kind: OpKind,
    /// The steps this one is inside of, outermost first.
    path: Vec<StepId>,
    cancel: Cancel,
    /// Nanoseconds this operation has waited at the gate.
    waited: Arc<AtomicU64>,
}

/// Tells an operation to end as soon as it can.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<Told>);

#[derive(Debug, Default)]
struct Told {
    cancelled: AtomicBool,
    /// How many of its steps stand at the gate.
    at_gate: AtomicUsize,
}

/// Why a step did not make the call that it had announced, and is no failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// What it takes away was gone already.
    Gone,
    /// What it fetches or makes was there already.
    There,
    /// What it takes away has come to be needed meanwhile.
    Needed,
}

impl Why {
    fn name(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::There => "there",
            Self::Needed => "needed",
        }
    }
}

impl Cancel {
    /// Nothing cancels it but [`Cancel::cancel`].
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels. The operation ends at its next step or block of bytes.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Release);
    }

    /// True once cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Acquire)
    }

    /// Whether both cancel the same operation.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// True while the operation stands at the gate: it goes on when somebody lets it.
    pub fn stands_at_gate(&self) -> bool {
        self.0.at_gate.load(Ordering::Acquire) > 0
    }

    /// Does something during which the operation stands at the gate.
    pub(super) fn at_gate<T>(&self, wait: impl FnOnce() -> T) -> T {
        self.0.at_gate.fetch_add(1, Ordering::AcqRel);
        let result = wait();
        self.0.at_gate.fetch_sub(1, Ordering::AcqRel);
        result
    }
}

impl Cx {
    pub(super) fn new(conductor: Arc<Conductor>, (op, kind): (OpId, OpKind), cancel: Cancel) -> Self {
        Self { conductor, op, kind, path: Vec::new(), cancel, waited: Arc::default() }
    }

    /// Announces a step, waits at the gate, acts, records the end. Steps taken with the inner `Cx` are inside this one.
    pub fn step<T>(&self, plan: Plan, act: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        self.check()?;
        let (step, inner) = self.announce(plan);
        if let Err(fault) = self.wait(&step) {
            self.end(step.id, Outcome::Cancelled, Duration::ZERO);
            return Err(fault);
        }
        let (start, waited) = (Instant::now(), self.waited.load(Ordering::Relaxed));
        let result = caught(|| act(&inner));
        let waited = self.waited.load(Ordering::Relaxed) - waited;
        let took = start.elapsed().saturating_sub(Duration::from_nanos(waited));
        self.end(step.id, outcome(&result), took);
        result
    }

    /// Records a step that has been taken already, in a child that could not wait: announced, observed, ended at once.
    pub fn past_step(&self, plan: Plan, took: Duration, outcome: Outcome, observe: impl FnOnce(&Self)) {
        let (step, inner) = self.announce(plan);
        observe(&inner);
        self.end(step.id, outcome, took);
    }

    /// True when somebody steps through: a child that runs ahead should ask for leave before each call.
    pub fn watched(&self) -> bool {
        self.conductor.gate.held()
    }

    /// Records what is true now. Evidence must not be empty.
    pub fn observe(&self, change: Change, evidence: Vec<Evidence>) {
        self.conductor.recorder.observe(self.path.last().copied(), change, evidence);
    }

    /// The same of what may be gone meanwhile: recorded where `holds` is true of the World that it is recorded in.
    pub fn observe_where(&self, holds: impl FnOnce(&World) -> bool, change: Change, evidence: Vec<Evidence>) -> bool {
        self.conductor.recorder.observe_where(holds, self.path.last().copied(), change, evidence)
    }

    /// The call that this step announced was not made: says so, and why. `evidence` is how that is known.
    pub fn not_made(&self, call: &str, why: Why, evidence: Vec<Evidence>) {
        let problem = Problem::new(Code::CallNotMade).with("call", call).with("why", why.name());
        self.observe(Change::Remark(problem), evidence);
    }

    /// Writes down how to undo what is about to be done, for `scope` (a container's id, `engine`, `pull`).
    pub fn journal(&self, scope: &str, undo: &impl Undo) -> Result<EntryId> {
        self.conductor.journal.add(scope, undo)
    }

    /// It was undone, or never done.
    pub fn undone(&self, entry: EntryId) -> Result<()> {
        self.conductor.journal.done(entry)
    }

    /// Fails when the operation was cancelled.
    pub fn check(&self) -> Result<()> {
        if self.cancel.is_cancelled() { Err(Fault::cancelled()) } else { Ok(()) }
    }

    /// What cancels this operation.
    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// The conductor, for code that goes on after the operation has ended.
    pub fn conductor(&self) -> &Arc<Conductor> {
        &self.conductor
    }

    /// What is true now.
    pub fn world(&self) -> World {
        self.conductor.world()
    }

    fn announce(&self, plan: Plan) -> (Step, Self) {
        let id = self.conductor.next_step.fetch_add(1, Ordering::Relaxed);
        let step = Step { id, op: self.op, parent: self.path.last().copied(), plan: plan.bounded() };
        self.conductor.recorder.push(Body::StepAnnounced { step: step.clone() });
        let mut inner = self.clone();
        inner.path.push(id);
        (step, inner)
    }

    fn wait(&self, step: &Step) -> Result<()> {
        let start = Instant::now();
        if self.conductor.gate.wait((step, self.kind.level_of(step.plan.kind)), &self.path, &self.cancel)? {
            let nanos = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
            self.waited.fetch_add(nanos, Ordering::Relaxed);
        }
        Ok(())
    }

    fn end(&self, step: StepId, outcome: Outcome, took: Duration) {
        let took = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.conductor.recorder.push(Body::StepEnded { step, outcome, took });
    }
}
