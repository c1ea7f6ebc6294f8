//! Who runs short of memory is heard of at once: one thread sleeps until the kernel says so of any group that is watched.
//!
//! ```text
//! version 2   memory.events          ─ EPOLLPRI when it has changed ─▶ thread ─ reads the count ─▶ more than was told: tell
//! version 1   memory.oom_control ─▶ cgroup.event_control ─ eventfd ─▶ thread ─ the kill comes after the word: looks again
//! ```
//!
//! Does not know who is told.

use super::Group;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::eventfd::{EfdFlags, EventFd};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::os::fd::AsRawFd;
use std::sync::Arc;

/// How often a count is looked at again, and after how many milliseconds, where the kernel spoke before it counted.
const AGAIN: (u32, u8) = (20, 5);
/// Of the thread's own end. No group has it.
const END: u64 = u64::MAX;

/// The groups that are watched. Its thread ends with it.
#[derive(Debug, Default)]
pub struct Shortages(Mutex<Option<Arc<Watching>>>);

#[derive(Debug)]
struct Watching {
    epoll: Epoll,
    end: EventFd,
    groups: Mutex<Groups>,
}

#[derive(Debug, Default)]
struct Groups {
    watched: HashMap<u64, Watch>,
    next: u64,
}

struct Watch {
    group: Group,
    source: Source,
    /// How many were killed when it was looked at last.
    killed: u64,
    tell: Box<dyn Fn(u64) + Send>,
}

/// What the kernel speaks through.
#[derive(Debug)]
enum Source {
    /// Version 2: `memory.events`.
    Counts(File),
    /// Version 1.
    Signal(EventFd),
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("Watch").field("group", &self.group).field("killed", &self.killed).finish_non_exhaustive()
    }
}

/// A group is watched as long as this lives: nothing is told after it was dropped.
#[derive(Debug)]
pub struct Watched(Arc<Watching>, u64);

impl Shortages {
    /// Tells each time that the kernel has killed more of a group's processes, and how many in all. None where nothing counts that.
    pub fn watch(&self, group: &Group, tell: impl Fn(u64) + Send + 'static) -> io::Result<Option<Watched>> {
        let Some(source) = Source::of(group)? else { return Ok(None) };
        let watching = self.watching()?;
        let mut groups = watching.groups.lock();
        let token = groups.next;
        groups.next += 1;
        match &source {
            Source::Counts(file) => watching.epoll.add(file, EpollEvent::new(EpollFlags::EPOLLPRI, token))?,
            Source::Signal(signal) => watching.epoll.add(signal, EpollEvent::new(EpollFlags::EPOLLIN, token))?,
        }
        groups.watched.insert(token, Watch { group: group.clone(), source, killed: 0, tell: Box::new(tell) });
        drop(groups);
        Ok(Some(Watched(watching, token)))
    }

    /// The thread is there from the first group on.
    fn watching(&self) -> io::Result<Arc<Watching>> {
        let mut slot = self.0.lock();
        if let Some(there) = &*slot {
            return Ok(Arc::clone(there));
        }
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        let end = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?;
        epoll.add(&end, EpollEvent::new(EpollFlags::EPOLLIN, END))?;
        let made = Arc::new(Watching { epoll, end, groups: Mutex::default() });
        let of_thread = Arc::clone(&made);
        std::thread::Builder::new().name("shortages".to_owned()).spawn(move || of_thread.run())?;
        *slot = Some(Arc::clone(&made));
        Ok(made)
    }
}

impl Drop for Shortages {
    fn drop(&mut self) {
        if let Some(watching) = self.0.get_mut()
            && let Err(error) = watching.end.write(1)
        {
            tracing::warn!(%error, "a thread is left");
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.0.forget(&mut self.0.groups.lock(), self.1);
    }
}

impl Watching {
    fn run(&self) {
        let mut events = [EpollEvent::empty(); 16];
        // Groups whose count is looked at again, and how often yet.
        let mut again: HashMap<u64, u32> = HashMap::new();
        loop {
            let limit = if again.is_empty() { EpollTimeout::NONE } else { EpollTimeout::from(AGAIN.1) };
            let spoken = match self.epoll.wait(&mut events, limit) {
                Ok(spoken) => spoken,
                Err(nix::errno::Errno::EINTR) => 0,
                Err(error) => return tracing::error!(%error, "who runs short of memory is not heard of any more"),
            };
            let spoken: Vec<u64> = events[..spoken].iter().map(EpollEvent::data).collect();
            if spoken.contains(&END) {
                return;
            }
            again.extend(spoken.iter().map(|token| (*token, AGAIN.0)));
            let mut groups = self.groups.lock();
            again.retain(|token, left| {
                let counted = groups.watched.get_mut(token).map(|watch| watch.look(spoken.contains(token)));
                if counted.is_some_and(|counted| counted.is_none()) {
                    self.forget(&mut groups, *token);
                }
                *left -= 1;
                counted.flatten() == Some(false) && *left > 0
            });
        }
    }

    fn forget(&self, groups: &mut Groups, token: u64) {
        let Some(watch) = groups.watched.remove(&token) else { return };
        let gone = match &watch.source {
            Source::Counts(file) => self.epoll.delete(file),
            Source::Signal(signal) => self.epoll.delete(signal),
        };
        gone.unwrap_or_else(|error| tracing::debug!(%error, "a group was watched no more"));
    }
}

impl Watch {
    /// Takes the kernel's word, if it has spoken, and tells if there are more. Whether all that can come of the word has come: in
    /// version 2 it comes with the count. None when the group is gone.
    fn look(&mut self, spoken: bool) -> Option<bool> {
        if spoken {
            match &mut self.source {
                Source::Counts(file) => {
                    file.rewind().and_then(|()| file.read_to_string(&mut String::new())).ok()?;
                }
                Source::Signal(signal) => drop(signal.read()),
            }
        }
        let (killed, _) = self.group.killed_for_memory()?;
        let more = killed > self.killed;
        if more {
            self.killed = killed;
            (self.tell)(killed);
        }
        Some(more || matches!(self.source, Source::Counts(_)))
    }
}

impl Source {
    fn of(group: &Group) -> io::Result<Option<Self>> {
        let find = |name: &str| group.dirs.iter().map(|dir| dir.join(name)).find(|path| path.exists());
        if let Some(path) = find("memory.events") {
            // As long as nobody has read it there is news: what was before is looked at, too.
            return Ok(Some(Self::Counts(File::open(path)?)));
        }
        let Some(path) = find("memory.oom_control") else { return Ok(None) };
        let (control, signal) =
            (File::open(&path)?, EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?);
        let asked = format!("{} {}", signal.as_raw_fd(), control.as_raw_fd());
        fs::write(path.with_file_name("cgroup.event_control"), asked)?;
        // The first process is at work already: what was before is looked at, too.
        signal.write(1)?;
        Ok(Some(Self::Signal(signal)))
    }
}
