//! What a bridge has learned, and what it does with packets at its ports, is in the World as `bridge` shows it.

use super::by_hand::{named, past_steps, until};
use super::oracle::in_netns;
use super::{Engine, cases::needs, connected};
use dockwalk::engine::lab::Netns;
use dockwalk::trace::{Body, Change, Code, Evidence, LinkKey, PortState, World};
use std::collections::BTreeSet;

type Rows = BTreeSet<(String, String, String)>;

/// Bridge, address and port of what the bridges of a namespace have learned, as `bridge fdb` shows it.
fn shown(netns: &Netns) -> Rows {
    let text = in_netns(netns, "bridge -j fdb show");
    let all: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let word = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let learned = |row: &&serde_json::Value| {
        row.get("master").is_some() && !["permanent", "static"].contains(&word(row, "state").as_str())
    };
    all.iter().filter(learned).map(|row| (word(row, "master"), word(row, "mac"), word(row, "ifname"))).collect()
}

/// The same as the World has it.
fn known(world: &World) -> Rows {
    let name = |key: &LinkKey| world.links[key].name.clone();
    world.macs.iter().map(|((bridge, mac), port)| (name(bridge), mac.clone(), name(port))).collect()
}

/// What the kernel told of the latest change of a MAC table, and what of the dump is shown beside it.
fn told(engine: &Engine, is_it: impl Fn(&Change) -> bool) -> [String; 2] {
    let all = past_steps(engine);
    let (change, evidence) = all.iter().rev().find(|(change, _)| is_it(change)).expect("it is recorded past all steps");
    let of = |begins: &str| {
        let found = evidence.iter().find_map(|evidence| match evidence {
            Evidence::Netlink { request, reply } if request.starts_with(begins) => Some(reply.join("\n")),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("{change:?}: {evidence:?}"))
    };
    ["RTNLGRP_NEIGH", "RTM_GETNEIGH family=AF_BRIDGE NLM_F_DUMP"].map(of)
}

pub fn what_a_bridge_learns_is_seen() {
    needs("ping");
    needs("bridge");
    let engine = Engine::new();
    let net = engine.start();
    let host = engine.lab.host.clone();
    let (a, inside, one) = connected(&engine, &net, 'a');
    let (b, _, two) = connected(&engine, &net, 'b');
    let begun = engine.conductor.steps();
    in_netns(&inside, &format!("ping -c 1 -W 5 {}", two.address));
    let row =
        |of: &dockwalk::engine::net::EndpointSettings| ("docker0".to_owned(), of.mac.clone(), of.host_link.clone());
    until(&engine, "both", |world| known(world) == [row(&one), row(&two)].into());
    assert_eq!(known(&engine.world()), shown(&host));
    let row_of = format!("{} dev {} master docker0", one.mac, one.host_link);
    let is_first = |change: &Change| matches!(change, Change::MacLearned(it) if it.mac == one.mac);
    assert_eq!(told(&engine, is_first), [format!("RTM_NEWNEIGH {row_of}"), row_of.clone()]);

    // Heard behind another port, as when somebody pretends to be another.
    in_netns(&host, &format!("bridge fdb replace {} dev {} master dynamic", one.mac, two.host_link));
    let moved = ("docker0".to_owned(), one.mac.clone(), two.host_link.clone());
    until(&engine, "it has moved", |world| known(world) == [moved.clone(), row(&two)].into());
    in_netns(&host, &format!("bridge fdb del {} dev {} master", one.mac, two.host_link));
    let world = until(&engine, "it is forgotten", |world| known(world) == [row(&two)].into());
    assert_eq!(known(&world), shown(&host));
    let [message, _] = told(&engine, |change| matches!(change, Change::MacForgotten { .. }));
    assert_eq!(message, format!("RTM_DELNEIGH {} dev {} master docker0", one.mac, two.host_link));
    // What is no port any more has nothing behind it.
    in_netns(&host, &format!("ip link set {} nomaster", two.host_link));
    until(&engine, "no port", |world| known(world).is_empty());
    assert_eq!(engine.conductor.steps(), begun, "no step did any of it");
    engine.op(|cx| net.disconnect(cx, &a));
    engine.op(|cx| net.disconnect(cx, &b));
    assert_eq!(known(&engine.world()), shown(&host));
}

pub fn a_port_has_its_state() {
    needs("bridge");
    let engine = Engine::new();
    let net = engine.start();
    let host = engine.lab.host.clone();
    let (id, inside, endpoint) = connected(&engine, &net, 'a');
    let state = |world: &World| named(world, &host, &endpoint.host_link).and_then(|link| link.port.clone());
    let shown = || {
        let text = in_netns(&host, &format!("bridge -j link show dev {}", endpoint.host_link));
        let all: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        Some(PortState::from(all[0]["state"].as_str().unwrap()))
    };
    until(&engine, "forwarding", |world| state(world) == Some(PortState::Forwarding));
    assert_eq!(shown(), Some(PortState::Forwarding));
    in_netns(&inside, "ip link set eth0 down");
    until(&engine, "disabled", |world| state(world) == Some(PortState::Disabled));
    assert_eq!(shown(), Some(PortState::Disabled));
    in_netns(&inside, "ip link set eth0 up");
    until(&engine, "forwarding", |world| state(world) == Some(PortState::Forwarding));
    // By the spanning tree protocol a port hears who is there for a while before it lets anything through.
    in_netns(&host, "ip link set docker0 type bridge stp_state 1");
    in_netns(&inside, "ip link set eth0 down && ip link set eth0 up");
    let quiet = |world: &World| matches!(state(world), Some(PortState::Listening | PortState::Learning));
    until(&engine, "listening", quiet);
    in_netns(&host, &format!("ip link set {} nomaster", endpoint.host_link));
    until(&engine, "no port", |world| state(world).is_none());
    engine.op(|cx| net.disconnect(cx, &id));
}

/// Who looks at a picture asks again and again: nothing of it is in the trace.
pub fn what_passes_is_counted_and_not_recorded() {
    needs("ping");
    let engine = Engine::new();
    let net = engine.start();
    let (a, inside, one) = connected(&engine, &net, 'a');
    let (b, _, two) = connected(&engine, &net, 'b');
    let counted = |netns: u64, name: &str| {
        let world = engine.world();
        let link = world.links.values().find(|link| link.netns == netns && link.name == name).unwrap();
        let all = net.counters().unwrap();
        all.into_iter().find(|it| (it.netns, it.ifindex) == (netns, link.ifindex)).unwrap()
    };
    let host = engine.lab.host.inode();
    in_netns(&inside, &format!("ping -c 1 -W 5 {}", two.address));
    until(&engine, "both", |world| world.macs.len() == 2);
    let of = || [counted(inside.inode(), "eth0"), counted(host, &one.host_link)];
    let ([eth0, veth], events) = (of(), engine.conductor.recorder().with(|trace| trace.len()));
    in_netns(&inside, &format!("ping -c 3 -W 5 {}", two.address));
    let [eth0_now, veth_now] = of();
    let more = |now: u64, before: u64| now - before >= 3;
    assert!(more(eth0_now.tx_packets, eth0.tx_packets) && more(eth0_now.rx_packets, eth0.rx_packets));
    assert!(more(veth_now.rx_packets, veth.rx_packets) && more(veth_now.tx_packets, veth.tx_packets));
    assert!(eth0_now.tx_bytes - eth0.tx_bytes >= 3 * 98, "three echo requests of 98 bytes");
    (0..20).for_each(|_| assert!(!net.counters().unwrap().is_empty()));
    // The kernel may tell of something meanwhile, as a bridge that learns an address late: that comes with its message.
    let heard = |body: &Body| match body {
        Body::Observed { step: None, evidence, .. } => {
            evidence.iter().any(|it| matches!(it, Evidence::Netlink { request, .. } if request.starts_with("RTNLGRP_")))
        }
        _ => false,
    };
    engine.conductor.recorder().with(|trace| {
        for event in trace.events().filter(|event| event.seq > events) {
            assert!(heard(&event.body), "{event:?}");
        }
    });
    engine.op(|cx| net.disconnect(cx, &a));
    engine.op(|cx| net.disconnect(cx, &b));
}

/// A container may send from as many addresses as it likes.
pub fn many_addresses_behind_a_port_do_not_hurt() {
    needs("bridge");
    let engine = Engine::new();
    let net = engine.start();
    let host = engine.lab.host.clone();
    let (id, _, endpoint) = connected(&engine, &net, 'a');
    let before = past_steps(&engine).len();
    let mac = |n: u32| format!("0a:00:00:00:{:02x}:{:02x}", n >> 8, n & 0xff);
    let lines = |what: &str, many: &str| {
        (0..10_000)
            .map(|n| format!("fdb {what} {} dev {} master {many}\n", mac(n), endpoint.host_link))
            .collect::<String>()
    };
    let batch = engine.dir.path().join("batch");
    std::fs::write(&batch, lines("replace", "dynamic")).unwrap();
    in_netns(&host, &format!("bridge -batch {}", batch.display()));
    let remarks = || {
        let is_it = |change: &Change| matches!(change, Change::Remark(it) if it.code == Code::NotAllRecorded);
        past_steps(&engine).iter().filter(|(change, _)| is_it(change)).count()
    };
    let world = until(&engine, "so many, and that there are more", |world| world.macs.len() == 32 && remarks() > 0);
    assert!(known(&world).is_subset(&shown(&host)));
    assert_eq!(remarks(), 1, "said once");
    let (other, ..) = connected(&engine, &net, 'b');
    engine.op(|cx| net.disconnect(cx, &other));
    std::fs::write(&batch, lines("del", "")).unwrap();
    in_netns(&host, &format!("bridge -batch {}", batch.display()));
    until(&engine, "none", |world| world.macs.is_empty());
    let recorded = past_steps(&engine).len() - before;
    assert!(recorded < 2_000, "{recorded} changes of 20,000");
    engine.op(|cx| net.disconnect(cx, &id));
}
