//! One thread that hears of changes in all network namespaces of an engine, whoever makes them: the learner at the host's prompt,
//! `nsenter`, a program in a container.
//!
//! ```text
//! kernel ─multicast─▶ socket of a namespace ─epoll─▶ thread ─10 ms, ≤ 20/s─▶ look ─▶ a Change past all steps
//! step:   acting ─▶ request ─▶ ack ─▶ look (takes what was told so far)
//! ```
//!
//! What a step brings about is that step's: the thread looks at nothing while one acts, and a look takes all that was told before
//! it, so that nothing is left to look for. The thread sleeps until the kernel wakes it, and a namespace in which much happens, or in
//! which a look takes long, or of which there is much to record, is looked at less often.

use super::filter::Rules;
use super::multicast::Multicast;
use super::observer::NamespaceObserver;
use super::sandbox::Sandbox;
use super::*;
use crate::engine::conductor::Conductor;
use crate::trace::{Change, Evidence};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::eventfd::{EfdFlags, EventFd};
use parking_lot::Condvar;
use std::cell::Cell;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Weak;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long messages are gathered before a look.
const GATHER: Duration = Duration::from_millis(10);
/// How far apart two looks at a namespace are at least.
const APART: Duration = Duration::from_millis(50);
/// A look that took long is followed by so many times that in which there is none.
const REST: u32 = 10;
/// And each change that was recorded by so much.
const PER_CHANGE: Duration = Duration::from_millis(20);
/// How long one step after the other is let act before a look, and how long those are waited for that still do then.
const PATIENCE: Duration = Duration::from_millis(100);
const AT_LAST: Duration = Duration::from_secs(2);
/// The token of the descriptor that wakes the thread.
const WAKE: u64 = 0;

/// The thread. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Monitor {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    conductor: Arc<Conductor>,
    epoll: Epoll,
    wake: EventFd,
    ending: AtomicBool,
    /// By token. Not locked while a namespace is.
    namespaces: Mutex<(u64, BTreeMap<u64, Watched>)>,
    acts: Acts,
}

/// A namespace that is watched.
#[derive(Debug)]
struct Watched {
    namespace: Namespace,
    /// When it is to be looked at; none while nothing was told.
    due: Option<Instant>,
    /// It is not looked at before.
    rests_until: Option<Instant>,
}

/// Whose it is.
#[derive(Debug, Clone)]
pub(super) enum Namespace {
    /// The host's.
    Host(Weak<Mutex<NamespaceObserver>>),
    /// A container's.
    Sandbox(Weak<Mutex<Sandbox>>),
    /// The host's, of which the rules are looked at.
    Rules(Netns, Weak<Mutex<Rules>>),
}

/// By which a socket wakes the thread.
#[derive(Debug)]
pub(super) struct Watch {
    shared: Weak<Shared>,
    token: u64,
}

impl Monitor {
    pub(super) fn start(conductor: &Arc<Conductor>) -> Result<Self> {
        let refused = |what: &'static str| move |e: nix::Error| Fault::io("make", what, &e.into());
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).map_err(refused("an epoll instance"))?;
        let wake = EventFd::from_flags(EfdFlags::EFD_CLOEXEC).map_err(refused("an eventfd"))?;
        epoll.add(&wake, EpollEvent::new(EpollFlags::EPOLLIN, WAKE)).map_err(refused("an epoll instance"))?;
        let (conductor, namespaces) = (Arc::clone(conductor), Mutex::new((WAKE, BTreeMap::new())));
        let shared = Arc::new(Shared {
            conductor,
            epoll,
            wake,
            ending: AtomicBool::new(false),
            namespaces,
            acts: Acts::default(),
        });
        let body = {
            let shared = Arc::clone(&shared);
            move || shared.run()
        };
        let thread = std::thread::Builder::new().name("net-monitor".into()).spawn(body);
        let thread = Some(thread.map_err(|e| Fault::io("start", "a thread", &e))?);
        Ok(Self { shared, thread })
    }

    /// Watches a namespace from now on, what was told since its socket was opened with it. It ends with the socket.
    pub(super) fn watch(&self, namespace: Namespace, socket: &mut Multicast) {
        let token = {
            let mut namespaces = self.shared.namespaces.lock();
            namespaces.0 += 1;
            let token = namespaces.0;
            namespaces.1.insert(token, Watched { namespace, due: None, rests_until: None });
            token
        };
        let event = EpollEvent::new(EpollFlags::EPOLLIN | EpollFlags::EPOLLONESHOT, token);
        match self.shared.epoll.add(socket.as_fd(), event) {
            Ok(()) => socket.watch = Some(Watch { shared: Arc::downgrade(&self.shared), token }),
            Err(error) => {
                tracing::warn!(%error, "a network namespace is not watched");
                self.shared.namespaces.lock().1.remove(&token);
            }
        }
    }

    /// A step changes more than one namespace, or waits for what the kernel does by and by: until the guard is dropped it is its own.
    /// Begun before any namespace is locked.
    pub(super) fn acting(&self) -> Acting<'_> {
        self.shared.acts.begin()
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        self.shared.ending.store(true, Ordering::Release);
        self.shared.wake();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap_or_else(|_panic| tracing::error!("the thread that watches network namespaces failed"));
        }
    }
}

impl Watch {
    pub(super) fn rearm(&self, socket: BorrowedFd<'_>) {
        let Some(shared) = self.shared.upgrade() else { return };
        let mut event = EpollEvent::new(EpollFlags::EPOLLIN | EpollFlags::EPOLLONESHOT, self.token);
        if let Err(error) = shared.epoll.modify(socket, &mut event) {
            tracing::warn!(%error, "a network namespace is watched no more");
        }
    }

    /// What was told is taken already: it is looked at all the same.
    pub(super) fn soon(&self) {
        let Some(shared) = self.shared.upgrade() else { return };
        shared.note([self.token]);
        shared.wake();
    }

    pub(super) fn end(&self, socket: BorrowedFd<'_>) {
        let Some(shared) = self.shared.upgrade() else { return };
        if let Err(error) = shared.epoll.delete(socket) {
            tracing::debug!(%error, "not watched");
        }
        shared.namespaces.lock().1.remove(&self.token);
    }
}

impl Shared {
    fn run(&self) {
        let mut events = [EpollEvent::empty(); 32];
        while !self.ending.load(Ordering::Acquire) {
            match self.epoll.wait(&mut events, self.timeout()) {
                Ok(told) => {
                    let told = events.get(..told).unwrap_or_default();
                    if told.iter().any(|event| event.data() == WAKE) && self.wake.read().is_err() {
                        tracing::debug!("woken by nobody");
                    }
                    self.note(told.iter().map(EpollEvent::data));
                }
                Err(nix::Error::EINTR) => {}
                Err(error) => {
                    tracing::error!(%error, "network namespaces are watched no more");
                    return;
                }
            }
            for (token, namespace) in self.due() {
                let rests = self.look(&namespace);
                if let Some(watched) = self.namespaces.lock().1.get_mut(&token) {
                    watched.rests_until = Some(Instant::now() + rests);
                }
            }
        }
    }

    fn wake(&self) {
        if let Err(error) = self.wake.write(1) {
            tracing::warn!(%error, "the thread that watches network namespaces was not woken");
        }
    }

    fn timeout(&self) -> EpollTimeout {
        let due = self.namespaces.lock().1.values().filter_map(|watched| watched.due).min();
        due.map_or(EpollTimeout::NONE, |due| {
            let left = due.saturating_duration_since(Instant::now()).as_millis();
            // Rounded up: a timeout of nothing would turn in circles until the time has come.
            EpollTimeout::try_from(left + 1).unwrap_or(EpollTimeout::MAX)
        })
    }

    fn note(&self, tokens: impl IntoIterator<Item = u64>) {
        let soon = Instant::now() + GATHER;
        let mut namespaces = self.namespaces.lock();
        for token in tokens {
            if let Some(watched) = namespaces.1.get_mut(&token) {
                watched.due = Some(watched.rests_until.map_or(soon, |rested| rested.max(soon)));
            }
        }
    }

    /// Those whose time has come.
    fn due(&self) -> Vec<(u64, Namespace)> {
        let now = Instant::now();
        let mut namespaces = self.namespaces.lock();
        let due = namespaces.1.iter_mut().filter(|(_, watched)| watched.due.is_some_and(|due| due <= now));
        due.map(|(token, watched)| {
            watched.due = None;
            (*token, watched.namespace.clone())
        })
        .collect()
    }

    /// Records what there is of news, and says how long that namespace is let alone.
    fn look(&self, namespace: &Namespace) -> Duration {
        let recorded = Cell::new(0);
        let record = |change: Change, evidence: Vec<Evidence>| {
            recorded.set(recorded.get() + 1);
            self.conductor.notice(change, evidence);
        };
        let _looking = self.acts.look();
        let began = Instant::now();
        let known = |container: &ContainerId| self.conductor.world().containers.contains_key(container);
        let looked = match namespace {
            Namespace::Host(observer) => observer.upgrade().map(|observer| observer.lock().news(known, &record)),
            Namespace::Rules(netns, rules) => rules.upgrade().map(|rules| rules.lock().news(netns, &record)),
            Namespace::Sandbox(sandbox) => sandbox.upgrade().map(|it| it.lock().observer.news(known, &record)),
        };
        if let Some(Err(fault)) = looked {
            tracing::warn!(%fault, "a network namespace cannot be looked at");
        }
        APART.max(began.elapsed() * REST).max(PER_CHANGE * recorded.get())
    }
}

/// Steps that act, and the thread that looks: not at the same time.
#[derive(Debug, Default)]
struct Acts {
    state: Mutex<Turn>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Turn {
    /// How many steps act.
    acting: usize,
    /// The thread looks, or has waited so long that no further step begins to act before it has.
    looking: bool,
}

/// A step acts.
#[must_use]
pub(super) struct Acting<'a>(&'a Acts);

/// The thread looks.
struct Looking<'a>(&'a Acts);

impl Acts {
    fn begin(&self) -> Acting<'_> {
        let mut state = self.state.lock();
        self.changed.wait_while(&mut state, |state| state.looking);
        state.acting += 1;
        Acting(self)
    }

    fn look(&self) -> Looking<'_> {
        let mut state = self.state.lock();
        self.changed.wait_while_for(&mut state, |state| state.acting > 0, PATIENCE);
        state.looking = true;
        if self.changed.wait_while_for(&mut state, |state| state.acting > 0, AT_LAST).timed_out() {
            tracing::warn!("a step takes long: what it changes may be recorded past it");
        }
        Looking(self)
    }
}

impl Drop for Acting<'_> {
    fn drop(&mut self) {
        self.0.state.lock().acting -= 1;
        self.0.changed.notify_all();
    }
}

impl Drop for Looking<'_> {
    fn drop(&mut self) {
        self.0.state.lock().looking = false;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thread_looks_when_no_step_acts() {
        let acts = Acts::default();
        let order = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            let (first, second) = (acts.begin(), acts.begin());
            scope.spawn(|| {
                let _looking = acts.look();
                order.lock().push("look");
            });
            drop(first);
            order.lock().push("act");
            drop(second);
        });
        assert_eq!(*order.lock(), ["act", "look"]);
        drop(acts.begin());
    }

    #[test]
    fn an_act_that_takes_long_does_not_keep_the_thread_for_ever() {
        let acts = Acts::default();
        let acting = acts.begin();
        drop(acts.look());
        drop(acting);
    }
}
