//! What is known of one thing of the World, as a title and a table. The inspector shows it; nothing here paints.

mod disk;
mod homes;
mod isolation;
mod speed;
mod upper;

use super::fonts;
use crate::i18n::{Words, size};
use crate::spec::{Digest, NetworkId};
use crate::trace::{
    BlobState, ContainerState, Descriptor, DiskPlace, Entity, Family, Health, Home, Link, LinkKind, Mode, MountKind,
    MoveWay, PortState, Transport, World,
};

/// How many paths of a directory are listed; the rest is counted.
const LISTED: usize = 40;

/// A thing, described.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// Its name.
    pub title: String,
    /// What it is: a Fluent key `kind-…`.
    pub kind: &'static str,
    /// What it is about.
    pub family: Family,
    /// What is known of it.
    pub rows: Vec<Row>,
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What is said: a Fluent key `fact-…`, or the machine's own word.
    pub label: &'static str,
    /// The value, as the machine says it.
    pub value: String,
    /// How it is meant.
    pub tone: Tone,
    /// The thing that the value names.
    pub leads_to: Option<Entity>,
}

/// How a value is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    Plain,
    /// Verified, up.
    Good,
    /// Refused, down.
    Bad,
}

struct Table<'a> {
    words: &'a Words,
    rows: Vec<Row>,
}

impl Table<'_> {
    fn row(&mut self, label: &'static str, value: impl ToString) -> &mut Row {
        let row = Row { label, value: fonts::shown(&value.to_string()), tone: Tone::Plain, leads_to: None };
        self.rows.push(row);
        self.rows.last_mut().expect("a row was pushed just now")
    }

    fn some(&mut self, label: &'static str, value: impl ToString) {
        let value = value.to_string();
        if !value.is_empty() {
            self.row(label, value);
        }
    }

    fn link(&mut self, label: &'static str, value: impl ToString, entity: Entity) {
        self.row(label, value).leads_to = Some(entity);
    }

    fn toned(&mut self, label: &'static str, value: String, tone: Tone) {
        self.row(label, value).tone = tone;
    }

    fn bytes(&mut self, label: &'static str, bytes: u64) {
        self.row(label, size(bytes));
    }

    /// What a list that was cut leaves out.
    fn rest(&mut self, left: u64) {
        if left > 0 {
            let text = self.words.say_with("scene-more", &[("n", &left.to_string())]);
            self.row("…", text);
        }
    }

    fn descriptor(&mut self, of: &Descriptor) {
        self.row("fact-digest", &of.digest);
        self.row("fact-media-type", &of.media_type);
        self.bytes("fact-size", of.size);
        if let Some(platform) = &of.platform {
            self.row("fact-platform", platform);
        }
    }
}

/// `sha256:8d4e…77aa`
pub fn short(digest: &Digest) -> String {
    let text = digest.to_string();
    match text.split_once(':') {
        Some((algorithm, hex)) if hex.len() > 12 => format!("{algorithm}:{}…{}", &hex[..8], &hex[hex.len() - 4..]),
        _ => text,
    }
}

/// What is known of that thing; none when it is not in this World.
pub fn of(entity: &Entity, world: &World, words: &Words) -> Option<Facts> {
    let mut t = Table { words, rows: Vec::new() };
    let (title, kind, family) = describe(entity, world, &mut t)?;
    // What is being predicted has its name here, and neither its value nor the way to it.
    let veil = |row: Row| match words.veil_of(row.label) {
        Some(veil) => Row { value: words.say(veil.key()), tone: Tone::Plain, leads_to: None, ..row },
        None => row,
    };
    Some(Facts { title: fonts::shown(&title), kind, family, rows: t.rows.into_iter().map(veil).collect() })
}

/// What a browser on this machine is told to see what a published port serves; none where this machine does not reach it.
pub fn page(port: &str, world: &World) -> Option<String> {
    let port = world.publications.get(port).filter(|port| port.transport == Transport::Tcp)?;
    let is_this_machine = world.host.as_ref().is_some_and(|host| host.mode == Mode::Host);
    let at = port.machine.first().or_else(|| port.host.first().filter(|_| is_this_machine))?;
    // Of all addresses the loopback is the one that is certain.
    let all = at.ip().is_unspecified();
    Some(if all { format!("http://127.0.0.1:{}/", at.port()) } else { format!("http://{at}/") })
}

type Described = Option<(String, &'static str, Family)>;

fn describe(entity: &Entity, world: &World, t: &mut Table<'_>) -> Described {
    match entity {
        Entity::Host => host(world, t),
        Entity::Registry(_) | Entity::RemoteTag(_) | Entity::Index(_) | Entity::Manifest(_) | Entity::Config(_) => {
            image(entity, world, t)
        }
        Entity::Tag(_) | Entity::Blob(_) | Entity::Layer(_) => stored(entity, world, t),
        Entity::Mount(_) | Entity::Volume(_) | Entity::Dir(_) => storage(entity, world, t),
        Entity::UpperFile(container, path) => upper::file(container, path, world, t),
        Entity::HomeFile(home, path) => homes::file(home, path, world, t),
        Entity::Container(_) | Entity::Namespace(_) | Entity::Process(_) | Entity::Cgroup(_) => {
            process(entity, world, t)
        }
        Entity::Disk => disk::described(world, t),
        Entity::Speed(container, target, pattern) => speed::described(container, target, *pattern, world, t),
        Entity::Usage(_) | Entity::TriedCall(..) => isolation::described(entity, world, t),
        Entity::Network(_) | Entity::Link(_) | Entity::Route(..) | Entity::Rule(_) | Entity::Port(_) => {
            network(entity, world, t)
        }
    }
}

fn host(world: &World, t: &mut Table<'_>) -> Described {
    let host = world.host.as_ref()?;
    t.row("fact-os", &host.os);
    t.row("fact-kernel", &host.kernel);
    t.row("fact-mode", if host.rootless { t.words.say("chip-rootless") } else { t.words.say("chip-root") });
    t.link("fact-netns", host.netns, Entity::Namespace(host.netns));
    t.row("fact-cgroup", format!("{:?}", host.cgroup).to_lowercase());
    t.row("fact-root", &host.root);
    if let Some(platform) = &host.platform {
        t.row("fact-platform", platform);
    }
    t.row("fact-pid", host.engine_pid);
    Some((host.hostname.clone(), "kind-host", Family::Network))
}

fn image(entity: &Entity, world: &World, t: &mut Table<'_>) -> Described {
    match entity {
        Entity::Registry(key) => {
            let registry = world.registries.get(key)?;
            t.row("fact-scheme", &registry.scheme);
            t.row("fact-auth", &registry.auth);
            Some((registry.host.clone(), "kind-registry", Family::Image))
        }
        Entity::RemoteTag(key) => {
            let tag = world.remote_tags.get(key)?;
            t.link("fact-registry", &tag.registry, Entity::Registry(tag.registry.clone()));
            let target = &tag.target.digest;
            let at = if world.indexes.contains_key(target) {
                Entity::Index(target.clone())
            } else {
                Entity::Manifest(target.clone())
            };
            t.link("fact-points-at", short(target), at);
            t.row("fact-media-type", &tag.target.media_type);
            Some((key.clone(), "kind-remote-tag", Family::Image))
        }
        Entity::Index(key) => {
            let index = world.indexes.get(key)?;
            t.descriptor(&index.this);
            for entry in &index.manifests {
                let platform = entry.platform.as_ref().map_or_else(|| short(&entry.digest), ToString::to_string);
                t.link("fact-entry", platform, Entity::Manifest(entry.digest.clone()));
            }
            Some((short(key), "kind-index", Family::Image))
        }
        Entity::Manifest(key) => {
            let Some(manifest) = world.manifests.get(key) else {
                let entry = world.indexes.values().flat_map(|i| &i.manifests).find(|m| m.digest == *key)?;
                t.descriptor(entry);
                t.row("fact-fetched", t.words.say("no"));
                return Some((short(key), "kind-manifest", Family::Image));
            };
            t.descriptor(&manifest.this);
            t.link("fact-config", short(&manifest.config.digest), Entity::Config(manifest.config.digest.clone()));
            for layer in &manifest.layers {
                t.link("fact-layer", short(&layer.digest), Entity::Blob(layer.digest.clone()));
            }
            Some((short(key), "kind-manifest", Family::Image))
        }
        Entity::Config(key) => {
            let config = world.configs.get(key)?;
            t.row("fact-digest", &config.this.digest);
            t.row("fact-platform", &config.platform);
            t.some("Entrypoint", config.entrypoint.join(" "));
            t.some("Cmd", config.cmd.join(" "));
            config.env.iter().for_each(|env| t.some("Env", env));
            t.some("WorkingDir", &config.working_dir);
            t.some("User", &config.user);
            config.exposed_ports.iter().for_each(|port| t.some("ExposedPorts", port));
            config.volumes.iter().for_each(|path| t.some("Volumes", path));
            t.some("StopSignal", config.stop_signal.clone().unwrap_or_default());
            t.some("created", config.created.clone().unwrap_or_default());
            config.diff_ids.iter().for_each(|id| t.some("diffID", short(id)));
            Some((short(key), "kind-config", Family::Image))
        }
        _ => None,
    }
}

fn stored(entity: &Entity, world: &World, t: &mut Table<'_>) -> Described {
    match entity {
        Entity::Tag(key) => {
            let tag = world.tags.get(key)?;
            t.link("fact-image-id", short(&tag.image), Entity::Config(tag.image.clone()));
            if let Some(manifest) = &tag.manifest {
                t.link("fact-manifest", short(manifest), Entity::Manifest(manifest.clone()));
            }
            Some((key.clone(), "kind-tag", Family::Image))
        }
        Entity::Blob(key) => {
            let blob = world.blobs.get(key)?;
            t.descriptor(&blob.descriptor);
            match &blob.state {
                BlobState::Waiting => t.toned("fact-state", t.words.say("blob-waiting"), Tone::Plain),
                BlobState::Receiving(got) => {
                    let text = format!("{} / {}", size(*got), size(blob.descriptor.size));
                    t.toned("fact-state", text, Tone::Plain);
                }
                BlobState::Verified { reused } => {
                    let key = if *reused { "blob-reused" } else { "blob-verified" };
                    t.toned("fact-state", t.words.say(key), Tone::Good);
                }
                BlobState::Rejected(problem) => t.toned("fact-state", t.words.problem(problem), Tone::Bad),
            }
            if let Some(layer) = world.layers.values().find(|layer| layer.blob.as_ref() == Some(key)) {
                t.link("fact-unpacked", short(&layer.chain_id), Entity::Layer(layer.chain_id.clone()));
            }
            Some((short(key), "kind-blob", Family::Layer))
        }
        Entity::Layer(key) => {
            let layer = world.layers.get(key)?;
            t.row("fact-chain-id", &layer.chain_id);
            t.row("diffID", &layer.diff_id);
            match &layer.parent {
                Some(parent) => t.link("fact-parent", short(parent), Entity::Layer(parent.clone())),
                // While that is asked, the lowest is not told by the row that it lacks.
                None if t.words.is_veiled("fact-parent") => {
                    t.row("fact-parent", "");
                }
                None => {}
            }
            if let Some(blob) = &layer.blob {
                t.link("fact-blob", short(blob), Entity::Blob(blob.clone()));
            }
            t.bytes("fact-size", layer.size);
            t.row("fact-entries", layer.entries);
            t.row("fact-path", &layer.path);
            for file in layer.files.iter().take(LISTED) {
                let (label, tone) = upper::effect(file.effect);
                t.toned(label, file.path.clone(), tone);
            }
            t.rest(layer.entries.max(layer.files.len() as u64) - layer.files.len().min(LISTED) as u64);
            Some((short(key), "kind-layer", Family::Layer))
        }
        _ => None,
    }
}

fn storage(entity: &Entity, world: &World, t: &mut Table<'_>) -> Described {
    match entity {
        Entity::Mount(key) => {
            let mount = world.mounts.get(key)?;
            t.row("fact-fstype", &mount.fstype);
            t.row("fact-source", &mount.source);
            t.row("fact-fs-root", &mount.root);
            match &mount.kind {
                MountKind::Overlay { lower, upper, work } => {
                    lower.iter().for_each(|dir| t.some("lowerdir", dir));
                    t.link("upperdir", upper, Entity::Dir(upper.clone()));
                    t.link("workdir", work, Entity::Dir(work.clone()));
                }
                MountKind::Volume { name } => t.link("fact-volume", name, Entity::Volume(name.clone())),
                MountKind::Bind { from } => t.link("fact-bind-from", from, Entity::Dir(from.clone())),
                MountKind::Tmpfs | MountKind::System => {}
            }
            t.row("fact-access", if mount.read_only { "ro" } else { "rw" });
            t.row("fact-options", &mount.options);
            t.row("fact-mount-id", mount.key.id);
            t.link("fact-mntns", mount.key.mntns, Entity::Namespace(mount.key.mntns));
            speed::memory_rows(*key, world, t);
            homes::contents(&Home::Tmpfs { mount: *key }, world, t);
            Some((mount.target.clone(), "kind-mount", Family::Storage))
        }
        Entity::Volume(key) => {
            let volume = world.volumes.get(key)?;
            t.row("fact-path", &volume.path);
            t.row("fact-anonymous", t.words.say(if volume.anonymous { "yes" } else { "no" }));
            for mount in world.distinct_mounts() {
                if matches!(&mount.kind, MountKind::Volume { name } if name == key) {
                    t.link("fact-mounted-at", &mount.target, Entity::Mount(mount.key));
                }
            }
            for (id, mount) in world.held_mounts().filter(|(_, m)| m.kind == MountKind::Volume { name: key.clone() }) {
                let name = world.containers.get(id).map_or_else(|| id.short().to_owned(), |c| c.name.clone());
                t.link("fact-held-by", format!("{name} {}", mount.target), Entity::Container(id.clone()));
            }
            if let Some(moved) = world.moved.get(key) {
                let label = match moved.way {
                    MoveWay::Export => "fact-exported",
                    MoveWay::Import => "fact-imported",
                };
                t.row(label, format!("{} · {}", moved.digest.short(), size(moved.bytes)));
            }
            disk::counted_row(&DiskPlace::Volume { name: key.clone() }, world, t);
            homes::contents(&Home::Volume { name: key.clone() }, world, t);
            Some((key.clone(), "kind-volume", Family::Storage))
        }
        Entity::Dir(key) => {
            let dir = world.dirs.get(key)?;
            t.row("fact-role", format!("{:?}", dir.role).to_lowercase());
            t.row("fact-path", &dir.path);
            container_row(dir.container.as_ref(), world, t);
            if let Some((id, upper)) = world.uppers.iter().find(|(_, upper)| upper.path == *key) {
                upper::directory(upper, id, t);
            }
            homes::contents(&Home::Bind { from: key.clone() }, world, t);
            let name = key.rsplit('/').find(|part| !part.is_empty()).unwrap_or(key);
            Some((name.to_owned(), "kind-dir", Family::Storage))
        }
        _ => None,
    }
}

fn container_row(id: Option<&crate::spec::ContainerId>, world: &World, t: &mut Table<'_>) {
    if let Some(id) = id {
        let name = world.containers.get(id).map_or_else(|| id.to_string(), |container| container.name.clone());
        t.link("fact-container", name, Entity::Container(id.clone()));
    }
}

fn process(entity: &Entity, world: &World, t: &mut Table<'_>) -> Described {
    match entity {
        Entity::Container(key) => {
            let container = world.containers.get(key)?;
            disk::counted_row(&DiskPlace::Upper { container: key.clone() }, world, t);
            match container.state {
                ContainerState::Created => t.toned("fact-state", "created".into(), Tone::Plain),
                ContainerState::Running { pid } | ContainerState::Paused { pid } => {
                    let paused = matches!(container.state, ContainerState::Paused { .. });
                    t.toned("fact-state", if paused { "paused" } else { "running" }.into(), Tone::Good);
                    t.link("PID", pid, Entity::Process(pid));
                }
                ContainerState::Restarting { status } => {
                    t.toned("fact-state", format!("restarting ({status})"), Tone::Plain);
                }
                ContainerState::Exited { status } => {
                    let tone = if status == 0 { Tone::Plain } else { Tone::Bad };
                    t.toned("fact-state", format!("exited ({status})"), tone);
                }
            }
            if let Some(health) = container.health {
                let tone = match health {
                    Health::Starting => Tone::Plain,
                    Health::Healthy => Tone::Good,
                    Health::Unhealthy => Tone::Bad,
                };
                t.toned("fact-health", health.name().to_owned(), tone);
            }
            t.row("fact-id", container.id.short());
            t.link("fact-image", &container.image_name, Entity::Config(container.image.clone()));
            t.row("fact-argv", container.argv.join(" "));
            t.row("fact-hostname", &container.hostname);
            // Those that it is on now; else what it was created for.
            let on: std::collections::BTreeSet<_> =
                world.leases.iter().filter(|(_, holder)| *holder == key).map(|((network, _), _)| network).collect();
            if on.is_empty() {
                t.row("fact-network", &container.network_mode);
            }
            on.into_iter().for_each(|network| network_row(network, world, t));
            t.some("WorkingDir", &container.working_dir);
            t.some("User", &container.user);
            t.row("tty", t.words.say(if container.tty { "yes" } else { "no" }));
            container.env.iter().for_each(|env| t.some("Env", env));
            for port in world.publications.values().filter(|port| port.container == *key) {
                let host = port.host.first().map_or_else(|| port.key.clone(), ToString::to_string);
                let text = format!("{host} → {}/{}", port.to.port(), port.transport);
                t.link("kind-port", text, Entity::Port(port.key.clone()));
            }
            for namespace in world.namespaces.values().filter(|n| n.container.as_ref() == Some(key)) {
                t.link(namespace.kind.name(), namespace.inode, Entity::Namespace(namespace.inode));
            }
            Some((container.name.clone(), "kind-container", Family::Process))
        }
        Entity::Namespace(key) => {
            let namespace = world.namespaces.get(key)?;
            t.row("fact-kind", namespace.kind.name());
            t.row("fact-inode", namespace.inode);
            container_row(namespace.container.as_ref(), world, t);
            for link in world.links_in(*key) {
                t.link("fact-link", &link.name, Entity::Link(link.key.clone()));
            }
            Some((format!("{}:[{key}]", namespace.kind.name()), "kind-namespace", Family::Process))
        }
        Entity::Process(key) => {
            let state = world.processes.get(key)?;
            isolation::process_rows(state, t);
            container_row(state.process.container.as_ref(), world, t);
            Some((state.process.argv.join(" "), "kind-process", Family::Process))
        }
        Entity::Cgroup(key) => {
            let cgroup = world.cgroups.get(key)?;
            container_row(Some(&cgroup.container), world, t);
            cgroup.limits.iter().for_each(|(file, limit)| t.some("fact-limit", format!("{file} = {limit}")));
            Some((key.clone(), "kind-cgroup", Family::Process))
        }
        _ => None,
    }
}

fn network(entity: &Entity, world: &World, t: &mut Table<'_>) -> Described {
    match entity {
        Entity::Network(key) => {
            let network = world.networks.get(key)?;
            t.row("fact-driver", &network.driver);
            t.some("fact-subnet", &network.subnet);
            t.some("fact-gateway", &network.gateway);
            if let Some(bridge) = &network.bridge {
                t.link("fact-bridge", &bridge.0, Entity::Link(bridge.clone()));
            }
            for ((of, address), container) in &world.leases {
                if of == key {
                    let name = world.containers.get(container).map_or("", |c| c.name.as_str());
                    t.link("fact-lease", format!("{address} {name}"), Entity::Container(container.clone()));
                }
            }
            Some((network.name.clone(), "kind-network", Family::Network))
        }
        Entity::Link(key) => {
            let link = world.links.get(key)?;
            link_rows(link, world, t);
            let title = link.peer_ifindex.map_or_else(|| link.name.clone(), |peer| format!("{}@if{peer}", link.name));
            let kind = match link.kind {
                LinkKind::Loopback => "kind-loopback",
                LinkKind::Bridge => "kind-bridge",
                LinkKind::Veth if link.master.is_some() => "kind-veth-host",
                LinkKind::Veth => "kind-veth",
                LinkKind::Uplink => "kind-uplink",
                LinkKind::Other => "kind-link",
            };
            Some((title, kind, Family::Network))
        }
        Entity::Route(netns, destination) => {
            let route = world.routes.iter().find(|r| r.netns == *netns && r.destination == *destination)?;
            t.some("via", route.via.clone().unwrap_or_default());
            match &route.refuses {
                Some(refuses) => t.toned("fact-route-refuses", refuses.to_string(), Tone::Bad),
                None => drop(t.row("dev", &route.dev)),
            }
            t.link("fact-netns", netns, Entity::Namespace(*netns));
            Some((destination.clone(), "kind-route", Family::Network))
        }
        Entity::Rule(key) => {
            let rule = world.rules.get(key)?;
            t.row("fact-rule", &rule.text);
            if let Some(network) = &rule.network {
                network_row(network, world, t);
            }
            t.link("fact-netns", rule.netns, Entity::Namespace(rule.netns));
            Some((rule.action.to_string(), "kind-rule", Family::Network))
        }
        Entity::Port(key) => {
            let port = world.publications.get(key)?;
            for address in &port.host {
                t.row("fact-listens", address);
            }
            for address in &port.machine {
                t.row("fact-listens-here", address);
            }
            t.row("fact-leads-to", port.to);
            container_row(Some(&port.container), world, t);
            network_row(&port.network, world, t);
            let title = port.host.first().map_or_else(|| key.clone(), |host| format!("{host}/{}", port.transport));
            Some((title, "kind-port", Family::Network))
        }
        _ => None,
    }
}

/// A network by its name.
fn network_row(id: &NetworkId, world: &World, t: &mut Table<'_>) {
    let name = world.networks.get(id).map_or_else(|| id.to_string(), |network| network.name.clone());
    t.link("fact-network", name, Entity::Network(id.clone()));
}

fn link_rows(link: &Link, world: &World, t: &mut Table<'_>) {
    t.row("fact-kind", format!("{:?}", link.kind).to_lowercase());
    match world.peer_of(link) {
        Some(peer) => {
            let text = format!("{} ↔ {}  {}", link.ifindex, peer.ifindex, peer.name);
            t.link("ifindex", text, Entity::Link(peer.key.clone()));
        }
        None => t.some("ifindex", link.ifindex),
    }
    if let Some(master) = link.master
        && let Some(bridge) = world.links.values().find(|l| l.netns == link.netns && l.ifindex == master)
    {
        t.link("fact-master", &bridge.name, Entity::Link(bridge.key.clone()));
    }
    if let Some(port) = &link.port {
        let tone = if *port == PortState::Forwarding { Tone::Good } else { Tone::Bad };
        t.toned("fact-port-state", port.to_string(), tone);
    }
    if link.isolated {
        t.toned("fact-port-isolated", "isolated".to_owned(), Tone::Bad);
    }
    let tone = match link.carries() {
        Some(true) => Tone::Good,
        Some(false) => Tone::Bad,
        None => Tone::Plain,
    };
    t.toned("fact-state", link.state_line(), tone);
    world.addresses_of(&link.key).for_each(|cidr| t.some("fact-address", cidr));
    if world.is_inner(link)
        && world.addresses_of(&link.key).next().is_none()
        && let Some((network, address)) = link.container.as_ref().and_then(|id| world.reserved_for(id))
    {
        t.link("fact-reserved", address, Entity::Network(network.clone()));
    }
    t.row("MTU", link.mtu);
    t.some("MAC", &link.mac);
    if link.kind == LinkKind::Bridge {
        mac_rows(link, world, t);
    }
    t.link("fact-netns", link.netns, Entity::Namespace(link.netns));
    container_row(link.container.as_ref(), world, t);
}

/// A bridge's MAC table: an address, the port behind which it was heard, and whose it is where a container's link has it.
fn mac_rows(bridge: &Link, world: &World, t: &mut Table<'_>) {
    let all: Vec<_> = world.macs_of(&bridge.key).collect();
    for (mac, port) in all.iter().take(MACS) {
        let name = world.links.get(*port).map_or(&*port.0, |link| link.name.as_str());
        let whose = world.has_mac(mac).and_then(|link| Some((link, world.containers.get(link.container.as_ref()?)?)));
        let text = match whose {
            Some((link, container)) => format!("{mac} ← {name}  {} {}", container.name, link.name),
            None => format!("{mac} ← {name}"),
        };
        t.link("fact-mac-table", text, Entity::Link((*port).clone()));
    }
    if all.len() > MACS {
        t.row("fact-mac-table", t.words.say_with("scene-more", &[("n", &(all.len() - MACS).to_string())]));
    }
}

/// So many rows of a MAC table are told.
const MACS: usize = 32;
