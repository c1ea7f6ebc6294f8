//! How changes of the host are undone, without knowing any of them.
//!
//! ```text
//! net::NetInverse, rootfs::RootfsInverse, … : Undo      a module's own type: what it made, where it may have made it
//!        │ Inverse::of                    ▲ Inverse::read
//!        ▼                                │
//! Inverse, a JSON object ──▶ journal ──▶ Undoers: the first that knows it and allows it undoes it
//! ```

use crate::engine::fault::{Fault, Result};
use crate::trace::Code;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::ffi::OsStr;
use std::fmt;
use std::marker::PhantomData;
use std::path::{Component, Path};

/// How a module undoes its changes of the host: an enum, written as a JSON object whose field `undo` names the variant.
///
/// Undoing twice, or what is gone already, is no error: an engine that was killed may have got anywhere.
pub trait Undo: Serialize + DeserializeOwned + 'static {
    /// True when an engine of that root directory could have made what this undoes. A journal is a list of things to
    /// delete, unmount and kill, so this allows nothing but what the module does make, where it makes it.
    fn allowed(&self, root: &Path) -> bool;

    /// What is not allowed and not there any more needs no undoing: the engine's directory was moved since.
    fn is_gone(&self) -> bool {
        false
    }

    /// True when another life of the machine, or another pid namespace, has nothing of it: a process.
    fn ends_with_the_machine(&self) -> bool {
        false
    }

    /// What it is about, and the call that does it.
    fn words(&self) -> (String, String);
}

/// What came of undoing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undone {
    /// The call was made.
    Done,
    /// There was nothing to undo any more.
    Gone,
}

/// An inverse as it is kept: some module's [`Undo`] as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Inverse(Map<String, Value>);

impl Inverse {
    /// A module's own, to be kept.
    pub fn of(undo: &impl Undo) -> Result<Self> {
        match serde_json::to_value(undo) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(other) => Err(not_kept(&other)),
            Err(error) => Err(not_kept(&error)),
        }
    }

    /// A module's own again; none when it is another's.
    pub fn read<T: Undo>(&self) -> Option<T> {
        T::deserialize(Value::Object(self.0.clone())).ok()
    }
}

fn not_kept(what: &impl fmt::Display) -> Fault {
    Fault::failed(Code::EngineFault).with("reason", format!("not for the journal: {what}"))
}

impl fmt::Display for Inverse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_not_text| fmt::Error)?)
    }
}

/// What is to be known of an inverse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) allowed: bool,
    pub(super) gone: bool,
    pub(super) ends_with_the_machine: bool,
    pub(super) words: (String, String),
}

/// Who undoes what: put together by the engine, which knows all modules.
#[derive(Default)]
pub struct Undoers(Vec<Box<dyn Undoer>>);

trait Undoer: Send + Sync {
    /// None when it is another module's.
    fn know(&self, inverse: &Inverse, root: &Path) -> Option<Known>;
    fn undo(&self, inverse: &Inverse) -> Result<Undone>;
}

struct UndoWith<T, F>(F, PhantomData<fn(T)>);

impl<T: Undo, F: Fn(&T) -> Result<Undone> + Send + Sync> Undoer for UndoWith<T, F> {
    fn know(&self, inverse: &Inverse, root: &Path) -> Option<Known> {
        let it: T = inverse.read()?;
        Some(Known {
            allowed: it.allowed(root),
            gone: it.is_gone(),
            ends_with_the_machine: it.ends_with_the_machine(),
            words: it.words(),
        })
    }

    fn undo(&self, inverse: &Inverse) -> Result<Undone> {
        inverse.read().map_or_else(|| Err(not_kept(inverse)), |it| (self.0)(&it))
    }
}

impl Undoers {
    /// The same with one more module.
    #[must_use]
    pub fn with<T: Undo>(mut self, undo: impl Fn(&T) -> Result<Undone> + Send + Sync + 'static) -> Self {
        self.0.push(Box::new(UndoWith(undo, PhantomData)));
        self
    }

    /// Who allows it, or at least knows it: two modules may have the same name for what they make in different places.
    fn of(&self, inverse: &Inverse, root: &Path) -> Option<(&dyn Undoer, Known)> {
        let mut known = self.0.iter().filter_map(|undoer| Some((undoer.as_ref(), undoer.know(inverse, root)?)));
        let first = known.next()?;
        Some(if first.1.allowed { first } else { known.find(|(_, known)| known.allowed).unwrap_or(first) })
    }

    /// None when no module knows it.
    pub(super) fn know(&self, inverse: &Inverse, root: &Path) -> Option<Known> {
        self.of(inverse, root).map(|(_, known)| known)
    }

    /// Undoes it, if it is allowed in that root directory.
    pub(super) fn undo(&self, inverse: &Inverse, root: &Path) -> Result<Undone> {
        match self.of(inverse, root) {
            Some((undoer, known)) if known.allowed => undoer.undo(inverse),
            _ => Err(not_kept(inverse)),
        }
    }
}

impl fmt::Debug for Undoers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Undoers({})", self.0.len())
    }
}

/// The names that lead from the root directory to a path; none where it lies elsewhere, or says `..` on the way.
pub fn below<'a>(root: &Path, path: &'a Path) -> Option<Vec<&'a OsStr>> {
    let rest = path.strip_prefix(root).ok()?;
    let names = rest.components().map(|part| match part {
        Component::Normal(name) => Some(name),
        _ => None,
    });
    names.collect()
}
