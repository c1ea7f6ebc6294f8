//! Containers' processes, for real: as root, and as an ordinary user with subordinate ids.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[path = "../support/cases.rs"]
mod cases;
mod fixture;
mod isolation;
mod lifecycle;
mod mounts;
mod trace;
mod upper;

fn main() -> std::process::ExitCode {
    let all = [isolation::CASES, lifecycle::CASES, mounts::CASES, trace::CASES, upper::CASES].concat();
    cases::main(&all, &[])
}
