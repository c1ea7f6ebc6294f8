//! A container from its creation to its end.

use super::*;

pub fn netns(n: u32) -> u64 {
    4_026_532_317 + 24 * u64::from(n)
}

impl Sample {
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
                labels: BTreeMap::new(),
                state: ContainerState::Created,
                health: None,
                auto_remove: false,
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
        let own = |kind: NamespaceKind, below: u64| (kind, 4_026_540_000 + 10 * u64::from(n) + below);
        let own = [own(NamespaceKind::Mnt, 0), own(NamespaceKind::Pid, 1), own(NamespaceKind::Uts, 2)];
        for (kind, inode) in own {
            self.saw(Change::NamespaceSeen(Namespace { inode, kind, container: Some(id(name)) }));
        }
        let shared = [(NamespaceKind::Net, netns(n)), (NamespaceKind::User, USER_NS)];
        self.saw(Change::ProcessSeen(Process {
            pid,
            inner_pid: 1,
            container: Some(id(name)),
            argv: vec!["/bin/sh".into()],
            namespaces: own.into_iter().chain(shared).collect(),
            main: true,
        }));
        // Recordings of before this was asked have none of it.
        if n.is_multiple_of(2) {
            let names = |count: usize| CAPABILITIES[..count].iter().map(|name| format!("CAP_{name}")).collect();
            for property in [
                Property::Pids(vec![pid, 12 + n, 1]),
                Property::Users(vec![IdSpan { inside: 0, outside: 1000, count: 1 }]),
                Property::Kernel("6.1.0-18-amd64".into()),
                Property::Credentials("0:0".into()),
                Property::Capabilities(names(14)),
                Property::Bounding(names(14)),
                Property::Seccomp("2 (filter, 1)".into()),
                Property::NoNewPrivs(false),
            ] {
                self.saw(Change::ProcessChanged { pid, property });
            }
        }
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
        for below in 0..3 {
            self.saw(Change::NamespaceGone { inode: 4_026_540_000 + 10 * u64::from(n) + below });
        }
        for dir in world.dirs.values().filter(|d| d.container.as_ref() == Some(&owner) && d.role != DirRole::BindSource)
        {
            self.saw(Change::DirGone { path: dir.path.clone() });
        }
        self.saw(Change::ContainerGone { id: owner });
    }

    pub fn wire_quick(&mut self, name: &str, n: u32) {
        self.op(OpKind::ContainerStart, name, |s| {
            s.wire(name, n);
            s.run_process(name, n);
        });
    }
}
