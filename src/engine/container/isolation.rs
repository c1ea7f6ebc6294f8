//! What the isolation picture asks for while somebody looks at it: what a container uses now, and what the kernel answers to a
//! system call in it.

use super::Container;
use crate::engine::cgroup::Group;
use crate::engine::evidence::{self, Text};
use crate::engine::process::{Trial, Used as Counted, members};
use crate::engine::{Asked, Cancel, Engine, Fault, FaultKind, Result, machine};
use crate::trace::{Book, Change, Code, Evidence, OpKind, Tried, Used};
use nix::time::{ClockId, clock_gettime};
use std::path::PathBuf;

impl Engine {
    /// Looks what a container uses, and who its first process is now, and records it, unless that is what was seen last. One that does
    /// not run uses nothing.
    pub fn look_at_usage(&self, container: &Container) -> Result<()> {
        let (running, _beside) = container.beside(&Cancel::new())?;
        running.look_again(&self.conductor);
        let (used, evidence) = look(running.pid, running.group().as_ref());
        let world = self.conductor.world();
        let known = world.usage.get(&container.id).and_then(|moments| moments.back());
        let is_same = known.is_some_and(|known| Used { at: used.at, ..*known } == used);
        if !is_same {
            self.conductor.notice(Change::UsageSeen { container: container.id.clone(), used }, evidence);
        }
        Ok(())
    }

    /// Tries a system call in a container, below its filter and, where it has one, also without; in processes of its namespaces
    /// that end after it.
    pub fn try_call(&self, container: &Container, line: &Asked, call: &str) -> Result<Tried> {
        let unknown = || Fault::new(FaultKind::BadRequest, Code::CallNotTried).with("call", call);
        let trial = Trial::named(call).ok_or_else(unknown)?;
        let cancel = Cancel::new();
        let (running, beside) = container.beside(&cancel)?;
        container.check_moving()?;
        self.conductor.operate(OpKind::TryCall, container.name.get(), line, &cancel, |cx| {
            self.spawner.try_call(cx, &running, &container.id, trial).map_err(|fault| beside.why(&running, fault))
        })
    }
}

const MICROSECOND: u64 = 1000;

/// What the processes of a container use, and how that is known: its control group counts it where it has one, else it is
/// added up from `/proc`.
fn look(pid: u32, group: Option<&Group>) -> (Used, Vec<Evidence>) {
    let pids = members(pid);
    let counted = Counted::by(&pids);
    let tick = machine::tick();
    let mut look = Looked { group, evidence: Vec::new(), counts: false };
    let processor = look.processor().unwrap_or_else(|| {
        look.counts = true;
        (counted.ticks.0 + counted.ticks.1) * tick / MICROSECOND
    });
    let memory = look.number(&["memory.current", "memory.usage_in_bytes"]).unwrap_or_else(|| {
        look.counts = true;
        counted.memory
    });
    let tasks = look.number(&["pids.current"]).unwrap_or_else(|| {
        look.counts = true;
        counted.tasks
    });
    let memory_limit = look.number(&["memory.max", "memory.limit_in_bytes"]).filter(|limit| *limit < NO_LIMIT);
    let tasks_limit = look.number(&["pids.max"]);
    let mut evidence = look.evidence;
    if look.counts {
        // Not one file tells it: which were gone through, and what came of it.
        let (ticks, tasks) = (counted.ticks.0 + counted.ticks.1, counted.tasks);
        let all = pids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let sum = format!("ticks={ticks} memory={} tasks={tasks}", counted.memory);
        let facts = [format!("/proc/PID/stat, /proc/PID/smaps_rollup, PID: {all}"), sum];
        evidence.push(evidence::file(&PathBuf::from(format!("/proc/{pid}/stat"))));
        evidence.push(evidence::own(Book::Search, facts));
    }
    let used = Used {
        at: now(),
        processor,
        memory,
        memory_limit: memory_limit.unwrap_or(0),
        tasks,
        tasks_limit: tasks_limit.unwrap_or(0),
        processors: machine::processors().1,
    };
    (used, evidence)
}

/// What version 1 writes where there is no limit, and all that is near it.
const NO_LIMIT: u64 = i64::MAX as u64 / 2;

/// Microseconds of the machine's clock that only goes forward; 0 where it has none.
fn now() -> u64 {
    let time = clock_gettime(ClockId::CLOCK_MONOTONIC).ok();
    let micros = time.and_then(|time| {
        u64::try_from(time.tv_sec())
            .ok()?
            .checked_mul(1_000_000)?
            .checked_add(u64::try_from(time.tv_nsec()).ok()? / 1000)
    });
    micros.unwrap_or(0)
}

/// The files of a control group that were read.
struct Looked<'a> {
    group: Option<&'a Group>,
    evidence: Vec<Evidence>,
    /// Something is not counted by the group.
    counts: bool,
}

impl Looked<'_> {
    /// The first of these files that is there.
    fn text(&mut self, names: &[&str]) -> Option<Text> {
        let dirs = self.group.into_iter().flat_map(|group| &group.dirs);
        let files = dirs.flat_map(|dir| names.iter().map(move |name| dir.join(name)));
        let text = files.filter(|path| path.exists()).find_map(|path| evidence::read(&path).ok())?;
        self.evidence.push(text.evidence());
        Some(text)
    }

    /// A number in a file; none where there is `max`.
    fn number(&mut self, names: &[&str]) -> Option<u64> {
        self.text(names)?.content().trim().parse().ok()
    }

    /// Microseconds.
    fn processor(&mut self) -> Option<u64> {
        if let Some(nanos) = self.number(&["cpuacct.usage"]) {
            return Some(nanos / MICROSECOND);
        }
        let text = self.text(&["cpu.stat"])?;
        text.content().lines().find_map(|line| line.strip_prefix("usage_usec ")?.trim().parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(files: &[(&str, &str)]) -> (tempfile::TempDir, Group) {
        let dir = tempfile::tempdir().unwrap();
        files.iter().for_each(|(name, text)| std::fs::write(dir.path().join(name), text).unwrap());
        let group = Group { dirs: vec![dir.path().to_owned()] };
        (dir, group)
    }

    #[test]
    fn what_a_group_counts_is_read_and_shown() {
        let v2 = [
            ("cpu.stat", "usage_usec 1500\nuser_usec 1000\n"),
            ("memory.current", "4096\n"),
            ("memory.max", "max\n"),
            ("pids.current", "3\n"),
            ("pids.max", "64\n"),
        ];
        let v1 = [
            ("cpuacct.usage", "1500000\n"),
            ("memory.usage_in_bytes", "4096\n"),
            ("memory.limit_in_bytes", "9223372036854771712\n"),
            ("pids.current", "3\n"),
            ("pids.max", "64\n"),
        ];
        for files in [v2, v1] {
            let (_dir, group) = group(&files);
            let (used, evidence) = look(std::process::id(), Some(&group));
            let seen = (used.processor, used.memory, used.memory_limit, used.tasks, used.tasks_limit);
            assert_eq!(seen, (1500, 4096, 0, 3, 64));
            assert!(evidence.len() == 5 && evidence.iter().all(|it| matches!(it, Evidence::File { .. })));
            assert!(used.at > 0 && used.processors > 0);
        }
    }

    #[test]
    fn without_a_group_it_is_said_what_was_added_up() {
        let (used, evidence) = look(std::process::id(), None);
        assert!(used.memory > 0 && used.tasks > 0);
        assert!(matches!(&evidence[..], [Evidence::File { .. }, Evidence::Own { book: Book::Search, .. }]));
    }
}
