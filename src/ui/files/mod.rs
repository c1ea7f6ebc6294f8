//! The layer inspector: the files of an image, of each of its layers, and of a container with its writable layer on top.
//!
//! ```text
//! Act ──Files::apply──▶ Job ──(work: a thread, the engine's client, crate::tree)──▶ Done ──Files::receive──▶ panels
//! ```
//!
//! What is here is data and pure; whatever takes time for a large image is a [`Job`] and runs off the window's thread.

pub mod compare;
pub mod content;
pub mod opened;
mod place;
pub mod subject;
pub mod tree;
pub mod work;

mod act;
mod archive;
mod fetch;
mod job;
mod json;

pub use act::{Act, Order};
pub use content::Face;
pub use job::{Done, Job, Slot, Ticket};
pub use opened::{LayerInfo, Made, Opened, Said, Say};
pub use subject::Subject;
pub use tree::{Motion, Tree};

use crate::trace::Problem;
use crate::tree::{PathBytes, PathId, Scope, Version, Waste};
use std::sync::Arc;

/// Something that has to be fetched or computed first.
#[derive(Debug, Default)]
pub enum Load<T> {
    /// Nobody asked for it.
    #[default]
    Nothing,
    /// It is under way; how much of how much is done, where that is known.
    Busy(Option<(u64, u64)>),
    /// It cannot be had.
    Failed(Problem),
    /// Here it is.
    Ready(T),
}

impl<T> Load<T> {
    /// It, when it is there.
    pub fn ready(&self) -> Option<&T> {
        if let Self::Ready(value) = self { Some(value) } else { None }
    }

    /// It is under way.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Busy(_))
    }
}

/// What the inspector shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Page {
    /// The files.
    #[default]
    Tree,
    /// Bytes that nobody sees.
    Waste,
    /// What differs between two.
    Compare,
}

/// Which layers a tree is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Part {
    /// The layer, from 0 at the bottom.
    pub layer: usize,
    /// It alone; else it with all below it.
    pub only: bool,
}

impl Part {
    /// The same in the stack's terms.
    pub fn scope(self) -> Scope {
        let layer = opened::number(self.layer);
        if self.only { Scope::Layer(layer) } else { Scope::UpTo(layer) }
    }
}

/// The side that the opened image is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Against {
    /// Whose layers.
    pub subject: Subject,
    /// Up to which; none for all.
    pub layer: Option<usize>,
}

/// The inspector.
#[derive(Debug, Default)]
pub struct Files {
    /// It stands in the middle of the window, in a diagram's place.
    pub shown: bool,
    /// What it is open on.
    pub subject: Option<Subject>,
    /// That, read.
    pub opened: Load<Arc<Opened>>,
    /// What it shows.
    pub page: Page,
    /// Which layers.
    pub part: Part,
    /// The tree of [`Files::part`]; also the one before, while that is on its way.
    pub tree: Tree,
    /// Computing the tree of another view.
    pub listing: Load<()>,
    /// The layer whose version of the chosen path is shown; none for what is seen.
    pub version: Option<usize>,
    /// Other names of the shown file in its layer (hard links).
    pub other_names: Vec<PathBytes>,
    /// Its bytes.
    pub content: Load<content::Body>,
    /// How the user wants to see them; none for what shows most.
    pub face: Option<Face>,
    /// They have the tree's room, too.
    pub large: bool,
    /// Bytes that nobody sees.
    pub waste: Load<Arc<Waste>>,
    /// What is compared with.
    pub against: Option<Against>,
    /// That, read, when it is another image.
    pub other: Option<Arc<Opened>>,
    /// What differs.
    pub differences: Tree,
    /// Computing that.
    pub comparing: Load<()>,
    /// An archive is being read or written: what is said of it.
    pub transfer: Option<Transfer>,
    /// The volume of which it was asked where to export it.
    pub volume: Option<String>,
    tickets: [u64; Slot::COUNT],
}

/// What is on its way into the engine, or out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carried {
    /// An archive of images comes in.
    Load,
    /// An image goes out.
    Save,
    /// A volume goes out.
    ExportVolume,
    /// A volume comes in.
    ImportVolume,
}

impl Carried {
    /// The message that says how far it is.
    pub fn key(self) -> &'static str {
        match self {
            Self::Load => "files-loading-archive",
            Self::Save => "files-saving-archive",
            Self::ExportVolume => "files-exporting-volume",
            Self::ImportVolume => "files-importing-volume",
        }
    }

    /// It is no image.
    pub fn is_volume(self) -> bool {
        matches!(self, Self::ExportVolume | Self::ImportVolume)
    }
}

/// An archive on its way into the engine or out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// What it is of.
    pub what: Carried,
    /// The file's name, or what it is of.
    pub name: String,
    /// Bytes so far, and of how many where that is known.
    pub bytes: (u64, Option<u64>),
}

impl Files {
    /// The image, when it is read.
    pub fn image(&self) -> Option<&Arc<Opened>> {
        self.opened.ready()
    }

    /// The tree that the page shows.
    pub fn shown_tree(&self) -> &Tree {
        if self.page == Page::Compare { &self.differences } else { &self.tree }
    }

    fn shown_tree_mut(&mut self) -> &mut Tree {
        if self.page == Page::Compare { &mut self.differences } else { &mut self.tree }
    }

    /// The chosen path.
    pub fn path(&self) -> Option<&PathBytes> {
        self.shown_tree().path()
    }

    /// The number of the chosen path in the image's stack; none when no layer speaks of it.
    pub fn chosen(&self) -> Option<PathId> {
        self.image()?.stack.find(self.path()?.as_bytes())
    }

    /// What the layers up to the chosen one say of the chosen path, the highest first.
    pub fn said(&self) -> Vec<Said> {
        match (self.image(), self.chosen()) {
            (Some(image), Some(id)) => image.said(id, self.part.layer),
            _ => Vec::new(),
        }
    }

    /// The version of the chosen path that is shown: the layer's that was asked for, else the one that is seen, else the
    /// last that was there.
    pub fn shown_version(&self) -> Option<Version> {
        let image = self.image()?;
        let id = self.chosen()?;
        let of =
            |layer: usize| image.stack.versions(id).iter().copied().find(|version| usize::from(version.layer) == layer);
        if let Some(layer) = self.version.or(self.part.only.then_some(self.part.layer)) {
            return of(layer);
        }
        let top = opened::number(self.part.layer);
        let there = |version: &&Version| version.layer <= top && !image.inode(**version).is_whiteout();
        image.stack.seen(id, top).or_else(|| image.stack.versions(id).iter().find(there).copied())
    }
}
