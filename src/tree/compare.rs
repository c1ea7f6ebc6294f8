use super::{Aspects, PathBytes, PathId, Scope, Stack, Version, VisibleTree};

/// One of two things that are compared: an image's merged tree, or one layer.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// Its layers.
    pub stack: &'a Stack,
    /// What of them is looked at: of [`Scope::UpTo`] what is there, of [`Scope::Layer`] the whiteouts, too.
    pub visible: &'a VisibleTree,
}

/// A path that the two do not have alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The path.
    pub path: PathBytes,
    /// What the left one has; none when it was added on the right.
    pub left: Option<(PathId, Version)>,
    /// What the right one has; none when it is missing there.
    pub right: Option<(PathId, Version)>,
    /// How they differ, where both have it.
    pub aspects: Aspects,
}

impl Side<'_> {
    fn version(&self, id: PathId) -> Option<Version> {
        let version = self.visible.version(self.stack, id)?;
        (matches!(self.visible.scope(), Scope::Layer(_)) || self.visible.is_there(id)).then_some(version)
    }

    fn child(&self, dir: Option<PathId>) -> Vec<PathId> {
        let children = dir.into_iter().flat_map(|dir| self.stack.children(dir));
        children.filter(|id| self.version(*id).is_some() || self.visible.has_children(*id)).collect()
    }
}

/// What is different, path by path, in the order of a walk.
pub fn compare(left: Side<'_>, right: Side<'_>) -> Vec<Comparison> {
    let mut found = Vec::new();
    let mut todo = vec![(Some(0), Some(0))];
    while let Some((a, b)) = todo.pop() {
        note(left, right, a, b, &mut found);
        let from = todo.len();
        let (mut a, mut b) = (left.child(a).into_iter().peekable(), right.child(b).into_iter().peekable());
        loop {
            let order = match (a.peek(), b.peek()) {
                (None, None) => break,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(a), Some(b)) => left.stack.name(*a).cmp(right.stack.name(*b)),
            };
            todo.push(match order {
                std::cmp::Ordering::Less => (a.next(), None),
                std::cmp::Ordering::Greater => (None, b.next()),
                std::cmp::Ordering::Equal => (a.next(), b.next()),
            });
        }
        todo[from..].reverse();
    }
    found
}

fn note(left: Side<'_>, right: Side<'_>, a: Option<PathId>, b: Option<PathId>, found: &mut Vec<Comparison>) {
    let at_left = a.and_then(|id| Some((id, left.version(id)?)));
    let at_right = b.and_then(|id| Some((id, right.version(id)?)));
    let aspects = match (at_left, at_right) {
        (None, None) => return,
        (Some((_, a)), Some((_, b))) => Aspects::between(left.stack.inode(a), right.stack.inode(b)),
        _ => Aspects::default(),
    };
    if at_left.is_some() && at_right.is_some() && aspects.is_empty() {
        return;
    }
    let path = match (a, b) {
        (Some(id), _) => left.stack.path(id),
        (None, Some(id)) => right.stack.path(id),
        (None, None) => return,
    };
    found.push(Comparison { path, left: at_left, right: at_right, aspects });
}
