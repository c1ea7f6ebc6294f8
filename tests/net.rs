//! The bridge network against the kernel, with `ip`, `nft` and `ping` as oracles, as root and as an ordinary user.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[path = "net/bridges.rs"]
mod bridges;
#[path = "net/by_hand.rs"]
mod by_hand;
#[path = "support/cases.rs"]
mod cases;
#[path = "net/conformance.rs"]
mod conformance;
#[path = "net/lookups.rs"]
mod lookups;
#[path = "net/oracle.rs"]
mod oracle;
#[path = "net/ports.rs"]
mod ports;
#[path = "net/six.rs"]
mod six;

use cases::{Case, needs};
use dockwalk::client::protocol::GateCommand;
use dockwalk::engine::conductor::{Conductor, Journal, Recorder};
use dockwalk::engine::lab::{self, Lab, Netns};
use dockwalk::engine::net::{EndpointSettings, Machine, Net, Network, Subnet, Wish};
use dockwalk::engine::{Cancel, Cx, Result};
use dockwalk::spec::{ContainerId, Digest};
use dockwalk::trace::{
    Change, Code, Container, ContainerState, Evidence, Level, LinkKey, Mode, NetworkMode, OpKind, StepKind, World,
};
use oracle::{assert_world_is_what_ip_shows, in_netns};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

const CASES: &[Case] = &[
    ("containers_and_host_ping_each_other", containers_and_host_ping_each_other),
    ("the_world_is_what_ip_shows_before_every_message", the_world_is_what_ip_shows_before_every_message),
    ("what_links_carry_is_what_ip_shows", what_links_carry_is_what_ip_shows),
    ("addresses_are_sequential_and_come_again", addresses_are_sequential_and_come_again),
    ("nothing_is_left_after_disconnect_and_stop", nothing_is_left_after_disconnect_and_stop),
    ("packets_out_of_the_network_are_masqueraded", packets_out_of_the_network_are_masqueraded),
    ("a_link_that_somebody_else_deleted_is_no_error", a_link_that_somebody_else_deleted_is_no_error),
    ("many_containers_can_be_wired_at_once", many_containers_can_be_wired_at_once),
    ("the_uplink_leads_out_and_ends_with_the_engine", the_uplink_leads_out_and_ends_with_the_engine),
    ("the_uplink_is_locked_up", the_uplink_is_locked_up),
    ("none_has_a_loopback_alone", none_has_a_loopback_alone),
    ("a_journal_of_the_host_is_undone", a_journal_of_the_host_is_undone),
    ("every_driver_keeps_the_same_rules", conformance::every_driver_keeps_the_same_rules),
    ("a_network_that_cannot_be_is_refused_and_nothing_is_made", conformance::a_network_that_cannot_be_is_refused),
    ("names_are_answered_and_others_asked", lookups::names_are_answered_and_others_asked),
    (
        "a_neighbour_reaches_what_is_published_and_nothing_else",
        ports::a_neighbour_reaches_what_is_published_and_nothing_else,
    ),
    ("an_internal_network_reaches_nothing_published", ports::an_internal_network_reaches_nothing_published),
    ("many_ports_are_little_to_read", ports::many_ports_are_little_to_read),
    ("this_machine_is_no_router_for_its_neighbours", ports::this_machine_is_no_router_for_its_neighbours),
    ("two_bridges_have_addresses_rules_and_containers_of_their_own", two_bridges),
    ("ipv6_is_what_ip_shows_and_nothing_is_left", six::ipv6_is_what_ip_shows_and_nothing_is_left),
    ("no_bridge_hears_a_router", six::no_bridge_hears_a_router),
    ("this_machine_keeps_the_default_route_that_a_router_announced", six::the_machines_own_route_stays),
    ("a_container_can_be_on_two_networks", a_container_can_be_on_two_networks),
    ("what_somebody_does_by_hand_is_seen", by_hand::what_somebody_does_by_hand_is_seen),
    ("a_link_that_is_down_keeps_its_address_and_loses_its_routes", by_hand::a_link_that_is_down),
    ("rules_that_somebody_changes_are_seen", by_hand::rules_that_somebody_changes_are_seen),
    ("a_bridge_that_somebody_renamed_goes_all_the_same", by_hand::a_bridge_that_somebody_renamed_goes_all_the_same),
    ("what_a_step_does_is_that_steps", by_hand::what_a_step_does_is_that_steps),
    ("a_name_that_is_no_text_hides_nothing", by_hand::a_name_that_is_no_text_hides_nothing),
    ("names_that_change_places_are_seen", by_hand::names_that_change_places_are_seen),
    ("a_namespace_that_was_left_keeps_its_links", by_hand::a_namespace_that_was_left_keeps_its_links),
    ("a_container_that_changes_much_does_not_hurt", by_hand::a_container_that_changes_much_does_not_hurt),
    ("what_a_bridge_learns_is_seen", bridges::what_a_bridge_learns_is_seen),
    ("a_port_of_a_bridge_has_its_state", bridges::a_port_has_its_state),
    ("what_passes_is_counted_and_not_recorded", bridges::what_passes_is_counted_and_not_recorded),
    ("many_addresses_behind_a_port_do_not_hurt", bridges::many_addresses_behind_a_port_do_not_hurt),
    ("only_the_kernel_is_believed", by_hand::only_the_kernel_is_believed),
    ("no_descriptor_stays_open", by_hand::no_descriptor_stays_open),
    ("what_fails_does_not_keep_the_rest_from_being_taken_away", conformance::what_fails_does_not_keep_the_rest),
];

fn main() -> ExitCode {
    cases::main(CASES, &[])
}

/// An engine's parts, as far as the network needs them.
struct Engine {
    conductor: Arc<Conductor>,
    lab: Lab,
    dir: tempfile::TempDir,
}

impl Engine {
    fn new() -> Self {
        needs("ip");
        let lab = match lab::enter(Mode::Lab) {
            Ok(lab) => lab,
            Err(fault) => cases::lacking(&fault.to_string()),
        };
        let dir = tempfile::tempdir().unwrap();
        let undoers = dockwalk::engine::undoers(Some(&lab.host));
        let journal = Journal::open(&dir.path().join("journal.ndjson"), undoers).unwrap();
        Self { conductor: Conductor::new(Recorder::in_memory(), journal), lab, dir }
    }

    fn op<T>(&self, act: impl FnOnce(&Cx) -> Result<T>) -> T {
        operate(&self.conductor, act)
    }

    fn start(&self) -> Net {
        self.op(|cx| {
            lab::observe(cx, &self.lab, self.dir.path())?;
            Net::start(cx, &self.lab, Machine::Same)
        })
    }

    fn container(&self, digit: char) -> ContainerId {
        let id = ContainerId::from(digit.to_string().repeat(64).as_str());
        self.op(|cx| {
            cx.observe(Change::ContainerCreated(container(&id)), vec![Evidence::syscall("test", 0)]);
            Ok(())
        });
        id
    }

    fn world(&self) -> World {
        self.conductor.world()
    }
}

fn operate<T>(conductor: &Arc<Conductor>, act: impl FnOnce(&Cx) -> Result<T>) -> T {
    conductor.operate(OpKind::EngineStart, "test", "test", &Cancel::new(), act).unwrap()
}

fn container(id: &ContainerId) -> Container {
    Container {
        id: id.clone(),
        name: id.short().to_owned(),
        image: Digest::from_sha256(&[0; 32]),
        image_name: "image".into(),
        argv: Vec::new(),
        env: Vec::new(),
        working_dir: "/".into(),
        user: String::new(),
        hostname: id.short().to_owned(),
        network_mode: "bridge".into(),
        tty: false,
        labels: std::collections::BTreeMap::new(),
        state: ContainerState::Created,
        health: None,
        auto_remove: false,
    }
}

fn connected(engine: &Engine, net: &Net, digit: char) -> (ContainerId, Netns, EndpointSettings) {
    let id = engine.container(digit);
    let netns = engine.op(|cx| net.make_netns(cx, &id));
    let endpoint =
        engine.op(|cx| net.connect(cx, net.driver(&NetworkMode::Bridge)?.as_ref(), &id, &netns, &Wish::default()));
    (id, netns, endpoint.unwrap())
}

fn called(id: &ContainerId) -> String {
    id.short().to_owned()
}

fn ping(from: &Netns, to: impl ToString) {
    needs("busybox");
    in_netns(from, &format!("busybox ping -c 1 -W 2 {}", to.to_string()));
}

fn containers_and_host_ping_each_other() {
    let engine = Engine::new();
    let net = engine.start();
    let (_, one, first) = connected(&engine, &net, 'a');
    let (_, two, second) = connected(&engine, &net, 'b');
    ping(&one, second.address);
    ping(&two, first.address);
    ping(&one, first.gateway);
    ping(&engine.lab.host, second.address);
    ping(&one, "127.0.0.1");
}

fn the_world_is_what_ip_shows_before_every_message() {
    let engine = Engine::new();
    let net = engine.start();
    assert_world_is_what_ip_shows(&engine.world(), &engine.lab.host);
    let id = engine.container('a');
    let netns = engine.op(|cx| net.make_netns(cx, &id));
    let hold = engine.conductor.hold();
    let mut kinds = Vec::new();
    let done = std::thread::scope(|scope| {
        let wired = scope.spawn(|| {
            let endpoint = engine
                .op(|cx| net.connect(cx, net.driver(&NetworkMode::Bridge)?.as_ref(), &id, &netns, &Wish::default()))
                .unwrap();
            engine.op(|cx| net.disconnect(cx, &id));
            endpoint
        });
        while !wired.is_finished() {
            let gate = engine.conductor.gate();
            if let Some(step) = gate.view().waiting.first() {
                kinds.push(step.plan.kind);
                assert_world_is_what_ip_shows(&engine.world(), &engine.lab.host);
                assert_world_is_what_ip_shows(&engine.world(), &netns);
                gate.command(&GateCommand::Step { level: Level::Kernel });
            } else {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        wired.join().unwrap()
    });
    drop(hold);
    assert_eq!(done.address.to_string(), "172.17.0.2");
    assert_eq!(done.mac, "02:42:ac:11:00:02");
    let stages: Vec<_> = kinds.iter().filter(|kind| kind.level() == Level::Stage).copied().collect();
    let expected = [
        StepKind::LoopbackUp,
        StepKind::AllocateAddress,
        StepKind::CreateVeth,
        StepKind::JoinBridge,
        StepKind::HostEndUp,
        StepKind::AddAddress,
        StepKind::LinkUp,
        StepKind::AddRoute,
        StepKind::DeleteLink,
        StepKind::ReleaseAddress,
    ];
    assert_eq!(stages, expected);
    let messages = kinds.iter().filter(|kind| **kind == StepKind::NetlinkMessage).count();
    assert_eq!(messages, 8, "every change of the kernel's tables is a message that can be stopped before");
    assert_world_is_what_ip_shows(&engine.world(), &engine.lab.host);
}

fn what_links_carry_is_what_ip_shows() {
    let engine = Engine::new();
    let net = engine.start();
    let host = engine.lab.host.clone();
    // The kernel follows with the state by and by; the World must come to the same.
    let agree = |when: &str, netns: &[&Netns]| {
        let began = Instant::now();
        loop {
            let world = engine.world();
            let pairs = netns.iter().map(|netns| (oracle::states_known(&world, netns), oracle::states_shown(netns)));
            let differs = pairs.into_iter().find(|(known, shown)| known != shown);
            if differs.is_none() && world.links.values().all(|link| link.is_settled()) {
                return;
            }
            let (known, shown) = differs.unwrap_or_default();
            assert!(began.elapsed() < Duration::from_secs(20), "{when}: {known:?}, but ip shows {shown:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    let bridge = || engine.world().links[&LinkKey::from("docker0")].clone();
    agree("no container", &[&host]);
    assert_eq!((bridge().up, bridge().carries()), (true, Some(false)), "on, and without a port");
    assert_eq!(bridge().state_word(), "NO-CARRIER");
    let (first, first_netns, endpoint) = connected(&engine, &net, 'a');
    agree("one container", &[&host, &first_netns]);
    let outer = engine.world().links.values().find(|link| link.name == endpoint.host_link).unwrap().clone();
    assert_eq!([bridge().state_word(), outer.state_word()], ["UP", "UP"]);
    let (second, second_netns, _) = connected(&engine, &net, 'b');
    agree("two containers", &[&host, &first_netns, &second_netns]);
    engine.op(|cx| net.disconnect(cx, &first));
    agree("one again", &[&host, &second_netns]);
    assert_eq!(bridge().carries(), Some(true));
    engine.op(|cx| net.disconnect(cx, &second));
    agree("none again", &[&host]);
    assert_eq!((bridge().carries(), bridge().state_line()), (Some(false), "<NO-CARRIER,UP> DOWN".to_owned()));
}

fn addresses_are_sequential_and_come_again() {
    let engine = Engine::new();
    let net = engine.start();
    let wired: Vec<_> = ['a', 'b', 'c'].into_iter().map(|digit| connected(&engine, &net, digit)).collect();
    let addresses: Vec<_> = wired.iter().map(|(_, _, endpoint)| endpoint.address.to_string()).collect();
    assert_eq!(addresses, ["172.17.0.2", "172.17.0.3", "172.17.0.4"]);
    assert_eq!(engine.world().leases.len(), 3);
    engine.op(|cx| net.disconnect(cx, &wired[1].0));
    assert_eq!(engine.world().leases.len(), 2);
    let (_, _, again) = connected(&engine, &net, 'd');
    assert_eq!(again.address.to_string(), "172.17.0.3");
}

fn nothing_is_left_after_disconnect_and_stop() {
    let real = Netns::current().unwrap();
    let real_before = oracle::dump(&real);
    let engine = Engine::new();
    let lab_before = oracle::dump(&engine.lab.host);
    let forwarding = in_netns(&engine.lab.host, "cat /proc/sys/net/ipv4/ip_forward");
    let net = engine.start();
    let started = oracle::dump(&engine.lab.host);
    let (id, netns, _) = connected(&engine, &net, 'a');
    let inode = netns.inode();
    engine.op(|cx| net.disconnect(cx, &id));
    engine.op(|cx| net.disconnect(cx, &id));
    assert_eq!(oracle::dump(&engine.lab.host), started, "as before the container was wired");
    let world = engine.world();
    assert_eq!(world.links_in(inode).len(), 0);
    assert!(!world.namespaces.contains_key(&inode) && world.leases.is_empty());
    assert!(world.routes.iter().all(|route| route.netns != inode));
    assert!(engine.conductor.journal().pending(Some(id.as_str())).is_empty());

    connected(&engine, &net, 'b');
    engine.op(|cx| net.stop(cx));
    in_netns(&engine.lab.host, "ip -4 addr flush lo; ip link set lo down");
    assert_eq!(oracle::dump(&engine.lab.host), lab_before, "but for the loopback, which stays up");
    assert_eq!(in_netns(&engine.lab.host, "cat /proc/sys/net/ipv4/ip_forward").trim(), forwarding.trim());
    let world = engine.world();
    let left: Vec<_> = world.links.values().map(|link| link.name.as_str()).collect();
    assert_eq!(left, ["lo"]);
    assert!(world.rules.is_empty() && world.networks.is_empty() && world.routes.is_empty());
    assert_eq!(engine.conductor.journal().pending(None), []);
    assert_eq!(oracle::dump(&real), real_before, "the real host is as it was");
}

fn packets_out_of_the_network_are_masqueraded() {
    let engine = Engine::new();
    needs("nft");
    let net = engine.start();
    let world = engine.world();
    let rule = world.rules.get("masquerade/bridge").expect("a masquerade rule");
    assert_eq!(rule.text, "ip saddr 172.17.0.0/16 oifname != \"docker0\" masquerade");
    let listing = in_netns(&engine.lab.host, "nft list ruleset");
    assert!(listing.contains(&rule.text), "{listing}");

    let _outside = outside(&engine.lab.host);
    let (_, netns, _) = connected(&engine, &net, 'a');
    ping(&netns, "192.0.2.2");
    in_netns(&engine.lab.host, "nft delete table ip dockwalk");
    let lost = in_netns(&netns, "busybox ping -c 1 -W 1 192.0.2.2 || true");
    assert!(lost.contains("100% packet loss"), "without the rule the answer finds no way back: {lost}");
}

fn a_link_that_somebody_else_deleted_is_no_error() {
    let engine = Engine::new();
    let net = engine.start();
    let (id, netns, endpoint) = connected(&engine, &net, 'a');
    in_netns(&engine.lab.host, &format!("ip link delete {}", endpoint.host_link));
    engine.op(|cx| net.disconnect(cx, &id));
    assert_world_is_what_ip_shows(&engine.world(), &engine.lab.host);
    assert!(engine.world().links_in(netns.inode()).is_empty());
}

fn many_containers_can_be_wired_at_once() {
    let engine = Engine::new();
    let net = engine.start();
    let wired: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = "abcdef01"
            .chars()
            .map(|digit| {
                let (engine, net) = (&engine, &net);
                scope.spawn(move || connected(engine, net, digit))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_world_is_what_ip_shows(&engine.world(), &engine.lab.host);
    for (_, netns, endpoint) in &wired {
        assert_world_is_what_ip_shows(&engine.world(), netns);
        ping(&engine.lab.host, endpoint.address);
    }
    for link in engine.world().links.values().filter(|link| link.peer_ifindex.is_some()) {
        assert!(engine.world().peer_of(link).is_some(), "{link:?} has two ends");
    }
}

fn the_uplink_leads_out_and_ends_with_the_engine() {
    needs("slirp4netns");
    if std::fs::OpenOptions::new().read(true).write(true).open("/dev/net/tun").is_err() {
        cases::lacking("leave to open /dev/net/tun");
    }
    let engine = Engine::new();
    let net = engine.start();
    let deadline = Instant::now() + Duration::from_secs(10);
    while !engine.world().routes.iter().any(|route| route.destination == "default") {
        assert!(Instant::now() < deadline, "no uplink");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_world_is_what_ip_shows(&engine.world(), &engine.lab.host);
    assert_eq!(net.dns(), ["10.0.2.3"]);
    ping(&engine.lab.host, "10.0.2.2");
    let gateway = [10, 0, 9, 1].into();
    for prefix in [16, 20, 24] {
        let network = Network::bridge("over", Subnet::around(gateway, prefix), gateway).unwrap();
        engine.op(|cx| {
            let refused = net.add(cx, network).map(|driver| driver.network().clone());
            match refused {
                Err(fault) => assert_eq!((fault.problem.code, prefix < 24), (Code::NetworkOverlapsUplink, true)),
                Ok(network) => {
                    assert_eq!(prefix, 24, "what does not overlap is made");
                    net.remove(cx, &network.id, &|id| id.to_string(), |_| Ok(()))?;
                }
            }
            Ok(())
        });
    }
    let (_, netns, _) = connected(&engine, &net, 'a');
    ping(&netns, "10.0.2.2");
    engine.op(|cx| net.stop(cx));
    assert!(engine.world().links.keys().all(|key| &*key.0 != "lab/eth0"));
}

/// What the helper takes apart are packets of strangers: it runs with nothing that they could use.
fn the_uplink_is_locked_up() {
    needs("slirp4netns");
    if std::fs::OpenOptions::new().read(true).write(true).open("/dev/net/tun").is_err() {
        cases::lacking("leave to open /dev/net/tun");
    }
    // Whoever started the engine may have left this open.
    let left = nix::fcntl::open("/", nix::fcntl::OFlag::O_RDONLY, nix::sys::stat::Mode::empty()).unwrap();
    dockwalk::engine::sys::keep_from_children().unwrap();
    let engine = Engine::new();
    let net = engine.start();
    drop(left);
    let helper = std::fs::read_dir("/proc").unwrap().find_map(|entry| {
        let dir = entry.unwrap().path();
        let ours = std::fs::read_to_string(dir.join("stat")).ok()?.contains(&format!(") S {} ", std::process::id()));
        let is_it = std::fs::read_to_string(dir.join("comm")).ok()?.trim() == "slirp4netns";
        (ours && is_it).then_some(dir)
    });
    let helper = helper.expect("it runs");
    let deadline = Instant::now() + Duration::from_secs(10);
    while !engine.world().routes.iter().any(|route| route.destination == "default") {
        assert!(Instant::now() < deadline, "no uplink");
        std::thread::sleep(Duration::from_millis(10));
    }
    let remark = engine.conductor.recorder().with(|trace| {
        trace.events().any(|event| {
            serde_json::to_string(&*event).is_ok_and(|text| {
                text.contains(Code::UplinkUnsandboxed.name()) || text.contains(Code::UplinkSandboxUnknown.name())
            })
        })
    });
    if remark {
        cases::lacking("a slirp4netns that can lock itself up here");
    }
    // It locks itself up when its link is there already.
    let status = || std::fs::read_to_string(helper.join("status")).unwrap();
    while !status().contains("Seccomp:\t2") {
        assert!(Instant::now() < deadline, "{}", status());
        std::thread::sleep(Duration::from_millis(5));
    }
    let field = |name: &str| {
        let status = status();
        status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(":\t").map(str::to_owned)).unwrap()
    };
    let capabilities = u64::from_str_radix(&field("CapEff"), 16).unwrap();
    const NET_BIND_SERVICE: u64 = 1 << 10;
    assert_eq!(capabilities & !NET_BIND_SERVICE, 0, "{capabilities:#x}");
    assert_eq!(field("NoNewPrivs"), "1");
    let mounts = |of: &std::path::Path| std::fs::read_link(of.join("ns/mnt")).unwrap();
    assert_ne!(mounts(&helper), mounts(std::path::Path::new("/proc/self")));
    let mut root: Vec<_> = std::fs::read_dir(helper.join("root")).unwrap().map(|e| e.unwrap().file_name()).collect();
    root.retain(|name| !["etc", "run", "old"].iter().any(|known| name == known));
    assert!(root.is_empty(), "{root:?}");
    let environ = std::fs::read_to_string(helper.join("environ")).unwrap();
    let names: Vec<_> =
        environ.split('\0').filter_map(|line| line.split('=').next()).filter(|n| !n.is_empty()).collect();
    assert!(names.iter().all(|name| ["PATH", "LC_ALL"].contains(name)), "{names:?}");
    for entry in std::fs::read_dir(helper.join("fd")).unwrap() {
        let to = std::fs::read_link(entry.unwrap().path()).unwrap().display().to_string();
        let known = ["pipe:", "socket:", "anon_inode:", "/dev/null", "/dev/net/tun"];
        assert!(known.iter().any(|known| to.starts_with(known)), "{to}");
    }
    engine.op(|cx| net.stop(cx));
}

fn none_has_a_loopback_alone() {
    let engine = Engine::new();
    let net = engine.start();
    let id = engine.container('a');
    let netns = Netns::create().unwrap();
    assert_eq!(
        engine.op(|cx| net.connect(cx, net.driver(&NetworkMode::None)?.as_ref(), &id, &netns, &Wish::default())),
        None
    );
    assert_world_is_what_ip_shows(&engine.world(), &netns);
    ping(&netns, "127.0.0.1");
    assert_eq!(engine.world().links_in(netns.inode()).len(), 1);
    engine.op(|cx| net.disconnect(cx, &id));
    assert_eq!(engine.world().links_in(netns.inode()).len(), 0);
}

fn a_journal_of_the_host_is_undone() {
    let engine = Engine::new();
    let net = engine.start();
    let (_, _, endpoint) = connected(&engine, &net, 'a');
    let host = &engine.lab.host;
    let before = in_netns(host, "ip -br link");
    assert!(before.contains(&endpoint.host_link) && before.contains("docker0"));
    let journal = engine.conductor.journal();
    for (_, inverse) in journal.pending(None) {
        journal.undo(&inverse).unwrap_or_else(|fault| panic!("{inverse}: {fault}"));
        journal.undo(&inverse).unwrap_or_else(|fault| panic!("again, {inverse}: {fault}"));
    }
    let after = in_netns(host, "ip -br link; nft list tables; sysctl -n net.ipv4.ip_forward");
    assert!(!after.contains("veth") && !after.contains("docker0") && !after.contains("dockwalk"), "{after}");
    drop(net);
}

/// A further bridge, `172.18.0.1/16`.
fn second() -> Network {
    let gateway = [172, 18, 0, 1].into();
    Network::bridge("lab_net", Subnet::around(gateway, 16), gateway).unwrap()
}

/// A namespace that stands for the world beyond a host: it knows no route back to containers.
fn outside(host: &Netns) -> Netns {
    let outside = Netns::create().unwrap();
    in_netns(host, "ip link add out0 type veth peer name out1 && ip addr add 192.0.2.1/24 dev out0");
    in_netns(host, &format!("ip link set out0 up && ip link set out1 netns {}", outside.path()));
    in_netns(&outside, "ip addr add 192.0.2.2/24 dev out1 && ip link set out1 up");
    outside
}

fn two_bridges() {
    let engine = Engine::new();
    needs("nft");
    let host = &engine.lab.host;
    let net = engine.start();
    let started = oracle::dump(host);
    let second = second();
    let bridge = second.segment.clone().unwrap().bridge;
    let driver = engine.op(|cx| net.add(cx, second.clone()));
    let mode = NetworkMode::Named("lab_net".into());
    assert_eq!(net.driver(&mode).unwrap().network(), &second);
    let shown = in_netns(host, &format!("ip -4 -o addr show dev {bridge}"));
    assert!(shown.contains("172.18.0.1/16"), "{shown}");

    // A container on each: addresses of its own subnet, its own gateway, its own bridge's port.
    let (first, one, on_default) = connected(&engine, &net, 'a');
    let id = engine.container('b');
    let two = engine.op(|cx| net.make_netns(cx, &id));
    let on_second = engine.op(|cx| net.connect(cx, net.driver(&mode)?.as_ref(), &id, &two, &Wish::default())).unwrap();
    assert_eq!(
        (on_default.address.to_string(), on_second.address.to_string()),
        ("172.17.0.2".into(), "172.18.0.2".into())
    );
    assert_eq!(
        (on_default.gateway.to_string(), on_second.gateway.to_string()),
        ("172.17.0.1".into(), "172.18.0.1".into())
    );
    assert_eq!((&on_second.network, on_second.prefix), (&second.id, 16));
    for (endpoint, bridge) in [(&on_default, "docker0"), (&on_second, bridge.as_str())] {
        let port = in_netns(host, &format!("ip -o link show dev {}", endpoint.host_link));
        assert!(port.contains(&format!("master {bridge} ")), "{port}");
    }
    let route = in_netns(&two, "ip route");
    assert!(route.contains("default via 172.18.0.1 dev eth0"), "{route}");
    for netns in [host, &one, &two] {
        assert_world_is_what_ip_shows(&engine.world(), netns);
    }

    // Rules of each, read back, and they do what they say.
    let world = engine.world();
    for (key, text) in [
        ("masquerade/bridge", "ip saddr 172.17.0.0/16 oifname != \"docker0\" masquerade".to_owned()),
        ("masquerade/lab_net", format!("ip saddr 172.18.0.0/16 oifname != \"{bridge}\" masquerade")),
        ("forward/bridge/iif", "iifname \"docker0\" accept".to_owned()),
        ("forward/lab_net/back", format!("oifname \"{bridge}\" ct state established,related accept")),
        ("drop/lab_net/unpublished", format!("oifname \"{bridge}\" drop")),
    ] {
        assert_eq!(world.rules[key].text, text);
        assert!(in_netns(host, "nft list ruleset").contains(&text));
    }
    assert_eq!(world.rules["masquerade/lab_net"].network.as_ref(), Some(&second.id));
    let _outside = outside(host);
    for (netns, endpoint) in [(&one, &on_default), (&two, &on_second)] {
        ping(netns, endpoint.gateway);
        ping(netns, "192.0.2.2");
    }

    // While a container is on it, it stays; then it goes, and the other works on.
    let problem = refused(&engine, |cx| net.remove(cx, &second.id, &called, |_| Ok(())));
    assert_eq!(problem, Code::NetworkInUse);
    engine.op(|cx| net.disconnect(cx, &id));
    engine.op(|cx| net.remove(cx, &driver.network().id, &called, |_| Ok(())));
    let world = engine.world();
    assert!(!world.networks.contains_key(&second.id) && !world.rules.contains_key("masquerade/lab_net"));
    assert!(world.rules.contains_key("masquerade/bridge"));
    ping(&one, "192.0.2.2");
    engine.op(|cx| net.disconnect(cx, &first));
    in_netns(host, "ip link delete out0");
    assert_eq!(oracle::dump(host), started, "as before the second one was made");
    assert_eq!(
        refused(&engine, |cx| net.remove(cx, &net.networks()[0].id, &called, |_| Ok(()))),
        Code::NetworkPredefined
    );
    engine.op(|cx| net.add(cx, second));
    engine.op(|cx| net.stop(cx));
    let after = in_netns(host, "ip -br link; nft list tables");
    assert!(!after.contains("br-") && !after.contains("docker0") && !after.contains("dockwalk"), "{after}");
    assert!(engine.world().networks.is_empty() && engine.world().rules.is_empty());
    assert_eq!(engine.conductor.journal().pending(None), []);
}

fn a_container_can_be_on_two_networks() {
    let engine = Engine::new();
    let net = engine.start();
    let started = oracle::dump(&engine.lab.host);
    engine.op(|cx| net.add(cx, second()));
    let (id, netns, first) = connected(&engine, &net, 'a');
    let mode = NetworkMode::Named("lab_net".into());
    let other = engine.op(|cx| net.connect(cx, net.driver(&mode)?.as_ref(), &id, &netns, &Wish::default())).unwrap();
    assert_world_is_what_ip_shows(&engine.world(), &netns);
    let shown = in_netns(&netns, "ip -4 -o addr; ip route");
    for line in ["eth0    inet 172.17.0.2/16", "eth1    inet 172.18.0.2/16", "default via 172.17.0.1 dev eth0"] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    assert_eq!(shown.matches("default").count(), 1);
    ping(&netns, first.gateway);
    ping(&netns, other.gateway);
    assert_eq!(
        refused(&engine, |cx| net.connect(cx, net.driver(&mode)?.as_ref(), &id, &netns, &Wish::default())),
        Code::NetworkConnected
    );
    let driver = net.driver(&NetworkMode::Bridge).unwrap();
    engine.op(|cx| driver.disconnect(cx, net.host(), &id).into_result());
    assert_world_is_what_ip_shows(&engine.world(), &netns);
    ping(&netns, other.gateway);
    assert_eq!(engine.world().leases.len(), 1);
    engine.op(|cx| net.disconnect(cx, &id));
    assert!(engine.world().leases.is_empty() && engine.world().links_in(netns.inode()).is_empty());
    engine.op(|cx| net.remove(cx, &net.driver(&mode)?.network().id, &called, |_| Ok(())));
    assert_eq!(oracle::dump(&engine.lab.host), started);
}

/// The code of what an operation says that must fail.
fn refused<T: std::fmt::Debug>(engine: &Engine, act: impl FnOnce(&Cx) -> Result<T>) -> Code {
    let result = engine.conductor.operate(OpKind::EngineStart, "test", "test", &Cancel::new(), act);
    result.unwrap_err().problem.code
}
