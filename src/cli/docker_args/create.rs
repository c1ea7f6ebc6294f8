//! The flags of `docker create`, which are those of `docker run`, too.

use super::{LimitArgs, UnbuiltArgs};
use clap::Args;
use std::path::PathBuf;

/// `docker create`
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub struct CreateArgs {
    /// Print help
    #[arg(long, action = clap::ArgAction::Help)]
    pub help: Option<bool>,
    /// Keep STDIN open even if not attached
    #[arg(short, long)]
    pub interactive: bool,
    /// Allocate a pseudo-TTY
    #[arg(short, long)]
    pub tty: bool,
    /// Automatically remove the container and its anonymous volumes when it exits
    #[arg(long)]
    pub rm: bool,
    /// Assign a name to the container
    #[arg(long)]
    pub name: Option<String>,
    /// Set environment variables
    #[arg(short, long, value_name = "NAME[=VALUE]")]
    pub env: Vec<String>,
    /// Read in a file of environment variables
    #[arg(long, value_name = "FILE")]
    pub env_file: Vec<PathBuf>,
    /// Bind mount a volume
    #[arg(short, long, value_name = "SOURCE:TARGET[:ro]")]
    pub volume: Vec<String>,
    /// Add link to another container
    #[arg(long, value_name = "CONTAINER[:ALIAS]")]
    pub link: Vec<String>,
    /// Mount volumes from the specified container(s)
    #[arg(long, value_name = "CONTAINER[:ro]")]
    pub volumes_from: Vec<String>,
    /// Attach a filesystem mount to the container
    #[arg(long, value_name = "type=…,source=…,target=…")]
    pub mount: Vec<String>,
    /// Mount a tmpfs directory
    #[arg(long, value_name = "TARGET[:OPTIONS]")]
    pub tmpfs: Vec<String>,
    /// Working directory inside the container
    #[arg(short, long, value_name = "DIR")]
    pub workdir: Option<String>,
    /// Username or UID (format: <name|uid>[:<group|gid>])
    #[arg(short, long, allow_hyphen_values = true)]
    pub user: Option<String>,
    /// Add additional groups to join
    #[arg(long, allow_hyphen_values = true, value_name = "NAME|GID")]
    pub group_add: Vec<String>,
    /// Container host name
    #[arg(short = 'h', long, allow_hyphen_values = true)]
    pub hostname: Option<String>,
    /// UTS namespace to use
    #[arg(long, value_name = "host")]
    pub uts: Option<String>,
    /// IPC mode to use
    #[arg(long, value_name = "none|private|shareable|host|container:NAME")]
    pub ipc: Option<String>,
    /// Cgroup namespace to use
    #[arg(long, value_name = "host|private")]
    pub cgroupns: Option<String>,
    /// User namespace to use
    #[arg(long, value_name = "host")]
    pub userns: Option<String>,
    /// Container NIS domain name
    #[arg(long, value_name = "NAME")]
    pub domainname: Option<String>,
    /// Container MAC address (e.g., 92:d0:c6:0a:29:33)
    #[arg(long, value_name = "ADDRESS")]
    pub mac_address: Option<String>,
    /// Connect a container to a network
    #[arg(long, alias = "net", value_name = "NETWORK|host|none|container:NAME")]
    pub network: Vec<String>,
    /// IPv4 address (e.g., 172.30.100.104)
    #[arg(long, value_name = "ADDRESS")]
    pub ip: Option<String>,
    /// IPv6 address (e.g., 2001:db8::33)
    #[arg(long, value_name = "ADDRESS")]
    pub ip6: Option<String>,
    /// Add network-scoped alias for the container
    #[arg(long, alias = "net-alias", value_name = "NAME")]
    pub network_alias: Vec<String>,
    /// Overwrite the default ENTRYPOINT of the image
    #[arg(long)]
    pub entrypoint: Option<String>,
    /// What it may use.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Ulimit options
    #[arg(long, allow_hyphen_values = true, value_name = "NAME=SOFT[:HARD]")]
    pub ulimit: Vec<String>,
    /// Sysctl options
    #[arg(long, value_name = "NAME=VALUE")]
    pub sysctl: Vec<String>,
    /// Tune host's OOM preferences (-1000 to 1000)
    #[arg(long, allow_negative_numbers = true, value_name = "SCORE")]
    pub oom_score_adj: Option<i64>,
    /// Tune container memory swappiness (0 to 100)
    #[arg(long, allow_negative_numbers = true, value_name = "PERCENT")]
    pub memory_swappiness: Option<i64>,
    /// Disable OOM Killer
    #[arg(long)]
    pub oom_kill_disable: bool,
    /// Add Linux capabilities
    #[arg(long, value_name = "CAP")]
    pub cap_add: Vec<String>,
    /// Drop Linux capabilities
    #[arg(long, value_name = "CAP")]
    pub cap_drop: Vec<String>,
    /// Give extended privileges to this container
    #[arg(long)]
    pub privileged: bool,
    /// Security options
    #[arg(long, value_name = "OPTION")]
    pub security_opt: Vec<String>,
    /// Mount the container's root filesystem as read only
    #[arg(long)]
    pub read_only: bool,
    /// Size of /dev/shm
    #[arg(long, value_name = "BYTES[kmg]")]
    pub shm_size: Option<String>,
    /// Set custom DNS servers
    #[arg(long)]
    pub dns: Vec<String>,
    /// Set DNS options
    #[arg(long, alias = "dns-opt", value_name = "OPTION")]
    pub dns_option: Vec<String>,
    /// Set custom DNS search domains
    #[arg(long, allow_hyphen_values = true, value_name = "DOMAIN")]
    pub dns_search: Vec<String>,
    /// Add a custom host-to-IP mapping (host:ip)
    #[arg(long, value_name = "HOST:IP")]
    pub add_host: Vec<String>,
    /// Logging driver for the container
    #[arg(long, value_name = "json-file|local|none")]
    pub log_driver: Option<String>,
    /// Log driver options
    #[arg(long, value_name = "max-size=10m|max-file=3")]
    pub log_opt: Vec<String>,
    /// Set meta data on a container
    #[arg(short, long, value_name = "KEY[=VALUE]")]
    pub label: Vec<String>,
    /// Read in a line delimited file of labels
    #[arg(long, value_name = "FILE")]
    pub label_file: Vec<PathBuf>,
    /// Write the container ID to the file
    #[arg(long, value_name = "FILE")]
    pub cidfile: Option<String>,
    /// Set platform if server is multi-platform capable
    #[arg(long, value_name = "OS/ARCH")]
    pub platform: Option<String>,
    /// Pull image before running
    #[arg(long, default_value = "missing", value_parser = ["always", "missing", "never"])]
    pub pull: String,
    /// Signal to stop the container
    #[arg(long, allow_hyphen_values = true, value_name = "SIGNAL")]
    pub stop_signal: Option<String>,
    /// Timeout (in seconds) to stop a container
    #[arg(long, allow_negative_numbers = true, value_name = "SECONDS")]
    pub stop_timeout: Option<i64>,
    /// Attach to STDIN, STDOUT or STDERR
    #[arg(short, long, value_name = "STREAM", value_parser = ["stdin", "stdout", "stderr"], ignore_case = true)]
    pub attach: Vec<String>,
    /// Suppress the pull output
    #[arg(short, long)]
    pub quiet: bool,
    /// Publish a container's port(s) to the host
    #[arg(short, long, value_name = "PORTS")]
    pub publish: Vec<String>,
    /// Publish all exposed ports to random ports
    #[arg(short = 'P', long)]
    pub publish_all: bool,
    /// Expose a port or a range of ports
    #[arg(long, value_name = "PORT[-PORT][/PROTOCOL]")]
    pub expose: Vec<String>,
    /// Command to run to check health
    #[arg(long, value_name = "COMMAND")]
    pub health_cmd: Option<String>,
    /// Time between running the check (ms|s|m|h)
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
    pub health_interval: Option<String>,
    /// Maximum time to allow one check to run (ms|s|m|h)
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
    pub health_timeout: Option<String>,
    /// Start period for the container to initialize before starting health-retries countdown (ms|s|m|h)
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
    pub health_start_period: Option<String>,
    /// Consecutive failures needed to report unhealthy
    #[arg(long, allow_negative_numbers = true)]
    pub health_retries: Option<i64>,
    /// Disable any container-specified HEALTHCHECK
    #[arg(long)]
    pub no_healthcheck: bool,
    /// Run an init inside the container that forwards signals and reaps processes
    #[arg(long)]
    pub init: bool,
    /// What docker has beside them.
    #[command(flatten)]
    pub unbuilt: UnbuiltArgs,
    /// The image, and the command with its arguments
    // One argument: behind the image nothing is an option any more, be it called like one.
    #[arg(required = true, num_args = 1.., trailing_var_arg = true, value_name = "IMAGE [COMMAND]")]
    image_and_command: Vec<String>,
}

impl CreateArgs {
    /// The image.
    pub fn image(&self) -> &str {
        self.image_and_command.first().map(String::as_str).unwrap_or_default()
    }

    /// The command and its arguments; none for the image's own.
    pub fn command(&self) -> &[String] {
        self.image_and_command.get(1..).unwrap_or_default()
    }
}
