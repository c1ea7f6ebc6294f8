//! How large things are: with all the room that they want, and where room is dear.

use super::super::stage::{Detail, Stage};
use crate::trace::Entity;
use egui::{Vec2, vec2};

/// Of the whole picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub margin: f32,
    /// A registry's tags, and the frame around them.
    pub tag: Vec2,
    pub frame_pad: f32,
    pub frame_head: f32,
    pub index_x: f32,
    pub index: Vec2,
    pub manifest_x: f32,
    pub manifest: Vec2,
    /// Between two manifests.
    pub apart: f32,
    /// Between the upper half and the lower one, with the wires' lanes.
    pub between: f32,
    pub config: f32,
    /// A local tag below the config in full, and how far below.
    pub tag_high: f32,
    pub tag_apart: f32,
    /// The config of another image, a local tag below that, and how far below.
    pub card: f32,
    pub chip: f32,
    pub chip_apart: f32,
    /// The least room between configs and layers, for the wires to both.
    pub gutter: f32,
    /// Of a layer: its blob, its DiffID, its place in the overlay, from the left edge of the first.
    pub blob: f32,
    pub diff_x: f32,
    pub diff: f32,
    pub slot_x: f32,
    pub slot: f32,
    pub slot_pad: f32,
    /// A layer's row, and one that is low.
    pub high: f32,
    pub low: f32,
    pub thin: f32,
    pub gap: f32,
    /// The headings of the columns.
    pub head: f32,
    /// What the largest amount is drawn as.
    pub track: f32,
    /// Images beside the one in full; more are counted.
    pub others: usize,
    /// Rows of layers; more are drawn together.
    pub rows: usize,
    /// How much of the upper half and of the layers is drawn.
    pub chain: Part,
    pub layers: Part,
}

/// How much is drawn of a half of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    /// Without what only explains it.
    Plain,
    /// A row.
    Row,
}

impl Sizes {
    pub fn of(stage: &Stage<'_>) -> Self {
        match stage.detail {
            Detail::Full => FULL,
            Detail::Less => less(stage),
            Detail::Least | Detail::Bare | Detail::Thin => {
                // The half that the eye is led to is open.
                let upper = |entity: &Entity| {
                    matches!(
                        entity,
                        Entity::Registry(_) | Entity::RemoteTag(_) | Entity::Index(_) | Entity::Manifest(_)
                    )
                };
                let up = stage.any_open(upper);
                let (chain, layers) = if up { (Part::Plain, Part::Row) } else { (Part::Row, Part::Plain) };
                let least = Self { chain, layers, between: 34.0, frame_head: 34.0, ..less(stage) };
                match stage.detail {
                    Detail::Bare => bare(least),
                    Detail::Thin => thin(bare(least)),
                    _ => Self { others: if up { 1 } else { 2 }, ..least },
                }
            }
        }
    }

    /// All of a layer's columns.
    pub fn columns(&self) -> f32 {
        self.slot_x + self.slot + self.slot_pad
    }

    /// Of an image that is not in full: blob and DiffID of the one that is.
    pub fn beside(&self) -> f32 {
        self.diff_x + self.diff
    }

    pub fn frame(&self) -> f32 {
        self.tag.x + 2.0 * self.frame_pad
    }

    /// The right edge of the upper half.
    pub fn right(&self) -> f32 {
        self.manifest_x + self.manifest.x
    }
}

const FULL: Sizes = Sizes {
    margin: 28.0,
    tag: vec2(166.0, 56.0),
    frame_pad: 14.0,
    frame_head: 66.0,
    index_x: 240.0,
    index: vec2(190.0, 84.0),
    manifest_x: 490.0,
    manifest: vec2(276.0, 50.0),
    apart: 12.0,
    between: 46.0,
    config: 208.0,
    tag_high: 46.0,
    tag_apart: 14.0,
    card: 46.0,
    chip: 24.0,
    chip_apart: 6.0,
    gutter: 46.0,
    blob: 238.0,
    diff_x: 274.0,
    diff: 264.0,
    slot_x: 580.0,
    slot: 112.0,
    slot_pad: 10.0,
    high: 78.0,
    low: 46.0,
    thin: 20.0,
    gap: 8.0,
    head: 40.0,
    track: 204.0,
    others: 8,
    rows: usize::MAX,
    chain: Part::Whole,
    layers: Part::Whole,
};

/// As wide as its room.
fn less(stage: &Stage<'_>) -> Sizes {
    let margin = stage.margin();
    let inner = (stage.wide(720.0) - 2.0 * margin).max(606.0);
    let narrow = inner < 640.0;
    let (tag, pad) = (136.0, 10.0);
    let (config, gutter, apart, slot, least) =
        if narrow { (140.0, 46.0, 16.0, 86.0, 128.0) } else { (156.0, 38.0, 22.0, 92.0, 160.0) };
    let index_x = tag + 2.0 * pad + if narrow { 20.0 } else { 28.0 };
    let manifest_x = index_x + 152.0 + if narrow { 22.0 } else { 30.0 };
    // At the right of the manifests the wires go down, at the left of the layers again.
    let lanes = 26.0;
    let room = inner - config - gutter - 2.0 * apart - slot - 6.0 - lanes;
    let blob = (room * 0.47).clamp(150.0, 238.0);
    let diff = (room - blob).clamp(least, 300.0);
    Sizes {
        margin,
        tag: vec2(tag, 40.0),
        frame_pad: pad,
        frame_head: 46.0,
        index_x,
        index: vec2(152.0, 44.0),
        manifest_x,
        manifest: vec2((inner - manifest_x - lanes).clamp(230.0, 320.0), 38.0),
        apart: 6.0,
        between: 38.0,
        config,
        tag_high: 26.0,
        tag_apart: 6.0,
        card: 46.0,
        chip: 24.0,
        chip_apart: 6.0,
        gutter,
        blob,
        diff_x: blob + apart,
        diff,
        slot_x: blob + diff + 2.0 * apart,
        slot,
        slot_pad: 6.0,
        high: 46.0,
        low: 46.0,
        thin: 18.0,
        gap: 5.0,
        head: 22.0,
        track: blob - 28.0,
        others: 4,
        rows: usize::MAX,
        chain: Part::Plain,
        layers: Part::Plain,
    }
}

/// A line for each tag, config and local tag.
fn bare(least: Sizes) -> Sizes {
    Sizes {
        tag: vec2(least.tag.x, 26.0),
        frame_head: 26.0,
        index: vec2(least.index.x, 38.0),
        between: 20.0,
        tag_high: 22.0,
        tag_apart: 3.0,
        card: 28.0,
        chip: 22.0,
        chip_apart: 3.0,
        head: 20.0,
        // Beside the layers of one image others are counted.
        others: if least.layers == Part::Row { 1 } else { 0 },
        ..least
    }
}

/// A line for each layer as well.
fn thin(bare: Sizes) -> Sizes {
    Sizes { between: 12.0, card: 26.0, high: 26.0, low: 26.0, gap: 3.0, rows: 5, others: 0, ..bare }
}
