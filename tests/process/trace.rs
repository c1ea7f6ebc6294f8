//! The recorded trace, and stepping.
use crate::fixture::Fixture;
use crate::harness::Test;

pub const TESTS: &[Test] = &[Test { name: "a_start_takes_no_longer_than_it_may", run: fast }];

fn fast() {
    let fixture = Fixture::new();
    for _ in 0..5 {
        let begun = std::time::Instant::now();
        let prepared = fixture.prepare(&["true"]);
        let stacked = begun.elapsed();
        let started = fixture.start(prepared).unwrap();
        let all = begun.elapsed();
        fixture.end(started);
        println!("stack {stacked:?}, with start {all:?}, with end {:?}", begun.elapsed());
    }
    println!("{} events", fixture.events().len());
}
