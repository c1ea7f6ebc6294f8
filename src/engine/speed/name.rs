//! What the directory is called in which a place is measured.

use crate::engine::fault::Result;
use crate::engine::random;
use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Component, Path};

/// With what its name begins; sixteen random digits follow.
const PREFIX: &str = ".dockwalk-speed-";
const DIGITS: usize = 16;

/// The names under which is measured now.
static NOW: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Whether that is a directory that is measured in now. Whoever looks what a container wrote passes over it, and over no other: a container
/// may call its own as it likes.
pub fn is_scratch(name: &OsStr) -> bool {
    is_such(name) && name.to_str().is_some_and(|name| NOW.lock().contains(name))
}

/// A name that nobody has, passed over until it is dropped.
#[derive(Debug)]
pub(super) struct Name(String);

impl Name {
    pub(super) fn new() -> Result<Self> {
        let name = format!("{PREFIX}{}", random::hex(DIGITS)?);
        NOW.lock().insert(name.clone());
        Ok(Self(name))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        NOW.lock().remove(&self.0);
    }
}

/// Whether a path could be one that was measured in.
pub(super) fn is_scratch_path(path: &Path) -> bool {
    let plain = path.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
    path.is_absolute() && plain && path.file_name().is_some_and(is_such)
}

fn is_such(name: &OsStr) -> bool {
    let digits = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
    digits.is_some_and(|digits| digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_hides_behind_a_name() {
        let name = Name::new().unwrap();
        let known = name.as_str().to_owned();
        assert!(is_scratch(OsStr::new(&known)) && !is_scratch(OsStr::new(".dockwalk-speed-0123456789abcdef")));
        drop(name);
        assert!(!is_scratch(OsStr::new(&known)) && is_such(OsStr::new(&known)));
    }
}
