//! What comes of a question: which address is asked, and which of several answers is the one that counts.

use super::names::{self, Looked};
use super::packet::{IpVersion, Packet};
use super::walk::{Arrived, Map, Stop, Walk};
use super::{Answer, End, Question, Why};
use crate::spec::ContainerId;
use crate::trace::{Entity, LinkKey, Mode, NetworkMode, Publication, Rule};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// An answer before it is a cell.
pub(super) struct Outcome {
    pub address: Option<IpAddr>,
    pub answer: Answer,
    pub why: Why,
    pub because: Option<Entity>,
    pub way: Vec<LinkKey>,
    /// The address that it is sent from.
    pub source: Option<IpAddr>,
}

/// One pair's question.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub question: Question,
    pub from: &'a End,
    pub to: &'a End,
    /// The address beyond the uplink; the uplink's own next hop without.
    pub outside: Option<IpAddr>,
    /// Of whoever is inside this address alone; any of its addresses without.
    pub at: Option<IpAddr>,
}

/// What comes of it.
pub(super) fn answer(map: &Map<'_>, asked: &Asked<'_>) -> Outcome {
    match (asked.from, asked.to) {
        (End::Outside, End::Container(id)) => into_container(map, asked.question, id),
        (End::Outside, _) => into_host(map),
        (from, to) => from_inside(map, asked, from, to),
    }
}

impl Map<'_> {
    /// The network namespace that somebody is in; none for outside, or where the World does not say.
    pub(super) fn netns(&self, end: &End) -> Option<u64> {
        match end {
            End::Container(id) => {
                let known = self.places.borrow().get(id).copied();
                known.unwrap_or_else(|| {
                    let place = self.place(id);
                    self.places.borrow_mut().insert(id.clone(), place);
                    place
                })
            }
            End::Host => Some(self.host),
            End::Outside => None,
        }
    }

    fn place(&self, id: &ContainerId) -> Option<u64> {
        let process = self.world.main_process(id);
        let own = process.and_then(|it| it.process.namespaces.get(&crate::trace::NamespaceKind::Net).copied());
        own.or_else(|| self.world.netns_of(id)).or_else(|| self.joined(id))
    }

    fn joined(&self, id: &ContainerId) -> Option<u64> {
        match &self.world.containers.get(id)?.network_mode {
            NetworkMode::Container(other) => self.world.netns_of(&self.world.container(other)?.id),
            _ => None,
        }
    }

    /// The addresses by which somebody in that namespace can be reached, those of a link that another shares first.
    fn addresses_for(&self, netns: u64, asker: u64) -> Vec<IpAddr> {
        let own = self.graph.addresses(netns).iter().map(|(address, _)| *address);
        let mut own: Vec<_> = own.filter(|address| !address.is_loopback()).collect();
        let near = |address: &IpAddr| {
            let mut routes = self.routes(asker).iter().filter(|(_, route)| route.via.is_none());
            routes.any(|(block, _)| block.prefix > 0 && block.has(*address))
        };
        own.sort_by_key(|address| !near(address));
        if own.is_empty() {
            // They are asked for all the same: nobody answers.
            own.extend(self.graph.gone_from(netns));
        }
        own
    }

    /// Somebody in that namespace has an address of IPv6, or was given one.
    fn has_six(&self, netns: u64) -> bool {
        let own = self.graph.addresses(netns).iter().any(|(address, _)| !address.is_loopback());
        let here = |holder: &ContainerId| self.netns(&End::Container(holder.clone())) == Some(netns);
        own || self.world.leases.iter().any(|((_, at), holder)| at.contains(':') && here(holder))
    }
}

fn from_inside(map: &Map<'_>, asked: &Asked<'_>, from: &End, to: &End) -> Outcome {
    let Asked { question, outside, at, .. } = *asked;
    let no =
        |why, because| Outcome { address: None, answer: Answer::DoesNot, why, because, way: Vec::new(), source: None };
    let unknown = |end: &End| Outcome { answer: Answer::Unknown, ..no(Why::NamespaceUnknown, end.entity()) };
    let Some(asker) = map.netns(from) else { return unknown(from) };
    let goal = map.netns(to);
    let lacks_six = |netns, end| map.version == IpVersion::V6 && !map.has_six(netns) && !is_alone(map, end);
    let addresses = match (question, to) {
        (Question::Name, End::Container(id)) => match names::look_up(map, from, asker, id) {
            Looked::Addresses(addresses) => addresses,
            Looked::None(why) => return no(why, from.entity()),
        },
        (_, End::Outside) => match outside.or_else(|| map.next_outside()) {
            Some(address) => vec![address],
            None if map.version == IpVersion::V6 && map.uplink().is_some() => {
                return no(Why::NoUplinkSix, Some(Entity::Host));
            }
            None => return no(Why::NoUplink, Some(Entity::Host)),
        },
        _ => {
            let Some(asked) = map.netns(to) else { return unknown(to) };
            if lacks_six(asked, to) {
                return no(Why::NoSix { asks: false }, to.entity());
            }
            let addresses = at.map_or_else(|| map.addresses_for(asked, asker), |at| vec![at]);
            if addresses.is_empty() && asked == asker {
                vec![map.version.localhost()]
            } else if addresses.is_empty() {
                let why = if is_alone(map, to) { alone(map, to) } else { Why::NoAddress };
                return no(why, to.entity());
            } else {
                addresses
            }
        }
    };
    let mut outcomes: Vec<_> = addresses
        .into_iter()
        .map(|to_address| {
            let packet = Packet {
                from: map.version.unspecified(),
                to: to_address,
                protocol: question.protocol(),
                answers: false,
            };
            let mut walk = Walk::new(map);
            let came = walk.ask(asker, goal, packet);
            let (answer, why, because) = match came {
                Ok(arrived) => {
                    let (why, because) = reason(map, asker, &arrived);
                    (Answer::Reaches, why, because)
                }
                Err(Stop { unknown: true, why, because }) => (Answer::Unknown, why, because),
                Err(Stop { why: Why::NoRoute { .. }, .. }) if is_alone(map, from) => {
                    (Answer::DoesNot, alone(map, from), from.entity())
                }
                Err(Stop { why: Why::NoRoute { back: false, .. }, .. }) if lacks_six(asker, from) => {
                    (Answer::DoesNot, Why::NoSix { asks: true }, from.entity())
                }
                Err(Stop { why, because, .. }) => (Answer::DoesNot, why, because),
            };
            Outcome { address: Some(to_address), answer, why, because, way: walk.way, source: walk.source }
        })
        .collect();
    // One way is enough. Where there is none, what is not known counts; else what stopped the first.
    let at = [Answer::Reaches, Answer::Unknown]
        .into_iter()
        .find_map(|wanted| outcomes.iter().position(|it| it.answer == wanted));
    outcomes.swap_remove(at.unwrap_or(0))
}

/// Why it is in a namespace with `lo` alone: it was to be so, or became so.
fn alone(map: &Map<'_>, end: &End) -> Why {
    let End::Container(id) = end else { return Why::NoNetwork };
    match map.world.containers.get(id).map(|container| &container.network_mode) {
        Some(NetworkMode::Container(_)) => Why::LeftBehind,
        Some(NetworkMode::None) | None => Why::NoNetwork,
        Some(_) => Why::Unplugged,
    }
}

/// It is in a namespace of its own with `lo` alone.
pub(super) fn is_alone(map: &Map<'_>, end: &End) -> bool {
    let id = match end {
        End::Container(id) => id,
        End::Host | End::Outside => return false,
    };
    let netns = map.netns(end);
    let links = map.world.links.values().filter(|link| Some(link.netns) == netns);
    let leased = map.world.leases.values().any(|holder| holder == id);
    !leased && links.count() <= 1
}

/// What let it through.
fn reason(map: &Map<'_>, asker: u64, arrived: &Arrived) -> (Why, Option<Entity>) {
    let rule = |rule: &Option<Arc<Rule>>| rule.as_ref().map(|rule| Entity::Rule(rule.key.clone()));
    let bridge = || arrived.bridge.as_ref().map(|bridge| Entity::Link(bridge.key.clone()));
    match arrived.netns {
        Some(netns) if netns == asker => (Why::SameNamespace, Some(Entity::Namespace(netns))),
        None if arrived.masqueraded.is_some() => (Why::Masqueraded, rule(&arrived.masqueraded)),
        None => (Why::Forwarded, map.uplink().map(|link| Entity::Link(link.key.clone()))),
        Some(_) if arrived.forwarded => (Why::Forwarded, rule(&arrived.accepted).or_else(bridge)),
        Some(netns) if netns == map.host => (Why::HostItself, bridge().or(Some(Entity::Host))),
        Some(_) => {
            let by = arrived.bridge.as_ref().map(|bridge| &bridge.key);
            let network = map.world.networks.values().find(|network| by.is_some() && network.bridge.as_ref() == by);
            match network {
                Some(network) => {
                    let why = Why::SameNetwork { network: network.name.clone() };
                    (why, Some(Entity::Network(network.id.clone())))
                }
                None => (Why::Forwarded, bridge()),
            }
        }
    }
}

/// From outside only published ports lead in: in the lab one on this machine's own loopback, which is carried to the container from the
/// lab's host. What else the real host lets in or not is not in the World.
fn into_container(map: &Map<'_>, question: Question, id: &ContainerId) -> Outcome {
    let no =
        |why, because| Outcome { address: None, answer: Answer::DoesNot, why, because, way: Vec::new(), source: None };
    let own: Vec<_> = map.world.publications.values().filter(|port| port.container == *id).collect();
    let leads = |port: &Publication| format!(":{}→{}", port.host.first().map_or(0, SocketAddr::port), port.to.port());
    let protocol = question.protocol();
    let meant = |port: &&&Arc<Publication>| {
        port.transport.as_str() == protocol.name() && protocol.port() == Some(port.to.port())
    };
    let Some(port) = own.iter().find(meant) else {
        let ports = own.iter().map(|port| leads(port)).collect::<Vec<_>>().join(", ");
        let why = match (own.is_empty(), protocol.port()) {
            (true, _) => Why::NotPublished,
            (false, Some(_)) => Why::OtherPorts { ports },
            (false, None) => Why::PortsAlone { ports },
        };
        return no(why, Some(Entity::Container(id.clone())));
    };
    let because = Some(Entity::Port(port.key.clone()));
    if !is_lab(map) {
        return Outcome { answer: Answer::Unknown, ..no(Why::RealHost, because) };
    }
    match (port.machine.is_empty(), map.version) {
        (true, _) => return no(Why::Lab, because),
        (false, IpVersion::V6) if !port.machine.iter().any(SocketAddr::is_ipv6) => {
            return no(Why::PublishedFour { ports: leads(port) }, because);
        }
        (false, _) => {}
    }
    // Whichever version it is asked by, it is carried to an address of IPv4.
    let four = if map.version == IpVersion::V6 { Map::of(map.world, IpVersion::V4) } else { None };
    let map = four.as_ref().unwrap_or(map);
    let address = port.to.ip();
    if !address.is_ipv4() {
        return no(Why::NoAddress, because);
    }
    let mut walk = Walk::new(map);
    let packet = Packet { from: map.version.unspecified(), to: address, protocol, answers: false };
    let carried = walk.ask(map.host, map.netns(&End::Container(id.clone())), packet);
    let (answer, why, because) = match carried {
        Ok(_) => (Answer::Reaches, Why::Published { ports: leads(port) }, because),
        Err(Stop { unknown, why, because }) => (if unknown { Answer::Unknown } else { Answer::DoesNot }, why, because),
    };
    Outcome { address: Some(address), answer, why, because, way: walk.way, source: walk.source }
}

fn is_lab(map: &Map<'_>) -> bool {
    map.world.host.as_ref().is_some_and(|host| host.mode == Mode::Lab)
}

/// In the lab nothing comes to the host's own address: its uplink carries what is asked for from within.
fn into_host(map: &Map<'_>) -> Outcome {
    let because = map.uplink().map(|link| Entity::Link(link.key.clone())).or(Some(Entity::Host));
    let (answer, why) = if is_lab(map) { (Answer::DoesNot, Why::Lab) } else { (Answer::Unknown, Why::RealHost) };
    Outcome { address: None, answer, why, because, way: Vec::new(), source: None }
}
