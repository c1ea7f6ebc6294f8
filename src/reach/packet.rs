use std::fmt;
use std::net::Ipv4Addr;

/// What a packet is, with the port it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// An echo request, or its answer.
    Icmp,
    /// A segment to this port.
    Tcp(u16),
    /// A datagram to this port.
    Udp(u16),
}

impl Protocol {
    /// As nft calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Icmp => "icmp",
            Self::Tcp(_) => "tcp",
            Self::Udp(_) => "udp",
        }
    }

    /// The port it is for.
    pub fn port(self) -> Option<u16> {
        match self {
            Self::Icmp => None,
            Self::Tcp(port) | Self::Udp(port) => Some(port),
        }
    }

    pub(super) fn with_port(self, port: u16) -> Self {
        match self {
            Self::Icmp => Self::Icmp,
            Self::Tcp(_) => Self::Tcp(port),
            Self::Udp(_) => Self::Udp(port),
        }
    }
}

/// A packet on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packet {
    pub from: Ipv4Addr,
    pub to: Ipv4Addr,
    pub protocol: Protocol,
    /// It answers one that went before: its port is one that was made up by who asked, and nobody writes a rule for that.
    pub answers: bool,
}

/// A block of addresses: `172.17.0.0/16`, `default`, `172.17.0.2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    network: u32,
    pub prefix: u8,
}

impl Block {
    pub fn parse(text: &str) -> Option<Self> {
        if text == "default" {
            return Some(Self { network: 0, prefix: 0 });
        }
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, prefix.parse().ok().filter(|prefix| *prefix <= 32)?),
            None => (text, 32),
        };
        let address: Ipv4Addr = address.parse().ok()?;
        Some(Self { network: u32::from(address) & mask(prefix), prefix })
    }

    pub fn has(self, address: Ipv4Addr) -> bool {
        u32::from(address) & mask(self.prefix) == self.network
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Ipv4Addr::from(self.network), self.prefix)
    }
}

fn mask(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_the_addresses_that_begin_as_it_does() {
        let has = |block: &str, address: &str| Block::parse(block).unwrap().has(address.parse().unwrap());
        assert!(has("default", "8.8.8.8") && has("172.17.0.0/16", "172.17.9.9") && has("172.17.0.2", "172.17.0.2"));
        assert!(has("172.17.0.1/16", "172.17.9.9"), "an address with its prefix is that of its network");
        assert!(!has("172.17.0.0/16", "172.18.0.1") && !has("172.17.0.2/32", "172.17.0.3"));
        for bad in ["", "172.17/16", "172.17.0.0/33", "fe80::1/64", "x/8"] {
            assert_eq!(Block::parse(bad), None, "{bad}");
        }
    }
}
