use super::Subnet;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;

/// The addresses of one network. Gives the lowest that is free, as Docker does: the first container of a lesson always has
/// the same one.
#[derive(Debug)]
pub(super) struct Pool {
    subnet: Subnet,
    taken: BTreeSet<u32>,
}

impl Pool {
    /// All addresses of a subnet but the network's own, the gateway's and the broadcast address.
    pub(super) fn new(subnet: Subnet, gateway: Ipv4Addr) -> Self {
        Self { subnet, taken: BTreeSet::from([u32::from(gateway)]) }
    }

    /// None when all are taken.
    pub(super) fn reserve(&mut self) -> Option<Ipv4Addr> {
        let (network, broadcast) = self.subnet.ends();
        let free = (network.saturating_add(1)..broadcast).find(|address| !self.taken.contains(address))?;
        self.taken.insert(free);
        Some(free.into())
    }

    pub(super) fn release(&mut self, address: Ipv4Addr) {
        self.taken.remove(&address.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(gateway: Ipv4Addr, prefix: u8) -> Pool {
        Pool::new(Subnet::around(gateway, prefix), gateway)
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
