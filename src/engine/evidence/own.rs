//! What the engine itself keeps, computes or decides.

use crate::trace::{Book, Evidence};

/// Nothing outside was asked: a fact of the engine's own, a line each.
pub fn own<T: ToString>(book: Book, facts: impl IntoIterator<Item = T>) -> Evidence {
    let lines: Vec<_> = facts.into_iter().map(|fact| fact.to_string()).collect();
    Evidence::Own { book, facts: lines.join("\n") }
}
