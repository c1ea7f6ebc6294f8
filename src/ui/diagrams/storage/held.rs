//! The files of a home side by side – those that were written last, of a writable layer by name –, and how many more there are.

use super::TINT;
use crate::i18n::size;
use crate::trace::{Container, Effect, Entity, Home, UpperFile, World};
use crate::ui::diagrams::NodeId;
use crate::ui::diagrams::scene::{Anchor, Font, Ink, Node, Style, Text};
use crate::ui::diagrams::stage::{Stage, rect};
use egui::pos2;

/// Between two of them, and beside what is written on one.
const GAP: f32 = 8.0;
const PAD: f32 = 8.0;
/// A name is cut rather than wider.
const NAME: f32 = 170.0;

/// What a home holds.
#[derive(Default)]
pub(super) struct Held {
    files: Vec<File>,
    /// How many there are.
    all: u64,
}

struct File {
    entity: Entity,
    name: String,
    size: u64,
    inode: Option<u64>,
}

/// What was seen there.
pub(super) fn of(world: &World, home: &Home) -> Held {
    let Some(held) = world.contents.get(home) else { return Held::default() };
    let file = |file: &crate::trace::HomeFile| File {
        entity: Entity::HomeFile(Box::new(home.clone()), file.path.clone()),
        name: match (&file.path, home) {
            (path, Home::Bind { from }) if path.is_empty() => super::tail(from, 1),
            (path, _) => path.clone(),
        },
        size: file.size,
        inode: Some(file.inode),
    };
    Held { files: held.newest.iter().map(file).collect(), all: held.files }
}

/// What a container has written into its own layer: its directories and what it has deleted are none of its files.
pub(super) fn upper(world: &World, container: &Container) -> Held {
    let Some(upper) = world.uppers.get(&container.id) else { return Held::default() };
    let is_file = |file: &&UpperFile| !file.dir && !file.mount_point && file.effect != Effect::Deleted;
    let file = |file: &UpperFile| File {
        entity: Entity::UpperFile(container.id.clone(), file.path.clone()),
        name: file.path.clone(),
        size: file.size,
        inode: None,
    };
    let files: Vec<_> = upper.files.values().filter(is_file).map(file).collect();
    // Of very many not all are known by name.
    let listed = upper.files.len() as u64;
    let all = files.len() as u64 + upper.totals.paths.saturating_sub(listed);
    Held { files, all }
}

impl Held {
    /// `memo 5 B +2`; none where there is none.
    pub(super) fn in_a_line(&self, stage: &Stage<'_>) -> Option<String> {
        let first = self.files.first()?;
        let more = match self.all.saturating_sub(1) {
            0 => String::new(),
            more => format!(" · {}", stage.say_with("scene-more", &[("n", &more.to_string())])),
        };
        Some(format!("{} {}{more}", first.name, size(first.size)))
    }
}

/// As many as there is room for in the lowest part of the home, so high.
pub(super) fn draw(stage: &mut Stage<'_>, held: &Held, home: &NodeId, high: f32) {
    let Some(at) = stage.scene.node(home).map(|node| node.rect) else { return };
    let (mut x, end) = (at.left() + super::PAD, at.right() - super::PAD);
    let (top, tall) = (at.bottom() - high - 1.0, high - 5.0);
    let more_of = |stage: &Stage<'_>, more: u64| stage.say_with("scene-more", &[("n", &more.to_string())]);
    let count_room = stage.width(&more_of(stage, held.all), Font::Small) + GAP;
    let mut shown = 0;
    for file in &held.files {
        let alone = held.all == 1;
        let name = stage.fit_middle(&file.name, Font::Mono, NAME);
        let mut word = size(file.size);
        if let (true, Some(inode)) = (alone, file.inode) {
            word = format!("{word} · inode {inode}");
        }
        let wide = stage.width(&name, Font::Mono) + stage.width(&word, Font::Small) + 2.0 * PAD + GAP;
        let is_last = shown + 1 == held.all;
        if x + wide + if is_last { 0.0 } else { count_room } > end {
            break;
        }
        let texts = [
            Text::new(pos2(PAD, tall / 2.0), Font::Mono, Ink::Strong, name),
            Text::new(pos2(wide - PAD, tall / 2.0), Font::Small, Ink::Weak, word).anchored(Anchor::Right),
        ];
        let node = Node::new(NodeId::of(file.entity.clone()), rect(x, top, wide, tall), TINT, Style::Solid);
        stage.add(node.within(home).texts(texts).called(""));
        x += wide + GAP;
        shown += 1;
    }
    let more = held.all - shown;
    if more > 0 {
        let text = more_of(stage, more);
        if let Some(node) = stage.scene.node_mut(home) {
            node.label = format!("{}, {text}", node.label);
            let from = pos2(x - at.left(), at.height() - high / 2.0 - 3.0);
            node.texts.push(Text::new(from, Font::Small, Ink::Weak, text));
        }
    }
}
