//! Runs an [`Init`] in a cloned child: call by call while somebody watches, else all at once and recorded afterwards.

use super::call::Call;
use super::channel::{Channel, Told, channel};
use super::init::{Init, Look, Stage};
use super::interpreter::Inside;
use super::observe::{Subject, View};
use super::spawner::{Request, Thread};
use super::{ProcessInverse, call, fault, reap};
use crate::engine::conductor::{Cx, EntryId};
use crate::engine::evidence::{self, Ended};
use crate::engine::fault::{Fault, Result};
use crate::engine::sys::{self, NO_HELPER, Program, Record, outcome};
use crate::spec::ContainerId;
use crate::trace::{Code, Evidence, Outcome, Plan, StepKind};
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What to launch.
#[derive(Debug)]
pub struct Launch<'a> {
    /// What the child does.
    pub init: &'a Init,
    /// What it is given.
    pub given: Option<Given>,
    /// Whose process it is.
    pub container: Option<ContainerId>,
    /// A container's first process.
    pub main: bool,
    /// Its command line.
    pub argv: &'a [String],
    /// The image as the user named it, for messages; none for a process of the lab's host.
    pub image: Option<&'a str>,
    /// Where its program lies, for messages.
    pub inside: Option<Inside<'a>>,
    /// Rows and columns of its terminal to begin with.
    pub size: Option<(u16, u16)>,
}

/// What a child is given by the engine, and all of it.
#[derive(Debug)]
pub struct Given {
    /// Its standard input, output and error.
    pub stdio: [OwnedFd; 3],
    /// What its calls name by number.
    pub extra: OwnedFd,
    /// The version 2 control group it is born in.
    pub born_in: Option<File>,
}

/// A child that has become its program.
#[derive(Debug)]
pub struct Launched {
    /// What is known of it.
    pub subject: Subject,
    /// Refers to it.
    pub pidfd: OwnedFd,
    /// The master of its terminal.
    pub master: Option<OwnedFd>,
    /// How it would be killed.
    pub entry: EntryId,
    /// What the kernel answered to the call that was tried; none of one that became a program.
    pub answer: Option<(i32, Evidence)>,
    /// Holds its namespaces, so that their numbers stay theirs until it is recorded that they are gone.
    pub pins: Vec<OwnedFd>,
}

/// Launches. When it fails the child is gone and nothing of it is left in the World.
pub fn launch(cx: &Cx, thread: &Thread, launch: Launch<'_>) -> Result<Launched> {
    let (every, program) = (cx.watched(), Arc::new(launch.init.program()));
    let mut drive = Drive {
        launch,
        thread,
        program,
        every,
        records: Vec::new(),
        channel: None,
        cloned: None,
        forked: None,
        master: None,
        executed: None,
    };
    let result = if every { drive.watched(cx) } else { drive.free(cx) };
    let result = result.and_then(|()| drive.launched());
    result.inspect_err(|_| drive.give_up(cx))
}

struct Drive<'a> {
    launch: Launch<'a>,
    thread: &'a Thread,
    program: Arc<Program>,
    every: bool,
    /// What came of the calls, in order.
    records: Vec<Record>,
    channel: Option<Channel>,
    /// The process that the engine cloned.
    cloned: Option<Child>,
    /// The one that it forked, after which it ended.
    forked: Option<Child>,
    master: Option<OwnedFd>,
    /// Nanoseconds of the `execve` that succeeded: there is no record of it, only the end of the pipe.
    executed: Option<u64>,
}

struct Child {
    pidfd: OwnedFd,
    subject: Subject,
    pins: Vec<OwnedFd>,
    entry: Option<EntryId>,
    view: View,
    /// How it was when it was about to fork.
    last: View,
    /// Once it has been collected.
    ended: Option<Ended>,
}

/// What is known of a call that was made.
struct Made {
    evidence: Evidence,
    nanos: u64,
    fault: Option<Fault>,
}

fn died() -> Fault {
    Fault::failed(Code::InitDied)
}

impl Child {
    fn new(pidfd: OwnedFd, subject: Subject, pins: Vec<OwnedFd>) -> Self {
        Self { pidfd, subject, pins, entry: None, view: View::default(), last: View::default(), ended: None }
    }

    fn journal(&mut self, cx: &Cx) -> Result<()> {
        let pid = self.subject.pid;
        let scope = self.subject.container.as_ref().map_or("engine", ContainerId::as_str);
        self.entry = Some(cx.journal(scope, &ProcessInverse::of(pid)?)?);
        Ok(())
    }

    fn see<'a>(&self, looks: impl Iterator<Item = &'a Look>) {
        self.subject.see(&self.view, looks, self.pidfd.as_fd());
    }

    /// It is known what became of it; nothing of it is left to undo.
    fn collected(&mut self, cx: &Cx, ended: Ended) {
        self.ended = Some(ended);
        // A full disk is no reason to forget what really failed.
        if let Some(Err(fault)) = self.entry.take().map(|entry| cx.undone(entry)) {
            tracing::warn!(%fault, "journal");
        }
    }
}

impl Drive<'_> {
    /// Clones, and writes down how to kill the child before it does anything.
    fn begin(&mut self, cx: &Cx) -> Result<()> {
        let (channel, ends) = channel()?;
        let Given { stdio, extra, born_in } = self.launch.given.take().ok_or_else(died)?;
        let (program, every, extra) = (Arc::clone(&self.program), self.every, Some(extra));
        let made = self.thread.clone_child(Request { flags: 0, program, every, ends, stdio, extra, born_in })?;
        let alone = self.launch.init.fork_at.is_none();
        let subject = Subject {
            pid: made.pid,
            container: self.launch.container.clone(),
            argv: self.launch.argv.to_vec(),
            main: alone && self.launch.main,
            made: vec![evidence::cloned(&made, &call::clone_flags(made.flags))],
        };
        let child = Child::new(made.pidfd, subject, Vec::new());
        // Known from here on, so that it is collected whatever fails next.
        let child = self.cloned.insert(child);
        child.journal(cx)?;
        if !alone {
            child.see([Look::Process].iter());
        }
        self.channel = Some(channel);
        Ok(())
    }

    fn go(&mut self) -> Result<()> {
        self.channel.as_mut().ok_or_else(died)?.go();
        Ok(())
    }

    /// Who makes a call.
    fn caller(&self, index: usize) -> Result<&Child> {
        let forked = self.launch.init.fork_at.is_some_and(|fork| index > fork);
        if forked { &self.forked } else { &self.cloned }.as_ref().ok_or_else(died)
    }

    /// Whom the looks at the end of a stage are for.
    fn looked_at(&self, stage: &Stage) -> Result<&Child> {
        self.caller(stage.calls.end.saturating_sub(1))
    }

    fn current(&self) -> Result<&Child> {
        self.forked.as_ref().or(self.cloned.as_ref()).ok_or_else(died)
    }

    /// Nobody watches: the child runs ahead and is looked at on its way; then everything is recorded.
    fn free(&mut self, cx: &Cx) -> Result<()> {
        self.begin(cx)?;
        self.go()?;
        let init = self.launch.init;
        let fork = init.fork_at.filter(|fork| *fork < init.look_at);
        // Where the last call before the look was refused there is nobody to look at.
        if self.read_past_fork(cx, fork)? && self.read_until(cx, init.look_at)? && self.goes_on() {
            self.take_master()?;
            self.see_all()?;
            self.go()?;
            let fork = init.fork_at.filter(|fork| *fork > init.look_at);
            if self.read_past_fork(cx, fork)? && self.read_until(cx, init.execve_at)? {
                self.see_all()?;
                let child = self.current()?;
                child.subject.view_credentials(&child.view);
                let begun = Instant::now();
                self.go()?;
                self.read_until(cx, init.calls.len())?;
                self.note_execution(begun);
            }
        }
        init.stages.iter().enumerate().try_for_each(|(n, stage)| self.record(cx, n, stage))
    }

    /// Lets it fork, where it waits to: seen once more, with the namespaces that it has made or entered. False when it has ended.
    fn read_past_fork(&mut self, cx: &Cx, fork: Option<usize>) -> Result<bool> {
        let Some(fork) = fork else { return Ok(true) };
        if !self.read_until(cx, fork)? {
            return Ok(false);
        }
        self.see_before_fork();
        self.go()?;
        Ok(true)
    }

    fn see_before_fork(&mut self) {
        if let Some(cloned) = &mut self.cloned {
            let view = View::default();
            cloned.subject.see(&view, [Look::Process].iter(), cloned.pidfd.as_fd());
            cloned.last = view;
        }
    }

    /// Sees all that is to be seen of the one that runs now. What has been seen stays as it was.
    fn see_all(&self) -> Result<()> {
        let child = self.current()?;
        let forked = self.forked.is_some();
        let its = |stage: &&Stage| self.launch.init.fork_at.is_none_or(|fork| (stage.calls.end > fork + 1) == forked);
        child.see(self.launch.init.stages.iter().filter(its).flat_map(|stage| &stage.looks));
        Ok(())
    }

    /// Reads records until there are that many. False when the pipe ends before.
    fn read_until(&mut self, cx: &Cx, count: usize) -> Result<bool> {
        while self.records.len() < count {
            if !self.read(cx)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads one record. False when there are no more.
    fn read(&mut self, cx: &Cx) -> Result<bool> {
        let Some(Told { record, sender, child }) = self.channel.as_mut().ok_or_else(died)?.next()? else {
            return Ok(false);
        };
        if record.index == NO_HELPER {
            return Err(fault::no_helper(record.errno));
        }
        let index = self.records.len();
        // Nobody but the process whose turn it is has anything to say here.
        if record.index as usize != index || sender != self.current()?.subject.pid {
            return Err(died());
        }
        self.records.push(record);
        if Some(index) == self.launch.init.fork_at && record.errno == 0 {
            self.adopt(cx, child.ok_or_else(died)?)?;
            if !self.every {
                self.go()?;
            }
        }
        Ok(true)
    }

    /// The cloned process has forked and ends. The other one is a child of the engine, too (`CLONE_PARENT`).
    fn adopt(&mut self, cx: &Cx, pidfd: OwnedFd) -> Result<()> {
        let (told, pid) = match info_of(&pidfd) {
            Ok(known) => known,
            Err(fault) => {
                reap::kill(pidfd.as_fd());
                return Err(fault);
            }
        };
        let call = self.text(self.launch.init.fork_at.unwrap_or_default());
        let forked =
            self.records.last().map(|record| evidence::by_helper(&call, record, record.value.to_string(), None));
        let subject = Subject {
            pid,
            container: self.launch.container.clone(),
            argv: self.launch.argv.to_vec(),
            main: self.launch.main,
            made: forked.into_iter().chain([told]).collect(),
        };
        // Its namespaces' numbers are given to others as soon as nobody holds them.
        let pins = if self.launch.main { pins(pid) } else { Vec::new() };
        self.forked.insert(Child::new(pidfd, subject, pins)).journal(cx)?;
        if let Some(cloned) = &mut self.cloned {
            let ended = evidence::wait(cloned.pidfd.as_fd());
            cloned.collected(cx, ended);
        }
        Ok(())
    }

    fn launched(&mut self) -> Result<Launched> {
        let entry = self.current()?.entry.ok_or_else(died)?;
        let tried = self.launch.init.execve_at;
        let answer = match self.records.get(tried) {
            Some(record) if !self.launch.init.executes() => self.made(tried).map(|made| (record.errno, made.evidence)),
            _ => None,
        };
        let Child { pidfd, subject, pins, .. } = self.forked.take().or_else(|| self.cloned.take()).ok_or_else(died)?;
        Ok(Launched { subject, pidfd, master: self.master.take(), entry, answer, pins })
    }

    /// Kills and collects what there is.
    fn give_up(&mut self, cx: &Cx) {
        self.channel = None;
        for child in [&mut self.forked, &mut self.cloned].into_iter().flatten() {
            let ended = child.ended.unwrap_or_else(|| reap::kill(child.pidfd.as_fd()));
            reap::observe(cx, &child.subject, &ended);
            child.collected(cx, ended);
        }
    }

    /// A call that is refused is the last.
    fn goes_on(&self) -> bool {
        let last = self.records.len().checked_sub(1).and_then(|last| self.made(last));
        last.is_none_or(|made| made.fault.is_none())
    }

    /// The pipe has ended. If the last thing that was begun is an `execve`, it succeeded.
    fn note_execution(&mut self, begun: Instant) {
        let made = self.records.len();
        let all_well = (0..made).all(|index| self.made(index).is_none_or(|made| made.fault.is_none()));
        if all_well && made >= self.launch.init.execve_at && made < self.launch.init.calls.len() {
            self.executed = Some(u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX));
        }
    }

    fn take_master(&mut self) -> Result<()> {
        let slot = self.launch.init.master.and_then(|call| self.records.get(call)).map(|record| record.value);
        if let (Some(fd), None) = (slot, &self.master) {
            let fd = RawFd::try_from(fd).unwrap_or(-1);
            let got = sys::get_fd(self.current()?.pidfd.as_fd(), fd);
            let master = got.map_err(|e| Fault::io("get", "the terminal", &e))?;
            if let Some((rows, cols)) = self.launch.size.filter(|(rows, cols)| *rows > 0 && *cols > 0) {
                let set = sys::set_window_size(master.as_fd(), rows, cols);
                set.map_err(|e| Fault::io("resize", "the terminal", &e))?;
            }
            self.master = Some(master);
        }
        Ok(())
    }

    fn record(&self, cx: &Cx, n: usize, stage: &Stage) -> Result<()> {
        let made: Vec<_> = stage.calls.clone().filter_map(|index| Some((index, self.made(index)?))).collect();
        if made.is_empty() {
            return Err(died());
        }
        let fault = made.iter().find_map(|(_, made)| made.fault.clone()).or_else(|| self.not_executed(stage));
        let took = Duration::from_nanos(made.iter().map(|(_, made)| made.nanos).sum());
        let outcome = fault.as_ref().map_or(Outcome::Done, |fault| Outcome::Failed(fault.problem.clone()));
        cx.past_step(self.plan(stage), took, outcome, |cx| {
            if n == 0 {
                self.observe_cloned(cx);
            }
            for (index, made) in &made {
                let outcome = made.fault.as_ref().map_or(Outcome::Done, |fault| Outcome::Failed(fault.problem.clone()));
                self.observe_before_fork(cx, *index);
                cx.past_step(self.call_plan(*index), Duration::from_nanos(made.nanos), outcome, |cx| {
                    if let Ok(caller) = self.caller(*index) {
                        caller.subject.observe_call(cx, self.text(*index), made.evidence.clone());
                    }
                    self.observe_fork(cx, *index);
                });
            }
            if let (None, Ok(child)) = (&fault, self.looked_at(stage)) {
                self.tell_execution(&child.view);
                let others = stage.looks.iter().filter(|look| **look != Look::Process);
                others.for_each(|look| child.subject.observe(cx, look, &child.view));
            }
        });
        fault.map_or(Ok(()), Err)
    }

    fn observe_cloned(&self, cx: &Cx) {
        if let Some(cloned) = &self.cloned {
            cloned.subject.observe(cx, &Look::Process, &cloned.view);
        }
    }

    /// Before the call that forks: the namespaces are other ones by now.
    fn observe_before_fork(&self, cx: &Cx, index: usize) {
        if let (true, Some(cloned)) = (Some(index) == self.launch.init.fork_at, &self.cloned) {
            cloned.subject.observe(cx, &Look::Process, &cloned.last);
        }
    }

    /// After the call that forks: one process is gone, and the other there.
    fn observe_fork(&self, cx: &Cx, index: usize) {
        if let (true, Some(cloned), Some(forked)) =
            (Some(index) == self.launch.init.fork_at, &self.cloned, &self.forked)
        {
            if let Some(ended) = &cloned.ended {
                reap::observe(cx, &cloned.subject, ended);
            }
            forked.see([Look::Process].iter());
            forked.subject.observe(cx, &Look::Process, &forked.view);
        }
    }

    /// Somebody watches: before every call the child waits until it may go.
    fn watched(&mut self, cx: &Cx) -> Result<()> {
        let init = self.launch.init;
        init.stages.iter().enumerate().try_for_each(|(n, stage)| {
            cx.step(self.plan(stage), |cx| {
                if n == 0 {
                    self.begin(cx)?;
                    let child = self.current()?;
                    child.see([Look::Process].iter());
                    self.observe_cloned(cx);
                }
                for index in stage.calls.clone().take_while(|index| *index <= init.execve_at) {
                    if Some(index) == init.fork_at {
                        self.see_before_fork();
                        self.observe_before_fork(cx, index);
                    }
                    self.one_call(cx, index)?;
                }
                self.try_candidates(cx, stage)?;
                let child = self.looked_at(stage)?;
                let looks = || stage.looks.iter().filter(|look| **look != Look::Process);
                let view = View::default();
                self.tell_execution(&view);
                child.subject.see(&view, looks(), child.pidfd.as_fd());
                looks().for_each(|look| child.subject.observe(cx, look, &view));
                Ok(())
            })
        })
    }

    fn one_call(&mut self, cx: &Cx, index: usize) -> Result<()> {
        if index == self.launch.init.look_at {
            self.take_master()?;
        }
        let succeeded = |call: usize| self.records.get(call).is_some_and(|record| record.errno == 0);
        if !self.program.needs(index).all(succeeded) {
            // It is not made, so there is nothing to announce.
            self.go()?;
            self.read(cx)?;
            return Ok(());
        }
        cx.step(self.call_plan(index), |cx| {
            let begun = Instant::now();
            self.go()?;
            if !self.read(cx)? {
                self.note_execution(begun);
            }
            let made = self.made(index).ok_or_else(died)?;
            self.caller(index)?.subject.observe_call(cx, self.text(index), made.evidence);
            self.observe_fork(cx, index);
            made.fault.map_or(Ok(()), Err)
        })
    }

    /// The places after the first where the program may be.
    fn try_candidates(&mut self, cx: &Cx, stage: &Stage) -> Result<()> {
        let first = self.launch.init.execve_at;
        for index in stage.calls.clone().filter(|index| *index > first) {
            if self.executed.is_none() {
                self.one_call(cx, index)?;
            }
        }
        self.not_executed(stage).map_or(Ok(()), Err)
    }

    /// What came of a call; none when it was not made.
    fn made(&self, index: usize) -> Option<Made> {
        let Some(record) = self.records.get(index) else {
            let nanos = self.executed.filter(|_| index == self.records.len())?;
            return Some(Made { evidence: evidence::executed(&self.text(index)), nanos, fault: None });
        };
        let prepared = self.launch.init.calls.get(index)?;
        let failed = match record.errno {
            0 => false,
            outcome::NOT_MADE => return None,
            outcome::REFUSED => !prepared.either,
            // Whatever is said to it is an answer.
            _ if matches!(prepared.call, Call::Trial(_)) => false,
            errno => !prepared.tolerated.contains(&errno),
        };
        let fault = failed.then(|| {
            if index >= self.launch.init.execve_at {
                self.not_executed_for([record.errno].into_iter())
            } else {
                fault::call(prepared, &self.text(index), record.errno)
            }
        });
        let answer = prepared.call.answer(record.found);
        let returned = prepared.call.returned(record.value);
        let evidence = evidence::by_helper(&self.text(index), record, returned, answer);
        Some(Made { evidence, nanos: record.nanos, fault })
    }

    /// The `execve` that succeeded, for those who look after it.
    fn tell_execution(&self, view: &View) {
        if let Some(made) = self.executed.and_then(|_| self.made(self.records.len())) {
            view.executed(made.evidence);
        }
    }

    /// Why the program was not executed, once every place was tried.
    fn not_executed(&self, stage: &Stage) -> Option<Fault> {
        let first = self.launch.init.execve_at;
        if !self.launch.init.executes() {
            return None;
        }
        let tried = self.records.get(first..).filter(|tried| !tried.is_empty() && stage.calls.contains(&first))?;
        let errors = tried.iter().map(|record| record.errno);
        self.executed.is_none().then(|| self.not_executed_for(errors))
    }

    fn not_executed_for(&self, errors: impl Iterator<Item = i32>) -> Fault {
        let Launch { init, argv, image, inside, .. } = &self.launch;
        let errno = fault::decisive(errors);
        let lack = inside.and_then(|inside| inside.lack(init.programs(), errno));
        fault::execution(argv, *image, errno, lack)
    }

    fn plan(&self, stage: &Stage) -> Plan {
        let text =
            stage.main.or(Some(stage.calls.start).filter(|_| !stage.calls.is_empty())).map(|call| self.text(call));
        let text = text.unwrap_or_default();
        Plan::new(stage.kind, &stage.subject).call(text).by_hand(&stage.by_hand)
    }

    fn call_plan(&self, index: usize) -> Plan {
        let text = self.text(index);
        let name = text.split('(').next().unwrap_or_default().to_owned();
        Plan::new(StepKind::Syscall, name).call(text)
    }

    fn text(&self, index: usize) -> String {
        let result = |call: usize| self.records.get(call).map(|record| record.value);
        self.launch.init.calls.get(index).map(|prepared| prepared.call.text(result)).unwrap_or_default()
    }
}

/// A container's own namespaces. One that has ended has none.
fn pins(pid: u32) -> Vec<OwnedFd> {
    let open = |name| File::open(format!("/proc/{pid}/ns/{name}")).ok().map(OwnedFd::from);
    ["cgroup", "ipc", "mnt", "pid", "uts"].into_iter().filter_map(open).collect()
}

/// What `/proc/self/fdinfo` says of a pidfd, and the process id in it (pidfd_open(2)).
fn info_of(pidfd: &OwnedFd) -> Result<(Evidence, u32)> {
    let path = PathBuf::from(format!("/proc/self/fdinfo/{}", pidfd.as_raw_fd()));
    let info = evidence::read(&path).map_err(|e| Fault::io("read", path.display(), &e.error))?;
    let pid = info.content().lines().find_map(|line| line.strip_prefix("Pid:")).and_then(|pid| pid.trim().parse().ok());
    pid.map(|pid| (info.evidence(), pid)).ok_or_else(died)
}
