//! Names of images and platforms in queries.

use crate::engine::{Fault, FaultKind, Result};
use crate::spec::{Platform, Reference};
use crate::trace::Code;

/// `lab/shell` and `1`: a name to give.
pub(super) fn tag_of(repo: &str, tag: Option<&str>) -> Result<Reference> {
    let text = match tag {
        Some(tag) => format!("{repo}:{tag}"),
        None => repo.to_owned(),
    };
    let reference: Reference = text.parse().map_err(Fault::from)?;
    match reference.digest {
        Some(_) => Err(Fault::new(FaultKind::BadRequest, Code::TagWithDigest).with("reference", text)),
        None => Ok(reference),
    }
}

/// `linux/arm64`
pub(super) fn platform(text: Option<&str>) -> Result<Option<Platform>> {
    let bad = |text: &str| Fault::new(FaultKind::BadRequest, Code::InvalidPlatform).with("platform", text);
    text.map(|text| Platform::parse(text).ok_or_else(|| bad(text))).transpose()
}
