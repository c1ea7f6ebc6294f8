//! Operations on networks, and what is held against the model and the kernel after each.

use crate::kernel::{inside, places};
use crate::left::Left;
use crate::model::{Container, ContainerAt, Mode, Model, Network, NetworkAt, Place};
use crate::sequence::{Actor, IMAGE, Sequence};
use crate::server::Server;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

/// So many of each there are at most.
const NETWORKS: usize = 5;
const CONTAINERS: usize = 6;

pub struct Networks {
    actor: Actor,
    agreed: usize,
    before: Option<Left>,
    model: Model,
    /// The port of the host's that several containers want.
    port: u16,
}

impl Sequence for Networks {
    fn new(actor: Actor) -> Self {
        // Engines may do this beside one another, and share the machine's loopback.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut sequence = Self { actor, agreed: 0, before: None, model: Model::default(), port };
        let bridge = sequence.subnet_of("bridge");
        sequence.add_network("bridge".into(), false, bridge, false);
        let Actor { server, checker, .. } = &mut sequence.actor;
        if let (Server::Dockwalk(engine), Some(checker)) = (server, checker) {
            let world = checker.agrees("before the first step");
            sequence.before = Some(Left::look(engine, &world));
        }
        sequence
    }

    fn actor(&mut self) -> &mut Actor {
        &mut self.actor
    }

    fn act(&mut self) {
        match self.actor.random.below(100) {
            0..=13 => self.create(),
            14..=18 => self.remove_network(),
            19 => {
                self.ask(&["network", "prune", "-f"], true);
                self.model.prune();
            }
            20..=37 => self.connect(),
            38..=50 => self.disconnect(),
            51..=66 => self.start_new(),
            67..=71 => self.stop(),
            72..=79 => self.start(),
            80..=81 => self.restart(),
            82..=84 => self.kill(),
            85..=88 => self.remove(),
            89..=90 => self.rename(),
            91..=95 if self.actor.rough => self.link_by_hand(),
            96..=97 if self.actor.rough => self.killed_between(),
            98 if self.actor.rough => self.killed_within(),
            _ => {}
        }
    }

    /// What is told of containers and networks is as the model says, and the World as the kernel shows. Returns the addresses.
    #[track_caller]
    fn as_modelled(&mut self, when: &str) -> String {
        let told = |of: &Self| format!("{when}\n{}", of.actor.said.join("\n"));
        let there = self.model.there();
        let names: Vec<&str> = there.iter().map(|at| self.model.containers[*at].name.as_str()).collect();
        let listed = self.actor.server.good(&["ps", "-a", "--format", "{{.Names}} {{.State}}"]);
        let listed: BTreeMap<_, _> = listed
            .lines()
            .filter_map(|line| line.split_once(' '))
            .map(|(name, state)| (name, state == "running"))
            .collect();
        let modelled = there.iter().map(|at| &self.model.containers[*at]).map(|of| (of.name.as_str(), of.running));
        assert_eq!(listed, modelled.collect(), "{}", told(self));
        let networks = self.actor.server.good(&["network", "ls", "-f", "type=custom", "--format", "{{.Name}}"]);
        let custom: BTreeSet<_> = self.model.custom().iter().map(|at| self.model.networks[*at].name.as_str()).collect();
        assert_eq!(networks.lines().collect::<BTreeSet<_>>(), custom, "{}", told(self));

        let (mut shown, mut modelled) = (BTreeMap::new(), BTreeMap::new());
        if !names.is_empty() {
            let all = self.actor.server.good(&[&["inspect"], names.as_slice()].concat());
            let all: Vec<Value> = serde_json::from_str(&all).unwrap();
            for of in &all {
                let name = of["Name"].as_str().unwrap().trim_start_matches('/');
                for (network, place) in of["NetworkSettings"]["Networks"].as_object().into_iter().flatten() {
                    let text = |key: &str| place[key].as_str().unwrap_or_default().to_owned();
                    shown.insert((name.to_owned(), network.clone()), (text("IPAddress"), text("GlobalIPv6Address")));
                }
            }
        }
        for of in there.iter().map(|at| &self.model.containers[*at]) {
            if of.mode == Mode::None {
                modelled.insert((of.name.clone(), "none".to_owned()), String::new());
            }
            for (network, place) in &of.on {
                let address = place.address.map(|it| it.to_string()).unwrap_or_default();
                modelled.insert((of.name.clone(), self.model.networks[*network].name.clone()), address);
            }
        }
        let four: BTreeMap<_, _> = shown.iter().map(|(key, (four, _))| (key.clone(), four.clone())).collect();
        assert_eq!(four, modelled, "inspect says the left, {}", told(self));

        let names: Vec<&str> = self.model.custom().iter().map(|at| self.model.networks[*at].name.as_str()).collect();
        let all = self.actor.server.good(&[&["network", "inspect", "bridge"], names.as_slice()].concat());
        let mut on_networks = BTreeMap::new();
        for of in serde_json::from_str::<Vec<Value>>(&all).unwrap() {
            for container in of["Containers"].as_object().into_iter().flat_map(|all| all.values()) {
                let address = container["IPv4Address"].as_str().unwrap().split('/').next().unwrap().to_owned();
                let (name, network) = (container["Name"].as_str().unwrap(), of["Name"].as_str().unwrap());
                on_networks.insert((name.to_owned(), network.to_owned()), address);
            }
        }
        modelled.retain(|_, address| !address.is_empty());
        assert_eq!(on_networks, modelled, "network inspect says the left, {}", told(self));

        if let Some(checker) = &mut self.actor.checker {
            let said = self.actor.said.join("\n");
            let world = checker.agrees(&format!("{said}\n{when}"));
            self.kernel_has(&world, when);
        }
        let all: Vec<_> = shown.iter().filter(|(_, (four, _))| !four.is_empty()).collect();
        format!(" {all:?}")
    }

    fn end(mut self) -> (Server, usize) {
        for at in self.model.there() {
            self.actor.server.good(&["rm", "-f", &self.model.containers[at].name]);
            self.model.remove(at);
        }
        for at in self.model.custom() {
            self.actor.server.good(&["network", "rm", &self.model.networks[at].name]);
            self.model.networks[at].there = false;
        }
        let when = format!("DOCKWALK_TEST_SEED={}: all of it is removed", self.actor.seed);
        self.as_modelled(&when);
        if let (Server::Dockwalk(engine), Some(checker), Some(before)) =
            (&self.actor.server, &mut self.actor.checker, &self.before)
        {
            before.assert_is(engine, checker, &when);
        }
        let agreed = self.agreed + self.actor.checker.map_or(0, |checker| checker.agreed);
        (self.actor.server, agreed)
    }
}

impl Networks {
    fn add_network(&mut self, name: String, internal: bool, subnet: (Ipv4Addr, u8), configured: bool) {
        self.model.networks.push(Network { name, there: true, internal, subnet, configured });
    }

    fn subnet_of(&self, name: &str) -> (Ipv4Addr, u8) {
        let all = self.actor.server.good(&[
            "network",
            "inspect",
            "-f",
            "{{range .IPAM.Config}}{{println .Subnet}}{{end}}",
            name,
        ]);
        let (address, prefix) = all.lines().find(|line| line.contains('.')).unwrap().trim().split_once('/').unwrap();
        (address.parse().unwrap(), prefix.parse().unwrap())
    }

    /// Does it, and wants it to go as the model says. The port is another one each time.
    #[track_caller]
    fn ask(&mut self, line: &[&str], goes_well: bool) {
        let code = match (goes_well, line[0]) {
            (true, _) => 0,
            (false, "run") => 125,
            (false, _) => 1,
        };
        self.actor.ask(line, &line.join(" ").replace(&self.port.to_string(), "PORT"), code);
    }

    fn a_container(&mut self, so: impl Fn(&Container) -> bool) -> Option<ContainerAt> {
        let all: Vec<_> = self.model.there().into_iter().filter(|at| so(&self.model.containers[*at])).collect();
        self.actor.random.of(&all)
    }

    fn a_network(&mut self) -> NetworkAt {
        let custom = self.model.custom();
        self.actor.random.of(&custom).unwrap_or(0)
    }

    fn create(&mut self) {
        let custom = self.model.custom();
        match (self.actor.random.below(8), self.actor.random.of(&custom)) {
            (0, Some(other)) => {
                let name = self.model.networks[other].name.clone();
                self.ask(&["network", "create", &name], false);
            }
            (1, Some(other)) => {
                let (subnet, name) = (self.model.networks[other].subnet, self.actor.name('n'));
                self.ask(&["network", "create", "--subnet", &format!("{}/{}", subnet.0, subnet.1), &name], false);
            }
            _ if custom.len() >= NETWORKS => {}
            (kind, _) => {
                let name = self.actor.name('n');
                let number = u8::try_from(self.model.networks.len() % 250).unwrap();
                let subnet = (Ipv4Addr::new(10, 101, number, 0), 24);
                let (four, six) = (format!("{}/24", subnet.0), format!("fd00:5:{number:x}::/64"));
                let internal = kind == 4;
                let line: &[&str] = match kind {
                    2 | 3 => &["network", "create", "--subnet", &four, &name],
                    4 => &["network", "create", "--internal", &name],
                    5 => &["network", "create", "--ipv6", "--subnet", &four, "--subnet", &six, &name],
                    _ => &["network", "create", &name],
                };
                self.ask(line, true);
                let configured = line.contains(&"--subnet");
                let subnet = if configured { subnet } else { self.subnet_of(&name) };
                self.add_network(name, internal, subnet, configured);
            }
        }
    }

    fn remove_network(&mut self) {
        if self.actor.random.one_in(6) {
            let name = if self.actor.random.one_in(2) { "bridge" } else { "nobody" };
            return self.ask(&["network", "rm", name], false);
        }
        let at = self.a_network();
        if at != 0 {
            let used = self.model.is_used(at);
            let name = self.model.networks[at].name.clone();
            self.ask(&["network", "rm", &name], !used);
            self.model.networks[at].there = used;
        }
    }

    /// An address that somebody may ask for there; few, so that two want the same now and then.
    fn wanted(&mut self, network: NetworkAt) -> Option<Ipv4Addr> {
        let of = &self.model.networks[network];
        let base = u32::from(of.subnet.0);
        (of.configured && self.actor.random.one_in(2))
            .then(|| Ipv4Addr::from(base + 2 + self.actor.random.below(4) as u32))
    }

    fn connect(&mut self) {
        let so = |of: &Container| !of.port && (of.running || !matches!(of.mode, Mode::Of(_)));
        let Some(at) = self.a_container(so) else { return };
        let container = self.model.containers[at].clone();
        if self.actor.random.one_in(12) && container.running {
            return self.ask(&["network", "connect", "nobody", &container.name], false);
        }
        let network = if self.actor.random.one_in(6) { 0 } else { self.a_network() };
        let again = container.on.contains_key(&network);
        let wanted = if again { None } else { self.wanted(network) };
        let name = self.model.networks[network].name.clone();
        let address = wanted.map(|it| it.to_string());
        let alias = network != 0 && self.actor.random.one_in(4);
        let mut line = vec!["network", "connect"];
        line.extend(address.iter().flat_map(|address| ["--ip", address]));
        line.extend(if alias { &["--alias", "other"][..] } else { &[] });
        line.extend([name.as_str(), &container.name]);
        let goes_well = self.model.connect(at, network, wanted);
        self.ask(&line, goes_well);
    }

    fn disconnect(&mut self) {
        let Some(at) = self.a_container(|of| !of.port) else { return };
        let container = self.model.containers[at].clone();
        let there: Vec<_> = container.on.keys().copied().filter(|it| self.model.networks[*it].there).collect();
        let network = match self.actor.random.of(&there) {
            Some(network) if !self.actor.random.one_in(5) => network,
            _ => self.a_network(),
        };
        let name = self.model.networks[network].name.clone();
        let goes_well = self.model.disconnect(at, network);
        self.ask(&["network", "disconnect", &name, &container.name], goes_well);
    }

    fn start_new(&mut self) {
        if self.model.there().len() >= CONTAINERS {
            return;
        }
        let name = self.actor.name('c');
        let mut line = vec!["run".to_owned(), "-d".into(), "--name".into(), name.clone()];
        let mut on = BTreeMap::new();
        let (mut mode, mut port) = (Mode::On(0), false);
        match self.actor.random.below(10) {
            0 => {
                mode = Mode::None;
                line.extend(["--network".into(), "none".into()]);
            }
            1 => {
                let Some(other) = self.a_container(|of| matches!(of.mode, Mode::On(_))) else { return };
                mode = Mode::Of(other);
                line.extend(["--network".into(), format!("container:{}", self.model.containers[other].name)]);
            }
            2 | 3 => {
                port = true;
                line.extend(["-p".into(), format!("127.0.0.1:{}:80", self.port)]);
                on.insert(0, Place::default());
            }
            kind => {
                let network = self.a_network();
                mode = Mode::On(network);
                let wanted = self.wanted(network);
                on.insert(network, Place { wanted, address: None });
                line.extend(["--network".into(), self.model.networks[network].name.clone()]);
                line.extend(wanted.into_iter().flat_map(|it| ["--ip".into(), it.to_string()]));
                if kind == 4 && network != 0 {
                    line.extend(["--network-alias".into(), "other".into()]);
                }
                if kind == 5 && !self.model.networks[network].internal {
                    line.extend(["-p".into(), "80".into()]);
                }
            }
        }
        line.extend([IMAGE, "sleep", "100000"].map(str::to_owned));
        self.model.containers.push(Container { name, there: true, running: false, mode, on, port });
        let goes_well = self.model.start(self.model.containers.len() - 1);
        self.ask(&line.iter().map(String::as_str).collect::<Vec<_>>(), goes_well);
    }

    fn stop(&mut self) {
        let Some(at) = self.a_container(|_| true) else { return };
        let name = self.model.containers[at].name.clone();
        self.ask(&["stop", "-t", "0", &name], true);
        self.model.stop(at);
    }

    fn start(&mut self) {
        let Some(at) = self.a_container(|of| !of.running) else { return };
        let goes_well = self.model.start(at);
        let name = self.model.containers[at].name.clone();
        self.ask(&["start", &name], goes_well);
    }

    fn restart(&mut self) {
        let Some(at) = self.a_container(|of| !matches!(of.mode, Mode::Of(_))) else { return };
        self.model.stop(at);
        let goes_well = self.model.start(at);
        let name = self.model.containers[at].name.clone();
        self.ask(&["restart", "-t", "0", &name], goes_well);
    }

    fn kill(&mut self) {
        let Some(at) = self.a_container(|_| true) else { return };
        let container = self.model.containers[at].clone();
        self.ask(&["kill", &container.name], container.running);
        self.actor.server.good(&["wait", &container.name]);
        self.model.stop(at);
    }

    fn remove(&mut self) {
        let Some(at) = self.a_container(|_| true) else { return };
        let container = self.model.containers[at].clone();
        if self.actor.random.one_in(4) {
            self.ask(&["rm", &container.name], !container.running);
            if container.running {
                return;
            }
        } else {
            self.ask(&["rm", "-f", &container.name], true);
        }
        self.model.remove(at);
    }

    fn rename(&mut self) {
        let Some(at) = self.a_container(|_| true) else { return };
        let name = self.model.containers[at].name.clone();
        let other = self.a_container(|of| of.name != name).filter(|_| self.actor.random.one_in(3));
        if let Some(other) = other {
            let taken = self.model.containers[other].name.clone();
            return self.ask(&["rename", &name, &taken], false);
        }
        let new = self.actor.name('c');
        self.ask(&["rename", &name, &new], true);
        self.model.containers[at].name = new;
    }

    /// In a container, past the engine.
    fn link_by_hand(&mut self) {
        let Some(at) = self.a_container(|of| of.running && matches!(of.mode, Mode::On(_)) && !of.on.is_empty()) else {
            return;
        };
        let (Server::Dockwalk(engine), Some(checker)) = (&self.actor.server, &mut self.actor.checker) else { return };
        let name = &self.model.containers[at].name;
        let world = checker.world();
        let netns = world.netns_of(&world.container(name).unwrap().id).unwrap();
        let links: Vec<_> = world.links_in(netns).iter().map(|link| link.name.clone()).collect();
        let links: Vec<_> = links.iter().filter(|link| link.starts_with("eth")).collect();
        let link = self.actor.random.of(&links).unwrap();
        let to = if self.actor.random.one_in(2) { "down" } else { "up" };
        let line = format!("ip link set {link} {to}");
        inside(&places(engine.pid())[&netns], &line).unwrap();
        self.actor.said.push(format!("in {name}: {line}"));
    }

    /// The engine dies, and with it its containers.
    fn killed_between(&mut self) {
        self.agreed += self.actor.killed_between();
        self.all_stopped();
    }

    /// It dies while it makes a container: that is there or not.
    fn killed_within(&mut self) {
        let network = self.a_network();
        let (name, on) = (self.actor.name('c'), self.model.networks[network].name.clone());
        self.agreed +=
            self.actor.killed_while(&["run", "-d", "--name", &name, "--network", &on, IMAGE, "sleep", "100000"]);
        self.all_stopped();
        let listed = self.actor.server.good(&["ps", "-a", "--format", "{{.Names}}"]);
        if listed.lines().any(|line| line == name) {
            let on = [(network, Place::default())].into();
            let mode = Mode::On(network);
            self.model.containers.push(Container { name, there: true, running: false, mode, on, port: false });
        }
    }

    fn all_stopped(&mut self) {
        for at in self.model.there() {
            self.model.stop(at);
        }
    }

    /// The addresses of a container's links are those of the model.
    #[track_caller]
    fn kernel_has(&self, world: &dockwalk::trace::World, when: &str) {
        for of in self.model.there().iter().map(|at| &self.model.containers[*at]) {
            let id = &world.container(&of.name).unwrap().id;
            let Some(netns) = world.netns_of(id).filter(|_| of.running && matches!(of.mode, Mode::On(_))) else {
                continue;
            };
            let links = world.links_in(netns);
            let addresses = links.iter().flat_map(|link| world.addresses_of(&link.key));
            let four: BTreeSet<Ipv4Addr> = addresses
                .filter_map(|cidr| cidr.split('/').next()?.parse().ok())
                .filter(|it: &Ipv4Addr| !it.is_loopback())
                .collect();
            let modelled: BTreeSet<_> = of.on.values().filter_map(|place| place.address).collect();
            assert_eq!(four, modelled, "{when}: the kernel has the left in {}", of.name);
        }
        let whose: BTreeSet<_> =
            world.leases.keys().map(|(_, address)| address.as_str()).filter(|it| it.contains('.')).collect();
        let places = self.model.there().into_iter().flat_map(|at| self.model.containers[at].on.values());
        let modelled: Vec<_> = places.filter_map(|place| place.address).map(|it| it.to_string()).collect();
        assert_eq!(whose, modelled.iter().map(String::as_str).collect(), "{when}: leases are the left");
    }
}
