//! What this machine allows. Nothing is guessed from versions or names of systems: each thing is tried in a child, in
//! namespaces of its own, and leaves nothing behind.
//!
//! Works with any privilege: as root, as an ordinary user, and in the user namespace of a running engine.

mod system;
mod tools;
mod tries;

use crate::client::{Condition, Facts, Finding};
use std::collections::BTreeMap;

/// Looks at everything the engine could need, what matters most first.
pub fn examine() -> Vec<Finding> {
    let who = tries::Who::find();
    let probes: [fn(&tries::Who) -> Finding; 13] = [
        system::kernel,
        system::user_namespaces,
        system::subordinate_ids,
        tools::newuidmap,
        system::overlay,
        system::cgroup,
        tools::nft,
        tools::uplink,
        tools::tun,
        tools::busybox,
        system::wsl,
        tools::display,
        system::disk,
    ];
    std::thread::scope(|scope| {
        // Side by side: each waits for children most of its time.
        let threads: Vec<_> = probes.iter().map(|probe| scope.spawn(|| probe(&who))).collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, Finding>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(join).collect()
    })
}

fn finding(id: &str, state: Condition, what: &str) -> Finding {
    let facts = Facts { code: format!("{id}-{what}"), args: BTreeMap::new() };
    Finding { id: id.to_owned(), state, facts, mend: None }
}

fn good(id: &str, what: &str) -> Finding {
    finding(id, Condition::Good, what)
}

fn limited(id: &str, what: &str) -> Finding {
    finding(id, Condition::Limited, what)
}

fn missing(id: &str, what: &str) -> Finding {
    finding(id, Condition::Missing, what)
}

impl Finding {
    fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.facts.args.insert(name.to_owned(), value.to_string());
        self
    }

    fn mend(mut self, command: impl Into<String>) -> Self {
        self.mend = Some(command.into()).filter(|command| !command.is_empty());
        self
    }
}
