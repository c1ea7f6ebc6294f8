//! `docker volume …` and `docker network …`.

use clap::Args;

/// `docker volume create`
#[derive(Debug, Args)]
pub struct VolumeCreateArgs {
    /// Its name; a random one without
    pub name: Option<String>,
    /// Set metadata for a volume
    #[arg(long)]
    pub label: Vec<String>,
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
