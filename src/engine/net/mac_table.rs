//! The MAC tables of the host's bridges: behind which port a bridge has heard an address.
//!
//! ```text
//! kernel ─RTNLGRP_NEIGH─▶ socket ─monitor─▶ dump RTM_GETNEIGH of AF_BRIDGE ─compare─▶ MacLearned, MacForgotten
//! ```
//!
//! A bridge learns from packets, not from steps: what it learns is recorded past all of them. Rows that are there for good – its own
//! addresses, its ports', groups, and what somebody wrote there with `bridge fdb add` – are no part of it. A container may send from as many
//! addresses as it likes: so many of a port are recorded, and that there are more is said once. Bridges that somebody makes within a
//! container's namespace are not looked at.

use super::monitor::{Look, Monitor};
use super::multicast::{Multicast, Told};
use super::table::{self, About, MacRow};
use super::*;
use crate::engine::evidence;
use crate::trace::{Book, Change, Code, Evidence, LearnedMac, Link, LinkKey, Problem};
use std::os::fd::AsFd;

/// How many addresses behind one port are recorded, and in all.
const OF_PORT: usize = 32;
const OF_ALL: usize = 1024;
/// How many rows of a dump are shown where an address is none of them.
const ROWS: usize = 64;

/// The bridge and the address.
type Key = (LinkKey, String);

/// What was last recorded of them.
#[derive(Debug, Default)]
pub(super) struct MacTables {
    multicast: Option<Multicast>,
    /// By bridge and address, the port.
    seen: BTreeMap<Key, LinkKey>,
    said_more: bool,
}

impl MacTables {
    /// What was heard at a link is forgotten with it.
    pub(super) fn let_go_of(&mut self, link: &LinkKey) {
        self.seen.retain(|(bridge, _), port| bridge != link && port != link);
    }

    /// Only what is a port of its bridge still, as the World has it.
    pub(super) fn keep(&mut self, links: &BTreeMap<LinkKey, Link>) {
        self.seen.retain(|(bridge, _), port| match (links.get(bridge), links.get(port)) {
            (Some(bridge), Some(port)) => port.master == Some(bridge.ifindex),
            _ => false,
        });
    }
}

impl MacTables {
    /// From now on what bridges learn is told.
    pub(super) fn watch(&mut self, netns: &Netns, monitor: &Monitor, look: Look) {
        match Multicast::of_macs(netns) {
            Ok(mut multicast) => {
                multicast.watch = monitor.watch(multicast.as_fd(), look);
                self.multicast = Some(multicast);
            }
            Err(fault) => tracing::warn!(%fault, "MAC tables are not watched"),
        }
    }

    /// What was told since the last time, if anything was.
    pub(super) fn told(&self) -> Option<Told> {
        self.multicast.as_ref().and_then(Multicast::drain_macs)
    }

    /// Watches on.
    pub(super) fn rearm(&self) {
        if let Some(multicast) = &self.multicast {
            multicast.rearm();
        }
    }

    /// Records how the rows that were read differ from what was recorded last. `cut`: there are more than were read.
    pub(super) fn differ(
        &mut self,
        (rows, cut): (&[MacRow], bool),
        netns: &Netns,
        links: &BTreeMap<LinkKey, Link>,
        told: &Told,
        record: Recorded<'_>,
    ) {
        let names = links.values().map(|link| (link.ifindex, link.name.clone())).collect();
        let (now, more) = self.now(rows, cut, links);
        let gone: Vec<Key> = self.seen.keys().filter(|key| !cut && !now.contains_key(*key)).cloned().collect();
        for key in gone {
            let port = self.seen.remove(&key).and_then(|port| links.get(&port)).map(|link| link.ifindex);
            let evidence = told.about(About::Mac(&key.1), &names).into_iter().chain(others(rows, port)).collect();
            record(Change::MacForgotten { bridge: key.0, mac: key.1 }, evidence);
        }
        for (key, (port, row)) in now {
            if self.seen.get(&key) == Some(&port) {
                continue;
            }
            let shown = table::macs_shown([row.words.as_str()]);
            let evidence = told.about(About::Mac(&key.1), &names).into_iter().chain([shown]).collect();
            let learned = LearnedMac { bridge: key.0.clone(), mac: key.1.clone(), port: port.clone() };
            record(Change::MacLearned(learned), evidence);
            self.seen.insert(key, port);
        }
        if more && !self.said_more {
            let problem = Problem::new(Code::NotAllRecorded).with("of", "host").with("what", "macs");
            let found = format!("RTM_GETNEIGH: {} learned rows in net:[{}]", rows.len(), netns.inode());
            record(Change::Remark(problem.with("limit", OF_ALL)), vec![evidence::own(Book::Search, [found])]);
        }
        self.said_more = more;
    }

    /// What is recorded already and still there, and of the rest as much as there is room for; and whether there is more.
    fn now<'r>(
        &self,
        rows: &'r [MacRow],
        cut: bool,
        links: &BTreeMap<LinkKey, Link>,
    ) -> (BTreeMap<Key, (LinkKey, &'r MacRow)>, bool) {
        let keys: BTreeMap<u32, &LinkKey> = links.iter().map(|(key, link)| (link.ifindex, key)).collect();
        let is_port = |row: &MacRow| {
            let port = keys.get(&row.port).and_then(|key| links.get(*key));
            port.is_some_and(|port| port.master == Some(row.bridge))
        };
        let all = rows.iter().filter(|row| is_port(row)).filter_map(|row| {
            let (bridge, port) = (keys.get(&row.bridge)?, keys.get(&row.port)?);
            Some((((*bridge).clone(), row.mac.clone()), ((*port).clone(), row)))
        });
        let (mut now, new): (BTreeMap<_, _>, Vec<_>) = {
            let (known, new): (Vec<_>, Vec<_>) = all.partition(|(key, _)| self.seen.contains_key(key));
            (known.into_iter().collect(), new)
        };
        let mut of_port: BTreeMap<LinkKey, usize> = BTreeMap::new();
        now.values().for_each(|(port, _): &(LinkKey, _)| *of_port.entry(port.clone()).or_default() += 1);
        let mut more = cut;
        for (key, (port, row)) in new {
            let count = of_port.entry(port.clone()).or_default();
            if *count >= OF_PORT || now.len() >= OF_ALL {
                more = true;
                continue;
            }
            *count += 1;
            now.insert(key, (port, row));
        }
        (now, more)
    }
}

/// The rows of the port at which it was heard, among which it is not.
fn others(rows: &[MacRow], port: Option<u32>) -> Vec<Evidence> {
    let near = rows.iter().filter(|row| Some(row.port) == port);
    let dump = table::macs_shown(near.take(ROWS).map(|row| row.words.as_str()));
    let all = format!("it is none of all {} learned rows of the dump", rows.len());
    vec![dump, evidence::own(Book::Search, [all])]
}
