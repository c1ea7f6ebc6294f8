//! Archives of images: reads what `docker save`, `podman save`, skopeo and umoci write, and writes what they all read.
//!
//! ```text
//! tar ─▶ spool (each file hashed on its way to the disk) ─▶ index.json | manifest.json ─▶ what is wanted, checked
//!                                                                         │
//!        image, tags ◀─ layers unpacked as for a pull ◀─ blobs of the store ◀┘
//! ```
//!
//! Names in an archive are keys of a map and never become paths. What fails leaves nothing in the store. Does not know HTTP.

mod changes;
mod compose;
mod docker;
mod found;
mod holes;
mod import;
mod layer;
mod load;
mod oci;
mod padded;
mod save;
mod saved;
mod spool;
#[cfg(test)]
mod tests;
mod upper;

pub use changes::apply_all as apply_changes;
pub(super) use compose::{NewImage, compose};
pub use import::{Import, import};
pub(super) use import::{Scratch, bring_in, tell_documents};
pub use load::{Loaded, load};
pub use save::Save;
pub use upper::{pack, pack_files, pack_into, pack_one};

use crate::spec::Digest;

/// How far a load has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Bytes of the archive were read.
    Read(u64),
    /// Bytes of a layer are unpacked.
    Layer {
        /// The layer's short diff id.
        id: String,
        /// So many bytes of its blob.
        current: u64,
        /// Of how many.
        total: u64,
    },
    /// An image is there, with all its names.
    Image(Digest),
    /// A line of text, as Docker prints it.
    Line(String),
}
