//! What comes again by itself every few seconds stops nobody who steps through something else.

use super::*;
use crate::trace::{Level, Plan, StepKind, Trace};
use std::time::{Duration, Instant};

#[test]
fn a_probe_stops_at_the_kernels_level_alone_and_its_verdict_at_each() {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::open(&dir.path().join("journal.ndjson"), crate::engine::undoers(None)).unwrap();
    let conductor = Conductor::new(Recorder::in_memory(), journal);
    let hold = conductor.hold();
    let (inner, cancel) = (Arc::clone(&conductor), Cancel::new());
    let probe = std::thread::spawn(move || {
        inner.operate(OpKind::HealthProbe, "box", "", &cancel, |cx| {
            cx.step(Plan::new(StepKind::ProbeHealth, ""), |cx| {
                cx.step(Plan::new(StepKind::CloneProcess, ""), |_| Ok(()))
            })?;
            cx.step(Plan::new(StepKind::JudgeHealth, ""), |_| Ok(()))
        })
    });
    // Held at the level of stages: nothing of the probe waits.
    let deadline = Instant::now() + Duration::from_secs(20);
    let waits = loop {
        if let Some(step) = conductor.gate().view().waiting.into_iter().next() {
            break step.plan.kind;
        }
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(2));
    };
    assert_eq!(waits, StepKind::JudgeHealth);
    drop(hold);
    probe.join().unwrap().unwrap();
    let seen = |trace: &Trace| trace.steps(0).map(|mark| (mark.kind, mark.level())).collect::<Vec<_>>();
    let levels = conductor.recorder().with(seen);
    let wanted = [
        (StepKind::ProbeHealth, Level::Kernel),
        (StepKind::CloneProcess, Level::Kernel),
        (StepKind::JudgeHealth, Level::Story),
    ];
    assert_eq!(levels, wanted);
}
