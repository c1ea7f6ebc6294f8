use super::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What to run in a container, and in what surroundings.
#[derive(Debug, Clone)]
pub struct ProcessSpec {
    /// Whose main process it is.
    pub container: ContainerId,
    /// The image as the user named it, for messages.
    pub image: String,
    /// The stacked root file system.
    pub rootfs: Rootfs,
    /// Entry point and arguments.
    pub argv: Vec<String>,
    /// `NAME=value`. What Docker adds (`PATH`, `HOSTNAME`, `TERM`, `HOME`) is added where it is missing.
    pub env: Vec<String>,
    /// The directory to start in; empty for `/`. Made if it is not there.
    pub cwd: String,
    /// Empty, `uid`, `name`, `uid:gid`, `name:group`.
    pub user: String,
    /// `--group-add`: names of its `/etc/group`, or numbers.
    pub group_add: Vec<String>,
    /// Its hostname.
    pub hostname: String,
    /// Its NIS domain name; empty for the host's.
    pub domainname: String,
    /// With a terminal.
    pub tty: bool,
    /// Standard input stays open.
    pub open_stdin: bool,
    /// Rows and columns to begin with.
    pub console_size: Option<(u16, u16)>,
    /// Volumes, binds, tmpfs, in mount order.
    pub mounts: Vec<MountSpec>,
    /// All capabilities, no seccomp, nothing masked.
    pub privileged: bool,
    /// `--cap-add`: `NET_ADMIN`, `CAP_NET_ADMIN`, `ALL`.
    pub cap_add: Vec<String>,
    /// `--cap-drop`
    pub cap_drop: Vec<String>,
    /// `--security-opt no-new-privileges`
    pub no_new_privs: bool,
    /// `--security-opt seccomp=unconfined`, or not.
    pub seccomp: Seccomp,
    /// `--read-only`
    pub read_only_root: bool,
    /// What it may use at most.
    pub limits: Limits,
    /// Its network namespace.
    pub netns: Netns,
    /// `CLONE_NEWUTS`, `CLONE_NEWIPC`, `CLONE_NEWCGROUP`: those of the namespaces that are the host's, and not its own.
    pub of_host: u64,
    /// A process in whose IPC namespace it is to be, in the engine's pid namespace. It must live until the start is over.
    pub joins_ipc: Option<u32>,
    /// Its `/dev/shm`.
    pub memory: SharedMemory,
    /// `docker-init` comes before the program.
    pub init: bool,
    /// Paths below `/proc/sys`, with what is written there.
    pub sysctls: Vec<(String, String)>,
    /// The same, set without being asked for.
    pub default_sysctls: Vec<(String, String)>,
    /// Limits of its processes.
    pub ulimits: Vec<Ulimit>,
    /// From -1000 to 1000; 0 is left as it is.
    pub oom_score_adj: i64,
}

/// What `/dev/shm` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SharedMemory {
    /// Not there.
    Nothing,
    /// A tmpfs of its own, of so many bytes.
    Own(u64),
    /// That directory, which others have, too.
    At(PathBuf),
}

/// Which seccomp filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Seccomp {
    /// Docker's default profile.
    #[default]
    Default,
    /// None.
    Unconfined,
    /// That profile, as JSON.
    Profile(Arc<str>),
}

/// A volume, a bind or a tmpfs of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountSpec {
    /// Where its bytes are.
    pub source: MountSource,
    /// Where in the container.
    pub target: String,
    /// It cannot be written to.
    pub read_only: bool,
}

/// Where a mount's bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MountSource {
    /// In a volume.
    Volume {
        /// Its name.
        name: String,
        /// Its directory.
        path: PathBuf,
        /// If it is empty it is filled from the image.
        copy_up: bool,
    },
    /// At a path of the host.
    Bind {
        /// The path.
        path: PathBuf,
        /// If it is not there: `-v` makes a directory, `--mount` fails.
        create: bool,
        /// What of the mounts that come later reaches the other side.
        propagation: Propagation,
        /// With what is mounted below the path.
        recursive: bool,
    },
    /// In memory.
    Tmpfs {
        /// `size=64m,mode=1777`
        options: String,
    },
}

/// How mounts that are made below a bind's source or target later reach the other side (mount_namespaces(7)).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Propagation {
    /// Not at all.
    #[default]
    Rprivate,
    /// The same, of the one mount.
    Private,
    /// Both ways.
    Shared,
    /// The same of all mounts below.
    Rshared,
    /// From the host into the container.
    Slave,
    /// The same of all mounts below.
    Rslave,
}

impl Propagation {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Private, Self::Rprivate, Self::Shared, Self::Rshared, Self::Slave, Self::Rslave];

    /// As a request has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rprivate => "rprivate",
            Self::Private => "private",
            Self::Shared => "shared",
            Self::Rshared => "rshared",
            Self::Slave => "slave",
            Self::Rslave => "rslave",
        }
    }

    /// None of what there is not.
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == text)
    }

    /// The flag of mount(2), and whether it is for all mounts below, too; none where nothing reaches the other side.
    pub fn flag(self) -> Option<(u64, bool)> {
        match self {
            Self::Rprivate | Self::Private => None,
            Self::Shared => Some((libc::MS_SHARED, false)),
            Self::Rshared => Some((libc::MS_SHARED, true)),
            Self::Slave => Some((libc::MS_SLAVE, false)),
            Self::Rslave => Some((libc::MS_SLAVE, true)),
        }
    }
}

/// What to run in a container that runs already.
#[derive(Debug, Clone)]
pub struct ExecSpec {
    /// The container.
    pub container: ContainerId,
    /// The image as the user named it, for messages.
    pub image: String,
    /// Program and arguments.
    pub argv: Vec<String>,
    /// `NAME=value`, beside those of the container.
    pub env: Vec<String>,
    /// The directory to start in; empty for the container's own.
    pub cwd: String,
    /// Empty for the container's own user.
    pub user: String,
    /// With a terminal.
    pub tty: bool,
    /// Standard input stays open.
    pub open_stdin: bool,
    /// Rows and columns to begin with.
    pub console_size: Option<(u16, u16)>,
    /// All capabilities.
    pub privileged: bool,
}
