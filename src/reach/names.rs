//! Who finds whom by name, as 127.0.0.11 answers: on networks that somebody made a container is found by its name by those that are on
//! one of them with it. What stands in a container's `/etc/hosts` by `--link` or `--add-host` is not in the World.

use super::packet::IpVersion;
use super::walk::Map;
use super::{End, Why};
use crate::spec::{ContainerId, NetworkId};
use crate::trace::{NetworkMode, World};
use std::net::IpAddr;

pub(super) enum Looked {
    Addresses(Vec<IpAddr>),
    None(Why),
}

/// What comes of looking for a container's name.
pub(super) fn look_up(map: &Map<'_>, asker: &End, netns: u64, wanted: &ContainerId) -> Looked {
    let End::Container(id) = asker else { return Looked::None(Why::NoNames) };
    if netns == map.host {
        return Looked::None(Why::NoNames);
    }
    // Who shares another's namespace shares who answers in it.
    let owner = match map.world.containers.get(id).map(|container| &container.network_mode) {
        Some(NetworkMode::Container(other)) => map.world.container(other).map_or(id, |other| &other.id),
        _ => id,
    };
    let own = named_networks(map.world, owner);
    if own.is_empty() {
        return Looked::None(Why::NoNames);
    }
    let shared = map.world.leases.iter().filter(|((network, _), holder)| *holder == wanted && own.contains(&network));
    let all: Vec<IpAddr> = shared.filter_map(|((_, address), _)| address.parse().ok()).collect();
    let addresses: Vec<_> = all.iter().copied().filter(|address| IpVersion::of(*address) == map.version).collect();
    match (all.is_empty(), addresses.is_empty()) {
        (true, _) => Looked::None(Why::NameNotShared),
        // It is known, and has no address of that version.
        (false, true) => Looked::None(Why::NoSix { asks: false }),
        (false, false) => Looked::Addresses(addresses),
    }
}

/// The networks of a container in which there are names: those that somebody made.
pub(super) fn named_networks<'w>(world: &'w World, id: &ContainerId) -> Vec<&'w NetworkId> {
    networks(world, id).into_iter().filter(|network| has_names(world, network)).collect()
}

/// The networks that a container has an address on.
pub(super) fn networks<'w>(world: &'w World, id: &ContainerId) -> Vec<&'w NetworkId> {
    let held = world.leases.iter().filter(|(_, holder)| *holder == id);
    let mut networks: Vec<_> = held.map(|((network, _), _)| network).collect();
    networks.dedup();
    networks
}

pub(super) fn has_names(world: &World, network: &NetworkId) -> bool {
    world.networks.get(network).is_some_and(|network| !["bridge", "host", "none"].contains(&&*network.name))
}
