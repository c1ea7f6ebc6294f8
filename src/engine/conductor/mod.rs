//! Runs operations step by step: announce, wait at the gate, act, observe, record.
//!
//! ```text
//! cx.step(plan, act):   StepAnnounced ─▶ gate (free when nobody watches) ─▶ act ─▶ Observed… ─▶ StepEnded
//! cx.journal(scope, inverse)    before the host is changed, so that stop, failure and crash can undo it
//! ```
//!
//! Does not know what any step does.

mod asked;
mod cx;
mod gate;
mod inverse;
mod journal;
mod long;
#[cfg(test)]
mod probe_tests;
mod recorder;
mod recover;
mod segments;
#[cfg(test)]
mod tests;

pub use asked::Asked;
pub use cx::{Cancel, Cx, Why};
pub use gate::{Gate, Hold};
pub use inverse::{Inverse, Undo, Undoers, Undone, below};
pub use journal::{EntryId, Journal, Refused};
pub use recorder::{Piece, Recorder};
pub use recover::recover;
pub use segments::Limit;

use super::fault::{Fault, FaultKind, Result};
use crate::spec::ContainerId;
use crate::trace::{Body, Change, Code, Evidence, Op, OpKind, Outcome, World};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// One engine's recorder, gate and journal.
#[derive(Debug)]
pub struct Conductor {
    recorder: Recorder,
    gate: Gate,
    journal: Journal,
    next_op: AtomicU64,
    next_step: AtomicU64,
}

impl Conductor {
    /// Records into `recorder` and journals into `journal`.
    pub fn new(recorder: Recorder, journal: Journal) -> Arc<Self> {
        let (next_op, next_step) = (AtomicU64::new(1), AtomicU64::new(1));
        Arc::new(Self { recorder, gate: Gate::default(), journal, next_op, next_step })
    }

    /// Does one operation: everything that one request asks for.
    pub fn operate<T>(
        self: &Arc<Self>,
        kind: OpKind,
        subject: impl ToString,
        request: impl Into<Asked>,
        cancel: &Cancel,
        act: impl FnOnce(&Cx) -> Result<T>,
    ) -> Result<T> {
        let id = self.next_op.fetch_add(1, Ordering::Relaxed);
        let (request, by) = request.into().apart();
        let op = Op { id, kind, subject: subject.to_string(), request };
        self.recorder.push(Body::OpBegan { op });
        self.gate.called(id, by);
        let cx = Cx::new(Arc::clone(self), (id, kind), cancel.clone());
        let result = caught(|| act(&cx));
        self.gate.called(id, None);
        self.recorder.push(Body::OpEnded { op: id, outcome: outcome(&result) });
        result
    }

    /// Records what the engine found without any step: a process that ended by itself.
    pub fn notice(&self, change: Change, evidence: Vec<Evidence>) {
        self.recorder.observe(None, change, evidence);
    }

    /// The same of what may be gone meanwhile: recorded where `holds` is true of the World that it is recorded in.
    pub fn notice_where(&self, holds: impl FnOnce(&World) -> bool, change: Change, evidence: Vec<Evidence>) -> bool {
        self.recorder.observe_where(holds, None, change, evidence)
    }

    /// Records what a terminal printed; `container` is none for the lab host's.
    pub fn console(&self, container: Option<ContainerId>, text: String) {
        self.recorder.push(Body::Console { container, text });
    }

    /// How many steps were announced.
    pub fn steps(&self) -> u64 {
        self.next_step.load(Ordering::Relaxed) - 1
    }

    /// Everything recorded so far.
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// Where steps wait.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// What is to be undone.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// What is true now.
    pub fn world(&self) -> World {
        self.recorder.world()
    }
}

/// A panic is a fault of the engine's like any other: the step and the operation that it happened in end as failed, and who
/// asked for them sets right what it had begun. (Its locks are not poisoned: what they guard is changed at once or not at all.)
fn caught<T>(act: impl FnOnce() -> Result<T>) -> Result<T> {
    std::panic::catch_unwind(AssertUnwindSafe(act)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let reason = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        Err(Fault::failed(Code::EngineFault).with("reason", reason))
    })
}

fn outcome<T>(result: &Result<T>) -> Outcome {
    match result {
        Ok(_) => Outcome::Done,
        Err(fault) if fault.kind == FaultKind::Cancelled => Outcome::Cancelled,
        Err(fault) => Outcome::Failed(fault.problem.clone()),
    }
}
