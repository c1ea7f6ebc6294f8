//! Questions that pictures, lessons and tests ask of a World.

use super::*;

impl World {
    /// The container of that name, id, or unambiguous id prefix.
    pub fn container(&self, name: &str) -> Option<&Arc<Container>> {
        self.containers.values().find(|c| c.name == name || c.id.as_str() == name).or_else(|| {
            let mut hits = self.containers.values().filter(|c| !name.is_empty() && c.id.as_str().starts_with(name));
            hits.next().filter(|_| hits.next().is_none())
        })
    }

    /// The container of that name and no other: `db` is the beginning of an id, too.
    pub fn container_named(&self, name: &str) -> Option<&Arc<Container>> {
        self.containers.values().find(|container| container.name == name)
    }

    /// The container's main process while it lives.
    pub fn main_process(&self, id: &ContainerId) -> Option<&Arc<ProcessState>> {
        self.processes.values().find(|p| p.process.main && p.process.container.as_ref() == Some(id))
    }

    /// The inode of the network namespace that a container is in: that of its namespace, or the host's own.
    pub fn netns_of(&self, id: &ContainerId) -> Option<u64> {
        let own = || {
            let of =
                self.namespaces.values().filter(|n| n.kind == NamespaceKind::Net && n.container.as_ref() == Some(id));
            of.map(|n| n.inode)
        };
        // One that it has left is there as long as another container is in it, which shared it.
        let is_in = |inode: u64, process: &Process| process.namespaces.get(&NamespaceKind::Net) == Some(&inode);
        let left = |inode: &u64| {
            let main = self.main_process(id);
            let mut others = self.processes.values().filter(|it| it.process.container.as_ref() != Some(id));
            main.is_none_or(|main| !is_in(*inode, &main.process)) && others.any(|it| is_in(*inode, &it.process))
        };
        let several = own().nth(1).is_some();
        let now = own().find(|inode| !several || !left(inode));
        now.or_else(|| own().next()).or_else(|| {
            let shared = self.containers.get(id).is_some_and(|c| c.network_mode == NetworkMode::Host);
            shared.then(|| self.host.as_ref().map(|h| h.netns)).flatten()
        })
    }

    /// The links in a network namespace, by ifindex.
    pub fn links_in(&self, netns: u64) -> Vec<&Arc<Link>> {
        let mut links: Vec<_> = self.links.values().filter(|l| l.netns == netns).collect();
        links.sort_by_key(|l| l.ifindex);
        links
    }

    /// The addresses of a link, `172.17.0.2/16`.
    pub fn addresses_of<'a>(&'a self, link: &'a LinkKey) -> impl Iterator<Item = &'a str> {
        // In order of the links: those of one stand together.
        let from = (link.clone(), String::new());
        self.addresses.range(from..).take_while(move |(key, _)| key == link).map(|(_, cidr)| cidr.as_str())
    }

    /// The MAC table of a bridge: addresses, and the port behind which each was heard.
    pub fn macs_of<'a>(&'a self, bridge: &'a LinkKey) -> impl Iterator<Item = (&'a str, &'a LinkKey)> {
        let from = (bridge.clone(), String::new());
        let rows = self.macs.range(from..).take_while(move |((of, _), _)| of == bridge);
        rows.map(|((_, mac), port)| (mac.as_str(), port))
    }

    /// The link of a container's that has that hardware address.
    pub fn has_mac(&self, mac: &str) -> Option<&Arc<Link>> {
        self.links.values().find(|link| link.mac == mac && self.is_inner(link))
    }

    /// The address that the engine's list has for a container, with its network. Whether a link has it, too, is another matter.
    pub fn reserved_for(&self, container: &ContainerId) -> Option<(&NetworkId, &str)> {
        let lease = self.leases.iter().find(|(_, holder)| *holder == container);
        lease.map(|((network, address), _)| (network, address.as_str()))
    }

    /// True for the end of a veth that is, or is going to be, the container's.
    pub fn is_inner(&self, link: &Link) -> bool {
        let moved = self.host.as_ref().is_some_and(|host| link.netns != host.netns);
        let inner = link.key.0.rsplit_once("/eth").is_some_and(|(_, nth)| nth.parse::<u32>().is_ok());
        moved || (link.master.is_none() && inner)
    }

    /// The other end of a veth, wherever it is: two veths know each other by ifindex.
    pub fn peer_of(&self, link: &Link) -> Option<&Arc<Link>> {
        link.peer_ifindex?;
        self.links.values().find(|other| other.is_peer_of(link))
    }

    /// The layers of an image, lowest first, as far as they are unpacked.
    pub fn layers_of(&self, image: &Digest) -> Vec<&Arc<Layer>> {
        let Some(config) = self.configs.get(image) else { return Vec::new() };
        let mut found: Vec<&Arc<Layer>> = Vec::new();
        for diff_id in &config.diff_ids {
            let parent = found.last().map(|l| &l.chain_id);
            match self.layers.values().find(|l| l.diff_id == *diff_id && l.parent.as_ref() == parent) {
                Some(layer) => found.push(layer),
                None => break,
            }
        }
        found
    }

    /// The mounts of a container, in mount order.
    pub fn mounts_of<'a>(&'a self, id: &'a ContainerId) -> impl Iterator<Item = &'a Arc<Mount>> {
        self.mounts.values().filter(move |m| m.container.as_ref() == Some(id))
    }

    /// All mounts, each once: a mount that several mount namespaces show is one.
    pub fn distinct_mounts(&self) -> impl Iterator<Item = &Arc<Mount>> {
        let mut met = std::collections::BTreeSet::new();
        self.mounts.values().filter(move |mount| {
            // An overlay has another target in each of them; two overlays have never the same upper directory.
            let what = match &mount.kind {
                MountKind::Overlay { upper, .. } => (String::new(), upper.clone()),
                _ => (mount.target.clone(), format!("{}\0{}", mount.source, mount.root)),
            };
            met.insert((mount.container.clone(), what))
        })
    }

    /// What containers that are stopped have to mount when they start again.
    pub fn held_mounts(&self) -> impl Iterator<Item = (&ContainerId, &Arc<Mount>)> {
        self.held.iter().map(|((id, _), mount)| (id, mount))
    }

    /// What was measured last of a pattern in a place.
    pub fn speed(&self, container: &ContainerId, target: &str, pattern: SpeedPattern) -> Option<&Arc<Speed>> {
        self.speeds.get(&(container.clone(), target.to_owned(), pattern))
    }

    /// All that was measured of a container's places.
    pub fn speeds_of<'a>(&'a self, container: &'a ContainerId) -> impl Iterator<Item = &'a Arc<Speed>> {
        self.speeds.values().filter(move |speed| speed.container == *container)
    }

    /// How many changes there were of what is on the disk since it was counted; none where it never was.
    pub fn stored_since(&self) -> Option<u64> {
        Some(self.stored.saturating_sub(self.disk.as_ref()?.stored))
    }

    /// The bytes of a writable layer or a volume, as they were counted last.
    pub fn bytes_of(&self, place: &DiskPlace) -> Option<u64> {
        self.counted.get(place).and_then(|counted| counted.bytes)
    }

    /// Everything that has a name or an address, what people look for first.
    pub fn entities(&self) -> impl Iterator<Item = Entity> {
        let containers = self.containers.keys().cloned().map(Entity::Container);
        let names = self.tags.keys().cloned().map(Entity::Tag);
        let remote = self.remote_tags.keys().cloned().map(Entity::RemoteTag);
        let networks = self.networks.keys().cloned().map(Entity::Network);
        let volumes = self.volumes.keys().cloned().map(Entity::Volume);
        let links = self.links.keys().cloned().map(Entity::Link);
        let dirs = self.dirs.keys().cloned().map(Entity::Dir);
        let images = self.configs.keys().cloned().map(Entity::Config);
        let documents = self.indexes.keys().cloned().map(Entity::Index);
        let manifests = self.manifests.keys().cloned().map(Entity::Manifest);
        let layers = self.layers.keys().cloned().map(Entity::Layer);
        let blobs = self.blobs.keys().cloned().map(Entity::Blob);
        let registries = self.registries.keys().cloned().map(Entity::Registry);
        let rules = self.rules.keys().cloned().map(Entity::Rule);
        let ports = self.publications.keys().cloned().map(Entity::Port);
        let named = containers.chain(names).chain(remote).chain(networks).chain(volumes).chain(links).chain(dirs);
        let stored = images.chain(documents).chain(manifests).chain(layers).chain(blobs).chain(registries);
        named.chain(stored).chain(rules).chain(ports)
    }

    /// Is that thing in this World?
    pub fn has(&self, entity: &Entity) -> bool {
        match entity {
            Entity::Host => self.host.is_some(),
            Entity::Registry(key) => self.registries.contains_key(key),
            Entity::RemoteTag(key) => self.remote_tags.contains_key(key),
            Entity::Index(key) => self.indexes.contains_key(key),
            Entity::Manifest(key) => {
                self.manifests.contains_key(key)
                    || self.indexes.values().any(|i| i.manifests.iter().any(|m| m.digest == *key))
            }
            Entity::Config(key) => self.configs.contains_key(key),
            Entity::Blob(key) => self.blobs.contains_key(key),
            Entity::Layer(key) => self.layers.contains_key(key),
            Entity::Tag(key) => self.tags.contains_key(key),
            Entity::Mount(key) => self.mounts.contains_key(key),
            Entity::Volume(key) => self.volumes.contains_key(key),
            Entity::Dir(key) => self.dirs.contains_key(key),
            Entity::UpperFile(container, path) => {
                self.uppers.get(container).is_some_and(|upper| upper.files.contains_key(path))
            }
            Entity::HomeFile(home, path) => {
                self.contents.get(&**home).is_some_and(|held| held.newest.iter().any(|file| file.path == *path))
            }
            Entity::Disk => self.disk.is_some(),
            Entity::Speed(container, target, pattern) => self.speed(container, target, *pattern).is_some(),
            Entity::Container(key) => self.containers.contains_key(key),
            Entity::Namespace(key) => self.namespaces.contains_key(key),
            Entity::Process(key) => self.processes.contains_key(key),
            Entity::Cgroup(key) => self.cgroups.contains_key(key),
            Entity::Usage(key) => self.usage.contains_key(key),
            Entity::TriedCall(container, call) => self.tried.contains_key(&(container.clone(), call.clone())),
            Entity::Network(key) => self.networks.contains_key(key),
            Entity::Link(key) => self.links.contains_key(key),
            Entity::Route(netns, to) => self.routes.iter().any(|r| r.netns == *netns && r.destination == *to),
            Entity::Rule(key) => self.rules.contains_key(key),
            Entity::Port(key) => self.publications.contains_key(key),
        }
    }
}
