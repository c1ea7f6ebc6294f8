//! Does what the API asks, on this host, step by step.

pub mod api;
pub mod archive;
pub mod cgroup;
pub mod conductor;
pub mod container;
pub mod contents;
mod disk;
mod documents;
mod evidence;
mod fault;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod handle;
mod ids;
pub mod lab;
pub mod layer;
mod machine;
mod moment;
pub mod net;
mod network;
mod news;
mod private;
pub mod probe;
pub mod process;
mod program;
mod random;
mod reach;
pub mod registry;
mod reserve;
pub mod rootfs;
pub mod run;
mod speed;
pub mod store;
pub mod sys;
mod typed;
mod undo;
pub mod unpack;
pub mod upper;
pub mod volume;

pub use conductor::{Asked, Cancel, Conductor, Cx, Inverse, Why};
pub use fault::{Fault, FaultKind, Mismatch, Result};
pub use ids::IdRange;
pub use undo::undoers;

use crate::client::protocol::EngineInfo;
use container::{Containers, ExecSessions};
use contents::Contents;
use lab::Lab;
use net::Net;
use process::Spawner;
use registry::{Builtin, Puller};
use std::path::PathBuf;
use std::sync::Arc;
use store::Store;
use tokio::sync::watch;
use upper::Uppers;
use volume::Volumes;

/// A running engine: everything its API works with.
#[derive(Debug)]
pub struct Engine {
    /// Steps, trace, gate, journal.
    pub conductor: Arc<Conductor>,
    /// The namespaces it works in.
    pub lab: Lab,
    /// Networks.
    pub net: Net,
    /// Images.
    pub store: Arc<Store>,
    /// Fetches images.
    pub puller: Puller,
    /// The built-in registry, when it could be started.
    pub builtin: Option<Builtin>,
    /// Starts processes.
    pub spawner: Spawner,
    /// Volumes.
    pub volumes: Volumes,
    /// What containers write into their own layers.
    pub uppers: Uppers,
    /// And elsewhere.
    pub contents: Contents,
    /// Containers.
    pub containers: Containers,
    /// Commands beside a container's main process.
    pub sessions: ExecSessions,
    /// What clients are told of all that.
    pub news: news::News,
    /// Room on its disk for what deletes something.
    pub reserve: reserve::Reserve,
    /// Whoever measures how fast something is does so alone.
    measuring: parking_lot::Mutex<()>,
    /// Out of which networks get their subnets.
    pools: network::Pools,
    /// Its directory.
    pub root: PathBuf,
    /// Containers outlive it, as they do Docker's daemon; not so where each run begins with nothing.
    pub keeps: bool,
    /// Where it listens.
    pub socket: PathBuf,
    /// Becomes true when the engine is to end.
    pub ending: watch::Sender<bool>,
}

impl Engine {
    /// What it says of itself.
    pub fn info(&self) -> EngineInfo {
        EngineInfo {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            root: self.root.clone(),
            socket: self.socket.clone(),
            mode: self.lab.mode,
            rootless: self.lab.rootless,
            pid: std::process::id(),
            registry: self.builtin.as_ref().map(|builtin| builtin.addr().to_string()),
            trace_length: *self.conductor.recorder().length().borrow(),
            steps: self.conductor.steps(),
        }
    }

    /// The built-in registry, or why there is none.
    pub fn builtin(&self) -> Result<&Builtin> {
        self.builtin.as_ref().ok_or_else(|| self.puller.no_builtin())
    }

    /// Tells it to end.
    pub fn end(&self) {
        self.ending.send_replace(true);
    }

    /// Undoes what the journal still holds of a container's run. What cannot be undone is returned.
    fn unwind(&self, scope: &str) -> Vec<(Inverse, Fault)> {
        let journal = self.conductor.journal();
        let mut left = Vec::new();
        for (entry, inverse) in journal.pending(Some(scope)) {
            if let Err(fault) = journal.undo(&inverse).and_then(|_| journal.done(entry)) {
                tracing::warn!(%fault, %inverse, "not undone");
                left.push((inverse, fault));
            }
        }
        left
    }
}
