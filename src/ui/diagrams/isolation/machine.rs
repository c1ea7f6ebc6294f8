//! The same kernel under host and container, and beside that, to scale, what a virtual machine carries.
//!
//! What the machine carries is nobody's measurement here; each figure says whose it is:
//! - kernel and init: `Installed-Size` of linux-image-6.1.0-56-cloud-amd64 (105,548 KiB) and systemd 252 (9,668 KiB) in Debian
//!   12's list of packages (`apt-cache show`).
//! - memory: 128 MiB for the guest and at most 5 MiB for what runs it, the smallest machine that Firecracker's SPECIFICATION.md
//!   promises anything of.

use super::super::NodeId;
use super::super::scene::{Bar, Fill, Font, Ink, Node, Style, Text, Tint};
use super::super::stage::{Stage, rect};
use super::{PAD, Subject, TINT, limits};
use crate::i18n::size;
use egui::{Rect, pos2};

/// Bytes of Debian 12's kernel for virtual machines.
const KERNEL: u64 = 105_548 * 1024;
/// Bytes of its first process's package.
const INIT: u64 = 9_668 * 1024;
/// Bytes of memory of the smallest machine, with what runs it.
const MEMORY: u64 = (128 + 5) << 20;

/// Draws both, one above the other.
pub(super) fn draw(stage: &mut Stage<'_>, place: Rect, subject: &Subject<'_>) {
    let room = place.width() - 2.0 * PAD;
    let memory = limits::memory(subject);
    let used = memory.map_or_else(|| stage.say("scene-isolation-not-measured"), size);
    let own = stage.say_with("scene-isolation-carries", &[("memory", &used)]);
    let carried = [("kernel", size(KERNEL)), ("init", size(INIT)), ("memory", size(MEMORY))];
    let vars = carried.each_ref().map(|(name, bytes)| (*name, bytes.as_str()));
    let machine = stage.say_with("scene-isolation-vm", &vars);
    let source = stage.say("scene-isolation-vm-source");
    // The figures in the same order, and whose they are in a word, where there is no room for more.
    let shortened = [&machine, &stage.say_with("scene-isolation-vm-short", &vars)].map(String::clone);
    let sources = [&source, &stage.say("scene-isolation-vm-source-short")].map(String::clone);
    let line = ((place.height() - 4.0) / 3.0).floor();
    let text = 13.0_f32.min(line);
    let scale = (KERNEL + INIT + MEMORY).max(memory.unwrap_or(0)) as f32;
    let wide = |bytes: u64| room * (bytes as f32 / scale);
    let high = (line - text - 1.0).clamp(1.5, 6.0);
    let bar = |left: f32, bytes: u64, row: f32, tint: Tint| {
        let wide = wide(bytes);
        let rect = rect(PAD + left, 2.0 + line * row + text, wide.max(1.5), high);
        (Bar { rect, tint, fill: if wide < 1.5 { Fill::Hollow } else { Fill::Full } }, left + wide)
    };
    let (kernel, at) = bar(0.0, KERNEL, 1.0, Tint::Warn);
    let (init, at) = bar(at, INIT, 1.0, Tint::Bad);
    let (given, _) = bar(at, MEMORY, 1.0, TINT);
    let used = memory.map(|bytes| bar(0.0, bytes, 0.0, TINT).0);
    let label = [own.as_str(), &machine, &source].join(". ");
    let row = |row: f32, ink, texts: &[String]| {
        let fits = texts.iter().find(|text| stage.width(text, Font::Small) <= room).or(texts.last());
        let shown = stage.fit(fits.map_or("", String::as_str), Font::Small, room);
        Text::new(pos2(PAD, 2.0 + line * row + text / 2.0), Font::Small, ink, shown)
    };
    let texts = [row(0.0, Ink::Strong, &[own]), row(1.0, Ink::Strong, &shortened), row(2.0, Ink::Weak, &sources)];
    let mut node = Node::new(NodeId::named("virtual machine"), place, Tint::Plain, Style::Dashed)
        .texts(texts)
        .bars([kernel, init, given].into_iter().chain(used))
        .called("");
    node.label = label;
    stage.add(node);
}
