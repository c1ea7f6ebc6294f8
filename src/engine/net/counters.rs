//! How many packets and bytes have passed each link, as the kernel counts them (IFLA_STATS64). Nothing is recorded: these are numbers of
//! now, which whoever looks at a picture asks for again and again.

use super::observer::NamespaceObserver;
use super::*;
use crate::client::protocol::LinkCounters;
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::link::{LinkAttribute, LinkMessage, Stats64};

/// How many links of a container's namespace are asked for, and of the host's.
const OF_CONTAINER: usize = 64;
const OF_HOST: usize = 4096;

impl Net {
    /// The counters of the host's links and of those of containers. A namespace that a step is at work in is left out this time.
    pub fn counters(&self) -> Result<Vec<LinkCounters>> {
        let socket = |of: &NamespaceObserver| (Arc::clone(&of.netlink), of.netns().inode());
        let host = socket(&self.host.observer.lock());
        let sandboxes = self.host.sandboxes.lock().values().cloned().collect::<Vec<_>>();
        let inside = sandboxes.iter().filter_map(|sandbox| sandbox.try_lock().map(|it| socket(&it.observer)));
        let inside: Vec<_> = inside.filter(|(_, netns)| *netns != host.1).collect();
        let mut all = Vec::new();
        let namespaces = std::iter::once((host, OF_HOST)).chain(inside.into_iter().map(|it| (it, OF_CONTAINER)));
        for ((netlink, netns), at_most) in namespaces {
            let ask = RouteNetlinkMessage::GetLink(LinkMessage::default());
            let (links, _) = netlink.dump(&ask, at_most).map_err(|error| Fault::io("read", "IFLA_STATS64", &error))?;
            all.extend(links.iter().filter_map(|link| of(link, netns)));
        }
        Ok(all)
    }
}

fn of(message: &RouteNetlinkMessage, netns: u64) -> Option<LinkCounters> {
    let RouteNetlinkMessage::NewLink(link) = message else { return None };
    let stats = |attribute: &LinkAttribute| match attribute {
        LinkAttribute::Stats64(Stats64 { rx_packets, rx_bytes, tx_packets, tx_bytes, .. }) => Some(LinkCounters {
            netns,
            ifindex: link.header.index,
            rx_packets: *rx_packets,
            rx_bytes: *rx_bytes,
            tx_packets: *tx_packets,
            tx_bytes: *tx_bytes,
        }),
        _ => None,
    };
    link.attributes.iter().find_map(stats)
}
