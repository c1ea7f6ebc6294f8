pub use crate::trace::IpVersion;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

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
    pub from: IpAddr,
    pub to: IpAddr,
    pub protocol: Protocol,
    /// It answers one that went before: its port is one that was made up by who asked, and nobody writes a rule for that.
    pub answers: bool,
}

impl Packet {
    /// What it carries, as nft calls it.
    pub fn carries(&self) -> &'static str {
        match (self.protocol, self.to) {
            (Protocol::Icmp, IpAddr::V6(_)) => "ipv6-icmp",
            (protocol, _) => protocol.name(),
        }
    }
}

/// A block of addresses: `172.17.0.0/16`, `default`, `172.17.0.2`, `fd00:1::/64`, `::/0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    pub version: IpVersion,
    network: u128,
    pub prefix: u8,
}

impl Block {
    pub fn parse(text: &str) -> Option<Self> {
        if text == "default" {
            return Some(Self { version: IpVersion::V4, network: 0, prefix: 0 });
        }
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let version = IpVersion::of(address);
        let prefix = prefix.unwrap_or(version.bits());
        (prefix <= version.bits()).then(|| Self { version, network: number(address) & mask(version, prefix), prefix })
    }

    pub fn has(self, address: IpAddr) -> bool {
        self.version == IpVersion::of(address) && number(address) & mask(self.version, self.prefix) == self.network
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address: IpAddr = match self.version {
            IpVersion::V4 => Ipv4Addr::from(u32::try_from(self.network).unwrap_or(u32::MAX)).into(),
            IpVersion::V6 => Ipv6Addr::from(self.network).into(),
        };
        write!(f, "{address}/{}", self.prefix)
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => address.into(),
    }
}

fn mask(version: IpVersion, prefix: u8) -> u128 {
    let all = u128::MAX >> (128 - u32::from(version.bits()));
    all & !all.checked_shr(prefix.into()).unwrap_or(0)
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
        assert!(has("::/0", "fd00::1") && has("fd00:1::/64", "fd00:1::9") && has("fd00:1::2", "fd00:1::2"));
        assert!(has("fd00:1::1/64", "fd00:1::ffff:0:0:1") && !has("fd00:1::/64", "fd00:2::1"));
        assert!(!has("default", "fd00::1") && !has("::/0", "8.8.8.8"), "each version has its own");
        for (text, said) in
            [("172.17.9.9/16", "172.17.0.0/16"), ("fd00:1::9/64", "fd00:1::/64"), ("default", "0.0.0.0/0")]
        {
            assert_eq!(Block::parse(text).unwrap().to_string(), said);
        }
        for bad in ["", "172.17/16", "172.17.0.0/33", "fe80::1/129", "fe80::1/-1", "x/8"] {
            assert_eq!(Block::parse(bad), None, "{bad}");
        }
    }
}
