//! Containers as they are: listed, inspected, ended, changed.

use super::container::{ContainerConfig, EndpointIpamConfig};
use super::host_config::HostConfigShown;
use super::image::GraphDriver;
use super::shape::{nullable, or_default};
use crate::trace::Problem;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A line of `GET /containers/json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ContainerSummary {
    pub id: String,
    /// Each with a slash before it.
    #[serde(deserialize_with = "or_default::deserialize")]
    pub names: Vec<String>,
    pub image: String,
    #[serde(rename = "ImageID")]
    pub image_id: String,
    pub command: String,
    pub created: i64,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub ports: Vec<PortSummary>,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub labels: BTreeMap<String, String>,
    /// Bytes that it has written; none unless they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_rw: Option<u64>,
    /// With those of its image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_root_fs: Option<u64>,
    /// `created`, `running`, `exited`, `removing`
    pub state: String,
    /// `Up 3 minutes`
    pub status: String,
    pub host_config: SummaryHostConfig,
    pub network_settings: SummaryNetworks,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub mounts: Vec<MountPoint>,
}

/// A port of a container, and of the host if it is published.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PortSummary {
    #[serde(rename = "IP", skip_serializing_if = "String::is_empty")]
    pub ip: String,
    pub private_port: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_port: Option<u16>,
    /// `tcp`, `udp`, `sctp`
    #[serde(rename = "Type")]
    pub kind: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SummaryHostConfig {
    pub network_mode: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SummaryNetworks {
    #[serde(deserialize_with = "or_default::deserialize")]
    pub networks: BTreeMap<String, EndpointSettings>,
}

/// A container's place in a network.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EndpointSettings {
    #[serde(rename = "IPAMConfig")]
    pub ipam_config: Option<EndpointIpamConfig>,
    #[serde(with = "nullable")]
    pub links: Vec<String>,
    #[serde(with = "nullable")]
    pub aliases: Vec<String>,
    #[serde(rename = "NetworkID")]
    pub network_id: String,
    #[serde(flatten)]
    pub addresses: EndpointAddresses,
    #[serde(with = "nullable")]
    pub driver_opts: BTreeMap<String, String>,
}

/// An endpoint's id and addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EndpointAddresses {
    #[serde(rename = "EndpointID")]
    pub endpoint_id: String,
    pub gateway: String,
    #[serde(rename = "IPAddress")]
    pub ip_address: String,
    #[serde(rename = "IPPrefixLen")]
    pub ip_prefix_len: u8,
    #[serde(rename = "IPv6Gateway")]
    pub ipv6_gateway: String,
    #[serde(rename = "GlobalIPv6Address")]
    pub global_ipv6_address: String,
    #[serde(rename = "GlobalIPv6PrefixLen")]
    pub global_ipv6_prefix_len: u8,
    pub mac_address: String,
}

/// `GET /containers/{id}/top`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ContainerTop {
    /// The columns' headings.
    #[serde(deserialize_with = "or_default::deserialize")]
    pub titles: Vec<String>,
    /// A row a process.
    #[serde(deserialize_with = "or_default::deserialize")]
    pub processes: Vec<Vec<String>>,
}

/// What is at a path in a container: the header [`PathStat::HEADER`] of `HEAD /containers/{id}/archive`, as base64.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PathStat {
    pub name: String,
    pub size: i64,
    /// Go's `os.FileMode`.
    pub mode: u32,
    /// RFC 3339.
    pub mtime: String,
    /// Where a link leads, from the container's root.
    pub link_target: String,
}

impl PathStat {
    pub const HEADER: &str = "X-Docker-Container-Path-Stat";
    /// In a mode of Go's.
    pub const DIRECTORY: u32 = 1 << 31;
    pub const LINK: u32 = 1 << 27;
}

/// `POST /containers/{id}/update`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ContainerUpdated {
    #[serde(with = "nullable")]
    pub warnings: Vec<String>,
}

/// `GET /containers/{id}/json`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ContainerInspect {
    pub id: String,
    /// RFC 3339, as are all moments that are text.
    pub created: String,
    pub path: String,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub args: Vec<String>,
    pub state: ContainerState,
    /// Its id.
    pub image: String,
    pub resolv_conf_path: PathBuf,
    pub hostname_path: PathBuf,
    pub hosts_path: PathBuf,
    pub log_path: PathBuf,
    /// With a slash before it.
    pub name: String,
    pub restart_count: i64,
    pub driver: String,
    pub platform: String,
    pub mount_label: String,
    pub process_label: String,
    pub app_armor_profile: String,
    #[serde(rename = "ExecIDs", with = "nullable")]
    pub exec_ids: Vec<String>,
    pub host_config: HostConfigShown,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub graph_driver: GraphDriver,
    /// Bytes that it has written; none unless they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_rw: Option<u64>,
    /// With those of its image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_root_fs: Option<u64>,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub mounts: Vec<MountPoint>,
    pub config: ContainerConfig,
    pub network_settings: NetworkSettings,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ContainerState {
    /// `created`, `running`, `exited`, `removing`
    pub status: String,
    pub running: bool,
    pub paused: bool,
    pub restarting: bool,
    #[serde(rename = "OOMKilled")]
    pub oom_killed: bool,
    pub dead: bool,
    pub pid: u32,
    pub exit_code: i64,
    pub error: String,
    pub started_at: String,
    pub finished_at: String,
    /// None where no health check has been begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health: Option<HealthState>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HealthState {
    /// `starting`, `healthy`, `unhealthy`
    pub status: String,
    /// Probes that have failed in a row.
    pub failing_streak: i64,
    /// The latest, oldest first.
    #[serde(deserialize_with = "or_default::deserialize")]
    pub log: Vec<HealthProbe>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HealthProbe {
    pub start: String,
    pub end: String,
    /// -1 for one that was not executed or took too long.
    pub exit_code: i64,
    /// At most 4,096 bytes, and `...` for more.
    pub output: String,
}

/// An entry of `Mounts`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MountPoint {
    #[serde(rename = "Type")]
    pub kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    pub source: PathBuf,
    pub destination: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub driver: String,
    pub mode: String,
    #[serde(rename = "RW")]
    pub writable: bool,
    pub propagation: String,
}

/// The endpoint of the first network stands at the top, too: what clients of API 1.20 and before read, and some still do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NetworkSettings {
    pub bridge: String,
    #[serde(rename = "SandboxID")]
    pub sandbox_id: String,
    pub sandbox_key: String,
    pub hairpin_mode: bool,
    #[serde(rename = "LinkLocalIPv6Address")]
    pub link_local_ipv6_address: String,
    #[serde(rename = "LinkLocalIPv6PrefixLen")]
    pub link_local_ipv6_prefix_len: u8,
    #[serde(rename = "SecondaryIPAddresses", with = "nullable")]
    pub secondary_ip_addresses: Vec<Value>,
    #[serde(rename = "SecondaryIPv6Addresses", with = "nullable")]
    pub secondary_ipv6_addresses: Vec<Value>,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub ports: BTreeMap<String, Option<Vec<super::PortBinding>>>,
    #[serde(flatten)]
    pub addresses: EndpointAddresses,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub networks: BTreeMap<String, EndpointSettings>,
}

/// A line of `GET /containers/{id}/changes`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ContainerChange {
    pub path: String,
    /// 0 modified, 1 added, 2 deleted.
    pub kind: u8,
}

/// `POST /containers/prune`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ContainersPruned {
    #[serde(with = "nullable")]
    pub containers_deleted: Vec<String>,
    pub space_reclaimed: u64,
}

/// `POST /containers/{id}/wait`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ContainerEnded {
    pub status_code: i64,
    /// Why it is still there, when it should have been deleted. `null` where nothing went wrong.
    #[serde(default)]
    pub error: Option<WaitError>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct WaitError {
    pub message: String,
    /// The same, for dockwalk's own clients.
    #[serde(rename = "dockwalk", skip_serializing_if = "Option::is_none")]
    pub dockwalk: Option<Problem>,
}
