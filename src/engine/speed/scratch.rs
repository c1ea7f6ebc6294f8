//! The directory in which a place is measured: hidden, for the engine alone, and gone afterwards.

use super::name::Name;
use super::undo::{SpeedInverse, is_ours};
use super::{Place, Task, disturbed, failed, no_room};
use crate::engine::conductor::{Cx, EntryId};
use crate::engine::evidence::{self, Spot};
use crate::engine::fault::{Fault, Result};
use crate::engine::handle;
use crate::trace::{Code, Evidence, HomeKind, Problem};
use nix::errno::Errno;
use nix::unistd::{UnlinkatFlags, unlinkat};
use std::ffi::OsStr;
use std::os::fd::OwnedFd;

/// What is done in a place.
const SCOPE: &str = "speed";

/// It, until it is dropped.
pub(super) struct Scratch<'a> {
    /// The directory.
    pub spot: Spot,
    /// The same beneath the overlay, where it is in one.
    pub beneath: Option<Spot>,
    cx: &'a Cx,
    above: &'a Spot,
    name: Name,
    entry: Option<EntryId>,
    is_there: bool,
}

/// Why a place is not measured, and how that is known.
type Refused = (Problem, Vec<Evidence>);

impl<'a> Scratch<'a> {
    /// Makes it, if there is room in the place.
    pub(super) fn make(cx: &'a Cx, task: &Task<'_>, place: &'a Place) -> Result<std::result::Result<Self, Refused>> {
        let above = match &place.spot {
            Ok(spot) => spot,
            Err(problem) => return Ok(Err((problem.clone(), vec![evidence::file(&mounts_of(task.pid))]))),
        };
        if let Some(refused) = is_short(task, place, above)? {
            return Ok(Err(refused));
        }
        let name = Name::new()?;
        let entry = match &place.path {
            Some(path) => Some(cx.journal(SCOPE, &SpeedInverse::RemoveScratch { path: path.join(name.as_str()) })?),
            None => None,
        };
        let (made, call) = evidence::mkdir_at(above, name.as_str());
        let forget = |entry: Option<EntryId>| entry.map_or(Ok(()), |entry| cx.undone(entry));
        if let Err(errno) = made {
            forget(entry)?;
            let problem = match errno {
                Errno::EROFS => Problem::new(Code::SpeedReadOnly).with("place", &place.target),
                errno => Fault::io("make", place.target.as_str(), &errno.into()).problem,
            };
            return Ok(Err((problem, vec![call])));
        }
        let leads = above.leads.join(name.as_str());
        let dir = match handle::enter(&above.dir, OsStr::new(name.as_str())).and_then(new) {
            Ok(Some(dir)) => dir,
            other => {
                let looked = evidence::lstat_at(&above.dir, &above.leads, OsStr::new(name.as_str())).1;
                // Whose it is by now is not known: an empty one goes, and no other.
                let _left = unlinkat(&above.dir, name.as_str(), UnlinkatFlags::RemoveDir);
                forget(entry)?;
                other.map_err(failed("open", &leads))?;
                let problem = Problem::new(Code::SpeedNotOurs).with("path", leads.display());
                return Ok(Err((problem, vec![call, looked])));
            }
        };
        let spot = Spot { dir, leads };
        let mut scratch = Self { spot, beneath: None, cx, above, name, entry, is_there: true };
        if let (HomeKind::Upper, Some(path)) = (place.kind, &place.path) {
            let leads = path.join(scratch.name.as_str());
            let dir = handle::open(&leads).and_then(new).map_err(failed("open", &leads))?;
            let dir = dir.ok_or_else(|| disturbed(&leads))?;
            scratch.beneath = Some(Spot { dir, leads });
        }
        Ok(Ok(scratch))
    }

    /// Removes it with all that is in it.
    pub(super) fn remove(mut self) -> Result<()> {
        self.clear()
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
        // The next engine would remove whatever has that name by then.
        self.entry.take().map_or(Ok(()), |entry| self.cx.undone(entry))
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        // Cancelled, or failed.
        if self.is_there
            && let Err(fault) = self.clear()
        {
            tracing::warn!(%fault, "what was measured in is left until the next start");
        }
    }
}

/// A directory, if it is one that the engine has just made.
pub(super) fn new(dir: OwnedFd) -> nix::Result<Option<OwnedFd>> {
    let is_empty = handle::is_empty(&dir).map_err(|e| Errno::from_raw(e.raw_os_error().unwrap_or(libc::EIO)))?;
    Ok((is_empty && is_ours(&dir)?).then_some(dir))
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
