//! Published ports as a neighbour of the host sees them.

use crate::{Engine, connected, in_netns, outside};
use dockwalk::engine::lab::Netns;
use dockwalk::engine::net::{Network, Subnet, Wanted, Wish};
use dockwalk::trace::{Body, Change, Code, Mode, Transport};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

/// Answers on these ports of a namespace, with the address of who asked.
fn serve(netns: &Netns, ports: &[u16]) {
    for port in ports {
        let listener = netns.run(|| Ok(TcpListener::bind(("0.0.0.0", *port)).unwrap())).unwrap();
        std::thread::spawn(move || {
            while let Ok((mut stream, from)) = listener.accept() {
                // Who asks may have gone away.
                stream.write_all(from.ip().to_string().as_bytes()).unwrap_or_default();
            }
        });
    }
}

/// As whom one is seen that asks there; none who gets no answer soon.
fn asks(netns: &Netns, at: &str) -> Option<String> {
    asks_for(netns, at, Duration::from_millis(700))
}

/// The same where an answer is to come: it has time, as a machine with much to do may lose a SYN and send it again after a second.
fn answers(netns: &Netns, at: &str) -> String {
    asks_for(netns, at, Duration::from_secs(20)).unwrap_or_else(|| panic!("nobody answers at {at}"))
}

fn asks_for(netns: &Netns, at: &str, patience: Duration) -> Option<String> {
    let at: SocketAddr = at.parse().unwrap();
    let answer = netns.run(|| {
        let connected = TcpStream::connect_timeout(&at, patience);
        Ok(connected.ok().map(|mut stream| {
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        }))
    });
    answer.unwrap()
}

pub fn a_neighbour_reaches_what_is_published_and_nothing_else() {
    let engine = Engine::new();
    crate::needs("nft");
    let host = &engine.lab.host;
    let net = engine.start();
    let started = crate::oracle::dump(host);
    let (id, netns, endpoint) = connected(&engine, &net, 'a');
    serve(&netns, &[80, 81, 82]);
    let wanted = |inside, port, at: Option<&str>| Wanted {
        inside,
        transport: Transport::Tcp,
        at: at.map(|at| at.parse().unwrap()),
        ports: Some(port..=port),
    };
    let all = [wanted(80, 8080, None), wanted(81, 8081, Some("127.0.0.1")), wanted(82, 8082, Some("192.0.2.1"))];
    let outside = outside(host);
    in_netns(&outside, "ip route add 172.17.0.0/16 via 192.0.2.1 && ip route add 127.0.0.1 via 192.0.2.1");
    // The kernel of the neighbour is the neighbour's own.
    in_netns(&outside, "echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet");
    engine.op(|cx| net.publish(cx, &id, "web", &endpoint, &all));
    assert_eq!(engine.world().publications.len(), 3);

    let neighbour = "192.0.2.2";
    assert_eq!(answers(&outside, "192.0.2.1:8080"), neighbour, "its address is kept");
    assert_eq!(answers(&outside, "172.17.0.2:80"), neighbour, "by a route of its own to what is published");
    assert_eq!(answers(&outside, "192.0.2.1:8082"), neighbour);
    for closed in ["172.17.0.2:81", "192.0.2.1:8081", "127.0.0.1:8081"] {
        assert_eq!(asks(&outside, closed), None, "{closed}");
    }
    let gateway = "172.17.0.1";
    for open in ["127.0.0.1:8080", "127.0.0.1:8081", "172.17.0.2:81"] {
        assert_eq!(answers(host, open), gateway, "{open}");
    }
    assert_eq!(answers(host, "172.17.0.1:8080"), gateway, "turned as it leaves");
    assert_eq!(asks(host, "127.0.0.1:8082"), None, "of one address alone");

    engine.op(|cx| net.disconnect(cx, &id));
    assert!(engine.world().publications.is_empty());
    assert_eq!((asks(host, "127.0.0.1:8080"), asks(&outside, "192.0.2.1:8080")), (None, None));
    in_netns(host, "ip link delete out0");
    assert_eq!(crate::oracle::dump(host), started, "as before");
    engine.op(|cx| net.stop(cx));
}

pub fn an_internal_network_reaches_nothing_published() {
    let engine = Engine::new();
    crate::needs("nft");
    let host = &engine.lab.host;
    let net = engine.start();
    let (web, netns, endpoint) = connected(&engine, &net, 'a');
    serve(&netns, &[80]);
    serve(host, &[9090]);
    let [inner, other] = [(21, "inner"), (22, "other")].map(|(nth, name)| {
        let gateway = [172, nth, 0, 1].into();
        let mut network = Network::bridge(name, Subnet::around(gateway, 16), gateway).unwrap();
        network.segment.as_mut().unwrap().internal = name == "inner";
        let driver = engine.op(|cx| net.add(cx, network));
        let id = engine.container(if name == "inner" { 'b' } else { 'c' });
        let netns = engine.op(|cx| net.make_netns(cx, &id));
        engine.op(|cx| net.connect(cx, driver.as_ref(), &id, &netns, &Wish::default()));
        netns
    });
    let before = in_netns(host, "nft list table ip dockwalk");
    let wanted = |inside, port| Wanted { inside, transport: Transport::Tcp, at: None, ports: Some(port..=port) };
    engine.op(|cx| net.publish(cx, &web, "web", &endpoint, &[wanted(80, 8080)]));
    // By the socket on the host.
    answers(&other, "172.22.0.1:8080");
    for closed in ["172.21.0.1:8080", "172.17.0.1:8080", "172.17.0.2:80"] {
        assert_eq!(asks(&inner, closed), None, "{closed}");
    }
    // The host itself is reached, as with Docker.
    answers(&inner, "172.21.0.1:9090");
    let rule = engine.world().rules["drop/inner/published/:8080/tcp"].clone();
    assert!(in_netns(host, "nft list table ip dockwalk").contains(&rule.text), "{rule:?}");
    engine.op(|cx| net.disconnect(cx, &web));
    assert_eq!(in_netns(host, "nft list table ip dockwalk"), before);
    engine.op(|cx| net.stop(cx));
}

/// Each change has its own evidence, and the listing of all rules is kept once.
pub fn many_ports_are_little_to_read() {
    let engine = Engine::new();
    crate::needs("nft");
    let net = engine.start();
    let (id, _, endpoint) = connected(&engine, &net, 'a');
    let wanted = |port| Wanted { inside: port, transport: Transport::Tcp, at: None, ports: Some(port..=port) };
    let ports: Vec<_> = (21_000..21_256).map(wanted).collect();
    let recorder = engine.conductor.recorder();
    let before = recorder.with(|trace| trace.events().next_back().map_or(0, |event| event.seq));
    engine.op(|cx| net.publish(cx, &id, "web", &endpoint, &ports));
    let events: Vec<_> = recorder.with(|trace| trace.events().filter(|event| event.seq > before).collect());
    let (mut bytes, mut rules, mut refused) = (0, 0, false);
    for event in &events {
        let line = serde_json::to_string(event).unwrap().len();
        let Body::Observed { change, evidence, .. } = &event.body else {
            bytes += line;
            continue;
        };
        assert!(!evidence.is_empty(), "{change:?}");
        let whole = recorder.evidence(event.seq).unwrap_or_default();
        bytes += line + if whole == *evidence { 0 } else { serde_json::to_string(&whole).unwrap().len() };
        refused |= matches!(change.as_ref(), Change::Remark(problem) if problem.code == Code::PublishRulesRefused);
        if let Change::RuleSeen(rule) = change.as_ref() {
            let port = rule.text.split("dport ").nth(1).and_then(|text| text.split(' ').next()).unwrap_or_default();
            assert!(serde_json::to_string(&whole).unwrap().contains(port), "{rule:?}: {whole:?}");
            rules += 1;
        }
    }
    // An ordinary user's kernel may take no transaction as long as that: then the sockets carry, which is said.
    assert!(rules > 2 * 256 || (refused && rules == 0), "{rules}");
    assert!(bytes <= 256 * (9 << 10), "{bytes} bytes for 256 ports");
    engine.op(|cx| net.disconnect(cx, &id));
    assert!(engine.world().publications.is_empty());
    engine.op(|cx| net.stop(cx));
}

/// Who forwarded nothing before the engine came is no router for its neighbours while it runs.
pub fn this_machine_is_no_router_for_its_neighbours() {
    let mut engine = Engine::new();
    crate::needs("nft");
    crate::needs("busybox");
    // As with `--mode host`, in a namespace that has neighbours.
    engine.lab.mode = Mode::Host;
    let host = &engine.lab.host;
    // A namespace begins with what this machine has.
    in_netns(host, "echo 0 > /proc/sys/net/ipv4/ip_forward");
    let neighbours = [1, 2].map(|nth| {
        let neighbour = Netns::create().unwrap();
        in_netns(host, &format!("ip link add out{nth} type veth peer name in{nth}"));
        in_netns(host, &format!("ip addr add 192.0.2.{}/28 dev out{nth} && ip link set out{nth} up", 16 * nth + 1));
        in_netns(host, &format!("ip link set in{nth} netns {}", neighbour.path()));
        in_netns(&neighbour, &format!("ip addr add 192.0.2.{}/28 dev in{nth} && ip link set in{nth} up", 16 * nth + 2));
        in_netns(&neighbour, &format!("ip route add default via 192.0.2.{}", 16 * nth + 1));
        neighbour
    });
    serve(&neighbours[1], &[80]);
    let other = "192.0.2.34:80";
    assert_eq!(asks(&neighbours[0], other), None, "it forwards nothing");
    let net = engine.start();
    assert_eq!(asks(&neighbours[0], other), None, "but for containers");
    let (_, container, _) = connected(&engine, &net, 'a');
    assert_eq!(answers(&container, other), "192.0.2.33", "which have the host's address outside");
    assert_eq!(engine.world().rules["drop/rest"].text, "drop");
    in_netns(host, "nft delete table ip dockwalk");
    assert_eq!(answers(&neighbours[0], other), "192.0.2.18", "no more than that rule keeps them apart");
    engine.op(|cx| net.stop(cx));
}
