use super::{Segment, Subnet};
use std::collections::BTreeSet;
use std::net::Ipv4Addr;

/// The addresses of one network. Gives the lowest that is free, as Docker does: the first container of a lesson always has
/// the same one.
#[derive(Debug)]
pub(super) struct Pool {
    subnet: Subnet,
    /// Out of which they are given, where nobody asks for one.
    range: Subnet,
    taken: BTreeSet<u32>,
}

impl Pool {
    /// All addresses of a segment's subnet but the network's own, the gateway's, the broadcast address, and those that it says.
    pub(super) fn new(segment: &Segment) -> Self {
        let taken = std::iter::once(&segment.gateway).chain(&segment.auxiliary).map(|address| u32::from(*address));
        Self { subnet: segment.subnet, range: segment.range.unwrap_or(segment.subnet), taken: taken.collect() }
    }

    /// The lowest that is free; none when all are taken.
    pub(super) fn reserve(&mut self) -> Option<Ipv4Addr> {
        let (first, last) = self.range.ends();
        let free = (first..=last).find(|address| self.is_free(*address))?;
        self.taken.insert(free);
        Some(free.into())
    }

    /// That one, which lies in the subnet, if it is free.
    pub(super) fn take(&mut self, address: Ipv4Addr) -> bool {
        self.is_free(address.into()) && self.taken.insert(address.into())
    }

    fn is_free(&self, address: u32) -> bool {
        self.subnet.has_host(address.into()) && !self.taken.contains(&address)
    }

    pub(super) fn release(&mut self, address: Ipv4Addr) {
        self.taken.remove(&address.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(gateway: Ipv4Addr, prefix: u8) -> Pool {
        Pool::new(&Segment::new("docker0".into(), Subnet::around(gateway, prefix), gateway))
    }

    #[test]
    fn an_address_is_given_once_whoever_asks_for_it() {
        let gateway = Ipv4Addr::new(10, 0, 0, 1);
        let mut segment = Segment::new("docker0".into(), Subnet::around(gateway, 16), gateway);
        segment.range = Subnet::parse("10.0.5.0/30");
        segment.auxiliary = vec![Ipv4Addr::new(10, 0, 5, 1)];
        let mut pool = Pool::new(&segment);
        assert!(pool.take(Ipv4Addr::new(10, 0, 5, 0)) && !pool.take(Ipv4Addr::new(10, 0, 5, 0)));
        assert_eq!(pool.reserve(), Some(Ipv4Addr::new(10, 0, 5, 2)));
        assert_eq!(pool.reserve(), Some(Ipv4Addr::new(10, 0, 5, 3)), "no end of the subnet");
        assert_eq!(pool.reserve(), None);
        assert!(pool.take(Ipv4Addr::new(10, 0, 200, 7)), "beyond the range they are free for who asks");
        for end in [[10, 0, 0, 0], [10, 0, 255, 255], [10, 0, 0, 1], [10, 1, 0, 1]] {
            assert!(!pool.take(end.into()), "{end:?}");
        }
    }

    #[test]
    fn addresses_come_in_order_and_the_lowest_released_one_comes_again() {
        let mut pool = pool(Ipv4Addr::new(172, 17, 0, 1), 16);
        let first: Vec<_> = (0..3).map(|_| pool.reserve().unwrap().to_string()).collect();
        assert_eq!(first, ["172.17.0.2", "172.17.0.3", "172.17.0.4"]);
        pool.release(Ipv4Addr::new(172, 17, 0, 3));
        assert_eq!(pool.reserve(), Some(Ipv4Addr::new(172, 17, 0, 3)));
        assert_eq!(pool.reserve(), Some(Ipv4Addr::new(172, 17, 0, 5)));
    }

    #[test]
    fn a_network_that_is_full_gives_none() {
        let mut pool = pool(Ipv4Addr::new(10, 0, 0, 1), 29);
        let all: Vec<_> = std::iter::from_fn(|| pool.reserve()).collect();
        assert_eq!(all.first(), Some(&Ipv4Addr::new(10, 0, 0, 2)));
        assert_eq!(all.last(), Some(&Ipv4Addr::new(10, 0, 0, 6)), "the last one is for broadcasts");
        assert_eq!(all.len(), 5);
    }
}
