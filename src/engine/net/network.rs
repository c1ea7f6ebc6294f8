//! What a network is before anything of it is made: its name, its driver, and for a bridge its addresses.

use super::*;
use crate::docker::Ipam;
use crate::engine::moment::Moment;
use crate::trace::Code;
use std::fmt;

/// The option that names a network's bridge.
pub const BRIDGE_NAME: &str = "com.docker.network.bridge.name";
/// The option that names the host's address at which ports of its containers are published.
pub const BINDING: &str = "com.docker.network.bridge.host_binding_ipv4";
/// The option that says how many bytes a packet on its cables has at most.
pub const MTU_OPTION: &str = "com.docker.network.driver.mtu";
/// The option that lets its containers talk to each other.
pub const BRIDGE_ICC: &str = "com.docker.network.bridge.enable_icc";
/// The option that gives packets that leave it the host's address.
pub const BRIDGE_MASQUERADE: &str = "com.docker.network.bridge.enable_ip_masquerade";
/// How many bytes a packet has at most on a link of which nothing is said (RFC 894).
pub const ETHERNET: u32 = 1500;
/// What a bridge can be told besides.
pub const BRIDGE_OPTIONS: [&str; 5] = [BINDING, BRIDGE_NAME, BRIDGE_ICC, BRIDGE_MASQUERADE, MTU_OPTION];

/// A network of the engine's.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// 64 hexadecimal digits, as Docker's.
    pub id: NetworkId,
    /// What it is called: `bridge`, `host`, `none`, or what its maker says.
    pub name: String,
    /// Who makes it.
    pub driver: NetworkDriver,
    /// The switch and its addresses; none for host and none.
    pub segment: Option<Segment>,
    /// What its driver is told besides (`docker network create --opt`).
    pub options: BTreeMap<String, String>,
    /// When somebody made it; none of those that are always there.
    pub created: Option<Moment>,
    /// What it was labelled with.
    pub labels: BTreeMap<String, String>,
    /// Whether containers beside services may be put on it: said, and no more.
    pub attachable: bool,
    /// Its addresses, as they were asked for and are shown.
    pub ipam: Option<Ipam>,
}

/// A bridge on the host, and the addresses of those that hang on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The name of its link: `docker0`, or `br-` and the first 12 digits of the network's id.
    pub bridge: String,
    /// Its addresses.
    pub subnet: Subnet,
    /// Somebody chose that subnet, so its addresses can be chosen, too.
    pub chosen: bool,
    /// The bridge's own address, which is its containers' gateway.
    pub gateway: Ipv4Addr,
    /// The part of the subnet that addresses are given out of; none: all of it.
    pub range: Option<Subnet>,
    /// Addresses that nobody is given.
    pub auxiliary: Vec<Ipv4Addr>,
    /// Bytes of a packet on its cables, if not the kernel's own choice.
    pub mtu: Option<u32>,
    /// At which of the host's addresses ports are published where nobody says; none: at each.
    pub binding: Option<Ipv4Addr>,
    /// Packets that leave it get the host's address.
    pub masquerade: bool,
    /// Nothing outside of it is reached, and it is reached by nothing.
    pub internal: bool,
    /// What it has of IPv6 besides.
    pub six: Option<Segment6>,
}

impl Segment {
    /// One of which nothing more is said.
    pub fn new(bridge: String, subnet: Subnet, gateway: Ipv4Addr) -> Self {
        let (auxiliary, masquerade, internal) = (Vec::new(), true, false);
        Self {
            bridge,
            subnet,
            chosen: false,
            gateway,
            range: None,
            auxiliary,
            mtu: None,
            binding: None,
            masquerade,
            internal,
            six: None,
        }
    }
}

/// The addresses that share a prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subnet {
    network: u32,
    prefix: u8,
}

impl Subnet {
    /// The subnet of that prefix (0 to 32) that an address lies in.
    pub fn around(address: Ipv4Addr, prefix: u8) -> Self {
        let mask = u32::MAX.checked_shl(32 - u32::from(prefix.min(32))).unwrap_or(0);
        Self { network: u32::from(address) & mask, prefix: prefix.min(32) }
    }

    /// The length of its prefix.
    pub fn prefix(self) -> u8 {
        self.prefix
    }

    /// Its first address, which names it, and its last, which is for broadcasts.
    pub(super) fn ends(self) -> (u32, u32) {
        (self.network, self.network | u32::MAX.checked_shr(self.prefix.into()).unwrap_or(0))
    }

    /// `10.5.0.0/24`, whatever address of it is named; none where that is none of IPv4.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let prefix: u8 = prefix.parse().ok().filter(|prefix| *prefix <= 32)?;
        Some(Self::around(address.parse().ok()?, prefix))
    }

    /// Whether they have an address in common.
    pub fn overlaps(self, other: Self) -> bool {
        let ((first, last), (others_first, others_last)) = (self.ends(), other.ends());
        first <= others_last && others_first <= last
    }

    /// Its addresses, whoever could have them.
    pub fn hosts(self) -> impl Iterator<Item = Ipv4Addr> {
        let (first, last) = self.ends();
        (first..=last).map(Ipv4Addr::from)
    }

    /// True for one of its addresses.
    pub fn has(self, address: Ipv4Addr) -> bool {
        let (first, last) = self.ends();
        (first..=last).contains(&address.into())
    }

    /// True where the other lies in it.
    pub fn contains(self, other: Self) -> bool {
        let ((first, last), (others_first, others_last)) = (self.ends(), other.ends());
        first <= others_first && others_last <= last
    }

    /// True for an address that a link can have: neither of the ends.
    pub fn has_host(self, address: Ipv4Addr) -> bool {
        let (first, last) = self.ends();
        (first.saturating_add(1)..last).contains(&address.into())
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Ipv4Addr::from(self.network), self.prefix)
    }
}

impl Network {
    /// The network that containers are in when nothing is said of it: Docker's `docker0`, with Docker's addresses.
    pub fn default_bridge() -> Result<Self> {
        let gateway = Ipv4Addr::new(172, 17, 0, 1);
        let segment = Segment::new(DEFAULT_BRIDGE.to_owned(), Subnet::around(gateway, 16), gateway);
        Ok(Self { name: "bridge".to_owned(), ..Self::on(random_id()?, segment) })
    }

    /// A further bridge, that has its gateway in the subnet.
    pub fn bridge(name: &str, subnet: Subnet, gateway: Ipv4Addr) -> Result<Self> {
        let id = random_id()?;
        let segment = Segment::new(bridge_of(&id), subnet, gateway);
        Ok(Self { name: name.to_owned(), ..Self::on(id, segment) })
    }

    /// A bridge of that id, of which nothing more is said.
    pub fn on(id: NetworkId, segment: Segment) -> Self {
        Self { segment: Some(segment), ..Self::of(id, NetworkDriver::Bridge) }
    }

    fn of(id: NetworkId, driver: NetworkDriver) -> Self {
        Self {
            id,
            name: String::new(),
            driver,
            segment: None,
            options: BTreeMap::new(),
            created: None,
            labels: BTreeMap::new(),
            attachable: false,
            ipam: None,
        }
    }

    /// One that is always there, by the name of its driver.
    pub(super) fn plain(driver: NetworkDriver) -> Self {
        // Not made, so not random either: its name, in hexadecimal, to the length of an id.
        let hex: String = driver.as_str().bytes().map(|byte| format!("{byte:02x}")).collect();
        let id = NetworkId::from(format!("{hex:0<64}").as_str());
        Self { name: driver.to_string(), ..Self::of(id, driver) }
    }

    /// True of those that the engine makes itself, and nobody takes away.
    pub fn is_predefined(&self) -> bool {
        self.segment.as_ref().is_none_or(|segment| segment.bridge == DEFAULT_BRIDGE)
    }

    /// Nothing outside of it is reached.
    pub fn is_internal(&self) -> bool {
        self.segment.as_ref().is_some_and(|segment| segment.internal)
    }

    /// It has IPv6 besides.
    pub fn has_six(&self) -> bool {
        self.segment.as_ref().is_some_and(|segment| segment.six.is_some())
    }

    /// Its driver, as Docker calls it.
    pub fn driver_name(&self) -> &str {
        match &self.driver {
            NetworkDriver::None => "null",
            driver => driver.as_str(),
        }
    }

    /// As the World knows it.
    pub fn seen(&self) -> crate::trace::Network {
        let segment = self.segment.as_ref();
        crate::trace::Network {
            id: self.id.clone(),
            name: self.name.clone(),
            driver: self.driver.clone(),
            subnet: segment.map(|segment| segment.subnet.to_string()).unwrap_or_default(),
            gateway: segment.map(|segment| segment.gateway.to_string()).unwrap_or_default(),
            bridge: segment.map(|segment| segment.bridge.as_str().into()),
        }
    }

    /// What every driver asks of a network: a name that no other has, and no option that nobody would heed.
    pub(super) fn check(&self, others: &[Network]) -> Result<()> {
        let of = |code: Code| Fault::new(FaultKind::BadRequest, code).with("name", &self.name);
        let plain = |(at, c): (usize, char)| c.is_ascii_alphanumeric() || at > 0 && matches!(c, '_' | '.' | '-');
        if self.name.is_empty() || !self.name.chars().enumerate().all(plain) {
            return Err(of(Code::NetworkName));
        }
        let known = |option: &String| self.driver == NetworkDriver::Bridge && BRIDGE_OPTIONS.contains(&option.as_str());
        if let Some(option) = self.options.keys().find(|option| !known(option)) {
            return Err(of(Code::NetworkOptionUnknown).with("option", option).with("driver", &self.driver));
        }
        match others.iter().find(|other| other.name == self.name || other.id == self.id) {
            Some(_) => Err(Fault::new(FaultKind::Conflict, Code::NetworkExists).with("name", &self.name)),
            None => Ok(()),
        }
    }

    /// What a bridge asks besides: addresses that are its own, and a link's name that is.
    pub(super) fn check_segment(&self, others: &[Network]) -> Result<()> {
        let invalid = || Fault::new(FaultKind::BadRequest, Code::NetworkSubnetInvalid).with("name", &self.name);
        let Some(segment) = &self.segment else { return Err(invalid().with("subnet", "").with("gateway", "")) };
        let (bridge, subnet) = (&segment.bridge, segment.subnet);
        let named = self.options.get(BRIDGE_NAME).is_some_and(|name| name == bridge && is_link_name(name));
        let inside = segment.range.is_none_or(|range| subnet.contains(range));
        let fine =
            (1..=30).contains(&subnet.prefix) && subnet.has_host(segment.gateway) && (named || is_bridge(bridge));
        let fine = fine && inside;
        if !fine {
            return Err(invalid().with("subnet", subnet).with("gateway", segment.gateway));
        }
        let same = |other: &&Network| other.segment.as_ref().is_some_and(|of| of.bridge == *bridge);
        if let Some(other) = others.iter().find(same) {
            let fault = Fault::new(FaultKind::Denied, Code::NetworkBridgeTaken).with("name", &self.name);
            return Err(fault.with("bridge", bridge).with("other", &other.name));
        }
        if let Some(six) = &segment.six {
            let fine = six.subnet.has_host(six.gateway) && six.range.is_none_or(|range| six.subnet.contains(range));
            if !fine {
                return Err(invalid().with("subnet", six.subnet).with("gateway", six.gateway));
            }
            let of = |other: &Network| other.segment.as_ref()?.six.as_ref().map(|six| six.subnet);
            if let Some(other) = others.iter().find(|other| of(other).is_some_and(|it| it.overlaps(six.subnet))) {
                let fault = Fault::new(FaultKind::Denied, Code::NetworkOverlaps).with("name", &self.name);
                return Err(fault.with("subnet", six.subnet).with("other", &other.name));
            }
        }
        let clash = |other: &&Network| other.segment.as_ref().is_some_and(|of| of.subnet.overlaps(subnet));
        match others.iter().find(clash) {
            Some(other) => {
                let fault = Fault::new(FaultKind::Denied, Code::NetworkOverlaps).with("name", &self.name);
                Err(fault.with("subnet", subnet).with("other", &other.name))
            }
            None => Ok(()),
        }
    }
}

/// The default network's bridge, as Docker calls it.
const DEFAULT_BRIDGE: &str = "docker0";

/// A name that bridges of engines have: nothing else is deleted as one.
pub(super) fn is_bridge(name: &str) -> bool {
    let of_id = name.strip_prefix("br-");
    let hex = |digits: &str| digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    name == DEFAULT_BRIDGE || of_id.is_some_and(hex)
}

/// The bridge of a network that has given it no name.
pub fn bridge_of(id: &NetworkId) -> String {
    format!("br-{}", id.as_str().get(..12).unwrap_or_default())
}

/// A name that somebody can give to a link, and that none of the engine's own has (`dev_valid_name`, `IFNAMSIZ`).
pub fn is_link_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let own = ["lo", UPLINK, DEFAULT_BRIDGE, "all", "default", ".", ".."];
    (1..=15).contains(&name.len()) && name.bytes().all(plain) && !own.contains(&name) && !name.starts_with("veth")
}

/// A new network's id.
pub fn random_id() -> Result<NetworkId> {
    Ok(NetworkId::from(random::hex(64)?.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bridge(name: &str, gateway: [u8; 4], prefix: u8) -> Network {
        let gateway = gateway.into();
        Network::bridge(name, Subnet::around(gateway, prefix), gateway).unwrap()
    }

    fn check(network: &Network, others: &[Network]) -> Option<Code> {
        let checked = network.check(others).and_then(|()| network.check_segment(others));
        checked.err().map(|fault| fault.problem.code)
    }

    #[test]
    fn a_subnet_knows_its_addresses() {
        let subnet = Subnet::around(Ipv4Addr::new(172, 18, 7, 9), 16);
        assert_eq!(subnet.to_string(), "172.18.0.0/16");
        assert!(subnet.has_host(Ipv4Addr::new(172, 18, 0, 1)) && subnet.has_host(Ipv4Addr::new(172, 18, 255, 254)));
        assert!(!subnet.has_host(Ipv4Addr::new(172, 18, 0, 0)) && !subnet.has_host(Ipv4Addr::new(172, 18, 255, 255)));
        assert!(subnet.overlaps(Subnet::around(Ipv4Addr::new(172, 18, 4, 0), 24)));
        assert!(!subnet.overlaps(Subnet::around(Ipv4Addr::new(172, 19, 0, 0), 16)));
        assert_eq!(Subnet::around(Ipv4Addr::new(1, 2, 3, 4), 0).to_string(), "0.0.0.0/0");
        assert_eq!(Subnet::around(Ipv4Addr::new(1, 2, 3, 4), 32).ends(), (0x0102_0304, 0x0102_0304));
    }

    #[test]
    fn a_network_that_could_not_be_is_refused_before_it_is_made() {
        let default = [Network::default_bridge().unwrap(), Network::plain(NetworkDriver::Host)];
        assert_eq!(check(&bridge("lab_net", [172, 18, 0, 1], 16), &default), None);
        assert_eq!(check(&bridge("bridge", [172, 18, 0, 1], 16), &default), Some(Code::NetworkExists));
        assert_eq!(check(&bridge("host", [172, 18, 0, 1], 16), &default), Some(Code::NetworkExists));
        assert_eq!(check(&bridge("lab_net", [172, 17, 9, 1], 24), &default), Some(Code::NetworkOverlaps));
        for (name, gateway, prefix) in
            [("a", [172, 18, 0, 0], 16), ("a", [172, 18, 255, 255], 16), ("a", [10, 0, 0, 1], 31), ("a", [1; 4], 0)]
        {
            assert_eq!(
                check(&bridge(name, gateway, prefix), &default),
                Some(Code::NetworkSubnetInvalid),
                "{gateway:?}/{prefix}"
            );
        }
        for name in ["", "-a", "a b", "a/b", "한글", "a\n"] {
            assert_eq!(check(&bridge(name, [172, 18, 0, 1], 16), &default), Some(Code::NetworkName), "{name:?}");
        }
        let mut told = bridge("a", [172, 18, 0, 1], 16);
        told.options.insert("mtu".into(), "9000".into());
        assert_eq!(check(&told, &default), Some(Code::NetworkOptionUnknown));
        let mut elsewhere = bridge("a", [172, 18, 0, 1], 16);
        elsewhere.segment.as_mut().unwrap().bridge = "eth0".into();
        assert_eq!(check(&elsewhere, &default), Some(Code::NetworkSubnetInvalid));
    }

    #[test]
    fn bridges_have_names_of_their_own() {
        assert!(is_bridge("docker0") && is_bridge("br-0123456789ab"));
        for name in
            ["", "br-", "br-lan", "br-0123456789a", "br-0123456789abc", "br-0123456789ag", "docker1", "br0", "eth0"]
        {
            assert!(!is_bridge(name), "{name}");
        }
    }
}
