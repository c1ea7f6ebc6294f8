//! Undoes what a journal says. Everything here may be done twice, and what is gone already is no error: an engine that was
//! killed may have got anywhere.

use super::*;
use crate::engine::lab::{Lab, Netns};
use crate::engine::{evidence, handle};
use crate::engine::{net, sys};
use crate::i18n::{Lang, Words};
use crate::trace::{Plan, Problem, StepKind};
use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::mount::{MntFlags, umount2};
use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::sys::statfs::{CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, fstatfs};
use nix::unistd::Pid;
use std::fs;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a killed process may take to go, and a control group to be empty.
const PATIENCE: Duration = Duration::from_secs(3);

/// Undoes one change of the host. `host` is the network namespace that plays the host now; without one, or in another than
/// the one that was changed, what concerns the network is gone already.
pub fn undo(inverse: &Inverse, host: Option<&Netns>) -> Result<()> {
    let same = |netns: u64| host.filter(|host| host.inode() == netns);
    match inverse {
        Inverse::KillProcess { pid, start_time } => kill_process(*pid, *start_time),
        Inverse::Unmount { path, mntns } => unmount(path, *mntns),
        Inverse::DeleteLink { netns, name } => same(*netns).map_or(Ok(()), |host| net::delete_link(host, name)),
        Inverse::DeleteNftTable { netns, family, name } => {
            same(*netns).map_or(Ok(()), |host| net::delete_table(host, family, name).map(|_| ()))
        }
        Inverse::RestoreSysctl { netns, path, value } => {
            same(*netns).map_or(Ok(()), |host| net::write_sysctl(host, path, value))
        }
        Inverse::RemoveCgroup { path } => remove_cgroup(path),
        Inverse::RemoveDir { path } => remove_dir(path),
        Inverse::RemoveFile { path } => {
            gone(fs::remove_file(path)).map_err(|e| Fault::io("remove", path.display(), &e))
        }
    }
}

/// Undoes what an earlier engine left, latest first. What cannot be undone stays in the journal and is said.
pub fn recover(conductor: &Arc<Conductor>, lab: &Lab) -> Result<()> {
    let (pending, refused) = (conductor.journal().pending(None), conductor.journal().refused());
    if pending.is_empty() && refused.is_empty() {
        return Ok(());
    }
    let journal = conductor.journal().path();
    conductor.operate(OpKind::Recover, pending.len(), "", &Cancel::new(), |cx| {
        for refused in refused {
            let (problem, line) = refusal(&refused, &journal);
            tracing::warn!("{}", Words::new(Lang::En).problem(&problem));
            cx.observe(Change::Remark(problem), vec![stands(&journal, &line)]);
        }
        for (entry, inverse) in pending {
            let (subject, call) = words(&inverse);
            let plan = Plan::new(StepKind::Recover, subject).call(&call);
            let result = cx.step(plan, |cx| {
                undo(&inverse, Some(&lab.host))?;
                cx.undone(entry)
            });
            if let Err(fault) = result {
                let problem = Problem::new("recover-failed").with("what", &call).with("reason", &fault);
                let line = serde_json::to_string(&inverse).unwrap_or(call);
                cx.observe(Change::Remark(problem), vec![stands(&journal, &line)]);
            }
        }
        Ok(())
    })
}

/// A line of the journal as it stands there.
fn stands(journal: &Path, line: &str) -> Evidence {
    let read = evidence::read(journal);
    read.map_or_else(|unread| unread.evidence, |text| text.lines(|known| known.contains(line.trim_end())))
}

/// Why something in the journal is not done, and how it stands there.
fn refusal(refused: &Refused, journal: &Path) -> (Problem, String) {
    match refused {
        Refused::Foreign(inverse) => {
            let problem = Problem::new("journal-entry-foreign").with("journal", journal.display());
            (problem.with("what", words(inverse).1), serde_json::to_string(inverse).unwrap_or_default())
        }
        Refused::Unreadable { line, text } => {
            let problem = Problem::new("journal-line-unreadable").with("journal", journal.display());
            (problem.with("line", line), text.clone())
        }
    }
}

/// What an inverse is about, and the call that does it.
fn words(inverse: &Inverse) -> (String, String) {
    match inverse {
        Inverse::KillProcess { pid, .. } => (pid.to_string(), format!("kill({pid}, SIGKILL)")),
        Inverse::Unmount { path, .. } => {
            (path.display().to_string(), format!("umount2({path:?}, MNT_DETACH|UMOUNT_NOFOLLOW)"))
        }
        Inverse::DeleteLink { name, .. } => (name.clone(), format!("RTM_DELLINK name={name}")),
        Inverse::DeleteNftTable { family, name, .. } => (name.clone(), format!("nft delete table {family} {name}")),
        Inverse::RestoreSysctl { path, value, .. } => {
            (path.display().to_string(), format!("write({path:?}, {value:?})"))
        }
        Inverse::RemoveCgroup { path } => (path.display().to_string(), format!("rmdir({path:?})")),
        Inverse::RemoveDir { path } => (path.display().to_string(), format!("rm -r {}", path.display())),
        Inverse::RemoveFile { path } => (path.display().to_string(), format!("unlink({path:?})")),
    }
}

/// What is not there need not be removed.
fn gone(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Kills a process if it is still that one, and waits until it is dead, so that what it used can be taken away.
fn kill_process(pid: u32, start_time: u64) -> Result<()> {
    let alive =
        || process_state(pid).is_some_and(|(state, started)| started == start_time && !matches!(state, 'Z' | 'X'));
    if !alive() {
        return Ok(());
    }
    let refused = |e: io::Error| Fault::io("kill", format!("process {pid}"), &e);
    let gone = |e: &io::Error| e.raw_os_error() == Some(libc::ESRCH);
    let held = match sys::open_process(pid) {
        Err(e) if gone(&e) => return Ok(()),
        held => held.map_err(refused)?,
    };
    // Looked at again now that it is held: from here on no other process can have its number for us.
    if !alive() {
        return Ok(());
    }
    match sys::send_signal(held.as_fd(), libc::SIGKILL) {
        Err(e) if !gone(&e) => return Err(refused(e)),
        _ => {}
    }
    wait_until(|| !alive()).then_some(()).ok_or_else(|| refused(Errno::ETIMEDOUT.into()))
}

/// State and start time of `/proc/<pid>/stat`. The name before them may hold blanks and parentheses.
fn process_state(pid: u32) -> Option<(char, u64)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.chars().next()?, fields.nth(18)?.parse().ok()?))
}

fn wait_until(done: impl Fn() -> bool) -> bool {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if done() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    done()
}

/// A mount of another mount namespace went with it.
fn unmount(path: &Path, mntns: u64) -> Result<()> {
    let ours =
        fs::metadata("/proc/thread-self/ns/mnt").map_err(|e| Fault::io("look at", "/proc/thread-self/ns/mnt", &e))?;
    if ours.ino() != mntns {
        return Ok(());
    }
    match umount2(path, MntFlags::MNT_DETACH | MntFlags::UMOUNT_NOFOLLOW) {
        // Nothing is mounted there, or there is no there any more.
        Ok(()) | Err(Errno::EINVAL | Errno::ENOENT) => Ok(()),
        Err(errno) => Err(Fault::io("unmount", path.display(), &errno.into())),
    }
}

/// Kills what is in a control group and below it, then removes them, children first.
fn remove_cgroup(path: &Path) -> Result<()> {
    let refused = |e: io::Error| Fault::io("remove", path.display(), &e);
    if !path.exists() {
        return Ok(());
    }
    // What merely has the name of one may hold anything.
    let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let kind = open(path, flags, Mode::empty()).and_then(|group| fstatfs(&group)).map_err(|e| refused(e.into()))?;
    if ![CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC].contains(&kind.filesystem_type()) {
        return Err(refused(io::Error::other("no control group")));
    }
    let groups = below(path).map_err(refused)?;
    let mut result = Ok(());
    let removed = || {
        for group in &groups {
            // Version 2 kills a whole tree at once; elsewhere each process is killed. Either may find nothing to do.
            if fs::write(group.join("cgroup.kill"), "1").is_err() {
                let pids = fs::read_to_string(group.join("cgroup.procs")).unwrap_or_default();
                let pids = pids.lines().filter_map(|pid| pid.parse().ok()).filter(|pid| *pid > 0);
                pids.for_each(|pid| kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap_or_default());
            }
        }
        groups.iter().try_for_each(|group| gone(fs::remove_dir(group)))
    };
    wait_until(|| removed().is_ok());
    if path.exists() {
        result = removed().map_err(refused);
    }
    result
}

/// A control group and all below it, children first.
fn below(group: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(group)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(below(&entry.path())?);
        }
    }
    found.push(group.to_owned());
    Ok(found)
}

/// Removes a directory with all that is in it, never through a symbolic link and however deep (see `handle`). Directories
/// that may not be searched (a container's files, overlay's `work/work`) are opened up first.
fn remove_dir(path: &Path) -> Result<()> {
    gone(handle::remove(path)).map_err(|e| Fault::io("remove", path.display(), &e))
}
