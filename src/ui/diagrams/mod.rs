//! The diagrams: what the World looks like.
//!
//! ```text
//! World ──layout (pure)──▶ Scene ──┬─ tween, paint ─▶ window
//!                                  ├─ svg ──────────▶ file
//!                                  └─ spoken, labels ▶ screen reader
//! ```
//!
//! All of them come from the [`Scene`], so that they cannot disagree. Layout knows neither the window nor the clock.

mod scene;

pub use scene::Scene;

use super::theme::Theme;
use crate::i18n::Words;
use crate::trace::{Entity, Family, StepKind, World};

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
}

impl Tab {
    /// All, in the order of the tab bar.
    pub const ALL: [Self; 4] = [Self::Image, Self::Layers, Self::Network, Self::Storage];

    /// The family that gives the tab its colour.
    pub fn family(self) -> Family {
        match self {
            Self::Image => Family::Image,
            Self::Layers => Family::Layer,
            Self::Network => Family::Network,
            Self::Storage => Family::Storage,
        }
    }

    /// The Fluent message with its name.
    pub fn key(self) -> &'static str {
        match self {
            Self::Image => "scene-tab-image",
            Self::Layers => "scene-tab-layers",
            Self::Network => "scene-tab-network",
            Self::Storage => "scene-tab-storage",
        }
    }

    /// The diagram on which a step of this kind is seen; none when it changes no picture.
    pub fn for_step(kind: StepKind) -> Option<Self> {
        use StepKind::{DownloadLayers, FetchBlob, MakeUpper, MountOverlay, StackFilesystem};
        match kind {
            DownloadLayers | FetchBlob => Some(Self::Image),
            MakeUpper | MountOverlay | StackFilesystem => Some(Self::Layers),
            StepKind::HttpExchange | StepKind::Syscall => None,
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

/// The diagrams of a window: what was drawn last, so that things move from where they were.
#[derive(Debug, Default)]
pub struct Diagrams {}

impl Diagrams {
    /// Nothing drawn yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Draws a diagram in all the room that is left, and lets a click choose the thing that a shape stands for.
    /// `changed` is what the last event changed: it is lit.
    #[expect(clippy::too_many_arguments, reason = "everything it depends on, and nothing kept behind its back")]
    pub fn show(
        &mut self,
        ui: &mut egui::Ui,
        view: Tab,
        world: &World,
        changed: &[Entity],
        selection: &mut Option<Entity>,
        words: &Words,
        theme: &Theme,
    ) {
        let _ = (ui, view, world, changed, selection, words, theme);
    }
}

/// The diagram as an SVG document.
pub fn svg(tab: Tab, world: &World, words: &Words, theme: &Theme) -> String {
    let _ = (tab, world, words, theme);
    String::new()
}
