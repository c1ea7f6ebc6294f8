//! Laws of the pure core, over generated traces.
//!
//! The generator proposes changes of a small universe at random. What the World accepts is the trace; what it refuses must
//! have left it as it was. So both legal sequences and refusals are met in all combinations.

use super::*;
use crate::spec::Platform;
use crate::trace::Code;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Numbers that decide, one after another.
struct Dice {
    state: u64,
}

impl Dice {
    /// Below `sides`.
    fn roll(&mut self, sides: u64) -> u64 {
        // splitmix64
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn digest(&mut self) -> Digest {
        digest(self.roll(4))
    }

    fn container(&mut self) -> ContainerId {
        container_id(self.roll(3))
    }

    fn maybe_container(&mut self) -> Option<ContainerId> {
        (self.roll(2) == 0).then(|| self.container())
    }

    fn link(&mut self) -> LinkKey {
        LinkKey::from(["docker0", "a/veth", "a/eth0", "b/veth"][self.roll(4) as usize])
    }
}

fn digest(n: u64) -> Digest {
    format!("sha256:{n:064x}").parse().expect("64 digits")
}

fn container_id(n: u64) -> ContainerId {
    ContainerId::from(format!("{n:064x}").as_str())
}

fn descriptor(n: u64) -> Descriptor {
    let media_type = "application/vnd.oci.image.layer.v1.tar+gzip".to_owned();
    Descriptor { media_type, digest: digest(n), size: 100, platform: None, annotations: BTreeMap::new() }
}

pub(super) fn a_container(id: ContainerId) -> Container {
    Container {
        name: format!("c{}", &id.as_str()[63..]),
        id,
        image: digest(0),
        image_name: "lab/shell:1".into(),
        argv: vec!["/bin/sh".into()],
        env: Vec::new(),
        working_dir: "/".into(),
        user: String::new(),
        hostname: "c".into(),
        network_mode: "bridge".into(),
        tty: false,
        labels: BTreeMap::new(),
        state: ContainerState::Created,
        health: None,
        auto_remove: false,
    }
}

fn a_link(key: LinkKey, netns: u64, ifindex: u32) -> Link {
    Link {
        name: format!("if{ifindex}"),
        key,
        netns,
        ifindex,
        kind: LinkKind::Veth,
        mac: String::new(),
        mtu: 1500,
        up: false,
        carrier: None,
        state: None,
        master: None,
        port: None,
        isolated: false,
        peer_ifindex: None,
        container: None,
    }
}

fn a_config(n: u64) -> Config {
    Config {
        this: descriptor(n),
        platform: Platform::host(),
        created: None,
        env: Vec::new(),
        cmd: Vec::new(),
        entrypoint: Vec::new(),
        working_dir: String::new(),
        user: String::new(),
        volumes: Vec::new(),
        exposed_ports: Vec::new(),
        stop_signal: None,
        labels: BTreeMap::new(),
        diff_ids: Vec::new(),
        history: Vec::new(),
    }
}

fn a_layer(chain: u64, parent: Option<u64>) -> Layer {
    Layer {
        chain_id: digest(chain),
        parent: parent.map(digest),
        diff_id: digest(chain),
        blob: None,
        path: format!("/layers/{chain}"),
        size: 1,
        entries: 0,
        files: Vec::new(),
    }
}

fn a_process(pid: u32, container: Option<ContainerId>, netns: u64) -> Process {
    let namespaces = BTreeMap::from([(NamespaceKind::Net, netns)]);
    Process { pid, inner_pid: 1, container, argv: vec!["sh".into()], namespaces, main: true }
}

fn a_network(id: &NetworkId) -> Network {
    let (subnet, gateway) = ("172.17.0.0/16".to_owned(), "172.17.0.1".to_owned());
    Network {
        id: id.clone(),
        name: "bridge".into(),
        driver: NetworkDriver::Bridge,
        subnet,
        gateway,
        bridge: Some("docker0".into()),
    }
}

fn moved(volume: &str) -> Moved {
    Moved { volume: volume.into(), way: MoveWay::Export, entries: 1, bytes: 2048, digest: digest(1) }
}

fn a_mount(key: MountKey, container: Option<ContainerId>) -> Mount {
    let text = || "x".to_owned();
    Mount {
        key,
        container,
        target: text(),
        kind: MountKind::Tmpfs,
        fstype: text(),
        source: text(),
        root: text(),
        options: text(),
        read_only: false,
    }
}

fn a_damage(n: u64) -> Damage {
    Damage { registry: "r0".into(), content: Content::Blob, digest: digest(n), offset: 7, bit: 0 }
}

fn a_rejection(n: u64) -> Rejected {
    let problem = Problem::new(Code::DigestMismatch);
    Rejected { content: Content::Blob, digest: digest(n), by: Promise::Manifest(digest(0)), problem }
}

fn a_limit(registry: &str) -> Change {
    Change::RegistryLimit(RegistryLimit { registry: registry.into(), limit: None, remaining: 3, window: None })
}

fn a_push(registry: &str) -> Change {
    let (registry, repository) = (registry.to_owned(), "a/b".to_owned());
    Change::Pushed(Pushed { registry, repository, digest: digest(1), size: 1, how: PushedHow::Existing })
}

fn of_a_registry(dice: &mut Dice) -> Change {
    let registry = || "r0".to_owned();
    match dice.roll(8) {
        0 => Change::Remark(Problem::new(Code::Cancelled)),
        1 => a_limit("r0"),
        2 => {
            let problem = Problem::new(Code::RateLimited);
            Change::RegistryWaiting(RegistryWait { registry: registry(), seconds: dice.roll(9), problem })
        }
        3 => Change::RegistryWaited { registry: registry() },
        4 => Change::RegistryDamaged(a_damage(dice.roll(4))),
        5 => Change::RegistryMended { registry: registry(), content: Content::Blob, digest: dice.digest() },
        6 => Change::Rejected(a_rejection(dice.roll(4))),
        _ => a_push("r0"),
    }
}

/// Any change of the small universe, legal here or not.
fn propose(dice: &mut Dice) -> Change {
    let network = NetworkId::from("n0");
    let route = |dice: &mut Dice| Route {
        netns: dice.roll(2),
        destination: "default".into(),
        via: None,
        dev: format!("if{}", dice.roll(3)),
        refuses: None,
    };
    match dice.roll(41) {
        0 => of_a_registry(dice),
        1 => Change::RegistrySeen(Registry {
            host: "r0".into(),
            scheme: "http".into(),
            auth: "none".into(),
            builtin: true,
        }),
        2 => Change::TagResolved {
            reference: format!("t{}", dice.roll(2)),
            registry: "r0".into(),
            target: descriptor(dice.roll(4)),
        },
        3 => Change::IndexRead(Index { this: descriptor(0), manifests: vec![descriptor(1), descriptor(2)] }),
        4 => Change::PlatformChosen { index: dice.digest(), manifest: dice.digest() },
        5 => Change::ManifestRead(Manifest { this: descriptor(1), config: descriptor(0), layers: vec![descriptor(3)] }),
        6 => Change::ConfigRead(a_config(dice.roll(2))),
        7 => Change::BlobWanted(descriptor(dice.roll(4))),
        8 | 9 => Change::BlobProgress { digest: dice.digest(), received: dice.roll(120) },
        10 => Change::BlobVerified { digest: dice.digest(), size: 95 + dice.roll(6), reused: dice.roll(2) == 0 },
        11 => Change::BlobRejected { digest: dice.digest(), problem: Problem::new(Code::DigestMismatch) },
        12 => Change::BlobGone { digest: dice.digest() },
        13 | 14 => {
            let parent = (dice.roll(3) > 0).then(|| dice.roll(4));
            Change::LayerUnpacked(a_layer(dice.roll(4), parent))
        }
        15 => Change::LayerGone { chain_id: dice.digest() },
        16 => Change::ImageTagged { reference: format!("t{}", dice.roll(2)), image: dice.digest(), manifest: None },
        17 => Change::ImageUntagged { reference: format!("t{}", dice.roll(2)) },
        18 => Change::ImageGone { image: dice.digest() },
        19 => Change::MountSeen(a_mount(MountKey { mntns: 1, id: dice.roll(4) }, dice.maybe_container())),
        20 => Change::MountGone { key: MountKey { mntns: 1, id: dice.roll(4) } },
        21 => Change::VolumeSeen(Volume { name: format!("v{}", dice.roll(2)), path: "/v".into(), anonymous: false }),
        22 if dice.roll(2) == 0 => Change::VolumeMoved(moved(&format!("v{}", dice.roll(2)))),
        22 => Change::VolumeGone { name: format!("v{}", dice.roll(2)) },
        23 => {
            let path = format!("/d{}", dice.roll(2));
            Change::DirSeen(Dir { path, role: DirRole::Upper, container: dice.maybe_container() })
        }
        24 if dice.roll(2) == 0 => {
            let (container, upper) = (dice.container(), format!("/d{}", dice.roll(2)));
            let effect = [Effect::Added, Effect::Deleted][dice.roll(2) as usize];
            let file = UpperFile {
                path: format!("f{}", dice.roll(3)),
                effect,
                dir: false,
                mount_point: false,
                size: 1,
                copied: None,
            };
            let gone = (0..dice.roll(2)).map(|_| format!("f{}", dice.roll(3))).collect();
            let totals = UpperTotals { paths: dice.roll(4), ..UpperTotals::default() };
            Change::UpperChanged(UpperChange { container, upper, files: vec![file], gone, totals })
        }
        24 => Change::DirGone { path: format!("/d{}", dice.roll(2)) },
        25 | 26 => Change::ContainerCreated(a_container(dice.container())),
        27 => {
            let pid = dice.roll(3) as u32;
            let state = [ContainerState::Running { pid }, ContainerState::Exited { status: 1 }][dice.roll(2) as usize];
            Change::ContainerState { id: dice.container(), state }
        }
        28 => Change::ContainerGone { id: dice.container() },
        29 => {
            let (inode, container) = (dice.roll(3), dice.maybe_container());
            Change::NamespaceSeen(Namespace { inode, kind: NamespaceKind::Net, container })
        }
        30 => Change::NamespaceGone { inode: dice.roll(3) },
        31 => Change::ProcessSeen(a_process(dice.roll(3) as u32, dice.maybe_container(), dice.roll(3))),
        32 => {
            let property = [Property::NoNewPrivs(dice.roll(2) == 0), Property::Did("setsid()".into())];
            Change::ProcessChanged { pid: dice.roll(3) as u32, property: property[dice.roll(2) as usize].clone() }
        }
        33 => Change::ProcessGone { pid: dice.roll(3) as u32, status: 0 },
        34 => {
            let (path, container) = (format!("/cg{}", dice.roll(2)), dice.container());
            Change::CgroupSeen(Cgroup { path, container, limits: BTreeMap::new() })
        }
        35 => Change::CgroupGone { path: format!("/cg{}", dice.roll(2)) },
        36 if dice.roll(2) == 0 => Change::NetworkSeen(a_network(&network)),
        36 => Change::AddressReserved { network, container: dice.container(), address: format!("a{}", dice.roll(2)) },
        37 if dice.roll(8) == 0 => Change::NetworkGone { id: network },
        37 => Change::AddressReleased { network, address: format!("a{}", dice.roll(2)) },
        38 if dice.roll(3) == 0 => Change::LinkGone { key: dice.link() },
        38 => Change::LinkSeen(a_link(dice.link(), dice.roll(2), dice.roll(4) as u32)),
        39 if dice.roll(2) == 0 => Change::AddrSeen { link: dice.link(), cidr: format!("a{}", dice.roll(2)) },
        39 => Change::AddrGone { link: dice.link(), cidr: format!("a{}", dice.roll(2)) },
        _ => match dice.roll(6) {
            4 if dice.roll(2) == 0 => Change::PortClosed { key: "tcp/p0".into() },
            4 if dice.roll(2) == 0 => Change::MacForgotten { bridge: dice.link(), mac: "m".into() },
            4 => Change::MacLearned(LearnedMac { bridge: dice.link(), mac: "m".into(), port: dice.link() }),
            5 => Change::PortPublished(Publication {
                key: format!("tcp/p{}", dice.roll(2)),
                container: dice.container(),
                network,
                transport: Transport::Tcp,
                host: Vec::new(),
                to: ([172, 17, 0, 2], 80).into(),
                machine: Vec::new(),
            }),
            0 => Change::RouteSeen(route(dice)),
            1 => Change::RouteGone(route(dice)),
            2 => Change::RuleGone { key: "rule".into() },
            _ => Change::RuleSeen(Rule {
                key: "rule".into(),
                netns: 0,
                network: None,
                action: "masquerade".into(),
                text: "masquerade".into(),
                chain: "postrouting".into(),
                place: 0,
            }),
        },
    }
}

/// Operations one after another, steps in one another, observations, and a console that prints in between.
fn a_trace(seed: u64, events: usize) -> Trace {
    let mut dice = Dice { state: seed };
    let mut trace = Trace::default();
    let (mut op, mut open, mut last) = (0, Vec::new(), 0);
    let kinds = [StepKind::WireNetwork, StepKind::CreateVeth, StepKind::NetlinkMessage, StepKind::FetchBlob];
    let mut running = false;
    while trace.len() < events as u64 {
        let body = match dice.roll(12) {
            0 if !running => {
                op += 1;
                running = true;
                let request = "POST /v1.43/images/create".to_owned();
                Body::OpBegan { op: Op { id: op, kind: OpKind::ImagePull, subject: "lab/shell:1".into(), request } }
            }
            1 | 2 if running && open.len() < 4 => {
                last += 1;
                let plan = Plan::new(kinds[dice.roll(4) as usize], "x");
                let step = Step { id: last, op, parent: open.last().copied(), plan };
                open.push(last);
                Body::StepAnnounced { step }
            }
            3 => match open.pop() {
                Some(step) => Body::StepEnded { step, outcome: Outcome::Done, took: 1 },
                None if running => {
                    running = false;
                    Body::OpEnded { op, outcome: Outcome::Cancelled }
                }
                None => continue,
            },
            4 => Body::Console { container: None, text: "/ # ".into() },
            _ => {
                let change = propose(&mut dice);
                let mut after = trace.head().clone();
                if after.apply(&change).is_err() {
                    assert_eq!(&after, trace.head(), "refused, and yet something is different: {change:?}");
                    continue;
                }
                let evidence = vec![Evidence::syscall("read(3)", 0)];
                Body::Observed { step: open.last().copied(), change: Box::new(change), evidence }
            }
        };
        let seq = trace.len() + 1;
        trace.push(Arc::new(Event { seq, at: seq, body })).expect("what was accepted once is legal");
    }
    trace
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn seeking_anywhere_is_folding_up_to_there(seed: u64, length in 0_usize..700) {
        let trace = a_trace(seed, length);
        let mut folded = World::default();
        for n in 0..=trace.len() {
            prop_assert_eq!(&trace.seek(n), &folded, "at {}", n);
            if let Some(event) = trace.event(n + 1) {
                folded.apply_event(&event).expect("legal");
            }
        }
        prop_assert_eq!(&trace.seek(u64::MAX), trace.head());
    }

    #[test]
    fn a_world_is_read_as_it_was_written(seed: u64, length in 0_usize..500) {
        let trace = a_trace(seed, length);
        let world = trace.head();
        let text = serde_json::to_string(world).expect("JSON");
        prop_assert_eq!(&serde_json::from_str::<World>(&text).expect("a World"), world);
    }

    #[test]
    fn back_after_step_is_where_we_started(seed: u64, length in 1_usize..400) {
        let trace = a_trace(seed, length);
        for level in [Level::Story, Level::Stage, Level::Kernel] {
            let mut cursor = Cursor::default();
            cursor.seek(&trace, 0);
            cursor.set_level(level);
            loop {
                let (before, world) = (cursor.position(), trace.seek(cursor.position()));
                if !cursor.step(&trace) {
                    break;
                }
                prop_assert!(cursor.position() > before);
                let after = (cursor.position(), trace.seek(cursor.position()));
                prop_assert!(cursor.back(&trace));
                prop_assert_eq!((cursor.position(), trace.seek(cursor.position())), (before, world));
                prop_assert!(cursor.step(&trace));
                prop_assert_eq!((cursor.position(), trace.seek(cursor.position())), after);
            }
            prop_assert_eq!(cursor.position(), trace.len());
        }
    }

    #[test]
    fn a_coarser_level_stops_only_where_a_finer_one_does(seed: u64, length in 1_usize..400) {
        let trace = a_trace(seed, length);
        let stops = |level| {
            let mut cursor = Cursor::default();
            cursor.seek(&trace, 0);
            cursor.set_level(level);
            let mut all = vec![0];
            while cursor.step(&trace) {
                all.push(cursor.position());
            }
            all
        };
        let (story, stage, kernel) = (stops(Level::Story), stops(Level::Stage), stops(Level::Kernel));
        prop_assert!(story.iter().all(|at| stage.contains(at)));
        prop_assert!(stage.iter().all(|at| kernel.contains(at)));
    }

    #[test]
    fn what_was_written_is_read_again(seed: u64, length in 0_usize..300) {
        let trace = a_trace(seed, length);
        let mut file = Vec::new();
        let mut writer = log::Writer::new(&mut file).expect("a Vec takes all");
        trace.events().for_each(|event| writer.append(&event).expect("a Vec takes all"));
        let loaded = log::read(file.as_slice()).expect("whole");
        prop_assert_eq!(loaded.torn, None);
        prop_assert!(loaded.trace.events().eq(trace.events()));
        prop_assert_eq!(loaded.trace.head(), trace.head());
    }
}

/// A World in which everything that the table needs is there.
fn furnished() -> World {
    let mut world = World::default();
    let network = NetworkId::from("n0");
    for change in [
        Change::RegistrySeen(Registry { host: "r0".into(), scheme: "http".into(), auth: "none".into(), builtin: true }),
        Change::RegistryDamaged(a_damage(1)),
        Change::IndexRead(Index { this: descriptor(0), manifests: vec![descriptor(1)] }),
        Change::ConfigRead(a_config(0)),
        Change::ImageTagged { reference: "t0".into(), image: digest(0), manifest: None },
        Change::BlobWanted(descriptor(3)),
        Change::LayerUnpacked(a_layer(1, None)),
        Change::LayerUnpacked(a_layer(2, Some(1))),
        Change::ContainerCreated(a_container(container_id(0))),
        Change::ContainerCreated(a_container(container_id(1))),
        Change::NamespaceSeen(Namespace { inode: 7, kind: NamespaceKind::Net, container: Some(container_id(0)) }),
        Change::ProcessSeen(a_process(5, Some(container_id(0)), 7)),
        Change::NetworkSeen(a_network(&network)),
        Change::AddressReserved { network, container: container_id(0), address: "a0".into() },
        Change::LinkSeen(a_link("docker0".into(), 1, 3)),
    ] {
        world.apply(&change).expect("legal");
    }
    world
}

#[test]
fn what_was_refused_is_forgotten_when_it_comes_right() {
    let mut world = furnished();
    for n in [0, 3] {
        world.apply(&Change::Rejected(a_rejection(n))).expect("legal");
        assert_eq!(world.rejected[&digest(n)].by, Promise::Manifest(digest(0)));
    }
    world.apply(&Change::BlobVerified { digest: digest(3), size: 100, reused: false }).expect("legal");
    world.apply(&Change::ConfigRead(a_config(0))).expect("legal");
    assert!(world.rejected.is_empty());
}

#[test]
fn a_wait_and_a_damage_last_until_they_are_over() {
    let mut world = furnished();
    let wait = RegistryWait { registry: "r9".into(), seconds: 5, problem: Problem::new(Code::RateLimited) };
    world.apply(&Change::RegistryWaiting(wait.clone())).expect("a registry that never answered otherwise may say so");
    assert_eq!(*world.waits["r9"], wait);
    world.apply(&Change::RegistryWaited { registry: "r9".into() }).expect("legal");
    assert_eq!(*world.damaged[&digest(1)], a_damage(1));
    let mended = Change::RegistryMended { registry: "r0".into(), content: Content::Blob, digest: digest(1) };
    world.apply(&mended).expect("legal");
    assert!(world.waits.is_empty() && world.damaged.is_empty());
}

#[test]
fn every_refusal_has_its_type_and_leaves_the_world_as_it_was() {
    let (network, c0) = (NetworkId::from("n0"), container_id(0));
    let missing = |entity| Illegal::Missing(entity);
    let size = |bytes| Illegal::Size { digest: digest(3), bytes, promised: 100 };
    let tag = |registry: &str| Change::TagResolved {
        reference: "t".into(),
        registry: registry.into(),
        target: descriptor(0),
    };
    let reserve = |container| Change::AddressReserved { network: network.clone(), container, address: "a0".into() };
    let in_use = |used, by| Illegal::InUse { used, by };
    let clash = || Illegal::LinkClash("x".into(), "docker0".into());
    let named = Link { name: "if3".into(), ..a_link("x".into(), 1, 9) };
    let table: Vec<(Change, Illegal)> = vec![
        (tag("nowhere"), missing(Entity::Registry("nowhere".into()))),
        (a_limit("nowhere"), missing(Entity::Registry("nowhere".into()))),
        (a_push("nowhere"), missing(Entity::Registry("nowhere".into()))),
        (Change::RegistryWaited { registry: "r0".into() }, missing(Entity::Registry("r0".into()))),
        (Change::RegistryDamaged(a_damage(1)), Illegal::Exists(Entity::Blob(digest(1)))),
        (
            Change::RegistryMended { registry: "r0".into(), content: Content::Index, digest: digest(2) },
            missing(Entity::Index(digest(2))),
        ),
        (Change::BlobGone { digest: digest(9) }, missing(Entity::Blob(digest(9)))),
        (Change::BlobProgress { digest: digest(9), received: 1 }, missing(Entity::Blob(digest(9)))),
        (Change::LayerUnpacked(a_layer(5, Some(9))), missing(Entity::Layer(digest(9)))),
        (
            Change::ContainerState { id: c0.clone(), state: ContainerState::Running { pid: 99 } },
            missing(Entity::Process(99)),
        ),
        (
            Change::UpperChanged(UpperChange {
                container: c0.clone(),
                upper: "/gone".into(),
                files: Vec::new(),
                gone: Vec::new(),
                totals: UpperTotals::default(),
            }),
            missing(Entity::Dir("/gone".into())),
        ),
        (Change::VolumeGone { name: "v".into() }, missing(Entity::Volume("v".into()))),
        (Change::VolumeMoved(moved("v")), missing(Entity::Volume("v".into()))),
        (Change::ContainerCreated(a_container(c0.clone())), Illegal::Exists(Entity::Container(c0.clone()))),
        (reserve(container_id(1)), Illegal::Exists(Entity::Network(network.clone()))),
        (Change::LayerGone { chain_id: digest(1) }, in_use(Entity::Layer(digest(1)), Entity::Layer(digest(2)))),
        (Change::ImageGone { image: digest(0) }, in_use(Entity::Config(digest(0)), Entity::Tag("t0".into()))),
        (Change::ContainerGone { id: c0.clone() }, in_use(Entity::Container(c0), Entity::Process(5))),
        (Change::NamespaceGone { inode: 7 }, in_use(Entity::Namespace(7), Entity::Process(5))),
        (
            Change::PlatformChosen { index: digest(0), manifest: digest(8) },
            Illegal::NotListed { index: digest(0), manifest: digest(8) },
        ),
        (Change::BlobProgress { digest: digest(3), received: 101 }, size(101)),
        (Change::BlobVerified { digest: digest(3), size: 99, reused: false }, size(99)),
        (Change::LinkSeen(a_link("x".into(), 1, 3)), clash()),
        (Change::LinkSeen(named), clash()),
        (
            Change::AddrGone { link: "docker0".into(), cidr: "a".into() },
            Illegal::NoAddress("docker0".into(), "a".into()),
        ),
        (Change::WalkBegan(walks::a_walk(0)), Illegal::WalkOrder { walk: 0, number: 0 }),
        (Change::PacketSeen { walk: 7, hop: walks::a_hop(1) }, Illegal::NoWalk(7)),
    ];
    let mut met = std::collections::BTreeSet::new();
    for (change, expected) in table {
        let mut world = furnished();
        assert_eq!(world.apply(&change), Err(expected.clone()), "{change:?}");
        assert_eq!(world, furnished(), "{change:?}");
        met.insert(variant(&expected));
    }
    let op = |id| Op { id, kind: OpKind::Exec, subject: String::new(), request: String::new() };
    let step =
        |id, op, parent| Body::StepAnnounced { step: Step { id, op, parent, plan: Plan::new(StepKind::Exec, "x") } };
    let ended = |step| Body::StepEnded { step, outcome: Outcome::Done, took: 0 };
    let begun = [Body::OpBegan { op: op(1) }, step(1, 1, None)];
    let observed = Body::Observed { step: Some(9), change: Box::new(tag("r0")), evidence: Vec::new() };
    for (body, expected) in [
        (Body::OpBegan { op: op(1) }, Illegal::Reused(1)),
        (step(1, 1, None), Illegal::Reused(1)),
        (step(2, 9, None), Illegal::NoOp(9)),
        (Body::OpEnded { op: 9, outcome: Outcome::Done }, Illegal::NoOp(9)),
        (step(2, 1, Some(9)), Illegal::NoStep(9)),
        (ended(9), Illegal::NoStep(9)),
        (observed, Illegal::NoStep(9)),
    ] {
        let mut world = furnished();
        for body in begun.clone() {
            world.apply_event(&Event { seq: 1, at: 0, body }).expect("legal");
        }
        let before = world.clone();
        assert_eq!(world.apply_event(&Event { seq: 1, at: 0, body }), Err(expected.clone()));
        assert_eq!(world, before);
        met.insert(variant(&expected));
    }
    assert_eq!(met.len(), 12, "a kind of refusal is not in the table: {met:?}");
}

/// Exhaustive, so that a new kind of refusal is missed here.
fn variant(illegal: &Illegal) -> u8 {
    match illegal {
        Illegal::Missing(_) => 0,
        Illegal::Exists(_) => 1,
        Illegal::InUse { .. } => 2,
        Illegal::NotListed { .. } => 3,
        Illegal::Size { .. } => 4,
        Illegal::LinkClash(..) => 5,
        Illegal::NoAddress(..) => 6,
        Illegal::NoOp(_) => 7,
        Illegal::NoStep(_) => 8,
        Illegal::Reused(_) => 9,
        Illegal::NoWalk(_) => 10,
        Illegal::WalkOrder { .. } => 11,
    }
}
