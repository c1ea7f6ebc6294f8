//! Watches what containers write into their upper directories, and says it within a fifth of a second.
//!
//! ```text
//! container ─write─▶ overlay ─▶ upper ─inotify─▶ watches ─▶ tree: look, compare with the layers below ─50 ms─▶ UpperChanged
//! ```
//!
//! One thread waits for all containers and sleeps while nobody writes. What it says is read from the disk, never taken from
//! the notification: a notification says *where* to look. When the kernel drops some, everything is looked at again.
//!
//! inotify and not fanotify, because it needs no privilege and works in user namespaces of every kernel that knows overlay
//! there. Since Linux 6.8 or so a write through the mount is notified on the upper directory; before, only on the merged one.
//! Both are watched until the first write tells which.
//!
//! It does not know what a step or a request is, and it stops nobody.

mod below;
mod copied;
mod diff;
mod inotify;
mod model;
mod origin;
mod size;
#[cfg(test)]
mod tests;
mod tree;

pub use diff::{Kind, diff};
pub use size::{Size, count, size};

use super::conductor::Conductor;
use super::evidence;
use super::{Fault, Result};
use crate::spec::{ContainerId, Digest};
use crate::trace::{Change, Code, Problem};
use inotify::Watches;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::eventfd::EventFd;
use parking_lot::{Mutex, MutexGuard};
use std::collections::HashMap;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tree::Tree;

/// How long changes are gathered before the first of them is said.
const GATHER: Duration = Duration::from_millis(25);
/// How long after that the next may be said: a container that never stops writing fills no trace.
const APART: Duration = Duration::from_millis(120);
/// What only grows, for minutes, is said this often.
const GROWING: Duration = Duration::from_secs(1);
/// How many times in a row something may only grow before that.
const PATIENCE: u32 = 600;

/// Where a container writes.
#[derive(Debug, Clone)]
pub struct UpperSpec {
    /// Which container.
    pub container: ContainerId,
    /// The writable layer.
    pub upper: PathBuf,
    /// Where the overlay is mounted.
    pub merged: PathBuf,
    /// Directory and chain id of each layer below, the lowest first.
    pub lower: Vec<(PathBuf, Digest)>,
    /// What the engine makes in the container, empty: places for mounts, `etc/hosts`, and the mark of a container.
    pub mount_points: Vec<String>,
    /// Marks are `user.overlay.*`.
    pub rootless: bool,
}

/// The upper directories of an engine's containers.
#[derive(Debug)]
pub struct Uppers {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    conductor: Arc<Conductor>,
    state: Mutex<State>,
    wake: EventFd,
    ending: AtomicBool,
}

#[derive(Debug)]
struct State {
    watches: Watches,
    trees: HashMap<ContainerId, Told>,
}

/// A tree, and when it is spoken of.
#[derive(Debug)]
struct Told {
    tree: Tree,
    due: Option<Instant>,
    last: Option<Instant>,
    /// How many times in a row nothing was new but sizes.
    grown: u32,
}

impl Uppers {
    /// Starts the thread that reads the notifications.
    pub fn start(conductor: Arc<Conductor>) -> Result<Self> {
        let watches = match Watches::open() {
            Ok(watches) => watches,
            Err((error, call)) => {
                conductor.notice(Change::Remark(Problem::new(Code::InotifyMissing).with("reason", error)), vec![*call]);
                Watches::none()
            }
        };
        let wake = EventFd::new().map_err(|e| Fault::io("make", "an eventfd", &e.into()))?;
        let state = Mutex::new(State { watches, trees: HashMap::new() });
        let shared = Arc::new(Shared { conductor, state, wake, ending: AtomicBool::new(false) });
        let reader = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("upper".into())
            .spawn(move || reader.run())
            .map_err(|e| Fault::io("start", "a thread", &e))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Watches a container that is going to run. What its upper directory holds already is said as far as it was not.
    pub fn watch(&self, spec: &UpperSpec) -> Result<()> {
        let fail = |e: std::io::Error| Fault::io("open", spec.upper.display(), &e);
        let mut state = self.shared.lock();
        let State { watches, trees } = &mut *state;
        let told = match trees.remove(&spec.container) {
            Some(told) => told,
            None => Told { tree: Tree::new(spec).map_err(fail)?, due: None, last: None, grown: 0 },
        };
        let told = trees.entry(spec.container.clone()).or_insert(told);
        told.tree.watch(spec, watches).map_err(fail)?;
        told.due = told.tree.has_news().then(Instant::now);
        drop(state);
        self.shared.wake();
        Ok(())
    }

    /// Says what is left to be said of a container that runs no more, and stops watching it.
    pub fn rest(&self, container: &ContainerId) {
        let mut state = self.shared.lock();
        self.shared.read_watches(&mut state);
        let State { watches, trees } = &mut *state;
        if let Some(told) = trees.get_mut(container) {
            if !watches.contains(container) || told.tree.is_limited() {
                told.tree.scan(watches);
            }
            self.shared.say(told, watches);
            told.tree.rest(watches);
            told.due = None;
        }
    }

    /// Says at once what was notified so far.
    pub fn settle(&self, container: &ContainerId) {
        let mut state = self.shared.lock();
        self.shared.read_watches(&mut state);
        let State { watches, trees } = &mut *state;
        if let Some(told) = trees.get_mut(container) {
            self.shared.say(told, watches);
        }
    }

    /// The container is going to be deleted.
    pub fn forget(&self, container: &ContainerId) {
        let mut state = self.shared.lock();
        let State { watches, trees } = &mut *state;
        if let Some(mut told) = trees.remove(container) {
            told.tree.rest(watches);
        }
    }
}

impl Drop for Uppers {
    fn drop(&mut self) {
        self.shared.ending.store(true, Ordering::Release);
        self.shared.wake();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap_or_else(|_panic| tracing::error!("the thread that watches upper directories failed"));
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    fn wake(&self) {
        if let Err(error) = self.wake.write(1) {
            tracing::warn!(%error, "the thread that watches upper directories was not woken");
        }
    }

    fn run(&self) {
        let inotify = self.lock().watches.handle();
        while !self.ending.load(Ordering::Acquire) {
            let due = self.lock().trees.values().filter_map(|told| told.due).min();
            let timeout = due.map_or(PollTimeout::NONE, |due| {
                let left = due.saturating_duration_since(Instant::now()).as_millis();
                // Rounded up: a timeout of nothing would turn in circles until the time has come.
                PollTimeout::try_from(left + 1).unwrap_or(PollTimeout::MAX)
            });
            let mut fds = vec![PollFd::new(self.wake.as_fd(), PollFlags::POLLIN)];
            fds.extend(inotify.as_ref().map(|fd| PollFd::new(fd.as_fd(), PollFlags::POLLIN)));
            match poll(&mut fds, timeout) {
                Ok(_) | Err(nix::errno::Errno::EINTR) => {}
                Err(error) => {
                    tracing::error!(%error, "upper directories are not watched any more");
                    return;
                }
            }
            if fds.first().and_then(PollFd::any) == Some(true) && self.wake.read().is_err() {
                tracing::debug!("woken by nobody");
            }
            let mut state = self.lock();
            self.read_watches(&mut state);
            let State { watches, trees } = &mut *state;
            let now = Instant::now();
            for told in trees.values_mut().filter(|told| told.due.is_some_and(|due| due <= now)) {
                self.say(told, watches);
            }
        }
    }

    /// Takes what the kernel has to tell, and looks where it matters at once.
    fn read_watches(&self, state: &mut State) {
        let State { watches, trees } = state;
        let (notified, lost) = watches.read();
        for one in notified {
            if let Some(told) = trees.get_mut(&one.container) {
                told.tree.notified(&one, watches);
            }
        }
        if lost {
            tracing::debug!("the kernel dropped notifications: upper directories are looked at again");
            trees.values_mut().filter(|told| watches.contains(told.tree.container())).for_each(|told| told.tree.lose());
        }
        let now = Instant::now();
        for told in trees.values_mut().filter(|told| told.due.is_none() && told.tree.has_news()) {
            let apart = if told.grown > PATIENCE { GROWING } else { APART };
            let soon = now + GATHER;
            told.due = Some(told.last.map_or(soon, |last| soon.max(last + apart)));
        }
        if let Some((problem, call)) = watches.complaint() {
            let limit = evidence::file(Path::new("/proc/sys/fs/inotify/max_user_watches"));
            self.conductor.notice(Change::Remark(problem), vec![call, limit]);
        }
    }

    fn say(&self, told: &mut Told, watches: &mut Watches) {
        told.due = None;
        let Some(news) = told.tree.news(watches) else { return };
        told.last = Some(Instant::now());
        told.grown = if news.only_grown { told.grown.saturating_add(1) } else { 0 };
        self.conductor.notice(Change::UpperChanged(news.change), news.evidence);
    }
}
