//! What `inspect` shows of a container's `HostConfig`: what was asked for, and all that Docker has beside it. Of the latter nothing
//! can be asked for here; client libraries read it all the same.

use super::container::HostConfig;
use super::shape::nullable;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HostConfigShown {
    // First: what stands in it is no more in the `rest` of the other.
    #[serde(flatten)]
    pub other: HostConfigOther,
    #[serde(flatten)]
    pub asked: HostConfig,
}

/// Fields that a request may have only as they are here.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HostConfigOther {
    pub volume_driver: String,
    pub cgroup: String,
    pub pid_mode: String,
    pub runtime: String,
    pub isolation: String,
    pub cgroup_parent: String,
    #[serde(with = "nullable")]
    pub blkio_weight_device: Vec<Value>,
    #[serde(with = "nullable")]
    pub blkio_device_read_bps: Vec<Value>,
    #[serde(with = "nullable")]
    pub blkio_device_write_bps: Vec<Value>,
    #[serde(rename = "BlkioDeviceReadIOps", with = "nullable")]
    pub blkio_device_read_iops: Vec<Value>,
    #[serde(rename = "BlkioDeviceWriteIOps", with = "nullable")]
    pub blkio_device_write_iops: Vec<Value>,
    pub cpu_realtime_period: i64,
    pub cpu_realtime_runtime: i64,
    #[serde(with = "nullable")]
    pub devices: Vec<Value>,
    #[serde(with = "nullable")]
    pub device_cgroup_rules: Vec<String>,
    #[serde(with = "nullable")]
    pub device_requests: Vec<Value>,
    #[serde(rename = "KernelMemoryTCP")]
    pub kernel_memory_tcp: i64,
    pub cpu_count: i64,
    pub cpu_percent: i64,
    #[serde(rename = "IOMaximumIOps")]
    pub io_maximum_iops: i64,
    #[serde(rename = "IOMaximumBandwidth")]
    pub io_maximum_bandwidth: i64,
    /// What is hidden of `/proc` and `/sys`; null where nothing is.
    #[serde(with = "nullable")]
    pub masked_paths: Vec<String>,
    #[serde(with = "nullable")]
    pub readonly_paths: Vec<String>,
}
