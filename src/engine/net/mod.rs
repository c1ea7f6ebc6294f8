//! The bridge network: `docker0` on the host, a veth pair for each container, addresses, routes, NAT.
//!
//! Does not know what runs in a container.

use super::Cx;
use super::fault::{Fault, Result};
use super::lab::{Lab, Netns};
use crate::spec::{ContainerId, NetworkId};
use crate::trace::Network;
use std::net::Ipv4Addr;

/// What `--network` chooses between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkMode {
    /// A network namespace of its own with a cable to `docker0`.
    Bridge,
    /// The host's network namespace.
    Host,
    /// A network namespace of its own with `lo` alone.
    None,
}

/// A container's place in a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The network.
    pub network: NetworkId,
    /// The container's address.
    pub address: Ipv4Addr,
    /// The length of the network's prefix.
    pub prefix: u8,
    /// Where its default route goes.
    pub gateway: Ipv4Addr,
    /// The address of its `eth0`.
    pub mac: String,
    /// The other end of its cable: the name of a link on the host.
    pub host_link: String,
}

/// The engine's networks.
#[derive(Debug)]
pub struct Net;

impl Net {
    /// Prepares the host: loopback, uplink, `docker0`, forwarding, masquerade.
    pub fn start(_cx: &Cx, lab: &Lab) -> Result<Self> {
        Err(Fault::failed("net-not-built").with("netns", lab.host.inode()))
    }

    /// Networks there are: `bridge`, `host`, `none`.
    pub fn networks(&self) -> Vec<Network> {
        Vec::new()
    }

    /// Name servers that containers of the bridge can reach.
    pub fn dns(&self) -> Vec<String> {
        Vec::new()
    }

    /// Makes a container's network namespace, with its `lo` down.
    pub fn make_netns(&self, _cx: &Cx, _container: &ContainerId) -> Result<Netns> {
        Netns::create()
    }

    /// Wires a container to the bridge.
    pub fn connect(&self, _cx: &Cx, container: &ContainerId, _netns: &Netns) -> Result<Endpoint> {
        Err(Fault::failed("net-not-built").with("netns", container))
    }

    /// Gives a container of `--network none` its loopback.
    pub fn prepare_none(&self, _cx: &Cx, container: &ContainerId, _netns: &Netns) -> Result<()> {
        Err(Fault::failed("net-not-built").with("netns", container))
    }

    /// Takes a container off its network. One that is on none is no error.
    pub fn disconnect(&self, _cx: &Cx, container: &ContainerId) -> Result<()> {
        Err(Fault::failed("net-not-built").with("netns", container))
    }

    /// Undoes what [`Net::start`] did.
    pub fn stop(&self, _cx: &Cx) -> Result<()> {
        Err(Fault::failed("net-not-built").with("netns", "host"))
    }
}
