use super::inverse::{Known, Undo, Undoers};
use super::*;
use crate::engine::private;
use crate::trace::Code;
use nix::fcntl::OFlag;
use parking_lot::{Mutex, MutexGuard};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// Names an entry of a journal.
pub type EntryId = u64;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "entry")]
enum Line {
    /// The first line. A journal without one is of an engine before there were versions, and is read as well.
    Journal {
        version: u32,
    },
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

/// The version of the format. What an older engine wrote is read; what a newer one wrote is left to it.
const VERSION: u32 = 2;

/// What a journal says that is not done. It stays in the file, for somebody to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// No engine of this directory makes what that would undo.
    Foreign(Inverse),
    /// A line that is none.
    Unreadable {
        /// Counted from 1, as the file is now.
        line: usize,
        /// Its beginning.
        text: String,
    },
}

/// What is to be undone, on disk before it is done.
///
/// JSON lines, the first of which says the version. They are appended; now and then the file is written anew without what is
/// done (a new file that takes the place of the old one by rename). A line reaches the page cache before the host is changed, which is enough: what a journal undoes
/// does not survive the kernel's own crash, and directories are cleaned at the next start either way.
///
/// What it says is done with the engine's rights, so the file must be this user's alone, and each entry something that an
/// engine makes in the directory that the journal lies in.
#[derive(Debug)]
pub struct Journal {
    /// The engine's directory.
    root: PathBuf,
    undoers: Undoers,
    state: Mutex<State>,
}

#[derive(Debug)]
struct Entry {
    scope: String,
    inverse: Inverse,
    /// It ends with this life of the machine, which is written beside it.
    mortal: bool,
}

#[derive(Debug)]
struct State {
    path: PathBuf,
    file: File,
    life: String,
    pending: BTreeMap<EntryId, Entry>,
    foreign: BTreeMap<EntryId, Entry>,
    /// Lines that are none, with their numbers.
    unreadable: Vec<(usize, Vec<u8>)>,
    next: EntryId,
    /// Lines that say nothing any more.
    dead: usize,
    /// What is done and could not be written, for the disk is full. Written before the next line.
    owed: Vec<EntryId>,
}

/// So many lines that say nothing any more are put up with.
const DEAD: usize = 4096;
/// How much of a line that cannot be read is shown.
const SHOWN: usize = 200;

impl Journal {
    /// Opens `path`, with what an earlier engine left pending. `undoers` say what that may be, and undo it.
    pub fn open(path: &Path, undoers: Undoers) -> Result<Self> {
        let failed = |e: std::io::Error| Fault::io("read", path.display(), &e);
        let file = open_file(path)?;
        let mut text = Vec::new();
        (&file).read_to_end(&mut text).map_err(failed)?;
        if let Some(version) = version(&text).filter(|version| *version > VERSION) {
            let fault = Fault::failed(Code::JournalVersion).with("journal", path.display());
            return Err(fault.with("version", version).with("readable", VERSION));
        }
        let (pending, foreign, unreadable) = Default::default();
        let mut state = State {
            path: path.to_owned(),
            file,
            life: life(),
            pending,
            foreign,
            unreadable,
            next: 1,
            dead: 0,
            owed: Vec::new(),
        };
        let root = path.parent().unwrap_or(Path::new("")).to_owned();
        state.read(&text, &|inverse| undoers.know(inverse, &root));
        if !text.is_empty() {
            state.shrink(&text)?;
        }
        Ok(Self { root, undoers, state: Mutex::new(state) })
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.lock().path.clone()
    }

    /// Writes down how to undo what is about to be done.
    pub fn add(&self, scope: &str, undo: &impl Undo) -> Result<EntryId> {
        let inverse = Inverse::of(undo)?;
        let known = self.undoers.know(&inverse, &self.root).filter(|known| known.allowed);
        // The next engine would not undo it.
        let refused = || Fault::failed(Code::EngineFault).with("reason", format!("not for the journal: {inverse}"));
        let mortal = known.ok_or_else(refused)?.ends_with_the_machine;
        let mut state = self.lock();
        let id = state.next;
        state.next += 1;
        let entry = Entry { scope: scope.to_owned(), inverse, mortal };
        let line = state.line(id, &entry);
        state.write(Some(&line))?;
        state.pending.insert(id, entry);
        Ok(id)
    }

    /// It was undone, or never done. When nothing is pending the file starts anew.
    pub fn done(&self, id: EntryId) -> Result<()> {
        let mut state = self.lock();
        if state.pending.remove(&id).is_none() {
            return Ok(());
        }
        if state.is_empty() {
            (state.dead, state.owed) = (0, Vec::new());
            return state.file.set_len(0).map_err(|e| Fault::io("write", state.path.display(), &e));
        }
        state.owed.push(id);
        match state.write(None) {
            // What makes room must not fail for the lack of it. An engine that is killed before this is written undoes what is
            // undone already.
            Err(fault) if matches!(fault.problem.code, Code::DiskFull) => tracing::debug!(%fault, "a line is owed"),
            written => written?,
        }
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
        let mine = state.pending.iter().rev().filter(|(_, entry)| scope.is_none_or(|scope| entry.scope == scope));
        mine.map(|(id, entry)| (*id, entry.inverse.clone())).collect()
    }

    /// What one module has pending in a scope, latest first.
    pub fn pending_of<T: Undo>(&self, scope: &str) -> Vec<(EntryId, T)> {
        let pending = self.pending(Some(scope)).into_iter();
        pending.filter_map(|(id, inverse)| Some((id, inverse.read()?))).collect()
    }

    /// What was found in the file and is not done.
    pub fn refused(&self) -> Vec<Refused> {
        let state = self.lock();
        let foreign = state.foreign.values().map(|entry| Refused::Foreign(entry.inverse.clone()));
        let unreadable = state.unreadable.iter().map(|(line, bytes)| {
            let text = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN)]).escape_debug().to_string();
            Refused::Unreadable { line: *line, text }
        });
        foreign.chain(unreadable).collect()
    }

    /// Undoes it on the host. What has been undone is to be said to [`Journal::done`].
    pub fn undo(&self, inverse: &Inverse) -> Result<Undone> {
        self.undoers.undo(inverse, &self.root)
    }

    /// Undoes what is pending in a scope, or in all, latest first. What cannot be undone stays pending and is returned.
    pub fn unwind(&self, scope: Option<&str>) -> Result<Vec<(Inverse, Fault)>> {
        let mut left = Vec::new();
        for (id, inverse) in self.pending(scope) {
            match self.undo(&inverse) {
                Ok(_) => self.done(id)?,
                Err(fault) => left.push((inverse, fault)),
            }
        }
        Ok(left)
    }

    /// What an inverse is about, and the call that does it; of one that no module knows, how it stands in the file.
    pub(super) fn words(&self, inverse: &Inverse) -> (String, String) {
        let known = self.undoers.know(inverse, &self.root);
        known.map_or_else(|| (inverse.to_string(), inverse.to_string()), |known| known.words)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

fn open_file(path: &Path) -> Result<File> {
    let opened = private::believed(path, OFlag::O_RDWR | OFlag::O_CREAT | OFlag::O_APPEND)?;
    opened.ok_or_else(|| Fault::io("open", path.display(), &std::io::ErrorKind::NotFound.into()))
}

/// What the first line says.
fn version(text: &[u8]) -> Option<u32> {
    match serde_json::from_slice(text.split(|&byte| byte == b'\n').next()?) {
        Ok(Line::Journal { version }) => Some(version),
        _ => None,
    }
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
    /// True when there is nothing to undo or to look at.
    fn is_empty(&self) -> bool {
        self.pending.is_empty() && self.foreign.is_empty() && self.unreadable.is_empty()
    }

    fn read(&mut self, text: &[u8], know: &dyn Fn(&Inverse) -> Option<Known>) {
        let whole = text.ends_with(b"\n");
        let lines: Vec<_> = text.split(|&byte| byte == b'\n').collect();
        for (index, bytes) in lines.iter().enumerate().filter(|(_, bytes)| !bytes.is_empty()) {
            match serde_json::from_slice(bytes) {
                Ok(Line::Journal { version }) if version <= VERSION => {}
                Ok(Line::Will { id, scope, inverse, life }) if id < EntryId::MAX => {
                    self.next = self.next.max(id + 1);
                    self.take(id, scope, inverse, life.as_deref(), know);
                }
                Ok(Line::Done { id }) => {
                    self.pending.remove(&id);
                    self.foreign.remove(&id);
                }
                // A torn last line names something that was not begun yet.
                _ if !whole && index + 1 == lines.len() => {}
                _ => self.unreadable.push((index + 1, bytes.to_vec())),
            }
        }
    }

    fn take(
        &mut self,
        id: EntryId,
        scope: String,
        inverse: Inverse,
        life: Option<&str>,
        know: &dyn Fn(&Inverse) -> Option<Known>,
    ) {
        let known = know(&inverse);
        let mortal = known.as_ref().is_some_and(|known| known.ends_with_the_machine);
        if mortal && life.is_some_and(|life| life != self.life) {
            return;
        }
        let entry = Entry { scope, inverse, mortal };
        match known {
            Some(known) if known.allowed => drop(self.pending.insert(id, entry)),
            Some(known) if known.gone => {}
            _ => drop(self.foreign.insert(id, entry)),
        }
    }

    fn line(&self, id: EntryId, entry: &Entry) -> Line {
        let life = entry.mortal.then(|| self.life.clone());
        Line::Will { id, scope: entry.scope.clone(), inverse: entry.inverse.clone(), life }
    }

    /// Leaves away what says nothing any more; on a disk that is full the old file goes on, with its last line ended.
    fn shrink(&mut self, text: &[u8]) -> Result<()> {
        let failed = |path: &Path, e: &std::io::Error| Fault::io("write", path.display(), e);
        if self.is_empty() {
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
        let mut text = json(&Line::Journal { version: VERSION }, &new)?;
        for (_, bytes) in &self.unreadable {
            text.extend_from_slice(bytes);
            text.push(b'\n');
        }
        for (id, entry) in self.pending.iter().chain(&self.foreign) {
            text.extend(json(&self.line(*id, entry), &new)?);
        }
        let written = private::write(&new, &text).and_then(|()| std::fs::rename(&new, &self.path));
        if let Err(error) = written {
            // Half of one would only take room that is lacking.
            std::fs::remove_file(&new).unwrap_or_else(|error| tracing::debug!(%error, "not removed"));
            return Err(Fault::io("write", self.path.display(), &error));
        }
        self.file = open_file(&self.path)?;
        (self.dead, self.owed) = (0, Vec::new());
        self.unreadable.iter_mut().enumerate().for_each(|(index, (line, _))| *line = index + 2);
        Ok(())
    }

    /// Writes what is owed, and one line more.
    fn write(&mut self, line: Option<&Line>) -> Result<()> {
        let length = self.file.metadata().map_or(0, |meta| meta.len());
        let mut text = if length == 0 { json(&Line::Journal { version: VERSION }, &self.path)? } else { Vec::new() };
        for id in &self.owed {
            text.extend(json(&Line::Done { id: *id }, &self.path)?);
        }
        if let Some(line) = line {
            text.extend(json(line, &self.path)?);
        }
        let written = self.file.write_all(&text);
        if written.is_ok() {
            self.owed.clear();
        }
        written.map_err(|e| {
            // A disk that is full took a part of it: the next line must not be glued to that.
            if let Err(error) = self.file.set_len(length) {
                tracing::warn!(%error, path = %self.path.display(), "a torn line stays in the journal");
            }
            Fault::io("write", self.path.display(), &e)
        })
    }
}

fn json(line: &Line, path: &Path) -> Result<Vec<u8>> {
    let mut text = serde_json::to_vec(line).map_err(|e| Fault::io("write", path.display(), &e.into()))?;
    text.push(b'\n');
    Ok(text)
}
