//! What somebody does past the engine, with `ip` at the host's prompt or in a container, is in the World soon, with what the kernel
//! told as its evidence.

use super::oracle::{assert_world_is_what_ip_shows, in_netns};
use super::{Engine, cases::needs, connected};
use dockwalk::engine::lab::Netns;
use dockwalk::engine::net::{NetInverse, Network, Subnet, Wish};
use dockwalk::trace::{Body, Change, Code, Evidence, LinkKey, NetworkMode, OperState, World};
use nix::sys::socket::{AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, bind, sendto, socket};
use std::os::fd::AsRawFd;
use std::process::Command;
use std::time::{Duration, Instant};

/// Far longer than it takes: a machine may stand still.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until the World is so.
pub fn until(engine: &Engine, what: &str, so: impl Fn(&World) -> bool) -> World {
    let began = Instant::now();
    loop {
        let world = engine.world();
        if so(&world) {
            println!("{what}: after {:?}", began.elapsed());
            return world;
        }
        assert!(began.elapsed() < PATIENCE, "{what} is not seen: {:#?}", world.links);
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// What was observed past all steps: the change, and its evidence as text.
pub fn past_steps(engine: &Engine) -> Vec<(Change, Vec<Evidence>)> {
    engine.conductor.recorder().with(|trace| {
        let observed = trace.events().filter_map(|event| match &event.body {
            Body::Observed { step: None, change, evidence } => Some((change.as_ref().clone(), evidence.clone())),
            _ => None,
        });
        observed.collect()
    })
}

/// The message of the kernel by which the latest change of that kind is known.
fn message(engine: &Engine, is_it: impl Fn(&Change) -> bool) -> String {
    let all = past_steps(engine);
    let (change, evidence) = all.iter().rev().find(|(change, _)| is_it(change)).expect("it is recorded past all steps");
    let told = evidence.iter().find_map(|evidence| match evidence {
        Evidence::Netlink { request, reply } if request.starts_with("RTNLGRP_LINK|") => Some(reply.join("\n")),
        _ => None,
    });
    assert!(evidence.len() > 1, "{change:?}: {evidence:?}, and the dump");
    told.unwrap_or_else(|| panic!("{change:?}: {evidence:?}"))
}

fn has_address(world: &World, cidr: &str) -> bool {
    world.addresses.iter().any(|(_, address)| address == cidr)
}

fn has_route(world: &World, netns: &Netns, to: &str) -> bool {
    world.routes.iter().any(|route| route.netns == netns.inode() && route.destination == to)
}

pub fn named<'w>(world: &'w World, netns: &Netns, name: &str) -> Option<&'w dockwalk::trace::Link> {
    world.links.values().find(|link| link.netns == netns.inode() && link.name == name).map(|link| &**link)
}

pub fn what_somebody_does_by_hand_is_seen() {
    let engine = Engine::new();
    let net = engine.start();
    let host = engine.lab.host.clone();
    let (id, inside, endpoint) = connected(&engine, &net, 'a');
    let (begun, asked) = (engine.conductor.steps(), engine.world().leases.len());
    for netns in [&inside, &host] {
        let dev = if netns.inode() == inside.inode() { "eth0" } else { "docker0" };
        in_netns(netns, &format!("ip addr add 10.9.0.1/24 dev {dev}"));
        until(&engine, "an address", |world| has_address(world, "10.9.0.1/24"));
        let told = message(&engine, |change| matches!(change, Change::AddrSeen { .. }));
        assert_eq!(told, format!("RTM_NEWADDR inet 10.9.0.1/24 scope global {dev}"));
        until(&engine, "its route", |world| has_route(world, netns, "10.9.0.0/24"));
        assert_world_is_what_ip_shows(&engine.world(), netns);

        in_netns(netns, &format!("ip route add 192.0.2.0/24 via 10.9.0.2 dev {dev}"));
        until(&engine, "a route", |world| has_route(world, netns, "192.0.2.0/24"));
        let told = message(&engine, |change| matches!(change, Change::RouteSeen(_)));
        assert!(told.starts_with(&format!("RTM_NEWROUTE 192.0.2.0/24 via 10.9.0.2 dev {dev}")), "{told}");
        in_netns(netns, "ip route del 192.0.2.0/24");
        until(&engine, "no route", |world| !has_route(world, netns, "192.0.2.0/24"));
        let told = message(&engine, |change| matches!(change, Change::RouteGone(_)));
        assert!(told.starts_with("RTM_DELROUTE 192.0.2.0/24 via"), "{told}");

        in_netns(netns, &format!("ip addr del 10.9.0.1/24 dev {dev}"));
        until(&engine, "no address", |world| !has_address(world, "10.9.0.1/24"));
        let told = message(&engine, |change| matches!(change, Change::AddrGone { .. }));
        assert_eq!(told, format!("RTM_DELADDR inet 10.9.0.1/24 scope global {dev}"));

        in_netns(netns, "ip link add by0 type bridge");
        until(&engine, "a link", |world| named(world, netns, "by0").is_some());
        let told = message(&engine, |change| matches!(change, Change::LinkSeen(_)));
        assert!(told.starts_with("RTM_NEWLINK ") && told.contains(": by0: <BROADCAST,MULTICAST>"), "{told}");
        in_netns(netns, "ip link set by0 name by1");
        until(&engine, "its other name", |world| named(world, netns, "by1").is_some());
        in_netns(netns, "ip link delete by1");
        until(&engine, "no link", |world| named(world, netns, "by1").is_none());
        let told = message(&engine, |change| matches!(change, Change::LinkGone { .. }));
        assert!(told.starts_with("RTM_DELLINK "), "{told}");
        assert_world_is_what_ip_shows(&engine.world(), netns);
    }
    in_netns(&inside, "ip route del default");
    until(&engine, "no way out", |world| !has_route(world, &inside, "default"));
    in_netns(&host, &format!("ip link set {} nomaster", endpoint.host_link));
    until(&engine, "no port", |world| named(world, &host, &endpoint.host_link).is_some_and(|it| it.master.is_none()));
    in_netns(&host, "ip link delete docker0");
    until(&engine, "no bridge", |world| !world.links.contains_key(&LinkKey::from("docker0")));
    assert_eq!((engine.conductor.steps(), engine.world().leases.len()), (begun, asked), "no step did any of it");
    engine.op(|cx| net.disconnect(cx, &id));
}

/// Whoever owns a namespace may call a link by bytes that are no UTF-8.
pub fn a_name_that_is_no_text_hides_nothing() {
    let engine = Engine::new();
    let net = engine.start();
    let host = engine.lab.host.clone();
    let (id, inside, _) = connected(&engine, &net, 'a');
    for netns in [&inside, &host] {
        in_netns(netns, r#"ip link add "$(printf 'x\377')" type bridge"#);
        until(&engine, "a strange link", |world| named(world, netns, r"x\xff").is_some());
        in_netns(netns, r#"ip link set lo alias "$(printf '\303')""#);
        in_netns(netns, r#"ip addr add 10.9.0.1/24 dev "$(printf 'x\377')" && ip link add by0 type bridge"#);
        until(&engine, "its address", |world| has_address(world, "10.9.0.1/24"));
        until(&engine, "what came later", |world| named(world, netns, "by0").is_some());
        in_netns(netns, r#"ip link delete "$(printf 'x\377')"; ip link delete by0"#);
        until(&engine, "neither", |world| {
            named(world, netns, r"x\xff").is_none() && named(world, netns, "by0").is_none()
        });
        assert!(!has_address(&engine.world(), "10.9.0.1/24"));
    }
    engine.op(|cx| net.disconnect(cx, &id));
}

/// Both sides, as the kernel says: the address stays, the routes are gone, and the other end has no carrier.
pub fn a_link_that_is_down() {
    let engine = Engine::new();
    let net = engine.start();
    let host = engine.lab.host.clone();
    let (id, inside, endpoint) = connected(&engine, &net, 'a');
    in_netns(&inside, "ip link set eth0 down");
    let down = |world: &World| named(world, &inside, "eth0").is_some_and(|link| !link.up);
    let world = until(&engine, "down", |world| down(world) && !has_route(world, &inside, "default"));
    assert!(has_address(&world, "172.17.0.2/16"));
    assert_world_is_what_ip_shows(&world, &inside);
    let told = message(&engine, |change| matches!(change, Change::RouteGone(route) if route.destination == "default"));
    assert!(told.contains("RTM_NEWLINK"), "of routes that go with their link nothing is told: {told}");
    let other = |world: &World| named(world, &host, &endpoint.host_link).map(|link| link.state_word().to_owned());
    until(&engine, "the other end", |world| other(world).as_deref() == Some("NO-CARRIER"));
    let bridge = |world: &World| world.links[&LinkKey::from("docker0")].state.clone();
    until(&engine, "the bridge", |world| bridge(world) == Some(OperState::Down));
    assert_world_is_what_ip_shows(&engine.world(), &host);

    in_netns(&inside, "ip link set eth0 up && ip route add default via 172.17.0.1");
    until(&engine, "up again", |world| !down(world) && has_route(world, &inside, "default"));
    until(&engine, "the other end", |world| other(world).as_deref() == Some("UP"));
    until(&engine, "the bridge", |world| bridge(world) == Some(OperState::Up));
    in_netns(&host, "ip link set docker0 down");
    until(&engine, "docker0 down", |world| bridge(world) == Some(OperState::Down));
    until(&engine, "its route", |world| !has_route(world, &host, "172.17.0.0/16"));
    assert!(has_address(&engine.world(), "172.17.0.1/16"));
    assert_world_is_what_ip_shows(&engine.world(), &host);
    engine.op(|cx| net.disconnect(cx, &id));
}

pub fn rules_that_somebody_changes_are_seen() {
    needs("nft");
    let engine = Engine::new();
    let net = engine.start();
    let host = engine.lab.host.clone();
    let key = "masquerade/bridge";
    assert!(engine.world().rules.contains_key(key));
    let handle = in_netns(&host, "nft -a list table ip dockwalk | sed -n 's/.*oifname.*masquerade # handle //p'");
    in_netns(&host, &format!("nft delete rule ip dockwalk postrouting handle {handle}"));
    until(&engine, "no masquerade", |world| !world.rules.contains_key(key));
    let told = rules_told(&engine);
    assert!(told.contains(&format!("NFT_MSG_DELRULE ip dockwalk postrouting handle {}", handle.trim())), "{told}");
    assert!(told.contains(" nft (PID "), "who did it: {told}");
    in_netns(&host, "nft add rule ip dockwalk forward ip daddr 172.17.0.2 counter drop");
    let text = "ip daddr 172.17.0.2 counter drop";
    let world = until(&engine, "a rule", |world| world.rules.values().any(|rule| rule.text == text));
    let rule = world.rules.values().find(|rule| rule.text == text).unwrap();
    assert_eq!((rule.chain.as_str(), rule.action.as_str()), ("forward", "drop"));
    // In a table of somebody else's.
    in_netns(&host, "nft add table inet mine && nft add chain inet mine input && nft add rule inet mine input accept");
    let mine = |world: &World| world.rules.values().any(|rule| rule.chain == "inet mine input");
    until(&engine, "another's rule", mine);
    let told = rules_told(&engine);
    assert!(told.contains("NFT_MSG_NEWRULE inet mine input handle"), "{told}");
    in_netns(&host, "nft delete table inet mine");
    until(&engine, "no rule of another's", |world| !mine(world));
    // All of the engine's; the next network makes its table anew.
    in_netns(&host, "nft delete table ip dockwalk");
    until(&engine, "no table", |world| world.rules.keys().all(|key| key == "ip_forward"));
    engine.op(|cx| net.add(cx, super::second()));
    let world = engine.world();
    assert!(world.rules.contains_key(key) && world.rules.contains_key("masquerade/lab_net"));
    assert!(!world.rules.values().any(|rule| rule.text == text), "what was added by hand went with the table");
    engine.op(|cx| net.stop(cx));
    assert!(engine.world().rules.is_empty());
}

/// What the kernel told of the latest change of a rule past all steps.
fn rules_told(engine: &Engine) -> String {
    let all = past_steps(engine);
    let rule = |change: &Change| matches!(change, Change::RuleSeen(_) | Change::RuleGone { .. });
    let (_, evidence) = all.iter().rev().find(|(change, _)| rule(change)).expect("it is recorded past all steps");
    let told = evidence.iter().find_map(|evidence| match evidence {
        Evidence::Netlink { request, reply } if request == "NFNLGRP_NFTABLES" => Some(reply.join("\n")),
        _ => None,
    });
    assert!(evidence.iter().any(|it| matches!(it, Evidence::Command { .. })), "{evidence:?}, and the listing");
    told.unwrap_or_else(|| panic!("{evidence:?}"))
}

/// What the kernel does by and by is nobody's; all the rest is in the step that brought it about, however many there are at once.
pub fn what_a_step_does_is_that_steps() {
    let engine = Engine::new();
    let net = engine.start();
    std::thread::scope(|scope| {
        for digit in "abcdef01".chars() {
            let (engine, net) = (&engine, &net);
            scope.spawn(move || {
                for _ in 0..3 {
                    let (id, ..) = connected_as(engine, net, digit);
                    engine.op(|cx| net.disconnect(cx, &id));
                }
            });
        }
    });
    engine.op(|cx| net.stop(cx));
    let uplink = |link: &LinkKey| *link.0 == *"lab/eth0";
    let others: Vec<_> = past_steps(&engine)
        .into_iter()
        .filter(|(_, evidence)| {
            let told =
                |it: &Evidence| matches!(it, Evidence::Netlink { request, .. } if request.starts_with("RTNLGRP"));
            evidence.iter().any(told)
        })
        .filter(|(change, _)| match change {
            // A bridge learns from packets.
            Change::MacLearned(_) | Change::MacForgotten { .. } => false,
            // Its state alone: docker0 with and without ports.
            Change::LinkSeen(link) => *link.key.0 != *"docker0" && !uplink(&link.key) && !link.name.starts_with("veth"),
            Change::AddrSeen { link, .. } => !uplink(link),
            Change::RouteSeen(route) | Change::RouteGone(route) => {
                route.dev != "eth0" || route.netns != engine.lab.host.inode()
            }
            _ => true,
        })
        .collect();
    assert!(others.is_empty(), "{others:#?}");
}

/// Another container shares it, while its own is started again.
pub fn a_namespace_that_was_left_keeps_its_links() {
    let engine = Engine::new();
    let net = engine.start();
    let (id, before) = connected_as(&engine, &net, 'a');
    let mut stays = before.run(|| Ok(Command::new("sleep").arg("1000").spawn().unwrap())).unwrap();
    engine.op(|cx| net.disconnect(cx, &id));
    let (_, after) = connected_as(&engine, &net, 'a');
    let links = |netns: &Netns| {
        let world = engine.world();
        world.links_in(netns.inode()).iter().map(|link| link.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!((links(&before), links(&after)), (vec!["lo".to_owned()], vec!["lo".to_owned(), "eth0".to_owned()]));
    stays.kill().unwrap();
    stays.wait().unwrap();
    engine.op(|cx| net.disconnect(cx, &id));
    assert!(!engine.world().namespaces.contains_key(&before.inode()), "nobody is in it any more");
    assert_eq!(links(&before), Vec::<String>::new());
}

fn connected_as(
    engine: &Engine,
    net: &dockwalk::engine::net::Net,
    digit: char,
) -> (dockwalk::spec::ContainerId, Netns) {
    let id = dockwalk::spec::ContainerId::from(digit.to_string().repeat(64).as_str());
    if !engine.world().containers.contains_key(&id) {
        engine.container(digit);
    }
    let netns = engine.op(|cx| net.make_netns(cx, &id));
    engine.op(|cx| net.connect(cx, net.driver(&NetworkMode::Bridge)?.as_ref(), &id, &netns, &Wish::default()));
    (id, netns)
}

/// Between two looks two links may have changed their names: at no moment two have the same.
pub fn names_that_change_places_are_seen() {
    let engine = Engine::new();
    let net = engine.start();
    let (id, inside, _) = connected(&engine, &net, 'a');
    in_netns(&inside, "ip link add a0 type bridge && ip link add b0 type bridge && ip addr add 10.9.0.1/24 dev a0");
    until(&engine, "both", |world| named(world, &inside, "b0").is_some() && has_address(world, "10.9.0.1/24"));
    for _ in 0..3 {
        in_netns(&inside, "ip link set a0 name c0; ip link set b0 name a0; ip link set c0 name b0");
        in_netns(&inside, "ip link add d0 type bridge");
        until(&engine, "all of it", |world| named(world, &inside, "d0").is_some() && has_address(world, "10.9.0.1/24"));
        assert_world_is_what_ip_shows(&engine.world(), &inside);
        in_netns(&inside, "ip link delete d0");
        until(&engine, "less", |world| named(world, &inside, "d0").is_none());
    }
    // Names that the engine's own links have or are going to have.
    for name in ["veth", "eth1", "veth1", "lo0"] {
        in_netns(&inside, &format!("ip link add {name} type bridge"));
        until(&engine, name, |world| named(world, &inside, name).is_some());
    }
    assert_world_is_what_ip_shows(&engine.world(), &inside);
    assert_world_is_what_ip_shows(&engine.world(), &engine.lab.host);
    engine.op(|cx| net.disconnect(cx, &id));
    assert_world_is_what_ip_shows(&engine.world(), &engine.lab.host);
}

/// A container owns its namespace. What it does there fast is looked at now and then, and of what is much a part is recorded.
pub fn a_container_that_changes_much_does_not_hurt() {
    let engine = Engine::new();
    let net = engine.start();
    let (id, inside, _) = connected(&engine, &net, 'a');
    let before = past_steps(&engine).len();
    let rounds = 500;
    let flap = "ip addr add 10.9.0.1/24 dev eth0; ip addr del 10.9.0.1/24 dev eth0\n"
        .replace("; ip ", "\n")
        .replace("ip ", "");
    let batch = engine.dir.path().join("batch");
    std::fs::write(&batch, flap.repeat(rounds)).unwrap();
    in_netns(&inside, &format!("ip -batch {}", batch.display()));
    let recorded = past_steps(&engine).len() - before;
    assert!(recorded < rounds / 2, "{recorded} of {} changes", rounds * 4);

    let many: String =
        (0..40).flat_map(|c| (0..250).map(move |d| format!("addr add 10.8.{c}.{d}/32 dev eth0\n"))).collect();
    std::fs::write(&batch, many).unwrap();
    in_netns(&inside, &format!("ip -batch {}", batch.display()));
    in_netns(&inside, "ip link add last type bridge");
    let shown = |world: &World| {
        let mine = world.links.values().filter(|link| link.netns == inside.inode());
        mine.map(|link| world.addresses_of(&link.key).count()).sum::<usize>()
    };
    let remarks = || {
        let is_it = |change: &Change| matches!(change, Change::Remark(it) if it.code == Code::NotAllRecorded);
        past_steps(&engine).iter().filter(|(change, _)| is_it(change)).count()
    };
    let world = until(&engine, "what came after them", |world| {
        named(world, &inside, "last").is_some() && shown(world) == 128 && remarks() > 0
    });
    assert!(has_address(&world, "172.17.0.2/16"), "what was there stays");
    assert_eq!(remarks(), 1, "said once");
    // The others are served meanwhile, and it goes as it came.
    let (other, ..) = connected(&engine, &net, 'b');
    engine.op(|cx| net.disconnect(cx, &other));
    engine.op(|cx| net.disconnect(cx, &id));
    assert!(engine.world().links_in(inside.inode()).is_empty());
}

/// Root of a namespace may send to its groups: what it says there is no evidence, and nothing is looked for in vain.
pub fn only_the_kernel_is_believed() {
    let engine = Engine::new();
    let net = engine.start();
    let (id, inside, _) = connected(&engine, &net, 'a');
    let sent = inside.run(|| {
        let socket =
            socket(AddressFamily::Netlink, SockType::Raw, SockFlag::SOCK_CLOEXEC, SockProtocol::NetlinkRoute).unwrap();
        bind(socket.as_raw_fd(), &NetlinkAddr::new(0, 0)).unwrap();
        // RTM_DELLINK of index 4711, called `lie0`.
        let mut lie = vec![0; 44];
        lie[0] = 44;
        lie[4] = 17;
        lie[20..24].copy_from_slice(&4711_u32.to_ne_bytes());
        lie[32..36].copy_from_slice(&[9, 0, 3, 0]);
        lie[36..40].copy_from_slice(b"lie0");
        Ok(sendto(socket.as_raw_fd(), &lie, &NetlinkAddr::new(0, 1), MsgFlags::empty()))
    });
    assert_eq!(sent.unwrap(), Ok(44));
    in_netns(&inside, "ip link add true0 type bridge");
    until(&engine, "the truth", |world| named(world, &inside, "true0").is_some());
    let told = message(&engine, |change| matches!(change, Change::LinkSeen(link) if link.name == "true0"));
    assert!(told.contains("true0") && !told.contains("lie0"), "{told}");
    engine.op(|cx| net.disconnect(cx, &id));
}

/// Namespaces come and go with containers.
pub fn no_descriptor_stays_open() {
    let engine = Engine::new();
    let net = engine.start();
    let open = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    let run = || {
        let (id, netns) = connected_as(&engine, &net, 'a');
        in_netns(&netns, "ip addr add 10.9.0.1/24 dev eth0");
        engine.op(|cx| net.disconnect(cx, &id));
    };
    run();
    let before = open();
    (0..50).for_each(|_| run());
    let began = Instant::now();
    while open() > before && began.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(5));
    }
    // What the first one had was perhaps not all closed when that was counted.
    let after = open();
    assert!(after <= before, "{before} before fifty of them, {after} after");
}

/// By its hardware address: when its network goes, when the engine ends, and from the journal.
pub fn a_bridge_that_somebody_renamed_goes_all_the_same() {
    let engine = Engine::new();
    let host = &engine.lab.host;
    let net = engine.start();
    let gateway = [172, 21, 0, 1].into();
    let network = Network::bridge("lab_net", Subnet::around(gateway, 16), gateway).unwrap();
    let (id, bridge) = (network.id.clone(), network.segment.as_ref().unwrap().bridge.clone());
    engine.op(|cx| net.add(cx, network));
    let rename = |from: &str, to: &str| {
        in_netns(host, &format!("ip link set {from} down && ip link set {from} name {to} && ip link set {to} up"));
    };
    rename(&bridge, "mine");
    rename("docker0", "theirs");
    engine.op(|cx| net.remove(cx, &id, &|id| id.to_string(), |_| Ok(())));
    let links = in_netns(host, "ip -o link");
    assert!(links.contains("theirs") && !links.contains("mine"), "{links}");
    engine.op(|cx| net.stop(cx));
    assert_eq!(in_netns(host, "ip -o link show type bridge"), "", "nothing stays");

    in_netns(host, "ip link add was0 address 02:42:ac:16:00:01 type bridge && ip link add other0 type bridge");
    let undo = |mac: &str| {
        let inverse = NetInverse::DeleteBridge { netns: host.inode(), name: "docker0".into(), mac: mac.into() };
        dockwalk::engine::net::undo(&inverse, Some(host)).unwrap();
        in_netns(host, "ip -o link")
    };
    assert!(undo("02:42:ac:17:00:01").contains("was0"), "another is not it");
    let left = undo("02:42:ac:16:00:01");
    assert!(left.contains("other0") && !left.contains("was0"), "{left}");
}
