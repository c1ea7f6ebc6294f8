//! The World: what is true at one moment of a trace.

mod apply;
mod kept;
mod moved;
mod pairs;
mod query;
#[cfg(test)]
mod tests;
mod upper;
mod walks;

pub use moved::Earlier;

pub use upper::Upper;
pub use walks::WalkState;

use super::*;
use crate::spec::{ContainerId, Digest, NetworkId};
use imbl::{OrdMap, OrdSet, Vector};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is true at one moment: the fold of all events up to it.
///
/// Every map is persistent (`imbl`), so a clone costs a few pointers and any moment of a trace can be kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct World {
    /// The host, once it was looked at.
    pub host: Option<Arc<Host>>,
    /// What was worth saying lately, oldest first: at most [`World::REMARKS`].
    pub remarks: Vector<Arc<Problem>>,

    /// Registries that answered.
    pub registries: OrdMap<String, Arc<Registry>>,
    /// How much registries still give.
    pub limits: OrdMap<String, Arc<RegistryLimit>>,
    /// Registries that are waited for, and why.
    pub waits: OrdMap<String, Arc<RegistryWait>>,
    /// What is damaged on purpose in the built-in registry, by the digest it is served as.
    pub damaged: OrdMap<Digest, Arc<Damage>>,
    /// Documents and blobs whose bytes were not what was promised, by the promised digest, until they come right.
    pub rejected: OrdMap<Digest, Arc<Rejected>>,
    /// What pushes brought to registries: registry, repository, digest.
    #[serde(with = "pairs")]
    pub pushed: OrdMap<(String, String, Digest), Arc<Pushed>>,
    /// What registries say that references point at.
    pub remote_tags: OrdMap<String, Arc<RemoteTag>>,
    /// Indexes read.
    pub indexes: OrdMap<Digest, Arc<Index>>,
    /// Index → the manifest chosen from it for this host.
    pub chosen: OrdMap<Digest, Digest>,
    /// Manifests read.
    pub manifests: OrdMap<Digest, Arc<Manifest>>,
    /// Configs read.
    pub configs: OrdMap<Digest, Arc<Config>>,
    /// Layer blobs wanted, in flight, in the store.
    pub blobs: OrdMap<Digest, Arc<Blob>>,
    /// Unpacked layers by chain id.
    pub layers: OrdMap<Digest, Arc<Layer>>,
    /// Local tags: reference → image and manifest.
    pub tags: OrdMap<String, Arc<Tag>>,
    /// Local tags that were moved: reference → what they pointed at before, oldest first, as long as that image is here.
    pub moved_tags: OrdMap<String, Vector<Earlier>>,
    /// Registries' tags that were moved: reference → what the registry said before, oldest first.
    pub moved_remote_tags: OrdMap<String, Vector<Descriptor>>,

    /// Mounts.
    #[serde(with = "pairs")]
    pub mounts: OrdMap<MountKey, Arc<Mount>>,
    /// What containers that are stopped had mounted, and will again, by target: volumes, binds, tmpfs.
    #[serde(with = "pairs")]
    pub held: OrdMap<(ContainerId, String), Arc<Mount>>,
    /// Volumes.
    pub volumes: OrdMap<String, Arc<Volume>>,
    /// How each volume was exported or imported last.
    pub moved: OrdMap<String, Arc<Moved>>,
    /// Directories that matter to the picture.
    pub dirs: OrdMap<String, Arc<Dir>>,

    /// What volumes, bind mounts' sources and tmpfs hold, as far as it was looked at.
    #[serde(with = "pairs")]
    pub contents: OrdMap<Home, Arc<Contents>>,
    /// Writable layers that something was written into.
    pub uppers: OrdMap<ContainerId, Arc<Upper>>,

    /// Writable layers and volumes that were counted, and are there still.
    #[serde(with = "pairs")]
    pub counted: OrdMap<DiskPlace, Arc<Counted>>,
    /// The disk, as it was seen when they were counted last.
    pub disk: Option<Arc<Disk>>,
    /// How many changes there were of what is on the disk.
    pub stored: u64,

    /// How fast the places of containers are: what was measured last, by container, target and pattern.
    #[serde(with = "pairs")]
    pub speeds: OrdMap<(ContainerId, String, SpeedPattern), Arc<Speed>>,
    /// Places that were to be measured last and could not be.
    #[serde(with = "pairs")]
    pub unmeasured: OrdMap<(ContainerId, String), Arc<Unmeasured>>,
    /// Where each tmpfs lies that was looked at.
    #[serde(with = "pairs")]
    pub in_memory: OrdMap<MountKey, Arc<TmpfsMemory>>,

    /// Containers.
    pub containers: OrdMap<ContainerId, Arc<Container>>,
    /// Namespaces.
    pub namespaces: OrdMap<u64, Arc<Namespace>>,
    /// Processes with what is known of them.
    pub processes: OrdMap<u32, Arc<ProcessState>>,
    /// Commands that were run in containers, beside their main processes, and have ended; oldest first, at most [`World::COMMANDS`].
    pub commands: Vector<Arc<Ended>>,
    /// Control groups.
    pub cgroups: OrdMap<String, Arc<Cgroup>>,

    /// What running containers used lately, oldest first: at most [`World::MOMENTS`] of each.
    pub usage: OrdMap<ContainerId, Vector<Used>>,
    /// System calls that were tried in containers, the latest answer of each.
    #[serde(with = "pairs")]
    pub tried: OrdMap<(ContainerId, String), Arc<Tried>>,

    /// Networks.
    pub networks: OrdMap<NetworkId, Arc<Network>>,
    /// Addresses reserved: (network, address) → container.
    #[serde(with = "pairs")]
    pub leases: OrdMap<(NetworkId, String), ContainerId>,
    /// Links.
    pub links: OrdMap<LinkKey, Arc<Link>>,
    /// Addresses on links, in `address/prefix` form.
    pub addresses: OrdSet<(LinkKey, String)>,
    /// The MAC tables of bridges: (bridge, address) → the port behind which it was heard.
    #[serde(with = "pairs")]
    pub macs: OrdMap<(LinkKey, String), LinkKey>,
    /// Routes.
    pub routes: OrdSet<Route>,
    /// Filter and NAT rules.
    pub rules: OrdMap<String, Arc<Rule>>,
    /// Published ports.
    pub publications: OrdMap<String, Arc<Publication>>,
    /// What came of asking who reaches whom, since anything changed on which that hangs; at most [`World::PROBES`]. See [`Probe::key`].
    pub probes: OrdMap<String, Arc<Probe>>,

    /// Packets that were followed, oldest first: at most [`World::WALKS`].
    pub walks: Vector<Arc<WalkState>>,

    /// Operations that run, and how the latest of those that are over ended: at most [`World::ENDED`] of each kind.
    pub ops: OrdMap<OpId, Arc<OpState>>,
    /// Steps that were announced and are not over.
    pub open_steps: OrdMap<StepId, Arc<Step>>,
    /// How many operations have begun.
    pub begun: u64,
    /// How many of them are over.
    pub over: u64,
}

/// What a registry says a reference points at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteTag {
    /// A key of [`World::registries`].
    pub registry: String,
    /// An index or a manifest.
    pub target: Descriptor,
}

/// A local tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// The image: its config's digest.
    pub image: Digest,
    /// The manifest it was pulled by.
    pub manifest: Option<Digest>,
}

/// A layer blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blob {
    /// What the manifest promises.
    pub descriptor: Descriptor,
    /// How far it is.
    pub state: BlobState,
}

/// How far a blob is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum BlobState {
    /// Not asked for yet.
    Waiting,
    /// Bytes received so far.
    Receiving(u64),
    /// In the store; `true` when it had been there before.
    Verified {
        /// Nothing was downloaded.
        reused: bool,
    },
    /// Thrown away.
    Rejected(Problem),
}

/// A process and what its set-up made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessState {
    /// As it was cloned.
    pub process: Process,
    /// What was observed since, the latest of each kind of property; calls without a property of their own are not kept.
    pub properties: Vec<Property>,
}

/// A command that was run in a container, and has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Where.
    pub container: ContainerId,
    /// Its command line.
    pub argv: Vec<String>,
    /// 0–255, or 128 + the signal that killed it.
    pub status: i32,
}

/// An operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpState {
    /// What was asked for.
    pub op: Op,
    /// How it ended; none while it runs.
    pub outcome: Option<Outcome>,
    /// Nanoseconds that its steps took so far, those counted that are part of no other; without their waits at the gate.
    #[serde(default)]
    pub took: u64,
}

/// Why a change cannot be: what it says does not follow from the World it is applied to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Illegal {
    /// The thing it changes or removes, or that it refers to, is not there.
    #[error("{0:?} is not in the World")]
    Missing(Entity),
    /// The thing it makes is there already.
    #[error("{0:?} is in the World already")]
    Exists(Entity),
    /// The thing is still used by another.
    #[error("{used:?} is still used by {by:?}")]
    InUse {
        /// What was to go.
        used: Entity,
        /// Who needs it.
        by: Entity,
    },
    /// An index was said to hold a manifest that it does not list.
    #[error("index {index} has no entry {manifest}")]
    NotListed {
        /// The index.
        index: Digest,
        /// The manifest.
        manifest: Digest,
    },
    /// More, or other, bytes than the descriptor promises.
    #[error("blob {digest}: {bytes} bytes against the {promised} of its descriptor")]
    Size {
        /// The blob.
        digest: Digest,
        /// What was seen.
        bytes: u64,
        /// What was promised.
        promised: u64,
    },
    /// Two links cannot share an ifindex or a name in one network namespace.
    #[error("{0:?} and {1:?} would share an ifindex or a name in one network namespace")]
    LinkClash(LinkKey, LinkKey),
    /// A link has not got that address.
    #[error("{0:?} has no address {1}")]
    NoAddress(LinkKey, String),
    /// A walk that never began, or ended before.
    #[error("walk {0} is not under way")]
    NoWalk(WalkId),
    /// A walk does not begin or go on in its order, or is longer than [`World::HOPS`].
    #[error("walk {walk}: {number} does not come next")]
    WalkOrder {
        /// Which.
        walk: WalkId,
        /// The hop's number, or 0 for the walk itself.
        number: u32,
    },
    /// An operation that never began, or ended before.
    #[error("operation {0} is not under way")]
    NoOp(OpId),
    /// A step that was never announced, or ended before.
    #[error("step {0} is not under way")]
    NoStep(StepId),
    /// An operation or step number used twice.
    #[error("number {0} was used before")]
    Reused(u64),
}
