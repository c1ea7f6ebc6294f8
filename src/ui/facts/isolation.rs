//! What a process is and may do, what its container uses, and what was tried in it.

use super::{Described, Table, Tone, container_row};
use crate::trace::{Entity, Family, IdSpan, ProcessState, Property, Verdict, World};

pub(super) fn described(entity: &Entity, world: &World, t: &mut Table<'_>) -> Described {
    match entity {
        Entity::Usage(key) => {
            let moments = world.usage.get(key)?;
            let last = moments.back()?;
            container_row(Some(key), world, t);
            if let Some(share) = moments.iter().rev().nth(1).and_then(|before| last.processor_since(before)) {
                t.row("fact-processor", format!("{}.{} %", share / 10, share % 10));
            }
            t.row("fact-processor-time", format!("{} ms", last.processor / 1000));
            t.bytes("fact-memory", last.memory);
            if last.memory_limit > 0 {
                t.bytes("fact-memory-limit", last.memory_limit);
            }
            t.row("fact-tasks", last.tasks);
            if last.tasks_limit > 0 {
                t.row("fact-tasks-limit", last.tasks_limit);
            }
            Some((world.containers.get(key)?.name.clone(), "kind-usage", Family::Process))
        }
        Entity::TriedCall(container, call) => {
            let tried = world.tried.get(&(container.clone(), call.clone()))?;
            container_row(Some(container), world, t);
            let tone = match tried.verdict() {
                Verdict::Filtered | Verdict::Refused | Verdict::RefusedBare => Tone::Bad,
                Verdict::Done | Verdict::DoneBare => Tone::Good,
            };
            t.toned("fact-answer", tried.filtered.said.clone(), tone);
            if let Some(bare) = &tried.bare {
                t.row("fact-answer-bare", &bare.said);
            }
            Some((call.clone(), "kind-tried-call", Family::Process))
        }
        _ => None,
    }
}

pub(super) fn process_rows(state: &ProcessState, t: &mut Table<'_>) {
    t.row("PID", state.process.pid);
    t.row("fact-inner-pid", state.process.inner_pid);
    for property in &state.properties {
        match property {
            Property::Executes(argv) => t.some("exec", argv.join(" ")),
            Property::Hostname(name) => t.some("fact-hostname", name),
            Property::Root(path) => t.some("root", path),
            Property::Credentials(ids) => t.some("uid:gid", ids),
            Property::Capabilities(names) => t.some("CapEff", names.join(", ")),
            Property::Bounding(names) => t.some("CapBnd", names.join(", ")),
            Property::Pids(pids) => t.some("NSpid", pids.iter().map(u32::to_string).collect::<Vec<_>>().join(" ")),
            Property::Users(spans) => {
                let line = |span: &IdSpan| format!("{} {} {}", span.inside, span.outside, span.count);
                t.some("uid_map", spans.iter().map(line).collect::<Vec<_>>().join(", "));
            }
            Property::Kernel(release) => t.some("uname -r", release),
            Property::Seccomp(mode) => t.some("Seccomp", mode),
            Property::NoNewPrivs(set) => t.some("NoNewPrivs", u8::from(*set)),
            Property::WorkingDir(path) => t.some("cwd", path),
            Property::Cgroup(path) => t.some("cgroup", path),
            Property::Protected(paths) => t.some("fact-protected", paths.join(" ")),
            Property::Did(what) => t.some("fact-did", what),
        }
    }
    for (kind, inode) in &state.process.namespaces {
        t.link(kind.name(), inode, Entity::Namespace(*inode));
    }
}
