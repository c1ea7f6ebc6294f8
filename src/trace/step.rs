use serde::{Deserialize, Serialize};

/// Names one operation within a trace; the first is 1.
pub type OpId = u64;

/// Names one step within a trace; the first is 1.
pub type StepId = u64;

/// How closely a learner looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Resolve, download, stack, wire, start.
    Story,
    /// Each blob, mount, link, address, rule.
    Stage,
    /// Each HTTP exchange, netlink message, system call.
    Kernel,
}

/// What a step or a shape is about. Gives it its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Tags, indexes, manifests, configs.
    Image,
    /// Blobs, layers, unpacking.
    Layer,
    /// Mounts, volumes, overlay.
    Storage,
    /// Links, addresses, routes, NAT.
    Network,
    /// Processes, namespaces, cgroups.
    Process,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $family:ident, $level:ident;)*) => {
        /// What a step does. Each kind has one [`Level`] and one [`Family`], and Fluent messages
        /// `step-<kind>` (title) and `step-<kind>-why` (plain words) in `src/i18n/*/steps.ftl`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum StepKind {
            $($(#[$doc])* $name,)*
        }

        impl StepKind {
            /// Every kind, in the order of a `docker run`.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Which level the kind belongs to.
            pub fn level(self) -> Level {
                match self { $(Self::$name => Level::$level,)* }
            }

            /// Which family the kind belongs to.
            pub fn family(self) -> Family {
                match self { $(Self::$name => Family::$family,)* }
            }
        }
    };
}

kinds! {
    // ── the engine starts ──
    /// The host is prepared: lab namespaces, bridge, built-in registry.
    PrepareHost = Network, Story;
    /// A namespace that plays the host is entered.
    EnterLab = Process, Stage;
    /// The loopback of a network namespace is brought up.
    LoopbackUp = Network, Stage;
    /// A way out of the lab is made (slirp4netns, pasta).
    MakeUplink = Network, Stage;
    /// The bridge of a network is made.
    MakeBridge = Network, Stage;
    /// The bridge is given the network's gateway address.
    AddressBridge = Network, Stage;
    /// Forwarding between interfaces is switched on.
    EnableForwarding = Network, Stage;
    /// Packets leaving the network are masqueraded.
    Masquerade = Network, Stage;

    // ── pull ──
    /// The tag is resolved at the registry.
    ResolveImage = Image, Story;
    /// The registry is asked what it is and whether it wants credentials.
    ProbeRegistry = Image, Stage;
    /// A token is fetched from the registry's authorization service.
    FetchToken = Image, Stage;
    /// What the tag points at is fetched: an index, or a manifest.
    FetchTag = Image, Stage;
    /// This host's platform is picked from the index.
    ChoosePlatform = Image, Stage;
    /// The manifest is fetched.
    FetchManifest = Image, Stage;
    /// The config is fetched.
    FetchConfig = Image, Stage;
    /// The blobs are downloaded.
    DownloadLayers = Layer, Story;
    /// One layer blob is fetched and its digest verified.
    FetchBlob = Layer, Stage;
    /// The layers are unpacked.
    UnpackLayers = Layer, Story;
    /// One layer's tar is applied to its own directory.
    UnpackLayer = Layer, Stage;
    /// The tag is written to the local store.
    TagImage = Image, Stage;
    /// A registry that gives no more for now is waited for.
    WaitForRegistry = Image, Stage;

    // ── push ──
    /// The blobs that the registry lacks are sent.
    PushBlobs = Layer, Story;
    /// One blob is sent, mounted from another repository, or found to be there.
    PushBlob = Layer, Stage;
    /// The manifest is sent, and its tag points at it.
    PushManifest = Image, Story;

    // ── break the digest ──
    /// One bit of what the built-in registry serves is flipped.
    DamageContent = Image, Story;
    /// It is put back.
    MendContent = Image, Story;
    /// A tag of the built-in registry is let point at something else.
    MoveTag = Image, Story;

    // ── everything with a registry ──
    /// One HTTP exchange.
    HttpExchange = Image, Kernel;

    // ── create ──
    /// A container is created.
    CreateContainer = Process, Story;
    /// Image config and request are merged into what will run.
    MergeConfig = Process, Stage;
    /// A volume's directory is made.
    MakeVolume = Storage, Stage;
    /// A volume that is empty is filled from the image.
    FillVolume = Storage, Stage;
    /// The container's upper and work directories are made.
    MakeUpper = Storage, Stage;

    // ── start: storage ──
    /// Layers are stacked and everything is mounted.
    StackFilesystem = Storage, Story;
    /// The overlay is mounted.
    MountOverlay = Storage, Stage;
    /// What a volume is made of is mounted.
    MountVolume = Storage, Stage;
    /// Memory that containers share is mounted.
    MountShared = Storage, Stage;
    /// `hostname`, `hosts` and `resolv.conf` are written.
    WriteEtcFiles = Storage, Stage;

    // ── start: network ──
    /// The container is wired to its network.
    WireNetwork = Network, Story;
    /// A network namespace is made.
    MakeNetns = Network, Stage;
    /// The next free address is reserved.
    AllocateAddress = Network, Stage;
    /// A veth pair is made.
    CreateVeth = Network, Stage;
    /// The host end is joined to the bridge.
    JoinBridge = Network, Stage;
    /// The host end is brought up.
    HostEndUp = Network, Stage;
    /// The peer is moved into the container's network namespace: in recordings from before it was made there.
    MovePeer = Network, Stage;
    /// The peer is renamed `eth0`: in recordings from before it was made under that name.
    RenamePeer = Network, Stage;
    /// `eth0` is given its address.
    AddAddress = Network, Stage;
    /// `eth0` is brought up.
    LinkUp = Network, Stage;
    /// The default route is added.
    AddRoute = Network, Stage;
    /// Somebody answers for names in the container's network namespace: 127.0.0.11.
    ServeNames = Network, Stage;
    /// Ports of the container are reached at the host's.
    PublishPorts = Network, Story;
    /// Somebody listens on a port of the host's for a container.
    OpenPort = Network, Stage;
    /// Packets to a port of the host's are led to a container's.
    PublishRules = Network, Stage;
    /// The container's ports are not reached any more.
    ClosePorts = Network, Stage;
    /// One netlink message.
    NetlinkMessage = Network, Kernel;
    /// A packet is sent to find out whether somebody answers.
    ProbeReach = Network, Kernel;

    // ── a packet is followed ──
    /// A packet is sent, and followed from link to link.
    WalkPacket = Network, Story;
    /// It is listened at every link on the way, and the kernel is asked to tell which rules it meets.
    OpenCapture = Network, Stage;
    /// The packet is sent.
    SendPacket = Network, Stage;
    /// It is listened no more; the kernel need not tell any more.
    CloseCapture = Network, Stage;
    /// The packet was seen at a link, or at a rule.
    FollowPacket = Network, Stage;
    /// What came of the packet.
    JudgeWalk = Network, Stage;

    // ── start: process ──
    /// The container's process is started.
    StartProcess = Process, Story;
    /// A control group is made and limits are set.
    MakeCgroup = Process, Stage;
    /// The child is cloned into new namespaces.
    CloneProcess = Process, Stage;
    /// A process enters namespaces that are there already.
    EnterNamespaces = Process, Stage;
    /// It forks a child into the container's pid namespace.
    ForkInside = Process, Stage;
    /// Mounts inside the container: /proc, /sys, /dev, volumes, binds, tmpfs.
    MountInside = Storage, Stage;
    /// The root is changed with `pivot_root`.
    PivotRoot = Process, Stage;
    /// Masked and read-only paths are covered.
    ProtectPaths = Process, Stage;
    /// Kernel parameters of the container's own namespaces are set.
    SetSysctls = Process, Stage;
    /// The hostname is set.
    SetHostname = Process, Stage;
    /// User, groups and capabilities are dropped, and the seccomp filter loaded.
    DropPrivileges = Process, Stage;
    /// The program is executed.
    Exec = Process, Stage;
    /// One system call.
    Syscall = Process, Kernel;

    // ── while it runs, and after ──
    /// A process is started in a running container.
    ExecProcess = Process, Story;
    /// A health check's command is run in a container.
    ProbeHealth = Process, Stage;
    /// A health check judges a container otherwise than before.
    JudgeHealth = Process, Story;
    /// A container gets another name.
    RenameContainer = Process, Story;
    /// All processes of a container stand still: the kernel's freezer.
    PauseContainer = Process, Story;
    /// They go on.
    ResumeContainer = Process, Story;
    /// A container's limits are changed.
    UpdateContainer = Process, Story;
    /// It is measured how fast the places are in which what a container writes lives.
    MeasureSpeed = Storage, Story;
    /// One of these places is measured.
    MeasurePlace = Storage, Stage;
    /// It is counted how many bytes writable layers and volumes have, and how much of the disk is free.
    MeasureDisk = Storage, Story;
    /// It is looked where a tmpfs lies, and whether it could be swapped out.
    LookAtMemory = Storage, Stage;
    /// A system call is tried in a container: below its filter, and without.
    TryCall = Process, Story;
    /// The call that is tried is made.
    MakeCall = Process, Stage;
    /// Files are taken out of a container.
    CopyOut = Storage, Story;
    /// Files are put into a container.
    CopyIn = Storage, Story;
    /// The main process ends.
    ProcessEnds = Process, Story;
    /// A signal is sent.
    SendSignal = Process, Stage;
    /// What is left of the main process is collected: exit status, namespaces.
    ReapProcess = Process, Stage;
    /// What `start` made is undone.
    TearDown = Network, Story;
    /// A link is deleted.
    DeleteLink = Network, Stage;
    /// An address goes back to the pool.
    ReleaseAddress = Network, Stage;
    /// Something is unmounted.
    Unmount = Storage, Stage;
    /// A control group is removed.
    RemoveCgroup = Process, Stage;
    /// A container is deleted.
    RemoveContainer = Process, Story;
    /// A directory the engine made is deleted.
    RemoveDirectory = Storage, Stage;
    /// A volume is created or deleted by name.
    ManageVolume = Storage, Story;
    /// A volume's files are read and written as an archive.
    ExportVolume = Storage, Story;
    /// An archive's files are verified and become a volume.
    ImportVolume = Storage, Story;
    /// A network is made, or taken away, by name.
    ManageNetwork = Network, Story;
    /// A container is taken off one of its networks.
    UnwireNetwork = Network, Story;
    /// An image is deleted.
    RemoveImage = Image, Story;
    /// Layers that nothing uses are deleted.
    RemoveLayer = Layer, Stage;

    // ── archives, commit, the store itself ──
    /// An archive of images is read: each file hashed on its way to the disk.
    ReadArchive = Image, Story;
    /// A blob of an archive is verified and becomes the store's.
    TakeBlob = Layer, Stage;
    /// Images are written as an archive.
    WriteArchive = Image, Story;
    /// A container's writable layer becomes an image.
    CommitContainer = Image, Story;
    /// A writable layer is written as the tar of a layer.
    PackLayer = Layer, Stage;
    /// Config and manifest of a new image are written.
    WriteDocuments = Image, Stage;
    /// The store is compared with what its digests promise.
    CheckStore = Image, Story;
    /// What is damaged or belongs to no image is deleted from the store.
    RepairStore = Image, Stage;

    /// What an earlier engine left is undone.
    Recover = Process, Story;
}

impl StepKind {
    /// The kind's name in Fluent keys, traces and breakpoints: `create_veth`.
    pub fn name(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(name)) => name,
            _ => format!("{self:?}"),
        }
    }

    /// It looks at what is there and changes nothing.
    pub fn only_looks(self) -> bool {
        self == Self::MeasureDisk
    }

    /// The kind of that [`StepKind::name`].
    pub fn parse(name: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
    }
}

/// What is going to be done, announced before it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What kind of step.
    pub kind: StepKind,
    /// On what: a digest, a link's name, a path.
    pub subject: String,
    /// The real call: `GET /v2/lab/shell/manifests/1`, `mount("overlay", …)`, `RTM_NEWLINK veth…`.
    pub call: String,
    /// The command with which a person could do this one step; empty when there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by_hand: String,
}

impl Plan {
    /// A step of this kind on this subject.
    pub fn new(kind: StepKind, subject: impl ToString) -> Self {
        Self { kind, subject: subject.to_string(), call: String::new(), by_hand: String::new() }
    }

    /// The same with the real call it is going to make.
    #[must_use]
    pub fn call(mut self, call: impl ToString) -> Self {
        self.call = call.to_string();
        self
    }

    /// The same with a command a person could type.
    #[must_use]
    pub fn by_hand(mut self, command: impl ToString) -> Self {
        self.by_hand = command.to_string();
        self
    }
}

/// A step that was announced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its number in this trace.
    pub id: StepId,
    /// The operation it belongs to.
    pub op: OpId,
    /// The step it is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<StepId>,
    /// What it is going to do.
    #[serde(flatten)]
    pub plan: Plan,
}

impl Step {
    /// The family of its kind.
    pub fn family(&self) -> Family {
        self.plan.kind.family()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_again_by_its_name() {
        for &kind in StepKind::ALL {
            assert_eq!(StepKind::parse(&kind.name()), Some(kind));
        }
        assert_eq!(StepKind::CreateVeth.name(), "create_veth");
    }
}
