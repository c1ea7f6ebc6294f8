//! What the documents of an archive say, of whichever kind they are.

use super::compose::NewImage;
use super::spool::Stored;
use crate::engine::documents::{Unfit, Why};
use crate::engine::typed::Misfit;
use crate::engine::{Fault, FaultKind, Result};
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
    /// What it is to be called beside that, and cannot be.
    pub misnamed: Option<Fault>,
    /// The document that lists its layers, and what it says.
    pub listed_in: String,
    pub document: String,
}

/// The images of an archive in its order, and why those behind them are not loaded.
#[derive(Default)]
pub struct Listed {
    pub found: Vec<Found>,
    pub then: Option<Fault>,
}

impl Listed {
    /// As Docker: what stands before a fault is loaded. Before the first of all there is nothing.
    pub fn of(all: impl IntoIterator<Item = Result<Found>>) -> Result<Self> {
        let mut listed = Self::default();
        for one in all {
            match one {
                Ok(found) => {
                    let last = found.misnamed.is_some();
                    listed.found.push(found);
                    if last {
                        break;
                    }
                }
                // How much there may be is a bound of the whole archive.
                Err(fault) if listed.found.is_empty() || matches!(fault.problem.code, Code::ArchiveDocumentLarge) => {
                    return Err(fault);
                }
                Err(fault) => {
                    listed.then = Some(fault);
                    break;
                }
            }
        }
        Ok(listed)
    }

    /// The same with one more thing to look at.
    pub fn checked(self, check: impl Fn(&Found) -> Result<()>) -> Result<Self> {
        let Self { found, then } = self;
        let checked = found.into_iter().map(|one| check(&one).map(|()| one));
        Self::of(checked.chain(then.map(Err)))
    }
}

/// Which document it was.
pub fn about(unfit: Unfit, name: &str) -> Fault {
    match unfit.why {
        Why::Unsupported(reason) => unreadable(name, &reason),
        Why::Field(misfit) => unfit_field(name, misfit),
        _ => Fault { kind: FaultKind::BadRequest, ..unfit.into() },
    }
}

/// A field of a document that is not as it has to be.
pub fn unfit_field(name: &str, Misfit { field, found, wanted }: Misfit) -> Fault {
    let fault = Fault::new(FaultKind::BadRequest, Code::ArchiveField).with("name", name).with("field", field);
    fault.with("found", found).with("wanted", wanted)
}

pub fn unreadable(name: &str, reason: &impl ToString) -> Fault {
    let fault = Fault::new(FaultKind::BadRequest, Code::ArchiveDocument).with("name", name);
    fault.with("reason", reason.to_string())
}
