//! Random sequences of network operations, against a model of Docker's rules: what each command's end is, who is on which network with
//! which address, and what is left over; with links that somebody switches off and engines that are killed in between. After each step
//! the World is what the kernel shows. The same sequences, without what only this engine survives, are held against a real dockerd.
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
mod kernel;
#[path = "images/lab.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod lab;
#[path = "network_model/left.rs"]
mod left;
#[path = "network_model/model.rs"]
mod model;
#[path = "network_model/planted.rs"]
mod planted;
#[path = "common/random.rs"]
mod random;
#[path = "network_model/sequence.rs"]
mod sequence;
#[path = "common/server.rs"]
mod server;

use engine::{Engine, Who, for_everyone};
use sequence::Sequence;
use server::Server;

const IMAGE: &str = "lab/shell:1";
/// What is tried for every commit.
const SEEDS: [u64; 2] = [1, 2];
const OPS: usize = 15;

#[test]
fn whatever_is_done_to_networks_the_world_is_what_the_kernel_shows_and_nothing_is_left() {
    for_everyone(|who| {
        let (seeds, ops) = random::asked(&SEEDS, OPS);
        let mut server = Server::Dockwalk(Engine::start(who));
        server.good(&["pull", "-q", IMAGE]);
        for seed in seeds {
            let mut sequence = Sequence::new(server, seed, true);
            sequence.run(ops);
            let agreed;
            (server, agreed) = sequence.end();
            println!("{who:?}: DOCKWALK_TEST_SEED={seed} DOCKWALK_TEST_OPS={ops}: the World agreed {agreed} times");
        }
    });
}

#[test]
fn docker_does_the_same() {
    lab::inside("docker_does_the_same", &["docker", "dockerd", "ip", "unshare"], |dir| {
        let engine = Engine::start(Who::Root);
        let docker = lab::Docker::start_with(dir, &[]);
        let archive = dir.join("shell.tar");
        let files = "tar -C / -c $(ls / | grep -v -e proc -e sys -e dev)";
        let mut run = engine.dockwalk(&["docker", "run", "--rm", IMAGE, "sh", "-c", files]);
        assert!(run.stdout(std::fs::File::create(&archive).unwrap()).status().unwrap().success());
        docker.run(&[
            "import",
            "--change",
            "CMD [\"sh\"]",
            "--change",
            "ENV PATH=/bin",
            archive.to_str().unwrap(),
            IMAGE,
        ]);
        // A dockerd takes its time: without being asked for more it does a part.
        let (seeds, ops) = random::asked(&SEEDS, OPS);
        let seeds = if std::env::var_os("DOCKWALK_TEST_OPS").is_some() { seeds } else { seeds[..1].to_vec() };
        let mut servers = (Server::Dockwalk(engine), Server::Docker(docker));
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
