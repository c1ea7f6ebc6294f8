//! The form of `container.json`.

use super::super::again::Again;
use super::super::checked::{Checked, KEPT};
use super::super::mounts::{absolute, bind_source, volume_name};
use super::super::request::{self, Request};
use super::super::{Container, Link, Phase, Settings, State, bounds, names};
use crate::docker::{ContainerConfig, ContainerCreate, NetworkingConfig, is_host_name};
use crate::engine::moment::Moment;
use crate::engine::process::{MountSource, MountSpec, Propagation, check_tmpfs};
use crate::engine::volume::Volumes;
use crate::engine::{Fault, Result, machine};
use crate::spec::{ContainerId, Digest};
use crate::trace::Code;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::PathBuf;

/// The version of the format. What a newer engine wrote is left to it.
const VERSION: u32 = 1;
/// Bytes of such a file: what may be asked for, twice, and an image's config.
pub(super) const MOST: u64 = 32 << 20;
/// Bytes of what is kept of why a start failed.
const WORDS: usize = 64 << 10;
/// Bytes of what is kept of the output of a probe, with room for what it is written as.
const OUTPUT: usize = 16 << 10;

/// What is kept of a container.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    version: u32,
    id: ContainerId,
    name: String,
    created: Moment,
    state: KeptState,
    image: KeptImage,
    mounts: Vec<KeptMount>,
    anonymous: Vec<String>,
    links: Vec<KeptLink>,
    /// It was taken off all networks.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    alone: bool,
    /// As a client asks for it.
    request: Value,
    /// What of that concerns the host, as it was changed since.
    settings: Value,
}

/// What a container was made of.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeptImage {
    pub(super) id: Digest,
    /// The document itself: an image may be removed by force while a container of it is there.
    pub(super) config: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptMount {
    source: KeptSource,
    target: String,
    read_only: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum KeptSource {
    Volume {
        name: String,
        copy_up: bool,
    },
    Bind {
        path: String,
        create: bool,
        #[serde(default)]
        propagation: Propagation,
        #[serde(default = "yes")]
        recursive: bool,
    },
    Tmpfs {
        options: String,
    },
}

/// What was written before a bind could be without what is mounted below it.
fn yes() -> bool {
    true
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptLink {
    other: ContainerId,
    alias: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptState {
    phase: KeptPhase,
    status: i32,
    oom_killed: bool,
    started: Option<Moment>,
    finished: Option<Moment>,
    error: String,
    restarts: u64,
    /// Somebody has asked it to end, or sent it a signal, since it was started.
    by_hand: bool,
    health: Option<Checked>,
    /// The boot of the machine in which it ran.
    boot: String,
}

/// Where a container was in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KeptPhase {
    Created,
    Running,
    Exited,
}

/// What a document says, once it has passed all checks.
pub(super) struct Read {
    pub(super) id: ContainerId,
    pub(super) name: String,
    pub(super) created: Moment,
    pub(super) image: KeptImage,
    pub(super) request: Request,
    pub(super) settings: Settings,
    pub(super) mounts: Vec<MountSpec>,
    pub(super) anonymous: Vec<String>,
    pub(super) links: Vec<Link>,
    pub(super) alone: bool,
    pub(super) state: State,
    /// It ran when its engine ended, without whom it ended.
    pub(super) ran: bool,
}

impl Document {
    /// How a container is now.
    pub(super) fn of(container: &Container, state: &State) -> serde_json::Result<Self> {
        let phase = match state.phase {
            Phase::Created => KeptPhase::Created,
            Phase::Starting if state.started.is_none() => KeptPhase::Created,
            Phase::Running => KeptPhase::Running,
            _ => KeptPhase::Exited,
        };
        let (config, host_config) = (ContainerConfig::clone(&container.request), container.request.host_config.clone());
        let networking_config = NetworkingConfig { endpoints_config: container.asked_places() };
        let alone = networking_config.endpoints_config.is_empty();
        let asked = ContainerCreate { config, host_config, networking_config };
        Ok(Self {
            version: VERSION,
            id: container.id.clone(),
            name: container.name.get(),
            created: container.created,
            state: KeptState {
                phase,
                status: state.status,
                oom_killed: state.oom_killed,
                started: state.started,
                finished: state.finished,
                error: state.error.clone(),
                restarts: state.again.count,
                by_hand: state.again.by_hand,
                health: state.health.clone(),
                boot: machine::boot(),
            },
            image: KeptImage { id: container.image.id.clone(), config: container.image_config.clone() },
            mounts: container.mounts.iter().map(KeptMount::of).collect(),
            anonymous: container.anonymous.clone(),
            links: container.links.lock().iter().map(KeptLink::of).collect(),
            alone,
            request: serde_json::to_value(asked)?,
            settings: serde_json::to_value(container.host_config())?,
        })
    }

    pub(super) fn json(&self) -> std::io::Result<Vec<u8>> {
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        Ok(json)
    }

    /// Reads what stands in a file; what no engine of this version writes is no such document.
    pub(super) fn read(bytes: &[u8]) -> Result<Self> {
        let none = |reason: String| Fault::failed(Code::ContainerFileUnreadable).with("reason", reason);
        let value: Value = serde_json::from_slice(bytes).map_err(|e| none(e.to_string()))?;
        match value["version"].as_u64() {
            Some(version) if version > u64::from(VERSION) => {
                let newer = Fault::failed(Code::ContainerFileNewer).with("version", version);
                Err(newer.with("readable", VERSION))
            }
            Some(0) => Err(none("version 0".to_owned())),
            _ => Self::deserialize(value).map_err(|e| none(e.to_string())),
        }
    }

    /// Everything in it is looked at as if a stranger had sent it. `volumes`: where they are.
    pub(super) fn checked(self, volumes: &Volumes) -> Result<Read> {
        let bad = |field: &str| Fault::failed(Code::ContainerFileUnreadable).with("reason", field);
        let hex = |text: &str| text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !hex(self.id.as_str()) {
            return Err(bad("id"));
        }
        names::check(&self.name)?;
        let request = request::parse(&(&self.request).into())?;
        super::super::start::check(&request.host_config)?;
        let mut changed = self.request;
        changed["HostConfig"] = self.settings;
        let changed = request::parse(&(&changed).into())?.host_config;
        super::super::start::check(&changed)?;
        bounds::count("mounts", self.mounts.len(), bounds::MOUNTS)?;
        let mounts = self.mounts.into_iter().map(|mount| mount.checked(volumes)).collect::<Result<Vec<_>>>()?;
        let mounted = |name: &String| {
            mounts.iter().any(|mount| matches!(&mount.source, MountSource::Volume { name: of, .. } if of == name))
        };
        if !self.anonymous.iter().all(|name| hex(name) && mounted(name)) {
            return Err(bad("anonymous"));
        }
        bounds::count("links", self.links.len(), bounds::LIST)?;
        if !self.links.iter().all(|link| hex(link.other.as_str()) && is_host_name(&link.alias)) {
            return Err(bad("links"));
        }
        let links = self.links.into_iter().map(|link| Link { other: link.other, alias: link.alias }).collect();
        let ran = self.state.phase == KeptPhase::Running;
        let state = self.state.checked().ok_or_else(|| bad("state"))?;
        Ok(Read {
            id: self.id,
            name: self.name,
            created: self.created,
            image: self.image,
            request,
            settings: Settings::of(&changed),
            mounts,
            anonymous: self.anonymous,
            links,
            alone: self.alone,
            state,
            ran,
        })
    }
}

impl KeptMount {
    fn of(mount: &MountSpec) -> Self {
        let source = match &mount.source {
            MountSource::Volume { name, copy_up, .. } => KeptSource::Volume { name: name.clone(), copy_up: *copy_up },
            // What was asked for came as JSON, and so is UTF-8.
            MountSource::Bind { path, create, propagation, recursive } => {
                let (create, propagation, recursive) = (*create, *propagation, *recursive);
                KeptSource::Bind { path: path.to_string_lossy().into_owned(), create, propagation, recursive }
            }
            MountSource::Tmpfs { options } => KeptSource::Tmpfs { options: options.clone() },
        };
        Self { source, target: mount.target.clone(), read_only: mount.read_only }
    }

    fn checked(self, volumes: &Volumes) -> Result<MountSpec> {
        if absolute(&self.target)? != self.target {
            return Err(Fault::failed(Code::InvalidMountTarget).with("target", &self.target));
        }
        let source = match self.source {
            KeptSource::Volume { name, copy_up } => {
                let name = volume_name(&name)?;
                MountSource::Volume { path: volumes.place(&name), name, copy_up }
            }
            KeptSource::Bind { path, create, propagation, recursive } => {
                let path: PathBuf = bind_source(&path)?;
                if !path.is_absolute() {
                    return Err(Fault::failed(Code::BindSourceRelative).with("path", path.display()));
                }
                MountSource::Bind { path, create, propagation, recursive }
            }
            KeptSource::Tmpfs { options } => {
                check_tmpfs(&options)?;
                MountSource::Tmpfs { options }
            }
        };
        Ok(MountSpec { source, target: self.target, read_only: self.read_only })
    }
}

impl KeptLink {
    fn of(link: &Link) -> Self {
        Self { other: link.other.clone(), alias: link.alias.clone() }
    }
}

/// What a process ends with that was killed with its engine, as all of a container's are.
const KILLED: i32 = 137;
/// What Docker says of one of which only is known that the machine went down with it.
const WITH_THE_MACHINE: i32 = 255;

impl KeptState {
    /// As it is in an engine that starts: nothing runs. None of what no container can be.
    fn checked(self) -> Option<State> {
        let fits = (0..=255).contains(&self.status) && self.error.len() <= WORDS;
        let probes = self.health.as_ref().map(|health| &health.log);
        let bounded = probes.is_none_or(|log| log.len() <= KEPT && log.iter().all(|it| it.output.len() <= OUTPUT));
        // What has run was started.
        if !fits || !bounded || (self.phase == KeptPhase::Running && self.started.is_none()) {
            return None;
        }
        let mut state = State::new();
        state.phase = if self.phase == KeptPhase::Created { Phase::Created } else { Phase::Exited };
        (state.status, state.oom_killed, state.error) = (self.status, self.oom_killed, self.error);
        (state.started, state.finished, state.health) = (self.started, self.finished, self.health);
        state.again = Again { count: self.restarts, by_hand: self.by_hand, ..Again::default() };
        if self.phase == KeptPhase::Running {
            state.status = if self.boot == machine::boot() { KILLED } else { WITH_THE_MACHINE };
            state.finished = Some(Moment::now());
            state.end_checks();
        }
        Some(state)
    }
}
