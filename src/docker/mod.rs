//! The Docker Engine API (v1.43) as types: what is asked, what is answered, the lines of its streams, and its endpoints.
//!
//! ```text
//! cli ─▶ ContainerCreate ─▶ JSON ─▶ engine        the same type at both ends: a field has its name in one place
//! cli ◀─ ContainerInspect ◀─ JSON ◀─ engine       (tests/docker_types.rs holds all of them against the model of bollard-stubs)
//! cli ─▶ LogsQuery ─▶ ?tail=5&… ─▶ engine         (what stands behind the `?`: query)
//! ```
//!
//! Field by field the names and shapes are Docker's (<https://docs.docker.com/reference/api/engine/version/v1.43/>); so are the
//! units, which are bytes and seconds since 1970 where nothing else is said. A list or map that is empty is `null`, `[]` or
//! not there as Docker's own daemon has it. Requests keep what they do not know in `rest`, so that an option which cannot be
//! honoured can be refused by its name. Pure: does not know who serves what, nor how.
#![expect(missing_docs, reason = "the Docker API's own names; what a name does not say is said")]

mod asked;
mod auth;
mod checks;
pub mod clean;
mod config_file;
mod container;
mod decode;
mod endpoint;
mod exec;
mod feature;
mod filters;
mod host_config;
mod image;
mod inspect;
mod known;
mod network;
mod ordered;
mod port;
mod query;
mod shape;
mod stats;
mod stream;
mod system;
pub mod typed;
mod unbuilt;
mod usage;
mod volume;

pub use asked::{ARCHIVE, IMAGE};
pub use auth::{AuthAnswer, AuthConfig};
pub use checks::{is_host_name, is_own_sysctl, is_search_domain, mac};
pub use config_file::{ConfigFile, HelperLogin, KeptLogin};
pub use container::{
    BindOptions, ContainerConfig, ContainerCreate, ContainerCreated, ContainerUpdate, DriverConfig, EndpointConfig,
    EndpointIpamConfig, HealthConfig, HostConfig, LogConfig, MountRequest, NetworkingConfig, PortBinding, Rest,
    RestartPolicy, SECCOMP_PROFILE, TmpfsOptions, Ulimit, VolumeOptions,
};
pub use decode::{Fields, Kind, Misfit, Request, by_kind, from_json, from_value};
pub use endpoint::Endpoint;
pub use exec::{ExecCreate, ExecInspect, ExecProcess, ExecStart};
pub use feature::Feature;
pub use filters::Filters;
pub use host_config::{HostConfigOther, HostConfigShown};
pub use image::{
    GraphDriver, ImageHistoryLine, ImageInspect, ImageMetadata, ImageRemoved, ImageSummary, ImagesPruned, RootFs,
};
pub use inspect::{
    ContainerChange, ContainerEnded, ContainerInspect, ContainerState, ContainerSummary, ContainerTop,
    ContainerUpdated, ContainersPruned, EndpointAddresses, EndpointSettings, HealthProbe, HealthState, MountPoint,
    NetworkSettings, PathStat, PortSummary, SummaryHostConfig, SummaryNetworks, WaitError,
};
pub use known::{Known, bool_of, known};
pub use network::{
    ConfigReference, Ipam, IpamConfig, Network, NetworkConnect, NetworkCreate, NetworkCreated, NetworkDisconnect,
    NetworkedContainer, NetworksPruned,
};
pub use ordered::{Json, shown};
pub use port::{BadPublish, Port, Published, host_ports, published, range_of};
#[cfg(test)]
pub(crate) use query::tests::check as check_query;
pub use query::{
    AttachQuery, BadQuery, CommitQuery, ContainerArchiveQuery, ContainerCreateQuery, ContainerInspectQuery,
    ContainerKillQuery, ContainerListQuery, ContainerRemoveQuery, ContainerRenameQuery, ContainerStatsQuery,
    ContainerStopQuery, ContainerTopQuery, ContainerWaitQuery, EventsQuery, FilterQuery, ImageCreateQuery,
    ImageListQuery, ImageLoadQuery, ImagePushQuery, ImageRemoveQuery, ImageSaveAllQuery, ImageSaveQuery, ImageSource,
    ImageTagQuery, LogsQuery, NetworkInspectQuery, ResizeQuery, Tail, VolumeRemoveQuery, WaitCondition,
    bytes_from_query, from_query, unix_time, with_bytes, with_query,
};
pub use shape::{Empty, Id};
pub use stats::{
    BlkioEntry, BlkioStats, ContainerStats, CpuStats, CpuUsage, MemoryStats, NetworkStats, PidsStats, StorageStats,
    ThrottlingData,
};
pub use stream::{ErrorDetail, ErrorMessage, Event, EventActor, ProgressDetail, ProgressLine, Pushed};
pub use system::{
    AddressPool, Commit, Component, IndexInfo, Info, Plugins, RegistryConfig, Runtime, Swarm, Version, VersionPlatform,
};
pub use unbuilt::UnbuiltOptions;
pub use usage::{BuildsPruned, DiskUsage};
pub use volume::{Volume, VolumeCreate, VolumeList, VolumeUsage, VolumesPruned};
