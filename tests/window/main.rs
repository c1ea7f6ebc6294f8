//! The window, opened and worked by its labels.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![allow(missing_docs, reason = "a test program")]
#![cfg(feature = "gui")]

mod breaking;
#[path = "../common/window.rs"]
mod common;
mod controls;
mod course;
mod disk;
#[cfg(feature = "engine")]
#[path = "../common/engine.rs"]
mod engine;
#[cfg(feature = "engine")]
mod engines;
mod field;
mod files;
mod find;
mod fits;
#[path = "../hostile_text/fixture.rs"]
mod fixture;
mod gate;
mod hostile;
mod keys;
#[path = "../common/laws.rs"]
mod laws;
mod lesson;
#[cfg(feature = "engine")]
mod moves;
mod next;
mod notices;
mod pages;
mod panel;
mod presenter;
mod problems;
mod reach;
#[path = "../common/recording.rs"]
mod recording;
#[path = "../common/sample/mod.rs"]
mod sample;
mod speaks;
mod spoilers;
mod survival;
mod term;
mod terminals;
mod timeline;
mod walk;
