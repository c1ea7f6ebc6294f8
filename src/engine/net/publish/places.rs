//! How many connections there may be to published ports: bounded by the descriptors that this process may have, so that neither one
//! container's ports nor one address that asks there takes all of them.

use super::*;
use nix::sys::eventfd::EventFd;
use nix::sys::resource::{Resource, getrlimit};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Connections of all containers, however many descriptors there are.
const CONNECTIONS: usize = 16_384;

/// Connections that all carriers have.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// Descriptors that this process may have.
pub(super) fn descriptors() -> usize {
    let soft = getrlimit(Resource::RLIMIT_NOFILE).map_or(1024, |(soft, _)| soft);
    usize::try_from(soft).unwrap_or(usize::MAX)
}

/// Of all containers. Each has two descriptors: three eighths are left to the engine, to pipes and to datagrams.
fn all() -> usize {
    (descriptors() / 16 * 5).min(CONNECTIONS)
}

/// One of a bounded number, until it is dropped.
#[derive(Debug)]
pub(super) struct Share(&'static AtomicUsize);

impl Share {
    /// None when there are so many.
    pub(super) fn take(of: &'static AtomicUsize, most: usize) -> Option<Self> {
        let more = |count: usize| (count < most).then_some(count + 1);
        of.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).ok().map(|_| Self(of))
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Places for connections to a container's ports.
#[derive(Debug)]
pub(super) struct Places {
    most: usize,
    /// Told when one is free again.
    wake: Arc<EventFd>,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    count: usize,
    by: BTreeMap<IpAddr, usize>,
    /// It was said that there are no more, and that an address gets no more.
    said: bool,
    said_of_one: bool,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    by: IpAddr,
    _share: Share,
}

impl Places {
    /// How many a container has.
    pub(super) fn most() -> usize {
        all() / 4 * 3
    }

    pub(super) fn new(most: usize, wake: Arc<EventFd>) -> Self {
        Self { most, wake, held: Mutex::default() }
    }

    /// No more are taken: who comes waits in the kernel's queue.
    pub(super) fn full(&self) -> bool {
        let mut held = self.held.lock();
        let full = held.count >= self.most || TAKEN.load(Ordering::Acquire) >= all();
        if full && !std::mem::replace(&mut held.said, full) {
            tracing::warn!(
                count = held.count,
                "published ports have no more connections: who comes waits until one ends"
            );
        }
        full
    }

    /// A place for who comes from there; none for an address that has half of them.
    pub(super) fn take(self: &Arc<Self>, from: IpAddr) -> Option<Place> {
        let by = neighbourhood(from);
        let mut held = self.held.lock();
        if held.by.get(&by).is_some_and(|count| *count >= (self.most / 2).max(1)) {
            if !std::mem::replace(&mut held.said_of_one, true) {
                tracing::warn!(%from, "an address has half of the connections to published ports: it gets no more");
            }
            return None;
        }
        let share = Share::take(&TAKEN, all())?;
        held.count += 1;
        *held.by.entry(by).or_default() += 1;
        Some(Place { places: Arc::clone(self), by, _share: share })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.places.held.lock();
        held.count -= 1;
        if let Some(count) = held.by.get_mut(&self.by) {
            *count -= 1;
            if *count == 0 {
                held.by.remove(&self.by);
            }
        }
        self.places.wake.write(1).map_or_else(|error| tracing::debug!(%error, "a place is free"), drop);
    }
}

/// Of IPv6 who has one address has the network of 64 bits.
fn neighbourhood(from: IpAddr) -> IpAddr {
    match from {
        IpAddr::V4(_) => from,
        IpAddr::V6(six) => Ipv6Addr::from_bits(six.to_bits() & !u128::from(u64::MAX)).into(),
    }
}
