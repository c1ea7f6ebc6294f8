//! What a prune would take away is seen before it does: of the one that was chosen, or that comes next.

use super::*;
use crate::lesson::{Query, Question};
use crate::survival::prune::Ordered;

impl WindowState {
    /// The prune whose consequences are drawn. What comes next counts first; while a lesson asks what stays, nothing tells it.
    pub fn pruning(&self) -> Option<Ordered> {
        let about = |asked: &Question| matches!(asked.ask, Query::StaysIn { .. });
        let later = self.predicted().map(Course::runner).is_some_and(|runner| runner.veiling(&self.world).any(about));
        let asks = later || self.course.is_some() && self.asked_places().iter().any(|one| one.open);
        let chosen = self.prune.map(|prune| Ordered { prune, filtered: false });
        self.prunes_next().map(|(_, ordered)| ordered).or(chosen).filter(|_| !asks)
    }

    /// The step that comes next is part of a prune, and of which: `system prune` is told from its first request by the command line
    /// of whoever asks, as long as they wait.
    fn prunes_next(&self) -> Option<(OpId, Ordered)> {
        let op = self.next()?.step.op;
        let request = &self.world.ops.get(&op).filter(|it| it.outcome.is_none())?.op.request;
        let words = self.gate.callers.get(&op).map(|caller| caller.words.as_slice());
        let ordered = Ordered::of(request, words.unwrap_or_default())?;
        (self.unlike != Some(op)).then_some((op, ordered))
    }

    /// A choice stands against what comes next until that has been done.
    pub(super) fn look_at_prune(&mut self, prune: Option<Prune>) {
        self.unlike = self.prunes_next().map(|(op, _)| op).or(self.unlike);
        self.prune = prune;
    }

    /// The engine is counting what is on the disk.
    pub fn is_measuring_disk(&self) -> bool {
        self.world.ops.values().any(|state| state.op.kind == OpKind::DiskMeasure && state.outcome.is_none())
    }
}
