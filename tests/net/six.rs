//! Networks that have IPv6: what the kernel has is what the World says, bridges are kept apart, and nothing is left.

use super::*;
use dockwalk::engine::net::{Segment6, Subnet6};

fn network(name: &str, nth: u8) -> Network {
    let gateway = [172, 20 + nth, 0, 1].into();
    let mut network = Network::bridge(name, Subnet::around(gateway, 16), gateway).unwrap();
    let subnet = Subnet6::parse(&format!("fd00:{nth}::/64")).unwrap();
    let gateway = format!("fd00:{nth}::1").parse().unwrap();
    network.segment.as_mut().unwrap().six = Some(Segment6 { subnet, gateway, range: None, auxiliary: Vec::new() });
    network
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
