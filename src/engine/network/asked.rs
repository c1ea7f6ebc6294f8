//! `POST /networks/create`: what a network is asked to be, and which addresses it gets where none are asked for.

use crate::docker::{IpamConfig, NetworkCreate, Rest, bool_of};
use crate::engine::container::bounds;
use crate::engine::container::request::refuse_network;
use crate::engine::moment::Moment;
use crate::engine::net::{
    BINDING, BRIDGE_NAME, MTU_OPTION, Network, Segment, Segment6, Subnet, Subnet6, bridge_of, is_link_name,
};
use crate::engine::{Fault, FaultKind, Result};
use crate::spec::NetworkId;
use crate::trace::{Code, NetworkDriver};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Names that no network can be given: of those that are always there, and Docker's word for the first of them.
const RESERVED: [&str; 4] = ["bridge", "host", "none", "default"];
/// Bytes of a packet: what a link of the kernel's can be set to (`ETH_MIN_MTU`, `ETH_MAX_MTU`).
const MTU: std::ops::RangeInclusive<u32> = 68..=65535;
/// The least that a link of IPv6 carries (`IPV6_MIN_MTU`).
const MTU6: u32 = 1280;
/// Networks of an engine: each is a bridge on the host, and has rules beside those of all others.
const NETWORKS: usize = 512;
/// Addresses that are kept from containers by a name.
const AUXILIARY: usize = 256;

/// A request that has passed all checks that need no look at other networks.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    request: NetworkCreate,
    subnet: Option<Subnet>,
    gateway: Option<Ipv4Addr>,
    range: Option<Subnet>,
    /// Each with its name.
    auxiliary: Vec<(String, Ipv4Addr)>,
    bridge: Option<String>,
    mtu: Option<u32>,
    binding: Option<Ipv4Addr>,
    masquerade: bool,
    six: Option<Segment6>,
}

fn said(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn cidr<S>(text: &str, parse: impl Fn(&str) -> Option<S>) -> Result<S> {
    parse(text).ok_or_else(|| Fault::failed(Code::NetworkCidrInvalid).with("subnet", bounds::short(text)))
}

fn address<A: std::str::FromStr>(text: &str) -> Result<A> {
    let bad = |_| Fault::failed(Code::NetworkGatewayInvalid).with("gateway", bounds::short(text));
    text.parse().map_err(bad)
}

/// An address that nobody is to be given.
fn auxiliary<A: std::str::FromStr>(network: &str, name: &str, text: &str) -> Result<A> {
    let bad = |_| {
        let fault = Fault::failed(Code::NetworkAuxiliary).with("name", bounds::short(name)).with("subnet", "");
        fault.with("address", bounds::short(text)).with("why", "unreadable").with("network", network)
    };
    text.parse().map_err(bad)
}

/// The part of a subnet that addresses are given out of, if it is said.
fn range<S: Copy>(
    text: &str,
    subnet: &str,
    parse: impl Fn(&str) -> Option<S>,
    lies_within: impl Fn(S) -> bool,
) -> Result<Option<S>> {
    let Some(text) = said(text) else { return Ok(None) };
    let bad = |why| {
        let fault = Fault::failed(Code::NetworkRange).with("range", bounds::short(text)).with("why", why);
        fault.with("subnet", bounds::short(subnet))
    };
    let range = parse(text).ok_or_else(|| bad("unreadable"))?;
    if lies_within(range) { Ok(Some(range)) } else { Err(bad("outside")) }
}

/// A subnet of IPv6 with what goes with it; the gateway is the first address that containers could have, if none is asked for.
fn read6(network: &str, pool: &IpamConfig) -> Result<Segment6> {
    let subnet = cidr(&pool.subnet, Subnet6::parse)?;
    let range = range(&pool.ip_range, &pool.subnet, Subnet6::parse, |range| subnet.contains(range))?;
    let failed = |why: &str, gateway: String| {
        let fault = Fault::failed(Code::NetworkNoGateway).with("gateway", gateway).with("why", why);
        fault.with("subnet", subnet)
    };
    let gateway = match said(&pool.gateway).map(address::<Ipv6Addr>).transpose()? {
        Some(gateway) if !subnet.has(gateway) => return Err(failed("outside", gateway.to_string())),
        Some(gateway) if !subnet.has_host(gateway) => return Err(failed("taken", gateway.to_string())),
        Some(gateway) => gateway,
        None => {
            let first = range.unwrap_or(subnet).hosts().find(|address| subnet.has_host(*address));
            first.ok_or_else(|| failed("none", String::new()))?
        }
    };
    bounds::count("AuxiliaryAddresses", pool.auxiliary_addresses.len(), AUXILIARY)?;
    let mut taken = vec![gateway];
    for (name, text) in &pool.auxiliary_addresses {
        let address: Ipv6Addr = auxiliary(network, name, text)?;
        let why = match subnet.has(address) {
            false => "outside",
            true if !subnet.has_host(address) || taken.contains(&address) => "taken",
            true => {
                taken.push(address);
                continue;
            }
        };
        let fault = Fault::failed(Code::NetworkAuxiliary).with("name", bounds::short(name));
        return Err(fault.with("address", address).with("why", why).with("subnet", subnet));
    }
    Ok(Segment6 { subnet, gateway, range, auxiliary: taken.split_off(1) })
}

fn of(kind: FaultKind, code: Code) -> Fault {
    Fault::new(kind, code)
}

impl Asked {
    /// Reads a request.
    pub(super) fn read(request: NetworkCreate) -> Result<Self> {
        let name = request.name.as_str();
        bounds::length("Name", name, bounds::NAME)?;
        if RESERVED.contains(&name) {
            return Err(of(FaultKind::Denied, Code::NetworkReserved).with("name", name));
        }
        match request.driver.as_str() {
            "" | "bridge" => {}
            driver @ ("host" | "null") => {
                return Err(of(FaultKind::Denied, Code::NetworkOnlyOne).with("driver", driver));
            }
            driver => {
                let fault = of(FaultKind::NotFound, Code::NoSuchNetworkDriver);
                return Err(fault.with("driver", bounds::short(driver)));
            }
        }
        refuse_network(&request)?;
        bounds::labels("Labels", &request.labels)?;
        let mut asked = Self {
            subnet: None,
            gateway: None,
            range: None,
            auxiliary: Vec::new(),
            bridge: None,
            mtu: None,
            binding: None,
            masquerade: true,
            six: None,
            request,
        };
        asked.options()?;
        asked.addresses()?;
        asked.enough_for_six()?;
        Ok(asked)
    }

    fn options(&mut self) -> Result<()> {
        bounds::count("Options", self.request.options.len(), bounds::LIST)?;
        for (option, value) in &self.request.options {
            let bad = |wanted: &str| {
                let fault = Fault::failed(Code::NetworkOptionInvalid).with("option", bounds::short(option));
                Err(fault.with("value", bounds::short(value)).with("wanted", wanted))
            };
            let flag = bool_of(value);
            match (option.as_str(), flag) {
                (BRIDGE_NAME, _) if is_link_name(value) => self.bridge = Some(value.clone()),
                (BRIDGE_NAME, _) => {
                    return bad("a name of 1 to 15 letters, digits, _, - and . that no link of the engine's has");
                }
                (BINDING, _) => match value.parse::<Ipv4Addr>() {
                    Ok(address) => self.binding = Some(address).filter(|address| !address.is_unspecified()),
                    Err(_) => return bad("an IPv4 address of the host's"),
                },
                // That containers of one bridge do not reach each other takes a module of the kernel that is not there everywhere.
                ("com.docker.network.bridge.enable_icc", Some(true)) => {}
                ("com.docker.network.bridge.enable_icc", _) => return bad("true"),
                ("com.docker.network.bridge.enable_ip_masquerade", Some(flag)) => self.masquerade = flag,
                ("com.docker.network.bridge.enable_ip_masquerade", None) => return bad("true | false"),
                (MTU_OPTION, _) => match value.parse::<u32>() {
                    Ok(mtu) if MTU.contains(&mtu) => self.mtu = Some(mtu),
                    _ => return bad("68 … 65535"),
                },
                // Refused by its name with those that the driver knows.
                _ => {}
            }
        }
        Ok(())
    }

    /// On a link that carries less than every link of IPv6 must (RFC 8200, 5) the kernel has no IPv6.
    fn enough_for_six(&self) -> Result<()> {
        match self.mtu.filter(|mtu| self.six.is_some() && *mtu < MTU6) {
            Some(mtu) => {
                let fault = Fault::failed(Code::NetworkOptionInvalid).with("option", MTU_OPTION).with("value", mtu);
                Err(fault.with("wanted", format!("{MTU6} … {}, with IPv6", MTU.end())))
            }
            None => Ok(()),
        }
    }

    fn addresses(&mut self) -> Result<()> {
        let pools = self.request.ipam.as_ref().map_or_else(Vec::new, |ipam| ipam.config.clone());
        let (six, four): (Vec<_>, Vec<_>) = pools.iter().partition(|pool| pool.subnet.contains(':'));
        if six.len() > 1 || four.len() > 1 {
            return Err(of(FaultKind::Denied, Code::NetworkManySubnets));
        }
        if let [IpamConfig { subnet, ip_range, gateway, auxiliary_addresses, .. }] = four.as_slice() {
            bounds::count("AuxiliaryAddresses", auxiliary_addresses.len(), AUXILIARY)?;
            let whole = cidr(subnet, Subnet::parse)?;
            self.subnet = Some(whole);
            self.range = range(ip_range, subnet, Subnet::parse, |range| whole.contains(range))?;
            self.gateway = said(gateway).map(address).transpose()?;
            for (name, text) in auxiliary_addresses {
                self.auxiliary.push((name.clone(), auxiliary(&self.request.name, name, text)?));
            }
        }
        if let [pool] = six.as_slice() {
            let name = &self.request.name;
            let pool = read6(name, pool)?;
            if self.request.enable_ipv6 && !pool.subnet.is_of_links() {
                let fault = of(FaultKind::BadRequest, Code::NetworkSubnetNoLinks).with("name", name);
                return Err(fault.with("subnet", pool.subnet));
            }
            // As Docker: a subnet of a network that is to have no IPv6 is shown, and nothing comes of it.
            self.six = Some(pool).filter(|_| self.request.enable_ipv6);
        } else if self.request.enable_ipv6 {
            return Err(of(FaultKind::NotFound, Code::NetworkNoPool6));
        }
        Ok(())
    }

    /// Its name.
    pub(super) fn name(&self) -> &str {
        &self.request.name
    }

    /// As it came in.
    pub(super) fn request(&self) -> &NetworkCreate {
        &self.request
    }

    /// The network, beside others. `reached`: subnets that are somebody else's.
    pub(super) fn beside(
        &self,
        id: NetworkId,
        others: &[Network],
        reached: &[Subnet],
        pools: &Pools,
    ) -> Result<Network> {
        bounds::count("networks", others.len() + 1, NETWORKS)?;
        let subnet = match self.subnet {
            Some(subnet) => subnet,
            None => pools.free(others, reached).ok_or_else(|| of(FaultKind::NotFound, Code::NetworkNoPool))?,
        };
        let gateway = self.gateway_in(subnet)?;
        self.network(id, Moment::now(), subnet, gateway)
    }

    /// The network is made: the next that asks for no subnet gets another one.
    pub(super) fn is_made(&self, network: &Network, pools: &Pools) {
        if let (None, Some(segment)) = (self.subnet, &network.segment) {
            pools.given(segment.subnet);
        }
    }

    /// The same with addresses that it has had before.
    pub(super) fn network(&self, id: NetworkId, made: Moment, subnet: Subnet, gateway: Ipv4Addr) -> Result<Network> {
        let mut taken = vec![gateway];
        for (name, address) in &self.auxiliary {
            let why = match subnet.has(*address) {
                false => "outside",
                true if !subnet.has_host(*address) || taken.contains(address) => "taken",
                true => {
                    taken.push(*address);
                    continue;
                }
            };
            let fault = Fault::failed(Code::NetworkAuxiliary).with("name", bounds::short(name));
            return Err(fault.with("address", address).with("why", why).with("subnet", subnet));
        }
        let bridge = self.bridge.clone().unwrap_or_else(|| bridge_of(&id));
        let segment = Segment {
            chosen: self.subnet.is_some(),
            range: self.range,
            auxiliary: taken.split_off(1),
            mtu: self.mtu,
            binding: self.binding,
            masquerade: self.masquerade,
            internal: self.request.internal,
            six: self.six.clone(),
            ..Segment::new(bridge, subnet, gateway)
        };
        let mut ipam = self.request.ipam.clone().unwrap_or_default();
        "default".clone_into(&mut ipam.driver);
        ipam.config.sort_by_key(|pool| pool.subnet.contains(':'));
        if self.subnet.is_none() {
            let (subnet, gateway) = (subnet.to_string(), gateway.to_string());
            ipam.config.insert(0, IpamConfig { subnet, gateway, ..IpamConfig::default() });
        }
        ipam.rest = Rest::new();
        ipam.config.iter_mut().for_each(|pool| pool.rest = Rest::new());
        let request = &self.request;
        let network = Network {
            name: request.name.clone(),
            driver: NetworkDriver::Bridge,
            options: request.options.clone(),
            labels: request.labels.clone(),
            created: Some(made),
            attachable: request.attachable,
            ipam: Some(ipam),
            ..Network::on(id, segment)
        };
        Ok(network)
    }

    /// The one that is asked for, or the first that containers could have.
    fn gateway_in(&self, subnet: Subnet) -> Result<Ipv4Addr> {
        let failed = |why: &str, gateway: String| {
            let fault = Fault::failed(Code::NetworkNoGateway).with("gateway", gateway).with("why", why);
            fault.with("subnet", subnet)
        };
        let taken = |address: Ipv4Addr| !subnet.has_host(address);
        match self.gateway {
            Some(gateway) if !subnet.has(gateway) => Err(failed("outside", gateway.to_string())),
            Some(gateway) if taken(gateway) => Err(failed("taken", gateway.to_string())),
            Some(gateway) => Ok(gateway),
            None => {
                // One that lies elsewhere is refused with the rest of it.
                let range = self.range.filter(|range| subnet.contains(*range)).unwrap_or(subnet);
                let first = range.hosts().find(|address| !taken(*address));
                first.ok_or_else(|| failed("none", String::new()))
            }
        }
    }
}

/// Docker's pools for those who ask for no subnet: 172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/20 and so on (libnetwork
/// `ipamutils`). It is looked for behind the one that was given last, so that what was free again last comes last (libnetwork `ipam`,
/// `getPredefineds`); a new engine begins anew.
#[derive(Debug, Default)]
pub(in crate::engine) struct Pools {
    next: AtomicUsize,
}

impl Pools {
    /// The next that meets no other network, and nothing that the host reaches.
    fn free(&self, others: &[Network], reached: &[Subnet]) -> Option<Subnet> {
        let all = Self::all();
        let of_networks = others.iter().filter_map(|network| network.segment.as_ref()).map(|segment| segment.subnet);
        let taken: Vec<_> = of_networks.chain(reached.iter().copied()).collect();
        let is_free = |pool: &Subnet| taken.iter().all(|other| !pool.overlaps(*other));
        let next = self.next.load(Ordering::Relaxed);
        all.iter().cycle().skip(next).take(all.len()).find(|pool| is_free(pool)).copied()
    }

    /// A network has it that asked for none.
    fn given(&self, subnet: Subnet) {
        if let Some(at) = Self::all().iter().position(|pool| *pool == subnet) {
            self.next.store(at + 1, Ordering::Relaxed);
        }
    }

    fn all() -> Vec<Subnet> {
        let large = (17..=31).map(|n| Subnet::around(Ipv4Addr::new(172, n, 0, 0), 16));
        let small = (0..=15).map(|n| Subnet::around(Ipv4Addr::new(192, 168, n * 16, 0), 20));
        large.chain(small).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(body: &Value) -> Result<Network> {
        let asked = Asked::read(crate::docker::from_value(body).unwrap())?;
        asked.beside(
            NetworkId::from("a".repeat(64).as_str()),
            &[Network::default_bridge().unwrap()],
            &[],
            &Pools::default(),
        )
    }

    fn segment(body: &Value) -> Segment {
        read(body).unwrap().segment.unwrap()
    }

    #[test]
    fn pools_come_in_dockers_order_and_keep_clear_of_what_is_there() {
        let plain = segment(&json!({"Name": "n"}));
        assert_eq!(
            (plain.subnet.to_string(), plain.gateway.to_string()),
            ("172.18.0.0/16".into(), "172.18.0.1".into())
        );
        let reached: Vec<_> = (17..=31).map(|n| Subnet::around(Ipv4Addr::new(172, n, 9, 0), 24)).collect();
        let free = |pools: &Pools, reached: &[Subnet]| {
            let pool = pools.free(&[], reached)?;
            assert_eq!(pools.free(&[], reached), Some(pool), "what nobody got is asked for again");
            pools.given(pool);
            Some(pool.to_string())
        };
        assert_eq!(free(&Pools::default(), &reached).as_deref(), Some("192.168.0.0/20"));
        let pools = Pools::default();
        assert_eq!(free(&pools, &[Subnet::parse("128.0.0.0/1").unwrap()]), None);
        // One after the other, though each is free again; after the last comes the first.
        let all: Vec<_> = (0..32).filter_map(|_| free(&pools, &[])).collect();
        let [first, second, .., last, again] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!(
            [first, second, last, again],
            ["172.17.0.0/16", "172.18.0.0/16", "192.168.240.0/20", "172.17.0.0/16"]
        );
    }

    #[test]
    fn there_are_only_so_many() {
        let asked = Asked::read(crate::docker::from_value(&json!({"Name": "n"})).unwrap()).unwrap();
        let others = vec![Network::default_bridge().unwrap(); NETWORKS];
        let fault = asked.beside(NetworkId::from("a"), &others, &[], &Pools::default()).unwrap_err();
        assert_eq!(fault.problem.code, Code::TooManyValues);
    }

    #[test]
    fn a_gateway_is_the_first_address_that_is_free() {
        let pool = |pool: Value| segment(&json!({"Name": "n", "IPAM": {"Config": [pool]}})).gateway.to_string();
        assert_eq!(pool(json!({"Subnet": "10.5.0.5/24"})), "10.5.0.1");
        assert_eq!(pool(json!({"Subnet": "10.5.0.0/24", "Gateway": "10.5.0.9"})), "10.5.0.9");
        assert_eq!(pool(json!({"Subnet": "10.5.0.0/16", "IPRange": "10.5.7.0/24"})), "10.5.7.0");
        assert_eq!(pool(json!({"Subnet": "10.5.0.0/24", "AuxiliaryAddresses": {"a": "10.5.0.2"}})), "10.5.0.1");
    }

    #[test]
    fn an_address_that_is_kept_from_containers_is_nobody_elses() {
        let kept = |all: Value| {
            let pool = json!({"Subnet": "10.5.0.0/24", "AuxiliaryAddresses": all});
            read(&json!({"Name": "n", "IPAM": {"Config": [pool]}})).map_err(|fault| fault.problem.args["why"].clone())
        };
        assert_eq!(kept(json!({"a": "10.5.0.2", "b": "10.5.0.3"})).unwrap().segment.unwrap().auxiliary.len(), 2);
        for (all, why) in [
            (json!({"a": "10.5.0.1"}), "taken"),
            (json!({"a": "10.5.0.0"}), "taken"),
            (json!({"a": "10.5.0.255"}), "taken"),
            (json!({"a": "10.5.0.5", "b": "10.5.0.5"}), "taken"),
            (json!({"a": "10.5.1.5"}), "outside"),
        ] {
            assert_eq!(kept(all.clone()).unwrap_err(), why, "{all}");
        }
    }

    #[test]
    fn a_subnet_of_ipv6_stands_beside_one_of_ipv4() {
        let both = json!([{"Subnet": "fd00:5::/64"}, {"Subnet": "10.5.0.0/24"}]);
        let network = read(&json!({"Name": "n", "EnableIPv6": true, "IPAM": {"Config": both}})).unwrap();
        let shown: Vec<_> =
            network.ipam.iter().flat_map(|ipam| &ipam.config).map(|pool| pool.subnet.as_str()).collect();
        assert_eq!(shown, ["10.5.0.0/24", "fd00:5::/64"]);
        let six = network.segment.unwrap().six.unwrap();
        assert_eq!((six.subnet.to_string(), six.gateway.to_string()), ("fd00:5::/64".into(), "fd00:5::1".into()));
        let alone = json!([{"Subnet": "fd00:5::/64", "Gateway": "fd00:5::9"}]);
        let segment = segment(&json!({"Name": "n", "EnableIPv6": true, "IPAM": {"Config": alone}}));
        assert_eq!(
            (segment.subnet.to_string(), segment.six.unwrap().gateway.to_string()),
            ("172.18.0.0/16".into(), "fd00:5::9".into())
        );
        let off = self::segment(&json!({"Name": "n", "IPAM": {"Config": [{"Subnet": "fd00:5::/64"}]}}));
        assert_eq!(off.six, None, "not asked for");
    }

    #[test]
    fn what_cannot_be_a_network_is_refused_as_docker_refuses_it() {
        let pool = |pool: Value| json!({"Name": "n", "IPAM": {"Config": [pool]}});
        let pool6 = |pool: Value| json!({"Name": "n", "EnableIPv6": true, "IPAM": {"Config": [pool]}});
        let option = |name: &str, value: &str| json!({"Name": "n", "Options": {(name): value}});
        for (body, code) in [
            (json!({"Name": "bridge"}), Code::NetworkReserved),
            (json!({"Name": "n", "Driver": "host"}), Code::NetworkOnlyOne),
            (json!({"Name": "n", "Driver": "nosuch"}), Code::NoSuchNetworkDriver),
            (json!({"Name": "n", "EnableIPv6": true}), Code::NetworkNoPool6),
            (pool6(json!({"Subnet": "fd00::/129"})), Code::NetworkCidrInvalid),
            (pool6(json!({"Subnet": "fd00::/128"})), Code::NetworkNoGateway),
            (pool6(json!({"Subnet": "fd00::/64", "Gateway": "fd01::1"})), Code::NetworkNoGateway),
            (pool6(json!({"Subnet": "fd00::/64", "Gateway": "fd00::"})), Code::NetworkNoGateway),
            (pool6(json!({"Subnet": "fd00::/64", "IPRange": "::/0"})), Code::NetworkRange),
            (pool(json!({"Subnet": "10.7.0.0/24", "IPRange": "10.8.0.0/24"})), Code::NetworkRange),
            (pool(json!({"Subnet": "10.7.0.0/24", "IPRange": "10.7.0.0/16"})), Code::NetworkRange),
            (pool(json!({"Subnet": "10.7.0.0/24", "IPRange": "foo"})), Code::NetworkRange),
            (pool(json!({"Subnet": "10.7.0.0/24", "AuxiliaryAddresses": {"a": "foo"}})), Code::NetworkAuxiliary),
            (pool6(json!({"Subnet": "ff02::/64"})), Code::NetworkSubnetNoLinks),
            (pool6(json!({"Subnet": "::ffff:10.0.0.0/104"})), Code::NetworkSubnetNoLinks),
            (
                json!({"Name": "n", "EnableIPv6": true, "IPAM": {"Config": [{"Subnet": "fd00::/64"}]},
                    "Options": {(MTU_OPTION): "1279"}}),
                Code::NetworkOptionInvalid,
            ),
            (pool6(json!({"Subnet": "fd00::/64", "Gateway": "10.0.0.1"})), Code::NetworkGatewayInvalid),
            (pool6(json!({"Subnet": "fd00::/64", "AuxiliaryAddresses": {"a": "fd00::1"}})), Code::NetworkAuxiliary),
            (json!({"Name": "n", "Scope": "swarm"}), Code::UnsupportedOption),
            (json!({"Name": "n", "IPAM": {"Driver": "nosuch"}}), Code::UnsupportedOption),
            (json!({"Name": "n", "Foo": 1}), Code::NoSuchOption),
            (pool(json!({"Subnet": "foo"})), Code::NetworkCidrInvalid),
            (pool(json!({"Gateway": "10.0.0.1"})), Code::NetworkCidrInvalid),
            (pool(json!({"Subnet": "10.7.0.0/33"})), Code::NetworkCidrInvalid),
            (pool(json!({"Subnet": "10.7.0.0/31"})), Code::NetworkNoGateway),
            (pool(json!({"Subnet": "10.7.0.0/24", "Gateway": "10.8.0.1"})), Code::NetworkNoGateway),
            (pool(json!({"Subnet": "10.7.0.0/24", "Gateway": "10.7.0.255"})), Code::NetworkNoGateway),
            (pool(json!({"Subnet": "10.7.0.0/24", "Gateway": "x"})), Code::NetworkGatewayInvalid),
            (
                json!({"Name": "n", "IPAM": {"Config": [{"Subnet": "10.1.0.0/24"}, {"Subnet": "10.2.0.0/24"}]}}),
                Code::NetworkManySubnets,
            ),
            (option("com.docker.network.driver.mtu", "abc"), Code::NetworkOptionInvalid),
            (option("com.docker.network.driver.mtu", "99999999"), Code::NetworkOptionInvalid),
            (option("com.docker.network.bridge.enable_icc", "false"), Code::NetworkOptionInvalid),
            (option(BRIDGE_NAME, "eth0"), Code::NetworkOptionInvalid),
            (option(BINDING, "::1"), Code::NetworkOptionInvalid),
            (option(BRIDGE_NAME, "a/b"), Code::NetworkOptionInvalid),
        ] {
            assert_eq!(read(&body).unwrap_err().problem.code, code, "{body}");
        }
        assert_eq!(segment(&option(BRIDGE_NAME, "mybr")).bridge, "mybr");
        assert_eq!(segment(&option(BINDING, "127.0.0.1")).binding, Some(Ipv4Addr::LOCALHOST));
        assert_eq!(segment(&option(BINDING, "0.0.0.0")).binding, None);
    }
}
