//! What a container may use at most, and what becomes of it at its end: said when it is made, and changed later.

use clap::Args;

/// Flags that `docker run`, `create` and `update` have.
#[derive(Debug, Args)]
pub struct LimitArgs {
    /// Memory limit
    #[arg(short, long, value_name = "BYTES[kmg]")]
    pub memory: Option<String>,
    /// Memory and swap together; -1 for as much swap as there is
    #[arg(long, allow_hyphen_values = true, value_name = "BYTES[kmg]")]
    pub memory_swap: Option<String>,
    /// Memory soft limit
    #[arg(long, value_name = "BYTES[kmg]")]
    pub memory_reservation: Option<String>,
    /// Kernel memory limit
    #[arg(long, value_name = "BYTES[kmg]")]
    pub kernel_memory: Option<String>,
    /// Tune container pids limit (set -1 for unlimited)
    #[arg(long, allow_hyphen_values = true)]
    pub pids_limit: Option<i64>,
    /// Number of CPUs
    #[arg(long)]
    pub cpus: Option<String>,
    /// CPU shares (relative weight)
    #[arg(short, long, value_name = "SHARES")]
    pub cpu_shares: Option<i64>,
    /// Limit CPU CFS (Completely Fair Scheduler) period
    #[arg(long, value_name = "MICROSECONDS")]
    pub cpu_period: Option<i64>,
    /// Limit CPU CFS (Completely Fair Scheduler) quota
    #[arg(long, allow_negative_numbers = true, value_name = "MICROSECONDS")]
    pub cpu_quota: Option<i64>,
    /// CPUs in which to allow execution (0-3, 0,1)
    #[arg(long, value_name = "LIST")]
    pub cpuset_cpus: Option<String>,
    /// MEMs in which to allow execution (0-3, 0,1)
    #[arg(long, value_name = "LIST")]
    pub cpuset_mems: Option<String>,
    /// Block IO (relative weight), between 10 and 1000, or 0 to disable
    #[arg(long, value_name = "WEIGHT")]
    pub blkio_weight: Option<u16>,
    /// Restart policy to apply when a container exits
    #[arg(long, value_name = "POLICY")]
    pub restart: Option<String>,
}
