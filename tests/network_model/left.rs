//! What an engine has made on its host and on the machine, as far as networks are concerned: after all was removed it is as before.

use crate::engine::{Engine, processes_of};
use crate::journal::journal;
use crate::kernel::{Checker, Rows, inside, look, places};
use dockwalk::trace::{NamespaceKind, World};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::time::{Duration, Instant};

#[derive(Debug, PartialEq, Eq)]
pub struct Left {
    /// Names of links of the lab's host, addresses, routes, rules by chain; tables.
    host: Vec<String>,
    /// Of the machine.
    machine: BTreeSet<String>,
    /// Command lines of processes, and the network namespaces that they are in or the engine holds, each counted.
    processes: BTreeMap<String, usize>,
    namespaces: usize,
    /// What the World has of containers' networks.
    world: [usize; 5],
    /// What is to be undone at the engine's end, by kind.
    journal: BTreeMap<String, usize>,
}

impl Left {
    pub fn look(engine: &Engine, world: &World) -> Self {
        let shown = look(world, engine.pid());
        let rows: Vec<&Rows> = shown.values().map(|rows| rows.as_ref().unwrap()).collect();
        let mut host = Vec::new();
        for rows in &rows {
            // `3: docker0 02:42:… mtu …`
            host.extend(rows.links.iter().filter_map(|link| link.split(' ').nth(1)).map(str::to_owned));
            host.extend(rows.addresses.iter().chain(&rows.routes).cloned());
            host.extend(rows.rules.iter().map(|(chain, rules)| format!("{chain}: {rules:?}")));
            host.extend(rows.forwards.clone());
        }
        let places = places(engine.pid());
        for netns in shown.keys() {
            host.push(inside(&places[netns], "nft list tables").unwrap());
        }
        host.sort();
        let lines = |program: &str, args: &[&str]| {
            let output = Command::new(program).args(args).output();
            let text = output.map(|it| String::from_utf8_lossy(&it.stdout).into_owned()).unwrap_or_default();
            text.lines().map(str::to_owned).collect::<BTreeSet<_>>()
        };
        let links =
            lines("ip", &["-o", "link"]).iter().filter_map(|line| line.split(':').nth(1)).map(str::to_owned).collect();
        let net = world.namespaces.values().filter(|of| of.kind == NamespaceKind::Net).count();
        let (mut processes, mut namespaces) = (BTreeMap::new(), BTreeSet::new());
        for process in processes_of(&engine.root()) {
            let (pid, argv) = process.split_once(' ').unwrap_or((&process, ""));
            *processes.entry(argv.to_owned()).or_default() += 1;
            namespaces.extend(std::fs::read_link(format!("/proc/{pid}/ns/net")).ok());
        }
        for entry in std::fs::read_dir(format!("/proc/{}/fd", engine.pid())).into_iter().flatten().flatten() {
            namespaces
                .extend(std::fs::read_link(entry.path()).ok().filter(|to| to.to_string_lossy().starts_with("net:[")));
        }
        Self {
            host,
            machine: lines("nft", &["list", "tables"]).union(&links).cloned().collect(),
            processes,
            namespaces: namespaces.len(),
            world: [net, world.leases.len(), world.links.len(), world.publications.len(), world.networks.len()],
            journal: journal(&engine.root()),
        }
    }

    /// Waits until it is so again.
    #[track_caller]
    pub fn assert_is(&self, engine: &Engine, checker: &mut Checker, when: &str) {
        let begun = Instant::now();
        loop {
            let world = checker.agrees(when);
            let now = Self::look(engine, &world);
            if now == *self {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(10), "{when}: now {now:#?}, before {self:#?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}
