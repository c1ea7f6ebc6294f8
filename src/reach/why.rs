use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// What decides a cell. What it is in the World stands beside it ([`Cell::because`](super::Cell::because)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Why {
    // ── it reaches ──
    /// Both are in one network namespace.
    SameNamespace,
    /// Both are on this network.
    SameNetwork {
        /// Its name.
        network: String,
    },
    /// The host's own network stack takes it: it has an address on each bridge.
    HostItself,
    /// The host forwards it, and no rule is against it.
    Forwarded,
    /// It leaves with the host's address.
    Masqueraded,
    /// A published port leads there.
    Published {
        /// `:8080→80`
        ports: String,
    },

    // ── it does not ──
    /// Nothing leads into or out of its network namespace: `--network none`.
    NoNetwork,
    /// It was taken off its networks.
    Unplugged,
    /// It shared another's network namespace, and that has a new one since, or none.
    LeftBehind,
    /// No link of it has an address.
    NoAddress,
    /// None of its networks has IPv6.
    NoSix {
        /// It is who asks that has none.
        asks: bool,
    },
    /// No route leads there.
    NoRoute {
        /// Where to.
        to: IpAddr,
        /// It is the answer that finds none.
        back: bool,
    },
    /// A link on the way is switched off.
    LinkDown {
        /// Its name in its namespace.
        link: String,
    },
    /// A link on the way is up, and what it leads to is not.
    NoCarrier {
        /// Its name in its namespace.
        link: String,
    },
    /// A bridge lets nothing in or out at this port of it.
    PortBlocked {
        /// Its name in its namespace.
        link: String,
    },
    /// This port of a bridge is isolated, as that is by which it came.
    Isolated {
        /// Its name in its namespace.
        link: String,
    },
    /// The route to there leads nowhere.
    RouteRefuses {
        /// In the words of `ip route`: `unreachable 10.0.0.0/8`.
        route: String,
        /// It is the answer's.
        back: bool,
    },
    /// Nobody at that bridge, or at the other end of that cable, has the address.
    NobodyThere {
        /// The address.
        address: IpAddr,
    },
    /// The host does not forward (`net.ipv4.ip_forward`).
    NoForwarding,
    /// The host does not forward IPv6 (`net.ipv6.conf.all.forwarding`).
    NoForwardingSix,
    /// It comes from one bridge and is to leave by another, which a rule forbids.
    OtherBridge,
    /// An internal network leads nowhere else.
    Internal {
        /// Its name.
        network: String,
    },
    /// A rule drops it.
    Dropped {
        /// In nft's words.
        rule: String,
    },
    /// No rule gives it the host's address when it leaves: outside nobody could answer.
    NoMasquerade,
    /// The lab has no way out.
    NoUplink,
    /// The host has no way out by IPv6.
    NoUplinkSix,
    /// From outside only published ports lead in, and it has none.
    NotPublished,
    /// From outside only published ports lead in, and this is none of them.
    OtherPorts {
        /// `:8080→80`
        ports: String,
    },
    /// From outside only published ports lead in, and what is sent goes to no port.
    PortsAlone {
        /// `:8080→80`
        ports: String,
    },
    /// It is published at no address of IPv6.
    PublishedFour {
        /// `:8080→80`
        ports: String,
    },
    /// Nothing comes into the lab from outside but by published ports.
    Lab,
    /// On the default network, or on none, nobody answers for names.
    NoNames,
    /// Who answers for names does not know it: no network that has names is shared with it.
    NameNotShared,
    /// It went in a circle.
    Circle,
    /// Its way leads to somebody else.
    Elsewhere {
        /// Where to.
        to: IpAddr,
    },

    // ── nobody knows ──
    /// A rule that it may be meant by is in words that are not known.
    RuleNotRead {
        /// In nft's words.
        rule: String,
    },
    /// How a namespace other than the host's forwards is not looked at.
    OtherRouter,
    /// The World does not say where a link leads.
    LinkUnknown {
        /// Its name in its namespace.
        link: String,
    },
    /// More than one has the address.
    Twice {
        /// The address.
        address: IpAddr,
    },
    /// Several routes that differ by what is not recorded.
    SeveralRoutes {
        /// Where to.
        to: IpAddr,
    },
    /// Whether anybody outside knows the way back to an address of IPv6.
    WayBack,
    /// What else leads in from outside is not in the World.
    RealHost,
    /// The World does not say in which network namespace it is.
    NamespaceUnknown,
}

impl Why {
    /// The end of the Fluent keys that say it: `other-bridge`.
    pub fn key(&self) -> &'static str {
        match self {
            Self::SameNamespace => "same-namespace",
            Self::SameNetwork { .. } => "same-network",
            Self::HostItself => "host-itself",
            Self::Forwarded => "forwarded",
            Self::Masqueraded => "masqueraded",
            Self::Published { .. } => "published",
            Self::NoNetwork => "no-network",
            Self::Unplugged => "unplugged",
            Self::LeftBehind => "left-behind",
            Self::NoAddress => "no-address",
            Self::NoSix { asks: false } => "no-six",
            Self::NoSix { asks: true } => "no-six-here",
            Self::NoRoute { back: false, .. } => "no-route",
            Self::NoRoute { back: true, .. } => "no-route-back",
            Self::LinkDown { .. } => "link-down",
            Self::NoCarrier { .. } => "no-carrier",
            Self::PortBlocked { .. } => "port-blocked",
            Self::Isolated { .. } => "isolated",
            Self::RouteRefuses { back: false, .. } => "route-refuses",
            Self::RouteRefuses { back: true, .. } => "route-refuses-back",
            Self::NobodyThere { .. } => "nobody-there",
            Self::NoForwarding => "no-forwarding",
            Self::NoForwardingSix => "no-forwarding-six",
            Self::OtherBridge => "other-bridge",
            Self::Internal { .. } => "internal",
            Self::Dropped { .. } => "dropped",
            Self::NoMasquerade => "no-masquerade",
            Self::NoUplink => "no-uplink",
            Self::NoUplinkSix => "no-uplink-six",
            Self::NotPublished => "not-published",
            Self::PublishedFour { .. } => "published-four",
            Self::OtherPorts { .. } => "other-ports",
            Self::PortsAlone { .. } => "ports-alone",
            Self::Lab => "lab",
            Self::NoNames => "no-names",
            Self::NameNotShared => "name-not-shared",
            Self::Circle => "circle",
            Self::Elsewhere { .. } => "elsewhere",
            Self::RuleNotRead { .. } => "rule-not-read",
            Self::OtherRouter => "other-router",
            Self::LinkUnknown { .. } => "link-unknown",
            Self::Twice { .. } => "twice",
            Self::SeveralRoutes { .. } => "several-routes",
            Self::WayBack => "way-back",
            Self::RealHost => "real-host",
            Self::NamespaceUnknown => "namespace-unknown",
        }
    }

    /// The variables of these messages.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::SameNetwork { network } | Self::Internal { network } => vec![("network", network.clone())],
            Self::Published { ports }
            | Self::OtherPorts { ports }
            | Self::PortsAlone { ports }
            | Self::PublishedFour { ports } => {
                vec![("ports", ports.clone())]
            }
            Self::NoRoute { to, .. } | Self::Elsewhere { to } | Self::SeveralRoutes { to } => {
                vec![("address", to.to_string())]
            }
            Self::NobodyThere { address } | Self::Twice { address } => vec![("address", address.to_string())],
            Self::LinkDown { link }
            | Self::NoCarrier { link }
            | Self::LinkUnknown { link }
            | Self::PortBlocked { link }
            | Self::Isolated { link } => vec![("link", link.clone())],
            Self::RouteRefuses { route, .. } => vec![("route", route.clone())],
            Self::Dropped { rule } | Self::RuleNotRead { rule } => vec![("rule", rule.clone())],
            _ => Vec::new(),
        }
    }
}
