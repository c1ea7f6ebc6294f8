//! What the documents of an archive say, of whichever kind they are.

use super::compose::NewImage;
use super::spool::Stored;
use crate::engine::documents::{Unfit, Why};
use crate::engine::{Fault, FaultKind};
use crate::spec::{Digest, Reference};
use crate::trace::{Code, Index};
use std::collections::BTreeMap;

/// Images of one archive, and names of one image.
pub const IMAGES: usize = 1000;

/// An image of an archive, everything about it checked.
pub struct Found {
    pub image: NewImage,
    /// The index that lists its manifest.
    pub index: Option<(Index, Vec<u8>)>,
    /// Its layers' files by digest.
    pub blobs: BTreeMap<Digest, Stored>,
    pub tags: Vec<Reference>,
    /// The document that lists its layers, and what it says.
    pub listed_in: String,
    pub document: String,
}

/// Which document it was.
pub fn about(unfit: Unfit, name: &str) -> Fault {
    match unfit.why {
        Why::Unsupported(reason) => unreadable(name, &reason),
        _ => unfit.into(),
    }
}

pub fn unreadable(name: &str, reason: &impl ToString) -> Fault {
    let fault = Fault::new(FaultKind::BadRequest, Code::ArchiveDocument).with("name", name);
    fault.with("reason", reason.to_string())
}
