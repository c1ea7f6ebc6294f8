//! What engine and clients say to each other under `/dockwalk/v1/`, beside the trace's own types.

pub use super::finding::{Condition, Finding};
use crate::docker::{bytes_from_query, with_bytes};
use crate::reach::{Cell, End, IpVersion, Matrix, Question, Verdict};
use crate::spec::{ContainerId, Digest, Reference};
use crate::trace::{
    Evidence, Level, Mode, Moved, OpId, Probe, Problem, Speed, SpeedPattern, Step, StepKind, TmpfsMemory, Unmeasured,
    WalkState,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::PathBuf;

/// What a learner tells the gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum GateCommand {
    /// Stop before the next step of `level` or coarser.
    Pause {
        /// The finest level to stop at.
        level: Level,
    },
    /// Let the waiting step go, and stop before the next of `level`, be it inside it or after it.
    Step {
        /// The finest level to stop at.
        level: Level,
    },
    /// Let the waiting step go with all that is inside it.
    Over {
        /// The finest level to stop at.
        level: Level,
    },
    /// Go on until the step is over that the waiting one is part of.
    Out {
        /// The finest level to stop at.
        level: Level,
    },
    /// Go on to the next breakpoint.
    Continue,
    /// Go on to the next step of this kind.
    RunTo {
        /// The kind.
        kind: StepKind,
    },
    /// Stop before these kinds from now on, and no others.
    Breakpoints {
        /// The kinds.
        kinds: BTreeSet<StepKind>,
    },
    /// Let everything through, until it is closed or told where to stop.
    Open,
    /// Stop before the next step again.
    Close,
}

/// What has passed a link since it was made, as the kernel counts it (IFLA_STATS64; `RX packets` and `TX packets` of ifconfig).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkCounters {
    /// The network namespace of the link, by inode.
    pub netns: u64,
    /// Its index there.
    pub ifindex: u32,
    /// Packets that came in by it.
    pub rx_packets: u64,
    /// Bytes of these.
    pub rx_bytes: u64,
    /// Packets that went out by it.
    pub tx_packets: u64,
    /// Bytes of these.
    pub tx_bytes: u64,
}

/// The process that asked for something, by the kernel's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// Its id.
    pub pid: u32,
    /// Its name (`/proc/PID/comm`); empty when it had gone before it was looked at.
    pub program: String,
    /// Its command line, where that prunes: what is asked for by several requests is told by it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
}

/// What the gate looks like from outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateView {
    /// Somebody steps through.
    pub held: bool,
    /// They let everything through for now.
    #[serde(default)]
    pub open: bool,
    /// They let everything through up to a breakpoint, or to a step of the kind that they named.
    #[serde(default)]
    pub passing: bool,
    /// The finest level it stops at.
    pub level: Level,
    /// Kinds it stops before.
    pub breakpoints: BTreeSet<StepKind>,
    /// Steps that wait, oldest first.
    pub waiting: Vec<Step>,
    /// Who asked for the operations of these steps, as far as it was a client.
    #[serde(default)]
    pub callers: BTreeMap<OpId, Caller>,
}

impl GateView {
    /// The step that waits and was asked for by that process.
    pub fn waits_for(&self, pid: u32) -> Option<&Step> {
        self.waiting.iter().find(|step| self.callers.get(&step.op).is_some_and(|caller| caller.pid == pid))
    }
}

/// A running engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineInfo {
    /// dockwalk's version.
    pub version: String,
    /// Its directory.
    pub root: PathBuf,
    /// Where it listens.
    pub socket: PathBuf,
    /// In the lab or on the host.
    pub mode: Mode,
    /// Without root, in a user namespace.
    pub rootless: bool,
    /// Its process id.
    pub pid: u32,
    /// `127.0.0.1:40123`, where the built-in registry answers; none when it could not be started.
    pub registry: Option<String>,
    /// How many events its trace has.
    pub trace_length: u64,
    /// How many steps it has taken or announced.
    #[serde(default)]
    pub steps: u64,
}

/// The last line on the standard error of an engine that could not start, when `DOCKWALK_ERRORS=json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartFailure {
    /// Why it did not start.
    pub dockwalk_problem: Problem,
}

/// The last line of a trace stream that the engine ended by itself. The reader asks again from where it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceEnd {
    /// Why.
    pub dockwalk_end: Problem,
}

/// `GET /dockwalk/v1/trace`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TraceQuery {
    /// How many events the client has. None is as 0.
    pub from: Option<u64>,
    /// Holds the gate for as long as the answer is read.
    pub hold: bool,
    /// The process id of the engine whose events those are. An engine that is another one begins anew.
    pub engine: Option<u32>,
}

/// `POST /dockwalk/v1/images/fsck`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoreCheckQuery {
    /// Deletes what is damaged or of no use.
    pub repair: bool,
}

/// `DELETE /dockwalk/v1/registry/damage`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MendQuery {
    /// What it is served as; none for all that is damaged.
    pub digest: Option<Digest>,
}

/// `GET /dockwalk/v1/layers/{chain}/content`, `GET /dockwalk/v1/containers/{id}/layer/content`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LayerContentQuery {
    /// Of a file in the layer; bytes that need not be text, so it is no serde type as the others are.
    pub path: Vec<u8>,
}

impl LayerContentQuery {
    const PATH: &str = "path";

    /// Reads it; without a path it is empty.
    pub fn read(query: &str) -> Self {
        Self { path: bytes_from_query(query, Self::PATH).unwrap_or_default() }
    }

    /// Writes it behind where the content is.
    pub fn behind(&self, place: &str) -> String {
        with_bytes(place, Self::PATH, &self.path)
    }
}

/// What to undo on the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewind {
    /// A container's name or id; none for all containers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
}

/// What to damage in the built-in registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DamageCommand {
    /// The digest it is served as.
    pub digest: Digest,
    /// Which byte; the middle one without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
}

/// A tag of the built-in registry to be moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagCommand {
    /// The tag.
    pub tag: Reference,
    /// A tag of the same repository: it will point at the same.
    pub to: Reference,
}

/// A command on the lab host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostCommand {
    /// The program and its arguments; empty for a shell.
    #[serde(default)]
    pub argv: Vec<String>,
    /// `NAME=value`, added to the engine's own environment.
    #[serde(default)]
    pub env: Vec<String>,
    /// On a terminal of its own.
    #[serde(default)]
    pub tty: bool,
    /// Rows and columns of that terminal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<(u16, u16)>,
}

/// What a check of the store found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreReport {
    /// Images that are written down.
    pub images: u64,
    /// Blobs that were hashed.
    pub blobs: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Layers that were compared with their lists.
    pub layers: u64,
    /// What is not as it should be.
    pub findings: Vec<StoreFinding>,
}

/// One thing in the store that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreFinding {
    /// What.
    pub problem: Problem,
    /// An image does not work because of it; otherwise it only takes room.
    pub harmful: bool,
    /// It was put right.
    pub repaired: bool,
}

impl StoreReport {
    /// Nothing harmful is left.
    pub fn is_sound(&self) -> bool {
        self.findings.iter().all(|finding| finding.repaired || !finding.harmful)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docker::check_query;
    use proptest::prelude::*;

    #[test]
    fn every_query_is_read_as_it_was_written() {
        check_query::<TraceQuery>();
        check_query::<StoreCheckQuery>();
        check_query::<MendQuery>();
        check_query::<VolumeImportQuery>();
        proptest!(|(path: Vec<u8>)| {
            let query = LayerContentQuery { path };
            let written = query.behind("/x");
            prop_assert_eq!(LayerContentQuery::read(written.trim_start_matches("/x?")), query);
        });
    }
}

/// `POST /dockwalk/v1/reach`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReachCommand {
    /// What is asked of each pair.
    pub question: Question,
    /// By which version of IP.
    #[serde(default, skip_serializing_if = "IpVersion::is_default")]
    pub version: IpVersion,
    /// Only this one asks: a container's name or id, [`HOST`](crate::reach::End::HOST) or [`OUTSIDE`](crate::reach::End::OUTSIDE).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Only this one is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The address beyond the uplink that is asked; the uplink's next hop without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<IpAddr>,
    /// Asks for real, too.
    #[serde(default)]
    pub prove: bool,
    /// Milliseconds that a probe waits for an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patience: Option<u64>,
}

/// `POST /dockwalk/v1/reach/lines`: a line of the answer. The last one is no progress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReachLine {
    /// So many probes have their answer.
    Probed {
        /// How many.
        done: usize,
        /// Of how many.
        of: usize,
    },
    /// It is done.
    Report(Box<ReachReport>),
    /// It cannot be done.
    Failed(Box<Problem>),
}

/// Who reaches whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReachReport {
    /// As it was computed.
    pub matrix: Matrix,
    /// What the containers are called.
    pub names: BTreeMap<ContainerId, String>,
    /// It is of IPv4, and some of them have addresses of IPv6, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beside: bool,
    /// What came of asking, for each cell that could be asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probes: Vec<Probed>,
}

/// What came of asking for one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probed {
    /// Who asked.
    pub from: End,
    /// Who was asked.
    pub to: End,
    /// What was asked, and what came back.
    pub probe: Probe,
    /// What that says of what was computed.
    pub verdict: Verdict,
    /// Microseconds it took.
    pub took: u64,
    /// The calls that were made.
    pub evidence: Vec<Evidence>,
}

/// `POST /dockwalk/v1/walk`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkCommand {
    /// What is sent.
    pub question: Question,
    /// By which version of IP; by that of the address, where `to` is one.
    #[serde(default, skip_serializing_if = "IpVersion::is_default")]
    pub version: IpVersion,
    /// Who sends: a container's name or id, or [`End::HOST`](crate::reach::End::HOST).
    pub from: String,
    /// Whom it is for; [`End::OUTSIDE`](crate::reach::End::OUTSIDE), too, or an address.
    pub to: String,
    /// The address beyond the uplink; the uplink's next hop without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<IpAddr>,
    /// It is sent to the host's port by which that one of `to` is published.
    #[serde(default)]
    pub published: bool,
    /// Milliseconds that an answer is waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patience: Option<u64>,
}

/// A packet that was followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkReport {
    /// Where it was seen, and what came of it.
    pub state: WalkState,
    /// Who sent it.
    pub from: End,
    /// Whom it was for.
    pub to: End,
    /// What was computed of these two; none for a published port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<Cell>,
    /// What the packet says of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

/// `GET /dockwalk/v1/volumes/{name}/outline`: what an export would be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeOutline {
    /// About how many bytes of tar.
    pub bytes: u64,
    /// Files, directories and links.
    pub entries: u64,
    /// Worth saying beforehand: containers that run with it, sockets that are left out.
    #[serde(default)]
    pub remarks: Vec<Problem>,
}

/// `POST /dockwalk/v1/volumes/import`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct VolumeImportQuery {
    /// What the volume is to be called; what the archive says without.
    pub name: Option<String>,
}

/// A volume that was imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeImported {
    /// What was read, and verified.
    pub moved: Moved,
    /// What could not be done as the archive says.
    #[serde(default)]
    pub remarks: Vec<Problem>,
}

/// `POST /dockwalk/v1/speed`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpeedCommand {
    /// A container's name or id: its places are measured.
    pub container: String,
    /// Less of everything: a few seconds for all of it.
    #[serde(default)]
    pub quick: bool,
    /// Bytes of the large file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// How many small files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<u64>,
    /// How often each pattern is run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs: Option<u64>,
}

/// What was measured; all of it is in the trace, too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpeedReport {
    /// Each pattern in each place.
    pub measured: Vec<Speed>,
    /// Places that were not measured.
    pub refused: Vec<Unmeasured>,
    /// Where each tmpfs lies.
    pub memory: Vec<TmpfsMemory>,
    /// Where in the container these are, in the same order.
    pub memory_targets: Vec<String>,
}

/// How far a measurement is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpeedAt {
    /// The place that is measured.
    pub target: String,
    /// The pattern that begins.
    pub pattern: SpeedPattern,
    /// How many are done.
    pub done: usize,
    /// Of how many.
    pub of: usize,
}

/// A line of the answer to `POST /dockwalk/v1/speed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpeedLine {
    /// It goes on.
    At(SpeedAt),
    /// It is done.
    Report(Box<SpeedReport>),
    /// It cannot be done.
    Failed(Box<Problem>),
}

/// `POST /dockwalk/v1/containers/{id}/try`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TryCommand {
    /// The system call's name, one of [`TRIED_CALLS`].
    pub call: String,
}

/// System calls that can be tried in a container, by name: those of which the kernel does nothing with what it is given.
pub const TRIED_CALLS: [&str; 24] = [
    "add_key",
    "bpf",
    "chroot",
    "clock_settime",
    "clone3",
    "delete_module",
    "getpid",
    "init_module",
    "io_uring_setup",
    "kexec_load",
    "keyctl",
    "mount",
    "open_by_handle_at",
    "perf_event_open",
    "personality",
    "pivot_root",
    "ptrace",
    "reboot",
    "sethostname",
    "setns",
    "swapon",
    "umount2",
    "unshare",
    "userfaultfd",
];
