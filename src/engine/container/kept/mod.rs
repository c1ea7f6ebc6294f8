//! What of a container outlives its engine: `container.json` in its directory.
//!
//! ```text
//! create, rename, update, start, end ─▶ document ─▶ container.json.new ─fdatasync─▶ rename ─▶ container.json
//! an engine starts: container.json ─▶ ours alone? whole? of this version? what a client could ask for? ─▶ Container
//!                                                       └─no─▶ it stays where it is, and is told by its name
//! ```
//!
//! A directory without such a file is of a container that was not created whole, or of one that is being removed: the journal says
//! which, and takes it away. What the file says of a request passes the same checks as one that a client sends.

mod document;
mod end;
mod restore;
#[cfg(test)]
mod tests;

use super::whole::file;
use super::{Container, Phase};
use crate::engine::{Engine, Fault, Result, private};
use document::Document;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

impl Engine {
    /// Writes down how a container is now. It is on the disk when this returns, but for one that goes with its end (`--rm`): no start
    /// of an engine brings that back, and what reads it then, to delete it, is content with the page cache. Not written by an
    /// engine that keeps nothing, nor of a container that is being removed.
    pub(super) fn keep(&self, container: &Container) -> Result<()> {
        if !self.keeps {
            return Ok(());
        }
        // One at a time, and each as it is when its turn comes.
        let _turn = container.keeping.lock();
        let state = container.state();
        if matches!(state.phase, Phase::Removing | Phase::Removed) {
            return Ok(());
        }
        let (path, lasts) = (file(&container.dir), !container.request.host_config.auto_remove);
        let failed = |e: io::Error| Fault::io("write", path.display(), &e);
        let json = Document::of(container, &state).map_err(io::Error::from).and_then(|document| document.json());
        let json = json.map_err(failed)?;
        replace(&path, &json, lasts).map_err(failed)
    }

    /// The same where nobody waits for it who could be told: what was done is done.
    pub(super) fn keep_or_say(&self, container: &Container) {
        let _room = self.reserve.give();
        if let Err(fault) = self.keep(container) {
            tracing::warn!(%fault, container = %container.id, "how a container is now is not written down");
        }
    }
}

/// All or nothing: a new file takes the place of the old one. `lasts`: also when the machine loses its power after this.
fn replace(path: &Path, json: &[u8], lasts: bool) -> io::Result<()> {
    let new = path.with_extension("json.new");
    // Of a new container the directory is new, too.
    let dirs = path.ancestors().skip(1).take(if path.exists() { 1 } else { 2 });
    let write = || {
        let mut file = private::file(&new)?;
        file.write_all(json)?;
        if lasts {
            file.sync_data()?;
        }
        fs::rename(&new, path)?;
        dirs.filter(|_| lasts).try_for_each(|dir| File::open(dir)?.sync_all())
    };
    write().inspect_err(|_unwritten| {
        // The old one still stands; half a new one would only take room that is lacking.
        if let Err(error) = fs::remove_file(&new) {
            tracing::debug!(%error, path = %new.display(), "not removed");
        }
    })
}
