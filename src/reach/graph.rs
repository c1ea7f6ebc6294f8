//! Namespaces, links and what joins them, as a graph: which namespaces a bridge leads to.

use super::packet::IpVersion;
use crate::spec::NetworkId;
use crate::trace::{Link, LinkKey, LinkKind, World};
use petgraph::graph::{NodeIndex, UnGraph};
use petgraph::visit::EdgeRef;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;
use std::rc::Rc;
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
    by_name: HashMap<(u64, String), NodeIndex>,
    addresses: BTreeMap<u64, Vec<(IpAddr, LinkKey)>>,
    own: HashSet<(u64, IpAddr)>,
    /// Addresses that containers were given, and that went with their links when those were switched off: of IPv6 the kernel keeps none.
    gone: BTreeMap<LinkKey, Vec<IpAddr>>,
    /// Who answers at a bridge, once somebody has asked there.
    answers: RefCell<HashMap<LinkKey, Rc<Vec<Answerer>>>>,
}

/// What answers at a bridge, or would.
struct Answerer {
    /// The bridge's port that it is behind; none for the bridge's own namespace.
    port: Option<LinkKey>,
    what: Behind,
}

enum Behind {
    /// A namespace with its link there, and what on the way to it carries nothing.
    End(Arc<Link>, Option<Arc<Link>>),
    /// It is not known what.
    NotKnown(Arc<Link>),
}

/// Who at a bridge has an address.
pub(super) enum Found {
    /// It is behind this link of its namespace.
    At(Arc<Link>),
    /// It is, and this link on the way to it carries nothing, or lets nothing through.
    Cut(Arc<Link>),
    /// It is, and this port is isolated, as that is by which was asked.
    Apart(Arc<Link>),
    Nobody,
    Several,
    /// It may be behind this port, of which it is not known where it leads.
    Behind(Arc<Link>),
}

impl Graph {
    /// The addresses are of one version alone.
    pub fn of(world: &World, version: IpVersion) -> Self {
        let (mut links, mut by_key, mut by_name) = (UnGraph::default(), BTreeMap::new(), HashMap::new());
        let mut by_index: HashMap<u32, Vec<&Arc<Link>>> = HashMap::new();
        for link in world.links.values() {
            let node = links.add_node(Arc::clone(link));
            by_key.insert(link.key.clone(), node);
            by_name.entry((link.netns, link.name.clone())).or_insert(node);
            by_index.entry(link.ifindex).or_default().push(link);
        }
        let of_index = |index: Option<u32>| index.and_then(|index| by_index.get(&index)).into_iter().flatten();
        for link in world.links.values() {
            let joined = |other: &Arc<Link>, how| {
                let (a, b) = (by_key.get(&link.key)?, by_key.get(&other.key)?);
                Some((*a, *b, how))
            };
            let peer = of_index(link.peer_ifindex).find(|other| other.is_peer_of(link));
            let peer = peer.filter(|peer| peer.key > link.key);
            let bridge = of_index(link.master).find(|other| other.netns == link.netns);
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
            let address = cidr.split('/').next().and_then(|text| text.parse::<IpAddr>().ok());
            let address = address.filter(|address| IpVersion::of(*address) == version);
            if let (Some(address), Some(link)) = (address, world.links.get(key)) {
                addresses.entry(link.netns).or_default().push((address, key.clone()));
            }
        }
        // By the index of their links, as the kernel lists them.
        for all in addresses.values_mut() {
            all.sort_by_key(|(_, key)| world.links.get(key).map_or(0, |link| link.ifindex));
        }
        let own = addresses.iter().flat_map(|(netns, all)| all.iter().map(|(address, _)| (*netns, *address))).collect();
        let mut graph =
            Self { links, by_key, by_name, addresses, own, gone: BTreeMap::new(), answers: RefCell::default() };
        if version == IpVersion::V6 {
            graph.gone = graph.gone(world);
        }
        graph
    }

    fn gone(&self, world: &World) -> BTreeMap<LinkKey, Vec<IpAddr>> {
        let off = world.links.values().filter(|link| !link.up);
        let of = |link: &Arc<Link>| {
            let (container, bridge) = (link.container.as_ref()?, self.bridge(self.peer(link)?)?);
            let on = |id: &NetworkId| world.networks.get(id).is_some_and(|it| it.bridge.as_ref() == Some(&bridge.key));
            let leased = world.leases.iter().filter(|((network, _), holder)| *holder == container && on(network));
            let addresses = leased.filter_map(|((_, address), _)| address.parse::<IpAddr>().ok());
            Some((link.key.clone(), addresses.filter(IpAddr::is_ipv6).collect()))
        };
        off.filter_map(of).collect()
    }

    /// The addresses that went with links of that namespace.
    pub fn gone_from(&self, netns: u64) -> impl Iterator<Item = IpAddr> {
        let here = move |key: &LinkKey| self.by_key.get(key).is_some_and(|node| self.links[*node].netns == netns);
        self.gone.iter().filter(move |(key, _)| here(key)).flat_map(|(_, all)| all.iter().copied())
    }

    /// The addresses of a namespace, each with its link.
    pub fn addresses(&self, netns: u64) -> &[(IpAddr, LinkKey)] {
        self.addresses.get(&netns).map_or(&[], Vec::as_slice)
    }

    /// Whether the address is one of that namespace: all of 127.0.0.0/8 is, and `::1`.
    pub fn is_own(&self, netns: u64, address: IpAddr) -> bool {
        address.is_loopback() || self.own.contains(&(netns, address))
    }

    /// Whether that link answers for the address. Asked by ARP a namespace answers for all of its addresses, whichever link they are on
    /// (`arp_ignore` 0), by NDP for those of the link alone.
    pub fn answers(&self, end: &Link, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(_) => self.is_own(end.netns, address),
            IpAddr::V6(_) => self.addresses(end.netns).iter().any(|(own, key)| (*own, key) == (address, &end.key)),
        }
    }

    /// The link of that name in a namespace.
    pub fn named(&self, netns: u64, name: &str) -> Option<&Arc<Link>> {
        self.by_name.get(&(netns, name.to_owned())).map(|node| &self.links[*node])
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

    /// Who has the address, asked (ARP, NDP) at a bridge by one that is behind `asker`, a port of it.
    pub fn at_bridge(&self, bridge: &Arc<Link>, asker: Option<&LinkKey>, address: IpAddr) -> Found {
        let known = self.answers.borrow().get(&bridge.key).cloned();
        let all = known.unwrap_or_else(|| {
            let all = Rc::new(self.answerers(bridge));
            self.answers.borrow_mut().insert(bridge.key.clone(), Rc::clone(&all));
            all
        });
        let (mut found, mut cut, mut behind, mut apart) = (Vec::new(), None, None, None);
        let isolated = |port: &Option<LinkKey>| {
            let node = port.as_ref().and_then(|key| self.by_key.get(key))?;
            Some(&self.links[*node]).filter(|port| port.isolated)
        };
        let from_isolated = isolated(&asker.cloned()).is_some();
        for Answerer { what, port } in all.iter().filter(|it| it.port.is_none() || it.port.as_ref() != asker) {
            match what {
                Behind::NotKnown(port) => behind = behind.or(Some(port)),
                Behind::End(end, Some(down)) if self.gone.get(&end.key).is_some_and(|all| all.contains(&address)) => {
                    cut = Some(down);
                }
                Behind::End(end, _) if !self.answers(end, address) => {}
                Behind::End(_, Some(down)) => cut = Some(down),
                Behind::End(..) if from_isolated && isolated(port).is_some() => apart = isolated(port),
                Behind::End(end, None) => found.push(end),
            }
        }
        match (found.as_slice(), cut, apart, behind) {
            ([end], ..) => Found::At(Arc::clone(end)),
            ([], Some(cut), ..) => Found::Cut(Arc::clone(cut)),
            ([], None, Some(port), _) => Found::Apart(Arc::clone(port)),
            ([], None, None, Some(port)) => Found::Behind(Arc::clone(port)),
            ([], None, None, None) => Found::Nobody,
            _ => Found::Several,
        }
    }

    /// All that a bridge leads to, by others that hang on it, too.
    fn answerers(&self, bridge: &Arc<Link>) -> Vec<Answerer> {
        let mut all = Vec::new();
        // Each with the port by which it was come to, of this bridge and of the one there.
        let (mut open, mut seen) = (vec![(Arc::clone(bridge), None, None)], HashSet::new());
        while let Some((bridge, first, came_by)) = open.pop() {
            if !seen.insert(bridge.key.clone()) {
                continue;
            }
            all.push(Answerer { port: first.clone(), what: Behind::End(Arc::clone(&bridge), None) });
            let ports = self.joined(&bridge, Joined::Port).filter(|port| port.master == Some(bridge.ifindex));
            for port in ports.filter(|port| came_by.as_ref() != Some(&port.key)) {
                let by = first.clone().or_else(|| Some(port.key.clone()));
                let Some(end) = self.peer(port) else {
                    if port.up {
                        all.push(Answerer { port: by, what: Behind::NotKnown(Arc::clone(port)) });
                    }
                    continue;
                };
                let down = [port, end].into_iter().find(|link| !link.up);
                let down = down.or_else(|| [port, end].into_iter().find(|link| link.carries() == Some(false)));
                let down = down.or_else(|| [port, end].into_iter().find(|link| link.is_blocked()));
                match (self.bridge(end), down) {
                    (Some(further), None) => open.push((Arc::clone(further), by, Some(end.key.clone()))),
                    (Some(_), Some(_)) => {}
                    (None, down) => {
                        let what = Behind::End(Arc::clone(end), down.cloned());
                        all.push(Answerer { port: by, what });
                    }
                }
            }
        }
        all
    }

    /// A bridge passes nothing on while it is switched off; its own carrier is that of its ports.
    pub fn is_off(link: &Link) -> bool {
        !link.up || (link.kind != LinkKind::Bridge && link.carries() == Some(false))
    }
}
