//! One command after which an answer is another.

use super::answer::{Asked, Outcome, answer, is_alone};
use super::names::{has_names, networks};
use super::packet::{Block, IpVersion};
use super::rules;
use super::walk::Map;
use super::{Answer, End, Question, Why};
use crate::spec::{ContainerId, NetworkId};
use crate::trace::{Change, Entity, Link, LinkKey, Network, PortState, Route, Rule, RuleAction, World};
use std::borrow::Cow;
use std::net::IpAddr;

/// For a cell. None where no single command does it, and where it is not known what would.
pub(super) fn of(map: &Map<'_>, asked: &Asked<'_>, outcome: &Outcome) -> Option<String> {
    match outcome.answer {
        Answer::Reaches => cut(map, asked.from, asked.to, &outcome.why),
        Answer::DoesNot => {
            let Mended { command, after } = mend(map, asked, outcome)?;
            // What is behind the first obstacle may be another: then one command is not enough.
            (after.is_empty() || reaches(map, asked, after)).then_some(command)
        }
        Answer::Unknown => None,
    }
}

/// A command, and what of its effects can be foreseen.
struct Mended {
    command: String,
    after: Vec<Change>,
}

fn plain(command: String) -> Mended {
    Mended { command, after: Vec::new() }
}

/// Whether it is so in the World after these changes.
fn reaches(map: &Map<'_>, asked: &Asked<'_>, changes: Vec<Change>) -> bool {
    let mut world = map.world.clone();
    let applied = changes.iter().try_for_each(|change| world.apply(change));
    applied.is_ok() && Map::of(&world, map.version).is_some_and(|map| answer(&map, asked).answer == Answer::Reaches)
}

/// What keeps them apart.
fn cut(map: &Map<'_>, from: &End, to: &End, why: &Why) -> Option<String> {
    let world = map.world;
    let leave = |end: &End, network: &NetworkId| {
        let (network, container) = (world.networks.get(network)?, world.containers.get(container(end)?)?);
        Some(format!("docker network disconnect {} {}", word(&network.name), word(&container.name)))
    };
    let only = |end: &End| match networks(world, container(end)?).as_slice() {
        [network] => Some(*network),
        _ => None,
    };
    let stop = |end: &End| Some(format!("docker stop {}", word(&world.containers.get(container(end)?)?.name)));
    match why {
        // Of two that share one network either can leave it; of two that share several one command is not enough but the end of one.
        Why::SameNetwork { .. } => match (container(from), container(to)) {
            (Some(a), Some(b)) => {
                let (mine, theirs) = (networks(world, a), networks(world, b));
                let shared: Vec<_> = mine.iter().filter(|network| theirs.contains(network)).collect();
                match shared.as_slice() {
                    [network] => leave(to, network),
                    [] => only(to).and_then(|network| leave(to, network)).or_else(|| stop(to)),
                    _ => stop(to),
                }
            }
            _ => only(to).and_then(|network| leave(to, network)).or_else(|| stop(to)),
        },
        Why::HostItself | Why::Masqueraded | Why::Forwarded if container(from).is_some() => {
            only(from).and_then(|network| leave(from, network)).or_else(|| stop(from))
        }
        Why::Published { .. } | Why::SameNamespace | Why::HostItself | Why::Masqueraded | Why::Forwarded => {
            stop(to).or_else(|| stop(from))
        }
        _ => None,
    }
}

/// What lets them come together.
fn mend(map: &Map<'_>, asked: &Asked<'_>, outcome: &Outcome) -> Option<Mended> {
    let world = map.world;
    let Asked { question, from, to, .. } = *asked;
    match &outcome.why {
        Why::OtherBridge | Why::NameNotShared | Why::NoNames => meet(world, from, to, question == Question::Name),
        Why::Internal { .. } => match (from, to) {
            (End::Container(id), End::Host | End::Outside) => {
                outward(world).and_then(|network| connect(world, network, id))
            }
            _ => meet(world, from, to, question == Question::Name),
        },
        Why::LinkDown { .. } | Why::NoCarrier { .. } => {
            let Entity::Link(key) = outcome.because.as_ref()? else { return None };
            switched_on(map, asked, off(map, world.links.get(key)?), outcome)
        }
        Why::NoAddress => no_address(map, to),
        Why::NoRoute { to: address, back } => no_route(map, if *back { to } else { from }, *address),
        Why::Unplugged => {
            let (lacks, other) = if is_alone(map, from) { (from, to) } else { (to, from) };
            let theirs = container(other).and_then(|id| networks(world, id).into_iter().next());
            connect(world, theirs.or_else(|| outward(world))?, container(lacks)?)
        }
        Why::LeftBehind => {
            let left = if is_alone(map, from) { from } else { to };
            let name = &world.containers.get(container(left)?)?.name;
            Some(plain(format!("docker restart {}", word(name))))
        }
        Why::RouteRefuses { .. } => {
            let Entity::Route(netns, to) = outcome.because.as_ref()? else { return None };
            let (_, route) = map.routes(*netns).iter().find(|(_, it)| it.destination == *to && it.refuses.is_some())?;
            let command = inside(map, *netns, &format!("ip route del {}", route.words()))?;
            Some(Mended { command, after: vec![Change::RouteGone((*route).clone())] })
        }
        Why::PortBlocked { .. } | Why::Isolated { .. } => {
            let Entity::Link(key) = outcome.because.as_ref()? else { return None };
            let port = world.links.get(key)?;
            let set = match outcome.why {
                Why::Isolated { .. } => "isolated off",
                _ => "state 3",
            };
            let command = inside(map, port.netns, &format!("bridge link set dev {} {set}", word(&port.name)))?;
            let open = Link { port: Some(PortState::Forwarding), isolated: false, ..(**port).clone() };
            Some(Mended { command, after: vec![Change::LinkSeen(open)] })
        }
        Why::NoSix { asks } => six(map, from, to, *asks),
        Why::NoForwarding | Why::NoForwardingSix => {
            let rule = world.rules.get(rules::forwards(map.version))?;
            let text = rule.text.replace("= 0", "= 1");
            let (setting, _) = text.split_once(" = ")?;
            let command = inside(map, map.host, &format!("sysctl -w {setting}=1"))?;
            let after = vec![Change::RuleSeen(Rule { text, ..(**rule).clone() })];
            Some(Mended { command, after })
        }
        // What leaves by IPv6 is never given the host's address: whoever wants that makes a table for it first.
        Why::NoMasquerade if map.version == IpVersion::V4 => {
            let (network, bridge) = gateway(map, map.netns(from)?)?;
            let leaves = bridge_name(world, network).unwrap_or_else(|| bridge.name.clone());
            let text = format!("ip saddr {} oifname != \"{leaves}\" masquerade", network.subnet);
            let command = format!("nft add rule ip dockwalk postrouting {}", word(&text));
            let after = vec![rule(map.host, "postrouting", u32::MAX, text)];
            Some(Mended { command: inside(map, map.host, &command)?, after })
        }
        Why::Dropped { .. } => {
            let Entity::Rule(key) = outcome.because.as_ref()? else { return None };
            before(map, world.rules.get(key)?, outcome)
        }
        _ => None,
    }
}

/// The link up. With a container's link the kernel took its default route away, which does not come back with it.
fn switched_on(map: &Map<'_>, asked: &Asked<'_>, link: &Link, outcome: &Outcome) -> Option<Mended> {
    let world = map.world;
    // Of a port without a carrier the bridge makes a disabled one, and lets it forward again when there is one.
    let port = |link: &Link| link.port.as_ref().map(|_| PortState::Forwarding);
    let up = |link: &Link| {
        let port = port(link);
        Change::LinkSeen(Link { up: true, carrier: Some(true), state: None, port, ..link.clone() })
    };
    let mut after = vec![up(link)];
    // With a bridge all of its ports are switched off, and on.
    let ports = world.links.values().filter(|it| it.netns == link.netns && it.master == Some(link.ifindex));
    after.extend(ports.filter(|port| port.carries() == Some(true)).map(|port| up(port)));
    after.extend(map.graph.peer(link).filter(|peer| peer.up).map(|peer| up(peer)));
    let blocks = world.addresses_of(&link.key).filter_map(Block::parse);
    let blocks: Vec<Block> = blocks.filter(|block| block.version == map.version).collect();
    let route = |destination: String, via: Option<String>| {
        Change::RouteSeen(Route { netns: link.netns, destination, via, dev: link.name.clone(), refuses: None })
    };
    let holder = link.container.as_ref().and_then(|id| world.containers.get(id)).filter(|_| link.netns != map.host);
    if let (IpVersion::V6, Some(holder)) = (map.version, holder) {
        // With the link the kernel took its addresses, which do not come back with it.
        let (network, _) = gateway(map, link.netns)?;
        let (block, at) = map.blocks6(network).into_iter().next()?;
        let leased = world.leases.iter().filter(|((of, _), owner)| *of == network.id && **owner == holder.id);
        let address = leased.map(|((_, address), _)| address).find(|address| address.contains(':'))?;
        after.push(Change::AddrSeen { link: link.key.clone(), cidr: format!("{address}/{}", block.prefix) });
        after.push(route(block.to_string(), None));
        after.push(route(map.version.anywhere().to_owned(), Some(at)));
        return Some(Mended { command: format!("docker restart {}", word(&holder.name)), after });
    }
    after.extend(blocks.iter().map(|block| route(block.to_string(), None)));
    let beside = outcome.address.is_some_and(|address| blocks.iter().any(|block| block.has(address)));
    let own = container(asked.from).filter(|_| map.netns(asked.from) == Some(link.netns) && link.netns != map.host);
    if let (Some(id), false) = (own, beside) {
        let (network, _) = gateway(map, link.netns)?;
        after.push(route("default".to_owned(), Some(network.gateway.clone())));
        let command = format!("docker restart {}", word(&world.containers.get(id)?.name));
        return Some(Mended { command, after });
    }
    let command = inside(map, link.netns, &format!("ip link set {} up", word(&link.name)))?;
    Some(Mended { command, after })
}

fn no_route(map: &Map<'_>, who: &End, address: IpAddr) -> Option<Mended> {
    let netns = map.netns(who)?;
    let (network, link) = gateway(map, netns)?;
    let (subnet, at) = segment(map, network)?;
    let beside = Some(subnet).filter(|subnet| subnet.has(address) && netns != map.host);
    let (destination, via) = match beside {
        Some(subnet) => (subnet.to_string(), None),
        None => (map.version.anywhere().to_owned(), Some(at)),
    };
    let way = via.as_ref().map_or_else(|| format!("dev {}", word(&link.name)), |via| format!("via {}", word(via)));
    let command = inside(map, netns, &format!("ip route add {destination} {way}"))?;
    let after = vec![Change::RouteSeen(Route { netns, destination, via, dev: link.name.clone(), refuses: None })];
    Some(Mended { command, after })
}

fn rule(netns: u64, chain: &str, place: u32, text: String) -> Change {
    let (key, chain, action) = ("after".to_owned(), chain.to_owned(), RuleAction::Forward);
    Change::RuleSeen(Rule { key, netns, network: None, action, text, chain, place })
}

fn container(end: &End) -> Option<&ContainerId> {
    match end {
        End::Container(id) => Some(id),
        End::Host | End::Outside => None,
    }
}

/// Puts one of them on a network that the other is on: one that has names, where names are asked for.
fn meet(world: &World, from: &End, to: &End, named: bool) -> Option<Mended> {
    let (a, b) = (container(from)?, container(to)?);
    let fits = |network: &&NetworkId| !named || has_names(world, network);
    let of = |id: &ContainerId| networks(world, id).into_iter().find(fits);
    let may_join = |id: &&ContainerId| !networks(world, id).is_empty();
    match (of(b), of(a)) {
        (Some(network), _) if may_join(&a) => connect(world, network, a),
        (_, Some(network)) if may_join(&b) => connect(world, network, b),
        _ => None,
    }
}

/// None while the network's bridge carries nothing.
fn connect(world: &World, network: &NetworkId, id: &ContainerId) -> Option<Mended> {
    let (network, container) = (world.networks.get(network)?, world.containers.get(id)?);
    let works = network.bridge.as_ref().and_then(|key| world.links.get(key)).is_none_or(|bridge| bridge.up);
    let command = || format!("docker network connect {} {}", word(&network.name), word(&container.name));
    works.then(|| plain(command()))
}

/// A network that leads out: the default one.
fn outward(world: &World) -> Option<&NetworkId> {
    world.networks.values().find(|network| network.name == "bridge").map(|network| &network.id)
}

/// Of a pair the end that is switched off.
fn off<'w>(map: &'w Map<'_>, link: &'w Link) -> &'w Link {
    map.graph.peer(link).filter(|peer| link.up && !peer.up).map_or(link, |peer| peer)
}

/// A command in a network namespace, for a person at the lab's host. Nothing of it has to be in the image.
fn inside(map: &Map<'_>, netns: u64, command: &str) -> Option<String> {
    if netns == map.host {
        return Some(format!("dockwalk host {command}"));
    }
    let holds = |id: &&ContainerId| map.netns(&End::Container((*id).clone())) == Some(netns);
    let id = map.world.containers.keys().find(holds)?;
    let pid = map.world.main_process(id)?.process.pid;
    Some(format!("dockwalk host nsenter --net=/proc/{pid}/ns/net {command}"))
}

/// It was given an address, and no link has it.
fn no_address(map: &Map<'_>, end: &End) -> Option<Mended> {
    let (world, id, netns) = (map.world, container(end)?, map.netns(end)?);
    let of_version = |at: &str| at.parse().is_ok_and(|at| IpVersion::of(at) == map.version);
    let ((network, address), _) = world.leases.iter().find(|((_, at), holder)| *holder == id && of_version(at))?;
    let network = world.networks.get(network)?;
    let (subnet, _) = segment(map, network)?;
    let link = inner(world, id, netns, &network.bridge)?;
    let (cidr, dev) = (format!("{address}/{}", subnet.prefix), link.name.clone());
    let unasked = if map.version == IpVersion::V6 { " nodad" } else { "" };
    let command = inside(map, netns, &format!("ip addr add {cidr} dev {}{unasked}", word(&dev)))?;
    let route = Route { netns, destination: subnet.to_string(), via: None, dev, refuses: None };
    let after = vec![Change::AddrSeen { link: link.key.clone(), cidr }, Change::RouteSeen(route)];
    Some(Mended { command, after })
}

/// The container's end of its cable to a bridge; any where that is not known.
fn inner<'w>(world: &'w World, id: &ContainerId, netns: u64, bridge: &Option<LinkKey>) -> Option<&'w Link> {
    let index = bridge.as_ref().and_then(|key| world.links.get(key)).map(|bridge| bridge.ifindex);
    let own = || world.links.values().filter(|link| link.netns == netns && link.container.as_ref() == Some(id));
    let leads = |link: &&std::sync::Arc<Link>| {
        world.peer_of(link).is_some_and(|peer| peer.master.is_some() && peer.master == index)
    };
    own().find(leads).map(|link| &**link)
}

/// A network that somebody in that namespace is on, and a link of it there.
fn gateway<'w>(map: &Map<'w>, netns: u64) -> Option<(&'w Network, &'w Link)> {
    let world = map.world;
    let of = |link: &&'w std::sync::Arc<Link>| {
        link.netns == netns && world.peer_of(link).is_some_and(|peer| peer.master.is_some())
    };
    let link = world.links.values().find(of)?;
    let master = world.peer_of(link)?.master;
    let network = world.networks.values().find(|network| {
        let bridge = network.bridge.as_ref().and_then(|key| world.links.get(key));
        bridge.is_some_and(|bridge| Some(bridge.ifindex) == master && bridge.netns == map.host)
    })?;
    Some((network, link))
}

/// The subnet of a network, and the host's address there.
fn segment(map: &Map<'_>, network: &Network) -> Option<(Block, String)> {
    match map.version {
        IpVersion::V4 => Some((Block::parse(&network.subnet)?, network.gateway.clone())),
        IpVersion::V6 => map.blocks6(network).into_iter().next(),
    }
}

/// Whoever has no IPv6 onto a network that has it: the other one's, where that is a container.
fn six(map: &Map<'_>, from: &End, to: &End, asks: bool) -> Option<Mended> {
    let world = map.world;
    let (lacks, other) = if asks { (from, to) } else { (to, from) };
    let has = |id: &&NetworkId| world.networks.get(*id).is_some_and(|network| !map.blocks6(network).is_empty());
    let network = match other {
        End::Container(other) => networks(world, other).into_iter().find(has),
        End::Host => world.networks.keys().find(has),
        End::Outside => None,
    };
    connect(world, network?, container(lacks)?)
}

fn bridge_name(world: &World, network: &Network) -> Option<String> {
    world.links.get(network.bridge.as_ref()?).map(|link| link.name.clone())
}

/// A rule before the one that drops it, which accepts what goes there and back.
fn before(map: &Map<'_>, dropping: &Rule, outcome: &Outcome) -> Option<Mended> {
    let (to, from) = (outcome.address?, outcome.source?);
    if !["forward", "between"].contains(&rules::chain(dropping, map.version)?) {
        return None;
    }
    let family = match map.version {
        IpVersion::V4 => "ip",
        IpVersion::V6 => "ip6",
    };
    let pair = format!("{{ {from}, {to} }}");
    let accept = format!("{family} saddr {pair} {family} daddr {pair} accept");
    let command = format!("nft insert rule {family} dockwalk forward {}", word(&accept));
    Some(plain(inside(map, dropping.netns, &command)?))
}

/// As a shell takes it for one word.
fn word(text: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@,=%+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn a_strange_name_is_one_word() {
        assert_eq!(word("lab/shell:1"), "lab/shell:1");
        assert_eq!(word("a b; rm -rf ~"), "'a b; rm -rf ~'");
        assert_eq!(word("it's"), r"'it'\''s'");
        assert_eq!(word(""), "''");
    }
}
