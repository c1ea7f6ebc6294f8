//! `docker system …`.

use clap::Args;

/// `docker system df`
#[derive(Debug, Args)]
pub struct DfArgs {
    /// Show detailed information on space usage
    #[arg(short, long)]
    pub verbose: bool,
    /// json, table TEMPLATE, or a Go template
    #[arg(long)]
    pub format: Option<String>,
}

/// `docker system prune`
#[derive(Debug, Args)]
pub struct SystemPruneArgs {
    /// Remove all unused images not just dangling ones
    #[arg(short, long)]
    pub all: bool,
    /// Do not prompt for confirmation
    #[arg(short, long)]
    pub force: bool,
    /// Prune anonymous volumes
    #[arg(long)]
    pub volumes: bool,
    /// Provide filter values
    #[arg(long, help = "Provide filter values (e.g. \"label=<key>=<value>\")", value_name = "KEY=VALUE")]
    pub filter: Vec<String>,
}
