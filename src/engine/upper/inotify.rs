use crate::engine::evidence::{Inotify, Notice, Refused};
use crate::spec::ContainerId;
use crate::trace::{Code, Evidence, Problem};
use nix::errno::Errno;
use nix::sys::inotify::{AddWatchFlags, WatchDescriptor};
use std::collections::HashMap;
use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

/// Watches on the directories of upper layers, by inotify(7).
#[derive(Debug)]
pub struct Watches {
    inotify: Option<Inotify>,
    places: HashMap<i32, Place>,
    writes: Writes,
    complaint: Option<(Problem, Evidence)>,
    complained: bool,
}

/// One watched directory.
#[derive(Debug)]
struct Place {
    wd: WatchDescriptor,
    container: ContainerId,
    dir: Arc<[u8]>,
    side: WatchedDir,
}

/// Which of the two directories of one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchedDir {
    /// The upper one: what is made, moved and deleted in it, and on newer kernels what is written.
    Upper,
    /// The merged one: what is written, on older kernels.
    Merged,
}

/// Where this kernel tells of writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    /// Nobody has written yet.
    Unknown,
    /// On the upper directory.
    Upper,
    /// On the merged one alone: what tests pretend.
    #[cfg(test)]
    Merged,
}

/// One notification.
#[derive(Debug)]
pub struct Notification {
    /// Of which container.
    pub container: ContainerId,
    /// In which directory, as a path below the root.
    pub dir: Arc<[u8]>,
    /// What the kernel told. It has a name, or is `IN_IGNORED`: the directory itself is gone.
    pub notice: Notice,
}

/// No notification is read more often than this in one go, so that others get their turn.
const READS: usize = 256;

impl Watches {
    pub fn open() -> Result<Self, Refused> {
        Ok(Self { inotify: Some(Inotify::open()?), ..Self::none() })
    }

    /// Watches nothing: what is in a directory is found when it is looked at.
    pub fn none() -> Self {
        let (writes, places) = (Writes::Unknown, HashMap::new());
        Self { inotify: None, places, writes, complaint: None, complained: false }
    }

    /// As on a kernel that tells of writes on the merged directory alone.
    #[cfg(test)]
    pub fn as_before_6_8() -> Result<Self, Refused> {
        Ok(Self { writes: Writes::Merged, ..Self::open()? })
    }

    /// A handle to wait for.
    pub fn handle(&self) -> Option<OwnedFd> {
        self.inotify.as_ref().and_then(|inotify| inotify.as_fd().try_clone_to_owned().ok())
    }

    /// Something of this container is watched.
    pub fn contains(&self, container: &ContainerId) -> bool {
        self.places.values().any(|place| place.container == *container)
    }

    /// Merged directories are to be watched as well.
    pub fn wants_merged(&self) -> bool {
        self.inotify.is_some() && self.writes != Writes::Upper
    }

    /// Watches an open directory. False when the kernel allows no more.
    pub fn add(&mut self, dir: impl AsFd, container: &ContainerId, path: &[u8], side: WatchedDir) -> io::Result<bool> {
        use AddWatchFlags as W;
        let Some(inotify) = &self.inotify else { return Ok(false) };
        let writes = W::IN_MODIFY | W::IN_CLOSE_WRITE;
        let made = W::IN_CREATE | W::IN_MOVED_TO | W::IN_MOVED_FROM | W::IN_DELETE | W::IN_ATTRIB;
        let mask = match (side, self.writes) {
            #[cfg(test)]
            (WatchedDir::Upper, Writes::Merged) => made,
            (WatchedDir::Upper, _) => made | writes,
            (WatchedDir::Merged, _) => writes,
        };
        // By the handle: names on the way may have become links.
        let here = crate::engine::unpack::overlay::path_of(dir, OsStr::new("."));
        match inotify.watch(&here, mask | W::IN_ONLYDIR) {
            Ok(wd) => {
                self.places.insert(wd.as_raw(), Place { wd, container: container.clone(), dir: path.into(), side });
                Ok(true)
            }
            Err((Errno::ENOSPC, refused)) => {
                if !self.complained {
                    let count = self.places.len();
                    self.complaint = Some((Problem::new(Code::InotifyExhausted).with("count", count), *refused));
                    self.complained = true;
                }
                Ok(false)
            }
            // It is gone already.
            Err((Errno::ENOENT | Errno::ENOTDIR, _)) => Ok(true),
            Err((error, _)) => Err(error.into()),
        }
    }

    /// Stops watching the directories of a container that are `gone`.
    pub fn remove(&mut self, container: &ContainerId, gone: impl Fn(&[u8]) -> bool) {
        let inotify = &self.inotify;
        self.places.retain(|_, place| {
            let stays = place.container != *container || !gone(&place.dir);
            if !stays {
                silence(inotify.as_ref(), place.wd);
            }
            stays
        });
    }

    /// The notifications since, and whether some of it was lost.
    pub fn read(&mut self) -> (Vec<Notification>, bool) {
        let (mut notified, mut lost) = (Vec::new(), false);
        for _ in 0..READS {
            let events = match self.inotify.as_ref().map(Inotify::read) {
                Some(Ok(events)) => events,
                Some(Err(Errno::EINTR)) => continue,
                None | Some(Err(Errno::EAGAIN)) => break,
                Some(Err(error)) => {
                    tracing::warn!(%error, "inotify");
                    break;
                }
            };
            for event in events {
                if event.mask.contains(AddWatchFlags::IN_Q_OVERFLOW) {
                    lost = true;
                } else if event.mask.contains(AddWatchFlags::IN_IGNORED) {
                    // Who removes a watch takes its place away first: this directory is gone.
                    if let Some(Place { container, dir, side: WatchedDir::Upper, .. }) = self.places.remove(&event.wd) {
                        notified.push(Notification { container, dir, notice: event });
                    }
                } else if let (Some(place), true) = (self.places.get(&event.wd), event.name.is_some()) {
                    let (container, dir) = (place.container.clone(), Arc::clone(&place.dir));
                    if place.side == WatchedDir::Upper && event.mask.contains(AddWatchFlags::IN_CLOSE_WRITE) {
                        self.learn();
                    }
                    notified.push(Notification { container, dir, notice: event });
                }
            }
        }
        (notified, lost)
    }

    /// What is worth saying of the kernel's limits, once.
    pub fn complaint(&mut self) -> Option<(Problem, Evidence)> {
        self.complaint.take()
    }

    /// Only a kernel that tells of writes on upper directories tells there that a writer has closed a file.
    fn learn(&mut self) {
        if self.writes == Writes::Unknown {
            self.writes = Writes::Upper;
            let inotify = &self.inotify;
            self.places.retain(|_, place| {
                if place.side == WatchedDir::Merged {
                    silence(inotify.as_ref(), place.wd);
                }
                place.side == WatchedDir::Upper
            });
        }
    }
}

/// A directory that was deleted took its watch with it.
fn silence(inotify: Option<&Inotify>, wd: WatchDescriptor) {
    if let Some(Err(error)) = inotify.map(|inotify| inotify.forget(wd)) {
        tracing::debug!(%error, "a watch was gone already");
    }
}
