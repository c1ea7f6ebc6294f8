//! What each layer does, and how overlay makes one directory of them.
//!
//! ```text
//!   ┌ web: merged / ┐   ┌ shell: merged / ┐     what each container sees
//!   └─▲──────▲──────┘   └─▲──────▲────────┘
//!     │   ┌upper┐┌work┐   │   ┌upper┐┌work┐     its own, writable
//!   ┌─┴───────────────────┴─────────────────┐
//!   │ layer 4                               │   one stack below all of them, read-only,
//!   │ layer 1                               │   the lowest first
//!   └───────────────────────────────────────┘
//! ```

mod merged;
mod upper;

use super::image::{Picture, Slab, familiar, instruction, pictures};
use super::scene::{Anchor, Edge, End, Font, Ink, Line, Node, Scene, Style, Text, Tint};
use super::stage::{MARGIN, Stage, bytes, rect};
use super::{Glyph, NodeId};
use crate::trace::{
    Container, ContainerState, DirRole, Effect, Entity, Family, LayerFile, Mount, MountKind, OpKind, World,
};
use egui::{Rect, pos2};
use merged::{Fate, Listed, Seen};
use std::sync::Arc;

const TINT: Tint = Tint::Family(Family::Layer);
const WIDTH: f32 = 704.0;
const COLUMN: f32 = 420.0;
const GAP: f32 = 24.0;
const LANE: f32 = 28.0;
const RISE: f32 = 40.0;
const UPPER: f32 = 64.0;
const WORK: f32 = 96.0;
const PAD: f32 = 16.0;
/// Rows of the merged view.
const ROWS: usize = 8;
/// Rows of paths in a layer.
const FILE_ROWS: usize = 2;

/// The picture of the image that was chosen, or that was used last.
pub(super) fn scene(world: &World, chosen: Option<&Entity>, mut stage: Stage<'_>) -> Scene {
    let all = pictures(world);
    let Some(picture) = focus(world, &all, chosen).filter(|p| !p.layers.is_empty()) else {
        return stage.nothing(match all.is_empty() && super::was_done(world, &super::IMAGES) {
            true => ["scene-layers-none-now", "scene-layers-none-now-hint"],
            false => ["scene-layers-empty", "scene-layers-empty-hint"],
        });
    };
    let users: Vec<&Arc<Container>> = super::in_order(world).into_iter().filter(|c| c.image == picture.id).collect();
    let columns = users.len().max(1) as f32;
    let width = WIDTH.max(columns * COLUMN + (columns - 1.0) * GAP);
    let layers = world.layers_of(&picture.id);
    let written = |user: &Container| world.uppers.get(&user.id).map(|upper| &**upper);
    let seen = merged::merged(&layers, None);
    let shown = merged::listed(&seen, &layers, usize::MAX, ROWS);
    let own: Vec<Vec<Seen>> = users.iter().map(|user| merged::merged(&layers, written(user))).collect();
    let own: Vec<Listed<'_>> = own.iter().map(|seen| merged::listed(seen, &layers, layers.len() + 1, ROWS)).collect();
    let rows = own.iter().map(Listed::lines).max().unwrap_or(shown.lines());
    let merged_height = 62.0 + 19.0 * rows.max(1) as f32 + 10.0;
    let upper_top = MARGIN + merged_height + RISE;
    let upper_height = upper::height(users.iter().filter_map(|user| written(user)));
    let lower_top = upper_top + upper_height + RISE;
    let lower = lowers(&mut stage, picture, users.len(), rect(MARGIN, lower_top, width, 0.0));
    let step = if users.len() < 2 { 0.0 } else { (width - COLUMN) / (columns - 1.0) };
    if users.is_empty() {
        let place = rect(MARGIN, MARGIN, width, merged_height);
        let id = NodeId::named("merged of no one");
        let title = stage.say("scene-merged-image");
        let why = stage.say("scene-merged-planned");
        card(&mut stage, id.clone(), place, Style::Ghost, [&title, &why], &shown, usize::MAX);
        let x = place.left() + LANE / 2.0;
        rise(&mut stage, &lower, &id, [pos2(x, lower_top), pos2(x, place.bottom())], false);
        let hint = stage.say("scene-upper-none");
        let at = rect(MARGIN + LANE, upper_top, 220.0, UPPER);
        empty_upper(&mut stage, at, hint);
    }
    for (i, user) in users.iter().enumerate() {
        let x = MARGIN + step * i as f32;
        let alone = if users.len() == 1 { width } else { COLUMN };
        let column = rect(x, MARGIN, alone, merged_height);
        let upper_place = (upper_top, upper_height);
        container(world, &mut stage, user, column, upper_place, &lower, (&own[i], layers.len() + 1));
    }
    let name = picture.tags.first().map_or_else(|| super::stage::short(&picture.id), |t| familiar(t));
    let (layers, count) = (picture.layers.len().to_string(), users.len().to_string());
    let vars = [("name", name.as_str()), ("layers", layers.as_str()), ("containers", count.as_str())];
    let mut spoken = stage.say_with("scene-layers-spoken", &vars);
    for user in &users {
        if let Some(summary) = written(user).and_then(|upper| upper::summary(&stage, upper)) {
            let vars = [("name", user.name.as_str()), ("what", summary.as_str())];
            spoken = format!("{spoken} {}", stage.say_with("scene-layers-spoken-upper", &vars));
        }
    }
    stage.done(spoken)
}

/// The image of what was chosen, else of the container made last, else the one pulled last.
fn focus<'p, 'w>(world: &World, all: &'p [Picture<'w>], chosen: Option<&Entity>) -> Option<&'p Picture<'w>> {
    let holds = |picture: &Picture<'_>, entity: &Entity| match entity {
        Entity::Config(digest) => picture.id == *digest,
        Entity::Manifest(digest) => picture.manifest.is_some_and(|m| m.this.digest == *digest),
        Entity::Tag(name) => picture.tags.contains(&name),
        Entity::Container(id) | Entity::UpperFile(id, _) => {
            world.containers.get(id).is_some_and(|c| c.image == picture.id)
        }
        Entity::Layer(chain) => picture.layers.iter().any(|l| l.layer.is_some_and(|l| l.chain_id == *chain)),
        Entity::Blob(digest) => picture.layers.iter().any(|l| l.descriptor.is_some_and(|d| d.digest == *digest)),
        Entity::Dir(path) => {
            let owner = world.dirs.get(path).and_then(|d| d.container.as_ref()).and_then(|id| world.containers.get(id));
            owner.is_some_and(|c| c.image == picture.id)
        }
        Entity::Mount(key) => {
            let owner =
                world.mounts.get(key).and_then(|m| m.container.as_ref()).and_then(|id| world.containers.get(id));
            owner.is_some_and(|c| c.image == picture.id)
        }
        _ => false,
    };
    let used = |picture: &&Picture<'_>| {
        super::in_order(world).iter().rposition(|c| c.image == picture.id).map_or(0, |at| at + 1)
    };
    let pulled = |picture: &Picture<'_>| {
        let running = picture.tags.is_empty()
            && world.ops.values().any(|op| op.op.kind == OpKind::ImagePull && op.outcome.is_none());
        let of = |op: &crate::trace::OpState| {
            let named = |tag: &&String| **tag == op.op.subject || familiar(tag) == op.op.subject;
            op.op.kind == OpKind::ImagePull && picture.tags.iter().any(named)
        };
        let last = world.ops.values().filter(|op| of(op)).map(|op| op.op.id).max().unwrap_or(0);
        if running { u64::MAX } else { last }
    };
    let best = chosen.and_then(|entity| {
        let mut hits = all.iter().filter(|p| holds(p, entity));
        // A layer that two images share says nothing about which of them is meant.
        hits.next().filter(|_| hits.next().is_none())
    });
    best.or_else(|| all.iter().max_by_key(|p| (pulled(p) == u64::MAX, used(p), pulled(p))))
}

/// The frame of the read-only layers, lowest at the bottom.
fn lowers(stage: &mut Stage<'_>, picture: &Picture<'_>, users: usize, at: Rect) -> NodeId {
    let id = NodeId::named("lower");
    let title = stage.say("scene-lower");
    let hint = match users {
        0 | 1 => stage.say("scene-lower-one"),
        n => stage.say_with("scene-lower-shared", &[("n", &n.to_string())]),
    };
    let right = at.width() - PAD;
    stage.add(
        Node::new(id.clone(), at, TINT, Style::Frame)
            .text(Text::new(pos2(PAD, 19.0), Font::Title, Ink::Strong, title).marked(Glyph::Lock))
            .text(Text::new(pos2(right, 19.0), Font::Small, Ink::Weak, hint).anchored(Anchor::Right))
            .called(""),
    );
    let mut y = at.top() + 38.0;
    for (i, slab) in picture.layers.iter().enumerate().rev() {
        y = self::slab(stage, &id, i, slab, rect(at.left() + PAD, y, at.width() - 2.0 * PAD, 0.0)) + 10.0;
    }
    if let Some(frame) = stage.scene.node_mut(&id) {
        frame.rect.max.y = y + PAD - 10.0;
    }
    id
}

fn slab(stage: &mut Stage<'_>, frame: &NodeId, index: usize, slab: &Slab<'_>, at: Rect) -> f32 {
    let entity = slab.layer.map(|l| Entity::Layer(l.chain_id.clone()));
    let id = entity.map_or_else(|| NodeId::named(format!("lower {index}")), NodeId::of);
    let title = stage.say_with("scene-layer", &[("n", &(index + 1).to_string())]);
    let title_width = stage.width(&title, Font::Title);
    let right = at.width() - PAD;
    let made_by = instruction(slab.created_by.unwrap_or_default());
    let made_by = stage.fit(&made_by, Font::Mono, right - title_width - 120.0);
    let mut texts = vec![
        Text::new(pos2(PAD, 20.0), Font::Title, Ink::Strong, title),
        Text::new(pos2(PAD + title_width + 14.0, 20.5), Font::Mono, Ink::Weak, made_by),
    ];
    let rows = match slab.layer {
        Some(layer) => {
            texts.push(Text::new(pos2(right, 20.0), Font::Mono, Ink::Weak, bytes(layer.size)).anchored(Anchor::Right));
            let hidden = layer.entries.saturating_sub(layer.files.len() as u64);
            files(stage, &layer.files, hidden, at.width() - 2.0 * PAD, &mut texts)
        }
        None => {
            let word = stage.say("scene-not-unpacked");
            texts.push(Text::new(pos2(PAD, 43.0), Font::Small, Ink::Weak, word).marked(Glyph::Wait));
            1
        }
    };
    let place = rect(at.left(), at.top(), at.width(), 34.0 + 20.0 * rows as f32 + 6.0);
    let style = if slab.layer.is_some() { Style::Solid } else { Style::Ghost };
    stage.add(Node::new(id, place, TINT, style).within(frame).texts(texts).called(""));
    place.bottom()
}

/// The paths one after another, as many as fit into the rows. What is deleted and replaced comes first.
fn files(stage: &Stage<'_>, files: &[LayerFile], hidden: u64, width: f32, texts: &mut Vec<Text>) -> usize {
    let mut files: Vec<&LayerFile> = files.iter().collect();
    files.sort_by_key(|f| f.effect == Effect::Added);
    let (mut x, mut row, mut left) = (0.0, 0, files.len() as u64 + hidden);
    for file in files {
        let (mark, tint, key) = effect(file.effect);
        let word = if file.effect == Effect::Added { String::new() } else { format!("  {}", stage.say(key)) };
        let path = stage.fit_middle(&file.path, Font::Mono, 230.0);
        let path_width = stage.width(&path, Font::Mono);
        let word_width = stage.width(&word, Font::Small);
        let needed = Font::Mono.size() + 4.0 + path_width + word_width;
        let reserve = if row + 1 == FILE_ROWS && left > 1 { 90.0 } else { 0.0 };
        if x > 0.0 && x + needed > width - reserve {
            (x, row) = (0.0, row + 1);
        }
        if row >= FILE_ROWS {
            break;
        }
        let y = 44.0 + 20.0 * row as f32;
        let gone = file.effect == Effect::Deleted;
        texts.push(Text::new(pos2(PAD + x, y), Font::Mono, Ink::Tint(tint), path).marked(mark).struck(gone));
        if !word.is_empty() {
            let at = pos2(PAD + x + Font::Mono.size() + 4.0 + path_width, y);
            texts.push(Text::new(at, Font::Small, Ink::Tint(tint), word));
        }
        x += needed + 22.0;
        left -= 1;
    }
    if left > 0 {
        let word = stage.say_with("scene-more", &[("n", &left.to_string())]);
        let y = 44.0 + 20.0 * row.min(FILE_ROWS - 1) as f32;
        texts.push(Text::new(pos2(PAD + width, y), Font::Small, Ink::Weak, word).anchored(Anchor::Right));
    }
    (row + 1).min(FILE_ROWS)
}

fn effect(effect: Effect) -> (Glyph, Tint, &'static str) {
    match effect {
        Effect::Added => (Glyph::Plus, Tint::Good, "scene-effect-added"),
        Effect::Replaced => (Glyph::Tilde, Tint::Warn, "scene-effect-replaced"),
        Effect::Deleted => (Glyph::Minus, Tint::Bad, "scene-effect-deleted"),
        Effect::Opaque => (Glyph::Opaque, Tint::Bad, "scene-effect-opaque"),
    }
}

/// What a container sees, and its own layer below that.
fn container(
    world: &World,
    stage: &mut Stage<'_>,
    container: &Container,
    column: Rect,
    (upper_top, upper_height): (f32, f32),
    lower: &NodeId,
    (shown, own): (&Listed<'_>, usize),
) {
    let overlay = world.mounts_of(&container.id).find(|m| matches!(m.kind, MountKind::Overlay { .. }));
    let mounted = overlay.is_some();
    let part = |what: &'static str| NodeId::part(Entity::Container(container.id.clone()), what);
    let id = overlay.map_or_else(|| part("merged"), |m| NodeId::of(Entity::Mount(m.key)));
    let why = stage.say(match (mounted, &container.state) {
        (true, _) => "scene-merged",
        (false, ContainerState::Exited { .. }) => "scene-overlay-unmounted",
        (false, _) => "scene-overlay-not-mounted",
    });
    let style = if mounted { Style::Solid } else { Style::Ghost };
    card(stage, id.clone(), column, style, ["", &why], shown, own);
    let name = stage.fit(&container.name, Font::Heading, column.width() - 130.0);
    let name_width = stage.width(&name, Font::Heading).max(20.0);
    let place = rect(column.left() + PAD, column.top() + 11.0, name_width, 22.0);
    let text = Text::new(pos2(0.0, 11.0), Font::Heading, Ink::Strong, name);
    let own = Node::new(NodeId::of(Entity::Container(container.id.clone())), place, Tint::Plain, Style::Bare);
    stage.add(own.within(&id).text(text).called(&stage.say("scene-container")));
    let state = super::state_of(stage, container);
    let at = pos2(column.width() - PAD, 22.0);
    if let Some(card) = stage.scene.node_mut(&id) {
        card.texts.push(Text::new(at, Font::Small, Ink::Weak, state).anchored(Anchor::Right));
    }

    let x = column.left() + LANE / 2.0;
    let lower_top = stage.scene.node(lower).map_or(upper_top, |n| n.rect.top());
    rise(stage, lower, &id, [pos2(x, lower_top), pos2(x, column.bottom())], mounted);
    let (upper, work) = dirs(world, container, overlay);
    let written = world.uppers.get(&container.id);
    let upper_width = column.width() - LANE - WORK - 16.0;
    let upper_place = rect(column.left() + LANE, upper_top, upper_width, upper_height);
    let work_place = rect(upper_place.right() + 16.0, upper_top, WORK, UPPER);
    let why = written.and_then(|upper| upper::summary(stage, upper)).unwrap_or_else(|| stage.say("scene-upper-why"));
    let title = stage.say("scene-upper");
    let upper_id = dir(stage, world, &upper, part("upper"), upper_place, [&title, &why], true);
    let (title, why) = (stage.say("scene-work"), stage.say("scene-work-why"));
    let work_id = dir(stage, world, &work, part("work"), work_place, [&title, &why], false);
    if let Some(written) = written {
        upper::files(stage, &container.id, written, &upper_id, upper_place);
        upper::copies(stage, written, lower, &upper_id, RISE);
    }
    rise(stage, &upper_id, &id, [upper_place.center_top(), pos2(upper_place.center().x, column.bottom())], mounted);
    let y = work_place.center().y;
    let route = vec![pos2(upper_place.right(), y), work_place.left_center()];
    stage.wire(&upper_id, &work_id, Edge::new(route, Tint::Family(Family::Storage), Line::Dashed));
}

/// Paths of upper and work: as the mount says, else as the directories were made.
fn dirs(world: &World, container: &Container, overlay: Option<&Arc<Mount>>) -> (Option<String>, Option<String>) {
    let made = |role: DirRole| {
        let of = |d: &&Arc<crate::trace::Dir>| d.role == role && d.container.as_ref() == Some(&container.id);
        world.dirs.values().find(of).map(|d| d.path.clone())
    };
    match overlay.map(|m| &m.kind) {
        Some(MountKind::Overlay { upper, work, .. }) => (Some(upper.clone()), Some(work.clone())),
        _ => (made(DirRole::Upper), made(DirRole::Work)),
    }
}

fn dir(
    stage: &mut Stage<'_>,
    world: &World,
    path: &Option<String>,
    otherwise: NodeId,
    at: Rect,
    [title, why]: [&str; 2],
    strong: bool,
) -> NodeId {
    let known = path.as_ref().filter(|p| world.dirs.contains_key(*p));
    let id = known.map_or(otherwise, |p| NodeId::of(Entity::Dir(p.clone())));
    let font = if strong { Font::Title } else { Font::Mono };
    let title = stage.fit(title, font, at.width() - 24.0);
    let why = stage.fit(why, Font::Small, at.width() - 20.0);
    let style = match (path.is_some(), strong) {
        (false, _) => Style::Ghost,
        (true, true) => Style::Strong,
        (true, false) => Style::Dashed,
    };
    stage.add(
        Node::new(id.clone(), at, Tint::Family(Family::Storage), style)
            .text(Text::new(pos2(12.0, 23.0), font, Ink::Strong, title))
            .text(Text::new(pos2(12.0, 43.0), Font::Small, Ink::Weak, why))
            .called(""),
    );
    id
}

fn empty_upper(stage: &mut Stage<'_>, at: Rect, hint: String) {
    let title = stage.say("scene-upper");
    let hint = stage.fit(&hint, Font::Small, at.width() - 20.0);
    stage.add(
        Node::new(NodeId::named("upper of no one"), at, Tint::Family(Family::Storage), Style::Ghost)
            .text(Text::new(pos2(12.0, 23.0), Font::Title, Ink::Weak, title))
            .text(Text::new(pos2(12.0, 43.0), Font::Small, Ink::Weak, hint))
            .called(""),
    );
}

fn rise(stage: &mut Stage<'_>, from: &NodeId, to: &NodeId, route: [egui::Pos2; 2], mounted: bool) {
    let tint = stage.scene.node(from).map_or(TINT, |n| n.tint);
    let line = if mounted { Line::Solid } else { Line::Dashed };
    stage.wire(from, to, Edge::new(route.to_vec(), tint, line).ends(End::Open, End::Arrow).part("stacks"));
}

/// The merged view with its paths.
/// Layer number `own` is the container's writable one.
fn card(
    stage: &mut Stage<'_>,
    id: NodeId,
    at: Rect,
    style: Style,
    [title, why]: [&str; 2],
    listed: &Listed<'_>,
    own: usize,
) {
    let shown = &listed.shown;
    let mut texts = vec![
        Text::new(pos2(PAD, 22.0), Font::Title, Ink::Strong, title),
        Text::new(pos2(PAD, 43.0), Font::Small, Ink::Tint(Tint::Family(Family::Process)), why),
    ];
    if shown.is_empty() {
        texts.push(Text::new(pos2(PAD, 66.0), Font::Small, Ink::Weak, stage.say("scene-not-unpacked")));
    }
    let right = at.width() - PAD;
    for (row, seen) in shown.iter().enumerate() {
        let y = 66.0 + 19.0 * row as f32;
        let number = seen.layer.to_string();
        let (key, mark, tint) = match seen.fate {
            Fate::Deleted => ("scene-gone-by", Some(Glyph::Minus), Some(Tint::Bad)),
            Fate::Hidden => ("scene-hidden-by", Some(Glyph::Opaque), Some(Tint::Bad)),
            Fate::Replaced => ("scene-from-layer", Some(Glyph::Tilde), Some(Tint::Warn)),
            Fate::Plain => ("scene-from-layer", Some(Glyph::Plus), None),
        };
        let origin = match seen.fate {
            _ if seen.layer != own => stage.say_with(key, &[("n", &number)]),
            Fate::Deleted => stage.say("scene-gone-by-upper"),
            Fate::Hidden => stage.say("scene-hidden-by-upper"),
            Fate::Replaced | Fate::Plain => stage.say("scene-from-upper"),
        };
        let room = right - PAD - stage.width(&origin, Font::Small) - 34.0;
        let path = stage.fit_middle(&format!("/{}", seen.path), Font::Mono, room);
        let gone = matches!(seen.fate, Fate::Deleted | Fate::Hidden);
        let ink = if gone { Ink::Weak } else { Ink::Strong };
        let side = tint.map_or(Ink::Weak, Ink::Tint);
        texts.push(Text::new(pos2(PAD, y), Font::Mono, ink, path).struck(gone));
        texts.push(Text::new(pos2(right, y), Font::Small, side, origin).anchored(Anchor::Right).marked(mark));
    }
    if let Some(rest) = listed.rest(stage) {
        let y = 66.0 + 19.0 * shown.len() as f32;
        texts.push(Text::new(pos2(PAD, y), Font::Small, Ink::Weak, rest));
    }
    stage.add(Node::new(id, at, Tint::Family(Family::Process), style).texts(texts).called(""));
}
