//! Random sequences of what is done to volumes, bind mounts, tmpfs and the containers that write there, against a model of Docker's rules:
//! what each command's end is, and what every place holds then, on the disk and from inside; with engines that are killed in between
//! and in the midst of it. Nothing that was written is lost, and after all was removed nothing is left. The same sequences, without
//! what only this engine survives, are held against a real dockerd.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![allow(missing_docs, reason = "a test program")]
#![cfg(feature = "engine")]

#[path = "common/engine.rs"]
mod engine;
#[path = "storage_model/held.rs"]
mod held;
#[path = "common/journal.rs"]
mod journal;
#[path = "common/kernel.rs"]
mod kernel;
#[path = "images/lab.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod lab;
#[path = "storage_model/left.rs"]
mod left;
#[path = "storage_model/model.rs"]
mod model;
#[path = "storage_model/places.rs"]
mod places;
#[path = "common/random.rs"]
mod random;
#[path = "common/sequence.rs"]
mod sequence;
#[path = "common/server.rs"]
mod server;

use places::Places;

const OPS: usize = 20;

#[test]
fn whatever_is_done_to_storage_nothing_is_lost_and_nothing_is_left() {
    sequence::hold::<Places>(OPS, "places held what was written");
}

#[test]
fn docker_does_the_same() {
    lab::inside("docker_does_the_same", &["docker", "dockerd", "ip", "unshare"], |dir| {
        sequence::beside_docker::<Places>(dir, OPS);
    });
}
