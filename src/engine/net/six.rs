//! What a network has of IPv6 besides: a subnet, the bridge's own address, and the addresses that containers have.
//!
//! As Docker's: there are no pools to choose from, so a subnet is named; its first address is nobody's, and the lowest that is free
//! is given. Does not know links.

use std::collections::BTreeSet;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The addresses of IPv6 that share a prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subnet6 {
    network: u128,
    prefix: u8,
}

impl Subnet6 {
    /// The subnet of that prefix (0 to 128) that an address lies in.
    pub fn around(address: Ipv6Addr, prefix: u8) -> Self {
        let prefix = prefix.min(128);
        let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
        Self { network: u128::from(address) & mask, prefix }
    }

    /// `fd00:1::/64`, whatever address of it is named; none where that is none of IPv6.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let prefix: u8 = prefix.parse().ok().filter(|prefix| *prefix <= 128)?;
        Some(Self::around(address.parse().ok()?, prefix))
    }

    /// The length of its prefix.
    pub fn prefix(self) -> u8 {
        self.prefix
    }

    fn ends(self) -> (u128, u128) {
        (self.network, self.network | u128::MAX.checked_shr(self.prefix.into()).unwrap_or(0))
    }

    /// True for one of its addresses.
    pub fn has(self, address: Ipv6Addr) -> bool {
        let (first, last) = self.ends();
        (first..=last).contains(&address.into())
    }

    /// True for an address that a link can have: not the first, which names it.
    pub fn has_host(self, address: Ipv6Addr) -> bool {
        self.has(address) && u128::from(address) != self.network
    }

    /// Whether they have an address in common.
    pub fn overlaps(self, other: Self) -> bool {
        let ((first, last), (others_first, others_last)) = (self.ends(), other.ends());
        first <= others_last && others_first <= last
    }

    /// True where the other lies in it.
    pub fn contains(self, other: Self) -> bool {
        let ((first, last), (others_first, others_last)) = (self.ends(), other.ends());
        first <= others_first && others_last <= last
    }

    /// None of its addresses is one that no link can have, of multicast or of IPv4 in the form of IPv6.
    pub fn is_of_links(self) -> bool {
        let others = [(Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8), (Ipv4Addr::UNSPECIFIED.to_ipv6_mapped(), 96)];
        others.iter().all(|(address, prefix)| !self.overlaps(Self::around(*address, *prefix)))
    }

    /// Its addresses, whoever could have them.
    pub fn hosts(self) -> impl Iterator<Item = Ipv6Addr> {
        let (first, last) = self.ends();
        (first..=last).map(Ipv6Addr::from)
    }
}

impl fmt::Display for Subnet6 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Ipv6Addr::from(self.network), self.prefix)
    }
}

/// A bridge's addresses of IPv6.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment6 {
    /// All of them.
    pub subnet: Subnet6,
    /// The bridge's own, which is its containers' gateway.
    pub gateway: Ipv6Addr,
    /// The part of the subnet that addresses are given out of; none: all of it.
    pub range: Option<Subnet6>,
    /// Addresses that nobody is given.
    pub auxiliary: Vec<Ipv6Addr>,
}

/// A container's place on a network, as far as it is of IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint6 {
    /// The container's address.
    pub address: Ipv6Addr,
    /// The length of the network's prefix.
    pub prefix: u8,
    /// Where its default route goes.
    pub gateway: Ipv6Addr,
}

/// The addresses of one network that are taken.
#[derive(Debug)]
pub(super) struct Pool6 {
    subnet: Subnet6,
    range: Subnet6,
    taken: BTreeSet<Ipv6Addr>,
}

impl Pool6 {
    pub(super) fn new(segment: &Segment6) -> Self {
        let taken = std::iter::once(segment.gateway).chain(segment.auxiliary.iter().copied()).collect();
        Self { subnet: segment.subnet, range: segment.range.unwrap_or(segment.subnet), taken }
    }

    /// The lowest that is free; none when all are taken.
    pub(super) fn reserve(&mut self) -> Option<Ipv6Addr> {
        let free = self.range.hosts().find(|address| self.is_free(*address))?;
        self.taken.insert(free);
        Some(free)
    }

    /// That one, which lies in the subnet, if it is free.
    pub(super) fn take(&mut self, address: Ipv6Addr) -> bool {
        self.is_free(address) && self.taken.insert(address)
    }

    fn is_free(&self, address: Ipv6Addr) -> bool {
        self.subnet.has_host(address) && !self.taken.contains(&address)
    }

    pub(super) fn release(&mut self, address: Ipv6Addr) {
        self.taken.remove(&address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subnet(text: &str) -> Subnet6 {
        Subnet6::parse(text).unwrap()
    }

    #[test]
    fn a_subnet_knows_its_addresses() {
        let of = subnet("fd00:1::5/64");
        assert_eq!(of.to_string(), "fd00:1::/64");
        let has = |text: &str| of.has_host(text.parse().unwrap());
        assert!(has("fd00:1::1") && has("fd00:1::ffff:ffff:ffff:ffff"), "there are no broadcasts");
        assert!(!has("fd00:1::") && !has("fd00:1:0:1::1"));
        assert!(of.overlaps(subnet("fd00:1::8000:0:0:0/65")) && !of.overlaps(subnet("fd00:2::/64")));
        assert!(subnet("::/0").contains(of) && !of.contains(subnet("::/0")));
        assert_eq!(subnet("fd00::9/128").hosts().count(), 1);
        for (text, of_links) in
            [("fd00:1::/64", true), ("fe80::/64", true), ("ff02::/64", false), ("::ffff:10.0.0.0/104", false)]
        {
            assert_eq!(subnet(text).is_of_links(), of_links, "{text}");
        }
        for bad in ["10.0.0.0/8", "fd00::/129", "fd00::", "x/64", "fd00::/-1"] {
            assert_eq!(Subnet6::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_lowest_that_is_free_is_given_and_none_twice() {
        let address = |text: &str| text.parse::<Ipv6Addr>().unwrap();
        let segment = Segment6 {
            subnet: subnet("fd00::/126"),
            gateway: address("fd00::1"),
            range: None,
            auxiliary: vec![address("fd00::3")],
        };
        let mut pool = Pool6::new(&segment);
        assert_eq!(pool.reserve(), Some(address("fd00::2")));
        assert_eq!(pool.reserve(), None);
        pool.release(address("fd00::2"));
        assert!(pool.take(address("fd00::2")) && !pool.take(address("fd00::2")) && !pool.take(address("fd00::")));
    }
}
