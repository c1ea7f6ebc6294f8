//! What lies in the layers of an image: what each says about which path, and what is left when they are stacked.
//!
//! ```text
//! entries of a tar ──Layer::build──▶ Layer ─┐
//! entries of a tar ──Layer::build──▶ Layer ─┼─Stack::new──▶ Stack ──visible(Scope)──▶ VisibleTree ──View──▶ rows of a screen
//!        …                                  ┘                 ├── which(path)   who serves it, what hides beneath
//!                                                             ├── waste()       bytes that nobody can see
//!                                                             ├── search(query) Matches
//!                                                             └── compare, export
//! ```
//!
//! Pure: entries come from a tar or a directory, read by somebody else. Everything here costs time in proportion to the
//! number of paths but for [`View`], which is what a frame may touch.

mod build;
mod bytes;
mod compare;
mod difference;
mod entry;
mod export;
mod layer;
mod mode;
mod query;
mod stack;
mod sum;
#[cfg(test)]
mod tests;
mod view;
mod visible;
mod waste;
mod which;

pub use bytes::PathBytes;
pub use compare::{Comparison, Side, compare};
pub use difference::{Aspect, Aspects};
pub use entry::{Kind, LayerEntry, Time};
pub use export::{EXPORT_VERSION, ExportedNode, ExportedVersion};
pub use layer::{FaultReason, Inode, Layer, LayerFault, NodeId};
pub use query::{KindFilter, Matches, Query};
pub use stack::{PathId, Stack, Version};
pub use sum::Sum;
pub use view::{Order, Row, View};
pub use visible::{PathChange, Scope, VisibleTree};
pub use waste::{Waste, WastedPath, WastedVersion};
pub use which::{Hidden, Resolved, Which, WhichVersion};

/// The names of a path.
fn parts(path: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    path.split(|b| *b == b'/').filter(|part| !matches!(*part, b"" | b"."))
}

/// The path of a node, from the names above it up to the root, which is 0.
fn path_of<'a>(id: u32, look: impl Fn(u32) -> (&'a [u8], u32)) -> PathBytes {
    let (mut names, mut at) = (Vec::new(), id);
    while at != 0 {
        let (name, parent) = look(at);
        names.push(name);
        at = parent;
    }
    names.reverse();
    PathBytes::from(names.join(&b'/'))
}
