//! The kernel's tables of neighbours (ARP; NDP of IPv6), that all network namespaces of the machine share: how often they were full.

use super::netlink::Netlink;
use super::*;
use crate::engine::evidence;
use crate::reach::IpVersion;
use netlink_packet_route::neighbour_table::{NeighbourTableAttribute, NeighbourTableMessage};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use std::io;

/// The table's own row comes first, and those of links after it.
const FIRST: usize = 1;

impl Net {
    /// How many packets the kernel did not send since it began, for it had no room for who is to get them; and how that is known.
    pub fn neighbours_refused(&self, version: IpVersion) -> Result<(u64, Evidence)> {
        let mut ask = NeighbourTableMessage::default();
        let (family, name) = match version {
            IpVersion::V4 => (AddressFamily::Inet, "arp_cache"),
            IpVersion::V6 => (AddressFamily::Inet6, "ndisc_cache"),
        };
        ask.header.family = family;
        let ask = RouteNetlinkMessage::GetNeighbourTable(ask);
        let unread = |error: io::Error| Fault::io("read", "NDTA_STATS", &error);
        let (rows, _) = Netlink::open(&self.host.netns())?.dump(&ask, FIRST).map_err(unread)?;
        let refused = rows.iter().find_map(table_fulls);
        let refused = refused.ok_or_else(|| unread(io::Error::from(io::ErrorKind::InvalidData)))?;
        Ok((refused, evidence::netlink::dumped(&ask, [format!("{name} table_fulls {refused}")])))
    }
}

fn table_fulls(row: &RouteNetlinkMessage) -> Option<u64> {
    let RouteNetlinkMessage::NewNeighbourTable(table) = row else { return None };
    table.attributes.iter().find_map(|attribute| match attribute {
        NeighbourTableAttribute::Stats(stats) => Some(stats.table_fulls),
        _ => None,
    })
}
