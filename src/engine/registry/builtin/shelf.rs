use crate::spec::Digest;
use axum::body::Bytes;
use std::collections::BTreeMap;

/// What the registry has to give.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shelf {
    pub blobs: BTreeMap<Digest, Stored>,
    /// Name → tag → index.
    pub tags: BTreeMap<String, BTreeMap<String, Digest>>,
}

/// A blob, and what it is served as.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    pub media_type: String,
    pub bytes: Bytes,
}
