//! The vocabulary of the World: what can be true of a host, its images and its containers, and how it can change.

mod disk;
mod host;
mod image;
mod isolation;
mod network;
mod network_mode;
mod process;
mod registry;
mod speed;
mod storage;
mod upper;
mod walk;
mod walk_lines;
mod words;

pub use disk::*;
pub use host::*;
pub use image::*;
pub use isolation::*;
pub use network::*;
pub use network_mode::NetworkMode;
pub use process::*;
pub use registry::*;
pub use speed::*;
pub use storage::*;
pub use upper::*;
pub use walk::*;

use crate::spec::{ContainerId, Digest, NetworkId};
use serde::{Deserialize, Serialize};

/// A typed difference between one World and the next.
///
/// `…Seen` inserts or replaces what the kernel shows of one object; `…Gone` removes it. What is applied in which order is
/// checked by [`World::apply`](super::World::apply).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "change", content = "of")]
pub enum Change {
    // ── host ──
    /// The host as it was found.
    HostSeen(Host),
    /// A fact worth saying that changes no shape: a limit that cannot be set here, a route not needed, … `problem` names
    /// its Fluent message.
    Remark(super::Problem),

    // ── images ──
    /// A registry answered.
    RegistrySeen(Registry),
    /// How much a registry still gives.
    RegistryLimit(RegistryLimit),
    /// A registry wants us to wait. Said when the wait begins.
    RegistryWaiting(RegistryWait),
    /// The wait is over: its time is up, or nobody wants to wait any more.
    RegistryWaited {
        /// For which, as `host[:port]`.
        registry: String,
    },
    /// Something in the built-in registry was damaged on purpose.
    RegistryDamaged(Damage),
    /// It is as it was.
    RegistryMended {
        /// The registry.
        registry: String,
        /// What was damaged.
        content: Content,
        /// Its digest.
        digest: Digest,
    },
    /// Bytes came that are not what was promised: a document or a blob, and which descriptor caught it. A blob's
    /// `BlobRejected` comes beside it.
    Rejected(Rejected),
    /// A push brought something to a registry, or found it there.
    Pushed(Pushed),
    /// A tag (or digest) was resolved to what it points at.
    TagResolved {
        /// `docker.io/lab/shell:1`
        reference: String,
        /// The registry that answered, a key of `registries`.
        registry: String,
        /// What it points at: an index or a manifest.
        target: Descriptor,
    },
    /// An index was read.
    IndexRead(Index),
    /// This host's entry of an index was chosen.
    PlatformChosen {
        /// The index.
        index: Digest,
        /// The chosen manifest.
        manifest: Digest,
    },
    /// A manifest was read.
    ManifestRead(Manifest),
    /// A config was read.
    ConfigRead(Config),
    /// A layer blob is going to be fetched.
    BlobWanted(Descriptor),
    /// Bytes of a blob came in.
    BlobProgress {
        /// Which blob.
        digest: Digest,
        /// Bytes received so far.
        received: u64,
    },
    /// A blob is in the store, its size and sha256 verified.
    BlobVerified {
        /// Which blob.
        digest: Digest,
        /// Its size in bytes.
        size: u64,
        /// True when it had been in the store before: nothing was downloaded.
        reused: bool,
    },
    /// A blob was thrown away.
    BlobRejected {
        /// Which blob.
        digest: Digest,
        /// Why.
        problem: super::Problem,
    },
    /// A blob was deleted from the store.
    BlobGone {
        /// Which blob.
        digest: Digest,
    },
    /// A layer was unpacked and is ready to be a lower directory.
    LayerUnpacked(Layer),
    /// A layer's directory was deleted.
    LayerGone {
        /// Its key.
        chain_id: Digest,
    },
    /// A local tag points at an image.
    ImageTagged {
        /// `docker.io/lab/shell:1`
        reference: String,
        /// The image: its config's digest.
        image: Digest,
        /// The manifest it was pulled by.
        manifest: Option<Digest>,
    },
    /// A local tag was removed.
    ImageUntagged {
        /// `docker.io/lab/shell:1`
        reference: String,
    },
    /// An image was removed from the store (its tags before it).
    ImageGone {
        /// The image.
        image: Digest,
    },

    // ── storage ──
    /// A mount is in a mount table.
    MountSeen(Mount),
    /// A mount is in no mount table any more.
    MountGone {
        /// Its key.
        key: MountKey,
    },
    /// A volume exists.
    VolumeSeen(Volume),
    /// A volume was deleted.
    VolumeGone {
        /// Its name.
        name: String,
    },
    /// A volume was written as an archive, or made of one.
    VolumeMoved(Moved),
    /// A directory that matters to the picture exists (upper, work, a bind source).
    DirSeen(Dir),
    /// It was deleted.
    DirGone {
        /// Its path.
        path: String,
    },

    /// A container wrote into its writable layer.
    UpperChanged(UpperChange),
    /// What a volume, a bind mount's source or a tmpfs holds, after somebody has changed it.
    ContentsSeen(Contents),
    /// It was counted how many bytes a writable layer or a volume has.
    BytesCounted(Counted),
    /// All of them were, and the disk was looked at.
    DiskSeen(Disk),
    /// It was measured how fast a place of a container is.
    SpeedMeasured(Speed),
    /// A place of a container could not be measured.
    SpeedRefused(Unmeasured),
    /// It was looked where a tmpfs lies, and whether the kernel could swap it out.
    MemorySeen(TmpfsMemory),

    // ── containers and processes ──
    /// A container was created.
    ContainerCreated(Container),
    /// A container was there before the engine, and is taken up again.
    ContainerFound(Container),
    /// A container is in another state.
    ContainerState {
        /// Which.
        id: ContainerId,
        /// The state.
        state: ContainerState,
    },
    /// A container's health check judges it anew.
    ContainerHealth {
        /// Which.
        id: ContainerId,
        /// How it does.
        health: Health,
    },
    /// A container has another name.
    ContainerRenamed {
        /// Which.
        id: ContainerId,
        /// The name.
        name: String,
    },
    /// A container was deleted.
    ContainerGone {
        /// Which.
        id: ContainerId,
    },
    /// A namespace exists.
    NamespaceSeen(Namespace),
    /// A namespace is gone: nothing holds it any more.
    NamespaceGone {
        /// Its inode number.
        inode: u64,
    },
    /// A process exists.
    ProcessSeen(Process),
    /// A property of a process is different.
    ProcessChanged {
        /// Which (pid in the engine's pid namespace).
        pid: u32,
        /// What is now so.
        property: Property,
    },
    /// A process ended.
    ProcessGone {
        /// Which.
        pid: u32,
        /// Exit status 0–255, or 128 + the signal that killed it.
        status: i32,
    },
    /// A control group exists.
    CgroupSeen(Cgroup),
    /// A control group was removed.
    CgroupGone {
        /// Its path.
        path: String,
    },

    /// What a container uses was looked at.
    UsageSeen {
        /// Whose.
        container: ContainerId,
        /// What it had used.
        used: Used,
    },
    /// A system call was tried in a container.
    CallTried(Tried),

    // ── network ──
    /// A network of the engine's exists.
    NetworkSeen(Network),
    /// A network was removed.
    NetworkGone {
        /// Its id.
        id: NetworkId,
    },
    /// An address was reserved for a container.
    AddressReserved {
        /// In which network.
        network: NetworkId,
        /// For whom.
        container: ContainerId,
        /// `172.17.0.2`
        address: String,
    },
    /// An address went back to the pool.
    AddressReleased {
        /// In which network.
        network: NetworkId,
        /// `172.17.0.2`
        address: String,
    },
    /// A link as the kernel shows it. The key stays the same when a link is moved or renamed.
    LinkSeen(Link),
    /// A link is gone.
    LinkGone {
        /// Its key.
        key: LinkKey,
    },
    /// A link has an address.
    AddrSeen {
        /// Which link.
        link: LinkKey,
        /// `172.17.0.2/16`
        cidr: String,
    },
    /// A link lost an address.
    AddrGone {
        /// Which link.
        link: LinkKey,
        /// `172.17.0.2/16`
        cidr: String,
    },
    /// A bridge heard an address behind a port, perhaps another than before.
    MacLearned(LearnedMac),
    /// It has not been heard for so long that the bridge forgot it, or its port is none any more.
    MacForgotten {
        /// Whose table.
        bridge: LinkKey,
        /// `02:42:ac:11:00:02`
        mac: String,
    },
    /// A route is in a network namespace's table.
    RouteSeen(Route),
    /// A route is gone.
    RouteGone(Route),
    /// A packet filter or NAT rule is in force.
    RuleSeen(Rule),
    /// A rule is gone.
    RuleGone {
        /// Its key.
        key: String,
    },
    /// Somebody was asked, to find out who reaches whom.
    ReachProbed(Probe),
    /// A packet is going to be sent and followed.
    WalkBegan(Walk),
    /// It was seen somewhere.
    PacketSeen {
        /// Of which walk.
        walk: WalkId,
        /// Where, and as what.
        hop: Hop,
    },
    /// It is followed no further.
    WalkEnded(WalkEnd),
    /// A container's port is reached at one of the host's.
    PortPublished(Publication),
    /// It is not any more.
    PortClosed {
        /// Its key.
        key: String,
    },
}
