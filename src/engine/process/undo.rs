//! How processes are undone: killed, if they are still the ones that were started.

use super::{Fault, Result};
use crate::engine::conductor::{Undo, Undone};
use crate::engine::sys;
use serde::{Deserialize, Serialize};
use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a killed process may take to go.
const PATIENCE: Duration = Duration::from_secs(3);

/// How a process is undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "undo")]
pub enum ProcessInverse {
    /// Kill that very process.
    KillProcess {
        /// In the engine's pid namespace.
        pid: u32,
        /// Field 22 of `/proc/<pid>/stat`, clock ticks after boot: distinguishes it from a later process with the same
        /// number. Never 0: a process whose start is not known is nobody's to kill.
        start_time: u64,
    },
}

impl ProcessInverse {
    /// For a child that has just been started. Fails when its start cannot be read.
    pub fn of(pid: u32) -> Result<Self> {
        Ok(Self::KillProcess { pid, start_time: start_time(pid)? })
    }
}

impl Undo for ProcessInverse {
    fn allowed(&self, _root: &Path) -> bool {
        let Self::KillProcess { pid, start_time } = self;
        *pid > 1 && i32::try_from(*pid).is_ok() && *pid != std::process::id() && *start_time > 0
    }

    fn ends_with_the_machine(&self) -> bool {
        true
    }

    fn words(&self) -> (String, String) {
        let Self::KillProcess { pid, .. } = self;
        (pid.to_string(), format!("kill({pid}, SIGKILL)"))
    }
}

/// Kills a process if it is still that one, and waits until it is dead, so that what it used can be taken away.
pub fn undo(inverse: &ProcessInverse) -> Result<Undone> {
    let ProcessInverse::KillProcess { pid, start_time } = *inverse;
    let alive = || state(pid).is_some_and(|(state, started)| started == start_time && !matches!(state, 'Z' | 'X'));
    if !alive() {
        return Ok(Undone::Gone);
    }
    let refused = |e: io::Error| Fault::io("kill", format!("process {pid}"), &e);
    let gone = |e: &io::Error| e.raw_os_error() == Some(libc::ESRCH);
    let held = match sys::open_process(pid) {
        Err(e) if gone(&e) => return Ok(Undone::Gone),
        held => held.map_err(refused)?,
    };
    // Looked at again now that it is held: from here on no other process can have its number for us.
    if !alive() {
        return Ok(Undone::Gone);
    }
    match sys::send_signal(held.as_fd(), libc::SIGKILL) {
        Err(e) if !gone(&e) => return Err(refused(e)),
        _ => {}
    }
    let began = Instant::now();
    while alive() {
        if began.elapsed() >= PATIENCE {
            return Err(refused(io::Error::from_raw_os_error(libc::ETIMEDOUT)));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(Undone::Done)
}

/// The start of a process that is there.
fn start_time(pid: u32) -> Result<u64> {
    let path = format!("/proc/{pid}/stat");
    let stat = std::fs::read_to_string(&path).map_err(|e| Fault::io("read", &path, &e))?;
    let started = fields(&stat).map(|(_, started)| started).filter(|started| *started > 0);
    let none = || Fault::io("read", &path, &io::Error::new(io::ErrorKind::InvalidData, "it has no start time"));
    started.ok_or_else(none)
}

fn state(pid: u32) -> Option<(char, u64)> {
    fields(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// State and start time in `/proc/<pid>/stat`. The name before them may hold blanks and parentheses.
fn fields(stat: &str) -> Option<(char, u64)> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.chars().next()?, fields.nth(18)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn only_that_very_process_is_killed() {
        let mut child = Command::new("sleep").arg("60").stdin(Stdio::null()).spawn().unwrap();
        let inverse = ProcessInverse::of(child.id()).unwrap();
        let ProcessInverse::KillProcess { pid, start_time } = inverse;
        let other = ProcessInverse::KillProcess { pid, start_time: start_time + 1 };
        assert_eq!(undo(&other).unwrap(), Undone::Gone);
        assert_eq!(child.try_wait().unwrap(), None, "another one with its number");
        assert_eq!(undo(&inverse).unwrap(), Undone::Done);
        use std::os::unix::process::ExitStatusExt;
        assert_eq!(child.wait().unwrap().signal(), Some(9));
        assert_eq!(undo(&inverse).unwrap(), Undone::Gone);
    }

    #[test]
    fn neither_init_nor_the_engine_itself_nor_one_of_unknown_start_is_killed() {
        let allowed = |pid: u32, start_time| ProcessInverse::KillProcess { pid, start_time }.allowed(Path::new("/e"));
        let other = u32::from(std::process::id() == 2) + 2;
        assert!(allowed(other, 1));
        for pid in [0, 1, u32::MAX, std::process::id()] {
            assert!(!allowed(pid, 1), "{pid}");
        }
        assert!(!allowed(other, 0));
    }

    #[test]
    fn a_start_that_cannot_be_read_is_an_error_and_not_0() {
        ProcessInverse::of(u32::MAX).unwrap_err();
        assert_eq!(fields("7 (a) b) S 1 2 3"), None);
        assert_eq!(fields("7 (sh) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 x"), None);
        assert_eq!(fields("7 (a) b) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 42 0"), Some(('S', 42)));
    }
}
