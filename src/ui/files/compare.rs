//! What differs between two trees, as a tree.

use crate::tree::{
    Comparison, Kind, Layer, LayerEntry, PathBytes, PathId, Scope, Side, Stack, Version, View, VisibleTree, compare,
};
use std::sync::Arc;

/// The tree of differences: a stack of two layers, of which the lower has what only the left side has or has otherwise, and
/// the upper is what has to be laid over it to get the right side. Its marks then say what differs.
pub fn view(left: (&Stack, &VisibleTree), right: (&Stack, &VisibleTree)) -> View {
    let side = |(stack, visible)| Side { stack, visible };
    let found = compare(side(left), side(right));
    let (mut below, mut above) = (Vec::new(), Vec::new());
    // What lies in there is gone with it.
    let mut gone: Option<PathBytes> = None;
    for one in &found {
        if let Some((_, version)) = one.left {
            below.push(entry(left.0, version, one));
        }
        match one.right {
            Some((_, version)) => {
                let over = entry(right.0, version, one);
                if !matches!(over.kind, Kind::Directory) {
                    gone = Some(one.path.clone());
                }
                above.push(over);
            }
            None if gone.as_ref().is_some_and(|gone| is_in(&one.path, gone)) => {}
            None => {
                gone = Some(one.path.clone());
                above.push(LayerEntry { kind: Kind::Whiteout, path: one.path.clone(), ..LayerEntry::directory("") });
            }
        }
    }
    let stack = Arc::new(Stack::new(vec![Arc::new(Layer::build(below)), Arc::new(Layer::build(above))]));
    let visible = Arc::new(stack.visible(Scope::UpTo(1)));
    let mut view = View::new(stack, visible);
    if found.len() < 2000 {
        view.expand_all();
    }
    view
}

fn entry(stack: &Stack, version: Version, one: &Comparison) -> LayerEntry {
    let layer = &stack.layers()[usize::from(version.layer)];
    // A directory that is there on both sides does not hide what the other has in it.
    LayerEntry { path: one.path.clone(), ..layer.entry(version.node) }
}

fn is_in(path: &PathBytes, directory: &PathBytes) -> bool {
    let rest = path.as_bytes().strip_prefix(directory.as_bytes());
    rest.is_some_and(|rest| rest.first() == Some(&b'/'))
}

/// What the left side and what the right side has at a path of such a tree.
pub fn sides(stack: &Stack, id: PathId) -> [Option<Version>; 2] {
    let of = |layer: u16| {
        let version = stack.versions(id).iter().copied().find(|version| version.layer == layer);
        version.filter(|version| !stack.inode(*version).is_whiteout() && !stack.inode(*version).implied)
    };
    [of(0), of(1)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::PathChange;

    fn stack(paths: &[(&str, Option<u64>)]) -> Stack {
        let entry = |(path, size): &(&str, Option<u64>)| match size {
            Some(size) => LayerEntry { kind: Kind::File { size: *size }, ..LayerEntry::directory(path) },
            None => LayerEntry::directory(path),
        };
        Stack::new(vec![Arc::new(Layer::build(paths.iter().map(entry)))])
    }

    fn differences(left: &[(&str, Option<u64>)], right: &[(&str, Option<u64>)]) -> Vec<(String, PathChange)> {
        let (left, right) = (stack(left), stack(right));
        let (a, b) = (left.visible(Scope::UpTo(0)), right.visible(Scope::UpTo(0)));
        let mut view = view((&left, &a), (&right, &b));
        view.expand_all();
        let rows = (0..view.len()).map(|at| view.row(at));
        let marked = rows.filter(|row| row.mark != PathChange::Same);
        marked.map(|row| (view.stack().path(row.id).to_string(), row.mark)).collect()
    }

    #[test]
    fn what_came_changed_and_went_is_marked_and_what_is_alike_is_left_out() {
        let left = [("same", Some(1)), ("etc/motd", Some(3)), ("old/a", Some(1)), ("old/b", Some(1)), ("x", Some(1))];
        let right = [("same", Some(1)), ("etc/motd", Some(4)), ("new", Some(1)), ("x/inside", Some(1))];
        let found = differences(&left, &right);
        let expected = [
            ("etc/motd", PathChange::Changed),
            ("new", PathChange::Added),
            ("old", PathChange::Deleted),
            ("old/a", PathChange::Deleted),
            ("old/b", PathChange::Deleted),
            ("x", PathChange::Changed),
            ("x/inside", PathChange::Added),
        ];
        assert_eq!(found, expected.map(|(path, mark)| (path.to_owned(), mark)));
        assert_eq!(differences(&left, &left), []);
    }

    #[test]
    fn a_directory_that_became_a_file_takes_what_was_in_it_along() {
        let found = differences(&[("x/a", Some(1)), ("x/b/c", Some(1))], &[("x", Some(9))]);
        assert_eq!(found[0], ("x".to_owned(), PathChange::Changed));
        assert!(found[1..].iter().all(|(_, mark)| *mark == PathChange::Deleted), "{found:?}");
    }
}
