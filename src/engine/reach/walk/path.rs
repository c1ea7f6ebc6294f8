//! Where a packet may come by: the namespaces and links between two ends, and the addresses on them.

use crate::reach::{Cell, End, IpVersion, Question};
use crate::spec::ContainerId;
use crate::trace::{Entity, Link, LinkKey, LinkKind, Publication, Transport, WatchedLink, World};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// At how many links it is listened: a container's root makes as many as it likes.
const WATCHED: usize = 128;

/// Between two ends.
pub(super) struct Path {
    /// The network namespace of the sender, and of whoever is asked, by inode; none of what is outside.
    pub from: Option<u64>,
    pub goal: Option<u64>,
    /// These and the host's, each once.
    pub namespaces: Vec<u64>,
    /// The links of both ends; of the host those that lead to them, and the uplink.
    pub watched: Vec<WatchedLink>,
    /// On these links, and the next hops of routes there: of that version, and those that names are asked at.
    pub addresses: BTreeSet<IpAddr>,
    /// Of links that are ports: the bridge's index.
    pub ports: BTreeMap<(u64, u32), u32>,
}

impl Path {
    pub fn of(world: &World, version: IpVersion, from: &End, to: &End, cell: Option<&Cell>) -> Self {
        let (from, goal) = (from.netns(world), to.netns(world));
        let host = world.host.as_ref().map(|host| host.netns);
        let mut namespaces = Vec::new();
        for netns in [from, host, goal].into_iter().flatten() {
            if !namespaces.contains(&netns) {
                namespaces.push(netns);
            }
        }
        let ends: BTreeSet<u64> = [from, goal].into_iter().flatten().filter(|netns| Some(*netns) != host).collect();
        let of_ends = || world.links.values().filter(|link| ends.contains(&link.netns));
        let cables: BTreeSet<&LinkKey> =
            of_ends().filter_map(|link| world.peer_of(link)).map(|peer| &peer.key).collect();
        let bridges = cables.iter().filter_map(|key| bridge(world, world.links.get(*key)?));
        let bridges: BTreeSet<&LinkKey> = bridges.collect();
        let on_the_way = |key: &LinkKey| cell.is_some_and(|cell| cell.way.contains(&Entity::Link(key.clone())));
        let of_host = |link: &Link| {
            matches!(link.kind, LinkKind::Uplink | LinkKind::Loopback)
                || cables.contains(&link.key)
                || bridges.contains(&link.key)
                || on_the_way(&link.key)
        };
        let is = |link: &Link| ends.contains(&link.netns) || (Some(link.netns) == host && of_host(link));
        let links: Vec<_> = world.links.values().filter(|link| is(link)).take(WATCHED).collect();
        let addresses = links.iter().flat_map(|link| world.addresses_of(&link.key));
        let mut addresses: BTreeSet<IpAddr> =
            addresses.filter_map(|cidr| cidr.split('/').next()?.parse().ok()).collect();
        let routes = world.routes.iter().filter(|route| namespaces.contains(&route.netns));
        addresses.extend(routes.filter_map(|route| route.via.as_ref()?.parse::<IpAddr>().ok()));
        addresses.extend(cell.and_then(|cell| cell.address));
        addresses.retain(|address| IpVersion::of(*address) == version);
        addresses.extend((version == IpVersion::V6).then_some(IpAddr::from(Ipv6Addr::LOCALHOST)));
        addresses.extend([Ipv4Addr::LOCALHOST, crate::engine::net::NAMES_AT].map(IpAddr::from));
        let port = |link: &&std::sync::Arc<Link>| Some(((link.netns, link.ifindex), link.master?));
        let ports = links.iter().filter_map(port).collect();
        let watched = |link: &&std::sync::Arc<Link>| WatchedLink {
            netns: link.netns,
            ifindex: link.ifindex,
            name: link.name.clone(),
            link: link.key.clone(),
        };
        let watched = links.iter().map(watched).collect();
        Self { from, goal, namespaces, watched, addresses, ports }
    }
}

/// The bridge that a link is a port of.
fn bridge<'w>(world: &'w World, port: &Link) -> Option<&'w LinkKey> {
    let master = port.master?;
    world.links.values().find(|link| link.netns == port.netns && link.ifindex == master).map(|link| &link.key)
}

/// The host's port by which a container's is published, as a question, and the address at which the host listens.
pub(super) fn published(world: &World, version: IpVersion, to: &End, question: Question) -> Option<(Question, IpAddr)> {
    let End::Container(id) = to else { return None };
    let (transport, port) = match question {
        Question::Tcp(port) => (Transport::Tcp, port),
        Question::Udp(port) => (Transport::Udp, port),
        Question::Ping | Question::Name => return None,
    };
    let (at, listens) = publication(world, version, id, &transport, port)?;
    let question = if transport == Transport::Tcp { Question::Tcp(listens) } else { Question::Udp(listens) };
    let address = if at.is_unspecified() { own_address(world, version)? } else { at };
    Some((question, address))
}

fn publication(
    world: &World,
    version: IpVersion,
    id: &ContainerId,
    transport: &Transport,
    port: u16,
) -> Option<(IpAddr, u16)> {
    let meant =
        |it: &&std::sync::Arc<Publication>| it.container == *id && it.transport == *transport && it.to.port() == port;
    let hosts = world.publications.values().filter(meant).flat_map(|it| &it.host);
    let mut hosts = hosts.map(|host| (host.ip(), host.port()));
    hosts.find(|(address, _)| IpVersion::of(*address) == version)
}

/// The host's address at its uplink; without one, at any link but its loopback.
fn own_address(world: &World, version: IpVersion) -> Option<IpAddr> {
    let host = world.host.as_ref()?.netns;
    let mut links: Vec<_> = world.links.values().filter(|link| link.netns == host).collect();
    links.sort_by_key(|link| (link.kind != LinkKind::Uplink, link.ifindex));
    let addresses = links.into_iter().flat_map(|link| world.addresses_of(&link.key));
    let mut addresses = addresses.filter_map(|cidr| cidr.split('/').next()?.parse::<IpAddr>().ok());
    addresses.find(|address| IpVersion::of(*address) == version && !address.is_loopback())
}

/// A link by its container's name and its own: `web/eth0`.
pub(super) fn called(world: &World, key: &LinkKey) -> String {
    let Some(link) = world.links.get(key) else { return key.0.to_string() };
    let home = world.host.as_ref().is_some_and(|host| host.netns == link.netns);
    let name = link.container.as_ref().filter(|_| !home).and_then(|id| world.containers.get(id));
    name.map_or_else(|| link.name.clone(), |container| format!("{}/{}", container.name, link.name))
}
