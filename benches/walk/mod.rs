//! How long a step, a step back and a jump take in a trace, a thousand times each, from anywhere in it.

use dockwalk::trace::{Cursor, Level, Trace};
use std::hint::black_box;
use std::time::{Duration, Instant};

const FRAME: Duration = Duration::from_millis(16);
const ROUNDS: u64 = 1_000;

/// Walks at every level and says what it took. Ends with an error when a 99th percentile is above the 16 ms of a frame; a
/// program that is not optimized has no such bound.
pub fn walk(trace: &Trace) {
    // Anywhere, and the same in every run.
    let place = |n: u64| trace.start() + n.wrapping_mul(2_654_435_761) % (trace.len() - trace.start());
    let mut worst = Duration::ZERO;
    for level in [Level::Story, Level::Stage, Level::Kernel] {
        let name = format!("{level:?}").to_lowercase();
        for (way, go) in [("step", Cursor::step as fn(&mut Cursor, &Trace) -> bool), ("back", Cursor::back)] {
            let mut cursor = Cursor::default();
            cursor.set_level(level);
            worst = worst.max(measure(&format!("{way}/{name}"), |n| {
                cursor.seek(trace, place(n));
                let begun = Instant::now();
                go(&mut cursor, trace);
                black_box(trace.seek(cursor.position()));
                begun.elapsed()
            }));
        }
    }
    worst = worst.max(measure("seek", |n| {
        let begun = Instant::now();
        black_box(trace.seek(place(n)));
        begun.elapsed()
    }));
    assert!(
        worst < FRAME || cfg!(debug_assertions),
        "the slowest 99th percentile is {worst:.2?}, above the {FRAME:?} of a frame"
    );
}

fn measure(name: &str, run: impl FnMut(u64) -> Duration) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS).map(run).collect();
    times.sort();
    let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)];
    println!("{name:<14} p50 {:>10.2?}   p99 {:>10.2?}   max {:>10.2?}", at(50), at(99), times[times.len() - 1]);
    at(99)
}
