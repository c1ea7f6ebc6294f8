//! The grammar of `dockwalk docker …`: docker's own, as far as the engine goes.
//!
//! `commands!` is the one list: what a command is called, what its help says, which arguments it has, and what does it.
//! Parsing, help, completion, the check of lessons' commands and the dispatch all follow from it.

use super::docker_args::*;
use clap::Subcommand;

/// Makes the enums that clap reads, and the way from each command to what does it (a function in `src/cli/docker/`).
macro_rules! commands {
    ($(
        $(#[$about:meta])*
        enum $group:ident {$(
            $(#[$help:meta])*
            $name:ident($args:ty) => $($act:ident)::+,
        )*}
    )*) => {$(
        $(#[$about])*
        #[derive(Debug, Subcommand)]
        pub enum $group {$(
            $(#[$help])*
            $name($args),
        )*}

        #[cfg(feature = "engine")]
        impl super::docker::Act for $group {
            fn act(&self, session: &super::docker::CommandSession<'_>) -> super::Done {
                match self {
                    $(Self::$name(args) => super::docker::$($act)::+(session, args),)*
                }
            }
        }
    )*};
}

commands! {
    /// What is said with and without `container`: `docker run`, `docker container run`.
    enum OnContainers {
        /// Create and run a new container from an image
        Run(RunArgs) => run::run,
        /// Create a new container
        Create(CreateArgs) => run::create,
        /// Start one or more stopped containers
        Start(StartArgs) => run::start,
        /// Stop one or more running containers
        Stop(StopArgs) => lifecycle::stop,
        /// Kill one or more running containers
        Kill(KillArgs) => lifecycle::kill,
        /// Restart one or more containers
        Restart(StopArgs) => lifecycle::restart,
        /// Pause all processes within one or more containers
        Pause(Names) => lifecycle::pause,
        /// Unpause all processes within one or more containers
        Unpause(Names) => lifecycle::unpause,
        /// Rename a container
        Rename(RenameArgs) => lifecycle::rename,
        /// Update configuration of one or more containers
        Update(UpdateArgs) => update::update,
        /// Display the running processes of a container
        Top(TopArgs) => update::top,
        /// Display a live stream of container(s) resource usage statistics
        Stats(StatsArgs) => stats::stats,
        /// List port mappings or a specific mapping for the container
        Port(PortArgs) => port::port,
        /// Remove one or more containers
        Rm(RmArgs) => lifecycle::rm,
        /// Fetch the logs of a container
        Logs(LogsArgs) => lifecycle::logs,
        /// Inspect changes to files or directories on a container's filesystem
        Diff(DiffArgs) => lifecycle::diff,
        /// Execute a command in a running container
        Exec(ExecArgs) => run::exec,
        /// Attach local standard input, output and error streams to a running container
        Attach(AttachArgs) => run::attach,
        /// Block until one or more containers stop, then print their exit codes
        Wait(Names) => lifecycle::wait,
        /// Copy files/folders between a container and the local filesystem
        Cp(CpArgs) => copy::cp,
        /// Export a container's filesystem as a tar archive
        Export(ExportArgs) => copy::export,
        /// Create a new image from a container's changes
        Commit(CommitArgs) => archive::commit,
    }

    /// What is said with and without `image`.
    enum OnImages {
        /// Download an image from a registry
        Pull(PullArgs) => pull::command,
        /// Upload an image to a registry
        Push(PushArgs) => pull::push,
        /// Show the history of an image
        History(HistoryArgs) => images::history,
        /// Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE
        Tag(TagArgs) => images::tag,
        /// Save one or more images to a tar archive (streamed to STDOUT by default)
        Save(SaveArgs) => archive::save,
        /// Load an image from a tar archive or STDIN
        Load(LoadArgs) => archive::load,
        /// Import the contents from a tarball to create a filesystem image
        Import(ImportArgs) => archive::import,
    }

    /// Docker's commands.
    enum DockerCommand {
        /// As below `container`
        #[command(flatten)]
        OnContainers(OnContainers) => group,
        /// List containers
        Ps(PsArgs) => lifecycle::ps,
        /// As below `image`
        #[command(flatten)]
        OnImages(OnImages) => group,
        /// List images
        Images(ImagesArgs) => images::list,
        /// Remove one or more images
        Rmi(RmiArgs) => images::remove,
        /// Authenticate to a registry
        Login(LoginArgs) => login::login,
        /// Log out from a registry
        Logout(LogoutArgs) => login::logout,
        /// Return low-level information on containers, images, volumes and networks
        Inspect(InspectArgs) => inspect::any,
        /// Manage containers
        #[command(subcommand)]
        Container(ContainerCommand) => group,
        /// Manage images
        #[command(subcommand)]
        Image(ImageCommand) => group,
        /// Manage volumes
        #[command(subcommand)]
        Volume(VolumeCommand) => group,
        /// Manage networks
        #[command(subcommand)]
        Network(NetworkCommand) => group,
        /// Manage Docker
        #[command(subcommand)]
        System(SystemCommand) => group,
        /// Show the version
        Version(FormatArg) => inspect::version,
        /// Display system-wide information
        Info(FormatArg) => inspect::info,
        /// Get real time events from the server
        Events(EventsArgs) => lifecycle::events,
    }

    /// `docker container …`
    #[expect(clippy::large_enum_variant, reason = "there is one of it in a process")]
    enum ContainerCommand {
        /// The same without `container`
        #[command(flatten)]
        OnContainers(OnContainers) => group,
        /// List containers
        #[command(alias = "list", alias = "ps")]
        Ls(PsArgs) => lifecycle::ps,
        /// Display detailed information on one or more containers
        Inspect(InspectArgs) => inspect::container,
        /// Remove all stopped containers
        Prune(ContainerPruneArgs) => prune::containers,
    }

    /// `docker image …`
    enum ImageCommand {
        /// The same without `image`
        #[command(flatten)]
        OnImages(OnImages) => group,
        /// List images
        #[command(alias = "list")]
        Ls(ImagesArgs) => images::list,
        /// Remove one or more images
        Rm(RmiArgs) => images::remove,
        /// Display detailed information on one or more images
        Inspect(InspectArgs) => inspect::image,
        /// Remove unused images
        Prune(PruneArgs) => prune::images,
    }

    /// `docker volume …`
    enum VolumeCommand {
        /// Create a volume
        Create(VolumeCreateArgs) => volumes::create,
        /// List volumes
        #[command(alias = "list")]
        Ls(VolumesArgs) => volumes::list,
        /// Display detailed information on one or more volumes
        Inspect(InspectArgs) => inspect::volume,
        /// Remove one or more volumes
        Rm(VolumeRmArgs) => volumes::remove,
        /// Remove unused local volumes
        Prune(VolumePruneArgs) => prune::volumes,
    }

    /// `docker system …`
    enum SystemCommand {
        /// Show docker disk usage
        Df(DfArgs) => system::df,
        /// Remove unused data
        Prune(SystemPruneArgs) => system::prune,
        /// Display system-wide information
        Info(FormatArg) => inspect::info,
        /// Get real time events from the server
        Events(EventsArgs) => lifecycle::events,
    }

    /// `docker network …`
    enum NetworkCommand {
        /// Create a network
        Create(NetworkCreateArgs) => networks::create,
        /// Connect a container to a network
        Connect(NetworkConnectArgs) => networks::connect,
        /// Disconnect a container from a network
        Disconnect(NetworkDisconnectArgs) => networks::disconnect,
        /// Remove one or more networks
        #[command(alias = "remove")]
        Rm(NetworkRmArgs) => networks::remove,
        /// List networks
        #[command(alias = "list")]
        Ls(NetworksArgs) => networks::list,
        /// Display detailed information on one or more networks
        Inspect(NetworkInspectArgs) => inspect::network,
        /// Remove all unused networks
        Prune(NetworkPruneArgs) => prune::networks,
    }
}

impl DockerCommand {
    /// `docker run`, however it is said.
    pub fn is_run(&self) -> bool {
        let (Self::OnContainers(command) | Self::Container(ContainerCommand::OnContainers(command))) = self else {
            return false;
        };
        matches!(command, OnContainers::Run(_))
    }
}
