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
    /// Who made the call.
    pub caller: Caller,
    pub evidence: Evidence,
}

/// Who can have made a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    Engine,
    /// A child that did something by itself.
    Process(u32),
    /// How a child is known: the engine looks at it, the process that forked it says so, and it itself becomes a program.
    EngineOr(u32),
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
                let caller = match change.as_ref() {
                    Change::ProcessChanged { pid, property: Property::Did(_) } => Caller::Process(*pid),
                    Change::ProcessChanged { pid, property: Property::Executes(_) } => Caller::EngineOr(*pid),
                    Change::ProcessSeen(process) => Caller::EngineOr(process.pid),
                    _ => Caller::Engine,
                };
                // What was cut is longer than what stays by its ellipsis.
                let cut = evidence.iter().any(Evidence::is_long);
                let all = if cut { whole(event.seq) } else { evidence.clone() };
                claims.extend(all.into_iter().map(|evidence| Claim {
                    seq: event.seq,
                    since: op.filter(|op| Some(*op) != first).and_then(|op| ops.get(&op)).copied(),
                    until: event.at,
                    caller,
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
            Evidence::Syscall { .. } if matches!(self.caller, Caller::Process(_)) => "call of a child",
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
