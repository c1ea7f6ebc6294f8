//! What every network driver keeps to, whichever it is: the same cases for bridge, a further bridge, host and none.

use super::oracle::{assert_world_is_what_ip_shows, dump};
use super::{Engine, in_netns, refused, second};
use dockwalk::engine::lab::Netns;
use dockwalk::engine::net::{Driver, Net, Network, Subnet, Wish};
use dockwalk::trace::{Code, NetworkMode};

pub fn every_driver_keeps_the_same_rules() {
    let engine = Engine::new();
    let net = engine.start();
    engine.op(|cx| net.add(cx, second()));
    let modes = [NetworkMode::Bridge, NetworkMode::Named("lab_net".into()), NetworkMode::Host, NetworkMode::None];
    for (mode, digit) in modes.iter().zip('a'..) {
        println!("{mode}");
        let driver = net.driver(mode).unwrap();
        assert_eq!(driver.network().name, mode.to_string());
        its_name_is_taken(&net, driver.as_ref());
        a_stranger_is_taken_off_without_a_fault(&engine, &net, driver.as_ref());
        connected_and_off_again(&engine, &net, driver.as_ref(), digit);
        off_as_far_as_it_came(&engine, &net, driver.as_ref(), digit);
    }
    for mode in modes.iter().rev() {
        torn_down_twice(&engine, &net, net.driver(mode).unwrap().as_ref());
    }
    engine.op(|cx| net.stop(cx));
    assert!(engine.world().networks.is_empty() && engine.world().rules.is_empty());
    assert_eq!(engine.conductor.journal().pending(None), []);
}

/// No network is valid beside itself.
fn its_name_is_taken(net: &Net, driver: &dyn Driver) {
    let fault = driver.validate(net.host(), &net.networks()).unwrap_err();
    assert_eq!(fault.problem.code, Code::NetworkExists);
}

fn a_stranger_is_taken_off_without_a_fault(engine: &Engine, net: &Net, driver: &dyn Driver) {
    let id = "f".repeat(64).as_str().into();
    engine.op(|cx| driver.disconnect(cx, net.host(), &id).into_result());
}

/// The World is what `ip` shows, on both sides, before, meanwhile and after; nothing is left.
fn connected_and_off_again(engine: &Engine, net: &Net, driver: &dyn Driver, digit: char) {
    let host = &engine.lab.host;
    let before = dump(host);
    let id = engine.container(digit);
    let netns = if driver.isolates() { engine.op(|cx| net.make_netns(cx, &id)) } else { host.clone() };
    let endpoint = engine.op(|cx| driver.connect(cx, net.host(), &id, &netns, &Wish::default()));
    assert_eq!(endpoint.is_some(), driver.network().segment.is_some(), "an address is had from a subnet");
    assert_world_is_what_ip_shows(&engine.world(), host);
    assert_world_is_what_ip_shows(&engine.world(), &netns);
    in_netns(&netns, "ip -o link show dev lo | grep -q LOOPBACK,UP");
    if let (Some(endpoint), Some(segment)) = (&endpoint, &driver.network().segment) {
        assert_eq!((endpoint.gateway, endpoint.prefix), (segment.gateway, segment.subnet.prefix()));
        let shown = in_netns(&netns, "ip -4 -o addr show dev eth0; ip route");
        assert!(shown.contains(&format!("{}/{}", endpoint.address, endpoint.prefix)), "{shown}");
        assert!(shown.contains(&format!("default via {}", endpoint.gateway)), "{shown}");
        let lease = (endpoint.network.clone(), endpoint.address.to_string());
        assert_eq!(engine.world().leases.get(&lease), Some(&id));
    } else {
        assert_eq!(dump(host), before, "nothing of it is on the host");
    }
    for _ in 0..2 {
        engine.op(|cx| driver.disconnect(cx, net.host(), &id).into_result());
    }
    engine.op(|cx| net.disconnect(cx, &id));
    assert_eq!(dump(host), before);
    let world = engine.world();
    assert!(world.leases.is_empty() && engine.conductor.journal().pending(Some(id.as_str())).is_empty());
    assert!(!driver.isolates() || !world.namespaces.contains_key(&netns.inode()));
}

/// What a connection that failed half way has made is taken off.
fn off_as_far_as_it_came(engine: &Engine, net: &Net, driver: &dyn Driver, digit: char) {
    let host = &engine.lab.host;
    let (before, leases) = (dump(host), engine.world().leases.len());
    let id = engine.container(digit.to_ascii_uppercase());
    let netns = Netns::create().unwrap();
    // The name that its link is to get is taken.
    in_netns(&netns, "ip link add eth0 type bridge");
    let result = engine.conductor.operate(
        dockwalk::trace::OpKind::EngineStart,
        "test",
        "test",
        &dockwalk::engine::Cancel::new(),
        |cx| driver.connect(cx, net.host(), &id, &netns, &Wish::default()),
    );
    assert_eq!(result.is_err(), driver.network().segment.is_some(), "{result:?}");
    engine.op(|cx| driver.disconnect(cx, net.host(), &id).into_result());
    engine.op(|cx| net.disconnect(cx, &id));
    assert_eq!((dump(host), engine.world().leases.len()), (before, leases));
    assert!(engine.conductor.journal().pending(Some(id.as_str())).is_empty());
}

fn torn_down_twice(engine: &Engine, net: &Net, driver: &dyn Driver) {
    for _ in 0..2 {
        engine.op(|cx| driver.tear_down(cx, net.host()).into_result());
        assert_world_is_what_ip_shows(&engine.world(), &engine.lab.host);
    }
    if let Some(segment) = &driver.network().segment {
        assert!(!in_netns(&engine.lab.host, "ip -br link").contains(&segment.bridge));
        assert!(!engine.world().networks.contains_key(&driver.network().id));
    }
}

pub fn a_network_that_cannot_be_is_refused() {
    let engine = Engine::new();
    let net = engine.start();
    let (before, events) = (dump(&engine.lab.host), engine.world().networks.len());
    let bridge = |name: &str, gateway: [u8; 4], prefix| {
        Network::bridge(name, Subnet::around(gateway.into(), prefix), gateway.into()).unwrap()
    };
    let cases = [
        (bridge("host", [172, 18, 0, 1], 16), Code::NetworkExists),
        (bridge("a b", [172, 18, 0, 1], 16), Code::NetworkName),
        (bridge("lab_net", [172, 17, 3, 1], 24), Code::NetworkOverlaps),
        (bridge("lab_net", [172, 18, 0, 0], 16), Code::NetworkSubnetInvalid),
    ];
    for (network, code) in cases {
        assert_eq!(refused(&engine, |cx| net.add(cx, network)), code);
    }
    // A link of that name is there already, that somebody else made.
    let taken = second();
    let link = &taken.segment.as_ref().unwrap().bridge;
    in_netns(&engine.lab.host, &format!("ip link add {link} type bridge"));
    assert_eq!(refused(&engine, |cx| net.add(cx, taken.clone())), Code::Docker0Foreign);
    in_netns(&engine.lab.host, &format!("ip link delete {link}"));
    assert_eq!((dump(&engine.lab.host), engine.world().networks.len()), (before, events));
    assert_eq!(net.networks().len(), 3);
    engine.op(|cx| net.add(cx, taken));
}

/// Somebody deleted a bridge and the table while the engine ran: all the rest is taken away all the same.
pub fn what_fails_does_not_keep_the_rest() {
    let engine = Engine::new();
    let net = engine.start();
    engine.op(|cx| net.add(cx, second()));
    let mode = NetworkMode::Named("lab_net".into());
    let id = engine.container('a');
    let netns = engine.op(|cx| net.make_netns(cx, &id));
    engine.op(|cx| net.connect(cx, net.driver(&mode)?.as_ref(), &id, &netns, &Wish::default()));
    in_netns(&engine.lab.host, "ip link delete docker0");
    in_netns(&engine.lab.host, "nft delete table ip dockwalk 2>/dev/null || true");
    engine.op(|cx| net.stop(cx));
    let after = in_netns(&engine.lab.host, "ip -br link");
    assert!(!after.contains("br-") && !after.contains("veth"), "{after}");
    assert!(engine.world().leases.is_empty() && engine.world().networks.is_empty());
    assert_eq!(engine.conductor.journal().pending(None), []);
}
