use super::super::stage::curve;
use super::*;
use crate::spec::Digest;
use crate::trace::{Descriptor, Index, RemoteTag};
use egui::{Rect, vec2};
use std::sync::Arc;

const TAG: egui::Vec2 = vec2(166.0, 56.0);
const FRAME_PAD: f32 = 14.0;
const FRAME_HEAD: f32 = 62.0;
const INDEX_X: f32 = TAG.x + 2.0 * FRAME_PAD + 36.0;
const INDEX: egui::Vec2 = vec2(190.0, 84.0);
const MANIFEST_X: f32 = INDEX_X + INDEX.x + 56.0;
const MANIFEST: egui::Vec2 = vec2(252.0, 50.0);
const STEP: f32 = MANIFEST.y + 12.0;
/// Entries of an index that are drawn; the rest is counted.
const SHOWN: usize = 6;

/// Where the upper half ends.
pub(super) struct Chains {
    pub bottom: f32,
    pub right: f32,
    /// The registry box with its place, for bytes to come from.
    pub registry: Option<(NodeId, Rect)>,
}

impl Chains {
    /// The card of a manifest.
    pub fn manifest(&self, stage: &Stage<'_>, digest: &Digest) -> Option<(NodeId, Rect)> {
        let id = NodeId::of(Entity::Manifest(digest.clone()));
        stage.scene.node(&id).map(|node| (id.clone(), node.rect))
    }
}

/// Registries with their tags, indexes, manifests.
pub(super) fn draw(world: &World, stage: &mut Stage<'_>, at: Pos2) -> Chains {
    let mut chains = Chains { bottom: at.y, right: at.x + MANIFEST_X + MANIFEST.x, registry: None };
    let mut y = at.y;
    for registry in world.registries.values() {
        let id = NodeId::of(Entity::Registry(registry.host.clone()));
        let place = rect(at.x, y, TAG.x + 2.0 * FRAME_PAD, FRAME_HEAD + 16.0);
        let host = stage.fit_middle(&registry.host, Font::Mono, TAG.x);
        let kind = if registry.builtin { "scene-registry-builtin" } else { "scene-registry" };
        let how = format!("{} · {}", registry.scheme, auth(stage, &registry.auth));
        let title = stage.say(kind);
        stage.add(
            Node::new(id.clone(), place, Tint::Plain, Style::Frame)
                .text(Text::new(pos2(FRAME_PAD, 18.0), Font::Title, Ink::Strong, title))
                .text(Text::new(pos2(FRAME_PAD, 36.0), Font::Mono, Ink::Weak, host))
                .text(Text::new(pos2(FRAME_PAD, 51.0), Font::Small, Ink::Weak, how))
                .called(""),
        );
        let mut row = y + FRAME_HEAD + 4.0;
        let tags = world.remote_tags.iter().filter(|(_, tag)| tag.registry == registry.host);
        let mut bottom = row;
        for (reference, tag) in tags {
            let height = one(world, stage, &id, reference, tag, pos2(at.x, row), y);
            bottom = row + height;
            row = bottom + 22.0;
        }
        if let Some(frame) = stage.scene.node_mut(&id) {
            frame.rect.max.y = frame.rect.max.y.max(bottom + FRAME_PAD);
            // With several registries the way down from one would cross another.
            chains.registry = (world.registries.len() == 1).then(|| (id.clone(), frame.rect));
            y = frame.rect.max.y + 22.0;
        }
    }
    chains.bottom = (y - 22.0).max(at.y);
    chains
}

/// Tag → index → manifests. `top` is where the registry's box begins. Returns the height.
fn one(
    world: &World,
    stage: &mut Stage<'_>,
    frame: &NodeId,
    reference: &str,
    tag: &Arc<RemoteTag>,
    at: Pos2,
    top: f32,
) -> f32 {
    let id = NodeId::of(Entity::RemoteTag(reference.to_owned()));
    let place = Rect::from_min_size(pos2(at.x + FRAME_PAD, at.y), TAG);
    let name = stage.fit_middle(&familiar(reference), Font::Mono, TAG.x - 26.0);
    let title = stage.say("scene-tag");
    stage.add(
        Node::new(id.clone(), place, TINT, Style::Solid)
            .within(frame)
            .text(Text::new(pos2(14.0, 19.0), Font::Title, Ink::Strong, title).marked(Mark::Tag))
            .text(Text::new(pos2(14.0, 38.0), Font::Mono, Ink::Weak, name))
            .called(""),
    );
    let target = &tag.target;
    // The first row of a registry may begin as high as its box does: the tag is below the registry's name.
    let first = at.y - top <= FRAME_HEAD + 8.0;
    let lift = if first { FRAME_HEAD + 4.0 } else { 0.0 };
    if let Some(index) = world.indexes.get(&target.digest) {
        let height = manifests_height(index);
        let upper = at.y - lift;
        let place_index = rect(at.x + INDEX_X, at.y + (TAG.y - INDEX.y) / 2.0, INDEX.x, INDEX.y);
        let shared = NodeId::of(Entity::Index(target.digest.clone()));
        if stage.scene.node(&shared).is_some() {
            return TAG.y;
        }
        let index_id = index_card(stage, index, place_index);
        stage.wire(&id, &index_id, Edge::new(flat(place, place_index), TINT, Line::Solid).part("points"));
        entries(world, stage, index, &index_id, place_index, pos2(at.x + MANIFEST_X, upper));
        return TAG.y.max(height - lift).max(INDEX.y - 14.0);
    }
    let manifest = NodeId::of(Entity::Manifest(target.digest.clone()));
    if stage.scene.node(&manifest).is_some() {
        return TAG.y;
    }
    if is_index(target) {
        let place_index = rect(at.x + INDEX_X, at.y + (TAG.y - INDEX.y) / 2.0, INDEX.x, INDEX.y);
        let node = pending(stage, NodeId::part(Entity::RemoteTag(reference.to_owned()), "target"), place_index, target);
        stage.wire(&id, &node, Edge::new(flat(place, place_index), TINT, Line::Dashed).part("points"));
        return TAG.y.max(INDEX.y - 14.0);
    }
    let place_manifest = rect(at.x + MANIFEST_X, at.y + 3.0, MANIFEST.x, MANIFEST.y);
    let read = world.manifests.contains_key(&target.digest);
    let node = manifest_card(stage, target, place_manifest, if read { Style::Strong } else { Style::Ghost }, false);
    let line = if read { Line::Solid } else { Line::Dashed };
    stage.wire(&id, &node, Edge::new(flat(place, place_manifest), TINT, line).part("points"));
    TAG.y
}

fn flat(from: Rect, to: Rect) -> Vec<Pos2> {
    vec![from.right_center(), pos2(to.left(), from.center().y)]
}

fn is_index(target: &Descriptor) -> bool {
    target.media_type.contains("index") || target.media_type.contains("manifest.list")
}

fn index_card(stage: &mut Stage<'_>, index: &Index, place: Rect) -> NodeId {
    let id = NodeId::of(Entity::Index(index.this.digest.clone()));
    let real = index.manifests.iter().filter(|m| !is_attestation(m)).count().to_string();
    let (title, count) = (stage.say("scene-index"), stage.say_with("scene-platforms", &[("n", &real)]));
    stage.add(
        Node::new(id.clone(), place, TINT, Style::Solid)
            .text(Text::new(pos2(16.0, 21.0), Font::Title, Ink::Strong, title))
            .text(Text::new(pos2(16.0, 42.0), Font::Mono, Ink::Weak, short(&index.this.digest)))
            .text(Text::new(pos2(16.0, 64.0), Font::Word, Ink::Tint(TINT), count))
            .text(
                Text::new(pos2(place.width() - 14.0, 64.0), Font::MonoSmall, Ink::Weak, bytes(index.this.size))
                    .anchored(Anchor::Right),
            )
            .called(""),
    );
    id
}

fn pending(stage: &mut Stage<'_>, id: NodeId, place: Rect, target: &Descriptor) -> NodeId {
    let (title, word) = (stage.say("scene-index"), stage.say("scene-not-read"));
    stage.add(
        Node::new(id.clone(), place, TINT, Style::Ghost)
            .text(Text::new(pos2(16.0, 21.0), Font::Title, Ink::Weak, title))
            .text(Text::new(pos2(16.0, 42.0), Font::Mono, Ink::Weak, short(&target.digest)))
            .text(Text::new(pos2(16.0, 64.0), Font::Small, Ink::Weak, word).marked(Mark::Wait))
            .called(""),
    );
    id
}

fn is_attestation(entry: &Descriptor) -> bool {
    entry.annotations.get("vnd.docker.reference.type").is_some_and(|t| t == "attestation-manifest")
        || entry.platform.as_ref().is_some_and(crate::spec::Platform::is_unknown)
}

/// The entries that are drawn: the chosen one is always among them.
fn shown<'a>(index: &'a Index, chosen: Option<&Digest>) -> Vec<&'a Descriptor> {
    let mut entries: Vec<&Descriptor> = index.manifests.iter().collect();
    entries.sort_by_key(|m| (chosen != Some(&m.digest), is_attestation(m)));
    entries.dedup_by_key(|m| &m.digest);
    entries.truncate(SHOWN);
    entries
}

fn manifests_height(index: &Index) -> f32 {
    let rows = index.manifests.len().min(SHOWN) as f32;
    let rest = if index.manifests.len() > SHOWN { 26.0 } else { 0.0 };
    rows * STEP - 12.0 + rest
}

fn entries(world: &World, stage: &mut Stage<'_>, index: &Index, from: &NodeId, card: Rect, at: Pos2) {
    let chosen = world.chosen.get(&index.this.digest);
    let entries = shown(index, chosen);
    for (row, entry) in entries.iter().enumerate() {
        let place = rect(at.x, at.y + STEP * row as f32, MANIFEST.x, MANIFEST.y);
        let is_chosen = chosen == Some(&entry.digest);
        let style = match (is_chosen, chosen.is_some()) {
            (true, _) => Style::Strong,
            (false, true) => Style::Dim,
            (false, false) => Style::Solid,
        };
        let id = NodeId::of(Entity::Manifest(entry.digest.clone()));
        if stage.scene.node(&id).is_some() {
            continue;
        }
        manifest_card(stage, entry, place, style, is_chosen);
        let (start, end) = (card.right_center(), place.left_center());
        let line = if is_chosen { Line::Solid } else { Line::Dim };
        stage.wire(from, &id, Edge::new(curve(start, end), TINT, line).part("lists"));
    }
    let rest = index.manifests.len() - entries.len();
    if rest > 0 {
        let text = stage.say_with("scene-more", &[("n", &rest.to_string())]);
        let y = at.y + STEP * entries.len() as f32 + 4.0;
        stage.caption(Text::new(pos2(at.x + 16.0, y), Font::Small, Ink::Weak, text));
    }
}

fn manifest_card(stage: &mut Stage<'_>, entry: &Descriptor, place: Rect, style: Style, chosen: bool) -> NodeId {
    let id = NodeId::of(Entity::Manifest(entry.digest.clone()));
    let attestation = is_attestation(entry);
    let what = match &entry.platform {
        _ if attestation => stage.say("scene-attestation"),
        Some(platform) => format!("{} · {platform}", stage.say("scene-manifest")),
        None => stage.say("scene-manifest"),
    };
    let ink = if style == Style::Dim { Ink::Weak } else { Ink::Strong };
    let under = if attestation { stage.say("scene-attestation-why") } else { short(&entry.digest) };
    let (font, room) = if attestation { (Font::Small, MANIFEST.x - 28.0) } else { (Font::Mono, 150.0) };
    let under = stage.fit(&under, font, room);
    let what = stage.fit(&what, Font::Title, MANIFEST.x - 30.0);
    let mut node = Node::new(id.clone(), place, TINT, style)
        .text(Text::new(pos2(15.0, 17.0), Font::Title, ink, what))
        .text(Text::new(pos2(15.0, 35.0), font, Ink::Weak, under));
    if chosen {
        let word = stage.say("scene-chosen");
        let at = pos2(MANIFEST.x - 14.0, 35.0);
        node = node.text(Text::new(at, Font::Small, Ink::Tint(TINT), word).anchored(Anchor::Right).marked(Mark::Check));
    }
    stage.add(node.called(""));
    id
}

fn auth(stage: &Stage<'_>, kind: &str) -> String {
    match kind {
        "none" => stage.say("scene-auth-none"),
        other => other.to_owned(),
    }
}
