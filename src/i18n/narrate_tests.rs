//! Every kind of change is said in both languages.

use super::*;
use crate::spec::{ContainerId, Digest, NetworkId, Platform};
use crate::trace::*;
use std::collections::{BTreeMap, BTreeSet};

fn digest(n: u8) -> Digest {
    Digest::from_sha256(&[n; 32])
}

fn descriptor(n: u8) -> Descriptor {
    let platform = Platform::parse("linux/amd64");
    Descriptor { media_type: "m".into(), digest: digest(n), size: 4_200, platform, annotations: BTreeMap::new() }
}

fn id() -> ContainerId {
    ContainerId::from("c0ffee00c0ffee00")
}

fn publication(machine: &[&str]) -> Publication {
    Publication {
        key: "tcp/0.0.0.0:8080".to_owned(),
        container: id(),
        network: NetworkId::from("n"),
        transport: Transport::Tcp,
        host: vec![([0, 0, 0, 0], 8080).into()],
        to: ([172, 17, 0, 2], 80).into(),
        machine: machine.iter().map(|address| address.parse().unwrap()).collect(),
    }
}

fn link(name: &str) -> Link {
    Link {
        key: LinkKey::from("c0ffee/veth"),
        netns: 1,
        ifindex: 7,
        name: name.to_owned(),
        kind: LinkKind::Veth,
        mac: String::new(),
        mtu: 1500,
        up: false,
        carrier: None,
        state: None,
        master: None,
        port: None,
        isolated: false,
        peer_ifindex: Some(6),
        container: Some(id()),
    }
}

fn mount(kind: MountKind) -> Change {
    Change::MountSeen(Mount {
        key: MountKey { mntns: 1, id: 2 },
        container: Some(id()),
        target: "/data".into(),
        kind,
        fstype: "ext4".into(),
        source: "/dev/sda1".into(),
        root: "/".into(),
        options: "rw".into(),
        read_only: false,
    })
}

fn moved(way: MoveWay) -> Moved {
    Moved { volume: "memo".into(), way, entries: 3, bytes: 5_000, digest: digest(3) }
}

fn contents(home: Home, files: &[&str]) -> Change {
    let file = |path: &&str| HomeFile { path: (*path).to_owned(), inode: 7, size: 5, changed: 1 };
    let files_named = files.iter().map(|path| (*path).to_owned()).collect();
    let (newest, files): (Vec<_>, _) = (files.iter().map(file).collect(), files.len() as u64);
    Change::ContentsSeen(Contents {
        home,
        newest,
        fresh: files_named,
        files,
        dirs: 0,
        bytes: 5 * files,
        room: (10, 5),
        still: Still::Same,
        at: None,
        whole: true,
    })
}

/// One or more of every kind of change, with variants that have a sentence of their own.
fn samples() -> Vec<Change> {
    let text = |text: &str| text.to_owned();
    let route = |via: Option<&str>| Route {
        netns: 1,
        destination: text("default"),
        via: via.map(text),
        dev: text("eth0"),
        refuses: None,
    };
    let platform = Platform::host();
    let dir = |role| Change::DirSeen(Dir { path: text("/d"), role, container: None });
    let state = |state| Change::ContainerState { id: id(), state };
    let property = |property| Change::ProcessChanged { pid: 9, property };
    let cgroup = |limits: &[(&str, &str)]| {
        let limits = limits.iter().map(|(k, v)| (text(k), text(v))).collect();
        Change::CgroupSeen(Cgroup { path: text("/dockwalk/c"), container: id(), limits })
    };
    let namespace =
        |container| Change::NamespaceSeen(Namespace { inode: 4026531, kind: NamespaceKind::Net, container });
    let limit = |limit| {
        Change::RegistryLimit(RegistryLimit { registry: text("h:1"), limit, remaining: 76, window: Some(21_600) })
    };
    let rejected = |content, by| {
        Change::Rejected(Rejected { content, digest: digest(4), by, problem: Problem::new(Code::Cancelled) })
    };
    let pushed = |how| {
        let (registry, repository) = (text("h:1"), text("a/c"));
        Change::Pushed(Pushed { registry, repository, digest: digest(4), size: 4_200, how })
    };
    let mut all = vec![
        Change::HostSeen(Host {
            kernel: text("6.1"),
            hostname: text("lab"),
            os: text("Debian"),
            mode: Mode::Lab,
            rootless: true,
            cgroup: CgroupVersion::V2,
            root: text("/r"),
            netns: 1,
            engine_pid: 1,
            platform: None,
        }),
        Change::Remark(Problem::new(Code::Cancelled)),
        Change::RegistrySeen(Registry { host: text("h:1"), scheme: text("http"), auth: text("none"), builtin: true }),
        limit(Some(100)),
        limit(None),
        Change::RegistryWaiting(RegistryWait {
            registry: text("h:1"),
            seconds: 7,
            problem: Problem::new(Code::Cancelled),
        }),
        Change::RegistryWaited { registry: text("h:1") },
        Change::RegistryDamaged(Damage {
            registry: text("h:1"),
            content: Content::Index,
            digest: digest(1),
            offset: 9,
            bit: 3,
        }),
        Change::RegistryMended { registry: text("h:1"), content: Content::Index, digest: digest(1) },
        rejected(Content::Index, Promise::Header),
        rejected(Content::Manifest, Promise::Reference),
        rejected(Content::Manifest, Promise::Index(digest(1))),
        rejected(Content::Config, Promise::Manifest(digest(2))),
        rejected(Content::Blob, Promise::Config(digest(3))),
        pushed(PushedHow::Uploaded),
        pushed(PushedHow::Existing),
        pushed(PushedHow::Mounted { from: text("a/b") }),
        Change::TagResolved { reference: text("lab/a:1"), registry: text("h:1"), target: descriptor(1) },
        Change::IndexRead(Index { this: descriptor(1), manifests: vec![descriptor(2)] }),
        Change::PlatformChosen { index: digest(1), manifest: digest(2) },
        Change::ManifestRead(Manifest { this: descriptor(2), config: descriptor(3), layers: vec![descriptor(4)] }),
        Change::ConfigRead(Config {
            this: descriptor(3),
            platform,
            created: None,
            env: vec![],
            cmd: vec![],
            entrypoint: vec![],
            working_dir: text("/"),
            user: String::new(),
            volumes: vec![],
            exposed_ports: vec![],
            stop_signal: None,
            labels: BTreeMap::new(),
            diff_ids: vec![],
            history: vec![],
        }),
        Change::BlobWanted(descriptor(4)),
        Change::BlobProgress { digest: digest(4), received: 21 },
        Change::BlobVerified { digest: digest(4), size: 4_200, reused: false },
        Change::BlobVerified { digest: digest(4), size: 4_200, reused: true },
        Change::BlobRejected { digest: digest(4), problem: Problem::new(Code::Cancelled) },
        Change::BlobGone { digest: digest(4) },
        Change::LayerUnpacked(Layer {
            chain_id: digest(5),
            parent: None,
            diff_id: digest(6),
            blob: None,
            path: text("/l"),
            size: 3_000_000,
            entries: 3,
            files: vec![],
        }),
        Change::LayerGone { chain_id: digest(5) },
        Change::ImageTagged { reference: text("lab/a:1"), image: digest(3), manifest: None },
        Change::ImageUntagged { reference: text("lab/a:1") },
        Change::ImageGone { image: digest(3) },
        mount(MountKind::Overlay { lower: vec![text("/l")], upper: text("/u"), work: text("/w") }),
        mount(MountKind::Volume { name: text("memo") }),
        mount(MountKind::Bind { from: text("/h") }),
        mount(MountKind::Tmpfs),
        mount(MountKind::System),
        Change::MountGone { key: MountKey { mntns: 1, id: 2 } },
        Change::VolumeSeen(Volume { name: text("memo"), path: text("/v"), anonymous: false }),
        contents(Home::Volume { name: text("memo") }, &["a/memo"]),
        contents(Home::Bind { from: text("/h") }, &[""]),
        contents(Home::Bind { from: text("/h") }, &["memo", "note"]),
        contents(Home::Tmpfs { mount: MountKey { mntns: 1, id: 2 } }, &[]),
        Change::VolumeMoved(moved(MoveWay::Export)),
        Change::VolumeMoved(moved(MoveWay::Import)),
        Change::VolumeGone { name: text("memo") },
        Change::DirGone { path: text("/d") },
        Change::ContainerCreated(a_container()),
        Change::ContainerFound(Container { state: ContainerState::Exited { status: 3 }, ..a_container() }),
        Change::ContainerHealth { id: id(), health: Health::Starting },
        Change::ContainerHealth { id: id(), health: Health::Healthy },
        Change::ContainerHealth { id: id(), health: Health::Unhealthy },
        Change::ContainerRenamed { id: id(), name: text("new") },
        state(ContainerState::Paused { pid: 9 }),
        Change::ContainerGone { id: id() },
        namespace(None),
        namespace(Some(id())),
        Change::NamespaceGone { inode: 4026531 },
        Change::ProcessSeen(Process {
            pid: 9,
            inner_pid: 1,
            container: Some(id()),
            argv: vec![],
            namespaces: BTreeMap::new(),
            main: true,
        }),
        Change::ProcessGone { pid: 9, status: 0 },
        cgroup(&[]),
        cgroup(&[("pids.max", "64\n")]),
        Change::CgroupGone { path: text("/dockwalk/c") },
        Change::NetworkSeen(Network {
            id: NetworkId::from("n"),
            name: text("bridge"),
            driver: "bridge".into(),
            subnet: text("172.17.0.0/16"),
            gateway: text("172.17.0.1"),
            bridge: None,
        }),
        Change::NetworkGone { id: NetworkId::from("n") },
        Change::AddressReserved { network: NetworkId::from("n"), container: id(), address: text("172.17.0.2") },
        Change::AddressReleased { network: NetworkId::from("n"), address: text("172.17.0.2") },
        Change::LinkSeen(link("veth1")),
        Change::LinkGone { key: link("").key },
        Change::AddrSeen { link: link("").key, cidr: text("172.17.0.2/16") },
        Change::AddrGone { link: link("").key, cidr: text("172.17.0.2/16") },
        Change::MacLearned(LearnedMac { bridge: link("").key, mac: text("02:42:ac:11:00:02"), port: link("").key }),
        Change::MacForgotten { bridge: link("").key, mac: text("02:42:ac:11:00:02") },
        Change::RouteSeen(route(Some("172.17.0.1"))),
        Change::RouteSeen(route(None)),
        Change::RouteGone(route(None)),
        Change::RuleSeen(Rule {
            key: text("m"),
            netns: 1,
            network: None,
            action: "masquerade".into(),
            text: text("r"),
            chain: text("postrouting"),
            place: 0,
        }),
        Change::RuleGone { key: text("m") },
        Change::PortPublished(publication(&[])),
        Change::PortPublished(publication(&["127.0.0.1:8080"])),
        Change::PortClosed { key: text("tcp/0.0.0.0:8080") },
    ];
    let probe =
        |from, reply| Change::ReachProbed(Probe { from, to: text("db"), asked: text("tcp 172.18.0.3:5432"), reply });
    all.extend(
        [
            ProbeReply::Answered,
            ProbeReply::Refused,
            ProbeReply::Unreachable,
            ProbeReply::Silent,
            ProbeReply::NoSuchName,
        ]
        .map(|reply| probe(Some(id()), reply)),
    );
    all.push(probe(None, ProbeReply::Answered));
    all.extend(narrate::walk::samples());
    all.extend(upper_samples());
    all.extend(isolation_samples());
    all.extend(speed_samples());
    all.extend(disk_samples());
    all.extend([DirRole::Upper, DirRole::Work, DirRole::Merged, DirRole::BindSource].map(dir));
    let states = [
        ContainerState::Created,
        ContainerState::Running { pid: 9 },
        ContainerState::Exited { status: 0 },
        ContainerState::Restarting { status: 1 },
    ];
    all.extend(states.map(state));
    all.extend(
        [
            Property::Executes(vec![text("sh")]),
            Property::Hostname(text("c0ffee")),
            Property::Root(text("/m")),
            Property::Credentials(text("0:0")),
            Property::Capabilities(vec![text("CHOWN")]),
            Property::Bounding(vec![text("CHOWN")]),
            Property::Pids(vec![4711, 12, 1]),
            Property::Users(vec![IdSpan { inside: 0, outside: 0, count: u32::MAX }]),
            Property::Users(vec![IdSpan { inside: 0, outside: 1000, count: 1 }]),
            Property::Kernel(text("6.18.44")),
            Property::Seccomp(text("filter")),
            Property::NoNewPrivs(true),
            Property::WorkingDir(text("/")),
            Property::Cgroup(text("/c")),
            Property::Protected(vec![text("/proc/kcore")]),
            Property::Did(text("setsid()")),
        ]
        .map(property),
    );
    all
}

/// A path of a writable layer, in all the ways that are told apart.
fn upper_samples() -> Vec<Change> {
    let file =
        |effect, dir, copied| UpperFile { path: "srv/a".into(), effect, dir, mount_point: false, size: 7, copied };
    let copy = |bytes| Some(CopyUp { path: "srv/a".into(), layer: digest(5), size: 100_000_000, bytes });
    let totals = UpperTotals { paths: 9, deleted: 1, bytes: 8_000, copied: 9_000 };
    let change = |files: Vec<UpperFile>, gone: &[&str]| {
        let gone = gone.iter().map(ToString::to_string).collect();
        Change::UpperChanged(UpperChange { container: id(), upper: "/u".into(), files, gone, totals })
    };
    let one = [
        file(Effect::Added, false, None),
        file(Effect::Added, true, None),
        file(Effect::Replaced, false, None),
        file(Effect::Replaced, false, copy(100_000_000)),
        file(Effect::Replaced, false, copy(0)),
        file(Effect::Deleted, false, None),
        file(Effect::Opaque, true, None),
    ];
    let many = change(one.to_vec(), &["b"]);
    let point = change(vec![UpperFile { mount_point: true, ..file(Effect::Added, true, None) }], &[]);
    one.into_iter().map(|file| change(vec![file], &[])).chain([many, point, change(Vec::new(), &["b"])]).collect()
}

fn speed_samples() -> Vec<Change> {
    let speed = |pattern| {
        let (container, target, place) = (id(), "/data".to_owned(), HomeKind::Volume);
        Change::SpeedMeasured(Speed {
            container,
            target,
            place,
            pattern,
            bytes: 8,
            files: 1,
            calls: 2,
            runs: vec![7, 9],
        })
    };
    let problem = Problem::new(Code::SpeedReadOnly).with("place", "/data");
    let (container, target, place) = (id(), "/data".to_owned(), HomeKind::Volume);
    let refused = Change::SpeedRefused(Unmeasured { container, target, place, problem });
    let memory = |swaps: &[&str]| {
        let swaps = swaps.iter().map(|path| (*path).to_owned()).collect();
        let mount = MountKey { mntns: 1, id: 2 };
        let source = "tmpfs".to_owned();
        Change::MemorySeen(TmpfsMemory { mount, source, device: (0, 57), swaps, swap: (1, 1), shmem: 4 })
    };
    let speeds = SpeedPattern::ALL.into_iter().map(speed);
    speeds.chain([refused, memory(&[]), memory(&["/swap.img"])]).collect()
}

fn disk_samples() -> [Change; 3] {
    let counted = |place| Change::BytesCounted(Counted { place, bytes: Some(7), users: Vec::new() });
    let (path, left) = ("/root".to_owned(), LeftOver::default());
    [
        counted(DiskPlace::Upper { container: id() }),
        counted(DiskPlace::Volume { name: "data".into() }),
        Change::DiskSeen(Disk {
            path,
            room: (9, 4),
            blobs: 3,
            images: Vec::new(),
            left,
            holders: Vec::new(),
            stored: 0,
        }),
    ]
}

fn isolation_samples() -> Vec<Change> {
    let used = Used { at: 1, processor: 1, memory: 4096, memory_limit: 0, tasks: 1, tasks_limit: 0, processors: 2 };
    let answered = |errno: i32| Answered { errno, said: format!("{errno}") };
    let tried = |filtered, bare: Option<i32>| {
        let (filtered, bare) = (answered(filtered), bare.map(answered));
        Change::CallTried(Tried { container: id(), call: "mount".into(), filtered, bare })
    };
    let tries = [(1, Some(14)), (1, Some(1)), (0, Some(0)), (1, None), (0, None)];
    let tries = tries.map(|(filtered, bare)| tried(filtered, bare));
    [Change::UsageSeen { container: id(), used }].into_iter().chain(tries).collect()
}

fn a_container() -> Container {
    Container {
        id: id(),
        name: "shell".into(),
        image: digest(3),
        image_name: "lab/a:1".into(),
        argv: vec![],
        env: vec![],
        working_dir: "/".into(),
        user: String::new(),
        hostname: "c0ffee".into(),
        network_mode: "bridge".into(),
        tty: true,
        labels: BTreeMap::new(),
        state: ContainerState::Created,
        health: None,
        auto_remove: false,
    }
}

#[test]
fn a_second_write_is_no_second_copy() {
    let mut world = World::default();
    let made = samples().into_iter().find(|c| matches!(c, Change::ContainerCreated(_))).unwrap();
    let dir = Dir { path: "/u".into(), role: DirRole::Upper, container: Some(id()) };
    for change in [made, Change::DirSeen(dir)] {
        world.apply(&change).unwrap();
    }
    let copied = upper_samples().swap_remove(3);
    let say = |world: &World| Words::new(Lang::En).narrate_change(&copied, world);
    assert!(say(&world).contains("copied 100.0 MB up"), "{}", say(&world));
    world.apply(&copied).unwrap();
    assert!(say(&world).contains("wrote again"), "{}", say(&world));
}

/// A number for each kind. Exhaustive, so that a new kind does not compile until it is said and has a sample.
const KINDS: usize = 67;
#[rustfmt::skip]
fn kind(change: &Change) -> usize {
    use Change as C;
    match change {
        C::HostSeen(_) => 0, C::Remark(_) => 1, C::RegistrySeen(_) => 2, C::TagResolved { .. } => 3,
        C::IndexRead(_) => 4, C::PlatformChosen { .. } => 5, C::ManifestRead(_) => 6, C::ConfigRead(_) => 7,
        C::BlobWanted(_) => 8, C::BlobProgress { .. } => 9, C::BlobVerified { .. } => 10,
        C::BlobRejected { .. } => 11, C::BlobGone { .. } => 12, C::LayerUnpacked(_) => 13, C::LayerGone { .. } => 14,
        C::ImageTagged { .. } => 15, C::ImageUntagged { .. } => 16, C::ImageGone { .. } => 17, C::MountSeen(_) => 18,
        C::MountGone { .. } => 19, C::VolumeSeen(_) => 20, C::VolumeGone { .. } => 21, C::VolumeMoved(_) => 61, C::DirSeen(_) => 22,
        C::ContentsSeen(_) => 60, C::UpperChanged(_) => 48, C::DirGone { .. } => 23, C::ContainerCreated(_) => 24, C::ContainerState { .. } => 25,
        C::ContainerRenamed { .. } => 49, C::ContainerHealth { .. } => 50, C::ContainerFound(_) => 51,
        C::ContainerGone { .. } => 26, C::NamespaceSeen(_) => 27, C::NamespaceGone { .. } => 28,
        C::ProcessSeen(_) => 29, C::ProcessChanged { .. } => 30, C::ProcessGone { .. } => 31, C::CgroupSeen(_) => 32,
        C::CgroupGone { .. } => 33, C::NetworkSeen(_) => 34, C::NetworkGone { .. } => 35,
        C::AddressReserved { .. } | C::AddressReleased { .. } => 36, C::LinkSeen(_) | C::LinkGone { .. } => 37,
        C::AddrSeen { .. } | C::AddrGone { .. } => 38, C::RouteSeen(_) | C::RouteGone(_) => 39,
        C::RuleSeen(_) | C::RuleGone { .. } => 40,
        C::RegistryLimit(_) => 41, C::RegistryWaiting(_) => 42, C::RegistryWaited { .. } => 43,
        C::RegistryDamaged(_) => 44, C::RegistryMended { .. } => 45, C::Rejected(_) => 46, C::Pushed(_) => 47,
        C::ReachProbed(_) => 55, C::WalkBegan(_) => 56, C::PacketSeen { .. } => 57, C::WalkEnded(_) => 58,
        C::MacLearned(_) | C::MacForgotten { .. } => 59,
        C::SpeedMeasured(_) => 62, C::SpeedRefused(_) => 63, C::MemorySeen(_) => 64,
        C::BytesCounted(_) => 65, C::DiskSeen(_) => 66,
        C::UsageSeen { .. } => 52, C::CallTried(_) => 53, C::PortPublished(_) | C::PortClosed { .. } => 54,
    }
}

/// `{$name}` that Fluent could not fill is left in braces; a key that does not exist is left in `⟨⟩`.
#[track_caller]
fn check(lang: Lang, text: &str) {
    assert!(!text.trim().is_empty() && !text.contains(['⟨', '{']), "{lang:?}: {text}");
}

#[test]
fn every_kind_of_change_is_said_in_both_languages() {
    let samples = samples();
    let kinds: BTreeSet<_> = samples.iter().map(kind).collect();
    assert_eq!(kinds.len(), KINDS, "a kind of change has no sample");
    for lang in Lang::ALL {
        let words = Words::new(lang);
        for change in &samples {
            check(lang, &words.narrate_change(change, &World::default()));
        }
    }
}

#[test]
fn no_two_kinds_of_change_are_said_alike() {
    let words = Words::new(Lang::En);
    let mut said: BTreeMap<String, usize> = BTreeMap::new();
    for change in samples() {
        let text = words.narrate_change(&change, &World::default());
        if let Some(other) = said.insert(text.clone(), kind(&change)) {
            panic!("kinds {other} and {} are both said as: {text}", kind(&change));
        }
    }
}

#[test]
fn a_link_that_is_seen_again_is_told_by_what_is_different() {
    let mut world = World::default();
    for change in samples().iter().filter(|c| matches!(c, Change::HostSeen(_) | Change::ContainerCreated(_))) {
        world.apply(change).unwrap();
    }
    let bridge = Link { key: LinkKey::from("docker0"), ifindex: 3, name: "docker0".into(), ..link("") };
    for link in [bridge, link("veth1")] {
        world.apply(&Change::LinkSeen(link)).unwrap();
    }
    let say = |new: Link| Words::new(Lang::En).narrate_change(&Change::LinkSeen(new), &world);
    let old = link("veth1");
    assert!(say(Link { netns: 2, ..old.clone() }).contains("moved into the network namespace of shell"));
    assert!(say(Link { name: "eth0".into(), ..old.clone() }).contains("veth1 is now called eth0"));
    assert!(say(Link { master: Some(3), ..old.clone() }).contains("plugged into the bridge docker0"));
    assert!(say(Link { up: true, ..old.clone() }).contains("is up"));
    let up = |carrier, state: &str| Link { up: true, carrier, state: Some(state.into()), ..old.clone() };
    let mut on = world.clone();
    let say_on = |on: &World, new: Link| Words::new(Lang::En).narrate_change(&Change::LinkSeen(new), on);
    on.apply(&Change::LinkSeen(up(Some(false), "LOWERLAYERDOWN"))).unwrap();
    assert!(say_on(&on, up(Some(true), "LOWERLAYERDOWN")).contains("has a carrier"));
    on.apply(&Change::LinkSeen(up(Some(true), "LOWERLAYERDOWN"))).unwrap();
    assert!(say_on(&on, up(Some(true), "UP")).contains("<UP,LOWER_UP> UP"));
    assert!(say_on(&on, up(Some(false), "UP")).contains("NO-CARRIER"));
    assert!(say(old).contains("looked at again"));
}

#[test]
fn a_tag_that_moves_is_said_to_move() {
    let mut world = World::default();
    let relevant = |c: &&Change| matches!(c, Change::RegistrySeen(_) | Change::ConfigRead(_));
    samples().iter().filter(relevant).for_each(|change| world.apply(change).unwrap());
    let resolved =
        |n| Change::TagResolved { reference: "lab/a:1".into(), registry: "h:1".into(), target: descriptor(n) };
    let tagged = |n| Change::ImageTagged { reference: "lab/a:1".into(), image: digest(n), manifest: None };
    [resolved(2), tagged(3)].iter().for_each(|change| world.apply(change).unwrap());
    for lang in Lang::ALL {
        let say = |change| Words::new(lang).narrate_change(&change, &world);
        for (text, from, to) in [(say(resolved(8)), 2, 8), (say(tagged(9)), 3, 9)] {
            check(lang, &text);
            assert!(text.contains(digest(from).short()) && text.contains(digest(to).short()), "{lang:?}: {text}");
        }
        for (text, same) in [(say(resolved(2)), 2), (say(tagged(3)), 3)] {
            assert_eq!(text.matches(digest(same).short()).count(), 1, "{lang:?}: nothing moved: {text}");
        }
    }
}

#[test]
fn events_that_change_nothing_are_said_too() {
    let op = Op { id: 1, kind: OpKind::ImagePull, subject: "lab/a:1".into(), request: "POST /images/create".into() };
    let step = Step { id: 1, op: 1, parent: None, plan: Plan::new(StepKind::CreateVeth, "veth1") };
    let failed = || Outcome::Failed(Problem::new(Code::Cancelled));
    let mut bodies = vec![
        Body::OpBegan { op },
        Body::StepAnnounced { step },
        Body::Console { container: None, text: "x".into() },
        Body::Console { container: Some(id()), text: "x".into() },
    ];
    for outcome in [Outcome::Done, failed(), Outcome::Cancelled] {
        bodies.push(Body::StepEnded { step: 1, outcome: outcome.clone(), took: 5 });
        bodies.push(Body::OpEnded { op: 1, outcome });
    }
    for lang in Lang::ALL {
        for body in &bodies {
            let event = Event { seq: 1, at: 0, body: body.clone() };
            check(lang, &Words::new(lang).narrate(&event, &World::default()));
        }
    }
}
