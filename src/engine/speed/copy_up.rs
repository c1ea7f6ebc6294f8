//! What the first write to a large file of a lower layer costs: overlayfs copies all of it up before.
//!
//! In an overlay that is made for this alone, on the disk of the container's own layer: what is copied up there stays there.

use super::effort::{BLOCK, CHUNK};
use super::name::Name;
use super::undo::SpeedInverse;
use super::{Task, failed, patterns};
use crate::engine::conductor::Cx;
use crate::engine::evidence::{self, Spot, Tally};
use crate::engine::fault::{Fault, Result};
use crate::engine::{handle, private, rootfs};
use crate::trace::{Code, Evidence, SpeedPattern};
use nix::fcntl::OFlag;
use nix::mount::{MntFlags, MsFlags};
use nix::sched::CloneFlags;
use std::path::{Path, PathBuf};

/// The file of the lower layer.
const LARGE: &str = "large";
const SCOPE: &str = "speed";

/// The first write and the second, each with how the overlay was mounted the last time.
pub(super) type Both = [(SpeedPattern, Tally, Vec<Evidence>); 2];

/// Measures it.
pub(super) fn measure(cx: &Cx, task: &Task<'_>) -> Result<Both> {
    let home = Home(task.dir.join(Name::new()?.as_str()));
    let entry = cx.journal(SCOPE, &SpeedInverse::RemoveScratch { path: home.0.clone() })?;
    let thread = || home.measure(task);
    // Mounted in a namespace of the thread's own, with which it goes.
    let measured = std::thread::scope(|scope| {
        let joined = std::thread::Builder::new().name("copy-up".into()).spawn_scoped(scope, thread);
        let joined = joined.map_err(|e| Fault::io("start", "a thread", &e))?.join();
        joined.unwrap_or_else(|_panic| Err(Fault::failed(Code::EngineFault).with("reason", "a thread failed")))
    });
    home.remove()?;
    cx.undone(entry)?;
    measured
}

/// The directory of it all.
struct Home(PathBuf);

impl Home {
    fn dir(&self, name: &str) -> Result<PathBuf> {
        let path = self.0.join(name);
        private::dir(&path).map_err(|e| Fault::io("make", path.display(), &e))?;
        Ok(path)
    }

    fn remove(&self) -> Result<()> {
        match handle::remove(&self.0) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Fault::io("remove", self.0.display(), &e)),
            _ => Ok(()),
        }
    }

    fn measure(&self, task: &Task<'_>) -> Result<Both> {
        private::dir(&self.0).map_err(|e| Fault::io("make", self.0.display(), &e))?;
        let (lower, merged) = (self.dir("lower")?, self.dir("merged")?);
        write_large(&lower, task)?;
        let leave = evidence::unshare(CloneFlags::CLONE_FS | CloneFlags::CLONE_NEWNS);
        leave.map_err(failed("leave", Path::new("/")))?;
        let private = evidence::mount(None, Path::new("/"), None, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None);
        private.map_err(failed("change", Path::new("/")))?;
        let (mut first, mut second) = (Tally::default(), Tally::default());
        let mut mounted = Vec::new();
        for nth in 0..task.effort.runs {
            (task.check)()?;
            // What was copied up once is not copied again: each run has an upper directory of its own.
            let upper = self.dir(&format!("upper-{nth}"))?;
            let work = self.dir(&format!("work-{nth}"))?;
            mounted = rootfs::overlay_of(&lower, &upper, &work, &merged, task.rootless)?;
            let opened = handle::open(&merged).map_err(failed("open", &merged))?;
            let spot = Spot { dir: opened, leads: merged.clone() };
            let wrote = write_block(&mut first, &spot).and_then(|()| write_block(&mut second, &spot));
            drop(spot);
            evidence::umount(&merged, MntFlags::MNT_DETACH).map_err(failed("unmount", &merged))?;
            wrote.map_err(failed("write", &merged))?;
            handle::remove(&upper).map_err(|e| Fault::io("remove", upper.display(), &e))?;
        }
        Ok([(SpeedPattern::CopyUp, first, mounted.clone()), (SpeedPattern::CopiedUp, second, mounted)])
    }
}

fn write_block(tally: &mut Tally, spot: &Spot) -> nix::Result<()> {
    let block = [b'x'; BLOCK as usize];
    tally.run(|tally| {
        let file = tally.open(spot, LARGE, OFlag::O_WRONLY)?;
        tally.write_at(&file, &block, 0)
    })
}

/// The file that is copied up, on the disk.
fn write_large(lower: &Path, task: &Task<'_>) -> Result<()> {
    let refused = failed("write", lower);
    let spot = Spot { dir: handle::open(lower).map_err(&refused)?, leads: lower.to_owned() };
    let mut tally = Tally::default();
    let new = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL;
    let file = tally.open(&spot, LARGE, new).map_err(&refused)?;
    let (bytes, mut left) = (patterns::noise(CHUNK as usize), task.effort.size);
    while left > 0 {
        (task.check)()?;
        let chunk = left.min(CHUNK);
        tally.write(&file, &bytes[..chunk as usize]).map_err(&refused)?;
        left -= chunk;
    }
    tally.sync(&file).map_err(refused)
}
