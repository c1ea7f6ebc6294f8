//! Watches what volumes, bind mounts' sources and tmpfs hold, and says it within a fifth of a second.
//!
//! ```text
//! container, or the host ─write─▶ directory ─inotify─▶ thread ─25 ms─▶ look ─▶ ContentsSeen
//! ```
//!
//! One thread watches all of them. What it says is read from the directory, never taken from the notification, which says *that* there is
//! something to look at. A home may be somebody's whole disk: so many directories and names of it are looked at, never those of another
//! file system, and that there are more is said ([`Contents::whole`](crate::trace::Contents::whole)).
//!
//! A look is made with nothing held: a file system that does not answer keeps this thread waiting, and nobody else.
//!
//! A volume and a bind mount's source are opened anew for each look: a handle that is held would keep a mount of the host from being
//! unmounted. A tmpfs has no name outside of its container; its handle is let go with that.
//!
//! It does not know what a step or a request is, and it stops nobody.

mod look;
#[cfg(test)]
mod tests;

use super::conductor::Conductor;
use super::{Fault, Result};
use crate::trace::{Change, Code, Contents as Seen, Home, HomeFile, Problem};
use look::{Found, Inode, Tellers, Watch, Way};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::eventfd::EventFd;
use nix::sys::inotify::AddWatchFlags as Mask;
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long changes are gathered before the first of them is looked at.
const GATHER: Duration = Duration::from_millis(25);
/// How long after that the next is: who never stops writing fills no trace.
const APART: Duration = Duration::from_millis(120);
/// After so many in a row it is this.
const PATIENCE: u32 = 100;
const SELDOM: Duration = Duration::from_secs(1);
/// A look that took long is followed by so many times that in which there is none: of the same home, and of any.
const REST: u32 = 10;
const REST_OF_ALL: u32 = 2;
/// How long notifications are left to the kernel, which makes one of many.
const BATCH: Duration = Duration::from_millis(5);
/// So many reads of them in one go.
const READS: usize = 256;
/// How long somebody waits for a look that does not come back.
const PATIENT: Duration = Duration::from_secs(1);
/// Homes that are watched beside those that containers use now; of more, those that were used last.
const HOMES: usize = 64;
/// Directories that are watched in all, by two watches each: a user has some thousands for everything.
const WATCHES: usize = 1024;

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
    /// The same, and on no disk: the engine has mounted it there.
    Memory(PathBuf),
    /// At this handle, which this path led to: through the root of a process of its container.
    Handle(OwnedFd, PathBuf),
}

#[derive(Debug)]
struct Shared {
    conductor: Arc<Conductor>,
    /// The engine's own directory.
    root: Option<Inode>,
    inotify: Option<Tellers>,
    wake: EventFd,
    state: Mutex<State>,
    /// A look has ended, or the thread has.
    looked: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Which homes a watch is of. One directory may be in two: a bind mount of a part of another.
    watches: HashMap<i32, (Watch, BTreeSet<Home>)>,
    /// Of a watch on writes, the other of the same directory.
    writes: HashMap<i32, i32>,
    homes: BTreeMap<Home, Watched>,
    uses: u64,
    /// Nothing is looked at before.
    rests_until: Option<Instant>,
    complained: bool,
    ending: bool,
    ended: bool,
}

#[derive(Debug)]
struct Watched {
    place: Arc<Place>,
    is: Option<Inode>,
    due: Option<Instant>,
    rests_until: Option<Instant>,
    told: Option<Seen>,
    /// How many looks found something new, less those that did not.
    streak: u32,
    /// When it was used last, by a count, and by how many containers it is used now.
    used: u64,
    users: usize,
    /// How many looks have begun, and which of them has ended last.
    begun: u64,
    ended: u64,
}

impl Contents {
    /// Starts the thread. `root`: the engine's own directory, which is never looked into from above.
    pub fn start(conductor: Arc<Conductor>, root: &Path) -> Result<Self> {
        // Without one all the same: homes are looked at again and again then.
        let inotify = Tellers::open().ok();
        let wake = EventFd::new().map_err(|e| Fault::io("make", "an eventfd", &e.into()))?;
        let root = std::fs::metadata(root).ok().map(|meta| (meta.dev(), meta.ino()));
        let (state, looked) = (Mutex::default(), Condvar::new());
        let shared = Arc::new(Shared { conductor, root, inotify, wake, state, looked });
        let reader = Arc::clone(&shared);
        let run = move || {
            reader.run();
            reader.lock().ended = true;
            reader.looked.notify_all();
        };
        let thread = std::thread::Builder::new().name("contents".into()).spawn(run);
        Ok(Self { shared, thread: Some(thread.map_err(|e| Fault::io("start", "a thread", &e))?) })
    }

    /// Looks at a home and watches it from now on, as long as it is in the World.
    pub fn keep(&self, home: Home, place: Place) {
        self.shared.keep(home, place, 0);
    }

    /// The same of one that a container uses, until it [leaves](Self::leave) it.
    pub fn keep_used(&self, home: Home, place: Place) {
        self.shared.keep(home, place, 1);
    }

    /// Says at once what is different in a home, if it is watched. Who does not answer within a second is not waited for.
    pub fn settle(&self, home: &Home) {
        let deadline = Instant::now() + PATIENT;
        let mut state = self.shared.lock();
        let Some(watched) = state.homes.get_mut(home) else { return };
        (watched.due, watched.rests_until) = (Some(Instant::now()), None);
        // One that is under way has perhaps looked already.
        let next = watched.begun + 1;
        state.rests_until = None;
        self.shared.wake();
        while state.homes.get(home).is_some_and(|watched| watched.ended < next) && !state.ended {
            if self.shared.looked.wait_until(&mut state, deadline).timed_out() {
                tracing::warn!(?home, "it does not answer, and is not waited for");
                return;
            }
        }
    }

    /// A container that used it has ended.
    pub fn leave(&self, home: &Home) {
        if let Some(watched) = self.shared.lock().homes.get_mut(home) {
            watched.users = watched.users.saturating_sub(1);
        }
    }

    /// Nothing is said of a home any more, and it is held no longer.
    pub fn forget(&self, home: &Home) {
        self.shared.forget(&mut self.shared.lock(), home);
    }
}

impl Drop for Contents {
    fn drop(&mut self) {
        let deadline = Instant::now() + PATIENT;
        let mut state = self.shared.lock();
        state.ending = true;
        self.shared.wake();
        while !state.ended {
            if self.shared.looked.wait_until(&mut state, deadline).timed_out() {
                // It waits for a file system that does not answer, and has nothing to lose.
                return;
            }
        }
        drop(state);
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

    fn keep(&self, home: Home, place: Place, users: usize) {
        let mut state = self.lock();
        state.uses += 1;
        let (used, place, due) = (state.uses, Arc::new(place), Some(Instant::now()));
        let known = state.homes.remove(&home);
        let users = users + known.as_ref().map_or(0, |known| known.users);
        let (told, begun, ended) = known.map_or((None, 0, 0), |known| (known.told, known.begun, known.ended));
        let watched = Watched { place, is: None, due, rests_until: None, told, streak: 0, used, users, begun, ended };
        state.homes.insert(home, watched);
        let idle = state.homes.iter().filter(|(_, known)| known.users == 0);
        if idle.clone().count() > HOMES {
            let oldest = idle.min_by_key(|(_, known)| known.used).map(|(home, _)| home.clone());
            oldest.iter().for_each(|home| self.forget(&mut state, home));
        }
        drop(state);
        self.wake();
    }

    fn run(&self) {
        let mut read_at = Instant::now();
        loop {
            let now = Instant::now();
            let (due, ending) = {
                let state = self.lock();
                let due = state.homes.values().filter_map(|watched| watched.due).min();
                (due.map(|due| state.rests_until.map_or(due, |rests| due.max(rests))), state.ending)
            };
            if ending {
                return;
            }
            let reads = read_at <= now;
            let until = due.into_iter().chain((!reads).then_some(read_at)).min();
            let timeout = until.map_or(PollTimeout::NONE, |until| {
                let left = until.saturating_duration_since(now).as_millis();
                // Rounded up: a timeout of nothing would turn in circles until the time has come.
                PollTimeout::try_from(left + u128::from(until > now)).unwrap_or(PollTimeout::MAX)
            });
            let mut fds = vec![PollFd::new(self.wake.as_fd(), PollFlags::POLLIN)];
            let both = self.inotify.iter().filter(|_| reads).flat_map(|it| [&it.changes].into_iter().chain(&it.writes));
            fds.extend(both.map(|inotify| PollFd::new(inotify.as_fd(), PollFlags::POLLIN)));
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
            if fds.iter().skip(1).any(|fd| fd.any() == Some(true)) {
                self.read(&mut self.lock());
                read_at = Instant::now() + BATCH;
            }
            self.look_at_one();
        }
    }

    /// Looks at the home whose turn it is, and says what is different.
    fn look_at_one(&self) {
        let begun = Instant::now();
        let (home, place, is, nth) = {
            let mut state = self.lock();
            if state.rests_until.is_some_and(|rests| rests > begun) {
                return;
            }
            let due = state.homes.iter_mut().filter(|(_, known)| known.due.is_some_and(|due| due <= begun));
            let Some((home, watched)) = due.min_by_key(|(_, known)| known.due) else { return };
            watched.due = None;
            watched.begun += 1;
            (home.clone(), Arc::clone(&watched.place), watched.is, watched.begun)
        };
        let inotify = self.inotify.as_ref();
        let looked = Way { home: &home, place: &place, is, but: self.root, inotify }.look();
        let took = begun.elapsed();
        let mut state = self.lock();
        state.rests_until = Some(Instant::now() + took * REST_OF_ALL);
        let found = match looked {
            Ok((found, is)) => {
                // Whoever began anew meanwhile may mean another, and who let go of it wants to hear nothing more.
                match state.homes.get_mut(&home).filter(|known| Arc::ptr_eq(&known.place, &place)) {
                    Some(known) => {
                        known.is = Some(is);
                        Some(found)
                    }
                    None => {
                        let unknown = |watch: &Watch| !state.watches.contains_key(&watch.changes.as_raw());
                        found.watches.into_iter().filter(unknown).for_each(|watch| self.silence(watch));
                        None
                    }
                }
            }
            Err((error, _)) => {
                tracing::debug!(%error, ?home, "not looked at");
                let again = state.homes.get_mut(&home);
                again.into_iter().for_each(|known| known.due = Some(Instant::now() + SELDOM.max(took * REST)));
                None
            }
        };
        if let Some(found) = found {
            self.say(&mut state, &home, found, took);
        }
        if let Some(known) = state.homes.get_mut(&home) {
            known.ended = nth;
        }
        drop(state);
        self.looked.notify_all();
    }

    fn say(&self, state: &mut State, home: &Home, found: Found, took: Duration) {
        let Found { mut contents, evidence, watches, refused } = found;
        let is_watched = self.inotify.is_some() && self.watch(state, home, watches) && refused.is_none();
        let Some(watched) = state.homes.get_mut(home) else { return };
        // How much room there is changes with what others write: it is said, and nothing is said because of it.
        let bare = Seen { room: (0, 0), ..contents.clone() };
        // That a place which is made is empty goes without saying.
        let is_new = watched.told.as_ref().map_or_else(|| !bare.is_empty(), |told| *told != bare);
        let before = watched.told.replace(bare);
        contents.fresh = before.map(|before| fresh(&before, &contents.newest)).unwrap_or_default();
        watched.streak = if is_new { watched.streak.saturating_add(1) } else { watched.streak.saturating_sub(1) };
        let apart = if watched.streak > PATIENCE { SELDOM } else { APART };
        let rests = Instant::now() + apart.max(took * REST);
        watched.rests_until = Some(rests);
        if !is_watched {
            // Nobody tells when it is different: it is looked at again and again.
            watched.due = Some(rests.max(Instant::now() + SELDOM));
        }
        let entity = home.entity();
        let there = if is_new {
            self.conductor.notice_where(|world| world.has(&entity), Change::ContentsSeen(contents), evidence)
        } else {
            self.conductor.world().has(&entity)
        };
        if !there {
            self.forget(state, home);
        }
        if let Some(call) = refused.filter(|_| !state.complained) {
            state.complained = true;
            let problem = Problem::new(Code::InotifyExhausted).with("count", state.watches.len() + state.writes.len());
            self.conductor.notice(Change::Remark(problem), vec![call]);
        }
    }

    /// These directories of a home are watched, and no others any more. False where that are too many.
    fn watch(&self, state: &mut State, home: &Home, watches: Vec<Watch>) -> bool {
        let mut now = BTreeSet::new();
        let mut all = true;
        for watch in watches {
            let raw = watch.changes.as_raw();
            if state.watches.len() >= WATCHES && !state.watches.contains_key(&raw) {
                self.silence(watch);
                all = false;
                continue;
            }
            now.insert(raw);
            let (known, homes) = state.watches.entry(raw).or_insert((watch, BTreeSet::new()));
            *known = watch;
            homes.insert(home.clone());
            state.writes.extend(watch.writes.map(|writes| (writes.as_raw(), raw)));
        }
        self.let_go(state, home, &now);
        all
    }

    fn forget(&self, state: &mut State, home: &Home) {
        state.homes.remove(home);
        self.let_go(state, home, &BTreeSet::new());
    }

    fn let_go(&self, state: &mut State, home: &Home, but: &BTreeSet<i32>) {
        state.watches.retain(|raw, (watch, homes)| {
            if !but.contains(raw) && homes.remove(home) && homes.is_empty() {
                self.silence(*watch);
            }
            !homes.is_empty()
        });
        let State { watches, writes, .. } = state;
        writes.retain(|_, changes| watches.contains_key(changes));
    }

    /// What was written in the directory, or the directory itself that is gone, has ended a watch already.
    fn silence(&self, watch: Watch) {
        let Some(tellers) = &self.inotify else { return };
        let writes = tellers.writes.as_ref().zip(watch.writes).map(|(inotify, wd)| inotify.forget(wd));
        for error in [Some(tellers.changes.forget(watch.changes)), writes].into_iter().flatten().filter_map(Result::err)
        {
            tracing::debug!(%error, "a watch was gone already");
        }
    }

    /// Takes what the kernel has to tell: which homes are to be looked at.
    fn read(&self, state: &mut State) {
        let Some(tellers) = &self.inotify else { return };
        let soon = Instant::now() + GATHER;
        let both = [(&tellers.changes, false)].into_iter().chain(tellers.writes.iter().map(|writes| (writes, true)));
        for (inotify, of_writes) in both {
            for _ in 0..READS {
                let notices = match inotify.read() {
                    Ok(notices) => notices,
                    Err(Errno::EINTR) => continue,
                    Err(_) => break,
                };
                for notice in notices {
                    let State { watches, writes, homes, .. } = &mut *state;
                    let ended = notice.mask.contains(Mask::IN_IGNORED);
                    let told: Vec<Home> = if notice.mask.contains(Mask::IN_Q_OVERFLOW) {
                        homes.keys().cloned().collect()
                    } else if of_writes {
                        // It has told once; the next look watches again.
                        let of = if ended { writes.remove(&notice.wd) } else { writes.get(&notice.wd).copied() };
                        of.and_then(|of| watches.get(&of)).into_iter().flat_map(|(_, homes)| homes).cloned().collect()
                    } else if ended {
                        watches.remove(&notice.wd).into_iter().flat_map(|(_, homes)| homes).collect()
                    } else {
                        watches.get(&notice.wd).into_iter().flat_map(|(_, homes)| homes).cloned().collect()
                    };
                    for home in told {
                        if let Some(watched) = homes.get_mut(&home).filter(|known| known.due.is_none()) {
                            watched.due = Some(watched.rests_until.map_or(soon, |rests| soon.max(rests)));
                        }
                    }
                }
            }
        }
    }
}

/// Paths of the files that were not so before. Of more than are named, one that only moved up is not new.
fn fresh(before: &Seen, newest: &[HomeFile]) -> Vec<String> {
    let all_named = before.files == before.newest.len() as u64;
    let latest = before.newest.first().map_or(i64::MIN, |file| file.changed);
    let is_fresh = |file: &&HomeFile| match before.newest.iter().find(|known| known.path == file.path) {
        Some(known) => known != *file,
        None => all_named || file.changed > latest,
    };
    newest.iter().filter(is_fresh).map(|file| file.path.clone()).collect()
}
