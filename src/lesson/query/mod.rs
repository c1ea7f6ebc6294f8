//! Questions that lessons ask of a World. Each says how its answer is computed, and a few say among what to choose.

mod answered;
mod choose;
mod copied;
mod focus;
mod image;
mod kernel;
mod life;
mod network;
mod reach;
mod said;
mod speed;
mod storage;
mod tags;

pub use crate::trace::HomeKind;
pub use focus::Focus;
pub use reach::{RuleOf, To};
pub use storage::Ending;

use crate::spec::Reference;
use crate::trace::{ContainerState, NamespaceKind, OpKind, Outcome, SpeedPattern, World};
use serde::Deserialize;

/// A typed question. It has no answer as long as the World does not know enough.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case", tag = "query", deny_unknown_fields)]
pub enum Query {
    // ── image ──
    /// Which kind of document the tag points at.
    TagTargetKind {
        /// The image.
        image: Reference,
    },
    /// How many entries the index has.
    IndexEntryCount {
        /// The image.
        image: Reference,
    },
    /// The index's digest.
    IndexDigest {
        /// The image.
        image: Reference,
    },
    /// The platform of the entry that was chosen.
    ChosenPlatform {
        /// The image.
        image: Reference,
    },
    /// The manifest's digest.
    ManifestDigest {
        /// The image.
        image: Reference,
    },
    /// How many layers the manifest lists.
    LayerCount {
        /// The image.
        image: Reference,
    },
    /// Is the config a document of its own, fetched after the manifest that describes it?
    ConfigIsSeparate {
        /// The image.
        image: Reference,
    },
    /// The config's digest.
    ConfigDigest {
        /// The image.
        image: Reference,
    },
    /// The digest of which document the image ID is.
    ImageIdIsDigestOf {
        /// The image.
        image: Reference,
    },
    /// Is a layer's blob digest the same as its DiffID?
    BlobDigestIsDiffId {
        /// The image.
        image: Reference,
    },
    /// Is the lowest unpacked layer the first or the last of the manifest?
    LowestLayer {
        /// The image.
        image: Reference,
    },
    /// Is a path that an upper layer deletes still in the lower layer's own directory?
    DeletedPathStillBelow {
        /// The image.
        image: Reference,
    },
    /// A path that a layer of the image deletes.
    DeletedPath {
        /// The image.
        image: Reference,
    },
    /// Is every layer blob in the store, its size and digest verified?
    BlobsVerified {
        /// The image.
        image: Reference,
    },
    /// Every blob verified, every layer unpacked, the local tag set?
    ImagePulled {
        /// The image.
        image: Reference,
    },

    // ── tags, shared layers, promises ──
    /// Do both tags name the same image here?
    SameImage {
        /// One.
        image: Reference,
        /// The other.
        other: Reference,
    },
    /// How many layers the image has that the other has not.
    OwnLayers {
        /// The image.
        image: Reference,
        /// The other.
        other: Reference,
    },
    /// After a tag was moved in the registry: is the image of that name here the one that the registry means now?
    FollowsRegistry {
        /// The image.
        image: Reference,
    },
    /// Is an image deleted that a container uses?
    RemovedInUse {
        /// The image.
        image: Reference,
    },
    /// How many of the image's layers are gone from the disk, once its last name is.
    LayersGone {
        /// The image.
        image: Reference,
    },
    /// The digest of the uppermost layer's blob.
    TopLayerDigest {
        /// The image.
        image: Reference,
    },
    /// What the registry says the tag points at.
    RemoteDigest {
        /// The image.
        image: Reference,
    },
    /// Is the image taken, though bytes of it came that were not what was promised?
    TakenThoughDamaged {
        /// The image.
        image: Reference,
    },
    /// Does the registry serve a layer of the image damaged?
    RegistryDamaged {
        /// The image.
        image: Reference,
    },
    /// Is everything of the image that the registry serves what its digests promise?
    RegistryWhole {
        /// The image.
        image: Reference,
    },

    // ── network ──
    /// The bridge's name.
    BridgeName,
    /// The bridge's address.
    GatewayAddress,
    /// The address reserved for the container.
    NextAddress {
        /// Its name.
        container: String,
    },
    /// The address on the container's `eth0`, without the prefix length.
    ContainerAddress {
        /// Its name.
        container: String,
    },
    /// The name of the veth's end on the host.
    HostEndName {
        /// The container's name.
        container: String,
    },
    /// The ifindex of the end on the host, and that of the end inside.
    CableIndexes {
        /// The container's name.
        container: String,
    },
    /// Do the two ends name each other's ifindex?
    EndsKnowEachOther {
        /// The container's name.
        container: String,
    },
    /// The name of the link that the host's end is a port of.
    HostEndMaster {
        /// The container's name.
        container: String,
    },
    /// How many ends of the container's cable are still seen on the host.
    CableEndsOnHost {
        /// The container's name.
        container: String,
    },
    /// Is the container's `lo` the host's `lo`?
    SameLoopback {
        /// The container's name.
        container: String,
    },
    /// Is `eth0` up, with an address, and its cable plugged into the bridge?
    ContainerOnBridge {
        /// The container's name.
        container: String,
    },
    /// After the main process ended: how many ends of the container's cable are left anywhere.
    CableEndsAfterExit {
        /// The container's name.
        container: String,
    },

    // ── who reaches whom ──
    /// How many links are in the network namespace that was made for the container, `lo` among them.
    OwnLinks {
        /// Its name.
        container: String,
    },
    /// A command in the container spoke to that place, and has ended: was it answered?
    Reaches {
        /// Its name.
        container: String,
        /// The place.
        to: To,
    },
    /// A ping was sent from the one to the other, as `dockwalk reach --prove` does: did it come back?
    Probed {
        /// The name of a container, `host` or `outside`.
        from: String,
        /// The same.
        to: String,
    },
    /// The address, or name, of that place.
    PlaceOf {
        /// The place.
        to: To,
    },
    /// The name of the link by which packets from the lab host to the container leave.
    HostLeavesBy {
        /// Its name.
        container: String,
    },
    /// The name of the link by which packets leave the lab host for everywhere else, or that there is none.
    Uplink,
    /// After a packet of the container's left the lab host: the address that it had as its source then.
    SourceOutside {
        /// The container's name.
        container: String,
    },
    /// The first rule of a chain that does that for the network, as nft prints it.
    RuleText(RuleOf),
    /// The network's subnet: `172.18.0.0/16`.
    Subnet {
        /// Its name.
        network: String,
    },
    /// The address that the container has in that network, once a link of its has it.
    AddressIn {
        /// Its name.
        container: String,
        /// The network's.
        network: String,
    },
    /// Where a published port of the container leads: `172.17.0.2:80`.
    PublishedTo {
        /// Its name.
        container: String,
    },
    /// Did its main process end well, that is with 0?
    EndedWell {
        /// Its name.
        container: String,
    },

    // ── containers ──
    /// Does its main process live?
    ContainerRunning {
        /// Its name.
        container: String,
    },
    /// Did its main process end, and is what start made undone?
    ContainerExited {
        /// Its name.
        container: String,
    },
    /// Was it deleted, with nothing of it left?
    ContainerRemoved {
        /// Its name.
        container: String,
    },
    /// Its hostname.
    ContainerHostname {
        /// Its name.
        container: String,
    },

    // ── a container's life ──
    /// Does a process of it run, once it is created and nobody started it?
    RunsOnceCreated {
        /// Its name.
        container: String,
    },
    /// How many operations it took from nothing to a process that runs.
    OperationsToRun {
        /// Its name.
        container: String,
    },
    /// Is a path that the container wrote in the other one, too?
    SeenInOther {
        /// The name of the one that wrote.
        container: String,
        /// The other's.
        other: String,
        /// An absolute path inside.
        path: String,
    },
    /// The number, inside, of a process that was added to it.
    ExecPid {
        /// Its name.
        container: String,
    },
    /// Is a process that was added to it in the namespaces of its main one?
    ExecShares {
        /// Its name.
        container: String,
    },
    /// Does it run, once a command that was run in it has ended?
    RunsAfterExec {
        /// Its name.
        container: String,
    },
    /// A command with these words was run in the container beside its main process, and has ended: with 0?
    CommandEndedWell {
        /// Its name.
        container: String,
        /// Words of the command's line: `pg_isready`
        says: String,
    },
    /// With what its main process ended: 0–255, or 128 + the signal.
    ExitStatus {
        /// Its name.
        container: String,
    },

    // ── the kernel ──
    /// The host's kernel: `6.18.44`.
    HostKernel,
    /// The kernel that answers the container's main process.
    ContainerKernel {
        /// Its name.
        container: String,
    },
    /// Are they the same?
    SameKernel {
        /// The container's name.
        container: String,
    },
    /// Is the container in the lab host's namespace of that kind?
    SharesNamespace {
        /// The container's name.
        container: String,
        /// `pid`, `net`, …
        kind: NamespaceKind,
    },
    /// How many namespaces were made for the container.
    OwnNamespaces {
        /// Its name.
        container: String,
    },
    /// The number of the container's namespace of that kind.
    NamespaceNumber {
        /// The container's name.
        container: String,
        /// `pid`, `net`, …
        kind: NamespaceKind,
    },
    /// The main process's number on the host.
    PidOutside {
        /// The container's name.
        container: String,
    },
    /// The main process's number in the container.
    PidInside {
        /// Its name.
        container: String,
    },
    /// The bytes of memory that the container may have, or that there is no limit here.
    MemoryLimit {
        /// Its name.
        container: String,
    },
    /// Bytes that a container which runs has of its own.
    AddedBytes {
        /// Its name.
        container: String,
        /// Its image: what there is to choose among.
        image: Reference,
    },
    /// How long its start took, in milliseconds.
    StartTook {
        /// Its name.
        container: String,
    },

    // ── files in and out ──
    /// The names of the links in its network namespace.
    ContainerLinks {
        /// Its name.
        container: String,
    },
    /// The number of the network namespace of a container, or of the lab host.
    NetworkNamespace {
        /// Its name; none for the lab host.
        #[serde(default)]
        container: Option<String>,
    },
    /// Does a file that was put into the container arrive?
    CopiedIn {
        /// Its name.
        container: String,
        /// Where, an absolute path inside.
        path: String,
    },
    /// Where the bytes of a path are kept, once a file was put there.
    CopyLandsIn {
        /// The container's name.
        container: String,
        /// An absolute path inside.
        path: String,
    },
    /// Can files be taken out of the container?
    CopiedOut {
        /// Its name.
        container: String,
    },
    /// What was asked of the engine to take files out.
    CopyRequest {
        /// The container's name.
        container: String,
    },
    /// Is that program in the container? Known once it runs there; no as soon as a command that somebody ran was not found.
    HasProgram {
        /// The container's name.
        container: String,
        /// The program.
        program: String,
    },

    // ── storage ──
    /// Where the bytes of a path of the container are kept.
    PathLivesIn {
        /// The container's name.
        container: String,
        /// An absolute path inside.
        path: String,
    },
    /// The host directory, or file system, behind a mount of the container.
    MountSource {
        /// The container's name.
        container: String,
        /// Where it is mounted inside.
        target: String,
    },
    /// The container's upper directory.
    UpperDir {
        /// The container's name.
        container: String,
    },
    /// Does the volume exist?
    VolumeExists {
        /// Its name.
        volume: String,
    },
    /// The volume's directory.
    VolumePath {
        /// Its name.
        volume: String,
    },
    /// The number of the inode that was changed last among the files in a directory of the volume.
    NewestInode {
        /// The volume's name.
        volume: String,
        /// The directory's path in it: `pg_wal`
        within: String,
    },
    /// Was the volume deleted?
    VolumeRemoved {
        /// Its name.
        volume: String,
    },
    /// Is a file still seen in one of the four places, after its container stopped or was deleted?
    StaysIn {
        /// The container's name.
        container: String,
        /// The volume's name.
        volume: String,
        /// The file's path in the place.
        file: String,
        /// Which of the four.
        place: HomeKind,
        /// After what.
        after: Ending,
    },
    /// Was it measured how fast the places of the container are?
    SpeedMeasured {
        /// Its name.
        container: String,
        /// So often at least.
        times: u64,
    },
    /// Which of two kinds of places of the container is faster, if that can be told: each run of the one before each of the other.
    Faster {
        /// The container's name.
        container: String,
        /// What was done there.
        pattern: SpeedPattern,
        /// One.
        place: HomeKind,
        /// The other.
        than: HomeKind,
    },
    /// What a pattern took in a place of the container: the run in the middle.
    MedianSpeed {
        /// The container's name.
        container: String,
        /// What was done there.
        pattern: SpeedPattern,
        /// Where.
        place: HomeKind,
    },
    /// Could what lies in the container's tmpfs be swapped out on this machine?
    CouldBeSwapped {
        /// The container's name.
        container: String,
    },
    /// The number of the device that the container's tmpfs lies on, as the kernel's mount table has it.
    TmpfsDevice {
        /// The container's name.
        container: String,
    },
    /// Writable layer, volume, bind and tmpfs, once a file was seen in all four of them.
    PlacesHolding {
        /// The container's name.
        container: String,
        /// The volume's name.
        volume: String,
        /// The file's path in each of them.
        file: String,
    },
    /// The same after the container stopped.
    LeftAfterStop {
        /// The container's name.
        container: String,
        /// The volume's name.
        volume: String,
        /// The file's path in each of them.
        file: String,
    },
    /// The same after the container was deleted.
    LeftAfterRemove {
        /// The container's name.
        container: String,
        /// The volume's name.
        volume: String,
        /// The file's path in each of them.
        file: String,
    },
}

fn has_exited(world: &World, name: &str) -> bool {
    let exited = world.container_named(name).filter(|c| matches!(c.state, ContainerState::Exited { .. }));
    exited.is_some_and(|c| is_settled(world) && world.links.values().all(|l| l.container.as_ref() != Some(&c.id)))
}

/// Nothing is still being made or undone. A command on the host, or in a container, does neither.
fn is_settled(world: &World) -> bool {
    world.ops.values().all(|state| state.outcome.is_some() || state.op.kind == OpKind::Exec)
}

/// Deleted, and no link, address, mount or directory has an owner that is gone.
fn is_removed(world: &World, name: &str) -> bool {
    let gone = |id: &crate::spec::ContainerId| !world.containers.contains_key(id);
    let left = world.links.values().any(|l| l.container.as_ref().is_some_and(gone))
        || world.leases.values().any(gone)
        || world.mounts.values().any(|m| m.container.as_ref().is_some_and(gone))
        || world.dirs.values().any(|d| storage::is_own(d) && d.container.as_ref().is_some_and(gone))
        || world.cgroups.values().any(|c| gone(&c.container))
        || world.namespaces.values().any(|n| n.container.as_ref().is_some_and(gone));
    world.container_named(name).is_none() && was_done(world, OpKind::ContainerRemove) && !left
}

fn was_done(world: &World, kind: OpKind) -> bool {
    world.ops.values().any(|state| state.op.kind == kind && state.outcome == Some(Outcome::Done))
}
