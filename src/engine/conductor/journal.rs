use super::*;
use crate::engine::private;
use nix::fcntl::OFlag;
use parking_lot::{Mutex, MutexGuard};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

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
    Will {
        id: EntryId,
        scope: String,
        inverse: Inverse,
        /// In which life of the machine, and which pid namespace, a process has its number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        life: Option<String>,
    },
    Done {
        id: EntryId,
    },
}

/// What a journal says that is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// No engine of this directory makes what that would undo. It stays in the file, for somebody to look at.
    Foreign(Inverse),
    /// A line that is none.
    Unreadable {
        /// Counted from 1.
        line: usize,
        /// Its beginning.
        text: String,
    },
}

/// What is to be undone, on disk before it is done.
///
/// Append-only JSON lines. A line reaches the page cache before the host is changed, which is enough: what a journal undoes
/// does not survive the kernel's own crash, and directories are cleaned at the next start either way.
///
/// What it says is done with the engine's rights, so the file must be this user's alone, and each entry something that an
/// engine makes in the directory that the journal lies in.
#[derive(Debug)]
pub struct Journal {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    path: PathBuf,
    file: File,
    life: String,
    pending: BTreeMap<EntryId, (String, Inverse)>,
    foreign: BTreeMap<EntryId, (String, Inverse)>,
    unreadable: Vec<Refused>,
    next: EntryId,
    /// Lines that say nothing any more.
    dead: usize,
}

/// So many lines that say nothing any more are put up with.
const DEAD: usize = 4096;
/// How much of a line that cannot be read is shown.
const SHOWN: usize = 200;

impl Journal {
    /// Opens `path`, with what an earlier engine left pending.
    pub fn open(path: &Path) -> Result<Self> {
        let failed = |e: std::io::Error| Fault::io("read", path.display(), &e);
        let file = open_file(path)?;
        let mut text = Vec::new();
        (&file).read_to_end(&mut text).map_err(failed)?;
        let (pending, foreign, unreadable) = Default::default();
        let mut state =
            State { path: path.to_owned(), file, life: life(), pending, foreign, unreadable, next: 1, dead: 0 };
        state.read(&text);
        if !text.is_empty() {
            state.shrink(&text)?;
        }
        Ok(Self { state: Mutex::new(state) })
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.lock().path.clone()
    }

    /// Writes down how to undo what is about to be done.
    pub fn add(&self, scope: &str, inverse: Inverse) -> Result<EntryId> {
        let mut state = self.lock();
        if !confine::allowed(&inverse, state.root()) {
            // The next engine would not undo it.
            return Err(Fault::failed("engine-fault").with("reason", format!("not for the journal: {inverse:?}")));
        }
        let id = state.next;
        state.next += 1;
        let line = state.line(id, scope, &inverse);
        state.write(&line)?;
        state.pending.insert(id, (scope.to_owned(), inverse));
        Ok(id)
    }

    /// It was undone, or never done. When nothing is pending the file starts anew.
    pub fn done(&self, id: EntryId) -> Result<()> {
        let mut state = self.lock();
        if state.pending.remove(&id).is_none() {
            return Ok(());
        }
        if state.pending.is_empty() && state.foreign.is_empty() {
            state.dead = 0;
            return state.file.set_len(0).map_err(|e| Fault::io("write", state.path.display(), &e));
        }
        state.write(&Line::Done { id })?;
        state.dead += 2;
        let long = state.pending.is_empty() || state.dead > DEAD.max(4 * state.pending.len());
        if long && let Err(fault) = state.rewrite() {
            // It goes on in the long file. Tried again after as many lines.
            tracing::warn!(%fault, "the journal was not shortened");
            state.dead = 0;
        }
        Ok(())
    }

    /// What is pending in a scope, or in all, latest first: the order to undo it in.
    pub fn pending(&self, scope: Option<&str>) -> Vec<(EntryId, Inverse)> {
        let state = self.lock();
        let mine = state.pending.iter().rev().filter(|(_, (of, _))| scope.is_none_or(|scope| of == scope));
        mine.map(|(id, (_, inverse))| (*id, inverse.clone())).collect()
    }

    /// What was found in the file and is not done.
    pub fn refused(&self) -> Vec<Refused> {
        let state = self.lock();
        let foreign = state.foreign.values().map(|(_, inverse)| Refused::Foreign(inverse.clone()));
        foreign.chain(state.unreadable.iter().cloned()).collect()
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
        self.state.lock()
    }
}

fn open_file(path: &Path) -> Result<File> {
    let opened = private::believed(path, OFlag::O_RDWR | OFlag::O_CREAT | OFlag::O_APPEND)?;
    opened.ok_or_else(|| Fault::io("open", path.display(), &std::io::ErrorKind::NotFound.into()))
}

/// This life of the machine and this pid namespace: in another one a process with the same number and start time is
/// another process.
fn life() -> String {
    use std::os::unix::fs::MetadataExt;
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let namespace = std::fs::metadata("/proc/self/ns/pid").map_or(0, |found| found.ino());
    format!("{} {namespace}", boot.trim())
}

impl State {
    /// The engine's directory.
    fn root(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    fn read(&mut self, text: &[u8]) {
        let whole = text.ends_with(b"\n");
        let lines: Vec<_> = text.split(|&byte| byte == b'\n').collect();
        for (index, bytes) in lines.iter().enumerate().filter(|(_, bytes)| !bytes.is_empty()) {
            match serde_json::from_slice(bytes) {
                Ok(Line::Will { id, scope, inverse, life }) if id < EntryId::MAX => {
                    self.next = self.next.max(id + 1);
                    self.take(id, scope, inverse, life.as_deref());
                }
                Ok(Line::Done { id }) => {
                    self.pending.remove(&id);
                    self.foreign.remove(&id);
                }
                // A torn last line names something that was not begun yet.
                _ if !whole && index + 1 == lines.len() => {}
                _ => {
                    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN)]).escape_debug().to_string();
                    self.unreadable.push(Refused::Unreadable { line: index + 1, text });
                }
            }
        }
    }

    fn take(&mut self, id: EntryId, scope: String, inverse: Inverse, life: Option<&str>) {
        let over = matches!(inverse, Inverse::KillProcess { .. }) && life.is_some_and(|life| life != self.life);
        if over {
            return;
        }
        if confine::allowed(&inverse, self.root()) {
            self.pending.insert(id, (scope, inverse));
        } else if !confine::is_gone(&inverse) {
            self.foreign.insert(id, (scope, inverse));
        }
    }

    fn line(&self, id: EntryId, scope: &str, inverse: &Inverse) -> Line {
        let life = matches!(inverse, Inverse::KillProcess { .. }).then(|| self.life.clone());
        Line::Will { id, scope: scope.to_owned(), inverse: inverse.clone(), life }
    }

    /// Leaves away what says nothing any more; on a disk that is full the old file goes on, with its last line ended.
    fn shrink(&mut self, text: &[u8]) -> Result<()> {
        let failed = |path: &Path, e: &std::io::Error| Fault::io("write", path.display(), e);
        if self.pending.is_empty() && self.foreign.is_empty() {
            return self.file.set_len(0).map_err(|e| failed(&self.path, &e));
        }
        let Err(fault) = self.rewrite() else { return Ok(()) };
        tracing::warn!(%fault, "the journal was not shortened");
        let end: &[u8] = if text.ends_with(b"\n") { b"" } else { b"\n" };
        self.file.write_all(end).map_err(|e| failed(&self.path, &e))
    }

    /// The same entries in a new file that takes the place of the old one.
    fn rewrite(&mut self) -> Result<()> {
        let new = self.path.with_extension("new");
        let mut text = Vec::new();
        for (id, (scope, inverse)) in self.pending.iter().chain(&self.foreign) {
            let line = serde_json::to_writer(&mut text, &self.line(*id, scope, inverse));
            line.map_err(|e| Fault::io("write", new.display(), &e.into()))?;
            text.push(b'\n');
        }
        let written = private::write(&new, &text).and_then(|()| std::fs::rename(&new, &self.path));
        if let Err(error) = written {
            // Half of one would only take room that is lacking.
            std::fs::remove_file(&new).unwrap_or_else(|error| tracing::debug!(%error, "not removed"));
            return Err(Fault::io("write", self.path.display(), &error));
        }
        self.file = open_file(&self.path)?;
        self.dead = 0;
        Ok(())
    }

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
