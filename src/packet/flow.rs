use crate::trace::{Decoded, Heading, Ipv4, Ipv6};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

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
    pub addresses: BTreeSet<IpAddr>,
    /// The network namespace that it is sent in, by inode: what was never seen to leave there is another's. None: whoever sends it.
    pub from: Option<u64>,
    /// Of links that are ports, by namespace and index: the bridge's index.
    pub ports: BTreeMap<(u64, u32), u32>,
}

/// By what a packet is known again at the next link, whatever hosts rewrite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Identity {
    Arp(bool, Ipv4Addr, Ipv4Addr, String),
    Ndp(bool, Ipv6Addr, Ipv6Addr, Option<String>),
    Ip(u8, u16, u16, Inner),
    /// It has no number: the label of its flow stands for that, and the ports of a datagram.
    Ip6(u8, u32, u16, Inner),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Inner {
    Tcp(u32, u32, String),
    Icmp(u8, u8, Option<u16>, Option<u16>),
    Udp(u16, u16),
    Other,
}

impl Flow {
    /// Which way it goes; none where it is none of these packets.
    pub fn heading(&self, packet: &Decoded) -> Option<Heading> {
        if let Some(arp) = &packet.arp {
            return (self.knows(arp.sender.into()) && self.knows(arp.target.into())).then_some(Heading::Neighbour);
        }
        if let (Some(ndp), Some(ip)) = (&packet.ndp, &packet.ipv6) {
            // Who forwards asks from its link's own address, and a question goes to a group that the address is in.
            let known = |address: Ipv6Addr| self.knows(address.into()) || address.is_unicast_link_local();
            let other = if ndp.answers { ip.destination } else { ip.source };
            return (self.knows(ndp.target.into()) && known(other)).then_some(Heading::Neighbour);
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
            Mark::Echo { .. } => packet.icmp.is_some() || packet.icmpv6.is_some(),
            Mark::Tcp { .. } => packet.tcp.is_some(),
            Mark::Udp { .. } | Mark::Name { .. } => packet.udp.is_some(),
        };
        self.knows_both(packet) && (packet.quoted.is_some() || self.marks.iter().any(same))
    }

    /// Whether a packet is between those that it may be between, whatever its ports.
    pub(super) fn knows_both(&self, packet: &Decoded) -> bool {
        packet.addresses().is_some_and(|(source, destination)| self.knows(source) && self.knows(destination))
    }

    /// Whether it is a question for a name, or its answer.
    pub(super) fn is_name(&self, packet: &Decoded) -> bool {
        let ports = packet.udp.as_ref().map(|udp| [udp.source, udp.destination]);
        let is = |mark: &Mark| matches!(mark, Mark::Name { from } if ports.is_some_and(|ports| ports.contains(from)));
        self.marks.iter().any(is)
    }

    fn knows(&self, address: IpAddr) -> bool {
        self.addresses.contains(&address)
    }

    fn of(&self, packet: &Decoded) -> Option<Heading> {
        self.marks.iter().find_map(|mark| match *mark {
            Mark::Echo { id, sequence } => {
                let (icmp, request) = match (&packet.icmp, &packet.icmpv6) {
                    (Some(icmp), _) => (icmp, 8),
                    (None, icmp) => (icmp.as_ref()?, 128),
                };
                let meant = (icmp.id, icmp.sequence) == (Some(id), Some(sequence));
                meant.then_some(if icmp.kind == request { Heading::There } else { Heading::Back })
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

/// None of what is none of ARP, NDP, IPv4 and IPv6.
pub(super) fn identity(packet: &Decoded) -> Option<Identity> {
    if let Some(arp) = &packet.arp {
        return Some(Identity::Arp(arp.answers, arp.sender, arp.target, arp.sender_mac.clone()));
    }
    if let (Some(ndp), Some(ip)) = (&packet.ndp, &packet.ipv6) {
        return Some(Identity::Ndp(ndp.answers, ip.source, ndp.target, ndp.mac.clone()));
    }
    let inner = match (&packet.tcp, packet.icmp.as_ref().or(packet.icmpv6.as_ref())) {
        (Some(tcp), _) => Inner::Tcp(tcp.sequence, tcp.acknowledges, tcp.flags.clone()),
        (_, Some(icmp)) => Inner::Icmp(icmp.kind, icmp.code, icmp.id, icmp.sequence),
        _ => Inner::Other,
    };
    if let Some(Ipv4 { protocol, id, length, .. }) = packet.ipv4 {
        return Some(Identity::Ip(protocol, id, length, inner));
    }
    let Ipv6 { protocol, flow_label, length, .. } = *packet.ipv6.as_ref()?;
    let inner = match (inner, &packet.udp) {
        (Inner::Other, Some(udp)) => Inner::Udp(udp.source, udp.destination),
        (inner, _) => inner,
    };
    Some(Identity::Ip6(protocol, flow_label, length, inner))
}

/// They are one packet, before and after somebody rewrote its addresses or ports.
pub fn is_same(one: &Decoded, other: &Decoded) -> bool {
    identity(one).is_some_and(|of| identity(other) == Some(of))
}
