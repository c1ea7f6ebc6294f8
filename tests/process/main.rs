//! Containers' processes, for real: as root, and as an ordinary user with subordinate ids.
//!
//! A process may enter a user namespace only while it has one thread, so every test is a process of its own, and the tests
//! have a harness of their own (`harness.rs`) that `cargo test` and nextest both know how to talk to.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod fixture;
mod harness;
mod isolation;
mod lifecycle;
mod mounts;
mod trace;
mod upper;

use harness::Test;

fn main() {
    let tests: Vec<Test> = [isolation::TESTS, lifecycle::TESTS, mounts::TESTS, trace::TESTS, upper::TESTS].concat();
    harness::main(&tests);
}
