use super::{
    Change, Content, Damage, DiskPlace, Home, Hop, LearnedMac, LinkKey, MountKey, Place, Probe, Pushed, RegistryLimit,
    RegistryWait, Rejected, SpeedPattern, Walk, WalkEndpoint,
};
use crate::spec::{ContainerId, Digest, NetworkId};
use serde::{Deserialize, Serialize};

/// Names one thing of the World. Shapes of the diagrams, the selection and the evidence of a thing all go by it, so it is
/// the same from one World to the next.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "entity", content = "key")]
pub enum Entity {
    /// The host.
    Host,
    /// By host name and port.
    Registry(String),
    /// What a registry says a reference points at.
    RemoteTag(String),
    /// By digest.
    Index(Digest),
    /// By digest.
    Manifest(Digest),
    /// By digest; an image is its config.
    Config(Digest),
    /// By digest of the compressed bytes.
    Blob(Digest),
    /// By chain id.
    Layer(Digest),
    /// A local tag.
    Tag(String),
    /// By mount namespace and mount id.
    Mount(MountKey),
    /// By name.
    Volume(String),
    /// By path.
    Dir(String),
    /// A path of a container's writable layer.
    UpperFile(ContainerId, String),
    /// One file of a volume, a bind mount's source or a tmpfs, by its path there.
    HomeFile(Box<Home>, String),
    /// How fast a place of a container is: its target, and what was done there.
    Speed(ContainerId, String, SpeedPattern),
    /// The disk on which it all lies, and how full it is.
    Disk,
    /// By id.
    Container(ContainerId),
    /// By inode number.
    Namespace(u64),
    /// By pid.
    Process(u32),
    /// By path.
    Cgroup(String),
    /// What a container uses.
    Usage(ContainerId),
    /// A system call that was tried in a container, by its name.
    TriedCall(ContainerId, String),
    /// By id.
    Network(NetworkId),
    /// By the name it keeps through moves and renames.
    Link(LinkKey),
    /// By namespace inode and destination.
    Route(u64, String),
    /// By key.
    Rule(String),
    /// A published port, by key.
    Port(String),
}

impl Content {
    /// The thing of the World that has this digest.
    pub fn entity(self, digest: &Digest) -> Entity {
        let digest = digest.clone();
        match self {
            Self::Index => Entity::Index(digest),
            Self::Manifest => Entity::Manifest(digest),
            Self::Config => Entity::Config(digest),
            Self::Blob => Entity::Blob(digest),
        }
    }
}

impl Home {
    /// What is drawn of it.
    pub fn entity(&self) -> Entity {
        match self {
            Self::Volume { name } => Entity::Volume(name.clone()),
            Self::Bind { from } => Entity::Dir(from.clone()),
            Self::Tmpfs { mount } => Entity::Mount(*mount),
        }
    }
}

impl DiskPlace {
    /// What is drawn of it.
    pub fn entity(&self) -> Entity {
        match self {
            Self::Upper { container } => Entity::Container(container.clone()),
            Self::Volume { name } => Entity::Volume(name.clone()),
        }
    }
}

impl Change {
    /// What changed.
    pub fn entity(&self) -> Entity {
        match self {
            Self::HostSeen(_) | Self::Remark(_) => Entity::Host,
            Self::RegistrySeen(registry) => Entity::Registry(registry.host.clone()),
            Self::RegistryLimit(RegistryLimit { registry, .. })
            | Self::RegistryWaiting(RegistryWait { registry, .. })
            | Self::RegistryWaited { registry }
            | Self::Pushed(Pushed { registry, .. }) => Entity::Registry(registry.clone()),
            Self::RegistryDamaged(Damage { content, digest, .. })
            | Self::RegistryMended { content, digest, .. }
            | Self::Rejected(Rejected { content, digest, .. }) => content.entity(digest),
            Self::TagResolved { reference, .. } => Entity::RemoteTag(reference.clone()),
            Self::IndexRead(index) => Entity::Index(index.this.digest.clone()),
            Self::PlatformChosen { manifest, .. } => Entity::Manifest(manifest.clone()),
            Self::ManifestRead(manifest) => Entity::Manifest(manifest.this.digest.clone()),
            Self::ConfigRead(config) => Entity::Config(config.this.digest.clone()),
            Self::BlobWanted(blob) => Entity::Blob(blob.digest.clone()),
            Self::BlobProgress { digest, .. }
            | Self::BlobVerified { digest, .. }
            | Self::BlobRejected { digest, .. }
            | Self::BlobGone { digest } => Entity::Blob(digest.clone()),
            Self::LayerUnpacked(layer) => Entity::Layer(layer.chain_id.clone()),
            Self::LayerGone { chain_id } => Entity::Layer(chain_id.clone()),
            Self::ImageTagged { reference, .. } | Self::ImageUntagged { reference } => Entity::Tag(reference.clone()),
            Self::ImageGone { image } => Entity::Config(image.clone()),
            Self::MountSeen(mount) => Entity::Mount(mount.key),
            Self::MountGone { key } => Entity::Mount(*key),
            Self::VolumeSeen(volume) => Entity::Volume(volume.name.clone()),
            Self::VolumeGone { name } => Entity::Volume(name.clone()),
            Self::VolumeMoved(moved) => Entity::Volume(moved.volume.clone()),
            Self::DirSeen(dir) => Entity::Dir(dir.path.clone()),
            Self::DirGone { path } => Entity::Dir(path.clone()),
            Self::UpperChanged(it) => Entity::Dir(it.upper.clone()),
            Self::ContentsSeen(it) => it.home.entity(),
            Self::BytesCounted(it) => it.place.entity(),
            Self::DiskSeen(_) => Entity::Disk,
            Self::SpeedMeasured(it) => Entity::Speed(it.container.clone(), it.target.clone(), it.pattern),
            Self::SpeedRefused(it) => Entity::Container(it.container.clone()),
            Self::MemorySeen(it) => Entity::Mount(it.mount),
            Self::ContainerCreated(container) | Self::ContainerFound(container) => {
                Entity::Container(container.id.clone())
            }
            Self::ContainerState { id, .. }
            | Self::ContainerHealth { id, .. }
            | Self::ContainerRenamed { id, .. }
            | Self::ContainerGone { id } => Entity::Container(id.clone()),
            Self::NamespaceSeen(namespace) => Entity::Namespace(namespace.inode),
            Self::NamespaceGone { inode } => Entity::Namespace(*inode),
            Self::ProcessSeen(process) => Entity::Process(process.pid),
            Self::ProcessChanged { pid, .. } | Self::ProcessGone { pid, .. } => Entity::Process(*pid),
            Self::CgroupSeen(cgroup) => Entity::Cgroup(cgroup.path.clone()),
            Self::CgroupGone { path } => Entity::Cgroup(path.clone()),
            Self::UsageSeen { container, .. } => Entity::Usage(container.clone()),
            Self::CallTried(tried) => Entity::TriedCall(tried.container.clone(), tried.call.clone()),
            Self::NetworkSeen(network) => Entity::Network(network.id.clone()),
            Self::NetworkGone { id } => Entity::Network(id.clone()),
            Self::AddressReserved { network, .. } | Self::AddressReleased { network, .. } => {
                Entity::Network(network.clone())
            }
            Self::LinkSeen(link) => Entity::Link(link.key.clone()),
            Self::LinkGone { key } => Entity::Link(key.clone()),
            Self::AddrSeen { link, .. } | Self::AddrGone { link, .. } => Entity::Link(link.clone()),
            Self::MacLearned(LearnedMac { bridge, .. }) | Self::MacForgotten { bridge, .. } => {
                Entity::Link(bridge.clone())
            }
            Self::RouteSeen(route) | Self::RouteGone(route) => Entity::Route(route.netns, route.destination.clone()),
            Self::RuleSeen(rule) => Entity::Rule(rule.key.clone()),
            Self::RuleGone { key } => Entity::Rule(key.clone()),
            Self::ReachProbed(Probe { from: Some(id), .. }) => Entity::Container(id.clone()),
            Self::ReachProbed(Probe { from: None, .. }) => Entity::Host,
            Self::WalkBegan(Walk { from: WalkEndpoint::Container { id, .. }, .. }) => Entity::Container(id.clone()),
            Self::WalkBegan(_) | Self::WalkEnded(_) => Entity::Host,
            Self::PacketSeen { hop: Hop { place, .. }, .. } => match place {
                Place::Link { link, .. } => Entity::Link(link.clone()),
                Place::Rule { key: Some(key), .. } => Entity::Rule(key.clone()),
                Place::Rule { netns, .. } => Entity::Namespace(*netns),
            },
            Self::PortPublished(it) => Entity::Port(it.key.clone()),
            Self::PortClosed { key } => Entity::Port(key.clone()),
        }
    }

    /// Everything that changed: the [thing](Self::entity) itself, and what is in it.
    pub fn touches(&self) -> Vec<Entity> {
        let mut all = vec![self.entity()];
        if let Self::UpperChanged(it) = self {
            let paths = it.files.iter().map(|file| &file.path).chain(&it.gone);
            all.extend(paths.map(|path| Entity::UpperFile(it.container.clone(), path.clone())));
        }
        if let Self::ContentsSeen(it) = self {
            all.extend(it.fresh.iter().map(|path| Entity::HomeFile(Box::new(it.home.clone()), path.clone())));
        }
        all
    }
}
