//! A packet's way through a World, hop by hop, and that of the answer.
//!
//! ```text
//! made here  ─ output ──────────────┐                       ┌─▶ own address ─ input ─▶ arrived
//! came in by a link ─ prerouting ───┴─▶ address translated ─┤
//!                                                           └─▶ route ─ forward ─ postrouting ─▶ link ─▶ bridge | cable | uplink
//! ```
//!
//! Of the host's connection tracking there is what one question needs: what the first packet's addresses became, to be put back in the
//! answer. Does not know of reverse path filters, nor of bridges that call nft (`br_netfilter`), nor what a router announces (bridges hear
//! none).

use super::Why;
use super::graph::{Found, Graph};
use super::packet::{Block, IpVersion, Packet};
use super::rules::{self, Fate, Rules, Seen};
use crate::spec::{ContainerId, NetworkId, visible};
use crate::trace::{Entity, Link, LinkKey, LinkKind, Network, Route, Rule, World};
use std::cell::RefCell;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

/// So many namespaces a packet comes through at most; the kernel lets it die after 64.
const HOPS: usize = 8;

/// What is known of a World's networks.
pub(super) struct Map<'w> {
    pub world: &'w World,
    /// Of packets of this version of IP.
    pub version: IpVersion,
    pub graph: Graph,
    rules: Rules,
    routes: HashMap<u64, Vec<(Block, &'w Route)>>,
    /// The `lo` of each namespace.
    loopbacks: HashMap<u64, &'w Arc<Link>>,
    /// In which namespace a container is, once somebody has asked.
    pub(super) places: RefCell<HashMap<ContainerId, Option<u64>>>,
    /// The namespace that plays the host.
    pub host: u64,
}

/// Where a packet does not get any further, and why.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stop {
    pub why: Why,
    pub because: Option<Entity>,
    /// It is not known whether it does.
    pub unknown: bool,
}

impl Stop {
    fn at(why: Why, because: Option<Entity>) -> Self {
        Self { why, because, unknown: false }
    }

    fn unknown(why: Why, because: Option<Entity>) -> Self {
        Self { why, because, unknown: true }
    }

    fn not_read(rule: &Rule) -> Self {
        Self::unknown(Why::RuleNotRead { rule: words(rule) }, Some(Entity::Rule(rule.key.clone())))
    }
}

fn words(rule: &Rule) -> String {
    visible::line(&rule.text).into_owned()
}

/// Where a packet arrived, and how it looks there.
#[derive(Debug, Clone)]
pub(super) struct Arrived {
    /// None: outside.
    pub netns: Option<u64>,
    pub packet: Packet,
    /// What it came through that is worth saying, the last of each.
    pub bridge: Option<Arc<Link>>,
    pub accepted: Option<Arc<Rule>>,
    pub masqueraded: Option<Arc<Rule>>,
    pub forwarded: bool,
}

/// What the host's connection tracking keeps of the first packet.
#[derive(Debug, Clone, Copy)]
struct Tracked {
    before: Packet,
    after: Packet,
}

/// One question's packets.
pub(super) struct Walk<'m, 'w> {
    map: &'m Map<'w>,
    tracked: Option<Tracked>,
    pub way: Vec<LinkKey>,
    /// The address that the first packet is sent from, once that is chosen.
    pub source: Option<IpAddr>,
}

impl<'w> Map<'w> {
    /// None before the host was looked at.
    pub fn of(world: &'w World, version: IpVersion) -> Option<Self> {
        let host = world.host.as_ref()?.netns;
        let mut routes: HashMap<u64, Vec<_>> = HashMap::new();
        for route in &world.routes {
            if let Some(block) = Block::parse(&route.destination).filter(|block| block.version == version) {
                routes.entry(route.netns).or_default().push((block, route));
            }
        }
        let mut loopbacks = HashMap::new();
        for link in world.links.values().filter(|link| link.kind == LinkKind::Loopback) {
            loopbacks.entry(link.netns).or_insert(link);
        }
        let (graph, rules, places) = (Graph::of(world, version), Rules::of(world, version), RefCell::default());
        Some(Self { world, version, graph, rules, routes, loopbacks, places, host })
    }

    /// The routes of a namespace, each with its destination.
    pub fn routes(&self, netns: u64) -> &[(Block, &'w Route)] {
        self.routes.get(&netns).map_or(&[], Vec::as_slice)
    }

    /// The subnets of a network, each after the word by which nft names addresses of it: of IPv6 those that its bridge has an address of.
    pub fn subnets(&self, network: &Network) -> Vec<(&'static str, String)> {
        match self.version {
            IpVersion::V4 => vec![("ip", network.subnet.clone())],
            IpVersion::V6 => self.blocks6(network).into_iter().map(|(block, _)| ("ip6", block.to_string())).collect(),
        }
    }

    /// The same of IPv6, with the bridge's own address.
    pub fn blocks6(&self, network: &Network) -> Vec<(Block, String)> {
        let addresses = network.bridge.iter().flat_map(|key| self.world.addresses_of(key));
        let of_six = addresses.filter_map(|cidr| Some((Block::parse(cidr)?, cidr.split('/').next()?.to_owned())));
        of_six.filter(|(block, _)| block.version == IpVersion::V6).collect()
    }

    /// Whether somebody in that namespace has the address at a link of it.
    pub fn has(&self, netns: u64, address: IpAddr) -> bool {
        self.graph.addresses(netns).iter().any(|(own, _)| *own == address)
    }

    /// The link by which the host reaches what is outside, if it has one.
    pub fn uplink(&self) -> Option<&Arc<Link>> {
        self.world.links.values().find(|link| link.netns == self.host && link.kind == LinkKind::Uplink)
    }

    /// The next hop of the host's default route, else the first address of its uplink's network.
    pub fn next_outside(&self) -> Option<IpAddr> {
        let (uplink, anywhere) = (self.uplink()?, self.version.anywhere());
        let default =
            |route: &&Route| route.netns == self.host && route.destination == anywhere && route.dev == uplink.name;
        self.world.routes.iter().find(default)?.via.as_ref()?.parse().ok()
    }
}

impl<'m, 'w> Walk<'m, 'w> {
    pub fn new(map: &'m Map<'w>) -> Self {
        Self { map, tracked: None, way: Vec::new(), source: None }
    }

    /// There and back. `from` is the namespace that asks, `goal` the one that is asked, none for what is outside.
    pub fn ask(&mut self, from: u64, goal: Option<u64>, packet: Packet) -> Result<Arrived, Stop> {
        let arrived = self.lead(from, None, packet)?;
        // The host may send on what it is asked for.
        if arrived.netns != goal && goal != Some(self.map.host) {
            let to = packet.to;
            let elsewhere = || Stop::at(Why::Elsewhere { to }, arrived.netns.map(Entity::Namespace));
            return Err(self.off(self.map.host, to).map_or_else(elsewhere, |link| down(link)));
        }
        let answer = Packet { from: arrived.packet.to, to: arrived.packet.from, answers: true, ..arrived.packet };
        let back = match arrived.netns {
            Some(netns) => self.lead(netns, None, answer),
            None => {
                let uplink = self.map.uplink().ok_or_else(|| Stop::at(Why::NoUplink, None))?;
                let known = self.map.graph.is_own(self.map.host, answer.to);
                let because = || Some(Entity::Link(uplink.key.clone()));
                // Out there nobody knows of the addresses behind the host, unless somebody was told: those of IPv6 may be of a provider's.
                match answer.to {
                    _ if known => {}
                    IpAddr::V6(to) if !to.is_unique_local() => return Err(Stop::unknown(Why::WayBack, because())),
                    _ => return Err(Stop::at(Why::NoMasquerade, because())),
                }
                self.lead(self.map.host, Some(Arc::clone(uplink)), answer)
            }
        };
        let back = back.map_err(|stop| match stop.why {
            Why::NoRoute { to, .. } => Stop { why: Why::NoRoute { to, back: true }, ..stop },
            _ => stop,
        })?;
        if back.netns == Some(from) { Ok(arrived) } else { Err(Stop::at(Why::Circle, None)) }
    }

    fn lead(&mut self, from: u64, by: Option<Arc<Link>>, packet: Packet) -> Result<Arrived, Stop> {
        let (mut netns, mut came_by, mut packet) = (from, by, packet);
        let mut arrived =
            Arrived { netns: None, packet, bridge: None, accepted: None, masqueraded: None, forwarded: false };
        for _ in 0..HOPS {
            let first = packet;
            self.translate_destination(netns, came_by.as_deref(), &mut packet)?;
            if self.map.graph.is_own(netns, packet.to) {
                if came_by.is_none() && !packet.answers {
                    packet.from = packet.to;
                }
                self.take_in(netns, came_by.as_deref(), &packet)?;
                self.track(netns, Packet { from: packet.from, ..first }, packet);
                arrived.netns = Some(netns);
                arrived.packet = self.source_put_back(netns, packet);
                return Ok(arrived);
            }
            let (link, next) = self.route(netns, &mut packet, came_by.is_some())?;
            let first = Packet { from: packet.from, ..first };
            self.source.get_or_insert(packet.from);
            if let Some(came_by) = &came_by {
                arrived.accepted = self.forward(netns, came_by, &link, &packet)?.or(arrived.accepted);
                arrived.forwarded = true;
            }
            if let Some(rule) = self.translate_source(netns, came_by.as_deref(), &link, &mut packet)? {
                arrived.masqueraded = Some(rule);
            }
            self.track(netns, first, packet);
            packet = self.source_put_back(netns, packet);
            if !packet.answers {
                self.way.push(link.key.clone());
            }
            match self.cross(&link, next, &mut arrived.bridge)? {
                Some(inner) => {
                    if !packet.answers {
                        self.way.push(inner.key.clone());
                    }
                    netns = inner.netns;
                    came_by = Some(inner);
                }
                None => {
                    arrived.packet = packet;
                    return Ok(arrived);
                }
            }
        }
        Err(Stop::at(Why::Circle, None))
    }

    /// `prerouting` or `output`: of a first packet the rules are asked, of an answer it is put back what was changed.
    fn translate_destination(&self, netns: u64, came_by: Option<&Link>, packet: &mut Packet) -> Result<(), Stop> {
        if packet.answers {
            let tracked = self.tracked.filter(|_| netns == self.map.host);
            if let Some(Tracked { before, after }) =
                tracked.filter(|it| it.after.from == packet.to && it.after.to == packet.from)
            {
                debug_assert_eq!(before.protocol.name(), after.protocol.name());
                packet.to = before.from;
            }
            return Ok(());
        }
        let hook = if came_by.is_some() { "prerouting" } else { "output" };
        let to_itself = self.map.graph.is_own(netns, packet.to);
        let seen =
            Seen { netns, packet: *packet, comes_by: came_by.map(|link| &*link.name), leaves_by: None, to_itself };
        match self.map.rules.decide(hook, &seen) {
            Fate::Sent(_, address, port) => {
                packet.to = address;
                if let Some(port) = port {
                    packet.protocol = packet.protocol.with_port(port);
                }
                Ok(())
            }
            Fate::Dropped(rule) => Err(self.dropped(&rule, &seen)),
            fate => passes(fate).map(drop),
        }
    }

    fn take_in(&self, netns: u64, came_by: Option<&Link>, packet: &Packet) -> Result<(), Stop> {
        let lo = self.map.loopbacks.get(&netns);
        // What stays in a namespace goes by its `lo`.
        if let (None, Some(lo)) = (came_by, lo)
            && !lo.up
        {
            return Err(down(lo));
        }
        let comes_by = came_by.map_or("lo", |link| &link.name);
        let seen = Seen { netns, packet: *packet, comes_by: Some(comes_by), leaves_by: None, to_itself: true };
        passes(self.map.rules.decide("input", &seen)).map(drop)
    }

    /// By which link it leaves, and to whom there; of a packet that is made here also the address it is sent from.
    fn route(&self, netns: u64, packet: &mut Packet, forwarded: bool) -> Result<(Arc<Link>, IpAddr), Stop> {
        let (graph, world) = (&self.map.graph, self.map.world);
        let missing = || {
            let holder = world.containers.keys().find(|id| world.netns_of(id) == Some(netns));
            let because =
                if netns == self.map.host { Some(Entity::Host) } else { holder.cloned().map(Entity::Container) };
            Stop::at(Why::NoRoute { to: packet.to, back: packet.answers }, because)
        };
        let here = || self.map.routes(netns).iter().filter(|(block, _)| block.has(packet.to));
        // One that leads nowhere names no link.
        let fitting = here().filter_map(|(block, route)| Some((block.prefix, *route, graph.named(netns, &route.dev)?)));
        let all: Vec<_> = fitting.collect();
        // With a link that is switched off the kernel takes its routes away.
        let best = all.iter().filter(|(_, _, link)| link.up).map(|(prefix, ..)| *prefix).max();
        let refusing = here().filter(|(_, route)| route.refuses.is_some());
        if let Some((block, route)) = refusing.max_by_key(|(block, _)| block.prefix)
            && best.is_none_or(|best| best <= block.prefix)
        {
            let because = Some(Entity::Route(netns, route.destination.clone()));
            if best == Some(block.prefix) {
                return Err(Stop::unknown(Why::SeveralRoutes { to: packet.to }, because));
            }
            return Err(Stop::at(Why::RouteRefuses { route: route.words(), back: packet.answers }, because));
        }
        let Some(best) = best else {
            let off = all.iter().max_by_key(|(prefix, ..)| *prefix).map(|(_, _, link)| *link);
            return Err(off.or_else(|| self.off(netns, packet.to)).map_or_else(missing, |link| down(link)));
        };
        let mut these = all.iter().filter(|(prefix, _, link)| *prefix == best && link.up);
        let Some((_, route, link)) = these.next() else { return Err(missing()) };
        if these.next().is_some() {
            let because = Entity::Route(netns, route.destination.clone());
            return Err(Stop::unknown(Why::SeveralRoutes { to: packet.to }, Some(because)));
        }
        let next = route.via.as_ref().map_or(Some(packet.to), |via| via.parse().ok());
        let next = next.ok_or_else(missing)?;
        if !forwarded && !packet.answers {
            packet.from = self
                .source(netns, link, next)
                .ok_or_else(|| Stop::at(Why::NoAddress, Some(Entity::Link(link.key.clone()))))?;
        }
        Ok((Arc::clone(link), next))
    }

    /// A link that is switched off, and by which there would be a route: it is of that network, or no other link of the namespace is up.
    fn off(&self, netns: u64, to: IpAddr) -> Option<&Arc<Link>> {
        let world = self.map.world;
        let own = world.links.values().filter(|link| link.netns == netns && link.kind != LinkKind::Loopback);
        let (up, off): (Vec<_>, Vec<_>) = own.partition(|link| link.up);
        let leads = |link: &&&Arc<Link>| {
            let mut blocks = world.addresses_of(&link.key).filter_map(Block::parse);
            // With a bridge that is switched off its addresses of IPv6 are gone: then it is known by whose network it is of.
            let leased = |id: &NetworkId| world.leases.contains_key(&(id.clone(), to.to_string()));
            let of_network = |it: &Network| it.bridge.as_ref() == Some(&link.key) && leased(&it.id);
            blocks.any(|block| block.has(to)) || world.networks.values().any(|network| of_network(network))
        };
        let addressed = |link: &&&Arc<Link>| up.is_empty() && world.addresses_of(&link.key).next().is_some();
        off.iter().find(leads).or_else(|| off.iter().find(addressed)).copied()
    }

    /// The address that the kernel takes for a packet that leaves by that link: one of the next hop's network, else the link's first,
    /// else another link's.
    fn source(&self, netns: u64, link: &Link, next: IpAddr) -> Option<IpAddr> {
        let of_version = |cidr: &&str| Block::parse(cidr).is_some_and(|block| block.version == self.map.version);
        let cidrs: Vec<&str> = self.map.world.addresses_of(&link.key).filter(of_version).collect();
        let beside = cidrs.iter().find(|cidr| Block::parse(cidr).is_some_and(|block| block.has(next)));
        let address = beside.or_else(|| cidrs.first()).and_then(|cidr| cidr.split('/').next()?.parse().ok());
        let others = self.map.graph.addresses(netns).iter().map(|(address, _)| *address);
        address.or_else(|| others.into_iter().find(|address| !address.is_loopback()))
    }

    fn forward(
        &self,
        netns: u64,
        came_by: &Link,
        leaves_by: &Link,
        packet: &Packet,
    ) -> Result<Option<Arc<Rule>>, Stop> {
        if netns != self.map.host {
            return Err(Stop::unknown(Why::OtherRouter, Some(Entity::Namespace(netns))));
        }
        let key = rules::forwards(self.map.version);
        let setting = self.map.world.rules.get(key);
        let because = Some(Entity::Rule(key.to_owned()));
        let why = || match self.map.version {
            IpVersion::V4 => Why::NoForwarding,
            IpVersion::V6 => Why::NoForwardingSix,
        };
        match setting.map(|rule| rule.text.trim_end().ends_with('1')) {
            Some(true) => {}
            Some(false) => return Err(Stop::at(why(), because)),
            None => return Err(Stop::unknown(why(), Some(Entity::Host))),
        }
        let (comes_by, leaves_by) = (Some(&*came_by.name), Some(&*leaves_by.name));
        let seen = Seen { netns, packet: *packet, comes_by, leaves_by, to_itself: false };
        match self.map.rules.decide("forward", &seen) {
            Fate::Dropped(rule) => Err(self.dropped(&rule, &seen)),
            fate => passes(fate),
        }
    }

    /// Whose rule it is says what it is for.
    fn dropped(&self, rule: &Rule, seen: &Seen<'_>) -> Stop {
        let because = Some(Entity::Rule(rule.key.clone()));
        let is_bridge = |name: Option<&str>| {
            let link = name.and_then(|name| self.map.graph.named(seen.netns, name));
            link.is_some_and(|link| link.kind == LinkKind::Bridge)
        };
        let network = rule.network.as_ref().and_then(|id| self.map.world.networks.get(id));
        let chain = rules::chain(rule, self.map.version);
        let subnet = network.filter(|network| {
            let apart = self.map.subnets(network).into_iter().flat_map(|(family, subnet)| {
                [format!("{family} daddr != {subnet}"), format!("{family} saddr != {subnet}")]
            });
            // Of what is published, an internal network is kept away before it is turned.
            chain == Some("prerouting") || apart.into_iter().any(|words| rule.text.contains(&words))
        });
        let why = match subnet {
            Some(network) => Why::Internal { network: network.name.clone() },
            None if chain == Some("between") && is_bridge(seen.comes_by) && is_bridge(seen.leaves_by) => {
                Why::OtherBridge
            }
            None => Why::Dropped { rule: words(rule) },
        };
        Stop::at(why, because)
    }

    /// `postrouting`: who masquerades it, and then it is from the host's address on that link.
    fn translate_source(
        &self,
        netns: u64,
        came_by: Option<&Link>,
        link: &Link,
        packet: &mut Packet,
    ) -> Result<Option<Arc<Rule>>, Stop> {
        if packet.answers {
            return Ok(None);
        }
        let comes_by = came_by.map(|link| &*link.name);
        let seen = Seen { netns, packet: *packet, comes_by, leaves_by: Some(&link.name), to_itself: false };
        match self.map.rules.decide("postrouting", &seen) {
            Fate::Masqueraded(rule) => {
                let next = packet.to;
                packet.from = self
                    .source(netns, link, next)
                    .ok_or_else(|| Stop::at(Why::NoAddress, Some(Entity::Link(link.key.clone()))))?;
                Ok(Some(rule))
            }
            fate => passes(fate).map(|_| None),
        }
    }

    fn track(&mut self, netns: u64, before: Packet, after: Packet) {
        if netns == self.map.host && !after.answers && self.tracked.is_none() && before != after {
            self.tracked = Some(Tracked { before, after });
        }
    }

    /// An answer comes from the address that was asked, whoever it was sent on to.
    fn source_put_back(&self, netns: u64, packet: Packet) -> Packet {
        let tracked = self.tracked.filter(|_| packet.answers && netns == self.map.host);
        match tracked.filter(|it| it.after.to == packet.from && it.before.from == packet.to) {
            Some(tracked) => Packet { from: tracked.before.to, ..packet },
            None => packet,
        }
    }

    /// By a link to the one behind it that has the next hop's address; none when that is outside.
    fn cross(&self, link: &Arc<Link>, next: IpAddr, by: &mut Option<Arc<Link>>) -> Result<Option<Arc<Link>>, Stop> {
        let graph = &self.map.graph;
        if !link.up {
            return Err(down(link));
        }
        let unknown = |link: &Link| {
            Stop::unknown(Why::LinkUnknown { link: link.name.clone() }, Some(Entity::Link(link.key.clone())))
        };
        match link.kind {
            LinkKind::Uplink if Graph::is_off(link) => Err(down(link)),
            LinkKind::Uplink => Ok(None),
            LinkKind::Bridge => self.at_bridge(link, None, next, by).map(Some),
            LinkKind::Veth => {
                let peer = graph.peer(link).ok_or_else(|| unknown(link))?;
                if Graph::is_off(peer) || Graph::is_off(link) {
                    return Err(down(if peer.up { link } else { peer }));
                }
                match graph.bridge(peer) {
                    Some(bridge) if bridge.up && peer.is_blocked() => Err(down(peer)),
                    Some(bridge) => self.at_bridge(bridge, Some(&peer.key), next, by).map(Some),
                    None if graph.answers(peer, next) => Ok(Some(Arc::clone(peer))),
                    None => Err(Stop::at(Why::NobodyThere { address: next }, Some(Entity::Link(peer.key.clone())))),
                }
            }
            LinkKind::Loopback | LinkKind::Other => Err(unknown(link)),
        }
    }

    fn at_bridge(
        &self,
        bridge: &Arc<Link>,
        asker: Option<&LinkKey>,
        next: IpAddr,
        by: &mut Option<Arc<Link>>,
    ) -> Result<Arc<Link>, Stop> {
        if !bridge.up {
            return Err(down(bridge));
        }
        *by = Some(Arc::clone(bridge));
        let entity = || Some(Entity::Link(bridge.key.clone()));
        match self.map.graph.at_bridge(bridge, asker, next) {
            Found::At(link) => Ok(link),
            Found::Cut(link) => Err(down(&link)),
            Found::Apart(port) => {
                let why = Why::Isolated { link: port.name.clone() };
                Err(Stop::at(why, Some(Entity::Link(port.key.clone()))))
            }
            Found::Nobody => Err(Stop::at(Why::NobodyThere { address: next }, entity())),
            Found::Several => Err(Stop::unknown(Why::Twice { address: next }, entity())),
            Found::Behind(port) => {
                let why = Why::LinkUnknown { link: port.name.clone() };
                Err(Stop::unknown(why, Some(Entity::Link(port.key.clone()))))
            }
        }
    }
}

/// A link carries nothing.
fn down(link: &Link) -> Stop {
    let name = link.name.clone();
    let why = match link.up {
        false => Why::LinkDown { link: name },
        true if link.carries() != Some(false) && link.is_blocked() => Why::PortBlocked { link: name },
        true => Why::NoCarrier { link: name },
    };
    Stop::at(why, Some(Entity::Link(link.key.clone())))
}

/// The rule that let it through, where one did. Translations are looked for where they can be.
fn passes(fate: Fate) -> Result<Option<Arc<Rule>>, Stop> {
    match fate {
        Fate::Passes(rule) => Ok(rule),
        Fate::Dropped(rule) => Err(Stop::at(Why::Dropped { rule: words(&rule) }, Some(Entity::Rule(rule.key.clone())))),
        Fate::Masqueraded(rule) | Fate::Sent(rule, ..) | Fate::NotKnown(rule) => Err(Stop::not_read(&rule)),
    }
}
