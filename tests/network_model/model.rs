//! What Docker's rules say: which networks and containers there are, who is on which network with which address, and what cannot be.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// Places in the lists of the model.
pub type NetworkAt = usize;
pub type ContainerAt = usize;

#[derive(Debug, Clone)]
pub struct Network {
    pub name: String,
    pub there: bool,
    pub internal: bool,
    /// Address and prefix length of the subnet, whose first address is the gateway's.
    pub subnet: (Ipv4Addr, u8),
    /// Somebody asked for that subnet: a container may ask for an address.
    pub configured: bool,
}

/// What a container's network was when it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    On(NetworkAt),
    None,
    Of(ContainerAt),
}

/// Its place on a network.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place {
    pub wanted: Option<Ipv4Addr>,
    /// While it runs.
    pub address: Option<Ipv4Addr>,
}

#[derive(Debug, Clone)]
pub struct Container {
    pub name: String,
    pub there: bool,
    pub running: bool,
    pub mode: Mode,
    pub on: BTreeMap<NetworkAt, Place>,
    /// It has the one port of the host that several of them want.
    pub port: bool,
}

#[derive(Debug, Default)]
pub struct Model {
    /// The first is the default bridge.
    pub networks: Vec<Network>,
    pub containers: Vec<Container>,
}

impl Model {
    pub fn there(&self) -> Vec<ContainerAt> {
        (0..self.containers.len()).filter(|at| self.containers[*at].there).collect()
    }

    /// Those that somebody made.
    pub fn custom(&self) -> Vec<NetworkAt> {
        (1..self.networks.len()).filter(|at| self.networks[*at].there).collect()
    }

    /// A container that runs is on it.
    pub fn is_used(&self, network: NetworkAt) -> bool {
        self.containers.iter().any(|of| of.there && of.running && of.on.contains_key(&network))
    }

    fn is_taken(&self, network: NetworkAt, address: Ipv4Addr) -> bool {
        let has = |of: &Container| of.on.get(&network).is_some_and(|place| place.address == Some(address));
        self.containers.iter().any(|of| of.there && of.running && has(of))
    }

    /// The address of a new place: the one that is wanted, or the lowest that is free.
    pub fn address(&self, network: NetworkAt, wanted: Option<Ipv4Addr>) -> Option<Ipv4Addr> {
        let gateway = u32::from(self.networks[network].subnet.0) + 1;
        match wanted {
            Some(address) => Some(address).filter(|it| !self.is_taken(network, *it) && u32::from(*it) != gateway),
            None => (gateway + 1..).map(Ipv4Addr::from).find(|address| !self.is_taken(network, *address)),
        }
    }

    /// Its places when it starts; none when it cannot.
    fn places(&self, at: ContainerAt) -> Option<BTreeMap<NetworkAt, Place>> {
        let container = &self.containers[at];
        let mut places = container.on.clone();
        match container.mode {
            Mode::Of(other) => {
                let other = &self.containers[other];
                (other.there && other.running).then_some(())?;
            }
            Mode::On(_) | Mode::None => {}
        }
        let others = self.containers.iter().enumerate().filter(|(other, of)| *other != at && of.there && of.running);
        if container.port && others.clone().any(|(_, of)| of.port) {
            return None;
        }
        for (network, place) in &mut places {
            self.networks[*network].there.then_some(())?;
            place.address = Some(self.address(*network, place.wanted)?);
        }
        Some(places)
    }

    /// Starts it, if that can be.
    pub fn start(&mut self, at: ContainerAt) -> bool {
        let Some(places) = self.places(at) else { return false };
        let container = &mut self.containers[at];
        (container.on, container.running) = (places, true);
        true
    }

    pub fn stop(&mut self, at: ContainerAt) {
        let container = &mut self.containers[at];
        container.running = false;
        container.on.values_mut().for_each(|place| place.address = None);
    }

    pub fn remove(&mut self, at: ContainerAt) {
        self.stop(at);
        self.containers[at].there = false;
    }

    /// May it come onto that network now?
    pub fn connect(&mut self, at: ContainerAt, network: NetworkAt, wanted: Option<Ipv4Addr>) -> bool {
        let container = &self.containers[at];
        if !matches!(container.mode, Mode::On(_)) {
            return false;
        }
        if container.on.contains_key(&network) {
            // Of one that does not run it is said again, and nothing changes.
            return !container.running;
        }
        let address = match (container.running, self.address(network, wanted)) {
            (true, None) => return false,
            (true, address) => address,
            (false, _) => None,
        };
        self.containers[at].on.insert(network, Place { wanted, address });
        true
    }

    pub fn disconnect(&mut self, at: ContainerAt, network: NetworkAt) -> bool {
        self.containers[at].on.remove(&network).is_some()
    }

    /// Takes all those away on which nobody is.
    pub fn prune(&mut self) {
        for at in self.custom() {
            self.networks[at].there = self.is_used(at);
        }
    }
}
