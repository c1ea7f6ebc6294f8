use super::again::Again;
use super::checked::Checked;
use super::limits;
use super::names::Name;
use super::place::Places;
use super::request::Request;
use super::streams::Streams;
use crate::docker::{HostConfig, RestartPolicy};
use crate::engine::cgroup::{Freezer, Limits};
use crate::engine::lab::Netns;
use crate::engine::moment::Moment;
use crate::engine::net::{EndpointSettings, Resolver};
use crate::engine::process::{MountSpec, Running};
use crate::engine::store::{Image, Pin};
use crate::engine::{Cancel, Fault, FaultKind, Result};
use crate::spec::{ContainerId, Digest, NetworkId};
use crate::trace::{self, Code, ContainerState, NetworkMode, Problem, Publication};
use parking_lot::{Condvar, Mutex};
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// A container.
#[derive(Debug)]
pub struct Container {
    /// Its id.
    pub id: ContainerId,
    /// Its name.
    pub name: Name,
    /// When it was created.
    pub created: Moment,
    /// Its image.
    pub image: Image,
    /// The image's config, as it stands in the image.
    pub(super) image_config: String,
    /// Keeps the image's layers, until it is deleted.
    pub(super) hold: Mutex<Option<Pin>>,
    /// What was asked for.
    pub request: Request,
    /// What will run.
    pub merged: Merged,
    /// Its volumes, binds and tmpfs, in mount order.
    pub mounts: Vec<MountSpec>,
    /// Others that it knows by names of its own, as long as nobody takes that away.
    pub(super) links: Mutex<Vec<Link>>,
    /// The networks that it is to be on.
    pub(super) places: Mutex<Places>,
    /// Who answers for names in it while it runs.
    pub(super) resolver: Mutex<Option<Resolver>>,
    /// Names of its anonymous volumes.
    pub anonymous: Vec<String>,
    /// Its directory.
    pub dir: PathBuf,
    /// What it prints and is typed.
    pub streams: Arc<Streams>,
    pub(super) life: Life,
    pub(super) settings: Mutex<Settings>,
    /// Held while it is written down how it is.
    pub(super) keeping: Mutex<()>,
}

/// Another container, and what it is called here (`--link`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Which.
    pub other: ContainerId,
    /// Its name here.
    pub alias: String,
}

/// What was asked for of the host. Some of it can be changed while a container is there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings(HostConfig);

impl Deref for Settings {
    type Target = HostConfig;

    fn deref(&self) -> &HostConfig {
        &self.0
    }
}

impl DerefMut for Settings {
    fn deref_mut(&mut self) -> &mut HostConfig {
        &mut self.0
    }
}

impl Settings {
    pub(super) fn of(host: &HostConfig) -> Self {
        Self(host.clone())
    }

    /// As control groups take them.
    pub(super) fn limits(&self) -> Result<Limits> {
        limits::of(&self.0)
    }

    /// Bytes of memory and swap together that hold: where only memory is limited it is twice that, as with Docker.
    pub(super) fn swap(&self) -> i64 {
        match (self.memory, self.memory_swap) {
            (memory, 0) if memory > 0 => memory.saturating_mul(2),
            (_, swap) => swap,
        }
    }
}

/// Image config and request, merged by Docker's rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    /// Entry point.
    pub entrypoint: Vec<String>,
    /// Arguments, or the command when there is no entry point.
    pub cmd: Vec<String>,
    /// `NAME=value`
    pub env: Vec<String>,
    /// Working directory.
    pub cwd: String,
    /// User.
    pub user: String,
    /// Hostname.
    pub hostname: String,
    /// Which network it is on.
    pub network: NetworkMode,
    /// How to ask it to end.
    pub stop_signal: i32,
    /// The image's labels and the request's.
    pub labels: std::collections::BTreeMap<String, String>,
}

impl Merged {
    /// What is executed.
    pub fn argv(&self) -> Vec<String> {
        self.entrypoint.iter().chain(&self.cmd).cloned().collect()
    }
}

/// Where a container is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Made, never started.
    Created,
    /// Being started.
    Starting,
    /// Its main process lives.
    Running,
    /// Its main process has ended; what start made is being undone.
    Ending,
    /// Ended, and to be started again in a while.
    Restarting,
    /// Ended.
    Exited,
    /// Being deleted.
    Removing,
    /// Deleted.
    Removed,
}

/// Whether a container's processes stand still.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Still {
    /// They move.
    #[default]
    No,
    /// The kernel holds them here.
    Yes(Freezer),
}

/// A place on a network that gives a container no link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linkless {
    /// The network.
    pub network: NetworkId,
    /// The id of the endpoint: 64 hexadecimal digits.
    pub id: String,
}

/// What changes in a container's life. Locked for moments only: never while a step is taken.
#[derive(Debug, Clone)]
pub struct State {
    /// Where it is.
    pub phase: Phase,
    /// Its main process while it runs.
    pub running: Option<Arc<Running>>,
    /// Whether all its processes stand still.
    pub still: Still,
    /// How the last run ended.
    pub status: i32,
    /// The kernel killed something in the last run that has ended for want of memory.
    pub oom_killed: bool,
    /// How many of it the kernel had killed for want of memory in this run, or the last, when that was told last.
    pub told_killed: u64,
    /// When the last run began.
    pub started: Option<Moment>,
    /// When it ended, or the one before while it runs.
    pub finished: Option<Moment>,
    /// Why the last start failed, in English.
    pub error: String,
    /// Its places on networks, in the order in which they were taken.
    pub endpoints: Vec<EndpointSettings>,
    /// The network by which its ports are published, or would be.
    pub way: Option<NetworkId>,
    /// Its ports on the host.
    pub published: Vec<Publication>,
    /// Its network namespace.
    pub netns: Option<u64>,
    /// The id of that, as Docker shows it, be it the host's; empty where it shares another container's.
    pub sandbox: String,
    /// Its place on a network that gives it no link: that of the host, or none.
    pub linkless: Option<Linkless>,
    /// The one that its processes are in while it runs, be it the host's or another container's.
    pub network: Option<Netns>,
    /// What was told of a start, so that its end is told: networks, and volumes.
    pub told: (Vec<String>, bool),
    /// Cancels the start that is under way.
    pub starting: Option<Cancel>,
    /// Cancels a change of its networks that is under way.
    pub wiring: Option<Cancel>,
    /// Why it was not deleted when it ended, as it should have been (`--rm`).
    pub left: Option<Problem>,
    /// How many runs have ended, everything undone.
    pub settled: u64,
    /// It stands still for a commit, which will let it go on. Not so once somebody has let it go on before.
    pub still_for_commit: bool,
    /// Somebody pauses it, lets it go on, updates or renames it: who wants to do one of these waits.
    pub changing: bool,
    /// What cancels each thing that is being done beside its main process.
    pub beside: Vec<Cancel>,
    /// Somebody removes it, be it that it is to be ended first: it is not started any more.
    pub going: bool,
    /// It is being deleted, and its volumes are no longer its own.
    pub parted: bool,
    /// How many are ending it to start it again at once: it is not deleted at its end (`--rm`) then.
    pub restarting: u32,
    /// Somebody looks at its files, or puts some there: it is neither started nor removed meanwhile.
    pub borrowed: bool,
    /// How it does, once a health check was begun.
    pub health: Option<Checked>,
    /// Counts the times that it was looked after without a break: a probe of another one says nothing.
    pub health_watch: u64,
    /// How often it was started again.
    pub again: Again,
}

/// Where it stands in its life, for those who change it and those who wait.
#[derive(Debug)]
pub(super) struct Life {
    state: Mutex<State>,
    changed: Condvar,
    revision: watch::Sender<u64>,
}

impl Life {
    /// In that state.
    pub(super) fn of(state: State) -> Self {
        Self { state: Mutex::new(state), changed: Condvar::new(), revision: watch::Sender::new(0) }
    }
}

impl State {
    /// It is on no network any more.
    pub(super) fn off_networks(&mut self) {
        self.endpoints.clear();
        self.sandbox.clear();
        (self.netns, self.network, self.linkless) = (None, None, None);
    }

    /// Just created.
    pub(super) fn new() -> Self {
        Self {
            phase: Phase::Created,
            running: None,
            still: Still::No,
            status: 0,
            oom_killed: false,
            told_killed: 0,
            started: None,
            finished: None,
            error: String::new(),
            left: None,
            endpoints: Vec::new(),
            way: None,
            published: Vec::new(),
            netns: None,
            sandbox: String::new(),
            linkless: None,
            network: None,
            told: (Vec::new(), false),
            starting: None,
            wiring: None,
            settled: 0,
            still_for_commit: false,
            changing: false,
            beside: Vec::new(),
            going: false,
            parted: false,
            restarting: 0,
            borrowed: false,
            health: None,
            health_watch: 0,
            again: Again::default(),
        }
    }
}

impl Container {
    /// Others that it knows by names of its own.
    pub fn links(&self) -> Vec<Link> {
        self.links.lock().clone()
    }

    /// What of the request can be changed, as it is now.
    pub fn settings(&self) -> Settings {
        self.settings.lock().clone()
    }

    pub(super) fn set(&self, settings: Settings) {
        *self.settings.lock() = settings;
    }

    /// What was asked for of the host, as it is now.
    pub fn host_config(&self) -> HostConfig {
        self.settings.lock().0.clone()
    }

    /// A copy of its state.
    pub fn state(&self) -> State {
        self.life.state.lock().clone()
    }

    /// Changes its state, and tells all who wait for it.
    pub fn update<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.life.state.lock());
        self.life.changed.notify_all();
        self.life.revision.send_modify(|n| *n += 1);
        result
    }

    /// Tells when its state changes.
    pub fn revision(&self) -> watch::Receiver<u64> {
        self.life.revision.subscribe()
    }

    /// Waits until `reached` holds, for `limit` at most (none: without end). True when it holds.
    pub fn wait_until(&self, limit: Option<Duration>, reached: impl Fn(&State) -> bool) -> bool {
        let begun = Instant::now();
        let mut state = self.life.state.lock();
        while !reached(&state) {
            // Woken now and then even without a limit; it costs nothing and forgives a lost wake-up.
            let left = limit.map_or(Duration::from_secs(60), |limit| limit.saturating_sub(begun.elapsed()));
            if left.is_zero() {
                return false;
            }
            self.life.changed.wait_for(&mut state, left);
        }
        true
    }

    /// Its main process, or a fault `container-not-running`.
    pub fn main_process(&self) -> Result<Arc<Running>> {
        let state = self.state();
        let running = state.running.filter(|_| state.phase == Phase::Running);
        running.ok_or_else(|| {
            if state.phase == Phase::Restarting {
                return Fault::new(FaultKind::Conflict, Code::ContainerWaits).with("container", &self.name);
            }
            self.not_running()
        })
    }

    /// The fault `container-not-running`.
    pub(super) fn not_running(&self) -> Fault {
        Fault::new(FaultKind::Conflict, Code::ContainerNotRunning)
            .with("container", &self.name)
            .with("id", &self.id)
            .with("state", if self.state().phase == Phase::Running { Phase::Ending } else { self.state().phase }.name())
    }
}

impl Container {
    /// As it is drawn when it is just created.
    pub(super) fn shown(&self) -> trace::Container {
        shown(&self.id, &self.name.get(), self.image.id.clone(), &self.request, &self.merged)
    }
}

/// As a container is drawn that is just being created.
pub(super) fn shown(
    id: &ContainerId,
    name: &str,
    image: Digest,
    request: &Request,
    merged: &Merged,
) -> trace::Container {
    trace::Container {
        id: id.clone(),
        name: name.to_owned(),
        image,
        image_name: request.image.clone(),
        argv: merged.argv(),
        env: merged.env.clone(),
        working_dir: merged.cwd.clone(),
        user: merged.user.clone(),
        hostname: merged.hostname.clone(),
        network_mode: merged.network.clone(),
        tty: request.tty,
        labels: merged.labels.clone(),
        state: ContainerState::Created,
        health: None,
        auto_remove: request.host_config.auto_remove,
    }
}

impl State {
    /// After its end: how long until it is started again; none when it is not.
    pub(super) fn again(&mut self, policy: &RestartPolicy) -> Option<Duration> {
        let ran = match (self.started, self.finished) {
            (Some(began), Some(ended)) => ended.since(began),
            _ => Duration::ZERO,
        };
        self.again.next(policy, self.status, ran)
    }

    /// Its place on the default bridge.
    pub fn on_bridge(&self) -> Option<&EndpointSettings> {
        self.endpoints.iter().find(|endpoint| endpoint.name == "bridge")
    }

    /// All its processes stand still.
    pub fn is_still(&self) -> bool {
        matches!(self.still, Still::Yes(_))
    }

    /// Docker's word for where it is.
    pub fn name(&self) -> &'static str {
        if self.phase == Phase::Running && self.is_still() { "paused" } else { self.phase.name() }
    }
}

impl Phase {
    /// Docker's word for it, when it does not stand still.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created | Self::Starting => "created",
            Self::Running => "running",
            Self::Restarting => "restarting",
            Self::Ending | Self::Exited => "exited",
            Self::Removing | Self::Removed => "removing",
        }
    }
}
