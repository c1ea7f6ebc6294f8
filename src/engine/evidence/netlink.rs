//! Routing netlink messages (rtnetlink(7)) in words, from the message that was sent.

use super::call;
use crate::trace::Evidence;
use netlink_packet_route::RouteNetlinkMessage as Message;
use netlink_packet_route::address::{AddressAttribute, AddressMessage};
use netlink_packet_route::link::{InfoData, InfoKind, InfoVeth, LinkAttribute, LinkFlags, LinkInfo, LinkMessage};
use netlink_packet_route::route::{RouteAddress, RouteAttribute, RouteMessage};
use nix::errno::Errno;
use std::net::IpAddr;
use std::os::fd::RawFd;

/// A message that the kernel has acknowledged.
pub fn acknowledged(message: &Message) -> Evidence {
    Evidence::Netlink { request: words(message), reply: vec!["NLMSG_ERROR error=0".to_owned()] }
}

/// A message that was sent, and whose answer was not waited for.
pub fn sent(message: &Message) -> Evidence {
    Evidence::Netlink { request: words(message), reply: Vec::new() }
}

/// A dump, and objects of the answer in `ip`'s words; without any, none was left to show.
pub fn dumped<T: ToString>(request: &Message, objects: impl IntoIterator<Item = T>) -> Evidence {
    let reply = objects.into_iter().map(|object| object.to_string()).collect();
    Evidence::Netlink { request: format!("{} NLM_F_DUMP", words(request)), reply }
}

/// A request for one object, and that in `ip`'s words.
pub fn answered(request: &Message, object: &str) -> Evidence {
    Evidence::Netlink { request: words(request), reply: vec![object.to_owned()] }
}

/// What the kernel told those who listen to some of its groups, in `ip monitor`'s words.
pub fn told(groups: &str, messages: Vec<String>) -> Evidence {
    Evidence::Netlink { request: groups.to_owned(), reply: messages }
}

/// The kernel had more to tell than the socket of that descriptor could hold.
pub fn overrun(fd: RawFd) -> Evidence {
    call::made::<()>("recvfrom", &[fd.to_string(), "…".to_owned()], &Err(Errno::ENOBUFS), |()| String::new())
}

/// `RTM_NEWLINK name=docker0 kind=bridge address=02:42:ac:11:00:01`
pub fn words(message: &Message) -> String {
    let (kind, parts) = match message {
        Message::GetLink(link) => ("RTM_GETLINK", link_parts(link)),
        Message::GetAddress(_) => ("RTM_GETADDR", Vec::new()),
        Message::GetRoute(_) => ("RTM_GETROUTE", Vec::new()),
        Message::GetNeighbour(_) => ("RTM_GETNEIGH", vec!["family=AF_BRIDGE".to_owned()]),
        Message::GetNeighbourTable(_) => ("RTM_GETNEIGHTBL", vec!["family=AF_INET".to_owned()]),
        Message::NewLink(link) => ("RTM_NEWLINK", link_parts(link)),
        Message::SetLink(link) => ("RTM_SETLINK", link_parts(link)),
        Message::DelLink(link) => ("RTM_DELLINK", link_parts(link)),
        Message::NewAddress(address) => ("RTM_NEWADDR", address_parts(address)),
        Message::NewRoute(route) => ("RTM_NEWROUTE", route_parts(route)),
        _ => ("RTM_…", Vec::new()),
    };
    std::iter::once(kind.to_owned()).chain(parts).collect::<Vec<_>>().join(" ")
}

fn link_parts(link: &LinkMessage) -> Vec<String> {
    let mut parts = Vec::new();
    if link.header.index != 0 {
        parts.push(format!("index={}", link.header.index));
    }
    if link.header.change_mask.contains(LinkFlags::Up) {
        parts.push(format!("flags={} change=UP", if link.header.flags.contains(LinkFlags::Up) { "UP" } else { "0" }));
    }
    for attribute in &link.attributes {
        match attribute {
            LinkAttribute::IfName(name) => parts.push(format!("name={name}")),
            LinkAttribute::Address(mac) => parts.push(format!("address={}", hardware(mac))),
            LinkAttribute::Controller(index) => parts.push(format!("master={index}")),
            LinkAttribute::NetNsFd(fd) => parts.push(format!("netns_fd={fd}")),
            LinkAttribute::LinkInfo(info) => parts.extend(info.iter().filter_map(info_part)),
            _ => {}
        }
    }
    parts
}

fn info_part(info: &LinkInfo) -> Option<String> {
    match info {
        LinkInfo::Kind(InfoKind::Bridge) => Some("kind=bridge".to_owned()),
        LinkInfo::Kind(InfoKind::Veth) => Some("kind=veth".to_owned()),
        LinkInfo::Data(InfoData::Veth(InfoVeth::Peer(peer))) => Some(format!("peer=({})", link_parts(peer).join(" "))),
        _ => None,
    }
}

fn address_parts(address: &AddressMessage) -> Vec<String> {
    let mut parts = Vec::new();
    for attribute in &address.attributes {
        match attribute {
            AddressAttribute::Local(IpAddr::V4(local)) => {
                parts.push(format!("local={local}/{}", address.header.prefix_len));
            }
            AddressAttribute::Broadcast(broadcast) => parts.push(format!("broadcast={broadcast}")),
            _ => {}
        }
    }
    parts.push(format!("index={}", address.header.index));
    parts
}

fn route_parts(route: &RouteMessage) -> Vec<String> {
    let mut parts = Vec::new();
    if route.header.destination_prefix_length == 0 {
        parts.push("dst=default".to_owned());
    }
    for attribute in &route.attributes {
        match attribute {
            RouteAttribute::Destination(RouteAddress::Inet(to)) => {
                parts.push(format!("dst={to}/{}", route.header.destination_prefix_length));
            }
            RouteAttribute::Gateway(RouteAddress::Inet(via)) => parts.push(format!("gateway={via}")),
            RouteAttribute::Oif(index) => parts.push(format!("oif={index}")),
            _ => {}
        }
    }
    parts
}

fn hardware(mac: &[u8]) -> String {
    mac.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}
