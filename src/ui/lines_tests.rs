//! Real lines of busybox, iproute2, nft and docker against a World with two containers that have the same names inside.

use super::*;
use crate::spec::NetworkId;
use crate::trace::*;

const HOST: u64 = 1;

fn id(n: u32) -> ContainerId {
    format!("{n:064x}").as_str().into()
}

fn link(key: &str, netns: u64, ifindex: u32, name: &str, mac: &str, kind: LinkKind) -> Link {
    Link {
        key: key.into(),
        netns,
        ifindex,
        name: name.into(),
        kind,
        mac: mac.into(),
        mtu: 1500,
        up: true,
        carrier: Some(true),
        state: None,
        master: None,
        port: None,
        isolated: false,
        peer_ifindex: None,
        container: None,
    }
}

/// web: 172.17.0.2, db: 172.17.0.20, each with `eth0` in a namespace of its own; a host whose way out is called `eth0`, too.
fn world() -> World {
    let mut world = World::default();
    let mut saw = |change: Change| world.apply(&change).expect("legal");
    saw(Change::HostSeen(Host {
        kernel: "6.1".into(),
        hostname: "host".into(),
        os: String::new(),
        mode: Mode::Lab,
        rootless: false,
        cgroup: CgroupVersion::V2,
        root: String::new(),
        netns: HOST,
        engine_pid: 1,
        platform: None,
    }));
    let key: LinkKey = "docker0".into();
    saw(Change::LinkSeen(link("lab/lo", HOST, 1, "lo", "", LinkKind::Loopback)));
    saw(Change::AddrSeen { link: "lab/lo".into(), cidr: "127.0.0.1/8".into() });
    saw(Change::LinkSeen(link("lab/eth0", HOST, 2, "eth0", "0a:00:00:00:00:01", LinkKind::Uplink)));
    saw(Change::AddrSeen { link: "lab/eth0".into(), cidr: "10.0.2.100/24".into() });
    saw(Change::LinkSeen(link("docker0", HOST, 3, "docker0", "02:42:1f:00:00:01", LinkKind::Bridge)));
    saw(Change::AddrSeen { link: key.clone(), cidr: "172.17.0.1/16".into() });
    saw(Change::NetworkSeen(Network {
        id: NetworkId::from("9f".repeat(32).as_str()),
        name: "bridge".into(),
        driver: "bridge".into(),
        subnet: "172.17.0.0/16".into(),
        gateway: "172.17.0.1".into(),
        bridge: Some(key),
    }));
    for (n, name, last) in [(1, "web", 2_u32), (2, "db", 20)] {
        let (netns, outer, inner) = (10 + u64::from(n), 4 + 2 * n + 1, 4 + 2 * n);
        saw(Change::ContainerCreated(a_container(id(n), name)));
        saw(Change::NamespaceSeen(Namespace { inode: netns, kind: NamespaceKind::Net, container: Some(id(n)) }));
        let own = |link: Link, peer: Option<u32>| Link { container: Some(id(n)), peer_ifindex: peer, ..link };
        let plug = link(
            &format!("{name}/veth"),
            HOST,
            outer,
            &format!("veth{name}"),
            &format!("0e:00:00:00:00:0{n}"),
            LinkKind::Veth,
        );
        saw(Change::LinkSeen(Link { master: Some(3), ..own(plug, Some(inner)) }));
        let eth0 = format!("{name}/eth0");
        let end = link(&eth0, netns, inner, "eth0", &format!("02:42:ac:11:00:{last:02x}"), LinkKind::Veth);
        saw(Change::LinkSeen(own(end, Some(outer))));
        saw(Change::AddrSeen { link: eth0.as_str().into(), cidr: format!("172.17.0.{last}/16") });
        let lo = format!("{name}/lo");
        saw(Change::LinkSeen(own(link(&lo, netns, 1, "lo", "", LinkKind::Loopback), None)));
        saw(Change::AddrSeen { link: lo.as_str().into(), cidr: "127.0.0.1/8".into() });
        for (to, via) in [("default", Some("172.17.0.1")), ("172.17.0.0/16", None)] {
            saw(Change::RouteSeen(Route {
                netns,
                destination: to.into(),
                via: via.map(Into::into),
                dev: "eth0".into(),
                refuses: None,
            }));
        }
    }
    saw(Change::RouteSeen(Route {
        netns: HOST,
        destination: "default".into(),
        via: Some("10.0.2.2".into()),
        dev: "eth0".into(),
        refuses: None,
    }));
    saw(Change::RouteSeen(Route {
        netns: HOST,
        destination: "10.9.0.7/32".into(),
        via: None,
        dev: String::new(),
        refuses: Some(Refusal::Prohibit),
    }));
    saw(Change::RuleSeen(Rule {
        key: "masquerade/bridge".into(),
        netns: HOST,
        network: None,
        action: "masquerade".into(),
        text: "ip saddr 172.17.0.0/16 oifname != \"docker0\" counter masquerade".into(),
        chain: "postrouting".into(),
        place: 0,
    }));
    world
}

fn a_container(id: ContainerId, name: &str) -> Container {
    Container {
        name: name.into(),
        id,
        image: crate::spec::Digest::from_sha256(&[0; 32]),
        image_name: "lab/shell:1".into(),
        argv: vec!["sh".into()],
        env: Vec::new(),
        working_dir: "/".into(),
        user: String::new(),
        hostname: name.into(),
        network_mode: "bridge".into(),
        tty: true,
        labels: std::collections::BTreeMap::new(),
        state: ContainerState::Created,
        health: None,
        auto_remove: false,
    }
}

#[track_caller]
fn check(whose: &Whose, line: &str, expected: &[&str]) {
    let world = world();
    let name = |entity: Entity| match entity {
        Entity::Link(key) => key.0.to_string(),
        Entity::Route(netns, to) => format!("route {to} in {netns}"),
        Entity::Rule(key) => format!("rule {key}"),
        Entity::Container(id) => world.containers[&id].name.clone(),
        Entity::Network(id) => format!("network {}", world.networks[&id].name),
        other => format!("{other:?}"),
    };
    let found: Vec<String> = entities(&world, whose, line).into_iter().map(name).collect();
    assert_eq!(found, expected, "{line}");
}

fn web() -> Whose {
    Whose::Container(id(1))
}

#[test]
fn ifconfig_of_busybox() {
    check(&web(), "eth0      Link encap:Ethernet  HWaddr 02:42:AC:11:00:02  ", &["web/eth0"]);
    check(&web(), "          inet addr:172.17.0.2  Bcast:172.17.255.255  Mask:255.255.0.0", &["web/eth0"]);
    check(&web(), "lo        Link encap:Local Loopback  ", &["web/lo"]);
    check(&web(), "          inet addr:127.0.0.1  Mask:255.0.0.0", &["web/lo"]);
    check(&web(), "          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1", &[]);
    check(&web(), "          RX packets:5 errors:0 dropped:0 overruns:0 frame:0", &[]);
    check(&Whose::Container(id(2)), "eth0      Link encap:Ethernet  HWaddr 02:42:AC:11:00:14  ", &["db/eth0"]);
}

#[test]
fn ip_of_iproute2_and_busybox() {
    check(&web(), "6: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP", &["web/eth0"]);
    check(&web(), "    link/ether 02:42:ac:11:00:02 brd ff:ff:ff:ff:ff:ff link-netnsid 0", &["web/eth0"]);
    check(&web(), "    inet 172.17.0.2/16 brd 172.17.255.255 scope global eth0", &["web/eth0"]);
    check(&web(), "    inet 127.0.0.1/8 scope host lo", &["web/lo"]);
    check(&web(), "       valid_lft forever preferred_lft forever", &[]);
    check(
        &Whose::Host,
        "7: vethweb@if6: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 master docker0 state UP",
        &["web/veth", "docker0"],
    );
    // After nsenter at the host's prompt: not the host's own eth0.
    check(&Whose::Host, "8: eth0@if9: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP", &["db/eth0"]);
    check(&Whose::Host, "    inet 172.17.0.20/16 brd 172.17.255.255 scope global eth0", &["db/eth0"]);
    check(&Whose::Host, "    inet 10.0.2.100/24 scope global eth0", &["lab/eth0"]);
}

#[test]
fn routes() {
    let expected = ["route default in 11", "web/eth0", "docker0"];
    check(&web(), "default via 172.17.0.1 dev eth0 ", &expected);
    check(&web(), "0.0.0.0         172.17.0.1      0.0.0.0         UG    0      0        0 eth0", &expected);
    let expected = ["route 172.17.0.0/16 in 11", "web/eth0"];
    check(&web(), "172.17.0.0/16 dev eth0 proto kernel scope link src 172.17.0.2 ", &expected);
    check(&web(), "172.17.0.0      0.0.0.0         255.255.0.0     U     0      0        0 eth0", &expected);
    // After nsenter at the host's prompt: no route of the host's.
    check(&Whose::Host, "default via 172.17.0.1 dev eth0", &["docker0"]);
    check(&Whose::Host, "default via 10.0.2.2 dev eth0", &["route default in 1", "lab/eth0"]);
    check(&Whose::Host, "prohibit 10.9.0.7 ", &["route 10.9.0.7/32 in 1"]);
    check(&web(), "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface", &[]);
}

#[test]
fn bridge_and_nft_and_ping() {
    check(&Whose::Host, "02:42:ac:11:00:02 dev vethweb master docker0 ", &["web/eth0", "web/veth", "docker0"]);
    check(&Whose::Host, "33:33:00:00:00:01 dev docker0 self permanent", &["docker0"]);
    let rule = "\t\tip saddr 172.17.0.0/16 oifname != \"docker0\" counter packets 12 bytes 840 masquerade # handle 2";
    check(&Whose::Host, rule, &["rule masquerade/bridge"]);
    check(
        &Whose::Host,
        "\t\tip saddr 172.17.0.0/16 oifname != \"docker0\" counter masquerade",
        &["rule masquerade/bridge"],
    );
    check(&Whose::Host, "\t\ttype nat hook postrouting priority srcnat; policy accept;", &[]);
    check(&web(), "PING 172.17.0.20 (172.17.0.20): 56 data bytes", &["db/eth0"]);
    check(&web(), "64 bytes from 172.17.0.20: seq=0 ttl=64 time=0.298 ms", &["db/eth0"]);
    check(&web(), "64 bytes from 172.17.0.2: seq=0 ttl=64 time=0.298 ms", &["web/eth0"]);
}

#[test]
fn docker() {
    check(&Whose::Docker, &format!("            \"{}\": {{", id(1)), &["web"]);
    check(&Whose::Docker, "                \"Name\": \"db\",", &["db"]);
    check(&Whose::Docker, "        \"Name\": \"bridge\",", &["network bridge"]);
    check(&Whose::Docker, "                \"IPv4Address\": \"172.17.0.2/16\",", &["web/eth0"]);
    check(&Whose::Docker, "                \"MacAddress\": \"02:42:ac:11:00:02\",", &["web/eth0"]);
    check(&Whose::Docker, "                    \"Subnet\": \"172.17.0.0/16\",", &["docker0"]);
    check(&Whose::Docker, "                    \"Gateway\": \"172.17.0.1\"", &["docker0"]);
    check(&Whose::Docker, "            \"com.docker.network.bridge.name\": \"docker0\",", &["docker0"]);
    check(&Whose::Docker, "9f9f9f9f9f9f   bridge    bridge    local", &["network bridge"]);
    check(&Whose::Docker, "eth0      Link encap:Ethernet", &[]);
}

#[test]
fn no_part_of_a_number_or_a_name_is_found() {
    for line in [
        "172.17.0.200",
        "1172.17.0.2",
        "172.17.0.2.in-addr.arpa",
        "inet 172.17.0.2/24",
        "inet 172.17.0.2/160",
        "02:42:ac:11:00:02:03",
        "eth00: <UP>",
        "xeth0      Link",
        "the eth0 of somebody",
        "",
        ":::::",
        "9: eth0@if7: <UP>",
    ] {
        check(&web(), line, &[]);
    }
    let long = format!("inet 172.17.0.2 {}", "x".repeat(LONGEST));
    check(&web(), &long, &[]);
}

#[test]
fn a_line_about_a_part_is_about_the_whole() {
    let world = world();
    let things = entities(&world, &web(), "inet 172.17.0.2/16 scope global eth0");
    assert!(
        is_about(&world, &things, &Entity::Container(id(1))) && !is_about(&world, &things, &Entity::Container(id(2)))
    );
    let things = entities(&world, &Whose::Host, "inet 172.17.0.1/16 scope global docker0");
    let network = world.networks.keys().next().cloned().expect("one");
    assert!(is_about(&world, &things, &Entity::Network(network)));
}
