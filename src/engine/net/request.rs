//! The messages that are sent to the kernel, each with the words for it.

use super::*;
use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE};
use netlink_packet_route::address::{
    AddressAttribute, AddressHeader, AddressHeaderFlags, AddressMessage, AddressScope,
};
use netlink_packet_route::link::{InfoData, InfoKind, InfoVeth, LinkAttribute, LinkFlags, LinkInfo, LinkMessage};
use netlink_packet_route::route::{
    RouteAddress, RouteAttribute, RouteHeader, RouteMessage, RouteProtocol, RouteScope, RouteType,
};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use std::os::fd::AsRawFd;

/// One message.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// `RTM_NEWLINK name=docker0 kind=bridge`
    pub(super) text: String,
    /// What it is about: a link's name.
    pub(super) subject: String,
    pub(super) message: RouteNetlinkMessage,
    pub(super) flags: u16,
}

/// An address of the hardware.
pub(super) type Mac = [u8; 6];

/// `02:42` and the address: how Docker's bridge driver gives containers theirs, so that an address that is used again
/// needs no new ARP entry.
pub(super) fn mac_of(address: Ipv4Addr) -> Mac {
    let [a, b, c, d] = address.octets();
    [0x02, 0x42, a, b, c, d]
}

/// `02:42:ac:11:00:02`
pub(super) fn mac_text(mac: &[u8]) -> String {
    mac.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}

fn new_link(text: String, subject: &str, attributes: Vec<LinkAttribute>) -> Request {
    let mut link = LinkMessage::default();
    link.attributes = attributes;
    let (message, flags) = (RouteNetlinkMessage::NewLink(link), NLM_F_CREATE | NLM_F_EXCL);
    Request { text, subject: subject.to_owned(), message, flags }
}

fn set_link(text: String, subject: &str, index: u32, attributes: Vec<LinkAttribute>) -> Request {
    let mut link = LinkMessage::default();
    link.header.index = index;
    link.attributes = attributes;
    Request { text, subject: subject.to_owned(), message: RouteNetlinkMessage::SetLink(link), flags: 0 }
}

pub(super) fn make_bridge(name: &str, mac: Mac) -> Request {
    let text = format!("RTM_NEWLINK name={name} kind=bridge address={}", mac_text(&mac));
    let info = vec![LinkInfo::Kind(InfoKind::Bridge)];
    let attributes =
        vec![LinkAttribute::IfName(name.into()), LinkAttribute::Address(mac.into()), LinkAttribute::LinkInfo(info)];
    new_link(text, name, attributes)
}

/// A veth pair: `name` here, and `peer`, that has `mac`.
pub(super) fn make_veth(name: &str, peer: &str, mac: Mac, netns: &Netns, mtu: Option<u32>) -> Request {
    let bytes = mtu.map_or(String::new(), |mtu| format!(" mtu={mtu}"));
    let inside = format!("netns=net:[{}]", netns.inode());
    let text = format!(
        "RTM_NEWLINK name={name} kind=veth{bytes} peer=(name={peer} address={}{bytes} {inside})",
        mac_text(&mac)
    );
    let mut other = LinkMessage::default();
    let mtu = || mtu.map(LinkAttribute::Mtu);
    let of_other = [
        LinkAttribute::IfName(peer.into()),
        LinkAttribute::Address(mac.into()),
        LinkAttribute::NetNsFd(netns.as_fd().as_raw_fd()),
    ];
    other.attributes = of_other.into_iter().chain(mtu()).collect();
    let data = LinkInfo::Data(InfoData::Veth(InfoVeth::Peer(other)));
    let info = vec![LinkInfo::Kind(InfoKind::Veth), data];
    let mut attributes = vec![LinkAttribute::IfName(name.into()), LinkAttribute::LinkInfo(info)];
    attributes.extend(mtu());
    new_link(text, name, attributes)
}

pub(super) fn join_bridge(name: &str, index: u32, bridge: &str, bridge_index: u32) -> Request {
    let text = format!("RTM_SETLINK name={name} index={index} master={bridge} ({bridge_index})");
    set_link(text, name, index, vec![LinkAttribute::Controller(bridge_index)])
}

pub(super) fn link_up(name: &str, index: u32) -> Request {
    let text = format!("RTM_SETLINK name={name} index={index} flags=UP change=UP");
    let mut link = LinkMessage::default();
    link.header.index = index;
    (link.header.flags, link.header.change_mask) = (LinkFlags::Up, LinkFlags::Up);
    Request { text, subject: name.to_owned(), message: RouteNetlinkMessage::SetLink(link), flags: 0 }
}

pub(super) fn delete_link(name: &str, index: u32) -> Request {
    let text = format!("RTM_DELLINK name={name} index={index}");
    let mut link = LinkMessage::default();
    link.header.index = index;
    Request { text, subject: name.to_owned(), message: RouteNetlinkMessage::DelLink(link), flags: 0 }
}

pub(super) fn add_address(name: &str, index: u32, address: Ipv4Addr, prefix: u8) -> Request {
    let broadcast = Ipv4Addr::from(u32::from(address) | (u32::MAX >> prefix));
    let text = format!("RTM_NEWADDR local={address}/{prefix} broadcast={broadcast} dev={name} ({index})");
    let mut message = AddressMessage::default();
    message.header = AddressHeader {
        family: AddressFamily::Inet,
        prefix_len: prefix,
        scope: AddressScope::Universe,
        index,
        ..AddressHeader::default()
    };
    message.attributes = vec![
        AddressAttribute::Local(address.into()),
        AddressAttribute::Address(address.into()),
        AddressAttribute::Broadcast(broadcast),
    ];
    let flags = NLM_F_CREATE | NLM_F_EXCL;
    Request { text, subject: name.to_owned(), message: RouteNetlinkMessage::NewAddress(message), flags }
}

/// Nobody is asked whether another has it.
pub(super) fn add_address6(name: &str, index: u32, address: Ipv6Addr, prefix: u8) -> Request {
    let text = format!("RTM_NEWADDR local={address}/{prefix} flags=NODAD dev={name} ({index})");
    let mut message = AddressMessage::default();
    message.header = AddressHeader {
        family: AddressFamily::Inet6,
        prefix_len: prefix,
        flags: AddressHeaderFlags::Nodad,
        scope: AddressScope::Universe,
        index,
    };
    message.attributes = vec![AddressAttribute::Local(address.into()), AddressAttribute::Address(address.into())];
    let flags = NLM_F_CREATE | NLM_F_EXCL;
    Request { text, subject: name.to_owned(), message: RouteNetlinkMessage::NewAddress(message), flags }
}

fn route6(via: Ipv6Addr) -> RouteMessage {
    let mut message = RouteMessage::default();
    message.header = RouteHeader {
        address_family: AddressFamily::Inet6,
        table: RouteHeader::RT_TABLE_MAIN,
        protocol: RouteProtocol::Boot,
        scope: RouteScope::Universe,
        kind: RouteType::Unicast,
        ..RouteHeader::default()
    };
    message.attributes = vec![RouteAttribute::Gateway(RouteAddress::Inet6(via))];
    message
}

pub(super) fn default_route6(name: &str, index: u32, via: Ipv6Addr) -> Request {
    let text = format!("RTM_NEWROUTE dst=default gateway={via} dev={name} ({index})");
    let mut message = route6(via);
    message.attributes.push(RouteAttribute::Oif(index));
    let (message, flags) = (RouteNetlinkMessage::NewRoute(message), NLM_F_CREATE | NLM_F_EXCL);
    Request { text, subject: "default".into(), message, flags }
}

pub(super) fn no_default_route6(via: Ipv6Addr) -> Request {
    let text = format!("RTM_DELROUTE dst=default gateway={via}");
    let message = RouteNetlinkMessage::DelRoute(route6(via));
    Request { text, subject: "default".into(), message, flags: 0 }
}

/// `other`: in the place of the one that there is.
pub(super) fn default_route(name: &str, index: u32, via: Ipv4Addr, other: bool) -> Request {
    let text = format!("RTM_NEWROUTE dst=default gateway={via} dev={name} ({index})");
    let mut message = RouteMessage::default();
    message.header = RouteHeader {
        address_family: AddressFamily::Inet,
        table: RouteHeader::RT_TABLE_MAIN,
        protocol: RouteProtocol::Boot,
        scope: RouteScope::Universe,
        kind: RouteType::Unicast,
        ..RouteHeader::default()
    };
    message.attributes = vec![RouteAttribute::Gateway(RouteAddress::Inet(via)), RouteAttribute::Oif(index)];
    let flags = NLM_F_CREATE | if other { NLM_F_REPLACE } else { NLM_F_EXCL };
    Request { text, subject: "default".into(), message: RouteNetlinkMessage::NewRoute(message), flags }
}
