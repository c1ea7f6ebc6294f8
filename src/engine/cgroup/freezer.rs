//! Lets all processes of a group stand still, and go on (Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst; cgroup-v2.rst,
//! `cgroup.freeze`).

use crate::engine::evidence;
use crate::engine::fault::{Fault, Result};
use crate::trace::{Code, Evidence};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a group may take to stand still. Who waits for a disk stands still only when it has answered.
const PATIENCE: Duration = Duration::from_secs(10);

/// Of version 1: the word and the state.
const STATE: &str = "freezer.state";
/// Of version 2: the word …
const FREEZE: &str = "cgroup.freeze";
/// … and the state.
const EVENTS: &str = "cgroup.events";

/// A group that can stand still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freezer {
    pub(super) dir: PathBuf,
    pub(super) version_2: bool,
}

impl Freezer {
    /// The group.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The write that lets all stand still: its file and its word.
    fn freezing(&self) -> (PathBuf, &'static str) {
        if self.version_2 { (self.dir.join(FREEZE), "1") } else { (self.dir.join(STATE), "FROZEN") }
    }

    /// The write that lets them go on.
    pub fn thawing(&self) -> (PathBuf, &'static str) {
        if self.version_2 { (self.dir.join(FREEZE), "0") } else { (self.dir.join(STATE), "THAWED") }
    }

    /// Lets all stand still, and waits until they do. When they do not, they go on.
    pub fn freeze(&self) -> Result<Vec<Evidence>> {
        let frozen = if self.version_2 { "frozen 1" } else { "FROZEN" };
        self.turn(self.freezing(), frozen).inspect_err(|_| Self::release(&self.dir))
    }

    /// Lets them go on.
    pub fn thaw(&self) -> Result<Vec<Evidence>> {
        let thawed = if self.version_2 { "frozen 0" } else { "THAWED" };
        self.turn(self.thawing(), thawed)
    }

    fn turn(&self, (file, word): (PathBuf, &str), reached: &str) -> Result<Vec<Evidence>> {
        let state = self.dir.join(if self.version_2 { EVENTS } else { STATE });
        let began = Instant::now();
        loop {
            // Version 1 tries to stop those it has not stopped yet each time it is told.
            let (written, call) = evidence::write(&file, word);
            written.map_err(|errno| Fault::io("write", file.display(), &errno.into()))?;
            let text = evidence::read(&state).map_err(|unread| Fault::io("read", state.display(), &unread.error))?;
            if text.content().lines().any(|line| line == reached) {
                return Ok(vec![call, text.lines(|line| line == reached)]);
            }
            if began.elapsed() > PATIENCE {
                let now = text.content().trim().replace('\n', ", ");
                return Err(Fault::failed(Code::FreezerStuck).with("path", state.display()).with("state", now));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Lets go of a group of either version, whatever it is: what is to be killed must go on to hear of it.
    pub(super) fn release(dir: &Path) {
        for (file, word) in [(STATE, "THAWED"), (FREEZE, "0")] {
            let file = dir.join(file);
            if file.exists() {
                fs::write(&file, word)
                    .unwrap_or_else(|error| tracing::debug!(%error, file = %file.display(), "not let go"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_the_kernels_word_and_what_is_read_back_counts() {
        for (version_2, file, word, state, reached) in
            [(false, STATE, "FROZEN", STATE, "FROZEN\n"), (true, FREEZE, "1", EVENTS, "populated 1\nfrozen 1\n")]
        {
            let dir = tempfile::tempdir().unwrap();
            let freezer = Freezer { dir: dir.path().to_owned(), version_2 };
            assert!(freezer.freeze().is_err(), "there is no such file, and none is made");
            for name in [file, state] {
                fs::write(dir.path().join(name), reached).unwrap();
            }
            assert_eq!(freezer.freezing(), (dir.path().join(file), word));
            let evidence = freezer.freeze().unwrap();
            let [Evidence::Syscall { call, .. }, Evidence::File { content, .. }] = &evidence[..] else {
                panic!("{evidence:?}")
            };
            assert!(call.contains(&format!("{word:?}")) && reached.contains(content.trim()), "{call} {content}");
        }
    }
}
