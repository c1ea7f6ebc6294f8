//! Random sequences of what is done to volumes, bind mounts, tmpfs and the containers that write there, against a model of Docker's rules:
//! what each command's end is, and what every place holds then, on the disk and from inside; with engines that are killed in between
//! and in the midst of it. Nothing that was written is lost, and after all was removed nothing is left. The same sequences, without
//! what only this engine survives, are held against a real dockerd.
//!
//! `DOCKWALK_TEST_SEED` and `DOCKWALK_TEST_OPS` say which sequence, and how long; a failure prints both.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![allow(missing_docs, reason = "a test program")]
#![cfg(feature = "engine")]

#[path = "common/engine.rs"]
mod engine;
#[path = "common/journal.rs"]
mod journal;
#[path = "common/kernel.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod kernel;
#[path = "images/lab.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod lab;
#[path = "storage_model/left.rs"]
mod left;
#[path = "storage_model/model.rs"]
mod model;
#[path = "common/random.rs"]
mod random;
#[path = "storage_model/sequence.rs"]
mod sequence;
#[path = "common/server.rs"]
mod server;

use engine::{Engine, Who, for_everyone};
use sequence::Sequence;
use server::Server;

const IMAGE: &str = "lab/shell:1";
/// What is tried for every commit.
const SEEDS: [u64; 2] = [1, 2];
const OPS: usize = 20;

#[test]
fn whatever_is_done_to_storage_nothing_is_lost_and_nothing_is_left() {
    for_everyone(|who| {
        let (seeds, ops) = random::asked(&SEEDS, OPS);
        let mut server = Server::Dockwalk(Engine::start(who));
        server.good(&["pull", "-q", IMAGE]);
        for seed in seeds {
            let mut sequence = Sequence::new(server, seed, true);
            sequence.run(ops);
            let held;
            (server, held) = sequence.end();
            println!("{who:?}: DOCKWALK_TEST_SEED={seed} DOCKWALK_TEST_OPS={ops}: {held} places held what was written");
        }
    });
}

#[test]
fn docker_does_the_same() {
    lab::inside("docker_does_the_same", &["docker", "dockerd", "ip", "unshare"], |dir| {
        let engine = Engine::start(Who::Root);
        engine::good(engine.dockwalk(&["docker", "pull", "-q", IMAGE]));
        let (image, docker) = (dir.join("shell.tar"), lab::Docker::start(dir));
        engine::good(engine.dockwalk(&["docker", "save", "-o", image.to_str().unwrap(), IMAGE]));
        docker.run(&["load", "-q", "-i", image.to_str().unwrap()]);
        let mut servers = (Server::Dockwalk(engine), Server::Docker(docker));
        let (seeds, ops) = random::asked(&SEEDS, OPS);
        for seed in seeds {
            let mut ours = Sequence::new(servers.0, seed, false);
            ours.run(ops);
            let ours_said = ours.said.clone();
            servers.0 = ours.end().0;
            let mut dockers = Sequence::new(servers.1, seed, false);
            dockers.run(ops);
            let different = ours_said.iter().zip(&dockers.said).find(|(ours, dockers)| ours != dockers);
            assert!(different.is_none(), "DOCKWALK_TEST_SEED={seed}: ours and Docker's: {different:#?}");
            assert_eq!(ours_said.len(), dockers.said.len());
            servers.1 = dockers.end().0;
            println!("DOCKWALK_TEST_SEED={seed}: {ops} steps are Docker's");
        }
        drop(servers);
        lab::unmount_below(dir);
    });
}
