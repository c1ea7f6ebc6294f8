//! Who reaches whom, by what commands in containers came to, and what decides it.

use super::network;
use crate::lesson::{Answer, Term, words};
use crate::reach::End;
use crate::spec::NetworkId;
use crate::trace::{Code, LinkKind, NamespaceKind, Network, Probe, ProbeReply, Rule, RuleAction, World};
use serde::Deserialize;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// A place that packets are sent to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum To {
    /// What is written here: a name, or an address that is the same everywhere.
    Word(String),
    /// An address of the container of that name.
    AddressOf(String),
    /// The gateway of the default network: an address of the lab host's.
    Gateway,
    /// The first place beyond the lab host.
    Outside,
}

/// Where nobody is (TEST-NET-1, RFC 5737): what lies outside of a lab host that has no way out.
const NOWHERE: &str = "192.0.2.1";

impl To {
    /// What a command that speaks to it names; several where it has several.
    pub(super) fn spoken_to(&self, world: &World) -> Vec<String> {
        match self {
            Self::Word(word) => vec![word.clone()],
            Self::AddressOf(container) => network::address(world, container)
                .into_iter()
                .chain(leases(world, container).map(|(_, at)| at))
                .collect(),
            Self::Gateway => {
                network::bridge_network(world).map(|network| network.gateway.clone()).into_iter().collect()
            }
            Self::Outside => outside(world).into_iter().collect(),
        }
    }
}

/// The container's networks, and its address in each.
fn leases<'a>(world: &'a World, container: &str) -> impl Iterator<Item = (&'a NetworkId, String)> {
    let id = world.container_named(container).map(|container| &container.id);
    let own = world.leases.iter().filter(move |(_, holder)| Some(*holder) == id);
    own.map(|((network, address), _)| (network, address.clone()))
}

/// The last command in the container that spoke to that place, and has ended: it ended with 0.
pub(super) fn reaches(world: &World, container: &str, to: &To) -> Option<bool> {
    let id = &world.container_named(container)?.id;
    let places = to.spoken_to(world);
    let names = |word: &String| places.iter().any(|place| words(word, place).next().is_some());
    let mut own = world.commands.iter().rev().filter(|ended| ended.container == *id);
    own.find(|ended| ended.argv.iter().skip(1).any(names)).map(|ended| ended.status == 0)
}

/// What came of the ping that the latest probe sent: none where nothing was sent since anything changed that it hangs on.
pub(super) fn probed(world: &World, from: &str, to: &str) -> Option<bool> {
    let from = match End::called(world, from)? {
        End::Container(id) => Some(id),
        End::Host => None,
        End::Outside => return None,
    };
    let ping = |probe: &&Arc<Probe>| probe.from == from && probe.to == to && probe.asked.starts_with("ping ");
    match world.probes.values().find(ping)?.reply {
        ProbeReply::Answered | ProbeReply::Refused => Some(true),
        ProbeReply::Unreachable | ProbeReply::NoSuchName | ProbeReply::Silent => Some(false),
        ProbeReply::NotSent | ProbeReply::Other(_) => None,
    }
}

/// How many links are in the network namespace that was made for the container, once it runs.
pub(super) fn own_links(world: &World, container: &str) -> Option<u64> {
    let id = &world.container_named(container).filter(|container| container.state.lives())?.id;
    let made =
        world.namespaces.values().find(|one| one.kind == NamespaceKind::Net && one.container.as_ref() == Some(id));
    Some(made.map_or(0, |namespace| world.links_in(namespace.inode).len() as u64))
}

/// The link by which packets from the lab host to the container leave: that of the route that says most of its address.
pub(super) fn host_leaves_by(world: &World, container: &str) -> Option<String> {
    let to: Ipv4Addr = network::address(world, container)?.parse().ok()?;
    let host = network::host_netns(world)?;
    let fits = |destination: &str| match destination {
        "default" => Some(0),
        cidr => network::prefix_of(cidr, to),
    };
    let routes = world.routes.iter().filter(|route| route.netns == host);
    let fitting = routes.filter_map(|route| fits(&route.destination).map(|prefix| (prefix, route)));
    fitting.max_by_key(|(prefix, _)| *prefix).map(|(_, route)| route.dev.clone())
}

/// The lab host's way out: the link, and the next hop.
fn way_out(world: &World) -> Option<(&str, Option<&str>)> {
    let host = network::host_netns(world)?;
    let default = world.routes.iter().find(|route| route.netns == host && route.destination == "default")?;
    Some((&default.dev, default.via.as_deref()))
}

/// The engine looked for a way out, and there is none.
fn is_shut(world: &World) -> bool {
    let none = |code: &Code| matches!(code, Code::TunRefused | Code::UplinkFailed | Code::UplinkNotHere);
    way_out(world).is_none() && world.remarks.iter().any(|remark| none(&remark.code))
}

/// The link by which packets leave the lab host for everywhere else.
pub(super) fn uplink(world: &World) -> Option<Answer> {
    match way_out(world) {
        Some((dev, _)) => Some(Answer::Text(dev.to_owned())),
        None => is_shut(world).then_some(Answer::Term(Term::NoUplink)),
    }
}

/// The first place beyond the lab host.
fn outside(world: &World) -> Option<String> {
    match way_out(world) {
        Some((_, via)) => via.map(str::to_owned),
        None => is_shut(world).then(|| NOWHERE.to_owned()),
    }
}

/// The addresses of the lab host's link of that name.
fn of_host_link(world: &World, name: &str) -> Option<String> {
    let links = world.links_in(network::host_netns(world)?);
    let link = links.into_iter().find(|link| link.name == name && link.kind != LinkKind::Loopback)?;
    let address = world.addresses_of(&link.key).find_map(|cidr| cidr.split_once('/'))?;
    Some(address.0.to_owned())
}

/// The source of the container's packets outside, once one was sent there: the lab host's own address where they are masqueraded.
pub(super) fn source_outside(world: &World, container: &str) -> Option<String> {
    reaches(world, container, &To::Outside)?;
    let masquerades = |network: &NetworkId| {
        let of = |rule: &RuleAction| *rule == RuleAction::Masquerade;
        world.rules.values().any(|rule| of(&rule.action) && rule.network.as_ref() == Some(network))
    };
    let (network, own) = leases(world, container).next()?;
    match way_out(world) {
        Some((dev, _)) if masquerades(network) => of_host_link(world, dev),
        _ => Some(own),
    }
}

/// What the source could be thought to be: the container's own address, its gateway's, the lab host's at the uplink.
pub(super) fn source_candidates(world: &World, container: &str) -> Option<Vec<String>> {
    let own = network::address(world, container)?;
    let uplink = way_out(world).and_then(|(dev, _)| of_host_link(world, dev));
    let mut all: Vec<String> = To::Gateway.spoken_to(world).into_iter().chain([own]).chain(uplink).collect();
    all.sort_unstable();
    all.dedup();
    Some(all)
}

/// A rule that serves a network.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleOf {
    /// The network's name.
    network: String,
    /// The chain it stands in.
    chain: String,
    /// What it does.
    action: RuleAction,
}

impl RuleOf {
    /// The first that a packet meets.
    pub(super) fn found<'a>(&self, world: &'a World) -> Option<&'a Arc<Rule>> {
        let network = Some(&named(world, &self.network)?.id);
        let fits = |rule: &&Arc<Rule>| {
            rule.network.as_ref() == network && rule.chain == self.chain && rule.action == self.action
        };
        world.rules.values().filter(fits).min_by_key(|rule| rule.place)
    }
}

fn named<'a>(world: &'a World, network: &str) -> Option<&'a Arc<Network>> {
    world.networks.values().find(|one| one.name == network)
}

/// The network's subnet, where it has one.
pub(super) fn subnet(world: &World, network: &str) -> Option<String> {
    named(world, network).map(|network| network.subnet.clone()).filter(|subnet| !subnet.is_empty())
}

/// The container's address in that network, once a link in its network namespace has it.
pub(super) fn address_in(world: &World, container: &str, network: &str) -> Option<String> {
    let network = &named(world, network)?.id;
    let (_, address) = leases(world, container).find(|(of, _)| *of == network)?;
    let links = world.links_in(world.netns_of(&world.container_named(container)?.id)?);
    let is_it = |cidr: &str| cidr.split_once('/').is_some_and(|(own, _)| own == address);
    links.into_iter().any(|link| world.addresses_of(&link.key).any(is_it)).then_some(address)
}

/// Where the first published port of the container leads.
pub(super) fn published_to(world: &World, container: &str) -> Option<String> {
    let id = &world.container_named(container)?.id;
    world.publications.values().find(|one| one.container == *id).map(|one| one.to.to_string())
}
