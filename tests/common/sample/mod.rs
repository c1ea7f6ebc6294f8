//! A trace as an engine would write it: `docker run` of an image with four layers, a second container, every kind of mount.

#![allow(dead_code, reason = "each test uses a part of it")]

pub mod container;
mod image;

pub use image::{LayerSpec, shell_layers};

use dockwalk::spec::{ContainerId, Digest, NetworkId, Platform};
use dockwalk::trace::*;
use std::collections::BTreeMap;

/// The events so far, and the moments worth looking at.
#[derive(Default)]
pub struct Sample {
    /// All events.
    pub events: Vec<Event>,
    /// Name → how many events lie before it.
    pub moments: Vec<(&'static str, u64)>,
    /// After all events.
    pub world: World,
    ops: u64,
    steps: u64,
    open: Vec<u64>,
}

/// 64 hexadecimal digits that depend on the name.
pub fn hex(name: &str) -> String {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    let mut text = String::new();
    for round in 0..4_u64 {
        for byte in name.bytes().chain([round as u8]) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        state ^= state >> 29;
        text.push_str(&format!("{state:016x}"));
    }
    text
}

/// A digest that depends on the name.
pub fn digest(name: &str) -> Digest {
    format!("sha256:{}", hex(name)).parse().expect("64 hexadecimal digits")
}

pub fn id(name: &str) -> ContainerId {
    ContainerId::from(hex(name).as_str())
}

pub fn bridge_network() -> NetworkId {
    NetworkId::from(hex("bridge").as_str())
}

pub const HOST_NS: u64 = 4_026_532_180;
/// The user namespace that the lab works in.
pub const USER_NS: u64 = 4_026_532_179;
pub const ROOT: &str = "/home/user/.local/share/dockwalk";

pub fn descriptor(media: &str, name: &str, size: u64) -> Descriptor {
    let media_type = format!("application/vnd.oci.image.{media}.v1+json");
    Descriptor { media_type, digest: digest(name), size, platform: None, annotations: BTreeMap::new() }
}

pub fn layer_blob(name: &str, size: u64) -> Descriptor {
    Descriptor { media_type: "application/vnd.oci.image.layer.v1.tar+gzip".into(), ..descriptor("x", name, size) }
}

pub fn link(key: &str, netns: u64, ifindex: u32, name: &str, kind: LinkKind) -> Link {
    let mac = if kind == LinkKind::Loopback { String::new() } else { format!("02:42:ac:11:00:{ifindex:02x}") };
    Link {
        key: key.into(),
        netns,
        ifindex,
        name: name.into(),
        kind,
        mac,
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

pub fn route(netns: u64, destination: &str, via: Option<&str>, dev: &str) -> Route {
    Route { netns, destination: destination.into(), via: via.map(Into::into), dev: dev.into(), refuses: None }
}

impl Sample {
    pub fn push(&mut self, body: Body) {
        let seq = self.events.len() as u64 + 1;
        let event = Event { seq, at: seq * 1_300_000, body };
        self.world.apply_event(&event).expect("the sample is legal");
        self.events.push(event);
    }

    pub fn mark(&mut self, name: &'static str) {
        self.moments.push((name, self.events.len() as u64));
    }

    pub fn op(&mut self, kind: OpKind, subject: &str, run: impl FnOnce(&mut Self)) {
        self.ops += 1;
        let id = self.ops;
        let op = Op { id, kind, subject: subject.into(), request: format!("POST /v1.43/… {subject}") };
        self.push(Body::OpBegan { op });
        run(self);
        self.push(Body::OpEnded { op: id, outcome: Outcome::Done });
    }

    pub fn step(&mut self, kind: StepKind, subject: &str, run: impl FnOnce(&mut Self)) {
        self.steps += 1;
        let id = self.steps;
        let step = Step { id, op: self.ops, parent: self.open.last().copied(), plan: Plan::new(kind, subject) };
        self.push(Body::StepAnnounced { step });
        self.open.push(id);
        run(self);
        self.open.pop();
        self.push(Body::StepEnded { step: id, outcome: Outcome::Done, took: 420_000 });
    }

    pub fn saw(&mut self, change: Change) {
        let evidence = vec![Evidence::syscall("read(3, …)", 64)];
        self.push(Body::Observed { step: self.open.last().copied(), change: Box::new(change), evidence });
    }

    pub fn trace(&self) -> Trace {
        Trace::from_events(self.events.iter().cloned()).expect("the sample is legal")
    }

    pub fn at(&self, moment: &str) -> World {
        let (_, position) = self.moments.iter().find(|(name, _)| *name == moment).expect("a moment of the sample");
        self.trace().seek(*position)
    }

    pub fn engine_start(&mut self) {
        self.op(OpKind::EngineStart, "engine", |s| {
            s.step(StepKind::PrepareHost, "lab", |s| {
                s.saw(Change::HostSeen(Host {
                    kernel: "6.1.0-18-amd64".into(),
                    hostname: "lab".into(),
                    os: "Debian GNU/Linux 12 (bookworm)".into(),
                    mode: Mode::Lab,
                    rootless: true,
                    cgroup: CgroupVersion::V2,
                    root: ROOT.into(),
                    netns: HOST_NS,
                    engine_pid: 1900,
                    platform: Platform::parse("linux/amd64"),
                }));
                s.saw(Change::NamespaceSeen(Namespace { inode: HOST_NS, kind: NamespaceKind::Net, container: None }));
                s.saw(Change::NamespaceSeen(Namespace { inode: USER_NS, kind: NamespaceKind::User, container: None }));
                s.step(StepKind::LoopbackUp, "lo", |s| {
                    let lo = Link { up: true, ..link("lab/lo", HOST_NS, 1, "lo", LinkKind::Loopback) };
                    s.saw(Change::LinkSeen(lo));
                    s.saw(Change::AddrSeen { link: "lab/lo".into(), cidr: "127.0.0.1/8".into() });
                });
                s.mark("bare host");
                s.step(StepKind::MakeUplink, "eth0", |s| {
                    s.saw(Change::LinkSeen(Link {
                        up: true,
                        ..link("lab/eth0", HOST_NS, 2, "eth0", LinkKind::Uplink)
                    }));
                    s.saw(Change::AddrSeen { link: "lab/eth0".into(), cidr: "10.0.2.100/24".into() });
                    s.saw(Change::RouteSeen(route(HOST_NS, "default", Some("10.0.2.2"), "eth0")));
                });
                s.step(StepKind::MakeBridge, "docker0", |s| {
                    s.saw(Change::LinkSeen(link("docker0", HOST_NS, 3, "docker0", LinkKind::Bridge)));
                    s.saw(Change::NetworkSeen(Network {
                        id: bridge_network(),
                        name: "bridge".into(),
                        driver: "bridge".into(),
                        subnet: "172.17.0.0/16".into(),
                        gateway: "172.17.0.1".into(),
                        bridge: Some("docker0".into()),
                    }));
                });
                s.mark("bridge down");
                s.step(StepKind::AddressBridge, "docker0", |s| {
                    s.saw(Change::AddrSeen { link: "docker0".into(), cidr: "172.17.0.1/16".into() });
                    s.saw(Change::LinkSeen(Link {
                        up: true,
                        ..link("docker0", HOST_NS, 3, "docker0", LinkKind::Bridge)
                    }));
                    s.saw(Change::RouteSeen(route(HOST_NS, "172.17.0.0/16", None, "docker0")));
                });
                s.step(StepKind::Masquerade, "172.17.0.0/16", |s| {
                    for (action, text) in [
                        ("forward", "iifname \"docker0\" accept"),
                        ("masquerade", "ip saddr 172.17.0.0/16 oifname != \"docker0\" masquerade"),
                    ] {
                        s.saw(Change::RuleSeen(Rule {
                            key: format!("{action}/bridge"),
                            netns: HOST_NS,
                            network: Some(bridge_network()),
                            action: action.into(),
                            text: text.into(),
                            chain: "postrouting".into(),
                            place: 0,
                        }));
                    }
                });
            });
        });
        self.mark("engine started");
    }
}

/// `docker run -it lab/shell:1` with a volume, a bind and a tmpfs; then a second container; then the first is removed.
pub fn shell_run() -> Sample {
    let mut s = Sample::default();
    s.engine_start();
    s.pull("shell", &shell_layers());
    s.create("web", "shell", "bridge");
    s.mark("created");
    s.op(OpKind::ContainerStart, "web", |s| {
        s.step(StepKind::StackFilesystem, "web", |s| s.mount_root("web", 40));
        s.wire("web", 0);
        s.step(StepKind::StartProcess, "web", |s| s.run_process("web", 0));
    });
    s.mark("one runs");
    s.create("shell", "shell", "bridge");
    s.op(OpKind::VolumeCreate, "notes", |s| {
        let path = format!("{ROOT}/volumes/notes/_data");
        s.saw(Change::VolumeSeen(Volume { name: "notes".into(), path, anonymous: false }));
    });
    s.op(OpKind::ContainerStart, "shell", |s| {
        s.step(StepKind::StackFilesystem, "shell", |s| s.mount_root("shell", 41));
        s.wire("shell", 1);
        s.step(StepKind::StartProcess, "shell", |s| {
            s.run_process("shell", 1);
            s.mount("shell", 70, "/proc", MountKind::System, false);
            s.mount("shell", 71, "/dev", MountKind::System, false);
            s.mount("shell", 72, "/data", MountKind::Volume { name: "notes".into() }, false);
            let from = "/home/user/site".to_owned();
            s.saw(Change::DirSeen(Dir { path: from.clone(), role: DirRole::BindSource, container: None }));
            s.mount("shell", 73, "/srv/site", MountKind::Bind { from }, true);
            s.mount("shell", 74, "/tmp", MountKind::Tmpfs, false);
            s.mount("web", 75, "/notes", MountKind::Volume { name: "notes".into() }, true);
        });
    });
    s.mark("two run");
    s.op(OpKind::ContainerRemove, "shell", |s| s.step(StepKind::RemoveContainer, "shell", |s| s.remove("shell", 1)));
    s.mark("removed");
    s
}

/// A second image on the same base, beside the first.
pub fn two_images() -> Sample {
    let mut s = Sample::default();
    s.engine_start();
    s.pull("shell", &shell_layers());
    let mut layers = shell_layers();
    layers.truncate(2);
    layers.push(LayerSpec {
        name: "httpd",
        size: 731_004,
        created_by: "COPY httpd /usr/sbin/httpd",
        files: vec![("usr/sbin/httpd", Effect::Added)],
    });
    s.pull("web", &layers);
    s.mark("two images");
    s
}

/// That many containers side by side.
pub fn crowd(count: u32) -> Sample {
    let mut s = Sample::default();
    s.engine_start();
    s.pull("shell", &shell_layers());
    for n in 0..count {
        let name = &format!("box{n:02}");
        s.create(name, "shell", "bridge");
        s.mount_root(name, 100 + u64::from(n));
        s.wire_quick(name, n);
    }
    s.mark("crowd");
    s
}
