//! Runs an [`Init`] in a cloned child: call by call while somebody watches, else all at once and recorded afterwards.

use super::channel::{Channel, channel};
use super::init::{Init, Look, Stage};
use super::observe::{Subject, View};
use super::spawner::{Job, Thread};
use super::{call, fault, gone};
use crate::engine::conductor::{Cx, EntryId, Inverse};
use crate::engine::fault::{Fault, Result};
use crate::engine::sys::{self, Record};
use crate::spec::ContainerId;
use crate::trace::{Evidence, Outcome, Plan, StepKind};
use std::fs::File;
use std::os::fd::{AsFd, OwnedFd, RawFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What to launch.
#[derive(Debug)]
pub struct Launch<'a> {
    /// What the child does.
    pub init: &'a Init,
    /// New namespaces, `CLONE_NEW…`.
    pub flags: u64,
    /// The version 2 control group it is born in.
    pub born_in: Option<File>,
    /// The process in whose pid namespace it is born.
    pub pid_namespace_of: Option<OwnedFd>,
    /// Descriptors that the calls name by number.
    pub keep: Vec<RawFd>,
    /// Whose process it is.
    pub container: Option<ContainerId>,
    /// A container's first process.
    pub main: bool,
    /// Its command line.
    pub argv: &'a [String],
    /// The image as the user named it, for messages.
    pub image: &'a str,
    /// Rows and columns of its terminal to begin with.
    pub size: Option<(u16, u16)>,
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
}

/// Launches. When it fails the child is gone and nothing of it is left in the World.
pub fn launch(cx: &Cx, thread: &Thread, launch: Launch<'_>) -> Result<Launched> {
    let every = cx.watched();
    let mut drive = Drive { launch, thread, every, records: Vec::new(), child: None, master: None, executed: None };
    let result = if every { drive.watched(cx) } else { drive.free(cx) };
    let Drive { child, master, .. } = drive;
    match (result, child) {
        (Ok(()), Some(Child { pidfd, subject, entry, .. })) => Ok(Launched { subject, pidfd, master, entry }),
        (Ok(()), None) => Err(Fault::failed("init-died")),
        (Err(fault), None) => Err(fault),
        (Err(fault), Some(Child { pidfd, subject, entry, channel })) => {
            // Its pipe is closed: if it waits for a go byte it ends now.
            drop(channel);
            let status = gone::wait(pidfd.as_fd());
            gone::observe(cx, &subject, status);
            cx.undone(entry)?;
            Err(fault)
        }
    }
}

struct Drive<'a> {
    launch: Launch<'a>,
    thread: &'a Thread,
    every: bool,
    /// What came of the calls, in order.
    records: Vec<Record>,
    child: Option<Child>,
    master: Option<OwnedFd>,
    /// Nanoseconds of the `execve` that succeeded: there is no record of it, only the end of the pipe.
    executed: Option<u64>,
}

struct Child {
    pidfd: OwnedFd,
    channel: Channel,
    subject: Subject,
    entry: EntryId,
}

/// What is known of a call that was made.
struct Made {
    result: String,
    nanos: u64,
    fault: Option<Fault>,
}

impl Drive<'_> {
    /// Clones, and writes down how to kill the child before it does anything.
    fn clone_child(&mut self, cx: &Cx) -> Result<()> {
        let program = Arc::new(self.launch.init.program());
        let (channel, ends) = channel()?;
        let mut keep = self.launch.keep.clone();
        keep.sort_unstable();
        let (flags, every) = (self.launch.flags, self.every);
        let (born_in, pid_namespace_of) = (self.launch.born_in.take(), self.launch.pid_namespace_of.take());
        let call = self.clone_text();
        let cloned = self.thread.clone_child(|answer| Job {
            flags,
            program,
            every,
            ends,
            keep,
            born_in,
            pid_namespace_of,
            answer,
        })?;
        let pid = cloned.pid;
        let start_time = start_time(pid)?;
        let scope = self.launch.container.as_ref().map_or("engine", ContainerId::as_str);
        let entry = cx.journal(scope, Inverse::KillProcess { pid, start_time })?;
        let subject = Subject {
            pid,
            container: self.launch.container.clone(),
            argv: self.launch.argv.to_vec(),
            main: self.launch.main,
            clone: Evidence::syscall(call, pid),
        };
        self.child = Some(Child { pidfd: cloned.pidfd, channel, subject, entry });
        Ok(())
    }

    fn child(&mut self) -> Result<&mut Child> {
        self.child.as_mut().ok_or_else(|| Fault::failed("init-died"))
    }

    /// Nobody watches: the child runs ahead and is looked at twice on its way; then everything is recorded.
    fn free(&mut self, cx: &Cx) -> Result<()> {
        self.clone_child(cx)?;
        self.child()?.channel.go();
        let mut view = View::default();
        let init = self.launch.init;
        if self.read_until(init.look_at)? {
            self.take_master()?;
            let child = self.child()?;
            view = child.subject.view(init.stages.iter().flat_map(|stage| &stage.looks), child.pidfd.as_fd());
            child.channel.go();
            if self.read_until(init.execve_at)? {
                let child = self.child()?;
                child.subject.view_credentials(&view);
                let begun = Instant::now();
                child.channel.go();
                self.read_until(init.calls.len())?;
                self.note_execution(begun);
            }
        }
        init.stages.iter().enumerate().try_for_each(|(n, stage)| self.record(cx, n, stage, &view))
    }

    /// Reads records until there are that many. False when the pipe ends before.
    fn read_until(&mut self, count: usize) -> Result<bool> {
        while self.records.len() < count {
            match self.child()?.channel.next()? {
                Some(record) => self.records.push(record),
                None => return Ok(false),
            }
        }
        Ok(true)
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
            let got = sys::get_fd(self.child()?.pidfd.as_fd(), fd);
            let master = got.map_err(|e| Fault::io("get", "the terminal", &e))?;
            if let Some((rows, cols)) = self.launch.size.filter(|(rows, cols)| *rows > 0 && *cols > 0) {
                let set = sys::set_window_size(master.as_fd(), rows, cols);
                set.map_err(|e| Fault::io("resize", "the terminal", &e))?;
            }
            self.master = Some(master);
        }
        Ok(())
    }

    fn record(&self, cx: &Cx, n: usize, stage: &Stage, view: &View) -> Result<()> {
        let made: Vec<_> = stage.calls.clone().filter_map(|index| Some((index, self.made(index)?))).collect();
        if made.is_empty() {
            return Err(Fault::failed("init-died"));
        }
        let fault = made.iter().find_map(|(_, made)| made.fault.clone()).or_else(|| self.not_executed(stage));
        let took = Duration::from_nanos(made.iter().map(|(_, made)| made.nanos).sum());
        let outcome = fault.as_ref().map_or(Outcome::Done, |fault| Outcome::Failed(fault.problem.clone()));
        cx.past_step(self.plan(n, stage), took, outcome, |cx| {
            let Some(child) = &self.child else { return };
            let (process, others): (Vec<_>, Vec<_>) = stage.looks.iter().partition(|look| **look == Look::Process);
            process.iter().for_each(|look| child.subject.observe(cx, look, view));
            for (index, made) in &made {
                let outcome = made.fault.as_ref().map_or(Outcome::Done, |fault| Outcome::Failed(fault.problem.clone()));
                cx.past_step(self.call_plan(*index), Duration::from_nanos(made.nanos), outcome, |cx| {
                    child.subject.observe_call(cx, &self.text(*index), &made.result);
                });
            }
            if fault.is_none() {
                others.iter().for_each(|look| child.subject.observe(cx, look, view));
            }
        });
        fault.map_or(Ok(()), Err)
    }

    /// Somebody watches: before every call the child waits until it may go.
    fn watched(&mut self, cx: &Cx) -> Result<()> {
        let init = self.launch.init;
        init.stages.iter().enumerate().try_for_each(|(n, stage)| {
            cx.step(self.plan(n, stage), |cx| {
                if n == 0 {
                    self.clone_child(cx)?;
                    self.look(cx, stage, |look| *look == Look::Process)?;
                }
                for index in stage.calls.clone().take_while(|index| *index <= init.execve_at) {
                    self.one_call(cx, index)?;
                }
                self.try_candidates(cx, stage)?;
                self.look(cx, stage, |_| true)
            })
        })
    }

    fn look(&mut self, cx: &Cx, stage: &Stage, which: impl Fn(&Look) -> bool) -> Result<()> {
        let child = self.child()?;
        let looks = || stage.looks.iter().filter(|look| which(look));
        let view = child.subject.view(looks(), child.pidfd.as_fd());
        looks().for_each(|look| child.subject.observe(cx, look, &view));
        Ok(())
    }

    fn one_call(&mut self, cx: &Cx, index: usize) -> Result<()> {
        if index == self.launch.init.look_at {
            self.take_master()?;
        }
        cx.step(self.call_plan(index), |cx| {
            let begun = Instant::now();
            self.child()?.channel.go();
            match self.child()?.channel.next()? {
                Some(record) => self.records.push(record),
                None => self.note_execution(begun),
            }
            let made = self.made(index).ok_or_else(|| Fault::failed("init-died"))?;
            let text = self.text(index);
            self.child()?.subject.observe_call(cx, &text, &made.result);
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
        if let Some(record) = self.records.get(index) {
            let prepared = self.launch.init.calls.get(index)?;
            let failed = record.errno != 0 && !prepared.tolerated.contains(&record.errno);
            let fault = failed.then(|| {
                let text = self.text(index);
                if index >= self.launch.init.execve_at {
                    fault::execution(self.launch.argv, self.launch.image, [record.errno].into_iter())
                } else {
                    fault::call(&prepared.call, &text, record.errno)
                }
            });
            return Some(Made { result: fault::result(record.value, record.errno), nanos: record.nanos, fault });
        }
        let nanos = self.executed.filter(|_| index == self.records.len())?;
        Some(Made { result: "0".into(), nanos, fault: None })
    }

    /// Why the program was not executed, once every place was tried.
    fn not_executed(&self, stage: &Stage) -> Option<Fault> {
        let first = self.launch.init.execve_at;
        let tried = self.records.get(first..).filter(|tried| !tried.is_empty() && stage.calls.contains(&first))?;
        let errors = tried.iter().map(|record| record.errno);
        self.executed.is_none().then(|| fault::execution(self.launch.argv, self.launch.image, errors))
    }

    fn plan(&self, n: usize, stage: &Stage) -> Plan {
        let text =
            stage.main.or(Some(stage.calls.start).filter(|_| !stage.calls.is_empty())).map(|call| self.text(call));
        let text = if n == 0 { self.clone_text() } else { text.unwrap_or_default() };
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

    fn clone_text(&self) -> String {
        let into = if self.launch.born_in.is_some() { 1 << 33 } else { 0 };
        let always = u64::from(libc::CLONE_PIDFD.cast_unsigned()) | 1 << 32;
        format!("clone3({{flags={}, exit_signal=SIGCHLD}}, 88)", call::clone_flags(self.launch.flags | always | into))
    }
}

/// Field 22 of `/proc/<pid>/stat`. The command's name in parentheses may hold anything, so it is counted from its end.
fn start_time(pid: u32) -> Result<u64> {
    let path = format!("/proc/{pid}/stat");
    let stat = std::fs::read_to_string(&path).map_err(|e| Fault::io("read", &path, &e))?;
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    Ok(after_name.split_whitespace().nth(19).and_then(|field| field.parse().ok()).unwrap_or(0))
}
