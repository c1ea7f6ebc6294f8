//! What the directory is called in which a place is measured.

use crate::engine::fault::Result;
use crate::engine::random;
use std::ffi::OsStr;
use std::path::{Component, Path};

/// With what its name begins; sixteen random digits follow.
const PREFIX: &str = ".dockwalk-speed-";
const DIGITS: usize = 16;

/// A name that such a directory has. Whoever looks what a container wrote passes over it.
pub fn is_scratch(name: &OsStr) -> bool {
    let digits = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
    digits.is_some_and(|digits| digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A name that nobody has.
pub(super) fn name() -> Result<String> {
    Ok(format!("{PREFIX}{}", random::hex(DIGITS)?))
}

/// Whether a path could be one that was measured in.
pub(super) fn is_scratch_path(path: &Path) -> bool {
    let plain = path.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
    path.is_absolute() && plain && path.file_name().is_some_and(is_scratch)
}
