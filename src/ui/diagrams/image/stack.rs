use super::*;
use crate::trace::BlobState;
use egui::Rect;
use std::collections::BTreeSet;

/// A layer's box.
pub(super) const WIDTH: f32 = 452.0;
const HEIGHT: f32 = 82.0;
const STEP: f32 = HEIGHT + 14.0;

/// Puts images that share layers side by side.
pub(super) fn order(pictures: &mut [Picture<'_>]) {
    pictures.sort_by_cached_key(|p| p.layers.iter().map(Slab::key).collect::<Vec<_>>());
}

/// Where each layer goes: a layer that several images share stands once, as wide as all of them.
pub(super) struct Plan {
    slabs: Vec<Place>,
    /// For each image, the number of its topmost slab.
    tops: Vec<Option<usize>>,
    left: f32,
    top: f32,
}

struct Place {
    id: NodeId,
    image: usize,
    level: usize,
    rect: Rect,
    images: BTreeSet<usize>,
}

impl Plan {
    pub fn of(pictures: &[Picture<'_>], at: Pos2) -> Self {
        let tallest = pictures.iter().map(|p| p.layers.len()).max().unwrap_or(0);
        let mut slabs: Vec<Place> = Vec::new();
        let mut tops = Vec::new();
        for (i, picture) in pictures.iter().enumerate() {
            let mut top = None;
            for (level, slab) in picture.layers.iter().enumerate() {
                let left = at.x + i as f32 * (WIDTH + GAP);
                let y = at.y + (tallest - 1 - level) as f32 * STEP;
                // Sorted: an image shares with the one before it or with none.
                let same = i.checked_sub(1).filter(|before| shared(&pictures[*before], picture, level));
                let known = same.and_then(|b| slabs.iter().position(|s| s.level == level && s.images.contains(&b)));
                match known {
                    Some(at) => {
                        slabs[at].rect.max.x = left + WIDTH;
                        slabs[at].images.insert(i);
                        top = Some(at);
                    }
                    None => {
                        top = Some(slabs.len());
                        let place = rect(left, y, WIDTH, HEIGHT);
                        let id = name(slab, i, level, &slabs);
                        slabs.push(Place { id, image: i, level, rect: place, images: BTreeSet::from([i]) });
                    }
                }
            }
            tops.push(top);
        }
        Self { slabs, tops, left: at.x, top: at.y }
    }

    pub fn is_empty(&self) -> bool {
        self.slabs.is_empty()
    }

    pub fn shares(&self, _pictures: &[Picture<'_>]) -> bool {
        self.slabs.iter().any(|s| s.images.len() > 1)
    }

    /// The topmost layer of an image, and where its wire arrives.
    pub fn top_of(&self, image: usize) -> Option<(NodeId, Pos2)> {
        let slab = &self.slabs[(*self.tops.get(image)?)?];
        let x = self.left + image as f32 * (WIDTH + GAP) + WIDTH / 2.0;
        Some((slab.id.clone(), pos2(x, slab.rect.top())))
    }

    pub fn draw(&self, _world: &World, stage: &mut Stage<'_>, pictures: &[Picture<'_>]) {
        for place in &self.slabs {
            let slab = &pictures[place.image].layers[place.level];
            card(stage, place, slab);
        }
    }
}

fn shared(a: &Picture<'_>, b: &Picture<'_>, level: usize) -> bool {
    let same = |l: usize| matches!((a.layers.get(l), b.layers.get(l)), (Some(x), Some(y)) if x.key() == y.key());
    (0..=level).all(same)
}

fn name(slab: &Slab<'_>, image: usize, level: usize, known: &[Place]) -> NodeId {
    let id = slab.entity().map_or_else(|| NodeId::named(format!("layer {image} {level}")), NodeId::of);
    if known.iter().all(|k| k.id != id) {
        return id;
    }
    NodeId { part: format!("again at {image} {level}").into(), ..id }
}

/// Is its content on this host, verified?
pub(super) fn is_here(slab: &Slab<'_>) -> bool {
    slab.layer.is_some() || slab.blob.is_some_and(|b| matches!(b.state, BlobState::Verified { .. }))
}

fn card(stage: &mut Stage<'_>, place: &Place, slab: &Slab<'_>) {
    let width = place.rect.width();
    let size = slab.descriptor.map(|d| d.size).or(slab.layer.map(|l| l.size));
    let title = stage.say_with("scene-layer", &[("n", &(place.level + 1).to_string())]);
    let title_width = stage.width(&title, Font::Title);
    let room = width - title_width - 130.0;
    let made_by = stage.fit(&instruction(slab.created_by.unwrap_or_default()), Font::Mono, room);
    let blob = slab.descriptor.map(|d| format!("blob {}", short(&d.digest))).unwrap_or_default();
    let diff = slab.diff_id.map(|d| format!("diffID {}", short(d))).unwrap_or_default();
    let state = state(stage, slab);
    let right = width - 18.0;
    let mut node = Node::new(place.id.clone(), place.rect, Tint::Family(Family::Layer), state.style)
        .filled(state.part)
        .text(Text::new(pos2(18.0, 22.0), Font::Title, Ink::Strong, title))
        .text(Text::new(pos2(18.0 + title_width + 16.0, 22.5), Font::Mono, Ink::Weak, made_by))
        .text(Text::new(pos2(18.0, 44.0), Font::MonoSmall, Ink::Weak, blob))
        .text(Text::new(pos2(width / 2.0 + 6.0, 44.0), Font::MonoSmall, Ink::Weak, diff));
    if let Some(size) = size {
        node = node.text(Text::new(pos2(right, 22.0), Font::Mono, Ink::Strong, bytes(size)).anchored(Anchor::Right));
    }
    if let Some(layer) = slab.layer {
        let text = stage.say_with("scene-unpacked", &[("n", &layer.entries.to_string())]);
        node = node.text(Text::new(pos2(18.0, 65.0), Font::Small, Ink::Weak, text).marked(Mark::Check));
    }
    let word = Text::new(pos2(right, 65.0), Font::Small, state.ink, state.word);
    node = node.text(word.anchored(Anchor::Right).marked(state.mark));
    stage.add(node.called(""));
}

struct State {
    style: Style,
    part: Option<f32>,
    ink: Ink,
    word: String,
    mark: Mark,
}

fn state(stage: &Stage<'_>, slab: &Slab<'_>) -> State {
    let of = |style, part, ink, mark, word: String| State { style, part, ink, word, mark };
    let good = Ink::Tint(Tint::Good);
    match slab.blob.map(|b| (&b.state, b.descriptor.size)) {
        None if slab.layer.is_some() => of(Style::Solid, Some(1.0), good, Mark::Check, stage.say("scene-blob-here")),
        None | Some((BlobState::Waiting, _)) => {
            of(Style::Solid, None, Ink::Weak, Mark::Wait, stage.say("scene-blob-waiting"))
        }
        Some((BlobState::Receiving(got), size)) if *got >= size => {
            of(Style::Solid, Some(1.0), Ink::Tint(Tint::Warn), Mark::Wait, stage.say("scene-blob-checking"))
        }
        Some((BlobState::Receiving(got), size)) => {
            let part = *got as f32 / size.max(1) as f32;
            let percent = ((part * 100.0).floor() as u32).to_string();
            let word = stage.say_with("scene-blob-receiving", &[("percent", &percent)]);
            of(Style::Solid, Some(part), Ink::Tint(Tint::Family(Family::Layer)), Mark::Down, word)
        }
        Some((BlobState::Verified { reused: false }, _)) => {
            of(Style::Solid, Some(1.0), good, Mark::Check, stage.say("scene-blob-verified"))
        }
        Some((BlobState::Verified { reused: true }, _)) => {
            of(Style::Solid, Some(1.0), good, Mark::Reuse, stage.say("scene-blob-reused"))
        }
        Some((BlobState::Rejected(problem), _)) => {
            let why = stage.fit(&stage.words.problem(problem), Font::Small, 260.0);
            let word = format!("{} · {why}", stage.say("scene-blob-rejected"));
            of(Style::Dashed, None, Ink::Tint(Tint::Bad), Mark::Cross, word)
        }
    }
}

/// What a person wrote, without what the builder put around it.
pub(in crate::ui::diagrams) fn instruction(created_by: &str) -> String {
    let text = created_by.split("# buildkit").next().unwrap_or_default().trim();
    let text = text.strip_prefix("/bin/sh -c #(nop) ").map(str::trim_start).unwrap_or(text);
    match text.strip_prefix("/bin/sh -c ") {
        Some(command) => format!("RUN {}", command.trim_start()),
        None => text.replace("RUN /bin/sh -c ", "RUN "),
    }
}

/// From the registry to each layer that is coming in: down the gap left of its stack.
pub(super) fn bytes_in(stage: &mut Stage<'_>, pictures: &[Picture<'_>], plan: &Plan, chains: &chain::Chains, top: f32) {
    let Some((registry, from)) = &chains.registry else { return };
    for place in &plan.slabs {
        let slab = &pictures[place.image].layers[place.level];
        let coming = slab.blob.is_some_and(|b| matches!(b.state, BlobState::Receiving(_)));
        if !coming {
            continue;
        }
        let lane = chains.bottom + 13.0;
        let start = pos2(from.right() - 24.0, from.bottom());
        let x = place.rect.left() - GAP / 2.0;
        let end = place.rect.left_center();
        let route = vec![start, pos2(start.x, lane), pos2(x, lane), pos2(x, end.y), end];
        debug_assert!(lane < top && plan.top >= top);
        let edge = Edge::new(route, Tint::Family(Family::Layer), Line::Dashed).ends(End::Open, End::Arrow);
        stage.wire(registry, &place.id, edge.part("bytes").flowing(true));
    }
}
