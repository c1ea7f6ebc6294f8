//! What the pictures show of a World.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![allow(missing_docs, reason = "a test program")]
#![cfg(feature = "gui")]

mod chain;
mod disk;
mod every;
mod isolation;
#[path = "../common/laws.rs"]
mod laws;
mod network;
mod reach;
#[path = "../common/sample/mod.rs"]
mod sample;
mod storage;
mod table;
mod truth;
mod upper;
mod walk;
