use crate::trace::{Decoded, Heading, Ipv4};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

/// By what a packet that was sent is known from all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// An echo request of this id and number.
    Echo {
        /// The id.
        id: u16,
        /// The number.
        sequence: u16,
    },
    /// TCP from this port.
    Tcp {
        /// The port.
        from: u16,
    },
    /// A datagram from this port.
    Udp {
        /// The port.
        from: u16,
    },
    /// A question for a name from this port, whatever port it is turned to.
    Name {
        /// The port.
        from: u16,
    },
}

/// The packets that are followed: by their marks, and between whom they may go.
#[derive(Debug, Clone, Default)]
pub struct Flow {
    /// What was sent.
    pub marks: Vec<Mark>,
    /// The addresses that it may be from or to, before or after somebody has rewritten it, and those of the hosts on its way.
    pub addresses: BTreeSet<Ipv4Addr>,
    /// The network namespace that it is sent in, by inode: what was never seen to leave there is another's. None: whoever sends it.
    pub from: Option<u64>,
    /// Of links that are ports, by namespace and index: the bridge's index.
    pub ports: BTreeMap<(u64, u32), u32>,
}

/// By what a packet is known again at the next link, whatever hosts rewrite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Identity {
    Arp(bool, Ipv4Addr, Ipv4Addr, String),
    Ip(u8, u16, u16, Inner),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Inner {
    Tcp(u32, u32, String),
    Icmp(u8, u8, Option<u16>, Option<u16>),
    Other,
}

impl Flow {
    /// Which way it goes; none where it is none of these packets.
    pub fn heading(&self, packet: &Decoded) -> Option<Heading> {
        if let Some(arp) = &packet.arp {
            return (self.knows(arp.sender) && self.knows(arp.target)).then_some(Heading::Neighbour);
        }
        if let Some(quoted) = &packet.quoted {
            let about = self.of(quoted).filter(|_| self.knows_both(quoted))?;
            return Some(if about == Heading::There { Heading::Back } else { Heading::There });
        }
        self.of(packet).filter(|_| self.knows_both(packet))
    }

    /// Whether a packet may be one of these after somebody has rewritten its ports.
    pub fn may_be(&self, packet: &Decoded) -> bool {
        let same = |mark: &Mark| match mark {
            Mark::Echo { .. } => packet.icmp.is_some(),
            Mark::Tcp { .. } => packet.tcp.is_some(),
            Mark::Udp { .. } | Mark::Name { .. } => packet.udp.is_some(),
        };
        self.knows_both(packet) && (packet.quoted.is_some() || self.marks.iter().any(same))
    }

    /// Whether a packet is between those that it may be between, whatever its ports.
    pub(super) fn knows_both(&self, packet: &Decoded) -> bool {
        packet.ipv4.as_ref().is_some_and(|ip| self.knows(ip.source) && self.knows(ip.destination))
    }

    /// Whether it is a question for a name, or its answer.
    pub(super) fn is_name(&self, packet: &Decoded) -> bool {
        let ports = packet.udp.as_ref().map(|udp| [udp.source, udp.destination]);
        let is = |mark: &Mark| matches!(mark, Mark::Name { from } if ports.is_some_and(|ports| ports.contains(from)));
        self.marks.iter().any(is)
    }

    fn knows(&self, address: Ipv4Addr) -> bool {
        self.addresses.contains(&address)
    }

    fn of(&self, packet: &Decoded) -> Option<Heading> {
        self.marks.iter().find_map(|mark| match *mark {
            Mark::Echo { id, sequence } => {
                let icmp = packet.icmp.as_ref().filter(|it| (it.id, it.sequence) == (Some(id), Some(sequence)))?;
                Some(if icmp.kind == 8 { Heading::There } else { Heading::Back })
            }
            Mark::Tcp { from } => by_port(from, packet.tcp.as_ref().map(|tcp| (tcp.source, tcp.destination))?),
            Mark::Udp { from } | Mark::Name { from } => {
                by_port(from, packet.udp.as_ref().map(|udp| (udp.source, udp.destination))?)
            }
        })
    }
}

fn by_port(from: u16, (source, destination): (u16, u16)) -> Option<Heading> {
    match (source == from, destination == from) {
        (true, _) => Some(Heading::There),
        (false, true) => Some(Heading::Back),
        _ => None,
    }
}

/// None of what is neither ARP nor IPv4.
pub(super) fn identity(packet: &Decoded) -> Option<Identity> {
    if let Some(arp) = &packet.arp {
        return Some(Identity::Arp(arp.answers, arp.sender, arp.target, arp.sender_mac.clone()));
    }
    let Ipv4 { protocol, id, length, .. } = *packet.ipv4.as_ref()?;
    let inner = match (&packet.tcp, &packet.icmp) {
        (Some(tcp), _) => Inner::Tcp(tcp.sequence, tcp.acknowledges, tcp.flags.clone()),
        (_, Some(icmp)) => Inner::Icmp(icmp.kind, icmp.code, icmp.id, icmp.sequence),
        _ => Inner::Other,
    };
    Some(Identity::Ip(protocol, id, length, inner))
}

/// They are one packet, before and after somebody rewrote its addresses or ports.
pub fn is_same(one: &Decoded, other: &Decoded) -> bool {
    identity(one).is_some_and(|of| identity(other) == Some(of))
}
