//! A trace as an engine would write it: `docker run` of an image with four layers, a second container, every kind of mount.

#![allow(dead_code, reason = "each test uses a part of it")]

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
        master: None,
        peer_ifindex: None,
        container: None,
    }
}

pub fn route(netns: u64, destination: &str, via: Option<&str>, dev: &str) -> Route {
    Route { netns, destination: destination.into(), via: via.map(Into::into), dev: dev.into() }
}

/// One layer of an image.
pub struct LayerSpec {
    pub name: &'static str,
    pub size: u64,
    pub created_by: &'static str,
    pub files: Vec<(&'static str, Effect)>,
}

pub fn shell_layers() -> Vec<LayerSpec> {
    use Effect::{Added, Deleted, Opaque, Replaced};
    let layer = |name, size, created_by, files| LayerSpec { name, size, created_by, files };
    vec![
        layer(
            "base",
            1_214_301,
            "FROM busybox:1.35",
            vec![
                ("bin/busybox", Added),
                ("bin/sh", Added),
                ("etc/passwd", Added),
                ("etc/motd", Added),
                ("usr/share/lab/old.txt", Added),
                ("usr/share/lab/readme.txt", Added),
            ],
        ),
        layer(
            "mkdir",
            18_420,
            "RUN /bin/sh -c mkdir -p /notes && echo hello > /notes/hello.txt # buildkit",
            vec![("notes", Added), ("notes/hello.txt", Added), ("etc/passwd", Replaced)],
        ),
        layer("rm", 312, "RUN /bin/sh -c rm /etc/motd # buildkit", vec![("etc/motd", Deleted)]),
        layer(
            "copy",
            2_104,
            "COPY lesson /usr/share/lab",
            vec![("usr/share/lab", Opaque), ("usr/share/lab/lesson.txt", Added), ("usr/share/lab/quiz.txt", Added)],
        ),
    ]
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
                        }));
                    }
                });
            });
        });
        self.mark("engine started");
    }

    pub fn pull(&mut self, name: &str, layers: &[LayerSpec]) {
        self.pull_as(&format!("docker.io/lab/{name}:1"), name, layers);
    }

    /// An image whose documents are told apart by `name`, by a reference of its own.
    pub fn pull_as(&mut self, reference: &str, name: &str, layers: &[LayerSpec]) {
        let reference = reference.to_owned();
        let amd = Platform { os: "linux".into(), architecture: "amd64".into(), variant: None };
        let arm = Platform { architecture: "arm64".into(), ..amd.clone() };
        let unknown = Platform { os: "unknown".into(), architecture: "unknown".into(), variant: None };
        let manifest =
            Descriptor { platform: Some(amd.clone()), ..descriptor("manifest", &format!("{name}/amd64"), 1_096) };
        let other = Descriptor { platform: Some(arm), ..descriptor("manifest", &format!("{name}/arm64"), 1_096) };
        let note = ("vnd.docker.reference.type".to_owned(), "attestation-manifest".to_owned());
        let attestation = Descriptor {
            platform: Some(unknown),
            annotations: BTreeMap::from([note]),
            ..descriptor("manifest", &format!("{name}/attestation"), 840)
        };
        let index = descriptor("index", &format!("{name}/index"), 856);
        let config = descriptor("config", &format!("{name}/config"), 2_310);
        let blobs: Vec<Descriptor> = layers.iter().map(|l| layer_blob(l.name, l.size)).collect();
        self.op(OpKind::ImagePull, &reference.clone(), |s| {
            s.step(StepKind::ResolveImage, &reference, |s| {
                let registry = Registry {
                    host: "127.0.0.1:5000".into(),
                    scheme: "http".into(),
                    auth: "none".into(),
                    builtin: true,
                };
                s.saw(Change::RegistrySeen(registry));
                s.saw(Change::TagResolved {
                    reference: reference.clone(),
                    registry: "127.0.0.1:5000".into(),
                    target: index.clone(),
                });
                s.mark("tag resolved");
                let manifests = vec![manifest.clone(), other, attestation];
                s.saw(Change::IndexRead(Index { this: index.clone(), manifests }));
                s.mark("index read");
                let (index, chosen) = (index.digest.clone(), manifest.digest.clone());
                s.step(StepKind::ChoosePlatform, "linux/amd64", |s| {
                    s.saw(Change::PlatformChosen { index, manifest: chosen });
                });
                let this = manifest.clone();
                s.saw(Change::ManifestRead(Manifest { this, config: config.clone(), layers: blobs.clone() }));
                s.mark("manifest read");
                s.saw(Change::ConfigRead(Config {
                    this: config.clone(),
                    platform: amd.clone(),
                    created: Some("2024-03-01T09:00:00Z".into()),
                    env: vec![
                        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".into(),
                        "LAB=1".into(),
                    ],
                    cmd: vec!["/bin/sh".into()],
                    entrypoint: Vec::new(),
                    working_dir: "/".into(),
                    user: String::new(),
                    volumes: Vec::new(),
                    exposed_ports: Vec::new(),
                    stop_signal: None,
                    labels: BTreeMap::new(),
                    diff_ids: layers.iter().map(|l| digest(&format!("{}/diff", l.name))).collect(),
                    history: layers
                        .iter()
                        .map(|l| History { created_by: l.created_by.into(), empty_layer: false })
                        .collect(),
                }));
            });
            s.download(&blobs);
            s.unpack(layers);
            let (image, manifest) = (config.digest.clone(), Some(manifest.digest.clone()));
            s.step(StepKind::TagImage, &reference.clone(), |s| {
                s.saw(Change::ImageTagged { reference, image, manifest });
            });
        });
        self.mark("pulled");
    }

    fn download(&mut self, blobs: &[Descriptor]) {
        self.step(StepKind::DownloadLayers, "layers", |s| {
            let known: Vec<Digest> = s.world.blobs.keys().cloned().collect();
            for blob in blobs {
                s.saw(Change::BlobWanted(blob.clone()));
            }
            for (i, blob) in blobs.iter().enumerate() {
                let (digest, size) = (blob.digest.clone(), blob.size);
                let reused = known.contains(&digest);
                s.step(StepKind::FetchBlob, digest.clone().as_str(), |s| {
                    if !reused {
                        s.saw(Change::BlobProgress { digest: digest.clone(), received: size * 62 / 100 });
                        if i == 2 {
                            s.mark("receiving");
                        }
                        s.saw(Change::BlobProgress { digest: digest.clone(), received: size });
                        if i == 2 {
                            s.mark("checking");
                        }
                    }
                    s.saw(Change::BlobVerified { digest, size, reused });
                });
            }
        });
    }

    fn unpack(&mut self, layers: &[LayerSpec]) {
        self.step(StepKind::UnpackLayers, "layers", |s| {
            let mut parent: Option<Digest> = None;
            for layer in layers {
                let below = parent.as_ref().map_or("", |p: &Digest| p.short()).to_owned();
                let chain_id = digest(&format!("{}/chain over {below}", layer.name));
                let path = format!("{ROOT}/layers/sha256/{}/fs", chain_id.hex());
                let files = layer.files.iter().map(|(path, effect)| LayerFile {
                    path: (*path).into(),
                    effect: *effect,
                    size: 120,
                });
                s.saw(Change::LayerUnpacked(Layer {
                    chain_id: chain_id.clone(),
                    parent: parent.replace(chain_id),
                    diff_id: digest(&format!("{}/diff", layer.name)),
                    blob: Some(digest(layer.name)),
                    path,
                    size: layer.size * 2,
                    entries: layer.files.len() as u64,
                    files: files.collect(),
                }));
            }
        });
    }

    pub fn create(&mut self, name: &str, image: &str, network_mode: &str) {
        self.op(OpKind::ContainerCreate, name, |s| {
            s.saw(Change::ContainerCreated(Container {
                id: id(name),
                name: name.into(),
                image: digest(&format!("{image}/config")),
                image_name: format!("lab/{image}:1"),
                argv: vec!["/bin/sh".into()],
                env: Vec::new(),
                working_dir: "/".into(),
                user: String::new(),
                hostname: id(name).short().into(),
                network_mode: network_mode.into(),
                tty: true,
                state: ContainerState::Created,
            }));
            for (role, part) in [(DirRole::Upper, "upper"), (DirRole::Work, "work"), (DirRole::Merged, "merged")] {
                let path = format!("{ROOT}/containers/{}/{part}", id(name));
                s.saw(Change::DirSeen(Dir { path, role, container: Some(id(name)) }));
            }
        });
    }

    pub fn mount_root(&mut self, name: &str, number: u64) {
        let base = format!("{ROOT}/containers/{}", id(name));
        let world = self.world.clone();
        let image = world.containers[&id(name)].image.clone();
        let lower = world.layers_of(&image).iter().rev().map(|l| l.path.clone()).collect();
        self.saw(Change::MountSeen(Mount {
            key: MountKey { mntns: 4_026_532_300, id: number },
            container: Some(id(name)),
            target: format!("{base}/merged"),
            kind: MountKind::Overlay { lower, upper: format!("{base}/upper"), work: format!("{base}/work") },
            fstype: "overlay".into(),
            source: "overlay".into(),
            root: "/".into(),
            options: "rw,userxattr".into(),
            read_only: false,
        }));
    }

    pub fn mount(&mut self, name: &str, number: u64, target: &str, kind: MountKind, read_only: bool) {
        let fstype = if kind == MountKind::Tmpfs { "tmpfs" } else { "ext4" };
        self.saw(Change::MountSeen(Mount {
            key: MountKey { mntns: 4_026_532_340, id: number },
            container: Some(id(name)),
            target: target.into(),
            kind,
            fstype: fstype.into(),
            source: fstype.into(),
            root: "/".into(),
            options: if read_only { "ro" } else { "rw" }.into(),
            read_only,
        }));
    }

    /// The network of a container: `n` is its number from 0 on.
    pub fn wire(&mut self, name: &str, n: u32) {
        let (netns, outer, inner) = (netns(n), 4 + 2 * n + 1, 4 + 2 * n);
        let (host_key, peer_key) = (format!("{name}/veth"), format!("{name}/eth0"));
        let owner = Some(id(name));
        let veth = |key: &str, ns, index, label: &str, peer| Link {
            peer_ifindex: Some(peer),
            container: Some(id(name)),
            ..link(key, ns, index, label, LinkKind::Veth)
        };
        let host_name = format!("veth{}", &hex(name)[..7]);
        let peer_name = format!("veth{}", &hex(name)[7..14]);
        let address = format!("172.17.0.{}", n + 2);
        self.step(StepKind::WireNetwork, name, |s| {
            s.saw(Change::NamespaceSeen(Namespace {
                inode: netns,
                kind: NamespaceKind::Net,
                container: owner.clone(),
            }));
            let lo = Link {
                up: true,
                container: owner.clone(),
                ..link(&format!("{name}/lo"), netns, 1, "lo", LinkKind::Loopback)
            };
            s.saw(Change::LinkSeen(lo));
            s.saw(Change::AddrSeen { link: format!("{name}/lo").as_str().into(), cidr: "127.0.0.1/8".into() });
            s.saw(Change::AddressReserved { network: bridge_network(), container: id(name), address: address.clone() });
            s.mark("reserved");
            s.step(StepKind::CreateVeth, &host_name, |s| {
                s.saw(Change::LinkSeen(veth(&host_key, HOST_NS, outer, &host_name, inner)));
                s.saw(Change::LinkSeen(veth(&peer_key, HOST_NS, inner, &peer_name, outer)));
            });
            s.mark("veth made");
            s.step(StepKind::JoinBridge, &host_name, |s| {
                let joined = Link { master: Some(3), ..veth(&host_key, HOST_NS, outer, &host_name, inner) };
                s.saw(Change::LinkSeen(joined.clone()));
                s.saw(Change::LinkSeen(Link { up: true, ..joined }));
            });
            s.mark("joined");
            s.step(StepKind::MovePeer, &peer_name, |s| {
                s.saw(Change::LinkSeen(veth(&peer_key, netns, inner, &peer_name, outer)));
            });
            s.mark("moved");
            s.step(StepKind::RenamePeer, "eth0", |s| {
                s.saw(Change::LinkSeen(veth(&peer_key, netns, inner, "eth0", outer)));
                s.saw(Change::AddrSeen { link: peer_key.as_str().into(), cidr: format!("{address}/16") });
                s.saw(Change::LinkSeen(Link { up: true, ..veth(&peer_key, netns, inner, "eth0", outer) }));
                s.saw(Change::RouteSeen(route(netns, "172.17.0.0/16", None, "eth0")));
                s.saw(Change::RouteSeen(route(netns, "default", Some("172.17.0.1"), "eth0")));
            });
        });
        self.mark("wired");
    }

    pub fn run_process(&mut self, name: &str, n: u32) {
        let pid = 2044 + 57 * n;
        self.saw(Change::ProcessSeen(Process {
            pid,
            inner_pid: 1,
            container: Some(id(name)),
            argv: vec!["/bin/sh".into()],
            namespaces: BTreeMap::from([(NamespaceKind::Net, netns(n))]),
            main: true,
        }));
        self.saw(Change::ContainerState { id: id(name), state: ContainerState::Running { pid } });
    }

    /// The container's own things go; volume and bind stay.
    pub fn remove(&mut self, name: &str, n: u32) {
        let world = self.world.clone();
        let owner = id(name);
        self.saw(Change::ProcessGone { pid: 2044 + 57 * n, status: 0 });
        self.saw(Change::ContainerState { id: owner.clone(), state: ContainerState::Exited { status: 0 } });
        for mount in world.mounts_of(&owner) {
            self.saw(Change::MountGone { key: mount.key });
        }
        for route in world.routes.iter().filter(|r| r.netns == netns(n)) {
            self.saw(Change::RouteGone(route.clone()));
        }
        for link in world.links.values().filter(|l| l.container.as_ref() == Some(&owner)) {
            self.saw(Change::LinkGone { key: link.key.clone() });
        }
        for (network, address) in world.leases.iter().filter(|(_, holder)| **holder == owner).map(|(key, _)| key) {
            self.saw(Change::AddressReleased { network: network.clone(), address: address.clone() });
        }
        self.saw(Change::NamespaceGone { inode: netns(n) });
        for dir in world.dirs.values().filter(|d| d.container.as_ref() == Some(&owner) && d.role != DirRole::BindSource)
        {
            self.saw(Change::DirGone { path: dir.path.clone() });
        }
        self.saw(Change::ContainerGone { id: owner });
    }
}

pub fn netns(n: u32) -> u64 {
    4_026_532_317 + 24 * u64::from(n)
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

impl Sample {
    fn wire_quick(&mut self, name: &str, n: u32) {
        self.op(OpKind::ContainerStart, name, |s| {
            s.wire(name, n);
            s.run_process(name, n);
        });
    }
}
