//! What the kernel shows of one network namespace: its links, addresses and routes of the main table, as data and in
//! the words of `ip`.

use super::netlink::Netlink;
use super::request::mac_text;
use crate::engine::evidence;
use crate::trace::{Evidence, OperState, PortState, Refusal};
use netlink_packet_route::address::{AddressAttribute, AddressHeader, AddressMessage, AddressScope};
use netlink_packet_route::link::{
    BridgePortState, InfoBridgePort, InfoKind, InfoPortData, LinkAttribute, LinkExtentMask, LinkFlags, LinkInfo,
    LinkMessage,
};
use netlink_packet_route::neighbour::{NeighbourAttribute, NeighbourHeader, NeighbourMessage, NeighbourState};
use netlink_packet_route::route::{RouteAddress, RouteAttribute, RouteHeader, RouteMessage, RouteType};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::IpAddr;

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LinkRow {
    pub(super) index: u32,
    pub(super) name: String,
    pub(super) loopback: bool,
    pub(super) kind: Option<String>,
    pub(super) mac: String,
    pub(super) mtu: u32,
    pub(super) up: bool,
    pub(super) carrier: bool,
    pub(super) state: OperState,
    pub(super) master: Option<u32>,
    pub(super) port: Option<PortState>,
    pub(super) isolated: bool,
    pub(super) peer: Option<u32>,
    pub(super) words: String,
}

/// An address of a link, or a route: the link's index or name, the value, and it in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AddrRow {
    pub(super) index: u32,
    pub(super) cidr: String,
    pub(super) words: String,
}

/// A row of a bridge's MAC table that it learned, by itself or from who told it: the port's index, and the bridge's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MacRow {
    pub(super) port: u32,
    pub(super) bridge: u32,
    pub(super) mac: String,
    pub(super) words: String,
}

/// A route of the main table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RouteRow {
    pub(super) destination: String,
    pub(super) via: Option<String>,
    pub(super) dev: String,
    pub(super) refuses: Option<Refusal>,
    pub(super) words: String,
}

/// All of it at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) links: Vec<LinkRow>,
    pub(super) addresses: Vec<AddrRow>,
    pub(super) routes: Vec<RouteRow>,
    /// Whether there are more: of links, of addresses, of routes.
    pub(super) cut: [bool; 3],
}

/// What may differ since a table was read, by what the kernel has told meanwhile. Routes may always: of those that go with their link it
/// says nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Differs {
    /// By index.
    pub(super) links: BTreeSet<u32>,
    pub(super) addresses: bool,
    /// A link went, or not all that was told was heard.
    pub(super) all: bool,
}

impl Differs {
    /// After this, too.
    pub(super) fn told(&mut self, message: &RouteNetlinkMessage) {
        match message {
            RouteNetlinkMessage::NewLink(link) => drop(self.links.insert(link.header.index)),
            RouteNetlinkMessage::DelLink(_) => self.all = true,
            RouteNetlinkMessage::NewAddress(_) | RouteNetlinkMessage::DelAddress(_) => self.addresses = true,
            _ => {}
        }
    }
}

/// How many objects of a kind are read at most.
const READ: usize = 16_384;

/// What a change is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum About<'a> {
    /// The link of that index.
    Link(u32),
    /// An address, `172.17.0.2/16`, of the link of that index.
    Address(u32, &'a str),
    /// A route to there.
    Route(&'a str),
    /// That row of a MAC table.
    Mac(&'a str),
}

/// What a message is about, as [`About`] has it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Of {
    Link(u32),
    Address(u32, String),
    Route(String),
    Mac(String),
}

impl Of {
    pub(super) fn is(&self, about: About<'_>) -> bool {
        match (self, about) {
            (Self::Link(one), About::Link(other)) => *one == other,
            (Self::Address(index, cidr), About::Address(other, address)) => *index == other && cidr == address,
            (Self::Route(one), About::Route(other)) => one == other,
            (Self::Mac(one), About::Mac(other)) => one == other,
            _ => false,
        }
    }
}

/// Links of a dump, in words.
pub(super) fn links_shown<'r>(rows: impl IntoIterator<Item = &'r str>) -> Evidence {
    evidence::netlink::dumped(&ask_links(), rows)
}

/// The link of that index, which was asked for by itself, in words.
pub(super) fn link_shown(index: u32, words: &str) -> Evidence {
    evidence::netlink::answered(&ask_link(index), words)
}

/// The same of addresses.
pub(super) fn addresses_shown<'r>(rows: impl IntoIterator<Item = &'r str>) -> Evidence {
    evidence::netlink::dumped(&ask_addresses(AddressFamily::Unspec), rows)
}

/// The same of routes.
pub(super) fn routes_shown<'r>(rows: impl IntoIterator<Item = &'r str>) -> Evidence {
    evidence::netlink::dumped(&ask_routes(AddressFamily::Unspec), rows)
}

/// The same of rows of MAC tables.
pub(super) fn macs_shown<'r>(rows: impl IntoIterator<Item = &'r str>) -> Evidence {
    evidence::netlink::dumped(&ask_macs(), rows)
}

impl Table {
    pub(super) fn read(netlink: &Netlink) -> io::Result<Self> {
        let (links, more_links) = links(netlink)?;
        let names: BTreeMap<u32, String> = links.iter().map(|link| (link.index, link.name.clone())).collect();
        let (addresses, more_addresses) = addresses(netlink, &names)?;
        let (routes, more_routes) = routes(netlink, &names)?;
        Ok(Self { links, addresses, routes, cut: [more_links, more_addresses, more_routes] })
    }

    /// Reads again what may differ: these links, addresses, routes; false where one of the links is there no more. A dump of a hundred
    /// links takes the kernel a thousand microseconds, and one link ten.
    pub(super) fn renew(&mut self, netlink: &Netlink, differs: &Differs) -> io::Result<bool> {
        let mut asked = Vec::new();
        for index in &differs.links {
            match netlink.ask(&ask_link(*index))? {
                Some(RouteNetlinkMessage::NewLink(link)) if link.header.index == *index => asked.push(link),
                _ => return Ok(false),
            }
        }
        let mut names: BTreeMap<u32, String> = self.links.iter().map(|row| (row.index, row.name.clone())).collect();
        names.extend(asked.iter().map(|link| (link.header.index, name_of(link))));
        for link in &asked {
            let row = link_row(link, &names);
            match self.links.iter_mut().find(|known| known.index == row.index) {
                Some(known) => *known = row,
                None => self.links.push(row),
            }
        }
        // Asked for one after the other they may be of two moments; of no one moment are two of one name.
        let names_now: BTreeSet<&str> = self.links.iter().map(|row| row.name.as_str()).collect();
        if names_now.len() < self.links.len() || self.links.len() > READ {
            return Ok(false);
        }
        if differs.addresses {
            (self.addresses, self.cut[1]) = addresses(netlink, &names)?;
        }
        (self.routes, self.cut[2]) = routes(netlink, &names)?;
        Ok(true)
    }

    pub(super) fn link(&self, name: &str) -> Option<&LinkRow> {
        self.links.iter().find(|link| link.name == name)
    }
}

/// What the kernel tells by itself, as `ip monitor` prints it: what it is about, and in words.
pub(super) fn told(message: &RouteNetlinkMessage, names: &BTreeMap<u32, String>) -> Option<(Of, String)> {
    use RouteNetlinkMessage as M;
    let kind = match message {
        M::NewLink(_) => "RTM_NEWLINK",
        M::DelLink(_) => "RTM_DELLINK",
        M::NewAddress(_) => "RTM_NEWADDR",
        M::DelAddress(_) => "RTM_DELADDR",
        M::NewRoute(_) => "RTM_NEWROUTE",
        M::DelRoute(_) => "RTM_DELROUTE",
        M::NewNeighbour(_) => "RTM_NEWNEIGH",
        M::DelNeighbour(_) => "RTM_DELNEIGH",
        _ => return None,
    };
    let (of, words) = match message {
        M::NewLink(link) | M::DelLink(link) => {
            let row = link_row(link, names);
            (Of::Link(row.index), row.words)
        }
        M::NewAddress(address) | M::DelAddress(address) => {
            let row = addr_row(address, names)?;
            (Of::Address(row.index, row.cidr), row.words)
        }
        M::NewRoute(route) | M::DelRoute(route) if in_main_table(route) => {
            let row = route_row(route, names)?;
            (Of::Route(row.destination), row.words)
        }
        M::NewNeighbour(neighbour) | M::DelNeighbour(neighbour) => {
            let row = mac_row(neighbour, names)?;
            (Of::Mac(row.mac), row.words)
        }
        _ => return None,
    };
    Some((of, format!("{kind} {words}")))
}

fn ask_links() -> RouteNetlinkMessage {
    ask_link(0)
}

/// Of one link; of all in a dump, where it has no index.
fn ask_link(index: u32) -> RouteNetlinkMessage {
    let mut ask = LinkMessage::default();
    ask.header.index = index;
    ask.attributes = vec![LinkAttribute::ExtMask(vec![LinkExtentMask::SkipStats])];
    RouteNetlinkMessage::GetLink(ask)
}

/// The route of IPv6 to all that no other leads to; `default` is that of IPv4.
pub(super) const DEFAULT6: &str = "::/0";
/// Both, each of which is asked for by itself.
const FAMILIES: [AddressFamily; 2] = [AddressFamily::Inet, AddressFamily::Inet6];

fn ask_addresses(family: AddressFamily) -> RouteNetlinkMessage {
    let mut ask = AddressMessage::default();
    ask.header = AddressHeader { family, ..AddressHeader::default() };
    RouteNetlinkMessage::GetAddress(ask)
}

fn ask_routes(family: AddressFamily) -> RouteNetlinkMessage {
    let mut ask = RouteMessage::default();
    ask.header = RouteHeader {
        address_family: family,
        table: RouteHeader::RT_TABLE_MAIN,
        kind: RouteType::Unspec,
        ..RouteHeader::default()
    };
    RouteNetlinkMessage::GetRoute(ask)
}

fn ask_macs() -> RouteNetlinkMessage {
    let mut ask = NeighbourMessage::default();
    ask.header = NeighbourHeader { family: AddressFamily::Bridge, ..NeighbourHeader::default() };
    RouteNetlinkMessage::GetNeighbour(ask)
}

/// What all bridges of the namespace have learned, and whether there is more.
pub(super) fn macs(netlink: &Netlink, names: &BTreeMap<u32, String>) -> io::Result<(Vec<MacRow>, bool)> {
    let (found, more) = netlink.dump(&ask_macs(), READ)?;
    let row = |message: RouteNetlinkMessage| match message {
        RouteNetlinkMessage::NewNeighbour(neighbour) => mac_row(&neighbour, names),
        _ => None,
    };
    Ok((found.into_iter().filter_map(row).collect(), more))
}

/// `02:42:ac:11:00:02 dev veth3f2a1bc master docker0`, as `bridge fdb` has it. None of what is in the table for good: the bridge's and its
/// ports' own addresses, groups, and what somebody wrote there; and of what a link keeps for itself (`self`).
fn mac_row(message: &NeighbourMessage, names: &BTreeMap<u32, String>) -> Option<MacRow> {
    let header = &message.header;
    let fixed = matches!(header.state, NeighbourState::Permanent | NeighbourState::Noarp);
    if header.family != AddressFamily::Bridge || fixed {
        return None;
    }
    let (mut mac, mut bridge) = (None, None);
    for attribute in &message.attributes {
        match attribute {
            NeighbourAttribute::LinkLayerAddress(address) if address.len() == 6 => mac = Some(mac_text(address)),
            NeighbourAttribute::Controller(index) => bridge = Some(*index),
            _ => {}
        }
    }
    let (port, mac, bridge) = (header.ifindex, mac?, bridge?);
    let name = |index: u32| names.get(&index).cloned().unwrap_or_else(|| format!("if{index}"));
    let words = format!("{mac} dev {} master {}", name(port), name(bridge));
    Some(MacRow { port, bridge, mac, words })
}

fn links(netlink: &Netlink) -> io::Result<(Vec<LinkRow>, bool)> {
    let (found, more) = netlink.dump(&ask_links(), READ)?;
    let links: Vec<_> = found
        .into_iter()
        .filter_map(|message| if let RouteNetlinkMessage::NewLink(link) = message { Some(link) } else { None })
        .collect();
    let names: BTreeMap<u32, String> = links.iter().map(|link| (link.header.index, name_of(link))).collect();
    Ok((links.iter().map(|link| link_row(link, &names)).collect(), more))
}

fn name_of(link: &LinkMessage) -> String {
    let name = |attribute: &LinkAttribute| match attribute {
        LinkAttribute::IfName(name) => Some(name.clone()),
        _ => None,
    };
    link.attributes.iter().find_map(name).unwrap_or_default()
}

fn link_row(link: &LinkMessage, names: &BTreeMap<u32, String>) -> LinkRow {
    let flags = link.header.flags;
    let loopback = flags.contains(LinkFlags::Loopback);
    let mut row = LinkRow {
        index: link.header.index,
        name: name_of(link),
        loopback,
        kind: None,
        mac: String::new(),
        mtu: 0,
        up: flags.contains(LinkFlags::Up),
        carrier: flags.contains(LinkFlags::LowerUp),
        state: OperState::Unknown,
        master: None,
        port: None,
        isolated: false,
        peer: None,
        words: String::new(),
    };
    let mut elsewhere = false;
    for attribute in &link.attributes {
        match attribute {
            LinkAttribute::Address(mac) if !loopback => row.mac = mac_text(mac),
            LinkAttribute::Mtu(mtu) => row.mtu = *mtu,
            LinkAttribute::Controller(index) => row.master = Some(*index),
            LinkAttribute::Link(index) => row.peer = Some(*index),
            LinkAttribute::LinkNetNsId(_) => elsewhere = true,
            LinkAttribute::OperState(oper) => row.state = format!("{oper:?}").to_uppercase().into(),
            LinkAttribute::LinkInfo(info) => {
                (row.kind, row.port) = (info.iter().find_map(kind_of), info.iter().find_map(port_state));
                row.isolated = info.iter().any(is_isolated);
            }
            _ => {}
        }
    }
    row.words = words_of(&row, flags, elsewhere, names);
    row
}

fn kind_of(info: &LinkInfo) -> Option<String> {
    match info {
        LinkInfo::Kind(kind) => Some(match kind {
            InfoKind::Veth => "veth".to_owned(),
            InfoKind::Bridge => "bridge".to_owned(),
            InfoKind::Tun => "tun".to_owned(),
            other => format!("{other:?}").to_lowercase(),
        }),
        _ => None,
    }
}

/// Of a port of a bridge.
fn port_state(info: &LinkInfo) -> Option<PortState> {
    let LinkInfo::PortData(InfoPortData::BridgePort(port)) = info else { return None };
    port.iter().find_map(|of| match of {
        InfoBridgePort::State(state) => Some(match state {
            BridgePortState::Disabled => PortState::Disabled,
            BridgePortState::Listening => PortState::Listening,
            BridgePortState::Learning => PortState::Learning,
            BridgePortState::Forwarding => PortState::Forwarding,
            BridgePortState::Blocking => PortState::Blocking,
            other => PortState::Other(format!("{other:?}").to_lowercase()),
        }),
        _ => None,
    })
}

fn is_isolated(info: &LinkInfo) -> bool {
    let LinkInfo::PortData(InfoPortData::BridgePort(port)) = info else { return false };
    port.iter().any(|of| matches!(of, InfoBridgePort::Isolated(true)))
}

/// `5: veth3f2a1bc@if4: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 master docker0 state UP link/ether 02:…`
fn words_of(row: &LinkRow, flags: LinkFlags, elsewhere: bool, names: &BTreeMap<u32, String>) -> String {
    let peer = row.peer.filter(|peer| *peer != 0).map_or(String::new(), |peer| match names.get(&peer) {
        Some(name) if !elsewhere => format!("@{name}"),
        _ => format!("@if{peer}"),
    });
    let shown = [
        (LinkFlags::Loopback, "LOOPBACK"),
        (LinkFlags::Broadcast, "BROADCAST"),
        (LinkFlags::Multicast, "MULTICAST"),
        (LinkFlags::Up, "UP"),
        (LinkFlags::LowerUp, "LOWER_UP"),
    ];
    let flags = (row.up && !row.carrier)
        .then_some("NO-CARRIER")
        .into_iter()
        .chain(shown.into_iter().filter(|(flag, _)| flags.contains(*flag)).map(|(_, name)| name));
    let flags = flags.collect::<Vec<_>>().join(",");
    let master = row.master.and_then(|index| names.get(&index)).map_or(String::new(), |name| format!(" master {name}"));
    let link = if row.loopback { " link/loopback".to_owned() } else { format!(" link/ether {}", row.mac) };
    let port = row.port.as_ref().map_or(String::new(), |state| format!(" bridge_slave state {state}"));
    format!("{}: {}{peer}: <{flags}> mtu {}{master} state {}{link}{port}", row.index, row.name, row.mtu, row.state)
}

fn addresses(netlink: &Netlink, names: &BTreeMap<u32, String>) -> io::Result<(Vec<AddrRow>, bool)> {
    let (mut rows, mut more) = (Vec::new(), false);
    for family in FAMILIES {
        let (found, cut) = netlink.dump(&ask_addresses(family), READ)?;
        let row = |message: RouteNetlinkMessage| match message {
            RouteNetlinkMessage::NewAddress(address) if address.header.family == family => addr_row(&address, names),
            _ => None,
        };
        rows.extend(found.into_iter().filter_map(row));
        more |= cut;
    }
    Ok((rows, more))
}

fn addr_row(message: &AddressMessage, names: &BTreeMap<u32, String>) -> Option<AddrRow> {
    let (index, prefix) = (message.header.index, message.header.prefix_len);
    let (mut local, mut broadcast) = (None, String::new());
    for attribute in &message.attributes {
        match attribute {
            AddressAttribute::Local(address @ IpAddr::V4(_)) => local = Some(*address),
            // What each link has by itself, and `lo`, is not recorded.
            AddressAttribute::Address(address @ IpAddr::V6(six))
                if !six.is_unicast_link_local() && !six.is_loopback() =>
            {
                local = Some(*address);
            }
            AddressAttribute::Broadcast(address) => broadcast = format!(" brd {address}"),
            _ => {}
        }
    }
    let cidr = format!("{}/{prefix}", local?);
    let scope = match message.header.scope {
        AddressScope::Universe => "global",
        AddressScope::Link => "link",
        AddressScope::Host => "host",
        _ => "site",
    };
    let dev = names.get(&index).map_or("?", String::as_str);
    let family = if message.header.family == AddressFamily::Inet6 { "inet6" } else { "inet" };
    Some(AddrRow { index, words: format!("{family} {cidr}{broadcast} scope {scope} {dev}"), cidr })
}

fn routes(netlink: &Netlink, names: &BTreeMap<u32, String>) -> io::Result<(Vec<RouteRow>, bool)> {
    let (mut rows, mut more) = (Vec::new(), false);
    for family in FAMILIES {
        let (found, cut) = netlink.dump(&ask_routes(family), READ)?;
        let row = |message: RouteNetlinkMessage| match message {
            RouteNetlinkMessage::NewRoute(route) if in_main_table(&route) && route.header.address_family == family => {
                route_row(&route, names)
            }
            _ => None,
        };
        rows.extend(found.into_iter().filter_map(row));
        more |= cut;
    }
    Ok((rows, more))
}

fn in_main_table(route: &RouteMessage) -> bool {
    FAMILIES.contains(&route.header.address_family) && route.header.table == RouteHeader::RT_TABLE_MAIN
}

fn route_row(route: &RouteMessage, names: &BTreeMap<u32, String>) -> Option<RouteRow> {
    let six = route.header.address_family == AddressFamily::Inet6;
    let any = if six { DEFAULT6 } else { "default" };
    let (mut destination, mut via, mut dev, mut source) = (any.to_owned(), None, None, String::new());
    for attribute in &route.attributes {
        match attribute {
            RouteAttribute::Destination(RouteAddress::Inet(to)) => {
                destination = format!("{to}/{}", route.header.destination_prefix_length);
            }
            // What each link has by itself is not recorded.
            RouteAttribute::Destination(RouteAddress::Inet6(to))
                if to.is_unicast_link_local() || to.is_multicast() || to.is_loopback() =>
            {
                return None;
            }
            RouteAttribute::Destination(RouteAddress::Inet6(to)) => {
                destination = format!("{to}/{}", route.header.destination_prefix_length);
            }
            RouteAttribute::Gateway(RouteAddress::Inet6(next)) => via = Some(next.to_string()),
            RouteAttribute::PrefSource(RouteAddress::Inet6(from)) => source = format!(" src {from}"),
            RouteAttribute::Gateway(RouteAddress::Inet(next)) => via = Some(next.to_string()),
            RouteAttribute::Oif(index) => dev = names.get(index).cloned(),
            RouteAttribute::PrefSource(RouteAddress::Inet(from)) => source = format!(" src {from}"),
            _ => {}
        }
    }
    let refuses = match route.header.kind {
        RouteType::BlackHole => Some(Refusal::Blackhole),
        RouteType::Unreachable => Some(Refusal::Unreachable),
        RouteType::Prohibit => Some(Refusal::Prohibit),
        RouteType::Unicast => None,
        // By `throw` the main table is left, after which there is none; the others are of the table `local`.
        _ => return None,
    };
    let shown = if destination == DEFAULT6 { "default" } else { destination.as_str() };
    if let Some(refuses) = refuses {
        // Those of IPv6 say `dev lo`, by which nothing leaves.
        let lo = dev.map_or(String::new(), |dev| format!(" dev {dev}"));
        let words = format!("{refuses} {shown}{lo}");
        return Some(RouteRow { destination, via: None, dev: String::new(), refuses: Some(refuses), words });
    }
    // Where there are several next hops none of them is drawn.
    let dev = dev?;
    let next = via.as_ref().map_or(String::new(), |via| format!(" via {via}"));
    let words = format!("{shown}{next} dev {dev}{source}");
    Some(RouteRow { destination, via, dev, refuses: None, words })
}
