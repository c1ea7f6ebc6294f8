//! Networks that have IPv6: what the kernel has is what the World says, bridges are kept apart, and nothing is left.

use super::*;
use dockwalk::engine::net::{Segment6, Subnet6};
use nix::sys::socket::{self, AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrIn6, sockopt};
use std::net::{Ipv6Addr, SocketAddrV6};
use std::os::fd::AsRawFd;

fn network(name: &str, nth: u8) -> Network {
    let gateway = [172, 20 + nth, 0, 1].into();
    let mut network = Network::bridge(name, Subnet::around(gateway, 16), gateway).unwrap();
    let subnet = Subnet6::parse(&format!("fd00:{nth}::/64")).unwrap();
    let gateway = format!("fd00:{nth}::1").parse().unwrap();
    network.segment.as_mut().unwrap().six = Some(Segment6 { subnet, gateway, range: None, auxiliary: Vec::new() });
    network
}

const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);

/// Makes a router of who has this `eth0`: an address that the kernel made by itself would be what is announced, once it is known to
/// be nobody else's.
const ROUTER: &str = "cd /proc/sys/net/ipv6/conf/eth0 && echo 1 > addr_gen_mode && echo 0 > disable_ipv6 \
    && ip addr add fe80::2/64 dev eth0 nodad";

/// An announcement (RFC 4861, 4.2) of a router at which the default route leads out, and that addresses are to be of 2001:db8::/64.
fn announce(netns: &Netns) {
    let mut announcement = vec![134, 0, 0, 0, 64, 0, 0x07, 0x08];
    announcement.extend([0; 8]);
    announcement.extend([3, 4, 64, 0xc0, 0, 0, 0x07, 0x08, 0, 0, 0x07, 0x08, 0, 0, 0, 0]);
    announcement.extend("2001:db8::".parse::<Ipv6Addr>().unwrap().octets());
    let send = || {
        let (flags, protocol) = (SockFlag::SOCK_CLOEXEC, SockProtocol::IcmpV6);
        let fd = socket::socket(AddressFamily::Inet6, SockType::Raw, flags, protocol).unwrap();
        // What comes from further away is no neighbour's.
        socket::setsockopt(&fd, sockopt::Ipv6MulticastHops, &255).unwrap();
        let link = nix::net::if_::if_nametoindex("eth0").unwrap();
        let to = SockaddrIn6::from(SocketAddrV6::new(ALL_NODES, 0, 0, link));
        socket::sendto(fd.as_raw_fd(), &announcement, &to, MsgFlags::empty()).unwrap();
        Ok(())
    };
    netns.run(send).unwrap();
}

/// What a container announces (CVE-2020-13401) leaves the machine's routes and addresses as they were.
pub fn no_bridge_hears_a_router() {
    let mut engine = Engine::new();
    // As with `--mode host`, where IPv6 is on.
    engine.lab.mode = Mode::Host;
    let host = &engine.lab.host;
    if !std::path::Path::new("/proc/sys/net/ipv6").exists() {
        cases::lacking("IPv6");
    }
    let settings = "/proc/sys/net/ipv6/conf";
    in_netns(
        host,
        &format!("cd {settings}/default && echo 0 > disable_ipv6 && echo 1 > accept_ra && echo 1 > autoconf"),
    );
    let net = engine.start();
    let (_, netns, endpoint) = connected(&engine, &net, 'a');
    in_netns(&netns, ROUTER);
    let heard = || in_netns(host, "ip -6 route show proto ra; ip -6 addr show scope global");
    announce(&netns);
    // Delivered after it.
    ping(&netns, endpoint.gateway);
    assert_eq!(heard().trim(), "");
    for (nth, name) in [(1, "six"), (2, "four")] {
        let mut network = network(name, nth);
        network.segment.as_mut().unwrap().six.take_if(|_| name == "four");
        engine.op(|cx| net.add(cx, network));
    }
    let names = engine.world().networks.values().filter_map(|it| it.bridge.clone()).collect::<Vec<_>>();
    assert_eq!(names.len(), 3, "{names:?}");
    for name in names {
        let said = in_netns(host, &format!("cd {settings}/{} && cat accept_ra autoconf disable_ipv6", name.0));
        assert_eq!(said.split_whitespace().collect::<Vec<_>>(), ["0", "0", "0"], "{name:?}");
    }
    // It is by this setting that it is not heard.
    in_netns(host, &format!("cd {settings}/docker0 && echo 2 > accept_ra && echo 1 > autoconf"));
    let deadline = Instant::now() + Duration::from_secs(10);
    while !heard().contains("default via fe80::2 dev docker0") || !heard().contains("2001:db8::") {
        assert!(Instant::now() < deadline, "{}", heard());
        announce(&netns);
        std::thread::sleep(Duration::from_millis(20));
    }
    engine.op(|cx| net.stop(cx));
}

/// Who forwards hears no router; with `--mode host` this machine's own way out stays all the same, and as it was before.
pub fn the_machines_own_route_stays() {
    let mut engine = Engine::new();
    engine.lab.mode = Mode::Host;
    let host = &engine.lab.host;
    if !std::path::Path::new("/proc/sys/net/ipv6").exists() {
        cases::lacking("IPv6");
    }
    let settings = "/proc/sys/net/ipv6/conf";
    let router = Netns::create().unwrap();
    in_netns(host, &format!("ip link add up0 type veth peer name eth0 netns {}", router.path()));
    in_netns(&router, &format!("{ROUTER} && ip link set eth0 up"));
    in_netns(host, &format!("cd {settings}/up0 && echo 0 > disable_ipv6 && echo 1 > accept_ra && echo 1 > autoconf"));
    in_netns(host, "ip link set up0 up");
    let has_route = || in_netns(host, "ip -6 route show default").contains("default via fe80::2 dev up0");
    let heard = || {
        let deadline = Instant::now() + Duration::from_secs(10);
        while !has_route() {
            assert!(Instant::now() < deadline, "{}", in_netns(host, "ip -6 route; ip -6 addr"));
            announce(&router);
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    heard();
    let net = engine.start();
    engine.op(|cx| net.add(cx, network("six", 1)));
    assert!(has_route(), "the kernel forgets it where accept_ra is 1: {}", in_netns(host, "ip -6 route"));
    in_netns(host, "ip -6 route del default");
    heard();
    let said = |what: &str| in_netns(host, &format!("cat {settings}/{what}")).trim().to_owned();
    assert_eq!([said("up0/accept_ra"), said("all/forwarding")], ["2", "1"]);
    let world = engine.world();
    assert!(world.remarks.iter().any(|remark| matches!(remark.code, Code::RoutersStillHeard)), "{:?}", world.remarks);
    assert!(world.rules["ip6_forward"].text.ends_with("= 1"));
    engine.op(|cx| net.stop(cx));
    assert_eq!([said("up0/accept_ra"), said("all/forwarding")], ["1", "0"]);
    assert!(!engine.world().rules.contains_key("ip6_forward"));
}

pub fn ipv6_is_what_ip_shows_and_nothing_is_left() {
    let engine = Engine::new();
    needs("nft");
    let host = &engine.lab.host;
    let before = oracle::dump(host);
    let net = engine.start();
    let mut all = Vec::new();
    for (nth, name) in [(1, "one"), (2, "two")] {
        let driver = engine.op(|cx| net.add(cx, network(name, nth)));
        let id = engine.container(['a', 'b'][usize::from(nth) - 1]);
        let netns = engine.op(|cx| net.make_netns(cx, &id));
        let endpoint = engine.op(|cx| net.connect(cx, driver.as_ref(), &id, &netns, &Wish::default())).unwrap();
        all.push((id, netns, endpoint, driver));
    }
    for (nth, (_, netns, endpoint, _)) in (1..).zip(&all) {
        let six = endpoint.six.unwrap();
        assert_eq!(six.address.to_string(), format!("fd00:{nth}::2"));
        assert_world_is_what_ip_shows(&engine.world(), netns);
        let routes = in_netns(netns, "ip -6 route");
        assert!(routes.contains(&format!("default via fd00:{nth}::1 dev eth0")), "{routes}");
        ping(netns, six.gateway);
    }
    let world = engine.world();
    assert_world_is_what_ip_shows(&world, host);
    assert_eq!(in_netns(host, "cat /proc/sys/net/ipv6/conf/docker0/accept_ra").trim(), "0");
    let listed = in_netns(host, "nft list table ip6 dockwalk");
    for rule in world.rules.values().filter(|rule| rule.chain.starts_with("ip6 ")) {
        assert!(rule.key.starts_with("ip6/") && listed.contains(&rule.text), "{rule:?} {listed}");
    }
    assert!(world.rules.values().any(|rule| rule.chain == "ip6 dockwalk between"));
    // What leads there does not lead through.
    let reaches = |netns: &Netns, to: &str| {
        in_netns(netns, &format!("busybox ping6 -c 1 -W 1 {to} > /dev/null 2>&1 && echo yes || echo no")).trim()
            == "yes"
    };
    assert!(!reaches(&all[0].1, "fd00:2::2") && !reaches(&all[1].1, "fd00:1::2"));
    in_netns(host, "nft flush table ip6 dockwalk");
    assert!(reaches(&all[0].1, "fd00:2::2"), "it is the rules that keep them apart");
    assert!(engine.world().rules["ip6_forward"].text.ends_with("= 1"));
    for (id, _, _, driver) in &all {
        engine.op(|cx| net.disconnect(cx, id));
        engine.op(|cx| net.remove(cx, &driver.network().id, &called, |_| Ok(())));
    }
    assert!(!engine.world().rules.values().any(|rule| rule.chain.starts_with("ip6 ")));
    assert!(!engine.world().leases.keys().any(|(_, address)| address.contains(':')));
    engine.op(|cx| net.stop(cx));
    in_netns(host, "ip -4 addr flush lo; ip link set lo down");
    assert_eq!(oracle::dump(host), before, "but for the loopback, which stays up");
    assert!(!in_netns(host, "nft list tables").contains("dockwalk"));
}
