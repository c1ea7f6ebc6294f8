//! The directory in which a place is measured: hidden, for the engine alone, and gone afterwards.

use super::name::name;
use super::undo::SpeedInverse;
use super::{Place, Task, failed, no_room};
use crate::engine::conductor::{Cx, EntryId};
use crate::engine::evidence::{self, Spot};
use crate::engine::fault::{Fault, Result};
use crate::engine::handle;
use crate::trace::{Code, Evidence, HomeKind, Problem};
use nix::errno::Errno;
use nix::unistd::{UnlinkatFlags, unlinkat};
use std::ffi::OsStr;

/// What is done in a place.
const SCOPE: &str = "speed";

/// It, until it is dropped.
pub(super) struct Scratch<'a> {
    /// The directory.
    pub spot: Spot,
    /// The same beneath the overlay, where it is in one.
    pub beneath: Option<Spot>,
    above: &'a Spot,
    name: String,
    entry: Option<EntryId>,
    is_there: bool,
}

/// Why a place is not measured, and how that is known.
type Refused = (Problem, Vec<Evidence>);

impl<'a> Scratch<'a> {
    /// Makes it, if there is room in the place.
    pub(super) fn make(cx: &Cx, task: &Task<'_>, place: &'a Place) -> Result<std::result::Result<Self, Refused>> {
        let above = match &place.spot {
            Ok(spot) => spot,
            Err(problem) => return Ok(Err((problem.clone(), vec![evidence::file(&mounts_of(task.pid))]))),
        };
        if let Some(refused) = is_short(task, place, above)? {
            return Ok(Err(refused));
        }
        let name = name()?;
        let entry = match &place.path {
            Some(path) => Some(cx.journal(SCOPE, &SpeedInverse::RemoveScratch { path: path.join(&name) })?),
            None => None,
        };
        let (made, call) = evidence::mkdir_at(above, &name);
        if let Err(errno) = made {
            entry.map_or(Ok(()), |entry| cx.undone(entry))?;
            let problem = match errno {
                Errno::EROFS => Problem::new(Code::SpeedReadOnly).with("place", &place.target),
                errno => Fault::io("make", place.target.as_str(), &errno.into()).problem,
            };
            return Ok(Err((problem, vec![call])));
        }
        let leads = above.leads.join(&name);
        let opened = handle::enter(&above.dir, OsStr::new(&name)).map_err(failed("open", &leads));
        let dir = opened?;
        let spot = Spot { dir, leads };
        let mut scratch = Self { spot, beneath: None, above, name, entry, is_there: true };
        if let (HomeKind::Upper, Some(path)) = (place.kind, &place.path) {
            let leads = path.join(&scratch.name);
            let dir = handle::open(&leads).map_err(failed("open", &leads))?;
            scratch.beneath = Some(Spot { dir, leads });
        }
        Ok(Ok(scratch))
    }

    /// Removes it with all that is in it.
    pub(super) fn remove(mut self, cx: &Cx) -> Result<()> {
        self.clear()?;
        self.entry.take().map_or(Ok(()), |entry| cx.undone(entry))
    }

    fn clear(&mut self) -> Result<()> {
        let leads = &self.spot.leads;
        let gone = |e: std::io::Error| Fault::io("remove", leads.display(), &e);
        let dir = handle::enter(&self.spot.dir, OsStr::new(".")).map_err(|errno| gone(errno.into()))?;
        handle::clear(dir).map_err(gone)?;
        match unlinkat(&self.above.dir, self.name.as_str(), UnlinkatFlags::RemoveDir) {
            Ok(()) | Err(Errno::ENOENT) => {}
            Err(errno) => return Err(gone(errno.into())),
        }
        self.is_there = false;
        Ok(())
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        // Cancelled, or failed. Its line in the journal stays until the next start, which finds that it is gone.
        if self.is_there
            && let Err(fault) = self.clear()
        {
            tracing::warn!(%fault, "what was measured in is left until the next start");
        }
    }
}

fn mounts_of(pid: u32) -> std::path::PathBuf {
    format!("/proc/{pid}/mountinfo").into()
}

/// Whether less than half of what is free would stay free.
fn is_short(task: &Task<'_>, place: &Place, spot: &Spot) -> Result<Option<Refused>> {
    let (found, call) = evidence::fstatfs(&spot.dir, &spot.leads);
    let fs = found.map_err(failed("look at", &spot.leads))?;
    let (mut free, mut evidence) =
        (fs.blocks_available().saturating_mul(u64::try_from(fs.block_size()).unwrap_or(0)), vec![call]);
    if place.kind == HomeKind::Tmpfs {
        // A tmpfs promises more than the machine may have.
        let (available, read) = super::tmpfs::available()?;
        free = free.min(available);
        evidence.push(read);
    }
    // Its own layer, and the two copies of the file beside it.
    let needed = match place.kind {
        HomeKind::Upper => task.effort.room().max(2 * task.effort.size),
        _ => task.effort.room(),
    };
    if needed > free / 2 {
        return Ok(Some((no_room(&place.target, needed, free), evidence)));
    }
    let few = fs.files() > 0 && task.effort.files > fs.files_free() / 2;
    let problem = || Problem::new(Code::SpeedNoInodes).with("place", &place.target).with("free", fs.files_free());
    Ok(few.then(|| (problem().with("needed", task.effort.files), evidence)))
}
