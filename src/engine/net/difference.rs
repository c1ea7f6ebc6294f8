//! How what a network namespace shows now differs from what was last recorded of it.
//!
//! A container's namespace is its root's, who may put ten thousand addresses there: so many of each kind are recorded, and that
//! there are more is said once.

use super::multicast::{Multicast, Told};
use super::observer::{NamespaceObserver, Owner};
use super::table::{self, About, AddrRow, Differs, LinkRow, RouteRow, Table};
use super::*;
use crate::engine::evidence;
use crate::trace::{Book, Change, Code, Evidence, Link, LinkKey, LinkKind, Problem, Route};
use std::collections::BTreeSet;

/// How many links, addresses and routes of a container's namespace are recorded, and of the host's, on which all containers hang.
const OF_CONTAINER: [usize; 3] = [64, 128, 128];
const OF_HOST: [usize; 3] = [4096; 3];
/// How often the tables are read again that changed while they were.
const ROUNDS: usize = 2;
/// How many rows of a dump are shown where a thing is none of them.
const ROWS: usize = 64;

/// What a namespace shows, as far as it is recorded.
struct Seen<'t> {
    links: BTreeMap<LinkKey, (Link, &'t LinkRow)>,
    addresses: BTreeMap<(LinkKey, String), &'t AddrRow>,
    routes: BTreeMap<Route, &'t RouteRow>,
    /// Of each kind, whether there are more.
    more: [bool; 3],
}

impl NamespaceObserver {
    /// Records what differs if the kernel has told of anything since the last look, and watches on.
    pub(super) fn news(&mut self, record: Recorded<'_>) -> Result<()> {
        let Some(multicast) = &self.multicast else { return Ok(()) };
        let told = multicast.drain();
        let looked = match told {
            Some(told) => self.differ(None, told, record),
            None => Ok(()),
        };
        if let Some(multicast) = &self.multicast {
            multicast.rearm();
        }
        looked
    }

    /// The same of the MAC tables of its bridges.
    pub(super) fn mac_news(&mut self, record: Recorded<'_>) -> Result<()> {
        let looked = self.macs.told().map_or(Ok(()), |told| self.macs_differ(&told, record));
        self.macs.rearm();
        looked
    }

    fn macs_differ(&mut self, told: &Told, record: Recorded<'_>) -> Result<()> {
        let names = self.links.values().map(|link| (link.ifindex, link.name.clone())).collect();
        let read = table::macs(&self.netlink, &names).map_err(|error| Fault::io("read", "RTM_GETNEIGH", &error))?;
        let is_known = |index: &u32| self.owners.contains_key(index);
        if read.0.iter().any(|row| !is_known(&row.port) || !is_known(&row.bridge)) {
            // Of a port that is new: the kernel has told of that before.
            self.news(record)?;
        }
        self.macs.differ((&read.0, read.1), &self.netns, &self.links, told, record);
        Ok(())
    }

    /// Records how this namespace differs from what was last recorded of it. `cause` is the request that came before.
    pub(super) fn look(&mut self, cause: Option<&Evidence>, record: Recorded<'_>) -> Result<()> {
        let mut told = self.multicast.as_ref().and_then(Multicast::drain).unwrap_or_default();
        // Of an address of IPv6 the kernel tells a little after it has acknowledged it.
        told.differs.addresses |= cause.is_some();
        self.differ(cause, told, record)
    }

    /// The tables, and what was told until they were read: what they show was told before. If they change too fast for that, they are
    /// looked at again later.
    fn read(&mut self, mut told: Told) -> Result<(Table, Told)> {
        let mut table = self.read_again(&mut told.differs)?;
        for _ in 0..ROUNDS {
            let Some(mut later) = self.multicast.as_ref().and_then(Multicast::drain) else { return Ok((table, told)) };
            self.table = Some(table);
            table = self.read_again(&mut later.differs)?;
            told.append(later);
        }
        if let Some((later, multicast)) = self.multicast.as_ref().and_then(|it| Some((it.drain()?, it))) {
            told.append(later);
            multicast.again();
        }
        Ok((table, told))
    }

    /// What may differ by what was told; or all, and then it says so.
    fn read_again(&mut self, differs: &mut Differs) -> Result<Table> {
        let failed = |e: std::io::Error| Fault::io("read", "RTM_GETLINK", &e);
        let known = self.table.take().filter(|table| table.cut == [false; 3]);
        if let (Some(mut table), false, Some(_)) = (known, differs.all, &self.multicast)
            && table.renew(&self.netlink, differs).map_err(failed)?
        {
            return Ok(table);
        }
        differs.all = true;
        Table::read(&self.netlink).map_err(failed)
    }

    fn differ(&mut self, cause: Option<&Evidence>, told: Told, record: Recorded<'_>) -> Result<()> {
        let (mut table, mut told) = self.read(told)?;
        // What makes a link the way out is a route.
        if !told.differs.all && self.differs_untold(&table, &told.differs) {
            table = self.read_again(&mut Differs { all: true, ..Differs::default() })?;
            told.differs.all = true;
        }
        let before = self.links.values().map(|link| (link.ifindex, link.name.clone()));
        let now = table.links.iter().map(|link| (link.index, link.name.clone()));
        let names: BTreeMap<u32, String> = before.chain(now).collect();
        let after = |about: About<'_>, dump: Vec<Evidence>| {
            let cause = cause.map_or_else(|| told.about(about, &names), |cause| vec![cause.clone()]);
            cause.into_iter().chain(dump).collect::<Vec<_>>()
        };
        let seen = self.seen(&table);
        let index_of = |of: &Self, key: &LinkKey| of.links.get(key).map_or(0, |link| link.ifindex);

        let cut = table.cut;
        for route in self.routes.iter().filter(|route| !cut[2] && !seen.routes.contains_key(*route)) {
            let left = rows(&table.routes, |row| row.dev == route.dev, |row| &row.words, table::routes_shown);
            record(Change::RouteGone(route.clone()), after(About::Route(&route.destination), left));
        }
        for (key, cidr) in self.addresses.iter().filter(|it| !cut[1] && !seen.addresses.contains_key(*it)) {
            if seen.links.contains_key(key) {
                let index = index_of(self, key);
                let left = rows(&table.addresses, |row| row.index == index, |row| &row.words, table::addresses_shown);
                let gone = Change::AddrGone { link: key.clone(), cidr: cidr.clone() };
                record(gone, after(About::Address(index, cidr), left));
            }
        }
        // One whose name another has now is recorded anew, so that at no moment two have the same.
        let renamed = renamed(&self.links, &seen);
        for key in self.links.keys().filter(|key| !cut[0] && !seen.links.contains_key(*key) || renamed.contains(*key)) {
            let left = rows(&table.links, |_| false, |row| &row.words, table::links_shown);
            record(Change::LinkGone { key: key.clone() }, after(About::Link(index_of(self, key)), left));
        }
        for key in self.links.keys().filter(|key| renamed.contains(*key)) {
            self.macs.let_go_of(key);
        }
        self.links.retain(|key, _| !renamed.contains(key));
        self.addresses.retain(|(key, _)| !renamed.contains(key));
        for (link, row) in seen.links.values().filter(|(link, _)| self.links.get(&link.key) != Some(link)) {
            let shown = match told.differs.all {
                true => table::links_shown([row.words.as_str()]),
                false => table::link_shown(row.index, &row.words),
            };
            let shown = vec![shown];
            record(Change::LinkSeen(link.clone()), after(About::Link(row.index), shown));
        }
        for ((key, cidr), row) in seen.addresses.iter().filter(|(it, _)| !self.addresses.contains(*it)) {
            let shown = vec![table::addresses_shown([row.words.as_str()])];
            let change = Change::AddrSeen { link: key.clone(), cidr: cidr.clone() };
            record(change, after(About::Address(row.index, cidr), shown));
        }
        for (route, row) in seen.routes.iter().filter(|(route, _)| !self.routes.contains(*route)) {
            let shown = vec![table::routes_shown([row.words.as_str()])];
            record(Change::RouteSeen(route.clone()), after(About::Route(&row.destination), shown));
        }
        if let Some(kind) = (0..3).find(|kind| seen.more[*kind] && !self.said_more[*kind]) {
            record(Change::Remark(self.not_all(kind)), self.how_many(&table, kind));
        }
        self.said_more = seen.more;
        let Seen { links, addresses, routes, .. } = seen;
        let old = |keep: bool| keep.then_some(());
        let kept = old(cut[1]).map(|()| std::mem::take(&mut self.addresses)).unwrap_or_default();
        self.addresses = kept.into_iter().chain(addresses.into_keys()).collect();
        let kept = old(cut[2]).map(|()| std::mem::take(&mut self.routes)).unwrap_or_default();
        self.routes = kept.into_iter().chain(routes.into_keys()).collect();
        let kept = old(cut[0]).map(|()| std::mem::take(&mut self.links)).unwrap_or_default();
        self.links = kept.into_iter().chain(links.into_iter().map(|(key, (link, _))| (key, link))).collect();
        self.macs.keep(&self.links);
        let there: BTreeSet<u32> = self.links.values().map(|link| link.ifindex).collect();
        self.owners.retain(|index, _| there.contains(index));
        self.table = Some(table);
        Ok(())
    }

    /// A link differs of which nothing was told.
    fn differs_untold(&mut self, table: &Table, told: &Differs) -> bool {
        let seen = self.seen(table);
        let mut new = seen.links.values().filter(|(link, _)| self.links.get(&link.key) != Some(link));
        new.any(|(_, row)| !told.links.contains(&row.index))
    }

    /// What is recorded already and still there, and of the rest as much as there is room for.
    fn seen<'t>(&mut self, table: &'t Table) -> Seen<'t> {
        let [links_at_most, addresses_at_most, routes_at_most] =
            if self.container.is_some() { OF_CONTAINER } else { OF_HOST };
        let mut more = table.cut;
        let inode = self.netns.inode();
        let (known, new): (Vec<_>, Vec<_>) = table.links.iter().partition(|row| self.owners.contains_key(&row.index));
        let room = links_at_most.saturating_sub(known.len());
        more[0] |= new.len() > room;
        let mut links = BTreeMap::new();
        let mut keys = BTreeMap::new();
        for row in known.into_iter().chain(new.into_iter().take(room)) {
            let link = self.name(row, table);
            keys.insert(row.index, link.key.clone());
            links.insert(link.key.clone(), (link, row));
        }
        let all = table.addresses.iter();
        let all = all.filter_map(|row| Some(((keys.get(&row.index)?.clone(), row.cidr.clone()), row)));
        let (mut addresses, new): (BTreeMap<_, _>, BTreeMap<_, _>) =
            all.partition(|(it, _)| self.addresses.contains(it));
        let room = addresses_at_most.saturating_sub(addresses.len());
        more[1] |= new.len() > room;
        addresses.extend(new.into_iter().take(room));
        let all = table.routes.iter().map(|row| {
            let (destination, via, dev) = (row.destination.clone(), row.via.clone(), row.dev.clone());
            (Route { netns: inode, destination, via, dev, refuses: row.refuses.clone() }, row)
        });
        let (mut routes, new): (BTreeMap<_, _>, BTreeMap<_, _>) = all.partition(|(it, _)| self.routes.contains(it));
        let room = routes_at_most.saturating_sub(routes.len());
        more[2] |= new.len() > room;
        routes.extend(new.into_iter().take(room));
        Seen { links, addresses, routes, more }
    }

    fn not_all(&self, kind: usize) -> Problem {
        let what = ["links", "addresses", "routes"];
        let limits = if self.container.is_some() { OF_CONTAINER } else { OF_HOST };
        let of = self.container.as_ref().map_or_else(|| "host".to_owned(), |id| id.short().to_owned());
        let problem = Problem::new(Code::NotAllRecorded).with("of", of).with("what", what.get(kind).unwrap_or(&""));
        problem.with("limit", limits.get(kind).unwrap_or(&0))
    }

    fn how_many(&self, table: &Table, kind: usize) -> Vec<Evidence> {
        let (found, what) = [
            (table.links.len(), "RTM_GETLINK"),
            (table.addresses.len(), "RTM_GETADDR"),
            (table.routes.len(), "RTM_GETROUTE"),
        ][kind.min(2)];
        let or_more = if table.cut[kind.min(2)] { " or more" } else { "" };
        vec![evidence::own(Book::Search, [format!("{what}: {found}{or_more} in net:[{}]", self.netns.inode())])]
    }

    /// Gives a link its name in the trace: what it was called when it was first seen, whatever it is called now.
    fn name(&mut self, row: &LinkRow, table: &Table) -> Link {
        let owner = match self.owners.get(&row.index) {
            Some(owner) => owner.clone(),
            None => {
                let owner = self.expected.remove(&row.name).unwrap_or_else(|| self.stranger(row));
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
            port: row.port.clone(),
            isolated: row.isolated,
            peer_ifindex: row.peer.filter(|_| row.kind.as_deref() == Some("veth")),
            container: owner.container,
        }
    }

    /// A link that somebody else made. In a container it may be called as one of the engine's is going to be.
    fn stranger(&self, row: &LinkRow) -> Owner {
        let (name, whose) = (&row.name, self.container.as_ref().map_or("lab", ContainerId::short));
        let plain = format!("{whose}/{name}");
        let engines = self.container.is_some() && (name.starts_with("eth") || name.starts_with("veth"));
        let taken = engines || self.owners.values().any(|owner| *owner.key.0 == *plain);
        let key = match self.elsewhere.contains(&LinkKey::from(plain.as_str())) {
            true => format!("{plain}#{}.{}", self.netns.inode(), row.index),
            false if taken => format!("{plain}#{}", row.index),
            false => plain,
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
                let way_out = |route: &RouteRow| route.destination == "default" && route.dev == row.name;
                let out = self.container.is_none() && table.routes.iter().any(way_out);
                if out { LinkKind::Uplink } else { LinkKind::Other }
            }
        }
    }
}

/// Links whose name or index another one has now.
fn renamed(links: &BTreeMap<LinkKey, Link>, seen: &Seen<'_>) -> BTreeSet<LinkKey> {
    let names: BTreeMap<&str, &LinkKey> = links.iter().map(|(key, link)| (link.name.as_str(), key)).collect();
    let indexes: BTreeMap<u32, &LinkKey> = links.iter().map(|(key, link)| (link.ifindex, key)).collect();
    let clash = |(key, (link, _)): (&LinkKey, &(Link, &LinkRow))| {
        let before = [names.get(link.name.as_str()), indexes.get(&link.ifindex)];
        before.into_iter().flatten().filter(|other| **other != key).map(|other| (*other).clone()).collect::<Vec<_>>()
    };
    seen.links.iter().flat_map(clash).filter(|key| seen.links.contains_key(key)).collect()
}

/// A dump in which a thing is not, or of a long one that part where it would be.
fn rows<'a, R>(
    all: &'a [R],
    near: impl Fn(&R) -> bool,
    words: impl Fn(&'a R) -> &'a String,
    shown: impl Fn(Vec<&'a str>) -> Evidence,
) -> Vec<Evidence> {
    if all.len() <= ROWS {
        return vec![shown(all.iter().map(|row| words(row).as_str()).collect())];
    }
    let part = all.iter().filter(|row| near(row)).take(ROWS).map(|row| words(row).as_str()).collect();
    vec![shown(part), evidence::own(Book::Search, [format!("it is none of all {} objects of the dump", all.len())])]
}
