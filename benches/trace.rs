//! How long a step, a step back and a jump take in a long trace. Run: `cargo bench --bench trace`.
//!
//! Ends with an error when a 99th percentile is above the 16 ms of a frame.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[path = "../tests/common/sample/mod.rs"]
mod sample;
mod walk;

use dockwalk::trace::{OpKind, StepKind, Trace};
use std::time::Instant;

const EVENTS: u64 = 100_000;

fn main() {
    let begun = Instant::now();
    let trace = long();
    println!("trace of {} events built in {:.2?}", trace.len(), begun.elapsed());
    walk::walk(&trace);
}

/// An engine that has run and removed containers all day, with a dozen that stay.
fn long() -> Trace {
    let mut s = sample::Sample::default();
    s.engine_start();
    s.pull("shell", &sample::shell_layers());
    let mut round = 0;
    while (s.events.len() as u64) < EVENTS {
        let name = format!("box{round:05}");
        // The first twelve stay; each later one takes the thirteenth place and goes.
        let place = round.min(12);
        s.create(&name, "shell", "bridge");
        s.op(OpKind::ContainerStart, &name, |s| {
            s.step(StepKind::StackFilesystem, &name, |s| s.mount_root(&name, 100 + u64::from(place)));
            s.wire(&name, place);
            s.step(StepKind::StartProcess, &name, |s| s.run_process(&name, place));
        });
        if round >= 12 {
            s.op(OpKind::ContainerRemove, &name, |s| {
                s.step(StepKind::RemoveContainer, &name, |s| s.remove(&name, place));
            });
        }
        round += 1;
    }
    s.events.truncate(EVENTS as usize);
    Trace::from_events(s.events).expect("the sample is legal")
}
