//! Random sequences of network operations, against a model of Docker's rules: what each command's end is, who is on which network with
//! which address, and what is left over; with links that somebody switches off and engines that are killed in between. After each step
//! the World is what the kernel shows. The same sequences, without what only this engine survives, are held against a real dockerd.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![allow(missing_docs, reason = "a test program")]
#![cfg(feature = "engine")]

#[path = "common/engine.rs"]
mod engine;
#[path = "common/journal.rs"]
mod journal;
#[path = "common/kernel.rs"]
mod kernel;
#[path = "images/lab.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod lab;
#[path = "network_model/left.rs"]
mod left;
#[path = "network_model/model.rs"]
mod model;
#[path = "network_model/networks.rs"]
mod networks;
#[path = "network_model/planted.rs"]
mod planted;
#[path = "common/random.rs"]
mod random;
#[path = "common/sequence.rs"]
mod sequence;
#[path = "common/server.rs"]
mod server;

use networks::Networks;

const OPS: usize = 15;

#[test]
fn whatever_is_done_to_networks_the_world_is_what_the_kernel_shows_and_nothing_is_left() {
    sequence::hold::<Networks>(OPS, "the World agreed");
}

#[test]
fn docker_does_the_same() {
    lab::inside("docker_does_the_same", &["docker", "dockerd", "ip", "unshare"], |dir| {
        sequence::beside_docker::<Networks>(dir, OPS);
    });
}
