//! Who can talk to whom, computed from a [`World`]: each cell of the matrix with what decides it, and what would change it.
//!
//! ```text
//! World ─Graph::of─▶ namespaces, links, cables, ports ─┐
//! World ─Rules::of─▶ what each rule of nft says        ├─▶ Walk: hop by hop there, and back ─▶ Cell { answer, why, because, fix }
//! name  ─names::look_up─▶ address, or why there is none ┘
//! ```
//!
//! A packet is led through the World as the kernel would lead it: is the address one's own, which route, is the link up with a carrier,
//! who at the bridge has the address, does the host forward, which rule decides; then the answer takes the way back. A rule whose words
//! cannot be read makes a cell [`Answer::Unknown`] when the packet may be meant by it; nothing is guessed. Whether a process listens at a
//! port is not asked here: `reaches` says that nothing on the way stops the packet, and that whoever is there can answer. IPv4, or
//! IPv6 by the same rules.
//!
//! Pure. Does not know how any of it is said, drawn or probed.

mod answer;
mod fix;
mod graph;
mod matrix;
mod names;
mod packet;
mod proof;
mod remake;
mod rules;
#[cfg(test)]
mod tests;
mod walk;
mod why;

pub use matrix::{Matrix, among, between, cell, cell_at, matrix};
pub use packet::{IpVersion, Protocol};
pub use proof::{Verdict, asked, is_strange, proven, verdict};
pub use remake::{Remake, remake};
pub use why::Why;

use crate::spec::ContainerId;
use crate::trace::{ContainerState, Entity, World};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// What is asked of each pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "ask", content = "port")]
pub enum Question {
    /// Does an ICMP echo request come back?
    Ping,
    /// Does a connection to this port get through?
    Tcp(u16),
    /// Does a datagram to this port get through?
    Udp(u16),
    /// Is there an answer for the other one's name, and does its address answer a ping?
    Name,
}

impl Question {
    /// What its packets are.
    pub fn protocol(self) -> Protocol {
        match self {
            Self::Ping | Self::Name => Protocol::Icmp,
            Self::Tcp(port) => Protocol::Tcp(port),
            Self::Udp(port) => Protocol::Udp(port),
        }
    }
}

/// Somebody has an address of IPv6, so that it makes sense to ask by it.
pub fn has_six(world: &World) -> bool {
    world.addresses.iter().any(|(_, cidr)| cidr.contains(':')) || world.leases.keys().any(|(_, at)| at.contains(':'))
}

/// Who talks, or is talked to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "end", content = "id")]
pub enum End {
    /// A container that runs.
    Container(ContainerId),
    /// The host that the containers' bridges are on.
    Host,
    /// What is beyond the host's uplink.
    Outside,
}

impl End {
    /// All there are: the containers that run by name, the host, and what is outside.
    pub fn all(world: &World) -> Vec<Self> {
        let mut running: Vec<_> = world.containers.values().filter(|container| container.state.lives()).collect();
        running.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        let containers = running.into_iter().map(|container| Self::Container(container.id.clone()));
        containers.chain(world.host.is_some().then_some([Self::Host, Self::Outside]).into_iter().flatten()).collect()
    }

    /// What it is in the World; nothing that is outside.
    pub fn entity(&self) -> Option<Entity> {
        match self {
            Self::Container(id) => Some(Entity::Container(id.clone())),
            Self::Host => Some(Entity::Host),
            Self::Outside => None,
        }
    }

    /// The network namespace that it is in, by inode; none for what is outside, or where the World does not say.
    pub fn netns(&self, world: &World) -> Option<u64> {
        walk::Map::of(world, IpVersion::V4)?.netns(self)
    }

    /// What it is called; the host and what is outside have no name.
    pub fn name<'w>(&self, world: &'w World) -> Option<&'w str> {
        match self {
            Self::Container(id) => world.containers.get(id).map(|container| &*container.name),
            Self::Host | Self::Outside => None,
        }
    }

    /// Whom a probe asks: a container's name, `host`, `outside`.
    pub fn word(&self, world: &World) -> String {
        match self {
            Self::Container(_) => self.name(world).unwrap_or_default().to_owned(),
            Self::Host => Self::HOST.to_owned(),
            Self::Outside => Self::OUTSIDE.to_owned(),
        }
    }

    /// Who is meant by that word: a container of that name, else the host or what is outside.
    pub fn called(world: &World, word: &str) -> Option<Self> {
        match (world.container(word), word) {
            (Some(container), _) => Some(Self::Container(container.id.clone())),
            (None, Self::HOST) => Some(Self::Host),
            (None, Self::OUTSIDE) => Some(Self::Outside),
            (None, _) => None,
        }
    }

    /// The host, as a word.
    pub const HOST: &'static str = "host";
    /// What is outside, as a word.
    pub const OUTSIDE: &'static str = "outside";

    fn lives(&self, world: &World) -> bool {
        let lives = |state: ContainerState| state.lives();
        match self {
            Self::Container(id) => world.containers.get(id).is_some_and(|container| lives(container.state)),
            Self::Host | Self::Outside => world.host.is_some(),
        }
    }
}

/// What comes of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// There and back, nothing stops it.
    Reaches,
    /// Something stops it.
    DoesNot,
    /// It hangs on something that the World does not say.
    Unknown,
}

/// One pair, and the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// Who asks.
    pub from: End,
    /// Who is asked.
    pub to: End,
    /// By which version of IP.
    #[serde(default, skip_serializing_if = "IpVersion::is_default")]
    pub version: IpVersion,
    /// The address that the packet is sent to; none where there is none to send it to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// What comes of it.
    pub answer: Answer,
    /// What decides.
    pub why: Why,
    /// That thing in the World, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Entity>,
    /// The links by which the packet went, there alone, as far as it came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub way: Vec<Entity>,
    /// One command after which the answer is another; none where no single one does that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}
