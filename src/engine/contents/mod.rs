//! Watches what volumes, bind mounts' sources and tmpfs hold, and says it within a fifth of a second.
//!
//! ```text
//! container, or the host ─write─▶ directory ─inotify─▶ thread ─25 ms─▶ look ─▶ ContentsSeen
//! ```
//!
//! One thread watches all of them. What it says is read from the directory, never taken from the notification, which says *that* there is
//! something to look at. A home may be somebody's whole disk: so many directories and names of it are looked at, never those of another
//! file system, and that there are more is said ([`Contents::whole`]).
//!
//! A volume and a bind mount's source are opened anew for each look: a handle that is held would keep a mount of the host from being
//! unmounted. A tmpfs has no name outside of its container; its handle is let go with that.
//!
//! It does not know what a step or a request is, and it stops nobody.

mod look;
#[cfg(test)]
mod tests;

use super::conductor::Conductor;
use super::evidence::Inotify;
use super::{Fault, Result};
use crate::trace::{Change, Contents as Seen, Home, HomeFile};
use look::Found;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::eventfd::EventFd;
use nix::sys::inotify::{AddWatchFlags as Mask, WatchDescriptor};
use parking_lot::{Mutex, MutexGuard};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long changes are gathered before the first of them is looked at.
const GATHER: Duration = Duration::from_millis(25);
/// How long after that the next is: who never stops writing fills no trace.
const APART: Duration = Duration::from_millis(120);
/// After so many in a row it is this.
const PATIENCE: u32 = 100;
const SELDOM: Duration = Duration::from_secs(1);
/// A look that took long is followed by so many times that in which there is none.
const REST: u32 = 10;
/// Homes that are watched; of more, those that were used last.
const HOMES: usize = 64;

/// The homes of an engine's containers.
#[derive(Debug)]
pub struct Contents {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// Where a home is.
#[derive(Debug)]
pub enum Place {
    /// At this path of the host.
    Path(PathBuf),
    /// At this handle, which is of this path as its container sees it.
    Handle(OwnedFd, PathBuf),
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
    inotify: Option<Inotify>,
    /// Which homes a watch is of. One directory may be in two: a bind mount of a part of another.
    watches: HashMap<i32, (WatchDescriptor, BTreeSet<Home>)>,
    homes: BTreeMap<Home, Watched>,
    uses: u64,
}

#[derive(Debug)]
struct Watched {
    place: Place,
    is: Option<look::Inode>,
    due: Option<Instant>,
    rests_until: Option<Instant>,
    told: Option<Seen>,
    /// How many looks in a row found something new.
    streak: u32,
    used: u64,
}

impl Contents {
    /// Starts the thread.
    pub fn start(conductor: Arc<Conductor>) -> Result<Self> {
        // Without one all the same: what is there is said when it is first used. Who watches upper directories says why.
        let inotify = Inotify::open().ok();
        let wake = EventFd::new().map_err(|e| Fault::io("make", "an eventfd", &e.into()))?;
        let state = State { inotify, watches: HashMap::new(), homes: BTreeMap::new(), uses: 0 };
        let shared = Arc::new(Shared { conductor, state: Mutex::new(state), wake, ending: AtomicBool::new(false) });
        let reader = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("contents".into())
            .spawn(move || reader.run())
            .map_err(|e| Fault::io("start", "a thread", &e))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Looks at a home and watches it from now on, as long as it is in the World.
    pub fn keep(&self, home: Home, place: Place) {
        {
            let mut state = self.shared.lock();
            state.uses += 1;
            let used = state.uses;
            let told = state.homes.remove(&home).and_then(|known| known.told);
            let watched =
                Watched { place, is: None, due: Some(Instant::now()), rests_until: None, told, streak: 0, used };
            state.homes.insert(home, watched);
            if state.homes.len() > HOMES {
                let oldest = state.homes.iter().min_by_key(|(_, known)| known.used).map(|(home, _)| home.clone());
                oldest.iter().for_each(|home| state.forget(home));
            }
        }
        self.shared.wake();
    }

    /// Says at once what is different in a home, if it is watched.
    pub fn settle(&self, home: &Home) {
        self.shared.look(&mut self.shared.lock(), home);
    }

    /// Nothing is said of a home any more, and it is held no longer.
    pub fn forget(&self, home: &Home) {
        self.shared.lock().forget(home);
    }
}

impl Drop for Contents {
    fn drop(&mut self) {
        self.shared.ending.store(true, Ordering::Release);
        self.shared.wake();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap_or_else(|_panic| tracing::error!("the thread that watches volumes failed"));
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    fn wake(&self) {
        if let Err(error) = self.wake.write(1) {
            tracing::warn!(%error, "the thread that watches volumes was not woken");
        }
    }

    fn run(&self) {
        let inotify = self.lock().inotify.as_ref().and_then(|inotify| inotify.as_fd().try_clone_to_owned().ok());
        while !self.ending.load(Ordering::Acquire) {
            let due = self.lock().homes.values().filter_map(|watched| watched.due).min();
            let timeout = due.map_or(PollTimeout::NONE, |due| {
                let left = due.saturating_duration_since(Instant::now()).as_millis();
                // Rounded up: a timeout of nothing would turn in circles until the time has come.
                PollTimeout::try_from(left + 1).unwrap_or(PollTimeout::MAX)
            });
            let mut fds = vec![PollFd::new(self.wake.as_fd(), PollFlags::POLLIN)];
            fds.extend(inotify.as_ref().map(|fd| PollFd::new(fd.as_fd(), PollFlags::POLLIN)));
            match poll(&mut fds, timeout) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(error) => {
                    tracing::error!(%error, "volumes are not watched any more");
                    return;
                }
            }
            if fds.first().and_then(PollFd::any) == Some(true) && self.wake.read().is_err() {
                tracing::debug!("woken by nobody");
            }
            let mut state = self.lock();
            state.read();
            let now = Instant::now();
            let due =
                |(home, watched): (&Home, &Watched)| watched.due.is_some_and(|due| due <= now).then(|| home.clone());
            let due: Vec<_> = state.homes.iter().filter_map(due).collect();
            due.iter().for_each(|home| self.look(&mut state, home));
        }
    }

    /// Looks at a home, and says what is different.
    fn look(&self, state: &mut State, home: &Home) {
        let begun = Instant::now();
        let Some(watched) = state.homes.get_mut(home) else { return };
        watched.due = None;
        let found = match look::at(home, &watched.place, &mut watched.is) {
            Ok(found) => found,
            // Somebody has deleted it: it holds nothing.
            Err((Errno::ENOENT, call)) => {
                Found { contents: Seen::none(home.clone()), evidence: vec![*call], dirs: Vec::new() }
            }
            Err((error, _)) => return tracing::debug!(%error, ?home, "not looked at"),
        };
        let Found { mut contents, evidence, dirs } = found;
        // That a place which is made is empty goes without saying.
        // How much room there is changes with what others write: it is said, and nothing is said because of it.
        let bare = Seen { room: (0, 0), ..contents.clone() };
        let is_new = watched.told.as_ref().map_or(contents.files > 0 || !contents.whole, |told| *told != bare);
        watched.streak = if is_new { watched.streak.saturating_add(1) } else { 0 };
        let apart = if watched.streak > PATIENCE { SELDOM } else { APART };
        watched.rests_until = Some(begun + apart.max(begun.elapsed() * REST));
        let before = watched.told.replace(bare);
        let was_not = |file: &&HomeFile| before.as_ref().is_some_and(|before| !before.newest.contains(*file));
        contents.fresh = contents.newest.iter().filter(was_not).map(|file| file.path.clone()).collect();
        state.watch(home, &dirs);
        if is_new
            && !self.conductor.notice_where(|world| world.has(&home.entity()), Change::ContentsSeen(contents), evidence)
        {
            state.forget(home);
        }
    }
}

impl State {
    /// Watches these directories of a home, and no others any more.
    fn watch(&mut self, home: &Home, dirs: &[OwnedFd]) {
        let Some(inotify) = &self.inotify else { return };
        let made = Mask::IN_CREATE | Mask::IN_MOVED_TO | Mask::IN_MOVED_FROM | Mask::IN_DELETE | Mask::IN_ATTRIB;
        let mask = made | Mask::IN_MODIFY | Mask::IN_CLOSE_WRITE | Mask::IN_DELETE_SELF;
        let mut now = BTreeSet::new();
        for dir in dirs {
            match inotify.watch(&super::handle::itself(dir), mask) {
                Ok(wd) => {
                    now.insert(wd.as_raw());
                    self.watches.entry(wd.as_raw()).or_insert((wd, BTreeSet::new())).1.insert(home.clone());
                }
                // The kernel allows no more, which is said for upper directories.
                Err((error, _)) => tracing::debug!(%error, ?home, "not watched"),
            }
        }
        self.let_go(home, &now);
    }

    fn forget(&mut self, home: &Home) {
        self.homes.remove(home);
        self.let_go(home, &BTreeSet::new());
    }

    fn let_go(&mut self, home: &Home, but: &BTreeSet<i32>) {
        let inotify = &self.inotify;
        self.watches.retain(|raw, (wd, homes)| {
            if !but.contains(raw) && homes.remove(home) && homes.is_empty() {
                let gone = inotify.as_ref().map(|inotify| inotify.forget(*wd));
                if let Some(Err(error)) = gone {
                    tracing::debug!(%error, "a watch was gone already");
                }
            }
            !homes.is_empty()
        });
    }

    /// Takes what the kernel has to tell: which homes are to be looked at.
    fn read(&mut self) {
        let soon = Instant::now() + GATHER;
        loop {
            let notices = match self.inotify.as_ref().map(Inotify::read) {
                Some(Ok(notices)) => notices,
                Some(Err(Errno::EINTR)) => continue,
                None | Some(Err(_)) => return,
            };
            for notice in notices {
                let told: Vec<Home> = if notice.mask.contains(Mask::IN_Q_OVERFLOW) {
                    self.homes.keys().cloned().collect()
                } else if notice.mask.contains(Mask::IN_IGNORED) {
                    self.watches.remove(&notice.wd).into_iter().flat_map(|(_, homes)| homes).collect()
                } else {
                    self.watches.get(&notice.wd).into_iter().flat_map(|(_, homes)| homes).cloned().collect()
                };
                for home in told {
                    if let Some(watched) = self.homes.get_mut(&home)
                        && watched.due.is_none()
                    {
                        watched.due = Some(watched.rests_until.map_or(soon, |rests| soon.max(rests)));
                    }
                }
            }
        }
    }
}
