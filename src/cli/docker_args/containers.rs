//! `docker container …` and the same commands without `container`.

use super::{LimitArgs, create::CreateArgs};
use clap::Args;
use std::path::PathBuf;

/// `docker commit`
#[derive(Debug, Args)]
pub struct CommitArgs {
    /// Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")
    #[arg(short, long, default_value = "")]
    pub author: String,
    /// Apply Dockerfile instruction to the created image
    #[arg(short, long, value_name = "INSTRUCTION")]
    pub change: Vec<String>,
    /// Commit message
    #[arg(short, long, default_value = "")]
    pub message: String,
    /// Pause container during commit
    #[arg(short, long, default_value_t = true, action = clap::ArgAction::Set, num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub pause: bool,
    /// The container
    pub container: String,
    /// The image's name
    pub reference: Option<String>,
}

/// `docker run`
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub struct RunArgs {
    /// Run container in background and print container ID
    #[arg(short, long)]
    pub detach: bool,
    /// Override the key sequence for detaching a container
    #[arg(long, value_name = "KEYS")]
    pub detach_keys: Option<String>,
    /// Proxy received signals to the process
    #[arg(long, default_value_t = true, action = clap::ArgAction::Set, num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub sig_proxy: bool,
    /// Everything that makes the container.
    #[command(flatten)]
    pub create: CreateArgs,
}

/// `docker start`
#[derive(Debug, Args)]
pub struct StartArgs {
    /// Attach STDOUT/STDERR and forward signals
    #[arg(short, long)]
    pub attach: bool,
    /// Attach container's STDIN
    #[arg(short, long)]
    pub interactive: bool,
    /// Override the key sequence for detaching a container
    #[arg(long, value_name = "KEYS")]
    pub detach_keys: Option<String>,
    /// Containers
    #[arg(required = true)]
    pub names: Vec<String>,
}

/// `docker stop`
#[derive(Debug, Args)]
pub struct StopArgs {
    /// Signal to send to the container
    #[arg(short, long, allow_hyphen_values = true)]
    pub signal: Option<String>,
    /// Seconds to wait before killing the container
    #[arg(short, long, visible_alias = "timeout", allow_negative_numbers = true)]
    pub time: Option<i64>,
    /// Containers
    #[arg(required = true)]
    pub names: Vec<String>,
}

/// `docker kill`
#[derive(Debug, Args)]
pub struct KillArgs {
    /// Signal to send to the container
    #[arg(short, long, allow_hyphen_values = true)]
    pub signal: Option<String>,
    /// Containers
    #[arg(required = true)]
    pub names: Vec<String>,
}

/// `docker cp`
#[derive(Debug, Args)]
pub struct CpArgs {
    /// Archive mode (copy all uid/gid information)
    #[arg(short, long)]
    pub archive: bool,
    /// Always follow symbol link in the source path
    #[arg(short = 'L', long)]
    pub follow_link: bool,
    /// Suppress the message at the end
    #[arg(short, long)]
    pub quiet: bool,
    /// CONTAINER:PATH, a path here, or - for a tar from standard input
    #[arg(value_name = "SOURCE")]
    pub source: String,
    /// A path here, CONTAINER:PATH, or - for a tar to standard output
    #[arg(value_name = "TARGET")]
    pub target: String,
}

/// `docker export`
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Write to a file, instead of STDOUT
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The container
    pub container: String,
}

/// `docker rename`
#[derive(Debug, Args)]
pub struct RenameArgs {
    /// The container
    pub container: String,
    /// Its new name
    pub new_name: String,
}

/// `docker update`
#[derive(Debug, Args)]
pub struct UpdateArgs {
    /// What they may use.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Containers
    #[arg(required = true)]
    pub names: Vec<String>,
}

/// `docker top`
#[derive(Debug, Args)]
pub struct TopArgs {
    /// The container
    pub container: String,
    /// Options of the host's ps
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub ps_options: Vec<String>,
}

/// `docker port`
#[derive(Debug, Args)]
pub struct PortArgs {
    /// The container
    pub container: String,
    /// One of its ports
    #[arg(value_name = "PRIVATE_PORT[/PROTO]")]
    pub private_port: Option<String>,
}

/// `docker stats`
#[derive(Debug, Args)]
pub struct StatsArgs {
    /// Show all containers (default shows just running)
    #[arg(short, long)]
    pub all: bool,
    /// Disable streaming stats and only pull the first result
    #[arg(long)]
    pub no_stream: bool,
    /// Don't truncate output
    #[arg(long)]
    pub no_trunc: bool,
    /// json, table TEMPLATE, or a Go template
    #[arg(long)]
    pub format: Option<String>,
    /// Containers; all that run when none is named
    pub names: Vec<String>,
}

/// `docker rm`
#[derive(Debug, Args)]
pub struct RmArgs {
    /// Force the removal of a running container (uses SIGKILL)
    #[arg(short, long)]
    pub force: bool,
    /// Remove the specified link
    #[arg(short, long)]
    pub link: bool,
    /// Remove anonymous volumes associated with the container
    #[arg(short, long)]
    pub volumes: bool,
    /// Containers
    #[arg(required = true)]
    pub names: Vec<String>,
}

/// `docker ps`
#[derive(Debug, Args)]
pub struct PsArgs {
    /// Show all containers (default shows just running)
    #[arg(short, long)]
    pub all: bool,
    /// Only display container IDs
    #[arg(short, long)]
    pub quiet: bool,
    /// Don't truncate output
    #[arg(long)]
    pub no_trunc: bool,
    /// Filter output based on conditions provided
    #[arg(short, long, value_name = "KEY=VALUE")]
    pub filter: Vec<String>,
    /// Show n last created containers (includes all states)
    #[arg(short = 'n', long)]
    pub last: Option<i64>,
    /// Show the latest created container (includes all states)
    #[arg(short, long)]
    pub latest: bool,
    /// Display total file sizes
    #[arg(short, long)]
    pub size: bool,
    /// The word `json`
    #[arg(long)]
    pub format: Option<String>,
}

/// `docker events`
#[derive(Debug, Args)]
pub struct EventsArgs {
    /// Filter output based on conditions provided
    #[arg(short, long, value_name = "KEY=VALUE")]
    pub filter: Vec<String>,
    /// Show all events created since a time in seconds after 1970 or relative (e.g. "42m" for 42 minutes)
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Stream events until a time in seconds after 1970 or relative
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// The word `json`
    #[arg(long)]
    pub format: Option<String>,
}

/// `docker logs`
#[derive(Debug, Args)]
pub struct LogsArgs {
    /// Show extra details provided to logs
    #[arg(long)]
    pub details: bool,
    /// Follow log output
    #[arg(short, long)]
    pub follow: bool,
    /// Number of lines to show from the end of the logs
    #[arg(short = 'n', long, default_value = "all", allow_hyphen_values = true)]
    pub tail: String,
    /// Show timestamps
    #[arg(short, long)]
    pub timestamps: bool,
    /// Show logs since a time in seconds after 1970 or relative (e.g. "42m" for 42 minutes)
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Show logs before a time in seconds after 1970 or relative (e.g. "42m" for 42 minutes)
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// The container
    pub name: String,
}

/// `docker diff`
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The container
    pub name: String,
}

/// `docker exec`
#[derive(Debug, Args)]
pub struct ExecArgs {
    /// Detached mode: run command in the background
    #[arg(short, long)]
    pub detach: bool,
    /// Override the key sequence for detaching a container
    #[arg(long, value_name = "KEYS")]
    pub detach_keys: Option<String>,
    /// Set environment variables
    #[arg(short, long, value_name = "NAME[=VALUE]")]
    pub env: Vec<String>,
    /// Keep STDIN open even if not attached
    #[arg(short, long)]
    pub interactive: bool,
    /// Give extended privileges to the command
    #[arg(long)]
    pub privileged: bool,
    /// Allocate a pseudo-TTY
    #[arg(short, long)]
    pub tty: bool,
    /// Username or UID (format: <name|uid>[:<group|gid>])
    #[arg(short, long, allow_hyphen_values = true)]
    pub user: Option<String>,
    /// Working directory inside the container
    #[arg(short, long, value_name = "DIR")]
    pub workdir: Option<String>,
    /// The container, and the command with its arguments
    // One argument: behind the container nothing is an option any more, be it called like one.
    #[arg(required = true, num_args = 2.., trailing_var_arg = true, value_name = "CONTAINER COMMAND")]
    name_and_command: Vec<String>,
}

impl ExecArgs {
    /// Which container.
    pub fn name(&self) -> &str {
        self.name_and_command.first().map_or("", String::as_str)
    }

    /// What is executed in it.
    pub fn command(&self) -> &[String] {
        self.name_and_command.get(1..).unwrap_or_default()
    }
}

/// `docker attach`
#[derive(Debug, Args)]
pub struct AttachArgs {
    /// Override the key sequence for detaching a container
    #[arg(long, value_name = "KEYS")]
    pub detach_keys: Option<String>,
    /// Do not attach STDIN
    #[arg(long)]
    pub no_stdin: bool,
    /// The container
    pub name: String,
}

/// Container names.
#[derive(Debug, Args)]
pub struct Names {
    /// Containers
    #[arg(required = true)]
    pub names: Vec<String>,
}

/// `docker container prune`
#[derive(Debug, Args)]
pub struct ContainerPruneArgs {
    /// Do not prompt for confirmation
    #[arg(short, long)]
    pub force: bool,
    /// Provide filter values (e.g. "until=TIMESTAMP")
    #[arg(long, value_name = "KEY=VALUE")]
    pub filter: Vec<String>,
}
