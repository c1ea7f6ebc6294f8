//! The vocabulary of the World: what can be true of a host, its images and its containers, and how it can change.

use crate::spec::{ContainerId, Digest, NetworkId, Platform};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// A directory that matters to the picture exists (upper, work, a bind source).
    DirSeen(Dir),
    /// It was deleted.
    DirGone {
        /// Its path.
        path: String,
    },

    // ── containers and processes ──
    /// A container was created.
    ContainerCreated(Container),
    /// A container is in another state.
    ContainerState {
        /// Which.
        id: ContainerId,
        /// The state.
        state: ContainerState,
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
}

/// The host that the engine runs on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// `6.18.44`, from uname(2).
    pub kernel: String,
    /// Its hostname.
    pub hostname: String,
    /// `PRETTY_NAME` of os-release(5).
    pub os: String,
    /// Where the containers' links live.
    pub mode: Mode,
    /// The engine was started without root and works in a user namespace.
    pub rootless: bool,
    /// Which cgroup hierarchy is mounted.
    pub cgroup: CgroupVersion,
    /// The engine's own directory.
    pub root: String,
    /// The network namespace that plays the host (its inode number).
    pub netns: u64,
    /// The engine's process id.
    pub engine_pid: u32,
}

/// Where the engine works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Private mount and network namespaces: the real host is untouched.
    Lab,
    /// The real network namespace.
    Host,
}

/// Which control group hierarchy a host has (cgroups(7)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CgroupVersion {
    /// Version 1 controllers, no version 2 mount.
    V1,
    /// Version 1 controllers beside a version 2 mount without controllers.
    Hybrid,
    /// Pure version 2.
    V2,
    /// None is mounted.
    None,
}

/// A registry that answered `GET /v2/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registry {
    /// `127.0.0.1:5000`, `registry-1.docker.io`; the key.
    pub host: String,
    /// `http` or `https`.
    pub scheme: String,
    /// `none`, `basic`, `bearer`.
    pub auth: String,
    /// True for the engine's own.
    pub builtin: bool,
}

/// A content descriptor (OCI image-spec, descriptor.md).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Descriptor {
    /// What the bytes are.
    pub media_type: String,
    /// Their sha256.
    pub digest: Digest,
    /// How many bytes.
    pub size: u64,
    /// In an index: what it runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// Annotations, e.g. `vnd.docker.reference.type: attestation-manifest`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// An image index (OCI image-spec, image-index.md) or Docker manifest list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// The document itself.
    pub this: Descriptor,
    /// Its entries, in order.
    pub manifests: Vec<Descriptor>,
}

/// An image manifest (OCI image-spec, manifest.md).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The document itself.
    pub this: Descriptor,
    /// The config's descriptor.
    pub config: Descriptor,
    /// The layers' descriptors; the first is the lowest.
    pub layers: Vec<Descriptor>,
}

/// An image config (OCI image-spec, config.md). Its digest is the image ID.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// The document itself.
    pub this: Descriptor,
    /// What it runs on.
    pub platform: Platform,
    /// RFC 3339, as the document says.
    pub created: Option<String>,
    /// `NAME=value`
    pub env: Vec<String>,
    /// The arguments that come after the entry point, or the command when there is none.
    pub cmd: Vec<String>,
    /// What is always run.
    pub entrypoint: Vec<String>,
    /// The directory it starts in.
    pub working_dir: String,
    /// `user[:group]`
    pub user: String,
    /// Paths that want a volume.
    pub volumes: Vec<String>,
    /// `80/tcp`
    pub exposed_ports: Vec<String>,
    /// `SIGTERM` when the image says none.
    pub stop_signal: Option<String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Digests of the layers' uncompressed tars; the first is the lowest.
    pub diff_ids: Vec<Digest>,
    /// What made each layer.
    pub history: Vec<History>,
}

/// One entry of a config's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The instruction, e.g. `RUN rm /etc/motd`.
    pub created_by: String,
    /// True when the instruction made no layer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub empty_layer: bool,
}

/// An unpacked layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// The key: the digest of this layer on all below it (OCI image-spec, config.md, "Layer ChainID").
    pub chain_id: Digest,
    /// The chain below; none for the lowest.
    pub parent: Option<Digest>,
    /// sha256 of the uncompressed tar.
    pub diff_id: Digest,
    /// The blob it was unpacked from; none when it was committed here.
    pub blob: Option<Digest>,
    /// Its directory, a lower directory of overlay mounts.
    pub path: String,
    /// Bytes of file content.
    pub size: u64,
    /// Entries of the tar.
    pub entries: u64,
    /// What it does to the layers below; at most [`Layer::SHOWN`] of them, by path.
    pub files: Vec<LayerFile>,
}

impl Layer {
    /// How many paths of a layer an event carries. The layer's directory holds the rest.
    pub const SHOWN: usize = 200;
}

/// What a layer does to one path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerFile {
    /// `etc/motd`, without a leading slash; bytes outside UTF-8 as `\xNN`.
    pub path: String,
    /// What it does.
    pub effect: Effect,
    /// Bytes of content.
    pub size: u64,
}

/// What a layer does to a path of the layers below (OCI image-spec, layer.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Not there below.
    Added,
    /// There below, hidden by this one.
    Replaced,
    /// A whiteout: there below, gone above.
    Deleted,
    /// An opaque directory: all that was in it below is hidden.
    Opaque,
}

/// Names a mount: mount namespace inode and mount id (mountinfo field 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MountKey {
    /// Inode number of the mount namespace.
    pub mntns: u64,
    /// Mount id, unique in this boot while the mount lives.
    pub id: u64,
}

/// A mount as mountinfo shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// Its name.
    pub key: MountKey,
    /// For which container; none for the engine's own.
    pub container: Option<ContainerId>,
    /// Where, as seen in its own mount namespace.
    pub target: String,
    /// What in the learner's words.
    pub kind: MountKind,
    /// `overlay`, `ext4`, `tmpfs`, `proc`, …
    pub fstype: String,
    /// Mount source of mountinfo.
    pub source: String,
    /// Root of the mount within its file system (mountinfo field 4).
    pub root: String,
    /// Mount and super block options.
    pub options: String,
    /// Read-only.
    pub read_only: bool,
}

/// What a mount is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "as")]
pub enum MountKind {
    /// The container's root.
    Overlay {
        /// Lower directories, uppermost first, as in `lowerdir=`.
        lower: Vec<String>,
        /// `upperdir=`
        upper: String,
        /// `workdir=`
        work: String,
    },
    /// A named or anonymous volume.
    Volume {
        /// Its name.
        name: String,
    },
    /// A host path.
    Bind {
        /// The path on the host.
        from: String,
    },
    /// Memory.
    Tmpfs,
    /// `/proc`, `/sys`, `/dev/…`, `/etc/hosts`, masks.
    System,
}

/// A volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// Its name; the key.
    pub name: String,
    /// Where its bytes are on the host.
    pub path: String,
    /// Made for one container and named by a random digest.
    pub anonymous: bool,
}

/// A directory of the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dir {
    /// Its path; the key.
    pub path: String,
    /// What it is for.
    pub role: DirRole,
    /// For which container.
    pub container: Option<ContainerId>,
}

/// What a directory is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirRole {
    /// The container's writable layer.
    Upper,
    /// Overlay's work directory.
    Work,
    /// Where the overlay is mounted.
    Merged,
    /// The host's side of a bind mount.
    BindSource,
}

/// A container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// The key.
    pub id: ContainerId,
    /// Without the slash that the API puts before it.
    pub name: String,
    /// The image's id.
    pub image: Digest,
    /// The image as the user named it.
    pub image_name: String,
    /// What will run: entry point and arguments.
    pub argv: Vec<String>,
    /// Its environment.
    pub env: Vec<String>,
    /// Its working directory.
    pub working_dir: String,
    /// Its user.
    pub user: String,
    /// Its hostname.
    pub hostname: String,
    /// `bridge`, `host`, `none`.
    pub network_mode: String,
    /// Has a terminal.
    pub tty: bool,
    /// Created, running, exited.
    pub state: ContainerState,
}

/// A container's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum ContainerState {
    /// Made, never started.
    Created,
    /// Its main process lives.
    Running {
        /// In the engine's pid namespace.
        pid: u32,
    },
    /// Its main process ended.
    Exited {
        /// 0–255, or 128 + signal.
        status: i32,
    },
}

/// A kind of namespace (namespaces(7)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the kernel's own")]
pub enum NamespaceKind {
    Cgroup,
    Ipc,
    Mnt,
    Net,
    Pid,
    User,
    Uts,
}

/// A namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namespace {
    /// Inode number on nsfs, as `readlink /proc/<pid>/ns/<kind>` shows it; the key.
    pub inode: u64,
    /// What it isolates.
    pub kind: NamespaceKind,
    /// Whose it is; none for the lab host's.
    pub container: Option<ContainerId>,
}

/// A process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// In the engine's pid namespace; the key.
    pub pid: u32,
    /// In its own pid namespace.
    pub inner_pid: u32,
    /// Its container; none for one on the lab host.
    pub container: Option<ContainerId>,
    /// Its command line.
    pub argv: Vec<String>,
    /// The namespaces it is in, by inode.
    pub namespaces: BTreeMap<NamespaceKind, u64>,
    /// The container's first process; false for `exec`.
    pub main: bool,
}

/// Something that is so of a process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "property", content = "value")]
pub enum Property {
    /// It executes this program.
    Executes(Vec<String>),
    /// Its UTS namespace's hostname.
    Hostname(String),
    /// Its root directory is the container's.
    Root(String),
    /// User and group: `uid:gid`, as seen inside.
    Credentials(String),
    /// Effective capabilities, by name.
    Capabilities(Vec<String>),
    /// Seccomp mode of `/proc/<pid>/status`, with the number of rules when known.
    Seccomp(String),
    /// `no_new_privs`
    NoNewPrivs(bool),
    /// Its working directory.
    WorkingDir(String),
    /// Its control group.
    Cgroup(String),
    /// Paths that are masked or read-only.
    Protected(Vec<String>),
    /// Any other call of its set-up, for the log.
    Did(String),
}

/// A control group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cgroup {
    /// Its path below /sys/fs/cgroup (v1: the first controller's); the key.
    pub path: String,
    /// Whose.
    pub container: ContainerId,
    /// Limits in force, file name → content: `pids.max` → `64`.
    pub limits: BTreeMap<String, String>,
}

/// A network of the engine's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// The key.
    pub id: NetworkId,
    /// `bridge`
    pub name: String,
    /// `bridge`, `host`, `none`.
    pub driver: String,
    /// `172.17.0.0/16`; empty for host and none.
    pub subnet: String,
    /// `172.17.0.1`; empty for host and none.
    pub gateway: String,
    /// The bridge's link; none for host and none.
    pub bridge: Option<LinkKey>,
}

/// Names a link for as long as it exists, through moves and renames: `docker0`, `lab/lo`, `3f2a…/veth`, `3f2a…/eth0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LinkKey(pub std::sync::Arc<str>);

impl From<&str> for LinkKey {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

/// A link as `RTM_GETLINK` shows it (rtnetlink(7)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Its name in this trace.
    pub key: LinkKey,
    /// The network namespace it is in, by inode.
    pub netns: u64,
    /// Its index in that namespace.
    pub ifindex: u32,
    /// Its name there.
    pub name: String,
    /// What it is.
    pub kind: LinkKind,
    /// `02:42:ac:11:00:02`; empty for `lo`.
    pub mac: String,
    /// Bytes.
    pub mtu: u32,
    /// IFF_UP.
    pub up: bool,
    /// The bridge it is a port of, by ifindex in the same namespace.
    pub master: Option<u32>,
    /// IFLA_LINK of a veth: the other end's ifindex, in the other end's namespace.
    pub peer_ifindex: Option<u32>,
    /// For which container; none for the host's own.
    pub container: Option<ContainerId>,
}

/// What a link is (IFLA_INFO_KIND).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// `lo`
    Loopback,
    /// A switch in the kernel.
    Bridge,
    /// One end of a virtual cable.
    Veth,
    /// The way out: a NIC, or the tap of slirp4netns or pasta.
    Uplink,
    /// Anything else.
    Other,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Route {
    /// In which network namespace, by inode.
    pub netns: u64,
    /// `default`, `172.17.0.0/16`
    pub destination: String,
    /// The next hop; none on the link itself.
    pub via: Option<String>,
    /// The link it leaves by.
    pub dev: String,
}

/// A packet filter or NAT rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// `masquerade/bridge`; the key.
    pub key: String,
    /// In which network namespace, by inode.
    pub netns: u64,
    /// The network it serves.
    pub network: Option<NetworkId>,
    /// `masquerade`, `forward`.
    pub action: String,
    /// In nft's words: `ip saddr 172.17.0.0/16 oifname != "docker0" masquerade`.
    pub text: String,
}
