use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Everything that can go wrong, each with its name on the wire and in recordings, which is also the Fluent message
/// `problem-<name>` in `src/i18n/`. Names that older recordings hold stand behind a `|`.
macro_rules! codes {
    ($($variant:ident = $name:literal $(| $older:literal)*,)*) => {
        /// What went wrong, as code branches on it. `tests/words.rs` holds the list against the messages, both ways.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = concat!("The message `problem-", $name, "`.")] $variant,)*
            /// One of a later version: there are no words for it here, and nothing branches on it.
            Unknown(UnknownCode),
        }

        impl Code {
            /// All that there are words for.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// `image-not-found`
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Unknown(code) => &code.0,
                }
            }

            /// The code of that name, be it a new one or an old one.
            fn named(name: &str) -> Self {
                match name {
                    $($name $(| $older)* => Self::$variant,)*
                    _ => Self::Unknown(UnknownCode(name.to_owned())),
                }
            }
        }
    };
}

impl Code {
    /// The status that shells and Docker have for a command that was not executed: 127 where something is not there, 126 where it
    /// is. None for all else that can go wrong.
    pub fn not_executed(&self) -> Option<u8> {
        match self {
            Self::CommandNotFound
            | Self::CommandPathMissing
            | Self::CommandInterpreterMissing
            | Self::CommandLineEnds
            | Self::CommandLoaderMissing
            | Self::HostCommandNotFound => Some(127),
            Self::CommandNotExecutable | Self::CommandInterpreterRefused | Self::HostCommandNotExecutable => Some(126),
            _ => None,
        }
    }
}

/// The name of a code that is not in the list. It comes from a recording or an engine, never from this program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownCode(String);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Ok(Self::named(&name))
    }
}

codes! {
    // cli.ftl
    AttachAndDetach = "attach-and-detach",
    BadMoment = "bad-moment",
    BadSize = "bad-size",
    BadVolume = "bad-volume",
    CredentialHelperFailed = "credential-helper-failed",
    DigestInvalid = "digest-invalid",
    DockerConfigUnreadable = "docker-config-unreadable",
    DockerConfigUnwritable = "docker-config-unwritable",
    DockerHostNotUnix = "docker-host-not-unix",
    EnvFileUnreadable = "env-file-unreadable",
    FormatUnsupported = "format-unsupported",
    MountField = "mount-field",
    MountSpace = "mount-space",
    MountWithoutTarget = "mount-without-target",
    NoSuchThing = "no-such-thing",
    NotATerminal = "not-a-terminal",
    NotInThisBuild = "not-in-this-build",
    OneContainer = "one-container",
    PasswordUnread = "password-unread",
    TerminalRefused = "terminal-refused",
    UnknownLevel = "unknown-level",

    // errors-archive.ftl
    ArchiveAttestations = "archive-attestations",
    ArchiveCompression = "archive-compression",
    ArchiveDamaged = "archive-damaged",
    ArchiveDigest = "archive-digest",
    ArchiveDocument = "archive-document",
    ArchiveDocumentLarge = "archive-document-large",
    ArchiveDuplicate = "archive-duplicate",
    ArchiveField = "archive-field",
    ArchiveFormat = "archive-format",
    ArchiveHostile = "archive-hostile",
    ArchiveListEmpty = "archive-list-empty",
    ArchiveManyFiles = "archive-many-files",
    ArchiveMissing = "archive-missing",
    ArchiveNoImages = "archive-no-images",
    ArchivePlatform = "archive-platform",
    ArchiveSize = "archive-size",
    ArchiveTag = "archive-tag",
    ArchiveTooOld = "archive-too-old",
    ChangeInvalid = "change-invalid",
    CommitImageGone = "commit-image-gone",
    CommitNotPaused = "commit-not-paused",
    CommitRedirect = "commit-redirect",
    CommitWhiteoutName = "commit-whiteout-name",
    FileUnreadable = "file-unreadable",
    FileUnwritable = "file-unwritable",
    FilterValue = "filter-value",
    ImageHasChildren = "image-has-children",
    LoadFromTerminal = "load-from-terminal",
    NothingToSave = "nothing-to-save",
    SaveToTerminal = "save-to-terminal",
    SocketSkipped = "socket-skipped",
    StoreBlobDamaged = "store-blob-damaged",
    StoreBlobMissing = "store-blob-missing",
    StoreBlobOrphan = "store-blob-orphan",
    StoreImageBlob = "store-image-blob",
    StoreImageLayer = "store-image-layer",
    StoreLayerDamaged = "store-layer-damaged",
    StoreLayerOrphan = "store-layer-orphan",
    StoreStray = "store-stray",
    StoreTagLost = "store-tag-lost",
    TagWithDigest = "tag-with-digest",

    // errors-container.ftl
    AmbiguousId = "ambiguous-id",
    ApiVersion = "api-version",
    BadCredentials = "bad-credentials",
    BadDetachKeys = "bad-detach-keys",
    BadFilter = "bad-filter",
    BadField = "bad-field",
    BadNumber = "bad-number",
    BadRequest = "bad-request",
    BindSourceRelative = "bind-source-relative",
    BodyEmpty = "body-empty",
    BodyKind = "body-kind",
    ConsoleCut = "console-cut",
    ConsoleLeftOut = "console-left-out",
    ContainerBeingRemoved = "container-being-removed",
    ContainerBusy = "container-busy",
    ContainerNameTaken = "container-name-taken",
    ContainerNotRunning = "container-not-running",
    ContainerRunning = "container-running",
    DuplicateMount = "duplicate-mount",
    EndpointNull = "endpoint-null",
    EndpointsMany = "endpoints-many",
    EngineCut = "engine-cut",
    EngineDenied = "engine-denied",
    EngineFault = "engine-fault",
    EngineNotStarted = "engine-not-started",
    EngineNotDockwalk = "engine-not-dockwalk",
    EngineOtherVersion = "engine-other-version",
    EngineRootFile = "engine-root-file",
    EngineRootLink = "engine-root-link",
    EngineRootLocked = "engine-root-locked",
    EngineRootUsed = "engine-root-used",
    EngineRunsAlready = "engine-runs-already",
    EngineSaid = "engine-said",
    EngineSilent = "engine-silent",
    EngineSlow = "engine-slow",
    EngineSocketOther = "engine-socket-other",
    EngineStrange = "engine-strange",
    EngineUnreachable = "engine-unreachable",
    EventsBackwards = "events-backwards",
    ExecStarted = "exec-started",
    FiltersUnreadable = "filters-unreadable",
    InotifyExhausted = "inotify-exhausted",
    InotifyMissing = "inotify-missing",
    InvalidContainerName = "invalid-container-name",
    InvalidExtraHost = "invalid-extra-host",
    InvalidMountTarget = "invalid-mount-target",
    InvalidPlatform = "invalid-platform",
    InvalidPort = "invalid-port",
    InvalidReference = "invalid-reference" | "reference-invalid",
    InvalidSignal = "invalid-signal",
    InvalidVolumeName = "invalid-volume-name",
    InvalidVolumeSpec = "invalid-volume-spec",
    LogLost = "log-lost",
    MountForeignField = "mount-foreign-field",
    MountReadOnlyAnonymous = "mount-read-only-anonymous",
    NoCommand = "no-command",
    NoExecCommand = "no-exec-command",
    NoStreamChosen = "no-stream-chosen",
    NoSuchContainer = "no-such-container",
    NoSuchEndpoint = "no-such-endpoint",
    NoSuchEvidence = "no-such-evidence",
    NoSuchExec = "no-such-exec",
    NoSuchImageForPlatform = "no-such-image-for-platform",
    NoSuchNetwork = "no-such-network",
    NoSuchOption = "no-such-option",
    NoSuchValue = "no-such-value",
    NoThread = "no-thread",
    NoUpgrade = "no-upgrade",
    NotBuilt = "not-built",
    PeerRefused = "peer-refused",
    SocketPathLong = "socket-path-long",
    StartWithBody = "start-with-body",
    UnsupportedOption = "unsupported-option",

    // errors-host.ftl
    AddressesUsedUp = "addresses-used-up",
    CallNotMade = "call-not-made",
    Cancelled = "cancelled",
    DiskFull = "disk-full",
    Docker0Foreign = "docker0-foreign",
    Docker0Gone = "docker0-gone",
    HostModeNeedsRoot = "host-mode-needs-root",
    HostRefused = "host-refused",
    JournalEntryForeign = "journal-entry-foreign",
    JournalLineUnreadable = "journal-line-unreadable",
    JournalVersion = "journal-version",
    LinkGone = "link-gone",
    NatNotHere = "nat-not-here",
    NatNotRead = "nat-not-read",
    NatRefused = "nat-refused",
    NetlinkRefused = "netlink-refused",
    NetworkConnected = "network-connected",
    NetworkExists = "network-exists",
    NetworkInUse = "network-in-use",
    NetworkName = "network-name",
    NetworkOptionUnknown = "network-option-unknown",
    NetworkOverlaps = "network-overlaps",
    NetworkPredefined = "network-predefined",
    NetworkSubnetInvalid = "network-subnet-invalid",
    NetworkTeardown = "network-teardown",
    NewuidmapFailed = "newuidmap-failed",
    NewuidmapMissing = "newuidmap-missing",
    NftFailed = "nft-failed",
    NoSuchNetworkDriver = "no-such-network-driver",
    PlaceForeign = "place-foreign",
    PlaceKind = "place-kind",
    PlaceNames = "place-names",
    PlaceOpen = "place-open",
    RecoverFailed = "recover-failed",
    RootIsLimited = "root-is-limited",
    SubidsMissing = "subids-missing",
    TunRefused = "tun-refused",
    UplinkFailed = "uplink-failed",
    UplinkNotHere = "uplink-not-here",
    UplinkSandboxUnknown = "uplink-sandbox-unknown",
    UplinkUnsandboxed = "uplink-unsandboxed",
    UsernsRefused = "userns-refused",

    // errors-image.ftl
    AddressTaken = "address-taken",
    ArtifactNotImage = "artifact-not-image",
    AttributeSkipped = "attribute-skipped",
    BlobMissing = "blob-missing",
    BlobTruncated = "blob-truncated",
    BusyboxLacks = "busybox-lacks",
    BusyboxMissing = "busybox-missing",
    CertificateUnreadable = "certificate-unreadable",
    CertificateUntrusted = "certificate-untrusted",
    DamageNotMended = "damage-not-mended",
    DamageNotSeen = "damage-not-seen",
    DeviceSkipped = "device-skipped",
    DiffIdMismatch = "diff-id-mismatch",
    DigestMismatch = "digest-mismatch",
    DocumentTooLarge = "document-too-large",
    ForeignLayer = "foreign-layer",
    IdOutOfRange = "id-out-of-range",
    ImageIdAmbiguous = "image-id-ambiguous",
    ImageInUse = "image-in-use",
    ImageInUseRunning = "image-in-use-running",
    ImageInUseStopped = "image-in-use-stopped",
    ImageManyRepositories = "image-many-repositories",
    ImageNotFound = "image-not-found",
    IndexTooDeep = "index-too-deep",
    IndexWithoutImages = "index-without-images",
    LayerAttributeTooLarge = "layer-attribute-too-large",
    LayerBomb = "layer-bomb",
    LayerDamaged = "layer-damaged",
    LayerHeaderTooLarge = "layer-header-too-large",
    LayerNameTooLong = "layer-name-too-long",
    LayerTooDeep = "layer-too-deep",
    LayerTooManyDirectories = "layer-too-many-directories",
    LayerTooManyEntries = "layer-too-many-entries",
    ManifestField = "manifest-field",
    ManifestUnsupported = "manifest-unsupported",
    MirrorFailed = "mirror-failed",
    MirrorInvalid = "mirror-invalid",
    NoBuiltinRegistry = "no-builtin-registry",
    NoPathGiven = "no-path-given",
    NoSuchImage = "no-such-image",
    NoSuchLayer = "no-such-layer",
    NoSuchPath = "no-such-path",
    NoWritableLayer = "no-writable-layer",
    NotARegularFile = "not-a-regular-file",
    NotDamaged = "not-damaged",
    OffsetBeyondEnd = "offset-beyond-end",
    OwnersSquashed = "owners-squashed",
    PlainHttpRefused = "plain-http-refused",
    PlatformDiffers = "platform-differs",
    PlatformNotAvailable = "platform-not-available",
    PushBlobMissing = "push-blob-missing",
    PushByDigest = "push-by-digest",
    PushNotKept = "push-not-kept",
    RangeBeyondEnd = "range-beyond-end",
    RateLimited = "rate-limited",
    RecipeInvalid = "recipe-invalid",
    RegistryLacksDigest = "registry-lacks-digest",
    RegistryOddAnswer = "registry-odd-answer",
    RegistryReadOnly = "registry-read-only",
    RegistryRefused = "registry-refused",
    RegistryUnreachable = "registry-unreachable",
    Schema1Unsupported = "schema1-unsupported",
    SizeMismatch = "size-mismatch",
    StoreUnreadable = "store-unreadable",
    UpperTooDeep = "upper-too-deep",

    // errors-limits.ftl
    BodyTimeout = "body-timeout",
    BodyTooLarge = "body-too-large",
    EngineRestarted = "engine-restarted",
    HeadTimeout = "head-timeout",
    InvalidDns = "invalid-dns",
    InvalidHostname = "invalid-hostname",
    InvalidLogOption = "invalid-log-option",
    InvalidUser = "invalid-user",
    InvalidVariable = "invalid-variable",
    JsonTooDeep = "json-too-deep",
    LimitOutOfRange = "limit-out-of-range",
    TooManyConnections = "too-many-connections",
    TooManyValues = "too-many-values",
    TraceLimit = "trace-limit",
    TraceNotRead = "trace-not-read",
    TraceNotWritten = "trace-not-written",
    TraceReaderBehind = "trace-reader-behind",
    TraceReaderSlow = "trace-reader-slow",
    ValueTooLong = "value-too-long",
    ValueWithNul = "value-with-nul",
    WorkingDirRelative = "working-dir-relative",

    // errors-process.ftl
    BindSourceMissing = "bind-source-missing",
    CallRefused = "call-refused",
    CapabilityUnknown = "capability-unknown",
    CgroupLimitRefused = "cgroup-limit-refused",
    CgroupNoSwap = "cgroup-no-swap",
    CgroupNotHere = "cgroup-not-here",
    CgroupOutOfMemory = "cgroup-out-of-memory",
    CommandInterpreterMissing = "command-interpreter-missing",
    CommandInterpreterRefused = "command-interpreter-refused",
    CommandLineEnds = "command-line-ends",
    CommandLoaderMissing = "command-loader-missing",
    CommandNotExecutable = "command-not-executable",
    CommandNotFound = "command-not-found",
    CommandPathMissing = "command-path-missing",
    EtcFilesWritten = "etc-files-written",
    GroupNotFound = "group-not-found",
    HelperNotExecuted = "helper-not-executed",
    HostCommandNotExecutable = "host-command-not-executable",
    HostCommandNotFound = "host-command-not-found",
    IdNotMapped = "id-not-mapped",
    InitDied = "init-died",
    MemorySwapBelowMemory = "memory-swap-below-memory",
    MountIntoProc = "mount-into-proc",
    MountKinds = "mount-kinds",
    MountNotThere = "mount-not-there",
    MountOverDev = "mount-over-dev",
    MountRefused = "mount-refused",
    MountTarget = "mount-target",
    OverlayMissing = "overlay-missing",
    OverlayRefused = "overlay-refused",
    PathTooLong = "path-too-long",
    PlatformNotRunnable = "platform-not-runnable",
    SeccompNotBuilt = "seccomp-not-built",
    TmpfsOption = "tmpfs-option",
    UserNotFound = "user-not-found",
    UserOutOfRange = "user-out-of-range",
    VolumeInUse = "volume-in-use",
    VolumeName = "volume-name",
    VolumeNotFound = "volume-not-found",
    WorkdirOutside = "workdir-outside",
    WorkdirRefused = "workdir-refused",

    // files.ftl
    FilesNoEngine = "files-no-engine",
    FilesUnreadable = "files-unreadable",
    FilesUnwritable = "files-unwritable",

    // lesson.ftl
    LessonBind = "lesson-bind",
    LessonBusy = "lesson-busy",
    LessonClaimForm = "lesson-claim-form",
    LessonClaimUnknown = "lesson-claim-unknown",
    LessonCommand = "lesson-command",
    LessonCommandFailed = "lesson-command-failed",
    LessonCommandStuck = "lesson-command-stuck",
    LessonEmpty = "lesson-empty",
    LessonEngineLost = "lesson-engine-lost",
    LessonFolder = "lesson-folder",
    LessonGivenAway = "lesson-given-away",
    LessonGoalEarlier = "lesson-goal-earlier",
    LessonGoalMissed = "lesson-goal-missed",
    LessonGoalTimeout = "lesson-goal-timeout",
    LessonHeading = "lesson-heading",
    LessonHidesNothing = "lesson-hides-nothing",
    LessonMissing = "lesson-missing",
    LessonNoSteps = "lesson-no-steps",
    LessonNoStop = "lesson-no-stop",
    LessonNoTitle = "lesson-no-title",
    LessonOrphan = "lesson-orphan",
    LessonOutput = "lesson-output",
    LessonQuestionForm = "lesson-question-form",
    LessonQuestionLate = "lesson-question-late",
    LessonQuestionNoChoices = "lesson-question-no-choices",
    LessonQuestionOutside = "lesson-question-outside",
    LessonQuestionUnanswered = "lesson-question-unanswered",
    LessonRecord = "lesson-record",
    LessonRecordLeak = "lesson-record-leak",
    LessonRecordUsed = "lesson-record-used",
    LessonRecording = "lesson-recording",
    LessonRunWindow = "lesson-run-window",
    LessonStepTwice = "lesson-step-twice",
    LessonTerminal = "lesson-terminal",
    LessonTerminalFailed = "lesson-terminal-failed",
    LessonToml = "lesson-toml",
    LessonTrace = "lesson-trace",
    LessonTwice = "lesson-twice",
    LessonUnknown = "lesson-unknown",
    LessonUnreadable = "lesson-unreadable",
    LessonVeilsNothing = "lesson-veils-nothing",

    // line.ftl
    ArgumentMissing = "argument-missing",
    ArgumentTooMany = "argument-too-many",
    CommandMistyped = "command-mistyped",
    CommandNotDocker = "command-not-docker",
    CommandUnknown = "command-unknown",
    FlagMistyped = "flag-mistyped",
    FlagTwice = "flag-twice",
    FlagUnknown = "flag-unknown",
    FlagValueInvalid = "flag-value-invalid",
    FlagValueOther = "flag-value-other",
    FlagWithoutValue = "flag-without-value",
    FlagsTogether = "flags-together",
    LineNotUnderstood = "line-not-understood",

    // tree.ftl
    NoSuchLayerNumber = "no-such-layer-number",
    NoSuchPathInImage = "no-such-path-in-image",
    NoSuchPathInLayer = "no-such-path-in-layer",
    OutputNotWritten = "output-not-written",
    PathDeletedByLayer = "path-deleted-by-layer",
    PathHiddenInImage = "path-hidden-in-image",
    PathNotADirectory = "path-not-a-directory",

    // ui.ftl
    NoDisplay = "no-display",
    NoWindow = "no-window",
    PictureUnwritable = "picture-unwritable",
    PkexecMissing = "pkexec-missing",
    PkexecRefused = "pkexec-refused",
    ProgressUnwritable = "progress-unwritable",
    RecordingDamaged = "recording-damaged",
    RecordingLater = "recording-later",
    RecordingNoTrace = "recording-no-trace",
    RecordingSeveral = "recording-several",
    RecordingUnreadable = "recording-unreadable",
    RecordingUnwritable = "recording-unwritable",
    StreamBroken = "stream-broken",
    TerminalNoEngine = "terminal-no-engine",
    TerminalNone = "terminal-none",
    TerminalNotStarted = "terminal-not-started",
    TerminalQuote = "terminal-quote",

}
