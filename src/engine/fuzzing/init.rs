use crate::engine::process::oracle;

/// What a container is to be started with, and what its image has: the list of calls keeps every promise.
pub fn init(bytes: &[u8]) {
    oracle::init(bytes);
}
