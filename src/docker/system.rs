//! The engine itself: `GET /version`, `GET /info`.

use super::shape::or_default;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Version {
    pub platform: VersionPlatform,
    pub components: Vec<Component>,
    pub version: String,
    pub api_version: String,
    #[serde(rename = "MinAPIVersion")]
    pub min_api_version: String,
    pub git_commit: String,
    pub go_version: String,
    pub os: String,
    pub arch: String,
    pub kernel_version: String,
    pub build_time: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct VersionPlatform {
    pub name: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Component {
    pub name: String,
    pub version: String,
    /// The same that stands at the top, each as text.
    pub details: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Info {
    #[serde(rename = "ID")]
    pub id: String,
    pub name: String,
    pub containers: usize,
    pub containers_running: usize,
    pub containers_paused: usize,
    pub containers_stopped: usize,
    pub images: usize,
    pub driver: String,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub driver_status: Vec<(String, String)>,
    pub plugins: Plugins,
    pub memory_limit: bool,
    pub pids_limit: bool,
    pub cpu_cfs_quota: bool,
    #[serde(rename = "IPv4Forwarding")]
    pub ipv4_forwarding: bool,
    pub logging_driver: String,
    pub cgroup_driver: String,
    /// `1` or `2`
    pub cgroup_version: String,
    pub kernel_version: String,
    pub operating_system: String,
    #[serde(rename = "OSType")]
    pub os_type: String,
    pub architecture: String,
    #[serde(rename = "NCPU")]
    pub ncpu: usize,
    pub mem_total: u64,
    pub docker_root_dir: String,
    pub index_server_address: String,
    pub registry_config: RegistryConfig,
    pub server_version: String,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub security_options: Vec<String>,
    pub default_runtime: String,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub runtimes: BTreeMap<String, Runtime>,
    pub swarm: Swarm,
    pub live_restore_enabled: bool,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub warnings: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Plugins {
    #[serde(deserialize_with = "or_default::deserialize")]
    pub volume: Vec<String>,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub network: Vec<String>,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub log: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RegistryConfig {
    #[serde(rename = "InsecureRegistryCIDRs", deserialize_with = "or_default::deserialize")]
    pub insecure_registry_cidrs: Vec<String>,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub index_configs: BTreeMap<String, IndexInfo>,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub mirrors: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Runtime {
    pub path: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Swarm {
    pub local_node_state: String,
}

/// A registry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct IndexInfo {
    pub name: String,
    #[serde(deserialize_with = "or_default::deserialize")]
    pub mirrors: Vec<String>,
    pub secure: bool,
    pub official: bool,
}
