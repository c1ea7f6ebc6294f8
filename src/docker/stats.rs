//! `GET /containers/{id}/stats`: what a container uses.

use super::shape::{is_default, nullable, or_default};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A line of it: of a container that does not run there is nothing but its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContainerStats {
    /// When it was looked at, RFC 3339; before all time where nobody looked.
    pub read: String,
    /// When `precpu_stats` were.
    pub preread: String,
    pub pids_stats: PidsStats,
    pub blkio_stats: BlkioStats,
    /// Of Windows, as is `storage_stats`.
    pub num_procs: u32,
    pub storage_stats: StorageStats,
    pub cpu_stats: CpuStats,
    /// The same of the line before; zeros in the first.
    pub precpu_stats: CpuStats,
    pub memory_stats: MemoryStats,
    /// With a slash before it.
    pub name: String,
    pub id: String,
    /// By interface.
    #[serde(deserialize_with = "or_default::deserialize", skip_serializing_if = "BTreeMap::is_empty")]
    pub networks: BTreeMap<String, NetworkStats>,
}

impl Default for ContainerStats {
    fn default() -> Self {
        Self {
            read: Self::NEVER.to_owned(),
            preread: Self::NEVER.to_owned(),
            pids_stats: PidsStats::default(),
            blkio_stats: BlkioStats::default(),
            num_procs: 0,
            storage_stats: StorageStats::default(),
            cpu_stats: CpuStats::default(),
            precpu_stats: CpuStats::default(),
            memory_stats: MemoryStats::default(),
            name: String::new(),
            id: String::new(),
            networks: BTreeMap::new(),
        }
    }
}

impl ContainerStats {
    /// What Go writes for a moment that never was.
    const NEVER: &str = "0001-01-01T00:00:00Z";
}

/// Processes and threads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PidsStats {
    #[serde(skip_serializing_if = "is_default")]
    pub current: u64,
    #[serde(skip_serializing_if = "is_default")]
    pub limit: u64,
}

/// What block devices did, by device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BlkioStats {
    /// Bytes.
    #[serde(with = "nullable")]
    pub io_service_bytes_recursive: Vec<BlkioEntry>,
    /// Requests.
    #[serde(with = "nullable")]
    pub io_serviced_recursive: Vec<BlkioEntry>,
    #[serde(with = "nullable")]
    pub io_queue_recursive: Vec<BlkioEntry>,
    #[serde(with = "nullable")]
    pub io_service_time_recursive: Vec<BlkioEntry>,
    #[serde(with = "nullable")]
    pub io_wait_time_recursive: Vec<BlkioEntry>,
    #[serde(with = "nullable")]
    pub io_merged_recursive: Vec<BlkioEntry>,
    #[serde(with = "nullable")]
    pub io_time_recursive: Vec<BlkioEntry>,
    #[serde(with = "nullable")]
    pub sectors_recursive: Vec<BlkioEntry>,
}

/// A device and what was done with it: `read`, `write`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BlkioEntry {
    pub major: u64,
    pub minor: u64,
    pub op: String,
    pub value: u64,
}

/// Of Windows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StorageStats {
    #[serde(skip_serializing_if = "is_default")]
    pub read_count_normalized: u64,
    #[serde(skip_serializing_if = "is_default")]
    pub read_size_bytes: u64,
    #[serde(skip_serializing_if = "is_default")]
    pub write_count_normalized: u64,
    #[serde(skip_serializing_if = "is_default")]
    pub write_size_bytes: u64,
}

/// Processor time. All are nanoseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CpuStats {
    pub cpu_usage: CpuUsage,
    /// Of the whole machine.
    #[serde(skip_serializing_if = "is_default")]
    pub system_cpu_usage: u64,
    #[serde(skip_serializing_if = "is_default")]
    pub online_cpus: u32,
    pub throttling_data: ThrottlingData,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CpuUsage {
    pub total_usage: u64,
    #[serde(deserialize_with = "or_default::deserialize", skip_serializing_if = "Vec::is_empty")]
    pub percpu_usage: Vec<u64>,
    pub usage_in_kernelmode: u64,
    pub usage_in_usermode: u64,
}

/// How often a limit of processor time was reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ThrottlingData {
    pub periods: u64,
    pub throttled_periods: u64,
    /// Nanoseconds.
    pub throttled_time: u64,
}

/// Bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MemoryStats {
    #[serde(skip_serializing_if = "is_default")]
    pub usage: u64,
    #[serde(skip_serializing_if = "is_default")]
    pub max_usage: u64,
    /// The kernel's own names (`memory.stat`).
    #[serde(deserialize_with = "or_default::deserialize", skip_serializing_if = "BTreeMap::is_empty")]
    pub stats: BTreeMap<String, u64>,
    #[serde(skip_serializing_if = "is_default")]
    pub failcnt: u64,
    /// The machine's memory where there is no limit below it.
    #[serde(skip_serializing_if = "is_default")]
    pub limit: u64,
}

/// An interface of a container.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NetworkStats {
    pub rx_bytes: u64,
    pub rx_packets: u64,
    pub rx_errors: u64,
    pub rx_dropped: u64,
    pub tx_bytes: u64,
    pub tx_packets: u64,
    pub tx_errors: u64,
    pub tx_dropped: u64,
}
