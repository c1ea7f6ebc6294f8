//! The rules by which packets are led, over Worlds that are made by hand.

use super::*;
use crate::spec::{Digest, NetworkId};
use crate::trace::*;
use std::collections::BTreeMap;

const HOST: u64 = 1;

/// A World that is made link by link.
struct Lab {
    world: World,
    index: u32,
}

impl Lab {
    /// The host with its uplink, `docker0`, and two further bridges.
    fn new() -> Self {
        let mut lab = Self { world: World::default(), index: 10 };
        lab.saw(Change::HostSeen(Host {
            kernel: "6.18".into(),
            hostname: "h".into(),
            os: String::new(),
            mode: Mode::Lab,
            rootless: false,
            cgroup: CgroupVersion::V2,
            root: "/r".into(),
            netns: HOST,
            engine_pid: 1,
            platform: None,
        }));
        lab.link("lab/lo", HOST, "lo", LinkKind::Loopback, None, &["127.0.0.1/8"]);
        lab.link("lab/eth0", HOST, "eth0", LinkKind::Uplink, None, &["10.0.2.100/24"]);
        lab.route(HOST, "10.0.2.0/24", None, "eth0");
        lab.route(HOST, "default", Some("10.0.2.2"), "eth0");
        for (name, bridge, net) in [("bridge", "docker0", 17), ("front", "br-f", 18), ("back", "br-b", 19)] {
            lab.saw(Change::NetworkSeen(Network {
                id: NetworkId::from(name),
                name: name.into(),
                driver: NetworkDriver::Bridge,
                subnet: format!("172.{net}.0.0/16"),
                gateway: format!("172.{net}.0.1"),
                bridge: Some(bridge.into()),
            }));
            lab.link(bridge, HOST, bridge, LinkKind::Bridge, None, &[&format!("172.{net}.0.1/16")]);
            lab.route(HOST, &format!("172.{net}.0.0/16"), None, bridge);
        }
        lab.forwards(true);
        lab.rules(&["back"]);
        lab
    }

    fn saw(&mut self, change: Change) {
        self.world.apply(&change).unwrap();
    }

    fn link(
        &mut self,
        key: &str,
        netns: u64,
        name: &str,
        kind: LinkKind,
        of: Option<&ContainerId>,
        addresses: &[&str],
    ) {
        self.index += 1;
        self.saw(Change::LinkSeen(Link {
            key: key.into(),
            netns,
            ifindex: self.index,
            name: name.into(),
            kind,
            mac: String::new(),
            mtu: 1500,
            up: true,
            carrier: Some(true),
            state: None,
            master: None,
            port: None,
            isolated: false,
            peer_ifindex: None,
            container: of.cloned(),
        }));
        for cidr in addresses {
            self.saw(Change::AddrSeen { link: key.into(), cidr: (*cidr).into() });
        }
    }

    fn change_link(&mut self, key: &str, change: impl FnOnce(&mut Link)) {
        let mut link = (*self.world.links[&LinkKey::from(key)]).clone();
        change(&mut link);
        self.saw(Change::LinkSeen(link));
    }

    fn route(&mut self, netns: u64, destination: &str, via: Option<&str>, dev: &str) {
        let (destination, via, dev) = (destination.into(), via.map(Into::into), dev.into());
        self.saw(Change::RouteSeen(Route { netns, destination, via, dev, refuses: None }));
    }

    fn route_gone(&mut self, netns: u64, destination: &str) {
        let route = self.world.routes.iter().find(|it| it.netns == netns && it.destination == destination);
        let route = route.unwrap().clone();
        self.saw(Change::RouteGone(route));
    }

    fn forwards(&mut self, on: bool) {
        let text = format!("net.ipv4.ip_forward = {}", u8::from(on));
        self.rule("ip_forward", "", 0, None, &text);
    }

    fn rule(&mut self, key: &str, chain: &str, place: u32, network: Option<&str>, text: &str) {
        let verdict = text.split(' ').next_back().unwrap();
        self.saw(Change::RuleSeen(Rule {
            key: key.into(),
            netns: HOST,
            network: network.map(NetworkId::from),
            action: if verdict == "accept" { RuleAction::Forward } else { verdict.into() },
            chain: chain.into(),
            place,
            text: text.into(),
        }));
    }

    /// As an engine writes them; `back` is internal.
    fn rules(&mut self, internal: &[&str]) {
        let all = [("bridge", "docker0", 17), ("front", "br-f", 18), ("back", "br-b", 19)];
        let mut place = 0;
        let mut rule = |lab: &mut Self, chain: &str, network: &str, text: String| {
            place += 1;
            lab.rule(&format!("r{place}"), chain, place, Some(network), &text);
        };
        for (name, bridge, _) in all {
            rule(self, "between", name, format!("oifname \"{bridge}\" drop"));
        }
        for (name, bridge, net) in all {
            if !internal.contains(&name) {
                let text = format!("ip saddr 172.{net}.0.0/16 oifname != \"{bridge}\" masquerade");
                rule(self, "postrouting", name, text);
            }
        }
        for (name, bridge, net) in all {
            if internal.contains(&name) {
                rule(self, "forward", name, format!("iifname \"{bridge}\" ip daddr != 172.{net}.0.0/16 drop"));
                rule(self, "forward", name, format!("oifname \"{bridge}\" ip saddr != 172.{net}.0.0/16 drop"));
            } else {
                rule(self, "forward", name, format!("iifname \"{bridge}\" oifname != \"{bridge}\" jump between"));
            }
        }
        for (name, bridge, _) in all {
            rule(self, "forward", name, format!("oifname \"{bridge}\" ct state established,related accept"));
            rule(self, "forward", name, format!("iifname \"{bridge}\" accept"));
            rule(self, "forward", name, format!("oifname \"{bridge}\" drop"));
        }
    }

    /// A container on these networks, by the last number of its address. Its namespace is 100 and that number.
    fn container(&mut self, name: &str, number: u32, networks: &[&str]) -> End {
        let id = self.made(name, number, networks.first().map_or(NetworkMode::None, |network| (*network).into()));
        let netns = u64::from(100 + number);
        self.process(number, &id, netns);
        let lo = format!("{}/lo", id.short());
        self.link(&lo, netns, "lo", LinkKind::Loopback, Some(&id), &["127.0.0.1/8"]);
        for (nth, network) in networks.iter().enumerate() {
            let known = self.world.networks[&NetworkId::from(*network)].clone();
            let bridge = known.bridge.clone().unwrap();
            let address = known.gateway.replace(".0.1", &format!(".0.{number}"));
            let lease = (known.id.clone(), id.clone(), address.clone());
            self.saw(Change::AddressReserved { network: lease.0, container: lease.1, address: lease.2 });
            let (outer, inner) = (format!("{}/veth{nth}", id.short()), format!("{}/eth{nth}", id.short()));
            self.link(&outer, HOST, &format!("v{number}{nth}"), LinkKind::Veth, Some(&id), &[]);
            let cidr = format!("{address}/16");
            self.link(&inner, netns, &format!("eth{nth}"), LinkKind::Veth, Some(&id), &[&cidr]);
            let master = self.world.links[&bridge].ifindex;
            let (a, b) = (self.index - 1, self.index);
            self.change_link(&outer, |link| (link.master, link.peer_ifindex) = (Some(master), Some(b)));
            self.change_link(&inner, |link| link.peer_ifindex = Some(a));
            self.route(netns, &known.subnet, None, &format!("eth{nth}"));
            if nth == 0 {
                self.route(netns, "default", Some(&known.gateway), "eth0");
            }
        }
        End::Container(id)
    }

    fn made(&mut self, name: &str, number: u32, mode: NetworkMode) -> ContainerId {
        let id = ContainerId::from(format!("{number:064}").chars().rev().collect::<String>().as_str());
        self.saw(Change::ContainerCreated(Container {
            id: id.clone(),
            name: name.into(),
            image: Digest::from_sha256(&[1; 32]),
            image_name: "lab/shell:1".into(),
            argv: Vec::new(),
            env: Vec::new(),
            working_dir: "/".into(),
            user: String::new(),
            hostname: name.into(),
            network_mode: mode,
            tty: false,
            labels: BTreeMap::new(),
            state: ContainerState::Created,
            health: None,
            auto_remove: false,
        }));
        id
    }

    fn process(&mut self, pid: u32, id: &ContainerId, netns: u64) {
        let container = Some(id.clone());
        if netns != HOST && !self.world.namespaces.contains_key(&netns) {
            self.saw(Change::NamespaceSeen(Namespace {
                inode: netns,
                kind: NamespaceKind::Net,
                container: container.clone(),
            }));
        }
        let namespaces = BTreeMap::from([(NamespaceKind::Net, netns)]);
        self.saw(Change::ProcessSeen(Process {
            pid,
            inner_pid: 1,
            container,
            argv: Vec::new(),
            namespaces,
            main: true,
        }));
        self.saw(Change::ContainerState { id: id.clone(), state: ContainerState::Running { pid } });
    }

    fn ask(&self, question: Question, from: &End, to: &End) -> Cell {
        cell(&self.world, question, V4, from, to, None).unwrap()
    }

    fn ping(&self, from: &End, to: &End) -> Cell {
        self.ask(Question::Ping, from, to)
    }
}

#[track_caller]
fn check(cell: &Cell, answer: Answer, why: &str, fix: &str) {
    assert_eq!((cell.answer, cell.why.key(), cell.fix.as_deref().unwrap_or("")), (answer, why, fix), "{cell:?}");
}

use Answer::{DoesNot, Reaches, Unknown};
use IpVersion::{V4, V6};

#[test]
fn two_on_one_bridge_reach_each_other_until_one_of_them_leaves() {
    let mut lab = Lab::new();
    let (a, b) = (lab.container("a", 2, &["front"]), lab.container("b", 3, &["front"]));
    let cell = lab.ping(&a, &b);
    check(&cell, Reaches, "same-network", "docker network disconnect front b");
    assert_eq!(cell.because, Some(Entity::Network(NetworkId::from("front"))));
    assert_eq!((cell.address.unwrap().to_string().as_str(), cell.way.len()), ("172.18.0.3", 2));
}

#[test]
fn bridges_are_kept_apart_and_the_command_puts_one_on_the_other() {
    let mut lab = Lab::new();
    let (a, b) = (lab.container("a", 2, &["bridge"]), lab.container("b", 3, &["front"]));
    let cell = lab.ping(&a, &b);
    check(&cell, DoesNot, "other-bridge", "docker network connect front a");
    assert!(matches!(&cell.because, Some(Entity::Rule(key)) if lab.world.rules[key].text == "oifname \"br-f\" drop"));
    let both = lab.container("both", 4, &["bridge", "front"]);
    check(&lab.ping(&a, &both), Reaches, "same-network", "docker network disconnect bridge both");
    check(&lab.ping(&b, &both), Reaches, "same-network", "docker network disconnect front both");
    check(&lab.ping(&both, &b), Reaches, "same-network", "docker network disconnect front b");
}

#[test]
fn an_internal_network_leads_nowhere_but_to_the_host() {
    let mut lab = Lab::new();
    let (a, b) = (lab.container("a", 2, &["back"]), lab.container("b", 3, &["front"]));
    check(&lab.ping(&a, &End::Outside), DoesNot, "internal", "docker network connect bridge a");
    check(&lab.ping(&a, &b), DoesNot, "internal", "docker network connect front a");
    check(&lab.ping(&b, &a), DoesNot, "other-bridge", "docker network connect back b");
    check(&lab.ping(&a, &End::Host), Reaches, "host-itself", "docker network disconnect back a");
    check(&lab.ping(&End::Host, &a), Reaches, "same-network", "docker network disconnect back a");
}

#[test]
fn outside_is_reached_with_the_hosts_address_and_without_it_nothing_comes_back() {
    let mut lab = Lab::new();
    let a = lab.container("a", 2, &["front"]);
    let cell = lab.ping(&a, &End::Outside);
    check(&cell, Reaches, "masqueraded", "docker network disconnect front a");
    assert_eq!(cell.address.unwrap().to_string(), "10.0.2.2");
    let masquerade = lab.world.rules.values().find(|rule| rule.text.contains("172.18.0.0/16 oifname")).unwrap();
    let key = masquerade.key.clone();
    lab.saw(Change::RuleGone { key });
    let rule =
        r#"dockwalk host nft add rule ip dockwalk postrouting 'ip saddr 172.18.0.0/16 oifname != "br-f" masquerade'"#;
    check(&lab.ping(&a, &End::Outside), DoesNot, "no-masquerade", rule);
    check(&lab.ping(&End::Host, &End::Outside), Reaches, "forwarded", "");
    lab.change_link("lab/eth0", |link| link.up = false);
    check(&lab.ping(&End::Host, &End::Outside), DoesNot, "link-down", "dockwalk host ip link set eth0 up");
}

#[test]
fn a_link_that_is_off_is_named_from_either_side() {
    let mut lab = Lab::new();
    let (a, b) = (lab.container("a", 2, &["front"]), lab.container("b", 3, &["front"]));
    let inner = lab.world.links.keys().find(|key| key.0.ends_with("/eth0") && key.0.starts_with('3')).unwrap().clone();
    let outer = LinkKey::from(inner.0.replace("eth0", "veth0").as_str());
    lab.change_link(&inner.0, |link| (link.up, link.carrier) = (false, Some(false)));
    lab.change_link(&outer.0, |link| link.carrier = Some(false));
    let up = "dockwalk host nsenter --net=/proc/3/ns/net ip link set eth0 up";
    for (from, to) in [(&a, &b), (&b, &a), (&End::Host, &b), (&b, &End::Host)] {
        let cell = lab.ping(from, to);
        check(&cell, DoesNot, "link-down", up);
        assert_eq!(cell.because, Some(Entity::Link(inner.clone())));
    }
    check(&lab.ping(&b, &End::Outside), DoesNot, "link-down", "docker restart b");
    lab.change_link(&inner.0, |link| (link.up, link.carrier) = (true, Some(true)));
    lab.change_link(&outer.0, |link| link.carrier = Some(true));
    lab.change_link("br-f", |link| link.up = false);
    let lone = lab.container("lone", 6, &["bridge"]);
    // The kernel takes the bridge's route away, and the default route leads out.
    let off = lab.ping(&lone, &a);
    check(&off, DoesNot, "link-down", "");
    check(&lab.ping(&a, &b), DoesNot, "link-down", "dockwalk host ip link set br-f up");
}

#[test]
fn with_a_link_that_is_off_its_routes_are_gone_and_it_is_the_link_that_is_named() {
    let mut lab = Lab::new();
    let (a, b) = (lab.container("a", 2, &["front"]), lab.container("b", 3, &["front"]));
    let inner = lab.world.links.keys().find(|key| key.0.ends_with("/eth0") && key.0.starts_with('2')).unwrap().clone();
    lab.route_gone(102, "default");
    lab.route_gone(102, "172.18.0.0/16");
    lab.change_link(&inner.0, |link| (link.up, link.carrier) = (false, Some(false)));
    let up = "dockwalk host nsenter --net=/proc/2/ns/net ip link set eth0 up";
    check(&lab.ping(&a, &b), DoesNot, "link-down", up);
    check(&lab.ping(&a, &End::Outside), DoesNot, "link-down", "docker restart a");
}

#[test]
fn a_route_that_is_gone_is_named_there_and_back() {
    let mut lab = Lab::new();
    let (a, b) = (lab.container("a", 2, &["front"]), lab.container("b", 3, &["front"]));
    lab.route_gone(102, "default");
    let default = "dockwalk host nsenter --net=/proc/2/ns/net ip route add default via 172.18.0.1";
    check(&lab.ping(&a, &End::Outside), DoesNot, "no-route", default);
    check(&lab.ping(&a, &b), Reaches, "same-network", "docker network disconnect front b");
    lab.route_gone(102, "172.18.0.0/16");
    let beside = "dockwalk host nsenter --net=/proc/2/ns/net ip route add 172.18.0.0/16 dev eth0";
    check(&lab.ping(&a, &b), DoesNot, "no-route", beside);
    check(&lab.ping(&b, &a), DoesNot, "no-route-back", beside);
}

#[test]
fn a_route_that_leads_nowhere_is_named_there_and_back() {
    let mut lab = Lab::new();
    let (a, b) = (lab.container("a", 2, &["front"]), lab.container("b", 3, &["front"]));
    let refusing = |netns, destination: &str, refuses| {
        let (destination, via, dev) = (destination.to_owned(), None, String::new());
        Route { netns, destination, via, dev, refuses: Some(refuses) }
    };
    for refuses in [Refusal::Blackhole, Refusal::Unreachable, Refusal::Prohibit] {
        let route = refusing(102, "172.18.0.3/32", refuses.clone());
        lab.saw(Change::RouteSeen(route.clone()));
        let gone = format!("dockwalk host nsenter --net=/proc/2/ns/net ip route del {refuses} 172.18.0.3/32");
        check(&lab.ping(&a, &b), DoesNot, "route-refuses", &gone);
        check(&lab.ping(&b, &a), DoesNot, "route-refuses-back", &gone);
        check(&lab.ping(&a, &End::Outside), Reaches, "masqueraded", "docker network disconnect front a");
        lab.saw(Change::RouteGone(route));
    }
    // A longer one that leads on is taken first, and of two of the same length it is not known which is.
    lab.saw(Change::RouteSeen(refusing(102, "172.16.0.0/12", Refusal::Unreachable)));
    check(&lab.ping(&a, &b), Reaches, "same-network", "docker network disconnect front b");
    lab.saw(Change::RouteSeen(refusing(102, "172.18.0.0/16", Refusal::Unreachable)));
    check(&lab.ping(&a, &b), Unknown, "several-routes", "");
}

#[test]
fn a_port_that_lets_nothing_through_is_named() {
    let mut lab = Lab::new();
    let (a, b) = (lab.container("a", 2, &["front"]), lab.container("b", 3, &["front"]));
    let plugs = lab.world.links.keys().filter(|key| key.0.ends_with("/veth0")).cloned().collect::<Vec<_>>();
    let [mine, other] = &plugs[..] else { panic!("{plugs:?}") };
    lab.change_link(&mine.0, |link| link.isolated = true);
    check(&lab.ping(&a, &b), Reaches, "same-network", "docker network disconnect front b");
    lab.change_link(&other.0, |link| link.isolated = true);
    assert_eq!(lab.ping(&a, &b).why.key(), "isolated");
    assert_eq!(lab.ping(&b, &a).because, Some(Entity::Link(mine.clone())));
    check(&lab.ping(&a, &End::Host), Reaches, "host-itself", "docker network disconnect front a");
    for state in [PortState::Disabled, PortState::Blocking, PortState::Learning] {
        lab.change_link(&mine.0, |link| (link.isolated, link.port) = (false, Some(state)));
        for (from, to) in [(&a, &b), (&b, &a), (&a, &End::Host), (&End::Host, &a)] {
            let cell = lab.ping(from, to);
            assert_eq!(
                (cell.answer, cell.why.key(), cell.because),
                (DoesNot, "port-blocked", Some(Entity::Link(mine.clone())))
            );
            assert!(cell.fix.unwrap().starts_with("dockwalk host bridge link set dev "));
        }
    }
}

#[test]
fn an_address_that_is_gone_is_named_with_the_one_that_was_given() {
    let mut lab = Lab::new();
    let (a, b) = (lab.container("a", 2, &["front"]), lab.container("b", 3, &["front"]));
    let inner = lab.world.links.keys().find(|key| key.0.ends_with("/eth0") && key.0.starts_with('3')).unwrap().clone();
    lab.saw(Change::AddrGone { link: inner, cidr: "172.18.0.3/16".into() });
    let add = "dockwalk host nsenter --net=/proc/3/ns/net ip addr add 172.18.0.3/16 dev eth0";
    check(&lab.ping(&a, &b), DoesNot, "no-address", add);
}

#[test]
fn without_forwarding_bridges_work_and_nothing_leaves_them() {
    let mut lab = Lab::new();
    let (a, b) = (lab.container("a", 2, &["front"]), lab.container("b", 3, &["front"]));
    lab.forwards(false);
    check(&lab.ping(&a, &b), Reaches, "same-network", "docker network disconnect front b");
    let on = "dockwalk host sysctl -w net.ipv4.ip_forward=1";
    check(&lab.ping(&a, &End::Outside), DoesNot, "no-forwarding", on);
}

#[test]
fn a_rule_by_hand_decides_and_one_that_is_not_read_leaves_it_open() {
    let mut lab = Lab::new();
    let (a, b) = (lab.container("a", 2, &["front"]), lab.container("b", 3, &["bridge"]));
    lab.rule("mine", "forward", 0, None, "ip saddr 172.18.0.2 drop");
    let accept = "dockwalk host nft insert rule ip dockwalk forward \
        'ip saddr { 172.18.0.2, 10.0.2.2 } ip daddr { 172.18.0.2, 10.0.2.2 } accept'";
    check(&lab.ping(&a, &End::Outside), DoesNot, "dropped", accept);
    check(&lab.ping(&b, &End::Outside), Reaches, "masqueraded", "docker network disconnect bridge b");
    lab.rule("mine", "forward", 0, None, "meta mark 7 drop");
    check(&lab.ping(&b, &End::Outside), Unknown, "rule-not-read", "");
    lab.rule("mine", "forward", 0, None, "iifname \"br-f\" meta mark 7 drop");
    check(&lab.ping(&b, &End::Outside), Reaches, "masqueraded", "docker network disconnect bridge b");
    check(&lab.ping(&a, &End::Outside), Unknown, "rule-not-read", "");
    lab.rule("mine", "filter_of_mine", 99, None, "ip saddr 172.18.0.2 drop");
    check(&lab.ping(&a, &End::Outside), Unknown, "rule-not-read", "");
}

#[test]
fn a_recording_without_the_places_of_rules_is_not_guessed_at() {
    let mut lab = Lab::new();
    let (a, b) = (lab.container("a", 2, &["front"]), lab.container("b", 3, &["bridge"]));
    for rule in lab.world.rules.clone().values() {
        lab.saw(Change::RuleSeen(Rule { chain: String::new(), place: 0, ..(**rule).clone() }));
    }
    let c = lab.container("c", 4, &["front"]);
    check(&lab.ping(&a, &b), Unknown, "rule-not-read", "");
    check(&lab.ping(&a, &c), Reaches, "same-network", "docker network disconnect front c");
}

#[test]
fn names_are_those_of_networks_that_both_are_on() {
    let mut lab = Lab::new();
    let (a, b) = (lab.container("a", 2, &["front"]), lab.container("b", 3, &["front"]));
    let (c, d) = (lab.container("c", 4, &["bridge"]), lab.container("d", 5, &["bridge"]));
    let name = |from, to| lab.ask(Question::Name, from, to);
    check(&name(&a, &b), Reaches, "same-network", "docker network disconnect front b");
    check(&name(&a, &c), DoesNot, "name-not-shared", "docker network connect front c");
    check(&name(&c, &a), DoesNot, "no-names", "docker network connect front c");
    check(&name(&c, &d), DoesNot, "no-names", "");
    assert_eq!(cell(&lab.world, Question::Name, V4, &a, &End::Outside, None), None);
    let matrix = matrix(&lab.world, Question::Name, V4, None);
    assert_eq!((matrix.from.len(), matrix.to.len(), matrix.cells.len()), (5, 4, 16));
}

#[test]
fn who_shares_a_namespace_is_at_home_there() {
    let mut lab = Lab::new();
    let web = lab.container("web", 2, &["front"]);
    let (host, side) =
        (lab.made("host", 7, NetworkMode::Host), lab.made("side", 8, NetworkMode::Container("web".into())));
    lab.process(7, &host, HOST);
    lab.process(8, &side, 102);
    let (host, side, none) = (End::Container(host), End::Container(side), lab.container("none", 9, &[]));
    check(&lab.ping(&side, &web), Reaches, "same-namespace", "docker stop web");
    check(&lab.ping(&host, &End::Host), Reaches, "same-namespace", "docker stop host");
    check(&lab.ping(&host, &web), Reaches, "same-network", "docker network disconnect front web");
    check(&lab.ping(&side, &host), Reaches, "host-itself", "docker stop side");
    check(&lab.ping(&none, &web), DoesNot, "no-network", "");
    check(&lab.ping(&web, &none), DoesNot, "no-network", "");
    check(&lab.ping(&none, &End::Outside), DoesNot, "no-network", "");
    assert_eq!(remake(Question::Ping, &lab.ping(&none, &web)), Some(Remake::Network));
    assert_eq!(remake(Question::Ping, &lab.ping(&side, &web)), None);
    assert_eq!(matrix(&lab.world, Question::Ping, V4, None).cells.len(), 6 * 5);
    let loopback = |from: &End| cell_at(&lab.world, Question::Ping, from, "127.0.0.1".parse().unwrap()).unwrap().to;
    assert_eq!(loopback(&End::Host), host);
    assert_eq!(loopback(&web), side, "who is in its namespace, and not who is in the host's");
    assert_eq!(loopback(&none), End::Outside, "nobody else's");
}

#[test]
fn ports_that_are_translated_lead_where_they_say() {
    let mut lab = Lab::new();
    let (a, b) = (lab.container("a", 2, &["front"]), lab.container("b", 3, &["bridge"]));
    let to = "fib daddr type local tcp dport 8080 dnat to 172.17.0.3:80";
    lab.rule("p1", "prerouting", 1, Some("bridge"), &format!("iifname != \"docker0\" {to}"));
    lab.rule("p2", "output", 2, Some("bridge"), &format!("ip daddr != 127.0.0.0/8 {to}"));
    let tcp = |port, from, to| lab.ask(Question::Tcp(port), from, to);
    // The host's own port leads into another bridge, which is closed to this one, as Docker's is.
    check(&tcp(8080, &a, &End::Host), DoesNot, "other-bridge", "");
    check(&tcp(8081, &a, &End::Host), Reaches, "host-itself", "docker network disconnect front a");
    check(&tcp(8080, &b, &End::Host), Reaches, "host-itself", "docker network disconnect bridge b");
}

#[test]
fn from_outside_only_published_ports_lead_in() {
    let mut lab = Lab::new();
    let (a, b) = (lab.container("a", 2, &["front"]), lab.container("b", 3, &["front"]));
    let End::Container(id) = &a else { unreachable!() };
    lab.saw(Change::PortPublished(Publication {
        key: "tcp/0.0.0.0:8080".into(),
        container: id.clone(),
        network: NetworkId::from("front"),
        transport: Transport::Tcp,
        host: vec!["0.0.0.0:8080".parse().unwrap()],
        to: "172.18.0.2:80".parse().unwrap(),
        machine: vec!["127.0.0.1:8080".parse().unwrap()],
    }));
    let cell = lab.ask(Question::Tcp(80), &End::Outside, &a);
    check(&cell, Reaches, "published", "docker stop a");
    assert_eq!(cell.why, Why::Published { ports: ":8080→80".into() });
    for (question, to, why, port) in
        [(Question::Tcp(81), &a, "other-ports", "81:81"), (Question::Udp(80), &b, "not-published", "80:80/udp")]
    {
        let cell = lab.ask(question, &End::Outside, to);
        check(&cell, DoesNot, why, "");
        assert_eq!(remake(question, &cell), Some(Remake::Publish { port: port.into() }));
    }
    assert_eq!(remake(Question::Ping, &lab.ping(&End::Outside, &b)), None);
    check(&lab.ping(&End::Outside, &b), DoesNot, "not-published", "");
    check(&lab.ping(&End::Outside, &End::Host), DoesNot, "lab", "");
}

#[test]
fn nothing_is_asked_of_what_does_not_run() {
    let mut lab = Lab::new();
    let a = lab.container("a", 2, &["front"]);
    let End::Container(id) = &a else { unreachable!() };
    lab.saw(Change::ContainerState { id: id.clone(), state: ContainerState::Exited { status: 0 } });
    assert_eq!(cell(&lab.world, Question::Ping, V4, &a, &End::Host, None), None);
    assert_eq!(matrix(&lab.world, Question::Ping, V4, None).cells.len(), 2);
    assert!(matrix(&World::default(), Question::Ping, V4, None).cells.is_empty());
}

#[test]
fn a_matrix_finds_its_cells_and_is_made_of_those_that_are_asked_for() {
    let mut lab = Lab::new();
    let networks = ["bridge", "front", "back"];
    let ends: Vec<End> = (2..82).map(|n| lab.container(&format!("c{n}"), n, &[networks[n as usize % 3]])).collect();
    let all = matrix(&lab.world, Question::Ping, V4, None);
    assert_eq!(all.cells.len(), 82 * 81);
    for cell in &all.cells {
        assert_eq!(all.cell(&cell.from, &cell.to), Some(cell));
    }
    assert_eq!(all.cell(&End::Host, &End::Host), None);
    let row = between(&lab.world, Question::Ping, V4, None, Some(&ends[0]), None);
    assert_eq!((row.from.len(), row.cells.len()), (1, 81));
    let same = |cell: &Cell| all.cell(&cell.from, &cell.to) == Some(cell);
    assert!(row.cells.iter().all(same));
    let one = between(&lab.world, Question::Ping, V4, None, Some(&ends[0]), Some(&End::Host));
    assert!(one.cells.len() == 1 && one.cells.iter().all(same));
}

impl Lab {
    /// The same with IPv6 on `front` and `back`, and the rules that engines write for it.
    fn six() -> Self {
        let mut lab = Self::new();
        for (bridge, net) in [("br-f", 18), ("br-b", 19)] {
            lab.saw(Change::AddrSeen { link: bridge.into(), cidr: format!("fd00:{net}::1/64") });
            lab.route(HOST, &format!("fd00:{net}::/64"), None, bridge);
        }
        lab.rule("ip6_forward", "", 0, None, "net.ipv6.conf.all.forwarding = 1");
        let apart = r#"iifname "br-b" oifname != "br-b" ip6 daddr != fd00:19::/64 drop"#;
        for (place, chain, network, text) in [
            (1, "between", "front", r#"oifname "br-f" drop"#),
            (2, "between", "back", r#"oifname "br-b" drop"#),
            (3, "forward", "front", r#"iifname "br-f" oifname != "br-f" jump between"#),
            (4, "forward", "back", apart),
            (5, "forward", "front", r#"oifname "br-f" ct state established,related accept"#),
            (6, "forward", "front", r#"iifname "br-f" accept"#),
            (7, "forward", "front", r#"oifname "br-f" drop"#),
        ] {
            lab.rule(&format!("s{place}"), &format!("ip6 dockwalk {chain}"), 100 + place, Some(network), text);
        }
        lab
    }

    fn container6(&mut self, name: &str, number: u32, network: &str, net: u32) -> End {
        let end = self.container(name, number, &[network]);
        let End::Container(id) = &end else { unreachable!() };
        let (link, address) = (format!("{}/eth0", id.short()), format!("fd00:{net}::{number}"));
        let (network, container) = (NetworkId::from(network), id.clone());
        self.saw(Change::AddressReserved { network, container, address: address.clone() });
        self.saw(Change::AddrSeen { link: link.as_str().into(), cidr: format!("{address}/64") });
        let netns = u64::from(100 + number);
        self.route(netns, &format!("fd00:{net}::/64"), None, "eth0");
        self.route(netns, "::/0", Some(&format!("fd00:{net}::1")), "eth0");
        end
    }

    fn ping6(&self, from: &End, to: &End) -> Cell {
        cell(&self.world, Question::Ping, V6, from, to, None).unwrap()
    }
}

#[test]
fn by_ipv6_the_same_rules_hold() {
    let mut lab = Lab::six();
    let (a, b) = (lab.container6("a", 2, "front", 18), lab.container6("b", 3, "front", 18));
    let (far, four) = (lab.container6("far", 4, "back", 19), lab.container("four", 5, &["bridge"]));
    let same = lab.ping6(&a, &b);
    check(&same, Reaches, "same-network", "docker network disconnect front b");
    assert_eq!((same.address, same.version), (Some("fd00:18::3".parse().unwrap()), V6));
    check(&lab.ping6(&a, &far), DoesNot, "other-bridge", "docker network connect back a");
    check(&lab.ping6(&far, &a), DoesNot, "internal", "docker network connect front far");
    check(&lab.ping6(&a, &End::Host), Reaches, "host-itself", "docker network disconnect front a");
    check(&lab.ping6(&End::Host, &far), Reaches, "same-network", "docker network disconnect back far");
    check(&lab.ping6(&a, &four), DoesNot, "no-six", "docker network connect front four");
    check(&lab.ping6(&four, &a), DoesNot, "no-six-here", "docker network connect front four");
    check(&lab.ping6(&a, &End::Outside), DoesNot, "no-uplink-six", "");
    check(
        &cell(&lab.world, Question::Name, V6, &a, &b, None).unwrap(),
        Reaches,
        "same-network",
        same.fix.as_ref().unwrap(),
    );
    assert_eq!(cell_at(&lab.world, Question::Ping, &a, "fd00:18::3".parse().unwrap()), Some(same));
    let nobody = cell_at(&lab.world, Question::Ping, &a, "2001:db8::1".parse().unwrap()).unwrap();
    assert_eq!((nobody.to, nobody.answer, nobody.why.key()), (End::Outside, DoesNot, "no-route"));
    let all = matrix(&lab.world, Question::Ping, V6, None);
    assert!(all.cells.iter().all(|cell| cell.version == V6 && cell.address.is_none_or(|at| at.is_ipv6())));
    lab.saw(Change::RuleGone { key: "s2".into() });
    lab.rule("ip6_forward", "", 0, None, "net.ipv6.conf.all.forwarding = 0");
    check(&lab.ping6(&a, &far), DoesNot, "no-forwarding-six", "");
}

#[test]
fn by_ipv6_addresses_go_with_their_link_and_the_link_is_named() {
    let mut lab = Lab::six();
    let (a, b) = (lab.container6("a", 2, "front", 18), lab.container6("b", 3, "front", 18));
    let End::Container(id) = &b else { unreachable!() };
    let (inner, outer) = (format!("{}/eth0", id.short()), format!("{}/veth0", id.short()));
    lab.change_link(&inner, |link| (link.up, link.carrier) = (false, Some(false)));
    lab.change_link(&outer, |link| link.carrier = Some(false));
    lab.saw(Change::AddrGone { link: inner.as_str().into(), cidr: "fd00:18::3/64".into() });
    lab.route_gone(103, "::/0");
    lab.route_gone(103, "fd00:18::/64");
    for (from, to) in [(&a, &b), (&b, &a), (&End::Host, &b)] {
        check(&lab.ping6(from, to), DoesNot, "link-down", "docker restart b");
    }
    lab.change_link(&inner, |link| (link.up, link.carrier) = (true, Some(true)));
    lab.change_link(&outer, |link| link.carrier = Some(true));
    let add = "dockwalk host nsenter --net=/proc/3/ns/net ip addr add fd00:18::3/64 dev eth0 nodad";
    check(&lab.ping6(&a, &b), DoesNot, "no-address", add);
}

#[test]
fn what_rules_say_of_one_version_is_said_of_no_packet_of_the_other() {
    let mut lab = Lab::six();
    let a = lab.container6("a", 2, "front", 18);
    let cut = "docker network disconnect front a";
    lab.rule("other", "inet mine input", 900, None, "ip saddr != 10.0.0.0/8 drop");
    check(&lab.ping6(&a, &End::Host), Reaches, "host-itself", cut);
    assert_eq!(lab.ping(&a, &End::Host).answer, Unknown, "where that chain stands is not known");
    lab.rule("other", "inet mine input", 900, None, "ip6 saddr fd00:18::/64 drop");
    assert_eq!((lab.ping6(&a, &End::Host).answer, lab.ping(&a, &End::Host).answer), (Unknown, Reaches));
}
