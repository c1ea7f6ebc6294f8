//! What a trace claims, and where in time it may have been asked.

use dockwalk::trace::{Body, Change, Event, Evidence, Property};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One piece of evidence.
#[derive(Debug, Clone)]
pub struct Claim {
    pub seq: u64,
    /// Nanoseconds: the beginning of its operation, or none when it belongs to none or to the first; and its event.
    pub since: Option<u64>,
    pub until: u64,
    /// The process that made the call, where that is none of the engine's.
    pub pid: Option<u32>,
    pub evidence: Evidence,
}

/// All claims of a trace. `whole` gives the evidence of an event that is too long for it.
pub fn of(events: &[Arc<Event>], whole: &dyn Fn(u64) -> Vec<Evidence>) -> Vec<Claim> {
    let (mut ops, mut steps, mut claims) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    for event in events {
        match &event.body {
            Body::OpBegan { op } => {
                ops.insert(op.id, event.at);
            }
            Body::StepAnnounced { step } => {
                steps.insert(step.id, step.op);
            }
            Body::Observed { step, change, evidence } => {
                let op = step.and_then(|step| steps.get(&step)).copied();
                let first = ops.keys().next().copied();
                let pid = match change.as_ref() {
                    Change::ProcessChanged { pid, property: Property::Did(_) } => Some(*pid),
                    _ => None,
                };
                // What was cut is longer than what stays by its ellipsis.
                let cut = evidence.iter().any(|evidence| evidence.clone().inlined().1);
                let all = if cut { whole(event.seq) } else { evidence.clone() };
                claims.extend(all.into_iter().map(|evidence| Claim {
                    seq: event.seq,
                    since: op.filter(|op| Some(*op) != first).and_then(|op| ops.get(&op)).copied(),
                    until: event.at,
                    pid,
                    evidence,
                }));
            }
            _ => {}
        }
    }
    claims
}

impl Claim {
    /// What it is called in a count.
    pub fn kind(&self) -> &'static str {
        match &self.evidence {
            Evidence::Syscall { .. } if self.pid.is_some() => "call of a child",
            Evidence::Syscall { .. } => "call",
            Evidence::File { .. } => "file",
            Evidence::Mountinfo { .. } => "mountinfo",
            Evidence::Netlink { .. } => "netlink",
            Evidence::Http { .. } => "HTTP",
            Evidence::Command { .. } => "command",
            Evidence::Request { .. } => "request",
            Evidence::Hash { .. } => "hash",
            Evidence::Own { .. } => "the engine's own",
        }
    }

    /// Nothing outside was asked: there can be no witness.
    pub fn is_own(&self) -> bool {
        matches!(self.evidence, Evidence::Hash { .. } | Evidence::Own { .. })
    }
}
