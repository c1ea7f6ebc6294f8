//! One network namespace as it was last recorded, and how what the kernel shows now differs from it.
//!
//! ```text
//! act:   NetlinkMessage step ─▶ request ─▶ ack ─▶ look
//! look:  dump links, addresses, routes ─▶ compare with what was seen ─▶ a Change for each difference
//! ```
//!
//! So whatever changes is recorded, whoever changed it: a bridge that gets a port, a learner at the host's prompt.

use super::netlink::Netlink;
use super::request::Request;
use super::table::{LinkRow, Table};
use super::*;
use crate::engine::conductor::Undone;
use crate::engine::evidence;
use crate::trace::{Change, Code, Evidence, Link, LinkKey, LinkKind, Plan, Route, StepKind};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// Where changes go: into a step, or past all steps.
pub(super) type Record<'a> = &'a dyn Fn(Change, Vec<Evidence>);

#[derive(Debug)]
pub(super) struct NamespaceObserver {
    netlink: Netlink,
    netns: Netns,
    /// Whose namespace; none for the host's.
    container: Option<ContainerId>,
    /// The engine's own namespace, or the real host's.
    lab: bool,
    /// Links that are known before they are made, by name.
    expected: BTreeMap<String, Owner>,
    /// Who each link is, by its index.
    owners: BTreeMap<u32, Owner>,
    links: BTreeMap<LinkKey, Link>,
    addresses: BTreeSet<(LinkKey, String)>,
    routes: BTreeSet<Route>,
}

#[derive(Debug, Clone)]
struct Owner {
    key: LinkKey,
    container: Option<ContainerId>,
}

impl NamespaceObserver {
    pub(super) fn open(netns: &Netns, container: Option<&ContainerId>, lab: bool) -> Result<Self> {
        Ok(Self {
            netlink: Netlink::open(netns)?,
            netns: netns.clone(),
            container: container.cloned(),
            lab,
            expected: BTreeMap::new(),
            owners: BTreeMap::new(),
            links: BTreeMap::new(),
            addresses: BTreeSet::new(),
            routes: BTreeSet::new(),
        })
    }

    pub(super) fn netns(&self) -> &Netns {
        &self.netns
    }

    /// A link of this name is going to be made: this is its key, and whose it is.
    pub(super) fn expect(&mut self, name: &str, key: LinkKey, container: Option<&ContainerId>) {
        self.expected.insert(name.to_owned(), Owner { key, container: container.cloned() });
    }

    /// A link has been moved to another namespace, where it is recorded under the same key.
    pub(super) fn forget(&mut self, key: &LinkKey) {
        self.owners.retain(|_, owner| owner.key != *key);
        self.links.remove(key);
        self.addresses.retain(|(link, _)| link != key);
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

    /// The subnets that are reached from here.
    pub(super) fn reached(&self) -> impl Iterator<Item = Subnet> {
        self.routes.iter().filter_map(|route| Subnet::parse(&route.destination))
    }

    /// Looks for a link by name without recording anything.
    pub(super) fn find(&self, name: &str) -> Result<Option<LinkRow>> {
        let table = Table::read(&self.netlink).map_err(|e| Fault::io("read", "RTM_GETLINK", &e))?;
        Ok(table.link(name).cloned())
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

    /// Records how this namespace differs from what was last recorded of it. `cause` is the request that came before.
    pub(super) fn look(&mut self, cause: Option<&Evidence>, record: Record<'_>) -> Result<()> {
        let table = Table::read(&self.netlink).map_err(|e| Fault::io("read", "RTM_GETLINK", &e))?;
        let after = |dump: Evidence| cause.cloned().into_iter().chain([dump]).collect::<Vec<_>>();
        let inode = self.netns.inode();

        let routes: BTreeMap<Route, &str> = table
            .routes
            .iter()
            .map(|row| {
                let (destination, via, dev) = (row.destination.clone(), row.via.clone(), row.dev.clone());
                (Route { netns: inode, destination, via, dev }, row.words.as_str())
            })
            .collect();
        let left = || after(table::routes_shown(table.routes.iter().map(|row| row.words.as_str())));
        for gone in self.routes.iter().filter(|route| !routes.contains_key(*route)) {
            record(Change::RouteGone(gone.clone()), left());
        }

        let rows: Vec<(Link, &LinkRow)> = table.links.iter().map(|row| (self.name(row, &table), row)).collect();
        let links: BTreeMap<LinkKey, Link> = rows.iter().map(|(link, _)| (link.key.clone(), link.clone())).collect();
        let addresses: BTreeMap<(LinkKey, String), &str> = table
            .addresses
            .iter()
            .filter_map(|row| {
                let (link, _) = rows.iter().find(|(link, _)| link.ifindex == row.index)?;
                Some(((link.key.clone(), row.cidr.clone()), row.words.as_str()))
            })
            .collect();
        let all = || after(table::links_shown(table.links.iter().map(|row| row.words.as_str())));
        let same = || after(table::addresses_shown(table.addresses.iter().map(|row| row.words.as_str())));
        for (link, cidr) in self.addresses.iter().filter(|it| links.contains_key(&it.0) && !addresses.contains_key(*it))
        {
            record(Change::AddrGone { link: link.clone(), cidr: cidr.clone() }, same());
        }
        for key in self.links.keys().filter(|key| !links.contains_key(*key)) {
            record(Change::LinkGone { key: key.clone() }, all());
        }
        for (link, row) in rows.iter().filter(|(link, _)| self.links.get(&link.key) != Some(link)) {
            record(Change::LinkSeen(link.clone()), after(table::links_shown([row.words.as_str()])));
        }
        for ((link, cidr), words) in addresses.iter().filter(|(it, _)| !self.addresses.contains(*it)) {
            record(
                Change::AddrSeen { link: link.clone(), cidr: cidr.clone() },
                after(table::addresses_shown([*words])),
            );
        }
        for (route, words) in routes.iter().filter(|(route, _)| !self.routes.contains(*route)) {
            record(Change::RouteSeen(route.clone()), after(table::routes_shown([*words])));
        }

        self.owners.retain(|index, _| table.links.iter().any(|row| row.index == *index));
        self.addresses = addresses.into_keys().collect();
        self.routes = routes.into_keys().collect();
        self.links = links;
        Ok(())
    }

    /// Gives a link its name in the trace: what it was called when it was first seen, whatever it is called now.
    fn name(&mut self, row: &LinkRow, table: &Table) -> Link {
        let owner = match self.owners.get(&row.index) {
            Some(owner) => owner.clone(),
            None => {
                let owner = self.expected.remove(&row.name).unwrap_or_else(|| self.stranger(&row.name));
                self.owners.insert(row.index, owner.clone());
                owner
            }
        };
        Link {
            key: owner.key,
            netns: self.netns.inode(),
            ifindex: row.index,
            name: row.name.clone(),
            kind: self.kind(row, table),
            mac: row.mac.clone(),
            mtu: row.mtu,
            up: row.up,
            carrier: Some(row.carrier),
            state: Some(row.state.clone()),
            master: row.master,
            peer_ifindex: row.peer.filter(|_| row.kind.as_deref() == Some("veth")),
            container: owner.container,
        }
    }

    fn stranger(&self, name: &str) -> Owner {
        let key = match &self.container {
            Some(id) => format!("{}/{name}", id.short()),
            None => format!("lab/{name}"),
        };
        Owner { key: key.as_str().into(), container: self.container.clone() }
    }

    fn kind(&self, row: &LinkRow, table: &Table) -> LinkKind {
        match row.kind.as_deref() {
            _ if row.loopback => LinkKind::Loopback,
            Some("bridge") => LinkKind::Bridge,
            Some("veth") => LinkKind::Veth,
            Some("tun") if self.lab && row.name == UPLINK => LinkKind::Uplink,
            _ => {
                let way_out = |route: &table::RouteRow| route.destination == "default" && route.dev == row.name;
                let out = self.container.is_none() && table.routes.iter().any(way_out);
                if out { LinkKind::Uplink } else { LinkKind::Other }
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

/// Deletes a link; `bridge`: a bridge of that hardware address alone. One that is not there is no error.
pub(super) fn delete_link(netns: &Netns, name: &str, bridge: Option<&str>) -> Result<Undone> {
    let observer = NamespaceObserver::open(netns, None, false)?;
    let meant = |row: &LinkRow| bridge.is_none_or(|mac| row.kind.as_deref() == Some("bridge") && row.mac == mac);
    let Some(row) = observer.find(name)?.filter(meant) else { return Ok(Undone::Gone) };
    let deleted = observer.send(&request::delete_link(name, row.index)).map(|_| Undone::Done);
    // Its other end may have been deleted at this moment, and this one with it.
    if observer.find(name)?.is_none() { Ok(deleted.unwrap_or(Undone::Gone)) } else { deleted }
}
