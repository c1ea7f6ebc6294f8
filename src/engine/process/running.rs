use super::init::Privileges;
use super::launch::Launched;
use super::observe::Subject;
use super::*;
use crate::engine::conductor::{Conductor, EntryId};
use crate::engine::evidence::{self, Ended};
use crate::engine::sys;
use crate::trace::{Code, Evidence};
use nix::poll::{PollFd, PollFlags, PollTimeout};
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::{Arc, Weak};

/// How long a process may take between leaving its namespaces and its end, in milliseconds.
const ENDING: u16 = 1000;

/// A process of a container, or one on the lab host.
#[derive(Debug)]
pub struct Running {
    /// In the engine's pid namespace.
    pub pid: u32,
    /// What it reads and writes. Taken once.
    pub io: Option<Io>,
    terminal: Option<File>,
    end: Arc<End>,
    pub(super) past: Past,
}

/// What of its start a process needs as long as it lives.
#[derive(Debug)]
pub(super) enum Past {
    /// On the lab host.
    Nothing,
    /// Of one beside a container's first process: that one.
    Beside(Weak<End>),
    /// Of a container's first process: what `exec` takes over.
    Profile(Box<Profile>),
}

/// What `exec` takes over from a container's first process.
#[derive(Debug)]
pub(super) struct Profile {
    pub privileges: Privileges,
    /// Groups that each of its processes is in, whoever it is.
    pub group_add: Vec<String>,
    /// What was asked for and what the image has: what Docker adds is another for each command.
    pub env: Vec<String>,
    pub hostname: String,
    pub cwd: String,
    pub merged: PathBuf,
    pub mounts: Vec<MountSpec>,
    /// It may get more directories while it runs.
    pub group: Mutex<Option<Group>>,
    /// See [`ProcessSpec::of_host`].
    pub of_host: u64,
    pub have: u64,
}

/// What the waiting thread and everybody else share.
#[derive(Debug)]
pub(super) struct End {
    pidfd: OwnedFd,
    subject: Subject,
    /// The container's first process, where it runs beside that.
    of: Option<Weak<End>>,
    entry: EntryId,
    /// See [`Launched::pins`].
    pins: Mutex<Vec<OwnedFd>>,
    status: Mutex<Option<Ended>>,
    known: Condvar,
    /// See [`Running::look_again`].
    looks: Mutex<()>,
}

impl Running {
    /// Waits for its end from now on. When that cannot be, it is killed and collected.
    pub(super) fn new(cx: &Cx, launched: Launched, io: Option<Io>, past: Past) -> Result<Self> {
        let Launched { subject, pidfd, entry, pins, .. } = launched;
        let pins = Mutex::new(pins);
        let pid = subject.pid;
        let of = if let Past::Beside(first) = &past { Some(first.clone()) } else { None };
        let end = Arc::new(End {
            pidfd,
            subject,
            of,
            entry,
            pins,
            status: Mutex::default(),
            known: Condvar::new(),
            looks: Mutex::default(),
        });
        let started = Self::started(cx, &end, io);
        match started {
            Ok((io, terminal)) => Ok(Self { pid, io: Some(io), terminal, end, past }),
            Err(fault) => {
                let ended = reap::kill(end.pidfd.as_fd());
                reap::observe(cx, &end.subject, &ended);
                if let Err(fault) = cx.undone(entry) {
                    tracing::warn!(%fault, "journal");
                }
                Err(fault)
            }
        }
    }

    fn started(cx: &Cx, end: &Arc<End>, io: Option<Io>) -> Result<(Io, Option<File>)> {
        let io = io.ok_or_else(|| Fault::failed(Code::InitDied))?;
        let terminal = match &io {
            Io::Tty(master) => Some(master.try_clone().map_err(|e| Fault::io("copy", "the terminal", &e))?),
            Io::Pipes { .. } => None,
        };
        // The process outlives its value if nobody keeps it.
        let (conductor, theirs) = (Arc::clone(cx.conductor()), Arc::clone(end));
        let name = format!("wait-{}", end.subject.pid);
        let thread = std::thread::Builder::new().name(name).stack_size(256 * 1024);
        thread.spawn(move || theirs.wait_and_tell(&conductor)).map_err(|e| Fault::io("start", "a thread", &e))?;
        Ok((io, terminal))
    }

    /// Tells the terminal its size. Without a terminal nothing happens.
    pub fn resize(&self, rows: u16, cols: u16) -> Result<()> {
        let Some(terminal) = &self.terminal else { return Ok(()) };
        sys::set_window_size(terminal.as_fd(), rows, cols).map_err(|e| Fault::io("resize", "the terminal", &e))
    }

    /// Sends a signal to that very process, by its pidfd. One that has ended already is no error.
    pub fn signal(&self, signal: i32) -> Result<()> {
        match sys::send_signal(self.end.pidfd.as_fd(), signal) {
            Err(e) if e.raw_os_error() == Some(libc::ESRCH) => Ok(()),
            Err(e) => Err(Fault::io("signal", self.pid, &e)),
            Ok(()) => Ok(()),
        }
    }

    /// Waits for its end. The status is 0–255, or 128 + the signal that killed it. Any thread, any number of times.
    pub fn wait(&self) -> i32 {
        let mut status = self.end.lock();
        loop {
            match *status {
                Some(ended) => return ended.status(),
                None => self.end.known.wait(&mut status),
            }
        }
    }

    /// Its status, if it has ended.
    pub fn ended(&self) -> Option<i32> {
        self.end.lock().as_ref().map(Ended::status)
    }

    /// The kernel's word that it has ended, which may be known here only a moment later.
    pub fn has_exited(&self) -> bool {
        self.exits_within(0)
    }

    /// The same where something in it was not found: a process that ends has left its namespaces and its root a moment before it can be
    /// waited for.
    pub fn is_ending(&self) -> bool {
        self.exits_within(ENDING)
    }

    fn exits_within(&self, milliseconds: u16) -> bool {
        self.end.exits_within(milliseconds)
    }

    /// Looks at it once more: a program changes its user, what it may do and its command line, and tells nobody. What is another than what
    /// was seen last is recorded.
    pub fn look_again(&self, conductor: &Conductor) {
        self.end.look_again(conductor);
    }

    /// How its end is known, if it has ended.
    pub fn end(&self) -> Option<Evidence> {
        self.end.lock().as_ref().map(Ended::evidence)
    }

    /// Records that a container's first process is gone, with the mounts and namespaces that went with it: the step
    /// `ReapProcess`. Others record their end by themselves.
    pub fn reaped(&self, cx: &Cx) -> Result<()> {
        let plan = Plan::new(StepKind::ReapProcess, self.pid).call("waitid(P_PIDFD, pidfd, …, WEXITED, NULL)");
        cx.step(plan, |cx| {
            let ended = *self.end.lock();
            if let Some(ended) = ended {
                reap::observe(cx, &self.end.subject, &ended);
            }
            self.end.pins.lock().clear();
            cx.undone(self.end.entry)
        })
    }

    /// Its control group; none where there is none.
    pub fn group(&self) -> Option<Group> {
        self.profile()?.group.lock().clone()
    }

    /// Its control group is in one hierarchy more: commands that come join that, too.
    pub fn is_in(&self, dir: &Path) {
        let Some(profile) = self.profile() else { return };
        let mut group = profile.group.lock();
        let dirs = &mut group.get_or_insert_with(|| Group { dirs: Vec::new() }).dirs;
        if !dirs.iter().any(|known| known == dir) {
            dirs.push(dir.to_owned());
        }
    }

    /// Becomes readable when it has ended.
    pub fn end_fd(&self) -> BorrowedFd<'_> {
        self.end.pidfd.as_fd()
    }

    pub(super) fn profile(&self) -> Option<&Profile> {
        match &self.past {
            Past::Profile(profile) => Some(profile),
            Past::Nothing | Past::Beside(_) => None,
        }
    }

    /// The past of what runs beside it.
    pub(super) fn beside(&self) -> Past {
        Past::Beside(Arc::downgrade(&self.end))
    }

    pub(super) fn pidfd(&self) -> &OwnedFd {
        &self.end.pidfd
    }
}

impl End {
    fn wait_and_tell(&self, conductor: &Conductor) {
        let ended = evidence::wait(self.pidfd.as_fd());
        if !self.subject.main {
            // What a command waited for may have changed the container's first process as well.
            self.of.as_ref().and_then(Weak::upgrade).into_iter().for_each(|first| first.look_again(conductor));
            let pid = self.subject.pid;
            if conductor.world().processes.contains_key(&pid) {
                conductor.notice(Change::ProcessGone { pid, status: ended.status() }, vec![ended.evidence()]);
            }
            if let Err(fault) = conductor.journal().done(self.entry) {
                tracing::warn!(%fault, "journal");
            }
        }
        *self.lock() = Some(ended);
        self.known.notify_all();
    }

    fn exits_within(&self, milliseconds: u16) -> bool {
        let mut poll = [PollFd::new(self.pidfd.as_fd(), PollFlags::POLLIN)];
        matches!(nix::poll::poll(&mut poll, PollTimeout::from(milliseconds)), Ok(1..))
    }

    fn look_again(&self, conductor: &Conductor) {
        // Of two looks the later one's is recorded last.
        let _one = self.looks.lock();
        let (pid, changed) = (self.subject.pid, self.subject.changed(&conductor.world()));
        // Once it has ended its number may be another's.
        if self.exits_within(0) {
            return;
        }
        for (change, evidence) in changed {
            conductor.notice_where(|world| world.processes.contains_key(&pid), change, evidence);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Ended>> {
        self.status.lock()
    }
}
