use super::container::{Containers, ExecSessions};
use super::lab::Lab;
use super::net::Net;
use super::process::Spawner;
use super::registry::{Builtin, Puller};
use super::rootfs::RootfsInverse;
use super::store::Store;
use super::upper::Uppers;
use super::volume::Volumes;
use super::{Conductor, Fault, Inverse, Result};
use crate::client::protocol::EngineInfo;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::watch;

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
    /// What containers write.
    pub uppers: Uppers,
    /// Containers.
    pub containers: Containers,
    /// Commands beside a container's main process.
    pub sessions: ExecSessions,
    /// Its directory.
    pub root: PathBuf,
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

    /// Undoes what the journal still holds of a container, but for its directory. What cannot be undone is returned.
    pub(super) fn unwind(&self, scope: &str) -> Vec<(Inverse, Fault)> {
        let journal = self.conductor.journal();
        let mut left = Vec::new();
        for (entry, inverse) in journal.pending(Some(scope)) {
            if matches!(inverse.read(), Some(RootfsInverse::RemoveDir { .. })) {
                continue;
            }
            if let Err(fault) = journal.undo(&inverse).and_then(|()| journal.done(entry)) {
                tracing::warn!(%fault, %inverse, "not undone");
                left.push((inverse, fault));
            }
        }
        left
    }
}
