//! The diagrams: what the World looks like.
//!
//! ```text
//! World ──layout (pure)──▶ Scene ──┬─ tween, paint ─▶ window
//!                                  ├─ svg ──────────▶ file
//!                                  └─ spoken, labels ▶ screen reader
//! ```
//!
//! All of them come from the [`Scene`], so that they cannot disagree. Layout knows neither the window nor the clock.

mod camera;
mod disk;
mod draw;
mod id;
mod image;
mod isolation;
mod layers;
mod mark;
mod measure;
mod network;
mod paint;
mod pulse;
mod reach;
mod scene;
mod shown;
mod stage;
mod storage;
mod svg;
mod table;
mod view;

pub use id::NodeId;
pub use mark::Glyph;
pub use measure::{Approximate, Measure};
pub use reach::{Reaching, TELLS as REACH_TELLS, TELLS_NAMES as REACH_TELLS_NAMES, end_of};
pub use scene::{Anchor, Bar, Caption, Edge, End, Fill, Font, Ink, Line, Node, Pick, Scene, Style, Text, Tint};
pub use view::{Diagrams, How, Live, Seen};

use stage::Detail;

use super::theme::Theme;
use crate::i18n::Words;
use crate::lesson::AskedPlace;
use crate::survival::prune::Ordered;
use crate::trace::{Container, ContainerState, Entity, Family, Health, OpId, OpKind, Outcome, StepKind, World};
use egui::Vec2;
use std::collections::HashMap;
use std::sync::Arc;

/// One diagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Tab {
    /// Tag, index, manifests, config, layers.
    #[default]
    Image,
    /// What each layer does, and how overlay stacks them.
    Layers,
    /// Host, bridge, cables, containers.
    Network,
    /// Where the bytes of each mount live.
    Storage,
    /// What separates a container from its host, and its states.
    Isolation,
    /// Who reaches whom.
    Reach,
}

impl Tab {
    /// All, in the order of the tab bar.
    pub const ALL: [Self; 6] = [Self::Image, Self::Layers, Self::Network, Self::Storage, Self::Isolation, Self::Reach];

    /// The family that gives the tab its colour.
    pub fn family(self) -> Family {
        match self {
            Self::Image => Family::Image,
            Self::Layers => Family::Layer,
            Self::Network | Self::Reach => Family::Network,
            Self::Storage => Family::Storage,
            Self::Isolation => Family::Process,
        }
    }

    /// The Fluent message with its name.
    pub fn key(self) -> &'static str {
        match self {
            Self::Image => "scene-tab-image",
            Self::Layers => "scene-tab-layers",
            Self::Network => "scene-tab-network",
            Self::Storage => "scene-tab-storage",
            Self::Isolation => "scene-tab-isolation",
            Self::Reach => "scene-tab-reach",
        }
    }

    /// The Fluent message that names the picture itself.
    pub fn figure(self) -> &'static str {
        match self {
            Self::Image => "key-tab-1",
            Self::Layers => "key-tab-2",
            Self::Network => "key-tab-3",
            Self::Storage => "key-tab-4",
            Self::Isolation => "key-tab-5",
            Self::Reach => "key-tab-6",
        }
    }

    /// The diagram on which a step of this kind is seen; none when it changes no picture.
    pub fn for_step(kind: StepKind) -> Option<Self> {
        use StepKind::{
            CloseCapture, DownloadLayers, FetchBlob, FollowPacket, JudgeWalk, MakeCall, MakeUpper, MountOverlay,
            OpenCapture, PauseContainer, ProbeReach, ResumeContainer, SendPacket, StackFilesystem, TryCall,
            UpdateContainer, WalkPacket,
        };
        match kind {
            DownloadLayers | FetchBlob => Some(Self::Image),
            ProbeReach | WalkPacket | OpenCapture | SendPacket | FollowPacket | CloseCapture | JudgeWalk => {
                Some(Self::Reach)
            }
            MakeUpper | MountOverlay | StackFilesystem => Some(Self::Layers),
            StepKind::HttpExchange | StepKind::Syscall => None,
            TryCall | MakeCall | PauseContainer | ResumeContainer | UpdateContainer => Some(Self::Isolation),
            _ => match kind.family() {
                Family::Image => Some(Self::Image),
                Family::Layer => Some(Self::Layers),
                Family::Network => Some(Self::Network),
                Family::Storage => Some(Self::Storage),
                Family::Process => None,
            },
        }
    }
}

/// How the storage picture shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum StorageView {
    /// Paths of containers, and where their bytes live.
    #[default]
    Picture,
    /// The places of one container, side by side.
    Table,
    /// What takes how much of the disk, and what a prune takes away of it.
    Disk,
}

/// From where a picture is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// What was chosen: it is drawn in full where other things are folded.
    pub chosen: Option<&'a Entity>,
    /// What has just changed: so is that.
    pub lit: &'a [Entity],
    /// Room for it, in points at 100 %; none has no end, as a file has none.
    pub room: Option<Vec2>,
    /// What is looked at where it is asked who reaches whom.
    pub reach: &'a Reaching,
    /// What a lesson asks of the places in which containers' bytes live.
    pub places: &'a [AskedPlace],
    /// How the storage picture shows it.
    pub storage: StorageView,
    /// What a prune takes away that was chosen, or that comes next, is seen beforehand.
    pub prune: Option<Ordered>,
}

impl Default for Look<'_> {
    fn default() -> Self {
        static PING: Reaching = Reaching::PING;
        Self {
            chosen: None,
            lit: &[],
            room: None,
            reach: &PING,
            places: &[],
            storage: StorageView::Picture,
            prune: None,
        }
    }
}

/// The scene of a diagram in full: a pure function of the World, of what was chosen, and of how wide words are.
pub fn scene(tab: Tab, world: &World, chosen: Option<&Entity>, words: &Words, measure: &dyn Measure) -> Scene {
    scene_in(tab, world, Look { chosen, ..Look::default() }, words, measure)
}

/// The scene laid out for its room: what does not fit at a size that can be read is folded until it does, what the eye is led to
/// last of all. Where that leaves room free, it is laid out for less, so that it can be drawn larger.
pub fn scene_in(tab: Tab, world: &World, look: Look<'_>, words: &Words, measure: &dyn Measure) -> Scene {
    let stage = |detail, room| stage::Stage::new(words, measure, Look { room, ..look }, detail);
    let lay = |detail, room| match tab {
        Tab::Image => image::scene(world, look.chosen, stage(detail, room)),
        Tab::Layers => layers::scene(world, look.chosen, stage(detail, room)),
        Tab::Network => network::scene(world, stage(detail, room)),
        Tab::Storage => match look.storage {
            StorageView::Picture => storage::scene(world, stage(detail, room)),
            StorageView::Table => table::scene(world, stage(detail, room)),
            StorageView::Disk => disk::scene(world, stage(detail, room)),
        },
        Tab::Isolation => isolation::scene(world, stage(detail, room)),
        Tab::Reach => reach::scene(world, stage(detail, room)),
    };
    // A crowd is not laid out in full only to find that it does not fit.
    let may_fit = |detail: &Detail| {
        let stage = stage(*detail, look.room);
        match tab {
            Tab::Image | Tab::Isolation => true,
            Tab::Storage if look.storage != StorageView::Picture => true,
            Tab::Reach => reach::may_fit(world, &stage),
            Tab::Layers => layers::may_fit(world, look.chosen, &stage),
            Tab::Network => world.containers.len() <= network::most(&stage),
            Tab::Storage => world.containers.len() <= storage::most(&stage),
        }
    };
    let fits = |scene: &Scene, room: Vec2| scene.size.x <= room.x && scene.size.y <= room.y;
    let (last, more): (Detail, &[Detail]) = match tab {
        Tab::Image => (Detail::Thin, &[Detail::Full, Detail::Less, Detail::Least, Detail::Bare]),
        Tab::Layers | Tab::Network | Tab::Isolation | Tab::Reach => {
            (Detail::Thin, &[Detail::Full, Detail::Less, Detail::Least])
        }
        Tab::Storage if look.storage != StorageView::Picture => {
            (Detail::Thin, &[Detail::Full, Detail::Less, Detail::Least])
        }
        Tab::Storage => (Detail::Least, &[Detail::Full, Detail::Less]),
    };
    let Some(room) = look.room else { return lay(Detail::Full, None) };
    let amounts = more.iter().copied().filter(may_fit).chain([last]);
    let mut found = None;
    for detail in amounts {
        let scene = lay(detail, look.room);
        let is_enough = fits(&scene, room);
        found = Some((detail, scene));
        if is_enough {
            break;
        }
    }
    let Some((detail, scene)) = found else { return lay(last, look.room) };
    // What was folded as far as it can be has no room to grow; what has as many lines in less width is high already.
    let grows = |larger: &f32| detail != last && scene.size.x * larger > room.x && scene.size.y * larger <= room.y;
    let larger = LARGER.iter().filter(|larger| grows(larger)).map(|larger| room / *larger);
    let larger = larger.map(|room| (lay(detail, Some(room)), room)).find(|(scene, room)| fits(scene, *room));
    larger.map_or(scene, |(larger, _)| larger)
}

/// How much larger than at 100 % a picture is drawn where there is room: few sizes, so that they do not change with each step.
const LARGER: [f32; 2] = [1.3, 1.15];

/// The diagram as an SVG document.
pub fn svg(tab: Tab, world: &World, look: Look<'_>, words: &Words, theme: &Theme) -> String {
    let scene = scene_in(tab, world, Look { room: None, ..look }, words, &Approximate);
    svg::document(&scene, theme, words.lang().code())
}

/// The container that the isolation picture draws.
pub fn isolated(world: &World, chosen: Option<&Entity>, lit: &[Entity]) -> Option<crate::spec::ContainerId> {
    isolation::shown(world, chosen, lit, &in_order(world)).map(|container| container.id.clone())
}

/// Containers in the order they were created, as far as the World tells: later ones do not push earlier ones aside.
fn in_order(world: &World) -> Vec<&Arc<Container>> {
    // By name or by id, the latest last.
    let creations = world.ops.values().filter(|state| state.op.kind == OpKind::ContainerCreate);
    let created: HashMap<&str, OpId> = creations.map(|state| (state.op.subject.as_str(), state.op.id)).collect();
    let of = |name: &str| created.get(name).copied().unwrap_or(0);
    let mut all: Vec<_> = world.containers.values().collect();
    all.sort_by_cached_key(|c| (of(&c.name).max(of(c.id.as_str())), c.name.clone()));
    all
}

/// What brings images in, or takes them away.
const IMAGES: [OpKind; 6] = [
    OpKind::ImagePull,
    OpKind::ImageLoad,
    OpKind::ImageImport,
    OpKind::ImageRemove,
    OpKind::ImagePrune,
    OpKind::ContainerCommit,
];
/// What makes something that has mounts, or takes it away.
const STORED: [OpKind; 5] = [
    OpKind::ContainerCreate,
    OpKind::ContainerRemove,
    OpKind::VolumeCreate,
    OpKind::VolumeRemove,
    OpKind::VolumeImport,
];

/// One of these was done: what is not there any more was there.
fn was_done(world: &World, kinds: &[OpKind]) -> bool {
    world.ops.values().any(|state| kinds.contains(&state.op.kind) && state.outcome == Some(Outcome::Done))
}

/// A container's state in words.
fn state_of(stage: &stage::Stage<'_>, container: &Container) -> String {
    match container.state {
        ContainerState::Created => stage.say("scene-state-created"),
        ContainerState::Running { .. } => match container.health {
            None => stage.say("scene-state-running"),
            Some(Health::Starting) => stage.say("scene-state-running-starting"),
            Some(Health::Healthy) => stage.say("scene-state-running-healthy"),
            Some(Health::Unhealthy) => stage.say("scene-state-running-unhealthy"),
        },
        ContainerState::Paused { .. } => stage.say("scene-state-paused"),
        ContainerState::Restarting { .. } => stage.say("scene-state-restarting"),
        ContainerState::Exited { status } => stage.say_with("scene-state-exited", &[("status", &status.to_string())]),
    }
}
