//! Applies the tar of a layer to a directory of its own, which is then a lower directory of overlay mounts.
//!
//! ```text
//! compressed bytes ─▶ [inflate] ─┬─▶ [sha256] ─▶ diff id
//!                                └─▶ [apply]  ─▶ dir/…       three threads, bounded channels between them
//! ```
//!
//! Does not know where the bytes come from, nor what lies in the layers below: an entry of a layer is applied to a fresh
//! directory, and what it hides below is found afterwards, by [`effects`].

mod apply;
mod decompress;
mod effects;
mod fault;
mod format;
mod limits;
mod list;
mod listing;
mod marks;
pub(super) mod overlay;
mod parse;
mod stream;
#[cfg(test)]
pub(super) mod tests;

pub use apply::{Into, Placing, Resolver, put};
pub(super) use decompress::decoder;
pub use effects::effects;
pub use fault::complaint;
pub use format::{Compression, Foreign};
pub use limits::Limits;
pub use list::list;
#[cfg(any(test, fuzzing))]
pub use list::list_within;
pub use listing::{ListReader, ListWriter};
pub use marks::{TarMark, TarMarks};
pub use overlay::marks_of;
pub(super) use parse::{Item, Reader};
pub use stream::Unpack;

use super::IdRange;
use crate::spec::Digest;
use crate::trace::Problem;
use std::time::Duration;

/// How layers are written on this host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The ids that files may be given to.
    pub ids: IdRange,
    /// In a user namespace: marks are `user.overlay.*`, and there are no device nodes.
    pub rootless: bool,
    /// What a layer may ask for.
    pub limits: Limits,
    /// How paths inside a layer are resolved.
    pub resolver: Resolver,
}

impl Options {
    /// Those of this host.
    pub fn new(ids: IdRange, rootless: bool) -> Self {
        Self { ids, rootless, limits: Limits::default(), resolver: Resolver::detect() }
    }
}

/// A layer's tar, applied.
#[derive(Debug, Clone)]
pub struct Applied {
    /// sha256 of the tar.
    pub diff_id: Digest,
    /// Bytes of the tar.
    pub tar_size: u64,
    /// Entries of the tar.
    pub entries: u64,
    /// Bytes of file content.
    pub size: u64,
    /// What it says about which path.
    pub marks: TarMarks,
    /// What could not be done as the image asks, worth saying.
    pub remarks: Vec<Problem>,
    /// From the first byte to the last file.
    pub took: Duration,
}

/// A path as the trace shows it: bytes outside UTF-8 as `\xNN`.
pub fn shown(path: &[u8]) -> String {
    let mut text = String::with_capacity(path.len());
    for chunk in path.utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    text
}
