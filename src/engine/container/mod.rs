//! Containers: from a request to a running process and back to nothing.
//!
//! ```text
//! Created ──start──▶ Starting ──▶ Running ──its process ends──▶ Ending ──torn down──▶ Exited ──start──▶ …
//!    │                  │ fails: all of it is undone                                    │
//!    └──────◀───────────┘                          Removing ◀──────── rm ───────────────┘
//!                          Starting ◀── a while ── Restarting ◀── its policy wants that ─ Ending
//! ```
//!
//! Composes what rootfs, net, process and volume do, and keeps the list. A step may wait at the gate for minutes, so no
//! lock is held while one is taken: who comes second waits for a state (`turns`). Does not know HTTP.

mod again;
pub mod bounds;
pub mod channel;
mod checked;
mod commit;
mod copy;
mod create;
mod diff;
#[cfg(any(test, fuzzing))]
pub mod examine;
mod exit;
mod fill;
mod health;
mod homes;
mod invalid;
mod ipc;
mod isolation;
mod joined;
mod kept;
mod limits;
mod links;
mod log;
mod lookup;
mod merge;
mod mounts;
pub mod names;
mod networks;
mod pause;
mod place;
mod ports;
mod refusal;
mod remove;
mod rename;
pub mod request;
mod seen;
mod session;
pub mod signal;
mod speed;
mod start;
mod state;
mod stats;
mod stop;
pub mod streams;
mod top;
mod tuning;
mod turns;
mod undo;
mod update;
mod whole;

pub use checked::Checked;
pub use commit::Commit;
pub use copy::CopyIn;
pub use create::Order;
pub use limits::SHM;
pub use log::{Ask, Log, LogOptions, Piece, Reader, details as log_details};
pub(in crate::engine) use mounts::mode as mount_mode;
pub use place::{Place, Places};
pub use ports::with_images;
pub use session::{ExecSession, ExecSessions};
pub use state::{Container, Link, Linkless, Merged, Phase, Settings, State, Still};
pub use undo::{ContainerInverse, undo};

use super::{Fault, FaultKind, Result};
use crate::spec::ContainerId;
use crate::trace::Code;
use parking_lot::{Mutex, MutexGuard};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What cannot be done with a container as it is now.
fn refused(container: &Container, code: Code) -> Fault {
    Fault::new(FaultKind::Conflict, code).with("container", &container.name).with("id", &container.id)
}

/// The containers of an engine.
#[derive(Debug, Default)]
pub struct Containers {
    list: Mutex<List>,
}

#[derive(Debug, Default)]
struct List {
    by_id: BTreeMap<ContainerId, Arc<Container>>,
    /// Names that are taken, those of containers being created among them.
    names: BTreeMap<String, ContainerId>,
    /// Volumes of containers that are being created.
    claimed: BTreeMap<ContainerId, BTreeSet<String>>,
}

impl List {
    /// `web/db`: what `web` is linked to and calls `db`.
    fn linked(&self, name: &str) -> Option<&Arc<Container>> {
        let (parent, alias) = name.split_once('/')?;
        let parent = self.by_id.get(self.names.get(parent)?)?;
        self.by_id.get(&parent.links().into_iter().find(|link| link.alias == alias)?.other)
    }
}

impl Containers {
    /// All, newest first.
    pub fn all(&self) -> Vec<Arc<Container>> {
        let mut all: Vec<_> = self.lock().by_id.values().cloned().collect();
        all.sort_by_key(|c| std::cmp::Reverse(c.created));
        all
    }

    /// The container of that name, id, or beginning of an id.
    pub fn find(&self, name: &str) -> Result<Arc<Container>> {
        let list = self.lock();
        let plain = name.strip_prefix('/').unwrap_or(name);
        let whole = list.names.get(plain).and_then(|id| list.by_id.get(id)).or_else(|| list.by_id.get(&plain.into()));
        if let Some(found) = whole.or_else(|| list.linked(plain)) {
            return Ok(Arc::clone(found));
        }
        let begins = |c: &&Arc<Container>| !plain.is_empty() && c.id.as_str().starts_with(plain);
        let mut hits = list.by_id.values().filter(begins);
        match (hits.next(), hits.next()) {
            (Some(found), None) => Ok(Arc::clone(found)),
            (Some(_), Some(_)) => Err(Fault::new(FaultKind::BadRequest, Code::AmbiguousId).with("id", plain)),
            (None, _) => Err(Fault::new(FaultKind::NotFound, Code::NoSuchContainer).with("container", name)),
        }
    }

    /// What a container is called; its short id where there is none of that id.
    pub fn called(&self, id: &ContainerId) -> String {
        self.lock().by_id.get(id).map_or_else(|| id.short().to_owned(), |container| container.name.to_string())
    }

    /// What a container is called by those that are linked to it: `/web/db`.
    pub fn names_by_links(&self, id: &ContainerId) -> Vec<String> {
        let list = self.lock();
        list.by_id.values().flat_map(|parent| parent.names_of(id)).collect()
    }

    /// Takes a name, or a free one when none is given.
    fn reserve(&self, name: Option<&str>, id: &ContainerId) -> Result<String> {
        let mut list = self.lock();
        let name = match name {
            None => names::random_name(|name| list.names.contains_key(name))?,
            Some(name) => {
                let plain = name.strip_prefix('/').unwrap_or(name);
                names::check(plain)?;
                if let Some(holder) = list.names.get(plain) {
                    let conflict = Fault::new(FaultKind::Conflict, Code::ContainerNameTaken);
                    return Err(conflict.with("name", plain).with("id", holder));
                }
                plain.to_owned()
            }
        };
        list.names.insert(name.clone(), id.clone());
        Ok(name)
    }

    /// Gives a container another name, if that is free.
    fn rename(&self, container: &Container, name: &str) -> Result<()> {
        let mut list = self.lock();
        if !list.by_id.contains_key(&container.id) {
            return Err(Fault::new(FaultKind::NotFound, Code::NoSuchContainer).with("container", &container.name));
        }
        if let Some(holder) = list.names.get(name) {
            let conflict = Fault::new(FaultKind::Conflict, Code::ContainerNameTaken);
            return Err(conflict.with("name", name).with("id", holder));
        }
        // One that is being removed has given its name back.
        list.names.retain(|_, holder| holder != &container.id);
        list.names.insert(name.to_owned(), container.id.clone());
        container.name.set(name);
        Ok(())
    }

    fn add(&self, container: Arc<Container>) {
        let mut list = self.lock();
        list.claimed.remove(&container.id);
        list.by_id.insert(container.id.clone(), container);
    }

    fn forget(&self, id: &ContainerId) {
        let mut list = self.lock();
        list.by_id.remove(id);
        list.claimed.remove(id);
        list.names.retain(|_, holder| holder != id);
    }

    /// A container that is being created has that volume.
    fn claim(&self, id: &ContainerId, volume: &str) {
        self.lock().claimed.entry(id.clone()).or_default().insert(volume.to_owned());
    }

    /// Who is being created with that volume.
    fn claimers(&self, volume: &str) -> Vec<ContainerId> {
        let list = self.lock();
        list.claimed.iter().filter(|(_, volumes)| volumes.contains(volume)).map(|(id, _)| id.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, List> {
        self.list.lock()
    }
}
