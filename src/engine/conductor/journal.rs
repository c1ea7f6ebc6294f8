use super::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Names an entry of a journal.
pub type EntryId = u64;

/// How to undo one change of the host. Undoing twice, or what is gone already, is no error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "undo")]
pub enum Inverse {
    /// Kill that very process: the pid with that start time (field 22 of `/proc/<pid>/stat`, clock ticks after boot).
    KillProcess {
        /// In the engine's pid namespace.
        pid: u32,
        /// Distinguishes it from a later process with the same pid.
        start_time: u64,
    },
    /// Unmount a path in the engine's mount namespace.
    Unmount {
        /// Where.
        path: PathBuf,
        /// The mount namespace's inode: another one means it is gone.
        mntns: u64,
    },
    /// Delete a link.
    DeleteLink {
        /// The network namespace's inode: if the engine is in none of that inode, it is gone.
        netns: u64,
        /// Its name.
        name: String,
    },
    /// Delete an nft table with all that is in it.
    DeleteNftTable {
        /// The network namespace's inode.
        netns: u64,
        /// `ip`, `inet`, …
        family: String,
        /// Its name.
        name: String,
    },
    /// Write a sysctl back.
    RestoreSysctl {
        /// The network namespace's inode.
        netns: u64,
        /// `/proc/sys/net/ipv4/ip_forward`
        path: PathBuf,
        /// What it held.
        value: String,
    },
    /// Remove a control group, killing what is in it.
    RemoveCgroup {
        /// Its directory.
        path: PathBuf,
    },
    /// Remove a directory with all that is in it.
    RemoveDir {
        /// Its path.
        path: PathBuf,
    },
    /// Remove a file or a socket.
    RemoveFile {
        /// Its path.
        path: PathBuf,
    },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "entry")]
enum Line {
    Will { id: EntryId, scope: String, inverse: Inverse },
    Done { id: EntryId },
}

/// What is to be undone, on disk before it is done.
///
/// Append-only JSON lines. A line reaches the page cache before the host is changed, which is enough: what a journal undoes
/// does not survive the kernel's own crash, and directories are cleaned at the next start either way.
#[derive(Debug)]
pub struct Journal {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    path: PathBuf,
    file: File,
    pending: BTreeMap<EntryId, (String, Inverse)>,
    next: EntryId,
}

impl Journal {
    /// Opens `path`, with what an earlier engine left pending.
    pub fn open(path: &Path) -> Result<Self> {
        let (mut pending, mut next) = (BTreeMap::new(), 1);
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(e) => return Err(Fault::io("read", path.display(), &e)),
        };
        // A torn last line names something that was not begun yet.
        for line in text.lines().filter_map(|line| serde_json::from_str(line).ok()) {
            match line {
                Line::Will { id, scope, inverse } => {
                    next = next.max(id + 1);
                    pending.insert(id, (scope, inverse));
                }
                Line::Done { id } => {
                    pending.remove(&id);
                }
            }
        }
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .map_err(|e| Fault::io("write", path.display(), &e))?;
        if !text.is_empty() && !text.ends_with('\n') {
            (&file).write_all(b"\n").map_err(|e| Fault::io("write", path.display(), &e))?;
        }
        Ok(Self { state: Mutex::new(State { path: path.to_owned(), file, pending, next }) })
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.lock().path.clone()
    }

    /// Writes down how to undo what is about to be done.
    pub fn add(&self, scope: &str, inverse: Inverse) -> Result<EntryId> {
        let mut state = self.lock();
        let id = state.next;
        state.next += 1;
        state.write(&Line::Will { id, scope: scope.to_owned(), inverse: inverse.clone() })?;
        state.pending.insert(id, (scope.to_owned(), inverse));
        Ok(id)
    }

    /// It was undone, or never done. When nothing is pending the file starts anew.
    pub fn done(&self, id: EntryId) -> Result<()> {
        let mut state = self.lock();
        if state.pending.remove(&id).is_none() {
            return Ok(());
        }
        if state.pending.is_empty() {
            return state.file.set_len(0).map_err(|e| Fault::io("write", state.path.display(), &e));
        }
        state.write(&Line::Done { id })
    }

    /// What is pending in a scope, or in all, latest first: the order to undo it in.
    pub fn pending(&self, scope: Option<&str>) -> Vec<(EntryId, Inverse)> {
        let state = self.lock();
        let mine = state.pending.iter().rev().filter(|(_, (of, _))| scope.is_none_or(|scope| of == scope));
        mine.map(|(id, (_, inverse))| (*id, inverse.clone())).collect()
    }

    /// Undoes what is pending in a scope, or in all, latest first. What cannot be undone stays pending and is returned.
    pub fn unwind(&self, scope: Option<&str>, undo: impl Fn(&Inverse) -> Result<()>) -> Result<Vec<(Inverse, Fault)>> {
        let mut left = Vec::new();
        for (id, inverse) in self.pending(scope) {
            match undo(&inverse) {
                Ok(()) => self.done(id)?,
                Err(fault) => left.push((inverse, fault)),
            }
        }
        Ok(left)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn write(&mut self, line: &Line) -> Result<()> {
        let mut json = serde_json::to_vec(line).map_err(|e| Fault::io("write", self.path.display(), &e.into()))?;
        json.push(b'\n');
        let length = self.file.metadata().map_or(0, |meta| meta.len());
        self.file.write_all(&json).map_err(|e| {
            // A disk that is full took a part of it: the next line must not be glued to that.
            if let Err(error) = self.file.set_len(length) {
                tracing::warn!(%error, path = %self.path.display(), "a torn line stays in the journal");
            }
            Fault::io("write", self.path.display(), &e)
        })
    }
}
