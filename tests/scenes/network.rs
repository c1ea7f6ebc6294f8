//! Cables and ports: what is down is seen to be down and where, each cable of a container is drawn, and a published port leads to its
//! container.

use crate::laws::{self, check, draw};
use crate::sample::{self, HOST_NS, Sample, container::netns, crowd, id, link, route};
use dockwalk::i18n::{Lang, Words};
use dockwalk::spec::NetworkId;
use dockwalk::trace::*;
use dockwalk::ui::diagrams::{Approximate, Edge, Line, Look, Node, NodeId, Scene, Style, Tab, scene_in, svg};
use dockwalk::ui::theme::Theme;

fn network(nth: u32) -> NetworkId {
    NetworkId::from(sample::hex(&format!("net{nth}")).as_str())
}

/// A further network with its bridge, which is `br-netN`.
fn bridge(s: &mut Sample, nth: u32) {
    let name = format!("br-net{nth}");
    s.saw(Change::LinkSeen(Link {
        up: true,
        carrier: Some(true),
        ..link(&name, HOST_NS, 1000 + nth, &name, LinkKind::Bridge)
    }));
    s.saw(Change::AddrSeen { link: name.as_str().into(), cidr: format!("172.{}.0.1/16", 18 + nth) });
    s.saw(Change::NetworkSeen(Network {
        id: network(nth),
        name: format!("net{nth}"),
        driver: "bridge".into(),
        subnet: format!("172.{}.0.0/16", 18 + nth),
        gateway: format!("172.{}.0.1", 18 + nth),
        bridge: Some(name.as_str().into()),
    }));
}

/// The cable of container `n` to a further network, which is its `cable`-th.
fn plug(s: &mut Sample, name: &str, n: u32, cable: u32, nth: u32) {
    let (outer, inner) = (2000 + 100 * n + 2 * cable, 2001 + 100 * n + 2 * cable);
    let veth = |key: &str, ns, index, label: &str, peer, master| Link {
        up: true,
        carrier: Some(true),
        peer_ifindex: Some(peer),
        master,
        container: Some(id(name)),
        ..link(&format!("{name}/{key}"), ns, index, label, LinkKind::Veth)
    };
    let host_name = format!("veth{}", &sample::hex(&format!("{name}{cable}"))[..7]);
    s.saw(Change::LinkSeen(veth(&format!("veth{cable}"), HOST_NS, outer, &host_name, inner, Some(1000 + nth))));
    let (key, label) = (format!("eth{cable}"), format!("eth{cable}"));
    s.saw(Change::LinkSeen(veth(&key, netns(n), inner, &label, outer, None)));
    let cidr = format!("172.{}.0.{}/16", 18 + nth, n + 2);
    s.saw(Change::AddrSeen { link: format!("{name}/{key}").as_str().into(), cidr });
    s.saw(Change::RouteSeen(route(netns(n), &format!("172.{}.0.0/16", 18 + nth), None, &label)));
}

/// So many containers on the default network, and on so many further ones each.
fn plugged(containers: u32, networks: u32) -> Sample {
    let mut s = crowd(containers);
    (1..=networks).for_each(|nth| bridge(&mut s, nth));
    for n in 0..containers {
        (1..=networks).for_each(|nth| plug(&mut s, &format!("box{n:02}"), n, nth, nth));
    }
    s
}

fn publish(s: &mut Sample, name: &str, host: &str, to: (u8, u16)) {
    let host: std::net::SocketAddr = host.parse().unwrap();
    s.saw(Change::PortPublished(Publication {
        key: format!("tcp/{host}"),
        container: id(name),
        network: sample::bridge_network(),
        transport: Transport::Tcp,
        host: vec![host],
        to: ([172, 17, 0, to.0], to.1).into(),
        machine: Vec::new(),
    }));
}

fn links(name: &str, key: &str) -> NodeId {
    NodeId::of(Entity::Link(format!("{name}/{key}").as_str().into()))
}

fn wires<'a>(scene: &'a Scene, from: &'a NodeId, to: &'a NodeId) -> Vec<&'a Edge> {
    scene.edges().filter(|(a, b, _)| a.id == *from && b.id == *to).map(|(.., edge)| edge).collect()
}

fn texts(node: &Node) -> String {
    node.texts.iter().map(|text| text.text.as_str()).collect::<Vec<_>>().join(" | ")
}

/// In all the room that it wants, and in each that windows have.
fn everywhere(world: &World, chosen: Option<&Entity>) -> Vec<Scene> {
    let rooms = laws::ROOMS.into_iter().map(Some).chain([None]);
    let scene = |room| {
        let look = Look { room, chosen, ..Look::default() };
        let scene = scene_in(Tab::Network, world, look, &Words::new(Lang::Ko), &Approximate);
        laws::hold(&scene, &format!("in {room:?}"));
        scene
    };
    rooms.map(scene).collect()
}

fn keep(what: &str, s: &Sample) {
    if let Ok(dir) = std::env::var("DOCKWALK_TEST_PICTURES") {
        let picture = svg(Tab::Network, &s.world, Look::default(), &Words::new(Lang::Ko), &Theme::DARK);
        std::fs::write(format!("{dir}/network-{what}.svg"), picture).unwrap();
    }
}

/// What somebody has switched off, and what that does to the rest, as the kernel says it.
#[test]
fn a_link_that_is_down_is_told_by_word_and_shape_and_its_wire_is_broken_there() {
    let mut s = crowd(1);
    let world = s.world.clone();
    let of = |key: &str| (*world.links[&LinkKey::from(key)]).clone();
    let state = |link: Link, up, carrier, state: &str| {
        Change::LinkSeen(Link { up, carrier: Some(carrier), state: Some(state.into()), ..link })
    };
    for key in ["box00/eth0", "box00/veth", "docker0"] {
        s.saw(state(of(key), true, true, "UP"));
    }
    let (outer, inner) = (links("box00", "veth"), links("box00", "eth0"));
    let docker0 = NodeId::of(Entity::Link("docker0".into()));
    for scene in everywhere(&s.world, None) {
        let pair = wires(&scene, &outer, &inner);
        assert_eq!((pair[0].line, pair[0].broken), (Line::Cable, None));
    }
    // `ip link set eth0 down` in the container: its routes are gone, the other end and the bridge have no carrier.
    s.saw(state(of("box00/eth0"), false, false, "DOWN"));
    for gone in s.world.routes.clone().iter().filter(|route| route.netns == netns(0)) {
        s.saw(Change::RouteGone(gone.clone()));
    }
    s.saw(state(of("box00/veth"), true, false, "LOWERLAYERDOWN"));
    s.saw(state(of("docker0"), true, false, "DOWN"));
    keep("eth0-down", &s);
    check(&s.world);
    for scene in everywhere(&s.world, None) {
        let (own, other) = (scene.node(&inner).unwrap(), scene.node(&outer).unwrap());
        assert!(texts(own).contains("DOWN") && texts(own).contains("172.17.0.2"), "{}", texts(own));
        assert!(texts(other).contains("NO-CARRIER"), "{}", texts(other));
        assert!(texts(scene.node(&docker0).unwrap()).contains("NO-CARRIER"));
        assert_eq!([own.style, other.style], [Style::Dashed; 2]);
        let pair = wires(&scene, &outer, &inner);
        assert_eq!(
            (pair[0].line, pair[0].broken.is_some_and(|at| at > 0.5)),
            (Line::CableDown, true),
            "at the container"
        );
        let port = wires(&scene, &docker0, &outer);
        assert_eq!((port[0].line, port[0].broken), (Line::CableDown, None), "whole, and nothing gets through");
        assert!(scene.nodes().all(|node| !matches!(node.id.entity, Some(Entity::Route(ns, _)) if ns == netns(0))));
        assert!(scene.spoken.contains("eth0의 상태는 DOWN입니다"), "{}", scene.spoken);
    }
    // Up again, and `ip link set docker0 down` on the host.
    s.saw(state(of("box00/eth0"), true, true, "UP"));
    s.saw(state(of("box00/veth"), true, true, "UP"));
    s.saw(state(of("docker0"), false, false, "DOWN"));
    keep("docker0-down", &s);
    for scene in everywhere(&s.world, None) {
        assert!(texts(scene.node(&docker0).unwrap()).contains("DOWN"));
        let port = wires(&scene, &docker0, &outer);
        assert_eq!((port[0].line, port[0].broken.is_some()), (Line::CableDown, true));
    }
    let broken = svg(Tab::Network, &s.world, Look::default(), &Words::new(Lang::En), &Theme::DARK);
    let whole = svg(Tab::Network, &world, Look::default(), &Words::new(Lang::En), &Theme::DARK);
    assert!(broken.matches("<polyline").count() > whole.matches("<polyline").count(), "the file shows it, too");
    // An address that somebody took away is away.
    s.saw(Change::AddrGone { link: "box00/eth0".into(), cidr: "172.17.0.2/16".into() });
    for scene in everywhere(&s.world, None) {
        assert!(!texts(scene.node(&inner).unwrap()).contains("172.17.0.2/16"));
    }
}

#[test]
fn each_cable_of_a_container_has_its_own_ends() {
    for (containers, networks) in [(1, 1), (2, 1), (1, 2), (3, 2), (5, 1), (7, 3)] {
        let s = plugged(containers, networks);
        check(&s.world);
        keep(&format!("{containers}-on-{networks}"), &s);
        let scene = draw(Tab::Network, &s.world, Lang::En);
        for n in 0..containers {
            let name = format!("box{n:02}");
            let container = NodeId::of(Entity::Container(id(&name)));
            for cable in 0..=networks {
                let veth = if cable == 0 { "veth".to_owned() } else { format!("veth{cable}") };
                let (outer, inner) = (links(&name, &veth), links(&name, &format!("eth{cable}")));
                let home = if cable == 0 { "docker0".to_owned() } else { format!("br-net{cable}") };
                let bridge = NodeId::of(Entity::Link(home.as_str().into()));
                assert_eq!(scene.node(&inner).unwrap().parent.as_ref(), Some(&container), "{name} eth{cable}");
                assert_eq!(wires(&scene, &bridge, &outer).len(), 1, "{name} {veth} at {home}");
                assert_eq!(wires(&scene, &outer, &inner).len(), 1, "{name} {veth} and eth{cable}");
                let shown = texts(scene.node(&inner).unwrap());
                let address = if cable == 0 { "172.17.0." } else { &format!("172.{}.0.", 18 + cable) };
                assert!(shown.contains(address), "{shown}");
            }
        }
    }
}

/// Half connected, half taken off: each moment is drawn by the laws.
#[test]
fn a_second_cable_comes_and_goes() {
    let mut s = crowd(2);
    bridge(&mut s, 1);
    s.saw(Change::AddressReserved { network: network(1), container: id("box00"), address: "172.19.0.2".into() });
    for scene in everywhere(&s.world, Some(&Entity::Container(id("box00")))) {
        assert!(scene.nodes().any(|node| texts(node).contains("172.17.0.2/16")), "the first one stays what it is");
    }
    check(&s.world);
    plug(&mut s, "box00", 0, 1, 1);
    check(&s.world);
    s.saw(Change::AddressReleased { network: network(1), address: "172.19.0.2".into() });
    s.saw(Change::LinkGone { key: "box00/veth1".into() });
    check(&s.world);
    s.saw(Change::LinkGone { key: "box00/eth1".into() });
    check(&s.world);
    // Links that somebody made in the container.
    for nth in 0..40 {
        let made = link(&format!("box00/by{nth}"), netns(0), 500 + nth, &format!("by{nth}"), LinkKind::Veth);
        s.saw(Change::LinkSeen(Link { container: Some(id("box00")), peer_ifindex: Some(500 + (nth ^ 1)), ..made }));
    }
    check(&s.world);
}

#[test]
fn a_published_port_is_on_the_edge_of_the_host_and_leads_to_its_container() {
    for count in [1, 3, 7] {
        let mut s = crowd(count);
        for n in 0..count {
            publish(&mut s, &format!("box{n:02}"), &format!("0.0.0.0:{}", 8080 + n), (n as u8 + 2, 80));
        }
        publish(&mut s, "box00", "127.0.0.1:9000", (2, 9000));
        check(&s.world);
        keep(&format!("{count}-published"), &s);
        let scene = draw(Tab::Network, &s.world, Lang::En);
        let host = scene.node(&NodeId::of(Entity::Host)).unwrap().rect;
        for (key, container, text) in [
            ("tcp/0.0.0.0:8080", "box00", ":8080 → 80/tcp"),
            ("tcp/127.0.0.1:9000", "box00", "127.0.0.1:9000 → 9000/tcp"),
        ] {
            let port = scene.node(&NodeId::of(Entity::Port(key.into()))).expect("it is drawn");
            assert_eq!(texts(port), text);
            assert!((port.rect.bottom() - host.bottom()).abs() < 1.0, "on the edge");
            let leads = scene
                .edges()
                .filter(|(from, to, _)| from.id == port.id && to.id == NodeId::of(Entity::Container(id(container))));
            assert_eq!(leads.count(), 1, "{count}: {key}");
        }
        assert!(scene.spoken.contains("box00 publishes :8080 → 80/tcp."), "{}", scene.spoken);
    }
}

#[test]
fn a_hundred_containers_on_ten_networks_with_a_port_each_are_drawn_by_the_laws() {
    let mut s = crowd(100);
    (1..10).for_each(|nth| bridge(&mut s, nth));
    for n in 0..100 {
        if n % 10 > 0 {
            plug(&mut s, &format!("box{n:02}"), n, 1, n % 10);
        }
        publish(&mut s, &format!("box{n:02}"), &format!("0.0.0.0:{}", 8000 + n), (n as u8 + 2, 80));
    }
    let chosen = Entity::Container(id("box55"));
    keep("100-on-10", &s);
    for (scene, room) in
        everywhere(&s.world, Some(&chosen)).into_iter().zip(laws::ROOMS.map(Some).into_iter().chain([None]))
    {
        println!("{room:?}: {:?}", scene.size);
        if let Some(room) = room {
            assert!(scene.size.x <= room.x, "as wide as its room: {:?} in {room:?}", scene.size);
            let bridges = scene.nodes().filter(|node| {
                matches!(&node.id.entity, Some(Entity::Link(key)) if key.0.starts_with("br-") || *key.0 == *"docker0")
            });
            assert_eq!(bridges.count(), 10, "no network is left out");
        }
        let own = scene.node(&links("box55", "eth1")).expect("the second cable of the one that was chosen");
        assert!(texts(own).contains("172.23.0.57"), "{}", texts(own));
        assert!(scene.node(&NodeId::of(Entity::Port("tcp/0.0.0.0:8055".into()))).is_some(), "and its port");
    }
}

/// Who has no cable hangs on no bridge, be it open or one of many; who shares another's network says whose.
#[test]
fn who_has_no_cable_hangs_on_no_bridge() {
    let mut s = crowd(60);
    let first = Entity::Container(id("box00"));
    for name in ["guest", "ended"] {
        let mode = if name == "guest" { format!("container:{}", id("box00")) } else { "host".to_owned() };
        s.create(name, "shell", &mode);
    }
    s.run_process("guest", 0);
    s.saw(Change::ContainerState { id: id("ended"), state: ContainerState::Exited { status: 0 } });
    keep("loose", &s);
    let loose = NodeId::named("field of ".to_owned());
    let mut seen = 0;
    for scene in everywhere(&s.world, Some(&first)) {
        assert!(wires(&scene, &NodeId::of(Entity::Link("docker0".into())), &loose).is_empty());
        for name in ["guest", "ended"] {
            let of = NodeId::of(Entity::Container(id(name)));
            let Some(node) = scene.node(&of) else { continue };
            if node.parent.as_ref() == Some(&loose) {
                seen += 1;
            }
        }
    }
    assert!(seen > 0, "none was folded");
    let scene = draw(Tab::Network, &s.world, Lang::En);
    let note = scene.nodes().map(texts).find(|text| text.contains("it shares")).unwrap();
    assert!(note.contains("box00"), "{note}");
}
