//! Flags of `docker run` that the engine refuses, each by its name and with a reason: they are sent to it as docker sends them. Hidden
//! from help and completion.

use crate::docker::UnbuiltOptions;
use clap::Args;

/// What docker has and dockwalk has not.
#[derive(Debug, Args)]
pub struct UnbuiltArgs {
    /// Add an annotation to the container
    #[arg(long, hide = true)]
    pub annotation: Vec<String>,
    /// Block IO weight (relative device weight)
    #[arg(long, hide = true)]
    pub blkio_weight_device: Vec<String>,
    /// Limit read rate (bytes per second) from a device
    #[arg(long, hide = true)]
    pub device_read_bps: Vec<String>,
    /// Limit read rate (IO per second) from a device
    #[arg(long, hide = true)]
    pub device_read_iops: Vec<String>,
    /// Limit write rate (bytes per second) to a device
    #[arg(long, hide = true)]
    pub device_write_bps: Vec<String>,
    /// Limit write rate (IO per second) to a device
    #[arg(long, hide = true)]
    pub device_write_iops: Vec<String>,
    /// Add a host device to the container
    #[arg(long, hide = true)]
    pub device: Vec<String>,
    /// Add a rule to the cgroup allowed devices list
    #[arg(long, hide = true)]
    pub device_cgroup_rule: Vec<String>,
    /// GPU devices to add to the container
    #[arg(long, hide = true)]
    pub gpus: Vec<String>,
    /// Storage driver options for the container
    #[arg(long, hide = true)]
    pub storage_opt: Vec<String>,
    /// Optional parent cgroup for the container
    #[arg(long, hide = true)]
    pub cgroup_parent: Option<String>,
    /// Runtime to use for this container
    #[arg(long, hide = true)]
    pub runtime: Option<String>,
    /// Container isolation technology
    #[arg(long, hide = true)]
    pub isolation: Option<String>,
    /// Optional volume driver for the container
    #[arg(long, hide = true)]
    pub volume_driver: Option<String>,
    /// PID namespace to use
    #[arg(long, hide = true)]
    pub pid: Option<String>,
    /// Limit CPU real-time period in microseconds
    #[arg(long, hide = true)]
    pub cpu_rt_period: Option<String>,
    /// Limit CPU real-time runtime in microseconds
    #[arg(long, hide = true)]
    pub cpu_rt_runtime: Option<String>,
    /// CPU count (Windows only)
    #[arg(long, hide = true)]
    pub cpu_count: Option<String>,
    /// CPU percent (Windows only)
    #[arg(long, hide = true)]
    pub cpu_percent: Option<String>,
    /// Maximum IO bandwidth limit for the system drive (Windows only)
    #[arg(long, hide = true)]
    pub io_maxbandwidth: Option<String>,
    /// Maximum IOps limit for the system drive (Windows only)
    #[arg(long, hide = true)]
    pub io_maxiops: Option<String>,
    /// Container IPv4/IPv6 link-local addresses
    #[arg(long, hide = true)]
    pub link_local_ip: Vec<String>,
    /// Skip image verification: nothing is verified by a notary here, as with docker's default
    #[arg(long, hide = true)]
    pub disable_content_trust: bool,
}

impl UnbuiltArgs {
    /// Fields of `HostConfig`.
    pub fn host_config(&self) -> UnbuiltOptions {
        UnbuiltOptions {
            annotations: self.annotation.clone(),
            blkio_weight_device: self.blkio_weight_device.clone(),
            blkio_device_read_bps: self.device_read_bps.clone(),
            blkio_device_read_iops: self.device_read_iops.clone(),
            blkio_device_write_bps: self.device_write_bps.clone(),
            blkio_device_write_iops: self.device_write_iops.clone(),
            devices: self.device.clone(),
            device_cgroup_rules: self.device_cgroup_rule.clone(),
            device_requests: self.gpus.clone(),
            storage_opt: self.storage_opt.clone(),
            cgroup_parent: self.cgroup_parent.clone(),
            runtime: self.runtime.clone(),
            isolation: self.isolation.clone(),
            volume_driver: self.volume_driver.clone(),
            pid_mode: self.pid.clone(),
            cpu_realtime_period: self.cpu_rt_period.clone(),
            cpu_realtime_runtime: self.cpu_rt_runtime.clone(),
            cpu_count: self.cpu_count.clone(),
            cpu_percent: self.cpu_percent.clone(),
            io_maximum_bandwidth: self.io_maxbandwidth.clone(),
            io_maximum_iops: self.io_maxiops.clone(),
        }
    }
}
