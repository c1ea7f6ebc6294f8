//! What takes time for a large image: done on a thread, and forgotten when it is not wanted any more.

use super::content::Body;
use super::opened::Opened;
use super::subject::Subject;
use super::{Against, Part};
use crate::trace::Problem;
use crate::tree::{PathBytes, Query, Version, View, Waste};
use std::path::PathBuf;
use std::sync::Arc;

/// Things of which one at a time is under way: a new one puts an end to the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// Reading an image.
    Open,
    /// Making the rows of a tree.
    Tree,
    /// Searching.
    Search,
    /// Reading a file.
    Content,
    /// Finding what is wasted.
    Waste,
    /// Comparing.
    Compare,
    /// Writing a file.
    Export,
    /// Reading or writing an archive.
    Transfer,
}

impl Slot {
    /// How many there are.
    pub const COUNT: usize = 8;
}

/// Tells an answer that is waited for from one that came too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    /// What for.
    pub slot: Slot,
    /// Its number.
    pub number: u64,
}

/// Something to do off the window's thread.
#[derive(Debug)]
pub enum Job {
    /// Nothing: the one before is not wanted any more.
    Stop,
    /// Read the layers of an image or of a container.
    Open(Subject),
    /// Make the rows of these layers; what is open in the rows before stays open.
    View(Arc<Opened>, Part, Option<View>),
    /// Open all directories, or close them.
    All(View, bool),
    /// Search.
    Search(View, Query),
    /// Read a part of that version of a file, from that byte on.
    Content(Arc<Opened>, Version, PathBytes, u64),
    /// Find the bytes that nobody sees.
    Waste(Arc<Opened>),
    /// Compare: what the image has up to that layer, with the other.
    Compare(Arc<Opened>, usize, Against, Option<Arc<Opened>>),
    /// Write what is shown as JSON.
    Export(Box<Export>, PathBuf),
    /// Give an archive to the engine.
    Load(PathBuf),
    /// Have the engine write an image as an archive.
    Save(String, PathBuf),
    /// Have the engine write a volume as an archive.
    ExportVolume(String, PathBuf),
    /// Have the engine make a volume of an archive.
    ImportVolume(PathBuf),
}

/// What is written as JSON.
#[derive(Debug)]
pub enum Export {
    /// A tree with its marks, as far as the search keeps it.
    Tree(Arc<Opened>, View, Query),
    /// What differs from another.
    Differences(Arc<Opened>, usize, Against, View, Query),
    /// What is wasted.
    Waste(Arc<Opened>, Arc<Waste>),
}

/// What became of a [`Job`].
#[derive(Debug)]
pub enum Done {
    /// So much of so much is done.
    Progress(u64, Option<u64>),
    /// It cannot be done.
    Failed(Problem),
    /// The image.
    Opened(Arc<Opened>),
    /// The rows.
    Rows(View),
    /// What was found, and how much.
    Found(View, usize),
    /// A part of a file.
    Content(Body),
    /// What is wasted.
    Waste(Arc<Waste>),
    /// What differs, and the other image.
    Compared(View, Arc<Opened>),
    /// It was written there.
    Exported(PathBuf),
    /// The engine has the images of the archive, by these names.
    Loaded(String),
    /// The archive is there.
    Saved(PathBuf),
    /// The volume's archive is there, and what is to be said of it.
    VolumeExported(PathBuf, Vec<Problem>),
    /// The engine has the volume, by this name, and what is to be said of it.
    VolumeImported(String, Vec<Problem>),
}
