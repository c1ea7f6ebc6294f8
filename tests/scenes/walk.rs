//! A packet that was followed: each place at which it was seen, what came of it, and the bytes at one of them.

use crate::laws;
use crate::sample::{HOST_NS, container::netns, id, shell_run};
use dockwalk::i18n::{Lang, Words};
use dockwalk::reach::{End, Question};
use dockwalk::trace::*;
use dockwalk::ui::diagrams::{Approximate, Look, Node, Pick, Reaching, Scene, Tab, scene_in};
use egui::{Vec2, vec2};

const RULE: &str = r#"iifname "br-front" oifname "br-back" drop"#;

/// As it leaves a container: Ethernet, IPv4, the beginning of TCP.
fn frame(ttl: u8) -> Frame {
    let mut bytes = vec![0x02, 0x42, 0xac, 0x11, 0, 1, 0x02, 0x42, 0xac, 0x11, 0, 2, 8, 0];
    bytes.extend([0x45, 0, 0, 0x3c, 0x1a, 0x2b, 0x40, 0, ttl, 6, 0xc8, 0x9e, 172, 17, 0, 2, 172, 17, 0, 3]);
    bytes.extend([0xa0, 0x12, 0x15, 0x38, 0, 0, 0, 1, 0, 0, 0, 0, 0xa0, 2, 0xfa, 0xf0]);
    Frame { time: 1, length: 74, bytes }
}

fn at(number: u32, netns: u64, name: &str, passing: Passing, ttl: u8) -> Hop {
    let place = Place::Link { netns, ifindex: 2, name: name.into(), link: name.into(), passing };
    let ip = Ipv4 {
        source: [172, 17, 0, 2].into(),
        destination: [172, 17, 0, 3].into(),
        ttl,
        id: 7,
        protocol: 6,
        length: 60,
    };
    let tcp = Tcp { source: 40978, destination: 5432, flags: "SYN".into(), sequence: 1, acknowledges: 0 };
    let packet = Decoded { ipv4: Some(ip), tcp: Some(tcp), ..Decoded::default() };
    let by = Some(ChangedBy::Forwarding { netns: HOST_NS });
    let changed = Difference { field: Field::Ttl, before: "64".into(), now: "63".into(), by };
    let differs = if ttl == 63 { vec![changed] } else { Vec::new() };
    let after = Some(u64::from(number) * 21_000);
    Hop { number, after, heading: Heading::There, place, frame: Some(frame(ttl)), packet, differs }
}

fn rule(number: u32) -> Hop {
    let place = Place::Rule {
        netns: HOST_NS,
        family: "ip".into(),
        table: "dockwalk".into(),
        chain: "between".into(),
        handle: Some(9),
        verdict: RuleVerdict::Drop,
        key: None,
        text: RULE.into(),
    };
    let (packet, differs) = (Decoded::default(), Vec::new());
    Hop { number, after: None, heading: Heading::There, place, frame: None, packet, differs }
}

fn walked(hops: Vec<Hop>, outcome: Option<WalkOutcome>) -> World {
    let mut world = shell_run().at("two run");
    let end = |name: &str| WalkEndpoint::Container { id: id(name), name: name.into() };
    let walk = Walk {
        id: 1,
        from: end("web"),
        to: end("shell"),
        from_netns: netns(0),
        to_netns: Some(netns(1)),
        packet: WalkPacket::Tcp { port: 5432 },
        version: IpVersion::V4,
        address: Some([172, 17, 0, 3].into()),
        watched: Vec::new(),
        rules: RuleTrace::On,
    };
    world.apply(&Change::WalkBegan(walk)).unwrap();
    hops.into_iter().for_each(|hop| world.apply(&Change::PacketSeen { walk: 1, hop }).unwrap());
    if let Some(outcome) = outcome {
        let fix = Some("docker network connect back web".to_owned());
        world
            .apply(&Change::WalkEnded(WalkEnd {
                walk: 1,
                reply: ProbeReply::Silent,
                outcome,
                fix,
                missed: Missed::default(),
            }))
            .unwrap();
    }
    world
}

fn dropped() -> World {
    let (family, table) = ("ip".into(), "dockwalk".into());
    let by = Stopped::Rule { key: None, text: RULE.into(), family, table, chain: "between".into() };
    let hops = vec![
        at(1, netns(0), "eth0", Passing::Out, 64),
        at(2, HOST_NS, "veth1", Passing::In, 64),
        at(3, HOST_NS, "br-front", Passing::In, 63),
        rule(4),
    ];
    walked(hops, Some(WalkOutcome::Dropped { by, known: Known::Observed, hop: Some(3) }))
}

fn drawn(world: &World, hop: Option<u32>, room: Option<Vec2>) -> Scene {
    let pair = Some((End::Container(id("web")), End::Container(id("shell"))));
    let reach = Reaching { question: Question::Tcp(5432), pair, packet: true, hop, ..Reaching::default() };
    let look = Look { reach: &reach, room, ..Look::default() };
    let scene = scene_in(Tab::Reach, world, look, &Words::new(Lang::En), &Approximate);
    laws::hold(&scene, &format!("in {room:?}"));
    scene
}

fn texts(node: &Node) -> String {
    node.texts.iter().map(|text| text.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn hop(scene: &Scene, number: u32) -> &Node {
    scene.nodes().find(|node| node.pick == Some(Pick::Hop(number))).expect("the place has its box")
}

#[test]
fn each_place_has_its_box_and_the_last_says_what_stopped_the_packet() {
    let scene = drawn(&dropped(), None, None);
    assert_eq!(texts(hop(&scene, 1)), "1 web eth0 → +0.021 ms TCP");
    assert_eq!(texts(hop(&scene, 2)), "2 veth1 ← +0.042 ms TCP");
    assert_eq!(texts(hop(&scene, 4)), "4 nft between drop");
    let all: String = scene.nodes().map(texts).chain(scene.captions.iter().map(|it| it.text.text.clone())).collect();
    assert!(all.contains("chain between") && all.contains(RULE), "{all}");
    assert!(all.contains("docker network connect back web"), "{all}");
    assert!(scene.spoken.contains("web → shell (172.17.0.3)"), "{}", scene.spoken);
    assert_eq!(scene.edges().count(), 3, "from place to place");
}

#[test]
fn the_bytes_at_a_place_are_those_that_were_captured() {
    let scene = drawn(&dropped(), Some(3), None);
    let place = scene.nodes().find(|node| node.id.part == "place").unwrap();
    let said = texts(place);
    assert!(said.contains("ttl 64 → 63"), "{said}");
    let mut digits: Vec<&str> = said.split("0000 ").nth(1).expect("the first line").split_whitespace().collect();
    digits.retain(|word| word.len() == 2);
    let bytes: Vec<u8> = digits.iter().map(|digit| u8::from_str_radix(digit, 16).unwrap()).collect();
    assert_eq!(bytes, frame(63).bytes);
}

/// Before a class the picture has a quarter of the room, and the bytes are there.
#[test]
fn the_bytes_at_a_place_have_room_before_a_class() {
    let hops = (1..=60).map(|number| at(number, HOST_NS, "br-front", Passing::In, 64)).collect();
    for world in [dropped(), walked(hops, None)] {
        let scene = drawn(&world, Some(3), Some(vec2(640.0, 297.0)));
        let place = scene.nodes().find(|node| node.id.part == "place").unwrap();
        let said = texts(place);
        assert!(said.contains("0000 02 42"), "{said}");
    }
}

#[test]
fn many_places_fit_each_room_with_the_chosen_one_among_them() {
    let hops = (1..=60).map(|number| at(number, HOST_NS, "br-front", Passing::In, 64)).collect();
    let world = walked(hops, None);
    for room in laws::ROOMS {
        for chosen in [None, Some(3), Some(30)] {
            let scene = drawn(&world, chosen, Some(room));
            assert!(scene.size.x <= room.x && scene.size.y <= room.y, "{chosen:?} in {room:?}: {:?}", scene.size);
            hop(&scene, chosen.unwrap_or(60));
            let boxes = scene.nodes().filter(|node| matches!(node.pick, Some(Pick::Hop(_)))).count();
            let told = scene.captions.iter().any(|it| it.text.text.starts_with(&format!("{} more ", 60 - boxes)));
            assert!(told || boxes == 60, "{boxes} in {room:?}");
        }
        let scene = drawn(&dropped(), None, Some(room));
        assert!(scene.size.x <= room.x && scene.size.y <= room.y, "in {room:?}: {:?}", scene.size);
    }
    let none = drawn(&shell_run().at("two run"), None, Some(laws::ROOMS[0]));
    assert!(none.empty);
}
