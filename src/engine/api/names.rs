//! Names of images and platforms in queries.

use crate::engine::{Fault, FaultKind, Result};
use crate::spec::{Platform, Reference};
use crate::trace::Code;

/// `lab/shell` and `1`: a name to give.
pub(super) fn tag_of(repo: &str, tag: Option<&str>) -> Result<Reference> {
    let named: Reference = repo.parse().map_err(Fault::from)?;
    let digest = |text: &str| Fault::new(FaultKind::BadRequest, Code::TagWithDigest).with("reference", text);
    match (tag, &named.digest) {
        (None, Some(_)) => Err(digest(repo)),
        (None, None) => Ok(named),
        // As Docker: it takes the place of the tag or the digest that stands there.
        (Some(tag), _) => {
            let text = format!("{}/{}:{tag}", named.registry, named.repository);
            let reference: Reference = text.parse().map_err(Fault::from)?;
            if reference.digest.is_some() { Err(digest(&text)) } else { Ok(reference) }
        }
    }
}

/// `linux/arm64`
pub(super) fn platform(text: Option<&str>) -> Result<Option<Platform>> {
    let bad = |text: &str| Fault::new(FaultKind::BadRequest, Code::InvalidPlatform).with("platform", text);
    text.map(|text| Platform::parse(text).ok_or_else(|| bad(text))).transpose()
}
