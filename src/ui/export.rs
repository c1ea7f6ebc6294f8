//! The diagram as a file.

use super::diagrams::{self, Look, Tab};
use super::theme::Theme;
use crate::i18n::Words;
use crate::packet::pcapng;
use crate::spec::visible;
use crate::trace::{Code, Problem, WalkState, World};
use std::path::Path;

/// Writes the diagram as SVG.
pub fn svg(path: &Path, tab: Tab, world: &World, look: Look<'_>, words: &Words, theme: &Theme) -> Result<(), Problem> {
    let text = diagrams::svg(tab, world, look, words, theme);
    std::fs::write(path, text).map_err(|error| unwritable(path, &error))
}

/// Writes what the window showed of the diagram as PNG.
pub fn png(path: &Path, shot: &egui::ColorImage) -> Result<(), Problem> {
    let [width, height] = shot.size;
    let size = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
    let bytes: Vec<u8> = shot.pixels.iter().flat_map(|pixel| pixel.to_srgba_unmultiplied()).collect();
    image::save_buffer(path, &bytes, size(width), size(height), image::ExtendedColorType::Rgba8)
        .map_err(|error| unwritable(path, &error))
}

/// Writes a packet that was followed as pcapng.
pub fn pcap(path: &Path, walk: &WalkState) -> Result<(), Problem> {
    std::fs::write(path, pcapng::write(walk)).map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, reason: &dyn std::fmt::Display) -> Problem {
    Problem::new(Code::PictureUnwritable).with("path", visible::path(path)).with("reason", reason)
}
