//! What health checks have said of a container.

use crate::engine::moment::Moment;
use crate::trace::Health;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Probes that are kept.
pub(super) const KEPT: usize = 5;

/// How a container does, and what the latest probes said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checked {
    /// The judgement.
    pub status: Health,
    /// Probes that have failed in a row, those of the start period aside.
    pub streak: i64,
    /// The latest, oldest first.
    pub log: VecDeque<Probe>,
}

/// A probe that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// When it began.
    pub start: Moment,
    /// When it was over.
    pub end: Moment,
    /// Of the command; -1 for one that was not executed or took too long.
    pub exit_code: i32,
    /// What it printed, as much as is kept.
    pub output: String,
}

impl Checked {
    /// A run begins: nothing is known, and the log goes on.
    pub(super) fn begun(before: Option<Self>) -> Self {
        let log = before.map(|before| before.log).unwrap_or_default();
        Self { status: Health::Starting, streak: 0, log }
    }

    /// What a probe makes of it. `early`: the container has not had its time to start yet.
    pub(super) fn after(&self, probe: Probe, early: bool, retries: i64) -> Self {
        let mut next = self.clone();
        if probe.exit_code == 0 {
            (next.status, next.streak) = (Health::Healthy, 0);
        } else if !(early && self.status == Health::Starting) {
            next.streak += 1;
            if next.streak >= retries {
                next.status = Health::Unhealthy;
            }
        }
        next.log.push_back(probe);
        while next.log.len() > KEPT {
            next.log.pop_front();
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe(exit_code: i32) -> Probe {
        let now = Moment::now();
        Probe { start: now, end: now, exit_code, output: String::new() }
    }

    #[test]
    fn as_many_failures_in_a_row_as_are_allowed_make_it_unhealthy() {
        let mut checked = Checked::begun(None);
        let mut said = String::new();
        for (status, early) in
            [(1, true), (1, false), (0, true), (1, true), (0, false), (1, false), (2, false), (-1, false)]
        {
            checked = checked.after(probe(status), early, 3);
            said.push_str(&format!("{} {}, ", checked.status.name(), checked.streak));
        }
        // In the start period a failure counts once it has been healthy.
        let wanted = "starting 0, starting 1, healthy 0, healthy 1, healthy 0, healthy 1, healthy 2, unhealthy 3, ";
        assert_eq!(said, wanted);
        assert_eq!(checked.log.len(), KEPT);
        assert_eq!(checked.after(probe(0), false, 3).status, Health::Healthy);
        let again = Checked::begun(Some(checked));
        assert_eq!((again.status, again.streak, again.log.len()), (Health::Starting, 0, KEPT));
    }
}
