//! What passes links now: the kernel's counters, asked for again and again while somebody looks at the network picture.
//!
//! They are numbers of now, in no trace and no recording: at a moment of the past, and of a recording, there are none.

use crate::client::protocol::LinkCounters;
use crate::trace::{Link, LinkKind, World};
use std::collections::BTreeMap;

/// By namespace and index.
type Key = (u64, u32);

/// The counters as they were asked for last, and by how much more than the time before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traffic {
    links: BTreeMap<Key, LinkCounters>,
    risen: BTreeMap<Key, Passed>,
    /// How often they were asked for.
    looks: u64,
}

/// Packets that came in and went out by a link between two looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Passed {
    /// In by it.
    pub rx: u64,
    /// Out by it.
    pub tx: u64,
}

impl Traffic {
    /// The next look. True when anything has passed since the last one; of the first one nothing has.
    pub fn look(&mut self, counters: &[LinkCounters]) -> bool {
        let now: BTreeMap<Key, LinkCounters> = counters.iter().map(|it| ((it.netns, it.ifindex), *it)).collect();
        let passed = |(key, it): (&Key, &LinkCounters)| {
            let before = self.links.get(key)?;
            // Fewer than before: another link has the number now.
            let rx = it.rx_packets.checked_sub(before.rx_packets)?;
            let tx = it.tx_packets.checked_sub(before.tx_packets)?;
            (rx + tx > 0).then_some((*key, Passed { rx, tx }))
        };
        self.risen = now.iter().filter_map(passed).collect();
        self.links = now;
        self.looks += 1;
        !self.risen.is_empty()
    }

    /// Which look it was.
    pub fn number(&self) -> u64 {
        self.looks
    }

    /// What has passed that link since it was made.
    pub fn of(&self, link: &Link) -> Option<&LinkCounters> {
        self.links.get(&(link.netns, link.ifindex))
    }

    /// What has passed it between the last two looks.
    pub fn passed(&self, link: &Link) -> Passed {
        self.risen.get(&(link.netns, link.ifindex)).copied().unwrap_or_default()
    }

    /// What has passed the ports of a bridge together, of those that are meant.
    pub fn passed_ports(&self, world: &World, bridge: &Link, meant: impl Fn(&Link) -> bool) -> Passed {
        let ports = world.links.values().filter(|it| it.netns == bridge.netns && it.master == Some(bridge.ifindex));
        ports
            .filter(|port| meant(port))
            .map(|port| self.passed(port))
            .fold(Passed::default(), |sum, of| Passed { rx: sum.rx + of.rx, tx: sum.tx + of.tx })
    }
}

/// Where there is something to count: a link that is not a loopback.
pub fn is_worth_a_look(world: &World) -> bool {
    let lives = world.containers.values().any(|container| container.state.lives());
    lives && world.links.values().any(|link| link.kind != LinkKind::Loopback)
}

/// A number of packets in few letters: `9999`, `12k`, `3.4M`.
pub fn short(packets: u64) -> String {
    match packets {
        0..10_000 => packets.to_string(),
        10_000..1_000_000 => format!("{}k", packets / 1000),
        1_000_000..10_000_000 => format!("{}.{}M", packets / 1_000_000, packets / 100_000 % 10),
        _ => format!("{}M", packets / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counters(ifindex: u32, rx: u64, tx: u64) -> LinkCounters {
        LinkCounters { netns: 1, ifindex, rx_packets: rx, rx_bytes: rx * 98, tx_packets: tx, tx_bytes: tx * 98 }
    }

    #[test]
    fn what_has_passed_is_what_is_more_than_at_the_last_look() {
        let mut traffic = Traffic::default();
        let passed =
            |traffic: &Traffic| traffic.risen.iter().map(|((_, of), it)| (*of, it.rx, it.tx)).collect::<Vec<_>>();
        assert!(!traffic.look(&[counters(2, 7, 9)]), "what was before the first look is not seen to pass");
        assert!(traffic.look(&[counters(2, 8, 9), counters(3, 5, 5)]));
        assert_eq!(passed(&traffic), [(2, 1, 0)]);
        assert!(!traffic.look(&[counters(2, 8, 9), counters(3, 5, 5)]));
        assert!(!traffic.look(&[counters(2, 0, 1)]), "another link of that number");
        assert!(traffic.look(&[counters(2, 0, 2)]));
        assert_eq!((passed(&traffic), traffic.number()), (vec![(2, 0, 1)], 5));
    }

    #[test]
    fn numbers_are_short() {
        let said = [0, 9_999, 10_000, 999_999, 3_450_000, 12_000_000].map(short);
        assert_eq!(said, ["0", "9999", "10k", "999k", "3.4M", "12M"]);
    }
}
