//! One network namespace as it was last recorded, and how what the kernel shows now differs from it.
//!
//! ```text
//! act:   NetlinkMessage step ─▶ request ─▶ ack ─▶ look
//! look:  dump links, addresses, routes ─▶ compare with what was seen ─▶ a Change for each difference    (`difference`)
//! ```
//!
//! So whatever changes is recorded, whoever changed it: a bridge that gets a port, a learner at the host's prompt (`monitor`).

use super::mac_table::MacTables;
use super::multicast::Multicast;
use super::netlink::Netlink;
use super::request::Request;
use super::table::{LinkRow, Table};
use super::*;
use crate::engine::conductor::Undone;
use crate::engine::evidence;
use crate::trace::{Code, Evidence, Link, LinkKey, Plan, Route, StepKind};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

#[derive(Debug)]
pub(super) struct NamespaceObserver {
    pub(super) netlink: Arc<Netlink>,
    /// What the kernel tells by itself; none of a namespace that is only looked into, or that nobody is in any more.
    pub(super) multicast: Option<Multicast>,
    pub(super) netns: Netns,
    /// Whose namespace; none for the host's.
    pub(super) container: Option<ContainerId>,
    /// The engine's own namespace, or the real host's.
    pub(super) lab: bool,
    /// Links that are known before they are made, by name.
    pub(super) expected: BTreeMap<String, Owner>,
    /// What links of namespaces are called that the same container has left, and in which somebody is still.
    pub(super) elsewhere: BTreeSet<LinkKey>,
    /// Who each link is, by its index.
    pub(super) owners: BTreeMap<u32, Owner>,
    pub(super) links: BTreeMap<LinkKey, Link>,
    pub(super) addresses: BTreeSet<(LinkKey, String)>,
    pub(super) routes: BTreeSet<Route>,
    /// What the kernel showed last; none where it is to be read anew.
    pub(super) table: Option<Table>,
    /// What its bridges have learned; of the host's namespace alone.
    pub(super) macs: MacTables,
    /// Of which it was said that not all are recorded: links, addresses, routes.
    pub(super) said_more: [bool; 3],
}

#[derive(Debug, Clone)]
pub(super) struct Owner {
    pub(super) key: LinkKey,
    pub(super) container: Option<ContainerId>,
}

impl NamespaceObserver {
    /// One that hears what the kernel tells from now on.
    pub(super) fn open(netns: &Netns, container: Option<&ContainerId>, lab: bool) -> Result<Self> {
        let multicast = Some(Multicast::open(netns)?);
        Ok(Self { multicast, container: container.cloned(), lab, ..Self::peek(netns)? })
    }

    /// One that is asked once.
    fn peek(netns: &Netns) -> Result<Self> {
        Ok(Self {
            netlink: Arc::new(Netlink::open(netns)?),
            multicast: None,
            netns: netns.clone(),
            container: None,
            lab: false,
            expected: BTreeMap::new(),
            elsewhere: BTreeSet::new(),
            owners: BTreeMap::new(),
            links: BTreeMap::new(),
            addresses: BTreeSet::new(),
            routes: BTreeSet::new(),
            table: None,
            macs: MacTables::default(),
            said_more: [false; 3],
        })
    }

    /// Nobody is in this namespace any more: what is told of it is not heard.
    pub(super) fn close(&mut self) {
        self.multicast = None;
    }

    pub(super) fn netns(&self) -> &Netns {
        &self.netns
    }

    /// A link of this name is going to be made: this is its key, and whose it is.
    pub(super) fn expect(&mut self, name: &str, key: LinkKey, container: Option<&ContainerId>) {
        self.expected.insert(name.to_owned(), Owner { key, container: container.cloned() });
    }

    /// It was not made.
    pub(super) fn expect_no_more(&mut self, name: &str) {
        self.expected.remove(name);
    }

    /// A link as it was last seen.
    pub(super) fn link(&self, key: &LinkKey) -> Option<&Link> {
        self.links.get(key)
    }

    /// The state of these links follows their carrier, as far as they are here.
    pub(super) fn is_settled(&self, keys: &[LinkKey]) -> bool {
        keys.iter().filter_map(|key| self.links.get(key)).all(Link::is_settled)
    }

    /// How it is known which links there are: a dump of them.
    pub(super) fn dump(&self) -> Result<Evidence> {
        let table = Table::read(&self.netlink).map_err(|e| Fault::io("read", "RTM_GETLINK", &e))?;
        Ok(table::links_shown(table.links.iter().map(|row| row.words.as_str())))
    }

    /// The links that were last seen.
    pub(super) fn links(&self) -> impl Iterator<Item = &Link> {
        self.links.values()
    }

    /// Where the default route leads.
    pub(super) fn way_out(&self) -> Option<&Route> {
        self.routes.iter().find(|route| route.destination == "default")
    }

    /// The same of IPv6.
    pub(super) fn way_out6(&self) -> Option<&Route> {
        self.routes.iter().find(|route| route.destination == table::DEFAULT6)
    }

    /// The subnets that are reached from here.
    pub(super) fn reached(&self) -> impl Iterator<Item = Subnet> {
        self.routes.iter().filter_map(|route| Subnet::parse(&route.destination))
    }

    /// Looks for a link by name without recording anything.
    pub(super) fn find(&self, name: &str) -> Result<Option<LinkRow>> {
        let table = Table::read(&self.netlink).map_err(|e| Fault::io("read", "RTM_GETLINK", &e))?;
        Ok(table.link(name).cloned())
    }

    /// The bridge that was made with that hardware address, whatever somebody calls it now; else what has an engine's name for it.
    pub(super) fn find_bridge(&self, name: &str, mac: &str) -> Result<Option<LinkRow>> {
        let table = Table::read(&self.netlink).map_err(|e| Fault::io("read", "RTM_GETLINK", &e))?;
        let is_it = |row: &&LinkRow| row.kind.as_deref() == Some("bridge") && row.mac == mac;
        let found = table.link(name).filter(is_it).or_else(|| table.links.iter().find(is_it));
        Ok(found.or_else(|| table.link(name).filter(|_| network::is_bridge(name))).cloned())
    }

    /// Sends a message and records what came of it in this namespace.
    pub(super) fn act(&mut self, cx: &Cx, request: Request) -> Result<()> {
        let done = self.send(&request)?;
        self.look(Some(&done), &|change, evidence| cx.observe(change, evidence))
    }

    /// Sends a message.
    pub(super) fn send(&self, request: &Request) -> Result<Evidence> {
        self.netlink.act(request.message.clone(), request.flags).map_err(|error| refused(request, &error))
    }

    /// Has a link deleted. The kernel takes it out of its tables first, then waits for every processor that may still hold
    /// it, and answers only then (`netdev_run_todo`, tens of milliseconds). What is true is what the tables show, so the
    /// answer is waited for no longer than until they show it `gone`.
    pub(super) fn delete(&self, request: &Request, gone: impl Fn() -> Result<bool>) -> Result<Evidence> {
        let netlink = Netlink::open(&self.netns)?;
        let (message, flags) = (request.message.clone(), request.flags);
        let (say, answer) = mpsc::channel();
        // When nobody waits for the answer any more, the tables have given it.
        let ask = move || drop(say.send(netlink.act(message, flags)));
        let thread = std::thread::Builder::new().name("delete-link".into()).spawn(ask);
        thread.map_err(|e| Fault::io("start", "a thread", &e))?;
        loop {
            match answer.recv_timeout(Duration::from_millis(1)) {
                Ok(result) => return result.map_err(|error| refused(request, &error)),
                Err(RecvTimeoutError::Timeout) if !gone()? => {}
                Err(_) => return Ok(evidence::netlink::sent(&request.message)),
            }
        }
    }
}

fn refused(request: &Request, error: &std::io::Error) -> Fault {
    let denied = error.kind() == std::io::ErrorKind::PermissionDenied;
    let kind = if denied { FaultKind::Denied } else { FaultKind::Failed };
    Fault::new(kind, Code::NetlinkRefused).with("request", &request.text).with("reason", error)
}

/// The kernel step of one message.
pub(super) fn message_plan(request: &Request) -> Plan {
    Plan::new(StepKind::NetlinkMessage, &request.subject).call(&request.text)
}

/// Deletes a link; `bridge`: a bridge of that hardware address, which somebody may have given another name. One that is not there is no
/// error.
pub(super) fn delete_link(netns: &Netns, name: &str, bridge: Option<&str>) -> Result<Undone> {
    let observer = NamespaceObserver::peek(netns)?;
    let found = bridge.map_or_else(|| observer.find(name), |mac| observer.find_bridge(name, mac))?;
    let Some(row) = found else { return Ok(Undone::Gone) };
    let name = row.name.as_str();
    let deleted = observer.send(&request::delete_link(name, row.index)).map(|_| Undone::Done);
    // Its other end may have been deleted at this moment, and this one with it.
    if observer.find(name)?.is_none() { Ok(deleted.unwrap_or(Undone::Gone)) } else { deleted }
}
