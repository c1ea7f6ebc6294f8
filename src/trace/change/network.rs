//! What is true of links, addresses, routes and rules.

use super::words::words;
use crate::spec::{ContainerId, NetworkId};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// A network of the engine's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// The key.
    pub id: NetworkId,
    /// `bridge`
    pub name: String,
    /// What makes it.
    pub driver: NetworkDriver,
    /// `172.17.0.0/16`; empty for host and none.
    pub subnet: String,
    /// `172.17.0.1`; empty for host and none.
    pub gateway: String,
    /// The bridge's link; none for host and none.
    pub bridge: Option<LinkKey>,
}

words! {
    /// What makes a network, as Docker names it.
    NetworkDriver {
        /// A switch in the kernel, with a veth pair to each container.
        Bridge = "bridge",
        /// The host's own network namespace.
        Host = "host",
        /// A network namespace with `lo` alone. Docker's API calls it `null`.
        None = "none",
    }
}

words! {
    /// RFC 2863's operational status of a link, in the words of `ip link`.
    OperState {
        /// Nobody told the kernel: `lo` has no other.
        Unknown = "UNKNOWN",
        /// The device is gone.
        NotPresent = "NOTPRESENT",
        /// Nothing gets through.
        Down = "DOWN",
        /// Nothing gets through, for it lies on a link, or is the end of one, that is down.
        LowerLayerDown = "LOWERLAYERDOWN",
        /// It is being tested.
        Testing = "TESTING",
        /// It waits for something outside.
        Dormant = "DORMANT",
        /// Packets get through.
        Up = "UP",
    }
}

words! {
    /// What a bridge does with packets at one of its ports (IFLA_BRPORT_STATE), in the words of `bridge link`.
    PortState {
        /// Nothing gets in or out.
        Disabled = "disabled",
        /// By the spanning tree protocol it listens to other bridges alone.
        Listening = "listening",
        /// It hears who is there, and lets nothing through yet.
        Learning = "learning",
        /// Packets get in and out.
        Forwarding = "forwarding",
        /// By the spanning tree protocol there is another way.
        Blocking = "blocking",
    }
}

words! {
    /// What a rule does.
    RuleAction {
        /// A packet does not get through.
        Drop = "drop",
        /// A packet that leaves gets the host's address.
        Masquerade = "masquerade",
        /// A packet is let through the host.
        Forward = "forward",
        /// A packet to a port of the host's goes to a container's.
        Publish = "publish",
    }
}

/// Names a link for as long as it exists, through moves and renames: `docker0`, `lab/lo`, `3f2a…/veth`, `3f2a…/eth0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LinkKey(pub std::sync::Arc<str>);

impl From<&str> for LinkKey {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

/// A link as `RTM_GETLINK` shows it (rtnetlink(7)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Its name in this trace.
    pub key: LinkKey,
    /// The network namespace it is in, by inode.
    pub netns: u64,
    /// Its index in that namespace.
    pub ifindex: u32,
    /// Its name there.
    pub name: String,
    /// What it is.
    pub kind: LinkKind,
    /// `02:42:ac:11:00:02`; empty for `lo`.
    pub mac: String,
    /// Bytes.
    pub mtu: u32,
    /// IFF_UP: it was switched on. Whether anything gets through is `carrier`.
    pub up: bool,
    /// IFF_LOWER_UP: something that runs is at the other end. None in recordings of before it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<bool>,
    /// IFLA_OPERSTATE, the `state` of `ip link`. None as above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<OperState>,
    /// The bridge it is a port of, by ifindex in the same namespace.
    pub master: Option<u32>,
    /// What that does with packets here. None of what is no port, and in recordings of before it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<PortState>,
    /// Of a port that is isolated (IFLA_BRPORT_ISOLATED): its bridge passes nothing on between it and others that are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub isolated: bool,
    /// IFLA_LINK of a veth: the other end's ifindex, in the other end's namespace.
    pub peer_ifindex: Option<u32>,
    /// For which container; none for the host's own.
    pub container: Option<ContainerId>,
}

impl Link {
    /// They are the two ends of a veth pair, which know each other by ifindex.
    pub fn is_peer_of(&self, link: &Self) -> bool {
        self.key != link.key
            && self.kind == LinkKind::Veth
            && Some(self.ifindex) == link.peer_ifindex
            && self.peer_ifindex == Some(link.ifindex)
            && self.container == link.container
    }

    /// Does it carry packets? None where a recording does not say.
    pub fn carries(&self) -> Option<bool> {
        if self.up { self.carrier } else { Some(false) }
    }

    /// Its bridge lets nothing in or out here, whatever the link carries.
    pub fn is_blocked(&self) -> bool {
        self.port.as_ref().is_some_and(|port| !matches!(port, PortState::Forwarding | PortState::Other(_)))
    }

    /// It is as the words of `ip` have it: `UP`, `UNKNOWN`, `NO-CARRIER`, `DOWN`. Where only the flag is known, the flag: `<UP>`.
    pub fn state_word(&self) -> &str {
        match (self.carries(), &self.state) {
            (Some(false), _) if self.up => "NO-CARRIER",
            (Some(false), _) => "DOWN",
            (Some(true), Some(state)) => state.as_str(),
            _ => "<UP>",
        }
    }

    /// The flags and the state of `ip link`, as far as they are known: `<NO-CARRIER,UP> DOWN`.
    pub fn state_line(&self) -> String {
        let flags = match (self.up, self.carrier) {
            (true, Some(true)) => "<UP,LOWER_UP>",
            (true, Some(false)) => "<NO-CARRIER,UP>",
            (true, None) => "<UP>",
            (false, _) => "<>",
        };
        match &self.state {
            Some(state) => format!("{flags} {state}"),
            None if self.up => flags.to_owned(),
            None => "DOWN".to_owned(),
        }
    }

    /// The kernel follows a carrier with the state by and by (linkwatch): here it has. Links that never say more than UNKNOWN
    /// (`lo`, a tap) are as they stay; a veth and a bridge say it only until their first state (`dev->operstate` is 0 = UNKNOWN
    /// from register_netdevice on, net/core/link_watch.c sets the rest).
    pub fn is_settled(&self) -> bool {
        use OperState::{Down, LowerLayerDown, Unknown, Up};
        match (self.up, self.carrier, &self.state) {
            (true, Some(true), Some(Unknown)) => !matches!(self.kind, LinkKind::Veth | LinkKind::Bridge),
            (true, Some(true), Some(state)) => !matches!(state, Down | LowerLayerDown),
            (true, Some(false), Some(state)) => !matches!(state, Up | Unknown),
            _ => true,
        }
    }
}

/// What a link is (IFLA_INFO_KIND).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// `lo`
    Loopback,
    /// A switch in the kernel.
    Bridge,
    /// One end of a virtual cable.
    Veth,
    /// The way out: a NIC, or the tap of slirp4netns or pasta.
    Uplink,
    /// Anything else.
    Other,
}

/// A row of a bridge's MAC table: behind that port the address was heard (`bridge fdb`; what is there for good is no such row).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearnedMac {
    /// Whose table.
    pub bridge: LinkKey,
    /// `02:42:ac:11:00:02`
    pub mac: String,
    /// The link that is the port.
    pub port: LinkKey,
}

/// A version of the Internet Protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum IpVersion {
    /// RFC 791.
    #[default]
    #[serde(rename = "ipv4")]
    V4,
    /// RFC 8200.
    #[serde(rename = "ipv6")]
    V6,
}

impl IpVersion {
    /// The version of an address.
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv6() { Self::V6 } else { Self::V4 }
    }

    /// True for the one that is meant where none is named.
    pub fn is_default(&self) -> bool {
        *self == Self::V4
    }

    /// `IPv6`
    pub fn name(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }

    /// The bits of an address.
    pub fn bits(self) -> u8 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }

    /// No address yet.
    pub fn unspecified(self) -> IpAddr {
        match self {
            Self::V4 => Ipv4Addr::UNSPECIFIED.into(),
            Self::V6 => Ipv6Addr::UNSPECIFIED.into(),
        }
    }

    /// One's own.
    pub fn localhost(self) -> IpAddr {
        match self {
            Self::V4 => Ipv4Addr::LOCALHOST.into(),
            Self::V6 => Ipv6Addr::LOCALHOST.into(),
        }
    }

    /// The destination of a route to everywhere else, as routes are recorded.
    pub fn anywhere(self) -> &'static str {
        match self {
            Self::V4 => "default",
            Self::V6 => "::/0",
        }
    }
}

words! {
    /// What a route of such a type (RTN_… in rtnetlink(7)) has the kernel do with a packet instead of sending it on, in the words of
    /// `ip route`.
    Refusal {
        /// It is thrown away, and nobody is told.
        Blackhole = "blackhole",
        /// Whoever sent it is told that the host cannot be reached.
        Unreachable = "unreachable",
        /// Whoever sent it is told that this is forbidden.
        Prohibit = "prohibit",
    }
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Route {
    /// In which network namespace, by inode.
    pub netns: u64,
    /// `default`, `172.17.0.0/16`
    pub destination: String,
    /// The next hop; none on the link itself.
    pub via: Option<String>,
    /// The link it leaves by; empty where it leads nowhere.
    pub dev: String,
    /// It leads nowhere: what becomes of a packet instead. None of a route that leads on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refuses: Option<Refusal>,
}

impl Route {
    /// Short, in the words of `ip route`: `default via 172.17.0.1`, `172.17.0.0/16 dev eth0`, `unreachable 10.0.0.0/8`.
    pub fn words(&self) -> String {
        match (&self.refuses, &self.via) {
            (Some(refuses), _) => format!("{refuses} {}", self.destination),
            (None, Some(via)) => format!("{} via {via}", self.destination),
            (None, None) => format!("{} dev {}", self.destination, self.dev),
        }
    }
}

/// A packet filter or NAT rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// `masquerade/bridge`; the key.
    pub key: String,
    /// In which network namespace, by inode.
    pub netns: u64,
    /// The network it serves.
    pub network: Option<NetworkId>,
    /// What it does with a packet.
    pub action: RuleAction,
    /// In nft's words: `ip saddr 172.17.0.0/16 oifname != "docker0" masquerade`.
    pub text: String,
    /// The chain that it stands in; empty where there is none, and in recordings of before it was kept.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub chain: String,
    /// Its place in its table: a packet meets the rules of a chain in ascending order.
    #[serde(default)]
    pub place: u32,
}

impl Rule {
    /// Family, table and chain, as nft names them; empty where they are not known. Those of the engine's own table of IPv4 stand by their
    /// chain alone.
    pub fn place_in_nft(&self) -> [&str; 3] {
        let mut words = self.chain.splitn(3, ' ');
        match (words.next(), words.next(), words.next()) {
            (Some(family), Some(table), Some(chain)) => [family, table, chain],
            (Some(chain), None, _) if !chain.is_empty() => ["ip", "dockwalk", chain],
            _ => [""; 3],
        }
    }
}

words! {
    /// What a published port speaks.
    Transport {
        /// RFC 9293.
        Tcp = "tcp",
        /// RFC 768.
        Udp = "udp",
    }
}

/// A port of a container that is reached at one of the host's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// The key: `tcp/0.0.0.0:8080`.
    pub key: String,
    /// Whose port.
    pub container: ContainerId,
    /// The network by which it is reached.
    pub network: NetworkId,
    /// TCP or UDP.
    pub transport: Transport,
    /// Where the host listens: `0.0.0.0:8080`, `[::]:8080`.
    pub host: Vec<SocketAddr>,
    /// Where that leads: `172.17.0.2:80`.
    pub to: SocketAddr,
    /// Where this machine itself listens, which is another than the lab's host: `127.0.0.1:8080`. Empty where it is the host, or does not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub machine: Vec<SocketAddr>,
}

/// A packet that was sent to find out who answers, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// The container from whose network namespace it was sent; none for the host's.
    pub from: Option<ContainerId>,
    /// Who was asked: a container's name, an address.
    pub to: String,
    /// What was asked: `ping 172.17.0.3`, `tcp 172.17.0.3:80`, `name web`.
    pub asked: String,
    /// What came of it.
    pub reply: ProbeReply,
}

impl Probe {
    /// Names what was asked, of whom and from where, in [`World::probes`](crate::trace::World::probes).
    pub fn key(&self) -> String {
        Self::key_of(self.from.as_ref(), &self.to, &self.asked)
    }

    /// The same of its parts.
    pub fn key_of(from: Option<&ContainerId>, to: &str, asked: &str) -> String {
        format!("{}\n{to}\n{asked}", from.map_or("", ContainerId::as_str))
    }
}

words! {
    /// What comes of a probe.
    ProbeReply {
        /// An answer of whoever was asked.
        Answered = "answered",
        /// That nobody listens at the port: whoever was asked is there.
        Refused = "refused",
        /// That there is no way.
        Unreachable = "unreachable",
        /// Nothing, as long as it was waited for.
        Silent = "silent",
        /// Nothing: the kernel had no room to send it, so it says nothing of whoever was asked.
        NotSent = "not_sent",
        /// The name has no address, or nobody answers for names.
        NoSuchName = "no_such_name",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_veth_that_has_no_state_yet_is_not_settled() {
        let link = |kind, carrier, state| Link {
            key: "a/eth0".into(),
            netns: 1,
            ifindex: 2,
            name: "eth0".into(),
            kind,
            mac: String::new(),
            mtu: 1500,
            up: true,
            carrier: Some(carrier),
            state: Some(state),
            master: None,
            port: None,
            isolated: false,
            peer_ifindex: None,
            container: None,
        };
        let settled = |kind, carrier, state| link(kind, carrier, state).is_settled();
        for kind in [LinkKind::Veth, LinkKind::Bridge] {
            assert!(!settled(kind, true, OperState::Unknown), "{kind:?}");
            assert!(!settled(kind, false, OperState::Unknown), "{kind:?}");
            assert!(settled(kind, true, OperState::Up), "{kind:?}");
        }
        for kind in [LinkKind::Loopback, LinkKind::Uplink, LinkKind::Other] {
            assert!(settled(kind, true, OperState::Unknown), "{kind:?} never says more");
        }
    }
}
