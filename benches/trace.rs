//! How long a step, a step back and a jump take in a long trace. Run: `cargo bench --bench trace`.
//!
//! Ends with an error when a 99th percentile is above the 16 ms of a frame.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[path = "../tests/common/sample/mod.rs"]
mod sample;

use dockwalk::trace::{Cursor, Level, OpKind, StepKind, Trace};
use std::hint::black_box;
use std::time::{Duration, Instant};

const EVENTS: u64 = 100_000;
const FRAME: Duration = Duration::from_millis(16);
const ROUNDS: u64 = 2_000;

fn main() {
    let begun = Instant::now();
    let trace = long();
    println!("trace of {} events built in {:.2?}", trace.len(), begun.elapsed());
    let mut worst = Duration::ZERO;
    for level in [Level::Story, Level::Stage, Level::Kernel] {
        let mut cursor = Cursor::default();
        cursor.set_level(level);
        let name = format!("{level:?}").to_lowercase();
        worst = worst.max(measure(&format!("step/{name}"), |n| {
            cursor.seek(&trace, place(n));
            let begun = Instant::now();
            cursor.step(&trace);
            black_box(trace.seek(cursor.position()));
            begun.elapsed()
        }));
        worst = worst.max(measure(&format!("back/{name}"), |n| {
            cursor.seek(&trace, place(n));
            let begun = Instant::now();
            cursor.back(&trace);
            black_box(trace.seek(cursor.position()));
            begun.elapsed()
        }));
    }
    worst = worst.max(measure("seek", |n| {
        let begun = Instant::now();
        black_box(trace.seek(place(n)));
        begun.elapsed()
    }));
    assert!(worst < FRAME, "the slowest 99th percentile is {worst:.2?}, above the {FRAME:?} of a frame");
}

/// Anywhere, and the same in every run.
fn place(n: u64) -> u64 {
    n.wrapping_mul(2_654_435_761) % EVENTS
}

fn measure(name: &str, run: impl FnMut(u64) -> Duration) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS).map(run).collect();
    times.sort();
    let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)];
    println!("{name:<14} p50 {:>10.2?}   p99 {:>10.2?}   max {:>10.2?}", at(50), at(99), times[times.len() - 1]);
    at(99)
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
