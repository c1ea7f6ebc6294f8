//! The real docker CLI and ours, each against a real engine.
#![allow(dead_code, reason = "each test file uses a part of it")]

use super::engine::{DOCKER, Engine, for_everyone, lack};
use std::process::Command;

/// Which client.
#[derive(Clone, Copy, Debug)]
pub enum Cli {
    Docker,
    Ours,
}

/// One engine, one client.
pub struct Bench<'a> {
    pub engine: &'a Engine,
    pub cli: Cli,
}

impl Bench<'_> {
    pub fn run(&self, line: &str) -> Command {
        self.args(&line.split(' ').collect::<Vec<_>>())
    }

    pub fn args(&self, args: &[&str]) -> Command {
        match self.cli {
            Cli::Docker => self.engine.docker(args),
            Cli::Ours => self.engine.dockwalk(&[&["docker"], args].concat()),
        }
    }
}

/// Does it for everyone who can start an engine here, with each client.
pub fn check(test: impl Fn(&Bench<'_>) + Sync) {
    let docker = Command::new(DOCKER).arg("--version").output().is_ok_and(|out| out.status.success());
    if !docker {
        lack("no docker CLI");
    }
    for_everyone(|who| {
        let engine = Engine::start(who);
        for cli in [Cli::Docker, Cli::Ours] {
            if docker || matches!(cli, Cli::Ours) {
                println!("{who:?} {cli:?}");
                test(&Bench { engine: &engine, cli });
            }
        }
    });
}
