//! The grammar of `dockwalk docker …`: docker's own, as far as the engine goes.

mod containers;
mod images;

pub use containers::*;
pub use images::*;

use clap::{Args, Subcommand};

/// Docker's commands.
#[derive(Debug, Subcommand)]
pub enum DockerCommand {
    /// Create and run a new container from an image
    Run(RunArgs),
    /// Create a new container
    Create(CreateArgs),
    /// Start one or more stopped containers
    Start(StartArgs),
    /// Stop one or more running containers
    Stop(StopArgs),
    /// Kill one or more running containers
    Kill(KillArgs),
    /// Remove one or more containers
    Rm(RmArgs),
    /// List containers
    Ps(PsArgs),
    /// Fetch the logs of a container
    Logs(LogsArgs),
    /// Inspect changes to files or directories on a container's filesystem
    Diff(DiffArgs),
    /// Execute a command in a running container
    Exec(ExecArgs),
    /// Attach local standard input, output and error streams to a running container
    Attach(AttachArgs),
    /// Block until one or more containers stop, then print their exit codes
    Wait(Names),
    /// Download an image from a registry
    Pull(PullArgs),
    /// Upload an image to a registry
    Push(PushArgs),
    /// Authenticate to a registry
    Login(LoginArgs),
    /// Log out from a registry
    Logout(LogoutArgs),
    /// List images
    Images(ImagesArgs),
    /// Remove one or more images
    Rmi(RmiArgs),
    /// Return low-level information on containers, images, volumes and networks
    Inspect(InspectArgs),
    /// Show the history of an image
    History(HistoryArgs),
    /// Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE
    Tag(TagArgs),
    /// Create a new image from a container's changes
    Commit(CommitArgs),
    /// Save one or more images to a tar archive (streamed to STDOUT by default)
    Save(SaveArgs),
    /// Load an image from a tar archive or STDIN
    Load(LoadArgs),
    /// Import the contents from a tarball to create a filesystem image
    Import(ImportArgs),
    /// Manage containers
    Container {
        /// Which.
        #[command(subcommand)]
        command: ContainerCommand,
    },
    /// Manage images
    Image {
        /// Which.
        #[command(subcommand)]
        command: ImageCommand,
    },
    /// Manage volumes
    Volume {
        /// Which.
        #[command(subcommand)]
        command: VolumeCommand,
    },
    /// Manage networks
    Network {
        /// Which.
        #[command(subcommand)]
        command: NetworkCommand,
    },
    /// Show the version
    Version(FormatArg),
    /// Display system-wide information
    Info(FormatArg),
}

/// `docker volume …`
#[derive(Debug, Subcommand)]
pub enum VolumeCommand {
    /// Create a volume
    Create {
        /// Its name; a random one without
        name: Option<String>,
        /// Set metadata for a volume
        #[arg(long)]
        label: Vec<String>,
    },
    /// List volumes
    #[command(alias = "list")]
    Ls {
        /// Only display volume names
        #[arg(short, long)]
        quiet: bool,
        /// The word `json`
        #[arg(long)]
        format: Option<String>,
    },
    /// Display detailed information on one or more volumes
    Inspect(InspectArgs),
    /// Remove one or more volumes
    Rm {
        /// Force the removal of one or more volumes
        #[arg(short, long)]
        force: bool,
        /// Names
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Remove unused local volumes
    Prune {
        /// Do not prompt for confirmation
        #[arg(short, long)]
        force: bool,
        /// Remove all unused volumes, not just anonymous ones
        #[arg(short, long)]
        all: bool,
    },
}

/// `docker network …`
#[derive(Debug, Subcommand)]
pub enum NetworkCommand {
    /// List networks
    #[command(alias = "list")]
    Ls {
        /// Only display network IDs
        #[arg(short, long)]
        quiet: bool,
        /// The word `json`
        #[arg(long)]
        format: Option<String>,
        /// Do not truncate the output
        #[arg(long)]
        no_trunc: bool,
    },
    /// Display detailed information on one or more networks
    Inspect(InspectArgs),
}

/// `docker inspect`
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// The word `json`
    #[arg(short, long)]
    pub format: Option<String>,
    /// container, image, volume or network
    #[arg(long = "type")]
    pub kind: Option<String>,
    /// Names or ids
    #[arg(required = true)]
    pub names: Vec<String>,
}

/// `--format json`
#[derive(Debug, Args)]
pub struct FormatArg {
    /// The word `json`
    #[arg(short, long)]
    pub format: Option<String>,
}
