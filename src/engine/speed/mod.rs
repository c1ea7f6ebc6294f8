//! How fast the places are in which what a container writes lives: real reads and writes, timed.
//!
//! ```text
//! place, by a handle through the container's root ─▶ is there room? ─▶ journal ─▶ .dockwalk-speed-… ─▶ patterns, each some runs ─▶ removed
//! own layer, besides: an overlay of its own beside it ─▶ first write to a large file of its lower layer, then the second
//! ```
//!
//! What is made goes whatever happens: when the value is dropped, and else when the next engine starts (`undo`). At least half of what is
//! free stays free. Nothing is said of which is faster; each measurement is a fact with the calls that were made. Does not know what a
//! container is.

mod copy_up;
mod effort;
mod name;
mod patterns;
mod scratch;
mod tmpfs;
mod undo;

pub use effort::Effort;
pub use name::is_scratch;
pub use undo::undo;

use super::conductor::Cx;
use super::evidence::{Spot, Tally};
use super::fault::{Fault, Result};
use crate::client::protocol::{SpeedAt, SpeedReport};
use crate::i18n::size;
use crate::spec::ContainerId;
use crate::trace::{
    Change, Code, Evidence, HomeKind, Mount, MountKind, Plan, Problem, Speed, SpeedPattern, StepKind, Unmeasured,
};
use patterns::Work;
use scratch::Scratch;
use std::path::PathBuf;

/// A place of a container.
#[derive(Debug)]
pub struct Place {
    /// Where in it.
    pub target: String,
    /// What kind.
    pub kind: HomeKind,
    /// Its directory, as the container sees it; why not where there is none.
    pub spot: std::result::Result<Spot, Problem>,
    /// The same directory as the engine would find it again after its death; none of what dies with it.
    pub path: Option<PathBuf>,
    /// How it is mounted; none of its own layer.
    pub mount: Mount,
}

/// What is to be measured, and who wants to know.
pub struct Task<'a> {
    /// Whose places.
    pub container: &'a ContainerId,
    /// All of them.
    pub places: Vec<Place>,
    /// Its directory, in which its own layer lies.
    pub dir: PathBuf,
    /// Its main process.
    pub pid: u32,
    /// Overlays are mounted as without privileges.
    pub rootless: bool,
    /// How much is done.
    pub effort: Effort,
    /// Whether to go on.
    pub check: &'a (dyn Fn() -> Result<()> + Sync),
    /// Is told how far it is.
    pub tell: &'a (dyn Fn(&SpeedAt) + Sync),
}

/// Measures all places, one after the other: a step each.
pub fn measure(cx: &Cx, task: &Task<'_>) -> Result<SpeedReport> {
    let mut report = SpeedReport::default();
    let of = task.places.iter().map(|place| patterns::of(place.kind).len()).sum();
    let mut far = Far { task, done: 0, of };
    for place in &task.places {
        if place.mount.kind == MountKind::Tmpfs {
            let plan = Plan::new(StepKind::LookAtMemory, &place.target).call("read(\"/proc/swaps\")");
            report.memory_targets.push(place.target.clone());
            report.memory.push(cx.step(plan, |cx| tmpfs::look(cx, task.pid, &place.mount))?);
        }
        let plan =
            Plan::new(StepKind::MeasurePlace, &place.target).call("openat, fstat, write, fsync, read, pwrite64, close");
        let measured = cx.step(plan, |cx| measure_place(cx, task, place, &mut far))?;
        match measured {
            Ok(speeds) => report.measured.extend(speeds),
            Err(refused) => report.refused.push(refused),
        }
    }
    if report.measured.is_empty() && !report.refused.is_empty() {
        let problem = report.refused.swap_remove(0).problem;
        return Err(Fault::of(super::FaultKind::Conflict, problem));
    }
    Ok(report)
}

/// How far it is.
struct Far<'a> {
    task: &'a Task<'a>,
    done: usize,
    of: usize,
}

impl Far<'_> {
    fn begins(&mut self, place: &Place, pattern: SpeedPattern) {
        let at = SpeedAt { target: place.target.clone(), pattern, done: self.done, of: self.of };
        (self.task.tell)(&at);
        self.done += 1;
    }
}

/// The patterns in a place, or why it is not measured.
fn measure_place(
    cx: &Cx,
    task: &Task<'_>,
    place: &Place,
    far: &mut Far<'_>,
) -> Result<std::result::Result<Vec<Speed>, Unmeasured>> {
    let scratch = match Scratch::make(cx, task, place)? {
        Ok(scratch) => scratch,
        Err((problem, evidence)) => {
            far.done += patterns::of(place.kind).len();
            return Ok(Err(refuse(cx, task, place, problem, evidence)));
        }
    };
    let mut measured = Vec::new();
    let work = Work::new(&scratch.spot, scratch.beneath.as_ref(), task);
    for pattern in patterns::in_a_directory() {
        far.begins(place, pattern);
        let tally = work.measure(pattern)?;
        measured.push(observe(cx, task, place, pattern, &tally, Vec::new()));
    }
    drop(work);
    scratch.remove()?;
    if place.kind == HomeKind::Upper {
        far.begins(place, SpeedPattern::CopyUp);
        let both = copy_up::measure(cx, task)?;
        far.begins(place, SpeedPattern::CopiedUp);
        for (pattern, tally, mounted) in both {
            measured.push(observe(cx, task, place, pattern, &tally, mounted));
        }
    }
    Ok(Ok(measured))
}

fn observe(
    cx: &Cx,
    task: &Task<'_>,
    place: &Place,
    pattern: SpeedPattern,
    tally: &Tally,
    mut evidence: Vec<Evidence>,
) -> Speed {
    let Place { target, kind, .. } = place;
    let (moved, calls) = tally.each_run();
    // The kernel copies all of the file before it writes the block.
    let bytes = if pattern == SpeedPattern::CopyUp { task.effort.size } else { moved };
    let (container, target, runs) = (task.container.clone(), target.clone(), tally.runs().to_vec());
    let files = patterns::files(task.effort, pattern);
    let speed = Speed { container, target, place: *kind, pattern, bytes, files, calls, runs };
    evidence.extend(tally.evidence());
    cx.observe(Change::SpeedMeasured(speed.clone()), evidence);
    speed
}

fn refuse(cx: &Cx, task: &Task<'_>, place: &Place, problem: Problem, evidence: Vec<Evidence>) -> Unmeasured {
    let (container, target) = (task.container.clone(), place.target.clone());
    let refused = Unmeasured { container, target, place: place.kind, problem };
    cx.observe(Change::SpeedRefused(refused.clone()), evidence);
    refused
}

/// Something refused what was done in a place.
fn failed(what: &'static str, leads: &std::path::Path) -> impl Fn(nix::errno::Errno) -> Fault {
    let leads = leads.display().to_string();
    move |errno| match errno {
        nix::errno::Errno::ECANCELED => Fault::cancelled(),
        errno => Fault::io(what, &leads, &errno.into()),
    }
}

/// What was made to be measured is another by now: nothing is to be said of it.
fn disturbed(path: &std::path::Path) -> Fault {
    Fault::failed(Code::SpeedDisturbed).with("path", path.display())
}

/// There is not so much room in a place that half of it would stay free.
fn no_room(target: &str, needed: u64, free: u64) -> Problem {
    Problem::new(Code::SpeedNoRoom).with("place", target).with("needed", size(needed)).with("free", size(free))
}
