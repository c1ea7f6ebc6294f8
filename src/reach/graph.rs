//! Namespaces, links and what joins them, as a graph: which namespaces a bridge leads to.

use crate::trace::{Link, LinkKey, LinkKind, World};
use petgraph::graph::{NodeIndex, UnGraph};
use petgraph::visit::EdgeRef;
use std::collections::{BTreeMap, HashSet};
use std::net::Ipv4Addr;
use std::sync::Arc;

/// What two links have to do with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joined {
    /// They are the ends of a veth pair.
    Cable,
    /// The one is a port of the other, a bridge.
    Port,
}

/// The links of a World.
pub(super) struct Graph {
    links: UnGraph<Arc<Link>, Joined>,
    by_key: BTreeMap<LinkKey, NodeIndex>,
    addresses: BTreeMap<u64, Vec<(Ipv4Addr, LinkKey)>>,
}

/// Who at a bridge has an address.
pub(super) enum Found {
    /// It is behind this link of its namespace.
    At(Arc<Link>),
    /// It is, and this link on the way to it carries nothing.
    Cut(Arc<Link>),
    Nobody,
    Several,
    /// It may be behind this port, of which it is not known where it leads.
    Behind(Arc<Link>),
}

impl Graph {
    pub fn of(world: &World) -> Self {
        let (mut links, mut by_key) = (UnGraph::default(), BTreeMap::new());
        for link in world.links.values() {
            by_key.insert(link.key.clone(), links.add_node(Arc::clone(link)));
        }
        for link in world.links.values() {
            let joined = |other: &Arc<Link>, how| {
                let (a, b) = (by_key.get(&link.key)?, by_key.get(&other.key)?);
                Some((*a, *b, how))
            };
            let peer = world.peer_of(link).filter(|peer| peer.key > link.key);
            let bridge = link.master.and_then(|master| {
                world.links.values().find(|other| other.netns == link.netns && other.ifindex == master)
            });
            let both = [
                peer.and_then(|peer| joined(peer, Joined::Cable)),
                bridge.and_then(|bridge| joined(bridge, Joined::Port)),
            ];
            for (a, b, how) in both.into_iter().flatten() {
                links.add_edge(a, b, how);
            }
        }
        let mut addresses: BTreeMap<u64, Vec<_>> = BTreeMap::new();
        for (key, cidr) in &world.addresses {
            let address = cidr.split('/').next().and_then(|text| text.parse().ok());
            if let (Some(address), Some(link)) = (address, world.links.get(key)) {
                addresses.entry(link.netns).or_default().push((address, key.clone()));
            }
        }
        // By the index of their links, as the kernel lists them.
        for all in addresses.values_mut() {
            all.sort_by_key(|(_, key)| world.links.get(key).map_or(0, |link| link.ifindex));
        }
        Self { links, by_key, addresses }
    }

    /// The addresses of a namespace, each with its link.
    pub fn addresses(&self, netns: u64) -> &[(Ipv4Addr, LinkKey)] {
        self.addresses.get(&netns).map_or(&[], Vec::as_slice)
    }

    /// Whether the address is one of that namespace: all of 127.0.0.0/8 is.
    pub fn is_own(&self, netns: u64, address: Ipv4Addr) -> bool {
        address.is_loopback() || self.addresses(netns).iter().any(|(own, _)| *own == address)
    }

    /// The link of that name in a namespace.
    pub fn named(&self, netns: u64, name: &str) -> Option<&Arc<Link>> {
        self.links.node_weights().find(|link| link.netns == netns && link.name == name)
    }

    /// The other end of a veth.
    pub fn peer(&self, link: &Link) -> Option<&Arc<Link>> {
        self.joined(link, Joined::Cable).next()
    }

    /// The bridge that it is a port of.
    pub fn bridge(&self, port: &Link) -> Option<&Arc<Link>> {
        let master = port.master?;
        self.joined(port, Joined::Port).find(|bridge| bridge.ifindex == master && bridge.netns == port.netns)
    }

    fn joined(&self, link: &Link, how: Joined) -> impl Iterator<Item = &Arc<Link>> {
        let node = self.by_key.get(&link.key);
        let edges = node.into_iter().flat_map(|node| self.links.edges(*node).map(move |edge| (node, edge)));
        edges.filter(move |(_, edge)| *edge.weight() == how).map(|(node, edge)| {
            let other = if edge.source() == *node { edge.target() } else { edge.source() };
            &self.links[other]
        })
    }

    /// Who has the address, asked (ARP) at a bridge by one that is behind `asker`, a port of it. A namespace answers for all of its
    /// addresses, whichever link they are on (`arp_ignore` 0).
    pub fn at_bridge(&self, bridge: &Arc<Link>, asker: Option<&LinkKey>, address: Ipv4Addr) -> Found {
        let (mut found, mut cut, mut behind) = (Vec::new(), None, None);
        let (mut open, mut seen) = (vec![(Arc::clone(bridge), asker.cloned())], HashSet::new());
        while let Some((bridge, came_by)) = open.pop() {
            if !seen.insert(bridge.key.clone()) {
                continue;
            }
            if self.is_own(bridge.netns, address) {
                found.push(Arc::clone(&bridge));
            }
            let ports = self.joined(&bridge, Joined::Port).filter(|port| port.master == Some(bridge.ifindex));
            for port in ports.filter(|port| came_by.as_ref() != Some(&port.key)) {
                let Some(end) = self.peer(port) else {
                    behind = behind.or_else(|| port.up.then(|| Arc::clone(port)));
                    continue;
                };
                let down = [port, end].into_iter().find(|link| !link.up);
                let down = down.or_else(|| [port, end].into_iter().find(|link| link.carries() == Some(false)));
                match (self.bridge(end), down) {
                    (Some(further), None) => open.push((Arc::clone(further), Some(end.key.clone()))),
                    (Some(_), Some(_)) => {}
                    (None, _) if !self.is_own(end.netns, address) => {}
                    (None, Some(down)) => cut = Some(Arc::clone(down)),
                    (None, None) => found.push(Arc::clone(end)),
                }
            }
        }
        match (found.len(), cut, behind) {
            (1, _, _) => Found::At(found.remove(0)),
            (0, Some(cut), _) => Found::Cut(cut),
            (0, None, Some(port)) => Found::Behind(port),
            (0, None, None) => Found::Nobody,
            _ => Found::Several,
        }
    }

    /// A bridge passes nothing on while it is switched off; its own carrier is that of its ports.
    pub fn is_off(link: &Link) -> bool {
        !link.up || (link.kind != LinkKind::Bridge && link.carries() == Some(false))
    }
}
