//! What the user can do in the inspector, and what that changes.

use super::content::PAGE;
use super::job::{Done, Export, Job, Slot, Ticket};
use super::{Against, Carried, Face, Files, Load, Motion, Page, Part, Subject, Transfer};
use crate::tree::{Kind, PathBytes, PathId, Query};
use std::path::PathBuf;
use std::sync::Arc;

/// Something the user wants of the inspector.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Shows it, or a diagram again.
    Show(bool),
    /// Opens it on an image or a container, with that layer chosen.
    Open(Subject, Option<usize>),
    /// Reads the same again.
    Again,
    /// Ends what is under way in that slot.
    Cancel(Slot),
    /// Shows that page.
    Page(Page),
    /// Chooses a layer.
    Layer(usize),
    /// That layer alone, or with all below it.
    Only(bool),
    /// Opens or closes the directory in that row.
    Toggle(usize),
    /// Opens or closes all.
    All(bool),
    /// Chooses a path by its number in the tree.
    Choose(PathId),
    /// Chooses a path.
    GoTo(PathBytes),
    /// Moves the choice.
    Move(Motion),
    /// Goes to the next name that begins so.
    TypeAhead(String),
    /// Searches.
    Search(Query),
    /// Shows that layer's version of the chosen path.
    Version(usize),
    /// Shows a file so.
    Face(Face),
    /// Shows the part of the file that begins there.
    Part(u64),
    /// Shows the file in the tree's room, too; or no longer.
    Large(bool),
    /// Compares with that.
    Compare(Against),
}

/// A job with its ticket.
pub type Order = (Ticket, Job);

impl Files {
    /// A new ticket: answers to those before are too late.
    fn order(&mut self, slot: Slot, job: Job) -> Option<Order> {
        let number = &mut self.tickets[slot as usize];
        *number += 1;
        Some((Ticket { slot, number: *number }, job))
    }

    /// Does what the user wants; what takes time is returned.
    pub fn apply(&mut self, act: Act) -> Vec<Order> {
        let mut orders = Vec::new();
        match act {
            Act::Show(shown) => self.shown = shown,
            Act::Open(subject, layer) => {
                self.shown = true;
                self.page = Page::Tree;
                match (self.image().map(Arc::clone), layer) {
                    (Some(image), Some(layer)) if image.subject == subject => {
                        self.part = Part { layer: layer.min(image.layers.len().saturating_sub(1)), only: true };
                        orders.extend(self.list());
                    }
                    (Some(image), None) if image.subject == subject && matches!(subject, Subject::Image(_)) => {}
                    _ => orders.extend(self.open(subject, layer)),
                }
            }
            Act::Again => {
                if let Some(subject) = self.subject.clone() {
                    orders.extend(self.open(subject, None));
                }
            }
            Act::Cancel(slot) => {
                orders.extend(self.order(slot, Job::Stop));
                match slot {
                    Slot::Open => self.opened = Load::Nothing,
                    Slot::Tree => self.listing = Load::Nothing,
                    Slot::Content => self.content = Load::Nothing,
                    Slot::Waste => self.waste = Load::Nothing,
                    Slot::Compare => self.comparing = Load::Nothing,
                    Slot::Transfer => self.transfer = None,
                    Slot::Search | Slot::Export => {}
                }
            }
            Act::Page(page) => orders.extend(self.turn_to(page)),
            Act::Layer(layer) => {
                self.part.layer = layer;
                self.version = None;
                orders.extend(self.list());
            }
            Act::Only(only) => {
                self.part.only = only;
                orders.extend(self.list());
            }
            Act::Toggle(row) => self.shown_tree_mut().toggle(row),
            Act::All(open) => {
                let view = self.shown_tree().view.clone();
                orders.extend(view.and_then(|view| self.order(Slot::Search, Job::All(view, open))));
            }
            Act::Choose(id) => {
                self.shown_tree_mut().choose(id);
                orders.extend(self.look());
            }
            Act::GoTo(path) => {
                if self.page == Page::Waste {
                    self.page = Page::Tree;
                }
                self.shown_tree_mut().go_to(path);
                orders.extend(self.look());
            }
            Act::Move(motion) => {
                let before = self.shown_tree().selected();
                self.shown_tree_mut().go(motion);
                if self.shown_tree().selected() != before {
                    orders.extend(self.look());
                }
            }
            Act::TypeAhead(prefix) => {
                self.shown_tree_mut().type_ahead(&prefix);
                orders.extend(self.look());
            }
            Act::Search(query) => orders.extend(self.search(query)),
            Act::Version(layer) => {
                self.version = Some(layer);
                self.face = None;
                orders.extend(self.read(0));
            }
            Act::Face(face) => self.face = Some(face),
            Act::Part(offset) => orders.extend(self.read(offset / PAGE * PAGE)),
            Act::Large(large) => self.large = large,
            Act::Compare(against) => {
                self.page = Page::Compare;
                self.against = Some(against);
                orders.extend(self.compare());
            }
        }
        orders
    }

    fn open(&mut self, subject: Subject, layer: Option<usize>) -> Option<Order> {
        let same = self.subject.as_ref() == Some(&subject);
        let path = self.tree.path().cloned().filter(|_| same);
        // An archive that is on its way is none of the image's.
        let mut tickets = self.tickets.map(|number| number + 1);
        tickets[Slot::Transfer as usize] = self.tickets[Slot::Transfer as usize];
        *self = Self {
            shown: self.shown,
            part: Part { layer: layer.unwrap_or(usize::MAX), only: layer.is_some() },
            opened: Load::Busy(None),
            subject: Some(subject.clone()),
            transfer: self.transfer.take(),
            volume: self.volume.take(),
            tickets,
            ..Self::default()
        };
        if let Some(path) = path {
            self.tree.go_to(path);
        }
        self.order(Slot::Open, Job::Open(subject))
    }

    /// Makes the tree of the view.
    fn list(&mut self) -> Vec<Order> {
        let Some(image) = self.image().map(Arc::clone) else { return Vec::new() };
        self.listing = Load::Busy(None);
        let before = self.tree.view.clone();
        let mut orders: Vec<Order> = self.order(Slot::Tree, Job::View(image, self.part, before)).into_iter().collect();
        if self.page == Page::Compare {
            orders.extend(self.compare());
        }
        orders
    }

    fn turn_to(&mut self, page: Page) -> Option<Order> {
        let path = self.path().cloned();
        self.page = page;
        self.large = false;
        if let (Some(path), Page::Tree | Page::Compare) = (path, page) {
            self.shown_tree_mut().go_to(path);
        }
        let image = self.image().map(Arc::clone)?;
        match page {
            Page::Waste if matches!(self.waste, Load::Nothing | Load::Failed(_)) => {
                self.waste = Load::Busy(None);
                self.order(Slot::Waste, Job::Waste(image))
            }
            Page::Compare if self.against.is_none() => {
                // The layer below is the nearest thing to compare with.
                let layer = self.part.layer.checked_sub(1)?;
                self.against = Some(Against { subject: image.subject.clone(), layer: Some(layer) });
                self.compare()
            }
            _ => None,
        }
    }

    fn compare(&mut self) -> Option<Order> {
        let image = self.image().map(Arc::clone)?;
        let against = self.against.clone()?;
        let other = self.other.clone().filter(|other| other.subject == against.subject);
        let other = other.or_else(|| (image.subject == against.subject).then(|| Arc::clone(&image)));
        self.comparing = Load::Busy(None);
        self.order(Slot::Compare, Job::Compare(image, self.part.layer, against, other))
    }

    fn search(&mut self, query: Query) -> Option<Order> {
        let tree = self.shown_tree_mut();
        if query == Query::default() {
            tree.end_search();
            return self.order(Slot::Search, Job::Stop);
        }
        tree.query = query.clone();
        tree.hits = None;
        let view = tree.view.clone()?;
        self.order(Slot::Search, Job::Search(view, query))
    }

    /// Another path was chosen.
    fn look(&mut self) -> Option<Order> {
        self.version = None;
        self.face = None;
        self.read(0)
    }

    fn read(&mut self, offset: u64) -> Option<Order> {
        let image = self.image().map(Arc::clone)?;
        let path = self.path().cloned()?;
        self.other_names = self.shown_version().map_or_else(Vec::new, |version| image.other_names(version));
        let file = self.shown_version().filter(|version| matches!(image.inode(*version).kind, Kind::File { .. }));
        let Some(version) = file else {
            self.content = Load::Nothing;
            self.large = false;
            return self.order(Slot::Content, Job::Stop);
        };
        self.content = Load::Busy(None);
        self.order(Slot::Content, Job::Content(image, version, path, offset))
    }

    /// There is something to be written as JSON.
    pub fn can_export(&self) -> bool {
        match self.page {
            Page::Waste => self.waste.ready().is_some(),
            Page::Tree | Page::Compare => self.shown_tree().view.is_some(),
        }
    }

    fn export(&self) -> Option<Export> {
        let image = self.image().map(Arc::clone)?;
        let tree = self.shown_tree();
        Some(match self.page {
            Page::Tree => Export::Tree(image, tree.view.clone()?, tree.query.clone()),
            Page::Waste => Export::Waste(image, Arc::clone(self.waste.ready()?)),
            Page::Compare => {
                let query = tree.query.clone();
                Export::Differences(image, self.part.layer, self.against.clone()?, tree.view.clone()?, query)
            }
        })
    }

    /// Writes what is shown there.
    pub fn write(&mut self, path: PathBuf) -> Option<Order> {
        let export = self.export()?;
        self.order(Slot::Export, Job::Export(Box::new(export), path))
    }

    /// Gives an archive to the engine.
    pub fn load(&mut self, path: PathBuf) -> Option<Order> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.transfer = Some(Transfer { what: Carried::Load, name, bytes: (0, None) });
        self.order(Slot::Transfer, Job::Load(path))
    }

    /// Has the engine write the opened image.
    pub fn save(&mut self, path: PathBuf) -> Option<Order> {
        let Some(Subject::Image(image)) = self.subject.clone() else { return None };
        self.transfer = Some(Transfer { what: Carried::Save, name: image.clone(), bytes: (0, None) });
        self.order(Slot::Transfer, Job::Save(image, path))
    }

    /// Has the engine write the volume that was asked about.
    pub fn export_volume(&mut self, path: PathBuf) -> Option<Order> {
        let volume = self.volume.take()?;
        self.transfer = Some(Transfer { what: Carried::ExportVolume, name: volume.clone(), bytes: (0, None) });
        self.order(Slot::Transfer, Job::ExportVolume(volume, path))
    }

    /// Has the engine make a volume of an archive.
    pub fn import_volume(&mut self, path: PathBuf) -> Option<Order> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.transfer = Some(Transfer { what: Carried::ImportVolume, name, bytes: (0, None) });
        self.order(Slot::Transfer, Job::ImportVolume(path))
    }

    /// Takes what became of a job; what has to be done next is returned.
    pub fn receive(&mut self, ticket: Ticket, done: Done) -> Vec<Order> {
        if self.tickets[ticket.slot as usize] != ticket.number {
            return Vec::new();
        }
        match (ticket.slot, done) {
            (Slot::Open, Done::Progress(now, of)) => self.opened = Load::Busy(of.map(|of| (now, of))),
            (Slot::Content, Done::Progress(now, of)) => self.content = Load::Busy(of.map(|of| (now, of))),
            (Slot::Waste, Done::Progress(now, of)) => self.waste = Load::Busy(of.map(|of| (now, of))),
            (Slot::Compare, Done::Progress(now, of)) => self.comparing = Load::Busy(of.map(|of| (now, of))),
            (Slot::Transfer, Done::Progress(now, of)) => {
                if let Some(transfer) = &mut self.transfer {
                    transfer.bytes = (now, of);
                }
            }
            (_, Done::Progress(..)) => {}
            (Slot::Open, Done::Failed(problem)) => self.opened = Load::Failed(problem),
            (Slot::Tree, Done::Failed(problem)) => self.listing = Load::Failed(problem),
            (Slot::Content, Done::Failed(problem)) => self.content = Load::Failed(problem),
            (Slot::Waste, Done::Failed(problem)) => self.waste = Load::Failed(problem),
            (Slot::Compare, Done::Failed(problem)) => self.comparing = Load::Failed(problem),
            (Slot::Transfer, Done::Failed(_)) => self.transfer = None,
            (_, Done::Failed(_)) => {}
            (_, Done::Opened(image)) => {
                self.part.layer = self.part.layer.min(image.layers.len().saturating_sub(1));
                self.opened = Load::Ready(image);
                return self.list();
            }
            (Slot::Search, Done::Rows(view)) => {
                self.shown_tree_mut().set(view);
                self.shown_tree_mut().reveals += 1;
            }
            (_, Done::Rows(view)) => {
                self.listing = Load::Ready(());
                self.tree.set(view);
                return self.after_rows();
            }
            (_, Done::Found(view, hits)) => {
                let tree = self.shown_tree_mut();
                tree.set(view);
                tree.hits = Some(hits);
                tree.reveals += 1;
            }
            (_, Done::Content(body)) => self.content = Load::Ready(body),
            (_, Done::Waste(waste)) => self.waste = Load::Ready(waste),
            (_, Done::Compared(view, other)) => {
                self.comparing = Load::Ready(());
                self.other = Some(other);
                let query = self.differences.query.clone();
                self.differences.set(view);
                if self.page == Page::Compare && query != Query::default() {
                    return self.search(query).into_iter().collect();
                }
            }
            (_, Done::Exported(_)) => {}
            (_, Done::Loaded(_) | Done::Saved(_) | Done::VolumeExported(..) | Done::VolumeImported(..)) => {
                self.transfer = None
            }
        }
        Vec::new()
    }

    /// Other layers are shown: the same search in them, the same path.
    fn after_rows(&mut self) -> Vec<Order> {
        let mut orders = Vec::new();
        if self.page == Page::Compare {
            return orders;
        }
        if self.tree.is_searched() {
            orders.extend(self.search(self.tree.query.clone()));
        } else if let Some(path) = self.tree.path().cloned() {
            self.tree.go_to(path);
        }
        if self.path().is_some() {
            orders.extend(self.look());
        }
        orders
    }
}
