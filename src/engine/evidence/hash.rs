//! Digests that were computed here.

use crate::spec::Digest;
use crate::trace::Evidence;
use sha2::{Digest as _, Sha256};

/// Hashes these bytes, and says whether they are what was promised.
pub fn hash_of(of: &str, expected: &Digest, bytes: &[u8]) -> Evidence {
    let computed = Digest::from_sha256(&Sha256::digest(bytes).into());
    hashed(of, expected, &computed, bytes.len() as u64)
}

/// The digest that was computed over so many bytes while they passed.
pub fn hashed(of: &str, expected: &Digest, computed: &Digest, bytes: u64) -> Evidence {
    Evidence::Hash { of: of.to_owned(), expected: expected.to_string(), computed: computed.to_string(), bytes }
}
