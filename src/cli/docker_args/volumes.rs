//! `docker volume …` and `docker network …`.

use clap::Args;

/// `docker volume create`
#[derive(Debug, Args)]
pub struct VolumeCreateArgs {
    /// Its name; a random one without
    pub name: Option<String>,
    /// Specify volume driver name
    #[arg(short, long, default_value = "local")]
    pub driver: String,
    /// Set metadata for a volume
    #[arg(long)]
    pub label: Vec<String>,
    /// Set driver specific options
    #[arg(short, long, value_name = "KEY=VALUE")]
    pub opt: Vec<String>,
}

/// `docker volume ls`
#[derive(Debug, Args)]
pub struct VolumesArgs {
    /// Only display volume names
    #[arg(short, long)]
    pub quiet: bool,
    /// Provide filter values (e.g. "dangling=true")
    #[arg(short, long, value_name = "KEY=VALUE")]
    pub filter: Vec<String>,
    /// The word `json`
    #[arg(long)]
    pub format: Option<String>,
}

/// `docker volume rm`
#[derive(Debug, Args)]
pub struct VolumeRmArgs {
    /// Force the removal of one or more volumes
    #[arg(short, long)]
    pub force: bool,
    /// Names
    #[arg(required = true)]
    pub names: Vec<String>,
}

/// `docker volume prune`
#[derive(Debug, Args)]
pub struct VolumePruneArgs {
    /// Do not prompt for confirmation
    #[arg(short, long)]
    pub force: bool,
    /// Remove all unused volumes, not just anonymous ones
    #[arg(short, long)]
    pub all: bool,
    /// Provide filter values (e.g. "label=LABEL")
    #[arg(long, value_name = "KEY=VALUE")]
    pub filter: Vec<String>,
}

/// `docker network create`
#[derive(Debug, Args)]
pub struct NetworkCreateArgs {
    /// Driver to manage the network
    #[arg(short, long, default_value = "bridge")]
    pub driver: String,
    /// Subnet in CIDR format that represents a network segment
    #[arg(long, value_name = "ADDRESS/PREFIX")]
    pub subnet: Vec<String>,
    /// Allocate container ip from a sub-range
    #[arg(long, value_name = "ADDRESS/PREFIX")]
    pub ip_range: Vec<String>,
    /// IPv4 or IPv6 gateway for the subnet
    #[arg(long, value_name = "ADDRESS")]
    pub gateway: Vec<String>,
    /// Auxiliary addresses that no container gets
    #[arg(long, value_name = "NAME=ADDRESS")]
    pub aux_address: Vec<String>,
    /// Restrict external access to the network
    #[arg(long)]
    pub internal: bool,
    /// Enable manual container attachment
    #[arg(long)]
    pub attachable: bool,
    /// Set metadata on a network
    #[arg(long, value_name = "KEY[=VALUE]")]
    pub label: Vec<String>,
    /// Set driver specific options
    #[arg(short, long, value_name = "KEY=VALUE")]
    pub opt: Vec<String>,
    /// Enable or disable IPv6 address assignment
    #[arg(long)]
    pub ipv6: bool,
    /// Control the network's scope
    #[arg(long, hide = true)]
    pub scope: Option<String>,
    /// IP Address Management Driver
    #[arg(long, hide = true, default_value = "default")]
    pub ipam_driver: String,
    /// Its name
    pub name: String,
}

/// `docker network inspect`
#[derive(Debug, Args)]
pub struct NetworkInspectArgs {
    /// The word `json`
    #[arg(short, long)]
    pub format: Option<String>,
    /// Verbose output for diagnostics
    #[arg(short, long)]
    pub verbose: bool,
    /// Names or ids
    #[arg(required = true)]
    pub names: Vec<String>,
}

/// `docker network connect`
#[derive(Debug, Args)]
pub struct NetworkConnectArgs {
    /// IPv4 address (e.g., "172.30.100.104")
    #[arg(long, value_name = "ADDRESS")]
    pub ip: Option<String>,
    /// IPv6 address (e.g., "2001:db8::33")
    #[arg(long, value_name = "ADDRESS")]
    pub ip6: Option<String>,
    /// Add network-scoped alias for the container
    #[arg(long, value_name = "NAME")]
    pub alias: Vec<String>,
    /// Add link to another container
    #[arg(long, value_name = "NAME[:ALIAS]")]
    pub link: Vec<String>,
    /// Name or id of a network
    pub network: String,
    /// Name or id of a container
    pub container: String,
}

/// `docker network disconnect`
#[derive(Debug, Args)]
pub struct NetworkDisconnectArgs {
    /// Force the container to disconnect from a network
    #[arg(short, long)]
    pub force: bool,
    /// Name or id of a network
    pub network: String,
    /// Name or id of a container
    pub container: String,
}

/// `docker network rm`
#[derive(Debug, Args)]
pub struct NetworkRmArgs {
    /// Do not error if the network does not exist
    #[arg(short, long)]
    pub force: bool,
    /// Names or ids
    #[arg(required = true, value_name = "NETWORK")]
    pub networks: Vec<String>,
}

/// `docker network ls`
#[derive(Debug, Args)]
pub struct NetworksArgs {
    /// Only display network IDs
    #[arg(short, long)]
    pub quiet: bool,
    /// Provide filter values (e.g. "driver=bridge")
    #[arg(short, long, value_name = "KEY=VALUE")]
    pub filter: Vec<String>,
    /// The word `json`
    #[arg(long)]
    pub format: Option<String>,
    /// Do not truncate the output
    #[arg(long)]
    pub no_trunc: bool,
}

/// `docker network prune`
#[derive(Debug, Args)]
pub struct NetworkPruneArgs {
    /// Do not prompt for confirmation
    #[arg(short, long)]
    pub force: bool,
    /// Provide filter values (e.g. "until=TIMESTAMP")
    #[arg(long, value_name = "KEY=VALUE")]
    pub filter: Vec<String>,
}
