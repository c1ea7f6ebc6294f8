use crate::spec::ContainerId;
use crate::trace::{ContainerState, Link, LinkKind, Network, World};
use std::net::Ipv4Addr;
use std::sync::Arc;

/// The default one, which has this name everywhere.
pub(super) fn bridge_network(world: &World) -> Option<&Arc<Network>> {
    world.networks.values().find(|network| network.name == "bridge" && network.bridge.is_some())
}

pub(super) fn bridge(world: &World) -> Option<&Arc<Link>> {
    world.links.get(bridge_network(world)?.bridge.as_ref()?)
}

pub(super) fn host_netns(world: &World) -> Option<u64> {
    world.host.as_ref().map(|host| host.netns)
}

fn id<'a>(world: &'a World, container: &str) -> Option<&'a ContainerId> {
    world.container_named(container).map(|c| &c.id)
}

/// The ends of the container's cable, wherever they are.
fn ends<'a>(world: &'a World, container: &ContainerId) -> impl Iterator<Item = &'a Arc<Link>> {
    world.links.values().filter(move |l| l.kind == LinkKind::Veth && l.container.as_ref() == Some(container))
}

/// The end inside, once it is there.
pub(super) fn inside_end<'a>(world: &'a World, container: &str) -> Option<&'a Arc<Link>> {
    let id = id(world, container)?;
    let (own, host) = (world.netns_of(id)?, host_netns(world)?);
    ends(world, id).find(|link| own != host && link.netns == own)
}

/// The end on the host: the one that stays there, or is joined to a bridge.
pub(super) fn host_end<'a>(world: &'a World, container: &str) -> Option<&'a Arc<Link>> {
    let (id, host) = (id(world, container)?, host_netns(world)?);
    let mut here = ends(world, id).filter(|link| link.netns == host);
    let first = here.next()?;
    let second = here.next();
    match second {
        None => Some(first),
        // Both ends are still here: only a port of a bridge is told from the other.
        Some(second) => [first, second].into_iter().find(|link| link.master.is_some()),
    }
}

/// Both ends: on the host, inside.
pub(super) fn cable<'a>(world: &'a World, container: &str) -> Option<(&'a Arc<Link>, &'a Arc<Link>)> {
    let inside = inside_end(world, container)?;
    Some((host_end(world, container)?, inside))
}

pub(super) fn ends_know_each_other(world: &World, container: &str) -> Option<bool> {
    let (outside, inside) = cable(world, container)?;
    Some(outside.peer_ifindex == Some(inside.ifindex) && inside.peer_ifindex == Some(outside.ifindex))
}

pub(super) fn host_end_master(world: &World, container: &str) -> Option<String> {
    let end = host_end(world, container)?;
    let master = end.master?;
    world.links_in(end.netns).into_iter().find(|link| link.ifindex == master).map(|link| link.name.clone())
}

/// Names of the host's links that are no cable's end.
pub(super) fn host_links(world: &World) -> Option<Vec<String>> {
    let links = world.links_in(host_netns(world)?);
    Some(links.into_iter().filter(|link| link.kind != LinkKind::Veth).map(|link| link.name.clone()).collect())
}

pub(super) fn cable_ends_on_host(world: &World, container: &str) -> Option<u64> {
    // One end is told of before the other.
    cable(world, container)?;
    let host = host_netns(world)?;
    Some(ends(world, id(world, container)?).filter(|link| link.netns == host).count() as u64)
}

pub(super) fn cable_ends_after_exit(world: &World, container: &str) -> Option<u64> {
    let exited = world.container_named(container).filter(|c| matches!(c.state, ContainerState::Exited { .. }))?;
    super::is_settled(world).then(|| ends(world, &exited.id).count() as u64)
}

pub(super) fn same_loopback(world: &World, container: &str) -> Option<bool> {
    let loopback = |netns: u64| world.links_in(netns).into_iter().find(|l| l.kind == LinkKind::Loopback);
    let inside = loopback(world.netns_of(id(world, container)?)?)?;
    let outside = loopback(host_netns(world)?)?;
    Some(inside.key == outside.key)
}

pub(super) fn address(world: &World, container: &str) -> Option<String> {
    let inside = inside_end(world, container)?;
    let cidr = world.addresses_of(&inside.key).find(|cidr| cidr.parse_v4().is_some())?;
    cidr.parse_v4().map(|(address, _)| address.to_string())
}

pub(super) fn is_on_bridge(world: &World, container: &str) -> bool {
    let Some((outside, inside)) = cable(world, container) else { return false };
    let bridge = bridge(world).map(|bridge| bridge.ifindex);
    outside.master.is_some()
        && outside.master == bridge
        && outside.up
        && inside.up
        && address(world, container).is_some()
}

pub(super) fn lease(world: &World, container: &str) -> Option<String> {
    let id = id(world, container)?;
    world.reserved_for(id).map(|(_, address)| address.to_owned())
}

/// Addresses that the container could be thought to get: the host's own loopback, the gateway, the one it gets by the
/// allocator's rule (the lowest that is free), and its neighbour.
pub(super) fn address_candidates(world: &World, container: &str) -> Option<Vec<String>> {
    let network = bridge_network(world)?;
    let gateway: Ipv4Addr = network.gateway.parse().ok()?;
    let next = match lease(world, container) {
        Some(address) => address.parse().ok()?,
        None => lowest_free(world, network, gateway)?,
    };
    let neighbour = Ipv4Addr::from(u32::from(next) + 1);
    let host = host_netns(world)?;
    let loopback = world.links_in(host).into_iter().find(|l| l.kind == LinkKind::Loopback);
    let loopback = loopback.and_then(|lo| world.addresses_of(&lo.key).find_map(|cidr| cidr.parse_v4()));
    let mut candidates: Vec<Ipv4Addr> = loopback.map(|(address, _)| address).into_iter().collect();
    candidates.extend([gateway, next, neighbour]);
    candidates.sort_unstable();
    candidates.dedup();
    Some(candidates.iter().map(Ipv4Addr::to_string).collect())
}

fn lowest_free(world: &World, network: &Network, gateway: Ipv4Addr) -> Option<Ipv4Addr> {
    let (subnet, prefix) = network.subnet.as_str().parse_v4()?;
    let hosts = 1u32.checked_shl(32u32.checked_sub(prefix)?)?;
    let taken =
        |address: Ipv4Addr| address == gateway || world.leases.contains_key(&(network.id.clone(), address.to_string()));
    (1..hosts.saturating_sub(1)).map(|n| Ipv4Addr::from(u32::from(subnet) + n)).find(|address| !taken(*address))
}

/// How many bits `172.17.0.0/16` says of that address; none when the address is not in it.
pub(super) fn prefix_of(cidr: &str, address: Ipv4Addr) -> Option<u32> {
    let (subnet, prefix) = cidr.parse_v4()?;
    let mask = u32::MAX.checked_shl(32u32.checked_sub(prefix)?).unwrap_or(0);
    (u32::from(subnet) & mask == u32::from(address) & mask).then_some(prefix)
}

/// `172.17.0.2/16`, taken apart.
trait Cidr {
    fn parse_v4(&self) -> Option<(Ipv4Addr, u32)>;
}

impl Cidr for str {
    fn parse_v4(&self) -> Option<(Ipv4Addr, u32)> {
        let (address, prefix) = self.split_once('/')?;
        Some((address.parse().ok()?, prefix.parse().ok()?))
    }
}
