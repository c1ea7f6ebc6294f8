//! What a World forgets, so that it does not grow with every container that came and went.

use super::*;

impl World {
    /// How many operations of one kind that are over are known.
    pub const ENDED: usize = 64;
    /// How many remarks are known.
    pub const REMARKS: usize = 64;

    /// Of the operations of that kind that are over the oldest is forgotten when there are too many.
    pub(super) fn forget_ended(&mut self, kind: OpKind) {
        let mut ended = self.ops.iter().filter(|(_, state)| state.op.kind == kind && state.outcome.is_some());
        let oldest = ended.next().map(|(id, _)| *id);
        if let Some(oldest) = oldest.filter(|_| ended.count() >= Self::ENDED) {
            self.ops.remove(&oldest);
        }
    }

    pub(super) fn remark(&mut self, problem: &Problem) {
        self.remarks.push_back(Arc::new(problem.clone()));
        if self.remarks.len() > Self::REMARKS {
            self.remarks.pop_front();
        }
    }
}
