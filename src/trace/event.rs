use super::{Change, Evidence, Level, OpId, Problem, Step, StepId, StepKind};
use crate::spec::ContainerId;
use serde::{Deserialize, Serialize};

/// Position of an event in its trace; the first is 1.
pub type Seq = u64;

/// One line of a trace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// 1, 2, 3, … without gaps.
    pub seq: Seq,
    /// Nanoseconds of CLOCK_MONOTONIC since the trace began.
    pub at: u64,
    /// What happened.
    #[serde(flatten)]
    pub body: Body,
}

/// What an event says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Body {
    /// A request began an operation.
    OpBegan {
        /// The operation.
        op: Op,
    },
    /// A step is about to be taken. The gate is waited at after this, before the step acts.
    StepAnnounced {
        /// The step, with the call it is going to make.
        step: Step,
    },
    /// Something is now true on the host or in the registry.
    Observed {
        /// The step that brought it about; none for what the engine found by itself (a process that ended).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<StepId>,
        /// What is now different.
        change: Box<Change>,
        /// How it is known. Never empty.
        evidence: Vec<Evidence>,
    },
    /// A step is over.
    StepEnded {
        /// Which.
        step: StepId,
        /// How.
        outcome: Outcome,
        /// Nanoseconds it took, without the wait at the gate.
        took: u64,
    },
    /// A terminal printed something. Changes nothing of the World; lets a recording show its terminals.
    Console {
        /// Whose terminal; none for the lab host's.
        container: Option<ContainerId>,
        /// What it printed, escape sequences and all; bytes outside UTF-8 are replaced.
        text: String,
    },
    /// An operation is over.
    OpEnded {
        /// Which.
        op: OpId,
        /// How.
        outcome: Outcome,
    },
    /// The beginning of the trace is kept no longer, so that what is kept stays within its limit. Changes nothing of the World.
    Dropped {
        /// How many events are gone since the trace began.
        events: u64,
        /// How many operations began in them.
        operations: u64,
    },
}

/// How a step or an operation ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "result", content = "problem")]
pub enum Outcome {
    /// It did what it announced.
    Done,
    /// It did not; the problem names the cause and the fix.
    Failed(Problem),
    /// The user cancelled it.
    Cancelled,
}

/// One thing the user asked for: a request of the Docker API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "WrittenOp")]
pub struct Op {
    /// Its number in this trace.
    pub id: OpId,
    /// What was asked for.
    pub kind: OpKind,
    /// On what: an image reference, a container's name, …
    pub subject: String,
    /// The request, `POST /v1.43/containers/create?name=shell`.
    pub request: String,
}

/// An operation as a recording has it.
#[derive(Deserialize)]
struct WrittenOp {
    id: OpId,
    kind: OpKind,
    subject: String,
    request: String,
}

impl From<WrittenOp> for Op {
    fn from(WrittenOp { id, kind, subject, request }: WrittenOp) -> Self {
        let kind = match kind {
            OpKind::RegistryDamage if request.starts_with("DELETE ") => OpKind::RegistryMend,
            kind => kind,
        };
        Self { id, kind, subject, request }
    }
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpKind {
    /// The engine starts: lab, `docker0`, built-in registry.
    EngineStart,
    /// An image is pulled.
    ImagePull,
    /// An image is deleted.
    ImageRemove,
    /// An image gets one more name.
    ImageTag,
    /// Images that nothing uses are deleted.
    ImagePrune,
    /// Images are written as an archive.
    ImageSave,
    /// Images of an archive are brought in.
    ImageLoad,
    /// A tar of files becomes an image of one layer.
    ImageImport,
    /// A container becomes an image.
    ContainerCommit,
    /// The store is checked.
    StoreCheck,
    /// `docker login`
    RegistryLogin,
    /// `docker push`
    ImagePush,
    /// Something in the built-in registry is damaged.
    RegistryDamage,
    /// What was damaged there is put back. In recordings of before, [`RegistryDamage`](Self::RegistryDamage) that deletes.
    RegistryMend,
    /// A tag of the built-in registry is moved.
    RegistryTag,
    /// A container is created.
    ContainerCreate,
    /// A container is started.
    ContainerStart,
    /// A container is stopped or killed.
    ContainerStop,
    /// A container gets another name.
    ContainerRename,
    /// A container stands still, or goes on.
    ContainerPause,
    /// A container's limits, or what becomes of it when it ends, are changed.
    ContainerUpdate,
    /// Files are taken out of a container, or put into one.
    ContainerCopy,
    /// A container is deleted.
    ContainerRemove,
    /// A command runs in a running container or on the lab host.
    Exec,
    /// It is measured how fast the places of a container are.
    SpeedMeasure,
    /// It is counted how much room things take: `docker system df`.
    DiskMeasure,
    /// A system call is tried in a running container.
    TryCall,
    /// A container's health check runs once.
    HealthProbe,
    /// It is tried who reaches whom.
    ReachProbe,
    /// A packet is sent and followed.
    PacketWalk,
    /// A container's main process ended by itself.
    ContainerExit,
    /// A volume is created.
    VolumeCreate,
    /// A volume is deleted.
    VolumeRemove,
    /// A volume is written as an archive.
    VolumeExport,
    /// A volume is made of an archive.
    VolumeImport,
    /// A network is made.
    NetworkCreate,
    /// A network is taken away.
    NetworkRemove,
    /// A container is put on a network.
    NetworkConnect,
    /// A container is taken off a network.
    NetworkDisconnect,
    /// What an earlier engine left behind is undone.
    Recover,
}

impl OpKind {
    /// The level at which a step is seen in such an operation: what comes again by itself every few seconds is a detail, but for what it
    /// changes.
    pub fn level_of(self, step: StepKind) -> Level {
        match (self, step) {
            (Self::HealthProbe, kind) if kind != StepKind::JudgeHealth => Level::Kernel,
            (_, kind) => kind.level(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_of_before_tells_mending_from_damaging_by_its_request() {
        let kind = |kind: &str, request: &str| {
            let op = serde_json::json!({"id": 1, "kind": kind, "subject": "sha256:0", "request": request});
            serde_json::from_value::<Op>(op).unwrap().kind
        };
        let damage = "/dockwalk/v1/registry/damage";
        assert_eq!(kind("registry_damage", &format!("POST {damage}")), OpKind::RegistryDamage);
        assert_eq!(kind("registry_damage", &format!("DELETE {damage}?digest=sha256:0")), OpKind::RegistryMend);
        assert_eq!(kind("registry_mend", &format!("DELETE {damage}")), OpKind::RegistryMend);
        assert_eq!(kind("image_remove", "DELETE /v1.43/images/x"), OpKind::ImageRemove);
        let op = Op { id: 1, kind: OpKind::RegistryMend, subject: String::new(), request: "DELETE /x".into() };
        assert_eq!(serde_json::from_value::<Op>(serde_json::to_value(&op).unwrap()).unwrap(), op);
    }
}
