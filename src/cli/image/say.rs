//! How trees are said in lines.

use crate::client::units::human_size;
use crate::i18n::Words;
use crate::tree::{Aspects, Hidden, Inode, Kind, PathChange};

/// One character before a path.
pub(super) fn sign(mark: PathChange) -> char {
    match mark {
        PathChange::Same => ' ',
        PathChange::Added => '+',
        PathChange::Changed => '~',
        PathChange::Metadata => '%',
        PathChange::Opaque => 'o',
        PathChange::Deleted => '-',
        PathChange::NoEffect => '0',
    }
}

/// `drwxr-xr-x`, as ls(1) has it.
pub(super) fn mode(inode: &Inode) -> String {
    if inode.is_whiteout() { "whiteout  ".to_owned() } else { inode.kind.with_mode(inode.mode) }
}

/// What comes after the name: a link's target, a device's numbers, names that share it.
pub(super) fn more(inode: &Inode) -> String {
    match &inode.kind {
        Kind::Symlink { target } => format!(" -> {target}"),
        Kind::Char { major, minor } | Kind::Block { major, minor } if !inode.is_whiteout() => {
            format!(" ({major}, {minor})")
        }
        _ if inode.links > 1 => format!(" (×{})", inode.links),
        _ => String::new(),
    }
}

pub(super) fn size(bytes: u64) -> String {
    human_size(bytes, 3)
}

/// A layer's number as people count: the lowest is 1.
pub(super) fn number(layer: u16) -> u32 {
    u32::from(layer) + 1
}

pub(super) fn hidden(words: &Words, hidden: &Hidden) -> String {
    let layer = number(hidden.layer()).to_string();
    let (key, at) = match hidden {
        Hidden::Replaced { .. } => ("tree-hidden-replaced", None),
        Hidden::Merged { .. } => ("tree-hidden-merged", None),
        Hidden::Deleted { at, .. } => ("tree-hidden-deleted", Some(at)),
        Hidden::Opaque { at, .. } => ("tree-hidden-opaque", Some(at)),
        Hidden::NotADirectory { at, .. } => ("tree-hidden-not-a-directory", Some(at)),
    };
    let at = at.map(|at| format!("/{at}")).unwrap_or_default();
    words.say_with(key, &[("layer", &layer), ("at", &at)])
}

/// In what two versions differ, with words between.
pub(super) fn aspects(words: &Words, aspects: Aspects) -> String {
    let word = |aspect| {
        let json = serde_json::to_value(aspect).unwrap_or_default();
        words.say(&format!("tree-aspect-{}", json.as_str().unwrap_or_default()))
    };
    aspects.iter().map(word).collect::<Vec<_>>().join(", ")
}
