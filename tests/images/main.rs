//! Images, from a registry to a disk and back, beside the programs that do the same.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![allow(missing_docs, reason = "a test program")]
#![cfg(feature = "engine")]

mod auth;
mod cli;
#[path = "../common/clients.rs"]
mod clients;
mod commit;
mod committing;
mod crafted;
#[path = "../common/engine.rs"]
mod engine;
mod full;
mod inside;
mod interop;
mod lab;
mod logins;
mod pulled;
#[allow(dead_code, reason = "it is made for another program of tests")]
#[path = "../bad_input/registry.rs"]
mod registry;
mod tree;
