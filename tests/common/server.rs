//! Whoever answers to Docker's commands.

use crate::engine::{Engine, good};
use crate::lab::Docker;
use std::process::Command;

/// Who is asked: an engine of ours, by either command line, or a dockerd.
pub enum Server {
    Dockwalk(Engine),
    Docker(Docker),
}

impl Server {
    pub fn command(&self, args: &[&str], docker: bool) -> Command {
        match self {
            Self::Dockwalk(engine) if docker => engine.docker(args),
            Self::Dockwalk(engine) => engine.dockwalk(&[&["docker"], args].concat()),
            Self::Docker(docker) => docker.command(args),
        }
    }

    pub fn good(&self, args: &[&str]) -> String {
        good(self.command(args, false))
    }
}
