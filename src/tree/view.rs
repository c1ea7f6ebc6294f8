use super::{Inode, Matches, PathChange, PathId, Stack, Version, VisibleTree};
use std::collections::HashSet;
use std::sync::Arc;

/// The rows of a tree on a screen: what is open, flattened when something changes, so that a frame asks for the rows it
/// shows and for nothing else.
///
/// A [`VisibleTree`] and [`Matches`] are made beside the thread that paints, and handed over.
///
/// ```
/// use dockwalk::tree::{LayerEntry, Kind, Layer, Query, Scope, Stack, View};
/// use std::sync::Arc;
/// let file = |path| LayerEntry { kind: Kind::File { size: 7 }, ..LayerEntry::directory(path) };
/// let layer = Layer::build([file("etc/motd"), file("etc/passwd"), file("bin/sh")]);
/// let stack = Arc::new(Stack::new(vec![Arc::new(layer)]));
/// // In a thread:
/// let visible = Arc::new(stack.visible(Scope::UpTo(stack.top())));
/// // When it is there:
/// let mut view = View::new(Arc::clone(&stack), Arc::clone(&visible));
/// // A frame, for the rows that are visible (`ScrollArea::show_rows`):
/// let names = |view: &View| (0..view.len()).map(|at| String::from_utf8_lossy(view.row(at).name).into_owned()).collect::<Vec<_>>();
/// assert_eq!(names(&view), ["", "bin", "etc"]);
/// // A click on the triangle of row 2:
/// view.toggle(2);
/// assert_eq!(names(&view), ["", "bin", "etc", "motd", "passwd"]);
/// // A search, in a thread again; what was found is shown open, with the directories on the way:
/// let matches = stack.search(&visible, &Query { text: "sh".into(), ..Query::default() });
/// view.show(Some(Arc::new(matches)));
/// assert_eq!(names(&view), ["", "bin", "sh"]);
/// // "Go to": opens what is on the way, and says where to scroll.
/// view.show(None);
/// let at = view.reveal(stack.find(b"etc/passwd").unwrap());
/// assert_eq!(at.map(|at| view.row(at).name), Some(&b"passwd"[..]));
/// ```
#[derive(Debug, Clone)]
pub struct View {
    stack: Arc<Stack>,
    visible: Arc<VisibleTree>,
    matches: Option<Arc<Matches>>,
    order: Order,
    expanded: HashSet<PathId>,
    /// Closed by hand among what was found.
    closed: HashSet<PathId>,
    rows: Vec<Slot>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot {
    id: PathId,
    depth: u16,
}

/// In which order the names of a directory stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// By name.
    #[default]
    Name,
    /// The largest first.
    Size,
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The path.
    pub id: PathId,
    /// How deep it stands; the root's is 0.
    pub depth: u16,
    /// Its last part; empty for the root.
    pub name: &'a [u8],
    /// What stands there, or stood there last.
    pub inode: &'a Inode,
    /// Who serves it, or served it last.
    pub version: Version,
    /// What the layer that serves it did to it.
    pub mark: PathChange,
    /// Bytes of content here and below.
    pub total: u64,
    /// How many names here and below are no directories.
    pub files: u32,
    /// There is something in it to show.
    pub expandable: bool,
    /// What is in it is shown.
    pub expanded: bool,
    /// What is searched for fits it.
    pub hit: bool,
}

impl View {
    /// The root, open.
    pub fn new(stack: Arc<Stack>, visible: Arc<VisibleTree>) -> Self {
        let mut view = Self {
            stack,
            visible,
            matches: None,
            order: Order::default(),
            expanded: HashSet::from([0]),
            closed: HashSet::new(),
            rows: Vec::new(),
        };
        view.flatten();
        view
    }

    /// The stack it shows.
    pub fn stack(&self) -> &Arc<Stack> {
        &self.stack
    }

    /// The layers it shows.
    pub fn visible(&self) -> &Arc<VisibleTree> {
        &self.visible
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// One row.
    ///
    /// # Panics
    /// When there are not so many.
    pub fn row(&self, at: usize) -> Row<'_> {
        let Slot { id, depth } = self.rows[at];
        let (stack, visible) = (&self.stack, &self.visible);
        let version = visible.version(stack, id).unwrap_or_else(|| stack.versions(id)[0]);
        Row {
            id,
            depth,
            name: stack.name(id),
            inode: stack.inode(version),
            version,
            mark: visible.mark(id),
            total: visible.total(id),
            files: visible.files(id),
            expandable: self.is_expandable(id),
            expanded: self.is_open(id),
            hit: self.matches.as_ref().is_some_and(|matches| matches.is_hit(id)),
        }
    }

    /// The row of a path; none when it is not shown.
    pub fn position(&self, id: PathId) -> Option<usize> {
        self.rows.iter().position(|slot| slot.id == id)
    }

    /// Opens or closes a row.
    pub fn toggle(&mut self, at: usize) {
        let Some(&Slot { id, depth }) = self.rows.get(at) else { return };
        if !self.is_expandable(id) {
            return;
        }
        if self.is_open(id) {
            self.set_open(id, false);
            let inside = self.rows[at + 1..].iter().take_while(|slot| slot.depth > depth).count();
            self.rows.drain(at + 1..=at + inside);
        } else {
            self.set_open(id, true);
            let mut inside = Vec::new();
            self.flatten_below(id, depth, &mut inside);
            self.rows.splice(at + 1..at + 1, inside);
        }
    }

    /// Opens everything.
    pub fn expand_all(&mut self) {
        self.closed.clear();
        self.expanded = self.visible.paths().filter(|id| self.visible.has_children(*id)).collect();
        self.flatten();
    }

    /// Closes everything but the root.
    pub fn collapse_all(&mut self) {
        self.expanded = HashSet::from([0]);
        if let Some(matches) = &self.matches {
            self.closed = self.visible.paths().filter(|id| *id != 0 && matches.is_on_the_way(*id)).collect();
        }
        self.flatten();
    }

    /// Opens what is on the way to a path; returns its row, none when these layers have nothing of it, or the search leaves
    /// it out.
    pub fn reveal(&mut self, id: PathId) -> Option<usize> {
        let mut at = id;
        while at != 0 {
            at = self.stack.parent(at);
            self.set_open(at, true);
        }
        self.flatten();
        self.position(id)
    }

    /// Shows only what was found, open; with none everything again, as it was.
    pub fn show(&mut self, matches: Option<Arc<Matches>>) {
        self.matches = matches;
        self.closed.clear();
        self.flatten();
    }

    /// Shows other layers of the same stack. What is open stays open; what was found must be searched for anew.
    pub fn look(&mut self, visible: Arc<VisibleTree>) {
        self.visible = visible;
        self.matches = None;
        self.flatten();
    }

    /// Orders the names of each directory.
    pub fn order(&mut self, order: Order) {
        self.order = order;
        self.flatten();
    }

    fn is_shown(&self, id: PathId) -> bool {
        self.visible.version(&self.stack, id).is_some() && self.matches.as_ref().is_none_or(|matches| matches.shows(id))
    }

    fn is_expandable(&self, id: PathId) -> bool {
        match &self.matches {
            Some(matches) => matches.is_on_the_way(id),
            None => self.visible.has_children(id),
        }
    }

    fn is_open(&self, id: PathId) -> bool {
        match &self.matches {
            Some(matches) => matches.is_on_the_way(id) && !self.closed.contains(&id),
            None => self.expanded.contains(&id) && self.visible.has_children(id),
        }
    }

    fn set_open(&mut self, id: PathId, open: bool) {
        // Closed among what was found says nothing about the whole.
        let (set, insert) = if self.matches.is_some() { (&mut self.closed, !open) } else { (&mut self.expanded, open) };
        if insert {
            set.insert(id);
        } else {
            set.remove(&id);
        }
    }

    fn flatten(&mut self) {
        let mut rows = std::mem::take(&mut self.rows);
        rows.clear();
        if self.is_shown(0) {
            rows.push(Slot { id: 0, depth: 0 });
            self.flatten_below(0, 0, &mut rows);
        }
        self.rows = rows;
    }

    /// Adds what is shown in an open directory, without recursion: a path may be thousands of directories deep.
    fn flatten_below(&self, id: PathId, depth: u16, rows: &mut Vec<Slot>) {
        let mut todo = Vec::new();
        self.push_children(id, depth, &mut todo);
        while let Some(slot) = todo.pop() {
            rows.push(slot);
            self.push_children(slot.id, slot.depth, &mut todo);
        }
    }

    fn push_children(&self, id: PathId, depth: u16, todo: &mut Vec<Slot>) {
        if !self.is_open(id) {
            return;
        }
        let depth = depth.saturating_add(1);
        let from = todo.len();
        let shown = self.stack.children(id).rev().filter(|child| self.is_shown(*child));
        todo.extend(shown.map(|id| Slot { id, depth }));
        if self.order == Order::Size {
            // Reversed, for the last is taken first; stable, so that equals stay in the order of names.
            todo[from..].sort_by_key(|slot| self.visible.total(slot.id));
        }
    }
}
