//! `POST /containers/create`: what a container is asked to be.

use super::shape::{Empty, is_default, nullable, or_default, some_words, words};
use crate::trace::Problem;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Fields that no type here knows, by name.
pub type Rest = BTreeMap<String, Value>;

/// The body: a container's config with what concerns the host.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContainerCreate {
    #[serde(flatten)]
    pub config: ContainerConfig,
    #[serde(rename = "HostConfig")]
    pub host_config: HostConfig,
    #[serde(rename = "NetworkingConfig", skip_serializing_if = "is_default")]
    pub networking_config: NetworkingConfig,
}

/// `Config` of `inspect`, and most of what is asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ContainerConfig {
    pub hostname: String,
    pub domainname: String,
    /// `name|uid[:group|gid]`
    pub user: String,
    pub attach_stdin: bool,
    pub attach_stdout: bool,
    pub attach_stderr: bool,
    /// `80/tcp`
    #[serde(deserialize_with = "or_default::deserialize", skip_serializing_if = "BTreeMap::is_empty")]
    pub exposed_ports: BTreeMap<String, Empty>,
    pub tty: bool,
    pub open_stdin: bool,
    pub stdin_once: bool,
    /// `NAME=value`
    #[serde(with = "nullable")]
    pub env: Vec<String>,
    #[serde(with = "words")]
    pub cmd: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub args_escaped: bool,
    /// As the user named it.
    pub image: String,
    /// Paths in the container.
    #[serde(with = "nullable")]
    pub volumes: BTreeMap<String, Empty>,
    pub working_dir: String,
    #[serde(with = "some_words")]
    pub entrypoint: Option<Vec<String>>,
    #[serde(skip_serializing_if = "is_default")]
    pub network_disabled: bool,
    /// `02:42:ac:11:00:02`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub mac_address: String,
    #[serde(with = "nullable")]
    pub on_build: Vec<String>,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_signal: Option<String>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_timeout: Option<i64>,
    #[serde(with = "words", skip_serializing_if = "Vec::is_empty")]
    pub shell: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<HealthConfig>,
    #[serde(flatten)]
    pub rest: Rest,
}

/// How it is found out whether a container does its work. Times are billionths of a second.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HealthConfig {
    /// `CMD`, `CMD-SHELL` or `NONE`, and the command.
    #[serde(deserialize_with = "or_default::deserialize", skip_serializing_if = "Vec::is_empty")]
    pub test: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub interval: i64,
    #[serde(skip_serializing_if = "is_default")]
    pub timeout: i64,
    #[serde(skip_serializing_if = "is_default")]
    pub start_period: i64,
    #[serde(skip_serializing_if = "is_default")]
    pub start_interval: i64,
    #[serde(skip_serializing_if = "is_default")]
    pub retries: i64,
    #[serde(flatten)]
    pub rest: Rest,
}

/// Bytes of a seccomp profile in `SecurityOpt`. Docker's own has 13,000.
pub const SECCOMP_PROFILE: usize = 256 * 1024;

/// What concerns the host.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HostConfig {
    /// `source:target[:options]`
    #[serde(with = "nullable")]
    pub binds: Vec<String>,
    #[serde(rename = "ContainerIDFile")]
    pub container_id_file: String,
    pub log_config: LogConfig,
    pub network_mode: String,
    /// `80/tcp`, and where on the host.
    #[serde(deserialize_with = "or_default::deserialize")]
    pub port_bindings: BTreeMap<String, Option<Vec<PortBinding>>>,
    /// Each exposed port of which nothing is said otherwise, too, at one of the host's that is free.
    pub publish_all_ports: bool,
    pub restart_policy: RestartPolicy,
    pub auto_remove: bool,
    /// `name[:alias]` of containers; shown as `/name:/own name/alias`.
    #[serde(with = "nullable")]
    pub links: Vec<String>,
    /// `name[:mode]` of containers.
    #[serde(with = "nullable")]
    pub volumes_from: Vec<String>,
    /// `host`, `private`
    pub cgroupns_mode: String,
    /// `none`, `private`
    pub ipc_mode: String,
    /// `host`, or nothing.
    #[serde(rename = "UTSMode")]
    pub uts_mode: String,
    /// The same.
    pub userns_mode: String,
    #[serde(deserialize_with = "or_default::deserialize", skip_serializing_if = "Vec::is_empty")]
    pub mounts: Vec<MountRequest>,
    /// Rows and columns.
    #[serde(deserialize_with = "or_default::deserialize", skip_serializing_if = "Vec::is_empty")]
    pub console_size: Vec<u16>,
    #[serde(with = "words")]
    pub cap_add: Vec<String>,
    #[serde(with = "words")]
    pub cap_drop: Vec<String>,
    /// Groups of the container by name, or numbers.
    #[serde(with = "nullable")]
    pub group_add: Vec<String>,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub dns: Vec<String>,
    /// `ndots:3`
    #[serde(deserialize_with = "or_default::deserialize")]
    pub dns_options: Vec<String>,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub dns_search: Vec<String>,
    /// `name:address`
    #[serde(with = "nullable")]
    pub extra_hosts: Vec<String>,
    pub privileged: bool,
    pub readonly_rootfs: bool,
    #[serde(with = "nullable")]
    pub security_opt: Vec<String>,
    /// Paths in the container, and mount options.
    #[serde(deserialize_with = "or_default::deserialize", skip_serializing_if = "BTreeMap::is_empty")]
    pub tmpfs: BTreeMap<String, String>,
    pub shm_size: i64,
    /// Of the container's own namespaces, with their values.
    #[serde(deserialize_with = "or_default::deserialize", skip_serializing_if = "BTreeMap::is_empty")]
    pub sysctls: BTreeMap<String, String>,
    #[serde(with = "nullable")]
    pub ulimits: Vec<Ulimit>,
    /// From -1000 to 1000: who is killed first for want of memory.
    pub oom_score_adj: i64,
    pub memory: i64,
    /// Memory and swap together; -1 is no limit.
    pub memory_swap: i64,
    /// Bytes that it is pressed down to when memory is short.
    pub memory_reservation: i64,
    /// From 0 to 100: how much is rather swapped out than dropped. -1 is as if nothing were said.
    pub memory_swappiness: Option<i64>,
    pub kernel_memory: i64,
    pub oom_kill_disable: Option<bool>,
    /// Billionths of a processor.
    pub nano_cpus: i64,
    /// Its part of the processors beside others, of 1024 each.
    pub cpu_shares: i64,
    /// Microseconds.
    pub cpu_period: i64,
    /// Microseconds of each period; less than 0 is no limit.
    pub cpu_quota: i64,
    /// `0-3,7`
    pub cpuset_cpus: String,
    pub cpuset_mems: String,
    /// From 10 to 1000.
    pub blkio_weight: u16,
    #[serde(with = "nullable")]
    pub pids_limit: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub init: Option<bool>,
    #[serde(flatten)]
    pub rest: Rest,
}

/// `POST /containers/{id}/update`: what is 0 or empty stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ContainerUpdate {
    pub memory: i64,
    /// Memory and swap together; -1 is no limit.
    pub memory_swap: i64,
    pub memory_reservation: i64,
    #[serde(skip_serializing_if = "is_default")]
    pub kernel_memory: i64,
    /// Billionths of a processor.
    pub nano_cpus: i64,
    pub cpu_shares: i64,
    /// Microseconds.
    pub cpu_period: i64,
    pub cpu_quota: i64,
    pub cpuset_cpus: String,
    pub cpuset_mems: String,
    pub blkio_weight: u16,
    #[serde(with = "nullable")]
    pub pids_limit: i64,
    pub restart_policy: RestartPolicy,
    #[serde(flatten)]
    pub rest: Rest,
}

/// `--ulimit`: -1 is no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Ulimit {
    /// `nofile`
    pub name: String,
    pub soft: i64,
    pub hard: i64,
}

/// `--log-driver`, `--log-opt`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LogConfig {
    #[serde(rename = "Type")]
    pub kind: String,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub config: BTreeMap<String, String>,
}

/// `--restart`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RestartPolicy {
    pub name: String,
    pub maximum_retry_count: i64,
}

/// `-p`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PortBinding {
    pub host_ip: String,
    pub host_port: String,
}

/// One `--mount`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MountRequest {
    #[serde(rename = "Type")]
    pub kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    pub target: String,
    #[serde(skip_serializing_if = "is_default")]
    pub read_only: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume_options: Option<VolumeOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tmpfs_options: Option<TmpfsOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bind_options: Option<BindOptions>,
    #[serde(flatten)]
    pub rest: Rest,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct VolumeOptions {
    #[serde(skip_serializing_if = "is_default")]
    pub no_copy: bool,
    /// Of a volume that is made for it.
    #[serde(deserialize_with = "or_default::deserialize", skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Who makes it, and of what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver_config: Option<DriverConfig>,
    #[serde(flatten)]
    pub rest: Rest,
}

/// As `docker volume create --driver … -o …` has it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DriverConfig {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(deserialize_with = "or_default::deserialize", skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    #[serde(flatten)]
    pub rest: Rest,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TmpfsOptions {
    #[serde(skip_serializing_if = "is_default")]
    pub size_bytes: i64,
    /// As chmod(2) has it.
    #[serde(skip_serializing_if = "is_default")]
    pub mode: u32,
    #[serde(flatten)]
    pub rest: Rest,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BindOptions {
    /// `private`, `rprivate`, `shared`, `rshared`, `slave`, `rslave`; empty for `rprivate`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub propagation: String,
    /// Without what is mounted below the source.
    #[serde(skip_serializing_if = "is_default")]
    pub non_recursive: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub create_mountpoint: bool,
    #[serde(flatten)]
    pub rest: Rest,
}

/// Networks by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NetworkingConfig {
    #[serde(deserialize_with = "or_default::deserialize")]
    pub endpoints_config: BTreeMap<String, Option<EndpointConfig>>,
}

/// The address that was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EndpointIpamConfig {
    #[serde(rename = "IPv4Address", skip_serializing_if = "String::is_empty")]
    pub ipv4_address: String,
    #[serde(rename = "IPv6Address", skip_serializing_if = "String::is_empty")]
    pub ipv6_address: String,
    #[serde(
        rename = "LinkLocalIPs",
        deserialize_with = "or_default::deserialize",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub link_local_ips: Vec<String>,
}

/// What is asked of an endpoint in a network.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EndpointConfig {
    #[serde(rename = "IPAMConfig", skip_serializing_if = "Option::is_none")]
    pub ipam_config: Option<EndpointIpamConfig>,
    /// Names by which others on the network find it.
    #[serde(deserialize_with = "or_default::deserialize", skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// `name:alias`: others, by names that this container alone has for them.
    #[serde(deserialize_with = "or_default::deserialize", skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// `02:42:ac:11:00:02`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub mac_address: String,
    #[serde(flatten)]
    pub rest: Rest,
}

/// The answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ContainerCreated {
    pub id: String,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub warnings: Vec<String>,
    /// The same, for dockwalk's own clients.
    #[serde(rename = "dockwalk", skip_serializing_if = "Vec::is_empty")]
    pub dockwalk: Vec<Problem>,
}
